"""The generated parts of the documentation are those of today's program, and what the pages name exists."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def generated():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.texts()


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
