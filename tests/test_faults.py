"""The words of faults: one table, the same places in both languages, nothing in the code that it does not know."""

import ast
import errno
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import rows_of

import ldip
from ldip.errors import MOST_TOLD, REASONS, Fault, InputError, fault_words, reason
from ldip.scenario.files.faults import BOUNDS, KINDS, hidden_in_name, hidden_in_text, not_toml
from ldip.scenario.plausible.ranges import ranges
from ldip.text import Text, printable

PACKAGE = Path(ldip.__file__).parent
PLACE = re.compile(r"\{([a-z_]+)(?::[^}]*)?\}")
HEAD = {"kind", "file", "key", "value"}
MAKERS = {"of": 0, "fault": 0, "_fault": 0, "_told": 0}
"""Functions and methods that make a fault of a kind, and where in their arguments it stands."""

ENGLISH = {
    *("the", "is", "are", "must", "should", "cannot", "can", "not", "of", "and", "be", "with", "has", "have", "or"),
    *("was", "this", "that", "file", "folder", "write", "choose", "expected", "number", "which", "where"),
    *("error", "invalid", "denied", "directory", "such", "its", "only", "than", "more"),
}
NORWEGIAN = {
    *("og", "er", "ikke", "skal", "må", "som", "eller", "med", "av", "på", "har", "et", "en", "den", "det", "kan"),
    *("fil", "mappe", "skriv", "velg", "tallet", "år", "kolonnen", "raden", "finnes", "mangler", "bare", "til"),
}
CODE = re.compile(
    r"\{ .*? \}|\{[^}]*\}|\"[^\"]*\"|'[^']*'|«[^»]*»|--?\w+|\w+[./:=]\S*|\bvalue = \S+|\bdated = .*|ldip scenario \w+"
)
"""What is the same in all languages: places, keys, commands, what stands in quotes."""


def texts() -> Iterator[tuple[str, Text]]:
    for kind, words in fault_words().items():
        yield kind, words.rule
        yield kind, words.remedy


def calls() -> Iterator[tuple[Path, str, set[str], bool]]:
    """Every call that makes a fault of a kind named there: file, kind, the places it fills, whether it says all."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in MAKERS or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            places = {keyword.arg for keyword in node.keywords if keyword.arg}
            yield path, str(node.args[0].value), places - HEAD, all(keyword.arg for keyword in node.keywords)


@pytest.mark.parametrize(("kind", "text"), list(texts()))
def test_both_languages_say_the_same_with_the_same_places(kind, text):
    assert text.nb.strip()
    assert text.en.strip()
    assert text.nb != text.en or kind == "lever_too_far"  # whose rule is another fault's
    assert set(PLACE.findall(text.nb)) - {"comma"} == set(PLACE.findall(text.en)) - {"point"}
    assert not set(PLACE.findall(text.nb)) & HEAD


@pytest.mark.parametrize(("kind", "text"), list(texts()))
def test_no_language_stands_in_the_other(kind, text):
    for words, foreign in ((text.nb, ENGLISH), (text.en, NORWEGIAN)):
        plain = CODE.sub(" ", words).lower()
        assert not set(re.findall(r"[a-zæøå]+", plain)) & foreign, plain


@pytest.mark.parametrize("text", [*REASONS.values()])
def test_reasons_are_in_both_languages(text):
    assert not set(re.findall(r"[a-zæøå]+", text.nb)) & ENGLISH
    assert not set(re.findall(r"[a-zæøå]+", text.en)) & NORWEGIAN


def test_every_kind_that_is_used_is_in_the_table_and_every_one_there_is_used():
    named = {kind for _, kind, _, _ in calls()} | set(KINDS.values()) | {kind for kind, _ in BOUNDS.values()}
    assert named <= set(fault_words())
    strings = {
        node.value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(fault_words()) <= strings | {of.kind for of in ranges().values()}


def test_every_fault_fills_the_places_of_its_words():
    for path, kind, places, complete in calls():
        words = fault_words()[kind]
        wanted = set(PLACE.findall(words.rule.nb + words.remedy.nb + words.rule.en + words.remedy.en))
        if complete and path.name != "executors.py":  # which fills them in one function
            assert places == wanted, f"{path.name}: {kind}"
        assert places <= wanted, f"{path.name}: {kind}"


KEYED = ("id", "key", "need", "table", "column", "en")
"""First columns that name a row, in tables that are read by that name."""


@pytest.mark.parametrize(
    "table", sorted(PACKAGE.rglob("*.csv")), ids=lambda path: path.relative_to(PACKAGE).as_posix()
)
def test_no_table_of_the_program_has_two_rows_of_one_name(table):
    """Of two rows with one name the later would silently stand for both."""
    rows = rows_of(table)
    name = next(iter(rows[0]))
    if name in KEYED:
        named = [row[name] for row in rows]
        assert sorted({one for one in named if named.count(one) > 1}) == []
    else:
        assert table.name in ("national_ages.csv", "changes.csv", "functions.csv"), f"is {name} the name of a row?"


def test_words_of_faults_stand_nowhere_else():
    for path in PACKAGE.rglob("*.py"):
        if path.name != "errors.py":
            assert not re.search(r"(?<!def )\bFault\(", path.read_text(encoding="utf-8")), path


def test_only_the_first_thirty_are_told():
    error = InputError(Fault.of("twice", f"plan.csv:{line}", "area") for line in range(20_000))
    for lang, more in (("nb", "… og 19970 feil til"), ("en", "… and 19970 faults more")):
        said = error.say(lang)
        assert len(said) == MOST_TOLD + 1
        assert said[-1] == more
    assert len(InputError(error.faults[:MOST_TOLD]).say("nb")) == MOST_TOLD


def test_it_comes_back_from_another_process_as_it_was():
    error = InputError([Fault.of("wrong_unit", "base.toml", "x.unit", "kr", unit=Text("en andel", "a share"))])
    assert pickle.loads(pickle.dumps(error)).say("nb") == error.say("nb")


@pytest.mark.parametrize("sign", ["\x07", "\x1b[31m", "\r", "\n", "\x85", "\u2028", "\u202e", "\ud800", "\ufffe"])
def test_hidden_characters_are_told_as_escapes(sign):
    fault = Fault.of("unknown_key", f"a{sign}.toml", f"key{sign}", f"value{sign}")
    for lang in ("nb", "en"):
        line = fault.say(lang)
        assert sign not in line
        assert line.count("\\") == 3
    assert hidden_in_name(f"a{sign}b")
    assert printable("Bærum – «æøå» 日本") == "Bærum – «æøå» 日本"


def test_a_file_may_have_tabs_and_ends_of_lines_but_nothing_else_that_is_hidden():
    assert hidden_in_text("a.csv", "a\tb\r\nc\n") == []
    (fault,) = hidden_in_text("a.csv", "a\nb\x0c\n")
    assert fault.say("en") == "a.csv:2: holds a character that cannot be shown (\\x0c). Delete the character."


def test_what_the_operating_system_says_is_said_in_our_words():
    for number, words in REASONS.items():
        assert reason(OSError(number, "in some language")) == words
    assert reason(FileNotFoundError(errno.ENOENT, "No such file or directory")).nb == "finnes ikke"
    assert reason(OSError(12_345, "Strange")) == Text(
        "feil 12345 fra operativsystemet", "error 12345 of the operating system"
    )


def test_toml_that_is_none_is_told_in_our_words():
    fault = not_toml("a.toml", ValueError("Invalid value (at line 4, column 20)"))
    assert fault.rule.nb == "er ikke gyldig TOML på linje 4, tegn 20: ugyldig verdi"
    unheard_of = not_toml("a.toml", ValueError("Something new (at end of document)"))
    assert unheard_of.rule.nb == "er ikke gyldig TOML på siste linje"


def test_a_planners_braces_are_no_places():
    title = Text("{x} og {", "{x} and }")
    assert title.say("nb") == "{x} og {"
    assert title.say("en", y=1) == "{x} and }"
    assert Text("Om {title}: {n:.1f}", "About {title}: {n:.1f}").say("en", title=title, n=1) == "About {x} and }: 1.0"


def said_constants() -> Iterator[tuple[str, Text, set[str]]]:
    """Every text that is a constant of its module and said there: where, the text, and the places that are filled."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: Text(*words)
            for node in tree.body
            if isinstance(node, ast.Assign) and getattr(getattr(node.value, "func", None), "id", "") == "Text"
            for target in node.targets
            if isinstance(target, ast.Name) and (words := _words(node.value))
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say":
                name = getattr(node.func.value, "id", "")
                if name in constants and all(keyword.arg for keyword in node.keywords):
                    places = {str(keyword.arg) for keyword in node.keywords}
                    yield f"{path.name}:{node.lineno}", constants[name], places


def _words(call: ast.expr) -> list[str]:
    """The two languages of a Text that is written out."""
    assert isinstance(call, ast.Call)
    parts = [*call.args, *[keyword.value for keyword in call.keywords]]
    return [str(part.value) for part in parts if isinstance(part, ast.Constant)]


def test_every_text_is_said_with_all_its_places():
    """`Text.say` leaves what it is not given as it stands, so a place that is forgotten is found here."""
    found = list(said_constants())
    assert len(found) > 150
    for where, text, places in found:
        for words in text:
            assert set(re.findall(r"\{([a-z][a-z0-9_]*)(?::[^}]*)?\}", words)) <= places, where
