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

from ldip.analysis.summary import Selected

CAUTION = 5.5
"""Half the width of a window, in standard deviations of the rank."""

ROOM, AMPLE_UP_TO = 1.3, 400_000
"""Room for values, in widths of the widest windows of so many runs or more: with less, they are narrowed often."""

TIMES = 4
"""Windows are narrowed when there are so many times the runs there were and as many to come, or no room."""

INSIDE = slice(2, None, 4)
"""The classes inside windows."""


class MissedError(Exception):
    """An order statistic lies outside the window that was kept."""


class Cut(NamedTuple):
    """What is left of some runs."""

    edges: np.ndarray  # (row, edge)
    counts: np.ndarray  # (row, class): how many values
    values: Iterable[np.ndarray]  # of each row, those inside windows

    @property
    def sizes(self) -> np.ndarray:
        """How many values of each row are inside windows (row,)."""
        return self.counts[:, INSIDE].sum(axis=1)


class Selection:
    """Order statistics of many rows (row, run), from batches of all of them."""

    def __init__(
        self, ordered: np.ndarray, runs: int, ranks: Sequence[Sequence[int]], caution: float = CAUTION
    ) -> None:
        """Begin with the first batch (row, run of the batch), sorted; `ranks` are those wanted around each percentile
        among all `runs`, rising."""
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
        much_to_come = self.runs - self.seen >= self.seen >= TIMES * self.narrowed
        if self._lacks(found) > 0 or much_to_come:
            self._narrow()
        if found.edges is not self.edges:
            found = recut(found._replace(values=[np.sort(values) for values in found.values]), self.edges)
        if (missing := self._lacks(found)) > 0:
            self.values = np.concatenate([self.values, np.empty((len(self.values), missing))], axis=1)
        for room, start, values in zip(self.values, self._sizes().tolist(), found.values, strict=True):
            room[start : start + len(values)] = values
        self.counts = self.counts + found.counts
        self.seen += int(found.counts[0].sum())

    def settle(self) -> Selected:
        """The order statistics of the ranks that were wanted, when all batches are in; raises MissedError."""
        self._sort()
        ranks = sorted({rank for of in self.ranks for rank in of})
        found, known = zip(*map(self._statistic, ranks), strict=True)
        if not np.all(known):
            raise MissedError
        return Selected(ranks, np.stack(found, axis=1), self.runs)

    def _sizes(self) -> np.ndarray:
        return self.counts[:, INSIDE].sum(axis=1)

    def _lacks(self, more: Cut) -> int:
        """How much room is missing for more values."""
        return int((self._sizes() + more.sizes).max()) - self.values.shape[1]

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
        less = recut(Cut(self.edges, self.counts, rows), merged(low, high))
        self.edges, self.counts, self.narrowed = less.edges, less.counts, self.seen
        for room, values in zip(self.values, less.values, strict=True):
            room[: len(values)] = values

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
            (int(np.floor(of[0] * part - reach(of[0]))), int(np.ceil(of[-1] * part + reach(of[-1]))))
            for of in self.ranks
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
    found = _cut(ordered, less, upto, edges)
    return found._replace(values=list(found.values))  # now: the batch does not stay


def cut_compiled(
    values: np.ndarray, edges: np.ndarray, first: np.ndarray, divisors: np.ndarray
) -> tuple[Cut, np.ndarray]:
    """As :func:`cut`, of a batch in any order; and ``summary.block_sums`` of it. See compiled_rows.py."""
    from ldip.analysis import compiled_rows

    counts, inside, sums = compiled_rows.cut(values, edges, first, divisors)
    return Cut(edges, counts, inside), sums


def recut(old: Cut, edges: np.ndarray) -> Cut:
    """The same, each row's values sorted, with windows inside the old ones; each row is cut when it is asked for."""
    rows = list(old.values)
    less, upto = (
        np.array([row.searchsorted(key, side) for row, key in zip(rows, edges, strict=True)])
        for side in ("left", "right")
    )
    found = _cut(rows, less, upto, edges)
    # What was only counted lies where its edge, or the gap above that, is now.
    under = (edges[:, None, :] < old.edges[:, :, None]).sum(axis=2)
    under_or_on = (edges[:, None, :] <= old.edges[:, :, None]).sum(axis=2)
    row_of = np.arange(len(edges))[:, None]
    np.add.at(found.counts, (row_of, 2 * under + (under < under_or_on)), old.counts[:, 1::2])
    np.add.at(found.counts, (row_of, 2 * under_or_on[:, 1::2]), old.counts[:, 4::4])
    found.counts[:, 0] += old.counts[:, 0]
    return found


def _cut(rows: Sequence[np.ndarray] | np.ndarray, less: np.ndarray, upto: np.ndarray, edges: np.ndarray) -> Cut:
    """What windows keep of sorted rows, from how many values are below each edge, and below or on it (row, edge)."""
    counts = np.empty((len(edges), 2 * edges.shape[1] + 1), dtype=np.int64)
    counts[:, 0], counts[:, -1] = less[:, 0], [len(row) for row in rows] - upto[:, -1]
    counts[:, 1::2] = upto - less
    counts[:, 3::2][edges[:, 1:] == edges[:, :-1]] = 0
    counts[:, 2:-1:2] = np.maximum(less[:, 1:] - upto[:, :-1], 0)
    first = upto[:, ::2]
    last = (first + counts[:, INSIDE]).tolist()
    return Cut(edges, counts, map(_between, rows, first.tolist(), last))


def _between(row: np.ndarray, first: Sequence[int], last: Sequence[int]) -> np.ndarray:
    """What a row has from some places up to others."""
    pieces = [row[start:stop] for start, stop in zip(first, last, strict=True) if start < stop]
    return np.concatenate(pieces) if pieces else row[:0]


def _below_all(ordered: np.ndarray, edges: np.ndarray) -> list[np.ndarray]:
    """How many values of each row are below, and below or on, each edge (row, edge): all bisected together, because
    threads wait for each other at every single call."""
    runs, flat = ordered.shape[1], ordered.reshape(-1)
    starts = np.arange(len(ordered))[:, None] * runs - 1
    found = []
    for under in (np.less, np.less_equal):
        below = np.zeros(edges.shape, dtype=np.int64)
        for step in (1 << power for power in reversed(range(runs.bit_length()))):
            reached = below + step
            further = under(flat.take(np.minimum(reached, runs) + starts), edges)
            further &= reached <= runs
            below += step * further
        found.append(below)
    return found
