"""Pictures of the population (pyramid and fan) and of an area's payback. matplotlib is loaded only when asked for."""

from pathlib import Path
from typing import Any

import numpy as np

from ldip.analysis.growth import Payback
from ldip.model.plan.baseline import Baseline
from ldip.report.fans import (
    BANDS,
    BLUE,
    FOOT,
    FOOT_STYLE,
    INK,
    MEDIAN,
    RED,
    foot_words,
    marked,
    number_ticks,
    quiet_axes,
)
from ldip.report.numbers import number
from ldip.report.terminal import POLICY
from ldip.report.words import NINE_OF_TEN
from ldip.statistics.summary import Summary
from ldip.text import Text

AGES = Text("Innbyggere etter alder, {first} og {last}", "Residents by age, {first} and {last}")
RESIDENTS = Text("Innbyggere 31.12.", "Residents at 31 December")
PRESENT = Text(
    nb="Nåverdi så langt, tusen {year}-kr per bolig: {area}",
    en="Present value so far, thousand {year}-kr per dwelling: {area}",
)
AGE = Text("alder", "age")
STEP = 5


def write_population_picture(folder: Path, baseline: Baseline, summary: Summary, lang: str) -> None:
    """``population.png`` and ``.svg``: ages now and at the end, and the fan of residents."""
    from ldip.report.canvas import chart, style

    with style():
        figure = chart(11.0, 5.2)
        left, right = figure.subplots(1, 2)
        draw_pyramid(left, baseline, lang)
        fan = summary.distributions["closing_residents"]
        for low, high, strength, label in BANDS:
            right.fill_between(
                summary.years,
                fan.percentile(low),
                fan.percentile(high),
                color=BLUE,
                alpha=strength,
                linewidth=0,
                label=label.say(lang),
            )
        right.plot(summary.years, fan.percentile(0.50), color=BLUE, linewidth=2.2, label=MEDIAN.say(lang))
        right.set_title(RESIDENTS.say(lang), loc="left", fontsize=12, fontweight="bold", color=INK)
        right.legend(frameon=False, fontsize=9, loc="upper left")
        quiet_axes(right, lang)
        _years(right, summary.years)
        figure.supxlabel(foot_words(summary, lang), **FOOT_STYLE)
    figure.write(folder / "population.png", folder / "population.svg")


def draw_pyramid(axes: Any, baseline: Baseline, lang: str) -> None:
    """Residents in five-year groups: the year before the plan filled, the last year as a line."""
    closing = baseline.population.closing
    last = len(baseline.years) + 1
    bottoms = np.arange(0, closing.shape[0] - 1, STEP)
    groups = np.add.reduceat(closing, bottoms, axis=0)
    first, end = int(baseline.years[0]) - 1, int(baseline.years[-1])
    axes.barh(bottoms + STEP / 2, groups[:, 1], height=0.86 * STEP, color=BLUE, alpha=0.35, label=str(first))
    edges = np.append(bottoms, bottoms[-1] + STEP)
    axes.stairs(groups[:, last], edges, orientation="horizontal", color=RED, linewidth=1.8, label=str(end))
    axes.set_title(AGES.say(lang, first=first, last=end), loc="left", fontsize=12, fontweight="bold", color=INK)
    axes.set_yticks(np.arange(0, 101, 10))
    axes.set_ylabel(AGE.say(lang))
    axes.set_ylim(0, edges[-1])
    axes.legend(frameon=False, fontsize=9, loc="upper right")
    number_ticks(axes.xaxis, lang)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)


def write_payback_picture(folder: Path, result: Payback, area: str, lang: str) -> None:
    """``payback.png`` and ``.svg``: the cumulative present value over the years."""
    from ldip.report.canvas import chart, style

    with style():
        figure = chart(8.4, 4.9)
        axes = figure.subplots()
        found = result.components["cumulative_present_value"]
        low, median, high = found.percentiles
        axes.fill_between(result.years, low, high, color=BLUE, alpha=0.25, linewidth=0, label=NINE_OF_TEN.say(lang))
        axes.plot(result.years, median, color=BLUE, linewidth=2.2, label=MEDIAN.say(lang))
        axes.axhline(0.0, color=RED, linewidth=1.0)
        axes.set_title(
            PRESENT.say(lang, area=area, year=result.years[0]), loc="left", fontsize=12, fontweight="bold", color=INK
        )
        axes.legend(frameon=False, fontsize=9, loc="upper left")
        quiet_axes(axes, lang)
        _years(axes, result.years)
        figure.supxlabel(_foot(result, lang), **FOOT_STYLE)
    figure.write(folder / "payback.png", folder / "payback.svg")


def _years(axes: Any, years: np.ndarray) -> None:
    axes.set_xlim(years[0], years[-1] if len(years) > 1 else years[0] + 1)
    axes.set_xticks(years[:: max(len(years) // 10, 1)])


def _foot(result: Payback, lang: str) -> str:
    policy, runs = POLICY["adopted"].say(lang), number(result.runs, 0, lang)
    foot = FOOT.say(lang, scenario=result.scenario, runs=runs, seed=result.seed, policy=policy)
    return marked(foot, result.invented, lang)
