"""ldip calibrate."""

from pathlib import Path

import click

from ldip.cli.language import argument, command, option, say
from ldip.cli.options import DEFAULT_SCENARIO, DEFAULT_SERIES, THAT_SCENARIO, change_option, lang_option, read
from ldip.report.folder.records import json_text
from ldip.text import Text


@command(
    nb="""
    Tilpass drivkreftene til de årlige seriene i CSV-filen SERIER, og skriv dem som en endring av scenarioet.

    Kolonner: year, og en eller flere av rate, national_tax, free_revenue, own_tax, completions, cpi, wages; andeler,
    ikke prosent. Uten SERIER brukes de norske seriene som følger med.
    """
)
@argument("series", default=DEFAULT_SERIES)
@option(
    "--scenario",
    default=DEFAULT_SCENARIO,
    show_default=True,
    help=Text(nb="Scenarioet som endringen legges over.", en="What the change is laid over."),
)
@change_option(THAT_SCENARIO)
@option(
    "--uncorrected",
    is_flag=True,
    help=Text(
        nb="La skjevheten av få år stå i vedholdenheten (minste kvadrater).",
        en="Leave the small-sample bias in the persistence (least squares).",
    ),
)
@option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help=Text(nb="Skriv endringen hit (.toml).", en="Write the change here (.toml)."),
)
@option(
    "--json",
    "as_json",
    is_flag=True,
    help=Text(
        nb="Skriv estimatene som JSON i stedet for tabeller.", en="Print the estimates as JSON instead of tables."
    ),
)
@lang_option
def calibrate(
    series: str,
    scenario: str,
    changes: tuple[str, ...],
    uncorrected: bool,
    out: Path | None,
    as_json: bool,
    lang: str,
) -> None:
    """Fit the drivers to the yearly series of the CSV file SERIES, and write them as a change of the scenario.

    Columns: year, and any of rate, national_tax, free_revenue, own_tax, completions, cpi, wages; fractions,
    not per cent. Without SERIES the shipped Norwegian series are used.

    \b
    Examples:
      ldip calibrate
      ldip calibrate my-series.csv --out my-drivers.toml
      ldip simulate --change my-drivers.toml
      ldip calibrate norway/earlier.csv --uncorrected --json
    """
    from ldip.analysis.calibrate import calibrate as fit
    from ldip.analysis.calibrate import entries
    from ldip.report.answers.calibration import calibration_records, calibration_text, overlay_text
    from ldip.report.folder.files import write_file
    from ldip.scenario.files.reader import seen_from
    from ldip.scenario.files.series import read_series

    if out and out.suffix != ".toml":
        raise click.BadParameter(
            say("{out} må ende på .toml, som endringer gjør.", "{out} must end in .toml, as changes do.", out=out),
            param_hint="--out",
        )
    source = read(scenario, changes)
    found = fit(read_series(series))
    written = entries(found, source.scenario, corrected=not uncorrected)
    if out:
        write_file(out, overlay_text(found, seen_from(scenario, out.parent), written))
    if as_json:
        click.echo(json_text(calibration_records(found, source.scenario, written)))
        return
    click.echo(calibration_text(found, source.scenario, written, lang, corrected=not uncorrected))
    hint = Text("Skriv endringen med --out FIL.toml.", "Write the change with --out FILE.toml.")
    if out:
        hint = Text(
            nb="Endringen: {out}. Bruk den: ldip simulate {scenario} --change {out}",
            en="The change: {out}. To use it: ldip simulate {scenario} --change {out}",
        )
    click.echo("\n" + hint.say(lang, out=out, scenario=scenario))
