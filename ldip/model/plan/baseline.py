"""From a scenario to the plan of every year and the opening balance: HP's plan years, then the extrapolation rules.

Everything is in 2020-kr by the municipal deflator unless ``Plan`` says nominal, so that a run can put its own
prices on it. The baseline path is the accounts run once on this plan with calm weather.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ldip.model.accounts.inputs import Opening, People, Plan, Projects
from ldip.model.accounts.revenue import tax_equalisation
from ldip.model.fiscal_rules import Event, events
from ldip.model.people.cohorts import Population
from ldip.model.people.counted import Counted, Path, count
from ldip.model.people.national import nation
from ldip.model.plan.areas import elasticities, other_areas, other_frames
from ldip.model.plan.local import kept, left_uncovered, local_revenue, price_index
from ldip.model.plan.named import opening_places, places_built, ruler, without_named
from ldip.model.plan.pension import PensionPlan, pension_plan
from ldip.model.projects.portfolio import Portfolio, portfolio
from ldip.model.soundness import check_plan
from ldip.scenario.placeholders import invented
from ldip.scenario.quantities import Frozen, Parameter
from ldip.scenario.rows import PAID_WITH, SERVICES
from ldip.scenario.schema import Scenario

SWAP_YEARS = 5


class Baseline(NamedTuple):
    """All that the kernel needs besides the weather; finite numbers all of it."""

    name: str  # of the scenario
    years: np.ndarray  # (year,) calendar years
    plan: Plan  # each field an array (year,)
    opening: Opening
    population: Population  # with the scenario's own programme
    other_frames: np.ndarray  # (area, year): see areas.py
    response: np.ndarray  # (field of People, year, cause, year of cause): see people/counted.py
    group_response: np.ndarray  # (age group, year, cause, year of cause)
    portfolio: Portfolio  # the named projects: see projects/portfolio.py
    needed_places: dict[str, np.ndarray]  # service -> (year,) cost of the places that the planned users need, 2020-kr
    events: tuple[Event, ...]  # what may happen in a run, its own rules among it: see fiscal_rules.py
    invented: tuple[int, int]  # how many of the scenario's numbers are placeholders, of how many

    def __repr__(self) -> str:
        """The name: the arrays would fill pages."""
        return f"Baseline({self.name!r})"

    def plan_table(self) -> np.ndarray:
        """The plan as the engines read it: (year, field), C order."""
        return np.ascontiguousarray(np.stack(self.plan, axis=1))


def build(scenario: Scenario, horizon: int, count: Callable[[Scenario, int], Counted] = count) -> Baseline:
    """The baseline of `scenario` for `horizon` years from its first year; `count` may remember what it counted.

    Raises InputError if a number of it cannot be computed.
    """
    with np.errstate(all="ignore"):  # what is not finite is told with line and year
        baseline = _build(scenario, horizon, count)
    others = {"areas": baseline.other_frames, "population": baseline.population.closing[:, -len(baseline.years) :]}
    check_plan(baseline.name, baseline.years, baseline.plan, baseline.opening, baseline.response, others)
    return baseline


def _build(scenario: Scenario, horizon: int, count: Callable[[Scenario, int], Counted]) -> Baseline:
    first = scenario.scenario.first_year
    years = np.arange(first, first + max(horizon, scenario.scenario.plan_years))  # cut to the horizon at the end
    people = count(scenario, len(years))
    plan_years = scenario.scenario.plan_years
    frames = other_frames(scenario, years, _growth(people.reference.residents, plan_years), people.relative_residents)
    premium = _extend(scenario, "pension_premium", years, _growth(people.planned.residents, plan_years))
    pension = pension_plan(scenario, years, premium * price_index(scenario.prices.deflator_growth, years))
    fields = (
        _as_they_stand(scenario, years)
        | _market(scenario, years)
        | _people(scenario, people, years)
        | _revenue(scenario, people, years)
        | local_revenue(scenario, years)
        | _services(scenario, people, frames, years)
        | _pension(scenario, premium, pension, years)
        | _investment(scenario, people, years)
        | _financing(scenario, years)
    )
    named = portfolio(scenario, ruler(scenario, fields, years))
    if scenario.projects or scenario.adopted_projects:
        fields |= without_named(scenario, fields, named, plan_years)
    needed = {service: people.planned.places[service][1:] for service in SERVICES}
    fields |= places_built(scenario, needed, opening_places(scenario, people), named, plan_years)
    named = named._replace(response=named.response[:, :horizon], held=Projects(*(by[:horizon] for by in named.held)))
    plan = Plan(**{name: np.asarray(values[:horizon], dtype=float) for name, values in fields.items()})
    return Baseline(
        name=scenario.name,
        years=years[:horizon],
        plan=plan,
        opening=_opening(scenario, pension.opening, people),
        portfolio=named,
        needed_places={service: values[:horizon] for service, values in needed.items()},
        population=people.population,
        other_frames=frames[:, :horizon],
        response=np.ascontiguousarray(_with_rest(scenario, people)[:, :horizon, :, :horizon]),
        group_response=np.ascontiguousarray(people.group_response[:, :horizon, :, :horizon]),
        events=events(scenario),
        invented=invented(scenario),
    )


def _as_they_stand(scenario: Scenario, years: np.ndarray) -> dict[str, np.ndarray]:
    """Fields of the plan that bear the name of a scenario's number, which the accounts use as it stands."""
    return {
        name: number.at(years)
        for section in dict(scenario).values()
        if isinstance(section, Frozen)
        for name, number in dict(section).items()
        if name in Plan._fields and isinstance(number, Parameter)
    }


def swap_path(rate: np.ndarray) -> np.ndarray:
    """Five-year rate on a short-rate path: the mean of this year's and the next four years' rates (M9)."""
    long = np.concatenate([rate, np.full(SWAP_YEARS - 1, rate[-1])])
    return np.convolve(long, np.full(SWAP_YEARS, 1.0 / SWAP_YEARS), mode="valid")


def swap_loading(persistence: float) -> float:
    """Part of a short-rate surprise that the mean of the next five expected rates holds (M9)."""
    return float(np.mean(persistence ** np.arange(SWAP_YEARS)))


def _market(scenario: Scenario, years: np.ndarray) -> dict[str, np.ndarray]:
    interest = scenario.interest
    long_years = np.arange(years[0], years[-1] + SWAP_YEARS)  # the swap looks four years past the horizon
    reference = interest.reference_rate.at(long_years)
    planned = interest.money_market_rate.at(long_years)
    n = len(years)
    return {
        "cpi_index": price_index(scenario.prices.cpi_growth, years),
        "deflator_index": price_index(scenario.prices.deflator_growth, years),
        "planned_rate": planned[:n],
        "planned_swap_rate": swap_path(planned)[:n],
        "reference_rate": reference[:n],
        "reference_swap_rate": swap_path(reference)[:n],
        "swap_loading": np.full(n, swap_loading(scenario.drivers.rate.persistence.value)),
    }


def _people(scenario: Scenario, people: Counted, years: np.ndarray) -> dict[str, np.ndarray]:
    planned = people.planned
    return {
        "programme": people.programme,
        "opening_residents": planned.opening_residents,
        "residents": planned.residents,
        "closing_residents": planned.closing_residents,
        "working_age": planned.working_age,
    }


def _growth(level: np.ndarray, plan_years: int) -> np.ndarray:
    """Yearly growth of `level` in the years after the plan."""
    return level[plan_years:] / level[plan_years - 1 : -1] - 1.0


def _extend(scenario: Scenario, line: str, years: np.ndarray, growth: np.ndarray | float = 0.0) -> np.ndarray:
    """A plan line (2020-kr) over the years: the plan years, then last plan year x (1 + growth) a year."""
    planned = scenario.plan_line(line)
    factors = np.cumprod(1.0 + np.broadcast_to(growth, (len(years) - len(planned),)))
    return np.concatenate([planned, planned[-1] * factors])


def _revenue(scenario: Scenario, people: Counted, years: np.ndarray) -> dict[str, np.ndarray]:
    """Figures of the plan belong to the people behind it (the reference); other people bring more or less (M4)."""
    plan_years, revenue = scenario.scenario.plan_years, scenario.revenue
    planned, reference = people.planned, people.reference
    later = years[plan_years:]
    growth = _growth(reference.working_age, plan_years)
    growth = (1.0 + growth) * (1.0 + revenue.tax_growth_per_working_age.at(later)) - 1.0
    tax = _extend(scenario, "tax", years, growth)
    # The base of the equalisation holds the tax on natural resources, which is nominal.
    resources = scenario.local_revenue.natural_resource_tax.at(years)
    equalised = tax + resources / price_index(scenario.prices.deflator_growth, years)
    own_per_resident = equalised / reference.opening_residents
    # In the plan years the nation's tax is told by the municipality's own; later its residents of working age pay it.
    national = own_per_resident / revenue.own_to_national_tax.at(years)
    country = nation(scenario, years)
    paid = country.working_age[plan_years:] / country.working_age[plan_years - 1]
    paid *= np.cumprod(1.0 + revenue.tax_growth_per_working_age.at(later))
    told = revenue.own_to_national_tax.at(years[plan_years - 1 : plan_years]) / revenue.own_to_national_tax.at(later)
    national[plan_years:] = national[plan_years - 1] * paid * told

    # The plan's general grant holds the equalisation in force when it was made; what is left is the block grant.
    equalisation = tax_equalisation(
        own_per_resident,
        national,
        reference.opening_residents,
        revenue.equalisation_rate.at(years[:1])[0],
        revenue.topup_rate.at(years),
        revenue.topup_level.at(years),
        revenue.equalisation_deduction.at(years),
    )
    needs = revenue.needs_equalisation.at(years) * (reference.need - reference.opening_residents * country.need)
    block = scenario.plan_line("general_grant") - (equalisation + needs)[:plan_years]
    per_resident = block[-1] / reference.opening_residents[plan_years - 1]
    growing = np.cumprod(1.0 + revenue.grant_growth_per_resident.at(later))
    # The state pays for what the nation's ages cost more from year to year, the same for every resident.
    ageing = np.cumsum(np.diff(country.need)[plan_years - 1 :] * revenue.demography_financing.at(later))
    per_resident = per_resident * growing + ageing
    block = np.concatenate([block, per_resident * reference.opening_residents[plan_years:]])
    sector_revenue = _extend(scenario, "sector_revenue", years, _growth(reference.residents, plan_years))
    return {
        "tax": tax * planned.working_age / reference.working_age,
        "national_tax_per_resident": national,
        "revenue_shortfall": revenue.shortfall.at(years),
        "block_grant": block * planned.opening_residents / reference.opening_residents,
        "need": planned.need,
        "national_need": country.need,
        "earlier_residents": planned.earlier_residents,
        "host_grant": _extend(scenario, "host_grant", years),
        "integration_grant": _extend(scenario, "integration_grant", years),
        "compensation": _extend(scenario, "compensation", years),
        "sector_revenue": sector_revenue * people.relative_residents,
    }


def _services(scenario: Scenario, people: Counted, frames: np.ndarray, years: np.ndarray) -> dict[str, np.ndarray]:
    """Frames follow the demand of their users, weighted in kr per resident, and what is left of them follows all
    residents (M6)."""
    n, plan_years = len(years), scenario.scenario.plan_years
    standard = np.cumprod(1.0 + scenario.services.real_growth_per_user.at(years[plan_years:]))
    standard = np.concatenate([np.ones(plan_years), standard])
    fields: dict[str, np.ndarray] = {}
    compensation, other = np.zeros(n), frames.sum(axis=0)
    lasting = [area.follows == "residents" for area in other_areas(scenario)]  # fees pay for the others
    other_standard = np.cumprod(1.0 + scenario.services.other_services_real_growth.at(years[plan_years:]))
    other_standard = np.concatenate([np.ones(plan_years), other_standard])
    for service in SERVICES:
        demand, behind_plan = people.planned.demand[service], people.reference.demand[service]
        frame = np.array(scenario.area(service).frame)
        rest = _rest(frame, people.reference, behind_plan) * people.relative_residents
        fields[service] = (rest + demand[1:]) * standard
        fields[f"{service}_base"] = _sticky_base(fields[service], standard, plan_years)
        compensation += demand[1:] - behind_plan[0]
    return fields | {
        "real_standard": standard,
        "other_services": other,
        "other_services_base": _sticky_base(frames[lasting].sum(axis=0), other_standard, plan_years),
        "other_services_following": elasticities(scenario) @ frames,
        "demography_compensation": compensation,
        "new_needs": _extend(scenario, "new_needs", years),
        "adopted_measures": _extend(scenario, "adopted_measures", years),
        "step_years": np.maximum(np.arange(n) - plan_years + 1.0, 0.0),
        "reacts": np.zeros(n),  # simulate() turns it on
    }


def _rest(frame: np.ndarray, reference: Path, demand: np.ndarray) -> np.ndarray:
    """What of a service's frame its users' ages do not explain (year,), on the reference programme: as in the plan,
    then with all residents."""
    plan_years = len(frame)
    rest = frame - demand[1 : plan_years + 1]
    growth = reference.residents[plan_years:] / reference.residents[plan_years - 1]
    return np.concatenate([rest, rest[-1] * growth])


def _sticky_base(frame: np.ndarray, standard: np.ndarray, plan_years: int) -> np.ndarray:
    """What falling use is compared with (year,): the frame of the last plan year, after it."""
    return np.where(np.arange(len(frame)) < plan_years, 0.0, frame[plan_years - 1] * standard)


def _with_rest(scenario: Scenario, people: Counted) -> np.ndarray:
    """The response of people, with what of the services' frames follows all residents in their cost."""
    response = people.response.copy()
    residents = response[People._fields.index("residents")]
    for service in SERVICES:
        frame = np.array(scenario.area(service).frame)
        rest = _rest(frame, people.reference, people.reference.demand[service]) / people.reference.residents
        response[People._fields.index(service)] += rest.reshape(-1, *[1] * (residents.ndim - 1)) * residents
    return response


def _pension(
    scenario: Scenario, premium: np.ndarray, pension: PensionPlan, years: np.ndarray
) -> dict[str, np.ndarray]:
    """The frames hold the plan's pension cost, and after the plan that of its last year (M6)."""
    plan_years = scenario.scenario.plan_years
    net = (pension.amortisation - pension.deviation) / price_index(scenario.prices.deflator_growth, years)
    return {
        "pension_premium": premium,
        "amortisation_years": np.full(len(years), scenario.pension.amortisation_years.value),
        "premium_deviation": pension.deviation,
        "premium_amortisation": pension.amortisation,
        "pension_in_frames": np.concatenate(
            [net[:plan_years], np.full(len(years) - plan_years, net[plan_years - 1])]
        ),
    }


def _share(scenario: Scenario, line: str) -> np.ndarray:
    """A plan line as a share of the investment that brings it (plan year,): none where both are zero. Money without
    any investment is no share, and not a number: the reader refuses it, with its row."""
    part, whole = scenario.plan_line(line), scenario.plan_line(PAID_WITH[line])
    return np.divide(part, whole, out=np.where(part == 0.0, 0.0, np.nan), where=whole != 0.0)


def _investment(scenario: Scenario, people: Counted, years: np.ndarray) -> dict[str, np.ndarray]:
    """The adopted programme, then renewal + the other classes; places are built in the year's accounts (M7)."""
    n, plan_years = len(years), scenario.scenario.plan_years
    investment = scenario.investment
    later = years[plan_years:]
    after_plan = (np.arange(n) >= plan_years).astype(float)
    deflator = price_index(scenario.prices.deflator_growth, years)

    def line(name: str, after: np.ndarray) -> np.ndarray:
        return np.concatenate([scenario.plan_line(name) / deflator[:plan_years], after])

    vat, housing_grants = _share(scenario, "vat_compensation"), _share(scenario, "housing_grants")
    contribution = scenario.housing.developer_contribution.at(years)
    # The adopted grants hold the contributions of the reference programme; each comes the year after its dwelling.
    contributing = np.where(
        after_plan > 0.0, people.programme_before, people.programme_before - people.reference_before
    )
    return {
        "renewal_investment": line("general_investment", investment.renewal.at(later)),
        "slippage": after_plan * investment.slippage.at(years),
        "infrastructure_per_dwelling": after_plan * investment.infrastructure_per_dwelling.at(years),
        "builds_places": after_plan,
        "water_waste_investment": line("water_waste_investment", investment.water_waste.at(later)),
        "housing_investment": line("housing_investment", investment.housing.at(later)),
        "sales": line("sales", investment.sales.at(later)),
        "share_purchases": line("share_purchases", investment.share_purchases.at(later)),
        "grants": line("grants", np.zeros(n - plan_years)) + contribution * contributing,
        "grant_share": after_plan * investment.grant_share.at(years),
        "contribution_per_dwelling": contribution,
        "housing_grant_share": np.concatenate([housing_grants, investment.housing_grant_share.at(later)]),
        "vat_share": np.concatenate([vat, investment.vat_share.at(later)]),
        "on_lending": np.concatenate([scenario.plan_line("on_lending"), investment.on_lending.at(later)]),
    }


def _financing(scenario: Scenario, years: np.ndarray) -> dict[str, np.ndarray]:
    n, plan_years = len(years), scenario.scenario.plan_years
    none, later = np.zeros(n - plan_years), years[plan_years:]
    endowment = scenario.endowment

    def adopted(line: str) -> np.ndarray:
        return np.concatenate([scenario.plan_line(line), none])

    return {
        "use_of_investment_funds": adopted("use_of_investment_funds"),
        "kept_investment_funds": kept(scenario.opening.investment_funds.value, adopted("use_of_investment_funds")),
        "use_of_wage_reserve": adopted("use_of_wage_reserve"),
        "use_of_discretionary_funds": adopted("use_of_discretionary_funds"),
        "provision_to_discretionary_funds": adopted("provision_to_discretionary_funds"),
        "use_of_restricted_funds": adopted("use_of_restricted_funds"),
        "adopted_transfer": adopted("transfer_to_investment"),
        "budgeted_buffer_use": np.concatenate(
            [
                scenario.plan_line("use_of_buffer_fund"),
                scenario.rules.budgeted_buffer_use.at(later)
                * price_index(scenario.prices.cpi_growth, years)[plan_years:],
            ]
        ),
        "uncovered_by_plan": left_uncovered(scenario, years),
        "transfer_by_rule": (np.arange(n) >= plan_years).astype(float),
        "endowment_cost_share": endowment.cost_share.at(years),
        "endowment_withdrawal_share": endowment.withdrawal_share.at(years),
        "endowment_base": endowment.base_capital.at(years),
    }


def _opening(scenario: Scenario, premium_deviation: float, people: Counted) -> Opening:
    first = np.array([scenario.scenario.first_year])
    stocks = {name: stock.value for name, stock in dict(scenario.opening).items() if name in Opening._fields}
    in_two_years = left_uncovered(scenario, first + np.arange(2))[-1] == 0.0
    return Opening(
        **stocks,
        deflator_index=1.0 / (1.0 + scenario.prices.deflator_growth.at(first)[0]),  # the first year is the base year
        fixed_rate=scenario.interest.opening_fixed_rate.value,
        swap_surprise=0.0,
        deflator_factor=1.0,
        price_deviation=0.0,
        grant_price_factor=1.0,
        extra_completions=0.0,
        new_dwellings=0.0,
        **opening_places(scenario, people),
        new_capacity=0.0,
        slipped_investment=0.0,
        replacement_value=scenario.investment.replacement_value.value
        or stocks["depreciation"] * float(scenario.financing.useful_life.at(first)[0]),
        maintenance_backlog=0.0,
        project_depreciation=0.0,
        decided_measures=0.0,
        postponement=0.0,
        latest_deficit=stocks["uncovered_deficit"] if in_two_years else 0.0,  # a longer plan is in the register
        result_share_breach=0.0,
        premium_deviation=premium_deviation,
    )
