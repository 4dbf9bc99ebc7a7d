"""Exact percentiles of more runs than memory holds: order statistics of many rows in one pass over batches.

A row's order statistic is, at the end, one value. After n of N runs, which are like any n of them, its rank among
those n is known but for chance (hypergeometric), so only values in a window around it need to be kept, and the window
narrows as runs come in. How many values lie below a window's two edges, and on them, is counted. Ranks are therefore
exact: a window either holds the order statistic, or the counts say that it does not (MissedError), and the pass is
made again with wider windows, which is to happen once in a thousand jobs.

A window is at most about CAUTION x sqrt(N p (1 - p)) values wide: growing with the root of N is the least that one
exact pass can do (Munro & Paterson 1980, Theoretical Computer Science 12). Windows may be narrowed at any time and
change no result by it, so that nothing depends on batches or on the order in which they come.

The edges of a row's windows rise, two for each window. Windows do not overlap: where they would, one begins where the
one before it ends, and that one stays so wide.
"""

from collections.abc import Sequence
from importlib import import_module
from threading import Lock
from typing import Any

import numpy as np

from ldip.statistics.summary import Selected, compiled_rows

CAUTION = 5.5
"""Half the width of a window, in standard deviations of the rank."""

ROOM, AMPLE_UP_TO = 1.3, 400_000
"""Room for a window, in widths of its widest, of so many runs or more: with less, they are narrowed often."""

TIMES = 4
"""Windows are narrowed when there are so many times the runs there were and as many to come, or no room."""


class MissedError(Exception):
    """An order statistic lies outside the window that was kept, or not all of the window was kept."""


class Selection:
    """Order statistics of many rows (row, run), from batches of all of them, which may come in any thread."""

    def __init__(
        self,
        values: np.ndarray,
        runs: int,
        ranks: Sequence[Sequence[int]],
        engine: str = "numpy",
        caution: float = CAUTION,
    ) -> None:
        """Set the windows by the first batch (row, run of the batch), to be taken in after; `ranks` are those wanted
        around each percentile among all `runs`, rising."""
        rows, batch = values.shape
        self.runs, self.ranks, self.caution = runs, ranks, caution
        self._one_by_one, self._by = Lock(), _forms(engine)
        self.seen, self.narrowed = 0, batch  # runs; and how many there were when the windows were set
        widths = [self._spans(int(n)) @ (-1, 1) for n in np.linspace(batch, runs, 33)]
        self.starts = np.zeros(1, np.int64)  # of each window in what is kept, and the end
        self._make_room(ROOM * np.max(widths, axis=0) * max(AMPLE_UP_TO / runs, 1.0) ** 0.5, np.empty((rows, 0)))
        bounds, last = np.maximum.accumulate(self._spans(batch).reshape(-1)), batch - 1
        whole, of_all = np.full((rows, 1), batch), np.broadcast_to(np.clip(bounds, 0, last), (rows, 1, len(bounds)))
        self.edges = self._by.select_parts(values, np.zeros(1, np.int64), whole, of_all)[:, 0].copy()  # (row, edge)
        self.edges[:, bounds < 0], self.edges[:, bounds > last] = -np.inf, np.inf
        self.missed = False
        self.tied = np.ones(rows, dtype=bool)  # whether several values may be on one edge
        self.upto = np.zeros((*self.edges.shape, 2), dtype=np.int64)  # how many values are below an edge; below or on

    def take(self, values: np.ndarray) -> None:
        """Take in a batch, which may be overwritten."""
        with self._one_by_one:
            if self.missed:
                return
            batch = values.shape[1]
            much_to_come = self.runs - self.seen >= self.seen >= TIMES * self.narrowed
            if self.seen and (much_to_come or self._lacking(batch).any()):
                self._narrow()
                if (lacking := self._lacking(batch)).any():
                    self._make_room(np.diff(self.starts) + lacking, self.kept)
            self._by.cut(values, self.edges, self.tied, self.upto, self.kept, self.starts)
            self.seen += batch
            # A miss is told when all runs are in: the first pass also writes what is kept of each.
            self.missed |= bool(np.any(self._sizes() > np.diff(self.starts)))
            if self.seen == batch:
                self._look_for_ties()

    def settle(self) -> Selected:
        """The order statistics of the ranks that were wanted, when all batches are in; raises MissedError."""
        if self.missed:
            raise MissedError
        ranks = np.array(sorted({rank for of in self.ranks for rank in of}))
        values = self._among(np.broadcast_to(ranks, (len(self.ranks), len(ranks))))
        row, place = np.ogrid[: len(values), : len(ranks)]
        window = (self.upto[:, 1::2, 1, None] <= ranks).sum(axis=1)  # (row, rank): the first that does not end below
        if np.any(window == len(self.ranks)) or np.any(ranks < self.upto[row, 2 * window, 0]):
            raise MissedError
        return Selected(ranks.tolist(), values[row, window, place], self.runs)

    def _sizes(self) -> np.ndarray:
        """How many values are inside each window (row, window)."""
        return np.maximum(self.upto[:, 1::2, 0] - self.upto[:, ::2, 1], 0)

    def _lacking(self, batch: int) -> np.ndarray:
        """How much room may be missing for another batch in each window (window,)."""
        sizes = self._sizes().max(axis=0)
        more = batch * (sizes + 1) / self.seen
        return np.maximum(sizes + more + 8.0 * np.sqrt(more) + 8.0 - np.diff(self.starts), 0)

    def _make_room(self, room: np.ndarray, kept: np.ndarray) -> None:
        """Give windows so much room (window,), and put there what was kept until now."""
        starts = np.concatenate([[0], np.cumsum(np.ceil(room))]).astype(np.int64)
        self.kept = np.empty((len(kept), starts[-1]))
        if kept.size:
            for begin, end, new in zip(self.starts, self.starts[1:], starts, strict=False):
                self.kept[:, new : new + end - begin] = kept[:, begin:end]
        self.starts = starts

    def _among(self, ranks: np.ndarray) -> np.ndarray:
        """The values at some ranks (window, rank) among all seen (row, window, rank): those inside the window, or the
        edge on or beyond which they lie."""
        sizes = self._sizes()
        places = ranks - self.upto[:, ::2, 1, None]
        found = self._by.select_parts(self.kept, self.starts, sizes, places)
        inside = (places >= 0) & (places < sizes[..., None])
        low, high = self.edges[:, ::2, None], self.edges[:, 1::2, None]
        return np.where(inside, found, np.where(places < 0, low, high))

    def _narrow(self) -> None:
        """Move the edges in to where they have to be by now."""
        spans, sizes, old = self._spans(self.seen), self._sizes(), self.edges
        edges = self._among(spans)  # (row, window, 2)
        stay = spans[1:, 0] < self.upto[:, 1:-1:2, 0]  # the next begins inside
        edges[:, :-1, 1][stay] = old[:, 1:-1:2][stay]
        self.edges = edges.reshape(old.shape)
        # What is outside has been counted: a new edge further in has, besides, what is below it inside.
        low, high = np.repeat(self.upto[:, ::2], 2, axis=1), np.repeat(self.upto[:, 1::2], 2, axis=1)
        further = low[..., 1:].repeat(2, axis=2)
        on_low, on_high = (self.edges == np.repeat(old[:, at::2], 2, axis=1) for at in (0, 1))
        self.upto = np.where(on_low[..., None], low, further)
        self._by.narrow(self.kept, self.starts, sizes, self.edges, self.upto)
        self.upto = np.where((on_high & ~on_low)[..., None], high, self.upto)
        self.narrowed = self.seen
        self._look_for_ties()

    def _look_for_ties(self) -> None:
        self.tied = np.any(self.upto[..., 1] - self.upto[..., 0] > 1, axis=1)

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


def cut(
    values: np.ndarray, edges: np.ndarray, tied: np.ndarray, upto: np.ndarray, kept: np.ndarray, starts: np.ndarray
) -> None:
    """Compare rows of values (row, run), which may be overwritten, with windows between `edges` (row, edge).

    How many are below an edge, and below or on it, is added to `upto` (row, edge, 2); where a row is not `tied`
    (row,), what is on an edge may be overlooked. Those inside a window are kept (row, place), behind what is there,
    from where the window `starts` (window and end,) and as far as there is room.
    """
    values.sort(axis=1)
    for row, x in enumerate(values):
        below, to = (np.searchsorted(x, edges[row], side) for side in ("left", "right"))
        for window, (first, last) in enumerate(zip(to[::2], below[1::2], strict=True)):
            start = starts[window] + max(upto[row, 2 * window + 1, 0] - upto[row, 2 * window, 1], 0)
            room = kept[row, start : min(start + max(last - first, 0), starts[window + 1])]
            room[:] = x[first : first + len(room)]
        upto[row] += np.stack([below, to], axis=1)


def select_parts(values: np.ndarray, starts: np.ndarray, sizes: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Order statistics (row, part, rank) of the parts of rows of `values` that begin at `starts` (part,) and have so
    many values (row, part): those of the `ranks` (row, part, rank), which rise; NaN for those that there are not."""
    found = np.full(ranks.shape, np.nan)
    for row, part in np.ndindex(*sizes.shape):
        x, of = values[row, starts[part] : starts[part] + sizes[row, part]], ranks[row, part]
        there = (of >= 0) & (of < len(x))
        if there.any():
            found[row, part, there] = np.partition(x, of[there])[of[there]]
    return found


def narrow(kept: np.ndarray, starts: np.ndarray, sizes: np.ndarray, edges: np.ndarray, upto: np.ndarray) -> None:
    """Keep, of so many values in each window (row, window), those between narrower `edges` (row, edge); how many are
    below an edge, and below or on it, is added to `upto` (row, edge, 2)."""
    for row, window in np.ndindex(*sizes.shape):
        x = kept[row, starts[window] : starts[window] + sizes[row, window]]
        low, high = pair = edges[row, 2 * window : 2 * window + 2]
        upto[row, 2 * window : 2 * window + 2] += [[np.sum(x < edge), np.sum(x <= edge)] for edge in pair]
        left = x[(low < x) & (x < high)]
        x[: len(left)] = left


def _forms(engine: str) -> Any:
    """The module that has the three functions above, compiled or as they are."""
    return compiled_rows(engine) or import_module(__name__)
