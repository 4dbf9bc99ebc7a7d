"""The investment plan on the live page: its state, its figures, and in a real browser its bars."""

import os
import re
import subprocess
import sys
import tomllib

import pytest
from test_web_browser import CHROMIUM, PATIENCE, Screen

from ldip.errors import InputError
from ldip.scenario.files.overlay import lay_over
from ldip.text import Text
from ldip.web.answers import answer_records, page_records, prioritised_records
from ldip.web.controls import Moved, State, read_ceiling, read_state
from ldip.web.exports import EXPORTS
from ldip.web.simulator import Simulator

PLACE = "eksempelvik-2025"
LIBRARY = "bibliotek_kulturhus"
browser_test = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the path (Debian: apt-get install chromium)"),
]


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator(PLACE, (), years=20, seed=1, runs=1200)


def moved(**move) -> State:
    return State(projects=((LIBRARY, Moved(**move)),))


def test_a_moved_bar_is_a_change_of_the_scenario(simulator):
    found = simulator.alternative(moved(start=2035)).source.scenario
    wanted = lay_over(simulator.source, {"projects": {LIBRARY: {"start": 2035}}}, "x.toml", Text("x", "x")).scenario
    assert found.projects == wanted.projects
    assert found.adopted_projects == simulator.source.scenario.adopted_projects


def test_figures_and_places_follow(simulator):
    base = answer_records(simulator.result(State(), 1200, lambda: None), None, "nb")
    off = answer_records(simulator.result(moved(dropped=True), 1200, lambda: None), None, "nb")
    assert off["metrics"]["debt_ratio"]["mean"][-1] < base["metrics"]["debt_ratio"]["mean"][-1] - 0.005
    assert base["projects"][LIBRARY]["built"]
    assert not off["projects"][LIBRARY]["built"]
    assert off["unmoved_projects"] == base["projects"]
    school = State(
        projects=(("sentrum_barnehage", Moved(dropped=True)), ("omsorgssenter_trinn_2", Moved(dropped=True)))
    )
    without = answer_records(simulator.result(school, 1200, lambda: None), None, "nb")
    care = [service["lacking"] for service in base["places"]][2]
    assert [service["lacking"] for service in without["places"]][2][-1] == pytest.approx(care[-1] + 30.0)


def test_the_page_knows_its_bars(simulator):
    bars = {bar["id"]: bar for bar in page_records(simulator, "en")["projects"]}
    assert bars[LIBRARY]["movable"]
    assert bars[LIBRARY]["label"] == "Library and house of culture"
    assert not bars["nytt_sykehjem"]["movable"]  # under construction
    assert not bars["nordsida_skole_utvidelse"]["built"]  # an alternative
    assert page_records(Simulator("baerum-2020", (), years=5, seed=1, runs=10), "nb")["projects"]


def test_what_is_moved_leaves_as_a_change_file(simulator, tmp_path):
    state = State(projects=((LIBRARY, Moved(2036, 0.5)), ("svommehall", Moved(dropped=True))))
    text = EXPORTS["scenario"].make(simulator, simulator.alternative(state), "nb").decode()
    assert tomllib.loads(text)["projects"] == {
        LIBRARY: {"start": 2036, "scale": 0.5},
        "svommehall": {"dropped": True},
    }


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ([], "projects = []: must be a JSON object"),
        ({"castle": {"start": 2030}}, "castle: is not known"),
        ({LIBRARY: 2030}, f"projects.{LIBRARY} = 2030: must be a JSON object"),
        ({LIBRARY: {"start": 2030.5}}, f"projects.{LIBRARY}.start = 2030.5"),
        ({LIBRARY: {"start": True}}, f"projects.{LIBRARY}.start = True"),
        ({LIBRARY: {"scale": 9}}, f"projects.{LIBRARY}.scale = 9: must be a number from 0.2 to 3"),
        ({LIBRARY: {"dropped": 1}}, f"projects.{LIBRARY}.dropped = 1"),
        ({LIBRARY: {"colour": 1}}, f"projects.{LIBRARY}.colour: is not known"),
    ],
)
def test_faulty_bars_name_the_fault(sent, fault):
    with pytest.raises(InputError) as caught:
        read_state({"projects": sent}, [], [LIBRARY])
    assert fault in "\n".join(caught.value.say("en"))


def test_the_page_finds_what_must_wait(simulator):
    state = State(projects=(("nordsida_skole", Moved(start=2031)),))
    found = simulator.prioritised(state, 1.02, 0.6)
    records = prioritised_records(found, "nb")
    assert "102" in records["said"]
    assert records["projects"] == found.change
    laid = lay_over(simulator.source, {"projects": records["projects"]}, "x.toml", Text("x", "x"))
    assert laid.scenario.projects


@pytest.mark.parametrize("body", [{}, {"ceiling": 0, "confidence": 80}, {"ceiling": "90", "confidence": True}])
def test_a_ceiling_that_cannot_be_is_told(body):
    with pytest.raises(InputError):
        read_ceiling(body)


# ---- in a browser


@pytest.fixture(scope="module")
def address():
    command = [sys.executable, "-c", "from ldip.cli import run; run()", "web", PLACE, "--no-browser", "--port", "0"]
    serving = subprocess.Popen(
        [*command, "--runs", "10000"], env=os.environ | {"PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True
    )
    yield re.search(r"http\S+", serving.stdout.readline()).group()
    serving.terminate()
    serving.communicate()


@pytest.fixture(scope="module")
def opened(address):
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra test)")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        screen = Screen(browser, address)
        yield screen
        screen.context.close()
        browser.close()
        assert not screen.wrong


def bar_of(screen: Screen):
    bar = screen.page.locator(f"#project-{LIBRARY} .bar")
    bar.scroll_into_view_if_needed()
    return bar


def reset(screen: Screen) -> None:
    screen.page.click("#reset")
    screen.settle()


class TestInABrowser:
    pytestmark = browser_test

    def test_a_bar_moves_by_keyboard_and_says_where_it_is(self, opened):
        bar = bar_of(opened)
        before = opened.figure("debt_ratio")
        assert bar.get_attribute("role") == "slider"
        assert bar.get_attribute("aria-valuenow") == "2039"
        bar.focus()
        bar.press("ArrowLeft")
        bar.press("PageDown")
        opened.settle()
        assert bar.get_attribute("aria-valuenow") == "2033"
        assert "Starter 2033, åpner 2035" in bar.get_attribute("aria-valuetext")
        assert opened.figure("debt_ratio") != before
        assert f"project={LIBRARY}%2C2033" in opened.page.url
        bar.press("Home")
        opened.settle()
        assert opened.figure("debt_ratio") == before
        assert "project=" not in opened.page.url

    def test_a_bar_is_dragged_with_the_mouse(self, opened):
        bar = bar_of(opened)
        box, track = bar.bounding_box(), opened.page.locator(f"#project-{LIBRARY} .track").bounding_box()
        mouse, year = opened.page.mouse, track["width"] / 20
        mouse.move(box["x"] + 5, box["y"] + 5)
        mouse.down()
        for place in range(1, 5):
            mouse.move(box["x"] + 5 - place * year, box["y"] + 5)
        mouse.up()
        opened.settle()
        assert bar.get_attribute("aria-valuenow") == "2035"
        reset(opened)
        assert bar.get_attribute("aria-valuenow") == "2039"

    def test_a_bar_is_switched_off_and_scaled(self, opened):
        page, before = opened.page, opened.figure("debt_ratio")
        page.uncheck(f"#built-{LIBRARY}")
        opened.settle()
        without = opened.figure("debt_ratio")
        assert without < before
        page.check(f"#built-{LIBRARY}")
        page.fill(f"#project-{LIBRARY} input[type=number]", "50")
        page.keyboard.press("Tab")
        opened.settle()
        assert without < opened.figure("debt_ratio") < before
        page.click("#pin")
        assert "50" in page.inner_text("#pins .what")
        reset(opened)
        page.click("#pins button:has-text('Hent fram')")
        opened.settle()
        assert page.input_value(f"#project-{LIBRARY} input[type=number]") == "50"
        page.click("#pins button:has-text('Fjern')")
        reset(opened)

    def test_what_cannot_be_is_said(self, opened):
        page = opened.page
        bar = page.locator("#project-nordsida_hall .bar")
        bar.focus()
        bar.press("PageDown")
        page.wait_for_selector("#trouble:not(:empty)", timeout=PATIENCE)
        assert "starter før nordsida_skole åpner" in page.inner_text("#trouble")
        reset(opened)
        opened.wrong.clear()  # the browser notes refused requests itself

    def test_what_must_wait_is_laid_over_the_plan(self, opened):
        page = opened.page
        page.fill("#ceiling", "104")
        page.fill("#confidence", "60")
        page.click("#order button")
        page.wait_for_function("document.querySelector('#ordered').textContent.includes('104')", timeout=120_000)
        opened.settle()
        moved = page.locator(".project.moved").count()
        assert moved == len(re.findall("project=", opened.page.url))
        reset(opened)

    def test_dragging_repaints_at_once(self, opened):
        """From a key to new charts: the median of ten moves of 10 000 runs; loose, because machines are busy."""
        page, bar = opened.page, bar_of(opened)
        bar.focus()
        page.evaluate("performance.clearMarks()")
        times = []
        for place in range(10):
            start = page.evaluate("performance.now()")
            bar.press("ArrowLeft" if place % 2 == 0 else "ArrowRight")
            page.wait_for_function(
                "start => performance.getEntriesByName('ldip-drawn').some(m => m.startTime > start)", arg=start
            )
            marks = page.evaluate("performance.getEntriesByName('ldip-drawn').map(m => m.startTime)")
            times.append(min(mark for mark in marks if mark > start) - start)
            opened.settle()
        print("milliseconds from key to charts:", sorted(round(t) for t in times))
        assert sorted(times)[5] < 1000
        reset(opened)
