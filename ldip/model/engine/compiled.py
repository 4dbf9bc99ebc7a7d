"""The door to numba for loops over plain arrays. Importing it loads numba, so modules that use it are imported where
compiled code is asked for, never at the top of another module. (The accounts themselves are compiled by kernel.py.)
"""

from collections.abc import Callable
from typing import Any

import numba

from ldip.model.engine.kernel import cache_folder

vars(numba.config)["CACHE_DIR"] = str(cache_folder(numba.__version__))

_OPTIONS: dict[str, Any] = {"error_model": "numpy", "nogil": True}  # no fastmath: no engine may reorder sums


def entry(*signatures: str) -> Callable[[Any], Any]:
    """Compile a function that Python calls, for these types of arguments only, or load it as it was compiled."""
    compile_it: Callable[[Any], Any] = numba.njit(list(signatures), cache=True, **_OPTIONS)
    return compile_it


def inner(function: Any) -> Any:
    """Compile a function that only compiled ones of the same module call: no wrappers for Python."""
    without: Any = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return numba.njit(function, **without, **_OPTIONS)
