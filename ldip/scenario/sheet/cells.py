"""The cells of an Excel sheet: the only place that reads workbooks."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

from ldip.errors import Fault, InputError, reason

Cell = Any
"""What calamine makes of a cell: a number, a text, a date, a truth; an empty one is ''."""


class Sheet(NamedTuple):
    """The cells of one sheet of a workbook."""

    file: str
    name: str
    rows: list[list[Cell]]
    errors: frozenset[str]  # cells whose formula gives an error

    def at(self, row: int, column: int) -> Cell:
        """A cell; texts without blanks around them."""
        cell = self.rows[row][column] if row < len(self.rows) and column < len(self.rows[row]) else ""
        return cell.strip() if isinstance(cell, str) else cell

    def place(self, row: int, column: int, key: str = "") -> str:
        """The cell's address as Excel writes it, and the key that it is about."""
        return f"{self.name}!{address(row, column)}" + (f" ({key})" if key else "")


def address(row: int, column: int) -> str:
    """A cell's address: F12."""
    letters, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def read_cells(path: Path, names: Sequence[str]) -> Sheet:
    """The cells of the first sheet of a workbook that has one of the `names`, or InputError."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        name = next((name for name in book.sheet_names if name in names), None)
        if name is None:
            raise InputError([Fault.of("sheet_no_sheet", path.name, name=names[0])])
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        return Sheet(path.name, name, rows, _errors(path, name))
    except OSError as error:
        raise InputError([Fault.of("sheet_unreadable", path.name, reason=reason(error))]) from None
    except (python_calamine.CalamineError, zipfile.BadZipFile, ElementTree.ParseError, KeyError):
        raise InputError([Fault.of("sheet_not_xlsx", path.name)]) from None


def _errors(path: Path, name: str) -> frozenset[str]:
    """The cells whose formula gives an error, which calamine takes for empty."""
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
