"""Read the figures of a result folder back, so that they can be shown and asked again."""

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ldip.errors import Fault, InputError
from ldip.model.catalogue import catalogue
from ldip.model.engine.simulate import FANS
from ldip.model.fiscal_rules import events
from ldip.report.folder.files import NAMES, sha256
from ldip.report.folder.records import ours
from ldip.scenario.files.recorded import PROVENANCE, Recorded
from ldip.scenario.placeholders import invented
from ldip.statistics.summary import Distribution, Fans, Probability, Summary

SUMMARY, ERRORS, PROBABILITIES = FILES = ("summary.csv", "sampling_errors.csv", "probabilities.csv")
Cells = Mapping[tuple[str, str, str], Mapping[str, float]]
"""Fan, metric or event, and year -> column -> figure."""


def read_fans(recorded: Recorded) -> Fans:
    """The figures that ``ldip simulate`` wrote, as they stand in the files: ten significant digits. A folder that
    says nothing of fans, of an earlier version, holds that of its policy.

    Raises InputError if the folder is not of one simulation, or if a file is not as it was written.
    """
    if len(recorded.sources) != 1 or not set(FILES) <= recorded.checksums.keys():
        raise InputError([Fault.of("not_one_simulation", (recorded.folder / PROVENANCE).as_posix())])
    paths = [recorded.folder / name for name in FILES]
    altered = [p for p in paths if not p.is_file() or sha256(p) != recorded.checksums[p.name]]
    if altered:
        raise InputError(Fault.of("result_altered", path.as_posix()) for path in altered)
    policies = recorded.fans or {FANS.get(recorded.policy, recorded.policy): recorded.policy}
    tables = [_cells(path, next(iter(policies))) for path in paths]
    try:
        return Fans(*[_summary(recorded, fan, policy, *tables) for fan, policy in policies.items()])
    except (KeyError, TypeError) as error:
        other = Fault.of("other_figures", paths[0].as_posix(), version=recorded.version, reason=str(error))
        raise InputError([other]) from None


def _summary(recorded: Recorded, fan: str, policy: str, figures: Cells, errors: Cells, chances: Cells) -> Summary:
    """The figures of one fan. Raises KeyError for one that is not there."""
    heading = recorded.sources[0].scenario.scenario
    years = np.arange(heading.first_year, heading.first_year + recorded.years)

    def column(cells: Cells, name: str, of: str) -> np.ndarray:
        return np.array([cells[fan, name, str(year)][of] for year in years])

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
            for name in dict.fromkeys(name for _, name, _ in figures)
        },
        probabilities={
            event.id: Probability(
                event,
                _share(column(chances, event.id, "probability"), recorded.runs),
                _share(column(chances, f"{event.id}_so_far", "probability"), recorded.runs),
                recorded.runs,
            )
            for event in events(recorded.sources[0].scenario)
            if (fan, event.id, str(years[0])) in chances  # an earlier version may not have known it
        },
        policy=policy,
        step=recorded.step if policy == recorded.policy else 0.0,
        invented=invented(recorded.sources[0].scenario),
    )


def _cells(path: Path, only: str) -> Cells:
    """The rows of a table; `only` is the fan of those that do not say which."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(io.StringIO(ours(file.read()), newline="")))
    names = {"scenario", "fan", "metric", "event", "year", "unit", "price_basis"}
    return {
        (row.get("fan", only), row.get("metric") or row["event"], row["year"]): {
            key: float(text) if text else math.nan for key, text in row.items() if key not in names
        }
        for row in rows
    }


def _share(probability: np.ndarray, runs: int) -> np.ndarray:
    """A probability as it was before it was written: so many of the runs."""
    return np.rint(probability * runs) / runs
