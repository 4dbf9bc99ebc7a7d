"""The cohort model: the published table comes back, people are conserved, dwellings bring the people they should."""

import numpy as np
import pytest

from ldip.model import drivers
from ldip.model.accounts.inputs import People, Weather
from ldip.model.engine.simulate import simulate
from ldip.model.people import housing
from ldip.model.people.cohorts import (
    demand_weights,
    fit,
    group_weights,
    grow_older,
    project,
    rates,
    schedule,
    working_age_weights,
)
from ldip.model.people.counted import count
from ldip.model.people.extra import extra_people, group_residents
from ldip.model.people.responses import CAUSES, responses
from ldip.model.plan.baseline import build
from ldip.scenario.drivers import Drivers
from ldip.scenario.files.reader import DEFAULT, read, shipped_folder

YEARS = np.arange(2020, 2042)
GROWTH = [path.stem for path in (shipped_folder() / DEFAULT / "changes").glob("*.toml")]


@pytest.fixture(scope="module")
def fitted(scenario):
    return fit(scenario)


@pytest.fixture(scope="module")
def counted(scenario):
    return count(scenario, 20)


def built(scenario):
    return housing.programme(scenario, YEARS).sum(axis=0)


def test_the_published_table_comes_back(scenario, counted):
    """HP 4.13: every group within 2 per cent, the total within 0.5; in fact to the last person."""
    table = np.array([group.residents for group in scenario.population])
    groups = group_weights(scenario) @ counted.population.closing[:, :6]
    np.testing.assert_allclose(groups, table, rtol=1e-9)
    np.testing.assert_allclose(counted.population.closing[:, :6].sum(axis=0), table.sum(axis=0), rtol=1e-9)


def test_the_smooth_fit_alone_is_near_the_table(scenario, fitted):
    """What is made up group by group is small: migration of the table's years differs little from the smooth one."""
    for migration in fitted.migration:
        net = migration.arrivals.sum() - (migration.departure_rates * fitted.residents).sum()
        assert abs(net) < 0.02 * fitted.residents.sum()
    assert (fitted.residents > 0.0).all()


def test_people_come_and_go_only_by_birth_death_and_migration(counted):
    people = counted.population
    change = np.diff(people.closing.sum(axis=0))
    flows = people.births - people.deaths + people.arrivals - people.departures + people.into_dwellings
    np.testing.assert_allclose(change, flows, atol=1e-6)
    assert (people.closing >= 0.0).all()


def test_one_year_by_hand():
    """Two ages: of 100 newborn 1 % die in the year; of 50 one-year-olds 10 %, who stay in the last age. 0.1 births
    per one-year-old; half of newborn mortality falls in the year of birth."""
    older = grow_older(np.array([100.0, 50.0]), np.array([0.01, 0.10]), np.array([0.0, 0.1]))
    np.testing.assert_allclose(older, [5.0 * 0.995, 99.0 + 45.0])


def test_births_and_deaths_are_plausible(counted):
    """HP line 1580: a birth surplus of about 500 a year; life expectancy a little above the national 83."""
    people = counted.population
    assert 300 < (people.births - people.deaths)[0] < 550
    alive = np.cumprod(1.0 - people.schedule.mortality)
    assert 82.5 < alive.sum() + 0.5 < 85.0
    assert 1.6 < people.schedule.fertility.sum() / 0.495 < 1.9


def by_age(scenario, fitted):
    """The responses by age, and the planned population."""
    planned = project(scenario, fitted, built(scenario))
    return responses(scenario, fitted, planned, built(scenario), len(YEARS)), planned


def own_model(scenario, fitted, factors):
    """A cohort model of its own, year by year, with `factors` (cause, year): residents by age from the 31 December
    before the first year on (age, year). Written out here, not taken from the program."""
    usual, planned = built(scenario), project(scenario, fitted, built(scenario)).closing
    ages = schedule(scenario)
    mortality, fertility = rates(scenario, ages, YEARS)
    flats = scenario.housing.reference_flat_share.value
    profile = flats * ages.per_dwelling[0] + (1.0 - flats) * ages.per_dwelling[1]
    profile = profile / profile.sum()
    residents, found = planned[:, 1], [planned[:, 1]]
    for t, (dwellings, births, inflow, deaths) in enumerate(factors.T):
        migration = fitted.in_year(t + 1)
        older = grow_older(residents, deaths * mortality[:, t], births * fertility[:, t])
        residents = (1.0 - migration.departure_rates) * older + migration.arrivals
        residents = residents + dwellings * (usual[:, t] @ ages.per_dwelling)
        residents = residents + (inflow - 1.0) * 0.01 * planned[:, 1 + t].sum() * profile
        found.append(residents)
    return np.stack(found, axis=1)


def test_the_response_is_the_cohort_model(scenario, fitted):
    """Running the model again with another programme gives the residents that the response says, to rounding; the
    same with an inflow of its own every year."""
    rng = np.random.default_rng(1)
    factors = np.ones((len(CAUSES), len(YEARS)))
    factors[CAUSES.index("dwellings")] = rng.uniform(0.0, 2.5, len(YEARS))
    factors[CAUSES.index("arrivals")] = rng.uniform(-1.0, 3.0, len(YEARS))
    response, planned = by_age(scenario, fitted)
    said = np.einsum("cb,cabt->at", factors - 1.0, response)
    np.testing.assert_allclose(
        own_model(scenario, fitted, factors) - planned.closing[:, 1:], np.pad(said, ((0, 0), (1, 0))), atol=1e-7
    )


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("year", [0, 3, 11])
def test_one_years_surprise_is_the_cohort_model(scenario, fitted, cause, year):
    """Half as much more of any cause in one year is exactly half the response: everything is linear in it."""
    place = CAUSES.index(cause)
    factors = np.ones((len(CAUSES), len(YEARS)))
    factors[place, year] = 1.5
    response, planned = by_age(scenario, fitted)
    found = own_model(scenario, fitted, factors)[:, 1:] - planned.closing[:, 2:]
    np.testing.assert_allclose(found, 0.5 * response[place, :, year], atol=1e-7)
    assert np.abs(found[:, :year]).max(initial=0.0) < 1e-9
    assert np.abs(found[:, -1]).max() > 0.01


@pytest.mark.parametrize(("cause", "size"), [("births", 0.1), ("mortality", 0.1)])
def test_years_together_are_linear_to_first_order(scenario, fitted, cause, size):
    """Ten per cent more births or deaths in every year: the responses added up miss what the years do to each other,
    which is small beside what they do."""
    place = CAUSES.index(cause)
    factors = np.ones((len(CAUSES), len(YEARS)))
    factors[place] = 1.0 + size
    response, planned = by_age(scenario, fitted)
    found = own_model(scenario, fitted, factors)[:, 1:] - planned.closing[:, 2:]
    said = size * response[place].sum(axis=1)
    assert np.abs(found - said).sum(axis=0)[-1] < 0.08 * np.abs(found).sum(axis=0)[-1]
    factors[place] = 1.0 + size / 100.0
    nearly = own_model(scenario, fitted, factors)[:, 1:] - planned.closing[:, 2:]
    np.testing.assert_allclose(100.0 * nearly, said, atol=0.002 * np.abs(said).max())


def test_runs_are_counted_as_the_cohort_model_counts(scenario, fitted):
    """A run's residents are those of a cohort model of its own, with the run's completions."""
    others = [name for name in Drivers.names() if name not in ("completions", "rate", "persons", "arrivals")]
    scenario = scenario.model_copy(update={"drivers": scenario.drivers.without(others)})
    baseline = build(scenario, 20)
    weather = drivers.weather(drivers.prepare(scenario.drivers, baseline.plan), 3, 0, 5)
    ledger = simulate(scenario, runs=5, seed=3, years=20, lines=["closing_residents", "working_age", "completions"])
    field = Weather(*weather)
    groups = group_residents(
        (group_weights(scenario) @ baseline.population.closing)[:, 2:22], baseline.group_response, weather
    )
    for run in range(5):
        factors = np.ones((len(CAUSES), len(YEARS)))
        factors[0, :20] = field.completion_factor[:, run] * field.persons_factor[:, run]
        factors[2, :20] += 100.0 * field.net_arrivals[:, run]
        own = own_model(scenario, fitted, factors)
        np.testing.assert_allclose(ledger["closing_residents"][:, run], own.sum(axis=0)[1:21], rtol=1e-10)
        working = working_age_weights(scenario) @ (own[:, :-1] + own[:, 1:]) / 2.0
        np.testing.assert_allclose(ledger["working_age"][:, run], working[:20], rtol=1e-10)
        np.testing.assert_allclose(groups[:, :, run], (group_weights(scenario) @ own)[:, 1:21], rtol=1e-9)


def test_extra_people_do_not_depend_on_how_many_are_counted_together(scenario):
    """A block that is not full, one of several, and runs one by one: the same bits."""
    baseline = build(scenario, 12)
    weather = drivers.weather(drivers.prepare(scenario.drivers, baseline.plan), 3, 0, 2500)
    whole = extra_people(baseline.response, weather)
    for first, last in ((0, 1), (0, 700), (1024, 2048), (2048, 2500)):
        part = extra_people(baseline.response, weather[:, :, first:last])
        np.testing.assert_array_equal(
            part.view(np.int64), np.ascontiguousarray(whole[:, :, first:last]).view(np.int64)
        )
    assert (extra_people(baseline.response, drivers.calm(baseline.plan)) == 0.0).all()


def test_need_and_earlier_residents(scenario, counted):
    """Need is what the three services would cost the opening residents; earlier residents are three years older, and
    before the table begins they grew as in its first year."""
    opening = counted.population.closing[:, 1:21]
    need = sum(demand_weights(scenario, s, "unit_cost") @ opening for s in ("kindergartens", "schools", "care"))
    np.testing.assert_allclose(counted.planned.need, need)
    earlier, totals = counted.planned.earlier_residents, counted.population.closing.sum(axis=0)
    np.testing.assert_allclose(earlier[2:], totals[:18])
    growth = totals[1] / totals[0]
    np.testing.assert_allclose(earlier[:2], [totals[0] / growth**2, totals[0] / growth])
    response = People(*counted.response)
    np.testing.assert_array_equal(response.earlier_residents[4:], response.closing_residents[:-4])
    assert (response.earlier_residents[:4] == 0.0).all()
    np.testing.assert_array_equal(response.opening_residents[1:], response.closing_residents[:-1])
    average = response.kindergartens + response.schools + response.care
    np.testing.assert_allclose(average[:-1], 0.5 * (response.need[:-1] + response.need[1:]), atol=1e-12)


def test_persons_per_dwelling(scenario, fitted):
    """HP: 2.21 persons per dwelling; 2.1-2.3 more residents in the year after one more dwelling."""
    one_a_year = np.stack([np.eye(2)] * len(YEARS), axis=2)  # of each type alone (type, type, year)
    planned = project(scenario, fitted, built(scenario))
    of_type = [responses(scenario, fitted, planned, one, 20)[0, :, 0] for one in one_a_year]
    flats = scenario.housing.reference_flat_share.value
    mix = flats * of_type[0] + (1.0 - flats) * of_type[1]
    assert 2.1 <= mix.sum(axis=0)[1] <= 2.3
    per_dwelling = schedule(scenario).per_dwelling.sum(axis=1)
    np.testing.assert_allclose(per_dwelling, [1.8, 3.0], atol=0.001)
    # families move into houses: more children of school age
    pupils = demand_weights(scenario, "schools", "unit_cost")
    assert pupils @ of_type[1][:, 5] > 2.0 * (pupils @ of_type[0][:, 5])


def test_2039_is_plausible(counted):
    """About 1 per cent growth a year, slowing; many more over 80; the working age grows less than all."""
    closing = counted.population.closing
    total = closing.sum(axis=0)
    assert 0.009 < (total[21] / total[5]) ** (1 / 16) - 1.0 < 0.013
    growth = total[6:22] / total[5:21] - 1.0
    assert growth[0] > growth[-1]
    ages = counted.population.schedule.ages
    old = closing[ages >= 80].sum(axis=0)
    assert 1.5 < old[21] / old[5] < 2.0
    share = closing[(ages >= 20) & (ages <= 66)].sum(axis=0) / total
    assert share[21] < share[5]


@pytest.mark.parametrize("change", [None, *GROWTH])
def test_every_change_runs(change):
    scenario = read(DEFAULT, [change] if change else []).scenario
    baseline = build(scenario, 20)
    assert np.isfinite(baseline.plan_table()).all()
    assert baseline.response.shape == (len(People._fields), 20, len(CAUSES), 20)
    assert baseline.group_response.shape == (len(scenario.population), 20, len(CAUSES), 20)


# The programme by area


def programme(scenario, years=YEARS):
    return dict(zip(scenario.housing.areas, housing.programme(scenario, years).sum(axis=1), strict=True))


def test_the_areas_add_up_to_the_published_programme(scenario):
    total = housing.programme(scenario, np.arange(2020, 2040)).sum(axis=(0, 1))
    np.testing.assert_allclose(total, 815.0)
    by_type = housing.programme(scenario, np.arange(2020, 2024)).sum(axis=0)
    np.testing.assert_allclose(by_type, housing.reference(scenario, np.arange(2020, 2024)), rtol=1e-12)


def test_start_and_total(scenario):
    areas = programme(scenario, np.arange(2020, 2060))
    assert areas["fossum"][:10].sum() == 0.0
    assert areas["fossum"][10] == 150.0
    assert areas["fossum"].sum() == pytest.approx(1800.0)
    assert areas["avtjerna"][:21].sum() == 0.0
    forward = programme(read(DEFAULT, ["avtjerna-2030"]).scenario)
    assert forward["avtjerna"][9] == 0.0
    assert forward["avtjerna"][10] == 200.0


def test_slower_pace_builds_the_same_total_later(scenario):
    slow = programme(read(DEFAULT, ["housing-minus-20"]).scenario, np.arange(2020, 2060))
    assert slow["fossum"][10] == pytest.approx(120.0)
    assert slow["fossum"].sum() == pytest.approx(1800.0)


def with_area(scenario, **values):
    area = scenario.housing.areas["fornebu"]
    update = {name: getattr(area, name).model_copy(update={"value": value}) for name, value in values.items()}
    areas = scenario.housing.areas | {"fornebu": area.model_copy(update=update)}
    return scenario.model_copy(update={"housing": scenario.housing.model_copy(update={"areas": areas})})


@pytest.mark.parametrize("values", [{"start": 2080.0}, {"per_year": 0.0}, {"per_year": 20_000.0, "total": 1e6}])
def test_extreme_programmes_give_sensible_accounts(scenario, values):
    """An area that starts after the horizon, none at all, and a town that quadruples."""
    ledger = simulate(with_area(scenario, **values), runs=50, seed=1, years=20)
    assert np.isfinite(ledger.values).all()
    assert (ledger["residents"] > 0.0).all()


def test_nothing_is_built(scenario):
    pace = scenario.housing.pace.model_copy(update={"value": 0.0})
    none = scenario.model_copy(update={"housing": scenario.housing.model_copy(update={"pace": pace})})
    ledger = simulate(none, runs=20, seed=1, years=20)
    assert np.isfinite(ledger.values).all()
    assert (ledger["completions"] == 0.0).all()
    # Nobody moves into new dwellings: the town shrinks, and builds hardly any school places
    assert (np.diff(build(none, 20).plan.closing_residents)[4:] < 0.0).all()
    base = simulate(scenario, runs=20, seed=1, years=20)
    assert (ledger["capacity_investment"].sum(axis=0) < base["capacity_investment"].sum(axis=0)).all()


# Places


def test_places_come_before_the_people(scenario, counted):
    """At the end of each year the places of the users two years ahead stand, on the planned programme."""
    path = simulate(scenario, runs=1, seed=1, years=20)
    assert path["school_capacity"].shape == (20, 1)
    baseline = build(scenario, 20)
    lead = int(scenario.investment.capacity_lead.value)
    needed = demand_weights(scenario, "schools", "place_cost") @ counted.population.closing[:, 2 + lead : 22 + lead]
    np.testing.assert_allclose(baseline.plan.school_places, needed)


def test_capacity_is_never_torn_down_and_never_short(scenario):
    ledger = simulate(scenario, runs=200, seed=2, years=20)
    plan = build(scenario, 20).plan
    for name in ("kindergarten", "school", "care"):
        capacity = ledger[f"{name}_capacity"]
        assert (np.diff(capacity, axis=0) >= -1e-9).all()
    assert (ledger["care_capacity"][4:] >= 0.5 * plan.care_places[4:, None]).all()
    built = np.diff(sum(ledger[f"{n}_capacity"] for n in ("kindergarten", "school", "care")), axis=0)[3:]
    np.testing.assert_allclose(ledger["capacity_investment"][4:] / ledger["deflator_index"][4:], built, atol=1e-7)


def test_slower_housing_saves_places_and_loses_tax(scenario):
    slow = read(DEFAULT, ["housing-minus-20"]).scenario
    lines = ["tax_revenue", "net_sector_expenditure", "capacity_investment", "deflator_index"]
    base = simulate(scenario, runs=500, seed=1, years=20, lines=lines)
    less = simulate(slow, runs=500, seed=1, years=20, lines=lines)
    last = {line: (less[line] - base[line])[-1].mean() for line in lines}
    assert last["tax_revenue"] < 0.0
    assert last["net_sector_expenditure"] < 0.0
    assert (less["capacity_investment"] - base["capacity_investment"]).sum(axis=0).mean() < 0.0
