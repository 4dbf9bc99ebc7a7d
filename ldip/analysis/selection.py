"""Exact percentiles of more runs than memory holds: order statistics of many rows in one pass over batches.

A row's order statistic is, at the end, one value. After n of N runs, which are like any n of them, its rank among
those n is known but for chance (hypergeometric), so only values in a window around it need to be kept, and the window
narrows as runs come in. What lies between the windows and on their edges is counted. Ranks are therefore exact: a
window either holds the order statistic, or the counts say that it does not (MissedError) and the pass is made again
with wider windows, which is to happen once in a thousand jobs.

A window is at most about CAUTION x sqrt(N p (1 - p)) values wide: growing with the root of N is the least that one
exact pass can do (Munro & Paterson 1980, Theoretical Computer Science 12). Windows may be narrowed at any time and
change no result by it, so that nothing depends on batches or on the order in which they come.

The edges of a row's windows rise, two for each window, and divide its values into classes: class 2k lies between the
edges k - 1 and k, class 2k + 1 on edge k (the first of equal ones). Inside a window is every class 4j + 2.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

CAUTION = 5.5
"""Half the width of a window, in standard deviations of the rank."""

ROOM, AMPLE_UP_TO = 1.3, 400_000
"""Room for values, in widths of the widest windows of so many runs or more: with less, they are narrowed often."""

TIMES = 2
"""Windows are narrowed when there are so many times the runs there were, or when there is no room."""

INSIDE = slice(2, None, 4)
"""The classes inside windows."""


class MissedError(Exception):
    """An order statistic lies outside the window that was kept."""


class Cut(NamedTuple):
    """What is left of some runs."""

    edges: np.ndarray  # (row, edge)
    counts: np.ndarray  # (row, class): how many values
    values: np.ndarray  # those inside windows, row after row

    @property
    def sizes(self) -> np.ndarray:
        """How many values of each row are inside windows (row,)."""
        return self.counts[:, INSIDE].sum(axis=1)

    def rows(self) -> list[np.ndarray]:
        """The values of each row."""
        stops = np.cumsum(self.sizes).tolist()
        return [self.values[start:stop] for start, stop in zip([0, *stops], stops, strict=False)]


class Selection:
    """Order statistics of many rows (row, run), from batches of all of them."""

    def __init__(
        self, ordered: np.ndarray, runs: int, ranks: Sequence[tuple[int, int]], caution: float = CAUTION
    ) -> None:
        """Begin with the first batch (row, run of the batch), sorted; `ranks` are the first and last wanted around
        each percentile among all `runs`."""
        rows, batch = ordered.shape
        self.runs, self.ranks, self.caution = runs, ranks, caution
        self.seen, self.narrowed = 0, batch  # runs; and how many there were when the windows were set
        low, high = np.array(self._spans(batch)).T
        self.lows = np.where(low < 0, -np.inf, ordered[:, np.maximum(low, 0)])  # (row, window)
        self.highs = np.where(high >= batch, np.inf, ordered[:, np.minimum(high, batch - 1)])
        self.edges = merged(self.lows, self.highs)
        widths = [sum(last - first for first, last in self._spans(int(n))) for n in np.linspace(batch, runs, 33)]
        room = int(ROOM * max(widths) * max(AMPLE_UP_TO / runs, 1.0) ** 0.5)
        self.values = np.empty((rows, room))  # each row's from the left
        self.counts = np.zeros((rows, 2 * self.edges.shape[1] + 1), dtype=np.int64)
        self.add(cut(ordered, self.edges))

    def add(self, found: Cut) -> None:
        """Take in what :func:`cut` made of another batch, with the edges of now or of before."""
        if self._lacks(found) > 0 or self.seen >= TIMES * self.narrowed:
            self._narrow()
        if found.edges is not self.edges:
            for row in found.rows():
                row.sort()
            found = recut(found, self.edges)
        if (missing := self._lacks(found)) > 0:
            self.values = np.concatenate([self.values, np.empty((len(self.values), missing))], axis=1)
        self._put(found, self._sizes())
        self.counts = self.counts + found.counts
        self.seen += int(found.counts[0].sum())

    def settle(self, ranks: Sequence[int]) -> np.ndarray:
        """The order statistics of some ranks, from 0 (row, rank), when all batches are in; raises MissedError."""
        self._sort()
        found, known = zip(*map(self._statistic, ranks), strict=True)
        if not np.all(known):
            raise MissedError
        return np.stack(found, axis=1)

    def _sizes(self) -> np.ndarray:
        return self.counts[:, INSIDE].sum(axis=1)

    def _lacks(self, more: Cut) -> int:
        """How much room is missing for more values."""
        return int((self._sizes() + more.sizes).max()) - self.values.shape[1]

    def _put(self, found: Cut, starts: np.ndarray) -> None:
        for row, start, values in zip(self.values, starts.tolist(), found.rows(), strict=True):
            row[start : start + len(values)] = values

    def _sort(self) -> list[np.ndarray]:
        """Bring each row's values in order."""
        rows = [row[:size] for row, size in zip(self.values, self._sizes().tolist(), strict=True)]
        for row in rows:
            row.sort()
        return rows

    def _narrow(self) -> None:
        """Move the edges in to where they have to be by now."""
        rows = self._sort()
        found = [[self._statistic(rank)[0] for rank in span] for span in self._spans(self.seen)]
        low, high = (np.clip(np.stack(of, axis=1), self.lows, self.highs) for of in zip(*found, strict=True))
        self.lows, self.highs = low, high
        less = recut(Cut(self.edges, self.counts, np.concatenate(rows)), merged(low, high))
        self.edges, self.counts, self.narrowed = less.edges, less.counts, self.seen
        self._put(less, np.zeros_like(less.sizes))

    def _statistic(self, rank: int) -> tuple[np.ndarray, np.ndarray]:
        """Each row's value of a rank among the values seen, and whether it is known; if not, an edge beside it. The
        values are sorted."""
        upto = np.cumsum(self.counts, axis=1)
        of = np.minimum((upto <= rank).sum(axis=1), upto.shape[1] - 1)
        row = np.arange(len(of))
        value = self.edges[row, np.minimum(of // 2, self.edges.shape[1] - 1)]
        kept = np.where(np.arange(upto.shape[1]) % 4 == 2, self.counts, 0).cumsum(axis=1)
        within = np.flatnonzero(of % 4 == 2)
        position = rank - upto[row, of] + kept[row, of]
        value[within] = self.values[within, position[within]]
        return value, of % 4 != 0

    def _spans(self, seen: int) -> list[tuple[int, int]]:
        """Ranks among the `seen` runs that have the order statistics of all runs between them, for each window."""

        def reach(rank: int) -> float:
            share = rank / self.runs
            spread = np.sqrt(seen * share * (1.0 - share) * (1.0 - seen / self.runs))
            return float(
                self.caution * spread + self.caution**2 / 6.0 + 1.0
            )  # the second term: skewness in the tails

        part = seen / self.runs
        return [
            (int(np.floor(first * part - reach(first))), int(np.ceil(last * part + reach(last))))
            for first, last in self.ranks
        ]


def merged(lows: np.ndarray, highs: np.ndarray) -> np.ndarray:
    """The rising edges (row, edge) of windows (row, window): those that overlap become one, and the rest of them
    windows without width at its end."""
    reached = np.maximum.accumulate(highs, axis=1)
    begins = np.ones(lows.shape, dtype=bool)
    begins[:, 1:] = lows[:, 1:] >= reached[:, :-1]
    for window in reversed(range(lows.shape[1] - 1)):
        goes_on = ~begins[:, window + 1]
        reached[goes_on, window] = reached[goes_on, window + 1]
    return np.stack([np.where(begins, lows, reached), reached], axis=2).reshape(len(lows), -1)


def cut(ordered: np.ndarray, edges: np.ndarray) -> Cut:
    """What windows keep of a batch (row, run) that is sorted along the runs."""
    less, upto = _below_all(ordered, edges)
    starts = np.arange(len(ordered))[:, None] * ordered.shape[1]
    return _cut(ordered.reshape(-1), starts, less, upto, edges, ordered.shape[1])


def cut_compiled(values: np.ndarray, edges: np.ndarray) -> Cut:
    """As :func:`cut`, of a batch in any order."""
    from ldip.analysis import compiled_rows

    return Cut(edges, *compiled_rows.cut(values, edges))


def recut(old: Cut, edges: np.ndarray) -> Cut:
    """The same, each row's values sorted, with windows inside the old ones."""
    rows, sizes = old.rows(), old.sizes
    keys = np.concatenate([edges, np.nextafter(edges, np.inf)], axis=1)
    below = np.array([row.searchsorted(key) for row, key in zip(rows, keys, strict=True)])
    less, upto = np.split(below, 2, axis=1)
    found = _cut(old.values, (np.cumsum(sizes) - sizes)[:, None], less, upto, edges, sizes)
    # What was only counted lies where its edge, or the gap above that, is now.
    under = (edges[:, None, :] < old.edges[:, :, None]).sum(axis=2)
    under_or_on = (edges[:, None, :] <= old.edges[:, :, None]).sum(axis=2)
    row_of = np.arange(len(rows))[:, None]
    np.add.at(found.counts, (row_of, 2 * under + (under < under_or_on)), old.counts[:, 1::2])
    np.add.at(found.counts, (row_of, 2 * under_or_on[:, 1::2]), old.counts[:, 4::4])
    found.counts[:, 0] += old.counts[:, 0]
    return found


def _cut(
    flat: np.ndarray,
    starts: np.ndarray,
    less: np.ndarray,
    upto: np.ndarray,
    edges: np.ndarray,
    sizes: np.ndarray | int,
) -> Cut:
    """From how many of each row's sorted values are below each edge, and below or on it (row, edge): the values of a
    row stand in `flat` from its place in `starts` (row, 1) on, `sizes` of them."""
    counts = np.empty((len(edges), 2 * edges.shape[1] + 1), dtype=np.int64)
    counts[:, 0], counts[:, -1] = less[:, 0], sizes - upto[:, -1]
    counts[:, 1::2] = upto - less
    counts[:, 3::2][edges[:, 1:] == edges[:, :-1]] = 0
    counts[:, 2:-1:2] = np.maximum(less[:, 1:] - upto[:, :-1], 0)
    first = starts + upto[:, ::2]
    last = first + counts[:, INSIDE]
    pieces = zip(first.ravel().tolist(), last.ravel().tolist(), strict=True)
    return Cut(edges, counts, np.concatenate([flat[start:stop] for start, stop in pieces]))


def _below_all(ordered: np.ndarray, edges: np.ndarray) -> Iterable[np.ndarray]:
    """How many values of each row are below, and below or on, each edge (row, edge): all bisected together, because
    threads wait for each other at every single call."""
    keys, runs = np.stack([edges, np.nextafter(edges, np.inf)]), ordered.shape[1]
    flat = ordered.reshape(-1)
    starts = np.arange(len(ordered))[:, None] * runs - 1
    below = np.zeros(keys.shape, dtype=np.int64)
    for step in (1 << power for power in reversed(range(runs.bit_length()))):
        reached = below + step
        less = flat.take(np.minimum(reached, runs) + starts) < keys
        less &= reached <= runs
        below += step * less
    return below
