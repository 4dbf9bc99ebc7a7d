"""The workbook's charts: Excel's own, drawn by it from the cells of the sheets."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from ldip.report.words import BASELINE_PATH, HALF, MEDIAN, NINE_OF_TEN, WITH_DEFICITS
from ldip.report.workbook.sheets import BLUE, GREY, INK, RED, Book

LIGHT, DARK = "#c9dcea", "#8fb4d0"  # the bands: nine of ten runs, half of the runs
COLOURS = (BLUE, "#c76b1e", "#4d7f3a", "#7a4b9a", "#a33a2a", "#2a8f8f", "#8a7a1f", "#555555", "#b0568a")
DASHES = ("solid", "dash", "round_dot", "long_dash", "dash_dot")
WIDTH, HEIGHT = 660, 460
ROWS = HEIGHT // 20 + 1  # that a chart covers


Block = list[Any]
"""Cells of a sheet: its name, first row and column, last row and column."""


Ends = tuple[float | None, float | None]
"""Where a value axis begins and ends; None: Excel's own choice."""


class FanCells(NamedTuple):
    """Where a fan finds its figures: one column each, a row a year."""

    years: Block
    p05: Block
    bands: Sequence[Block]  # widths of the bands from 5 to 25, 25 to 75 and 75 to 95 %
    median: Block
    baseline: Block
    thresholds: Sequence[tuple[str, Block]]  # what they are called
    deficits: Block | None = None


def axis_ends(lowest: float, highest: float) -> Ends:
    """Where the value axis begins and ends; it begins at zero unless the figures keep far from it."""
    span = highest - min(lowest, 0.0)
    if span <= 0.0:
        return None, None
    step = 10.0 ** math.floor(math.log10(span / 2.0))
    top = math.ceil(round(highest / step, 6)) * step
    if lowest < 0.25 * highest:
        return None, top
    bottom = math.floor(round(lowest / step, 6)) * step
    return bottom, max(top, bottom + step)


def fan(book: Book, cells: FanCells, title: str, code: str, ends: Ends) -> Any:
    """A fan: bands as stacked areas on top of the 5 % line, with median, baseline and thresholds as lines."""
    lang = book.lang
    areas = book.chart("area", "stacked")
    invisible = {"fill": {"none": True}, "border": {"none": True}}
    areas.add_series({"name": "5 %", "categories": cells.years, "values": cells.p05, **invisible})
    names = (NINE_OF_TEN, HALF, NINE_OF_TEN)
    for inside, colour, band in zip(names, (LIGHT, DARK, LIGHT), cells.bands, strict=True):
        look = {"fill": {"color": colour}, "border": {"none": True}}
        areas.add_series({"name": inside.say(lang), "categories": cells.years, "values": band, **look})
    lines = book.chart("line")
    drawn = [
        (MEDIAN.say(lang), cells.median, {"color": BLUE, "width": 2.5}),
        (BASELINE_PATH.say(lang), cells.baseline, {"color": INK, "width": 1.25, "dash_type": "dash"}),
    ]
    if cells.deficits:
        drawn.append(
            (WITH_DEFICITS.say(lang), cells.deficits, {"color": RED, "width": 1.25, "dash_type": "round_dot"})
        )
    drawn += [(name, block, {"color": RED, "width": 1}) for name, block in cells.thresholds]
    for name, block, line in drawn:
        lines.add_series({"name": name, "categories": cells.years, "values": block, "line": line})
    areas.combine(lines)
    _frame(areas, title, code)
    areas.set_y_axis({**_VALUES, "num_format": code, "min": ends[0], "max": ends[1]})
    areas.set_legend({"position": "bottom", "delete_series": [0, 3], "font": {"size": 9}})
    return areas


def lines(
    book: Book,
    years: Block,
    series: Sequence[tuple[str, Block]],
    title: str,
    code: str,
    ends: Ends,
    *,
    width: int = WIDTH,
) -> Any:
    """One line for each series, told apart by colour and by dash."""
    chart = book.chart("line")
    for place, (name, values) in enumerate(series):
        look = {
            "color": COLOURS[place % len(COLOURS)],
            "width": 2.25,
            "dash_type": DASHES[(place // 3 if len(series) > 5 else place) % len(DASHES)],
        }
        chart.add_series({"name": name, "categories": years, "values": values, "line": look})
    _frame(chart, title, code, width=width)
    chart.set_y_axis({**_VALUES, "num_format": code, "min": ends[0], "max": ends[1]})
    return chart


def bars(book: Book, series: Sequence[tuple[str, Block, Block]], title: str, code: str, *, width: int = WIDTH) -> Any:
    """Bars side by side, one of each series (name, categories, values) for each category."""
    chart = book.chart("bar")
    for place, (name, categories, values) in enumerate(series):
        look = {"fill": {"color": COLOURS[place % len(COLOURS)]}, "gap": 60}
        chart.add_series({"name": name, "categories": categories, "values": values, **look})
    _frame(chart, title, code, width=width)
    quiet = {"num_font": {"size": 9}, "line": {"color": "#bbbbbb"}}
    chart.set_x_axis({**quiet, "num_format": code, "min": 0, "major_gridlines": _GRID})
    chart.set_y_axis({**quiet, "reverse": True, "major_gridlines": {"visible": False}})
    return chart


def columns(book: Book, years: Block, series: Sequence[tuple[str, Block]], title: str, code: str) -> Any:
    """Columns stacked on each other."""
    chart = book.chart("column", "stacked")
    shades = (LIGHT, DARK, BLUE, "#f0c9a0", "#d98f4e", "#b35f1c", "#cfe0c4", "#8fb57a", "#4d7f3a", GREY)
    for place, (name, values) in enumerate(series):
        look = {"fill": {"color": shades[place % len(shades)]}, "border": {"none": True}, "gap": 40}
        chart.add_series({"name": name, "categories": years, "values": values, **look})
    _frame(chart, title, code)
    return chart


_GRID = {"visible": True, "line": {"color": "#dddddd", "width": 0.75}}
_VALUES = {"num_font": {"size": 9}, "line": {"color": "#bbbbbb"}, "major_gridlines": _GRID}


def _frame(chart: Any, title: str, code: str, *, width: int = WIDTH) -> None:
    chart.set_title({"name": title, "name_font": {"size": 12, "bold": True, "color": INK}, "overlay": False})
    quiet = {"num_font": {"size": 9}, "line": {"color": "#bbbbbb"}}
    # The years stay below the figure also where it is negative.
    chart.set_x_axis({**quiet, "label_position": "low", "interval_unit": 1, "num_font": {"size": 9, "rotation": -45}})
    chart.set_y_axis({**_VALUES, "num_format": code})
    chart.set_legend({"position": "bottom", "font": {"size": 9}})
    chart.set_size({"width": width, "height": HEIGHT})
    chart.set_chartarea({"border": {"color": "#dddddd"}})
