"""From bytes to cells: the only place that reads what people keep tables in.

A CSV file may be divided by commas, semicolons or tabs and be written in UTF-8 (with or without a mark), UTF-16 or
Windows-1252; a workbook may be of Excel (.xlsx) or of LibreOffice (.ods). What the cells mean is not known here:
numbers written as text are read by ``decimals``.
"""

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

from ldip.errors import Fault, InputError, reason
from ldip.scenario.files import faults as f
from ldip.scenario.quantities import Basis

Cell = Any
"""A text; of a workbook also a number, a date, a truth. An empty one is ''."""

WORKBOOKS = (".xlsx", ".ods")
TABLES = (".csv", *WORKBOOKS)
"""What a table may be kept in, in the order of preference where both were missing."""

DELIMITERS = (";", "\t", ",")
TOLD = re.compile(r"sep=(.)")
"""The first line with which Excel is told what divides the cells."""

FIRST_LINES = 20
"""The header is among these."""

MANY = 2
"""Two cells or more: a line of one is a title or a note."""

TEXTS = ("source", "source_nb", "source_en", "note")
"""Columns of running text, with whatever signs people write."""


class Sheet(NamedTuple):
    """The cells of a CSV file, or of one sheet of a workbook."""

    file: str
    name: str  # of the sheet; nothing where the file is text
    rows: list[list[Cell]]
    errors: frozenset[str] = frozenset()  # cells whose formula gives an error
    lines: tuple[int, ...] = ()  # of a text, the line that each row ends on
    delimiter: str = ""  # of a text

    def at(self, row: int, column: int) -> Cell:
        """A cell; texts without blanks around them."""
        cell = self.rows[row][column] if row < len(self.rows) and column < len(self.rows[row]) else ""
        return cell.strip() if isinstance(cell, str) else cell

    def line(self, row: int) -> int:
        """The line that a row stands on, from 1."""
        return self.lines[row] if self.lines else row + 1

    def place(self, row: int, column: int, key: str = "") -> str:
        """The cell's address as Excel writes it, and the key that it is about."""
        return f"{self.name}!{address(row, column)}" + (f" ({key})" if key else "")


class Block(NamedTuple):
    """A table in a sheet: its header and what stands below it."""

    file: str
    sheet: str
    head: int  # the line of the header
    header: list[str]
    columns: list[int]  # where in the sheet each stands
    rows: list[list[Cell]]  # as wide as the header
    lines: list[int]
    errors: frozenset[str]
    delimiter: str
    faults: list[Fault]  # rows too wide or too narrow, which are left out

    def in_cells(self, fault: Fault) -> Fault:
        """A fault of a workbook told by the cell instead of by line and column; any other as it is."""
        file, _, line = fault.file.rpartition(":")
        if not self.sheet or file != self.file or not line.isdigit():
            return fault
        name = column_of(fault)
        column = next((own for own in (name, f"{name}_nb") if own in self.header), self.header[0])
        place = self.columns[self.header.index(column)]
        key = f" ({fault.key})" if fault.key else ""
        return fault._replace(file=file, key=f"{self.sheet}!{address(int(line) - 1, place)}{key}")


def column_of(fault: Fault) -> str:
    """The column that a fault of a row is about: its key, or the last part of it."""
    return fault.key.rpartition(".")[2]


def address(row: int, column: int) -> str:
    """A cell's address: F12."""
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def bytes_of(path: Path, shown: str, found: list[Fault]) -> tuple[bytes | None, str]:
    """A file's bytes and their SHA-256; None, and a fault more, if it cannot be read."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        found.append(Fault.of("unreadable", shown, reason=reason(error)))
        return None, ""
    return raw, hashlib.sha256(raw).hexdigest()


def table_cells(path: Path, shown: str, name: str, found: list[Fault]) -> tuple[Sheet | None, str]:
    """The cells of a file that is called `shown`, and the SHA-256 of its bytes; None, and faults more, if it is
    neither text nor a workbook. Of a workbook the only sheet, or the one called `name`."""
    raw, digest = bytes_of(path, shown, found)
    if raw is None:
        return None, digest
    if path.suffix.lower() in WORKBOOKS:
        try:
            return _workbook_sheet(path, shown, (name,), only=True), digest
        except InputError as error:
            found += error.faults
            return None, digest
    text = decoded(raw, shown, found)
    return None if text is None else text_sheet(shown, text), digest


def decoded(raw: bytes, shown: str, found: list[Fault]) -> str | None:
    """The text of a CSV file; None, and faults more, if it is none.

    UTF-16 is known by its mark or by its zeros. What is not UTF-8 is Windows-1252, unless it has letters of both.
    """
    text = None
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = raw.decode("utf-16", errors="replace")
    elif b"\0" in raw[:FIRST_LINES]:
        text = raw.decode("utf-16-be" if raw[:1] == b"\0" else "utf-16-le", errors="replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            if re.search(rb"[\xc2-\xdf][\x80-\xbf]|[\xe2-\xef][\x80-\xbf]{2}", raw):
                found.append(f.not_utf8(shown, raw, error))
                return None
            text = raw.decode("cp1252", errors="replace")
    hidden = f.hidden_in_text(shown, text)
    found += hidden
    return None if hidden else text


def text_sheet(shown: str, text: str) -> Sheet:
    """The cells of a CSV text."""
    told = TOLD.match(text)
    delimiter = told[1] if told else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows, lines = [], []
    for row in reader:
        if reader.line_num > 1 or not told:
            rows.append([cell.strip() for cell in row])
            lines.append(reader.line_num)
    return Sheet(shown, "", rows, lines=tuple(lines), delimiter=delimiter)


def _delimiter(text: str) -> str:
    """What divides the cells of the header: of semicolon, tab and comma the first that stands in it outside quotes.

    The header is the first line with one of them and another line right below it.
    """
    lines = [re.sub(r'"[^"]*"', "", line).strip(" \r") for line in text.split("\n", FIRST_LINES)]
    candidates = [line for line, below in zip(lines, [*lines[1:], ""], strict=True) if below.strip()] + lines
    divided = (sign for line in candidates for sign in DELIMITERS if sign in line)
    return next(divided, ",")


def read_cells(path: Path, names: Sequence[str]) -> Sheet:
    """The cells of the first sheet of a workbook that has one of the `names`, or InputError."""
    return _workbook_sheet(path, path.name, names, only=False)


def sheet_names(path: Path) -> list[str]:
    """The names of a workbook's sheets, or InputError."""
    import zipfile

    import python_calamine

    try:
        return list(python_calamine.CalamineWorkbook.from_path(str(path)).sheet_names)
    except OSError as error:
        raise InputError([Fault.of("sheet_unreadable", path.name, reason=reason(error))]) from None
    except (python_calamine.CalamineError, zipfile.BadZipFile, KeyError):
        raise InputError([Fault.of("sheet_not_xlsx", path.name)]) from None


def _workbook_sheet(path: Path, shown: str, names: Sequence[str], *, only: bool) -> Sheet:
    """The sheet of one of the `names`, or the `only` one whatever its name."""
    import zipfile
    from xml.etree import ElementTree

    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        known = book.sheet_names
        name = next((name for name in known if name in names), known[0] if only and len(known) == 1 else None)
        if name is None:
            raise InputError([Fault.of("table_no_sheet" if only else "sheet_no_sheet", shown, name=names[0])])
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        return Sheet(shown, name, rows, _errors(path, name) if path.suffix.lower() != ".ods" else frozenset())
    except OSError as error:
        raise InputError([Fault.of("sheet_unreadable", shown, reason=reason(error))]) from None
    except (python_calamine.CalamineError, zipfile.BadZipFile, ElementTree.ParseError, KeyError):
        raise InputError([Fault.of("sheet_not_xlsx", shown)]) from None


def _errors(path: Path, name: str) -> frozenset[str]:
    """The cells whose formula gives an error, which calamine takes for empty."""
    import zipfile
    from xml.etree import ElementTree

    main = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    office = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
    with zipfile.ZipFile(path) as parts:
        sheets = ElementTree.fromstring(parts.read("xl/workbook.xml")).iter(f"{main}sheet")
        wanted = next(sheet.get(f"{office}id") for sheet in sheets if sheet.get("name") == name)
        links = ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))
        target = next(str(link.get("Target")) for link in links if link.get("Id") == wanted)
        text = parts.read(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    cells = ElementTree.fromstring(text).iter(f"{main}c")
    return frozenset(str(cell.get("r")) for cell in cells if cell.get("t") == "e")


def block_of(sheet: Sheet, *, notes: bool = True) -> Block:
    """The table in a sheet: the header is the first row of two cells or more; titles stand above it, and `notes` of
    one cell below an empty row. Empty rows are left out; a row too wide or too narrow is a fault."""
    rows = [[cell.strip() if isinstance(cell, str) else cell for cell in row] for row in sheet.rows]
    filled = [sum(cell != "" for cell in row) for row in rows]
    head = next((row for row, count in enumerate(filled) if count >= MANY), None)
    if head is None:
        head = next((row for row, count in enumerate(filled) if count), 0)
    titles = [as_text(cell) for cell in rows[head]] if rows else []
    while titles and not titles[-1]:
        titles.pop()
    columns = [place for place, title in enumerate(titles) if title or not sheet.name]
    header = [titles[place] for place in columns]
    line = sheet.line(head) if rows else 1
    block = Block(sheet.file, sheet.name, line, header, columns, [], [], sheet.errors, sheet.delimiter, [])
    blank = False
    for row in range(head + 1, len(rows)):
        if filled[row] == 0:
            blank = True
        elif not (notes and blank and filled[row] == 1 and len(header) > 1 and rows[row][0] != ""):
            cells = _fitted(rows[row], block)
            if cells is None:
                block.faults.append(Fault.of("wrong_width", f"{sheet.file}:{sheet.line(row)}"))
            else:
                block.rows.append(cells)
                block.lines.append(sheet.line(row))
    return block


def _fitted(row: list[Cell], block: Block) -> list[Cell] | None:
    """A row as wide as the header; None where it is not. Semicolons that nobody put into quotes may stand in the text
    of the last column, since no number has them."""
    width = block.columns[-1] + 1 if block.columns else 0
    while len(row) > width and row[-1] == "":
        row = row[:-1]
    if block.sheet:
        strange = any(cell != "" for place, cell in enumerate(row) if place not in block.columns)
        row = row + [""] * (width - len(row))
        return None if strange else [row[place] for place in block.columns]
    last = width - 1
    if len(row) > width > 1 and block.delimiter == ";" and block.header[last] in TEXTS and "basis" in block.header:
        known = row[block.header.index("basis")] in get_args(Basis)
        return [*row[:last], "; ".join(row[last:])] if known else None
    return row if len(row) == width else None


def as_text(cell: Cell) -> str:
    """A cell as the text that it shows: a whole number without decimals."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return str(int(cell)) if cell == int(cell) else repr(float(cell))
    return str(cell)
