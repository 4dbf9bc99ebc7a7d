"""Pictures of a simulation: fan charts as PNG and SVG. matplotlib is loaded only when asked for."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ldip.model.catalogue import catalogue
from ldip.model.engine.simulate import Ledger, run_baseline, with_policy
from ldip.model.metrics import report_values
from ldip.model.plan.baseline import build
from ldip.model.shown import ANSWERS
from ldip.report.limits import Line, limits
from ldip.report.numbers import SHOWN, number, unit_label
from ldip.report.terminal import policy_words
from ldip.report.words import BASELINE_PATH, HALF, MEDIAN, NINE_OF_TEN, WITH_DEFICITS
from ldip.scenario.schema import Scenario
from ldip.statistics.summary import Summary
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.report.canvas import Chart

INK, BLUE, RED = "#222222", "#1f5a8a", "#a33a2a"
BANDS = (
    (0.05, 0.95, 0.18, NINE_OF_TEN),
    (0.25, 0.75, 0.35, HALF),
)
FOOT = Text(
    nb="{scenario}, {runs} løp, frø {seed}. Modellens sannsynligheter. {policy}.",
    en="{scenario}, {runs} runs, seed {seed}. The model's probabilities. {policy}.",
)


def picture_names() -> list[str]:
    """The files that :func:`write_fans` writes."""
    return [f"{metric}.{kind}" for metric in ANSWERS for kind in ("png", "svg")]


def remove_old(folder: Path) -> None:
    """Take the fan charts of an earlier simulation out of its folder."""
    for name in picture_names():
        (folder / name).unlink(missing_ok=True)


def write_fans(folder: Path, scenario: Scenario, summary: Summary, lang: str) -> None:
    """One fan chart per headline question into `folder`, of a scenario and what its simulation says."""
    calm = calm_path(scenario, summary)
    for name in ANSWERS:
        chart = fan_chart(scenario, summary, name, report_values(calm, catalogue()[name])[:, 0], lang)
        chart.write(folder / f"{name}.png", folder / f"{name}.svg")


def calm_path(scenario: Scenario, summary: Summary) -> Ledger:
    """The baseline accounts without shocks (line, year, 1), of the years and with the policy of a simulation."""
    baseline = with_policy(build(scenario, len(summary.years)), summary.policy)
    return run_baseline(baseline, summary.step)


def fan_chart(scenario: Scenario, summary: Summary, name: str, baseline: np.ndarray, lang: str) -> "Chart":
    """The fan chart of one metric: bands, median, baseline path (year,), the scenario's limits."""
    from ldip.report.canvas import chart, style

    metric = summary.distributions[name].metric
    with style():
        figure = chart(8.4, 4.9)
        axes = figure.subplots()
        draw_fan(axes, summary, name, baseline, limits(metric, scenario, summary.years), lang)
        unit = unit_label(metric.unit, metric.price_basis(summary.base_year), lang)
        title = ", ".join(filter(None, (metric.label.say(lang), unit)))
        axes.set_title(title, loc="left", color=INK, fontsize=13, fontweight="bold")
        columns = 3 if name == "debt_ratio" else 4
        axes.legend(
            loc="upper center",
            bbox_to_anchor=(0.5, -0.08),
            ncols=columns,
            frameon=False,
            fontsize=9,
        )
        foot = foot_words(summary, lang)
        figure.supxlabel(foot, fontsize=8, color="#555555", x=0.01, ha="left")
    return figure


def draw_fan(
    axes: Any,
    summary: Summary,
    name: str,
    baseline: np.ndarray,
    levels: Sequence[Line],
    lang: str,
    *,
    ticks: int = 10,
) -> None:
    """The fan of one metric into `axes`: bands, median, baseline path (year,), limits."""
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
    if name == "debt_ratio":  # loans may not pay operations, so bad futures show up here rather than as debt
        tail = scale * summary.distributions["debt_ratio_with_deficits"].percentile(0.95)
        axes.plot(years, tail, color=RED, linewidth=1.2, linestyle=(0, (1, 1.5)), label=WITH_DEFICITS.say(lang))
    for level in levels:
        line = scale * level.values
        axes.plot(years, line, color=RED, linewidth=1.0, drawstyle="steps-post")
        below = _in_the_way(axes, scale * distribution.percentile(0.50), line)
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


def foot_words(summary: Summary, lang: str) -> str:
    """Where the runs of a picture come from, and what is done in them."""
    runs, policy = number(summary.runs, 0, lang), policy_words(summary, lang)
    return FOOT.say(lang, scenario=summary.scenario, runs=runs, seed=summary.seed, policy=policy)


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
