"""Residents by single year of age: those counted (table 07459) and those projected (14288 and its like)."""

import re
from collections import defaultdict
from collections.abc import Iterable

from ldip.scenario.official.cube import Cell, Code, known
from ldip.scenario.official.draft import Draft, decimals, joined
from ldip.scenario.official.size import residents_at_opening, scale
from ldip.text import Text

Ages = dict[int, dict[int, float]]
"""31 December of a year -> age -> residents."""

MAIN = "MMMM"
SINGLE = re.compile(r"(\d{3})\+?")
OLDEST = 120
TOTALS = {"0", "999", "tot", "total", "i alt", "begge kjønn", "both sexes", "alle aldre", "all ages", "alle"}
PEOPLE = Text(nb="Innbyggere etter ettårig alder, {years}", en="Residents by single year of age, {years}")
SHORT = Text(
    nb="Folketallet er ikke fylt inn: for 31. desember {lacking} er det ingen tall. Hent også {table}.",
    en="Residents are not filled in: there are no figures for 31 December {lacking}. Get {table} too.",
)
GROUPED = Text(
    nb="{file}: aldrene er ikke ettårige. Velg alle alderstrinn (000 til 105+) og lagre på nytt.",
    en="{file}: ages are not single years. Choose all ages (000 to 105+) and save again.",
)
SEAM = Text(
    nb="Framskrivingen ligger {share} prosent {side} det som er talt 31. desember {year}.",
    en="The projection is {share} per cent {side} what was counted on 31 December {year}.",
)
ABOVE, BELOW = Text("over", "above"), Text("under", "below")


def is_total(code: Code) -> bool:
    """Is it a row that holds the sum of the others?"""
    return code.code.lower() in TOTALS or code.label.lower() in TOTALS


def by_age(cells: Iterable[Cell]) -> Ages:
    """Residents by age on 31 December, of a table that counts on 1 January the day after; both sexes together."""
    cells = list(cells)
    sexes = {cell.at["Kjonn"] for cell in cells if "Kjonn" in cell.at}
    parts = {sex for sex in sexes if not is_total(sex)}
    found: Ages = defaultdict(lambda: defaultdict(float))
    for cell, value in known(cells):
        age = SINGLE.fullmatch(cell.at["Alder"].code)
        if age is None or int(age[1]) > OLDEST or (parts and cell.at["Kjonn"] not in parts):
            continue
        found[cell.year - 1][int(age[1])] += value
    return {year: dict(ages) for year, ages in found.items()}


def projected(cells: Iterable[Cell]) -> Ages:
    """The main alternative of a projection; the only one, where the file holds no other."""
    cells = list(cells)
    alternatives = {cell.contents for cell in cells}
    main = {code for code in alternatives if MAIN in code.code or MAIN in code.label or code.code == "Personer"}
    chosen = main or alternatives
    if len(chosen) > 1:
        chosen = {min(chosen, key=lambda code: len(code.label))}
    return by_age(cell for cell in cells if cell.contents in chosen)


def fill_population(draft: Draft, counted: Ages, later: Ages, sources: dict[str, Text]) -> None:
    """The population table by single year of age, in the years that it must have; the rest of the folder made to fit.

    Counted residents come before projected ones. Where a year is in neither nothing is filled in.
    """
    wanted = range(draft.first_year - 2, draft.first_year + draft.plan_years)
    draft.counted |= {year: sum(ages.values()) for year, ages in counted.items()}
    lacking = [year for year in wanted if year not in counted and year not in later]
    if lacking:
        draft.say(SHORT, lacking=", ".join(map(str, lacking)), table="14288" if counted else "07459")
        return
    both = sorted(set(counted) & set(later))
    if both:
        gap = sum(later[both[-1]].values()) / sum(counted[both[-1]].values()) - 1.0
        if abs(gap) >= 0.001:
            draft.say(SEAM, share=decimals(abs(100 * gap), ".1f"), side=ABOVE if gap > 0 else BELOW, year=both[-1])
    ages = {year: counted.get(year) or later[year] for year in wanted}
    last = int(max(float(row["age"]) for row in draft.tables["ages"]))
    used = list(dict.fromkeys(sources["counted" if y in counted else "later"] for y in wanted))
    said = joined(used[0], *(joined("; ", other) for other in used[1:]))
    before = residents_at_opening(draft)
    rows = []
    for age in range(last + 1):
        up = age if age < last else OLDEST
        persons = {str(y): sum(n for a, n in ages[y].items() if age <= a <= up) for y in wanted}
        name = str(age) if age < last else f"{age}+"
        rows.append(
            {"group": name, "age_from": age, "age_to": up, **persons, "basis": "source", **draft.origin(said)}
        )
    columns = ["group", "age_from", "age_to", *map(str, wanted), "basis", "source"]
    draft.set_table("population", columns, rows)
    people = Text(*(PEOPLE.say(lang, years=f"{wanted[0]}–{wanted[-1]}") for lang in ("nb", "en")))
    now = residents_at_opening(draft)
    draft.fill_table("population", people, now, "persons", "source", said)
    scale(draft, now / before)
