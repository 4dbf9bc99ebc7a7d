"""Excel sheets in the house's look: the only door to XlsxWriter.

Numbers are real numbers with Excel's own number formats, so that every Excel shows them as its owner writes numbers.
The same content gives the same bytes: files carry no clock.
"""

import datetime
import math
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ldip import __version__
from ldip.report.numbers import SHOWN

INK, BLUE, PALE_BLUE, GREY, RED, YELLOW = "#222222", "#1f5a8a", "#e4ecf3", "#666666", "#a33a2a", "#fff4cc"
NO_CLOCK = datetime.datetime(1980, 1, 1, tzinfo=datetime.UTC)  # the date of every entry of the zip file too
LISTS = 20  # the first column of lists that drop-downs look up
WIDEST_NAME = 31  # of a sheet, by Excel
WIDEST_FOOTER = 110  # of 255 with all codes, and what a page has room for
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))

BASIS_COLOURS = {"source": "#e3f1de", "derived": "#dce9f5", "assumption": YELLOW, "placeholder": "#f9d5c5"}
"""How sure a number is, in colours."""

LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15, "font_color": INK},
    "quiet": {"font_color": GREY},
    "note": {"font_color": GREY, "text_wrap": True, "valign": "top"},
    "text": {"text_wrap": True, "valign": "top"},
    "aside": {"text_wrap": True, "valign": "top", "indent": 1},
    "plain": {},
    "section": {"bold": True, "font_color": BLUE, "top": 1, "top_color": "#bbbbbb"},
    "total": {"bold": True, "top": 4, "top_color": "#999999"},
    "head": {"bold": True, "text_wrap": True, "valign": "bottom", "bg_color": PALE_BLUE, "bottom": 1},
    "head aside": {"bold": True, "valign": "bottom", "bg_color": PALE_BLUE, "bottom": 1, "indent": 1},
    "head number": {
        "bold": True,
        "text_wrap": True,
        "valign": "bottom",
        "align": "right",
        "bg_color": PALE_BLUE,
        "bottom": 1,
    },
    "assumed": {"bg_color": YELLOW, "text_wrap": True, "valign": "top"},
    "assumed aside": {"bg_color": YELLOW, "text_wrap": True, "valign": "top", "indent": 1},
    "link": {"font_color": BLUE, "underline": 1},
    "entry": {
        "bg_color": "#f3f9f1",
        "border": 4,
        "border_color": "#b8ccb0",
        "locked": False,
        "text_wrap": True,
        "valign": "top",
    },
    "entry line": {"bg_color": "#f3f9f1", "border": 4, "border_color": "#b8ccb0", "locked": False},
    "entry aside": {"bg_color": "#f3f9f1", "border": 4, "border_color": "#b8ccb0", "locked": False, "indent": 1},
    "locked line": {"font_color": "#444444"},
    "id": {"font_color": GREY},
    "id aside": {"font_color": GREY, "indent": 1},
    "id number": {"font_color": GREY, "align": "right"},
    "locked": {"font_color": "#444444", "text_wrap": True, "valign": "top"},
    **{f"basis {basis}": {"bg_color": colour} for basis, colour in BASIS_COLOURS.items()},
}
"""What a cell looks like, by what it is."""


def scale(unit: str) -> float:
    """What a figure of that unit is multiplied with in a cell: fractions stay fractions (Excel shows per cent),
    kroner per resident are whole kroner."""
    factor, _ = SHOWN[unit]
    return 1.0 if factor == 100.0 else factor


def number_format(unit: str, *, finer: int = 0, signed: bool = False) -> str:
    """Excel's format code for a figure of that unit, with as many decimals as everywhere."""
    factor, decimals = SHOWN[unit]
    places = "." + "0" * (decimals + finer) if decimals + finer else ""
    code = f"0{places}%" if factor == 100.0 else f"#,##0{places}"
    return f"+{code};-{code};{code}" if signed else code


def axis_format(unit: str) -> str:
    """Excel's format code along an axis: without decimals."""
    factor, _ = SHOWN[unit]
    return "0%" if factor == 100.0 else "#,##0"


class Book:
    """A workbook being written; closes with the block."""

    def __init__(self, path: Path, footer: str, lang: str):
        import xlsxwriter
        import xlsxwriter.utility as places

        self.lang, self.places = lang, places
        self.footer = textwrap.shorten(footer, WIDEST_FOOTER, placeholder=" …").replace("&", "&&")
        self.workbook = xlsxwriter.Workbook(str(path), {"strings_to_urls": False, "strings_to_formulas": False})
        self.workbook.set_properties({"created": NO_CLOCK, "author": "", "comments": f"ldip {__version__}"})
        self.workbook.set_calc_mode("auto")
        self._formats: dict[tuple[str, str], Any] = {}
        self.sheets: list[Sheet] = []

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.workbook.close()

    def look(self, look: str, code: str = "") -> Any:
        """The format of a cell that is `look`, its number shown by the format `code`."""
        if (look, code) not in self._formats:
            number = {"num_format": code} if code else {}
            self._formats[look, code] = self.workbook.add_format(LOOKS[look] | number)
        return self._formats[look, code]

    def sheet(self, name: str, title: str, lines: Iterable[str] = ()) -> "Sheet":
        """A new sheet with its title and a few quiet lines under it."""
        sheet = Sheet(self, self._free_name(name))
        self.sheets.append(sheet)
        sheet.write(0, 0, title, "title")
        for row, line in enumerate(lines, start=1):
            sheet.write(row, 0, line, "quiet")
        return sheet

    def _free_name(self, wanted: str) -> str:
        taken = {sheet.name.lower() for sheet in self.sheets}
        name = wanted.translate(FORBIDDEN).strip("'")
        short = name if len(name) <= WIDEST_NAME else name[: WIDEST_NAME - 1].rstrip(" ,") + "…"
        count = 1
        while short.lower() in taken:
            count += 1
            ending = f" {count}"
            short = name[: WIDEST_NAME - len(ending)] + ending
        return short

    def call(self, name: str, sheet: "Sheet", first: tuple[int, int], last: tuple[int, int]) -> None:
        """Give a block of cells a name that formulas can use."""
        block = self.places.xl_range_abs(*first, *last)
        self.workbook.define_name(name, f"={self.places.quote_sheetname(sheet.name)}!{block}")

    def chart(self, kind: str, subtype: str = "") -> Any:
        """An empty chart that Excel draws itself."""
        return self.workbook.add_chart({"type": kind} | ({"subtype": subtype} if subtype else {}))


class Sheet:
    """One sheet: cells by row and column from zero."""

    def __init__(self, book: Book, name: str):
        self.book, self.name = book, name
        self.paper = book.workbook.add_worksheet(name)
        self.paper.hide_gridlines(2)
        self.paper.set_landscape()
        self.paper.set_paper(9)  # A4
        self.paper.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.paper.fit_to_pages(1, 0)
        self.paper.set_footer(f"&L&8 {book.footer}&C&8 &A&R&8&P / &N")

        self._taken: dict[str, int] = {}

    def free_column(self, name: str) -> int:
        """A column far to the right for a list of that name."""
        return self._taken.setdefault(name, LISTS + len(self._taken))

    def widths(self, *widths: float, start: int = 0) -> None:
        """Widths of the columns from `start` on, in characters."""
        for column, width in enumerate(widths, start):
            self.paper.set_column(column, column, width)

    def write(self, row: int, column: int, value: object, look: str = "plain", code: str = "") -> None:
        """A text or a number; what is not known is an empty cell."""
        form = self.book.look(look, code)
        if isinstance(value, str):
            self.paper.write_string(row, column, value, form)
        elif value is None or not math.isfinite(float(value)):  # type: ignore[arg-type]
            self.paper.write_blank(row, column, None, form)
        else:
            self.paper.write_number(row, column, float(value) + 0.0, form)  # type: ignore[arg-type]

    def formula(self, row: int, column: int, formula: str, value: float, look: str = "plain", code: str = "") -> None:
        """A formula with the value that it has now."""
        self.paper.write_formula(row, column, formula, self.book.look(look, code), value + 0.0)

    def head(self, row: int, labels: Sequence[str], *, texts: int, start: int = 0, height: float = 0.0) -> None:
        """A header row: the first `texts` columns over text, the others over numbers."""
        for place, label in enumerate(labels):
            self.write(row, start + place, label, "head" if place < texts else "head number")
        if height:
            self.paper.set_row(row, height)

    def keep(self, rows: int, columns: int) -> None:
        """Keep the first rows and columns in sight, and repeat those rows on every printed page."""
        self.paper.freeze_panes(rows, columns)
        self.paper.repeat_rows(0, rows - 1)

    def paragraph(self, row: int, text: str, columns: int, *, width: int, look: str = "note") -> int:
        """A text over several columns, as many rows high as it needs at `width` characters; returns the next row."""
        self.paper.merge_range(row, 0, row, columns - 1, text, self.book.look(look))
        lines = sum(max(1, math.ceil(len(part) / width)) for part in text.split("\n"))
        self.paper.set_row(row, 15.0 * lines)
        return row + 1

    def fit(self, row: int, text: str, width: int) -> None:
        """Make a row high enough for a text that is wrapped at `width` characters."""
        lines = math.ceil(len(text) / width)
        if lines > 1:
            self.paper.set_row(row, 15.0 * lines)

    def at(self, row: int, column: int, *, fixed_row: bool = False, fixed_column: bool = False) -> str:
        """A cell's address for a formula."""
        return self.book.places.xl_rowcol_to_cell(row, column, row_abs=fixed_row, col_abs=fixed_column)

    def block(self, first: tuple[int, int], last: tuple[int, int]) -> list[Any]:
        """A block of cells for a chart."""
        return [self.name, *first, *last]
