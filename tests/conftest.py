"""Shared fixtures: the Bærum scenario, read once, and the command line called in this process."""

import csv
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as ldip.cli.run does, before anything loads numpy

from ldip.cli import run
from ldip.scenario.files.reader import Source, read


@pytest.fixture(scope="session")
def source() -> Source:
    return read("baerum-2020")


@pytest.fixture(scope="session")
def scenario(source: Source):
    return source.scenario


class Said(NamedTuple):
    """What a command left: its exit code and what it said."""

    code: int
    out: str
    err: str


Ldip = Callable[..., Said]


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """An empty folder to stand in, a wide terminal and no language chosen."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LDIP_LANG", raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


@pytest.fixture
def ldip(here, monkeypatch, capsys) -> Ldip:
    def call(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["ldip", *map(str, words)])
        code = 0
        try:
            run()
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Said(code, said.out, said.err)

    return call


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of_fan(path: Path, fan: str = "pressure") -> list[dict[str, str]]:
    """The rows of one fan in a table of a simulation."""
    return [row for row in rows_of(path) if row["fan"] == fan]


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Everything below a folder, hidden or not, with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


@pytest.fixture
def undrawn(monkeypatch):
    """A report without its pictures, which take most of its time; only their names stand in their places."""
    drawn = 'role="img" aria-label'
    monkeypatch.setattr("ldip.report.page.html._svgs", lambda picture: f'<svg {drawn}="{picture.name}"></svg>')
