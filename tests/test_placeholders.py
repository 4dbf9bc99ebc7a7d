"""Placeholders are counted, listed, and named on everything that is made with them."""

import json
import re

import pytest
from python_calamine import CalamineWorkbook

from ldip.scenario.files.reader import read
from ldip.scenario.files.template import TEMPLATE
from ldip.scenario.numbers import assumed, numbers
from ldip.scenario.placeholders import invented, left, title_of


@pytest.fixture(scope="module")
def counted():
    """How many placeholders the template has, of how many numbers, and what that is called."""
    count, total = invented(read(TEMPLATE).scenario)
    return (
        count,
        total,
        {"nb": f"oppdiktede tall: {count} av {total}", "en": f"placeholder numbers: {count} of {total}"},
    )


def test_each_number_is_counted_once(counted):
    count, total, _ = counted
    scenario = read(TEMPLATE).scenario
    assert total == len(list(numbers(scenario, "nb")))
    assert sum(it.left for it in left(scenario)) == count
    assert "population.csv" in {it.place for it in left(scenario)}
    assert invented(read("baerum-2020").scenario)[0] == 0
    assert "[" not in title_of(read("baerum-2020").scenario).nb


def test_one_that_is_replaced_is_one_less(ldip, here, counted):
    count, total, _ = counted
    ldip("scenario", "new", "mine")
    base = here / "mine" / "base.toml"
    line = re.search(r"(?m)^cpi_growth = .*$", base.read_text(encoding="utf-8"))[0]
    text = base.read_text(encoding="utf-8").replace(line, line.replace("placeholder", "source"))
    base.write_text(text, encoding="utf-8")
    said = ldip("scenario", "check", "mine").out
    assert f"Oppdiktede tall: {count - 1} av {total} igjen" in said
    assert "[prices]         1 av 2" in said
    shown = ldip("scenario", "show", "mine", "--placeholders").out
    assert "prices.deflator_growth" in shown
    assert "prices.cpi_growth" not in shown


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_the_mark_is_on_all_that_leaves_the_house(ldip, here, counted, lang):
    mark = counted[2][lang]
    how = ("--runs", "200", "--lang", lang)
    assert mark in ldip("simulate", TEMPLATE, *how, "--out", "r").out
    picture = (here / "r" / "debt_ratio.svg").read_text(encoding="utf-8")
    assert mark[1:] in picture
    for words in (("plan", TEMPLATE), ("projects", TEMPLATE, "--runs", "100"), ("stress", TEMPLATE, "--runs", "100")):
        assert mark in ldip(*words, "--lang", lang).out, words
    record = json.loads((here / "r" / "provenance.json").read_text(encoding="utf-8"))
    assert record["placeholders"] == {"count": counted[0], "numbers": counted[1]}
    assert json.loads(ldip("simulate", TEMPLATE, *how, "--json").out)["placeholders"] == record["placeholders"]
    ldip("workbook", TEMPLATE, *how, "--out", "w.xlsx")
    sheet = CalamineWorkbook.from_path(here / "w.xlsx").get_sheet_by_index(0).to_python()
    assert mark in str(sheet[0][0])


def test_the_report_bears_it_under_every_table_and_picture(ldip, here, undrawn, counted):
    mark = counted[2]["nb"]
    ldip("report", TEMPLATE, "--runs", "200")
    page = (here / "report.html").read_text(encoding="utf-8")
    assert mark in re.search("<h1>(.*?)</h1>", page)[1]
    assert page.count(f'<p class="invented">{mark}</p>') == page.count("</table>") + page.count("<figure id=")


def test_nothing_is_marked_without_them(ldip, here):
    said = ldip("simulate", "--runs", "100", "--out", "r")
    assert "oppdikt" not in said.out
    assert "oppdikt" not in (here / "r" / "debt_ratio.svg").read_text(encoding="utf-8").lower()


def test_a_placeholder_is_no_assumption_of_anybodys(ldip, here, counted):
    """The report's chapter and the workbook's sheet count them apart, and the two do not overlap."""
    scenario = read(TEMPLATE).scenario
    (ours, total), (placeholders, _) = assumed(scenario), invented(scenario)
    assert 0 < ours < ours + placeholders <= total
    assert ldip("workbook", TEMPLATE, "--runs", "20", "--out", "w.xlsx").code == 0
    book = CalamineWorkbook.from_path("w.xlsx")
    note = book.get_sheet_by_name("Forutsetninger").to_python()[1][0]
    assert f"våre antakelser ({ours} av {total}) og oppdiktede tall ({placeholders})" in note


def test_a_comparison_names_the_municipality_once(ldip, here):
    """Also where a change puts a number of its own in for a placeholder."""
    said = ldip("compare", TEMPLATE, f"{TEMPLATE}+housing-minus-20", "--runs", "50", "--no-pictures")
    assert said.out.splitlines()[0].count("Eksempelvik") == 1
