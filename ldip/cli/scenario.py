"""ldip scenario list, show, new, check and upgrade; sheets are in sheets.py, import in statistics.py."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ldip.cli.checked import CHANGES_TOO, IN_DOUBT, IN_ORDER, doubt_notes, format_notes, placeholder_notes
from ldip.cli.language import Group, argument, option
from ldip.cli.options import lang_option, read, scenario_options
from ldip.cli.sheets import from_sheet, from_workbook, write_sheet, write_workbook
from ldip.cli.statistics import import_statistics
from ldip.errors import Fault, InputError
from ldip.report.folder.records import json_text
from ldip.text import Text

if TYPE_CHECKING:
    pass


@click.group(cls=Group, nb="List opp, vis, start og kontroller scenarioer.")
@lang_option
def scenario(lang: str) -> None:
    """List, show, start and check scenarios."""


@scenario.command(
    "list",
    nb="""
    List opp de navngitte endringene til scenarioet i MAPPE, og scenarioene som følger med, med sine.

    Uten MAPPE gjelder mappen du står i, hvis den har et scenario.
    """,
)
@argument("folder", default="", metavar="[FOLDER]")
@lang_option
def list_scenarios(folder: str, lang: str) -> None:
    """List the named changes of the scenario in FOLDER, and the shipped scenarios with theirs.

    Without FOLDER the current one, if it holds a scenario.

    \b
    Examples:
      ldip scenario list
      ldip scenario list my-municipality/
    """
    from ldip.report.terminal import table
    from ldip.scenario.files.reader import find, listed, shipped
    from ldip.scenario.files.reading import BASE

    own = [find(folder).folder] if folder else [Path()] if Path(BASE).is_file() else []
    known = shipped()
    for found in [*(listed(one) for one in own if one not in [it.folder for it in known]), *known]:
        click.echo(f"{found.name}  {found.title.say(lang)}")
        rows = [[f"--change {name}", title.say(lang)] for name, title in found.changes.items()]
        click.echo(table(rows, indent=2, align=str.ljust))


@scenario.command(
    "show", nb="Vis hvert tall i SCENARIO med enhet, grunnlag og kilde; også dem som overlates til programmet."
)
@scenario_options
@option(
    "--assumptions",
    is_flag=True,
    help=Text(
        nb="Bare antakelsene, også programmets standardverdier.",
        en="Only our assumptions, the program's defaults among them.",
    ),
)
@option(
    "--placeholders",
    is_flag=True,
    help=Text(nb="Bare tallene som fortsatt er malens.", en="Only the numbers that are still those of the template."),
)
@lang_option
def show_scenario(scenario: str, changes: tuple[str, ...], assumptions: bool, placeholders: bool, lang: str) -> None:
    """Show every number of SCENARIO with unit, basis and source; also those that it leaves to the program.

    \b
    Examples:
      ldip scenario show
      ldip scenario show --assumptions
      ldip scenario show eksempelvik-2025 --placeholders
      ldip scenario show baerum-2020 --change equalisation-64
    """
    from ldip.report.page.chapters.assumptions import number_cells
    from ldip.scenario.numbers import numbers
    from ldip.scenario.quantities import PLACEHOLDER, UNSOURCED
    from ldip.scenario.settings import BASES

    wanted = (PLACEHOLDER,) if placeholders else UNSOURCED if assumptions else tuple(BASES)
    for item in numbers(read(scenario, changes).scenario, lang):
        if item.basis in wanted:
            name, values, basis, source = number_cells(item, lang)
            click.echo(f"{name}{': ' if values else ''}{values}  [{basis}]\n    {source}")


@scenario.command(
    "new",
    nb="Start en annen kommune i MAPPE: et fullstendig, kommentert scenario med oppdiktede tall som skal byttes ut.",
)
@argument("folder", type=click.Path(path_type=Path, file_okay=False))
@option(
    "--municipality",
    help=Text(
        nb="Hva kommunen heter  [standard: navnet på mappen]",
        en="What the municipality is called  [default: the folder's name]",
    ),
)
@option(
    "--first-year",
    type=click.IntRange(1990, 2100),
    help=Text(nb="Planens første år  [standard: som der]", en="First year of the plan  [default: as there]"),
)
@option(
    "--plan-years",
    type=click.IntRange(1, 10),
    help=Text(nb="Planens lengde i år  [standard: som der]", en="Years of the plan  [default: as there]"),
)
@option(
    "--residents",
    type=click.IntRange(100),
    help=Text(
        nb="Innbyggere; beløp og folketall i forhold  [standard: som der]",
        en="Amounts and people in proportion  [default: as there]",
    ),
)
@option(
    "--from",
    "origin",
    metavar="SCENARIO",
    help=Text(
        nb="Kommunen hvis tall det begynnes med  [standard: en oppdiktet kommune]",
        en="Whose numbers to begin with  [default: a fictitious municipality]",
    ),
)
@lang_option
def new_scenario(
    folder: Path,
    municipality: str | None,
    first_year: int | None,
    plan_years: int | None,
    residents: int | None,
    origin: str | None,
    lang: str,
) -> None:
    """Start another municipality in FOLDER: a complete, commented scenario with invented numbers to replace.

    \b
    Examples:
      ldip scenario new lillevik --municipality Lillevik
      ldip scenario new lillevik --first-year 2027 --plan-years 4 --residents 4500
      ldip scenario new storevik --from baerum-2020 --first-year 2027
    """
    from ldip.report.folder.files import result_folder
    from ldip.scenario.files.template import TEMPLATE, scenario_name, write_new

    if folder.exists() and any(folder.iterdir()):
        raise InputError([Fault.of("folder_not_empty", "", str(folder))])
    with result_folder(folder) as beside:
        called = municipality or folder.name[:1].upper() + folder.name[1:]
        how: Any = {"first_year": first_year, "plan_years": plan_years, "residents": residents}
        write_new(beside, scenario_name(folder), called, origin or TEMPLATE, **how)
    years = read(str(folder), ()).scenario.scenario.plan_years
    click.echo(NEXT.say(lang, folder=shlex.quote(str(folder)), years=years))


NEXT = Text(
    nb="{folder} er klar, med oppdiktede tall. Neste skritt:\n"
    "  1. ldip scenario import --how NUMMER  offentlig statistikk som kan fylles inn\n"
    "     Bytt ut de andre tallene i base.toml og tabellene; hvert av dem sier hvor det finnes hos dere.\n"
    "  2. ldip scenario check {folder}      alle feil på en gang\n"
    "  3. ldip plan {folder} --years {years}      sammenlign med deres egen plan\n"
    "  4. ldip simulate {folder}",
    en="{folder} is ready, with invented numbers. Next:\n"
    "  1. ldip scenario import --how NUMBER  public statistics that can be filled in\n"
    "     Replace the other numbers in base.toml and the tables; each says where to find it.\n"
    "  2. ldip scenario check {folder}      all faults at once\n"
    "  3. ldip plan {folder} --years {years}      compare with your own plan\n"
    "  4. ldip simulate {folder}",
)


scenario.add_command(import_statistics)


@scenario.command(
    "check",
    nb="Kontroller SCENARIO: alle feil i filene på en gang, hver regnskapsidentitet i referansebanen, og det som "
    "neppe kan stemme: tall utenfor vide grenser for hva kommuner har. Det siste stopper ingenting. Hver endring i "
    "mappen kontrolleres på samme måte, en for en.",
)
@scenario_options
@option(
    "--json",
    "as_json",
    is_flag=True,
    help=Text(nb="Skriv det som er å se på, som JSON.", en="Print what there is to look at as JSON."),
)
@lang_option
def check_scenario(scenario: str, changes: tuple[str, ...], as_json: bool, lang: str) -> None:
    """Check SCENARIO: all faults of its files at once, every accounting identity on its baseline, and what hardly can
    be: figures outside wide ranges of what municipalities have. These stop nothing. Each change in its folder is
    checked in the same way, laid over it.

    \b
    Examples:
      ldip scenario check my-municipality/
      ldip scenario check my-municipality/ --change my-own-change.toml
      ldip scenario check my-municipality/ --json
    """
    from ldip.analysis.checking import check

    found = check(scenario, changes)
    name, size = found.source.scenario.name, {"count": found.identities, "worst": found.gap}
    if as_json:
        told = {"scenario": name, "identities": found.identities, "largest_gap": found.gap, "changes": found.changes}
        click.echo(json_text(told | {"doubts": [doubt.record() for doubt in found.doubts]}))
        return
    click.echo((IN_DOUBT if found.doubts else IN_ORDER).say(lang, name=name, **size))
    if found.changes:
        click.echo(CHANGES_TOO.say(lang, count=len(found.changes), names=", ".join(found.changes)))
    notes = (format_notes(scenario, lang), placeholder_notes(found.source, scenario, lang))
    for note in (*notes[0], *notes[1], *doubt_notes(found.doubts, lang)):
        click.echo(note)


@scenario.command(
    "upgrade",
    nb="""
    Skriv om base.toml og endringene i MAPPE til gjeldende format; også en enkelt TOML-fil.

    Bare linjene som må være annerledes, endres; kommentarer står. Hver fil beholdes ved siden av slik den var:
    base.toml.v1.
    """,
)
@argument("folder", type=click.Path(path_type=Path))
@lang_option
def upgrade_scenario(folder: Path, lang: str) -> None:
    """Rewrite base.toml and the changes of FOLDER in the current format; also a single TOML file.

    Only the lines that must be other are other, comments stay. Each file as it was is kept beside it: base.toml.v1.

    \b
    Examples:
      ldip scenario upgrade lillevik/
      ldip scenario upgrade my-own-change.toml
    """
    from ldip.report.folder.files import write_file
    from ldip.scenario.files.formats import FORMAT, STEPS
    from ldip.scenario.files.upgrade import upgrades

    found = upgrades(folder)
    for upgrade in found:
        write_file(upgrade.kept, upgrade.old)
    for upgrade in found:
        write_file(upgrade.path, upgrade.new)
        click.echo(UPGRADED.say(lang, **upgrade._asdict(), to=FORMAT, kept=upgrade.kept.name))
    for older in range(min((upgrade.format for upgrade in found), default=FORMAT), FORMAT):
        click.echo(NEW_IN.say(lang, format=older + 1, words=STEPS[older].words.say(lang)))
    if not found:
        click.echo(NOTHING_OLD.say(lang, folder=folder, format=FORMAT))


UPGRADED = Text(
    nb="{path}: fra format {format} til {to}; slik den var: {kept}",
    en="{path}: from format {format} to {to}; as it was: {kept}",
)
NEW_IN = Text("Nytt i format {format}: {words}", "New in format {format}: {words}")
NOTHING_OLD = Text(
    nb="{folder}: allerede i format {format}. Ingenting er endret.",
    en="{folder}: already of format {format}. Nothing was changed.",
)


for _command in (write_sheet, from_sheet, write_workbook, from_workbook):
    scenario.add_command(_command)
