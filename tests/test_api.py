"""The door for Python people: the command line's figures to the last digit, as tables, pictures and folders."""

import ast
import doctest
import importlib
import json
import math
import os
import re
from pathlib import Path

import numpy as np
import pytest
from conftest import of_fan, rows_of

import ldip as door
from ldip.analysis import sensitivity
from ldip.model.shown import FAN_FIGURES
from ldip.report.folder.files import NAMES, plain
from ldip.text import Text

ROOT = Path(__file__).resolve().parents[1]
CHANGES = sorted(path.stem for path in (ROOT / "scenarios" / "baerum-2020" / "changes").glob("*.toml"))
HOW = ("--runs", "300", "--seed", "3", "--years", "8")
ASKED = {"runs": 300, "seed": 3, "years": 8}


OWN = """
[change]
title_nb = "Eget tak"
title_en = "Own ceiling"

[rules.own.debt_ceiling]
nb = "Gjeldsgrad, høyst"
en = "Debt ratio, at most"
metric = "debt_ratio"
side = "most"
limit = { value = 0.8, unit = "share", basis = "source", source = "kommunestyret" }
"""


@pytest.fixture(scope="module")
def case():
    return door.load("baerum-2020")


@pytest.fixture(scope="module")
def result(case):
    return case.simulate(**ASKED)


def cell(value):
    return "" if value is None else plain(value) if isinstance(value, float) else str(value)


def same(table, rows, *keys):
    """The figures of a table are those of a file's rows, in all columns that both have."""
    flat = table.reset_index().to_dict("records")
    shared = [column for column in flat[0] if column in rows[0]]
    assert len(flat) == len(rows)
    assert {*keys} < {*shared}
    assert [[cell(row[column]) for column in shared] for row in flat] == [[row[c] for c in shared] for row in rows]


# the names


def test_names_are_listed_and_say_their_type():
    assert {*door.__all__} <= {*dir(door)}
    assert all(getattr(door, name) is not None for name in door.__all__)
    told = {}
    for node in ast.walk(ast.parse(Path(door.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("ldip."):
            told[node.module] = tuple(alias.name for alias in node.names)
    assert told == door._MODULES
    assert {name for names in told.values() for name in names} | {"__version__"} == {*door.__all__}
    with pytest.raises(AttributeError):
        _ = door.lode


@pytest.mark.parametrize("name", ["case", "result", "opened", "comparison", "lists", "solutions"])
def test_examples_in_docstrings_run(name, monkeypatch):
    monkeypatch.delenv("LDIP_LANG", raising=False)
    how = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    found = doctest.testmod(importlib.import_module(f"ldip.api.{name}"), optionflags=how)
    assert found.failed == 0
    assert found.attempted or name == "solutions"


def test_everything_has_a_docstring():
    for name in door.__all__[:-1]:
        assert getattr(door, name).__doc__ or name == "__version__", name


# the same figures as the command line's


def test_tables_are_the_files_of_simulate(result, ldip):
    assert ldip("simulate", *HOW, "--no-pictures", "--out", "r").code == 0
    written = of_fan(Path("r/summary.csv"))
    errors = of_fan(Path("r/sampling_errors.csv"))
    for metric in result:
        outcome = result[metric]
        for row, error in zip(written, errors, strict=True):
            if row["metric"] == metric:
                year = int(row["year"])
                figures = [outcome.mean[year], outcome.sd[year], *outcome.quantiles.loc[year]]
                assert [plain(value) for value in figures] == [row[name] for name in ("mean", "sd", *NAMES)]
                figures = [outcome.mean_error[year], *outcome.quantile_errors.loc[year]]
                assert [plain(value) for value in figures] == [error[name] for name in ("mean", *NAMES)]
                about = outcome.quantiles.attrs
                assert (about["unit"], about["price_basis"]) == (row["unit"], row["price_basis"])
    assert {row["metric"] for row in written} == set(result)
    chances, wrong = result.probabilities, result.probability_errors
    for row in of_fan(Path("r/probabilities.csv")):
        place = int(row["year"]), row["event"]
        assert plain(chances.loc[place]) == row["probability"]
        assert plain(wrong.loc[place]) == row["standard_error"]
    assert len(chances) * len(chances.columns) == len(of_fan(Path("r/probabilities.csv")))


def test_a_saved_result_is_the_folder_that_simulate_writes(result, ldip):
    assert ldip("simulate", *HOW, "--lang", "nb", "--out", "theirs").code == 0
    result.save("mine", lang="nb")
    assert sorted(os.listdir("mine")) == sorted(os.listdir("theirs"))
    for name in os.listdir("mine"):
        assert Path("mine", name).read_bytes() == Path("theirs", name).read_bytes(), name
    result.save("mine", pictures=False)
    assert not list(Path("mine").glob("*.png"))


def test_differences_are_the_files_of_compare(case, ldip):
    assert ldip("compare", *HOW, "--no-pictures", "--out", "c").code == 0
    others = [case.with_change(name) for name in ("housing-minus-20", "housing-plus-10")]
    found = door.compare(case, *others, **ASKED)
    paired = rows_of(Path("c/paired.csv"))
    for metric in ("debt_ratio", "restructuring_need"):
        same(found.difference(metric), [row for row in paired if row["metric"] == metric], "scenario", "year")
    chances = [r for r in rows_of(Path("c/paired_probabilities.csv")) if r["event"] == "any_rule_breach_so_far"]
    same(found.probability_difference("any_rule_breach_so_far"), chances, "scenario", "year")
    same(found.regret, rows_of(Path("c/regret.csv")), "criterion", "scenario")
    found.save("mine", pictures=False)
    for path in Path("c").iterdir():
        assert Path("mine", path.name).read_bytes() == path.read_bytes(), path.name
    two = door.compare(others[0].simulate(**ASKED), case.simulate(**ASKED), against=case)
    alone = found.difference("debt_ratio").loc["baerum-2020+housing-minus-20"]
    assert two.difference("debt_ratio").equals(alone)
    assert two.results[two.against]["debt_ratio"].mean.equals(found.results[two.against]["debt_ratio"].mean)


def test_steps_are_the_files_of_restructure(case, ldip):
    assert ldip("restructure", *HOW, "--since", "2025", "--out", "s").code == 0
    found = case.restructure(since=2025, **ASKED)
    same(found.answers, rows_of(Path("s/restructuring.csv")), "confidence", "step_mnok")
    same(found.rules_held, rows_of(Path("s/rules_held.csv")), "step_mnok", "rule")
    same(found.curve, rows_of(Path("s/restructuring_curve.csv")), "step_mnok")
    step = found.answers["step_mnok"].iloc[-1]
    assert found.probability(step) == found.answers["probability"].iloc[-1]


def test_a_step_that_is_never_enough_is_infinite(case):
    found = case.with_values({"rules.result_share_minimum": 0.9}).restructure(0.9, runs=20, years=6)
    assert math.isinf(found.answers.loc[0.9, "step_mnok"])


def test_stress_is_the_file_of_stress(case, ldip):
    tests = ("interest-plus-2", "housing-failure")
    assert ldip("stress", *HOW, "--test", tests[0], "--test", tests[1], "--no-pictures", "--out", "t").code == 0
    found = case.stress(*tests, **ASKED)
    same(found.table, rows_of(Path("t/stress.csv")), "test", "metric", "year")
    assert next(iter(found.labels("en").values())) == "Without stress"
    assert "All at once" in found.labels("en").values()


def test_sensitivity_is_the_files_of_sensitivity(case, ldip, monkeypatch):
    some = dict(list(sensitivity.assumptions(case.scenario).items())[:3])  # all of them take a while
    monkeypatch.setattr(sensitivity, "assumptions", lambda *_: some)
    few = ("--runs", "256", "--seed", "3", "--years", "3", "--no-pictures", "--out", "f")
    assert ldip("sensitivity", *few).code == 0
    found = case.sensitivity(runs=256, seed=3, years=3)
    for name, keys in (("drivers", ("metric", "driver")), ("assumptions", ("metric", "assumption"))):
        same(getattr(found, name), rows_of(Path(f"f/sensitivity_{name}.csv")), *keys)
    conditions = Path("f/sensitivity_conditions.csv")
    assert len(found.conditions) == (len(rows_of(conditions)) if conditions.exists() else 0)
    assert found.plot("restructuring_need")._repr_png_()
    assert "3 assumptions" in repr(found)


@pytest.mark.parametrize("nominal", [False, True])
def test_the_baseline_is_that_of_plan(case, ldip, nominal):
    records = json.loads(ldip("plan", "--json", *(["--nominal"] if nominal else [])).out)
    accounts = case.baseline(nominal=nominal)
    assert len(records) == accounts.size
    for record in records:
        assert accounts.loc[record["line"], record["year"]] == record["value"]
        assert accounts.attrs["units"][record["line"]] == record["unit"]


# changes


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_laid_over_is_the_one_that_is_read(case, change):
    read = door.load("baerum-2020", changes=change)
    assert case.with_change(change).source == read.source
    laid = door.Case(case.source, case._place).with_change(change)  # over what did not come from files alone
    assert laid.source == read.source._replace(files=laid.source.files)
    assert laid.source.files == read.source.files


def test_values_are_a_change(case):
    key = "interest.floating_share"
    dated = case.with_values({"investment.renewal": {2026: 900.0, "2030": np.float64(950.0)}, key: np.int64(1)}, "x")
    assert dated.scenario.investment.renewal.dated == {"2024": 1380.0, "2025": 880.0, "2026": 900.0, "2030": 950.0}
    assert dated.scenario.investment.renewal.unit == case.scenario.investment.renewal.unit
    assert dated.settings.loc[key, ["value", "basis"]].tolist() == [1.0, "assumption"]
    assert dated.name == "baerum-2020+x"
    assert dated.with_change("interest-plus-2").name == "baerum-2020+x+interest-plus-2"
    own = {"value": 0.5, "unit": "share", "basis": "source", "source": "a report"}
    assert case.with_values({key: own}).scenario.interest.floating_share.source == ("a report", "a report")
    assert set(case.settings.index) == set(dated.settings.index)


def test_all_that_is_wrong_with_values_is_said_at_once(case):
    wrong = {
        "interest.loan_margn": 0.01,
        "interest.floating_share": 60,
        "intrest.x": 1.0,
        "investment.renewal": {"next year": 900.0},
        "rules.buffer_floor": None,
        "prices.cpi_growth": math.nan,
    }
    with pytest.raises(door.InputError) as error:
        case.with_values(wrong)
    said = error.value.say("en")
    for key in wrong:
        assert any(key.split(".")[-1] in line or key.split(".")[0] in line for line in said), (key, said)
    assert len(said) >= len(wrong)
    with pytest.raises(door.InputError, match="2020-kr"):
        case.with_values({"investment.renewal": {"value": 900.0, "unit": "mill. 2021-kr"}})
    with pytest.raises(door.InputError, match="given twice"):
        case.with_values({"interest.x": 1.0, "interest": 2.0})
    with pytest.raises(door.InputError, match="name"):
        case.with_values({}, name="2.5 more")


def test_drivers_can_be_switched_off(case):
    calm = case.only("rate").without("rate").simulate(50, years=5)["debt_ratio"]
    assert calm.sd.max() == 0.0
    with pytest.raises(door.InputError, match="is not a driver"):
        case.without("rates")


# arguments


def test_all_that_is_wrong_with_a_simulation_is_said_at_once(case):
    with pytest.raises(door.InputError) as error:
        case.simulate(1.5, seed=-1, years=61, policy="more", step=math.nan)
    assert [fault.key for fault in error.value.faults] == ["runs", "seed", "years", "policy", "step"]
    for how in ({"runs": True}, {"runs": "10"}, {"runs": math.inf}, {"step": 5.0}, {"policy": "step", "step": -1}):
        with pytest.raises(door.InputError):
            case.simulate(**how)
    with pytest.raises(door.InputError, match="memory"):
        case.simulate(10**9, keep_runs=True)
    assert case.simulate(np.float64(20), years=2).runs == 20


def test_names_that_are_unknown_are_told_with_those_that_are(case, result):
    for call in (
        lambda: result["debt_ratios"],
        lambda: result.probability("any_rule"),
        lambda: case.with_change("interest-plus-3"),
        lambda: case.stress("interest-plus-3"),
        lambda: case.restructure(rules=["results"]),
        lambda: case.restructure(90),
        lambda: case.restructure(since=2019),
        lambda: case.sensitivity(event="flood"),
        lambda: result.plot(lang="de"),
        lambda: result["debt_ratio"].probability(),
        lambda: result["debt_ratio"].probability(above=1.0, below=2.0),
        lambda: door.load("barum-2020"),
    ):
        with pytest.raises(door.InputError) as error:
            call()
        assert all(error.value.say("nb") + error.value.say("en"))
    with pytest.raises(door.InputError, match="Did you mean 'debt_ratio'"):
        _ = result["debt_ratios"]


def test_what_cannot_stand_side_by_side_is_refused(case, result):
    other = case.with_change("interest-plus-2").simulate(200, seed=4, years=8)
    with pytest.raises(door.InputError) as error:
        door.compare(result, other, case)
    assert {fault.key for fault in error.value.faults} == {"runs", "seed", "baerum-2020"}
    with pytest.raises(door.InputError, match="against = eksempelvik"):
        door.compare(result, other.case, against="eksempelvik")
    with pytest.raises(door.InputError, match="at least two"):
        door.compare(case)


# runs


def test_runs_are_the_same_kept_or_simulated_again(case, result):
    kept = case.simulate(**ASKED, keep_runs=True)
    for metric in ("debt_ratio", "restructuring_need", "closing_buffer_fund"):
        runs = result[metric].runs
        assert runs.shape == (300, 8)
        assert kept[metric].runs.equals(runs)
        assert np.allclose(np.quantile(runs, 0.95, axis=0), result[metric].quantiles[0.95], rtol=1e-12)
    assert kept["debt_ratio"].quantiles.equals(result["debt_ratio"].quantiles)


def test_any_line_of_the_accounts_can_be_asked_for(result, case):
    line = next(name for name in door.metrics().index if name not in set(result) and "event" not in name)
    outcome = result[line]
    assert outcome.mean.equals(outcome.mean)
    assert np.allclose(outcome.runs.mean(), outcome.mean)
    assert line in result


def test_a_municipalitys_own_rules_are_there_by_name(tmp_path, result, ldip):
    own = tmp_path / "own.toml"
    own.write_text(OWN, encoding="utf-8")
    case = door.load("baerum-2020", [str(own)])
    ruled = case.simulate(**ASKED)
    debt = ruled["debt_ratio"]
    assert ruled.probability("debt_ceiling_breach").equals(debt.probability(above=0.8))
    assert ruled.probabilities["debt_ceiling_breach"].equals(debt.probability(above=0.8)["in_year"])
    assert debt.runs.equals(result["debt_ratio"].runs)
    assert (
        ruled.probability("any_rule_breach")["in_year"] >= ruled.probability("debt_ceiling_breach")["in_year"]
    ).all()
    assert "debt_ceiling_breach" not in result.probabilities
    ruled.save("r", pictures=False)
    assert door.open("r").probabilities.equals(ruled.probabilities)
    assert ldip("simulate", "--change", str(own), *HOW, "--no-pictures", "--out", "theirs").code == 0
    assert Path("r/probabilities.csv").read_bytes() == Path("theirs/probabilities.csv").read_bytes()
    more = case.with_change("interest-plus-2")
    apart = door.compare(ruled, more).probability_difference("debt_ceiling_breach")
    after, before = (one.probability("debt_ceiling_breach")["in_year"] for one in (more.simulate(**ASKED), ruled))
    assert np.allclose(apart["difference"], after - before)
    words = ("--change", str(own), *HOW, "--rule", "debt_ceiling", "--rule", "result", "--out", "s")
    assert ldip("restructure", *words).code == 0
    found = case.restructure(rules=["debt_ceiling", "result"], **ASKED)
    assert found.answers.attrs["rules"] == ["debt_ceiling", "result"]
    same(found.answers, rows_of(Path("s/restructuring.csv")), "confidence", "step_mnok")
    same(found.rules_held, rows_of(Path("s/rules_held.csv")), "step_mnok", "rule")
    assert "debt_ceiling" in set(case.restructure(0.5, **ASKED).rules_held.reset_index()["rule"])
    with pytest.raises(door.InputError, match="Did you mean 'debt_ceiling'"):
        case.restructure(rules=["debt_ceilng"])


def test_a_limit_of_ones_own_is_counted_as_the_catalogues(result):
    debt = result["debt_ratio"]
    assert debt.probability(above=0.75).equals(result.probability("debt_ratio_above_75"))
    runs = debt.runs
    below = debt.probability(below=0.9)
    assert np.allclose(below["in_year"], (runs < 0.9).mean())
    assert np.allclose(below["so_far"], (runs < 0.9).cummax(axis=1).mean())


# folders


def test_a_folder_is_opened_as_it_was_saved(case, result, here):
    changed = case.with_change("interest-plus-2").with_values({"interest.floating_share": 0.5})
    for one, name in ((result, "a"), (changed.simulate(150, years=6, policy="step", step=20.0), "b")):
        one.save(name, pictures=False)
        again = door.open(name)
        assert repr(again) == repr(one)
        assert again.case.scenario == one.case.scenario
        assert again["debt_ratio"].runs.equals(one["debt_ratio"].runs)
        assert again.probabilities.equals(one.probabilities)
        again.save(f"{name}2", pictures=False)
        for path in Path(name).iterdir():
            assert Path(f"{name}2", path.name).read_bytes() == path.read_bytes()
        assert again.plot()._repr_png_() == one.plot()._repr_png_()
    assert again.case.with_change("housing-minus-20").name.endswith("+housing-minus-20")
    assert len(again.case.stress("interest-plus-2", runs=20, years=3).table)


def test_a_folder_that_was_changed_or_is_another_is_refused(case, result, here):
    result.save("r", pictures=False)
    text = Path("r/summary.csv").read_text(encoding="utf-8")
    Path("r/summary.csv").write_text(text.replace("0.8", "0.7"), encoding="utf-8")
    with pytest.raises(door.InputError, match="changed or removed"):
        door.open("r")
    door.compare(case, case.with_change("interest-plus-2"), runs=20, years=3).save("c", pictures=False)
    with pytest.raises(door.InputError, match="not of one simulation"):
        door.open("c")
    with pytest.raises(door.InputError):
        door.open("nowhere")


def test_runs_that_would_not_be_those_of_the_folder_are_refused(result, here):
    result.save("r", pictures=False)
    provenance = json.loads(Path("r/provenance.json").read_text(encoding="utf-8"))
    Path("r/provenance.json").write_text(json.dumps(provenance | {"seed": 4, "version": "0.0.9"}), encoding="utf-8")
    again = door.open("r")
    assert len(again["debt_ratio"].quantiles) == 8
    with pytest.raises(door.InputError, match=re.escape("0.0.9")):
        _ = again["debt_ratio"].runs


def test_an_opened_scenario_without_a_folder_says_so(here):
    source = door.load("eksempelvik-2025").source
    heading = source.scenario.scenario.model_copy(update={"name": "elsewhere"})
    other = door.Case(source._replace(scenario=source.scenario.model_copy(update={"scenario": heading})))
    other.simulate(20, years=3).save("r", pictures=False)
    again = door.open("r").case
    assert again.changes == ()
    with pytest.raises(door.InputError, match="no folder"):
        again.with_change("interest-plus-2")
    with pytest.raises(door.InputError, match="stress test"):
        again.stress(runs=20)


# what is shown


def test_objects_say_what_they_are(case, result):
    for one in (case, result, result["debt_ratio"], door.compare(case, case.with_change("interest-plus-2"), runs=20)):
        assert re.fullmatch(r"<ldip\.\w+ [^\n]+>", repr(one))
    html = result._repr_html_()
    assert html.count("<tr>") == 1 + sum(1 + len(figures) for figures in FAN_FIGURES.values())
    assert "Debt ratio" in html
    assert "2027" in html
    named = door.Case(case.source._replace(change_titles=(Text("<i>", "<i>"),)))
    assert "&lt;i&gt;" in door.Result(named, result.summary)._repr_html_()


def test_figures_of_any_metric_can_be_plotted(result):
    for metric in ("debt_ratio", "closing_buffer_fund", "cpi_index"):
        assert result.plot(metric)._repr_png_().startswith(b"\x89PNG")


def test_lists_are_tables():
    found = door.scenarios()
    assert set(CHANGES) | {""} == set(found.loc["baerum-2020"].index)
    assert door.metrics().loc["debt_ratio", "label_nb"] == "Gjeldsgrad"


def test_a_number_that_is_not_known_is_not_a_number():
    from ldip.api.tables import of_records

    table = of_records([{"a": 1, "b": None, "c": {}}, {"a": 2, "b": 0.5, "c": {}}], ["a"])
    assert table["b"].isna().tolist() == [True, False]
    assert list(table) == ["b"]
    assert of_records([], ["a"]).empty


def test_numbers_from_a_year_on_leave_the_years_before():
    base = door.load()
    moved = base.with_values({"investment.renewal": {2026: 900.0}, "interest.loan_margin": {2030: 0.02}})
    for line, year in (("renewal_investment", 2026), ("loan_rate", 2030)):
        own, other = (case.baseline(years=12).loc[line] for case in (base, moved))
        before = [name for name in own.index if isinstance(name, int | np.integer) and name < year]
        assert len(before) >= 6
        assert (own[before] == other[before]).all(), line
        assert own[year] != other[year]


def test_limits_that_are_no_numbers_are_refused():
    debt = door.load().simulate(20)["debt_ratio"]
    for limit in (float("nan"), float("inf"), "0.9"):
        with pytest.raises(door.InputError):
            debt.probability(above=limit)


def test_one_rule_by_its_name_and_paths_as_paths(tmp_path):
    case = door.load()
    one, many = (case.restructure(0.8, rules=rules, runs=50) for rules in ("result", ["result"]))
    assert one.answers.equals(many.answers)
    path = tmp_path / "dear.toml"
    path.write_text('[interest]\nloan_margin = { value = 0.02, basis = "assumption", source = "test" }\n')
    assert case.with_change(path).name == door.load(changes=path).name == "baerum-2020+dear"


def test_so_far_is_a_column_of_the_event():
    result = door.load().simulate(50)
    assert result.probability("any_rule_breach_so_far").equals(result.probability("any_rule_breach"))
