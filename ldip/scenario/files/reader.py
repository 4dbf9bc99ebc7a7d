"""Find and read scenarios, with their changes laid over them and all of it checked.

A scenario is a folder with ``base.toml``, the tables of ``tables.COLUMNS`` as CSV files, and named changes in
``changes/``. A change is a TOML file with some of the same keys; changes are laid over the base in the
order given. All faults are collected and raised together.
"""

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from ldip.errors import Fault, InputError
from ldip.scenario.defaults import fill
from ldip.scenario.drivers import Drivers
from ldip.scenario.files import faults as f
from ldip.scenario.files.formats import SCENARIO
from ldip.scenario.files.plan import check_areas, check_plan
from ldip.scenario.files.population import check_ages, check_national_ages, check_population
from ldip.scenario.files.projects import check_table, lay_projects
from ldip.scenario.files.reading import BASE, Reading, title_in
from ldip.scenario.files.tables import COLUMNS, check_demand, check_history, check_vintages
from ldip.scenario.schema import Scenario
from ldip.text import Text

DEFAULT = "baerum-2020"
STRESS = ("path", "replay", "chance")
"""Kinds of stress tests, as a change's heading says them. A replay, of years that were, moves the baseline as a path
does, but is a whole by itself: it is not run together with the others."""


class Source(NamedTuple):
    """A scenario, the files it came from (path as shown to the user -> SHA-256 of its bytes), and what its changes
    are called."""

    scenario: Scenario
    files: dict[str, str]
    change_titles: tuple[Text, ...] = ()


class Found(NamedTuple):
    """A scenario, for listing."""

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
    return [listed(path.parent) for path in sorted(shipped_folder().glob(f"*/{BASE}"))]


def listed(folder: Path) -> Found:
    """The scenario in a folder with its named changes. Raises InputError for a file that is not TOML."""
    return Found(
        name=folder.name if folder.parent == shipped_folder() else folder.as_posix(),
        folder=folder,
        title=_title(folder / BASE, "scenario"),
        changes={name: _title(folder / "changes" / f"{name}.toml", "change") for name in change_names(folder)},
    )


def _title(path: Path, section: str) -> Text:
    return title_in(Reading(path.parent).toml(path).get(section), path)


def change_names(folder: Path) -> tuple[str, ...]:
    """The named changes of a scenario folder."""
    return tuple(sorted(path.stem for path in (folder / "changes").glob("*.toml")))


def change_file(folder: Path, change: str) -> Path:
    """Where a change is: a file of its own, or one that the folder has by this name."""
    return Path(change) if change.endswith(".toml") else folder / "changes" / f"{change}.toml"


def stress_tests(folder: Path) -> dict[str, str]:
    """The named changes of a scenario folder that are stress tests: "path" for those that move the baseline and are
    also run together, first; "replay" for years that were; then "chance" for those that make the future more
    uncertain."""
    kinds = {name: _heading(folder / "changes" / f"{name}.toml").get("stress") for name in change_names(folder)}
    return {name: kind for kind in STRESS for name in kinds if kinds[name] == kind}


def _heading(path: Path) -> dict[str, Any]:
    heading = Reading(path.parent).toml(path).get("change")
    return heading if isinstance(heading, dict) else {}


class Place(NamedTuple):
    """Where a scenario lies: its folder, its base file, and the changes that were named with it or in its stead."""

    folder: Path
    base: Path
    changes: tuple[str, ...] = ()


def find(where: str, seen: tuple[Path, ...] = (), beside: Path = Path()) -> Place:
    """The scenario given as a shipped name, a folder, a base file, or a change file; or NAME+CHANGE+CHANGE, one of
    these with changes laid over it. What exists under the whole name comes first.

    A TOML file with a [scenario] section is a base file with its tables beside it. Any other is a change: of the
    scenario whose ``changes`` folder it lies in, else of the one that its [change] section extends, else of Bærum.
    Paths are seen from the folder `beside`, which for what a file extends is the file's own. `seen` are the files
    that led here.
    """
    if hidden := f.hidden_in_name(where):
        raise InputError(hidden)
    path = beside / where
    if path.suffix == ".toml" and path.is_file():
        tree = Reading(path.parent).toml(path)
        if "scenario" in tree:
            return Place(path.parent, path)
        return _extended(path, extends_of(path, tree), seen)
    for folder in (path, shipped_folder() / where):
        if (folder / BASE).is_file():
            return Place(folder, folder / BASE)
    name, _, change = where.rpartition("+")
    if name and change:
        place = find(name, seen, beside)
        change = str(beside / change) if change.endswith(".toml") else change
        return place._replace(changes=(*place.changes, change))
    names = [found.name for found in shipped()]
    raise InputError([f.no_scenario(where, names, path)])


def extends_of(path: Path, tree: Mapping[str, Any]) -> str | Path | None:
    """What the change file at `path`, whose tree this is, is a change of: the scenario in whose ``changes`` folder it
    lies, or what it says that it extends; None if nothing tells."""
    of = path.parent.parent
    if path.parent.name == "changes" and (of / BASE).is_file():
        return of
    heading = tree.get("change")
    said = heading.get("extends") if isinstance(heading, dict) else None
    return None if said is None else str(said)


def _extended(path: Path, extends: str | Path | None, seen: tuple[Path, ...]) -> Place:
    """The change file at `path` over what it is a change of."""
    if isinstance(extends, Path):
        return Place(extends, extends / BASE, (str(path),))
    if path.resolve() in seen:
        raise InputError([Fault.of("extends_itself", str(path), "change.extends")])
    if extends and f.hidden_in_name(extends):  # a path with backslashes in double quotes: "C:\temp" has a tab
        raise InputError([Fault.of("backslash", str(path), "change.extends")])
    try:
        place = find(extends or DEFAULT, (*seen, path.resolve()), path.parent)
    except InputError as error:
        raise InputError(
            fault._replace(file=str(path), key="change.extends", value=str(extends))
            if fault.kind == "no_scenario" and not fault.file
            else fault
            for fault in error.faults
        ) from None
    return place._replace(changes=(*place.changes, str(path)))


def alternative(where: str, of: str = DEFAULT) -> str:
    """What to :func:`find` for an alternative: `where` itself, or the scenario `of` with it: its own change (CHANGE
    or CHANGE+CHANGE), or a change file that does not say what it is a change of; or, if `of` has no such change, the
    default scenario with it."""
    path = Path(where)
    if path.is_file():
        if path.suffix != ".toml" or of == DEFAULT:
            return where
        tree = Reading(path.parent).toml(path)
        tells = "scenario" in tree or extends_of(path, tree) is not None
        return where if tells else f"{_base_of(of)}+{where}"
    if any((folder / BASE).is_file() for folder in (path, shipped_folder() / where)):
        return where
    first = where.split("+")[0]
    for base in dict.fromkeys((_base_of(of), DEFAULT)):
        if first in change_names(find(base).folder):
            return f"{base}+{where}"
    return where


def _base_of(where: str) -> str:
    """A scenario without the changes that were named with it, as it can be found again."""
    place = find(where)
    if not place.changes:
        return where
    if place.folder.parent == shipped_folder():
        return place.folder.name
    return str(place.folder if place.base.name == BASE else place.base)


def seen_from(where: str, folder: Path) -> str:
    """A scenario that is given from the current folder, as a file in `folder` names it with ``extends``."""
    path = Path(where)
    if path.exists() and not path.is_absolute():
        return Path(os.path.relpath(path, folder)).as_posix()
    name, _, change = where.rpartition("+")
    if name and change:
        return f"{seen_from(name, folder)}+{seen_from(change, folder) if change.endswith('.toml') else change}"
    return where


def read(where: str = DEFAULT, changes: Sequence[str] = ()) -> Source:
    """Read the scenario `where` (see :func:`find`) with `changes` laid over it in order.

    Raises InputError with every fault: file, key, value, rule and remedy.
    """
    place = find(where)
    folder, changes = place.folder, (*place.changes, *changes)
    reading = Reading(folder, place.base)
    tree = reading.settings(place.base, SCENARIO)
    heading = tree["scenario"] if isinstance(tree.get("scenario"), dict) else {}
    reading.first_year = heading.get("first_year", reading.first_year)
    fill(tree, reading.first_year)
    for change in changes:
        path = change_file(folder, change)
        if hidden := f.hidden_in_name(change):
            reading.faults += hidden
            continue
        if not path.is_file():
            reading.faults.append(f.no_change(change, change_names(folder), folder))
            continue
        reading.overlay(tree, path)
    tables = {name: reading.table(name, tree.get("scenario")) for name in COLUMNS}
    tree |= {name: table.rows for name, table in tables.items()} | {"adopted_projects": tables["projects"].rows}
    tree["changes"] = tuple(Path(change).stem for change in changes)
    heading = tree["scenario"] if isinstance(tree.get("scenario"), dict) else {}
    reading.first_year = heading.get("first_year", reading.first_year)
    scenario = None
    try:
        scenario = Scenario.model_validate(tree)
    except ValidationError as error:
        twice = [detail for detail in error.errors() if detail["loc"][:1] != ("adopted_projects",)]
        reading.faults += [reading.translate(detail, tables) for detail in twice]
    file = {name: reading.shown(reading.table_file(name)) for name in COLUMNS}
    sectors = list(tree["sectors"]) if isinstance(tree.get("sectors"), dict) else []
    reading.faults += check_areas(file["areas"], tables["areas"], sectors)
    own_tax = max(scenario.revenue.own_to_national_tax.numbers().values()) if scenario else math.inf
    reading.faults += check_plan(file["plan"], tables["plan"], sectors, reading.first_year, own_tax)
    reading.faults += check_vintages(file["vintages"], tables["vintages"], heading.get("first_year"))
    reading.faults += check_history(file["history"], tables["history"])
    reading.faults += check_population(file["population"], tables["population"], tables["ages"])
    reading.faults += check_ages(file["ages"], tables["ages"], tables["population"])
    reading.faults += check_national_ages(file["national_ages"], tables["national_ages"])
    reading.faults += check_demand(file["demand"], tables["demand"], tables["population"], file["population"])
    if scenario:
        reading.faults += reading.price_years(scenario, tables["plan"])
        reading.faults += check_table(scenario, tables["projects"], file["projects"])
    if scenario and not reading.faults:
        reading.faults += reading.horizon(scenario)
        scenario, faults = lay_projects(scenario, reading.projects)
        reading.faults += faults
    if reading.faults or scenario is None:
        raise InputError(reading.told())
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
