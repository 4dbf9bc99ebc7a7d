"""Named projects in the plan: what is left of its amounts for what nobody has named (M13)."""

import numpy as np

from ldip.errors import Fault, InputError
from ldip.model.people.counted import Counted
from ldip.model.projects.portfolio import PLACES, Portfolio, Ruler
from ldip.scenario.rows import SERVICES
from ldip.scenario.schema import Scenario

CLASSES = {"general": "renewal_investment", "water_waste": "water_waste_investment", "housing": "housing_investment"}
"""Class of projects -> the field of the plan with the investment of that class."""

PAID_WITH = {"vat": ("vat_share", "general"), "housing_grants": ("housing_grant_share", "housing")}
"""What comes with investment -> its share in the plan, and of which class."""

LINES = {name: f"{name}_investment" for name in CLASSES}
LINES |= {"grants": "grants", "vat": "vat_compensation", "housing_grants": "housing_grants"}
"""What of the projects the plan's lines hold -> the line of plan.csv."""

ROUNDING = 1.0
"""Mill. kr by which named projects may pass the plan's own amount: the plan is printed in rounded figures."""


def ruler(scenario: Scenario, plan: dict[str, np.ndarray], years: np.ndarray) -> Ruler:
    """What turns projects into amounts of the baseline's `years`, on the `plan` without them."""
    investment = scenario.investment
    return Ruler(
        first_year=int(years[0]),
        deflator=plan["deflator_index"],
        deflator_growth=scenario.prices.deflator_growth,
        vat_share=plan["vat_share"],
        grant_share=investment.grant_share.at(years),
        housing_grant_share=plan["housing_grant_share"],
        premises_share=scenario.services.premises_share.at(years),
        useful_life=scenario.financing.useful_life.at(years),
    )


def without_named(
    scenario: Scenario, plan: dict[str, np.ndarray], named: Portfolio, plan_years: int
) -> dict[str, np.ndarray]:
    """The fields of the plan that hold named projects, less these. Raises InputError for plan years in which the
    projects come to more than the plan has."""
    held = named.held
    left = {name: plan[field] - getattr(held, name) for name, field in CLASSES.items()}
    left["grants"] = plan["grants"] - np.where(np.arange(len(held.grants)) < plan_years, held.grants, 0.0)
    fields = {field: np.maximum(left[name], 0.0) for name, field in CLASSES.items()}
    for part, (share, name) in PAID_WITH.items():
        named_here = (getattr(held, name) != 0.0) & (np.arange(len(held.general)) < plan_years)
        left[part] = plan[share] * plan[CLASSES[name]] - getattr(held, part)
        fields[share] = np.where(named_here, _share(left[part], left[name]), plan[share])
    _check(scenario, plan["deflator_index"], left, plan_years)
    return fields | {"grants": left["grants"]}


def opening_places(scenario: Scenario, people: Counted) -> dict[str, float]:
    """What the places in place would cost: those of all users for whom the year before the plan had to build; where
    projects say what the plan builds, those of the users that there are."""
    named = _services(scenario)
    return {
        f"{PLACES[service]}_capacity": float(
            people.opening_places[service] if service in named else people.reference.places[service][0]
        )
        for service in SERVICES
    }


def places_built(
    scenario: Scenario, needed: dict[str, np.ndarray], opening: dict[str, float], named: Portfolio, plan_years: int
) -> dict[str, np.ndarray]:
    """The fields of the plan with places: those that users `need` (service -> (year,), kr), and those that projects
    open. Where the list bears a service, the adopted programme builds in the plan years what users need beyond the
    list as adopted, whatever then becomes of its projects; nothing else is built without being paid."""
    fields: dict[str, np.ndarray] = {}
    for service in SERVICES:
        need, opened = needed[service], named.places[service].copy()
        if service in _services(scenario):
            standing = opening[f"{PLACES[service]}_capacity"]
            for t in range(plan_years):
                standing += named.adopted_places[service][t]
                unnamed = max(need[t] - standing, 0.0)
                opened[t] += unnamed
                standing += unnamed
            need = np.where(np.arange(len(need)) < plan_years, 0.0, need)
        fields |= {f"{PLACES[service]}_places": need, f"{PLACES[service]}_projects": opened}
    return fields


def _services(scenario: Scenario) -> set[str | None]:
    """The services that a row of the list bears."""
    return {project.service for project in (*scenario.projects, *scenario.adopted_projects)}


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """The share; none where what nobody has named is a rest of rounding, smaller than what comes with it."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > np.abs(part))


def _check(scenario: Scenario, index: np.ndarray, left: dict[str, np.ndarray], plan_years: int) -> None:
    """Raise InputError with the first plan year in which each line is passed; what comes with investment is told
    where the investment itself is not."""
    faults = []
    for name, amount in left.items():
        lacking = -amount[:plan_years] * index[:plan_years]
        of = PAID_WITH.get(name, ("", name))[1]
        alone = (left[of][:plan_years] * index[:plan_years] >= -ROUNDING) | (of == name)
        for t in np.flatnonzero((lacking > ROUNDING) & alone)[:1]:
            year, line = scenario.scenario.first_year + int(t), LINES[name]
            faults.append(
                Fault.of("more_than_planned", "projects.csv", f"{line}.{year}", more=float(lacking[t]), line=line)
            )
    if faults:
        raise InputError(faults)
