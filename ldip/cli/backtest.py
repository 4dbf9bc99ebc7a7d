"""ldip backtest."""

from pathlib import Path

import click

from ldip.cli.language import argument, command, option
from ldip.cli.options import (
    DEFAULT_SCENARIO,
    DEFAULT_SERIES,
    OUT,
    THAT_SCENARIO,
    Number,
    change_option,
    csv_option,
    lang_option,
    progress_bar,
    read,
    result_folder,
)
from ldip.cli.place import default_out
from ldip.errors import Fault, InputError
from ldip.report.folder.records import json_text
from ldip.text import Text


@command(
    nb="""
    Start drivkreftene i tidligere år, med det som var kjent da, og vis hvor det som kom, falt i viftene.

    Deretter realismesiden: er tjue simulerte år like urolige som kommuners resultat og gjeld har vært, kommer
    gjeldsgraden til ro, og hvilken varig tilpasning bringer den til --level?
    """
)
@argument("series", default=DEFAULT_SERIES)
@option(
    "--parameters",
    type=click.Choice(["fitted", "scenario"]),
    default="fitted",
    show_default=True,
    help=Text(
        nb="Tilpass til årene som var kjent da, eller bruk scenarioets egne tall.",
        en="Fit to the years known then, or take the scenario's own.",
    ),
)
@option(
    "--scenario",
    default=DEFAULT_SCENARIO,
    show_default=True,
    help=Text(nb="Scenarioet som viftene får drivkreftene fra.", en="Whose drivers draw the fans."),
)
@change_option(THAT_SCENARIO)
@option(
    "--horizon",
    type=click.IntRange(1, 20),
    default=10,
    show_default=True,
    help=Text(nb="Så mange år framover på det meste.", en="How many years ahead at most."),
)
@option(
    "--minimum",
    type=click.IntRange(8),
    default=10,
    show_default=True,
    help=Text(nb="Så mange kjente år før den første viften.", en="Years known before the first fan."),
)
@option(
    "--runs",
    type=click.IntRange(100, 100_000),
    default=4_000,
    show_default=True,
    help=Text(nb="Antall framtider i hver vifte.", en="Runs of each fan."),
)
@option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help=Text(nb="Startverdi (seed) for de tilfeldige tallene.", en="Seed of the random numbers."),
)
@option(
    "--level",
    type=Number(0.0, 300.0),
    default=75.0,
    show_default=True,
    help=Text(nb="Gjeldsgraden som skal nås, i prosent.", en="Debt ratio to be reached, per cent."),
)
@option(
    "--by",
    type=int,
    metavar="YEAR",
    help=Text(nb="Når den skal nås  [standard: siste år]", en="When it is to be reached  [default: the last year]"),
)
@csv_option
@option(
    "--out",
    type=click.Path(path_type=Path),
    help=OUT,
)
@option(
    "--pictures/--no-pictures",
    default=True,
    help=Text(nb="Skriv figurer (PNG, SVG).", en="Write pictures (PNG, SVG)."),
    show_default=True,
)
@option(
    "--json",
    "as_json",
    is_flag=True,
    help=Text(
        nb="Skriv resultatene som JSON i stedet for tabeller.", en="Print the results as JSON instead of tables."
    ),
)
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
    level: float,
    by: int | None,
    out: Path | None,
    pictures: bool,
    as_json: bool,
    lang: str,
) -> None:
    """Start the drivers at earlier years, with what was known then, and show where what came fell in the fans.

    Then the realism page: are twenty simulated years as restless as municipalities' results and debt were, does the
    debt ratio come to rest, and what lasting adjustment brings it to --level.

    \b
    Examples:
      ldip backtest
      ldip backtest --parameters scenario
      ldip backtest --level 60 --by 2035
      ldip backtest my-series.csv --horizon 5 --minimum 15 --out results/backtest
    """
    from ldip.analysis.backtest import backtest as run
    from ldip.analysis.backtest import origins
    from ldip.analysis.realism import check_by, realism
    from ldip.report.answers.backtest import backtest_records, backtest_text, write_backtest
    from ldip.report.answers.realism import realism_records, realism_text, write_realism
    from ldip.scenario.files.history import read_history
    from ldip.scenario.files.series import read_series

    source = read(scenario, changes)
    asked = read_series(series)
    starts = origins(asked, minimum)
    if not starts:
        raise InputError([Fault.of("no_long_column", series, minimum=minimum)])
    check_by(source.scenario, by)
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
    beside = realism(source.scenario, read_history(), asked, runs=runs, seed=seed, level=level / 100.0, by=by)
    out = out or default_out("backtest")
    with result_folder(out) as folder:
        write_backtest(folder, found)
        write_realism(folder, beside)
        if pictures:
            from ldip.report.answers.backtest_charts import write_backtest_picture

            write_backtest_picture(folder, found, lang)
    if as_json:
        click.echo(json_text(backtest_records(found) | {"realism": realism_records(beside)}))
        return
    click.echo(backtest_text(found, lang) + "\n\n" + realism_text(beside, lang))
    click.echo("\n" + Text("Resultater: {out}", "Results: {out}").say(lang, out=out))
