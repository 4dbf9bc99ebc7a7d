"""ldip simulate."""

import contextlib
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ldip.cli.language import command, option
from ldip.cli.options import (
    EXCEL,
    check_policy,
    csv_option,
    driver_options,
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
    from ldip.statistics.summary import Fans

RESULTS = Text("Resultater: {out}", "Results: {out}")
PICTURES_TOO = Text("Resultater og figurer: {out}", "Results and pictures: {out}")


@command(
    nb="""
    Simuler SCENARIO to ganger med samme renter, skatteår og boligår: som om ingen reagerer (presset: hvor mye må
    omstilles?), og som om kommunen følger sine egne regler (styrt: hvor høy blir gjelden, hvor mye endres
    tjenestene?).

    En annen --policy simuleres alene.
    """
)
@scenario_options
@driver_options
@run_options
@policy_options
@csv_option
@option(
    "--out",
    type=click.Path(path_type=Path),
    help=Text(
        nb="Resultatmappe  [standard: ldip-results/SCENARIO]", en="Result folder  [default: ldip-results/SCENARIO]"
    ),
)
@option(
    "--keep-runs",
    type=click.Choice(["npy", "parquet"]),
    is_flag=False,
    flag_value="npy",
    help=Text(
        nb="Skriv også hver framtid for hvert nøkkeltall (6 kB per framtid og vifte), for "
        "numpy (standard) eller som Parquet.",
        en="Also write every run of every headline figure (6 kB a run and fan), for numpy "
        "(the default) or as Parquet.",
    ),
)
@option(
    "--json",
    "as_json",
    is_flag=True,
    help=Text(
        nb="Skriv resultatene som JSON i stedet for en tabell.", en="Print the results as JSON instead of a table."
    ),
)
@option(
    "--pictures/--no-pictures",
    default=True,
    help=Text(nb="Tegn vifter (PNG og SVG).", en="Write fan charts (PNG and SVG)."),
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
@option(
    "--details",
    is_flag=True,
    help=Text(
        nb="Vis også alle tall i begge viftene, i flere år.", en="Also show all figures of both fans, in more years."
    ),
)
@lang_option
def simulate(
    scenario: str,
    changes: tuple[str, ...],
    without: tuple[str, ...],
    only: tuple[str, ...],
    runs: int,
    seed: int,
    years: int,
    policy: str,
    step: float,
    out: Path | None,
    keep_runs: str | None,
    as_json: bool,
    pictures: bool,
    with_report: bool,
    details: bool,
    lang: str,
) -> None:
    """Simulate SCENARIO twice in the same weather: as if nobody reacts (pressure: how much must be restructured?),
    and as if the municipality follows its own rules (steered: how high is the debt, how much do services change?).

    Another --policy is simulated alone.

    \b
    Examples:
      ldip simulate
      ldip simulate --details
      ldip simulate --runs 100k --seed 7 --out results/base
      ldip simulate --change interest-plus-2 --change housing-minus-20
      ldip simulate --policy step --step 40
      ldip simulate --only rate
      ldip simulate --runs 1m --keep-runs
      ldip simulate my-municipality/ --years 10 --json --no-pictures
    """
    from ldip.report.fans import remove_old as remove_old_fans
    from ldip.report.folder import files
    from ldip.report.folder.runs import remove_old
    from ldip.statistics.stream import fans_of, passes, simulate_fans

    check_policy(policy, step)
    source = read(scenario, changes, without, only)
    out = out or default_out(name_of(scenario, source))
    names = fans_of(policy)
    size: Any = {"runs": runs, "seed": seed, "years": years}
    with result_folder(out) as folder, _kept_runs(keep_runs, folder, source, names, **size) as kept:
        with progress_bar(runs * passes(runs), lang, scenarios=len(names)) as advance:
            asked: Any = {**size, "policy": policy, "step": step, "kept": kept, "progress": advance}
            fans = simulate_fans(source.scenario, name=source.scenario.name, **asked)
        files.write_simulation(folder, source, fans)
    remove_old(out, keep_runs, names)
    remove_old_fans(out)
    if as_json:
        click.echo(json_text(files.simulation_records(fans) | {"out": str(out), "doubts": _doubts(source)}))
    else:
        where = shlex.join([scenario, *[word for name in changes for word in ("--change", name)]])
        _show(source, fans, out, where, lang, pictures=pictures, details=details)
    if pictures:
        sys.stdout.flush()
        _write_pictures(source, fans, out, lang)
    if with_report:
        from ldip.cli.again import command_again
        from ldip.cli.report import PAGE, WRITTEN, stressed, write_report

        off = [word for name in without for word in ("--without", name)]
        off += [word for name in only for word in ("--only", name)]
        policy_words = ("--policy", policy, *(("--step", f"{step:g}") if step else ()), *off, "--report")
        how: Any = {"runs": runs, "seed": seed, "years": years}
        again = command_again("simulate", [scenario], changes, *policy_words, **how)
        how |= {"policy": policy, "step": step}
        if policy == "adopted" and not off:
            how["tested"] = stressed(scenario, changes, lang)
        write_report([source], len(changes), out / PAGE, lang, again, **how)
        if not as_json:
            click.echo(WRITTEN.say(lang, out=out / PAGE))


def _doubts(source: "Source") -> list[dict[str, str]]:
    """What there is to look at in the scenario, for JSON."""
    from ldip.analysis.plausibility import all_doubts

    return [doubt.record() for doubt in all_doubts(source.scenario)]


def _show(source: "Source", fans: "Fans", out: Path, where: str, lang: str, *, pictures: bool, details: bool) -> None:
    """The first screen of the scenario that was asked for as `where`, and with `details` every figure of each fan
    below it."""
    from ldip.report.answers.simulation import simulation_text
    from ldip.report.terminal import ASSUMED_AND_INVENTED, ASSUMPTIONS, summary_text
    from ldip.scenario.numbers import assumed
    from ldip.scenario.placeholders import invented

    count, total = assumed(source.scenario)
    click.echo(simulation_text(fans, title(source, lang), lang))
    placeholders, _ = invented(source.scenario)
    counted = ASSUMED_AND_INVENTED if placeholders else ASSUMPTIONS
    click.echo(counted.say(lang, count=count, total=total, invented=placeholders, where=where))
    told = PICTURES_TOO if pictures else RESULTS
    click.echo(f"{told.say(lang, out=out)} ({EXCEL})")
    if details:
        for summary in fans.told:
            click.echo("\n" + summary_text(summary, lang))


@contextlib.contextmanager
def _kept_runs(
    kind: str | None, folder: Path, source: "Source", fans: Sequence[str], *, runs: int, seed: int, years: int
) -> Iterator[dict[str, Any]]:
    """What to keep of every run of each fan and where it goes, if it is to be kept."""
    if kind is None:
        yield {}
        return
    from ldip import __version__
    from ldip.model.fiscal_rules import events
    from ldip.report.folder.runs import keep, stems, writer

    scenario = source.scenario
    made_with = {"scenario": scenario.name, "version": __version__, "runs": runs, "seed": seed}
    how: dict[str, Any] = {"runs": runs, "years": years, "base_year": scenario.scenario.first_year}
    how |= {"watched": events(scenario), "files": len(fans)}
    with contextlib.ExitStack() as opened:
        found = {}
        for fan, stem in zip(fans, stems(fans), strict=True):
            of = writer(folder, kind, stem, **how, made_with=made_with | {"fan": fan})
            found[fan] = {"keep": keep, "write": opened.enter_context(of)}
        yield found


def _write_pictures(source: "Source", fans: "Fans", out: Path, lang: str) -> None:
    from ldip.report.fans import write_fans

    with result_folder(out) as folder:
        write_fans(folder, source.scenario, fans, lang)
