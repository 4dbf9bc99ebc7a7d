"""How much each group of numbers weighs for the answer: the order in which `ldip scenario import` lists what is
missing.

    python bench/import_weights.py           measured weights beside those of needs.csv
    python bench/import_weights.py --write   puts them into needs.csv

Every number of the group a tenth larger in the fictitious municipality, all else as it was: by how many percentage
points the debt ratio of the twentieth year moves, uncovered deficits included. Of residents it is the number of
people of 67 and older in the last plan year that is a tenth larger, with even steps to it: a level that is wrong
everywhere cancels out.
"""

import csv
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from ldip.model.engine.simulate import run_baseline
from ldip.model.plan.baseline import build
from ldip.scenario.files.reader import read, shipped_folder
from ldip.scenario.files.template import TEMPLATE
from ldip.scenario.official import needs as room
from ldip.scenario.official.draft import Draft
from ldip.scenario.official.needs import Need, needs
from ldip.scenario.official.size import numbers

YEARS, MORE, OLD = 20, 0.1, 67
FIGURE = "debt_ratio_with_deficits"


def debt_ratio(folder: Path) -> float:
    """The debt ratio of the last year on the baseline."""
    return float(run_baseline(build(read(str(folder)).scenario, YEARS))[FIGURE][-1, 0])


def enlarge(draft: Draft, need: Need) -> None:
    """Make every number of the need a tenth larger."""
    for place in need.places:
        for number in _numbers(draft, place):
            if place == "population":
                _older(draft, number)
            elif number.get("unit") in ("year", "years"):
                continue
            elif "dated" in number:
                number["dated"] = {year: value * (1.0 + MORE) for year, value in number["dated"].items()}
            elif "value" in number:
                number["value"] = number["value"] * (1.0 + MORE)
            else:
                names = ["unit_cost"] if place == "demand" else [str(year) for year in draft.years]
                number.update({name: str(float(number[name]) * (1.0 + MORE)) for name in names})
        if place.partition(".")[0] in draft.tables:
            draft.changed.add(place.partition(".")[0])


def _numbers(draft: Draft, place: str) -> list[Any]:
    """The rows of a table, of one line of it, one number of base.toml, or all of a section."""
    table, _, line = place.partition(".")
    if table in draft.tables:
        return [row for row in draft.tables[table] if not line or row["line"] == line]
    number = draft.number(place)
    tree: Any = draft.tree
    for part in place.split("."):
        tree = tree.get(part, {})
    return [number] if number else list(numbers(tree))


def _older(draft: Draft, group: dict[str, str]) -> None:
    if float(group["age_from"]) >= OLD:
        for step, year in enumerate(draft.years, start=1):
            group[str(year)] = str(float(group[str(year)]) * (1.0 + MORE * step / draft.plan_years))


def measured() -> dict[str, float]:
    """The weight of each need, percentage points."""
    found = {}
    with tempfile.TemporaryDirectory() as place:
        first = Path(place) / "first"
        shutil.copytree(shipped_folder() / TEMPLATE, first)
        before = debt_ratio(first)
        for need in needs():
            folder = Path(place) / need.need
            shutil.copytree(first, folder)
            draft = Draft(folder)
            enlarge(draft, need)
            draft.write()
            found[need.need] = 100.0 * abs(debt_ratio(folder) - before)
    return found


def main() -> None:
    """Print the weights; write them if asked."""
    weights = measured()
    for need in sorted(needs(), key=lambda need: -weights[need.need]):
        print(f"{need.need:18} {weights[need.need]:8.2f}   now {need.weight:8.2f}")
    if "--write" in sys.argv:
        path = Path(room.__file__).with_name("needs.csv")
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            row["weight"] = f"{weights[row['need']]:.2f}"
        rows.sort(key=lambda row: -float(row["weight"]))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
