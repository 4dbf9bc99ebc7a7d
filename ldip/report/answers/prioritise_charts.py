"""The picture of a programme's frontier: how tight a limit is against what is postponed. matplotlib is loaded only
when asked for."""

from pathlib import Path
from typing import Any

from ldip.analysis.prioritise import Prioritised
from ldip.report.fans import BLUE, FOOT_STYLE, INK, RED, number_ticks, quiet_axes
from ldip.report.numbers import number
from ldip.report.words import IN_PER_CENT
from ldip.text import Text

HEADING = Text("Utsettelse, mill. kr × år × nytte", "Delay, mill. kr × years × benefit")
CONFIDENCE = Text("{p} % sikkerhet i hvert år", "{p} % confidence in each year")
COLOURS = (BLUE, INK, RED)


def write_frontier_picture(folder: Path, result: Prioritised, title: str, lang: str) -> None:
    """``frontier.png`` and ``.svg``: the delay by limit, a line for each confidence."""
    from ldip.report.canvas import chart, style

    with style():
        figure = chart(7.5, 4.9)
        axes = figure.subplots()
        draw_frontier(axes, result, lang)
        axes.set_title(HEADING.say(lang), loc="left", fontsize=12, fontweight="bold", color=INK)
        figure.supxlabel(title, **FOOT_STYLE)
    figure.write(folder / "frontier.png", folder / "frontier.svg")


def draw_frontier(axes: Any, result: Prioritised, lang: str) -> None:
    """The frontier into `axes`."""
    for place, p in enumerate(sorted({point.confidence for point in result.frontier})):
        points = sorted(
            (100.0 * point.ceiling, point.delay)
            for point in result.frontier
            if point.confidence == p and point.delay is not None
        )
        axes.plot(
            [ceiling for ceiling, _ in points],
            [value for _, value in points],
            color=COLOURS[place % len(COLOURS)],
            linewidth=2.0,
            marker="o",
            markersize=4,
            label=CONFIDENCE.say(lang, p=number(100.0 * p, 0, lang)),
        )
    axes.set_xlabel(IN_PER_CENT.say(lang, label=result.question.limits[0].label.say(lang)))
    axes.set_ylim(bottom=0.0)
    axes.legend(frameon=False, fontsize=9)
    quiet_axes(axes, lang)
    number_ticks(axes.xaxis, lang)
