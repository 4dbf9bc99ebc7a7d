"""Projects through the door: what changes lay over the list, and what no single cell can tell."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ldip.errors import Fault
from ldip.scenario.files import faults as f
from ldip.scenario.files.tables import Table
from ldip.scenario.projects import KINDS, Project, built, moved
from ldip.scenario.schema import Scenario
from ldip.text import Text

SECTION = "projects"
ADDS = {"kind", "name_nb", "name_en"}
"""Who states one of these of a project that is not in the list means to add it; any other has misspelt its id."""


MOST_NEAR = 5
"""So many ids are named beside one that is not known."""

MOST_P85 = 10.0
"""Largest P85 relative to P50 that can be an estimate."""

NOT_OF = {
    "general": (),
    "water_waste": ("vat_share", "grant_share", "running_cost", "savings"),
    "housing": ("vat_share",),
}
"""What projects of a class do not have in the municipality's own accounts: fees pay for water and waste, and the
state compensates the VAT of neither."""


class Laid(NamedTuple):
    """The section ``[projects.ID]`` of one change, and the file it stands in."""

    tree: Any
    file: str


def lay_projects(scenario: Scenario, changes: Sequence[Laid]) -> tuple[Scenario, list[Fault]]:
    """The scenario with its list of projects as the changes have it, and what is wrong with them. A change moves,
    scales or drops a project by naming some of its fields; a project that is not in the list is added."""
    known = {project.id: project for project in scenario.projects}
    files: dict[str, str] = {}
    faults: list[Fault] = []
    for tree, file in changes:
        if not isinstance(tree, Mapping) or not all(isinstance(change, Mapping) for change in tree.values()):
            faults.append(Fault.of("not_a_project", file, SECTION))
            continue
        for name, change in tree.items():
            place = f"{SECTION}.{name}"
            if name not in known and not ADDS & change.keys():
                faults.append(_unknown(file, place, list(known)))
                continue
            try:
                fields = moved(known[name], change) if name in known else dict(change)
                laid_over = Project.model_validate(fields | {"id": name})
            except ValidationError as error:
                faults += [_translate(detail, file, place) for detail in error.errors()]
                continue
            faults += [
                Fault.of(kind, file, f"{place}.{key}", str(getattr(laid_over, key)), **words)
                for kind, key, words in _cannot_move(known.get(name), laid_over, scenario.scenario.first_year)
            ]
            known[name], files[name] = laid_over, file
    laid = scenario.model_copy(update={"projects": tuple(known.values())})
    if files and not faults:
        last = list(files.values())[-1]

        def place_of(project: str, others: Sequence[str]) -> tuple[str, str]:
            """The change that names the project, or one of those it hangs together with."""
            named = [files[name] for name in (project, *others) if name in files]
            return (named or [last])[0], f"{SECTION}.{project}."

        faults += check_projects(laid, place_of, laid.projects)
    return laid, faults


def _cannot_move(before: Project | None, after: Project, first: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What a change cannot do to a project: kind of fault, key, and what fills its words."""
    if before is None or after.start != before.start:
        if before is not None and before.start < first:
            yield "has_begun", "start", {"year": before.start}
        elif after.start < first:
            yield "below_least", "start", {"limit": first}
    if before is not None and before.p50 is None and before.in_plan == "yes" and before.places:
        if after.dropped and not before.dropped:
            yield "cost_not_known", "dropped", {}
        elif after.start != before.start:
            yield "cost_not_known", "start", {}


def _translate(detail: ErrorDetails, file: str, place: str) -> Fault:
    key = str(detail["loc"][0])
    if detail["type"] == "extra_forbidden":
        return f.unknown(file, f"{place}.{key}", "", list(Project.model_fields))
    if detail["type"] == "missing":
        return Fault.of("missing_of_project", file, f"{place}.{key}")
    return f.translate(detail, file, f"{place}.{key}")


def _unknown(file: str, place: str, known: list[str]) -> Fault:
    """A project that is not in the list, with those whose ids are most like it."""
    name = place.removeprefix(f"{SECTION}.")
    near = difflib.get_close_matches(name, known, n=MOST_NEAR, cutoff=0.3) or known[:MOST_NEAR]
    names = ", ".join(near) or Text("ingen", "none")
    return Fault.of("unknown_project", file, place, hint=f.hint(name, known), names=names)


def check_table(scenario: Scenario, table: Table, file: str) -> list[Fault]:
    """What is wrong with the list as ``projects.csv`` has it."""
    lines: dict[str, int] = {}
    found = []
    for row, line in zip(table.rows, table.lines, strict=True):
        if lines.setdefault(row["id"], line) != line:
            found.append(Fault.of("twice", f"{file}:{line}", "id", row["id"]))
    found += check_projects(scenario, lambda project, _: (f"{file}:{lines[project]}", ""), scenario.projects)
    for project in scenario.projects:
        earliest, latest = project.earliest or project.start, project.latest or project.start
        if earliest <= latest and not earliest <= project.start <= latest:
            place = f"{file}:{lines[project.id]}"
            found.append(Fault.of("start_outside", place, "start", str(project.start), low=earliest, high=latest))
    return found


Places = Callable[[str, Sequence[str]], tuple[str, str]]
"""From a project, and those that it hangs together with, to the file at fault and what its keys begin with there."""


def check_projects(scenario: Scenario, places: Places, projects: Sequence[Project]) -> list[Fault]:
    """What is wrong with each project and with how they hang together."""
    areas = [area.area for area in scenario.areas]
    known = [project.id for project in projects]
    standing = {project.id: project for project in built(projects)}
    found: list[Fault] = []

    circle = _circle(projects)

    def tell(
        project: Project, kind: str, key: str, value: object = "", others: Sequence[str] = (), **words: Any
    ) -> None:
        file, start = places(project.id, others)
        found.append(Fault.of(kind, file, f"{start}{key}", str(value), **words))

    def not_known(project: Project, key: str, value: str, names: Sequence[str]) -> None:
        file, start = places(project.id, ())
        found.append(f.unknown(file, f"{start}{key}", value, names))

    for project in projects:
        for kind, key, value, words in _by_itself(project):
            tell(project, kind, key, value, **words)
        lists = (("area", areas), ("housing_area", list(scenario.housing.areas)), ("alternative_to", known))
        for key, names in lists:
            if names and (value := getattr(project, key)) and value not in names:
                not_known(project, key, value, names)
        for other in project.after:
            if other not in known:
                not_known(project, "after", other, known)
            elif project.id in circle and other in circle:
                continue  # told below
            elif project.id in standing and other in standing and standing[other].opening > project.start:
                words = {"other": other, "year": standing[other].opening}
                tell(project, "starts_too_early", "start", project.start, [other], **words)
        instead = {other.id: other.alternative_to for other in projects}
        if project.alternative_to != project.id and instead.get(project.alternative_to or ""):
            tell(project, "alternative_of_alternative", "alternative_to", project.alternative_to)
        if project.alternative_to == project.id:
            tell(project, "alternative_to_itself", "alternative_to", project.id)
    if circle:
        first = next(project for project in projects if project.id == circle[0])
        tell(first, "circle", "after", ", ".join(circle), circle)
    return found


def _by_itself(project: Project) -> Iterator[tuple[str, str, object, dict[str, Any]]]:
    """What a project says that cannot go together: kind of fault, key, value, and what fills its words."""
    if project.p85 is not None and project.p50 is None:
        yield "p85_alone", "p85", f"{project.p85:g}", {}
    elif project.p85 is not None and project.p50 is not None and project.p85 < project.p50:
        yield "p85_below_p50", "p85", f"{project.p85:g}", {"p50": project.p50}
    elif project.p85 is not None and project.p50 is not None and project.p85 > MOST_P85 * project.p50:
        yield "p85_far", "p85", f"{project.p85:g}", {"p50": project.p50, "most": MOST_P85}
    for key in NOT_OF[project.kind]:
        if getattr(project, key):
            yield "not_of_this_kind", key, f"{getattr(project, key):g}", {"of": KINDS[project.kind]}
    if project.opening < project.start:
        yield "opens_too_early", "opens", project.opens, {"year": project.start}
    elif project.opens and project.opening < project.start + len(project.profile) - 1:
        yield "opens_unfinished", "opens", project.opens, {"year": project.start + len(project.profile) - 1}
    if (project.places or project.places_closed) and not project.service:
        yield "places_without_service", "service", "", {}
    if project.service and not (project.places or project.places_closed):
        yield "service_without_places", "places", "", {}
    if project.earliest and project.latest and project.latest < project.earliest:
        yield "latest_too_early", "latest", project.latest, {"year": project.earliest}
    total = sum(project.profile)
    right = [1.0, 100.0, *([project.p50] if project.p50 else [])]
    if not any(abs(total - wanted) <= 0.005 * wanted for wanted in right):
        yield "curve", "profile", f"{total:g}", {"wanted": ", ".join(f"{wanted:g}" for wanted in right)}
    if project.before_dwellings == "yes" and not project.housing_area:
        yield "no_housing_area", "before_dwellings", "yes", {}
    for key in ("running_cost", "savings", "grant_share", "committed"):
        if getattr(project, key) and project.p50 is None and key != "running_cost":
            yield "without_cost", key, f"{getattr(project, key):g}", {}


def _circle(projects: Sequence[Project]) -> tuple[str, ...]:
    """Projects that wait for each other, the first of them again at the end; none where there are none."""
    try:
        TopologicalSorter({project.id: project.after for project in projects}).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return ()
