"""Every kind of fault in ``faults.csv`` is told by something a planner can do: a table, grid, series, sheet, command,
page state or Python call of each kind; the keys of a scenario file have theirs in ``bad/``."""

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from test_bad_inputs import BAD, check_words, directives, edit
from test_plausible import DOUBTFUL
from test_projects_door import CHANGES as PROJECT_CHANGES
from test_projects_door import ROWS as PROJECT_ROWS
from test_projects_door import changed, put
from test_projects_door import folder as folder  # a fixture
from test_scenario_sheet import FORMULA_ERROR, edited, row_of
from test_scenario_sheet import base as base  # a fixture, as the next
from test_scenario_sheet import faults_of as faults_of_sheet
from test_scenario_sheet import plain as plain
from test_soundness import rows_of, write_rows
from test_sweep import grid_file

import ldip
from ldip.analysis import executors
from ldip.analysis.explain import decompose
from ldip.cli import main
from ldip.errors import Fault, InputError, fault_words
from ldip.report.folder import files, runs
from ldip.scenario.files.faults import translate
from ldip.scenario.files.grid import read_grid
from ldip.scenario.files.reader import find, read
from ldip.scenario.files.recorded import read_recorded
from ldip.scenario.files.series import read_series
from ldip.scenario.files.upgrade import Upgrade, upgrades
from ldip.scenario.sheet.whole import COLUMNS, TEXT_COLUMNS, read_whole
from ldip.web.controls import read_state
from ldip.web.serve import listen

TABLES = {
    "bad_tolerance": ("published.csv", ",tax_revenue,0.2,", ",tax_revenue,some,"),
    "above_most": ("ages.csv", ",0.02091,", ",6.02091,"),
    "amount_too_large": ("plan.csv", "6931.2", "6931200"),
    "unknown_choice": ("areas.csv", "\nkindergartens,children_youth,", "\nkindergartens,nowhere,"),
    "wrong_width": ("population.csv", "1378,1327,", "1378,"),
    "not_a_table": ("vintages.csv", None, "vintage\n2019\n"),
    "unclear_number": ("plan.csv", "6931.2", '"6,931"'),
    "number_missing": ("plan.csv", "6931.2", ".."),
    "made_a_date": ("population.csv", "\n6-12,", "\n06.des,"),
    "official_table": ("population.csv", None, "07459: Befolkning, etter alder\n\nalder;2024\n0;1\n"),
    "year_columns": ("plan.csv", "2020,2021,2022,2023", "2021,2022,2023,2024"),
    "not_a_number": ("plan.csv", "6931.2", "many"),
    "decimal_comma": ("plan.csv", "6931.2", '"6931,2"'),
    "not_utf8": ("plan.csv", "6931.2", "\udce5"),
    "hidden_character": ("plan.csv", "6931.2", "\x07"),
    "twice": ("areas.csv", "\nchild_welfare,", "\nschools,"),
    "negative_residents": ("population.csv", "1378", "-1378"),
    "not_next_age": ("ages.csv", "\n1,", "\n7,"),
    "stands_in_settings": ("plan.csv", "\ntax,", "\nproperty_tax,"),
    "group_backwards": ("population.csv", "\n1-5,1,5,", "\n1-5,5,1,"),
    "groups_overlap": ("population.csv", "\n50-66,50,66,", "\n50-66,45,66,"),
    "ages_left_out": ("population.csv", "\n50-66,50,66,", "\n50-66,52,66,"),
    "oldest_not_open": ("population.csv", "\n95+,95,110,", "\n95+,95,99,"),
    "total_row": ("population.csv", "\n6-12,", "\n0-5,0,5,9414,9333,9311,9263,9249,9327,source,abc,abc,\n6-12,"),
    "negative_line": ("plan.csv", "6931.2", "-6931.2"),
    "negative_frame": ("areas.csv", "1601,1605.8", "-1601,1605.8"),
    "no_users": ("areas.csv", "\nschools,", "\nskole,"),
    "elasticity_of_what": ("areas.csv", "users,0,1601", "users,0.5,1601"),
    "not_before": ("vintages.csv", "\n2019,", "\n2020,"),
    "unknown_group": ("demand.csv", "place,1-5,", "place,1-6,"),
    "missing_group": ("population.csv", "\n13-15,13,15,", "\n200,200,200,"),
    "no_such_ages": ("population.csv", "\n13-15,13,15,", "\n200,200,200,"),
    "not_one_of": ("plan.csv", "7256.9,source", "7256.9,guess"),
}

GRIDS = {
    "no_such_lever": '[levers]\nloan_margin = [0.1]',
    "not_a_section": "levers = [1]",
    "not_one_way": '[levers]\n"housing.pace" = [0.9]\n"housing.pace.scale" = [2.0]',
    "step_of_what": "step = 4.0",
    "too_many_cases": f"seeds = {list(range(1001))}\n[levers]\n\"interest.loan_margin\" = "
    f"{[round(0.00001 * n, 5) for n in range(1000)]}",
    "same_case": "seeds = [1, 1]",
    "lever_too_far": '[levers]\n"interest.money_market_rate.shift" = [0.5]',
    "not_a_list": '[levers]\n"interest.loan_margin" = 0.1',
    "empty_list": "seeds = []",
    "not_text": "scenario = [1]",
}  # fmt: skip

YEARS = range(1990, 2002)
SERIES = {
    "missing_column": "rate,cpi\n0.1,0.2\n",
    "not_a_year_of_series": "year,rate\n" + "19x0,0.03\n",
    "year_twice": "year,rate\n" + "".join(f"{min(year, 2000)},{0.02 + year / 1e6}\n" for year in YEARS),
    "not_next_year": "year,rate\n" + "".join(f"{year * 2 - 1990},{0.02 + year / 1e6}\n" for year in YEARS),
    "per_cent": "year,rate\n" + "".join(f"{year},{2 + year / 1e4}\n" for year in YEARS),
    "implausible": "year,completions\n" + "".join(f"{year},{year if year > 1990 else -1}\n" for year in YEARS),
    "never_changes": "year,rate\n" + "".join(f"{year},0.02\n" for year in YEARS),
    "few_years": "year,rate\n1990,0.02\n",
    "no_rows": "year,rate\n",
}

SHEETS = {
    "sheet_no_header": {"A11": "Key of mine"},
    "sheet_moved": {"C11": "Kilde"},
    "sheet_no_scenario": {"B5": ""},
    "sheet_no_key": {"key": ""},
    "sheet_bad_year": {"year": "neste år"},
    "sheet_fixed": {"year of buffer": 2024},
    "sheet_unit_changed": {"unit": "kroner"},
    "sheet_base_changed": {"base": 0.5},
    "sheet_error_cell": {"number": FORMULA_ERROR},
    "sheet_no_name": {"name": ""},
    "sheet_bad_name": {"name": "dyr rente!"},
    "sheet_no_title": {"title_nb": "", "title_en": ""},
    "sheet_no_source": {"source": ""},
    "sheet_no_basis": {"basis": ""},
    "sheet_bad_basis": {"basis": "gjetning"},
    "sheet_source_without_number": {"source of buffer": "somebody said so"},
    "sheet_not_a_number": {"number": "mye"},
    "sheet_number_as_text": {"number": "0,01"},
    "sheet_name_twice": {"second number": 0.02, "second name": "dear-money"},
    "sheet_twice": {"key of buffer": "interest.loan_margin"},
}

COMMANDS = {
    "no_scenario": ["simulate", "no-such"],
    "not_a_scenario": ["simulate", "a-folder"],
    "not_a_change": ["simulate", "--change", "a-file"],
    "workbook_of_changes": ["scenario", "workbook", "baerum-2020+housing-minus-20"],
    "no_change": ["simulate", "--change", "no-such"],
    "no_driver": ["simulate", "--without", "no-such"],
    "too_many_runs": ["explain", "--group", "0.9:1", "--runs", "900000000"],
    "no_series": ["calibrate", "no-such.csv"],
    "not_a_series": ["calibrate", "a-file"],
    "no_long_column": ["backtest", "--minimum", "200"],
    "no_area": ["payback", "no-such"],
    "nothing_built": ["payback", "fornebu", "--years", "3", "--runs", "20"],
    "wrong_years": ["explain", "--from", "2030", "--to", "2025", "--runs", "20"],
    "no_runs": ["explain", "--group", "0.5:0.500001", "--runs", "20"],
    "nothing_changed": ["explain", "--against-base", "--runs", "20"],
    "nothing_published": ["reconcile", "kommune"],
    "unknown_figure": ["scenario", "check", "published"],
    "folder_not_empty": ["scenario", "new", "kommune"],
    "not_a_template": ["scenario", "new", "ny", "--from", "baerum-2020+interest-plus-2"],
    "file_exists": ["projects", "--propose", "a-file"],
    "nothing_to_compare": ["compare", "baerum-2020"],
    "named_twice": ["compare", "baerum-2020", "baerum-2020"],
    "other_first_years": ["compare", "baerum-2020", "eksempelvik-2025"],
    "not_compared": ["compare", "--against", "no-such"],
    "not_a_stress_test": ["stress", "--test", "no-such"],
    "within_the_plan": ["report", "--years", "4"],
    "result_not_alone": ["report", "result", "baerum-2020"],
    "not_provenance": ["report", "result"],
    "unwritable_folder": ["simulate", "--runs", "20", "--out", "a-file"],
    "unwritable_file": ["report", "--runs", "20", "--out", "a-folder"],
    "folder_in_the_way": ["simulate", "--runs", "20", "--no-pictures", "--out", "in-the-way"],
    "extends_itself": ["simulate", "itself.toml"],
    "not_in_a_change": ["simulate", "--change", "itself.toml"],
    "unreadable": ["simulate", "no-plan"],
    "nobody": ["simulate", "nobody"],
    "nothing_to_upgrade": ["scenario", "upgrade", "no-such-folder"],
    "no_such_rule": ["restructure", "--rule", "rain", "--runs", "20"],
    "no_step_yet": ["restructure", "--years", "4", "--runs", "20"],
    "no_projects": ["prioritise", "no-projects", "--runs", "20"],
    "no_start_left": ["prioritise", "projects", "--years", "4", "--runs", "20"],
    "no_limit_of": ["prioritise", "--ceiling", "tax=1", "--runs", "20"],
    "meant_per_cent": ["prioritise", "--ceiling", "debt_ratio=90", "--runs", "20"],
    "no_such_event": ["sensitivity", "--event", "rain"],
    "sheet_not_xlsx": ["scenario", "from-sheet", "a-file", "--out", "out"],
    "sheet_adds_keys": ["scenario", "sheet", "out.xlsx", "--alternative", "renamed.toml"],
    "no_executor": ["sweep", "grid.toml", "--executor", "thread"],
    "executor_not_loaded": ["sweep", "grid.toml", "--executor", "nowhere:pool"],
    "not_an_executor": ["sweep", "grid.toml", "--executor", "time:time"],
    "cases_failed": ["sweep", "grid.toml", "--executor", "test_sweep:Faulty"],
}

STATES = {
    "page_not_an_object": [],
    "page_unknown": {"x": 1},
    "page_not_names": {"changes": ["x"]},
    "page_not_one_of": {"policy": "x"},
    "page_outside": {"step": -1},
}


CASES: dict[str, Callable[[ldip.Case], Any]] = {
    "given_twice": lambda case: case.with_values({"interest.x": 1.0, "interest": 2.0}),
    "not_between": lambda case: case.simulate(policy="step", step=-1.0),
    "not_whole_between": lambda case: case.simulate(1.5),
    "not_a_share": lambda case: case.restructure(90),
    "misspelt_name": lambda case: case.restructure(rules=["results"]),
    "unknown_name": lambda case: case.simulate(20, years=2).plot(lang="xx"),
    "unknown_metric": lambda case: case.simulate(20, years=2)["0"],
    "one_limit": lambda case: case.simulate(20, years=2)["debt_ratio"].probability(),
    "too_few_to_compare": ldip.compare,
    "simulated_unlike": lambda case: ldip.compare(case.simulate(20, years=2), case.simulate(30, years=2)),
    "no_folder_of_changes": lambda case: ldip.Case(case.source).with_change("interest-plus-2"),
    "not_one_simulation": lambda case: ldip.open("compared"),
    "result_altered": lambda case: ldip.open("altered"),
    "other_figures": lambda case: ldip.open("other"),
    "not_the_same_runs": lambda case: ldip.open("seeded")["debt_ratio"].runs,
}
"""What a Python program may ask for in vain."""


STATISTICS = {
    *("not_json", "not_jsonstat", "not_statistics", "unknown_table", "other_municipality", "no_folder_to_fill"),
    *("not_a_municipality", "former_municipality", "not_rewritable"),
    *("lacks_division", "refused", "offline", "not_https", "too_much_answered"),
}
"""Told by tests/test_import.py and tests/test_fetch.py."""

WORKBOOKS = {"workbook_no_text"}
"""Told by tests/test_scenario_workbook.py."""


def told(kind: str, function: Callable[..., Any], *words: Any, **named: Any) -> None:
    """The function ends with a fault of that kind, whose words are in order."""
    with pytest.raises(InputError) as caught:
        function(*words, **named)
    holds(kind, caught.value.faults)


def _faults_of(function: Callable[..., Any], *words: Any) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        function(*words)
    return caught.value.faults


def holds(kind: str, faults: list[Fault]) -> None:
    found = [fault for fault in faults if fault.kind == kind]
    assert found, [fault.kind for fault in faults]
    for fault in found:
        check_words(fault)


@pytest.fixture
def municipality(tmp_path: Path) -> Path:
    return shutil.copytree(find("baerum-2020").folder, tmp_path / "kommune")


@pytest.mark.parametrize("kind", TABLES)
def test_tables(municipality, kind):
    name, old, new = TABLES[kind]
    path = municipality / name
    if old is None:
        path.write_text(new, encoding="utf-8")
    elif "\udce5" in new:
        path.write_bytes(path.read_bytes().replace(old.encode(), b"\xe5"))
    else:
        edit(path, old, new)
    told(kind, read, str(municipality))


def test_two_files_of_a_table(municipality):
    (municipality / "plan.xlsx").write_bytes(b"")
    told("two_files", read, str(municipality))


def test_workbooks_of_whole_scenarios(tmp_path):
    with xlsxwriter.Workbook(str(tmp_path / "none.xlsx")) as book:
        book.add_worksheet("Ark1")
    told("workbook_no_sheet", read_whole, tmp_path / "none.xlsx")
    with xlsxwriter.Workbook(str(tmp_path / "empty.xlsx")) as book:
        for name in ("Tekster", "Innstillinger", "Rammer", "Plan", "Folketall", "Alder", "Brukere"):
            columns = {"Tekster": TEXT_COLUMNS, "Innstillinger": COLUMNS}.get(name, ())
            book.add_worksheet(name).write_row(0, 0, [column.nb for column in columns])
    told("workbook_no_header", read_whole, tmp_path / "empty.xlsx")


@pytest.mark.parametrize("kind", GRIDS)
def test_grids(here, kind):
    told(kind, read_grid, grid_file(here, GRIDS[kind]))


@pytest.mark.parametrize("kind", SERIES)
def test_series(tmp_path, kind):
    path = tmp_path / "series.csv"
    path.write_text(SERIES[kind], encoding="utf-8")
    told(kind, read_series, str(path))


@pytest.mark.parametrize("kind", STATES)
def test_page_states(kind):
    told(kind, read_state, STATES[kind], ("housing-minus-20",))


def _prepare(here: Path, municipality: Path) -> None:
    """What the commands find in the folder they are called in."""
    (here / "a-file").write_text("text", encoding="utf-8")
    (here / "a-folder").mkdir()
    (here / "in-the-way" / "summary.csv").mkdir(parents=True)
    (here / "result").mkdir()
    (here / "result" / "provenance.json").write_text("{", encoding="utf-8")
    (here / "itself.toml").write_text('plan = [1]\n[change]\nextends = "itself.toml"\n', encoding="utf-8")
    (here / "renamed.toml").write_text('[scenario]\nmunicipality = "Other"\n', encoding="utf-8")
    grid_file(here, "runs = 20\nyears = 2\nseeds = [1, 3]\n")
    for name in ("published", "no-plan", "nobody"):
        shutil.copytree(municipality, here / name)
    shutil.copytree(municipality, here / "projects")
    shutil.copytree(municipality, here / "no-projects")
    (here / "no-projects" / "projects.csv").unlink(missing_ok=True)
    head = "id,name_nb,name_en,kind,purpose,phase,start,p50,basis,source"
    row = "hall,Hall,Hall,general,service,idea,2030,10,assumption,test"
    (here / "projects" / "projects.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    edit(here / "published" / "published.csv", ",closing_debt,", ",closing_dept,")
    (here / "no-plan" / "plan.csv").unlink()
    rows = (here / "nobody" / "population.csv").read_text(encoding="utf-8").splitlines()
    cells = [row.split(",", 4) for row in rows]
    text = "\n".join([rows[0], *[",".join([*row[:3], "0", row[4]]) for row in cells[1:]]])
    (here / "nobody" / "population.csv").write_text(text + "\n", encoding="utf-8")
    (municipality / "published.csv").unlink()


@pytest.mark.parametrize("kind", COMMANDS)
def test_commands(here, municipality, kind):
    _prepare(here, municipality)
    told(kind, main, COMMANDS[kind], standalone_mode=False)


def _results(case: ldip.Case) -> None:
    """Result folders that are not what they were."""
    other = case.with_change("interest-plus-2")
    ldip.compare(case, other, runs=20, years=2).save("compared", pictures=False)
    for name in ("altered", "other", "seeded"):
        case.simulate(20, years=2).save(name, pictures=False)
    edit(Path("altered/summary.csv"), "debt_ratio", "debt_share")
    edit(Path("other/summary.csv"), "debt_ratio", "debt_share")
    edit(Path("seeded/provenance.json"), '"seed": 1', '"seed": 2')
    path = Path("other/provenance.json")
    content = json.loads(path.read_text(encoding="utf-8"))
    content["results_sha256"]["summary.csv"] = files.sha256(Path("other/summary.csv"))
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize("kind", CASES)
def test_cases(here, kind):
    case = ldip.load("baerum-2020")
    _results(case)
    told(kind, CASES[kind], case)


def _edits(cells: list[list[Any]], wanted: dict[str, Any]) -> dict[str, Any]:
    """Edits by address, of cells that are called by what they are."""
    row, buffer = row_of(cells, "interest.loan_margin"), row_of(cells, "opening.buffer_fund")
    head = {str(line[0]): number for number, line in enumerate(cells[:11], 1) if line[0]}
    places = {
        **{"number": f"J{row}", "basis": f"K{row}", "source": f"L{row}", "second number": f"M{row}"},
        **{"key": f"A{row}", "unit": f"C{row}", "year": f"F{row}", "base": f"G{row}"},
        **{"key of buffer": f"A{buffer}", "year of buffer": f"F{buffer}", "source of buffer": f"L{buffer}"},
        **{"name": f"J{head['Navn']}", "second name": f"M{head['Navn']}"},
        **{"title_nb": f"J{head['Tittel, norsk']}", "title_en": f"J{head['Tittel, engelsk']}"},
    }
    return {places.get(name, name): cell for name, cell in wanted.items()}


@pytest.mark.parametrize("kind", SHEETS)
def test_sheets(plain, tmp_path, kind):
    wanted = dict(SHEETS[kind])
    for name in ("basis", "source"):  # of the whole column, which would do for the number's own
        if wanted.get(name) == "":
            wanted |= {
                f"J{number}": "" for number, line in enumerate(plain, 1) if str(line[0]).startswith("Grunnlag for")
            }
    holds(kind, faults_of_sheet(edited(tmp_path / "sheet.xlsx", plain, _edits(plain, wanted))))


def test_other_sheets(plain, tmp_path):
    import datetime

    holds("sheet_unreadable", faults_of_sheet(tmp_path / "no-such.xlsx"))
    empty = {f"{column}{row}": "" for row in range(12, len(plain) + 1) for column in "JKL"}
    holds("sheet_nothing", faults_of_sheet(edited(tmp_path / "d.xlsx", plain, empty)))
    holds("sheet_no_sheet", faults_of_sheet(edited(tmp_path / "a.xlsx", plain, {}, name="Ark1")))
    day = _edits(plain, {"number": datetime.date(2026, 1, 5)})
    holds("sheet_date", faults_of_sheet(edited(tmp_path / "b.xlsx", plain, day)))
    first = row_of(plain, "interest.money_market_rate")
    bases = {f"J{first}": 0.01, f"K{first}": "kilde", f"J{first + 1}": 0.02, f"K{first + 1}": "avledet"}
    holds("sheet_two_bases", faults_of_sheet(edited(tmp_path / "c.xlsx", plain, bases)))


def test_limits_that_are_not_reached():
    def found(kind: str, **context: float) -> list[Fault]:
        detail: Any = {"type": kind, "loc": ("a",), "input": 1.0, "msg": "Some English words", "ctx": context}
        return [translate(detail, "base.toml", "a")]

    holds("not_above", found("greater_than", gt=1.0))
    holds("not_below", found("less_than", lt=1.0))
    holds("not_allowed", found("bytes_too_long"))


def test_results_of_another_version(here, source):
    provenance = files.resolved(source) | {"version": "0.0.1", "results_sha256": {"summary.csv": ""}}
    del provenance["scenario_resolved"]["interest"]
    (here / "provenance.json").write_text(json.dumps(provenance | {"runs": 1, "seed": 1, "years": [2020]}))
    told("other_schema", read_recorded, here)


def test_disks_and_packages(here, monkeypatch):
    monkeypatch.setattr(runs.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 1000}))
    told("no_room", main, ["simulate", "--runs", "9999", "--keep-runs"], standalone_mode=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    told("no_pyarrow", main, ["simulate", "--runs", "9", "--keep-runs", "parquet"], standalone_mode=False)
    monkeypatch.setitem(sys.modules, "distributed", None)
    grid_file(here, "runs = 20\nyears = 2\n")
    words = ["sweep", "grid.toml", "--executor", "dask://127.0.0.1:8786"]
    told("no_distributed", main, words, standalone_mode=False)


def test_clusters(monkeypatch):
    class Client:
        def __init__(self, address: str, **_: Any):
            if address.endswith(":1"):
                raise OSError("Timed out")

        def run(self, *_: Any, **__: Any) -> dict[str, Any]:
            return {"tcp://a": ModuleNotFoundError("No module named 'ldip'"), "tcp://b": "another"}

        def close(self) -> None:
            pass

    monkeypatch.setitem(sys.modules, "distributed", type("distributed", (), {"Client": Client}))
    told("no_cluster", executors._dask_client, "tcp://a:1", "dask://a:1")
    told("worker_without_ldip", executors._dask_client, "tcp://a:2", "dask://a:2")
    told("worker_other_version", executors._dask_client, "tcp://a:2", "dask://a:2")


def test_results_that_went_away_and_years_without_revenue(here):
    from test_explain import tiny

    from ldip.report.answers.sweep import read_case

    grid = read_grid(grid_file(here, "runs = 20\nyears = 2\n"))
    told("case_gone", read_case, here, grid.cases[0], "program")
    ledger = tiny(operating_revenue=(1, 0), deflator_index=(1, 1), residents=(1, 1))
    told("no_revenue", decompose, ledger, "debt_ratio")


def test_a_taken_port():
    bound = listen("127.0.0.1", 0)
    told("no_place_for_page", listen, "127.0.0.1", bound.getsockname()[1])
    bound.close()


def test_accounts_that_do_not_close(municipality, monkeypatch):
    import numpy as np

    from ldip.model import soundness
    from ldip.model.engine.simulate import Ledger
    from ldip.model.plan.baseline import build

    monkeypatch.setattr(soundness, "residuals", lambda *_: {"cash": np.array([[1.0]])})
    told("broken_identity", main, ["scenario", "check", str(municipality)], standalone_mode=False)
    under = "closing_general_debt never negative"
    monkeypatch.setattr(soundness, "residuals", lambda *_: {under: np.array([[-1.0]])})
    told("line_under_zero", main, ["scenario", "check", str(municipality)], standalone_mode=False)
    base = build(read("baerum-2020").scenario, 2)
    number, none = np.ones((1, 2, 1)), np.full((1, 2, 1), np.nan)
    told("line_not_finite", soundness.check_path, "x", Ledger(base.years, ("sales",), none), base.opening)
    poor = Ledger(base.years, ("operating_revenue",), -number)
    told("no_revenue_in", soundness.check_path, "x", poor, base.opening)
    told("run_not_finite", soundness.check_runs, "x", base.years, ("cpi_index",), none)
    rest = (base.opening, base.response, {})
    for value, others in ((np.nan, 1.0), (0.0, np.nan)):
        plan = base.plan._replace(residents=np.full(2, value), sales=np.full(2, others))
        told("not_computed", soundness.check_plan, "x", base.years, plan, *rest)
    told("divided_by", soundness.check_plan, "x", base.years, plan, *rest)


def test_formats_that_cannot_be_read_or_brought_up(tmp_path):
    def upgrade(text: str, beside: str | None = None) -> list[Upgrade]:
        (tmp_path / "change.toml").write_text(text, encoding="utf-8")
        if beside is not None:
            (tmp_path / "change.toml.v1").write_text(beside, encoding="utf-8")
        return [*upgrades(tmp_path / "change.toml")]

    title = 'title_nb = "a"\ntitle_en = "b"\n'
    told("bad_format", upgrade, f"[change]\n{title}format = 0\n")
    told("newer_format", upgrade, f"[change]\n{title}format = 99\n")
    told("not_by_line", upgrade, 'change = { title_nb = "a", title_en = "b" }\n')
    told("kept_file_in_the_way", upgrade, f"[change]\n{title}", "other")


def test_years_without_what_something_is_divided_by(municipality):
    def change(name: str, column: str, value: str, where: Callable[[dict[str, str]], bool]) -> None:
        path = municipality / name
        rows = rows_of(path)
        for row in filter(where, rows):
            row[column] = value
        write_rows(path, rows)

    change("plan.csv", "2021", "0", lambda row: row["line"] == "general_investment")
    change("areas.csv", "2022", "0", lambda _: True)
    change("population.csv", "2023", "0", lambda row: row["group"] in ("20-29", "30-49", "50-66"))
    faults = _faults_of(read, str(municipality))
    holds("no_investment", faults)
    holds("no_frames", faults)
    holds("nobody_works", faults)


def test_ages_of_the_nation_that_do_not_follow_each_other(municipality):
    rows = ("age_from,age_to,2030,2020,basis,source", "0,10,1,1,source,abc", "12,,1,1,source,abc")
    (municipality / "national_ages.csv").write_text("\n".join(rows), encoding="utf-8")
    faults = _faults_of(read, str(municipality))
    holds("not_next_group", faults)
    holds("years_not_rising", faults)


@pytest.mark.parametrize("kind", PROJECT_ROWS)
def test_projects(folder, kind):
    project, cells, _ = PROJECT_ROWS[kind]
    put(folder, project, **cells)
    told(kind, read, str(folder))


@pytest.mark.parametrize("kind", PROJECT_CHANGES)
def test_changes_of_projects(folder, kind):
    told(kind, changed, folder, PROJECT_CHANGES[kind][0])


def test_projects_that_come_to_more_than_the_plan(folder):
    put(folder, "nytt_sykehjem", p50="300", p85="", profile="1")
    told("more_than_planned", main, ["scenario", "check", str(folder)], standalone_mode=False)


def test_projects_that_cannot_be_moved(folder, tmp_path):
    put(folder, "storelva_bru", start="2023", earliest="", latest="", profile="0.2 0.2 0.6")
    told("has_begun", changed, folder, "[projects.storelva_bru]\nstart = 2026\n")
    file = tmp_path / "drop.toml"
    file.write_text("[change]\nformat = 3\n[projects.oksenoya_care_centre]\ndropped = true\n", encoding="utf-8")
    told("cost_not_known", read, "baerum-2020", (str(file),))


def test_a_workbook_of_several_sheets(folder):
    (folder / "areas.csv").unlink()
    with xlsxwriter.Workbook(str(folder / "areas.xlsx")) as book:
        book.add_worksheet("Merknad").write(0, 0, "x")
        book.add_worksheet("Rammer").write(0, 0, "area")
    told("table_no_sheet", lambda: read(str(folder)))


def test_what_only_a_change_may_say(folder):
    edit(folder / "base.toml", "loan_margin = { value", "loan_margin = { shift = 0.1, value")
    told("only_in_a_change", lambda: read(str(folder)))


def test_every_kind_is_told_by_a_test():
    alone = set(re.findall(r'\b(?:told|holds)\("(\w+)"', Path(__file__).read_text(encoding="utf-8")))
    tested = {
        *TABLES,
        *GRIDS,
        *SERIES,
        *SHEETS,
        *COMMANDS,
        *STATES,
        *CASES,
        *PROJECT_ROWS,
        *PROJECT_CHANGES,
        *STATISTICS,
        *WORKBOOKS,
    } | alone
    in_files = {directives(path)["kind"] for path in BAD}
    assert tested | in_files | set(DOUBTFUL) == set(fault_words())
