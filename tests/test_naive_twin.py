"""The program against its naive twin (naive_twin.py): every line, every year, on calm and on simulated weather.

Both are written from docs/model.md, the twin without looking at the program. A line on which they are known to
disagree belongs in KNOWN_DISAGREEMENTS with the reason.
"""

import csv
import random
import shutil
from pathlib import Path
from types import SimpleNamespace

import naive_twin
import numpy as np
import pytest

from ldip.model import drivers
from ldip.model.accounts.inputs import Opening, Plan
from ldip.model.accounts.year import LINES
from ldip.model.engine.simulate import run_baseline, simulate
from ldip.model.people.cohorts import fit
from ldip.model.plan.baseline import build
from ldip.scenario.files.reader import change_names, read, shipped_folder
from ldip.scenario.numbers import quantities
from ldip.scenario.quantities import Parameter
from ldip.scenario.schema import limits

FOLDER = shipped_folder() / "baerum-2020"
SHIPPED = {name: FOLDER / "changes" / f"{name}.toml" for name in change_names(FOLDER)}
REASON = 'basis = "assumption", source = "test"'
KNOWN_DISAGREEMENTS: dict[str, str] = {}
"""Line -> why the page and the program may differ on it. Not compared."""

EXTREME = f"""
[change]
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
"""

CORRELATED = f"""
[change]
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
[drivers.rate]
volatility = {{ value = 0.0, {REASON} }}
persistence_spread = {{ value = 0.0, {REASON} }}
[drivers.own_tax]
volatility = {{ value = 0.0, {REASON} }}
degrees_of_freedom = {{ value = 0.0, {REASON} }}
[drivers.wages]
volatility = {{ value = 0.0, {REASON} }}
"""


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
        self.plan = naive_twin.plan_of(self.twin, years, self.fit)

    def weather(self, seed: int, runs: int) -> np.ndarray:
        """What the program meets: (driver, year, run)."""
        return drivers.weather(drivers.prepare(self.scenario.drivers, self.baseline.plan), seed, 0, runs)

    def twin_ledger(self, weather: list[list[list[float]]]) -> dict[str, np.ndarray]:
        """The twin's lines (year, run) for the weather of several runs."""
        runs = [naive_twin.accounts(self.twin, self.plan, one, self.fit) for one in weather]
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


def assert_same_baseline(pair: Pair) -> None:
    program = run_baseline(pair.baseline).values
    twin = pair.twin_ledger([naive_twin.calm(pair.plan)])
    assert_same_lines(program, twin, 1e-10, 1e-9)


def assert_same_simulation(pair: Pair, seed: int, runs: int, chosen: list[int], program: np.ndarray) -> None:
    weather = pair.weather(seed, runs)
    twin = pair.twin_ledger([weather[:, :, run].tolist() for run in chosen])
    assert_same_lines(program[:, :, chosen], twin, 1e-9, 1e-7)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def everything_dated(seed: int) -> str:
    """A change in which every number that may be dated changes seven times, up to a fifth up or down."""
    dice = random.Random(seed)
    sections: dict[str, list[str]] = {"change": []}
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


def test_the_plan_and_the_opening_balance(pair):
    """Also what calm weather does not reach, such as the costs per extra dwelling."""
    assert_same_plan(pair)
    opening = naive_twin.opening_of(pair.twin, pair.fit)
    assert {field: getattr(opening, field) for field in Opening._fields} == pytest.approx(
        {field: float(value) for field, value in pair.baseline.opening._asdict().items()}, rel=1e-12
    )


def assert_same_plan(pair: Pair) -> None:
    table = pair.baseline.plan._asdict()
    assert set(vars(pair.plan[0])) == set(Plan._fields)
    for field, values in table.items():
        twin = np.array([float(getattr(p, field)) for p in pair.plan])
        program = np.broadcast_to(np.asarray(values, float), (pair.years,))
        np.testing.assert_allclose(program, twin, rtol=1e-10, atol=1e-12, err_msg=field)


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


EVENTS = (
    "new_uncovered_deficit",
    "covered_deficit",
    "extra_transfer",
    "buffer_use",
    "buffer_provision",
    "emergency_fund_use",
    "emergency_wage_reserve_use",
    "transfer_cut",
    "closing_overdue_deficit",
)


@pytest.mark.parametrize("change", [None, "housing-minus-20", "interest-plus-2"])
def test_simulated_runs(change):
    pair = Pair([SHIPPED[change]] if change else [], 20)
    program = simulate(pair.scenario, runs=400, seed=7, years=20).values
    chosen = chosen_runs(program, EVENTS, plain=40, each=8)
    assert_same_simulation(pair, 7, 400, chosen, program)


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


@pytest.mark.parametrize(("policy", "step"), [("none", 0.0), ("rule", 0.0), ("step", 37.5)])
def test_policies(policy, step):
    pair = Pair([], 20)
    program = simulate(pair.scenario, runs=60, seed=3, years=20, policy=policy, step=step).values
    weather = pair.weather(3, 60)
    drivers.take_step(weather, step)
    for p in pair.plan:
        p.rule_policy = policy == "rule"
        p.measures_delivery = 0.0 if policy == "none" else p.measures_delivery
    twin = pair.twin_ledger([weather[:, :, run].tolist() for run in range(60)])
    assert_same_lines(program, twin, 1e-9, 1e-7)
    assert (program[LINES.index("restructuring_measures")] > 0.0).any() == (policy != "none")


# --- the weather itself ------------------------------------------------------------------------------------------


def random_numbers(seed: int, years: int, degrees: float) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The first block: normals (shock, year, run), and the others by their name in the twin."""

    def stream(name: str) -> np.random.Generator:
        key = drivers.STREAMS[name].key
        return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(key, 0))))

    yearly, once = (years, drivers.BLOCK), (drivers.BLOCK,)
    normals = np.array([stream(name).standard_normal(yearly) for name in naive_twin.SHOCKS])
    others = {
        "tails": stream("own_tax_tails").standard_gamma(degrees / 2 or 1.0, yearly),
        "regime": stream("housing_regime").random(yearly),
        "jumps": stream("income_system").random(yearly),
        "slippage": stream("slippage").random(yearly),
        "persistence": stream("rate_persistence").random(once),
        "delivery": stream("delivery").random(once),
    }
    return normals, others


@pytest.mark.parametrize("text", ["", EXTREME, CORRELATED, CERTAIN], ids=["base", "extreme", "correlated", "certain"])
def test_the_processes_on_the_same_random_numbers(tmp_path, text):
    pair = Pair([write(tmp_path / "change.toml", text or "[change]\n")], 20)
    runs, seed = 40, 13
    program = pair.weather(seed, runs)
    degrees = pair.scenario.drivers.own_tax.degrees_of_freedom.value
    normals, others = random_numbers(seed, pair.years, degrees)
    for run in range(runs):
        own = {name: values[..., run].tolist() for name, values in others.items()}
        twin = naive_twin.weather(pair.twin, pair.plan, normals[:, :, run].tolist(), own)
        np.testing.assert_allclose(program[:, :, run], np.array(twin), rtol=1e-9, atol=1e-13)
    if text == CORRELATED:
        assert (program[0] == -0.002).any()
        assert min(p.planned_rate for p in pair.plan) < -0.002
    if text == EXTREME:
        assert all(np.ptp(row) > 0.0 for row in program[:-1]), "every driver moves"
