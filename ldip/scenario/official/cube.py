"""A statistical table as it was saved, whatever file it came in: cells with a code and a label in each dimension."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

TIME, CONTENTS = "Tid", "ContentsCode"
TITLE = re.compile(r"\s*\"?(\d{5}):\s*(.*)")


class Code(NamedTuple):
    """A member of a dimension: as the publisher codes it, and in words."""

    code: str
    label: str

    @property
    def said(self) -> str:
        """Both, for matching."""
        return f"{self.code} {self.label}".lower()


class Cell(NamedTuple):
    """One figure; None where there is none."""

    at: dict[str, Code]  # dimension -> member
    value: float | None

    @property
    def year(self) -> int:
        """The year that the cell is of, or begins in."""
        return int(self.at[TIME].code[:4])

    @property
    def contents(self) -> Code:
        """What is measured."""
        return self.at.get(CONTENTS, Code("", ""))


class Cube(NamedTuple):
    """A saved table. `table` is the number in its own title; empty where the file does not say."""

    file: str
    sha256: str
    table: str
    title: str
    updated: str  # the day, 2026-02-19; empty where the file does not say
    cells: tuple[Cell, ...]
    missing: int = 0  # cells without a figure: . not possible, .. missing, : confidential

    @property
    def dimensions(self) -> set[str]:
        """The dimensions that its cells have."""
        return {name for cell in self.cells[:1] for name in cell.at}

    def members(self, dimension: str) -> list[Code]:
        """The members of a dimension, in the file's order, each once."""
        return list(dict.fromkeys(cell.at[dimension] for cell in self.cells if dimension in cell.at))


def known(cells: Iterable[Cell]) -> Iterator[tuple[Cell, float]]:
    """The cells that have a figure, with it."""
    for cell in cells:
        if cell.value is not None:
            yield cell, cell.value
