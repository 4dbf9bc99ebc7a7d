"""The live page in a real browser. Needs playwright (extra test) and a Chromium on the path; skipped without."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on the path (Debian: apt-get install chromium)"),
]
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra test)")

WIDTHS = {1280: 900, 390: 844}
PATIENCE = 60_000
"""Milliseconds: the machine may be busy, and the compiled engine not there yet."""


@pytest.fixture(scope="module")
def address():
    command = [sys.executable, "-c", "from ldip.cli import run; run()", "web", "--no-browser", "--port", "0"]
    serving = subprocess.Popen(
        [*command, "--runs", "12000"], env=os.environ | {"PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True
    )
    yield re.search(r"http\S+", serving.stdout.readline()).group()
    serving.terminate()
    serving.communicate()


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


class Screen:
    """An open page, and what went wrong on it."""

    def __init__(self, browser, address: str, words: str = "", width: int = 1280, **options):
        self.context = browser.new_context(viewport={"width": width, "height": WIDTHS[width]}, **options)
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", lambda said: said.type in ("error", "warning") and self.wrong.append(said.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("requestfailed", lambda asked: self.wrong.append(asked.url))
        self.requested: set[str] = set()
        self.page.on("request", lambda asked: self.requested.add(asked.url.split("/")[2]))
        self.page.goto(address.replace("#", f"#{words}&") if words else address)
        self.settle()

    def settle(self) -> None:
        """Wait until what is on the screen is the answer of many runs to where the controls stand."""
        self.page.wait_for_selector("#answer[aria-busy=false]")

    def figure(self, name: str) -> float:
        """A number of the answer on top."""
        text = self.page.inner_text(f"#answer-{name} .value").split("±")[0]
        return float(re.sub(r"[^\d,.-]", "", text.replace("\u2212", "-")).replace(",", "."))


@pytest.fixture
def open_page(browser, address):
    opened: list[Screen] = []

    def new(*words: str, **options) -> Screen:
        opened.append(Screen(browser, address, *words, **options))
        return opened[-1]

    yield new
    for screen in opened:
        screen.context.close()
        assert not screen.wrong
        assert screen.requested == {address.split("/")[2]}  # nothing from anywhere else


def test_the_page_shows_the_answer(open_page):
    screen = open_page()
    page = screen.page
    assert page.locator("#charts .chart").count() == 10
    assert page.locator("#charts .median[d^=M]").count() == 10
    assert page.locator("#chart-debt_ratio .limit").count() == 2
    assert "Riksrevisjonen 75" in page.inner_text("#chart-debt_ratio")
    assert page.locator("#rules tbody tr").count() == 10
    assert page.inner_text("#title") == "Bærum, handlingsprogram 2020–2023 videreført"
    assert "token" not in page.url
    assert "2039" in page.inner_text("#settled")
    box = page.locator("#chart-debt_ratio svg").get_attribute("aria-label")
    assert re.match(r"Gjeldsgrad, prosent\. 2039: \d", box)


def test_keys_move_sliders_figures_and_link(open_page):
    screen = open_page()
    page = screen.page
    before = screen.figure("debt_ratio")
    page.focus("#rate")
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    screen.settle()
    assert page.input_value("#rate-number") == "1"
    assert screen.figure("debt_ratio") > before + 2.0
    assert re.match(r"\+[\d,]+", page.inner_text("#answer-debt_ratio .apart"))
    assert "rate=1" in page.url
    assert page.inner_text("#rate-reading").endswith("4,00 prosent i 2039")
    page.click("#reset")
    screen.settle()
    assert screen.figure("debt_ratio") == before
    assert "rate" not in page.url.split("#")[1]


def test_a_link_to_where_the_scenario_stands_moves_nothing(open_page):
    screen = open_page("tax=0.35&equity=50")
    assert not re.search("tax|equity", screen.page.url)
    assert screen.page.locator(".control.moved").count() == 0
    assert screen.page.inner_text("#answer-debt_ratio .apart") == ""


def test_a_number_can_be_typed_and_nonsense_moves_nothing(open_page):
    screen = open_page()
    page = screen.page
    page.fill("#pace-number", "50")
    screen.settle()
    assert page.input_value("#pace") == "50"
    assert "408 boliger" in page.inner_text("#pace-reading")
    for nonsense in ("9999", ""):
        page.fill("#pace-number", nonsense)
        screen.settle()
        assert page.input_value("#pace") == "50"
    page.locator("#pace-number").blur()
    assert page.input_value("#pace-number") == "50"
    page.click("#pace-control .undo")
    screen.settle()
    assert page.input_value("#pace-number") == "100"


def test_the_last_of_many_quick_moves_is_what_is_shown(open_page):
    screen, alone = open_page(), open_page("tax=1.2")
    page = screen.page
    box = page.locator("#tax").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.3 * box["width"], middle)
    page.mouse.down()
    for part in range(30, 90):
        page.mouse.move(box["x"] + part / 100 * box["width"], middle)
        page.wait_for_timeout(5)
    page.mouse.up()
    page.fill("#tax-number", "1.2")
    screen.settle()
    for name in ("debt_ratio", "any_rule_breach", "restructuring_need"):
        assert screen.figure(name) == alone.figure(name)


def test_pinned_alternatives_stay_and_are_compared(open_page):
    screen = open_page()
    page = screen.page
    page.select_option("#growth", "housing-minus-20")
    screen.settle()
    page.click("#pin")
    page.fill("#rate-number", "1.5")
    screen.settle()
    page.wait_for_timeout(500)
    assert page.locator("#pins li").count() == 1
    assert "20 prosent færre boliger" in page.inner_text("#pins li")
    assert page.locator("#chart-debt_ratio .pinned").count() == 2  # the starting point and the pinned one
    page.select_option("#against", label="Alternativ A")
    screen.settle()
    page.wait_for_timeout(500)
    row = page.locator("#comparison tbody tr", has_text="Pengemarkedsrente").inner_text().split("\t")
    assert row[3].startswith("+1,")
    page.reload()
    screen.settle()
    page.wait_for_selector("#pins li")
    assert page.input_value("#pins input") == "Alternativ A"
    assert page.input_value("#rate-number") == "1.5"
    page.click("#pins button:has-text('Fjern')")
    screen.settle()
    assert page.locator("#pins li").count() == 0


def test_the_fan_is_chosen_by_name(open_page):
    screen = open_page()
    page = screen.page
    fans = page.locator("#fans button")
    assert [name.split(":")[0] for name in fans.all_inner_texts()] == ["Styrt", "Press"]
    assert fans.nth(1).get_attribute("aria-pressed") == "true"
    assert "Press: " in page.inner_text("#status")
    debt = screen.figure("debt_ratio")
    fans.nth(0).click()
    page.locator("#status", has_text="Styrt: kommunen retter seg etter resultatet").wait_for()
    screen.settle()
    assert fans.nth(0).get_attribute("aria-pressed") == "true"
    assert screen.figure("debt_ratio") != debt
    assert "Utgangspunktet (press)" in page.inner_text("#legend")


def test_policies_and_their_step(open_page):
    screen = open_page()
    page = screen.page
    before = screen.figure("any_rule_breach")
    page.fill("#step-number", "60")
    screen.settle()
    assert page.input_value("#policy") == "step"
    assert screen.figure("any_rule_breach") < before
    page.select_option("#policy", "none")
    screen.settle()
    assert screen.figure("any_rule_breach") > before
    assert "policy=none" in page.url


def test_downloads(open_page, tmp_path):
    screen = open_page("rate=0.5")
    page = screen.page
    with page.expect_download() as coming:
        page.click("#exports button:has-text('TOML')")
    coming.value.save_as(tmp_path / "mine.toml")
    tree = tomllib.loads((tmp_path / "mine.toml").read_text(encoding="utf-8"))
    assert tree["interest"]["money_market_rate"]["dated"]["2023"] == 0.035
    with page.expect_download() as coming:
        page.click("#exports button:has-text('CSV')")
    assert coming.value.suggested_filename == "ldip-figures.zip"
    assert Path(coming.value.path()).stat().st_size > 10_000


def test_a_year_is_chosen_by_key_or_in_a_chart(open_page):
    screen = open_page()
    page = screen.page
    page.focus("#year")
    page.keyboard.press("Home")
    assert page.inner_text("#year-shown") == "2020"
    assert page.locator("#chart-debt_ratio .said").inner_text().startswith("2020: ")
    box = page.locator("#chart-debt_ratio svg").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 11, box["y"] + 60)
    assert page.inner_text("#year-shown") == "2039"


def test_a_table_stands_behind_every_chart(open_page):
    page = open_page().page
    for chart in page.locator("#charts .chart").all():
        chart.locator("summary").click()
        sync_api.expect(chart.locator("tbody tr")).to_have_count(20)
        assert len(chart.locator("tbody tr").last.inner_text().split("\t")) == 8


def test_language(open_page):
    screen = open_page("rate=1")
    page = screen.page
    page.click("button:has-text('English')")
    page.wait_for_selector("h2:has-text('The answer')")
    screen.settle()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.input_value("#rate-number") == "1"
    assert "Debt ratio" in page.inner_text("#figures")


def test_without_a_token_the_page_says_how_to_get_one(browser, address):
    context = browser.new_context()
    page = context.new_page()
    page.goto(address.split("#")[0])
    sync_api.expect(page.locator("#trouble")).to_contain_text("ldip web", timeout=PATIENCE)
    assert not page.locator("#page").is_visible()
    context.close()


@pytest.mark.parametrize("lang", ["nb", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_everyone_can_use_it(open_page, width, lang):
    """No serious finding of axe-core, with everything open; and nothing wider than the screen."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    screen = open_page(f"rate=1&pin=x%3Fpace%3D90&lang={lang}", width=width, bypass_csp=True)
    page = screen.page
    page.wait_for_timeout(1500)
    for summary in page.locator("summary:visible").all():
        summary.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = axe.run(page).response["violations"]
    grave = [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in ("serious", "critical")]
    assert not grave, "\n".join(grave)


def test_everything_is_reached_by_tab(open_page):
    page = open_page().page
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
    wanted = {"year", "rate", "rate-number", "tax", "pace", "renewal", "equity", "step", "growth", "policy"}
    assert wanted | {"pin", "copy", "reset", "against"} <= reached
