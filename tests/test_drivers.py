"""The processes have the moments theory gives, keep their means, and are correlated as asked.

Theory is written here in closed form, not taken from the program; a sample is held to 4.5 standard errors.
"""

import math
from itertools import combinations

import numpy as np
import pytest
from scipy import optimize, stats

from ldip.model import drivers, moments, processes
from ldip.model.accounts.inputs import Weather
from ldip.model.plan.baseline import build, swap_loading, swap_path
from ldip.scenario.drivers import SHOCKS, Drivers
from ldip.scenario.files.reader import DEFAULT, read

YEARS = 20
RUNS = 60 * drivers.BLOCK
SIGMAS = 4.5
LATE = (0, 4, 19)
EVERYTHING = ["construction-risk", "housing-regime", "income-system-jump", "delivery-risk"]
FACTORS = [name for name in Weather._fields if name.endswith("_factor")]


MOVES = {
    "rate": {"money_market_rate"},
    "national_tax": {"national_tax_factor", "kept_tax_factor"},
    "own_tax": {"own_tax_factor"},
    "completions": {"completion_factor"},
    "construction": {"construction_factor"},
    "wages": {"deflator_factor", "premium_surprise", "amortised_surprise"},
    "cpi": {"cpi_factor", "deflator_factor"},
    "equities": {"equity_factor"},
    "free_revenue": {"free_revenue_factor"},
    "births": {"births_factor"},
    "arrivals": {"net_arrivals"},
    "mortality": {"mortality_factor"},
    "companies": {"companies_factor"},
    "persons": {"persons_factor"},
    "income_system": {"income_system_loss"},
    "delivery": {"delivery_factor"},
    "slippage": {"slippage_factor"},
    "project_cost": set(),  # no weather: see test_projects.py
    "project_delay": set(),
}
"""What each driver moves when it is on alone."""


def sample(scenario, seed=77, years=YEARS, runs=RUNS, **seeds: int) -> Weather:
    """The weather by field, (year, run)."""
    process = drivers.prepare(scenario.drivers, build(scenario, years).plan)
    return Weather(*drivers.weather(process, seed, 0, runs, seeds=seeds))


def with_values(scenario, **values: float):
    """The scenario with numbers of its drivers changed: rate__persistence = 0.9."""
    changed = scenario.drivers
    for name, value in values.items():
        driver, key = name.split("__")
        old = getattr(changed, driver)
        number = getattr(old, key).model_copy(update={"value": value})
        changed = changed.model_copy(update={driver: old.model_copy(update={key: number})})
    return scenario.model_copy(update={"drivers": changed})


@pytest.fixture(scope="module")
def all_on():
    """Every driver on."""
    return with_values(read(DEFAULT, EVERYTHING).scenario, companies__volatility=0.3)


@pytest.fixture(scope="module")
def weather(scenario):
    return sample(scenario)


@pytest.fixture(scope="module")
def weather_all_on(all_on):
    return sample(all_on)


def standard_errors(values: np.ndarray, expected: np.ndarray | float) -> np.ndarray:
    """How many standard errors the mean over runs is away from what is expected (year,)."""
    return np.abs(values.mean(axis=-1) - expected) / (values.std(axis=-1) / math.sqrt(values.shape[-1]) + 1e-300)


def same_variance(values: np.ndarray, theory: float) -> bool:
    """Whether a sample's variance is the theory's; its error by the sample's own fourth moment."""
    deviations = (values - values.mean()) ** 2
    return abs(deviations.mean() - theory) < SIGMAS * deviations.std() / math.sqrt(len(values))


FIRST = 0.7
"""Size of the first year's shocks relative to the others' in the shipped scenarios."""


def ar1_variance(phi: float, sigma: float, t: int) -> float:
    return sigma**2 * ((1 - phi ** (2 * t)) / (1 - phi**2) + (FIRST * phi**t) ** 2)


def of_shocks(weights: np.ndarray) -> float:
    """Variance of a sum of shocks of variance 1 weighted by their age, the oldest of them the first year's."""
    return float((weights[:-1] ** 2).sum() + (FIRST * weights[-1]) ** 2)


def impulse(scenario, wage: float, price: float, t: int) -> tuple[np.ndarray, np.ndarray]:
    """What one shock to wages or prices does to the log levels of wages and prices 0 ... t years later."""
    d, levels = scenario.drivers, []
    growth = inflation = wages = prices = 0.0
    for year in range(t + 1):
        gap = wages - prices
        growth = d.wages.persistence.value * growth + (wage if year == 0 else 0.0) - d.wages.catch_up.value * gap
        inflation = d.cpi.persistence.value * inflation + (price if year == 0 else 0.0)
        wages, prices = wages + growth, prices + inflation
        levels.append((wages, prices))
    return np.array(levels).T


def normal_shocks(scenario):
    """The scenario with normal shocks wherever tails may be fat."""
    return with_values(
        scenario, **{f"{name}__degrees_of_freedom": 0.0 for name in ("national_tax", "own_tax", "cpi")}
    )


# --- means


def test_volatility_moves_no_mean(scenario, weather, all_on, weather_all_on):
    for here, found in ((scenario, weather), (all_on, weather_all_on)):
        assert standard_errors(found.money_market_rate, build(here, YEARS).plan.planned_rate).max() < SIGMAS
        for name in FACTORS:
            values = getattr(found, name)
            if np.ptp(values) > 0.0:
                assert standard_errors(values, 1.0).max() < SIGMAS, name
            else:
                assert (values == 1.0).all(), name
    for name in ("slippage_factor", "delivery_factor"):
        assert np.ptp(getattr(weather, name)) == 0.0, "off unless a change turns it on"
        assert np.ptp(getattr(weather_all_on, name)) > 0.0
    assert (weather.income_system_loss == 0.0).all()


def test_a_driver_that_is_off_stays_on_its_path(all_on):
    everything_off = all_on.model_copy(update={"drivers": all_on.drivers.without(Drivers.names())})
    calm = drivers.calm(build(all_on, YEARS).plan)
    np.testing.assert_array_equal(
        np.stack(sample(everything_off, runs=50)), np.broadcast_to(calm, (len(Weather._fields), YEARS, 50))
    )


@pytest.mark.parametrize("name", Drivers.names())
def test_one_driver_on_moves_its_own_lines_only(all_on, name):
    others = [other for other in Drivers.names() if other != name]
    alone = sample(all_on.model_copy(update={"drivers": all_on.drivers.without(others)}), runs=2000)
    assert {field for field, values in alone._asdict().items() if np.ptp(values, axis=1).any()} == MOVES[name]


# --- streams and their keys


def test_every_stream_has_a_key_of_its_own_that_stays():
    keys = {name: stream.key for name, stream in drivers.STREAMS.items()}
    assert len(set(keys.values())) == len(keys)
    assert {name: key for name, key in keys.items() if key < 14} == {
        **{name: place for place, name in enumerate(SHOCKS[:8])},
        "own_tax_tails": 8,
        "rate_persistence": 9,
        "housing_regime": 10,
        "income_system": 11,
        "delivery": 12,
        "slippage": 13,
    }, "a seed means these numbers: a new stream takes a key that none has had"
    assert set(SHOCKS) <= keys.keys()
    assert {stream.driver for stream in drivers.STREAMS.values()} == set(Drivers.names())


def test_neither_the_order_of_the_streams_nor_another_one_changes_the_weather(all_on, monkeypatch):
    before = np.stack(sample(all_on, runs=1100))
    changed = {"strikes": drivers.Stream(99, "strikes"), **dict(reversed(drivers.STREAMS.items()))}
    monkeypatch.setattr(drivers, "STREAMS", changed)
    np.testing.assert_array_equal(np.stack(sample(all_on, runs=1100)).view(np.int64), before.view(np.int64))


@pytest.mark.parametrize("name", Drivers.names())
def test_a_driver_that_is_switched_off_leaves_the_others_weather_alone(all_on, weather_all_on, name):
    moved = MOVES[name] | ({"completion_factor"} if name == "rate" else set())  # completions react to the rate
    if name == "cpi":  # wages catch up with prices, and pension premiums follow wages
        moved |= MOVES["wages"]
    off = sample(all_on.model_copy(update={"drivers": all_on.drivers.without([name])}), runs=1100)
    for field in set(Weather._fields) - moved:
        here, there = getattr(off, field), getattr(weather_all_on, field)[:, :1100]
        np.testing.assert_array_equal(here.view(np.int64), np.ascontiguousarray(there).view(np.int64), err_msg=field)


def test_another_shock_that_is_correlated_with_nothing_changes_no_bit_of_the_others():
    rng = np.random.default_rng(5)
    for _ in range(200):
        spread = rng.normal(size=(8, 12))
        matrix = np.corrcoef(spread)
        factor = processes._factor(matrix)
        np.testing.assert_array_equal(factor, np.linalg.cholesky(matrix))
        for more in (1, 2, 5):
            larger = np.eye(8 + more)
            larger[:8, :8] = matrix
            found = processes._factor(larger)
            np.testing.assert_array_equal(found[:8, :8], factor)
            np.testing.assert_array_equal(found[8:], np.eye(8 + more)[8:])
    larger[8, 0] = larger[0, 8] = 0.3
    np.testing.assert_allclose(processes._factor(larger) @ processes._factor(larger).T, larger, atol=1e-14)


def test_the_restructuring_step_is_found_by_its_name(scenario):
    plan = build(scenario, 4).plan
    process = drivers.prepare(scenario.drivers, plan)
    step = np.arange(50.0)
    for without, found in (
        (drivers.calm(plan), drivers.calm(plan, 7.0)),
        (drivers.weather(process, 1, 0, 50), drivers.weather(process, 1, 0, 50, step)),
    ):
        without, found = Weather(*without), Weather(*found)
        assert (without.restructuring_step == 0.0).all()
        np.testing.assert_array_equal(
            found.restructuring_step, np.broadcast_to(7.0 if found[0].shape[1] == 1 else step, found[0].shape)
        )
        for field in set(Weather._fields) - {"restructuring_step"}:
            np.testing.assert_array_equal(getattr(found, field), getattr(without, field))


# --- variances, persistence


def test_variances_of_the_levels(scenario):
    normal = normal_shocks(scenario)
    weather, d = sample(normal), normal.drivers
    tax, state, wages, cpi = d.national_tax, d.free_revenue, d.wages, d.cpi
    share, correlation = wages.deflator_weight.value, d.correlation.wages_cpi.value
    for t in LATE:
        theory = ar1_variance(tax.persistence.value, tax.volatility.value, t)
        assert same_variance(np.log(weather.national_tax_factor[t]), theory)
        kept = (1 - tax.taken_back.value) * tax.volatility.value
        assert same_variance(np.log(weather.kept_tax_factor[t]), ar1_variance(tax.carried_on.value, kept, t))
        decided = [
            sum(state.level_persistence.value ** (lag - k) * state.persistence.value**k for k in range(lag + 1))
            for lag in range(t + 1)
        ]
        theory = state.volatility.value**2 * of_shocks(np.array(decided))
        assert same_variance(np.log(weather.free_revenue_factor[t]), theory)
        of_wages, _ = impulse(normal, wages.volatility.value, 0.0, t)
        caught_up, prices = impulse(normal, 0.0, cpi.volatility.value, t)
        assert same_variance(np.log(weather.cpi_factor[t]), of_shocks(prices))
        by_wages, by_prices = share * of_wages, share * caught_up + (1 - share) * prices
        both = (of_shocks(by_wages + by_prices) - of_shocks(by_wages) - of_shocks(by_prices)) * correlation
        theory = of_shocks(by_wages) + of_shocks(by_prices) + both
        assert same_variance(np.log(weather.deflator_factor[t]), theory)
        size = FIRST if t == 0 else 1.0
        assert same_variance(np.log(weather.equity_factor[t]), (size * d.equities.volatility.value) ** 2)


def test_how_long_national_surprises_last(scenario):
    """Autocorrelation of the surprise and of what is kept, and how the two go together."""
    normal = normal_shocks(scenario)
    weather, tax = sample(normal), normal.drivers.national_tax
    surprise, kept = np.log(weather.national_tax_factor), np.log(weather.kept_tax_factor)
    error = SIGMAS / math.sqrt(RUNS)
    phi, rho = tax.persistence.value, tax.carried_on.value
    assert np.corrcoef(surprise[18], surprise[19])[0, 1] == pytest.approx(phi, abs=error)
    assert np.corrcoef(kept[18], kept[19])[0, 1] == pytest.approx(rho, abs=error)
    together = math.sqrt((1 - phi**2) * (1 - rho**2)) / (1 - phi * rho)
    assert np.corrcoef(surprise[19], kept[19])[0, 1] == pytest.approx(together, abs=error)
    assert np.corrcoef(surprise[19], np.log(weather.own_tax_factor[19]))[0, 1] == pytest.approx(0.0, abs=error)
    state = np.log(weather.free_revenue_factor)
    assert np.corrcoef(state[18], state[19])[0, 1] > 0.95, "what the state decides stays"
    assert np.corrcoef(state[19], surprise[19])[0, 1] == pytest.approx(0.0, abs=error)


def test_everything_kept_and_carried_on_is_a_walk(scenario):
    old = with_values(normal_shocks(scenario), national_tax__taken_back=0.0, national_tax__carried_on=1.0)
    kept = np.log(sample(old).kept_tax_factor)
    sigma = old.drivers.national_tax.volatility.value
    for t in LATE:
        assert same_variance(kept[t], sigma**2 * (t + FIRST**2))


def test_wages_catch_up_with_prices(scenario):
    """The real wage has a spread that levels off, and premiums answer to what wages were not expected to be."""
    normal = normal_shocks(scenario)
    weather, d = sample(normal), normal.drivers
    share, cpi = d.wages.deflator_weight.value, np.log(weather.cpi_factor)
    wages = (np.log(weather.deflator_factor) - (1 - share) * cpi) / share
    real = (wages - cpi).std(axis=1)
    loose = sample(with_values(normal, wages__catch_up=0.0))
    drifting = (np.log(loose.deflator_factor) - np.log(loose.cpi_factor)).std(axis=1) / share
    assert real[19] < 0.65 * drifting[19]
    assert real[19] / real[9] < 1.15
    wages, cpi = (level - level.mean(axis=1, keepdims=True) for level in (wages, cpi))
    growth = np.diff(wages, axis=0, prepend=0.0)
    expected = d.wages.persistence.value * growth[:-1] - d.wages.catch_up.value * (wages[:-1] - cpi[:-1])
    surprise = growth[1:] - expected
    premium = weather.premium_surprise[1:] - weather.premium_surprise[1:].mean(axis=1, keepdims=True)
    np.testing.assert_allclose(premium, d.wages.premium_response.value * surprise, atol=1e-10)
    assert standard_errors(weather.premium_surprise, 0.0).max() < SIGMAS
    # the surprise of a year is charged in seven equal parts in the seven years after it, of planned premiums
    plan = build(normal, YEARS).plan
    planned = plan.pension_premium * plan.deflator_index
    nominal, charged = weather.premium_surprise * planned[:, None], weather.amortised_surprise * planned[:, None]
    np.testing.assert_allclose(charged[0], 0.0)
    np.testing.assert_allclose(charged[12], nominal[5:12].sum(axis=0) / 7.0, atol=1e-9)


def test_inflation_above_five_per_cent_happens(weather):
    """In a year or two of a hundred: not in 1995-2018, but in 1980-1988 and in 2022-2023."""
    growth = np.diff(np.log(weather.cpi_factor), axis=0) + 0.02
    assert 0.005 < (growth[4:] > 0.05).mean() < 0.04
    assert stats.kurtosis(growth[10]) > 0.5


def test_normal_own_tax(scenario):
    normal = with_values(scenario, own_tax__degrees_of_freedom=0.0)
    logs = np.log(sample(normal).own_tax_factor)
    phi, sigma = normal.drivers.own_tax.persistence.value, normal.drivers.own_tax.volatility.value
    for t in LATE:
        assert same_variance(logs[t], ar1_variance(phi, sigma, t))
    error = SIGMAS / math.sqrt(logs.shape[1])
    # correlation of x_t and x_(t+1) of an AR(1): phi sd_t / sd_(t+1)
    theory = phi * math.sqrt(ar1_variance(phi, sigma, 18) / ar1_variance(phi, sigma, 19))
    assert np.corrcoef(logs[18], logs[19])[0, 1] == pytest.approx(theory, abs=error)


def whole(scenario):
    """A first year as uncertain as any other."""
    return scenario.drivers.first_year.model_copy(update={"value": 1.0})


def test_own_tax_with_students_tails(scenario):
    """The first year's shock is Student's t with variance 1, up to ten standard deviations wide."""
    plain = with_values(scenario, own_tax__degrees_of_freedom=5.0, own_tax__volatility=0.04)
    plain = plain.model_copy(update={"drivers": plain.drivers.model_copy(update={"first_year": whole(plain)})})
    process = drivers.prepare(plain.drivers, build(plain, 1).plan)
    normals = np.random.default_rng(4).standard_normal((len(SHOCKS), 1, 200 * drivers.BLOCK))
    tails = np.random.default_rng(5).standard_gamma(2.5, (1, 200 * drivers.BLOCK))
    width = np.minimum(1.5 / tails[0], 100.0)
    shock = normals[2, 0] * np.sqrt(width)  # own tax is uncorrelated with what comes before it
    own = processes.transform(process, normals, {"own_tax": tails})[2, 0]
    np.testing.assert_allclose(np.log(own) + 0.5 * 0.04**2 * width, 0.04 * shock, atol=1e-12)
    assert same_variance(shock, 1.0)
    assert stats.kstest(shock * math.sqrt(5 / 3), stats.t(5).cdf).pvalue > 1e-4
    assert (np.abs(shock) > 4.0).mean() > 20 * 2 * stats.norm.sf(4.0), "fatter than normal"
    assert standard_errors(own[None], 1.0)[0] < SIGMAS


def test_the_rate_with_its_own_persistence_in_every_run(scenario):
    """Unbounded, the variance is the mean of the AR(1) variances over the persistences, here by Simpson's rule."""
    free = with_values(scenario, rate__lower_bound=-1.0)
    rate = sample(free).money_market_rate
    d = free.drivers.rate
    phis = d.persistence.value + d.persistence_spread.value * np.linspace(-1, 1, 101)
    weights = np.array([1, *[4, 2] * 49, 4, 1]) / 300
    for t in LATE:
        assert same_variance(rate[t], weights @ ar1_variance(phis, d.volatility.value, t))
    fixed = with_values(free, rate__persistence_spread=0.0)
    surprise = sample(fixed).money_market_rate - build(fixed, YEARS).plan.planned_rate[:, None]
    slope, _, _, _, error = stats.linregress(surprise[17], surprise[18])
    assert slope == pytest.approx(d.persistence.value, abs=SIGMAS * error)
    own = sample(free).money_market_rate - build(free, YEARS).plan.planned_rate[:, None]
    assert own[19].std() > surprise[19].std(), "an uncertain persistence makes the far future more uncertain"


def test_completions_react_to_last_years_rate(scenario):
    """With the rate unbounded, the slope of log completions on last year's surprise is response + what the
    correlated shocks explain."""
    free = with_values(scenario, rate__lower_bound=-1.0, rate__persistence_spread=0.0, completions__backlog=0.0)
    d = free.drivers
    found = sample(free, seed=5)
    surprise = found.money_market_rate - build(free, YEARS).plan.planned_rate[:, None]
    log = np.log(found.completion_factor)
    phi, sigma = d.rate.persistence.value, d.rate.volatility.value
    rho, tau = d.completions.persistence.value, d.completions.volatility.value
    correlation = d.correlation.rate_completions.value
    t = 10
    rate_variance = ar1_variance(phi, sigma, t - 1)
    together = sum((phi * rho) ** k for k in range(t - 1)) + FIRST**2 * (phi * rho) ** (t - 1)
    own_covariance = rho * correlation * sigma * tau * together
    theory = d.completions.rate_response.value + own_covariance / rate_variance
    slope, _, _, _, error = stats.linregress(surprise[t - 1], log[t])
    assert slope == pytest.approx(theory, abs=SIGMAS * error)


def test_the_housing_regime(scenario):
    """Alone: two values whose shares are those of a two-state chain that starts outside the bust."""
    busts = read(DEFAULT, ["housing-regime"]).scenario
    calm = with_values(busts, completions__volatility=0.0, completions__rate_response=0.0, completions__backlog=0.0)
    factor = sample(calm).completion_factor
    start, end, depth = (
        getattr(calm.drivers.completions, key).value for key in ("bust_start", "bust_end", "bust_depth")
    )
    stationary = start / (start + end)
    for t in LATE:
        probability = stationary * (1 - (1 - start - end) ** (t + 1))
        high, low = factor[t].max(), factor[t].min()
        assert low / high == pytest.approx(1 - depth)
        assert high == pytest.approx(1 / (1 - depth * probability))
        error = math.sqrt(probability * (1 - probability) / factor.shape[1])
        assert (factor[t] == low).mean() == pytest.approx(probability, abs=SIGMAS * error)
    stays = (factor[18] < 0.8) & (factor[19] < 0.8)
    assert stays.sum() / (factor[18] < 0.8).sum() == pytest.approx(1 - end, abs=0.02), "a bust goes on"


def test_jumps_of_the_income_system(weather_all_on, all_on):
    loss, d = weather_all_on.income_system_loss, all_on.drivers.income_system
    jumps = np.diff(loss, axis=0, prepend=0.0)
    happened = jumps > 0.0
    frequency, low, high = d.frequency.value, d.smallest.value, d.largest.value
    error = math.sqrt(frequency * (1 - frequency) / happened.size)
    assert happened.mean() == pytest.approx(frequency, abs=SIGMAS * error)
    sizes = jumps[happened]
    assert sizes.min() >= low - 1e-15
    assert sizes.max() <= high + 1e-15
    assert stats.kstest(sizes, stats.uniform(low, high - low).cdf).pvalue > 1e-4
    expected = frequency * (low + high) / 2 * np.arange(1, YEARS + 1)
    assert standard_errors(loss, expected).max() < SIGMAS
    counts = happened.sum(axis=0)  # independent years: binomial
    assert same_variance(counts.astype(float), YEARS * frequency * (1 - frequency))


def test_delivery_and_slippage(weather_all_on, all_on):
    delivered = weather_all_on.delivery_factor * all_on.services.measures_delivery.value
    assert (delivered == delivered[0]).all(), "one fact of a run"
    spread = all_on.drivers.delivery.spread.value
    assert stats.kstest(delivered[0], stats.uniform(0.85 - spread, 2 * spread).cdf).pvalue > 1e-4
    slipped = weather_all_on.slippage_factor[4:] * all_on.investment.slippage.value
    spread = all_on.drivers.slippage.spread.value
    assert stats.kstest(slipped[3], stats.uniform(0.20 - spread, 2 * spread).cdf).pvalue > 1e-4
    assert abs(np.corrcoef(slipped[3], slipped[4])[0, 1]) < SIGMAS / math.sqrt(RUNS)
    assert (weather_all_on.slippage_factor[:4] == 1.0).all(), "not in the plan years"


# --- correlations


def test_shocks_are_correlated_as_asked(scenario):
    normals = np.random.default_rng(3).standard_normal((len(SHOCKS), 1, 60_000))
    process = drivers.prepare(scenario.drivers, build(scenario, 2).plan)
    processes._correlate(process.factor, normals)
    found = np.corrcoef(normals[:, 0])
    asked = np.eye(len(SHOCKS))
    for (i, one), (j, other) in combinations(enumerate(SHOCKS), 2):
        pair = getattr(scenario.drivers.correlation, f"{one}_{other}")
        asked[i, j] = asked[j, i] = pair.value if pair else 0.0
    assert asked[0, 5] == 0.5, "rate and wages"
    assert np.abs(found - asked).max() < SIGMAS / math.sqrt(normals.shape[2])


def test_a_high_rate_comes_with_inflation(scenario):
    """The first year's shocks: correlation of rate and deflator = (share rho_w sigma_w + rest rho_c sigma_c) / sd."""
    normal = normal_shocks(scenario)
    weather, d = sample(normal), normal.drivers
    share, both = d.wages.deflator_weight.value, d.correlation.wages_cpi.value
    of_wages, of_prices = share * d.wages.volatility.value, (1 - share) * d.cpi.volatility.value
    sd = math.sqrt(of_wages**2 + of_prices**2 + 2 * both * of_wages * of_prices)
    theory = (0.50 * of_wages + 0.15 * of_prices) / sd
    found = np.corrcoef(weather.money_market_rate[0], np.log(weather.deflator_factor[0]))[0, 1]
    assert found == pytest.approx(theory, abs=SIGMAS / math.sqrt(RUNS))


# --- bound


def test_the_bounded_rate_keeps_the_planned_mean():
    """The shift solves E[max(bound, mean + shift + sd Z)] = mean; scipy as oracle."""
    for mean, sd, bound in ((0.03, 0.02, 0.0), (0.02, 0.005, 0.01), (0.03, 0.03, -0.01)):
        shift = moments.mean_preserving_shift(mean, np.full(8, sd), bound)
        z = stats.norm(mean + shift, sd)
        expected = bound * z.cdf(bound) + stats.truncnorm(
            (bound - mean - shift) / sd, np.inf, mean + shift, sd
        ).mean() * z.sf(bound)
        assert expected == pytest.approx(mean, abs=1e-9)
        root = optimize.brentq(lambda s, m=mean, v=sd, b=bound: _bounded_mean(m + s, v, b) - m, -10 * sd, sd)
        assert shift == pytest.approx(root, abs=1e-9)
    assert moments.mean_preserving_shift(0.03, np.zeros(8), 0.0) == 0.0
    assert moments.mean_preserving_shift(0.01, np.full(8, 0.01), 0.02) == 0.0


def _bounded_mean(mean: float, sd: float, bound: float) -> float:
    d = (mean - bound) / sd
    return bound + sd * (d * stats.norm.cdf(d) + stats.norm.pdf(d))


def test_rates_respect_the_bound(scenario, weather):
    assert weather.money_market_rate.min() >= scenario.drivers.rate.lower_bound.value
    assert weather.completion_factor.min() > 0.0


# --- streams


def test_more_years_runs_and_drivers_leave_the_draws_unchanged(scenario, all_on):
    base = np.stack(sample(scenario, runs=1500))
    longer = np.stack(sample(scenario, runs=3000, years=25))
    kept = [place for place, name in enumerate(Weather._fields) if name != "restructuring_step"]
    np.testing.assert_array_equal(longer[kept, :YEARS, :1500], base[kept])
    risky = sample(all_on, runs=1500)
    for name in ("money_market_rate", "national_tax_factor", "own_tax_factor", "deflator_factor", "equity_factor"):
        np.testing.assert_array_equal(getattr(risky, name), getattr(Weather(*base), name))


def test_a_driver_may_have_a_seed_of_its_own(all_on):
    uncorrelated = all_on.model_copy(
        update={"drivers": all_on.drivers.model_copy(update={"correlation": type(all_on.drivers.correlation)()})}
    )
    one, other = sample(uncorrelated, runs=100), sample(uncorrelated, runs=100, rate=5)
    assert {f for f, a, b in zip(Weather._fields, one, other, strict=True) if not np.array_equal(a, b)} == {
        "money_market_rate",
        "completion_factor",  # which reacts to it
    }
    assert np.array_equal(other.money_market_rate, sample(uncorrelated, seed=5, runs=100).money_market_rate)


def test_streams_are_independent_of_each_other():
    def numbers(seed, stream, block):
        return drivers.generator(seed, stream, block).standard_normal(5)

    one = numbers(1, 0, 0)
    for other in (numbers(1, 1, 0), numbers(1, 0, 1), numbers(2, 0, 0)):
        assert not np.array_equal(one, other)


def test_swap_rate_is_the_mean_of_expected_short_rates():
    path = np.array([0.02, 0.025, 0.029, 0.03, 0.03])
    assert swap_path(path)[0] == pytest.approx((0.02 + 0.025 + 0.029 + 0.03 + 0.03) / 5)
    assert swap_path(path)[-1] == pytest.approx(0.03)
    # a surprise of 1 now is expected to be 0.9, 0.81, ... later
    assert swap_loading(0.9) == pytest.approx((1 + 0.9 + 0.81 + 0.729 + 0.6561) / 5)
    assert swap_loading(0.0) == pytest.approx(0.2)
