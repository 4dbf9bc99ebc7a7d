"""The speed guard: today's compiled accounts against a frozen copy of earlier ones, side by side.

    python bench/guard.py              fail if the accounts have become more than 10 % slower than the frozen copy
    python bench/guard.py --freeze     take today's committed sources as the new copy, and note what they cost

Absolute times drift by hundreds of percent on a shared machine, and ratios to other kinds of work drift too. Two
versions of the same work, turn about in slices under a millisecond in one process, meet the same neighbours: the
ratio of the fast tenths of their times (10th percentile) repeats within half a per cent, idle or busy. But it is off
by up to 6 per cent either way from one process to the next, with equal sources too: pages of code and data happen to
share cache sets or not. So a reading is the median ratio of several processes.

Accounts grow for good reasons. Then the copy is renewed by a commit of its own, whose message says what the growth
costs; `frozen.json` keeps it.
"""

import argparse
import hashlib
import importlib
import json
import platform
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

HERE = Path(__file__).resolve().parent
MODEL = HERE.parent / "ldip" / "model"
SOURCES = ("accounts/*.py", "engine/kernel.py")
"""What the compiled accounts are made of, below MODEL."""

FROZEN = HERE / "frozen.zip"
"""The copy: sources and inputs.npz. A zip, so that nobody who searches the project finds old accounts."""

NOTED = HERE / "frozen.json"
"""What is noted about the copy."""

ALLOWED = 1.10
LANES, YEARS = 256, 20
"""One slice: one block of lanes over all years, some 0.4 ms."""

KEPT = 32
"""Runs of weather kept with the copy, repeated to fill the lanes."""

LINES = 40
"""Lines written to the ledger, about as many as a report needs."""

ROOM = np.empty((LINES, YEARS, LANES))
"""The ledger all jobs write to. One each would make where memory happens to lie a part of the ratio."""


PROCESSES, ROUNDS = 9, 400
"""Processes of a reading, and slices of each job in each."""


class Job(NamedTuple):
    """A compiled kernel and what it is called with."""

    kernel: Callable[..., None]
    arrays: dict[str, np.ndarray]  # plan, people, projects, weather, opening

    def run(self) -> None:
        """Close one block."""
        a = self.arrays
        self.kernel(a["plan"], a["people"], a["projects"], a["weather"], a["opening"], a["lines"], a["ledger"], 0)


class Reading(NamedTuple):
    """How much slower the first job is than the second, and their fast tenths in ms."""

    ratio: float
    current: float
    reference: float


def turns(first: Callable[[], None], second: Callable[[], None], rounds: int) -> Iterator[tuple[float, float]]:
    """Times of the two jobs in seconds, turn about, each first in every other round."""
    clock = time.perf_counter
    for turn in range(rounds):
        before = clock()
        (second if turn % 2 else first)()
        between = clock()
        (first if turn % 2 else second)()
        after = clock()
        one, two = between - before, after - between
        yield (two, one) if turn % 2 else (one, two)


def reading(times: np.ndarray) -> Reading:
    """From times (round, job) in seconds."""
    current, reference = 1e3 * np.quantile(times, 0.10, axis=0)
    return Reading(float(current / reference), float(current), float(reference))


def compare(first: Job, second: Job, rounds: int) -> Reading:
    """Measure two jobs against each other in this process, after a warm-up that does not count."""
    for _ in range(20):
        first.run()
        second.run()
    return reading(np.array(list(turns(first.run, second.run, rounds))))


def compare_in_processes(first: str, second: str, processes: int = PROCESSES) -> Reading:
    """The reading with the median ratio, of as many processes. Jobs are named as in :func:`job_of`."""
    command = [sys.executable, __file__, "--one", first, second]
    said = [subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout for _ in range(processes)]
    return sorted(Reading(*json.loads(line)) for line in said)[processes // 2]


def too_slow(measure: Callable[[], Reading], say: Callable[[str], None] = print) -> bool:
    """Is the ratio above what is allowed, twice in a row?"""
    for attempt in ("first", "second"):
        found = measure()
        verdict = "too slow" if found.ratio > ALLOWED else "fine"
        say(
            f"{attempt} reading: {found.ratio:.3f} of the frozen copy "
            f"({found.current:.3f} against {found.reference:.3f} ms a block), at most {ALLOWED:.2f}: {verdict}"
        )
        if found.ratio <= ALLOWED:
            return False
    return True


def load(folder: Path, name: str) -> ModuleType:
    """The kernel module of a copy of the sources in `folder`, which becomes the package `name`."""
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package
    return importlib.import_module(f"{name}.engine.kernel")


def copy_sources(source: Path, target: Path, name: str) -> None:
    """Copy the accounts so that they import each other from the package `name` instead of ldip.model."""
    for file in [file for pattern in SOURCES for file in sorted(source.glob(pattern))]:
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(file.read_text(encoding="utf-8").replace("ldip.model", name), encoding="utf-8")


def unpacked() -> Path:
    """The frozen copy as a folder, the same one every time, so that it is compiled once."""
    digest = hashlib.sha256(FROZEN.read_bytes()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"ldip-frozen-{digest}"
    if not folder.exists():
        beside = tempfile.mkdtemp(prefix=folder.name)
        with zipfile.ZipFile(FROZEN) as packed:
            packed.extractall(beside)
        Path(beside).replace(folder)
    return folder


def job(kernel: ModuleType, inputs: dict[str, np.ndarray]) -> Job:
    """A kernel with its inputs and what it writes to."""
    lines = np.arange(LINES)
    by_run = ("weather", "people", "projects")
    tiled = {name: np.ascontiguousarray(np.tile(inputs[name], LANES // KEPT)) for name in by_run}
    return Job(kernel.run_compiled, inputs | tiled | {"lines": lines, "ledger": ROOM[: len(lines)]})


def today() -> Job:
    """Today's accounts, as ldip compiles them."""
    return job(importlib.import_module("ldip.model.engine.kernel"), inputs_of_today())


def frozen() -> Job:
    """The frozen copy with the inputs that were frozen with it."""
    folder = unpacked()
    with np.load(folder / "inputs.npz") as kept:
        inputs = dict(kept)
    return job(load(folder, "frozen"), inputs)


def job_of(name: str) -> Job:
    """The job named "today", "frozen", or by the folder :func:`copy_sources` filled for a package of that name."""
    if name in ("today", "frozen"):
        return today() if name == "today" else frozen()
    folder = Path(name)
    return job(load(folder, folder.name), inputs_of_today())


def inputs_of_today() -> dict[str, np.ndarray]:
    """What the shipped scenario gives the kernel: plan, opening balance, and what KEPT runs differ in."""
    from ldip.model import drivers
    from ldip.model.people.extra import extra_people
    from ldip.model.plan.baseline import build
    from ldip.model.projects.chance import projects_of
    from ldip.scenario.files.reader import read

    scenario = read("baerum-2020").scenario
    baseline = build(scenario, YEARS)
    weather = drivers.weather(drivers.prepare(scenario.drivers, baseline.plan), 1, 0, KEPT)
    return {
        "plan": baseline.plan_table(),
        "people": extra_people(baseline.response, weather),
        "projects": _by_run(projects_of(baseline.portfolio, scenario.drivers, 1, 0, KEPT)),
        "weather": weather,
        "opening": np.array(baseline.opening),
    }


def _by_run(projects: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.broadcast_to(projects, (*projects.shape[:2], KEPT)))


def freeze() -> dict[str, Any]:
    """Take today's committed sources as the copy; returns what is noted about it. Exits if they are not committed."""
    files = [str(MODEL / file) for file in SOURCES]
    changed = _git("status", "--porcelain", "--", *files)
    if changed:
        sys.exit(f"Commit these first, so that the copy can name a commit:\n{changed}")
    cost = compare_in_processes("today", "frozen").ratio if FROZEN.exists() else None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_sources(MODEL, folder, "frozen")
        np.savez_compressed(folder / "inputs.npz", **inputs_of_today())  # type: ignore[arg-type]
        with zipfile.ZipFile(FROZEN, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in sorted(path for path in folder.rglob("*") if path.is_file()):
                packed.write(file, file.relative_to(folder))
    noted = {
        "commit": _git("log", "-1", "--format=%H", "--", *files),
        "cost": None if cost is None else round(cost, 3),
        "meaning": "cost: time of this copy as a share of the copy before it, measured when it was frozen",
        "measured_with": f"Python {platform.python_version()}, numpy {np.__version__}, numba {version('numba')}",
    }
    NOTED.write_text(json.dumps(noted, indent=1) + "\n", encoding="utf-8")
    return noted


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=HERE, capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--freeze", action="store_true", help="renew the frozen copy from the committed sources")
    parser.add_argument("--one", nargs=2, metavar="JOB", help="two jobs in this process: ratio and times as JSON")
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(compare(*map(job_of, arguments.one), ROUNDS)))
    elif arguments.freeze:
        noted = freeze()
        cost = "the first copy" if noted["cost"] is None else f"{noted['cost']:.3f} of the copy before"
        print(f"Frozen as of {noted['commit'][:9]}: {cost}.")
        print("Commit bench/frozen.* by itself, and say in the message why and what it costs.")
    else:
        for compile_once in (today, frozen):
            compile_once().run()
        sys.exit(1 if too_slow(lambda: compare_in_processes("today", "frozen")) else 0)


if __name__ == "__main__":
    main()
