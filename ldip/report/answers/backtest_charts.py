"""Picture of a backtest: fans of some origins with what came, and where in its fan each outcome fell."""

from pathlib import Path
from typing import Any

import numpy as np

from ldip.analysis.backtest import PERCENTILES, Backtest
from ldip.report.answers.calibration import NAMES, capital
from ldip.report.fans import BLUE, FOOT_STYLE, INK, RED, number_ticks, quiet_axes
from ldip.report.numbers import number
from ldip.report.words import NINE_OF_TEN, PER_CENT
from ldip.text import Text

FANS = Text("{name}, {unit}: det som kom, og vifter fra noen år", "{name}, {unit}: what came, and fans of some years")
PLACES = Text("Plass i viften, {cases} utfall", "Place in the fan, {cases} outcomes")
UNITS = {"completions": Text("antall", "number"), "own_tax": Text("forholdstall", "ratio")}
CAME = Text("utfall", "outcome")
HALF = Text("halvparten", "half")
PLACE = Text("andel av framtidene under utfallet, prosent", "share of the runs below the outcome, per cent")
EVEN = Text("riktig vifte: like mange i hver", "a right fan: the same in each")
FOOT = Text(
    nb="{file}, {runs} framtider, startverdi {seed}. Vifter fra naboår treffer de samme årene: utfallene er ikke "
    "uavhengige.",
    en="{file}, {runs} runs, seed {seed}. Fans of neighbouring years meet the same years: outcomes are dependent.",
)
BINS = 10
FANS_SHOWN = 4


def write_backtest_picture(folder: Path, found: Backtest, lang: str) -> None:
    """``backtest.png`` and ``.svg``: a row for each series."""
    from ldip.report.canvas import chart, style

    names = found.drivers()
    with style():
        figure = chart(11.0, 0.8 + 3.0 * len(names))
        grid = figure.subplots(len(names), 2, width_ratios=(2.2, 1.0), squeeze=False)
        for (left, right), name in zip(grid, names, strict=True):
            _fans(left, found, name, lang)
            _positions(right, found, name, lang)
        foot = FOOT.say(lang, file=found.series.file, runs=number(found.runs, 0, lang), seed=found.seed)
        figure.supxlabel(foot, **FOOT_STYLE)
    figure.write(folder / "backtest.png", folder / "backtest.svg")


def _fans(axes: Any, found: Backtest, name: str, lang: str) -> None:
    """The series, and fans that do not lie over each other."""
    scale = 1.0 if name in UNITS else 100.0
    years, values = found.series.known(name)
    origins = sorted({one.origin for one in found.of(name)})
    step = max(-(-len(origins) // FANS_SHOWN), 3)
    for place, origin in enumerate(origins[::step]):
        fan = [one for one in found.of(name) if one.origin == origin][:step]
        ahead = [origin, *[origin + one.ahead for one in fan]]
        start = float(values[years == origin][0])
        lines = scale * np.column_stack([[start] * len(PERCENTILES), *[one.percentiles for one in fan]])
        labels = (NINE_OF_TEN.say(lang), HALF.say(lang)) if place == 0 else (None, None)
        axes.fill_between(ahead, lines[0], lines[4], color=BLUE, alpha=0.18, linewidth=0, label=labels[0])
        axes.fill_between(ahead, lines[1], lines[3], color=BLUE, alpha=0.35, linewidth=0, label=labels[1])
        axes.plot(ahead, lines[2], color=BLUE, linewidth=1.6)
    axes.plot(years, scale * values, color=INK, linewidth=1.4, marker="o", markersize=3, label=CAME.say(lang))
    unit = UNITS.get(name, PER_CENT).say(lang)
    title = FANS.say(lang, name=capital(NAMES[name].say(lang)), unit=unit)
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK)
    axes.set_xlim(years[0], years[-1])
    axes.xaxis.get_major_locator().set_params(integer=True)
    quiet_axes(axes, lang)
    axes.legend(frameon=False, fontsize=8, loc="best", ncols=3)


def _positions(axes: Any, found: Backtest, name: str, lang: str) -> None:
    """Histogram of the outcomes' places in their fans."""
    places = [one.position for one in found.of(name)]
    counts, edges = np.histogram(places, bins=BINS, range=(0.0, 1.0))
    axes.bar(100.0 * edges[:-1], counts, width=94.0 / BINS, align="edge", color=BLUE, alpha=0.6)
    axes.axhline(len(places) / BINS, color=RED, linewidth=1.2, label=EVEN.say(lang))
    title = PLACES.say(lang, cases=len(places))
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold", color=INK)
    axes.set_xlabel(PLACE.say(lang), fontsize=8)
    quiet_axes(axes, lang)
    number_ticks(axes.xaxis, lang)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.yaxis.set_major_formatter(lambda count, _: number(count, 0, lang))
    axes.set_ylim(0.0, 1.25 * max(counts.max(), len(places) / BINS))
    axes.legend(frameon=False, fontsize=8, loc="upper right")
