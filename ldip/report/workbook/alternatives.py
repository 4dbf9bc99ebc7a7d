"""The workbook's sheets of alternatives side by side: paired differences, choice and regret."""

import numpy as np

from ldip.analysis.compare import Comparison
from ldip.model.shown import HEADLINES
from ldip.report import words
from ldip.report.answers import comparison as comparison_words
from ldip.report.numbers import unit_label
from ldip.report.words import capital
from ldip.report.workbook import charts
from ldip.report.workbook.figures import (
    FIGURE,
    HEAD_ROW,
    SCENARIO,
    YEAR,
    Alternatives,
    heading,
    runs_line,
    two_a_page,
)
from ldip.report.workbook.sheets import Book, Sheet, axis_format, number_format, scale
from ldip.text import Text

ALTERNATIVES = Text("Alternativer", "Alternatives")
ALTERNATIVES_NOTE = Text(
    nb="Hver framtid har samme renter, skatteår og boligår i alle alternativer. «Framtid for framtid» er "
    "gjennomsnittet av forskjellene i hver framtid "
    "fra «{against}», med utvalgsfeil. Forskjellen mellom medianene er en formel. "
    "Forskjeller mellom prosenter er prosentpoeng.",
    en="The same run meets the same rates, tax years and building years in every alternative. 'Run by run' is "
    "the mean of the differences in "
    "each run from '{against}', with its sampling error. The difference between the medians is a formula. "
    "Differences between per cents are percentage points.",
)
GROUPS = (
    capital(words.MEDIAN),
    Text("Forskjell mellom medianene", "Difference between the medians"),
    Text("Framtid for framtid, snitt", "Run by run, mean"),
    capital(words.ERROR),
    Text("Lavere i andel av framtidene", "Lower in share of the runs"),
)
MEDIANS = Text("Median: {what}", "Median: {what}")


def write_alternatives(book: Book, comparison: Comparison, alternatives: Alternatives) -> None:
    """Medians side by side with their differences as formulas, and the differences run by run with their errors."""
    lang, against = book.lang, comparison.against
    names = list(comparison.summaries)
    others = [name for name in names if name != against]
    reference = comparison.summaries[against]
    sheet = book.sheet(ALTERNATIVES.say(lang), ALTERNATIVES.say(lang))
    sheet.write(1, 0, ALTERNATIVES_NOTE.say(lang, against=alternatives[against].label), "quiet")
    sheet.write(2, 0, runs_line(reference, lang), "quiet")
    groups = [(GROUPS[0], names), *[(group, others) for group in GROUPS[1:]]]
    labels = [alternatives[name].label for _, members in groups for name in members]
    sheet.head(
        HEAD_ROW,
        [
            "",
            "",
            *[group.say(lang) if place == 0 else "" for group, members in groups for place in range(len(members))],
        ],
        texts=1,
        height=48,
    )
    tallest = max(map(len, labels))
    sheet.head(HEAD_ROW + 1, [FIGURE.say(lang), YEAR.say(lang), *labels], texts=1, height=15.0 * (2 + tallest // 11))
    sheet.widths(46, 6, *[13] * len(labels))
    sheet.keep(HEAD_ROW + 2, 2)
    row, breaks = HEAD_ROW + 2, []
    for metric_id in HEADLINES:
        metric, start = reference.distributions[metric_id].metric, row
        for t, year in enumerate(reference.years):
            sheet.write(row, 0, heading(metric, reference.base_year, lang))
            sheet.write(row, 1, int(year), code="0")
            _alternative_row(sheet, row, comparison, metric_id, t)
            row += 1
        years, last = sheet.block((start, 1), (row - 1, 1)), row - 1
        series = [
            (alternatives[name].label, sheet.block((start, 2 + place), (last, 2 + place)))
            for place, name in enumerate(names)
        ]
        title = MEDIANS.say(lang, what=heading(metric, reference.base_year, lang))
        medians = [summary.distributions[metric_id].percentile(0.50) for summary in comparison.summaries.values()]
        ends = charts.axis_ends(scale(metric.unit) * np.min(medians), scale(metric.unit) * np.max(medians))
        chart = charts.lines(book, years, series, title, axis_format(metric.unit), ends)
        sheet.paper.insert_chart(start, 2 + len(labels), chart, {"x_offset": 12, "y_offset": 4})
        row = max(row, start + charts.ROWS) + 1
        breaks.append(row)
    sheet.paper.set_h_pagebreaks(two_a_page(breaks))


def _alternative_row(sheet: Sheet, row: int, comparison: Comparison, metric_id: str, t: int) -> None:
    names, against = list(comparison.summaries), comparison.against
    metric = comparison.summaries[against].distributions[metric_id].metric
    factor, code = scale(metric.unit), number_format(metric.unit)
    signed = number_format(metric.unit, finer=1, signed=True)
    medians = {name: comparison.summaries[name].distributions[metric_id].percentile(0.50)[t] for name in names}
    column = 2
    for name in names:
        sheet.write(row, column, factor * medians[name], code=code)
        column += 1
    base = sheet.at(row, 2 + names.index(against), fixed_column=True)
    for name in comparison.pairs:
        mine = sheet.at(row, 2 + names.index(name))
        apart = factor * float(medians[name] - medians[against])
        sheet.formula(row, column, f"={mine}-{base}", apart, code=signed)
        column += 1
    pairs = [pair.metrics[metric_id] for pair in comparison.pairs.values()]
    for values, look in (
        ([factor * pair.difference.mean[t] for pair in pairs], signed),
        ([factor * pair.difference.mean_error[t] for pair in pairs], number_format(metric.unit, finer=2)),
        ([pair.lower[t] for pair in pairs], "0%"),
    ):
        for value in values:
            sheet.write(row, column, value, code=look)
            column += 1


REGRET = Text("Valg og tap ved feil valg", "Choice and regret")
CRITERION = Text("Lavest er best", "The lower the better")
REGRET_HEADS = (
    capital(words.MEAN),
    Text("Tap ved feil valg, snitt", "Regret, mean"),
    capital(words.ERROR),
    Text("Tap ved feil valg, 95 %", "Regret, 95 %"),
    Text("Feil ± på 95 %", "Error ± of 95 %"),
    Text("Alene lavest i andel av framtidene", "Lowest alone in share of the runs"),
    Text("Delt lavest i andel av framtidene", "Lowest, shared, in share of the runs"),
)


def write_regret(book: Book, comparison: Comparison, alternatives: Alternatives) -> None:
    """Every criterion and alternative: how far above the lowest of all in the same run, how often the lowest."""
    lang, base_year = book.lang, comparison.summaries[comparison.against].base_year
    sheet = book.sheet(REGRET.say(lang), comparison_words.REGRET.say(lang))
    sheet.head(
        2,
        [CRITERION.say(lang), SCENARIO.say(lang), *[head.say(lang) for head in REGRET_HEADS]],
        texts=2,
        height=48,
    )
    row = 3
    for choice in comparison.choices:
        metric = choice.criterion.metric
        factor = scale(metric.unit)
        fine, finest = (number_format(metric.unit, finer=finer) for finer in (1, 2))
        unit = unit_label(metric.unit, metric.price_basis(base_year), lang)
        for name, regret in choice.regrets.items():
            sheet.write(row, 0, f"{comparison_words.criterion_words(choice.criterion, lang)}, {unit}")
            sheet.write(row, 1, alternatives[name].label)
            amounts = (regret.value, regret.mean, regret.mean_error, regret.p95, regret.p95_error)
            for column, (value, code) in enumerate(zip(amounts, (fine, fine, finest, fine, finest), strict=True), 2):
                sheet.write(row, column, factor * value, code=code)
            sheet.write(row, 7, regret.best, code="0.0%")
            sheet.write(row, 8, regret.shared, code="0.0%")
            row += 1
    for line in comparison_words.conclusions(comparison, {name: it.label for name, it in alternatives.items()}, lang):
        row = sheet.paragraph(row + 1, line, 9, width=170, look="text")
    sheet.widths(58, 36, *[13] * 7)
    sheet.keep(3, 2)
