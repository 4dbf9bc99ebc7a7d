"""Restructuring at a chosen confidence: solved steps satisfy their probability, and agree with the simulator."""

import csv
import json
import re

import numpy as np
import pytest

from ldip.analysis.reserve import reserve_curve
from ldip.analysis.restructuring import LARGEST, TOLERANCE, Margins, chosen_rules, curve, restructure
from ldip.cli import run
from ldip.model.engine.simulate import simulate
from ldip.scenario.files.reader import DEFAULT, read

CONFIDENCES = (0.5, 0.7, 0.8, 0.9)


@pytest.fixture(scope="module")
def solved(scenario):
    return restructure(scenario, confidences=CONFIDENCES, runs=1000, seed=1, years=20)


def call(monkeypatch, capsys, *words):
    monkeypatch.setattr("sys.argv", ["ldip", *map(str, words)])
    try:
        run()
        code = 0
    except SystemExit as stop:
        code = stop.code
    said = capsys.readouterr()
    return code, said.out, said.err


def holding(scenario, step, seed, runs=1000):
    """Share of runs in which no rule is broken in the last year, by the simulator's own events."""
    ledger = simulate(scenario, runs=runs, seed=seed, years=20, lines=["any_rule_breach"], policy="step", step=step)
    return 1.0 - ledger["any_rule_breach"][-1].mean()


def test_the_simulator_agrees_with_every_solved_step(scenario, solved):
    """The same seed: exactly the share of runs asked for, and a little less is not enough."""
    for answer in solved.answers:
        assert answer.probability >= answer.confidence
        assert holding(scenario, answer.step, 1) == pytest.approx(answer.probability, abs=0.002)
        if answer.step > 1.0:
            assert holding(scenario, answer.step - 1.0, 1) < answer.probability


def test_a_fresh_seed_keeps_the_probability_within_its_error(scenario, solved):
    for answer in solved.answers[1:]:
        error = np.sqrt(2.0) * answer.probability_error
        assert holding(scenario, answer.step, 77) == pytest.approx(answer.confidence, abs=4.0 * error)


def test_no_step_gives_what_simulate_gives(scenario, solved):
    ledger = simulate(scenario, runs=1000, seed=1, years=20, lines=["any_rule_breach"])
    assert solved.probability(0.0) == pytest.approx(1.0 - ledger["any_rule_breach"][-1].mean(), abs=0.002)


def test_more_confidence_never_needs_less(solved):
    steps = [answer.step for answer in solved.answers]
    assert steps == sorted(steps)
    probabilities = [probability for _, probability in curve(solved)]
    assert probabilities == sorted(probabilities)
    assert probabilities[0] == solved.probability(0.0)


def test_all_rules_together_need_at_least_as_much_as_each(scenario, solved):
    for rule in solved.rules:
        alone = restructure(scenario, confidences=(0.9,), rules=(rule.id,), runs=1000, seed=1, years=20)
        assert alone.answers[0].step <= solved.answers[-1].step + TOLERANCE, rule


def test_every_year_needs_at_least_as_much_as_the_last(scenario, solved):
    since = restructure(scenario, confidences=(0.7,), since=2034, runs=1000, seed=1, years=20)
    assert (since.first_year, since.last_year) == (2034, 2039)
    assert since.answers[0].step >= solved.answers[1].step - TOLERANCE


def test_first_order_size(scenario):
    """Where only the result share binds, a step s lifts the result of 2039 by 16 s: the missing amount / 16, less the
    interest and instalments saved on the way, which makes the step smaller."""
    solved = restructure(scenario, confidences=(0.9,), rules=("result",), runs=1000, seed=1, years=20)
    lines = ["underlying_result", "operating_revenue", "deflator_index"]
    ledger = simulate(scenario, runs=1000, seed=1, years=20, lines=lines)
    lacks = (0.03 * ledger["operating_revenue"] - ledger["underlying_result"])[-1] / ledger["deflator_index"][-1]
    naive = np.quantile(lacks, 0.9) / 16.0
    assert 0.6 * naive < solved.answers[0].step < naive


def test_what_no_step_mends_is_infinite(scenario):
    """In the first plan year nothing has taken effect yet."""
    solved = restructure(scenario, confidences=(0.99,), since=2020, runs=300, seed=1, years=20)
    assert np.isinf(solved.steps).any()
    assert np.isinf(solved.answers[0].step)
    assert solved.probability(LARGEST) < 0.99


def test_progress_adds_up_to_the_runs(scenario):
    told: list[int] = []
    restructure(scenario, confidences=(0.9,), runs=300, seed=1, years=20, progress=told.append)
    assert sum(told) == 300
    assert min(told) >= 0
    assert len(told) > 4, "told while it is solving, not at its end"


def test_margins_rise_with_the_step(scenario):
    margins = Margins(scenario, chosen_rules(scenario, ("result", "liquidity")), None, runs=200, seed=3, years=20)
    every = np.arange(200)
    low, high = margins(np.full(200, 10.0), every), margins(np.full(200, 60.0), every)
    assert (high >= low - 1e-9).all()
    np.testing.assert_array_equal(margins(np.full(5, 10.0), every[:5]), low[:5])


def test_rules_together_hold_no_more_often_than_each(scenario, solved):
    ledger = simulate(scenario, runs=1000, seed=1, years=20, lines=["any_rule_breach", "result_share_breach"])
    none = solved.held[0]
    assert none.step == 0.0
    assert none.together == pytest.approx(1.0 - ledger["any_rule_breach"][-1].mean(), abs=1e-12)
    assert none.by_rule["result"] == pytest.approx(1.0 - ledger["result_share_breach"][-1].mean(), abs=1e-12)
    for held in solved.held:
        assert held.together <= min(held.by_rule.values())
        assert held.together >= sum(held.by_rule.values()) - len(solved.rules) + 1 - 1e-12  # Bonferroni
    assert [held.together for held in solved.held[1:]] == [
        answer.probability for answer in solved.answers if answer.step
    ]


def test_reserve_curve(scenario):
    reserve = reserve_curve(scenario, runs=800, seed=1, years=20, openings=(0.0, 200.0, 3000.0))
    assert (np.diff(reserve.probability, axis=0) >= 0.0).all(), "a larger fund lasts at least as long, run by run"
    assert (np.diff(reserve.probability, axis=1) <= 0.0).all(), "what has not lasted does not come back"
    own = int(np.flatnonzero(reserve.openings == scenario.opening.buffer_fund.value)[0])
    ledger = simulate(scenario, runs=800, seed=1, years=20, lines=["buffer_fund_breach"])
    assert reserve.probability[own, -1] == pytest.approx(1.0 - ledger["buffer_fund_breach"].max(axis=0).mean())
    assert reserve.probability[-1, 3] > 0.99, "three billion last through the plan"


def test_policies(scenario):
    """Without even the adopted measures the need is larger; a step makes it smaller, and steering by the result."""
    lines = ["restructuring_need", "restructuring_measures", "deflator_index", "newly_decided", "operating_revenue"]
    need = {}
    for policy in ("none", "adopted", "step", "react"):
        ledger = simulate(scenario, runs=500, seed=1, years=20, lines=lines, policy=policy, step=40.0)
        need[policy] = ledger["restructuring_need"][-1].mean()
        real = ledger["restructuring_measures"] / ledger["deflator_index"]
        if policy == "step":
            np.testing.assert_allclose(real[:4], 0.0)
            np.testing.assert_allclose(real[4:, 0], 40.0 * np.arange(1, 17))
        if policy == "react":
            decided = ledger["newly_decided"] / ledger["deflator_index"]
            most = float(scenario.restructuring.most_change.value)
            assert np.abs(ledger["newly_decided"] / ledger["operating_revenue"]).max() <= most + 1e-12
            assert not decided[:3].any(), "none in the adopted plan years"
            np.testing.assert_allclose(real[1:], np.cumsum(decided, axis=0)[:-1], atol=1e-9)
    assert need["none"] > need["adopted"] > need["step"]
    assert need["adopted"] > need["react"]


def test_dearer_money_needs_more(scenario):
    dearer = read(DEFAULT, ["interest-plus-2"]).scenario
    steps = [
        restructure(s, confidences=(0.8,), runs=500, seed=1, years=20).answers[0].step for s in (scenario, dearer)
    ]
    assert steps[1] > steps[0]


def test_the_command(tmp_path, monkeypatch, capsys):
    words = ("restructure", "--runs", 400, "--lang", "en", "--out", tmp_path / "r", "--reserve")
    code, out, _ = call(monkeypatch, capsys, *words)
    assert code == 0
    assert "never falls below its minimum" in out
    assert {path.name for path in (tmp_path / "r").iterdir()} == {
        *("restructuring.csv", "restructuring_curve.csv", "rules_held.csv", "steering.csv", "reserve_curve.csv")
    }
    assert "90 %" in out
    with (tmp_path / "r" / "restructuring.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    code, out, _ = call(monkeypatch, capsys, *words, "--json")
    steps = json.loads(out)["steps"]
    assert [set(step) for step in steps] == [set(rows[0])] * 3
    assert {"confidence", "step_mnok", "step_share", "probability", "standard_error"} <= set(steps[0])
    for row, step in zip(rows, steps, strict=True):
        assert float(row["step_mnok"]) == pytest.approx(step["step_mnok"])


@pytest.mark.parametrize("words", [("--confidence", "90"), ("--confidence", "much")])
def test_wrong_words_are_usage_errors(monkeypatch, capsys, words):
    code, _, err = call(monkeypatch, capsys, "restructure", *words)
    assert code == 2
    assert "Bruk: ldip restructure" in err


def test_a_step_belongs_to_its_policy(tmp_path, monkeypatch, capsys):
    code, _, err = call(monkeypatch, capsys, "simulate", "--step", 40, "--out", tmp_path / "r")
    assert code == 2
    assert "--policy step" in err


def test_simulate_says_what_is_done(tmp_path, monkeypatch, capsys):
    words = ("simulate", "--policy", "step", "--step", 40, "--runs", 100, "--no-pictures", "--out", tmp_path / "r")
    code, out, _ = call(monkeypatch, capsys, *words, "--lang", "en")
    assert code == 0
    assert "Restructuring that grows by 40.0 mill. a year" in out
    assert "pressure" not in out.partition("\n\n")[0], "that fan was not simulated"
    provenance = json.loads((tmp_path / "r" / "provenance.json").read_text(encoding="utf-8"))
    assert (provenance["policy"], provenance["step"]) == ("step", 40.0)


def test_steps_of_a_small_municipality_can_be_told_apart(monkeypatch, capsys, tmp_path):
    """In a municipality of 600 a step of 0.08 mill. is not one of 0.12."""
    call(monkeypatch, capsys, "scenario", "new", str(tmp_path / "liten"), "--residents", "600")
    _, said, _ = call(monkeypatch, capsys, "restructure", str(tmp_path / "liten"), "--runs", "100", "--lang", "en")
    steps = re.findall(r"^\d\d % +(\S+) ", said, re.MULTILINE)
    assert len(set(steps)) == 3
    assert all(len(step.partition(".")[2]) == 2 for step in steps), steps
