"""Chapter 3, revenue: taxes, the state's grants, fees, what changes of the income system take, and what a
municipality has of its own (M4, M5, M9, M14)."""

from typing import NamedTuple

from ldip.model.accounts.choices import choose, positive, ratio
from ldip.model.accounts.dwellings import Dwellings
from ldip.model.accounts.inputs import Number, Opening, People, Plan, Weather
from ldip.model.accounts.market import Market


class Revenue(NamedTuple):
    """Nominal mill. kr."""

    tax_revenue: Number
    natural_resource_tax: Number
    equalisation: Number
    block_grant: Number
    needs_grant: Number
    growth_grant: Number
    surprise_taken_back: Number
    general_grant: Number
    income_system_loss: Number
    free_revenue: Number
    property_tax: Number
    concession_revenue: Number
    one_off_revenue: Number
    host_grant: Number
    interest_compensation: Number
    integration_grant: Number
    imputed_capital_cost: Number
    central_revenue: Number
    extra_fees: Number
    sector_revenue: Number
    operating_revenue: Number


SUMS = {
    "general_grant": "block_grant needs_grant growth_grant equalisation -surprise_taken_back",
    "free_revenue": "tax_revenue natural_resource_tax general_grant -income_system_loss",
    "central_revenue": (
        "tax_revenue natural_resource_tax general_grant -income_system_loss property_tax concession_revenue "
        "one_off_revenue host_grant interest_compensation integration_grant imputed_capital_cost"
    ),
    "operating_revenue": "central_revenue -imputed_capital_cost sector_revenue",
}
"""What lines are the sum of, as signed lines: identities and forms are made of this."""


def close_revenue(
    plan: Plan, weather: Weather, people: People, opening: Opening, market: Market, dwellings: Dwellings
) -> Revenue:
    """The year's revenue. What the state decides moves tax and block grant alike; a national surprise moves own and
    national tax, and a part of it is taken back per head; the own shock moves own tax only."""
    deflator, rate = market.deflator_index, market.money_market_rate
    opening_residents = plan.opening_residents + people.opening_residents
    decided = weather.free_revenue_factor
    tax_revenue = tax_collected(
        plan.tax,
        deflator,
        decided * weather.national_tax_factor,
        weather.own_tax_factor,
        dwellings.working_age,
        plan.working_age,
    )
    budgeted_tax_per_resident = plan.national_tax_per_resident * deflator * decided
    national_tax_per_resident = budgeted_tax_per_resident * weather.national_tax_factor
    equalised_tax = tax_revenue + plan.natural_resource_tax
    own_tax_per_resident = ratio(equalised_tax, opening_residents)
    equalisation = tax_equalisation(
        own_tax_per_resident=own_tax_per_resident,
        national_tax_per_resident=national_tax_per_resident,
        residents=opening_residents,
        rate=plan.equalisation_rate,
        topup_rate=plan.topup_rate,
        topup_level=plan.topup_level,
        deduction=plan.equalisation_deduction,
    )
    grant_prices = deflator * market.grant_price_factor
    block_grant = grant_per_resident(
        plan.block_grant, grant_prices * decided, opening_residents, plan.opening_residents
    )
    needs_grant = needs_equalised(
        plan.needs_equalisation, plan.need + people.need, opening_residents, plan.national_need, grant_prices
    )
    growth_grant = grant_for_growth(
        residents=opening_residents,
        earlier_residents=plan.earlier_residents + people.earlier_residents,
        per_resident=plan.growth_grant_per_resident * grant_prices,
        limit=plan.growth_grant_limit,
        below_tax_level=own_tax_per_resident < plan.growth_grant_tax_level * national_tax_per_resident,
    )
    surprise_taken_back = opening_residents * taken_back_per_resident(
        budgeted_tax_per_resident, weather.national_tax_factor, weather.kept_tax_factor
    )
    general_grant = block_grant + needs_grant + growth_grant + equalisation - surprise_taken_back
    host_grant, integration_grant = plan.host_grant * deflator, plan.integration_grant * deflator
    interest_compensation = compensated_interest(
        plan.compensation, deflator, plan.compensation_base, rate, plan.reference_rate
    )
    imputed_capital_cost = repaid_capital_cost(
        opening.self_financing_debt, plan.imputed_share, plan.full_cost_share, market.swap_surprise
    )
    extra_fees = fees_changed(plan.fee_change, plan.sector_revenue * deflator, dwellings.residents, plan.residents)
    sector_revenue = extra_fees + fees_and_refunds(
        planned=plan.sector_revenue,
        deflator_index=deflator,
        residents=dwellings.residents,
        planned_residents=plan.residents,
        full_cost_share=plan.full_cost_share,
        self_financing_debt=opening.self_financing_debt,
        swap_surprise=market.swap_surprise,
    )
    other_revenue = host_grant + integration_grant + interest_compensation
    income_system_loss = taken_by_income_system(
        plan.income_system_loss,
        deflator,
        plan.revenue_shortfall,
        weather.income_system_loss,
        equalised_tax + general_grant + other_revenue + sector_revenue,
    )
    free_revenue = equalised_tax + general_grant - income_system_loss
    property_base = plan.property_tax_base + plan.property_tax_base_per_dwelling * opening.new_dwellings
    property_tax = tax_on_property(plan.property_tax_rate, property_base, deflator)
    concession_revenue = plan.concession_revenue * deflator * weather.companies_factor
    external_revenue = free_revenue + other_revenue + (property_tax + concession_revenue + plan.one_off_revenue)
    return Revenue(
        tax_revenue=tax_revenue,
        natural_resource_tax=plan.natural_resource_tax,
        equalisation=equalisation,
        block_grant=block_grant,
        needs_grant=needs_grant,
        growth_grant=growth_grant,
        surprise_taken_back=surprise_taken_back,
        general_grant=general_grant,
        income_system_loss=income_system_loss,
        free_revenue=free_revenue,
        property_tax=property_tax,
        concession_revenue=concession_revenue,
        one_off_revenue=plan.one_off_revenue,
        host_grant=host_grant,
        interest_compensation=interest_compensation,
        integration_grant=integration_grant,
        imputed_capital_cost=imputed_capital_cost,
        central_revenue=external_revenue + imputed_capital_cost,
        extra_fees=extra_fees,
        sector_revenue=sector_revenue,
        operating_revenue=external_revenue + sector_revenue,
    )


def tax_collected(tax, deflator_index, national_factor, own_factor, working_age, planned_working_age):
    """Tax = planned tax in 2020-kr x deflator x national x own x working-age residents relative to plan.  M4."""
    return tax * deflator_index * national_factor * own_factor * ratio(working_age, planned_working_age)


def tax_equalisation(
    own_tax_per_resident, national_tax_per_resident, residents, rate, topup_rate, topup_level, deduction
):
    """Residents x (rate x (m - s) + top-up x max(0, level x m - s) - deduction x m), s own and m national tax
    per resident.  M4; inntektsutjevningen, symmetric part 60 % in 2020."""
    symmetric = rate * (national_tax_per_resident - own_tax_per_resident)
    topup = topup_rate * positive(topup_level * national_tax_per_resident - own_tax_per_resident)
    return residents * (symmetric + topup - deduction * national_tax_per_resident)


def grant_per_resident(planned, price_index, opening_residents, planned_opening_residents):
    """Grant before equalisation: planned real amount per resident at the start of the year.  M4 (one year's lag)."""
    return planned * price_index * ratio(opening_residents, planned_opening_residents)


def needs_equalised(share, need, residents, national_need, price_index):
    """Equalisation of needs (utgiftsutjevning) = share x (what the services of the residents by age cost - what they
    cost for as many average residents of the nation), at the start of the year.  M4; full in the income system."""
    return share * (need - residents * national_need) * price_index


def grant_for_growth(residents, earlier_residents, per_resident, limit, below_tax_level):
    """Growth grant = amount x residents who came beyond the limit, a year on average of three; none for those rich
    in tax.  M4; veksttilskuddet, Prop. 123 S (2015-16)."""
    growing = (residents - earlier_residents) / 3.0 - limit * earlier_residents
    return choose(below_tax_level, per_resident * positive(growing), 0.0)


def taken_back_per_resident(budgeted_tax, national_factor, kept_factor):
    """What the state takes back of the year's surprise in national tax (gives, if negative), the same for every
    resident of the nation.  M4; extra tax of 2022 cut the grant, missing tax of 2024 raised it."""
    return budgeted_tax * (national_factor - kept_factor)


def compensated_interest(planned, deflator_index, base, money_market_rate, reference_rate):
    """State interest compensation follows the short rate on the base it is paid for.  M5; HP 4.4.3."""
    return positive(planned * deflator_index + base * (money_market_rate - reference_rate))


def repaid_capital_cost(opening_self_financing_debt, imputed_share, full_cost_share, swap_surprise):
    """Imputed interest and depreciation that fees repay = share of opening self-financing debt; the interest
    part moves with the five-year rate.  M9; selvkostforskriften § 5 (five-year swap + 0.5 pp)."""
    return opening_self_financing_debt * (imputed_share + full_cost_share * swap_surprise)


def fees_and_refunds(
    planned, deflator_index, residents, planned_residents, full_cost_share, self_financing_debt, swap_surprise
):
    """Fees, refunds and user payments follow the residents; water and waste fees also follow the imputed rate.
    HP 11.1 less internal transfers."""
    follows_residents = planned * deflator_index * ratio(residents, planned_residents)
    return follows_residents + full_cost_share * self_financing_debt * swap_surprise


def fees_changed(change, planned, residents, planned_residents):
    """What higher fees bring (lower ones cost, if negative) = a share of the sectors' revenue.  M14."""
    return change * planned * ratio(residents, planned_residents)


def tax_on_property(rate, base, deflator_index):
    """Property tax = per mille of the base, 2020-kr.  M14; eiendomsskatteloven §§ 11, 13; no part of the
    equalisation."""
    return 0.001 * rate * base * deflator_index


def taken_by_income_system(planned_loss, deflator_index, shortfall, lost_share, revenue):
    """What changes of the income system take = dated loss, 2020-kr, and shares of revenue: a shortfall assumed, and
    what chance has taken so far.  M2, M4; the reform of 2024 took 4.2 % of Bærum's revenue."""
    return planned_loss * deflator_index + (shortfall + lost_share) * revenue
