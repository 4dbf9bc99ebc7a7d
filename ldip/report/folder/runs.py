"""All runs of the headline metrics, written batch by batch: ``--keep-runs``.

The fans of a simulation have a file each: ``runs`` is of the first, ``runs-steered`` of the steered one beside it.
``runs.npy`` is one array of records, a record for each run with a field (year,) for each metric, so that
``numpy.load("runs.npy", mmap_mode="r")["debt_ratio"]`` is (run, year) and nothing is read that is not looked at.
``runs.parquet`` has a row for each run and year. Money is in base-year kroner by the metric's own index; events are
0 or 1. Fan, years, units and price bases stand in ``runs.json``, in the Parquet file also in its own metadata.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ldip.errors import Fault, InputError
from ldip.model.catalogue import Metric, catalogue
from ldip.model.engine.simulate import FANS, Ledger
from ldip.model.fiscal_rules import ANY_RULE, Event
from ldip.model.metrics import report_values
from ldip.report.folder.place import write_whole
from ldip.report.folder.records import json_text

KINDS = ("npy", "parquet")


def stems(fans: Sequence[str]) -> list[str]:
    """What the files of each of a simulation's fans are called, without their ending."""
    return ["runs", *[f"runs-{fan}" for fan in fans[1:]]]


def file_names(fans: Sequence[str] = tuple(FANS.values()), kinds: Sequence[str] = KINDS) -> list[str]:
    """The files that :func:`writer` writes of these fans; told nothing, those that it may write."""
    return [f"{stem}.{ending}" for stem in stems(fans) for ending in (*kinds, "json")]


def remove_old(folder: Path, kind: str | None, fans: Sequence[str] = ()) -> None:
    """Take the runs of an earlier simulation out of its folder, all but those of the `kind` and of the `fans` that
    are there now."""
    now = file_names(fans, [kind]) if kind else []
    for name in file_names():
        if name not in now:
            (folder / name).unlink(missing_ok=True)


def columns(watched: Iterable[Event]) -> list[Metric]:
    """The metrics that are kept of every run: those of the result files, the accounts' events, and the breaches of a
    municipality's own rules among the `watched` events."""
    kept = [metric for metric in catalogue().values() if metric.headline]
    form = catalogue()[ANY_RULE]
    own = [event for event in watched if event.id not in catalogue() and any(limit.is_rule for limit in event.limits)]
    return kept + [form._replace(id=event.id, label=event.label, source=event.source) for event in own]


def keep(ledger: Ledger) -> np.ndarray:
    """What is written of a batch of runs (run, metric, year)."""
    kept = np.empty((ledger.values.shape[2], len(columns(ledger.events)), len(ledger.years)))
    happens = {event.id: event.happens(ledger) for event in ledger.events}
    with np.errstate(all="ignore"):  # what is not finite is told by who sums it up, and nothing is kept
        for place, metric in enumerate(columns(ledger.events)):
            kept[:, place] = (happens[metric.id] if metric.kind == "event" else report_values(ledger, metric)).T
    return kept


@contextlib.contextmanager
def writer(
    folder: Path,
    kind: str,
    stem: str = "runs",
    *,
    files: int = 1,
    runs: int,
    years: int,
    base_year: int,
    watched: Sequence[Event],
    made_with: dict[str, Any],
) -> Iterator[Callable[[np.ndarray], None]]:
    """Open the file of that kind in `folder`: what takes the batches, in the order of the runs.

    `stem` is what the file is called (:func:`stems`), `files` how many of the like there must be room for,
    `watched` are the events of the scenario; `made_with` is added to the description.
    Raises InputError if the kind's package is missing or the disk is too small.
    """
    calendar = list(range(base_year, base_year + years))
    description = made_with | {
        "file": f"{stem}.{kind}",
        "years": calendar,
        "columns": [
            {"metric": metric.id, "unit": metric.unit, "price_basis": metric.price_basis(base_year)}
            for metric in columns(watched)
        ],
    }
    text = json_text(description, ensure_ascii=False, indent=1)
    write_whole(folder / f"{stem}.json", text + "\n")
    if kind == "npy":
        _check_room(folder, files * runs * _record(columns(watched), calendar).itemsize)
    open_file = {"npy": _npy, "parquet": _parquet}[kind]
    with open_file(folder / f"{stem}.{kind}", runs, calendar, base_year, columns(watched), text) as write:
        yield write


def _record(metrics: Sequence[Metric], calendar: Sequence[int]) -> np.dtype:
    """What a run of an .npy file is."""
    return np.dtype([(metric.id, "<f8", (len(calendar),)) for metric in metrics])


def _check_room(folder: Path, needed: int) -> None:
    """Raise InputError if the disk has less room than so many bytes."""
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise InputError([Fault.of("no_room", "--keep-runs", "npy", needed=needed / 1e6, free=free / 1e6)])


@contextlib.contextmanager
def _npy(
    path: Path, runs: int, calendar: list[int], base_year: int, metrics: list[Metric], text: str
) -> Iterator[Callable[[np.ndarray], None]]:
    record = _record(metrics, calendar)
    with path.open("wb") as file:
        header = {"descr": np.lib.format.dtype_to_descr(record), "fortran_order": False, "shape": (runs,)}
        np.lib.format.write_array_header_1_0(file, header)
        yield lambda batch: batch.astype("<f8", copy=False).tofile(file)


@contextlib.contextmanager
def _parquet(
    path: Path, runs: int, calendar: list[int], base_year: int, metrics: list[Metric], text: str
) -> Iterator[Callable[[np.ndarray], None]]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise InputError([Fault.of("no_pyarrow", "--keep-runs", "parquet")]) from None
    fields = [pyarrow.field("run", pyarrow.int64()), pyarrow.field("year", pyarrow.int32())]
    for metric in metrics:
        number = pyarrow.bool_() if metric.kind == "event" else pyarrow.float64()
        about = {"unit": metric.unit, "price_basis": metric.price_basis(base_year), "label": metric.label.en}
        fields.append(pyarrow.field(metric.id, number, metadata=about))
    schema = pyarrow.schema(fields, metadata={"ldip": text})
    written = 0
    with parquet.ParquetWriter(path, schema) as file:

        def write(batch: np.ndarray) -> None:
            nonlocal written
            numbers = np.arange(written, written + len(batch))
            arrays = [np.repeat(numbers, len(calendar)), np.tile(np.array(calendar, dtype=np.int32), len(batch))]
            for place, metric in enumerate(metrics):
                values = batch[:, place].reshape(-1)
                arrays.append(values > 0.5 if metric.kind == "event" else values)
            file.write_table(pyarrow.Table.from_arrays([pyarrow.array(array) for array in arrays], schema=schema))
            written += len(batch)

        yield write
