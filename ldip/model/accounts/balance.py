"""Chapter 8, the balance: stocks at 31 December move only by the flows of the year (M8, M10)."""

from typing import NamedTuple

from ldip.model.accounts.choices import positive
from ldip.model.accounts.finance import Finance
from ldip.model.accounts.inputs import Number, Opening, Plan, Projects, Weather
from ldip.model.accounts.investment import Investment
from ldip.model.accounts.market import Market
from ldip.model.accounts.services import Services
from ldip.model.accounts.year_end import YearEnd


class Balance(NamedTuple):
    """Nominal mill. kr at 31 December."""

    closing_general_debt: Number
    closing_self_financing_debt: Number
    closing_on_lending_debt: Number
    closing_debt: Number
    closing_on_lent: Number
    closing_net_debt: Number
    closing_buffer_fund: Number
    closing_wage_reserve: Number
    closing_discretionary_funds: Number
    closing_investment_funds: Number
    closing_restricted_funds: Number
    closing_endowment_fund: Number
    closing_endowment_buffer: Number
    closing_funds: Number
    closing_uncovered_deficit: Number
    closing_overdue_deficit: Number
    closing_premium_deviation: Number
    closing_liquidity_reserve: Number
    closing_fixed_assets: Number
    project_depreciation: Number
    depreciation_ahead: Number


SUMS = {
    "closing_debt": "closing_general_debt closing_self_financing_debt closing_on_lending_debt",
    "closing_net_debt": "closing_debt -closing_on_lent",
    "closing_funds": (
        "closing_buffer_fund closing_wage_reserve closing_discretionary_funds "
        "closing_investment_funds closing_restricted_funds closing_endowment_fund"
    ),
}
"""What lines are the sum of, as signed lines: identities and forms are made of this."""


def close_balance(
    plan: Plan,
    weather: Weather,
    projects: Projects,
    opening: Opening,
    market: Market,
    services: Services,
    investment: Investment,
    finance: Finance,
    year_end: YearEnd,
) -> Balance:
    """Debt, funds, deficits, liquidity and assets at the end of the year."""
    # debt
    closing_general_debt = (
        opening.general_debt + year_end.general_borrowing - finance.general_instalments - year_end.extra_instalments
    )
    closing_self_financing_debt = (
        opening.self_financing_debt + investment.self_financing_borrowing - finance.self_financing_instalments
    )
    closing_on_lending_debt = opening.on_lending_debt + plan.on_lending - finance.on_lending_instalments
    closing_debt = closing_general_debt + closing_self_financing_debt + closing_on_lending_debt
    closing_on_lent = opening.on_lent + plan.on_lending - finance.on_lending_instalments

    # funds
    closing_buffer_fund = opening.buffer_fund - year_end.buffer_use + year_end.buffer_provision
    closing_wage_reserve = opening.wage_reserve - year_end.use_of_wage_reserve - year_end.emergency_wage_reserve_use
    closing_discretionary_funds = (
        opening.discretionary_funds
        - year_end.use_of_discretionary_funds
        + year_end.provision_to_discretionary_funds
        - year_end.emergency_fund_use
    )
    closing_investment_funds = (
        opening.investment_funds - investment.use_of_investment_funds + investment.investment_fund_provision
    )
    closing_restricted_funds = opening.restricted_funds - year_end.use_of_restricted_funds
    closing_endowment_fund = opening.endowment_fund + year_end.endowment_provision
    closing_funds = (
        closing_buffer_fund
        + closing_wage_reserve
        + closing_discretionary_funds
        + closing_investment_funds
        + closing_restricted_funds
        + closing_endowment_fund
    )

    # deficits, what is left in the bank, and what wears out
    closing_uncovered_deficit = opening.uncovered_deficit + year_end.new_uncovered_deficit - year_end.covered_deficit
    closing_premium_deviation = opening.premium_deviation + services.premium_deviation - services.premium_amortisation
    closing_liquidity_reserve = (
        opening.liquidity_reserve
        + (closing_buffer_fund - opening.buffer_fund)
        + (closing_wage_reserve - opening.wage_reserve)
        + (closing_discretionary_funds - opening.discretionary_funds)
        + (closing_investment_funds - opening.investment_funds)
        - (closing_uncovered_deficit - opening.uncovered_deficit)
        - (closing_premium_deviation - opening.premium_deviation)
    )
    building_cost = weather.construction_factor * market.deflator_index
    project_depreciation = depreciation_of_projects(
        opening.project_depreciation, projects.new_depreciation * building_cost, projects.ended_depreciation
    )
    return Balance(
        closing_general_debt=closing_general_debt,
        closing_self_financing_debt=closing_self_financing_debt,
        closing_on_lending_debt=closing_on_lending_debt,
        closing_debt=closing_debt,
        closing_on_lent=closing_on_lent,
        closing_net_debt=closing_debt - closing_on_lent,
        closing_buffer_fund=closing_buffer_fund,
        closing_wage_reserve=closing_wage_reserve,
        closing_discretionary_funds=closing_discretionary_funds,
        closing_investment_funds=closing_investment_funds,
        closing_restricted_funds=closing_restricted_funds,
        closing_endowment_fund=closing_endowment_fund,
        closing_endowment_buffer=closing_endowment_fund - plan.endowment_base,
        closing_funds=closing_funds,
        closing_uncovered_deficit=closing_uncovered_deficit,
        closing_overdue_deficit=overdue_deficit(
            opening.uncovered_deficit, opening.latest_deficit, year_end.covered_deficit
        ),
        closing_premium_deviation=closing_premium_deviation,
        closing_liquidity_reserve=closing_liquidity_reserve,
        closing_fixed_assets=fixed_assets(
            opening=opening.fixed_assets,
            investment=investment.gross_investment,
            vat=investment.vat_compensation,
            sales=investment.sales,
            depreciation=opening.depreciation,
        ),
        project_depreciation=project_depreciation,
        depreciation_ahead=depreciation_of_next_year(
            opening.depreciation - opening.project_depreciation,
            investment.gross_investment
            - (investment.project_investment + investment.project_water_waste + investment.project_housing),
            investment.vat_compensation - projects.vat * building_cost,
            plan.useful_life,
        )
        + project_depreciation,
    )


def overdue_deficit(opening_deficit, latest_deficit, covered):
    """Deficits that arose two years ago or earlier and still stand; the oldest are covered first.  M10;
    kommuneloven § 14-11: to be covered within two years."""
    return positive(opening_deficit - latest_deficit - covered)


def fixed_assets(opening, investment, vat, sales, depreciation):
    """Book value = opening + investment without refunded VAT - sales - depreciation.  M8 (sales at book value is an
    assumption)."""
    return opening + investment - vat - sales - depreciation


def depreciation_of_projects(opening, new, ended):
    """Yearly depreciation of what named projects have built: each over its own life, from the year after.  M13."""
    return opening + new - ended


def depreciation_of_next_year(depreciation, investment, vat, useful_life):
    """Next year's straight-line depreciation: a life's part of the assets in place has reached its end, a life's part
    of the year's investment is added.  M8 (even ages: assumption); named projects each over its own life.  M13."""
    return depreciation + (investment - vat - depreciation) / useful_life
