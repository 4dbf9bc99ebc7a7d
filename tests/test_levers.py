"""Changing one assumption moves the right lines by amounts worked out by hand.

Hand figures use the published plan: nominal debt at the end of 2023 of 10 967 (ordinary), prices 1.029 a year.
"""

import numpy as np
import pytest

from ldip.model.engine.simulate import run_baseline, simulate
from ldip.model.plan.baseline import build
from ldip.scenario.drivers import Drivers
from ldip.scenario.files.reader import read
from ldip.scenario.quantities import Parameter
from ldip.scenario.schema import Scenario


def path(scenario: Scenario):
    return run_baseline(build(scenario, 10))


@pytest.fixture(scope="module")
def scenario(scenario):
    """Bærum without named projects: what is worked out here by hand is the rule's own."""
    return scenario.model_copy(update={"projects": (), "adopted_projects": ()})


@pytest.fixture(scope="module")
def before(scenario):
    return path(scenario)


def with_parameter(scenario: Scenario, section: str, key: str, **values: object) -> Scenario:
    part = getattr(scenario, section)
    old: Parameter = getattr(part, key)
    new = old.model_copy(update={"value": None, "dated": None} | values)
    return scenario.model_copy(update={section: part.model_copy(update={key: new})})


def moved(before, after, line: str, year: int) -> float:
    t = year - 2020
    return float(after[line][t, 0] - before[line][t, 0])


def test_equalisation_rate(scenario, before):
    """From 60 to 64 % in 2024: 4 % of what Bærum has above the average, which is (1 - 1/1.6) of its tax."""
    after = path(with_parameter(scenario, "revenue", "equalisation_rate", dated={"2020": 0.60, "2024": 0.64}))
    tax = 7380.0 * 1.029**4  # 2020-kr to nominal
    assert moved(before, after, "general_grant", 2024) == pytest.approx(-0.04 * 0.375 * tax, rel=3e-3)
    assert moved(before, after, "free_revenue", 2024) == pytest.approx(-124.1, abs=0.4)
    assert moved(before, after, "gross_operating_result", 2024) == pytest.approx(-124.1, abs=0.4)
    for line in ("tax_revenue", "block_grant", "interest", "general_investment"):
        assert moved(before, after, line, 2024) == 0.0
    assert moved(before, after, "free_revenue", 2023) == 0.0
    assert moved(before, after, "restructuring_need", 2029) >= 0.0


def test_instalment_share(scenario, before):
    """From 5 to 6 % in 2024: 1 % of ordinary debt of 10 967."""
    after = path(with_parameter(scenario, "financing", "instalment_share", dated=dated_from(scenario, 2024, 0.06)))
    assert moved(before, after, "instalments", 2024) == pytest.approx(109.7, abs=0.2)
    # 2024 strikes a part of its transfer already: what the result lacks more (below) is struck, and borrowed, too
    assert moved(before, after, "closing_debt", 2024) == pytest.approx(-109.7 + (109.7 - 1.8), abs=0.2)
    # half a year less interest on it, at 3.29 %: 1.8
    assert moved(before, after, "interest", 2024) == pytest.approx(-0.0329 * 109.7 / 2, abs=0.02)
    assert moved(before, after, "net_operating_result", 2024) == pytest.approx(-109.7 + 1.8, abs=0.2)
    assert moved(before, after, "minimum_instalments", 2024) == 0.0


def dated_from(scenario: Scenario, year: int, value: float) -> dict[str, float]:
    """The plan's own instalment shares, and `value` from a year on."""
    shares = scenario.financing.instalment_share.at(np.arange(2020, 2024))
    return {str(2020 + i): float(share) for i, share in enumerate(shares)} | {str(year): value}


def test_minimum_instalments_bind(scenario, before):
    """At 2 % the law takes over: 560 a year / 14 000 of book value = 4 % of 8 162.4 in 2020."""
    after = path(with_parameter(scenario, "financing", "instalment_share", value=0.02))
    assert after["instalments"][0, 0] == pytest.approx(0.04 * 8162.5, abs=0.05)
    np.testing.assert_allclose(after["instalments"], after["minimum_instalments"])
    assert (before["instalments"] > before["minimum_instalments"]).all()
    # 2021: 560 - 560/30 + (2 977.1 - 473.8)/30 of depreciation; 14 000 + 2 977.1 - 473.8 - 37.5 - 560 of book value
    depreciation, book = 560 * 29 / 30 + 2503.3 / 30, 14_000 + 2503.3 - 37.5 - 560
    debt = after["closing_general_debt"][0, 0] + after["closing_self_financing_debt"][0, 0]
    assert after["minimum_instalments"][1, 0] == pytest.approx(depreciation / book * debt, rel=1e-6)


def test_fewer_children(scenario):
    """Fertility of 1.40 instead of 1.78 moves the result share of 2039 by at most 1.5 points. Grants take back what
    the services of the children would have cost; what is left is mostly the schools that need not be built, which the
    equalisation of needs does not know, and what debt on them costs."""
    fewer = with_parameter(scenario, "residents", "fertility_level", value=1.40 / 1.78)
    one, other = (run_baseline(build(case, 20)) for case in (scenario, fewer))
    real = one["deflator_index"][:, 0]

    def change(line):
        return (other[line] - one[line])[:, 0] / real

    share = (other["net_operating_result_share"] - one["net_operating_result_share"])[19, 0]
    assert 0.0 < share < 0.015
    services = change("net_sector_expenditure") - change("premises_cost")
    assert services[19] < -400.0
    assert change("general_grant")[19] == pytest.approx(services[19], rel=0.06)
    assert change("capacity_investment").sum() < -800.0
    assert change("net_financial_cost")[19] < -50.0


def test_a_shrinking_municipality_does_not_get_rich(scenario):
    """No dwellings after 2023: costs fall by less than the people, and the grants by as much."""
    still = with_parameter(scenario, "housing", "pace", dated={"2020": 1.0, "2024": 0.0})
    one, other = (run_baseline(build(case, 20)) for case in (scenario, still))
    assert other["closing_residents"][19, 0] < 0.9 * one["closing_residents"][19, 0]
    assert other["net_operating_result_share"][19, 0] < one["net_operating_result_share"][19, 0] + 0.02
    loose = with_parameter(still, "services", "sticky_share", value=0.0)
    eased = run_baseline(build(loose, 20))
    assert eased["net_sector_expenditure"][19, 0] <= other["net_sector_expenditure"][19, 0]


def test_budgeted_buffer_use_comes_before_striking(scenario, before):
    """2024 strikes 40 mill. of its transfer, unless the council has budgeted the buffer fund for it."""
    struck = before["struck_transfer"][4, 0]
    assert struck > 10.0
    after = path(with_parameter(scenario, "rules", "budgeted_buffer_use", value=1000.0))
    assert after["struck_transfer"][4, 0] == 0.0
    assert moved(before, after, "buffer_use", 2024) == pytest.approx(struck)
    assert moved(before, after, "general_borrowing", 2024) == pytest.approx(-struck)
    assert moved(before, after, "closing_buffer_fund", 2024) == pytest.approx(-struck)


def test_equity_target(scenario, before):
    """From 50 to 60 % in 2024: a tenth of the year's investment, 1 380 + 184.2 + 122.25 in 2020-kr."""
    after = path(with_parameter(scenario, "financing", "equity_target", dated={"2020": 0.50, "2024": 0.60}))
    more = 0.1 * (1380 + 184.2 + 122.25) * 1.029**4
    # The result does not carry it: what is planned more is struck again, but for half a year's interest on it.
    assert moved(before, after, "planned_transfer", 2024) == pytest.approx(more, rel=1e-4)
    assert moved(before, after, "planned_borrowing", 2024) == pytest.approx(-more, rel=1e-4)
    assert moved(before, after, "struck_transfer", 2024) == pytest.approx(more, abs=4)
    assert moved(before, after, "general_borrowing", 2024) == pytest.approx(0.0, abs=4)
    assert moved(before, after, "buffer_use", 2024) == 0.0
    assert moved(before, after, "transfer_to_investment", 2023) == 0.0


def test_fixed_rate_share(scenario, before):
    """70 instead of 50 % fixed. In 2020 the five-year rate is the mean of 2.0, 2.5, 2.9, 3.0, 3.0 = 2.68 %, the fixed
    book moves a fifth from 2.45 to it: 2.496 %, 0.496 points above the floating rate."""
    after = path(with_parameter(scenario, "interest", "floating_share", value=0.30))
    assert moved(before, after, "loan_rate", 2020) == pytest.approx(0.2 * 0.00496, abs=1e-8)
    average_debt = (9317.1 + 10_436.8) / 2
    assert moved(before, after, "interest", 2020) == pytest.approx(0.2 * 0.00496 * average_debt, abs=0.05)
    # less floating debt: a point costs less at once, and the same in the end
    assert moved(before, after, "rate_exposure_first_year", 2020) < 0.0
    assert abs(moved(before, after, "rate_exposure_full", 2020)) < 0.5


def test_rate_path(scenario, before):
    """Two points more from 2021. The five-year rate of 2020 already holds four years of it (1.6 points), so the fixed
    book is 0.32 points dearer in 2020 and 0.8 x 0.32 + 0.2 x 2 = 0.656 in 2021; half the book floats."""
    after = path(read("baerum-2020", ["interest-plus-2"]).scenario)
    assert moved(before, after, "loan_rate", 2021) == pytest.approx(0.5 * 0.02 + 0.5 * 0.00656, abs=1e-9)
    assert moved(before, after, "interest", 2021) == pytest.approx(0.01328 * 10_748, abs=1.5)
    # on-lent money 1 172 on average, liquidity 1 193, other balances 575: 2 % of it comes back
    assert moved(before, after, "interest_income", 2021) == pytest.approx(0.02 * (1172 + 1193 + 575), abs=1.0)
    # the state compensates on 80, the fees repay 60 % of 3 167
    assert moved(before, after, "interest_compensation", 2021) == pytest.approx(1.6)
    assert moved(before, after, "sector_revenue", 2021) == pytest.approx(0.02 * 0.6 * 3166.7, abs=0.1)
    # the fund's bonds, 60 % of 2 482, lose their duration of three years times 1.6 points in 2020; all of it is price
    assert moved(before, after, "endowment_return", 2020) == pytest.approx(-3 * 0.016 * 0.6 * 2482, abs=1e-6)
    assert moved(before, after, "endowment_gain", 2020) == pytest.approx(-3 * 0.016 * 0.6 * 2482, abs=1e-6)


def test_undelivered_measures(scenario, before):
    """A quarter of 174.4 mill. of measures fails in 2023; in 2020-kr, 43.6."""
    after = path(with_parameter(scenario, "services", "measures_delivery", value=0.75))
    assert moved(before, after, "net_sector_expenditure", 2023) == pytest.approx(43.6 * 1.029**3, rel=1e-3)
    assert moved(before, after, "adopted_measures", 2023) == 0.0


def test_overruns_and_delays(scenario, before):
    """5 % dearer and a fifth later: of 1.05 x I in 2024 80 % are paid, in 2025 80 % of 1.05 x I + what came over."""
    risk = with_parameter(scenario, "investment", "cost_overrun", value=0.05)
    after = path(with_parameter(risk, "investment", "slippage", value=0.20))
    real = [before["general_investment"][t, 0] / 1.029**t for t in (4, 5)]
    carried = 0.2 * 1.05 * real[0]
    assert after["general_investment"][4, 0] / 1.029**4 == pytest.approx(0.8 * 1.05 * real[0], rel=1e-9)
    assert after["general_investment"][5, 0] / 1.029**5 == pytest.approx(0.8 * (1.05 * real[1] + carried), rel=1e-9)
    assert moved(before, after, "general_investment", 2023) == 0.0


def test_base_capital_stops_the_withdrawal(scenario, before):
    after = path(with_parameter(scenario, "endowment", "base_capital", value=9000.0))
    assert (after["endowment_withdrawal"] == 0.0).all()
    # what was 41.7 a year for investment stays in the fund
    assert moved(before, after, "closing_endowment_fund", 2020) == pytest.approx(0.0168 * 2482, abs=0.01)
    assert (after["closing_endowment_buffer"] < 0.0).all()


# Pension (HP 4.4.4)


def test_pension_of_2020(before):
    assert before["pension_premium"][0, 0] == pytest.approx(791.0)
    assert before["premium_amortisation"][0, 0] == pytest.approx(248.0, abs=0.1)
    assert before["pension_cost"][0, 0] == pytest.approx(791 - 271 + 248, abs=0.1)


def test_amortisation_passes_the_deviation_in_2021(before):
    deviation, amortisation = before["premium_deviation"][:4, 0], before["premium_amortisation"][:4, 0]
    assert list(amortisation > deviation) == [False, True, True, True]


def test_accumulated_premium_deviation(scenario, before):
    """1.1 bn at the end of 2018 (rounded), 260 more and 218 amortised in 2019; about 1.0 bn at the end of 2023."""
    assert build(scenario, 4).opening.premium_deviation == pytest.approx(1100 + 260 - 218, abs=50)
    accumulated = before["closing_premium_deviation"][:4, 0]
    assert list(np.diff(accumulated) < 0.0) == [True, True, True]
    assert accumulated[3] == pytest.approx(1000.0, abs=50)


def test_each_vintage_is_amortised_over_its_years(scenario):
    """260 in 2019 over seven years: 37.1 a year from 2020 to 2026, nothing after; 2010 over fifteen: to 2025."""
    without = {
        year: scenario.model_copy(update={"vintages": tuple(v for v in scenario.vintages if v.vintage != year)})
        for year in (2010, 2012, 2019)
    }
    for year, last, share in ((2019, 2026, 260 / 7), (2010, 2025, 42 / 15), (2012, 2022, 69 / 10)):
        gap = build(scenario, 12).plan.premium_amortisation - build(without[year], 12).plan.premium_amortisation
        np.testing.assert_allclose(gap, np.where(np.arange(2020, 2032) <= last, share, 0.0), atol=1e-9)


def test_all_that_was_deferred_is_charged(scenario):
    """Without new deviations the balance runs down to nothing."""
    none = tuple(
        row.model_copy(update={"values": (0.0,) * 4}) if row.line == "premium_deviation" else row
        for row in scenario.plan
    )
    still = with_parameter(scenario.model_copy(update={"plan": none}), "pension", "deviation_share", value=0.0)
    accumulated = path(still)["closing_premium_deviation"][:, 0]
    assert accumulated[6] == pytest.approx(0.0, abs=1e-9)  # 2026: the vintage of 2019 is charged in full


# A shock to tax (M4)


def only(scenario: Scenario, driver: str) -> Scenario:
    """The scenario with one driver on."""
    others = [name for name in Drivers.names() if name != driver]
    return scenario.model_copy(update={"drivers": scenario.drivers.without(others)})


def slopes(scenario: Scenario) -> list[float]:
    """Free revenue on tax over runs, year by year."""
    ledger = simulate(scenario, runs=2000, seed=4, years=20, lines=["tax_revenue", "free_revenue"])
    pairs = zip(ledger["tax_revenue"], ledger["free_revenue"], strict=True)
    return [float(np.polyfit(tax, free, 1)[0]) for tax, free in pairs]


def test_an_own_tax_shock_reaches_free_revenue_by_forty_per_cent(scenario):
    np.testing.assert_allclose(slopes(only(scenario, "own_tax")), 0.40, atol=0.02)


def national(scenario: Scenario, **values: float) -> Scenario:
    """The scenario with the national surprise alone, and some of its numbers."""
    driver = scenario.drivers.national_tax
    moved = {key: getattr(driver, key).model_copy(update={"value": value}) for key, value in values.items()}
    drivers = scenario.drivers.model_copy(update={"national_tax": driver.model_copy(update=moved)})
    return only(scenario.model_copy(update={"drivers": drivers}), "national_tax")


def test_a_national_surprise_that_is_kept_reaches_it_by_seventy_seven_per_cent(scenario):
    """Nothing taken back, and carried on as long as it lasts itself. Bærum's
    1.6 times the average gets 1.6 times the kroner, and pays 60 % of the 0.6 more into the equalisation;
    the deduction is 0.95 % of the national tax: 1 - 0.6 x 0.6 / 1.6 - 0.0095 / 1.6. The same kroner per resident
    everywhere would reach it by 99 % (test_steps)."""
    kept = national(scenario, taken_back=0.0, carried_on=scenario.drivers.national_tax.persistence.value)
    np.testing.assert_allclose(slopes(kept), 1 - 0.225 - 0.0059, atol=0.01)


def test_a_national_surprise_is_mostly_taken_back(scenario):
    """Per head at the national average, 1 / 1.6 of Bærum's tax: all of it, or 40 % in the first year. Later what is
    kept, 0.6 of each shock and 0.25 of that in the next year, goes with
    the surprise, 0.3 of it, by 0.6 x 0.91 / 0.925."""
    everything = slopes(national(scenario, taken_back=1.0))
    np.testing.assert_allclose(everything, 1 - 0.225 - 0.0059 - 1 / 1.6, atol=0.006)
    shipped = slopes(national(scenario))
    assert shipped[0] == pytest.approx(1 - 0.225 - 0.0059 - 0.4 / 1.6, abs=0.005)
    assert np.mean(shipped[5:]) == pytest.approx(1 - 0.225 - 0.0059 - (1 - 0.6 * 0.91 / 0.925) / 1.6, abs=0.006)


def test_what_the_state_decides_reaches_all_of_free_revenue(scenario):
    """Tax, equalisation and block grant rise by the same per cent; needs are met in kroner."""
    ledger = simulate(
        only(scenario, "free_revenue"),
        runs=500,
        seed=4,
        years=20,
        lines=["tax_revenue", "free_revenue", "needs_grant"],
    )
    tax, free = ledger["tax_revenue"], ledger["free_revenue"] - ledger["needs_grant"]
    level = tax / tax.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(free / level, np.broadcast_to((free / level)[:, :1], free.shape), rtol=1e-9)


def test_the_old_walk_of_tax_is_two_settings_away(scenario):
    """Nothing taken back and all carried on: free revenue keeps every surprise for good, as a random walk."""
    ledger = simulate(
        national(scenario, taken_back=0.0, carried_on=1.0, degrees_of_freedom=0.0),
        runs=4000,
        seed=4,
        years=20,
        lines=["free_revenue", "surprise_taken_back"],
    )
    log = np.log(ledger["free_revenue"])
    growth = np.diff(log, axis=0)
    assert abs(np.corrcoef(growth[5], growth[9])[0, 1]) < 0.05
    assert log[19].var() / log[9].var() == pytest.approx(19.49 / 9.49, rel=0.1)  # the first year's shock counts half
    assert ledger["surprise_taken_back"][19].std() > ledger["surprise_taken_back"][1].std(), "the grant tops tax up"
