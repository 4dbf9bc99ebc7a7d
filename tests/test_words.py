"""What people read is written once: no pair of words stands in two places of report and web."""

import ast
from collections import Counter, defaultdict
from pathlib import Path

import ldip
from ldip.report import words
from ldip.report.words import capital
from ldip.text import Text

PACKAGE = Path(ldip.__file__).parent


def written(*rooms: str) -> dict[tuple[str, str], list[str]]:
    """Every pair of words, as it is with a capital first letter -> where it stands; those of faults left out."""
    found = defaultdict(list)
    for path in (path for room in rooms for path in sorted((PACKAGE / room).rglob("*.py"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
        faults = {inner for call in calls if call.func.id == "Fault" for inner in ast.walk(call)}
        for call in calls:
            parts = [*call.args, *(keyword.value for keyword in call.keywords)]
            if (
                call.func.id == "Text"
                and call not in faults
                and all(isinstance(part, ast.Constant) for part in parts)
            ):
                pair = capital(Text(*(part.value for part in parts)))
                found[pair].append(f"{path.relative_to(PACKAGE).as_posix()}:{call.lineno}")
    return found


def test_no_words_are_written_twice():
    pairs = written("report", "web")
    assert len(pairs) > 400
    assert not {pair: at for pair, at in pairs.items() if len(at) > 1}


def test_shared_words_are_shared():
    """What only one file says stands in that file."""
    names = {name for name, value in vars(words).items() if isinstance(value, Text)}
    used = Counter()
    for path in (path for room in ("report", "web", "cli") for path in (PACKAGE / room).rglob("*.py")):
        if path != Path(words.__file__):
            nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
            imported = {a.name for n in nodes if isinstance(n, ast.ImportFrom) for a in n.names}
            read = {n.attr for n in nodes if isinstance(n, ast.Attribute) and getattr(n.value, "id", "") == "words"}
            used.update(names & (imported | read) if "ldip.report" in path.read_text(encoding="utf-8") else ())
    assert {name for name in names if used[name] < 2} == set()


def test_a_head_begins_with_a_capital_letter():
    assert capital(Text("år", "year")) == Text("År", "Year")
    assert capital(Text("9 av 10", "")) == Text("9 av 10", "")
