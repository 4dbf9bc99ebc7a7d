"""Simulation in batches: the whole ledger's figures to the last bit, in memory that does not grow with the runs."""

import hashlib
import json
import math
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import of_fan, rows_of, snapshot

from ldip.model.catalogue import catalogue, headline
from ldip.model.engine.simulate import built, in_batches, simulate
from ldip.model.metrics import lines_needed
from ldip.report.folder import runs as run_files
from ldip.statistics import compiled_rows, selection, stream
from ldip.statistics.compiled_rows import select
from ldip.statistics.selection import MissedError, Selection
from ldip.statistics.stream import passes, simulate_and_summarise
from ldip.statistics.summary import (
    PERCENTILES,
    Selected,
    Summary,
    block_sums,
    distribution,
    quantile,
    quantile_error,
    summarise,
    wanted_ranks,
)

YEARS = 4


def digest(summary: Summary) -> str:
    """The SHA-256 of every figure of a summary."""
    hashed = hashlib.sha256()
    for figures in (*summary.distributions.values(), *summary.probabilities.values()):
        for array in figures[1:]:
            hashed.update(np.ascontiguousarray(array).tobytes())
    return hashed.hexdigest()


@pytest.fixture(scope="module")
def whole(scenario):
    """The summary of a whole ledger, the ordinary way."""
    made = {}

    def summary(runs: int) -> Summary:
        if runs not in made:
            ledger = simulate(scenario, runs=runs, seed=5, years=YEARS, lines=lines_needed())
            made[runs] = summarise(ledger, scenario="x", base_year=2020, seed=5)
        return made[runs]

    return summary


def streamed(scenario, runs: int, **how) -> Summary:
    return simulate_and_summarise(scenario, name="x", runs=runs, seed=5, years=YEARS, **how)


# The same figures


@pytest.mark.parametrize("runs", [1, 255, 1023, 1025, 20_000])
def test_a_stream_has_the_figures_of_the_whole_ledger_to_the_last_bit(scenario, whole, runs):
    assert digest(streamed(scenario, runs)) == digest(whole(runs))


@pytest.mark.parametrize("runs", [1, 1025, 20_000])
def test_the_compiled_engine_finds_the_same_figures(scenario, whole, runs):
    """Whole, without sorting, and in batches."""
    ledger = simulate(scenario, runs=runs, seed=5, years=YEARS, lines=lines_needed())
    selected = summarise(ledger, scenario="x", base_year=2020, seed=5, engine="compiled")
    assert digest(selected) == digest(whole(runs))
    for threads in (1, 2):
        assert digest(streamed(scenario, runs, engine="compiled", threads=threads)) == digest(whole(runs))
    for batch in (1024, 3072):
        assert digest(streamed(scenario, runs, engine="compiled", batch=batch, threads=2)) == digest(whole(runs))


@pytest.mark.parametrize(("batch", "threads"), [(1024, 1), (1024, 3), (3072, 2), (8192, 2), (19_456, 1)])
def test_neither_batches_nor_threads_matter(scenario, whole, batch, threads):
    assert digest(streamed(scenario, 20_000, batch=batch, threads=threads)) == digest(whole(20_000))


def test_metrics_may_take_turns(scenario, whole, monkeypatch):
    """Very many runs take several passes, each with a part of the metrics, to the same figures."""
    monkeypatch.setattr(stream, "ONE_PASS", 3000)
    assert passes(20_000) == 3
    finished = []
    summary = streamed(scenario, 20_000, batch=5120, progress=finished.append)
    assert digest(summary) == digest(whole(20_000))
    assert list(summary.distributions) == [metric.id for metric in headline()]
    assert sum(finished) == 3 * 20_000


def test_a_missed_window_is_noticed_and_widened(scenario, whole, monkeypatch):
    """With windows that hardly hold anything the pass is made again, wider, until nothing is missed."""
    monkeypatch.setattr(stream, "CAUTION", 0.4)
    tried = []
    begin = Selection.__init__
    monkeypatch.setattr(Selection, "__init__", lambda self, *args: (tried.append(args[-1]), begin(self, *args))[1])
    finished, written = [], []
    how = {"progress": finished.append, "keep": lambda ledger: len(ledger.years), "write": written.append}
    summary = streamed(scenario, 20_000, batch=4096, **how)
    assert len(tried) > 1
    assert tried == [0.4 * 2.0**k for k in range(len(tried))]
    assert digest(summary) == digest(whole(20_000))
    assert sum(finished) == 20_000  # counted once
    assert written == [YEARS] * 5  # written once


def test_policy_and_step_reach_the_stream(scenario):
    ledger = simulate(scenario, runs=300, seed=5, years=9, lines=lines_needed(), policy="step", step=40.0)
    expected = summarise(ledger, scenario="x", base_year=2020, seed=5, policy="step", step=40.0)
    found = simulate_and_summarise(scenario, name="x", runs=300, seed=5, years=9, policy="step", step=40.0)
    assert (found.policy, found.step, found.base_year, found.runs) == ("step", 40.0, 2020, 300)
    assert digest(found) == digest(expected)
    assert digest(found) != digest(simulate_and_summarise(scenario, name="x", runs=300, seed=5, years=9))


# Order statistics in one pass


def rows(runs: int) -> np.ndarray:
    """Rows that are awkward in different ways."""
    generator = np.random.default_rng(3)
    normal = generator.standard_normal(runs)
    return np.stack(
        [
            normal,
            np.exp(4.0 * normal),
            np.maximum(normal, 0.0),  # half of it at one value
            np.round(normal, 1),  # ties everywhere
            np.where(normal > 2.0, 1.0, 0.0),  # an event
            np.full(runs, 7.25),
            np.where(generator.random(runs) < 0.0007, np.inf, 7.25),  # hardly anything else
            np.where(generator.random(runs) < 0.0007, normal - 1e6, normal),  # rare and far
            np.where(normal > 1.0, np.inf, normal),  # without bound
        ]
    )


def batches_of(values: np.ndarray, sizes: Iterator[int]) -> Iterator[np.ndarray]:
    first = 0
    while first < values.shape[1]:
        yield np.ascontiguousarray(values[:, first : (first := first + next(sizes))])


ENGINES = ["numpy", "compiled"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("runs", [700, 30_000])
@pytest.mark.parametrize("seed", range(3))
def test_every_rank_wanted_is_exact(runs, seed, engine):
    """Whatever the batches."""
    sizes = np.random.default_rng(seed)
    values, chosen = rows(runs)[:, sizes.permutation(runs)], wanted_ranks(runs)
    batches = batches_of(values, iter(lambda: int(sizes.integers(1, runs // 6)), None))
    found = begun(batches, runs, engine)
    selected, ordered = settled(found, batches), np.sort(values, axis=1)
    assert selected.shape == values.shape
    for rank in {rank for of in chosen for rank in of}:
        np.testing.assert_array_equal(selected[:, rank], ordered[:, rank])
    part = selected.part(slice(2, 5))
    for p in PERCENTILES:
        np.testing.assert_array_equal(quantile(part, p), quantile(ordered[2:5], p))
        np.testing.assert_array_equal(quantile_error(part, p), quantile_error(ordered[2:5], p))


@pytest.mark.parametrize("runs", [1, 2, 17, 3000, 70_000])
def test_order_statistics_are_found_without_sorting(runs):
    values = rows(runs)
    ranks = np.array(sorted({rank for of in wanted_ranks(runs) for rank in of} | {0, runs - 1}))
    ordered = np.sort(values, axis=1)
    np.testing.assert_array_equal(select(values, ranks), ordered[:, ranks])
    # Runs that come in order of size give a wrong idea of where the values are: that costs time, nothing else.
    np.testing.assert_array_equal(select(ordered, ranks), ordered[:, ranks])


@pytest.mark.parametrize("of", [selection, compiled_rows], ids=ENGINES)
def test_order_statistics_of_parts_are_those_of_each(of):
    """Parts of all sizes; ranks that a part does not have are not found."""
    values = rows(3000)
    starts, sizes = np.array([0, 100, 101, 2000]), np.tile([100, 1, 0, 1000], (len(values), 1))
    ranks = np.broadcast_to([-3, 0, 50, 50, 99, 999, 1000], (len(values), 4, 7))
    found = of.select_parts(values, starts, sizes, ranks)
    for part, (start, size) in enumerate(zip(starts, sizes[0], strict=True)):
        ordered = np.sort(values[:, start : start + size], axis=1)
        for place, rank in enumerate(ranks[0, part]):
            expected = ordered[:, rank] if 0 <= rank < size else np.nan
            np.testing.assert_array_equal(found[:, part, place], expected)


AT = [(-np.inf, 0.02), (0.01, 0.1), (0.1, 0.2), (0.3, 0.3), (0.4, 0.6), (0.45, 0.5), (0.55, 0.7), (0.9, np.inf)]
CLOSE = [
    (-np.inf, 0.01),
    (0.03, 0.09),
    (0.1, 0.1),
    (0.3, 0.3),
    (0.4, 0.6),
    (0.6, 0.6),
    (0.65, 0.7),
    (0.95, 0.97),
]


def edges_around(values: np.ndarray, at=AT) -> np.ndarray:
    """Windows that would overlap, that touch, hold one value, hold nothing, and have no bound."""
    ordered = np.sort(values, axis=1)
    last = ordered.shape[1] - 1
    bounds = np.maximum.accumulate(np.array(at).reshape(-1))
    edges = [ordered[:, round(p * last)] if np.isfinite(p) else np.full(len(ordered), p) for p in bounds]
    return np.stack(edges, axis=1)


def check_windows(values, edges, upto, kept, starts) -> None:
    """What was counted and kept of each row is what looking at value by value says."""
    for row, edge, counts, there in zip(values, edges, upto, kept, strict=True):
        np.testing.assert_array_equal(counts, [[(row < e).sum(), (row <= e).sum()] for e in edge])
        for start, low, high in zip(starts, edge[::2], edge[1::2], strict=False):
            inside = np.sort(row[(low < row) & (row < high)])
            np.testing.assert_array_equal(np.sort(there[start : start + len(inside)]), inside)


@pytest.mark.parametrize("of", [selection, compiled_rows], ids=ENGINES)
@pytest.mark.parametrize("runs", [1, 3, 40, 5000])
def test_windows_keep_what_is_inside_and_count_the_rest(of, runs):
    """Of two batches, one after the other."""
    values = rows(2 * runs)
    edges, starts = edges_around(values), np.arange(9) * 2 * runs
    upto, kept = np.zeros((*edges.shape, 2), dtype=np.int64), np.full((len(values), starts[-1]), np.nan)
    for batch in (values[:, :runs], values[:, runs:]):
        of.cut(batch.copy(), edges, np.ones(len(values), dtype=bool), upto, kept, starts)
    check_windows(values, edges, upto, kept, starts)


@pytest.mark.parametrize("of", [selection, compiled_rows], ids=ENGINES)
def test_what_a_window_has_no_room_for_is_counted(of):
    values, edges = np.arange(100.0)[None], np.array([[9.0, 50.0, 50.0, 90.0]])
    upto, kept = np.zeros((1, 4, 2), dtype=np.int64), np.full((1, 30), np.nan)
    of.cut(values.copy(), edges, np.array([True]), upto, kept, np.array([0, 10, 30]))
    np.testing.assert_array_equal(upto[0], [[9, 10], [50, 51], [50, 51], [90, 91]])
    np.testing.assert_array_equal(kept[0], [*range(10, 20), *range(51, 71)])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("runs", [40, 5000])
def test_windows_further_in_are_as_if_they_had_been_there_from_the_start(runs, engine, monkeypatch):
    values = rows(runs)
    monkeypatch.setattr(Selection, "_spans", lambda *_: np.tile([-1, runs], (8, 1)))
    found = Selection(values.copy(), runs, [[0]] * 8, engine)
    found.edges, found.starts = edges_around(values), np.arange(9) * runs
    found.upto, found.kept = np.zeros((*found.edges.shape, 2), dtype=np.int64), np.empty((len(values), 8 * runs))
    found._by.cut(values.copy(), found.edges, found.tied, found.upto, found.kept, found.starts)
    close = edges_around(values, CLOSE)
    monkeypatch.setattr(Selection, "_among", lambda *_: close.reshape(len(values), 8, 2).copy())
    found._narrow()
    check_windows(values, found.edges, found.upto, found.kept, found.starts)
    assert (found.edges == close).mean() > 0.8  # but where the next window began inside


def test_ranks_cover_a_percentile_and_its_error():
    """By hand: of 401 runs the median is rank 200, its error 0.5/sqrt(401) of 400 ranks, so 190.01 to 209.99."""
    assert wanted_ranks(401)[PERCENTILES.index(0.50)] == [190, 191, 200, 201, 209, 210]
    assert wanted_ranks(1) == [[0]] * len(PERCENTILES)


def begun(batches: Iterator[np.ndarray], runs: int, engine: str = "numpy") -> Selection:
    first = next(batches)
    found = Selection(first, runs, wanted_ranks(runs), engine)
    found.take(first)
    return found


def settled(found: Selection, batches: Iterator[np.ndarray]) -> Selected:
    for batch in batches:
        found.take(batch)
    return found.settle()


def test_runs_that_come_in_order_of_size_are_a_miss():
    """Windows rest on the runs being alike; where they are not it is said, not guessed."""
    values = np.sort(rows(20_000)[:1], axis=1)
    batches = batches_of(values, iter(lambda: 500, None))
    found = begun(batches, 20_000)
    with pytest.raises(MissedError):
        settled(found, batches)


def test_windows_hold_the_root_of_the_runs():
    """What is kept is bounded by CAUTION sqrt(N p (1 - p)) and some, and it is far less than the runs."""
    kept = {}
    for runs in (400_000, 1_600_000):
        batches = batches_of(np.random.default_rng(2).random((1, runs)), iter(lambda: 16_384, None))
        found = begun(batches, runs)
        settled(found, batches)
        kept[runs] = found.kept.shape[1]
        bound = sum((selection.CAUTION + 2.0) * math.sqrt(runs * p * (1.0 - p)) for p in PERCENTILES)
        assert kept[runs] < selection.ROOM * (bound + 9 * 20)
    assert 1.8 < kept[1_600_000] / kept[400_000] < 2.1


# Sums


def test_mean_and_sd_are_those_of_the_textbook():
    values = np.exp(np.random.default_rng(1).standard_normal((3, 5000))) + np.array([[0.0], [1e3], [1e6]])
    exact = [math.fsum(row) / 5000 for row in values]
    spread = [math.sqrt(math.fsum((row - mean) ** 2) / 4999) for row, mean in zip(values, exact, strict=True)]
    found = distribution(catalogue()["debt_ratio"], values.copy())
    np.testing.assert_allclose(found.mean, exact, rtol=1e-15)
    np.testing.assert_allclose(found.sd, spread, rtol=1e-13)


def test_where_all_runs_agree_the_mean_is_exact_and_nothing_is_spread():
    found = distribution(catalogue()["debt_ratio"], np.full((2, 3000), 0.1))
    assert (found.mean == 0.1).all()
    assert (found.sd == 0.0).all()


def test_sums_are_taken_block_by_block():
    """1 for every run of the first block, 2 for the next, 3 for the one run that is left, less the first."""
    values = np.repeat([1.0, 2.0, 3.0], [1024, 1024, 1])[None]
    sums = block_sums(values, values[:, 0])
    np.testing.assert_array_equal(sums, [[[0.0, 1024.0, 2.0]], [[0.0, 1024.0, 4.0]]])
    random = np.random.default_rng(8).standard_normal((3, 5000))
    together = block_sums(random, random[:, 0])
    parts = [random[:, :2048], random[:, 2048:3072], random[:, 3072:]]
    apart = [block_sums(part, random[:, 0]) for part in parts]
    np.testing.assert_array_equal(together, np.concatenate(apart, axis=2))


@pytest.mark.parametrize("runs", [1, 1023, 5000])
def test_compiled_sums_are_added_in_the_same_order(runs):
    values = rows(runs)[:6]
    first = values[:, 0].copy()
    np.testing.assert_array_equal(block_sums(values, first, "compiled"), block_sums(values, first))


# Batches


def test_batches_come_in_order_and_their_memory_is_used_again(scenario):
    places = set()

    def first_and_place(ledger):
        places.add(ledger.values.__array_interface__["data"][0])
        return float(ledger["debt_ratio"][-1, 0]), ledger.values.shape[2]

    how = {"runs": 9000, "seed": 2, "lines": ["debt_ratio"]}
    found = list(in_batches(built(scenario, 2), first_and_place, batch=1024, threads=2, **how))
    ledger = simulate(scenario, years=2, **how)["debt_ratio"][-1]
    assert found == [(ledger[first], min(1024, 9000 - first)) for first in range(0, 9000, 1024)]
    assert 1 <= len(places) <= 2


def test_a_failure_in_a_thread_ends_the_simulation(scenario):
    def fail(ledger):
        if ledger.values.shape[2] < 1024:
            raise ArithmeticError("the last batch")

    with pytest.raises(ArithmeticError, match="the last batch"):
        list(in_batches(built(scenario, 2), fail, runs=5000, seed=2, lines=["debt_ratio"], batch=1024, threads=3))


# Every run kept


def figures(folder, fan: str = "pressure") -> dict[tuple[str, int], dict[str, float]]:
    table = of_fan(folder / "summary.csv", fan)
    return {
        (row["metric"], int(row["year"])): {k: float(row[k]) for k in ("mean", "sd", "p05", "p50", "p99")}
        for row in table
    }


def check_kept(folder, kept: dict[str, np.ndarray], years: list[int], fan: str = "pressure") -> None:
    """Arrays (run, year) give the figures of a fan in summary.csv and probabilities.csv."""
    for (metric, year), row in figures(folder, fan).items():
        values = kept[metric][:, years.index(year)]
        p05, p50, p99 = np.quantile(values, (0.05, 0.50, 0.99))
        found = {"mean": values.mean(), "sd": values.std(ddof=1), "p05": p05, "p50": p50, "p99": p99}
        assert found == pytest.approx(row, rel=1e-8, abs=1e-9)
    for row in of_fan(folder / "probabilities.csv", fan):
        if row["event"] in kept:
            assert kept[row["event"]][:, years.index(int(row["year"]))].mean() == pytest.approx(
                float(row["probability"])
            )


DESCRIBED = ("runs.json", "runs-steered.json")


def test_all_runs_for_numpy(ldip, here):
    said = ldip("simulate", "--runs", 50_000, "--years", 3, "--no-pictures", "--out", "r", "--keep-runs")
    assert said.code == 0
    about = json.loads((here / "r/runs.json").read_text(encoding="utf-8"))
    assert (about["file"], about["years"], about["runs"]) == ("runs.npy", [2020, 2021, 2022], 50_000)
    units = {column["metric"]: (column["unit"], column["price_basis"]) for column in about["columns"]}
    assert units["closing_debt"] == ("mill. kr", "2020-kr (cpi)")
    assert units["any_rule_breach"] == ("event", "n/a")
    kept = np.load(here / "r/runs.npy", mmap_mode="r")
    assert kept.dtype.names == tuple(units)
    assert kept["debt_ratio"].shape == (50_000, 3)
    check_kept(here / "r", {name: kept[name] for name in units}, about["years"])
    steered = np.load(here / "r/runs-steered.npy", mmap_mode="r")
    check_kept(here / "r", {name: steered[name] for name in units}, about["years"], "steered")
    said = {name: json.loads((here / "r" / name).read_text(encoding="utf-8"))["fan"] for name in DESCRIBED}
    assert list(said.values()) == ["pressure", "steered"]


def test_all_runs_as_parquet(ldip, here):
    parquet = pytest.importorskip("pyarrow.parquet")
    said = ldip("simulate", "--runs", 17_000, "--years", 2, "--no-pictures", "--out", "r", "--keep-runs", "parquet")
    assert said.code == 0
    table = parquet.read_table(here / "r/runs.parquet")
    assert table.schema.field("closing_debt").metadata[b"price_basis"] == b"2020-kr (cpi)"
    assert json.loads(table.schema.metadata[b"ldip"])["runs"] == 17_000
    np.testing.assert_array_equal(table["run"], np.repeat(np.arange(17_000), 2))
    np.testing.assert_array_equal(table["year"], np.tile([2020, 2021], 17_000))
    kept = {name: table[name].to_numpy().reshape(-1, 2) for name in table.column_names[2:]}
    check_kept(here / "r", kept, [2020, 2021])


def test_runs_of_an_earlier_job_do_not_stay(ldip, here):
    words = ("simulate", "--runs", 50, "--years", 2, "--no-pictures", "--out", "r")
    ldip(*words, "--keep-runs")
    assert {"runs.npy", "runs-steered.npy", *DESCRIBED} <= set(snapshot(here / "r"))
    ldip(*words, "--policy", "none", "--keep-runs")
    assert {name for name in snapshot(here / "r") if name.startswith("runs")} == {"runs.npy", "runs.json"}
    ldip(*words)
    assert not [name for name in snapshot(here / "r") if name.startswith("runs")]


def test_parquet_needs_pyarrow(ldip, here, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    said = ldip("simulate", "--runs", 10, "--keep-runs", "parquet", "--out", "r", "--lang", "en")
    assert said.code == 1
    assert 'pip install "ldip[parquet]"' in said.err
    assert snapshot(here) == {}


def test_a_full_disk_is_noticed_before_it_is_full(ldip, here, monkeypatch):
    full = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(run_files.shutil, "disk_usage", lambda _: full)
    said = ldip("simulate", "--runs", 10_000, "--years", 2, "--keep-runs", "--out", "r", "--lang", "en")
    assert said.code == 1
    assert re.search(r"--keep-runs: npy: needs \d+ MB, but only 0 MB are free", said.err)
    assert snapshot(here) == {}


def test_interrupted_it_leaves_what_was_there(ldip, here, monkeypatch):
    """Ctrl-C in the middle of the runs: the earlier result stays as it was."""
    words = ("simulate", "--runs", 50_000, "--years", 2, "--no-pictures", "--out", "r", "--keep-runs")
    ldip(*words)
    before = snapshot(here)
    batches = []

    def interrupted(ledger):
        batches.append(ledger)
        if len(batches) == 3:
            raise KeyboardInterrupt
        return run_files.np.zeros((ledger.values.shape[2], len(run_files.columns(ledger.events)), 2))

    monkeypatch.setattr(run_files, "keep", interrupted)
    assert ldip(*words, "--seed", 2).code != 0
    assert len(batches) >= 3  # another thread may have begun one more
    assert snapshot(here) == before


# Many runs


@pytest.mark.slow
def test_a_million_runs_in_half_a_gigabyte(tmp_path):
    """Peak memory of the whole command, the same ten times the runs apart but for the root of the runs."""
    if not Path("/proc/self/status").exists():
        pytest.skip("reads its memory from /proc, which is Linux's")
    code = """
    import sys
    from ldip.cli import run
    sys.argv = ["ldip", "simulate", "--no-pictures", "--out", sys.argv[1], "--runs", sys.argv[2]]
    try:
        run()
    except SystemExit:
        pass
    # Of this program alone: the peak that getrusage tells begins with the parent's.
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(int(peak.split()[1]) // 1024, file=sys.stderr)
    """
    peak = {}
    for runs in (100_000, 1_000_000):
        command = [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / str(runs)), str(runs)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        peak[runs] = int(done.stderr.split()[-1])
    assert peak[1_000_000] < 500
    assert peak[1_000_000] - peak[100_000] < 150
    table = rows_of(tmp_path / "1000000" / "summary.csv")
    assert len(table) == 2 * 20 * len(headline())  # of both fans
    small = rows_of(tmp_path / "100000" / "summary.csv")
    for many, few in zip(table, small, strict=True):
        assert float(many["p50"]) == pytest.approx(float(few["p50"]), rel=0.02, abs=0.02 * float(many["sd"]) + 1e-9)


@pytest.mark.slow
def test_a_quarter_of_a_million_runs_have_the_whole_ledger_s_figures(scenario):
    ledger = simulate(scenario, runs=250_000, seed=5, years=20, lines=lines_needed())
    expected = summarise(ledger, scenario="x", base_year=2020, seed=5)
    found = simulate_and_summarise(scenario, name="x", runs=250_000, seed=5, years=20, threads=2)
    assert digest(found) == digest(expected)
