"""Figures as pandas tables. pandas is loaded with this module: the only door to it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ldip.model.catalogue import Metric

QUANTILE, YEAR = "quantile", "year"


def by_year(
    rows: Any, years: np.ndarray, columns: Sequence[Any], about: Mapping[str, Any], name: str | None = None
) -> pd.DataFrame:
    """A table with a row for each year, of arrays (column, year)."""
    index = pd.Index(years.tolist(), name=YEAR)
    found = pd.DataFrame(np.array(rows).T, index=index, columns=pd.Index(list(columns), name=name))
    found.attrs.update(about)
    return found


def series(values: np.ndarray, years: np.ndarray, name: str, about: Mapping[str, Any]) -> pd.Series:
    """A figure of each year."""
    found = pd.Series(values.copy(), index=pd.Index(years.tolist(), name=YEAR), name=name)
    found.attrs.update(about)
    return found


def by_run(values: np.ndarray, years: np.ndarray, about: Mapping[str, Any]) -> pd.DataFrame:
    """Every run (run, year) of a metric, a row for each."""
    index = pd.RangeIndex(len(values), name="run")
    found = pd.DataFrame(values, index=index, columns=pd.Index(years.tolist(), name=YEAR))
    found.attrs.update(about)
    return found


def of_records(
    records: Iterable[Mapping[str, Any]], index: Sequence[str], about: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """The records that files and ``--json`` are made of as a table: their keys as columns, some of them the index;
    what has records inside is left out, and what is not known is not a number (NaN)."""
    flat = [{key: value for key, value in record.items() if not isinstance(value, Mapping)} for record in records]
    found = pd.DataFrame(flat)
    numbers = [key for key in found if all(isinstance(record[key], float | None) for record in flat)]
    found[numbers] = found[numbers].astype(float)
    if len(found.columns):
        found = found.set_index(list(index) if len(index) > 1 else index[0])
    found.attrs.update(about or {})
    return found


def about(metric: Metric, base_year: int, **more: Any) -> dict[str, Any]:
    """What a table of one metric is of: its `attrs`."""
    return {
        "metric": metric.id,
        "unit": metric.unit,
        "price_basis": metric.price_basis(base_year),
        "label": metric.label.en,
        "label_nb": metric.label.nb,
        **more,
    }
