"""The live page's answers and the throughput of sweeps, where they are installed."""

import json
import pickle
import tempfile
import time
from pathlib import Path
from typing import Any

from tables import Table
from timing import in_turn


def page_table(runs: int, repetitions: int) -> Table:
    """From a moved slider to the answer as JSON, with the start as what it is compared with; no network."""
    columns = ("request", "ms on the wall", "ms of processor")
    title = "Live page: one request, without the network"
    try:
        from ldip.web.answers import answer_records
        from ldip.web.controls import State
        from ldip.web.simulator import DRAGGED, Simulator
    except ImportError as error:
        return Table("page", title, columns, [["a slider is dragged", f"skipped: {error}", None]])
    simulator = Simulator("baerum-2020", (), years=20, seed=1, runs=runs)
    places = iter(range(1, 100_000))

    def moved() -> State:
        return State(values=(("rate", round(0.001 * next(places), 3)),))  # every request another state

    def answer(runs: int, whole: bool) -> str:
        found = simulator.result_beside(moved(), State(), runs, lambda: None, whole=whole)
        return json.dumps(answer_records(*found, "nb"))

    rows: list[list[Any]] = []
    for engine, name in (("numpy", "NumPy"), ("compiled", "compiled")):
        simulator.engine = engine
        jobs = {
            f"a slider is dragged, {DRAGGED:,} runs": lambda: answer(DRAGGED, False),
            f"a slider is let go, {runs:,} runs": lambda: answer(runs, True),
        }
        wall = in_turn(jobs, repetitions, time.perf_counter)
        processor = in_turn(jobs, repetitions, time.process_time)  # of all threads
        rows += [[f"{job}, {name}", wall[job], processor[job]] for job in jobs]
    return Table("page", title, columns, rows, "Another rate path every time, compared run by run with the start.")


def sweep_table(cases: int, runs: int) -> Table:
    """Cases a minute on threads and processes of this machine."""
    columns = ("executor", "cases a minute", "ms a case")
    title = f"Sweep: {cases} cases of {runs:,} runs of 20 years"
    try:
        from ldip.analysis.executors import open_executor
        from ldip.analysis.sweep import sweep
        from ldip.scenario.files.grid import read_grid
    except ImportError as error:
        return Table("sweep", title, columns, [["threads", f"skipped: {error}", None]])
    rows: list[list[Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "grid.toml"
        steps = ", ".join(f"{0.0001 * step:.4f}" for step in range(cases))
        file.write_text(f'runs = {runs}\n[levers]\n"interest.loan_margin" = [{steps}]\n', encoding="utf-8")
        grid = read_grid(file)
        for name in ("threads", "processes"):
            with open_executor(name) as executor:
                list(sweep(grid, grid.cases[:2], executor, pickle.dumps))  # workers started, accounts compiled
                start = time.perf_counter()
                found = list(sweep(grid, grid.cases, executor, pickle.dumps))
                seconds = time.perf_counter() - start
            failed = [answer for _, answer in found if isinstance(answer, BaseException)]
            if failed:
                raise failed[0]
            rows.append([name, 60.0 * cases / seconds, 1e3 * seconds / cases])
    return Table("sweep", title, columns, rows, "Time on the wall, all cores.")
