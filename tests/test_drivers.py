"""The processes have the moments theory gives, keep their means, and are correlated as asked."""

import math

import numpy as np
import pytest
from scipy import optimize, stats

from ldip.model import drivers
from ldip.model.baseline import build, swap_loading, swap_path
from ldip.scenario.reader import DEFAULT, read

YEARS = 20


@pytest.fixture(scope="module")
def process(scenario):
    return drivers.prepare(scenario.drivers, build(scenario, YEARS).plan)


@pytest.fixture(scope="module")
def weather(process):
    """60 blocks of runs: (driver, year, run)."""
    return drivers.weather(process, 77, 0, 60 * drivers.BLOCK)


def standard_errors(sample: np.ndarray, expected: np.ndarray | float) -> np.ndarray:
    return np.abs(sample.mean(axis=-1) - expected) / (sample.std(axis=-1) / math.sqrt(sample.shape[-1]))


def test_volatility_moves_no_mean(scenario, weather):
    rate, national, own, completions, construction, _ = weather
    assert (construction == 1.0).all(), "off unless a change turns it on"
    planned = build(scenario, YEARS).plan.planned_rate
    assert standard_errors(rate, planned).max() < 4.5
    for factor in (national, own, completions):
        assert standard_errors(factor, 1.0).max() < 4.5


def test_variances_of_the_logs(scenario, weather):
    """Against closed forms written here, not the program's."""
    n = weather.shape[2]
    error = math.sqrt(2.0 / (n - 1))  # relative standard error of a normal sample's variance
    d = scenario.drivers
    phi, sigma = d.national_tax.persistence.value, d.national_tax.volatility.value
    for t in (0, 4, 19):
        weights = [(1 - phi ** (k + 1)) / (1 - phi) for k in range(t + 1)]
        theory = sigma**2 * sum(w * w for w in weights)
        assert np.log(weather[1, t]).var() == pytest.approx(theory, rel=4.5 * error)
    phi, sigma = d.own_tax.persistence.value, d.own_tax.volatility.value
    for t in (0, 4, 19):
        theory = sigma**2 * (1 - phi ** (2 * (t + 1))) / (1 - phi**2)
        assert np.log(weather[2, t]).var() == pytest.approx(theory, rel=4.5 * error)


def test_construction_costs_when_they_are_on():
    """Mean 1, the variance of an AR(1) in logs, and no other driver's draws changed by it."""
    on, off = (read(DEFAULT, changes).scenario for changes in (["construction-risk"], []))
    risky, calm = (drivers.weather(drivers.prepare(s.drivers, build(s, 20).plan), 5, 0, 20_000) for s in (on, off))
    np.testing.assert_array_equal(risky[:4], calm[:4])
    factor = risky[4]
    assert standard_errors(factor, 1.0).max() < 4.5
    phi, sigma = on.drivers.construction.persistence.value, on.drivers.construction.volatility.value
    theory = sigma**2 * (1 - phi**40) / (1 - phi**2)
    assert np.log(factor[19]).var() == pytest.approx(theory, rel=4.5 * math.sqrt(2 / 20_000))


def test_completions_react_to_last_years_rate(scenario):
    """With the rate unbounded, the slope of log completions on last year's surprise is response + what the
    correlated shocks explain."""
    d = scenario.drivers
    unbounded = d.model_copy(
        update={
            "rate": d.rate.model_copy(update={"lower_bound": d.rate.lower_bound.model_copy(update={"value": -1.0})})
        }
    )
    plan = build(scenario, YEARS).plan
    sample = drivers.weather(drivers.prepare(unbounded, plan), 5, 0, 40 * drivers.BLOCK)
    surprise = sample[0] - plan.planned_rate[:, None]
    log = np.log(sample[3])
    phi, sigma = d.rate.persistence.value, d.rate.volatility.value
    rho, tau = d.completions.persistence.value, d.completions.volatility.value
    correlation = d.correlation.rate_completions.value
    t = 10
    rate_variance = sigma**2 * sum(phi ** (2 * k) for k in range(t))
    own_covariance = rho * correlation * sigma * tau * sum((phi * rho) ** k for k in range(t))
    theory = d.completions.rate_response.value + own_covariance / rate_variance
    slope, _, _, _, error = stats.linregress(surprise[t - 1], log[t])
    assert slope == pytest.approx(theory, abs=4.5 * error)


def test_shocks_are_correlated_as_asked(scenario, process):
    normals = np.stack([np.concatenate([drivers._normals(3, d, b, 1) for b in range(60)], 1) for d in range(4)])
    drivers._correlate(process.factor, normals)
    shocks = normals[:, 0]
    found = np.corrcoef(shocks)
    assert np.abs(found - scenario.drivers.correlation.matrix()).max() < 4.5 / math.sqrt(shocks.shape[1])
    assert stats.kstest(shocks[3], "norm").pvalue > 1e-4


def test_the_bounded_rate_keeps_the_planned_mean():
    """The shift solves E[max(bound, mean + shift + sd Z)] = mean; scipy as oracle."""
    for mean, sd, bound in ((0.03, 0.02, 0.0), (0.02, 0.005, 0.01), (0.03, 0.03, -0.01)):
        shift = drivers._mean_preserving_shift(mean, sd, bound)
        z = stats.norm(mean + shift, sd)
        expected = bound * z.cdf(bound) + stats.truncnorm(
            (bound - mean - shift) / sd, np.inf, mean + shift, sd
        ).mean() * z.sf(bound)
        assert expected == pytest.approx(mean, abs=1e-9)
        root = optimize.brentq(lambda s, m=mean, v=sd, b=bound: _bounded_mean(m + s, v, b) - m, -10 * sd, sd)
        assert shift == pytest.approx(root, abs=1e-9)
    assert drivers._mean_preserving_shift(0.03, 0.0, 0.0) == 0.0
    assert drivers._mean_preserving_shift(0.01, 0.01, 0.02) == 0.0


def _bounded_mean(mean: float, sd: float, bound: float) -> float:
    d = (mean - bound) / sd
    return bound + sd * (d * stats.norm.cdf(d) + stats.norm.pdf(d))


def test_rates_respect_the_bound(scenario, weather):
    assert weather[0].min() >= scenario.drivers.rate.lower_bound.value
    assert weather[3].min() > 0.0


def test_streams_are_independent_of_each_other():
    one = drivers._normals(1, 0, 0, 4)
    assert not np.array_equal(one, drivers._normals(1, 1, 0, 4))
    assert not np.array_equal(one, drivers._normals(1, 0, 1, 4))
    assert not np.array_equal(one, drivers._normals(2, 0, 0, 4))
    np.testing.assert_array_equal(one, drivers._normals(1, 0, 0, 9)[:4])


def test_swap_rate_is_the_mean_of_expected_short_rates():
    path = np.array([0.02, 0.025, 0.029, 0.03, 0.03])
    assert swap_path(path)[0] == pytest.approx((0.02 + 0.025 + 0.029 + 0.03 + 0.03) / 5)
    assert swap_path(path)[-1] == pytest.approx(0.03)
    # a surprise of 1 now is expected to be 0.9, 0.81, ... later
    assert swap_loading(0.9) == pytest.approx((1 + 0.9 + 0.81 + 0.729 + 0.6561) / 5)
    assert swap_loading(0.0) == pytest.approx(0.2)


@pytest.mark.slow
def test_autocorrelation_of_the_rate(scenario):
    sample = drivers.weather(drivers.prepare(scenario.drivers, build(scenario, 40).plan), 8, 0, 200 * drivers.BLOCK)
    own = np.log(sample[2])
    phi = scenario.drivers.own_tax.persistence.value
    found = np.corrcoef(own[30], own[31])[0, 1]
    # correlation of x_30 and x_31 of an AR(1) that is close to stationary
    theory = phi * math.sqrt((1 - phi ** (2 * 31)) / (1 - phi ** (2 * 32)))
    assert found == pytest.approx(theory, abs=4.5 / math.sqrt(sample.shape[2]))
