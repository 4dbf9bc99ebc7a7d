"""ldip explain."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ldip.cli.language import command, option, say
from ldip.cli.options import (
    check_size,
    csv_option,
    lang_option,
    progress_bar,
    read,
    result_folder,
    run_options,
    scenario_options,
    title,
)
from ldip.errors import Fault, InputError
from ldip.report.folder.records import json_text
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.scenario.schema import Scenario


class Shares(click.ParamType):
    """A part of the runs, like 0.9:1.0."""

    name = "low:high"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """The two ends, or a usage error."""
        try:
            low, high = (float(part) for part in str(value).split(":"))
        except ValueError:
            self.fail(
                say(
                    "{value} er ikke en del av framtidene. Skriv for eksempel 0.9:1.0.",
                    "{value} is not a part of the runs. Write for example 0.9:1.0.",
                    value=repr(value),
                ),
                param,
                ctx,
            )
        if not 0.0 <= low < high <= 1.0:
            self.fail(
                say(
                    "{value}: skriv to andeler i rekkefølge, fra 0 til 1, som 0.9:1.0.",
                    "{value}: write two shares in order, from 0 to 1, like 0.9:1.0.",
                    value=value,
                ),
                param,
                ctx,
            )
        return low, high


@command(
    nb="""
    Forklar endringen i gjeldsgraden til SCENARIO: investering, drift, renter, prisvekst, vekst.

    Leddene summerer seg nøyaktig. Uten --group forklarer de referansebanen. Med --group sier de hva som skiller noen
    av framtidene fra de andre: --group 0.9:1.0 er tidelen med høyest gjeldsgrad det siste året.
    """
)
@scenario_options
@option(
    "--from",
    "first",
    type=int,
    metavar="YEAR",
    help=Text(
        nb="Begynn ved utgangen av ÅR  [standard: det første]", en="Start at the close of YEAR  [default: the first]"
    ),
)
@option(
    "--to",
    "last",
    type=int,
    metavar="YEAR",
    help=Text(
        nb="Slutt ved utgangen av ÅR  [standard: det siste]", en="End at the close of YEAR  [default: the last]"
    ),
)
@option(
    "--group",
    type=Shares(),
    help=Text(
        nb="Forklar framtidene mellom to andeler, sortert etter gjeldsgraden siste år.",
        en="Explain the runs between two shares, ordered by the last year's ratio.",
    ),
)
@option(
    "--against",
    type=Shares(),
    help=Text(
        nb="Framtidene som --group sammenlignes med  [standard: 0.4:0.6]",
        en="The runs that --group is compared with  [default: 0.4:0.6]",
    ),
)
@option(
    "--against-base",
    is_flag=True,
    help=Text(
        nb="Sammenlign referansebanen med banen til det uendrede scenarioet.",
        en="Compare the baseline path with that of the unchanged scenario.",
    ),
)
@option(
    "--with-deficits",
    is_flag=True,
    help=Text(
        nb="Forklar gjeldsgraden medregnet udekket merforbruk.",
        en="Explain the debt ratio including uncovered deficits.",
    ),
)
@run_options
@csv_option
@option(
    "--out",
    type=click.Path(path_type=Path),
    help=Text(nb="Skriv også tabeller (CSV) og figuren hit.", en="Also write tables (CSV) and the picture here."),
)
@option(
    "--pictures/--no-pictures",
    default=True,
    help=Text(nb="Med --out: figuren (PNG, SVG).", en="With --out: the picture (PNG, SVG)."),
    show_default=True,
)
@option(
    "--json",
    "as_json",
    is_flag=True,
    help=Text(nb="Skriv hvert ledd og år som JSON.", en="Print every term and year as JSON."),
)
@lang_option
def explain(
    scenario: str,
    changes: tuple[str, ...],
    first: int | None,
    last: int | None,
    group: tuple[float, float] | None,
    against: tuple[float, float] | None,
    against_base: bool,
    with_deficits: bool,
    runs: int,
    seed: int,
    years: int,
    out: Path | None,
    pictures: bool,
    as_json: bool,
    lang: str,
) -> None:
    """Explain the change of SCENARIO's debt ratio: investment, operations, interest, inflation, growth.

    The terms add up exactly. Without --group they explain the baseline path. With --group they say what sets some of
    the simulated runs apart: --group 0.9:1.0 is the tenth of them with the highest ratio in the last year.

    \b
    Examples:
      ldip explain
      ldip explain --from 2023 --to 2030
      ldip explain --change interest-plus-2 --against-base
      ldip explain --group 0.9:1.0 --against 0.4:0.6 --out results/why
      ldip explain --group 0.9:1 --against 0:0.1 --with-deficits --json
    """
    from ldip.analysis.explain import explain as explain_path
    from ldip.analysis.explain import explain_groups
    from ldip.report.answers.explain import explanation_records, explanation_text, write_explanation

    if against and not group:
        raise click.UsageError(say("--against hører til --group.", "--against belongs to --group."))
    if against_base and group:
        raise click.UsageError(
            say(
                "--against-base sammenligner referansebaner, --group framtider: velg en av dem.",
                "--against-base compares baseline paths, --group runs: choose one of them.",
            )
        )
    source = read(scenario, changes)
    how: dict[str, Any] = {"years": years, "first": first, "last": last}
    how["metric"] = "debt_ratio_with_deficits" if with_deficits else "debt_ratio"
    if group:
        check_size(runs, years, ledgers=2)
        with progress_bar(runs, lang) as advance:
            explanation = explain_groups(
                source.scenario, group, against or (0.4, 0.6), runs=runs, seed=seed, progress=advance, **how
            )
    else:
        base = _base(scenario, source.scenario.name) if against_base else None
        explanation = explain_path(source.scenario, against=base, **how)
    heading = title(source, lang)
    if out:
        with result_folder(out) as folder:
            write_explanation(folder, explanation)
            if pictures:
                from ldip.report.answers.explain_charts import write_waterfall

                write_waterfall(folder, explanation, heading, lang)
    if as_json:
        records = explanation_records(explanation)
        click.echo(json_text({"scenario": source.scenario.name} | records | ({"out": str(out)} if out else {})))
        return
    click.echo(explanation_text(explanation, heading, lang))
    if out:
        click.echo("\n" + Text("Resultater: {out}", "Results: {out}").say(lang, out=out))


def _base(scenario: str, name: str) -> "Scenario":
    """The scenario without any of its changes, or InputError if it has none."""
    from ldip.scenario.files.reader import find

    base = read(str(find(scenario).base), ()).scenario
    if base.name == name:
        raise InputError([Fault.of("nothing_changed", "--against-base", name)])
    return base
