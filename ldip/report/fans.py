"""Pictures of a simulation: fan charts as PNG and SVG. matplotlib is loaded only when asked for."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ldip.model.engine.simulate import Ledger, run_baseline, with_policy
from ldip.model.metrics import report_values
from ldip.model.plan.baseline import build
from ldip.model.shown import DEBT, SIMULATED, shown_in
from ldip.report.limits import Line, limits
from ldip.report.numbers import SHOWN, number, unit_label
from ldip.report.terminal import policy_words
from ldip.report.words import BASELINE_PATH, HALF, MEDIAN, NINE_OF_TEN, WITH_DEFICITS
from ldip.scenario.placeholders import mark
from ldip.scenario.schema import Scenario
from ldip.statistics.summary import Fans, Summary
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.report.canvas import Chart

INK, BLUE, RED = "#222222", "#1f5a8a", "#a33a2a"
FOOT_STYLE: dict[str, Any] = {"fontsize": 8, "color": "#555555", "x": 0.01, "ha": "left"}
BANDS = (
    (0.05, 0.95, 0.18, NINE_OF_TEN),
    (0.25, 0.75, 0.35, HALF),
)
FOOT = Text(
    nb="{scenario}, {runs} framtider, startverdi {seed}. Modellens sannsynligheter. {policy}.",
    en="{scenario}, {runs} runs, seed {seed}. The model's probabilities. {policy}.",
)
SAME_WEATHER = Text(
    nb="Samme renter, skatteår og boligår i begge vifter",
    en="The same interest rates, tax and building years in both fans",
)


def picture_names() -> list[str]:
    """The files that :func:`write_fans` writes."""
    return [f"{metric}.{kind}" for metric in SIMULATED for kind in ("png", "svg")]


def remove_old(folder: Path) -> None:
    """Take the fan charts of an earlier simulation out of its folder."""
    for name in picture_names():
        (folder / name).unlink(missing_ok=True)


def write_fans(folder: Path, scenario: Scenario, fans: Fans, lang: str) -> None:
    """A picture for each headline question into `folder`, of a scenario and what its simulation says."""
    for name in SIMULATED:
        chart = fan_chart(scenario, [fan for fan in fans.told if shown_in(name, fan.fan)], name, lang)
        chart.write(folder / f"{name}.png", folder / f"{name}.svg")


def calm_path(scenario: Scenario, summary: Summary) -> Ledger:
    """The baseline accounts without shocks (line, year, 1), of the years and with the policy of a simulation."""
    baseline = with_policy(build(scenario, len(summary.years)), summary.policy)
    return run_baseline(baseline, summary.step)


def fan_chart(scenario: Scenario, summaries: Sequence[Summary], name: str, lang: str) -> "Chart":
    """The fan chart of one metric: bands, median, baseline path, the scenario's limits. Several fans stand side by
    side on one scale, each under its name."""
    from ldip.report.canvas import chart, style

    metric, first = summaries[0].distributions[name].metric, summaries[0]
    with style():
        figure = chart(8.4, 4.9, below=0.15 if name == DEBT[0] else 0.105)  # for key and foot
        drawn = [
            (
                summary,
                report_values(calm_path(scenario, summary), metric)[:, 0],
                limits(metric, scenario, summary.years),
            )
            for summary in summaries
        ]
        panels = list(figure.subplots(1, len(drawn), sharey=True, squeeze=False)[0])
        draw_fans(panels, drawn, name, lang)
        unit = unit_label(metric.unit, metric.price_basis(first.base_year), lang)
        title = ", ".join(filter(None, (metric.label.say(lang), unit)))
        figure.suptitle(title, x=0.01, ha="left", color=INK, fontsize=13, fontweight="bold")
        handles, labels = panels[0].get_legend_handles_labels()
        columns = 3 if name == DEBT[0] else 4
        where: Any = {"loc": "lower center", "bbox_to_anchor": (0.5, 0.04)}
        figure.legend(handles, labels, **where, ncols=columns, frameon=False, fontsize=9)
        figure.text(0.01, 0.012, foot_words(first, lang, fans=len(drawn)), fontsize=8, color="#555555")
    return figure


Drawn = tuple[Summary, np.ndarray, Sequence[Line]]
"""A fan to be drawn: what its runs say, its baseline path (year,), limits."""


def draw_fans(
    axes: Sequence[Any], drawn: Sequence[Drawn], name: str, lang: str, *, ticks: int = 10, width: int = 50
) -> None:
    """The fans of one metric, each in axes of its own under its name; `width` is that of the names in letters. The
    limits are named in the first."""
    for panel, (summary, baseline, levels) in zip(axes, drawn, strict=True):
        few = max(ticks // len(drawn), 3)
        draw_fan(panel, summary, name, baseline, levels, lang, ticks=few, named=panel is axes[0])
        said = textwrap.fill(policy_words(summary, lang), width)
        panel.set_title(said, loc="left", fontsize=9.5, color=INK)


def draw_fan(
    axes: Any,
    summary: Summary,
    name: str,
    baseline: np.ndarray,
    levels: Sequence[Line],
    lang: str,
    *,
    ticks: int = 10,
    named: bool = True,
) -> None:
    """The fan of one metric into `axes`: bands, median, baseline path (year,), limits, `named` or not."""
    distribution = summary.distributions[name]
    scale, _ = SHOWN[distribution.metric.unit]
    years = summary.years
    for low, high, strength, label in BANDS:
        axes.fill_between(
            years,
            scale * distribution.percentile(low),
            scale * distribution.percentile(high),
            color=BLUE,
            alpha=strength,
            linewidth=0,
            label=label.say(lang),
        )
    axes.plot(years, scale * distribution.percentile(0.50), color=BLUE, linewidth=2.2, label=MEDIAN.say(lang))
    axes.plot(years, scale * baseline, color=INK, linewidth=1.2, linestyle=(0, (4, 3)), label=BASELINE_PATH.say(lang))
    if name == "debt_ratio":  # what may not be borrowed shows up here rather than as debt
        tail = scale * summary.distributions["debt_ratio_with_deficits"].percentile(0.95)
        axes.plot(years, tail, color=RED, linewidth=1.2, linestyle=(0, (1, 1.5)), label=WITH_DEFICITS.say(lang))
    for level in levels:
        line = scale * level.values
        axes.plot(years, line, color=RED, linewidth=1.0, drawstyle="steps-post")
        below = _in_the_way(axes, scale * distribution.percentile(0.50), line)
        if not named:
            continue
        begins = int(np.argmax(np.isfinite(line)))
        axes.annotate(
            level.drawn(summary.base_year, lang),
            (years[begins], line[begins]),
            xytext=(2, -3 if below else 3),
            textcoords="offset points",
            va="top" if below else "bottom",
            color=RED,
            fontsize=8,
        )
    axes.set_xlim(years[0], years[-1] if len(years) > 1 else years[0] + 1)
    axes.set_xticks([*years[: -2 if len(years) > 5 else -1 : max(len(years) // ticks, 1)], years[-1]])
    quiet_axes(axes, lang)
    axes.locator_params(axis="y", nbins=7, steps=[1, 2, 5, 10])


def _in_the_way(axes: Any, median: np.ndarray, line: np.ndarray) -> bool:
    """Does the median run so close above a threshold's first years that the name must go below?"""
    low, high = axes.get_ylim()
    apart = (median - line)[: max(len(median) // 3, 1)] / (high - low)
    return bool(0.0 <= np.nanmin(apart, initial=1.0) < 0.07)


def foot_words(summary: Summary, lang: str, *, fans: int = 1) -> str:
    """Where the runs of a picture come from, and what is done in them; of several fans that they meet the same."""
    runs = number(summary.runs, 0, lang)
    policy = policy_words(summary, lang) if fans == 1 else SAME_WEATHER.say(lang)
    foot = FOOT.say(lang, scenario=summary.scenario, runs=runs, seed=summary.seed, policy=policy)
    return marked(foot, summary.invented, lang)


def marked(foot: str, invented: tuple[int, int], lang: str) -> str:
    """The foot of a picture, with the mark of so many placeholders of so many numbers."""
    said = mark(*invented).say(lang)
    return f"{foot} {said[:1].upper()}{said[1:]}." if said else foot


def quiet_axes(axes: Any, lang: str) -> None:
    """Axes that leave the word to the figures: pale lines across, numbers as the language writes them, no box."""
    number_ticks(axes.yaxis, lang)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(left=False)


def number_ticks(axis: Any, lang: str) -> None:
    """Numbers along an axis as the language writes them, with as many decimals as its length needs."""

    def written(value: float, _: int) -> str:
        low, high = axis.get_view_interval()
        span = abs(high - low)
        return number(value, 0 if span > 5.0 else 1 if span > 0.5 else 2, lang)

    axis.set_major_formatter(written)
