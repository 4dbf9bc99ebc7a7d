"""What a year is closed from: the plan, the weather, the people beyond the plan, and the opening balance.

All money is nominal mill. kr unless a field says *2020-kr*, which means prices of the base year; rates and shares are
fractions per year. Each field holds one number (compiled engine) or one array over runs (NumPy engine).
"""

from typing import Any, NamedTuple

Number = Any  # a float, or an array over runs (or years, on the baseline)


class Plan(NamedTuple):
    """What the baseline fixes for one year, the same in every run (rules M1, M4-M11)."""

    # prices and market
    cpi_index: Number
    deflator_index: Number
    planned_rate: Number  # three-month money-market rate, the centre of its distribution
    planned_swap_rate: Number  # five-year rate that the planned short rates imply
    reference_rate: Number  # the path behind the plan's own amounts; differs from planned_rate in a stress test
    reference_swap_rate: Number
    grant_price_compensation: Number  # share of a price surprise that the state mends in the grants
    grant_forecast_weight: Number  # of last year's price deviation, in the forecast that grants are set on
    swap_loading: Number  # share of a short-rate surprise that reaches the five-year rate
    loan_margin: Number
    floating_share: Number
    refixing_share: Number  # part of the fixed book that gets a new rate each year
    # dwellings and people
    programme: Number  # planned dwellings completed
    opening_residents: Number
    residents: Number  # average of the year
    closing_residents: Number
    working_age: Number  # average residents aged 20-66
    # revenue, 2020-kr by the municipal deflator
    tax: Number
    national_tax_per_resident: Number  # mill. 2020-kr per resident
    equalisation_rate: Number
    topup_rate: Number
    topup_level: Number
    equalisation_deduction: Number  # share of national tax per resident
    revenue_shortfall: Number  # share of operating revenue that fails
    income_system_loss: Number  # a change of the income system, dated
    block_grant: Number  # general grant before equalisation of tax and needs, at baseline residents
    need: Number  # what the services of the planned residents would cost, at 31 December before
    national_need: Number  # per resident, in the nation
    needs_equalisation: Number  # share of the difference in needs that is equalised
    earlier_residents: Number  # three years before opening_residents
    growth_grant_per_resident: Number  # for those who come beyond growth_grant_limit
    growth_grant_limit: Number  # growth a year, on average of three
    growth_grant_tax_level: Number  # of the national tax per resident: nothing from it on
    host_grant: Number
    integration_grant: Number
    compensation: Number
    compensation_base: Number  # nominal base on which the state pays interest compensation
    imputed_share: Number  # of opening self-financing debt
    full_cost_share: Number  # part of self-financing debt whose interest the fees repay
    sector_revenue: Number
    fee_change: Number  # of the sectors' revenue: what fees bring more (less, if negative)
    property_tax_rate: Number  # per mille of the base
    property_tax_base: Number  # of what stood when the first year opened
    property_tax_base_per_dwelling: Number
    natural_resource_tax: Number  # nominal: a fixed rate per kilowatt-hour
    concession_revenue: Number
    dividends: Number
    one_off_revenue: Number  # nominal
    one_off_expenditure: Number  # nominal
    # services, 2020-kr by the municipal deflator
    kindergartens: Number
    schools: Number
    care: Number
    other_services: Number
    sticky_share: Number  # of what falling use would save, compared with the last plan year
    kindergartens_base: Number  # what it is compared with; 0 in the plan years
    schools_base: Number
    care_base: Number
    other_services_base: Number
    real_standard: Number  # cost per user relative to the plan years
    other_services_following: Number  # the part of other services that follows the residents
    demography_compensation: Number
    new_needs: Number  # adopted, within the services above
    adopted_measures: Number  # savings, within the services above
    measures_delivery: Number  # share of the adopted measures that is realised
    step_years: Number  # years of constant steps that have taken effect
    reacts: Number  # 1 where the municipality decides by the year's result what changes in the next
    surplus_margin: Number  # above the minimum result share: from there on services are expanded
    cut_speed: Number  # share of what the result lacks that is cut in the next year
    growth_speed: Number  # share of what it has above the margin that services grow by
    most_change: Number  # of operating revenue: most that frames change by in a year
    postponement: Number  # share of investment that is postponed when the result is at zero
    pension_premium: Number  # within the services above
    premium_deviation: Number  # nominal: premium less net pension cost, deferred
    premium_amortisation: Number  # nominal: of earlier years' deviations
    pension_in_frames: Number  # amortisation less deviation that the services above hold
    amortisation_years: Number  # of a premium deviation
    premises_share: Number  # yearly running cost of new buildings per krone invested in them
    # investment, 2020-kr by the municipal deflator
    renewal_investment: Number
    infrastructure_per_dwelling: Number
    kindergarten_places: Number  # cost of all places that the planned users need when the lead time has passed
    school_places: Number
    care_places: Number
    kindergarten_projects: Number  # what the places that named projects open and close for those users would cost
    school_projects: Number
    care_projects: Number
    builds_places: Number  # 0 in the plan years, whose adopted programme holds its own places
    cost_overrun: Number  # expected share, after the plan years
    slippage: Number  # share of a year's spending that moves to the next, after the plan years
    capacity_renewal_share: Number  # a year, of the cost of places built after the plan
    water_waste_investment: Number
    housing_investment: Number
    sales: Number
    land_sales: Number  # of what is not depreciated
    grants: Number  # adopted, and developer contributions of planned dwellings
    grant_share: Number  # state grants per krone of non-self-financing investment, beside the adopted ones
    contribution_per_dwelling: Number
    housing_grant_share: Number
    vat_share: Number
    share_purchases: Number
    on_lending: Number  # nominal
    # financing
    use_of_investment_funds: Number  # nominal, adopted
    kept_investment_funds: (
        Number  # nominal, what the adopted uses leave: more came in since, and pays before loans do
    )
    adopted_transfer: Number  # nominal; used when transfer_by_rule is 0
    transfer_by_rule: Number  # 1 from the year the equity rule sets the transfer
    equity_target: Number
    equity_minimum: Number
    instalment_share: Number
    useful_life: Number  # years over which new investment is depreciated
    on_lending_instalment_share: Number
    on_lending_margin: Number
    other_bank_balances: Number  # nominal
    equity_weight: Number  # endowment fund
    equity_return: Number
    dividend_yield: Number
    bond_return: Number
    bond_duration: Number
    endowment_cost_share: Number
    endowment_withdrawal_share: Number
    endowment_base: Number  # nominal: base capital, never paid out
    # funds and rules
    uncovered_by_plan: Number  # nominal: what the cover plan of the opening deficit leaves for later years
    use_of_wage_reserve: Number  # nominal, adopted
    use_of_discretionary_funds: Number  # nominal, adopted
    provision_to_discretionary_funds: Number  # nominal, adopted
    use_of_restricted_funds: Number  # nominal, adopted
    budgeted_buffer_use: Number  # nominal: what of the buffer fund the council budgets before anything is struck
    buffer_floor: Number  # 2020-kr by the CPI: no budget goes below it
    buffer_target_share: Number  # of operating revenue: above it a surplus goes to investment
    buffer_minimum: Number  # 2020-kr by the CPI
    liquidity_minimum: Number  # 2020-kr by the CPI
    result_share_minimum: Number
    deficit_limit_share: Number  # of operating revenue: accumulated deficit that the state steps in at


class Weather(NamedTuple):
    """What chance decides in one year of one run (rule M2). A factor is 1 as planned, and has expectation 1."""

    # the first in the order of ldip.scenario.drivers.SHOCKS
    money_market_rate: Number
    national_tax_factor: Number  # the surprise against the state's budget
    own_tax_factor: Number
    completion_factor: Number
    construction_factor: Number  # cost of building over the deflator
    deflator_factor: Number  # municipal deflator
    cpi_factor: Number
    equity_factor: Number  # of what a krone in equities has become in the year
    free_revenue_factor: Number  # what the state has decided about free revenue per resident relative to needs
    births_factor: Number
    net_arrivals: Number  # beyond those planned, a share of the residents planned at the start
    mortality_factor: Number  # at all ages
    companies_factor: Number  # dividends and concession revenue
    income_system_loss: Number  # share of operating revenue that changes of the income system have taken so far
    delivery_factor: Number  # share of the measures that is realised
    slippage_factor: Number
    persons_factor: Number  # persons per new dwelling
    kept_tax_factor: Number  # what municipalities keep of the national surprise
    premium_surprise: Number  # share of the planned nominal premium, from wages
    amortised_surprise: Number  # of earlier years' surprises, share of the planned nominal premium
    restructuring_step: Number  # not chance but choice, run by run: 2020-kr that restructuring grows by a year


class People(NamedTuple):
    """What the dwellings, births, arrivals and deaths by which a run differs from its plan add this year (rule M3):
    residents, and the cost of their services and places in 2020-kr."""

    opening_residents: Number
    residents: Number  # average of the year
    closing_residents: Number
    working_age: Number
    kindergartens: Number
    schools: Number
    care: Number
    kindergarten_places: Number
    school_places: Number
    care_places: Number
    need: Number  # what the services of the opening residents cost a year
    earlier_residents: Number  # three years before the opening ones


class Projects(NamedTuple):
    """What the named projects of the investment plan come to in one year of one run, by their own cost and time, in
    2020-kr before the market for building (rule M13)."""

    general: Number  # spending, non-self-financing
    water_waste: Number
    housing: Number
    renewal: Number  # part of the planned cost of `general` that renews what is there
    vat: Number  # of the spending, compensated by the state
    new_depreciation: Number  # a year, of what was spent in the year
    ended_depreciation: Number  # nominal, at planned prices: of what has reached the end of its useful life
    grants: Number  # to non-self-financing projects
    housing_grants: Number
    running_cost: Number  # less savings, beyond what the plan's frames hold
    in_use: Number  # planned cost of what has opened, beyond what the plan's own renewal knows of


class Opening(NamedTuple):
    """What a run carries from one year into the next: the opening balance and the memory of the drivers."""

    deflator_index: Number
    fixed_rate: Number  # average rate of the fixed part of the loan book
    swap_surprise: Number  # five-year rate less the reference path's
    deflator_factor: Number  # the deflator over the planned one
    price_deviation: Number  # growth of that in the year
    grant_price_factor: Number  # what price surprises have left of the grants' real value
    extra_completions: Number  # last year's completions beyond the programme
    new_dwellings: Number  # completed since the first year opened
    kindergarten_capacity: Number  # 2020-kr: what the places in place would cost
    school_capacity: Number
    care_capacity: Number
    new_capacity: Number  # 2020-kr invested in new capacity after the plan years
    slipped_investment: Number  # 2020-kr that last year moved into this one
    replacement_value: Number  # 2020-kr: what non-self-financing buildings and facilities would cost new
    maintenance_backlog: Number  # 2020-kr: wear less renewal since the plan; negative: standard has risen
    project_depreciation: Number  # nominal, a year, of what named projects have built
    decided_measures: Number  # 2020-kr a year that the municipality has decided so far; negative: services expanded
    postponement: Number  # share of the year's investment that was decided to wait
    general_debt: Number  # non-self-financing
    self_financing_debt: Number
    on_lending_debt: Number
    on_lent: Number
    buffer_fund: Number
    wage_reserve: Number
    discretionary_funds: Number  # other than buffer fund, wage reserve and endowment fund
    investment_funds: Number
    restricted_funds: Number
    endowment_fund: Number
    uncovered_deficit: Number
    latest_deficit: Number  # the part of it that arose last year
    result_share_breach: Number  # 1 if the result was below its minimum last year
    liquidity_reserve: Number
    premium_deviation: Number  # accumulated: pension premium paid but not yet charged
    fixed_assets: Number  # book value
    depreciation: Number  # of the assets in place
