"""Does growth pay? What one area's dwellings bring and cost, run by run, against the same future without them."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ldip.errors import Fault, InputError
from ldip.model.engine.simulate import Ledger, simulate
from ldip.scenario.schema import Scenario
from ldip.statistics.summary import quantile

COMPONENTS = {
    "revenue": (1.0, ("central_revenue", "-imputed_capital_cost")),
    "operations": (-1.0, ("net_sector_expenditure",)),
    "investment": (-1.0, ("general_investment", "-vat_compensation", "-grants")),
}
"""Parts of the net effect, with their sign in it: signed lines of the ledger that make each."""

PERCENTILES = (0.05, 0.50, 0.95)


class Spread(NamedTuple):
    """A figure over runs by year, 2020-kr (thousands) per dwelling."""

    mean: np.ndarray  # (year,)
    error: np.ndarray  # (year,) standard error of the mean
    percentiles: np.ndarray  # (percentile, year)


class Payback(NamedTuple):
    """What one area's dwellings after the plan years mean for the municipality, per dwelling completed by the end."""

    scenario: str
    area: str
    years: np.ndarray
    runs: int
    seed: int
    discount_rate: float
    dwellings: np.ndarray  # (year,) mean completions of the area
    components: dict[str, Spread]  # revenue, operations, investment, net effect of each year, and cumulative
    present_value: Spread  # of all years, one figure
    paid_back: np.ndarray  # (year,) share of runs in which it has paid for itself for good by then
    invented: tuple[int, int] = (0, 0)  # how many of the scenario's numbers are placeholders, of how many


def payback(
    scenario: Scenario,
    area: str,
    *,
    runs: int,
    seed: int,
    years: int,
    discount_rate: float,
    progress: Callable[[int], None] | None = None,
) -> Payback:
    """Simulate `scenario` with and without what `area` builds after the plan years, on the same weather.

    Raises InputError if there is no such area or it builds nothing then.
    """
    if area not in scenario.housing.areas:
        raise InputError([Fault.of("no_area", "AREA", area, names=", ".join(scenario.housing.areas))])
    lines = ["completions", "deflator_index", *dict.fromkeys(_plain_lines())]
    ledgers = [
        simulate(one, runs=runs, seed=seed, years=years, lines=lines, progress=progress)
        for one in (scenario, without(scenario, area))
    ]
    built = ledgers[0]["completions"] - ledgers[1]["completions"]
    dwellings = built.sum(axis=0)
    if not (dwellings > 0.0).all():
        raise InputError([_nothing_built(area, scenario, years)])
    parts = {name: sign * _difference(ledgers, terms) / dwellings for name, (sign, terms) in COMPONENTS.items()}
    net = np.sum(list(parts.values()), axis=0)
    discount = (1.0 + discount_rate) ** -np.arange(years)
    present = np.cumsum(net * discount[:, None], axis=0)
    spreads = {name: spread(values) for name, values in parts.items()}
    spreads |= {"net": spread(net), "cumulative_present_value": spread(present.copy())}
    return Payback(
        invented=ledgers[0].invented,
        scenario=scenario.name,
        area=area,
        years=ledgers[0].years,
        runs=runs,
        seed=seed,
        discount_rate=discount_rate,
        dwellings=built.mean(axis=1),
        components=spreads,
        present_value=spread(present[-1:].copy()),
        paid_back=for_good(present, np.cumsum(built, axis=0) > 0.0).mean(axis=1),
    )


def without(scenario: Scenario, area: str) -> Scenario:
    """The scenario with nothing built in `area` after the plan years."""
    old = scenario.housing.areas[area]
    first = scenario.scenario.first_year
    planned = np.arange(first, first + scenario.scenario.plan_years)
    dated = {str(year): float(value) for year, value in zip(planned, old.per_year.at(planned), strict=True)}
    pace = old.per_year.model_copy(update={"value": None, "dated": dated | {str(planned[-1] + 1): 0.0}})
    areas = scenario.housing.areas | {area: old.model_copy(update={"per_year": pace})}
    return scenario.model_copy(update={"housing": scenario.housing.model_copy(update={"areas": areas})})


def for_good(present: np.ndarray, begun: np.ndarray) -> np.ndarray:
    """Where the cumulative value (year, run) is not negative and stays so to the end, once building has begun."""
    stays = np.logical_and.accumulate((present >= 0.0)[::-1], axis=0)[::-1]
    return stays & begun


def spread(values: np.ndarray) -> Spread:
    """Summarise values (year, run); sorts them in place."""
    runs = values.shape[1]
    error = values.std(axis=1, ddof=1) / np.sqrt(runs) if runs > 1 else np.full(len(values), np.nan)
    mean = values.mean(axis=1)
    values.sort(axis=1)
    return Spread(mean, error, np.stack([quantile(values, p) for p in PERCENTILES]))


def _plain_lines() -> list[str]:
    return [term.lstrip("-") for _, terms in COMPONENTS.values() for term in terms]


def _difference(ledgers: list[Ledger], terms: tuple[str, ...]) -> np.ndarray:
    """With less without, thousand 2020-kr (year, run)."""
    total = 0.0
    for term in terms:
        line = term.lstrip("-")
        gap = ledgers[0][line] - ledgers[1][line]
        total = total - gap if term.startswith("-") else total + gap
    return 1e3 * total / ledgers[0]["deflator_index"]


def _nothing_built(area: str, scenario: Scenario, years: int) -> Fault:
    first, start = scenario.scenario.first_year, scenario.housing.areas[area].start.value
    plan_end = first + scenario.scenario.plan_years
    return Fault.of("nothing_built", "AREA", area, first=plan_end, last=first + years - 1, start=start)
