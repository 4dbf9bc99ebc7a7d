"""Named projects of the investment plan: a row each of ``projects.csv``, and what changes make of them.

A scenario holds the list twice: as adopted, which is what its plan and frames know of, and as it stands after the
changes. The difference is what a change moves.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ldip.scenario.quantities import Basis, Frozen, Reason
from ldip.scenario.rows import SERVICES
from ldip.text import Text

KINDS = {
    "general": Text("ikke-rentabel", "non-self-financing"),
    "water_waste": Text("vann, avløp og renovasjon", "water, sewage and waste"),
    "housing": Text("bolig", "housing"),
}
"""Whose debt pays a project: the classes of investment (M7)."""

PURPOSES = {
    "statutory": Text("lovkrav", "statutory"),
    "capacity": Text("kapasitet", "capacity"),
    "renewal": Text("fornyelse", "renewal"),
    "infrastructure": Text("infrastruktur", "infrastructure"),
    "service": Text("tjenestetilbud", "service"),
    "efficiency": Text("effektivisering", "efficiency"),
}
"""What a project is for."""

PHASES = {
    "idea": Text("idé", "idea"),
    "planning": Text("utredning og forprosjekt", "planning"),
    "approved": Text("vedtatt", "approved"),
    "building": Text("under bygging", "under construction"),
}
"""How far a project has come: the earlier, the less is known of its cost and time."""

Money = Annotated[float, Field(ge=0.0, le=1e6)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Places = Annotated[float, Field(ge=0.0, le=1e5)]


def _whole(value: Any) -> Any:
    """A year as a table or a change gives it."""
    return int(value) if isinstance(value, float) and math.isfinite(value) and value == int(value) else value


def _numbers(value: Any) -> Any:
    """A spending curve as a table gives it, numbers with spaces between, or as a list of a change."""
    if isinstance(value, str):
        try:
            return tuple(float(part) for part in value.split())
        except ValueError:
            return value
    return tuple(float(part) if isinstance(part, int) else part for part in value) if _is_list(value) else value


def _names(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(value.split())
    return tuple(value) if _is_list(value) else value


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


Year = Annotated[int, BeforeValidator(_whole), Field(ge=1950, le=2200)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]


class Project(Frozen):
    """A project. Money is mill. kr of `price_year`, VAT included, and gross; yearly amounts likewise.

    A project without `p50` costs what the plan says without naming it: only its places and its time are known.
    """

    id: Name
    name_nb: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    area: str | None = None  # programme area, of areas.csv
    housing_area: str | None = None  # whose dwellings wait for it if `before_dwellings`
    kind: Literal[tuple(KINDS)]  # type: ignore[valid-type]
    purpose: Literal[tuple(PURPOSES)]  # type: ignore[valid-type]
    phase: Literal[tuple(PHASES)]  # type: ignore[valid-type]
    price_year: Year | None = None  # the scenario's first year where it is not stated
    p50: Annotated[Money, Field(ge=0.001)] | None = None
    p85: Money | None = None  # from the phase where it is not stated
    profile: Annotated[tuple[Money, ...], BeforeValidator(_numbers), Field(min_length=1, max_length=20)] = (1.0,)
    start: Year  # first year of spending
    earliest: Year | None = None
    latest: Year | None = None
    opens: Year | None = None  # the year after the last of spending where it is not stated
    committed: Share = 0.0  # of the cost, bound by contract: spent even if the project is dropped
    service: Literal[SERVICES] | None = None  # type: ignore[valid-type]
    places: Places = 0.0
    places_closed: Places = 0.0  # when it opens
    running_cost: Annotated[float, Field(ge=0.0, le=1e5)] | None = None  # a year; the scenario's premises_share
    savings: Annotated[float, Field(ge=0.0, le=1e5)] = 0.0  # a year, from opening on
    grant_share: Share | None = None  # the scenario's own share where it is not stated
    grant_lag: Annotated[int, BeforeValidator(_whole), Field(ge=0, le=5)] = 0  # years after the spending
    vat_share: Share | None = None  # the scenario's own share where it is not stated
    useful_life: Annotated[float, Field(ge=1.0, le=200.0)] | None = None  # years
    after: Annotated[tuple[Name, ...], BeforeValidator(_names)] = ()  # projects that must be open when it starts
    alternative_to: Name | None = None  # built only if that project is dropped
    before_dwellings: Literal["yes", "no"] = "no"  # no dwelling of the housing area is completed before it opens
    in_plan: Literal["yes", "no"] = "no"  # do the financial plan's amounts and frames hold it?
    benefit: Annotated[float, Field(ge=0.0, le=100.0)] | None = None
    basis: Basis
    source: Reason
    scale: Annotated[float, Field(ge=0.05, le=5.0)] = 1.0  # of cost, places, running cost and savings: for changes
    dropped: bool = False  # for changes

    @property
    def opening(self) -> int:
        """The year it opens."""
        return self.opens or self.start + len(self.profile)

    @property
    def shares(self) -> tuple[float, ...]:
        """Its spending by year from the start on, as shares of its cost."""
        return tuple(part / sum(self.profile) for part in self.profile)

    @property
    def cost(self) -> float:
        """What it costs at the median; 0 if that is not known."""
        return self.scale * (self.p50 or 0.0)

    @property
    def name(self) -> Text:
        """What it is called."""
        return Text(
            self.name_nb.replace("{", "{{").replace("}", "}}"), self.name_en.replace("{", "{{").replace("}", "}}")
        )

    @property
    def net_places(self) -> float:
        """Places that come when it opens."""
        return self.scale * self.places - self.places_closed


ONLY_IN_CHANGES = ("scale", "dropped")
COLUMNS = tuple(name for name in Project.model_fields if name not in ONLY_IN_CHANGES)
NEEDED = ("id", "name_nb", "name_en", "kind", "purpose", "phase", "start", "basis", "source")
"""Columns that ``projects.csv`` must have; the others may be missing or empty."""

NUMERIC = frozenset(
    (
        *("price_year", "p50", "p85", "start", "earliest", "latest", "opens", "committed", "places", "places_closed"),
        *("running_cost", "savings", "grant_share", "grant_lag", "vat_share", "useful_life", "benefit"),
    )
)


MOVES = {"start": ("year", 1950.0, 2200.0), "scale": ("ratio", 0.05, 5.0), "dropped": ("1 = yes, 0 = no", 0.0, 1.0)}
"""What a change moves of a project by a number: its unit, and the smallest and largest."""


def as_moved(field: str, number: float) -> int | float | bool:
    """A number of MOVES as a change says it."""
    if field == "dropped":
        return number != 0.0
    return int(number) if field == "start" and number == int(number) else number


def built(projects: Sequence[Project]) -> tuple[Project, ...]:
    """The projects that are built: neither dropped nor an alternative to one that is; of several alternatives to a
    dropped one the first."""
    found: list[Project] = []
    taken = {project.id for project in projects if not project.dropped and not project.alternative_to}
    for project in projects:
        if project.dropped:
            continue
        if project.alternative_to:
            if project.alternative_to in taken:
                continue
            taken.add(project.alternative_to)
        found.append(project)
    return tuple(found)


def moved(project: Project, change: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a project with those of a change in their place; who moves the start moves the opening along."""
    fields = {name: getattr(project, name) for name in Project.model_fields} | dict(change)
    start = _whole(change.get("start"))
    if isinstance(start, int) and "opens" not in change and project.opens:
        fields["opens"] = project.opens + start - project.start
    return fields


def first_dwellings(projects: Sequence[Project]) -> dict[str, int]:
    """The first year in which dwellings may be completed, by housing area, where that waits for a project; the year
    10 000 where the project is dropped."""
    found: dict[str, int] = {}
    standing = {project.id: project.opening for project in built(projects)}
    for project in projects:
        if project.before_dwellings == "yes" and project.housing_area:
            replaced = [other.opening for other in built(projects) if other.alternative_to == project.id]
            opening = standing.get(project.id, min(replaced, default=10_000))
            if not project.alternative_to or project.id in standing:
                found[project.housing_area] = max(found.get(project.housing_area, 0), opening)
    return found
