"""Changes laid over a scenario that is read already: other numbers, or a change that is a tree."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ldip.errors import Fault, InputError
from ldip.scenario.files import faults as f
from ldip.scenario.files.formats import CHANGE
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


def read_change(place: Place, name: str) -> tuple[Text, dict[str, Any]]:
    """A change of the scenario at `place`, given by name or as a file: its title and its keys as a tree."""
    path = Path(name) if name.endswith(".toml") else place.folder / "changes" / f"{name}.toml"
    if not path.is_file():
        raise InputError([f.no_change(name, change_names(place.folder), place.folder)])
    tree = Reading(place.folder).settings(path, CHANGE)
    return title_in(tree.pop("change", None), path), tree


def lay_over(source: Source, change: Mapping[str, Any], name: str, title: Text) -> Source:
    """A scenario that is read already with a change laid over it that is a tree, not a file: the same as reading it
    with a change file `name` that holds the tree. Only the sections that the change names are checked again.

    Raises InputError with every fault, their file being `name`.
    """
    scenario = source.scenario
    tree: dict[str, Any] = {section: getattr(scenario, section) for section in Scenario.model_fields}
    reading = Reading(Path(), Path(name))
    for section in change:
        if section in tree and section not in (*COLUMNS, "scenario", "sectors", "changes"):
            tree[section] = tree[section].model_dump(exclude_none=True)
        elif section in tree:  # tables and what is checked together with them
            reading.faults.append(Fault.of("not_in_a_change", name, section))
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
