"""The reference model in four hands (peer_*.py), and ldip's own accounts beside it."""

import functools
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from tables import Table
from timing import in_turn, processes_in_turn

from ldip.model.engine.simulate import simulate
from ldip.model.metrics import lines_needed
from ldip.scenario.files.reader import read
from ldip.statistics.summary import summarise

HERE = Path(__file__).parent
LDIP, LDIP_NUMPY = "ldip's way, compiled", "ldip's way, NumPy"
PLAIN, EMA = "plain NumPy", "EMA Workbench"
DSA, DSA_ANNUAL = "EU-DSA form, quarterly shocks", "EU-DSA form, annual shocks"
PUBLISHED = "EU-DSA form, quarterly shocks, imports as published"
WHOLE = "ldip itself: all accounts, drivers and headline percentiles"


def answers() -> dict[str, Callable[[int], np.ndarray]]:
    """Who answers in this process: the percentiles of debt (percentile, year) of so many runs."""
    ldip, plain, dsa = (importlib.import_module(name) for name in ("peer_ldip", "peer_numpy", "peer_eu_dsa"))
    found: dict[str, Callable[[int], np.ndarray]] = {
        LDIP: lambda runs: ldip.percentiles(runs, **ldip.compiled()),
        LDIP_NUMPY: ldip.percentiles,
        PLAIN: plain.percentiles,
        DSA: dsa.percentiles,
        DSA_ANNUAL: functools.partial(dsa.percentiles, frequency="annual"),
    }
    if ema_missing() is None:
        found[EMA] = importlib.import_module("peer_ema").percentiles
    return found


@functools.cache
def ema_missing() -> str | None:
    """Why EMA Workbench is not measured."""
    try:
        importlib.import_module("peer_ema")
    except ImportError as error:
        return f'skipped: {error}; pip install "ldip[bench]"'
    return None


def warm_table(runs: int, repetitions: int) -> Table:
    """The peers in this process, after everything is imported and compiled."""
    scenario = read("baerum-2020").scenario

    def whole() -> None:
        ledger = simulate(scenario, runs=runs, seed=1, years=20, lines=lines_needed(), engine="compiled", threads=1)
        summarise(ledger, scenario="x", base_year=2020, seed=1, engine="compiled")

    jobs: dict[str, Callable[[], object]] = {
        name: functools.partial(answer, runs) for name, answer in answers().items()
    }
    found = in_turn(jobs | {WHOLE: whole}, repetitions)
    rows: list[list[Any]] = [[name, ms, ms / found[LDIP]] for name, ms in found.items()]
    if EMA not in found:
        rows.append([EMA, ema_missing(), None])
    return Table(
        "peers_warm",
        f"Peers, warm: {runs:,} runs of 20 years of the reference model, draws to percentiles",
        ("who", "ms", "relative to ldip's way"),
        rows,
        "Processor time of one thread. What each does stands at the top of `bench/peer_*.py`.",
    )


def start_table(repetitions: int) -> Table:
    """The peers as programs, process start to exit, 10 000 runs."""
    commands = {
        LDIP_NUMPY: ["peer_ldip.py"],
        PLAIN: ["peer_numpy.py"],
        DSA: ["peer_eu_dsa.py"],
        DSA_ANNUAL: ["peer_eu_dsa.py", "annual"],
        PUBLISHED: ["peer_eu_dsa.py", "published-imports"],
    } | ({} if ema_missing() else {EMA: ["peer_ema.py"]})
    found = processes_in_turn(
        {name: [str(HERE / arguments[0]), *arguments[1:]] for name, arguments in commands.items()}, repetitions
    )
    unit = found[LDIP_NUMPY].processor
    rows: list[list[Any]] = [[name, *spent, spent.processor / unit] for name, spent in found.items()]
    if EMA not in found:
        rows.append([EMA, ema_missing(), None, None, None])
    return Table(
        "peers_start",
        "Peers, from process start: 10,000 runs of 20 years of the reference model",
        ("who", "ms on the wall", "ms of processor", "peak MiB", "relative, processor"),
        rows,
        "ldip's way is measured with NumPy here, as ldip itself chooses for so few runs; loading numba would cost "
        "more than it gains.",
    )
