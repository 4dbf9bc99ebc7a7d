"""ldip calibrate and ldip backtest."""

import json
from pathlib import Path

import click

from ldip.cli.options import DEFAULT_SCENARIO, change_option, lang_option, progress_bar, read
from ldip.errors import Fault, InputError
from ldip.text import Text

DEFAULT_SERIES = "norway/series.csv"


@click.command()
@click.argument("series", default=DEFAULT_SERIES)
@click.option("--scenario", default=DEFAULT_SCENARIO, show_default=True, help="What the change is laid over.")
@change_option("that scenario")
@click.option("--uncorrected", is_flag=True, help="Leave the small-sample bias in the persistence (least squares).")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the change here (.toml).")
@click.option("--json", "as_json", is_flag=True, help="Print the estimates as JSON instead of tables.")
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

    Columns: year, and any of rate, national_tax, own_tax, completions, cpi, wages; fractions, not per cent. Without
    SERIES the shipped Norwegian series are used.

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
    from ldip.scenario.files.series import read_series

    if out and out.suffix != ".toml":
        raise click.BadParameter(f"{out} must end in .toml, as changes do.", param_hint="--out")
    source = read(scenario, changes)
    found = fit(read_series(series))
    written = entries(found, source.scenario, corrected=not uncorrected)
    if out:
        write_file(out, overlay_text(found, scenario, written))
    if as_json:
        click.echo(json.dumps(calibration_records(found, source.scenario, written)))
        return
    click.echo(calibration_text(found, source.scenario, written, lang, corrected=not uncorrected))
    hint = Text("Skriv endringen med --out FIL.toml.", "Write the change with --out FILE.toml.")
    if out:
        hint = Text(
            nb="Endringen: {out}. Bruk den: ldip simulate {scenario} --change {out}",
            en="The change: {out}. To use it: ldip simulate {scenario} --change {out}",
        )
    click.echo("\n" + hint.say(lang, out=out, scenario=scenario))


@click.command()
@click.argument("series", default=DEFAULT_SERIES)
@click.option(
    "--parameters",
    type=click.Choice(["fitted", "scenario"]),
    default="fitted",
    show_default=True,
    help="Fit to the years known then, or take the scenario's own.",
)
@click.option("--scenario", default=DEFAULT_SCENARIO, show_default=True, help="Whose drivers draw the fans.")
@change_option("that scenario")
@click.option(
    "--horizon", type=click.IntRange(1, 20), default=10, show_default=True, help="How many years ahead at most."
)
@click.option(
    "--minimum", type=click.IntRange(8), default=10, show_default=True, help="Years known before the first fan."
)
@click.option("--runs", type=click.IntRange(100, 100_000), default=4_000, show_default=True, help="Runs of each fan.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the random numbers.")
@click.option("--out", type=click.Path(path_type=Path), help="Result folder  [default: ldip-results/...]")
@click.option("--pictures/--no-pictures", default=True, help="Write pictures (PNG, SVG).", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON instead of tables.")
@lang_option
def backtest(
    series: str,
    parameters: str,
    scenario: str,
    changes: tuple[str, ...],
    horizon: int,
    minimum: int,
    runs: int,
    seed: int,
    out: Path | None,
    pictures: bool,
    as_json: bool,
    lang: str,
) -> None:
    """Start the drivers at earlier years, with what was known then, and show where what came fell in the fans.

    \b
    Examples:
      ldip backtest
      ldip backtest --parameters scenario
      ldip backtest my-series.csv --horizon 5 --minimum 15 --out results/backtest
    """
    from ldip.analysis.backtest import backtest as run
    from ldip.analysis.backtest import origins
    from ldip.report.answers.backtest import backtest_records, backtest_text, write_backtest
    from ldip.report.folder.files import result_folder
    from ldip.scenario.files.series import read_series

    source = read(scenario, changes)
    asked = read_series(series)
    starts = origins(asked, minimum)
    if not starts:
        raise InputError([Fault.of("no_long_column", series, minimum=minimum)])
    with progress_bar(runs, lang, scenarios=len(starts)) as advance:
        found = run(
            asked,
            source.scenario,
            parameters=parameters,
            minimum=minimum,
            horizon=horizon,
            runs=runs,
            seed=seed,
            progress=advance,
        )
    out = out or Path("ldip-results") / "backtest"
    with result_folder(out) as folder:
        write_backtest(folder, found)
        if pictures:
            from ldip.report.answers.backtest_charts import write_backtest_picture

            write_backtest_picture(folder, found, lang)
    if as_json:
        click.echo(json.dumps(backtest_records(found)))
        return
    click.echo(backtest_text(found, lang))
    click.echo("\n" + Text("Resultater: {out}", "Results: {out}").say(lang, out=out))
