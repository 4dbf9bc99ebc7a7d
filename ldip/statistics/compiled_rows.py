"""What is made of rows of runs, compiled: order statistics without sorting, sums, and what windows leave.

The figures are those of the NumPy forms in ``summary.py`` and ``selection.py``, to the last bit (tested). Importing
this module loads numba.
"""

import numpy as np

from ldip.model.drivers import BLOCK
from ldip.model.engine.compiled import entry, inner

CELLS, EACH = 2048, 8
"""The most cells that :func:`select_parts` lays values out in, and for how many of them there is one."""

SAMPLE = 1024
"""Values that those cells span: they say where most are, and what lies beyond is in the outermost."""


@inner
def _spanned(x, cells):
    """Where the cells of some values begin, and how many there are to a unit; none if they have no width."""
    low = high = x[0]
    for i in range(min(x.shape[0], SAMPLE)):
        low, high = min(low, x[i]), max(high, x[i])
    if 0.0 < high - low < np.inf:
        return low, cells / (high - low)
    return 0.0, 0.0


@inner
def _find(x, ranks, found, cells, held, ends, wanted, places, taken):
    """Values of `x` at `ranks`, which rise; those there are not stay as they are. The rest is room to work in."""
    size, rank = x.shape[0], 0
    last = min(CELLS - 1, size // EACH)
    low, per_width = _spanned(x, last + 1.0)
    for cell in range(last + 1):
        held[cell] = 0
    for i in range(size):
        cells[i] = np.int32(min(max((x[i] - low) * per_width, 0.0), float(last)))
    for i in range(size):
        held[cells[i]] += 1
    while rank < ranks.shape[0] and ranks[rank] < 0:
        rank += 1
    known, below, room = rank, 0, 0
    for cell in range(last + 1):  # the cells with a wanted rank get room, one after the other
        ends[cell], before = room, rank
        while rank < ranks.shape[0] and ranks[rank] < below + held[cell]:
            found[rank] = room + ranks[rank] - below  # for now its place
            rank += 1
        wanted[cell] = rank > before
        room += held[cell] * wanted[cell]
        below += held[cell]
    noted = 0
    for i in range(size):  # no branch, because a processor would guess wrong
        places[noted] = i
        noted += wanted[cells[i]]
    for i in range(noted):
        cell = cells[places[i]]
        taken[ends[cell]] = x[places[i]]
        ends[cell] += 1
    for cell in range(last + 1):
        if wanted[cell]:
            taken[ends[cell] - held[cell] : ends[cell]].sort()
    for place in range(known, rank):
        found[place] = taken[int(found[place])]


@entry("void(float64[:, ::1], int64[::1], int64[:, ::1], int64[:, :, ::1], float64[:, :, ::1])")
def _select(values, starts, sizes, ranks, found):
    longest = 1
    for row in range(sizes.shape[0]):
        for part in range(sizes.shape[1]):
            longest = max(longest, sizes[row, part])
    cells, taken, places = np.empty(longest, np.uint16), np.empty(longest), np.empty(longest + 1, np.int64)
    held, ends, wanted = np.empty(CELLS, np.int64), np.empty(CELLS, np.int64), np.empty(CELLS, np.uint8)
    for row in range(sizes.shape[0]):
        for part in range(sizes.shape[1]):
            x = values[row, starts[part] : starts[part] + sizes[row, part]]
            of = ranks[row, part]
            if of[-1] >= 0 and of[0] < sizes[row, part]:
                _find(x, of, found[row, part], cells, held, ends, wanted, places, taken)


@inner
def _sum(x):
    """Of BLOCK / 8 numbers, as NumPy adds up 128: eight sums of every eighth, then those."""
    a = b = c = d = e = f = g = h = 0.0
    for i in range(0, BLOCK // 8, 8):
        a, b, c, d = a + x[i], b + x[i + 1], c + x[i + 2], d + x[i + 3]
        e, f, g, h = e + x[i + 4], f + x[i + 5], g + x[i + 6], h + x[i + 7]
    return ((a + b) + (c + d)) + ((e + f) + (g + h))


@entry("void(float64[:, ::1], float64[::1], float64[:, :, ::1])")
def _block_sums(values, first, sums):
    x, folded, squares = np.empty(BLOCK), np.empty(BLOCK // 8), np.empty(BLOCK // 8)
    for row in range(values.shape[0]):
        for place in range(sums.shape[2]):
            start = place * BLOCK
            size = min(BLOCK, values.shape[1] - start)
            for i in range(size):
                x[i] = values[row, start + i] - first[row]
            for i in range(size, BLOCK):
                x[i] = 0.0
            for i in range(BLOCK // 8):  # folded three times
                a, b, c, d = x[i], x[i + BLOCK // 8], x[i + 2 * BLOCK // 8], x[i + 3 * BLOCK // 8]
                e, f = x[i + 4 * BLOCK // 8], x[i + 5 * BLOCK // 8]
                g, h = x[i + 6 * BLOCK // 8], x[i + 7 * BLOCK // 8]
                folded[i] = ((a + e) + (c + g)) + ((b + f) + (d + h))
                squares[i] = ((a * a + e * e) + (c * c + g * g)) + ((b * b + f * f) + (d * d + h * h))
            sums[0, row, place], sums[1, row, place] = _sum(folded), _sum(squares)


@inner
def _compare(x, low, high, tied, passed, upto):
    """Compare values with one window: count those below and up to its edges, and for each value the edges passed. If
    not `tied`, what is on an edge is not looked for: half the comparisons, and a miss should its rank be wanted."""
    above_low = from_high = from_low = above_high = 0
    for i in range(x.shape[0]):
        above, beyond = x[i] > low, x[i] >= high
        above_low += above
        from_high += beyond
        passed[i] += above + beyond
    if tied:
        for i in range(x.shape[0]):
            from_low += x[i] >= low
            above_high += x[i] > high
    else:
        from_low, above_high = above_low, from_high
    upto[0, 0] += x.shape[0] - from_low
    upto[0, 1] += x.shape[0] - above_low
    upto[1, 0] += x.shape[0] - from_high
    upto[1, 1] += x.shape[0] - above_high


@entry(
    "void(float64[:, ::1], float64[:, ::1], boolean[::1], int64[:, :, ::1], float64[:, ::1], int64[::1])",
)
def cut(values, edges, tied, upto, kept, starts):
    """Compare rows of values (row, run) with windows: see ``selection.cut``."""
    windows = starts.shape[0] - 1
    passed, places, ends = np.empty(BLOCK, np.int64), np.empty(BLOCK + 1, np.int64), np.empty(windows, np.int64)
    for row in range(values.shape[0]):
        for window in range(windows):
            ends[window] = starts[window] + max(upto[row, 2 * window + 1, 0] - upto[row, 2 * window, 1], 0)
        for start in range(0, values.shape[1], BLOCK):  # every value with every window, which is SIMD: no search
            x = values[row, start : start + BLOCK]
            for i in range(BLOCK):
                passed[i] = 0
            for k in range(0, 2 * windows, 2):
                _compare(x, edges[row, k], edges[row, k + 1], tied[row], passed, upto[row, k : k + 2])
            noted = 0
            for i in range(x.shape[0]):  # no branch, because a processor would guess wrong
                places[noted] = i
                noted += passed[i] & 1
            for i in range(noted):
                window, value = passed[places[i]] // 2, x[places[i]]
                if value > edges[row, 2 * window]:  # else it is both edges
                    if ends[window] < starts[window + 1]:
                        kept[row, ends[window]] = value
                    ends[window] += 1


@entry("void(float64[:, ::1], int64[::1], int64[:, ::1], float64[:, ::1], int64[:, :, ::1])")
def narrow(kept, starts, sizes, edges, upto):
    """Keep what is inside narrower windows: see ``selection.narrow``."""
    for row in range(sizes.shape[0]):
        for window in range(sizes.shape[1]):
            x = kept[row, starts[window] : starts[window] + sizes[row, window]]
            low, high = edges[row, 2 * window], edges[row, 2 * window + 1]
            below_low = to_low = below_high = to_high = left = 0
            for i in range(x.shape[0]):
                value = x[i]
                below_low += value < low
                to_low += value <= low
                below_high += value < high
                to_high += value <= high
            for i in range(x.shape[0]):  # no branch, because a processor would guess wrong
                value = x[i]
                x[left] = value
                left += (low < value) & (value < high)
            upto[row, 2 * window, 0] += below_low
            upto[row, 2 * window, 1] += to_low
            upto[row, 2 * window + 1, 0] += below_high
            upto[row, 2 * window + 1, 1] += to_high


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
    """Order statistics of parts of rows: see ``selection.select_parts``.

    A part is laid out in cells of equal width. Only the cells that hold a wanted rank are looked into; of the rest it
    is enough to know how many values they hold.
    """
    found = np.full(ranks.shape, np.nan)
    _select(values, starts, np.array(sizes, order="C"), np.array(ranks, order="C"), found)
    return found
