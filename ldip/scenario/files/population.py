"""People in a scenario's tables: age groups that hold every age once, and what ages.csv has for each of them."""

from collections.abc import Iterator
from typing import Any

from ldip.errors import Fault
from ldip.scenario.files.tables import Table, totals, twice
from ldip.scenario.files.totals import PERSON, is_sum
from ldip.scenario.rows import OPEN_END, WORKING_AGE

Group = dict[str, Any]


def check_population(file: str, table: Table, ages: Table) -> list[Fault]:
    """No group twice, none that is others' sum, every age in one group, nobody negative, somebody in every year and
    somebody of working age; `ages` tells how far ages go."""
    found = [*twice(file, table, ("group",))]
    if not table.faults and all(row["age_from"] >= 0.0 and row["age_to"] <= OPEN_END for row in table.rows):
        sums = [*_sums(file, table)]
        found += sums or _tiled(file, table, max((row["age"] for row in ages.rows), default=0.0))
    for row, line in zip(table.rows, table.lines, strict=True):
        if any(number < 0 for number in row["residents"]):
            found.append(Fault.of("negative_residents", f"{file}:{line}", row["group"]))
    for place, year in enumerate(table.years):
        if sum(row["residents"][place] for row in table.rows) == 0:
            found.append(Fault.of("nobody", file, year))
        elif not table.faulty and sum(row["residents"][place] for row in table.rows if _works(row)) == 0:
            low, high = WORKING_AGE
            found.append(Fault.of("nobody_works", file, year, low=f"{low:g}", high=f"{high:g}"))
    return found


def _sums(file: str, table: Table) -> Iterator[Fault]:
    """Groups that are the sum of others within their ages."""
    for row, line in zip(table.rows, table.lines, strict=True):
        parts = [
            other for other in table.rows
            if other is not row and row["age_from"] <= other["age_from"] and other["age_to"] <= row["age_to"]
        ]  # fmt: skip
        if len(parts) > 1 and is_sum(row["residents"], [part["residents"] for part in parts], PERSON):
            names = [str(part["group"]) for part in parts]
            of = ", ".join(names if len(names) < 5 else [*names[:2], "…", names[-1]])
            yield Fault.of("total_row", f"{file}:{line}", "group", row["group"], parts=of)


def _tiled(file: str, table: Table, oldest: float) -> Iterator[Fault]:
    """Groups that run backwards, overlap, leave ages out or end before the last age that there is."""
    places = dict(zip((row["group"] for row in table.rows), table.lines, strict=True))
    groups = sorted({row["group"]: row for row in table.rows}.values(), key=lambda row: row["age_from"])
    backwards = [row for row in groups if row["age_to"] < row["age_from"]]
    for row in backwards:
        key, last = f"{row['group']}.age_to", f"{row['age_to']:g}"
        yield Fault.of("group_backwards", f"{file}:{places[row['group']]}", key, last, first=f"{row['age_from']:g}")
    if backwards or not groups:
        return
    reached, before = -1.0, ""
    for row in groups:
        first, last, place = row["age_from"], row["age_to"], f"{file}:{places[row['group']]}"
        key = f"{row['group']}.age_from"
        if first <= reached:
            both = _ages(first, min(last, reached))
            yield Fault.of("groups_overlap", place, key, f"{first:g}", ages=both, other=before)
        elif first > reached + 1.0:
            yield Fault.of("ages_left_out", place, key, f"{first:g}", ages=_ages(reached + 1.0, first - 1.0))
        if last > reached:
            reached, before = last, row["group"]
    if reached < oldest:
        key = f"{before}.age_to"
        yield Fault.of("oldest_not_open", f"{file}:{places[before]}", key, f"{reached:g}", oldest=f"{oldest:g}")


def _ages(first: float, last: float) -> str:
    return f"{first:g}" if last <= first else f"{first:g}–{last:g}"


def _works(group: dict[str, Any]) -> bool:
    return bool(group["age_from"] <= WORKING_AGE[1] and group["age_to"] >= WORKING_AGE[0])


def check_ages(file: str, table: Table, population: Table) -> list[Fault]:
    """Every year of age from 0 on, once and in order, and some of every group of the population."""
    if table.faulty or population.faulty:
        return []
    ages = [row["age"] for row in table.rows]
    if ages != list(range(len(ages))):
        place = next((i for i, age in enumerate(ages) if age != i), 0)
        return [Fault.of("not_next_age", f"{file}:{table.lines[place]}", "age", f"{ages[place]:g}", age=place)]
    missing = [
        group["group"]
        for group in population.rows
        if ages
        and any(group["residents"])
        and group["age_from"] <= group["age_to"]  # else told with the groups
        and not any(group["age_from"] <= age <= group["age_to"] for age in ages)
    ]
    last = f"{ages[-1]:g}" if missing else ""
    return [Fault.of("no_such_ages", file, "age", last, groups=", ".join(missing))] if missing else []


def check_national_ages(file: str, table: Table) -> list[Fault]:
    """Years that rise, groups that follow each other from 0 on, nobody negative, somebody in every year."""
    if table.faulty:
        return []
    found = []
    if (table.rows and not table.years) or list(table.years) != sorted(set(table.years)):
        found.append(Fault.of("years_not_rising", f"{file}:1", ", ".join(table.years)))
    expected = 0.0
    for row, line in zip(table.rows, table.lines, strict=True):
        if row["age_from"] != expected:
            found.append(
                Fault.of("not_next_group", f"{file}:{line}", "age_from", f"{row['age_from']:g}", age=expected)
            )
        if row["age_to"] < row["age_from"]:
            found.append(Fault.of("below_least", f"{file}:{line}", "age_to", limit=f"{row['age_from']:g}"))
        expected = row["age_to"] + 1.0
    for year, total in zip(table.years, totals(table, table.rows, "residents"), strict=True):
        if table.rows and total <= 0.0:
            found.append(Fault.of("nobody", file, year))
    return found
