"""The picture of why the debt ratio changes: a waterfall. matplotlib is loaded only when asked for."""

import textwrap
from pathlib import Path
from typing import Any, NamedTuple

from ldip.analysis.explain import Explanation
from ldip.model.catalogue import catalogue
from ldip.report.answers.explain import NOTHING, START, columns, intro_words, label_of, signed
from ldip.report.fans import BLUE, FOOT_STYLE, INK, RED, number_ticks
from ldip.report.numbers import number
from ldip.text import Text

TITLE = Text("Hvorfor endrer gjeldsgraden seg?", "Why does the debt ratio change?")
APART = Text("Hva skiller gjeldsgraden i {year}?", "What sets the debt ratios of {year} apart?")
EARLIER = Text("Forskjell allerede 31.12.{year}", "Apart already at 31 December {year}")
AXIS = Text("prosent av driftsinntektene", "per cent of operating revenue")
FOOT = Text(
    nb="{title}. {intro} Ledd som er null, er utelatt; avdrag er ett av dem, for de senker gjelden, men betales av "
    "driften.",
    en="{title}. {intro} Terms that are nothing are left out; instalments are one of them, for they lower debt, but "
    "operations pay them.",
)
OF = Text("{metric}, {name}", "{metric}, {name}")
OF_RUNS = Text("{metric}, framtider {name}", "{metric}, runs {name}")
GREY = "#8a8a8a"
LABEL_WIDTH = 34


class Bar(NamedTuple):
    """One bar of the waterfall, per cent."""

    label: str
    left: float
    right: float
    is_level: bool  # of the ratio itself, not a change of it


def write_waterfall(folder: Path, explanation: Explanation, title: str, lang: str) -> None:
    """``explanation.png`` and ``.svg``: from the first ratio to the last, or from one group's to the other's."""
    from ldip.report.canvas import chart, style

    with style():
        figure = chart(8.8, 1.0 + 0.44 * len(bars(explanation, lang)))
        draw_waterfall(figure.subplots(), explanation, lang)
        foot = textwrap.fill(FOOT.say(lang, title=title, intro=intro_words(explanation, lang)), 125)
        figure.supxlabel(foot, **FOOT_STYLE)
    figure.write(folder / "explanation.png", folder / "explanation.svg")


def bars(explanation: Explanation, lang: str) -> list[Bar]:
    """Level, changes and level again, from top to bottom."""
    metric, last = catalogue()[explanation.metric].label.say(lang), int(explanation.years[-1])
    theirs, apart = explanation.against, explanation.difference
    changes = apart or explanation.bridge
    amounts = {label_of(group, lang): float(changes.term(group).sum()) for group in explanation.groups()}
    if theirs is None:
        first = START.say(lang, metric=metric, year=explanation.first)
        begin, final = explanation.bridge.start, START.say(lang, metric=metric, year=last)
    else:
        of = OF if explanation.group is None else OF_RUNS
        names = [of.say(lang, metric=metric, name=column.heading) for column in columns(explanation, lang)]
        amounts = {EARLIER.say(lang, year=explanation.first): changes.start} | amounts
        begin, first, final = theirs.end, names[1], names[0]
    found, level = [Bar(first, 0.0, 100.0 * begin, True)], 100.0 * begin
    for label, amount in amounts.items():
        if abs(amount) >= NOTHING:
            found.append(Bar(label, level, level + 100.0 * amount, False))
        level += 100.0 * amount
    return [*found, Bar(final, 0.0, level, True)]


def draw_waterfall(axes: Any, explanation: Explanation, lang: str) -> None:
    """The waterfall into matplotlib's `axes`, rows from top to bottom."""
    shown = bars(explanation, lang)
    for row, bar in enumerate(shown):
        change = bar.right - bar.left
        colour = GREY if bar.is_level else RED if change > 0.0 else BLUE
        axes.barh(row, change, left=bar.left, height=0.62, color=colour)
        if row + 1 < len(shown):  # a thread from where this bar ends to the next one
            axes.plot([bar.right, bar.right], [row + 0.31, row + 0.69], color=GREY, linewidth=0.8)
        axes.annotate(
            number(bar.right, 1, lang) if bar.is_level else signed(0.01 * change, lang),
            (max(bar.left, bar.right), row),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=INK if bar.is_level else colour,
            fontweight="bold" if bar.is_level else "normal",
        )
    heading = TITLE if explanation.against is None else APART
    axes.set_title(
        heading.say(lang, year=explanation.years[-1]), loc="left", color=INK, fontsize=13, fontweight="bold"
    )
    axes.set_yticks(
        range(len(shown)), [textwrap.fill(bar.label, LABEL_WIDTH, break_on_hyphens=False) for bar in shown]
    )
    axes.set_ylim(len(shown) - 0.4, -0.6)
    ends = [end for bar in shown for end in (bar.left, bar.right)]
    width = max(ends) - min(ends)
    axes.set_xlim(min(ends) - 0.02 * width if min(ends) < 0.0 else 0.0, max(ends) + 0.1 * width)
    axes.set_xlabel(AXIS.say(lang))
    number_ticks(axes.xaxis, lang)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(left=False)
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
