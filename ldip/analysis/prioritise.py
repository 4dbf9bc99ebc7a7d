"""When to start which project so that ceilings and fiscal rules hold at a chosen confidence, and as little as
possible moves.

What each move does is measured by the engine in runs that lie where the answer is decided; an integer programme finds
the least delay; the answer is simulated, what the prediction missed is corrected, and it is looked at anew in futures
that it was not made for.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ldip.analysis.frontier import Point, frontier_of
from ldip.analysis.moves import Engine
from ldip.analysis.options import Freedom, Move, change_of, moves_of, postponed
from ldip.analysis.planner import Held, Planner, Question
from ldip.analysis.remedies import Clash, why
from ldip.errors import Fault, InputError
from ldip.model.catalogue import catalogue
from ldip.model.fiscal_rules import Limit, limits
from ldip.scenario.projects import built
from ldip.scenario.schema import Scenario
from ldip.text import NO_WORDS

LARGEST_SHARE = 4.0
"""A share above this was meant in per cents."""


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
    movable: int  # projects with a cost that may move
    projects: int  # those that are built

    @property
    def unseen(self) -> float:
        """Mill. kr that are moved beyond the years looked at."""
        return sum(move.unseen for move in self.moves)

    @property
    def postponed(self) -> float:
        """Mill. kr of what is moved to later or away."""
        return postponed(self.moves)

    @property
    def earlier(self) -> float:
        """Mill. kr of what is moved to earlier."""
        return sum(move.cost for move in self.moves if move.delay < 0)


def ceiling(scenario: Scenario, metric: str, value: float) -> Limit:
    """A limit of one's own for a figure that has limits, by its id or its label: from the side from which they are.

    Raises InputError if the figure has none, or a share is so large that per cents were meant.
    """
    known = {limit.metric: limit for limit in reversed(limits(scenario))}
    called = {words.casefold(): name for name in known for words in catalogue()[name].label}
    metric = called.get(metric.casefold(), metric)
    if metric not in known:
        raise InputError([Fault.of("no_limit_of", "--ceiling", metric, known=", ".join(sorted(known)))])
    if catalogue()[metric].unit == "share" and abs(value) > LARGEST_SHARE:
        meant = f"{value / 100.0:.{max(2, len(f'{value:.9g}'.partition('.')[2]) + 2)}f}"
        raise InputError([Fault.of("meant_per_cent", "--ceiling", metric, f"{value:g}", meant=meant)])
    label = catalogue()[metric].label
    return Limit(f"ceiling_{metric}", metric, known[metric].side, (0,), (value,), label, NO_WORDS, "", is_rule=False)


def prioritise(
    scenario: Scenario,
    asked: Sequence[Limit],
    *,
    confidence: float = 0.8,
    jointly: bool = False,
    since: int | None = None,
    policy: str = "adopted",
    may_drop: bool = False,
    most_years: int = 4,
    earlier: bool = False,
    alternatives: bool = True,
    places: bool = True,
    frontier: Sequence[float] = (),
    runs: int,
    seed: int,
    years: int,
    progress: Callable[[int], None] | None = None,
) -> Prioritised:
    """The programme with the least delay with which the limits `asked` hold in every year after the plan, or from
    `since` on. Projects without a latest start wait `most_years` at most; `earlier` lets projects start down to their
    earliest. `frontier` are confidences at which the first limit is set against what is postponed.

    Raises InputError if a limit is asked for twice, the scenario builds no projects, or no year is left.
    """
    first, plan_years = scenario.scenario.first_year, scenario.scenario.plan_years
    ids = [limit.id for limit in asked]
    if twice := [limit.metric for place, limit in enumerate(asked) if limit.id in ids[:place]]:
        raise InputError([Fault.of("given_twice", "--ceiling", metric) for metric in twice])
    if not built(scenario.projects):
        raise InputError([Fault.of("no_projects", scenario.name)])
    if years <= plan_years:
        raise InputError([Fault.of("no_start_left", "--years", str(years), least=plan_years + 1)])
    begins, last = first + plan_years if since is None else since, first + years - 1
    if begins > last:
        raise InputError([Fault.of("above_most", "--since", str(since), limit=last)])
    freedom = Freedom(most_years, earlier, alternatives, may_drop)
    question = Question(
        tuple(asked), confidence, jointly, freedom, places, policy, max(begins, first), last, runs, seed
    )
    engine = Engine(scenario, question.limits, years=years, policy=policy)
    planner = Planner(engine, question, progress or (lambda count: None))
    chosen, after = planner.verified()
    return Prioritised(
        scenario=scenario.name,
        base_year=first,
        question=question,
        years=planner.years,
        moves=() if chosen is None else moves_of(planner.every, chosen, last),
        change={} if chosen is None else change_of(scenario, planner.every, chosen),
        delay=float("nan") if chosen is None else planner.price(chosen),
        simple={} if chosen is None else planner.simple(chosen),
        before=planner.held(planner.every.current),
        after=after,
        fresh_seed=planner.fresh_seed,
        missed=tuple(planner.missed),
        clash=why(planner) if chosen is None else None,
        frontier=frontier_of(planner, frontier),
        movable=planner.every.movable,
        projects=len(planner.every.current),
    )
