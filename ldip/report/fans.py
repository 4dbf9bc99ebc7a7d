"""Pictures of a simulation: fan charts as PNG and SVG. matplotlib is loaded only here and only when asked for."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ldip.model.shown import ANSWERS
from ldip.report.limits import Line, limits
from ldip.report.numbers import SHOWN, number, unit_label
from ldip.report.terminal import policy_words
from ldip.report.words import BASELINE_PATH, HALF, MEDIAN, NINE_OF_TEN, WITH_DEFICITS
from ldip.scenario.schema import Scenario
from ldip.statistics.summary import Summary
from ldip.text import Text

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


def write_fans(
    folder: Path, scenario: Scenario, summary: Summary, baseline: dict[str, np.ndarray], lang: str
) -> None:
    """One fan chart per headline question into `folder`: bands, median, baseline path, named thresholds."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    with pyplot.rc_context(rc_style()):
        for name in ANSWERS:
            levels = limits(summary.distributions[name].metric, scenario, summary.years)
            figure = _fan(pyplot, summary, name, baseline[name], levels, lang)
            figure.savefig(folder / f"{name}.png", dpi=150, metadata={"Software": "ldip"})
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": "ldip"})
            pyplot.close(figure)


def rc_style() -> dict[Any, Any]:
    """matplotlib's settings for all pictures: the same bytes every time, and text in the SVG as text."""
    return {
        "svg.fonttype": "none",
        "svg.hashsalt": "ldip",
        "font.size": 10,
        "font.family": "DejaVu Sans",
        "text.parse_math": False,  # a title may hold dollar signs
        "text.usetex": False,
    }


def _fan(pyplot: Any, summary: Summary, name: str, baseline: np.ndarray, levels: Sequence[Line], lang: str) -> Any:
    metric = summary.distributions[name].metric
    figure, axes = pyplot.subplots(figsize=(8.4, 4.9), layout="constrained")
    draw_fan(axes, summary, name, baseline, levels, lang)
    unit = unit_label(metric.unit, metric.price_basis(summary.base_year), lang)
    axes.set_title(f"{metric.label.say(lang)}, {unit}", loc="left", color=INK, fontsize=13, fontweight="bold")
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
        axes.plot(years, line, color=RED, linewidth=1.0)
        below = _in_the_way(axes, scale * distribution.percentile(0.50), line)
        axes.annotate(
            level.drawn(summary.base_year, lang),
            (years[0], line[0]),
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
    return bool(0.0 <= apart.min() < 0.07)


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
