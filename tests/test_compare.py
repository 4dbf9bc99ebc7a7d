"""Alternatives side by side: the figures by hand, what common random numbers are worth, files, names and messages."""

import dataclasses
import functools
import gc
import json
import math
import re
import shutil
import weakref
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from conftest import of_fan, rows_of, snapshot

from ldip.analysis.compare import (
    Comparison,
    Criterion,
    choose,
    compare,
    criteria,
    criterion_values,
    paired,
    paired_probability,
)
from ldip.cli import alternatives as command
from ldip.cli.options import DEFAULT_SCENARIO
from ldip.errors import InputError
from ldip.model.catalogue import catalogue, headline
from ldip.model.engine.simulate import Ledger, simulate
from ldip.model.fiscal_rules import events
from ldip.model.metrics import lines_needed, report_values
from ldip.report.answers.comparison import labels
from ldip.report.answers.comparison_charts import spread_out
from ldip.scenario.files import reader
from ldip.scenario.files.reader import alternative, find, read, shipped_folder
from ldip.scenario.files.reading import BASE
from ldip.scenario.files.recorded import read_recorded
from ldip.text import Text

PAIRED = (
    "scenario,against,metric,year,unit,price_basis,mean_difference,standard_error,unpaired_standard_error,"
    "p05,p50,p95,probability_lower,probability_equal"
)
REGRET = (
    "scenario,criterion,first_year,last_year,unit,price_basis,mean,mean_regret,mean_regret_standard_error,"
    "p95_regret,p95_regret_standard_error,probability_best_alone,probability_best_shared"
)
DATA = {
    "comparison.csv",
    "sampling_errors.csv",
    "probabilities.csv",
    "paired.csv",
    "paired_probabilities.csv",
    "regret.csv",
    "provenance.json",
}
PICTURES = {"comparison.png", "comparison.svg"}
NAMES = ["baerum-2020", "baerum-2020+housing-minus-20", "baerum-2020+housing-plus-10"]
SMALL = ("compare", "--runs", "100", "--years", "6", "--no-pictures")


def simulation(name: str, *, runs: int, seed: int = 1) -> Ledger:
    return simulate(read(name).scenario, runs=runs, seed=seed, years=20, lines=lines_needed())


def comparison(ledgers: dict[str, Ledger], against: str = NAMES[0]) -> Comparison:
    simulations = {name: functools.partial(ledgers.get, name) for name in ledgers}
    return compare(simulations, against=against, base_year=2020, seed=1, plan_years=4)


@pytest.fixture(scope="module")
def ledgers() -> dict[str, Ledger]:
    """The three growth alternatives over 2 000 runs."""
    return {name: simulation(name, runs=2000) for name in NAMES}


@pytest.fixture(scope="module")
def measured(ledgers) -> Comparison:
    return comparison(ledgers)


@pytest.fixture
def nothing(tmp_path) -> Path:
    """A change file that changes nothing."""
    path = tmp_path / "nothing.toml"
    path.write_text('[change]\ntitle_nb = "Ingenting"\ntitle_en = "Nothing"\n', encoding="utf-8")
    return path


@pytest.fixture
def faulty(tmp_path) -> Path:
    path = tmp_path / "faulty.toml"
    path.write_text("[housing]\nno_such_key = 1\n", encoding="utf-8")
    return path


# By hand


def test_differences_by_hand():
    metric = catalogue()["debt_ratio"]
    theirs = np.array([[1.0, 2.0, 3.0, 4.0]])
    result = paired(metric, np.array([[1.5, 2.0, 2.0, 7.5]]), theirs, np.array([0.7]))
    # differences 0.5, 0, -1, 3.5
    assert result.difference.mean[0] == pytest.approx(0.75)
    assert result.difference.sd[0] == pytest.approx(math.sqrt((0.0625 + 0.5625 + 3.0625 + 7.5625) / 3))
    assert result.difference.mean_error[0] == pytest.approx(result.difference.sd[0] / 2)
    assert result.difference.percentile(0.50)[0] == pytest.approx(0.25)
    assert result.difference.percentile(0.95)[0] == pytest.approx(0.5 + 0.85 * 3.0)
    assert result.difference.percentile(0.05)[0] == pytest.approx(-1.0 + 0.15 * 1.0)
    assert (result.lower[0], result.equal[0]) == (0.25, 0.25)
    assert result.unpaired_error[0] == 0.7


def test_rounding_is_not_a_difference():
    """A need of 1e-14 in one and 0 in the other is no need in both."""
    metric = catalogue()["restructuring_need"]
    mine, theirs = np.array([[1e-14, 500.0, 0.3]]), np.array([[0.0, 500.0 * (1 + 1e-15), 0.1 + 0.2]])
    result = paired(metric, mine, theirs, np.zeros(1))
    assert (result.lower[0], result.equal[0]) == (0.0, 1.0)
    assert not result.difference.percentiles.any()
    krone = paired(metric, np.array([[1e-6, 3000.0]]), np.array([[0.0, 3000.0]]), np.zeros(1))
    assert krone.equal[0] == 0.5


def test_probabilities_by_hand():
    event = events()[0]
    above, below = event.limits[0].values[0] + 0.1, event.limits[0].values[0] - 0.1
    mine = np.array([[above, above, above, below], [below, below, below, below]])
    theirs = np.array([[above, below, below, above], [below, below, below, above]])
    ledgers = [Ledger(np.array([2020, 2021]), ("debt_ratio",), values[None]) for values in (mine, theirs)]
    result = paired_probability(event, event, *ledgers)
    assert result.in_year.tolist() == [0.25, -0.25]  # two gained and one lost of four; one lost
    assert result.so_far.tolist() == [0.25, 0.25]
    # the differences are 0, 1, 1, -1
    assert result.in_year_error[0] == pytest.approx(np.std([0, 1, 1, -1], ddof=1) / 2)
    assert result.in_year_error[1] == pytest.approx(np.std([0, 0, 0, -1], ddof=1) / 2)


def test_regret_by_hand():
    criterion = Criterion(catalogue()["debt_ratio"], 2039, 2039)
    values = {
        "a": np.array([1.0, 2.0, 3.0, 1.0]),
        "b": np.array([1.0, 1.0, 4.0, 2.0]),
        "c": np.array([2.0, 5.0, 2.0, 2.0]),
    }
    choice = choose(criterion, values)
    a, b, c = choice.regrets.values()
    assert list(choice.regrets) == ["a", "b", "c"]
    # regrets: a 0, 1, 1, 0; b 0, 0, 2, 1; c 1, 4, 0, 1
    assert (a.value, b.value, c.value) == (1.75, 2.0, 2.75)
    assert (a.mean, b.mean, c.mean) == (0.5, 0.75, 1.5)
    assert a.mean_error == pytest.approx(math.sqrt(1 / 3) / 2)
    assert (a.p95, b.p95) == (pytest.approx(1.0), pytest.approx(1.0 + 0.85))
    assert (a.best, b.best, c.best) == (0.25, 0.25, 0.25)
    assert (a.shared, b.shared, c.shared) == (0.25, 0.25, 0.0)
    # a less b: 0, 1, -1, -1
    assert (choice.best, choice.runner_up, choice.lead) == ("a", "b", -0.25)
    assert choice.lead_error == pytest.approx(np.std([0, 1, -1, -1], ddof=1) / 2)
    assert (choice.ahead, choice.level) == (0.5, 0.25)
    assert values["a"].tolist() == [1.0, 2.0, 3.0, 1.0]


def artificial(debt: list[list[float]], need: list[list[float]]) -> Ledger:
    """A ledger of nothing but debt ratios and needs (year, run), prices doubled in every year."""
    lines = tuple(lines_needed())
    values = np.zeros((len(lines), len(debt), len(debt[0])))
    for line, rows in (("debt_ratio", debt), ("debt_ratio_with_deficits", debt), ("restructuring_need", need)):
        values[lines.index(line)] = rows
    for index in ("cpi_index", "deflator_index"):
        values[lines.index(index)] = 2.0
    return Ledger(np.arange(2020, 2020 + len(debt)), lines, values)


def test_whole_comparison_of_artificial_ledgers_by_hand():
    base = artificial([[0.5, 0.7], [0.6, 0.8], [0.7, 0.9]], [[9.0, 9.0], [0.0, 2.0], [0.0, 6.0]])
    other = artificial([[0.5, 0.7], [0.5, 0.9], [0.7, 0.6]], [[0.0, 0.0], [2.0, 2.0], [0.0, 2.0]])
    result = compare({"b": lambda: other, "a": lambda: base}, against="a", base_year=2020, seed=3, plan_years=1)
    assert list(result.summaries) == ["b", "a"]
    assert list(result.pairs) == ["b"]
    assert result.after_plan == 1
    debt, need = (result.pairs["b"].metrics[name] for name in ("debt_ratio", "restructuring_need"))
    assert debt.difference.mean.tolist() == pytest.approx([0.0, 0.0, -0.15])
    assert debt.lower.tolist() == [0.0, 0.5, 0.5]
    assert debt.equal.tolist() == [1.0, 0.0, 0.5]
    # sd over the two runs: 0.1 sqrt 2 in both in 2021
    assert debt.unpaired_error[1] == pytest.approx(math.hypot(0.1, 0.2))
    assert need.difference.mean.tolist() == [-4.5, 0.5, -1.0]  # in base-year kroner, half the nominal amounts
    last, with_deficits, needed = result.choices
    assert (last.criterion.first, last.criterion.last) == (2022, 2022)
    assert (needed.criterion.first, needed.criterion.last) == (2021, 2022)
    assert last.regrets["a"].value == pytest.approx(0.8)
    assert with_deficits.best == "b"
    assert needed.regrets["a"].value == pytest.approx((0.0 + 2.0) / 2)  # (0+0)/2 and (1+3)/2 by run
    assert needed.regrets["a"].mean == pytest.approx(0.5)
    assert needed.regrets["b"].mean == pytest.approx(0.25)


def test_criteria_of_plan_years_alone():
    years = np.arange(2020, 2023)
    assert [(c.first, c.last) for c in criteria(years, 4)] == [(2022, 2022), (2022, 2022), (2020, 2022)]
    assert criteria(np.arange(2020, 2040), 4)[2].first == 2024


def test_criterion_is_the_mean_of_its_years(ledgers):
    ledger = ledgers["baerum-2020"]
    need = criteria(ledger.years, 4)[2]
    by_hand = (ledger["restructuring_need"] / ledger["deflator_index"])[4:].mean(axis=0)
    assert criterion_values(ledger, need) == pytest.approx(by_hand)


# What common random numbers are worth


def test_errors_are_those_of_the_runs(measured, ledgers):
    base, other = (ledgers[name] for name in NAMES[:2])
    for metric in headline():
        mine, theirs = report_values(other, metric), report_values(base, metric)
        found = measured.pairs[NAMES[1]].metrics[metric.id]
        close = {"rel": 1e-9, "abs": 1e-9 * float(np.max(np.abs(theirs)))}
        assert found.difference.mean == pytest.approx((mine - theirs).mean(axis=1), **close)
        assert found.difference.mean_error == pytest.approx((mine - theirs).std(axis=1, ddof=1) / 2000**0.5, **close)
        unpaired = np.sqrt((mine.var(axis=1, ddof=1) + theirs.var(axis=1, ddof=1)) / 2000)
        assert found.unpaired_error == pytest.approx(unpaired, **close)


@pytest.mark.parametrize("name", NAMES[1:])
@pytest.mark.parametrize(
    "metric", ["debt_ratio", "debt_ratio_with_deficits", "net_operating_result_share", "restructuring_need"]
)
def test_pairing_makes_the_error_at_least_three_times_smaller(measured, name, metric):
    found = measured.pairs[name].metrics[metric]
    assert found.unpaired_error[-1] > 3.0 * found.difference.mean_error[-1] > 0.0


def test_unpaired_error_is_that_of_independent_draws(measured, ledgers):
    """Each run beside the next one of the other scenario instead of the same: two draws of the weather."""
    for metric_id in ("debt_ratio", "net_operating_result_share", "restructuring_need"):
        base, other = (report_values(ledgers[name], catalogue()[metric_id])[-1] for name in NAMES[:2])
        independent = (other - np.roll(base, 1)).std(ddof=1) / 2000**0.5
        assert measured.pairs[NAMES[1]].metrics[metric_id].unpaired_error[-1] == pytest.approx(independent, rel=0.05)


def test_percentiles_are_in_order(measured):
    for pair in measured.pairs.values():
        for found in pair.metrics.values():
            low, middle, high = (found.difference.percentile(p) for p in (0.05, 0.50, 0.95))
            assert np.all(low <= middle)
            assert np.all(middle <= high)
            assert np.all((found.lower >= 0.0) & (found.equal >= 0.0) & (found.lower + found.equal <= 1.0))


def test_probability_differences_are_those_of_the_probabilities(measured):
    base = measured.summaries[NAMES[0]].probabilities
    for name, pair in measured.pairs.items():
        for event, found in pair.events.items():
            chance = measured.summaries[name].probabilities[event]
            assert found.in_year == pytest.approx(chance.in_year - base[event].in_year, abs=1e-12)
            assert found.so_far == pytest.approx(chance.so_far - base[event].so_far, abs=1e-12)


def test_the_same_order_of_alternatives_for_every_seed():
    orders = []
    for seed in (1, 2, 3, 4):
        found = comparison({name: simulation(name, runs=1000, seed=seed) for name in NAMES})
        orders.append(
            [
                sorted(NAMES, key=lambda name, choice=choice: choice.regrets[name].value)
                for choice in (found.choices[0], found.choices[2])
            ]
        )
    assert orders.count(orders[0]) == 4


def test_reference_may_be_any_of_them(measured, ledgers):
    turned = comparison(ledgers, against=NAMES[1])
    for metric in ("debt_ratio", "restructuring_need"):
        one, other = turned.pairs[NAMES[0]].metrics[metric], measured.pairs[NAMES[1]].metrics[metric]
        assert one.difference.mean == pytest.approx(-other.difference.mean)
        assert one.difference.mean_error == pytest.approx(other.difference.mean_error)
        assert one.lower == pytest.approx(1.0 - other.lower - other.equal)
    assert turned.choices == measured.choices


def test_only_two_ledgers_at_a_time(ledgers):
    alive: list[weakref.ref] = []

    def run() -> Ledger:
        gc.collect()
        assert sum(ref() is not None for ref in alive) <= 1
        made = dataclasses.replace(ledgers[NAMES[0]])
        alive.append(weakref.ref(made))
        return made

    simulations = dict.fromkeys(("a", "b", "c", "d"), run)
    compare(simulations, against="c", base_year=2020, seed=1, plan_years=4)
    assert len(alive) == 4


# The command


def test_identical_scenarios_differ_in_nothing(ldip, here, nothing):
    said = ldip("compare", "baerum-2020", nothing, "--runs", 300, "--no-pictures", "--out", "r", "--lang", "en")
    assert said.code == 0
    for row in rows_of(here / "r" / "paired.csv"):
        assert row["scenario"] == "baerum-2020+nothing"
        assert {row[name] for name in ("mean_difference", "standard_error", "p05", "p50", "p95")} == {"0"}
        assert (row["probability_lower"], row["probability_equal"]) == ("0", "1")
    for row in rows_of(here / "r" / "paired_probabilities.csv"):
        assert (row["difference"], row["standard_error"]) == ("0", "0")
    for row in rows_of(here / "r" / "regret.csv"):
        assert {row[name] for name in REGRET.split(",")[7:12]} == {"0"}
        assert row["probability_best_shared"] == "1"
    assert " ".join(said.out.split()).count("the same in every run") == 3


@pytest.fixture(scope="module")
def results(tmp_path_factory) -> Path:
    """A comparison with pictures, in a folder of its own."""
    from click.testing import CliRunner

    from ldip.cli import main

    folder = tmp_path_factory.mktemp("compared")
    arguments = ["compare", "--runs", "200", "--seed", "7", "--out", str(folder / "r")]
    assert CliRunner().invoke(main, arguments, catch_exceptions=False).exit_code == 0
    assert [path.name for path in folder.iterdir()] == ["r"]
    return folder / "r"


def test_result_folder_is_complete(results):
    assert {path.name for path in results.iterdir()} == DATA | PICTURES


def test_files_have_the_promised_columns(results):
    heads = {
        name: (results / name).read_text(encoding="utf-8").splitlines()[0] for name in DATA - {"provenance.json"}
    }
    assert heads["paired.csv"] == PAIRED
    assert heads["regret.csv"] == REGRET
    assert heads["comparison.csv"] == (
        "scenario,fan,metric,year,unit,price_basis,mean,sd,p01,p05,p10,p25,p50,p75,p90,p95,p99"
    )
    assert heads["probabilities.csv"] == "scenario,fan,event,year,probability,standard_error"
    assert heads["paired_probabilities.csv"] == "scenario,against,event,year,difference,standard_error"


def test_files_hold_every_scenario_metric_and_year_once(results):
    years, metrics = range(2020, 2040), [metric.id for metric in headline()]
    rows = rows_of(results / "comparison.csv")
    assert [(row["scenario"], row["metric"], row["year"]) for row in rows] == [
        (name, metric, str(year)) for name in NAMES for metric in metrics for year in years
    ]
    rows = rows_of(results / "paired.csv")
    assert [(row["scenario"], row["metric"], row["year"]) for row in rows] == [
        (name, metric, str(year)) for name in NAMES[1:] for metric in metrics for year in years
    ]
    for row in rows:
        metric = catalogue()[row["metric"]]
        assert (row["against"], row["unit"], row["price_basis"]) == (NAMES[0], metric.unit, metric.price_basis(2020))
    regrets = {(row["scenario"], row["criterion"]) for row in rows_of(results / "regret.csv")}
    wanted = ("debt_ratio", "debt_ratio_with_deficits", "restructuring_need")
    assert regrets == {(name, criterion) for name in NAMES for criterion in wanted}


def test_differences_in_the_files_add_up(results):
    means = {
        (row["scenario"], row["metric"], row["year"]): float(row["mean"])
        for row in rows_of(results / "comparison.csv")
    }
    for row in rows_of(results / "paired.csv"):
        mine, theirs = (means[row[key], row["metric"], row["year"]] for key in ("scenario", "against"))
        assert float(row["mean_difference"]) == pytest.approx(mine - theirs, abs=1e-8 * max(abs(mine), 1e-9) * 10)
        assert float(row["p05"]) <= float(row["p50"]) <= float(row["p95"])


@pytest.mark.parametrize("name", NAMES)
def test_figures_are_those_of_simulate_to_the_last_digit(results, ldip, here, name):
    said = ldip("simulate", name, "--runs", 200, "--seed", 7, "--no-pictures", "--out", "s")
    assert said.code == 0
    for mine, theirs in (
        ("comparison.csv", "summary.csv"),
        ("sampling_errors.csv", "sampling_errors.csv"),
        ("probabilities.csv", "probabilities.csv"),
    ):
        assert [row for row in rows_of(results / mine) if row["scenario"] == name] == of_fan(here / "s" / theirs)


def test_provenance_holds_every_scenario(results):
    content = json.loads((results / "provenance.json").read_text(encoding="utf-8"))
    assert (content["seed"], content["runs"], content["against"]) == (7, 200, NAMES[0])
    assert [scenario["scenario"] for scenario in content["scenarios"]] == NAMES
    for name, recorded in zip(NAMES, read_recorded(results).sources, strict=True):
        source = read(name)
        assert recorded.files == source.files
        assert recorded.scenario == source.scenario
    assert set(content["results_sha256"]) == {name for name in DATA if name.endswith(".csv")}


def test_json_has_the_figures_of_the_files_and_of_simulate(results, ldip):
    said = ldip("compare", "--runs", 200, "--seed", 7, "--no-pictures", "--json", "--out", "r")
    assert said.code == 0
    assert said.err == ""
    content = json.loads(said.out)
    assert (content["against"], content["runs"], content["seed"], content["out"]) == (NAMES[0], 200, 7, "r")
    for key in ("paired", "paired_probabilities", "regret"):
        rows = rows_of(results / f"{key}.csv")
        assert len(rows) == len(content[key])
        for row, record in zip(rows, content[key], strict=True):
            for name, cell in row.items():
                value = record[name]
                assert cell == (f"{value:.10g}" if isinstance(value, float) else str(value))
    simulated = json.loads(ldip("simulate", NAMES[1], "--runs", 200, "--seed", 7, "--no-pictures", "--json").out)
    del simulated["out"], simulated["fans"], simulated["doubts"]
    assert content["scenarios"][1] == simulated
    assert all(record["standard_errors"]["p50"] >= 0.0 for record in content["paired"])


def test_json_of_one_run_is_json(ldip):
    said = ldip("compare", "--runs", 1, "--years", 2, "--no-pictures", "--json")
    assert said.code == 0
    content = json.loads(said.out, parse_constant=pytest.fail)
    assert content["paired"][0]["standard_error"] is None
    said = ldip("compare", "--runs", 1, "--years", 2, "--no-pictures", "--lang", "en")
    assert "One run says nothing about the average" in said.out


def test_same_seed_same_bytes_whatever_the_language(ldip, here):
    for out, lang in (("a", "nb"), ("b", "en")):
        assert ldip(*SMALL, "--out", out, "--lang", lang).code == 0
    assert snapshot(here / "a") == snapshot(here / "b")
    assert ldip(*SMALL, "--out", "c", "--seed", 2).code == 0
    assert snapshot(here / "a") != snapshot(here / "c")


def test_results_go_to_a_folder_of_their_own(ldip, here):
    assert ldip("compare", "--runs", 20, "--years", 5, "--no-pictures").code == 0
    [folder] = (here / "ldip-results").iterdir()
    assert folder.name.startswith("compare-baerum-2020-housing-minus-20-housing-plus-10")
    assert {path.name for path in folder.iterdir()} == DATA


# Which scenarios


def names_of(words: tuple[str, ...], changes: tuple[str, ...] = ()) -> list[str]:
    """The scenarios that the words mean."""
    return [source.scenario.name for source in command.read_all(command.wanted(words), changes)]


BRIEF = ("--runs", "5", "--years", "5", "--no-pictures", "--json")


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ((), NAMES),
        (("housing-minus-20",), NAMES[:2]),
        (("baerum-2020+housing-minus-20",), NAMES[:2]),
        (("housing-plus-10", "housing-minus-20"), [NAMES[2], NAMES[1]]),
        (("baerum-2020", "housing-minus-20+interest-plus-2"), [NAMES[0], f"{NAMES[1]}+interest-plus-2"]),
        (("housing-minus-20+interest-plus-2",), [NAMES[0], f"{NAMES[1]}+interest-plus-2"]),
    ],
    ids=lambda value: " ".join(value) or "none",
)
def test_scenarios_to_compare(words, names):
    assert names_of(words) == names


def test_changes_laid_over_all():
    found = names_of(("housing-minus-20",), ("interest-plus-2",))
    assert found == [f"{name}+interest-plus-2" for name in NAMES[:2]]


def test_change_file_alone_is_compared_with_what_it_changes(nothing):
    assert names_of((str(nothing),)) == ["baerum-2020", "baerum-2020+nothing"]


@pytest.mark.parametrize("against", ["housing-minus-20", NAMES[1], f"{NAMES[1]}+interest-plus-2"])
def test_words_for_the_reference(against):
    words = command.wanted(())
    sources = command.read_all(words, ("interest-plus-2",))
    assert command.reference(against, words, sources, 1) == f"{NAMES[1]}+interest-plus-2"


def test_another_reference(ldip):
    said = ldip("compare", "--against", "housing-minus-20", "--change", "interest-plus-2", *BRIEF)
    assert said.code == 0
    content = json.loads(said.out)
    names = [f"{name}+interest-plus-2" for name in NAMES]
    assert [record["scenario"] for record in content["scenarios"]] == names
    assert content["against"] == names[1]
    assert {record["scenario"] for record in content["paired"]} == {names[0], names[2]}


def test_names_of_changes_after_a_scenario():
    source = read("baerum-2020+housing-minus-20+interest-plus-2")
    assert source.scenario == read("baerum-2020", ["housing-minus-20", "interest-plus-2"]).scenario
    assert source.scenario.name == "baerum-2020+housing-minus-20+interest-plus-2"
    assert source.change_titles[0].en.startswith("Reduced housing")
    assert read(source.scenario.name).scenario == source.scenario
    assert read("baerum-2020+housing-minus-20", ["interest-plus-2"]).scenario == source.scenario


def test_names_of_changes_after_a_folder_or_a_file(tmp_path, nothing):
    folder = shutil.copytree(shipped_folder() / "baerum-2020", tmp_path / "my+town")
    assert find(str(folder)).changes == ()
    assert find(f"{folder}+housing-minus-20").changes == ("housing-minus-20",)
    assert find(f"{folder / BASE}+housing-minus-20").base == folder / BASE
    assert read(f"{nothing}+housing-minus-20").scenario.changes == ("nothing", "housing-minus-20")
    assert read(f"baerum-2020+{nothing}").scenario.changes == ("nothing",)


def test_what_exists_comes_before_changes_of_the_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert alternative("housing-minus-20") == "baerum-2020+housing-minus-20"
    assert alternative("baerum-2020") == "baerum-2020"
    assert alternative("zzz") == "zzz"
    (tmp_path / "housing-minus-20").mkdir()  # a folder without a scenario is only a folder
    assert alternative("housing-minus-20") == "baerum-2020+housing-minus-20"
    shutil.copy(shipped_folder() / "baerum-2020" / BASE, tmp_path / "housing-minus-20")
    assert alternative("housing-minus-20") == "housing-minus-20"


@pytest.mark.parametrize("name", ["baerum-2020+", "+", "+housing-minus-20", "zzz+housing-minus-20"])
def test_names_that_are_none(name):
    with pytest.raises(InputError, match="no such folder, file or shipped scenario"):
        find(name)


@pytest.mark.parametrize(
    ("words", "nb", "en"),
    [
        (("zzz",), "fant verken", "no such folder"),
        (("baerum-2020",), "står alene", "stands alone"),
        (("baerum-2020", "baerum-2020"), "er navnet på to av dem", "is the name of two of them"),
        (
            ("housing-minus-20", "baerum-2020+housing-minus-20"),
            "er navnet på to av dem",
            "is the name of two of them",
        ),
        (("baerum-2020+zzz", "housing-minus-20"), "ukjent endring", "unknown change"),
        (("--against", "interest-plus-2"), "ikke et av scenariene", "not among the scenarios"),
        (("--change", "zzz"), "ukjent endring", "unknown change"),
        (("baerum-2020", "faulty.toml"), "ukjent nøkkel", "unknown key"),
        (("--runs", "1000001"), "flere framtider enn det er minne til", "more runs than memory allows"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_arguments_are_told_and_write_nothing(ldip, here, faulty, words, nb, en):
    before = snapshot(here)
    for lang, expect in (("nb", nb), ("en", en)):
        said = ldip("compare", *words, "--no-pictures", "--out", "r", "--lang", lang)
        assert said.code == 1
        assert said.out == ""
        assert expect in said.err
    assert snapshot(here) == before


def test_all_faults_of_all_scenarios_are_told_at_once_and_once(ldip, faulty):
    said = ldip(*SMALL, "baerum-2020+yyy", "baerum-2020+zzz", "baerum-2020+zzz", faulty, "--lang", "en")
    assert said.code == 1
    lines = said.err.splitlines()
    assert len(lines) == len(set(lines)) == 3


@pytest.mark.parametrize(
    "words", [("--runs", "0"), ("--runs", "many"), ("--years", "0"), ("--seed", "-1"), ("--zzz",)]
)
def test_usage_errors(ldip, here, words):
    said = ldip("compare", *words)
    assert said.code == 2
    assert snapshot(here) == {}


def test_scenarios_of_other_years_cannot_be_compared(ldip, here, monkeypatch):
    def later(where: str, changes: tuple[str, ...] = ()) -> reader.Source:
        source = read(where, changes)
        first = 2021 if source.scenario.changes else 2020
        heading = source.scenario.scenario.model_copy(update={"first_year": first})
        return source._replace(scenario=source.scenario.model_copy(update={"scenario": heading}))

    monkeypatch.setattr(reader, "read", later)
    said = ldip(*SMALL, "housing-minus-20", "--lang", "en")
    assert said.code == 1
    assert "begin in different years" in said.err
    assert "baerum-2020: 2020, baerum-2020+housing-minus-20: 2021" in said.err
    assert snapshot(here) == {}


@pytest.mark.parametrize(("error", "code"), [(OSError(28, "No space left on device"), 1), (KeyboardInterrupt(), 130)])
def test_comparison_that_fails_leaves_earlier_results_as_they_were(ldip, here, monkeypatch, error, code):
    assert ldip(*SMALL, "--out", "r").code == 0
    before = snapshot(here)

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("ldip.report.answers.comparison_files.write_comparison", fail)
    assert ldip(*SMALL, "--seed", 2, "--out", "r").code == code
    monkeypatch.undo()
    assert snapshot(here) == before


def test_memory_is_that_of_two_ledgers(ldip):
    said = ldip("compare", "--runs", 2_000_001, "--years", 10, "--lang", "en")
    assert "at most 2000000 runs for 10 years" in said.err


# What is shown


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_text_of_six_alternatives_fits_and_speaks_the_language(ldip, lang):
    names = ["baerum-2020", "housing-minus-20", "interest-plus-2", "equalisation-64", "housing-plus-10"]
    names.append("housing-minus-20+interest-plus-2")
    said = ldip("compare", *names, "--runs", 20, "--years", 8, "--no-pictures", "--lang", lang)
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= 114
    texts = {
        "nb": ("Sammenligning: Bærum", "Omstillingsbehov", "lavere i", "Sannsynlighetene er modellens", "Resultater"),
        "en": ("Comparison: Bærum", "Restructuring need", "lower in", "Probabilities are the model's", "Results"),
    }
    for text in texts[lang]:
        assert text in said.out
    for text in texts["en" if lang == "nb" else "nb"]:
        assert text not in said.out
    for year in ("2024", "2025", "2027"):
        assert year in said.out


def test_conclusion_names_the_alternative_with_the_lowest_mean(ldip):
    said = ldip(*SMALL, "--json")
    rows = [record for record in json.loads(said.out)["regret"] if record["criterion"] == "debt_ratio"]
    best = min(rows, key=lambda record: record["mean"])["scenario"]
    label = labels([read(name) for name in NAMES], 0, "en")[best]
    said = ldip(*SMALL, "--lang", "en")
    assert f"Debt ratio in 2025 is lowest in '{label}'" in " ".join(said.out.split())


def test_labels_are_the_changes_titles_up_to_the_colon():
    sources = [read(name, ["interest-plus-2"]) for name in NAMES]
    assert list(labels(sources, 1, "nb").values()) == [
        "Grunnalternativet",
        "Redusert boligbygging",
        "Økt boligbygging",
    ]
    assert list(labels(sources, 1, "en")) == [source.scenario.name for source in sources]
    assert "Interest two percentage points" in labels(sources, 0, "en")[sources[0].scenario.name]


def test_labels_that_would_be_the_same_are_written_in_full():
    source = read("baerum-2020+housing-minus-20")
    scenario = source.scenario.model_copy(update={"changes": ("other",)})
    other = source._replace(
        scenario=scenario, change_titles=(Text("Redusert boligbygging: 30", "Reduced housing: 30"),)
    )
    found = labels([source, other], 0, "en")
    assert list(found.values()) == ["Reduced housing: 20 per cent fewer dwellings", "Reduced housing: 30"]
    twin = other._replace(change_titles=source.change_titles)
    assert list(labels([source, twin], 0, "en").values()) == [source.scenario.name, scenario.name]


def test_table_of_differences_shows_signs_and_small_errors(ldip):
    said = ldip("compare", "housing-minus-20", "--runs", 2000, "--years", 5, "--no-pictures", "--lang", "en")
    lines = said.out.split("Difference from")[1].splitlines()
    result = lines[lines.index("Net operating result share, percentage points") + 1]
    assert re.match(r"  Reduced housing +[+-]\d", result)
    assert " 0.00 " not in result
    assert said.err == ""


# The picture


def test_pictures_are_pictures(results):
    assert (results / "comparison.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    raw = (results / "comparison.svg").read_bytes()
    assert ElementTree.fromstring(raw).tag == "{http://www.w3.org/2000/svg}svg"
    text = raw.decode()
    for word in ("Grunnalternativet", "Økt boligbygging", "Redusert", "Omstillingsbehov", "startverdi 7"):
        assert word in text


def test_pictures_of_an_earlier_comparison_are_removed(ldip, here):
    (here / "r").mkdir()
    for name in (*PICTURES, "notes.txt"):
        (here / "r" / name).write_text("old", encoding="utf-8")
    assert ldip("compare", "--runs", 20, "--years", 1, "--no-pictures", "--out", "r").code == 0
    assert {path.name for path in (here / "r").iterdir()} == DATA | {"notes.txt"}


def test_picture_of_one_year_and_of_many_alternatives(ldip, here):
    for place in range(8):
        (here / f"nothing-{place}.toml").write_text("[change]\n", encoding="utf-8")
    said = ldip("compare", *sorted(here.glob("*.toml")), "--runs", 1, "--years", 1, "--out", "r", "--lang", "en")
    assert said.code == 0
    assert "Picture: " in said.out
    assert {path.name for path in (here / "r").iterdir()} == DATA | PICTURES
    svg = (here / "r" / "comparison.svg").read_text(encoding="utf-8")
    assert "Debt ratio" in svg
    assert "Gjeldsgrad" not in svg


def test_labels_of_the_picture_do_not_overlap():
    heights = [1.0, 2.0, 1.0]
    for wanted in ([5.0, 5.0, 5.0], [0.0, 0.1, 9.0], [9.9, 9.9, 9.9], [1.0, 5.0, 9.0]):
        places = spread_out(wanted, heights, 0.0, 10.0)
        for low, high, a, b in zip(places[:-1], places[1:], heights[:-1], heights[1:], strict=True):
            assert high - low >= 0.5 * (a + b) - 1e-12
        assert places[0] >= 0.5 - 1e-12
        assert places[-1] <= 9.5 + 1e-12
    assert spread_out([1.0, 5.0, 9.0], heights, 0.0, 10.0) == [1.0, 5.0, 9.0]
    assert spread_out([5.0, 5.0], [1.0, 1.0], 0.0, 10.0) == [4.5, 5.5]


# Help


def test_examples_of_the_help_run(ldip):
    examples = re.findall(r"^ +ldip (compare.*)$", ldip("compare", "--help").out, re.MULTILINE)
    assert len(examples) >= 4
    for example in examples:
        words = example.split()
        if "my-municipality/" not in words:
            assert ldip(*words, *BRIEF).code == 0, example


def test_defaults_are_the_growth_alternatives_of_the_plan():
    changes = reader.change_names(shipped_folder() / DEFAULT_SCENARIO)
    assert set(command.ALTERNATIVES) <= set(changes)
