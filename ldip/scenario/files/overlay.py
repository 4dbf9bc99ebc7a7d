"""What is laid over a scenario that is read already: other numbers, named changes, a change that is a tree, stress
tests."""

from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from ldip.errors import Fault, InputError
from ldip.scenario.files import faults as f
from ldip.scenario.files.formats import CHANGE
from ldip.scenario.files.laying import is_number
from ldip.scenario.files.projects import SECTION, Laid, lay_projects
from ldip.scenario.files.reader import Place, Source, change_names
from ldip.scenario.files.reading import Reading, title_in
from ldip.scenario.files.tables import COLUMNS
from ldip.scenario.quantities import Parameter, Quantity
from ldip.scenario.schema import Scenario
from ldip.text import Text


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
            sections[section] = _tree(getattr(scenario, section))
        place = sections[section]
        for part in path:
            place = place[part]
        place[name] = quantity
    try:
        return Scenario.model_validate({**dict(scenario), **sections})  # the other sections are checked already
    except ValidationError as error:
        places = [(detail, ".".join(map(str, detail["loc"]))) for detail in error.errors()]
        raise InputError(f.translate(detail, "", place) for detail, place in places) from None


def _tree(section: Any, *, exclude_none: bool = False) -> dict[str, Any]:
    """A section as a tree; one of items under names of their own too."""
    if isinstance(section, dict):
        return {name: item.model_dump(exclude_none=exclude_none) for name, item in section.items()}
    found: dict[str, Any] = section.model_dump(exclude_none=exclude_none)
    return found


class Change(NamedTuple):
    """A change as its file says it."""

    title: Text
    keys: dict[str, Any]  # a tree
    file: str  # as shown to the user
    files: dict[str, str]  # the same, with the SHA-256 of its bytes


def read_change(place: Place, name: str) -> Change:
    """A change of the scenario at `place`, given by name or as a file."""
    if hidden := f.hidden_in_name(name):
        raise InputError(hidden)
    path = Path(name) if name.endswith(".toml") else place.folder / "changes" / f"{name}.toml"
    if not path.is_file():
        raise InputError([f.no_change(name, change_names(place.folder), place.folder)])
    reading = Reading(place.folder)
    tree = reading.settings(path, CHANGE)
    return Change(title_in(tree.pop("change", None), path), tree, reading.shown(path), reading.digests)


NOT_LAID = (*COLUMNS, "adopted_projects", "scenario", "sectors", "changes")
"""What no change is laid over: tables, and what is checked together with them."""


def lay_over(source: Source, change: Mapping[str, Any], name: str, title: Text, *more: Mapping[str, Any]) -> Source:
    """A scenario that is read already with a change laid over it that is a tree, not a file, and `more` trees over
    that: the same as reading it with a change file `name` that holds them. Only the sections that they name are
    checked again.

    Raises InputError with every fault, their file being `name`.
    """
    scenario = source.scenario
    tree: dict[str, Any] = {section: getattr(scenario, section) for section in Scenario.model_fields}
    reading = Reading(Path(), Path(name))
    reading.first_year = scenario.scenario.first_year
    projects: list[Laid] = []
    opened: set[str] = set()  # sections that are trees already
    for one in (change, *more):
        rest = dict(one)
        if SECTION in rest:
            projects.append(Laid(rest.pop(SECTION), name))
        for section in [*rest]:
            if section in NOT_LAID:
                reading.faults.append(Fault.of("not_in_a_change", name, section))
                del rest[section]
            elif section in tree and section not in opened:
                tree[section] = _tree(tree[section], exclude_none=True)
                opened.add(section)
        reading.merge(tree, rest, name)
    tree["changes"] = (*scenario.changes, Path(name).stem)
    changed = None
    try:
        changed = Scenario.model_validate(tree)
    except ValidationError as error:
        reading.faults += [reading.translate(detail, {}) for detail in error.errors()]
    if changed:
        reading.faults += reading.price_years(changed)
        reading.faults += reading.horizon(changed)
        if projects:
            changed, faults = lay_projects(changed, projects)
            reading.faults += faults
    if reading.faults or changed is None:
        raise InputError(reading.faults)
    return source._replace(scenario=changed, change_titles=(*source.change_titles, title))


def lay_change(source: Source, place: Place, name: str) -> Source:
    """The scenario with a named change (or a .toml file) of the folder at `place` laid over it."""
    change = read_change(place, name)
    changed = lay_over(source, change.keys, change.file, change.title)
    return changed._replace(files=source.files | change.files)


def lay_values(source: Source, values: Mapping[str, Any], name: str) -> Source:
    """The scenario with other numbers at some key paths, as by a change of that name: a number, or numbers by the
    year they hold from (before the first of them the scenario's own hold), or all of what a change file says of
    one, with `value`, `dated`, `shift` or `scale`.

    The unit is the key's own, if none is given. Raises InputError with every fault.
    """
    tree: dict[str, Any] = {}
    faults = []
    for key, value in values.items():
        *sections, last = str(key).split(".")
        place = tree
        for section in sections:
            place = place.setdefault(section, {})
        if last in place:
            faults.append(Fault.of("given_twice", name, str(key)))
        place[last] = value if isinstance(value, str) else _written(value)
    if faults:
        raise InputError(faults)
    return lay_over(source, tree, name, Text(name, name))


def _written(value: Any) -> dict[str, Any]:
    """A number as a change file has it."""
    if is_number(value):
        found = dict(value)
    elif isinstance(value, Mapping):
        found = {"dated": {str(year): _number(number) for year, number in value.items()}}
    else:
        found = {"value": _number(value)}
    return {"basis": "assumption", "source": Text("oppgitt i Python", "given in Python")} | found


def _number(value: Any) -> Any:
    """A number of any library as Python's own; anything else as it is, for the schema to say what is wrong."""
    return float(value) if isinstance(value, Real) and not isinstance(value, bool) else value


class Stressed(NamedTuple):
    """A scenario, each stress test laid over it, and at last, if `together`, those that move the baseline at once."""

    sources: list[Source]
    together: bool


def stress_sources(
    with_changes: Callable[[tuple[str, ...]], Source], kinds: Mapping[str, str], tests: Sequence[str] = ()
) -> Stressed:
    """The scenario under each of the `tests` (default: all). `with_changes` gives it with named changes laid over it,
    `kinds` (of :func:`ldip.scenario.files.reader.stress_tests`) says which of them are stress tests.

    Raises InputError with every test that is none.
    """
    unknown = [test for test in tests if test not in kinds]
    if unknown or not kinds:
        known = ", ".join(kinds) or Text("ingen", "none")
        raise InputError(Fault.of("not_a_stress_test", "--test", test, known=known) for test in unknown or [""])
    chosen = list(tests or kinds)
    sources = [with_changes(()), *[with_changes((test,)) for test in chosen]]
    of_path = tuple(test for test in chosen if kinds[test] == "path")
    if len(of_path) > 1:
        sources.append(with_changes(of_path))
    return Stressed(sources, len(of_path) > 1)
