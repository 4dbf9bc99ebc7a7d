"""Help and usage errors in the language that is asked for.

What a command does is its docstring in English and `nb` in Norwegian, both in the command's own file; an option's
help is a Text. click's own words come from gettext, as click has them: in Norwegian from ``click.csv``, of which
``docs/generate.py`` makes the catalogue that gettext reads.
"""

import gettext
import inspect
import os
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from ldip.text import Text

LANGUAGE = "nb"
LANGUAGES = ("nb", "en")
DOMAIN = "ldip"
LOCALES = Path(__file__).parent / "locale"
EXAMPLES = Text("Eksempler:", "Examples:")

METAVARS = {
    "OPTIONS": "VALG",
    "COMMAND": "KOMMANDO",
    "ARGS": "ARGUMENTER",
    "AREA": "OMRÅDE",
    "CODE": "NUMMER",
    "CODES": "NUMRE",
    "DIR": "MAPPE",
    "DIRECTORY": "MAPPE",
    "DRIVER": "DRIVKRAFT",
    "EVENT": "HENDELSE",
    "FILE": "FIL",
    "FILES": "FILER",
    "FLOAT RANGE": "TALL",
    "FLOAT": "TALL",
    "FOLDER": "MAPPE",
    "FORM": "SKJEMA",
    "GRID": "OPPSETT",
    "INTEGER RANGE": "HELTALL",
    "INTEGER": "HELTALL",
    "LOW:HIGH": "FRA:TIL",
    "METRIC=VALUE": "STØRRELSE=GRENSE",
    "NAME": "NAVN",
    "NUMBER": "ANTALL",
    "OUT": "UT",
    "PATH": "STI",
    "RULE": "REGEL",
    "SCENARIO": "SCENARIO",
    "SERIES": "SERIER",
    "SHARES": "ANDELER",
    "SHEET": "ARK",
    "TEXT": "TEKST",
    "WORKBOOK": "ARBEIDSBOK",
    "YEAR": "ÅR",
}
"""What stands for a value in a usage line, and what Norwegian help calls it."""

_METAVAR = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in sorted(METAVARS, key=len, reverse=True)))


def asked() -> str:
    """The language that the command line asks for, wherever in it; else that of the environment; else Norwegian."""
    words = sys.argv
    for place, word in enumerate(words):
        said = word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        if word == "--lang":
            said = "".join(words[place + 1 : place + 2])
        if said in LANGUAGES:
            return said
    said = os.environ.get("LDIP_LANG", LANGUAGE)
    return said if said in LANGUAGES else LANGUAGE


def speak() -> None:
    """Let click speak the language that is asked for."""
    # gettext's own choice, whatever the machine's language is; C is the language that click is written in.
    os.environ["LANGUAGE"] = "C" if asked() == "en" else asked()
    gettext.bindtextdomain(DOMAIN, str(LOCALES))
    gettext.textdomain(DOMAIN)


def say(nb: str, en: str, **values: object) -> str:
    """One of the two, for the message of a usage error."""
    return Text(nb, en).say(asked(), **values)


def metavar(words: str) -> str:
    """What stands for a value, in the language that is asked for."""
    return words if asked() == "en" else _METAVAR.sub(lambda found: METAVARS[found[0]], words)


class _Parameter(click.Parameter):
    """What options and arguments share."""

    def make_metavar(self, ctx: click.Context) -> str:
        """What stands for the value; the values that may be chosen, as they are."""
        made = super().make_metavar(ctx)
        return made if isinstance(self.type, click.Choice) else metavar(made)


class Option(_Parameter, click.Option):
    """An option whose help is a Text."""

    def __init__(self, *args: Any, help: Text | None = None, **how: Any):
        super().__init__(*args, **how)
        self.told = help

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option and its help, as the list of options has them."""
        self.help = self.told.say(asked()) if self.told else None
        return super().get_help_record(ctx)


class Argument(_Parameter, click.Argument):
    """An argument."""


class Command(click.Command):
    """A command that says what it does in two languages."""

    def __init__(self, *args: Any, nb: str = "", **how: Any):
        super().__init__(*args, **how)
        self.told = Text(_with_examples(nb, self.help or ""), self.help or "")

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage line."""
        prefix = f"{gettext.gettext('Usage:')} "
        formatter.write_usage(ctx.command_path, metavar(" ".join(self.collect_usage_pieces(ctx))), prefix)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What it does, with examples."""
        self.help = self.told.say(asked())
        super().format_help_text(ctx, formatter)

    def get_short_help_str(self, limit: int = 45) -> str:
        """What the list of commands says of it."""
        self.help = self.told.say(asked())
        return super().get_short_help_str(limit)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """``--help``, whose words are click's."""
        option = super().get_help_option(ctx)
        if option:
            option.help = gettext.gettext("Show this message and exit.")
        return option


class Group(Command, click.Group):
    """A group of such commands."""

    command_class = Command


def _with_examples(nb: str, en: str) -> str:
    """The Norwegian words, with the English ones' examples if they have none of their own."""
    words, examples = inspect.cleandoc(nb), inspect.cleandoc(en).partition(f"\b\n{EXAMPLES.en}")
    if not nb or not examples[1] or EXAMPLES.nb in words:
        return words
    return f"{words}\n\n\b\n{EXAMPLES.nb}{examples[2]}"


def command(nb: str, **how: Any) -> Callable[[Callable[..., Any]], Command]:
    """Makes a command of a function: its docstring is the English help, `nb` the Norwegian."""
    return click.command(cls=Command, nb=nb, **how)


option: Callable[..., Callable[[Callable[..., Any]], Callable[..., Any]]] = partial(click.option, cls=Option)
"""``click.option`` with a Text as its help."""

argument: Callable[..., Callable[[Callable[..., Any]], Callable[..., Any]]] = partial(click.argument, cls=Argument)
"""``click.argument`` whose name is said in the language that is asked for."""
