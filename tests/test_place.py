"""Results are whole or not there, whatever comes between: what a folder holds after every way to be stopped."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ldip.errors import InputError
from ldip.report.folder import place
from ldip.report.folder.files import check_writable, result_folder, write_file
from ldip.report.folder.records import json_text, write_records

OLD = {"provenance.json": "old", "summary.csv": "old", "notes.txt": "mine"}
NEW = {"provenance.json": "new", "summary.csv": "new", "probabilities.csv": "new"}
MOVES = 5
"""Two old files out, three new ones in."""

skip_root = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")


def fill(folder: Path, content: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in content.items():
        (folder / name).write_text(text, encoding="utf-8")


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def out(tmp_path) -> Path:
    fill(tmp_path / "r", OLD)
    return tmp_path / "r"


@pytest.fixture
def moves(monkeypatch):
    """The moves that were made, and functions to be called with the number of each, from one, before it is made."""
    real, calls, asked = os.replace, [], []

    def replace(path, target):
        calls.append((Path(path), Path(target)))
        for ask in asked:
            ask(len(calls))
        real(path, target)

    monkeypatch.setattr(os, "replace", replace)
    return calls, asked


def write_new(out: Path) -> None:
    with result_folder(out) as folder:
        fill(folder, NEW)


def test_files_are_made_inside_the_folder_and_moved_when_all_is_well(out):
    with result_folder(out) as folder:
        assert folder.parent == out
        assert folder.name.startswith(place.HIDDEN)
        fill(folder, NEW)
        assert content(out) == OLD
    assert content(out) == OLD | NEW
    assert not [path for path in out.iterdir() if path.is_dir()]


@skip_root
def test_nothing_is_asked_of_the_folder_around(tmp_path):
    out = tmp_path / "around" / "r"
    out.mkdir(parents=True)
    out.parent.chmod(0o555)
    try:
        write_new(out)
        assert content(out) == NEW
        write_file(out / "page.html", "page")
    finally:
        out.parent.chmod(0o755)


def test_a_folder_around_that_cannot_be_written_is_never_touched(tmp_path, monkeypatch):
    """The same without asking the operating system, which lets root write everywhere."""
    out = tmp_path / "r"
    out.mkdir()
    asked = []
    real = place.tempfile.mkdtemp
    monkeypatch.setattr(place.tempfile, "mkdtemp", lambda **how: asked.append(how["dir"]) or real(**how))
    write_new(out)
    assert asked == [out]


def test_provenance_is_out_first_and_in_last(out, moves):
    calls, _ = moves
    write_new(out)
    assert calls[0][0] == out / "provenance.json"
    assert calls[-1][1] == out / "provenance.json"
    assert len(calls) == MOVES


def test_files_without_provenance_leave_that_of_the_folder(out, moves):
    calls, _ = moves
    with result_folder(out) as folder:
        fill(folder, {"picture.svg": "new"})
    assert content(out) == OLD | {"picture.svg": "new"}
    assert len(calls) == 1


@pytest.mark.parametrize("step", range(1, MOVES + 1))
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, MemoryError, ValueError])
def test_whatever_comes_between_two_moves_all_is_put_back(out, moves, step, error):
    def stop(number: int) -> None:
        if number == step:
            raise error

    moves[1].append(stop)
    with pytest.raises(error):
        write_new(out)
    assert content(out) == OLD
    assert not [path for path in out.iterdir() if path.is_dir()]


@pytest.mark.parametrize("step", range(1, MOVES + 1))
def test_a_disk_that_refuses_a_move_is_told_and_all_is_put_back(out, moves, step):
    def refuse(number: int) -> None:
        if number == step:
            raise OSError(28, "no space left on the disk")

    moves[1].append(refuse)
    with pytest.raises(InputError, match="no space left on the disk"):
        write_new(out)
    assert content(out) == OLD


def test_an_old_file_that_cannot_be_put_back_is_kept(out, moves):
    def refuse(number: int) -> None:
        if number >= 3:  # both old files are out
            raise OSError(5, "the disk answers with a fault")

    moves[1].append(refuse)
    with pytest.raises(InputError, match="the disk answers with a fault"):
        write_new(out)
    (hidden,) = (path for path in out.iterdir() if path.is_dir())
    assert content(hidden / place.KEPT) == dict.fromkeys(("provenance.json", "summary.csv"), "old")
    assert content(out) == {"notes.txt": "mine"}


@pytest.mark.parametrize("step", range(1, MOVES + 1))
def test_where_the_power_fails_there_is_no_provenance_or_all_is_there(tmp_path, step):
    """Nothing is put back: the process is gone at once."""
    out = tmp_path / "r"
    fill(out, OLD)
    code = (
        "import os, pathlib\n"
        "from ldip.report.folder.files import result_folder\n"
        "real, count = os.replace, [0]\n"
        "def replace(path, target):\n"
        "    real(path, target)\n"
        "    count[0] += 1\n"
        f"    if count[0] == {step}: os._exit(9)\n"
        "os.replace = replace\n"
        f"with result_folder(pathlib.Path({str(out)!r})) as folder:\n"
        f"    for name, text in {NEW!r}.items(): (folder / name).write_text(text)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    found = content(out)
    if "provenance.json" in found:
        assert step == MOVES
        assert found == OLD | NEW
    assert found["notes.txt"] == "mine"


@pytest.mark.parametrize("step", range(1, MOVES + 1))
def test_an_interruption_during_the_moves_waits_for_them(out, moves, step):
    moves[1].append(lambda number: signal.raise_signal(signal.SIGINT) if number == step else None)
    with pytest.raises(KeyboardInterrupt):
        write_new(out)
    assert content(out) == OLD | NEW
    assert not [path for path in out.iterdir() if path.is_dir()]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("name", [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)])
def test_a_signal_that_ends_the_program_leaves_no_hidden_folder(tmp_path, name):
    out = tmp_path / "new" / "r"
    code = (
        "import pathlib, signal\n"
        "from ldip.report.folder.files import result_folder\n"
        f"signal.signal(signal.{name}, signal.SIG_DFL)\n"
        f"with result_folder(pathlib.Path({str(out)!r})) as folder:\n"
        "    (folder / 'half').write_text('half')\n"
        f"    signal.raise_signal(signal.{name})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == 128 + getattr(signal, name)
    assert list(tmp_path.iterdir()) == []


def test_signals_are_left_alone_outside_the_main_thread(out):
    faults = []

    def work() -> None:
        try:
            write_new(out)
        except BaseException as error:
            faults.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert not faults
    assert content(out) == OLD | NEW


def test_a_block_that_fails_leaves_no_new_folder_behind(tmp_path):
    with pytest.raises(TypeError), result_folder(tmp_path / "a" / "b") as folder:
        fill(folder, NEW | {"half": 1})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_way_is_nobodys_to_replace(out):
    (out / "probabilities.csv").mkdir()
    with pytest.raises(InputError, match=r"where the file probabilities\.csv is to be"):
        write_new(out)
    assert content(out) == OLD


def test_a_file_is_whole_or_as_it_was(tmp_path, moves):
    path = tmp_path / ("p" * 255)  # as long as a name may be
    write_file(path, "first\n")

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    moves[1].append(stop)
    with pytest.raises(KeyboardInterrupt):
        write_file(path, "second\n")
    assert {found.name: found.read_bytes() for found in tmp_path.iterdir()} == {path.name: b"first\n"}


def test_a_place_that_cannot_be_written_to_is_told_before_the_work(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    for path in (tmp_path, tmp_path / "file" / "page.html"):
        with pytest.raises(InputError, match="Choose another file with --out"):
            check_writable(path)
    with pytest.raises(InputError, match="Choose another folder with --out"), result_folder(tmp_path / "file" / "r"):
        pass


def test_records_become_rows_without_what_has_no_number(tmp_path):
    write_records(tmp_path / "r.csv", [{"a": 0.1, "b": None, "c": {"in": 1}}, {"a": -0.0, "b": "x, y", "c": {}}])
    assert (tmp_path / "r.csv").read_bytes() == b'a,b\n0.1,\n0,"x, y"\n'


def test_a_figure_that_is_no_number_never_becomes_json():
    assert json_text({"a": None}) == '{"a": null}'
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="not JSON compliant"):
            json_text({"a": value})
