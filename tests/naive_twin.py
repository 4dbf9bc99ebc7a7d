"""The accounts once more, slowly: docs/model.md in plain Python, written without looking at the program.

Nothing here is shared with ldip, not even the reading of the files. One run at a time, one year at a time, floats,
`if`, `min` and `max`. What differs between this and the program is an error in one of them, or in the page.
"""

import csv
import itertools
import math
import tomllib
from pathlib import Path
from types import SimpleNamespace

SERVICES = ("kindergartens", "schools", "care")
NATION = Path(__file__).parent.parent / "ldip" / "model" / "people" / "national_ages.csv"
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
    for section, numbers in DEFAULTS.items():
        for key, value in numbers.items():
            where = tree
            for name in section.split("."):
                where = where.setdefault(name, {})
            where.setdefault(key, {"value": value})
    path = folder / "projects.csv"
    rows = rows_of(path) if path.exists() else []
    changed = {row["id"]: dict(row) for row in rows}
    for change in changes:
        sections = tomllib.loads(Path(change).read_text(encoding="utf-8"))
        sections.pop("change", None)
        for name, fields in sections.pop("projects", {}).items():
            lay_over_project(changed.setdefault(name, {"id": name}), fields)
        lay_over(tree, sections, tree["scenario"]["first_year"])
    tree["adopted_projects"] = [project_of(row) for row in rows]
    tree["projects"] = [project_of(row) for row in changed.values()]
    for table in ("areas", "plan", "population", "ages", "demand", "vintages"):
        path = folder / f"{table}.csv"
        tree[table] = rows_of(path) if path.exists() else []
    own = folder / "national_ages.csv"
    tree["nation"] = rows_of(own if own.exists() else NATION)
    return tree


DEFAULTS = {
    "investment": {
        "kindergarten_place_cost": 0.68,
        "school_place_cost": 0.82,
        "care_place_cost": 4.1,
        "replacement_value": 0.0,
        "land_sales": 0.0,
    },
    "local_revenue": dict.fromkeys(
        (
            *("property_tax_rate", "property_tax_base", "property_tax_base_growth", "property_tax_base_per_dwelling"),
            *("natural_resource_tax", "concession_revenue", "dividends", "fee_change"),
        ),
        0.0,
    ),
    "opening": {"uncovered_deficit": 0.0, "cover_years": 2.0, "cover_per_year": 0.0},
    "drivers.companies": {"persistence": 0.5, "volatility": 0.0},
    "drivers.project_cost": {"of_p85": 1.0, "idea": 0.4, "planning": 0.25, "approved": 0.15, "building": 0.08},
    "drivers.project_delay": {"idea": 0.75, "planning": 0.5, "approved": 0.25, "building": 0.2},
}
"""The numbers that a scenario may leave out, of those that are newer than the oldest ones here."""


def lay_over_project(row, change):
    """The fields of a change over a row of projects.csv; who moves the start moves the opening along."""
    if "start" in change and "opens" not in change and row.get("opens"):
        row["opens"] = float(row["opens"]) + change["start"] - float(row["start"])
    row.update(change)


def project_of(row):
    """A row of projects.csv, read."""

    def real(key, otherwise):
        given = row.get(key)
        return otherwise if given is None or given == "" else float(given)

    def whole(key, otherwise=None):
        given = real(key, None)
        return otherwise if given is None else int(given)

    profile = row.get("profile") or [1.0]
    if isinstance(profile, str):
        profile = profile.split()
    profile = [float(part) for part in profile]
    project = SimpleNamespace(id=row["id"])
    for key in ("kind", "purpose", "phase"):
        setattr(project, key, row[key])
    for key in ("housing_area", "service", "alternative_to"):
        setattr(project, key, row.get(key) or None)
    for key in ("p85", "running_cost", "grant_share", "vat_share", "useful_life"):
        setattr(project, key, real(key, None))
    for key in ("p50", "committed", "places", "places_closed", "savings"):
        setattr(project, key, real(key, 0.0))
    project.scale = real("scale", 1.0)
    project.price_year = whole("price_year")
    project.grant_lag = whole("grant_lag", 0)
    project.start = whole("start")
    project.opening = whole("opens", project.start + len(profile))
    project.shares = [part / sum(profile) for part in profile]
    project.in_plan = row.get("in_plan") == "yes"
    project.before_dwellings = row.get("before_dwellings") == "yes"
    project.dropped = bool(row.get("dropped", False))
    return project


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lay_over(tree, change, first_year):
    """A number remembers what it was laid over, if that shows in some year; a section is gone into."""
    for key, new in change.items():
        if isinstance(new, dict) and not {"value", "dated", "shift", "scale"} & new.keys():
            lay_over(tree.setdefault(key, {}), new, first_year)
        elif isinstance(new, dict) and key in tree and min(map(int, new.get("dated", [9999]))) > first_year:
            tree[key] = {**new, "under": tree[key]}
        else:
            tree[key] = new


def number(quantity, year):
    """The value of a number in a year; before the first dated year, the first value. What a change says holds from
    its year to its year, and what it was laid over before and after."""
    under = quantity.get("under")
    if under is not None:
        since = min(map(int, quantity["dated"])) if "dated" in quantity else quantity.get("from", year)
        if not since <= year <= quantity.get("to", year):
            return number(under, year)
        if "shift" in quantity:
            return number(under, year) + quantity["shift"]
        if "scale" in quantity:
            return number(under, year) * quantity["scale"]
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
    for name, area in scenario["housing"]["areas"].items():
        done = 0.0
        start, total = int(area["start"]["value"]), area["total"]["value"]
        waits = dwellings_wait(scenario, name)
        if waits > year:
            continue
        start = max(start, waits)
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
    dying, _ = rates(scenario, year)
    n = len(residents)
    older = [0.0] * n
    for age in range(n):
        older[min(age + 1, n - 1)] += residents[age] * (1 - dying[age])
    older[0] = births_of(scenario, residents, year) * (1 - dying[0] / 2)
    arrivals, leaving = migration
    flats, houses = moving_in(scenario, "flat"), moving_in(scenario, "house")
    result = []
    for age in range(n):
        new = dwellings["flat"] * flats[age] + dwellings["house"] * houses[age]
        came = arrivals[age] if with_arrivals else 0.0
        result.append(older[age] * (1 - leaving[age]) + came + new)
    return result


def births_of(scenario, residents, year):
    _, fertility = rates(scenario, year)
    return sum(people * rate for people, rate in zip(residents, fertility, strict=True))


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


def ages_of_group(groups, name):
    """The first and last age of a group of the population table, or of several together: 1-5, 80+."""
    if name in groups:
        return float(groups[name]["age_from"]), float(groups[name]["age_to"])
    if name.endswith("+"):
        return float(name[:-1]), 999.0
    first, _, last = name.partition("-")
    return float(first), float(last or first)


@once
def cost_by_age(scenario, service, cost):
    """Coverage x cost of a service, by age."""
    groups = {row["group"]: row for row in scenario["population"]}
    result = [0.0] * len(scenario["ages"])
    for row in scenario["demand"]:
        if row["service"] == service:
            low, high = ages_of_group(groups, row["group"])
            for age in range(len(result)):
                if low <= age <= high:
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


def need_of(scenario, residents):
    """What the services of these residents cost a year."""
    return sum(weighted(scenario, service, "unit_cost", residents) for service in SERVICES)


CAUSES = ("dwellings", "births", "arrivals", "mortality")
"""What moves people in a run."""


def surprises_of(chance):
    """By cause: how much more of it than planned a year's weather brings."""
    return {
        "dwellings": chance.completion * chance.persons - 1,
        "births": chance.births - 1,
        "arrivals": chance.arrivals / 0.01,
        "mortality": chance.mortality - 1,
    }


def who_moves(scenario, planned):
    """Shares by age of those who move: as in new dwellings; if nobody does there, as the residents when the first
    year opens."""
    first = scenario["scenario"]["first_year"]
    flats = number(scenario["housing"]["reference_flat_share"], first)
    pairs = zip(moving_in(scenario, "flat"), moving_in(scenario, "house"), strict=True)
    by_age = [flats * flat + (1 - flats) * house for flat, house in pairs]
    if sum(by_age) == 0:
        by_age = planned.residents[first - 1]
    return [people / sum(by_age) for people in by_age]


def added(scenario, fit, planned, year, surprises):
    """By age: whom the surprises of a year add at its end."""
    residents = planned.residents[year - 1]
    dying, _ = rates(scenario, year)
    _, leaving = migration_in(fit, year)
    n = len(residents)
    result = [0.0] * n

    for kind, completed in built_in(scenario, year).items():
        for age, persons in enumerate(moving_in(scenario, kind)):
            result[age] += surprises["dwellings"] * completed * persons

    births = births_of(scenario, residents, year)
    result[0] += surprises["births"] * (1 - leaving[0]) * (1 - dying[0] / 2) * births

    for age, share in enumerate(who_moves(scenario, planned)):
        result[age] += surprises["arrivals"] * 0.01 * sum(residents) * share

    result[0] -= surprises["mortality"] * (1 - leaving[0]) * births * dying[0] / 2
    for age in range(n):
        older = min(age + 1, n - 1)
        result[older] -= surprises["mortality"] * (1 - leaving[older]) * residents[age] * dying[age]
    return result


def extra_people(scenario, fit, planned, surprises):
    """What chance adds to the planned residents, year by year: a cohort model of its own, without arrivals.
    `surprises`: of every year, by cause."""
    first = scenario["scenario"]["first_year"]
    lead = int(number(scenario["investment"]["capacity_lead"], first))
    none = dict.fromkeys(TYPES, 0.0)
    closing = {first - 1: [0.0] * len(scenario["ages"])}
    result = []
    for t, of_year in enumerate(surprises):
        year = first + t
        before = closing[year - 1]
        now = one_year(scenario, before, year, migration_in(fit, year), none, with_arrivals=False)
        new = added(scenario, fit, planned, year, of_year)
        now = [a + b for a, b in zip(now, new, strict=True)]
        closing[year] = now
        ahead = now
        for later in range(year + 1, year + 1 + lead):
            ahead = one_year(scenario, ahead, later, migration_in(fit, later), none, with_arrivals=False)
        average = half(before, now)
        people = SimpleNamespace(
            opening_residents=sum(before),
            residents=sum(average),
            closing_residents=sum(now),
            working_age=of_working_age(average),
            need=need_of(scenario, before),
            earlier_residents=sum(closing[year - 4]) if year - 4 in closing else 0.0,
        )
        for service, place in PLACES.items():
            rest = planned.rests[t][service] * people.residents
            setattr(people, service, weighted(scenario, service, "unit_cost", average) + rest)
            setattr(people, place, weighted(scenario, service, "place_cost", ahead))
        result.append(people)
    return result


PLACES = {"kindergartens": "kindergarten_places", "schools": "school_places", "care": "care_places"}
CAPACITY = {"kindergartens": "kindergarten_capacity", "schools": "school_capacity", "care": "care_capacity"}


# --- the nation --------------------------------------------------------------------------------------------------


@once
def nation_in(scenario, year):
    """Shares by age of the nation's residents at 1 January: straight lines between those of the table's years."""
    years = sorted(int(column) for column in scenario["nation"][0] if column.isdigit())
    if year <= years[0]:
        return nation_of(scenario, years[0])
    for one, other in itertools.pairwise(years):
        if year <= other:
            part = (year - one) / (other - one)
            pairs = zip(nation_of(scenario, one), nation_of(scenario, other), strict=True)
            return [(1 - part) * before + part * after for before, after in pairs]
    return nation_of(scenario, years[-1])


@once
def nation_of(scenario, table_year):
    """Shares by age in a year of the table."""
    ages = len(scenario["ages"])
    result = [0.0] * ages
    for row in scenario["nation"]:
        people = float(row[str(table_year)])
        start = int(row["age_from"])
        if row["age_to"]:
            end = int(row["age_to"])
            for age in range(start, end + 1):
                result[age] += people / (end + 1 - start)
        else:
            alive = surviving(scenario, start)
            for age in range(start, ages):
                result[age] += people * alive[age] / sum(alive.values())
    total = sum(result)
    return [people / total for people in result]


def surviving(scenario, start):
    """By age from `start` on: how many there are of an open group if as many come every year."""
    ages = len(scenario["ages"])
    result, alive = {}, 1.0
    for age in range(start, ages):
        dying = float(scenario["ages"][age]["mortality"])
        result[age] = alive if age < ages - 1 else alive / max(dying, 0.001)
        alive *= 1 - dying
    return result


@once
def national_need(scenario, year):
    """What the services of one resident of the nation cost."""
    return need_of(scenario, nation_in(scenario, year))


# --- the plan of every year --------------------------------------------------------------------------------------


def equalise(residents, tax, national, rate, revenue):
    """Equalisation of `residents` with `tax` between them, when the nation has `national` per resident."""
    own = ratio(tax, residents)
    topup = revenue["topup_rate"] * pos(revenue["topup_level"] * national - own)
    return residents * (rate * (national - own) + topup - revenue["equalisation_deduction"] * national)


def plan_of(scenario, years, fit):
    """What the baseline fixes: the plan of each of the `years`, and for people in a run residents by age and year on
    the scenario's programme, and what of a service's frame its demand does not explain, per resident, by year."""
    first = scenario["scenario"]["first_year"]
    lead = int(number(scenario["investment"]["capacity_lead"], first))
    planned = cohorts(scenario, fit, years + lead, built_in)
    reference = cohorts(scenario, fit, years + lead, reference_in)
    plan, at_reference = [], []
    for year in range(first, first + years):
        plan.append(plan_of_year(scenario, year, plan, at_reference, planned, reference))
    rests = [{service: r.rests[service] / r.residents for service in SERVICES} for r in at_reference]
    named = named_projects(scenario, plan, reference[first - 1])
    return SimpleNamespace(years=plan, residents=planned, rests=rests, named=named)


def total_before(residents, year, first_of_table):
    """Residents at the end of a year; before the table begins they grew as in its first year."""
    if year >= first_of_table:
        return sum(residents[year])
    growth = sum(residents[first_of_table + 1]) / sum(residents[first_of_table])
    return sum(residents[first_of_table]) / growth ** (first_of_table - year)


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
    p.grant_price_compensation = base("revenue", "grant_price_compensation")
    p.grant_forecast_weight = base("revenue", "grant_forecast_weight")
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
    own = scenario["local_revenue"]
    p.fee_change = number(own["fee_change"], year)
    p.natural_resource_tax = number(own["natural_resource_tax"], year)
    for key in ("property_tax_rate", "property_tax_base_per_dwelling", "concession_revenue", "dividends"):
        setattr(p, key, number(own[key], year))
    p.property_tax_base = number(own["property_tax_base"], year)
    for y in range(first + 1, year + 1):
        p.property_tax_base *= 1 + number(own["property_tax_base_growth"], y)
    p.one_off_revenue = p.one_off_expenditure = 0.0
    for item in scenario.get("one_off", {}).values():
        if item["year"] == year:
            amount = number(item["amount"], year)
            p.one_off_revenue += pos(amount)
            p.one_off_expenditure += pos(-amount)
    if in_plan:
        r.tax = line("tax")
    else:
        r.tax = last_r.tax * r.working_age / last_r.working_age * (1 + base("revenue", "tax_growth_per_working_age"))
    p.tax = r.tax * p.working_age / r.working_age
    at_work = of_working_age(nation_in(scenario, year))
    if in_plan:
        equalised_tax = r.tax + p.natural_resource_tax / deflator
        p.national_tax_per_resident = equalised_tax / r.opening_residents / base("revenue", "own_to_national_tax")
    else:
        grown = at_work / of_working_age(nation_in(scenario, last_planned))
        for y in range(last_planned + 1, year + 1):
            grown *= 1 + base("revenue", "tax_growth_per_working_age", y)
        grown *= base("revenue", "own_to_national_tax", last_planned) / base("revenue", "own_to_national_tax")
        p.national_tax_per_resident = before[last_planned - first].national_tax_per_resident * grown
    p.need = need_of(scenario, planned[year - 1])
    p.national_need = national_need(scenario, year)
    p.needs_equalisation = base("revenue", "needs_equalisation")
    p.earlier_residents = total_before(planned, year - 4, first - 2)
    for key in ("growth_grant_per_resident", "growth_grant_limit", "growth_grant_tax_level"):
        setattr(p, key, base("revenue", key))
    if in_plan:
        rate = base("revenue", "equalisation_rate", first)  # the rest as in the year itself
        equalised = equalise(r.opening_residents, equalised_tax, p.national_tax_per_resident, rate, vars(p))
        more_need = need_of(scenario, reference[year - 1]) - r.opening_residents * p.national_need
        r.block_grant = line("general_grant") - equalised - p.needs_equalisation * more_need
    else:
        last_one = at_reference[last_planned - first]
        each = last_one.block_grant / last_one.opening_residents
        for y in range(last_planned + 1, year + 1):
            each *= 1 + base("revenue", "grant_growth_per_resident", y)
        for y in range(last_planned + 1, year + 1):
            growth = national_need(scenario, y) - national_need(scenario, y - 1)
            each += base("revenue", "demography_financing", y) * growth
        r.block_grant = each * r.opening_residents
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

    p.sticky_share = base("services", "sticky_share")
    r.rests = {}
    for service in SERVICES:
        behind = min(year, last_planned)
        r.rests[service] = area_frame(scenario, service, behind) - demand(service, reference, behind)
        if not in_plan:
            r.rests[service] *= r.residents / at_reference[last_planned - first].residents
        frame = r.rests[service] * relative + demand(service, planned, year)
        setattr(p, service, frame * p.real_standard)
        p.demography_compensation += demand(service, planned, year) - demand(service, reference, first - 1)
        stays = 0.0 if in_plan else getattr(before[last_planned - first], service) * p.real_standard
        setattr(p, f"{service}_base", stays)
    p.other_services = p.other_services_following = 0.0
    r.areas, r.not_by_fees = {}, 0.0
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
        r.not_by_fees += 0.0 if row["follows"] == "fees" else frame
        p.other_services_following += elasticity * frame
    p.other_services_base = 0.0
    if not in_plan:
        p.other_services_base = at_reference[last_planned - first].not_by_fees
        for y in range(last_planned + 1, year + 1):
            p.other_services_base *= 1 + base("services", "other_services_real_growth", y)
    p.premises_share = base("services", "premises_share")
    for key in ("new_needs", "adopted_measures"):
        setattr(p, key, line(key) if in_plan else getattr(last, key))
    p.measures_delivery = base("services", "measures_delivery")
    p.step_years = max(year - last_planned, 0)
    p.reacts = 0.0  # see follow()
    for key in ("surplus_margin", "cut_speed", "growth_speed", "most_change", "postponement"):
        setattr(p, key, base("restructuring", key))

    # pension
    p.pension_premium = line("pension_premium") if in_plan else last.pension_premium * p.residents / last.residents
    deferred = base("pension", "deviation_share") * p.pension_premium * deflator
    p.premium_deviation = line("premium_deviation") if in_plan else deferred
    p.premium_amortisation = amortisation_of(scenario, year, before)
    p.amortisation_years = base("pension", "amortisation_years", first)
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

    p.land_sales = base("investment", "land_sales")

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
    fund = before[-1].kept_investment_funds if before else number(scenario["opening"]["investment_funds"], year)
    p.kept_investment_funds = fund - min(p.use_of_investment_funds, fund)
    for key in ("equity_target", "instalment_share", "useful_life"):
        setattr(p, key, base("financing", key))
    for key in ("on_lending_instalment_share", "other_bank_balances"):
        setattr(p, key, base("financing", key))
    for key in ("equity_weight", "equity_return", "dividend_yield", "bond_return", "bond_duration"):
        setattr(p, key, base("endowment", key))
    p.endowment_base = base("endowment", "base_capital")
    p.endowment_cost_share = base("endowment", "cost_share")
    p.endowment_withdrawal_share = base("endowment", "withdrawal_share")
    p.budgeted_buffer_use = base("rules", "budgeted_buffer_use") * cpi
    if in_plan:
        p.budgeted_buffer_use = line("use_of_buffer_fund")
    p.uncovered_by_plan = left_of_opening_deficit(scenario, year)
    for key in ("equity_minimum", "buffer_floor", "buffer_target_share", "buffer_minimum"):
        setattr(p, key, base("rules", key))
    for key in ("liquidity_minimum", "result_share_minimum", "deficit_limit_share"):
        setattr(p, key, base("rules", key))
    return p


def left_of_opening_deficit(scenario, year):
    """What the cover plan leaves of the opening deficit at the end of a year."""
    first, opening = scenario["scenario"]["first_year"], scenario["opening"]
    left = deficit = number(opening["uncovered_deficit"], first)
    amounts = opening["cover_per_year"]
    years = int(number(opening["cover_years"], first))
    if any(amounts.get("dated", {}).values()) or amounts.get("value", 0) != 0:
        for y in range(first, year + 1):
            left -= number(amounts, y)
        return pos(left)
    return deficit * pos(years - (year - first + 1)) / years


# --- named projects ----------------------------------------------------------------------------------------------

FIELDS = (
    *("general", "water_waste", "housing", "renewal", "vat", "new_depreciation", "ended_depreciation"),
    *("grants", "housing_grants", "running_cost", "in_use"),
)
"""What the projects of a year come to."""
FOLLOW_COST = ("general", "water_waste", "housing", "vat", "new_depreciation", "ended_depreciation")
PROJECTS = {"kindergartens": "kindergarten_projects", "schools": "school_projects", "care": "care_projects"}
PLACE_COST = {"kindergartens": "kindergarten_place_cost", "schools": "school_place_cost", "care": "care_place_cost"}
QUANTILE_85 = 1.0364333894937896


def built_of(projects):
    """Those that are built: not dropped, and not an alternative to one that is; the first of the alternatives to one
    that is not."""

    def is_built(project):
        if project.dropped:
            return False
        if project.alternative_to is None:
            return True
        original = next(p for p in projects if p.id == project.alternative_to)
        if is_built(original):
            return False
        rivals = [p for p in projects if p.alternative_to == project.alternative_to and not p.dropped]
        return rivals[0] is project

    return [project for project in projects if is_built(project)]


def dwellings_wait(scenario, area):
    """The first year in which an area may build, as far as projects decide. An alternative that is not built asks for
    nothing."""
    built = built_of(scenario["projects"])
    result = -math.inf
    for project in scenario["projects"]:
        if not project.before_dwellings or project.housing_area != area:
            continue
        if any(p is project for p in built):
            result = max(result, project.opening)
        elif project.alternative_to is None:
            instead = [p.opening for p in built if p.alternative_to == project.id]
            result = max(result, instead[0] if instead else math.inf)
    return result


def money_of(scenario, price_year):
    """What a krone of a year is in prices of the first year."""
    first = scenario["scenario"]["first_year"]
    if price_year is None:
        return 1.0
    index = 1.0
    for year in range(min(first, price_year) + 1, max(first, price_year) + 1):
        index *= 1 + number(scenario["prices"]["deflator_growth"], year)
    return index if price_year < first else 1 / index


def amounts_of(scenario, plain, project, late):
    """What a project comes to if it is `late` years late: by field, by year. Of a dropped one, what is left."""
    first, years = scenario["scenario"]["first_year"], len(plain)
    result = {field: [0.0] * years for field in FIELDS}
    money = money_of(scenario, project.price_year)
    cost = project.scale * project.p50 * money
    if project.dropped:
        cost *= project.committed

    def add(field, year, amount):
        if first <= year < first + years:
            result[field][year - first] += amount

    for k, share in enumerate(project.shares):
        year = project.start + k + late
        if project.start + k < first or year >= first + years:
            continue
        p = plain[year - first]
        spent = cost * share
        add(project.kind, year, spent)
        vat_share = p.vat_share if project.kind == "general" else 0.0
        if project.vat_share is not None:
            vat_share = project.vat_share
        add("vat", year, spent * vat_share)
        life = number(scenario["financing"]["useful_life"], year)
        if project.useful_life is not None:
            life = project.useful_life
        worn = spent * (1 - vat_share) / life
        add("new_depreciation", year, worn)
        add("ended_depreciation", year + round(life), worn * p.deflator_index)
        if project.kind == "general" and project.purpose == "renewal":
            add("renewal", year, spent)
        grant_share = 0.0
        if project.kind == "general":
            grant_share = number(scenario["investment"]["grant_share"], year)
        if project.kind == "housing":
            grant_share = p.housing_grant_share
        if project.grant_share is not None:
            grant_share = project.grant_share
        grants = "housing_grants" if project.kind == "housing" else "grants"
        add(grants, year + project.grant_lag, spent * grant_share)

    opening = project.opening + late
    for year in range(opening, first + years) if project.opening >= first else ():
        running = -project.scale * project.savings * money
        if project.running_cost is not None:
            running += project.scale * project.running_cost * money
        elif project.kind == "general" and project.purpose in ("statutory", "capacity", "service"):
            running += number(scenario["services"]["premises_share"], year) * cost
        add("running_cost", year, running)
        if year > opening and project.kind == "general" and project.purpose != "renewal":
            add("in_use", year, cost)
    if project.dropped:
        for field in FIELDS:
            if field not in FOLLOW_COST:
                result[field] = [0.0] * years
    return result


def named_projects(scenario, plan, users):
    """What the plan holds of named projects is taken out of it; the rest is what they come to by themselves."""
    first, years = scenario["scenario"]["first_year"], len(plan)
    last_planned = first + scenario["scenario"]["plan_years"] - 1
    lead = int(number(scenario["investment"]["capacity_lead"], first))
    keys = ("deflator_index", "vat_share", "housing_grant_share")
    plain = [SimpleNamespace(**{key: getattr(p, key) for key in keys}) for p in plan]

    held = {field: [0.0] * years for field in FIELDS}
    for project in built_of(scenario["adopted_projects"]):
        amounts = amounts_of(scenario, plain, project, 0)
        instead = project.kind in ("water_waste", "housing") or project.purpose == "renewal"
        for t in range(years):
            year = first + t
            for field in FIELDS[:-2]:
                if project.in_plan if year <= last_planned else instead:
                    held[field][t] += amounts[field][t]
            if project.in_plan:
                held["running_cost"][t] += amounts["running_cost"][min(t, last_planned - first, years - 1)]
                if project.opening <= last_planned:
                    held["in_use"][t] += amounts["in_use"][t]

    for t, p in enumerate(plan if scenario["projects"] else []):
        in_plan = first + t <= last_planned
        renewal = p.renewal_investment - held["general"][t]
        housing = p.housing_investment - held["housing"][t]
        if in_plan:
            p.grants -= held["grants"][t]
            vat = p.vat_share * p.renewal_investment - held["vat"][t]
            if held["general"][t] != 0:
                p.vat_share = vat / renewal if renewal > abs(vat) else 0.0
            grants = p.housing_grant_share * p.housing_investment - held["housing_grants"][t]
            if held["housing"][t] != 0:
                p.housing_grant_share = grants / housing if housing > abs(grants) else 0.0
        p.renewal_investment = pos(renewal)
        p.housing_investment = pos(housing)
        p.water_waste_investment = pos(p.water_waste_investment - held["water_waste"][t])

    def opened(projects, service, t):
        places = 0.0
        for project in built_of(projects):
            stand = project.opening - first - lead
            if t == 0 and first <= project.opening < first + lead:
                stand = 0
            if project.service == service and stand == t:
                places += project.scale * project.places - project.places_closed
        return places * number(scenario["investment"][PLACE_COST[service]], first + t)

    for service, field in PROJECTS.items():
        bears = any(p.service == service for p in [*scenario["projects"], *scenario["adopted_projects"]])
        standing = weighted(scenario, service, "place_cost", users)
        for t, p in enumerate(plan):
            places = opened(scenario["projects"], service, t)
            if bears and first + t <= last_planned:
                standing += opened(scenario["adopted_projects"], service, t)
                unnamed = pos(getattr(p, PLACES[service]) - standing)
                standing += unnamed
                places += unnamed
                setattr(p, PLACES[service], 0.0)
            setattr(p, field, places)

    named = SimpleNamespace(plain=plain, held=held)
    named.calm = projects_of_run(scenario, named, None)
    return named


def spread_of(scenario, project):
    """The standard deviation of the log of a project's cost."""
    numbers = scenario["drivers"]["project_cost"]
    if project.p85 is None:
        return number(numbers[project.phase], 0)
    return number(numbers["of_p85"], 0) * math.log(project.p85 / project.p50) / QUANTILE_85


def projects_of_run(scenario, named, luck):
    """The fields of named projects, year by year. `luck`: of every id a normal and an exponential number; as planned
    without it."""
    years = len(named.plain)
    result = {field: [0.0] * years for field in FIELDS}
    left = [project for project in scenario["projects"] if project.dropped and project.committed > 0]
    for project in [*built_of(scenario["projects"]), *left]:
        factor, delay = 1.0, 0.0
        if luck is not None:
            normal, exponential = luck[project.id]
            factor = math.exp(spread_of(scenario, project) * normal)
            expected = number(scenario["drivers"]["project_delay"][project.phase], 0)
            delay = min(expected * exponential, 4.0)
        d = math.floor(delay)
        f = delay - d
        now = amounts_of(scenario, named.plain, project, d)
        later = amounts_of(scenario, named.plain, project, d + 1)
        for field in FIELDS:
            times = factor if field in FOLLOW_COST else 1.0
            for t in range(years):
                result[field][t] += times * ((1 - f) * now[field][t] + f * later[field][t])
    for field in ("running_cost", "in_use"):
        for t in range(years):
            result[field][t] -= named.held[field][t]
    return [SimpleNamespace(**{field: result[field][t] for field in FIELDS}) for t in range(years)]


def follow(scenario, plan, policy):
    """Make the plan that of a policy: what it does about the adopted measures, and from when it reacts."""
    for t, p in enumerate(plan):
        if policy == "none":
            p.measures_delivery = 0.0
        if policy == "react" and t >= scenario["scenario"]["plan_years"] - 1:
            p.reacts = 1.0


def opening_of(scenario, fit):
    """The balance at the start of the first year."""
    first = scenario["scenario"]["first_year"]
    o = SimpleNamespace()
    o.deflator_index = 1 / (1 + number(scenario["prices"]["deflator_growth"], first))
    o.fixed_rate = number(scenario["interest"]["opening_fixed_rate"], first)
    o.deflator_factor = o.grant_price_factor = 1.0
    o.price_deviation = 0.0
    o.swap_surprise = 0.0
    o.extra_completions = 0.0
    o.new_dwellings = 0.0
    o.new_capacity = 0.0
    o.slipped_investment = 0.0
    o.decided_measures = 0.0
    o.postponement = 0.0
    o.result_share_breach = 0.0
    o.premium_deviation = 0.0
    for row in scenario["vintages"]:
        n = float(row["years"])
        left = float(row["vintage"]) + n - (first - 1)
        o.premium_deviation += float(row["deviation"]) * pos(left) / n
    lead = int(number(scenario["investment"]["capacity_lead"], first))
    reference = cohorts(scenario, fit, lead + 1, reference_in)
    for service, capacity in CAPACITY.items():
        named = any(p.service == service for p in [*scenario["projects"], *scenario["adopted_projects"]])
        users = reference[first - 1 if named else first - 1 + lead]
        setattr(o, capacity, weighted(scenario, service, "place_cost", users))
    for stock in scenario["opening"]:
        setattr(o, stock, number(scenario["opening"][stock], first))
    o.latest_deficit = 0.0 if left_of_opening_deficit(scenario, first + 1) > 0 else o.uncovered_deficit
    o.maintenance_backlog = o.project_depreciation = 0.0
    o.replacement_value = number(scenario["investment"]["replacement_value"], first)
    if o.replacement_value == 0:
        o.replacement_value = o.depreciation * number(scenario["financing"]["useful_life"], first)
    return o


# --- the accounts of a year --------------------------------------------------------------------------------------


WEATHER = (
    *("rate", "national", "own", "completion", "construction", "deflator", "cpi", "equity", "free"),
    *("births", "arrivals", "mortality", "companies", "income_system", "delivery", "slippage", "persons", "kept"),
    *("premium", "amortised", "step"),
)
"""What chance decides in a year: the rate, factors, surprises, the loss of revenue, and the restructuring step."""

ZERO_WHEN_CALM = ("arrivals", "income_system", "premium", "amortised", "step")


def close(p, o, people, chance, projects):
    """The lines of one year: from the plan `p`, the opening balance `o`, the extra people, the year's weather and
    named projects."""
    y = SimpleNamespace()
    prices_of(y, p, o, chance)
    rates_of(y, p, o, chance)
    people_of(y, p, o, people, chance)
    revenue_of(y, p, o, people, chance)
    services_of(y, p, o, people, chance, projects)
    investment_of(y, p, o, people, chance, projects)
    financing_of(y, p, o)
    debt_and_interest_of(y, p, o, chance)
    year_end_of(y, p, o)
    balance_of(y, p, o)
    key_figures_of(y, p)
    rules_of(y, p, o)
    need_for_restructuring_of(y, p, o)
    reaction_of(y, p, o)
    return y


def prices_of(y, p, o, chance):
    """Section 1."""
    y.cpi_index = p.cpi_index * chance.cpi
    y.deflator_index = p.deflator_index * chance.deflator
    y.deflator_factor = chance.deflator
    y.price_deviation = ratio(chance.deflator, o.deflator_factor) - 1
    surprise = y.price_deviation - p.grant_forecast_weight * o.price_deviation
    y.grant_price_factor = o.grant_price_factor * (1 - (1 - p.grant_price_compensation) * surprise)


def rates_of(y, p, o, chance):
    """Section 7, the rates."""
    rate = chance.rate
    y.money_market_rate = rate
    y.swap_rate = p.planned_swap_rate + p.swap_loading * (rate - p.planned_rate)
    y.swap_surprise = y.swap_rate - p.reference_swap_rate
    y.fixed_rate = o.fixed_rate + p.refixing_share * (y.swap_rate - o.fixed_rate)
    y.loan_rate = p.floating_share * rate + (1 - p.floating_share) * y.fixed_rate + p.loan_margin


def people_of(y, p, o, people, chance):
    """Section 3."""
    y.completions = p.programme * chance.completion
    y.extra_completions = y.completions - p.programme
    y.new_dwellings = o.new_dwellings + y.completions
    y.residents = p.residents + people.residents
    y.closing_residents = p.closing_residents + people.closing_residents
    y.working_age = p.working_age + people.working_age


def revenue_of(y, p, o, people, chance):
    """Section 4."""
    prices, rate = y.deflator_index, chance.rate
    grant_prices = prices * y.grant_price_factor
    opening_residents = p.opening_residents + people.opening_residents

    budgeted = p.national_tax_per_resident * prices * chance.free
    m = budgeted * chance.national
    y.tax_revenue = p.tax * prices * chance.free * chance.national * chance.own
    y.tax_revenue *= ratio(y.working_age, p.working_age)
    y.natural_resource_tax = p.natural_resource_tax
    own_tax = y.tax_revenue + y.natural_resource_tax
    y.equalisation = equalise(opening_residents, own_tax, m, p.equalisation_rate, vars(p))
    y.block_grant = p.block_grant * grant_prices * chance.free * ratio(opening_residents, p.opening_residents)
    need = p.need + people.need
    y.needs_grant = p.needs_equalisation * (need - opening_residents * p.national_need) * grant_prices

    earlier = p.earlier_residents + people.earlier_residents
    y.growth_grant = 0.0
    if ratio(own_tax, opening_residents) < p.growth_grant_tax_level * m:
        beyond = pos((opening_residents - earlier) / 3 - p.growth_grant_limit * earlier)
        y.growth_grant = p.growth_grant_per_resident * grant_prices * beyond
    y.surprise_taken_back = opening_residents * budgeted * (chance.national - chance.kept)
    y.general_grant = y.block_grant + y.needs_grant + y.growth_grant + y.equalisation - y.surprise_taken_back
    y.host_grant = p.host_grant * prices
    y.integration_grant = p.integration_grant * prices
    y.interest_compensation = pos(p.compensation * prices + p.compensation_base * (rate - p.reference_rate))
    y.imputed_capital_cost = o.self_financing_debt * (p.imputed_share + p.full_cost_share * y.swap_surprise)
    y.sector_revenue = p.sector_revenue * prices * ratio(y.residents, p.residents)
    y.extra_fees = p.fee_change * y.sector_revenue
    y.sector_revenue += y.extra_fees
    y.sector_revenue += p.full_cost_share * o.self_financing_debt * y.swap_surprise
    everything = own_tax + y.general_grant + y.host_grant + y.integration_grant + y.interest_compensation
    everything += y.sector_revenue
    y.income_system_loss = p.income_system_loss * prices + (p.revenue_shortfall + chance.income_system) * everything
    y.free_revenue = own_tax + y.general_grant - y.income_system_loss
    y.central_revenue = y.free_revenue + y.host_grant + y.integration_grant
    y.central_revenue += y.interest_compensation + y.imputed_capital_cost
    per_mille = p.property_tax_base + p.property_tax_base_per_dwelling * o.new_dwellings
    y.property_tax = p.property_tax_rate / 1000 * per_mille * prices
    y.concession_revenue = p.concession_revenue * prices * chance.companies
    y.one_off_revenue = p.one_off_revenue
    y.central_revenue += y.property_tax + y.concession_revenue + y.one_off_revenue
    y.operating_revenue = y.central_revenue - y.imputed_capital_cost + y.sector_revenue


def services_of(y, p, o, people, chance, projects):
    """Section 5."""
    prices = y.deflator_index

    def sticky(frame, base):
        return frame + p.sticky_share * pos(base - frame)

    kindergartens = p.kindergartens + p.real_standard * people.kindergartens
    schools = p.schools + p.real_standard * people.schools
    care = p.care + p.real_standard * people.care
    others = p.other_services + p.other_services_following * (ratio(y.residents, p.residents) - 1)
    y.kindergarten_cost = sticky(kindergartens, p.kindergartens_base) * prices
    y.school_cost = sticky(schools, p.schools_base) * prices
    y.care_cost = sticky(care, p.care_base) * prices
    y.other_service_cost = sticky(others, p.other_services_base) * prices
    y.premises_cost = p.premises_share * o.new_capacity * prices
    y.project_running_cost = projects.running_cost * prices
    y.adopted_measures = p.adopted_measures * prices
    y.new_needs = p.new_needs * prices
    delivery = p.measures_delivery * chance.delivery
    y.undelivered_measures = y.adopted_measures * (1 - delivery)
    measures = chance.step * p.step_years + o.decided_measures
    y.restructuring_measures = measures * prices * (delivery if measures > 0 else 1)
    planned_premium = p.pension_premium * p.deflator_index
    premium_surprise = planned_premium * chance.premium
    y.pension_premium = p.pension_premium * prices + premium_surprise
    y.premium_deviation = p.premium_deviation + premium_surprise
    y.premium_amortisation = p.premium_amortisation + planned_premium * chance.amortised
    y.pension_cost = y.pension_premium - y.premium_deviation + y.premium_amortisation
    y.pension_beyond_frames = premium_surprise + y.premium_amortisation - y.premium_deviation
    y.pension_beyond_frames -= p.pension_in_frames * prices
    y.net_sector_expenditure = y.kindergarten_cost + y.school_cost + y.care_cost
    y.net_sector_expenditure += y.other_service_cost + y.premises_cost + y.project_running_cost
    y.one_off_expenditure = p.one_off_expenditure
    y.net_sector_expenditure += y.one_off_expenditure - y.extra_fees
    y.net_sector_expenditure += y.undelivered_measures + y.pension_beyond_frames - y.restructuring_measures
    y.price_compensation = y.net_sector_expenditure * (1 - ratio(o.deflator_index, prices))
    extra_demand = people.kindergartens + people.schools + people.care
    y.demography_compensation = (p.demography_compensation + extra_demand) * prices
    y.gross_operating_result = y.central_revenue - y.net_sector_expenditure


def investment_of(y, p, o, people, chance, projects):
    """Section 6."""
    prices = y.deflator_index
    real_capacity = 0.0
    for service, place in PLACES.items():
        capacity = CAPACITY[service]
        there = getattr(o, capacity) + getattr(p, PROJECTS[service])
        needed = getattr(p, place) + (getattr(people, place) if p.builds_places else 0.0)
        setattr(y, capacity, max(there, needed))
        if p.builds_places:
            real_capacity += max(there, needed) - there
    real_renewal = p.renewal_investment + p.capacity_renewal_share * (o.new_capacity + projects.in_use)
    y.renewal_investment = real_renewal * prices
    y.capacity_investment = real_capacity * prices
    real_infrastructure = p.infrastructure_per_dwelling * y.completions
    y.infrastructure_investment = real_infrastructure * prices
    planned = real_renewal + real_capacity + real_infrastructure
    overrun = planned * ((1 + p.cost_overrun) * chance.construction - 1) if p.builds_places else 0.0
    ready = planned + overrun + o.slipped_investment
    slipped = p.slippage * chance.slippage * ready
    project = projects.general * chance.construction
    postponed = o.postponement * (ready - slipped)
    project_postponed = o.postponement * project
    y.slipped_investment = slipped + postponed + project_postponed
    y.cost_overrun = overrun * prices
    y.slipped_in = o.slipped_investment * prices
    y.slipped_out = slipped * prices
    y.postponed_investment = (postponed + project_postponed) * prices
    y.project_investment = project * prices
    y.general_investment = (ready - y.slipped_investment) * prices + y.project_investment
    y.project_water_waste = projects.water_waste * chance.construction * prices
    y.project_housing = projects.housing * chance.construction * prices
    y.water_waste_investment = p.water_waste_investment * prices + y.project_water_waste
    y.housing_investment = p.housing_investment * prices + y.project_housing
    y.share_purchases = p.share_purchases * prices
    y.sales = p.sales * prices
    y.land_sales = p.land_sales * prices
    y.gross_investment = y.general_investment + y.water_waste_investment + y.housing_investment
    state = p.grant_share * (ready - slipped - postponed - project_postponed)
    dwellings = p.contribution_per_dwelling * o.extra_completions
    y.grants = pos(p.grants + state + dwellings + projects.grants) * prices
    y.housing_grants = (p.housing_grant_share * p.housing_investment + projects.housing_grants) * prices
    named_vat = projects.vat * chance.construction * prices
    y.vat_compensation = p.vat_share * (y.general_investment - y.project_investment) + named_vat
    y.new_capacity = o.new_capacity + real_capacity
    y.on_lending = p.on_lending

    wear = o.replacement_value / p.useful_life
    y.replacement_value = o.replacement_value
    y.maintenance_backlog = o.maintenance_backlog
    if p.builds_places:
        y.replacement_value += real_capacity + real_infrastructure + project - projects.renewal
        y.maintenance_backlog += wear - real_renewal - projects.renewal
    else:
        y.replacement_value += pos(y.general_investment / prices - wear)

    y.depreciation = o.depreciation
    y.closing_fixed_assets = o.fixed_assets + y.gross_investment - y.vat_compensation - y.sales - y.depreciation
    new = projects.new_depreciation * chance.construction * prices
    y.project_depreciation = o.project_depreciation + new - projects.ended_depreciation
    others = o.depreciation - o.project_depreciation
    named = y.project_investment + y.project_water_waste + y.project_housing
    unnamed = y.gross_investment - named - (y.vat_compensation - named_vat)
    y.depreciation_ahead = others + (unnamed - others) / p.useful_life + y.project_depreciation


def financing_of(y, p, o):
    """Section 7, who pays for investment."""
    y.use_of_investment_funds = min(p.use_of_investment_funds, o.investment_funds)
    to_finance = y.general_investment + y.share_purchases - y.sales - y.grants - y.vat_compensation
    to_finance -= y.use_of_investment_funds + y.land_sales
    reused = min(pos(o.investment_funds - y.use_of_investment_funds - p.kept_investment_funds), pos(to_finance))
    y.use_of_investment_funds += reused
    to_finance -= reused
    rule = pos(
        p.equity_target * y.general_investment - y.vat_compensation - y.use_of_investment_funds + y.share_purchases
    )
    y.planned_transfer = min(rule if p.transfer_by_rule else p.adopted_transfer, pos(to_finance))
    y.planned_borrowing = pos(to_finance) - y.planned_transfer
    y.investment_fund_provision = pos(-to_finance)
    y.self_financing_borrowing = y.water_waste_investment + y.housing_investment - y.housing_grants


def debt_and_interest_of(y, p, o, chance):
    """Section 7, debt, interest and the result."""
    rate = chance.rate
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
    y.dividends = p.dividends * y.deflator_index * chance.companies
    y.net_financial_cost -= y.dividends
    y.net_operating_result = y.gross_operating_result - y.net_financial_cost

    expected = p.equity_weight * p.equity_return + (1 - p.equity_weight) * p.bond_return
    y.underlying_result = y.net_operating_result - y.endowment_return + o.endowment_fund * expected
    y.underlying_result -= y.one_off_revenue - y.one_off_expenditure


def year_end_of(y, p, o):
    """Section 8, the year's balance and who makes it up."""
    fund_before_withdrawal = o.endowment_fund + y.endowment_return - y.endowment_cost
    y.endowment_withdrawal = min(
        p.endowment_withdrawal_share * pos(o.endowment_fund), pos(fund_before_withdrawal - p.endowment_base)
    )
    y.endowment_provision = y.endowment_return - y.endowment_cost - y.endowment_withdrawal
    y.use_of_wage_reserve = min(p.use_of_wage_reserve, o.wage_reserve)
    y.use_of_discretionary_funds = min(p.use_of_discretionary_funds, o.discretionary_funds)
    y.use_of_restricted_funds = min(p.use_of_restricted_funds, o.restricted_funds)
    balance = y.net_operating_result - y.endowment_provision + y.use_of_wage_reserve
    balance += y.use_of_discretionary_funds + y.use_of_restricted_funds
    y.budgeted_cover = pos(o.uncovered_deficit - p.uncovered_by_plan)
    balance -= y.budgeted_cover + p.provision_to_discretionary_funds + y.planned_transfer

    left = pos(-balance)  # a deficit
    budgeted = min(left, p.budgeted_buffer_use, pos(o.buffer_fund - p.buffer_floor * y.cpi_index))
    left -= budgeted
    y.struck_transfer = min(left, y.planned_transfer)
    left -= y.struck_transfer
    y.struck_provision = min(left, p.provision_to_discretionary_funds)
    left -= y.struck_provision
    y.struck_cover = min(left, y.budgeted_cover)
    left -= y.struck_cover
    y.emergency_buffer_use = min(left, o.buffer_fund - budgeted)
    left -= y.emergency_buffer_use
    y.emergency_fund_use = min(left, o.discretionary_funds - y.use_of_discretionary_funds)
    left -= y.emergency_fund_use
    y.emergency_wage_reserve_use = min(left, o.wage_reserve - y.use_of_wage_reserve)
    left -= y.emergency_wage_reserve_use
    y.new_uncovered_deficit = left
    y.buffer_use = budgeted + y.emergency_buffer_use
    y.provision_to_discretionary_funds = p.provision_to_discretionary_funds - y.struck_provision

    left = pos(balance)  # a surplus
    y.extra_cover = min(left, o.uncovered_deficit - y.budgeted_cover)
    left -= y.extra_cover
    y.covered_deficit = y.budgeted_cover - y.struck_cover + y.extra_cover
    to_buffer = min(left, pos(p.buffer_target_share * y.operating_revenue - o.buffer_fund))
    left -= to_buffer
    planned_liquidity = o.liquidity_reserve - y.use_of_wage_reserve - y.use_of_discretionary_funds
    planned_liquidity -= y.use_of_investment_funds
    planned_liquidity += p.provision_to_discretionary_funds + y.investment_fund_provision
    planned_liquidity += y.budgeted_cover - y.premium_deviation + y.premium_amortisation
    to_liquidity = min(
        left, pos(pos(p.liquidity_minimum * y.cpi_index - planned_liquidity) - to_buffer - y.extra_cover)
    )
    left -= to_liquidity
    y.extra_transfer = min(left, y.planned_borrowing)
    left -= y.extra_transfer
    y.extra_instalments = min(left, pos(o.general_debt - y.general_instalments))
    left -= y.extra_instalments
    y.buffer_provision = to_buffer + to_liquidity + left


def balance_of(y, p, o):
    """Section 8, the closing balance."""
    y.transfer_to_investment = y.planned_transfer - y.struck_transfer + y.extra_transfer + y.extra_instalments
    y.general_borrowing = y.planned_borrowing + y.struck_transfer - y.extra_transfer
    y.closing_general_debt = o.general_debt + y.general_borrowing - y.general_instalments - y.extra_instalments
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


def equity_in(y):
    equity = y.transfer_to_investment - y.extra_instalments + y.vat_compensation
    return equity + y.use_of_investment_funds - y.share_purchases


def key_figures_of(y, p):
    """Section 9, figures."""
    equity = equity_in(y)
    y.net_operating_result_share = ratio(y.net_operating_result, y.operating_revenue)
    y.underlying_result_share = ratio(y.underlying_result, y.operating_revenue)
    y.debt_ratio = ratio(y.closing_net_debt, y.operating_revenue)
    y.debt_ratio_mixed_prices = y.debt_ratio * y.deflator_index / y.cpi_index
    y.debt_ratio_with_deficits = ratio(y.closing_net_debt + y.closing_uncovered_deficit, y.operating_revenue)
    y.equity_share = ratio(equity, y.general_investment)
    free_funds = y.closing_buffer_fund + y.closing_wage_reserve + y.closing_discretionary_funds
    y.fund_share = ratio(free_funds, y.operating_revenue)
    y.investment_fund_share = ratio(y.closing_investment_funds, y.operating_revenue)
    y.free_fund_share = ratio(free_funds + y.closing_investment_funds, y.operating_revenue)
    borrowed = y.general_borrowing + y.self_financing_borrowing
    y.self_financing_share = 1 - borrowed / y.gross_investment if y.gross_investment > 0 else 1.0
    y.general_debt_ratio = ratio(y.closing_general_debt, y.operating_revenue)
    y.debt_ratio_without_on_lending = ratio(y.closing_debt - y.closing_on_lending_debt, y.operating_revenue)
    y.net_financial_cost_share = ratio(y.net_financial_cost, y.operating_revenue)
    y.investment_share = ratio(y.gross_investment, y.operating_revenue)
    y.debt_per_resident = ratio(y.closing_debt, y.closing_residents)

    assets = y.closing_on_lent + y.closing_liquidity_reserve + p.other_bank_balances
    hedged = p.full_cost_share * y.closing_self_financing_debt + p.compensation_base
    bonds_held = (1 - p.equity_weight) * y.closing_endowment_fund
    at_once = p.floating_share + (1 - p.floating_share) * p.refixing_share
    y.rate_exposure_first_year = (at_once * y.closing_debt - assets - hedged) / 100
    y.rate_exposure_full = (y.closing_debt - assets - bonds_held - hedged) / 100


def noise_in(y):
    return NOISE * pos(y.operating_revenue)


def equity_gap_of(y, p):
    return min(pos(p.equity_minimum * y.general_investment - equity_in(y)), y.general_borrowing)


def rules_of(y, p, o):
    """Section 9, rules."""
    noise = noise_in(y)
    result_minimum = p.result_share_minimum * y.operating_revenue
    broken = {
        "result_share_breach": result_minimum - y.underlying_result > noise,
        "equity_share_breach": equity_gap_of(y, p) > noise,
        "buffer_fund_breach": p.buffer_minimum * y.cpi_index - y.closing_buffer_fund > noise,
        "liquidity_breach": p.liquidity_minimum * y.cpi_index - y.closing_liquidity_reserve > noise,
        "uncovered_deficit_breach": y.closing_uncovered_deficit > noise,
    }
    for rule_name, is_broken in broken.items():
        setattr(y, rule_name, 1.0 if is_broken else 0.0)
    y.any_rule_breach = 1.0 if any(broken.values()) else 0.0
    y.result_share_breach_twice = 1.0 if y.result_share_breach and o.result_share_breach else 0.0
    too_large = y.closing_uncovered_deficit > p.deficit_limit_share * pos(y.operating_revenue) + noise
    y.state_register = 1.0 if too_large or y.closing_overdue_deficit > noise else 0.0


def need_for_restructuring_of(y, p, o):
    """Section 10, the need."""
    noise = noise_in(y)

    def stock_gap(minimum, before, after):
        return pos(min(minimum, before) - after)

    result_gap = pos(p.result_share_minimum * y.operating_revenue - y.underlying_result)
    equity_gap = equity_gap_of(y, p)
    buffer_gap = stock_gap(p.buffer_minimum * y.cpi_index, o.buffer_fund, y.closing_buffer_fund)
    liquidity_minimum = p.liquidity_minimum * y.cpi_index
    liquidity_gap = stock_gap(liquidity_minimum, o.liquidity_reserve, y.closing_liquidity_reserve)

    last_funds = y.new_uncovered_deficit + y.emergency_wage_reserve_use + y.emergency_fund_use
    before_transfer = last_funds + y.emergency_buffer_use + y.struck_cover + y.struck_provision
    own_year = y.struck_cover <= noise
    gap = min(equity_gap, y.struck_transfer) if own_year else 0.0
    equity_need = before_transfer + gap if gap > noise else 0.0

    beyond = pos(buffer_gap - y.emergency_buffer_use) if own_year else 0.0
    given_back = min(buffer_gap, y.emergency_buffer_use) + beyond
    buffer_need = 0.0
    if given_back > noise:
        buffer_need = last_funds + given_back
        if beyond > noise:
            buffer_need += y.struck_provision + y.struck_transfer

    liquidity_need = liquidity_gap
    if liquidity_gap > before_transfer + noise:
        liquidity_need += y.struck_transfer

    missing_equity = pos(equity_gap - y.struck_transfer)
    largest = max(y.new_uncovered_deficit, equity_need, buffer_need, liquidity_need)
    y.restructuring_need = max(result_gap, missing_equity + largest)
    y.restructuring_need_share = ratio(y.restructuring_need, y.net_sector_expenditure)
    without = y.net_sector_expenditure + y.restructuring_measures
    y.frames_change_share = -ratio(y.restructuring_measures, without)


def reaction_of(y, p, o):
    """Section 10, what the year decides for the next."""
    share = y.underlying_result_share
    lacks = pos(p.result_share_minimum - share)
    wanted = p.cut_speed * lacks - p.growth_speed * pos(share - p.result_share_minimum - p.surplus_margin)
    change = max(min(wanted, p.most_change), -p.most_change)
    y.newly_decided = p.reacts * change * y.operating_revenue
    y.decided_measures = o.decided_measures + ratio(y.newly_decided, y.deflator_index)
    y.postponement = p.reacts * p.postponement * min(ratio(lacks, p.result_share_minimum), 1)


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
MEMORY = (
    *("deflator_index", "deflator_factor", "price_deviation", "grant_price_factor", "fixed_rate", "swap_surprise"),
    *("extra_completions", "new_dwellings", "new_capacity", "slipped_investment", "decided_measures", "postponement"),
    *("result_share_breach", "replacement_value", "maintenance_backlog", "project_depreciation"),
    *CAPACITY.values(),
)


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


def accounts(scenario, planned, weather, fit, luck=None):
    """All lines of all years of one run. `weather`: the rows of WEATHER, by year. `luck` of named projects, by id; as
    planned without it."""
    chances = [SimpleNamespace(**dict(zip(WEATHER, row, strict=True))) for row in zip(*weather, strict=True)]
    everybody = extra_people(scenario, fit, planned, [surprises_of(chance) for chance in chances])
    opening = opening_of(scenario, fit)
    years = []
    projects = planned.named.calm if luck is None else projects_of_run(scenario, planned.named, luck)
    for p, people, chance, of_year in zip(planned.years, everybody, chances, projects, strict=True):
        year = close(p, opening, people, chance, of_year)
        opening = next_opening(year)
        years.append(vars(year))
    return years


def calm(plan):
    """The weather of the baseline: everything as planned."""
    planned = {"rate": [p.planned_rate for p in plan]}
    return [planned.get(name, [0.0 if name in ZERO_WHEN_CALM else 1.0 for _ in plan]) for name in WEATHER]


# --- the weather -------------------------------------------------------------------------------------------------

SHOCKS = (
    *("rate", "national_tax", "own_tax", "completions", "construction", "wages", "cpi", "equities"),
    *("free_revenue", "births", "arrivals", "mortality", "companies"),
)
TAILED = ("national_tax", "own_tax", "cpi")
MOVED_BY = {
    "completions": ("volatility", "rate_response", "bust_start", "zero_year"),
    "mortality": ("volatility", "decline_spread"),
    "persons": ("spread",),
}
"""The numbers that make a driver move; `volatility` of the others."""


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


def normal_density(z):
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def normal_probability(z):
    return math.erfc(-z / math.sqrt(2)) / 2


def expected_above(bound, mean, deviation):
    """E[max(bound, X)] for X normal."""
    if deviation == 0:
        return max(bound, mean)
    z = (mean - bound) / deviation
    return bound + (mean - bound) * normal_probability(z) + deviation * normal_density(z)


def expected_lack(mean, variance):
    """N: E[pos(1 - X)] for X lognormal with this mean and this variance of its log."""
    if variance == 0 or mean == 0:
        return pos(1 - mean)
    s = math.sqrt(variance)
    return normal_probability(s / 2 - math.log(mean) / s) - mean * normal_probability(-s / 2 - math.log(mean) / s)


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


# A process of normal shocks is kept as the weights of the independent normals (driver, year) so far: its value is the
# sum of weight x normal, its variance the sum of the squared weights.


def combined(*terms):
    """The sum of processes, each with a number before it."""
    result = {}
    for times, weights in terms:
        for cell, weight in weights.items():
            result[cell] = result.get(cell, 0.0) + times * weight
    return result


def variance(weights):
    return sum(weight * weight for weight in weights.values())


def carried(persistence, shocks):
    """x = persistence x of the year before + shock, by year."""
    result, x = [], {}
    for shock in shocks:
        x = combined((persistence, x), (1, shock))
        result.append(x)
    return result


class Chance:
    """The random numbers of one run and what the scenario says about the drivers.

    `normals[shock][year]`; of `others` by year "national_tax_tails", "own_tax_tails" and "cpi_tails" (gamma),
    "regime", "jumps", "slippage" and "zeros" (uniform); one each "persistence" and "delivery" (uniform), "decline"
    and "persons" (normal).
    """

    def __init__(self, scenario, years, normals, others):
        self.drivers, self.years, self.normals, self.others = scenario["drivers"], years, normals, others
        self.lower = cholesky(correlation(scenario))

    def of(self, driver, key):
        return number(self.drivers[driver][key], 0)

    def is_off(self, driver):
        return all(self.of(driver, key) == 0 for key in MOVED_BY.get(driver, ("volatility",)))

    def first_year(self, year):
        """How much of an ordinary year's chance a year has."""
        return number(self.drivers["first_year"], 0) if year == 0 else 1.0

    def width(self, driver, year):
        """w: how wide the year's shock is drawn."""
        degrees = self.of(driver, "degrees_of_freedom") if driver in TAILED else 0.0
        if degrees == 0:
            return 1.0
        return min((degrees - 2) / (2 * self.others[f"{driver}_tails"][year]), 100.0)

    def shocks(self, driver, times=1.0):
        """sigma sqrt(w) e of every year."""
        row = self.lower[SHOCKS.index(driver)]
        result = []
        for year in range(self.years):
            size = times * self.of(driver, "volatility") * math.sqrt(self.width(driver, year)) * self.first_year(year)
            result.append({(d, year): size * row[d] for d in range(len(SHOCKS))})
        return result

    def value(self, weights):
        return sum(weight * self.normals[d][t] for (d, t), weight in weights.items())

    def factor(self, weights):
        return math.exp(self.value(weights) - variance(weights) / 2)

    def factors(self, process):
        return [self.factor(weights) for weights in process]

    def ordinary(self, driver):
        """The factor of an AR(1) of the level."""
        return self.factors(carried(self.of(driver, "persistence"), self.shocks(driver)))


def weather(scenario, plan, normals, others):
    """The weather of one run from its random numbers, the rows of WEATHER."""
    chance = Chance(scenario, len(plan), normals, others)
    wages, pay_surprises, cpi = wages_and_cpi(chance)
    share = chance.of("wages", "deflator_weight")
    premium = premium_surprises(chance, pay_surprises)
    result = {
        "rate": interest_rate(chance, plan),
        "national": chance.ordinary("national_tax"),
        "kept": kept(chance),
        "own": chance.ordinary("own_tax"),
        "completion": completion_factors(chance),
        "construction": chance.ordinary("construction"),
        "deflator": chance.factors(combined((share, w), (1 - share, k)) for w, k in zip(wages, cpi, strict=True)),
        "cpi": chance.factors(cpi),
        "equity": chance.factors(chance.shocks("equities")),
        "free": free_revenue(chance),
        "births": chance.ordinary("births"),
        "arrivals": [
            chance.value(x) for x in carried(chance.of("arrivals", "persistence"), chance.shocks("arrivals"))
        ],
        "mortality": mortality(chance),
        "companies": chance.ordinary("companies"),
        "income_system": income_system(chance),
        "delivery": [delivered(chance, p) for p in plan],
        "slippage": [slipping(chance, p, year) for year, p in enumerate(plan)],
        "persons": [persons(chance)] * len(plan),
        "premium": premium,
        "amortised": amortised(plan, premium),
        "step": [0.0] * len(plan),
    }
    return [result[name] for name in WEATHER]


def interest_rate(chance, plan):
    if chance.is_off("rate"):
        return [p.planned_rate for p in plan]
    bound, central = chance.of("rate", "lower_bound"), chance.of("rate", "persistence")
    spread = chance.of("rate", "persistence_spread")
    shocks = chance.shocks("rate")
    at_points = [carried(central + spread * point, shocks) for point, _ in RULE]
    result = []
    for year, d in enumerate(carried(own_persistence(chance), shocks)):
        deviations = [math.sqrt(variance(process[year])) for process in at_points]
        c = shift(bound, plan[year].planned_rate, deviations)
        result.append(max(bound, plan[year].planned_rate + c + chance.value(d)))
    return result


def own_persistence(chance):
    """Of the rate, in this run."""
    spread = chance.of("rate", "persistence_spread")
    return chance.of("rate", "persistence") + spread * (2 * chance.others["persistence"] - 1)


def free_revenue(chance):
    growth = carried(chance.of("free_revenue", "persistence"), chance.shocks("free_revenue"))
    return chance.factors(carried(chance.of("free_revenue", "level_persistence"), growth))


def kept(chance):
    """What municipalities keep of the national surprise."""
    shocks = chance.shocks("national_tax", 1 - chance.of("national_tax", "taken_back"))
    return chance.factors(carried(chance.of("national_tax", "carried_on"), shocks))


def log_completions(chance, rate_persistence):
    """h by year, given the persistence of the rate."""
    own = carried(chance.of("completions", "persistence"), chance.shocks("completions"))
    rate = carried(rate_persistence, chance.shocks("rate"))
    response = chance.of("completions", "rate_response")
    return [combined((1, y), (response, d)) for y, d in zip(own, [{}, *rate[:-1]], strict=True)]


def completion_factors(chance):
    start, end = chance.of("completions", "bust_start"), chance.of("completions", "bust_end")
    depth, without = chance.of("completions", "bust_depth"), chance.of("completions", "zero_year")
    backlog = chance.of("completions", "backlog")
    central, spread = chance.of("rate", "persistence"), chance.of("rate", "persistence_spread")
    at_points = [log_completions(chance, central + spread * point) for point, _ in RULE]

    bust, probability = False, 0.0  # of a bust
    waits = expected_to_wait = 0.0
    result = []
    for year, h in enumerate(log_completions(chance, own_persistence(chance))):
        u = chance.others["regime"][year]
        bust = u >= end if bust else u < start
        probability = probability * (1 - end) + (1 - probability) * start
        b = (1 - depth * bust) / (1 - depth * probability)
        builds = 0 if chance.others["zeros"][year] < without else 1
        own = chance.factor(h) * b * builds / (1 - without)

        built_later = builds * waits / 3
        waits = waits - built_later + backlog * pos(1 - own)
        expected = 1 + (1 - without) * expected_to_wait / 3

        q = 1 / ((1 - without) * (1 - depth * probability))
        lack = 0.0
        for (_, weight), process in zip(RULE, at_points, strict=True):
            spread_of_log = variance(process[year])
            no_bust = expected_lack(q, spread_of_log)
            in_bust = expected_lack((1 - depth) * q, spread_of_log)
            lack += weight * ((1 - probability) * no_bust + probability * in_bust)
        lack = without + (1 - without) * lack
        expected_to_wait += backlog * lack - (1 - without) * expected_to_wait / 3

        off = chance.is_off("completions")
        result.append(1.0 if off else (own + built_later) / expected)
    return result


def wages_and_cpi(chance):
    """The levels W and K, and what of every year's wage growth was not to be expected."""
    cpi, level = [], {}
    for growth in carried(chance.of("cpi", "persistence"), chance.shocks("cpi")):
        level = combined((1, level), (1, growth))
        cpi.append(level)
    persistence = chance.of("wages", "persistence")
    catch_up = 0.0 if chance.is_off("wages") else chance.of("wages", "catch_up")
    wages, surprises = [], []
    growth, level, prices = {}, {}, {}
    for year, shock in enumerate(chance.shocks("wages")):
        growth = combined((persistence, growth), (1, shock), (-catch_up, level), (catch_up, prices))
        level = combined((1, level), (1, growth))
        prices = cpi[year]
        wages.append(level)
        surprises.append(shock)
    return wages, surprises, cpi


def premium_surprises(chance, surprises):
    if chance.is_off("wages"):
        return [0.0 for _ in surprises]
    return [chance.of("wages", "premium_response") * chance.value(surprise) for surprise in surprises]


def amortised(plan, premium):
    """Of earlier years' premium surprises, as a share of the year's planned premium."""
    planned = [p.pension_premium * p.deflator_index for p in plan]
    result = []
    for t, p in enumerate(plan):
        over = int(p.amortisation_years)
        earlier = sum(premium[s] * planned[s] for s in range(max(t - over, 0), t))
        result.append(ratio(earlier, planned[t] * over))
    return result


def mortality(chance):
    """Chance of the year, and a decline that is the run's own."""
    spread, m = chance.of("mortality", "decline_spread"), chance.others["decline"]
    result = []
    for year, of_year in enumerate(chance.ordinary("mortality")):
        s = spread * (year + 1)
        result.append(of_year * math.exp(s * m - s * s / 2))
    return result


def persons(chance):
    s = chance.of("persons", "spread")
    return math.exp(s * chance.others["persons"] - s * s / 2)


def income_system(chance):
    frequency = chance.of("income_system", "frequency")
    low, high = chance.of("income_system", "smallest"), chance.of("income_system", "largest")
    lost, result = 0.0, []
    for u in chance.others["jumps"]:
        if u < frequency:
            lost += low + (high - low) * u / frequency
        result.append(min(lost, 1.0))
    return result


def delivered(chance, p):
    return 1 + ratio(chance.of("delivery", "spread"), p.measures_delivery) * (2 * chance.others["delivery"] - 1)


def slipping(chance, p, year):
    return 1 + ratio(chance.of("slippage", "spread"), p.slippage) * (2 * chance.others["slippage"][year] - 1)
