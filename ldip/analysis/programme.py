"""Which option to choose of each project so that demands hold and as little as possible moves: the integer programme,
on arrays alone.

Of every family of options, a project's possible starts, exactly one is chosen. A demand is a row: what the chosen
options add up to must be at least so much. Rows are the limits of the accounts, places in time and the order of
projects; what an option costs is how much is postponed by it.
"""

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

TIGHT = 1e-9
"""By so much a row may be missed: rounding."""

ROOM = 1e3
"""The most that rows may give way."""

GAP, SECONDS = 0.01, 3.0
"""A choice is taken whose cost is within that part of the least, or the best that is found by then: to prove that
there is nothing better takes ten times as long."""


class Programme(NamedTuple):
    """Options by family, what each costs, and the demands on what is chosen."""

    family: np.ndarray  # (option,) of whole numbers from 0 on
    cost: np.ndarray  # (option,) not negative
    rows: np.ndarray  # (row, option)
    least: np.ndarray  # (row,) what the chosen options must add up to

    @property
    def families(self) -> int:
        """How many families there are."""
        return int(self.family.max()) + 1 if len(self.family) else 0

    def without(self, gone: np.ndarray) -> "Programme":
        """The programme without some rows (row,)."""
        return self._replace(rows=self.rows[~gone], least=self.least[~gone])

    def holds(self, chosen: np.ndarray) -> bool:
        """Whether every demand holds with these options, one of each family (family,)."""
        return bool((self.rows[:, chosen].sum(axis=1) >= self.least - TIGHT).all())

    def total(self, chosen: np.ndarray) -> float:
        """What the chosen options cost."""
        return float(self.cost[chosen].sum())


ANY = 1e6
"""The gap where any choice that holds will do."""


def solve(programme: Programme, allowed: np.ndarray, gap: float = GAP) -> np.ndarray | None:
    """The cheapest choice among the `allowed` options (option,) with which every demand holds, or one whose cost is
    within `gap` of it: the option of each family (family,); none if there is no such choice."""
    found = _milp(programme, allowed, programme.cost, np.zeros(len(programme.least)), gap=gap)
    return None if found is None else found[0]


def least_given(programme: Programme, allowed: np.ndarray, gives: np.ndarray) -> tuple[np.ndarray, float] | None:
    """The choice with which the rows marked in `gives` (row,) must give way least, all by the same amount, and that
    amount; negative if they could demand more. None if the other rows cannot hold."""
    return _milp(programme, allowed, np.zeros(len(programme.cost)), gives.astype(float), price=1.0)


def _milp(
    programme: Programme,
    allowed: np.ndarray,
    cost: np.ndarray,
    gives: np.ndarray,
    *,
    price: float = 0.0,
    gap: float = GAP,
) -> tuple[np.ndarray, float] | None:
    """The choice and how far rows gave way."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    places = np.flatnonzero(allowed)
    family, families = programme.family[places], programme.families
    if len(np.unique(family)) < families:
        return None
    if not families:
        return (np.zeros(0, dtype=int), 0.0) if (programme.least <= TIGHT).all() else None
    more = int(gives.any())  # the last unknown: how far rows give way
    one = np.zeros((families, len(places) + more))
    one[family, np.arange(len(places))] = 1.0
    rows = np.column_stack([programme.rows[:, places], *[gives] * more])
    # Rows that no choice can break are left out: there are many.
    lowest = np.full((families, len(programme.least)), np.inf)
    np.minimum.at(lowest, family, programme.rows[:, places].T)
    matter = (lowest.sum(axis=0) < programme.least - TIGHT) | (gives != 0.0)
    rows, least = rows[matter], programme.least[matter]
    # Rows of like size, so that the solver's tolerance means the same in each.
    size = np.maximum(np.abs(rows).max(axis=1, initial=0.0), 1e-12)
    worth = np.append(cost[places], [price] * more)
    scale = max(float(np.abs(worth).max()), 1e-12)
    constraints = [LinearConstraint(one, 1.0, 1.0)]
    if len(least):
        constraints.append(LinearConstraint(rows / size[:, None], (least - TIGHT) / size, np.inf))
    with _silent():
        found = milp(
            worth / scale,
            integrality=np.append(np.ones(len(places)), [0.0] * more),
            bounds=Bounds(
                np.append(np.zeros(len(places)), [-ROOM] * more), np.append(np.ones(len(places)), [ROOM] * more)
            ),
            constraints=constraints,
            options={"time_limit": SECONDS, "mip_rel_gap": gap},
        )
    if found.x is None:
        return None
    chosen = np.zeros(families, dtype=int)
    picked = np.flatnonzero(found.x[: len(places)] > 0.5)
    chosen[family[picked]] = places[picked]
    return chosen, float(found.x[-1]) if more else 0.0


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """What the solver's library says on the process's standard output goes nowhere: figures may be on their way
    there."""
    try:
        kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # there is no standard output
        yield
        return
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def greedy(programme: Programme, allowed: np.ndarray, start: np.ndarray, order: Sequence[int]) -> np.ndarray | None:
    """What a simple rule comes to: from the choice `start` (family,) on, family after family in `order` is moved as
    far as it may, and the last of them no further than it must, until every demand holds. None if it never does.

    The options of a family stand in the order in which it is moved. Moves that break a row which held are left out.
    """
    chosen = start.copy()
    if programme.holds(chosen):
        return chosen
    for family in order:
        own = np.flatnonzero((programme.family == family) & allowed)
        later = own[own > chosen[family]]
        possible = [option for option in later if _keeps(programme, chosen, family, option)]
        for option in possible:
            tried = chosen.copy()
            tried[family] = option
            if programme.holds(tried):
                return tried
        if possible:
            chosen[family] = possible[-1]
    return None


def _keeps(programme: Programme, chosen: np.ndarray, family: int, option: int) -> bool:
    """Whether every row that holds with a choice still holds when a family takes another option."""
    before = programme.rows[:, chosen].sum(axis=1)
    after = before + programme.rows[:, option] - programme.rows[:, chosen[family]]
    held = before >= programme.least - TIGHT
    return bool((after[held] >= programme.least[held] - TIGHT).all())


def clash(programme: Programme, allowed: np.ndarray, groups: Sequence["Group"]) -> tuple[int, ...]:
    """A smallest set of demands that cannot hold together: places in `groups`. Each is let go in turn, and stays
    away if the others cannot hold together without it either."""
    kept = list(range(len(groups)))
    for place in range(len(groups)):
        others = [one for one in kept if one != place]
        if relaxed(programme, allowed, [groups[i] for i in range(len(groups)) if i not in others]) is None:
            kept = others
    return tuple(kept)


class Group(NamedTuple):
    """A demand that may be let go as a whole."""

    rows: np.ndarray  # (row,) the rows that it consists of
    forbids: np.ndarray  # (option,) the options that it alone forbids


def relaxed(programme: Programme, allowed: np.ndarray, gone: Sequence[Group]) -> np.ndarray | None:
    """A choice with some demands let go, not the cheapest."""
    rows, more = np.zeros(len(programme.least), dtype=bool), allowed.copy()
    for group in gone:
        rows |= group.rows
        more |= group.forbids
    return solve(programme.without(rows), more, gap=ANY)
