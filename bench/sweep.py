"""Measure what a case of `ldip sweep` costs, on one core, and print a table in Markdown: python bench/sweep.py

Processor times (the least of several repetitions), not times on the clock: other work on the machine hardly moves
them. With distributed installed a scheduler and a worker are started on 127.0.0.1 and what they cost is measured too.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does

import pickle
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from ldip.analysis.executors import open_executor
from ldip.analysis.sweep import _Packing, answer, program
from ldip.report.answers import sweep as report
from ldip.report.folder import files
from ldip.scenario.files.grid import Grid, read_grid

CASES = 200


def least(job: Callable[[], object], repetitions: int) -> float:
    """Least processor time of this process, ms."""
    found = []
    for _ in range(repetitions):
        start = time.process_time()
        job()
        found.append(1e3 * (time.process_time() - start))
    return min(found)


def here(folder: Path) -> Iterator[tuple[str, str]]:
    path = folder / "grid.toml"
    margins = ", ".join(f"{1e-4 * i:.4f}" for i in range(CASES))
    path.write_text(f'[levers]\n"interest.loan_margin" = [{margins}]\n', encoding="utf-8")
    yield "client: read and check the grid, a case", f"{least(lambda: read_grid(path), 3) / CASES:.1f} ms"
    grid = read_grid(path)
    case, pack, cases = grid.cases[0], _Packing(grid, 1000), iter(grid.cases)
    yield "client: build a scenario's baseline", f"{least(lambda: pack(next(cases)), 50):.0f} ms"
    work = pack(case)
    yield "sent to a worker", f"{len(pickle.dumps((work, report.packed))) / 1e3:.0f} kB"
    for runs in (1_000, 10_000, 100_000):
        sent = pickle.dumps((work._replace(runs=runs), report.packed))
        answer(sent)
        yield f"worker: a case of {runs:,} runs, 20 years", f"{least(lambda s=sent: answer(s), 5):.0f} ms"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        yield f"worker: peak memory with {runs:,} runs", f"{peak:.0f} MB"
    tables = answer(sent)
    yield "sent back, and kept in OUT/cases", f"{len(tables) / 1e3:.0f} kB"
    write = least(lambda: report.write_case(folder, case, tables, program()), 20)
    yield "client: write the case", f"{write:.1f} ms"
    one = grid._replace(cases=grid.cases[:1])
    yield "client: a case's rows in the tables, at the end", f"{least(lambda: write_tables(folder, one), 10):.0f} ms"
    size = sum(file.stat().st_size for file in folder.glob("*.csv"))
    yield "a case's rows in the tables", f"{size / 1e3:.0f} kB"
    if find_spec("distributed"):
        yield from cluster(pickle.dumps((work, report.packed)), len(tables))


def write_tables(folder: Path, grid: Grid) -> None:
    for name, (columns, _) in report.TABLES.items():
        files.write_csv(folder / name, report._table_rows(name, columns, folder, grid, program()))


def cluster(sent: bytes, size: int) -> Iterator[tuple[str, str]]:
    """What dask itself costs: tasks that carry as much as a case in both directions and compute nothing."""
    import psutil

    def nothing(work: bytes) -> bytes:
        return bytes(size)

    dask = [sys.executable, "-m", "dask"]
    local = ["--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
    scheduler = subprocess.Popen([*dask, "scheduler", "--port", "0", *local], stderr=subprocess.PIPE, text=True)
    place = ""
    while not place:
        said = re.search(r"Scheduler at: +tcp://(\S+)", scheduler.stderr.readline())
        place = said.group(1) if said else ""
    one = ["--nworkers", "1", "--nthreads", "1"]
    worker = subprocess.Popen([*dask, "worker", place, *one, *local], stderr=subprocess.DEVNULL)
    try:
        with open_executor(f"dask://{place}") as executor:
            [future.result() for future in [executor.submit(nothing, sent) for _ in range(50)]]
            times = psutil.Process(scheduler.pid).cpu_times
            start, before = time.process_time(), sum(times()[:2])
            [future.result() for future in [executor.submit(nothing, sent) for _ in range(500)]]
            yield "client: dask, a case", f"{2.0 * (time.process_time() - start):.1f} ms"
            yield "scheduler, a case", f"{2.0 * (sum(times()[:2]) - before):.1f} ms"
    finally:
        worker.terminate()
        scheduler.terminate()
        worker.wait()
        scheduler.communicate()


def main() -> None:
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}\n")
    print("| what | measured |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for what, measured in here(Path(folder)):
            print(f"| {what} | {measured} |", flush=True)


if __name__ == "__main__":
    main()
