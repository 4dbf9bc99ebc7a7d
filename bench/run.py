"""Measure the speed of ldip and print a table in Markdown: python bench/run.py [--quick]

Every figure is the best of several interleaved repetitions in this one process, and the ratios compare within it:
times on a shared machine drift, ratios hardly do. Command times are whole processes, start to exit.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version

import numpy as np

from ldip.model import drivers, kernel
from ldip.model.baseline import build
from ldip.model.metrics import lines_needed
from ldip.model.simulate import CHUNK, simulate
from ldip.model.state import Year
from ldip.scenario.drivers import SHOCKS
from ldip.scenario.reader import read

YEARS = 20


def best(jobs: dict[str, Callable[[], object]], repetitions: int) -> dict[str, float]:
    """Best time of each job in ms, the jobs taking turns."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(repetitions):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            times[name].append(1e3 * (time.perf_counter() - start))
    return {name: min(found) for name, found in times.items()}


def kernel_table(runs: int, repetitions: int) -> list[str]:
    """The compiled kernel against the NumPy engine (same accounts, arrays over runs) and against its draws."""
    scenario = read("baerum-2020").scenario
    baseline = build(scenario, YEARS)
    process = drivers.prepare(scenario.drivers, baseline.plan)
    weather = drivers.weather(process, 1, 0, runs)
    plan, response, opening = baseline.plan_table(), baseline.response, np.array(baseline.opening)
    lines = [Year._fields.index(line) for line in lines_needed()]
    ledger = np.empty((len(lines), YEARS, runs))
    blocks = -(-runs // drivers.BLOCK)

    def by_chunk(engine: Callable[..., None]) -> None:
        for first in range(0, runs, CHUNK):
            part = slice(first, min(first + CHUNK, runs))
            engine(plan, response, weather[:, :, part], opening, lines, ledger, first)

    def draw() -> None:
        for block in range(blocks):
            for shock in range(len(SHOCKS)):
                drivers._generator(1, shock, block).standard_normal((YEARS, drivers.BLOCK))

    kernel.run_compiled(plan, response, weather[:, :, :256], opening, lines, ledger)
    found = best(
        {
            "draws (numpy generator)": draw,
            "draws + processes = weather": lambda: drivers.weather(process, 1, 0, runs),
            "kernel, compiled, one thread": lambda: by_chunk(kernel.run_compiled),
            "kernel, NumPy over all runs at once": lambda: kernel.run_numpy(
                plan, response, weather, opening, lines, ledger
            ),
            "kernel, NumPy in chunks (default up to 200 000 runs)": lambda: by_chunk(kernel.run_numpy),
        },
        repetitions,
    )
    unit = found["kernel, compiled, one thread"]
    rows = [f"| {name} | {ms:.1f} | {ms / unit:.2f} |" for name, ms in found.items()]
    head = f"| {runs:,} runs x {YEARS} years, {len(lines)} lines kept | ms | relative |"
    return [head, "|---|---|---|", *rows]


def scaling_table(counts: list[int]) -> list[str]:
    """Whole simulation (weather, accounts, ledger) against the number of runs."""
    scenario = read("baerum-2020").scenario
    rows = []
    for runs in counts:
        arguments = {"runs": runs, "seed": 1, "years": YEARS, "lines": ["debt_ratio", "restructuring_need"]}
        found = best(
            {
                name: lambda e=engine, t=threads, a=arguments: simulate(scenario, engine=e, threads=t, **a)
                for name, engine, threads in (("numpy", "numpy", 1), ("one", "compiled", 1), ("two", "compiled", 2))
            },
            3,
        )
        per_run = 1e3 * found["one"] / runs
        rows.append(f"| {runs:,} | {found['numpy']:.0f} | {found['one']:.0f} | {found['two']:.0f} | {per_run:.2f} |")
    head = "| runs | NumPy, ms | compiled, ms | two threads, ms | compiled, µs a run |"
    return [head, "|---|---|---|---|---|", *rows]


def command_table(repetitions: int) -> list[str]:
    """Whole commands, process start to exit, median; and the first call that compiles."""
    entry = "from ldip.cli import run; run()"
    with tempfile.TemporaryDirectory() as folder:
        simulation = ["simulate", "--runs", "10000", "--out", f"{folder}/r"]
        commands = {
            'python -c "import click"': ["import click"],
            "ldip --help": [entry, "--help"],
            'python -c "import numpy, numba, click"': ["import numpy, numba, click"],
            "ldip simulate --runs 10000 --no-pictures": [entry, *simulation, "--no-pictures"],
            "ldip simulate --runs 10000": [entry, *simulation],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(repetitions):
            for name, arguments in commands.items():
                start = time.perf_counter()
                subprocess.run([sys.executable, "-c", *arguments], check=True, capture_output=True)
                times[name].append(1e3 * (time.perf_counter() - start))
        rows = [f"| {name} | {statistics.median(found):.0f} |" for name, found in times.items()]
        environment = os.environ | {"XDG_CONFIG_HOME": folder}
        plan, people, opening = (len(t._fields) for t in (kernel.Plan, kernel.People, kernel.Opening))
        code = (
            "import time, numpy; from ldip.model import kernel; t = time.perf_counter(); kernel.compiled()("
            f"numpy.ones((2, {plan})), numpy.ones(({people}, 2, 2)), numpy.ones((6, 2, 1)), "
            f"numpy.ones({opening}), numpy.arange(1), numpy.ones((1, 2, 1)), 0);"
            "print(1e3 * (time.perf_counter() - t))"
        )
        for name in ("compiled kernel, first call ever (numba import + compilation)", "the same from the cache"):
            done = subprocess.run(
                [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment
            )
            rows.append(f"| {name} | {float(done.stdout):.0f} |")
    return ["| command | ms |", "|---|---|", *rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs and repetitions")
    quick = parser.parse_args().quick
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba"))
    print(f"Python {platform.python_version()}, {packages}, {os.cpu_count()} cores, {platform.machine()}\n")
    print("\n".join(kernel_table(10_000, 5 if quick else 25)), end="\n\n", flush=True)
    print(
        "\n".join(scaling_table([10_000, 100_000] if quick else [10_000, 100_000, 1_000_000])), end="\n\n", flush=True
    )
    print("\n".join(command_table(2 if quick else 9)))


if __name__ == "__main__":
    main()
