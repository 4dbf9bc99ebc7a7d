"""What the terminal shows: one language at a time, from summaries only."""

import textwrap
from collections.abc import Callable, Sequence

import numpy as np

from ldip.model.catalogue import Metric
from ldip.model.engine.simulate import PRESSURE, STEERED
from ldip.model.shown import HEADLINES, figures_of, shown_in
from ldip.report.numbers import number, shown, unit_label
from ldip.report.words import ERROR, EVER, MEDIAN, PROBABILITY, capital
from ldip.statistics.summary import Distribution, Summary
from ldip.text import Text

SHOWN_PERCENTILES = (0.95, 0.50, 0.05)

RUNS = Text(nb="{runs} framtider, {first}–{last}, startverdi {seed}", en="{runs} runs, {first}-{last}, seed {seed}")
NOTE = Text(
    nb="«feil ±» er største utvalgsfeil (standardfeil) på linjen: så mye ville tallene flytte seg med en annen "
    "startverdi. "
    "Sannsynlighetene gjelder modellen og dens antakelser, ikke verden. {policy}. Det som da fortsatt mangler, er "
    "omstillingsbehovet.",
    en="'error ±' is the largest sampling error (standard error) of the row: how far the figures would move with "
    "another seed. Probabilities are the model's and its assumptions', not the world's. {policy}. What is then still "
    "missing is the restructuring need.",
)
POLICY = {
    "none": Text(nb="Ingen tiltak, ikke engang de vedtatte", en="No measures, not even the adopted ones"),
    PRESSURE: Text(nb="Press: ingen griper inn etter planen", en="Pressure: nobody steps in after the plan"),
    "step": Text(
        nb="Omstilling som øker med {step} mill. i året etter planen",
        en="Restructuring that grows by {step} mill. a year after the plan",
    ),
    STEERED: Text(
        nb="Styrt: kommunen retter seg etter resultatet", en="Steered: the municipality answers its result"
    ),
}
"""What is done about the need, in words; the two fans that are always shown begin with their names."""
ASSUMPTIONS = Text(
    nb="{count} av {total} tall er våre antakelser: ldip scenario show {where} --assumptions",
    en="{count} of {total} numbers are our assumptions: ldip scenario show {where} --assumptions",
)
ASSUMED_AND_INVENTED = Text(
    nb="{count} av {total} tall er antakelser, {invented} oppdiktede: ldip scenario show {where} --assumptions",
    en="{count} of {total} numbers are assumptions, {invented} placeholders: ldip scenario show {where} "
    "--assumptions",
)


def table(
    rows: Sequence[Sequence[str]],
    indent: int = 0,
    align: Callable[[str, int], str] = str.rjust,
    *,
    free_headings: bool = False,
) -> str:
    """Rows of cells as aligned text: the first column to the left, the rest to the right unless told.

    With `free_headings` a row of one cell may run over the other columns instead of widening its own.
    """
    if not rows:
        return ""
    width = max(len(row) for row in rows)
    full = [[*row, *[""] * (width - len(row))] for row in rows]
    sized = [row for row, cells in zip(full, rows, strict=True) if len(cells) > 1 or not free_headings]
    sizes = [max(len(row[column]) for row in sized) for column in range(width)]
    lines = []
    for row in full:
        cells = [row[0].ljust(sizes[0]), *[align(row[c], sizes[c]) for c in range(1, width)]]
        lines.append(" " * indent + "  ".join(cells).rstrip())
    return "\n".join(lines)


def selected_years(years: np.ndarray) -> list[int]:
    """Positions of at most six years to show: the first, the fourth, the last, and some between."""
    count = len(years)
    if count <= 6:
        return list(range(count))
    return sorted({0, 3, *np.linspace(3, count - 1, 5).round().astype(int).tolist()})


def policy_words(summary: Summary, lang: str) -> str:
    """What is done about the need in these runs."""
    return POLICY[summary.policy].say(lang, step=number(summary.step, 1, lang))


def fan_name(summary: Summary, lang: str) -> str:
    """What readers call its fan: Pressure, Steered, or what another policy does."""
    return policy_words(summary, lang).partition(":")[0]


def runs_words(summary: Summary, lang: str) -> str:
    """How many runs, of which years, with which seed."""
    first, last = summary.years[0], summary.years[-1]
    return RUNS.say(lang, runs=number(summary.runs, 0, lang), first=first, last=last, seed=summary.seed)


def summary_text(summary: Summary, lang: str) -> str:
    """All that is told of one fan: its figures, then probabilities, with sampling errors."""
    picked, fan = selected_years(summary.years), summary.fan
    years = [str(summary.years[t]) for t in picked]
    rows = [["", *years, ERROR.say(lang)]]
    for metric_id in dict.fromkeys(name for name in (*HEADLINES, *figures_of(fan)) if shown_in(name, fan)):
        rows += _distribution_rows(summary.distributions[metric_id], picked, summary.base_year, lang)
    chances = [[capital(PROBABILITY).say(lang), *years, EVER.say(lang), ERROR.say(lang)]]
    for chance in summary.probabilities.values():
        cells = [*chance.in_year[picked], chance.so_far[-1]]
        error = float(np.max(chance.error(np.array(cells))))
        chances.append(
            [
                "  " + chance.event.label.say(lang),
                *[number(100.0 * cell, 0, lang) for cell in cells],
                number(100.0 * error, 1, lang),
            ]
        )
    return f"{policy_words(summary, lang).upper()}\n\n{table(rows)}\n\n{table(chances)}"


def _distribution_rows(
    distribution: Distribution, picked: Sequence[int], base_year: int, lang: str
) -> list[list[str]]:
    metric = distribution.metric
    rows = [[f"{metric.label.say(lang)}, {unit_label(metric.unit, metric.price_basis(base_year), lang)}"]]
    for p in SHOWN_PERCENTILES:
        place = distribution.percentile(p)
        errors = distribution.percentile_error(p)
        name = MEDIAN.say(lang) if p == 0.50 else f"{100 * p:.0f} %"
        cells = [shown(float(place[t]), metric.unit, lang) for t in picked]
        rows.append([f"  {name}", *cells, shown(float(np.max(errors[picked])), metric.unit, lang)])
    return rows


def metrics_text(metrics: Sequence[Metric], base_year: int, lang: str) -> str:
    """The catalogue as a list: id, label, unit, definition, source."""
    lines = []
    for metric in metrics:
        unit = unit_label(metric.unit, metric.price_basis(base_year), lang)
        lines.append(f"{metric.id}  ({unit})")
        text = f"{metric.label.say(lang)}: {metric.definition.say(lang)} [{metric.source.say(lang)}]"
        lines.append(textwrap.fill(text, 96, initial_indent="    ", subsequent_indent="    "))
    return "\n".join(lines)
