"""The shipped fictitious municipality, and starting one's own from it."""

import re

import numpy as np
import pytest
from conftest import snapshot

from ldip.model.engine.simulate import run_baseline, simulate
from ldip.model.identities import residuals
from ldip.model.plan.baseline import build
from ldip.scenario.files.reader import change_names, read, shipped
from ldip.scenario.files.template import TEMPLATE, scenario_name, write_new
from ldip.scenario.numbers import numbers


@pytest.fixture(scope="module")
def fictitious():
    return read(TEMPLATE).scenario


def test_it_says_that_it_is_invented(fictitious):
    found = next(found for found in shipped() if found.name == TEMPLATE)
    assert "oppdiktet" in found.title.nb
    assert "fictitious" in found.title.en
    assert "oppdiktet" in fictitious.scenario.municipality
    own = [number for number in numbers(fictitious, "nb") if not number.key.startswith(("drivers.", "ages"))]
    assert {number.basis for number in own} == {"placeholder"}


def test_another_first_year_another_size(fictitious):
    """Prices of 2025 are 1 in 2025, every identity holds, and it is a tenth of Bærum."""
    baseline = build(fictitious, 20)
    ledger = run_baseline(baseline)
    assert ledger["deflator_index"][0, 0] == 1.0
    assert 12_000 < ledger["closing_residents"][0, 0] < 13_000
    for name, gap in residuals(ledger, baseline.opening).items():
        assert np.abs(gap).max() < 1e-9, name
    runs = simulate(fictitious, runs=500, seed=1, years=20)
    for name, gap in residuals(runs, baseline.opening).items():
        assert np.abs(gap).max() < 1e-8, name


@pytest.mark.parametrize(
    "command",
    [
        ("simulate", "--runs", "200"),
        ("compare", "{}", "{}+housing-minus-20", "--runs", "200"),
        ("stress", "--runs", "200"),
        ("restructure", "--runs", "200"),
        ("plan",),
        ("population", "--runs", "200"),
        ("scenario", "show", "--assumptions"),
        ("scenario", "check"),
    ],
    ids=lambda command: "-".join(command[:2]).replace("{}", "two"),
)
def test_every_command_knows_it(ldip, here, command):
    words = [word.format(TEMPLATE) for word in command]
    if not any(TEMPLATE in word for word in words):
        words.insert(2 if words[0] == "scenario" else 1, TEMPLATE)
    said = ldip(*words, "--lang", "en") if words[1] != "show" else ldip(*words)
    assert said.code == 0, said.err
    assert "2020-kr" not in said.out, "prices are of its own first year"


def test_a_new_scenario_works_at_once(ldip, here):
    said = ldip("scenario", "new", "Nordre Åsvik", "--municipality", 'Nordre "Åsvik"')
    assert said.code == 0
    assert "ldip scenario check" in said.out
    scenario = read(str(here / "Nordre Åsvik")).scenario
    assert scenario.scenario.name == "nordre-asvik"
    assert scenario.scenario.municipality == 'Nordre "Åsvik"'
    assert "Eksempelvik" not in (here / "Nordre Åsvik" / "base.toml").read_text(encoding="utf-8")
    assert ldip("scenario", "check", "Nordre Åsvik").code == 0
    assert ldip("simulate", "Nordre Åsvik", "--runs", "100", "--change", "housing-minus-20").code == 0


@pytest.mark.parametrize("plan_years", [1, 2, 3, 5, 10])
@pytest.mark.parametrize("first_year", [1990, 2027, 2060])
def test_it_fits_at_once_in_any_years(tmp_path, first_year, plan_years):
    """The same plan later: every figure of the accounts is the template's, whose own years are the nearest."""
    write_new(tmp_path, "ny", "Ny", first_year=first_year, plan_years=plan_years)
    scenario = read(str(tmp_path)).scenario
    assert (scenario.scenario.first_year, scenario.scenario.plan_years) == (first_year, plan_years)
    assert scenario.name == "ny"
    build(scenario, 20)
    for change in change_names(tmp_path):
        changed = read(str(tmp_path), (change,)).scenario
        assert changed != scenario
        build(changed, 20)


@pytest.mark.parametrize("residents", [200, 4_500, 56_000, 700_000])
def test_amounts_in_proportion_to_the_residents(tmp_path, residents):
    """A municipality that is so many times the template has so many times its accounts, and the same shares."""
    write_new(tmp_path, "ny", "Ny", residents=residents)
    scenario, template = read(str(tmp_path)).scenario, read(TEMPLATE).scenario
    size = residents / sum(group.residents[1] for group in template.population)
    ours, theirs = (run_baseline(build(it, 20)) for it in (scenario, template))
    for line in ("closing_residents", "operating_revenue", "care_cost", "gross_investment", "closing_debt"):
        assert ours[line] == pytest.approx(size * theirs[line], rel=0.02), line
    assert ours["debt_ratio"] == pytest.approx(theirs["debt_ratio"], abs=0.01)
    assert ours["net_operating_result_share"] == pytest.approx(theirs["net_operating_result_share"], abs=0.003)


@pytest.mark.parametrize("origin", [TEMPLATE, "baerum-2020"])
def test_names_of_projects_say_no_other_number_of_places(tmp_path, origin):
    """*Nytt sykehjem, 60 plasser* in a municipality of 600 has three; unscaled it keeps its name."""
    for residents in (600, None):
        folder = tmp_path / str(residents)
        write_new(folder, "ny", "Ny", origin, residents=residents)
        projects = read(str(folder)).scenario.adopted_projects
        names = [name for project in projects for name in (project.name_nb, project.name_en)]
        assert any(re.search(r", \d+ \w+$", name) for name in names) == (residents is None), names


def test_sources_of_another_year_are_true(tmp_path):
    """They say the years that now are."""
    write_new(tmp_path, "ny", "Ny", first_year=2027, residents=37_000)
    assert "fra 2037 på" in read(str(tmp_path)).scenario.housing.areas["nordsida"].per_year.source.nb


def test_a_start_from_another_municipality_says_so_of_every_number(tmp_path):
    """Nothing of another's past comes along, and none of its numbers claims a source."""
    write_new(tmp_path, "ny", "Ny", "baerum-2020", 2027, 3)
    scenario = read(str(tmp_path)).scenario
    assert (scenario.published, scenario.history, scenario.vintages) == ((), (), ())
    assert {number.basis for number in numbers(scenario, "en")} == {"placeholder", "assumption"}
    for number in numbers(scenario, "en"):
        if number.basis == "assumption":
            assert number.key.startswith(("drivers.", "ages")), number.key


def test_nothing_is_overwritten(ldip, here):
    (here / "mine").mkdir()
    (here / "mine" / "base.toml").write_text("precious", encoding="utf-8")
    before = snapshot(here)
    said = ldip("scenario", "new", "mine", "--lang", "en")
    assert said.code == 1
    assert "not empty" in said.err
    assert snapshot(here) == before


def test_names_are_made_of_folders(tmp_path):
    assert scenario_name(tmp_path / "Østre Toten") == "ostre-toten"
    assert scenario_name(tmp_path / "Bærum 2024") == "baerum-2024"
    assert scenario_name(tmp_path / "…") == "kommune"


def test_prices_of_another_year_are_a_fault(ldip, here):
    ldip("scenario", "new", "mine")
    base = here / "mine" / "base.toml"
    text = base.read_text(encoding="utf-8")
    base.write_text(text.replace("mill. 2025-kr", "mill. 2024-kr", 1), encoding="utf-8")
    plan = here / "mine" / "plan.csv"
    plan.write_text(plan.read_text(encoding="utf-8").replace("mill. 2025-kr", "mill. 2020-kr", 1), encoding="utf-8")
    said = ldip("scenario", "check", "mine", "--lang", "en")
    assert said.code == 1
    assert "mine/base.toml: housing.developer_contribution.unit = mill. 2024-kr per dwelling" in said.err
    assert "the unit must be 'mill. 2025-kr per dwelling'" in said.err
    base.write_text(text.replace("value = 40.0, unit", "value = -1.0, unit", 1), encoding="utf-8")
    for lang, words in (("nb", "ventet mill. 2025-kr mellom 0"), ("en", "expected mill. 2025-kr between 0")):
        assert words in ldip("scenario", "check", "mine", "--lang", lang).err, "limits too are in its own prices"
    assert "mine/plan.csv:2: unit = mill. 2020-kr: the unit must be 'mill. 2025-kr'" in said.err
