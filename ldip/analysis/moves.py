"""How a programme of named projects may be moved: the options of each project, and what each option does to the
limits of the accounts, measured by the engine in runs that lie where the answer is decided."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from ldip.model import drivers
from ldip.model.accounts.choices import NOISE
from ldip.model.accounts.inputs import Plan, Projects
from ldip.model.accounts.year import LINES
from ldip.model.engine import kernel
from ldip.model.engine.simulate import Built, Ledger, run_baseline, simulate_built, with_policy
from ldip.model.fiscal_rules import Limit, lines_of, margin
from ldip.model.people.counted import Counted, count
from ldip.model.people.extra import extra_people
from ldip.model.plan.baseline import Baseline, build
from ldip.model.plan.named import ruler
from ldip.model.projects.chance import FOLLOWS_COST, projects_of
from ldip.model.projects.portfolio import DELAYS, PLACES, Portfolio, portfolio
from ldip.model.soundness import WITNESSES
from ldip.scenario.projects import Project, built, first_dwellings, moved
from ldip.scenario.rows import SERVICES
from ldip.scenario.schema import Scenario

LATEST, STATUTORY, DROP = "latest", "statutory", "drop"
"""Demands that forbid an option: a latest start, a statutory project that is dropped, any that is dropped."""

EARLY = 0.01
"""What a year earlier counts against a year later: nothing moves forward without a reason."""

REPLACED = 2.0
"""Building a project's alternative instead counts as so many years of delay of the project."""

LEAST_BENEFIT, LEAST_COST = 0.01, 1.0
"""Below these a project would be moved for nothing. Mill. kr."""

MOST_WEATHER = 4
"""Chunks of weather that are remembered."""

COLUMNS = 8 * drivers.BLOCK
"""Options times runs that are closed together."""


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


def options(scenario: Scenario, last_year: int) -> Options:
    """The options of every project that is built; a project and its alternatives are one family."""
    found: list[Option] = []
    current: list[int] = []
    for place, standing in enumerate(built(scenario.projects)):
        own = _starts(scenario, standing, place, standing.start, last_year)
        weight = _weight(standing)
        if _may_move(scenario, standing):
            for other in scenario.projects:
                if other.alternative_to == standing.id and not other.dropped and _may_replace(standing, other):
                    own += [
                        option._replace(price=REPLACED * weight + option.price)
                        for option in _starts(scenario, other, place, other.start, last_year)
                    ]
            years = last_year - scenario.scenario.first_year + 1
            dropped = standing.model_copy(update={"dropped": True})
            own.append(Option(place, dropped, (years + 1.0) * weight, STATUTORY if _must(standing) else DROP))
        current.append(len(found) + [option.key for option in own].index((standing.id, standing.start)))
        found += own
    return Options(tuple(found), np.array(current, dtype=int))


def _must(project: Project) -> bool:
    return project.purpose == "statutory"


def _may_replace(project: Project, other: Project) -> bool:
    """An alternative to what the law demands must be demanded by it too."""
    return _must(other) or not _must(project)


def _may_move(scenario: Scenario, project: Project) -> bool:
    """Neither begun, nor bound by contract, nor out of sight."""
    last_plan_year = scenario.scenario.first_year + scenario.scenario.plan_years - 1
    begun = project.phase == "building" or (project.in_plan == "yes" and project.start <= last_plan_year)
    return not begun and project.committed == 0.0


def _weight(project: Project) -> float:
    """What a year of delay counts: benefit x mill. kr."""
    benefit = 1.0 if project.benefit is None else project.benefit
    return max(benefit, LEAST_BENEFIT) * max(project.cost, LEAST_COST)


def _starts(scenario: Scenario, project: Project, family: int, now: int, last_year: int) -> list[Option]:
    """A project at each of its possible starts, from the earliest on; where it may not move, as it is."""
    if not _may_move(scenario, project):
        return [Option(family, project, 0.0)]
    after_plan = scenario.scenario.first_year + scenario.scenario.plan_years
    earliest = project.earliest or max(project.start, after_plan)
    latest = project.latest or last_year
    found = []
    for year in sorted({*range(earliest, last_year + 1), project.start}):
        delay = year - now if year >= now else EARLY * (now - year)
        there = Project.model_validate(moved(project, {"start": year}))
        found.append(Option(family, there, delay * _weight(project), LATEST if year > latest else ""))
    return found


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


class Engine:
    """The accounts of a scenario, to be closed with its projects at other places in time."""

    def __init__(self, scenario: Scenario, limits: Sequence[Limit], *, years: int, policy: str):
        self.scenario, self.limits, self.horizon, self.policy = scenario, tuple(limits), years, policy
        needed = set(WITNESSES).union(*map(lines_of, limits))
        self.lines = tuple(line for line in LINES if line in needed)
        self._counted: dict[tuple[tuple[str, int], ...], Counted] = {}
        self._alone: dict[tuple[str, int | None], Portfolio] = {}
        self._chance: dict[tuple[str, int], tuple[np.ndarray, np.ndarray]] = {}
        self._made: dict[tuple[int, int, int], np.ndarray] = {}
        waits = any(project.before_dwellings == "yes" for project in scenario.projects)
        self._weather = drivers.weather if waits else self._remembered

    def ready(self, scenario: Scenario) -> Built:
        """The scenario made ready for any runs."""

        def counting(of: Scenario, years: int) -> Counted:
            key = tuple(sorted(first_dwellings(of.projects).items()))
            if key not in self._counted:
                self._counted[key] = count(of, years)
            return self._counted[key]

        baseline = with_policy(build(scenario, self.horizon, counting), self.policy)
        return Built(baseline, drivers.prepare(scenario.drivers, baseline.plan))

    def simulate(self, scenario: Scenario, runs: int, seed: int) -> Ledger:
        """The lines that the limits are read from, in simulated runs."""
        return simulate_built(self.ready(scenario), runs=runs, seed=seed, lines=self.lines, weather=self._weather)

    def _remembered(self, process: drivers.Process, seed: int, first: int, runs: int, *more: Any) -> np.ndarray:
        """The weather, which no project changes, made once."""
        key = seed, first, runs
        if key not in self._made:
            made = drivers.weather(process, seed, first, runs, *more)
            if len(self._made) >= MOST_WEATHER:
                return made
            self._made[key] = made
        return self._made[key]

    def margins(self, ledger: Ledger) -> np.ndarray:
        """By how much each limit holds (limit, year, run): infinite in years that it is not for."""
        return np.stack([np.nan_to_num(margin(of, ledger), nan=np.inf) + NOISE * of.is_rule for of in self.limits])

    def measure(self, now: Scenario, every: Options, chosen: np.ndarray, seed: int, runs: np.ndarray) -> np.ndarray:
        """What each option would move the margins by if its family took it instead of the chosen one, on average
        over some of the first runs: (option, limit, year)."""
        ready = self.ready(now)
        base, of = ready.baseline, _weather(ready, seed, runs)
        table = base.plan_table().astype(object)
        still = self.margins(self._close(base, table, of.people, of.projects, of.weather))
        found = np.zeros((len(every.every), len(self.limits), len(base.years)))
        batch: list[int] = []
        for place, option in enumerate(every.every):
            taken = every.every[chosen[option.family]]
            if option.key == taken.key:
                continue
            if "yes" in (option.project.before_dwellings, taken.project.before_dwellings):
                found[place] = self._rebuilt(now, option, taken, of, still)
            else:
                batch.append(place)
        at_once = max(COLUMNS // len(runs), 1)
        for first in range(0, len(batch), at_once):
            places = batch[first : first + at_once]
            pairs = [(every.every[p], every.every[chosen[every.every[p].family]]) for p in places]
            opened = np.stack([self.opened(a.project) - self.opened(b.project) for a, b in pairs])
            for row, service in enumerate(SERVICES):
                field = Plan._fields.index(f"{PLACES[service]}_projects")
                for t in np.flatnonzero(opened[:, row].any(axis=0)):
                    table[t, field] = base.plan_table()[t, field] + np.repeat(opened[:, row, t], len(runs))
            differs = [self.alone(a.project, seed, runs) - self.alone(b.project, seed, runs) for a, b in pairs]
            projects = np.concatenate([of.projects + one for one in differs], axis=2)
            tiles = (1, 1, len(places))
            ledger = self._close(base, table, np.tile(of.people, tiles), projects, np.tile(of.weather, tiles))
            by = self.margins(ledger).reshape(len(self.limits), len(base.years), len(places), len(runs))
            found[places] = _mean(by, still[:, :, None, :]).transpose(2, 0, 1)
            table = base.plan_table().astype(object)
        return found

    def alone(self, project: Project, seed: int, runs: np.ndarray) -> np.ndarray:
        """What a project comes to in some of the first runs (field of Projects, year, run)."""
        of = self._by_itself(project)
        if not of.ids:
            return np.zeros((*of.response.shape[:2], len(runs)))
        response, (dear, late) = of.response[:, :, 0], self._weights(of, seed)
        costed = np.array(FOLLOWS_COST)[:, None, None]
        found: np.ndarray = np.where(costed, response @ dear[:, runs], response @ late[:, runs])
        return found

    def opened(self, project: Project) -> np.ndarray:
        """What the places would cost that a project brings for the users of a year (service, year)."""
        of = self._by_itself(project)
        return np.stack([of.places[service][: self.horizon] for service in SERVICES])

    def _by_itself(self, project: Project) -> Portfolio:
        key = project.id, None if project.dropped else project.start
        if key not in self._alone:
            alone = self.scenario.model_copy(update={"projects": (project,), "adopted_projects": ()})
            found = portfolio(alone, self._ruler)
            self._alone[key] = found._replace(response=found.response[:, : self.horizon])
        return self._alone[key]

    def _weights(self, of: Portfolio, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """How much of each whole number of years late a project is in each run of the first block, for what follows
        its cost, times the cost, and for what does not (delay, run): asked of the model, a delay in the place of a
        year."""
        key = of.ids[0], seed
        if key not in self._chance:
            probe = np.broadcast_to(np.eye(DELAYS)[None, :, None, :], (len(Projects._fields), DELAYS, 1, DELAYS))
            held = Projects(*np.zeros((len(Projects._fields), DELAYS)))
            asked = of._replace(response=np.ascontiguousarray(probe), held=held)
            found = projects_of(asked, self.scenario.drivers, seed, 0, drivers.BLOCK)
            found = np.broadcast_to(found, (*found.shape[:2], drivers.BLOCK))
            self._chance[key] = found[FOLLOWS_COST.index(True)], found[FOLLOWS_COST.index(False)]
        return self._chance[key]

    @cached_property
    def _ruler(self) -> Any:
        bare = self.scenario.model_copy(update={"projects": (), "adopted_projects": ()})
        baseline = self.ready(bare).baseline
        return ruler(self.scenario, baseline.plan._asdict(), baseline.years)

    def _rebuilt(self, now: Scenario, option: Option, taken: Option, of: "_Sample", still: np.ndarray) -> np.ndarray:
        """The response to an option that other people come with: from a baseline of its own (limit, year)."""
        change: dict[str, dict[str, Any]] = {taken.project.id: {"dropped": True}}
        change[option.project.id] = {"dropped": option.project.dropped, "start": option.project.start}
        ready = self.ready(changed(now, change))
        mine = _weather(ready, of.seed, of.runs)
        table = ready.baseline.plan_table().astype(object)
        ledger = self._close(ready.baseline, table, mine.people, mine.projects, mine.weather)
        return _mean(self.margins(ledger), still)

    def _close(
        self, base: Baseline, table: np.ndarray, people: np.ndarray, projects: np.ndarray, weather: np.ndarray
    ) -> Ledger:
        """The accounts of some runs, on a plan whose fields may differ from run to run."""
        values = np.empty((len(self.lines), len(base.years), weather.shape[2]))
        places = [LINES.index(line) for line in self.lines]
        with np.errstate(all="ignore"):
            kernel.run_numpy(table, people, projects, weather, np.array(base.opening), places, values)
        return Ledger(base.years, self.lines, values)

    def lacking(self, now: Scenario, every: Options) -> tuple[np.ndarray, np.ndarray]:
        """Rows and what they must add up to so that no places open later than users need them: of each service and
        year after the plan, the places that projects have opened by then, so that the municipality builds no more
        beside them than it does now."""
        baseline = self.ready(now).baseline
        calm, rows, least = run_baseline(baseline), [], []
        opened = np.array([self.opened(option.project) for option in every.every])
        opened = opened.reshape(-1, len(SERVICES), len(baseline.years)).cumsum(axis=2)
        for place, service in enumerate(SERVICES):
            if not opened[:, place].any():
                continue
            name = PLACES[service]
            named = np.cumsum(getattr(baseline.plan, f"{name}_projects")) + getattr(
                baseline.opening, f"{name}_capacity"
            )
            beside = calm[f"{name}_capacity"][:, 0] - named
            needs = getattr(baseline.plan, f"{name}_places") - beside
            # No more is asked for than what is open now.
            of_now = opened[every.current, place].sum(axis=0)
            wanted = np.minimum(of_now, needs - (named - of_now))
            for t in np.flatnonzero(baseline.plan.builds_places > 0.5):
                rows.append(opened[:, place, t])
                least.append(wanted[t] - NOISE)
        return np.array(rows).reshape(-1, len(every.every)), np.array(least)


class _Sample(NamedTuple):
    """Some of the first runs of a seed: their weather, extra people and projects (field, year, run)."""

    seed: int
    runs: np.ndarray
    weather: np.ndarray
    people: np.ndarray
    projects: np.ndarray


def _weather(ready: Built, seed: int, runs: np.ndarray) -> _Sample:
    baseline, process = ready
    with np.errstate(all="ignore"):
        weather = drivers.weather(process, seed, 0, drivers.BLOCK)
        people = extra_people(baseline.response, weather)
        projects = projects_of(baseline.portfolio, process.drivers, seed, 0, drivers.BLOCK)
    projects = np.broadcast_to(projects, (*projects.shape[:2], drivers.BLOCK))
    return _Sample(seed, runs, weather[:, :, runs], people[:, :, runs], projects[:, :, runs])


def _mean(margins: np.ndarray, still: np.ndarray) -> np.ndarray:
    """The mean over runs of what margins differ by; nothing where there is no limit."""
    difference: np.ndarray = np.where(np.isfinite(margins), margins - np.where(np.isfinite(still), still, 0.0), 0.0)
    found: np.ndarray = difference.mean(axis=-1)
    return found


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
