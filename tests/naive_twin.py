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
    """base.toml with the change files laid over it, and the tables as lists of rows."""
    folder = Path(folder)
    tree = tomllib.loads((folder / "base.toml").read_text(encoding="utf-8"))
    for change in changes:
        sections = tomllib.loads(Path(change).read_text(encoding="utf-8"))
        sections.pop("change", None)
        lay_over(tree, sections)
    for table in ("areas", "plan", "population", "ages", "demand", "vintages"):
        tree["vintages" if table == "vintages" else table] = []
        if (folder / f"{table}.csv").exists():
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

TYPES = ("flat", "house")


def once(function):
    """Remember what a function of a scenario gave, in the scenario itself: reading a table once is slow enough."""

    def remembered(scenario, *arguments):
        memory = scenario.setdefault("memory", {})
        key = (function.__name__, *arguments)
        if key not in memory:
            memory[key] = function(scenario, *arguments)
        return memory[key]

    return remembered


@once
def built_in(scenario, year):
    """The programme: dwellings of each type completed in a year, all areas."""
    result = dict.fromkeys(TYPES, 0.0)
    for area in scenario["housing"]["areas"].values():
        done = 0.0
        start, total = int(area["start"]["value"]), area["total"]["value"]
        for y in range(start, year + 1):
            if y < scenario["scenario"]["first_year"]:
                continue
            completed = min(number(area["per_year"], y) * number(scenario["housing"]["pace"], y), total - done)
            done += completed
            if y == year:
                flats = number(area["flat_share"], y)
                result["flat"] += completed * flats
                result["house"] += completed * (1 - flats)
    return result


def reference_in(scenario, year):
    """The programme behind the population table."""
    completed = number(scenario["housing"]["reference_completions"], year)
    flats = number(scenario["housing"]["reference_flat_share"], year)
    return {"flat": completed * flats, "house": completed * (1 - flats)}


@once
def rates(scenario, year):
    """Mortality and fertility by age in a year."""
    last = scenario["scenario"]["first_year"] + scenario["scenario"]["plan_years"] - 1
    decline, level = 1.0, 1.0
    for y in range(last + 1, year + 1):
        decline *= 1 - number(scenario["residents"]["mortality_decline"], y)
    if year > last:
        level = number(scenario["residents"]["fertility_level"], year)
    dying = [float(row["mortality"]) * decline for row in scenario["ages"]]
    births = [float(row["fertility"]) * level for row in scenario["ages"]]
    return dying, births


def one_year(scenario, residents, year, migration, dwellings, with_arrivals=True):
    """Residents by age a year later. `migration`: arrivals and departure rates by age."""
    dying, fertility = rates(scenario, year)
    n = len(residents)
    older = [0.0] * n
    for age in range(n):
        older[min(age + 1, n - 1)] += residents[age] * (1 - dying[age])
    births = sum(residents[age] * fertility[age] for age in range(n))
    older[0] = births * (1 - dying[0] / 2)
    arrivals, leaving = migration
    flats, houses = moving_in(scenario, "flat"), moving_in(scenario, "house")
    result = []
    for age in range(n):
        new = dwellings["flat"] * flats[age] + dwellings["house"] * houses[age]
        came = arrivals[age] if with_arrivals else 0.0
        result.append(older[age] * (1 - leaving[age]) + came + new)
    return result


def migration_in(fit, year):
    """Migration of a year: `fit` holds that of the table's years, then `later`."""
    place = year - fit.first - 1
    return fit.migration[place] if place < len(fit.migration) else fit.later


def cohorts(scenario, fit, years, dwellings_in):
    """Residents by age at 31 December, by year, from two years before the first on; `fit` gives the first of them."""
    first = scenario["scenario"]["first_year"]
    residents = {first - 2: list(fit.residents)}
    for year in range(first - 1, first + years):
        dwellings = reference_in(scenario, year) if year < first else dwellings_in(scenario, year)
        migration = migration_in(fit, year)
        residents[year] = one_year(scenario, residents[year - 1], year, migration, dwellings)
    return residents


def half(one, other):
    return [(a + b) / 2 for a, b in zip(one, other, strict=True)]


def of_working_age(residents):
    return sum(residents[20:67])


@once
def cost_by_age(scenario, service, cost):
    """Coverage x cost of a service, by age."""
    groups = {row["group"]: row for row in scenario["population"]}
    result = [0.0] * len(scenario["ages"])
    for row in scenario["demand"]:
        if row["service"] == service:
            group = groups[row["group"]]
            for age in range(len(result)):
                if float(group["age_from"]) <= age <= float(group["age_to"]):
                    result[age] += float(row["coverage"]) * float(row[cost])
    return result


def weighted(scenario, service, cost, residents):
    """Coverage x cost x residents, over the ages that use a service."""
    by_age = cost_by_age(scenario, service, cost)
    return sum(people * each for people, each in zip(residents, by_age, strict=True))


@once
def moving_in(scenario, kind):
    """Persons by age in a new dwelling of a type."""
    return [float(row[kind]) for row in scenario["ages"]]


def extra_people(scenario, fit, plan, factors):
    """What the dwellings beyond the programme add, year by year: a cohort model of their own, without arrivals."""
    first = scenario["scenario"]["first_year"]
    lead = int(number(scenario["investment"]["capacity_lead"], first))
    none = dict.fromkeys(TYPES, 0.0)
    before = [0.0] * len(scenario["ages"])
    result = []
    for t, factor in enumerate(factors):
        year = first + t
        more = {kind: completed * (factor - 1) for kind, completed in built_in(scenario, year).items()}
        now = one_year(scenario, before, year, migration_in(fit, year), more, with_arrivals=False)
        ahead = now
        for later in range(year + 1, year + 1 + lead):
            ahead = one_year(scenario, ahead, later, migration_in(fit, later), none, with_arrivals=False)
        average = half(before, now)
        people = SimpleNamespace(
            opening_residents=sum(before),
            residents=sum(average),
            closing_residents=sum(now),
            working_age=of_working_age(average),
        )
        for service, place in PLACES.items():
            setattr(people, service, weighted(scenario, service, "unit_cost", average))
            setattr(people, place, weighted(scenario, service, "place_cost", ahead))
        result.append(people)
        before = now
    return result


PLACES = {"kindergartens": "kindergarten_places", "schools": "school_places", "care": "care_places"}
CAPACITY = {"kindergartens": "kindergarten_capacity", "schools": "school_capacity", "care": "care_capacity"}


# --- the plan of every year --------------------------------------------------------------------------------------


def equalise(residents, tax, national, rate, revenue):
    """Equalisation of `residents` with `tax` between them, when the nation has `national` per resident."""
    own = ratio(tax, residents)
    topup = revenue["topup_rate"] * pos(revenue["topup_level"] * national - own)
    return residents * (rate * (national - own) + topup - revenue["equalisation_deduction"] * national)


def plan_of(scenario, years, fit):
    """What the baseline fixes for each of the years."""
    first = scenario["scenario"]["first_year"]
    lead = int(number(scenario["investment"]["capacity_lead"], first))
    planned = cohorts(scenario, fit, years + lead, built_in)
    reference = cohorts(scenario, fit, years + lead, reference_in)
    plan, at_reference = [], []
    for year in range(first, first + years):
        plan.append(plan_of_year(scenario, year, plan, at_reference, planned, reference))
    return plan


def area_frame(scenario, area, year):
    return float(next(row for row in scenario["areas"] if row["area"] == area)[str(year)])


def amortisation_of(scenario, year, before):
    """What earlier premium deviations cost in a year: vintage, amount, years of the table and of the plan so far."""
    first = scenario["scenario"]["first_year"]
    vintages = [
        (int(float(v["vintage"])), float(v["deviation"]), int(float(v["years"]))) for v in scenario["vintages"]
    ]
    over = int(number(scenario["pension"]["amortisation_years"], first))
    vintages += [(first + t, p.premium_deviation, over) for t, p in enumerate(before)]
    return sum(amount / n for vintage, amount, n in vintages if vintage < year <= vintage + n)


def plan_of_year(scenario, year, before, at_reference, planned, reference):
    """What the baseline fixes for one year; `before` holds the earlier years, `at_reference` what their figures were
    for the people behind the plan; `planned` and `reference` are residents by age and year on the two programmes."""
    first = scenario["scenario"]["first_year"]
    last_planned = first + scenario["scenario"]["plan_years"] - 1
    in_plan = year <= last_planned
    last = before[-1] if before else None
    last_r = at_reference[-1] if at_reference else None
    lead = int(number(scenario["investment"]["capacity_lead"], first))

    def base(section, key, at=year):
        return number(scenario[section][key], at)

    def line(name):
        return plan_line(scenario, name, year)

    p = SimpleNamespace()

    # prices and market
    cpi = deflator = 1.0
    for y in range(first + 1, year + 1):
        cpi *= 1 + base("prices", "cpi_growth", y)
        deflator *= 1 + base("prices", "deflator_growth", y)
    p.cpi_index, p.deflator_index = cpi, deflator
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
    p.programme = sum(built_in(scenario, year).values())
    p.contribution_per_dwelling = base("housing", "developer_contribution")
    p.opening_residents = sum(planned[year - 1])
    p.closing_residents = sum(planned[year])
    p.residents = sum(half(planned[year - 1], planned[year]))
    p.working_age = of_working_age(half(planned[year - 1], planned[year]))
    r = SimpleNamespace()
    at_reference.append(r)
    r.opening_residents = sum(reference[year - 1])
    r.residents = sum(half(reference[year - 1], reference[year]))
    r.working_age = of_working_age(half(reference[year - 1], reference[year]))
    relative = p.residents / r.residents

    # revenue
    for key in ("equalisation_rate", "topup_rate", "topup_level", "equalisation_deduction"):
        setattr(p, key, base("revenue", key))
    p.revenue_shortfall = base("revenue", "shortfall")
    p.income_system_loss = base("revenue", "income_system_loss")
    if in_plan:
        r.tax = line("tax")
    else:
        r.tax = last_r.tax * r.working_age / last_r.working_age * (1 + base("revenue", "tax_growth_per_working_age"))
    p.tax = r.tax * p.working_age / r.working_age
    p.national_tax_per_resident = r.tax / r.opening_residents / base("revenue", "own_to_national_tax")
    if in_plan:
        rate = base("revenue", "equalisation_rate", first)  # the rest as in the year itself
        equalised = equalise(r.opening_residents, r.tax, p.national_tax_per_resident, rate, vars(p))
        r.block_grant = line("general_grant") - equalised
    else:
        growth = r.opening_residents / last_r.opening_residents * (1 + base("revenue", "grant_growth_per_resident"))
        r.block_grant = last_r.block_grant * growth
    p.block_grant = r.block_grant * p.opening_residents / r.opening_residents
    for key in ("host_grant", "integration_grant", "compensation"):
        setattr(p, key, line(key) if in_plan else getattr(last, key))
    r.sector_revenue = line("sector_revenue") if in_plan else last_r.sector_revenue * r.residents / last_r.residents
    p.sector_revenue = r.sector_revenue * relative

    # services
    p.demography_compensation = 0.0
    p.real_standard = 1.0
    for y in range(last_planned + 1, year + 1):
        p.real_standard *= 1 + base("services", "real_growth_per_user", y)

    def demand(service, residents, y):
        return weighted(scenario, service, "unit_cost", half(residents[y - 1], residents[y]))

    for service in SERVICES:
        behind = min(year, last_planned)
        more = demand(service, planned, year) - demand(service, reference, behind)
        setattr(p, service, (area_frame(scenario, service, behind) + more) * p.real_standard)
        p.demography_compensation += demand(service, planned, year) - demand(service, reference, first - 1)
    p.other_services = p.other_services_following = 0.0
    r.areas = {}
    for row in scenario["areas"]:
        if row["follows"] == "users":
            continue
        elasticity = float(row["elasticity"])
        if in_plan:
            frame = float(row[str(year)])
        elif row["follows"] == "fees":
            frame = 0.0
        else:
            frame = last_r.areas[row["area"]] * (1 + elasticity * (r.residents / last_r.residents - 1))
            frame *= 1 + base("services", "other_services_real_growth")
        r.areas[row["area"]] = frame
        frame *= 1 + elasticity * (relative - 1)
        p.other_services += frame
        p.other_services_following += elasticity * frame
    p.premises_share = base("services", "premises_share")
    for key in ("new_needs", "adopted_measures"):
        setattr(p, key, line(key) if in_plan else getattr(last, key))
    p.measures_delivery = base("services", "measures_delivery")
    p.step_years = max(year - last_planned, 0)
    p.rule_policy = False
    p.maximum_pace = base("restructuring", "maximum_pace")

    # pension
    p.pension_premium = line("pension_premium") if in_plan else last.pension_premium * p.residents / last.residents
    deferred = base("pension", "deviation_share") * p.pension_premium * deflator
    p.premium_deviation = line("premium_deviation") if in_plan else deferred
    p.premium_amortisation = amortisation_of(scenario, year, before)
    p.pension_in_frames = last.pension_in_frames if last else 0.0
    if in_plan:
        p.pension_in_frames = (p.premium_amortisation - p.premium_deviation) / deflator

    # investment
    if in_plan:
        p.renewal_investment = line("general_investment") / deflator
        p.water_waste_investment = line("water_waste_investment") / deflator
        p.housing_investment = line("housing_investment") / deflator
        p.sales = line("sales") / deflator
        p.share_purchases = line("share_purchases") / deflator
        p.grants = line("grants") / deflator
        p.grant_share = 0.0
        p.housing_grant_share = ratio(line("housing_grants"), line("housing_investment"))
        p.vat_share = ratio(line("vat_compensation"), line("general_investment"))
        p.on_lending = line("on_lending")
    else:
        p.renewal_investment = base("investment", "renewal")
        p.water_waste_investment = base("investment", "water_waste")
        p.housing_investment = base("investment", "housing")
        p.sales = base("investment", "sales")
        p.share_purchases = base("investment", "share_purchases")
        p.grants = 0.0
        p.grant_share = base("investment", "grant_share")
        p.housing_grant_share = base("investment", "housing_grant_share")
        p.vat_share = base("investment", "vat_share")
        p.on_lending = base("investment", "on_lending")

    built_before = sum(
        (built_in if year > first else reference_in)(scenario, year - 1 if year > first else first).values()
    )
    if in_plan:
        built_before -= sum(reference_in(scenario, max(year - 1, first)).values())
    p.grants += p.contribution_per_dwelling * built_before
    for service, place in PLACES.items():
        setattr(p, place, weighted(scenario, service, "place_cost", planned[year + lead]))
    p.builds_places = not in_plan
    p.cost_overrun = base("investment", "cost_overrun")
    p.slippage = 0.0 if in_plan else base("investment", "slippage")
    p.infrastructure_per_dwelling = 0.0 if in_plan else base("investment", "infrastructure_per_dwelling")
    p.capacity_renewal_share = base("investment", "capacity_renewal_share")

    # financing, funds and rules
    p.transfer_by_rule = not in_plan
    p.adopted_transfer = line("transfer_to_investment") if in_plan else 0.0
    for key in ("use_of_investment_funds", "use_of_discretionary_funds", "use_of_restricted_funds"):
        setattr(p, key, line(key) if in_plan else 0.0)
    for key in ("use_of_wage_reserve", "provision_to_discretionary_funds"):
        setattr(p, key, line(key) if in_plan else 0.0)
    for key in ("equity_target", "instalment_share", "useful_life"):
        setattr(p, key, base("financing", key))
    for key in ("on_lending_instalment_share", "other_bank_balances"):
        setattr(p, key, base("financing", key))
    for key in ("equity_weight", "equity_return", "dividend_yield", "bond_return", "bond_duration"):
        setattr(p, key, base("endowment", key))
    p.endowment_base = base("endowment", "base_capital")
    p.endowment_cost_share = base("endowment", "cost_share")
    p.endowment_withdrawal_share = base("endowment", "withdrawal_share")
    for key in ("equity_minimum", "buffer_floor", "buffer_target_share", "buffer_minimum"):
        setattr(p, key, base("rules", key))
    for key in ("liquidity_minimum", "result_share_minimum", "deficit_limit_share"):
        setattr(p, key, base("rules", key))
    return p


def opening_of(scenario, fit):
    """The balance at the start of the first year."""
    first = scenario["scenario"]["first_year"]
    o = SimpleNamespace()
    o.deflator_index = 1 / (1 + number(scenario["prices"]["deflator_growth"], first))
    o.fixed_rate = number(scenario["interest"]["opening_fixed_rate"], first)
    o.swap_surprise = 0.0
    o.extra_completions = 0.0
    o.new_capacity = 0.0
    o.slipped_investment = 0.0
    o.decided_measures = 0.0
    o.uncovered_deficit = 0.0
    o.latest_deficit = 0.0
    o.premium_deviation = 0.0
    for row in scenario["vintages"]:
        n = float(row["years"])
        left = float(row["vintage"]) + n - (first - 1)
        o.premium_deviation += float(row["deviation"]) * pos(left) / n
    lead = int(number(scenario["investment"]["capacity_lead"], first))
    reference = cohorts(scenario, fit, lead + 1, reference_in)
    for service, capacity in CAPACITY.items():
        setattr(o, capacity, weighted(scenario, service, "place_cost", reference[first - 1 + lead]))
    for stock in scenario["opening"]:
        setattr(o, stock, number(scenario["opening"][stock], first))
    return o


# --- the accounts of a year --------------------------------------------------------------------------------------


WEATHER = ("rate", "national", "own", "completion", "construction", "deflator", "cpi", "equity", "income_system")
WEATHER += ("delivery", "slippage", "step")
"""What chance decides in a year: the rate, factors, the loss of revenue, and the restructuring step."""


def close(p, o, people, chance):
    """The lines of one year: from the plan `p`, the opening balance `o`, the extra people and the year's weather."""
    y = SimpleNamespace()
    rate = chance.rate

    # 1 prices
    y.cpi_index = p.cpi_index * chance.cpi
    y.deflator_index = p.deflator_index * chance.deflator
    prices = y.deflator_index

    # 7 rates
    y.money_market_rate = rate
    y.swap_rate = p.planned_swap_rate + p.swap_loading * (rate - p.planned_rate)
    y.swap_surprise = y.swap_rate - p.reference_swap_rate
    y.fixed_rate = o.fixed_rate + p.refixing_share * (y.swap_rate - o.fixed_rate)
    y.loan_rate = p.floating_share * rate + (1 - p.floating_share) * y.fixed_rate + p.loan_margin

    # 3 dwellings and people
    y.completions = p.programme * chance.completion
    y.extra_completions = y.completions - p.programme
    opening_residents = p.opening_residents + people.opening_residents
    y.residents = p.residents + people.residents
    y.closing_residents = p.closing_residents + people.closing_residents
    y.working_age = p.working_age + people.working_age

    # 4 revenue
    y.tax_revenue = p.tax * prices * chance.national * chance.own * ratio(y.working_age, p.working_age)
    m = p.national_tax_per_resident * prices * chance.national
    y.equalisation = equalise(opening_residents, y.tax_revenue, m, p.equalisation_rate, vars(p))
    y.block_grant = p.block_grant * prices * ratio(opening_residents, p.opening_residents)
    y.general_grant = y.block_grant + y.equalisation
    y.host_grant = p.host_grant * prices
    y.integration_grant = p.integration_grant * prices
    y.interest_compensation = pos(p.compensation * prices + p.compensation_base * (rate - p.reference_rate))
    y.imputed_capital_cost = o.self_financing_debt * (p.imputed_share + p.full_cost_share * y.swap_surprise)
    y.sector_revenue = p.sector_revenue * prices * ratio(y.residents, p.residents)
    y.sector_revenue += p.full_cost_share * o.self_financing_debt * y.swap_surprise
    everything = y.tax_revenue + y.general_grant + y.host_grant + y.integration_grant + y.interest_compensation
    everything += y.sector_revenue
    y.income_system_loss = p.income_system_loss * prices + (p.revenue_shortfall + chance.income_system) * everything
    y.free_revenue = y.tax_revenue + y.general_grant - y.income_system_loss
    y.central_revenue = y.free_revenue + y.host_grant + y.integration_grant
    y.central_revenue += y.interest_compensation + y.imputed_capital_cost
    y.operating_revenue = y.central_revenue - y.imputed_capital_cost + y.sector_revenue

    # 5 services
    y.kindergarten_cost = (p.kindergartens + p.real_standard * people.kindergartens) * prices
    y.school_cost = (p.schools + p.real_standard * people.schools) * prices
    y.care_cost = (p.care + p.real_standard * people.care) * prices
    more_residents = ratio(y.residents, p.residents) - 1
    y.other_service_cost = (p.other_services + p.other_services_following * more_residents) * prices
    y.premises_cost = p.premises_share * o.new_capacity * prices
    y.adopted_measures = p.adopted_measures * prices
    y.new_needs = p.new_needs * prices
    delivery = p.measures_delivery * chance.delivery
    y.undelivered_measures = y.adopted_measures * (1 - delivery)
    y.restructuring_measures = (chance.step * p.step_years + o.decided_measures) * delivery * prices
    y.pension_premium = p.pension_premium * prices
    y.premium_deviation = p.premium_deviation
    y.premium_amortisation = p.premium_amortisation
    y.pension_cost = y.pension_premium - y.premium_deviation + y.premium_amortisation
    y.pension_beyond_frames = y.premium_amortisation - y.premium_deviation - p.pension_in_frames * prices
    y.net_sector_expenditure = y.kindergarten_cost + y.school_cost + y.care_cost
    y.net_sector_expenditure += y.other_service_cost + y.premises_cost
    y.net_sector_expenditure += y.undelivered_measures + y.pension_beyond_frames - y.restructuring_measures
    y.price_compensation = y.net_sector_expenditure * (1 - ratio(o.deflator_index, prices))
    extra_demand = people.kindergartens + people.schools + people.care
    y.demography_compensation = (p.demography_compensation + extra_demand) * prices
    y.gross_operating_result = y.central_revenue - y.net_sector_expenditure

    # 6 investment
    real_capacity = 0.0
    for service, place in PLACES.items():
        capacity = CAPACITY[service]
        there = getattr(o, capacity)
        needed = getattr(p, place) + (getattr(people, place) if p.builds_places else 0.0)
        setattr(y, capacity, max(there, needed))
        if p.builds_places:
            real_capacity += max(there, needed) - there
    real_renewal = p.renewal_investment + p.capacity_renewal_share * o.new_capacity
    y.renewal_investment = real_renewal * prices
    y.capacity_investment = real_capacity * prices
    real_infrastructure = p.infrastructure_per_dwelling * y.completions
    y.infrastructure_investment = real_infrastructure * prices
    planned = real_renewal + real_capacity + real_infrastructure
    overrun = planned * ((1 + p.cost_overrun) * chance.construction - 1) if p.builds_places else 0.0
    ready = planned + overrun + o.slipped_investment
    y.slipped_investment = p.slippage * chance.slippage * ready
    y.cost_overrun = overrun * prices
    y.slipped_in = o.slipped_investment * prices
    y.slipped_out = y.slipped_investment * prices
    y.general_investment = (ready - y.slipped_investment) * prices
    y.water_waste_investment = p.water_waste_investment * prices
    y.housing_investment = p.housing_investment * prices
    y.share_purchases = p.share_purchases * prices
    y.sales = p.sales * prices
    y.gross_investment = y.general_investment + y.water_waste_investment + y.housing_investment
    state = p.grant_share * (ready - y.slipped_investment)
    y.grants = pos(p.grants + state + p.contribution_per_dwelling * o.extra_completions) * prices
    y.housing_grants = p.housing_grant_share * y.housing_investment
    y.vat_compensation = p.vat_share * y.general_investment
    y.new_capacity = o.new_capacity + real_capacity
    y.on_lending = p.on_lending
    y.depreciation = o.depreciation
    assets = y.gross_investment - y.vat_compensation
    y.closing_fixed_assets = o.fixed_assets + assets - y.sales - y.depreciation
    y.depreciation_ahead = y.depreciation + (assets - y.depreciation) / p.useful_life

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
    ordinary_debt = o.general_debt + o.self_financing_debt
    y.minimum_instalments = y.depreciation * ratio(ordinary_debt, o.fixed_assets)
    instalment_share = max(p.instalment_share, ratio(y.minimum_instalments, ordinary_debt))
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
    equities = (1 + p.equity_return) * chance.equity - 1
    y.endowment_equity_return = o.endowment_fund * p.equity_weight * equities
    y.endowment_bond_return = o.endowment_fund * (1 - p.equity_weight) * bonds
    y.endowment_return = y.endowment_equity_return + y.endowment_bond_return
    bonds_lose = p.bond_duration * (y.swap_surprise - o.swap_surprise)
    carried = p.equity_weight * p.dividend_yield + (1 - p.equity_weight) * bonds_lose
    y.endowment_gain = y.endowment_equity_return - o.endowment_fund * carried
    y.endowment_cost = p.endowment_cost_share * o.endowment_fund
    y.net_financial_cost = y.interest + y.instalments - y.interest_income - (y.endowment_return - y.endowment_cost)
    y.net_operating_result = y.gross_operating_result - y.net_financial_cost

    # 8 year-end balancing
    fund_before_withdrawal = o.endowment_fund + y.endowment_return - y.endowment_cost
    y.endowment_withdrawal = min(
        p.endowment_withdrawal_share * pos(o.endowment_fund), pos(fund_before_withdrawal - p.endowment_base)
    )
    y.endowment_provision = y.endowment_return - y.endowment_cost - y.endowment_withdrawal
    y.use_of_wage_reserve = min(p.use_of_wage_reserve, o.wage_reserve)
    y.provision_to_discretionary_funds = p.provision_to_discretionary_funds
    y.use_of_discretionary_funds = min(p.use_of_discretionary_funds, o.discretionary_funds)
    y.use_of_restricted_funds = min(p.use_of_restricted_funds, o.restricted_funds)
    balance = y.net_operating_result - y.endowment_provision
    balance += y.use_of_discretionary_funds + y.use_of_restricted_funds - y.planned_transfer
    balance += y.use_of_wage_reserve - y.provision_to_discretionary_funds
    y.emergency_wage_reserve_use = 0.0
    y.buffer_use = y.emergency_fund_use = y.transfer_cut = y.new_uncovered_deficit = 0.0
    y.covered_deficit = y.extra_transfer = y.buffer_provision = 0.0
    if balance < 0:
        left = -balance
        y.buffer_use = min(left, pos(o.buffer_fund - p.buffer_floor * y.cpi_index))
        left -= y.buffer_use
        in_the_fund = o.discretionary_funds - y.use_of_discretionary_funds + y.provision_to_discretionary_funds
        y.emergency_fund_use = min(left, pos(in_the_fund))
        left -= y.emergency_fund_use
        y.emergency_wage_reserve_use = min(left, pos(o.wage_reserve - y.use_of_wage_reserve))
        left -= y.emergency_wage_reserve_use
        planned_equity = y.planned_transfer + y.vat_compensation + y.use_of_investment_funds - y.share_purchases
        beyond_the_minimum = pos(planned_equity - p.equity_minimum * y.general_investment)
        y.transfer_cut = min(left, y.planned_transfer, beyond_the_minimum)
        y.new_uncovered_deficit = left - y.transfer_cut
    else:
        y.covered_deficit = min(balance, o.uncovered_deficit)
        left = balance - y.covered_deficit
        first_provision = min(left, pos(p.buffer_target_share * y.operating_revenue - o.buffer_fund))
        left -= first_provision
        planned_liquidity = o.liquidity_reserve - y.use_of_wage_reserve - y.use_of_discretionary_funds
        planned_liquidity += y.provision_to_discretionary_funds - y.use_of_investment_funds
        planned_liquidity += y.investment_fund_provision - y.premium_deviation + y.premium_amortisation
        short = p.liquidity_minimum * y.cpi_index - planned_liquidity - y.covered_deficit - first_provision
        left -= min(left, pos(short))
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
    y.closing_wage_reserve = o.wage_reserve - y.use_of_wage_reserve - y.emergency_wage_reserve_use
    y.closing_discretionary_funds = o.discretionary_funds - y.use_of_discretionary_funds
    y.closing_discretionary_funds += y.provision_to_discretionary_funds - y.emergency_fund_use
    y.closing_investment_funds = o.investment_funds - y.use_of_investment_funds + y.investment_fund_provision
    y.closing_restricted_funds = o.restricted_funds - y.use_of_restricted_funds
    y.closing_endowment_fund = o.endowment_fund + y.endowment_provision
    y.closing_funds = y.closing_buffer_fund + y.closing_discretionary_funds + y.closing_investment_funds
    y.closing_funds += y.closing_restricted_funds + y.closing_endowment_fund + y.closing_wage_reserve
    y.closing_endowment_buffer = y.closing_endowment_fund - p.endowment_base
    y.closing_uncovered_deficit = o.uncovered_deficit + y.new_uncovered_deficit - y.covered_deficit
    y.closing_overdue_deficit = pos(o.uncovered_deficit - o.latest_deficit - y.covered_deficit)
    y.closing_premium_deviation = o.premium_deviation + y.premium_deviation - y.premium_amortisation
    y.closing_liquidity_reserve = o.liquidity_reserve
    y.closing_liquidity_reserve += y.closing_wage_reserve - o.wage_reserve
    y.closing_liquidity_reserve -= y.closing_premium_deviation - o.premium_deviation
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
    free_funds = y.closing_buffer_fund + y.closing_wage_reserve + y.closing_discretionary_funds
    y.fund_share = ratio(free_funds, y.operating_revenue)
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
    too_large = y.closing_uncovered_deficit > p.deficit_limit_share * pos(y.operating_revenue) + noise
    y.state_register = 1.0 if too_large or y.closing_overdue_deficit > noise else 0.0

    # 10 restructuring need
    result_gap = pos(result_minimum - y.net_operating_result)
    buffer_gap = pos(min(buffer_minimum, o.buffer_fund) - y.closing_buffer_fund)
    liquidity_gap = pos(min(liquidity_minimum, o.liquidity_reserve) - y.closing_liquidity_reserve)
    buffer_need = 0.0
    if buffer_gap > noise:
        buffer_need = y.new_uncovered_deficit + y.transfer_cut + y.emergency_fund_use + buffer_gap
        buffer_need += y.emergency_wage_reserve_use
    liquidity_need = liquidity_gap
    if liquidity_gap > y.new_uncovered_deficit + noise:
        liquidity_need += y.transfer_cut
    y.restructuring_need = max(result_gap, equity_gap + max(y.new_uncovered_deficit, buffer_need, liquidity_need))
    y.restructuring_need_share = ratio(y.restructuring_need, y.net_sector_expenditure)
    decided = min(ratio(y.restructuring_need, prices), p.maximum_pace) if p.rule_policy else 0.0
    y.newly_decided = decided * prices
    y.decided_measures = o.decided_measures + decided
    return y


STOCKS = (
    "general_debt",
    "self_financing_debt",
    "on_lending_debt",
    "on_lent",
    "buffer_fund",
    "wage_reserve",
    "discretionary_funds",
    "investment_funds",
    "restricted_funds",
    "endowment_fund",
    "uncovered_deficit",
    "liquidity_reserve",
    "premium_deviation",
    "fixed_assets",
)
MEMORY = ("deflator_index", "fixed_rate", "swap_surprise")
MEMORY += ("extra_completions", "new_capacity", "slipped_investment", "decided_measures", *CAPACITY.values())


def next_opening(y):
    """The balance at the start of the next year."""
    o = SimpleNamespace()
    for name in STOCKS:
        setattr(o, name, getattr(y, f"closing_{name}"))
    for name in MEMORY:
        setattr(o, name, getattr(y, name))
    o.latest_deficit = y.new_uncovered_deficit
    o.depreciation = y.depreciation_ahead
    return o


def accounts(scenario, plan, weather, fit):
    """All lines of all years of one run. `weather`: the rows of WEATHER, by year."""
    opening = opening_of(scenario, fit)
    everybody = extra_people(scenario, fit, plan, weather[3])
    years = []
    for p, people, *chances in zip(plan, everybody, *weather, strict=True):
        year = close(p, opening, people, SimpleNamespace(**dict(zip(WEATHER, chances, strict=True))))
        opening = next_opening(year)
        years.append(vars(year))
    return years


def calm(plan):
    """The weather of the baseline: everything as planned."""
    planned = {"rate": [p.planned_rate for p in plan]}
    nothing = ("income_system", "step")
    return [planned.get(name, [0.0 if name in nothing else 1.0 for _ in plan]) for name in WEATHER]


# --- the weather -------------------------------------------------------------------------------------------------

SHOCKS = ("rate", "national_tax", "own_tax", "completions", "construction", "wages", "cpi", "equities")


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
    n = len(SHOCKS)
    matrix = [[1.0 if i == j else 0.0 for j in range(n)] for i in range(n)]
    for pair, quantity in scenario["drivers"]["correlation"].items():
        for i in range(n):
            for j in range(n):
                if pair == f"{SHOCKS[i]}_{SHOCKS[j]}":
                    matrix[i][j] = matrix[j][i] = number(quantity, 0)
    return matrix


def expected_above(bound, mean, deviation):
    """E[max(bound, X)] for X normal."""
    if deviation == 0:
        return max(bound, mean)
    z = (mean - bound) / deviation
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    probability = (1 + math.erf(z / math.sqrt(2))) / 2
    return bound + (mean - bound) * probability + deviation * density


# The eight-point Gauss-Legendre rule, e.g. Abramowitz and Stegun (1964) table 25.4.
POINTS = (0.1834346424956498, 0.5255324099163290, 0.7966664774136267, 0.9602898564975363)
WEIGHTS = (0.3626837833783620, 0.3137066458778873, 0.2223810344533745, 0.1012285362903763)
RULE = [(side * point, weight / 2) for side in (-1, 1) for point, weight in zip(POINTS, WEIGHTS, strict=True)]


def shift(bound, planned, deviations):
    """The c that makes E[max(bound, planned + c + d)] the planned rate; none does if that is not above the bound.
    `deviations` of d at the points of RULE."""
    if planned <= bound:
        return 0.0
    low, high = -20 * max(deviations), 0.0
    for _ in range(200):
        middle = (low + high) / 2
        expected = sum(
            weight * expected_above(bound, planned + middle, deviation)
            for (_, weight), deviation in zip(RULE, deviations, strict=True)
        )
        if expected < planned:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def weather(scenario, plan, normals, others):
    """The weather of one run from its random numbers: `normals[shock][year]`, and of `others` "tails" (gamma) and
    "regime", "jumps", "slippage" (uniform) by year, "persistence" and "delivery" (uniform), one each.

    Every process of normal shocks is kept as the weights of all independent normals so far: its value is the sum of
    weight x normal, its variance the sum of the squared weights.
    """
    years = len(plan)
    lower = cholesky(correlation(scenario))
    drivers = scenario["drivers"]

    def of(driver, key):
        return number(drivers[driver][key], 0)

    n = len(SHOCKS)
    phi = [of(name, "persistence") if name != "equities" else 0.0 for name in SHOCKS]
    spread = of("rate", "persistence_spread")
    central = phi[0]
    phi[0] += spread * (2 * others["persistence"] - 1)
    sigma = [of(name, "volatility") for name in SHOCKS]
    bound, response = of("rate", "lower_bound"), of("completions", "rate_response")
    degrees, share = of("own_tax", "degrees_of_freedom"), of("wages", "deflator_weight")
    cells = [(driver, year) for driver in range(n) for year in range(years)]

    def shock(driver, year):
        return {(d, t): lower[driver][d] if t == year else 0.0 for d, t in cells}

    def value(weights):
        return sum(weights[d, t] * normals[d][t] for d, t in cells)

    def variance(weights):
        return sum(weight * weight for weight in weights.values())

    def plus(a, one, b, other):
        return {c: a * one[c] + b * other[c] for c in cells}

    def factor(weights):
        return math.exp(value(weights) - variance(weights) / 2)

    nothing = dict.fromkeys(cells, 0.0)
    ar = [nothing] * n
    national = cpi = wages = nothing  # levels
    own = own_variance = 0.0
    bust, bust_probability, lost = False, 0.0, 0.0
    result = {name: [] for name in WEATHER}
    for year, p in enumerate(plan):
        rate_before = ar[0]
        shocks = [shock(driver, year) for driver in range(n)]
        ar = [plus(phi[i], ar[i], sigma[i], shocks[i]) for i in range(n)]
        national, wages, cpi = plus(1, national, 1, ar[1]), plus(1, wages, 1, ar[5]), plus(1, cpi, 1, ar[6])

        deviations = []
        for point, _ in RULE:
            persistence = central + spread * point
            deviations.append(sigma[0] * math.sqrt(sum(persistence ** (2 * k) for k in range(year + 1))))
        if sigma[0] == 0:
            result["rate"].append(p.planned_rate)
        else:
            c = shift(bound, p.planned_rate, deviations)
            result["rate"].append(max(bound, p.planned_rate + c + value(ar[0])))

        result["national"].append(factor(national))
        width = 1.0
        if degrees:
            width = min((degrees - 2) / (2 * others["tails"][year]), 100.0)
        own = phi[2] * own + sigma[2] * math.sqrt(width) * value(shocks[2])
        own_variance = phi[2] ** 2 * own_variance + sigma[2] ** 2 * width
        result["own"].append(math.exp(own - own_variance / 2))

        if bust:
            bust = others["regime"][year] >= of("completions", "bust_end")
        else:
            bust = others["regime"][year] < of("completions", "bust_start")
        start, end = of("completions", "bust_start"), of("completions", "bust_end")
        bust_probability = bust_probability * (1 - end) + (1 - bust_probability) * start
        depth = of("completions", "bust_depth")
        built = (1 - depth * bust) / (1 - depth * bust_probability)
        result["completion"].append(factor(plus(1, ar[3], response, rate_before)) * built)

        result["construction"].append(factor(ar[4]))
        result["deflator"].append(factor(plus(share, wages, 1 - share, cpi)))
        result["cpi"].append(factor(cpi))
        result["equity"].append(factor(ar[7]))

        frequency = of("income_system", "frequency")
        if others["jumps"][year] < frequency:
            low, high = of("income_system", "smallest"), of("income_system", "largest")
            lost += low + (high - low) * others["jumps"][year] / frequency
        result["income_system"].append(min(lost, 1.0))

        delivered = ratio(of("delivery", "spread"), p.measures_delivery)
        result["delivery"].append(1 + delivered * (2 * others["delivery"] - 1))
        slips = ratio(of("slippage", "spread"), p.slippage)
        result["slippage"].append(1 + slips * (2 * others["slippage"][year] - 1))
        result["step"].append(0.0)
    return [result[name] for name in WEATHER]
