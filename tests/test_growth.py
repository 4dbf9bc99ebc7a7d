"""ldip population and ldip payback: the figures add up, and an area is compared with the same future without it."""

import csv
import json

import numpy as np
import pytest

from ldip.analysis.growth import PERCENTILES, for_good, payback, spread, without
from ldip.cli import run
from ldip.errors import InputError
from ldip.model.engine.simulate import simulate
from ldip.model.people.housing import programme
from ldip.scenario.files.reader import DEFAULT, read


@pytest.fixture(scope="module")
def fornebu(scenario):
    return payback(scenario, "fornebu", runs=400, seed=1, years=20, discount_rate=0.04)


def call(monkeypatch, capsys, *words):
    monkeypatch.setattr("sys.argv", ["ldip", *map(str, words)])
    try:
        run()
        code = 0
    except SystemExit as stop:
        code = stop.code
    said = capsys.readouterr()
    return code, said.out, said.err


def test_without_an_area_the_others_build_as_before(scenario):
    years = np.arange(2020, 2040)
    before, after = programme(scenario, years), programme(without(scenario, "fornebu"), years)
    place = list(scenario.housing.areas).index("fornebu")
    np.testing.assert_array_equal(before[:, :, :4], after[:, :, :4])
    assert (after[place, :, 4:] == 0.0).all()
    others = np.arange(len(before)) != place
    np.testing.assert_array_equal(before[others], after[others])


def test_the_parts_add_up_run_by_run(scenario, fornebu):
    """Revenue, operations and investment of the two futures, worked out again from whole ledgers."""
    one = simulate(scenario, runs=400, seed=1, years=20)
    other = simulate(without(scenario, "fornebu"), runs=400, seed=1, years=20)

    def gap(line):
        return 1e3 * (one[line] - other[line]) / one["deflator_index"]

    dwellings = (one["completions"] - other["completions"]).sum(axis=0)
    revenue = (gap("central_revenue") - gap("imputed_capital_cost")) / dwellings
    operations = gap("net_sector_expenditure") / dwellings
    investment = (gap("general_investment") - gap("vat_compensation") - gap("grants")) / dwellings
    net = revenue - operations - investment
    found = fornebu.components
    np.testing.assert_allclose(found["revenue"].mean, revenue.mean(axis=1), atol=1e-9)
    np.testing.assert_allclose(found["net"].mean, net.mean(axis=1), atol=1e-9)
    parts = sum(found[name].mean for name in ("revenue", "operations", "investment"))
    np.testing.assert_allclose(parts, found["net"].mean, atol=1e-9)
    present = (net * 1.04 ** -np.arange(20)[:, None]).sum(axis=0)
    assert fornebu.present_value.mean[0] == pytest.approx(present.mean(), abs=1e-9)
    np.testing.assert_allclose(fornebu.present_value.percentiles[:, 0], np.quantile(present, PERCENTILES), atol=1e-9)
    np.testing.assert_allclose(fornebu.dwellings.sum(), dwellings.mean())


def test_nothing_moves_before_the_area_builds(fornebu):
    for found in fornebu.components.values():
        np.testing.assert_array_equal(found.mean[:4], 0.0)
    assert (fornebu.paid_back[:4] == 0.0).all()
    assert (np.diff(fornebu.paid_back) >= 0.0).all()


def test_first_it_costs_then_it_brings(fornebu):
    """Places and infrastructure come before the taxpayers; revenue grows with the dwellings."""
    assert fornebu.components["net"].mean[4] < 0.0
    assert (np.diff(fornebu.components["revenue"].mean[4:]) > 0.0).all()
    assert (fornebu.components["operations"].mean[4:] < 0.0).all()


def test_a_higher_discount_rate_values_the_late_years_less(scenario):
    low = payback(scenario, "fornebu", runs=50, seed=1, years=30, discount_rate=0.0)
    high = payback(scenario, "fornebu", runs=50, seed=1, years=30, discount_rate=0.08)
    np.testing.assert_array_equal(low.components["net"].mean, high.components["net"].mean)
    net = low.components["net"].mean
    assert low.present_value.mean[0] == pytest.approx(net.sum(), abs=1e-9)
    assert high.present_value.mean[0] == pytest.approx((net * 1.08 ** -np.arange(30.0)).sum(), abs=1e-9)


def test_paid_back_for_good_by_hand():
    """Up at once but down again does not count; before building begins nothing is paid back."""
    present = np.array([[0.0, 0.0], [1.0, -1.0], [-1.0, 0.5], [2.0, 1.0]])
    begun = np.array([[False, False], [True, True], [True, True], [True, True]])
    expected = [[False, False], [False, False], [False, True], [True, True]]
    np.testing.assert_array_equal(for_good(present, begun), expected)


def test_spread_by_hand():
    found = spread(np.array([[3.0, 1.0, 2.0]]))
    assert found.mean[0] == 2.0
    assert found.error[0] == pytest.approx(1.0 / np.sqrt(3))
    np.testing.assert_allclose(found.percentiles[:, 0], [1.1, 2.0, 2.9])


@pytest.mark.parametrize("area", ["avtjerna", "nowhere"])
def test_an_area_that_builds_nothing_is_a_fault(scenario, area):
    with pytest.raises(InputError) as caught:
        payback(scenario, area, runs=10, seed=1, years=20, discount_rate=0.04)
    (fault,) = caught.value.faults
    assert area in fault.say("nb")
    assert fault.say("nb") != fault.say("en")


def test_payback_command(tmp_path, monkeypatch, capsys):
    words = ("payback", "avtjerna", "--change", "avtjerna-2030", "--runs", 200, "--out", tmp_path / "r")
    code, out, _ = call(monkeypatch, capsys, *words, "--lang", "en")
    assert code == 0
    assert "The present value of Avtjerna" in out
    assert {p.name for p in (tmp_path / "r").iterdir()} == {"payback.csv", "payback.png", "payback.svg"}
    with (tmp_path / "r" / "payback.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["component"] for row in rows} >= {"revenue", "operations", "investment", "net"}
    assert all(float(row["p05"]) <= float(row["p50"]) <= float(row["p95"]) for row in rows)
    code, out, _ = call(monkeypatch, capsys, *words, "--json", "--no-pictures")
    assert len(json.loads(out)["payback"]) == len(rows)


def test_payback_of_an_unknown_area_writes_nothing(tmp_path, monkeypatch, capsys):
    code, _, err = call(monkeypatch, capsys, "payback", "oslo", "--runs", 10, "--out", tmp_path / "r")
    assert code == 1
    assert "fornebu" in err
    assert not (tmp_path / "r").exists()


def test_population_command(tmp_path, monkeypatch, capsys):
    words = ("population", "--runs", 200, "--out", tmp_path / "r", "--lang", "en")
    code, out, _ = call(monkeypatch, capsys, *words)
    assert code == 0
    assert "126,841" in out
    assert "Avtjerna" in out
    files = {p.name for p in (tmp_path / "r").iterdir()}
    assert files == {
        *("residents.csv", "flows.csv", "dwellings.csv", "fan.csv", "group_fan.csv"),
        *("population.png", "population.svg"),
    }
    with (tmp_path / "r" / "residents.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    total = sum(float(row["persons"]) for row in rows if row["year"] == "2023")
    assert total == pytest.approx(134_152, abs=1)
    code, out, _ = call(monkeypatch, capsys, *words, "--json", "--no-pictures")
    assert set(json.loads(out)) >= {"residents", "flows", "dwellings", "fan"}


def test_population_of_a_change(tmp_path, monkeypatch, capsys):
    code, _, _ = call(
        monkeypatch,
        capsys,
        "population",
        "--change",
        "housing-bust",
        "--runs",
        100,
        "--no-pictures",
        "--out",
        tmp_path,
    )
    assert code == 0
    scenario = read(DEFAULT, ["housing-bust"]).scenario
    assert programme(scenario, np.array([2024])).sum() == pytest.approx(0.3 * 815)
