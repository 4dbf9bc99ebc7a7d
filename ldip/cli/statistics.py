"""ldip scenario import."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ldip.cli.language import argument, command, option, say
from ldip.cli.options import lang_option
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.scenario.official.draft import Filled
    from ldip.scenario.official.importing import Imported
    from ldip.scenario.official.needs import Left

SERVICE = "https://data.ssb.no/api/pxwebapi/v2"


@command(
    name="import",
    nb="""Fyll offentlig statistikk inn i mappen til et scenario, fra lagrede FILER: json-stat2, CSV eller Excel.

    Hvilken tabell en fil er, sees av det som står i den. Hvert tall får tabell, dato og lisens som kilde; det som
    gjenstår, listes opp med det som veier mest, først.
    """,
)
@argument("files", nargs=-1, metavar="[FILES]...", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@option(
    "--municipality",
    metavar="CODE",
    help=Text("Kommunenummeret i dag: 3201.", "The municipality's number of today: 3201."),
)
@option(
    "--into",
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help=Text("Scenariomappen som skal fylles.", "The scenario's folder to fill."),
)
@option(
    "--former",
    default="",
    metavar="CODES",
    help=Text("Flere numre den har hatt, som 0706,0719.", "Further numbers it had, like 0706,0719."),
)
@option(
    "--how",
    metavar="CODE",
    help=Text(
        nb="Vis bare adressene til tabellene, de som veier mest, først.",
        en="Only show the addresses of the tables, the weightiest first.",
    ),
)
@option(
    "--fetch",
    is_flag=True,
    help=Text(
        nb="Hent tabellene til Statistisk sentralbyrå over nettet først.",
        en="Get Statistics Norway's tables over the network first.",
    ),
)
@option("--service", default=SERVICE, hidden=True, help=Text("En annen adresse.", "Another address."))
@lang_option
def import_statistics(
    files: tuple[Path, ...],
    municipality: str | None,
    into: Path | None,
    former: str,
    how: str | None,
    fetch: bool,
    service: str,
    lang: str,
) -> None:
    """Fill public statistics into a scenario's folder, from saved FILES: json-stat2, CSV or Excel.

    Which table a file is, is told by what stands in it. Each number gets table, date and licence as its source; what
    is left is listed, the weightiest first.

    \b
    Examples:
      ldip scenario import --how 3201
      ldip scenario import 07459.json 14288.json 12137.csv --municipality 3201 --into baerum
      ldip scenario import --fetch --municipality 3201 --into baerum
      ldip scenario import 05940.xlsx --municipality 4001 --into porsgrunn --lang en
    """
    from ldip.scenario.official.draft import Draft
    from ldip.scenario.official.importing import known_code

    given = tuple(number.strip() for number in former.split(",") if number.strip())
    if how:
        click.echo(_how(known_code(how), given, lang))
        return
    if municipality is None:
        raise click.UsageError(
            say("Oppgi kommunenummeret: --municipality 3201.", "Name the municipality's number: --municipality 3201.")
        )
    code = known_code(municipality)
    if into is None:
        raise click.UsageError(
            say("Oppgi scenariomappen: --into MAPPE.", "Name the scenario's folder: --into FOLDER.")
        )
    if not (files or fetch):
        raise click.UsageError(
            say(
                "Oppgi de lagrede filene, eller --fetch, eller --how for adressene.",
                "Name the saved files, or --fetch, or --how for their addresses.",
            )
        )
    Draft(into)  # is it a scenario's folder at all?
    if fetch:
        files += tuple(_fetched(code, given, into, service, lang))
    found, left = _import(into, files, code, given)
    click.echo(_told(found, left, into, code, lang))


def _import(
    into: Path, files: tuple[Path, ...], code: str, given: tuple[str, ...]
) -> tuple["Imported", "list[Left]"]:
    """Fill a copy, check that it is a scenario, and only then put the files in the folder's place."""
    import shutil
    import tempfile

    from ldip.report.folder.files import result_folder
    from ldip.scenario.files.reader import read
    from ldip.scenario.official.draft import set_aside
    from ldip.scenario.official.importing import import_files
    from ldip.scenario.official.needs import still_missing

    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / (into.name or "scenario")
        shutil.copytree(into, copy, ignore=shutil.ignore_patterns("ldip-results", ".*"))
        found = import_files(copy, files, code, given=given)
        left = still_missing(read(str(copy)).scenario)
        with result_folder(into) as beside:
            for name in found.files:
                shutil.copyfile(copy / name, beside / name)
        for name in found.files:
            set_aside(into, Path(name).stem)
    return found, left


def _fetched(code: str, given: tuple[str, ...], into: Path, service: str, lang: str) -> list[Path]:
    from ldip.scenario.official.fetch import fetch
    from ldip.scenario.official.needs import in_order

    tables = [table for table in in_order() if table.owner == "ssb" and table.kind != "house_prices"]
    said = Text("Henter {address}", "Fetching {address}")
    return fetch(
        tables,
        code,
        given,
        into / "statistikk",
        service=service,
        told=lambda address: click.echo(said.say(lang, address=address), err=True),
    )


HOW = Text(
    nb="Tabellene for {code}, de som veier mest for svaret først. Åpne adressen, lagre svaret som fil, og les inn:\n"
    "  ldip scenario import FIL... --municipality {code} --into MAPPE",
    en="The tables for {code}, those that weigh most for the answer first. Open the address, save the answer as "
    "a file, "
    "and import:\n  ldip scenario import FILE... --municipality {code} --into FOLDER",
)
LICENCES = Text(
    nb="Statistisk sentralbyrå: CC BY 4.0. Departementets tabeller har ingen oppgitt lisens og siteres. "
    "Tabellene kan også "
    "lagres som CSV eller Excel fra Statistikkbanken.",
    en="Statistics Norway: CC BY 4.0. The Ministry's tables state no licence and are cited. The tables may also "
    "be saved "
    "as CSV or Excel from the StatBank.",
)


def _how(code: str, given: tuple[str, ...], lang: str) -> str:
    """The addresses of all tables, with what each fills."""
    import textwrap

    from ldip.scenario.official.needs import in_order

    lines = [HOW.say(lang, code=code), ""]
    for table in in_order():
        lines += [f"{table.shown.say(lang)} ({table.gives.say(lang)})", f"  {table.address(code, given)}"]
    return "\n".join([*lines, "", *textwrap.wrap(LICENCES.say(lang), 100)])


FILLED = Text("Fylt inn i {folder} for {code}:", "Filled into {folder} for {code}:")
NOTHING = Text("Ingenting ble fylt inn i {folder}.", "Nothing was filled into {folder}.")
ONLY_FILES = Text(
    "  ingen tall i scenarioet, bare {names}: serien til ldip calibrate",
    "  no numbers of the scenario, only {names}: the series for ldip calibrate",
)
NOTE = Text("Merk:", "Note:")
LEFT = Text(
    nb="Fortsatt oppdiktet, det som veier mest for svaret først:",
    en="Still invented, what weighs most for the answer first:",
)
NONE_LEFT = Text(
    "Ingen av tallene som teller, er oppdiktet lenger.", "None of the numbers that count is invented now."
)
OF = Text("{left} av {total}", "{left} of {total}")
MEASURED = Text(
    nb="Vekten er målt: så mange prosentpoeng flytter gjeldsgraden seg på tjue år når tallene er en tidel større.",
    en="The weight is measured: so many percentage points does the debt ratio move in twenty years when the "
    "numbers are a "
    "tenth larger.",
)
NEXT = Text(
    nb="Neste: ldip scenario check {folder}, så ldip simulate {folder}",
    en="Next: ldip scenario check {folder}, then ldip simulate {folder}",
)


def _told(found: "Imported", left: "list[Left]", folder: Path, code: str, lang: str) -> str:
    """What was filled and from where, what to know of it, and what is left: one screen."""
    import shlex
    import textwrap

    from ldip.report.numbers import number
    from ldip.report.terminal import table
    from ldip.scenario.settings import BASES

    parts = [(FILLED if found.filled or found.files else NOTHING).say(lang, folder=folder, code=code)]
    rows = [[it.place, it.what.say(lang), _amount(it, lang), BASES[it.basis].say(lang)] for it in found.filled]
    if rows:
        parts.append(table(rows, indent=2, align=str.ljust))
    elif found.files:
        parts.append(ONLY_FILES.say(lang, names=", ".join(found.files)))
    sources = dict.fromkeys(it.source.say(lang).partition(";")[0] for it in found.filled)
    parts += [f"  {source}" for source in sources]
    if found.notes:
        notes = dict.fromkeys(text.say(lang, **values) for text, values in found.notes)
        wrapped = [textwrap.fill(note, 100, initial_indent="  ", subsequent_indent="    ") for note in notes]
        parts += ["", NOTE.say(lang), *wrapped]
    parts.append("")
    if left:
        parts.append(LEFT.say(lang))
        weights = [number(it.need.weight, 1, lang) for it in left]
        lines = [
            [it.need.name.say(lang), OF.say(lang, left=it.left, total=it.total), weight, it.need.found_in().say(lang)]
            for it, weight in zip(left, weights, strict=True)
        ]
        parts += [table(lines, indent=2, align=str.ljust), "", *textwrap.wrap(MEASURED.say(lang), 100)]
    else:
        parts.append(NONE_LEFT.say(lang))
    return "\n".join([*parts, NEXT.say(lang, folder=shlex.quote(str(folder)))])


def _amount(it: "Filled", lang: str) -> str:
    """A number that was filled in, with its unit."""
    from ldip.report.numbers import number
    from ldip.scenario.units import in_words

    if it.unit in ("share", "per year"):
        return f"{number(100.0 * it.value, 1, lang)} %"
    return f"{number(it.value, 0 if abs(it.value) >= 100.0 else 2, lang)} {in_words(it.unit).say(lang)}"
