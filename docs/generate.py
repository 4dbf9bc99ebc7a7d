"""Renew the generated parts of the documentation: python docs/generate.py

* docs/metrics.md from the metric catalogue
* docs/accounts.md from the source of the accounts
* the tables of keys and plan lines in docs/scenario-format.md from the schema and the Bærum scenario
* the result in README.md and the pictures in docs/img from a real simulation

A test fails when a text part is out of date.
"""

import ast
import inspect
import re
import tempfile
import textwrap
from pathlib import Path

from click.testing import CliRunner

from ldip.cli import main as ldip
from ldip.model.accounts import steps
from ldip.model.accounts.state import Year
from ldip.model.accounts.year import close_year
from ldip.model.metrics import catalogue
from ldip.report.fans import FANS
from ldip.report.numbers import NO_BREAK_SPACE, unit_label
from ldip.scenario.files.reader import read
from ldip.scenario.numbers import quantities
from ldip.scenario.rows import PLAN_LINES
from ldip.scenario.schema import limits
from ldip.scenario.settings import defaults

ROOT = Path(__file__).resolve().parents[1]
CHOICES = {"choose", "least", "greatest", "positive", "ratio", "event"}
"""Steps that need no explanation."""


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
        cells = [f"`{m.id}`", *m.label, unit, m.price_index, m.definition.en, m.source]
        rows.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def accounts_page() -> str:
    """The whole of docs/accounts.md: every line of the ledger as close_year computes it."""
    made: dict[str, ast.expr] = {}
    for node in ast.walk(ast.parse(inspect.getsource(close_year))):
        if isinstance(node, ast.Assign):
            made[ast.unparse(node.targets[0])] = node.value
        elif isinstance(node, ast.keyword) and ast.unparse(node.value) != node.arg:
            made[str(node.arg)] = node.value
    blocks = re.findall(r"    # (\d [^\n]*)\n    (\w+):", inspect.getsource(Year))
    titles = {line: title for title, line in blocks}
    rows = [
        "# The accounts, line by line",
        "",
        "Every line of the ledger in the order of the year, as `ldip/model/accounts/year.py` computes it, with what",
        "the step's function says of its formula and source. `plan`, `weather`, `opening` are the year's inputs;",
        "other names are lines or intermediate amounts of the same year. Why it is so, and what is assumed, stands",
        "in [model.md](model.md). This page is written by `docs/generate.py`.",
    ]
    for metric in catalogue().values():
        if metric.id in titles:
            rows += ["", f"## {titles[metric.id]}"]
        rows += ["", f"**`{metric.id}`** {metric.label.nb} / {metric.label.en} ({metric.unit}; {metric.source})"]
        rows += _how(metric.id, made)
    return "\n".join(rows) + "\n"


def _how(name: str, made: dict[str, ast.expr]) -> list[str]:
    """The expression that makes a line, those of the intermediate amounts in it, and what its steps say."""
    shown: dict[str, str] = {}
    said: list[str] = []
    todo = [name]
    while todo:
        place = todo.pop(0)
        if place in shown or place not in made:
            continue
        shown[place] = re.sub(r"\bs\.", "", ast.unparse(made[place]))
        for node in ast.walk(made[place]):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "s" and node.attr not in CHOICES:
                said.append(" ".join(str(inspect.getdoc(getattr(steps, node.attr))).split()))
            elif isinstance(node, ast.Name) and node.id not in catalogue():
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


def result_block() -> str:
    """What `ldip simulate --lang en` prints, as a code block; the places of the files left out."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["simulate", "--lang", "en", "--no-pictures", "--out", f"{folder}/r"]
        text = CliRunner().invoke(ldip, arguments, catch_exceptions=False).stdout
    shown = text.split("\n'error ±'")[0].rstrip().replace(NO_BREAK_SPACE, " ")
    return f"```text\n$ ldip simulate --lang en\n{shown}\n```\n"


def replace_part(text: str, name: str, content: str) -> str:
    """Put `content` between the comments that mark the generated part `name`."""
    start, end = f"<!-- generated: {name} -->\n", f"<!-- end: {name} -->"
    before, rest = text.split(start)
    return before + start + content + end + rest.split(end)[1]


def texts() -> dict[Path, str]:
    """Every page that has generated parts, as it should be."""
    readme, keys = ROOT / "README.md", ROOT / "docs" / "scenario-format.md"
    return {
        ROOT / "docs" / "metrics.md": metrics_page(),
        ROOT / "docs" / "accounts.md": accounts_page(),
        readme: replace_part(readme.read_text(encoding="utf-8"), "result", result_block()),
        keys: replace_part(
            replace_part(keys.read_text(encoding="utf-8"), "keys", keys_table()), "lines", lines_table()
        ),
    }


def main() -> None:
    """Write all generated parts."""
    for path, text in texts().items():
        path.write_text(text, encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["simulate", "--lang", "en", "--out", f"{folder}/r"]
        CliRunner().invoke(ldip, arguments, catch_exceptions=False)
        for name in FANS:
            (ROOT / "docs" / "img" / f"{name}.png").write_bytes(Path(folder, "r", f"{name}.png").read_bytes())


if __name__ == "__main__":
    main()
