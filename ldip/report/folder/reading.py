"""Read the figures of a result folder back, so that they can be shown and asked again."""

import csv
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ldip.errors import Fault, InputError, Text
from ldip.model.metrics import catalogue, events
from ldip.report.folder.files import NAMES, sha256
from ldip.scenario.files.recorded import PROVENANCE, Recorded
from ldip.statistics.summary import Distribution, Probability, Summary

SUMMARY, ERRORS, PROBABILITIES = FILES = ("summary.csv", "sampling_errors.csv", "probabilities.csv")
Cells = Mapping[tuple[str, str], Mapping[str, float]]
"""Metric or event and year -> column -> figure."""


def read_summary(recorded: Recorded) -> Summary:
    """The figures that ``ldip simulate`` wrote, as they stand in the files: ten significant digits.

    Raises InputError if the folder is not of one simulation, or if a file is not as it was written.
    """
    if len(recorded.sources) != 1 or not set(FILES) <= recorded.checksums.keys():
        raise InputError([_fault(recorded.folder / PROVENANCE, *_NOT_ONE)])
    paths = [recorded.folder / name for name in FILES]
    altered = [p for p in paths if not p.is_file() or sha256(p) != recorded.checksums[p.name]]
    if altered:
        raise InputError(_fault(path, *_ALTERED) for path in altered)
    figures, errors, chances = (_cells(path) for path in paths)
    heading = recorded.sources[0].scenario.scenario
    years = np.arange(heading.first_year, heading.first_year + recorded.years)

    def column(cells: Cells, name: str, of: str) -> np.ndarray:
        return np.array([cells[name, str(year)][of] for year in years])

    try:
        return Summary(
            scenario=recorded.sources[0].scenario.name,
            base_year=heading.first_year,
            years=years,
            runs=recorded.runs,
            seed=recorded.seed,
            distributions={
                name: Distribution(
                    metric=catalogue()[name],
                    mean=column(figures, name, "mean"),
                    sd=column(figures, name, "sd"),
                    percentiles=np.stack([column(figures, name, p) for p in NAMES]),
                    mean_error=column(errors, name, "mean"),
                    percentile_errors=np.stack([column(errors, name, p) for p in NAMES]),
                )
                for name in dict.fromkeys(name for name, _ in figures)
            },
            probabilities={
                event.id: Probability(
                    event,
                    _share(column(chances, event.id, "probability"), recorded.runs),
                    _share(column(chances, f"{event.id}_so_far", "probability"), recorded.runs),
                    recorded.runs,
                )
                for event in events()
            },
            policy=recorded.policy,
            step=recorded.step,
        )
    except KeyError as error:
        raise InputError([_fault(paths[0], *_OTHER, reason=error, version=recorded.version)]) from None


def _cells(path: Path) -> Cells:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {"scenario", "metric", "event", "year", "unit", "price_basis"}
    return {
        (row.get("metric") or row["event"], row["year"]): {
            key: float(text) if text else math.nan for key, text in row.items() if key not in names
        }
        for row in rows
    }


def _share(probability: np.ndarray, runs: int) -> np.ndarray:
    """A probability as it was before it was written: so many of the runs."""
    return np.rint(probability * runs) / runs


_NOT_ONE = (
    Text(nb="er ikke av én simulering", en="is not of one simulation"),
    Text(nb="Velg en mappe som ldip simulate har skrevet.", en="Choose a folder that ldip simulate has written."),
)
_ALTERED = (
    Text(
        nb="er endret eller fjernet etter at resultatet ble skrevet", en="was changed or removed after it was written"
    ),
    Text(nb="Simuler på nytt.", en="Simulate again."),
)
_OTHER = (
    Text(
        nb="fra ldip {version} passer ikke med denne versjonen ({reason})",
        en="of ldip {version} does not fit this version ({reason})",
    ),
    Text(nb="Simuler på nytt.", en="Simulate again."),
)


def _fault(path: Path, rule: Text, remedy: Text, **words: Any) -> Fault:
    filled = Text(rule.say("nb", **words), rule.say("en", **words))
    return Fault(path.as_posix(), "", "", filled, remedy)
