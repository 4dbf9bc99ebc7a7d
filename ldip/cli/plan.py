"""ldip plan and ldip reconcile."""

import json
import shutil
from pathlib import Path
from typing import Any

import click

from ldip.cli.options import lang_option, read, scenario_options, title
from ldip.errors import Fault, InputError
from ldip.text import Text


class FormName(click.ParamType):
    """The word for one of the official forms."""

    name = "form"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word, or a usage error that names all of them."""
        from ldip.report.answers.accounts import form_ids

        known = {form.lower(): form for form in form_ids()}
        if str(value).lower() not in known:
            self.fail(f"{value!r} is not a form. Choose among {', '.join(form_ids())}.", param, ctx)
        return known[str(value).lower()]


@click.command()
@scenario_options
@click.option("--years", type=click.IntRange(1, 60), default=20, show_default=True, help="Years ahead.")
@click.option(
    "--form",
    "forms",
    type=FormName(),
    multiple=True,
    help="Only this form, may be repeated: operations, investment, 1A, 1B, 2A, 2B, balance, frames, key-figures.",
)
@click.option("--nominal", is_flag=True, help="Current prices instead of fixed prices of the first year.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print every line (or every row of the forms) and year as JSON."
)
@lang_option
def plan(
    scenario: str,
    changes: tuple[str, ...],
    years: int,
    forms: tuple[str, ...],
    nominal: bool,
    as_json: bool,
    lang: str,
) -> None:
    """Show the baseline accounts of SCENARIO year by year, in the official forms.

    \b
    Examples:
      ldip plan
      ldip plan --form 1A --form 1B --years 4
      ldip plan --nominal --form investment
      ldip plan --change interest-plus-2 --form key-figures --lang en
    """
    from ldip.analysis.statement import Accounts
    from ldip.report.answers.accounts import plan_records, plan_text

    source = read(scenario, changes)
    accounts = Accounts(source.scenario, years)
    if as_json:
        click.echo(json.dumps(plan_records(accounts, forms, fixed_prices=not nominal)))
        return
    width = shutil.get_terminal_size((120, 40)).columns
    click.echo(title(source, lang))
    click.echo(plan_text(accounts, forms, fixed_prices=not nominal, width=width, lang=lang))


@click.command()
@scenario_options
@click.option("--all", "everything", is_flag=True, help="Every figure, not only those that differ.")
@click.option("--out", type=click.Path(path_type=Path), help="Also write reconcile.csv into this folder.")
@lang_option
def reconcile(scenario: str, changes: tuple[str, ...], everything: bool, out: Path | None, lang: str) -> None:
    """Set the baseline of SCENARIO beside the published plan, figure by figure, and explain the differences.

    \b
    Examples:
      ldip reconcile
      ldip reconcile --all --lang en
      ldip reconcile --out results/reconciliation
    """
    from ldip.analysis.reconcile import debt_ratios, published_file
    from ldip.analysis.reconcile import reconcile as compare
    from ldip.report.answers.reconciliation import reconciliation_text, write_reconciliation
    from ldip.report.folder.files import result_folder
    from ldip.scenario.files.reader import change_names, find

    source = read(scenario, changes)
    if not source.scenario.published:
        raise InputError([Fault.of("nothing_published", source.scenario.name, "published.csv")])
    rows = compare(source.scenario, published_file(source))
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
