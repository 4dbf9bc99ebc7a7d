"""When to start which project so that ceilings and fiscal rules hold at a chosen confidence, and as little as
possible moves.

What each move does is measured by the engine in runs that lie where the answer is decided; an integer programme finds
the least delay; the answer is simulated, what the prediction missed is corrected, and it is looked at anew in futures
that it was not made for.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ldip.analysis.moves import Options, change_of
from ldip.analysis.planner import Clash, Held, Planner, Question
from ldip.errors import Fault, InputError
from ldip.model.catalogue import catalogue
from ldip.model.fiscal_rules import Limit, limits
from ldip.scenario.projects import Project, built
from ldip.scenario.schema import Scenario
from ldip.text import Text

CEILINGS, STEPS = 9, 200.0
"""Ceilings of the frontier, in half per cents."""


class Move(NamedTuple):
    """What becomes of a project that does not start when it was to."""

    project: str
    name: Text
    purpose: str
    before: int
    after: int | None  # none: dropped
    cost: float  # mill. kr of the project's price year
    unseen: float  # mill. kr of it that is spent after the years looked at, and was not before
    replaced_by: str | None = None

    @property
    def delay(self) -> int:
        """Years later; negative if earlier, 0 where it is dropped."""
        return 0 if self.after is None else self.after - self.before


class Point(NamedTuple):
    """One point of the frontier, as predicted."""

    confidence: float
    ceiling: float
    postponed: float | None  # mill. kr moved; none where no programme holds
    delay: float | None  # weighted


class Prioritised(NamedTuple):
    """The programme, what it moves, and how sure it is; or why there is none."""

    scenario: str
    base_year: int
    question: Question
    years: np.ndarray  # those asked for
    moves: tuple[Move, ...]
    change: dict[str, dict[str, Any]]
    delay: float  # mill. kr x years x benefit
    simple: dict[str, float | None]  # what two simple rules come to in the same measure; none where they fail
    before: Held
    after: Held | None
    fresh_seed: int
    missed: tuple[float, ...]  # how far the predicted margins were off, at most, each time that one was simulated
    clash: Clash | None
    frontier: tuple[Point, ...]

    @property
    def unseen(self) -> float:
        """Mill. kr that are moved beyond the years looked at."""
        return sum(move.unseen for move in self.moves)

    @property
    def postponed(self) -> float:
        """Mill. kr of what is moved to later or away."""
        return postponed(self.moves)


def ceiling(scenario: Scenario, metric: str, value: float) -> Limit:
    """A limit of one's own for a figure that has limits: from the side from which they are.

    Raises InputError if the figure has none.
    """
    known = {limit.metric: limit for limit in reversed(limits(scenario))}
    if metric not in known:
        raise InputError([Fault.of("no_limit_of", "--ceiling", metric, known=", ".join(sorted(known)))])
    label = catalogue()[metric].label
    return Limit(f"ceiling_{metric}", metric, known[metric].side, (0,), (value,), label, "", "", is_rule=False)


def prioritise(
    scenario: Scenario,
    asked: Sequence[Limit],
    *,
    confidence: float = 0.8,
    jointly: bool = False,
    since: int | None = None,
    policy: str = "adopted",
    may_drop: bool = False,
    places: bool = True,
    frontier: Sequence[float] = (),
    runs: int,
    seed: int,
    years: int,
    progress: Callable[[int], None] | None = None,
) -> Prioritised:
    """The programme with the least delay with which the limits `asked` hold in every year after the plan, or from
    `since` on. `frontier` are confidences at which the first limit is set against what is postponed.

    Raises InputError if the scenario builds no projects, or no year is left.
    """
    first, plan_years = scenario.scenario.first_year, scenario.scenario.plan_years
    if not built(scenario.projects):
        raise InputError([Fault.of("no_projects", scenario.name)])
    if years <= plan_years:
        raise InputError([Fault.of("no_start_left", "--years", str(years), least=plan_years + 1)])
    begins, last = first + plan_years if since is None else since, first + years - 1
    if begins > last:
        raise InputError([Fault.of("above_most", "--since", str(since), limit=last)])
    question = Question(
        tuple(asked), confidence, jointly, may_drop, places, policy, max(begins, first), last, runs, seed
    )
    planner = Planner(scenario, question, years, progress or (lambda count: None))
    chosen, before, after = planner.verified()
    return Prioritised(
        scenario=scenario.name,
        base_year=first,
        question=question,
        years=planner.years,
        moves=() if chosen is None else moves_of(planner.every, chosen, last),
        change={} if chosen is None else change_of(scenario, planner.every, chosen),
        delay=float("nan") if chosen is None else planner.price(chosen),
        simple={} if chosen is None else planner.simple(chosen),
        before=before,
        after=after,
        fresh_seed=planner.fresh_seed,
        missed=tuple(planner.missed),
        clash=planner.why() if chosen is None else None,
        frontier=frontier_of(planner, frontier),
    )


def frontier_of(planner: Planner, confidences: Sequence[float]) -> tuple[Point, ...]:
    """The first limit, a share, set against what is postponed, at each confidence: from the lowest value that can be
    kept to that with which nothing moves."""
    limit = planner.question.limits[0]
    if not confidences or catalogue()[limit.metric].unit != "share":
        return ()
    sign = 1.0 if limit.side == "most" else -1.0
    tightest = [value for p in confidences if (value := planner.kept(p, 0)) is not None]
    loosest = [limit.values[0] - sign * planner.margin_now(p, 0) for p in confidences]
    if not tightest:
        return ()
    first, last = min(sign * value for value in tightest), max(sign * value for value in loosest)
    found = []
    grid = np.linspace(first, last, CEILINGS)
    for value in sign * np.unique(np.ceil(STEPS * grid) / STEPS):
        for p in confidences:
            chosen = planner.cheapest_at(p, 0, float(value))
            if chosen is None:
                found.append(Point(p, float(value), None, None))
            else:
                moves = moves_of(planner.every, chosen, planner.question.last_year)
                found.append(Point(p, float(value), postponed(moves), planner.price(chosen)))
    return tuple(found)


def postponed(moves: Sequence[Move]) -> float:
    """Mill. kr of the projects that start later, are dropped or are replaced by a cheaper one."""
    return sum(move.cost for move in moves if move.delay > 0 or move.after is None)


def moves_of(every: Options, chosen: np.ndarray, last_year: int) -> tuple[Move, ...]:
    """What moves, in the order of the list."""
    found = []
    for family, place in enumerate(chosen):
        before, after = every.every[every.current[family]].project, every.every[place].project
        if place == every.current[family]:
            continue
        replaced = after.id if after.id != before.id else None
        start = None if after.dropped or replaced else after.start
        cost = max(before.cost - after.cost, 0.0) if replaced else before.cost
        unseen = 0.0 if after.dropped else max(_after(after, last_year) - _after(before, last_year), 0.0)
        found.append(Move(before.id, before.name, before.purpose, before.start, start, cost, unseen, replaced))
    return tuple(found)


def _after(project: Project, last_year: int) -> float:
    """What of a project is spent after a year, mill. kr."""
    late = [share for t, share in enumerate(project.shares) if project.start + t > last_year]
    return project.cost * sum(late)
