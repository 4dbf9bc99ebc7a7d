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
edges k - 1 and k, class 2k + 1 on edge k (the first of equal ones). Inside a window is every class 4j + 2. Windows do
not overlap: where they would, one begins where the one before it ends, and that one stays so wide.
"""

from collections.abc import Sequence
from threading import Lock
from typing import NamedTuple

import numpy as np

from ldip.statistics.summary import Selected

CAUTION = 5.5
"""Half the width of a window, in standard deviations of the rank."""

ROOM, AMPLE_UP_TO = 1.3, 400_000
"""Room for a window, in widths of its widest, of so many runs or more: with less, they are narrowed often."""

TIMES = 4
"""Windows are narrowed when there are so many times the runs there were and as many to come, or no room."""

INSIDE = slice(2, None, 4)
"""The classes inside windows."""


class MissedError(Exception):
    """An order statistic lies outside the window that was kept."""


class Cut(NamedTuple):
    """What windows leave of some runs."""

    edges: np.ndarray  # (row, edge)
    counts: np.ndarray  # (row, class): how many values
    values: np.ndarray  # (row, place): from the left, those inside windows; what follows is of no use
    windows: np.ndarray  # (row, place): in which they are


class Selection:
    """Order statistics of many rows (row, run), from batches of all of them. Loads numba."""

    def __init__(
        self, values: np.ndarray, runs: int, ranks: Sequence[Sequence[int]], caution: float = CAUTION
    ) -> None:
        """Begin with the first batch (row, run of the batch), which is overwritten; `ranks` are those wanted around
        each percentile among all `runs`, rising."""
        rows, batch = values.shape
        self.runs, self.ranks, self.caution = runs, ranks, caution
        self._one_by_one = Lock()
        self.seen, self.narrowed = 0, batch  # runs; and how many there were when the windows were set
        self.edges = _edges(values, self._spans(batch))
        widths = [self._spans(int(n)) @ (-1, 1) for n in np.linspace(batch, runs, 33)]
        room = ROOM * np.max(widths, axis=0) * max(AMPLE_UP_TO / runs, 1.0) ** 0.5
        self.starts = _starts(room)  # of each window in a row of values, and the end
        self.values = np.empty((rows, self.starts[-1]))
        self.counts = np.zeros((rows, 2 * self.edges.shape[1] + 1), dtype=np.int64)
        self.take(values, values[:, 0].copy(), np.full(rows, -1))

    def take(self, values: np.ndarray, first: np.ndarray, divisors: np.ndarray) -> np.ndarray:
        """Take in another batch, in any thread: :func:`cut` says how. The sums of it."""
        found, sums = cut(values, self.edges, first, divisors)
        with self._one_by_one:
            self.add(found)
        return sums

    def add(self, found: Cut) -> None:
        """Take in what was cut from another batch, with the edges of now or of before."""
        from ldip.statistics.compiled_rows import put

        much_to_come = self.runs - self.seen >= self.seen >= TIMES * self.narrowed
        if self._lacking(found).any() or much_to_come:
            self._narrow()
        if (lacking := self._lacking(found)).any():
            self._enlarge(lacking)
        self.counts += _regrouped(found.counts, found.edges, self.edges)
        kept = found.counts[:, INSIDE].sum(axis=1)
        put(found.values, found.windows, kept, self.edges, self.values, self.starts, self.counts)
        self.seen += int(found.counts[0].sum())

    def settle(self) -> Selected:
        """The order statistics of the ranks that were wanted, when all batches are in; raises MissedError."""
        ranks = np.array(sorted({rank for of in self.ranks for rank in of}))
        upto = np.cumsum(self.counts, axis=1)
        of = np.stack([(upto <= rank).sum(axis=1) for rank in ranks], axis=1)  # (row, rank): the class it is in
        if np.any(of % 4 == 0):
            raise MissedError
        _, inside = self._inside(ranks[None, :])
        row, place = np.ogrid[: len(of), : len(ranks)]
        found = np.where(of % 4 == 2, inside[row, of // 4, place], self.edges[row, of // 2])
        return Selected(ranks.tolist(), found, self.runs)

    def _lacking(self, more: Cut) -> np.ndarray:
        """How much room is missing for more values in each window (window,)."""
        sizes = (self.counts + more.counts)[:, INSIDE].max(axis=0)
        return np.maximum(sizes - np.diff(self.starts), 0)

    def _enlarge(self, lacking: np.ndarray) -> None:
        room, old = np.diff(self.starts), self.values
        starts = _starts(room + lacking)
        self.values = np.empty((len(old), starts[-1]))
        for begin, new, size in zip(self.starts, starts, room, strict=False):
            self.values[:, new : new + size] = old[:, begin : begin + size]
        self.starts = starts

    def _narrow(self) -> None:
        """Move the edges in to where they have to be by now."""
        from ldip.statistics.compiled_rows import narrow

        spans, sizes = self._spans(self.seen), np.ascontiguousarray(self.counts[:, INSIDE])
        places, values = self._inside(spans)
        low, high = self.edges[:, ::2], self.edges[:, 1::2]  # (row, window)
        under, over = places < 0, places >= sizes[..., None]
        over[:, :-1, 1] |= spans[1:, 0] - spans[:-1, 0] + places[:, :-1, 0] < sizes[:, :-1]  # the next begins inside
        lows = np.where(under[..., 0], low, np.where(over[..., 0], high, values[..., 0]))
        highs = np.where(over[..., 1], high, np.where(under[..., 1], low, values[..., 1]))
        edges = np.stack([lows, highs], axis=2).reshape(self.edges.shape)
        self.counts, self.edges = _regrouped(self.counts, self.edges, edges), edges
        narrow(self.values, self.starts, sizes, edges, self.counts)
        self.narrowed = self.seen

    def _inside(self, ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where values of some ranks (window, rank) among all values seen are among those inside each window, and
        those values (row, window, rank); NaN where they are not inside."""
        from ldip.statistics.compiled_rows import select_parts

        before = np.cumsum(self.counts, axis=1)[:, 1:-1:4]
        places = ranks - before[..., None]
        return places, select_parts(self.values, self.starts, self.counts[:, INSIDE], places)

    def _spans(self, seen: int) -> np.ndarray:
        """Ranks among the `seen` runs that have the order statistics of all runs between them (window, 2)."""
        part = seen / self.runs
        first, last = (np.array([of[end] for of in self.ranks]) for end in (0, -1))

        def reach(rank: np.ndarray) -> np.ndarray:
            share = rank / self.runs
            spread = np.sqrt(seen * share * (1.0 - share) * (1.0 - part))
            return self.caution * spread + self.caution**2 / 6.0 + 1.0  # the second term: skewness in the tails

        low, high = np.floor(first * part - reach(first)), np.ceil(last * part + reach(last))
        return np.stack([low, high], axis=1).astype(np.int64)


def cut(values: np.ndarray, edges: np.ndarray, first: np.ndarray, divisors: np.ndarray) -> tuple[Cut, np.ndarray]:
    """What windows between the `edges` leave of a batch, and ``summary.block_sums`` of it: compiled_rows.cut."""
    from ldip.statistics import compiled_rows

    counts, windows, sums = compiled_rows.cut(values, edges, first, divisors)
    return Cut(edges, counts, values, windows), sums


def _starts(room: np.ndarray) -> np.ndarray:
    """Where windows with so much room (window,) begin, and the last ends."""
    return np.concatenate([[0], np.cumsum(np.ceil(room))]).astype(np.int64)


def _edges(values: np.ndarray, spans: np.ndarray) -> np.ndarray:
    """The edges (row, edge) of windows that hold, of some values (row, run), the ranks of the `spans` (window, 2)."""
    from ldip.statistics.compiled_rows import select

    bounds, last = np.maximum.accumulate(spans.reshape(-1)), values.shape[1] - 1
    found = select(values, np.clip(bounds, 0, last))
    found[:, bounds < 0], found[:, bounds > last] = -np.inf, np.inf
    return found


def _regrouped(counts: np.ndarray, old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """How many values (row, class) are outside windows, by their `old` edges or on these, for `new` edges further in.
    A gap can only have grown, but what was on an edge may be outside its window now."""
    found = counts.copy()
    found[:, INSIDE] = 0
    if new is not old:
        found[:, 1::2] = 0
        under = (new[:, None, :] < old[:, :, None]).sum(axis=2)
        upto = (new[:, None, :] <= old[:, :, None]).sum(axis=2)
        np.add.at(found, (np.arange(len(new))[:, None], 2 * under + (under < upto)), counts[:, 1::2])
    return found
