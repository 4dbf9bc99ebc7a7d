"""Fans of earlier years: the right distribution, only what was known, and coverage as promised where all is right."""

import json
import math

import numpy as np
import pytest
from conftest import rows_of, snapshot
from scipy.stats import norm
from test_calibrate import ar1, series_of

from ldip.analysis.backtest import INTERVALS, PERCENTILES, Outcome, _outcome, backtest, coverage, origins
from ldip.analysis.calibrate import calibrate, drawn, fit_ar1, levels, sd_after, to_column, to_level
from ldip.report.answers.backtest import backtest_text
from ldip.scenario.files.series import COLUMNS, read_series

LEVELS = {"own_tax": math.log(1.6), "completions": 6.0, "rate": 0.12}
"""Where made-up series lie: the rate far from its bound."""


def made(persistence: float, volatility: float, years: int, seed: int, names=tuple(COLUMNS)):
    """Series whose columns are all such an AR(1)."""
    rng = np.random.default_rng(seed)
    columns = {
        name: to_column(name, LEVELS.get(name, 0.02) + ar1(rng, persistence, volatility, years)[:, 0])
        for name in names
    }
    return series_of(**columns)


@pytest.fixture(scope="module")
def normal(scenario):
    """The scenario with normal shocks everywhere, which the formulas here are of."""
    update = {}
    for name in ("own_tax", "national_tax", "cpi"):
        own = getattr(scenario.drivers, name)
        none = own.degrees_of_freedom.model_copy(update={"value": 0.0})
        update[name] = own.model_copy(update={"degrees_of_freedom": none})
    return scenario.model_copy(update={"drivers": scenario.drivers.model_copy(update=update)})


@pytest.mark.parametrize("name", COLUMNS)
def test_a_fan_is_the_process_started_where_the_series_stood(normal, name):
    """Percentiles against the normal distribution with the conditional mean and sd, written here."""
    series = made(0.7, 0.01, 46, 11, (name,))
    runs = 40_000
    found = backtest(series, normal, minimum=40, horizon=5, runs=runs, seed=5)
    years, values = levels(series, name)
    fit = fit_ar1(name, years[:40], values[:40])
    persistence = drawn(fit, corrected=True)
    for one in found.of(name):
        if one.origin != years[39]:
            continue
        middle = fit.mean + persistence.middle**one.ahead * (values[39] - fit.mean)
        sds = [
            sd_after(persistence.middle + u * persistence.spread, fit.volatility_at(persistence.middle), one.ahead)
            for u in np.linspace(-1.0, 1.0, 41)
        ]  # only the rate's persistence is spread
        for p, value in zip(PERCENTILES, one.percentiles, strict=True):
            z = (to_level(name, np.array(value)) - middle) / np.array(sds)
            assert norm.cdf(z).mean() == pytest.approx(p, abs=4.0 * math.sqrt(p * (1 - p) / runs) + 0.002)


def test_coverage_is_nominal_where_the_process_is_right(normal):
    """Six long series of the very process: one year ahead outcomes are independent, so the binomial error holds."""
    series = made(0.6, 0.01, 180, 12)
    found = backtest(series, normal, minimum=60, horizon=2, runs=1000, seed=3)
    names = list(COLUMNS)
    for place, nominal in enumerate(INTERVALS):
        for ahead, factor in ((1, 1.0), (2, math.sqrt(2.0))):
            shares = [coverage(found, name, ahead).inside[place] for name in names]
            error = factor * math.sqrt(nominal * (1.0 - nominal) / (120 * len(names)))
            # 0.01: persistence and volatility are estimated, which widens what comes a little more than the fan
            assert np.mean(shares) == pytest.approx(nominal, abs=3.5 * error + 0.01)
    positions = [one.position for name in names for one in found.of(name, 1)]
    counts, _ = np.histogram(positions, bins=10, range=(0.0, 1.0))
    expected = len(positions) / 10
    assert ((counts - expected) ** 2 / expected).sum() < 27.9, "chi-squared with 9 degrees of freedom, 0.999"


def test_only_what_was_known_moves_a_fan(scenario):
    series = read_series()
    found = backtest(series, scenario, runs=200, seed=1, horizon=4)
    last = 2010
    later = {name: np.where(series.years > last, values * 1.5, values) for name, values in series.columns.items()}
    other = backtest(series._replace(columns=later), scenario, runs=200, seed=1, horizon=4)
    fans = {(o.driver, o.origin, o.ahead): o.percentiles for o in found.outcomes if o.origin <= last}
    assert len(fans) > 40
    for one in other.outcomes:
        if one.origin <= last:
            np.testing.assert_array_equal(one.percentiles, fans[one.driver, one.origin, one.ahead])


def test_every_outcome_once(scenario):
    series = read_series()
    found = backtest(series, scenario, minimum=12, horizon=3, runs=100, seed=1)
    assert found.drivers() == ["rate", "completions", "cpi", "wages"]
    for name in found.drivers():
        years, values = series.known(name)
        at = dict(zip(years.tolist(), values.tolist(), strict=True))
        pairs = [(o.origin, o.ahead) for o in found.of(name)]
        wanted = [(t, h) for t in years[11:-1] for h in (1, 2, 3) if t + h <= years[-1]]
        assert pairs == wanted
        assert all(o.value == at[o.origin + o.ahead] for o in found.of(name))
    assert origins(series, 12)[0] == 2005
    assert origins(series, 26) == []


def test_the_scenarios_own_parameters(normal):
    """One year ahead the sd is the scenario's volatility, not the series', and the path turns back with its φ."""
    series = made(0.7, 0.01, 30, 13)
    found = backtest(series, normal, parameters="scenario", minimum=25, horizon=1, runs=20_000, seed=2)
    for name in COLUMNS:
        driver = getattr(normal.drivers, name)
        one = found.of(name)[0]
        years, values = levels(series, name)
        known = values[years <= one.origin]
        middle = known.mean() + driver.persistence.value * (known[-1] - known.mean())
        low, _, median, _, high = to_level(name, one.percentiles)
        error = 1.25 * driver.volatility.value / math.sqrt(20_000)
        assert abs(median - middle) < 4.0 * error
        assert (high - low) / (2.0 * 1.6449) == pytest.approx(driver.volatility.value, rel=0.03)


def test_fitted_fans_are_wider_than_the_scenarios_for_a_wilder_series(scenario):
    series = made(0.5, 0.03, 30, 14, ("rate", "cpi"))
    fitted, own = (
        backtest(series, scenario, parameters=p, minimum=25, horizon=3, runs=2000, seed=2)
        for p in ("fitted", "scenario")
    )
    for one, other in zip(fitted.outcomes, own.outcomes, strict=True):
        assert np.ptp(one.percentiles) > 1.5 * np.ptp(other.percentiles)
    with pytest.raises(ValueError, match="guessed"):
        backtest(series, scenario, parameters="guessed", runs=100, seed=1)


def test_place_in_a_fan_by_hand():
    fan = np.array([1.0, 2.0, 3.0, 4.0])
    assert _outcome("rate", 2000, 1, 2.5, fan).position == 0.5
    assert _outcome("rate", 2000, 1, 2.0, fan).position == 0.375, "half of those that are equal"
    assert _outcome("rate", 2000, 1, 9.0, fan).position == 1.0


def test_coverage_by_hand(scenario):
    positions = {1: [0.01, 0.2, 0.5, 0.97], 2: [0.30, 0.74, 0.90]}
    outcomes = tuple(
        Outcome("cpi", 2000 + place, ahead, 0.02, np.zeros(5), position)
        for ahead, row in positions.items()
        for place, position in enumerate(row)
    )
    empty = backtest(read_series(), scenario, minimum=25, horizon=1, runs=100, seed=1)
    found = empty._replace(outcomes=outcomes)
    one = coverage(found, "cpi", 1)
    assert (one.cases, one.apart) == (4, 4)
    assert one.inside == (0.25, 0.5, 0.5)
    assert (one.below, one.lower_half, one.above) == (0.25, 0.5, 0.25)
    assert one.error(0.8) == pytest.approx(0.2)
    two = coverage(found, "cpi", 2)
    assert (two.cases, two.apart) == (3, 2)
    assert two.inside == pytest.approx((2.0 / 3.0, 1.0, 1.0))
    together = coverage(found, "cpi")
    assert (together.cases, together.apart) == (7, 2)
    assert together.inside[2] == pytest.approx(5.0 / 7.0)


def test_what_docs_say_of_the_shipped_series(scenario):
    found = backtest(read_series(), scenario, runs=4000, seed=1)
    rate = coverage(found, "rate")
    assert rate.cases == 115
    assert rate.lower_half == pytest.approx(0.90, abs=0.02)
    inside = [coverage(found, "rate", ahead).inside for ahead in (2, 3, 5)]
    assert [row[0] for row in inside] == pytest.approx([0.47, 0.14, 0.08], abs=0.08)
    assert [row[2] for row in inside] == pytest.approx([0.87, 1.0, 1.0], abs=0.08)
    assert coverage(found, "cpi").inside[2] == pytest.approx(0.89, abs=0.03)
    bonds = backtest(read_series("norway/earlier.csv"), scenario, parameters="scenario", runs=1000, seed=1)
    assert coverage(bonds, "rate", 10).inside[2] == pytest.approx(0.12, abs=0.07)
    said = backtest_text(found, "en").replace("\n", " ")
    assert "Rate: 90 % of the outcomes (115) came below the median" in said
    assert "Wages: 10 outcomes from 4 years are too few to say anything." in said


def test_the_reading_says_which_way_the_outcomes_went(scenario):
    climb = 0.02 + 0.002 * np.arange(30) + 0.001 * np.sin(7.0 * np.arange(30))
    rising = backtest(series_of(cpi=climb), scenario, minimum=10, horizon=3, runs=300, seed=1)
    assert "came above the median" in backtest_text(rising, "en").replace("\n", " ")
    assert "kom over medianen" in backtest_text(rising, "nb").replace("\n", " ")
    falling = backtest(series_of(cpi=climb[::-1]), scenario, minimum=10, horizon=3, runs=300, seed=1)
    assert "came below the median" in backtest_text(falling, "en").replace("\n", " ")
    right = made(0.5, 0.01, 120, 15, ("wages",))
    even = backtest(right, scenario, minimum=40, horizon=1, runs=1000, seed=1)
    assert "both sides of the median" in backtest_text(even, "en").replace("\n", " ")


def test_calibrate_and_backtest_fit_alike(scenario):
    """The last fan is drawn from what calibrate would have written a year earlier."""
    series = read_series()
    known = {name: np.where(series.years <= 2018, v, np.nan) for name, v in series.columns.items()}
    fit = calibrate(series._replace(columns={"rate": known["rate"]})).fits["rate"]
    one = backtest(series, scenario, horizon=1, runs=20_000, seed=1).of("rate")[-1]
    assert one.origin == 2018
    persistence = drawn(fit, corrected=True)
    middle = fit.mean + persistence.middle * (0.0057 - fit.mean)
    assert one.percentiles[4] - middle == pytest.approx(1.645 * fit.volatility_at(persistence.middle), rel=0.15)


def test_the_command(ldip, here):
    words = ("backtest", "--runs", 200, "--horizon", 4, "--lang", "en")
    said = ldip(*words, "--out", "r")
    assert said.code == 0
    assert "no earlier plan to start the whole model from" in said.out.replace("\n", " ")
    files = {path.name for path in (here / "r").iterdir()}
    assert files == {
        *("coverage.csv", "outcomes.csv", "backtest.png", "backtest.svg"),
        *("realism.csv", "stabilising.csv"),
    }
    again = ldip(*words, "--out", "s", "--json", "--no-pictures")
    assert snapshot(here / "s").items() <= snapshot(here / "r").items(), "the same seed, the same bytes"
    records = json.loads(again.out)
    rows = rows_of(here / "r" / "outcomes.csv")
    assert len(rows) == len(records["outcomes"])
    for row, record in zip(rows, records["outcomes"], strict=True):
        assert float(row["position"]) == pytest.approx(record["position"])
        assert float(row["p05"]) <= float(row["p50"]) <= float(row["p95"])
    table = rows_of(here / "r" / "coverage.csv")
    of = [row for row in table if row["driver"] == "rate" and row["ahead"] == "1"]
    inside = [abs(float(r["position"]) - 0.5) <= 0.45 for r in rows if r["driver"] == "rate" and r["ahead"] == "1"]
    assert float(of[0]["inside_90"]) == pytest.approx(np.mean(inside))
    assert [row["ahead"] for row in table if row["driver"] == "rate"] == ["1", "2", "3", "4", "all"]


def test_too_few_years(ldip, here):
    said = ldip("backtest", "--minimum", 40, "--out", "r", "--lang", "en")
    assert said.code == 1
    assert "no column of more than 40 years" in said.err
    assert not (here / "r").exists()
    assert ldip("backtest", "--parameters", "guessed").code == 2
    assert ldip("backtest", "--minimum", 5).code == 2
