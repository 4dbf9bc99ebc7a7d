"""Named projects: worked out by hand, their places, their chance, and what they leave alone."""

import csv
import shutil

import numpy as np
import pytest

from ldip.errors import InputError
from ldip.model import drivers
from ldip.model.accounts.inputs import Projects
from ldip.model.engine.simulate import run_baseline, simulate
from ldip.model.identities import residuals
from ldip.model.plan.baseline import build
from ldip.model.plan.places import places
from ldip.model.projects.chance import as_planned, projects_of, spreads
from ldip.scenario.files.overlay import lay_over, lay_values
from ldip.scenario.files.reader import read, shipped_folder
from ldip.scenario.projects import COLUMNS
from ldip.text import Text

ONE = {
    "id": "hall",
    "name_nb": "Hall",
    "name_en": "Hall",
    "kind": "general",
    "purpose": "service",
    "phase": "approved",
    "start": 2030,
    "basis": "assumption",
    "source": "invented",
}
"""A row with what it must have."""

PLAIN = {
    "prices.cpi_growth": 0.0,
    "prices.deflator_growth": 0.0,
    "interest.money_market_rate": 0.03,
    "interest.reference_rate": 0.03,
    "interest.floating_share": 1.0,
    "interest.loan_margin": 0.0,
    "financing.equity_target": 0.0,
    "financing.instalment_share": 0.10,
    "investment.capacity_renewal_share": 0.0,
    "rules.buffer_target_share": 1.0,
}
"""A world without inflation, in which loans cost 3 %, a tenth is repaid each year, and surpluses are kept."""


def municipality(folder, *rows, name="eksempelvik-2025"):
    """A copy of a shipped scenario with these projects, and no others."""
    target = folder / name
    if not target.exists():
        shutil.copytree(shipped_folder() / name, target)
    path = target / "projects.csv"
    path.unlink(missing_ok=True)
    if rows:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows({**ONE, **row} for row in rows)
    return read(str(target))


def changed(source, **projects):
    return lay_over(source, {"projects": projects}, "change.toml", Text("x", "x"))


def path_of(source, years=20):
    return run_baseline(build(source.scenario, years))


@pytest.fixture
def plain(tmp_path):
    def made(*rows):
        return lay_values(municipality(tmp_path, *rows), PLAIN, "plain.toml")

    return made


HALL = {"p50": 400, "profile": "0.5 0.5", "running_cost": 12, "grant_share": 0.3, "grant_lag": 1, "vat_share": 0.2}


def test_a_project_by_hand(plain):
    """400 mill. over 2030 and 2031, 30 % grant a year late, a fifth VAT, running costs of 12 mill. from 2032."""
    without, with_it = path_of(plain()), path_of(plain(HALL))
    spent = {2030: 200.0, 2031: 200.0}
    grants = {2031: 60.0, 2032: 60.0}
    vat = {2030: 40.0, 2031: 40.0}
    debt = liquidity = 0.0
    for t, year in enumerate(range(2025, 2045)):
        borrowed = spent.get(year, 0.0) - grants.get(year, 0.0) - vat.get(year, 0.0)
        instalments = 0.10 * debt
        interest = 0.03 * (debt + debt + borrowed - instalments) / 2.0
        running = 12.0 if year >= 2032 else 0.0
        result = -running - instalments - interest + 0.03 * liquidity
        liquidity += result
        debt += borrowed - instalments
        expected = {
            "project_investment": spent.get(year, 0.0),
            "gross_investment": spent.get(year, 0.0),
            "grants": grants.get(year, 0.0),
            "vat_compensation": vat.get(year, 0.0),
            "general_borrowing": borrowed,
            "general_instalments": instalments,
            "interest": interest,
            "project_running_cost": running,
            "net_operating_result": result,
            "closing_debt": debt,
            "debt_ratio": debt / with_it["operating_revenue"][t, 0],
        }
        for line, difference in expected.items():
            found = with_it[line][t, 0] - without[line][t, 0]
            assert found == pytest.approx(difference, abs=1e-9), (year, line)
    assert debt > 40.0


def test_a_project_is_depreciated_over_its_own_life(plain):
    without, with_it = path_of(plain()), path_of(plain(HALL | {"useful_life": 10}))
    more = (with_it["depreciation"] - without["depreciation"])[:, 0]
    # 320 mill. without VAT, in tenths: from the year after each half is spent, for ten years
    expected = [0.0] * 6 + [16.0] + [32.0] * 9 + [16.0] + [0.0] * 3
    assert more == pytest.approx(expected, abs=1e-9)
    assert (with_it["closing_fixed_assets"] - without["closing_fixed_assets"])[-1, 0] == pytest.approx(0.0, abs=1e-8)


def test_moved_two_years_it_comes_two_years_later(plain):
    source = plain(HALL)
    without = path_of(plain())
    for line in ("project_investment", "grants", "vat_compensation", "project_running_cost", "project_depreciation"):
        source = plain(HALL)
        here = (path_of(source)[line] - without[line])[:, 0]
        later = (path_of(changed(source, hall={"start": 2032}))[line] - without[line])[:, 0]
        assert later[2:] == pytest.approx(here[:-2], abs=1e-9), line
        assert not later[:2].any()


def test_dropped_it_vanishes_but_for_what_is_contracted(plain):
    without = path_of(plain())
    dropped = path_of(changed(plain(HALL), hall={"dropped": True}))
    assert np.array_equal(without.values, dropped.values)
    bound = path_of(changed(plain(HALL | {"committed": 0.25}), hall={"dropped": True}))
    assert bound["project_investment"][5:7, 0] == pytest.approx([50.0, 50.0])
    assert not bound["project_running_cost"].any()
    assert (bound["grants"] - without["grants"])[:, 0] == pytest.approx(np.zeros(20), abs=1e-9)


def test_scaled_all_of_it_is_smaller(plain):
    source = plain(HALL | {"savings": 2, "service": "schools", "places": 100, "places_closed": 40})
    half = changed(source, hall={"scale": 0.5})
    assert path_of(half)["project_investment"] == pytest.approx(0.5 * path_of(source)["project_investment"])
    assert path_of(half)["project_running_cost"] == pytest.approx(0.5 * path_of(source)["project_running_cost"])
    assert half.scenario.projects[0].net_places == 10.0  # what closes, closes


NURSING = {
    "id": "home",
    "purpose": "statutory",
    "phase": "building",
    "p50": 190.0,
    "profile": "70 106.589147 13.410853",
    "start": 2025,
    "in_plan": "yes",
}
"""In nominal kroner 70, 110 and 14.24 mill. by the deflator of 3.2 and 2.9 %: within the plan's lines."""


def test_what_the_plan_holds_changes_nothing_until_it_is_moved(tmp_path):
    without = path_of(municipality(tmp_path))
    source = municipality(tmp_path, NURSING)
    with_it = path_of(source)
    for line in ("general_investment", "grants", "vat_compensation", "project_running_cost", "closing_debt"):
        assert with_it[line] == pytest.approx(without[line], abs=1e-9), line
    assert with_it["project_investment"][:3, 0] == pytest.approx([70.0, 110.0, 14.241], abs=1e-3)
    moved = path_of(changed(source, home={"start": 2031}))
    difference = (moved["general_investment"] - with_it["general_investment"])[:, 0] / with_it["deflator_index"][:, 0]
    shares = np.array([70.0, 106.589147, 13.410853])
    assert difference[:3] == pytest.approx(-shares, abs=1e-9)
    renewed = 0.02 * 190.0  # a year, of a building that is not there from the year in which it was to open
    assert difference[6:9] == pytest.approx(shares - renewed, abs=1e-9)
    assert difference[3:6] == pytest.approx([0.0, -renewed, -renewed], abs=1e-9)
    assert difference[10:] == pytest.approx(np.zeros(10), abs=1e-9)


def test_named_renewal_is_part_of_the_yearly_amount(tmp_path):
    without = path_of(municipality(tmp_path))
    row = {"purpose": "renewal", "p50": 60.0, "profile": "30 30"}
    source = municipality(tmp_path, row)
    assert path_of(source)["general_investment"] == pytest.approx(without["general_investment"])
    real = path_of(source)
    less = (without["renewal_investment"] - real["renewal_investment"])[5, 0] / real["deflator_index"][5, 0]
    assert less == pytest.approx(30.0)
    later = path_of(changed(source, hall={"start": 2033}))
    index = later["deflator_index"][:, 0]
    difference = (later["general_investment"] - real["general_investment"])[:, 0] / index
    assert difference[5:7] == pytest.approx([-30.0, -30.0])
    assert difference[8:10] == pytest.approx([30.0, 30.0])
    # and what is put off wears on
    assert (later["maintenance_backlog"] - real["maintenance_backlog"])[6, 0] == pytest.approx(60.0)
    assert (later["maintenance_backlog"] - real["maintenance_backlog"])[-1, 0] == pytest.approx(0.0, abs=1e-9)


CARE = {"service": "care", "purpose": "capacity", "profile": "1", "p50": 300.0}


def test_a_place_that_opens_is_not_built_twice(tmp_path):
    cost = read("eksempelvik-2025").scenario.investment.care_place_cost.value
    for opens in (2031, 2036):
        row = CARE | {"start": opens - 1, "opens": opens, "places": 20}
        without = path_of(municipality(tmp_path, CARE | {"start": opens - 1, "opens": opens, "places": 1e-9}))
        with_it = path_of(municipality(tmp_path, row))
        index = with_it["deflator_index"][:, 0]
        less = np.cumsum((without["capacity_investment"] - with_it["capacity_investment"])[:, 0] / index)
        first = opens - 2 - 2025  # places stand two years before their users: the users of 2031 and later
        assert less[:first] == pytest.approx(np.zeros(first), abs=1e-6)
        assert 0.0 < less[first] <= 20 * cost + 1e-9
        assert less[-1] == pytest.approx(20 * cost)


def test_a_place_that_closes_must_be_built_elsewhere(tmp_path):
    cost = read("eksempelvik-2025").scenario.investment.care_place_cost.value
    none = CARE | {"start": 2035, "opens": 2036, "places": 1e-9}
    without = path_of(municipality(tmp_path, none))
    closing = path_of(municipality(tmp_path, none | {"places_closed": 10}))
    index = closing["deflator_index"][:, 0]
    more = (closing["capacity_investment"] - without["capacity_investment"])[:, 0] / index
    assert more[9] == pytest.approx(10 * cost)
    assert np.delete(more, 9) == pytest.approx(np.zeros(19), abs=1e-6)


def test_places_lack_where_nobody_has_named_them(tmp_path):
    source = municipality(tmp_path, CARE | {"start": 2032, "opens": 2034, "places": 30})
    baseline = build(source.scenario, 20)
    care = places(source.scenario, baseline)[2]
    assert care.service == "care"
    assert care.years[0] == 2027
    assert care.there[list(care.years).index(2034)] - care.there[list(care.years).index(2033)] == pytest.approx(30.0)
    ledger = run_baseline(baseline)
    built = np.cumsum(ledger["capacity_investment"][:, 0] / ledger["deflator_index"][:, 0])
    cost = source.scenario.investment.care_place_cost.value
    assert care.lacking[-1] * cost == pytest.approx(built[-1])


def test_the_sum_of_projects_and_the_unnamed_is_all_investment(tmp_path):
    rows = [
        HALL,
        NURSING,
        {"id": "school", "service": "schools", "places": 200, "p50": 160.0, "start": 2031, "purpose": "capacity"},
        {"id": "pipes", "kind": "water_waste", "purpose": "renewal", "p50": 50.0, "start": 2029},
        {"id": "flats", "kind": "housing", "purpose": "service", "p50": 30.0, "start": 2033},
    ]
    source = municipality(tmp_path, *rows)
    for policy in ("adopted", "react"):
        ledger = simulate(source.scenario, runs=600, seed=3, years=20, policy=policy)
        gaps = residuals(ledger, build(source.scenario, 20).opening)
        for name, gap in gaps.items():
            assert np.abs(gap).max() < 1e-6, name
        named = ledger["project_investment"] + ledger["project_water_waste"] + ledger["project_housing"]
        index, plan = ledger["deflator_index"], build(source.scenario, 20).plan
        unnamed = (
            ledger["renewal_investment"]
            + ledger["capacity_investment"]
            + ledger["infrastructure_investment"]
            + ledger["cost_overrun"]
            + ledger["slipped_in"]
            - ledger["slipped_out"]
            - ledger["postponed_investment"]
            + (plan.water_waste_investment + plan.housing_investment)[:, None] * index
        )
        assert np.abs(named + unnamed - ledger["gross_investment"]).max() < 1e-9


def off(source, *names):
    scenario = source.scenario
    return scenario.model_copy(update={"drivers": scenario.drivers.without(names)})


def test_simulated_p50_and_p85_are_the_rows(tmp_path):
    source = municipality(tmp_path, HALL | {"p85": 480})
    scenario = off(source, "project_delay", "construction", "wages", "cpi")
    runs = 20_000
    spent = simulate(scenario, runs=runs, seed=1, years=8, lines=["project_investment", "deflator_index"])
    cost = (spent["project_investment"] / spent["deflator_index"]).sum(axis=0)
    for share, wanted in ((0.5, 400.0), (0.85, 480.0)):
        below = float((cost <= wanted).mean())
        assert below == pytest.approx(share, abs=4.0 * np.sqrt(share * (1.0 - share) / runs))


def test_own_risks_average_out_and_the_markets_do_not(tmp_path):
    def spread(count, *without):
        rows = [HALL | {"id": f"p{i}", "p50": 400.0 / count, "p85": 480.0 / count} for i in range(count)]
        scenario = off(municipality(tmp_path, *rows), "project_delay", "wages", "cpi", *without)
        ledger = simulate(scenario, runs=8000, seed=2, years=8, lines=["project_investment", "deflator_index"])
        return float(np.log((ledger["project_investment"] / ledger["deflator_index"]).sum(axis=0)).std())

    alone, many = spread(1, "construction"), spread(25, "construction")
    assert alone == pytest.approx(np.log(1.2) / 1.0364333894937896, rel=0.03)
    assert many == pytest.approx(alone / 5.0, rel=0.06)
    scenario = municipality(tmp_path, HALL).scenario
    market = scenario.drivers.construction.model_copy(
        update={"volatility": scenario.drivers.construction.volatility.model_copy(update={"value": 0.04})}
    )
    rows = [HALL | {"id": f"p{i}", "p50": 16.0, "p85": 19.2} for i in range(25)]
    source = municipality(tmp_path, *rows)
    source = source._replace(
        scenario=source.scenario.model_copy(
            update={"drivers": source.scenario.drivers.model_copy(update={"construction": market})}
        )
    )
    scenario = off(source, "project_delay", "wages", "cpi")
    ledger = simulate(scenario, runs=8000, seed=2, years=8, lines=["project_investment", "deflator_index"])
    both = float(np.log((ledger["project_investment"] / ledger["deflator_index"]).sum(axis=0)).std())
    assert both > 1.3 * many


def test_delays_move_spending_and_take_nothing_away(tmp_path):
    source = municipality(tmp_path, HALL | {"phase": "idea", "start": 2028})
    scenario = off(source, "project_cost", "construction", "wages", "cpi")
    ledger = simulate(scenario, runs=4000, seed=1, years=20, lines=["project_investment", "deflator_index"])
    real = ledger["project_investment"] / ledger["deflator_index"]
    assert real.sum(axis=0) == pytest.approx(np.full(4000, 400.0))
    first = 0.5 * real.mean(axis=1)
    assert first[3] < 100.0
    when = (np.arange(20.0)[:, None] * real).sum(axis=0) / 400.0 - 3.5
    expected = scenario.drivers.project_delay.idea.value
    cut = expected * (1.0 - np.exp(-4.0 / expected))  # four years at most
    assert when.mean() == pytest.approx(cut, abs=4.0 * when.std() / np.sqrt(4000))


def test_without_chance_the_projects_come_as_planned(tmp_path):
    source = municipality(tmp_path, HALL, {"id": "school", "p50": 100.0, "start": 2032})
    scenario = off(source, "project_cost", "project_delay")
    portfolio = build(scenario, 20).portfolio
    assert np.array_equal(projects_of(portfolio, scenario.drivers, 1, 0, 50), as_planned(portfolio))
    assert spreads(portfolio, scenario.drivers)[0].tolist() == [0.0, 0.0]


def test_another_project_leaves_the_draws_of_the_others(tmp_path):
    other = {"id": "school", "p50": 100.0, "start": 2032}
    one = municipality(tmp_path, HALL).scenario
    both = municipality(tmp_path, other, HALL).scenario
    alone = municipality(tmp_path, other).scenario
    found = [projects_of(build(of, 20).portfolio, of.drivers, 1, 1024, 1500) for of in (one, alone, both)]
    assert found[2] == pytest.approx(found[0] + found[1], abs=1e-9)


def test_runs_do_not_hang_on_how_many_are_computed_together(tmp_path):
    scenario = municipality(tmp_path, HALL, NURSING).scenario
    portfolio = build(scenario, 20).portfolio
    whole = projects_of(portfolio, scenario.drivers, 5, 0, 3 * drivers.BLOCK)
    part = projects_of(portfolio, scenario.drivers, 5, drivers.BLOCK, 700)
    assert np.array_equal(whole[:, :, drivers.BLOCK : drivers.BLOCK + 700], part)
    assert whole.shape[0] == len(Projects._fields)


def test_both_engines_give_the_same_bits(tmp_path):
    scenario = municipality(tmp_path, HALL, NURSING, CARE | {"id": "care", "start": 2032, "places": 30}).scenario
    for policy in ("adopted", "react"):
        one, other = (
            simulate(scenario, runs=700, seed=1, years=20, policy=policy, engine=engine)
            for engine in ("numpy", "compiled")
        )
        assert np.array_equal(one.values, other.values)


def test_an_alternative_is_built_instead(tmp_path):
    extension = {"id": "extension", "p50": 100.0, "alternative_to": "hall", "start": 2031}
    source = municipality(tmp_path, HALL, extension)
    assert build(source.scenario, 20).portfolio.ids == ("hall",)
    instead = changed(source, hall={"dropped": True})
    assert build(instead.scenario, 20).portfolio.ids == ("extension",)


def test_dwellings_wait_for_their_school(tmp_path):
    school = {"service": "schools", "places": 100, "p50": 80.0, "housing_area": "sentrum", "before_dwellings": "yes"}
    source = municipality(tmp_path, HALL | school | {"start": 2028, "opens": 2030})
    assert build(source.scenario, 20).plan.programme[:6].tolist() == [25.0] * 5 + [45.0]
    later = changed(source, hall={"start": 2031})
    assert build(later.scenario, 20).plan.programme[:9].tolist() == [25.0] * 8 + [45.0]
    never = changed(source, hall={"dropped": True})
    assert build(never.scenario, 20).plan.programme.tolist() == [25.0] * 20


def test_a_list_without_money_or_places_changes_nothing(tmp_path):
    none = simulate(municipality(tmp_path).scenario, runs=300, seed=1, years=20)
    idle = simulate(municipality(tmp_path, {"start": 2030}).scenario, runs=300, seed=1, years=20)
    assert np.array_equal(none.values, idle.values)


def test_prices_of_other_years(tmp_path):
    earlier, later = ({"price_year": year, "p50": 100.0} for year in (2023, 2028))
    index = build(municipality(tmp_path, earlier).scenario, 20).plan.deflator_index
    for row, wanted in ((earlier, 100.0 * 1.039**2), (later, 100.0 / index[3])):
        real = as_planned(build(municipality(tmp_path, row).scenario, 20).portfolio)[0].sum()
        assert real == pytest.approx(wanted)


def test_an_adopted_project_that_is_dropped_takes_its_places_along(tmp_path):
    """What it was to provide is built after the plan, and paid; moved, its places are not there twice."""
    home = NURSING | {"id": "home", "service": "care", "places": 40, "opens": 2027}
    source = municipality(tmp_path, home)
    with_it, without = path_of(source), path_of(changed(source, home={"dropped": True}))
    cost = source.scenario.investment.care_place_cost.value
    index = with_it["deflator_index"][:, 0]
    later = (without["capacity_investment"] - with_it["capacity_investment"])[:, 0] / index
    assert later.sum() == pytest.approx(40 * cost)
    assert not later[:4].any()
    assert (without["care_capacity"] - with_it["care_capacity"])[-1, 0] == pytest.approx(0.0, abs=1e-9)
    moved = path_of(changed(source, home={"start": 2031}))
    twice = (moved["care_capacity"] - with_it["care_capacity"])[:, 0]
    assert twice[:4].max() < 0.0


def test_the_adopted_programme_builds_beside_its_projects_what_users_need(tmp_path):
    """Places that the list names are those that the plan builds; with few of them nothing changes after the plan."""
    one = municipality(tmp_path, NURSING | {"id": "home", "service": "care", "places": 1, "opens": 2027})
    with_it = path_of(one)
    assert with_it["capacity_investment"] == pytest.approx(path_of(municipality(tmp_path))["capacity_investment"])


def test_postponed_money_of_projects_brings_the_yearly_share_of_grants_once(tmp_path):
    """A municipality that steers postpones projects too; what is left of the year earns the share, nothing else."""
    rows = [HALL | {"id": f"p{n}", "start": 2029 + n, "grant_share": 0.0, "vat_share": 0.2} for n in range(8)]
    source = lay_values(municipality(tmp_path, *rows), {"housing.developer_contribution": 0.0}, "none.toml")
    ledger = simulate(source.scenario, runs=400, seed=1, years=20, policy="react")
    assert (ledger["postponed_investment"][5:] > 1.0).any()
    plan = build(source.scenario, 20).plan
    others = ledger["general_investment"] - ledger["project_investment"]
    expected = plan.grants[:, None] * ledger["deflator_index"] + plan.grant_share[:, None] * others
    assert ledger["grants"] == pytest.approx(np.maximum(expected, 0.0), abs=1e-8)


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"profile": "70 110 10"}, None),
        ({"profile": "10 60 120"}, "general_investment.2027"),
        ({"vat_share": 0.3}, "vat_compensation.2025"),
        ({"grant_share": 0.5}, "grants.2025"),
        ({"kind": "housing", "p50": 15.0, "profile": "5 5 5", "grant_share": 0.9}, "housing_grants.2025"),
    ],
)
def test_the_plan_holds_no_more_than_it_has(tmp_path, more, line):
    """Neither investment nor what comes with it: grants and compensated VAT."""
    source = municipality(tmp_path, NURSING | more)
    if line is None:
        assert path_of(source)["vat_compensation"].min() > 0.0
        return
    with pytest.raises(InputError) as caught:
        build(source.scenario, 20)
    assert line in {fault.key for fault in caught.value.faults}
