"""Run the accounts over all years and runs: baseline -> draws -> kernel -> ledger."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from ldip.model import drivers
from ldip.model.accounts.year import LINES
from ldip.model.engine import kernel
from ldip.model.fiscal_rules import Event, events
from ldip.model.people.extra import extra_people
from ldip.model.plan.baseline import Baseline, build
from ldip.model.projects.chance import as_planned, projects_of
from ldip.model.soundness import WITNESSES, check_path, check_runs
from ldip.scenario.schema import Scenario

if TYPE_CHECKING:
    from concurrent.futures import Future

COMPILED_FROM = 50_000
"""Runs from which the compiled engine pays for loading it, and a second thread pays (docs/decisions.md)."""

POLICIES = ("none", "adopted", "step", "react")
"""What is done about the need: see with_policy."""

PRESSURE, STEERED = "adopted", "react"
"""The policies of the two fans that are always shown: nobody reacts, and the municipality follows its own rules."""

FANS = {PRESSURE: "pressure", STEERED: "steered"}
"""Policy -> what its fan is called in files; a fan of another policy bears the policy's name."""

CHUNK = 8 * drivers.BLOCK
"""The most runs closed together: enough for NumPy to be busy with numbers, few enough to stay near the cache."""

BATCH, BATCH_THREADS = {"numpy": 20 * drivers.BLOCK, "compiled": 4 * drivers.BLOCK}, 4
"""The most runs in a batch, and the most threads with a batch each: memory is to be fixed on any machine."""

S = TypeVar("S")
T = TypeVar("T")


@dataclass(frozen=True)
class Ledger:
    """The results of all runs: nominal mill. kr, rates and shares as fractions, events as 0 or 1."""

    years: np.ndarray  # (year,) calendar years
    lines: tuple[str, ...]
    values: np.ndarray  # (line, year, run), contiguous over runs
    events: tuple[Event, ...] = field(default_factory=events)  # that may happen in it: the scenario's
    invented: tuple[int, int] = (0, 0)  # of the scenario's numbers so many are placeholders, of so many

    def __getitem__(self, line: str) -> np.ndarray:
        """One line (year, run)."""
        return self.values[self.lines.index(line)]


class Built(NamedTuple):
    """A scenario made ready for any runs, here or on another machine: nothing but arrays and parameters."""

    baseline: Baseline
    process: drivers.Process


def built(scenario: Scenario, years: int, policy: str = "adopted") -> Built:
    """Build a scenario's baseline, as a policy has it, and what its drivers need.

    Raises InputError if the baseline is not sound: see soundness.py.
    """
    baseline = with_policy(build(scenario, years), policy)
    run_baseline(baseline)
    return Built(baseline, drivers.prepare(scenario.drivers, baseline.plan))


def run_baseline(baseline: Baseline, step: float = 0.0, engine: str | None = None) -> Ledger:
    """The baseline path, all lines (line, year, 1): the accounts with calm weather, and a restructuring step.

    Raises InputError if the accounts are not sound: see soundness.py.
    """
    calm = drivers.calm(baseline.plan, step)
    values = np.full((len(LINES), len(baseline.years), 1), np.nan)
    with np.errstate(all="ignore"):  # what is not finite is told with line and year
        _engine(engine or "numpy")(
            baseline.plan_table(),
            extra_people(baseline.response, calm),
            as_planned(baseline.portfolio),
            calm,
            np.array(baseline.opening),
            range(len(LINES)),
            values,
        )
    ledger = Ledger(baseline.years, LINES, values, baseline.events, baseline.invented)
    check_path(baseline.name, ledger, baseline.opening)
    return ledger


def simulate(
    scenario: Scenario,
    *,
    runs: int,
    seed: int,
    years: int,
    lines: Sequence[str] = LINES,
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
    return simulate_built(
        built(scenario, years, policy),
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
    ready: Built,
    *,
    runs: int,
    seed: int,
    lines: Sequence[str] = LINES,
    engine: str | None = None,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
    step: float | np.ndarray = 0.0,
    seeds: Mapping[str, int] | None = None,
    weather: Callable[..., np.ndarray] = drivers.weather,
) -> Ledger:
    """As :func:`simulate`, of what was built before; a `weather` of one's own may give back what it has made.

    Raises InputError if a run cannot be computed: if a line that bears witness of it is not finite.
    """
    closed = list(dict.fromkeys((*lines, *WITNESSES)))
    accounts = _Accounts(ready, runs, seed, closed, engine, step, seeds, weather)
    values = np.empty((len(closed), len(accounts.years), runs))

    workers = threads or _threads(runs)
    chunk = _chunk(runs, workers)

    def do_chunk(first: int) -> None:
        size = min(chunk, runs - first)
        accounts.close(first, size, values, first)
        check_runs(ready.baseline.name, accounts.years, closed, values[:, :, first : first + size])
        if progress:
            progress(size)

    for _ in _in_order(do_chunk, range(0, runs, chunk), workers):
        pass
    told = (ready.baseline.events, ready.baseline.invented)
    return Ledger(accounts.years, tuple(lines), values[: len(lines)], *told)


def in_batches(
    ready: Built,
    digest: Callable[[Ledger], T],
    *,
    runs: int,
    seed: int,
    lines: Sequence[str] = LINES,
    engine: str | None = None,
    threads: int | None = None,
    batch: int | None = None,
    progress: Callable[[int], None] | None = None,
    step: float | np.ndarray = 0.0,
    weather: Callable[..., np.ndarray] = drivers.weather,
) -> Generator[T, None, None]:
    """As :func:`simulate_built`, in memory that does not grow with the runs: what `digest` makes of each batch's
    ledger, in the order of the runs. Whether its numbers are finite is left to `digest`.

    `digest` is called in the threads, may overwrite the ledger, and must not keep it: the next batch comes into the
    same memory. The first batch is digested before another is begun. `batch` is a number of whole blocks.
    """
    engine = engine or engine_for(runs)
    accounts = _Accounts(ready, runs, seed, lines, engine, step, weather=weather)
    years = len(accounts.years)
    workers = threads or min(_threads(runs), BATCH_THREADS)
    batch = min(runs, batch or BATCH[engine])
    memory: SimpleQueue[np.ndarray] = SimpleQueue()

    def do_batch(first: int) -> T:
        size = min(batch, runs - first)
        buffer = memory.get()
        try:
            values = buffer[: len(lines) * years * size].reshape(len(lines), years, size)
            chunk = _chunk(size, 1)
            for place in range(0, size, chunk):
                accounts.close(first + place, min(chunk, size - place), values, place)
                if progress:
                    progress(min(chunk, size - place))
            told = (ready.baseline.events, ready.baseline.invented)
            return digest(Ledger(accounts.years, tuple(lines), values, *told))
        finally:
            memory.put(buffer)

    memory.put(np.empty(len(lines) * years * batch))
    yield do_batch(0)
    for _ in range(workers - 1):
        memory.put(np.empty(len(lines) * years * batch))
    yield from _in_order(do_batch, range(batch, runs, batch), workers)


class _Accounts:
    """The accounts, to be closed for any of the runs."""

    def __init__(
        self,
        ready: Built,
        runs: int,
        seed: int,
        lines: Sequence[str],
        engine: str | None,
        step: float | np.ndarray,
        seeds: Mapping[str, int] | None = None,
        weather: Callable[..., np.ndarray] = drivers.weather,
    ) -> None:
        baseline, self._process = ready
        self._run, self.years = _engine(engine or engine_for(runs)), baseline.years
        self._seed, self._seeds, self._weather = seed, seeds, weather
        self._steps = np.broadcast_to(step, (runs,))
        self._plan, self._response, self._portfolio = baseline.plan_table(), baseline.response, baseline.portfolio
        self._opening, self._lines = np.array(baseline.opening), [LINES.index(line) for line in lines]

    def close(self, first: int, size: int, ledger: np.ndarray, place: int) -> None:
        """Close all years of some runs into a ledger (line, year, run), from a place in it on."""
        steps = self._steps[first : first + size]
        with np.errstate(all="ignore"):  # what is not finite is told with line and year: see soundness.py
            weather = self._weather(self._process, self._seed, first, size, steps, self._seeds)
            people = extra_people(self._response, weather)
            projects = projects_of(self._portfolio, self._process.drivers, self._seed, first, size, self._seeds)
            self._run(self._plan, people, projects, weather, self._opening, self._lines, ledger, place)


def _threads(runs: int) -> int:
    return min(os.cpu_count() or 1, 8) if runs >= COMPILED_FROM else 1


def _chunk(runs: int, workers: int) -> int:
    """Runs closed together, up to CHUNK: whole blocks, in so many chunks that workers have about as much each."""
    most = CHUNK // drivers.BLOCK
    blocks = -(-runs // drivers.BLOCK)
    chunks = -(-blocks // (most * workers)) * workers
    return drivers.BLOCK * -(-blocks // chunks)


def _in_order(task: Callable[[S], T], items: Iterable[S], workers: int) -> Iterator[T]:
    """The task's results for each item, in order; a few are worked on ahead."""
    if workers == 1:
        yield from map(task, items)
        return
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(workers)
    ahead: deque[Future[T]] = deque()
    try:
        for item in items:
            ahead.append(pool.submit(task, item))
            if len(ahead) > workers + 1:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def with_policy(baseline: Baseline, policy: str) -> Baseline:
    """The baseline as a policy has it: none, not even the adopted measures; adopted; step; or react (M12)."""
    plan = baseline.plan
    if policy == "none":
        plan = plan._replace(measures_delivery=np.zeros(len(baseline.years)))
    elif policy == "react":  # from the last plan year on, for the years whose programme is not adopted
        plan = plan._replace(reacts=np.append(plan.builds_places[1:], plan.builds_places[-1:]))
    elif policy not in POLICIES:
        raise ValueError(policy)
    return baseline._replace(plan=plan)


def engine_for(runs: int) -> str:
    """The engine that such a job takes, if nobody says which."""
    return "compiled" if runs >= COMPILED_FROM else "numpy"


def _engine(name: str) -> Callable[..., None]:
    """What closes the accounts; NumPy where the compiled engine cannot be used."""
    if name == "numpy":
        return kernel.run_numpy
    if name == "compiled":
        from ldip.model.engine.fallback import run_compiled

        return run_compiled() or kernel.run_numpy
    raise ValueError(name)
