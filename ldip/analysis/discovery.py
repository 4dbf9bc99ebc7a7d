"""Under what conditions does the plan break? Scenario discovery: a few limits that most of the breaches lie within.

The patient rule induction method (Friedman and Fisher 1999; Bryant and Lempert 2010): from all runs peel off, again
and again, the twentieth at one end of one feature that leaves the largest share of breaches, as long as enough of
them are covered; paste back what can be had without loss. Limits are found on half of the runs, rounded to what is
shown, and judged on the other half.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ldip.analysis.features import Feature, feature_values, features, lines_of
from ldip.errors import Fault, InputError
from ldip.model.catalogue import catalogue
from ldip.model.engine.simulate import run_baseline, simulate
from ldip.model.fiscal_rules import ANY_RULE, Event, events
from ldip.model.metrics import lines_needed
from ldip.model.plan.baseline import build
from ldip.scenario.drivers import Drivers
from ldip.scenario.schema import Scenario

COVERAGES = (0.90, 0.75, 0.50)
"""The share of breaches that the limits shall cover at least; the sharper, the fewer."""

PEEL = 0.05
"""Share of the runs that is peeled off, or pasted back, at a time."""

GAIN = 0.01
"""What a feature must add to the density to be worth a reader's attention."""

MOST = 3
"""Limits on more features than this nobody keeps in mind."""

DECIMALS = {"share": 3, "per year": 4, "mill. kr": 0}
"""Decimals of a limit by its unit: a tenth of a per cent, a hundredth for rates, whole millions."""

FEWEST = 50
"""With fewer runs that break, or that do not, in half of all runs nothing is looked for."""


class Limit(NamedTuple):
    """A feature above or below a value, in the feature's unit."""

    feature: Feature
    above: bool
    value: float

    def holds(self, values: np.ndarray) -> np.ndarray:
        """Whether it holds in each run (run,)."""
        return values >= self.value if self.above else values <= self.value


class Box(NamedTuple):
    """Conditions that hold together, and how good they are in runs that they were not found on."""

    limits: tuple[Limit, ...]
    share: float  # of all runs
    density: float  # share of those that break
    density_error: float
    coverage: float  # share of all breaches that are among them
    coverage_error: float
    found_density: float  # the same two in the runs that the limits were found on
    found_coverage: float


class Discovery(NamedTuple):
    """The conditions of an event in the last year, ready to be reported."""

    scenario: str
    event: Event
    year: int
    first_year: int
    runs: int
    seed: int
    probability: float  # of the event, without any conditions
    probability_error: float
    planned: dict[Feature, float]  # every feature's value on the baseline path
    boxes: tuple[Box, ...]  # one for each of COVERAGES; none if there are too few runs of either kind


def discover(
    scenario: Scenario,
    *,
    event: str = ANY_RULE,
    runs: int,
    seed: int,
    years: int,
    progress: Callable[[int], None] | None = None,
) -> Discovery:
    """Find the conditions of the event in the last year."""
    of = event_named(event, events(scenario))
    wanted = features(Drivers.names())
    needed = lines_of(wanted) | set(lines_needed([], [of]))
    lines = [line for line in catalogue() if line in needed]
    ledger = simulate(scenario, runs=runs, seed=seed, years=years, lines=lines)
    if progress:
        progress(1)
    baseline = run_baseline(build(scenario, years))
    values = np.stack([feature_values(ledger, baseline, feature) for feature in wanted])
    happens = of.happens(ledger)[-1]
    probability = float(happens.mean())
    return Discovery(
        scenario=scenario.name,
        event=of,
        year=int(ledger.years[-1]),
        first_year=int(ledger.years[0]),
        runs=runs,
        seed=seed,
        probability=probability,
        probability_error=_share_error(probability, runs),
        planned={feature: float(feature_values(baseline, baseline, feature)[0]) for feature in wanted},
        boxes=tuple(find_boxes(values, happens, wanted)),
    )


def event_named(name: str, known: Sequence[Event]) -> Event:
    """The event of that id.

    Raises InputError if there is none.
    """
    for event in known:
        if event.id == name:
            return event
    ids = ", ".join(event.id for event in known)
    raise InputError([Fault.of("no_such_event", "--event", name, known=ids)])


def find_boxes(values: np.ndarray, happens: np.ndarray, of: Sequence[Feature]) -> list[Box]:
    """A box for each of COVERAGES, found on every other run of `values` (feature, run) and judged on the rest."""
    found_on, found_with = values[:, ::2], happens[::2]
    if min(found_with.sum(), (~found_with).sum()) < FEWEST:
        return []
    boxes = []
    for coverage in COVERAGES:
        limits = _rounded(simplest(found_on, found_with, coverage), of)
        boxes.append(judged(limits, values, happens, of))
    return boxes


def judged(limits: Sequence[Limit], values: np.ndarray, happens: np.ndarray, of: Sequence[Feature]) -> Box:
    """The box of the limits: found on the even runs, judged on the odd ones."""
    inside = np.ones(happens.shape, dtype=bool)
    for limit in limits:
        inside &= limit.holds(values[of.index(limit.feature)])
    found, rest = (slice(0, None, 2), slice(1, None, 2))
    share, density, coverage = _quality(inside[rest], happens[rest])
    _, found_density, found_coverage = _quality(inside[found], happens[found])
    density_error = _share_error(density, int(inside[rest].sum()))
    coverage_error = _share_error(coverage, int(happens[rest].sum()))
    return Box(tuple(limits), share, density, density_error, coverage, coverage_error, found_density, found_coverage)


def _quality(inside: np.ndarray, happens: np.ndarray) -> tuple[float, float, float]:
    """Share of the runs inside, of those that break, of the breaches that are inside."""
    both = float((inside & happens).sum())
    return float(inside.mean()), both / max(int(inside.sum()), 1), both / max(int(happens.sum()), 1)


def _share_error(share: float, count: int) -> float:
    """Binomial standard error of a share of `count` runs, by the rule of succession."""
    p = (share * count + 1.0) / (count + 2.0)
    return float(np.sqrt(p * (1.0 - p) / max(count, 1)))


Side = tuple[int, bool]
"""A feature (its row) and where it is limited (True: from below)."""

Ends = dict[Side, float]
"""The value of each limit."""


def simplest(values: np.ndarray, happens: np.ndarray, coverage: float) -> Ends:
    """Peel at all sides, then without those that add no more to the density than chance may, down to at most MOST."""
    ends = peel(values, happens, coverage, [(row, above) for row in range(len(values)) for above in (True, False)])
    while len(ends) > 1:
        inside = _inside(values, ends)
        density = float(happens[inside].mean())
        worth = max(GAIN, 2.0 * _share_error(density, int(inside.sum())))
        without = {side: peel(values, happens, coverage, [other for other in ends if other != side]) for side in ends}
        least = max(ends, key=lambda side: _density(values, happens, without[side]))
        if len(ends) <= MOST and _density(values, happens, without[least]) < density - worth:
            break
        ends = without[least]
    return ends


def peel(values: np.ndarray, happens: np.ndarray, coverage: float, sides: Sequence[Side]) -> Ends:
    """Peel and paste at some of the sides; the box still holds the share `coverage` of what happens."""
    fewest = coverage * happens.sum()
    ends: Ends = {}
    inside = np.ones(happens.shape, dtype=bool)
    while True:
        best, better = float(happens[inside].mean()), None
        for row, above in sides:
            here = values[row, inside]
            end = _end(here, above)
            kept = happens[inside][here >= end if above else here <= end]
            if kept.sum() >= fewest and kept.mean() > best:
                best, better = float(kept.mean()), {(row, above): end}
        if better is None:
            return paste(values, happens, ends)
        ends |= better
        inside = _inside(values, ends)


def _end(here: np.ndarray, above: bool) -> float:
    """Where a peel leaves off: the first value beyond the PEEL of the runs at the end."""
    place = max(int(PEEL * len(here)), 1)
    place = min(place, len(here) - 1)
    if not above:
        place = len(here) - 1 - place
    end = np.partition(here, place)[place]
    if above and end == here.min():  # many runs have the same value: peel all of them
        beyond = here[here > end]
        end = beyond.min() if len(beyond) else end
    elif not above and end == here.max():
        beyond = here[here < end]
        end = beyond.max() if len(beyond) else end
    return float(end)


def paste(values: np.ndarray, happens: np.ndarray, ends: Ends) -> Ends:
    """Move limits out again where that raises the density: peeling is greedy and may have gone too far."""
    while True:
        inside = _inside(values, ends)
        best, better = float(happens[inside].mean()), None
        for (row, above), end in ends.items():
            rest = {side: value for side, value in ends.items() if side != (row, above)}
            here = values[row, _inside(values, rest)]
            outside = np.sort(here[here < end])[::-1] if above else np.sort(here[here > end])
            if len(outside):
                wider = ends | {(row, above): float(outside[: max(int(PEEL * inside.sum()), 1)][-1])}
                density = _density(values, happens, wider)
                if density > best:
                    best, better = density, wider
        if better is None:
            return ends
        ends = better


def _inside(values: np.ndarray, ends: Ends) -> np.ndarray:
    """The runs within the limits (run,)."""
    inside = np.ones(values.shape[1], dtype=bool)
    for (row, above), end in ends.items():
        inside &= values[row] >= end if above else values[row] <= end
    return inside


def _density(values: np.ndarray, happens: np.ndarray, ends: Ends) -> float:
    """The share of the runs within the limits that break."""
    return float(happens[_inside(values, ends)].mean())


def _rounded(ends: Ends, of: Sequence[Feature]) -> list[Limit]:
    """The limits as they are shown, in the order of the features."""
    return [Limit(of[row], above, round(end, DECIMALS[of[row].unit])) for (row, above), end in sorted(ends.items())]
