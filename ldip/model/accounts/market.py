"""Chapter 1, the market: prices, interest rates, and what the loan book pays (M1, M2, M9)."""

from typing import NamedTuple

from ldip.model.accounts.inputs import Number, Opening, Plan, Weather


class Market(NamedTuple):
    """Price indices are 1 in the base year on the baseline; rates are fractions per year."""

    cpi_index: Number
    deflator_index: Number
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
    return Market(
        cpi_index=price_index(plan.cpi_index, weather.cpi_factor),
        deflator_index=price_index(plan.deflator_index, weather.deflator_factor),
        money_market_rate=rate,
        swap_rate=swap_rate,
        swap_surprise=swap_rate - plan.reference_swap_rate,
        fixed_rate=fixed_rate,
        loan_rate=effective_rate(plan.floating_share, rate, fixed_rate, plan.loan_margin),
    )


def price_index(planned_index, factor):
    """Price index = planned index x factor. [base year = 1 on the baseline]  M1, M2."""
    return planned_index * factor


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
