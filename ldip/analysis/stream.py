"""Simulate and summarise at once, in memory that does not grow with the runs.

Batches of runs are simulated and taken apart in threads: events counted, sums taken block by block, values sorted
and cut down to the windows that percentiles need (``selection.py``). A small job is one batch, whose sorted values
are the order statistics. The figures are those that ``summarise`` makes of the whole ledger, to the last bit, for any
number of threads and any batches.
"""

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, NamedTuple

import numpy as np

from ldip.analysis.selection import CAUTION, Cut, MissedError, Selection, cut, cut_compiled
from ldip.analysis.summary import (
    Distribution,
    Probability,
    Summary,
    Sums,
    block_sums,
    described,
    occurrences,
    shares,
    wanted_ranks,
)
from ldip.model.metrics import Metric, events, headline, lines_needed
from ldip.model.simulate import Ledger, engine_for, in_batches
from ldip.scenario.schema import Scenario

ONE_PASS = 2_000_000
"""Runs up to which windows for all metrics are kept at once; they grow with the root of the runs. Beyond, a pass for
every part of the metrics: the draws are the same each time."""

SORTERS = 4
"""Threads that sort a batch, at most."""

Keep = Callable[[Ledger], Any]
"""Takes from the ledger of a batch what is to be kept of its runs."""


class Batch(NamedTuple):
    """What is left of a batch of runs."""

    runs: int
    first: np.ndarray  # (metric, year) of its first run
    sums: np.ndarray  # (2, metric, year, block): see block_sums
    occurrences: dict[str, np.ndarray]
    kept: Cut | None
    rows: np.ndarray  # (metric and year, run), those of the first batch sorted; only until the next batch
    record: Any


def passes(runs: int) -> int:
    """How many times the simulation is made."""
    return math.ceil(math.sqrt(runs / ONE_PASS))


def simulate_and_summarise(
    scenario: Scenario,
    *,
    name: str,
    runs: int,
    seed: int,
    years: int,
    policy: str = "adopted",
    step: float = 0.0,
    progress: Callable[[int], None] | None = None,
    keep: Keep | None = None,
    write: Callable[[Any], None] | None = None,
    **how: Any,
) -> Summary:
    """The summary of a simulation, as ``summarise(simulate(...))`` but in fixed memory.

    `progress` is called with the number of runs finished since its last call, each pass counted. What `keep` takes
    from the ledger of each batch goes to `write`, in the order of the runs. `how` is for in_batches (engine, threads,
    batch).
    """
    how |= {"runs": runs, "seed": seed, "years": years, "policy": policy, "step": step}
    share = passes(runs)
    parts = [headline()[place::share] for place in range(share)]
    distributions: dict[str, Distribution] = {}
    probabilities: dict[str, Probability] = {}
    for place, metrics in enumerate(parts):
        first_pass, caution, again = place == 0, CAUTION, progress
        while True:
            try:
                found = _one_pass(
                    scenario,
                    metrics,
                    caution=caution,
                    keep=keep if first_pass else None,
                    write=write if first_pass else None,
                    progress=again,
                    **how,
                )
                break
            except MissedError:
                first_pass, caution, again = False, 2.0 * caution, None
        calendar, these, chances = found
        distributions |= these
        probabilities = chances
    return Summary(
        scenario=name,
        base_year=scenario.scenario.first_year,
        years=calendar,
        runs=runs,
        seed=seed,
        distributions={metric.id: distributions[metric.id] for metric in headline()},
        probabilities=probabilities,
        policy=policy,
        step=step,
    )


def _one_pass(
    scenario: Scenario,
    metrics: list[Metric],
    *,
    caution: float,
    keep: Keep | None,
    write: Callable[[Any], None] | None,
    **how: Any,
) -> tuple[np.ndarray, dict[str, Distribution], dict[str, Probability]]:
    """Simulate once: the calendar years, the distributions of some metrics, and all probabilities."""
    runs = how["runs"]
    engine = how.get("engine") or engine_for(runs)
    chosen = {metric.id for metric in metrics}
    lines = sorted(lines_needed(), key=lambda line: line not in chosen)  # the metrics first
    metrics = [metric for line in lines for metric in metrics if metric.id == line]
    pivot: np.ndarray | None = None
    selection: Selection | None = None
    calendar = np.empty(0)

    def digest(ledger: Ledger) -> Batch:
        nonlocal calendar
        calendar = ledger.years
        record = keep(ledger) if keep else None
        counts = {event.id: occurrences(event, ledger[event.metric]) for event in events()}
        values = ledger.values[: len(metrics)]
        first = values[:, :, 0].copy() if pivot is None else pivot
        sums = []
        for place, metric in enumerate(metrics):
            if metric.price_index:
                index = ledger[f"{metric.price_index}_index"]
                values[place] /= index
                if pivot is None:
                    first[place] = values[place, :, 0]
            sums.append(block_sums(values[place], first[place]))
        rows = values.reshape(-1, values.shape[2])
        kept = None
        if selection and engine == "compiled":
            kept = cut_compiled(rows, selection.edges)
        else:
            _sort(rows, how.get("threads") or min(os.cpu_count() or 1, SORTERS))
            if selection:
                kept = cut(rows, selection.edges)
        return Batch(values.shape[2], first, np.stack(sums, axis=1), counts, kept, rows, record)

    total: np.ndarray | None = None
    counts: dict[str, np.ndarray] = {}
    ordered: Any = None
    with closing(in_batches(scenario, digest, lines=lines, **how)) as batches:
        for batch in batches:
            if pivot is None:
                pivot, total, counts = batch.first, np.zeros(batch.sums.shape[:3]), batch.occurrences
                if batch.runs < runs:
                    selection = Selection(batch.rows, runs, wanted_ranks(runs), caution)
                else:
                    ordered = batch.rows
            else:
                assert selection is not None
                assert batch.kept is not None
                selection.add(batch.kept)
                counts = {event: counts[event] + more for event, more in batch.occurrences.items()}
            for block in range(batch.sums.shape[3]):
                total += batch.sums[..., block]
            if write:
                write(batch.record)
    selected = selection.settle() if selection else None
    assert pivot is not None
    assert total is not None
    years = len(calendar)
    distributions = {}
    for place, metric in enumerate(metrics):
        rows = slice(place * years, (place + 1) * years)
        of_rows = selected.part(rows) if selected else ordered[rows]
        sums = Sums(pivot[place], *total[:, place])
        distributions[metric.id] = described(metric, sums, of_rows)
    probabilities = {event.id: shares(event, counts[event.id], runs) for event in events()}
    return calendar, distributions, probabilities


def _sort(rows: np.ndarray, threads: int) -> None:
    """Sort each row in place; Python's lock is left meanwhile, so that threads share the work."""
    if threads == 1:
        rows.sort(axis=1)
        return
    with ThreadPoolExecutor(threads) as pool:
        for part in np.array_split(rows, threads):
            pool.submit(part.sort, axis=1)
