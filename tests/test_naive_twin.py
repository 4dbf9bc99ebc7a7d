"""The program against its naive twin (naive_twin.py): every line, every year, on calm and on simulated weather.

Both are written from docs/model.md, the twin without looking at the program. A line on which they are known to
disagree belongs in KNOWN_DISAGREEMENTS with the reason.
"""

import csv
import random
import shutil
import zlib
from pathlib import Path
from types import SimpleNamespace

import naive_twin
import numpy as np
import pytest
import random_projects

from ldip.model import drivers
from ldip.model.accounts.inputs import Opening, People, Plan, Projects
from ldip.model.accounts.year import LINES
from ldip.model.engine.simulate import run_baseline, simulate
from ldip.model.people.cohorts import fit
from ldip.model.people.extra import extra_people
from ldip.model.plan.baseline import build
from ldip.model.projects.chance import as_planned, projects_of
from ldip.scenario.drivers import Drivers
from ldip.scenario.files.reader import change_names, read, shipped_folder
from ldip.scenario.numbers import quantities
from ldip.scenario.quantities import Parameter
from ldip.scenario.schema import limits

FOLDER = shipped_folder() / "baerum-2020"
SHIPPED = {name: FOLDER / "changes" / f"{name}.toml" for name in change_names(FOLDER)}
REASON = 'basis = "assumption", source = "test"'
REASON_OF_PROJECT = 'basis = "assumption"\nsource = "test"'
KNOWN_DISAGREEMENTS: dict[str, str] = {}
"""Line -> why the page and the program may differ on it. Not compared."""

EXTREME = f"""
[change]
format = 3
[housing]
pace = {{ value = 1.2, {REASON} }}
reference_completions = {{ dated = {{ 2020 = 1600.0, 2029 = 400.0 }}, {REASON} }}
developer_contribution = {{ value = 0.12, {REASON} }}
[interest]
compensation_base = {{ value = 2000.0, {REASON} }}
[revenue]
shortfall = {{ dated = {{ 2020 = 0.0, 2027 = 0.004 }}, {REASON} }}
income_system_loss = {{ dated = {{ 2020 = 0.0, 2031 = 40.0 }}, {REASON} }}
topup_level = {{ value = 0.98, {REASON} }}
own_to_national_tax = {{ value = 1.0, {REASON} }}
[investment]
cost_overrun = {{ value = 0.1, {REASON} }}
slippage = {{ dated = {{ 2020 = 0.3, 2030 = 0.0, 2035 = 0.2 }}, {REASON} }}
renewal = {{ dated = {{ 2024 = 1500.0, 2026 = 0.0, 2028 = 1000.0, 2031 = 5.0, 2032 = 800.0 }}, {REASON} }}
sales = {{ dated = {{ 2024 = 40.0, 2026 = 400.0, 2028 = 40.0, 2031 = 300.0, 2032 = 40.0 }}, {REASON} }}
[services]
measures_delivery = {{ value = 0.7, {REASON} }}
[endowment]
base_capital = {{ dated = {{ 2020 = 1500.0, 2026 = 4500.0, 2032 = 1500.0 }}, {REASON} }}
[financing]
useful_life = {{ value = 12.0, {REASON} }}
equity_target = {{ dated = {{ 2020 = 0.5, 2025 = 0.1, 2034 = 0.6 }}, {REASON} }}
instalment_share = {{ value = 0.03, {REASON} }}
[rules]
equity_minimum = {{ dated = {{ 2020 = 0.2, 2028 = 0.3 }}, {REASON} }}
buffer_floor = {{ dated = {{ 2020 = 60.0, 2028 = 200.0 }}, {REASON} }}
result_share_minimum = {{ dated = {{ 2020 = 0.03, 2028 = 0.0 }}, {REASON} }}
[drivers.rate]
volatility = {{ value = 0.02, {REASON} }}
persistence_spread = {{ value = 0.1, {REASON} }}
[drivers.national_tax]
volatility = {{ value = 0.08, {REASON} }}
[drivers.own_tax]
volatility = {{ value = 0.08, {REASON} }}
degrees_of_freedom = {{ value = 3.0, {REASON} }}
[drivers.completions]
volatility = {{ value = 0.8, {REASON} }}
bust_start = {{ value = 0.3, {REASON} }}
[drivers.construction]
volatility = {{ value = 0.1, {REASON} }}
[drivers.wages]
volatility = {{ value = 0.02, {REASON} }}
[drivers.cpi]
persistence = {{ value = 0.4, {REASON} }}
[drivers.equities]
volatility = {{ value = 0.4, {REASON} }}
[drivers.income_system]
frequency = {{ value = 0.2, {REASON} }}
smallest = {{ value = 0.0, {REASON} }}
largest = {{ value = 0.02, {REASON} }}
[drivers.delivery]
spread = {{ value = 0.3, {REASON} }}
[drivers.slippage]
spread = {{ value = 0.2, {REASON} }}
[drivers.companies]
volatility = {{ value = 0.4, {REASON} }}
[local_revenue]
dividends = {{ value = 40.0, {REASON} }}
"""

CORRELATED = f"""
[change]
format = 3
[interest]
money_market_rate = {{ dated = {{ 2020 = 0.02, 2024 = 0.0001, 2027 = 0.0, 2029 = -0.005, 2031 = 0.04 }}, {REASON} }}
[drivers.rate]
volatility = {{ value = 0.03, {REASON} }}
lower_bound = {{ value = -0.002, {REASON} }}
[drivers.correlation]
rate_own_tax = {{ value = -0.4, {REASON} }}
rate_completions = {{ value = -0.5, {REASON} }}
national_tax_own_tax = {{ value = 0.2, {REASON} }}
own_tax_completions = {{ value = 0.3, {REASON} }}
wages_cpi = {{ value = -0.4, unit = "correlation", {REASON} }}
construction_equities = {{ value = 0.6, unit = "correlation", {REASON} }}
[drivers.equities]
volatility = {{ value = 0.0, {REASON} }}
[drivers.wages]
volatility = {{ value = 0.03, {REASON} }}
"""

CERTAIN = f"""
[change]
format = 3
[drivers.rate]
volatility = {{ value = 0.0, {REASON} }}
persistence_spread = {{ value = 0.0, {REASON} }}
[drivers.own_tax]
volatility = {{ value = 0.0, {REASON} }}
degrees_of_freedom = {{ value = 0.0, {REASON} }}
[drivers.wages]
volatility = {{ value = 0.0, {REASON} }}
"""


GROWTH_GRANT = f"""
[change]
format = 3
[housing]
pace = {{ value = 1.5, {REASON} }}
[revenue]
growth_grant_per_resident = {{ dated = {{ 2020 = 0.02, 2030 = 0.03 }}, {REASON} }}
growth_grant_limit = {{ value = 0.009, {REASON} }}
growth_grant_tax_level = {{ dated = {{ 2020 = 1.4, 2022 = 1.6 }}, {REASON} }}
"""

NO_NEEDS = f"""
[change]
format = 3
[revenue]
needs_equalisation = {{ dated = {{ 2020 = 0.0, 2033 = 0.5 }}, {REASON} }}
demography_financing = {{ value = 0.4, {REASON} }}
[services]
sticky_share = {{ value = 0.8, {REASON} }}
"""

LEAN = f"""
[change]
format = 3
[revenue]
shortfall = {{ dated = {{ 2020 = 0.07, 2023 = 0.0, 2026 = 0.05, 2028 = 0.0, 2031 = 0.04, 2034 = 0.0 }}, {REASON} }}
[opening]
buffer_fund = {{ value = 160.0, {REASON} }}
wage_reserve = {{ value = 200.0, {REASON} }}
discretionary_funds = {{ value = 150.0, {REASON} }}
[financing]
equity_target = {{ value = 0.35, {REASON} }}
[restructuring]
surplus_margin = {{ value = 0.005, {REASON} }}
most_change = {{ value = 0.012, {REASON} }}
postponement = {{ value = 0.8, {REASON} }}
[rules]
budgeted_buffer_use = {{ value = 80.0, {REASON} }}
buffer_floor = {{ dated = {{ 2020 = 20.0, 2028 = 150.0 }}, {REASON} }}
[services]
measures_delivery = {{ value = 0.7, {REASON} }}
[drivers.delivery]
spread = {{ value = 0.3, {REASON} }}
"""
"""So small funds that every step of the year-end is reached; and a municipality that steers by it."""

WHOLE_FIRST_YEAR = f"""
[change]
format = 3
[drivers]
first_year = {{ value = 1.0, {REASON} }}
"""

YEARS_WITHOUT = f"""
[change]
format = 3
[drivers.completions]
volatility = {{ value = 0.65, {REASON} }}
zero_year = {{ value = 0.15, {REASON} }}
backlog = {{ value = 0.8, {REASON} }}
bust_start = {{ value = 0.2, {REASON} }}
bust_depth = {{ value = 0.7, {REASON} }}
[drivers.national_tax]
degrees_of_freedom = {{ value = 3.0, {REASON} }}
carried_on = {{ value = 0.9, {REASON} }}
taken_back = {{ value = 0.1, {REASON} }}
[drivers.wages]
catch_up = {{ value = 0.5, {REASON} }}
[pension]
amortisation_years = {{ value = 3.0, {REASON} }}
"""

ONLY_YEARS_WITHOUT = f"""
[change]
format = 3
[drivers]
first_year = {{ value = 0.0, {REASON} }}
[drivers.rate]
volatility = {{ value = 0.0, {REASON} }}
[drivers.completions]
volatility = {{ value = 0.0, {REASON} }}
rate_response = {{ value = 0.0, {REASON} }}
zero_year = {{ value = 0.3, {REASON} }}
bust_start = {{ value = 0.2, {REASON} }}
bust_depth = {{ value = 1.0, {REASON} }}
backlog = {{ value = 1.0, {REASON} }}
[drivers.cpi]
volatility = {{ value = 0.0, {REASON} }}
[drivers.mortality]
volatility = {{ value = 0.0, {REASON} }}
"""
"""No spread of completions' log, so that N(m) = pos(1 - m), and busts in which nothing is built."""


OWN_REVENUE = f"""
[change]
format = 3
[local_revenue]
property_tax_rate = {{ dated = {{ 2020 = 2.5, 2025 = 3.4, 2030 = 0.0 }}, {REASON} }}
property_tax_base = {{ value = 90000.0, {REASON} }}
property_tax_base_growth = {{ dated = {{ 2020 = 0.01, 2024 = 0.2, 2025 = -0.02 }}, {REASON} }}
property_tax_base_per_dwelling = {{ dated = {{ 2020 = 3.0, 2027 = 3.5 }}, {REASON} }}
natural_resource_tax = {{ dated = {{ 2020 = 60.0, 2026 = 90.0 }}, {REASON} }}
concession_revenue = {{ dated = {{ 2020 = 35.0, 2022 = 80.0 }}, {REASON} }}
dividends = {{ dated = {{ 2020 = 20.0, 2028 = 120.0 }}, {REASON} }}
fee_change = {{ dated = {{ 2020 = 0.0, 2022 = 0.08, 2030 = -0.05 }}, {REASON} }}
[investment]
land_sales = {{ dated = {{ 2020 = 30.0, 2027 = 4000.0, 2028 = 10.0 }}, {REASON} }}
[revenue]
own_to_national_tax = {{ value = 0.9, {REASON} }}
income_system_loss = {{ dated = {{ 2020 = -60.0, 2023 = 30.0 }}, {REASON} }}
[drivers.companies]
persistence = {{ value = 0.3, {REASON} }}
volatility = {{ value = 0.35, {REASON} }}
[one_off.settlement]
nb = "Oppgjør"
en = "Settlement"
year = 2021
amount = {{ value = 150.0, unit = "mill. kr", {REASON} }}
[one_off.moving]
nb = "Flytting"
en = "Moving"
year = 2026
amount = {{ value = -80.0, unit = "mill. kr", {REASON} }}
[one_off.repairs]
nb = "Utbedring"
en = "Repairs"
year = 2026
amount = {{ value = -20.0, unit = "mill. kr", {REASON} }}
"""

DEFICIT = f"""
[change]
format = 3
[revenue]
shortfall = {{ dated = {{ 2020 = 0.045, 2021 = 0.03, 2023 = 0.0 }}, {REASON} }}
[opening]
uncovered_deficit = {{ value = 700.0, {REASON} }}
cover_years = {{ value = 5.0, {REASON} }}
liquidity_reserve = {{ value = -400.0, {REASON} }}
buffer_fund = {{ value = 40.0, {REASON} }}
wage_reserve = {{ value = 0.0, {REASON} }}
discretionary_funds = {{ value = 0.0, {REASON} }}
"""

AMOUNTS = """
[change]
format = 3
[opening]
cover_per_year = { dated = { 2020 = 60.0, 2022 = 100.0, 2024 = 400.0 }, basis = "assumption", source = "test" }
"""
"""The same covered by amounts that are stated."""


class Pair:
    """The same scenario, read and planned by the program and by the twin."""

    def __init__(self, changes: list[Path], years: int, folder: Path = FOLDER):
        self.years = years
        self.scenario = read(str(folder), [str(change) for change in changes]).scenario
        self.baseline = build(self.scenario, years)
        self.twin = naive_twin.read_scenario(folder, changes)
        # All that the twin takes from the program: what the table says about single years of age (least squares).
        fitted = fit(self.scenario)
        self.fit = SimpleNamespace(
            first=self.scenario.scenario.first_year - 2,
            residents=fitted.residents.tolist(),
            migration=[(m.arrivals.tolist(), m.departure_rates.tolist()) for m in fitted.migration],
            later=(fitted.later.arrivals.tolist(), fitted.later.departure_rates.tolist()),
        )
        self.planned = naive_twin.plan_of(self.twin, years, self.fit)
        self.plan = self.planned.years

    def weather(self, seed: int, runs: int) -> np.ndarray:
        """What the program meets: (driver, year, run)."""
        return drivers.weather(drivers.prepare(self.scenario.drivers, self.baseline.plan), seed, 0, runs)

    def luck(self, seed: int, chosen: list[int]) -> list[dict[str, tuple[float, float]]]:
        """Of the chosen runs and every named project, by the page's keys: the normal and the exponential number."""
        result: list[dict[str, tuple[float, float]]] = [{} for _ in chosen]
        for name in (project.id for project in self.twin["projects"]):
            for run, numbers in zip(chosen, result, strict=True):
                block, place = divmod(run, 1024)

                def stream(key: int, block: int = block, name: str = name) -> np.random.Generator:
                    own = (key, block, zlib.crc32(name.encode("utf-8")))
                    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=own)))

                normal = float(stream(30).standard_normal(1024)[place])
                numbers[name] = normal, float(stream(31).standard_exponential(1024)[place])
        return result

    def twin_ledger(self, weather: list[list[list[float]]], luck: list | None = None) -> dict[str, np.ndarray]:
        """The twin's lines (year, run) for the weather of several runs, and their luck with named projects."""
        each = luck or [None] * len(weather)
        pairs = zip(weather, each, strict=True)
        runs = [naive_twin.accounts(self.twin, self.planned, one, self.fit, own) for one, own in pairs]
        return {line: np.array([[year[line] for year in run] for run in runs]).T for line in runs[0][0]}


def assert_same_lines(program: np.ndarray, twin: dict[str, np.ndarray], rel: float, absolute: float) -> None:
    """`program` (line, year, run) against the twin; names every line that differs, and by how much."""
    assert set(twin) == set(LINES)
    differing = {
        line: float(np.max(np.abs(values - twin[line])))
        for line, values in zip(LINES, program, strict=True)
        if line not in KNOWN_DISAGREEMENTS and not np.allclose(values, twin[line], rtol=rel, atol=absolute)
    }
    assert not differing


def run_of(weather: np.ndarray, run: int) -> list[SimpleNamespace]:
    """The weather of a run, year by year, under the twin's names."""
    rows = weather[:, :, run].T.tolist()
    return [SimpleNamespace(**dict(zip(naive_twin.WEATHER, row, strict=True))) for row in rows]


def assert_same_baseline(pair: Pair) -> None:
    program = run_baseline(pair.baseline).values
    twin = pair.twin_ledger([naive_twin.calm(pair.plan)])
    assert_same_lines(program, twin, 1e-10, 1e-9)


def assert_same_simulation(pair: Pair, seed: int, runs: int, chosen: list[int], program: np.ndarray) -> None:
    """`chosen` runs of a simulation of the adopted policy, or of that which the pair's plan follows."""
    weather = pair.weather(seed, runs)
    twin = pair.twin_ledger([weather[:, :, run].tolist() for run in chosen], pair.luck(seed, chosen))
    assert_same_lines(program[:, :, chosen], twin, 1e-10, 1e-9)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def everything_dated(seed: int) -> str:
    """A change in which every number that may be dated changes seven times, up to a fifth up or down."""
    dice = random.Random(seed)
    sections: dict[str, list[str]] = {"change": ["format = 3"]}
    for path, quantity in quantities(read(str(FOLDER)).scenario).items():
        if not isinstance(quantity, Parameter):
            continue
        low, high = limits(path)
        value = list(quantity.numbers().values())[-1]
        dated = []
        for year in (2020, 2021, 2023, 2024, 2025, 2027, 2033):
            moved = value * dice.uniform(0.8, 1.2) if value else dice.uniform(-0.002, 0.002)
            dated.append(f"{year} = {min(high, max(low, moved))!r}")
        section, key = path.rsplit(".", 1)
        sections.setdefault(section, []).append(f"{key} = {{ dated = {{ {', '.join(dated)} }}, {REASON} }}")
    sections["investment"].append(f"capacity_lead = {{ value = {dice.choice([0.0, 1.0, 3.0])}, {REASON} }}")
    return "\n".join(line for name, keys in sections.items() for line in (f"[{name}]", *keys))


def another_municipality(folder: Path) -> Path:
    """Bærum with three plan years, where the young become fewer after them."""
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("published.csv"))
    base = (folder / "base.toml").read_text(encoding="utf-8")
    assert "plan_years = 4" in base
    write(folder / "base.toml", base.replace("plan_years = 4", "plan_years = 3"))
    (folder / "vintages.csv").unlink()
    for table in ("areas", "plan", "population"):
        with open(folder / f"{table}.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            del row["2023"]
            if row.get("group") in ("1-5", "6-12"):
                row["2022"] = str(0.9 * float(row["2022"]))
        with open(folder / f"{table}.csv", "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


@pytest.fixture(scope="module")
def pair() -> Pair:
    return Pair([], 20)


# --- calm weather ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("years", [20, 3])
@pytest.mark.parametrize("change", [None, *SHIPPED])
def test_the_baseline_path(change, years):
    assert_same_baseline(Pair([SHIPPED[change]] if change else [], years))


def test_the_baseline_path_with_all_shipped_changes_in_order():
    assert_same_baseline(Pair(list(SHIPPED.values()), 20))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_baseline_path_when_every_number_changes_over_time(tmp_path, seed):
    """Tells which year's value a rule takes, which constant numbers hide."""
    pair = Pair([write(tmp_path / "dated.toml", everything_dated(seed))], 20)
    assert_same_plan(pair)
    assert_same_baseline(pair)


def test_the_baseline_path_of_another_municipality(tmp_path):
    pair = Pair([], 20, another_municipality(tmp_path / "baerum-2020"))
    assert_same_plan(pair)
    assert_same_baseline(pair)


def test_the_fictitious_municipality():
    folder = shipped_folder() / "eksempelvik-2025"
    pair = Pair([folder / "changes" / "interest-plus-2.toml"], 20, folder)
    assert_same_plan(pair)
    assert_same_baseline(pair)


RARE = ["growth grant", "no needs", "lean", "own revenue", "deficit"]


@pytest.mark.parametrize("text", [GROWTH_GRANT, NO_NEEDS, LEAN, OWN_REVENUE, DEFICIT], ids=RARE)
def test_the_baseline_path_of_scenarios_for_what_is_rare(tmp_path, text):
    pair = Pair([write(tmp_path / "change.toml", text)], 20)
    assert_same_plan(pair)
    assert_same_baseline(pair)


def test_a_nation_of_ones_own(tmp_path):
    """Other groups and years, the open one from the last age of ages.csv on."""
    folder = tmp_path / "baerum-2020"
    shutil.copytree(FOLDER, folder)
    rows = [
        "age_from,age_to,2018,2022,2030,basis,source",
        *(f"{a},{a + 9},9,{8 + a},7,source,test" for a in range(0, 90, 10)),
    ]
    write(folder / "national_ages.csv", "\n".join([*rows, "90,99,3,4,9,source,test", "100,,1,2,3,source,test", ""]))
    pair = Pair([], 20, folder)
    assert_same_plan(pair)
    assert_same_baseline(pair)


def test_ages_of_another_kind(tmp_path):
    """Nobody moves into the dwellings behind the plan, and nobody dies of the oldest age."""
    folder = tmp_path / "baerum-2020"
    shutil.copytree(FOLDER, folder)
    with open(folder / "ages.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows = [{**row, "flat": "0"} for row in rows]
    rows[-1]["mortality"] = "0"
    with open(folder / "ages.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    flats = f"[housing]\nreference_flat_share = {{ dated = {{ 2020 = 1.0, 2025 = 0.5 }}, {REASON} }}\n"
    pair = Pair([write(tmp_path / "flats.toml", f"[change]\nformat = 3\n{flats}")], 20, folder)
    assert_same_plan(pair)
    assert_same_baseline(pair)
    program = simulate(pair.scenario, runs=10, seed=23, years=20).values
    assert_same_simulation(pair, 23, 10, list(range(10)), program)


def test_the_plan_and_the_opening_balance(pair):
    """Also what calm weather does not reach, such as the costs per extra dwelling."""
    assert_same_plan(pair)
    assert_same_opening(pair)


def assert_same_plan(pair: Pair) -> None:
    table = pair.baseline.plan._asdict()
    assert set(vars(pair.plan[0])) == set(Plan._fields)
    for field, values in table.items():
        twin = np.array([float(getattr(p, field)) for p in pair.plan])
        program = np.broadcast_to(np.asarray(values, float), (pair.years,))
        np.testing.assert_allclose(program, twin, rtol=1e-12, atol=1e-13, err_msg=field)


# --- simulated weather -------------------------------------------------------------------------------------------


def with_event(program: np.ndarray, line: str, least: float = 1.0) -> list[int]:
    """The runs in which the line exceeds `least` mill. kr in some year."""
    return np.flatnonzero((program[LINES.index(line)] > least).any(axis=0)).tolist()


def chosen_runs(program: np.ndarray, events: tuple[str, ...], plain: int, each: int) -> list[int]:
    """The first runs, and for every event the first runs in which it happens; the event must happen."""
    chosen = set(range(plain))
    for event in events:
        found = with_event(program, event)
        assert len(found) >= each, event
        chosen |= set(found[:each])
    return sorted(chosen)


DEFICITS = (
    "buffer_use",
    "struck_transfer",
    "emergency_buffer_use",
    "emergency_fund_use",
    "emergency_wage_reserve_use",
    "new_uncovered_deficit",
    "closing_overdue_deficit",
)
SURPLUSES = ("covered_deficit", "buffer_provision", "extra_transfer", "extra_instalments")
EVENTS = (*DEFICITS, *SURPLUSES)


@pytest.mark.parametrize("change", [None, "housing-minus-20", "interest-plus-2"])
def test_simulated_runs(change):
    pair = Pair([SHIPPED[change]] if change else [], 20)
    program = simulate(pair.scenario, runs=400, seed=7, years=20).values
    chosen = chosen_runs(program, EVENTS, plain=40, each=8)
    assert_same_simulation(pair, 7, 400, chosen, program)


def test_simulated_runs_of_the_fictitious_municipality():
    pair = Pair([], 20, shipped_folder() / "eksempelvik-2025")
    program = simulate(pair.scenario, runs=60, seed=9, years=20).values
    assert_same_simulation(pair, 9, 60, list(range(60)), program)


@pytest.mark.parametrize("years", [1, 3, 6, 45])
def test_simulated_runs_of_few_years(years):
    pair = Pair([], years)
    program = simulate(pair.scenario, runs=20, seed=2, years=years).values
    assert_same_simulation(pair, 2, 20, list(range(20)), program)


@pytest.mark.parametrize(
    ("text", "event"),
    [
        (GROWTH_GRANT, "growth_grant"),
        (NO_NEEDS, "needs_grant"),
        (WHOLE_FIRST_YEAR, ""),
        (YEARS_WITHOUT, ""),
        (OWN_REVENUE, "property_tax"),
    ],
    ids=["growth grant", "no needs", "whole first year", "years without", "own revenue"],
)
def test_simulated_runs_of_scenarios_for_what_is_rare(tmp_path, text, event):
    pair = Pair([write(tmp_path / "change.toml", text)], 20)
    program = simulate(pair.scenario, runs=40, seed=17, years=20).values
    if event:
        values = program[LINES.index(event)]
        assert (values == 0).any()
        assert (values != 0).any()
    assert_same_simulation(pair, 17, 40, list(range(40)), program)


@pytest.mark.parametrize("policy", ["adopted", "react"])
def test_every_step_of_the_year_end(tmp_path, policy):
    pair = Pair([write(tmp_path / "lean.toml", LEAN)], 20)
    program = simulate(pair.scenario, runs=400, seed=19, years=20, policy=policy).values
    naive_twin.follow(pair.twin, pair.plan, policy)
    chosen = chosen_runs(program, (*EVENTS, "struck_provision", "struck_cover"), plain=20, each=8)

    def line(name: str) -> np.ndarray:
        return program[LINES.index(name)][:, chosen]

    assert ((line("buffer_use") > 1) & (line("emergency_buffer_use") == 0)).any(), "the budget's use is enough"
    assert ((line("buffer_use") > line("emergency_buffer_use") + 1) & (line("new_uncovered_deficit") > 1)).any()
    assert ((line("struck_transfer") > 1) & (line("struck_transfer") < line("planned_transfer") - 1)).any()
    assert ((line("struck_cover") > 1) & (line("covered_deficit") > 1)).any(), "struck in part"
    if policy == "react":
        assert (line("decided_measures") > 1).any()
        assert (line("decided_measures") < -1).any()
        assert (line("postponed_investment") > 1).any()
    assert_same_simulation(pair, 19, 400, chosen, program)


@pytest.mark.parametrize("changes", [[DEFICIT], [DEFICIT, AMOUNTS]], ids=["years", "amounts"])
def test_an_opening_deficit_and_its_cover_plan(tmp_path, changes):
    files = [write(tmp_path / f"{place}.toml", text) for place, text in enumerate(changes)]
    pair = Pair(files, 20)
    assert_same_plan(pair)
    assert_same_baseline(pair)
    program = simulate(pair.scenario, runs=400, seed=23, years=20).values
    chosen = chosen_runs(program, ("struck_cover", "extra_cover", "closing_overdue_deficit"), plain=20, each=8)
    assert_same_simulation(pair, 23, 400, chosen, program)


def test_simulated_runs_of_an_extreme_scenario(tmp_path):
    pair = Pair([write(tmp_path / "extreme.toml", EXTREME)], 20)
    program = simulate(pair.scenario, runs=400, seed=11, years=20).values
    events = (*EVENTS, "investment_fund_provision", "restructuring_need")
    chosen = chosen_runs(program, events, plain=20, each=8)

    def line(name: str) -> np.ndarray:
        return program[LINES.index(name)][:, chosen]

    assert (line("capacity_investment")[4:] == 0).any(), "capacity is never negative"
    assert (line("grants") == 0).any(), "nor are grants"
    assert (line("interest_compensation") == 0).any(), "nor is compensation"
    assert (line("closing_liquidity_reserve") < 0).any()
    assert (line("endowment_withdrawal") == 0).any(), "no buffer capital left"
    assert np.isclose(line("instalments"), line("minimum_instalments"), rtol=1e-9).any(), "the minimum binds"
    assert 0 < line("state_register").mean() < 1
    for rule in [name for name in LINES if name.endswith("_breach")]:
        assert 0 < line(rule).mean() < 1, rule
    assert_same_simulation(pair, 11, 400, chosen, program)


def test_simulated_runs_when_every_number_changes_over_time(tmp_path):
    pair = Pair([write(tmp_path / "dated.toml", everything_dated(4))], 20)
    program = simulate(pair.scenario, runs=20, seed=5, years=20).values
    assert_same_simulation(pair, 5, 20, list(range(20)), program)


@pytest.mark.parametrize(("policy", "step"), [("none", 0.0), ("react", 0.0), ("step", 37.5)])
def test_policies(policy, step):
    pair = Pair([], 20)
    program = simulate(pair.scenario, runs=60, seed=3, years=20, policy=policy, step=step).values
    weather = pair.weather(3, 60)
    drivers.take_step(weather, step)
    naive_twin.follow(pair.twin, pair.plan, policy)
    twin = pair.twin_ledger([weather[:, :, run].tolist() for run in range(60)], pair.luck(3, list(range(60))))
    assert_same_lines(program, twin, 1e-10, 1e-9)
    assert (program[LINES.index("restructuring_measures")] > 0.0).any() == (policy != "none")


# --- named projects ----------------------------------------------------------------------------------------------


EKSEMPELVIK = shipped_folder() / "eksempelvik-2025"


def with_projects(folder: Path, rows: list[dict], changes: list[str], years: int = 20) -> Pair:
    """Eksempelvik with a list of named projects."""
    shutil.copytree(EKSEMPELVIK, folder / "eksempelvik-2025")
    random_projects.write_list(folder / "eksempelvik-2025" / "projects.csv", rows)
    files = [write(folder / f"change-{number}.toml", text) for number, text in enumerate(changes)]
    return Pair(files, years, folder / "eksempelvik-2025")


def random_pair(folder: Path, seed: int, changed: bool, numbers: bool) -> Pair:
    rows = random_projects.random_list(seed)
    changes = []
    if numbers:
        changes.append(random_projects.numbers_about_projects(seed))
    if changed:
        changes.append(random_projects.random_change(seed, rows))
    return with_projects(folder, rows, changes)


def fields_of(years: list[SimpleNamespace]) -> np.ndarray:
    """The twin's projects: (field, year)."""
    return np.array([[getattr(year, field) for year in years] for field in Projects._fields])


def assert_same_projects(pair: Pair, seed: int, runs: list[int]) -> None:
    """Every field of `Projects`, as planned and in runs."""
    planned = as_planned(pair.baseline.portfolio)[:, :, 0]
    for field, values, twin in zip(Projects._fields, planned, fields_of(pair.planned.named.calm), strict=True):
        np.testing.assert_allclose(values, twin, rtol=1e-9, atol=1e-9, err_msg=field)
    for run, luck in zip(runs, pair.luck(seed, runs), strict=True):
        block = run // 1024 * 1024
        program = projects_of(pair.baseline.portfolio, pair.scenario.drivers, seed, block, run - block + 1)
        twin = fields_of(naive_twin.projects_of_run(pair.twin, pair.planned.named, luck))
        for field, values, own in zip(Projects._fields, program[:, :, -1], twin, strict=True):
            np.testing.assert_allclose(values, own, rtol=1e-9, atol=1e-9, err_msg=f"{field} of run {run}")


def assert_same_opening(pair: Pair) -> None:
    opening = naive_twin.opening_of(pair.twin, pair.fit)
    assert {field: getattr(opening, field) for field in Opening._fields} == pytest.approx(
        {field: float(value) for field, value in pair.baseline.opening._asdict().items()}, rel=1e-12
    )


@pytest.mark.parametrize("changed", [False, True], ids=["as adopted", "changed"])
@pytest.mark.parametrize("numbers", [False, True], ids=["", "other numbers"])
@pytest.mark.parametrize("seed", range(6))
def test_the_baseline_path_with_random_projects(tmp_path, seed, changed, numbers):
    pair = random_pair(tmp_path, seed, changed, numbers)
    assert_same_projects(pair, seed, [0, 5, 1023, 1030])
    assert_same_plan(pair)
    assert_same_opening(pair)
    assert_same_baseline(pair)


@pytest.mark.parametrize("policy", ["adopted", "react"])
@pytest.mark.parametrize("seed", range(100, 103))
def test_simulated_runs_with_random_projects(tmp_path, seed, policy):
    pair = random_pair(tmp_path, seed, changed=True, numbers=seed % 2 == 0)
    program = simulate(pair.scenario, runs=15, seed=seed, years=20, policy=policy).values
    naive_twin.follow(pair.twin, pair.plan, policy)
    assert_same_simulation(pair, seed, 15, list(range(15)), program)


def row_of(name: str, **fields) -> dict:
    """A general project for capacity of 50 mill. in 2030, but for `fields`."""
    row = {"id": name, "name_nb": name, "name_en": name, "kind": "general", "purpose": "capacity", "phase": "idea"}
    return {**row, "start": 2030, "p50": 50, "basis": "assumption", "source": "oppdiktet", **fields}


WAITS = {"before_dwellings": "yes", "housing_area": "sentrum"}


def dropped(*names: str) -> list[str]:
    sections = [random_projects.section(name, {"dropped": True}) for name in names]
    return ["\n".join(["[change]", "format = 3", *sections, ""])]


PROJECTS = {
    "half a year of life": ([row_of("a", useful_life=2.5), row_of("b", useful_life=3.5)], []),
    "dwellings wait for the alternative": (
        [row_of("a", **WAITS), row_of("b", alternative_to="a", start=2033), row_of("c", alternative_to="a")],
        dropped("a"),
    ),
    "dwellings wait for ever": ([row_of("a", committed=0.5, **WAITS)], dropped("a")),
    "dwellings wait for the last of two": ([row_of("a", start=2027, **WAITS), row_of("b", **WAITS)], []),
    "dwellings do not wait for what is not built": (
        [row_of("a"), row_of("b", alternative_to="a", **WAITS)],
        dropped("a", "b"),
    ),
    "the alternative stands first": (
        [row_of("b", alternative_to="a", p50=70), row_of("c", alternative_to="a"), row_of("a")],
        [],
    ),
    "the plan's lines in full": (
        [row_of("a", start=2026, p50=143.41, in_plan="yes"), row_of("b", start=2026, kind="housing", p50=9.2)],
        [],
    ),
    "more renewal than there is": ([row_of("a", start=2032, p50=300, purpose="renewal", grant_share=0.4)], []),
    "only running cost": ([row_of("a", p50="", running_cost=3), row_of("b", p50="")], []),
    "moved twice": (
        [row_of("a", opens=2034)],
        [f"[change]\nformat = 3\n[projects.a]\nstart = {year}\n{REASON_OF_PROJECT}\n" for year in (2028, 2033)],
    ),
    "in the plan by a change alone": (
        [row_of("a", start=2026, p50=20), row_of("b", start=2026, p50=20, in_plan="yes")],
        [
            "\n".join(
                [
                    "[change]\nformat = 3",
                    random_projects.section("a", {"in_plan": "yes"}),
                    random_projects.section("b", {"in_plan": "no"}),
                ]
            )
        ],
    ),
}


@pytest.mark.parametrize("years", [20, 3])
@pytest.mark.parametrize("name", PROJECTS)
def test_projects_of_which_dice_throw_few(tmp_path, name, years):
    rows, changes = PROJECTS[name]
    pair = with_projects(tmp_path, rows, changes, years)
    assert_same_projects(pair, 3, [0, 1, 2])
    assert_same_plan(pair)
    assert_same_opening(pair)
    assert_same_baseline(pair)


@pytest.mark.parametrize("years", [1, 3, 6, 45])
def test_projects_within_few_years(tmp_path, years):
    rows = [
        row_of("a", start=2024, in_plan="yes", p50=20, profile="0.5 0.5", opens=2026, useful_life=2, running_cost=1),
        row_of("b", start=2025, opens=2026, price_year=2030, service="schools", places=50),
    ]
    pair = with_projects(tmp_path, rows, [], years)
    assert_same_projects(pair, 3, [0, 1, 2])
    assert_same_plan(pair)
    assert_same_baseline(pair)


# --- people ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["baerum-2020", "eksempelvik-2025"])
def test_the_response_to_every_cause(folder):
    """What 100 % more of a cause in one year adds in every year; nothing before it."""
    pair = Pair([], 12, shipped_folder() / folder)
    response = pair.baseline.response
    calm = dict.fromkeys(naive_twin.CAUSES, 0.0)
    wrong = {}
    for c, cause in enumerate(naive_twin.CAUSES):
        for b in range(pair.years):
            surprises = [dict(calm) for _ in range(pair.years)]
            surprises[b][cause] = 1.0
            people = naive_twin.extra_people(pair.twin, pair.fit, pair.planned, surprises)
            for f, field in enumerate(People._fields):
                twin = np.array([getattr(year, field) for year in people])
                if not np.allclose(response[f, :, c, b], twin, rtol=1e-10, atol=1e-9):
                    worst = float(np.abs(response[f, :, c, b] - twin).max())
                    wrong[field, cause] = max(worst, wrong.get((field, cause), 0.0))
    assert not wrong


@pytest.mark.parametrize(
    "text", ["[change]\nformat = 3\n", EXTREME, YEARS_WITHOUT], ids=["base", "extreme", "years without"]
)
def test_people_in_a_run(tmp_path, text):
    pair = Pair([write(tmp_path / "change.toml", text)], 20)
    weather = pair.weather(29, 20)
    program = extra_people(pair.baseline.response, weather)
    for run in range(20):
        surprises = [naive_twin.surprises_of(chance) for chance in run_of(weather, run)]
        people = naive_twin.extra_people(pair.twin, pair.fit, pair.planned, surprises)
        for values, field in zip(program[:, :, run], People._fields, strict=True):
            twin = [getattr(year, field) for year in people]
            np.testing.assert_allclose(values, twin, rtol=1e-10, atol=1e-9, err_msg=field)


# --- the weather itself ------------------------------------------------------------------------------------------


KEYS = {
    **{"rate": 0, "national_tax": 1, "own_tax": 2, "completions": 3, "construction": 4, "wages": 5, "cpi": 6},
    **{"equities": 7, "free_revenue": 14, "births": 20, "arrivals": 21, "mortality": 22, "companies": 17},
}
"""Of the streams of normal shocks."""
TAILS = {"own_tax": 8, "national_tax": 15, "cpi": 16}


def random_numbers(seed: int, block: int, pair: Pair) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """A block of runs, by the page's keys: normals (shock, year, run), and the others by their name in the twin."""

    def stream(key: int) -> np.random.Generator:
        return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(key, block))))

    yearly, once = (pair.years, 1024), (1024,)
    normals = np.array([stream(KEYS[name]).standard_normal(yearly) for name in naive_twin.SHOCKS])
    tails = {}
    for name, key in TAILS.items():
        degrees = naive_twin.number(pair.twin["drivers"][name]["degrees_of_freedom"], 0)
        tails[f"{name}_tails"] = stream(key).standard_gamma(degrees / 2 or 1.0, yearly)
    others = {
        "persistence": stream(9).random(once),
        "regime": stream(10).random(yearly),
        "jumps": stream(11).random(yearly),
        "delivery": stream(12).random(once),
        "slippage": stream(13).random(yearly),
        "decline": stream(23).standard_normal(once),
        "persons": stream(24).standard_normal(once),
        "zeros": stream(25).random(yearly),
    }
    return normals, tails | others


def assert_same_weather(pair: Pair, seed: int, runs: list[int]) -> np.ndarray:
    program = pair.weather(seed, max(runs) + 1)
    blocks = {block: random_numbers(seed, block, pair) for block in {run // 1024 for run in runs}}
    for run in runs:
        block, place = divmod(run, 1024)
        normals, others = blocks[block]
        own = {name: values[..., place].tolist() for name, values in others.items()}
        twin = naive_twin.weather(pair.twin, pair.plan, normals[:, :, place].tolist(), own)
        for name, values, row in zip(naive_twin.WEATHER, program[:, :, run], twin, strict=True):
            np.testing.assert_allclose(values, row, rtol=1e-12, atol=1e-13, err_msg=f"{name} of run {run}")
    return program


CHANCES = {
    "base": "[change]\nformat = 3\n",
    "extreme": EXTREME,
    "correlated": CORRELATED,
    "certain": CERTAIN,
    "whole first year": WHOLE_FIRST_YEAR,
    "years without": YEARS_WITHOUT,
    "only years without": ONLY_YEARS_WITHOUT,
}


@pytest.mark.parametrize("text", CHANCES.values(), ids=CHANCES)
def test_the_processes_on_the_same_random_numbers(tmp_path, text):
    pair = Pair([write(tmp_path / "change.toml", text)], 20)
    program = assert_same_weather(pair, 13, list(range(40)))
    if text == CORRELATED:
        assert (program[0] == -0.002).any()
        assert min(p.planned_rate for p in pair.plan) < -0.002
    if text == EXTREME:
        assert all(np.ptp(row) > 0.0 for row in program[:-1]), "every driver moves"
    if text in (YEARS_WITHOUT, ONLY_YEARS_WITHOUT):
        completion = program[naive_twin.WEATHER.index("completion")]
        assert (completion == 0.0).any()
        assert (completion > 0.0).any()


def test_the_processes_of_the_fictitious_municipality_across_two_blocks():
    assert_same_weather(Pair([], 20, shipped_folder() / "eksempelvik-2025"), 13, [*range(1014, 1034), 2048])


@pytest.mark.parametrize("name", Drivers.names())
def test_the_processes_without_a_driver(tmp_path, name):
    """Off is that nothing moves, and it moves nothing else: the others' random numbers stay theirs."""
    keys = naive_twin.MOVED_BY.get(name) or {
        "income_system": ("frequency",),
        "delivery": ("spread",),
        "slippage": ("spread",),
        "project_cost": ("of_p85", "idea", "planning", "approved", "building"),
        "project_delay": ("idea", "planning", "approved", "building"),
    }.get(name, ("volatility",))
    lines = "\n".join(f"{key} = {{ value = 0.0, {REASON} }}" for key in keys)
    extreme = write(tmp_path / "extreme.toml", EXTREME)
    pair = Pair([extreme, write(tmp_path / "off.toml", f"[change]\nformat = 3\n[drivers.{name}]\n{lines}\n")], 12)
    assert_same_weather(pair, 31, list(range(10)))


def dice_of(seed: int) -> str:
    """A change that throws dice about every number of the drivers, none among them."""
    dice = random.Random(seed)
    sections: dict[str, list[str]] = {"change": ["format = 3"]}
    for path, quantity in quantities(read(str(FOLDER)).scenario).items():
        if not path.startswith("drivers.") or path.startswith("drivers.correlation"):
            continue
        low, high = limits(path)
        value = {
            "volatility": dice.choice([0.0, 0.5, 1.5]) * quantity.value,
            "persistence": dice.choice([0.1, 0.6, 0.85])
            if path.startswith("drivers.rate")
            else dice.choice([0.0, 0.3, 0.95]),
            "persistence_spread": dice.choice([0.0, 0.1]),
            "degrees_of_freedom": dice.choice([0.0, 3.0, 4.0, 7.5]),
            "lower_bound": dice.choice([0.0, 0.02, -0.02]),
            "rate_response": dice.choice([0.0, -10.0, 5.0]),
            "spread": 0.0 if path.split(".")[1] in ("delivery", "slippage") else 0.2,
            "smallest": 0.0,
            "largest": dice.choice([0.0, 0.3]),
            "zero_year": dice.choice([0.0, 0.2]),
            "bust_start": dice.choice([0.0, 0.3]),
            "premium_response": dice.choice([0.0, 20.0]),
        }.get(path.rsplit(".", 1)[1], dice.choice([0.0, 0.25, 0.5, 1.0]))
        section, key = path.rsplit(".", 1)
        value = min(high, max(low, value))
        sections.setdefault(section, []).append(f"{key} = {{ value = {value!r}, {REASON} }}")
    return "\n".join(line for name, keys in sections.items() for line in (f"[{name}]", *keys))


@pytest.mark.parametrize("seed", range(8))
def test_the_processes_when_dice_are_thrown_about_the_drivers(tmp_path, seed):
    assert_same_weather(Pair([write(tmp_path / "dice.toml", dice_of(seed))], 15), seed, list(range(10)))
