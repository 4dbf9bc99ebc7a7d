"""Figures as they are reported: read from a ledger, in fixed prices by each figure's own index."""

from collections.abc import Collection, Iterable

import numpy as np

from ldip.model.catalogue import Metric, catalogue, headline
from ldip.model.engine.simulate import Ledger
from ldip.model.fiscal_rules import Event, events


def lines_needed(metrics: Collection[str] | None = None, watched: Iterable[Event] | None = None) -> list[str]:
    """The ledger lines that the metrics (none named: all headlines) and the `watched` events (none: those of every
    scenario) are made of, price indices included."""
    chosen = {metric.id for metric in headline()} if metrics is None else set(metrics)
    chosen = chosen.union(*[event.lines for event in (events() if watched is None else watched)])
    indices = {f"{catalogue()[name].price_index}_index" for name in chosen if catalogue()[name].price_index}
    return [line for line in catalogue() if line in chosen | indices]


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
