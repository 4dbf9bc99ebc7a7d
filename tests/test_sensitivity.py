"""What the answer depends on: Sobol indices against closed forms and SALib, bars, planted boxes."""

import csv
import json
import math

import numpy as np
import pytest
from scipy.stats import sobol_indices

from ldip.analysis import sensitivity as tornadoes
from ldip.analysis.discovery import COVERAGES, DECIMALS, FEWEST, discover, find_boxes
from ldip.analysis.features import FEATURES, Feature, feature_values, lines_of
from ldip.analysis.sensitivity import (
    ASSUMED,
    Effect,
    assumptions,
    conditional_means,
    moves,
    moving,
    step_of,
    switched_off,
    tornado,
)
from ldip.analysis.sobol import indices, set_size, sobol, uncorrelated
from ldip.model.catalogue import catalogue
from ldip.model.engine.simulate import Ledger, run_baseline, simulate
from ldip.model.fiscal_rules import events
from ldip.model.plan.baseline import build
from ldip.model.shown import SENSITIVE
from ldip.report.answers.sensitivity import compact, discovery_text, leading, tornado_text
from ldip.scenario.drivers import ABOUT, Drivers
from ldip.scenario.files.overlay import with_quantity
from ldip.scenario.numbers import quantities
from ldip.scenario.quantities import Parameter, Quantity
from ldip.scenario.schema import limits
from ldip.scenario.settings import names

FEW = ("investment.renewal", "interest.floating_share", "housing.areas.fornebu.total")


def only_few(scenario, bases=ASSUMED):
    return {key: quantity for key, quantity in assumptions(scenario, bases).items() if key in FEW}


@pytest.fixture(scope="module")
def of_baerum(scenario):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tornadoes, "assumptions", only_few)
        done: list[int] = []
        result = tornado(scenario, runs=1024, seed=1, years=20, progress=done.append)
        assert sum(done) == tornadoes.work(scenario)
    return result


@pytest.fixture(scope="module")
def shares(scenario):
    return sobol(scenario, runs=1100, seed=1, years=20)


# Sobol indices


def saltelli(function, sample, runs, inputs, seed):
    """Answers (answer, run) of two sets and of the first with one input of the second (input, answer, run)."""
    generator = np.random.default_rng(seed)
    a, b = sample(generator, (inputs, runs)), sample(generator, (inputs, runs))
    mixed = []
    for row in range(inputs):
        x = a.copy()
        x[row] = b[row]
        mixed.append(function(x))
    return function(a), function(b), np.stack(mixed)


def normal(generator, shape):
    return generator.standard_normal(shape)


def linear(x):
    return np.stack([2.0 * x[0] + 1.0 * x[1] + 0.0 * x[2], x[2] + x[0] * x[1]])


def angle(generator, shape):
    return generator.uniform(-np.pi, np.pi, shape)


def ishigami(x):
    return (np.sin(x[0]) + 7.0 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0]))[None, :]


def test_indices_of_a_sum_and_of_a_product():
    """2 x + y: 80 and 20 per cent, nothing together. z + x y: a half for z, a half for x and y together only."""
    found = indices(*saltelli(linear, normal, 2**14, 3, 1))
    for index, share in zip(found[0], (0.8, 0.2, 0.0), strict=True):
        assert index.first == pytest.approx(share, abs=4.0 * index.first_error + 1e-12)
        assert index.total == pytest.approx(share, abs=4.0 * index.total_error + 1e-12)
    assert found[0][2] == (0.0, 0.0, 0.0, 0.0), "an input that does nothing"
    for index, first, total in zip(found[1], (0.0, 0.0, 0.5), (0.5, 0.5, 0.5), strict=True):
        assert index.first == pytest.approx(first, abs=4.0 * index.first_error)
        assert index.total == pytest.approx(total, abs=4.0 * index.total_error)
        assert index.first_error < 0.03


def test_indices_of_ishigamis_function():
    """Closed form with a = 7, b = 0.1 (Saltelli et al. 2008)."""
    variance = 7.0**2 / 8 + 0.1 * np.pi**4 / 5 + 0.1**2 * np.pi**8 / 18 + 0.5
    one = 0.5 * (1.0 + 0.1 * np.pi**4 / 5) ** 2 / variance
    two = 7.0**2 / 8 / variance
    both = 0.1**2 * np.pi**8 * (1 / 18 - 1 / 50) / variance
    found = indices(*saltelli(ishigami, angle, 2**14, 3, 2))[0]
    for index, first, total in zip(found, (one, two, 0.0), (one + both, two, both), strict=True):
        assert index.first == pytest.approx(first, abs=4.0 * index.first_error)
        assert index.total == pytest.approx(total, abs=4.0 * index.total_error)


def test_salib_agrees():
    analyze = pytest.importorskip("SALib.analyze.sobol").analyze
    a, b, mixed = saltelli(ishigami, angle, 2**12, 3, 3)
    interleaved = np.stack([a[0], *mixed[:, 0], b[0]], axis=1).ravel()  # as its own sampler orders the runs
    problem = {"num_vars": 3, "names": ["x", "y", "z"], "bounds": [[-np.pi, np.pi]] * 3}
    theirs = analyze(problem, interleaved, calc_second_order=False, seed=1)
    ours = indices(a, b, mixed)[0]
    np.testing.assert_allclose([index.first for index in ours], theirs["S1"], atol=2e-3)
    np.testing.assert_allclose([index.total for index in ours], theirs["ST"], atol=2e-3)
    # its errors are 95 per cent intervals from a bootstrap of 100
    np.testing.assert_allclose([1.96 * index.first_error for index in ours], theirs["S1_conf"], rtol=0.35)
    np.testing.assert_allclose([1.96 * index.total_error for index in ours], theirs["ST_conf"], rtol=0.35)


def test_standard_errors_are_how_far_another_seed_moves_the_indices():
    found = [indices(*saltelli(ishigami, angle, 256, 3, seed))[0] for seed in range(200)]
    for row in range(3):
        for value, error in ((0, 1), (2, 3)):
            spread = np.std([one[row][value] for one in found])
            assert np.mean([one[row][error] for one in found]) == pytest.approx(spread, rel=0.2)


def test_the_estimator_is_scipys():
    a, b, mixed = saltelli(linear, normal, 64, 3, 5)
    theirs = sobol_indices(func={"f_A": a, "f_B": b, "f_AB": mixed}, n=64)
    np.testing.assert_array_equal(
        [[index.first for index in row] for row in indices(a, b, mixed)], theirs.first_order
    )
    one = indices(a[:1], b[:1], mixed[:, :1])
    np.testing.assert_array_equal([index.total for index in one[0]], theirs.total_order[0])


def test_set_sizes_are_powers_of_two():
    assert [set_size(runs) for runs in (1, 2, 3, 1024, 10_000)] == [1, 2, 2, 1024, 8192]


def test_variance_shares_of_the_plan(scenario, shares):
    assert shares.runs == 1024
    for metric in shares.metrics:
        of = shares.indices[metric.id]
        assert set(of) == set(moving(scenario))
        assert sum(index.first for index in of.values()) == pytest.approx(1.0 - shares.together(metric.id))
        for index in of.values():
            assert index.total >= -1e-12
            assert index.first <= index.total + 4.0 * (index.first_error + index.total_error)


def test_a_driver_that_is_off_brings_nothing(scenario):
    """Its random numbers move nothing, so it has no index; what can hardly move has hardly one."""
    off = uncorrelated(switched_off(scenario, ["rate", "own_tax"]))
    assert not {"rate", "own_tax", "slippage"} & set(moving(off))
    one, other = (
        simulate(off, runs=64, seed=1, years=8, lines=["debt_ratio"], seeds=seeds)
        for seeds in ({}, dict.fromkeys(("rate", "own_tax", "slippage"), 7))
    )
    np.testing.assert_array_equal(one.values, other.values)
    key = "drivers.rate.volatility"
    faint = with_quantity(scenario, key, quantities(scenario)[key].model_copy(update={"value": 1e-9}))
    for of in sobol(faint, runs=256, seed=1, years=8).indices.values():
        assert of["rate"].total < 1e-9
        assert abs(of["rate"].first) < 1e-4
        assert of["free_revenue"].total > 0.1


def test_only_correlation_is_taken_off(scenario):
    assert np.array_equal(
        uncorrelated(scenario).drivers.correlation.matrix(), np.eye(len(scenario.drivers.correlation.matrix()))
    )
    changed = uncorrelated(scenario).model_dump()
    changed["drivers"].pop("correlation")
    same = scenario.model_dump()
    same["drivers"].pop("correlation")
    assert changed == same


# Tornado


def test_every_driver_has_a_name_and_a_figure():
    assert set(ABOUT) == set(FEATURES) == set(Drivers.names())


def test_bars_point_the_way_economics_does(of_baerum):
    """Dearer money makes more debt, more tax makes less; for the result the other way round."""
    debt, result = of_baerum.drivers["debt_ratio"], of_baerum.drivers["net_operating_result_share"]
    assert debt["rate"].at_high > debt["rate"].at_low
    assert debt["national_tax"].at_high < debt["national_tax"].at_low
    assert result["rate"].at_high < result["rate"].at_low
    assert result["national_tax"].at_high > result["national_tax"].at_low


def test_bars_add_up_where_drivers_only_add(scenario, of_baerum):
    """The result share is nearly linear: the squares of the bars sum to the square of the uncorrelated whole."""
    ledger = simulate(uncorrelated(scenario), runs=1024, seed=1, years=20, lines=["net_operating_result_share"])
    low, high = np.quantile(ledger["net_operating_result_share"][-1], (0.1, 0.9))
    bars = of_baerum.drivers["net_operating_result_share"].values()
    assert math.sqrt(sum(bar.alone.width**2 for bar in bars)) == pytest.approx(high - low, rel=0.15)


def test_bars_and_variance_shares_agree_on_what_matters_most(of_baerum, shares):
    for metric in of_baerum.metrics:
        assert next(iter(of_baerum.drivers[metric.id])) == next(iter(shares.indices[metric.id]))


def test_a_bar_is_its_simulation(scenario, of_baerum):
    others = [name for name in Drivers.names() if name != "rate"]  # those that are off change nothing
    alone = simulate(switched_off(scenario, others), runs=1024, seed=1, years=20, lines=["debt_ratio"])
    rest = simulate(switched_off(scenario, ["rate"]), runs=1024, seed=1, years=20, lines=["debt_ratio"])
    full = simulate(scenario, runs=1024, seed=1, years=20, lines=["debt_ratio"])
    width = {
        name: np.ptp(np.quantile(of["debt_ratio"][-1], (0.1, 0.9))) for name, of in (("rest", rest), ("full", full))
    }
    bar = of_baerum.drivers["debt_ratio"]["rate"]
    assert bar.alone.median == pytest.approx(np.median(alone["debt_ratio"][-1]))
    assert bar.narrower == pytest.approx(1.0 - width["rest"] / width["full"])
    assert of_baerum.planned["debt_ratio"] == run_baseline(build(scenario, 20))["debt_ratio"][-1, 0]


def test_means_in_the_tenths():
    own = np.arange(100.0)[::-1]
    low, high = conditional_means(3.0 * own, own)
    assert (low, high) == (3.0 * 4.5, 3.0 * 94.5)
    assert all(math.isnan(mean) for mean in conditional_means(own, np.ones(100)))


def test_an_assumption_is_moved_run_by_run(scenario, of_baerum):
    """More renewal, more debt; the mean difference of two simulations with the same numbers."""
    found = next(a for a in of_baerum.assumptions if a.key == "investment.renewal")
    assert (found.value, found.down, found.up) == (880.0, pytest.approx(-88.0), pytest.approx(88.0))
    dated = scenario.investment.renewal.dated
    more = scenario.investment.renewal.model_copy(update={"dated": {year: 1.1 * v for year, v in dated.items()}})
    new, old = (
        simulate(of, runs=1024, seed=1, years=20, lines=["debt_ratio"])["debt_ratio"][-1]
        for of in (with_quantity(scenario, "investment.renewal", more), scenario)
    )
    effect = found.effects["debt_ratio"]
    assert effect.up == pytest.approx((new - old).mean(), rel=1e-9)
    assert effect.up_error == pytest.approx((new - old).std(ddof=1) / 32.0, rel=1e-9)
    assert effect.down < -10.0 * effect.down_error


def test_what_does_nothing_is_not_shown(of_baerum):
    """Fornebu is not full before the horizon, ten per cent more or less."""
    nothing = next(a for a in of_baerum.assumptions if a.key == "housing.areas.fornebu.total")
    assert all(effect == Effect(0.0, 0.0, 0.0, 0.0) for effect in nothing.effects.values())
    assert nothing not in leading(of_baerum)
    assert nothing not in of_baerum.strongest("debt_ratio", 12)


@pytest.mark.parametrize(
    ("unit", "value", "step"),
    [
        ("per year", 0.02, 0.005),
        ("per year", 0.0, 0.005),
        ("per year", 0.0025, 0.00125),  # a margin does not change its sign
        ("year", 2041.0, 1.0),
        ("years", 2.0, 1.0),
        ("years", 30.0, 3.0),
        ("correlation", 0.0, 0.1),
        ("share", 0.0, 0.01),
        ("share per year", 0.88, 0.05),
        ("probability per year", 0.0, 0.0),
        ("share", 0.5, 0.05),
        ("mill. 2020-kr", 0.0, 0.0),
        ("log points per unit rate", -7.5, 0.75),
    ],
)
def test_steps(unit, value, step):
    assert step_of(unit, value) == pytest.approx(step)


def test_every_move_stays_within_the_limits(scenario):
    for key, quantity in quantities(scenario).items():
        low, high = limits(key)
        for size, changed in moves(key, quantity):
            assert all(low <= number <= high for number in changed.numbers().values()), key
            assert abs(size) <= step_of(quantity.unit, list(quantity.numbers().values())[-1]) + 1e-12


def test_another_quantity_in_its_place_and_nothing_else(scenario):
    old = quantities(scenario)
    for key in ("housing.areas.fornebu.start", "drivers.rate.volatility", "rules.buffer_floor"):
        new = old[key].model_copy(update={"value": 2021.0 if key.endswith("start") else 0.5})
        changed = quantities(with_quantity(scenario, key, new))
        assert changed[key] == new
        assert {name: q for name, q in changed.items() if name != key} == {n: q for n, q in old.items() if n != key}


def test_what_cannot_be_is_not_moved(scenario):
    """A correlation that would leave no correlation matrix keeps its value, and its effect is not known."""
    tight = {
        "rate_national_tax": 0.95,
        "national_tax_completions": 0.95,
        "rate_completions": 0.85,
        "rate_wages": 0.0,
        "rate_cpi": 0.0,
    }
    for name, value in tight.items():
        key = f"drivers.correlation.{name}"
        quantity = quantities(scenario)[key].model_copy(update={"value": value})
        correlation = scenario.drivers.correlation.model_copy(update={name: quantity})
        drivers = scenario.drivers.model_copy(update={"correlation": correlation})
        scenario = scenario.model_copy(update={"drivers": drivers})
    with pytest.MonkeyPatch.context() as patch:
        key = "drivers.correlation.rate_completions"
        patch.setattr(tornadoes, "assumptions", lambda of, bases: {key: quantities(of)[key]})
        (found,) = tornado(scenario, runs=64, seed=1, years=5).assumptions
    assert found.down == 0.0
    assert math.isnan(found.effects["debt_ratio"].down)
    assert found.up > 0.0
    assert math.isfinite(found.effects["debt_ratio"].up)


# Features and conditions


def test_features_by_hand():
    """Two years, two runs; tax is real: 110 / 1.1 = 100."""
    lines = ("deflator_index", "money_market_rate", "completions", "tax_revenue")
    values = np.array(
        [
            [[1.0, 1.0], [1.1, 1.1]],
            [[0.02, 0.03], [0.04, 0.03]],
            [[100.0, 50.0], [300.0, 150.0]],
            [[50.0, 100.0], [110.0, 132.0]],
        ]
    )
    ledger = Ledger(np.array([2020, 2021]), lines, values)
    baseline = Ledger(np.array([2020, 2021]), lines, values[:, :, 1:])

    def of(line, fold):
        return feature_values(ledger, baseline, Feature(line, fold))

    np.testing.assert_allclose(of("money_market_rate", "mean"), [0.03, 0.03])
    np.testing.assert_allclose(of("completions", "relative"), [2.0, 1.0])
    np.testing.assert_allclose(of("tax_revenue", "relative"), [150.0 / 220.0, 1.0])
    np.testing.assert_allclose(of("tax_revenue", "growth"), [0.0, 0.2], atol=1e-12)
    assert lines_of([Feature("tax_revenue", "mean")]) == {"tax_revenue", "deflator_index"}
    assert {feature.line for feature in FEATURES.values()} <= set(catalogue())
    assert {feature.unit for feature in FEATURES.values()} <= set(DECIMALS)


PLANTED = [Feature(line, "relative") for line in list(catalogue())[:6]]


def planted(seed, runs=8000):
    """Six features, uniform; where the second is above 0.6 and the fifth below 0.3 it happens in 9 of 10 runs."""
    generator = np.random.default_rng(seed)
    values = generator.random((6, runs))
    inside = (values[1] > 0.6) & (values[4] < 0.3)
    return values, generator.random(runs) < np.where(inside, 0.9, 0.01)


def test_a_planted_box_is_found():
    for box in find_boxes(*planted(1), PLANTED):
        assert [(limit.feature, limit.above) for limit in box.limits] == [(PLANTED[1], True), (PLANTED[4], False)]
        assert [limit.value for limit in box.limits] == pytest.approx([0.6, 0.3], abs=0.05)
        assert box.density == pytest.approx(0.9, abs=0.07)
        assert box.density == pytest.approx(box.found_density, abs=4.0 * math.sqrt(2.0) * box.density_error)


def test_nothing_is_found_where_there_is_nothing():
    """Pure noise: found on one half, gone on the other."""
    generator = np.random.default_rng(4)
    happens = generator.random(4000) < 0.3
    for box in find_boxes(generator.random((6, 4000)), happens, PLANTED):
        assert box.density == pytest.approx(0.3, abs=4.0 * box.density_error)


def test_too_few_cases_are_not_looked_at():
    values, _ = planted(2, 1000)
    rare = np.zeros(1000, dtype=bool)
    rare[: FEWEST - 2] = True
    assert find_boxes(values, rare, PLANTED) == []
    assert find_boxes(values, ~rare, PLANTED) == []


def test_features_that_never_move_are_no_limit():
    values, happens = planted(3)
    values[0] = 1.0
    values[2] = np.where(values[2] < 0.8, 0.0, values[2])  # most runs the same
    for box in find_boxes(values, happens, PLANTED):
        assert {limit.feature for limit in box.limits} == {PLANTED[1], PLANTED[4]}


def test_conditions_hold_with_another_seed(scenario):
    found = discover(scenario, runs=4000, seed=1, years=20)
    ledger = simulate(scenario, runs=4000, seed=99, years=20)
    baseline = run_baseline(build(scenario, 20))
    happens = ledger["any_rule_breach"][-1] > 0.5
    assert 1 <= len(found.boxes) <= len(COVERAGES)
    for box in found.boxes:
        inside = np.ones(4000, dtype=bool)
        for limit in box.limits:
            inside &= limit.holds(feature_values(ledger, baseline, limit.feature))
        assert happens[inside].mean() == pytest.approx(box.density, abs=4.0 * math.sqrt(1.5) * box.density_error)
        coverage = inside[happens].mean()
        assert coverage == pytest.approx(box.coverage, abs=4.0 * math.sqrt(1.5) * box.coverage_error)
        assert box.density > found.probability + 0.05


def test_an_event_that_never_happens_says_so(scenario):
    found = discover(scenario, event="debt_ratio_above_100", runs=300, seed=1, years=2)
    assert found.boxes == ()
    assert "Too few runs" in discovery_text(found, "en")


# The command


@pytest.fixture
def few_assumptions(monkeypatch):
    monkeypatch.setattr(tornadoes, "assumptions", only_few)


def test_the_command(ldip, here, scenario, few_assumptions):
    said = ldip("sensitivity", "--runs", 256, "--years", 5, "--out", "r")
    assert said.code == 0
    assert ABOUT["rate"].name.nb in said.out
    assert "Ikke-rentable investeringer etter planen, uten" in said.out
    with (here / "r" / "sensitivity_drivers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 * len(moving(scenario))
    assert all(row["sobol_first_standard_error"] for row in rows)
    pictures = {path.name for path in (here / "r").glob("*.png")}
    assert pictures == {"sobol.png", *(f"tornado_{metric}.png" for metric in SENSITIVE)}


def test_json_is_what_the_files_hold(ldip, here, few_assumptions):
    words = ("--runs", 256, "--years", 2, "--no-pictures", "--out", "r", "--event", "debt_ratio_above_75", "--json")
    said = json.loads(ldip("sensitivity", *words).out)
    assert said["event"] == "debt_ratio_above_75"
    for name in ("drivers", "assumptions"):
        with (here / "r" / f"sensitivity_{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [set(row) for row in rows] == [set(record) for record in said[name]]
        for row, record in zip(rows, said[name], strict=True):
            numbers = {key: value for key, value in record.items() if isinstance(value, float)}
            assert {key: float(row[key]) for key in numbers} == pytest.approx(numbers)
            assert all(row[key] == "" for key, value in record.items() if value is None)


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_tables_name_what_they_show(of_baerum, shares, lang):
    text = " ".join(tornado_text(of_baerum, shares, "Title", lang).split())
    for name in (*(about.name for about in ABOUT.values()), *(metric.label for metric in of_baerum.metrics)):
        assert " ".join(name.say(lang).split()) in text
    assert names()["investment.renewal"].say(lang)[:40].strip() in text
    assert "nan" not in text.split()


@pytest.mark.parametrize("words", [("--runs", 100), ("--runs", "many")])
def test_wrong_words_are_usage_errors(ldip, words):
    said = ldip("sensitivity", *words)
    assert said.code == 2
    assert "Bruk: ldip sensitivity" in said.err or "--runs must be at least" in said.err


def test_unknown_events_are_answered_with_the_known(ldip):
    said = ldip("sensitivity", "--event", "rain")
    assert all(event.id in said.err for event in events())


def test_compact():
    assert compact(0.004999999, "nb") == "0,005"
    assert compact(2041.0, "en") == "2041"
    assert compact(14000.0, "en") == "14000"


def test_quantities_of_both_kinds_are_moved():
    parameter = Parameter(dated={"2020": 0.0, "2030": 0.4}, unit="share", basis="assumption", source="test")
    down, up = moves("financing.equity_target", parameter)
    assert down[1].dated == {"2020": 0.0, "2030": pytest.approx(0.36)}
    assert up[1].dated == {"2020": pytest.approx(0.01), "2030": pytest.approx(0.44)}
    assert (down[0], up[0]) == (pytest.approx(-0.04), pytest.approx(0.04))
    quantity = Quantity(value=0.05, unit="per year", basis="assumption", source="test")
    assert [size for size, _ in moves("drivers.rate.lower_bound", quantity)] == pytest.approx([-0.005, 0.005])


@pytest.mark.slow
def test_bars_and_variance_shares_agree_with_many_runs(scenario):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tornadoes, "assumptions", lambda of, bases: {})
        bars = tornado(uncorrelated(scenario), runs=16_384, seed=3, years=20)
    found = sobol(scenario, runs=16_384, seed=3, years=20)
    for metric in bars.metrics[:1]:  # the nearly linear ones rank alike from first to last
        moved = [name for name, index in found.indices[metric.id].items() if index.first > 0.02]
        assert [name for name in bars.drivers[metric.id] if name in moved] == moved
