"""Completeness: every line of the ledger has a label, unit, definition and source, and reaches a reader."""

import re

from ldip.model.accounts.inputs import Opening, Plan
from ldip.model.accounts.year import LINES
from ldip.model.catalogue import MONEY_UNITS, catalogue, headline
from ldip.model.fiscal_rules import events
from ldip.model.metrics import lines_needed
from ldip.report.numbers import SHOWN


def test_the_ledger_and_the_catalogue_are_one_list():
    assert len(set(LINES)) == len(LINES)
    assert set(catalogue()) == set(LINES)


def test_every_entry_is_complete_in_both_languages():
    for metric in catalogue().values():
        assert metric.unit in SHOWN, metric.id
        assert metric.kind in {"stock", "flow", "ratio", "index", "event"}, metric.id
        assert metric.better in {"high", "low", ""}, metric.id
        assert metric.price_index in {"deflator", "cpi", ""}, metric.id
        for text in (*metric.label, *metric.definition, *metric.source):
            assert len(text.strip()) > 1, metric.id
        assert len(max(metric.label, key=len)) <= 48, metric.id
        if metric.price_index:
            assert metric.unit in MONEY_UNITS, metric.id
        if metric.id.startswith("closing_") and metric.unit == "mill. kr":
            assert metric.kind == "stock", metric.id


def test_labels_are_unique():
    for language in (0, 1):
        labels = [metric.label[language] for metric in catalogue().values()]
        assert len(set(labels)) == len(labels)


def test_required_metrics_are_reported():
    ids = {metric.id for metric in headline()}
    assert {"debt_ratio", "net_operating_result_share", "restructuring_need", "restructuring_need_share"} <= ids
    assert {event.id for event in events()} >= {"debt_ratio_above_75", "debt_ratio_above_100", "any_rule_breach"}
    assert set(lines_needed()) <= set(LINES)


def test_tuples_do_not_share_names_by_accident():
    """A closing stock has its opening in Opening; plan and year never use one name for two things in two units."""
    assert {f"closing_{name}" for name in Opening._fields if name.endswith(("debt", "fund", "funds", "lent"))} <= set(
        LINES
    )
    assert all(re.fullmatch(r"[a-z_]+", name) for name in (*Plan._fields, *Opening._fields, *LINES))
