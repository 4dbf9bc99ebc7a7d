"""The kernel against its NumPy twin and its own draws, how it scales, and what the percentiles cost."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
from tables import Table
from timing import Lap, in_laps, in_turn

from ldip.model import drivers
from ldip.model.accounts.year import LINES
from ldip.model.engine import kernel
from ldip.model.engine.simulate import (
    CHUNK,
    COMPILED_FROM,
    Built,
    built,
    in_batches,
    simulate,
    simulate_built,
)
from ldip.model.metrics import lines_needed
from ldip.model.people.extra import extra_people
from ldip.model.plan.baseline import build
from ldip.model.projects.chance import projects_of
from ldip.scenario.files.reader import read
from ldip.scenario.schema import Scenario
from ldip.statistics.stream import simulate_and_summarise
from ldip.statistics.summary import summarise

FEW_LINES = ("debt_ratio", "restructuring_need")
COMPILED = "kernel, compiled, one thread"
NUMPY = f"kernel, NumPy (the default below {COMPILED_FROM:,} runs)"
DRAWS = "its own draws (NumPy's generator)"
PROCESSES = "two processes, a job"


class Size(NamedTuple):
    """How much is measured."""

    runs: int
    years: int
    counts: tuple[int, ...]
    threaded: int  # runs of the comparison of one and two threads
    repetitions: int


FULL = Size(10_000, 20, (10_000, 100_000, 1_000_000), 100_000, 15)
QUICK = Size(10_000, 20, (10_000, 100_000), 100_000, 4)
TINY = Size(300, 3, (300, 600), 1_000, 1)


def tables(size: Size) -> Iterator[Table]:
    """All tables of this module."""
    scenario = read("baerum-2020").scenario
    for table in (
        kernel_table,
        runs_table,
        threads_table,
        years_table,
        drivers_table,
        percentiles_table,
        stream_table,
    ):
        yield table(scenario, size)


def kernel_table(scenario: Scenario, size: Size) -> Table:
    """The compiled kernel against the NumPy engine (same accounts, arrays over runs) and against its draws."""
    job = _Job(scenario, size.runs, size.years)
    every = list(range(len(LINES)))
    every_ledger = np.empty((len(every), size.years, size.runs))
    draws = own_draws(job.process, size.runs)

    def draw() -> None:
        for ask in draws:
            ask()

    found = in_turn(
        {
            DRAWS: draw,
            "draws and processes: the weather": job.make_weather,
            COMPILED: lambda: job.close(kernel.run_compiled),
            "the same, all lines kept": lambda: job.close(kernel.run_compiled, every, every_ledger),
            NUMPY: lambda: job.close(kernel.run_numpy),
            "kernel, NumPy over all runs at once": lambda: job.close(kernel.run_numpy, chunk=size.runs),
        },
        size.repetitions,
    )
    return Table(
        "kernel",
        f"The accounts: {size.runs:,} runs of {size.years} years, {len(job.lines)} of {len(every)} lines kept",
        ("job", "ms", "relative"),
        [[name, ms, ms / found[COMPILED]] for name, ms in found.items()],
        "Processor time of one thread. The draws are what the weather asks of its generators, asked again.",
    )


def runs_table(scenario: Scenario, size: Size) -> Table:
    """Whole simulation against the number of runs."""
    most = size.counts[-1]

    def job(engine: str, runs: int) -> Callable[[], object]:
        return lambda: simulate(
            scenario, runs=runs, seed=1, years=size.years, lines=FEW_LINES, engine=engine, threads=1
        )

    numpy = {str(runs): job("numpy", runs) for runs in size.counts}
    compiled = {str(runs): repeated(job("compiled", runs), most // runs) for runs in size.counts}
    slow, fast = in_turn(numpy, 1), in_turn(compiled, min(size.repetitions, 3))
    each = {runs: fast[str(runs)] / (most // runs) for runs in size.counts}
    rows: list[list[Any]] = [
        [f"{runs:,}", slow[str(runs)], each[runs], 1e3 * each[runs] / runs] for runs in size.counts
    ]
    return Table(
        "runs",
        f"Scaling in runs: the whole simulation (baseline, weather, accounts), {size.years} years, two lines kept",
        ("runs", "NumPy, ms", "compiled, ms", "compiled, µs a run"),
        rows,
        f"Processor time of one thread. The compiled jobs take turns, each with {most:,} runs in all: a short job "
        "alone meets the machine's good moments, a long one all of them.",
    )


def repeated(job: Callable[[], object], times: int) -> Callable[[], None]:
    """A job done so many times."""

    def do() -> None:
        for _ in range(times):
            job()

    return do


def threads_table(scenario: Scenario, size: Size) -> Table:
    """One thread against two, on the wall clock, and against what two cores give that have nothing in common."""
    job = partial(_simulated, built(scenario, size.years), size.threaded)
    spawn = get_context("spawn")
    with ProcessPoolExecutor(1, spawn) as here, ProcessPoolExecutor(1, spawn) as there:

        def in_processes(*pools: ProcessPoolExecutor) -> Callable[[], object]:
            return lambda: [done.result() for done in [pool.submit(job, 1) for pool in pools]]

        jobs = {"one thread": partial(job, 1), "two threads": partial(job, 2)}
        jobs |= {"alone": in_processes(here), "both": in_processes(here, there)}
        found = in_turn(jobs, min(size.repetitions, 7), time.perf_counter)
    rows: list[list[Any]] = [[name, found[name], found["one thread"] / found[name]] for name in list(jobs)[:2]]
    rows.append([PROCESSES, found["both"] / 2, 2 * found["alone"] / found["both"]])
    return Table(
        "threads",
        f"Threads: weather and accounts of {size.threaded:,} runs of {size.years} years, compiled",
        ("threads", "ms", "times faster"),
        rows,
        "Time on the wall. Two processes with a job each show what two cores of this machine give at the time: less "
        "than twice what one gives where cores share units, caches or the way to memory, or others use them.",
    )


def _simulated(ready: Built, runs: int, threads: int) -> None:
    simulate_built(ready, runs=runs, seed=1, lines=FEW_LINES, engine="compiled", threads=threads)


def years_table(scenario: Scenario, size: Size) -> Table:
    """Whole simulation against the number of years."""
    rows: list[list[Any]] = []
    for years in dict.fromkeys(max(1, round(size.years * share)) for share in (0.25, 0.5, 1.0, 2.0)):
        job = _Job(scenario, size.runs, years)
        jobs: dict[str, Callable[[], object]] = {
            "weather": job.make_weather,
            "compiled": lambda j=job: j.close(kernel.run_compiled),
            "numpy": lambda j=job: j.close(kernel.run_numpy),
        }
        found = in_turn(jobs, min(size.repetitions, 5))
        rows.append(
            [
                f"{years}",
                found["weather"],
                found["numpy"],
                found["compiled"],
                1e6 * found["compiled"] / (years * size.runs),
            ]
        )
    return Table(
        "years",
        f"Scaling in years: {size.runs:,} runs",
        ("years", "weather, ms", "accounts, NumPy, ms", "accounts, compiled, ms", "compiled, ns a run and year"),
        rows,
        "Processor time of one thread. What a run's own dwellings add to later years is a sum over all earlier "
        "years, so the accounts of a year grow slowly with the years before it.",
    )


def drivers_table(scenario: Scenario, size: Size) -> Table:
    """Weather against the number of drivers that are on: the scenario's, switched on in the order of the schema."""
    on = [name for name in scenario.drivers.names() if not getattr(scenario.drivers, name).is_off]
    jobs: dict[str, Callable[[], object]] = {}
    names: dict[str, str] = {}
    for count in sorted({0, 1, 2, 4, len(on)}):
        less = scenario.model_copy(update={"drivers": scenario.drivers.without(on[count:])})
        jobs[str(count)] = _Job(less, size.runs, size.years).make_weather
        names[str(count)] = ", ".join(on[:count])
    found = in_turn(jobs, min(size.repetitions, 7))
    return Table(
        "drivers",
        f"Scaling in drivers: the weather of {size.runs:,} runs of {size.years} years",
        ("drivers on", "ms", "which"),
        [[count, ms, names[count]] for count, ms in found.items()],
        "Processor time of one thread. The accounts take the same time whatever the weather.",
    )


def percentiles_table(scenario: Scenario, size: Size) -> Table:
    """Summary against simulation, of a ledger held whole."""
    rows: list[list[Any]] = []
    for runs in size.counts[:2]:
        arguments = {"runs": runs, "seed": 1, "years": size.years, "lines": lines_needed(), "threads": 1}
        ledger = simulate(scenario, **arguments)
        jobs: dict[str, Callable[[], object]] = {}
        for engine in ("numpy", "compiled"):
            jobs[f"{engine} simulation"] = lambda a=arguments, e=engine: simulate(scenario, engine=e, **a)
            jobs[f"{engine} summary"] = lambda of=ledger, e=engine: summarise(
                of, scenario="x", base_year=2020, seed=1, engine=e
            )
        found = in_turn(jobs, max(2, min(size.repetitions, 50_000 // runs)))
        for engine, name in (("numpy", "NumPy"), ("compiled", "compiled")):
            simulated, summarised = found[f"{engine} simulation"], found[f"{engine} summary"]
            rows.append([f"{runs:,}, {name}", simulated, summarised, summarised / simulated])
    return Table(
        "percentiles",
        f"Percentiles, their errors and probabilities against the simulation, {size.years} years",
        ("runs, engine", "simulation, ms", "summary, ms", "summary / simulation"),
        rows,
        "Processor time of one thread. NumPy sorts; compiled, the order statistics are found without sorting.",
    )


def stream_table(scenario: Scenario, size: Size) -> Table:
    """Simulation and percentiles together, in memory that does not grow with the runs."""
    most, counts = size.counts[-1], size.counts[1:]

    def every(runs: int, lap: Lap) -> Callable[[int], None]:
        """Progress that says a lap is done after so many runs."""
        done = 0

        def progress(more: int) -> None:
            nonlocal done
            if (done + more) // runs > done // runs:
                lap()
            done += more

        return progress

    def simulation(lap: Lap, how: dict[str, Any]) -> None:
        for _ in range(most // how["runs"]):
            ready, progress = built(scenario, size.years), every(counts[0], lap)
            deque(in_batches(ready, lambda _: None, lines=lines_needed(), progress=progress, **how), maxlen=0)

    def with_percentiles(lap: Lap, how: dict[str, Any]) -> None:
        for _ in range(most // how["runs"]):
            progress = every(counts[0], lap)
            simulate_and_summarise(scenario, name="x", years=size.years, progress=progress, **how)

    jobs: dict[str, Callable[[Lap], object]] = {}
    for runs in counts:
        how = {"runs": runs, "seed": 1, "engine": "compiled", "threads": 1}
        jobs[f"simulation {runs}"] = partial(simulation, how=how)
        jobs[f"both {runs}"] = partial(with_percentiles, how=how)
    found = in_laps(jobs, min(size.repetitions, 5))
    rows: list[list[Any]] = []
    for runs in counts:
        simulated, both = (found[f"{what} {runs}"] / (most // runs) for what in ("simulation", "both"))
        rows.append([f"{runs:,}", simulated, both, both / simulated - 1.0, 1e3 * simulated / runs, 1e3 * both / runs])
    return Table(
        "stream",
        f"Scaling in runs: simulation and exact percentiles in one pass, {size.years} years, all headline figures",
        (
            "runs",
            "simulation, ms",
            "with percentiles, ms",
            "percentiles / simulation",
            "simulation, µs a run",
            "µs a run",
        ),
        rows,
        "Processor time of one thread, compiled: what `ldip simulate` does with so many runs, the median time of "
        f"every {counts[0]:,} of them. Batches leave the windows that percentiles lie in.",
    )


class _Job:
    """One scenario's arrays, ready for weather and accounts."""

    def __init__(self, scenario: Scenario, runs: int, years: int):
        self.runs = runs
        self.baseline = build(scenario, years)
        self.drivers = scenario.drivers
        self.process = drivers.prepare(scenario.drivers, self.baseline.plan)
        self.plan, self.opening = self.baseline.plan_table(), np.array(self.baseline.opening)
        self.lines = [LINES.index(line) for line in lines_needed()]
        self.ledger = np.empty((len(self.lines), years, runs))
        self.chunks = [
            drivers.weather(self.process, 1, first, min(CHUNK, runs - first)) for first in range(0, runs, CHUNK)
        ]
        self.whole = np.concatenate(self.chunks, axis=2)

    def make_weather(self) -> None:
        for first in range(0, self.runs, CHUNK):
            drivers.weather(self.process, 1, first, min(CHUNK, self.runs - first))

    def close(
        self,
        engine: Callable[..., None],
        lines: list[int] | None = None,
        ledger: np.ndarray | None = None,
        chunk: int = CHUNK,
    ) -> None:
        lines, ledger = (self.lines, self.ledger) if lines is None else (lines, ledger)
        parts = self.chunks if chunk == CHUNK else [self.whole]
        for place, weather in enumerate(parts):
            people = extra_people(self.baseline.response, weather)
            first, runs = place * chunk, weather.shape[2]
            projects = projects_of(self.baseline.portfolio, self.drivers, 1, first, runs)
            engine(self.plan, people, projects, weather, self.opening, lines, ledger, place * chunk)


def own_draws(process: drivers.Process, runs: int) -> list[Callable[[], np.ndarray]]:
    """What the weather asks of NumPy's generators, ready to be asked again: noted while it is made once."""
    asked: list[Callable[[], np.ndarray]] = []
    make = drivers.generator

    class Noting:
        """A generator that notes what it is asked."""

        def __init__(self, *of: int) -> None:
            self._of, self._generator = of, make(*of)

        def __getattr__(self, name: str) -> Callable[..., np.ndarray]:
            def ask(*arguments: Any) -> np.ndarray:
                asked.append(lambda: getattr(make(*self._of), name)(*arguments))
                found: np.ndarray = getattr(self._generator, name)(*arguments)
                return found

            return ask

    with mock.patch.object(drivers, "generator", Noting):
        for first in range(0, runs, CHUNK):
            drivers.weather(process, 1, first, min(CHUNK, runs - first))
    return asked
