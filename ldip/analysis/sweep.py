"""Many cases, each a scenario and a seed, on any executor: the built baseline goes out, finished tables come back.

A worker gets arrays and gives what `then` makes of the summary: it reads no files and solves no systems of equations.
Nothing in a case depends on where it is computed, when, or beside what.
"""

import functools
import hashlib
import pickle
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ldip import __version__
from ldip.model.engine.simulate import COMPILED_FROM, Built, built
from ldip.scenario.files.grid import Case, Grid
from ldip.scenario.schema import Scenario
from ldip.statistics.stream import summarise_built
from ldip.statistics.summary import Summary

IN_FLIGHT = 1000
"""Cases that are out at a time: more than any cluster has workers, few enough for the memory here (0.1 MB each)."""


class OtherProgramError(Exception):
    """A worker runs another version than the process that sends the cases."""


class Work(NamedTuple):
    """What is sent to a worker for one case: about 0.1 MB."""

    program: str
    scenario: str
    base_year: int
    ready: Built
    seed: int
    runs: int
    engine: str | None
    policy: str
    step: float


@functools.cache
def program() -> str:
    """What the figures depend on besides the case: a hash of this program's sources and NumPy's version."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256(np.__version__.encode())
    for file in sorted((*package.rglob("*.py"), *package.glob("model/*.csv"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def compute(work: Work) -> Summary:
    """One case, on one thread: the same figures as ``ldip simulate`` gives for it."""
    if work.program != program():
        raise OtherProgramError(f"ldip {__version__} ({program()}), expected {work.program}")
    return summarise_built(
        work.ready,
        name=work.scenario,
        base_year=work.base_year,
        runs=work.runs,
        seed=work.seed,
        policy=work.policy,
        step=work.step,
        engine=work.engine,
        threads=1,
    )


def answer(sent: bytes) -> bytes:
    """Compute a case on a worker. All goes as bytes: dask would look through every tuple, 10 ms for each case."""
    work, then = pickle.loads(sent)
    return then(compute(work))


def sweep(
    grid: Grid, cases: Sequence[Case], executor: Executor, then: Callable[[Summary], bytes]
) -> Generator[tuple[Case, bytes | BaseException], None, None]:
    """Compute the cases, some of the grid's, and give each as it finishes: what `then` (a function of a module) makes
    of its summary on the worker, or why there is none.

    Leave the iterator and what has not begun is never begun.
    """
    pack = _Packing(grid, len(cases))
    waiting: dict[Future[bytes], Case] = {}
    broken: BrokenExecutor | None = None
    try:
        for case in cases:
            try:
                if broken is None:
                    waiting[executor.submit(answer, pickle.dumps((pack(case), then)))] = case
            except BrokenExecutor as error:
                broken = error
            if broken is not None:
                yield case, broken
            yield from _finished(waiting, 0.0 if len(waiting) < IN_FLIGHT else None)
        while waiting:
            yield from _finished(waiting, None)
    finally:
        for future in waiting:
            future.cancel()


def _finished(
    waiting: dict[Future[bytes], Case], seconds: float | None
) -> Iterator[tuple[Case, bytes | BaseException]]:
    """Take out what has finished, waiting for the first that does."""
    for future in wait(waiting, seconds, return_when=FIRST_COMPLETED).done:
        case = waiting.pop(future)
        try:
            error = future.exception()
        except CancelledError as cancelled:  # a cluster that went away
            error = cancelled
        yield case, error or future.result()


class _Packing:
    """Make the work of cases; neighbours that differ in their seed share a baseline."""

    def __init__(self, grid: Grid, count: int):
        self.grid = grid
        # Loading the compiled engine pays over all cases together; the bits are the same.
        self.engine = "compiled" if grid.runs * count >= COMPILED_FROM else None
        self.scenario: Scenario | None = None

    def __call__(self, case: Case) -> Work:
        grid = self.grid
        if case.scenario is not self.scenario:
            self.scenario = case.scenario
            self.ready = built(case.scenario, grid.years, grid.policy)
        return Work(
            program=program(),
            scenario=case.scenario.name,
            base_year=case.scenario.scenario.first_year,
            ready=self.ready,
            seed=case.seed,
            runs=grid.runs,
            engine=self.engine,
            policy=grid.policy,
            step=grid.step,
        )
