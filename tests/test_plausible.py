"""What cannot be is a fault, what hardly can a doubt: the tables of both shipped municipalities, changed in the ways
in which people get them wrong, and the figures of municipalities as different as there are."""

import copy
import csv
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ldip.analysis.plausibility import all_doubts, of_accounts
from ldip.errors import Doubt, InputError, fault_words
from ldip.model.engine.simulate import run_baseline
from ldip.model.plan.baseline import build
from ldip.scenario.files.reader import find, read
from ldip.scenario.files.totals import is_sum, says_total, sums_among
from ldip.scenario.plausible.doubts import doubts
from ldip.scenario.plausible.ranges import Range, in_prices_of, ranges, spoken
from ldip.scenario.rows import EITHER_WAY, PLAN_LINES, SERVICES
from ldip.text import Text

SHIPPED = ("baerum-2020", "eksempelvik-2025")
NUMBERS = {
    "ages": ("mortality", "fertility", "flat", "house"),
    "demand": ("coverage", "unit_cost", "place_cost"),
    "areas": ("elasticity",),
}
STEADY = ("tax", "general_grant", "sector_revenue", "pension_premium")

Rows = list[list[str]]


class Wrong(NamedTuple):
    """A table that somebody got wrong: what was done, what must come of it, and the table."""

    what: str
    must: str  # "fault", or "told": a fault or a doubt
    scenario: str
    table: str
    rows: Rows


def rows_of(scenario: str, table: str) -> Rows:
    with (find(scenario).folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def columns(table: str, rows: Rows) -> list[int]:
    return [at for at, name in enumerate(rows[0]) if name.isdigit() or name in NUMBERS.get(table, ())]


def years(rows: Rows) -> list[int]:
    return [at for at, name in enumerate(rows[0]) if name.isdigit()]


def cell(text: str) -> float:
    return float(text or "nan")


class Tables:
    """The tables of a shipped scenario, and what is large enough in them to be seen."""

    def __init__(self, name: str):
        self.name = name
        self.of = {table: rows_of(name, table) for table in ("population", "areas", "plan", "demand", "ages")}
        plan = self.of["plan"]
        free = [row for row in plan[1:] if row[0] in ("tax", "general_grant")]
        self.free = min(sum(cell(row[at]) for row in free) for at in years(plan))

    def changed(self, what: str, must: str, table: str, change: Callable[[Rows], Any]) -> Wrong:
        rows = copy.deepcopy(self.of[table])
        change(rows)
        return Wrong(what, must, self.name, table, rows)

    def scaled(self, factor: float) -> Iterator[Wrong]:
        """A column, a row, a cell in another unit."""
        for table, rows in self.of.items():
            for at in columns(table, rows):
                what = f"column {rows[0][at]} x {factor}"
                yield self.changed(what, "told", table, lambda new, at=at: _scale(new[1:], [at], factor))
            for place, row in enumerate(rows[1:], start=1):
                steps = [] if table == "ages" else [columns(table, rows)]
                steps += [[at] for at in columns(table, rows)]
                for some in steps:
                    if all(self._seen(table, row, at, factor) for at in some):
                        what = f"{','.join(row[:3])} {[rows[0][at] for at in some]} x {factor}"
                        yield self.changed(
                            what, "told", table, lambda new, n=place, of=some: _scale([new[n]], of, factor)
                        )

    def _seen(self, table: str, row: list[str], at: int, factor: float) -> bool:
        """Can one know of the cell that it is in another unit? An amount that is small for the municipality, or would
        be, can be as it is; so can one to distribute, and one of many in its line that is as good as left out."""
        value = cell(row[at])
        if value == 0.0 or (table == "areas" and (row[5] == "0" and row[4] != "users")):
            return False
        if table == "ages":
            return True
        if table in ("population", "demand"):
            return True
        if self.of[table][0][at] == "elasticity":
            return True
        if factor > 1.0:
            return abs(value) * factor > 0.25 * self.free
        return table == "areas" or row[0] in ("tax", "general_grant", "pension_premium", "vat_compensation")

    def lost_digits(self) -> Iterator[Wrong]:
        """A digit before the decimal point that is not there."""
        for table, rows in self.of.items():
            if table not in ("population", "areas", "plan"):
                continue
            for place, row in enumerate(rows[1:], start=1):
                if table == "plan" and row[0] not in STEADY[:2]:
                    continue
                if table == "areas" and row[5] == "0" and row[4] != "users":
                    continue
                for at in years(rows):
                    whole = row[at].partition(".")[0]
                    if len(whole) > 1 and whole.isdigit():
                        new = whole[:-1] + row[at][len(whole) :]
                        yield self.changed(
                            f"{row[0]} {rows[0][at]} {row[at]} -> {new}",
                            "told",
                            table,
                            lambda rows, n=place, at=at, new=new: rows[n].__setitem__(at, new),
                        )

    def age_groups(self) -> Iterator[Wrong]:
        rows = self.of["population"]
        for place, row in enumerate(rows[1:], start=1):
            group, low, high = row[0], row[1], row[2]

            def bounds(new: Rows, place: int, first: str, last: str) -> None:
                new[place][1:3] = [first, last]

            if low != high:
                yield self.changed(
                    f"{group} backwards",
                    "fault",
                    "population",
                    lambda new, n=place, a=low, b=high: bounds(new, n, b, a),
                )
            for step in (-3, -1, 1, 3):
                if int(low) + step >= 0 and (place > 1 or step > 0):
                    yield self.changed(
                        f"{group} from {step:+}",
                        "fault",
                        "population",
                        lambda new, n=place, s=step, a=low, b=high: bounds(new, n, f"{int(a) + s}", b),
                    )
            yield self.changed(f"without {group}", "fault", "population", lambda new, n=place: new.pop(n))
            yield self.changed(f"{group} twice", "fault", "population", lambda new, n=place: new.insert(n, new[n]))
            yield self.changed(f"{group} minus", "fault", "population", lambda new, n=place: _flip(new, n))
        yield self.changed("oldest closed", "fault", "population", lambda new: new[-1].__setitem__(2, new[-1][1]))
        for first in (0, 1, 5):
            yield self.changed(
                f"total from {first}",
                "fault",
                "population",
                lambda new, n=first: _add_up(new, new[1 + n :], ["sum", new[1 + n][1], "120"]),
            )
        oldest = int(rows[-1][1])
        for last in range(0, oldest, 6):
            yield self.changed(
                f"ages to {last}", "fault", "ages", lambda new, n=last: new.__delitem__(slice(n + 2, None))
            )
        yield self.changed("ages and years exchanged", "told", "population", lambda new: _exchange(new, 6, 11))

    def totals_and_signs(self) -> Iterator[Wrong]:
        areas, plan = self.of["areas"], self.of["plan"]
        head = ["i_alt", areas[1][1], "I alt", "Total", "residents", "1"]
        yield self.changed("total of areas", "fault", "areas", lambda new, head=head: _add_up(new, new[1:], head))
        for sector in {row[1] for row in areas[1:]}:
            rows = [row for row in areas[1:] if row[1] == sector]
            if len(rows) > 1:
                head = ["sektor", sector, "Sum sektor", "Sum", "residents", "1"]
                must = "fault" if len(rows) > 2 else "told"
                yield self.changed(
                    f"total of {sector}", must, "areas", lambda new, of=rows, head=head: _add_up(new, of, head)
                )
        for place, row in enumerate(areas[1:], start=1):
            yield self.changed(f"{row[0]} twice", "fault", "areas", lambda new, n=place: new.insert(n, new[n]))
            if row[4] == "users" or float(row[5]) > 0.0:
                yield self.changed(f"{row[0]} minus", "fault", "areas", lambda new, n=place: _flip(new, n))
        for line in {row[0] for row in plan[1:]}:
            rows = [row for row in plan[1:] if row[0] == line]
            some = [row for row in rows if any(cell(row[at]) for at in years(plan))]
            if len(some) > 1:
                head = [line, "", "i_alt", "Sum", rows[0][4]]
                yield self.changed(
                    f"total of {line}", "fault", "plan", lambda new, of=rows, head=head: _add_up(new, of, head)
                )
            if line not in EITHER_WAY and some:
                yield self.changed(f"{line} minus", "fault", "plan", lambda new, of=line: _flip_lines(new, [of]))
        for place, row in enumerate(plan[1:], start=1):
            amounts = [cell(row[at]) for at in years(plan)]
            if any(amounts):
                yield self.changed(f"{row[:3]} twice", "fault", "plan", lambda new, n=place: new.insert(n, new[n]))
            line = [sum(cell(r[at]) for r in plan[1:] if r[0] == row[0]) for at in years(plan)]
            if row[0] not in EITHER_WAY and any(a > 0.05 * t > 0.0 for a, t in zip(amounts, line, strict=True)):
                yield self.changed(f"{row[:3]} minus", "told", "plan", lambda new, n=place: _flip(new, n))
        everything = [line for line in PLAN_LINES if line not in EITHER_WAY]
        yield self.changed("official signs", "fault", "plan", lambda new: _flip_lines(new, everything))

    def exchanged(self) -> Iterator[Wrong]:
        for one, other in ((3, 4), (4, 5), (3, 5)):
            yield self.changed(
                f"demand {one} and {other}", "told", "demand", lambda new, a=one, b=other: _exchange(new, a, b)
            )
        for one, other in ((1, 2), (1, 3), (2, 4), (3, 4)):
            yield self.changed(
                f"ages {one} and {other}", "told", "ages", lambda new, a=one, b=other: _exchange(new, a, b)
            )

    def all(self) -> Iterator[Wrong]:
        yield from self.scaled(1000.0)
        yield from self.scaled(0.001)
        yield from self.lost_digits()
        yield from self.age_groups()
        yield from self.totals_and_signs()
        yield from self.exchanged()


def _scale(rows: Rows, at: list[int], factor: float) -> None:
    for row in rows:
        for place in at:
            row[place] = f"{cell(row[place]) * factor:.12g}"


def _flip(rows: Rows, place: int) -> None:
    _scale([rows[place]], years(rows), -1.0)


def _flip_lines(rows: Rows, lines: list[str]) -> None:
    _scale([row for row in rows[1:] if row[0] in lines], years(rows), -1.0)


def _exchange(rows: Rows, one: int, other: int) -> None:
    for row in rows[1:]:
        row[one], row[other] = row[other], row[one]


def _add_up(rows: Rows, of: Rows, head: list[str]) -> None:
    """A total more."""
    sums = [f"{sum(cell(row[at]) for row in of):.10g}" for at in years(rows)]
    rest = len(rows[0]) - len(head) - len(sums)
    rows.append([*head, *sums, *["source", "budget", ""][:rest]])


def verdict(folder: Path, wrong: Wrong) -> str:
    """What `ldip scenario check` would make of it: fault, doubt or nothing."""
    path = folder / wrong.scenario / f"{wrong.table}.csv"
    before = path.read_text(encoding="utf-8")
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(wrong.rows)
    path.write_text(out.getvalue(), encoding="utf-8")
    try:
        scenario = read(str(folder / wrong.scenario)).scenario
        found = all_doubts(scenario) or all_doubts(scenario, run_baseline(build(scenario, 20)))
    except InputError:
        return "fault"
    finally:
        path.write_text(before, encoding="utf-8")
    return "doubt" if found else "nothing"


WRONG = [wrong for name in SHIPPED for wrong in Tables(name).all()]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("municipalities")
    for name in SHIPPED:
        shutil.copytree(find(name).folder, folder / name)
    return folder


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(WRONG))
def test_no_nonsense_passes_check(shipped, wrong):
    found = verdict(shipped, wrong)
    assert found == "fault" or (wrong.must == "told" and found == "doubt"), wrong[:4]
