"""From saved files to a filled folder: read, recognise, take the municipality's cells, fill, and tell what is
left."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ldip.errors import Fault, InputError
from ldip.scenario.official import accounts, building, people
from ldip.scenario.official.catalogue import Table, catalogue, recognised
from ldip.scenario.official.cube import Cell, Cube
from ldip.scenario.official.draft import SERIES, Draft, Filled, joined
from ldip.scenario.official.ministry import fill_ministry, is_ministry
from ldip.scenario.official.municipalities import REGION, former, of_municipality, padded, split_of, successors
from ldip.scenario.official.saved import NAMES, Saved, read_saved
from ldip.text import Text

LICENCE = "CC BY 4.0"
FILES = {"json", "csv", "txt", "xlsx", "xlsm", "ods", "xls"}
SPLIT = Text(
    nb="{code} ble skilt ut av {old} 1. januar {year}: tall fra før det kan ikke deles og er ikke med.",
    en="{code} came of {old} on 1 January {year}: figures from before cannot be divided and are left out.",
)
SUMMED = Text(
    nb="{table}: år før nummeret {code} er av {old}.", en="{table}: years before the number {code} are of {old}."
)
MISSING = Text(
    nb="{file}: {count} celler uten tall (., .. eller :) er tatt som ukjent, ikke som null.",
    en="{file}: {count} cells without a figure (., .. or :) are taken as unknown, not as nought.",
)
UNUSED = Text(
    nb="{file}: kjent igjen som {name}; scenariet har ingen tall som den fyller.",
    en="{file}: recognised as {name}; the scenario has no number that it fills.",
)
NO_TAX = Text(
    nb="{file}: ingen sats for eiendomsskatt i {year}, altså ingen eiendomsskatt.",
    en="{file}: no rate of property tax in {year}, that is no property tax.",
)
NEEDED = {
    **dict.fromkeys(("population", "projection"), ("Alder",)),
    **{"finance": ("Begrep",), "functions": ("Funksjon", "Art"), "balance": ("Balanse",), "dwellings": ("BygnType",)},
}
"""Divisions without which a table says nothing here."""

RATE, BASE = "local_revenue.property_tax_rate", "local_revenue.property_tax_base"
TAX_RATE = Text("Eiendomsskatt, sats", "Property tax, rate")
TAX_BASE = Text("Eiendomsskatt, grunnlag", "Property tax, base")


class Taken(NamedTuple):
    """A file as recognised, with the municipality's cells."""

    cube: Cube
    table: Table
    cells: list[Cell]
    source: Text


class Imported(NamedTuple):
    """What an import did."""

    filled: list[Filled]
    notes: list[tuple[Text, dict[str, object]]]
    files: list[str]  # written


def import_files(
    folder: Path,
    files: Sequence[Path],
    code: str,
    *,
    given: Sequence[str] = (),
) -> Imported:
    """Fill into `folder` what `files` hold of the municipality `code`, which also had the numbers `given`.

    Everything is read and understood before anything is written. Raises InputError with every fault.
    """
    draft = Draft(folder)
    code = known_code(code)
    faults: list[Fault] = []
    taken: list[Taken] = []
    ministry: list[Saved] = []
    for path in files:
        try:
            found = _take(path, code, given, str(draft.tree.get("scenario", {}).get("municipality", "")))
        except InputError as error:
            faults += error.faults
            continue
        if isinstance(found, Saved):
            ministry.append(found)
        else:
            taken.append(found)
    try:
        if not faults:
            _fill(draft, taken, ministry, code, given)
    except InputError as error:
        faults += error.faults
    if faults:
        raise InputError(faults)
    split = split_of(code)
    if split:
        draft.notes.insert(0, (SPLIT, {"code": code, "old": ", ".join(split.old), "year": split.year}))
    return Imported(_last(draft.filled), draft.notes, draft.write() + _write_series(draft, taken))


def _last(filled: Sequence[Filled]) -> list[Filled]:
    """What holds of numbers that two tables filled: the later one, which knows more."""
    return list({(it.place, it.what if it.place.endswith(".csv") else it.place): it for it in filled}.values())


def known_code(code: str) -> str:
    """The number as four digits. InputError for what is no number, or one that is no longer in use."""
    number = padded(code)
    if not (number.isdigit() and len(number) == 4):
        raise InputError([Fault.of("not_a_municipality", "", code)])
    if later := successors(number):
        raise InputError([Fault.of("former_municipality", "", number, names=", ".join(later))])
    return number


def _take(path: Path, code: str, given: Sequence[str], name: str) -> Taken | Saved:
    if path.suffix.lower().lstrip(".") not in FILES:
        raise InputError([Fault.of("not_statistics", path.name, names=", ".join(sorted(FILES)))])
    found = read_saved(path)
    if isinstance(found, Saved):
        if is_ministry(found):
            return found
        raise InputError([_unknown(path.name)])
    table = recognised(found)
    if table is None:
        raise InputError([_unknown(path.name, found.title)])
    lacking = [NAMES[name] for name in NEEDED.get(table.kind, ()) if name not in found.dimensions]
    if lacking:
        raise InputError([Fault.of("lacks_division", path.name, names=name) for name in lacking])
    return Taken(found, table, of_municipality(found, code, given, name), source_of(found, table))


def _unknown(file: str, title: str = "") -> Fault:
    numbers = ", ".join(number for number, table in catalogue().items() if table.owner == "ssb")
    return Fault.of("unknown_table", file, "", title, names=numbers)


def source_of(cube: Cube, table: Table) -> Text:
    """What stands as the source of a number: table, day, licence."""
    known = "" if cube.table else Text(" (kjent igjen på innholdet)", " (recognised by its contents)")
    day = Text(f"oppdatert {cube.updated}", f"updated {cube.updated}")
    if not cube.updated:
        day = Text(f"lagret i {cube.file}, uten dato", f"saved in {cube.file}, without a date")
    number = cube.table or table.table
    return joined(Text("SSB tabell ", "Statistics Norway table "), number, known, ", ", day, f", {LICENCE}")


def _fill(draft: Draft, taken: list[Taken], ministry: list[Saved], code: str, given: Sequence[str]) -> None:
    """Everything in an order that does not depend on that of the files: people first, they give the size."""
    of = {kind: [it for it in taken if it.table.kind == kind] for kind in {it.table.kind for it in taken}}
    for it in taken:
        _tell(draft, it, code, given)
    counted: people.Ages = {}
    later: people.Ages = {}
    sources: dict[str, Text] = {}
    for kind, read, into in (("population", people.by_age, counted), ("projection", people.projected, later)):
        for it in of.get(kind, []):
            ages = read(it.cells)
            if not ages:
                draft.say(people.GROUPED, file=it.cube.file)
            into |= ages
            sources["counted" if into is counted else "later"] = it.source
    if counted or later:
        people.fill_population(draft, counted, later, sources)
    for kind, fill in (
        ("functions", accounts.fill_frames),
        ("finance", accounts.fill_finance),
        ("balance", accounts.fill_balance),
        ("key_figures", accounts.fill_key_figures),
        ("completions", building.fill_completions),
        ("dwellings", building.fill_flats),
    ):
        for it in of.get(kind, []):
            fill(draft, it.cells, it.source)
    for it in of.get("property_tax", []):
        _fill_property_tax(draft, it, of.get("finance", []))
    for it in of.get("house_prices", []):
        draft.say(UNUSED, file=it.cube.file, name=it.table.shown)
    for saved in sorted(ministry, key=lambda it: it.file):
        fill_ministry(draft, saved, code, given)


def _tell(draft: Draft, it: Taken, code: str, given: Sequence[str]) -> None:
    numbers = {padded(region.code) for region in it.cube.members(REGION)} if REGION in it.cube.dimensions else set()
    older = [number for number in former(code, given)[1:] if number in numbers]
    if older:
        draft.say(SUMMED, table=it.table.shown, code=code, old=", ".join(older))
    missing = sum(cell.value is None for cell in it.cells)
    if missing and it.table.kind != "property_tax":
        draft.say(MISSING, file=it.cube.file, count=missing)


def _fill_property_tax(draft: Draft, it: Taken, finance: list[Taken]) -> None:
    """The rate, and the base that it gives today's property tax of; no rate is no property tax."""
    rates = {cell.year: cell.value for cell in it.cells if "KOSgenskatt0000" in cell.contents.code}
    rates = rates or {cell.year: cell.value for cell in it.cells if "generell" in cell.contents.said}
    if not rates:
        return
    year = max(rates)
    rate = rates[year]
    if rate is None:
        draft.say(NO_TAX, file=it.cube.file, year=year)
    said = joined(it.source, Text(f"; generell sats {year}", f"; general rate {year}"))
    draft.put(RATE, rate or 0.0, "source", said, TAX_RATE)
    if not rate:
        draft.put(BASE, 0.0, "derived", said, TAX_BASE)
        return
    for other in finance:
        revenue = accounts.property_tax(draft, other.cells)
        if revenue is not None:
            words = joined(other.source, f"; {accounts.PROPERTY_TAX} / ", Text("satsen", "the rate"))
            draft.put(BASE, 1000.0 * revenue / rate, "derived", words, TAX_BASE)


def _write_series(draft: Draft, taken: list[Taken]) -> list[str]:
    """Yearly series beside the scenario, for ldip calibrate: completions and consumer prices."""
    columns = {}
    for it in taken:
        if it.table.kind == "completions":
            columns["completions"] = building.full_years(it.cells)
        if it.table.kind == "prices":
            columns["cpi"] = building.price_growth(it.cells)
    columns = {name: values for name, values in sorted(columns.items()) if values}
    if not columns:
        return []
    (draft.folder / SERIES).write_text(building.series_text(columns), encoding="utf-8")
    building.tell_short(draft, columns)
    return [SERIES]
