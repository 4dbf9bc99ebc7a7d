"""Records (dictionaries of plain values) as CSV and as JSON: the same bytes on every machine."""

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO


def figure(value: float) -> float | None:
    """A number for JSON, which has no word for one that is not known; no negative zero."""
    return float(value) + 0.0 if math.isfinite(value) else None


def plain(value: float) -> str:
    """A number for a CSV file: ten significant digits, no negative zero."""
    return f"{value + 0.0:.10g}" if math.isfinite(value) else ""


def json_text(content: Any, **how: Any) -> str:
    """JSON. Raises ValueError if a number in it is not one: such a figure must not leave the program."""
    return json.dumps(content, allow_nan=False, **how)


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows of cells as a table with commas and line feeds."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


_NUMBER = re.compile(r"-?\d+\.\d+(e[+-]?\d+)?|-?\d+e[+-]?\d+")
_NORWEGIAN = re.compile(r"-?\d+,\d+(e[+-]?\d+)?|-?\d+e[+-]?\d+")
MARK = "\ufeff"
"""What a Norwegian Excel knows UTF-8 by."""


def make_norwegian(path: Path) -> None:
    """A table of ours becomes one that a Norwegian Excel opens: semicolons between cells, decimal commas, a mark."""
    beside = path.with_suffix(".nb")
    with path.open(encoding="utf-8", newline="") as old, beside.open("w", encoding="utf-8", newline="") as new:
        new.write(MARK)
        _rewrite(old, ",", new, ";", _NUMBER, (".", ","))
    beside.replace(path)


def ours(text: str) -> str:
    """A table as it was before :func:`make_norwegian`; any other as it is."""
    if not text.startswith(MARK):
        return text
    out = io.StringIO(newline="")
    _rewrite(io.StringIO(text[1:], newline=""), ";", out, ",", _NORWEGIAN, (",", "."))
    return out.getvalue()


def _rewrite(old: TextIO, was: str, new: TextIO, now: str, number: re.Pattern[str], sign: tuple[str, str]) -> None:
    writer = csv.writer(new, delimiter=now, lineterminator="\n")
    for row in csv.reader(old, delimiter=was):
        writer.writerow([cell.replace(*sign) if number.fullmatch(cell) else cell for cell in row])


def write_csv(path: Path, rows: Iterable[list[str]]) -> None:
    """Rows of cells as UTF-8 with commas and line feeds."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def write_records(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Records as a CSV file: keys as columns, nested ones left out, an unknown number as an empty cell."""
    rows: list[list[str]] = []
    for record in records:
        flat = {key: value for key, value in record.items() if not isinstance(value, dict)}
        if not rows:
            rows.append(list(flat))
        rows.append([_cell(value) for value in flat.values()])
    write_csv(path, rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return plain(value) if isinstance(value, float) else str(value)
