"""The format of scenario files: older ones are read for ever and rewritten without losing anything, newer ones are
told, and what a scenario does not state is an assumption that every listing shows as the program's default."""

import csv
import json
import re
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pytest
from conftest import snapshot

from ldip import __version__
from ldip.cli.options import baseline_ledger
from ldip.errors import InputError, Notice
from ldip.scenario.defaults import MARK, default_source, fill
from ldip.scenario.drivers import SHOCKS
from ldip.scenario.files import formats
from ldip.scenario.files.formats import FORMAT, STEPS, Step
from ldip.scenario.files.reader import change_names, read, shipped, shipped_folder
from ldip.scenario.files.recorded import read_recorded
from ldip.scenario.files.rewrite import rewritten
from ldip.scenario.files.template import TEMPLATE
from ldip.scenario.files.upgrade import outdated, upgrades
from ldip.scenario.numbers import assumed, numbers, quantities
from ldip.scenario.schema import limits
from ldip.scenario.settings import defaults
from ldip.text import Text

OLD = Path(__file__).parent / "golden" / "format-1"
"""Both municipalities as version 0.1.0 shipped them, and what it made of them."""
MUNICIPALITIES = ("baerum-2020", "eksempelvik-2025")
SAME_SINCE = (
    *("money_market_rate", "completions", "residents", "closing_residents", "tax_revenue"),
    *("closing_endowment_fund", "restructuring_measures"),
)
OF_PEOPLE = ("residents", "closing_residents", "tax_revenue")
"""Lines that follow the fit of people to the table, which since 0.4.0 is that of Bærum's size for every municipality:
those of a smaller one are near what they were."""
CASES = [
    (name, changes)
    for name in MUNICIPALITIES
    for changes in ((), *[(change,) for change in change_names(OLD / name)])
]


@pytest.fixture
def old(tmp_path) -> Path:
    """A municipality of format 1 to do with as one likes."""
    return shutil.copytree(OLD / TEMPLATE, tmp_path / "kommune")


@pytest.fixture
def small(tmp_path) -> Path:
    """A municipality that states nothing it need not."""
    folder = shutil.copytree(shipped_folder() / TEMPLATE, tmp_path / "liten")
    base = folder / "base.toml"
    section, kept = "", []
    for line in base.read_text(encoding="utf-8").splitlines():
        section = line.strip("[]") if line.startswith("[") else section
        if f"{section}.{line.partition(' = ')[0]}" not in defaults() and section != "drivers.correlation":
            kept.append(line)
    text = re.sub(r"(?m)^\[[a-z_.]+\]\s+(?=\[|#|\Z)", "", "\n".join(kept))
    base.write_text(text, encoding="utf-8")
    assert "[residents]" not in text
    assert "[drivers.rate]" not in text
    return folder


# Format 1, for ever


def test_the_old_files_say_no_format():
    for path in OLD.glob("*/**/*.toml"):
        assert not re.search(r"(?m)^format", path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize(("name", "changes"), CASES, ids=lambda it: it if isinstance(it, str) else "+".join(it))
def test_every_old_scenario_is_read_as_what_it_says(name, changes):
    """Rates, dwellings, people, tax and the endowment fund of the last year come out as version 0.1.0 had them: the
    rules of these are still the same. The economics of grants, care, the year-end and chance is another since."""
    ledger = baseline_ledger(read(str(OLD / name), changes), 20)
    with (OLD / "baselines.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["scenario"], row["change"]) == (name, "".join(changes))]
    kept = [row for row in rows if row["line"] in SAME_SINCE]
    assert len(kept) == len(SAME_SINCE)
    for row in kept:
        near = 0.03 if name != "baerum-2020" and row["line"] in OF_PEOPLE else 1e-9
        assert ledger[row["line"]][-1, 0] == pytest.approx(float(row["value"]), rel=near, abs=1e-9), row["line"]
    opening = read(str(OLD / name), changes).scenario
    planned = opening.scenario.plan_years
    income = opening.plan_line("general_grant") * ledger["deflator_index"][:planned, 0]
    if not {"equalisation-64", "income-system-2024"} & set(changes) and opening.housing.pace.dated is None:
        ratio = ledger["general_grant"][:planned, 0] / income
        assert np.abs(ratio - 1.0).max() < 0.1, "the plan's own grant, but for what other people bring"


@pytest.mark.parametrize("name", MUNICIPALITIES)
def test_an_upgraded_folder_is_the_same_scenario_with_every_change(name, tmp_path, ldip):
    folder = shutil.copytree(OLD / name, tmp_path / name)
    assert ldip("scenario", "upgrade", folder).code == 0
    assert outdated(folder) == []
    for changes in ((), *[(change,) for change in change_names(folder)]):
        assert read(str(folder), changes).scenario == read(str(OLD / name), changes).scenario


@pytest.mark.parametrize(("kind", "files"), [("simulate", 3), ("compare", 6)])
def test_old_result_folders_are_reported_as_of_another_model(kind, files, tmp_path, ldip):
    """Their figures stay as they were written; the page shows today's and says so."""
    folder = shutil.copytree(OLD / "written" / kind, tmp_path / kind)
    recorded = read_recorded(folder)
    assert (recorded.version, recorded.runs, recorded.years, len(recorded.checksums)) == ("0.1.0", 200, 6, files)
    said = ldip("report", folder, "--out", tmp_path / "page.html", "--lang", "en")
    assert said.code == 0, said.err
    page = " ".join((tmp_path / "page.html").read_text(encoding="utf-8").split())
    assert f"with ldip 0.1.0; this is {__version__}" in page
    assert "The new figures are shown" in page


# What is of which format


def test_what_is_shipped_and_what_is_new_is_of_the_current_format(ldip, here):
    for found in shipped():
        assert outdated(found.folder) == []
    ldip("scenario", "new", "lillevik")
    assert (
        tomllib.loads((here / "lillevik" / "base.toml").read_text(encoding="utf-8"))["scenario"]["format"] == FORMAT
    )
    said = ldip("scenario", "check", "lillevik", "--lang", "en")
    assert "format" not in said.out


@pytest.mark.parametrize("heading", ["scenario", "change"])
@pytest.mark.parametrize(
    ("told", "rule"),
    [("99", "made for a newer ldip"), ('"2"', "not a format"), ("0", "not a format"), ("true", "not a format")],
)
def test_a_format_that_is_not_known_is_one_clear_fault(old, ldip, heading, told, rule):
    path = old / "base.toml" if heading == "scenario" else old / "changes" / "interest-plus-2.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f"[{heading}]\n", f"[{heading}]\nformat = {told}\n"), encoding="utf-8")
    before = snapshot(old)
    for command in (("plan", old, "--change", "interest-plus-2"), ("scenario", "upgrade", old)):
        said = ldip(*command, "--lang", "en")
        assert said.code == 1
        assert said.err.count(f"{heading}.format") == 1
        assert rule in said.err
    assert "format" in ldip("scenario", "upgrade", old, "--lang", "nb").err
    assert snapshot(old) == before


def test_check_tells_an_old_format_and_that_is_no_fault(old, ldip):
    said = ldip("scenario", "check", old, "--lang", "en")
    assert said.code == 0
    assert f"An older format than {FORMAT}: base.toml" in said.out
    assert "ldip scenario upgrade" in said.out
    assert "Eldre format" in ldip("scenario", "check", old, "--lang", "nb").out


def test_files_that_the_program_writes_say_their_format(tmp_path, ldip):
    ldip("simulate", TEMPLATE, "--runs", "10", "--no-pictures", "--out", "r")
    ldip("calibrate", "--out", "drivers.toml")
    assert outdated(tmp_path / "drivers.toml") == []
    content = json.loads((tmp_path / "r" / "provenance.json").read_text(encoding="utf-8"))
    assert content["scenario_resolved"]["scenario"]["format"] == FORMAT
    content["scenario_resolved"]["scenario"]["format"] = FORMAT + 1
    (tmp_path / "r" / "provenance.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputError, match="newer ldip"):
        read_recorded(tmp_path / "r")


# Upgrading


def test_upgrading_adds_a_line_to_each_file_and_keeps_the_old_ones(old, ldip):
    before = snapshot(old)
    said = ldip("scenario", "upgrade", old, "--lang", "en")
    assert said.code == 0
    assert f"from format 1 to {FORMAT}" in said.out
    assert "default may be left out" in said.out
    assert "national tax is divided" in said.out
    after = snapshot(old)
    for name in [name for name in before if name.endswith(".toml")]:
        assert after[f"{name}.v1"] == before[name]
        added, gone = (
            [line for line in one[name].splitlines() if line not in other[name].splitlines()]
            for one, other in ((after, before), (before, after))
        )
        assert added == [f"format = {FORMAT}".encode()]
        assert {line.partition(b" = ")[0] for line in gone} <= {b"maximum_pace", b"persistence", b"volatility"} | {
            *(b"[restructuring]", b"[drivers.national_tax]")
        }
    again = ldip("scenario", "upgrade", old, "--lang", "nb")
    assert again.code == 0
    assert "Ingenting er endret" in again.out
    assert snapshot(old) == after


def test_a_single_file_is_upgraded_alone(tmp_path, ldip):
    change = tmp_path / "mine.toml"
    change.write_text("[housing]\npace = 0.5 # half\n", encoding="utf-8")
    ldip("scenario", "upgrade", change)
    assert change.read_text(encoding="utf-8") == f"[housing]\npace = 0.5 # half\n\n[change]\nformat = {FORMAT}\n"
    assert (tmp_path / "mine.toml.v1").read_text(encoding="utf-8") == "[housing]\npace = 0.5 # half\n"


@pytest.mark.parametrize("way", [b"\xef\xbb\xbf", b"\r\n"], ids=["byte order mark", "Windows line ends"])
def test_upgrading_keeps_how_a_file_is_saved(old, way, ldip):
    base = old / "base.toml"
    raw = base.read_bytes()
    base.write_bytes(raw.replace(b"\n", way) if way == b"\r\n" else way + raw)
    ldip("scenario", "upgrade", old)
    assert base.read_bytes().startswith(way) or base.read_bytes().count(b"\n") == base.read_bytes().count(way)
    assert read(str(old)).scenario == read(str(OLD / TEMPLATE)).scenario


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("base.toml", "[scenario\n"),
        ("base.toml", b"\xff\xfe"),
        ("changes/interest-plus-2.toml", "a = \n"),
        ("changes/interest-plus-2.toml", 'change = { title_nb = "x", title_en = "y" }\n'),
        ("base.toml.v1", "precious"),
    ],
)
def test_nothing_is_written_where_anything_is_wrong(old, name, text, ldip):
    (old / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    before = snapshot(old)
    for lang in ("nb", "en"):
        said = ldip("scenario", "upgrade", old, "--lang", lang)
        assert said.code == 1
        assert Path(name).name in said.err
    assert snapshot(old) == before


def test_what_is_no_scenario_is_told(tmp_path, ldip):
    assert "neither" in ldip("scenario", "upgrade", tmp_path, "--lang", "en").err
    assert "verken" in ldip("scenario", "upgrade", "nowhere", "--lang", "nb").err


# The next step: what from_2_to_3 may do


def rename(tree):
    """A step that renames a key, moves one to another section, drops one and changes one."""
    if "interest" in tree:
        if "loan_margin" in tree["interest"]:
            tree["interest"]["margin"] = tree["interest"].pop("loan_margin")
        if "imputed_share" in tree["interest"]:
            tree.setdefault("fees", {})["imputed_share"] = tree["interest"].pop("imputed_share")
        tree["interest"].pop("compensation_base", None)
        if "refixing_share" in tree["interest"]:
            tree["interest"]["refixing_share"] |= {"value": 0.25}


TEXT = """# of the council
[scenario] # heading
name = "x"

[interest]
# the bank's
loan_margin = { value = 0.01, source = "a # b" } # letter
imputed_share = { value = 0.06 }  # two

compensation_base = 1.0
refixing_share = { value = 0.2, notes = [
  1,
] } # five years
"""
EXPECTED = """# of the council
[scenario] # heading
format = 3
name = "x"

[interest]
# the bank's
margin = { value = 0.01, source = "a # b" } # letter

refixing_share = { value = 0.25, notes = [1] }  # five years

[fees]
imputed_share = { value = 0.06 }  # two
"""


def test_a_next_step_reads_and_rewrites_alike(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "FORMAT", 3)
    monkeypatch.setattr("ldip.scenario.files.upgrade.FORMAT", 3)
    monkeypatch.setitem(STEPS, 2, Step(Text("nytt", "new"), rename))
    path = tmp_path / "base.toml"
    path.write_text(TEXT, encoding="utf-8")
    (upgrade,) = upgrades(tmp_path)
    wanted = tomllib.loads(TEXT)
    assert formats.bring_up(wanted, "scenario", "") == 1
    assert tomllib.loads(upgrade.new) == formats.with_format(wanted, "scenario")
    assert upgrade.new == EXPECTED
    path.write_text(upgrade.new, encoding="utf-8")
    assert upgrades(tmp_path) == []


def test_what_cannot_be_rewritten_key_by_key_is_refused():
    assert rewritten("a.b = 1\n", {"a": {"b": 2}}) is None
    assert rewritten("[x]\na = { b = 1 }\n", {"x": {"a": {"b": 2}}}) is None
    assert rewritten("[x]\na = 1\n", {"x": {"a": 1}}) == "[x]\na = 1\n"


# Defaults


def test_every_default_is_within_its_limits_and_has_a_reason():
    for key, default in defaults().items():
        low, high = limits(key)
        assert low <= default.value <= high, key
        assert default.reason.nb, key
        assert default.reason.en, key
        assert key in quantities(read(TEMPLATE).scenario)


def test_what_is_shipped_states_everything():
    for found in shipped():
        assert not any(number.default for number in numbers(read(found.name).scenario, "nb"))


def test_a_scenario_may_leave_out_what_has_a_default(small):
    scenario = read(str(small)).scenario
    left_out = {number.key for number in numbers(scenario, "nb") if number.default}
    assert left_out == set(defaults())
    for key in left_out:
        quantity = quantities(scenario)[key]
        assert (quantity.value, quantity.basis) == (defaults()[key].value, "assumption"), key
        assert quantity.source == default_source(defaults()[key].reason)
    assert quantities(scenario)["housing.developer_contribution"].unit == "mill. 2025-kr per dwelling"
    np.testing.assert_array_equal(scenario.drivers.correlation.matrix(), np.eye(len(SHOCKS)))


def test_a_default_is_the_same_as_the_number_written_out(small, tmp_path):
    without = read(str(small))
    written = shutil.copytree(small, tmp_path / "skrevet")
    lines = [
        f'[{key.rpartition(".")[0]}.{key.rpartition(".")[2]}]\nvalue = {float(default.value)}\nbasis = "assumption"\n'
        f'unit = "{quantities(without.scenario)[key].unit}"\nsource = "ours"\n'
        for key, default in defaults().items()
    ]
    with (written / "base.toml").open("a", encoding="utf-8") as file:
        file.write("\n" + "\n".join(lines))
    stated = read(str(written))
    assert not any(number.default for number in numbers(stated.scenario, "nb"))
    assert assumed(stated.scenario) == assumed(without.scenario), "a default counts as the assumption that it is"
    one, other = baseline_ledger(without, 20), baseline_ledger(stated, 20)
    assert all(np.array_equal(one[line], other[line]) for line in one.lines)


def test_a_section_that_needs_a_key_is_missing_as_a_whole(small):
    base = small / "base.toml"
    text = base.read_text(encoding="utf-8")
    base.write_text(re.sub(r"(?ms)^\[opening\].*?(?=^\[)", "", text), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(str(small))
    assert [fault.key for fault in caught.value.faults] == ["opening"]


def test_a_change_moves_a_default_and_keeps_its_unit(small):
    change = small / "changes" / "krise.toml"
    change.write_text(
        '[drivers.completions]\nbust_start = { value = 0.1, basis = "assumption", source = "test" }\n', "utf-8"
    )
    found = {number.key: number for number in numbers(read(str(small), ["krise"]).scenario, "en")}
    moved = found["drivers.completions.bust_start"]
    assert (moved.default, moved.unit, moved.values) == (False, "probability per year", {None: 0.1})
    assert found["drivers.completions.bust_end"].default


@pytest.mark.parametrize(("lang", "mark"), [("nb", "ldips standardverdi"), ("en", "ldip's default")])
def test_every_listing_shows_a_default_as_the_programs(small, tmp_path, ldip, lang, mark):
    import python_calamine

    reason = getattr(defaults()["residents.fertility_level"].reason, lang)
    shown = ldip("scenario", "show", small, "--assumptions", "--lang", lang).out
    assert shown.count(f" ({mark})]") == len(defaults())
    assert "(residents.fertility_level): 1 " in shown
    assert f"{mark}: {reason}" in shown
    ldip("scenario", "sheet", "s.xlsx", small, "--lang", lang)
    ldip("workbook", small, "--runs", "10", "--years", "5", "--out", "w.xlsx", "--lang", lang)
    for name in ("s.xlsx", "w.xlsx"):
        book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / name))
        cells = [
            str(cell)
            for sheet in book.sheet_names
            for row in book.get_sheet_by_name(sheet).to_python()
            for cell in row
        ]
        assert sum(cell.endswith(f"({mark})") for cell in cells) == len(defaults())
        assert sum(cell.startswith(f"{mark}: ") for cell in cells) == len(defaults())
    ldip("report", small, "--runs", "50", "--years", "5", "--out", "page.html", "--lang", lang)
    page = (tmp_path / "page.html").read_text(encoding="utf-8").replace("&#39;", "'")
    assert page.count(f"({mark})") == len(defaults())


def test_defaults_are_in_the_provenance_and_come_back_from_it(small, tmp_path, ldip):
    ldip("simulate", small, "--runs", "50", "--no-pictures", "--out", "r")
    content = json.loads((tmp_path / "r" / "provenance.json").read_text(encoding="utf-8"))
    entry = content["scenario_resolved"]["endowment"]["equity_return"]
    assert entry["source"]["en"].startswith(MARK.en)
    (again,) = read_recorded(tmp_path / "r").sources
    assert again.scenario == read(str(small)).scenario


def test_a_recorded_scenario_of_before_a_key_gets_its_default(tmp_path):
    folder = shutil.copytree(OLD / "written" / "simulate", tmp_path / "r")
    content = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    del content["scenario_resolved"]["investment"]["cost_overrun"], content["scenario_resolved"]["residents"]
    (folder / "provenance.json").write_text(json.dumps(content), encoding="utf-8")
    (source,) = read_recorded(folder).sources
    keys = {number.key for number in numbers(source.scenario, "nb") if number.default}
    assert {"investment.cost_overrun", *(key for key in defaults() if key.startswith("residents."))} <= keys
    since = {key for key in keys if not key.startswith(("investment.", "residents."))}
    assert {"drivers.free_revenue.volatility", "drivers.national_tax.taken_back", "services.sticky_share"} <= since
    assert not {"services.premises_share", "financing.useful_life"} & keys, "what it states stays"


def test_filling_leaves_what_is_there(scenario):
    tree = {"housing": {"pace": 1}, "rules": "text", "endowment": {}}
    fill(tree, "when")
    assert tree["housing"]["pace"] == 1
    assert tree["rules"] == "text"
    assert tree["endowment"]["base_capital"]["unit"] == "mill. kr"
    assert "opening" not in tree


def test_a_change_whose_national_tax_is_left_out_says_so(tmp_path):
    text = '[drivers.national_tax]\nvolatility = { value = 0.05, basis = "assumption", source = "test" }\n'
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.warns(Notice, match="left out"):
        old = read("baerum-2020", (str(path),)).scenario
    assert old.drivers.national_tax.volatility.value == 0.021
    path.write_text(f"[change]\nformat = {FORMAT}\n{text}", encoding="utf-8")
    assert read("baerum-2020", (str(path),)).scenario.drivers.national_tax.volatility.value == 0.05
