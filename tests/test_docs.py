"""The generated parts of the documentation are those of today's program, and what the pages name exists."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def generate():
    """The program that renews the documentation."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def generated():
    return generate().texts()


def test_generated_parts_are_current():
    for path, text in generated().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name} is out of date: python docs/generate.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_named_in_the_pages_exist(page):
    named = re.findall(r"`((?:ldip|tests|docs|bench|scenarios)/[\w./-]+\.\w+)`", page.read_text(encoding="utf-8"))
    for name in named:
        assert (ROOT / name).exists(), f"{page.name}: {name}"


def test_changes_named_in_the_pages_exist():
    changes = {path.stem for path in (ROOT / "scenarios").glob("*/changes/*.toml")}
    for page in PAGES:
        for name in re.findall(r"--change ([a-z0-9-]+)(?![\w.-]*\.toml)", page.read_text(encoding="utf-8")):
            assert name in changes, f"{page.name}: {name}"


def test_the_python_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) > 3
    for block in blocks:
        exec(block, names)
    assert Path("debt.png").exists()


def test_the_notebook_runs_and_names_no_machine(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = ROOT / "docs" / "ldip.ipynb"
    text = path.read_text(encoding="utf-8")
    assert len(text) < 200_000
    assert not re.search(r"/home/|/root/|/tmp/|[A-Z]:\\\\|site-packages", text)
    names: dict[str, object] = {}
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    for cell in cells:
        exec("".join(cell["source"]), names)
        outputs = cell["outputs"]
        assert all(output["output_type"] != "error" for output in outputs)
    assert any("image/png" in output.get("data", {}) for cell in cells for output in cell["outputs"])
