"""Pressure and steered: two fans in the same weather, always both, each by its name."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import python_calamine
from conftest import of_fan, rows_of

import ldip as door
from ldip.analysis.restructuring import restructure
from ldip.analysis.steering import steer
from ldip.cli.options import DEFAULT_SCENARIO
from ldip.model.engine.simulate import BATCH, FANS, POLICIES, PRESSURE, STEERED
from ldip.model.shown import FAN_FIGURES, FAN_OF, LASTING, figures_of, shown_in
from ldip.report.answers.simulation import answers
from ldip.report.folder.reading import read_fans
from ldip.report.folder.runs import file_names
from ldip.report.terminal import POLICY
from ldip.scenario.files.recorded import read_recorded
from ldip.statistics.stream import fans_of, simulate_and_summarise, simulate_fans

SHIPPED = ("baerum-2020", "eksempelvik-2025")
SMALL = ("simulate", "--runs", 100, "--no-pictures")
SIZE = {"runs": 300, "seed": 3, "years": 6}
LINES, WIDEST = 25, 106
NAMES = {"nb": ("Press", "Styrt"), "en": ("Pressure", "Steered")}
OLD = Path(__file__).parent / "golden" / "format-1" / "written"


@pytest.fixture(scope="module")
def fans(scenario):
    return simulate_fans(scenario, name=scenario.name, **SIZE)


# Two simulations, one weather


def test_the_fans_are_of_two_policies():
    assert {PRESSURE, STEERED} <= set(POLICIES)
    assert list(FANS) == [PRESSURE, STEERED]
    assert set(POLICY) == set(POLICIES)
    assert set(FAN_OF.values()) <= set(FANS.values()) == set(FAN_FIGURES)
    assert fans_of(PRESSURE) == ("pressure", "steered")
    assert [fans_of(policy) for policy in ("none", "step", STEERED)] == [("none",), ("step",), ("steered",)]


def test_each_fan_is_what_its_policy_gives_alone(scenario, fans):
    for summary in fans.written:
        alone = simulate_and_summarise(scenario, name=scenario.name, policy=summary.policy, **SIZE)
        assert alone.fan == summary.fan
        for name, spread in alone.distributions.items():
            np.testing.assert_array_equal(spread.percentiles, summary.distributions[name].percentiles)
            np.testing.assert_array_equal(spread.mean_error, summary.distributions[name].mean_error)
        for name, chance in alone.probabilities.items():
            np.testing.assert_array_equal(chance.in_year, summary.probabilities[name].in_year)


def test_both_meet_the_same_weather(fans):
    pressure, steered = fans.pressure.distributions, fans.steered.distributions
    for name in ("money_market_rate", "completions", "residents"):
        np.testing.assert_array_equal(pressure[name].percentiles, steered[name].percentiles)
    assert np.any(pressure["debt_ratio"].percentiles != steered["debt_ratio"].percentiles)


def test_weather_that_is_not_held_is_the_same(scenario):
    """Beyond one batch the weather is drawn for each."""
    runs = BATCH["numpy"] + 1
    many = simulate_fans(scenario, name="many", runs=runs, seed=3, years=2)
    of = [summary.distributions["money_market_rate"].percentiles for summary in many.written]
    np.testing.assert_array_equal(*of)


def test_another_policy_stands_alone(scenario):
    alone = simulate_fans(scenario, name="alone", policy="step", step=40.0, **SIZE)
    assert (alone.steered, alone.pressure.fan, alone.pressure.policy) == (None, "step", "step")
    assert figures_of("step") == FAN_FIGURES["pressure"]
    assert shown_in(LASTING, "step")
    assert not shown_in(LASTING, "pressure")


def test_years_on_the_register_are_counted(fans):
    register = fans.pressure.probabilities["state_register"]
    assert fans.pressure.years_of("state_register") == pytest.approx(register.in_year.sum())
    assert fans.steered.years_of("state_register") <= SIZE["years"]


# The folder


def test_the_folder_holds_both_and_is_read_back(ldip, here):
    assert ldip(*SMALL, "--years", 6, "--out", "r").code == 0
    for name in ("summary.csv", "sampling_errors.csv", "probabilities.csv"):
        rows = rows_of(here / "r" / name)
        assert list(rows[0])[:2] == ["scenario", "fan"]
        assert list(dict.fromkeys(row["fan"] for row in rows)) == ["pressure", "steered"]
        assert len(of_fan(here / "r" / name)) == len(of_fan(here / "r" / name, "steered"))
    recorded = read_recorded(here / "r")
    assert (recorded.policy, recorded.fans) == (PRESSURE, {"pressure": PRESSURE, "steered": STEERED})
    found = read_fans(recorded)
    assert [summary.policy for summary in found.written] == [PRESSURE, STEERED]
    for summary in found.written:
        median = [
            float(row["p50"]) for row in of_fan(here / "r/summary.csv", summary.fan) if row["metric"] == LASTING
        ]
        assert summary.distributions[LASTING].percentile(0.5).tolist() == median


def test_one_fan_is_named_by_its_policy(ldip, here):
    assert ldip(*SMALL, "--years", 3, "--policy", "none", "--out", "r").code == 0
    assert {row["fan"] for row in rows_of(here / "r/summary.csv")} == {"none"}
    assert read_fans(read_recorded(here / "r")).steered is None
    assert door.open(here / "r").steered is None


def test_a_folder_of_before_is_of_pressure(tmp_path):
    """Version 0.1.0 knew one fan, and its files say nothing of it."""
    folder = shutil.copytree(OLD / "simulate", tmp_path / "old")
    assert "fan" not in rows_of(folder / "summary.csv")[0]
    recorded = read_recorded(folder)
    assert recorded.fans == {}
    found = read_fans(recorded)
    assert (found.pressure.fan, found.steered) == ("pressure", None)
    assert len(found.pressure.distributions["debt_ratio"].mean) == recorded.years


def test_json_has_every_fan_and_the_first_as_ever(ldip):
    content = json.loads(ldip(*SMALL, "--years", 8, "--json").out)
    assert list(content["fans"]) == ["pressure", "steered"]
    for part in ("summary", "probabilities"):
        assert content["fans"]["pressure"][part] == content[part]
        assert content["fans"]["steered"][part] != content[part]
    assert content["fans"]["steered"]["policy"] == STEERED
    alone = json.loads(ldip(*SMALL, "--years", 8, "--json", "--policy", STEERED).out)
    assert alone["fans"]["steered"] == content["fans"]["steered"]


def test_runs_have_a_file_for_each_fan():
    assert file_names(("pressure", "steered"), ["npy"]) == [
        *("runs.npy", "runs.json"),
        *("runs-steered.npy", "runs-steered.json"),
    ]
    assert file_names(("none",), ["npy"]) == ["runs.npy", "runs.json"]


# From Python


def test_python_has_both_run_by_run(tmp_path):
    result = door.load(DEFAULT_SCENARIO).simulate(200, years=5, keep_runs=True)
    steered = result.steered
    assert (result.fan, steered.fan, steered.steered) == ("pressure", "steered", None)
    assert (result["money_market_rate"].runs == steered["money_market_rate"].runs).all(axis=None)
    again = door.load(DEFAULT_SCENARIO).simulate(200, years=5, policy=STEERED)
    assert (again["debt_ratio"].runs == steered["debt_ratio"].runs).all(axis=None)
    assert "Steered" in result._repr_html_()
    result.save(tmp_path / "r", pictures=False)
    opened = door.open(tmp_path / "r")
    assert (opened.steered["debt_ratio"].runs == steered["debt_ratio"].runs).all(axis=None)
    panels = [axes.get_title(loc="left") for axes in result.plot("debt_ratio", lang="en").axes]
    assert [title.split(":")[0] for title in panels] == ["Steered", "Pressure"]
    assert len(result.plot("restructuring_need").axes) == len(result.plot(LASTING).axes) == 1


# What readers see


@pytest.mark.parametrize("lang", ["nb", "en"])
@pytest.mark.parametrize("name", SHIPPED)
def test_the_answer_is_one_screen(ldip, name, lang):
    said = ldip("simulate", name, "--runs", 400, "--out", "r", "--lang", lang)
    assert (said.code, said.err) == (0, "")
    lines = said.out.rstrip().splitlines()
    assert len(lines) <= LINES
    assert max(map(len, [*lines[:4], *lines[5:]])) <= WIDEST  # the fifth has the title, however long
    pressure, steered = (word.lower() for word in NAMES[lang])
    assert [pressure in line for line in lines[:3]] == [False, True, True]  # the register in both
    assert [steered in line for line in lines[:3]] == [True, False, True]
    assert re.search(r"\d[.,]\d", lines[0])
    others = NAMES["en" if lang == "nb" else "nb"]
    assert not [word for word in others if re.search(rf"\b{word}\b", said.out, re.IGNORECASE)]


def test_the_long_tables_stand_behind_details(ldip):
    short, long = ldip(*SMALL, "--lang", "en"), ldip(*SMALL, "--lang", "en", "--details")
    assert long.out.startswith(short.out)
    for summary in ("STEERED: ", "PRESSURE: "):
        assert summary in long.out
    assert long.out.count("Breach: liquidity reserve") == 2


def test_one_policy_is_one_fan_on_the_screen(ldip):
    said = ldip(*SMALL, "--policy", "none", "--lang", "en")
    assert "Steered" not in said.out
    assert "Pressure" not in said.out
    assert "not even the adopted ones" in said.out


def test_the_three_sentences_have_the_figures(fans):
    debt, need, changed = answers(fans, "en")
    assert f"{100.0 * fans.steered.distributions['debt_ratio'].percentile(0.5)[-1]:.1f} per cent" in debt
    assert f"{fans.pressure.distributions['restructuring_need'].percentile(0.95)[-1]:,.0f} in nine" in need
    assert f"{100.0 * fans.steered.probabilities['state_register'].so_far[-1]:.0f} %" in changed


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_report_and_workbook_name_both(ldip, here, undrawn, lang):
    how = ("--runs", 100, "--years", 6, "--lang", lang)
    assert ldip("report", DEFAULT_SCENARIO, *how, "--out", "page.html").code == 0
    page = (here / "page.html").read_text(encoding="utf-8")
    assert ldip("workbook", *how, "--out", "book.xlsx").code == 0
    sheets = python_calamine.CalamineWorkbook.from_path(str(here / "book.xlsx")).sheet_names
    for word in NAMES[lang]:
        assert page.count(word) > 10
        assert len([name for name in sheets if name.startswith(f"{word} – ")]) >= 5
    for word in NAMES["en" if lang == "nb" else "nb"]:
        assert not re.search(rf"\b{word}\b", page)
        assert not [name for name in sheets if name.startswith(f"{word} – ")]


def test_a_comparison_says_its_fan(ldip, here):
    how = ("--runs", 50, "--years", 5, "--no-pictures", "--lang", "en")
    said = ldip("compare", *how, "--out", "r")
    assert said.out.splitlines()[1] == POLICY[PRESSURE].en
    said = ldip("compare", *how, "--policy", STEERED, "--out", "r")
    assert said.out.splitlines()[1] == POLICY[STEERED].en
    assert {row["fan"] for row in rows_of(here / "r/comparison.csv")} == {"steered"}
    said = ldip("stress", *how, "--policy", STEERED, "--out", "s")
    assert said.out.splitlines()[1] == POLICY[STEERED].en


# A step or steering


def test_steering_beside_a_step(scenario, ldip, here):
    size = {"runs": 300, "seed": 1, "years": 12}
    steering = steer(scenario, **size)
    solved = restructure(scenario, confidences=(0.9,), **size)
    alone = simulate_and_summarise(scenario, name=scenario.name, policy=STEERED, **size)
    for name in ("debt_ratio", LASTING):
        np.testing.assert_array_equal(
            steering.summary.distributions[name].percentiles, alone.distributions[name].percentiles
        )
    assert steering.together == pytest.approx(1.0 - alone.probabilities["any_rule_breach"].in_year[-1])
    assert list(steering.by_rule) == list(solved.held[0].by_rule)
    said = ldip("restructure", "--runs", 300, "--years", 12, "--lang", "en", "--out", "r")
    assert POLICY[STEERED].en in said.out
    assert "What waiting is worth" in said.out
    (row,) = rows_of(here / "r/steering.csv")
    assert float(row["rules_hold"]) == pytest.approx(steering.together)
