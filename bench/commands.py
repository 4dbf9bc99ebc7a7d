"""The command line from process start to exit: imports, cold, warm, first ever, and memory."""

import os
import tempfile
from pathlib import Path
from typing import Any

from tables import Table
from timing import processes_in_turn

ENTRY = "from ldip.cli import entry; entry()"
CLICK, HELP = 'python -c "import click"', "ldip --help"
IMPORTS = 'python -c "import numpy, numba, click"'
SIMULATE = "ldip simulate --runs 10000 --no-pictures"
FIRST_EVER = f"{SIMULATE}: first ever"
COLUMNS = ("command", "ms on the wall", "ms of processor", "peak MiB")


def warm_table(repetitions: int) -> Table:
    """Commands whose libraries are in the system's cache and whose accounts are compiled."""
    with tempfile.TemporaryDirectory() as folder:
        out = ["--out", f"{folder}/results"]
        commands = {
            "python -c pass": ["-c", "pass"],
            CLICK: ["-c", "import click"],
            HELP: ["-c", ENTRY, "--help"],
            'python -c "import numpy, click"': ["-c", "import numpy, click"],
            IMPORTS: ["-c", "import numpy, numba, click"],
            SIMULATE: ["-c", ENTRY, "simulate", "--runs", "10000", "--no-pictures", *out],
            "ldip simulate --runs 10000": ["-c", ENTRY, "simulate", "--runs", "10000", *out],
        }
        found = processes_in_turn(commands, repetitions, _environment(Path(folder)))
    return Table(
        "commands",
        "Commands, warm: process start to exit",
        COLUMNS,
        [[name, *spent] for name, spent in found.items()],
        "Best of each column. Processor time is all threads', user and system.",
    )


def first_table(runs: int, years: int) -> Table:
    """Commands with empty folders for compiled code and fonts, and once more."""
    rows: list[list[Any]] = []
    for title, words in (
        (
            f"ldip simulate --runs {runs} --years {years} --no-pictures (compiles)",
            ["--runs", str(runs), "--years", str(years), "--no-pictures"],
        ),
        (SIMULATE, ["--runs", "10000", "--no-pictures"]),
        ("ldip simulate --runs 10000", ["--runs", "10000"]),
    ):
        with tempfile.TemporaryDirectory() as folder:
            arguments = ["-c", ENTRY, "simulate", *words, "--out", f"{folder}/results"]
            environment = _environment(Path(folder))
            for turn in ("first ever", "again"):
                (spent,) = processes_in_turn({title: arguments}, 1, environment).values()
                rows.append([f"{title}: {turn}", *spent])
    return Table(
        "first",
        "Commands, first ever: nothing compiled, matplotlib without its list of fonts",
        COLUMNS,
        rows,
        "One measurement each. `XDG_CONFIG_HOME`, `XDG_CACHE_HOME` and `MPLCONFIGDIR` are empty folders.",
    )


def memory_table(counts: tuple[int, ...]) -> Table:
    """Peak memory of whole commands against the number of runs."""
    with tempfile.TemporaryDirectory() as folder:
        rows: list[list[Any]] = []
        for runs in counts:
            name = f"ldip simulate --runs {runs} --no-pictures"
            arguments = ["simulate", "--runs", str(runs), "--no-pictures", "--out", f"{folder}/results"]
            (spent,) = processes_in_turn({name: ["-c", ENTRY, *arguments]}, 1, None).values()
            rows.append([name, *spent])
    return Table("memory", "Memory: whole commands", COLUMNS, rows)


def _environment(folder: Path) -> dict[str, str]:
    """Folders of their own for what is kept between commands; Python keeps its bytecode, as it does for users."""
    named = {"XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache", "MPLCONFIGDIR": "fonts"}
    for name in named.values():
        (folder / name).mkdir(exist_ok=True)
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return ours | {variable: str(folder / name) for variable, name in named.items()}
