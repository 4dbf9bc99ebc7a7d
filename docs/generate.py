"""Renew the generated parts of the documentation: python docs/generate.py

* docs/metrics.md from the metric catalogue
* docs/accounts.md from the source of the accounts
* the tables of keys, plan lines and expected ranges in docs/scenario-format.md from the schema, the Bærum scenario
  and ldip/scenario/plausible/ranges.csv
* what click says in Norwegian, as gettext reads it, from ldip/cli/click.csv
* the result in README.md and the pictures in docs/img from a real simulation

A test fails when a text part is out of date.
"""

import ast
import csv
import inspect
import math
import struct
import sys
import tempfile
import textwrap
from collections.abc import Collection
from pathlib import Path
from types import ModuleType
from typing import Any

from click.testing import CliRunner

from ldip.cli import main as ldip
from ldip.cli.language import DOMAIN, LOCALES
from ldip.model.accounts.year import CHAPTERS
from ldip.model.catalogue import catalogue
from ldip.model.shown import ANSWERS
from ldip.report.numbers import NO_BREAK_SPACE, unit_label
from ldip.scenario.files.reader import read
from ldip.scenario.numbers import quantities
from ldip.scenario.plausible.ranges import ranges
from ldip.scenario.rows import PLAN_LINES
from ldip.scenario.schema import limits
from ldip.scenario.settings import defaults

ROOT = Path(__file__).resolve().parents[1]
CHOICES = {"choose", "least", "greatest", "positive", "ratio", "event"}
"""Rules that need no explanation."""


def metrics_page() -> str:
    """The whole of docs/metrics.md."""
    rows = [
        "# Metrics",
        "",
        "Every figure that `ldip` computes, with its id (the name in all files), unit and definition. Money is",
        "reported in kroner of the first year, by the price index named; shares and rates are fractions in files and",
        "per cent in text. This page is written by `docs/generate.py` from `ldip/model/catalogue.csv`.",
        "",
        "| id | Norwegian | English | unit | price index | definition | source |",
        "|---|---|---|---|---|---|---|",
    ]
    for m in catalogue().values():
        unit = unit_label(m.unit, "n/a", "en") or m.unit
        cells = [f"`{m.id}`", *m.label, unit, m.price_index, m.definition.en, m.source.en]
        rows.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def accounts_page() -> str:
    """The whole of docs/accounts.md: every line of the ledger, chapter by chapter, as its closing function has it."""
    rows = [
        "# The accounts, line by line",
        "",
        "Every line of the ledger, in the chapters of `ldip/model/accounts/` and in their order, with what the rules",
        "say of their formula and source. `plan`, `weather`, `people` and `opening` are the year's inputs; `market`,",
        "`revenue` and so on are chapters closed before; other names are lines or intermediate amounts of the same",
        "chapter. Why it is so, and what is assumed, stands in [model.md](model.md). This page is written by",
        "`docs/generate.py`.",
    ]
    for chapter in CHAPTERS:
        module = sys.modules[chapter.__module__]
        rows += ["", "## " + str(inspect.getdoc(module)).split(":")[0].removeprefix("Chapter ").replace(",", "", 1)]
        made = _assigned(module, chapter.__name__)
        for line in chapter._fields:
            metric = catalogue()[line]
            rows += ["", f"**`{line}`** {metric.label.nb} / {metric.label.en} ({metric.unit}; {metric.source.en})"]
            rows += _how(line, made, chapter._fields, vars(module))
    return "\n".join(rows) + "\n"


def _assigned(module: ModuleType, chapter: str) -> dict[str, ast.expr]:
    """What a chapter's closing function gives to each name: local amounts, and the fields of the chapter."""
    own = [f for f in vars(module).values() if inspect.isfunction(f) and f.__module__ == module.__name__]
    closing = ast.parse(inspect.getsource(next(f for f in own if f.__name__.startswith("close_"))))
    made: dict[str, ast.expr] = {}
    for node in ast.walk(closing):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            made[node.targets[0].id] = node.value
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            assert isinstance(node.value, ast.Tuple)
            pairs = zip(node.targets[0].elts, node.value.elts, strict=True)
            made |= {ast.unparse(name): value for name, value in pairs}
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == chapter:
            made |= {str(k.arg): k.value for k in node.keywords if ast.unparse(k.value) != k.arg}
    return made


def _how(name: str, made: dict[str, ast.expr], lines: Collection[str], rules: dict[str, Any]) -> list[str]:
    """The expression that makes a line, those of the intermediate amounts in it, and what its rules say."""
    shown: dict[str, str] = {}
    said: list[str] = []
    todo = [name]
    while todo:
        place = todo.pop(0)
        if place in shown or place not in made:
            continue
        shown[place] = ast.unparse(made[place])
        called = [node.func for node in ast.walk(made[place]) if isinstance(node, ast.Call)]
        for node in ast.walk(made[place]):
            if not isinstance(node, ast.Name):
                continue
            if node in called and node.id not in CHOICES and inspect.isfunction(rules[node.id]):
                said.append(" ".join(str(inspect.getdoc(rules[node.id])).split()))
            elif node.id not in lines:
                todo.append(node.id)
    code = [
        line
        for place, expression in shown.items()
        for line in textwrap.wrap(f"{place} = {expression}", 110, subsequent_indent="    ")
    ]
    return ["", "```text", *code, "```", *[f"\n{text}" for text in dict.fromkeys(said)]]


def keys_table() -> str:
    """The keys of a scenario with unit, limits, default and Bærum's value."""
    scenario = read("baerum-2020").scenario
    rows = ["| key | unit | limits | default | in baerum-2020 | basis |", "|---|---|---|---|---|---|"]
    for key, quantity in quantities(scenario).items():
        dated = getattr(quantity, "dated", None)
        value = ", ".join(f"{y}: {v:g}" for y, v in dated.items()) if dated else f"{quantity.value:g}"
        low, high = limits(key)
        default = f"{defaults()[key].value:g}" if key in defaults() else ""
        rows.append(f"| `{key}` | {quantity.unit} | {low:g} … {high:g} | {default} | {value} | {quantity.basis} |")
    return "\n".join(rows) + "\n"


def lines_table() -> str:
    """The lines of plan.csv with their units."""
    rows = ["| line | unit |", "|---|---|"]
    rows += [f"| `{line}` | {unit} |" for line, unit in PLAN_LINES.items()]
    return "\n".join(rows) + "\n"


def ranges_table() -> str:
    """What figures are expected to be, with where that is from."""
    rows = ["| looked at | expected | unit | from |", "|---|---|---|---|"]
    for of in ranges().values():
        ends = " … ".join("" if math.isinf(end) else f"{end:,.10g}" for end in (of.low, of.high))
        least = "" if of.least is None else f"; 0, or at least {of.least:g}"
        rows.append(f"| `{of.id}`: {of.what.en} | {ends.strip()}{least} | {of.unit} | {of.source} |")
    return "\n".join(rows) + "\n"


def result_block() -> str:
    """What `ldip simulate --lang en` prints, as a code block; the places of the files left out."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["simulate", "--lang", "en", "--no-pictures", "--out", f"{folder}/r"]
        text = CliRunner().invoke(ldip, arguments, catch_exceptions=False).stdout
    shown = text.split("\nResults:")[0].rstrip().replace(NO_BREAK_SPACE, " ")
    return f"```text\n$ ldip simulate --lang en\n{shown}\n```\n"


def replace_part(text: str, name: str, content: str) -> str:
    """Put `content` between the comments that mark the generated part `name`."""
    start, end = f"<!-- generated: {name} -->\n", f"<!-- end: {name} -->"
    before, rest = text.split(start)
    return before + start + content + end + rest.split(end)[1]


def format_page(text: str) -> str:
    """docs/scenario-format.md with its generated tables."""
    for name, table in (("keys", keys_table()), ("lines", lines_table()), ("ranges", ranges_table())):
        text = replace_part(text, name, table)
    return text


def texts() -> dict[Path, str]:
    """Every page that has generated parts, as it should be."""
    readme, keys = ROOT / "README.md", ROOT / "docs" / "scenario-format.md"
    return {
        ROOT / "docs" / "metrics.md": metrics_page(),
        ROOT / "docs" / "accounts.md": accounts_page(),
        readme: replace_part(readme.read_text(encoding="utf-8"), "result", result_block()),
        keys: format_page(keys.read_text(encoding="utf-8")),
    }


def click_words() -> bytes:
    """What click says in Norwegian, as a catalogue of gettext (a file .mo)."""
    with (LOCALES.parent / "click.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    said = {"": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"}
    for row in rows:
        many = [row["en_many"], row["nb_many"]] if row["en_many"] else []
        said["\0".join([row["en"], *many[:1]])] = "\0".join([row["nb"], *many[1:]])
    pairs = [(key.encode(), words.encode()) for key, words in sorted(said.items())]
    place, tables, text = 28 + 16 * len(pairs), ([], []), b""
    for which, table in enumerate(tables):
        for pair in pairs:
            table += [len(pair[which]), place + len(text)]
            text += pair[which] + b"\0"
    head = (0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, place)
    return struct.pack(f"<7I{4 * len(pairs)}I", *head, *tables[0], *tables[1]) + text


CLICK_WORDS = LOCALES / "nb" / "LC_MESSAGES" / f"{DOMAIN}.mo"


def main() -> None:
    """Write all generated parts."""
    for path, text in texts().items():
        path.write_text(text, encoding="utf-8")
    CLICK_WORDS.parent.mkdir(parents=True, exist_ok=True)
    CLICK_WORDS.write_bytes(click_words())
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["simulate", "--lang", "en", "--out", f"{folder}/r"]
        CliRunner().invoke(ldip, arguments, catch_exceptions=False)
        for name in ANSWERS:
            (ROOT / "docs" / "img" / f"{name}.png").write_bytes(Path(folder, "r", f"{name}.png").read_bytes())


if __name__ == "__main__":
    main()
