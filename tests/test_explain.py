"""ldip explain: the terms add up in every run and year, mean what they say, and groups are means of runs."""

import itertools
import json
import math

import numpy as np
import pytest
from conftest import rows_of
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from test_identities import close, random_case

from ldip.analysis.explain import (
    DEFICITS,
    FLOWS,
    GROWTH,
    STOCKS,
    decompose,
    explain,
    explain_groups,
    lines_needed,
    log_mean,
    parts_of,
    pick,
)
from ldip.analysis.sobol import sobol
from ldip.errors import InputError
from ldip.model.engine.simulate import Ledger, run_baseline, simulate
from ldip.model.plan.baseline import build
from ldip.report.answers.explain import DEFINITIONS, GROUPS, explanation_records, explanation_rows, label_of
from ldip.report.answers.explain_charts import bars
from ldip.scenario.drivers import Drivers
from ldip.scenario.files.reader import DEFAULT, change_names, find, read

TRANSFER = (
    *("gross_operating_result", "interest", "interest_income", "instalments_from_operations"),
    *("endowment_withdrawal", "buffer_fund", "discretionary_funds", "restricted_funds"),
    *("new_uncovered_deficit", "covered_deficit"),
)
"""The parts that together are the transfer from operations to investment."""


def assert_adds_up(ledger, metric, tolerance=1e-12):
    """The parts are the change of the ratio, to rounding of the largest of them, in every year and run."""
    parts = decompose(ledger, metric)
    gap = np.sum(list(parts.values()), axis=0) - np.diff(ledger[metric], axis=0)
    size = np.maximum(1.0, np.max(np.abs(list(parts.values())), axis=0))
    assert gap.shape == (len(ledger.years) - 1, ledger.values.shape[2])
    assert np.abs(gap / size).max() <= tolerance
    return parts


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), spread=st.floats(0.0, 0.95), metric=st.sampled_from(list(STOCKS)))
def test_terms_add_up_on_random_plans_balances_and_weather(scenario, seed, spread, metric):
    base = build(scenario, 8)
    plan, weather, opening = random_case(base, seed, spread)
    ledger = close(plan, weather, opening, base.response)
    rich = (ledger["operating_revenue"] > 0.0).all(axis=0)
    assume(rich.any())
    assert_adds_up(Ledger(ledger.years, ledger.lines, ledger.values[:, :, rich]), metric)


@pytest.mark.parametrize("change", ["", *change_names(find(DEFAULT).folder)])
def test_terms_add_up_on_every_run_and_year(change):
    scenario = read(DEFAULT, [change] if change else []).scenario
    ledger = simulate(scenario, runs=200, seed=3, years=24)
    parts = assert_adds_up(ledger, "debt_ratio")
    transfer = -ledger["transfer_to_investment"] / ledger["operating_revenue"]
    np.testing.assert_allclose(np.sum([parts[part] for part in TRANSFER], axis=0), transfer[1:], atol=1e-12)
    assert (parts["new_uncovered_deficit"] < 0.0).any()  # the worst futures are among them
    assert_adds_up(ledger, "debt_ratio_with_deficits")


@pytest.mark.parametrize("policy", ["none", "react"])
def test_terms_add_up_under_other_policies(scenario, policy):
    assert_adds_up(simulate(scenario, runs=200, seed=4, years=30, policy=policy), "debt_ratio")


def test_a_wrong_flow_is_noticed(scenario):
    """Additivity can fail: every line of the flows, moved by a million kroner, breaks it, except those that stand
    with both signs because they lower debt and what pays for it alike."""
    ledger = run_baseline(build(scenario, 6))
    lines = {line.lstrip("-") for parts in FLOWS.values() for found in parts.values() for line in found}
    unmoved = set()
    for line in lines:
        values = ledger.values.copy()
        values[ledger.lines.index(line)] += 1.0
        try:
            assert_adds_up(Ledger(ledger.years, ledger.lines, values), "debt_ratio")
            unmoved.add(line)
        except AssertionError:
            pass
    assert unmoved == {"instalments", "on_lending", "on_lending_instalments"}


def tiny(**lines):
    """A ledger of two years and one run; lines that are not given are zero in both."""
    names = tuple(dict.fromkeys([*lines_needed("debt_ratio"), *lines]))
    values = np.zeros((len(names), 2, 1))
    for line, pair in lines.items():
        values[names.index(line), :, 0] = pair
    return Ledger(np.array([2020, 2021]), names, values)


def test_a_year_by_hand():
    """Debt 80 of revenue 100. The next year: investment 20 and VAT compensation 3; the gross result 8 pays interest 3
    and instalments 4, so 1 is transferred and 16 borrowed: debt 80 + 16 - 4 = 92 of revenue 110. Prices rise by 5 %,
    residents by 2 %, free revenue from 60 to 64.

    Growth of revenue: -80 x (1/100 - 1/110) = -0.0727273, of which ln 1.05 / ln 1.1 = 0.511909 prices and
    ln 1.02 / ln 1.1 = 0.207771 residents; the rest, 0.280320, is real revenue per resident, from 1 to 110 / 107.1 =
    1.0270775; free revenue of it goes from 0.6 to 64 / 107.1 = 0.5975724."""
    ledger = tiny(
        debt_ratio=(0.8, 92 / 110),
        closing_net_debt=(80, 92),
        operating_revenue=(100, 110),
        deflator_index=(1.0, 1.05),
        residents=(100, 102),
        free_revenue=(60, 64),
        renewal_investment=(9, 20),
        vat_compensation=(9, 3),
        gross_operating_result=(9, 8),
        interest=(9, 3),
        instalments=(9, 4),
        transfer_to_investment=(9, 1),
    )
    parts = {part: float(values[0, 0]) for part, values in decompose(ledger, "debt_ratio").items()}
    assert parts["renewal_investment"] == pytest.approx(0.1818182, abs=1e-7)
    assert parts["vat_compensation"] == pytest.approx(-0.0272727, abs=1e-7)
    assert parts["gross_operating_result"] == pytest.approx(-0.0727273, abs=1e-7)
    assert parts["interest"] == pytest.approx(0.0272727, abs=1e-7)
    assert parts["instalments"] == pytest.approx(-0.0363636, abs=1e-7)
    assert parts["instalments_from_operations"] == pytest.approx(0.0363636, abs=1e-7)
    assert parts["prices"] == pytest.approx(-0.0372297, abs=1e-7)
    assert parts["more_residents"] == pytest.approx(-0.0151106, abs=1e-7)
    assert parts["free_revenue_per_resident"] == pytest.approx(0.0018278, abs=1e-7)
    assert parts["other_revenue_per_resident"] == pytest.approx(-0.0222148, abs=1e-7)
    assert sum(parts.values()) == pytest.approx(92 / 110 - 0.8, abs=1e-15)


def test_without_growth_nothing_is_made_of_it():
    ledger = tiny(closing_net_debt=(80, 80), operating_revenue=(100, 100), deflator_index=(1, 1), residents=(9, 9))
    parts = decompose(ledger, "debt_ratio")
    assert all((values == 0.0).all() for values in parts.values())


def test_log_mean_by_hand():
    a, b = np.array([1.0, 2.0, 1.0, 3.0]), np.array([math.e, 2.0, 1.0 + 1e-9, 1.0])
    expected = [math.e - 1.0, 2.0, 1.0 + 5e-10, 2.0 / math.log(3.0)]
    np.testing.assert_allclose(log_mean(a, b), expected, rtol=1e-14)
    np.testing.assert_allclose(log_mean(a, b), log_mean(b, a), rtol=1e-14)


def test_growth_is_divided_as_the_average_over_all_orders_divides_it(scenario):
    """Shapley's value of prices, residents and real revenue, worked out over the six orders: a tenth of a tenth of a
    point a year at most from the logarithmic one, where a single order is up to ten times that off."""
    ledger = simulate(scenario, runs=300, seed=1, years=20)
    parts = decompose(ledger, "debt_ratio")
    debt, prices, residents = (ledger[line] for line in ("closing_net_debt", "deflator_index", "residents"))
    factors = [prices, residents, ledger["operating_revenue"] / prices / residents]
    shapley = np.zeros((3, 19, 300))
    for order in itertools.permutations(range(3)):
        now = [factor[:-1] for factor in factors]
        for place in order:
            before = debt[:-1] / (now[0] * now[1] * now[2])
            now[place] = factors[place][1:]
            shapley[place] += (debt[:-1] / (now[0] * now[1] * now[2]) - before) / 6.0
    for group, expected in zip(GROWTH, shapley, strict=True):
        mine = np.sum([parts[part] for part in parts_of(group)], axis=0)
        assert np.abs(mine - expected).max() < 1e-4


def test_the_baseline_is_explained(scenario):
    found = explain(scenario).bridge
    path = run_baseline(build(scenario, 20))["debt_ratio"][:, 0]
    np.testing.assert_allclose(found.course(), path, atol=1e-13)
    assert found.start == path[0]
    assert found.end == path[-1]
    assert abs(found.residual()) < 1e-13
    signs = {"investment": 1, "net_interest": 1, "contributions": -1, "operations": -1, "inflation": -1}
    for group, sign in (signs | {"population": -1, "endowment": -1}).items():
        assert sign * found.term(group).sum() > 0.01, group
    np.testing.assert_allclose(found.term("net_instalments"), 0.0, atol=1e-16)
    np.testing.assert_allclose(found.term("net_on_lending"), 0.0, atol=1e-16)


def test_years_chain(scenario):
    whole = explain(scenario)
    early, late = explain(scenario, last=2030), explain(scenario, first=2030)
    assert (early.first, int(early.years[-1]), late.first) == (2020, 2030, 2030)
    assert early.bridge.end == late.bridge.start
    for part, values in whole.bridge.parts.items():
        np.testing.assert_array_equal(np.concatenate([early.bridge.parts[part], late.bridge.parts[part]]), values)


def test_dearer_money_shows_as_interest(scenario):
    """Two points more interest: the rise of the rate on the debt that was there anyway, and interest on what is
    borrowed because of it. The rest: interest is on the planned closing debt, and fees raise revenue."""
    dear = read(DEFAULT, ["interest-plus-2"]).scenario
    found = explain(dear, against=scenario).difference
    base, other = (run_baseline(build(one, 20)) for one in (scenario, dear))
    average, larger = (0.5 * (path["closing_debt"][1:] + path["closing_debt"][:-1]) for path in (base, other))
    dearer = (other["loan_rate"] - base["loan_rate"])[1:]
    first_order = float((dearer * average / base["operating_revenue"][1:]).sum())
    induced = float((other["loan_rate"][1:] * (larger - average) / base["operating_revenue"][1:]).sum())
    assert first_order > 0.2
    assert 0.0 < induced < 0.5 * first_order
    assert found.parts["interest"].sum() == pytest.approx(first_order + induced, rel=0.05)
    assert found.parts["interest_income"].sum() < -0.03  # the natural hedges: on-lending and bank balances
    assert found.term("operations").sum() < -0.03  # and fees and state compensation
    assert found.end == pytest.approx(found.start + sum(values.sum() for values in found.parts.values()), abs=1e-12)


def test_fewer_dwellings_show_as_fewer_residents(scenario):
    found = explain(read(DEFAULT, ["housing-minus-20"]).scenario, against=scenario).difference
    assert found.term("population").sum() > 0.01
    assert found.parts["capacity_investment"].sum() < -0.01


def test_dearer_building_shows_as_overruns():
    found = explain(read(DEFAULT, ["construction-risk"]).scenario).bridge
    assert found.parts["overruns_and_delays"].sum() > 0.0


def test_with_deficits_in_the_ratio_they_save_no_debt(scenario):
    found = explain_groups(
        scenario, (0.9, 1.0), (0.0, 0.1), runs=1000, seed=1, years=20, metric="debt_ratio_with_deficits"
    )
    ledger = simulate(scenario, runs=1000, seed=1, years=20)
    ratio = np.sort(ledger["debt_ratio_with_deficits"][-1])
    assert DEFICITS not in found.groups()
    assert found.bridge.end == pytest.approx(ratio[900:].mean(), abs=1e-14)
    assert found.against.end == pytest.approx(ratio[:100].mean(), abs=1e-14)
    assert abs(found.difference.residual()) < 1e-12


def test_pick_by_hand():
    ratio = np.array([5.0, 1.0, 3.0, 2.0, 4.0])
    assert pick(ratio, (0.8, 1.0)).tolist() == [0]
    assert pick(ratio, (0.4, 0.6)).tolist() == [2]
    assert pick(ratio, (0.0, 1.0)).tolist() == [1, 3, 2, 4, 0]
    assert pick(ratio, (0.0, 0.05)).tolist() == []


def test_groups_are_means_of_their_runs(scenario):
    """Worked out again run by run from a whole ledger; halves average to the whole."""
    how = {"runs": 600, "seed": 2, "years": 12}
    halves = explain_groups(scenario, (0.5, 1.0), (0.0, 0.5), **how)
    whole = explain_groups(scenario, (0.0, 1.0), (0.9, 1.0), **how)
    ledger = simulate(scenario, **how)
    highest = np.argsort(ledger["debt_ratio"][-1])[540:]
    assert whole.against.runs == 60
    interest = (ledger["interest"] / ledger["operating_revenue"])[1:, highest].mean(axis=1)
    np.testing.assert_allclose(whole.against.parts["interest"], interest, atol=1e-14)
    assert whole.bridge.end == pytest.approx(ledger["debt_ratio"][-1].mean(), abs=1e-14)
    for part, values in whole.bridge.parts.items():
        mean = 0.5 * (halves.bridge.parts[part] + halves.against.parts[part])
        np.testing.assert_allclose(mean, values, atol=1e-13)
        apart = halves.bridge.parts[part] - halves.against.parts[part]
        np.testing.assert_array_equal(halves.difference.parts[part], apart)
    for found in (halves, whole):
        for bridge in (found.bridge, found.against, found.difference):
            assert abs(bridge.residual()) < 1e-12


@pytest.mark.slow
def test_sampling_errors_are_what_other_seeds_show(scenario):
    """The batches' standard error against the spread of the same figure over 40 seeds."""
    groups = [explain_groups(scenario, (0.75, 1.0), (0.25, 0.5), runs=400, seed=seed, years=10) for seed in range(40)]
    for term in ("end", "operations", "net_interest", "population"):
        found = [one.difference.end if term == "end" else one.difference.term(term).sum() for one in groups]
        stated = np.sqrt(np.mean([one.difference.errors[term] ** 2 for one in groups]))
        assert 0.7 < np.std(found, ddof=1) / stated < 1.4, term


def test_few_runs_have_no_known_error(scenario):
    found = explain_groups(scenario, (0.9, 1.0), (0.4, 0.6), runs=100, seed=1, years=5)
    assert found.bridge.runs == 10
    assert math.isnan(found.difference.errors["end"])


@pytest.mark.parametrize(("first", "last"), [(2030, 2030), (2031, 2030), (2019, None), (None, 2040)])
def test_years_that_do_not_fit_are_a_fault(scenario, first, last):
    with pytest.raises(InputError) as caught:
        explain(scenario, first=first, last=last)
    (fault,) = caught.value.faults
    assert "2020" in fault.say("nb")
    assert fault.say("nb") != fault.say("en")


def test_no_revenue_is_a_fault():
    with pytest.raises(InputError, match="2021"):
        decompose(tiny(operating_revenue=(1, 0), deflator_index=(1, 1), residents=(1, 1)), "debt_ratio")


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_every_term_has_words(scenario, lang):
    assert list(GROUPS) == list(DEFINITIONS) == [*FLOWS, *GROWTH]
    other = "en" if lang == "nb" else "nb"
    for group in GROUPS:
        for words in (GROUPS[group], DEFINITIONS[group]):
            assert words.say(lang) != words.say(other)
        for part in parts_of(group):
            if len(parts_of(group)) > 1:
                assert label_of(part, lang)
    rows = explanation_rows(explain(scenario), lang)
    assert len({len(row) for row in rows}) == 1


def test_the_waterfall_ends_where_the_ratio_does(scenario):
    one = explain(scenario)
    two = explain_groups(scenario, (0.9, 1.0), (0.4, 0.6), runs=300, seed=1)
    for found in (one, two):
        shown = bars(found, "en")
        assert shown[-1].right == pytest.approx(100.0 * found.bridge.end, abs=1e-9)
        assert shown[0].right == pytest.approx(100.0 * (found.against.end if found.against else found.bridge.start))
        for before, after in itertools.pairwise(shown[:-1]):
            assert abs(before.right - after.left) < 0.05 * len(GROUPS)  # what is shown as nothing is left out


def test_command_explains_the_baseline(ldip, here):
    said = ldip("explain", "--lang", "en", "--out", "r")
    assert said.code == 0
    assert "Debt ratio at the end" in said.out
    assert "Instalments are paid by operations" in said.out
    assert {path.name for path in (here / "r").iterdir()} == {
        *("explanation.csv", "explanation_by_year.csv", "explanation.png", "explanation.svg"),
    }
    rows = rows_of(here / "r" / "explanation.csv")
    value = {row["term"]: float(row["value"]) for row in rows}
    groups = [float(row["value"]) for row in rows if row["part_of"] == "" and row["term"] in GROUPS]
    assert sum(groups) == pytest.approx(value["end"] - value["start"], abs=1e-9)
    yearly = [row for row in rows_of(here / "r" / "explanation_by_year.csv") if row["term"] == "net_interest"]
    assert [row["year"] for row in yearly] == [str(year) for year in range(2021, 2040)]
    assert sum(float(row["value"]) for row in yearly) == pytest.approx(value["net_interest"], abs=1e-9)


def test_command_explains_groups(ldip):
    words = ("explain", "--group", "0.9:1", "--against", "0:0.1", "--runs", 1000, "--to", 2030)
    said = ldip(*words)
    assert said.code == 0
    assert "90–100 %" in said.out
    assert "Udekket merforbruk" in said.out
    found = json.loads(ldip(*words, "--json").out)
    assert max(abs(gap) for gap in found["residual"].values()) < 1e-12
    apart = {row["term"]: row for row in found["terms"] if row["of"] == "difference"}
    assert sum(apart[group]["value"] for group in GROUPS) == pytest.approx(
        apart["end"]["value"] - apart["start"]["value"], abs=1e-12
    )
    assert apart["end"]["value"] > 0.1
    assert apart["end"]["standard_error"] > 0.0
    assert {row["to"] for row in found["terms"]} == {2030}
    assert found["definitions"]["net_interest"]["label"]["nb"] == "Renter, netto"


def test_command_explains_a_change_against_its_base(ldip):
    words = ("explain", "--change", "interest-plus-2", "--against-base", "--json")
    found = json.loads(ldip(*words).out)
    apart = {row["term"]: row["value"] for row in found["terms"] if row["of"] == "difference"}
    assert apart["net_interest"] > 0.2
    assert ldip("explain", "--against-base").code == 1


@pytest.mark.parametrize(
    "words",
    [
        ("--group", "0.9"),
        ("--group", "0.9:0.8"),
        ("--group", "0:90"),
        ("--against", "0:0.1"),
        ("--group", "0.9:1", "--against-base"),
    ],
)
def test_wrong_usage(ldip, words):
    assert ldip("explain", *words).code == 2


def test_faults_leave_nothing_behind(ldip, here):
    for words in (("--to", 2050), ("--group", "0.999:1", "--runs", 10)):
        said = ldip("explain", "--out", "r", *words)
        assert said.code == 1
        assert said.err.strip()
        assert not (here / "r").exists()


def test_records_of_a_path_have_no_errors(scenario):
    found = explanation_records(explain(scenario))
    assert {row["standard_error"] for row in found["terms"]} == {None}


def test_explanation_and_variance_agree_on_what_matters(scenario):
    """The highest debt ratios differ from the lowest through operations and revenue rather than interest, as the
    state's level of free revenue, the driver with the largest share of the variance, works; with only the rate on,
    through interest."""
    shares = sobol(scenario, runs=512, seed=2, years=20, metrics=["debt_ratio"]).indices["debt_ratio"]
    assert max(shares, key=lambda name: shares[name].first) == "free_revenue"

    def through(drivers):
        found = explain_groups(
            scenario.model_copy(update={"drivers": drivers}), (0.9, 1.0), (0.0, 0.1), runs=1000, seed=2
        ).difference
        of_tax = sum(abs(found.term(group).sum()) for group in ("operations", "real_revenue"))
        return of_tax, abs(found.term("net_interest").sum())

    of_tax, of_rate = through(scenario.drivers)
    assert of_tax > 1.5 * of_rate
    of_tax, of_rate = through(scenario.drivers.without([name for name in Drivers.names() if name != "rate"]))
    assert of_rate > 4.0 * of_tax
