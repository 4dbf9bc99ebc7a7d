"""Saved statistics into a scenario's folder: recognised by what stands in them, filled in with their source, told."""

import csv
import json
import re
import shutil
from pathlib import Path

import made_statistics as made
import numpy as np
import pytest
from conftest import rows_of, snapshot
from test_fault_kinds import told

from ldip.cli import main
from ldip.model.engine.simulate import run_baseline
from ldip.model.identities import residuals
from ldip.model.people import housing
from ldip.model.people.cohorts import fit, project
from ldip.model.plan.baseline import build
from ldip.scenario.files.reader import read
from ldip.scenario.official.catalogue import catalogue, recognised
from ldip.scenario.official.importing import import_files
from ldip.scenario.official.municipalities import changes, former, of_municipality
from ldip.scenario.official.needs import in_order, needs, still_missing
from ldip.scenario.official.saved import Saved, number, read_saved
from ldip.scenario.placeholders import invented

STORED = Path(__file__).parent / "cases" / "statistics"


@pytest.fixture
def folder(ldip, here):
    """A new scenario whose plan begins in 2026."""
    assert ldip("scenario", "new", "baerum", "--municipality", "Bærum", "--first-year", "2026").code == 0
    return here / "baerum"


@pytest.fixture
def statistics(here):
    (here / "saved").mkdir()
    return made.write_all(here / "saved")


def saved(here: Path, name: str, text: str) -> Path:
    (here / name).write_text(text, encoding="utf-8")
    return here / name


def test_a_stored_answer_of_the_service():
    cube = read_saved(STORED / "07221.json")
    assert (cube.table, len(cube.cells), cube.missing) == ("07221", 8, 0)
    assert [cell.value for cell in cube.cells][:3] == [158.7, 160.8, 160.8]
    assert cube.cells[4].at["Tid"].code == "2023K1"
    assert recognised(cube).kind == "house_prices"


def test_a_stored_page_in_latin_1_with_decimal_commas_and_notes():
    cube = read_saved(STORED / "03014.csv")
    assert cube.table == "03014"
    assert [(c.year, c.value) for c in cube.cells if "2015=100" in c.contents.label][:2] == [
        (2010, 92.1),
        (2011, 93.3),
    ]
    assert recognised(cube).kind == "prices"


def test_a_stored_table_without_a_title_is_known_by_its_contents():
    cube = read_saved(STORED / "population-by-age.csv")
    assert cube.table == ""
    assert recognised(cube).kind == "population"
    first = cube.cells[0]
    assert (first.at["Region"].code, first.at["Alder"].code, first.year, first.value) == ("9999", "000", 2023, 150.0)
    assert {c.at["Alder"].code for c in cube.cells} == {f"{age:03}" for age in range(106)}


def test_the_name_of_the_file_says_nothing(here):
    shutil.copy(STORED / "07221.json", here / "07459.json")
    assert recognised(read_saved(here / "07459.json")).table == "07221"


@pytest.mark.parametrize("signs", [",.", ";,", "\t,"])
@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8", "utf-8-sig", "utf-16"])
def test_the_same_table_in_every_dress(here, signs, encoding):
    """CSV of the service is in Latin-1 with a point; the page writes semicolons and decimal commas (made here)."""
    cells = [["region", "år", "Fullførte boliger"], ["3201 Bærum", "2023", "1 234,5"], ["3201 Bærum", "2024", ".."]]
    divider, decimal = signs
    lines = [divider.join(f'"{c.replace(",", decimal)}"' for c in row) for row in cells]
    path = here / "x.csv"
    path.write_bytes("\n".join(['"05940: Boligbygging, etter region"', "", *lines, ""]).encode(encoding))
    cube = read_saved(path)
    assert [(cell.year, cell.value) for cell in cube.cells] == [(2023, 1234.5), (2024, None)]
    assert cube.cells[0].at["Region"] == ("3201", "Bærum")
    assert cube.missing == 1


def test_a_workbook_of_the_page_with_headings_in_two_rows_and_blanks_for_repeats(here):
    """Made in the shape in which tables are saved as Excel."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(here / "x.xlsx"))
    sheet = book.add_worksheet()
    sheet.write(0, 0, "07459: Befolkning, etter region, alder, statistikkvariabel og år")
    sheet.write_row(2, 2, ["Personer", "", ""])
    sheet.write_row(3, 2, ["2024", "2025", "2026"])
    sheet.write_row(4, 0, ["3201 Bærum", "0 år", 10, 11, 12])
    sheet.write_row(5, 0, ["", "105 år eller eldre", 1, ".", 2])
    sheet.write(8, 0, "Sist endret: 20260219 08:00")
    book.close()
    cube = read_saved(here / "x.xlsx")
    found = {(c.at["Region"].code, c.at["Alder"].code, c.year): c.value for c in cube.cells}
    assert found[("3201", "105+", 2024)] == 1.0
    assert found[("3201", "105+", 2025)] is None
    assert found[("3201", "000", 2026)] == 12.0
    assert (cube.updated, recognised(cube).kind) == ("2026-02-19", "population")


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1 234,5", 1234.5), ("1234.5", 1234.5), ("1.234,5", 1234.5), ("−3", -3.0), ("..", None), (":", None), (7, 7.0)],
)
def test_figures_as_they_are_written(cell, value):
    assert number(cell) == value


def test_sparse_values_and_listed_categories_read_like_the_others(here):
    plain = read_saved(saved(here, "a.json", made.projection([2026, 2027])))
    tree = json.loads((here / "a.json").read_text(encoding="utf-8"))
    assert isinstance(tree["value"], dict)
    assert isinstance(tree["dimension"]["Alder"]["category"]["index"], list)
    tree["value"] = [tree["value"].get(str(n)) for n in range(len(plain.cells))]
    for dimension in tree["dimension"].values():
        dimension["category"]["index"] = {code: n for n, code in enumerate(dimension["category"]["index"])}
    other = read_saved(saved(here, "b.json", json.dumps(tree)))
    assert other.cells == plain.cells


def test_everything_is_filled_in_with_table_date_and_licence(ldip, folder, statistics):
    said = ldip("scenario", "import", *statistics, "--municipality", "3201", "--into", "baerum")
    assert said.code == 0, said.err
    assert ldip("scenario", "check", "baerum").code == 0
    scenario = read(str(folder)).scenario
    people = {group.group: group for group in scenario.population}
    assert list(people) == [*map(str, range(100)), "100+"]
    # 1 January 2026 is our 31 December 2025; the row of all ages and both sexes is not counted twice
    assert people["40"].residents[1] == made.persons("040", 2026)
    assert people["40"].residents[2] == made.persons("040", 2027), "from the projection's main alternative"
    assert people["100+"].residents[1] == sum(made.persons(age, 2026) for age in made.AGES[100:])
    total = sum(group.residents[1] for group in scenario.population)
    assert people["0"].basis == "source"
    assert people["0"].source.nb.startswith("SSB tabell 07459, oppdatert 2026-02-19, CC BY 4.0")
    assert people["0"].source.en.startswith("Statistics Norway table 07459, updated 2026-02-19, CC BY 4.0")

    areas = {area.area: area for area in scenario.areas}
    growth = 1.0 + scenario.prices.deflator_growth.at(np.array([2026]))[0]
    assert areas["schools"].frame == pytest.approx((growth * (1500 - 100 + 30),) * 4, rel=1e-4)
    assert areas["care"].frame[0] == pytest.approx(growth * (1100 - 50 + 900), rel=1e-4)
    assert areas["self_cost"].frame == (0.0,) * 4, "fees cover water"
    assert areas["administration"].basis == "derived"
    assert areas["culture"].basis == "placeholder", "the file has no such function"
    assert scenario.opening.depreciation.value == 150.0

    plan = {row.line: row for row in scenario.plan if row.line in ("tax", "general_grant")}
    assert plan["tax"].values[0] == pytest.approx(growth * 48_000 * total / 1e6, rel=1e-4)
    assert plan["general_grant"].values[0] == pytest.approx(9600 - plan["tax"].values[0], rel=1e-4), (
        "the Green booklet"
    )
    debt = scenario.opening.general_debt.value + scenario.opening.self_financing_debt.value
    assert debt == pytest.approx(90_000 * total / 1e6, rel=1e-3)
    assert scenario.opening.general_debt.basis == "assumption", "what the debt is for is in no statistics"
    opening = scenario.opening
    assert opening.buffer_fund.value + opening.discretionary_funds.value == pytest.approx(1900, rel=1e-3)
    assert (opening.investment_funds.value, opening.restricted_funds.value) == (210.0, 200.0)
    assert (opening.fixed_assets.value, opening.on_lent.value) == (16_500.0, 1300.0)
    assert scenario.revenue.own_to_national_tax.value == pytest.approx(1.4925, abs=6e-4)
    assert scenario.housing.reference_flat_share.value == 0.6
    assert scenario.housing.reference_completions.value == pytest.approx(702.0, abs=0.1)
    built = sum(
        area.per_year.at(np.array([2026]))[0] for area in scenario.housing.areas.values() if area.start.value <= 2026
    )
    assert built == pytest.approx(702.0, rel=0.01)
    history = {row["figure"]: row for row in rows_of(folder / "history.csv")}
    assert all(row["source_en"].startswith("Statistics Norway") for row in history.values())
    assert float(history["net_operating_result_share"]["2022"]) == 0.025
    assert float(history["debt_ratio"]["2016"]) == pytest.approx(90 / 105, abs=1e-4)
    series = {row["year"]: row for row in rows_of(folder / "series.csv")}
    assert series["2010"]["completions"] == "700"
    assert series["2025"] == {"year": "2025", "completions": "", "cpi": "0.03"}, "the newest year comes up short"


def test_filled_scenario_closes_every_identity(ldip, folder, statistics):
    ldip("scenario", "import", *statistics, "--municipality", "3201", "--into", "baerum")
    baseline = build(read(str(folder)).scenario, 20)
    for name, gap in residuals(run_baseline(baseline), baseline.opening).items():
        assert np.abs(gap).max() < 1e-7, name
    assert ldip("simulate", "baerum", "--runs", "50", "--no-pictures").code == 0
    assert ldip("population", "baerum", "--runs", "50", "--no-pictures").code == 0


def test_single_years_start_exactly_and_are_shown_in_wider_groups(folder, statistics):
    import_files(folder, statistics, "3201")
    scenario = read(str(folder)).scenario
    baseline = build(scenario, 5)
    given = np.array([group.residents for group in scenario.population])
    np.testing.assert_allclose(baseline.population.closing[:, :2], given[:, :2], rtol=1e-12)
    as_told = project(scenario, fit(scenario), housing.reference(scenario, np.arange(2026, 2030)))
    np.testing.assert_allclose(as_told.closing[:, :6], given, rtol=1e-9)
    assert baseline.group_response.shape[0] == 12, "not a hundred and one"
    care = [row for row in scenario.demand if row.service == "care"]
    assert {row.group for row in care} >= {"67-79", "80-84"}, "needs go on in the groups they were in"


def test_comments_and_what_no_table_fills_stay(folder, statistics):
    before = (folder / "base.toml").read_text(encoding="utf-8")
    changed = snapshot(folder)
    import_files(folder, [path for path in statistics if path.name == "f.json"], "3201")
    after = (folder / "base.toml").read_text(encoding="utf-8")
    assert [line for line in before.splitlines() if line.startswith("#")] == [
        line for line in after.splitlines() if line.startswith("#")
    ]
    others = {name for name, bytes_ in snapshot(folder).items() if changed.get(name) != bytes_}
    assert others == {"base.toml", "series.csv"}


def test_a_second_import_of_the_same_changes_nothing(folder, statistics):
    """In another order, too; what is divided by the shares that stand there may move in its last digit."""
    import_files(folder, statistics, "3201")
    once = {name: text.decode() for name, text in snapshot(folder).items() if text is not None}
    import_files(folder, list(reversed(statistics)), "3201")
    for name, before in once.items():
        after = (folder / name).read_text(encoding="utf-8")
        figures = [[float(part) for part in re.findall(r"\d+\.?\d*", text)] for text in (before, after)]
        np.testing.assert_allclose(figures[1], figures[0], rtol=2e-4, err_msg=name)
        assert re.sub(r"[\d.]+", "", before) == re.sub(r"[\d.]+", "", after)


def test_invented_amounts_follow_the_size_once_and_stay_invented(folder, statistics):
    before = read(str(folder)).scenario
    import_files(folder, [path for path in statistics if path.name in ("a.json", "b.json")], "3201")
    after = read(str(folder)).scenario
    residents = [sum(group.residents[1] for group in it.population) for it in (before, after)]
    factor = residents[1] / residents[0]
    assert after.opening.general_debt.value == pytest.approx(before.opening.general_debt.value * factor, rel=1e-3)
    assert after.areas[0].frame[0] == pytest.approx(before.areas[0].frame[0] * factor, rel=1e-3)
    assert after.opening.general_debt.basis == "placeholder"
    assert after.investment.school_place_cost == before.investment.school_place_cost, "a place costs what it costs"


def test_counted_residents_alone_are_not_enough_and_the_other_table_is_named(ldip, folder, statistics):
    before = (folder / "population.csv").read_bytes()
    said = ldip("scenario", "import", statistics[0], "--municipality", "3201", "--into", "baerum", "--lang", "en")
    assert "31 December 2026, 2027, 2028, 2029" in said.out
    assert "14288" in said.out
    assert (folder / "population.csv").read_bytes() == before


def test_a_projection_that_is_off_what_was_counted_is_told(folder, here):
    files = [saved(here, "a.json", made.population([2025, 2026]))]
    files.append(saved(here, "b.json", made.projection(range(2026, 2031), more=1.02)))
    notes = [text.say("en", **values) for text, values in import_files(folder, files, "3201").notes]
    assert any("2.0 per cent above what was counted on 31 December 2025" in note for note in notes)


def test_municipalities_that_were_merged_are_summed_and_renumbered_ones_continued():
    assert former("3201") == ("3201", "3024", "0219")
    assert former("4020") == ("4020", "3817", "0821", "0822"), "Bø and Sauherad"
    assert former("1508") == ("1508",), "a part of Ålesund cannot be had from the whole"
    assert former("9999", ("0001",)) == ("9999", "0001")
    news = [new for change in changes() if change.kind != "split" for new in change.new]
    assert len(news) == len(
        {(change.year, new) for change in changes() for new in change.new if change.kind != "split"}
    )
    assert sum(change.year == 2024 for change in changes()) == 114, "113 renumbered and one split"


@pytest.mark.parametrize(
    ("code", "there", "expected"),
    [
        ("4020", {"0821": 3.0, "0822": 4.0, "3817": None, "4020": None}, 7.0),
        ("4020", {"0821": 0.0, "0822": 0.0, "3817": 9.0, "4020": 0.0}, 9.0),
        ("5001", {"5001": 10.0, "5030": 1.0}, 11.0),
        ("3201", {"0219": None, "3024": None, "3201": None}, None),
    ],
)
def test_one_year_of_several_numbers(here, code, there, expected):
    dimensions = {"Region": made.same(there), "ContentsCode": made.same(["Fullforte"]), "Tid": made.same([2019])}
    text = made.jsonstat("05940: Boligbygging", dimensions, lambda region, *_: there[region])
    (cell,) = of_municipality(read_saved(saved(here, "x.json", text)), code)
    assert cell.value == expected


@pytest.mark.parametrize("rows_above", [1, 2, 5])
def test_the_ministrys_heading_may_stand_anywhere(here, folder, rows_above):
    made.equalisation(here / "x.xlsx", rows_above=rows_above)
    assert isinstance(read_saved(here / "x.xlsx"), Saved)
    import_files(folder, [here / "x.xlsx"], "4001")
    assert read(str(folder)).scenario.revenue.own_to_national_tax.value == 0.841


def test_a_number_that_lost_its_leading_zero_is_known(here, folder):
    made.equalisation(here / "x.xlsx")
    import_files(folder, [here / "x.xlsx"], "301")
    assert read(str(folder)).scenario.revenue.own_to_national_tax.value == 1.285


def test_completions_of_a_real_county_fit_the_municipality_asked_for(ldip, folder):
    said = ldip("scenario", "import", STORED / "05940-telemark.csv", "--municipality", "4003", "--into", "baerum")
    assert "2025: 26" in said.out.replace("\n    ", " "), "Skien's newest year comes up short, and is told"
    series = {row["year"]: row["completions"] for row in rows_of(folder / "series.csv")}
    assert (series["2000"], series["2024"], "2025" in series) == ("151", "182", False)
    assert ldip("calibrate", folder / "series.csv", "--scenario", folder).code == 0


def test_weights_are_those_that_were_measured():
    """The order in which missing numbers are listed is measured on today's template (bench/import_weights.py)."""
    from import_weights import measured

    weights = measured()
    for need in needs():
        assert need.weight == pytest.approx(weights[need.need], abs=0.02 + 0.1 * weights[need.need]), need.need


def test_every_need_names_numbers_of_the_template_and_known_tables():
    scenario = read("eksempelvik-2025").scenario
    missing = {it.need.need for it in still_missing(scenario)}
    optional = {"property_tax"}
    assert {need.need for need in needs()} - missing <= optional
    assert {table for need in needs() for table in need.tables} <= set(catalogue())
    assert sorted(table.table for table in in_order()) == sorted(catalogue())


def test_one_screen_says_what_was_filled_from_where_and_what_is_left(ldip, folder, statistics):
    for lang, words in (("nb", ("Fylt inn i", "Fortsatt oppdiktet")), ("en", ("Filled into", "Still invented"))):
        said = ldip("scenario", "import", *statistics, "--municipality", "3201", "--into", "baerum", "--lang", lang)
        assert all(word in said.out for word in words)
        assert "CC BY 4.0" in said.out
        assert len(said.out.splitlines()) < 75
    left = invented(read(str(folder)).scenario)[0]
    assert 0 < left < invented(read("eksempelvik-2025").scenario)[0]


def test_how_gives_an_address_for_every_table_the_weightiest_first(ldip):
    said = ldip("scenario", "import", "--how", "3201", "--lang", "en").out
    places = [said.index(table.shown.say("en")) for table in in_order()]
    assert places == sorted(places)
    addresses = re.findall(r"https://data\.ssb\.no/api/pxwebapi/v2/tables/(\d{5})/data\?\S+", said)
    assert addresses == [table.table for table in in_order() if table.owner == "ssb"]
    assert "valueCodes[Region]=K-3201&codelist[Region]=agg_KommSummer" in said
    assert "valueCodes[KOKkommuneregion0000]=3201,3024,0219" in said
    assert all(len(address) < 2100 for address in said.split())


FAULTS = {
    "not_json": ("x.json", "{oh"),
    "not_jsonstat": ("x.json", '{"a": 1}'),
    "not_statistics": ("x.docx", "words"),
    "unknown_table": ("x.csv", '"01234: Noe annet, etter region"\n\n"region";"år";"Tall"\n"3201 Bærum";"2024";1\n'),
    "other_municipality": ("x.json", made.completions([2024, 2025]).replace("3201", "4001").replace("3024", "3806")),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_files_that_cannot_be_used(here, folder, kind):
    name, text = FAULTS[kind]
    text = text.replace("0219", "0805") if kind == "other_municipality" else text
    before = snapshot(folder)
    words = ["scenario", "import", str(saved(here, name, text)), "--municipality", "3201", "--into", "baerum"]
    told(kind, main, words, standalone_mode=False)
    assert snapshot(folder) == before


@pytest.mark.parametrize(
    ("kind", "code"),
    [("not_a_municipality", "Bærum"), ("former_municipality", "0219"), ("former_municipality", "1507")],
)
def test_numbers_that_are_no_municipality_of_today(folder, statistics, kind, code):
    words = ["scenario", "import", str(statistics[0]), "--municipality", code, "--into", "baerum"]
    told(kind, main, words, standalone_mode=False)


def test_folders_that_cannot_be_filled(here, folder, statistics):
    words = ["scenario", "import", str(statistics[5]), "--municipality", "3201", "--into"]
    told("no_folder_to_fill", main, [*words, "nowhere"], standalone_mode=False)
    base = folder / "base.toml"
    text = base.read_text(encoding="utf-8")
    line = re.search(r"(?m)^reference_completions = (\{.*\})$", text)
    base.write_text(text.replace(line[0], ""), encoding="utf-8")
    one_line = base.read_text(encoding="utf-8").replace(
        "[housing]\n", "[housing]\nreference_completions.value = 1.0\n"
    )
    unit = 'reference_completions.unit = "dwellings per year"\n'
    rest = 'reference_completions.basis = "placeholder"\nreference_completions.source = "oppdiktet"\n'
    base.write_text(one_line.replace("value = 1.0\n", f"value = 1.0\n{unit}{rest}"), encoding="utf-8")
    told("not_rewritable", main, [*words, "baerum"], standalone_mode=False)


def test_all_faults_are_told_at_once(here, folder):
    bad = [saved(here, name, text) for name, text in (FAULTS["not_jsonstat"], ("y.json", "{oh"))]
    with pytest.raises(Exception) as caught:  # noqa: PT011
        import_files(folder, bad, "3201")
    assert [fault.kind for fault in caught.value.faults] == ["not_jsonstat", "not_json"]


def test_rows_are_whole_csv_that_others_read(folder, statistics):
    import_files(folder, statistics, "3201")
    with (folder / "areas.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert {len(row) for row in rows} == {len(head)}
    assert head[-3:] == ["source_nb", "source_en", "note"], "sources in both languages, those of other rows kept"
    placeholder = next(row for row in rows if row[0] == "culture")
    assert placeholder[-3] == placeholder[-2] == "oppdiktet"
