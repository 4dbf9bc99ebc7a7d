"""What is made of rows of runs, compiled: order statistics and values in windows without sorting, and sums.

The same figures as the NumPy forms (``summary.py``, ``selection.py``), which say what is meant (tested). A row is
laid out in CELLS of equal width. Only the cells that hold a wanted rank, or a part of a window, are looked into; of
the rest it is enough to know how many values they hold. That is a few instructions a value, where sorting takes many.
Importing this module loads numba.
"""

import numpy as np

from ldip.analysis.selection import INSIDE
from ldip.model.compiled import entry, inner
from ldip.model.drivers import BLOCK

CELLS = 2048
"""Cells of a whole row."""

CUT_CELLS = 1024
"""Cells of a row of a batch: one below the outermost edges, one above."""

TIED = CUT_CELLS
"""The cell, beyond these, of values that are all the same and on an edge: a rate at its bound, a need of nothing."""

SURE, UNSURE = 1, 2
"""Kinds of cells of a row of a batch: inside a window, or an edge's. All others are outside."""

SAMPLE = 1024
"""Runs whose values the cells of :func:`select` span."""

SMALL = 16
"""Values that are sorted by insertion."""


@inner
def _cells(row, low, per_width, last, cells):
    """The cell of every value, from `low` on, up to the last."""
    for run in range(row.shape[0]):
        cells[run] = np.int32(min(max((row[run] - low) * per_width, 0.0), last))


@inner
def _apart(row, tied, cells):
    """Put the values that are all the same into a cell of their own."""
    for run in range(row.shape[0]):
        cells[run] = TIED if row[run] == tied else cells[run]


@inner
def _sort(values, start, stop, stack):
    """Sort values[start:stop]: quicksort that puts what equals the pivot aside, for there are ties of many."""
    stack[0], stack[1], top = start, stop, 2
    while top:
        top -= 2
        start, stop = stack[top], stack[top + 1]
        while stop - start > SMALL:
            one, two, three = values[start], values[(start + stop) // 2], values[stop - 1]
            pivot = max(min(one, two), min(max(one, two), three))
            less, equal, more = start, start, stop  # [start, less) < pivot, [less, equal) = pivot, [more, stop) >
            while equal < more:
                value = values[equal]
                if value < pivot:
                    values[equal], values[less] = values[less], value
                    less += 1
                    equal += 1
                elif value > pivot:
                    more -= 1
                    values[equal], values[more] = values[more], value
                else:
                    equal += 1
            # The larger part waits, so that the stack is never deeper than the logarithm of the values.
            if less - start < stop - more:
                stack[top], stack[top + 1], stop = more, stop, less
            else:
                stack[top], stack[top + 1], start = start, less, more
            top += 2
        for i in range(start + 1, stop):
            value, j = values[i], i
            while j > start and values[j - 1] > value:
                values[j] = values[j - 1]
                j -= 1
            values[j] = value


@entry("void(float64[:, ::1], float64[::1], float64[::1], int64[::1], float64[:, ::1])")
def _select(values, low, per_width, ranks, found):
    runs = values.shape[1]
    cells, held = np.empty(runs, np.uint16), np.empty(CELLS, np.int64)
    inspected, ends = np.empty(CELLS, np.int64), np.empty(CELLS, np.int64)
    places, position = np.empty(runs + 1, np.int64), np.empty(ranks.shape[0], np.int64)
    taken, stack = np.empty(runs), np.empty(256, np.int64)
    for row in range(values.shape[0]):
        _cells(values[row], low[row], per_width[row], CELLS - 1.0, cells)
        for cell in range(CELLS):  # no slice assignment: numba takes seconds to compile one
            held[cell] = 0
        for run in range(runs):
            held[cells[run]] += 1
        below = room = rank = 0
        for cell in range(CELLS):
            after = below + held[cell]
            inspected[cell] = rank < ranks.shape[0] and ranks[rank] < after
            if inspected[cell]:
                ends[cell] = room
                while rank < ranks.shape[0] and ranks[rank] < after:
                    position[rank] = room + ranks[rank] - below
                    rank += 1
                room += held[cell]
            below = after
        noted = 0
        for run in range(runs):  # no branch: a processor would guess wrong wherever values of both kinds mix
            places[noted] = run
            noted += inspected[cells[run]]
        for i in range(noted):
            cell = cells[places[i]]
            taken[ends[cell]] = values[row, places[i]]
            ends[cell] += 1
        for cell in range(CELLS):
            if inspected[cell]:
                _sort(taken, ends[cell] - held[cell], ends[cell], stack)
        for rank in range(ranks.shape[0]):
            found[row, rank] = taken[position[rank]]


@inner
def _folded(x, first, sums, squares):
    """The deviations of a block, and their squares, folded three times: 128 of each."""
    for i in range(BLOCK // 8):
        a, b = x[i] - first, x[i + BLOCK // 8] - first
        c, d = x[i + 2 * BLOCK // 8] - first, x[i + 3 * BLOCK // 8] - first
        e, f = x[i + 4 * BLOCK // 8] - first, x[i + 5 * BLOCK // 8] - first
        g, h = x[i + 6 * BLOCK // 8] - first, x[i + 7 * BLOCK // 8] - first
        sums[i] = ((a + e) + (c + g)) + ((b + f) + (d + h))
        squares[i] = ((a * a + e * e) + (c * c + g * g)) + ((b * b + f * f) + (d * d + h * h))


@inner
def _sum(x):
    """Of BLOCK / 8 numbers, as NumPy adds up 128: eight sums of every eighth, then those."""
    a = b = c = d = e = f = g = h = 0.0
    for i in range(0, BLOCK // 8, 8):
        a, b, c, d = a + x[i], b + x[i + 1], c + x[i + 2], d + x[i + 3]
        e, f, g, h = e + x[i + 4], f + x[i + 5], g + x[i + 6], h + x[i + 7]
    return ((a + b) + (c + d)) + ((e + f) + (g + h))


@inner
def _take_block(values, row, start, first, block):
    """Copy up to BLOCK numbers of a row; where there are fewer, those that follow do not deviate from the first."""
    size = min(BLOCK, values.shape[1] - start)
    for i in range(size):
        block[i] = values[row, start + i]
    for i in range(size, BLOCK):
        block[i] = first
    return size


@inner
def _divide_block(values, row, start, size, block):
    """Divide what was taken by what another row has in its place."""
    for i in range(size):
        block[i] /= values[row, start + i]


@entry("void(float64[:, ::1], float64[::1], float64[:, :, ::1])")
def _block_sums(values, first, sums):
    block, folded, squares = np.empty(BLOCK), np.empty(BLOCK // 8), np.empty(BLOCK // 8)
    for row in range(values.shape[0]):
        for place in range(sums.shape[2]):
            _take_block(values, row, place * BLOCK, first[row], block)
            _folded(block, first[row], folded, squares)
            sums[0, row, place], sums[1, row, place] = _sum(folded), _sum(squares)


@entry(
    "void(float64[:, ::1], int64[::1], float64[::1], float64[::1], float64[::1], float64[:, ::1], int64[:, ::1],"
    " int64[:, ::1], float64[:, :, ::1])"
)
def _cut(values, divisors, first, low, per_width, edges, edge_cells, counts, sums):
    edges_of_row = edges.shape[1]
    block, folded, squares = np.empty(BLOCK), np.empty(BLOCK // 8), np.empty(BLOCK // 8)
    cells, held = np.empty(BLOCK, np.uint16), np.empty(CUT_CELLS + 1, np.int32)
    kind = np.zeros(CUT_CELLS + 1, np.uint8)
    below = np.empty(CUT_CELLS, np.uint8)  # of the cells of edges: how many edges surely are
    places = np.empty(BLOCK + 1, np.int64)
    edge = np.empty(edges_of_row + 1)
    edge[edges_of_row] = np.inf
    for row in range(edges.shape[0]):
        for cell in range(CUT_CELLS + 1):
            held[cell] = 0
        for k in range(0, edges_of_row, 2):
            for cell in range(edge_cells[row, k] + 1, edge_cells[row, k + 1]):
                kind[cell] = SURE
        tied, tied_edge = 0.0, -1
        for k in range(edges_of_row - 1, -1, -1):
            edge[k] = edges[row, k]
            kind[edge_cells[row, k]] = UNSURE
            below[edge_cells[row, k]] = k
            if edge[k] == edge[k + 1]:
                tied, tied_edge = edge[k], k
        kept = 0
        for place in range(sums.shape[2]):  # a block at a time, which stays in the cache
            size = _take_block(values, row, place * BLOCK, first[row], block)
            if divisors[row] >= 0:
                _divide_block(values, divisors[row], place * BLOCK, size, block)
            _folded(block, first[row], folded, squares)
            sums[0, row, place], sums[1, row, place] = _sum(folded), _sum(squares)
            _cells(block, low[row], per_width[row], CUT_CELLS - 1.0, cells)
            if tied_edge >= 0:
                _apart(block, tied, cells)
            noted = 0
            for run in range(size):
                cell = cells[run]
                held[cell] += 1
                places[noted] = run
                noted += kind[cell] != 0
            unsure = 0
            for i in range(noted):
                run = places[i]
                sure = kind[cells[run]] == SURE
                values[row, kept] = block[run]  # over what was taken before
                kept += sure
                places[unsure] = run
                unsure += 1 - sure
            for i in range(unsure):
                value = block[places[i]]
                k = int(below[cells[places[i]]])
                while edge[k] < value:
                    k += 1
                on = k < edges_of_row and edge[k] == value
                counts[row, 2 * k + on] += 1
                values[row, kept] = value
                kept += 1 if k % 2 and not on else 0
        if tied_edge >= 0:
            counts[row, 2 * tied_edge + 1] += held[TIED]
        cell = 0
        for k in range(edges_of_row + 1):  # whole cells between one edge's and the next
            last = edge_cells[row, k] if k < edges_of_row else CUT_CELLS
            between = 0
            for cell_between in range(cell, last):
                between += held[cell_between]
            counts[row, 2 * k] += between
            cell = max(cell, last + 1)
        for k in range(0, edges_of_row, 2):  # only what was set, for the next row
            for cell in range(edge_cells[row, k], edge_cells[row, k + 1] + 1):
                kind[cell] = 0


def block_sums(values: np.ndarray, first: np.ndarray) -> np.ndarray:
    """As ``summary.block_sums``, added in the same order."""
    sums = np.empty((2, len(values), -(-values.shape[1] // BLOCK)))
    _block_sums(np.ascontiguousarray(values), first, sums)
    return sums


def select(values: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Order statistics of each row of `values` (row, run): those of the `ranks`, which rise, from 0 (row, rank)."""
    sample = values[:, :SAMPLE]  # says where most values are; what lies beyond is in the outermost cells
    low, per_width = _scale(sample.min(axis=1), sample.max(axis=1), CELLS)
    found = np.empty((len(values), len(ranks)))
    _select(np.ascontiguousarray(values), low, per_width, ranks, found)
    return found


def _scale(low: np.ndarray, high: np.ndarray, cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the cells of each row begin, and how many there are to a unit; none where they have no width."""
    with np.errstate(invalid="ignore"):
        width = high - low
    wide = (width > 0.0) & (width < np.inf)
    return np.where(wide, low, 0.0), np.where(wide, cells / np.where(wide, width, 1.0), 0.0)


def cut(
    values: np.ndarray, edges: np.ndarray, first: np.ndarray, divisors: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
    """What windows keep of the first rows of `values` (row, run), each divided by the row of its place in `divisors`
    unless that is negative; the order of runs does not matter. `edges` (row, edge) are as in selection.py.

    Returns how many values are in each class (row, class), those inside windows for each row, and their block_sums,
    deviations being from `first` (row,). All at once, because reading so many values takes as long as adding them up.
    The rows are overwritten.
    """
    finite = np.isfinite(edges)
    lowest, highest = np.where(finite, edges, np.inf).min(axis=1), np.where(finite, edges, -np.inf).max(axis=1)
    low, per_width = _scale(lowest, highest, CUT_CELLS - 3)
    low -= np.divide(1.0, per_width, out=np.zeros_like(low), where=per_width > 0.0)
    with np.errstate(invalid="ignore"):  # an infinite edge of a row without width: any cell, there is only one
        places = np.nan_to_num((edges - low[:, None]) * per_width[:, None], nan=0.0)
    edge_cells = np.clip(places, 0.0, CUT_CELLS - 1.0).astype(np.int64)
    counts = np.zeros((len(edges), 2 * edges.shape[1] + 1), dtype=np.int64)
    sums = np.empty((2, len(edges), -(-values.shape[1] // BLOCK)))
    _cut(values, divisors, first, low, per_width, edges, edge_cells, counts, sums)
    stops = np.cumsum(counts[:, INSIDE].sum(axis=1)).tolist()
    starts = [0, *stops[:-1]]
    inside = np.concatenate([row[: stop - start] for row, start, stop in zip(values, starts, stops, strict=False)])
    return counts, [inside[start:stop] for start, stop in zip(starts, stops, strict=True)], sums
