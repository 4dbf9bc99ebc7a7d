"""Why no order of projects holds, and what else may be asked for: told only after it was asked and held."""

from typing import NamedTuple

import numpy as np

from ldip.analysis.options import ALTERNATIVES, DROP, EARLIER, LATEST, STATUTORY, WAIT
from ldip.analysis.planner import JOINT_STEPS, Planner, Question, rank_of
from ldip.analysis.programme import ANY, Group, Programme, clash, least_given, relaxed, solve
from ldip.model.catalogue import catalogue
from ldip.model.fiscal_rules import Limit
from ldip.model.metrics import report_values

ORDER, PLACES_OPEN, LIMITS, CONFIDENCE = "order", "places", "limits", "confidence"
"""Demands besides those that forbid options (options.py), and what else may be asked for."""

STEPS = 200.0
"""Shares are told in half per cents, confidences in steps of five."""

LOOSER = (0, 1, 2, 4, 8)
"""By so many steps a level is loosened until it holds when asked for."""

LEAST_CONFIDENCE = 0.3
"""A lower one is no answer."""

UNMOVED = 1e-7
"""What moves by less, as a share of revenue, does not move."""


class Remedy(NamedTuple):
    """Something else to ask for, with which an order was found."""

    demand: str  # that gives way
    value: float | None = None  # most years, or a confidence
    levels: tuple[tuple[str, float], ...] = ()  # limit -> level


class Clash(NamedTuple):
    """Why there is no programme: demands that cannot hold together, the limits that cannot be kept whatever moves,
    those that no move changes, and what could be asked for instead."""

    together: tuple[str, ...]
    broken: tuple[str, ...]
    unmoved: tuple[str, ...]
    remedies: tuple[Remedy, ...]

    @property
    def reachable(self) -> dict[str, float]:
        """Limit -> the level that can be held as was asked."""
        return {name: level for remedy in self.remedies for name, level in remedy.levels}


def why(planner: Planner) -> Clash:
    """What clashes, where no choice holds, and what would make room."""
    planner.measure(np.ones(len(planner.allowed), dtype=bool))
    programme, groups = _impossible(planner), _groups(planner)
    limits = {limit.id: groups[limit.id] for limit in planner.question.limits}
    together, broken = tuple(limits), tuple(limits)
    if programme is not None:
        names = list(groups)
        found = clash(programme, planner.allowed, list(groups.values()))
        together = tuple(names[place] for place in found)
        rest = {name: [of for other, of in limits.items() if other != name] for name in limits}
        broken = tuple(name for name in limits if relaxed(programme, planner.allowed, rest[name]) is None)
    moved = np.abs(planner.response[planner.allowed]).max(axis=(0, 2)) > UNMOVED
    problem = broken or tuple(name for name in limits if name in together) or tuple(limits)
    unmoved = tuple(name for name, moves in zip(limits, moved, strict=True) if name in problem and not moves)
    extreme = _extreme(planner, programme, [limits[name] for name in problem])
    remedies = [] if extreme is None else _levels(planner, extreme, problem)
    if programme is not None:
        remedies += _flags(planner, programme, groups)
    if extreme is not None:
        remedies += _surer(planner, extreme)
    return Clash(together, broken, unmoved, tuple(remedies))


def asked_again(planner: Planner, question: Question) -> bool:
    """Whether an order is found when this is asked."""
    after = Planner(planner.engine, question, planner.progress).verified()[1]
    return after is not None and after.enough(question)


def _impossible(planner: Planner) -> Programme | None:
    """The integer programme that has no solution: of a higher confidence of single years where all years at once are
    asked for; none if only simulations say that nothing holds."""
    confidence = planner.question.confidence
    for _ in range(JOINT_STEPS + 1):
        programme = planner.programme(confidence)
        if solve(programme, planner.allowed, ANY) is None:
            return programme
        confidence = 0.5 * (confidence + 1.0)
    return None


def _groups(planner: Planner) -> dict[str, Group]:
    """The demands that may be let go, by name: what is easiest to let go first."""
    rows = len(planner.programme(planner.question.confidence).least)
    place, (limits, years) = np.arange(rows), planner.slack.shape
    none, nothing = np.zeros(len(planner.allowed), dtype=bool), np.zeros(rows, dtype=bool)
    first = limits * years
    found = {
        ORDER: Group((place >= first) & (place < first + planner.ordered), none),
        PLACES_OPEN: Group(place >= first + planner.ordered, none),
    }
    forbidden = np.array([option.forbidden_by for option in planner.every.every])
    for name in (DROP, STATUTORY, ALTERNATIVES, EARLIER, WAIT, LATEST):
        found[name] = Group(nothing, forbidden == name)
    for row, limit in enumerate(planner.question.limits):
        found[limit.id] = Group((place >= row * years) & (place < (row + 1) * years), none)
    return {name: group for name, group in found.items() if group.rows.any() or group.forbids.any()}


def _extreme(planner: Planner, programme: Programme | None, problem: list[Group]) -> np.ndarray | None:
    """The choice that comes nearest to keeping the limits that are the problem; the others kept if they can be."""
    programme = programme or planner.programme(planner.question.confidence)
    every = np.arange(len(programme.least)) < planner.slack.size
    for gives in (np.logical_or.reduce([group.rows for group in problem]), every):
        found = least_given(programme, planner.allowed, gives)
        if found is not None:
            return found[0]
    return None


def _levels(planner: Planner, extreme: np.ndarray, problem: tuple[str, ...]) -> list[Remedy]:
    """The levels at which the limits that are the problem can be held as was asked, in steps."""
    question, ledger = planner.question, planner.fresh(extreme)
    own = [limit for limit in question.limits if limit.id in problem]
    if any(len(limit.values) > 1 for limit in own):
        return []
    steps, levels = {}, {}
    for limit in own:
        values = report_values(ledger, catalogue()[limit.metric])[planner.start :]
        sign = 1.0 if limit.side == "most" else -1.0
        rank = values.shape[1] - 1 - rank_of(question.confidence, values.shape[1])
        worst = sign * np.nan_to_num(values, nan=sign * -np.inf)
        level = np.sort(worst.max(axis=0))[rank] if question.jointly else np.sort(worst, axis=1)[:, rank].max()
        steps[limit.id] = sign * _step(catalogue()[limit.metric].unit, float(level))
        levels[limit.id] = np.ceil(level / abs(steps[limit.id]) - 1e-9) * steps[limit.id]

    def held(more: int) -> dict[str, float]:
        """The levels so many steps looser, if they hold when asked for and are looser than what was asked."""
        there = {name: round(float(levels[name] + more * steps[name]), 9) for name in steps}
        instead = tuple(at_level(limit, there[limit.id]) if limit.id in there else limit for limit in question.limits)
        looser = any((there[limit.id] - limit.values[0]) * steps[limit.id] > 0.0 for limit in own)
        return there if looser and asked_again(planner, question._replace(limits=instead)) else {}

    found = next(((more, there) for more in LOOSER if (there := held(more))), None)
    if found is None:
        return []
    best, tighter = found[1], held(-1) if found[0] == 0 else {}
    return [Remedy(LIMITS, levels=tuple((tighter or best).items()))]


def at_level(limit: Limit, value: float) -> Limit:
    """A limit at another level, as it is asked for as a ceiling."""
    return limit._replace(starts=(0,), values=(value,), is_rule=False)


def _step(unit: str, level: float) -> float:
    if unit == "share":
        return 1.0 / STEPS
    return 1.0 if abs(level) < 100.0 else 5.0 if abs(level) < 1000.0 else 50.0


def _flags(planner: Planner, programme: Programme, groups: dict[str, Group]) -> list[Remedy]:
    """Each demand on the projects without which an order was found."""
    question, found = planner.question, []
    freedom, standing = question.freedom, {project.id: project.start for project in planner.scenario.projects}
    waits = np.array([option.project.start - standing[option.project.id] for option in planner.every.every])
    for name in (EARLIER, DROP, WAIT, ALTERNATIVES, PLACES_OPEN):
        if name not in groups or relaxed(programme, planner.allowed, [groups[name]]) is None:
            continue
        if name == WAIT:
            group = groups[name]
            longer = range(freedom.most_years + 1, int(waits[group.forbids].max()) + 1)
            shut = [group._replace(forbids=group.forbids & (waits <= most)) for most in longer]
            enough = [relaxed(programme, planner.allowed, [one]) is not None for one in shut]
            most = longer[enough.index(True)]
            other = question._replace(freedom=freedom._replace(most_years=most))
            remedy = Remedy(name, float(most))
        else:
            other = {
                EARLIER: question._replace(freedom=freedom._replace(earlier=True)),
                DROP: question._replace(freedom=freedom._replace(may_drop=True)),
                ALTERNATIVES: question._replace(freedom=freedom._replace(alternatives=True)),
                PLACES_OPEN: question._replace(places=False),
            }[name]
            remedy = Remedy(name)
        if asked_again(planner, other):
            found.append(remedy)
    return found


def _surer(planner: Planner, extreme: np.ndarray) -> list[Remedy]:
    """The highest confidence, in steps, with which an order was found."""
    question, held = planner.question, planner.held(extreme)
    lowest = held.together if question.jointly else float(np.nanmin(held.probability))
    steps = np.arange(round(20 * LEAST_CONFIDENCE), int(np.ceil(20 * question.confidence - 1e-9)))[::-1] / 20
    tried = [p for p in steps if p <= lowest][:1]
    if not question.jointly:
        tried = [p for p in steps if solve(planner.programme(p), planner.allowed, ANY) is not None][:1] + tried
    for p in sorted({float(p) for p in tried}, reverse=True):
        if asked_again(planner, question._replace(confidence=p)):
            return [Remedy(CONFIDENCE, p)]
    return []
