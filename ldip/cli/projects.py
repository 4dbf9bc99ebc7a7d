"""ldip projects."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ldip.cli.language import command, option
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
from ldip.errors import Fault, InputError
from ldip.report.folder.records import json_text
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.scenario.files.reader import Source

PLACES = Number(1.0, 1e4)


@command(
    nb="""
    Vis investeringsplanen til SCENARIO: hva de navngitte prosjektene koster og når, etter klasse, programområde og
    prosjekt, hva ingen har navngitt, hva som er bundet, og plasser mot brukere.

    Med --propose lages prosjekter i vanlige størrelser av plassene som referansebanen bygger uten navn. Hvert av
    dem er en idé: åpent i året brukerne trenger det, bygd i like deler i årene før, så mange som ledetiden for
    plasser, til plasser x pris per plass, i boligområdet der det mangler flest plasser. Alt er antakelser. Radene i
    scenarioets egen projects.csv beholdes først.
    """
)
@scenario_options
@run_options
@result_options
@option(
    "--propose",
    "propose_to",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help=Text(
        nb="I stedet: skriv en projects.csv med forslag til prosjekter for plassene som ingen har navngitt.",
        en="Instead: write a projects.csv with placeholder projects for the places that nobody has named.",
    ),
)
@option(
    "--school",
    type=PLACES,
    default=500.0,
    show_default=True,
    help=Text(nb="Plasser i en foreslått skole (antakelse).", en="Places of a proposed school (assumed)."),
)
@option(
    "--kindergarten",
    type=PLACES,
    default=100.0,
    show_default=True,
    help=Text(nb="I en foreslått barnehage (antakelse).", en="Of a proposed kindergarten (assumed)."),
)
@option(
    "--care",
    type=PLACES,
    default=60.0,
    show_default=True,
    help=Text(nb="I et foreslått omsorgsbygg (antakelse).", en="Of a proposed care home (assumed)."),
)
@option(
    "--overwrite",
    is_flag=True,
    help=Text(nb="La --propose erstatte FIL hvis den finnes.", en="Let --propose replace FILE if there is one."),
)
@lang_option
def projects(
    scenario: str,
    changes: tuple[str, ...],
    runs: int,
    seed: int,
    years: int,
    out: Path | None,
    as_json: bool,
    pictures: bool,
    propose_to: Path | None,
    school: float,
    kindergarten: float,
    care: float,
    overwrite: bool,
    lang: str,
) -> None:
    """Show the investment plan of SCENARIO: what its named projects cost and when, by class, programme area and
    project, what nobody has named, what is committed, and places against users.

    With --propose, projects of standard sizes are made of the places that the baseline builds without a name. Each
    is an idea: open in the year whose users it is for, built in equal parts in the years before, as many as the lead
    time of places, at places x place cost, in the housing area whose dwellings lack most places. All of it is
    assumption. The rows of the scenario's own projects.csv are kept first.

    \b
    Examples:
      ldip projects
      ldip projects my-municipality/ --years 30 --out results/projects
      ldip projects eksempelvik-2025 --propose proposal.csv --care 40
    """
    from ldip.analysis.investment_plan import MOST_RUNS, investment_plan
    from ldip.report.answers.projects import projects_text
    from ldip.report.answers.projects_files import projects_records, write_projects

    check_size(min(runs, MOST_RUNS), years)
    if propose_to and propose_to.exists() and not overwrite:
        raise InputError([Fault.of("file_exists", "--propose", str(propose_to))])
    source = read(scenario, changes)
    if propose_to:
        sizes = {"schools": school, "kindergartens": kindergarten, "care": care}
        _propose(source, scenario, propose_to, sizes, years, as_json, lang)
        return
    with progress_bar(min(runs, MOST_RUNS), lang) as advance:
        plan = investment_plan(source.scenario, years=years, runs=runs, seed=seed, progress=advance)
    records = projects_records(plan)
    if out:
        with result_folder(out) as folder:
            write_projects(folder, records)
            if pictures and plan.projects:
                from ldip.report.answers.projects_charts import write_timeline

                write_timeline(folder, [it.project for it in plan.projects], plan.years, title(source, lang), lang)
    if as_json:
        click.echo(json_text({"scenario": source.scenario.name, "runs": runs, "seed": seed} | records))
        return
    click.echo(projects_text(plan, source.scenario, title(source, lang), lang))
    if out:
        click.echo("\n" + Text("Resultater: {out}", "Results: {out}").say(lang, out=out))


def _propose(
    source: "Source", scenario: str, to: Path, sizes: dict[str, float], years: int, as_json: bool, lang: str
) -> None:
    """Write the proposal, and say what it covers."""
    from ldip.analysis.proposal import propose
    from ldip.report.answers.proposal import proposal_records, proposal_text, proposal_words
    from ldip.report.folder.files import check_writable, write_file
    from ldip.scenario.files.reader import find
    from ldip.scenario.files.reading import table_file

    check_writable(to)
    found = propose(source.scenario, years=years, sizes=sizes, lang=lang)
    own = table_file(find(scenario).folder, "projects")
    kept = own if own.is_file() else None
    if found.projects:
        write_file(to, proposal_text(kept, found.projects, lang))
    if as_json:
        click.echo(json_text(proposal_records(found)))
        return
    click.echo(title(source, lang) + "\n")
    click.echo(proposal_words(found, source.scenario, to, kept, lang))
