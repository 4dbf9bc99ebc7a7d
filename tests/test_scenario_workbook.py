"""A whole scenario out to Excel and in again: nothing is lost on the way, and every fault is named with its cell."""

import datetime
import re
import shutil
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from test_scenario_sheet import FORMULA_ERROR, as_typed
from test_workbook import converted, needs_soffice

from ldip.errors import InputError
from ldip.report.folder.records import csv_text
from ldip.report.workbook.scenario import SECTIONS, write_whole_workbook
from ldip.scenario.files.cells import address, block_of, text_sheet
from ldip.scenario.files.reader import read, shipped_folder
from ldip.scenario.files.tables import COLUMNS, MAY_LACK, OWN_YEARS, YEARLY, plain_rows
from ldip.scenario.files.writer import toml_text
from ldip.scenario.numbers import quantities
from ldip.scenario.schema import limits
from ldip.scenario.sheet.columns import SHEETS, WORDS, columns, full_header
from ldip.scenario.sheet.whole import _flat, check, files_of, parts_of, read_whole

SHIPPED = ("baerum-2020", "eksempelvik-2025")


def put_back(workbook: Path, folder: Path) -> Path:
    """The scenario's folder that the workbook makes."""
    whole = read_whole(workbook)
    folder.mkdir()
    for name, content in files_of(whole, None):
        (folder / name).write_text(content if isinstance(content, str) else csv_text(content), encoding="utf-8")
    if faults := check(whole, folder):
        raise InputError(faults)
    return folder


@pytest.mark.parametrize("lang", ["nb", "en"])
@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scenario_comes_back_in_every_number_basis_and_source(tmp_path, name, lang):
    write_whole_workbook(tmp_path / "w.xlsx", parts_of(name), "mappe", lang)
    folder = put_back(tmp_path / "w.xlsx", tmp_path / "again")
    assert read(str(folder)).scenario == read(name).scenario
    stated = {path for path, _ in _flat(tomllib.loads((folder / "base.toml").read_text(encoding="utf-8")))}
    before = tomllib.loads((shipped_folder() / name / "base.toml").read_text(encoding="utf-8"))
    assert stated == {path for path, _ in _flat(before)}  # what was left to the program still is


WORD = st.text("abcdefghijklmnopqrstuvwxyzæøåÆØÅ0123456789 .,;:%-–'\"=+()", min_size=1, max_size=30).map(str.strip)
REASON = WORD.filter(lambda text: len(text) >= 3)
BASIS = st.sampled_from(["source", "derived", "assumption", "placeholder"])


@st.composite
def another_municipality(draw, folder: Path) -> Path:
    """Eksempelvik with some of its numbers, bases and sources replaced, and some that may be left out left out."""
    shutil.copytree(shipped_folder() / "eksempelvik-2025", folder, ignore=shutil.ignore_patterns("changes"))
    tree = tomllib.loads((folder / "base.toml").read_text(encoding="utf-8"))
    entries = dict(_flat(tree))
    known = quantities(read("eksempelvik-2025").scenario)
    for key in draw(st.lists(st.sampled_from(list(known)), min_size=1, max_size=8, unique=True)):
        low, high = limits(key)
        whole = known[key].unit in ("year", "years")
        number = st.integers(int(low), int(high)).map(float) if whole else st.floats(low, high).map(as_typed)
        old = entries[tuple(key.split("."))]
        if "dated" in old:
            new: dict[str, Any] = {"dated": {year: draw(number) for year in old["dated"]}}
        else:
            new = {"value": draw(number)}
        source = draw(st.one_of(REASON, st.fixed_dictionaries({"nb": REASON, "en": REASON})))
        entries[tuple(key.split("."))] = new | {"unit": old["unit"], "basis": draw(BASIS), "source": source}
    entries[("scenario", "municipality")] = draw(REASON)
    (folder / "base.toml").write_text(toml_text(entries), encoding="utf-8")
    for table in draw(st.lists(st.sampled_from(["areas", "plan", "population", "demand"]), unique=True)):
        _replaced(draw, folder / f"{table}.csv")
    if draw(st.booleans(), label="without projects"):
        (folder / "projects.csv").unlink()
    return folder


def _replaced(draw, path: Path) -> None:
    header, *rows = plain_rows(block_of(text_sheet(path.name, path.read_text(encoding="utf-8"))))
    for row in rows:
        if draw(st.integers(0, 3)) == 0:
            row[header.index("basis")] = draw(BASIS)
            for place, column in enumerate(header):
                if column.startswith("source"):
                    row[place] = draw(REASON)
            for place, column in enumerate(header):
                if column.isdigit():
                    row[place] = repr(as_typed(float(row[place]) * draw(st.floats(0.999, 1.001))))
    path.write_text(csv_text([header, *rows]), encoding="utf-8")


def comes_back(root: Path, data: Any, lang: str) -> None:
    folder = data.draw(another_municipality(root / "first"))
    try:
        before = read(str(folder)).scenario
    except InputError:  # numbers that contradict each other
        reject()
    write_whole_workbook(root / "w.xlsx", parts_of(str(folder)), "mappe", lang)
    assert read(str(put_back(root / "w.xlsx", root / "again"))).scenario == before


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), lang=st.sampled_from(["nb", "en"]))
def test_any_scenario_comes_back(tmp_path_factory, data, lang):
    comes_back(tmp_path_factory.mktemp("any"), data, lang)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), lang=st.sampled_from(["nb", "en"]))
def test_sixty_scenarios_come_back(tmp_path_factory, data, lang):
    comes_back(tmp_path_factory.mktemp("any"), data, lang)


@pytest.mark.slow
@needs_soffice
@pytest.mark.parametrize("name", SHIPPED)
def test_a_workbook_saved_by_libreoffice_comes_back(tmp_path, name):
    write_whole_workbook(tmp_path / "w.xlsx", parts_of(name), "mappe", "nb")
    (tmp_path / "saved").mkdir()
    saved = converted(tmp_path / "w.xlsx", tmp_path / "saved", "xlsx") / "w.xlsx"
    assert read(str(put_back(saved, tmp_path / "again"))).scenario == read(name).scenario


# Faults


@pytest.fixture(scope="module")
def cells(tmp_path_factory) -> dict[str, list[list[Any]]]:
    """The cells of Eksempelvik's workbook, sheet by sheet."""
    path = tmp_path_factory.mktemp("plain") / "w.xlsx"
    write_whole_workbook(path, parts_of("eksempelvik-2025"), "mappe", "nb")
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def saved(path: Path, cells: dict[str, list[list[Any]]], edits: dict[tuple[str, str], Any]) -> Path:
    """The cells as a workbook, some of them changed: what a planner saves."""
    with xlsxwriter.Workbook(str(path)) as book:
        date = book.add_format({"num_format": "d. mmm"})
        for name, rows in cells.items():
            sheet = book.add_worksheet(name)
            placed = {address(r, c): cell for r, row in enumerate(rows) for c, cell in enumerate(row)}
            placed |= {place: cell for (of, place), cell in edits.items() if of == name}
            for place, cell in placed.items():
                if isinstance(cell, datetime.date):
                    sheet.write_datetime(place, datetime.datetime.combine(cell, datetime.time()), date)
                elif cell == FORMULA_ERROR:
                    sheet.write_formula(place, cell, None, "#DIV/0!")
                elif isinstance(cell, str) and cell:
                    sheet.write_string(place, cell)
                elif cell != "":
                    sheet.write(place, cell)
    return path


def row_of(cells: dict[str, list[list[Any]]], sheet: str, first: str) -> int:
    """The number of the first row that begins so."""
    return next(number for number, row in enumerate(cells[sheet], 1) if row and row[0] == first)


def told(path: Path, folder: Path, lang: str = "nb") -> list[str]:
    with pytest.raises(InputError) as caught:
        put_back(path, folder)
    return caught.value.say(lang)


def test_saved_as_it_was_it_comes_back(cells, tmp_path):
    folder = put_back(saved(tmp_path / "w.xlsx", cells, {}), tmp_path / "again")
    assert read(str(folder)).scenario == read("eksempelvik-2025").scenario


S, P = "Innstillinger", "Plan"
FAULTS: dict[str, tuple[tuple[str, str, str], Any, str]] = {
    # sheet, key of the row and column; what is written; what is told
    "text": ((S, "interest.loan_margin", "G"), "mye", "er tekst, ikke et tall"),
    "number as text": ((S, "interest.loan_margin", "G"), "0,4 %", "er tekst, ikke et tall"),
    "date": ((S, "interest.loan_margin", "G"), datetime.date(2026, 4, 1), "er en dato"),
    "formula": ((S, "interest.loan_margin", "G"), FORMULA_ERROR, "formelen i cellen gir en feil"),
    "limit": ((S, "interest.loan_margin", "G"), 4.5, "mellom -0,05 og 0,25. Skriv 0,045 for 4,5 %"),
    "no basis": ((S, "interest.loan_margin", "H"), "", "tallet mangler grunnlag"),
    "bad basis": ((S, "interest.loan_margin", "H"), "gjetning", "må være kilde, avledet, antakelse eller oppdiktet"),
    "short source": ((S, "interest.loan_margin", "I"), "x", "er for kort"),
    "short source of a row": (("Rammer", "schools", "L"), "x", "er for kort"),
    "thousands": ((P, "tax", "F"), 4_260_000.0, "høyst 1000000 mill. kroner. Skriv beløpet i millioner"),
    "sector": (("Rammer", "schools", "B"), "vinden", "Skriv en av disse: upbringing, health_care"),
    "bad year": ((S, "prices.cpi_growth", "F"), "neste år", "er ikke et årstall"),
    "fixed": ((S, "opening.general_debt", "F"), 2027.0, "kan ikke endre seg over tid"),
    "unknown key": ((S, "interest.loan_margin", "A"), "interest.loan_margn", "ukjent nøkkel"),
    "plan text": ((P, "tax", "F"), "mange", "er ikke et tall"),
    "plan date": ((P, "tax", "F"), datetime.date(2026, 4, 1), "er en dato"),
    "plan unit": ((P, "tax", "E"), "kroner", "enheten skal være «mill. 2025-kr»"),
    "plan basis": ((P, "tax", "J"), "gjetning", "må være en av"),
    "group": (("Folketall", "1-5", "A"), datetime.date(2026, 5, 1), "er en dato, ikke en tekst"),
    "age": (("Alder", 5.0, "A"), 7.0, "alderen her skal være 5"),
    "choice": (("Rammer", "schools", "E"), "vinden", "må være en av brukerne, innbyggerne, gebyrer."),
    "project": (("Prosjekter", "storelva_bru", "E"), "vinden", "Skriv en av disse: sentrum"),
    "year of the plan": (("Tekster", "scenario.first_year", "C"), "snart", "skal være et heltall|er ikke et heltall"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_faults_are_told_by_their_cell(cells, tmp_path, kind):
    (sheet, first, column), value, words = FAULTS[kind]
    place = f"{column}{row_of(cells, sheet, first)}"
    said = told(saved(tmp_path / "w.xlsx", cells, {(sheet, place): value}), tmp_path / "again")
    mine = [line for line in said if line.startswith(f"w.xlsx: {sheet}!{place}")]
    assert len(mine) == 1, said
    assert any(part in mine[0] for part in words.split("|")), mine
    assert all(line.startswith("w.xlsx: ") for line in said)
    assert not any("base.toml" in line.split(":")[1] for line in said)


def test_a_rule_of_ones_own_without_its_texts_says_on_which_sheet_they_go(cells, tmp_path):
    row = row_of(cells, S, "interest.loan_margin")
    edits = {(S, f"A{row}"): "rules.own.tak.limit"}
    said = told(saved(tmp_path / "w.xlsx", cells, edits), tmp_path / "again")
    texts = [line for line in said if "arket Tekster" in line]
    assert len(texts) == 4, said
    assert texts[0].startswith("w.xlsx: rules.own.tak.nb: mangler")


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_limits_are_said_as_people_write_numbers(tmp_path, lang):
    write_whole_workbook(tmp_path / "w.xlsx", parts_of("eksempelvik-2025"), "lillevik", lang)
    with zipfile.ZipFile(tmp_path / "w.xlsx") as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        notes = "".join(parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/comments"))
    said = {text for sheet in sheets for text in re.findall(r'error="([^"]*)"', sheet)}
    assert len(said) > 10
    assert not [text for text in [*said, notes] if re.search(r"\de\+\d", text)]
    assert not [text for text in said if "2200" in text and "%" in text], "a year is no share"


def test_a_number_without_a_source_in_either_language(cells, tmp_path):
    row = row_of(cells, S, "interest.loan_margin")
    edits = {(S, f"I{row}"): "", (S, f"J{row}"): ""}
    (said,) = told(saved(tmp_path / "w.xlsx", cells, edits), tmp_path / "again")
    assert said.startswith(f"w.xlsx: {S}!I{row} (interest.loan_margin): tallet mangler kilde")


def test_faults_come_all_at_once_and_nothing_is_written(cells, here, ldip):
    edits = {
        (S, f"G{row_of(cells, S, 'interest.loan_margin')}"): "mye",
        (P, f"F{row_of(cells, P, 'tax')}"): "mange",
    }
    saved(here / "w.xlsx", cells, edits)
    said = ldip("scenario", "from-workbook", "w.xlsx", "--out", "lillevik")
    assert said.code == 1
    assert len(said.err.strip().splitlines()) == 2
    assert not (here / "lillevik").exists()


@pytest.mark.parametrize("name", ["Innstillinger", "Tekster", "Plan"])
def test_a_sheet_that_is_gone(cells, tmp_path, name):
    (said,) = told(saved(tmp_path / "w.xlsx", {of: it for of, it in cells.items() if of != name}, {}), tmp_path / "x")
    assert said.startswith(f"w.xlsx: har ikke arket «{name}»")


def test_a_sheet_without_the_names_of_its_columns(cells, tmp_path):
    spoilt = cells | {"Plan": [row for number, row in enumerate(cells["Plan"]) if number != 4]}
    (said,) = told(saved(tmp_path / "w.xlsx", spoilt, {}), tmp_path / "x")
    assert said.startswith("w.xlsx: Plan: har ingen rad med kolonnenes navn i filen")


# What a planner does


def test_a_year_a_row_and_a_table_more(cells, tmp_path):
    """A value from a year on at the bottom of the settings, a new row of the plan, premium deviations."""
    setting = len(cells[S]) - 3
    row = next(number for number, line in enumerate(cells[P], 1) if number > 5 and not any(line))
    head = row_of(cells, "Premieavvik", "vintage")
    new = {
        (S, f"A{setting}"): "prices.cpi_growth", (S, f"F{setting}"): 2030.0, (S, f"G{setting}"): 0.03,
        (P, f"A{row}"): "tax", (P, f"C{row}"): "property", (P, f"D{row}"): "Eiendomsskatt",
        (P, f"E{row}"): "mill. 2025-kr", (P, f"J{row}"): "Antakelse",
        (P, f"K{row}"): "vår egen", (P, f"L{row}"): "our own",
        **{(P, f"{letter}{row}"): 12.5 for letter in "FGHI"},
        **{("Premieavvik", f"{letter}{head + 1}"): it for letter, it in
           zip("ABCDE", (2023.0, 14.5, 7.0, "kilde", "regnskapet"), strict=True)},
    }  # fmt: skip
    found = read(str(put_back(saved(tmp_path / "w.xlsx", cells, new), tmp_path / "again"))).scenario
    before = read("eksempelvik-2025").scenario
    assert found.prices.cpi_growth.dated == (before.prices.cpi_growth.dated or {}) | {"2030": 0.03}
    assert found.plan[-1].model_dump() == {
        "line": "tax", "sector": "", "item": "property", "item_nb": "Eiendomsskatt", "unit": "mill. 2025-kr",
        "values": (12.5,) * 4, "basis": "assumption", "source": {"nb": "vår egen", "en": "our own"},
    }  # fmt: skip
    (vintage,) = found.vintages
    assert (vintage.vintage, vintage.deviation, vintage.years, vintage.basis) == (2023.0, 14.5, 7.0, "source")


def test_decimal_commas_of_a_spending_curve(cells, tmp_path):
    row = row_of(cells, "Prosjekter", "storelva_bru")
    column = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[cells["Prosjekter"][4].index("profile")]
    path = saved(tmp_path / "w.xlsx", cells, {("Prosjekter", f"{column}{row}"): "0,25 0,75"})
    found = read(str(put_back(path, tmp_path / "again"))).scenario
    assert next(it.profile for it in found.projects if it.id == "storelva_bru") == (0.25, 0.75)


def test_over_a_scenario_that_is_there_comments_and_changes_stay(cells, here, ldip):
    ldip("scenario", "new", "lillevik")
    before = (here / "lillevik" / "base.toml").read_text(encoding="utf-8")
    changes = {path.name: path.read_bytes() for path in (here / "lillevik" / "changes").iterdir()}
    assert ldip("scenario", "workbook", "lillevik", "--out", "l.xlsx").code == 0
    book = python_calamine.CalamineWorkbook.from_path("l.xlsx")
    own = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    saved(here / "l.xlsx", own, {(S, f"G{row_of(own, S, 'interest.loan_margin')}"): 0.0055})
    refused = ldip("scenario", "from-workbook", "l.xlsx", "--out", "lillevik")
    assert refused.code == 1
    assert "finnes allerede" in refused.err
    assert ldip("scenario", "from-workbook", "l.xlsx", "--out", "lillevik", "--overwrite").code == 0
    after = (here / "lillevik" / "base.toml").read_text(encoding="utf-8")
    changed = [(old, new) for old, new in zip(before.splitlines(), after.splitlines(), strict=True) if old != new]
    assert [new.split("=")[0].strip() for _, new in changed] == ["loan_margin"]
    assert "0.0055" in changed[0][1]
    assert {path.name: path.read_bytes() for path in (here / "lillevik" / "changes").iterdir()} == changes
    assert ldip("scenario", "check", "lillevik").code == 0


def test_what_may_not_be_overwritten(cells, here, ldip):
    saved(here / "w.xlsx", cells, {})
    (here / "mine").mkdir()
    (here / "mine" / "brev.txt").write_text("kjære", encoding="utf-8")
    assert "er ikke tom" in ldip("scenario", "from-workbook", "w.xlsx", "--out", "mine", "--overwrite").err
    shutil.copytree(shipped_folder() / "eksempelvik-2025", here / "kommune")
    shutil.move(here / "kommune" / "plan.csv", here / "kommune" / "plan.xlsx")
    said = ldip("scenario", "from-workbook", "w.xlsx", "--out", "kommune", "--overwrite")
    assert "plan.xlsx" in said.err
    assert said.code == 1


def test_changes_do_not_stand_in_the_workbook(ldip):
    said = ldip("scenario", "workbook", "baerum-2020+housing-minus-20")
    assert said.code == 1
    assert "ldip scenario sheet" in said.err


# What stands in it


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_it_explains_itself_and_offers_what_may_be_chosen(tmp_path, lang):
    write_whole_workbook(tmp_path / "w.xlsx", parts_of("eksempelvik-2025"), "lillevik", lang)
    with zipfile.ZipFile(tmp_path / "w.xlsx") as parts:
        texts = {name: parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml")}
    sheets = [text for name, text in texts.items() if name.startswith("xl/worksheets/sheet")]
    assert sum("conditionalFormatting" in text for text in sheets) >= len(SHEETS) - 1
    basis = ",".join(word.say(lang) for word in WORDS["basis"].values())
    assert sum(basis in text for text in sheets) >= len(SHEETS)
    assert any('<dataValidation type="decimal"' in text and "<formula2>1000000" in text for text in sheets)
    assert "ldip scenario from-workbook w.xlsx --out lillevik" in texts["xl/sharedStrings.xml"]
    notes = "".join(text for name, text in texts.items() if name.startswith("xl/comments"))
    other = "en" if lang == "nb" else "nb"
    for table in SHEETS:
        for column in columns(table, full_header(table, ["2025"])):
            if column.note.nb != column.note.en and table not in ("published",):
                assert column.note.say(other)[:40] not in notes.replace("&#39;", "'"), column
    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "w.xlsx"))
    assert book.sheet_names[1:3] == (["Tekster", "Innstillinger"] if lang == "nb" else ["Texts", "Settings"])


def test_every_column_and_section_has_a_name():
    for table in COLUMNS:
        years = ["2025"] if table in YEARLY and table not in OWN_YEARS else []
        for column in columns(table, [*full_header(table, years), *MAY_LACK.get(table, ())]):
            assert column.id.isdigit() or column.label.nb != column.id or column.id in ("form", "start", "p50", "p85")
            assert column.id == "line" or set(WORDS.get(column.id, ())) >= set(column.choices), column.id
    assert set(SHEETS) == set(COLUMNS)
    sections = {key.partition(".")[0] for name in SHIPPED for key in quantities(read(name).scenario)}
    assert sections == set(SECTIONS)


MORE = """
[rules.own.debt_ceiling]
nb = "Gjeldsgrad, høyst"
en = "Debt ratio, at most"
metric = "debt_ratio"
side = "most"
since = 2025
limit = { dated = { 2025 = 0.90, 2030 = 0.80 }, unit = "share", basis = "source", source = "kommunestyret 2024" }

[rules.own.debt_in_kroner]
nb = "Gjeld, høyst"
en = "Debt, at most"
metric = "closing_debt"
side = "most"
limit = { value = 1500.0, unit = "mill. 2025-kr", basis = "assumption", source = { nb = "egen grense", en = "ours" } }

[one_off.forlik]
nb = "Forlik i skadesak"
en = "Settlement"
year = 2027
amount = { value = -12.5, unit = "mill. kr", basis = "assumption", source = "kommuneadvokaten" }
"""


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_rules_of_ones_own_and_one_offs_come_back(tmp_path, lang):
    folder = shutil.copytree(shipped_folder() / "eksempelvik-2025", tmp_path / "kommune")
    with (folder / "base.toml").open("a", encoding="utf-8") as file:
        file.write(MORE)
    before = read(str(folder)).scenario
    assert set(before.rules.own) == {"debt_ceiling", "debt_in_kroner"}
    write_whole_workbook(tmp_path / "w.xlsx", parts_of(str(folder)), "mappe", lang)
    assert read(str(put_back(tmp_path / "w.xlsx", tmp_path / "again"))).scenario == before


def test_a_number_in_prices_of_the_first_year_follows_it(cells, tmp_path):
    """Units are not read: they are those of the key, in the prices of the year that the texts say."""
    first = row_of(cells, "Tekster", "scenario.first_year")
    said = told(saved(tmp_path / "w.xlsx", cells, {("Tekster", f"C{first}"): 2026.0}), tmp_path / "again")
    assert all("årskolonner" in line or "mill. 2026-kr" in line or "Plan!" in line for line in said), said
    assert not any("Innstillinger!" in line for line in said)
