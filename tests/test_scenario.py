"""Reading a scenario: what is shipped, how changes are laid over it, and that nothing in it is without a source."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from ldip.errors import InputError
from ldip.scenario.drivers import SHOCKS
from ldip.scenario.files.reader import DEFAULT, find, read, shipped, shipped_folder
from ldip.scenario.numbers import quantities
from ldip.scenario.quantities import Parameter
from ldip.scenario.rows import PLAN_LINES
from ldip.scenario.schema import Scenario

INVESTMENT_LINES = ("general_investment", "water_waste_investment", "housing_investment")
INPUTS = (
    "base.toml",
    "areas.csv",
    "plan.csv",
    "vintages.csv",
    "ages.csv",
    "population.csv",
    "demand.csv",
    "projects.csv",
    "history.csv",
    "published.csv",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(find(DEFAULT).folder, tmp_path / "kommune")


def write_change(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def rate_change(path: Path, rate: float, rest: str = "") -> str:
    quantity = f'{{ value = {rate}, basis = "assumption", source = "test"{rest} }}'
    return write_change(path, f"[interest]\nmoney_market_rate = {quantity}\n")


# What is shipped


def test_shipped_scenarios_are_listed_with_their_changes():
    found = {item.name: item.changes for item in shipped()}
    assert DEFAULT in found
    assert set(found[DEFAULT]) >= {"equalisation-64", "housing-minus-20", "housing-plus-10", "interest-plus-2"}


@pytest.mark.parametrize("item", shipped(), ids=lambda item: item.name)
def test_every_shipped_scenario_reads_alone_and_with_each_change(item):
    assert read(item.name).scenario.name == item.name
    for change in item.changes:
        assert read(item.name, [change]).scenario.name == f"{item.name}+{change}"


@pytest.mark.parametrize("change", shipped()[0].changes)
def test_every_shipped_change_changes_something_and_keeps_units(source, change):
    scenario = read(DEFAULT, [change]).scenario
    base, changed = quantities(source.scenario), quantities(scenario)
    assert base.keys() == changed.keys()
    assert any(base[key] != changed[key] for key in base) or scenario.projects != source.scenario.projects
    assert all(base[key].unit == changed[key].unit for key in base)


def test_default_scenario_is_baerum(scenario):
    assert read().scenario == scenario
    assert scenario.name == "baerum-2020"
    assert scenario.scenario.municipality == "Bærum"
    assert (scenario.scenario.first_year, scenario.scenario.plan_years) == (2020, 4)


@pytest.mark.parametrize(
    ("part", "field"),
    [
        (lambda s: s, "changes"),
        (lambda s: s.scenario, "name"),
        (lambda s: s.interest, "loan_margin"),
        (lambda s: s.interest.loan_margin, "value"),
        (lambda s: s.drivers.correlation.rate_own_tax, "value"),
        (lambda s: s.plan[0], "values"),
        (lambda s: s.population[0], "residents"),
        (lambda s: s.demand[0], "cost"),
    ],
)
def test_scenario_is_frozen(scenario, part, field):
    with pytest.raises(ValidationError, match="frozen"):
        setattr(part(scenario), field, None)


# Every number has a unit, a basis and a source


def test_every_quantity_has_unit_basis_and_source(scenario):
    found = quantities(scenario)
    assert len(found) > 60
    for key, quantity in found.items():
        assert quantity.unit.strip(), key
        assert quantity.basis in ("source", "derived", "assumption"), key
        assert min(map(len, quantity.source)) >= 3, key
        assert all(np.isfinite(list(quantity.numbers().values()))), key


def test_every_table_row_has_basis_and_source(scenario):
    for row in (*scenario.plan, *scenario.population, *scenario.demand):
        assert row.basis in ("source", "derived", "assumption"), row
        assert min(map(len, row.source)) >= 3, row
    for row in scenario.plan:
        assert row.unit == PLAN_LINES[row.line], row
        assert row.item.strip(), row
        assert row.item_nb.strip(), row
        assert len(row.values) == scenario.scenario.plan_years, row


def test_every_plan_line_is_there(scenario):
    assert {row.line for row in scenario.plan} == set(PLAN_LINES)


def test_key_paths_of_quantities_lead_to_them(scenario):
    for key, quantity in quantities(scenario).items():
        found = scenario
        for part in key.split("."):
            found = found[part] if isinstance(found, dict) else getattr(found, part)
        assert found is quantity


# Published totals


def test_plan_and_areas_sum_to_the_published_totals(scenario):
    investment = sum(scenario.plan_line(line) for line in INVESTMENT_LINES)
    np.testing.assert_allclose(investment, (2977.1, 2595.8, 2647.2, 2614.4), atol=0.05, rtol=0)
    frames = np.sum([area.frame for area in scenario.areas], axis=0)
    np.testing.assert_allclose(frames, (7855.7, 7951.9, 7928.2, 7964.1), atol=0.05, rtol=0)


def test_population_sums_to_the_published_totals(scenario):
    total = np.sum([group.residents for group in scenario.population], axis=0)
    np.testing.assert_allclose(total, [126841, 127718, 128740, 130363, 132097, 134152], atol=2, rtol=0)


def test_age_groups_cover_all_ages_once(scenario):
    for before, after in zip(scenario.population, scenario.population[1:], strict=False):
        assert after.age_from == before.age_to + 1
    assert scenario.population[0].age_from == 0


def test_plan_line_adds_the_rows_of_a_line(scenario):
    rows = [row.values for row in scenario.plan if row.line == "grants"]
    assert len(rows) > 1
    np.testing.assert_array_equal(scenario.plan_line("grants"), np.sum(rows, axis=0))


# Correlations


def test_correlation_matrix_is_a_correlation_matrix(scenario):
    matrix = scenario.drivers.correlation.matrix()
    assert matrix.shape == (len(SHOCKS), len(SHOCKS))
    np.testing.assert_array_equal(matrix, matrix.T)
    np.testing.assert_array_equal(np.diag(matrix), np.ones(len(SHOCKS)))
    assert np.linalg.eigvalsh(matrix).min() > 0.0


def test_correlations_stand_in_the_right_place(scenario):
    correlation = scenario.drivers.correlation
    matrix = correlation.matrix()
    order = ("rate", "national_tax", "own_tax", "completions")
    for row in range(4):
        for column in range(row + 1, 4):
            assert matrix[row, column] == getattr(correlation, f"{order[row]}_{order[column]}").value


# Dated parameters


def test_dated_parameter_steps_in_its_years():
    rate = Parameter(dated={"2030": 0.05, "2020": 0.01, "2024": 0.03}, unit="per year", basis="source", source="test")
    years = np.array([2010, 2019, 2020, 2021, 2023, 2024, 2025, 2029, 2030, 2031, 2060])
    expected = [0.01, 0.01, 0.01, 0.01, 0.01, 0.03, 0.03, 0.03, 0.05, 0.05, 0.05]
    np.testing.assert_array_equal(rate.at(years), expected)


def test_one_value_holds_in_all_years():
    share = Parameter(value=0.4, unit="share", basis="source", source="test")
    np.testing.assert_array_equal(share.at(np.arange(1990, 2100)), np.full(110, 0.4))


def test_zero_is_a_value():
    zero = Parameter(value=0.0, unit="share", basis="source", source="test")
    np.testing.assert_array_equal(zero.at(np.arange(2020, 2023)), np.zeros(3))


def test_shipped_rate_path_and_equalisation_reform(scenario):
    path = scenario.interest.money_market_rate.at(np.arange(2020, 2026))
    np.testing.assert_array_equal(path, [0.020, 0.025, 0.029, 0.030, 0.030, 0.030])
    reform = read(DEFAULT, ["equalisation-64"]).scenario.revenue.equalisation_rate
    np.testing.assert_array_equal(reform.at(np.arange(2022, 2026)), [0.60, 0.60, 0.64, 0.64])


def test_interest_plus_2_is_two_points_above_the_base_from_2021(scenario):
    years = np.arange(2021, 2040)
    higher = read(DEFAULT, ["interest-plus-2"]).scenario
    gap = higher.interest.money_market_rate.at(years) - scenario.interest.money_market_rate.at(years)
    np.testing.assert_allclose(gap, 0.02, atol=1e-12)
    assert higher.interest.reference_rate == scenario.interest.reference_rate


# Changes


def test_last_change_wins(tmp_path):
    other = rate_change(tmp_path / "low.toml", 0.01)
    first = read(DEFAULT, [other, "interest-plus-2"]).scenario
    last = read(DEFAULT, ["interest-plus-2", other]).scenario
    assert first.interest.money_market_rate.dated is not None
    assert last.interest.money_market_rate.value == 0.01
    assert last.interest.money_market_rate.dated is None


def test_changes_to_different_keys_do_not_disturb_each_other(scenario):
    one = read(DEFAULT, ["interest-plus-2", "housing-minus-20"]).scenario
    two = read(DEFAULT, ["housing-minus-20", "interest-plus-2"]).scenario
    assert one.model_dump(exclude={"changes"}) == two.model_dump(exclude={"changes"})
    assert one.housing.pace.value == 0.8
    assert one.housing.reference_completions == scenario.housing.reference_completions


def test_change_replaces_value_basis_and_source_together(scenario):
    changed = read(DEFAULT, ["housing-minus-20"]).scenario.housing.pace
    assert changed.source != scenario.housing.pace.source
    assert changed.unit == "ratio"


def test_change_keeps_the_unit_when_it_gives_none(tmp_path):
    without = read(DEFAULT, [rate_change(tmp_path / "a.toml", 0.04)]).scenario.interest.money_market_rate
    given = read(DEFAULT, [rate_change(tmp_path / "b.toml", 0.04, ', unit = "per year"')]).scenario
    assert without.unit == "per year"
    assert given.interest.money_market_rate == without


def test_change_may_mend_a_source_alone(tmp_path, scenario):
    path = write_change(tmp_path / "s.toml", '[interest.loan_margin]\nsource = "the bank\'s letter"\n')
    changed = read(DEFAULT, [path]).scenario.interest.loan_margin
    assert changed.source.en == "the bank's letter"
    assert changed.dated == scenario.interest.loan_margin.dated


def test_change_touches_nothing_else(tmp_path, scenario):
    changed = read(DEFAULT, [rate_change(tmp_path / "rate.toml", 0.01)]).scenario
    base = quantities(scenario)
    differing = [key for key, quantity in quantities(changed).items() if quantity != base[key]]
    assert differing == ["interest.money_market_rate"]


def test_change_may_be_a_path_and_names_the_scenario(tmp_path):
    path = rate_change(tmp_path / "my-rate.toml", 0.04)
    found = read(DEFAULT, ["housing-minus-20", path]).scenario
    assert found.changes == ("housing-minus-20", "my-rate")
    assert found.name == "baerum-2020+housing-minus-20+my-rate"


def test_change_may_be_a_relative_path(tmp_path, monkeypatch):
    rate_change(tmp_path / "near.toml", 0.04)
    monkeypatch.chdir(tmp_path)
    assert read(DEFAULT, ["near.toml"]).scenario.name == "baerum-2020+near"


def test_resolved_name_follows_the_order_of_the_changes():
    found = read(DEFAULT, ["interest-plus-2", "housing-minus-20"]).scenario
    assert found.name == "baerum-2020+interest-plus-2+housing-minus-20"


def test_empty_change_changes_only_the_name(tmp_path, scenario):
    path = write_change(tmp_path / "nothing.toml", '[change]\ntitle_nb = "Ingenting"\ntitle_en = "Nothing"\n')
    found = read(DEFAULT, [path]).scenario
    assert found.model_dump(exclude={"changes"}) == scenario.model_dump(exclude={"changes"})


def test_reading_with_a_change_leaves_the_base_as_it_was(scenario):
    read(DEFAULT, ["interest-plus-2"])
    assert read(DEFAULT).scenario == scenario


# Files


def test_digests_are_those_of_the_files_read(source):
    assert set(source.files) == {f"baerum-2020/{name}" for name in INPUTS}
    for shown, digest in source.files.items():
        assert digest == hashlib.sha256((shipped_folder() / shown).read_bytes()).hexdigest()


def test_digests_hold_the_changes_too(tmp_path):
    path = Path(rate_change(tmp_path / "my-rate.toml", 0.04))
    files = read(DEFAULT, ["housing-minus-20", str(path)]).files
    shipped_change = "baerum-2020/changes/housing-minus-20.toml"
    assert set(files) == {*(f"baerum-2020/{name}" for name in INPUTS), shipped_change, path.as_posix()}
    assert files[path.as_posix()] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert files[shipped_change] == hashlib.sha256((shipped_folder() / shipped_change).read_bytes()).hexdigest()


def test_reads_a_copied_folder_and_its_base_file(folder, scenario):
    copied = read(str(folder))
    assert copied.scenario == scenario
    assert set(copied.files) == {f"kommune/{name}" for name in INPUTS}
    assert read(str(folder / "base.toml")) == copied
    assert read(f"{folder}/") == copied


def test_reads_a_folder_relative_to_where_one_stands(folder, scenario, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert read("kommune").scenario == scenario
    monkeypatch.chdir(folder)
    assert read("base.toml").scenario == scenario
    assert read(".").scenario == scenario


def test_copied_folder_has_its_own_changes(folder):
    rate_change(folder / "changes" / "ours.toml", 0.01)
    assert read(str(folder), ["ours"]).scenario.interest.money_market_rate.value == 0.01


@pytest.mark.parametrize("name", INPUTS)
def test_byte_order_mark_does_not_matter(folder, scenario, name):
    path = folder / name
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read(str(folder)).scenario == scenario


@pytest.mark.parametrize("name", INPUTS)
def test_windows_line_endings_do_not_matter(folder, scenario, name):
    path = folder / name
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert read(str(folder)).scenario == scenario


def test_blank_lines_in_a_table_do_not_matter(folder, scenario):
    path = folder / "plan.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("\n", "\n\n"), encoding="utf-8")
    assert read(str(folder)).scenario == scenario


def test_scenario_survives_the_way_through_json(scenario):
    assert Scenario.model_validate_json(scenario.model_dump_json(exclude_defaults=True)) == scenario


# A file in the scenario's place


def test_a_change_file_in_the_scenarios_place_is_laid_over_what_it_extends(tmp_path, folder):
    change = tmp_path / "higher.toml"
    text = Path(rate_change(change, 0.05)).read_text(encoding="utf-8")
    assert read(str(change)).scenario == read(DEFAULT, [str(change)]).scenario
    assert read(str(change)).scenario.name == "baerum-2020+higher"
    change.write_text(f'[change]\nextends = "{folder.as_posix()}"\n{text}', encoding="utf-8")
    assert {name.split("/")[0] for name in read(str(change)).files if name.endswith(".csv")} == {folder.name}
    for wrong in ("nowhere", change.as_posix()):
        change.write_text(f'[change]\nextends = "{wrong}"\n{text}', encoding="utf-8")
        with pytest.raises(InputError):
            read(str(change))


def test_a_change_of_a_folder_is_laid_over_that_folder(folder):
    path = folder / "changes" / "housing-minus-20.toml"
    assert read(str(path)).scenario == read(str(folder), ["housing-minus-20"]).scenario


def test_a_base_file_under_another_name(folder):
    (folder / "base.toml").rename(folder / "next-year.toml")
    assert read(str(folder / "next-year.toml")).scenario.name == "baerum-2020"
    text = (folder / "next-year.toml").read_text(encoding="utf-8")
    (folder / "next-year.toml").write_text(text.replace("floating_share", "flyting_share"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(str(folder / "next-year.toml"))
    assert {fault.file for fault in caught.value.faults} == {"kommune/next-year.toml"}
