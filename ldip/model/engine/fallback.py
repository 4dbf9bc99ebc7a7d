"""What is compiled, loaded with care: where it can be neither loaded nor compiled, NumPy gives the same bits.

Compiled code lies in files of the user's, which may be damaged; in a container or a service there may be no place for
them; and numba may not run at all. None of this is a reason not to answer.
"""

import functools
import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ldip.errors import Notice
from ldip.model.engine import kernel
from ldip.text import Text

UNUSABLE = Text(
    "Den kompilerte regnemotoren kan ikke brukes her ({why}). NumPy gir de samme tallene, men bruker lengre tid.",
    "The compiled engine cannot be used here ({why}). NumPy gives the same figures, but takes longer.",
)

T = TypeVar("T")

failures: list[str] = []
"""Why nothing compiled can be used in this process: once is enough to know it."""


def attempt(load: Callable[[], T]) -> T | None:
    """What `load` gives. If it fails and there are files of an earlier time, these are dropped and it is tried once
    more; if that fails, too, there is a :class:`~ldip.errors.Notice`, once in a process, and None from then on."""
    if failures:
        return None
    try:
        from importlib.metadata import version

        folder = kernel.cache_folder(version("numba"))
        there_before = folder.exists()
        if not there_before:
            remove_older(folder)
        make_ready(folder)
        try:
            return load()
        except Exception:
            if not there_before:
                raise
            shutil.rmtree(folder, ignore_errors=True)
            make_ready(folder)
            return load()
    except Exception as error:  # whatever numba, LLVM, pickle or the file system may raise
        failures.append(" ".join(f"{type(error).__name__}: {error}".split())[:160])
        warnings.warn(Notice(UNUSABLE, why=failures[0]), stacklevel=2)
        return None


def make_ready(folder: Path) -> None:
    """Make the folder; an error if nothing can be written there, where numba would go elsewhere: to a place that does
    not know one version from another."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass


def remove_older(folder: Path) -> None:
    """Remove what other versions of this installation compiled: folders whose name begins with its mark."""
    mark = folder.name.partition("-")[0]
    for other in folder.parent.glob(f"{mark}-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


@functools.cache
def run_compiled() -> Callable[..., None] | None:
    """The compiled engine, which has run once, or None."""

    def load() -> Callable[..., None]:
        kernel.compiled.cache_clear()
        kernel.try_compiled()
        return kernel.run_compiled

    return attempt(load)
