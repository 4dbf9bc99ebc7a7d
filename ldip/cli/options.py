"""What the commands share: options, reading, titles, the progress bar."""

import math
import re
import shlex
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ldip.api.arguments import FEW_RUNS, LARGEST_STEP, MOST_RUNS, too_many
from ldip.cli.language import LANGUAGE, LANGUAGES, argument, asked, option, say
from ldip.errors import InputError, Notice
from ldip.scenario.horizon import USUAL, YEARS
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.model.engine.simulate import Ledger
    from ldip.scenario.files.reader import Source

CHANGE = Text(
    nb="Legg en navngitt endring (eller en .toml-fil) over {over}; kan gjentas, den siste gjelder.",
    en="Lay a named change (or a .toml file) over {over}; may be repeated, the last one wins.",
)
THE_SCENARIO, THAT_SCENARIO = Text("scenarioet", "the scenario"), Text("det scenarioet", "that scenario")
ALL = Text("alle alternativene", "all of the alternatives")
"""What changes are laid over."""

DEFAULT_SCENARIO = "baerum-2020"
DEFAULT_SERIES = "norway/series.csv"
PROGRESS_FROM = 40_000
FINITE = Text("{value} er ikke et endelig tall.", "{value} is not a finite number.")


THOUSANDS = re.compile(r"\d{1,3}(?:[., \u00a0\u202f_]\d{3})+")
"""A whole number with its thousands apart, as people write it."""


class Count(click.ParamType):
    """A positive whole number; 10000, 10 000, 10.000, 1e5, 100k and 1,5m are understood."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number, or a usage error."""
        if isinstance(value, int):
            return value
        text = str(value).strip().lower()
        factor = {"k": 1e3, "m": 1e6}.get(text[-1:], 1.0)
        plain = re.sub(r"\D", "", text) if THOUSANDS.fullmatch(text) else text.replace(",", ".")
        try:
            number = float(plain[:-1] if factor > 1.0 else plain) * factor
        except ValueError:
            self.fail(
                say(
                    "{value} er ikke et tall. Skriv for eksempel 10000, 1e5 eller 100k.",
                    "{value} is not a number. Write for example 10000, 1e5 or 100k.",
                    value=repr(value),
                ),
                param,
                ctx,
            )
        if not (1 <= number <= MOST_RUNS and number == int(number)):
            self.fail(
                say(
                    "{value} må være et helt tall, minst 1.",
                    "{value} must be a whole number of at least 1.",
                    value=value,
                ),
                param,
                ctx,
            )
        return int(number)


class Number(click.FloatRange):
    """A number within limits, and a finite one: click's own takes "nan", which is below no limit and above none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, with a point or a comma before its decimals, or a usage error."""
        given: Any = value.replace(",", ".") if isinstance(value, str) else value
        number = super().convert(given, param, ctx)
        if not math.isfinite(number):
            self.fail(say(*FINITE, value=repr(value)), param, ctx)
        return number


class WorkbookFile(click.Path):
    """A file to be written that Excel will open."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, or a usage error."""
        path = Path(str(super().convert(value, param, ctx)))
        if path.suffix.lower() != ".xlsx":
            self.fail(say("{path} må ende på .xlsx.", "{path} must end in .xlsx.", path=path), param, ctx)
        return path


XLSX = WorkbookFile(dir_okay=False, path_type=Path)


def lang_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --lang."""
    return option(
        "--lang",
        type=click.Choice(LANGUAGES),
        default=asked,  # also where a group before the command has it
        show_default=LANGUAGE,
        envvar="LDIP_LANG",
        help=Text(nb="Språket i det som vises.", en="Language of what is shown."),
    )(command)


def scenario_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the scenario and --change."""
    command = change_option(THE_SCENARIO)(command)
    return argument("scenario", default=DEFAULT_SCENARIO)(command)


def driver_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --without and --only."""
    command = option(
        "--only",
        multiple=True,
        metavar="DRIVER",
        help=Text(nb="Slå av alle drivkrefter unntatt denne.", en="Switch all drivers but this one off."),
    )(command)
    return option(
        "--without",
        multiple=True,
        metavar="DRIVER",
        help=Text(
            nb="Slå av en drivkraft (rate, national_tax, own_tax, completions, wages, ...); kan gjentas.",
            en="Switch a driver off (rate, national_tax, own_tax, completions, wages, ...); may be repeated.",
        ),
    )(command)


def change_option(over: Text) -> Callable[..., Any]:
    """--change; `over` says what the changes are laid over."""
    return option(
        "--change",
        "changes",
        multiple=True,
        metavar="NAME",
        help=CHANGE.filled(over=over),
    )


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --runs, --seed and --years."""
    for add in (
        option(
            "--years",
            type=click.IntRange(*YEARS),
            default=USUAL,
            show_default=True,
            help=Text(nb="Antall år framover.", en="Years ahead."),
        ),
        option(
            "--seed",
            type=click.IntRange(0),
            default=1,
            show_default=True,
            help=Text(nb="Startverdi (seed) for de tilfeldige tallene.", en="Seed of the random numbers."),
        ),
        option(
            "--runs",
            type=Count(),
            default=10_000,
            show_default=True,
            callback=_told,
            help=Text(nb="Antall framtider.", en="Number of futures."),
        ),
    ):
        command = add(command)
    return command


OUT = Text("Resultatmappe  [standard: ldip-results/...]", "Result folder  [default: ldip-results/...]")
CSV_META = "ldip.csv"
EXCEL = "Excel: ldip workbook, --csv nb"
"""What opens results in a Norwegian spreadsheet."""


def csv_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --csv, which :func:`result_folder` asks for."""
    return option(
        "--csv",
        type=click.Choice(["en", "nb"]),
        default="en",
        show_default=True,
        expose_value=False,
        callback=lambda context, _, value: context.meta.update({CSV_META: value}),
        help=Text(
            nb="Hvordan CSV-filer skrives; nb: med ; og desimalkomma, slik norsk Excel åpner dem.",
            en="How CSV files are written; nb: with ; and decimal comma, as a Norwegian Excel opens them.",
        ),
    )(command)


def result_folder(out: Path) -> AbstractContextManager[Path]:
    """The result folder of a command with :func:`csv_option`."""
    from ldip.report.folder import files

    return files.result_folder(out, click.get_current_context().meta[CSV_META])


def _told(ctx: click.Context, param: click.Parameter, runs: int) -> int:
    """The runs as they are; a notice tells that they are too few for what is shown."""
    if runs < FEW_RUNS:
        warnings.warn(Notice(FEW, runs=runs, enough=FEW_RUNS), stacklevel=2)
    return runs


FEW = Text(
    nb="{runs} framtider er for få: 5- og 95-prosentilen hviler på færre enn fem av dem, og får ingen utvalgsfeil "
    "(±). Bruk minst {enough}.",
    en="{runs} runs are few: the 5 and 95 per cent rest on fewer than five of them, and get no sampling error (±). "
    "Use at least {enough}.",
)


def result_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --out, --csv, --json and --pictures."""
    for add in (
        option(
            "--pictures/--no-pictures",
            default=True,
            help=Text(nb="Skriv figurer (PNG, SVG).", en="Write pictures (PNG, SVG)."),
            show_default=True,
        ),
        option(
            "--json",
            "as_json",
            is_flag=True,
            help=Text(
                nb="Skriv resultatene som JSON i stedet for tabeller.",
                en="Print the results as JSON instead of tables.",
            ),
        ),
        csv_option,
        option(
            "--out",
            type=click.Path(path_type=Path),
            help=OUT,
        ),
    ):
        command = add(command)
    return command


def policy_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --policy and --step; see check_policy."""
    for add in (
        option(
            "--step",
            type=Number(0.0, LARGEST_STEP),
            default=0.0,
            help=Text(nb="Mill. kroner som innsparingen øker med hvert år.", en="Mill. that savings grow by a year."),
        ),
        option(
            "--policy",
            type=click.Choice(["none", "adopted", "step", "react"]),
            default="adopted",
            show_default=True,
            help=Text(
                nb="Hva som gjøres med omstillingsbehovet; step krever --step.",
                en="What is done about the need; step takes --step.",
            ),
        ),
    ):
        command = add(command)
    return command


def check_policy(policy: str, step: float) -> None:
    """A usage error for a step without its policy."""
    if step and policy != "step":
        raise click.UsageError(say("--step hører til --policy step.", "--step belongs to --policy step."))
    if policy == "step" and not step:
        raise click.UsageError(
            say(
                "--policy step krever --step: hvor mange mill. kroner innsparingen øker med hvert år.",
                "--policy step needs --step, the mill. that savings grow by a year.",
            )
        )


def check_size(runs: int, years: int, *, ledgers: int = 1) -> None:
    """Raise InputError if so many ledgers of so many runs and years do not fit into memory together."""
    faults = too_many("--runs", runs, years, ledgers)
    if faults:
        raise InputError(faults)


def read(
    scenario: str, changes: tuple[str, ...], without: tuple[str, ...] = (), only: tuple[str, ...] = ()
) -> "Source":
    """The scenario with its changes and drivers switched off, or InputError with every fault; a notice tells how many
    doubts there are about it."""
    from ldip.scenario.files.reader import read, switch_off

    source = read(scenario, changes)
    tell_doubts(source, scenario, changes)
    return switch_off(source, without, only)


def tell_doubts(source: "Source", scenario: str, changes: Sequence[str] = ()) -> bool:
    """A notice of how many doubts there are about what was read from there, and where they are told; whether there
    are any."""
    from ldip.analysis.plausibility import all_doubts

    if count := len(all_doubts(source.scenario)):
        again = shlex.join([scenario, *(word for change in changes for word in ("--change", change))])
        warnings.warn(Notice(LOOK_AT if count > 1 else LOOK_AT_ONE, count=count, again=again), stacklevel=2)
    return count > 0


LOOK_AT = Text(
    nb="{count} forhold å se på: ldip scenario check {again}",
    en="{count} things to look at: ldip scenario check {again}",
)
LOOK_AT_ONE = Text(
    nb="Ett forhold å se på: ldip scenario check {again}",
    en="One thing to look at: ldip scenario check {again}",
)


def baseline_ledger(source: "Source", years: int) -> "Ledger":
    """The baseline path of the scenario, all lines."""
    from ldip.model.engine.simulate import run_baseline
    from ldip.model.plan.baseline import build

    return run_baseline(build(source.scenario, years))


def title(source: "Source", lang: str) -> str:
    """The scenario's title and the changes laid over it."""
    from ldip.scenario.placeholders import title_of

    return " + ".join((title_of(source.scenario).say(lang), *source.scenario.changes))


def progress_bar(runs: int, lang: str, *, scenarios: int = 1, times: int = 1) -> Any:
    """A progress bar on stderr for jobs that take time, over `runs` runs of each scenario, each of them simulated
    about `times` times; nothing for short ones."""
    import contextlib

    if runs * scenarios * times < PROGRESS_FROM:
        return contextlib.nullcontext()
    from ldip.model.engine.kernel import must_compile
    from ldip.model.engine.simulate import COMPILED_FROM

    if runs >= COMPILED_FROM and must_compile():
        note = Text(
            "Kompilerer regnskapet, bare første gang: om lag ti sekunder.", "Compiling, once: about ten seconds."
        )
        click.echo(note.say(lang), err=True)
    return work_bar(runs * scenarios, lang)


def work_bar(length: int, lang: str) -> Any:
    """A progress bar on stderr, with the time that is left, over `length` pieces of work."""
    import contextlib

    label = Text("Simulerer", "Simulating").say(lang)
    bar = click.progressbar(length=length, label=label, file=sys.stderr)

    @contextlib.contextmanager
    def shown() -> Any:
        with bar:
            yield bar.update

    return shown()
