"""Find, read, overlay and check scenario files. The only place that reads input files, but for
``series.py``, which reads yearly series with what is here.

A scenario is a folder with ``base.toml``, the tables of ``tables.COLUMNS`` as CSV files, and named changes in
``changes/``. A change is a TOML file with some of the same keys; changes are laid over the base in the
order given. All faults are collected and raised together.
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ldip.errors import Fault, InputError, Text
from ldip.scenario.drivers import Drivers
from ldip.scenario.files import faults as f
from ldip.scenario.files.tables import (
    COLUMNS,
    OPTIONAL,
    YEARLY,
    Table,
    check_ages,
    check_areas,
    check_demand,
    check_plan,
    check_population,
    check_vintages,
    read_table,
    wanted_years,
)
from ldip.scenario.quantities import Parameter, Quantity, in_prices_of, of_any_year
from ldip.scenario.schema import Scenario, quantities

BASE = "base.toml"
DEFAULT = "baerum-2020"
STRESS = ("path", "chance")
"""Kinds of stress tests, as a change's heading says them."""


class Source(NamedTuple):
    """A scenario, the files it came from (path as shown to the user -> SHA-256 of its bytes), and what its changes
    are called."""

    scenario: Scenario
    files: dict[str, str]
    change_titles: tuple[Text, ...] = ()


class Found(NamedTuple):
    """A shipped scenario, for listing."""

    name: str
    folder: Path
    title: Text
    changes: dict[str, Text]


def shipped_folder() -> Path:
    """Where the shipped scenarios lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[2]
    inside = package / "_scenarios"
    return inside if inside.is_dir() else package.parent / "scenarios"


def shipped() -> list[Found]:
    """The shipped scenarios with their named changes."""
    folders = sorted(path.parent for path in shipped_folder().glob(f"*/{BASE}"))
    return [
        Found(
            name=folder.name,
            folder=folder,
            title=_title(folder / BASE, "scenario"),
            changes={name: _title(folder / "changes" / f"{name}.toml", "change") for name in change_names(folder)},
        )
        for folder in folders
    ]


def _title(path: Path, section: str) -> Text:
    return _title_in(tomllib.loads(path.read_text(encoding="utf-8-sig")).get(section), path)


def _title_in(heading: Any, path: Path) -> Text:
    """The title that a file's heading gives it; without one the file's name."""
    known = heading if isinstance(heading, dict) else {}
    return Text(str(known.get("title_nb", path.stem)), str(known.get("title_en", path.stem)))


def change_names(folder: Path) -> tuple[str, ...]:
    """The named changes of a scenario folder."""
    return tuple(sorted(path.stem for path in (folder / "changes").glob("*.toml")))


def stress_tests(folder: Path) -> dict[str, str]:
    """The named changes of a scenario folder that are stress tests: "path" for those that move the baseline and are
    also run together, first; then "chance" for those that make the future more uncertain."""
    kinds = {name: _heading(folder / "changes" / f"{name}.toml").get("stress") for name in change_names(folder)}
    return {name: kind for kind in STRESS for name in kinds if kinds[name] == kind}


def _heading(path: Path) -> dict[str, Any]:
    heading = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("change")
    return heading if isinstance(heading, dict) else {}


class Place(NamedTuple):
    """Where a scenario lies: its folder, its base file, and the changes that were named with it or in its stead."""

    folder: Path
    base: Path
    changes: tuple[str, ...] = ()


def find(where: str, seen: tuple[Path, ...] = ()) -> Place:
    """The scenario given as a shipped name, a folder, a base file, or a change file; or NAME+CHANGE+CHANGE, one of
    these with changes laid over it. What exists under the whole name comes first.

    A TOML file with a [scenario] section is a base file with its tables beside it. Any other is a change: of the
    scenario whose ``changes`` folder it lies in, else of the one that its [change] section extends, else of Bærum.
    `seen` are the files that led here.
    """
    path = Path(where)
    if path.suffix == ".toml" and path.is_file():
        tree = _Reading(path.parent).toml(path)
        if "scenario" in tree:
            return Place(path.parent, path)
        of = path.parent.parent
        if path.parent.name != "changes" or not (of / BASE).is_file():
            heading = tree.get("change")
            extends = heading.get("extends", DEFAULT) if isinstance(heading, dict) else DEFAULT
            if path.resolve() in seen:
                raise InputError([f.fault("extends_itself", where, "change.extends")])
            place = find(str(extends), (*seen, path.resolve()))
            return place._replace(changes=(*place.changes, where))
        return Place(of, of / BASE, (where,))
    for folder in (path, shipped_folder() / where):
        if (folder / BASE).is_file():
            return Place(folder, folder / BASE)
    name, _, change = where.rpartition("+")
    if name and change:
        place = find(name, seen)
        return place._replace(changes=(*place.changes, change))
    names = [found.name for found in shipped()]
    raise InputError([f.no_scenario(where, names, path)])


def alternative(where: str) -> str:
    """What to :func:`find` for an alternative: `where` itself, or the default scenario with it where it only names
    changes of that one (CHANGE or CHANGE+CHANGE)."""
    path = Path(where)
    if path.is_file() or any((folder / BASE).is_file() for folder in (path, shipped_folder() / where)):
        return where
    default = shipped_folder() / DEFAULT
    return f"{DEFAULT}+{where}" if where.split("+")[0] in change_names(default) else where


def read(where: str = DEFAULT, changes: Sequence[str] = ()) -> Source:
    """Read the scenario `where` (see :func:`find`) with `changes` laid over it in order.

    Raises InputError with every fault: file, key, value, rule and remedy.
    """
    place = find(where)
    folder, changes = place.folder, (*place.changes, *changes)
    reading = _Reading(folder, place.base)
    tree = reading.toml(place.base)
    for change in changes:
        path = Path(change) if change.endswith(".toml") else folder / "changes" / f"{change}.toml"
        if not path.is_file():
            reading.faults.append(f.no_change(change, change_names(folder), folder))
            continue
        reading.overlay(tree, path)
    tables = {name: reading.table(name, tree.get("scenario")) for name in COLUMNS}
    tree |= {name: table.rows for name, table in tables.items()}
    tree["changes"] = tuple(Path(change).stem for change in changes)
    heading = tree["scenario"] if isinstance(tree.get("scenario"), dict) else {}
    reading.first_year = heading.get("first_year", reading.first_year)
    scenario = None
    try:
        scenario = Scenario.model_validate(tree)
    except ValidationError as error:
        reading.faults += [reading.translate(detail, tables) for detail in error.errors()]
    file = {name: reading.shown(folder / f"{name}.csv") for name in COLUMNS}
    groups = [row["group"] for row in tables["population"].rows]
    sectors = list(tree["sectors"]) if isinstance(tree.get("sectors"), dict) else []
    reading.faults += check_areas(file["areas"], tables["areas"], sectors)
    reading.faults += check_plan(file["plan"], tables["plan"], sectors, reading.first_year)
    reading.faults += check_vintages(file["vintages"], tables["vintages"], heading.get("first_year"))
    reading.faults += check_population(file["population"], tables["population"])
    reading.faults += check_ages(file["ages"], tables["ages"], tables["population"])
    reading.faults += check_demand(file["demand"], tables["demand"], groups)
    if scenario:
        reading.faults += reading.price_years(scenario, tables["plan"])
    if reading.faults or scenario is None:
        raise InputError(reading.faults)
    return Source(scenario, reading.digests, tuple(reading.change_titles))


def switch_off(source: Source, without: Sequence[str] = (), only: Sequence[str] = ()) -> Source:
    """The scenario with the drivers `without` off, and all but `only` if any are named; its name and title say so.

    Raises InputError with every name that is no driver.
    """
    names = Drivers.names()
    unknown = [name for name in (*without, *only) if name not in names]
    if unknown:
        raise InputError([f.no_driver(name, names) for name in unknown])
    if not (without or only):
        return source
    off = {*without, *(name for name in names if only and name not in only)}
    scenario = source.scenario
    marks = (*(f"without-{name}" for name in without), *(f"only-{name}" for name in only))
    changed = scenario.model_copy(
        update={"drivers": scenario.drivers.without(off), "changes": (*scenario.changes, *marks)}
    )
    words = [Text(nb=f"uten {name}", en=f"without {name}") for name in without]
    words += [Text(nb=f"bare {name}", en=f"only {name}") for name in only]
    return source._replace(scenario=changed, change_titles=(*source.change_titles, *words))


def text_of(path: Path, shown: str, faults: list[Fault]) -> tuple[str | None, str]:
    """The text of a file called `shown` and the SHA-256 of its bytes; None, and a fault more, if it is not text."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        faults.append(f.fault("unreadable", shown, reason=error.strerror or error))
        return None, ""
    digest = hashlib.sha256(raw).hexdigest()
    try:
        return raw.decode("utf-8-sig"), digest
    except UnicodeDecodeError as error:
        faults.append(f.not_utf8(shown, raw, error))
        return None, digest


def with_quantity(scenario: Scenario, key: str, quantity: Quantity | Parameter) -> Scenario:
    """:func:`with_quantities` for one key path."""
    return with_quantities(scenario, {key: quantity})


def with_quantities(scenario: Scenario, changed: Mapping[str, Quantity | Parameter]) -> Scenario:
    """The scenario with other quantities at these key paths, checked anew.

    Raises InputError where they do not go together with the rest, like a correlation that is none.
    """
    sections: dict[str, Any] = {}
    for key, quantity in changed.items():
        section, *path, name = key.split(".")
        if section not in sections:
            sections[section] = getattr(scenario, section).model_dump()
        place = sections[section]
        for part in path:
            place = place[part]
        place[name] = quantity
    try:
        return Scenario.model_validate({**dict(scenario), **sections})  # the other sections are checked already
    except ValidationError as error:
        places = [(detail, ".".join(map(str, detail["loc"]))) for detail in error.errors()]
        raise InputError(f.translate(detail, "", place) for detail, place in places) from None


def toml(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """A TOML file as a tree, and its SHA-256 by its name; InputError if it cannot be read."""
    reading = _Reading(path.parent)
    return reading.toml(path), reading.digests


def read_change(place: Place, name: str) -> tuple[Text, dict[str, Any]]:
    """A change of the scenario at `place`, given by name or as a file: its title and its keys as a tree."""
    path = Path(name) if name.endswith(".toml") else place.folder / "changes" / f"{name}.toml"
    if not path.is_file():
        raise InputError([f.no_change(name, change_names(place.folder), place.folder)])
    tree = _Reading(place.folder).toml(path)
    return _title_in(tree.pop("change", None), path), tree


def lay_over(source: Source, change: Mapping[str, Any], name: str, title: Text) -> Source:
    """A scenario that is read already with a change laid over it that is a tree, not a file: the same as reading it
    with a change file `name` that holds the tree. Only the sections that the change names are checked again.

    Raises InputError with every fault, their file being `name`.
    """
    scenario = source.scenario
    tree: dict[str, Any] = {section: getattr(scenario, section) for section in Scenario.model_fields}
    reading = _Reading(Path(), Path(name))
    for section in change:
        if section in tree and section not in (*COLUMNS, "scenario", "sectors", "changes"):
            tree[section] = tree[section].model_dump(exclude_none=True)
        elif section in tree:  # tables and what is checked together with them
            reading.faults.append(f.fault("not_in_a_change", name, section))
    reading.merge(tree, change, name)
    tree["changes"] = (*scenario.changes, Path(name).stem)
    changed = None
    try:
        changed = Scenario.model_validate(tree)
    except ValidationError as error:
        reading.faults += [reading.translate(detail, {}) for detail in error.errors()]
    if reading.faults or changed is None:
        raise InputError(reading.faults)
    return source._replace(scenario=changed, change_titles=(*source.change_titles, title))


class _Reading:
    """One reading of a folder: the files used, where each key came from, and the faults found so far."""

    def __init__(self, folder: Path, base: Path | None = None):
        self.folder, self.base = folder, base or folder / BASE
        self.digests: dict[str, str] = {}
        self.origins: dict[tuple[str, ...], str] = {}
        self.faults: list[Fault] = []
        self.change_titles: list[Text] = []
        self.first_year: object = 2020

    def shown(self, path: Path) -> str:
        """The path as a planner knows it: folder name and file."""
        if path.is_relative_to(self.folder) and self.folder.name:
            return f"{self.folder.name}/{path.relative_to(self.folder).as_posix()}"
        return path.as_posix()

    def text(self, path: Path) -> str | None:
        """The file's text, or None with a fault."""
        text, digest = text_of(path, self.shown(path), self.faults)
        if digest:
            self.digests[self.shown(path)] = digest
        return text

    def toml(self, path: Path) -> dict[str, Any]:
        """The file as a tree; an empty one with a fault if it is not TOML."""
        text = self.text(path)
        if text is None:
            raise InputError(self.faults)
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self.faults.append(f.fault("not_toml", self.shown(path), error=error))
            raise InputError(self.faults) from None

    def overlay(self, tree: dict[str, Any], path: Path) -> None:
        """Lay the change file over the tree; a quantity is replaced whole, but keeps its unit if none is given."""
        change = self.toml(path)
        self.change_titles.append(_title_in(change.pop("change", None), path))
        for key in (*COLUMNS, "changes"):
            if change.pop(key, None) is not None:
                self.faults.append(f.fault("not_in_a_change", self.shown(path), key))
        self.merge(tree, change, self.shown(path))

    def merge(self, tree: dict[str, Any], change: Mapping[str, Any], file: str, at: tuple[str, ...] = ()) -> None:
        """Lay `change`, which stands in `file`, over the tree, both below the keys `at`."""
        for key, value in change.items():
            here = (*at, key)
            old = tree.get(key)
            if not isinstance(value, dict) or not isinstance(old, dict):
                tree[key] = value
                self.origins[here] = file
            elif "value" in value or "dated" in value:
                tree[key] = {"unit": old.get("unit", "")} | value
                self.origins[here] = file
            else:
                self.merge(old, value, file, here)

    def file_of(self, location: tuple[str, ...]) -> str:
        """The file that the key at `location` was last read from, or something below it was."""
        for length in range(len(location), 0, -1):
            if location[:length] in self.origins:
                return self.origins[location[:length]]
        below = [file for key, file in self.origins.items() if key[: len(location)] == location]
        return below[-1] if below else self.shown(self.base)

    def table(self, name: str, heading: Any) -> Table:
        """The table `name`, its faults added to the reading's."""
        path = self.folder / f"{name}.csv"
        if name in OPTIONAL and not path.exists():
            return Table((), (), (), ())
        text = self.text(path)
        if text is None:
            return Table((), (), (), ())
        table = read_table(name, self.shown(path), text, wanted_years(name, heading))
        self.faults += table.faults
        return table

    def price_years(self, scenario: Scenario, plan: Table) -> list[Fault]:
        """Amounts in fixed prices of another year than the scenario's first."""
        places = [
            (self.file_of(tuple(key.split("."))), f"{key}.unit", quantity.unit)
            for key, quantity in quantities(scenario).items()
        ]
        file = self.shown(self.folder / "plan.csv")
        places += [(f"{file}:{n}", "unit", row["unit"]) for row, n in zip(plan.rows, plan.lines, strict=True)]
        return [
            f.fault("wrong_unit", file, key, unit, unit=right)
            for file, key, unit in places
            if unit != (right := in_prices_of(of_any_year(unit), scenario.scenario.first_year))
        ]

    def translate(self, detail: ErrorDetails, tables: dict[str, Table]) -> Fault:
        """An error of the schema as a fault, with the place in the file that a planner knows."""
        if detail["type"] in ("wrong_unit", "outside_limits"):
            detail["ctx"]["unit"] = in_prices_of(detail["ctx"]["unit"], self.first_year)
        location = tuple(str(part) for part in detail["loc"])
        if not location:  # a rule between sections, which names the key itself
            named = tuple(detail["ctx"]["key"].split("."))
            return f.translate(detail, self.file_of(named), "")
        if location[0] not in tables or len(location) == 1:
            return f.translate(detail, self.file_of(location), ".".join(location))
        name, row, *keys = location
        table = tables[name]
        if keys[0] == YEARLY.get(name) and len(keys) > 1:
            keys = [table.years[int(keys[1])]]
        place = f"{self.shown(self.folder / f'{name}.csv')}:{table.lines[int(row)]}"
        return f.translate(detail, place, ".".join(keys))
