"""ldip simulate."""

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ldip.cli.options import (
    check_policy,
    driver_options,
    lang_option,
    policy_options,
    progress_bar,
    read,
    run_options,
    scenario_options,
    title,
)
from ldip.report.folder.records import json_text
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.scenario.files.reader import Source


@click.command()
@scenario_options
@driver_options
@run_options
@policy_options
@click.option("--out", type=click.Path(path_type=Path), help="Result folder  [default: ldip-results/SCENARIO]")
@click.option(
    "--keep-runs",
    type=click.Choice(["npy", "parquet"]),
    is_flag=False,
    flag_value="npy",
    help="Also write every run of every headline figure (6 kB a run), for numpy (the default) or as Parquet.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON instead of a table.")
@click.option("--pictures/--no-pictures", default=True, help="Write fan charts (PNG and SVG).", show_default=True)
@click.option("--report", "with_report", is_flag=True, help="Also write report.html, the page of ldip report.")
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
    lang: str,
) -> None:
    """Simulate SCENARIO and report the distributions of debt ratio and restructuring need.

    \b
    Examples:
      ldip simulate
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
    from ldip.statistics.stream import passes, simulate_and_summarise

    check_policy(policy, step)
    source = read(scenario, changes, without, only)
    out = out or Path("ldip-results") / source.scenario.name
    with files.result_folder(out) as folder, _kept_runs(keep_runs, folder, source, runs, seed, years) as kept:
        with progress_bar(runs * passes(runs), lang) as advance:
            summary = simulate_and_summarise(
                source.scenario,
                name=source.scenario.name,
                runs=runs,
                seed=seed,
                years=years,
                policy=policy,
                step=step,
                progress=advance,
                **kept,
            )
        files.write_simulation(folder, source, summary)
    remove_old(out, keep_runs)
    remove_old_fans(out)
    if as_json:
        click.echo(json_text(files.summary_records(summary) | {"out": str(out)}))
    else:
        from ldip.report.terminal import summary_text

        click.echo(summary_text(summary, title(source, lang), lang))
        click.echo("\n" + _assumptions_line(source, lang))
        click.echo(Text("Resultater: {out}", "Results: {out}").say(lang, out=out))
    if pictures:
        sys.stdout.flush()
        _write_pictures(source, summary, out, lang, quiet=as_json)
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


@contextlib.contextmanager
def _kept_runs(kind: str | None, folder: Path, source: "Source", runs: int, seed: int, years: int) -> Any:
    """What to keep of every run and where it goes, if it is to be kept."""
    if kind is None:
        yield {}
        return
    from ldip import __version__
    from ldip.model.fiscal_rules import events
    from ldip.report.folder.runs import keep, writer

    scenario = source.scenario
    made_with = {"scenario": scenario.name, "version": __version__, "runs": runs, "seed": seed}
    base_year = scenario.scenario.first_year
    how: dict[str, Any] = {"runs": runs, "years": years, "base_year": base_year, "watched": events(scenario)}
    with writer(folder, kind, **how, made_with=made_with) as write:
        found: dict[str, Callable[..., Any]] = {"keep": keep, "write": write}
        yield found


def _assumptions_line(source: "Source", lang: str) -> str:
    from ldip.report.terminal import ASSUMPTIONS
    from ldip.scenario.numbers import assumed

    count, total = assumed(source.scenario)
    return ASSUMPTIONS.say(lang, count=count, total=total, name=source.scenario.scenario.name)


def _write_pictures(source: "Source", summary: Any, out: Path, lang: str, *, quiet: bool) -> None:
    from ldip.report.fans import picture_names, write_fans
    from ldip.report.folder.files import result_folder

    with result_folder(out) as folder:
        write_fans(folder, source.scenario, summary, lang)
    if not quiet:
        label = Text("Figurer: {names}", "Pictures: {names}")
        click.echo(label.say(lang, names=", ".join(str(out / name) for name in picture_names()[::2])))
