"""The published plan comes out, its own error is found, and nothing reads the published figures back."""

import csv
import shutil
from collections import Counter

import numpy as np
import pytest

from ldip.analysis.reconcile import FIGURES, debt_ratios, reconcile
from ldip.errors import InputError
from ldip.model.plan.baseline import build
from ldip.scenario.files.reader import find, read
from ldip.scenario.quantities import Parameter
from ldip.scenario.schema import Scenario

COLUMNS = "table,item,year,unit,price_basis,published,model,difference,tolerance,verdict,role"


@pytest.fixture(scope="module")
def rows(scenario):
    return reconcile(scenario)


def test_every_figure_is_in_order_or_explained(rows):
    assert [f"{r.item} {r.year}: {r.published} / {r.model}" for r in rows if r.verdict == "off"] == []
    computed = [r for r in rows if r.role == "computed"]
    assert len(computed) >= 150
    assert sum(r.verdict == "ok" for r in computed) >= 150
    assert {r.year for r in rows} == {2020, 2021, 2022, 2023}
    for row in rows:
        if row.verdict == "explained":
            assert row.explanation.nb
            assert row.explanation.en
            assert row.explanation.nb != row.explanation.en


def test_inputs_come_back_unchanged(rows):
    assert all(r.verdict == "ok" for r in rows if r.role == "input")


@pytest.mark.parametrize(
    ("figure", "tolerance"),
    [
        ("buffer_fund_published_method", 5),
        ("liquidity_published_method", 5),
        ("closing_endowment_fund", 5),
        ("result_share", 0.1),
        ("equity_share", 1),
    ],
)
def test_tolerances_are_those_asked_for(scenario, figure, tolerance):
    (row,) = [row for row in scenario.published if row.figure == figure]
    assert float(row.tolerance) <= tolerance


def test_the_missing_year_of_inflation_is_found(rows):
    found = [r for r in rows if "price index of 2022" in r.explanation.en]
    assert {r.year for r in found} == {2023}
    assert {"debt_total", "debt_relending", "net_debt_ratio"} <= {r.item for r in found}


def test_the_three_debt_ratios(scenario):
    ratios = debt_ratios(scenario)
    assert ratios.published == pytest.approx(0.94)
    assert ratios.restated == pytest.approx(0.9175, abs=0.004)
    assert ratios.nominal == pytest.approx(0.892, abs=0.005)


def with_published(scenario: Scenario, item: str, change) -> Scenario:
    rows = tuple(
        row.model_copy(update={"values": change(row.values)}) if row.item == item and row.table == "4.9" else row
        for row in scenario.published
    )
    return scenario.model_copy(update={"published": rows})


def test_a_planted_wrong_index_is_named_and_a_planted_error_is_off(scenario):
    """2022 deflated with the index of 2021 is found out; an amount that is simply wrong is not explained away."""
    index = np.cumprod(1 + scenario.prices.cpi_growth.at(np.arange(2020, 2024))) / 1.017
    wrong = with_published(scenario, "debt_total", lambda v: (v[0], v[1], v[2] * float(index[2] / index[1]), v[3]))
    (row,) = [r for r in reconcile(wrong) if (r.table, r.item, r.year) == ("4.9", "debt_total", 2022)]
    assert row.verdict == "explained"
    assert "price index of 2021" in row.explanation.en
    off = with_published(scenario, "debt_total", lambda v: (v[0], v[1] * 1.05, v[2], v[3]))
    (row,) = [r for r in reconcile(off) if (r.table, r.item, r.year) == ("4.9", "debt_total", 2021)]
    assert row.verdict == "off"


def late(scenario: Scenario, years: int) -> float:
    """What a stock of 2022 is larger by when it is deflated with the index of so many years earlier."""
    index = np.cumprod(1 + scenario.prices.cpi_growth.at(np.arange(2020, 2024)))
    return float(index[2] / index[2 - years])


def row_of(scenario: Scenario, year: int = 2022, **update):
    """The printed debt in all of table 4.9 in `year`, with other words or values than the plan's."""
    rows = tuple(
        row.model_copy(update=update) if (row.table, row.item) == ("4.9", "debt_total") else row
        for row in scenario.published
    )
    found = reconcile(scenario.model_copy(update={"published": rows}))
    return next(row for row in found if (row.table, row.item, row.year) == ("4.9", "debt_total", year))


def debt(scenario: Scenario) -> tuple[float, ...]:
    return next(row.values for row in scenario.published if (row.table, row.item) == ("4.9", "debt_total"))


@pytest.mark.parametrize("years", [-1, 2])
def test_only_one_year_late_is_a_wrong_index(scenario, years):
    v = debt(scenario)
    index = np.cumprod(1 + scenario.prices.cpi_growth.at(np.arange(2020, 2025)))
    wrong = row_of(scenario, values=(v[0], v[1], v[2] * float(index[2] / index[2 - years]), v[3]))
    assert wrong.verdict == "off"
    assert not wrong.explanation.nb


def test_a_nominal_stock_has_no_index_to_be_wrong(scenario):
    v = debt(scenario)
    values = (v[0], v[1], v[2] * late(scenario, 1), v[3])
    assert row_of(scenario, values=values).verdict == "explained"
    ledger = reconcile(scenario.model_copy(update={"published": ()}))
    assert ledger == []
    nominal = next(
        row
        for row in reconcile(
            scenario.model_copy(
                update={
                    "published": tuple(
                        row.model_copy(update={"price_basis": "nominal"})
                        for row in scenario.published
                        if (row.table, row.item) == ("4.9", "debt_total")
                    )
                }
            )
        )
        if row.year == 2022
    )
    off = row_of(scenario, price_basis="nominal", values=(v[0], v[1], nominal.model * late(scenario, 1), v[3]))
    assert (off.verdict, off.explanation.nb) == ("off", "")


def test_the_authors_own_words_come_first(scenario):
    v = debt(scenario)
    values = (v[0], v[1], v[2] * late(scenario, 1), v[3])
    row = row_of(scenario, values=values, explanation_nb="Lån tatt opp i desember.", explanation_en="Late loan.")
    assert (row.verdict, row.explanation) == ("explained", ("Lån tatt opp i desember.", "Late loan."))


@pytest.mark.parametrize(
    ("said", "of_200"), [("1 %", 2.0), ("1%", 2.0), ("0,5 %", 1.0), ("0.5\u00a0%", 1.0), ("0,2", 0.2), (" 3 ", 3.0)]
)
def test_a_tolerance_is_read_as_people_write_it(scenario, said, of_200):
    row = scenario.published[0]
    assert type(row).model_validate(row.model_dump() | {"tolerance": said}).tolerance_of(200.0) == pytest.approx(
        of_200
    )


def test_a_wrong_index_is_said_with_the_decimal_sign_of_the_language(scenario):
    v = debt(scenario)
    row = row_of(scenario, values=(v[0], v[1], v[2] * late(scenario, 1), v[3]))
    assert "(1,02)" in row.explanation.nb
    assert "(1.02)" in row.explanation.en
    assert "ett års prisvekst" in row.explanation.nb


def test_nothing_reads_the_published_figures_back(scenario, rows):
    doubled = scenario.model_copy(
        update={
            "published": tuple(
                row.model_copy(update={"values": tuple(2 * v for v in row.values)}) for row in scenario.published
            )
        }
    )
    assert [r.model for r in reconcile(doubled)] == [r.model for r in rows]
    without = scenario.model_copy(update={"published": ()})
    for one, two in zip(build(scenario, 20).plan, build(without, 20).plan, strict=True):
        np.testing.assert_array_equal(one, two)


ASSUMPTIONS = {
    ("interest", "money_market_rate"): 0.01,
    ("interest", "loan_margin"): 0.005,
    ("financing", "instalment_share"): 0.01,
    ("financing", "on_lending_instalment_share"): 0.02,
    ("endowment", "equity_return"): 0.02,
    ("endowment", "cost_share"): 0.002,
    ("endowment", "withdrawal_share"): 0.005,
    ("investment", "vat_share"): 0.0,
}


def moved(scenario: Scenario, section: str, key: str, by: float) -> Scenario:
    part = getattr(scenario, section)
    old: Parameter = getattr(part, key)
    years = np.arange(2019, 2045)
    dated = {str(year): float(value) + by for year, value in zip(years, old.at(years), strict=True)}
    new = old.model_copy(update={"value": None, "dated": dated})
    return scenario.model_copy(update={section: part.model_copy(update={key: new})})


def test_every_computed_figure_moves_with_an_assumption(scenario, rows):
    """Computed means that an assumption moves it. Inputs of the plan itself do not count."""
    still = {(r.table, r.item) for r in rows if r.role == "computed"}
    for (section, key), by in ASSUMPTIONS.items():
        other = reconcile(moved(scenario, section, key, by))
        still -= {(r.table, r.item) for r, o in zip(rows, other, strict=True) if abs(r.model - o.model) > 1e-6}
    dearer = tuple(d.model_copy(update={"unit_cost": 1.1 * d.unit_cost}) for d in scenario.demand)
    other = reconcile(scenario.model_copy(update={"demand": dearer}))
    still -= {(r.table, r.item) for r, o in zip(rows, other, strict=True) if abs(r.model - o.model) > 1e-6}
    assert still == set()


def test_constant_parameters_stay_near(scenario):
    """Without parameters fitted year by year the plan still comes out, only less exactly."""
    rows = reconcile(read("baerum-2020", ["constant-parameters"]).scenario)
    by = {(r.table, r.item, r.year): r for r in rows}
    for year in (2020, 2021, 2022):
        assert by["4.9", "debt_total", year].model == pytest.approx(by["4.9", "debt_total", year].published, rel=0.01)
    for year in (2020, 2021, 2022, 2023):
        for item in ("interest_expenditure", "instalments"):
            row = by["11.1", item, year]
            assert row.model == pytest.approx(row.published, rel=0.08), item
    for item in ("buffer_fund", "liquidity_reserve"):
        assert abs(by["11.3", item, 2023].difference) < 60


def test_every_figure_is_used(scenario):
    assert set(FIGURES) <= {row.figure for row in scenario.published}


def test_every_table_asked_for_is_there(rows):
    """HP 11.1-11.3, 4.4-4.6, 4.9, 4.10, 4.12, the fund tables, and the official forms 11.5-11.8."""
    counts = Counter(row.table for row in rows if row.year == 2020)
    wanted = {"11.1", "11.2", "11.3", "11.5", "11.6", "11.7", "11.8", "4.4", "4.5", "4.6", "4.9", "4.10", "4.12"}
    assert wanted | {"11.3 BKFF", "11.3 BKFF, %", "11.3 BKFF, 2020-kr"} == set(counts)
    assert counts["11.1"] >= 40
    assert counts["4.6"] == 15


def test_unknown_figure_and_missing_table(tmp_path, capsys):
    folder = shutil.copytree(find("baerum-2020").folder, tmp_path / "kommune")
    table = folder / "published.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",closing_debt,", ",closing_dept,"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        reconcile(read(str(folder)).scenario)
    assert caught.value.faults[0].value == "closing_dept"
    table.unlink()
    assert read(str(folder)).scenario.published == ()


def test_the_command(tmp_path, monkeypatch, capsys):
    from ldip.cli import run

    monkeypatch.setattr("sys.argv", ["ldip", "reconcile", "--out", str(tmp_path / "r"), "--lang", "en"])
    run()
    text = capsys.readouterr().out
    assert "0 off" in text
    assert "printed 94 %" in text
    with (tmp_path / "r" / "reconcile.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    assert ",".join(written[0]).startswith(COLUMNS)
    assert {row["verdict"] for row in written} <= {"ok", "explained", "off"}
    assert {row["role"] for row in written} == {"input", "computed"}
