"""The investment plan: projects and the rest are gross investment, places against users, proposals, words, files."""

import csv
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from conftest import rows_of

from ldip.analysis.investment_plan import (
    CLASS_OF,
    LINES,
    NEEDED,
    UNNAMED,
    investment_plan,
    lateness,
    spent_in_runs,
    unexplained,
)
from ldip.analysis.places import ONE, few_places, standing
from ldip.analysis.proposal import SIZES, propose
from ldip.analysis.statement import Accounts
from ldip.model import drivers
from ldip.model.accounts.inputs import People
from ldip.model.engine.simulate import built, run_baseline, simulate
from ldip.model.people.extra import extra_people
from ldip.model.people.housing import programme
from ldip.model.plan.baseline import build
from ldip.model.projects.portfolio import place_cost
from ldip.report.answers.accounts import lines_of
from ldip.report.answers.forms_2000 import FORM_1B, FORM_2A, FORM_2B, OPERATIONS
from ldip.report.answers.projects import blocks, class_rows, projects_text, spans
from ldip.report.answers.projects_charts import ticks, write_timeline
from ldip.report.answers.proposal import proposal_text
from ldip.scenario.files.reader import find, read, shipped, switch_off
from ldip.scenario.schema import Scenario

YEARS = 20
PROJECTS = """\
id,name_nb,name_en,area,housing_area,kind,purpose,phase,p50,p85,profile,start,opens,committed,service,places,in_plan,\
basis,source,note
home,Nytt sykehjem,New nursing home,care,,general,capacity,building,190,,70 106.589 13.41,2025,2027,0.6,care,40,yes,\
assumption,invented,kept
school,"Skole, sentrum","School, centre",schools,sentrum,general,capacity,planning,160,200,0.2 0.5 0.3,2031,,,\
schools,200,no,assumption,invented,
hall,Hall,Hall,,,general,service,approved,400,460,0.5 0.5,2030,,,,,no,assumption,invented,
water,Vannverk,Waterworks,,,water_waste,renewal,planning,60,,0.5 0.5,2032,,,,,no,assumption,invented,
flats,Boliger,Flats,,,housing,capacity,idea,20,,1,2033,,,,,no,assumption,invented,
kindergarten,Barnehage,Kindergarten,kindergartens,nordsida,general,capacity,idea,,,1,2034,2036,,kindergartens,80,no,\
assumption,invented,
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A municipality with six projects."""
    made: Path = tmp_path_factory.mktemp("scenario") / "with-projects"
    shutil.copytree(find("eksempelvik-2025").folder, made)
    (made / "projects.csv").write_text(PROJECTS, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def named(folder) -> Scenario:
    return read(str(folder)).scenario


@pytest.fixture(scope="module")
def plan(named):
    return investment_plan(named, years=YEARS, runs=600, seed=3)


@pytest.fixture(scope="module")
def bare(tmp_path_factory) -> Path:
    """The same without any."""
    made: Path = tmp_path_factory.mktemp("bare") / "without-projects"
    shutil.copytree(find("eksempelvik-2025").folder, made)
    (made / "projects.csv").unlink(missing_ok=True)
    return made


# Money


def test_projects_and_what_has_no_name_are_gross_investment(named, plan):
    ledger = run_baseline(build(named, YEARS))
    deflator = ledger["deflator_index"][:, 0]
    for total, gross in (
        (
            sum(it.nominal for it in plan.projects) + sum(plan.unnamed_nominal.values()),
            ledger["gross_investment"][:, 0],
        ),
        (
            sum(it.real for it in plan.projects) + sum(plan.unnamed.values()),
            ledger["gross_investment"][:, 0] / deflator,
        ),
    ):
        np.testing.assert_allclose(total, gross, atol=1e-9)
    for kind, line in LINES.items():
        np.testing.assert_allclose(plan.of_class(kind), ledger[line][:, 0] / deflator, atol=1e-9)
        assert plan.of_class(kind).any()
    assert set(UNNAMED) == set(CLASS_OF)


def test_what_is_spent_on_a_project_by_hand(plan):
    by_id = {it.project.id: it for it in plan.projects}
    np.testing.assert_allclose(by_id["hall"].real[4:8], [0.0, 200.0, 200.0, 0.0])
    np.testing.assert_allclose(by_id["school"].real[6:9], [32.0, 80.0, 48.0])
    assert not by_id["kindergarten"].real.any()
    assert by_id["home"].bound == pytest.approx(0.6 * 190.0, abs=0.01)
    assert by_id["hall"].bound == 0.0
    np.testing.assert_allclose(plan.of_area("schools"), by_id["school"].real)
    assert plan.areas[-1] is None


@pytest.mark.parametrize("runs", [1, 300, drivers.BLOCK + 70])
def test_projects_and_the_rest_are_gross_investment_in_every_run(named, runs):
    ledger = simulate(named, runs=runs, seed=11, years=YEARS, lines=NEEDED)
    ready = built(named, YEARS)
    found = []
    for first in range(0, runs, drivers.BLOCK):
        weather = drivers.weather(ready.process, 11, first, min(drivers.BLOCK, runs - first))
        chance = lateness(ready.baseline.portfolio, named.drivers, 11, first // drivers.BLOCK)
        found.append(spent_in_runs(ready.baseline, weather, *chance))
    spent = np.concatenate(found, axis=2) * ledger["deflator_index"]
    assert np.abs(unexplained(ledger, spent)).max() < 1e-9
    assert spent.any(axis=(1, 2)).sum() == 5


def test_the_fan_of_a_project_lies_around_its_plan(plan):
    place = next(i for i, it in enumerate(plan.projects) if it.project.id == "hall")
    low, median, high = plan.futures.total[:, place]
    assert low < median < high
    assert low < 400.0 < high
    assert plan.futures.real.mean[place].sum() > 0.0
    assert (plan.futures.nominal.mean[place] >= plan.futures.real.mean[place] - 1e-9).all()


# Places


def test_places_by_hand(named):
    """Needed: residents at the end of the year x coverage x place_cost of each row, as places of the service."""
    baseline = build(named, YEARS)
    lead = int(named.investment.capacity_lead.value)
    found = {it.service: it for it in standing(named, baseline)}
    for service, it in found.items():
        cost, t = place_cost(named, service), 9
        people = baseline.population.closing[:, 2 + t + lead]
        ages = {group.group: (group.age_from, group.age_to) for group in named.population}
        needed = 0.0
        for row in (row for row in named.demand if row.service == service):
            low, high = ages[row.group]
            users = sum(people[place] for place, of in enumerate(named.ages) if low <= of.age <= high)
            needed += users * row.coverage * row.place_cost / cost
        assert it.needed[t] == pytest.approx(needed)
        assert it.years[t] == 2025 + t + lead
        np.testing.assert_allclose(it.lacking, np.maximum(it.needed - it.there, 0.0))
    assert found["schools"].named.tolist() == [200.0 if year >= 2034 else 0.0 for year in found["schools"].years]
    assert found["care"].named.tolist() == [40.0] * YEARS
    assert found["kindergartens"].named[-1] == 80.0
    care = found["care"]
    assert care.short.tolist() == [year for year, lack in zip(care.years, care.lacking, strict=True) if lack > 0.5]


def test_what_lacks_is_what_the_accounts_build_without_a_name(named):
    baseline = build(named, YEARS)
    ledger = run_baseline(baseline)
    built_so_far = sum(
        np.maximum.accumulate(it.lacking) * place_cost(named, it.service) for it in standing(named, baseline)
    )
    capacity = np.cumsum(ledger["capacity_investment"][:, 0] / ledger["deflator_index"][:, 0])
    np.testing.assert_allclose(capacity, built_so_far, atol=1e-9)


def test_how_often_places_are_too_few_is_what_the_accounts_build(folder):
    """In the first year after the plan the accounts build exactly where places are too few, if no project is late."""
    named = switch_off(read(str(folder)), ("project_delay",), ()).scenario
    t, runs = named.scenario.plan_years, 2000
    found = investment_plan(named, years=YEARS, runs=runs, seed=5)
    ledger = simulate(named, runs=runs, seed=5, years=YEARS, lines=["care_capacity"])
    care = next(it for it in found.places if it.service == "care")
    lacking = ledger["care_capacity"][t] / place_cost(named, "care") - care.there[t]
    assert found.futures.few["care"][t] == pytest.approx(float((lacking > 0.5).mean()))
    assert 0.02 < found.futures.few["care"][t] < 0.999


def test_how_often_places_are_too_few_within_sampling_error_of_a_count(named, plan):
    """Counted run by run with another seed: each project late by its own whole and part years."""
    ready, runs = built(named, YEARS), 500
    baseline = ready.baseline
    weather = drivers.weather(ready.process, 21, 0, runs)
    people = extra_people(baseline.response, weather)
    chance = lateness(baseline.portfolio, named.drivers, 21, 0)
    counted = few_places(named, baseline, people, chance[1][:, :, :runs])
    for it in plan.places:
        share, told = counted[it.service] / runs, plan.futures.few[it.service]
        pooled = np.maximum((share * runs + told * plan.futures.runs) / (runs + plan.futures.runs), 1e-3)
        error = np.sqrt(np.maximum(pooled * (1.0 - pooled), 1e-3) * (1.0 / runs + 1.0 / plan.futures.runs))
        assert (np.abs(share - told) < 4.5 * error).all()
    schools = next(it for it in plan.places if it.service == "schools")
    own = baseline.portfolio.ids.index("school")
    _, late = drivers.project_chance(baseline.portfolio.keys, 21, 0)
    expected = named.drivers.project_delay.planning.value
    number, cost = 0, place_cost(named, "schools")
    t = 9
    for run in range(runs):
        delay = min(late[own, run] * expected, 4.0)
        whole, part = int(delay), delay - int(delay)
        year = schools.years[t]
        there = schools.opening + schools.programme[t]
        there += 200.0 * ((1.0 - part) * (year >= 2034 + whole) + part * (year >= 2035 + whole))
        extra = People(*people).school_places[t, run] / cost
        number += schools.needed[t] + extra - there > 0.5
    assert counted["schools"][t] == number


def test_districts_by_hand(named, plan):
    found = {it.area: it for it in plan.districts}
    assert found["sentrum"].places["schools"][[8, 9]].tolist() == [0.0, 200.0]
    assert found["nordsida"].places["kindergartens"][-1] == 80.0
    flats, houses = programme(named, np.arange(2025, 2045))[list(named.housing.areas).index("sentrum")].sum(axis=1)
    assert found["sentrum"].dwellings[-1] == pytest.approx(flats + houses)
    pupils = sum(flats * row.flat + houses * row.house for row in named.ages if 6 <= row.age <= 15)
    assert found["sentrum"].users["schools"][-1] == pytest.approx(pupils)
    share = next(row.place_cost for row in named.demand if row.service == "schools") / place_cost(named, "schools")
    assert found["sentrum"].needed["schools"][-1] == pytest.approx(share * pupils)


# Proposals


@pytest.mark.parametrize("name", [*(place.name for place in shipped()), "with projects"])
def test_proposals_leave_nothing_without_a_name(name, folder):
    scenario = read(str(folder) if name == "with projects" else name).scenario
    found = propose(scenario, years=YEARS)
    assert found.projects
    assert found.cost_before > 100.0
    rest = sum(ONE * place_cost(scenario, service) for service in SIZES)  # no building for half a place
    assert found.cost_after <= rest
    assert all(left <= ONE for left in found.after.values())
    laid = scenario.model_copy(update={"projects": (*scenario.projects, *found.projects)})
    ledger = run_baseline(build(laid, YEARS))
    assert (ledger["capacity_investment"] / ledger["deflator_index"]).sum() <= rest
    for service in SIZES:
        own = [project for project in found.projects if project.service == service]
        places = sum(project.places for project in own)
        assert places < found.before[service] + SIZES[service] + 1.0, "no more than one building too many"
        for project in own:
            assert project.p50 == pytest.approx(project.places * place_cost(scenario, service))
            assert (project.phase, project.purpose, project.basis) == ("idea", "capacity", "assumption")
            assert project.start + len(project.profile) == project.opening
            assert project.housing_area in scenario.housing.areas


def test_a_proposal_is_a_table_that_passes_and_keeps_the_rows(ldip, here, folder):
    shutil.copytree(folder, here / "mine")
    shutil.rmtree(here / "mine" / "changes")  # they name other projects
    before = (here / "mine" / "projects.csv").read_text(encoding="utf-8")
    refused = ldip("projects", "mine", "--propose", "mine/projects.csv")
    assert refused.code == 1
    assert "--overwrite" in refused.err
    assert (here / "mine" / "projects.csv").read_text(encoding="utf-8") == before
    said = ldip("projects", "mine", "--propose", "mine/projects.csv", "--overwrite", "--care", "30")
    assert said.code == 0, said.err
    rows = list(csv.reader((here / "mine" / "projects.csv").read_text(encoding="utf-8").splitlines()))
    old = list(csv.reader(before.splitlines()))
    assert [row[: len(old[0])] for row in rows[: len(old)]] == old
    assert "proposed-care-1" in [row[0] for row in rows]
    assert ldip("scenario", "check", "mine").code == 0
    accounts = Accounts(read("mine").scenario, YEARS)
    assert accounts.sum("capacity_investment").sum() < ONE * place_cost(accounts.scenario, "care")
    again = ldip("projects", "mine", "--propose", "more.csv", "--lang", "en")
    assert again.code == 0
    assert "nothing to propose" in again.out
    assert not (here / "more.csv").exists()


def test_a_proposal_for_a_scenario_without_projects(ldip, here, bare):
    shutil.copytree(bare, here / "mine")
    shutil.rmtree(here / "mine" / "changes")  # they name other projects
    said = ldip("projects", "mine", "--propose", "mine/projects.csv", "--json")
    told = json.loads(said.out)
    assert told["projects"][0]["id"].startswith("proposed-")
    assert told["capacity_investment"]["after"] < 0.01 * told["capacity_investment"]["before"]
    assert ldip("scenario", "check", "mine").code == 0
    assert proposal_text(None, [], "nb") == "\n"


# Words, files, pictures, forms


@pytest.mark.parametrize("lang", ["nb", "en"])
def test_the_plan_in_words(ldip, folder, lang):
    said = ldip("projects", folder, "--runs", "200", "--lang", lang)
    assert said.code == 0, said.err
    assert max(map(len, said.out.splitlines())) <= 100
    words = {
        "nb": (
            "Investeringer per prosjekt",
            "Skole, sentrum",
            "Bundet av kontrakt",
            "2025–28",
            "mangler",
        ),
        "en": ("Investment by project", "School, centre", "Bound by contract", "2025-28", "lacking"),
    }
    for word in words[lang]:
        assert word in said.out, word


@pytest.mark.parametrize(("lang", "words"), [("nb", "ingen navngitte prosjekter"), ("en", "no named projects")])
def test_a_scenario_without_projects_says_so(ldip, here, bare, lang, words):
    said = ldip("projects", bare, "--runs", "100", "--lang", lang, "--out", "out")
    assert said.code == 0, said.err
    assert words in " ".join(said.out.split())
    assert (here / "out" / "places.csv").exists()
    assert not (here / "out" / "projects.png").exists()


def test_files_and_json_say_the_same(ldip, here, folder):
    said = ldip("projects", folder, "--runs", "200", "--out", "out", "--json")
    told = json.loads(said.out)
    for name in ("project_list", "project_spending", "investment_by_class", "places", "districts"):
        rows = rows_of(here / "out" / f"{name}.csv")
        assert len(rows) == len(told[name]) > 0
    of_class = [row for row in told["investment_by_class"] if row["year"] == 2032]
    ledger = run_baseline(build(read(str(folder)).scenario, YEARS))
    assert sum(row["nominal"] for row in of_class) == pytest.approx(float(ledger["gross_investment"][7, 0]))
    assert {row["price_basis"] for row in told["project_spending"]} == {"nominal", "2025-kr (deflator)"}
    assert all(0.0 <= row["too_few"] <= 1.0 for row in told["places"])
    assert (here / "out" / "projects.png").read_bytes().startswith(b"\x89PNG")
    assert "Nytt sykehjem" in (here / "out" / "projects.svg").read_text(encoding="utf-8")


def test_no_pictures_and_few_years(ldip, here, folder):
    said = ldip("projects", folder, "--runs", "1", "--years", "4", "--out", "out", "--no-pictures")
    assert said.code == 0, said.err
    assert not (here / "out" / "projects.png").exists()


def test_a_change_moves_the_plan(ldip, here, folder):
    Path("later.toml").write_text(
        '[change]\ntitle_nb = "Senere"\ntitle_en = "Later"\n[projects.hall]\nstart = 2034\n', encoding="utf-8"
    )
    said = ldip("projects", folder, "--runs", "1", "--change", "later.toml", "--json")
    hall = next(row for row in json.loads(said.out)["project_list"] if row["id"] == "hall")
    assert (hall["start"], hall["opens"]) == (2034, 2036)


def test_years_along_an_axis_reach_its_ends():
    assert ticks(2018, 2040, 12) == list(range(2018, 2041, 2))
    for last in range(2026, 2090):
        shown = ticks(2025, last, 6)
        assert (shown[0], shown[-1]) == (2025, last)
        assert len(shown) <= 9


def test_blocks_and_spans_of_years():
    names = [name for name, _ in blocks(np.arange(2025, 2045), "en")]
    assert names == ["2025-28", "2029-32", "2033-36", "2037-40", "2041-44"]
    assert len(blocks(np.arange(2025, 2085), "en")) == 5
    assert spans(np.array([2031, 2032, 2034]), "en") == "2031-2032, 2034"


def test_no_label_of_the_picture_is_cut_off(named, plan, tmp_path):
    from ldip.report.answers.projects_charts import draw_timeline
    from ldip.report.canvas import chart, style

    with style():
        for narrow in (False, True):
            figure = chart(4.0 if narrow else 8.0, 4.0)
            draw_timeline(figure, [it.project for it in plan.projects], plan.years, "nb", narrow=narrow)
            figure.savefig(tmp_path / "one.png", dpi=100)
            axes = figure.axes[0]
            inside = figure.bbox
            for text in (*axes.get_yticklabels(), *axes.get_xticklabels(), *axes.get_legend().get_texts()):
                box = text.get_window_extent()
                assert box.x0 >= inside.x0 - 1.0, text.get_text()
                assert box.x1 <= inside.x1 + 1.0, text.get_text()
                assert box.y0 >= inside.y0 - 1.0, text.get_text()
    write_timeline(tmp_path, [it.project for it in plan.projects], plan.years, "Eksempelvik", "en")
    assert (tmp_path / "projects.svg").exists()


def test_forms_show_what_is_named(named):
    accounts = Accounts(named, YEARS)

    def labels(form):
        return [line.label.en for line in lines_of(form, accounts, fixed_prices=True)]

    assert {"Named projects", "Other investment"} <= set(labels(FORM_2A))
    assert {"Hall", "School, centre", "Waterworks", "Flats", "Not named"} <= set(labels(FORM_2B))
    assert "Kindergarten" not in labels(FORM_2B)
    for form in (FORM_1B, OPERATIONS):
        assert any("project_running_cost" in line.of for line in lines_of(form, accounts, fixed_prices=True))
    for form in (FORM_2A, FORM_2B):
        lines = lines_of(form, accounts, fixed_prices=False)
        for line in (line for line in lines if line.parts):
            np.testing.assert_allclose(line.values, sum(lines[part].values for part in line.parts), atol=1e-9)
        total = next(line for line in lines if line.of == "gross_investment")
        np.testing.assert_allclose(total.values, accounts.ledger["gross_investment"][:, 0], atol=1e-7)


def test_tables_add_up_in_both_languages(named, plan):
    for lang in ("nb", "en"):
        rows = class_rows(plan, lang)

        def whole(row):
            return float(re.sub(r"[^\d-]", "", row[-1]))

        gross = whole(rows[-1])
        assert gross == pytest.approx(float(plan.gross.sum()), abs=0.6)
        named_in_all = next(whole(row) for row in rows if not row[0].startswith(" "))
        assert named_in_all + whole(rows[-2]) == pytest.approx(gross, abs=1.1)
        assert projects_text(plan, named, "T", lang).startswith("T\n")


@pytest.mark.slow
def test_report_and_workbook_tell_of_the_plan(ldip, here, folder, bare):
    from python_calamine import CalamineWorkbook

    assert ldip("report", folder, "--runs", "60", "--out", "r.html").code == 0
    page = (here / "r.html").read_text(encoding="utf-8")
    assert ">Investeringsplanen<" in page.replace("\n", "").replace("  ", "")
    assert ldip("workbook", folder, "--runs", "60", "--out", "w.xlsx", "--lang", "en").code == 0
    rows = CalamineWorkbook.from_path(here / "w.xlsx").get_sheet_by_name("Projects").to_python()
    hall = next(row for row in rows if row[0] == "Hall")
    assert hall[7:27][5:7] == [200.0, 200.0]
    assert ldip("workbook", bare, "--runs", "60", "--out", "none.xlsx").code == 0
    assert "Prosjekter" not in CalamineWorkbook.from_path(here / "none.xlsx").sheet_names
