"""The metric catalogue: what every line of the ledger is called, measured in and means, in two languages.

The texts stand in ``catalogue.csv``; labels, units and definitions stand nowhere else. A money line is nominal in
the ledger; here it is brought to fixed prices with the index the catalogue names for it.
"""

import csv
import functools
from collections.abc import Collection
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from ldip.model.engine.simulate import Ledger
from ldip.text import Text

MONEY_UNITS = ("mill. kr", "mill. kr per resident")


class Metric(NamedTuple):
    """One entry of the catalogue."""

    id: str
    unit: str
    price_index: str  # deflator, cpi, or nothing: the index that takes it to fixed prices
    kind: str  # stock, flow, ratio, index, event
    better: str  # high, low, or nothing
    headline: bool  # summarised in result files
    label: Text
    definition: Text
    source: str

    def price_basis(self, base_year: int) -> str:
        """The price basis of the reported figure."""
        return f"{base_year}-kr ({self.price_index})" if self.price_index else "n/a"


class Event(NamedTuple):
    """Something that happens in a year of a run when a metric is above a threshold."""

    id: str
    metric: str
    threshold: float
    label: Text
    source: str


@functools.cache
def catalogue() -> dict[str, Metric]:
    """Every metric by id, in the order of the ledger."""
    text = (files("ldip.model") / "catalogue.csv").read_text(encoding="utf-8")
    return {
        row["id"]: Metric(
            id=row["id"],
            unit=row["unit"],
            price_index=row["price_index"],
            kind=row["kind"],
            better=row["better"],
            headline=row["headline"] == "yes",
            label=Text(row["label_nb"], row["label_en"]),
            definition=Text(row["definition_nb"], row["definition_en"]),
            source=row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    }


def headline() -> list[Metric]:
    """The metrics that result files summarise with percentiles."""
    return [metric for metric in catalogue().values() if metric.headline and metric.kind != "event"]


@functools.cache
def events() -> tuple[Event, ...]:
    """The events whose probabilities are reported: debt thresholds and each rule's breach."""
    high = Text(nb="Gjeldsgrad over 75 %", en="Debt ratio above 75 %")
    too_high = Text(nb="Gjeldsgrad over 100 %", en="Debt ratio above 100 %")
    debt = [
        Event("debt_ratio_above_75", "debt_ratio", 0.75, high, "Riksrevisjonen; HP 4.2.4 line 1014"),
        Event("debt_ratio_above_100", "debt_ratio", 1.0, too_high, "KS; HP 4.2.4 line 1015"),
    ]
    breaches = [
        Event(metric.id, metric.id, 0.5, metric.label, metric.source)
        for metric in catalogue().values()
        if metric.kind == "event"
    ]
    return (*debt, *breaches)


def lines_needed(metrics: Collection[str] | None = None) -> list[str]:
    """The ledger lines that the metrics (none named: all headlines) and events are made of, indices included."""
    chosen = headline() if metrics is None else [catalogue()[name] for name in metrics]
    needed = {metric.id for metric in chosen} | {event.metric for event in events()}
    needed |= {f"{metric.price_index}_index" for metric in chosen if metric.price_index}
    return [line for line in catalogue() if line in needed]


def report_values(
    ledger: Ledger, metric: Metric, *, fixed_prices: bool = True, out: np.ndarray | None = None, copy: bool = True
) -> np.ndarray:
    """The metric in every year and run (year, run): money in base-year kroner by its own index, or nominal.

    A new array, or `out` filled; without `copy` the ledger's own, where that has the figures already.
    """
    nominal = ledger[metric.id]
    if fixed_prices and metric.price_index:
        return np.divide(nominal, ledger[f"{metric.price_index}_index"], out=out)
    return np.divide(nominal, 1.0, out=out) if copy else nominal
