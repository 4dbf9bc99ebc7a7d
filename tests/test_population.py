"""The cohort model: the published table comes back, people are conserved, dwellings bring the people they should."""

import numpy as np
import pytest

from ldip.model import drivers
from ldip.model.accounts.inputs import People
from ldip.model.engine import kernel
from ldip.model.engine.simulate import simulate
from ldip.model.people import housing
from ldip.model.people.cohorts import (
    demand_weights,
    fit,
    group_weights,
    grow_older,
    project,
    response,
    schedule,
    working_age_weights,
)
from ldip.model.people.counted import count
from ldip.model.plan.baseline import build
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


def test_the_response_is_the_cohort_model(scenario, fitted):
    """Running the model again with another programme gives the residents that the response says, to rounding."""
    usual = built(scenario)
    rng = np.random.default_rng(1)
    other = usual * rng.uniform(0.0, 2.5, usual.shape)
    by_age = response(scenario, fitted, len(YEARS))
    said = np.einsum("kb,kbat->at", other - usual, by_age)
    before, after = project(scenario, fitted, usual).closing, project(scenario, fitted, other).closing
    np.testing.assert_allclose((after - before)[:, 2:], said, atol=1e-7)


def test_the_kernel_counts_as_the_cohort_model(scenario, fitted):
    """A run's residents are those of a cohort model of its own, with the run's completions."""
    baseline = build(scenario, 20)
    weather = drivers.weather(drivers.prepare(scenario.drivers, baseline.plan), 3, 0, 5)
    ledger = simulate(scenario, runs=5, seed=3, years=20, lines=["closing_residents", "working_age", "completions"])
    calendar = np.arange(2020, 2042)
    for run in range(5):
        factors = np.ones(len(calendar))
        factors[:20] = weather[kernel.COMPLETIONS, :, run]
        own = project(scenario, fitted, housing.programme(scenario, calendar).sum(axis=0) * factors)
        np.testing.assert_allclose(ledger["closing_residents"][:, run], own.closing.sum(axis=0)[2:22], rtol=1e-10)
        working = working_age_weights(scenario) @ own.average()
        np.testing.assert_allclose(ledger["working_age"][:, run], working[1:21], rtol=1e-10)


def test_persons_per_dwelling(scenario, fitted):
    """HP: 2.21 persons per dwelling; 2.1-2.3 more residents in the year after one more dwelling."""
    by_age = response(scenario, fitted, 20)
    flats = scenario.housing.reference_flat_share.value
    mix = flats * by_age[0, 0] + (1.0 - flats) * by_age[1, 0]
    assert 2.1 <= mix.sum(axis=0)[1] <= 2.3
    per_dwelling = schedule(scenario).per_dwelling.sum(axis=1)
    np.testing.assert_allclose(per_dwelling, [1.8, 3.0], atol=0.001)
    # families move into houses: more children of school age
    pupils = demand_weights(scenario, "schools", "unit_cost")
    assert pupils @ by_age[1, 0][:, 5] > 2.0 * (pupils @ by_age[0, 0][:, 5])


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
    assert baseline.response.shape == (len(People._fields), 20, 20)


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
    assert (np.diff(ledger["closing_residents"], axis=0)[4:] < 0.0).all()
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
