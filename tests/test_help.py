"""Help and usage errors: every command and option in both languages, click's own words too."""

import ast
import csv
import gettext
import re
import shlex
from pathlib import Path

import click
import pytest
from test_docs import generate

from ldip import cli
from ldip.cli import COMMANDS
from ldip.cli.language import LOCALES, METAVARS, Command, Option
from ldip.text import Text

UNSEEN = {
    **dict.fromkeys(
        ("file", "path", "directory"), "said when a type is made, before anyone has asked for a language"
    ),
    **dict.fromkeys(("d", "Choice({choices})", "unknown error"), "units and types for programmers"),
    **dict.fromkeys(("{value!r} is not a valid UUID.", "Value must be an iterable."), "no such type"),
    "{value!r} does not match the format {format}.": "no dates",
    "{len_type} values are required, but {len_value} was given.": "no tuples",
    "Invalid start character for option ({option})": "said to programmers",
    "Could not determine name for option with declarations {decls!r}": "said to programmers",
    "Name '{name}' defined twice": "said to programmers",
    "Boolean option {decl!r} cannot use the same flag for true/false.": "said to programmers",
    "Arguments take exactly one parameter declaration, got {length}: {decls}.": "said to programmers",
    "Unknown standard stream '{name}'": "said to programmers",
    "Unknown color {colour!r}": "said to programmers",
    "Windows error: {error}": "a console's",
}
"""What click can say and no user of ldip meets, and why."""

UNSEEN_BEGINS = ("No options defined but a name was passed", "DeprecationWarning", "{editor}")
UNSEEN_FILES = {"shell_completion.py", "termui.py", "testing.py"}
"""Prompts and shell completion, which ldip has none of."""

ASKED = {"Do you want to continue?", "Confirm the action without prompting."}


def commands() -> dict[str, click.Command]:
    """Every command and group by the words that call it."""
    found: dict[str, click.Command] = {"ldip": cli.main}
    for name in COMMANDS:
        command = cli.main.get_command(click.Context(cli.main), name)
        found[f"ldip {name}"] = command
        found |= {f"ldip {name} {below}": it for below, it in getattr(command, "commands", {}).items()}
    return found


def test_every_command_and_option_says_what_it_does_in_both_languages():
    lacking = []
    for words, command in commands().items():
        told = command.told if isinstance(command, Command) else Text("", "")
        if not all(told) or told.nb == told.en:
            lacking.append(f"{words}: the command itself (nb=... beside its docstring)")
        for param in command.params:
            if not isinstance(param, click.Option) or param.name == "help":
                continue
            said = param.told if isinstance(param, Option) else None
            if (
                isinstance(said, str)
                or (said is None and param.help)
                or (said and (not all(said) or len(set(said)) < 2))
            ):
                lacking.append(f"{words} {param.opts[0]}: help=Text(nb, en) of ldip.cli.language.option")
    assert not lacking, "\n".join(lacking)


def test_what_stands_for_a_value_is_said_in_norwegian_too():
    said = set()
    for command in commands().values():
        context = click.Context(command)
        for param in command.params:
            made = (
                click.Parameter.make_metavar(param, context)
                if isinstance(param, click.Option)
                else param.name.upper()
            )
            if not isinstance(param.type, click.Choice) and not getattr(param, "is_flag", False):
                said |= set(re.findall(r"[A-Z][A-Z=:]+(?: RANGE)?", made))
    assert said <= {*METAVARS, "SCENARIOS"}  # which has a metavar of its own


def words_of_click() -> dict[str, str]:
    """What click can say, and the file that says it."""
    found = {}
    for path in sorted(Path(click.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            said = isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("_", "ngettext")
            if said and isinstance(node.args[0], ast.Constant):
                found[node.args[0].value] = path.name
    return found


def test_all_that_click_says_is_translated():
    with (LOCALES.parent / "click.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = {row["en"] for row in rows} | UNSEEN.keys() | ASKED
    missing = {
        words
        for words, file in words_of_click().items()
        if words not in known and file not in UNSEEN_FILES and not words.startswith(UNSEEN_BEGINS)
    }
    assert not missing, "put them into ldip/cli/click.csv, then: python docs/generate.py"
    for row in rows:
        for en, nb in ((row["en"], row["nb"]), (row["en_many"], row["nb_many"])):
            assert set(re.findall(r"{\w+", nb)) <= set(re.findall(r"{\w+", en)), row
            assert bool(en) == bool(nb), row


def test_what_gettext_reads_is_made_of_the_table():
    made = generate()
    assert made.CLICK_WORDS.read_bytes() == made.click_words(), "python docs/generate.py"
    with made.CLICK_WORDS.open("rb") as file:
        said = gettext.GNUTranslations(file)
    assert said.gettext("Options") == "Valg"
    many = "Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"
    assert [said.ngettext(*many, count)[:4] for count in (1, 2)] == ["Ett ", "Fler"]


ERRORS = [
    (("simulate", "--rus", "5"), "Valget '--rus' finnes ikke.", "No such option '--rus'."),
    (("simulate", "--runs", "mange"), "'mange' er ikke et tall.", "'mange' is not a number."),
    (("simulate", "--years", "99"), "99 er utenfor grensene 1<=x<=60.", "99 is not in the range 1<=x<=60."),
    (("simulate", "--years", "x"), "'x' er ikke et tall av rett slag.", "'x' is not a valid integer range."),
    (("simulate", "--policy", "x"), "'x' er ikke blant det som kan velges", "'x' is not one of 'none'"),
    (("simulate", "--step", "4"), "--step hører til --policy step.", "--step belongs to --policy step."),
    (("simulate", "a", "b"), "Ett argument for mye (b)", "Got unexpected extra argument (b)"),
    (("simulat",), "Kommandoen 'simulat' finnes ikke. Mente du 'simulate'?", "No such command 'simulat'."),
    (("scenario",), "Bruk: ldip scenario [VALG] KOMMANDO [ARGUMENTER]...", "Usage: ldip scenario [OPTIONS] COMMAND"),
    (("scenario", "from-sheet"), "Mangler argumentet 'ARK'.", "Missing argument 'SHEET'."),
    (("sweep", "no.toml"), "'no.toml' finnes ikke.", "'no.toml' does not exist."),
    (("sweep",), "Mangler argumentet 'OPPSETT.toml'.", "Missing argument 'GRID.toml'."),
    (("plan", "--form", "9Z"), "'9Z' er ikke et skjema.", "'9Z' is not a form."),
]


@pytest.mark.parametrize(("words", "nb", "en"), ERRORS, ids=lambda it: " ".join(it) if isinstance(it, tuple) else "")
def test_usage_errors_are_in_the_language_that_is_asked_for(ldip, words, nb, en):
    said = ldip(*words)
    assert said.code == 2
    assert nb in said.err
    assert en not in said.err
    asked = [ldip("--lang", "en", *words), ldip(*words, "--lang", "en"), ldip(*words, "--lang=en")]
    for told in asked:
        assert en in told.err
        assert nb not in told.err


@pytest.mark.parametrize("words", [(), ("simulate",), ("scenario",), ("scenario", "new")], ids=" ".join)
def test_help_is_in_the_language_that_is_asked_for(ldip, words, monkeypatch):
    norwegian, english = ldip(*words, "--help"), ldip(*words, "--lang", "en", "--help")
    assert norwegian.out.startswith("Bruk: ")
    assert english.out.startswith("Usage: ")
    assert "Vis denne hjelpen." in norwegian.out
    assert "Show this message and exit." in english.out
    monkeypatch.setenv("LDIP_LANG", "en")
    assert ldip(*words, "--help").out == english.out
    assert ldip(*words, "--lang", "nb", "--help").out == norwegian.out


GUIDE = sorted((Path(cli.__file__).parents[2] / "docs" / "nb").glob("*.md"))


@pytest.mark.parametrize("page", GUIDE, ids=lambda page: page.stem)
def test_commands_of_the_norwegian_guide_exist(page):
    """Each line of the guide's command blocks is a command with options that it has."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    lines = [shlex.split(line) for block in blocks for line in block.splitlines()]
    assert lines
    for _, *words in lines:
        name = " ".join(["ldip", *words[:2]]) if words[0] == "scenario" else f"ldip {words[0]}"
        known = {opt for param in commands()[name].params for opt in (*param.opts, *param.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= known, words


def test_a_language_before_the_command_is_that_of_the_command(ldip):
    assert ldip("--lang", "en", "metrics").out == ldip("metrics", "--lang", "en").out


def test_another_language_is_refused(ldip):
    said = ldip("metrics", "--lang", "de")
    assert said.code == 2
    assert "'de' er ikke blant det som kan velges: 'nb', 'en'." in said.err
