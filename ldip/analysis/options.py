"""What may be done with each of a list of named projects: its possible starts, its alternatives, and what each of
these counts; and what becomes of a project by a choice among them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ldip.scenario.projects import Project, built, moved
from ldip.scenario.schema import Scenario
from ldip.text import Text

LATEST, WAIT, EARLIER, ALTERNATIVES = "latest", "most_years", "earlier", "alternatives"
STATUTORY, DROP = "statutory", "drop"
"""Demands that forbid an option: a latest start, the most years that others may wait, that nothing comes earlier,
that no alternative is built, a statutory project that is dropped, any that is dropped."""

BEYOND = 4
"""So many years beyond what is allowed are looked at to tell what would make room."""

EARLY = 0.01
"""What a year earlier counts against a year later: nothing moves forward without a reason."""

REPLACED = 2.0
"""Building a project's alternative instead counts as so many years of delay of the project."""

LEAST_BENEFIT, LEAST_COST = 0.01, 1.0
"""Below these a project would be moved for nothing. Mill. kr."""


class Freedom(NamedTuple):
    """How far projects may be moved."""

    most_years: int = 4  # of those without a latest start
    earlier: bool = False  # down to the earliest start
    alternatives: bool = True  # may be built instead
    may_drop: bool = False  # what the law does not demand


class Option(NamedTuple):
    """One thing that may be done with a project."""

    family: int
    project: Project  # as it then is
    price: float  # mill. kr x years x benefit
    forbidden_by: str = ""  # a demand, or nothing

    @property
    def key(self) -> tuple[str, int | None]:
        """Project and start; no start where it is dropped."""
        return self.project.id, None if self.project.dropped else self.project.start


class Options(NamedTuple):
    """All options, in the order in which a project is moved, and those that the programme takes now."""

    every: tuple[Option, ...]
    current: np.ndarray  # (family,) places in `every`

    @property
    def family(self) -> np.ndarray:
        """The family of each option (option,)."""
        return np.array([option.family for option in self.every], dtype=int)

    @property
    def allowed(self) -> np.ndarray:
        """Whether each option is allowed (option,)."""
        return np.array([not option.forbidden_by for option in self.every])

    @property
    def movable(self) -> int:
        """How many projects have a cost and more than one option that is allowed."""
        free = np.bincount(self.family[self.allowed], minlength=len(self.current)) > 1
        return sum(bool(free[row]) and self.every[place].project.cost > 0.0 for row, place in enumerate(self.current))


class Move(NamedTuple):
    """What becomes of a project that does not start when it was to."""

    project: str
    name: Text
    purpose: str
    before: int
    after: int | None  # none: dropped, or replaced
    cost: float  # mill. kr of the project's price year
    unseen: float  # mill. kr of it that is spent after the years looked at, and was not before
    replaced_by: str | None = None
    instead: Text | None = None  # what the replacement is called

    @property
    def delay(self) -> int:
        """Years later; negative if earlier, 0 where it is dropped."""
        return 0 if self.after is None else self.after - self.before


def options(scenario: Scenario, last_year: int, freedom: Freedom | None = None) -> Options:
    """The options of every project that is built; a project and its alternatives are one family."""
    freedom = freedom or Freedom()
    found: list[Option] = []
    current: list[int] = []
    for place, standing in enumerate(built(scenario.projects)):
        own = _starts(scenario, standing, place, last_year, freedom)
        weight = _weight(standing)
        if _may_move(scenario, standing):
            for other in scenario.projects:
                if other.alternative_to == standing.id and not other.dropped and _may_replace(standing, other):
                    own += _instead(_starts(scenario, other, place, last_year, freedom), weight, freedom)
            years = last_year - scenario.scenario.first_year + 1
            dropped = standing.model_copy(update={"dropped": True})
            forbidden = STATUTORY if _must(standing) else "" if freedom.may_drop else DROP
            own.append(Option(place, dropped, (years + 1.0) * weight, forbidden))
        current.append(len(found) + [option.key for option in own].index((standing.id, standing.start)))
        found += own
    return Options(tuple(found), np.array(current, dtype=int))


def _must(project: Project) -> bool:
    return project.purpose == "statutory"


def _may_replace(project: Project, other: Project) -> bool:
    """An alternative to what the law demands must be demanded by it too."""
    return _must(other) or not _must(project)


def _may_move(scenario: Scenario, project: Project) -> bool:
    """Neither begun nor bound by contract."""
    last_plan_year = scenario.scenario.first_year + scenario.scenario.plan_years - 1
    begun = project.phase == "building" or (project.in_plan == "yes" and project.start <= last_plan_year)
    return not begun and project.committed == 0.0


def _weight(project: Project) -> float:
    """What a year of delay counts: benefit x mill. kr."""
    benefit = 1.0 if project.benefit is None else project.benefit
    return max(benefit, LEAST_BENEFIT) * max(project.cost, LEAST_COST)


def _starts(scenario: Scenario, project: Project, family: int, last_year: int, freedom: Freedom) -> list[Option]:
    """A project at each of its possible starts, and at some that a demand forbids; where it may not move, as it is.

    Without a latest start it waits no longer than the freedom says, and never so that more of it is spent after the
    last year."""
    if not _may_move(scenario, project):
        return [Option(family, project, 0.0)]
    now, weight = project.start, _weight(project)
    first = project.earliest or max(now, scenario.scenario.first_year + scenario.scenario.plan_years)
    latest = max(now, project.latest or now + freedom.most_years)
    found = []
    for year in sorted({*range(first, min(latest + BEYOND, last_year) + 1), now}):
        there = Project.model_validate(moved(project, {"start": year}))
        free = project.latest is not None and year <= latest
        if not free and spent_after(there, last_year) > spent_after(project, last_year) + 1e-9:
            continue
        forbidden = ""
        if year > latest:
            forbidden = LATEST if project.latest else WAIT
        elif year < now and not freedom.earlier:
            forbidden = EARLIER
        delay = year - now if year >= now else EARLY * (now - year)
        found.append(Option(family, there, delay * weight, forbidden))
    return found


def _instead(starts: Sequence[Option], weight: float, freedom: Freedom) -> list[Option]:
    """An alternative's starts: none that two demands forbid."""
    found = [option._replace(price=REPLACED * weight + option.price) for option in starts]
    if freedom.alternatives:
        return found
    return [option._replace(forbidden_by=ALTERNATIVES) for option in found if not option.forbidden_by]


def spent_after(project: Project, last_year: int) -> float:
    """What of a project is spent after a year, mill. kr."""
    late = [share for t, share in enumerate(project.shares) if project.start + t > last_year]
    return project.cost * sum(late)


def moves_of(every: Options, chosen: np.ndarray, last_year: int) -> tuple[Move, ...]:
    """What moves, in the order of the list."""
    found = []
    for family, place in enumerate(chosen):
        before, after = every.every[every.current[family]].project, every.every[place].project
        if place == every.current[family]:
            continue
        replaced, instead = (after.id, after.name) if after.id != before.id else (None, None)
        start = None if after.dropped or replaced else after.start
        cost = max(before.cost - after.cost, 0.0) if replaced else before.cost
        unseen = 0.0 if after.dropped else max(spent_after(after, last_year) - spent_after(before, last_year), 0.0)
        found.append(
            Move(before.id, before.name, before.purpose, before.start, start, cost, unseen, replaced, instead)
        )
    return tuple(found)


def postponed(moves: Sequence[Move]) -> float:
    """Mill. kr of the projects that start later, are dropped or are replaced by a cheaper one."""
    return sum(move.cost for move in moves if move.delay > 0 or move.after is None)


def change_of(scenario: Scenario, every: Options, chosen: np.ndarray) -> dict[str, dict[str, Any]]:
    """The chosen options as a change of the projects: what of each is another than in the scenario."""
    found: dict[str, dict[str, Any]] = {}
    known = {project.id: project for project in scenario.projects}
    for family, place in enumerate(chosen):
        before, after = every.every[every.current[family]].project, every.every[place].project
        if after.dropped or after.id != before.id:
            found[before.id] = {"dropped": True}
        if after.id != before.id:
            for other in scenario.projects:
                if other.alternative_to == before.id and other.id != after.id and not other.dropped:
                    found[other.id] = {"dropped": True}
        elif after.dropped:  # no alternative steps in
            others = [other for other in scenario.projects if other.alternative_to == before.id and not other.dropped]
            found |= {other.id: {"dropped": True} for other in others}
        if not after.dropped and after.start != known[after.id].start:
            found[after.id] = {"start": after.start}
    return found


def changed(scenario: Scenario, change: Mapping[str, Mapping[str, Any]]) -> Scenario:
    """The scenario with a change of its projects laid over it."""
    projects = tuple(
        Project.model_validate(moved(project, change[project.id])) if project.id in change else project
        for project in scenario.projects
    )
    return scenario.model_copy(update={"projects": projects})


def order_rows(every: Options) -> np.ndarray:
    """Rows that must not be negative so that a project starts when those that it comes after are open: one for each
    of its options and each of them."""
    family_of = {option.project.id: option.family for option in every.every}
    rows = []
    for place, option in enumerate(every.every):
        for other in () if option.project.dropped else option.project.after:
            if other not in family_of or family_of[other] == option.family:
                continue
            row = np.zeros(len(every.every))
            for at, before in enumerate(every.every):
                opens = before.family == family_of[other] and not before.project.dropped
                row[at] = float(opens and before.project.opening <= option.project.start)
            row[place] = -1.0
            rows.append(row)
    return np.array(rows).reshape(-1, len(every.every))
