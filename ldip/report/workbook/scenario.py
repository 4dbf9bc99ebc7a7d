"""A whole scenario as one workbook to be filled in; `ldip.scenario.sheet.whole` reads it back."""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from ldip.report.folder.records import json_text
from ldip.report.numbers import plain
from ldip.report.words import RESTRUCTURING
from ldip.report.workbook.settings import (
    ENDLESS,
    OUTSIDE,
    ROW_HEIGHT,
    basis_words,
    between,
    drop_down,
    empty_row,
    keys_sheet,
)
from ldip.report.workbook.settings import format_code as code_of
from ldip.report.workbook.sheets import BASIS_COLOURS, Book, Sheet
from ldip.scenario.numbers import by_year, quantities
from ldip.scenario.placeholders import invented, left, title_of
from ldip.scenario.quantities import Parameter, Quantity, as_given
from ldip.scenario.schema import limits
from ldip.scenario.settings import BASES, defaults, name_of
from ldip.scenario.sheet import whole as form
from ldip.scenario.sheet.columns import ABOUT, SHEETS, Column, columns
from ldip.scenario.sheet.entries import BASE, BASIS, KEY, SHEET, SOURCE, UNIT, YEAR
from ldip.scenario.sheet.whole import Parts, texts_of
from ldip.scenario.units import in_words
from ldip.text import Text

EMPTY_ROWS = 30
LABELS, IDS = 3, 4
"""The rows of a table's sheet that say what the columns are, and what the file calls them."""
LONGEST_LIST = 255
"""So many characters of choices fit into a drop-down of Excel's; longer ones stand in a sheet."""
WIDTHS = {"source": 50, "source_nb": 40, "source_en": 40, "note": 40, "item": 26, "item_nb": 34, "name_nb": 30}
WIDTHS |= {"name_en": 30, "explanation_nb": 40, "explanation_en": 40, "figure": 40, "profile": 24, "after": 24}
NARROW, WIDEST = 12, 36
"""Widths in characters: of columns by what they hold, of others by their longest cell between these."""
HEAD_ROW = 5

READ_ME = Text("Les meg", "Read me")
WHAT = (
    Text(
        "Hele scenariet i én arbeidsbok: alle innstillinger, tekster og tabeller. Fyll inn i de grønne cellene, "
        "lagre, og les den inn igjen med kommandoen nederst på arket. Feil blir sagt med ark og celle, alle på en "
        "gang, og ingenting skrives før alt er i orden.",
        "The whole scenario in one workbook: all settings, texts and tables. Fill in the green cells, save, and "
        "read it in again with the command at the bottom of this sheet. Faults are told by sheet and cell, all at "
        "once, and nothing is written before all is in order.",
    ),
    Text(
        "Tall skrives som tall, med Excels eget desimaltegn. Andeler og renter kan skrives som 4,5 %. Hold pekeren "
        "over en overskrift med rødt hjørne for å se hva kolonnen er, og hvilke grenser den har. Der bare noen ord "
        "er mulige, velges de fra en liste.",
        "Write numbers as numbers, with Excel's own decimal sign. Shares and rates may be written as 4.5 %. Hold the "
        "pointer over a heading with a red corner to see what the column is, and its limits. Where only some words "
        "are possible, choose them from a list.",
    ),
    Text(
        "Nye rader legges inn i de tomme radene nederst i hver tabell; en rad fjernes ved å slette den. Den grå "
        "raden over dataene har kolonnenes navn i filene og må stå, og arkene må hete det de heter.",
        "Add rows in the empty ones at the bottom of each table; remove a row by deleting it. The grey row above the "
        "data holds the names that the columns have in the files and must stay, and so must the names of the sheets.",
    ),
)
COLOURS = Text("Farger: hvor sikkert et tall er", "Colours: how sure a number is")
MEANS = {
    "source": Text("trykt i kilden som er oppgitt", "printed in the source given"),
    "derived": Text("regnet ut av trykte tall", "arithmetic on printed figures"),
    "assumption": Text("kommunens egen antakelse; kilden sier hvorfor", "your own assumption; the source says why"),
    "placeholder": Text(
        "malens tall, som skal byttes ut; kilden sier hvor deres eget finnes",
        "the template's number, to be replaced; the source says where to find your own",
    ),
}
LEFT = Text("Oppdiktede tall som gjenstår: {count} av {total}", "Placeholders left: {count} of {total}")
CONTENTS = Text("Ark|Hva|Oppdiktet|Tall i alt", "Sheet|What|Placeholders|Numbers in all")
BACK = Text("Tilbake til ldip:", "Back to ldip:")
COMMAND = "ldip scenario from-workbook {file} --out {folder}"
SETTINGS = Text(
    "Tall som ikke står i en tabell: satser, renter, balanse, regler og usikkerhet.",
    "Numbers that stand in no table: rates, balance, rules and uncertainty.",
)
SETTINGS_HOW = (
    SETTINGS,
    Text(
        "Tom verdi: programmets standardverdi i kolonnen lengst til høyre brukes. «Fra år»: verdien gjelder fra det "
        "året, til neste rad med samme nøkkel. Flere år: legg til rader nederst og velg nøkkelen.",
        "No value: the program's default in the last column is used. 'From year': the value holds from that year to "
        "the next row of the same key. More years: add rows at the bottom and choose the key.",
    ),
)
TEXTS_ABOUT = Text(
    "Navn, titler, årene planen gjelder, sektorer og boligområder.",
    "Names, titles, the years of the plan, sectors and housing areas.",
)
TABLE_HOW = Text(
    "Den grå raden er kolonnenes navn i filen: la den stå. Nye rader nederst.",
    "The grey row holds the columns' names in the file: leave it. New rows at the bottom.",
)
TEXT_NAMES = {
    "name": Text("Scenariets kortnavn", "Short name of the scenario"),
    "municipality": Text("Kommune", "Municipality"),
    "title_nb": Text("Tittel på norsk", "Title in Norwegian"),
    "title_en": Text("Tittel på engelsk", "Title in English"),
    "source": Text("Planens kilde", "The plan's source"),
    "first_year": Text("Første planår", "First plan year"),
    "plan_years": Text("Antall planår", "Number of plan years"),
    "nb": Text("Navn på norsk", "Name in Norwegian"),
    "en": Text("Navn på engelsk", "Name in English"),
    "metric": Text("Nøkkeltall", "Figure"),
    "side": Text("Brutt over (most) eller under (least)", "Broken above (most) or below (least)"),
    "since": Text("Gjelder fra år", "Holds from year"),
}
SECTIONS = {
    "prices": Text("Priser", "Prices"),
    "interest": Text("Renter og lån", "Interest and loans"),
    "housing": Text("Boligbygging", "House-building"),
    "residents": Text("Innbyggere", "Residents"),
    "revenue": Text("Skatt og rammetilskudd", "Tax and grants"),
    "local_revenue": Text("Egne inntekter", "Own revenue"),
    "services": Text("Tjenester", "Services"),
    "investment": Text("Investeringer etter planen", "Investment after the plan"),
    "financing": Text("Finansiering", "Financing"),
    "endowment": Text("Langsiktig kapital", "Endowment"),
    "pension": Text("Pensjon", "Pension"),
    "opening": Text("Inngående balanse", "Opening balance"),
    "rules": Text("Handlingsregler", "Fiscal rules"),
    "restructuring": RESTRUCTURING,
    "drivers": Text("Usikkerhet", "Uncertainty"),
}
"""What the sections of base.toml are called; one that is not here goes on in the one before."""
LIMITS = Text("Fra {low} til {high}.", "From {low} to {high}.")
AT_MOST = Text("Høyst {high}.", "At most {high}.")


def write_whole_workbook(path: Path, parts: Parts, folder: str, lang: str) -> None:
    """Write the scenario as a workbook; `folder` is where the command on the first sheet puts it back."""
    scenario = parts.source.scenario
    title = title_of(scenario).say(lang)
    with Book(path, title, lang) as book:
        first = book.sheet(READ_ME.say(lang), title)
        _texts_sheet(book, parts)
        known = quantities(scenario)
        keys = _settings_sheet(book, parts, known)
        for table, name in SHEETS.items():
            _table_sheet(book, table, name.say(lang), parts, keys)
        _first_sheet(first, parts, path.name, folder)
        keys.paper.hide()


def _first_sheet(sheet: Sheet, parts: Parts, file: str, folder: str) -> None:
    lang, row = sheet.book.lang, 2
    sheet.widths(22, 90, 14, 14)
    for text in WHAT:
        row = sheet.paragraph(row, text.say(lang), 4, width=140, look="text") + 1
    sheet.write(row, 0, COLOURS.say(lang), "section")
    for basis, words in MEANS.items():
        row += 1
        sheet.write(row, 0, BASES[basis].say(lang), f"basis {basis}")
        sheet.write(row, 1, words.say(lang))
    count, total = invented(parts.source.scenario)
    row += 2
    sheet.write(row, 0, LEFT.say(lang, count=count, total=total), "section")
    sheet.head(row + 1, CONTENTS.say(lang).split("|"), texts=2)
    row += 2
    for name, words, own in _contents(parts):
        sheet.paper.write_url(row, 0, f"internal:'{name.say(lang)}'!A1", sheet.book.look("link"), name.say(lang))
        sheet.write(row, 1, words.say(lang), "text")
        for column, value in enumerate(own, start=2):
            sheet.write(row, column, value, code="0")
        row += 1
    sheet.write(row + 1, 0, BACK.say(lang), "section")
    sheet.write(row + 2, 0, COMMAND.format(file=file, folder=folder))


def _contents(parts: Parts) -> Iterator[tuple[Text, Text, tuple[int, int] | tuple[()]]]:
    """The sheets with what they are, and how many of their numbers are placeholders."""
    counts = {it.place: (it.left, it.total) for it in left(parts.source.scenario)}
    inside = [value for place, value in counts.items() if place.startswith("[")]
    sections = (sum(it[0] for it in inside), sum(it[1] for it in inside))
    yield form.TEXTS, TEXTS_ABOUT, ()
    yield SHEET, SETTINGS, sections if inside else ()
    for table, name in SHEETS.items():
        yield name, ABOUT[table], counts.get(f"{table}.csv", ())


def _texts_sheet(book: Book, parts: Parts) -> None:
    lang = book.lang
    sheet = book.sheet(form.TEXTS.say(lang), form.TEXTS.say(lang), [TEXTS_ABOUT.say(lang)])
    sheet.head(LABELS, [text.say(lang) for text in form.TEXT_COLUMNS], texts=3)
    row = LABELS
    for key, value in texts_of(parts.tree):
        row += 1
        label = name.say(lang) if (name := TEXT_NAMES.get(key.rpartition(".")[2])) else ""
        sheet.write(row, KEY, key, "locked")
        sheet.write(row, 1, label, "locked")
        plain = json_text(value, ensure_ascii=False) if isinstance(value, list) else value
        sheet.write(row, form.WORDS, plain, "entry line")
    for empty in range(row + 1, row + 1 + EMPTY_ROWS):
        for column in range(len(form.TEXT_COLUMNS)):
            sheet.write(empty, column, "", "entry line")
    sheet.widths(40, 40, 90)
    sheet.keep(LABELS + 1, 1)


def _settings_sheet(book: Book, parts: Parts, known: Mapping[str, Quantity | Parameter]) -> Sheet:
    """All settings; returns the sheet that drop-downs look up."""
    lang = book.lang
    sheet = book.sheet(SHEET.say(lang), SHEET.say(lang), [line.say(lang) for line in SETTINGS_HOW])
    keys = keys_sheet(book, parts.source, known)
    sheet.head(HEAD_ROW, [text.say(lang) for text in form.COLUMNS], texts=len(form.COLUMNS))
    row, section = HEAD_ROW + 1, ""
    for key, quantity in known.items():
        if section != (section := key.partition(".")[0]) and section in SECTIONS:
            sheet.write(row, 1, SECTIONS[section].say(lang), "section")
            row += 1
        stated = key in parts.stated
        values = by_year(quantity) if stated else {None: None}
        for place, (year, value) in enumerate(values.items()):
            name = name_of(parts.source.scenario, key).say(lang)
            cells = (key, name, in_words(quantity.unit).say(lang), *limits(key))
            for column, cell in enumerate(cells):
                sheet.write(row, column, cell, "locked line", code_of(quantity.unit) if column > UNIT else "")
            sheet.write(row, YEAR, year, "entry", "0")
            sheet.write(row, BASE, value, "entry", code_of(quantity.unit))
            _origin(sheet, row, quantity if stated else None, first=place == 0)
            default = defaults().get(key)
            number = default.value if default else None
            sheet.write(row, form.ENGLISH + 1, number, "locked line", code_of(quantity.unit))
            _between(sheet, (row, BASE, row, BASE), *limits(key))
            sheet.paper.set_row(row, ROW_HEIGHT)
            row += 1
    for empty in range(row, row + EMPTY_ROWS):
        empty_row(sheet, empty, keys, len(known), 0)
        sheet.write(empty, BASE, "", "entry")
        _origin(sheet, empty, None)
    last = row + EMPTY_ROWS - 1
    drop_down(sheet, (HEAD_ROW + 1, BASIS, last, BASIS), basis_words(lang))
    _colour(sheet, (HEAD_ROW + 1, BASE, last, BASIS), BASIS)
    sheet.widths(44, 52, 24, 9, 11, 9, 13, 12, 60, 50, 14)
    sheet.keep(HEAD_ROW + 1, 2)
    sheet.paper.autofilter(HEAD_ROW, 0, last, len(form.COLUMNS) - 1)
    sheet.paper.print_area(0, 0, last, len(form.COLUMNS) - 1)
    return keys


def _origin(sheet: Sheet, row: int, told: Quantity | Parameter | None, *, first: bool = True) -> None:
    """Basis and, in the `first` row of a number, source; the English one only where it is another."""
    given = as_given(told.source) if told and first else ""
    own, english = (given["nb"], given["en"]) if isinstance(given, dict) else (given, "")
    for column, text in ((BASIS, BASES[told.basis].say(sheet.book.lang) if told else ""), (SOURCE, own)):
        sheet.write(row, column, text, "entry aside")
    sheet.write(row, form.ENGLISH, english, "entry aside")


def _table_sheet(book: Book, table: str, name: str, parts: Parts, keys: Sheet) -> None:
    lang = book.lang
    header, *rows = parts.tables[table]
    kinds = columns(table, header)
    sheet = book.sheet(name, name, [ABOUT[table].say(lang), TABLE_HOW.say(lang)])
    sheet.paper.set_row(LABELS, 45.0)
    for place, kind in enumerate(kinds):
        aside = " aside" if place else ""
        sheet.write(LABELS, place, kind.label.say(lang), "head number" if kind.number else f"head{aside}")
        sheet.write(IDS, place, kind.id, "id number" if kind.number else f"id{aside}")
        if note := _note(kind, lang):
            sheet.paper.write_comment(LABELS, place, note, {"x_scale": 2.0})
        longest = max((len(kind.say(row[place], lang)) for row in rows), default=0)
        wide = WIDTHS.get(kind.id, NARROW if kind.number else max(NARROW, min(longest + 3, WIDEST)))
        sheet.widths(wide, start=place)
    empty = [[""] * len(header)] * EMPTY_ROWS
    for row, cells in enumerate(chain(rows, empty), start=IDS + 1):
        for place, (kind, cell) in enumerate(zip(kinds, cells, strict=True)):
            value = float(cell) if kind.number and _is_number(cell) else kind.say(cell, lang)
            look = "entry aside" if place and not kind.number else "entry line"
            sheet.write(row, place, value, look, "General" if kind.number else "@")
        sheet.paper.set_row(row, ROW_HEIGHT)
    last = IDS + len(rows) + EMPTY_ROWS
    for place, kind in enumerate(kinds):
        where = (IDS + 1, place, last, place)
        if choices := _choices(table, kind, parts):
            drop_down(sheet, where, _list_of([kind.say(it, lang) for it in choices], kind, keys))
        elif kind.number:
            _between(sheet, where, kind.low, kind.high)
    if "basis" in header:
        _colour(sheet, (IDS + 1, 0, last, len(header) - 1), header.index("basis"))
    sheet.keep(IDS + 1, 1)
    sheet.paper.autofilter(IDS, 0, last, len(header) - 1)
    sheet.paper.print_area(0, 0, last, len(header) - 1)


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


def _choices(table: str, kind: Column, parts: Parts) -> Sequence[str]:
    """What may stand in a column: by the schema, or by what stands in other sheets."""
    scenario = parts.source.scenario
    if kind.choices:
        return kind.choices
    if kind.id == "sector":
        return list(scenario.sectors)
    if (table, kind.id) == ("projects", "area"):
        return [area.area for area in scenario.areas]
    if kind.id == "housing_area":
        return list(scenario.housing.areas)
    if (table, kind.id) == ("demand", "group"):
        return [group.group for group in scenario.population]
    return ()


def _list_of(words: Sequence[str], kind: Column, keys: Sheet) -> Sequence[str] | str:
    """The words of a drop-down, or where they stand if they are too many."""
    if len(",".join(words)) <= LONGEST_LIST and not any("," in word for word in words):
        return words
    column = keys.free_column(kind.id)
    for row, word in enumerate(words):
        keys.write(row, column, word)
    places = keys.book.places
    return f"={places.quote_sheetname(keys.name)}!{places.xl_range_abs(0, column, len(words) - 1, column)}"


def _note(kind: Column, lang: str) -> str:
    """What a column is, and its limits."""
    said = kind.note.say(lang)
    if kind.number and math.isfinite(kind.low) and math.isfinite(kind.high):
        return f"{said} {LIMITS.say(lang, low=plain(kind.low, lang), high=plain(kind.high, lang))}".strip()
    if kind.number and math.isfinite(kind.high):
        return f"{said} {AT_MOST.say(lang, high=plain(kind.high, lang))}".strip()
    return said


def _between(sheet: Sheet, where: tuple[int, int, int, int], low: float, high: float) -> None:
    """Excel refuses a number outside these limits."""
    lang = sheet.book.lang
    low, high = max(low, -ENDLESS), min(high, ENDLESS)
    rule: dict[str, Any] = {
        "validate": "decimal",
        "criteria": "between",
        "minimum": low,
        "maximum": high,
        "error_title": OUTSIDE.say(lang),
        "error_message": between(low, high, lang),
    }
    sheet.paper.data_validation(*where, rule)


def _colour(sheet: Sheet, where: tuple[int, int, int, int], basis: int) -> None:
    """Colours the cells by the basis of their row, also when another one is chosen."""
    cell = sheet.at(where[0], basis, fixed_column=True)
    for name in BASIS_COLOURS:
        words = BASES[name].say(sheet.book.lang)
        rule = {"type": "formula", "criteria": f'={cell}="{words}"', "format": sheet.book.look(f"basis {name}")}
        sheet.paper.conditional_format(*where, rule)
