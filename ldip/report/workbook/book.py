"""Results as an Excel workbook: the answer first, then what it is made of and where it comes from.

Only arranges: every figure is that of the summaries, the baseline accounts or the scenario, every label that of the
catalogue. Formulas stand where a planner would go on from; each carries the value it has now.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ldip.analysis.compare import Comparison
from ldip.analysis.reconcile import DebtRatios, Row, debt_ratios, reconcile
from ldip.analysis.statement import Accounts
from ldip.model.shown import COMPARED_EVENTS, HEADLINES, figures_of
from ldip.report import words
from ldip.report.answers.comparison import BASE, conclusions, labels, own_rules, shown_places
from ldip.report.answers.simulation import answers
from ldip.report.terminal import NOTE, fan_name, policy_words
from ldip.report.words import IN_YEAR, capital
from ldip.report.workbook import accounts as account_sheets
from ldip.report.workbook import alternatives as alternative_sheets
from ldip.report.workbook import figures
from ldip.report.workbook import projects as project_sheets
from ldip.report.workbook import sources as source_sheets
from ldip.report.workbook.figures import Alternative, heading, runs_line
from ldip.report.workbook.sheets import Book, Sheet, number_format, scale
from ldip.scenario.files.reader import Source
from ldip.scenario.schema import Scenario
from ldip.statistics.summary import Distribution, Fans, Summary
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
READ = Text("Les dette slik", "How to read this")
ALONE = Text("Referansebanen er banen uten sjokk.", "The baseline is the path without shocks.")


def write_workbook(
    path: Path,
    comparison: Comparison,
    steered: Comparison | None,
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

    `steered` is the same comparison of municipalities that follow their own rules, where in the first nobody reacts.
    `sources` are the scenarios of the comparison in its order (one alone is compared with nothing), the last `common`
    changes laid over all of them; `command` gives the same figures again; `recheck` says how they compare with those
    of a result folder.
    """
    named = labels(sources, common, lang)
    if len(sources) == 1:
        named = {name: _only(sources[0], lang) for name in named}
    alternatives = _alternatives(comparison, sources, named)
    fans: list[tuple[Comparison, figures.Alternatives, Sequence[str]]] = [(comparison, alternatives, HEADLINES)]
    if steered:
        fans.insert(0, (steered, _alternatives(steered, sources, named), figures_of("steered")))
    reference = comparison.summaries[comparison.against]
    with Book(path, f"{title}. {runs_line(reference, lang)}", lang) as book:
        answer = book.sheet(ANSWER.say(lang), title)
        for of, these, shown_here in fans:
            figures.write_fans(book, of, these, shown_here, named=len(fans) > 1)
        for of, these, _ in fans:
            figures.write_probabilities(book, of, these, named=len(fans) > 1)
        if len(sources) > 1:
            alternative_sheets.write_alternatives(book, comparison, alternatives)
            alternative_sheets.write_regret(book, comparison, alternatives)
        account_sheets.write_accounts(book, comparison, alternatives, fixed_prices=fixed_prices)
        account_sheets.write_people(book, comparison, alternatives)
        project_sheets.write_projects(book, alternatives)
        source_sheets.write_assumptions(book, comparison, alternatives)
        if reconciliation:
            source_sheets.write_reconciliation(book, reconciliation.rows, reconciliation.ratios)
        figures.write_tidy(book, [comparison, *([steered] if steered else [])])
        source_sheets.write_provenance(book, comparison, steered, alternatives, command, recheck)
        _write_answer(answer, fans, alternatives)


def _alternatives(
    comparison: Comparison, sources: Sequence[Source], named: Mapping[str, str]
) -> dict[str, Alternative]:
    """The scenarios of the workbook with their baseline accounts, as the comparison's policy has them."""
    found = {}
    for source in sources:
        name = source.scenario.name
        of = comparison.summaries[name]
        accounts = Accounts(source.scenario, len(of.years), policy=of.policy, step=of.step)
        found[name] = Alternative(source, named[name], accounts)
    return found


def _only(source: Source, lang: str) -> str:
    return " + ".join(title.say(lang) for title in source.change_titles) or BASE.say(lang)


Told = Sequence[tuple[Comparison, figures.Alternatives, Sequence[str]]]
"""The fans in the order in which they are told: their comparison, its alternatives, their headline figures."""


def _write_answer(sheet: Sheet, fans: Told, alternatives: figures.Alternatives) -> None:
    """The answer in words and in a few figures; how to read them; links to the other sheets."""
    comparison = fans[-1][0]
    lang, reference = sheet.book.lang, comparison.summaries[comparison.against]
    places = shown_places(comparison)
    columns = 2 + 4 * len(places)
    sheet.write(1, 0, runs_line(reference, lang, fans=len(fans)), "quiet")
    row = 3
    for name in comparison.summaries:
        who = f"{alternatives[name].label}: " if len(alternatives) > 1 else ""
        said = " ".join(answers(Fans(*[of.summaries[name] for of, _, _ in reversed(fans)]), lang))
        row = sheet.paragraph(row, who + said, columns, width=178, look="text")
    if len(alternatives) > 1:
        named = {name: it.label for name, it in alternatives.items()}
        for line in conclusions(comparison, named, lang):
            row = sheet.paragraph(row, line, columns, width=178, look="text")
    row = _spreads(sheet, row + 1, fans, places)
    row = _events(sheet, row + 1, fans, places)
    row += 1
    sheet.write(row, 0, READ.say(lang), "section")
    policies = ". ".join(policy_words(of.summaries[of.against], lang) for of, _, _ in fans)
    note = NOTE.say(lang, policy=policies)
    row = sheet.paragraph(row + 1, f"{note} {ALONE.say(lang)}", columns, width=178)
    row += 1
    sheet.write(row, 0, CONTENTS.say(lang), "section")
    for place, other in enumerate(sheet.book.sheets[1:], start=row + 1):
        target = f"internal:{sheet.book.places.quote_sheetname(other.name)}!A1"
        sheet.paper.write_url(place, 0, target, sheet.book.look("link"), other.name)
    sheet.widths(46, 34, *[9.5] * (columns - 2))
    sheet.paper.freeze_panes(2, 0)
    sheet.paper.fit_to_pages(1, 1)


def _spreads(sheet: Sheet, row: int, fans: Told, places: Sequence[int]) -> int:
    """The headline figures of each fan and alternative in some years; returns the next free row."""
    lang, of = sheet.book.lang, fans[-1][0]
    reference = of.summaries[of.against]
    spread = ["5 %", figures.MEDIAN_HEAD.say(lang), "95 %", ERROR.say(lang)]
    heads = [f"{reference.years[t]}\n{text}" for t in places for text in spread]
    sheet.head(row, [figures.FIGURE.say(lang), figures.SCENARIO.say(lang), *heads], texts=2, height=32)
    row += 1
    for comparison, alternatives, names in fans:
        for metric_id in names:
            metric = reference.distributions[metric_id].metric
            for name, summary in comparison.summaries.items():
                sheet.write(row, 0, heading(metric, reference.base_year, lang))
                sheet.write(row, 1, _who(summary, alternatives[name].label, lang, named=len(fans) > 1))
                for column, value in enumerate(_spread(summary.distributions[metric_id], places), start=2):
                    finer = 1 if (column - 2) % 4 == 3 else 0
                    code = number_format(metric.unit, finer=finer)
                    sheet.write(row, column, scale(metric.unit) * value, "quiet" if finer else "plain", code)
                row += 1
    return row


def _events(sheet: Sheet, row: int, fans: Told, places: Sequence[int]) -> int:
    """The gravest events of each fan and alternative in some years and ever; returns the next free row."""
    lang, of = sheet.book.lang, fans[-1][0]
    years = of.summaries[of.against].years
    heads = [str(text) for t in places for text in (years[t], ERROR.say(lang))]
    last = [EVER.say(lang, year=int(years[-1])), ERROR.say(lang)]
    sheet.head(row, [IN_YEAR.say(lang), figures.SCENARIO.say(lang), *heads, *last], texts=2, height=48)
    row += 1
    for event_id in (*COMPARED_EVENTS, *own_rules(of)):
        for comparison, alternatives, _ in fans:
            for name, summary in comparison.summaries.items():
                if event_id not in summary.probabilities:
                    continue  # a rule of another alternative
                chance = summary.probabilities[event_id]
                values = np.array([*chance.in_year[places], chance.so_far[-1]])
                sheet.write(row, 0, chance.event.label.say(lang))
                sheet.write(row, 1, _who(summary, alternatives[name].label, lang, named=len(fans) > 1))
                for place, (value, error) in enumerate(zip(values, chance.error(values), strict=True)):
                    sheet.write(row, 2 + 2 * place, float(value), code="0%")
                    sheet.write(row, 3 + 2 * place, float(error), "quiet", "0.0%")
                row += 1
    return row


def _who(summary: Summary, label: str, lang: str, *, named: bool) -> str:
    """The alternative, and of which fan where there are two."""
    return f"{fan_name(summary, lang)}: {label}" if named else label


def _spread(spread: Distribution, places: Sequence[int]) -> list[float]:
    """5 %, median, 95 % and the largest of their sampling errors, year by year."""
    cells: list[float] = []
    for t in places:
        cells += [float(spread.percentile(p)[t]) for p in (0.05, 0.50, 0.95)]
        cells.append(max(float(spread.percentile_error(p)[t]) for p in (0.05, 0.50, 0.95)))
    return cells
