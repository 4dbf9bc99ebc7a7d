"""Chance in people: births, migration, mortality, persons per dwelling and completions; held against history.

`data/projection-errors.csv` is how far Statistics Norway's projections of 2005-2022 for 17 municipalities missed, by
age and years ahead; `data/fyresdal.csv` dwellings completed in one of them (table 05940). Statistics Norway, CC BY
4.0.
"""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from ldip.analysis.calibrate import calibrate, entries
from ldip.analysis.population import group_fans
from ldip.model import drivers
from ldip.model.accounts.inputs import Weather
from ldip.model.completions import CATCH_UP
from ldip.model.engine.simulate import built, simulate, simulate_built
from ldip.model.people.cohorts import group_weights
from ldip.model.people.extra import group_residents
from ldip.model.plan.baseline import build
from ldip.scenario.drivers import Drivers
from ldip.scenario.files.reader import read
from ldip.scenario.files.series import read_series

DATA = Path(__file__).parent / "data"
RUNS, YEARS, SIGMAS = 40 * drivers.BLOCK, 20, 4.5
PEOPLE = ("completions", "births", "arrivals", "mortality", "persons")
AGES = {"all": (0, 200), "1-5": (1, 5), "67-79": (67, 79), "80-89": (80, 89), "90+": (90, 200)}


@pytest.fixture(scope="module")
def small():
    return read("eksempelvik-2025").scenario


def with_values(scenario, **values: float):
    """The scenario with numbers of its drivers changed: births__volatility = 0.1."""
    changed = scenario.drivers
    for name, value in values.items():
        driver, key = name.split("__")
        old = getattr(changed, driver)
        number = getattr(old, key).model_copy(update={"value": value})
        changed = changed.model_copy(update={driver: old.model_copy(update={key: number})})
    return scenario.model_copy(update={"drivers": changed})


def sample(scenario, years=YEARS, runs=RUNS) -> Weather:
    process = drivers.prepare(scenario.drivers, build(scenario, years).plan)
    return Weather(*drivers.weather(process, 5, 0, runs))


def far_from(values: np.ndarray, expected: float) -> float:
    """Standard errors that the mean over runs is away, at most, in any year."""
    errors = values.std(axis=-1) / math.sqrt(values.shape[-1]) + 1e-300
    return float((np.abs(values.mean(axis=-1) - expected) / errors).max())


@pytest.fixture(scope="module")
def weather(small):
    return sample(small)


def test_means_are_kept(weather):
    for name in ("births_factor", "mortality_factor", "persons_factor", "completion_factor"):
        assert far_from(getattr(weather, name), 1.0) < SIGMAS, name
    assert far_from(weather.net_arrivals, 0.0) < SIGMAS


def test_variances_and_autocorrelations(weather, small):
    d = small.drivers
    t = 12

    def variance(driver, year: int) -> float:
        phi, sigma = driver.persistence.value, driver.volatility.value
        return sigma**2 * sum(phi ** (2 * k) for k in range(year + 1))

    declined = d.mortality.decline_spread.value * (t + 1)
    cases = (
        (np.log(weather.births_factor), d.births, 0.0),
        (weather.net_arrivals, d.arrivals, 0.0),
        (np.log(weather.mortality_factor), d.mortality, declined),
    )
    for values, driver, more in cases:
        assert values[t].std() == pytest.approx(math.sqrt(variance(driver, t) + more**2), rel=0.02)
        covariance = driver.persistence.value * variance(driver, t - 1) + more**2 * t / (t + 1)
        assert np.cov(values[t], values[t - 1])[0, 1] == pytest.approx(covariance, rel=0.05)
    persons = np.log(weather.persons_factor)
    assert (persons == persons[0]).all(), "one draw a run"
    assert persons[0].std() == pytest.approx(d.persons.spread.value, rel=0.02)


@pytest.mark.parametrize("name", PEOPLE)
def test_off_is_the_path_without(small, name):
    """With one driver off, the accounts are those in whose weather it is as planned, to the last bit."""
    lines = ["closing_residents", "debt_ratio"]
    off = simulate(
        small.model_copy(update={"drivers": small.drivers.without([name])}), runs=50, seed=2, years=8, lines=lines
    )
    calm = {"arrivals": ("net_arrivals", 0.0), "completions": ("completion_factor", 1.0)}
    field, value = calm.get(name, (f"{name}_factor", 1.0))
    process = drivers.prepare(small.drivers, build(small, 8).plan)

    def planned(_, *of, **more):
        found = drivers.weather(process, *of, **more)
        found[Weather._fields.index(field)] = value
        return found

    other = simulate_built(built(small, 8), runs=50, seed=2, lines=lines, weather=planned)
    np.testing.assert_array_equal(off.values, other.values)


# --- completions


def alone(scenario, **values: float):
    """Completions that follow nothing but themselves."""
    return with_values(scenario, completions__rate_response=0.0, **values)


def test_without_backlog_completions_have_the_persistence_asked_for(small):
    logs = np.log(sample(alone(small, completions__zero_year=0.0, completions__backlog=0.0)).completion_factor)
    assert np.corrcoef(logs[8], logs[9])[0, 1] == pytest.approx(0.2, abs=SIGMAS / math.sqrt(RUNS))


def test_years_without_completions(small):
    factor = sample(with_values(small, completions__zero_year=0.25)).completion_factor
    assert (factor >= 0.0).all()
    error = math.sqrt(0.25 * 0.75 / RUNS)
    np.testing.assert_allclose((factor == 0.0).mean(axis=1), 0.25, atol=SIGMAS * error)
    assert far_from(factor, 1.0) < SIGMAS
    both = (factor[3] == 0.0) & (factor[4] == 0.0)
    assert both.mean() == pytest.approx(0.0625, abs=SIGMAS * math.sqrt(0.0625 / RUNS)), "independent years"


def test_the_backlog_by_hand(small):
    """Nothing but years without: half of a lost year waits, a third of that is built in each later year that builds,
    and all is divided by what is expected of it."""
    only = alone(small, completions__volatility=0.0, completions__zero_year=0.2, completions__backlog=0.5)
    factor = sample(only, years=4, runs=2000).completion_factor
    expected, waiting = [], 0.0
    for _ in range(4):
        expected.append(1.0 + CATCH_UP * 0.8 * waiting)
        waiting += 0.5 * 0.2 - CATCH_UP * 0.8 * waiting  # a year lacks all of it with probability 0.2, else nothing
    for pattern in ((0, 1, 1, 1), (1, 0, 0, 1), (0, 0, 1, 0)):
        runs = ((factor > 0.0) == np.array(pattern, dtype=bool)[:, None]).all(axis=0)
        assert runs.any()
        waiting = 0.0
        for t, builds in enumerate(pattern):
            later = CATCH_UP * waiting * builds
            np.testing.assert_allclose(factor[t, runs], (builds / 0.8 + later) / expected[t], rtol=1e-12)
            waiting += 0.5 * (1 - builds) - later
    assert far_from(sample(only).completion_factor, 1.0) < SIGMAS


@pytest.mark.parametrize("backlog", [0.3, 1.0])
def test_everything_together_keeps_the_mean_of_completions(scenario, backlog):
    """Busts, years without, the rate with a persistence of each run's own, and a backlog."""
    busts = read("baerum-2020", ["housing-regime"]).scenario
    both = with_values(busts, completions__zero_year=0.1, completions__backlog=backlog, completions__volatility=0.5)
    assert far_from(sample(both).completion_factor, 1.0) < SIGMAS


def test_what_is_built_later_makes_five_years_more_alike(small):
    def of_five_years(backlog: float) -> float:
        factor = sample(alone(small, completions__backlog=backlog)).completion_factor
        return float(factor[10:15].sum(axis=0).std() / 5.0)

    assert of_five_years(1.0) < 0.9 * of_five_years(0.0)
    assert 0.3 < of_five_years(0.5) < 0.4, "history: 0.32 on average, 0.39 in four municipalities of this size"


# --- against history


def history() -> dict[tuple[str, int], float]:
    """Root mean square log error by age group and years ahead."""
    with (DATA / "projection-errors.csv").open(encoding="utf-8") as file:
        return {(row["group"], int(row["horizon"])): float(row["rms_log_error"]) for row in csv.DictReader(file)}


def simulated(scenario) -> dict[tuple[str, int], float]:
    """Relative standard deviation of residents, around the plan, by the same."""
    baseline = build(scenario, 10)
    found = drivers.weather(drivers.prepare(scenario.drivers, baseline.plan), 1, 0, 20 * drivers.BLOCK)
    planned = (group_weights(scenario) @ baseline.population.closing)[:, 2:12]
    residents = group_residents(planned, baseline.group_response, found)
    assert (residents >= 0.0).all()
    low = np.array([group.age_from for group in scenario.population])
    result = {}
    for name, (first, last) in AGES.items():
        inside = (low >= first) & (low <= last)
        relative = residents[inside].sum(axis=0) / planned[inside].sum(axis=0)[:, None]
        result |= {(name, year): float(relative[year - 1].std()) for year in (5, 10)}
    return result


@pytest.mark.parametrize(("name", "size"), [("eksempelvik-2025", 1.0), ("baerum-2020", 2.8 / 5.0)])
def test_the_fan_is_as_wide_as_projections_missed(name, size):
    """Within a quarter: all residents, children and the oldest. A municipality above 20 000 residents misses by 2.8
    per cent after ten years where all together miss by 5.0. The old below 90 are not fitted: within two fifths."""
    found, missed = simulated(read(name).scenario), history()
    for group in AGES:
        for year in (5, 10):
            within = 0.40 if group in ("67-79", "80-89") else 0.25
            assert found[group, year] == pytest.approx(size * missed[group, year], rel=within), (group, year)


def test_fans_of_age_groups_are_those_of_the_runs(small):
    baseline = build(small, 6)
    fans = group_fans(small, baseline, runs=3000, seed=4)
    ledger = simulate(small, runs=3000, seed=4, years=6, lines=["closing_residents"])
    assert fans.percentiles.shape == (3, len(small.population), 6)
    assert (np.diff(fans.percentiles, axis=0) > 0.0).all()
    assert fans.percentiles[1].sum(axis=0) == pytest.approx(np.median(ledger["closing_residents"], axis=1), rel=0.01)
    still = small.model_copy(update={"drivers": small.drivers.without(Drivers.names())})
    planned = (group_weights(small) @ baseline.population.closing)[:, 2:8]
    np.testing.assert_allclose(group_fans(still, baseline, runs=10, seed=1).percentiles, [planned] * 3, rtol=1e-12)


# --- a series with years without completions


def test_a_series_with_years_without_completions_is_fitted(scenario):
    """16 of 26 years have none. Persistence by hand on logs in which they count as half a dwelling, the shock from
    the ten other years."""
    series = read_series(str(DATA / "fyresdal.csv"))
    years, built = series.known("completions")
    fit = calibrate(series).fits["completions"]
    logs = np.log(np.where(built > 0.0, built, 0.5))
    assert fit.persistence == pytest.approx(np.polyfit(logs[:-1], logs[1:], 1)[0])
    assert fit.zero_share == pytest.approx((built == 0.0).mean()) == pytest.approx(16 / 26)
    some = np.log(built[built > 0.0])
    assert fit.volatility == pytest.approx(some.std(ddof=1) * math.sqrt(1.0 - fit.persistence**2))
    assert fit.mean == pytest.approx(some.mean())
    found = {entry.key: entry.value for entry in entries(calibrate(series), scenario)}
    assert found["drivers.completions.zero_year"] == pytest.approx(16 / 26)
    assert len(years) == 26


def test_no_share_of_years_is_said_where_all_have_completions(scenario):
    keys = {entry.key for entry in entries(calibrate(read_series()), scenario)}
    assert "drivers.completions.zero_year" not in keys
    assert "drivers.completions.persistence" in keys
