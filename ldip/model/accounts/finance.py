"""Chapter 6, finance: instalments, interest, the endowment fund, and the net operating result (M8, M9, M10).

Interest is on the planned closing debt, so that year-end balancing cannot feed back on itself.
"""

from typing import NamedTuple

from ldip.model.accounts.choices import greatest, ratio
from ldip.model.accounts.inputs import Number, Opening, Plan, Weather
from ldip.model.accounts.investment import Investment
from ldip.model.accounts.market import Market
from ldip.model.accounts.services import Services


class Finance(NamedTuple):
    """Nominal mill. kr."""

    depreciation: Number
    minimum_instalments: Number
    general_instalments: Number
    self_financing_instalments: Number
    on_lending_instalments: Number
    instalments: Number
    interest: Number
    interest_income: Number
    dividends: Number
    endowment_equity_return: Number
    endowment_bond_return: Number
    endowment_return: Number
    endowment_gain: Number
    endowment_cost: Number
    net_financial_cost: Number
    net_operating_result: Number
    underlying_result: Number


SUMS = {
    "instalments": "general_instalments self_financing_instalments",
    "endowment_return": "endowment_equity_return endowment_bond_return",
    "net_financial_cost": "interest instalments -interest_income -dividends -endowment_return endowment_cost",
    "net_operating_result": "gross_operating_result -net_financial_cost",
}
"""What lines are the sum of, as signed lines: identities and forms are made of this."""


def close_finance(
    plan: Plan, weather: Weather, opening: Opening, market: Market, services: Services, investment: Investment
) -> Finance:
    """What debt and fund cost and bring, and the net operating result."""
    # instalments
    ordinary_debt = opening.general_debt + opening.self_financing_debt
    minimum_instalments = statutory_instalments(opening.depreciation, ordinary_debt, opening.fixed_assets)
    general_instalments = instalments_on(
        opening.general_debt, plan.instalment_share, minimum_instalments, ordinary_debt
    )
    self_financing_instalments = instalments_on(
        opening.self_financing_debt, plan.instalment_share, minimum_instalments, ordinary_debt
    )
    instalments = general_instalments + self_financing_instalments
    on_lending_instalments = plan.on_lending_instalment_share * opening.on_lending_debt

    # interest
    opening_debt = ordinary_debt + opening.on_lending_debt
    planned_closing_debt = (
        opening_debt
        + investment.planned_borrowing
        + investment.self_financing_borrowing
        + plan.on_lending
        - instalments
        - on_lending_instalments
    )
    interest = interest_on(market.loan_rate, opening_debt, planned_closing_debt)
    closing_on_lent = opening.on_lent + plan.on_lending - on_lending_instalments
    interest_income = interest_received(
        on_lent=0.5 * (opening.on_lent + closing_on_lent),
        on_lending_margin=plan.on_lending_margin,
        money_market_rate=market.money_market_rate,
        liquidity=opening.liquidity_reserve,
        other_balances=plan.other_bank_balances,
    )

    # the endowment fund
    swap_surprise = market.swap_surprise
    bonds = bond_return(plan.bond_return, opening.swap_surprise, swap_surprise, plan.bond_duration)
    bond_weight = 1.0 - plan.equity_weight
    equities = equity_return(plan.equity_return, weather.equity_factor)
    endowment_equity_return = part_return(opening.endowment_fund, plan.equity_weight, equities)
    endowment_bond_return = part_return(opening.endowment_fund, bond_weight, bonds)
    endowment_return = endowment_equity_return + endowment_bond_return
    endowment_cost = plan.endowment_cost_share * opening.endowment_fund
    dividends = plan.dividends * market.deflator_index * weather.companies_factor
    net_financial_cost = interest + instalments - interest_income - (endowment_return - endowment_cost) - dividends
    net_operating_result = services.gross_operating_result - net_financial_cost
    return Finance(
        depreciation=opening.depreciation,
        minimum_instalments=minimum_instalments,
        general_instalments=general_instalments,
        self_financing_instalments=self_financing_instalments,
        on_lending_instalments=on_lending_instalments,
        instalments=instalments,
        interest=interest,
        interest_income=interest_income,
        dividends=dividends,
        endowment_equity_return=endowment_equity_return,
        endowment_bond_return=endowment_bond_return,
        endowment_return=endowment_return,
        endowment_gain=change_of_value(
            equity_return=endowment_equity_return,
            opening_fund=opening.endowment_fund,
            equity_weight=plan.equity_weight,
            dividend_yield=plan.dividend_yield,
            bond_weight=bond_weight,
            bonds_lose=plan.bond_duration * (swap_surprise - opening.swap_surprise),
        ),
        endowment_cost=endowment_cost,
        net_financial_cost=net_financial_cost,
        net_operating_result=net_operating_result,
        underlying_result=result_at_expected_return(
            net_operating_result,
            endowment_return,
            part_return(opening.endowment_fund, plan.equity_weight, plan.equity_return)
            + part_return(opening.endowment_fund, bond_weight, plan.bond_return),
            plan.one_off_revenue - plan.one_off_expenditure,
        ),
    )


def statutory_instalments(depreciation, ordinary_debt, book_value):
    """Statutory minimum = depreciation x loans / book value of what is depreciated; on-lending stands outside.
    M8; kommuneloven § 14-18."""
    return depreciation * ratio(ordinary_debt, book_value)


def instalments_on(opening_debt, share, minimum, ordinary_debt):
    """Instalments = share of opening debt, never below this debt's part of the statutory minimum.  M8."""
    return opening_debt * greatest(share, ratio(minimum, ordinary_debt))


def interest_on(rate, opening_debt, closing_debt):
    """Interest on the average of opening and planned closing total debt.  M9."""
    return rate * 0.5 * (opening_debt + closing_debt)


def interest_received(on_lent, on_lending_margin, money_market_rate, liquidity, other_balances):
    """Borrowers of on-lent money pay the short rate + margin; bank balances earn the short rate.  M9."""
    return on_lent * (money_market_rate + on_lending_margin) + (liquidity + other_balances) * money_market_rate


def equity_return(planned, equity_factor):
    """What equities return = (1 + planned return) x factor - 1. [per year]  M2."""
    return (1.0 + planned) * equity_factor - 1.0


def bond_return(carry, opening_swap_surprise, swap_surprise, duration):
    """Planned carry + last year's rate surprise - duration x this year's change of it. [per year]  M2."""
    return carry + opening_swap_surprise - duration * (swap_surprise - opening_swap_surprise)


def part_return(opening_fund, weight, return_rate):
    """Return of one part of the endowment fund (BKFF) before costs.  M10; HP 11.3: 40 % equities, 60 % bonds."""
    return opening_fund * weight * return_rate


def result_at_expected_return(net_operating_result, endowment_return, expected_return, one_off_result):
    """Net operating result as it would be had the endowment fund returned what was expected, and without amounts of
    one year only: what lasts, and what the municipality itself can do something about.  M11; HP corrects its result
    for the fund too."""
    return net_operating_result - endowment_return + expected_return - one_off_result


def change_of_value(equity_return, opening_fund, equity_weight, dividend_yield, bond_weight, bonds_lose):
    """Change of market value inside the return: equities beyond dividends, less what rising rates take from bonds.
    M10; HP 11.5 shows it apart from interest and dividends."""
    return equity_return - opening_fund * (equity_weight * dividend_yield + bond_weight * bonds_lose)
