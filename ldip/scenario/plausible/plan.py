"""The plan's amounts: for each resident, from year to year, against each other, and rows that others add up to."""

from collections.abc import Iterator

import numpy as np

from ldip.errors import Doubt
from ldip.scenario.files.totals import sums_among
from ldip.scenario.plausible.looking import Looking
from ldip.scenario.plausible.ranges import ranges, spoken
from ldip.scenario.rows import EITHER_WAY, SERVICES, Area, PlanRow

PLAN, AREAS = "plan.csv", "areas.csv"

PART = 0.03
"""The part of its line from which a row is looked at alone, and a row that is taken off it."""

FREE_REVENUE = ("tax", "general_grant")
INVESTMENT = ("general_investment", "grants", "vat_compensation")


def look_at_plan(looking: Looking) -> None:
    """Lines and rows of plan.csv."""
    scenario = looking.scenario
    for line in dict.fromkeys(row.line for row in scenario.plan):
        totals = scenario.plan_line(line).tolist()
        looking.amounts(f"plan.{line}" if f"plan.{line}" in ranges() else "plan.other", PLAN, line, totals)
        rows = [row for row in scenario.plan if row.line == line]
        if f"change.{line}" in ranges() and not looking.change(f"change.{line}", PLAN, line, totals):
            for row in rows:
                if max(map(abs, row.values)) > PART * max(map(abs, totals)):
                    looking.change(f"change.{line}", PLAN, f"{line}/{row.item}", row.values)
        for row in rows:
            looking.spread(PLAN, f"{line}/{row.item}", row.values)
        looking.doubts += _sums_of_two(PLAN, line, [(row.item, row.values) for row in rows])
        if line not in EITHER_WAY:
            looking.doubts += _deductions(looking, rows, totals)
    _look_at_tax(looking)
    _look_at_sectors(looking)
    _look_at_investment(looking)


def _look_at_sectors(looking: Looking) -> None:
    """Sectors' revenue of all plan years beside tax and grants: frames are net, so no result tells of it."""
    free, own = (
        sum(float(looking.scenario.plan_line(line).sum()) for line in lines)
        for lines in (FREE_REVENUE, ("sector_revenue",))
    )
    if free > 0.0 and not looking.has(PLAN):
        looking.at("sector_revenue_of_free", PLAN, "sector_revenue", own, own / free)


def _look_at_investment(looking: Looking) -> None:
    """Investment of all plan years beside the revenue that carries it, and what is paid back of it."""
    total = {line: float(looking.scenario.plan_line(line).sum()) for line in (*FREE_REVENUE, *INVESTMENT)}
    general, free = total["general_investment"], sum(total[line] for line in FREE_REVENUE)
    if free > 0.0:
        looking.at("investment_of_revenue", PLAN, "general_investment", general, general / free)
    if general > 0.0:
        looking.at("grants_of_investment", PLAN, "grants", total["grants"], total["grants"] / general)
        vat = total["vat_compensation"]
        looking.at("vat_of_investment", PLAN, "vat_compensation", vat, vat / general)


def _look_at_tax(looking: Looking) -> None:
    """The nation's tax per resident, as the plan's own (with natural-resource tax) and its ratio to it say."""
    scenario = looking.scenario
    ratio = min(scenario.revenue.own_to_national_tax.numbers().values())
    own = scenario.plan_line("tax") + scenario.local_revenue.natural_resource_tax.at(np.array(looking.years))
    looking.amounts("national_tax", PLAN, "tax", (own / ratio).tolist())


def _deductions(looking: Looking, rows: list[PlanRow], totals: list[float]) -> Iterator[Doubt]:
    """Rows below zero in a line that cannot be, which no other row of the plan has as an amount."""
    for row in rows:
        if min(row.values) >= 0.0 or any(
            all(value == -other for value, other in zip(row.values, it.values, strict=True))
            for it in looking.scenario.plan
        ):
            continue
        for year, value, total in zip(looking.years, row.values, totals, strict=True):
            if value < -PART * abs(total):
                size = spoken(abs(value / total), "share") if total else spoken(abs(value), "mill. kr")
                key = f"{row.line}/{row.item}.{year}"
                yield Doubt.of("unlikely_deduction", PLAN, key, f"{value:g}", size=size, line=row.line)
                break


def _sums_of_two(file: str, key: str, rows: list[tuple[str, tuple[float, ...]]]) -> Iterator[Doubt]:
    """Rows that are the sum of two others in every year, which may be chance."""
    for place, sure in sums_among([(values, False) for _, values in rows]):
        if not sure:
            parts = ", ".join(name for at, (name, _) in enumerate(rows) if at != place)
            yield Doubt.of("sum_of_two", file, f"{key}/{rows[place][0]}", parts=parts)


def look_at_areas(looking: Looking) -> None:
    """Frames of programme areas, one by one and all of them."""
    scenario = looking.scenario
    for area in scenario.areas:
        looking.amounts(f"frame.{_sort(area)}", AREAS, area.area, area.frame)
        if _sort(area) != "common":
            looking.change("area_change", AREAS, area.area, area.frame)
        looking.spread(AREAS, area.area, area.frame)
        if area.follows == "residents":
            looking.at("elasticity", AREAS, f"{area.area}.elasticity", area.elasticity)
    for sector in dict.fromkeys(area.sector for area in scenario.areas):
        rows = [(area.area, area.frame) for area in scenario.areas if area.sector == sector]
        looking.doubts += _sums_of_two(AREAS, sector, rows)
    frames = [sum(year) for year in zip(*(area.frame for area in scenario.areas), strict=True)]
    looking.amounts("frames", AREAS, "frame", frames)
    revenue = sum(scenario.plan_line(line) for line in FREE_REVENUE).tolist()  # type: ignore[union-attr]
    for year, frame, free in zip(looking.years, frames, revenue, strict=True):
        if looking.has(AREAS) or looking.has(PLAN, *FREE_REVENUE):
            break
        if free > 0.0 and looking.at("frames_of_revenue", AREAS, f"frame.{year}", frame, frame / free):
            break


def _sort(area: Area) -> str:
    """What its frame is expected to be like."""
    if area.area in SERVICES:
        return area.area
    return "other" if area.follows == "residents" and area.elasticity > 0.0 else "common"
