"""What the commands share: options, reading, titles, the progress bar."""

import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ldip.api.arguments import LARGEST_STEP, MOST_RUNS, YEARS, too_many
from ldip.errors import InputError
from ldip.text import Text

if TYPE_CHECKING:
    from ldip.model.engine.simulate import Ledger
    from ldip.scenario.files.reader import Source

DEFAULT_SCENARIO = "baerum-2020"
DEFAULT_SERIES = "norway/series.csv"
PROGRESS_FROM = 40_000
LANGUAGE = "nb"


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
            self.fail(f"{value!r} is not a number. Write for example 10000, 1e5 or 100k.", param, ctx)
        if not (1 <= number <= MOST_RUNS and number == int(number)):
            self.fail(f"{value} must be a whole number of at least 1.", param, ctx)
        return int(number)


class Number(click.FloatRange):
    """A number within limits, and a finite one: click's own takes "nan", which is below no limit and above none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, with a point or a comma before its decimals, or a usage error."""
        given: Any = value.replace(",", ".") if isinstance(value, str) else value
        number = super().convert(given, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number.", param, ctx)
        return number


class WorkbookFile(click.Path):
    """A file to be written that Excel will open."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, or a usage error."""
        path = Path(str(super().convert(value, param, ctx)))
        if path.suffix.lower() != ".xlsx":
            self.fail(f"{path} must end in .xlsx.", param, ctx)
        return path


XLSX = WorkbookFile(dir_okay=False, path_type=Path)


def lang_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --lang."""
    return click.option(
        "--lang",
        type=click.Choice(["nb", "en"]),
        default=LANGUAGE,
        show_default=True,
        envvar="LDIP_LANG",
        help="Language of what is shown.",
    )(command)


def scenario_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the scenario and --change."""
    command = change_option("the scenario")(command)
    return click.argument("scenario", default=DEFAULT_SCENARIO)(command)


def driver_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --without and --only."""
    command = click.option("--only", multiple=True, metavar="DRIVER", help="Switch all drivers but this one off.")(
        command
    )
    return click.option(
        "--without",
        multiple=True,
        metavar="DRIVER",
        help="Switch a driver off (rate, national_tax, own_tax, completions, wages, ...); may be repeated.",
    )(command)


def change_option(over: str) -> Callable[..., Any]:
    """--change; `over` says what the changes are laid over."""
    return click.option(
        "--change",
        "changes",
        multiple=True,
        metavar="NAME",
        help=f"Lay a named change (or a .toml file) over {over}; may be repeated, the last one wins.",
    )


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --runs, --seed and --years."""
    for option in (
        click.option("--years", type=click.IntRange(*YEARS), default=20, show_default=True, help="Years ahead."),
        click.option(
            "--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the random numbers."
        ),
        click.option("--runs", type=Count(), default=10_000, show_default=True, help="Number of futures."),
    ):
        command = option(command)
    return command


def result_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --out, --json and --pictures."""
    for option in (
        click.option("--pictures/--no-pictures", default=True, help="Write pictures (PNG, SVG).", show_default=True),
        click.option("--json", "as_json", is_flag=True, help="Print the results as JSON instead of tables."),
        click.option("--out", type=click.Path(path_type=Path), help="Result folder  [default: ldip-results/...]"),
    ):
        command = option(command)
    return command


def policy_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --policy and --step; see check_policy."""
    for option in (
        click.option(
            "--step", type=Number(0.0, LARGEST_STEP), default=0.0, help="Mill. that savings grow by a year."
        ),
        click.option(
            "--policy",
            type=click.Choice(["none", "adopted", "step", "react"]),
            default="adopted",
            show_default=True,
            help="What is done about the need; step takes --step.",
        ),
    ):
        command = option(command)
    return command


def check_policy(policy: str, step: float) -> None:
    """A usage error for a step without its policy."""
    if step and policy != "step":
        raise click.UsageError("--step belongs to --policy step.")
    if policy == "step" and not step:
        raise click.UsageError("--policy step needs --step, the mill. that savings grow by a year.")


def check_size(runs: int, years: int, *, ledgers: int = 1) -> None:
    """Raise InputError if so many ledgers of so many runs and years do not fit into memory together."""
    faults = too_many("--runs", runs, years, ledgers)
    if faults:
        raise InputError(faults)


def read(
    scenario: str, changes: tuple[str, ...], without: tuple[str, ...] = (), only: tuple[str, ...] = ()
) -> "Source":
    """The scenario with its changes and drivers switched off, or InputError with every fault."""
    from ldip.scenario.files.reader import read, switch_off

    return switch_off(read(scenario, changes), without, only)


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
