"""Placeholder projects for the places that nobody has named: what the accounts build beside the named projects, in
buildings of standard sizes, each open in the year whose users it is for.

All of it is assumption: sizes, that they are built in the years before they open, in equal parts, and that they
stand where dwellings have brought most users beyond the places that open there.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from ldip.analysis.places import ONE, District, districts, standing
from ldip.model.engine.simulate import run_baseline
from ldip.model.plan.baseline import build
from ldip.model.projects.portfolio import place_cost
from ldip.scenario.projects import Project
from ldip.scenario.schema import Scenario
from ldip.text import Text, in_figures

SIZES = {"schools": 500.0, "kindergartens": 100.0, "care": 60.0}
"""Places of a new building of each service, where nobody says otherwise."""

NAMES = {
    "schools": Text("Ny skole {count}", "New school {count}"),
    "kindergartens": Text("Ny barnehage {count}", "New kindergarten {count}"),
    "care": Text("Nytt omsorgsbygg {count}", "New care home {count}"),
}
SOURCE = Text(
    nb="Forslag fra ldip projects --propose: {places} plasser til {cost} mill. {year}-kr, for behov som ingen har "
    "navngitt",
    en="Proposed by ldip projects --propose: {places} places at {cost} mill. {year}-kr, for a need that nobody has "
    "named",
)
ROUNDS = 4
"""How often the accounts are closed again with what is proposed: naming a service's projects moves what it opens
with."""


class Proposal(NamedTuple):
    """Projects for the need that nobody has named, and what is left of it."""

    projects: tuple[Project, ...]
    before: dict[str, float]  # service -> places that the accounts build after the plan without a name
    after: dict[str, float]  # the same with these projects
    cost_before: float  # what they build costs in all years, mill. base-year kr
    cost_after: float


def propose(scenario: Scenario, *, years: int, sizes: Mapping[str, float] = SIZES, lang: str = "nb") -> Proposal:
    """Projects that cover what the scenario's baseline builds of places beside its named projects."""
    found: list[Project] = []
    before, cost_before = _unnamed(scenario, years)
    needing = [service for service, needed in before.items() if needed[-1] > ONE]
    found += _projects(scenario, _probed(scenario, needing), years, sizes, found, lang)
    for _ in range(ROUNDS):
        more = _projects(scenario, _with(scenario, found), years, sizes, found, lang)
        if not more:
            break
        found += more
    after, cost_after = _unnamed(_with(scenario, found), years)
    return Proposal(
        tuple(found),
        {service: float(of[-1]) for service, of in before.items()},
        {service: float(of[-1]) for service, of in after.items()},
        cost_before,
        cost_after,
    )


def _with(scenario: Scenario, more: list[Project]) -> Scenario:
    return scenario.model_copy(update={"projects": (*scenario.projects, *more)})


def _probed(scenario: Scenario, services: list[str]) -> Scenario:
    """The scenario as if each of the services had a named project, which then opens with the users that there are."""
    first = scenario.scenario.first_year
    probes = [
        Project(
            id=_free(scenario, service, 1, []),
            name_nb=service,
            name_en=service,
            kind="general",
            purpose="capacity",
            phase="idea",
            start=first,
            service=service,
            basis="assumption",
            source=Text("bare et navn", "nothing but a name"),
        )
        for service in services
    ]
    return _with(scenario, probes)


def _unnamed(scenario: Scenario, years: int) -> tuple[dict[str, np.ndarray], float]:
    """Places that the baseline has built after the plan years without a name, by service (year,), and what they
    cost."""
    baseline = build(scenario, years)
    ledger = run_baseline(baseline)
    # What lacks is built when it lacks and not torn down again.
    found = {it.service: np.maximum.accumulate(it.lacking) for it in standing(scenario, baseline)}
    cost = ledger["capacity_investment"][:, 0] / ledger["deflator_index"][:, 0]
    return found, float(cost.sum())


def _projects(
    scenario: Scenario,
    as_it_stands: Scenario,
    years: int,
    sizes: Mapping[str, float],
    already: list[Project],
    lang: str,
) -> list[Project]:
    """Projects for what the baseline of `as_it_stands` builds without a name, beside those that are proposed
    `already`."""
    needed, _ = _unnamed(as_it_stands, years)
    first, lead = scenario.scenario.first_year, int(scenario.investment.capacity_lead.value)
    areas = districts(as_it_stands, build(as_it_stands, years))
    found: list[Project] = []
    for service, built in needed.items():
        covered = 0.0
        for t, wanted in enumerate(built):
            while wanted - covered > ONE:
                opens = first + t + lead
                area = _where(areas, service, opens, found)
                found.append(_project(scenario, service, opens, area, sizes[service], [*already, *found], lang))
                covered += sizes[service]
    return found


def _where(areas: tuple[District, ...], service: str, year: int, proposed: list[Project]) -> str | None:
    """The housing area whose dwellings need most places beyond those that open there by a year; none where nothing is
    built."""
    gaps = {}
    for it in areas:
        t = min(year - int(it.years[0]), len(it.years) - 1)
        own = [
            project.places for project in proposed if (project.service, project.housing_area) == (service, it.area)
        ]
        gaps[it.area] = float(it.needed[service][t] - it.places[service][t]) - sum(own)
    return max(gaps, key=lambda area: gaps[area], default=None)


def _project(
    scenario: Scenario, service: str, opens: int, area: str | None, size: float, already: list[Project], lang: str
) -> Project:
    count = 1 + sum(project.service == service for project in already)
    cost, lead = place_cost(scenario, service), max(int(scenario.investment.capacity_lead.value), 1)
    first = scenario.scenario.first_year
    name = NAMES[service]
    return Project(
        id=_free(scenario, service, count, already),
        name_nb=name.say("nb", count=count),
        name_en=name.say("en", count=count),
        area=service,
        housing_area=area,
        kind="general",
        purpose="capacity",
        phase="idea",
        price_year=first,
        p50=round(size * cost, 6),
        profile=tuple(1.0 / lead for _ in range(lead)),
        start=opens - lead,
        opens=opens,
        service=service,
        places=size,
        basis="assumption",
        source=SOURCE.filled(places=in_figures(size), cost=in_figures(cost), year=first),
    )


def _free(scenario: Scenario, service: str, count: int, already: list[Project]) -> str:
    """A name that no other project has."""
    taken = {project.id for project in (*scenario.projects, *scenario.adopted_projects, *already)}
    while f"proposed-{service}-{count}" in taken:
        count += 1
    return f"proposed-{service}-{count}"
