"""Tables and series as people have them: every way to write the same numbers gives the same numbers, or a fault."""

import csv
import io
import json
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from ldip.errors import InputError, Notice
from ldip.scenario.files.cells import block_of, text_sheet
from ldip.scenario.files.decimals import Dialect, readings
from ldip.scenario.files.reader import read, shipped_folder
from ldip.scenario.files.reading import Reading
from ldip.scenario.files.series import read_series
from ldip.scenario.files.tables import COLUMNS, NUMERIC

SHIPPED = ("baerum-2020", "eksempelvik-2025")
TABLES = [
    (name, table) for name in SHIPPED for table in COLUMNS if (shipped_folder() / name / f"{table}.csv").exists()
]
CASES = Path(__file__).parent / "cases"
SPACES = (" ", "\u00a0", "\u202f", "\u2009")


def heading(name: str) -> dict[str, int]:
    scenario = read(name).scenario.scenario
    return {"first_year": scenario.first_year, "plan_years": scenario.plan_years}


HEADINGS = {name: heading(name) for name in SHIPPED}


def rows_of(name: str, table: str) -> list[list[str]]:
    path = shipped_folder() / name / f"{table}.csv"
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def as_read(folder: Path, name: str, table: str):
    reading = Reading(folder)
    found = reading.table(table, HEADINGS[name])
    assert reading.faults == []
    return found.rows, found.years


def is_numeric(column: str) -> bool:
    return column.isdigit() or column in NUMERIC


def norwegian(cell: str, comma: str, space: str) -> str:
    """The number with that decimal sign and that space between thousands."""
    if not cell or "e" in cell:
        return cell.replace(".", comma)
    sign = "-" if cell.startswith("-") else ""
    whole, _, decimals = cell.lstrip("-").partition(".")
    if space and len(whole) > 3:
        first = len(whole) % 3 or 3
        whole = space.join([whole[:first], *[whole[i : i + 3] for i in range(first, len(whole), 3)]])
    return sign + whole + (comma + decimals if decimals else "")


@settings(max_examples=60, deadline=None)
@given(
    of=st.sampled_from(TABLES),
    delimiter=st.sampled_from([",", ";", "\t"]),
    comma=st.sampled_from([".", ","]),
    space=st.sampled_from(["", *SPACES]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]),
    end=st.sampled_from(["\n", "\r\n"]),
    padding=st.integers(0, 2),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    data=st.data(),
)
def test_a_table_in_any_dialect_has_the_same_rows(
    tmp_path_factory, of, delimiter, comma, space, encoding, end, padding, quoting, data
):
    name, table = of
    header, *rows = rows_of(name, table)
    if encoding == "cp1252" and space in ("\u202f", "\u2009"):
        space = "\u00a0"
    if delimiter == "," and comma == ",":
        quoting = csv.QUOTE_ALL
    new = [
        [
            norwegian(cell, comma, space) if is_numeric(column) else _inside(column, cell, comma)
            for column, cell in zip(header, row, strict=True)
        ]
        for row in rows
    ]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([[*row, *[""] * padding] for row in (header, *new)])
    if data.draw(st.booleans(), label="blank lines"):
        writer.writerows([[""] * len(header)] * 2)
    folder = tmp_path_factory.mktemp("table")
    (folder / f"{table}.csv").write_bytes(out.getvalue().encode(encoding, errors="replace"))
    told = any(len(Dialect.of([cell], "\t").point) for row in new for cell in row)
    if not told and comma == ",":
        return  # nothing in the table tells its decimal sign
    found, years = as_read(folder, name, table)
    expected, known = as_read(shipped_folder() / name, name, table)
    if encoding == "cp1252":  # which lacks some signs of the sources
        found, expected = ([_without_source(row) for row in rows] for rows in (found, expected))
    assert (found, years) == (expected, known)


def _inside(column: str, cell: str, comma: str) -> str:
    return cell.replace(".", comma) if column in ("profile", "tolerance") else cell


def _without_source(row):
    return {key: value for key, value in row.items() if not isinstance(value, str) or value.isascii()} | {
        "texts": sorted(key for key, value in row.items() if isinstance(value, str) and value.isascii())
    }


# Workbooks in place of tables


def as_xlsx(path: Path, rows: list[list[str]], sheet: str = "Ark1", above: int = 0, texts: bool = False) -> None:
    """The rows in a workbook, numbers as numbers, `above` them titles; `texts`: numbers as Norwegian text."""
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet(sheet)
        for line in range(above):
            page.write_string(line, 0, f"En tittel, nr. {line}")
        for r, row in enumerate(rows, above):
            for c, (column, cell) in enumerate(zip(rows[0], row, strict=True)):
                if r > above and cell and (is_numeric(column) or cell.isdigit()) and not texts:
                    page.write_number(r, c, float(cell))
                elif cell:
                    page.write_string(
                        r, c, norwegian(cell, ",", "\u00a0") if r > above and is_numeric(column) else cell
                    )


def as_ods(path: Path, rows: list[list[str]]) -> None:
    """The rows as LibreOffice keeps them, in the least that is a workbook of it."""
    import zipfile
    from xml.sax.saxutils import escape

    def cell(column: str, text: str) -> str:
        if text and is_numeric(column) and text != column:
            return f'<table:table-cell office:value-type="float" office:value="{text}"/>'
        kind = ' office:value-type="string"' if text else ""
        return (
            f"<table:table-cell{kind}>" + (f"<text:p>{escape(text)}</text:p>" if text else "") + "</table:table-cell>"
        )

    lines = [
        "<table:table-row>" + "".join(cell(column, text) for column, text in zip(rows[0], row, strict=True))
        + "</table:table-row>"
        for row in rows
    ]  # fmt: skip
    names = {"office": "office", "table": "table", "text": "text"}
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{m}:1.0"' for n, m in names.items())
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="Ark1">{"".join(lines)}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("mimetype", kind)
        parts.writestr("content.xml", content)
        parts.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{manifest}"><manifest:file-entry manifest:full-path="/" '
            f'manifest:media-type="{kind}"/></manifest:manifest>',
        )


@pytest.mark.parametrize(("name", "table"), TABLES)
@pytest.mark.parametrize("kind", ["xlsx", "xlsx with titles", "xlsx of texts", "ods"])
def test_a_workbook_in_place_of_a_table_has_the_same_rows(tmp_path, name, table, kind):
    rows = rows_of(name, table)
    if kind == "ods":
        as_ods(tmp_path / f"{table}.ods", rows)
    else:
        as_xlsx(tmp_path / f"{table}.xlsx", rows, above=2 * ("titles" in kind), texts="texts" in kind)
    assert as_read(tmp_path, name, table) == as_read(shipped_folder() / name, name, table)


@pytest.fixture
def folder(tmp_path):
    """A scenario that may be spoilt."""
    return shutil.copytree(shipped_folder() / "eksempelvik-2025", tmp_path / "kommune")


def told(where, lang: str = "nb") -> list[str]:
    with pytest.raises(InputError) as caught:
        read(str(where))
    return caught.value.say(lang)


def swapped(folder: Path, table: str, change) -> None:
    """The table as a workbook instead, with rows that `change` has spoilt."""
    rows = list(csv.reader(io.StringIO((folder / f"{table}.csv").read_text(encoding="utf-8"), newline="")))
    (folder / f"{table}.csv").unlink()
    as_xlsx(folder / f"{table}.xlsx", change(rows) or rows)


def test_faults_of_a_workbook_name_the_cell(folder):
    def spoil(rows):
        rows[1][6] = ""
        rows[2][4] = "kroner"
        rows[3][9] = "gjetning"

    swapped(folder, "plan", spoil)
    said = told(folder)
    assert said[0].startswith("kommune/plan.xlsx: Ark1!G2 (2026) = (tomt): er ikke et tall")
    assert any(line.startswith("kommune/plan.xlsx: Ark1!J4 (basis) = gjetning") for line in said)
    assert any(line.startswith("kommune/plan.xlsx: Ark1!E3 (unit)") for line in said)


def test_a_whole_scenario_of_workbooks_is_the_same_scenario(folder):
    before = read(str(folder)).scenario
    for path in folder.glob("*.csv"):
        swapped(folder, path.stem, lambda rows: None)
    after = read(str(folder))
    assert after.scenario == before
    assert {name for name in after.files if name.endswith(".xlsx")} == {
        f"kommune/{table}.xlsx" for name, table in TABLES if name == "eksempelvik-2025"
    }


def test_of_several_sheets_the_tables_own_name_is_asked_for(folder):
    rows = rows_of("eksempelvik-2025", "areas")
    with xlsxwriter.Workbook(str(folder / "areas.xlsx")) as book:
        book.add_worksheet("Merknad").write(0, 0, "Til kommunestyret")
        sheet = book.add_worksheet("Rammer")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    (folder / "areas.csv").unlink()
    (said,) = [line for line in told(folder) if "areas.xlsx" in line]
    assert said.endswith(
        "har flere ark, og ingen heter «areas». Kall arket med tabellen «areas», eller behold bare det arket."
    )


def test_a_date_in_a_workbook_is_a_fault_of_its_cell(folder):
    import datetime

    rows = list(csv.reader(io.StringIO((folder / "population.csv").read_text(encoding="utf-8"), newline="")))
    (folder / "population.csv").unlink()
    with xlsxwriter.Workbook(str(folder / "population.xlsx")) as book:
        page, date = book.add_worksheet("Ark1"), book.add_format({"num_format": "dd.mm.yyyy"})
        for r, row in enumerate(rows):
            page.write_row(r, 0, [float(cell) if r and cell.isdigit() else cell for cell in row])
        page.write_datetime("A3", datetime.datetime(2026, 5, 1), date)
        page.write_datetime("D4", datetime.datetime(2026, 5, 1), date)
    said = told(folder)
    assert said[0].startswith("kommune/population.xlsx: Ark1!A3 (group) = 2026-05-01: er en dato, ikke en tekst")
    assert said[1].startswith("kommune/population.xlsx: Ark1!D4 (2023) = 2026-05-01: er en dato")


# What numbers mean


def test_how_a_text_can_be_read():
    assert [way.plain for way in readings("1.234")] == ["1.234", "1234"]
    assert [way.plain for way in readings("-1,234")] == ["-1.234", "-1234"]
    for text, plain in {
        "0,234": "0.234",
        "1234,567": "1234.567",
        "1.234,5": "1234.5",
        "1,234.5": "1234.5",
        "1.234.567": "1234567",
        "1 234": "1234",
        "\u221217\u00a0832,123": "-17832.123",
        "2,09E-04": "2.09E-04",
        ",5": ".5",
        "+3": "+3",
    }.items():
        assert [way.plain for way in readings(text)] == [plain], text
    for text in (
        "",
        "x",
        "1 2",
        "12 34",
        "1.2.3",
        "1,23,4",
        "1_000",
        "1.234,5,6",
        "-",
        ".",
        "2,4 %",
        "0x1F",
        "1 234 56",
    ):
        assert readings(text) == [], text


@pytest.mark.parametrize(
    ("cells", "delimiter", "numbers"),
    [
        (["1.234", "5"], ",", [1.234, 5.0]),  # as this program writes them
        (["1,234", "5"], ",", [None, 5.0]),
        (["1,234", "2,5"], ",", [1.234, 2.5]),
        (["1.234", "2,5"], ",", [None, 2.5]),
        (["1.234", "2,5"], ";", [None, 2.5]),  # a point nowhere shown to stand between thousands
        (["1.234", "2,5", "1.234.567"], ";", [1234.0, 2.5, 1234567.0]),
        (["1.234", "12.345,6"], ";", [1234.0, 12345.6]),
        (["1,234", "5"], ";", [1.234, 5.0]),
        (["1.234", "5"], ";", [None, 5.0]),
        (["1.234", "2.5"], ";", [1.234, 2.5]),
        (["1,234", "1,234,567"], "\t", [1234.0, 1234567.0]),
        (["1,234", "5"], "\t", [None, 5.0]),
        (["1.234", "5"], "", [None, 5.0]),  # a text in a workbook
        (["6931.2", "0.5", "6931,2"], ",", [6931.2, 0.5, None]),
        (["6931,2", "0,5", "6931.2"], ",", [6931.2, 0.5, None]),
    ],
)
def test_a_number_is_decided_for_the_whole_table_or_not_at_all(cells, delimiter, numbers):
    dialect = Dialect.of(cells, delimiter)
    assert [dialect.number(cell) for cell in cells] == numbers


@settings(max_examples=300, deadline=None)
@given(
    numbers=st.lists(st.integers(-10_000_000, 10_000_000), min_size=1, max_size=12),
    decimals=st.integers(0, 4),
    comma=st.sampled_from([".", ","]),
    between=st.sampled_from(["", ".", ",", " ", "\u00a0"]),
    delimiter=st.sampled_from([",", ";", "\t", ""]),
)
def test_no_number_is_ever_another(numbers, decimals, comma, between, delimiter):
    """Written in one way throughout, a table is read as it was meant, or not; never as something else. The one
    exception is stated: a file divided by commas without any other sign has decimal points, and one divided by
    semicolons decimal commas."""
    if between == comma:
        return
    values = [number / 10**decimals for number in numbers]
    texts = []
    for value in values:
        whole, _, rest = f"{abs(value):.{decimals}f}".partition(".")
        while between and len(whole.split(between)[0]) > 3:
            head, *tail = whole.split(between)
            whole = between.join([head[:-3], head[-3:], *tail])
        texts.append("-" * (value < 0) + whole + (comma + rest if rest else ""))
    dialect = Dialect.of(texts, delimiter)
    assumed = {",": ".", ";": ","}.get(delimiter)
    for text, value in zip(texts, values, strict=True):
        found = dialect.number(text)
        if between == assumed and all(len(readings(other)) != 1 or "." not in other + "," for other in texts):
            continue
        assert found is None or found == value, (texts, dialect)


# One fault a cell


@pytest.mark.parametrize(("name", "table"), [pair for pair in TABLES if pair[1] != "published"])
def test_a_word_in_a_cell_of_numbers_is_one_fault(tmp_path, name, table):
    """In every column of numbers, in the first, a middle and the last row."""
    folder = shutil.copytree(shipped_folder() / name, tmp_path / "kommune")
    header, *rows = rows_of(name, table)
    for place, column in enumerate(header):
        if not is_numeric(column):
            continue
        for row in {0, len(rows) // 2, len(rows) - 1}:
            new = [list(cells) for cells in rows]
            new[row][place] = "mange"
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([header, *new])
            (said,) = told(folder)
            assert f"{column} = mange: er ikke et tall" in said


def test_a_cell_that_can_be_two_numbers_is_told_once(folder):
    path = folder / "plan.csv"
    text = path.read_text(encoding="utf-8").replace(",", ";").replace(".", ",").replace("mill,", "mill.")
    path.write_text(text.replace("426;431;436;441", "4.261;4.311;4.361;4.411"), encoding="utf-8")
    assert told(folder) == [
        "kommune/plan.csv:2: 2025 = 4.261: kan være både 4,261 og 4261, og resten av filen avgjør det ikke "
        "(gjelder 4 celler). Skriv tusen uten skilletegn, som 4261, eller desimaler med det samme tegnet i hele "
        "filen."
    ]


def test_signs_for_what_is_missing_are_told_once(folder):
    path = folder / "plan.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("426,431,436,441", "426,..,:,441"), encoding="utf-8")
    (said,) = told(folder)
    assert "2026 = ..: betyr at tallet mangler, men her trengs det et tall (gjelder 2 celler)" in said


def test_two_files_of_one_table_are_a_fault(folder):
    shutil.copy(folder / "plan.csv", folder / "other")
    swapped(folder, "plan", lambda rows: None)
    shutil.move(folder / "other", folder / "plan.csv")
    (said,) = told(folder)
    assert said == "kommune/plan.csv: finnes, og det gjør plan.xlsx også. Behold bare en av dem."


# As people have them


def series_of(name: str) -> tuple[dict[str, tuple[list[int], list[float]]], list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = read_series(str(CASES / "norwegian-series" / name))
    known = {column: tuple(map(np.ndarray.tolist, found.known(column))) for column in found.columns}
    return known, [note.message.say("nb") for note in caught if isinstance(note.message, Notice)]


@pytest.mark.parametrize("name", ["completions-dots.csv", "completions-spaces.csv"])
def test_missing_years_are_said_once_and_the_longest_stretch_is_read(name):
    known, said = series_of(name)
    expected = [17832, 20046, 26267, 28496, 28100, 28137, 29394, 31557]
    assert known == {"completions": (list(range(2010, 2018)), expected)}
    assert said == [
        "completions: tall mangler for 2018. Bare det lengste sammenhengende tidsrommet er brukt: 2010–2017."
    ]


def test_the_consumer_price_index_as_statistics_norway_saves_it():
    known, said = series_of("ssb-kpi.csv")
    levels = np.array([92.1, 93.3, 93.9, 95.9, 97.9, 100.0, 103.6, 105.5, 108.4, 110.8, 112.2])
    years, growth = known["cpi"]
    assert years == list(range(2011, 2021))
    assert growth == pytest.approx(levels[1:] / levels[:-1] - 1.0, abs=1e-15)
    assert len(said) == 1
    assert "Årsendring (prosent) er ikke brukt" in said[0]


@pytest.mark.parametrize("name", ["cpi-percent.csv", "cpi-semicolon.csv", "cpi-comma-quoted.csv"])
def test_per_cent_where_shares_are_wanted_is_one_message(name):
    with pytest.raises(InputError) as caught:
        series_of(name)
    (said,) = caught.value.say("nb")
    assert said.endswith("ser ut til å være i prosent: ventet en andel per år mellom -0.2 og 0.3. "
                         "Del hele kolonnen på 100; skriv 0.021 for 2.1.")  # fmt: skip


def test_per_cent_signs_are_per_cent(tmp_path):
    path = tmp_path / "cpi.csv"
    path.write_text("år;cpi\n" + "".join(f"{2010 + t};{t % 3},5 %\n" for t in range(10)), encoding="cp1252")
    np.testing.assert_allclose(read_series(str(path)).columns["cpi"], [(t % 3 + 0.5) / 100 for t in range(10)])


def test_a_series_in_a_workbook(tmp_path):
    rows = [["year", "cpi"], *[[str(2010 + t), f"0.0{t % 3 + 1}"] for t in range(10)]]
    as_xlsx(tmp_path / "cpi.xlsx", [*rows[:4], ["2013", "høy"], *rows[5:]], above=1)
    with pytest.raises(InputError) as caught:
        read_series(str(tmp_path / "cpi.xlsx"))
    (said,) = caught.value.say("nb")
    assert "cpi.xlsx: Ark1!B6 (cpi) = høy: er ikke et tall" in said
    with xlsxwriter.Workbook(str(tmp_path / "cpi.xlsx")) as book:
        page = book.add_worksheet("KPI")
        page.write_row(0, 0, rows[0])
        for r, row in enumerate(rows[1:], 1):
            page.write_row(r, 0, [int(row[0]), float(row[1])])
    assert read_series(str(tmp_path / "cpi.xlsx")).columns["cpi"].tolist() == [float(row[1]) for row in rows[1:]]


def test_tables_saved_by_norwegian_excel_have_the_figures_of_the_originals(tmp_path):
    """The five tables with semicolons and decimal commas, and the same rewritten as this program writes them."""
    plain = shutil.copytree(CASES / "norwegian-tables", tmp_path / "norwegian-tables")
    for path in plain.glob("*.csv"):
        block = block_of(text_sheet(path.name, path.read_bytes().decode("cp1252")))
        rows = [
            [
                cell.replace(",", ".") if is_numeric(column) else cell
                for column, cell in zip(block.header, row, strict=True)
            ]
            for row in block.rows
        ]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([block.header, *rows])
    assert read(str(CASES / "norwegian-tables")).scenario == read(str(plain)).scenario


def test_population_by_age_as_statistics_norway_saves_it_is_recognised(folder):
    shutil.copy(CASES / "population-by-age" / "population.csv", folder)
    (said,) = told(folder)
    assert said == (
        "kommune/population.csv: ser ut til å være Statistisk sentralbyrås tabell 07459. Flytt den ut av mappen, og "
        f"les den inn: ldip scenario import population.csv --municipality 9999 --into {folder.as_posix()}"
    )


def test_what_exists_but_is_no_series_is_not_called_missing(ldip):
    said = ldip("calibrate", CASES / "07221.json")
    assert said.code == 1
    assert "07221.json: finnes, men er ikke en tabell med årstall og tall (.csv, .xlsx, .ods)" in said.err


# Results that a Norwegian Excel opens


def opened_in_norwegian_excel(path: Path) -> list[list[str]]:
    """The cells, as a spreadsheet with semicolon and decimal comma takes them."""
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))


FEW = ("--runs", "40", "--no-pictures", "--years", "6")


def test_results_for_a_norwegian_excel_hold_the_same_numbers(ldip, here):
    assert ldip("simulate", "eksempelvik-2025", "--out", "en", *FEW).code == 0
    said = ldip("simulate", "eksempelvik-2025", "--out", "nb", "--csv", "nb", *FEW)
    assert "Excel: ldip workbook, --csv nb" in said.out
    for name in ("summary.csv", "sampling_errors.csv", "probabilities.csv"):
        plain = list(csv.reader((here / "en" / name).read_text(encoding="utf-8").splitlines()))
        cells = opened_in_norwegian_excel(here / "nb" / name)
        assert [[cell.replace(",", ".") for cell in row] for row in cells] == plain
        assert not any("." in cell for row in cells[1:] for cell in row if cell[-1:].isdigit())

    first, second = (
        json.loads((here / name / "provenance.json").read_text(encoding="utf-8")) for name in ("en", "nb")
    )
    assert second.pop("csv") == "nb"
    assert second == first


@pytest.mark.parametrize("command", [("report",), ("workbook",)])
def test_results_for_a_norwegian_excel_are_read_back(ldip, here, command):
    ldip("simulate", "eksempelvik-2025", "--out", "nb", "--csv", "nb", *FEW)
    said = ldip(*command, "nb", "--out", "again.xlsx" if command == ("workbook",) else "again.html")
    assert said.code == 0
    assert "er de samme til siste siffer i 3 filer" in said.out
    path = here / "nb" / "summary.csv"
    path.write_bytes(path.read_bytes().replace(b",", b",1", 1))
    assert "summary.csv endret" in ldip(*command, "nb", "--out", "b.xlsx" if "workbook" in command else "b.html").out


def test_python_opens_results_for_a_norwegian_excel(ldip, here):
    import ldip as program

    ldip("simulate", "eksempelvik-2025", "--out", "nb", "--csv", "nb", *FEW)
    ldip("simulate", "eksempelvik-2025", "--out", "en", *FEW)
    both = [program.open(name) for name in ("nb", "en")]
    assert both[0]["debt_ratio"].quantiles.equals(both[1]["debt_ratio"].quantiles)


def test_a_new_scenario_starts_from_tables_however_they_are_kept(folder, tmp_path, ldip):
    plain = tmp_path / "plain"
    shutil.copytree(folder, plain)
    swapped(folder, "plan", lambda rows: None)
    path = folder / "population.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="cp1252")
    for name, origin in (("one", plain), ("other", folder)):
        made = ldip("scenario", "new", name, "--from", origin, "--first-year", 2027, "--municipality", "Lillevik")
        assert made.code == 0, made.err
    one, other = (read(name).scenario for name in ("one", "other"))
    assert (one.plan, one.population) == (other.plan, other.population)
