"""The future beside the past: spreads by hand, the identity of debt, the lasting adjustment, drawn years."""

import json
import math
import shutil

import numpy as np
import pytest
from conftest import rows_of
from scipy.stats import chi2
from test_calibrate import series_of

from ldip.analysis import bootstrap, realism, stabilising
from ldip.analysis.realism import INSIDE, LEVEL, NARROWER, UNKNOWN, WIDER, Past, past_change, past_level
from ldip.errors import InputError
from ldip.model.engine.simulate import Ledger, built, run_baseline, simulate, simulate_built
from ldip.model.plan.baseline import build
from ldip.report.answers.realism import reading, realism_records, realism_text
from ldip.scenario.files.history import read_history
from ldip.scenario.files.reader import find, read, shipped_folder
from ldip.scenario.files.series import read_series
from ldip.scenario.rows import HistoryRow

BY_HAND = {2000: 0.02, 2001: 0.04, 2002: 0.03, 2003: 0.07, 2006: 0.05}


@pytest.fixture(scope="module")
def ledger(scenario) -> Ledger:
    return simulate(scenario, runs=1024, seed=3, years=20)


@pytest.fixture(scope="module")
def found(scenario):
    return realism.realism(scenario, read_history(), read_series(), runs=1024, seed=1)


# Spreads


def test_changes_by_hand():
    """One year: 2, -1, 4 points; three years: 5 (2000-2003) and -2 (2003-2006), which share no year."""
    one, three = past_change(BY_HAND, 1), past_change(BY_HAND, 3)
    assert one.sd == pytest.approx(math.sqrt(((2 - 5 / 3) ** 2 + (-1 - 5 / 3) ** 2 + (4 - 5 / 3) ** 2) / 2) / 100)
    assert (one.cases, one.apart) == (3, 3)
    assert three.sd == pytest.approx(0.07 / math.sqrt(2))
    assert (three.cases, three.apart) == (2, 2)
    assert past_change(BY_HAND, 10) is None


def test_overlapping_changes_count_once_in_the_interval():
    values = {year: 0.01 * (year % 5) for year in range(2000, 2011)}
    of = past_change(values, 3)
    assert (of.cases, of.apart) == (8, 3)
    assert of.low == pytest.approx(of.sd * math.sqrt(2 / chi2.ppf(0.95, 2)))
    assert of.high == pytest.approx(of.sd * math.sqrt(2 / chi2.ppf(0.05, 2)))
    assert math.isnan(past_change(values, 6).low), "changes over six of eleven years are one that stands alone"


def test_a_level_whose_neighbours_resemble_each_other_counts_as_fewer_years():
    values = {year: 0.01 * year for year in range(10)}
    assert past_level(values).apart == pytest.approx(0.0, abs=1e-9), "a straight line is one observation at most"
    assert math.isnan(past_level(values).low)
    wild = {year: 0.01 * (-1) ** year for year in range(10)}
    assert past_level(wild).apart == 10


def test_the_yardstick_of_the_nation():
    """The figures of economics: sd 1.2 in 1990-2020 and a ten-year change of 1.7; with 2024, some more."""
    result = realism.history(read_history(), "sector")[0]
    assert result.past[LEVEL].sd == pytest.approx(0.0127, abs=5e-5)
    assert result.past[10].sd == pytest.approx(0.0168, abs=5e-5)
    debt = realism.history(read_history(), "sector")[1]
    assert debt.past == {1: realism.with_interval(0.036, 16, 16)}


def test_intervals_hold_as_often_as_they_say():
    rng = np.random.default_rng(4)
    hits = []
    for _ in range(1000):
        of = past_change(dict(enumerate(np.cumsum(rng.normal(size=31)))), 1)
        hits.append(of.low <= 1.0 <= of.high)
    assert np.mean(hits) == pytest.approx(0.90, abs=0.03)


def test_spreads_of_a_fan_by_hand():
    """Two runs whose distance is 0, 2, 6 points: sd distance / √2, changes likewise; what both do is no spread."""
    both = np.array([0.05, 0.01, 0.09])
    values = np.stack([both, both + np.array([0.0, 0.02, 0.06])], axis=1)[None]
    of = realism.fan(Ledger(np.array([2020, 2021, 2022]), ("debt_ratio",), values), "debt_ratio")
    assert of.levels == {2022: pytest.approx(0.06 / math.sqrt(2))}
    assert of.changes == {1: pytest.approx(math.sqrt((0.02**2 + 0.04**2) / 2) / math.sqrt(2))}


@pytest.mark.parametrize(("sd", "said"), [(0.02, INSIDE), (0.05, WIDER), (0.001, NARROWER), (math.nan, UNKNOWN)])
def test_verdict(sd, said):
    assert realism.verdict(sd, Past(0.02, 0.01, 0.04, 9, 9)) == said
    assert realism.verdict(sd, Past(0.02, math.nan, math.nan, 1, 1)) == UNKNOWN


def test_a_path_beside_history_by_hand():
    """History's stretch without a hole is 2000-2003; two runs of as many years, the calmer of them no calmer."""
    past = BY_HAND | {2008: 0.5}
    assert realism.longest(past).tolist() == [0.02, 0.04, 0.03, 0.07]
    swing = np.array([0.0, 1.0, -1.0, 2.0])
    values = np.stack([0.01 * swing, -0.01 * swing], axis=1)
    of = realism.along(values, past, realism.spread_along, least=4)
    assert (of.years, of.as_low) == (4, 1.0)
    assert of.history == pytest.approx(np.std([2, 4, 3, 7], ddof=1) / 100)
    assert of.middle == pytest.approx(np.std(swing, ddof=1) / 100)
    assert of.verdict == NARROWER
    assert realism.along(values, past, realism.spread_along) is None, "four years are fewer than five"


def test_how_long_surprises_stay_by_the_processes():
    """White noise has a ratio of 1, a random walk of √10, in paths long enough to tell."""
    noise = np.random.default_rng(6).normal(size=(4000, 20))
    assert realism.lasting_along(noise).mean() == pytest.approx(1.0, abs=0.02)
    assert realism.lasting_along(np.cumsum(noise, axis=0)).mean() == pytest.approx(math.sqrt(10.0), abs=0.15)


def test_budget_errors_by_hand():
    def row(kind, *values):
        return HistoryRow(
            figure="debt_ratio", kind=kind, unit="share", years=(2000, 2001, 2002), values=values, basis="source",
            source="test",
        )  # fmt: skip

    (of,) = realism.history([row("actual", 0.5, 0.6, 0.4), row("planned", 0.4, 0.6, None)], "municipality")
    assert of.errors == (pytest.approx(0.05), pytest.approx(0.1 / math.sqrt(2)), 2)


# Debt


@pytest.mark.parametrize("policy", ["adopted", "react"])
@pytest.mark.parametrize("name", ["baerum-2020", "eksempelvik-2025", "baerum-2020+construction-risk"])
def test_debt_changes_by_what_the_identity_says(name, policy):
    ledger = simulate(read(name).scenario, runs=256, seed=2, years=20, policy=policy)
    change = np.diff(ledger["closing_net_debt"], axis=0)
    assert np.allclose(stabilising.change_of_debt(ledger), change, rtol=0.0, atol=1e-8)


def test_the_stabilising_result_by_hand():
    """Debt 80 of 100; revenue grows by 5 %, net investment 10, instalments 4: (10 - 4 - 4) / 105. With that result
    and nothing set aside debt becomes 80 + 10 - 4 - 2 = 84 = 80 % of 105."""
    lines = dict.fromkeys(stabilising.NEEDED, (0.0, 0.0))
    lines |= {"closing_net_debt": (80.0, 84.0), "operating_revenue": (100.0, 105.0), "instalments": (4.0, 4.0)}
    lines |= {"gross_investment": (20.0, 15.0), "grants": (5.0, 3.0), "vat_compensation": (3.0, 2.0)}
    made = Ledger(np.array([2020, 2021]), tuple(lines), np.array(list(lines.values()))[:, :, None])
    assert stabilising.stabilising_share(made)[0, 0] == pytest.approx(2.0 / 105.0)


def test_what_result_and_stabilising_result_leave_is_the_change_of_the_ratio(ledger):
    funds = ledger["closing_funds"] - ledger["closing_uncovered_deficit"]
    gap = ledger["net_operating_result_share"][1:] - stabilising.stabilising_share(ledger)
    aside = np.diff(funds, axis=0) / ledger["operating_revenue"][1:]
    assert np.allclose(gap, aside - np.diff(ledger["debt_ratio"], axis=0), rtol=0.0, atol=1e-12)


def test_not_stabilised_is_above_the_first_year_and_rising():
    paths = {
        "above and rising": (0.5, 0.4, 0.5, 0.55, 0.6),
        "above, but falling": (0.5, 0.9, 0.8, 0.7, 0.6),
        "rising, but below": (0.5, 0.1, 0.2, 0.3, 0.4),
        "at the first year's": (0.5, 0.1, 0.2, 0.3, 0.5),
    }
    lines = {name: np.ones((5, 4)) for name in stabilising.NEEDED} | {"debt_ratio": np.array(list(paths.values())).T}
    of = stabilising.resting(Ledger(np.arange(2020, 2025), tuple(lines), np.array(list(lines.values()))))
    assert (of.unstable, of.above) == (0.25, 0.5)
    assert of.unstable_error == pytest.approx(math.sqrt(0.25 * 0.75 / 4))


@pytest.mark.parametrize(("level", "by"), [(0.75, 2039), (0.60, 2035)])
def test_the_adjustment_closes_at_the_level(scenario, level, by):
    of = stabilising.adjustment(scenario, level=level, by=by, runs=64, seed=1, years=20)
    baseline = build(scenario, 20)
    path = run_baseline(baseline)
    revenue = (path["operating_revenue"] / path["deflator_index"])[:, 0]
    after = baseline.years >= of.since
    # on the accounts themselves: so much less in the other services' frames, a constant share of planned revenue
    less = after * of.baseline * revenue
    own = baseline.plan
    plan = own._replace(other_services=own.other_services - less, other_services_base=own.other_services_base - less)
    closed = run_baseline(baseline._replace(plan=plan))
    assert closed["debt_ratio"][by - 2020, 0] == pytest.approx(level, abs=2e-4)
    assert of.amount == pytest.approx(of.baseline * revenue[4])
    assert sum(part.share for part in of.parts) == pytest.approx(of.baseline, abs=1e-12)


def test_runs_whose_ratio_is_too_high_are_those_that_need_an_adjustment(scenario, ledger):
    of = stabilising.adjustment(scenario, runs=1024, seed=3, years=20)
    assert of.needed == pytest.approx(float((ledger["debt_ratio"][-1] > 0.75).mean()), abs=2 / 1024)
    low, middle, high = of.percentiles
    assert low < middle < high
    assert stabilising.adjustment(scenario, level=0.9, runs=64, seed=3, years=20).baseline < of.baseline


def test_without_ageing_nothing_is_the_cost_of_it(scenario):
    """People held as in the last plan year have its demand and working age per resident, and are as many."""
    own = build(scenario, 20).plan
    users, everybody = (build(scenario, 20, of).plan for of in stabilising._held(4))
    assert np.array_equal(everybody.residents, own.residents)
    assert np.allclose(everybody.working_age[3:] / everybody.residents[3:], own.working_age[3] / own.residents[3])
    assert np.array_equal(users.tax, own.tax)
    assert everybody.tax[-1] > own.tax[-1], "the share of working age falls on the scenario's own path"
    for name in ("kindergartens", "schools", "care", "tax"):
        assert np.array_equal(getattr(everybody, name)[:4], getattr(own, name)[:4])
    assert users.care[-1] < own.care[-1]
    places = build(scenario, 20, stabilising._held(4)[0]).needed_places["care"] / users.closing_residents
    assert np.allclose(places[3:], places[3])


@pytest.mark.parametrize(("by", "rule"), [(2023, "at least 2024"), (2040, "at most 2039")])
def test_a_year_that_cannot_be_adjusted_for(scenario, by, rule):
    with pytest.raises(InputError, match=rule):
        stabilising.adjustment(scenario, by=by, runs=16, seed=1, years=20)


# Years drawn again


def test_blocks_are_whole_and_circular():
    chosen = bootstrap.draws(7, 20, 500, 1, block=4)
    assert chosen.shape == (20, 500)
    steps = np.diff(chosen, axis=0) % 7
    inside = np.arange(19) % 4 != 3
    assert (steps[inside] == 1).all()
    assert not (steps[~inside] == 1).all()
    assert np.bincount(chosen.ravel(), minlength=7) / chosen.size == pytest.approx(np.full(7, 1 / 7), abs=0.02)


def test_a_year_stays_together(scenario):
    """Series that tell a year by each of its columns: what is drawn of one tells what is drawn of the others."""
    rng = np.random.default_rng(5)
    sizes = rng.normal(size=24)
    series = series_of(
        rate=0.12 + 0.001 * sizes, cpi=0.02 + 0.002 * sizes, wages=0.03 + 0.003 * sizes,
        completions=np.exp(6.0 + 0.1 * sizes),
    )  # fmt: skip
    ready = built(scenario, 20)
    pool = bootstrap.pool(series, ready.process)
    weather = bootstrap.History(pool, ready.process, 300, 1)
    kept = weather(ready.process, 1, 0, 300)
    chosen = bootstrap.draws(len(pool.years), 20, 300, 1)
    cpi = pool.surprises["cpi"][chosen]
    log = np.log(weather.fields["cpi_factor"])
    growth = np.diff(log - log[:, :1], axis=0, prepend=0.0)  # runs differ from the first by their own surprises
    drawn = growth[1:] - scenario.drivers.cpi.persistence.value * growth[:-1]
    assert np.allclose(drawn, cpi[1:] - cpi[1:, :1], atol=1e-12)
    assert np.array_equal(kept[0], weather.fields["money_market_rate"])
    again = weather(ready.process, 1, 100, 50)
    assert np.array_equal(again[0], kept[0][:, 100:150])


def test_drawn_weather_keeps_the_means_and_leaves_the_rest_alone(scenario):
    ready = built(scenario, 20)
    pool = bootstrap.pool(read_series(), ready.process)
    assert (pool.years[0], pool.years[-1], len(pool.years)) == (2006, 2017, 12)
    weather = bootstrap.History(pool, ready.process, 2000, 1)
    assert weather.fields["money_market_rate"].mean(axis=1) == pytest.approx(
        ready.baseline.plan.planned_rate, abs=1e-6
    )
    assert weather.fields["money_market_rate"].min() >= 0.0
    for name in ("cpi_factor", "deflator_factor", "completion_factor"):
        assert weather.fields[name].mean(axis=1) == pytest.approx(np.ones(20))
    lines = ("equity_factor",)
    assert not set(lines) & weather.fields.keys()
    mine = simulate_built(ready, runs=128, seed=1, lines=("tax_revenue", "working_age", "deflator_index"))
    theirs = simulate_built(
        ready, runs=128, seed=1, lines=("tax_revenue", "working_age", "deflator_index"), weather=weather
    )

    def real_tax(ledger):
        return ledger["tax_revenue"] / ledger["deflator_index"] / ledger["working_age"]

    assert np.allclose(real_tax(mine), real_tax(theirs)), "tax has no history here: its draws are the same"


def test_too_few_shared_years_draw_nothing(scenario, ledger):
    series = series_of(rate=np.linspace(0.02, 0.03, 8) + 0.001 * (np.arange(8) % 2))
    assert bootstrap.pool(series, built(scenario, 20).process) is None
    assert bootstrap.drawn(built(scenario, 20), ledger, series, seed=1) is None


# History as a table


def test_the_shipped_histories(scenario):
    assert {row.figure: row.known() for row in scenario.history}["net_operating_result_share"] == {
        **{2014: 0.025, 2015: 0.047, 2016: 0.086},
        **{2017: 0.094, 2018: 0.053},
    }
    assert read("eksempelvik-2025").scenario.history == ()
    readme = (shipped_folder() / "norway" / "README.md").read_text(encoding="utf-8")
    assert "history.csv" in readme


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.025", "2.5"),
        ("0.025", "much"),
        ('share,source,"HP 11.3 linje 7029', 'per cent,source,"HP 11.3 linje 7029'),
        ("debt_ratio,actual", "debt,actual"),
        ("debt_ratio,actual", "net_operating_result_share,actual"),
        ("2014,2015", "2014,2014"),
    ],
)
def test_faults_of_a_history(tmp_path, old, new):
    folder = shutil.copytree(find("baerum-2020").folder, tmp_path / "kommune")
    path = folder / "history.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    for reader in (lambda: read(str(folder)), lambda: read_history(folder)):
        with pytest.raises(InputError) as raised:
            reader()
        assert all(fault.file.startswith("kommune/history.csv") for fault in raised.value.faults)


def test_a_history_may_be_missing_or_have_holes(tmp_path):
    folder = shutil.copytree(find("baerum-2020").folder, tmp_path / "kommune")
    path = folder / "history.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.047", ""), encoding="utf-8")
    assert 2015 not in read(str(folder)).scenario.history[0].known()
    path.unlink()
    assert read(str(folder)).scenario.history == ()


# Told


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_text_and_records_say_the_same(found, lang):
    text = realism_text(found, lang)
    assert max(map(len, text.splitlines())) <= 130
    records = realism_records(found)
    json.dumps(records, allow_nan=False)
    assert len(records["spreads"]) == len(found.rows)
    assert all(sentence.strip() and "{" not in sentence for sentence in reading(found, lang))
    assert "{" not in text


def test_the_command(ldip, here):
    said = ldip("backtest", "--runs", 200, "--json", "--no-pictures", "--level", 60, "--by", 2035, "--out", "out")
    told = json.loads(said.out[said.out.index("{") :])["realism"]
    assert (told["adjustment"]["level"], told["adjustment"]["by"]) == (0.6, 2035)
    assert len(rows_of(here / "out" / "realism.csv")) == len(told["spreads"])
    assert {row["fan"] for row in rows_of(here / "out" / "stabilising.csv")} == {"pressure", "steered"}
    assert "2024" in ldip("backtest", "--runs", 200, "--by", 2022, "--lang", "en").err


# Years replayed


def test_replays_stand_alone_and_move_what_moved(scenario):
    base = run_baseline(build(scenario, 20))
    for name, years in (("replay-2008", (2024, 2025)), ("replay-2022", (2024, 2025))):
        other = run_baseline(build(read("baerum-2020", [name]).scenario, 20))
        assert np.array_equal(other["tax_revenue"][:4], base["tax_revenue"][:4]), "the plan years are as planned"
        assert all(
            other["money_market_rate"][year - 2020, 0] != base["money_market_rate"][year - 2020, 0] for year in years
        )
        assert other["money_market_rate"][-1, 0] == base["money_market_rate"][-1, 0]
