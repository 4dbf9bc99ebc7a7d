"""ldip compare."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ldip.cli.alternatives import read_all, reference, wanted
from ldip.cli.language import argument, command, option
from ldip.cli.options import (
    ALL,
    EXCEL,
    OUT,
    change_option,
    check_policy,
    check_size,
    csv_option,
    lang_option,
    policy_options,
    progress_bar,
    result_folder,
    run_options,
)
from ldip.cli.place import default_out, names_of
from ldip.report.folder.records import json_text
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.analysis.compare import Comparison
    from ldip.scenario.files.reader import Source

PICTURES = ("comparison.png", "comparison.svg")


@command(
    nb="""
    Sett alternativer side om side, framtid for framtid med samme renter, skatteår og boligår: som om ingen
    reagerer, eller med en annen --policy.

    Et SCENARIO er et navn som følger med, en mappe, en fil, NAVN+ENDRING, eller en navngitt endring av det første
    eller av standardscenarioet. De andre sammenlignes med det første; ett alene sammenlignes med scenarioet det
    endrer.

    \b
    Filer: comparison.csv, sampling_errors.csv, probabilities.csv   hvert scenario, som fra simulate
           paired.csv, paired_probabilities.csv   forskjeller fra det første, framtid for framtid
           regret.csv   hvor langt over det laveste av alle, og hvor ofte lavest
           comparison.png, comparison.svg, provenance.json
    """
)
@argument("scenarios", nargs=-1, metavar="[SCENARIO]...")
@change_option(ALL)
@option(
    "--against",
    metavar="NAME",
    help=Text(
        nb="Scenarioet det sammenlignes med  [standard: det første]",
        en="The scenario to compare with  [default: the first]",
    ),
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
@option(
    "--report",
    "with_report",
    is_flag=True,
    help=Text(
        nb="Skriv også report.html, siden som ldip report lager.",
        en="Also write report.html, the page of ldip report.",
    ),
)
@lang_option
def compare(
    scenarios: tuple[str, ...],
    changes: tuple[str, ...],
    against: str | None,
    runs: int,
    seed: int,
    years: int,
    policy: str,
    step: float,
    out: Path | None,
    as_json: bool,
    pictures: bool,
    with_report: bool,
    lang: str,
) -> None:
    """Set alternatives side by side, run by run in the same weather: as if nobody reacts, or with another --policy.

    A SCENARIO is a shipped name, a folder, a file, NAME+CHANGE, or a named change of the first one or of the default
    scenario. The first is what the others are compared with; one alone is compared with the scenario it changes.

    \b
    Files: comparison.csv, sampling_errors.csv, probabilities.csv   every scenario, as of simulate
           paired.csv, paired_probabilities.csv   differences from the first, run by run
           regret.csv   how far above the lowest of all, and how often the lowest
           comparison.png, comparison.svg, provenance.json

    \b
    Examples:
      ldip compare
      ldip compare interest-plus-2
      ldip compare baerum-2020 housing-minus-20 housing-minus-20+interest-plus-2
      ldip compare --change interest-plus-2 --runs 100k --out results/dear-money
      ldip compare my-municipality/ my-municipality/+growth --years 10 --json
    """
    from ldip.analysis.compare import compare_scenarios
    from ldip.report.answers.comparison_files import comparison_records, write_comparison
    from ldip.report.folder import files

    check_policy(policy, step)
    check_size(runs, years, ledgers=2)
    words = wanted(scenarios)
    sources = read_all(words, changes)
    how: Any = {"runs": runs, "seed": seed, "years": years}
    against = reference(against, words, sources, len(changes)) if against else sources[0].scenario.name
    out = out or default_out("compare", *names_of(words, sources))
    with result_folder(out) as folder:
        with progress_bar(runs, lang, scenarios=len(sources)) as advance:
            of = [source.scenario for source in sources]
            comparison = compare_scenarios(of, against=against, progress=advance, policy=policy, step=step, **how)
        write_comparison(folder, comparison)
        simulated = {"against": against, "scenarios": [files.resolved(source) for source in sources]}
        files.write_provenance(folder, comparison.summaries[against], simulated)
    for name in PICTURES:
        (out / name).unlink(missing_ok=True)  # those of an earlier comparison
    if as_json:
        click.echo(json_text(comparison_records(comparison) | {"out": str(out)}))
    else:
        _show(comparison, sources, changes, out, lang)
    if pictures:
        sys.stdout.flush()
        _write_picture(comparison, sources, changes, out, lang, quiet=as_json)
    if with_report:
        from ldip.cli.again import command_again
        from ldip.cli.report import NOT_TESTED, PAGE, WRITTEN, stressed, write_report

        done = ("--policy", policy, *(("--step", f"{step:g}") if step else ()))
        again = command_again("compare", words, changes, "--against", against, *done, "--report", **how)
        how |= {"policy": policy, "step": step}
        place = [source.scenario.name for source in sources].index(against)
        tested = stressed(words[place], changes, lang) if policy == "adopted" else NOT_TESTED
        write_report(sources, len(changes), out / PAGE, lang, again, against=against, tested=tested, **how)
        if not as_json:
            click.echo(WRITTEN.say(lang, out=out / PAGE))


def _show(
    comparison: "Comparison", sources: Sequence["Source"], changes: Sequence[str], out: Path, lang: str
) -> None:
    from ldip.report.answers.comparison import common_title, comparison_text, labels

    heading = Text("Sammenligning: {title}", "Comparison: {title}").say(
        lang, title=common_title(sources, len(changes), lang)
    )
    click.echo(comparison_text(comparison, labels(sources, len(changes), lang), heading, lang))
    click.echo("\n" + Text("Resultater: {out}", "Results: {out}").say(lang, out=out) + f"\n({EXCEL})")


def _write_picture(
    comparison: "Comparison",
    sources: Sequence["Source"],
    changes: Sequence[str],
    out: Path,
    lang: str,
    *,
    quiet: bool,
) -> None:
    from ldip.report.answers.comparison import common_title, labels
    from ldip.report.answers.comparison_charts import write_picture

    with result_folder(out) as folder:
        title = common_title(sources, len(changes), lang)
        write_picture(folder, PICTURES, comparison, labels(sources, len(changes), lang), title, lang)
    if not quiet:
        click.echo(Text("Figur: {name}", "Picture: {name}").say(lang, name=out / PICTURES[0]))
