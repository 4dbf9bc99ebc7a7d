"""Files that were saved from a statistics page or sent by a Ministry: from bytes to a cube or to rows of cells."""

import contextlib
import csv
import hashlib
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ldip.errors import Fault, InputError, reason
from ldip.scenario.files.cells import read_cells, sheet_names
from ldip.scenario.official.cube import CONTENTS, TIME, TITLE, Cell, Code, Cube
from ldip.scenario.official.jsonstat import read_jsonstat
from ldip.text import Text

Rows = list[list[Any]]
MISSING = {"", ".", "..", ":", "-"}
"""What stands in a cell without a figure: not possible, missing, confidential (Statistics Norway's signs)."""

DIMENSIONS = {
    **{"region": "Region", "kommune": "Region", "alder": "Alder", "age": "Alder", "kjønn": "Kjonn", "sex": "Kjonn"},
    **{"år": TIME, "year": TIME, "måned": TIME, "month": TIME, "kvartal": TIME, "quarter": TIME, "tid": TIME},
    **{"statistikkvariabel": CONTENTS, "contents": CONTENTS, "bygningstype": "BygnType", "boligtype": "Boligtype"},
    **{"type of building": "BygnType", "bruksareal": "Byggeareal", "funksjon": "Funksjon", "function": "Funksjon"},
    **{"art": "Art", "regnskapsbegrep": "Begrep", "regnskapsomfang": "Omfang", "balanse": "Balanse"},
    **{
        "byggeareal": "Byggeareal",
        "bygningstyper": "BygnType",
        "konsumgruppe": "Konsumgrp",
        "balansedata": "Balanse",
    },
}
"""What a column of a saved table is called on the page, and the dimension that it is."""

CODES = {
    "KOKkommuneregion0000": "Region",
    "KOKfunksjon0000": "Funksjon",
    "KOKart0000": "Art",
    "KOKartkap0000": "Begrep",
    "KOKkapittel0000": "Balanse",
    "KOKregnskapsomfa0000": "Omfang",
}
"""Dimensions of KOSTRA by the service's own names, and what they are here."""

NAMES = {
    TIME: Text("år", "year"),
    "Alder": Text("alder", "age"),
    "Begrep": Text("regnskapsbegrep", "concept"),
    "Funksjon": Text("funksjon", "function"),
    "Art": Text("art", "kind"),
    "Balanse": Text("balansepost", "post of the balance"),
    "BygnType": Text("bygningstype", "type of building"),
}
"""What the divisions are called that a table may lack."""

WHEN = re.compile(r"^(.*?)\s*\b((?:19|20)\d{2}(?:[KM]\d{1,2})?)$")
AGE = re.compile(r"^(?:\d{3}\+?\s+)?(\d{1,3})(\+?)(?:\s*år|\s*years?)?( eller eldre| or older)?$")
CODED = re.compile(r"^(?:K[-_.])?([A-Z]{0,5}\d[0-9A-Za-z+]*)\s+(\S.*)$")


class Saved(NamedTuple):
    """A file as rows of cells, sheet by sheet; of a CSV file one sheet without a name."""

    file: str
    sha256: str
    sheets: dict[str, Rows]


def read_saved(path: Path) -> Cube | Saved:
    """The cube that a file holds; its rows where they are none. InputError where it cannot be read at all."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError([Fault.of("unreadable", path.name, reason=reason(error))]) from None
    digest = hashlib.sha256(raw).hexdigest()
    if path.suffix.lower() in (".xlsx", ".xlsm", ".ods", ".xls"):
        sheets = {name: read_cells(path, [name]).rows for name in sheet_names(path)}
    else:
        text = decoded(raw)
        if text.lstrip()[:1] in ("{", "["):
            cube = read_jsonstat(path.name, digest, text)
            cube = cube._replace(cells=tuple(Cell(_renamed(cell.at), cell.value) for cell in cube.cells))
            if not _has_years(cube.cells):
                raise InputError([Fault.of("lacks_division", path.name, names=NAMES[TIME])])
            return cube
        sheets = {"": table_rows(text)}
    for rows in sheets.values():
        found = cube_of(path.name, digest, rows)
        if found:
            return found
    return Saved(path.name, digest, sheets)


def _renamed(at: dict[str, Code]) -> dict[str, Code]:
    return {CODES.get(name, name): _plain(code) for name, code in at.items()}


def _plain(code: Code) -> Code:
    """K-3201, as the code list of summed municipalities calls it, is 3201."""
    return Code(re.sub(r"^K[-_.](?=\d{4}$)", "", code.code), code.label)


def decoded(raw: bytes) -> str:
    """The text of a file from the service (ISO 8859-1), a web page (UTF-8) or a Norwegian Excel (Windows-1252)."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def table_rows(text: str) -> Rows:
    """The cells of a CSV text, divided by whichever of ; tab and , makes the most cells in the most rows."""
    ways = []
    for sign in ";\t,":
        with contextlib.suppress(csv.Error):  # a field without end, where this is not what divides them
            ways.append(list(csv.reader(io.StringIO(text, newline=""), delimiter=sign)))
    if not ways:
        return []
    best = max(ways, key=lambda rows: sum(len(row) for row in rows if len(row) > 1))
    return [[cell.strip() for cell in row] for row in best]


def number(cell: Any) -> float | None:
    """The figure in a cell; None where there is none. ValueError where there is something else."""
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return float(cell)
    text = re.sub(r"[\s\u00a0\u202f]", "", str(cell)).replace("\u2212", "-")
    if text in MISSING:
        return None
    if "," in text:
        text = text.replace(".", "").replace(",", ".")
    return float(text)


def _is_figure(cell: Any) -> bool:
    try:
        number(cell)
    except ValueError:
        return False
    return True


def cube_of(file: str, sha256: str, rows: Rows) -> Cube | None:
    """The cube of a table as it is saved: a title, headings, one row for each combination of what stands to the left.
    None where the rows have no column that names a dimension, or none with figures of a year."""
    title = next((found for row in rows[:5] if (found := TITLE.match(_alone(row)))), None)
    body = [row for row in rows if not TITLE.match(_alone(row))]
    start = next((n for n, row in enumerate(body) if sum(_filled(cell) for cell in row) > 1), len(body))
    first = next((n for n in range(start, len(body)) if _filled(body[n][0])), len(body))
    # In a workbook the headings are rows whose first cell is empty; in CSV a single row of them.
    headings, data = (body[start:first], body[first:]) if first > start else (body[start:][:1], body[start + 1 :])
    if not headings or not data:
        return None
    width = max(len(row) for row in [*headings, *data])
    names = [" ".join(parts) for parts in zip(*_filled_right(headings, width), strict=True)]
    data = [[*row, *[""] * (width - len(row))] for row in data if sum(_filled(cell) for cell in row) > 1]
    stub = _stub(names, data)
    columns = [n for n in range(width) if n not in stub and all(_is_figure(row[n]) for row in data)]
    if not columns or not stub:
        return None
    cells = list(_cells(names, data, stub, columns))
    if not _has_years(cells):
        return None
    # One figure a row: the column of figures bears the title.
    title = title or next((found for n in columns if (found := TITLE.match(names[n]))), None)
    shown = title[0].strip().strip('"') if title else ""
    updated = re.search(r"\b(20\d{2})-?(\d{2})-?(\d{2})\b", " ".join(_alone(row) for row in rows[-25:]))
    day = "-".join(updated.groups()) if updated else ""
    lacking = sum(cell.value is None for cell in cells)
    return Cube(file, sha256, title[1] if title else "", shown, day, tuple(cells), lacking)


def _has_years(cells: Sequence[Cell]) -> bool:
    """Are there cells, and is each of a year?"""
    return bool(cells) and all(TIME in cell.at and re.match(r"\d{4}", cell.at[TIME].code) for cell in cells)


def _alone(row: Sequence[Any]) -> str:
    """The text of a row that has only one."""
    texts = [str(cell) for cell in row if _filled(cell)]
    return texts[0] if len(texts) == 1 else ""


def _filled(cell: Any) -> bool:
    return cell is not None and str(cell).strip() != ""


def _filled_right(headings: Rows, width: int) -> list[list[str]]:
    """Headings with each merged cell repeated over the columns it spans."""
    found = []
    for place, row in enumerate(headings):
        cells, last = [], ""
        for cell in [*row, *[""] * (width - len(row))]:
            text = f"{cell:g}" if isinstance(cell, float) else str(cell).strip()
            last = text or (last if len(headings) > 1 and place < len(headings) - 1 else "")
            cells.append(last)
        found.append(cells)
    return found


def _stub(names: Sequence[str], data: Rows) -> dict[int, str]:
    """The columns to the left of the figures, and the dimension that each is; in a workbook without a heading it is
    told by what stands in it."""
    found: dict[int, str] = {}
    for place, name in enumerate(names):
        known = DIMENSIONS.get(name.strip().strip('"').lower()) or CODES.get(name.strip())
        cells = [str(row[place]) for row in data if _filled(row[place])]
        if known:
            found[place] = known
        elif name in (TIME, CONTENTS, "Region", "Alder", "Kjonn", "BygnType", "Byggeareal"):
            found[place] = name
        elif not name and cells and not all(_is_figure(cell) for cell in cells):
            found[place] = "Alder" if any("år" in cell.split() for cell in cells) else "Region"
    return found


def _cells(names: Sequence[str], data: Rows, stub: dict[int, str], columns: Sequence[int]) -> list[Cell]:
    found, above = [], dict.fromkeys(stub, "")
    for row in data:
        for place in stub:
            above[place] = str(row[place]).strip() if _filled(row[place]) else above[place]
        if not all(above.values()):
            continue
        left = {dimension: member(dimension, above[place]) for place, dimension in stub.items()}
        for column in columns:
            name, at = names[column], dict(left)
            when = None if TIME in at else WHEN.match(name)
            if when:
                at[TIME] = Code(when[2], when[2])
                name = when[1]
            if CONTENTS not in at and not TITLE.match(name):
                at[CONTENTS] = Code(name, name)
            found.append(Cell(at, number(row[column])))
    return found


def member(dimension: str, text: str) -> Code:
    """The code and the label that a cell to the left of the figures holds: "3201 Bærum", "000 0 år", "105+ år"."""
    if dimension == TIME:
        return Code(text.removesuffix(".0"), text)
    if dimension == "Alder" and (age := AGE.match(text)):
        return Code(f"{int(age[1]):03}" + ("+" if age[2] or age[3] else ""), text)
    coded = CODED.match(text)
    return Code(coded[1], coded[2]) if coded else Code(text, text)
