"""The files and the JSON of a comparison; summaries and probabilities are written as those of a simulation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ldip import __version__
from ldip.analysis.compare import Comparison
from ldip.report.folder.files import summary_records, write_probabilities, write_summary
from ldip.report.folder.records import figure, write_records

PERCENTILES = (0.05, 0.50, 0.95)
"""Percentiles of the differences that are reported."""


def write_comparison(folder: Path, comparison: Comparison) -> None:
    """``comparison.csv``, ``sampling_errors.csv`` and ``probabilities.csv`` of all scenarios, ``paired.csv`` and
    ``paired_probabilities.csv`` of the differences from the reference, and ``regret.csv``."""
    summaries = list(comparison.summaries.values())
    write_summary(folder, summaries, "comparison.csv")
    write_probabilities(folder, summaries)
    write_records(folder / "paired.csv", paired_records(comparison))
    write_records(folder / "paired_probabilities.csv", paired_probability_records(comparison))
    write_records(folder / "regret.csv", regret_records(comparison))


def comparison_records(comparison: Comparison) -> dict[str, Any]:
    """The comparison for ``--json``: what ``simulate --json`` prints of each scenario, and the files' figures."""
    summaries = list(comparison.summaries.values())
    return {
        "against": comparison.against,
        "version": __version__,
        "runs": summaries[0].runs,
        "seed": summaries[0].seed,
        "scenarios": [summary_records(summary) for summary in summaries],
        "paired": list(paired_records(comparison)),
        "paired_probabilities": list(paired_probability_records(comparison)),
        "regret": list(regret_records(comparison)),
    }


def paired_records(comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Each headline metric and year of each alternative less the reference; the last key, the percentiles' standard
    errors, is left out of the file."""
    for scenario, pair in comparison.pairs.items():
        summary = comparison.summaries[scenario]
        for metric_id, paired in pair.metrics.items():
            difference = paired.difference
            for t, year in enumerate(summary.years):
                yield {
                    "scenario": scenario,
                    "against": comparison.against,
                    "metric": metric_id,
                    "year": int(year),
                    "unit": difference.metric.unit,
                    "price_basis": difference.metric.price_basis(summary.base_year),
                    "mean_difference": figure(difference.mean[t]),
                    "standard_error": figure(difference.mean_error[t]),
                    "unpaired_standard_error": figure(paired.unpaired_error[t]),
                    **{_name(p): figure(difference.percentile(p)[t]) for p in PERCENTILES},
                    "probability_lower": figure(paired.lower[t]),
                    "probability_equal": figure(paired.equal[t]),
                    "standard_errors": {_name(p): figure(difference.percentile_error(p)[t]) for p in PERCENTILES},
                }


def paired_probability_records(comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Each event's probability in each alternative less that in the reference, in a year and up to it."""
    for scenario, pair in comparison.pairs.items():
        for name, chance in pair.events.items():
            for event, values, errors in (
                (name, chance.in_year, chance.in_year_error),
                (f"{name}_so_far", chance.so_far, chance.so_far_error),
            ):
                for year, value, error in zip(comparison.summaries[scenario].years, values, errors, strict=True):
                    yield {
                        "scenario": scenario,
                        "against": comparison.against,
                        "event": event,
                        "year": int(year),
                        "difference": figure(value),
                        "standard_error": figure(error),
                    }


def regret_records(comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Each criterion and alternative: its mean, how far it is above the lowest of all in the same run, and how often
    it is the lowest, alone or with others."""
    base_year = comparison.summaries[comparison.against].base_year
    for choice in comparison.choices:
        criterion = choice.criterion
        for scenario, regret in choice.regrets.items():
            yield {
                "scenario": scenario,
                "criterion": criterion.metric.id,
                "first_year": criterion.first,
                "last_year": criterion.last,
                "unit": criterion.metric.unit,
                "price_basis": criterion.metric.price_basis(base_year),
                "mean": figure(regret.value),
                "mean_regret": figure(regret.mean),
                "mean_regret_standard_error": figure(regret.mean_error),
                "p95_regret": figure(regret.p95),
                "p95_regret_standard_error": figure(regret.p95_error),
                "probability_best_alone": figure(regret.best),
                "probability_best_shared": figure(regret.shared),
            }


def _name(p: float) -> str:
    return f"p{100 * p:02.0f}"
