"""The year: the one place that decides what is closed before what, and what a year hands to the next."""

from sys import modules
from typing import NamedTuple

from ldip.model.accounts.balance import Balance, close_balance
from ldip.model.accounts.dwellings import Dwellings, close_dwellings
from ldip.model.accounts.finance import Finance, close_finance
from ldip.model.accounts.inputs import Opening, People, Plan, Projects, Weather
from ldip.model.accounts.investment import Investment, close_investment
from ldip.model.accounts.market import Market, close_market
from ldip.model.accounts.revenue import Revenue, close_revenue
from ldip.model.accounts.rules import Rules, close_rules
from ldip.model.accounts.services import Services, close_services
from ldip.model.accounts.year_end import YearEnd, close_year_end


class Year(NamedTuple):
    """One year's accounts: the chapters in the order they are closed."""

    market: Market
    dwellings: Dwellings
    revenue: Revenue
    services: Services
    investment: Investment
    finance: Finance
    year_end: YearEnd
    balance: Balance
    rules: Rules


CHAPTERS: tuple[type, ...] = tuple(Year.__annotations__.values())

LINES: tuple[str, ...] = tuple(line for chapter in CHAPTERS for line in chapter._fields)  # type: ignore[attr-defined]
"""The lines of the ledger ``(line, year, run)``: the chapters' fields one after the other. There is no other list of
lines; what a line means, its unit and its two labels stand in ``catalogue.csv`` under the same name."""

SUMS: dict[str, str] = {
    line: terms for chapter in CHAPTERS for line, terms in getattr(modules[chapter.__module__], "SUMS", {}).items()
}
"""What lines are the sum of, as signed lines, by the chapters."""


def close_year(plan: Plan, weather: Weather, people: People, projects: Projects, opening: Opening) -> Year:
    """Close one year's accounts from its plan, weather, extra people, named projects and opening balance (M4-M14)."""
    market = close_market(plan, weather, opening)
    dwellings = close_dwellings(plan, weather, people, opening)
    revenue = close_revenue(plan, weather, people, opening, market, dwellings)
    services = close_services(plan, weather, people, projects, opening, market, dwellings, revenue)
    investment = close_investment(plan, weather, people, projects, opening, market, dwellings)
    finance = close_finance(plan, weather, opening, market, services, investment)
    year_end = close_year_end(plan, opening, market, revenue, services, investment, finance)
    balance = close_balance(plan, weather, projects, opening, market, services, investment, finance, year_end)
    rules = close_rules(plan, opening, market, dwellings, revenue, services, investment, finance, year_end, balance)
    return Year(market, dwellings, revenue, services, investment, finance, year_end, balance, rules)


def carry(year: Year) -> Opening:
    """Turn a closed year into the next year's opening balance."""
    return Opening(
        deflator_index=year.market.deflator_index,
        fixed_rate=year.market.fixed_rate,
        swap_surprise=year.market.swap_surprise,
        deflator_factor=year.market.deflator_factor,
        price_deviation=year.market.price_deviation,
        grant_price_factor=year.market.grant_price_factor,
        extra_completions=year.dwellings.extra_completions,
        new_dwellings=year.dwellings.new_dwellings,
        kindergarten_capacity=year.investment.kindergarten_capacity,
        school_capacity=year.investment.school_capacity,
        care_capacity=year.investment.care_capacity,
        new_capacity=year.investment.new_capacity,
        slipped_investment=year.investment.slipped_investment,
        replacement_value=year.investment.replacement_value,
        maintenance_backlog=year.investment.maintenance_backlog,
        project_depreciation=year.balance.project_depreciation,
        decided_measures=year.rules.decided_measures,
        postponement=year.rules.postponement,
        general_debt=year.balance.closing_general_debt,
        self_financing_debt=year.balance.closing_self_financing_debt,
        on_lending_debt=year.balance.closing_on_lending_debt,
        on_lent=year.balance.closing_on_lent,
        buffer_fund=year.balance.closing_buffer_fund,
        wage_reserve=year.balance.closing_wage_reserve,
        discretionary_funds=year.balance.closing_discretionary_funds,
        investment_funds=year.balance.closing_investment_funds,
        restricted_funds=year.balance.closing_restricted_funds,
        endowment_fund=year.balance.closing_endowment_fund,
        uncovered_deficit=year.balance.closing_uncovered_deficit,
        latest_deficit=year.year_end.new_uncovered_deficit,
        result_share_breach=year.rules.result_share_breach,
        liquidity_reserve=year.balance.closing_liquidity_reserve,
        premium_deviation=year.balance.closing_premium_deviation,
        fixed_assets=year.balance.closing_fixed_assets,
        depreciation=year.balance.depreciation_ahead,
    )
