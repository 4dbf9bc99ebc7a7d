"""ldip payback."""

import sys
from pathlib import Path

import click

from ldip.cli.language import argument, command, option
from ldip.cli.options import (
    Number,
    check_size,
    lang_option,
    progress_bar,
    read,
    result_folder,
    result_options,
    run_options,
    scenario_options,
    title,
)
from ldip.cli.place import default_out, name_of
from ldip.report.folder.records import json_text
from ldip.text import Text


@command(
    nb="""
    Vis hva boligene i OMRÅDE gir og koster per bolig, og når området er varig tilbakebetalt.

    OMRÅDE er et av dem i [housing.areas] i SCENARIO. Det sammenlignes, framtid for framtid, med den samme framtiden
    uten boligene som området bygger etter planårene.
    """
)
@argument("area")
@scenario_options
@run_options
@option(
    "--discount-rate",
    type=Number(0.0, 0.2),
    default=0.04,
    show_default=True,
    help=Text(nb="Realrente per år.", en="Real, per year."),
)
@result_options
@lang_option
def payback(
    area: str,
    scenario: str,
    changes: tuple[str, ...],
    runs: int,
    seed: int,
    years: int,
    discount_rate: float,
    out: Path | None,
    as_json: bool,
    pictures: bool,
    lang: str,
) -> None:
    """Show what the dwellings of AREA bring and cost per dwelling, and when the area has paid for itself.

    AREA is one of [housing.areas] of SCENARIO. It is compared, run by run, with the same future without the dwellings
    that the area builds after the plan years.

    \b
    Examples:
      ldip payback fornebu
      ldip payback avtjerna --change avtjerna-2030 --years 30
      ldip payback fossum --discount-rate 0.03 --json
    """
    from ldip.analysis.growth import payback as compute
    from ldip.report.answers import growth

    check_size(runs, years, ledgers=2)
    source = read(scenario, changes)
    with progress_bar(runs, lang, scenarios=2) as advance:
        result = compute(
            source.scenario,
            area,
            runs=runs,
            seed=seed,
            years=years,
            discount_rate=discount_rate,
            progress=advance,
        )
    names = source.scenario.housing.areas[area]
    name = Text(names.nb, names.en).say(lang)
    out = out or default_out(name_of(scenario, source), "payback", area)
    with result_folder(out) as folder:
        growth.write_payback(folder, result)
        if pictures:
            from ldip.report.answers.growth_charts import write_payback_picture

            write_payback_picture(folder, result, name, lang)
    if as_json:
        click.echo(json_text({"scenario": result.scenario, "area": area, "payback": growth.payback_records(result)}))
        return
    click.echo(growth.payback_text(result, name, f"{title(source, lang)}: {name}", lang))
    sys.stdout.flush()
    click.echo("\n" + Text("Resultater: {out}", "Results: {out}").say(lang, out=out))
