"""The picture of a comparison: what each alternative leads to, and how far they are apart run by run.

matplotlib is loaded only when asked for.
"""

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ldip.analysis.compare import Comparison, Paired
from ldip.model.shown import ANSWERS
from ldip.report.fans import FOOT_STYLE, INK, number_ticks, quiet_axes
from ldip.report.numbers import SHOWN, difference_label, number, unit_label
from ldip.report.words import FIGURE_IN_YEAR
from ldip.statistics.summary import Summary
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.report.canvas import Chart

GREY = "#555555"
COLOURS = (INK, "#0072b2", "#d55e00", "#009e73", "#b3589a", "#b98500", "#56b4e9")
"""Okabe and Ito's palette, which the colour-blind can tell apart, two of them darker to be read as text; ink is for
the reference."""

LINES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (5, 1.5, 1, 1.5)), (0, (3, 1)), (0, (8, 2)))
"""Line styles, for those who print in black."""

LABEL_WIDTH = 17
DEBT, NEED = ANSWERS
DEBT_HOW = Text(
    nb="median; strekene til høyre: 9 av 10 framtider i {year}",
    en="median; bars to the right: 9 of 10 runs in {year}",
)
NEED_HOW = Text(nb="gjennomsnitt av alle framtider", en="mean of all runs")
APART_HOW = Text(
    nb="forskjell fra «{against}», framtid for framtid: median og 9 av 10 framtider",
    en="difference from '{against}', run by run: median and 9 of 10 runs",
)
LOWER = Text(nb="lavere i {lower} % av framtidene", en="lower in {lower} % of the runs")
TIES = Text(
    nb="lavere i {lower} %, likt i {equal} % av framtidene", en="lower in {lower} %, equal in {equal} % of the runs"
)
FOOT = Text(
    nb="{title}. {runs} framtider, startverdi {seed}; hver framtid har samme renter, skatteår og boligår i alle "
    "alternativer. Modellens sannsynligheter, "
    "uten nye tiltak etter planen.",
    en="{title}. {runs} runs, seed {seed}; the same run meets the same rates, tax years and building years in "
    "every alternative. The model's "
    "probabilities, no measures beyond the adopted plan.",
)


def write_picture(
    folder: Path, names: Sequence[str], comparison: Comparison, label: Mapping[str, str], title: str, lang: str
) -> None:
    """The picture into `folder` under each of the names, in the format of its suffix."""
    comparison_chart(comparison, label, title, lang).write(*(folder / name for name in names))


def comparison_chart(comparison: Comparison, label: Mapping[str, str], title: str, lang: str) -> "Chart":
    """What each alternative leads to, and how far they are from the reference run by run."""
    from ldip.report.canvas import chart, style

    with style():
        figure = chart(14.0, 5.6, w_pad=0.12)
        grid = figure.add_gridspec(2, 3, width_ratios=(1.1, 0.95, 1.1))
        courses(figure.add_subplot(grid[:, 0]), comparison, label, DEBT, lang)
        courses(figure.add_subplot(grid[:, 1]), comparison, label, NEED, lang)
        for row, metric_id in enumerate((DEBT, NEED)):
            differences(figure.add_subplot(grid[row, 2]), comparison, label, metric_id, lang, width=50)
        summary = comparison.summaries[comparison.against]
        foot = FOOT.say(lang, title=title, runs=number(summary.runs, 0, lang), seed=summary.seed)
        figure.supxlabel(foot, **FOOT_STYLE)
    return figure


def _marks(comparison: Comparison) -> dict[str, dict[str, Any]]:
    """Colour and line of each scenario: ink and solid for the reference, the rest in turn."""
    others = [name for name in comparison.summaries if name != comparison.against]
    marks = {comparison.against: {"color": COLOURS[0], "linestyle": LINES[0]}}
    for place, name in enumerate(others):
        colour = COLOURS[1 + place % (len(COLOURS) - 1)]
        marks[name] = {"color": colour, "linestyle": LINES[1 + place % (len(LINES) - 1)]}
    return marks


def _course(summary: Summary, metric_id: str) -> np.ndarray:
    """What is drawn of a metric (year,): the median of the debt ratio, the mean of the need, whose median is mostly
    nought."""
    spread = summary.distributions[metric_id]
    return SHOWN[spread.metric.unit][0] * (spread.percentile(0.50) if metric_id == DEBT else spread.mean)


def courses(
    axes: Any,
    comparison: Comparison,
    label: Mapping[str, str],
    metric_id: str,
    lang: str,
    *,
    size: int = 12,
    line: float = 0.045,
) -> None:
    """One line per alternative, named at its end; for the debt ratio also the 90 % intervals of the last year.

    `size` is the title's, in points; `line` the height of a line of text as a share of the axes.
    """
    summary = comparison.summaries[comparison.against]
    years, metric = summary.years, summary.distributions[metric_id].metric
    marks = _marks(comparison)
    step = 0.03 * max(len(years), 2)
    for place, (name, other) in enumerate(comparison.summaries.items()):
        axes.plot(years, _course(other, metric_id), linewidth=2.0, **marks[name])
        if metric_id == DEBT:
            spread, scale = other.distributions[metric_id], SHOWN[metric.unit][0]
            where = years[-1] + (place + 1) * step
            ends = [scale * float(spread.percentile(p)[-1]) for p in (0.05, 0.50, 0.95)]
            axes.plot([where, where], ends[::2], color=marks[name]["color"], linewidth=3.0, solid_capstyle="butt")
            axes.plot(where, ends[1], "o", color="white", markeredgecolor=marks[name]["color"], markersize=5)
    unit = unit_label(metric.unit, metric.price_basis(summary.base_year), lang)
    how = DEBT_HOW.say(lang, year=years[-1]) if metric_id == DEBT else NEED_HOW.say(lang)
    _titles(axes, f"{metric.label.say(lang)}, {unit}", how, size)
    quiet_axes(axes, lang)
    bars = len(comparison.summaries) + 0.8 if metric_id == DEBT else 0.0
    axes.set_xlim(years[0], max(years[-1], years[0] + 1) + bars * step)
    axes.set_xticks([*years[: -2 if len(years) > 5 else -1 : max(len(years) // 4, 1)], years[-1]])
    if metric_id == NEED:
        axes.set_ylim(bottom=0.0)
    _name_ends(axes, comparison, label, metric_id, marks, line)


def _name_ends(
    axes: Any, comparison: Comparison, label: Mapping[str, str], metric_id: str, marks: Any, line: float
) -> None:
    """The alternatives' names to the right of the axes, each beside its line's end, moved apart where too close."""
    ends = {name: float(_course(other, metric_id)[-1]) for name, other in comparison.summaries.items()}
    texts = {name: textwrap.fill(label[name], LABEL_WIDTH) for name in ends}
    low, high = axes.get_ylim()
    line *= high - low
    order = sorted(ends, key=lambda name: ends[name])
    heights = [line * (1 + texts[name].count("\n")) for name in order]
    places = spread_out([ends[name] for name in order], heights, low, high)
    for name, place in zip(order, places, strict=True):
        axes.annotate(
            texts[name],
            (axes.get_xlim()[1], place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            linespacing=1.15,
            color=marks[name]["color"],
            annotation_clip=False,
        )


def spread_out(wanted: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Places for texts of the given heights, in ascending order, near to where they are wanted without overlapping,
    between low and high if there is room: halfway between pushing them all up and pushing them all down."""
    up = _pushed_down(_pushed_up(wanted, heights, low), heights, high)
    down = _pushed_up(_pushed_down(wanted, heights, high), heights, low)
    return [0.5 * (a + b) for a, b in zip(up, down, strict=True)]


def _pushed_up(wanted: Sequence[float], heights: Sequence[float], low: float) -> list[float]:
    """The lowest places that overlap neither each other nor what is below `low`, each where it is wanted or above."""
    places: list[float] = []
    for want, height in zip(wanted, heights, strict=True):
        places.append(max(want, low + 0.5 * height))
        low = places[-1] + 0.5 * height
    return places


def _pushed_down(wanted: Sequence[float], heights: Sequence[float], high: float) -> list[float]:
    """The same from above: each where it is wanted or below."""
    return [-place for place in _pushed_up([-want for want in reversed(wanted)], heights[::-1], -high)][::-1]


def differences(
    axes: Any, comparison: Comparison, label: Mapping[str, str], metric_id: str, lang: str, *, width: int = 100
) -> None:
    """The last year's differences from the reference, one row for each alternative, with a line at nought.

    The words above are broken after `width` letters.
    """
    marks = _marks(comparison)
    summary = comparison.summaries[comparison.against]
    metric = summary.distributions[metric_id].metric
    scale = SHOWN[metric.unit][0]
    for row, (name, pair) in enumerate(comparison.pairs.items()):
        paired, colour = pair.metrics[metric_id], marks[name]["color"]
        ends = [scale * float(paired.difference.percentile(p)[-1]) for p in (0.05, 0.50, 0.95)]
        axes.plot(ends[::2], [row, row], color=colour, linewidth=3.0, solid_capstyle="butt")
        axes.plot(ends[1], row, "o", color="white", markeredgecolor=colour, markersize=6, zorder=3)
        text = axes.annotate(
            f"{textwrap.shorten(label[name], 28, placeholder=' …')}: {_how_often(paired, lang)}",
            (0.0, row - 0.4),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=8.5,
            color=colour,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )
        text.set_in_layout(False)  # it may run to the edge without making the axes smaller
    unit = difference_label(metric.unit, metric.price_basis(summary.base_year), lang)
    title = FIGURE_IN_YEAR.say(lang, label=metric.label.say(lang), year=summary.years[-1], unit=unit)
    how = APART_HOW.say(lang, against=textwrap.shorten(label[comparison.against], 32, placeholder=" …"))
    _titles(axes, title, textwrap.fill(how, width), size=10)
    quiet_axes(axes, lang)
    axes.axvline(0.0, color=INK, linewidth=1.0)
    axes.set_ylim(len(comparison.pairs) - 0.6, -0.7)
    axes.set_yticks([])
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.locator_params(axis="x", nbins=6, steps=[1, 2, 5, 10])
    number_ticks(axes.xaxis, lang)


def _titles(axes: Any, title: str, how: str, size: int) -> None:
    """A bold title with a line below it that says what is drawn."""
    lines = how.count("\n") + 1
    axes.set_title(title + "\n" * lines, loc="left", color=INK, fontsize=size, fontweight="bold")
    words = axes.annotate(
        how, (0.0, 1.0), xytext=(0, 5), xycoords="axes fraction", textcoords="offset points", fontsize=8.5, color=GREY
    )
    words.set_in_layout(False)  # as below: what is long may run to the edge


def _how_often(paired: Paired, lang: str) -> str:
    lower, equal = 100.0 * float(paired.lower[-1]), 100.0 * float(paired.equal[-1])
    return (TIES if equal >= 0.5 else LOWER).say(lang, lower=number(lower, 0, lang), equal=number(equal, 0, lang))
