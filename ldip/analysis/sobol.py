"""How much of the answer's variance each driver brings: Sobol indices, whole weather paths as inputs.

Two independent sets of runs, A and B, and for each driver a third that is A with the random numbers of that driver
from B (pick and freeze; Saltelli et al. 2010). A driver's whole path over the years, all its streams, is one input.
The indices are scipy's; the standard errors are ours, because scipy's bootstrap would take minutes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ldip.analysis.sensitivity import answer, lines_needed, moving
from ldip.model.catalogue import Metric, catalogue
from ldip.model.engine.simulate import simulate
from ldip.model.shown import SENSITIVE
from ldip.scenario.placeholders import invented
from ldip.scenario.schema import Scenario

OTHER_SEED = 2**32
"""Added to the seed for the second set of runs: beyond what anyone types."""


class Index(NamedTuple):
    """The share of an answer's variance that one driver brings, with standard errors."""

    first: float  # by itself: what would go if its path were known
    first_error: float
    total: float  # with all that it does together with others: what would be left if all other paths were known
    total_error: float


class Sobol(NamedTuple):
    """Variance shares at the horizon, ready to be reported."""

    scenario: str
    base_year: int
    year: int
    runs: int  # of each set; a power of two
    seed: int
    metrics: tuple[Metric, ...]
    variances: dict[str, float]  # by metric, squared units of the metric
    indices: dict[str, dict[str, Index]]  # by metric and driver that is on, the largest total first
    invented: tuple[int, int] = (0, 0)  # how many of the scenario's numbers are placeholders, of how many

    def together(self, metric: str) -> float:
        """The share that no driver brings alone: 1 less the sum of the first-order indices."""
        return 1.0 - sum(index.first for index in self.indices[metric].values())


def set_size(runs: int) -> int:
    """The largest power of two that is not above `runs`."""
    return 1 << (runs.bit_length() - 1)


def work(scenario: Scenario) -> int:
    """The number of simulations that :func:`sobol` makes."""
    return len(moving(scenario)) + 2


def uncorrelated(scenario: Scenario) -> Scenario:
    """The scenario with all correlations between drivers zero."""
    pairs = {name: pair for name, pair in scenario.drivers.correlation if pair is not None}
    zero = {name: pair.model_copy(update={"value": 0.0}) for name, pair in pairs.items()}
    correlation = scenario.drivers.correlation.model_copy(update=zero)
    return scenario.model_copy(update={"drivers": scenario.drivers.model_copy(update={"correlation": correlation})})


def sobol(
    scenario: Scenario,
    *,
    runs: int,
    seed: int,
    years: int,
    metrics: Sequence[str] = SENSITIVE,
    progress: Callable[[int], None] | None = None,
) -> Sobol:
    """The variance shares of the metrics' last year. `progress` is called with the number of simulations finished.

    The drivers are taken as uncorrelated here, as the indices demand. With the scenario's correlations a driver's
    numbers move others with it, and what it brings itself could not be told from what they do (docs/decisions.md).
    """
    wanted = tuple(catalogue()[name] for name in metrics)
    independent = uncorrelated(scenario)
    size = set_size(runs)
    horizon = 0

    def run(seeds: Mapping[str, int]) -> np.ndarray:
        nonlocal horizon
        ledger = simulate(independent, runs=size, seed=seed, years=years, lines=lines_needed(wanted), seeds=seeds)
        horizon = int(ledger.years[-1])
        if progress:
            progress(1)
        return np.stack([answer(ledger, metric) for metric in wanted])

    names = moving(scenario)
    other = seed + OTHER_SEED
    a, b = run({}), run(dict.fromkeys(names, other))
    mixed = np.stack([run({name: other}) for name in names])
    found = indices(a, b, mixed)
    return Sobol(
        invented=invented(scenario),
        scenario=scenario.name,
        base_year=scenario.scenario.first_year,
        year=horizon,
        runs=size,
        seed=seed,
        metrics=wanted,
        variances={metric.id: float(np.var([a[row], b[row]])) for row, metric in enumerate(wanted)},
        indices={
            metric.id: dict(sorted(zip(names, found[row], strict=True), key=lambda item: -item[1].total))
            for row, metric in enumerate(wanted)
        },
    )


def indices(a: np.ndarray, b: np.ndarray, mixed: np.ndarray) -> list[list[Index]]:
    """The indices of each answer and input, from the answers of both sets (answer, run) and of the first set with
    one input from the second (input, answer, run); runs a power of two."""
    from scipy.stats import sobol_indices

    inputs, answers, runs = mixed.shape
    found = sobol_indices(func={"f_A": a, "f_B": b, "f_AB": mixed}, n=runs)
    first = np.reshape(found.first_order, (answers, inputs))
    total = np.reshape(found.total_order, (answers, inputs))
    errors = [
        [_errors(a[s], b[s], mixed[i, s], first[s, i], total[s, i]) for i in range(inputs)] for s in range(answers)
    ]
    return [
        [Index(float(first[s, i]), errors[s][i][0], float(total[s, i]), errors[s][i][1]) for i in range(inputs)]
        for s in range(answers)
    ]


def _errors(a: np.ndarray, b: np.ndarray, mixed: np.ndarray, first: float, total: float) -> tuple[float, float]:
    """Standard errors of a first-order and a total index of one answer: both are ratios of means over runs, and so
    are their errors by the delta method."""
    mean = 0.5 * (a.mean() + b.mean())
    a, b, mixed = a - mean, b - mean, mixed - mean
    squares = 0.5 * (a**2 + b**2)
    variance = squares.mean()
    if variance == 0.0 or len(a) < 2:
        return (0.0, 0.0) if variance == 0.0 else (float("nan"), float("nan"))
    scale = variance * np.sqrt(len(a))
    of_first = np.std(b * (mixed - a) - first * squares, ddof=1) / scale
    of_total = np.std(0.5 * (a - mixed) ** 2 - total * squares, ddof=1) / scale
    return float(of_first), float(of_total)
