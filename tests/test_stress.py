"""Stress tests against first-order effects worked out by hand, and the command as a planner meets it."""

import json

import numpy as np
import pytest
from conftest import rows_of

from ldip.analysis.stress import stress
from ldip.model.engine.simulate import run_baseline, simulate
from ldip.model.plan.baseline import build
from ldip.scenario.files.reader import DEFAULT, find, read, stress_tests

YEARS = np.arange(2020, 2040)
T = {int(year): t for t, year in enumerate(YEARS)}


def baseline(*changes: str):
    return run_baseline(build(read(DEFAULT, changes).scenario, 20))


@pytest.fixture(scope="module")
def base():
    return baseline()


def real(ledger, line: str, year: int) -> float:
    """A line in 2020-kr by the municipal deflator."""
    return float(ledger[line][T[year], 0] / ledger["deflator_index"][T[year], 0])


def moved(base, other, line: str, year: int) -> float:
    return real(other, line, year) - real(base, line, year)


def test_the_shipped_tests():
    kinds = stress_tests(find(DEFAULT).folder)
    assert [name for name, kind in kinds.items() if kind == "path"] == [
        *("avtjerna-2030", "housing-failure", "income-system-2024", "interest-plus-2", "investment-pace"),
        "revenue-shortfall",
    ]
    assert {"income-system-jump", "housing-regime"} <= {name for name, kind in kinds.items() if kind == "chance"}


def test_revenue_shortfall(base):
    """A quarter of a point a year after the plan, 4 % in 2039: of a revenue of some 14 000 (2020-kr) that is 560."""
    other = baseline("revenue-shortfall")
    for year, share in ((2023, 0.0), (2024, 0.0025), (2031, 0.02), (2039, 0.04)):
        full = real(base, "operating_revenue", year)
        assert real(other, "income_system_loss", year) == pytest.approx(share * full, rel=1e-3, abs=1e-9)
        assert moved(base, other, "operating_revenue", year) == pytest.approx(-share * full, rel=1e-3, abs=1e-9)
    # the first year's result falls by just that; later ones also by the interest on what was lost before
    assert moved(base, other, "net_operating_result", 2024) == pytest.approx(
        moved(base, other, "operating_revenue", 2024), abs=0.5
    )
    assert moved(base, other, "net_operating_result", 2039) < moved(base, other, "operating_revenue", 2039)


def test_income_system_2024(base):
    """485 mill. a year, 4.2 % of planned revenue, 111 of it by the higher equalisation."""
    other = baseline("income-system-2024")
    assert moved(base, other, "free_revenue", 2023) == pytest.approx(0.0, abs=1e-9)
    assert moved(base, other, "free_revenue", 2024) == pytest.approx(-485.0, abs=1.0)
    assert moved(base, other, "equalisation", 2024) == pytest.approx(
        -0.04 * 0.375 * real(base, "tax_revenue", 2024), abs=1
    )
    assert moved(base, other, "restructuring_need", 2039) > 485.0, "and the interest on fifteen years of it"


def test_one_point_of_interest_costs_107_million_a_year(base, tmp_path):
    """At full pass-through, before hedges, on the net debt of 2023: 10 673 x 1 % in 2020-kr."""
    net_debt = real(base, "closing_net_debt", 2023) * base["deflator_index"][3, 0] / base["cpi_index"][3, 0]
    assert 0.01 * net_debt == pytest.approx(107.0, abs=3.0)
    two = baseline("interest-plus-2")
    # 2028: the whole fixed book has had seven years of a fifth; 1 - 0.8^7 = 79 % of it has the new rate
    through = 0.5 + 0.5 * (1.0 - 0.8**8)
    debt = 0.5 * (two["closing_debt"][T[2027], 0] + two["closing_debt"][T[2028], 0])
    more_debt = debt - 0.5 * (base["closing_debt"][T[2027], 0] + base["closing_debt"][T[2028], 0])
    by_hand = 0.02 * through * debt + base["loan_rate"][T[2028], 0] * more_debt
    found = two["interest"][T[2028], 0] - base["interest"][T[2028], 0]
    assert found == pytest.approx(by_hand, rel=0.02)


def test_investment_pace(base):
    """The last ten years' investment becomes the average of the first ten."""
    other = baseline("investment-pace")

    def average(ledger, line, first):
        return np.mean([real(ledger, line, year) for year in range(first, first + 10)])

    for line in ("general_investment", "housing_investment", "gross_investment"):
        wanted = average(base, line, 2020)
        assert average(other, line, 2030) == pytest.approx(wanted, rel=0.005), line
        assert average(other, line, 2020) == pytest.approx(wanted, rel=1e-9)
    assert moved(base, other, "closing_net_debt", 2039) > 0.0


def test_housing_failure(base):
    """Sixteen years of 407.5 dwellings fewer, 2.2 persons each: some 14 000 people fewer, a little less than that
    since they would have had children and moved on."""
    other = baseline("housing-failure")
    fewer = float(base["closing_residents"][-1, 0] - other["closing_residents"][-1, 0])
    assert fewer == pytest.approx(16 * 407.5 * 2.2, rel=0.15)
    assert moved(base, other, "tax_revenue", 2039) < 0.0
    assert moved(base, other, "care_cost", 2039) < 0.0
    assert moved(base, other, "debt_ratio", 2039) > 0.0


def test_avtjerna_costs_before_it_pays(base):
    other = baseline("avtjerna-2030")
    assert moved(base, other, "completions", 2029) == 0.0
    assert float(other["completions"][T[2030], 0] - base["completions"][T[2030], 0]) == pytest.approx(200.0)
    assert moved(base, other, "capacity_investment", 2029) > 0.0, "places stand before the users come"
    assert moved(base, other, "tax_revenue", 2039) > 0.0


def test_chance_does_not_move_the_baseline(base):
    for name in ("income-system-jump", "housing-regime"):
        np.testing.assert_array_equal(baseline(name).values, base.values)


def test_random_jumps_cost_what_theory_says(scenario):
    """Frequency 6 %, 3.5 % on average: 0.21 % of revenue more is lost every year."""
    jumpy = read(DEFAULT, ["income-system-jump"]).scenario
    lines = ["income_system_loss", "operating_revenue"]
    ledger = simulate(jumpy, runs=4000, seed=9, years=20, lines=lines)
    share = ledger["income_system_loss"] / (ledger["operating_revenue"] + ledger["income_system_loss"])
    error = share.std(axis=1) / np.sqrt(4000)
    assert (np.abs(share.mean(axis=1) - 0.06 * 0.035 * np.arange(1, 21)) < 4.5 * error).all()


@pytest.fixture(scope="module")
def result():
    tests = ("income-system-2024", "interest-plus-2", "housing-regime")
    scenarios = [read(DEFAULT, changes).scenario for changes in ((), *[(test,) for test in tests])]
    return stress(scenarios, runs=800, seed=2, years=20)


def test_distribution_and_baseline_move_together(result, base):
    name = "baerum-2020+income-system-2024"
    apart = result.comparison.pairs[name].metrics["net_operating_result_share"].difference
    on_baseline = result.moved(name, "net_operating_result_share")
    # The first year nothing but the loss itself counts, and it is the same share in every run.
    assert float(apart.mean[4]) == pytest.approx(float(on_baseline[4]), abs=0.002)
    assert (on_baseline[:4] == 0.0).all()
    ratio = result.moved("baerum-2020+interest-plus-2", "debt_ratio_with_deficits")
    assert ratio[-1] > 0.0
    assert (result.moved("baerum-2020+housing-regime", "debt_ratio") == 0.0).all()


def test_the_command(ldip, here):
    said = ldip(
        "stress",
        "--runs",
        300,
        "--out",
        "s",
        "--lang",
        "en",
        "--test",
        "interest-plus-2",
        "--test",
        "revenue-shortfall",
    )
    assert said.code == 0
    assert "All at once" in said.out
    assert (here / "s" / "stress.png").stat().st_size > 10_000
    rows = rows_of(here / "s" / "stress.csv")
    assert {row["test"] for row in rows} == {
        *("baerum-2020+interest-plus-2", "baerum-2020+revenue-shortfall"),
        "baerum-2020+interest-plus-2+revenue-shortfall",
    }
    again = ldip("stress", "--runs", 300, "--out", "t", "--json", "--no-pictures", "--test", "interest-plus-2")
    records = json.loads(again.out)["stress"]
    for record in records:
        row = next(
            r
            for r in rows
            if (r["test"], r["metric"], r["year"]) == (record["test"], record["metric"], str(record["year"]))
        )
        assert float(row["mean_moved"]) == pytest.approx(record["mean_moved"], rel=1e-9, abs=1e-12)


def test_unknown_tests_are_all_named(ldip):
    said = ldip("stress", "--test", "nothing", "--test", "else", "--lang", "en")
    assert said.code == 1
    assert "nothing" in said.err
    assert "else" in said.err
    assert "interest-plus-2" in said.err
