"""Tables of the Ministry: running income equalisation and the Green booklet, one row a municipality.

Their numbers of municipalities are figures that lost their leading zero, the heading takes several rows and moves
from year to year, and the words alternate between bokmål and nynorsk: so columns are found by words in all of their
heading.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from ldip.errors import Fault, InputError
from ldip.scenario.official.draft import Draft, decimals, joined, significant
from ldip.scenario.official.municipalities import former, padded
from ldip.scenario.official.saved import Rows, Saved, number
from ldip.text import Text

CITED = Text("Kommunaldepartementet", "Ministry of Local Government")
EQUALISATION = Text(", løpende inntektsutjevning", ", running income equalisation")
FREE = Text(
    nb=", Grønt hefte {year}, tabell 3-k ({file}); frie inntekter {free} mill. − skatt",
    en=", the Green booklet {year}, table 3-k ({file}); free revenue {free} mill. − tax",
)
"""No licence is stated: the figures are cited."""
AVERAGE = re.compile(r"lands(gjennomsnitt|gjennomsnittet|snitt)|landsgj|gj\.?snitt")
PER_CENT = re.compile(r"prosent|pst|%")
EQUALISED = re.compile(r"etter|inkl|utjevning|utjamning")
OWN_TAX = Text("Egen skatt mot landsgjennomsnittet", "Own tax against the nation's average")
GRANT = Text("Rammetilskudd", "Block grant")
BEFORE_EQUALISATION = Text(
    nb="{file}: rammetilskuddet før løpende inntektsutjevning er {amount} mill. Planen skal ha det etter; bruk "
    "tabell 3-k.",
    en="{file}: the block grant before running income equalisation is {amount} mill. The plan wants it after; "
    "use 3-k.",
)
NOTHING = Text(
    nb="{file}: kjent igjen som {name}, men ingen kolonne som scenariet trenger.",
    en="{file}: recognised as {name}, but no column that the scenario needs.",
)


class Sheet(NamedTuple):
    """A sheet with a row for each municipality."""

    file: str
    title: str  # all that stands above the headings, in small letters
    headings: list[str]  # by column, all rows of the heading after each other
    row: list[Any]  # the municipality's


def is_ministry(saved: Saved) -> bool:
    """Has the file a sheet with a row for each of many municipalities?"""
    return any(len(_numbered(rows)) >= 3 for rows in saved.sheets.values())


def _numbered(rows: Rows) -> dict[int, str]:
    """The rows that begin with a municipality's number, in either of the first two cells, and the number."""
    found = {}
    for place, row in enumerate(rows):
        for cell in row[:2]:
            text = re.match(r"^(\d{3,4})(?:\.0)?(?:\s|$)", str(cell).strip())
            if text and sum(_is_number(other) for other in row) >= 2 and padded(text[1]) > "0100":
                found[place] = padded(text[1])
                break
    return found


def _is_number(cell: Any) -> bool:
    try:
        return number(cell) is not None
    except ValueError:
        return False


def sheets_of(saved: Saved, code: str, given: Sequence[str] = ()) -> Iterator[Sheet]:
    """The sheets that have the municipality. InputError if none has."""
    wanted, seen, found = former(code, given), 0, False
    for rows in saved.sheets.values():
        numbered = _numbered(rows)
        if len(numbered) < 3:
            continue
        seen = max(seen, len(numbered))
        first = min(numbered)
        head = [[str(cell).strip() for cell in row] for row in rows[:first]]
        start = next((n for n, row in enumerate(head) if sum(map(bool, row)) >= 3), len(head))
        width = max(map(len, rows))
        columns = [" ".join(_down(head[start:], column)) for column in range(width)]
        title = " ".join(cell for row in head[: start + 1] for cell in row).lower()
        place = next((n for n, its in numbered.items() if its in wanted[:1]), None)
        place = place if place is not None else next((n for n, its in numbered.items() if its in wanted), None)
        if place is not None:
            found = True
            yield Sheet(saved.file, title, [text.lower() for text in columns], rows[place])
    if not found:
        shown = f"{seen} kommuner" if seen else ""
        raise InputError([Fault.of("other_municipality", saved.file, "", shown, code=", ".join(wanted))])


def _down(head: list[list[str]], column: int) -> list[str]:
    """The texts of a column's heading; one that is merged over several columns belongs to all of them."""
    found = []
    for row in head:
        text = row[column] if column < len(row) else ""
        if not text and row is not head[-1]:
            text = next((row[n] for n in range(min(column, len(row)) - 1, -1, -1) if row[n]), "")
        if text:
            found.append(text)
    return found


def _year_in(text: str) -> str:
    years = re.findall(r"\b20\d{2}\b", text)
    return years[-1] if years else ""


def fill_equalisation(draft: Draft, sheet: Sheet) -> bool:
    """The municipality's tax per resident against the nation's average, before equalisation."""
    for place, text in enumerate(sheet.headings):
        if PER_CENT.search(text) and AVERAGE.search(text) and not EQUALISED.search(text):
            value = number(sheet.row[place]) if place < len(sheet.row) else None
            if value:
                ratio = value / 100.0 if value > 5.0 else value
                year = _year_in(sheet.title) or _year_in(text)
                said = joined(CITED, EQUALISATION, f" {year}".rstrip(), f" ({sheet.file})")
                draft.put("revenue.own_to_national_tax", ratio, "source", said, OWN_TAX)
                return True
    return False


def fill_green(draft: Draft, sheet: Sheet) -> bool:
    """The block grant of the first plan year after equalisation: the estimate of free revenue (3-k) less tax. What
    1-k has is before equalisation, and only told."""
    year = str(draft.first_year)
    thousands = 1e3 if "1000" in sheet.title + "".join(sheet.headings) or "1 000" in sheet.title else 1.0
    for place, text in enumerate(sheet.headings):
        value = number(sheet.row[place]) if place < len(sheet.row) and _is_number(sheet.row[place]) else None
        if value is None or PER_CENT.search(text) or "vekst" in text or "innb" in text:
            continue
        if re.search(r"frie inntekt", text) and (year in text or year in sheet.title):
            return _free_revenue(draft, sheet, value / thousands)
        if re.search(r"ramme(tilsk[uo]t|tilskudd)", text) and re.search(r"\bsum\b|i alt|totalt", text):
            draft.say(BEFORE_EQUALISATION, file=sheet.file, amount=decimals(value / thousands, ".1f"))
            return True
    return False


def _free_revenue(draft: Draft, sheet: Sheet, free: float) -> bool:
    tax = [row for row in draft.tables.get("plan", []) if row["line"] == "tax"]
    grants = [row for row in draft.tables.get("plan", []) if row["line"] == "general_grant"]
    year = str(draft.first_year)
    grant = free - sum(float(row[year]) for row in tax)
    before = sum(float(row[year]) for row in grants)
    if not grants or not before > 0.0 or not grant > 0.0:
        return False
    words = {"year": year, "file": sheet.file, "free": decimals(free, ".1f")}
    said = joined(CITED, Text(FREE.say("nb", **words), FREE.say("en", **words)))
    for row in grants:
        for one in draft.years:
            row[str(one)] = f"{significant(float(row[str(one)]) * grant / before, 5):g}"
        row |= {"basis": "derived", **draft.origin(said)}
    draft.fill_table("plan", GRANT, grant, draft.real, "derived", said)
    return True


def fill_ministry(draft: Draft, saved: Saved, code: str, given: Sequence[str] = ()) -> None:
    """What the sheets of a file hold for the municipality."""
    done = False
    for sheet in sheets_of(saved, code, given):
        done = fill_equalisation(draft, sheet) or fill_green(draft, sheet) or done
    if not done:
        draft.say(NOTHING, file=saved.file, name=Text("en tabell fra departementet", "a table of the Ministry"))
