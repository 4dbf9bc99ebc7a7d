"""The sheet of settings that a planner edits in Excel; `ldip.scenario.sheet.alternatives` reads it back."""

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from ldip.errors import Fault, InputError
from ldip.report.numbers import plain
from ldip.report.workbook.sheets import Book, Sheet
from ldip.scenario.files.reader import Source
from ldip.scenario.numbers import Number, move_settings, moves, quantities, settings
from ldip.scenario.paths import by_year
from ldip.scenario.placeholders import title_of
from ldip.scenario.projects import MOVES
from ldip.scenario.quantities import Parameter, Quantity
from ldip.scenario.schema import limits
from ldip.scenario.settings import BASES, name_of
from ldip.scenario.sheet import alternatives as form
from ldip.scenario.units import in_words
from ldip.text import Text

HEAD_ROW = 10
FIELD_ROW = 5
EMPTY_ALTERNATIVES = 3
EMPTY_ROWS = 20
ROW_HEIGHT = 15.0  # long texts show their beginning; the whole stands in the formula bar
PERCENT = "0.0#######%"
PERCENT_UNITS = (
    *("share", "per year", "share per year", "share of residents per year", "probability per year"),
    *("standard deviation", "standard deviation per year"),
)

TITLE = Text("Innstillinger: {title}", "Settings: {title}")
HOW = (
    Text(
        nb="Skriv tall i de grønne kolonnene; en tom celle er som grunnverdien. Hvert tall trenger grunnlag og "
        "kilde, ved tallet eller øverst i kolonnen. Prosent skrives 4,5 %.",
        en="Write numbers into the green columns; an empty cell is as in the base. Every number needs a basis and a "
        "source, beside it or at the top of the column. Write per cents as 4.5 %.",
    ),
    Text(
        nb="«Fra år»: verdien gjelder fra det året, til neste år som står der; tomt er fra begynnelsen. Nye år "
        "legges inn nederst: velg nøkkel, skriv år og verdi.",
        en="'From year': the value holds from that year to the next one given; empty is from the beginning. Add new "
        "years at the bottom: choose the key, write year and value.",
    ),
    Text(
        nb="Tilbake igjen: ldip scenario from-sheet {file} --out endringer/",
        en="And back: ldip scenario from-sheet {file} --out changes/",
    ),
)
ALTERNATIVE = Text("Alternativ {number}", "Alternative {number}")
KEYS = Text("Nøkler", "Keys")
KEY_COLUMNS = Text("Kan endres fra et år", "Can change from a year on")
YES_NO = (Text("ja", "yes"), Text("nei", "no"))
OUTSIDE = Text("Utenfor grensene", "Outside the limits")
BETWEEN = Text(
    nb="Ventet et tall mellom {low} og {high}.{share} Bruk desimalkomma: 4.5 blir en dato.",
    en="Expected a number between {low} and {high}.{share}",
)
OF_SHARES = Text(" 4,5 prosent er 0,045 eller 4,5 %.", " 4.5 per cent is 0.045 or 4.5 %.")
A_NUMBER = Text("Ventet et tall. Bruk desimalkomma: 4.5 blir en dato.", "Expected a number.")
LARGEST_SHARE = 10.0
"""A number that may be larger is no share or rate."""
ENDLESS = 1e12
NOT_A_YEAR = Text("Skriv et årstall, eller la cellen stå tom.", "Write a year, or leave the cell empty.")


def write_scenario_sheet(
    path: Path, base: Source, extends: str, alternatives: Mapping[str, Source], lang: str
) -> None:
    """Write the settings of `base`, which is read as `extends`, and those of the alternatives (by name) that differ.

    Raises InputError for an alternative that has settings which the base lacks, or other names.
    """
    known = {**quantities(base.scenario), **moves(base.scenario)}
    _refuse_other_keys(base, alternatives)
    title = TITLE.say(lang, title=title_of(base.scenario).say(lang))
    with Book(path, title, lang) as book:
        sheet = book.sheet(form.SHEET.say(lang), title, [line.say(lang, file=path.name) for line in HOW])
        keys = keys_sheet(book, base, known)
        count = max(len(alternatives) + 1, EMPTY_ALTERNATIVES)
        _frame(sheet, base, extends, alternatives, count)
        numbers = [{**quantities(it.scenario), **moves(it.scenario)} for it in alternatives.values()]
        row = HEAD_ROW + 1
        for shown in chain(settings(base.scenario, lang), move_settings(base.scenario, lang)):
            others = [other[shown.key] for other in numbers]
            row = _setting(sheet, row, base, shown, known[shown.key], others, count)
        for empty in range(row, row + EMPTY_ROWS):
            empty_row(sheet, empty, keys, len(known), count)
        sheet.paper.autofilter(HEAD_ROW, 0, row + EMPTY_ROWS - 1, form.FIRST - 1 + form.PARTS * count)


def _refuse_other_keys(base: Source, alternatives: Mapping[str, Source]) -> None:
    known, words = set(quantities(base.scenario)), _words(base)
    faults = []
    for name, source in alternatives.items():
        more = sorted(set(quantities(source.scenario)) - known)
        more += [key for key, text in _words(source).items() if text != words.get(key)]
        listed = {project.id: project for project in base.scenario.projects}
        for project in source.scenario.projects:
            same = {field: getattr(project, field) for field in (*MOVES, "opens")}
            if project.id not in listed or listed[project.id].model_copy(update=same) != project:
                more.append(f"projects.{project.id}")
        if more:
            faults.append(Fault.of("sheet_adds_keys", "", name, ", ".join(more)))
    if faults:
        raise InputError(faults)


def _words(source: Source) -> dict[str, str]:
    """What a change may change that is no number: the heading, names of sectors and areas."""
    scenario = source.scenario
    found = {f"scenario.{key}": str(text) for key, text in scenario.scenario.model_dump().items()}
    for section, names in (("sectors", scenario.sectors), ("housing.areas", scenario.housing.areas)):
        found |= {f"{section}.{key}": f"{name.nb}/{name.en}" for key, name in names.items()}
    return found


def keys_sheet(book: Book, base: Source, known: Mapping[str, Quantity | Parameter]) -> Sheet:
    """Every key once: what the drop-downs and the empty rows look up."""
    lang = book.lang
    sheet = book.sheet(KEYS.say(lang), KEYS.say(lang))
    sheet.head(2, [*[text.say(lang) for text in form.COLUMNS[:5]], KEY_COLUMNS.say(lang)], texts=3)
    for row, (key, quantity) in enumerate(known.items(), start=3):
        low, high = limits(key)
        texts = (key, name_of(base.scenario, key).say(lang), in_words(quantity.unit).say(lang))
        for column, text in enumerate(texts):
            sheet.write(row, column, text)
        sheet.write(row, 3, low, code="General")
        sheet.write(row, 4, high, code="General")
        sheet.write(row, 5, YES_NO[not isinstance(quantity, Parameter)].say(lang))
    sheet.widths(46, 56, 28, 10, 12, 22)
    sheet.keep(3, 1)
    return sheet


def _frame(sheet: Sheet, base: Source, extends: str, alternatives: Mapping[str, Source], count: int) -> None:
    """What stands above the settings: the scenario, and each alternative's name, titles, common basis and source."""
    lang = sheet.book.lang
    sheet.write(FIELD_ROW - 1, 0, form.SCENARIO.say(lang), "head")
    sheet.write(FIELD_ROW - 1, 1, extends)
    common = base.change_titles
    titles = [list(source.change_titles[len(common) :]) for source in alternatives.values()]
    for row, (field, label) in enumerate(form.FIELDS.items(), start=FIELD_ROW):
        sheet.write(row, 0, label.say(lang), "head")
        for place in range(count):
            column = form.FIRST + form.PARTS * place
            text = ""
            if place < len(alternatives):
                names = list(alternatives)
                text = {
                    "name": names[place],
                    "title_nb": " + ".join(title.nb for title in titles[place]),
                    "title_en": " + ".join(title.en for title in titles[place]),
                }.get(field, "")
            sheet.write(row, column, text, "entry line")
            if field == "basis":
                drop_down(sheet, (row, column, row, column), basis_words(lang))
    heads = [text.say(lang) for text in form.COLUMNS]
    for place in range(count):
        heads += [ALTERNATIVE.say(lang, number=place + 1), *[text.say(lang) for text in form.COLUMNS[-2:]]]
    sheet.head(HEAD_ROW, heads, texts=len(heads))
    sheet.widths(46, 52, 26, 8, 10, 9, 13, 11, 50, *[13, 12, 30] * count)
    sheet.keep(HEAD_ROW + 1, 2)


def basis_words(lang: str) -> list[str]:
    """The bases as people say them."""
    return [text.say(lang) for text in BASES.values()]


def drop_down(sheet: Sheet, where: tuple[int, int, int, int], words: Sequence[str] | str) -> None:
    """Excel offers these words in the cells, or those of a block."""
    sheet.paper.data_validation(*where, {"validate": "list", "source": words})


def format_code(unit: str) -> str:
    """Excel's format of a setting."""
    return PERCENT if unit in PERCENT_UNITS else "General"


def _setting(
    sheet: Sheet,
    row: int,
    base: Source,
    shown: Number,
    quantity: Quantity | Parameter,
    others: Sequence[Quantity | Parameter],
    count: int,
) -> int:
    """The rows of one setting: one, or one for each year that the base or an alternative has a value from."""
    lang, first_year, key = sheet.book.lang, base.scenario.scenario.first_year, shown.key
    before = by_year(quantity)
    changed = [None if other == quantity else by_year(other) for other in others]
    starts = set(before) | {year for values in changed if values for year in values}
    if None in starts and first_year in starts:  # both mean from the beginning
        starts.remove(None if None not in before else first_year)
    for place, year in enumerate(sorted(starts, key=lambda year: year or 0)):
        value = before.get(year)
        for column, text in enumerate((key, shown.what, in_words(quantity.unit).say(sheet.book.lang))):
            sheet.write(row, column, text, "locked")
        for column, limit in enumerate(limits(key), start=3):
            sheet.write(row, column, limit, "locked", format_code(quantity.unit))
        sheet.write(row, form.YEAR, year, "locked", "0")
        sheet.write(row, form.BASE, value, "locked", format_code(quantity.unit))
        sheet.write(row, 7, shown.basis_words(lang) if place == 0 else "", "locked")
        sheet.write(row, 8, shown.source if place == 0 else "", "locked")
        sheet.paper.set_row(row, ROW_HEIGHT)
        for number in range(count):
            other = others[number] if number < len(others) else None
            values = changed[number] if number < len(changed) else None
            value_here = None if values is None else _value_from(values, year, first_year, before)
            told = other if values is not None and place == 0 else None
            _entry_cells(sheet, row, form.FIRST + form.PARTS * number, key, quantity.unit, value_here, told)
        row += 1
    return row


def _value_from(
    values: Mapping[int | None, float], year: int | None, first_year: int, before: Mapping[int | None, float]
) -> float | None:
    """What an alternative says in the row of `year`: its own value, or what overrules a step that the base has."""
    own = {first_year if start is None else start: value for start, value in values.items()}
    here = first_year if year is None else year
    if here in own:
        return own[here]
    earlier = [start for start in own if start < here]
    if year in before or not earlier:
        return own[max(earlier)] if earlier else own[min(own)]
    return None


def _entry_cells(sheet: Sheet, row: int, column: int, key: str, unit: str, value: float | None, told: Any) -> None:
    lang = sheet.book.lang
    low, high = limits(key)
    sheet.write(row, column, value, "entry", format_code(unit))
    sheet.write(row, column + 1, BASES[told.basis].say(lang) if told else "", "entry")
    sheet.write(row, column + 2, told.source.say(lang) if told else "", "entry")
    rule = {
        "validate": "decimal",
        "criteria": "between",
        "minimum": low,
        "maximum": high,
        "error_title": OUTSIDE.say(lang),
        "error_message": between(low, high, lang),
    }
    sheet.paper.data_validation(row, column, row, column, rule)
    drop_down(sheet, (row, column + 1, row, column + 1), basis_words(lang))


def between(low: float, high: float, lang: str) -> str:
    """What is said of a number outside its limits; of per cent only where it may be a share."""
    if low <= -ENDLESS:
        return A_NUMBER.say(lang)
    share = OF_SHARES.say(lang) if high <= LARGEST_SHARE else ""
    return BETWEEN.say(lang, low=plain(low, lang), high=plain(high, lang), share=share)


def empty_row(sheet: Sheet, row: int, keys: Sheet, known: int, count: int) -> None:
    """A row for a value from a year on: the key is chosen from a list, name, unit and limits follow it."""
    lang, places = sheet.book.lang, sheet.book.places
    table = f"{places.quote_sheetname(keys.name)}!{places.xl_range_abs(3, 0, 2 + known, 4)}"
    sheet.write(row, form.KEY, "", "entry")
    listed = f"={places.quote_sheetname(keys.name)}!{places.xl_range_abs(3, 0, 2 + known, 0)}"
    drop_down(sheet, (row, form.KEY, row, form.KEY), listed)
    chosen = sheet.at(row, form.KEY, fixed_column=True)
    for column in range(1, 5):
        found = f'=IFERROR(VLOOKUP({chosen},{table},{column + 1},FALSE),"")'
        sheet.paper.write_formula(row, column, found, sheet.book.look("locked"), "")
    sheet.write(row, form.YEAR, "", "entry", "0")
    year = {
        "validate": "integer",
        "criteria": "between",
        "minimum": 1990,
        "maximum": 2200,
        "error_message": NOT_A_YEAR.say(lang),
    }
    sheet.paper.data_validation(row, form.YEAR, row, form.YEAR, year)
    for number in range(count):
        column = form.FIRST + form.PARTS * number
        for place in range(form.PARTS):
            sheet.write(row, column + place, "", "entry")
        sheet.paper.data_validation(
            row, column, row, column, {"validate": "decimal", "criteria": "between", "minimum": -1e7, "maximum": 1e7}
        )
        drop_down(sheet, (row, column + 1, row, column + 1), basis_words(lang))
