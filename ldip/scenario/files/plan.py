"""The plan's own tables, areas.csv and plan.csv: what no single row of them can tell."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

from ldip.errors import Fault
from ldip.scenario.files import faults as f
from ldip.scenario.files.tables import Table, in_sectors, totals, twice
from ldip.scenario.files.totals import says_total, sums_among
from ldip.scenario.quantities import in_prices_of, of_any_year
from ldip.scenario.rows import EITHER_WAY, IN_SETTINGS, MAY_BE_ABSENT, PAID_WITH, PLAN_LINES, SERVICES

RICH = 1.8
"""Own tax to the nation's from which what is paid in equalisation may be more than all of the general grant: 0.64 x
(1.8 - 1) of the nation's tax is about what the grant per resident comes to before it (docs/model.md, M4)."""


def check_areas(file: str, table: Table, sectors: Sequence[str]) -> list[Fault]:
    """Each area once, in a known sector, none the sum of others or below zero that cannot be; the services that
    follow users are there and no others do."""
    found = [*twice(file, table, ("area",)), *in_sectors(file, table, sectors), *_area_sums(file, table)]
    for row, line in zip(table.rows, table.lines, strict=True):
        if row["follows"] == "users" and row["area"] not in SERVICES:
            found.append(Fault.of("no_users", f"{file}:{line}", row["area"], "users", names=", ".join(SERVICES)))
        if row["follows"] != "residents" and row["elasticity"] != 0:
            found.append(Fault.of("elasticity_of_what", f"{file}:{line}", row["area"], "elasticity"))
        below = [year for year, frame in zip(table.years, row["frame"], strict=True) if frame < 0.0]
        if below and (row["follows"] == "users" or row["elasticity"] > 0.0):
            size = f"{row['frame'][table.years.index(below[0])]:g}"
            found.append(Fault.of("negative_frame", f"{file}:{line}", f"{row['area']}.{below[0]}", size))
    for year, total in zip(table.years, totals(table, table.rows, "frame"), strict=True):
        if table.rows and not table.faults and total <= 0.0:
            found.append(Fault.of("no_frames", file, year, f"{total:g}"))
    with_users = {row["area"] for row in table.rows if row["follows"] == "users"}
    return found + [
        Fault.of("missing", file, service) for service in SERVICES if table.rows and service not in with_users
    ]


def _area_sums(file: str, table: Table) -> Iterator[Fault]:
    """Areas that are the sum of all others, or of the others of their sector."""
    told = set()
    for of in (None, *dict.fromkeys(row["sector"] for row in table.rows)):
        among = [place for place, row in enumerate(table.rows) if of in (None, row["sector"])]
        rows = [table.rows[place] for place in among]
        named = [(row["frame"], says_total(row["area"], row["name_nb"], row["name_en"])) for row in rows]
        for at, sure in sums_among(named):
            if sure and (place := among[at]) not in told:
                told.add(place)
                parts = ", ".join(row["area"] for row in rows if row is not rows[at])
                where = f"{file}:{table.lines[place]}"
                yield Fault.of("total_row", where, "area", table.rows[place]["area"], parts=parts)


def check_plan(
    file: str, table: Table, sectors: Sequence[str], first_year: Any, own_to_national_tax: float = 1.0
) -> list[Fault]:
    """Known lines in the right unit and known sectors, none missing, none below zero that cannot be, no row the sum
    of others; what comes with investment has it."""
    found = in_sectors(file, table, ["", *sectors])
    for row, line in zip(table.rows, table.lines, strict=True):
        if row["line"] not in PLAN_LINES:
            found.append(_no_line(f"{file}:{line}", row["line"]))
            continue
        unit = PLAN_LINES[row["line"]]
        if of_any_year(row["unit"]) != unit:
            found.append(
                Fault.of("wrong_unit", f"{file}:{line}", "unit", row["unit"], unit=in_prices_of(unit, first_year))
            )
    found += [*_without_investment(file, table), *_line_sums(file, table)]
    found += _negative_lines(file, table, own_to_national_tax)
    present = {row["line"] for row in table.rows}
    needed = [line for line in PLAN_LINES if line not in MAY_BE_ABSENT]
    return found + [Fault.of("missing", file, line) for line in needed if table.rows and line not in present]


def _no_line(place: str, name: str) -> Fault:
    """What plan.csv has no line for."""
    if name in IN_SETTINGS:
        return Fault.of("stands_in_settings", place, "line", name, setting=IN_SETTINGS[name])
    return f.unknown(place, "line", name, list(PLAN_LINES))


def _without_investment(file: str, table: Table) -> Iterator[Fault]:
    """Amounts that come as a share of the year's investment, in years in which there is none."""
    for line, investment in PAID_WITH.items():
        rows_of = {name: [row for row in table.rows if row["line"] == name] for name in (line, investment)}
        amounts, of = (totals(table, rows, "values") for rows in rows_of.values())
        lacking = [year for year, amount, total in zip(table.years, amounts, of, strict=True) if amount and not total]
        for row, place in zip(table.rows, table.lines, strict=True):
            for year, value in zip(table.years, row["values"], strict=True):
                if row["line"] == line and year in lacking and value:
                    yield Fault.of(
                        "no_investment", f"{file}:{place}", f"{line}.{year}", f"{value:g}", line=investment
                    )


def _line_sums(file: str, table: Table) -> Iterator[Fault]:
    """Rows that stand twice, and rows that are the sum of the others of their line."""
    by_line: dict[str, list[int]] = {}
    for place, row in enumerate(table.rows):
        by_line.setdefault(row["line"], []).append(place)
    for places in by_line.values():
        rows = [table.rows[place] for place in places]
        seen: list[Any] = []
        for row, place in zip(rows, places, strict=True):
            key = (row["item"], row["item_nb"], row["sector"], row["values"])
            if key in seen and any(row["values"]):
                yield Fault.of("twice", f"{file}:{table.lines[place]}", "item", row["item"])
            seen.append(key)
        named = [(row["values"], says_total(row["item"], row["item_nb"])) for row in rows]
        for at, sure in sums_among(named):
            if sure:
                parts = ", ".join(row["item"] for row in rows if row is not rows[at])
                where = f"{file}:{table.lines[places[at]]}"
                yield Fault.of("total_row", where, "item", rows[at]["item"], parts=parts)


def _negative_lines(file: str, table: Table, own_to_national_tax: float) -> Iterator[Fault]:
    """Lines whose rows come to less than nothing in a year, each with its first such year. Rows may be negative."""
    for line in dict.fromkeys(row["line"] for row in table.rows):
        if line in EITHER_WAY or (line == "general_grant" and own_to_national_tax >= RICH):
            continue
        rows = [row for row in table.rows if row["line"] == line]
        for at, (year, total) in enumerate(zip(table.years, totals(table, rows, "values"), strict=True)):
            if -math.inf < total < 0.0:
                place = next(n for row, n in zip(table.rows, table.lines, strict=True)
                             if row["line"] == line and row["values"][at] < 0.0)  # fmt: skip
                yield Fault.of("negative_line", f"{file}:{place}", f"{line}.{year}", f"{total:g}")
                break
