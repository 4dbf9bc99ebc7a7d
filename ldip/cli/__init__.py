"""The command line: the only room that prints or exits. Everything heavier than click is imported when used."""

import contextlib
import gc
import os
import sys
import warnings
from importlib import import_module
from typing import Any

import click

from ldip import __version__
from ldip.cli.language import Group, Option, asked, say, speak
from ldip.cli.options import lang_option
from ldip.errors import InputError, Notice
from ldip.text import Text

COMMANDS = (
    "simulate",
    "web",
    "compare",
    "workbook",
    "explain",
    "sweep",
    "report",
    "restructure",
    "prioritise",
    "stress",
    "sensitivity",
    "payback",
    "population",
    "projects",
    "plan",
    "reconcile",
    "scenario",
    "metrics",
    "calibrate",
    "backtest",
)
"""Every command, in the order of the help; each is in the module beside this one that bears its name."""


class Commands(Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name, if there is one."""
        if name not in COMMANDS:
            self.commands = {known: _imported(known) for known in COMMANDS}  # where click looks for what was meant
            return None
        return _imported(name)


def _imported(name: str) -> click.Command:
    found: click.Command = getattr(import_module(f"ldip.cli.{name}"), name)
    return found


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    nb="""
    Økonomien til en norsk kommune tjue år framover, med usikkerheten.

    \b
    Eksempler:
      ldip simulate                               Bærum, 10 000 framtider, 2020-2039
      ldip simulate --change housing-minus-20     det samme med færre boliger
      ldip web                                    det samme som levende side med glidebrytere
      ldip compare                                vekstalternativer side om side, framtid for framtid
      ldip explain                                hvorfor gjeldsgraden endrer seg, ledd for ledd
      ldip sweep grid.toml                        mange scenarioer, innstillinger og startverdier, også på en klynge
      ldip workbook                               resultatene som arbeidsbok i Excel, med diagrammer
      ldip report                                 én side for kommunestyret, til å lese og skrive ut
      ldip restructure                            hvor mye som må omstilles, med 70, 80, 90 % sikkerhet
      ldip prioritise kommune                     hvilke prosjekter som må vente for at reglene skal holde
      ldip stress                                 stresstestene, på referansebane og vifte
      ldip sensitivity                            hvilke drivkrefter og antakelser svaret hviler på
      ldip payback fornebu                        hva et område gir og koster per bolig
      ldip population                             folk etter alder, boliger etter område
      ldip projects                               investeringsplanen per prosjekt, plasser mot brukere
      ldip plan --lang en                         referansebanens regnskap, år for år
      ldip reconcile                              den publiserte planen, tall for tall
      ldip calibrate                              drivkreftene tilpasset årlige serier, deres egne eller Norges
      ldip backtest                               ville tidligere vifter ha holdt?
      ldip scenario show --assumptions            hva svaret hviler på
    """,
)
@click.version_option(
    __version__, message="ldip %(version)s", cls=Option, help=Text("Vis versjonen.", "Show the version and exit.")
)
@lang_option
def main(lang: str) -> None:
    """A Norwegian municipality's economy twenty years ahead, with its uncertainty.

    \b
    Examples:
      ldip simulate                               Bærum, 10 000 futures, 2020-2039
      ldip simulate --change housing-minus-20     the same with fewer dwellings
      ldip web                                    the same as a live page with sliders
      ldip compare                                growth alternatives side by side, run by run
      ldip explain                                why the debt ratio changes, term by term
      ldip sweep grid.toml                        many scenarios, levers and seeds, also on a cluster
      ldip workbook                               the results as an Excel workbook, with charts
      ldip report                                 one page for the council, to read and print
      ldip restructure                            how much must be saved, at 70, 80, 90 % confidence
      ldip prioritise kommune                     which projects must wait for the rules to hold
      ldip stress                                 the LDIP's stress tests, on baseline and distribution
      ldip sensitivity                            which drivers and assumptions the answer depends on
      ldip payback fornebu                        what an area brings and costs per dwelling
      ldip population                             people by age, dwellings by area
      ldip projects                               the investment plan by project, places against users
      ldip plan --lang en                         the baseline accounts, year by year
      ldip reconcile                              the published plan, figure by figure
      ldip calibrate                              the drivers fitted to yearly series, yours or Norway's
      ldip backtest                               would earlier fans have held?
      ldip scenario show --assumptions            what the answer rests on
    """


def entry() -> None:
    """The command `ldip`: run, flush, and leave at once. Taking ledgers and NumPy apart costs a tenth of a second
    that nobody needs, and nothing waits for the end of the process: results are in place by then."""
    code = 0
    try:
        run()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1 if leaving.code else 0
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def run() -> None:
    """What the command does: user errors become lines on stderr and exit code 1, never a traceback."""
    # Systems of some hundred unknowns: threads of the linear algebra only wait for each other, ten times as long.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Python that we start, as for a sweep by processes, does not look for its modules in the current folder.
    os.environ.setdefault("PYTHONSAFEPATH", "1")
    # Looking for garbage every 700 new objects would go through all of the libraries' again and again.
    gc.set_threshold(100_000)
    # pydantic would look for plugins, of which ldip has none, among all that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    warnings.showwarning = _show_warning
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        speak()
        main(prog_name="ldip", standalone_mode=False)
    except InputError as error:
        click.echo("\n".join(error.say(asked())), err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo(say("Avbrutt; ingen halve resultater.", "Interrupted; no half results."), err=True)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _show_warning(message: Warning | str, *where: Any, **more: Any) -> None:
    """A notice is one line for the user; other warnings are as ever."""
    if isinstance(message, Notice):
        click.echo(message.say(asked()), err=True)
    else:
        _PYTHONS_OWN(message, *where, **more)


_PYTHONS_OWN = warnings.showwarning
