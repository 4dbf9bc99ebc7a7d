"""When to start which project: the integer programme against brute force, the engine's responses, what is verified,
what clashes, and the change file that comes of it."""

import itertools
import json
import shutil
import time
import tomllib
from pathlib import Path

import numpy as np
import pytest
from conftest import rows_of
from hypothesis import given, settings
from hypothesis import strategies as st

from ldip.analysis.moves import Engine
from ldip.analysis.options import Freedom, change_of, changed, options
from ldip.analysis.prioritise import Prioritised, ceiling, prioritise
from ldip.analysis.programme import Group, Programme, clash, greedy, least_given, solve
from ldip.model.fiscal_rules import margin
from ldip.report.answers import prioritise as words
from ldip.scenario.files.reader import find, read

HEAD = (
    "id,name_nb,name_en,housing_area,kind,purpose,phase,price_year,p50,p85,profile,start,earliest,latest,committed,"
    "service,places,running_cost,after,alternative_to,before_dwellings,in_plan,benefit,basis,source"
)
EMPTY = dict.fromkeys(HEAD.split(","), "") | {"price_year": 2025, "basis": "assumption", "source": "test"}
EMPTY |= {"kind": "general", "purpose": "service", "phase": "idea", "profile": "0.5 0.5", "in_plan": "no"}


def row(name: str, cost: float, start: int, **more: object) -> str:
    """A row of projects.csv."""
    cells = EMPTY | {"id": name, "name_nb": f"Nb {name}", "name_en": f"En {name}", "p50": cost, "start": start} | more
    return ",".join(str(cells[key]) for key in HEAD.split(","))


SIX = [
    row("hall", 150, 2030, latest=2044, running_cost=3, benefit=2, p85=180),
    row("home", 60, 2031, purpose="statutory", latest=2034),
    row("school", 160, 2032, latest=2044, purpose="capacity", service="schools", places=150, p85=200),
    row("pool", 30, 2033, latest=2044, after="hall"),
    row("large", 160, 2034, latest=2044),
    row("small", 80, 2034, latest=2044, alternative_to="large"),
    row("begun", 30, 2029, phase="building"),
    row("bound", 40, 2030, committed=0.5),
]


def municipality(folder: Path, rows: list[str]) -> Path:
    """The shipped example with projects."""
    shutil.copytree(find("eksempelvik-2025").folder, folder, dirs_exist_ok=True)
    (folder / "projects.csv").write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return municipality(tmp_path_factory.mktemp("six") / "kommune", SIX)


@pytest.fixture(scope="module")
def six(folder):
    return read(str(folder)).scenario


HOW = {"runs": 3000, "seed": 1, "years": 20}


def ask(scenario, value: float = 1.06, **more: object) -> Prioritised:
    return prioritise(scenario, [ceiling(scenario, "debt_ratio", value)], **(HOW | more))


@pytest.fixture(scope="module")
def answer(six) -> Prioritised:
    return ask(six)


# The integer programme


@st.composite
def programmes(draw) -> tuple[Programme, np.ndarray]:
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    count, rows = sum(sizes), draw(st.integers(0, 4))
    whole = st.integers(-20, 20)
    matrix = draw(st.lists(st.lists(whole, min_size=count, max_size=count), min_size=rows, max_size=rows))
    least = draw(st.lists(st.integers(-30, 20), min_size=rows, max_size=rows))
    cost = draw(st.lists(st.integers(0, 50), min_size=count, max_size=count))
    family = np.repeat(np.arange(len(sizes)), sizes)
    allowed = np.array(draw(st.lists(st.sampled_from([True, True, True, False]), min_size=count, max_size=count)))
    table = np.array(matrix, dtype=float).reshape(rows, count)
    return Programme(family, np.array(cost, dtype=float), table, np.array(least, dtype=float)), allowed


def every_choice(programme: Programme, allowed: np.ndarray) -> list[np.ndarray]:
    """Every choice that holds."""
    own = [np.flatnonzero((programme.family == f) & allowed) for f in range(programme.families)]
    return [np.array(one) for one in itertools.product(*own) if programme.holds(np.array(one, dtype=int))]


@given(programmes())
@settings(max_examples=150, deadline=None)
def test_the_programme_is_the_best_of_all_choices(drawn):
    programme, allowed = drawn
    found, every = solve(programme, allowed, gap=0.0), every_choice(programme, allowed)
    if not every:
        assert found is None
        return
    assert found is not None
    assert programme.holds(found)
    assert allowed[found].all()
    assert programme.total(found) == pytest.approx(min(programme.total(one) for one in every))


@given(programmes())
@settings(max_examples=60, deadline=None)
def test_rules_of_thumb_hold_and_are_never_better(drawn):
    programme, allowed = drawn
    start = np.array([np.flatnonzero(programme.family == f)[0] for f in range(programme.families)])
    simple = greedy(programme, allowed, start, range(programme.families))
    if simple is None or not allowed[simple].all():
        return
    assert programme.holds(simple)
    best = solve(programme, allowed, gap=0.0)
    assert best is not None
    assert programme.total(best) <= programme.total(simple) + 1e-6


@given(programmes())
@settings(max_examples=60, deadline=None)
def test_what_clashes_is_a_smallest_set(drawn):
    programme, allowed = drawn
    none = np.zeros(len(allowed), dtype=bool)
    groups = [Group(np.arange(len(programme.least)) == place, none) for place in range(len(programme.least))]
    if every_choice(programme, allowed) or not every_choice(programme.without(np.ones(len(groups), bool)), allowed):
        return
    together = clash(programme, allowed, groups)
    places = np.arange(len(groups))
    assert not every_choice(programme.without(~np.isin(places, together)), allowed)
    for one in together:
        assert every_choice(programme.without(~np.isin(places, together) | (places == one)), allowed)


def test_how_far_rows_must_give_way():
    programme = Programme(np.array([0, 0, 1, 1]), np.ones(4), np.array([[0.0, 3.0, 0.0, 2.0]]), np.array([7.0]))
    chosen, given_way = least_given(programme, np.ones(4, dtype=bool), np.array([True]))
    assert list(chosen) == [1, 3]
    assert given_way == pytest.approx(2.0, abs=1e-6)


# What moves do


def test_the_response_to_a_move_is_what_a_simulation_says(six):
    engine = Engine(six, [ceiling(six, "debt_ratio", 1.0)], years=20, policy="adopted")
    every, runs = options(six, 2044), np.arange(30)
    response = engine.measure(six, every, every.current, 1, runs)
    before = engine.margins(engine.simulate(six, len(runs), 1))
    for place in range(0, len(every.every), 7):
        chosen = every.current.copy()
        chosen[every.every[place].family] = place
        there = changed(six, change_of(six, every, chosen))
        moved = engine.margins(engine.simulate(there, len(runs), 1)) - before
        assert response[place] == pytest.approx(moved.mean(axis=2), abs=1e-9)


def test_a_project_that_dwellings_wait_for_takes_them_along(tmp_path):
    rows = [row("road", 100, 2030, housing_area="sentrum", before_dwellings="yes")]
    scenario = read(str(municipality(tmp_path / "k", rows))).scenario
    engine = Engine(scenario, [ceiling(scenario, "debt_ratio", 1.0)], years=20, policy="adopted")
    every, runs = options(scenario, 2044), np.arange(20)
    response = engine.measure(scenario, every, every.current, 1, runs)
    place = [option.key for option in every.every].index(("road", 2036))
    there = changed(scenario, {"road": {"start": 2036}})
    moved = engine.margins(engine.simulate(there, 20, 1)) - engine.margins(engine.simulate(scenario, 20, 1))
    assert response[place] == pytest.approx(moved.mean(axis=2), abs=1e-9)


def test_what_may_move(six):
    keys = [option.key for option in options(six, 2044).every if not option.forbidden_by]
    starts = {name: [start for project, start in keys if project == name] for name, _ in keys}
    assert starts["begun"] == [2029]
    assert starts["bound"] == [2030]
    assert starts["home"] == [2031, 2032, 2033, 2034]
    assert starts["hall"] == list(range(2030, 2045))
    assert starts["small"] == list(range(2034, 2045))


def test_how_far_projects_may_move(tmp_path):
    """Without a latest start a few years, and never so that more is spent after the last year; nothing earlier."""
    rows = [
        row("free", 100, 2031),
        row("late", 100, 2042),
        row("stated", 100, 2042, latest=2044),
        row("early", 100, 2035, earliest=2033, latest=2036),
        row("other", 50, 2031, alternative_to="free"),
    ]
    scenario = read(str(municipality(tmp_path / "k", rows))).scenario

    def starts(name: str, **freedom: object) -> list[int]:
        every = options(scenario, 2044, Freedom(**freedom)).every
        return [start for project, start in (o.key for o in every if not o.forbidden_by) if project == name and start]

    assert starts("free") == [2031, 2032, 2033, 2034, 2035]
    assert starts("free", most_years=1) == [2031, 2032]
    assert starts("late") == [2042, 2043]
    assert starts("stated") == [2042, 2043, 2044]
    assert starts("early") == [2035, 2036]
    assert starts("early", earlier=True) == [2033, 2034, 2035, 2036]
    assert starts("free", earlier=True)[0] == 2031
    assert starts("other") == starts("free")
    assert starts("other", alternatives=False) == []


# The answer


def test_it_holds_in_fresh_futures(six, answer):
    again = Engine(six, answer.question.limits, years=20, policy="adopted")
    ledger = again.simulate(changed(six, answer.change), 6000, 77)
    holds = (margin(answer.question.limits[0], ledger)[4:] >= 0.0).mean(axis=1)
    error = np.sqrt(0.8 * 0.2 / 6000 + 0.8 * 0.2 / HOW["runs"])
    assert holds.min() >= 0.8 - 2.0 * error
    assert answer.after.probability.min() >= 0.8
    assert answer.before.probability.min() < 0.6
    assert answer.fresh_seed != HOW["seed"]


def test_it_is_never_worse_than_simple_rules(six, answer):
    easier = ask(six, 1.15, runs=1000)
    assert any(value is not None for value in easier.simple.values())
    for found in (answer, easier):
        assert all(value is None or found.delay <= value + 1e-6 for value in found.simple.values())


def test_the_law_the_order_and_the_contracts_are_kept(six, answer):
    after = {project.id: project for project in changed(six, answer.change).projects}
    assert answer.moves
    assert not after["home"].dropped
    assert 2031 <= after["home"].start <= 2034
    assert after["pool"].start >= after["hall"].opening
    assert (after["begun"].start, after["bound"].start) == (2029, 2030)
    assert not any(project.dropped for name, project in after.items() if name not in ("large", "small"))


def test_exactly_one_of_two_alternatives(six):
    """The cheaper steps in where the ceiling is low, never both."""
    from ldip.scenario.projects import built

    for value in (1.06, 1.15, 1.4):
        found = ask(six, value, runs=1000)
        standing = [project.id for project in built(changed(six, found.change).projects)]
        assert len({"large", "small"} & set(standing)) == 1
    pressed = ask(six, 1.0, may_drop=True, runs=1000)
    standing = [project.id for project in built(changed(six, pressed.change).projects)]
    assert "home" in standing


def test_nothing_moves_without_need(six):
    found = ask(six, 2.0, runs=1000)
    assert (found.moves, found.change, found.delay, found.postponed) == ((), {}, 0.0, 0)


def test_all_years_at_once_is_more(six):
    answer, together = ask(six, 1.12), ask(six, 1.12, jointly=True)
    assert together.after.together >= 0.8
    assert together.delay >= answer.delay


def test_rules_may_be_asked_for_too(six):
    from ldip.analysis.restructuring import chosen_rules

    found = prioritise(six, chosen_rules(six, ["result"]), confidence=0.3, since=2035, **(HOW | {"runs": 1000}))
    assert list(found.years) == list(range(2035, 2045))
    assert (found.clash is None) == (found.after is not None)


def test_what_clashes_is_told(six):
    found = ask(six, 0.6, runs=1000)
    assert found.after is None
    assert found.clash.together == ("ceiling_debt_ratio",)
    assert 0.6 < found.clash.reachable["ceiling_debt_ratio"] < 1.2
    nearer = ask(six, found.clash.reachable["ceiling_debt_ratio"], runs=1000)
    assert nearer.after.enough(nearer.question)
    for lang, said, other in (("nb", "Ingen rekkefølge holder", "demands"), ("en", "No order holds", "kravene")):
        text = words.prioritise_text(found, "T", lang)
        assert said in text
        assert other not in text


def test_demands_that_clash_with_a_ceiling_are_named(six):
    """A ceiling that could be held if something could be dropped."""
    found = ask(six, 0.98, runs=1000)
    assert found.after is None
    assert {"ceiling_debt_ratio", "drop"} <= set(found.clash.together)
    assert "drop" in [remedy.demand for remedy in found.clash.remedies]
    said = " ".join(words.prioritise_text(found, "T", "nb").split())
    assert "prosjekter som kan falle bort (--may-drop)" in said
    assert len(words.moved_sentences(found, "nb")) <= 3
    assert said.count("bygges") <= 1  # what is implied is not told


@pytest.mark.parametrize(
    "how", [{"value": 0.98}, {"value": 0.98, "jointly": True}, {"value": 1.06, "confidence": 0.95}]
)
def test_what_is_told_to_be_possible_is(six, how):
    found = ask(six, runs=1000, **how)
    for remedy in found.clash.remedies:
        other = {
            "limits": {"value": dict(remedy.levels).get("ceiling_debt_ratio")},
            "drop": {"may_drop": True},
            "earlier": {"earlier": True},
            "most_years": {"most_years": int(remedy.value or 0)},
            "places": {"places": False},
            "confidence": {"confidence": remedy.value},
        }[remedy.demand]
        again = ask(six, **({"runs": 1000} | how | other))
        assert again.after is not None
        assert again.after.enough(again.question)
    assert "limits" in [remedy.demand for remedy in found.clash.remedies]


def test_limits_in_kroner_tell_a_level_too(six):
    from ldip.analysis.restructuring import chosen_rules

    how = HOW | {"runs": 1000, "confidence": 0.7}
    found = prioritise(six, chosen_rules(six, ["liquidity", "deficit"]), **how)
    levels = found.clash.reachable
    assert set(levels) == {"liquidity"}
    metric = {"liquidity": "closing_liquidity_reserve", "deficit": "closing_uncovered_deficit"}
    limits = [ceiling(six, metric[name], levels.get(name, 0.0)) for name in metric]
    assert prioritise(six, limits, **how).after is not None
    said = " ".join(words.prioritise_text(found, "T", "nb").split())
    assert f"likviditetsreserve på minst {levels['liquidity']:.0f} mill. kr" in said


def test_few_projects_that_can_be_moved_are_told(tmp_path):
    rows = [row("one", 40, 2031), *[row(f"p{n}", "", 2031) for n in range(5)]]
    found = ask(read(str(municipality(tmp_path / "k", rows))).scenario, 0.6, runs=500)
    said = words.moved_sentences(found, "nb")
    assert said[-1] == "Bare 1 av 6 prosjekter har en kostnad som kan flyttes."
    assert len(said) == 3


def test_alternatives_can_be_forbidden(six):
    found = ask(six, 1.15, runs=1000)
    assert "large" in [move.project for move in found.moves if move.replaced_by == "small"]
    text = words.prioritise_text(found, "T", "nb")
    assert "Nb large: erstattes av Nb small (sparer 80 mill. kr)" in text
    assert "--no-alternatives" in text
    assert not any(move.replaced_by for move in ask(six, 1.15, runs=1000, alternatives=False).moves)


def test_what_comes_earlier_is_told():
    scenario = read("eksempelvik-2025").scenario
    asked, earlier = ask(scenario, 1.0, runs=1000), ask(scenario, 1.0, runs=1000, earlier=True)
    assert all(move.delay >= 0 for move in asked.moves)
    sooner = [move.cost for move in earlier.moves if move.delay < 0]
    assert sooner
    assert f"{sum(sooner):.0f} mill. kr kommer tidligere (--earlier)" in words.prioritise_text(earlier, "T", "nb")
    assert earlier.delay < asked.delay


def test_the_answer_in_sentences(six):
    found = ask(six, 1.15, runs=1000)
    first, *moves, last = words.moved_sentences(found, "nb")
    assert first.startswith(f"{len(found.moves)} av {found.projects} prosjekter flyttes; ")
    assert len(moves) == len(found.moves)
    assert "Nb large: erstattes av Nb small (sparer 80 mill. kr)" in moves
    assert last.startswith("Gjeldsgrad på høyst 115 % holdes med 80 % sikkerhet i hvert år: ")
    assert words.moved_sentences(found, "en")[-1].startswith("Debt ratio of at most 115 % is kept")
    assert words.moved_sentences(ask(six, 2.0, runs=500), "nb")[0].startswith("Ingenting må flyttes")


def test_a_share_in_per_cents_is_asked_about(ldip, here, folder):
    shutil.copytree(folder, here / "kommune")
    said = ldip("prioritise", "kommune", "--ceiling", "debt_ratio=110", "--runs", 50)
    assert said.code == 1
    assert "Mente du 1.10?" in said.err
    by_name = ldip("prioritise", "kommune", "--ceiling", "gjeldsgrad=1.5", "--runs", 50, "--json")
    assert json.loads(by_name.out)["limits"] == ["ceiling_debt_ratio"]


def test_places_in_time_make_it_harder(six):
    free, kept = ask(six, 1.1, places=False, runs=1000), ask(six, 1.1, runs=1000)
    assert free.after is not None
    assert kept.after is None or kept.delay >= free.delay - 1e-6


def test_the_change_file_gives_the_same_figures(ldip, here, folder, six, answer):
    path = here / "later.toml"
    path.write_text(words.change_file(answer), encoding="utf-8")
    assert tomllib.loads(path.read_text(encoding="utf-8"))["change"]["format"]
    laid = read(str(folder), (str(path),)).scenario
    assert laid.projects == changed(six, answer.change).projects
    engine = Engine(six, answer.question.limits, years=20, policy="adopted")
    figures = [engine.simulate(one, 500, 5).values for one in (laid, changed(six, answer.change))]
    assert np.array_equal(*figures)
    assert ldip("simulate", folder, "--change", path, "--runs", 50, "--no-pictures").code == 0


def test_the_command(ldip, here, folder):
    shutil.copytree(folder, here / "kommune")
    asked = ("prioritise", "kommune", "--ceiling", "debt_ratio=1.10", "--runs", 1000)
    said = ldip(*asked, "--json", "--frontier", "0.6,0.8", "--out", "r")
    found = json.loads(said.out)
    assert found["feasible"]
    assert {path.name for path in (here / "r").iterdir()} == {
        *("moves.csv", "held.csv", "frontier.csv", "prioritised.toml", "frontier.png", "frontier.svg")
    }
    assert [row["project"] for row in rows_of(here / "r" / "moves.csv")] == [one["project"] for one in found["moves"]]
    by = {p: [one["postponed"] for one in found["frontier"] if one["confidence"] == p] for p in (0.6, 0.8)}
    assert by[0.6][-1] <= by[0.8][-1]
    points = {(one["confidence"], one["ceiling"]): one for one in found["frontier"]}
    same = points[0.8, 1.1]  # the same question has the same answer
    assert (same["postponed"], same["delay"]) == pytest.approx((found["postponed_mnok"], found["weighted_delay"]))
    for p in (0.6, 0.8):
        delays = [one["delay"] for one in found["frontier"] if one["confidence"] == p and one["delay"] is not None]
        assert delays == sorted(delays, reverse=True)
    assert ldip(*asked, "--out", "later.toml").code == 0
    assert ldip("simulate", "kommune", "--change", "later.toml", "--runs", 50, "--no-pictures").code == 0


def test_words_are_of_one_language(ldip, here, folder):
    shutil.copytree(folder, here / "kommune")
    asked = ("prioritise", "kommune", "--ceiling", "debt_ratio=1.10", "--runs", 500)
    nb, en = ldip(*asked).out, ldip(*asked, "--lang", "en").out
    for norwegian, english in (("prosjekt", "project"), ("sikkerhet", "confidence"), ("Gjeldsgrad", "Debt ratio")):
        assert norwegian in nb
        assert english not in nb
        assert english in en
        assert norwegian not in en.replace("prosjekter", "")
    assert "110 %" in nb
    assert "110 %" in en


@pytest.mark.parametrize("value", ["debt_ratio", "debt_ratio=x", "debt_ratio=nan", "=1"])
def test_ceilings_that_are_none(ldip, here, folder, value):
    shutil.copytree(folder, here / "kommune")
    said = ldip("prioritise", "kommune", "--ceiling", value, "--runs", 50)
    assert said.code != 0
    assert said.err


def test_two_ceilings_on_one_figure_are_told(ldip):
    asked = ("--ceiling", "debt_ratio=0.5", "--ceiling", "debt_ratio=1.4")
    said = ldip("prioritise", "eksempelvik-2025", *asked, "--runs", 50, "--lang", "en")
    assert said.code == 1
    assert "debt_ratio: is given twice" in said.err


def test_a_scenario_without_projects(ldip, tmp_path):
    folder = shutil.copytree(find("baerum-2020").folder, tmp_path / "kommune")
    (folder / "projects.csv").unlink()
    said = ldip("prioritise", "kommune", "--ceiling", "debt_ratio=0.9", "--lang", "en")
    assert said.code == 1
    assert "no projects" in said.err


@pytest.mark.slow
def test_forty_projects_in_ten_seconds(tmp_path):
    rows = [
        row(f"p{n}", 10 + n, 2029 + n % 13, latest=2044, p85=1.2 * n + 12, profile="0.2 0.5 0.3")
        if n % 2
        else row(f"p{n}", 10 + n, 2029 + n % 13, latest=2044, purpose="capacity", service="schools", places=20)
        for n in range(40)
    ]
    scenario = read(str(municipality(tmp_path / "k", rows))).scenario
    begun = time.process_time()
    found = ask(scenario, 0.98, runs=10_000)
    assert found.after is not None
    assert time.process_time() - begun < 15.0  # ten on a quiet machine
    assert found.missed[-1] < 0.01


def test_python_gives_what_the_command_gives(ldip, here, folder):
    import ldip as library

    shutil.copytree(folder, here / "kommune")
    found = library.load("kommune").prioritise({"debt_ratio": 1.1}, runs=500)
    said = json.loads(ldip("prioritise", "kommune", "--ceiling", "debt_ratio=1.1", "--runs", 500, "--json").out)
    assert list(found.moves.index) == [one["project"] for one in said["moves"]]
    assert len(found.held) == 16
    assert "[projects." in found.change
    assert found.clash == ()
    assert "move" in repr(found)
