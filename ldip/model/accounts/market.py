"""Chapter 1, the market: prices, interest rates, and what the loan book pays (M1, M2, M9)."""

from typing import NamedTuple

from ldip.model.accounts.choices import ratio
from ldip.model.accounts.inputs import Number, Opening, Plan, Weather


class Market(NamedTuple):
    """Price indices are 1 in the base year on the baseline; rates are fractions per year."""

    cpi_index: Number
    deflator_index: Number
    deflator_factor: Number
    price_deviation: Number
    grant_price_factor: Number
    money_market_rate: Number
    swap_rate: Number
    swap_surprise: Number
    fixed_rate: Number
    loan_rate: Number


def close_market(plan: Plan, weather: Weather, opening: Opening) -> Market:
    """The year's prices and rates, and the loan book's effective rate."""
    rate = weather.money_market_rate
    swap_rate = five_year_rate(plan.planned_swap_rate, plan.swap_loading, rate, plan.planned_rate)
    fixed_rate = average_fixed_rate(opening.fixed_rate, swap_rate, plan.refixing_share)
    price_deviation = prices_beyond_plan(weather.deflator_factor, opening.deflator_factor)
    return Market(
        cpi_index=price_index(plan.cpi_index, weather.cpi_factor),
        deflator_index=price_index(plan.deflator_index, weather.deflator_factor),
        deflator_factor=weather.deflator_factor,
        price_deviation=price_deviation,
        grant_price_factor=real_value_of_grants(
            opening.grant_price_factor,
            price_deviation - plan.grant_forecast_weight * opening.price_deviation,
            plan.grant_price_compensation,
        ),
        money_market_rate=rate,
        swap_rate=swap_rate,
        swap_surprise=swap_rate - plan.reference_swap_rate,
        fixed_rate=fixed_rate,
        loan_rate=effective_rate(plan.floating_share, rate, fixed_rate, plan.loan_margin),
    )


def price_index(planned_index, factor):
    """Price index = planned index x factor. [base year = 1 on the baseline]  M1, M2."""
    return planned_index * factor


def prices_beyond_plan(deflator_factor, opening_deflator_factor):
    """Growth of the deflator beyond the planned one. [per year]  M1, M2."""
    return ratio(deflator_factor, opening_deflator_factor) - 1.0


def real_value_of_grants(opening_factor, surprise, compensation):
    """Grants are nominal, set on a forecast deflator: what prices grow beyond it is lost for good, less the share
    that the state mends.  M4; the forecast of 2022 was 4.2 points too low (KS)."""
    return opening_factor * (1.0 - (1.0 - compensation) * surprise)


def five_year_rate(planned_swap_rate, swap_loading, money_market_rate, planned_rate):
    """Five-year rate = planned five-year rate + loading x short-rate surprise. [per year]  M9: the mean of
    the expected short rates over five years; loading = (1 - phi^5) / (5 (1 - phi))."""
    return planned_swap_rate + swap_loading * (money_market_rate - planned_rate)


def average_fixed_rate(opening_fixed_rate, swap_rate, refixing_share):
    """Average fixed rate moves by the share refixed this year towards the five-year rate. [per year]  M9."""
    return opening_fixed_rate + refixing_share * (swap_rate - opening_fixed_rate)


def effective_rate(floating_share, money_market_rate, fixed_rate, loan_margin):
    """Effective rate = floating share x short rate + fixed share x average fixed rate + margin.  M9."""
    return floating_share * money_market_rate + (1.0 - floating_share) * fixed_rate + loan_margin
