"""Run the accounts over all years and runs: baseline -> draws -> kernel -> ledger."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from ldip.model import drivers, kernel
from ldip.model.baseline import Baseline, build
from ldip.model.state import Year
from ldip.scenario.schema import Scenario

COMPILED_FROM = 200_000
"""Runs from which the compiled engine pays for loading it (docs/decisions.md)."""

POLICIES = ("none", "adopted", "step", "rule")
"""What is done about the need: see with_policy."""

CHUNK = 8 * drivers.BLOCK
"""Runs closed together: enough for NumPy to be busy with numbers, few enough to stay near the cache."""

THREADS_FROM = 50_000
"""Runs from which a second thread pays."""


@dataclass(frozen=True)
class Ledger:
    """The results of all runs: nominal mill. kr, rates and shares as fractions, events as 0 or 1."""

    years: np.ndarray  # (year,) calendar years
    lines: tuple[str, ...]
    values: np.ndarray  # (line, year, run), contiguous over runs

    def __getitem__(self, line: str) -> np.ndarray:
        """One line (year, run)."""
        return self.values[self.lines.index(line)]


def run_baseline(baseline: Baseline, step: float = 0.0, engine: str | None = None) -> Ledger:
    """The baseline path, all lines (line, year, 1): the accounts with calm weather, and a restructuring step."""
    calm = drivers.calm(baseline.plan)
    calm[-1] = step
    values = np.full((len(Year._fields), len(baseline.years), 1), np.nan)
    _engine(1, engine)(
        baseline.plan_table(),
        baseline.response,
        calm,
        np.array(baseline.opening),
        range(len(Year._fields)),
        values,
    )
    return Ledger(baseline.years, Year._fields, values)


def simulate(
    scenario: Scenario,
    *,
    runs: int,
    seed: int,
    years: int,
    lines: Sequence[str] = Year._fields,
    engine: str | None = None,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
    policy: str = "adopted",
    step: float | np.ndarray = 0.0,
    seeds: Mapping[str, int] | None = None,
) -> Ledger:
    """Simulate `runs` futures of `years` years and keep the chosen lines.

    `engine` is "numpy" or "compiled" (default: by the number of runs); the result is the same to the last bit,
    for any number of threads. `progress` is called with the number of runs finished since its last call.
    `policy` is one of POLICIES; `step` (of all runs or (run,)) is what restructuring grows by a year after the plan,
    mill. 2020-kr, with the policy "step". `seeds` gives single drivers a seed of their own.
    """
    baseline = with_policy(build(scenario, years), policy)
    return simulate_built(
        baseline,
        drivers.prepare(scenario.drivers, baseline.plan),
        runs=runs,
        seed=seed,
        lines=lines,
        engine=engine,
        threads=threads,
        progress=progress,
        step=step if policy == "step" else 0.0,
        seeds=seeds,
    )


def simulate_built(
    baseline: Baseline,
    process: drivers.Process,
    *,
    runs: int,
    seed: int,
    lines: Sequence[str] = Year._fields,
    engine: str | None = None,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
    step: float | np.ndarray = 0.0,
    seeds: Mapping[str, int] | None = None,
    weather: Callable[..., np.ndarray] = drivers.weather,
) -> Ledger:
    """As :func:`simulate`, of a baseline and processes made before, perhaps on another machine; a `weather` of one's
    own may give back what it has made."""
    steps = np.broadcast_to(step, (runs,))
    years = len(baseline.years)
    plan, opening = baseline.plan_table(), np.array(baseline.opening)
    wanted = [Year._fields.index(line) for line in lines]
    values = np.empty((len(wanted), years, runs))
    close = _engine(runs, engine)

    def do_chunk(first: int) -> None:
        size = min(CHUNK, runs - first)
        chunk = weather(process, seed, first, size, steps[first : first + size], seeds)
        close(plan, baseline.response, chunk, opening, wanted, values, first)
        if progress:
            progress(size)

    chunks = range(0, runs, CHUNK)
    workers = threads or (min(os.cpu_count() or 1, 8) if runs >= THREADS_FROM else 1)
    if workers == 1:
        for first in chunks:
            do_chunk(first)
    else:
        with ThreadPoolExecutor(workers) as pool:
            for finished in [pool.submit(do_chunk, first) for first in chunks]:
                finished.result()
    return Ledger(baseline.years, tuple(lines), values)


def with_policy(baseline: Baseline, policy: str) -> Baseline:
    """The baseline as a policy has it: none, not even the adopted measures; adopted; step; or rule (M12)."""
    plan = baseline.plan
    if policy == "none":
        plan = plan._replace(measures_delivery=np.zeros(len(baseline.years)))
    elif policy == "rule":
        plan = plan._replace(rule_policy=np.ones(len(baseline.years)))
    elif policy not in POLICIES:
        raise ValueError(policy)
    return baseline._replace(plan=plan)


def _engine(runs: int, name: str | None = None) -> Callable[..., None]:
    if name is None:
        name = "compiled" if runs >= COMPILED_FROM else "numpy"
    return {"numpy": kernel.run_numpy, "compiled": kernel.run_compiled}[name]
