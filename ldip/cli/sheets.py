"""ldip scenario sheet, from-sheet, workbook and from-workbook: scenarios out to Excel and in again."""

import shlex
from pathlib import Path

import click

from ldip.cli.language import argument, command, option
from ldip.cli.options import DEFAULT_SCENARIO, XLSX, lang_option, read, scenario_options
from ldip.errors import Fault, InputError
from ldip.text import Text, counted


@command(
    name="sheet",
    nb="""
    Skriv innstillingene i SCENARIO som Excel-arket UT: en rad per innstilling, en kolonne per alternativ.

    En tom celle er som i grunnlaget. Rediger arket i Excel, og kjør så: ldip scenario from-sheet.
    """,
)
@argument("out", type=XLSX)
@scenario_options
@option(
    "--alternative",
    "alternatives",
    multiple=True,
    metavar="NAME",
    help=Text(
        nb="En kolonne med denne navngitte endringen, ENDRING+ENDRING eller .toml-fil; kan gjentas.",
        en="A column with this named change, CHANGE+CHANGE or .toml file; may be repeated.",
    ),
)
@lang_option
def write_sheet(out: Path, scenario: str, changes: tuple[str, ...], alternatives: tuple[str, ...], lang: str) -> None:
    """Write the settings of SCENARIO as the Excel sheet OUT: a row a setting, a column an alternative.

    An empty cell is as in the base. Edit it in Excel, then: ldip scenario from-sheet.

    \b
    Examples:
      ldip scenario sheet alternatives.xlsx
      ldip scenario sheet alternatives.xlsx --alternative housing-minus-20 --alternative interest-plus-2
      ldip scenario sheet mine.xlsx my-municipality/ --lang en
    """
    from ldip.report.folder.files import result_folder
    from ldip.report.workbook.settings import write_scenario_sheet

    base = read(scenario, changes)
    columns = {_change_name(name): read(scenario, (*changes, *_parts(name))) for name in alternatives}
    with result_folder(out.parent) as folder:
        write_scenario_sheet(folder / out.name, base, "+".join((scenario, *changes)), columns, lang)
    click.echo(Text("Ark: {out}", "Sheet: {out}").say(lang, out=out))


def _parts(name: str) -> tuple[str, ...]:
    return (name,) if Path(name).is_file() else tuple(name.split("+"))


def _change_name(name: str) -> str:
    """What an alternative of one or several changes is called as a file."""
    return "_".join(Path(part).stem for part in _parts(name))


@command(
    name="from-sheet",
    nb="Gjør hvert alternativ i Excel-arket ARK til en endringsfil; hver feil nevnes med sin celle.",
)
@argument("sheet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help=Text(nb="Mappe for endringsfilene, som min/changes.", en="Folder for the change files, like my/changes."),
)
@lang_option
def from_sheet(sheet: Path, out: Path, lang: str) -> None:
    """Turn each alternative of the Excel SHEET into a change file; every fault is named with its cell.

    \b
    Examples:
      ldip scenario from-sheet alternatives.xlsx --out changes/
      ldip compare baerum-2020 changes/dear-money.toml
    """
    from ldip.report.folder.files import result_folder
    from ldip.report.folder.place import write_whole
    from ldip.scenario.sheet.alternatives import check, read_sheet

    scenario, changes = read_sheet(sheet, out)
    with result_folder(out) as folder:
        faults: list[Fault] = []
        for change in changes:
            path = folder / f"{change.name}.toml"
            write_whole(path, change.toml)
            faults += check(sheet.name, scenario, change, path)
        if faults:
            raise InputError(faults)
    one, many = Text("innstilling", "setting"), Text("innstillinger", "settings")
    for change in changes:
        click.echo(f"{out / change.name}.toml: {change.numbers} {counted(change.numbers, one, many).say(lang)}")
    again = " ".join([scenario, *[str(out / f"{change.name}.toml") for change in changes]])
    click.echo(Text("Videre: ldip compare {again}", "Next: ldip compare {again}").say(lang, again=again))


@command(
    name="workbook",
    nb="""
    Skriv hele SCENARIO som én Excel-arbeidsbok til å fylle ut: hver innstilling, tekst og tabell.

    Med valglister, grenser, forklaringer og farger for hvor sikkert hvert tall er. Rediger den i Excel, og så:
    ldip scenario from-workbook. Endringer blir i filer; alternativer: ldip scenario sheet.
    """,
)
@argument("scenario", default=DEFAULT_SCENARIO)
@option("--out", type=XLSX, help=Text("Filen  [standard: SCENARIO.xlsx]", "The file  [default: SCENARIO.xlsx]"))
@lang_option
def write_workbook(scenario: str, out: Path | None, lang: str) -> None:
    """Write the whole of SCENARIO as one Excel workbook to fill in: every setting, text and table.

    With drop-downs, limits, notes, and colours for how sure each number is. Edit it in Excel, then:
    ldip scenario from-workbook. Changes stay in files; alternatives: ldip scenario sheet.

    \b
    Examples:
      ldip scenario workbook lillevik/
      ldip scenario workbook eksempelvik-2025 --out mine.xlsx --lang en
    """
    from ldip.report.folder.files import result_folder
    from ldip.report.workbook.scenario import write_whole_workbook
    from ldip.scenario.sheet.whole import parts_of

    parts = parts_of(scenario)
    out = out or Path(f"{parts.source.scenario.name}.xlsx")
    with result_folder(out.parent) as folder:
        write_whole_workbook(
            folder / out.name, parts, shlex.quote(scenario if Path(scenario).is_dir() else out.stem), lang
        )
    click.echo(Text("Arbeidsbok: {out}", "Workbook: {out}").say(lang, out=out))


@command(
    name="from-workbook",
    nb="""
    Gjør WORKBOOK, som ldip scenario workbook har laget, til scenarioets mappe --out.

    Alle feil kommer på en gang, hver med sin celle; da skrives ingenting. Med --overwrite blir kommentarer i
    base.toml stående, og alt annet i mappen også, som endringene.
    """,
)
@argument("workbook", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help=Text("Scenarioets mappe, som lillevik/.", "The scenario's folder, like lillevik/."),
)
@option(
    "--overwrite",
    is_flag=True,
    help=Text(
        "Bytt ut base.toml og tabellene i et scenario som finnes fra før.",
        "Replace base.toml and tables of a scenario that is there already.",
    ),
)
@lang_option
def from_workbook(workbook: Path, out: Path, overwrite: bool, lang: str) -> None:
    """Turn WORKBOOK, made by ldip scenario workbook, into the scenario's folder --out.

    All faults come at once, each named with its cell; nothing is written then. With --overwrite comments in base.toml
    stay, and so does everything else in the folder, its changes too.

    \b
    Examples:
      ldip scenario from-workbook lillevik.xlsx --out lillevik/
      ldip scenario from-workbook lillevik.xlsx --out lillevik/ --overwrite
    """
    from ldip.report.folder.files import result_folder
    from ldip.report.folder.place import write_whole
    from ldip.report.folder.records import csv_text
    from ldip.scenario.sheet.whole import base_before, check, files_of, read_whole

    before = base_before(out, overwrite=overwrite)
    whole = read_whole(workbook)
    with result_folder(out) as folder:
        for name, content in files_of(whole, before):
            write_whole(folder / name, content if isinstance(content, str) else csv_text(content))
        if faults := check(whole, folder):
            raise InputError(faults)
    again = shlex.quote(str(out))
    click.echo(Text("{out} er skrevet. Videre: ldip scenario check {again}", "{out} is written. Next: ldip scenario "
               "check {again}").say(lang, out=out, again=again))  # fmt: skip
