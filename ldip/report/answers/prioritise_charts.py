"""The picture of a programme's frontier: how tight a limit is against what is postponed. matplotlib is loaded only
when asked for."""

from pathlib import Path
from typing import Any

from ldip.analysis.prioritise import Prioritised
from ldip.report.fans import BLUE, INK, RED, number_ticks, quiet_axes
from ldip.report.numbers import number
from ldip.report.words import IN_PER_CENT
from ldip.text import Text

HEADINGS = {
    "postponed": Text("Utsatt, mill. kr", "Postponed, mill. kr"),
    "delay": Text("Utsettelse, mill. kr × år × nytte", "Delay, mill. kr × years × benefit"),
}
CONFIDENCE = Text("{p} % sikkerhet i hvert år", "{p} % confidence in each year")
COLOURS = (BLUE, INK, RED)


def write_frontier_picture(folder: Path, result: Prioritised, lang: str) -> None:
    """``frontier.png`` and ``.svg``: what is postponed by limit, and how long, a line for each confidence."""
    from ldip.report.canvas import chart, style

    with style():
        figure = chart(10.0, 4.9)
        for axes, (figures, heading) in zip(figure.subplots(1, 2), HEADINGS.items(), strict=True):
            draw_frontier(axes, result, figures, lang)
            axes.set_title(heading.say(lang), loc="left", fontsize=12, fontweight="bold", color=INK)
    figure.write(folder / "frontier.png", folder / "frontier.svg")


def draw_frontier(axes: Any, result: Prioritised, figures: str, lang: str) -> None:
    """The frontier of one of HEADINGS into `axes`."""
    for place, p in enumerate(sorted({point.confidence for point in result.frontier})):
        points = sorted(
            (100.0 * point.ceiling, getattr(point, figures))
            for point in result.frontier
            if point.confidence == p and point.postponed is not None
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
