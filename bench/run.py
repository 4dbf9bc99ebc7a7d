"""Measure the speed of ldip: python bench/run.py [--quick] [--write]

Prints tables in Markdown and writes them, with machine and versions, to a JSON file. With --write the tables also go
into bench/README.md, the figures into bench/results.json and the chart into docs/img/bench.png.

Jobs that are compared take turns in one process, and the best of several turns counts: times on a shared machine
drift, ratios hardly do. Where one thread works, its processor time is what counts; commands and several threads are
also timed on the wall.
"""

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does

import commands
import engines
import peers
import services
from chart import draw
from engines import FULL, QUICK, Size
from tables import Table, markdown
from timing import ROOT, machine

from ldip.model.simulate import COMPILED_FROM

README, RESULTS, CHART = ROOT / "bench" / "README.md", ROOT / "bench" / "results.json", ROOT / "docs/img/bench.png"
START, END = "<!-- measured: python bench/run.py --write -->\n", "<!-- end of measured -->\n"


def measure(size: Size, *, processes: bool = True) -> Iterator[Table]:
    """All tables, one after the other; `processes` are the commands."""
    full = size is FULL
    yield from engines.tables(size)
    yield peers.warm_table(size.runs, size.repetitions)
    yield services.page_table(min(100_000, size.threaded), min(size.repetitions, 5))
    yield services.sweep_table(20 if full else 6, min(1000, size.runs))
    if processes:
        yield commands.warm_table(5 if full else 2)
        yield peers.start_table(3 if full else 1)
        yield commands.first_table(COMPILED_FROM, size.years)
        yield commands.memory_table(size.counts)


def targets(tables: dict[str, Table], load: float, cores: int) -> Table:
    """What the project wants of its speed, and what was found."""
    warm, start = tables["peers_warm"], tables.get("peers_start")
    smallest = str(tables["percentiles"].rows[0][0])

    def figure(table: str, row: str, column: str = "ms") -> float | None:
        return tables[table].figure(row, column)

    threads = f"one thread / two, {cores} cores with a load of {load} at the start"
    compiled = figure("kernel", engines.COMPILED)
    summary = figure("percentiles", smallest, "summary, ms")
    default = figure("percentiles", smallest, "simulation, NumPy, ms")
    wanted: list[tuple[str, str, float, float | None]] = [
        ("the NumPy twin / the compiled accounts", ">=", 4.0, _ratio(figure("kernel", engines.NUMPY), compiled)),
        ("the compiled accounts / their own draws", "<=", 3.0, _ratio(compiled, figure("kernel", engines.DRAWS))),
        (
            threads,
            ">=",
            1.6,
            figure("threads", "two threads", "times faster"),
        ),
        (
            f"summary / the compiled simulation, {smallest} runs",
            "<=",
            1.0,
            figure("percentiles", smallest, "summary / compiled"),
        ),
        (f"summary / the default (NumPy) simulation, {smallest} runs", "<=", 1.0, _ratio(summary, default)),
        (
            "EU-DSA form, quarterly shocks / ldip's way, warm",
            ">=",
            20.0,
            _ratio(warm.figure(peers.DSA, "ms"), warm.figure(peers.LDIP, "ms")),
        ),
    ]
    if start:
        column = "ms of processor"
        for name in (peers.DSA, peers.PUBLISHED):
            found = _ratio(start.figure(name, column), start.figure(peers.LDIP_NUMPY, column))
            wanted.append((f"{name} / ldip's way, from process start", ">=", 10.0, found))
    rows: list[list[Any]] = []
    for name, relation, bound, found in wanted:
        holds = found is not None and (found >= bound if relation == ">=" else found <= bound)
        bounds = f"at {'least' if relation == '>=' else 'most'} {bound:g}"
        unseen = name == threads and load >= 0.5
        rows.append([name, bounds, found, "yes" if holds else "cannot be seen on a busy machine" if unseen else "no"])
    return Table("targets", "Targets", ("ratio", "wanted", "found", "holds"), rows)


def _ratio(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole is not None else None


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer runs and repetitions")
    parser.add_argument("--write", action="store_true", help="renew the page, its file of figures and the chart")
    parser.add_argument("--json", type=Path, help="where the figures go  [default: ldip-results/bench.json]")
    arguments = parser.parse_args()
    host = machine()
    print(heading(host), end="\n\n", flush=True)
    found: dict[str, Table] = {}
    for table in measure(QUICK if arguments.quick else FULL):
        found[table.name] = table
        print(markdown(table), end="\n\n", flush=True)
    judged = targets(found, float(str(host["load"])), int(str(host["cores"])))
    found = {"targets": judged} | found
    print(markdown(judged))
    host["load_at_the_end"] = round(os.getloadavg()[0], 1)
    record = {"machine": host, "tables": [table.plain() for table in found.values()]}
    path = RESULTS if arguments.write else arguments.json or Path("ldip-results") / "bench.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if arguments.write:
        write(host, list(found.values()))
        draw(found, CHART)


def heading(host: dict[str, object]) -> str:
    """Machine and versions in a line or two."""
    versions = ", ".join(f"{name} {number}" for name, number in dict(host["versions"]).items())  # type: ignore[call-overload]
    end = f", {host['load_at_the_end']} at the end" if "load_at_the_end" in host else ""
    return (
        f"{host['cores']} cores ({host['processor']}), {host['system']}, Python {host['python']}, {versions}; "
        f"commit {host['commit']}; load average {host['load']} at the start{end}."
    )


def write(host: dict[str, object], tables: list[Table], path: Path = README) -> None:
    """Put the tables between the marks of the page."""
    text = path.read_text(encoding="utf-8")
    before, after = text.partition(START)[0], text.partition(END)[2]
    body = "\n\n".join([heading(host), *(markdown(table) for table in tables)])
    path.write_text(f"{before}{START}\n{body}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
