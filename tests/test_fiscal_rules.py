"""Fiscal rules as data: those of the accounts, those that a municipality brings, and levels that others watch."""

from pathlib import Path

import numpy as np
import pytest
from conftest import of_fan

from ldip.analysis.compare import compare
from ldip.analysis.discovery import discover
from ldip.analysis.restructuring import restructure
from ldip.errors import InputError
from ldip.model.accounts.year import LINES
from ldip.model.catalogue import catalogue, headline
from ldip.model.engine.simulate import simulate
from ldip.model.fiscal_rules import ANY_RULE, events, limits, margin, rules
from ldip.report.limits import limits as lines_of_limits
from ldip.report.numbers import as_set
from ldip.scenario.files.reader import read
from ldip.scenario.schema import RULE_UNITS, TAKEN, TAKEN_BREACHES
from ldip.statistics.stream import simulate_and_summarise

OWN = """
[change]
title_nb = "Egne regler"
title_en = "Own rules"

[rules.own.debt_ceiling]
nb = "Gjeldsgrad, høyst"
en = "Debt ratio, at most"
metric = "debt_ratio"
side = "most"
since = {since}
limit = {{ dated = {{ {first} = 0.9, {later} = 0.8 }}, unit = "share", basis = "source", source = "kommunestyret" }}

[rules.own.buffer_floor]
nb = "Bufferfond, minst"
en = "Buffer fund, at least"
metric = "closing_buffer_fund"
side = "least"
limit = {{ value = 100.0, unit = "mill. {first}-kr", basis = "source", source = "kommunestyret" }}
"""


def with_own_rules(tmp_path, name="baerum-2020"):
    first = read(name).scenario.scenario.first_year
    path = tmp_path / "own.toml"
    path.write_text(OWN.format(first=first, since=first + 2, later=first + 5), encoding="utf-8")
    return read(name, (str(path),)).scenario


def test_the_accounts_rules_are_the_breaches_they_report(scenario):
    """The table and chapter 9 of the accounts say the same of every run and year."""
    ledger = simulate(scenario, runs=500, seed=4, years=20)
    for rule in rules(scenario):
        assert rule.metric in LINES
        lacks = margin(rule, ledger) < -1e-6
        if rule.metric == "equity_share":  # what is not borrowed does not lack
            lacks &= ledger["general_borrowing"] > 1e-3
        assert (lacks <= (ledger[rule.event] > 0.5)).all(), rule.id
        assert (ledger[rule.event] > 0.5).mean() - lacks.mean() < 0.01, rule.id


@pytest.mark.parametrize("name", ["baerum-2020", "eksempelvik-2025"])
def test_a_municipality_brings_its_own_rules(tmp_path, name):
    scenario = with_own_rules(tmp_path, name)
    assert [rule.id for rule in rules(scenario)][-2:] == ["debt_ceiling", "buffer_floor"]
    ledger = simulate(scenario, runs=400, seed=1, years=12)
    by_id = {event.id: event.happens(ledger) for event in ledger.events}
    first, debt = int(ledger.years[0]), ledger["debt_ratio"]
    at = np.where(ledger.years < first + 5, 0.9, 0.8)[:, None]
    expected = (debt > at) & (ledger.years >= first + 2)[:, None]
    np.testing.assert_array_equal(by_id["debt_ceiling_breach"], expected)
    low = ledger["closing_buffer_fund"] < 100.0 * ledger["cpi_index"]
    np.testing.assert_array_equal(by_id["buffer_floor_breach"], low)
    some = (ledger["any_rule_breach"] > 0.5) | expected | low
    np.testing.assert_array_equal(by_id[ANY_RULE], some)


def test_own_rules_reach_the_probabilities_by_every_way(tmp_path):
    scenario, plain = with_own_rules(tmp_path), read("baerum-2020").scenario
    how = {"runs": 600, "seed": 1, "years": 12}
    summary = simulate_and_summarise(scenario, name="x", **how)
    batches = simulate_and_summarise(scenario, name="x", batch=1024, engine="compiled", **how)
    ledger = simulate(scenario, **how)
    for event in events(scenario):
        np.testing.assert_array_equal(summary.probabilities[event.id].in_year, event.happens(ledger).mean(axis=1))
        np.testing.assert_array_equal(summary.probabilities[event.id].so_far, batches.probabilities[event.id].so_far)
    before = simulate_and_summarise(plain, name="y", **how)
    assert list(before.probabilities) == [event.id for event in events()]
    assert (summary.probabilities[ANY_RULE].in_year >= before.probabilities[ANY_RULE].in_year).all()
    pair = compare(
        {"own": lambda: simulate(scenario, **how), "plain": lambda: simulate(plain, **how)},
        against="own",
        base_year=2020,
        seed=1,
        plan_years=4,
    ).pairs["plain"]
    assert "debt_ceiling_breach" not in pair.events  # which only one of them has
    own, other = (of.probabilities[ANY_RULE].in_year for of in (summary, before))
    np.testing.assert_allclose(pair.events[ANY_RULE].in_year, other - own, atol=1e-12)


def test_restructuring_holds_own_rules(tmp_path):
    scenario = with_own_rules(tmp_path)
    how = {"confidences": (0.8,), "runs": 300, "seed": 1, "years": 20}
    alone = restructure(scenario, rules=("debt_ceiling",), **how)
    assert alone.held[0].by_rule.keys() == {"debt_ceiling"}
    ledger = simulate(scenario, runs=300, seed=1, years=20, lines=["debt_ratio"])
    assert alone.held[0].together == pytest.approx((ledger["debt_ratio"][-1] <= 0.8).mean())
    assert restructure(scenario, **how).answers[0].step >= alone.answers[0].step
    stepped = simulate(
        scenario, runs=300, seed=1, years=20, lines=["debt_ratio"], policy="step", step=alone.answers[0].step
    )
    assert (stepped["debt_ratio"][-1] <= 0.8 + 1e-8).mean() >= 0.8  # what rounding breaks is not broken


def test_an_unknown_rule_is_answered_with_the_known(ldip, tmp_path):
    said = ldip("restructure", "--rule", "rain", "--lang", "en")
    assert said.code == 1
    assert "rain: is no fiscal rule of this scenario. Choose among result, equity, buffer" in said.err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('metric = "debt_ratio"', 'metric = "rain"', "rules.own.debt_ceiling.metric"),
        ('side = "most"', 'side = "up"', "rules.own.debt_ceiling.side"),
        ('unit = "share"', 'unit = "per cent"', "rules.own.debt_ceiling.limit"),
        ("2020 = 0.9", "2020 = 90.0", "rules.own.debt_ceiling.limit"),
        ("since = 2022", 'since = "soon"', "rules.own.debt_ceiling.since"),
        ("[rules.own.debt_ceiling]", "[rules.own.Debt-Ceiling]", "rules.own.Debt-Ceiling = "),
        ("[rules.own.debt_ceiling]", "[rules.own.liquidity]", "rules.own.liquidity: "),
        ("[rules.own.debt_ceiling]", "[rules.own.result_share]", "rules.own.result_share: "),
    ],
)
def test_faulty_rules_are_told_with_their_key(tmp_path, old, new, said):
    text = OWN.format(first=2020, since=2022, later=2025)
    assert old in text
    path = tmp_path / "own.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read("baerum-2020", (str(path),))
    for lang in ("nb", "en"):
        assert any(said in line for line in error.value.say(lang)), error.value.say(lang)
    assert len(error.value.faults) == 1


def test_figures_that_rules_may_be_made_for_are_reported_figures():
    """But for two, which others say almost the same as; and the limit's unit is the figure's."""
    reported = {metric.id for metric in headline()}
    assert set(RULE_UNITS) - reported == {"investment_fund_share", "debt_ratio_without_on_lending"}
    for metric, unit in RULE_UNITS.items():
        assert catalogue()[metric].unit == ("mill. kr" if unit == "mill. 2020-kr" else unit)


BUILT_IN = """
[rules.own.{name}_again]
nb = "Igjen"
en = "Again"
metric = "{metric}"
side = "least"
limit = {{ value = {value}, unit = "{unit}", basis = "source", source = "the same as the accounts' own" }}
"""


def test_a_copy_of_the_accounts_own_rule_is_broken_when_that_is(tmp_path, scenario):
    """To the last run and year, also where a reserve is kept exactly at its minimum; and the same step holds it."""
    copies = ""
    for rule in rules(scenario)[:4]:
        unit = RULE_UNITS[rule.metric]
        copies += BUILT_IN.format(name=rule.id, metric=rule.metric, value=float(rule.values[-1]), unit=unit)
    path = tmp_path / "again.toml"
    path.write_text(copies, encoding="utf-8")
    again = read("baerum-2020", (str(path),)).scenario
    ledger = simulate(again, runs=1500, seed=3, years=20)
    happens = {event.id: event.happens(ledger) for event in ledger.events}
    for rule in rules(scenario)[:4]:
        np.testing.assert_array_equal(happens[f"{rule.id}_again_breach"], happens[rule.event], rule.id)
        how = {"confidences": (0.7,), "runs": 200, "seed": 1, "years": 20}
        steps = [restructure(again, rules=(name,), **how).steps for name in (rule.id, f"{rule.id}_again")]
        np.testing.assert_array_equal(*steps)


def test_analyses_of_events_know_own_rules(tmp_path):
    scenario = with_own_rules(tmp_path)
    for event in (ANY_RULE, "debt_ceiling_breach"):
        found = discover(scenario, event=event, runs=600, seed=1, years=12)
        ledger = simulate(scenario, runs=600, seed=1, years=12)
        happens = next(one for one in ledger.events if one.id == event).happens(ledger)
        assert found.probability == pytest.approx(happens[-1].mean())


def test_every_figure_that_a_rule_may_be_made_for_draws_it(tmp_path):
    text = "".join(
        BUILT_IN.format(name=metric, metric=metric, value=0.5, unit=unit) for metric, unit in RULE_UNITS.items()
    )
    path = tmp_path / "all.toml"
    path.write_text(text, encoding="utf-8")
    scenario = read("baerum-2020", (str(path),)).scenario
    for metric in RULE_UNITS:
        drawn = lines_of_limits(catalogue()[metric], scenario, np.arange(2020, 2030))
        assert f"{metric}_again" in {line.id for line in drawn}


def test_runs_that_are_kept_hold_own_breaches(ldip, tmp_path):
    with_own_rules(tmp_path)
    out = tmp_path / "kept"
    said = ldip(
        *("simulate", "--change", tmp_path / "own.toml", "--runs", 300, "--years", 12),
        *("--keep-runs", "npy", "--no-pictures", "--out", out),
    )
    assert said.code == 0
    kept = np.load(out / "runs.npy")
    for row in of_fan(out / "probabilities.csv"):
        if row["event"] in (ANY_RULE, "debt_ceiling_breach", "buffer_floor_breach"):
            place = int(row["year"]) - 2020
            assert kept[row["event"]][:, place].mean() == pytest.approx(float(row["probability"]))


def test_names_that_are_taken_are_those_of_the_accounts(scenario):
    assert tuple(rule.id for rule in rules(scenario)) == TAKEN
    known = [metric.id for metric in catalogue().values() if metric.kind == "event"]
    assert {name.removesuffix("_breach") for name in known if name.endswith("_breach")} == set(TAKEN_BREACHES)


def test_ids_of_limits_and_events_are_their_own(tmp_path):
    scenario = with_own_rules(tmp_path)
    ids = [limit.id for limit in limits(scenario)]
    assert len(set(ids)) == len(ids)
    names = [event.id for event in events(scenario)]
    assert len(set(names)) == len(names)


FIGURES = """
[rules.own.reserves]
nb = "Frie fond, minst"
en = "Free funds, at least"
metric = "free_fund_share"
side = "least"
limit = { value = 0.08, unit = "share", basis = "source", source = "kommunestyret 2024" }

[rules.own.investment_reserve]
nb = "Investeringsfond, minst"
en = "Investment funds, at least"
metric = "investment_fund_share"
side = "least"
limit = { value = 0.005, unit = "share", basis = "source", source = "kommunestyret 2024" }

[rules.own.self_financed]
nb = "Selvfinansiering, minst"
en = "Self-financing, at least"
metric = "self_financing_share"
side = "least"
limit = { value = 0.42, unit = "share", basis = "source", source = "kommunestyret 2024" }

[rules.own.own_debt]
nb = "Gjeldsgrad uten vann, avløp og boliger, høyst"
en = "Debt ratio without water, waste and housing, at most"
metric = "general_debt_ratio"
side = "most"
limit = { value = 0.60, unit = "share", basis = "source", source = "kommunestyret 2024" }

[rules.own.loans]
nb = "Gjeldsgrad uten videreutlån, høyst"
en = "Debt ratio without on-lending, at most"
metric = "debt_ratio_without_on_lending"
side = "most"
limit = { value = 0.85, unit = "share", basis = "source", source = "kommunestyret 2024" }
"""


@pytest.mark.parametrize("name", ["baerum-2020", "eksempelvik-2025"])
def test_rules_of_figures_of_ones_own_are_read_from_the_accounts(tmp_path, name):
    (tmp_path / "figures.toml").write_text(FIGURES, encoding="utf-8")
    scenario = read(name, (str(tmp_path / "figures.toml"),)).scenario
    ledger = simulate(scenario, runs=300, seed=1, years=15)
    happens = {event.id: event.happens(ledger) for event in ledger.events}
    revenue = ledger["operating_revenue"]
    free = ledger["closing_buffer_fund"] + ledger["closing_wage_reserve"] + ledger["closing_discretionary_funds"]
    funds, debt = ledger["closing_investment_funds"], ledger["closing_general_debt"]
    borrowed = ledger["general_borrowing"] + ledger["self_financing_borrowing"]
    expected = {
        "reserves": (free + funds) / revenue < 0.08,
        "investment_reserve": funds / revenue < 0.005,
        "self_financed": borrowed > 0.58 * ledger["gross_investment"],
        "own_debt": debt / revenue > 0.60,
        "loans": (debt + ledger["closing_self_financing_debt"]) / revenue > 0.85,
    }
    for rule, broken in expected.items():
        np.testing.assert_array_equal(happens[f"{rule}_breach"], broken, rule)
    assert sum(0.0 < broken.mean() < 1.0 for broken in expected.values()) >= 3


def test_rules_of_ones_own_figures_are_shown_wherever_breaches_are(ldip, undrawn, tmp_path, monkeypatch):
    """Terminal tables of compare and stress, the report's chapter, and the workbook's first sheet."""
    from python_calamine import CalamineWorkbook

    monkeypatch.chdir(tmp_path)
    (tmp_path / "figures.toml").write_text(FIGURES, encoding="utf-8")
    few = ("--runs", 60, "--lang", "en")
    said = ldip("compare", "baerum-2020+figures.toml", "baerum-2020", *few, "--no-pictures", "--out", "compared")
    stressed = ldip("stress", "--change", "figures.toml", "--test", "interest-plus-2", *few)
    book = ldip("workbook", "--change", "figures.toml", *few, "--out", "book.xlsx")
    report = ldip("report", "--change", "figures.toml", *few, "--out", "report.html")
    assert [one.code for one in (said, stressed, book, report)] == [0, 0, 0, 0], said.err + stressed.err + book.err
    first = CalamineWorkbook.from_path("book.xlsx").get_sheet_by_index(0).to_python()
    texts = {"compare": said.out, "stress": stressed.out, "workbook": str(first)}
    texts["report"] = Path("report.html").read_text(encoding="utf-8")
    for where, text in texts.items():
        for words in ("free funds, at least", "self-financing, at least", "debt ratio without on-lending, at most"):
            assert f"Breach: {words}" in text, (where, words)


def test_the_step_that_holds_rules_of_ones_own_figures(tmp_path):
    (tmp_path / "figures.toml").write_text(FIGURES, encoding="utf-8")
    scenario = read("baerum-2020", (str(tmp_path / "figures.toml"),)).scenario
    how = {"confidences": (0.8,), "runs": 300, "seed": 1, "years": 20}
    for rule in ("own_debt", "self_financed"):
        (answer,) = restructure(scenario, rules=(rule,), **how).answers
        assert answer.step > 0.0
        ledger = simulate(scenario, runs=300, seed=1, years=20, policy="step", step=answer.step)
        broken = next(event for event in ledger.events if event.id == f"{rule}_breach").happens(ledger)
        assert 1.0 - broken[-1].mean() >= 0.8, rule


@pytest.mark.parametrize(
    ("value", "nb", "en"),
    [(0.0175, "1,75", "1.75"), (0.03, "3,0", "3.0"), (0.03125, "3,125", "3.125"), (1.0, "100,0", "100.0")],
)
def test_a_limit_is_told_with_the_decimals_it_was_decided_with(value, nb, en):
    assert (as_set(value, "share", "nb"), as_set(value, "share", "en")) == (nb, en)
