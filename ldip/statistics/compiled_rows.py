"""What is made of rows of runs, compiled: order statistics and values in windows without sorting, and sums.

Order statistics and sums are those of the NumPy forms in ``summary.py``, windows those of ``selection.py`` (tested).
A row is laid out in cells of equal width. Only the cells that hold a wanted rank, or a part of a window, are looked
into; of the rest it is enough to know how many values they hold. That is a few instructions a value, where sorting
takes many. Importing this module loads numba.
"""

import numpy as np

from ldip.model.drivers import BLOCK
from ldip.model.engine.compiled import entry, inner

CELLS, EACH = 2048, 8
"""The most cells of a row, and for how many values there is one."""

CUT_CELLS = 1024
"""Cells of a row of a batch: one below the outermost edges, one above."""

TIED = CUT_CELLS
"""The cell, beyond these, of values that are all the same and on an edge: a rate at its bound, a need of nothing."""

SAMPLE = 1024
"""Values that the cells of :func:`select` span: they say where most are, and what lies beyond is in the outermost."""

SMALL = 16
"""Values that are sorted by insertion."""


@inner
def _cells(row, low, per_width, last, cells):
    """The cell of every value, from `low` on, up to the last."""
    for run in range(row.shape[0]):
        cells[run] = np.int32(min(max((row[run] - low) * per_width, 0.0), last))


@inner
def _note(cells, size, kind, held, places):
    """The places of the first `size` cells of another kind than zero, and how many; all counted in `held`.

    No branch, because a processor would guess wrong wherever values of both kinds mix; and four at a time, because
    where to write the next place is known only when those before are counted.
    """
    noted, fours = np.uint64(0), size - size % 4
    for run in range(0, fours, 4):
        a, b, c, d = cells[run], cells[run + 1], cells[run + 2], cells[run + 3]
        held[a] += 1
        held[b] += 1
        held[c] += 1
        held[d] += 1
        one = np.uint64(kind[a])
        two = one + np.uint64(kind[b])
        three = two + np.uint64(kind[c])
        places[noted], places[noted + one] = run, run + 1
        places[noted + two], places[noted + three] = run + 2, run + 3
        noted += three + np.uint64(kind[d])
    for run in range(fours, size):
        held[cells[run]] += 1
        places[noted] = run
        noted += np.uint64(kind[cells[run]])
    return np.int64(noted)


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


@inner
def _spanned(x, cells):
    """Where the cells of some values begin, and how many there are to a unit; none if they have no width."""
    low = high = x[0]
    for i in range(min(x.shape[0], SAMPLE)):
        low, high = min(low, x[i]), max(high, x[i])
    if 0.0 < high - low < np.inf:
        return low, cells / (high - low)
    return 0.0, 0.0


@entry("void(float64[:, ::1], int64[::1], int64[:, ::1], int64[:, :, ::1], float64[:, :, ::1])")
def _select(values, starts, sizes, ranks, found):
    longest = 1
    for row in range(sizes.shape[0]):
        for part in range(sizes.shape[1]):
            longest = max(longest, sizes[row, part])
    cells, held = np.empty(longest, np.uint16), np.empty(CELLS, np.int64)
    again = np.empty(CELLS, np.int64)  # what is counted a second time; not read
    inspected, ends = np.empty(CELLS, np.uint8), np.empty(CELLS, np.int64)
    places, position = np.empty(longest + 4, np.int64), np.empty(ranks.shape[2], np.int64)
    taken, stack = np.empty(longest), np.empty(256, np.int64)
    for row in range(sizes.shape[0]):
        for part in range(sizes.shape[1]):
            size, of = sizes[row, part], ranks[row, part]
            first = 0
            while first < of.shape[0] and of[first] < 0:
                first += 1
            if first == of.shape[0] or of[first] >= size:
                continue
            x = values[row, starts[part] : starts[part] + size]
            last = min(CELLS - 1, size // EACH)
            low, per_width = _spanned(x, last + 1.0)
            _cells(x, low, per_width, float(last), cells)
            for cell in range(last + 1):  # no slice assignment: numba takes seconds to compile one
                held[cell] = 0
            for i in range(size):
                held[cells[i]] += 1
            below = room = 0
            rank = first
            for cell in range(last + 1):
                after = below + held[cell]
                inspected[cell] = rank < of.shape[0] and of[rank] < after
                if inspected[cell]:
                    ends[cell] = room
                    while rank < of.shape[0] and of[rank] < after:
                        position[rank] = room + of[rank] - below
                        rank += 1
                    room += held[cell]
                below = after
            for i in range(_note(cells, size, inspected, again, places)):
                cell = cells[places[i]]
                taken[ends[cell]] = x[places[i]]
                ends[cell] += 1
            for cell in range(last + 1):
                if inspected[cell]:
                    _sort(taken, ends[cell] - held[cell], ends[cell], stack)
            for known in range(first, rank):
                found[row, part, known] = taken[position[known]]


@inner
def _sum(x):
    """Of BLOCK / 8 numbers, as NumPy adds up 128: eight sums of every eighth, then those."""
    a = b = c = d = e = f = g = h = 0.0
    for i in range(0, BLOCK // 8, 8):
        a, b, c, d = a + x[i], b + x[i + 1], c + x[i + 2], d + x[i + 3]
        e, f, g, h = e + x[i + 4], f + x[i + 5], g + x[i + 6], h + x[i + 7]
    return ((a + b) + (c + d)) + ((e + f) + (g + h))


@inner
def _sums(x, size, first, sums, squares):
    """Of the deviations of the first `size` of BLOCK numbers, and of their squares, folded three times to 128 each.
    The numbers that follow are made not to deviate."""
    for i in range(size, BLOCK):
        x[i] = first
    for i in range(BLOCK // 8):
        a, b = x[i] - first, x[i + BLOCK // 8] - first
        c, d = x[i + 2 * BLOCK // 8] - first, x[i + 3 * BLOCK // 8] - first
        e, f = x[i + 4 * BLOCK // 8] - first, x[i + 5 * BLOCK // 8] - first
        g, h = x[i + 6 * BLOCK // 8] - first, x[i + 7 * BLOCK // 8] - first
        sums[i] = ((a + e) + (c + g)) + ((b + f) + (d + h))
        squares[i] = ((a * a + e * e) + (c * c + g * g)) + ((b * b + f * f) + (d * d + h * h))
    return _sum(sums), _sum(squares)


@entry("void(float64[:, ::1], float64[::1], float64[:, :, ::1])")
def _block_sums(values, first, sums):
    block, folded, squares = np.empty(BLOCK), np.empty(BLOCK // 8), np.empty(BLOCK // 8)
    for row in range(values.shape[0]):
        for place in range(sums.shape[2]):
            start = place * BLOCK
            size = min(BLOCK, values.shape[1] - start)
            for i in range(size):
                block[i] = values[row, start + i]
            sums[0, row, place], sums[1, row, place] = _sums(block, size, first[row], folded, squares)


@inner
def _lay_out(x, prices, low, per_width, tied, block, cells):
    """Copy numbers, divided by `prices` if there are any, and say in which cells they are: in one loop, so that the
    rest is worked out while memory is waited for."""
    for i in range(x.shape[0]):
        value = x[i] if prices is None else x[i] / prices[i]
        block[i] = value
        cells[i] = np.int32(TIED if value == tied else min(max((value - low) * per_width, 0.0), CUT_CELLS - 1.0))


@entry(
    "void(float64[:, ::1], int64[::1], float64[::1], float64[::1], float64[::1], float64[:, ::1], int64[:, ::1],"
    " int64[:, ::1], uint8[:, ::1], float64[:, :, ::1])"
)
def _cut(values, divisors, first, low, per_width, edges, edge_cells, counts, windows, sums):
    edges_of_row = edges.shape[1]
    block, folded, squares = np.empty(BLOCK), np.empty(BLOCK // 8), np.empty(BLOCK // 8)
    cells, held = np.empty(BLOCK, np.uint16), np.empty(CUT_CELLS + 1, np.int32)
    kind, sure = np.zeros(CUT_CELLS + 1, np.uint8), np.empty(CUT_CELLS, np.int64)  # 1: of a window, or of its edges
    about = np.empty(CUT_CELLS, np.uint8)  # the window a cell is surely in; else how many edges are surely below
    places = np.empty(BLOCK + 4, np.int64)
    edge = np.empty(edges_of_row + 1)
    edge[edges_of_row] = np.inf
    for row in range(edges.shape[0]):
        for cell in range(CUT_CELLS + 1):
            held[cell] = 0
        for k in range(0, edges_of_row, 2):
            for cell in range(edge_cells[row, k] + 1, edge_cells[row, k + 1]):
                kind[cell], sure[cell], about[cell] = 1, 1, k // 2
        tied, tied_edge = np.nan, -1
        for k in range(edges_of_row - 1, -1, -1):
            edge[k] = edges[row, k]
            cell = edge_cells[row, k]
            kind[cell], sure[cell], about[cell] = 1, 0, k
            if edge[k] == edge[k + 1]:
                tied, tied_edge = edge[k], k
        kept = 0
        for place in range(sums.shape[2]):  # a block at a time, which stays in the cache
            start = place * BLOCK
            size = min(BLOCK, values.shape[1] - start)
            x = values[row, start : start + size]
            if divisors[row] < 0:
                _lay_out(x, None, low[row], per_width[row], tied, block, cells)
            else:
                prices = values[divisors[row], start : start + size]
                _lay_out(x, prices, low[row], per_width[row], tied, block, cells)
            noted, unsure = _note(cells, size, kind, held, places), 0
            for i in range(noted):
                run = places[i]
                cell = cells[run]
                values[row, kept], windows[row, kept] = block[run], about[cell]  # over what was taken before
                kept += sure[cell]
                places[unsure] = run
                unsure += 1 - sure[cell]
            for i in range(unsure):
                value, k = block[places[i]], int(about[cells[places[i]]])
                k += edge[k] < value
                while edge[k] < value:  # seldom: two edges in a cell
                    k += 1
                on = k < edges_of_row and edge[k] == value
                counts[row, 2 * k + on] += 1
                values[row, kept], windows[row, kept] = value, k // 2
                kept += (k % 2) & (not on)
            sums[0, row, place], sums[1, row, place] = _sums(block, size, first[row], folded, squares)
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


@entry(
    "void(float64[:, ::1], uint8[:, ::1], int64[::1], float64[:, ::1], float64[:, ::1], int64[::1], int64[:, ::1])"
)
def put(taken, windows, kept, edges, values, starts, counts):
    """Put the first values `taken` of each row (row, place), `kept` (row,) of them, where their `windows` start in
    `values`, behind those that are there; count them all, by class, for newer `edges` may leave some out."""
    for row in range(edges.shape[0]):
        for i in range(kept[row]):
            value, window = taken[row, i], int(windows[row, i])
            low, high = edges[row, 2 * window], edges[row, 2 * window + 1]
            if low < value < high:
                values[row, starts[window] + counts[row, 4 * window + 2]] = value
                counts[row, 4 * window + 2] += 1
            elif value <= low:
                counts[row, 4 * window + (value == low)] += 1
            else:
                counts[row, 4 * window + 4 - (value == high)] += 1


@entry("void(float64[:, ::1], int64[::1], int64[:, ::1], float64[:, ::1], int64[:, ::1])")
def narrow(values, starts, sizes, edges, counts):
    """Keep, of so many values in each window (row, window), those between new `edges`; count them all, by class."""
    for row in range(edges.shape[0]):
        for window in range(sizes.shape[1]):
            low, high, size = edges[row, 2 * window], edges[row, 2 * window + 1], sizes[row, window]
            x = values[row, starts[window] : starts[window] + size]
            below = above = on_low = on_high = kept = 0
            for i in range(size):
                below, above = below + (x[i] < low), above + (x[i] > high)
                on_low, on_high = on_low + (x[i] == low), on_high + (low < x[i] == high)
            for i in range(size):  # no branch, as in _note
                value = x[i]
                x[kept] = value
                kept += low < value < high
            counts[row, 4 * window] += below
            counts[row, 4 * window + 1] += on_low
            counts[row, 4 * window + 2] += kept
            counts[row, 4 * window + 3] += on_high
            counts[row, 4 * window + 4] += above


def block_sums(values: np.ndarray, first: np.ndarray) -> np.ndarray:
    """As ``summary.block_sums``, added in the same order."""
    sums = np.empty((2, len(values), -(-values.shape[1] // BLOCK)))
    _block_sums(np.ascontiguousarray(values), first, sums)
    return sums


def select(values: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Order statistics of each row of `values` (row, run): those of the `ranks`, which rise, from 0 (row, rank)."""
    rows, runs = values.shape
    whole, of_all = np.full((rows, 1), runs), np.broadcast_to(ranks, (rows, 1, len(ranks)))
    return select_parts(np.ascontiguousarray(values), np.zeros(1, np.int64), whole, of_all)[:, 0]


def select_parts(values: np.ndarray, starts: np.ndarray, sizes: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Order statistics (row, part, rank) of the parts of rows of `values` that begin at `starts` (part,) and have so
    many values (row, part): those of the `ranks` (row, part, rank), which rise; NaN for those that there are not."""
    found = np.full(ranks.shape, np.nan)
    _select(values, starts, np.array(sizes, order="C"), np.array(ranks, order="C"), found)
    return found


def cut(
    values: np.ndarray, edges: np.ndarray, first: np.ndarray, divisors: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What windows keep of the first rows of `values` (row, run), each divided by the row of its place in `divisors`
    unless that is negative; the order of runs does not matter. `edges` (row, edge) are as in selection.py.

    Those inside windows come to the left of each row, over what was there. Returns how many are in each class (row,
    class), in which windows those are that were kept (row, place), and block_sums, deviations being from `first`
    (row,): all at once, because reading so many values takes as long as adding them up.
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
    windows = np.empty((len(edges), values.shape[1]), dtype=np.uint8)
    _cut(values, divisors, first, low, per_width, edges, edge_cells, counts, windows, sums)
    return counts, windows, sums


def _scale(low: np.ndarray, high: np.ndarray, cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the cells of each row begin, and how many there are to a unit; none where they have no width."""
    with np.errstate(invalid="ignore"):
        width = high - low
    wide = (width > 0.0) & (width < np.inf)
    return np.where(wide, low, 0.0), np.where(wide, cells / np.where(wide, width, 1.0), 0.0)
