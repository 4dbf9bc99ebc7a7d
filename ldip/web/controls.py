"""What can be moved on the page, and the change it makes: the page's numbers become a tree as a change file holds it.

A control moves one key of the scenario in one of four ways: `shift` adds to a path from its second year on, `level`
replaces it, `factor` multiplies all of it, `ramp` leads it from its first year to a level by the steps that the law
allows. What is not moved stays as the scenario has it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ldip.errors import Fault, InputError
from ldip.model.engine.simulate import POLICIES
from ldip.report.words import POINTS
from ldip.scenario.local_revenue import MOST_PROPERTY_TAX, MOST_RISE
from ldip.scenario.quantities import Parameter
from ldip.scenario.schema import Scenario
from ldip.text import Text, in_figures

DIGITS = 10
"""Decimals kept of a number of the page: 4.5 per cent is 0.045."""

LARGEST_STEP = 200.0


class Control(NamedTuple):
    """A slider with its number field."""

    id: str  # also in links
    key: str  # the scenario's key that it moves
    how: str  # shift, level, factor or ramp
    scale: float  # the number on the page / the number in the scenario (or the factor)
    low: float
    high: float
    step: float
    label: Text
    unit: Text
    note: Text


PER_CENT, POINTS = Text("%", "%"), POINTS
LEVEL = Text("nivået som er valgt på siden", "the level chosen on the page")
FACTOR = Text("{value} prosent av: {source}", "{value} per cent of: {source}")
SHIFT = Text("{value} prosentpoeng fra {year}: {source}", "{value} percentage points from {year}: {source}")
RAMP = Text(
    "{value} promille, nådd med høyst {most} i året fra {year}: {source}",
    "{value} per mille, reached by at most {most} a year from {year}: {source}",
)
CONTROLS = (
    Control(
        *("rate", "interest.money_market_rate", "shift", 100.0, -2.0, 4.0, 0.05),
        Text("Rentenivå", "Interest rate level"),
        POINTS,
        Text(
            "over planlagt pengemarkedsrente fra år to",
            "above the planned money-market rate from year two",
        ),
    ),
    Control(
        *("tax", "revenue.tax_growth_per_working_age", "level", 100.0, -1.0, 2.0, 0.05),
        Text("Skattevekst", "Tax growth"),
        PER_CENT,
        Text(
            "reelt i året per innbygger 20–66 år, etter planen",
            "real, a year, per resident aged 20–66, after the plan",
        ),
    ),
    Control(
        *("pace", "housing.pace", "factor", 100.0, 20.0, 180.0, 1.0),
        Text("Boligtakt", "Housing pace"),
        PER_CENT,
        Text("av vekstalternativet", "of the growth alternative"),
    ),
    Control(
        *("renewal", "investment.renewal", "factor", 100.0, 40.0, 160.0, 1.0),
        Text("Investeringsnivå", "Investment level"),
        PER_CENT,
        Text("av fornyelsen etter planen", "of the renewal after the plan"),
    ),
    Control(
        *("equity", "financing.equity_target", "level", 100.0, 0.0, 100.0, 1.0),
        Text("Egenkapitalmål", "Equity target"),
        PER_CENT,
        Text("av ikke-rentable investeringer, etter planen", "of non-self-financing investment, after the plan"),
    ),
    Control(
        *("fees", "local_revenue.fee_change", "shift", 100.0, -20.0, 40.0, 0.5),
        Text("Gebyrer og brukerbetaling", "Fees and user payments"),
        PER_CENT,
        Text(
            "av sektorinntektene mer enn planlagt, fra år to",
            "of the sectors' revenue more than planned, from year two",
        ),
    ),
    Control(
        *("property_tax", "local_revenue.property_tax_rate", "ramp", 1.0, 0.0, MOST_PROPERTY_TAX, 0.1),
        Text("Eiendomsskatt", "Property tax"),
        Text("‰", "‰"),
        Text(
            "av grunnlaget; opp med høyst 1 ‰ i året fra år to", "of the base; up by at most 1 ‰ a year from year two"
        ),
    ),
)
STEP = Control(
    *("step", "", "level", 1.0, 0.0, LARGEST_STEP, 1.0),
    Text("Omstillingstrinn", "Restructuring step"),
    Text("mill.", "mill."),
    Text("{year}-kr mer hvert år etter planen", "{year}-kr more every year after the plan"),
)


class Moved(NamedTuple):
    """A project that is moved, scaled or switched off on the page; None is as the scenario has it."""

    start: int | None = None
    scale: float | None = None
    dropped: bool | None = None


SCALES = (0.2, 3.0)
"""Smallest and largest part of a project that the page builds."""


CEILINGS = {"ceiling": (1.0, 400.0), "confidence": (50.0, 99.0)}
"""What the page may ask for when it looks for an order of projects, per cent."""


class State(NamedTuple):
    """What the page asks for. Two equal states have the same answer."""

    values: tuple[tuple[str, float], ...] = ()  # control -> number on the page; only what is moved
    changes: tuple[str, ...] = ()  # named changes, laid on first
    policy: str = "adopted"
    step: float = 0.0
    projects: tuple[tuple[str, Moved], ...] = ()  # only what is moved


def read_state(sent: Any, changes: Sequence[str], projects: Sequence[str] = ()) -> State:
    """The state that a page sent, or InputError with every fault; it may use the names `changes` and `projects`."""
    faults: list[Fault] = []
    if not isinstance(sent, dict):
        raise InputError([_fault("page_not_an_object", "", sent)])
    for key in sorted(set(sent) - set(State._fields)):
        faults.append(_fault("page_unknown", key))
    values, named = sent.get("values", {}), sent.get("changes", [])
    if not isinstance(values, dict):
        faults.append(_fault("page_not_an_object", "values", values))
        values = {}
    known = {control.id: control for control in CONTROLS}
    for name, value in values.items():
        if name not in known:
            faults.append(_fault("page_unknown", f"values.{name}"))
        else:
            faults += _outside(f"values.{name}", value, known[name])
    if not isinstance(named, list) or not all(name in changes for name in named) or len(set(named)) < len(named):
        faults.append(_fault("page_not_names", "changes", named, known=", ".join(changes)))
    policy, step = sent.get("policy", "adopted"), sent.get("step", 0.0)
    if policy not in POLICIES:
        faults.append(_fault("page_not_one_of", "policy", policy, known=", ".join(POLICIES)))
    faults += _outside("step", step, STEP)
    named_projects = sent.get("projects", {})
    if not isinstance(named_projects, dict):
        faults.append(_fault("page_not_an_object", "projects", named_projects))
        named_projects = {}
    for name, moved_one in named_projects.items():
        faults += _wrong_move(f"projects.{name}", moved_one) if name in projects else [_fault("page_unknown", name)]
    if faults:
        raise InputError(faults)
    moved = tuple((control.id, float(values[control.id])) for control in CONTROLS if control.id in values)
    ordered = tuple(name for name in changes if name in named)
    bars = tuple((name, Moved(**named_projects[name])) for name in projects if named_projects.get(name))
    return State(moved, ordered, policy, float(step) if policy == "step" else 0.0, bars)


def read_ceiling(body: Mapping[str, Any]) -> tuple[float, float]:
    """The ceiling of the debt ratio and the confidence that a page asks for in per cent, as shares; InputError."""
    faults = []
    for key, (low, high) in CEILINGS.items():
        value = body.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            faults.append(_fault("page_outside", key, value, low=low, high=high))
    if faults:
        raise InputError(faults)
    return body["ceiling"] / 100.0, body["confidence"] / 100.0


def _wrong_move(key: str, sent: Any) -> list[Fault]:
    """What is wrong with the way a page moves a project."""
    if not isinstance(sent, dict):
        return [_fault("page_not_an_object", key, sent)]
    found = [_fault("page_unknown", f"{key}.{name}") for name in sent if name not in Moved._fields]
    start, scale, dropped = sent.get("start"), sent.get("scale"), sent.get("dropped")
    if start is not None and not (isinstance(start, int) and not isinstance(start, bool) and 1950 <= start <= 2200):
        found.append(_fault("page_outside", f"{key}.start", start, low=1950, high=2200))
    if scale is not None:
        low, high = SCALES
        if not isinstance(scale, int | float) or isinstance(scale, bool) or not low <= scale <= high:
            found.append(_fault("page_outside", f"{key}.scale", scale, low=low, high=high))
    if dropped is not None and not isinstance(dropped, bool):
        found.append(_fault("page_not_one_of", f"{key}.dropped", dropped, known="true, false"))
    return found


def project_changes(state: State) -> dict[str, Any]:
    """The change that the moved projects make, as a tree."""
    bars = {
        name: {
            key: float(value) if key == "scale" else value
            for key, value in moved._asdict().items()
            if value is not None
        }
        for name, moved in state.projects
    }
    return {"projects": bars} if bars else {}


def _outside(key: str, value: Any, control: Control) -> list[Fault]:
    if isinstance(value, int | float) and not isinstance(value, bool) and control.low <= value <= control.high:
        return []
    return [_fault("page_outside", key, value, low=control.low, high=control.high)]


def _fault(kind: str, key: str, value: object = "", **places: object) -> Fault:
    return Fault.of(kind, "", key, f"{value}"[:80], **places)


def parameter(scenario: Scenario, key: str) -> Parameter:
    """The number at a key path."""
    found: Any = scenario
    for part in key.split("."):
        found = getattr(found, part)
    return found


def position(control: Control, scenario: Scenario) -> float:
    """Where a control stands when it is not moved: the number on the page."""
    if control.how == "shift":
        return 0.0
    if control.how == "factor":
        return control.scale
    last = scenario.scenario.first_year + scenario.scenario.plan_years
    return round(control.scale * float(parameter(scenario, control.key).at(np.array([last]))[0]), DIGITS)


def controls_of(scenario: Scenario) -> list[Control]:
    """The controls that move something in a scenario: property tax only where there is something to tax."""
    own = scenario.local_revenue
    taxed = any((own.property_tax_base.value, *own.property_tax_base_per_dwelling.numbers().values()))
    return [control for control in CONTROLS if taxed or control.id != "property_tax"]


def change_of(values: Mapping[str, float], scenario: Scenario) -> dict[str, Any]:
    """The change that the moved controls make to `scenario`, as a tree."""
    tree: dict[str, Any] = {}
    for control in CONTROLS:
        if control.id in values:
            *sections, key = control.key.split(".")
            place = tree
            for section in sections:
                place = place.setdefault(section, {})
            place[key] = _moved(control, values[control.id], scenario)
    return tree


def _moved(control: Control, value: float, scenario: Scenario) -> dict[str, Any]:
    number, old = value / control.scale, parameter(scenario, control.key)
    first = scenario.scenario.first_year
    if control.how == "ramp":
        most = in_figures(MOST_RISE)
        words = RAMP.filled(value=in_figures(value), most=most, year=first + 1, source=old.source)
        steps = _ramp(float(old.at(np.array([first]))[0]), round(number, DIGITS))
        dated = {str(first + place): step for place, step in enumerate(steps)}
        return {"dated": dated, "basis": "assumption", "source": words}
    said: dict[str, tuple[dict[str, Any], Text]] = {
        "level": ({"value": round(number, DIGITS)}, LEVEL),
        "factor": ({"scale": round(number, DIGITS)}, FACTOR.filled(value=in_figures(value), source=old.source)),
        "shift": (
            {"shift": round(number, DIGITS), "from": first + 1},
            SHIFT.filled(value=in_figures(value, "+g"), year=first + 1, source=old.source),
        ),
    }
    moved, words = said[control.how]
    return {**moved, "basis": "assumption", "source": words}


def _ramp(start: float, level: float) -> list[float]:
    """From `start` to `level`, year by year: down at once, up by as much a year as the law allows."""
    steps = [start]
    while steps[-1] != level:
        steps.append(level if level <= steps[-1] + MOST_RISE else round(steps[-1] + MOST_RISE, DIGITS))
    return steps
