"""One source, two engines: the same bits compiled or not, for any number of threads, runs and years."""

import hashlib
import os

import numpy as np
import pytest

from ldip.model import drivers
from ldip.model.accounts.inputs import Opening, Plan, Weather
from ldip.model.accounts.year import LINES
from ldip.model.catalogue import catalogue
from ldip.model.engine import kernel
from ldip.model.engine import simulate as simulation
from ldip.model.engine.simulate import simulate
from ldip.model.people.extra import extra_people
from ldip.model.plan.baseline import build
from ldip.model.projects.chance import as_planned, projects_of

CACHE_FOLDER = kernel.cache_folder


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    """Compile afresh: a test must not pass on what an earlier version left in the cache."""
    folder = tmp_path_factory.mktemp("compiled")
    patch = pytest.MonkeyPatch()
    patch.setattr(kernel, "cache_folder", lambda *_: folder)
    kernel.compiled.cache_clear()
    yield
    kernel.compiled.cache_clear()
    patch.undo()


def test_compiled_equals_numpy_to_the_last_bit(scenario):
    """Every line, with a last block of lanes that is not full."""
    arguments = {"runs": 1300, "seed": 11, "years": 20}
    slow = simulate(scenario, engine="numpy", **arguments)
    fast = simulate(scenario, engine="compiled", **arguments)
    assert not np.isnan(fast.values).any()
    np.testing.assert_array_equal(slow.values.view(np.int64), fast.values.view(np.int64))


def test_the_compiled_source_runs_without_the_compiler(scenario, monkeypatch):
    """close_block in plain Python, with the plain readers and writers, on few lanes."""
    monkeypatch.setattr(kernel, "LANES", 4)
    monkeypatch.setattr(kernel, "STRIDE", 7)
    baseline = build(scenario, 3)
    process = drivers.prepare(scenario.drivers, baseline.plan)
    weather = drivers.weather(process, 1, 0, 6)
    plain = np.full((len(LINES), 3, 6), np.nan)
    every_line = np.arange(len(LINES))
    opening = np.array(baseline.opening)
    people = extra_people(baseline.response, weather)
    projects = projects_of(baseline.portfolio, scenario.drivers, 1, 0, 6)
    projects = np.broadcast_to(projects, (*projects.shape[:2], 6))
    kernel.close_block(baseline.plan_table(), people, projects, weather, opening, every_line, plain, 0)
    whole = simulate(scenario, runs=6, seed=1, years=3)
    np.testing.assert_array_equal(plain, whole.values)


def test_one_compilation_serves_every_shape(scenario):
    """Few runs, a whole number of chunks, and a last chunk that is not full: one memory layout, compiled once."""
    for runs in (1, 300, 8192, 9000):
        simulate(scenario, runs=runs, seed=1, years=2, engine="compiled", lines=["debt_ratio"])
    assert len(kernel.compiled().signatures) == 1


def test_threads_do_not_matter(scenario):
    arguments = {"runs": 20_000, "seed": 4, "years": 6, "lines": ["debt_ratio", "restructuring_need"]}
    one = simulate(scenario, threads=1, engine="compiled", **arguments)
    for threads in (2, 3):
        np.testing.assert_array_equal(
            one.values, simulate(scenario, threads=threads, engine="compiled", **arguments).values
        )


def sha256(array: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


@pytest.mark.parametrize("runs", [1, 255, 1023, 1025, 20_000])
def test_the_same_bytes_however_the_work_is_split(scenario, monkeypatch, runs):
    """Engine, threads and chunks, at and beside the edges of lanes, blocks and chunks: one SHA-256."""
    found = set()
    for chunk in (1, 3, 8):
        monkeypatch.setattr(simulation, "CHUNK", chunk * drivers.BLOCK)
        for engine, threads in (("numpy", 1), ("compiled", 1), ("compiled", 2), ("numpy", 3)):
            how = {"runs": runs, "seed": 3, "years": 3, "engine": engine, "threads": threads}
            found.add(sha256(simulate(scenario, **how).values))
    assert len(found) == 1


def test_the_accounts_have_the_bits_they_had(scenario):
    """A pinned hash of 1 300 runs of the accounts alone, on a plan and a weather of rounded numbers.

    Not of the whole simulation: the fit of the population goes through LAPACK and the weather through exp(), whose
    last bits differ between processors. Rounded, neither reaches what is hashed; after them there is only + - * /
    and selection, which IEEE 754 fixes. If the accounts were changed on purpose, pin the new hash.
    """
    baseline = build(scenario, 6)
    steps = np.arange(len(Weather._fields) * 6 * 1300).reshape(len(Weather._fields), 6, 1300)
    weather = drivers.calm(baseline.plan) * (1.0 + ((steps * 7919) % 1021 - 510) / 4096.0)
    surprise = weather[Weather._fields.index("completion_factor")] - 1.0
    people = sum(
        surprise[t] * np.round(baseline.response[:, :, 0, t], 5)[:, :, None] for t in range(6)
    )  # in a fixed order: a matrix product may differ in the last bit between processors
    plan, opening = (np.round(a, 5) for a in (baseline.plan_table(), baseline.opening))
    named = np.round(as_planned(baseline.portfolio), 5)
    for run in (kernel.run_numpy, kernel.run_compiled):
        ledger = np.empty((len(LINES), 6, 1300))
        run(plan, people, named, np.round(weather, 6), opening, range(len(ledger)), ledger)
        assert not np.isnan(ledger).any()
        in_order = ledger[[LINES.index(line) for line in catalogue()]]
        assert sha256(in_order) == "3f03fed284a4f01624370bd03927cf28cd8ea375317538757ef18335f0ff6549"


def test_the_draws_are_those_they_were():
    """A pinned hash of the first draws of every stream; in the normal ones only what rounding cannot reach."""
    uniform = [
        drivers.generator(1, key, block).random(64)
        for key in sorted(stream.key for stream in drivers.STREAMS.values())
        for block in (0, 9)
    ]
    normal = drivers.generator(1, 0, 0).standard_normal(2048)
    assert sha256(np.array(uniform)) == "e4d69a4a0820e2af9d0ef5a8bbc44064a1c2f81bc6f4708fe5f3ab528483713e"
    assert (
        sha256(np.rint(normal * 2.0**20).astype(np.int64))
        == "13ea99ee23b45b5a62c9d41f5b40b533865375a2b77192050702c1f9c88ef43a"
    )


def test_more_runs_and_more_years_keep_the_earlier_ones(scenario):
    small = simulate(scenario, runs=100, seed=9, years=8, lines=["debt_ratio"])
    large = simulate(scenario, runs=9000, seed=9, years=8, lines=["debt_ratio"])
    np.testing.assert_array_equal(small.values, large.values[:, :, :100])
    process = drivers.prepare(scenario.drivers, build(scenario, 8).plan)
    longer = drivers.prepare(scenario.drivers, build(scenario, 15).plan)
    short, long = drivers.weather(process, 9, 0, 50), drivers.weather(longer, 9, 0, 50)
    np.testing.assert_array_equal(short, long[:, :8])


def test_scenarios_meet_the_same_weather(scenario):
    """Another rate path moves the rate, but the shocks around it and the tax factors are the same."""
    path = scenario.interest.money_market_rate.model_copy(update={"dated": None, "value": 0.05})
    interest = scenario.interest.model_copy(update={"money_market_rate": path})
    other = scenario.model_copy(update={"interest": interest})
    lines = ["money_market_rate", "tax_revenue", "completions"]
    one = simulate(scenario, runs=200, seed=1, years=5, lines=lines)
    two = simulate(other, runs=200, seed=1, years=5, lines=lines)
    np.testing.assert_array_equal(one["completions"], two["completions"])
    np.testing.assert_array_equal(one["tax_revenue"], two["tax_revenue"])
    assert not np.array_equal(one["money_market_rate"], two["money_market_rate"])


def test_tuples_go_in_and_out_in_the_same_order():
    """Each field carries a distinguishable magnitude through the compiled readers and writers."""
    import numba

    access = kernel._tuple_access()
    rows = kernel.ROWS
    book = np.arange(float(rows * kernel.STRIDE))
    read_opening, read_weather = access["read_opening"], access["read_weather"]
    read_people, read_projects = access["read_people"], access["read_projects"]

    @numba.njit
    def read(book, lane):
        named = read_projects(book, lane)
        return read_weather(book, lane), read_people(book, lane), named, read_opening(book, lane)

    weather, people, projects, opening = read(book, 3)
    assert projects == kernel.read_projects(book, 3)
    assert people == kernel.read_people(book, 3)
    assert weather == kernel.read_weather(book, 3) == Weather(*(np.arange(len(Weather._fields)) * kernel.STRIDE + 3))
    assert opening == kernel.read_opening(book, 3)
    assert isinstance(opening, Opening)
    read_plan = access["read_plan"]

    @numba.njit
    def read_one(plan, t):
        return read_plan(plan, t)

    table = np.arange(2.0 * len(Plan._fields)).reshape(2, -1)
    assert read_one(table, 1) == Plan(*table[1])


def test_an_edited_source_gets_a_cache_of_its_own(tmp_path):
    """numba does not notice an edited callee in another file; the name of the cache folder must."""
    (tmp_path / "steps.py").write_text("A = 1\n")
    before = CACHE_FOLDER("1.0", tmp_path)
    assert CACHE_FOLDER("1.0", tmp_path) == before
    assert CACHE_FOLDER("1.1", tmp_path) != before
    (tmp_path / "steps.py").write_text("A = 2\n")
    assert CACHE_FOLDER("1.0", tmp_path) != before


def test_another_installation_of_the_same_source_has_to_compile(tmp_path):
    """numba takes no code of a file elsewhere, or of one written again; so it is said that this takes time."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "steps.py").write_text("A = 1\n")
        os.utime(tmp_path / name / "steps.py", (1, 1))
    before = CACHE_FOLDER("1.0", tmp_path / "one")
    assert CACHE_FOLDER("1.0", tmp_path / "other") != before
    os.utime(tmp_path / "one" / "steps.py", (2, 2))
    assert CACHE_FOLDER("1.0", tmp_path / "one") != before
