"""The limits that a figure should keep to: what every picture, page and sheet that draws them reads."""

from typing import NamedTuple

import numpy as np

from ldip.model.catalogue import Metric
from ldip.model.fiscal_rules import DEFICIT
from ldip.model.fiscal_rules import limits as limits_of
from ldip.report.numbers import as_set, unit_label
from ldip.scenario.schema import Scenario
from ldip.text import NO_WORDS, Text

LIKE = {
    "debt_ratio_with_deficits": "debt_ratio",
    "net_operating_result_share": "underlying_result_share",
}
"""Metrics that are held against the thresholds of another one."""

FISCAL_RULE = {
    "least": Text("Handlingsregel: minst {value} {unit}", "Fiscal rule: at least {value} {unit}"),
    "most": Text("Handlingsregel: høyst {value} {unit}", "Fiscal rule: at most {value} {unit}"),
}
BOUND = {"least": Text("minimum", "minimum"), "most": Text("maksimum", "maximum")}


class Line(NamedTuple):
    """A limit in every year, as a line beside a figure."""

    id: str
    metric: Metric
    name: Text
    source: Text  # who says so; nothing for a rule of the municipality's own
    side: str  # least or most
    values: np.ndarray  # (year,) in the metric's unit; NaN where there is none

    def titled(self, lang: str) -> str:
        """What it is called, with who says so."""
        return f"{self.name.say(lang)} ({self.source.say(lang)})" if self.source.nb else self.name.say(lang)

    def drawn(self, base_year: int, lang: str) -> str:
        """What its line in a picture is called: an own rule by its level, where it has only one."""
        if self.source.nb or np.nanmin(self.values) != np.nanmax(self.values):
            return self.titled(lang)
        unit = unit_label(self.metric.unit, self.metric.price_basis(base_year), lang)
        value = as_set(float(self.values[-1]), self.metric.unit, lang)
        return FISCAL_RULE[self.side].say(lang, value=value, unit=unit)

    def short(self, lang: str) -> str:
        """What its line in a small picture is called, before its level."""
        return self.source.say(lang) or BOUND[self.side].say(lang)


def limits(metric: Metric, scenario: Scenario, years: np.ndarray) -> list[Line]:
    """The limits of a metric in those calendar years: levels that others watch, then the municipality's rules.

    Not that there must be no deficit, whose line would be the axis; nor a rule that begins after the last year.
    """
    found = []
    for limit in limits_of(scenario):
        values = limit.at(years)
        if limit.metric in (metric.id, LIKE.get(metric.id)) and limit != DEFICIT and not np.isnan(values[-1]):
            source = NO_WORDS if limit.is_rule else Text(*(said.split(";")[0] for said in limit.source))
            found.append(Line(limit.id, metric, limit.label, source, limit.side, values))
    return found
