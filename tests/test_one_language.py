"""No English word in what is said in Norwegian, and the other way round: the texts of the program and of the shipped
municipalities, pair by pair, and what every command prints and writes."""

import ast
import csv
import functools
import html
import re
import tomllib
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest
from languages import ENGLISH, NORWEGIAN, foreign, words_of

import ldip as package
from ldip.cli import COMMANDS
from ldip.text import Text
from ldip.web.answers import page_records
from ldip.web.simulator import Simulator

PACKAGE = Path(package.__file__).parent
SCENARIOS = PACKAGE.parent / "scenarios"
TABLES = {
    "faults.csv": ("rule", "remedy"),
    "model/catalogue.csv": ("label", "definition"),
    "scenario/settings.csv": ("", "reason"),
    "model/people/national_ages.csv": ("source",),
}
"""Tables of the package, and what begins the names of their pairs of columns."""

ON_PURPOSE = re.compile(r"«mixed housing»|Eksempelvik \(oppdiktet\)|\(ages\)|\b[0-9a-f]{64}\b")
"""What is said in the other language on purpose: what the plan calls a project, and a municipality's own name. And
what is no word: a key, checksums."""


def texts() -> Iterator[tuple[str, Text]]:
    """Every pair of texts that is written somewhere, with its place."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Text", "say"):
                parts = dict(zip(("nb", "en"), node.args, strict=False)) | {k.arg: k.value for k in node.keywords}
                pair = [parts.get(lang) for lang in ("nb", "en")]
                if all(isinstance(part, ast.Constant) and isinstance(part.value, str) for part in pair):
                    yield f"{path.relative_to(PACKAGE)}:{node.lineno}", Text(*(part.value for part in pair))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for call in getattr(node, "decorator_list", []):
                said = [k.value for k in getattr(call, "keywords", []) if k.arg == "nb"]
                if said and isinstance(said[0], ast.Constant):
                    yield (
                        f"{path.relative_to(PACKAGE)}:{call.lineno}",
                        Text(said[0].value, ast.get_docstring(node) or ""),
                    )
    for name, columns in TABLES.items():
        yield from pairs_in(PACKAGE / name, columns)
    for path in sorted(SCENARIOS.rglob("*.csv")):
        yield from pairs_in(path, ("source", "name", "explanation"))
    for path in sorted(SCENARIOS.rglob("*.toml")):
        yield from pairs_of(path.relative_to(SCENARIOS).as_posix(), tomllib.loads(path.read_text(encoding="utf-8")))


def pairs_in(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, Text]]:
    """The pairs of texts in the columns of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            for column in columns:
                names = [f"{column}_{lang}".lstrip("_") for lang in ("nb", "en")]
                if all(name in row for name in names):
                    yield f"{path.parent.name}/{path.name}:{number}", Text(*(row[name] for name in names))


def pairs_of(place: str, tree: Any) -> Iterator[tuple[str, Text]]:
    """The pairs of texts in a TOML file."""
    if isinstance(tree, dict):
        for names in (("nb", "en"), ("title_nb", "title_en")):
            if set(names) <= set(tree):
                yield place, Text(*(tree[name] for name in names))
        for key, part in tree.items():
            yield from pairs_of(f"{place}: {key}", part)


def test_the_word_lists_are_apart():
    assert not ENGLISH & NORWEGIAN
    assert len(ENGLISH) > 200
    assert len(NORWEGIAN) > 200


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("nb", "Andel av the debt i 2039", ["the", "debt"]),
        ("nb", "interest.loan_margin og --policy step", []),
        ("nb", "kjør ldip scenario check mine/", []),
        ("en", "the debt og gjelden", ["og", "gjelden"]),
        ("en", "Fornebu, Høvik: år", ["år"]),
    ],
)
def test_a_foreign_word_is_found(lang, text, found):
    assert foreign(text, lang) == found


def test_no_text_has_a_word_of_the_other_language():
    """What stands in both, like a key, is a name and of neither."""
    found, count = [], 0
    for place, pair in texts():
        count += 1
        for lang, other in (("nb", pair.en), ("en", pair.nb)):
            of_both = set(words_of(other)) if pair.nb != pair.en else set()
            strange = [word for word in foreign(ON_PURPOSE.sub("", pair.say(lang)), lang) if word not in of_both]
            if strange:
                found.append(f"{place} ({lang}): {', '.join(strange)} in {pair.say(lang)[:90]!r}")
    assert count > 3500
    assert not found, "\n".join(found)


def test_sources_are_in_two_languages():
    """No source of the shipped municipalities stands in one language only, unless it is a place in a plan."""
    for path in sorted(SCENARIOS.rglob("*.toml")):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        for words in re.findall(r'source = "([^"]*)"', "\n".join(lines)):
            assert re.fullmatch(r"(HP|Prop\.|NOU)[\d .()S–-]*", words), f"{path.name}: {words}"


# What commands print and write

SHORT = ("--runs", "60", "--years", "6")
SAID = {
    "simulate": (*SHORT, "--no-pictures", "--details"),
    "compare": ("SCENARIO", "SCENARIO+housing-minus-20", *SHORT, "--no-pictures"),
    "explain": SHORT,
    "sweep": ("grid.toml",),
    "restructure": (*SHORT, "--reserve"),
    "prioritise": (*SHORT, "--ceiling", "debt_ratio=1.5"),
    "stress": (*SHORT, "--no-pictures"),
    "payback": ("AREA", *SHORT),
    "population": (*SHORT, "--no-pictures"),
    "projects": (*SHORT, "--no-pictures"),
    "plan": ("--years", "6"),
    "reconcile": ("--all",),
    "metrics": (),
    "calibrate": (),
    "backtest": ("--runs", "100", "--no-pictures", "--horizon", "3"),
}
"""How each command is called, so that it says much in little time."""

ELSEWHERE = {
    **{"web": "the page's words, below", "report": "below", "workbook": "below", "scenario": "below"},
    "sensitivity": "takes seconds however short: its words are texts of the program",
}
AREAS = {"baerum-2020": "fornebu", "eksempelvik-2025": "sentrum"}
NO_WORDS = ("id", "key", "name", "how", "figure", "policy", "metric", "phase", "kind", "better")
"""What the live page is told for its own use."""
HEADS = re.compile(r"^[a-z_0-9]+$")


@functools.cache
def of_the_other(lang: str) -> frozenset[str]:
    """The words that the program's texts use in the other language only."""
    used = {name: {word.lower() for _, pair in texts() for word in words_of(pair.say(name))} for name in ("nb", "en")}
    other = used.pop("en" if lang == "nb" else "nb")
    return frozenset(word for word in other - used[lang] if len(word) > 3)


BAERUMS = re.compile(r"\bHP\b|Bærum(?!s økonomiplan)|[Hh]andlingsprogram|[Rr]esultatgrad|rådmann")
"""What is Bærum's, and named in its own results only."""


def check(said: str, lang: str, what: str, names: Collection[str] = ()) -> None:
    """Assert that no line has a word of the other language, besides `names`."""
    found = []
    for line in said.splitlines():
        words = ON_PURPOSE.sub("", line)
        strange = foreign(words, lang) or [word for word in words_of(words) if word.lower() in of_the_other(lang)]
        strange = [word for word in strange if word not in names]
        if strange:
            found.append(f"{', '.join(strange)} in {line.strip()[:110]!r}")
    assert not found, f"{what}:\n" + "\n".join(dict.fromkeys(found))


def test_every_command_is_read_somewhere():
    assert {*SAID, *ELSEWHERE} == set(COMMANDS)


@pytest.mark.parametrize("lang", ["nb", "en"])
@pytest.mark.parametrize("command", SAID)
def test_what_a_command_prints(ldip, here, command, lang):
    scenario = "eksempelvik-2025" if command not in ("reconcile", "payback") else "baerum-2020"
    (here / "grid.toml").write_text(f'scenario = "{scenario}"\nruns = 20\nyears = 5\nseeds = [1, 2]\n', "utf-8")
    words = [word.replace("SCENARIO", scenario).replace("AREA", AREAS[scenario]) for word in SAID[command]]
    if command not in ("compare", "sweep", "metrics", "calibrate", "backtest", "payback"):
        words = [scenario, *words]
    said = ldip(command, *words, "--lang", lang)
    assert said.code == 0, said.err
    if scenario in words or scenario in " ".join(words):
        assert scenario == "baerum-2020" or not BAERUMS.search(said.out)
    ids = re.compile(r"^\w+(?=  \()", re.MULTILINE) if command == "metrics" else re.compile("$^")
    check(ids.sub("", said.out + said.err), lang, command)


@pytest.mark.parametrize("lang", ["nb", "en"])
@pytest.mark.parametrize("words", [("list",), ("show", "eksempelvik-2025"), ("show",), ("check",)], ids=" ".join)
def test_what_is_said_of_scenarios(ldip, words, lang):
    said = ldip("scenario", *words, "--lang", lang)
    assert said.code == 0
    check(said.out + said.err, lang, " ".join(words))


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_help(ldip, lang):
    for name in ("", *COMMANDS, "scenario show", "scenario new", "scenario sheet", "scenario from-sheet"):
        told, other = (
            ldip(*name.split(), "--help", "--lang", it).out for it in (lang, "en" if lang == "nb" else "nb")
        )
        no_words = re.compile(r"^ +ldip (?!.*  ).*$|^ +[\w\"\[\]. =,-]+ = .*$|^  [a-z-]+(?=  )", re.MULTILINE)
        check(no_words.sub("", told), lang, f"help of {name or 'ldip'}", set(words_of(other)))


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_the_report(ldip, here, lang, monkeypatch):
    monkeypatch.setattr("ldip.report.page.html._svgs", lambda picture: "")
    assert ldip("report", "eksempelvik-2025", *SHORT, "--out", "r.html", "--lang", lang).code == 0
    page = (here / "r.html").read_text(encoding="utf-8")
    body = re.sub(r"<(style|script|code)\b.*?</\1>", " ", page, flags=re.DOTALL).replace("<wbr>", "")
    told = html.unescape(re.sub(r"<[^>]+>", "\n", body))
    check(told, lang, "report")
    assert not BAERUMS.findall(told)


@pytest.mark.parametrize("lang", ["nb", "en"])
@pytest.mark.parametrize("command", [("workbook", "eksempelvik-2025", *SHORT, "--out"), ("scenario", "sheet")])
def test_the_workbooks(ldip, here, command, lang):
    assert ldip(*command, "b.xlsx", "--lang", lang).code == 0
    with zipfile.ZipFile(here / "b.xlsx") as parts:
        cells = re.findall(r"<t[^>]*>(.*?)</t>", parts.read("xl/sharedStrings.xml").decode(), flags=re.DOTALL)
        sheets = re.findall(r'<sheet name="([^"]*)"', parts.read("xl/workbook.xml").decode())
    told = [html.unescape(cell) for cell in (*cells, *sheets)]
    check("\n".join(cell for cell in told if not HEADS.match(cell)), lang, command[0])
    assert command[0] == "scenario" or not BAERUMS.findall("\n".join(told))


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_the_live_page(lang):
    records = page_records(Simulator("eksempelvik-2025", (), years=5, seed=1, runs=100), lang)

    def told(part: Any, key: str = "") -> Iterator[str]:
        if isinstance(part, dict):
            for name, value in part.items():
                yield from told(value, name)
        elif isinstance(part, list):
            for value in part:
                yield from told(value, key)
        elif isinstance(part, str) and key not in NO_WORDS:
            yield part

    check("\n".join(told(records)), lang, "the live page")
