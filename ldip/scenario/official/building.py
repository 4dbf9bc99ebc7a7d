"""Dwellings: how many are completed, what the stock is made of; and the yearly series that drivers are fitted to."""

import re
from collections import defaultdict
from collections.abc import Sequence

from ldip.scenario.official.cube import Cell, Code, known
from ldip.scenario.official.draft import Draft, is_invented, joined
from ldip.scenario.official.people import is_total
from ldip.scenario.official.size import multiply
from ldip.text import Text

MEAN_YEARS = 10
"""Years that the housing programme is the mean of: house-building comes in waves of five to ten."""
COMPLETIONS = Text("Boligprogrammet bak folketallene", "The programme behind the population")
FLATS = Text("Andelen leiligheter", "The share of flats")
NEWEST = Text(
    nb="Fullførte boliger: det nyeste året ({year}: {count}) er ikke ferdig talt og er verken i snittet eller "
    "serien.",
    en="Completions: the newest year ({year}: {count}) is not fully counted, and is neither in the mean nor the "
    "series.",
)
AREAS = Text(
    nb="Boligområdene er fortsatt oppdiktet, men bygger nå {count} boliger i året til sammen.",
    en="The housing areas are still invented, but now build {count} dwellings a year together.",
)
FEW = Text(
    nb="Serien til ldip calibrate har {count} år; under åtte sier den ingenting om svingningene.",
    en="The series for ldip calibrate has {count} years; below eight it says nothing of the variation.",
)


def completions(cells: Sequence[Cell]) -> dict[int, float]:
    """Dwellings completed by year; of a breakdown by size or type its total, or the sum where it has none."""
    rows = [cell for cell in cells if "fullf" in cell.contents.said or "complet" in cell.contents.said]
    for dimension in ("Byggeareal", "BygnType"):
        totals = {cell.at[dimension] for cell in rows if dimension in cell.at and _all(cell.at[dimension])}
        rows = [cell for cell in rows if not totals or cell.at[dimension] in totals]
    found: dict[int, float] = defaultdict(float)
    for cell, value in known(rows):
        found[cell.year] += value
    return dict(sorted(found.items()))


def _all(code: Code) -> bool:
    return bool(re.fullmatch(r"0+", code.code)) or is_total(code) or code.label.lower().startswith(("alle ", "all "))


def full_years(cells: Sequence[Cell]) -> dict[int, float]:
    """Dwellings completed in the years that are fully counted: the newest one comes up short."""
    found = completions(cells)
    return {year: count for year, count in found.items() if year != max(found)}


def fill_completions(draft: Draft, cells: Sequence[Cell], source: Text) -> None:
    """The programme: the mean of the last full years."""
    found, full = completions(cells), full_years(cells)
    if not full:
        return
    newest = max(found)
    draft.say(NEWEST, year=newest, count=f"{found[newest]:.0f}")
    years = sorted(full)[-MEAN_YEARS:]
    mean = sum(full[year] for year in years) / len(years)
    span = f"{years[0]}–{years[-1]}"
    said = joined(source, Text(f"; fullførte boliger, snitt {span}", f"; dwellings completed, mean {span}"))
    draft.put("housing.reference_completions", mean, "derived", said, COMPLETIONS)
    _fit_areas(draft, mean)


def _fit_areas(draft: Draft, mean: float) -> None:
    """Let invented areas together build the programme in the first plan year, each its share of today's."""
    areas = draft.tree.get("housing", {}).get("areas", {}).values()
    paces = [area["per_year"] for area in areas if isinstance(area, dict) and "per_year" in area]
    if not paces or not all(map(is_invented, paces)):
        return
    now = sum(_at(pace, draft.first_year) for area, pace in zip(areas, paces, strict=True) if _starts(area, draft))
    if not now > 0.0:
        return
    for area in areas:
        for name in ("per_year", "total"):
            multiply(area[name], mean / now)
    draft.say(AREAS, count=f"{mean:.0f}")


def _starts(area: dict[str, dict[str, float]], draft: Draft) -> bool:
    return area.get("start", {}).get("value", 0.0) <= draft.first_year


def _at(number: dict[str, object], year: int) -> float:
    dated = number.get("dated")
    if isinstance(dated, dict):
        years = [key for key in sorted(dated) if int(key) <= year] or [min(dated)]
        return float(dated[years[-1]])
    return float(str(number.get("value", 0.0)))


def fill_flats(draft: Draft, cells: Sequence[Cell], source: Text) -> None:
    """The share of flats among the dwellings that came during the table's years; of the stock where none came."""
    stock: dict[int, dict[bool, float]] = defaultdict(lambda: {True: 0.0, False: 0.0})
    for cell, value in known(cells):
        kind = cell.at["BygnType"]
        if not _all(kind):
            stock[cell.year]["blokk" in kind.said or "flats" in kind.said] += value
    if not stock:
        return
    first, last = stock[min(stock)], stock[max(stock)]
    more = {kind: last[kind] - first[kind] for kind in last}
    if min(stock) < max(stock) and min(more.values()) >= 0.0 and sum(more.values()) > 0.0:
        span = f"{min(stock)}–{max(stock)}"
        share, of = more[True] / sum(more.values()), Text(f"tilvekst {span}", f"growth {span}")
    else:
        share, of = last[True] / sum(last.values()), Text(f"alle boliger {max(stock)}", f"all dwellings {max(stock)}")
    said = joined(source, Text("; boligblokker, ", "; blocks of flats, "), of)
    draft.put("housing.reference_flat_share", share, "derived", said, FLATS, digits=3)


def price_growth(cells: Sequence[Cell]) -> dict[int, float]:
    """Growth of consumer prices a year, as a fraction, from the index; months are averaged over full years."""
    months: dict[int, list[float]] = defaultdict(list)
    parts: dict[int, set[str]] = defaultdict(set)
    for cell, value in known(cells):
        said = cell.contents.said
        if "endring" in said or "change" in said or "prosent" in said or "vekt" in said:
            continue
        if any(not _all(code) for name, code in cell.at.items() if name not in ("Tid", "ContentsCode")):
            continue
        months[cell.year].append(value)
        parts[cell.year].add(cell.at["Tid"].code)
    whole = {
        year: sum(values) / len(values)
        for year, values in months.items()
        if len(parts[year]) == 12 or parts[year] == {str(year)}
    }
    return {year: whole[year] / whole[year - 1] - 1.0 for year in sorted(whole) if year - 1 in whole}


def series_text(columns: dict[str, dict[int, float]]) -> str:
    """The yearly series of the drivers as the CSV file that calibrate reads."""
    years = sorted({year for values in columns.values() for year in values})
    lines = [",".join(["year", *columns])]
    for year in range(years[0], years[-1] + 1):
        cells = [f"{values[year]:.6g}" if year in values else "" for values in columns.values()]
        lines.append(",".join([str(year), *cells]))
    return "\n".join(lines) + "\n"


def tell_short(draft: Draft, columns: dict[str, dict[int, float]]) -> None:
    """Say that a series is too short."""
    longest = max(len(values) for values in columns.values())
    if longest < 8:
        draft.say(FEW, count=longest)
