"""The limits that a figure should keep to: what every picture, page and sheet that draws them reads."""

from typing import NamedTuple

import numpy as np

from ldip.errors import Text
from ldip.model.metrics import Metric, events
from ldip.report.numbers import shown, unit_label
from ldip.scenario.schema import Scenario
from ldip.scenario.settings import name_of

MINIMA = {
    "net_operating_result_share": "result_share_minimum",
    "equity_share": "equity_minimum",
    "closing_buffer_fund": "buffer_minimum",
    "closing_liquidity_reserve": "liquidity_minimum",
}
"""Metric -> the municipality's own rule for it: a setting among ``rules``, in the metric's unit and prices."""

LIKE = {"debt_ratio_with_deficits": "debt_ratio"}
"""Metrics that are held against the thresholds of another one."""

AT_LEAST = Text("Handlingsregel: minst {value} {unit}", "Fiscal rule: at least {value} {unit}")
MINIMUM = Text("minimum", "minimum")


class Limit(NamedTuple):
    """A level that a metric should keep on one side of, in every year."""

    metric: Metric
    name: Text
    source: str  # who says so; nothing for a rule of the municipality's own
    minimum: bool  # to be kept above, not below
    values: np.ndarray  # (year,) in the metric's unit

    def titled(self, lang: str) -> str:
        """What it is called, with who says so."""
        return f"{self.name.say(lang)} ({self.source})" if self.source else self.name.say(lang)

    def drawn(self, base_year: int, lang: str) -> str:
        """What its line in a picture is called: an own rule by the level that it ends on."""
        if self.source:
            return self.titled(lang)
        unit = unit_label(self.metric.unit, self.metric.price_basis(base_year), lang)
        return AT_LEAST.say(lang, value=shown(float(self.values[-1]), self.metric.unit, lang), unit=unit)

    def short(self, lang: str) -> str:
        """What its line in a small picture is called, before its level."""
        return self.source or MINIMUM.say(lang)


def limits(metric: Metric, scenario: Scenario, years: np.ndarray) -> list[Limit]:
    """The limits of a metric in those calendar years: thresholds of its events, then the scenario's own rule."""
    found = [
        Limit(metric, event.label, event.source.split(";")[0], False, np.full(len(years), event.threshold))
        for event in events()
        if event.metric == LIKE.get(metric.id, metric.id)
    ]
    if metric.id in MINIMA:
        rule = MINIMA[metric.id]
        values = getattr(scenario.rules, rule).at(years)
        found.append(Limit(metric, name_of(scenario, f"rules.{rule}"), "", True, values))
    return found
