"""What the answer at the horizon depends on: each driver alone and left out, and each assumption moved a little.

All simulations use the same random numbers, so that what is shown is the effect of the input and not of chance.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ldip.analysis.features import FEATURES, Feature, feature_values, lines_of
from ldip.errors import InputError
from ldip.model.catalogue import Metric, catalogue
from ldip.model.engine.simulate import Ledger, run_baseline, simulate
from ldip.model.metrics import report_values
from ldip.model.plan.baseline import build
from ldip.model.shown import SENSITIVE
from ldip.scenario.drivers import Drivers
from ldip.scenario.files.overlay import with_quantity
from ldip.scenario.numbers import quantities
from ldip.scenario.quantities import UNSOURCED, Parameter, Quantity
from ldip.scenario.schema import Scenario, limits
from ldip.scenario.settings import name_of
from ldip.statistics.summary import distribution
from ldip.text import NO_WORDS, Text

LOW, HIGH = 0.10, 0.90
"""A bar holds eight of ten runs."""

ASSUMPTION_RUNS = 1024
"""Runs for each move of an assumption: taken run by run, the difference needs few (docs/decisions.md)."""

FEWEST = 256
"""With fewer runs tenths and variances say nothing."""

ASSUMED = UNSOURCED
EVERY = (*UNSOURCED, "derived", "source")
"""Bases of the quantities that are moved."""

RELATIVE_STEP = 0.1
STEPS = {"per year": 0.005, "share per year": 0.05, "correlation": 0.1, "year": 1.0}
NO_SHARE_STEP = 0.01
"""How far an assumption is moved: see step_of."""


class Spread(NamedTuple):
    """An answer over all runs, in units of its metric, with standard errors."""

    mean: float
    mean_error: float
    low: float
    median: float
    high: float
    width: float  # high less low
    width_error: float  # as if both ends were independent, which is a little too much


class Bar(NamedTuple):
    """What one driver does to one answer."""

    alone: Spread  # the driver on, all others off
    without: Spread  # the driver off, all others on
    narrower: float  # share of the full simulation's width that goes away without the driver
    narrower_error: float
    at_low: float  # with the driver alone: mean answer in the tenth of the runs in which it is lowest
    at_high: float  # and in which it is highest; both nan where it shows in no figure


class Effect(NamedTuple):
    """What moving an assumption does to the mean of one answer, run by run, with standard errors."""

    down: float
    down_error: float
    up: float
    up_error: float

    @property
    def size(self) -> float:
        """The larger of the two; 0 where neither could be computed."""
        return float(np.nanmax([0.0, abs(self.down), abs(self.up)]))


class Assumption(NamedTuple):
    """An assumption, how far it was moved each way (0: not at all), and what that does to each answer."""

    key: str
    unit: str
    value: float  # the last dated one
    down: float
    up: float
    effects: dict[str, Effect]
    name: Text = NO_WORDS


class Tornado(NamedTuple):
    """What a scenario's answers at the horizon depend on, ready to be reported."""

    scenario: str
    base_year: int
    year: int
    runs: int
    assumption_runs: int
    seed: int
    metrics: tuple[Metric, ...]
    full: dict[str, Spread]  # all drivers on, by metric
    planned: dict[str, float]  # the baseline path, all drivers off
    drivers: dict[str, dict[str, Bar]]  # by metric and driver, the widest first
    off: tuple[str, ...]  # drivers that are off
    assumptions: tuple[Assumption, ...]
    invented: tuple[int, int] = (0, 0)  # how many of the scenario's numbers are placeholders, of how many

    def strongest(self, metric: str, count: int) -> list[Assumption]:
        """The assumptions with the largest effect on an answer, those without any left out."""
        order = sorted(self.assumptions, key=lambda assumption: -assumption.effects[metric].size)
        return [assumption for assumption in order[:count] if assumption.effects[metric].size > 0.0]


def moving(scenario: Scenario) -> list[str]:
    """The drivers that are on; those that are off do nothing to any answer."""
    return [name for name in Drivers.names() if not getattr(scenario.drivers, name).is_off]


def switched_off(scenario: Scenario, names: Sequence[str]) -> Scenario:
    """The scenario with the named drivers off."""
    return scenario.model_copy(update={"drivers": scenario.drivers.without(names)})


def work(scenario: Scenario, bases: Collection[str] = ASSUMED) -> int:
    """The number of simulations that :func:`tornado` makes."""
    return 1 + 2 * len(moving(scenario)) + 2 * len(assumptions(scenario, bases))


def tornado(
    scenario: Scenario,
    *,
    runs: int,
    seed: int,
    years: int,
    metrics: Sequence[str] = SENSITIVE,
    bases: Collection[str] = ASSUMED,
    progress: Callable[[int], None] | None = None,
) -> Tornado:
    """What the metrics' last year depends on. `bases` are those of the quantities to be moved; `progress` is called
    with the number of simulations finished."""
    wanted = tuple(catalogue()[name] for name in metrics)
    few = min(runs, ASSUMPTION_RUNS)

    def run(of: Scenario, features: Sequence[Feature] = ()) -> Ledger:
        ledger = simulate(of, runs=runs, seed=seed, years=years, lines=lines_needed(wanted, features))
        if progress:
            progress(1)
        return ledger

    def run_few(of: Scenario) -> Ledger:
        return simulate(of, runs=few, seed=seed, years=years, lines=lines_needed(wanted))

    planned = run_baseline(build(scenario, years))
    full = run(scenario)
    spreads = {metric.id: spread(metric, answer(full, metric)) for metric in wanted}
    bars: dict[str, dict[str, Bar]] = {metric.id: {} for metric in wanted}
    for name in moving(scenario):
        others = [driver for driver in moving(scenario) if driver != name]
        feature = FEATURES[name]
        alone = run(switched_off(scenario, others), features=[feature])
        left_out = run(switched_off(scenario, [name]))
        own = feature_values(alone, planned, feature)
        for metric in wanted:
            bars[metric.id][name] = _bar(
                metric, spreads[metric.id], answer(alone, metric), answer(left_out, metric), own
            )
    answers = {metric.id: answer(full, metric)[:few] for metric in wanted}
    moved = []
    for key, quantity in assumptions(scenario, bases).items():
        moved.append(_moved(scenario, key, quantity, answers, wanted, run_few))
        if progress:
            progress(2)
    return Tornado(
        invented=full.invented,
        scenario=scenario.name,
        base_year=scenario.scenario.first_year,
        year=int(full.years[-1]),
        runs=runs,
        assumption_runs=few,
        seed=seed,
        metrics=wanted,
        full=spreads,
        planned={metric.id: float(answer(planned, metric)[0]) for metric in wanted},
        drivers={
            metric: dict(sorted(of.items(), key=lambda item: -item[1].alone.width)) for metric, of in bars.items()
        },
        off=tuple(name for name in Drivers.names() if name not in moving(scenario)),
        assumptions=tuple(moved),
    )


def answer(ledger: Ledger, metric: Metric) -> np.ndarray:
    """The metric in the last year of every run (run,), money in base-year kroner."""
    return report_values(ledger, metric)[-1]


def spread(metric: Metric, values: np.ndarray) -> Spread:
    """Summarise an answer (run,)."""
    found = distribution(metric, values[None, :].copy())
    low, median, high = (float(found.percentile(p)[0]) for p in (LOW, 0.50, HIGH))
    error = float(np.hypot(found.percentile_error(LOW)[0], found.percentile_error(HIGH)[0]))
    return Spread(float(found.mean[0]), float(found.mean_error[0]), low, median, high, high - low, error)


def _bar(metric: Metric, full: Spread, alone: np.ndarray, left_out: np.ndarray, own: np.ndarray) -> Bar:
    """One driver's bar from its two simulations; `own` is its feature in the first (run,)."""
    rest = spread(metric, left_out)
    narrower = 1.0 - rest.width / full.width if full.width > 0.0 else 0.0
    error = np.hypot(rest.width_error, (1.0 - narrower) * full.width_error) / full.width if full.width > 0.0 else 0.0
    at_low, at_high = conditional_means(alone, own)
    return Bar(spread(metric, alone), rest, narrower, float(error), at_low, at_high)


def conditional_means(values: np.ndarray, own: np.ndarray) -> tuple[float, float]:
    """Mean of the values (run,) in the tenth of the runs with the lowest and in that with the highest `own`."""
    if own.min() == own.max():
        return float("nan"), float("nan")
    order = np.argsort(own, kind="stable")
    tenth = max(len(own) // 10, 1)
    return float(values[order[:tenth]].mean()), float(values[order[-tenth:]].mean())


def assumptions(scenario: Scenario, bases: Collection[str] = ASSUMED) -> dict[str, Quantity | Parameter]:
    """The quantities that are assumptions, by key path: chosen by their basis, not by hand. Those of a driver that is
    off are left out: they do nothing, or would switch it on."""
    off = tuple(f"drivers.{name}." for name in Drivers.names() if name not in moving(scenario))
    found = quantities(scenario)
    return {key: q for key, q in found.items() if q.basis in bases and not key.startswith(off)}


def step_of(unit: str, value: float) -> float:
    """How far an assumption is moved: by its unit half a percentage point (at most half of a rate that is not zero),
    0.05 of a persistence, 0.1 of a correlation or one year; a tenth, and at least a year, of a span of years; a tenth
    of its value for anything else. Where that is nothing: a percentage point of a share, and of an amount nothing."""
    if unit == "years":
        return float(max(round(RELATIVE_STEP * value), 1))
    if unit == "per year" and value != 0.0:
        return min(STEPS[unit], 0.5 * abs(value))
    if unit == "share" and value == 0.0:
        return NO_SHARE_STEP
    return STEPS.get(unit, RELATIVE_STEP * abs(value))


def moves(key: str, quantity: Quantity | Parameter) -> Iterator[tuple[float, Quantity | Parameter]]:
    """The quantity moved down and up, each with how far: by no more than its limits allow, all dated values by the
    same step or factor."""
    low, high = limits(key)
    numbers = list(quantity.numbers().values())
    for sign in (-1.0, 1.0):
        steps = [sign * step_of(quantity.unit, number) for number in numbers]
        new = [min(max(number + step, low), high) for number, step in zip(numbers, steps, strict=True)]
        yield new[-1] - numbers[-1], _with_numbers(quantity, new)


def _with_numbers(quantity: Quantity | Parameter, numbers: Sequence[float]) -> Quantity | Parameter:
    dated = getattr(quantity, "dated", None)
    if dated is None:
        return quantity.model_copy(update={"value": numbers[0]})
    return quantity.model_copy(update={"dated": dict(zip(dated, numbers, strict=True))})


def _moved(
    scenario: Scenario,
    key: str,
    quantity: Quantity | Parameter,
    reference: Mapping[str, np.ndarray],
    metrics: Sequence[Metric],
    run: Callable[[Scenario], Ledger],
) -> Assumption:
    """Move one assumption down and up, and compare the answers run by run; `run` is called for what can be run."""
    sizes: list[float] = []
    found: list[dict[str, tuple[float, float]]] = []
    for size, changed in moves(key, quantity):
        try:
            ledger = run(with_quantity(scenario, key, changed)) if size else None
        except InputError:  # like correlations that do not go together
            size, ledger = 0.0, None
        sizes.append(size)
        found.append({metric.id: _difference(ledger, metric, reference[metric.id]) for metric in metrics})
    effects = {metric.id: Effect(*found[0][metric.id], *found[1][metric.id]) for metric in metrics}
    value, name = list(quantity.numbers().values())[-1], name_of(scenario, key)
    return Assumption(key, quantity.unit, value, sizes[0], sizes[1], effects, name)


def _difference(ledger: Ledger | None, metric: Metric, reference: np.ndarray) -> tuple[float, float]:
    """Mean difference from the reference (run,) and its standard error; not a number where it was not moved."""
    if ledger is None:
        return float("nan"), float("nan")
    difference = answer(ledger, metric) - reference
    error = difference.std(ddof=1) / np.sqrt(len(difference)) if len(difference) > 1 else np.nan
    return float(difference.mean()), float(error)


def lines_needed(metrics: Sequence[Metric], features: Sequence[Feature] = ()) -> list[str]:
    """The ledger lines that the metrics and features are made of."""
    needed = {metric.id for metric in metrics} | lines_of(features)
    needed |= {f"{metric.price_index}_index" for metric in metrics if metric.price_index}
    return [line for line in catalogue() if line in needed]
