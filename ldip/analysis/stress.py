"""Stress tests: what each does to the baseline, and to the whole distribution in the same weather."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ldip.analysis.compare import Comparison, compare_scenarios
from ldip.model.catalogue import headline
from ldip.model.engine.simulate import PRESSURE, run_baseline, with_policy
from ldip.model.metrics import report_values
from ldip.model.plan.baseline import build
from ldip.scenario.schema import Scenario


class Stress(NamedTuple):
    """What the stress tests say; scenarios by name, the first is the one that is stressed."""

    comparison: Comparison
    baselines: dict[str, dict[str, np.ndarray]]  # scenario -> headline metric -> (year,), as reported

    def moved(self, name: str, metric: str) -> np.ndarray:
        """What a test does to a metric on the baseline (year,)."""
        return self.baselines[name][metric] - self.baselines[self.comparison.against][metric]


def stress(
    scenarios: Sequence[Scenario],
    *,
    runs: int,
    seed: int,
    years: int,
    policy: str = PRESSURE,
    step: float = 0.0,
    progress: Callable[[int], None] | None = None,
) -> Stress:
    """Run every scenario's baseline, and simulate all of them in the same weather; the first is the reference."""
    how: dict[str, Any] = {"runs": runs, "seed": seed, "years": years, "policy": policy, "step": step}
    comparison = compare_scenarios(scenarios, against=scenarios[0].name, progress=progress, **how)
    return Stress(comparison, {scenario.name: _baseline(scenario, years, policy, step) for scenario in scenarios})


def _baseline(scenario: Scenario, years: int, policy: str, step: float) -> dict[str, np.ndarray]:
    ledger = run_baseline(with_policy(build(scenario, years), policy), step if policy == "step" else 0.0)
    return {metric.id: report_values(ledger, metric)[:, 0] for metric in headline()}
