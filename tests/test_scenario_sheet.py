"""Settings out to Excel and in again: nothing is lost on the way, and every fault is named with its cell."""

import datetime
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import python_calamine
import xlsxwriter
from conftest import snapshot
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from test_cli import real
from test_workbook import converted, needs_soffice

from ldip.errors import Fault, InputError
from ldip.report.workbook.settings import write_scenario_sheet
from ldip.scenario.files.cells import address
from ldip.scenario.files.formats import FORMAT
from ldip.scenario.files.laying import is_number
from ldip.scenario.files.reader import Source, change_names, find, read
from ldip.scenario.files.writer import change_toml
from ldip.scenario.numbers import moves, quantities
from ldip.scenario.quantities import Parameter
from ldip.scenario.schema import limits
from ldip.scenario.sheet.alternatives import FIRST, Change, check, read_sheet

YEARS = np.arange(2020, 2060)
FORMULA_ERROR = "=1/0"


@pytest.fixture(scope="module")
def base() -> Source:
    return read()


@pytest.fixture(scope="module")
def plain(tmp_path_factory, base) -> list[list[Any]]:
    """The cells of a sheet with one alternative, dear-money."""
    folder = tmp_path_factory.mktemp("plain")
    (folder / "dear-money.toml").write_text(
        '[change]\ntitle_nb = "Dyre lån"\ntitle_en = "Dear money"\n[interest]\nloan_margin = { value = 0.01, '
        'basis = "assumption", source = "twice as much" }\n',
        encoding="utf-8",
    )
    other = read("baerum-2020", (str(folder / "dear-money.toml"),))
    write_scenario_sheet(folder / "plain.xlsx", base, "baerum-2020", {"dear-money": other}, "nb")
    return cells_of(folder / "plain.xlsx")


def cells_of(path: Path) -> list[list[Any]]:
    return (
        python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    )


def edited(path: Path, cells: list[list[Any]], edits: Mapping[str, Any], name: str = "Innstillinger") -> Path:
    """The cells as a workbook, some of them changed: what a planner saves."""
    book = xlsxwriter.Workbook(str(path))
    sheet, date = book.add_worksheet(name), book.add_format({"num_format": "d. mmm"})
    placed = {address(r, c): cell for r, row in enumerate(cells) for c, cell in enumerate(row)} | dict(edits)
    for place, cell in placed.items():
        if isinstance(cell, datetime.date):
            sheet.write_datetime(place, datetime.datetime.combine(cell, datetime.time()), date)
        elif cell == FORMULA_ERROR:
            sheet.write_formula(place, cell, None, "#DIV/0!")
        elif cell != "":
            sheet.write(place, cell)
    book.close()
    return path


def row_of(cells: list[list[Any]], key: str, year: Any = None) -> int:
    """The row of a key as Excel counts, of the first year unless one is given."""
    return next(r for r, row in enumerate(cells, 1) if row[0] == key and year in (None, row[5]))


def faults_of(path: Path) -> list[Fault]:
    """All that from-sheet would say."""
    try:
        scenario, changes = read_sheet(path)
    except InputError as error:
        return error.faults
    found: list[Fault] = []
    for change in changes:
        written = path.with_name(f"{change.name}.toml")
        written.write_text(change.toml, encoding="utf-8")
        found += check(path.name, scenario, change, written)
    return found


def told(path: Path, lang: str = "nb") -> list[str]:
    faults = faults_of(path)
    for fault in faults:
        assert fault.rule.nb != fault.rule.en
        assert not set("{}") & set(fault.say("nb") + fault.say("en"))
    return [fault.say(lang) for fault in faults]


def effect(source: Source, lang: str = "nb") -> dict[str, Any]:
    """What the model sees of every setting, with basis and source."""
    found = {}
    for key, quantity in quantities(source.scenario).items():
        values = quantity.at(YEARS).tolist() if isinstance(quantity, Parameter) else [quantity.value]
        found[key] = (values, quantity.unit, quantity.basis, quantity.source.say(lang))
    return found


def around(base: Source, extends: str, alternatives: Mapping[str, Source], folder: Path) -> list[Change]:
    """Out to Excel and in again; asserts that every alternative comes back as it was."""
    write_scenario_sheet(folder / "sheet.xlsx", base, extends, alternatives, "nb")
    scenario, changes = read_sheet(folder / "sheet.xlsx")
    assert scenario == extends
    for change in changes:
        path = folder / f"{change.name}.toml"
        path.write_text(change.toml, encoding="utf-8")
        again = read(extends, (str(path),))
        assert effect(again) == effect(alternatives[change.name])
        assert again.change_titles[-1] == alternatives[change.name].change_titles[-1]
    return changes


def test_every_shipped_change_comes_back(base, tmp_path):
    names = change_names(find("baerum-2020").folder)
    changes = around(base, "baerum-2020", {name: read("baerum-2020", (name,)) for name in names}, tmp_path)
    assert [change.name for change in changes] == list(names)
    folder = find("baerum-2020").folder / "changes"
    for change in changes:
        assert numbers(tomllib.loads(change.toml)) == numbers(
            tomllib.loads((folder / f"{change.name}.toml").read_text(encoding="utf-8"))
        )


def test_a_change_of_projects_stands_in_the_sheet(tmp_path):
    base = read("eksempelvik-2025")
    file = tmp_path / "later.toml"
    file.write_text(
        '[change]\nformat = 3\ntitle_nb = "x"\ntitle_en = "x"\nextends = "eksempelvik-2025"\n'
        "[projects.svommehall]\nstart = 2041\nscale = 0.5\n[projects.storelva_bru]\ndropped = true\n",
        encoding="utf-8",
    )
    wanted = read("eksempelvik-2025", (str(file),))
    (change,) = around(base, "eksempelvik-2025", {"later": wanted}, tmp_path)
    tree = tomllib.loads(change.toml)
    assert tree["projects"] == {"svommehall": {"start": 2041, "scale": 0.5}, "storelva_bru": {"dropped": True}}
    file.write_text(change.toml, encoding="utf-8")
    assert read("eksempelvik-2025", (str(file),)).scenario.projects == wanted.scenario.projects


def test_a_new_project_does_not_stand_in_the_sheet(tmp_path):
    file = tmp_path / "more.toml"
    file.write_text(
        '[change]\nformat = 3\ntitle_nb = "x"\ntitle_en = "x"\nextends = "eksempelvik-2025"\n'
        '[projects.new]\nname_nb = "Ny"\nname_en = "New"\nkind = "general"\npurpose = "service"\nphase = "idea"\n'
        'start = 2030\nbasis = "assumption"\nsource = "invented"\n',
        encoding="utf-8",
    )
    with pytest.raises(InputError) as caught:
        around(
            read("eksempelvik-2025"), "eksempelvik-2025", {"more": read("eksempelvik-2025", (str(file),))}, tmp_path
        )
    (fault,) = caught.value.faults
    assert (fault.kind, fault.key, fault.value) == ("sheet_adds_keys", "more", "projects.new")


def numbers(tree: Mapping[str, Any], at: str = "") -> set[str]:
    """The keys of a change file that hold a number."""
    found: set[str] = set()
    for key, value in tree.items():
        if isinstance(value, dict):
            found |= {at + key} if is_number(value, at.split(".")) else numbers(value, f"{at}{key}.")
    return found


SHIPPED = read()
KEYS = {key: quantity for key, quantity in quantities(SHIPPED.scenario).items() if "correlation" not in key}
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"), include_characters=" \"'\\="),
    min_size=3,
    max_size=30,
).filter(lambda text: text == text.strip() and len(text) >= 3)


def as_typed(value: float) -> float:
    """A number with no more digits than Excel keeps (15)."""
    return float(f"{value:.15g}") + 0.0


@st.composite
def entries(draw) -> dict[str, dict[str, Any]]:
    """Some settings with values inside their limits, some of them dated."""
    found = {}
    for key in draw(st.lists(st.sampled_from(list(KEYS)), min_size=1, max_size=5, unique=True)):
        low, high = limits(key)
        whole = KEYS[key].unit in ("year", "years")
        value = st.integers(int(low), int(high)).map(float) if whole else st.floats(low, high).map(as_typed)
        if isinstance(KEYS[key], Parameter) and draw(st.booleans()):
            years = draw(st.lists(st.integers(2020, 2045), min_size=1, max_size=4, unique=True))
            entry: dict[str, Any] = {"dated": {str(year): draw(value) for year in years}}
        else:
            entry = {"value": draw(value)}
        basis = draw(st.sampled_from(["source", "derived", "assumption"]))
        found[key] = entry | {"basis": basis, "source": draw(WORDS)}
    return found


QUIET = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@pytest.mark.filterwarnings("ignore::ldip.errors.Notice")  # of years after the usual horizon
@settings(max_examples=4, **QUIET)
@given(one=entries(), other=entries())
def test_any_change_comes_back(tmp_path, one, other):
    comes_back(tmp_path, one, other)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ldip.errors.Notice")  # of years after the usual horizon
@settings(max_examples=40, **QUIET)
@given(one=entries(), other=entries())
def test_forty_changes_come_back(tmp_path, one, other):
    comes_back(tmp_path, one, other)


def comes_back(folder: Path, one: dict[str, dict[str, Any]], other: dict[str, dict[str, Any]]) -> None:
    alternatives = {}
    for name, entry in (("one", one), ("other", other)):
        path = folder / f"{name}.toml"
        paths = {tuple(key.split(".")): value for key, value in entry.items()}
        path.write_text(change_toml({"title_nb": name, "title_en": f"{name} too"}, paths), encoding="utf-8")
        try:
            alternatives[name] = read("baerum-2020", (str(path),))
        except InputError:  # settings that contradict each other, like a smallest above the largest
            reject()
    around(SHIPPED, "baerum-2020", alternatives, folder)


def test_a_base_with_changes_of_its_own(tmp_path):
    base = read("baerum-2020", ("interest-plus-2",))
    other = read("baerum-2020", ("interest-plus-2", "housing-bust"))
    (change,) = around(base, "baerum-2020+interest-plus-2", {"housing-bust": other}, tmp_path)
    assert change.numbers == 1
    assert 'extends = "baerum-2020+interest-plus-2"' in change.toml


def test_sheet_has_every_setting_with_limits_source_and_drop_downs(tmp_path, ldip):
    said = ldip("scenario", "sheet", "alt.xlsx", "--alternative", "housing-minus-20")
    assert (said.code, said.out.strip()) == (0, "Ark: alt.xlsx")
    cells = cells_of(tmp_path / "alt.xlsx")
    known = {**quantities(read().scenario), **moves(read().scenario)}
    assert {row[0] for row in cells[11:] if row[0]} == set(known)
    row = cells[row_of(cells, "revenue.equalisation_rate") - 1]
    assert row[:9] == [
        *("revenue.equalisation_rate", "Inntektsutjevning, symmetrisk sats", "andel", 0.0, 1.0, "", 0.6, "kilde"),
        known["revenue.equalisation_rate"].source.nb,
    ]
    assert [row[5] for row in cells if row[0] == "prices.cpi_growth"] == [2020.0, 2021.0, 2022.0]
    import zipfile

    with zipfile.ZipFile(tmp_path / "alt.xlsx") as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert '"kilde,avledet,antakelse,' in sheet
    rate = row_of(cells, "interest.opening_fixed_rate")
    validation = sheet[sheet.index(f'sqref="J{rate}"') :]
    assert "<formula1>-0.05</formula1><formula2>0.25</formula2>" in validation[:200]


def test_the_same_sheet_twice_is_the_same_bytes(base, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_scenario_sheet(tmp_path / name / "sheet.xlsx", base, "baerum-2020", {}, "en")
    assert (tmp_path / "a" / "sheet.xlsx").read_bytes() == (tmp_path / "b" / "sheet.xlsx").read_bytes()


def test_an_area_that_the_base_lacks_is_refused(base, tmp_path):
    more = base.scenario.housing.areas["fornebu"]
    areas = {**base.scenario.housing.areas, "new": more}
    housing = base.scenario.housing.model_copy(update={"areas": areas})
    other = base._replace(scenario=base.scenario.model_copy(update={"housing": housing}))
    with pytest.raises(InputError) as caught:
        write_scenario_sheet(tmp_path / "x.xlsx", base, "baerum-2020", {"more": other}, "nb")
    assert "housing.areas.new.start" in caught.value.say("nb")[0]
    heading = base.scenario.scenario.model_copy(update={"title_nb": "Noe annet"})
    other = base._replace(scenario=base.scenario.model_copy(update={"scenario": heading}))
    with pytest.raises(InputError) as caught:
        write_scenario_sheet(tmp_path / "x.xlsx", base, "baerum-2020", {"named": other}, "nb")
    assert "scenario.title_nb" in caught.value.say("nb")[0]


# Edited in Excel


def test_empty_cells_are_as_the_base(plain, tmp_path, base):
    path = edited(tmp_path / "s.xlsx", plain, {})
    _, (change,) = read_sheet(path)
    assert change.name == "dear-money"
    assert tomllib.loads(change.toml) == {
        "change": {"format": FORMAT, "title_nb": "Dyre lån", "title_en": "Dear money", "extends": "baerum-2020"},
        "interest": {"loan_margin": {"value": 0.01, "basis": "assumption", "source": "twice as much"}},
    }


def test_one_year_of_a_dated_setting_leaves_the_others(plain, tmp_path):
    row = row_of(plain, "interest.money_market_rate", 2022)
    path = edited(tmp_path / "s.xlsx", plain, {f"J{row}": 0.06, f"K{row}": "antakelse", f"L{row}": "a shock"})
    _, (change,) = read_sheet(path)
    rate = tomllib.loads(change.toml)["interest"]["money_market_rate"]
    assert rate["dated"] == {"2020": 0.02, "2021": 0.025, "2022": 0.06, "2023": 0.03}


def test_a_new_year_at_the_bottom(plain, tmp_path):
    last = len(plain) + 3
    more = {f"A{last}": "rules.equity_minimum", f"F{last}": 2030, f"J{last}": 0.45, f"K{last}": "source"}
    _, (change,) = read_sheet(edited(tmp_path / "s.xlsx", plain, more | {f"L{last}": "the council"}))
    minimum = tomllib.loads(change.toml)["rules"]["equity_minimum"]
    assert minimum == {"dated": {"2020": 0.4, "2030": 0.45}, "basis": "source", "source": "the council"}


def test_a_source_for_the_whole_column(plain, tmp_path):
    row = row_of(plain, "housing.pace")
    common = {"J9": "avledet", "J10": "the budget of 2021", f"J{row}": 1.2}
    _, (change,) = read_sheet(edited(tmp_path / "s.xlsx", plain, common))
    tree = tomllib.loads(change.toml)
    assert tree["housing"]["pace"] == {"value": 1.2, "basis": "derived", "source": "the budget of 2021"}
    assert tree["interest"]["loan_margin"]["source"] == "twice as much"


def test_a_second_alternative_with_a_formula(plain, tmp_path):
    row = row_of(plain, "investment.on_lending")
    more = {"M6": "mer-lån", "M7": "Mer", "M9": "antakelse", "M10": "dobbelt", f"M{row}": 400.0}
    _, changes = read_sheet(edited(tmp_path / "s.xlsx", plain, more))
    assert [change.name for change in changes] == ["dear-money", "mer-lån"]
    assert tomllib.loads(changes[1].toml)["investment"]["on_lending"]["value"] == 400.0
    assert tomllib.loads(changes[1].toml)["change"]["title_en"] == "Mer"


RATE, PACE = "interest.opening_fixed_rate", "housing.pace"
SOURCED = {"J9": "antakelse", "J10": "our own reason"}
FAULTY = {
    "a point that became a date": (
        RATE,
        datetime.date(2026, 5, 4),
        "Innstillinger!J{row} (interest.opening_fixed_rate) = 2026-05-04: er en dato: Excel har gjort om «4.5». "
        "Skriv 4,5 med desimalkomma",
    ),
    "a date shown as a number": (RATE, 46146.0, "= 46146: er en dato: Excel har gjort om «4.5»"),
    "text": (PACE, "mye", "= mye: er tekst, ikke et tall. Skriv bare tallet"),
    "text with a point": (PACE, "0.8", "= 0.8: er tekst, ikke et tall. Skriv tallet som 0,8 i norsk Excel"),
    "per cent as text": (RATE, "4,5 %", "= 4,5 %: er tekst, ikke et tall. Skriv tallet som 0,045"),
    "a truth": (PACE, True, "er tekst, ikke et tall"),
    "outside the limits": (
        RATE,
        4.5,
        "s.xlsx: Innstillinger!J{row} (interest.opening_fixed_rate) = 4,5: ventet en andel per år mellom -0,05 og "
        "0,25. Skriv 0,045 for 4,5 %.",
    ),
    "not whole": ("residents.migration_years", 2.5, ": skal være et helt antall"),
    "a formula that fails": (PACE, FORMULA_ERROR, "formelen i cellen gir en feil"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_number_is_named_with_its_cell(plain, tmp_path, name):
    key, cell, expected = FAULTY[name]
    row = row_of(plain, key)
    (line,) = told(edited(tmp_path / "s.xlsx", plain, SOURCED | {f"J{row}": cell}))
    assert expected.format(row=row) in line
    assert f"Innstillinger!J{row} ({key})" in line


def placed(plain: list[list[Any]], edits: Mapping[str, Any]) -> dict[str, Any]:
    """Edits of cells by column and key: {"C housing.pace": "persons"}."""
    return {(f"{p.split()[0]}{row_of(plain, p.split()[1])}" if " " in p else p): cell for p, cell in edits.items()}


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ({"A housing.pace": "housing.pase"}, "ukjent nøkkel. Mente du «housing.pace»?"),
        ({"A housing.pace": "rente"}, "Mente du «interest."),
        (
            {"C housing.pace": "persons"},
            "Innstillinger!C{housing.pace} (housing.pace) = persons: enheten skal være «ratio»",
        ),
        ({"G housing.pace": 1.5}, "= 1.5: grunnverdien er 1 i baerum-2020"),
        ({"F opening.buffer_fund": 2025.0}, "kan ikke endre seg over tid"),
        ({"F housing.pace": "siden"}, "(housing.pace) = siden: er ikke et årstall"),
        ({"A housing.pace": "rules.equity_minimum"}, "nøkkel og år står to ganger, først i rad"),
        (
            {"J housing.pace": 1.2, "K housing.pace": "antakelse"},
            "L{housing.pace} (housing.pace): tallet mangler kilde",
        ),
        (
            {"J housing.pace": 1.2, "L housing.pace": "a reason"},
            "K{housing.pace} (housing.pace): tallet mangler grunnlag",
        ),
        ({"K interest.loan_margin": "gjetning"}, "= gjetning: må være kilde, avledet, antakelse eller oppdiktet"),
        ({"L interest.loan_margin": "ja"}, "(interest.loan_margin) = ja: er for kort"),
        (
            {"L housing.pace": "a reason"},
            "L{housing.pace} (housing.pace) = a reason: står ved et alternativ som ikke har",
        ),
        ({"J6": ""}, "Innstillinger!J6: alternativet har tall, men ikke noe navn"),
        ({"J6": "dyre/lån"}, "Innstillinger!J6 = dyre/lån: navnet kan bare ha bokstaver"),
        ({"J7": "", "J8": ""}, "Innstillinger!J7: alternativet mangler en tittel"),
        ({"B5": ""}, "Innstillinger!B5: mangler hvilket scenario"),
        ({"B5": "berum-2020"}, "Innstillinger!B5 = berum-2020: fant verken mappe"),
        ({"A11": "x"}, "har ingen rad som begynner med «Nøkkel»"),
        ({"F11": "År"}, "Innstillinger!F11 = År: kolonnen skal hete «Fra år»"),
    ],
)
def test_what_else_can_be_wrong(plain, tmp_path, edits, expected):
    lines = told(edited(tmp_path / "s.xlsx", plain, placed(plain, edits)))
    if "{" in expected:
        key = expected[expected.index("{") + 1 : expected.index("}")]
        expected = expected.replace("{" + key + "}", str(row_of(plain, key)))
    assert [line for line in lines if expected in line], lines


def test_correlations_that_contradict_each_other(plain, tmp_path):
    edits = {f"J {key}": value for key, value in (("drivers.correlation.rate_national_tax", 0.99),)}
    edits |= {"J drivers.correlation.national_tax_completions": 0.99, "J drivers.correlation.rate_completions": -0.99}
    (line,) = told(edited(tmp_path / "s.xlsx", plain, SOURCED | placed(plain, edits)))
    assert "Innstillinger!J" in line
    assert "kan ikke gjelde samtidig" in line


def test_all_faults_come_at_once_in_the_order_of_the_sheet(plain, tmp_path):
    edits = {"J housing.pace": "mye", "C rules.equity_minimum": "%", "A opening.on_lent": "utlånt", "J6": "a b"}
    lines = told(edited(tmp_path / "s.xlsx", plain, placed(plain, edits)))
    assert len(lines) == 4


def test_an_empty_sheet_and_a_file_that_is_none(plain, tmp_path):
    cells = [row[:FIRST] + [""] * (len(row) - FIRST) if r > 10 else row for r, row in enumerate(plain)]
    assert "har ingen tall i noe alternativ" in told(edited(tmp_path / "s.xlsx", cells, {}))[0]
    (tmp_path / "text.xlsx").write_text("not a workbook", encoding="utf-8")
    assert "er ikke en arbeidsbok" in told(tmp_path / "text.xlsx")[0]
    assert "har ikke arket" in told(edited(tmp_path / "other.xlsx", [], {"A1": 1}, name="Ark1"))[0]


# The commands


def test_out_and_in_again(ldip, here):
    ldip("scenario", "sheet", "alt.xlsx", "--alternative", "housing-minus-20+interest-plus-2", "--lang", "en")
    said = ldip("scenario", "from-sheet", "alt.xlsx", "--out", "changes", "--lang", "en")
    assert said.code == 0
    name = "housing-minus-20_interest-plus-2"
    assert f"{name}.toml: 2 settings" in said.out
    assert snapshot(here).keys() == {"alt.xlsx", "changes", f"changes/{name}.toml"}
    both = read("baerum-2020", ("housing-minus-20", "interest-plus-2"))
    assert effect(read(f"changes/{name}.toml"), "en") == effect(both, "en")


def test_faults_leave_nothing_behind(ldip, here, plain):
    rate, pace = row_of(plain, RATE), row_of(plain, PACE)
    edited(here / "s.xlsx", plain, SOURCED | {f"J{rate}": 4.5, f"J{pace}": 99.0})
    said = ldip("scenario", "from-sheet", "s.xlsx", "--out", "changes")
    assert said.code == 1
    assert len(said.err.strip().splitlines()) == 2
    assert f"s.xlsx: Innstillinger!J{rate} ({RATE}) = 4,5: ventet" in said.err
    assert snapshot(here).keys() == {"s.xlsx"}
    assert ldip("scenario", "from-sheet", "none.xlsx", "--out", "x").code == 2
    assert ldip("scenario", "sheet", "alt.ods").code == 2


def test_a_windows_console_does_not_stop_them(tmp_path):
    words = ("scenario", "sheet", "økt rente.xlsx", "--alternative", "interest-plus-2")
    assert real(*words, cwd=tmp_path, encoding="cp1252").code == 0
    said = real("scenario", "from-sheet", "økt rente.xlsx", "--out", "ut", cwd=tmp_path, encoding="cp1252")
    assert (said.code, "interest-plus-2.toml" in said.out) == (0, True)


@pytest.mark.slow
@needs_soffice
def test_a_sheet_saved_by_another_spreadsheet_reads_the_same(base, tmp_path):
    alternatives = {name: read("baerum-2020", (name,)) for name in ("interest-plus-2", "equalisation-64")}
    write_scenario_sheet(tmp_path / "sheet.xlsx", base, "baerum-2020", alternatives, "nb")
    saved = converted(tmp_path / "sheet.xlsx", tmp_path, "xlsx") / "sheet.xlsx"
    assert read_sheet(saved) == read_sheet(tmp_path / "sheet.xlsx")
    cells = cells_of(saved)
    bad = edited(tmp_path / "bad.xlsx", cells, {f"J{row_of(cells, 'housing.pace')}": FORMULA_ERROR})
    saved = converted(bad, tmp_path, "xlsx") / "bad.xlsx"
    assert "formelen i cellen gir en feil" in told(saved)[0]
