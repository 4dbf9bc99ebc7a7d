"""ldip reconcile."""

from pathlib import Path

import click

from ldip.cli.language import command, option
from ldip.cli.options import csv_option, lang_option, read, result_folder, scenario_options, title
from ldip.errors import Fault, InputError
from ldip.text import Text


@command(
    nb="Sett referansebanen til SCENARIO ved siden av den publiserte planen, tall for tall, og forklar forskjellene."
)
@scenario_options
@option(
    "--all",
    "everything",
    is_flag=True,
    help=Text(nb="Alle tall, ikke bare de som avviker.", en="Every figure, not only those that differ."),
)
@csv_option
@option(
    "--out",
    type=click.Path(path_type=Path),
    help=Text(nb="Skriv også reconcile.csv i denne mappen.", en="Also write reconcile.csv into this folder."),
)
@lang_option
def reconcile(scenario: str, changes: tuple[str, ...], everything: bool, out: Path | None, lang: str) -> None:
    """Set the baseline of SCENARIO beside the published plan, figure by figure, and explain the differences.

    \b
    Examples:
      ldip reconcile
      ldip reconcile --all --lang en
      ldip reconcile --out results/reconciliation
    """
    from ldip.analysis.reconcile import debt_ratios
    from ldip.analysis.reconcile import reconcile as compare
    from ldip.report.answers.reconciliation import reconciliation_text, write_reconciliation
    from ldip.scenario.files.reader import change_names, find

    source = read(scenario, changes)
    if not source.scenario.published:
        raise InputError([Fault.of("nothing_published", source.scenario.name, "published.csv")])
    rows = compare(source.scenario)
    if out:
        with result_folder(out) as folder:
            write_reconciliation(folder, rows, lang)
    click.echo(title(source, lang) + "\n")
    compare_with = "constant-parameters"
    fitted_in = (
        scenario if compare_with in change_names(find(scenario).folder) and compare_with not in changes else ""
    )
    ratios = debt_ratios(source.scenario)
    click.echo(reconciliation_text(rows, ratios, lang, everything=everything, fitted_in=fitted_in))
    if out:
        click.echo("\n" + Text("Resultater: {out}", "Results: {out}").say(lang, out=out))
