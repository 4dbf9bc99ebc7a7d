"""What stands in a result folder: figures, their sampling errors, probabilities, provenance."""

import contextlib
import errno
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ldip import __version__
from ldip.analysis.plausibility import all_doubts
from ldip.errors import Fault, InputError, reason
from ldip.model.shown import REGISTER
from ldip.report.folder import place
from ldip.report.folder.records import MARK, figure, json_text, make_norwegian, ours, plain, write_csv
from ldip.scenario.files.formats import SCENARIO, with_format
from ldip.scenario.files.reader import Source
from ldip.scenario.placeholders import invented
from ldip.statistics.summary import PERCENTILES, Distribution, Fans, Summary

NAMES = [f"p{100 * p:02.0f}" for p in PERCENTILES]
_HEAD = ["scenario", "fan", "metric", "year", "unit", "price_basis", "mean"]
FIGURE_COLUMNS = [*_HEAD, "sd", *NAMES]
ERROR_COLUMNS = [*_HEAD, *NAMES]
PROBABILITY_COLUMNS = ["scenario", "fan", "event", "year", "probability", "standard_error"]


@contextlib.contextmanager
def result_folder(out: Path, csv: str = "en") -> Iterator[Path]:
    """A hidden folder inside `out` to write into; when the block ends well its files are moved into `out`, otherwise
    they are thrown away and `out` stays as it was. With `csv` "nb" its tables become such as a Norwegian Excel opens.

    Raises InputError if the place cannot be written to.
    """
    try:
        beside, made = place.open_inside(out)
    except OSError as error:
        raise InputError([unwritable(out, error)]) from None
    with place.signals_told():
        try:
            yield beside
            if csv == "nb":
                _make_norwegian(beside)
            in_the_way = [path.name for path in beside.iterdir() if (out / path.name).is_dir()]
            if in_the_way:  # somebody's folder is not ours to replace
                raise InputError(Fault.of("folder_in_the_way", "--out", str(out), name=name) for name in in_the_way)
            with place.signals_held():
                place.move_all(beside, out)
                shutil.rmtree(beside, ignore_errors=True)
        except OSError as error:
            raise InputError([unwritable(out, error)]) from None
        finally:
            place.throw_away(beside)
            place.remove_empty(made)


def _make_norwegian(folder: Path) -> None:
    """Every table as a Norwegian Excel opens it, and provenance that says so. Checksums stay those of the figures as
    we write them (:func:`sha256`), so that they are the same in both."""
    for path in folder.glob("*.csv"):
        make_norwegian(path)
    origin = folder / place.PROVENANCE
    if origin.exists():
        text = origin.read_text(encoding="utf-8")
        place.write_whole(origin, text.replace("{\n", '{\n "csv": "nb",\n', 1))


def write_file(out: Path, text: str) -> None:
    """A single file of text, whole or not at all; see :func:`check_writable`.

    Raises InputError if the place cannot be written to.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        place.write_whole(out, text)
    except OSError as error:
        raise InputError([unwritable_file(out, error)]) from None


def check_writable(out: Path) -> None:
    """Raise InputError if a file cannot be written there: before the work, not after it."""
    if out.is_dir():
        raise InputError([unwritable_file(out, OSError(errno.EISDIR, ""))])
    known = next((parent for parent in out.absolute().parents if parent.exists()), None)
    if known is None or not known.is_dir() or not os.access(known, os.W_OK):
        why = errno.EACCES if known and known.is_dir() else errno.ENOTDIR
        raise InputError([unwritable_file(out, OSError(why, ""))])


def write_simulation(folder: Path, source: Source, fans: Fans) -> None:
    """All figures of a simulation, and what they came from."""
    write_figures(folder, fans)
    policies = {summary.fan: summary.policy for summary in fans.written}
    write_provenance(folder, fans.pressure, {"fans": policies} | resolved(source))


def write_figures(folder: Path, fans: Fans) -> None:
    """The tables of a simulation: the fans below each other."""
    write_summary(folder, fans.written)
    write_probabilities(folder, fans.written)


def write_summary(folder: Path, summaries: Sequence[Summary], name: str = "summary.csv") -> None:
    """The distributions into the file `name`, the standard errors of the same figures into ``sampling_errors.csv``;
    the summaries below each other."""
    write_csv(folder / name, [FIGURE_COLUMNS, *[row for summary in summaries for row in figure_rows(summary)]])
    write_csv(
        folder / "sampling_errors.csv",
        [ERROR_COLUMNS, *[row for summary in summaries for row in error_rows(summary)]],
    )


def figure_rows(summary: Summary) -> Iterator[list[str]]:
    """The distributions, a row for each metric and year, as FIGURE_COLUMNS."""
    for key, values in _metric_years(summary, lambda d: (d.mean, d.sd, *d.percentiles)):
        yield [*key, *map(plain, values)]


def error_rows(summary: Summary) -> Iterator[list[str]]:
    """The standard errors of the same figures, as ERROR_COLUMNS."""
    for key, values in _metric_years(summary, lambda d: (d.mean_error, *d.percentile_errors)):
        yield [*key, *map(plain, values)]


def _metric_years(
    summary: Summary, figures: Callable[[Distribution], Sequence[np.ndarray]]
) -> Iterator[tuple[list[str], list[float]]]:
    for metric_id, distribution in summary.distributions.items():
        metric = distribution.metric
        basis = metric.price_basis(summary.base_year)
        # As Python's numbers, because NumPy's take three times as long to be written.
        by_year = np.stack(figures(distribution), axis=1).tolist()
        for year, values in zip(summary.years, by_year, strict=True):
            yield [summary.scenario, summary.fan, metric_id, str(year), metric.unit, basis], values


def write_probabilities(folder: Path, summaries: Sequence[Summary]) -> None:
    """``probabilities.csv``: each event in each year, and (``.._so_far``) in that or any earlier year."""
    rows = [row for summary in summaries for row in probability_rows(summary)]
    write_csv(folder / "probabilities.csv", [PROBABILITY_COLUMNS, *rows])


def probability_rows(summary: Summary) -> Iterator[list[str]]:
    """The probabilities, a row for each event and year, as PROBABILITY_COLUMNS."""
    for name, chance in summary.probabilities.items():
        for event, values in ((name, chance.in_year), (f"{name}_so_far", chance.so_far)):
            for year, value, error in zip(summary.years, values, chance.error(values), strict=True):
                yield [summary.scenario, summary.fan, event, str(year), plain(value), plain(error)]


def write_provenance(folder: Path, summary: Summary, simulated: Mapping[str, Any]) -> None:
    """``provenance.json``: all that is needed to get the same figures again, and checksums to know they are.

    `simulated` says what the figures are of: one scenario (:func:`resolved`) or several.
    """
    made_with = {
        "seed": summary.seed,
        "runs": summary.runs,
        "years": [int(year) for year in summary.years],
        "policy": summary.policy,
        "step": summary.step,
    }
    write_origin(folder, made_with | dict(simulated))


def write_origin(folder: Path, made_with: Mapping[str, Any]) -> None:
    """``provenance.json``: program and version, how the figures were made, checksums of the tables, packages."""
    content = {
        "program": "ldip",
        "version": __version__,
        **made_with,
        "results_sha256": {path.name: sha256(path) for path in sorted(folder.glob("*.csv"))},
        "packages": package_versions(),
    }
    # A line for each part; with indent=1 Python's own encoder would take ten times as long as the compiled one.
    parts = [f" {json_text(key)}: {json_text(part, ensure_ascii=False)}" for key, part in content.items()]
    place.write_whole(folder / place.PROVENANCE, "{\n" + ",\n".join(parts) + "\n}\n")


def sha256(path: Path) -> str:
    """The checksum of a file's bytes, however many; of a table made for a Norwegian Excel, of what it was before."""
    with path.open("rb") as file:
        if file.read(len(MARK.encode())) == MARK.encode():
            return hashlib.sha256(ours(path.read_bytes().decode()).encode()).hexdigest()
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()


def resolved(source: Source) -> dict[str, Any]:
    """A scenario as provenance tells of it: name, everything in it, checksums of the files it came from."""
    return {
        "scenario": source.scenario.name,
        "placeholders": placeholders(invented(source.scenario)),
        "scenario_resolved": with_format(source.scenario.model_dump(mode="json", exclude_defaults=True), SCENARIO),
        "change_titles": [list(title) for title in source.change_titles],
        "inputs_sha256": dict(source.files),
        "doubts": [doubt.record() for doubt in all_doubts(source.scenario)],
    }


def simulation_records(fans: Fans) -> dict[str, Any]:
    """A simulation for ``--json``: the first fan as it always was, and every fan by name."""
    by_fan = {}
    for summary in fans.written:
        about = {
            "policy": summary.policy,
            "step": summary.step,
            "years_on_state_register": summary.years_of(REGISTER),
        }
        figures = summary_records(summary)
        by_fan[summary.fan] = about | {name: figures[name] for name in ("summary", "probabilities")}
    return summary_records(fans.pressure) | {"fans": by_fan}


def summary_records(summary: Summary) -> dict[str, Any]:
    """The summary for ``--json``: the same figures as the files, with their standard errors."""
    metrics = []
    for name, distribution in summary.distributions.items():
        for t, year in enumerate(summary.years):
            metrics.append(
                {
                    "metric": name,
                    "year": int(year),
                    "unit": distribution.metric.unit,
                    "price_basis": distribution.metric.price_basis(summary.base_year),
                    "mean": figure(distribution.mean[t]),
                    "sd": figure(distribution.sd[t]),
                    **dict(zip(NAMES, map(figure, distribution.percentiles[:, t]), strict=True)),
                    "standard_errors": {
                        "mean": figure(distribution.mean_error[t]),
                        **dict(zip(NAMES, map(figure, distribution.percentile_errors[:, t]), strict=True)),
                    },
                }
            )
    probabilities = [
        {
            "event": event,
            "year": int(year),
            "probability": float(value),
            "standard_error": float(error),
        }
        for name, chance in summary.probabilities.items()
        for event, values in ((name, chance.in_year), (f"{name}_so_far", chance.so_far))
        for year, value, error in zip(summary.years, values, chance.error(values), strict=True)
    ]
    return {
        "scenario": summary.scenario,
        "placeholders": placeholders(summary.invented),
        "fan": summary.fan,
        "version": __version__,
        "runs": summary.runs,
        "seed": summary.seed,
        "summary": metrics,
        "probabilities": probabilities,
    }


def placeholders(invented: tuple[int, int]) -> dict[str, int]:
    """How many placeholders figures were made with, of how many numbers."""
    return dict(zip(("count", "numbers"), invented, strict=True))


def package_versions() -> dict[str, str]:
    """The versions of what the figures depend on; with numba or without it they are the same.

    Asked of the modules themselves: the library that knows what is installed takes 20 to 30 ms to load.
    """
    return {"python": ".".join(map(str, sys.version_info[:3])), "numpy": np.__version__}


def unwritable(out: Path, error: OSError) -> Fault:
    """The result folder cannot be written to."""
    return Fault.of("unwritable_folder", "--out", str(out), reason=reason(error))


def unwritable_file(out: Path, error: OSError) -> Fault:
    """The file cannot be written."""
    return Fault.of("unwritable_file", "--out", str(out), reason=reason(error))
