"""Chapter 7, the year-end: what the law strikes, who carries a deficit, and where a surplus goes (M10).

The order is that of the accounting regulation (FOR-2019-06-07-714, chapter 4). Before a deficit may be shown, the
transfer to investment is struck, wholly if need be, then provisions to funds, then what was budgeted to cover earlier
deficits; then the discretionary funds are used; only what is left is uncovered. What is struck of the transfer is
borrowed instead.
"""

from typing import NamedTuple

from ldip.model.accounts.choices import least, positive
from ldip.model.accounts.finance import Finance
from ldip.model.accounts.inputs import Number, Opening, Plan
from ldip.model.accounts.investment import Investment
from ldip.model.accounts.market import Market
from ldip.model.accounts.revenue import Revenue
from ldip.model.accounts.services import Services


class YearEnd(NamedTuple):
    """Nominal mill. kr."""

    endowment_withdrawal: Number
    endowment_provision: Number
    use_of_wage_reserve: Number
    use_of_discretionary_funds: Number
    provision_to_discretionary_funds: Number
    use_of_restricted_funds: Number
    struck_transfer: Number
    struck_provision: Number
    budgeted_cover: Number
    struck_cover: Number
    buffer_use: Number
    emergency_buffer_use: Number
    emergency_fund_use: Number
    emergency_wage_reserve_use: Number
    new_uncovered_deficit: Number
    extra_cover: Number
    covered_deficit: Number
    buffer_provision: Number
    extra_transfer: Number
    extra_instalments: Number
    transfer_to_investment: Number
    general_borrowing: Number


SUMS = {
    "endowment_provision": "endowment_return -endowment_cost -endowment_withdrawal",
    "transfer_to_investment": "planned_transfer -struck_transfer extra_transfer extra_instalments",
    "covered_deficit": "budgeted_cover -struck_cover extra_cover",
    "general_borrowing": "planned_borrowing struck_transfer -extra_transfer",
}
"""What lines are the sum of, as signed lines: identities and forms are made of this."""


class Struck(NamedTuple):
    """How a deficit is met, in the order of the law; nominal mill. kr."""

    budgeted_buffer_use: Number
    transfer: Number
    provision: Number
    cover: Number
    buffer_use: Number
    other_funds: Number
    wage_reserve: Number
    uncovered: Number


class Surplus(NamedTuple):
    """What a surplus is used for, in this order; nominal mill. kr."""

    to_cover: Number
    to_buffer: Number
    to_liquidity: Number
    to_transfer: Number
    to_instalments: Number
    left: Number


def close_year_end(
    plan: Plan,
    opening: Opening,
    market: Market,
    revenue: Revenue,
    services: Services,
    investment: Investment,
    finance: Finance,
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
    budgeted_cover = cover_in_budget(opening.uncovered_deficit, plan.uncovered_by_plan)
    planned_provision, planned_transfer = plan.provision_to_discretionary_funds, investment.planned_transfer
    balance = (
        finance.net_operating_result
        - endowment_provision
        + use_of_wage_reserve
        + use_of_discretionary_funds
        + use_of_restricted_funds
        - budgeted_cover  # before any transfer: kommuneloven § 14-11
        - planned_provision
        - planned_transfer
    )
    struck = strike(
        deficit=positive(-balance),
        budgeted_buffer_use=least(
            plan.budgeted_buffer_use, positive(opening.buffer_fund - plan.buffer_floor * market.cpi_index)
        ),
        transfer=planned_transfer,
        provision=planned_provision,
        cover=budgeted_cover,
        buffer=opening.buffer_fund,
        other_funds=opening.discretionary_funds - use_of_discretionary_funds,
        wage_reserve=opening.wage_reserve - use_of_wage_reserve,
    )
    planned_liquidity = (
        opening.liquidity_reserve
        - use_of_wage_reserve
        - use_of_discretionary_funds
        + planned_provision
        - investment.use_of_investment_funds
        + investment.investment_fund_provision
        + budgeted_cover
        - (services.premium_deviation - services.premium_amortisation)
    )
    surplus = use_of_surplus(
        surplus=positive(balance),
        earlier_deficits=opening.uncovered_deficit - budgeted_cover,
        to_buffer_target=positive(plan.buffer_target_share * revenue.operating_revenue - opening.buffer_fund),
        to_liquidity_minimum=positive(plan.liquidity_minimum * market.cpi_index - planned_liquidity),
        borrowing=investment.planned_borrowing,
        debt=positive(opening.general_debt - finance.general_instalments),
    )
    return YearEnd(
        endowment_withdrawal=endowment_withdrawal,
        endowment_provision=endowment_provision,
        use_of_wage_reserve=use_of_wage_reserve,
        use_of_discretionary_funds=use_of_discretionary_funds,
        provision_to_discretionary_funds=planned_provision - struck.provision,
        use_of_restricted_funds=use_of_restricted_funds,
        struck_transfer=struck.transfer,
        struck_provision=struck.provision,
        budgeted_cover=budgeted_cover,
        struck_cover=struck.cover,
        buffer_use=struck.budgeted_buffer_use + struck.buffer_use,
        emergency_buffer_use=struck.buffer_use,
        emergency_fund_use=struck.other_funds,
        emergency_wage_reserve_use=struck.wage_reserve,
        new_uncovered_deficit=struck.uncovered,
        extra_cover=surplus.to_cover,
        covered_deficit=budgeted_cover - struck.cover + surplus.to_cover,
        buffer_provision=surplus.to_buffer + surplus.to_liquidity + surplus.left,
        extra_transfer=surplus.to_transfer,
        extra_instalments=surplus.to_instalments,
        transfer_to_investment=(planned_transfer - struck.transfer + surplus.to_transfer + surplus.to_instalments),
        general_borrowing=investment.planned_borrowing + struck.transfer - surplus.to_transfer,
    )


def cover_in_budget(uncovered, by_plan):
    """What the budget covers of earlier deficits: all but what a cover plan of the opening deficit leaves for later
    years.  M10; kommuneloven §§ 14-11, 14-12."""
    return positive(uncovered - by_plan)


def strike(deficit, budgeted_buffer_use, transfer, provision, cover, buffer, other_funds, wage_reserve):
    """The order of the law, after the use of the buffer fund that the council has budgeted.  M10; FOR-2019-06-07-714
    chapter 4: transfer, provisions, cover of earlier deficits, then the discretionary funds, then uncovered."""
    from_budget = least(deficit, budgeted_buffer_use)
    left = deficit - from_budget
    struck_transfer = least(left, transfer)
    left = left - struck_transfer
    struck_provision = least(left, provision)
    left = left - struck_provision
    struck_cover = least(left, cover)
    left = left - struck_cover
    buffer_use = least(left, buffer - from_budget)
    left = left - buffer_use
    from_other_funds = least(left, other_funds)
    left = left - from_other_funds
    from_wage_reserve = least(left, wage_reserve)
    return Struck(
        budgeted_buffer_use=from_budget,
        transfer=struck_transfer,
        provision=struck_provision,
        cover=struck_cover,
        buffer_use=buffer_use,
        other_funds=from_other_funds,
        wage_reserve=from_wage_reserve,
        uncovered=left - from_wage_reserve,
    )


def use_of_surplus(surplus, earlier_deficits, to_buffer_target, to_liquidity_minimum, borrowing, debt):
    """What is left of earlier deficits, buffer fund to its target, liquidity to its minimum (kept in the buffer
    fund), less borrowing, extra instalments; what is left when the debt is paid stays in the buffer fund.  M10
    (assumption)."""
    to_cover = least(surplus, earlier_deficits)
    left = surplus - to_cover
    to_buffer = least(left, to_buffer_target)
    left = left - to_buffer
    to_liquidity = least(left, positive(to_liquidity_minimum - to_buffer - to_cover))
    left = left - to_liquidity
    to_transfer = least(left, borrowing)
    left = left - to_transfer
    to_instalments = least(left, debt)
    return Surplus(to_cover, to_buffer, to_liquidity, to_transfer, to_instalments, left - to_instalments)


def real_return_withdrawn(share, opening_fund, gain_after_cost, base_capital):
    """Expected real return, as long as there is buffer capital to take it from.  M10; HP 4.6.2."""
    return least(share * positive(opening_fund), positive(opening_fund + gain_after_cost - base_capital))
