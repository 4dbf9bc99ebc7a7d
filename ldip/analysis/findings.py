"""Everything that a report tells of one or several scenarios, computed on the same random numbers."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ldip.analysis.compare import Comparison, compare
from ldip.analysis.explain import Explanation, explain, explain_groups
from ldip.analysis.investment_plan import InvestmentPlan, investment_plan
from ldip.analysis.realism import Realism, realism
from ldip.analysis.reconcile import DebtRatios, Row, debt_ratios, published_file, reconcile
from ldip.analysis.restructuring import Restructuring, restructure
from ldip.analysis.sensitivity import ASSUMED, Tornado, moving, tornado
from ldip.analysis.sensitivity import work as simulations
from ldip.analysis.steering import Steering, steering_lines, steering_of
from ldip.analysis.stress import Stress, stress
from ldip.model.catalogue import Metric, catalogue
from ldip.model.engine.simulate import PRESSURE, STEERED, Ledger, run_baseline, simulate, with_policy
from ldip.model.fiscal_rules import events
from ldip.model.fiscal_rules import rules as rules_of
from ldip.model.metrics import lines_needed, report_values
from ldip.model.plan.baseline import Baseline, build
from ldip.model.shown import ANSWERS, DEBT
from ldip.scenario.files.reader import Source
from ldip.scenario.schema import Scenario
from ldip.statistics.summary import Fans, Probability, Summary, probability, quantile, quantile_error, summarise

CONFIDENCES = (0.70, 0.80, 0.90)
SOLVING = 4
"""A run's smallest step costs about as much as this many simulations of it."""

FEW_RUNS = 2048
"""Runs of each stress test and of each driver alone: taken run by run, differences need few."""

ENOUGH = 500
"""Runs from which a tenth of them says something."""

WORST, MIDDLE = (0.9, 1.0), (0.4, 0.6)
"""Which runs are set beside each other to explain what goes wrong."""


class Ceiling(NamedTuple):
    """What a metric does not exceed at each of the CONFIDENCES, with standard errors; units of the metric."""

    metric: Metric
    last: tuple[float, ...]  # in the last year
    last_error: tuple[float, ...]
    highest: tuple[float, ...]  # in any year
    highest_error: tuple[float, ...]


class Steered(NamedTuple):
    """What is found about a scenario whose municipality follows its own rules."""

    path: Ledger  # the baseline accounts (line, year, 1)
    ceilings: dict[str, Ceiling]  # of DEBT
    steering: Steering

    @property
    def summary(self) -> Summary:
        """Every headline figure."""
        return self.steering.summary


class Finding(NamedTuple):
    """What is found about one scenario; nobody reacts in it, or what is done is another policy."""

    source: Source
    baseline: Baseline
    path: Ledger  # the baseline accounts (line, year, 1)
    summary: Summary
    ceilings: dict[str, Ceiling]  # of DEBT
    with_deficits: dict[str, Probability]  # thresholds of the debt ratio, uncovered deficits counted as debt
    restructuring: Restructuring
    steered: Steered | None  # in the same weather; None beside another policy

    @property
    def fans(self) -> Fans:
        """What both fans say."""
        return Fans(self.summary, self.steered.summary if self.steered else None)


class Findings(NamedTuple):
    """What a report is made of; the first scenario is the one it is about."""

    scenarios: dict[str, Finding]
    comparison: Comparison | None  # None for one scenario
    reconciliation: tuple[Row, ...]  # empty where nothing is published
    debt_ratios: DebtRatios | None
    stress: Stress | None  # of the main scenario, where it has stress tests
    tornado: Tornado | None  # what the main scenario's answers depend on
    explanations: tuple[Explanation, ...]  # of its baseline, and of the worst futures
    realism: Realism | None = None  # the main scenario's future beside the past
    investment_plan: InvestmentPlan | None = None  # of the main scenario, where it has named projects

    @property
    def main(self) -> Finding:
        """The scenario that the report is about."""
        return next(iter(self.scenarios.values()))


def work(scenarios: Sequence[Source], tests: int, runs: int, *, assumptions: bool = False) -> int:
    """What :func:`find` will report as progress in all, in simulated runs."""
    sensitivity = simulations(scenarios[0].scenario, ASSUMED if assumptions else ())
    return len(scenarios) * runs * (2 + SOLVING) + (tests + sensitivity) * min(runs, FEW_RUNS) + runs


def find(
    sources: Sequence[Source],
    *,
    runs: int,
    seed: int,
    years: int,
    tests: Sequence[Source] = (),
    assumptions: bool = False,
    against: str | None = None,
    policy: str = PRESSURE,
    step: float = 0.0,
    progress: Callable[[int], None] | None = None,
) -> Findings:
    """Simulate the scenarios in turn in the same weather and find out all that a report tells of them.

    `against` is the scenario that the report is about and the others are compared with (default: the first);
    `tests` are that one and its stress tests; with `assumptions` each of its assumptions is moved as well. `policy`
    and `step`: see :func:`ldip.model.engine.simulate.simulate`.
    """
    measures: dict[str, tuple[dict[str, Ceiling], dict[str, Probability]]] = {}

    lines = lines_needed(watched=[event for of in sources for event in events(of.scenario)])
    size: Any = {"runs": runs, "seed": seed, "years": years}

    def run(source: Source) -> Ledger:
        how: Any = {"policy": policy, "step": step, "progress": progress}
        ledger = simulate(source.scenario, lines=lines, **size, **how)
        measures[source.scenario.name] = ({name: ceiling(ledger, name) for name in DEBT}, _with_deficits(ledger))
        return ledger

    def solving(count: int) -> None:
        if progress:
            progress(SOLVING * count)

    comparison, summaries = _summaries(sources, run, against, seed, policy, step)
    solved = {
        source.scenario.name: restructure(
            source.scenario,
            confidences=CONFIDENCES,
            runs=runs,
            seed=seed,
            years=years,
            progress=solving,
        )
        for source in sources
    }
    found, name_of_first = {}, sources[0].scenario.name
    for source in sorted(sources, key=lambda source: source.scenario.name != (against or name_of_first)):
        name, baseline = source.scenario.name, with_policy(build(source.scenario, years), policy)
        path = run_baseline(baseline, step)
        steered = _steered(source.scenario, baseline, lines, progress, **size) if policy == PRESSURE else None
        found[name] = Finding(source, baseline, path, summaries[name], *measures[name], solved[name], steered)
    source = next(iter(found.values())).source
    main = source.scenario
    published = bool(main.published)
    scenarios = [source.scenario for source in tests]
    few = min(runs, FEW_RUNS)
    as_adopted = policy == PRESSURE  # tests and explanations know no other policy
    return Findings(
        scenarios=found,
        comparison=comparison,
        reconciliation=tuple(reconcile(main, published_file(source))) if published else (),
        debt_ratios=debt_ratios(main) if published else None,
        stress=stress(scenarios, runs=few, seed=seed, years=years, progress=progress) if scenarios else None,
        tornado=_tornado(main, few, seed, years, assumptions, progress) if as_adopted else None,
        explanations=_explained(main, runs, seed, years, progress) if as_adopted and years > 1 else (),
        realism=_realism(main, few, seed, years) if as_adopted else None,
        investment_plan=investment_plan(main, years=years, runs=few, seed=seed) if main.projects else None,
    )


def _realism(scenario: Scenario, runs: int, seed: int, years: int) -> Realism | None:
    """The future beside the shipped histories; None in too few runs for a spread."""
    if runs < ENOUGH or years <= scenario.scenario.plan_years:
        return None
    from ldip.scenario.files.history import read_history
    from ldip.scenario.files.series import read_series

    return realism(scenario, read_history(), read_series(), runs=runs, seed=seed, years=years)


def _steered(
    scenario: Scenario,
    baseline: Baseline,
    lines: Sequence[str],
    progress: Callable[[int], None] | None,
    *,
    seed: int,
    runs: int,
    years: int,
) -> Steered:
    """The municipality that follows its own rules, in the weather of the scenario."""
    rules = rules_of(scenario)
    wanted = list(dict.fromkeys((*lines, *steering_lines(rules))))
    ledger = simulate(scenario, lines=wanted, runs=runs, seed=seed, years=years, policy=STEERED, progress=progress)
    base_year = scenario.scenario.first_year
    summary = summarise(ledger, scenario=scenario.name, base_year=base_year, seed=seed, policy=STEERED)
    ceilings = {name: ceiling(ledger, name) for name in DEBT}
    return Steered(run_baseline(with_policy(baseline, STEERED)), ceilings, steering_of(ledger, summary, rules))


def _tornado(
    scenario: Scenario,
    runs: int,
    seed: int,
    years: int,
    assumptions: bool,
    progress: Callable[[int], None] | None,
) -> Tornado | None:
    """What the answers depend on; None where nothing is random, or in too few runs for tenths of them."""
    if runs < ENOUGH or not moving(scenario):
        return None

    def advance(count: int) -> None:
        if progress:
            progress(count * runs)

    bases = ASSUMED if assumptions else ()
    return tornado(scenario, runs=runs, seed=seed, years=years, metrics=ANSWERS, bases=bases, progress=advance)


def _explained(
    scenario: Scenario, runs: int, seed: int, years: int, progress: Callable[[int], None] | None
) -> tuple[Explanation, ...]:
    """Why the baseline's debt ratio changes, and what sets the worst tenth of the runs apart, if there are enough."""
    path = explain(scenario, years=years)
    if runs < ENOUGH:
        return (path,)
    return path, explain_groups(scenario, WORST, MIDDLE, runs=runs, seed=seed, years=years, progress=progress)


def _summaries(
    sources: Sequence[Source],
    run: Callable[[Source], Ledger],
    against: str | None,
    seed: int,
    policy: str,
    step: float,
) -> tuple[Comparison | None, Mapping[str, Summary]]:
    """Every scenario's summary, and their comparison where there are several."""
    first = sources[0].scenario
    base_year = first.scenario.first_year
    if len(sources) == 1:
        summary = summarise(
            run(sources[0]), scenario=first.name, base_year=base_year, seed=seed, policy=policy, step=step
        )
        return None, {first.name: summary}
    comparison = compare(
        {source.scenario.name: partial(run, source) for source in sources},
        against=against or first.name,
        base_year=base_year,
        seed=seed,
        plan_years=max(source.scenario.scenario.plan_years for source in sources),
        policy=policy,
        step=step,
    )
    return comparison, comparison.summaries


def ceiling(ledger: Ledger, metric_id: str) -> Ceiling:
    """What the metric does not exceed in the last year, and in any year, at each of the CONFIDENCES."""
    metric = catalogue()[metric_id]
    values = report_values(ledger, metric)
    both = np.sort(np.stack([values[-1], values.max(axis=0)]), axis=1)
    known = 1.0 if both.shape[1] > 1 else np.nan  # one run says nothing about its own error
    at = [quantile(both, p) for p in CONFIDENCES]
    errors = [known * quantile_error(both, p) for p in CONFIDENCES]
    last, highest = (tuple(float(pair[place]) for pair in at) for place in (0, 1))
    last_error, highest_error = (tuple(float(pair[place]) for pair in errors) for place in (0, 1))
    return Ceiling(metric, last, last_error, highest, highest_error)


def _with_deficits(ledger: Ledger) -> dict[str, Probability]:
    """How often the debt ratio is above each of its thresholds when uncovered deficits are counted as debt."""
    with_deficits: dict[str, Any] = {"metric": "debt_ratio_with_deficits"}
    found = {}
    for event in ledger.events:
        if event.metric == "debt_ratio":
            limits = tuple(limit._replace(**with_deficits) for limit in event.limits)
            found[event.id] = probability(event._replace(limits=limits, **with_deficits), ledger)
    return found
