"""The accounts once more, slowly: docs/model.md in plain Python, written without looking at the program.

Nothing here is shared with ldip, not even the reading of the files. One run at a time, one year at a time, floats,
`if`, `min` and `max`. What differs between this and the program is an error in one of them, or in the page.
"""

import csv
import math
import tomllib
from pathlib import Path
from types import SimpleNamespace

SERVICES = ("kindergartens", "schools", "care")
NOISE = 1e-9  # of operating revenue: rounding that breaks no rule


def pos(a):
    return a if a > 0 else 0.0


def ratio(a, b):
    return a / b if b > 0 else 0.0


# --- reading -----------------------------------------------------------------------------------------------------


def read_scenario(folder, changes=()):
    """base.toml with the change files laid over it, and the three tables as lists of rows."""
    folder = Path(folder)
    tree = tomllib.loads((folder / "base.toml").read_text(encoding="utf-8"))
    for change in changes:
        sections = tomllib.loads(Path(change).read_text(encoding="utf-8"))
        sections.pop("change", None)
        lay_over(tree, sections)
    for table in ("plan", "population", "demand"):
        with open(folder / f"{table}.csv", encoding="utf-8", newline="") as file:
            tree[table] = list(csv.DictReader(file))
    return tree


def lay_over(tree, change):
    """A number is replaced whole; a section is gone into."""
    for key, new in change.items():
        if isinstance(new, dict) and "value" not in new and "dated" not in new:
            lay_over(tree[key], new)
        else:
            tree[key] = new


def number(quantity, year):
    """The value of a number of base.toml in a year; before the first dated year, the first value."""
    if "value" in quantity:
        return float(quantity["value"])
    starts = sorted(quantity["dated"], key=int)
    found = quantity["dated"][starts[0]]
    for start in starts:
        if int(start) <= year:
            found = quantity["dated"][start]
    return float(found)


def plan_line(scenario, line, year):
    """The rows of a line of plan.csv in a year, added."""
    return sum(float(row[str(year)]) for row in scenario["plan"] if row["line"] == line)


# --- people and demand -------------------------------------------------------------------------------------------


def closing(scenario, row, year):
    """Residents of an age group at 31 December: the table, and after it constant growth."""
    last = scenario["scenario"]["first_year"] + scenario["scenario"]["plan_years"] - 1
    if year <= last:
        return float(row[str(year)])
    return float(row[str(last)]) * (1 + float(row["growth_after"])) ** (year - last)


def average(scenario, row, year):
    """Residents of an age group, average of the year."""
    return (closing(scenario, row, year - 1) + closing(scenario, row, year)) / 2


def of_working_age(row):
    return float(row["age_from"]) >= 20 and float(row["age_to"]) <= 66


def users(scenario, service):
    """The rows of demand.csv of a service, each with the age group's row of population.csv."""
    groups = {row["group"]: row for row in scenario["population"]}
    return [(row, groups[row["group"]]) for row in scenario["demand"] if row["service"] == service]


def demand(scenario, service, year):
    """What the service costs by age: average residents x cost per resident."""
    return sum(average(scenario, group, year) * float(row["cost"]) for row, group in users(scenario, service))


def new_places(scenario, service, year):
    """What places for the growth of users through a year (31 December to 31 December) cost, never negative."""
    cost = 0.0
    for row, group in users(scenario, service):
        growth = closing(scenario, group, year) - closing(scenario, group, year - 1)
        cost += growth * float(row["capacity_cost"])
    return pos(cost)


# --- the plan of every year --------------------------------------------------------------------------------------


def equalise(residents, tax, national, rate, revenue):
    """Equalisation of `residents` with `tax` between them, when the nation has `national` per resident."""
    own = ratio(tax, residents)
    topup = revenue["topup_rate"] * pos(revenue["topup_level"] * national - own)
    return residents * (rate * (national - own) + topup - revenue["equalisation_deduction"] * national)


def plan_of(scenario, years):
    """What the baseline fixes for each of the years."""
    first = scenario["scenario"]["first_year"]
    plan = []
    for year in range(first, first + years):
        plan.append(plan_of_year(scenario, year, plan))
    return plan


def plan_of_year(scenario, year, before):
    """What the baseline fixes for one year; `before` holds the earlier years."""
    first = scenario["scenario"]["first_year"]
    last_planned = first + scenario["scenario"]["plan_years"] - 1
    in_plan = year <= last_planned
    last = before[-1] if before else None
    people = scenario["population"]

    def base(section, key, at=year):
        return number(scenario[section][key], at)

    def line(name):
        return plan_line(scenario, name, year)

    p = SimpleNamespace()

    # prices and market
    p.cpi_growth = base("prices", "cpi_growth")
    p.deflator_growth = base("prices", "deflator_growth")
    deflator = 1.0
    for y in range(first + 1, year + 1):
        deflator *= 1 + base("prices", "deflator_growth", y)
    p.planned_rate = base("interest", "money_market_rate")
    p.planned_swap_rate = sum(base("interest", "money_market_rate", year + k) for k in range(5)) / 5
    p.reference_rate = base("interest", "reference_rate")
    p.reference_swap_rate = sum(base("interest", "reference_rate", year + k) for k in range(5)) / 5
    persistence = number(scenario["drivers"]["rate"]["persistence"], year)
    p.swap_loading = sum(persistence**k for k in range(5)) / 5
    for key in ("loan_margin", "floating_share", "refixing_share", "on_lending_margin"):
        setattr(p, key, base("interest", key))
    for key in ("compensation_base", "imputed_share", "full_cost_share"):
        setattr(p, key, base("interest", key))

    # dwellings and people
    p.programme = base("housing", "completions")
    p.reference_programme = base("housing", "reference_completions")
    p.contribution_per_dwelling = base("housing", "developer_contribution")
    p.opening_residents = sum(closing(scenario, row, year - 1) for row in people)
    p.closing_residents = sum(closing(scenario, row, year) for row in people)
    p.residents = sum(average(scenario, row, year) for row in people)
    p.working_age = sum(average(scenario, row, year) for row in people if of_working_age(row))
    p.residents_per_dwelling = sum(float(row["per_dwelling"]) for row in people)
    p.working_age_per_dwelling = sum(float(row["per_dwelling"]) for row in people if of_working_age(row))

    # revenue
    for key in ("equalisation_rate", "topup_rate", "topup_level", "equalisation_deduction"):
        setattr(p, key, base("revenue", key))
    if in_plan:
        p.tax = line("tax")
    else:
        p.tax = last.tax * p.working_age / last.working_age * (1 + base("revenue", "tax_growth_per_working_age"))
    p.national_tax_per_resident = p.tax / p.opening_residents / base("revenue", "own_to_national_tax")
    if in_plan:
        rate = base("revenue", "equalisation_rate", first)  # the rest as in the year itself
        equalised = equalise(p.opening_residents, p.tax, p.national_tax_per_resident, rate, vars(p))
        p.block_grant = line("general_grant") - equalised
    else:
        growth = p.opening_residents / last.opening_residents * (1 + base("revenue", "grant_growth_per_resident"))
        p.block_grant = last.block_grant * growth
    for key in ("host_grant", "integration_grant", "compensation"):
        setattr(p, key, line(key) if in_plan else getattr(last, key))
    p.sector_revenue = line("sector_revenue") if in_plan else last.sector_revenue * p.residents / last.residents

    # services
    p.demography_compensation = 0.0
    real_growth = 1.0
    for y in range(last_planned + 1, year + 1):
        real_growth *= 1 + base("services", "real_growth_per_user", y)
    for service in SERVICES:
        if in_plan:
            frame = line(service)
        else:
            frame = plan_line(scenario, service, last_planned)
            frame += demand(scenario, service, year) - demand(scenario, service, last_planned)
            frame *= real_growth
        setattr(p, service, frame)
        per_dwelling = sum(float(r["cost"]) * float(g["per_dwelling"]) for r, g in users(scenario, service))
        setattr(p, f"{service}_per_dwelling", per_dwelling * real_growth)
        p.demography_compensation += demand(scenario, service, year) - demand(scenario, service, first - 1)
    p.other_services_elasticity = base("services", "other_services_elasticity")
    if in_plan:
        p.other_services = line("other_services")
    else:
        by_residents = 1 + p.other_services_elasticity * (p.residents / last.residents - 1)
        own_growth = 1 + base("services", "other_services_real_growth")
        p.other_services = last.other_services * by_residents * own_growth
    p.premises_share = base("services", "premises_share")

    # investment
    if in_plan:
        p.renewal_investment = line("general_investment") / deflator
        p.capacity_investment = 0.0
        p.capacity_cost_per_dwelling = 0.0
        p.water_waste_investment = line("water_waste_investment") / deflator
        p.housing_investment = line("housing_investment") / deflator
        p.sales = line("sales") / deflator
        p.share_purchases = line("share_purchases") / deflator
        p.grants = line("grants") / deflator
        p.housing_grant_share = ratio(line("housing_grants"), line("housing_investment"))
        p.vat_share = ratio(line("vat_compensation"), line("general_investment"))
        p.on_lending = line("on_lending")
    else:
        lead = int(base("investment", "capacity_lead"))
        p.renewal_investment = base("investment", "renewal")
        p.capacity_investment = sum(new_places(scenario, service, year + lead) for service in SERVICES)
        p.capacity_cost_per_dwelling = sum(
            float(row["capacity_cost"]) * float(group["per_dwelling"])
            for service in SERVICES
            for row, group in users(scenario, service)
        )
        p.water_waste_investment = base("investment", "water_waste")
        p.housing_investment = base("investment", "housing")
        p.sales = base("investment", "sales")
        p.share_purchases = base("investment", "share_purchases")
        general = p.renewal_investment + p.capacity_investment
        p.grants = base("investment", "grant_share") * general + p.contribution_per_dwelling * p.reference_programme
        p.housing_grant_share = base("investment", "housing_grant_share")
        p.vat_share = base("investment", "vat_share")
        p.on_lending = base("investment", "on_lending")

    # financing, funds and rules
    p.transfer_by_rule = not in_plan
    p.adopted_transfer = line("transfer_to_investment") if in_plan else 0.0
    for key in ("use_of_investment_funds", "use_of_discretionary_funds", "use_of_restricted_funds"):
        setattr(p, key, line(key) if in_plan else 0.0)
    for key in ("equity_target", "instalment_share", "minimum_instalment_share"):
        setattr(p, key, base("financing", key))
    for key in ("on_lending_instalment_share", "other_bank_balances"):
        setattr(p, key, base("financing", key))
    for key in ("equity_weight", "equity_return", "bond_return", "bond_duration"):
        setattr(p, key, base("endowment", key))
    p.endowment_cost_share = base("endowment", "cost_share")
    p.endowment_withdrawal_share = base("endowment", "withdrawal_share")
    for key in ("equity_minimum", "buffer_floor", "buffer_target_share", "buffer_minimum"):
        setattr(p, key, base("rules", key))
    for key in ("liquidity_minimum", "result_share_minimum"):
        setattr(p, key, base("rules", key))
    return p


def opening_of(scenario):
    """The balance at the start of the first year."""
    first = scenario["scenario"]["first_year"]
    o = SimpleNamespace()
    o.cpi_index = 1 / (1 + number(scenario["prices"]["cpi_growth"], first))
    o.deflator_index = 1 / (1 + number(scenario["prices"]["deflator_growth"], first))
    o.fixed_rate = number(scenario["interest"]["opening_fixed_rate"], first)
    o.swap_surprise = 0.0
    o.extra_dwellings = 0.0
    o.extra_completions = 0.0
    o.new_capacity = 0.0
    o.uncovered_deficit = 0.0
    for stock in scenario["opening"]:
        setattr(o, stock, number(scenario["opening"][stock], first))
    return o


# --- the accounts of a year --------------------------------------------------------------------------------------


def close(p, o, rate, national_factor, own_factor, completion_factor):
    """The lines of one year: from the plan `p`, the opening balance `o` and the year's weather."""
    y = SimpleNamespace()

    # 1 prices
    y.cpi_index = o.cpi_index * (1 + p.cpi_growth)
    y.deflator_index = o.deflator_index * (1 + p.deflator_growth)
    prices = y.deflator_index

    # 7 rates
    y.money_market_rate = rate
    y.swap_rate = p.planned_swap_rate + p.swap_loading * (rate - p.planned_rate)
    y.swap_surprise = y.swap_rate - p.reference_swap_rate
    y.fixed_rate = o.fixed_rate + p.refixing_share * (y.swap_rate - o.fixed_rate)
    y.loan_rate = p.floating_share * rate + (1 - p.floating_share) * y.fixed_rate + p.loan_margin

    # 3 dwellings and people
    y.completions = p.programme * completion_factor
    y.extra_completions = y.completions - p.reference_programme
    y.extra_dwellings = o.extra_dwellings + y.extra_completions
    extra_in_use = o.extra_dwellings + y.extra_completions / 2
    opening_residents = p.opening_residents + p.residents_per_dwelling * o.extra_dwellings
    y.residents = p.residents + p.residents_per_dwelling * extra_in_use
    y.closing_residents = p.closing_residents + p.residents_per_dwelling * y.extra_dwellings
    y.working_age = p.working_age + p.working_age_per_dwelling * extra_in_use

    # 4 revenue
    y.tax_revenue = p.tax * prices * national_factor * own_factor * ratio(y.working_age, p.working_age)
    m = p.national_tax_per_resident * prices * national_factor
    y.equalisation = equalise(opening_residents, y.tax_revenue, m, p.equalisation_rate, vars(p))
    y.block_grant = p.block_grant * prices * ratio(opening_residents, p.opening_residents)
    y.general_grant = y.block_grant + y.equalisation
    y.free_revenue = y.tax_revenue + y.general_grant
    y.host_grant = p.host_grant * prices
    y.integration_grant = p.integration_grant * prices
    y.interest_compensation = pos(p.compensation * prices + p.compensation_base * (rate - p.reference_rate))
    y.imputed_capital_cost = o.self_financing_debt * (p.imputed_share + p.full_cost_share * y.swap_surprise)
    y.central_revenue = y.free_revenue + y.host_grant + y.integration_grant
    y.central_revenue += y.interest_compensation + y.imputed_capital_cost
    y.sector_revenue = p.sector_revenue * prices * ratio(y.residents, p.residents)
    y.sector_revenue += p.full_cost_share * o.self_financing_debt * y.swap_surprise
    y.operating_revenue = y.central_revenue - y.imputed_capital_cost + y.sector_revenue

    # 5 services
    y.kindergarten_cost = (p.kindergartens + p.kindergartens_per_dwelling * extra_in_use) * prices
    y.school_cost = (p.schools + p.schools_per_dwelling * extra_in_use) * prices
    y.care_cost = (p.care + p.care_per_dwelling * extra_in_use) * prices
    more_residents = ratio(y.residents, p.residents) - 1
    y.other_service_cost = p.other_services * prices * (1 + p.other_services_elasticity * more_residents)
    y.premises_cost = p.premises_share * o.new_capacity * prices
    y.net_sector_expenditure = y.kindergarten_cost + y.school_cost + y.care_cost
    y.net_sector_expenditure += y.other_service_cost + y.premises_cost
    per_dwelling = p.kindergartens_per_dwelling + p.schools_per_dwelling + p.care_per_dwelling
    y.demography_compensation = (p.demography_compensation + per_dwelling * extra_in_use) * prices
    y.gross_operating_result = y.central_revenue - y.net_sector_expenditure

    # 6 investment
    y.renewal_investment = p.renewal_investment * prices
    real_capacity = pos(p.capacity_investment + p.capacity_cost_per_dwelling * y.extra_completions)
    y.capacity_investment = real_capacity * prices
    y.general_investment = y.renewal_investment + y.capacity_investment
    y.water_waste_investment = p.water_waste_investment * prices
    y.housing_investment = p.housing_investment * prices
    y.share_purchases = p.share_purchases * prices
    y.sales = p.sales * prices
    y.gross_investment = y.general_investment + y.water_waste_investment + y.housing_investment
    y.grants = pos(p.grants + p.contribution_per_dwelling * o.extra_completions) * prices
    y.housing_grants = p.housing_grant_share * y.housing_investment
    y.vat_compensation = p.vat_share * y.general_investment
    y.new_capacity = o.new_capacity + real_capacity
    y.on_lending = p.on_lending

    # 7 financing
    y.use_of_investment_funds = min(p.use_of_investment_funds, o.investment_funds)
    to_finance = y.general_investment + y.share_purchases - y.sales - y.grants - y.vat_compensation
    to_finance -= y.use_of_investment_funds
    rule = pos(
        p.equity_target * y.general_investment - y.vat_compensation - y.use_of_investment_funds + y.share_purchases
    )
    y.planned_transfer = min(rule if p.transfer_by_rule else p.adopted_transfer, pos(to_finance))
    y.planned_borrowing = pos(to_finance) - y.planned_transfer
    y.investment_fund_provision = pos(-to_finance)
    y.self_financing_borrowing = y.water_waste_investment + y.housing_investment - y.housing_grants

    # 7 debt and interest
    instalment_share = max(p.instalment_share, p.minimum_instalment_share)
    y.general_instalments = o.general_debt * instalment_share
    y.self_financing_instalments = o.self_financing_debt * instalment_share
    y.instalments = y.general_instalments + y.self_financing_instalments
    y.on_lending_instalments = p.on_lending_instalment_share * o.on_lending_debt
    y.closing_on_lent = o.on_lent + p.on_lending - y.on_lending_instalments
    opening_debt = o.general_debt + o.self_financing_debt + o.on_lending_debt
    planned_closing_debt = opening_debt + y.planned_borrowing + y.self_financing_borrowing + p.on_lending
    planned_closing_debt -= y.instalments + y.on_lending_instalments
    y.interest = y.loan_rate * (opening_debt + planned_closing_debt) / 2
    y.interest_income = (o.on_lent + y.closing_on_lent) / 2 * (rate + p.on_lending_margin)
    y.interest_income += (o.liquidity_reserve + p.other_bank_balances) * rate
    bonds = p.bond_return + o.swap_surprise - p.bond_duration * (y.swap_surprise - o.swap_surprise)
    y.endowment_return = o.endowment_fund * (p.equity_weight * p.equity_return + (1 - p.equity_weight) * bonds)
    y.endowment_cost = p.endowment_cost_share * o.endowment_fund
    y.net_financial_cost = y.interest + y.instalments - y.interest_income - (y.endowment_return - y.endowment_cost)
    y.net_operating_result = y.gross_operating_result - y.net_financial_cost

    # 8 year-end balancing
    y.endowment_provision = y.endowment_return - y.endowment_cost - p.endowment_withdrawal_share * o.endowment_fund
    y.use_of_discretionary_funds = min(p.use_of_discretionary_funds, o.discretionary_funds)
    y.use_of_restricted_funds = min(p.use_of_restricted_funds, o.restricted_funds)
    balance = y.net_operating_result - y.endowment_provision
    balance += y.use_of_discretionary_funds + y.use_of_restricted_funds - y.planned_transfer
    y.buffer_use = y.emergency_fund_use = y.transfer_cut = y.new_uncovered_deficit = 0.0
    y.covered_deficit = y.extra_transfer = y.buffer_provision = 0.0
    if balance < 0:
        left = -balance
        y.buffer_use = min(left, pos(o.buffer_fund - p.buffer_floor * y.cpi_index))
        left -= y.buffer_use
        y.emergency_fund_use = min(left, pos(o.discretionary_funds - y.use_of_discretionary_funds))
        left -= y.emergency_fund_use
        planned_equity = y.planned_transfer + y.vat_compensation + y.use_of_investment_funds - y.share_purchases
        beyond_the_minimum = pos(planned_equity - p.equity_minimum * y.general_investment)
        y.transfer_cut = min(left, y.planned_transfer, beyond_the_minimum)
        y.new_uncovered_deficit = left - y.transfer_cut
    else:
        y.covered_deficit = min(balance, o.uncovered_deficit)
        left = balance - y.covered_deficit
        left -= min(left, pos(p.buffer_target_share * y.operating_revenue - o.buffer_fund))
        y.extra_transfer = min(left, y.planned_borrowing)
        y.buffer_provision = balance - y.covered_deficit - y.extra_transfer

    # 8 balance
    y.transfer_to_investment = y.planned_transfer - y.transfer_cut + y.extra_transfer
    y.general_borrowing = y.planned_borrowing + y.transfer_cut - y.extra_transfer
    y.closing_general_debt = o.general_debt + y.general_borrowing - y.general_instalments
    y.closing_self_financing_debt = o.self_financing_debt + y.self_financing_borrowing - y.self_financing_instalments
    y.closing_on_lending_debt = o.on_lending_debt + p.on_lending - y.on_lending_instalments
    y.closing_debt = y.closing_general_debt + y.closing_self_financing_debt + y.closing_on_lending_debt
    y.closing_net_debt = y.closing_debt - y.closing_on_lent
    y.closing_buffer_fund = o.buffer_fund - y.buffer_use + y.buffer_provision
    y.closing_discretionary_funds = o.discretionary_funds - y.use_of_discretionary_funds - y.emergency_fund_use
    y.closing_investment_funds = o.investment_funds - y.use_of_investment_funds + y.investment_fund_provision
    y.closing_restricted_funds = o.restricted_funds - y.use_of_restricted_funds
    y.closing_endowment_fund = o.endowment_fund + y.endowment_provision
    y.closing_funds = y.closing_buffer_fund + y.closing_discretionary_funds + y.closing_investment_funds
    y.closing_funds += y.closing_restricted_funds + y.closing_endowment_fund
    y.closing_uncovered_deficit = o.uncovered_deficit + y.new_uncovered_deficit - y.covered_deficit
    y.closing_liquidity_reserve = o.liquidity_reserve
    y.closing_liquidity_reserve += y.closing_buffer_fund - o.buffer_fund
    y.closing_liquidity_reserve += y.closing_discretionary_funds - o.discretionary_funds
    y.closing_liquidity_reserve += y.closing_investment_funds - o.investment_funds
    y.closing_liquidity_reserve -= y.closing_uncovered_deficit - o.uncovered_deficit

    # 9 key figures
    equity = y.transfer_to_investment + y.vat_compensation + y.use_of_investment_funds - y.share_purchases
    y.net_operating_result_share = ratio(y.net_operating_result, y.operating_revenue)
    y.debt_ratio = ratio(y.closing_net_debt, y.operating_revenue)
    y.debt_ratio_mixed_prices = y.debt_ratio * y.deflator_index / y.cpi_index
    y.debt_ratio_with_deficits = ratio(y.closing_net_debt + y.closing_uncovered_deficit, y.operating_revenue)
    y.equity_share = ratio(equity, y.general_investment)
    y.fund_share = ratio(y.closing_buffer_fund + y.closing_discretionary_funds, y.operating_revenue)
    y.net_financial_cost_share = ratio(y.net_financial_cost, y.operating_revenue)
    y.investment_share = ratio(y.gross_investment, y.operating_revenue)
    y.debt_per_resident = ratio(y.closing_debt, y.closing_residents)

    # 9 interest exposure
    assets = y.closing_on_lent + y.closing_liquidity_reserve + p.other_bank_balances
    hedged = p.full_cost_share * y.closing_self_financing_debt + p.compensation_base
    bonds_held = (1 - p.equity_weight) * y.closing_endowment_fund
    at_once = p.floating_share + (1 - p.floating_share) * p.refixing_share
    y.rate_exposure_first_year = (at_once * y.closing_debt - assets - hedged) / 100
    y.rate_exposure_full = (y.closing_debt - assets - bonds_held - hedged) / 100

    # 9 rules
    result_minimum = p.result_share_minimum * y.operating_revenue
    equity_minimum = p.equity_minimum * y.general_investment
    buffer_minimum = p.buffer_minimum * y.cpi_index
    liquidity_minimum = p.liquidity_minimum * y.cpi_index
    noise = NOISE * pos(y.operating_revenue)
    equity_gap = min(pos(equity_minimum - equity), y.general_borrowing)
    broken = {
        "result_share_breach": result_minimum - y.net_operating_result > noise,
        "equity_share_breach": equity_gap > noise,
        "buffer_fund_breach": buffer_minimum - y.closing_buffer_fund > noise,
        "liquidity_breach": liquidity_minimum - y.closing_liquidity_reserve > noise,
        "uncovered_deficit_breach": y.closing_uncovered_deficit > noise,
    }
    for rule_name, is_broken in broken.items():
        setattr(y, rule_name, 1.0 if is_broken else 0.0)
    y.any_rule_breach = 1.0 if any(broken.values()) else 0.0

    # 10 restructuring need
    result_gap = pos(result_minimum - y.net_operating_result)
    buffer_gap = pos(min(buffer_minimum, o.buffer_fund) - y.closing_buffer_fund)
    liquidity_gap = pos(min(liquidity_minimum, o.liquidity_reserve) - y.closing_liquidity_reserve)
    buffer_need = 0.0
    if buffer_gap > noise:
        buffer_need = y.new_uncovered_deficit + y.transfer_cut + y.emergency_fund_use + buffer_gap
    liquidity_need = liquidity_gap
    if liquidity_gap > y.new_uncovered_deficit + noise:
        liquidity_need += y.transfer_cut
    y.restructuring_need = max(result_gap, equity_gap + max(y.new_uncovered_deficit, buffer_need, liquidity_need))
    y.restructuring_need_share = ratio(y.restructuring_need, y.net_sector_expenditure)
    return y


STOCKS = (
    "general_debt",
    "self_financing_debt",
    "on_lending_debt",
    "on_lent",
    "buffer_fund",
    "discretionary_funds",
    "investment_funds",
    "restricted_funds",
    "endowment_fund",
    "uncovered_deficit",
    "liquidity_reserve",
)
MEMORY = ("cpi_index", "deflator_index", "fixed_rate", "swap_surprise")
MEMORY += ("extra_dwellings", "extra_completions", "new_capacity")


def next_opening(y):
    """The balance at the start of the next year."""
    o = SimpleNamespace()
    for name in STOCKS:
        setattr(o, name, getattr(y, f"closing_{name}"))
    for name in MEMORY:
        setattr(o, name, getattr(y, name))
    return o


def accounts(scenario, plan, weather):
    """All lines of all years of one run. `weather`: the rate, national, own and completion factors, by year."""
    opening = opening_of(scenario)
    years = []
    for p, rate, national, own, completion in zip(plan, *weather, strict=True):
        year = close(p, opening, rate, national, own, completion)
        opening = next_opening(year)
        years.append(vars(year))
    return years


def calm(plan):
    """The weather of the baseline: everything as planned."""
    ones = [1.0 for _ in plan]
    return [[p.planned_rate for p in plan], ones, ones, ones]


# --- the weather -------------------------------------------------------------------------------------------------

PAIRS = {
    (0, 1): "rate_national_tax",
    (0, 2): "rate_own_tax",
    (0, 3): "rate_completions",
    (1, 2): "national_tax_own_tax",
    (1, 3): "national_tax_completions",
    (2, 3): "own_tax_completions",
}


def cholesky(matrix):
    """The lower triangle whose product with its own transpose is the matrix."""
    n = len(matrix)
    lower = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            rest = matrix[i][j] - sum(lower[i][k] * lower[j][k] for k in range(j))
            lower[i][j] = math.sqrt(rest) if i == j else rest / lower[j][j]
    return lower


def correlation(scenario):
    matrix = [[1.0 if i == j else 0.0 for j in range(4)] for i in range(4)]
    for (i, j), name in PAIRS.items():
        matrix[i][j] = matrix[j][i] = number(scenario["drivers"]["correlation"][name], 0)
    return matrix


def expected_above(bound, mean, deviation):
    """E[max(bound, X)] for X normal."""
    if deviation == 0:
        return max(bound, mean)
    z = (mean - bound) / deviation
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    probability = (1 + math.erf(z / math.sqrt(2))) / 2
    return bound + (mean - bound) * probability + deviation * density


def shift(bound, planned, deviation):
    """The c that makes E[max(bound, planned + c + d)] the planned rate; none does if that is not above the bound."""
    if planned <= bound:
        return 0.0
    low, high = -10 * deviation, 0.0
    for _ in range(200):
        middle = (low + high) / 2
        if expected_above(bound, planned + middle, deviation) < planned:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def weather(scenario, plan, normals):
    """The weather of one run from independent normals, `normals[driver][year]`.

    Every process is kept as the weights of all independent normals so far: its value is the sum of weight x normal,
    its variance the sum of the squared weights.
    """
    years = len(plan)
    lower = cholesky(correlation(scenario))
    drivers = scenario["drivers"]
    names = ("rate", "national_tax", "own_tax", "completions")
    phi = [number(drivers[name]["persistence"], 0) for name in names]
    sigma = [number(drivers[name]["volatility"], 0) for name in names]
    bound = number(drivers["rate"]["lower_bound"], 0)
    response = number(drivers["completions"]["rate_response"], 0)
    cells = [(driver, year) for driver in range(4) for year in range(years)]

    def shock(driver, year):
        return {(d, t): lower[driver][d] if t == year else 0.0 for d, t in cells}

    def value(weights):
        return sum(weights[d, t] * normals[d][t] for d, t in cells)

    def variance(weights):
        return sum(weight * weight for weight in weights.values())

    def factor(weights):
        return math.exp(value(weights) - variance(weights) / 2)

    nothing = dict.fromkeys(cells, 0.0)
    ar = [nothing, nothing, nothing, nothing]  # d, g, x, y
    level = nothing  # L
    result = [[], [], [], []]
    for year, p in enumerate(plan):
        rate_before = ar[0]
        shocks = [shock(driver, year) for driver in range(4)]
        ar = [{c: phi[i] * ar[i][c] + sigma[i] * shocks[i][c] for c in cells} for i in range(4)]
        level = {c: level[c] + ar[1][c] for c in cells}
        completions = {c: ar[3][c] + response * rate_before[c] for c in cells}
        c = shift(bound, p.planned_rate, math.sqrt(variance(ar[0])))
        result[0].append(max(bound, p.planned_rate + c + value(ar[0])))
        result[1].append(factor(level))
        result[2].append(factor(ar[2]))
        result[3].append(factor(completions))
    return result
