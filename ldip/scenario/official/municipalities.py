"""Municipalities that were renumbered, merged or split, and the cells of a table that are one municipality's.

``changes.csv`` holds the changes of 1 January 2020 and 2024 (Statistics Norway, Klass 131, CC BY 4.0); numbers that
stayed are not in it. Earlier ones a user gives by hand.
"""

import csv
import functools
from collections import defaultdict
from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

from ldip.errors import Fault, InputError
from ldip.scenario.official.cube import Cell, Cube

REGION = "Region"
SPLIT, ABSORBED = "split", "absorbed"


class Change(NamedTuple):
    """What happened to numbers on 1 January of a year."""

    year: int
    old: tuple[str, ...]
    new: tuple[str, ...]
    kind: str  # renumbered; merged under a new number; absorbed by one that kept its own; split


@functools.cache
def changes() -> tuple[Change, ...]:
    """The changes that are known."""
    text = (files("ldip") / "scenario" / "official" / "changes.csv").read_text(encoding="utf-8")
    return tuple(
        Change(int(row["year"]), tuple(row["old"].split()), tuple(row["new"].split()), row["kind"])
        for row in csv.DictReader(text.splitlines())
    )


def padded(code: str) -> str:
    """A municipality's number with the leading zero that a spreadsheet took from it."""
    text = code.strip().removesuffix(".0")
    return text.zfill(4) if text.isdigit() and len(text) <= 4 else text


def former(code: str, given: Sequence[str] = ()) -> tuple[str, ...]:
    """The numbers that the municipality `code` has had, itself first; the parts it was merged of among them."""
    found = [code, *given]
    for now in found:  # grows while it is gone through
        for change in changes():
            if now in change.new and change.kind != SPLIT:
                found += [old for old in change.old if old not in found]
    return tuple(dict.fromkeys(found))


def split_of(code: str) -> Change | None:
    """The change by which the municipality `code` came of a part of another; None if there is none."""
    return next((change for change in changes() if change.kind == SPLIT and code in change.new), None)


def successors(code: str) -> tuple[str, ...]:
    """What a number that is no longer in use was followed by."""
    return tuple(new for change in changes() if code in change.old and code not in change.new for new in change.new)


def of_municipality(cube: Cube, code: str, given: Sequence[str] = (), name: str = "") -> list[Cell]:
    """The cells of one municipality; of merged ones the sum, year by year, of those that were there. In a file that
    has names and no numbers it is the one called `name`.

    A table without regions is the nation's, and all its cells are returned. A cell of two numbers in one year is
    summed only where one of them is not there any more: the new number wins over the old ones. InputError if the
    file has regions, but none of the municipality's.
    """
    if REGION not in cube.dimensions:
        return list(cube.cells)
    wanted = former(code, given)
    there = {padded(cell.at[REGION].code): cell.at[REGION] for cell in cube.cells}
    if name and not any(number.isdigit() for number in there):
        wanted = tuple(text for text in there if text == name or text.startswith(f"{name} ("))
    if not any(number in there for number in wanted):
        others = [number if number == it.label else f"{number} {it.label}" for number, it in there.items()]
        shown = ", ".join([*others[:4], *(["…"] if others[4:] else [])])
        raise InputError(
            [Fault.of("other_municipality", cube.file, "", shown, code=", ".join(wanted or (code, name)))]
        )
    grouped: dict[tuple[str, ...], dict[str, Cell]] = defaultdict(dict)
    for cell in cube.cells:
        number = padded(cell.at[REGION].code)
        if number in wanted:
            grouped[tuple(part.code for name, part in cell.at.items() if name != REGION)][number] = cell
    return [one for cells in grouped.values() if (one := _one(cells, code))]


def _one(cells: dict[str, Cell], code: str) -> Cell | None:
    """The municipality's cell of a year: its own number's, else the sum of the latest ones that it had. Before and
    after their time numbers have no figure, or nought."""
    filled = {number: cell for number, cell in cells.items() if cell.value is not None and cell.value != 0.0}
    filled = filled or {number: cell for number, cell in cells.items() if cell.value is not None}
    if not filled:
        return next(iter(cells.values()))._replace(value=None)
    newest = [number for number in filled if not any(number in _replaced(other) for other in filled)]
    total = sum(value for number in newest if (value := filled[number].value) is not None)
    return filled[newest[0]]._replace(value=total)


def _replaced(code: str) -> set[str]:
    """The numbers in whose place `code` came; those that it absorbed while it had its number stood beside it."""
    found = [code]
    for now in found:
        for change in changes():
            if now in change.new and change.kind not in (SPLIT, ABSORBED):
                found += [old for old in change.old if old not in found]
    return set(found[1:])
