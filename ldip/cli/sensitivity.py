"""ldip sensitivity."""

from pathlib import Path
from typing import Any

import click

from ldip.cli.language import command, option, say
from ldip.cli.options import (
    OUT,
    check_size,
    csv_option,
    lang_option,
    read,
    result_folder,
    run_options,
    scenario_options,
    title,
    work_bar,
)
from ldip.cli.place import default_out, name_of
from ldip.report.folder.records import json_text
from ldip.text import Text


@command(
    nb="Vis hva svaret i det siste året avhenger av: drivkrefter, antakelser, og betingelsene der regler brytes."
)
@scenario_options
@run_options
@option(
    "--event",
    metavar="EVENT",
    default="any_rule_breach",
    show_default=True,
    help=Text(
        nb="Hendelsen det søkes etter betingelsene for, som debt_ratio_above_75 eller state_register.",
        en="What to look for the conditions of, such as debt_ratio_above_75 or state_register.",
    ),
)
@option(
    "--every-quantity",
    is_flag=True,
    help=Text(
        nb="Flytt alle tall i scenarioet, også dem med kilde; ikke bare antakelsene.",
        en="Move every quantity of the scenario, also those with a source; not only our assumptions.",
    ),
)
@csv_option
@option(
    "--out",
    type=click.Path(path_type=Path),
    help=OUT,
)
@option(
    "--json",
    "as_json",
    is_flag=True,
    help=Text(
        nb="Skriv resultatene som JSON i stedet for tabeller.", en="Print the results as JSON instead of tables."
    ),
)
@option(
    "--pictures/--no-pictures",
    default=True,
    help=Text(nb="Skriv figurer (PNG, SVG).", en="Write pictures (PNG, SVG)."),
    show_default=True,
)
@lang_option
def sensitivity(
    scenario: str,
    changes: tuple[str, ...],
    runs: int,
    seed: int,
    years: int,
    event: str,
    every_quantity: bool,
    out: Path | None,
    as_json: bool,
    pictures: bool,
    lang: str,
) -> None:
    """Show what the last year's answer depends on: drivers, assumptions, and the conditions under which rules break.

    \b
    Examples:
      ldip sensitivity
      ldip sensitivity --event debt_ratio_above_75 --lang en
      ldip sensitivity --change interest-plus-2 --years 10 --out results/what-matters
      ldip sensitivity my-municipality/ --runs 2000 --no-pictures --json
    """
    from ldip.analysis import sensitivity as tornadoes
    from ldip.analysis import sobol as variance
    from ldip.analysis.discovery import discover, event_named
    from ldip.model.fiscal_rules import events
    from ldip.report.answers import sensitivity as report

    if runs < tornadoes.FEWEST:
        raise click.UsageError(
            say("--runs må være minst {least} her.", "--runs must be at least {least} here.", least=tornadoes.FEWEST)
        )
    check_size(runs, years, ledgers=2)
    source = read(scenario, changes)
    of = source.scenario
    event_named(event, events(of))  # before the work, not after it
    bases = tornadoes.EVERY if every_quantity else tornadoes.ASSUMED
    with work_bar(tornadoes.work(of, bases) + variance.work(of) + 1, lang) as advance:
        size: Any = {"runs": runs, "seed": seed, "years": years}
        tornado = tornadoes.tornado(of, **size, bases=bases, progress=advance)
        sobol = variance.sobol(of, **size, progress=advance)
        found = discover(of, event=event, **size, progress=advance)
    out = out or default_out(name_of(scenario, source), "sensitivity")
    with result_folder(out) as folder:
        report.write_sensitivity(folder, tornado, sobol, found)
        if pictures:
            from ldip.report.answers.sensitivity_charts import write_pictures

            write_pictures(folder, tornado, sobol, lang)
    if as_json:
        click.echo(json_text(report.sensitivity_records(tornado, sobol, found)))
        return
    click.echo(report.tornado_text(tornado, sobol, title(source, lang), lang))
    click.echo("\n" + report.discovery_text(found, lang))
    click.echo("\n" + Text("Resultater: {out}", "Results: {out}").say(lang, out=out))
