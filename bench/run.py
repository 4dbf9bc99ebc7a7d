"""Measure the speed of ldip: python bench/run.py [--quick] [--write]

Prints tables in Markdown and writes them, with machine and versions, to a JSON file. With --write the tables also go
into bench/README.md, the figures into bench/results.json and the chart into docs/img/bench.png.

Jobs that are compared take turns in one process, and the best of several turns counts, of jobs of many seconds the
medians of their laps: times on a shared machine drift, ratios hardly do. Where one thread works, its processor time
is what counts; commands and several threads are also timed on the wall.
"""

import argparse
import json
import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does

import commands
import engines
import peers
import services
from chart import draw
from engines import FULL, QUICK, Size
from tables import Table, markdown
from timing import ROOT, machine

from ldip.model.engine.simulate import COMPILED_FROM

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
        yield commands.warm_table(12 if full else 2)
        yield peers.start_table(3 if full else 1)
        yield commands.first_table(COMPILED_FROM, size.years)
        yield commands.memory_table(size.counts)


class Target(NamedTuple):
    """A figure that is to keep on one side of a bound, or between two."""

    name: str
    least: float | None
    most: float | None
    found: float | None

    def row(self) -> list[Any]:
        """As a row of the table."""
        low, high = self.least, self.most
        both = low is not None and high is not None
        words = f"{low:g} to {high:g}" if both else f"at least {low:g}" if high is None else f"at most {high:g}"
        holds = self.found is not None and (low or 0.0) <= self.found <= (math.inf if high is None else high)
        return [self.name, words, self.found, "yes" if holds else "no"]


def targets(tables: dict[str, Table], load: float, cores: int) -> Table:
    """What the project wants of its speed, and what was found."""
    kernel, threads, shares, warm = (tables[name] for name in ("kernel", "threads", "percentiles", "peers_warm"))
    compiled = kernel.figure(engines.COMPILED, "ms")
    found = [
        Target(
            "the NumPy twin / the compiled accounts", 4.0, None, _ratio(kernel.figure(engines.NUMPY, "ms"), compiled)
        ),
        Target(
            "the compiled accounts / their own draws", None, 3.0, _ratio(compiled, kernel.figure(engines.DRAWS, "ms"))
        ),
        Target(
            f"one thread / two, {cores} cores with a load of {load} at the start",
            1.6,
            None,
            threads.figure("two threads", "times faster"),
        ),
    ]
    for row in shares.rows:
        share = shares.figure(str(row[0]), "summary / simulation")
        found.append(Target(f"summary / simulation, {row[0]}", None, 1.0, share))
    if runs := tables.get("runs"):
        few, many = str(runs.rows[-2][0]), str(runs.rows[-1][0])
        growth = _ratio(runs.figure(many, "compiled, µs a run"), runs.figure(few, "compiled, µs a run"))
        found.append(Target(f"simulation: time of a run among {many} / among {few}", 0.85, 1.15, growth))
    if stream := tables.get("stream"):
        first, last = str(stream.rows[0][0]), str(stream.rows[-1][0])
        for row in stream.rows:
            share = stream.figure(str(row[0]), "percentiles / simulation")
            found.append(Target(f"percentiles / simulation, {row[0]}, as ldip simulate does", None, 1.0, share))
        growth = _ratio(stream.figure(last, "µs a run"), stream.figure(first, "µs a run"))
        found.append(
            Target(f"simulation and percentiles: time of a run among {last} / among {first}", None, 1.15, growth)
        )
    against = _ratio(warm.figure(peers.DSA, "ms"), warm.figure(peers.LDIP, "ms"))
    found.append(Target(f"{peers.DSA} / ldip's way, warm", 20.0, None, against))
    if start := tables.get("peers_start"):
        column = "ms of processor"
        for name in (peers.DSA, peers.PUBLISHED):
            ratio = _ratio(start.figure(name, column), start.figure(peers.LDIP_NUMPY, column))
            found.append(Target(f"{name} / ldip's way, from process start", 10.0, None, ratio))
    if said := tables.get("commands"):
        column = "ms on the wall"
        for name, base, most in ((commands.SIMULATE, commands.IMPORTS, 1.5), (commands.HELP, commands.CLICK, 2.0)):
            found.append(
                Target(f"{name} / {base}", None, most, _ratio(said.figure(name, column), said.figure(base, column)))
            )
        first_ever = tables["first"].figure(commands.FIRST_EVER, column)
        found.append(Target(f"{commands.FIRST_EVER}, seconds", None, 2.5, _ratio(first_ever, 1000.0)))
        memory = tables["memory"]
        most_runs = str(memory.rows[-1][0])
        found.append(Target(f"{most_runs}, MiB", None, 500.0, memory.figure(most_runs, "peak MiB")))
    rows = [target.row() for target in found]
    most, reached = threads.figure(engines.PROCESSES, "times faster"), rows[2][2]
    if rows[2][-1] == "no" and None not in (most, reached) and reached >= 0.9 * most:
        rows[2][-1] = f"two processes get {most:.2f} here"
    return Table("targets", "Targets", ("what", "wanted", "found", "holds"), rows)


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
