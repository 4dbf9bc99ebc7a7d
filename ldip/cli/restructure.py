"""ldip restructure."""

from pathlib import Path
from typing import Any

import click

from ldip.cli.language import command, option, say
from ldip.cli.options import (
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
from ldip.report.folder.records import json_text
from ldip.text import Text

SOLVING = 12
"""How often a run is simulated until its step is found, about."""


class Confidences(click.ParamType):
    """Shares divided by commas, like 0.7,0.8,0.9."""

    name = "shares"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        """The shares, or a usage error."""
        if isinstance(value, tuple):
            return value
        try:
            shares = tuple(float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(
                say(
                    "{value} er ikke en liste av andeler. Skriv for eksempel 0.7,0.8,0.9.",
                    "{value} is not a list of shares. Write for example 0.7,0.8,0.9.",
                    value=repr(value),
                ),
                param,
                ctx,
            )
        if not all(0.0 < share < 1.0 for share in shares):
            self.fail(
                say(
                    "{value}: hver må ligge mellom 0 og 1. Skriv 0.9 for 90 %.",
                    "{value}: each must lie between 0 and 1. Write 0.9 for 90 %.",
                    value=value,
                ),
                param,
                ctx,
            )
        return shares


@command(
    nb="""
    Finn hvor mye som må omstilles hvert år for at reglene skal holde med ønsket sikkerhet hvis ingen reagerer på
    det som kommer; og ved siden av hva en kommune oppnår som venter og følger sine egne regler.
    """
)
@scenario_options
@driver_options
@option(
    "--confidence",
    type=Confidences(),
    default="0.7,0.8,0.9",
    show_default=True,
    help=Text(nb="Hvor sikkert det skal være.", en="How sure."),
)
@option(
    "--rule",
    "rules",
    metavar="RULE",
    multiple=True,
    help=Text(
        nb="Bare denne regelen: result, equity, buffer, liquidity, deficit, eller en av "
        "scenarioets egne; kan gjentas.",
        en="Only this rule: result, equity, buffer, liquidity, deficit, or one of the "
        "scenario's own; may be repeated.",
    ),
)
@option(
    "--since",
    type=int,
    metavar="YEAR",
    help=Text(
        nb="Reglene må holde i hvert år fra ÅR, ikke bare i det siste.",
        en="The rules must hold in every year from YEAR on, not only the last.",
    ),
)
@option(
    "--reserve",
    "with_reserve",
    is_flag=True,
    help=Text(nb="Også: hvor stort bufferfond som holder.", en="Also: how large a buffer fund lasts."),
)
@run_options
@csv_option
@option(
    "--out",
    type=click.Path(path_type=Path),
    help=Text(
        nb="Skriv også restructuring.csv og kurven hit.", en="Also write restructuring.csv and its curve here."
    ),
)
@option(
    "--json",
    "as_json",
    is_flag=True,
    help=Text(nb="Skriv trinn og kurve som JSON.", en="Print steps and curve as JSON."),
)
@lang_option
def restructure(
    scenario: str,
    changes: tuple[str, ...],
    without: tuple[str, ...],
    only: tuple[str, ...],
    confidence: tuple[float, ...],
    rules: tuple[str, ...],
    since: int | None,
    with_reserve: bool,
    runs: int,
    seed: int,
    years: int,
    out: Path | None,
    as_json: bool,
    lang: str,
) -> None:
    """Find how much must be restructured every year for the rules to hold, at a chosen confidence, if nobody
    reacts to what comes; and beside it what is achieved by a municipality that waits and follows its own rules.

    \b
    Examples:
      ldip restructure
      ldip restructure --confidence 0.5,0.9,0.95 --rule result
      ldip restructure --change interest-plus-2 --since 2030 --json
      ldip restructure --reserve --out results/restructuring
    """
    from ldip.analysis.reserve import OPENINGS, reserve_curve
    from ldip.analysis.restructuring import restructure as solve
    from ldip.analysis.steering import steer
    from ldip.report.answers import restructuring as words

    check_size(runs, years, ledgers=2)
    source = read(scenario, changes, without, only)
    asked: Any = {"rules": rules, "since": since, "runs": runs, "seed": seed, "years": years}
    with progress_bar(runs, lang, times=SOLVING) as advance:
        result = solve(source.scenario, confidences=confidence, progress=advance, **asked)
    steering = steer(source.scenario, **asked)
    reserve = None
    if with_reserve:
        with progress_bar(runs, lang, scenarios=len(OPENINGS) + 1) as advance:
            reserve = reserve_curve(source.scenario, runs=runs, seed=seed, years=years, progress=advance)
    if out:
        with result_folder(out) as folder:
            words.write_restructuring(folder, result, steering, reserve)
    if as_json:
        records = words.restructuring_records(result) | {"steering": words.steering_records(steering)}
        click.echo(json_text(records | ({"reserve": words.reserve_records(reserve)} if reserve else {})))
        return
    heading = source.scenario.scenario
    told = (title(source, lang), heading.first_year, heading.plan_years, lang)
    click.echo(words.restructuring_text(result, steering, *told))
    if reserve:
        click.echo("\n" + words.reserve_text(reserve, heading.plan_years, lang))
    if out:
        click.echo("\n" + Text("Resultater: {out}", "Results: {out}").say(lang, out=out))
