"""ldip population and ldip payback."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from ldip.cli.options import Number, check_size, lang_option, progress_bar, read, run_options, scenario_options, title
from ldip.errors import Text

RESULTS = Text("Resultater: {out}", "Results: {out}")


def _result_options(command: Any) -> Any:
    for option in (
        click.option("--pictures/--no-pictures", default=True, help="Write pictures (PNG, SVG).", show_default=True),
        click.option("--json", "as_json", is_flag=True, help="Print the results as JSON instead of tables."),
        click.option("--out", type=click.Path(path_type=Path), help="Result folder  [default: ldip-results/...]"),
    ):
        command = option(command)
    return command


@click.command()
@scenario_options
@run_options
@_result_options
@lang_option
def population(
    scenario: str,
    changes: tuple[str, ...],
    runs: int,
    seed: int,
    years: int,
    out: Path | None,
    as_json: bool,
    pictures: bool,
    lang: str,
) -> None:
    """Show the people of SCENARIO: by age, what changes them, dwellings by area, and the fan when building swings.

    \b
    Examples:
      ldip population
      ldip population --change housing-bust
      ldip population my-municipality/ --years 30 --out results/people
    """
    from ldip.model.plan.baseline import build
    from ldip.report.answers import growth
    from ldip.report.folder.files import result_folder
    from ldip.statistics.stream import passes, simulate_and_summarise

    source = read(scenario, changes)
    baseline = build(source.scenario, years)
    with progress_bar(runs * passes(runs), lang) as advance:
        summary = simulate_and_summarise(
            source.scenario, name=source.scenario.name, runs=runs, seed=seed, years=years, progress=advance
        )
    records = growth.population_records(source.scenario, baseline, summary)
    out = out or Path("ldip-results") / f"{source.scenario.name}-population"
    with result_folder(out) as folder:
        growth.write_population(folder, records)
        if pictures:
            from ldip.report.answers.growth_charts import write_population_picture

            write_population_picture(folder, baseline, summary, lang)
    if as_json:
        click.echo(json.dumps({"scenario": source.scenario.name, "runs": runs, "seed": seed} | records))
        return
    click.echo(growth.population_text(source.scenario, baseline, summary, title(source, lang), lang))
    click.echo("\n" + RESULTS.say(lang, out=out))


@click.command()
@click.argument("area")
@scenario_options
@run_options
@click.option("--discount-rate", type=Number(0.0, 0.2), default=0.04, show_default=True, help="Real, per year.")
@_result_options
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
    from ldip.report.folder.files import result_folder

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
    out = out or Path("ldip-results") / f"{source.scenario.name}-payback-{area}"
    with result_folder(out) as folder:
        growth.write_payback(folder, result)
        if pictures:
            from ldip.report.answers.growth_charts import write_payback_picture

            write_payback_picture(folder, result, name, lang)
    if as_json:
        click.echo(json.dumps({"scenario": result.scenario, "area": area, "payback": growth.payback_records(result)}))
        return
    click.echo(growth.payback_text(result, name, f"{title(source, lang)}: {name}", lang))
    sys.stdout.flush()
    click.echo("\n" + RESULTS.say(lang, out=out))
