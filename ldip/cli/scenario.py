"""ldip scenario list, show, new, check, sheet, from-sheet, and ldip metrics."""

from pathlib import Path

import click

from ldip.cli.options import XLSX, baseline_ledger, lang_option, read, scenario_options
from ldip.errors import Fault, InputError, Text


@click.group()
def scenario() -> None:
    """List, show, start and check scenarios."""


@scenario.command("list")
@lang_option
def list_scenarios(lang: str) -> None:
    """List the shipped scenarios and their named changes."""
    from ldip.report.terminal import table
    from ldip.scenario.files.reader import shipped

    for found in shipped():
        click.echo(f"{found.name}  {found.title.say(lang)}")
        rows = [[f"--change {name}", title.say(lang)] for name, title in found.changes.items()]
        click.echo(table(rows, indent=2, align=str.ljust))


@scenario.command("show")
@scenario_options
@click.option("--assumptions", is_flag=True, help="Only our assumptions.")
def show_scenario(scenario: str, changes: tuple[str, ...], assumptions: bool) -> None:
    """Show every number of SCENARIO with unit, basis and source.

    \b
    Examples:
      ldip scenario show
      ldip scenario show --assumptions
      ldip scenario show baerum-2020 --change equalisation-64
    """
    from ldip.scenario.schema import quantities

    source = read(scenario, changes)
    year = source.scenario.scenario.first_year
    for key, quantity in quantities(source.scenario).items():
        if assumptions and quantity.basis != "assumption":
            continue
        values = getattr(quantity, "dated", None)
        shown = ", ".join(f"{since}: {v:g}" for since, v in values.items()) if values else f"{quantity.value:g}"
        click.echo(f"{key} = {shown}  [{quantity.unit}; {quantity.basis}]\n    {quantity.source}")
    for area in source.scenario.areas:
        if assumptions and area.basis != "assumption":
            continue
        shown = ", ".join(f"{v:g}" for v in area.frame)
        follows = f"{area.follows} with elasticity {area.elasticity:g}" if area.elasticity else area.follows
        click.echo(
            f"areas.{area.area}: {area.name_nb} = {shown}  [mill. {year}-kr; follows {follows}; {area.basis}]\n"
            f"    {area.source}"
        )
    for vintage in source.scenario.vintages:
        if assumptions and vintage.basis != "assumption":
            continue
        click.echo(
            f"vintages.{vintage.vintage:.0f}: {vintage.deviation:g} over {vintage.years:g} years  "
            f"[mill. kr; {vintage.basis}]\n    {vintage.source}"
        )
    for row in source.scenario.plan:
        if assumptions and row.basis != "assumption":
            continue
        shown = ", ".join(f"{v:g}" for v in row.values)
        click.echo(f"plan.{row.line}: {row.item_nb} = {shown}  [{row.unit}; {row.basis}]\n    {row.source}")
    for group in source.scenario.population:
        if assumptions and group.basis != "assumption":
            continue
        shown = ", ".join(f"{v:g}" for v in group.residents)
        click.echo(f"population.{group.group}: {shown}  [persons; {group.basis}]\n    {group.source}")
    for age in source.scenario.ages[:1]:  # one source for all years of age
        click.echo(f"ages: {len(source.scenario.ages)} years of age  [{age.basis}]\n    {age.source}")
    for demand in source.scenario.demand:
        if assumptions and demand.basis != "assumption":
            continue
        click.echo(
            f"demand.{demand.service}.{demand.form}.{demand.group}: {100 * demand.coverage:g} % of residents, "
            f"{demand.unit_cost:g} a year per user, {demand.place_cost:g} per place  "
            f"[mill. {year}-kr; {demand.basis}]\n    {demand.source}"
        )


@scenario.command("new")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--municipality", help="What the municipality is called  [default: the folder's name]")
@lang_option
def new_scenario(folder: Path, municipality: str | None, lang: str) -> None:
    """Start another municipality in FOLDER: a complete, commented scenario with invented numbers to replace.

    \b
    Examples:
      ldip scenario new lillevik --municipality Lillevik
    """
    from ldip.report.folder.files import result_folder
    from ldip.scenario.files.template import scenario_name, write_new

    if folder.exists() and any(folder.iterdir()):
        raise InputError([_not_empty(folder)])
    with result_folder(folder) as beside:
        write_new(beside, scenario_name(folder), municipality or folder.name)
    click.echo(NEXT.say(lang, folder=folder))


NEXT = Text(
    nb="{folder} er klar, med oppdiktede tall. Neste skritt:\n"
    "  1. Bytt ut tallene i base.toml og tabellene; hvert av dem sier hvor det finnes hos dere.\n"
    "  2. ldip scenario check {folder}      alle feil på en gang\n"
    "  3. ldip plan {folder} --years 4      sammenlign med deres egen plan\n"
    "  4. ldip simulate {folder}",
    en="{folder} is ready, with invented numbers. Next:\n"
    "  1. Replace the numbers in base.toml and the tables; each says where to find it.\n"
    "  2. ldip scenario check {folder}      all faults at once\n"
    "  3. ldip plan {folder} --years 4      compare with your own plan\n"
    "  4. ldip simulate {folder}",
)


def _not_empty(folder: Path) -> Fault:
    return Fault(
        "",
        str(folder),
        "",
        Text(nb="finnes og er ikke tom", en="exists and is not empty"),
        Text(nb="Velg en ny mappe; ingenting er overskrevet.", en="Choose a new folder; nothing was overwritten."),
    )


@scenario.command("check")
@scenario_options
@lang_option
def check_scenario(scenario: str, changes: tuple[str, ...], lang: str) -> None:
    """Check SCENARIO: all faults of its files at once, then every accounting identity on its baseline.

    \b
    Examples:
      ldip scenario check my-municipality/
    """
    import numpy as np

    from ldip.model.identities import residuals
    from ldip.model.plan.baseline import build

    source = read(scenario, changes)
    opening = build(source.scenario, 20).opening
    worst = {k: float(np.max(np.abs(v))) for k, v in residuals(baseline_ledger(source, 20), opening).items()}
    click.echo(
        Text(
            nb="{name}: i orden. {count} regnskapsidentiteter holder i alle år (største avvik {worst:.0e}).",
            en="{name}: in order. {count} accounting identities hold in every year (largest gap {worst:.0e}).",
        ).say(lang, name=source.scenario.name, count=len(worst), worst=max(worst.values()))
    )


@scenario.command("sheet")
@click.argument("out", type=XLSX)
@scenario_options
@click.option(
    "--alternative",
    "alternatives",
    multiple=True,
    metavar="NAME",
    help="A column with this named change, CHANGE+CHANGE or .toml file; may be repeated.",
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


@scenario.command("from-sheet")
@click.argument("sheet", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Folder for the change files, like my/changes."
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
    from ldip.scenario.sheet.alternatives import check, read_sheet

    scenario, changes = read_sheet(sheet)
    with result_folder(out) as folder:
        faults: list[Fault] = []
        for change in changes:
            path = folder / f"{change.name}.toml"
            path.write_text(change.toml, encoding="utf-8")
            faults += check(sheet.name, scenario, change, path)
        if faults:
            raise InputError(faults)
    written = Text("{path}: {count} innstillinger", "{path}: {count} settings")
    for change in changes:
        click.echo(written.say(lang, path=out / f"{change.name}.toml", count=change.numbers))
    again = " ".join([scenario, *[str(out / f"{change.name}.toml") for change in changes]])
    click.echo(Text("Videre: ldip compare {again}", "Next: ldip compare {again}").say(lang, again=again))


@click.command()
@lang_option
def metrics(lang: str) -> None:
    """List every figure that ldip computes: id, unit, definition, source."""
    from ldip.model.metrics import catalogue
    from ldip.report.terminal import metrics_text

    click.echo(metrics_text(list(catalogue().values()), 2020, lang))
