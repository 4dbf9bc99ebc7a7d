"""Start another municipality: a copy of another scenario under its own name, moved to its own years and size, with
every number marked as the placeholder that it is."""

import csv
import io
import re
import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ldip.errors import Fault, InputError
from ldip.scenario.files.cells import block_of, table_cells
from ldip.scenario.files.faults import hidden_in_name
from ldip.scenario.files.reader import find, read
from ldip.scenario.files.reading import BASE, table_file, toml
from ldip.scenario.files.rewrite import rewritten
from ldip.scenario.files.tables import COLUMNS, OWN_YEARS, YEARLY, plain_rows
from ldip.scenario.numbers import quantities
from ldip.scenario.quantities import PLACEHOLDER

TEMPLATE = "eksempelvik-2025"
"""The fictitious municipality that new scenarios begin as: commented, complete, every number marked as invented."""

NOT_COPIED = ("history.*", "published.*", "vintages.*", "README.md")
"""What is another municipality's past and no start for one's own."""

YEARS_IN = {"projects": ("price_year", "start", "earliest", "latest", "opens")}
"""Columns of a table that hold a year of the plan."""

YEAR = re.compile(r"\b(?:19|20)\d\d\b")
OF_TEMPLATE = r"\A# Eksempelvik.*\n# \(A fictitious.*\n"
"""The first lines of the template, which say what it is."""


NOT_OWN = ("drivers", "ages")
"""Where assumptions are about Norwegian municipalities rather than about one of them, and stay."""


OF_SIZE = re.compile(r"mill\. (?:\d{4}-)?kr|dwellings|dwellings per year|persons")
"""Units of numbers that are the larger, the more residents a municipality has."""

COUNT = re.compile(r",\s*\d[\d\s]*\w+$")
"""How many places or dwellings a project's name ends with."""

SIZED = {"projects": ("p50", "p85", "places", "places_closed", "running_cost", "savings"), "vintages": ("deviation",)}
"""Columns of such numbers, besides the years of a table."""


class Move(NamedTuple):
    """How a scenario is moved: by so many years, to a plan of so many years, and to so many times its residents."""

    by: int
    plan_years: int
    size: float
    units: Mapping[str, str]  # of the scenario's numbers by key, for changes, which need not say them


def scenario_name(folder: Path) -> str:
    """A scenario name made of a folder's: small ASCII letters, digits and hyphens."""
    spelled = folder.name.lower().replace("æ", "ae").replace("ø", "o").replace("å", "a")
    ascii_only = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-") or "kommune"


def write_new(
    folder: Path,
    name: str,
    municipality: str,
    origin: str = TEMPLATE,
    first_year: int | None = None,
    plan_years: int | None = None,
    residents: float | None = None,
) -> None:
    """The files of the scenario `origin` into `folder`, under the name of the new scenario and its municipality, with
    plan years of its own, and amounts and people in proportion to its `residents` before the plan.

    Raises InputError for a name that cannot be shown, and for an origin with changes laid over it.
    """
    place = find(origin)
    if place.changes or place.base.name != BASE:
        raise InputError([Fault.of("not_a_template", "--from", origin, names=", ".join(place.changes))])
    if hidden := hidden_in_name(municipality):
        raise InputError(hidden)
    scenario = read(origin).scenario
    old = scenario.scenario
    units = {key: number.unit for key, number in quantities(scenario).items()}
    size = residents / sum(group.residents[1] for group in scenario.population) if residents else 1.0
    move = Move((first_year or old.first_year) - old.first_year, plan_years or old.plan_years, size, units)
    heading = {
        "name": name,
        "municipality": municipality,
        "title_nb": f"{municipality}, økonomiplan videreført",
        "title_en": f"{municipality}, financial plan continued",
        "source": {
            "nb": f"mal for et nytt scenario; bytt ut tallene med {municipality} sine egne",
            "en": f"template of a new scenario; replace the figures with those of {municipality}",
        },
        "first_year": old.first_year + move.by,
        "plan_years": move.plan_years,
    }
    shutil.copytree(place.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*NOT_COPIED, ".*"))
    begins = f"# {municipality}: startet fra en oppdiktet mal.\n"
    _rewrite(folder / BASE, re.sub(OF_TEMPLATE, lambda _: begins, _moved_toml(folder / BASE, move, heading)))
    for path in (folder / "changes").glob("*.toml"):
        _rewrite(path, _moved_toml(path, move))
    for table in COLUMNS:
        path = table_file(folder, table)
        sheet = table_cells(path, path.name, table, [])[0] if path.is_file() else None
        if sheet:
            path.unlink()  # however the origin keeps it
            _rewrite(path.with_suffix(".csv"), _moved_table(table, plain_rows(block_of(sheet)), move))


def _rewrite(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _moved_toml(path: Path, move: Move, heading: Mapping[str, Any] | None = None) -> str:
    """A change, or with its new `heading` a base file, in the new years, with its comments."""
    text, (tree, _) = path.read_text(encoding="utf-8-sig"), toml(path)
    wanted = {key: _moved(part, (key,), move) for key, part in tree.items()}
    if heading:
        wanted = {key: _marked(part, key in NOT_OWN) for key, part in wanted.items()}
        wanted["scenario"] = {key: it for key, it in tree["scenario"].items() if key != "plan"} | dict(heading)
    return rewritten(text, wanted) or text


def _marked(value: Any, keeps: bool) -> Any:
    """What stands under a key, its numbers marked as placeholders; where assumptions `keeps`, only the others."""
    if not isinstance(value, dict):
        return value
    marked = {name: _marked(part, keeps) for name, part in value.items()}
    return marked | {"basis": _basis(value["basis"], keeps)} if "basis" in value else marked


def _basis(basis: str, keeps: bool) -> str:
    return basis if keeps and basis == "assumption" else PLACEHOLDER


def _moved(value: Any, path: tuple[str, ...], move: Move) -> Any:
    """What stands under a key: its years moved (those that numbers hold from, those that are numbers, those in a
    title, the year of fixed prices), and its amounts."""
    key = path[-1]
    if isinstance(value, dict):
        moved = {name: _moved(part, (*path, name), move) for name, part in value.items()}
        size = move.size if OF_SIZE.fullmatch(value.get("unit", move.units.get(".".join(path), ""))) else 1.0
        if "dated" in value:
            moved["dated"] = {str(int(y) + move.by): _rounded(it, size) for y, it in value["dated"].items()}
        if value.get("basis") == PLACEHOLDER and "source" in value:
            moved["source"] = _later(value["source"], move)
        if "value" in value:
            moved["value"] = value["value"] + move.by if key == "start" else _rounded(value["value"], size)
        if "shift" in value:
            moved["shift"] = _rounded(value["shift"], size)
        return moved
    if key in ("start", "since", "from", "to") and isinstance(value, int):
        return value + move.by
    if isinstance(value, str) and key in ("unit", "title_nb", "title_en"):
        return _later(value, move)
    return value


def _later(words: Any, move: Move) -> Any:
    """Words, in one language or in each, with their years moved."""
    if isinstance(words, dict):
        return {lang: _later(text, move) for lang, text in words.items()}
    return YEAR.sub(lambda found: str(int(found[0]) + move.by), words) if isinstance(words, str) else words


def _rounded(number: float, size: float) -> float:
    """A number times `size`, to four digits."""
    return number if size == 1.0 else float(f"{number * size:.4g}")


def _moved_table(name: str, table: Sequence[Sequence[str]], move: Move) -> str:
    """A table in the new years: a plan that is longer goes on as its last year, a shorter one ends earlier."""
    header, *rows = table
    years = [column for column in header if column.isdigit()] if name in YEARLY and name not in OWN_YEARS else []
    before = 2 if name == "population" else 0
    wanted = [str(int(years[0]) + move.by + place) for place in range(before + move.plan_years)] if years else []
    columns = [column for column in header if column not in years]
    place = header.index(years[0]) if years else len(header)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*columns[:place], *wanted, *columns[place:]])
    for cells in rows:
        row = dict(zip(header, cells, strict=True))
        numbers = [_resized(row[years[min(at, len(years) - 1)]], move) for at in range(len(wanted))]
        if name == "projects":
            row["profile"] = _shares(row["profile"])
            if move.size != 1.0:  # ", 60 plasser" is another number now, which stands in its own column
                row |= {column: COUNT.sub("", row[column]) for column in ("name_nb", "name_en")}
        for column in SIZED.get(name, ()):
            row[column] = _resized(row.get(column, ""), move)
        for column in YEARS_IN.get(name, ()):
            if row.get(column):
                row[column] = str(int(row[column]) + move.by)
        if "unit" in row:
            row["unit"] = _later(row["unit"], move)
        if row.get("basis") == PLACEHOLDER:
            row["note"] = "" if move.size != 1.0 else _later(row.get("note", ""), move)
        if name not in OWN_YEARS:
            row["basis"] = _basis(row["basis"], name in NOT_OWN)
        others = [row[column] for column in columns]
        writer.writerow([*others[:place], *numbers, *others[place:]])
    return out.getvalue()


def _resized(cell: str, move: Move) -> str:
    return f"{_rounded(float(cell), move.size):g}" if cell and move.size != 1.0 else cell


def _shares(profile: str) -> str:
    """A project's expenditure by year in per cent, which stay right whatever it costs."""
    amounts = [float(part) for part in profile.split()]
    return " ".join(f"{100.0 * amount / sum(amounts):.10g}" for amount in amounts)
