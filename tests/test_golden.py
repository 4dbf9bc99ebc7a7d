"""The figures of the shipped scenario move only on purpose: tests/update_golden.py and a diff that was read."""

import pytest
from update_golden import FOLDER, GOLDEN, kept_rows, moved, updated


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name):
    expected = kept_rows(FOLDER / name)
    found = list(GOLDEN[name]())
    assert [row[:3] for row in found] == [row[:3] for row in expected]
    assert not [(row, was) for row, was in zip(found, expected, strict=True) if moved(row, was)]


KEPT = [["base", "debt", "2020", "1000"], ["base", "debt", "2021", "2e-10"], ["base", "tax", "2020", "5", "6"]]


@pytest.mark.parametrize("cells", [["1000.000002"], ["nan"], ["1000", "1000"]])
def test_only_rows_that_moved_are_written_anew(cells):
    found = [["base", "debt", "2020", *cells], ["base", "debt", "2021", "0"], ["base", "tax", "2020", "5.0", "6"]]
    assert updated(found, KEPT) == [found[0], KEPT[1], KEPT[2]]


@pytest.mark.parametrize(("figure", "other"), [("1000.0000005", False), ("1000.0000015", True), ("1e3", False)])
def test_a_figure_has_moved_when_it_differs_by_more_than_a_billionth(figure, other):
    assert moved(["base", "debt", "2020", figure], KEPT[0]) is other


def test_new_rows_come_in_rows_that_are_gone_go_and_the_order_is_the_new_one():
    found = [["base", "tax", "2020", "5.0", "6.0"], ["base", "fees", "2020", "3"], ["base", "debt", "2020", "1e3"]]
    assert updated(found, KEPT) == [KEPT[2], found[1], KEPT[0]]
    assert updated(found, []) == found


def test_a_file_that_is_not_there_has_no_rows(tmp_path):
    assert kept_rows(tmp_path / "new.csv") == []
