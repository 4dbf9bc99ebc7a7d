"""Exact percentiles of more runs than memory holds: order statistics of many rows in one pass over batches.

A row's order statistic is, at the end, one value. After n of N runs, which are like any n of them, its rank among
those n is known but for chance (hypergeometric), so only values in a window around it need to be kept, and the window
narrows as runs come in. What lies below a window and on its edges is counted. Ranks are therefore exact: a window
either holds the order statistic, or its counts say that it does not (MissedError) and the pass is made again with
wider windows, which is to happen once in a thousand jobs.

A window is at most about CAUTION x sqrt(N p (1 - p)) values wide: growing with the root of N is the least that one
exact pass can do (Munro & Paterson 1980, Theoretical Computer Science 12). Windows may be narrowed at any time and
change no result by it, so that nothing depends on batches or on the order in which they come.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

CAUTION = 5.5
"""Half the width of a window, in standard deviations of the rank."""

ROOM, AMPLE_UP_TO = 1.3, 400_000
"""Room for values, in widths of the widest window of so many runs or more: with less, windows are narrowed often."""

Edges = tuple[np.ndarray, np.ndarray]
"""Lower and upper edge (row,) of windows, which are open at both ends."""


class MissedError(Exception):
    """An order statistic lies outside the window that was kept."""


class Outside(NamedTuple):
    """How many values lie below and on the edges of each row's window; arrays (row,)."""

    less: np.ndarray  # below the lower edge
    upto: np.ndarray  # below it and on it
    at_high: np.ndarray  # on the upper edge, zero if that is the lower one


class Kept(NamedTuple):
    """What the windows keep of a batch."""

    edges: Edges
    outside: Outside
    inside: np.ndarray  # (row,) number of values in the window
    values: np.ndarray  # those, sorted, row after row

    def rows(self) -> Iterator[np.ndarray]:
        """The values of each row."""
        start = 0
        for size in self.inside.tolist():
            yield self.values[start : start + size]
            start += size


class Window:
    """The windows of all rows around one percentile, and the values in them."""

    def __init__(self, edges: Edges, room: int) -> None:
        rows = len(edges[0])
        self.edges = edges
        self.outside = Outside(*np.zeros((3, rows), dtype=np.int64))
        self.inside = np.zeros(rows, dtype=np.int64)
        self.values = np.empty((rows, room))  # each row's from the left

    def rows(self) -> list[np.ndarray]:
        """The values of each row."""
        return [row[:size] for row, size in zip(self.values, self.inside.tolist(), strict=True)]

    def sort(self) -> None:
        """Bring each row's values in order."""
        for row in self.rows():
            row.sort()

    def lacks(self, more: Kept) -> int:
        """How much room is missing for more values."""
        return int((self.inside + more.inside).max()) - self.values.shape[1]

    def take_in(self, more: Kept) -> None:
        """Take in what was kept of a batch with the same edges."""
        if (missing := self.lacks(more)) > 0:
            self.values = np.concatenate([self.values, np.empty((len(self.values), missing))], axis=1)
        rows, room = self.values.shape
        self.values.reshape(-1)[_places(np.arange(rows) * room + self.inside, more.inside)] = more.values
        self.inside = self.inside + more.inside
        self.outside = Outside(*[mine + theirs for mine, theirs in zip(self.outside, more.outside, strict=True)])

    def narrow(self, low_rank: int, high_rank: int) -> None:
        """Move the edges to two ranks, counted from 0 among the values seen, where these are known."""
        self.sort()
        edges = []
        for rank, edge in zip((low_rank, high_rank), self.edges, strict=True):
            value, known = self.statistic(rank)
            edges.append(np.where(known, value, edge))
        rows = self.rows()
        new = (edges[0], edges[1])
        self.outside, starts, stops = _outside(rows, self.edges, self.outside, new)
        self.edges = new
        for row, start, stop in zip(rows, starts.tolist(), stops.tolist(), strict=True):
            row[: stop - start] = row[start:stop]
        self.inside = stops - starts

    def statistic(self, rank: int) -> tuple[np.ndarray, np.ndarray]:
        """Each row's value of a rank, counted from 0, and whether it is known; the values are sorted."""
        position = rank - self.outside.upto
        within = np.flatnonzero((position >= 0) & (position < self.inside))
        value = np.where(position < 0, *self.edges)
        value[within] = self.values[within, position[within]]
        return value, (rank >= self.outside.less) & (position < self.inside + self.outside.at_high)


class Selection:
    """Order statistics of many rows (row, run), from batches of all of them."""

    def __init__(
        self, ordered: np.ndarray, runs: int, ranks: Sequence[tuple[int, int]], caution: float = CAUTION
    ) -> None:
        """Begin with the first batch (row, run of the batch), sorted; `ranks` are the first and last wanted around
        each percentile among all `runs`."""
        rows, batch = ordered.shape
        self.shape = (rows, runs)
        self.ranks, self.caution, self.seen = ranks, caution, 0
        self.windows: list[Window] = []
        self.columns: dict[int, np.ndarray] = {}
        unbounded = np.full(rows, np.inf)
        for place in range(len(ranks)):
            low, high = self._span(place, batch)
            below = ordered[:, low].copy() if low >= 0 else -unbounded  # copies: the batch does not stay
            above = ordered[:, high].copy() if high < batch else unbounded
            spans = [self._span(place, int(seen)) for seen in np.linspace(batch, runs, 33)]
            room = ROOM * max(last - first for first, last in spans) * max(AMPLE_UP_TO / runs, 1.0) ** 0.5
            self.windows.append(Window((below, above), int(room)))
        self.add(batch, cut(ordered, self.edges))

    @property
    def edges(self) -> list[Edges]:
        """The edges of each percentile's windows, for :func:`cut`."""
        return [window.edges for window in self.windows]

    def add(self, runs: int, found: Sequence[Kept]) -> None:
        """Take in what :func:`cut` made of another batch of so many runs, with the edges of now or of before."""
        for place, (window, more) in enumerate(zip(self.windows, found, strict=True)):
            if window.lacks(more) > 0:
                window.narrow(*self._span(place, self.seen))
            window.take_in(narrowed(more, window.edges))
        self.seen += runs

    def settle(self) -> None:
        """Bring what was kept in order, when all batches are in."""
        for window in self.windows:
            window.sort()

    def rows(self, rows: slice) -> "Rows":
        """The order statistics of some of the rows, after :meth:`settle`."""
        return Rows(self, rows)

    def column(self, rank: int) -> np.ndarray:
        """The order statistic of every row (row,), after :meth:`settle`; raises MissedError."""
        if rank not in self.columns:
            found, known = np.empty(self.shape[0]), np.zeros(self.shape[0], dtype=bool)
            for window in self.windows:
                value, here = window.statistic(rank)
                found[here], known = value[here], known | here
            if not known.all():
                raise MissedError
            self.columns[rank] = found
        return self.columns[rank]

    def _span(self, place: int, seen: int) -> tuple[int, int]:
        """Ranks among the `seen` runs that have the order statistics of all runs between them."""
        runs = self.shape[1]
        first, last = self.ranks[place]

        def reach(rank: int) -> float:
            share = rank / runs
            spread = np.sqrt(seen * share * (1.0 - share) * (1.0 - seen / runs))
            return float(
                self.caution * spread + self.caution**2 / 6.0 + 1.0
            )  # the second term: skewness in the tails

        return int(np.floor(first * seen / runs - reach(first))), int(np.ceil(last * seen / runs + reach(last)))


class Rows:
    """Order statistics of some rows: ``rows[:, rank]`` is (row,), as of an array sorted along the runs."""

    def __init__(self, selection: Selection, rows: slice) -> None:
        self.selection, self.chosen = selection, rows
        self.shape = (rows.stop - rows.start, selection.shape[1])

    def __getitem__(self, place: tuple[slice, int], /) -> np.ndarray:
        return self.selection.column(place[1])[self.chosen]


def cut(ordered: np.ndarray, edges: Sequence[Edges]) -> list[Kept]:
    """What windows keep of a batch (row, run) that is sorted along the runs."""
    below = _below_all(ordered, edges)
    flat, starts = ordered.reshape(-1), np.arange(len(ordered)) * ordered.shape[1]
    found = []
    for place, (low, high) in enumerate(edges):
        less, upto, under, with_high = below[4 * place : 4 * place + 4]
        outside = Outside(less, upto, np.where(low < high, with_high - under, 0))
        inside = np.maximum(under - upto, 0)
        found.append(Kept((low, high), outside, inside, flat[_places(starts + upto, inside)]))
    return found


def narrowed(kept: Kept, edges: Edges) -> Kept:
    """The same in windows inside the old ones."""
    if all((old == new).all() for old, new in zip(kept.edges, edges, strict=True)):
        return kept
    outside, starts, stops = _outside(list(kept.rows()), kept.edges, kept.outside, edges)
    first = np.cumsum(kept.inside) - kept.inside
    return Kept(edges, outside, stops - starts, kept.values[_places(first + starts, stops - starts)])


def _places(starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Places of the values of all rows one after the other, from where each row's start."""
    return np.repeat(starts - (np.cumsum(sizes) - sizes), sizes) + np.arange(int(sizes.sum()))


def _outside(
    rows: Sequence[np.ndarray], old: Edges, outside: Outside, new: Edges
) -> tuple[Outside, np.ndarray, np.ndarray]:
    """What lies outside new edges, within the old ones, and where the values between them start and stop in each
    sorted row."""
    less, upto, under, with_high = _below(rows, [new])
    moved_low, moved_high = new[0] > old[0], new[1] < old[1]
    at_old_high = np.where(moved_low & (new[0] == old[1]), outside.at_high, 0)
    at_high = np.where(moved_high, with_high - under, outside.at_high)
    found = Outside(
        less=np.where(moved_low, outside.upto + less, outside.less),
        upto=outside.upto + upto + at_old_high,
        at_high=np.where(new[0] < new[1], at_high, 0),
    )
    return found, upto, np.maximum(under, upto)


def _below(rows: Iterable[np.ndarray], edges: Sequence[Edges]) -> np.ndarray:
    """How many values of each sorted row are below, and below or on, the lower and the upper edge of each window
    (four for each window, row)."""
    return np.array([row.searchsorted(key) for row, key in zip(rows, _keys(edges).T, strict=True)]).T


def _below_all(ordered: np.ndarray, edges: Sequence[Edges]) -> np.ndarray:
    """As :func:`_below` of rows of one length: all bisected together, because threads wait for each other at every
    single call."""
    keys, runs = _keys(edges), ordered.shape[1]
    flat = ordered.reshape(-1)
    starts = np.arange(len(ordered)) * runs - 1
    below = np.zeros(keys.shape, dtype=np.int64)
    for step in (1 << power for power in reversed(range(runs.bit_length()))):
        reached = below + step
        less = flat.take(np.minimum(reached, runs) + starts) < keys
        less &= reached <= runs
        below += step * less
    return below


def _keys(edges: Sequence[Edges]) -> np.ndarray:
    """Each edge and the next number after it: what is below that is below or on the edge (four a window, row)."""
    return np.stack([key for window in edges for edge in window for key in (edge, np.nextafter(edge, np.inf))])
