"""The workbook: the same figures as everywhere, formulas that hold, pages that print, bytes that repeat."""

import csv
import functools
import hashlib
import itertools
import json
import math
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pytest
import python_calamine
from conftest import snapshot
from test_cli import real

from ldip.analysis.compare import Comparison, compare
from ldip.analysis.statement import Accounts
from ldip.model.catalogue import catalogue, headline
from ldip.model.engine.simulate import PRESSURE, STEERED, simulate
from ldip.model.metrics import lines_needed
from ldip.model.shown import FAN_FIGURES, HEADLINES
from ldip.report.answers.comparison import conclusions
from ldip.report.answers.forms import forms_of
from ldip.report.limits import limits
from ldip.report.numbers import SHOWN, shown
from ldip.report.workbook.charts import axis_ends
from ldip.report.workbook.sheets import Book, number_format, scale
from ldip.scenario.files.reader import read
from ldip.scenario.numbers import assumed, moves, quantities
from ldip.scenario.settings import name_of, names
from ldip.statistics.summary import PERCENTILES

RUNS, YEARS = 200, 9
NAMES = ("baerum-2020", "baerum-2020+housing-minus-20")
COMMON = ("--runs", RUNS, "--years", YEARS)


def named(fan: str, metric: str) -> str:
    """The sheet of a metric in a fan, no longer than Excel takes."""
    name = f"{fan} – {catalogue()[metric].label.nb}"
    return name if len(name) <= 31 else name[:30].rstrip(" ,") + "…"


OF_STEERED = [named("Styrt", metric) for metric in FAN_FIGURES["steered"]]
OF_PRESSURE = [named("Press", metric) for metric in HEADLINES]
DEBT_SHEET = OF_PRESSURE[0]
SHEETS = [
    "Svar",
    *OF_STEERED,
    *OF_PRESSURE,
    "Styrt – Sannsynligheter",
    "Press – Sannsynligheter",
    "Alternativer",
    "Valg og tap ved feil valg",
    "Skjemaer Grunnalternativet",
    "Skjemaer Redusert boligbygging",
    "Befolkning Grunnalternativet",
    "Befolkning Redusert boligbyggi…",
    "Prosjekter Grunnalternativet",
    "Prosjekter Redusert boligbyggi…",
    "Forutsetninger",
    "Avstemming",
    "Alle tall",
    "Herkomst",
]

Cells = dict[str, list[list[object]]]


def cells_of(path: Path) -> Cells:
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def same(cell: object, value: float) -> bool:
    """Excel keeps 16 digits; what is not known is empty."""
    if not math.isfinite(value):
        return cell == ""
    return isinstance(cell, float) and math.isclose(cell, value, rel_tol=2e-15, abs_tol=0.0)


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("workbook")
    said = real("workbook", NAMES[0], "housing-minus-20", *COMMON, "--out", "results/two.xlsx", cwd=folder)
    assert (said.code, said.err) == (0, "")
    assert "two.xlsx" in said.out
    assert [found.name for found in folder.rglob("*")] == ["results", "two.xlsx"]
    return folder / "results" / "two.xlsx"


@pytest.fixture(scope="module")
def cells(path) -> Cells:
    return cells_of(path)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    """The same in Python."""
    how = {"runs": RUNS, "seed": 1, "years": YEARS, "lines": lines_needed()}
    return compared(how)


@pytest.fixture(scope="module")
def steered() -> Comparison:
    """Of municipalities that follow their own rules."""
    return compared({"runs": RUNS, "seed": 1, "years": YEARS, "lines": lines_needed(), "policy": STEERED})


def compared(how: dict[str, object]) -> Comparison:
    simulations = {name: functools.partial(simulate, read(name).scenario, **how) for name in NAMES}
    policy = how.get("policy", PRESSURE)
    return compare(simulations, against=NAMES[0], base_year=2020, seed=1, plan_years=4, policy=policy)


def test_sheets_are_those_promised(cells):
    assert list(cells) == SHEETS


def test_every_figure_is_that_of_the_summaries(cells, comparison, steered):
    head, *rows = cells["Alle tall"][3:]
    assert head[:9] == ["scenario", "fan", "metric", "label", "unit", "price_basis", "year", "mean", "sd"]
    assert len(rows) == 2 * len(NAMES) * len(headline()) * YEARS
    for row in rows:
        cell = dict(zip(head, row, strict=True))
        summary = {"pressure": comparison, "steered": steered}[cell["fan"]].summaries[cell["scenario"]]
        spread, t = summary.distributions[cell["metric"]], int(cell["year"]) - 2020
        factor = scale(spread.metric.unit)
        assert cell["label"] == spread.metric.label.nb
        assert cell["price_basis"] == spread.metric.price_basis(2020)
        assert same(cell["mean"], factor * spread.mean[t])
        assert same(cell["sd"], factor * spread.sd[t])
        assert same(cell["se_mean"], factor * spread.mean_error[t])
        for place, p in enumerate(PERCENTILES):
            assert same(cell[f"p{100 * p:02.0f}"], factor * spread.percentiles[place, t])
            assert same(cell[f"se_p{100 * p:02.0f}"], factor * spread.percentile_errors[place, t])


def test_the_command_line_gives_the_same_figures(ldip, cells, here):
    said = json.loads(ldip("simulate", *COMMON, "--json", "--no-pictures", "--out", "results").out)
    told = {(record["metric"], record["year"]): record for record in said["summary"]}
    head, *rows = cells["Alle tall"][3:]
    checked = 0
    for row in rows:
        cell = dict(zip(head, row, strict=True))
        if (cell["scenario"], cell["fan"]) == (NAMES[0], "pressure"):
            record = told[cell["metric"], int(cell["year"])]
            factor = scale(catalogue()[cell["metric"]].unit)
            assert same(cell["p95"], factor * record["p95"])
            checked += 1
    assert checked == len(told)
    # the checksum in the workbook is that of the file that simulate writes
    digest = hashlib.sha256((here / "results" / "summary.csv").read_bytes()).hexdigest()
    assert [row[2] for row in cells["Herkomst"] if row[1] == NAMES[0] and len(str(row[2])) == 64] == [digest]


@pytest.mark.parametrize("metric", HEADLINES)
def test_a_fan_holds_percentiles_baseline_and_the_width_of_its_bands(cells, comparison, metric):
    rows = cells[OF_PRESSURE[HEADLINES.index(metric)]][5:]
    rows = [row for row in rows if row[1] != ""]
    assert [int(row[1]) for row in rows] == 2 * list(range(2020, 2020 + YEARS))
    for place, name in enumerate(NAMES):
        spread, factor = comparison.summaries[name].distributions[metric], scale(catalogue()[metric].unit)
        accounts = Accounts(read(name).scenario, YEARS)
        index = catalogue()[metric].price_index
        baseline = accounts.ledger[metric][:, 0] / (accounts.ledger[f"{index}_index"][:, 0] if index else 1.0)
        for t, row in enumerate(rows[place * YEARS : (place + 1) * YEARS]):
            values = [spread.percentile(p)[t] for p in (0.05, 0.25, 0.50, 0.75, 0.95)]
            assert all(same(cell, factor * value) for cell, value in zip(row[2:7], values, strict=True))
            assert same(row[7], factor * spread.mean[t])
            assert same(row[10], factor * baseline[t])
            low, middle, high = row[-3:]
            assert low + middle + high == pytest.approx(row[6] - row[2], rel=1e-12, abs=1e-15)
            assert middle == pytest.approx(row[5] - row[3], rel=1e-12, abs=1e-15)


def test_thresholds_stand_beside_the_debt_ratio_in_both_readings(cells):
    for sheet in OF_PRESSURE[:2]:
        assert cells[sheet][4][11:13] == ["Gjeldsgrad over 75 %", "Gjeldsgrad over 100 %"]
        assert cells[sheet][5][11:13] == [0.75, 1.0]


def test_every_limit_that_a_picture_draws_stands_in_the_workbook(cells):
    scenario = read(NAMES[0]).scenario
    years = np.arange(scenario.scenario.first_year, scenario.scenario.first_year + YEARS)
    for sheet, name in zip(OF_PRESSURE, HEADLINES, strict=True):
        metric, rows = catalogue()[name], cells[sheet][5 : 5 + YEARS]
        for place, limit in enumerate(limits(metric, scenario, years), start=11):
            assert cells[sheet][4][place] == limit.name.nb
            assert [row[place] for row in rows] == (scale(metric.unit) * limit.values).tolist()


def test_the_adopted_minimum_stands_beside_the_result_share(cells):
    for sheet in ("Press – Netto driftsresultat a…", "Styrt – Netto driftsresultat a…"):
        assert cells[sheet][4][11] == "Netto driftsresultat, minste andel av driftsinntektene"
        assert [row[11] for row in cells[sheet][5 : 5 + YEARS]] == [0.03] * YEARS


def test_drivers_can_be_switched_off(ldip, here):
    said = ldip("workbook", "housing-minus-20", "--only", "rate", "--runs", 20, "--years", 5, "--out", "rate.xlsx")
    assert said.code == 0
    cells = cells_of(here / "rate.xlsx")
    again = next(row[2] for row in cells["Herkomst"] if "Kommando" in str(row[0]))
    assert (
        again
        == "ldip workbook baerum-2020+housing-minus-20 --only=rate --runs=20 --seed=1 --years=5 --policy=adopted"
    )
    head, *rows = cells["Alle tall"][3:]
    spread = {row[head.index("metric")]: row[head.index("sd")] for row in rows if row[head.index("year")] == 2022.0}
    assert spread["tax_revenue"] == pytest.approx(0.0, abs=1e-9)
    assert spread["money_market_rate"] > 0.001


@pytest.mark.parametrize("fan", ["comparison", "steered"])
def test_probabilities(cells, fan, request):
    rows = cells[f"{'Press' if fan == 'comparison' else 'Styrt'} – Sannsynligheter"][5:]
    chances = request.getfixturevalue(fan).summaries[NAMES[1]].probabilities.values()
    mine = [row for row in rows if row[1] == "Redusert boligbygging"]
    assert [row[0] for row in mine] == 2 * [chance.event.label.nb for chance in chances]
    for row, chance in zip(mine, chances, strict=False):
        assert row[2] == "i året"
        assert all(same(cell, value) for cell, value in zip(row[3 : 3 + YEARS], chance.in_year, strict=True))
        assert same(row[3 + YEARS], np.max(chance.error(chance.in_year)))
    for row, chance in zip(mine[len(chances) :], chances, strict=True):
        assert row[2] == "i året eller før"
        assert all(same(cell, value) for cell, value in zip(row[3 : 3 + YEARS], chance.so_far, strict=True))


def test_alternatives_are_paired_run_by_run(cells, comparison):
    rows = [row for row in cells["Alternativer"][6:] if row[1] != ""]
    assert len(rows) == len(HEADLINES) * YEARS
    for place, metric in enumerate(HEADLINES):
        factor, pair = scale(catalogue()[metric].unit), comparison.pairs[NAMES[1]].metrics[metric]
        mine, theirs = (comparison.summaries[name].distributions[metric].percentile(0.50) for name in NAMES[::-1])
        for t, row in enumerate(rows[place * YEARS : (place + 1) * YEARS]):
            assert same(row[2], factor * theirs[t])
            assert same(row[3], factor * mine[t])
            assert row[4] == pytest.approx(factor * (mine[t] - theirs[t]), rel=1e-12, abs=1e-15)
            assert same(row[5], factor * pair.difference.mean[t])
            assert same(row[6], factor * pair.difference.mean_error[t])
            assert same(row[7], pair.lower[t])
    labels = {NAMES[0]: "Grunnalternativet", NAMES[1]: "Redusert boligbygging"}
    texts = {str(row[0]) for row in cells["Valg og tap ved feil valg"]}
    assert set(conclusions(comparison, labels, "nb")) <= texts


def test_the_answer_says_in_words_what_the_table_says(cells, comparison, steered):
    answer = cells["Svar"]
    words = str(answer[3][0])
    for fan, of in (("Styrt", steered), ("Press", comparison)):
        debt = of.summaries[NAMES[0]].distributions["debt_ratio"]
        ends = [debt.percentile(p)[-1] for p in (0.05, 0.50, 0.95)]
        assert all(shown(float(end), "share", "nb") in words for end in ends) == (fan == "Styrt")
        row = next(row for row in answer if row[:2] == ["Gjeldsgrad, prosent", f"{fan}: Grunnalternativet"])
        assert [same(row[10 + place], end) for place, end in enumerate(ends)] == [True] * 3
    need = comparison.summaries[NAMES[0]].distributions["restructuring_need"].percentile(0.95)[-1]
    assert shown(float(need), "mill. kr", "nb") in words


def test_forms_are_those_of_the_accounts_and_their_totals_are_formulas(cells, path, ldip):
    words = [word for form in forms_of(read("baerum-2020").scenario) for word in ("--form", form.id)]
    told = json.loads(ldip("plan", "--years", YEARS, "--json", *words).out)
    rows = [row for row in cells["Skjemaer Grunnalternativet"][5:] if str(row[1]) or row[2] != ""]
    lines = [told[start : start + YEARS] for start in range(0, len(told), YEARS)]
    assert [row[0] for row in rows] == [line[0]["label_nb"] for line in lines]
    for row, line in zip(rows, lines, strict=True):
        factor = scale(line[0]["unit"])
        for cell, record in zip(row[2 : 2 + YEARS], line, strict=True):
            assert cell == "" if record["value"] is None else same(cell, factor * record["value"])
    debt = next(row for row in rows if row[0] == "Sum lånegjeld")
    assert debt[2 + YEARS] == pytest.approx(debt[1 + YEARS] - debt[2])
    assert debt[1] == "mill. 2020-kr"
    with zipfile.ZipFile(path) as parts:
        sheet = parts.read(f"xl/worksheets/sheet{1 + SHEETS.index('Skjemaer Grunnalternativet')}.xml").decode()
    assert "<f>SUM(C7:C13)</f>" in sheet  # central revenue
    assert "<f>C14+C25</f>" in sheet  # gross operating result


def test_people_add_up(cells, comparison):
    rows = cells["Befolkning Grunnalternativet"]
    total = next(row for row in rows if row[0] == "Totalt" and row[1] == "personer")
    grown = next(row for row in rows if row[0] == "vekst")
    baseline = Accounts(read(NAMES[0]).scenario, YEARS).ledger["closing_residents"][:, 0]
    assert total[4 : 4 + YEARS] == pytest.approx(baseline.tolist())
    differences = [after - before for before, after in itertools.pairwise(total[2:])]
    assert grown[3 : 4 + YEARS] == pytest.approx(differences[: YEARS + 1], abs=1e-6)


def test_assumptions_show_every_number_and_what_an_alternative_changes(cells):
    source = read(NAMES[0]).scenario
    rows = cells["Forutsetninger"][4:]
    keys = [row[0] for row in rows]
    assert set(quantities(source)) <= set(keys)
    assert len([row for row in rows if row[3] == "antakelse"]) > 50
    pace = [row for row in rows if row[0] == "housing.pace"]
    assert [(row[1], row[4]) for row in pace] == [
        (names()["housing.pace"].nb, 1.0),
        ("endret i: Redusert boligbygging", 0.8),
    ]
    assert keys.count("interest.loan_margin") == 1
    count, total = assumed(source)
    assert f"({count} av {total})" in cells["Forutsetninger"][1][0]
    assert all(row[-1] for row in rows), "a number without a source"


def test_every_setting_has_a_name():
    scenario = read(NAMES[0]).scenario
    for key in quantities(scenario):
        name = name_of(scenario, key)
        assert name.nb, key
        assert name.en, key
    moved = {**quantities(scenario), **moves(scenario)}
    known = {re.sub(r"(housing\.areas|projects)\.[^.]+", r"\1.*", key) for key in moved}
    assert set(names()) == known


def test_reconciliation_is_in_short(cells):
    rows = cells["Avstemming"]
    assert re.match(r"\d+ beregnede tall: ", str(rows[1][0]))
    head = next(place for place, row in enumerate(rows) if row[0] == "Tabell")
    assert len(rows) > head + 1
    for row in rows[head + 1 :]:
        assert row[9] == pytest.approx(row[8] - row[7], abs=1e-9)
        assert row[11], "a difference without an explanation"


def test_the_same_input_gives_the_same_bytes(path, tmp_path, ldip):
    ldip("workbook", NAMES[0], "housing-minus-20", *COMMON, "--out", "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_pages_print_on_a4_and_headers_stay(path):
    with zipfile.ZipFile(path) as parts:
        book = parts.read("xl/workbook.xml").decode()
        sheets = [parts.read(f"xl/worksheets/sheet{place}.xml").decode() for place in range(1, len(SHEETS) + 1)]
    assert book.count("_xlnm.Print_Titles") == len(SHEETS) - 1  # all but the answer, which is one page
    for text in sheets:
        assert 'paperSize="9"' in text
        assert 'orientation="landscape"' in text
        assert "<pageSetUpPr fitToPage=" in text
        assert 'state="frozen"' in text
    for name in ("debt_ratio_p50", "debt_ratio_p50_2", "restructuring_need_p95"):
        assert f'name="{name}"' in book
    assert f"name=\"debt_ratio_p50\">'{DEBT_SHEET}'!$E$6:$E$14<" in book
    assert f"name=\"steered_debt_ratio_p50\">'{OF_STEERED[0]}'!$E$6:$E$14<" in book


def test_charts_are_drawn_from_cells(path):
    with zipfile.ZipFile(path) as parts:
        charts = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/charts/chart")]
    fans = [chart for chart in charts if "<c:areaChart>" in chart]
    assert len(fans) == (len(OF_STEERED) + len(OF_PRESSURE)) * len(NAMES)
    assert all('<c:grouping val="stacked"/>' in chart and "<c:lineChart>" in chart for chart in fans)
    assert sum("<c:barChart>" in chart for chart in charts) == 2 + 2 * len(NAMES)
    for chart in charts:
        assert re.findall(r"<c:f>([^<]*)</c:f>", chart)
        assert "#REF" not in chart


def test_english(ldip, here):
    said = ldip("workbook", "--lang", "en", "--runs", 50, "--years", 5, "--nominal", "--out", "en.xlsx")
    assert (said.code, said.out.strip()) == (0, "Workbook: en.xlsx")
    cells = cells_of(here / "en.xlsx")
    assert list(cells)[:2] == ["Answer", "Steered – Debt ratio"]
    assert "Alternatives" not in cells
    text = " ".join(str(cell) for rows in cells.values() for row in rows for cell in row)
    for word in ("Gjeldsgrad", "framtider", "Skatteinntekter", "antakelse", "Barnehage"):
        assert word not in text
    assert "in current prices" in text


def test_a_policy_holds_in_runs_and_baseline(ldip, here):
    ldip("workbook", "--policy", "step", "--step", 40, "--runs", 20, "--years", 8, "--out", "step.xlsx")
    cells = cells_of(here / "step.xlsx")
    accounts = Accounts(read().scenario, 8, policy="step", step=40.0)
    assert cells["Gjeldsgrad"][12][10] == pytest.approx(accounts.ledger["debt_ratio"][-1, 0], rel=1e-14)
    assert accounts.ledger["debt_ratio"][-1, 0] < Accounts(read().scenario, 8).ledger["debt_ratio"][-1, 0]
    again = next(row[2] for row in cells["Herkomst"] if "Kommando" in str(row[0]))
    assert again == "ldip workbook baerum-2020 --runs=20 --seed=1 --years=8 --policy=step --step=40"


@pytest.mark.parametrize("years", [1, 4])
def test_one_run_and_few_years_leave_empty_cells_not_errors(ldip, here, years):
    assert ldip("workbook", "interest-plus-2", "--runs", 1, "--years", years, "--out", "one.xlsx").code == 0
    cells = cells_of(here / "one.xlsx")
    assert cells[DEBT_SHEET][5][8] == ""  # one run says nothing about its own error
    assert "#" not in "".join(str(cell)[:1] for rows in cells.values() for row in rows for cell in row)


def test_a_municipality_without_a_published_plan_has_nothing_to_reconcile(ldip, here):
    shutil.copytree(read.__globals__["shipped_folder"]() / "baerum-2020", here / "mine")
    (here / "mine" / "published.csv").unlink()
    assert ldip("workbook", "mine/", "--runs", 10, "--years", 4, "--out", "mine.xlsx").code == 0
    assert "Avstemming" not in cells_of(here / "mine.xlsx")


def test_wrong_usage_and_faulty_input_leave_nothing(ldip, here):
    assert ldip("workbook", "--out", "results.csv").code == 2
    assert ldip("workbook", "--step", 3).code == 2
    said = ldip("workbook", "no-such-thing", "--out", "x.xlsx")
    assert (said.code, "no-such-thing" in said.err) == (1, True)
    said = ldip("workbook", "baerum-2020", "baerum-2020", "--out", "x.xlsx")
    assert (said.code, "navnet på to" in said.err) == (1, True)
    (here / "taken").write_text("a file", encoding="utf-8")
    assert ldip("workbook", "--runs", 10, "--years", 2, "--out", "taken/x.xlsx").code == 1
    assert snapshot(here) == {"taken": b"a file"}


def test_a_windows_console_does_not_stop_it(tmp_path):
    words = ("workbook", "housing-minus-20", "--runs", 10, "--years", 4, "--out", "økonomi – 2020.xlsx")
    said = real(*words, cwd=tmp_path, encoding="cp1252")
    assert said.code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["økonomi – 2020.xlsx"]


# A result folder, written as a workbook


def words_of(cells: Cells, sheet: str) -> str:
    return " ".join(str(cell) for row in cells[sheet] for cell in row)


def test_a_result_folder_gives_the_workbook_of_the_same_figures(ldip, here):
    how = ("--change", "interest-plus-2", "--runs", 60, "--seed", 4, "--years", 6, "--policy", "step", "--step", 30)
    assert ldip("simulate", *how, "--only", "rate", "--no-pictures", "--out", "r").code == 0
    assert ldip("workbook", *how, "--only", "rate", "--out", "direct.xlsx").code == 0
    said = ldip("workbook", "r", "--out", "again.xlsx")
    assert (said.code, said.err) == (0, "")
    same = "Tallene er regnet på nytt fra r, og er de samme til siste siffer i 3 filer."
    assert said.out.splitlines() == [same, "Arbeidsbok: again.xlsx"]
    direct, again = cells_of(here / "direct.xlsx"), cells_of(here / "again.xlsx")
    assert list(again) == list(direct)
    for name in set(direct) - {"Svar", "Herkomst"}:  # those tell of the command and of the change by its title
        assert again[name] == direct[name], name
    origin = {row[0]: row[2] for row in again["Herkomst"] if row[0]}
    assert origin["Regnet på nytt"] == same
    assert next(value for what, value in origin.items() if "Kommando" in str(what)) == "ldip workbook r"
    assert "Regnet på nytt" not in words_of(direct, "Herkomst")


def test_a_comparison_folder_gives_its_alternatives_and_its_reference(ldip, here):
    words = ("baerum-2020", "housing-plus-10", "interest-plus-2", "--against", "interest-plus-2")
    assert ldip("compare", *words, "--runs", 40, "--years", 5, "--no-pictures", "--out", "c").code == 0
    assert ldip("workbook", *words, "--runs", 40, "--years", 5, "--out", "direct.xlsx", "--lang", "en").code == 0
    said = ldip("workbook", "c", "--lang", "en")
    assert (said.code, said.err) == (0, "")
    assert "the same to the last digit in 6 files" in said.out
    written = here / "ldip-results" / "c.xlsx"  # named after the folder
    direct, again = cells_of(here / "direct.xlsx"), cells_of(written)
    assert list(again) == list(direct)
    for name in set(direct) - {"Provenance"}:
        assert again[name] == direct[name], name


def test_changed_files_and_changed_figures_are_told_as_the_report_tells_them(ldip, here, monkeypatch):
    monkeypatch.setattr("ldip.report.page.html._svgs", lambda picture: "")  # only words count here
    assert ldip("simulate", "--runs", 30, "--years", 5, "--no-pictures", "--out", "r").code == 0
    (here / "r" / "probabilities.csv").unlink()
    provenance = json.loads((here / "r" / "provenance.json").read_text(encoding="utf-8"))
    provenance["seed"] += 1
    (here / "r" / "provenance.json").write_text(json.dumps(provenance), encoding="utf-8")
    said = ldip("workbook", "r", "--lang", "en", "--out", "b.xlsx")
    assert said.code == 0
    *told, written = said.out.splitlines()
    assert written == "Workbook: b.xlsx"
    assert told == ldip("report", "r", "--lang", "en").out.splitlines()[:-1]
    assert len(told) == 2
    assert "summary.csv do not come out as when the result was written" in told[0]
    assert "probabilities.csv have been changed or removed" in told[1]
    assert all(line in words_of(cells_of(here / "b.xlsx"), "Provenance") for line in told)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["r", "baerum-2020"], 1, "må stå alene"),
        (["baerum-2020", "r"], 1, "må stå alene"),
        (["r", "--change", "interest-plus-2"], 1, "må stå alene"),
        *[
            (["r", option, value], 2, f"{option} er den som står i resultatmappen")
            for option, value in (
                ("--runs", "5"),
                ("--seed", "1"),
                ("--years", "20"),
                ("--against", "baerum-2020"),
                ("--policy", "none"),
                ("--step", "3"),
                ("--only", "rate"),
                ("--without", "rate"),
            )
        ],
        (["torn"], 1, "er ikke opphavet"),
    ],
)
def test_what_cannot_stand_beside_a_result_folder(ldip, here, words, code, says):
    assert ldip("simulate", "--runs", 10, "--years", 2, "--no-pictures", "--out", "r").code == 0
    (here / "torn").mkdir()
    (here / "torn" / "provenance.json").write_text('{"version": "0', encoding="utf-8")
    before = snapshot(here)
    said = ldip("workbook", *words)
    assert (said.code, said.out) == (code, "")
    assert says in said.err
    assert snapshot(here) == before


def test_a_result_of_more_runs_than_memory_allows_is_refused_before_it_is_run_again(ldip, here):
    assert ldip("simulate", "--runs", 10, "--years", 20, "--no-pictures", "--out", "r").code == 0
    path = here / "r" / "provenance.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"runs": 10,', '"runs": 10000000,'), encoding="utf-8")
    for command in ("workbook", "report"):
        said = ldip(command, "r", "--lang", "en")
        assert said.code == 1
        assert "10000000" in said.err


# Small parts, by hand


def test_names_of_sheets_are_what_excel_allows(tmp_path):
    with Book(tmp_path / "b.xlsx", "", "nb") as book:
        found = [book.sheet(name, "").name for name in ("A/B: [c]*?", "x" * 40, "x" * 40, "'Svar'", "svar")]
    assert found == ["A-B- -c---", "x" * 30 + "…", "x" * 29 + " 2", "Svar", "svar 2"]
    assert all(len(name) <= 31 for name in found)


def test_number_formats_follow_the_table_of_shown_units():
    assert number_format("share") == "0.0%"
    assert number_format("per year") == "0.00%"
    assert number_format("mill. kr") == "#,##0"
    assert number_format("mill. kr", finer=1, signed=True) == "+#,##0.0;-#,##0.0;#,##0.0"
    assert {unit for unit in SHOWN if scale(unit) != 1.0} == {"mill. kr per resident"}


def test_axes_begin_at_zero_unless_figures_keep_far_from_it():
    assert axis_ends(0.45, 1.35) == (pytest.approx(0.4), pytest.approx(1.4))
    assert axis_ends(0.0, 1156.0) == (None, pytest.approx(1200.0))
    assert axis_ends(-0.05, 0.12) == (None, pytest.approx(0.12))
    assert axis_ends(0.0, 0.0) == (None, None)
    assert axis_ends(0.84, 0.84) == (pytest.approx(0.8), pytest.approx(0.9))


# In a spreadsheet program


SOFFICE = shutil.which("soffice")
needs_soffice = pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice is not installed: apt-get install libreoffice-calc"
)
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode"><value>0</value></prop>
</item>
</oor:items>"""


def converted(path: Path, folder: Path, kind: str) -> Path:
    """The workbook opened, recalculated and saved by LibreOffice; returns the folder of what it wrote."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS, encoding="utf-8")
    out = folder / "out"
    command = [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind]
    done = subprocess.run([*command, "--outdir", str(out), str(path)], capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.slow
@needs_soffice
def test_recalculated_formulas_give_the_values_they_carry(path, cells, tmp_path):
    wrong = tmp_path / "wrong.xlsx"
    with Book(wrong, "", "nb") as book:  # does it recalculate at all?
        sheet = book.sheet("a", "")
        sheet.write(1, 0, 2.0)
        sheet.formula(1, 1, "=A2*3", 5.0)
    again = cells_of(converted(wrong, tmp_path, "xlsx") / "wrong.xlsx")
    assert again["a"][1][1] == 6.0

    again = cells_of(converted(path, tmp_path, "xlsx") / path.name)
    assert list(again) == list(cells)
    with zipfile.ZipFile(path) as parts:
        formulas = sum(
            parts.read(name).decode().count("<f>") for name in parts.namelist() if "worksheets/sheet" in name
        )
    assert formulas > 500
    for name, rows in cells.items():
        for row, other in zip(rows, again[name], strict=False):
            for cell, recalculated in zip(row, other, strict=False):
                if isinstance(cell, float):
                    assert recalculated == pytest.approx(cell, rel=1e-9, abs=1e-9), name
    with zipfile.ZipFile(tmp_path / "out" / path.name) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name]
    assert not any('t="e"' in sheet for sheet in sheets)


@pytest.mark.slow
@needs_soffice
def test_shown_figures_are_those_of_the_summary_to_the_last_digit(path, comparison, tmp_path):
    kind = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,true,false,false,-1"
    out = converted(path, tmp_path, kind)
    assert len(list(out.glob("*.csv"))) == len(SHEETS)
    checked = 0
    for metric in HEADLINES:
        sheet = OF_PRESSURE[HEADLINES.index(metric)]
        with (out / f"{path.stem}-{sheet}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter=";"))[5:]
        rows = [row for row in rows if len(row) > 1 and row[1]]
        for place, name in enumerate(NAMES):
            spread = comparison.summaries[name].distributions[metric]
            for t, row in enumerate(rows[place * YEARS : (place + 1) * YEARS]):
                for column, p in enumerate((0.05, 0.25, 0.50, 0.75, 0.95), start=2):
                    text = shown(float(spread.percentile(p)[t]), spread.metric.unit, "en")
                    assert row[column].rstrip("%") in (text, f"-{text}"), (metric, row)
                    checked += 1
    assert checked == len(HEADLINES) * len(NAMES) * YEARS * 5
