"""Chapter 4, services: what they cost, what measures save, and what is left of central revenue (M6, M12)."""

from typing import NamedTuple

from ldip.model.accounts.choices import choose, positive, ratio
from ldip.model.accounts.dwellings import Dwellings
from ldip.model.accounts.inputs import Number, Opening, People, Plan, Projects, Weather
from ldip.model.accounts.market import Market
from ldip.model.accounts.revenue import Revenue


class Services(NamedTuple):
    """Nominal mill. kr. `adopted_measures` and `new_needs` lie within the services' own costs."""

    kindergarten_cost: Number
    school_cost: Number
    care_cost: Number
    other_service_cost: Number
    premises_cost: Number
    project_running_cost: Number
    undelivered_measures: Number
    restructuring_measures: Number
    pension_beyond_frames: Number
    one_off_expenditure: Number
    net_sector_expenditure: Number
    demography_compensation: Number
    new_needs: Number
    adopted_measures: Number
    price_compensation: Number
    pension_premium: Number
    premium_deviation: Number
    premium_amortisation: Number
    pension_cost: Number
    gross_operating_result: Number


SUMS = {
    "net_sector_expenditure": (
        "kindergarten_cost school_cost care_cost other_service_cost premises_cost "
        "undelivered_measures -restructuring_measures pension_beyond_frames project_running_cost -extra_fees "
        "one_off_expenditure"
    ),
    "pension_cost": "pension_premium -premium_deviation premium_amortisation",
    "gross_operating_result": "central_revenue -net_sector_expenditure",
}
"""What lines are the sum of, as signed lines: identities and forms are made of this."""


def close_services(
    plan: Plan,
    weather: Weather,
    people: People,
    projects: Projects,
    opening: Opening,
    market: Market,
    dwellings: Dwellings,
    revenue: Revenue,
) -> Services:
    """The year's services, and the gross operating result."""
    deflator = market.deflator_index
    standard, sticky = plan.real_standard, plan.sticky_share
    kindergarten_cost = deflator * sticky_cost(
        frame_for_users(plan.kindergartens, standard, people.kindergartens), sticky, plan.kindergartens_base
    )
    school_cost = deflator * sticky_cost(
        frame_for_users(plan.schools, standard, people.schools), sticky, plan.schools_base
    )
    care_cost = deflator * sticky_cost(frame_for_users(plan.care, standard, people.care), sticky, plan.care_base)
    other_service_cost = deflator * sticky_cost(
        frame_for_residents(plan.other_services, plan.other_services_following, dwellings.residents, plan.residents),
        sticky,
        plan.other_services_base,
    )
    premises_cost = running_cost(plan.premises_share, opening.new_capacity, deflator)
    project_running_cost = projects.running_cost * deflator
    adopted_measures = plan.adopted_measures * deflator
    delivery = plan.measures_delivery * weather.delivery_factor
    undelivered_measures = measures_that_fail(adopted_measures, delivery)
    restructuring_measures = lasting_savings(
        weather.restructuring_step, plan.step_years, opening.decided_measures, delivery, deflator
    )
    planned_premium = plan.pension_premium * plan.deflator_index
    premium_surprise = planned_premium * weather.premium_surprise
    pension_premium = plan.pension_premium * deflator + premium_surprise
    premium_deviation = plan.premium_deviation + premium_surprise
    premium_amortisation = plan.premium_amortisation + planned_premium * weather.amortised_surprise
    pension_beyond_frames = pension_outside_frames(
        premium_surprise, premium_amortisation, premium_deviation, plan.pension_in_frames, deflator
    )
    net_sector_expenditure = (
        kindergarten_cost
        + school_cost
        + care_cost
        + other_service_cost
        + premises_cost
        + undelivered_measures
        - restructuring_measures
        + pension_beyond_frames
        + project_running_cost
        - revenue.extra_fees
        + plan.one_off_expenditure
    )
    extra_demand = people.kindergartens + people.schools + people.care
    return Services(
        kindergarten_cost=kindergarten_cost,
        school_cost=school_cost,
        care_cost=care_cost,
        other_service_cost=other_service_cost,
        premises_cost=premises_cost,
        project_running_cost=project_running_cost,
        undelivered_measures=undelivered_measures,
        restructuring_measures=restructuring_measures,
        pension_beyond_frames=pension_beyond_frames,
        one_off_expenditure=plan.one_off_expenditure,
        net_sector_expenditure=net_sector_expenditure,
        demography_compensation=frame_for_users(plan.demography_compensation, 1.0, extra_demand) * deflator,
        new_needs=plan.new_needs * deflator,
        adopted_measures=adopted_measures,
        price_compensation=compensation_for_prices(net_sector_expenditure, deflator, opening.deflator_index),
        pension_premium=pension_premium,
        premium_deviation=premium_deviation,
        premium_amortisation=premium_amortisation,
        pension_cost=charged_pension(pension_premium, premium_deviation, premium_amortisation),
        gross_operating_result=revenue.central_revenue - net_sector_expenditure,
    )


def frame_for_users(planned, real_standard, extra_demand):
    """Net cost of a service = frame + standard x cost of users beyond the plan. [2020-kr]  M6, with the demand
    weighted in kr, so that the demography-adjusted share of the frame is implied."""
    return planned + real_standard * extra_demand


def frame_for_residents(planned, following, residents, planned_residents):
    """Other services = frame + the part following residents x relative deviation of residents. [2020-kr]  M6."""
    return planned + following * (ratio(residents, planned_residents) - 1.0)


def sticky_cost(frame, sticky_share, base):
    """What falling use does not save: buildings, small classes and rounds cost what they did in the last plan year.
    [2020-kr]  M6 (assumption)."""
    return frame + sticky_share * positive(base - frame)


def running_cost(premises_share, opening_new_capacity, deflator_index):
    """Running costs (FDV) of buildings added since the plan, from the year after.  M6."""
    return premises_share * opening_new_capacity * deflator_index


def measures_that_fail(adopted, delivery):
    """Adopted measures that fail = measures x (1 - delivery): the frames count on all of them.  M6; HP table 4.8."""
    return adopted * (1.0 - delivery)


def lasting_savings(step, step_years, decided, delivery, deflator_index):
    """Lasting savings beyond the plan = (step x its years + decided) x delivery x deflator; a lasting expansion
    (negative) comes in full.  M12."""
    measures = step * step_years + decided
    return choose(measures > 0.0, measures * delivery, measures) * deflator_index


def compensation_for_prices(amount, price_index, opening_index):
    """What of this year's cost is compensation for the year's growth of prices and wages.  M1; HP 11.4."""
    return amount * (1.0 - ratio(opening_index, price_index))


def charged_pension(premium, deviation, amortisation):
    """Pension cost = premium paid - this year's premium deviation + amortisation of earlier ones.  M6; HP 11.9."""
    return premium - deviation + amortisation


def pension_outside_frames(premium_surprise, amortisation, deviation, in_frames, deflator_index):
    """Premium beyond the planned one + amortisation less deviation, beyond what the service frames hold.  M6."""
    return premium_surprise + amortisation - deviation - in_frames * deflator_index
