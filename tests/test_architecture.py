"""The walls of the house: who may import what, and what a command loads."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import ldip

PACKAGE = Path(ldip.__file__).parent
FLOORS = (
    *({"text"}, {"errors"}, {"scenario"}, {"model"}, {"statistics"}, {"analysis"}, {"report"}),
    {"api", "web"},
    {"cli"},
)
"""Imports go down only, from right to left, and not between rooms of the same floor."""

ONLY_IN = {
    "numba": {"model/engine/kernel.py", "model/engine/compiled.py"},
    "click": {"cli", "model/engine/kernel.py"},  # kernel: the user's folder for compiled code
    "scipy": {"analysis/restructuring.py", "analysis/calibrate.py", "analysis/sobol.py", "analysis/realism.py"}
    | {"analysis/programme.py"},
    "matplotlib": {"report/canvas.py"},
    "distributed": {"analysis/executors.py"},
    "pandas": {"api"},
    "pyarrow": {"report/folder/runs.py"},
    "jinja2": {"report/page/html.py"},
    "markupsafe": {"report/page/html.py"},
    "tomllib": {f"scenario/files/{name}.py" for name in ("reader", "reading", "rewrite")},
    "pydantic": {"scenario"},
    "xlsxwriter": {"report/workbook/sheets.py"},
    "python_calamine": {"scenario/files/cells.py"},
    "urllib": {"scenario/official/fetch.py"},
    "starlette": {"web"},
    "uvicorn": {"web/serve.py"},
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def short(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imports(path: Path, *, for_types: bool = True) -> list[str]:
    """What a module imports, also inside functions; `for_types`: also what is for type checks alone."""
    found: list[str] = []
    ahead: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while ahead:
        node = ahead.pop(0)
        only_types = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        if only_types and not for_types:
            continue
        ahead += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and any(parts[1] in rooms for rooms in FLOORS) else "text"


def floor(name: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if name in rooms)


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_go_one_way(path):
    here = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if here in ("__init__", "__main__"):  # the doors of the house
        return
    for name in imports(path):
        if name.startswith("ldip"):
            there = room(name)
            assert there == here or floor(there) < floor(here), f"{path.name} imports {name}"


ORDER = {
    "model": [
        {"accounts", "catalogue"},
        {"fiscal_rules", "shown", "identities"},
        {"soundness", "moments"},
        {"completions"},
        {"processes"},
        {"drivers"},
        {"people"},
        {"projects"},
        {"plan"},
        {"engine"},
        {"metrics"},
    ],
    "statistics": [{"compiled_rows"}, {"summary"}, {"selection"}, {"stream"}],
    "analysis": [
        {"statement", "features", "compare", "explain", "restructuring", "reserve", "calibrate", "growth", "sweep"}
        | {"stabilising", "options", "programme", "places", "plausibility"},
        {"reconcile", "stress", "steering", "sensitivity", "discovery", "backtest", "executors", "population"}
        | {"bootstrap", "moves", "investment_plan", "proposal"},
        {"realism", "planner", "checking"},
        {"findings", "sobol", "remedies", "frontier"},
        {"prioritise"},
    ],
    "report": [
        {"words", "canvas"},
        {"numbers", "folder"},
        {"terminal", "limits"},
        {"fans"},
        {"answers"},
        {"workbook", "page"},
    ],
    "api": [{"arguments", "tables", "html"}, {"lists", "result", "solutions"}, {"case"}, {"comparison", "opened"}],
}
"""The rooms inside a room, or its files, from the bottom: one may import from those below it, not beside or above."""


def dotted(path: Path) -> str:
    """The name that a module is imported by."""
    parts = ("ldip", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def graph() -> dict[str, set[str]]:
    """Module -> the modules of ours that it imports, also inside functions, but not those for type checks."""
    known = {dotted(path): path for path in modules()}
    arrows = {}
    for name, path in known.items():
        found = imports(path, for_types=False)
        wanted = {target if target in known else target.rpartition(".")[0] for target in found}
        arrows[name] = (wanted & set(known)) - {name}
    return arrows


def circles(arrows: dict[str, set[str]]) -> list[str]:
    """The modules that can be reached from themselves."""

    def reached(start: str) -> set[str]:
        seen, ahead = set(), list(arrows[start])
        while ahead:
            name = ahead.pop()
            if name not in seen:
                seen.add(name)
                ahead += arrows[name]
        return seen

    return [name for name in arrows if name in reached(name)]


def test_a_circle_is_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}) == ["b", "c"]


def test_no_imports_go_in_a_circle():
    """Not even through imports inside functions, so that any module can be read from the bottom up."""
    assert not circles(graph())


@pytest.mark.parametrize("inside", ORDER)
def test_imports_inside_a_room_go_one_way(inside):
    level = {name: place for place, names in enumerate(ORDER[inside]) for name in names}
    beginning = f"ldip.{inside}."
    for name, targets in graph().items():
        if not name.startswith(beginning):
            continue
        here = name.split(".")[2]
        assert here in level, f"{name} has no place in ORDER"
        for target in targets:
            there = target.split(".")[2] if target.startswith(beginning) else here
            assert there == here or level[there] < level[here], f"{name} imports {target}"


def test_heavy_or_dangerous_libraries_have_one_door():
    for path in modules():
        for name in imports(path):
            library = name.split(".")[0]
            allowed = ONLY_IN.get(library)
            here = path.relative_to(PACKAGE)
            assert allowed is None or {here.as_posix(), here.parts[0]} & allowed, f"{path}: {name}"
            assert library != "random", f"{path}: {name}"


def test_random_numbers_only_in_drivers_and_printing_only_in_the_command_line():
    for path in modules():
        text = path.read_text(encoding="utf-8")
        if path.name != "drivers.py":
            assert "np.random" not in text, path
        if path.relative_to(PACKAGE).parts[0] != "cli":
            assert "print(" not in text, path
            assert "sys.exit" not in text, path


def test_files_and_json_are_written_by_one_function_each():
    """Whole or not at all (``place``), with the same bytes everywhere and no figure that is not a number
    (``records``). The scenario's own files are written by its room."""
    for path in modules():
        if path.relative_to(PACKAGE).parts[0] in ("analysis", "statistics", "report", "api", "web", "cli"):
            text, here = path.read_text(encoding="utf-8"), short(path)
            if here != "report/folder/records.py":
                for way in ("json.dump", "csv.writer", "csv.DictWriter", "write_text(", 'open("w"'):
                    assert way not in text, f"{here}: {way}"
            assert here == "report/folder/place.py" or "os.replace" not in text, here


LONGEST_FILE, LONGEST_FUNCTION = 400, 100


def test_files_can_be_read_in_one_sitting():
    lines = {short(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert not {name: count for name, count in lines.items() if count > LONGEST_FILE}


def test_functions_can_be_seen_in_one_look():
    found = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found[f"{short(path)}:{node.name}"] = node.end_lineno - node.lineno + 1
    assert not {name: count for name, count in found.items() if count > LONGEST_FUNCTION}


def loaded(code: str) -> set[str]:
    script = f"import sys\n{code}\nsys.stderr.write('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name for name in done.stderr.splitlines() if "." not in name}


def test_import_budget():
    """Nobody waits for a library that the command does not use."""
    heavy = {"xlsxwriter", "python_calamine", "numpy", "numba", "pydantic", "matplotlib", "pandas", "scipy", "rich"}
    heavy |= {"starlette", "uvicorn"}
    assert not heavy & loaded("import ldip\ndir(ldip)\nldip.InputError")
    assert not {"numba", "pandas", "matplotlib", "scipy"} & loaded("import ldip\nldip.load().simulate(200)")
    assert not {"numba", "pandas", "scipy"} & loaded("import ldip\nldip.load().simulate(200).plot()")
    command = "sys.argv = ['ldip', {}]\nfrom ldip.cli import run\ntry:\n    run()\nexcept SystemExit: pass"
    assert not heavy & loaded(command.format("'--help'"))
    for name in ("simulate", "compare", "sweep", "workbook", "web"):
        assert not heavy & loaded(command.format(f"{name!r}, '--help'"))


@pytest.mark.parametrize("words", [("simulate",), ("simulate", "--keep-runs"), ("compare",)])
def test_a_simulation_without_pictures_loads_neither_compiler_nor_plots(tmp_path, words):
    arguments = ", ".join(map(repr, (*words, "--runs", "500", "--no-pictures", "--out", str(tmp_path / "r"))))
    code = f"sys.argv = ['ldip', {arguments}]\nfrom ldip.cli import run\ntry:\n    run()\nexcept SystemExit: pass"
    assert not {"numba", "matplotlib", "pandas", "scipy"} & loaded(code)
