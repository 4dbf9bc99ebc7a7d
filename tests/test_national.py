"""What the nation's residents need: shares by age with a scenario's own costs by age."""

import shutil

import numpy as np
import pytest

from ldip.errors import InputError
from ldip.model.people.cohorts import need_weights
from ldip.model.people.national import nation, shipped
from ldip.scenario.files.reader import find, read
from ldip.scenario.numbers import numbers


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(find("baerum-2020").folder, tmp_path / "mine")
    return tmp_path / "mine"


HEAD = "age_from,age_to,2020,2030,basis,source\n"


def own(folder, text: str):
    (folder / "national_ages.csv").write_text(text, encoding="utf-8")
    return read(str(folder)).scenario


def test_the_shipped_table():
    """Thousand residents in all, as the yearbook prints them (rounded group by group)."""
    totals = np.array([group.residents for group in shipped()]).sum(axis=0)
    np.testing.assert_allclose(totals, [5051, 5184, 5511, 6400, 6928], atol=10)
    assert shipped()[0].years == (2013, 2015, 2020, 2040, 2060)
    assert shipped()[-1].is_open


def test_need_by_hand(folder):
    """Two groups: 30 of 100 below 20 in 2020, 20 of 100 in 2030; between them a straight line, outside the ends."""
    scenario = own(folder, HEAD + "0,19,30,40,source,a table\n20,,70,160,source,a table\n")
    weights = need_weights(scenario)
    young = weights[:20].mean()
    mortality = np.array([age.mortality for age in scenario.ages])
    alive = [1.0]
    for dying in mortality[20:-1]:
        alive.append(alive[-1] * (1.0 - dying))
    alive[-1] /= mortality[-1]  # those who stay in the last age
    old = np.average(weights[20:], weights=alive)
    first, last = 0.3 * young + 0.7 * old, 0.2 * young + 0.8 * old
    found = nation(scenario, np.array([2010, 2020, 2025, 2030, 2050])).need
    np.testing.assert_allclose(found, [first, first, 0.5 * (first + last), last, last])


def test_an_ageing_nation_needs_more(scenario):
    need = nation(scenario, np.arange(2015, 2071)).need
    assert (np.diff(need[:46]) > -0.0001 * need[:45]).all()
    assert need[45] > 1.2 * need[0]
    assert (need[45:] == need[45]).all()


def test_the_own_table_is_listed_number_by_number(folder):
    scenario = own(folder, HEAD + "0,19,30,40,source,a table\n20,,70,160,source,a table\n")
    listed = {number.key: number for number in numbers(scenario, "en")}
    assert listed["national_ages.20"].values == {2020: 70.0, 2030: 160.0}
    assert "national_ages.0" not in {number.key for number in numbers(read().scenario, "en")}


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        (HEAD + "1,19,1,1,source,abc\n20,,1,1,source,abc\n", "age_from", "must begin at age 0"),
        (HEAD + "0,19,1,1,source,abc\n30,,1,1,source,abc\n", "age_from", "must begin at age 20"),
        (HEAD + "0,,1,1,source,abc\n20,,1,1,source,abc\n", "age_from", "must begin at age 131"),
        (HEAD + "0,,1,-1,source,abc\n", "2030", "at least 0"),
        (HEAD + "0,,0,1,source,abc\n", "2020", "no residents"),
        (HEAD + "0,,many,1,source,abc\n", "2020", "not a number"),
        (HEAD.replace("2030", "2010") + "0,,1,1,source,abc\n", "2020, 2010", "each once and in order"),
        (HEAD.replace("2020,2030,", "") + "0,,source,abc\n", "", "at least one year"),
        (HEAD.replace("basis,", "") + "0,,1,1,abc\n", "basis", "is missing"),
    ],
)
def test_faults(folder, text, key, said):
    with pytest.raises(InputError) as caught:
        own(folder, text)
    found = [(fault.key, fault.say("en")) for fault in caught.value.faults]
    assert any(key == at and said in words for at, words in found), found
    assert all("national_ages.csv" in words for _, words in found)
