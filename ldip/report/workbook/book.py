"""Results as an Excel workbook: the answer first, then what it is made of and where it comes from.

Only arranges: every figure is that of the summaries, the baseline accounts or the scenario, every label that of the
catalogue. Formulas stand where a planner would go on from; each carries the value it has now.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ldip.analysis.compare import Comparison
from ldip.analysis.reconcile import DebtRatios, Row, debt_ratios, reconcile
from ldip.analysis.statement import Accounts
from ldip.model.shown import ANSWERS, BREACH, COMPARED_EVENTS, HEADLINES
from ldip.report import words
from ldip.report.answers.comparison import BASE, conclusions, labels, shown_places
from ldip.report.numbers import number, shown, unit_label
from ldip.report.terminal import NOTE, policy_words
from ldip.report.words import IN_YEAR, capital
from ldip.report.workbook import accounts as account_sheets
from ldip.report.workbook import alternatives as alternative_sheets
from ldip.report.workbook import figures
from ldip.report.workbook import sources as source_sheets
from ldip.report.workbook.figures import Alternative, heading, runs_line
from ldip.report.workbook.sheets import Book, Sheet, number_format, scale
from ldip.scenario.files.reader import Source
from ldip.scenario.schema import Scenario
from ldip.statistics.summary import Distribution, Summary
from ldip.text import Text


class Reconciliation(NamedTuple):
    """The published plan beside the reference's baseline."""

    rows: Sequence[Row]
    ratios: DebtRatios | None


def reconciliation_of(scenario: Scenario) -> Reconciliation | None:
    """The published plan beside the baseline, where there is one."""
    return Reconciliation(reconcile(scenario), debt_ratios(scenario)) if scenario.published else None


ANSWER = Text("Svar", "Answer")
EVER = Text("Noen gang til og med {year}", "Ever up to {year}")
ERROR = capital(words.ERROR)
CONTENTS = Text("Arkene", "The sheets")
IN_WORDS = Text(
    nb="{who}I {year} ligger gjeldsgraden i ni av ti løp mellom {low} og {high} prosent (median {median}). "
    "Omstillingsbehovet er da {need} {need_unit} i medianen, og over {need_high} i hvert tjuende løp. "
    "Sannsynligheten for brudd på minst én handlingsregel i {year} er {broken} prosent (feil ± {error}).",
    en="{who}In {year} the debt ratio lies between {low} and {high} per cent in nine of ten runs (median {median}). "
    "The restructuring need is then {need} {need_unit} in the median, and above {need_high} in every twentieth run. "
    "The probability that at least one rule is broken in {year} is {broken} per cent (error ± {error}).",
)
READ = Text("Les dette slik", "How to read this")
ALONE = Text("Grunnbanen er banen uten sjokk.", "The baseline is the path without shocks.")


def write_workbook(
    path: Path,
    comparison: Comparison,
    sources: Sequence[Source],
    *,
    title: str,
    common: int,
    command: str,
    reconciliation: Reconciliation | None,
    recheck: Sequence[str] = (),
    fixed_prices: bool = True,
    lang: str,
) -> None:
    """Write the workbook to `path`.

    `sources` are the scenarios of the comparison in its order (one alone is compared with nothing), the last `common`
    changes laid over all of them; `command` gives the same figures again; `recheck` says how they compare with those
    of a result folder.
    """
    named = labels(sources, common, lang)
    if len(sources) == 1:
        named = {name: _only(sources[0], lang) for name in named}
    alternatives = {}
    for source in sources:
        name = source.scenario.name
        summary = comparison.summaries[name]
        accounts = Accounts(source.scenario, len(summary.years), policy=summary.policy, step=summary.step)
        alternatives[name] = Alternative(source, named[name], accounts)
    reference = comparison.summaries[comparison.against]
    with Book(path, f"{title}. {runs_line(reference, lang)}", lang) as book:
        answer = book.sheet(ANSWER.say(lang), title)
        figures.write_fans(book, comparison, alternatives)
        figures.write_probabilities(book, comparison, alternatives)
        if len(sources) > 1:
            alternative_sheets.write_alternatives(book, comparison, alternatives)
            alternative_sheets.write_regret(book, comparison, alternatives)
        account_sheets.write_accounts(book, comparison, alternatives, fixed_prices=fixed_prices)
        account_sheets.write_people(book, comparison, alternatives)
        source_sheets.write_assumptions(book, comparison, alternatives)
        if reconciliation:
            source_sheets.write_reconciliation(book, reconciliation.rows, reconciliation.ratios)
        figures.write_tidy(book, comparison)
        source_sheets.write_provenance(book, comparison, alternatives, command, recheck)
        _write_answer(answer, comparison, alternatives)


def _only(source: Source, lang: str) -> str:
    return " + ".join(title.say(lang) for title in source.change_titles) or BASE.say(lang)


def _write_answer(sheet: Sheet, comparison: Comparison, alternatives: figures.Alternatives) -> None:
    """The answer in words and in a few figures; how to read them; links to the other sheets."""
    lang, reference = sheet.book.lang, comparison.summaries[comparison.against]
    places = shown_places(comparison)
    columns = 2 + 4 * len(places)
    sheet.write(1, 0, runs_line(reference, lang), "quiet")
    row = 3
    for name, summary in comparison.summaries.items():
        who = f"{alternatives[name].label}: " if len(alternatives) > 1 else ""
        row = sheet.paragraph(row, _in_words(summary, who, lang), columns, width=178, look="text")
    if len(alternatives) > 1:
        named = {name: it.label for name, it in alternatives.items()}
        for line in conclusions(comparison, named, lang):
            row = sheet.paragraph(row, line, columns, width=178, look="text")
    years = [int(reference.years[t]) for t in places]
    texts = [figures.FIGURE.say(lang), figures.SCENARIO.say(lang)]
    spread = ["5 %", figures.MEDIAN_HEAD.say(lang), "95 %", ERROR.say(lang)]
    row += 1
    sheet.head(row, [*texts, *[f"{year}\n{text}" for year in years for text in spread]], texts=2, height=32)
    row += 1
    for metric_id in HEADLINES:
        metric = reference.distributions[metric_id].metric
        for name, summary in comparison.summaries.items():
            sheet.write(row, 0, heading(metric, reference.base_year, lang))
            sheet.write(row, 1, alternatives[name].label)
            for column, value in enumerate(_spread(summary.distributions[metric_id], places), start=2):
                finer = 1 if (column - 2) % 4 == 3 else 0
                code = number_format(metric.unit, finer=finer)
                sheet.write(row, column, scale(metric.unit) * value, "quiet" if finer else "plain", code)
            row += 1
    row += 1
    heads = [str(text) for year in years for text in (year, ERROR.say(lang))]
    last = [EVER.say(lang, year=int(reference.years[-1])), ERROR.say(lang)]
    sheet.head(row, [IN_YEAR.say(lang), texts[1], *heads, *last], texts=2, height=48)
    row += 1
    for event_id in COMPARED_EVENTS:
        for name, summary in comparison.summaries.items():
            chance = summary.probabilities[event_id]
            values = np.array([*chance.in_year[places], chance.so_far[-1]])
            sheet.write(row, 0, chance.event.label.say(lang))
            sheet.write(row, 1, alternatives[name].label)
            for place, (value, error) in enumerate(zip(values, chance.error(values), strict=True)):
                sheet.write(row, 2 + 2 * place, float(value), code="0%")
                sheet.write(row, 3 + 2 * place, float(error), "quiet", "0.0%")
            row += 1
    row += 1
    sheet.write(row, 0, READ.say(lang), "section")
    note = NOTE.say(lang, policy=policy_words(reference, lang))
    row = sheet.paragraph(row + 1, f"{note} {ALONE.say(lang)}", columns, width=178)
    row += 1
    sheet.write(row, 0, CONTENTS.say(lang), "section")
    for place, other in enumerate(sheet.book.sheets[1:], start=row + 1):
        target = f"internal:{sheet.book.places.quote_sheetname(other.name)}!A1"
        sheet.paper.write_url(place, 0, target, sheet.book.look("link"), other.name)
    sheet.widths(46, 34, *[9.5] * (columns - 2))
    sheet.paper.freeze_panes(2, 0)
    sheet.paper.fit_to_pages(1, 1)


def _spread(spread: Distribution, places: Sequence[int]) -> list[float]:
    """5 %, median, 95 % and the largest of their sampling errors, year by year."""
    cells: list[float] = []
    for t in places:
        cells += [float(spread.percentile(p)[t]) for p in (0.05, 0.50, 0.95)]
        cells.append(max(float(spread.percentile_error(p)[t]) for p in (0.05, 0.50, 0.95)))
    return cells


def _in_words(summary: Summary, who: str, lang: str) -> str:
    debt, need = (summary.distributions[name] for name in ANSWERS)
    broken = summary.probabilities[BREACH]
    low, median, high = (shown(float(debt.percentile(p)[-1]), "share", lang) for p in (0.05, 0.50, 0.95))
    unit = need.metric.unit
    return IN_WORDS.say(
        lang,
        who=who,
        year=int(summary.years[-1]),
        low=low,
        median=median,
        high=high,
        need=shown(float(need.percentile(0.50)[-1]), unit, lang),
        need_high=shown(float(need.percentile(0.95)[-1]), unit, lang),
        need_unit=unit_label(unit, need.metric.price_basis(summary.base_year), lang),
        broken=number(100.0 * float(broken.in_year[-1]), 0, lang),
        error=number(100.0 * float(broken.error(broken.in_year[-1:])[0]), 1, lang),
    )
