"""Put finished files in their place: whole or not at all, whatever happens on the way."""

import contextlib
import os
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

PROVENANCE = "provenance.json"
"""Out of a folder before anything else and in after everything else: a folder without it is not finished."""

HIDDEN = ".ldip-"
"""How the folder begins in which files are made before they are moved into place."""

KEPT = ".before"
"""Where in it the old files wait until the new ones are in place."""

HELD = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Signals that end a program; Windows has no SIGHUP."""


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file of text (UTF-8, line feeds) or bytes, whole or not at all. Raises OSError."""
    # A short name, because that of `path` may be as long as names get.
    beside = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with beside.open("xb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def open_inside(out: Path) -> tuple[Path, list[Path]]:
    """Make a hidden folder in the folder `out`, which is made too where it is not there; return it, and all the
    folders made on the way to it from the outermost. Raises OSError, leaving nothing.

    Inside and not beside, because who may write in a folder need not be allowed to in the one that it stands in, and
    because files are moved in one stroke only where they already are on the same disk.
    """
    if out.exists() and not (out.is_dir() and os.access(out, os.W_OK)):
        raise NotADirectoryError(20, "is not a folder that can be written to")
    missing = [folder for folder in (*reversed(out.parents), out) if not folder.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=HIDDEN, dir=out)), missing
    except BaseException:
        remove_empty(missing)
        raise


def remove_empty(folders: list[Path]) -> None:
    """Remove those of the folders, each inside the one before it, that are empty."""
    for folder in reversed(folders):
        with contextlib.suppress(OSError):
            folder.rmdir()


def move_all(beside: Path, out: Path) -> None:
    """Move the files of `beside` into `out`; if anything comes between, put everything back as it was.

    Old provenance goes out first and new provenance in last, so that a folder that the power failed on says of itself
    that it is not finished. Raises OSError, and whatever else came between.
    """
    new = sorted(beside.iterdir(), key=lambda path: (path.name == PROVENANCE, path.name))
    kept = beside / KEPT
    kept.mkdir()
    moved: list[tuple[Path, Path]] = []  # where a file was and where it is, noted before it is moved

    def move(path: Path, target: Path) -> None:
        moved.append((path, target))
        os.replace(path, target)

    try:
        for path in (*new[-1:], *new[:-1]) if new and new[-1].name == PROVENANCE else new:
            target = out / path.name
            if target.is_dir():  # somebody's folder is not ours to replace
                raise IsADirectoryError(21, f"{target.name} is a folder")
            if os.path.lexists(target):
                move(target, kept / path.name)
        for path in new:
            move(path, out / path.name)
    except BaseException:
        for was, now in reversed(moved):
            if os.path.lexists(now):
                with contextlib.suppress(OSError):  # one that cannot be put back does not keep the others from it
                    os.replace(now, was)
        raise


def throw_away(beside: Path) -> None:
    """Remove a hidden folder, unless old files are left in it that could not be put back."""
    kept = beside / KEPT
    if not kept.is_dir() or not any(kept.iterdir()):
        shutil.rmtree(beside, ignore_errors=True)


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Let signals that end the program wait until the block is done: it is a matter of milliseconds.

    Python lets only the main thread decide on signals; in another one they are not held.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in HELD}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        for number in dict.fromkeys(came):
            signal.raise_signal(number)


@contextlib.contextmanager
def signals_told() -> Iterator[None]:
    """Have signals that would end the program on the spot end the block in order: it may have files to remove.

    Where the program has decided on a signal itself, or is to live through it (``nohup``), that holds.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, _: object) -> None:
        raise SystemExit(128 + number)  # as a shell tells of it

    sudden = [number for number in HELD if signal.getsignal(number) == signal.SIG_DFL]
    for number in sudden:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in sudden:
            signal.signal(number, signal.SIG_DFL)
