"""The pictures of the report page, each wide (screen, paper) or narrow (telephone), without title and foot."""

import contextlib
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ldip.analysis.compare import Comparison
from ldip.analysis.explain import Explanation
from ldip.analysis.findings import Finding
from ldip.analysis.investment_plan import InvestmentPlan
from ldip.analysis.restructuring import Restructuring, curve
from ldip.analysis.sensitivity import Tornado
from ldip.analysis.stress import Stress
from ldip.model.catalogue import Metric
from ldip.model.engine.simulate import Ledger
from ldip.model.metrics import report_values
from ldip.model.shown import ANSWERS, STRESSED_ENDS, shown_in
from ldip.report.answers.comparison_charts import COLOURS, LINES, courses, differences
from ldip.report.answers.explain_charts import bars, draw_waterfall
from ldip.report.answers.growth_charts import draw_pyramid
from ldip.report.answers.projects_charts import draw_timeline, height
from ldip.report.answers.restructuring import decimals
from ldip.report.answers.sensitivity import TOP
from ldip.report.answers.sensitivity_charts import draw_assumptions, draw_drivers
from ldip.report.answers.stress import short
from ldip.report.answers.stress_charts import draw_ends
from ldip.report.fans import BLUE, INK, RED, Drawn, draw_fans, number_ticks, quiet_axes
from ldip.report.limits import Line
from ldip.report.numbers import number
from ldip.report.terminal import fan_name
from ldip.statistics.summary import Fans, Summary
from ldip.text import Text

WIDE, NARROW = 7.6, 4.0
"""Widths in inches: the letters are then of a good size on a screen, on paper and on a telephone."""

ENOUGH = Text(nb="sannsynlighet for at det er nok, prosent", en="probability that it is enough, per cent")
STEP = Text(nb="trinn, mill. {year}-kr mer spart hvert år", en="step, mill. {year}-kr more saved every year")
PER_CENT = Text(nb="prosent av framtidene", en="per cent of the runs")


FAN_LINES = ((BLUE, "-"), (RED, (0, (4, 2))))
"""Colour and line of the fans where they share a picture, in the order in which they are told."""


def style() -> contextlib.AbstractContextManager[None]:
    """matplotlib's settings for the page, while it is drawn."""
    from ldip.report import canvas

    return canvas.style(**{"font.size": 9, "axes.labelsize": 9, "axes.labelcolor": INK})


def sheet(narrow: bool, wide: float, tall: float) -> Any:
    """An empty chart: `wide` inches high when wide, `tall` when narrow."""
    from ldip.report.canvas import chart

    return chart(NARROW, tall) if narrow else chart(WIDE, wide)


def fan(finding: Finding, name: str, levels: Sequence[Line], lang: str) -> Callable[[bool], Any]:
    """The fans of one metric with its limits: side by side, or one below the other where it is narrow."""
    metric = finding.summary.distributions[name].metric
    drawn: list[Drawn] = [
        (summary, report_values(path, metric)[:, 0], levels) for summary, path in fans_of(finding, name)
    ]

    def draw(narrow: bool) -> Any:
        count = len(drawn)
        figure = sheet(narrow, 3.9, 0.6 + 3.1 * count)
        grid: Any = {"nrows": count} if narrow else {"ncols": count}
        panels = list(figure.subplots(**grid, sharey=True, squeeze=False).flat)
        draw_fans(panels, drawn, name, lang, ticks=(4 * count) if narrow else 10, width=50)
        keys = len(panels[-1].get_legend_handles_labels()[0])
        below(panels[-1 if narrow else 0], (2 if keys == 4 else 1) if narrow else (4 if keys == 4 else 3))
        if not narrow and count > 1:  # the key may run under both
            panels[0].get_legend().set_in_layout(False)
            spare = "\n" * (2 if keys == 4 else 3)
            panels[0].set_xlabel(spare)
        return figure

    return draw


def fans_of(finding: Finding, name: str) -> list[tuple[Summary, Ledger]]:
    """The fans that say something of a metric, as they are told, each with its baseline path."""
    found = [(finding.summary, finding.path)]
    if finding.steered:
        found.insert(0, (finding.steered.summary, finding.steered.path))
    return [one for one in found if shown_in(name, one[0].fan)] or found[-1:]


def below(axes: Any, columns: int) -> None:
    """The legend below the axes, out of the way of the figures."""
    axes.legend(
        loc="upper left", bbox_to_anchor=(-0.02, -0.09), ncols=columns, frameon=False, fontsize=8.5, borderaxespad=0.0
    )


def chances(fans: Fans, lang: str) -> Callable[[bool], Any]:
    """The probability of every event over the years, each in a panel of its own on the same scale, a line a fan."""
    events = fans.pressure.probabilities
    years = fans.pressure.years

    def draw(narrow: bool) -> Any:
        columns = 2 if narrow else 3
        rows = -(-len(events) // columns)
        figure = sheet(narrow, 1.55 * rows + 0.3, 1.35 * rows + 0.3)
        panels = list(figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat)
        for axes, chance in zip(panels, events.values(), strict=False):
            ends = [100.0 * float(summary.probabilities[chance.event.id].in_year[-1]) for summary in fans.told]
            for summary, end, (colour, line) in zip(fans.told, ends, FAN_LINES, strict=False):
                values = 100.0 * summary.probabilities[chance.event.id].in_year
                axes.plot(years, values, color=colour, linestyle=line, linewidth=1.8, label=fan_name(summary, lang))
                above = end == max(ends)
                axes.annotate(
                    f"{number(end, 0, lang)} %",
                    (years[-1], end),
                    xytext=(-1, 4 if above else -4),
                    textcoords="offset points",
                    ha="right",
                    va="bottom" if above else "top",
                    fontsize=8.5,
                    fontweight="bold",
                    color=colour,
                )
            title = textwrap.fill(chance.event.label.say(lang), 24 if narrow else 34)
            axes.set_title(title, loc="left", fontsize=8 if narrow else 8.5, color=INK)
            axes.set_ylim(-18.0, 118.0)
            axes.set_yticks([0.0, 50.0, 100.0])
            axes.set_xlim(years[0], max(years[-1], years[0] + 1))
            axes.set_xticks(sorted({int(years[0]), int(years[-1])}))
            quiet_axes(axes, lang)
            for tick, side in zip(axes.get_xticklabels(), ("left", "right"), strict=False):
                tick.set_horizontalalignment(side)
        for axes in panels[len(events) :]:
            axes.set_visible(False)
        figure.supylabel(PER_CENT.say(lang), fontsize=8.5, color="#555555")
        panels[0].legend(loc="best", frameon=False, fontsize=7.5)
        return figure

    return draw


def alternatives(comparison: Comparison, label: Mapping[str, str], lang: str) -> Callable[[bool], Any]:
    """Debt ratio and restructuring need of all alternatives, each on one axis."""

    def draw(narrow: bool) -> Any:
        figure = sheet(narrow, 6.0, 6.4)
        for axes, metric_id in zip(figure.subplots(2, 1, height_ratios=(1.2, 1.0)), ANSWERS, strict=True):
            courses(axes, comparison, label, metric_id, lang, size=10, line=0.085)
        return figure

    return draw


def apart(comparison: Comparison, label: Mapping[str, str], lang: str) -> Callable[[bool], Any]:
    """What sets the alternatives apart from the first in the last year, run by run."""

    def draw(narrow: bool) -> Any:
        each = 1.2 + 0.45 * len(comparison.pairs)
        figure = sheet(narrow, 2 * each, 2 * each + 0.4)
        for axes, metric_id in zip(figure.subplots(2, 1), ANSWERS, strict=True):
            differences(axes, comparison, label, metric_id, lang, width=46 if narrow else 100)
        return figure

    return draw


def steps(
    solved: Mapping[str, Restructuring], label: Mapping[str, str], year: int, lang: str
) -> Callable[[bool], Any]:
    """The probability that a yearly step is enough: a curve for each scenario, the first one's answers marked."""

    def draw(narrow: bool) -> Any:
        figure = sheet(narrow, 3.7, 3.8)
        axes = figure.subplots()
        main = next(iter(solved.values()))
        top = 0.0
        for place, (name, result) in enumerate(solved.items()):
            along, up = zip(*curve(result), strict=True)
            top = max(top, along[-1])
            mark = {"color": COLOURS[place % len(COLOURS)], "linestyle": LINES[place % len(LINES)]}
            if len(solved) == 1:
                mark["color"] = BLUE
            axes.plot(along, 100.0 * np.array(up), linewidth=2.2, label=label[name], **mark)
        axes.set_xlim(0.0, top)
        axes.set_ylim(0.0, 104.0)
        for place, answer in enumerate(main.answers):
            if np.isfinite(answer.step) and answer.step <= top:
                height = 100.0 * answer.confidence
                axes.plot([0.0, answer.step, answer.step], [height, height, 0.0], color=RED, linewidth=0.9)
                axes.plot(answer.step, height, "o", color="white", markeredgecolor=RED, markersize=5, zorder=3)
                axes.annotate(
                    f"{number(height, 0, lang)} %: {number(answer.step, decimals(main), lang)} mill.",
                    (answer.step, 4.0 + 9.0 * place),  # near the axis, where no curve is
                    xytext=(4, 0),
                    textcoords="offset points",
                    fontsize=8.5,
                    color=RED,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
                )
        axes.set_xlabel(STEP.say(lang, year=year), loc="left")
        quiet_axes(axes, lang)
        number_ticks(axes.xaxis, lang)
        axes.set_title(ENOUGH.say(lang), loc="left", fontsize=9, color="#555555")
        if len(solved) > 1:
            axes.legend(loc="center right", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8.5)
        return figure

    return draw


def pyramid(finding: Finding, lang: str) -> Callable[[bool], Any]:
    """Residents by age, before the plan and in the last year."""

    def draw(narrow: bool) -> Any:
        figure = sheet(narrow, 3.9, 4.2)
        axes = figure.subplots()
        draw_pyramid(axes, finding.baseline, lang)
        axes.set_title("", loc="left")
        return figure

    return draw


def timeline(plan: InvestmentPlan, lang: str) -> Callable[[bool], Any]:
    """Named projects from start to opening."""
    projects = [it.project for it in plan.projects]

    def draw(narrow: bool) -> Any:
        figure = sheet(narrow, height(projects), height(projects) + 1.0)
        draw_timeline(figure, projects, plan.years, lang, narrow=narrow)
        return figure

    return draw


def stress(result: Stress, label: Mapping[str, str], lang: str) -> Callable[[bool], Any]:
    """Where debt ratio and need end in every stress test."""

    def draw(narrow: bool) -> Any:
        each = 0.7 + (0.42 if narrow else 0.34) * len(label)
        figure = sheet(narrow, each, 2 * each)
        summaries = result.comparison.summaries
        panels = figure.subplots(2, 1, sharey=True) if narrow else figure.subplots(1, 2, sharey=True)
        for axes, metric_id in zip(panels, STRESSED_ENDS, strict=True):
            draw_ends(axes, result, metric_id, lang)
            axes.set_title(textwrap.fill(axes.get_title(loc="left"), 38), loc="left", fontsize=9, fontweight="bold")
            axes.locator_params(axis="x", nbins=5)
        width = 24 if narrow else 28
        words = [textwrap.wrap(short(label[name]), width, max_lines=2, placeholder=" …") for name in summaries]
        names = ["\n".join(lines) for lines in words]
        panels[0].set_yticks(range(len(names)), names, fontsize=8)
        panels[0].set_ylim(len(names) - 0.5, -0.5)
        return figure

    return draw


def waterfall(explanation: Explanation, lang: str) -> Callable[[bool], Any]:
    """From one debt ratio to another, term by term."""

    def draw(narrow: bool) -> Any:
        shown = bars(explanation, lang)
        figure = sheet(narrow, 0.6 + 0.36 * len(shown), 0.6 + 0.4 * len(shown))
        axes = figure.subplots()
        draw_waterfall(axes, explanation, lang)
        axes.set_title("", loc="left")
        names = [textwrap.fill(bar.label, 20 if narrow else 34, break_on_hyphens=False) for bar in shown]
        axes.set_yticks(range(len(names)), names, fontsize=8 if narrow else 9)
        if narrow:
            axes.locator_params(axis="x", nbins=4)
        return figure

    return draw


def drivers(found: Tornado, metric: Metric, lang: str) -> Callable[[bool], Any]:
    """What each driver alone does to an answer."""

    def draw(narrow: bool) -> Any:
        rows = len(found.drivers[metric.id]) + 1
        figure = sheet(narrow, 1.2 + 0.3 * rows, 1.4 + 0.3 * rows)
        axes = figure.subplots()
        draw_drivers(axes, found, metric, lang)
        across(axes, rows, 9.0)
        return figure

    return draw


def assumptions(found: Tornado, metric: Metric, lang: str) -> Callable[[bool], Any]:
    """What moving each of the strongest assumptions does to the mean of an answer."""

    def draw(narrow: bool) -> Any:
        rows = len(found.strongest(metric.id, TOP))
        figure = sheet(narrow, 1.2 + 0.3 * rows, 1.4 + 0.42 * rows)
        axes = figure.subplots()
        draw_assumptions(axes, found, metric, lang)
        if narrow:  # the key above, its value below
            names = [text.get_text().replace("  ", "\n") for text in axes.get_yticklabels()]
            axes.set_yticks(range(len(names)), names)
        across(axes, rows, 7.0 if narrow else 8.0)
        return figure

    return draw


def across(axes: Any, rows: int, size: float) -> None:
    """Bars of a tornado as the page has them: room for every row, the words above to the left edge, the key below."""
    axes.set_ylim(rows - 0.5, -0.5)
    axes.tick_params(axis="y", labelsize=size)
    for side in ("left", "right"):
        words = axes.get_title(loc=side).strip().replace("\n", "; ")
        axes.set_title("", loc=side)
        if words:
            width = 62 if axes.figure.get_figwidth() < WIDE else 110
            axes.figure.suptitle(textwrap.fill(words, width), x=0.01, ha="left", fontsize=8.5, color="#555555")
    handles = axes.get_legend().legend_handles
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    axes.legend(
        handles=handles,
        labels=names,
        loc="upper right",
        bbox_to_anchor=(1.0, -0.08),
        ncols=len(names),
        frameon=False,
        fontsize=8.5,
    )
