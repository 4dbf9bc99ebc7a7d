"""One small function per line of the accounts.

Every function takes and returns plain numbers, or arrays over runs: the NumPy engine calls these functions
as they stand, the compiled engine compiles the same source. So they use only ``+ - * /`` and the four choices
below, never ``if``, ``min`` or a transcendental function: both engines then give the same bits.
Docstrings give the formula and where it comes from: M-rules are those of ``docs/model.md``, HP is Bærum's
Handlingsprogram 2020-2023. Money is nominal mill. kr.
"""

import numpy as np

from ldip.model.accounts.state import Number

NOISE = 1e-9
"""Less than a billionth of revenue (some ten kroner) is rounding, not a broken rule."""

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


def index(planned_index, factor):
    """Price index = planned index x factor. [base year = 1 on the baseline]  M1, M2."""
    return planned_index * factor


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


def income_system_loss(planned_loss, deflator_index, shortfall, lost_share, revenue):
    """What changes of the income system take = dated loss, 2020-kr, and shares of revenue: a shortfall assumed, and
    what chance has taken so far.  M2, M4; the reform of 2024 took 4.2 % of Bærum's revenue."""
    return planned_loss * deflator_index + (shortfall + lost_share) * revenue


# --- 4 operations ---


def service_cost(planned, real_standard, extra_demand, deflator_index):
    """Net cost of a service = (frame + standard x cost of users beyond the plan) x deflator.  M6, with the demand
    weighted in kr, so that the demography-adjusted share of the frame is implied."""
    return (planned + real_standard * extra_demand) * deflator_index


def other_service_cost(planned, following, deflator_index, residents, planned_residents):
    """Other services = (frame + the part following residents x relative deviation of residents) x deflator.  M6."""
    return (planned + following * (ratio(residents, planned_residents) - 1.0)) * deflator_index


def premises_cost(premises_share, opening_new_capacity, deflator_index):
    """Running costs (FDV) of buildings added since the plan, from the year after.  M6."""
    return premises_share * opening_new_capacity * deflator_index


def undelivered_measures(adopted, delivery):
    """Adopted measures that fail = measures x (1 - delivery): the frames count on all of them.  M6; HP table 4.8."""
    return adopted * (1.0 - delivery)


def restructuring_measures(step, step_years, decided, delivery, deflator_index):
    """Lasting savings beyond the plan = (step x its years + decided by the rule) x delivery x deflator.  M12."""
    return (step * step_years + decided) * delivery * deflator_index


def price_compensation(amount, price_index, opening_index):
    """What of this year's cost is compensation for the year's growth of prices and wages.  M1; HP 11.4."""
    return amount * (1.0 - ratio(opening_index, price_index))


def pension_cost(premium, deviation, amortisation):
    """Pension cost = premium paid - this year's premium deviation + amortisation of earlier ones.  M6; HP 11.9."""
    return premium - deviation + amortisation


def pension_beyond_frames(amortisation, deviation, in_frames, deflator_index):
    """Amortisation less deviation, beyond what the service frames hold.  M6: the premium follows the frames."""
    return amortisation - deviation - in_frames * deflator_index


# --- 5 investment and its planned financing ---


def capacity(opening_capacity, planned_places, extra_places, builds_places):
    """Places in place, 2020-kr: built when the users to come pass what is there, never torn down.  M7. In the plan
    years the adopted programme builds for the planned users only."""
    return greatest(opening_capacity, planned_places + builds_places * extra_places)


def cost_overrun(investment, builds, expected_overrun, construction_factor):
    """What building costs beyond its plan = investment x ((1 + expected overrun) x cost factor - 1).  M7; nothing in
    the plan years, whose programme is adopted in current prices."""
    return builds * investment * ((1.0 + expected_overrun) * construction_factor - 1.0)


def grants(planned, share, investment, contribution_per_dwelling, opening_extra_completions, deflator_index):
    """Grants and developer contributions, 2020-kr to nominal; the contribution of a dwelling comes the year after
    it.  M7."""
    contribution = contribution_per_dwelling * opening_extra_completions
    return positive(planned + share * investment + contribution) * deflator_index


def planned_transfer(by_rule, adopted, equity_target, general_investment, vat, funds, shares):
    """Transfer from operations: adopted in the plan years, then target x investment - VAT - funds + shares.  M8."""
    rule = positive(equity_target * general_investment - vat - funds + shares)
    return choose(by_rule > 0.5, rule, adopted)


def fixed_assets(opening, investment, vat, sales, depreciation):
    """Book value = opening + investment without refunded VAT - sales - depreciation.  M8 (sales at book value is an
    assumption)."""
    return opening + investment - vat - sales - depreciation


def depreciation_ahead(depreciation, investment, vat, useful_life):
    """Next year's straight-line depreciation: a life's part of the assets in place has reached its end, a life's part
    of the year's investment is added.  M8 (even ages: assumption)."""
    return depreciation + (investment - vat - depreciation) / useful_life


# --- 6 finance ---


def minimum_instalments(depreciation, ordinary_debt, book_value):
    """Statutory minimum = depreciation x loans / book value of what is depreciated; on-lending stands outside.
    M8; kommuneloven § 14-18."""
    return depreciation * ratio(ordinary_debt, book_value)


def instalments(opening_debt, share, minimum, ordinary_debt):
    """Instalments = share of opening debt, never below this debt's part of the statutory minimum.  M8."""
    return opening_debt * greatest(share, ratio(minimum, ordinary_debt))


def interest(rate, opening_debt, closing_debt):
    """Interest on the average of opening and planned closing total debt.  M9."""
    return rate * 0.5 * (opening_debt + closing_debt)


def interest_income(on_lent, on_lending_margin, money_market_rate, liquidity, other_balances):
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


def endowment_gain(equity_return, opening_fund, equity_weight, dividend_yield, bond_weight, bonds_lose):
    """Change of market value inside the return: equities beyond dividends, less what rising rates take from bonds.
    M10; HP 11.5 shows it apart from interest and dividends."""
    return equity_return - opening_fund * (equity_weight * dividend_yield + bond_weight * bonds_lose)


def endowment_withdrawal(share, opening_fund, gain_after_cost, base_capital):
    """Expected real return, as long as there is buffer capital to take it from.  M10; HP 4.6.2."""
    return least(share * positive(opening_fund), positive(opening_fund + gain_after_cost - base_capital))


# --- 8 balance ---


def overdue_deficit(opening_deficit, latest_deficit, covered):
    """Deficits that arose two years ago or earlier and still stand; the oldest are covered first.  M10;
    kommuneloven § 14-11: to be covered within two years."""
    return positive(opening_deficit - latest_deficit - covered)


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


def newly_decided(rule_policy, need, deflator_index, maximum_pace):
    """What the rule policy decides this year for the next: the need, at most the maximum pace, 2020-kr.  M12."""
    return rule_policy * least(ratio(need, deflator_index), maximum_pace)


def event(condition):
    """1 where it happens, 0 where not."""
    return choose(condition, 1.0, 0.0)
