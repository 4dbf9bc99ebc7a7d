"""Where the compiled engine cannot be used, NumPy answers: the same bits, and one line that says so."""

import sys

import numpy as np
import pytest
from conftest import snapshot

from ldip.errors import Notice
from ldip.model.engine import fallback, kernel
from ldip.model.engine.simulate import simulate
from ldip.model.metrics import lines_needed
from ldip.statistics import summary
from ldip.statistics.stream import simulate_and_summarise

CACHE_FOLDER = kernel.cache_folder


def forget() -> None:
    """As in a new process."""
    fallback.run_compiled.cache_clear()
    summary.compiled_rows.cache_clear()
    kernel.compiled.cache_clear()
    fallback.failures.clear()
    for name in ("ldip.statistics.compiled_rows", "ldip.model.engine.compiled"):
        sys.modules.pop(name, None)


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A folder for compiled code in a process that has loaded none."""
    folder = tmp_path / "compiled" / "mark-version"
    monkeypatch.setattr(kernel, "cache_folder", lambda *_: folder)
    forget()
    yield folder
    forget()


@pytest.fixture
def nowhere(cache, monkeypatch):
    """A place where no folder can be made."""
    file = cache.parent.parent / "file"
    file.write_text("")
    monkeypatch.setattr(kernel, "cache_folder", lambda *_: file / "compiled")


def figures(scenario, engine: str, runs: int = 12_000) -> list[bytes]:
    """Every figure of a job of several batches, and the ledger of a few runs."""
    found = simulate_and_summarise(scenario, name="x", runs=runs, seed=5, years=3, engine=engine, batch=4096)
    whole = simulate(scenario, runs=30, seed=5, years=3, lines=lines_needed(), engine=engine)
    parts = [*found.distributions.values(), *found.probabilities.values()]
    return [np.ascontiguousarray(array).tobytes() for part in parts for array in part[1:]] + [whole.values.tobytes()]


def test_without_a_place_for_compiled_code_numpy_gives_the_same_bits(scenario, nowhere):
    with pytest.warns(Notice, match="compiled engine cannot be used here") as said:
        found = figures(scenario, "compiled")
    assert len(said) == 1
    assert found == figures(scenario, "numpy")


@pytest.mark.filterwarnings("always")
def test_the_command_line_says_it_in_the_user_s_language(ldip, here, nowhere):
    words = ("simulate", "--runs", 50_000, "--years", 1, "--no-pictures", "--out", "r")
    said = ldip(*words)
    assert said.code == 0
    assert said.err.count("Den kompilerte regnemotoren kan ikke brukes her") == 1
    forget()
    assert "The compiled engine cannot be used here (" in ldip(*words, "--lang", "en").err
    assert "r" in {path.partition("/")[0] for path in snapshot(here)}


@pytest.mark.slow
def test_damaged_files_are_dropped_and_compiled_anew(scenario, cache):
    """Cut short, every one of them: no notice, and the files are good afterwards."""
    expected = figures(scenario, "compiled")
    files = [path for path in cache.rglob("*.nb*") if path.is_file()]
    assert {path.suffix for path in files} == {".nbi", ".nbc"}
    for path in files:
        path.write_bytes(path.read_bytes()[:100])
    forget()
    assert figures(scenario, "compiled") == expected
    assert all(path.stat().st_size > 100 for path in cache.rglob("*.nbc"))


def test_it_is_tried_once_more_and_only_where_something_may_have_been_damaged(cache):
    tried = []

    def load():
        tried.append(cache.exists() and not list(cache.iterdir()))
        raise EOFError("Ran out of input")

    with pytest.warns(Notice, match="EOFError: Ran out of input"):
        assert fallback.attempt(load) is None
    assert tried == [True]  # nothing of an earlier time
    (cache / "damaged").write_text("")
    fallback.failures.clear()
    tried.clear()
    with pytest.warns(Notice):
        assert fallback.attempt(load) is None
    assert tried == [False, True]
    assert fallback.attempt(load) is None  # known by now, and said
    assert len(tried) == 2


def test_what_other_versions_of_the_installation_compiled_is_removed(cache):
    for name in ("mark-older", "other-version"):
        (cache.parent / name).mkdir(parents=True)
    assert fallback.attempt(lambda: "loaded") == "loaded"
    assert {path.name for path in cache.parent.iterdir()} == {"mark-version", "other-version"}
    (cache.parent / "mark-newer").mkdir()
    fallback.attempt(lambda: "loaded")  # nothing new is made
    assert (cache.parent / "mark-newer").exists()


def test_cache_folders_of_one_installation_have_its_mark(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "steps.py").write_text("A = 1\n")
    before = CACHE_FOLDER("1.0", tmp_path / "one")
    (tmp_path / "one" / "steps.py").write_text("A = 2\n")
    after = CACHE_FOLDER("1.0", tmp_path / "one")
    assert before != after
    assert before.name.partition("-")[0] == after.name.partition("-")[0]
    assert CACHE_FOLDER("1.0", tmp_path).name.partition("-")[0] != after.name.partition("-")[0]
