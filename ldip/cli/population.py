"""ldip population."""

from pathlib import Path

import click

from ldip.cli.language import command
from ldip.cli.options import (
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
    Vis befolkningen i SCENARIO: etter alder, hva som endrer den, boliger etter område, og viftene for alle og for
    hver aldersgruppe.
    """
)
@scenario_options
@run_options
@result_options
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
    """Show the people of SCENARIO: by age, what changes them, dwellings by area, and the fans of all and of each age.

    \b
    Examples:
      ldip population
      ldip population --change housing-bust
      ldip population my-municipality/ --years 30 --out results/people
    """
    from ldip.analysis.population import group_fans
    from ldip.model.plan.baseline import build
    from ldip.report.answers import growth
    from ldip.statistics.stream import passes, simulate_and_summarise

    source = read(scenario, changes)
    baseline = build(source.scenario, years)
    with progress_bar(runs * passes(runs), lang) as advance:
        summary = simulate_and_summarise(
            source.scenario, name=source.scenario.name, runs=runs, seed=seed, years=years, progress=advance
        )
    fans = group_fans(source.scenario, baseline, runs=runs, seed=seed)
    records = growth.population_records(source.scenario, baseline, summary)
    records["group_fan"] = growth.group_records(source.scenario, baseline, fans)
    out = out or default_out(name_of(scenario, source), "population")
    with result_folder(out) as folder:
        growth.write_population(folder, records)
        if pictures:
            from ldip.report.answers.growth_charts import write_population_picture

            write_population_picture(folder, baseline, summary, lang)
    if as_json:
        click.echo(json_text({"scenario": source.scenario.name, "runs": runs, "seed": seed} | records))
        return
    click.echo(growth.population_text(source.scenario, baseline, summary, fans, title(source, lang), lang))
    click.echo("\n" + Text("Resultater: {out}", "Results: {out}").say(lang, out=out))
