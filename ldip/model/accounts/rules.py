"""Chapter 9, the rules: key figures, which rules are broken, and how much must be restructured (M11, M12)."""

from typing import NamedTuple

from ldip.model.accounts.balance import Balance
from ldip.model.accounts.choices import NOISE, choose, event, greatest, least, positive, ratio
from ldip.model.accounts.dwellings import Dwellings
from ldip.model.accounts.finance import Finance
from ldip.model.accounts.inputs import Number, Opening, Plan
from ldip.model.accounts.investment import Investment
from ldip.model.accounts.market import Market
from ldip.model.accounts.revenue import Revenue
from ldip.model.accounts.services import Services
from ldip.model.accounts.year_end import YearEnd


class Rules(NamedTuple):
    """Shares are fractions of operating revenue unless their catalogue entry says otherwise; a breach is 0 or 1."""

    net_operating_result_share: Number
    underlying_result_share: Number
    debt_ratio: Number
    debt_ratio_mixed_prices: Number
    debt_ratio_with_deficits: Number
    equity_share: Number
    fund_share: Number
    investment_fund_share: Number
    free_fund_share: Number
    self_financing_share: Number
    general_debt_ratio: Number
    debt_ratio_without_on_lending: Number
    net_financial_cost_share: Number
    investment_share: Number
    debt_per_resident: Number
    rate_exposure_first_year: Number
    rate_exposure_full: Number
    result_share_breach: Number
    result_share_breach_twice: Number
    equity_share_breach: Number
    buffer_fund_breach: Number
    liquidity_breach: Number
    uncovered_deficit_breach: Number
    any_rule_breach: Number
    state_register: Number
    restructuring_need: Number
    restructuring_need_share: Number
    frames_change_share: Number
    newly_decided: Number
    decided_measures: Number
    postponement: Number


def close_rules(
    plan: Plan,
    opening: Opening,
    market: Market,
    dwellings: Dwellings,
    revenue: Revenue,
    services: Services,
    investment: Investment,
    finance: Finance,
    year_end: YearEnd,
    balance: Balance,
) -> Rules:
    """Hold the year against the rules. What rounding alone breaks is not broken (NOISE)."""
    operating_revenue = revenue.operating_revenue
    noise = NOISE * positive(operating_revenue)
    buffer_minimum = plan.buffer_minimum * market.cpi_index
    liquidity_minimum = plan.liquidity_minimum * market.cpi_index
    equity = equity_of(year_end, investment)
    result_gap = lacking_result(plan.result_share_minimum, operating_revenue, finance.underlying_result)
    equity_gap = least(
        positive(plan.equity_minimum * investment.general_investment - equity), year_end.general_borrowing
    )
    result_share_breach = event(result_gap > noise)
    equity_share_breach = event(equity_gap > noise)
    buffer_fund_breach = event(balance.closing_buffer_fund < buffer_minimum - noise)
    liquidity_breach = event(balance.closing_liquidity_reserve < liquidity_minimum - noise)
    uncovered_deficit_breach = event(balance.closing_uncovered_deficit > noise)
    broken_rules = (
        result_share_breach + equity_share_breach + buffer_fund_breach + liquidity_breach + uncovered_deficit_breach
    )
    restructuring_need = need_of_the_year(
        result_gap,
        equity_gap,
        buffer_gap=stock_gap(buffer_minimum, opening.buffer_fund, balance.closing_buffer_fund),
        liquidity_gap=stock_gap(liquidity_minimum, opening.liquidity_reserve, balance.closing_liquidity_reserve),
        year_end=year_end,
        noise=noise,
    )
    underlying_share = ratio(finance.underlying_result, operating_revenue)
    decided_share = decided_by_result(
        underlying_share,
        plan.result_share_minimum,
        plan.surplus_margin,
        plan.cut_speed,
        plan.growth_speed,
        plan.most_change,
    )
    newly_decided = plan.reacts * decided_share * operating_revenue

    closing_net_debt = balance.closing_net_debt
    debt_ratio = ratio(closing_net_debt, operating_revenue)
    borrowing = year_end.general_borrowing + investment.self_financing_borrowing
    ordinary_debt = balance.closing_general_debt + balance.closing_self_financing_debt
    funds = balance.closing_buffer_fund + balance.closing_wage_reserve + balance.closing_discretionary_funds
    first_year_share = plan.floating_share + (1.0 - plan.floating_share) * plan.refixing_share
    lent_and_banked = balance.closing_on_lent + balance.closing_liquidity_reserve + plan.other_bank_balances
    repaid_by_fees = plan.full_cost_share * balance.closing_self_financing_debt
    bonds_held = (1.0 - plan.equity_weight) * balance.closing_endowment_fund
    return Rules(
        net_operating_result_share=ratio(finance.net_operating_result, operating_revenue),
        underlying_result_share=underlying_share,
        debt_ratio=debt_ratio,
        debt_ratio_mixed_prices=debt_ratio * ratio(market.deflator_index, market.cpi_index),
        debt_ratio_with_deficits=ratio(closing_net_debt + balance.closing_uncovered_deficit, operating_revenue),
        equity_share=ratio(equity, investment.general_investment),
        fund_share=ratio(funds, operating_revenue),
        investment_fund_share=ratio(balance.closing_investment_funds, operating_revenue),
        free_fund_share=ratio(funds + balance.closing_investment_funds, operating_revenue),
        self_financing_share=not_borrowed(borrowing, investment.gross_investment),
        general_debt_ratio=ratio(balance.closing_general_debt, operating_revenue),
        debt_ratio_without_on_lending=ratio(ordinary_debt, operating_revenue),
        net_financial_cost_share=ratio(finance.net_financial_cost, operating_revenue),
        investment_share=ratio(investment.gross_investment, operating_revenue),
        debt_per_resident=ratio(balance.closing_debt, dwellings.closing_residents),
        rate_exposure_first_year=rate_exposure(
            first_year_share * balance.closing_debt, lent_and_banked, repaid_by_fees, plan.compensation_base
        ),
        rate_exposure_full=rate_exposure(
            balance.closing_debt, lent_and_banked + bonds_held, repaid_by_fees, plan.compensation_base
        ),
        result_share_breach=result_share_breach,
        result_share_breach_twice=result_share_breach * opening.result_share_breach,
        equity_share_breach=equity_share_breach,
        buffer_fund_breach=buffer_fund_breach,
        liquidity_breach=liquidity_breach,
        uncovered_deficit_breach=uncovered_deficit_breach,
        any_rule_breach=event(broken_rules > 0.5),
        state_register=in_state_register(
            uncovered=balance.closing_uncovered_deficit,
            overdue=balance.closing_overdue_deficit,
            limit=plan.deficit_limit_share * positive(operating_revenue),
            noise=noise,
        ),
        restructuring_need=restructuring_need,
        restructuring_need_share=ratio(restructuring_need, services.net_sector_expenditure),
        frames_change_share=change_of_frames(services.restructuring_measures, services.net_sector_expenditure),
        newly_decided=newly_decided,
        decided_measures=opening.decided_measures + ratio(newly_decided, market.deflator_index),
        postponement=plan.reacts * postponed_share(underlying_share, plan.result_share_minimum, plan.postponement),
    )


def equity_of(year_end, investment):
    """What operations, VAT compensation and funds pay of investment, less purchases of shares.  M8, M11."""
    return (
        year_end.transfer_to_investment
        - year_end.extra_instalments
        + investment.vat_compensation
        + investment.use_of_investment_funds
        - investment.share_purchases
    )


def need_of_the_year(result_gap, equity_gap, buffer_gap, liquidity_gap, year_end, noise):
    """The lasting improvement that makes every rule hold that the year itself broke. An improvement goes back through
    the year-end in the order of the law; what is struck to cover earlier deficits is earlier years' need.  M12.1."""
    own_year = event(year_end.struck_cover <= noise)
    last_funds = year_end.new_uncovered_deficit + year_end.emergency_wage_reserve_use + year_end.emergency_fund_use
    before_transfer = last_funds + year_end.emergency_buffer_use + year_end.struck_cover + year_end.struck_provision
    return lasting_need(
        result_gap,
        positive(equity_gap - year_end.struck_transfer),
        year_end.new_uncovered_deficit,
        need_to_restore(own_year * least(equity_gap, year_end.struck_transfer), before_transfer, 0.0, noise),
        buffer_need(
            buffer_gap,
            last_funds,
            year_end.emergency_buffer_use,
            year_end.struck_provision + year_end.struck_transfer,
            own_year,
            noise,
        ),
        liquidity_need(liquidity_gap, before_transfer, year_end.struck_transfer, noise),
    )


def not_borrowed(borrowing, investment):
    """Share of gross investment that is not borrowed; all of it in a year without investment.  M11."""
    return 1.0 - ratio(borrowing, investment)


def rate_exposure(repriced_debt, repriced_assets, repaid_by_fees, compensation_base):
    """What a lasting rise of one percentage point costs a year: 1 % of the debt that gets the new rate, less on-lent
    money, bank balances, bonds, the debt whose interest fees repay, and the base of state compensation.  M9."""
    return 0.01 * (repriced_debt - repriced_assets - repaid_by_fees - compensation_base)


def lacking_result(minimum_share, operating_revenue, net_operating_result):
    """What the net operating result lacks of its minimum share of revenue.  M11, M12.1."""
    return positive(minimum_share * operating_revenue - net_operating_result)


def stock_gap(minimum, opening, closing):
    """How much of this year's fall took a stock below its minimum.  M12.1: what was missing already when the
    year opened is earlier years' need and is not counted again."""
    return positive(least(minimum, opening) - closing)


def lasting_need(result, missing_equity, uncovered, equity, buffer, liquidity):
    """The lasting improvement that makes every rule hold: for the result share; for what adopted transfers lack of
    equity and, with the same money, for the deficit, the struck equity, the buffer fund and liquidity, whichever
    takes most.  M12.1."""
    return greatest(result, missing_equity + greatest(greatest(uncovered, equity), greatest(buffer, liquidity)))


def need_to_restore(gap, before, after, noise):
    """What it takes to restore `gap`: an improvement goes back through the year-end in the order of the law, and
    covers what was taken `before` first.  M10, M12.1."""
    return choose(gap > noise, before + after + gap, 0.0)


def buffer_need(buffer_gap, last_funds, emergency_buffer_use, struck, own_year, noise):
    """What it takes to keep the buffer fund: an improvement first covers the deficit and the funds used after it,
    then gives back the buffer fund, what was struck, and the budgeted use of the buffer fund; the last not while
    earlier deficits stand.  M10, M12.1."""
    beyond = own_year * positive(buffer_gap - emergency_buffer_use)
    given_back = least(buffer_gap, emergency_buffer_use) + beyond
    return need_to_restore(given_back, last_funds, choose(beyond > noise, struck, 0.0), noise)


def liquidity_need(liquidity_gap, before_transfer, struck_transfer, noise):
    """What it takes to keep the liquidity reserve: all that an improvement gives back lifts it, but the struck
    transfer.  M10, M12.1."""
    return liquidity_gap + choose(liquidity_gap > before_transfer + noise, struck_transfer, 0.0)


def in_state_register(uncovered, overdue, limit, noise):
    """1 where the accumulated deficit passes its limit or some of it is older than two years.  M10;
    kommuneloven § 28-1."""
    return event(event(uncovered > limit + noise) + event(overdue > noise) > 0.5)


def decided_by_result(share, minimum, margin, cut_speed, growth_speed, most):
    """What a municipality that steers takes out of its service frames in the next year (adds, if negative), as a
    share of revenue: a part of what the underlying result lacks of its minimum, or has above minimum + margin, at
    most so much a year.  M12 (assumption)."""
    wanted = cut_speed * positive(minimum - share) - growth_speed * positive(share - minimum - margin)
    return greatest(least(wanted, most), -most)


def change_of_frames(measures, net_sector_expenditure):
    """Lasting change of the service frames, of what they would cost without it: cuts are negative.  M12."""
    return -ratio(measures, net_sector_expenditure + measures)


def postponed_share(share, minimum, postponement):
    """Share of the next year's investment that a municipality that steers lets wait: in proportion to what the
    underlying result lacks, all of `postponement` at a result of nothing.  M12; local investment is what gives way
    first (Rattsø, FinanzArchiv 2004)."""
    return postponement * least(ratio(positive(minimum - share), minimum), 1.0)
