"""Chapter 7, the year-end: who carries a deficit, and where a surplus goes (M10).

A deficit takes the buffer fund, then other funds, then equity in investment down to the minimum share, then stays
uncovered; a surplus covers old deficits, fills the buffer to its target, restores the liquidity minimum, then pays
investment instead of loans.
"""

from typing import NamedTuple

from ldip.model.accounts.choices import least, positive
from ldip.model.accounts.finance import Finance
from ldip.model.accounts.inputs import Number, Opening, Plan
from ldip.model.accounts.investment import Investment
from ldip.model.accounts.market import Market
from ldip.model.accounts.revenue import Revenue


class YearEnd(NamedTuple):
    """Nominal mill. kr."""

    endowment_withdrawal: Number
    endowment_provision: Number
    use_of_wage_reserve: Number
    use_of_discretionary_funds: Number
    provision_to_discretionary_funds: Number
    use_of_restricted_funds: Number
    buffer_use: Number
    emergency_fund_use: Number
    emergency_wage_reserve_use: Number
    transfer_cut: Number
    new_uncovered_deficit: Number
    covered_deficit: Number
    buffer_provision: Number
    extra_transfer: Number
    transfer_to_investment: Number
    general_borrowing: Number


SUMS = {
    "endowment_provision": "endowment_return -endowment_cost -endowment_withdrawal",
    "transfer_to_investment": "planned_transfer -transfer_cut extra_transfer",
    "general_borrowing": "planned_borrowing transfer_cut -extra_transfer",
}
"""What lines are the sum of, as signed lines: identities and forms are made of this."""


def close_year_end(
    plan: Plan, opening: Opening, market: Market, revenue: Revenue, investment: Investment, finance: Finance
) -> YearEnd:
    """Balance the operating account."""
    endowment_result = finance.endowment_return - finance.endowment_cost
    endowment_withdrawal = real_return_withdrawn(
        plan.endowment_withdrawal_share, opening.endowment_fund, endowment_result, plan.endowment_base
    )
    endowment_provision = endowment_result - endowment_withdrawal
    use_of_wage_reserve = least(plan.use_of_wage_reserve, opening.wage_reserve)
    use_of_discretionary_funds = least(plan.use_of_discretionary_funds, opening.discretionary_funds)
    use_of_restricted_funds = least(plan.use_of_restricted_funds, opening.restricted_funds)
    planned_transfer = investment.planned_transfer
    balance = (
        finance.net_operating_result
        - endowment_provision
        + use_of_wage_reserve
        + use_of_discretionary_funds
        - plan.provision_to_discretionary_funds
        + use_of_restricted_funds
        - planned_transfer
    )

    # a deficit
    deficit = positive(-balance)
    buffer_use = least(deficit, positive(opening.buffer_fund - plan.buffer_floor * market.cpi_index))
    after_buffer = deficit - buffer_use
    discretionary_left = (
        opening.discretionary_funds - use_of_discretionary_funds + plan.provision_to_discretionary_funds
    )
    emergency_fund_use = least(after_buffer, positive(discretionary_left))
    emergency_wage_reserve_use = least(
        after_buffer - emergency_fund_use, positive(opening.wage_reserve - use_of_wage_reserve)
    )
    after_funds = after_buffer - emergency_fund_use - emergency_wage_reserve_use
    planned_equity = (
        planned_transfer
        + investment.vat_compensation
        + investment.use_of_investment_funds
        - investment.share_purchases
    )
    spare_equity = positive(planned_equity - plan.equity_minimum * investment.general_investment)
    transfer_cut = least(after_funds, least(planned_transfer, spare_equity))

    # a surplus
    surplus = positive(balance)
    covered_deficit = least(surplus, opening.uncovered_deficit)
    to_buffer_target = positive(plan.buffer_target_share * revenue.operating_revenue - opening.buffer_fund)
    first_provision = least(surplus - covered_deficit, to_buffer_target)
    planned_liquidity = (
        opening.liquidity_reserve
        - use_of_wage_reserve
        - use_of_discretionary_funds
        + plan.provision_to_discretionary_funds
        - investment.use_of_investment_funds
        + investment.investment_fund_provision
        - (plan.premium_deviation - plan.premium_amortisation)
    )
    kept_for_liquidity = least(
        surplus - covered_deficit - first_provision,
        positive(plan.liquidity_minimum * market.cpi_index - planned_liquidity - covered_deficit - first_provision),
    )
    extra_transfer = least(
        surplus - covered_deficit - first_provision - kept_for_liquidity, investment.planned_borrowing
    )
    return YearEnd(
        endowment_withdrawal=endowment_withdrawal,
        endowment_provision=endowment_provision,
        use_of_wage_reserve=use_of_wage_reserve,
        use_of_discretionary_funds=use_of_discretionary_funds,
        provision_to_discretionary_funds=plan.provision_to_discretionary_funds,
        use_of_restricted_funds=use_of_restricted_funds,
        buffer_use=buffer_use,
        emergency_fund_use=emergency_fund_use,
        emergency_wage_reserve_use=emergency_wage_reserve_use,
        transfer_cut=transfer_cut,
        new_uncovered_deficit=after_funds - transfer_cut,
        covered_deficit=covered_deficit,
        buffer_provision=surplus - covered_deficit - extra_transfer,
        extra_transfer=extra_transfer,
        transfer_to_investment=planned_transfer - transfer_cut + extra_transfer,
        general_borrowing=investment.planned_borrowing + transfer_cut - extra_transfer,
    )


def real_return_withdrawn(share, opening_fund, gain_after_cost, base_capital):
    """Expected real return, as long as there is buffer capital to take it from.  M10; HP 4.6.2."""
    return least(share * positive(opening_fund), positive(opening_fund + gain_after_cost - base_capital))
