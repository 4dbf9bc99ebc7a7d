"""How things are timed: jobs that take turns, whole processes, and the machine they ran on."""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]


def in_turn(
    jobs: Mapping[str, Callable[[], object]], repetitions: int, clock: Callable[[], float] = time.thread_time
) -> dict[str, float]:
    """Best time of each job in ms, the jobs taking turns after a turn that does not count.

    A turn is twice the same job: what the job before it left in the caches is not this one's time. The clock is the
    processor time of this thread, which a busy neighbour lengthens less than the time on the wall; jobs with several
    threads need ``time.perf_counter``.
    """
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range((repetitions + 1) // 2 + 1):
        for name, job in jobs.items():
            for _ in range(2 if turn else 1):
                start = clock()
                job()
                spent = clock() - start
                if turn:
                    times[name].append(1e3 * spent)
    return {name: min(found) for name, found in times.items()}


Lap = Callable[[], None]
"""Says that another part of a job is done."""


def in_laps(
    jobs: Mapping[str, Callable[[Lap], object]], repetitions: int, clock: Callable[[], float] = time.thread_time
) -> dict[str, float]:
    """Time of each of some long jobs in ms, the jobs taking turns: the sum of the median times of its laps.

    A job of many seconds meets good and bad moments of a machine that others use too. The best of each lap would
    flatter the job whose times vary most; a median does not.
    """
    laps: dict[str, list[list[float]]] = {name: [] for name in jobs}
    for _ in range(repetitions):
        for name, job in jobs.items():
            times = [clock()]
            job(lambda times=times: times.append(clock()))  # type: ignore[misc]
            times.append(clock())
            laps[name].append([1e3 * (end - start) for start, end in pairwise(times)])
    return {name: sum(map(median, zip(*found, strict=True))) for name, found in laps.items()}


class Spent(NamedTuple):
    """What a process took from start to exit."""

    wall: float  # ms
    processor: float  # ms, user and system
    peak: float  # MiB of memory


def process(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Spent:
    """Run Python with these arguments in a process of its own; raises CalledProcessError if it fails."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", LAUNCHER, sys.executable, *arguments],
        capture_output=True,
        text=True,
        env=environment,
    )
    wall, processor, peak, code = map(float, done.stdout.split())
    if code:
        raise subprocess.CalledProcessError(int(code), arguments, stderr=done.stderr)
    unit = 1024.0**2 if sys.platform == "darwin" else 1024.0
    return Spent(1e3 * wall, 1e3 * processor, peak / unit)


LAUNCHER = """
import os, sys, time
null = os.open(os.devnull, os.O_WRONLY)
start = time.perf_counter()
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
_, status, used = os.wait4(child, 0)
wall = time.perf_counter() - start
print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss, os.waitstatus_to_exitcode(status))
"""
"""Starts what is measured from a small process: the peak of memory counts from the process that starts another."""


def processes_in_turn(
    commands: Mapping[str, Sequence[str]], repetitions: int, environment: Mapping[str, str] | None = None
) -> dict[str, Spent]:
    """Best of each measure of each command, the commands taking turns."""
    found: dict[str, list[Spent]] = {name: [] for name in commands}
    for _ in range(repetitions):
        for name, arguments in commands.items():
            found[name].append(process(arguments, environment))
    return {name: Spent(*map(min, zip(*spent, strict=True))) for name, spent in found.items()}


def machine() -> dict[str, object]:
    """What the figures were measured on and with."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "versions": {name: found for name in PACKAGES if (found := _version(name))},
        "commit": _commit(),
    }


PACKAGES = ("ldip", "numpy", "numba", "scipy", "pydantic", "click", "matplotlib", "pandas", "ema_workbench")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    found = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = found.get("flags", "").split()
    width = next((name for name in ("avx512f", "avx2") if name in flags), "neither avx2 nor avx512f")
    return f"{found.get('model name', platform.machine())}, {width}"


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude=*"], cwd=ROOT, capture_output=True, text=True
    )
    return done.stdout.strip()
