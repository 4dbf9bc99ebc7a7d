"""ldip prioritise."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ldip.cli.language import command, option, say
from ldip.cli.options import (
    FINITE,
    Number,
    check_size,
    csv_option,
    driver_options,
    lang_option,
    progress_bar,
    read,
    result_folder,
    run_options,
    scenario_options,
    title,
)
from ldip.cli.restructure import Confidences
from ldip.report.folder.records import json_text
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.analysis.prioritise import Prioritised

SIMULATED = 8
"""How often the runs are simulated until a programme is found and verified, about."""


class Ceiling(click.ParamType):
    """A figure and its limit, like debt_ratio=0.90."""

    name = "metric=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        """The two, or a usage error."""
        if isinstance(value, tuple):
            return value
        metric, _, limit = str(value).partition("=")
        try:
            number = float(limit)
        except ValueError:
            self.fail(
                say(
                    "{value} er ikke et tak. Skriv for eksempel debt_ratio=0.90.",
                    "{value} is not a ceiling. Write for example debt_ratio=0.90.",
                    value=repr(value),
                ),
                param,
                ctx,
            )
        if not abs(number) < 1e9:
            self.fail(say(*FINITE, value=repr(value)), param, ctx)
        return metric, number


@command(
    nb="""
    Finn når hvert prosjekt i projects.csv til SCENARIO bør begynne, slik at tak og handlingsregler holder med
    ønsket sikkerhet og minst mulig flyttes: mill. kr x års utsettelse x nytte.

    Uten --ceiling og --rule skal alle handlingsregler holde. Et prosjekt venter høyst til sin seneste start; uten
    en slik --most-years, og aldri slik at mer brukes etter det siste året det ses på. Alternativet kan bygges i
    stedet. Det som er påbegynt eller bundet av kontrakt, blir stående. Det som finnes, prøves i framtider det ikke
    ble funnet i; der ingenting holder, får du vite hva som ville ha gjort det.
    """
)
@scenario_options
@driver_options
@option(
    "--ceiling",
    "ceilings",
    type=Ceiling(),
    multiple=True,
    help=Text(
        nb="Hold et tall innenfor denne grensen (90 % er 0.90); kan gjentas.",
        en="Keep a figure within this limit (90 % is 0.90); may be repeated.",
    ),
)
@option(
    "--confidence",
    type=Number(0.0, 1.0, min_open=True, max_open=True),
    default=0.8,
    show_default=True,
    help=Text(nb="Hvor sikkert det skal være.", en="How sure."),
)
@option(
    "--rule",
    "rules",
    metavar="RULE",
    multiple=True,
    help=Text(nb="Hold også denne handlingsregelen; kan gjentas.", en="Keep this fiscal rule too; may be repeated."),
)
@option(
    "--since",
    type=int,
    metavar="YEAR",
    help=Text(
        nb="I hvert år fra ÅR  [standard: det første etter planen]",
        en="In every year from YEAR on  [default: the first after the plan]",
    ),
)
@option(
    "--jointly",
    is_flag=True,
    help=Text(
        nb="Så sikkert for alle år og grenser samtidig, ikke for hvert år for seg.",
        en="So sure of all years and limits at once, not of each year by itself.",
    ),
)
@option(
    "--may-drop",
    is_flag=True,
    help=Text(
        nb="Prosjekter som loven ikke krever, kan droppes.",
        en="Projects that the law does not demand may be dropped.",
    ),
)
@option(
    "--most-years",
    type=click.IntRange(0, 60),
    default=4,
    show_default=True,
    help=Text(
        nb="Så mange år kan prosjekter uten seneste start vente.",
        en="So long may projects wait that have no latest start.",
    ),
)
@option(
    "--earlier",
    is_flag=True,
    help=Text(
        nb="Prosjekter kan også begynne før, ned til sin tidligste start.",
        en="Projects may also start earlier, down to their earliest start.",
    ),
)
@option(
    "--alternatives/--no-alternatives",
    default=True,
    show_default=True,
    help=Text(nb="Et prosjekts alternativ kan bygges i stedet.", en="A project's alternative may be built instead."),
)
@option(
    "--places/--no-places",
    default=True,
    show_default=True,
    help=Text(nb="Plasser må åpne når de trengs.", en="Places must open when they are needed."),
)
@option(
    "--policy",
    type=click.Choice(["none", "adopted", "react"]),
    default="adopted",
    show_default=True,
    help=Text(nb="Hva som gjøres med omstillingsbehovet.", en="What is done about the need."),
)
@option(
    "--frontier",
    type=Confidences(),
    is_flag=False,
    flag_value="0.7,0.8,0.9",
    default=(),
    help=Text(
        nb="Også: den første grensen mot det som utsettes, med disse sikkerhetene; tar et minutt  [0.7,0.8,0.9]",
        en="Also: the first limit against what is postponed, at these confidences; takes a minute  [0.7,0.8,0.9]",
    ),
)
@run_options
@csv_option
@option(
    "--out",
    type=click.Path(path_type=Path),
    help=Text(
        nb="Skriv endringen (X.toml), eller en mappe med alt.",
        en="Write the change (X.toml), or a folder with all of it.",
    ),
)
@option(
    "--pictures/--no-pictures",
    default=True,
    help=Text(nb="Med en mappe: figuren.", en="With a folder: the picture."),
    show_default=True,
)
@option("--json", "as_json", is_flag=True, help=Text(nb="Skriv alt som JSON.", en="Print all of it as JSON."))
@lang_option
def prioritise(
    scenario: str,
    changes: tuple[str, ...],
    without: tuple[str, ...],
    only: tuple[str, ...],
    ceilings: tuple[tuple[str, float], ...],
    confidence: float,
    rules: tuple[str, ...],
    since: int | None,
    frontier: tuple[float, ...],
    runs: int,
    seed: int,
    years: int,
    out: Path | None,
    pictures: bool,
    as_json: bool,
    lang: str,
    **how: Any,
) -> None:
    """Find when to start which project of SCENARIO's projects.csv so that ceilings and fiscal rules hold at a chosen
    confidence, and as little as possible moves: mill. kr x years of delay x benefit.

    Without --ceiling and --rule all fiscal rules are to hold. A project waits until its latest start at most; without
    one --most-years, and never so that more is spent after the last year looked at. Its alternative may be built
    instead. Those that are begun or bound by contract stay. What is found is simulated in futures that it was not
    found in; where nothing holds, you are told what would.

    \b
    Examples:
      ldip prioritise kommune --ceiling debt_ratio=0.90
      ldip prioritise kommune --ceiling debt_ratio=0.90 --confidence 0.9 --may-drop --out later.toml
      ldip prioritise kommune --ceiling debt_ratio=1.00 --rule result --jointly --since 2030
      ldip prioritise kommune --ceiling debt_ratio=0.95 --frontier --out results/priorities
    """
    from ldip.analysis.prioritise import ceiling
    from ldip.analysis.prioritise import prioritise as solve
    from ldip.analysis.restructuring import chosen_rules
    from ldip.report.answers import prioritise as words

    check_size(runs, years, ledgers=2)
    source = read(scenario, changes, without, only)
    wanted = chosen_rules(source.scenario, rules) if rules or not ceilings else ()
    limits = [*[ceiling(source.scenario, metric, value) for metric, value in ceilings], *wanted]
    if out and out.suffix == ".toml":
        from ldip.report.folder.files import check_writable

        check_writable(out)
    with progress_bar(runs, lang, scenarios=SIMULATED) as advance:
        asked = {"confidence": confidence, "since": since, "frontier": frontier, "progress": advance, **how}
        result = solve(source.scenario, limits, runs=runs, seed=seed, years=years, **asked)
    if out:
        _write(out, result, pictures, title(source, lang), lang)
    if as_json:
        click.echo(json_text(words.prioritise_records(result)))
        return
    click.echo(words.prioritise_text(result, title(source, lang), lang))
    if out:
        click.echo("\n" + Text("Resultater: {out}", "Results: {out}").say(lang, out=out))


def _write(out: Path, result: "Prioritised", pictures: bool, heading: str, lang: str) -> None:
    """The change file alone, or a folder with the change, the tables and the picture."""
    from ldip.report.answers import prioritise as words
    from ldip.report.folder.files import write_file

    if out.suffix == ".toml":
        write_file(out, words.change_file(result))
        return
    with result_folder(out) as folder:
        words.write_prioritised(folder, result)
        write_file(folder / "prioritised.toml", words.change_file(result))
        if pictures and result.frontier:
            from ldip.report.answers.prioritise_charts import write_frontier_picture

            write_frontier_picture(folder, result, heading, lang)
