"""How tight a limit is against what is postponed: each point found and verified as an answer is."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ldip.analysis.options import moves_of, postponed
from ldip.analysis.planner import Planner, rank_of
from ldip.analysis.programme import least_given
from ldip.model.catalogue import catalogue

CEILINGS, STEPS = 6, 200.0
"""Ceilings of the frontier besides the one that is asked for, in half per cents."""


class Point(NamedTuple):
    """One point of the frontier."""

    confidence: float
    ceiling: float
    postponed: float | None  # mill. kr moved; none where no programme holds
    delay: float | None  # weighted


def frontier_of(planner: Planner, confidences: Sequence[float]) -> tuple[Point, ...]:
    """The first limit, a share, set against what is postponed, at each confidence: from about the tightest value that
    can be kept to that with which nothing moves. A looser value keeps the order of a tighter one unless one was found
    that counts less."""
    question = planner.question
    limit = question.limits[0]
    if not confidences or catalogue()[limit.metric].unit != "share":
        return ()
    sign = 1.0 if limit.side == "most" else -1.0
    tightest = [value for p in confidences if (value := _kept(planner, p)) is not None]
    loosest = [limit.values[0] - sign * _margin_now(planner, p) for p in confidences]
    if not tightest:
        return ()
    first, last = min(sign * value for value in tightest), max(sign * value for value in loosest)
    grid = np.ceil(STEPS * np.linspace(first, last, CEILINGS)) / STEPS
    found = []
    for p in confidences:
        best: tuple[float, float] | None = None
        for value in sign * np.unique(np.round(np.append(grid, sign * limit.values[0]), 9)):
            if best is None or best[0] > 0.0:
                own = _found(planner, p, float(value))
                if best is None or (own is not None and own[0] <= best[0]):
                    best = own
            delay, moved = best or (None, None)
            found.append(Point(p, float(value), moved, delay))
    return tuple(found)


def _found(planner: Planner, confidence: float, value: float) -> tuple[float, float] | None:
    """What the answer counts and what it postpones with the first limit at another value; none if there is none."""
    question = planner.question
    first = question.limits[0]._replace(starts=(0,), values=(value,))
    asked = question._replace(limits=(first, *question.limits[1:]), confidence=confidence)
    again = Planner(planner.engine, asked, planner.progress)
    chosen, after = again.verified()
    if chosen is None or after is None or not after.enough(asked):
        return None
    return again.price(chosen), postponed(moves_of(again.every, chosen, question.last_year))


def _kept(planner: Planner, confidence: float) -> float | None:
    """The tightest value at which the first limit is predicted to be kept, the others as they are; none if these
    cannot be."""
    programme, asked = planner.programme(confidence), planner.question.limits[0]
    given = least_given(programme, planner.allowed, np.arange(len(programme.least)) < len(planner.years))
    return None if given is None else asked.values[0] + (given[1] if asked.side == "most" else -given[1])


def _margin_now(planner: Planner, confidence: float) -> float:
    """The least margin of the first limit over the years, as the projects stand now: predicted."""
    margins = planner.predicted(planner.every.current)[0]
    rank = rank_of(confidence, margins.shape[1])
    return float(np.partition(margins, rank, axis=1)[:, rank].min())
