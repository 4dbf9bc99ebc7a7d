"""What each option of named projects does to the limits of the accounts, measured by the engine in runs that lie
where the answer is decided."""

import copy
from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np

from ldip.analysis.options import Option, Options, changed
from ldip.model import drivers
from ldip.model.accounts.choices import NOISE
from ldip.model.accounts.inputs import Plan, Projects
from ldip.model.accounts.year import LINES
from ldip.model.catalogue import catalogue
from ldip.model.engine import kernel
from ldip.model.engine.simulate import Built, Ledger, run_baseline, simulate_built, with_policy
from ldip.model.fiscal_rules import Limit, lines_of, margin
from ldip.model.people.counted import Counted, count
from ldip.model.people.extra import extra_people
from ldip.model.plan.baseline import Baseline, build
from ldip.model.plan.named import ruler
from ldip.model.projects.chance import projects_of
from ldip.model.projects.portfolio import DELAYS, IS_COSTED, PLACES, Portfolio, portfolio
from ldip.model.soundness import WITNESSES
from ldip.scenario.projects import Project, first_dwellings
from ldip.scenario.rows import SERVICES
from ldip.scenario.schema import Scenario

MOST_WEATHER, MOST_LEDGERS = 4, 12
"""Chunks of weather, and simulations, that are remembered."""

COLUMNS = 8 * drivers.BLOCK
"""Options times runs that are closed together."""


class Engine:
    """The accounts of a scenario, to be closed with its projects at other places in time."""

    def __init__(self, scenario: Scenario, limits: Sequence[Limit], *, years: int, policy: str):
        self.scenario, self.limits, self.horizon, self.policy = scenario, tuple(limits), years, policy
        self.lines = _needed(limits)
        self._counted: dict[tuple[tuple[str, int], ...], Counted] = {}
        self._alone: dict[tuple[str, int | None], Portfolio] = {}
        self._chance: dict[tuple[str, int], tuple[np.ndarray, np.ndarray]] = {}
        self._made: dict[tuple[int, int, int], np.ndarray] = {}
        self._measured: dict[tuple[Any, ...], np.ndarray] = {}
        self._simulated: dict[tuple[Any, ...], Ledger] = {}
        waits = any(project.before_dwellings == "yes" for project in scenario.projects)
        self._weather = drivers.weather if waits else self._remembered

    def of(self, limits: Sequence[Limit]) -> Self:
        """The same accounts for other limits; what was counted and measured is shared."""
        other = copy.copy(self)
        other.limits = tuple(limits)
        other.lines = _needed(limits)
        return other

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
        """The lines that the limits are read from, in simulated runs. Those of few runs are remembered."""
        key = scenario.projects, runs, seed, self.lines
        if key in self._simulated:
            return self._simulated[key]
        found = simulate_built(self.ready(scenario), runs=runs, seed=seed, lines=self.lines, weather=self._weather)
        if runs <= MOST_WEATHER * drivers.BLOCK and len(self._simulated) < MOST_LEDGERS:
            self._simulated[key] = found
        return found

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

    def measure(
        self,
        now: Scenario,
        every: Options,
        chosen: np.ndarray,
        seed: int,
        runs: np.ndarray,
        wanted: np.ndarray | None = None,
    ) -> np.ndarray:
        """What each option, or each of those `wanted` (option,), would move the margins by if its family took it
        instead of the chosen one, on average over some of the first runs: (option, limit, year). Remembered: of a
        share it is the same whatever its limit is."""
        wanted = np.ones(len(every.every), dtype=bool) if wanted is None else wanted
        taken = tuple(every.every[place].key for place in chosen)
        of = tuple(limit if _own_size(limit) else (limit.metric, limit.side) for limit in self.limits)
        keys = [(option.key, taken, of, seed, runs.tobytes()) for option in every.every]
        unknown = wanted & np.array([key not in self._measured for key in keys])
        if unknown.any():
            new = self._measure(now, every, chosen, seed, runs, unknown)
            self._measured |= {keys[place]: new[place] for place in np.flatnonzero(unknown)}
        nothing = np.zeros((len(self.limits), self.horizon))
        return np.array([self._measured[key] if one else nothing for key, one in zip(keys, wanted, strict=True)])

    def _measure(
        self, now: Scenario, every: Options, chosen: np.ndarray, seed: int, runs: np.ndarray, wanted: np.ndarray
    ) -> np.ndarray:
        ready = self.ready(now)
        base, of = ready.baseline, _weather(ready, seed, runs)
        table = base.plan_table().astype(object)
        still = self.margins(self._close(base, table, of.people, of.projects, of.weather))
        found = np.zeros((len(every.every), len(self.limits), len(base.years)))
        batch: list[int] = []
        for place, option in enumerate(every.every):
            taken = every.every[chosen[option.family]]
            if option.key == taken.key or not wanted[place]:
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
        costed = np.array(IS_COSTED)[:, None, None]
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
            self._chance[key] = found[IS_COSTED.index(True)], found[IS_COSTED.index(False)]
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


def _own_size(limit: Limit) -> bool:
    """Whether what a move does to a margin hangs on the limit's size too."""
    share = catalogue()[limit.metric].unit == "share"
    return not share or limit.metric == "equity_share" or len(limit.values) > 1


def _needed(limits: Sequence[Limit]) -> tuple[str, ...]:
    needed = set(WITNESSES).union(*map(lines_of, limits))
    return tuple(line for line in LINES if line in needed)
