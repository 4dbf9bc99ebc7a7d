"""The two engines that run the accounts over years and runs. With compiled.py the only module that knows numba.

Both call the same source, ``accounts.year.close_year``:

* :func:`run_numpy` calls it as it stands, on arrays over runs. There is nothing to import or compile, so a job of
  ten thousand runs is done before numba would have been loaded.
* :func:`run_compiled` calls it compiled by numba, for 256 runs (lanes) in the innermost loop, which the vectoriser
  turns into SIMD. Several times faster; pays from some tens of thousands of runs on.

They give the same bits (tested): the accounts use only ``+ - * /`` and selection, which IEEE 754 fixes, and no
engine may reorder them (no fastmath).
"""

import functools
import hashlib
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import chain
from pathlib import Path
from pkgutil import iter_modules
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from ldip.model import accounts
from ldip.model.accounts.choices import choose
from ldip.model.accounts.inputs import Opening, People, Plan, Projects, Weather
from ldip.model.accounts.year import LINES, Year, carry, close_year

LANES = 256
"""Runs in the innermost loop: weather, balance and accounts of 256 runs (a quarter of a MB) stay in the L2 cache."""

STRIDE = LANES + 8
"""Distance between the rows of a book: not a power of two, or all rows would share a few sets of the L1 cache."""

WEATHER = 0
PEOPLE = len(Weather._fields)
PROJECTS = PEOPLE + len(People._fields)
OPENING = PROJECTS + len(Projects._fields)
YEAR = OPENING + len(Opening._fields)
ROWS = YEAR + len(LINES)
"""First rows of the five tuples, and number of rows, in the book of one block: a flat array of rows STRIDE apart."""


def run_numpy(
    plan: np.ndarray,
    people: np.ndarray,
    projects: np.ndarray,
    weather: np.ndarray,
    opening: np.ndarray,
    lines: Sequence[int],
    ledger: np.ndarray,
    first: int = 0,
) -> None:
    """Close all years for the runs of `weather`, and write the chosen places of LINES into `ledger`.

    `plan` is (year, field of Plan), `people` (field of People, year, run) those beyond the plan (people/extra.py),
    `projects` (field of Projects, year, run), or (field, year, 1) where all runs have the same (projects/chance.py),
    `weather` (field of Weather, year, run), `opening` (field of Opening,), `ledger` (line, year, run) with room for
    the runs from `first` on.
    """
    runs = slice(first, first + weather.shape[2])
    balance = Opening(*opening)
    for t in range(plan.shape[0]):
        chance, extra, named = Weather(*weather[:, t]), People(*people[:, t]), Projects(*projects[:, t])
        closed = close_year(Plan(*plan[t]), chance, extra, named, balance)
        balance = carry(closed)
        figures = flat(closed)
        for place, line in enumerate(lines):
            ledger[place, t, runs] = figures[line]
        del closed, figures  # so that their memory can be the next year's


def flat(closed: Year) -> tuple[Any, ...]:
    """A year's figures in the order of LINES."""
    return tuple(chain.from_iterable(closed))


def run_compiled(
    plan: np.ndarray,
    people: np.ndarray,
    projects: np.ndarray,
    weather: np.ndarray,
    opening: np.ndarray,
    lines: Sequence[int],
    ledger: np.ndarray,
    first: int = 0,
) -> None:
    """As :func:`run_numpy`, compiled. Releases the GIL, so that chunks of runs can go to several threads."""
    # Whole arrays in C order and a place in them, not slices: another memory layout would be compiled anew.
    people, weather = np.ascontiguousarray(people), np.ascontiguousarray(weather)
    if projects.shape[2] != weather.shape[2]:
        projects = np.array(np.broadcast_to(projects, (*projects.shape[:2], weather.shape[2])))
    projects = np.ascontiguousarray(projects)
    compiled()(plan, people, projects, weather, opening, np.asarray(lines, dtype=np.int64), ledger, first)


def try_compiled() -> None:
    """Close one year of one run: whatever may fail has failed then."""
    people, projects, weather = (np.ones((len(of._fields), 1, 1)) for of in (People, Projects, Weather))
    plan, opening = np.ones((1, len(Plan._fields))), np.ones(len(Opening._fields))
    run_compiled(plan, people, projects, weather, opening, [0], np.empty((1, 1, 1)))


def close_block(plan, people, projects, weather, opening, lines, ledger, first_run):
    """Close all years of all runs, LANES runs at a time."""
    # copy() instead of slice assignment: numba's own alone would add five seconds of compilation.
    years, runs = plan.shape[0], weather.shape[2]
    book = np.empty(ROWS * STRIDE)
    for first in range(0, runs, LANES):
        lanes = min(LANES, runs - first)  # idle lanes of the last block: any real run
        for field in range(YEAR - OPENING):
            for lane in range(LANES):
                book[(OPENING + field) * STRIDE + lane] = opening[field]
        for t in range(years):
            fill_rows(book, WEATHER, weather, t, first, lanes)
            fill_rows(book, PEOPLE, people, t, first, lanes)
            fill_rows(book, PROJECTS, projects, t, first, lanes)
            close_lanes(book, read_plan(plan, t))
            for place in range(lines.shape[0]):
                row = (YEAR + lines[place]) * STRIDE
                copy(book[row : row + lanes], ledger[place, t, first_run + first : first_run + first + lanes])


def fill_rows(book, first_row, values, t, first, lanes):
    """Put one year of some runs of `values` (field, year, run) into the book; idle lanes take the first run."""
    for field in range(values.shape[0]):
        row = (first_row + field) * STRIDE
        copy(values[field, t, first : first + lanes], book[row : row + lanes])
        for lane in range(lanes, LANES):
            book[row + lane] = values[field, t, first]


def copy(source, target):
    """Copy one row of numbers; a loop of its own, over whole arrays, so that the compiler sees a plain copy."""
    for i in range(source.shape[0]):
        target[i] = source[i]


def close_lanes(book, plan):
    """Close one year for every lane of the book, and leave the closing balance as the next opening balance."""
    for lane in range(LANES):
        chance, extra, named = read_weather(book, lane), read_people(book, lane), read_projects(book, lane)
        closed = close_year(plan, chance, extra, named, read_opening(book, lane))
        write_year(book, lane, closed)
        write_opening(book, lane, carry(closed))


# Reading and writing whole tuples. These are the plain versions; compiled() puts the ones of _tuple_access in their
# place, which unroll the fields so that the lane loop has constant offsets into one array and vectorises.


def read_plan(plan, t):
    """The plan of year t."""
    return Plan(*plan[t])


def read_weather(book, lane):
    """One lane's weather."""
    return Weather(*book[WEATHER * STRIDE + lane : PEOPLE * STRIDE : STRIDE])


def read_people(book, lane):
    """One lane's extra people."""
    return People(*book[PEOPLE * STRIDE + lane : PROJECTS * STRIDE : STRIDE])


def read_projects(book, lane):
    """One lane's named projects."""
    return Projects(*book[PROJECTS * STRIDE + lane : OPENING * STRIDE : STRIDE])


def read_opening(book, lane):
    """One lane's opening balance."""
    return Opening(*book[OPENING * STRIDE + lane : YEAR * STRIDE : STRIDE])


def write_year(book, lane, closed):
    """Put one lane's accounts into the book."""
    book[YEAR * STRIDE + lane : ROWS * STRIDE : STRIDE] = flat(closed)


def write_opening(book, lane, balance):
    """Put one lane's next opening balance into the book."""
    book[OPENING * STRIDE + lane : YEAR * STRIDE : STRIDE] = balance


def must_compile() -> bool:
    """Would the compiled engine have to compile now, which takes some ten seconds, once per version?"""
    from importlib.metadata import version

    try:
        return compiled.cache_info().currsize == 0 and not cache_folder(version("numba")).exists()
    except Exception:  # no numba, or no folder that can be looked into: see fallback.py
        return False


@functools.cache
def compiled() -> Callable[..., None]:
    """Compile the accounts, or load them as an earlier process compiled them."""
    import numba

    vars(numba.config)["CACHE_DIR"] = str(cache_folder(numba.__version__))
    options: dict[str, Any] = {"error_model": "numpy", "nogil": True}
    # Inner functions are only called by each other: without wrappers for Python a third less to compile.
    inner = options | {"forceinline": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

    namespaces = [dict(vars(module)) for module in _accounts_modules()]
    own = dict(globals())
    of_rows: list[Any] = [close_lanes, copy, fill_rows]
    twins: dict[Any, Any] = {}
    functions_of = [(own, of_rows), *[(space, _functions(space)) for space in namespaces]]
    for namespace, functions in functions_of:
        for function in functions:
            source = COMPILED_FORMS.get(function, function)
            twin = FunctionType(source.__code__, namespace, function.__name__)
            twins[function] = numba.njit(twin, **inner)
    for namespace in (own, *namespaces):  # in which every function of the accounts is now its compiled self
        known = {name: value for name, value in namespace.items() if isinstance(value, FunctionType)}
        namespace |= {name: twins[value] for name, value in known.items() if value in twins}
    own |= _tuple_access()
    entry = FunctionType(close_block.__code__, own, close_block.__name__)
    entry.__module__ = __name__
    return numba.njit(entry, cache=True, **options)


def _accounts_modules() -> list[ModuleType]:
    """The chapters of the accounts and what they are written with."""
    return [import_module(f"{accounts.__name__}.{found.name}") for found in iter_modules(accounts.__path__)]


def _functions(namespace: dict[str, Any]) -> list[FunctionType]:
    """The functions that a module defines itself."""
    name = namespace["__name__"]
    return [f for f in namespace.values() if isinstance(f, FunctionType) and f.__module__ == name]


def _choose_one(condition, chosen, otherwise):
    return chosen if condition else otherwise


COMPILED_FORMS: dict[Any, Any] = {choose: _choose_one}
"""Functions of arrays, and what stands in their place in the compiled engine."""


def cache_folder(numba_version: str, sources: Path = Path(__file__).parents[1]) -> Path:
    """A cache of its own for every version of the source, since numba does not notice an edited callee; and for every
    installation, whose mark its name begins with, since numba compiles anew what lies elsewhere or is written again.
    """
    from click import get_app_dir

    files = sorted(sources.rglob("*.py"))
    digest = hashlib.sha256(numba_version.encode())
    for file in files:
        digest.update(f"{file} {file.stat().st_mtime_ns}".encode() + file.read_bytes())
    mark = hashlib.sha256(str(sources).encode()).hexdigest()[:8]
    return Path(get_app_dir("ldip")) / "compiled" / f"{mark}-{digest.hexdigest()[:16]}"


def _tuple_access() -> dict[str, Any]:
    """Compiled readers and writers of whole tuples: one load or store per field, at a constant offset."""
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    def pointer(context, builder, array_type, array, index):
        data = context.make_array(array_type)(context, builder, array).data
        return builder.gep(data, [index])

    def reader(tuple_class, first_row, by_year):
        size = len(tuple_class._fields)
        result = types.NamedUniTuple(types.float64, size, tuple_class)

        @intrinsic
        def read(typing_context, array, position):
            def generate(context, builder, signature, args):
                array_type, position_type = signature.args
                place = context.cast(builder, args[1], position_type, types.intp)
                if by_year:  # a row of a C-ordered (year, field) table
                    place = builder.mul(place, context.get_constant(types.intp, size))
                start = pointer(context, builder, array_type, args[0], place)
                step = 1 if by_year else STRIDE
                offsets = [context.get_constant(types.intp, (first_row + i) * step) for i in range(size)]
                values = [builder.load(builder.gep(start, [offset])) for offset in offsets]
                return context.make_tuple(builder, result, values)

            return result(array, position), generate

        return read

    def leaves(builder: Any, value: Any, value_type: Any) -> list[tuple[Any, Any]]:
        """The numbers of a tuple, or of the tuples in it, one after the other."""
        if not isinstance(value_type, types.BaseTuple):  # the Year, or a chapter of it
            return [(value, value_type)]
        parts = cgutils.unpack_tuple(builder, value, len(value_type))
        kinds: Any = value_type  # a tuple of types
        pairs = zip(parts, kinds, strict=True)
        return [leaf for part, kind in pairs for leaf in leaves(builder, part, kind)]

    def writer(first_row):
        @intrinsic
        def write(typing_context, array, lane, values):
            def generate(context, builder, signature, args):
                array_type, lane_type, values_type = signature.args
                place = context.cast(builder, args[1], lane_type, types.intp)
                start = pointer(context, builder, array_type, args[0], place)
                row = first_row
                for value, value_type in leaves(builder, args[2], values_type):
                    offset = context.get_constant(types.intp, row * STRIDE)
                    number = context.cast(builder, value, value_type, types.float64)
                    builder.store(number, builder.gep(start, [offset]))
                    row += 1
                return context.get_dummy_value()

            return types.void(array, lane, values), generate

        return write

    return {
        "read_plan": reader(Plan, 0, by_year=True),
        "read_weather": reader(Weather, WEATHER, by_year=False),
        "read_people": reader(People, PEOPLE, by_year=False),
        "read_projects": reader(Projects, PROJECTS, by_year=False),
        "read_opening": reader(Opening, OPENING, by_year=False),
        "write_year": writer(YEAR),
        "write_opening": writer(OPENING),
    }
