"""Sources in one language or in two: read, recorded, laid over, shown in the language that is asked for."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from ldip.errors import InputError
from ldip.scenario.files.reader import find, read
from ldip.scenario.files.recorded import read_recorded
from ldip.scenario.numbers import numbers
from ldip.scenario.schema import Scenario
from ldip.text import Text

RUNS = ("--runs", "20", "--years", "5", "--no-pictures")
TOLD = Text("et brev fra banken", "a letter from the bank")


def change(folder: Path, source: str) -> str:
    path = folder / "dear.toml"
    quantity = f'{{ value = 0.01, unit = "per year", basis = "assumption", source = {source} }}'
    path.write_text(f'[change]\ntitle_nb = "a"\ntitle_en = "b"\n[interest]\nloan_margin = {quantity}\n', "utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("source", "told"),
    [('"a letter"', Text("a letter", "a letter")), (f'{{ nb = "{TOLD.nb}", en = "{TOLD.en}" }}', TOLD)],
)
def test_a_source_in_one_language_or_two_goes_through_everything(ldip, here, source, told):
    path = change(here, source)
    scenario = read("eksempelvik-2025", (path,)).scenario
    assert scenario.interest.loan_margin.source == told
    assert Scenario.model_validate_json(scenario.model_dump_json(exclude_defaults=True)) == scenario
    for lang in ("nb", "en"):
        (shown,) = [number.source for number in numbers(scenario, lang) if number.key == "interest.loan_margin"]
        assert shown == told.say(lang)
        assert told.say(lang) in ldip("scenario", "show", "eksempelvik-2025+" + path, "--lang", lang).out
    assert ldip("simulate", "eksempelvik-2025", "--change", path, *RUNS, "--out", "r").code == 0
    assert read_recorded(here / "r").sources[0].scenario.interest.loan_margin.source == told


@pytest.mark.parametrize(
    "source", ['{ nb = "bare norsk" }', '{ nb = "a b c", en = 3 }', '{ nb = "a b c", en = "x" }']
)
def test_half_a_source_is_refused(here, source):
    with pytest.raises(InputError) as caught:
        read("eksempelvik-2025", (change(here, source),))
    (fault,) = caught.value.faults
    assert fault.key == "interest.loan_margin.source"
    assert fault.kind in ("two_languages", "too_short")


@pytest.fixture
def folder(here: Path) -> Path:
    return shutil.copytree(find("eksempelvik-2025").folder, here / "municipality")


def rewrite(path: Path, columns: dict[str, str | None]) -> None:
    """The table with other columns for its sources, each with one text, or the texts that it had."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    old = {name: [row.pop(name, "") for row in rows] for name in ("source", "source_nb", "source_en")}
    before = old["source"] if any(old["source"]) else old["source_nb"]
    for place, row in enumerate(rows):
        row |= {name: before[place] if text is None else text for name, text in columns.items()}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("table", ["areas", "plan", "population", "ages", "demand", "projects"])
def test_tables_take_one_column_of_sources_or_two(folder, table):
    rewrite(folder / f"{table}.csv", {"source": "ett sted"})
    assert {row.source for row in getattr(read(str(folder)).scenario, table)} == {Text("ett sted", "ett sted")}
    rewrite(folder / f"{table}.csv", {"source_nb": "ett sted", "source_en": "a place"})
    assert {row.source for row in getattr(read(str(folder)).scenario, table)} == {Text("ett sted", "a place")}


@pytest.mark.parametrize(
    ("columns", "key"),
    [
        ({"source_nb": "ett sted"}, "source_en"),
        ({"source": "x y z", "source_nb": "ett sted", "source_en": "a place"}, "source"),
        ({"source_nb": "ett sted", "source_en": ""}, "source"),
    ],
)
def test_columns_that_are_half_are_named(folder, columns, key):
    rewrite(folder / "areas.csv", columns)
    with pytest.raises(InputError) as caught:
        read(str(folder))
    assert {fault.key for fault in caught.value.faults} == {key}


def test_what_the_program_puts_in_is_recorded_in_both_languages(ldip, here, folder):
    base = folder / "base.toml"
    kept = [line for line in base.read_text(encoding="utf-8").splitlines() if not line.startswith("fertility_level")]
    base.write_text("\n".join(kept), encoding="utf-8")
    assert ldip("simulate", "municipality", *RUNS, "--out", "r").code == 0
    recorded = json.loads((here / "r/provenance.json").read_text(encoding="utf-8"))
    source = recorded["scenario_resolved"]["residents"]["fertility_level"]["source"]
    assert source["nb"].startswith("ldips standardverdi: ")
    assert source["en"].startswith("ldip's default: ")
