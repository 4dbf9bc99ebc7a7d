"""ldip sweep."""

import contextlib
import os
from pathlib import Path

import click

from ldip.cli.language import argument, command, option, say
from ldip.cli.options import Count, check_size, csv_option, lang_option, progress_bar, result_folder
from ldip.report.folder.records import json_text
from ldip.text import Text

RESUMED = Text(
    nb="{count} av {total} tilfeller er regnet fra før.", en="{count} of {total} cases are finished already."
)


@command(
    nb="""
    Simuler alle kombinasjoner av scenarioer, endringer, innstillinger og startverdier som OPPSETT.toml nevner.

    Hvert ferdige tilfelle beholdes i UT/cases: etter et avbrudd regner den samme kommandoen bare ut det som mangler.

    \b
    Filer: summary.csv, sampling_errors.csv, probabilities.csv   som fra simulate, med tilfelle, startverdi og
           innstillinger først
           provenance.json, cases/   hvordan de ble til; de ferdige tilfellene

    \b
    OPPSETT.toml:
      scenario = "baerum-2020"
      changes = [[], ["interest-plus-2"], ["housing-minus-20"]]
      seeds = [1, 2]
      [levers]
      "interest.loan_margin" = [0.003, 0.004]
      "interest.money_market_rate.shift" = [0.0, 0.01]
    """
)
@argument("grid", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="GRID.toml")
@csv_option
@option(
    "--out",
    type=click.Path(path_type=Path),
    help=Text(nb="Resultatmappe  [standard: ldip-results/OPPSETT]", en="Result folder  [default: ldip-results/GRID]"),
)
@option(
    "--executor",
    default="threads",
    show_default=True,
    metavar="NAME",
    help=Text(
        nb="Hvor det regnes: threads, processes, dask://HOST:PORT, eller "
        "PACKAGE.MODULE:FUNCTION som gir en concurrent.futures.Executor.",
        en="Where to compute: threads, processes, dask://HOST:PORT, or "
        "PACKAGE.MODULE:FUNCTION that returns a concurrent.futures.Executor.",
    ),
)
@option(
    "--workers",
    type=click.IntRange(1),
    help=Text(
        nb="Tråder eller prosesser  [standard: én for hver kjerne]",
        en="Threads or processes  [default: one for each core]",
    ),
)
@option(
    "--runs",
    type=Count(),
    help=Text(
        nb="Antall framtider i hvert tilfelle, i stedet for det som står i oppsettet.",
        en="Number of futures of each case, instead of the grid's.",
    ),
)
@option(
    "--json",
    "as_json",
    is_flag=True,
    help=Text(
        nb="Skriv tilfellene som JSON i stedet for en tabell.", en="Print the cases as JSON instead of a table."
    ),
)
@lang_option
def sweep(
    grid: Path,
    out: Path | None,
    executor: str,
    workers: int | None,
    runs: int | None,
    as_json: bool,
    lang: str,
) -> None:
    """Simulate every combination of scenarios, changes, levers and seeds that GRID.toml names.

    Every finished case is kept in OUT/cases: after an interruption the same command computes only what is missing.

    \b
    Files: summary.csv, sampling_errors.csv, probabilities.csv   as of simulate, with case, seed and levers before
           provenance.json, cases/   how they were made; the finished cases

    \b
    GRID.toml:
      scenario = "baerum-2020"
      changes = [[], ["interest-plus-2"], ["housing-minus-20"]]
      seeds = [1, 2]
      [levers]
      "interest.loan_margin" = [0.003, 0.004]
      "interest.money_market_rate.shift" = [0.0, 0.01]

    \b
    Examples:
      ldip sweep grid.toml
      ldip sweep grid.toml --executor processes --workers 8 --out results/margins
      ldip sweep grid.toml --executor dask://10.0.0.5:8786 --runs 100k
    """
    from ldip.analysis.executors import open_executor
    from ldip.analysis.sweep import program
    from ldip.analysis.sweep import sweep as run
    from ldip.report.answers import sweep as report
    from ldip.scenario.files.grid import read_grid

    if workers and executor not in ("threads", "processes"):
        raise click.UsageError(
            say(
                "--workers hører til --executor threads eller processes.",
                "--workers belongs to --executor threads or processes.",
            )
        )
    cases = read_grid(grid, runs)
    local = (workers or os.cpu_count() or 1) if executor in ("threads", "processes") else 1
    check_size(cases.runs, cases.years, ledgers=min(local, len(cases.cases)))
    out = out or Path("ldip-results") / grid.stem
    missing = [case for case in cases.cases if report.finished(out, case, program()) is None]
    if len(missing) < len(cases.cases):
        count, total = len(cases.cases) - len(missing), len(cases.cases)
        click.echo(RESUMED.say(lang, count=count, total=total), err=True)
    failures = []
    if missing:
        with (
            open_executor(executor, workers) as where,
            contextlib.closing(run(cases, missing, where, report.packed)) as outcomes,
            progress_bar(cases.runs * len(missing), lang) as advance,
        ):
            for case, outcome in outcomes:
                if isinstance(outcome, BaseException):
                    failures.append((case, outcome))
                else:
                    report.write_case(out, case, outcome, program())
                if advance:
                    advance(cases.runs)
    if failures:
        raise report.failed(failures, len(cases.cases), out)
    with result_folder(out) as folder:
        report.write_tables(folder, out, cases, program())
    if as_json:
        click.echo(json_text(report.sweep_records(cases, out, program()) | {"out": str(out)}))
        return
    click.echo(report.sweep_text(cases, out, program(), lang))
    click.echo("\n" + Text("Resultater: {out}", "Results: {out}").say(lang, out=out))
