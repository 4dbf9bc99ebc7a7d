"""The picture of stress tests: where the debt ratio and the need end in each, baseline and distribution."""

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ldip.analysis.stress import Stress
from ldip.model.shown import STRESSED_ENDS
from ldip.report.answers.stress import short
from ldip.report.fans import BLUE, FOOT_STYLE, INK, RED, foot_words, number_ticks, quiet_axes
from ldip.report.numbers import SHOWN, unit_label
from ldip.report.words import FIGURE_IN_YEAR
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.report.canvas import Chart

KEY = Text(
    nb="lys strek: 9 av 10 framtider, mørk: halvparten, ring: median, kryss: referansebanen uten sjokk",
    en="pale bar: 9 of 10 runs, dark: half of them, ring: median, cross: the baseline without shocks",
)


def write_stress_picture(
    folder: Path, names: Sequence[str], stress: Stress, label: Mapping[str, str], lang: str
) -> None:
    """The picture into `folder` under each of the names, in the format of its suffix."""
    stress_chart(stress, label, lang).write(*(folder / name for name in names))


def stress_chart(stress: Stress, label: Mapping[str, str], lang: str) -> "Chart":
    """One row for each test, one panel for each metric; the untouched scenario on top, its median drawn through."""
    from ldip.report.canvas import chart, style

    comparison = stress.comparison
    summary = comparison.summaries[comparison.against]
    rows = list(comparison.summaries)
    with style():
        figure = chart(12.0, 1.7 + 0.36 * len(rows))
        panels = figure.subplots(1, len(STRESSED_ENDS), sharey=True)
        for axes, metric_id in zip(panels, STRESSED_ENDS, strict=True):
            draw_ends(axes, stress, metric_id, lang)
        panels[0].set_yticks(range(len(rows)), [textwrap.fill(short(label[name]), 36) for name in rows], fontsize=9)
        panels[0].set_ylim(len(rows) - 0.5, -0.5)
        foot = f"{KEY.say(lang)}\n{foot_words(summary, lang)}"
        figure.supxlabel(foot, **FOOT_STYLE)
    return figure


def draw_ends(axes: Any, stress: Stress, metric_id: str, lang: str) -> None:
    """Where one metric ends in every test, into `axes`: a row for each, from the top."""
    comparison = stress.comparison
    summary = comparison.summaries[comparison.against]
    metric = summary.distributions[metric_id].metric
    scale = SHOWN[metric.unit][0]
    for row, (name, other) in enumerate(comparison.summaries.items()):
        spread = other.distributions[metric_id]
        at = [scale * float(spread.percentile(p)[-1]) for p in (0.05, 0.25, 0.50, 0.75, 0.95)]
        colour = INK if name == comparison.against else BLUE
        axes.plot([at[0], at[4]], [row, row], color=colour, linewidth=7, alpha=0.25, solid_capstyle="butt")
        axes.plot([at[1], at[3]], [row, row], color=colour, linewidth=7, alpha=0.55, solid_capstyle="butt")
        axes.plot(at[2], row, "o", color="white", markeredgecolor=colour, markersize=6, zorder=3)
        baseline = scale * float(stress.baselines[name][metric_id][-1])
        axes.plot(baseline, row, "x", color=RED, markersize=6, markeredgewidth=1.5, zorder=4)
        if name == comparison.against:
            axes.axvline(at[2], color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    unit = unit_label(metric.unit, metric.price_basis(summary.base_year), lang)
    title = FIGURE_IN_YEAR.say(lang, label=metric.label.say(lang), year=summary.years[-1], unit=unit)
    axes.set_title(textwrap.fill(title, 44), loc="left", fontsize=10.5, fontweight="bold", color=INK)
    quiet_axes(axes, lang)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    number_ticks(axes.xaxis, lang)
