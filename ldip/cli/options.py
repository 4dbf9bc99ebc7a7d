"""What the commands share: options, reading, titles, the progress bar."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from ldip.errors import Text

if TYPE_CHECKING:
    from ldip.model.simulate import Ledger
    from ldip.scenario.reader import Source

DEFAULT_SCENARIO = "baerum-2020"
PROGRESS_FROM = 20_000
LANGUAGE = "nb"


class Count(click.ParamType):
    """A positive whole number; 10000, 1e5, 100k and 1m are understood."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number, or a usage error."""
        if isinstance(value, int):
            return value
        text = str(value).lower().replace("_", "").replace(" ", "")
        factor = {"k": 1e3, "m": 1e6}.get(text[-1:], 1.0)
        try:
            number = float(text[:-1] if factor > 1.0 else text) * factor
        except ValueError:
            self.fail(f"{value!r} is not a number. Write for example 10000, 1e5 or 100k.", param, ctx)
        if not (1.0 <= number <= 1e12 and number == int(number)):
            self.fail(f"{value} must be a whole number of at least 1.", param, ctx)
        return int(number)


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
    command = click.option(
        "--change",
        "changes",
        multiple=True,
        metavar="NAME",
        help="Lay a named change (or a .toml file) over the scenario; may be repeated, the last one wins.",
    )(command)
    return click.argument("scenario", default=DEFAULT_SCENARIO)(command)


def read(scenario: str, changes: tuple[str, ...]) -> "Source":
    """The scenario with its changes, or InputError with every fault."""
    from ldip.scenario.reader import read

    return read(scenario, changes)


def baseline_ledger(source: "Source", years: int) -> "Ledger":
    """The baseline path of the scenario, all lines."""
    from ldip.model.baseline import build
    from ldip.model.simulate import run_baseline

    return run_baseline(build(source.scenario, years))


def title(source: "Source", lang: str) -> str:
    """The scenario's title and the changes laid over it."""
    heading = source.scenario.scenario
    title = Text(heading.title_nb, heading.title_en).say(lang)
    return " + ".join((title, *source.scenario.changes))


def progress_bar(runs: int, lang: str) -> Any:
    """A progress bar on stderr for jobs that take time; nothing for short ones."""
    import contextlib

    if runs < PROGRESS_FROM:
        return contextlib.nullcontext()
    from ldip.model.kernel import must_compile
    from ldip.model.simulate import COMPILED_FROM

    label = Text("Simulerer", "Simulating").say(lang)
    if runs >= COMPILED_FROM and must_compile():
        note = Text(
            "Kompilerer regnskapet, bare første gang: om lag åtte sekunder.", "Compiling, once: about eight seconds."
        )
        click.echo(note.say(lang), err=True)
    bar = click.progressbar(length=runs, label=label, file=sys.stderr)

    @contextlib.contextmanager
    def shown() -> Any:
        with bar:
            yield bar.update

    return shown()
