"""The workbook's sheet of named projects: what each is, and what is spent on it in each year."""

import numpy as np

from ldip.analysis.investment_plan import InvestmentPlan, plan_of
from ldip.model.catalogue import catalogue
from ldip.report.answers.projects import FROM, GROSS, NEW_PLACES, PHASE, area_name, part_label
from ldip.report.words import NAMED_IN_ALL, NOT_NAMED, OPENS, PROJECT, SUM, capital
from ldip.report.workbook.figures import Alternative, Alternatives
from ldip.report.workbook.sheets import Book, Sheet
from ldip.scenario.projects import KINDS, PHASES
from ldip.text import Text

PROJECTS = Text("Prosjekter", "Projects")
TITLE = Text("Navngitte prosjekter: {label}", "Named projects: {label}")
NOTE = Text(
    nb="Referansebanen, mill. {year}-kr. Det som ikke er navngitt, står under; summen er brutto investeringer.",
    en="The baseline, mill. {year}-kr. What is not named stands below; the sum is gross investment.",
)
KIND, AREA = Text("Klasse", "Class"), Text("Område", "Area")
TEXTS = 4
FIRST = 7
"""Columns of words, and where the years begin."""


def write_projects(book: Book, alternatives: Alternatives) -> None:
    """The named projects of every alternative that has some, one sheet each."""
    for alternative in alternatives.values():
        if alternative.source.scenario.projects:
            _sheet(book, alternative, several=len(alternatives) > 1)


def _sheet(book: Book, it: Alternative, *, several: bool) -> None:
    lang, plan = book.lang, plan_of(it.accounts)
    years = [str(year) for year in plan.years]
    name = f"{PROJECTS.say(lang)} {it.label}" if several else PROJECTS.say(lang)
    sheet = book.sheet(name, TITLE.say(lang, label=it.label), [NOTE.say(lang, year=plan.years[0])])
    heads = [capital(text).say(lang) for text in (PROJECT, KIND, AREA, PHASE, FROM, OPENS, NEW_PLACES, SUM)]
    sheet.head(3, [*heads[:FIRST], *years, heads[FIRST]], texts=TEXTS)
    sheet.widths(44, 22, 26, 20, 7, 7, 8, *[8.3] * len(years), 9)
    sheet.keep(4, 1)
    row = _projects(sheet, 4, plan, it)
    named = row
    _row(sheet, row, NAMED_IN_ALL.say(lang), np.sum([of.real for of in plan.projects], axis=0), (4, row - 1))
    row += 2
    sheet.write(row, 0, NOT_NAMED.say(lang), "section")
    first = row + 1
    for part, values in plan.unnamed.items():
        row += 1
        _row(sheet, row, capital(part_label(part)).say(lang), values)
    _row(sheet, row + 1, catalogue()[GROSS].label.say(lang), plan.gross, (first, row), named)


def _projects(sheet: Sheet, row: int, plan: InvestmentPlan, it: Alternative) -> int:
    """A row a project; returns the row after them."""
    lang = sheet.book.lang
    for spent in plan.projects:
        of = spent.project
        area = area_name(it.source.scenario, of.area, lang) if of.area else ""
        for column, text in enumerate((KINDS[of.kind].say(lang), area, PHASES[of.phase].say(lang)), start=1):
            sheet.write(row, column, text)
        for column, year in enumerate((of.start, of.opening), start=TEXTS):
            sheet.write(row, column, year, code="0")
        if of.service:
            sheet.write(row, FIRST - 1, of.net_places, code="#,##0")
        _row(sheet, row, of.name.say(lang), spent.real)
        row += 1
    return row


def _row(
    sheet: Sheet,
    row: int,
    label: str,
    values: np.ndarray,
    rows: tuple[int, int] | None = None,
    more: int | None = None,
) -> None:
    """A row of amounts by year and their sum; of a total the sum of other `rows`, and of one `more`."""
    look, last = "total" if rows else "plain", FIRST + len(values)
    sheet.write(row, 0, label, look)
    for column, value in enumerate(values, start=FIRST):
        if rows:
            formula = f"=SUM({sheet.at(rows[0], column)}:{sheet.at(rows[1], column)})"
            formula += f"+{sheet.at(more, column)}" if more is not None else ""
            sheet.formula(row, column, formula, float(value), look, "#,##0.0")
        else:
            sheet.write(row, column, float(value), look, "#,##0.0")
    total = f"=SUM({sheet.at(row, FIRST)}:{sheet.at(row, last - 1)})"
    sheet.formula(row, last, total, float(values.sum()), look, "#,##0.0")
