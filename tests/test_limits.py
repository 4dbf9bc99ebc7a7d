"""Limits and lists of shown figures: one source, the same wherever they are read."""

import ast
from pathlib import Path

import numpy as np
import pytest

import ldip
from ldip.model import shown
from ldip.model.catalogue import catalogue
from ldip.model.fiscal_rules import events
from ldip.report.limits import FISCAL_RULE, limits
from ldip.scenario.files.reader import read
from ldip.web.answers import answer_records
from ldip.web.controls import State
from ldip.web.simulator import Simulator

YEARS = np.arange(2020, 2040)
LISTS = {name: value for name, value in vars(shown).items() if name.isupper() and isinstance(value, tuple)}


@pytest.fixture(scope="module")
def scenario():
    return read("baerum-2020").scenario


def of(name, scenario):
    return limits(catalogue()[name], scenario, YEARS)


def test_the_debt_ratio_is_held_against_both_thresholds_in_both_readings(scenario):
    for name in shown.DEBT:
        found = of(name, scenario)
        assert [limit.values.tolist() for limit in found] == [[0.75] * 20, [1.0] * 20]
        assert [limit.titled("en") for limit in found] == [
            "Debt ratio above 75 % (Auditor General)",
            "Debt ratio above 100 % (KS)",
        ]
        assert [limit.short("nb") for limit in found] == ["Riksrevisjonen", "KS"]
        assert {limit.side for limit in found} == {"most"}


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("underlying_result_share", "result_share_minimum"),
        ("equity_share", "equity_minimum"),
        ("closing_buffer_fund", "buffer_minimum"),
        ("closing_liquidity_reserve", "liquidity_minimum"),
    ],
)
def test_the_municipality_s_own_rules_are_read_from_its_settings(scenario, name, rule):
    (found,) = of(name, scenario)
    assert found.side == "least"
    assert found.values.tolist() == getattr(scenario.rules, rule).at(YEARS).tolist()
    assert found.short("nb") == "minimum"
    assert found.titled("nb") == found.name.nb
    start = FISCAL_RULE["least"].en.split("{")[0]
    assert found.drawn(2020, "en").startswith(start)


def test_every_setting_among_the_rules_that_is_a_minimum_is_drawn_somewhere(scenario):
    drawn = {limit.values.tobytes() for name in catalogue() for limit in of(name, scenario) if limit.side == "least"}
    minima = [name for name in type(scenario.rules).model_fields if name.endswith("_minimum")]
    assert {getattr(scenario.rules, name).at(YEARS).tobytes() for name in minima} == drawn


def test_a_figure_without_a_limit_has_none(scenario):
    assert of("restructuring_need", scenario) == []


def test_the_live_page_draws_the_same_limits(scenario):
    simulator = Simulator("baerum-2020", (), years=20, seed=1, runs=16)
    told = answer_records(simulator.result(State(), 16, lambda: None), None, "nb")["thresholds"]
    for name in shown.WEB_CHARTS:
        lines = [{"label": limit.short("nb"), "values": limit.values.tolist()} for limit in of(name, scenario)]
        assert told.get(name, []) == lines


@pytest.mark.parametrize("name", LISTS)
def test_every_shown_figure_is_known(name):
    known = catalogue().keys() | {event.id for event in events()}
    figures = [entry if isinstance(entry, str) else entry[0] for entry in LISTS[name]]
    assert set(figures) <= known
    assert len(set(figures)) == len(figures)


def test_lists_of_figures_stand_in_one_place():
    """Two or more ids of figures side by side in what people read are a list of what is shown."""
    known = catalogue().keys() | {event.id for event in events()}
    package = Path(ldip.__file__).parent
    found = []
    for room in ("report", "api", "web", "cli"):
        for path in sorted((package / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Tuple | ast.List) and len(node.elts) > 1:
                    values = [getattr(element, "value", None) for element in node.elts]
                    if all(isinstance(value, str) and value in known for value in values):
                        found.append(f"{path.relative_to(package).as_posix()}:{node.lineno}: {values}")
    assert not found
