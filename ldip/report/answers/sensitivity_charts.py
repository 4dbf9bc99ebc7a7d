"""Pictures of what the answer depends on: tornadoes and variance shares. matplotlib is loaded only when asked for."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ldip.analysis.sensitivity import Bar, Tornado
from ldip.analysis.sobol import Index, Sobol
from ldip.model.catalogue import Metric
from ldip.report.answers.sensitivity import TOP, assumption_label, compact, driver_label, metric_title
from ldip.report.fans import BLUE, FOOT_STYLE, INK, marked, number_ticks
from ldip.report.numbers import SHOWN, difference_label, number
from ldip.report.words import DOWN, UP
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.report.canvas import Chart

LIGHT, GREY = "#8fb4d0", "#8a8a8a"
"""Of the low end, of what has no direction; the high end is BLUE."""

DRIVERS = Text(
    "Åtte av ti framtider når bare denne drivkraften er usikker",
    "Eight of ten runs when only this driver is uncertain",
)
LOW, HIGH = Text("drivkraften lav", "driver low"), Text("drivkraften høy", "driver high")
NO_SIDE = Text("uten klar retning", "no clear direction")
ALL = Text("Alle drivere", "All drivers")
PLANNED = Text("referansebane uten sjokk: {value}", "baseline without shocks: {value}")
ASSUMPTIONS = Text("Gjennomsnittet når antakelsen flyttes, {unit}", "Mean when the assumption is moved, {unit}")
SOBOL_TITLE = Text("Hvor usikkerheten i {year} kommer fra", "Where the uncertainty in {year} comes from")
SHARE = Text("prosent av variansen", "per cent of the variance")
FIRST, TOTAL = Text("alene", "alone"), Text("med samspill", "with the others")
FOOT = Text(
    nb="{scenario}, {runs} framtider, startverdi {seed}; de samme tilfeldige tallene i alle simuleringer. "
    "Modellens usikkerhet.",
    en="{scenario}, {runs} runs, seed {seed}; the same random numbers in all simulations. The model's uncertainty.",
)
SOBOL_FOOT = Text(
    nb="{scenario}, to ganger {runs} framtider, startverdi {seed}. Sobol-indekser med standardfeil, uten "
    "korrelasjon mellom "
    "driverne.",
    en="{scenario}, twice {runs} runs, seed {seed}. Sobol indices with standard errors, without correlation "
    "between the drivers.",
)
CLEAR = 0.1
"""A driver has a direction if its highest and lowest tenth are this share of the bar apart."""


def picture_names(tornado: Tornado) -> list[str]:
    """The files that :func:`write_pictures` writes."""
    stems = [*[f"tornado_{metric.id}" for metric in tornado.metrics], "sobol"]
    return [f"{stem}.{kind}" for stem in stems for kind in ("png", "svg")]


def write_pictures(folder: Path, tornado: Tornado, sobol: Sobol, lang: str) -> None:
    """A tornado for each answer, ``tornado_METRIC``, and the variance shares of all, ``sobol``: PNG and SVG."""
    charts = {f"tornado_{metric.id}": tornado_chart(tornado, metric, lang) for metric in tornado.metrics}
    for name, chart in (charts | {"sobol": sobol_chart(sobol, lang)}).items():
        chart.write(folder / f"{name}.png", folder / f"{name}.svg")


def tornado_chart(tornado: Tornado, metric: Metric, lang: str) -> "Chart":
    """One answer's tornado: its drivers to the left, its assumptions to the right."""
    from ldip.report.canvas import chart, style

    rows = max(len(tornado.drivers[metric.id]) + 1, len(tornado.strongest(metric.id, TOP)))
    with style():
        figure = chart(13.0, 2.0 + 0.32 * rows, w_pad=0.1)
        left, right = figure.subplots(1, 2)
        title = metric_title(metric, tornado.base_year, tornado.year, lang)
        figure.suptitle(title, x=0.01, ha="left", color=INK, fontsize=13, fontweight="bold")
        draw_drivers(left, tornado, metric, lang)
        draw_assumptions(right, tornado, metric, lang)
        for axes in (left, right):
            axes.set_ylim(rows - 0.5, -0.5)  # bars of the same height in both
        foot = FOOT.say(lang, scenario=tornado.scenario, runs=number(tornado.runs, 0, lang), seed=tornado.seed)
        figure.supxlabel(marked(foot, tornado.invented, lang), **FOOT_STYLE)
    return figure


def draw_drivers(axes: Any, tornado: Tornado, metric: Metric, lang: str) -> None:
    """Bars from 10 to 90 %, cut at the baseline: the part that the driver's low values bring is light."""
    scale, decimals = SHOWN[metric.unit]
    middle = scale * tornado.planned[metric.id]
    full, bars = tornado.full[metric.id], tornado.drivers[metric.id]
    axes.barh(0, scale * full.width, left=scale * full.low, height=0.62, color="#d9d9d9")
    for row, bar in enumerate(bars.values(), start=1):
        low, high = scale * bar.alone.low, scale * bar.alone.high
        colours = _colours(bar)
        cut = min(max(middle, low), high)
        axes.barh(row, cut - low, left=low, height=0.62, color=colours[0])
        axes.barh(row, high - cut, left=cut, height=0.62, color=colours[1])
    axes.axvline(middle, color=INK, linewidth=1.0)
    _rows(axes, [ALL.say(lang), *[driver_label(name, lang) for name in bars]])
    planned = PLANNED.say(lang, value=number(middle, decimals, lang))
    axes.set_title(f"{DRIVERS.say(lang)}\n{planned}", loc="left", color=INK, fontsize=10)
    kinds = [(LIGHT, LOW), (BLUE, HIGH)]
    if any(_colours(bar)[0] == GREY for bar in bars.values() if bar.alone.width > 0.0):
        kinds.append((GREY, NO_SIDE))
    _legend(axes, [(colour, text.say(lang)) for colour, text in kinds])
    _across(axes, lang)


def _colours(bar: Bar) -> tuple[str, str]:
    """Of the part of a bar below the baseline, and of the part above it."""
    apart = bar.at_high - bar.at_low
    if not abs(apart) > CLEAR * bar.alone.width:  # nor where it is not a number
        return GREY, GREY
    return (LIGHT, BLUE) if apart > 0.0 else (BLUE, LIGHT)


def draw_assumptions(axes: Any, tornado: Tornado, metric: Metric, lang: str) -> None:
    """Bars of what moving an assumption up and down does to the mean."""
    scale, _ = SHOWN[metric.unit]
    shown = tornado.strongest(metric.id, TOP)
    labels = []
    for row, assumption in enumerate(shown):
        effect = assumption.effects[metric.id]
        ends = [(effect.down, effect.down_error, LIGHT), (effect.up, effect.up_error, BLUE)]
        known = [end for end in ends if np.isfinite(end[0])]
        for value, error, colour in sorted(known, key=lambda end: -abs(end[0])):  # the shorter one on top
            axes.barh(row, scale * value, height=0.62, color=colour)
            axes.plot([scale * (value - error), scale * (value + error)], [row, row], color=INK, linewidth=1.0)
        how = _move_words(assumption.value, assumption.down, assumption.up, lang)
        labels.append(f"{assumption_label(assumption, lang)}  {how}")
    axes.axvline(0.0, color=INK, linewidth=1.0)
    _rows(axes, labels)
    unit = difference_label(metric.unit, metric.price_basis(tornado.base_year), lang)
    axes.set_title(ASSUMPTIONS.say(lang, unit=unit) + "\n", loc="right", color=INK, fontsize=10)
    _legend(axes, [(LIGHT, DOWN.say(lang)), (BLUE, UP.say(lang))])
    _across(axes, lang)


def _move_words(value: float, down: float, up: float, lang: str) -> str:
    """An assumption's value and how far it was moved: 0,5 ± 0,05, or only one way."""
    if np.isclose(-down, up):
        return f"{compact(value, lang)} ± {compact(up, lang)}"
    ways = [f"-{compact(-down, lang)}"] if down else []
    ways += [f"+{compact(up, lang)}"] if up else []
    return f"{compact(value, lang)} ({', '.join(ways)})"


def sobol_chart(sobol: Sobol, lang: str) -> "Chart":
    """The variance shares of every answer, side by side, the drivers in the order of the first one."""
    from ldip.report.canvas import chart, style

    order = list(sobol.indices[sobol.metrics[0].id])
    with style():
        figure = chart(13.0, 1.9 + 0.34 * len(order))
        panels = figure.subplots(1, len(sobol.metrics), sharey=True, squeeze=False)
        for axes, metric in zip(panels[0], sobol.metrics, strict=True):
            _draw_shares(axes, [sobol.indices[metric.id][name] for name in order])
            axes.set_title(textwrap.fill(metric.label.say(lang), 28), loc="left", color=INK, fontsize=10)
            axes.tick_params(axis="y", left=False)
            axes.set_xlim(right=100.0)
            _across(axes, lang)
            axes.set_xticks(range(0, 101, 25))
        _rows(panels[0][0], [driver_label(name, lang) for name in order])
        _legend(panels[0][0], [(BLUE, FIRST.say(lang)), (LIGHT, TOTAL.say(lang))])
        title = f"{SOBOL_TITLE.say(lang, year=sobol.year)}, {SHARE.say(lang)}"
        figure.suptitle(title, x=0.01, ha="left", color=INK, fontsize=13, fontweight="bold")
        foot = SOBOL_FOOT.say(lang, scenario=sobol.scenario, runs=number(sobol.runs, 0, lang), seed=sobol.seed)
        figure.supxlabel(marked(foot, sobol.invented, lang), **FOOT_STYLE)
    return figure


def _draw_shares(axes: Any, indices: Sequence[Index]) -> None:
    """A driver's share of the variance alone and with the others, a row for each driver, with standard errors."""
    for row, index in enumerate(indices):
        for value, error, colour, place in (
            (index.first, index.first_error, BLUE, row - 0.18),
            (index.total, index.total_error, LIGHT, row + 0.18),
        ):
            axes.barh(place, 100.0 * value, height=0.34, color=colour)
            axes.plot([100.0 * (value - error), 100.0 * (value + error)], [place, place], color=INK, linewidth=1.0)
    axes.axvline(0.0, color=INK, linewidth=1.0)


def _rows(axes: Any, labels: list[str]) -> None:
    """One row a label, the first one on top."""
    axes.set_yticks(range(len(labels)), labels, fontsize=9)
    axes.set_ylim(max(len(labels), 1) - 0.5, -0.5)
    axes.tick_params(axis="y", left=False)


def _legend(axes: Any, entries: list[tuple[str, str]]) -> None:
    from ldip.report.canvas import patch

    handles = [patch(colour, label) for colour, label in entries]
    axes.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, -0.06),
        ncols=len(handles),
        frameon=False,
        fontsize=8.5,
    )


def _across(axes: Any, lang: str) -> None:
    """Axes for bars: pale lines upright, numbers as the language writes them, no box."""
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.locator_params(axis="x", nbins=5)
    number_ticks(axes.xaxis, lang)
