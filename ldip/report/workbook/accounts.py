"""The workbook's sheets of the baseline: official forms, people and dwellings."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ldip.analysis.compare import Comparison
from ldip.model.people.cohorts import shown_groups
from ldip.report.answers import growth
from ldip.report.answers.accounts import Line, lines_of, prices
from ldip.report.answers.forms import forms_of
from ldip.report.numbers import unit_label
from ldip.report.terminal import policy_words
from ldip.report.words import DWELLINGS, PERSONS
from ldip.report.workbook import charts
from ldip.report.workbook.figures import MEDIAN_HEAD, UNIT, Alternative, Alternatives
from ldip.report.workbook.sheets import Book, Sheet, number_format, scale
from ldip.scenario.quantities import MONEY
from ldip.text import Text

ACCOUNTS = Text("Skjemaer", "Accounts")
ACCOUNTS_TITLE = Text("Referansebanens regnskap: {label}", "The baseline accounts: {label}")
CALM = Text("Banen uten sjokk. {policy}.", "The path without shocks. {policy}.")
LINE = Text("Post", "Line")
CHANGE = Text("Endring {first}–{last}", "Change {first}-{last}")
PAGE_ROWS = 55  # of a printed page as wide as twenty years
PLAN_ONLY = Text(
    nb="En tom celle er noe som bare planen deler opp.",
    en="An empty cell is something that only the published plan divides.",
)


def write_accounts(book: Book, comparison: Comparison, alternatives: Alternatives, *, fixed_prices: bool) -> None:
    """The official forms of every alternative's baseline, one sheet each."""
    lang = book.lang
    for name, alternative in alternatives.items():
        several = f" {alternative.label}" if len(alternatives) > 1 else ""
        years = alternative.accounts.years
        policy = CALM.say(lang, policy=policy_words(comparison.summaries[name], lang))
        title = ACCOUNTS_TITLE.say(lang, label=alternative.label)
        notes = [prices(alternative.accounts, lang, fixed_prices=fixed_prices), f"{policy} {PLAN_ONLY.say(lang)}"]
        sheet = book.sheet(f"{ACCOUNTS.say(lang)}{several}", title, notes)
        change = CHANGE.say(lang, first=years[0], last=years[-1])
        labels = [LINE.say(lang), UNIT.say(lang), *[str(year) for year in years], change]
        sheet.head(4, labels, texts=2, height=32)
        sheet.widths(42, 20, *[9.2] * len(years), 10)
        sheet.keep(5, 2)
        row, page, breaks = 5, 5, []
        for form in forms_of(alternative.source.scenario):
            lines = lines_of(form, alternative.accounts, fixed_prices=fixed_prices)
            if row + len(lines) > page + PAGE_ROWS:
                page = row
                breaks.append(row)
            for column in range(len(labels)):
                sheet.write(row, column, form.title.say(lang) if column == 0 else "", "section")
            for place, line in enumerate(lines, start=row + 1):
                _account_row(sheet, place, line, row + 1)
            row += len(lines) + 2
        sheet.paper.set_h_pagebreaks(breaks)


def _account_row(sheet: Sheet, row: int, line: Line, first: int) -> None:
    """One line of a form that begins at the row `first`: of a total formulas that add up its parts."""
    look = "total" if line.parts else "plain"
    basis = "n/a" if line.price_basis == "nominal" else line.price_basis
    finer = 1 if line.unit == MONEY else 0
    values = scale(line.unit) * line.values
    code = number_format(line.unit, finer=finer)
    sheet.write(row, 0, line.label.say(sheet.book.lang), look)
    sheet.write(row, 1, unit_label(line.unit, basis, sheet.book.lang), look)
    for column, value in enumerate(values, start=2):
        if line.parts and np.isfinite(value):
            places = [first + part for part in line.parts]
            formula = "=" + "+".join(sheet.at(place, column) for place in places)
            if places[-1] - places[0] + 1 == len(places) > 2:
                formula = _sum(sheet, places[0], places[-1], column)
            sheet.formula(row, column, formula, float(value), look, code)
        else:
            sheet.write(row, column, value, look, code)
    after = 2 + len(values)
    if np.all(np.isfinite(values)):
        ends = f"={sheet.at(row, after - 1)}-{sheet.at(row, 2)}"
        signed = number_format(line.unit, finer=finer, signed=True)
        sheet.formula(row, after, ends, float(values[-1] - values[0]), look, signed)
    else:
        sheet.write(row, after, None, look)


PEOPLE = Text("Befolkning", "Population")
PEOPLE_TITLE = Text("Befolkning og boliger, referansebanen: {label}", "People and dwellings, the baseline: {label}")
GROWTH = Text("Vekst, prosent", "Growth, per cent")
INDEX = Text("Indeks, {year} = 100", "Index, {year} = 100")
BY_AGE = Text("Innbyggere 31.12. etter alder, personer", "Residents at 31 December by age, persons")


def write_people(book: Book, comparison: Comparison, alternatives: Alternatives) -> None:
    """Residents by age, what changes them, dwellings by area, and the fan of residents, one sheet an alternative."""
    for name, alternative in alternatives.items():
        _people_sheet(book, comparison, name, alternative, several=len(alternatives) > 1)


def _people_sheet(book: Book, comparison: Comparison, name: str, it: Alternative, *, several: bool) -> None:
    lang, summary = book.lang, comparison.summaries[name]
    records = growth.population_records(it.source.scenario, it.accounts.baseline, summary)
    years = sorted({record["year"] for record in records["residents"]})
    sheet = book.sheet(
        f"{PEOPLE.say(lang)} {it.label}" if several else PEOPLE.say(lang),
        PEOPLE_TITLE.say(lang, label=it.label),
        [growth.population_note(summary, lang)],
    )
    labels = ["", UNIT.say(lang), *[str(year) for year in years]]
    sheet.head(3, labels, texts=2)
    sheet.widths(34, 10, *[8.3] * len(years))
    sheet.keep(4, 2)
    column = {year: place for place, year in enumerate(years, start=2)}
    row = _section(sheet, 4, growth.GROUPS.say(lang), len(labels))
    first = row
    for group, values in _by(records["residents"], "group", "persons").items():
        row = _people_row(sheet, row, growth.AGE.say(lang, group=group), PERSONS.say(lang), values, column)
    _totals(sheet, first, row, records["residents"], column)
    row = _section(sheet, row + 3, growth.CHANGES.say(lang), len(labels))
    changes = row
    grown = dict.fromkeys(years[1:], 0.0)
    for flow, persons in _by(records["flows"], "flow", "persons").items():
        signed = {year: growth.SIGNS.get(flow, 1.0) * value for year, value in persons.items()}
        row = _people_row(sheet, row, growth.FLOWS[flow].say(lang), PERSONS.say(lang), signed, column)
        grown = {year: grown[year] + signed[year] for year in grown}
    sheet.write(row, 0, growth.GROWTH.say(lang), "total")
    sheet.write(row, 1, PERSONS.say(lang), "total")
    for year, value in grown.items():
        sheet.formula(row, column[year], _sum(sheet, changes, row - 1, column[year]), value, "total", "#,##0")
    row = _section(sheet, row + 2, growth.DWELLINGS.say(lang), len(labels))
    built = row
    areas = it.source.scenario.housing.areas
    for area, values in _by(records["dwellings"], "area", "dwellings").items():
        title = Text(areas[area].nb, areas[area].en).say(lang)
        row = _people_row(sheet, row, title, DWELLINGS.say(lang), values, column)
    sheet.write(row, 0, growth.TOTAL.say(lang), "total")
    sheet.write(row, 1, DWELLINGS.say(lang), "total")
    for year, place in column.items():
        total = sum(record["dwellings"] for record in records["dwellings"] if record["year"] == year)
        if any(record["year"] == year for record in records["dwellings"]):
            sheet.formula(row, place, _sum(sheet, built, row - 1, place), total, "total", "#,##0")
        else:
            sheet.write(row, place, None, "total")
    row = _section(sheet, row + 2, growth.FAN.say(lang), len(labels))
    fan = {entry["year"]: entry for entry in records["fan"]}
    for percentile in growth.NAMES:
        values = {year: entry[percentile] for year, entry in fan.items()}
        label = f"{int(percentile[1:])} %" if percentile != "p50" else MEDIAN_HEAD.say(lang)
        row = _people_row(sheet, row, label, PERSONS.say(lang), values, column)
    groups = shown_groups(it.source.scenario)
    series = [
        (growth.AGE.say(lang, group=group), sheet.block((first + place, 2), (first + place, 1 + len(years))))
        for place, group in enumerate(groups)
    ]
    head = sheet.block((3, 2), (3, 1 + len(years)))
    sheet.paper.insert_chart(row + 1, 0, charts.columns(book, head, series, BY_AGE.say(lang), "#,##0"))
    areas_series = [
        (Text(area.nb, area.en).say(lang), sheet.block((built + place, 4), (built + place, 1 + len(years))))
        for place, area in enumerate(areas.values())
    ]
    built_head = sheet.block((3, 4), (3, 1 + len(years)))
    title = f"{growth.DWELLINGS.say(lang)}, {it.label}" if several else growth.DWELLINGS.say(lang)
    sheet.paper.insert_chart(row + 1, 9, charts.columns(book, built_head, areas_series, title, "#,##0"))
    sheet.paper.set_h_pagebreaks([row + 1])


def _by(records: Sequence[Mapping[str, Any]], key: str, value: str) -> dict[str, dict[int, float]]:
    """The records' values by `key` and year, those of the same added up."""
    found: dict[str, dict[int, float]] = {}
    for record in records:
        years = found.setdefault(record[key], {})
        years[record["year"]] = years.get(record["year"], 0.0) + record[value]
    return found


def _section(sheet: Sheet, row: int, title: str, columns: int) -> int:
    for column in range(columns):
        sheet.write(row, column, title if column == 0 else "", "section")
    return row + 1


def _people_row(
    sheet: Sheet, row: int, label: str, unit: str, values: Mapping[int, float], column: Mapping[int, int]
) -> int:
    sheet.write(row, 0, label)
    sheet.write(row, 1, unit, "quiet")
    for year, value in values.items():
        sheet.write(row, column[year], value, code="#,##0")
    return row + 1


def _sum(sheet: Sheet, first: int, last: int, column: int) -> str:
    return f"=SUM({sheet.at(first, column)}:{sheet.at(last, column)})"


def _totals(
    sheet: Sheet, first: int, row: int, records: Sequence[Mapping[str, Any]], column: Mapping[int, int]
) -> None:
    """Under the groups: their sum, its growth and an index, as formulas."""
    lang, start = sheet.book.lang, min(column.values())
    totals = dict.fromkeys(column, 0.0)
    for record in records:
        totals[record["year"]] += record["persons"]
    years = list(column)
    texts = (growth.TOTAL.say(lang), GROWTH.say(lang), INDEX.say(lang, year=years[0]))
    for place, text in enumerate(texts):
        sheet.write(row + place, 0, text, "total" if place == 0 else "plain")
    sheet.write(row, 1, PERSONS.say(lang), "total")
    for year, place in column.items():
        here = sheet.at(row, place)
        sheet.formula(row, place, _sum(sheet, first, row - 1, place), totals[year], "total", "#,##0")
        if place > start:
            before = sheet.at(row, place - 1)
            grown = totals[year] / totals[years[place - start - 1]] - 1.0
            sheet.formula(row + 1, place, f"={here}/{before}-1", grown, code="0.0%")
        base = sheet.at(row, start, fixed_column=True)
        sheet.formula(row + 2, place, f"=100*{here}/{base}", 100.0 * totals[year] / totals[years[0]], code="0.0")
