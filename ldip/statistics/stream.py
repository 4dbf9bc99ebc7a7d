"""Simulate and summarise at once, in memory that does not grow with the runs.

A job goes through batches of runs, each taken apart in its thread: events counted, sums taken block by block, values
cut down to the windows that percentiles need (``selection.py``). The figures are those that ``summarise`` makes of
the whole ledger, to the last bit, for any number of threads and any batches.
"""

import math
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any, NamedTuple

import numpy as np

from ldip.model import drivers
from ldip.model.catalogue import Metric, headline
from ldip.model.engine.simulate import (
    BATCH,
    FANS,
    PRESSURE,
    STEERED,
    Built,
    Ledger,
    built,
    engine_for,
    in_batches,
    run_baseline,
    with_policy,
)
from ldip.model.fiscal_rules import Event
from ldip.model.metrics import lines_needed
from ldip.model.soundness import check_finite
from ldip.scenario.schema import Scenario
from ldip.statistics.selection import CAUTION, MissedError, Selection
from ldip.statistics.summary import (
    Distribution,
    Fans,
    Probability,
    Selected,
    Summary,
    Sums,
    block_sums,
    described,
    occurrences,
    selected,
    shares,
    wanted_ranks,
)

ONE_PASS = 2_000_000
"""Runs up to which windows for all metrics are kept at once; they grow with the root of the runs. Beyond, a pass for
every part of the metrics: the draws are the same each time."""

SORTING = min(os.cpu_count() or 1, 4)
"""Threads that sort the only batch, if nobody says how many."""

Keep = Callable[[Ledger], Any]
"""Takes from the ledger of a batch what is to be kept of its runs."""


Found = tuple[np.ndarray, dict[str, Distribution], dict[str, Probability]]
"""The calendar years, the distributions of metrics, and the probabilities of all events."""


class Part(NamedTuple):
    """What is left of the ledger of a batch, besides what a selection keeps."""

    years: np.ndarray
    sums: np.ndarray  # (2, metric and year, block): see block_sums
    occurrences: dict[str, np.ndarray]
    record: Any = None


def passes(runs: int) -> int:
    """How many times the simulation is made."""
    return math.ceil(math.sqrt(runs / ONE_PASS))


def fans_of(policy: str) -> tuple[str, ...]:
    """The fans that a simulation with this policy gives: two, unless another policy is asked for."""
    return tuple(FANS.values()) if policy == PRESSURE else (FANS.get(policy, policy),)


def simulate_fans(
    scenario: Scenario,
    *,
    name: str,
    years: int,
    policy: str = PRESSURE,
    step: float = 0.0,
    kept: Mapping[str, Mapping[str, Any]] | None = None,
    **how: Any,
) -> Fans:
    """Both fans in the same weather, or with a policy of its own that one alone.

    `kept` says by fan what :func:`summarise_built` keeps of the runs; the rest of `how` is for it too, and progress
    is told of the runs of each fan.
    """
    ready = built(scenario, years, policy)
    how |= {"name": name, "base_year": scenario.scenario.first_year, "step": step}
    again = _Drawn() if policy == PRESSURE and how["runs"] <= BATCH["numpy"] else drivers.weather
    kept = kept or {}
    first, *_ = fans_of(policy)
    pressure = summarise_built(ready, policy=policy, weather=again, **how, **kept.get(first, {}))
    if policy != PRESSURE:
        return Fans(pressure)
    steered = ready._replace(baseline=with_policy(ready.baseline, STEERED))
    run_baseline(steered.baseline)
    of_steered = kept.get(FANS[STEERED], {})
    return Fans(pressure, summarise_built(steered, policy=STEERED, weather=again, **how, **of_steered))


class _Drawn:
    """Weather that is drawn once, for all that meet it: of a job so small that it may be held."""

    def __init__(self) -> None:
        self._chunks: dict[tuple[int, int], np.ndarray] = {}

    def __call__(self, process: drivers.Process, seed: int, first: int, size: int, *more: Any) -> np.ndarray:
        """As :func:`ldip.model.drivers.weather`, always of the same process, seed and step."""
        if (first, size) not in self._chunks:
            self._chunks[first, size] = drivers.weather(process, seed, first, size, *more)
        return self._chunks[first, size]


def simulate_and_summarise(
    scenario: Scenario, *, name: str, years: int, policy: str = "adopted", step: float = 0.0, **how: Any
) -> Summary:
    """The summary of a simulation, as ``summarise(simulate(...))`` but in fixed memory. `how` is for
    :func:`summarise_built`."""
    ready = built(scenario, years, policy)
    return summarise_built(ready, name=name, base_year=scenario.scenario.first_year, policy=policy, step=step, **how)


def summarise_built(
    ready: Built,
    *,
    name: str,
    base_year: int,
    runs: int,
    seed: int,
    policy: str = "adopted",
    step: float = 0.0,
    engine: str | None = None,
    threads: int | None = None,
    batch: int | None = None,
    progress: Callable[[int], None] | None = None,
    keep: Keep | None = None,
    write: Callable[[Any], None] | None = None,
    weather: Callable[..., np.ndarray] = drivers.weather,
) -> Summary:
    """As :func:`simulate_and_summarise`, of what was built, with that policy, before.

    `progress` is called with the number of runs finished since its last call, each pass counted. What `keep` takes
    from the ledger of each batch goes to `write`, in the order of the runs.
    """
    how: dict[str, Any] = {"runs": runs, "seed": seed, "engine": engine or engine_for(runs), "threads": threads}
    how |= {"batch": batch, "step": step if policy == "step" else 0.0, "weather": weather}
    calendar, distributions, probabilities = _by_parts(ready, progress, keep, write, **how)
    return Summary(
        scenario=name,
        base_year=base_year,
        years=calendar,
        runs=runs,
        seed=seed,
        distributions={metric.id: distributions[metric.id] for metric in headline()},
        probabilities=probabilities,
        policy=policy,
        step=step,
        invented=ready.baseline.invented,
    )


def _by_parts(
    ready: Built,
    progress: Callable[[int], None] | None,
    keep: Keep | None,
    write: Callable[[Any], None] | None,
    **how: Any,
) -> Found:
    """Very many runs in several passes, each with a part of the metrics."""
    share = passes(how["runs"])
    found: list[Found] = []
    for place in range(share):
        first_time, caution, again = place == 0, CAUTION, progress
        while len(found) == place:
            record: dict[str, Any] = {"keep": keep, "write": write} if first_time else {}
            try:
                metrics = headline()[place::share]
                found.append(_one_pass(ready, metrics, caution=caution, progress=again, **record, **how))
            except MissedError:
                first_time, caution, again = False, 2.0 * caution, None
    distributions = {name: one for _, these, _ in found for name, one in these.items()}
    return found[0][0], distributions, found[0][2]


def _one_pass(
    ready: Built,
    metrics: list[Metric],
    *,
    caution: float,
    engine: str,
    keep: Keep | None = None,
    write: Callable[[Any], None] | None = None,
    **how: Any,
) -> Found:
    """Simulate once: the distributions of some metrics."""
    runs = how["runs"]
    lines, metrics = _in_front(metrics, ready.baseline.events)
    selection: Selection | None = None
    ordered: Selected | None = None
    pivot: np.ndarray | None = None

    def digest(ledger: Ledger) -> Part:
        nonlocal selection, ordered, pivot
        record = keep(ledger) if keep else None
        counts = {event.id: occurrences(event, ledger) for event in ledger.events}
        rows = _in_fixed_prices(ledger, metrics)
        if pivot is None:
            pivot = rows[:, 0].copy()
        with np.errstate(all="ignore"):
            sums = block_sums(rows, pivot, engine)
        _check_sums(ready.baseline.name, ledger.years, metrics, sums, pivot)
        if selection is None and rows.shape[1] < runs:  # the first batch, which nothing is done beside
            selection = Selection(rows, runs, wanted_ranks(runs), engine, caution)
        if selection:
            selection.take(rows)
        else:
            ordered = selected(rows, engine, how["threads"] or SORTING)
        return Part(ledger.years, sums, counts, record)

    total = np.zeros(())
    counts: dict[str, np.ndarray] = {}
    with closing(in_batches(ready, digest, lines=lines, engine=engine, **how)) as batches:
        for part in batches:
            for block in range(part.sums.shape[2]):
                total = total + part.sums[..., block]
            counts = {event: counts.get(event, 0) + more for event, more in part.occurrences.items()}
            if write:
                write(part.record)
    if selection:
        ordered = selection.settle()
    assert ordered
    assert pivot is not None
    years, distributions = len(part.years), {}
    for place, metric in enumerate(metrics):
        rows = slice(place * years, (place + 1) * years)
        distributions[metric.id] = described(metric, Sums(pivot[rows], *total[:, rows]), ordered.part(rows))
    return (
        part.years,
        distributions,
        {event.id: shares(event, counts[event.id], runs) for event in ready.baseline.events},
    )


def _in_front(metrics: list[Metric], watched: Sequence[Event]) -> tuple[list[str], list[Metric]]:
    """The lines to keep, those of the metrics first, and the metrics in that order."""
    chosen = {metric.id: metric for metric in metrics}
    lines = sorted(lines_needed(watched=watched), key=lambda line: line not in chosen)
    return lines, [chosen[line] for line in lines if line in chosen]


def _in_fixed_prices(ledger: Ledger, metrics: list[Metric]) -> np.ndarray:
    """The ledger's first lines become the metrics, in fixed prices (metric and year, run)."""
    with np.errstate(all="ignore"):
        for line, metric in zip(ledger.values, metrics, strict=False):
            if metric.price_index:
                line /= ledger[f"{metric.price_index}_index"]
    return ledger.values[: len(metrics)].reshape(-1, ledger.values.shape[2])


def _check_sums(name: str, years: np.ndarray, metrics: list[Metric], sums: np.ndarray, pivot: np.ndarray) -> None:
    """Raise InputError about the baseline called `name` if a figure of a run is not finite: what is summed of it
    (2, metric and year, block), or the first run's figure (metric and year,), is not then."""
    finite = np.isfinite(sums).all(axis=(0, 2)) & np.isfinite(pivot)
    check_finite(name, years, [metric.id for metric in metrics], finite.reshape(len(metrics), -1))
