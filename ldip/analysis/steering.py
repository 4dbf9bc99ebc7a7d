"""What a municipality that follows its own rules meets in the weather in which a constant step is looked for.

A step is decided now and taken in every future, also in those that do not need it. Who steers waits, and answers what
comes: the difference is what waiting is worth, and how often the rules then hold is what it costs.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ldip.analysis.restructuring import chosen_rules, margins_of
from ldip.model.catalogue import catalogue
from ldip.model.engine.simulate import STEERED, Ledger, simulate
from ldip.model.fiscal_rules import Limit, events, lines_of
from ldip.model.metrics import lines_needed
from ldip.model.shown import LASTING
from ldip.scenario.schema import Scenario
from ldip.statistics.summary import Summary, summarise


class Steering(NamedTuple):
    """What steering leads to; how often the rules hold then, in the years that they must."""

    summary: Summary  # of the debt ratio and the lasting change at least
    rules: tuple[Limit, ...]
    by_rule: dict[str, float]
    together: float


def steer(
    scenario: Scenario,
    *,
    rules: Sequence[str] = (),
    since: int | None = None,
    runs: int,
    seed: int,
    years: int,
    progress: Callable[[int], None] | None = None,
) -> Steering:
    """Simulate the municipality that follows its own rules; `rules` and `since` as for a constant step."""
    chosen = chosen_rules(scenario, rules)
    ledger = simulate(
        scenario,
        runs=runs,
        seed=seed,
        years=years,
        lines=list(dict.fromkeys([*lines_needed(SHOWN, events(scenario)), *steering_lines(chosen)])),
        policy=STEERED,
        progress=progress,
    )
    summary = summarise(
        ledger,
        scenario=scenario.name,
        base_year=scenario.scenario.first_year,
        seed=seed,
        policy=STEERED,
        metrics=[catalogue()[name] for name in SHOWN],
    )
    return steering_of(ledger, summary, chosen, since)


SHOWN = ("debt_ratio", LASTING)
"""The figures that steering is set beside a step with."""


def steering_lines(rules: Sequence[Limit]) -> list[str]:
    """The lines of the ledger that the rules take."""
    return sorted({line for rule in rules for line in lines_of(rule)})


def steering_of(ledger: Ledger, summary: Summary, rules: Sequence[Limit], since: int | None = None) -> Steering:
    """What a steered ledger and its summary say, the rules being looked at in the last year, or from one on."""
    start = len(ledger.years) - 1 if since is None else max(since - int(ledger.years[0]), 0)
    late = Ledger(ledger.years[start:], ledger.lines, ledger.values[:, start:], ledger.events, ledger.invented)
    holds = margins_of(late, rules) >= 0.0
    by_rule = {rule.id: float(of.mean()) for rule, of in zip(rules, holds, strict=True)}
    return Steering(summary, tuple(rules), by_rule, float(holds.all(axis=0).mean()))
