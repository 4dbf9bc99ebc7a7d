"""ldip plan."""

import shutil
from typing import Any

import click

from ldip.cli.language import command, option, say
from ldip.cli.options import lang_option, read, scenario_options, title
from ldip.report.folder.records import json_text
from ldip.text import Text


class FormName(click.ParamType):
    """The word for one of the official forms."""

    name = "form"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word, or a usage error that names all of them."""
        from ldip.report.answers.accounts import form_ids

        known = {form.lower(): form for form in form_ids()}
        if str(value).lower() not in known:
            self.fail(
                say(
                    "{value} er ikke et skjema. Velg blant {names}.",
                    "{value} is not a form. Choose among {names}.",
                    value=repr(value),
                    names=", ".join(form_ids()),
                ),
                param,
                ctx,
            )
        return known[str(value).lower()]


@command(nb="Vis referansebanens regnskap for SCENARIO år for år, i de offisielle skjemaene.")
@scenario_options
@option(
    "--years",
    type=click.IntRange(1, 60),
    default=20,
    show_default=True,
    help=Text(nb="Antall år framover.", en="Years ahead."),
)
@option(
    "--form",
    "forms",
    type=FormName(),
    multiple=True,
    help=Text(
        nb="Bare dette skjemaet, kan gjentas: 5-4, 5-4-2, 5-5, 5-5-2, 5-6, free-revenue, year-end, balance, frames, "
        "key-figures; for planer før 2020 operations, investment, 1A, 1B, 2A, 2B.",
        en="Only this form, may be repeated: 5-4, 5-4-2, 5-5, 5-5-2, 5-6, free-revenue, year-end, balance, frames, "
        "key-figures; of plans before 2020 operations, investment, 1A, 1B, 2A, 2B.",
    ),
)
@option(
    "--nominal",
    is_flag=True,
    help=Text(
        nb="Løpende priser i stedet for faste priser i første år.",
        en="Current prices instead of fixed prices of the first year.",
    ),
)
@option(
    "--json",
    "as_json",
    is_flag=True,
    help=Text(
        nb="Skriv hver linje (eller hver rad i skjemaene) og hvert år som JSON.",
        en="Print every line (or every row of the forms) and year as JSON.",
    ),
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
    """Show the baseline accounts of SCENARIO year by year, in the official forms of its first year.

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
        click.echo(json_text(plan_records(accounts, forms, fixed_prices=not nominal)))
        return
    width = shutil.get_terminal_size((120, 40)).columns
    click.echo(title(source, lang))
    click.echo(plan_text(accounts, forms, fixed_prices=not nominal, width=width, lang=lang))
