"""Saved statistics: read and recognised by what stands in them, whatever file they came in."""

import contextlib
import json
import shutil
from pathlib import Path

import made_statistics as made
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ldip.errors import InputError
from ldip.scenario.official.catalogue import recognised
from ldip.scenario.official.cube import Cube
from ldip.scenario.official.saved import Saved, number, read_saved

STORED = Path(__file__).parent / "cases" / "statistics"


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
    "text",
    [
        # Made in the shapes csv2 and csv3 of the service: one figure a row, in words or in codes.
        '"region","alder","statistikkvariabel","år","07459: Befolkning, etter region"\n'
        '"3201 Bærum","105+ 105 år eller eldre","Personer","2025",3\n',
        '"Region","Alder","ContentsCode","Tid","07459: Befolkning"\n"3201","105+","Personer1","2025",3\n',
    ],
)
def test_one_figure_a_row_in_words_or_in_codes(here, text):
    cube = read_saved(saved(here, "x.csv", text))
    (cell,) = cube.cells
    assert (cube.table, cell.at["Region"].code, cell.at["Alder"].code) == ("07459", "3201", "105+")
    assert (cell.year, cell.value) == (2025, 3.0)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("1 234,5", 1234.5), ("1234.5", 1234.5), ("1.234,5", 1234.5), ("−3", -3.0), ("..", None), (":", None), (7, 7.0)],
)
def test_figures_as_they_are_written(cell, value):
    assert number(cell) == value


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from([".csv", ".json", ".xlsx", ".ods", ".txt"]))
def test_no_file_ends_in_anything_but_rows_or_a_fault(tmp_path_factory, raw, kind):
    path = tmp_path_factory.mktemp("any") / f"x{kind}"
    path.write_bytes(raw)
    with contextlib.suppress(InputError):
        assert isinstance(read_saved(path), Cube | Saved)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=4),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=4), below, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.sampled_from(["id", "size", "dimension", "value", "label", "updated", "extension"]), JSON)
def test_no_answer_of_a_service_ends_in_a_traceback(tmp_path_factory, key, wrong):
    path = tmp_path_factory.mktemp("any") / "x.json"
    tree = json.loads((STORED / "07221.json").read_text(encoding="utf-8"))
    path.write_text(json.dumps(tree | {key: wrong}), encoding="utf-8")
    with contextlib.suppress(InputError):
        recognised(read_saved(path))


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
