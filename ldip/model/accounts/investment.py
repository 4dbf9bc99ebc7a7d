"""Chapter 5, investment and its planned financing: what equity, grants and sales do not pay is borrowed (M7, M8),
with the named projects of the investment plan (M13)."""

from typing import NamedTuple

from ldip.model.accounts.choices import choose, greatest, least, positive
from ldip.model.accounts.dwellings import Dwellings
from ldip.model.accounts.inputs import Number, Opening, People, Plan, Projects, Weather
from ldip.model.accounts.market import Market


class Investment(NamedTuple):
    """Nominal mill. kr; what is carried to later years (the last seven) is in 2020-kr."""

    renewal_investment: Number
    capacity_investment: Number
    infrastructure_investment: Number
    project_investment: Number
    cost_overrun: Number
    slipped_in: Number
    slipped_out: Number
    postponed_investment: Number
    general_investment: Number
    project_water_waste: Number
    water_waste_investment: Number
    project_housing: Number
    housing_investment: Number
    gross_investment: Number
    share_purchases: Number
    on_lending: Number
    sales: Number
    land_sales: Number
    grants: Number
    housing_grants: Number
    vat_compensation: Number
    use_of_investment_funds: Number
    investment_fund_provision: Number
    planned_transfer: Number
    planned_borrowing: Number
    self_financing_borrowing: Number
    kindergarten_capacity: Number
    school_capacity: Number
    care_capacity: Number
    new_capacity: Number
    slipped_investment: Number
    replacement_value: Number
    maintenance_backlog: Number


SUMS = {
    "general_investment": (
        "renewal_investment capacity_investment infrastructure_investment cost_overrun slipped_in -slipped_out "
        "-postponed_investment project_investment"
    ),
    "gross_investment": "general_investment water_waste_investment housing_investment",
    "planned_borrowing": (
        "general_investment share_purchases investment_fund_provision -sales -land_sales -grants "
        "-vat_compensation -use_of_investment_funds -planned_transfer"
    ),
    "self_financing_borrowing": "water_waste_investment housing_investment -housing_grants",
}
"""What lines are the sum of, as signed lines: identities and forms are made of this."""


def close_investment(
    plan: Plan,
    weather: Weather,
    people: People,
    projects: Projects,
    opening: Opening,
    market: Market,
    dwellings: Dwellings,
) -> Investment:
    """What is built, what it costs, and how it was meant to be paid before the year-end."""
    built = what_is_built(plan, weather, people, projects, opening, dwellings)

    # what it costs
    deflator, building_cost = market.deflator_index, weather.construction_factor * market.deflator_index
    renewal_investment = built.renewal * deflator
    capacity_investment = built.capacity * deflator
    infrastructure_investment = built.infrastructure * deflator
    cost_overrun = built.overrun * deflator
    slipped_in = opening.slipped_investment * deflator
    slipped_out = built.slipped * deflator
    postponed_investment = (built.postponed + built.project_postponed) * deflator
    project_investment = built.project * deflator
    general_investment = (
        renewal_investment
        + capacity_investment
        + infrastructure_investment
        + cost_overrun
        + slipped_in
        - slipped_out
        - postponed_investment
        + project_investment
    )
    project_water_waste, project_housing = projects.water_waste * building_cost, projects.housing * building_cost
    water_waste_investment = plan.water_waste_investment * deflator + project_water_waste
    unnamed_housing = plan.housing_investment * deflator
    housing_investment = unnamed_housing + project_housing
    share_purchases = plan.share_purchases * deflator

    # who pays
    sales, land_sales = plan.sales * deflator, plan.land_sales * deflator
    grants = grants_received(
        planned=plan.grants,
        share=plan.grant_share,
        investment=built.ready - (built.slipped + built.postponed) - built.project_postponed,
        contribution_per_dwelling=plan.contribution_per_dwelling,
        opening_extra_completions=opening.extra_completions,
        to_projects=projects.grants,
        deflator_index=deflator,
    )
    housing_grants = plan.housing_grant_share * unnamed_housing + projects.housing_grants * deflator
    vat_compensation = plan.vat_share * (general_investment - project_investment) + projects.vat * building_cost
    adopted_use = least(plan.use_of_investment_funds, opening.investment_funds)
    lacking = general_investment + share_purchases - sales - grants - vat_compensation - adopted_use - land_sales
    reused = used_again(opening.investment_funds - adopted_use, plan.kept_investment_funds, lacking)
    use_of_investment_funds, to_finance = adopted_use + reused, lacking - reused
    wanted_transfer = transfer_by_rule_or_plan(
        by_rule=plan.transfer_by_rule,
        adopted=plan.adopted_transfer,
        equity_target=plan.equity_target,
        general_investment=general_investment,
        vat=vat_compensation,
        funds=use_of_investment_funds,
        shares=share_purchases,
    )
    planned_transfer = least(wanted_transfer, positive(to_finance))
    return Investment(
        renewal_investment=renewal_investment,
        capacity_investment=capacity_investment,
        infrastructure_investment=infrastructure_investment,
        project_investment=project_investment,
        cost_overrun=cost_overrun,
        slipped_in=slipped_in,
        slipped_out=slipped_out,
        postponed_investment=postponed_investment,
        general_investment=general_investment,
        project_water_waste=project_water_waste,
        water_waste_investment=water_waste_investment,
        project_housing=project_housing,
        housing_investment=housing_investment,
        gross_investment=general_investment + water_waste_investment + housing_investment,
        share_purchases=share_purchases,
        on_lending=plan.on_lending,
        sales=sales,
        land_sales=land_sales,
        grants=grants,
        housing_grants=housing_grants,
        vat_compensation=vat_compensation,
        use_of_investment_funds=use_of_investment_funds,
        investment_fund_provision=positive(-to_finance),
        planned_transfer=planned_transfer,
        planned_borrowing=positive(to_finance) - planned_transfer,
        self_financing_borrowing=water_waste_investment + housing_investment - housing_grants,
        kindergarten_capacity=built.kindergarten_capacity,
        school_capacity=built.school_capacity,
        care_capacity=built.care_capacity,
        new_capacity=opening.new_capacity + built.capacity,
        slipped_investment=built.slipped + built.postponed + built.project_postponed,
        replacement_value=built.replacement_value,
        maintenance_backlog=built.maintenance_backlog,
    )


class Built(NamedTuple):
    """What is built in a year, 2020-kr."""

    renewal: Number
    capacity: Number  # places that no project covers
    infrastructure: Number
    overrun: Number
    ready: Number  # all of it but projects, with what last year left
    slipped: Number
    postponed: Number
    project: Number
    project_postponed: Number
    kindergarten_capacity: Number
    school_capacity: Number
    care_capacity: Number
    replacement_value: Number
    maintenance_backlog: Number


def what_is_built(plan, weather, people, projects, opening, dwellings):
    """Named projects, places that none of them covers, renewal, infrastructure; some of it slips a year.  M7, M13."""
    named_kindergartens = opening.kindergarten_capacity + plan.kindergarten_projects
    named_schools = opening.school_capacity + plan.school_projects
    named_care = opening.care_capacity + plan.care_projects
    kindergarten_capacity = capacity(
        named_kindergartens, plan.kindergarten_places, people.kindergarten_places, plan.builds_places
    )
    school_capacity = capacity(named_schools, plan.school_places, people.school_places, plan.builds_places)
    care_capacity = capacity(named_care, plan.care_places, people.care_places, plan.builds_places)
    real_capacity_investment = plan.builds_places * (
        (kindergarten_capacity - named_kindergartens)
        + (school_capacity - named_schools)
        + (care_capacity - named_care)
    )
    real_renewal = plan.renewal_investment + plan.capacity_renewal_share * (opening.new_capacity + projects.in_use)
    real_infrastructure = plan.infrastructure_per_dwelling * dwellings.completions
    real_planned = real_renewal + real_capacity_investment + real_infrastructure
    real_overrun = overrun(real_planned, plan.builds_places, plan.cost_overrun, weather.construction_factor)
    real_ready = real_planned + real_overrun + opening.slipped_investment
    real_slipped = plan.slippage * weather.slippage_factor * real_ready
    real_project = projects.general * weather.construction_factor
    real_postponed = opening.postponement * (real_ready - real_slipped)
    real_project_postponed = opening.postponement * real_project
    wear = opening.replacement_value / plan.useful_life
    return Built(
        renewal=real_renewal,
        capacity=real_capacity_investment,
        infrastructure=real_infrastructure,
        overrun=real_overrun,
        ready=real_ready,
        slipped=real_slipped,
        postponed=real_postponed,
        project=real_project,
        project_postponed=real_project_postponed,
        kindergarten_capacity=kindergarten_capacity,
        school_capacity=school_capacity,
        care_capacity=care_capacity,
        replacement_value=replacement_value(
            opening.replacement_value,
            plan.builds_places,
            investment=real_ready - real_slipped - real_postponed + real_project - real_project_postponed,
            added=real_capacity_investment + real_infrastructure + real_project - projects.renewal,
            wear=wear,
        ),
        maintenance_backlog=opening.maintenance_backlog
        + plan.builds_places * (wear - real_renewal - projects.renewal),
    )


def capacity(named_capacity, planned_places, extra_places, builds_places):
    """Places in place, 2020-kr: built when the users to come pass what is there and what named projects will have
    opened and closed for them; never torn down otherwise.  M7, M13. In the plan years the adopted programme builds
    for the planned users only."""
    return greatest(named_capacity, planned_places + builds_places * extra_places)


def overrun(investment, builds, expected_overrun, construction_factor):
    """What building costs beyond its plan = investment x ((1 + expected overrun) x cost factor - 1).  M7; nothing in
    the plan years, whose programme is adopted in current prices."""
    return builds * investment * ((1.0 + expected_overrun) * construction_factor - 1.0)


def grants_received(
    planned, share, investment, contribution_per_dwelling, opening_extra_completions, to_projects, deflator_index
):
    """Grants and developer contributions, 2020-kr to nominal; the contribution of a dwelling comes the year after
    it.  M7."""
    contribution = contribution_per_dwelling * opening_extra_completions
    return positive(planned + share * investment + contribution + to_projects) * deflator_index


def used_again(investment_funds, kept, lacking):
    """What has come into the investment funds beyond what the plan keeps there, before anything is borrowed.  M8."""
    return least(positive(investment_funds - kept), positive(lacking))


def replacement_value(opening, after_plan, investment, added, wear):
    """What buildings and facilities would cost new: after the plan it grows by what is added; in the plan years,
    whose programme does not say what it renews, by what is invested beyond wear. [2020-kr]  M13 (assumption)."""
    return opening + choose(after_plan > 0.5, added, positive(investment - wear))


def transfer_by_rule_or_plan(by_rule, adopted, equity_target, general_investment, vat, funds, shares):
    """Transfer from operations: adopted in the plan years, then target x investment - VAT - funds + shares.  M8."""
    rule = positive(equity_target * general_investment - vat - funds + shares)
    return choose(by_rule > 0.5, rule, adopted)
