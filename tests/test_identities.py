"""Every accounting identity holds on every run and year, for random plans, balances and weather."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ldip.model import drivers
from ldip.model.accounts.inputs import Opening, People, Plan, Projects, Weather
from ldip.model.accounts.year import LINES, carry, close_year
from ldip.model.catalogue import catalogue
from ldip.model.engine import kernel
from ldip.model.engine.simulate import Ledger, run_baseline, simulate
from ldip.model.identities import residuals
from ldip.model.people.extra import extra_people
from ldip.model.plan.baseline import Baseline, build
from ldip.model.projects.chance import projects_of
from ldip.scenario.drivers import Drivers

NOT_MONEY = {  # fields of the plan that do not change when money is counted in another unit
    *("cpi_index", "deflator_index", "revenue_shortfall", "planned_rate", "planned_swap_rate", "reference_rate"),
    *("reference_swap_rate", "swap_loading", "loan_margin", "floating_share", "refixing_share", "programme"),
    *(
        "opening_residents",
        "residents",
        "closing_residents",
        "working_age",
        "real_standard",
        "builds_places",
        "step_years",
        "reacts",
        "earlier_residents",
        "sticky_share",
        "amortisation_years",
    ),
    *("grant_price_compensation", "grant_forecast_weight", "needs_equalisation", "growth_grant_limit"),
    *("growth_grant_tax_level", "surplus_margin", "cut_speed", "growth_speed", "most_change", "postponement"),
    *("equalisation_rate", "topup_rate", "topup_level", "grant_share", "capacity_renewal_share"),
    *("equalisation_deduction", "imputed_share", "full_cost_share"),
    *("premises_share", "housing_grant_share", "vat_share", "transfer_by_rule", "equity_target"),
    *(
        "equity_minimum",
        "instalment_share",
        "useful_life",
        "measures_delivery",
        "cost_overrun",
        "slippage",
        "on_lending_instalment_share",
    ),
    *("on_lending_margin", "equity_weight", "equity_return", "dividend_yield", "bond_return", "bond_duration"),
    *("endowment_cost_share", "endowment_withdrawal_share", "buffer_target_share", "result_share_minimum"),
    *("deficit_limit_share", "fee_change", "property_tax_rate"),
}
SHARES = (
    *("_share", "_shortfall", "_rate", "_weight", "_target", "_minimum", "_delivery", "slippage", "overrun"),
    *("_compensation", "_equalisation", "postponement"),
)
NOT_MONEY_OPENING = {
    *("deflator_index", "fixed_rate", "swap_surprise", "extra_completions", "deflator_factor", "price_deviation"),
    *("grant_price_factor", "postponement", "result_share_breach", "new_dwellings"),
}


OWN = {
    "fee_change": (-0.2, 0.3),
    "property_tax_rate": (0.0, 7.0),
    "property_tax_base": (0.0, 100_000.0),
    "property_tax_base_per_dwelling": (0.0, 4.0),
    "natural_resource_tax": (0.0, 200.0),
    "concession_revenue": (0.0, 200.0),
    "dividends": (0.0, 200.0),
    "one_off_revenue": (0.0, 300.0),
    "one_off_expenditure": (0.0, 300.0),
    "land_sales": (0.0, 400.0),
    "uncovered_by_plan": (0.0, 300.0),
}
"""What a municipality has of its own, and what a cover plan leaves: from and to, in a random year."""

PEOPLE_NOT_MONEY = [People._fields.index(f) for f in People._fields if "residents" in f or f == "working_age"]


def close(
    plan: Plan, weather: np.ndarray, opening: Opening, response: np.ndarray, projects: np.ndarray | None = None
) -> Ledger:
    table = np.ascontiguousarray(np.stack(plan, axis=1))
    years, runs = table.shape[0], weather.shape[2]
    ledger = np.full((len(LINES), years, runs), np.nan)
    people = extra_people(response, weather)
    projects = random_projects(years, runs) if projects is None else projects
    kernel.run_numpy(table, people, projects, weather, np.array(opening), range(len(LINES)), ledger)
    assert not np.isnan(ledger).any()
    return Ledger(np.arange(table.shape[0]), LINES, ledger)


def random_projects(years: int, runs: int, scale: float = 1.0) -> np.ndarray:
    """Named projects of all kinds in every year."""
    rng = np.random.default_rng(9)
    spent = rng.uniform(0.0, 400.0, (3, years, runs)) * rng.integers(0, 2, (3, years, runs))
    return scale * np.stack(
        Projects(
            *spent,
            renewal=0.4 * spent[0],
            vat=0.2 * spent[0],
            new_depreciation=spent.sum(axis=0) / 40.0,
            ended_depreciation=rng.uniform(0.0, 1.0, (years, runs)),
            grants=rng.uniform(0.0, 100.0, (years, runs)),
            housing_grants=0.3 * spent[2],
            running_cost=rng.uniform(-5.0, 30.0, (years, runs)),
            in_use=rng.uniform(-100.0, 2000.0, (years, runs)),
        )
    )


def random_case(base: Baseline, seed: int, spread: float) -> tuple[Plan, np.ndarray, Opening]:
    """A plan, weather and balance around Bærum's, up to `spread` away; shares stay shares."""
    rng = np.random.default_rng(seed)
    plan = {}
    for field, values in base.plan._asdict().items():
        factor = rng.uniform(1 - spread, 1 + spread, values.shape)
        moved = values * factor
        if field in ("transfer_by_rule", "builds_places"):
            moved = values
        elif field == "reacts":
            moved = rng.integers(0, 2, values.shape).astype(float)
        elif field.endswith(SHARES) and values.max() <= 1.0:
            moved = np.clip(moved, 0.0, 1.0)
        if field in OWN:  # none in the base
            moved = rng.uniform(*OWN[field], values.shape)
        plan[field] = moved
    opening = Opening(*[value * rng.uniform(1 - spread, 1 + spread) for value in base.opening])
    opening = opening._replace(postponement=rng.uniform(0.0, 1.0), uncovered_deficit=rng.uniform(0.0, 500.0))
    years, runs = len(base.years), 40
    weather = np.stack(
        Weather(
            rng.uniform(-0.02, 0.15, (years, runs)),
            rng.lognormal(0.0, 0.3, (years, runs)),
            rng.lognormal(0.0, 0.3, (years, runs)),
            rng.lognormal(0.0, 0.8, (years, runs)),
            *rng.lognormal(0.0, 0.2, (5, years, runs)),  # building, both price levels, equities, the state's level
            rng.lognormal(0.0, 0.2, (years, runs)),  # births
            rng.normal(0.0, 0.01, (years, runs)),  # arrivals
            rng.lognormal(0.0, 0.2, (years, runs)),  # mortality
            rng.lognormal(0.0, 0.4, (years, runs)),  # companies
            np.cumsum(rng.uniform(0.0, 0.02, (years, runs)), axis=0),
            *rng.uniform(0.0, 1.0, (2, years, runs)),  # delivery, slippage
            *rng.lognormal(0.0, 0.1, (2, years, runs)),  # persons per dwelling, what is kept of a national surprise
            *rng.normal(0.0, 0.1, (2, years, runs)),  # pension premium, and its amortisation
            rng.uniform(0.0, 100.0, (years, runs)),
        )
    )
    return Plan(**plan), weather, opening


@pytest.fixture(scope="module")
def base(scenario) -> Baseline:
    return build(scenario, 12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), spread=st.floats(0.0, 0.95))
def test_identities_hold_on_random_scenarios(base, seed, spread):
    plan, weather, opening = random_case(base, seed, spread)
    ledger = close(plan, weather, opening, base.response)
    scale = np.abs(ledger.values[:, :, :]).max()
    for name, gap in residuals(ledger, opening).items():
        assert np.abs(gap).max() <= 1e-12 * scale, name


def test_a_broken_account_is_noticed(base):
    """The identities can fail: each line they use, moved by a million kroner, breaks at least one of them."""
    ledger = run_baseline(base)
    used = set()
    for line in catalogue():
        moved = ledger.values.copy()
        moved[LINES.index(line)] += 1.0
        gaps = residuals(Ledger(ledger.years, LINES, moved), base.opening)
        if max(np.abs(gap).max() for gap in gaps.values()) > 0.5:
            used.add(line)
    money = {m.id for m in catalogue().values() if m.unit == "mill. kr" and m.kind != "ratio"}
    # Lines that have none: parts of other lines, or answers to a formula. By hand, and by the naive twin.
    outside = {
        *("demography_compensation", "new_needs", "adopted_measures", "price_compensation"),
        *("endowment_gain", "minimum_instalments", "closing_endowment_buffer"),
        *("kindergarten_capacity", "school_capacity", "care_capacity"),
        *("restructuring_need", "rate_exposure_first_year", "rate_exposure_full"),
        *("underlying_result", "emergency_buffer_use", "struck_provision"),
        *("project_water_waste", "project_housing", "project_depreciation"),
        *("replacement_value", "maintenance_backlog"),
    }
    assert money - used == outside


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), scale=st.sampled_from([0.001, 0.5, 3.0, 1000.0]))
def test_money_counted_in_another_unit_leaves_ratios(base, seed, scale):
    plan, weather, opening = random_case(base, seed, 0.3)
    scaled_plan = Plan(**{k: v if k in NOT_MONEY else v * scale for k, v in plan._asdict().items()})
    scaled_opening = Opening(**{k: v if k in NOT_MONEY_OPENING else v * scale for k, v in opening._asdict().items()})
    scaled_response = base.response * scale
    scaled_response[PEOPLE_NOT_MONEY] = base.response[PEOPLE_NOT_MONEY]
    one = close(plan, weather, opening, base.response)
    scaled_weather = weather.copy()
    scaled_weather[Weather._fields.index("restructuring_step")] *= scale
    years, runs = weather.shape[1:]
    other = close(scaled_plan, scaled_weather, scaled_opening, scaled_response, random_projects(years, runs, scale))
    for metric in catalogue().values():
        factor = scale if metric.unit in ("mill. kr", "mill. kr per resident") else 1.0
        # What is left when two large amounts cancel carries their rounding, so measure against revenue.
        size = one["operating_revenue"].max() if factor != 1.0 else 1.0
        np.testing.assert_allclose(
            other[metric.id] / factor, one[metric.id], rtol=1e-9, atol=1e-9 * size, err_msg=metric.id
        )


def test_zero_volatility_makes_every_run_the_baseline(scenario):
    still = scenario.model_copy(update={"drivers": scenario.drivers.without(Drivers.names())})
    ledger = simulate(still, runs=50, seed=3, years=20)
    path = run_baseline(build(still, 20))
    np.testing.assert_array_equal(ledger.values, np.broadcast_to(path.values, ledger.values.shape))


def test_identities_hold_in_a_full_simulation(scenario):
    ledger = simulate(scenario, runs=3000, seed=5, years=30)
    for name, gap in residuals(ledger, build(scenario, 30).opening).items():
        assert np.abs(gap).max() < 1e-7, name
    assert (ledger["closing_uncovered_deficit"] > 0).any(), "the case must reach the last step of the balancing"
    for line in ("struck_transfer", "struck_provision", "struck_cover", "emergency_buffer_use", "emergency_fund_use"):
        assert (ledger[line] > 0).any(), line
    for line in ("covered_deficit", "extra_transfer", "extra_instalments"):
        assert (ledger[line] > 0).any(), line


def test_the_need_is_what_makes_the_rules_hold(scenario):
    """Close each year again with a result better by exactly the need: every rule that the year itself broke holds;
    with a little less, one does not."""
    baseline = build(scenario, 20)
    table, opening = baseline.plan_table(), np.array(baseline.opening)
    process = drivers.prepare(scenario.drivers, baseline.plan)
    weather = drivers.weather(process, 1, 0, 3000)
    balance = Opening(*opening)
    people = extra_people(baseline.response, weather)
    projects = projects_of(baseline.portfolio, scenario.drivers, 1, 0, 3000)
    needed = 0
    for t in range(20):
        plan, chance = Plan(*table[t]), Weather(*weather[:, t])
        extra, named = People(*people[:, t]), Projects(*projects[:, t])
        closed = close_year(plan, chance, extra, named, balance)
        for factor in (1.0, 0.98):  # operations cheaper by the need, and by a little less
            base = close_year(plan, chance, extra, named, balance)
            improvement = factor * base.rules.restructuring_need
            saved = improvement / base.market.deflator_index / (plan.measures_delivery * chance.delivery_factor)
            again = close_year(
                plan._replace(step_years=1.0), chance._replace(restructuring_step=saved), extra, named, balance
            )
            cpi = base.market.cpi_index
            buffer = np.minimum(plan.buffer_minimum * cpi, balance.buffer_fund)
            liquidity = np.minimum(plan.liquidity_minimum * cpi, balance.liquidity_reserve)
            mended = base.year_end.struck_cover <= 1e-6  # equity struck for earlier deficits is earlier years' need
            own = (
                (again.finance.underlying_result - plan.result_share_minimum * again.revenue.operating_revenue),
                np.where(mended, -again.rules.equity_share_breach, 0.0),
                -again.year_end.new_uncovered_deficit,
                np.minimum(again.balance.closing_buffer_fund - buffer, 0),
                np.minimum(again.balance.closing_liquidity_reserve - liquidity, 0),
            )
            worst = np.min([np.broadcast_to(value, (3000,)) for value in own], axis=0)
            some = np.broadcast_to(base.rules.restructuring_need, (3000,)) > 1.0
            if factor == 1.0:
                assert worst[some].min(initial=0.0) > -1e-6, t
            else:
                assert worst[some].max(initial=-1.0) < -1e-6, t
        needed += int(some.sum())
        balance = carry(closed)
    assert needed > 10_000


def test_the_order_of_the_year_end(scenario):
    """Nothing is taken from the next pocket while there is something in the one before."""
    ledger = simulate(scenario, runs=2000, seed=2, years=20)
    tiny = 1e-6

    def nothing_left(of, where):
        assert (ledger[where] > tiny).any(), where
        assert (ledger[of][ledger[where] > tiny] <= tiny).all(), (of, where)

    nothing_left("transfer_to_investment", "struck_provision")
    nothing_left("transfer_to_investment", "struck_cover")
    nothing_left("provision_to_discretionary_funds", "struck_cover")
    nothing_left("transfer_to_investment", "emergency_buffer_use")
    nothing_left("covered_deficit", "emergency_buffer_use")
    nothing_left("closing_buffer_fund", "emergency_fund_use")
    nothing_left("closing_discretionary_funds", "emergency_wage_reserve_use")
    nothing_left("closing_discretionary_funds", "new_uncovered_deficit")
    nothing_left("closing_uncovered_deficit", "buffer_provision")
    nothing_left("closing_uncovered_deficit", "extra_transfer")
    nothing_left("general_borrowing", "extra_instalments")
