"""A state of the page becomes a result: its change is laid over the scenario, which is simulated as ever."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ldip.analysis.compare import Pair, paired, paired_events
from ldip.model import drivers
from ldip.model.catalogue import catalogue
from ldip.model.engine.simulate import PRESSURE, Built, Ledger, run_baseline, simulate, simulate_built, with_policy
from ldip.model.fiscal_rules import events
from ldip.model.metrics import lines_needed, report_values
from ldip.model.plan.baseline import Baseline, build
from ldip.model.shown import ANSWERS, WEB
from ldip.scenario.files.laying import is_number
from ldip.scenario.files.overlay import lay_over, read_change
from ldip.scenario.files.reader import Source, change_names, find, read
from ldip.scenario.projects import PHASES
from ldip.scenario.schema import Scenario
from ldip.statistics.stream import simulate_fans
from ldip.statistics.summary import Fans, Summary, summarise
from ldip.text import Text
from ldip.web.controls import CONTROLS, State, change_of, position, project_changes
from ldip.web.memory import Memory
from ldip.web.words import BEGUN, BOUND

if TYPE_CHECKING:
    from ldip.analysis.prioritise import Prioritised

DRAGGED = 10_000
"""Runs of a simulation while a slider moves."""

NAME = "ldip-alternative"
TITLE = Text("Alternativ fra siden", "Alternative from the page")


class Alternative(NamedTuple):
    """A state as a scenario."""

    state: State
    source: Source
    change: dict[str, Any]  # all that sets it apart from the scenario that the page was started with
    unmoved: dict[str, float]  # control -> where it stands when it is not moved
    before_bars: Scenario  # before projects were moved on the page


class Result(NamedTuple):
    """What the simulation of an alternative came to."""

    alternative: Alternative
    baseline: Baseline
    calm: Ledger  # the baseline path
    ledger: Ledger
    summary: Summary


class Simulator:
    """A scenario and what is asked of it. One call at a time: what is remembered is not locked."""

    def __init__(self, scenario: str, changes: tuple[str, ...], *, years: int, seed: int, runs: int):
        """Read the scenario; raises InputError. `runs` are those of a slider that is let go."""
        self.extends = "+".join((scenario, *changes))
        self.source = read(scenario, changes)
        self.years, self.seed, self.runs = years, seed, runs
        self.engine = "numpy"  # until the compiled one is at hand
        place = find(scenario)
        names = [name for name in change_names(place.folder) if name not in self.source.scenario.changes]
        self.changes = {name: read_change(place, name) for name in names}
        self._memory = Memory()
        self._references: dict[int, Result] = {}  # runs -> what was last compared with

    @property
    def growth(self) -> list[str]:
        """The changes that move nothing but housing: the growth alternatives."""
        return [name for name, change in self.changes.items() if set(change.keys) == {"housing"}]

    def fixed(self) -> dict[str, Text]:
        """The projects that the page cannot move, and why: what is under construction, begun or bound by contract."""
        first, found = self.source.scenario.scenario.first_year, {}
        for project in self.source.scenario.projects:
            if project.phase == "building":
                found[project.id] = PHASES[project.phase]
            elif project.start < first:
                found[project.id] = BEGUN
            elif project.committed:
                found[project.id] = BOUND
        return found

    def alternative(self, state: State) -> Alternative:
        """The scenario with the state's changes and moved controls; raises InputError with every fault."""
        trees = [self.changes[name].keys for name in state.changes]
        titles = [self.changes[name].title for name in state.changes]
        title = Text(*(" + ".join(parts) for parts in zip(*titles, TITLE, strict=True)))

        def laid() -> Source:
            return lay_over(self.source, {}, f"{NAME}.toml", title, *trees) if trees else self.source

        changed = laid()
        unmoved = {control.id: position(control, changed.scenario) for control in CONTROLS}
        if state.values:
            trees.append(change_of(dict(state.values), changed.scenario))
            changed = laid()
        before_bars = changed.scenario
        if state.projects:
            trees.append(project_changes(state))
            changed = laid()
        tree: dict[str, Any] = {}
        for one in trees:
            _join(tree, one)
        return Alternative(state, changed, tree, unmoved, before_bars)

    def result(self, state: State, runs: int, wanted: Callable[[], None]) -> Result:
        """Simulate a state. `wanted` is called now and then; it raises when nobody waits for the result any more."""
        kept = self._references.get(runs)
        if kept and kept.alternative.state == state:
            return kept
        alternative = self.alternative(state)
        scenario = alternative.source.scenario
        baseline = with_policy(build(scenario, self.years, self._memory.count), state.policy)
        calm = run_baseline(baseline, state.step, self.engine)
        wanted()
        weather = self._memory.weather if runs <= DRAGGED else drivers.weather

        def weather_while_wanted(*of: Any) -> np.ndarray:
            wanted()  # before every chunk: one that is running cannot be stopped
            return weather(*of)

        ledger = simulate_built(
            Built(baseline, drivers.prepare(scenario.drivers, baseline.plan)),
            runs=runs,
            seed=self.seed,
            lines=lines_needed(WEB, baseline.events),
            engine=self.engine,
            step=state.step,
            weather=weather_while_wanted,
        )
        summary = self._summary(alternative, ledger, _while(wanted, WEB))
        return Result(alternative, baseline, calm, ledger, summary)

    def result_beside(
        self, state: State, against: State, runs: int, wanted: Callable[[], None], *, whole: bool = False
    ) -> tuple[Result, Pair | None]:
        """Simulate a state, and set it apart run by run from the state `against`, which is kept for the next time:
        the answer's metrics, or with `whole` all metrics of the page."""
        mine = self.result(state, runs, wanted)
        self._references[runs] = mine if state == against else self.result(against, runs, wanted)
        if state == against:
            return mine, None
        metrics = _while(wanted, WEB if whole else ANSWERS)
        return mine, _pair(mine, self._references[runs], metrics, self.engine)

    def prioritised(self, state: State, ceiling_of: float, confidence: float) -> "Prioritised":
        """When to start which project so that the debt ratio stays below a ceiling, from where the page stands: of at
        most DRAGGED runs, and with nobody but the planner stepping in where the page has a step."""
        from ldip.analysis.prioritise import ceiling, prioritise

        scenario = self.alternative(state).source.scenario
        return prioritise(
            scenario,
            [ceiling(scenario, "debt_ratio", ceiling_of)],
            confidence=confidence,
            policy=PRESSURE if state.policy == "step" else state.policy,
            runs=min(self.runs, DRAGGED),
            seed=self.seed,
            years=self.years,
        )

    def whole_ledger(self, alternative: Alternative, policy: str) -> Ledger:
        """An alternative as ``ldip simulate`` simulates it with a policy: every headline figure."""
        return simulate(
            alternative.source.scenario,
            runs=self.runs,
            seed=self.seed,
            years=self.years,
            lines=lines_needed(watched=events(alternative.source.scenario)),
            policy=policy,
            step=alternative.state.step,
        )

    def whole_fans(self, alternative: Alternative) -> Fans:
        """Every headline figure of an alternative, as ``ldip simulate`` writes them: where nobody reacts on the page,
        the steered fan beside it."""
        scenario, state = alternative.source.scenario, alternative.state
        how: dict[str, Any] = {"runs": self.runs, "seed": self.seed, "years": self.years}
        how |= {"policy": state.policy, "step": state.step, "engine": self.engine}
        return simulate_fans(scenario, name=scenario.name, **how)

    def _summary(self, alternative: Alternative, ledger: Ledger, metrics: Iterable[str] | None = None) -> Summary:
        scenario, state = alternative.source.scenario, alternative.state
        return summarise(
            ledger,
            scenario=scenario.name,
            base_year=scenario.scenario.first_year,
            seed=self.seed,
            policy=state.policy,
            step=state.step,
            metrics=None if metrics is None else (catalogue()[name] for name in metrics),
            engine=self.engine,
        )


def _join(tree: dict[str, Any], change: Mapping[str, Any], at: tuple[str, ...] = ()) -> None:
    """Put the keys of a change into a tree of those that changes move, both below the keys `at`."""
    for key, value in change.items():
        if isinstance(value, Mapping) and not is_number(value, here := (*at, key)):
            _join(tree.setdefault(key, {}), value, here)
        else:
            tree[key] = value


def _while(wanted: Callable[[], None], names: Iterable[str]) -> Iterator[str]:
    """The names one by one, as long as somebody waits."""
    for name in names:
        wanted()
        yield name


def _pair(mine: Result, theirs: Result, metrics: Iterable[str], engine: str) -> Pair:
    """The differences of some metrics and all events, run by run."""
    ledger, reference = mine.ledger, theirs.ledger
    apart = {}
    for name in metrics:
        metric = catalogue()[name]
        errors = [of.summary.distributions[name].mean_error for of in (mine, theirs)]
        here, there = report_values(ledger, metric), report_values(reference, metric)
        apart[name] = paired(metric, here, there, np.hypot(*errors), engine)
    return Pair(apart, paired_events(ledger, reference))
