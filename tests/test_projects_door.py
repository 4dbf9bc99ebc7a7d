"""Named projects through the door: each fault told with file and line or key, and what a change makes of the list."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_bad_inputs import check_words
from test_soundness import rows_of, write_rows

import ldip
from ldip.errors import Fault, InputError
from ldip.model.engine.simulate import run_baseline
from ldip.model.people.housing import programme
from ldip.model.plan.baseline import build
from ldip.scenario.files.overlay import lay_over
from ldip.scenario.files.reader import change_names, read, shipped_folder
from ldip.scenario.files.tables import IN_TWO
from ldip.scenario.files.template import TEMPLATE
from ldip.scenario.files.writer import change_text
from ldip.scenario.projects import COLUMNS, KINDS, ONLY_IN_CHANGES, PHASES, PURPOSES, Project, built
from ldip.scenario.schema import Scenario
from ldip.text import Text

SCHOOL, EXTENSION, HALL, PIPES = "nordsida_skole", "nordsida_skole_utvidelse", "nordsida_hall", "ledningsnett_sentrum"

ROWS: dict[str, tuple[str, dict[str, str], str]] = {
    "p85_alone": (PIPES, {"p50": "", "p85": "20"}, "p85"),
    "p85_far": (SCHOOL, {"p85": "1900"}, "p85"),
    "not_of_this_kind": (PIPES, {"vat_share": "0.2"}, "vat_share"),
    "p85_below_p50": (SCHOOL, {"p85": "140"}, "p85"),
    "opens_too_early": (SCHOOL, {"opens": "2030"}, "opens"),
    "opens_unfinished": (SCHOOL, {"opens": "2033"}, "opens"),
    "places_without_service": (SCHOOL, {"service": ""}, "service"),
    "service_without_places": (PIPES, {"service": "care"}, "places"),
    "latest_too_early": (SCHOOL, {"earliest": "2032", "latest": "2030"}, "latest"),
    "start_outside": ("svommehall", {"latest": "2041"}, "start"),
    "curve": (SCHOOL, {"profile": "0.1 0.35 0.4"}, "profile"),
    "no_housing_area": (SCHOOL, {"housing_area": ""}, "before_dwellings"),
    "without_cost": ("energisparing", {"p50": "", "p85": ""}, "savings"),
    "starts_too_early": (HALL, {"start": "2034", "earliest": ""}, "start"),
    "alternative_to_itself": (EXTENSION, {"alternative_to": EXTENSION}, "alternative_to"),
    "circle": (SCHOOL, {"after": HALL}, "after"),
    "twice": (EXTENSION, {"id": SCHOOL, "alternative_to": ""}, "id"),
}
"""Kind of fault -> the project, the cells that bring it about, and the column where it is told."""

UNKNOWN: list[tuple[str, str, str, str]] = [
    (SCHOOL, "area", "scools", "misspelt_key"),
    (SCHOOL, "housing_area", "nordsida_nor", "misspelt_key"),
    (SCHOOL, "after", "nytt_sykehjemm", "misspelt_key"),
    (EXTENSION, "alternative_to", "nordsida_skol", "misspelt_key"),
    (SCHOOL, "service", "skole", "not_one_of"),
    (SCHOOL, "phase", "done", "not_one_of"),
    (SCHOOL, "start", "soon", "not_a_number"),
    (SCHOOL, "p50", "-5", "below_least"),
    (SCHOOL, "committed", "1.5", "above_most"),
    (SCHOOL, "name_en", "", "too_short"),
]

CHANGES: dict[str, tuple[str, str]] = {
    "not_a_project": ("[projects]\nnordsida_skole = 2033\n", "projects"),
    "unknown_project": ("[projects.nordsida_skol]\nstart = 2033\n", "projects.nordsida_skol"),
    "missing_of_project": (
        '[projects.hotell]\nname_nb = "Hotell"\nname_en = "Hotel"\nkind = "general"\npurpose = "service"\n'
        'phase = "idea"\nbasis = "assumption"\nsource = "oppdiktet"\n',
        "projects.hotell.start",
    ),
    "above_most": ("[projects.svommehall]\nscale = 12.0\n", "projects.svommehall.scale"),
    "not_whole_number": ("[projects.svommehall]\nstart = 2041.5\n", "projects.svommehall.start"),
    "not_one_of": ('[projects.svommehall]\nphase = "done"\n', "projects.svommehall.phase"),
    "below_least": ("[projects.svommehall]\nstart = 2015\n", "projects.svommehall.start"),
    "opens_too_early": ("[projects.svommehall]\nopens = 2030\n", "projects.svommehall.opens"),
    "starts_too_early": ("[projects.nordsida_skole]\nstart = 2034\n", "projects.nordsida_hall.start"),
    "alternative_of_alternative": (
        '[projects.nordsida_skole]\nalternative_to = "svommehall"\n',
        "projects.nordsida_skole_utvidelse.alternative_to",
    ),
    "circle": ('[projects.nordsida_skole]\nafter = ["nordsida_hall"]\n', "projects.nordsida_skole.after"),
}
"""Kind of fault -> a change that brings it about, and the key where it is told."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(shipped_folder() / TEMPLATE, tmp_path / "kommune")


def put(folder: Path, project: str, **cells: str) -> int:
    """Write the cells into the project's row; the line that it stands in."""
    path = folder / "projects.csv"
    rows = rows_of(path)
    place = next(number for number, row in enumerate(rows) if row["id"] == project)
    rows[place] |= cells
    write_rows(path, rows)
    return place + 2


def faults_of(function: Callable[..., Any], *words: Any) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        function(*words)
    for fault in caught.value.faults:
        check_words(fault)
    return caught.value.faults


def changed(folder: Path, text: str) -> Scenario:
    path = folder / "changes" / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return read(str(folder), ["mine"]).scenario


def by_id(scenario: Scenario) -> dict[str, Project]:
    return {project.id: project for project in scenario.projects}


# What the table says


@pytest.mark.parametrize("kind", ROWS)
def test_a_row_that_cannot_be_is_told_with_line_and_column(folder, kind):
    project, cells, column = ROWS[kind]
    line = put(folder, project, **cells)
    faults = [fault for fault in faults_of(read, str(folder)) if fault.kind == kind]
    assert [(fault.file, fault.key) for fault in faults] == [(f"kommune/projects.csv:{line}", column)]


@pytest.mark.parametrize("kind", sorted(set(ROWS) - {"twice", "without_cost"}))
def test_such_a_row_is_one_fault(folder, kind):
    project, cells, _ = ROWS[kind]
    put(folder, project, **cells)
    assert [fault.kind for fault in faults_of(read, str(folder))] == [kind]


@pytest.mark.parametrize(("project", "column", "cell", "kind"), UNKNOWN)
def test_a_cell_that_is_not_known_there(folder, project, column, cell, kind):
    line = put(folder, project, **{column: cell})
    fault = faults_of(read, str(folder))[0]
    assert (fault.kind, fault.file, fault.key) == (kind, f"kommune/projects.csv:{line}", column)


def test_a_column_that_is_not_there_or_not_known(folder):
    path = folder / "projects.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",purpose,", ",purpos,", 1), encoding="utf-8")
    found = {(fault.kind, fault.key) for fault in faults_of(read, str(folder))}
    assert found == {("missing", "purpose"), ("misspelt_key", "purpos")}


def test_all_faults_of_a_file_are_told_at_once(folder):
    put(folder, SCHOOL, p85="1", area="x")
    put(folder, "svommehall", opens="2040", latest="2041")
    put(folder, PIPES, service="care")
    kinds = sorted(fault.kind for fault in faults_of(read, str(folder)))
    assert kinds == ["opens_too_early", "p85_below_p50", "service_without_places", "start_outside", "unknown_choice"]


def test_more_than_the_plan_has_is_told_with_line_of_the_plan_and_year(folder):
    put(folder, "nytt_sykehjem", p50="300", p85="", profile="1", grant_share="0")
    (fault,) = faults_of(lambda: build(read(str(folder)).scenario, 20))
    assert (fault.kind, fault.key) == ("more_than_planned", "general_investment.2025")
    put(folder, "nytt_sykehjem", grant_share="0.2")
    keys = [fault.key for fault in faults_of(lambda: build(read(str(folder)).scenario, 20))]
    assert keys == ["general_investment.2025", "grants.2025"]
    put(folder, "nytt_sykehjem", in_plan="no")
    build(read(str(folder)).scenario, 20)


# What a change says


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_that_cannot_be_is_told_with_file_and_key(folder, kind):
    text, key = CHANGES[kind]
    (fault,) = faults_of(changed, folder, text)
    assert (fault.kind, fault.file, fault.key) == (kind, "kommune/changes/mine.toml", key)


def test_a_key_that_no_project_has_is_told_with_the_nearest(folder):
    (fault,) = faults_of(changed, folder, "[projects.svommehall]\nstrat = 2040\n")
    assert (fault.kind, fault.key) == ("misspelt_key", "projects.svommehall.strat")
    assert "start" in fault.say("en")


def test_what_two_changes_do_together_is_told_of_the_one_that_moved(folder):
    (folder / "changes" / "other.toml").write_text("[projects.svommehall]\nstart = 2043\n", encoding="utf-8")
    (folder / "changes" / "late.toml").write_text("[projects.nordsida_skole]\nstart = 2034\n", encoding="utf-8")
    for changes in (["late", "other"], ["other", "late"]):
        (fault,) = faults_of(read, str(folder), changes)
        assert (fault.kind, fault.file) == ("starts_too_early", "kommune/changes/late.toml")


def test_the_same_change_laid_over_from_python(folder):
    source = read(str(folder))
    tree = {"projects": {"svommehall": {"start": 2040}}}
    laid = lay_over(source, tree, "mine", Text("a", "b")).scenario
    assert laid == changed(folder, "[projects.svommehall]\nstart = 2040\n").model_copy(
        update={"changes": laid.changes}
    )
    (fault,) = faults_of(lay_over, source, {"projects": {SCHOOL: {"start": 2034}}}, "mine", Text("a", "b"))
    assert (fault.kind, fault.file) == ("starts_too_early", "mine")


def test_a_change_moves_the_opening_along_unless_it_says_when(folder):
    before = by_id(read(str(folder)).scenario)[SCHOOL]
    assert before.opens == 2035
    hall = f"[projects.{HALL}]\nstart = 2040\n"
    after = changed(folder, f"[projects.{SCHOOL}]\nstart = 2033\n{hall}")
    assert (by_id(after)[SCHOOL].start, by_id(after)[SCHOOL].opening) == (2033, 2037)
    assert by_id(after)[HALL].opening == 2042, "no year stated: the year after the last of spending"
    assert after.adopted_projects == read(str(folder)).scenario.projects
    stated = changed(folder, f"[projects.{SCHOOL}]\nstart = 2033\nopens = 2038\n{hall}")
    assert by_id(stated)[SCHOOL].opening == 2038


def test_dwellings_wait_for_the_school_of_their_area(folder):
    years = np.arange(2025, 2045)
    place = list(read(str(folder)).scenario.housing.areas).index("nordsida_nord")

    def first(scenario: Scenario) -> int:
        return int(years[np.flatnonzero(programme(scenario, years)[place].sum(axis=0))[0]])

    assert first(read(str(folder)).scenario) == 2035
    assert first(read(str(folder), ["school-two-years-later"]).scenario) == 2037
    assert first(read(str(folder), ["extension-instead-of-school"]).scenario) == 2035


def test_dropping_builds_the_alternative(folder):
    assert EXTENSION not in {project.id for project in built(read(str(folder)).scenario.projects)}
    after = changed(folder, f"[projects.{SCHOOL}]\ndropped = true\n")
    ids = {project.id for project in built(after.projects)}
    assert EXTENSION in ids
    assert SCHOOL not in ids
    spent = run_baseline(build(after, 20))["project_investment"][:, 0].sum()
    assert spent < run_baseline(build(read(str(folder)).scenario, 20))["project_investment"][:, 0].sum()


def test_a_change_scales_cost_and_places(folder):
    after = by_id(changed(folder, "[projects.omsorgssenter_trinn_3]\nscale = 0.5\n"))["omsorgssenter_trinn_3"]
    assert (after.cost, after.net_places) == (52.0, 10.0)


def test_a_change_adds_a_project(folder):
    text = (
        '[projects.ny_havn]\nname_nb = "Ny havn"\nname_en = "New harbour"\nkind = "general"\n'
        'purpose = "infrastructure"\nphase = "idea"\nstart = 2035\np50 = 60\nprofile = [0.5, 0.5]\n'
        'after = ["storelva_bru"]\nbasis = "assumption"\nsource = "oppdiktet"\n'
    )
    after = changed(folder, text)
    assert by_id(after)["ny_havn"].opening == 2037
    assert len(after.projects) == len(after.adopted_projects) + 1
    spent = run_baseline(build(after, 20))["project_investment"][:, 0]
    assert spent[10] > run_baseline(build(read(str(folder)).scenario, 20))["project_investment"][10, 0] + 60 / 2


def test_a_change_in_memory_is_written_as_it_was(folder):
    tree: dict[str, Any] = {
        "projects": {
            SCHOOL: {"dropped": True},
            "svommehall": {"start": 2040, "profile": [0.25, 0.75], "after": ["storelva_bru"], "scale": 0.5},
        }
    }
    laid = lay_over(read(str(folder)), tree, "mine", Text("a", "b")).scenario
    text = change_text(laid, tree, Text("a", "b"), str(folder))
    assert changed(folder, text).projects == laid.projects


# What is shipped


def test_without_the_table_nothing_is_named(folder):
    with_it = run_baseline(build(read(str(folder)).scenario, 20))
    (folder / "projects.csv").unlink()
    scenario = read(str(folder)).scenario
    assert scenario.projects == ()
    without = run_baseline(build(scenario, 20))
    for line in ("project_investment", "project_water_waste", "project_housing", "project_running_cost"):
        assert not without[line].any()
        assert with_it[line].any()
    for line in ("completions", "closing_residents"):
        assert np.array_equal(with_it[line], without[line]), line
    for line in ("general_investment", "water_waste_investment", "housing_investment", "grants", "vat_compensation"):
        assert np.allclose(with_it[line][:4], without[line][:4]), f"the plan's own {line}"
    header = ",".join(rows_of(shipped_folder() / TEMPLATE / "projects.csv")[0])
    (folder / "projects.csv").write_text(header + "\n", encoding="utf-8")
    assert {fault.kind for fault in faults_of(read, str(folder))} == {"no_rows"}


def test_the_template_uses_every_column_phase_kind_and_purpose():
    path = shipped_folder() / TEMPLATE / "projects.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    columns = [name for column in COLUMNS for name in (IN_TWO if column == "source" else (column,))]
    assert [name for name in header if name != "note"] == columns
    rows = rows_of(path)
    assert 20 <= len(rows) <= 25
    for name in columns:
        assert any(row[name] for row in rows), name
    for name, wanted in (("kind", KINDS), ("purpose", PURPOSES), ("phase", PHASES)):
        assert {row[name] for row in rows} == set(wanted)
    assert {row["basis"] for row in rows} == {"placeholder"}
    assert {bool(row["p85"]) for row in rows} == {True, False}
    assert not set(ONLY_IN_CHANGES) & set(header)


def test_what_baerum_prints_of_its_projects_has_a_line_of_the_text():
    scenario = read("baerum-2020").scenario
    assert all("line" in project.source.en for project in scenario.projects)
    assert [project.id for project in scenario.projects if project.p50] == ["high_reservoir"]
    assert all(project.in_plan == "yes" for project in scenario.projects)
    closing = [project.id for project in scenario.projects if project.places_closed]
    assert closing == ["jarenga_kindergarten"], (
        "what closes is not printed, but that large kindergartens replace small"
    )


@pytest.mark.parametrize("name", ["baerum-2020", TEMPLATE])
def test_every_shipped_change_of_projects_moves_the_accounts(name):
    folder = shipped_folder() / name
    texts = {change: (folder / "changes" / f"{change}.toml").read_text("utf-8") for change in change_names(folder)}
    changes = [change for change, text in texts.items() if "[projects." in text]
    assert changes
    base = run_baseline(build(read(name).scenario, 20))["closing_debt"]
    for change in changes:
        assert not np.allclose(run_baseline(build(read(name, [change]).scenario, 20))["closing_debt"], base), change


def test_a_case_in_python_knows_a_change_of_projects():
    assert ldip.load(TEMPLATE).with_change("extension-instead-of-school")


def test_what_has_begun_cannot_be_moved_but_dropped(folder):
    put(folder, "storelva_bru", start="2023", earliest="", latest="", profile="0.2 0.2 0.6")
    with pytest.raises(InputError) as caught:
        changed(folder, "[projects.storelva_bru]\nstart = 2026\n")
    assert [(fault.kind, fault.key) for fault in caught.value.faults] == [
        ("has_begun", "projects.storelva_bru.start")
    ]
    assert changed(folder, "[projects.storelva_bru]\ndropped = true\n")


def test_a_project_of_the_plan_without_a_cost_stays(tmp_path):
    file = tmp_path / "change.toml"
    file.write_text("[change]\nformat = 3\n[projects.oksenoya_care_centre]\ndropped = true\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read("baerum-2020", (str(file),))
    (fault,) = caught.value.faults
    assert (fault.kind, fault.key) == ("cost_not_known", "projects.oksenoya_care_centre.dropped")


@pytest.mark.parametrize("value", ["inf", "nan", "-inf"])
def test_years_that_are_none_are_told(folder, value):
    with pytest.raises(InputError) as caught:
        changed(folder, f"[projects.svommehall]\nstart = {value}\n")
    assert caught.value.faults[0].key == "projects.svommehall.start"
