"""What a run was like: one figure for each driver over the horizon, read from the accounts in units a planner knows.

A feature is a line of the ledger folded over the years. It tells a run's rates, growth or building from another's
without asking what shocks made them.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from ldip.model.catalogue import Metric, catalogue
from ldip.model.engine.simulate import Ledger
from ldip.model.metrics import report_values
from ldip.scenario.drivers import ABOUT


class Feature(NamedTuple):
    """A ledger line folded over the years.

    ``mean``: average of the years, in the metric's unit, money in fixed prices. ``growth``: yearly growth from the
    planned figure of the first year to the last year's own, per year. ``relative``: sum of the years over the
    baseline's, a share; all of it where nothing is planned and nothing comes.
    """

    line: str
    fold: str

    @property
    def id(self) -> str:
        """The name in files."""
        return f"{self.line}_{self.fold}"

    @property
    def metric(self) -> Metric:
        """The line's entry in the catalogue."""
        return catalogue()[self.line]

    @property
    def unit(self) -> str:
        """The catalogue unit of the folded figure."""
        return {"mean": self.metric.unit, "growth": "per year", "relative": "share"}[self.fold]


FEATURES = {driver: Feature(about.line, about.fold) for driver, about in ABOUT.items()}
"""Where each driver shows in the accounts."""


def features(drivers: Iterable[str]) -> list[Feature]:
    """The features of the drivers, each once."""
    return list(dict.fromkeys(FEATURES[driver] for driver in drivers))


def lines_of(wanted: Iterable[Feature]) -> set[str]:
    """The ledger lines that features are made of, indices included."""
    found = {feature.line for feature in wanted}
    return found | {f"{catalogue()[line].price_index}_index" for line in found if catalogue()[line].price_index}


def feature_values(ledger: Ledger, baseline: Ledger, feature: Feature) -> np.ndarray:
    """The feature of every run (run,); `baseline` is the path without shocks, of the same years."""
    values, planned = (report_values(of, feature.metric) for of in (ledger, baseline))
    if feature.fold == "mean":
        return values.mean(axis=0)
    if feature.fold == "relative":
        if not values.any() and not planned.any():
            return np.ones(values.shape[1])
        return values.sum(axis=0) / planned.sum()
    if feature.fold == "growth":
        return (values[-1] / planned[0, 0]) ** (1.0 / max(len(values) - 1, 1)) - 1.0
    raise ValueError(feature.fold)
