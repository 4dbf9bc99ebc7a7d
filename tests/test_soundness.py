"""No figure that is not finite, and no baseline whose identities fail, leaves any command, page or file."""

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ldip.analysis.discovery import discover
from ldip.analysis.reserve import reserve_curve
from ldip.analysis.restructuring import Margins, chosen_rules
from ldip.cli import main
from ldip.cli.options import Number
from ldip.errors import Fault, InputError
from ldip.model import drivers
from ldip.model.accounts.inputs import Opening, People, Weather
from ldip.model.accounts.year import LINES
from ldip.model.catalogue import catalogue, headline
from ldip.model.engine.simulate import Ledger, built, run_baseline, simulate, simulate_built
from ldip.model.identities import line_of, residuals
from ldip.model.plan.baseline import Baseline, build
from ldip.model.soundness import WITNESSES, check_path, check_plan
from ldip.scenario.files.reader import find, read
from ldip.scenario.files.recorded import read_recorded
from ldip.scenario.rows import PAID_WITH, PLAN_LINES
from ldip.scenario.schema import Scenario
from ldip.statistics.stream import simulate_and_summarise, summarise_built

SHIPPED = ("baerum-2020", "eksempelvik-2025")
Rows = list[dict[str, str]]

pytestmark = pytest.mark.filterwarnings("ignore::ldip.errors.Notice")
"""What is done to the tables here gives something to look at, too."""


@pytest.fixture(params=SHIPPED)
def folder(request, tmp_path: Path) -> Path:
    folder = shutil.copytree(find(request.param).folder, tmp_path / "kommune")
    return without_projects(folder)


def without_projects(folder: Path) -> Path:
    """The municipality without named projects, which no plan of zeros could hold."""
    (folder / "projects.csv").unlink()
    for change in (folder / "changes").glob("*.toml"):
        if "[projects." in change.read_text(encoding="utf-8"):
            change.unlink()
    return folder


def rows_of(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def years_of(rows: Rows) -> list[str]:
    return [column for column in rows[0] if column.isdigit()]


def zeroed(rows: Rows, cells: list[tuple[str, str]]) -> Rows:
    """The plan with (line, year) zero."""
    return [row | {year: "0" for line, year in cells if row["line"] == line} for row in rows]


def without_investment(rows: Rows) -> set[tuple[str, str]]:
    """(key, value) of each amount of the plan that comes with an investment that is not there."""
    found = set()
    for line, investment in PAID_WITH.items():
        for year in years_of(rows):
            of = {name: sum(float(r[year]) for r in rows if r["line"] == name) for name in (line, investment)}
            if of[line] and not of[investment]:
                found |= {
                    (f"{line}.{year}", f"{float(r[year]):g}") for r in rows if r["line"] == line and float(r[year])
                }
    return found


def figures_or_fault(folder: Path) -> list[Fault]:
    """The faults of reading or building a municipality; without any, all of its figures are finite numbers."""
    try:
        scenario = read(str(folder)).scenario
        ledger = simulate(scenario, runs=20, seed=1, years=12)
    except InputError as error:
        return error.faults
    path = run_baseline(build(scenario, 12))
    assert np.isfinite(ledger.values).all()
    assert np.isfinite(path.values).all()
    assert (path["debt_ratio"] != 0.0).all(), "a ratio that could not be computed"
    return []


# --- a plan with zeros


@pytest.mark.parametrize("line", PLAN_LINES)
def test_a_year_without_a_line_of_the_plan_gives_finite_figures_or_a_fault(folder, line):
    plan = folder / "plan.csv"
    rows = rows_of(plan)
    for year in years_of(rows):
        changed = zeroed(rows, [(line, year)])
        write_rows(plan, changed)
        found = figures_or_fault(folder)
        assert {(fault.key, fault.value) for fault in found} == without_investment(changed)
        for fault in found:
            row = rows[int(fault.file.removeprefix("kommune/plan.csv:")) - 2]
            assert (row["line"], f"{float(row[year]):g}") == (fault.key.removesuffix(f".{year}"), fault.value)
            assert PAID_WITH[row["line"]] == line
            assert line in fault.say("en")
            assert fault.say("nb") != fault.say("en")


@pytest.mark.parametrize("line", PAID_WITH)
def test_nothing_from_nothing_is_nothing(folder, line):
    """Neither the amount nor the investment that it comes with: both lines of the accounts are zero, the rest goes
    on, and in the other years the adopted amount is kept to the krone."""
    plan = folder / "plan.csv"
    rows = rows_of(plan)
    year = years_of(rows)[1]
    write_rows(plan, zeroed(rows, [(line, year), (PAID_WITH[line], year)]))
    assert figures_or_fault(folder) == []
    scenario = read(str(folder)).scenario
    ledger = run_baseline(build(scenario, 12))
    adopted = scenario.plan_line(line)
    assert adopted[1] == 0.0
    np.testing.assert_allclose(ledger[line][: len(adopted), 0], adopted, rtol=1e-12)
    assert (ledger[PAID_WITH[line]][1] == 0.0).all()


@settings(max_examples=25, deadline=None)
@given(
    name=st.sampled_from(SHIPPED),
    chosen=st.lists(st.sampled_from(list(PLAN_LINES)), unique=True),
    place=st.integers(-1, 3),
)
def test_any_zeros_together_give_finite_figures_or_a_fault(tmp_path_factory, name, chosen, place):
    """In one year of the plan, or (-1) in all of them."""
    folder = shutil.copytree(find(name).folder, tmp_path_factory.mktemp("zeros") / "kommune")
    without_projects(folder)
    rows = rows_of(folder / "plan.csv")
    years = years_of(rows)
    cells = [(line, year) for line in chosen for year in (years[place : place + 1] if place >= 0 else years)]
    write_rows(folder / "plan.csv", zeroed(rows, cells))
    for fault in figures_or_fault(folder):
        assert fault.key
        assert fault.say("nb") != fault.say("en")


def finite(text: str) -> Any:
    """JSON without NaN and Infinity, which are none."""

    def refuse(word: str) -> float:
        raise AssertionError(word)

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("line", PAID_WITH)
def test_every_command_takes_a_year_without_investment_or_tells_the_same_fault(ldip, folder, line):
    plan = folder / "plan.csv"
    rows = rows_of(plan)
    year = years_of(rows)[-1]
    commands = (
        ("simulate", "kommune", "--runs", 30, "--json", "--no-pictures"),
        ("plan", "kommune", "--json"),
        ("scenario", "check", "kommune"),
        ("compare", "kommune", "kommune+housing-minus-20", "--runs", 30, "--json", "--no-pictures"),
    )
    write_rows(plan, zeroed(rows, [(line, year), (PAID_WITH[line], year)]))
    for words in commands:
        said = ldip(*words)
        assert said.code == 0, said.err
        if "--json" in words:
            finite(said.out)
    write_rows(plan, zeroed(rows, [(PAID_WITH[line], year)]))
    errors = set()
    for words in commands:
        said = ldip(*words)
        assert (said.code, said.out) == (1, "")
        errors |= set(said.err.splitlines())
    amounts = [row for row in rows if row["line"] == line and float(row[year])]
    assert len(errors) == len(amounts)
    assert all(f"{line}.{year}" in error and PAID_WITH[line] in error for error in errors)


# --- the plan, the accounts and the runs: every number that is none is told


@pytest.fixture(scope="module")
def base(scenario) -> Baseline:
    return build(scenario, 6)


def others(base: Baseline) -> dict[str, np.ndarray]:
    return {"areas": base.other_frames, "population": base.population.closing[:, -6:]}


def faults_of(call: Callable[[], object]) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        call()
    for fault in caught.value.faults:
        assert fault.say("nb") != fault.say("en")
    return caught.value.faults


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_every_number_of_a_baseline_must_be_finite(base, number):
    def faults(plan=base.plan, opening=base.opening, response=base.response, **changed: np.ndarray) -> list[str]:
        rest = others(base) | changed
        return [f.key for f in faults_of(lambda: check_plan("x", base.years, plan, opening, response, rest))]

    for field, values in base.plan._asdict().items():
        broken = np.where(np.arange(6) == 3, number, values)
        later = np.where(np.arange(6) >= 4, number, base.plan.sales)
        assert faults(base.plan._replace(**{field: broken})) == [f"{field}.{base.years[3]}"]
        if field != "sales":  # what comes in later years comes of it
            assert faults(base.plan._replace(**{field: broken, "sales": later})) == [f"{field}.{base.years[3]}"]
    for field in Opening._fields:
        assert faults(opening=base.opening._replace(**{field: number})) == [f"opening.{field}"]
    for place, field in enumerate(People._fields):
        broken = base.response.copy()
        broken[place, 4, 1, 2] = number
        assert faults(response=broken) == [f"response.{field}.{base.years[4]}"]
    for name, values in others(base).items():
        broken = values.copy()
        broken[0, 1] = number
        assert faults(**{name: broken}) == [f"{name}.{base.years[1]}"]


@pytest.mark.parametrize("field", ["opening_residents", "residents", "working_age"])
def test_a_municipality_without_people_is_told(base, field):
    empty = base.plan._replace(**{field: np.where(np.arange(6) == 5, 0.0, getattr(base.plan, field))})
    rest = others(base)
    (fault,) = faults_of(lambda: check_plan("x", base.years, empty, base.opening, base.response, rest))
    assert fault.key == f"{field}.{base.years[5]}"
    assert "not above zero" in fault.say("en")


def test_every_line_of_the_accounts_must_be_finite(base):
    path = run_baseline(base)
    for place, line in enumerate(LINES):
        values = path.values.copy()
        values[place, 2:] = np.nan
        (fault,) = faults_of(
            lambda values=values: check_path("x", Ledger(path.years, path.lines, values), base.opening)
        )
        assert (fault.file, fault.key) == ("x", f"{line}.{base.years[2]}")
        label = catalogue()[line].label
        assert label.en in fault.say("en")
        assert label.nb in fault.say("nb")


def test_every_identity_must_hold(base):
    """A million more on the line that an identity is about, and that identity is told with the year; a rounding
    error is not."""
    path = run_baseline(base)
    for identity in residuals(path, base.opening):
        line = line_of(identity)
        values = path.values.copy()
        values[LINES.index(line), 4:] += -1e9 if identity.endswith("never negative") else 1.0
        moved = Ledger(path.years, path.lines, values)
        told = faults_of(lambda moved=moved: check_path("x", moved, base.opening))
        assert f"{line}.{base.years[4]}" in {fault.key for fault in told}
        values = path.values.copy()
        values[LINES.index(line)] += 1e-9
        check_path("x", Ledger(path.years, path.lines, values), base.opening)


def test_a_baseline_that_breaks_an_identity_runs_nowhere(ldip, tmp_path):
    """More grants than investment and debt of water, waste and housing: the model would owe less than nothing."""
    folder = shutil.copytree(find("baerum-2020").folder, tmp_path / "kommune")
    rows = rows_of(folder / "plan.csv")
    for row in rows:
        if row["line"] == "housing_grants":
            row["2022"] = "5000"
    write_rows(folder / "plan.csv", rows)
    for words in (
        ("scenario", "check", "kommune"),
        ("plan", "kommune"),
        ("simulate", "kommune", "--runs", 20),
        ("explain", "kommune"),
        ("restructure", "kommune", "--runs", 20),
        ("stress", "kommune", "--runs", 20),
        ("population", "kommune", "--runs", 20),
        ("workbook", "kommune", "--runs", 20),
        ("report", "kommune", "--runs", 20),
        ("sensitivity", "kommune", "--runs", 512),
        ("backtest", "--scenario", "kommune"),
    ):
        said = ldip(*words, "--lang", "en")
        assert (said.code, said.out) == (1, ""), words
        assert "baerum-2020: closing_self_financing_debt.2022 = -" in said.err, words
        assert "2022" in said.err
    assert not Path("ldip-results").exists() or not any(path.is_file() for path in Path("ldip-results").rglob("*"))


def test_a_municipality_without_revenue_has_no_ratios(scenario):
    poor = scenario.model_copy(
        update={
            "plan": tuple(
                row.model_copy(update={"values": tuple(0.0 for _ in row.values)})
                if row.line in ("tax", "general_grant", "host_grant", "compensation", "integration_grant")
                or row.line == "sector_revenue"
                else row
                for row in scenario.plan
            )
        }
    )
    (fault,) = faults_of(lambda: simulate(poor, runs=10, seed=1, years=3))
    assert fault.key == "operating_revenue.2020"


# --- runs


@pytest.mark.parametrize("field", Weather._fields)
@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_one_run_that_cannot_be_computed_is_told_whatever_lines_are_asked_for(scenario, field, number):
    def broken(*of: Any) -> np.ndarray:
        found = drivers.weather(*of)
        found[Weather._fields.index(field), 2, 17] = number
        return found

    ready = built(scenario, 5)
    for lines in (LINES, ["any_rule_breach"], ["debt_ratio"], ["restructuring_need"]):
        (fault,) = faults_of(lambda lines=lines: simulate_built(ready, runs=40, seed=1, lines=lines, weather=broken))
        line, year = fault.key.split(".")
        assert year in ("2022", "2023")  # what moves investment reaches operations the year after
        assert line in lines or line in WITNESSES
        assert fault.file == "baerum-2020"


def test_the_witnesses_are_no_lines_of_the_ledger_that_did_not_ask(scenario):
    ledger = simulate(scenario, runs=10, seed=1, years=3, lines=["residents"])
    assert ledger.lines == ("residents",)
    assert ledger.values.shape == (1, 3, 10)


@pytest.fixture(scope="module")
def wild(scenario) -> Scenario:
    """Wages that the schema allows and no number can hold."""
    wages = scenario.drivers.wages
    swing = {"volatility": 1.0, "persistence": 0.999, "deflator_weight": 1.0, "catch_up": 0.0}
    changed = {key: getattr(wages, key).model_copy(update={"value": value}) for key, value in swing.items()}
    moved = scenario.drivers.model_copy(update={"wages": wages.model_copy(update=changed)})
    return scenario.model_copy(update={"drivers": moved})


@pytest.mark.parametrize(
    "how", [{"runs": 300}, {"runs": 2048, "engine": "compiled"}, {"runs": 4096, "engine": "compiled", "batch": 1024}]
)
def test_a_summary_of_runs_that_cannot_be_computed_names_metric_and_year(wild, how):
    (fault,) = faults_of(lambda: simulate_and_summarise(wild, name="x", years=40, seed=1, **how))
    metric, year = fault.key.split(".")
    assert metric in {found.id for found in headline()}
    assert 2020 <= int(year) < 2060
    assert "volatility" in fault.say("en")


def test_one_such_run_in_a_later_batch_is_told(scenario):
    ready = built(scenario, 3)
    draw = drivers.weather

    def broken(process: Any, seed: int, first: int, runs: int, *of: Any) -> np.ndarray:
        found = draw(process, seed, first, runs, *of)
        if first <= 3077 < first + runs:
            found[Weather._fields.index("own_tax_factor"), 1, 3077 - first] = np.nan
        return found

    for engine_name, batch in (("compiled", 1024), ("numpy", 4096)):
        how: dict[str, Any] = {"name": "x", "base_year": 2020, "runs": 4096, "seed": 1, "weather": broken}
        (fault,) = faults_of(lambda e=engine_name, b=batch, how=how: summarise_built(ready, engine=e, batch=b, **how))
        assert fault.key == "tax_revenue.2021"


def test_analyses_of_events_tell_it_too(wild):
    faults_of(lambda: reserve_curve(wild, runs=300, seed=1, years=40))
    faults_of(lambda: discover(wild, runs=300, seed=1, years=40))
    faults_of(lambda: Margins(wild, chosen_rules(wild, ["deficit"]), None, runs=300, seed=1, years=40).held(0.0))


def test_nothing_is_written_of_runs_that_cannot_be_computed(ldip, here):
    swing = [("volatility", 1.0, "standard deviation per year"), ("persistence", 0.999, "share per year")]
    lines = [
        f'{key} = {{ value = {value}, unit = "{unit}", basis = "assumption", source = "test" }}\n'
        for key, value, unit in [*swing, ("deflator_weight", 1.0, "share"), ("catch_up", 0.0, "share per year")]
    ]
    (here / "wild.toml").write_text("[drivers.wages]\n" + "".join(lines), encoding="utf-8")
    for words in (
        ("simulate", "--change", "wild.toml", "--out", "r", "--keep-runs", "npy"),
        ("simulate", "--change", "wild.toml", "--out", "r"),
        ("compare", "baerum-2020", "wild.toml", "--out", "r"),
    ):
        said = ldip(*words, "--runs", 300, "--years", 40, "--lang", "en")
        assert said.code == 1
        assert "cannot be computed in" in said.err
        assert "RuntimeWarning" not in said.err
        assert not (here / "r").exists() or not any((here / "r").iterdir())


# --- what comes from outside


def commands(group: Any = main, above: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")
        else:
            yield f"{above}{name}", command


@pytest.mark.parametrize("word", ["nan", "inf", "-inf", "NaN", "1e999"])
def test_no_option_takes_a_number_that_is_none(word):
    looked_at = set()
    for name, command in commands():
        for param in command.params:
            try:
                found = param.type.convert(word, param, None)
            except click.BadParameter:
                looked_at.add(f"{name} {param.name}")
                continue
            assert isinstance(found, str | Path), f"{name} {param.name} takes {word}"
    assert {"simulate step", "payback discount_rate", "restructure confidence", "explain group"} <= looked_at


def test_limits_and_words_of_a_number_are_clicks_own():
    assert Number(0.0, 2.0).convert("1.5", None, None) == 1.5
    with pytest.raises(click.BadParameter, match="2"):
        Number(0.0, 2.0).convert("3", None, None)
    with pytest.raises(click.BadParameter, match="ikke et endelig tall"):
        Number(0.0, 2.0).convert("nan", None, None)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "1e999"])
def test_a_recorded_step_must_be_a_number(ldip, here, word):
    assert ldip("simulate", "--runs", 20, "--years", 3, "--no-pictures", "--out", "r").code == 0
    path = here / "r" / "provenance.json"
    text = path.read_text(encoding="utf-8")
    assert '"step": 0.0' in text
    path.write_text(text.replace('"step": 0.0', f'"step": {word}'), encoding="utf-8")
    (fault,) = faults_of(lambda: read_recorded(here / "r"))
    assert fault.file.endswith("provenance.json")


@pytest.mark.parametrize(
    ("table", "column", "cell"),
    [
        *(("plan", "2021", cell) for cell in ("1e200", "-1e7", "1000001")),
        *(("areas", "2021", cell) for cell in ("1e200", "-1e7")),
        *(("population", "2021", cell) for cell in ("5e16", "1e300")),
        *(("published", "2021", cell) for cell in ("1e200", "-1e200")),
        *((table, "2021", cell) for table in ("plan", "areas", "population") for cell in ("nan", "inf", "1e999")),
    ],
)
def test_cells_have_limits(tmp_path, table, column, cell):
    folder = shutil.copytree(find("baerum-2020").folder, tmp_path / "kommune")
    rows = rows_of(folder / f"{table}.csv")
    rows[2][column] = cell
    write_rows(folder / f"{table}.csv", rows)
    found = faults_of(lambda: read(str(folder)))
    assert (found[0].file, found[0].key) == (f"kommune/{table}.csv:4", column)


@pytest.mark.parametrize("kept", [1, 2, 10, 60])
def test_ages_that_end_before_the_people_do_are_told(folder, kept):
    rows = rows_of(folder / "ages.csv")
    write_rows(folder / "ages.csv", rows[:kept])
    found = faults_of(lambda: read(str(folder)))
    assert {fault.file for fault in found} == {"kommune/ages.csv"}
    groups = [row["group"] for row in rows_of(folder / "population.csv") if float(row["age_from"]) >= kept]
    assert all(group in found[-1].say("en") for group in groups)


def test_a_year_without_anybody_of_working_age_is_told(folder):
    rows = rows_of(folder / "population.csv")
    year = years_of(rows)[3]
    for row in rows:
        if float(row["age_to"]) >= 20 and float(row["age_from"]) <= 66:
            row[year] = "0"
    write_rows(folder / "population.csv", rows)
    (fault,) = faults_of(lambda: read(str(folder)))
    assert (fault.file, fault.key) == ("kommune/population.csv", year)
    assert "aged 20 to 66" in fault.say("en")


def test_a_year_without_frames_is_told(folder):
    rows = rows_of(folder / "areas.csv")
    year = years_of(rows)[-1]
    for row in rows:
        row[year] = "0"
    write_rows(folder / "areas.csv", rows)
    (fault,) = faults_of(lambda: read(str(folder)))
    assert (fault.file, fault.key) == ("kommune/areas.csv", year)
