"""The picture of the investment plan: a bar for each project, from its start to its opening. matplotlib is loaded
only when asked for."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ldip.report.answers.projects import shortened
from ldip.report.fans import BLUE, FOOT_STYLE, INK
from ldip.report.words import OPENS
from ldip.scenario.projects import KINDS, Project
from ldip.text import Text

TIMELINE = Text("Navngitte prosjekter, fra start til åpning", "Named projects, from start to opening")
COLOURS = {"general": BLUE, "water_waste": "#2f8577", "housing": "#c07a2c"}
BEFORE = 3
"""Years before the plan that a bar may begin in; of a longer one the start is not shown."""

STEPS = (1, 2, 5, 10)
MOST_TICKS = 12
LETTERS = 46
"""Of a project's name beside its bar."""

ROW = 0.24
"""Inches of a project."""


def write_timeline(folder: Path, projects: Sequence[Project], years: np.ndarray, title: str, lang: str) -> None:
    """``projects.png`` and ``.svg``; `title` is the scenario's."""
    from ldip.report.canvas import chart, style

    with style():
        figure = chart(11.0, height(projects))
        draw_timeline(figure, projects, years, lang)
        figure.suptitle(TIMELINE.say(lang), x=0.01, ha="left", fontsize=12, fontweight="bold", color=INK)
        figure.supxlabel(title, **FOOT_STYLE)
    figure.write(folder / "projects.png", folder / "projects.svg")


def height(projects: Sequence[Project]) -> float:
    """Inches that the picture needs."""
    return 1.6 + ROW * max(len(projects), 3)


def draw_timeline(
    figure: Any, projects: Sequence[Project], years: np.ndarray, lang: str, *, narrow: bool = False
) -> None:
    """The projects by start, the earliest on top: bars in the colour of the class, a mark where each opens."""
    from ldip.report.canvas import patch

    axes = figure.subplots()
    ranked = sorted(projects, key=lambda project: (project.start, project.opening))
    first = max(min([int(years[0]), *(project.start for project in ranked)]), int(years[0]) - BEFORE)
    last = max([int(years[-1]) + 1, *(project.opening for project in ranked)])
    for row, project in enumerate(ranked):
        start, end = max(project.start, first), max(project.opening, first)
        axes.barh(row, max(end - start, 0.1), left=start, height=0.62, color=COLOURS[project.kind], alpha=0.75)
        axes.plot([end], [row], marker="D", markersize=4.5, color=INK, clip_on=False, zorder=3)
    axes.set_yticks(range(len(ranked)))
    letters = LETTERS // 2 if narrow else LETTERS
    axes.set_yticklabels([shortened(project.name.say(lang), letters) for project in ranked], fontsize=8)
    axes.set_ylim(len(ranked) - 0.4, -0.6)
    axes.set_xlim(first, last)
    axes.set_xticks(ticks(first, last, MOST_TICKS // 2 if narrow else MOST_TICKS))
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(left=False)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    kinds = [kind for kind in KINDS if any(project.kind == kind for project in ranked)]
    marks = [patch(COLOURS[kind], KINDS[kind].say(lang)) for kind in kinds]
    opening = axes.plot([], [], marker="D", markersize=4.5, color=INK, linestyle="", label=OPENS.say(lang))
    axes.legend(
        handles=[*marks, *opening],
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),  # above the bars
        borderaxespad=0.0,
        ncols=1 if narrow else len(marks) + 1,
        frameon=False,
        fontsize=8,
    )


def ticks(first: int, last: int, most: int) -> list[int]:
    """Years along the axis, the first and the last among them."""
    step = next((step for step in STEPS if (last - first) / step <= most), STEPS[-1])
    found = [year for year in range(first, last, step) if last - year >= 0.6 * step]
    return [*found, last]
