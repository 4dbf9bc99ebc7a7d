"""A change keeps what was before it, shifts and scales paths, and is found, checked and told with its own folder."""

import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ldip
from ldip.analysis.checking import check
from ldip.cli import main
from ldip.errors import InputError, Notice
from ldip.scenario import paths
from ldip.scenario.correlations import conflict, holds, nearest
from ldip.scenario.drivers import SHOCKS
from ldip.scenario.files.overlay import lay_over, lay_values
from ldip.scenario.files.reader import (
    alternative,
    change_names,
    find,
    listed,
    read,
    seen_from,
    shipped,
    shipped_folder,
)
from ldip.scenario.files.reading import BASE
from ldip.scenario.files.template import TEMPLATE
from ldip.scenario.numbers import quantities
from ldip.scenario.quantities import Parameter
from ldip.scenario.schema import limits
from ldip.text import Text
from ldip.web.controls import CONTROLS, State
from ldip.web.exports import EXPORTS
from ldip.web.simulator import Simulator

CASES = Path(__file__).parent / "cases"
LATE = CASES / "change-from-a-later-year"
REASON = 'basis = "assumption", source = "test"'
RATE = "interest.money_market_rate"
YEARS = np.arange(2020, 2080)


def written(path: Path, text: str, heading: str = "") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'[change]\ntitle_nb = "x"\ntitle_en = "x"\n{heading}\n{text}\n', encoding="utf-8")
    return str(path)


def rate(entry: str) -> str:
    return f"[interest]\nmoney_market_rate = {{ {entry}, {REASON} }}"


def values(scenario, key: str = RATE, years: np.ndarray = YEARS) -> np.ndarray:
    return quantities(scenario)[key].at(years)


@pytest.fixture
def folder(tmp_path) -> Path:
    return shutil.copytree(shipped_folder() / TEMPLATE, tmp_path / "kommune")


def run(*words: str) -> None:
    main(list(words), standalone_mode=False)


# What becomes of a path

numbers = st.floats(-5.0, 5.0, allow_nan=False).map(lambda x: round(x, 4))
a_path = st.one_of(
    numbers.map(lambda value: {None: value}),
    st.dictionaries(st.integers(2015, 2050), numbers, min_size=1, max_size=6).map(lambda d: dict(sorted(d.items()))),
)
a_span = st.tuples(st.none() | st.integers(2010, 2060), st.none() | st.integers(2020, 2070)).filter(
    lambda span: None in span or span[0] <= span[1]
)
BY = {"value": lambda old, by: by, "shift": lambda old, by: old + by, "scale": lambda old, by: old * by}


def within(year: int, since: int | None, until: int | None) -> bool:
    return (since is None or year >= since) and (until is None or year <= until)


@given(path=a_path, way=st.sampled_from(paths.WAYS), by=numbers, span=a_span)
def test_a_moved_path_is_the_old_one_outside_its_years_and_moved_inside(path, way, by, span):
    new = paths.moved(path, way, by, 2020, *span)
    for year in range(2020, 2080):
        old = paths.at(path, year)
        wanted = BY[way](old, by) if within(year, *span) else old
        assert paths.at(new, year) == pytest.approx(wanted, rel=1e-11, abs=1e-11), year
        if not within(year, *span):
            assert paths.at(new, year) == old, "to the last bit"


@given(path=a_path, one=numbers, other=numbers, span=a_span)
def test_a_shift_on_a_shift_adds_up_and_a_shift_back_undoes_it(path, one, other, span):
    twice = paths.moved(paths.moved(path, "shift", one, 2020, *span), "shift", other, 2020, *span)
    once = paths.moved(path, "shift", one + other, 2020, *span)
    back = paths.moved(paths.moved(path, "shift", one, 2020, *span), "shift", -one, 2020, *span)
    for year in range(2020, 2080):
        assert paths.at(twice, year) == pytest.approx(paths.at(once, year), abs=1e-10)
        assert paths.at(back, year) == pytest.approx(paths.at(path, year), abs=1e-10)


@given(path=a_path, new=a_path.filter(lambda path: None not in path))
def test_dated_values_hold_from_their_first_year_and_the_path_before(path, new):
    begins = min(new)
    laid = paths.laid(path, new, 2020, since=begins)
    for year in range(2020, 2080):
        assert paths.at(laid, year) == paths.at(new if year >= begins else path, year)


def test_sums_are_written_as_they_are_meant():
    assert paths.moved({2020: 0.025, 2022: 0.029}, "shift", 0.02, 2020, 2021) == {
        2020: 0.025,
        2021: 0.045,
        2022: 0.049,
    }
    assert paths.moved({None: 0.7}, "scale", 0.1, 2020) == {None: 0.07}


BAERUM = read("baerum-2020")
MOVABLE = [
    key
    for key, number in quantities(BAERUM.scenario).items()
    if isinstance(number, Parameter) and not key.startswith("rules.own")
]


WITH_A_RULE = ("services.measures_delivery", "investment.slippage", "local_revenue.property_tax_rate")
"""Shares that chance spreads and that must stay shares with it, and a rate that may only rise as the law says."""


@pytest.mark.filterwarnings("ignore::ldip.errors.Notice")  # of years after the usual horizon
@settings(max_examples=60, deadline=None)
@given(
    key=st.sampled_from([key for key in MOVABLE if key not in WITH_A_RULE]),
    part=st.floats(0.01, 0.99),
    scale=st.floats(0.5, 1.5).map(lambda x: round(x, 3)),
    since=st.integers(2020, 2039),
    length=st.integers(0, 30),
)
def test_any_number_of_a_scenario_can_be_moved_from_any_year(key, part, scale, since, length):
    """From Python, which goes the way of a change file; what leaves the limits is told by what the change says."""
    old = values(BAERUM.scenario, key)
    low, high = limits(key)
    shift = (1.0 - part) * (low - old.min()) + part * (high - old.max())  # such that all of it stays inside
    inside = (since <= YEARS) & (since + length >= YEARS)
    for entry, wanted in (({"shift": shift}, old + shift), ({"scale": scale}, old * scale)):
        said = {**entry, "from": since, "to": since + length}
        if ((wanted < low) | (wanted > high))[inside].any():
            with pytest.raises(InputError) as caught:
                lay_values(BAERUM, {key: said}, "x")
            assert [(it.kind, it.key) for it in caught.value.faults] == [("moved_too_far", f"{key}.scale")]
            continue
        moved = values(lay_values(BAERUM, {key: said}, "x").scenario, key)
        np.testing.assert_array_equal(moved[~inside], old[~inside])
        np.testing.assert_allclose(moved[inside], wanted[inside], rtol=1e-10, atol=1e-10)


# Change files


def test_a_rate_from_a_later_year_keeps_the_path_before_it():
    found = values(read("baerum-2020", [str(LATE / "late.toml")]).scenario, years=np.arange(2020, 2040))
    np.testing.assert_array_equal(found, [0.02, 0.025, 0.029, *[0.03] * 7, *[0.05] * 10])


def test_a_year_after_the_usual_horizon_is_said():
    with pytest.warns(Notice, match=r"beyond.toml: .*money_market_rate.dated: 2045 is reached only with --years 26"):
        source = read("baerum-2020", [str(LATE / "beyond.toml")])
    assert values(source.scenario)[25] == 0.09


def test_years_before_the_scenario_are_said_and_only_what_has_no_effect(folder, tmp_path):
    change = written(tmp_path / "old.toml", rate("dated = { 2020 = 0.01, 2021 = 0.045, 2022 = 0.05 }"))
    with pytest.warns(Notice, match="2020, 2021 has no effect: the scenario begins in 2025, when the value of 2022"):
        assert set(values(read(str(folder), [change]).scenario, years=np.arange(2025, 2045))) == {0.05}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read(str(folder), [written(tmp_path / "one.toml", rate("dated = { 2022 = 0.05 }"))])


def test_a_base_path_that_begins_after_the_plan_is_said(folder):
    base = folder / BASE
    text = base.read_text(encoding="utf-8")
    number = 'loan_margin = { dated = { 2035 = 0.01 }, unit = "per year", basis = "assumption", source = "test" }'
    lines = [number if line.startswith("loan_margin = ") else line for line in text.splitlines()]
    base.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.warns(Notice, match=r"loan_margin.dated: the value of 2035 holds before 2035 too, from 2025 on"):
        source = check(str(folder)).source
    assert set(values(source.scenario, "interest.loan_margin", np.arange(2025, 2045))) == {0.01}


def test_since_of_an_own_rule_after_the_horizon_is_said(folder, tmp_path):
    rule = (
        '[rules.own.debt]\nnb = "Gjeld"\nen = "Debt"\nmetric = "debt_ratio"\nside = "most"\nsince = 2060\n'
        f'limit = {{ value = 0.9, unit = "share", {REASON} }}'
    )
    with pytest.warns(Notice, match="rules.own.debt.since: 2060 is reached only with --years 36 or more"):
        read(str(folder), [written(tmp_path / "rule.toml", rule)])


def test_a_one_off_item_after_the_horizon_is_said_and_one_that_none_reaches_refused(folder, tmp_path):
    item = '[one_off.late]\nnb = "Sen"\nen = "Late"\nyear = 2055\n'
    item += f'amount = {{ value = -9.0, unit = "mill. kr", {REASON} }}'
    with pytest.warns(Notice, match="one_off.late.year: 2055 is reached only with --years"):
        read(str(folder), [written(tmp_path / "late.toml", item)])
    with pytest.raises(InputError, match=r"one_off\.late\.year = 2150"):
        read(str(folder), [written(tmp_path / "never.toml", item.replace("2055", "2150"))])


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ("shift = 0.02", [0.04, 0.045, 0.049, 0.05, 0.05]),
        ("shift = 0.02, from = 2021", [0.02, 0.045, 0.049, 0.05, 0.05]),
        ("shift = 0.02, from = 2021, to = 2022", [0.02, 0.045, 0.049, 0.03, 0.03]),
        ("shift = 0.02, to = 2021", [0.04, 0.045, 0.029, 0.03, 0.03]),
        ("scale = 2.0, from = 2024", [0.02, 0.025, 0.029, 0.03, 0.06]),
        ("scale = 0.0", [0.0] * 5),
        ("value = 0.05, from = 2022", [0.02, 0.025, 0.05, 0.05, 0.05]),
        ("value = 0.05, from = 2022, to = 2022", [0.02, 0.025, 0.05, 0.03, 0.03]),
        ("dated = { 2021 = 0.05, 2022 = 0.06 }, to = 2022", [0.02, 0.05, 0.06, 0.03, 0.03]),
        ("dated = { 2019 = 0.05 }, to = 2021", [0.05, 0.05, 0.029, 0.03, 0.03]),
        ("shift = 0.01, from = 2010", [0.03, 0.035, 0.039, 0.04, 0.04]),
    ],
)
def test_what_a_change_may_say_of_a_path(tmp_path, entry, wanted):
    change = written(tmp_path / "c.toml", rate(entry))
    found = read("baerum-2020", [change]).scenario
    np.testing.assert_array_equal(values(found, years=np.arange(2020, 2025)), wanted)
    number = found.interest.money_market_rate
    assert (number.unit, number.basis, number.source) == ("per year", "assumption", Text("test", "test"))


def test_changes_are_laid_on_what_changes_before_them_left(tmp_path):
    late = str(LATE / "late.toml")
    shift = written(tmp_path / "shift.toml", rate("shift = 0.01, from = 2025"))
    wanted = [0.03] * 2 + [0.04] * 5 + [0.06] * 10
    first = read("baerum-2020", [late, shift]).scenario
    np.testing.assert_allclose(values(first, years=np.arange(2023, 2040)), wanted, rtol=1e-12)
    other = read("baerum-2020", [shift, late]).scenario
    np.testing.assert_allclose(values(other, years=np.arange(2023, 2040)), [*wanted[:7], *[0.05] * 10], rtol=1e-12)


def test_a_number_without_years_is_moved_too(tmp_path):
    text = f"[drivers.rate]\nvolatility = {{ scale = 0.5, {REASON} }}\n"
    text += f"[opening]\nbuffer_fund = {{ shift = 10, {REASON} }}"
    before, after = read().scenario, read(changes=[written(tmp_path / "c.toml", text)]).scenario
    assert after.drivers.rate.volatility.value == pytest.approx(0.5 * before.drivers.rate.volatility.value)
    assert after.opening.buffer_fund.value == before.opening.buffer_fund.value + 10.0


def test_a_limit_is_told_by_what_the_change_says_and_names_its_file(tmp_path):
    change = written(tmp_path / "wild.toml", rate("shift = 0.24, from = 2026"))
    with pytest.raises(InputError) as caught:
        read("baerum-2020", [change])
    (fault,) = caught.value.faults
    assert fault.say("nb") == (
        f"{change}: interest.money_market_rate.shift = 0.24: gir 0.27 fra 2026: ventet en andel per år mellom "
        "-0.05 og 0.25. Velg en mindre endring."
    )
    later = written(tmp_path / "later.toml", rate("value = 0.03"))
    assert read("baerum-2020", [change, later]).scenario.interest.money_market_rate.value == 0.03


def test_shift_belongs_into_a_change(folder):
    base = folder / BASE
    text = base.read_text(encoding="utf-8")
    base.write_text(
        text.replace("loan_margin = { value = ", "loan_margin = { shift = 0.1, value = "), encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        read(str(folder))
    assert [(it.kind, it.key) for it in caught.value.faults] == [("only_in_a_change", "interest.loan_margin.shift")]


def test_python_says_years_as_a_change_does():
    case = ldip.load()
    late = case.with_values({RATE: {2030: 0.05}})
    np.testing.assert_array_equal(
        values(late.scenario), values(read("baerum-2020", [str(LATE / "late.toml")]).scenario)
    )
    shifted = case.with_values({RATE: {"shift": 0.02, "from": 2021}}, "dear")
    np.testing.assert_array_equal(values(shifted.scenario), values(read("baerum-2020", ["interest-plus-2"]).scenario))


@pytest.mark.parametrize("where", ["C:\\temp\\kommune", "C:\\Users\\kari\\kommune"])
def test_backslashes_are_told_as_what_they_are(tmp_path, where):
    change = written(tmp_path / "c.toml", "", f'extends = "{where}"')
    with pytest.raises(InputError) as caught:
        read(change)
    (fault,) = caught.value.faults
    assert (fault.kind, Path(fault.file.partition(".toml")[0]).name) == ("backslash", "c")
    assert "'single quotes'" in fault.say("en")


# What was recorded, shown, exported


def test_what_is_recorded_and_shown_is_the_path_that_came_of_it(tmp_path, capsys):
    run("simulate", "baerum-2020+interest-plus-2", "--runs", "20", "--no-pictures", "--out", str(tmp_path / "r"))
    recorded = json.loads((tmp_path / "r" / "provenance.json").read_text(encoding="utf-8"))
    number = recorded["scenario_resolved"]["interest"]["money_market_rate"]
    assert number["dated"] == {"2020": 0.02, "2021": 0.045, "2022": 0.049, "2023": 0.05}
    assert number["source"]["en"] == "HP's path + 2 points from 2021 (LDIP stress test b)"
    capsys.readouterr()
    run("scenario", "show", "baerum-2020", "--change", "interest-plus-2")
    shown = capsys.readouterr().out
    assert f"({RATE}): 2020: 0,02; 2021: 0,045; 2022: 0,049; 2023: 0,05 per år" in shown
    assert "HPs bane + 2 prosentpoeng fra 2021 (LDIP stresstest b)" in shown


def test_the_page_moves_what_changes_moved_before_and_its_file_says_the_same(tmp_path):
    simulator = Simulator("baerum-2020", (), years=4, seed=1, runs=20)
    moved = {"rate": 1.0, "renewal": 80.0, "pace": 120.0}
    state = State(
        tuple((it.id, moved[it.id]) for it in CONTROLS if it.id in moved), ("interest-plus-2", "housing-minus-20")
    )
    found = simulator.alternative(state).source.scenario
    np.testing.assert_allclose(values(found, years=np.arange(2020, 2024)), [0.02, 0.055, 0.059, 0.06], rtol=1e-12)
    assert found.housing.pace.value == pytest.approx(0.96)
    np.testing.assert_allclose(
        values(found, "investment.renewal"), 0.8 * values(read().scenario, "investment.renewal")
    )
    path = tmp_path / "page.toml"
    path.write_bytes(EXPORTS["scenario"].make(simulator, simulator.alternative(state), "nb"))
    again = read("baerum-2020", [str(path)]).scenario
    for key in (RATE, "housing.pace", "investment.renewal"):
        np.testing.assert_array_equal(values(again, key), values(found, key))


def test_a_refused_change_leaves_the_scenario_as_it_was():
    before = BAERUM.scenario.model_dump_json()
    with pytest.raises(InputError) as caught:
        lay_over(BAERUM, {"sectors": {"x": {"nb": "x", "en": "x"}}}, "x.toml", Text("x", "x"))
    assert [it.kind for it in caught.value.faults] == ["not_in_a_change"]
    assert BAERUM.scenario.model_dump_json() == before


# Shipped changes fit another municipality


@pytest.mark.parametrize(
    ("name", "key"),
    [("interest-plus-2", RATE), ("housing-minus-20", "housing.pace"), ("housing-plus-10", "housing.pace")],
)
@pytest.mark.parametrize("of", ["baerum-2020", TEMPLATE])
def test_shipped_changes_say_what_they_do_and_not_where_they_end(folder, of, name, key):
    """Laid over a municipality with another path, they do to it what they are called."""
    base = folder / BASE
    text = base.read_text(encoding="utf-8")
    text = text.replace(
        "dated = { 2025 = 0.043, 2026 = 0.038, 2027 = 0.034,", "dated = { 2025 = 0.06, 2026 = 0.055, 2027 = 0.05,"
    )
    text = text.replace("pace = { value = 1.0", "pace = { value = 0.9")
    base.write_text(text, encoding="utf-8")
    years = np.arange(2027, 2045)
    old = values(read(str(folder)).scenario, key, years)
    change = shipped_folder() / of / "changes" / f"{name}.toml"
    new = values(read(str(folder), [str(change)]).scenario, key, years)
    wanted = {"interest-plus-2": old + 0.02, "housing-minus-20": 0.8 * old, "housing-plus-10": 1.1 * old}[name]
    np.testing.assert_allclose(new, wanted, rtol=1e-12)
    assert old[0] in (0.05, 0.9)


# Where a change is found


def test_what_a_file_extends_is_seen_from_its_own_folder(folder, tmp_path, monkeypatch):
    change = written(tmp_path / "elsewhere" / "c.toml", rate("shift = 0.01"), 'extends = "../kommune"')
    away = tmp_path / "away"
    away.mkdir()
    monkeypatch.chdir(away)
    assert read(change).scenario.name == f"{TEMPLATE}+c"
    written(tmp_path / "elsewhere" / "d.toml", rate("shift = 0.02"), 'extends = "c.toml"')
    assert read(str(tmp_path / "elsewhere" / "d.toml")).scenario.name == f"{TEMPLATE}+c+d"
    written(tmp_path / "elsewhere" / "e.toml", "", 'extends = "../kommune+housing-minus-20+c.toml"')
    assert read(str(tmp_path / "elsewhere" / "e.toml")).scenario.name == f"{TEMPLATE}+housing-minus-20+c+e"
    monkeypatch.chdir(tmp_path)
    wrong = written(tmp_path / "elsewhere" / "f.toml", "", 'extends = "kommune"')  # seen from here, not from there
    with pytest.raises(InputError) as caught:
        read(wrong)
    assert [(it.kind, it.file, it.key) for it in caught.value.faults] == [("no_scenario", wrong, "change.extends")]
    assert read(written(tmp_path / "elsewhere" / "g.toml", "", 'extends = "baerum-2020"')).scenario.name.startswith(
        "baerum"
    )


def test_what_is_written_is_seen_from_where_it_is_written(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert seen_from("baerum-2020", tmp_path / "out") == "baerum-2020"
    assert seen_from("kommune+housing-minus-20", Path("a/b")) == "../../kommune+housing-minus-20"
    run("scenario", "sheet", "sheet.xlsx", "kommune", "--alternative", "interest-plus-2")
    run("scenario", "from-sheet", "sheet.xlsx", "--out", "a/b")
    assert 'extends = "../../kommune"' in Path("a/b/interest-plus-2.toml").read_text(encoding="utf-8")
    assert read("a/b/interest-plus-2.toml").scenario.changes == ("interest-plus-2",)


def test_alternatives_are_the_first_scenarios_own(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    own = folder / "changes" / "housing-minus-20.toml"
    own.write_text(own.read_text(encoding="utf-8").replace("20 prosent færre", "helt egne"), encoding="utf-8")
    assert alternative("housing-minus-20", "kommune") == "kommune+housing-minus-20"
    assert alternative("housing-minus-20", "kommune/changes/housing-plus-10.toml") == "kommune+housing-minus-20"
    assert alternative("replay-2008", "kommune") == "baerum-2020+replay-2008"
    assert alternative("housing-minus-20", "eksempelvik-2025+housing-plus-10") == "eksempelvik-2025+housing-minus-20"
    written(tmp_path / "mine.toml", rate("shift = 0.01"))
    assert alternative("mine.toml", "kommune") == "kommune+mine.toml"
    written(tmp_path / "theirs.toml", rate("shift = 0.01"), 'extends = "baerum-2020"')
    assert alternative("theirs.toml", "kommune") == "theirs.toml"
    capsys.readouterr()
    run("compare", "kommune", "housing-minus-20", "mine.toml", "--runs", "20", "--years", "5", "--no-pictures")
    shown = capsys.readouterr().out
    assert f"{TEMPLATE}+housing-minus-20" in shown
    assert f"{TEMPLATE}+mine" in shown
    assert "helt egne" in read(alternative("housing-minus-20", "kommune")).change_titles[0].nb


def test_list_shows_the_changes_of_a_folder_of_ones_own(folder, tmp_path, monkeypatch, capsys):
    written(folder / "changes" / "helt-egen.toml", rate("shift = 0.01"))
    monkeypatch.chdir(tmp_path)
    for words in ((), ("kommune",), ("kommune/base.toml",)):
        run("scenario", "list", *words)
        shown = capsys.readouterr().out
        assert ("--change helt-egen" in shown) == bool(words)
        assert "--change replay-2008" in shown
    monkeypatch.chdir(folder)
    run("scenario", "list")
    assert "--change helt-egen" in capsys.readouterr().out
    run("scenario", "list", TEMPLATE)
    assert capsys.readouterr().out.count(f"{TEMPLATE}  ") == 1
    assert [it.name for it in shipped()] == [listed(shipped_folder() / it.name).name for it in shipped()]


# check reads the changes


@pytest.mark.parametrize("name", ["baerum-2020", TEMPLATE])
def test_the_shipped_changes_pass(name, capsys):
    run("scenario", "check", name)
    assert f"{len(change_names(find(name).folder))} i alt: " in capsys.readouterr().out
    assert check(name).changes == change_names(find(name).folder)


def test_every_fault_of_every_change_is_told_with_its_file(folder, capsys):
    changes = folder / "changes"
    (changes / "a.toml").write_text("[change\n", encoding="utf-8")
    written(changes / "b.toml", rate("shift = 0.5"))
    written(changes / "c.toml", "[interst]\nx = 1", 'stress = "paht"')
    written(changes / "d.toml", "", 'stress = "paht"\nextend = "x"')
    written(changes / "e.toml", "[projects.nordsida_skol]\nstart = 2033")
    unbuilt = "[housing]\npace = { value = 0.0, basis = 'assumption', source = 'test' }"
    written(changes / "f.toml", unbuilt)
    with pytest.raises(InputError) as caught:
        check(str(folder))
    assert sorted((it.file, it.key) for it in caught.value.faults) == [
        ("kommune/changes/a.toml", ""),
        ("kommune/changes/b.toml", f"{RATE}.shift"),
        ("kommune/changes/c.toml", "interst"),
        ("kommune/changes/d.toml", "change.extend"),
        ("kommune/changes/d.toml", "change.stress"),
        ("kommune/changes/e.toml", "projects.nordsida_skol"),
    ]


def test_a_fault_of_the_base_is_told_once_and_the_changes_beside_it(folder):
    base = folder / BASE
    base.write_text(base.read_text(encoding="utf-8").replace("[interest]", "[interest]\nextra = 1"), encoding="utf-8")
    written(folder / "changes" / "b.toml", rate("shift = 0.5"))
    with pytest.raises(InputError) as caught:
        check(str(folder))
    assert [(it.file, it.key) for it in caught.value.faults] == [
        ("kommune/base.toml", "interest.extra"),
        ("kommune/changes/b.toml", f"{RATE}.shift"),
    ]


def test_check_of_one_combination_is_of_that_alone(folder):
    written(folder / "changes" / "wrong.toml", rate("shift = 0.5"))
    assert check(str(folder), ("interest-plus-2",)).changes == ()
    assert check(f"{folder}+interest-plus-2").source.scenario.changes == ("interest-plus-2",)


# Correlations

TOLD = {
    "dup.toml": "wages_rate: unknown key. Did you mean 'rate_wages'?",
    "near.toml": "rate_completions = -0.4, national_tax_completions = 0.6 cannot hold together",
    "perfect.toml": "rate_wages = 1: two drivers that always move together are one. The nearest that can: rate_",
    "three.toml": "rate_wages = 0.9, rate_cpi = 0.9, wages_cpi = -0.9 cannot hold together",
}


@pytest.mark.parametrize("name", TOLD)
def test_correlations_in_conflict_are_named_and_a_way_out_is_offered(tmp_path, name):
    path = CASES / "correlations-in-conflict" / name
    with pytest.raises(InputError) as caught:
        read("baerum-2020", [str(path)])
    (fault,) = caught.value.faults
    assert TOLD[name] in fault.say("en")
    if name == "dup.toml":
        return
    offered = dict(part.split(" = ") for part in str(dict(fault.places)["near"]).split(", "))
    mended = []
    for line in path.read_text(encoding="utf-8").splitlines():
        pair = line.partition(" = ")[0]
        number = f'{{ value = {offered.get(pair)}, unit = "correlation", {REASON} }}'
        mended.append(f"{pair} = {number}" if pair in offered else line)
    (tmp_path / "mended.toml").write_text("\n".join(mended), encoding="utf-8")
    read("baerum-2020", [str(tmp_path / "mended.toml")])


@st.composite
def matrices(draw: Any) -> np.ndarray:
    size = draw(st.integers(2, len(SHOCKS)))
    matrix = np.eye(size)
    for _ in range(draw(st.integers(1, 12))):
        one, other = draw(st.integers(0, size - 1)), draw(st.integers(0, size - 1))
        if one != other:
            matrix[one, other] = matrix[other, one] = draw(st.floats(-1.0, 1.0).map(lambda x: round(x, 2)))
    return matrix


@settings(max_examples=60, deadline=None)
@given(matrix=matrices().filter(lambda matrix: not holds(matrix)))
def test_the_way_out_holds_and_the_conflict_is_the_smallest(matrix):
    found = conflict(matrix)
    inside = sorted({variable for pair in found.pairs for variable in pair})
    assert not holds(matrix[np.ix_(inside, inside)])
    for left_out in inside:
        rest = [variable for variable in inside if variable != left_out]
        assert holds(matrix[np.ix_(rest, rest)])
    mended = matrix.copy()
    for (one, other), value in found.nearest.items():
        assert matrix[one, other] != 0.0, "only pairs that are named"
        mended[one, other] = mended[other, one] = value
    assert holds(mended)


def test_the_nearest_of_three_equal_pairs_is_known():
    """Of -0.9 three times the nearest correlation matrix has -1/2 three times (its eigenvalue 1 + 2 r is zero)."""
    matrix = np.full((3, 3), -0.9)
    np.fill_diagonal(matrix, 1.0)
    assert set(nearest(matrix, [(0, 1), (0, 2), (1, 2)]).values()) == {-0.49}
