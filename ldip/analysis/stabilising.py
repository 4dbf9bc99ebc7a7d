"""Does the debt ratio come to rest, what result would let it rest, and what it takes to bring it to a level.

All of it rests on one identity of the accounts, which holds in every run and year (tested on simulated runs). With D
the closing net debt, F the funds less uncovered deficits, NOR the net operating result, all nominal mill. kr:

    D - D before = net investment - instalments - NOR + (F - F before)
    net investment = gross investment + share purchases - sales - grants - housing grants - VAT compensation

since what is left of the result when funds have had theirs pays investment, on-lending is lent on, and what
investment gets from funds lowers them.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ldip.errors import Fault, InputError
from ldip.model import drivers
from ldip.model.accounts.year import LINES
from ldip.model.engine import kernel
from ldip.model.engine.simulate import Ledger
from ldip.model.people.counted import Counted, Path, count
from ldip.model.people.extra import extra_people
from ldip.model.plan.baseline import Baseline, build
from ldip.model.projects.chance import as_planned, projects_of
from ldip.model.soundness import WITNESSES, check_runs
from ldip.scenario.schema import Scenario

NEEDED = (
    *("closing_net_debt", "operating_revenue", "closing_funds", "closing_uncovered_deficit"),
    *("gross_investment", "share_purchases", "sales", "grants", "housing_grants", "vat_compensation"),
    *("instalments", "net_operating_result", "net_operating_result_share", "debt_ratio"),
)
"""Lines that the identity and the probability need."""

STILL = 3
"""Over so many years the debt ratio must rise at the horizon to be called still rising; over all of a shorter one."""

AVERAGED = 10
"""Years at the end over which the debt-stabilising result is averaged."""

LEVEL = 0.75
"""The debt ratio that is called high above it (docs/model.md, section 9)."""

BOUNDS = (-0.20, 0.20)
"""Adjustments looked for, shares of planned revenue; what none of them mends counts as infinite."""

HALVINGS = 15
"""Of the bounds: to a hundred-thousandth of revenue, about."""


class Resting(NamedTuple):
    """Whether the debt ratio comes to rest, and the result share that would let it; shares of operating revenue."""

    first_year: int
    last_year: int
    unstable: float  # share of runs above the first year's ratio in the last year, and rising over STILL years
    unstable_error: float
    above: float  # share of runs above the first year's ratio
    needed_last: tuple[float, ...]  # percentiles 5, 50, 95 of the debt-stabilising result share in the last year
    needed: tuple[float, ...]  # the same of its average over the last AVERAGED years
    result: tuple[float, ...]  # and of the result share, averaged over the same years
    short: float  # share of runs whose average result is below what is needed


class Part(NamedTuple):
    """A part of the adjustment on the baseline path."""

    name: str  # "start", "users", "taxpayers"
    share: float  # of planned revenue


class Adjustment(NamedTuple):
    """The lasting adjustment S1: a constant share of planned operating revenue, every year after the plan."""

    level: float  # debt ratio
    by: int  # the year it is to be reached
    since: int  # the first year of the adjustment
    baseline: float  # share of planned revenue; -inf or inf beyond BOUNDS
    parts: tuple[Part, ...]  # of the baseline's; empty where one of them has no end
    amount: float  # mill. base-year kr in the first year of it, on the baseline
    amount_last: float  # in the last
    percentiles: tuple[float, ...]  # 5, 50, 95 of the runs' own
    needed: float  # share of runs that need one
    never: float  # share of runs that no adjustment within BOUNDS brings there
    runs: int
    seed: int


def change_of_debt(ledger: Ledger) -> np.ndarray:
    """What the identity says net debt changes by (year less the first, run), nominal mill. kr."""
    funds = ledger["closing_funds"] - ledger["closing_uncovered_deficit"]
    own = net_investment(ledger) - ledger["instalments"] - ledger["net_operating_result"]
    return own[1:] + np.diff(funds, axis=0)


def net_investment(ledger: Ledger) -> np.ndarray:
    """Investment that neither others nor sales nor the state pay (year, run), nominal mill. kr."""
    paid = ledger["sales"] + ledger["grants"] + ledger["housing_grants"] + ledger["vat_compensation"]
    return ledger["gross_investment"] + ledger["share_purchases"] - paid


def stabilising_share(ledger: Ledger) -> np.ndarray:
    """The net operating result share b* that keeps the debt ratio where it was (year less the first, run), with
    nothing set aside to funds and nothing taken from them:

        b* = (net investment - instalments - growth of revenue x net debt before) / revenue

    From the identity with F unchanged and D / D before = revenue / revenue before. So in every run and year
    result share - b* = (change of funds less deficits) / revenue - change of the debt ratio.
    """
    revenue, debt = ledger["operating_revenue"], ledger["closing_net_debt"]
    growth = revenue[1:] / revenue[:-1] - 1.0
    return (net_investment(ledger)[1:] - ledger["instalments"][1:] - growth * debt[:-1]) / revenue[1:]


def resting(ledger: Ledger) -> Resting:
    """How often the debt ratio has not come to rest in the last year, and the result that would let it.

    Needs the lines NEEDED and at least two years.
    """
    ratio = ledger["debt_ratio"]
    above = ratio[-1] > ratio[0]
    unstable = above & (ratio[-1] > ratio[max(len(ratio) - 1 - STILL, 0)])
    share, runs = float(unstable.mean()), ratio.shape[1]
    needed = stabilising_share(ledger)
    last = min(AVERAGED, len(needed))
    average, result = needed[-last:].mean(axis=0), ledger["net_operating_result_share"][-last:].mean(axis=0)
    return Resting(
        first_year=int(ledger.years[0]),
        last_year=int(ledger.years[-1]),
        unstable=share,
        unstable_error=float(np.sqrt(share * (1.0 - share) / runs)) if runs > 1 else float("nan"),
        above=float(above.mean()),
        needed_last=_percentiles(needed[-1]),
        needed=_percentiles(average),
        result=_percentiles(result),
        short=float((result < average).mean()),
    )


def _percentiles(values: np.ndarray) -> tuple[float, ...]:
    """5, 50 and 95 %; order statistics, since some may be infinite."""
    ranked = np.sort(values)
    return tuple(float(ranked[min(int(np.ceil(p * len(ranked))) - 1, len(ranked) - 1)]) for p in (0.05, 0.50, 0.95))


def adjustment(
    scenario: Scenario, *, level: float = LEVEL, by: int | None = None, runs: int, seed: int, years: int
) -> Adjustment:
    """The smallest lasting adjustment that brings the debt ratio to `level` in the year `by` (default: the last),
    in each run and on the baseline path. Nobody reacts otherwise: policy "adopted".

    Raises InputError if `by` is a plan year or beyond the last year.
    """
    first, plan_years = scenario.scenario.first_year, scenario.scenario.plan_years
    by = first + years - 1 if by is None else by
    check_year(scenario, by, years)
    horizon = by - first + 1
    own = _Closing(build(scenario, horizon), plan_years)
    weather = _weather(scenario, own.baseline, seed, runs)
    chance = projects_of(own.baseline.portfolio, scenario.drivers, seed, 0, runs)
    found = own.solve(weather, level, chance)
    path, *held = (
        float(closing.solve(drivers.calm(closing.baseline.plan), level)[0])
        for closing in (own, *(_Closing(build(scenario, horizon, of), plan_years) for of in _held(plan_years)))
    )
    parts: tuple[Part, ...] = ()
    if np.isfinite([path, *held]).all():
        users, everything = held
        parts = (Part("start", everything), Part("users", path - users), Part("taxpayers", users - everything))
    return Adjustment(
        level=level,
        by=by,
        since=first + plan_years,
        baseline=path,
        parts=parts,
        amount=path * float(own.revenue[plan_years]),
        amount_last=path * float(own.revenue[-1]),
        percentiles=_percentiles(found),
        needed=float((found > 0.0).mean()),
        never=float(np.isposinf(found).mean()),
        runs=runs,
        seed=seed,
    )


def check_year(scenario: Scenario, by: int, years: int) -> None:
    """InputError if `by` is no year after the plan within the horizon."""
    least = scenario.scenario.first_year + scenario.scenario.plan_years
    most = scenario.scenario.first_year + years - 1
    if by < least:
        raise InputError([Fault.of("below_least", "--by", str(by), limit=least)])
    if by > most:
        raise InputError([Fault.of("above_most", "--by", str(by), limit=most)])


class _Closing:
    """The accounts closed again with an adjustment: the restructuring step (M12), whose years are replaced by planned
    revenue, so that a step of a is the share a of it in every year after the plan."""

    def __init__(self, baseline: Baseline, plan_years: int):
        weather = drivers.calm(baseline.plan)
        people = extra_people(baseline.response, weather)
        calm = self._close(
            baseline, weather, people, as_planned(baseline.portfolio), ("operating_revenue", "deflator_index")
        )
        self.revenue = (calm[0] / calm[1])[:, 0]  # base-year prices
        after = np.arange(len(baseline.years)) >= plan_years
        delivered = np.where(baseline.plan.measures_delivery > 0.0, baseline.plan.measures_delivery, 1.0)
        self.baseline = baseline._replace(
            plan=baseline.plan._replace(step_years=np.where(after, self.revenue / delivered, 0.0))
        )

    @staticmethod
    def _close(
        baseline: Baseline, weather: np.ndarray, people: np.ndarray, projects: np.ndarray, lines: tuple[str, ...]
    ) -> np.ndarray:
        """Some lines (line, year, run)."""
        book = np.empty((len(lines), len(baseline.years), weather.shape[2]))
        places, opening = [LINES.index(line) for line in lines], np.array(baseline.opening)
        with np.errstate(all="ignore"):
            kernel.run_numpy(baseline.plan_table(), people, projects, weather, opening, places, book)
        return book

    def ratio(
        self, weather: np.ndarray, people: np.ndarray, projects: np.ndarray, share: float | np.ndarray
    ) -> np.ndarray:
        """The debt ratio of the last year with that adjustment, of all runs or (run,)."""
        drivers.take_step(weather, share)
        lines = tuple(dict.fromkeys(("debt_ratio", *WITNESSES)))
        book = self._close(self.baseline, weather, people, projects, lines)
        check_runs(self.baseline.name, self.baseline.years, lines, book)
        return book[0, -1]

    def solve(self, weather: np.ndarray, level: float, projects: np.ndarray | None = None) -> np.ndarray:
        """The least adjustment with which the ratio is at most `level` (run,), by halving: more never raises it.
        Projects are as planned if none are given."""
        projects = as_planned(self.baseline.portfolio) if projects is None else projects
        people = extra_people(self.baseline.response, weather)
        low, high = (np.full(weather.shape[2], bound) for bound in BOUNDS)
        always = self.ratio(weather, people, projects, low) <= level
        never = self.ratio(weather, people, projects, high) > level
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            enough = self.ratio(weather, people, projects, middle) <= level
            low, high = np.where(enough, low, middle), np.where(enough, middle, high)
        return np.where(always, -np.inf, np.where(never, np.inf, high))


def _weather(scenario: Scenario, baseline: Baseline, seed: int, runs: int) -> np.ndarray:
    with np.errstate(all="ignore"):  # what is not finite is told with line and year
        return np.ascontiguousarray(drivers.weather(drivers.prepare(scenario.drivers, baseline.plan), seed, 0, runs))


def _held(plan_years: int) -> tuple[Callable[[Scenario, int], Counted], ...]:
    """People counted as if ages stayed those of the last plan year: those who use services, then taxpayers as well.
    There are as many residents as before; users and places follow them all alike."""

    def users(scenario: Scenario, years: int) -> Counted:
        counted = count(scenario, years)
        return counted._replace(
            planned=_same_users(counted.planned, plan_years), reference=_same_users(counted.reference, plan_years)
        )

    def everybody(scenario: Scenario, years: int) -> Counted:
        counted = users(scenario, years)
        return counted._replace(
            planned=_same_workers(counted.planned, plan_years), reference=_same_workers(counted.reference, plan_years)
        )

    return users, everybody


def _same_users(path: Path, plan_years: int) -> Path:
    """Demand, places and need per resident stay those of the last plan year; the first two also hold the year before
    the first. The nation's ages go on: what they add to the block grant, equalisation takes from it again."""

    def held(values: dict[str, np.ndarray], residents: np.ndarray) -> dict[str, np.ndarray]:
        growth = residents[plan_years:] / residents[plan_years - 1]
        return {
            service: np.concatenate([of[: plan_years + 1], of[plan_years] * growth]) for service, of in values.items()
        }

    last = plan_years - 1
    need = path.need[last] / path.opening_residents[last] * path.opening_residents
    return path._replace(
        demand=held(path.demand, path.residents),
        places=held(path.places, path.closing_residents),
        need=np.where(np.arange(len(need)) > last, need, path.need),
    )


def _same_workers(path: Path, plan_years: int) -> Path:
    """The share of residents who are of working age stays that of the last plan year."""
    last = plan_years - 1
    share = path.working_age[last] / path.residents[last]
    working = np.where(np.arange(len(path.residents)) > last, share * path.residents, path.working_age)
    return path._replace(working_age=working)
