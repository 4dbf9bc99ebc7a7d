"""Bad inputs: each fault is found, named with file and key, explained in two languages and given a remedy.

The files in ``bad/`` hold one fault each and are laid over baerum-2020 as a change. Their first lines say what the
message must hold: ``# kind: row of faults.csv``, ``# expect: text``, ``# key: key path`` and, where it is not one,
``# faults: number``.
"""

import csv
import re
import shutil
from pathlib import Path

import pytest

from ldip.errors import Fault, InputError
from ldip.scenario.files.reader import DEFAULT, find, read

BAD = sorted((Path(__file__).parent / "bad").glob("*.toml"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(find(DEFAULT).folder, tmp_path / "kommune")


def faults_of(where: str | Path = DEFAULT, *changes: str | Path) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        read(str(where), [str(change) for change in changes])
    return caught.value.faults


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}: the test must be mended"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def drop_rows(path: Path, start: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(start)]
    assert len(kept) < len(lines), f"no row of {path.name} starts with {start!r}: the test must be mended"
    path.write_text("".join(kept), encoding="utf-8")


def header(path: Path) -> str:
    return path.read_text(encoding="utf-8").splitlines()[0] + "\n"


def line_of(path: Path, start: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(start))


def check_words(fault: Fault) -> None:
    """What every fault owes a planner: a rule and a remedy, in both languages, without braces left to fill."""
    for text in (fault.rule, fault.remedy):
        assert text.nb.strip()
        assert text.en.strip()
        assert text.nb != text.en
    for lang in ("nb", "en"):
        line = fault.say(lang)
        assert "\n" not in line
        assert not re.search(r"pydantic|Traceback|errors\.pydantic\.dev", line)
    assert fault.say("nb") != fault.say("en")


def directives(path: Path) -> dict[str, str]:
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("# ") or ": " not in line:
            break
        name, _, rest = line[2:].partition(": ")
        found[name] = rest
    assert set(found) <= {"kind", "expect", "key", "faults"}
    return found


# One fault per file, laid over the shipped scenario


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_bad_change_is_explained(path):
    wanted = directives(path)
    found = faults_of(DEFAULT, path)
    assert len(found) == int(wanted.get("faults", "1")), "\n".join(fault.say("en") for fault in found)
    told = [fault.say("en") for fault in found if fault.kind == wanted["kind"]]
    assert any(wanted["expect"] in line for line in told), "\n".join(fault.say("en") for fault in found)
    if "key" in wanted:
        assert any(f"{fault.key}.".startswith(f"{wanted['key']}.") for fault in found)
    for fault in found:
        check_words(fault)


@pytest.mark.parametrize(
    "path",
    BAD,
    ids=lambda path: path.stem,
)
def test_bad_change_is_named_as_the_file_at_fault(path):
    for fault in faults_of(DEFAULT, path):
        assert fault.file.partition(".toml")[0] + ".toml" == path.as_posix()


def test_dated_number_outside_the_limits_names_its_year():
    (fault,) = faults_of(DEFAULT, Path(__file__).parent / "bad" / "rate-in-percent-dated.toml")
    assert fault.key == "interest.money_market_rate.dated.2021"


def test_blank_source(tmp_path):
    path = tmp_path / "change.toml"
    quantity = '{ value = 0.02, basis = "assumption", source = "    " }'
    path.write_text(f"[interest]\nmoney_market_rate = {quantity}\n", encoding="utf-8")
    (fault,) = faults_of(DEFAULT, path)
    assert fault.key == "interest.money_market_rate.source"


def test_there_are_bad_inputs_and_each_says_what_it_expects():
    assert len(BAD) >= 40
    for path in BAD:
        assert directives(path).get("expect"), path.name


def test_toml_fault_names_the_line(tmp_path):
    path = tmp_path / "change.toml"
    path.write_text("[interest]\nloan_margin = { value = 0.004 }\n\nrefixing_share = 0,2\n", encoding="utf-8")
    (fault,) = faults_of(DEFAULT, path)
    assert "line 4" in fault.say("en")


@pytest.mark.parametrize("value", ["0.02", "{ dated = { 2020 = 0.02 }, basis = 'assumption' }"])
def test_fault_in_a_change_names_the_change_and_not_the_base(tmp_path, value):
    path = tmp_path / "change.toml"
    path.write_text(f"[interest]\nmoney_market_rate = {value}\n", encoding="utf-8")
    assert {fault.file for fault in faults_of(DEFAULT, "housing-minus-20", path)} == {path.as_posix()}


def test_fault_in_the_first_of_two_changes_names_the_first(tmp_path):
    path = tmp_path / "change.toml"
    path.write_text("[interest]\nmoney_market_rate = 0.02\n", encoding="utf-8")
    assert {fault.file for fault in faults_of(DEFAULT, path, "housing-minus-20")} == {path.as_posix()}


def test_later_change_that_mends_the_fault_makes_the_scenario_good(tmp_path):
    path = tmp_path / "change.toml"
    path.write_text("[interest]\nmoney_market_rate = 0.02\n", encoding="utf-8")
    good = tmp_path / "mend.toml"
    quantity = '{ value = 0.02, unit = "per year", basis = "assumption", source = "test" }'
    good.write_text(f"[interest]\nmoney_market_rate = {quantity}\n", encoding="utf-8")
    assert read(DEFAULT, [str(path), str(good)]).scenario.interest.money_market_rate.value == 0.02


@pytest.mark.parametrize("table", ["plan", "population", "demand", "changes"])
def test_change_cannot_silently_hold_a_table(tmp_path, table):
    path = tmp_path / "change.toml"
    path.write_text(f"{table} = [1, 2, 3]\n", encoding="utf-8")
    for fault in faults_of(DEFAULT, path):
        check_words(fault)


# Faults of the base file


@pytest.mark.parametrize(
    ("start", "key"),
    [
        ("loan_margin", "interest.loan_margin"),
        ("equity_minimum", "rules.equity_minimum"),
        ("first_year", "scenario.first_year"),
    ],
)
def test_missing_key_of_the_base_file(folder, start, key):
    drop_rows(folder / "base.toml", start)
    (fault,) = faults_of(folder)
    assert (fault.file, fault.key) == ("kommune/base.toml", key)
    assert "is missing" in fault.say("en")
    assert "mangler" in fault.say("nb")
    check_words(fault)


def test_misspelt_section_of_the_base_file(folder):
    edit(folder / "base.toml", "[prices]", "[prises]")
    missing, unknown = sorted(faults_of(folder), key=lambda fault: fault.key)
    assert (missing.key, unknown.key) == ("prices", "prises")
    assert "Did you mean 'prices'?" in unknown.say("en")


def test_missing_base_file(folder):
    (folder / "base.toml").unlink()
    (fault,) = faults_of(folder)
    assert "base.toml" in fault.say("en")
    check_words(fault)


# Faults of the tables


@pytest.mark.parametrize(("cell", "better"), [('"6931,2"', "6931.2"), ('"6 931,2"', "6931.2")])
def test_decimal_comma_among_decimal_points(folder, cell, better):
    edit(folder / "plan.csv", "6931.2", cell)
    (fault,) = faults_of(folder)
    assert (fault.file, fault.key) == ("kommune/plan.csv:2", "2020")
    assert "has another decimal sign than the other numbers of the file" in fault.say("en")
    assert fault.say("en").endswith(f"Write {better}.")
    assert fault.say("nb").endswith(f"Skriv {better}.")
    check_words(fault)


def test_decimal_comma_proposes_the_point(folder):
    edit(folder / "plan.csv", "6931.2", '"12,5"')
    (fault,) = faults_of(folder)
    assert fault.value == "12,5"
    assert "Write 12.5." in fault.say("en")


def test_negative_decimal_comma_proposes_the_point(folder):
    edit(folder / "plan.csv", "-35.9", '"-35,9"')
    (fault,) = faults_of(folder)
    assert "Write -35.9." in fault.say("en")


@pytest.mark.parametrize("cell", ["", "abc", "12.5 %", "-"])
def test_cell_that_is_no_number_names_row_and_column(folder, cell):
    edit(folder / "plan.csv", "6931.2,7015.4", f"6931.2,{cell}")
    (fault,) = faults_of(folder)
    assert (fault.file, fault.key) == ("kommune/plan.csv:2", "2021")
    assert "is not a number" in fault.say("en")
    check_words(fault)


@pytest.mark.parametrize("cell", ["nan", "inf", "-inf"])
def test_not_finite_cell(folder, cell):
    edit(folder / "plan.csv", "6931.2", cell)
    (fault,) = faults_of(folder)
    assert fault.file == "kommune/plan.csv:2"
    assert "Write a finite number" in fault.say("en")
    check_words(fault)


def test_not_finite_cell_names_its_column(folder):
    edit(folder / "plan.csv", "6931.2,7015.4", "6931.2,nan")
    (fault,) = faults_of(folder)
    assert fault.key == "2021"


def test_unknown_line_proposes_the_nearest(folder):
    edit(folder / "plan.csv", "\nhost_grant,", "\nhost_grants,")
    unknown, missing = faults_of(folder)
    assert unknown.file == f"kommune/plan.csv:{line_of(folder / 'plan.csv', 'host_grants,')}"
    assert (unknown.key, unknown.value) == ("line", "host_grants")
    assert "Did you mean 'host_grant'?" in unknown.say("en")
    assert (missing.key, missing.file) == ("host_grant", "kommune/plan.csv")
    for fault in (unknown, missing):
        check_words(fault)


@pytest.mark.parametrize(
    ("line", "wrong", "right"),
    [
        ("tax,", "mill. kr", "mill. 2020-kr"),
        ("sales,", "mill. 2020-kr", "mill. kr"),
        ("adopted_measures,", "", "mill. 2020-kr"),
    ],
)
def test_wrong_unit_in_the_plan(folder, line, wrong, right):
    path = folder / "plan.csv"
    number = line_of(path, line)
    row = path.read_text(encoding="utf-8").splitlines()[number - 1]
    edit(path, row, row.replace(f",{right},", f",{wrong},"))
    (fault,) = faults_of(folder)
    assert (fault.file, fault.key) == (f"kommune/plan.csv:{number}", "unit")
    assert f"the unit must be '{right}'" in fault.say("en")
    check_words(fault)


@pytest.mark.parametrize("line", ["tax", "vat_compensation", "use_of_restricted_funds"])
def test_missing_line_of_the_plan(folder, line):
    drop_rows(folder / "plan.csv", f"{line},")
    (fault,) = faults_of(folder)
    assert (fault.file, fault.key) == ("kommune/plan.csv", line)
    assert "is missing" in fault.say("en")
    check_words(fault)


@pytest.mark.parametrize("table", ["areas", "plan", "population", "demand"])
def test_missing_table(folder, table):
    (folder / f"{table}.csv").unlink()
    (fault,) = faults_of(folder)
    assert fault.file == f"kommune/{table}.csv"
    assert "cannot be read" in fault.say("en")
    check_words(fault)


@pytest.mark.parametrize("table", ["areas", "plan", "population", "demand", "vintages"])
@pytest.mark.parametrize("content", ["nothing", "only the header"])
def test_table_without_rows(folder, table, content):
    path = folder / f"{table}.csv"
    path.write_text("" if content == "nothing" else header(path), encoding="utf-8")
    for fault in faults_of(folder):
        assert fault.file.startswith(f"kommune/{table}.csv")
        check_words(fault)


@pytest.mark.parametrize(
    ("table", "year", "columns"), [("plan", "2023", 4), ("population", "2018", 6), ("population", "2023", 6)]
)
def test_one_year_column_too_few(folder, table, year, columns):
    path = folder / f"{table}.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    place = rows[0].index(year)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(row[:place] + row[place + 1 :] for row in rows)
    found = faults_of(folder)
    assert {fault.file.split(":")[0] for fault in found} == {f"kommune/{table}.csv"}
    assert all(f"must have {columns} year columns" in fault.say("en") for fault in found)
    check_words(found[0])


def test_row_with_one_cell_too_few(folder):
    edit(folder / "population.csv", "1378,1327,", "1378,")
    found = faults_of(folder)
    assert found[0].file == "kommune/population.csv:2"
    assert "another number of cells than the header" in found[0].say("en")
    check_words(found[0])


def test_decimal_comma_without_quotes_is_a_row_with_a_cell_too_many(folder):
    edit(folder / "demand.csv", ",0.17,", ",0,17,")
    found = faults_of(folder)
    assert found[0].file == "kommune/demand.csv:2"
    assert "another number of cells than the header" in found[0].say("en")


def test_line_numbers_below_a_row_of_wrong_width(folder):
    path = folder / "plan.csv"
    edit(path, "6931.2,7015.4,", "6931.2,")
    edit(path, "16.6,17.3,16.6,source", "16.6,17.3,16.6,guess")
    found = {fault.key: fault.file for fault in faults_of(folder)}
    assert found["basis"] == f"kommune/plan.csv:{line_of(path, 'compensation,')}"


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param("2021,2020,2022,2023", id="swapped"),
        pytest.param("2021,2022,2023,2024", id="other years"),
        pytest.param("2020,2020,2022,2023", id="one twice"),
    ],
)
def test_columns_that_are_not_the_years_of_the_plan(folder, columns):
    edit(folder / "plan.csv", "2020,2021,2022,2023", columns)
    for fault in faults_of(folder):
        assert fault.file.startswith("kommune/plan.csv")
        check_words(fault)


def test_missing_column(folder):
    edit(folder / "demand.csv", ",place_cost,", ",place,")
    found = faults_of(folder)
    assert {fault.key for fault in found} == {"place_cost", "place"}
    assert all(fault.file.startswith("kommune/demand.csv:") for fault in found)
    check_words(found[0])


def test_negative_residents(folder):
    edit(folder / "population.csv", "1378", "-1378")
    (fault,) = faults_of(folder)
    assert (fault.file, fault.key) == ("kommune/population.csv:2", "0")
    assert "negative number of residents" in fault.say("en")
    check_words(fault)


@pytest.mark.parametrize(
    ("table", "old", "new", "key"),
    [
        ("ages", "\n1,0.0002", "\n1,1.0002", "mortality"),
        ("ages", ",0.02091,", ",-0.02091,", "flat"),
        ("population", "\n1-5,1,", "\n1-5,-1,", "age_from"),
        ("demand", ",0.17,", ",-0.17,", "unit_cost"),
        ("demand", ",0.17,", ",170,", "unit_cost"),
        ("demand", ",0.9,", ",90,", "coverage"),
    ],
)
def test_table_value_outside_its_limits(folder, table, old, new, key):
    edit(folder / f"{table}.csv", old, new)
    (fault,) = faults_of(folder)
    assert fault.key == key
    assert fault.file.startswith(f"kommune/{table}.csv:")
    assert re.search("must be at (most|least)|expected .* between 0 and ", fault.say("en"))
    check_words(fault)


def test_unknown_age_group_in_demand(folder):
    edit(folder / "demand.csv", "kindergartens,place,1-5,", "kindergartens,place,1-6,")
    (fault,) = faults_of(folder)
    assert (fault.file, fault.key, fault.value) == ("kommune/demand.csv:2", "group", "1-6")
    assert "is not an age group of population.csv. The groups are 0, 1-5, 6-12" in fault.say("en")
    assert "Did you mean" not in fault.say("en")
    check_words(fault)


def test_age_group_that_the_population_lacks_is_a_fault_of_the_population(folder):
    drop_rows(folder / "population.csv", "13-15,")
    left_out, fault = faults_of(folder)
    assert (left_out.kind, left_out.key) == ("ages_left_out", "16-19.age_from")
    assert "age 13–15 before this group is in no group" in left_out.say("en")
    assert (fault.file, fault.key, fault.value) == ("kommune/population.csv", "group", "13-15")
    assert "is missing, but demand.csv uses it (line " in fault.say("en")
    check_words(fault)


def test_unknown_service_in_demand(folder):
    edit(folder / "demand.csv", "kindergartens,place,1-5,", "barnehager,place,1-5,")
    found = faults_of(folder)
    assert (found[0].file, found[0].key) == ("kommune/demand.csv:2", "service")
    assert "must be one of 'kindergartens', 'schools' or 'care'" in found[0].say("en")
    check_words(found[0])


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("population", "95+,95,110,349,339,376,389,395,408,source,test,"),
        ("demand", "care,home,95+,0.28,0.25,0.4,derived,test"),
    ],
)
def test_age_group_twice(folder, table, row):
    with (folder / f"{table}.csv").open("a", encoding="utf-8") as file:
        file.write(row + "\n")
    for fault in faults_of(folder):
        check_words(fault)


@pytest.mark.parametrize(
    ("table", "old", "new", "key", "expect"),
    [
        (
            "plan",
            "7256.9,source",
            "7256.9,guess",
            "basis",
            "must be one of 'source', 'derived', 'assumption' or 'placeholder'",
        ),
        ("plan", "HP 11.1 linje 6836", "", "source", "3 characters"),
        ("population", "1390,source", "1390,", "basis", "must be one of"),
        ("demand", "derived,som 6-12", "derived,", "source", "3 characters"),
    ],
)
def test_table_row_without_basis_or_source(folder, table, old, new, key, expect):
    edit(folder / f"{table}.csv", old, new)
    (fault,) = faults_of(folder)
    assert (fault.key, fault.file.split(":")[0]) == (key, f"kommune/{table}.csv")
    assert expect in fault.say("en")
    check_words(fault)


@pytest.mark.parametrize("name", ["base.toml"])
def test_file_in_windows_1252(folder, name):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    first = next(number for number, line in enumerate(text.splitlines(), 1) if not line.isascii())
    path.write_bytes(text.encode("cp1252"))
    found = faults_of(folder)
    assert found[0].file == f"kommune/{name}:{first}"
    assert "is not saved as UTF-8" in found[0].say("en")
    assert "Windows-1252" in found[0].say("en")
    check_words(found[0])


def test_change_in_windows_1252(tmp_path):
    path = tmp_path / "change.toml"
    path.write_bytes('[change]\ntitle_nb = "Høyere rente på sikt"\n'.encode("cp1252"))
    (fault,) = faults_of(DEFAULT, path)
    assert fault.file == f"{path.as_posix()}:2"
    check_words(fault)


@pytest.mark.parametrize("service", ["kindergartens", "schools", "care"])
def test_service_without_users(folder, service):
    drop_rows(folder / "demand.csv", f"{service},")
    (fault,) = faults_of(folder)
    assert fault.file.startswith("kommune/demand.csv")
    check_words(fault)


@pytest.mark.parametrize(
    ("table", "old", "new", "key", "expect"),
    [
        ("areas", "schools,children_youth,", "schools,children_yuoth,", "sector", "Did you mean 'children_youth'?"),
        ("areas", "users,0,1601", "users,0.5,1601", "schools", "only belongs to areas that follow residents"),
        ("areas", "\nschools,", "\nskole,", "skole", "has no users that are counted"),
        ("areas", "residents,1,218.4", "residents,-1,218.4", "elasticity", "must be at least 0"),
        ("areas", "residents,1,218.4", "innbyggere,1,218.4", "follows", "must be one of 'users', 'residents'"),
        ("areas", "\nchild_welfare,", "\nschools,", "area", "stands twice"),
        ("plan", "general_investment,fornebu,", "general_investment,fornbu,", "sector", "Did you mean 'fornebu'?"),
        ("vintages", "\n2019,260,", "\n2020,260,", "vintage", "must be a year before 2020"),
        ("vintages", "\n2019,260,", "\n2018,260,", "vintage", "stands twice"),
        ("vintages", "260,7,", "260,0,", "years", "must be at least 1"),
    ],
)
def test_areas_and_vintages(folder, table, old, new, key, expect):
    edit(folder / f"{table}.csv", old, new)
    (fault,) = [fault for fault in faults_of(folder) if fault.key == key]
    assert fault.file.startswith(f"kommune/{table}.csv:")
    assert expect in fault.say("en")
    check_words(fault)


def test_vintages_may_be_missing(folder):
    (folder / "vintages.csv").unlink()
    assert read(str(folder)).scenario.vintages == ()


# Several faults at once


def test_faults_of_several_files_come_together(folder, tmp_path):
    drop_rows(folder / "base.toml", "loan_margin")
    edit(folder / "plan.csv", "6931.2", '"6931,2"')
    edit(folder / "plan.csv", "\nhost_grant,,host_municipality_grant", "\nhost_gift,,host_municipality_grant")
    edit(folder / "population.csv", "1378", "-1378")
    edit(folder / "demand.csv", "kindergartens,place,1-5,", "kindergartens,place,1-6,")
    change = tmp_path / "change.toml"
    change.write_text("[opening]\nbuffer_fund = 455\n[rules]\nequity_minimun = 0.4\n", encoding="utf-8")
    found = faults_of(folder, change, "no-such-change")
    places = {(fault.file, fault.key) for fault in found}
    assert places == {
        ("kommune/base.toml", "interest.loan_margin"),
        ("kommune/plan.csv:2", "2020"),
        ("kommune/plan.csv:4", "line"),
        ("kommune/plan.csv", "host_grant"),
        ("kommune/population.csv:2", "0"),
        ("kommune/demand.csv:2", "group"),
        (change.as_posix(), "opening.buffer_fund"),
        (change.as_posix(), "rules.equity_minimun"),
        ("kommune/changes", "no-such-change"),
    }
    assert len(found) == len(places)
    for fault in found:
        check_words(fault)


def test_error_says_one_line_per_fault_in_both_languages(folder):
    edit(folder / "population.csv", "1378", "-1378")
    edit(folder / "demand.csv", "kindergartens,place,1-5,", "kindergartens,place,1-6,")
    with pytest.raises(InputError) as caught:
        read(str(folder))
    error = caught.value
    assert len(error.say("nb")) == len(error.say("en")) == len(error.faults) == 2
    assert str(error) == "\n".join(error.say("en"))


# Not found


@pytest.mark.parametrize("asked", ["baerum-2021", "berum-2020", "baerum2020", "Baerum-2020"])
def test_unknown_scenario_proposes_the_nearest(asked):
    (fault,) = faults_of(asked)
    assert fault.key == asked
    assert "Did you mean 'baerum-2020'?" in fault.say("en")
    assert "Mente du «baerum-2020»?" in fault.say("nb")
    check_words(fault)


@pytest.mark.parametrize("asked", ["zzz", "", "no/such/folder", "no/base.toml"])
def test_unknown_scenario_lists_those_there_are(asked):
    (fault,) = faults_of(asked)
    assert "Did you mean" not in fault.say("en")
    assert "Shipped: baerum-2020" in fault.say("en")
    check_words(fault)


def test_folder_without_base_file_says_so(tmp_path):
    (fault,) = faults_of(tmp_path)
    assert "is a folder with a base.toml" in fault.say("en")


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ("interest-plus-3", "interest-plus-2"),
        ("housing-minus20", "housing-minus-20"),
        ("equalisation", "equalisation-64"),
    ],
)
def test_unknown_change_proposes_the_nearest(asked, near):
    (fault,) = faults_of(DEFAULT, asked)
    assert (fault.file, fault.key) == ("baerum-2020/changes", asked)
    assert f"Did you mean '{near}'?" in fault.say("en")
    assert f"Mente du «{near}»?" in fault.say("nb")
    check_words(fault)


def test_unknown_change_lists_those_there_are():
    (fault,) = faults_of(DEFAULT, "zzz")
    assert "Did you mean" not in fault.say("en")
    assert "housing-minus-20" in fault.say("en")


def test_missing_change_file(tmp_path):
    (fault,) = faults_of(DEFAULT, tmp_path / "gone.toml")
    assert "gone.toml" in fault.say("en")
    check_words(fault)


def test_two_unknown_changes_are_both_named():
    assert [fault.key for fault in faults_of(DEFAULT, "zzz", "yyy")] == ["zzz", "yyy"]
