"""The walls of the house: who may import what, and what a command loads."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import ldip

PACKAGE = Path(ldip.__file__).parent
ROOMS = ["errors", "scenario", "model", "statistics", "analysis", "report", "web", "cli"]
"""Imports go from right to left only."""

ONLY_IN = {
    "numba": {"model/engine/kernel.py", "model/engine/compiled.py"},
    "click": {"cli", "model/engine/kernel.py"},  # kernel: the user's folder for compiled code
    "scipy": {"analysis/restructuring.py", "analysis/calibrate.py", "analysis/sobol.py"},
    "matplotlib": {"report/fans.py", "report/page/pictures.py"}
    | {
        f"report/answers/{name}_charts.py"
        for name in ("backtest", "comparison", "explain", "growth", "sensitivity", "stress")
    },
    "distributed": {"analysis/executors.py"},
    "pyarrow": {"report/folder/runs.py"},
    "jinja2": {"report/page/html.py"},
    "markupsafe": {"report/page/html.py"},
    "tomllib": {"scenario/files/reader.py"},
    "pydantic": {"scenario"},
    "xlsxwriter": {"report/workbook/sheets.py"},
    "python_calamine": {"scenario/sheet/cells.py"},
    "starlette": {"web"},
    "uvicorn": {"web/serve.py"},
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else "errors"


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_imports_go_one_way(path):
    here = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if here == "__init__":
        return
    for name in imports(path):
        if name.startswith("ldip"):
            assert ROOMS.index(room(name)) <= ROOMS.index(here), f"{path.name} imports {name}"


def test_heavy_or_dangerous_libraries_have_one_door():
    for path in modules():
        for name in imports(path):
            library = name.split(".")[0]
            allowed = ONLY_IN.get(library)
            here = path.relative_to(PACKAGE)
            assert allowed is None or {here.as_posix(), here.parts[0]} & allowed, f"{path}: {name}"
            assert library not in {"random", "pandas"}, f"{path}: {name}"


def test_random_numbers_only_in_drivers_and_printing_only_in_the_command_line():
    for path in modules():
        text = path.read_text(encoding="utf-8")
        if path.name != "drivers.py":
            assert "np.random" not in text, path
        if path.relative_to(PACKAGE).parts[0] != "cli":
            assert "print(" not in text, path
            assert "sys.exit" not in text, path


def test_files_can_be_read_in_one_sitting():
    for path in modules():
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 520, path


def loaded(code: str) -> set[str]:
    script = f"import sys\n{code}\nsys.stderr.write('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return {name for name in done.stderr.splitlines() if "." not in name}


def test_import_budget():
    """Nobody waits for a library that the command does not use."""
    heavy = {"xlsxwriter", "python_calamine", "numpy", "numba", "pydantic", "matplotlib", "pandas", "scipy", "rich"}
    heavy |= {"starlette", "uvicorn"}
    assert not heavy & loaded("import ldip")
    command = "sys.argv = ['ldip', {}]\nfrom ldip.cli import run\ntry:\n    run()\nexcept SystemExit: pass"
    assert not heavy & loaded(command.format("'--help'"))
    for name in ("simulate", "compare", "sweep", "workbook", "web"):
        assert not heavy & loaded(command.format(f"{name!r}, '--help'"))


@pytest.mark.parametrize("words", [("simulate",), ("simulate", "--keep-runs"), ("compare",)])
def test_a_simulation_without_pictures_loads_neither_compiler_nor_plots(tmp_path, words):
    arguments = ", ".join(map(repr, (*words, "--runs", "500", "--no-pictures", "--out", str(tmp_path / "r"))))
    code = f"sys.argv = ['ldip', {arguments}]\nfrom ldip.cli import run\ntry:\n    run()\nexcept SystemExit: pass"
    assert not {"numba", "matplotlib", "pandas", "scipy"} & loaded(code)
