"""One small function per line of the accounts.

Every function takes and returns plain numbers, or arrays over runs: the NumPy engine calls these functions
as they stand, the compiled engine compiles the same source. So they use only ``+ - * /`` and the four choices
below, never ``if``, ``min`` or a transcendental function: both engines then give the same bits.
Docstrings give the formula and where it comes from: M-rules are those of ``docs/model.md``, HP is Bærum's
Handlingsprogram 2020-2023. Money is nominal mill. kr.
"""

import numpy as np

from ldip.model.state import Number

# --- choices (the compiled engine puts scalar versions in their place: kernel.py) ---


def choose(condition: Number, chosen: Number, otherwise: Number) -> Number:
    """`chosen` where the condition holds, else `otherwise`."""
    return np.where(condition, chosen, otherwise)


def least(a: Number, b: Number) -> Number:
    """The smaller of two."""
    return choose(a < b, a, b)


def greatest(a: Number, b: Number) -> Number:
    """The greater of two."""
    return choose(a > b, a, b)


def positive(a: Number) -> Number:
    """The part above zero."""
    return choose(a > 0.0, a, 0.0)


def ratio(part: Number, whole: Number) -> Number:
    """part / whole; 0 where the whole is not positive (a municipality without revenue has no ratio)."""
    return choose(whole > 0.0, part, 0.0) / choose(whole > 0.0, whole, 1.0)


# --- 1 market ---


def index(opening_index, growth):
    """Price index = opening index x (1 + growth). [base year = 1]  M1."""
    return opening_index * (1.0 + growth)


def swap_rate(planned_swap_rate, swap_loading, money_market_rate, planned_rate):
    """Five-year rate = planned five-year rate + loading x short-rate surprise. [per year]  M9: the mean of
    the expected short rates over five years; loading = (1 - phi^5) / (5 (1 - phi))."""
    return planned_swap_rate + swap_loading * (money_market_rate - planned_rate)


def fixed_rate(opening_fixed_rate, swap, refixing_share):
    """Average fixed rate moves by the share refixed this year towards the five-year rate. [per year]  M9."""
    return opening_fixed_rate + refixing_share * (swap - opening_fixed_rate)


def loan_rate(floating_share, money_market_rate, fixed, loan_margin):
    """Effective rate = floating share x short rate + fixed share x average fixed rate + margin.  M9."""
    return floating_share * money_market_rate + (1.0 - floating_share) * fixed + loan_margin


# --- 2 dwellings and people ---


def completions(programme, completion_factor):
    """Dwellings completed = programme x factor.  M2, M3."""
    return programme * completion_factor


def with_dwellings(planned, per_dwelling, extra_dwellings):
    """A baseline amount + its response per dwelling x dwellings beyond the programme.  M3: the population is
    linear in dwellings."""
    return planned + per_dwelling * extra_dwellings


# --- 3 revenue ---


def tax_revenue(tax, deflator_index, national_factor, own_factor, working_age, planned_working_age):
    """Tax = planned tax in 2020-kr x deflator x national x own x working-age residents relative to plan.  M4."""
    return tax * deflator_index * national_factor * own_factor * ratio(working_age, planned_working_age)


def equalisation(
    own_tax_per_resident, national_tax_per_resident, residents, rate, topup_rate, topup_level, deduction
):
    """Residents x (rate x (m - s) + top-up x max(0, level x m - s) - deduction x m), s own and m national tax
    per resident.  M4; inntektsutjevningen, symmetric part 60 % in 2020."""
    symmetric = rate * (national_tax_per_resident - own_tax_per_resident)
    topup = topup_rate * positive(topup_level * national_tax_per_resident - own_tax_per_resident)
    return residents * (symmetric + topup - deduction * national_tax_per_resident)


def block_grant(planned, deflator_index, opening_residents, planned_opening_residents):
    """Grant before equalisation: planned real amount per resident at the start of the year.  M4 (one year's lag)."""
    return planned * deflator_index * ratio(opening_residents, planned_opening_residents)


def interest_compensation(planned, deflator_index, base, money_market_rate, reference_rate):
    """State interest compensation follows the short rate on the base it is paid for.  M5; HP 4.4.3."""
    return positive(planned * deflator_index + base * (money_market_rate - reference_rate))


def imputed_capital_cost(opening_self_financing_debt, imputed_share, full_cost_share, swap_surprise):
    """Imputed interest and depreciation that fees repay = share of opening self-financing debt; the interest
    part moves with the five-year rate.  M9; selvkostforskriften § 5 (five-year swap + 0.5 pp)."""
    return opening_self_financing_debt * (imputed_share + full_cost_share * swap_surprise)


def sector_revenue(
    planned, deflator_index, residents, planned_residents, full_cost_share, self_financing_debt, swap_surprise
):
    """Fees, refunds and user payments follow the residents; water and waste fees also follow the imputed rate.
    HP 11.1 less internal transfers."""
    follows_residents = planned * deflator_index * ratio(residents, planned_residents)
    return follows_residents + full_cost_share * self_financing_debt * swap_surprise


# --- 4 operations ---


def service_cost(planned, per_dwelling, extra_dwellings, deflator_index):
    """Net cost of a service = (frame + cost per user x users beyond the plan) x deflator.  M6, with the demand
    weighted in kr, so that the demography-adjusted share of the frame is implied."""
    return (planned + per_dwelling * extra_dwellings) * deflator_index


def other_service_cost(planned, deflator_index, residents, planned_residents, elasticity):
    """Other services: frame x deflator x (1 + elasticity x relative deviation of residents).  M6 (assumption)."""
    return planned * deflator_index * (1.0 + elasticity * (ratio(residents, planned_residents) - 1.0))


def premises_cost(premises_share, opening_new_capacity, deflator_index):
    """Running costs (FDV) of buildings added since the plan, from the year after.  M6."""
    return premises_share * opening_new_capacity * deflator_index


# --- 5 investment and its planned financing ---


def capacity_investment(planned, cost_per_dwelling, extra_completions):
    """New places, 2020-kr = planned + cost of places per dwelling x dwellings beyond the programme, never
    negative.  M7."""
    return positive(planned + cost_per_dwelling * extra_completions)


def grants(planned, contribution_per_dwelling, opening_extra_completions, deflator_index):
    """Grants and developer contributions; the contribution of a dwelling comes the year after it.  M7."""
    return positive(planned + contribution_per_dwelling * opening_extra_completions) * deflator_index


def planned_transfer(by_rule, adopted, equity_target, general_investment, vat, funds, shares):
    """Transfer from operations: adopted in the plan years, then target x investment - VAT - funds + shares.  M8."""
    rule = positive(equity_target * general_investment - vat - funds + shares)
    return choose(by_rule > 0.5, rule, adopted)


# --- 6 finance ---


def instalments(opening_debt, share, minimum_share):
    """Instalments = share of opening debt, never below the statutory minimum share.  M8; kommuneloven § 14-18."""
    return opening_debt * greatest(share, minimum_share)


def interest(rate, opening_debt, closing_debt):
    """Interest on the average of opening and planned closing total debt.  M9."""
    return rate * 0.5 * (opening_debt + closing_debt)


def interest_income(on_lent, on_lending_margin, money_market_rate, liquidity, other_balances):
    """Borrowers of on-lent money pay the short rate + margin; bank balances earn the short rate.  M9."""
    return on_lent * (money_market_rate + on_lending_margin) + (liquidity + other_balances) * money_market_rate


def bond_return(carry, opening_swap_surprise, swap_surprise, duration):
    """Planned carry + last year's rate surprise - duration x this year's change of it. [per year]  M2."""
    return carry + opening_swap_surprise - duration * (swap_surprise - opening_swap_surprise)


def endowment_return(opening_fund, equity_weight, equity_return, bonds):
    """Return of the endowment fund (BKFF) before costs.  M10; HP 11.3: 40 % equities, 60 % bonds."""
    return opening_fund * (equity_weight * equity_return + (1.0 - equity_weight) * bonds)


# --- 9 key figures, rules and restructuring need ---


def rate_exposure(repriced_debt, repriced_assets, full_cost_share, self_financing_debt, compensation_base):
    """What a lasting rise of one percentage point costs a year: 1 % of the debt that gets the new rate, less on-lent
    money, bank balances, bonds, the debt whose interest fees repay, and the base of state compensation.  M9."""
    return 0.01 * (repriced_debt - repriced_assets - full_cost_share * self_financing_debt - compensation_base)


def result_gap(minimum_share, operating_revenue, net_operating_result):
    """What the net operating result lacks of its minimum share of revenue.  M11, M12.1."""
    return positive(minimum_share * operating_revenue - net_operating_result)


def stock_gap(minimum, opening, closing):
    """How much of this year's fall took a stock below its minimum.  M12.1: what was missing already when the
    year opened is earlier years' need and is not counted again."""
    return positive(least(minimum, opening) - closing)


def buffer_need(buffer_gap, uncovered, transfer_cut, emergency_fund_use, noise):
    """What it takes to keep the buffer fund: in the order of the year-end an improvement first covers the deficit
    and gives back the cut transfer and the other funds.  M10, M12.1."""
    return choose(buffer_gap > noise, uncovered + transfer_cut + emergency_fund_use + buffer_gap, 0.0)


def liquidity_need(liquidity_gap, uncovered, transfer_cut, noise):
    """What it takes to keep the liquidity reserve: a smaller deficit and more funds lift it, giving back the cut
    transfer in between does not.  M10, M12.1."""
    return liquidity_gap + choose(liquidity_gap > uncovered + noise, transfer_cut, 0.0)


def restructuring_need(result, equity, uncovered, buffer, liquidity):
    """The lasting improvement that makes every rule hold: for the result share; for equity and, with the same
    money, for the deficit, the buffer fund and liquidity, whichever takes most.  M12.1."""
    return greatest(result, equity + greatest(uncovered, greatest(buffer, liquidity)))


def event(condition):
    """1 where it happens, 0 where not."""
    return choose(condition, 1.0, 0.0)
