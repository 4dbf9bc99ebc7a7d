"""Why a position of the plan's bars cannot be, in the words of those who moved them: names, no keys and no files."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ldip.errors import AND_MORE, MOST_TOLD, Fault, InputError, fault_words
from ldip.scenario.files.projects import SECTION
from ldip.scenario.projects import Project
from ldip.text import Text, printable
from ldip.web.controls import Moved, State
from ldip.web.simulator import Simulator
from ldip.web.words import OF_PROJECT, TOO_EARLY

TOO_EARLY_KIND = "starts_too_early"
LANGUAGES = ("nb", "en")


class Line(NamedTuple):
    """A fault as the page tells it, and the projects that it is of."""

    text: Text
    projects: tuple[str, ...] = ()


def told(error: InputError, projects: Mapping[str, Project]) -> list[Line]:
    """A line for each fault, with the names of `projects`, and how many more there are."""
    lines = [_line(fault, projects) for fault in error.faults[:MOST_TOLD]]
    more = len(error.faults) - len(lines)
    return [*lines, *([Line(Text(*(AND_MORE.say(lang, count=more) for lang in LANGUAGES)))] if more else [])]


def _line(fault: Fault, projects: Mapping[str, Project]) -> Line:
    section, _, rest = fault.key.partition(".")
    project = projects.get(rest.partition(".")[0])
    if section != SECTION or project is None:
        return Line(Text(*(fault.say(lang) for lang in LANGUAGES)))
    places = dict(fault.places)
    named = {key: short_name(projects[f"{value}"]) for key, value in places.items() if f"{value}" in projects}
    concerned = (project.id, *(f"{places[key]}" for key in named))
    words = OF_PROJECT if fault.kind != TOO_EARLY_KIND else TOO_EARLY
    rule = fault_words()[fault.kind].rule
    said = []
    for lang in LANGUAGES:
        filled = places | {key: name.say(lang) for key, name in named.items()}
        name = short_name(project).say(lang)
        said.append(
            words.say(lang, **filled | {"name": name, "start": fault.value, "rule": rule.say(lang, **filled)})
        )
    return Line(Text(*map(printable, said)), concerned)


def short_name(project: Project) -> Text:
    """What a project is called in a sentence: without how many places it has."""
    return Text(*(re.sub(r", \d[^,]*$", "", project.name.say(lang)) for lang in LANGUAGES))


def followed(simulator: Simulator, state: State) -> dict[str, dict[str, int]]:
    """How those must move that start before what they wait for is open, so that the position can be; nothing where it
    can be already, or where something else stands in the way."""
    starts: dict[str, int] = {}
    moved = dict(state.projects)
    fixed = simulator.fixed()
    for _ in simulator.source.scenario.projects:
        try:
            simulator.alternative(state._replace(projects=tuple(moved.items())))
        except InputError as error:
            for fault in error.faults:
                name, year = fault.key.split(".")[1:2], dict(fault.places).get("year")
                if fault.kind != TOO_EARLY_KIND or not name or name[0] in fixed or not isinstance(year, int):
                    return {}
                starts[name[0]] = max(year, starts.get(name[0], year))
            moved |= {name: moved.get(name, Moved())._replace(start=start) for name, start in starts.items()}
        else:
            break
    return {name: {"start": start} for name, start in starts.items()}


def refusal_records(simulator: Simulator, error: InputError, state: State | None = None) -> dict[str, Any]:
    """The faults as the page is told them; with the `state` that was asked for, how to mend it."""
    projects = {project.id: project for project in simulator.source.scenario.projects}
    lines = told(error, projects)
    records: dict[str, Any] = {"errors": [line.text._asdict() | {"projects": line.projects} for line in lines]}
    if state is not None and any(line.projects for line in lines):
        records["follow"] = followed(simulator, state)
    return records
