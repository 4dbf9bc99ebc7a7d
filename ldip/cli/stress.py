"""ldip stress."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ldip.cli.language import command, option
from ldip.cli.options import (
    OUT,
    check_policy,
    check_size,
    csv_option,
    lang_option,
    policy_options,
    progress_bar,
    read,
    result_folder,
    run_options,
    scenario_options,
    title,
)
from ldip.cli.place import default_out, name_of
from ldip.report.folder.records import json_text
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.scenario.files.reader import Source

PICTURES = ("stress.png", "stress.svg")


@command(
    nb="""
    Sett SCENARIO under press: stresstestene, på referansebanen og på hele viften.

    En stresstest er en navngitt endring som sier det i hodet: stress = "path", "replay" (år som har vært) eller
    "chance". De som flytter banen, kjøres også alle samtidig.
    """
)
@scenario_options
@option(
    "--test",
    "tests",
    multiple=True,
    metavar="NAME",
    help=Text(nb="Bare denne stresstesten; kan gjentas.", en="Only this stress test; may be repeated."),
)
@run_options
@policy_options
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
    help=Text(nb="Tegn figuren (PNG og SVG).", en="Write the picture (PNG and SVG)."),
    show_default=True,
)
@lang_option
def stress(
    scenario: str,
    changes: tuple[str, ...],
    tests: tuple[str, ...],
    runs: int,
    seed: int,
    years: int,
    policy: str,
    step: float,
    out: Path | None,
    as_json: bool,
    pictures: bool,
    lang: str,
) -> None:
    """Put SCENARIO under stress: the LDIP's stress tests, on the baseline and on the whole distribution.

    A stress test is a named change whose heading says so: stress = "path", "replay" (of years that were) or "chance".
    Those of the path are also run all at once.

    \b
    Examples:
      ldip stress
      ldip stress --test interest-plus-2 --test housing-failure
      ldip stress --change housing-plus-10 --runs 50k --out results/stress
    """
    from ldip.analysis.stress import stress as run
    from ldip.report.answers.stress import stress_records, stress_text, write_stress
    from ldip.report.folder import files

    check_policy(policy, step)
    check_size(runs, years, ledgers=2)
    sources, label = stress_sources(scenario, changes, tests, lang)
    out = out or default_out(name_of(scenario, sources[0]), "stress", *tests)
    with result_folder(out) as folder:
        with progress_bar(runs, lang, scenarios=len(sources)) as advance:
            scenarios = [source.scenario for source in sources]
            how: Any = {"runs": runs, "seed": seed, "years": years, "policy": policy, "step": step}
            result = run(scenarios, progress=advance, **how)
        write_stress(folder, result)
        simulated = {"scenarios": [files.resolved(source) for source in sources]}
        files.write_provenance(folder, result.comparison.summaries[result.comparison.against], simulated)
    for name in PICTURES:
        (out / name).unlink(missing_ok=True)  # those of an earlier run
    if as_json:
        click.echo(
            json_text(
                {"policy": policy, "runs": runs, "seed": seed, "stress": stress_records(result), "out": str(out)}
            )
        )
    else:
        click.echo(stress_text(result, label, title(sources[0], lang), lang))
        click.echo("\n" + Text("Resultater: {out}", "Results: {out}").say(lang, out=out))
    if pictures:
        sys.stdout.flush()
        from ldip.report.answers.stress_charts import write_stress_picture

        with result_folder(out) as folder:
            write_stress_picture(folder, PICTURES, result, label, lang)
        if not as_json:
            click.echo(Text("Figur: {name}", "Picture: {name}").say(lang, name=out / PICTURES[0]))


def stress_sources(
    scenario: str, changes: tuple[str, ...], tests: tuple[str, ...], lang: str
) -> tuple[list["Source"], dict[str, str]]:
    """The scenario, each test laid over it, all at once, and what readers call them by scenario name."""
    from ldip.report.answers.stress import labels
    from ldip.scenario.files.overlay import stress_sources as sources_of
    from ldip.scenario.files.reader import find, stress_tests

    kinds = stress_tests(find(scenario).folder)
    stressed = sources_of(lambda more: read(scenario, (*changes, *more)), kinds, tests)
    return stressed.sources, labels(stressed, lang)
