"""The report page: its figures, its words in two languages, its form, and how it is written."""

import functools
import html
import importlib
import json
import os
import re
import shutil
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import numpy as np
import pytest

from ldip.analysis.findings import CONFIDENCES, find
from ldip.cli.stress import stress_sources
from ldip.model.engine.simulate import STEERED, simulate
from ldip.report.answers.comparison import labels
from ldip.report.folder.files import write_file
from ldip.report.numbers import number, shown
from ldip.report.page import html as pages
from ldip.report.page.blocks import Fold, Material, Picture, Table, pictures
from ldip.report.page.inline import as_inline
from ldip.scenario.files.reader import alternative, read, shipped
from ldip.scenario.numbers import numbers, quantities
from ldip.scenario.quantities import Parameter, Quantity, of_any_year
from ldip.scenario.units import UNITS
from ldip.text import Text

cli = importlib.import_module("ldip.cli.report")  # the module, whose name in its room is the command's
RUNS, YEARS, SEED = 500, 20, 3
VOID = {"meta", "link", "br", "wbr", "path", "use", "rect", "circle"}
CHROMIUM = Path("/usr/bin/chromium")


class Tree(HTMLParser):
    """A page read back: every tag with its attributes and its ancestors, and the words that can be seen."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.words: list[str] = []
        self.rows: list[list[str]] = []
        self.at: list[str] = []
        self.goes_on = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs), tuple(self.at)))
        self.goes_on = tag == "wbr"
        if tag not in VOID:
            self.at.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs), tuple(self.at)))

    def handle_endtag(self, tag):
        assert self.at.pop() == tag, f"</{tag}> at {self.at}"

    def handle_data(self, data):
        if "style" not in self.at and data.strip():
            if self.goes_on:
                self.words[-1] += data.strip()
            else:
                self.words.append(data.strip())
        self.goes_on = False
        if self.rows and self.at and {"td", "th"} & set(self.at):
            self.rows[-1][-1] += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes, _ in self.tags if name == tag]


@pytest.fixture(scope="module")
def findings():
    sources = [read(alternative(word)) for word in ("baerum-2020", "housing-minus-20", "housing-plus-10")]
    tests, _ = stress_sources("baerum-2020", (), ("interest-plus-2", "housing-failure"), "nb")
    return find(sources, runs=RUNS, seed=SEED, years=YEARS, tests=tests)


@functools.cache
def called(lang: str) -> dict[str, str]:
    return stress_sources("baerum-2020", (), ("interest-plus-2", "housing-failure"), lang)[1]


def material(findings, lang: str) -> Material:
    sources = [finding.source for finding in findings.scenarios.values()]
    return Material(
        findings=findings,
        label=labels(sources, 0, lang),
        tests=called(lang),
        title=Text("Bærum, videreført", "Bærum, continued").say(lang),
        command="ldip report",
        recheck=[],
        checksums={"summary.csv": "0"},
        lang=lang,
    )


def rendered(made: Material) -> str:
    return pages.page(made, pages.chapters(made))


@pytest.fixture(scope="module")
def drawn(findings) -> str:
    """The whole page in Norwegian, pictures and all."""
    return rendered(material(findings, "nb"))


@pytest.fixture
def undrawn(undrawn, monkeypatch):
    """Nor with stress tests."""
    monkeypatch.setattr(cli, "stressed", lambda *_: cli.NOT_TESTED)


def test_what_the_scenario_has_of_property_tax_and_fees_is_not_denied(findings, undrawn):
    """They are lines of the accounts: only more of them than the scenario has is not counted."""
    said = {"nb": "Høyere eiendomsskatt, gebyrer og salg enn scenariets", "en": "sales above the scenario's are not"}
    for lang, words in said.items():
        assert words in html.unescape(rendered(material(findings, lang)))


@pytest.fixture(scope="module")
def ledger(findings):
    return simulate(findings.main.source.scenario, runs=RUNS, seed=SEED, years=YEARS)


@pytest.fixture(scope="module")
def steered_ledger(findings):
    return simulate(findings.main.source.scenario, runs=RUNS, seed=SEED, years=YEARS, policy=STEERED)


def plain(text: str) -> str:
    """Words as they are read: no-break spaces as spaces."""
    return re.sub(r"\s+", " ", unescape(text).replace("\u00a0", " "))


def test_the_answer_is_that_of_the_runs(drawn, findings, ledger, steered_ledger):
    ratio, deficits = steered_ledger["debt_ratio"], ledger["debt_ratio_with_deficits"]
    text = plain(drawn)
    a, b, c = (number(100 * np.quantile(ratio[-1], p), 0, "nb") for p in CONFIDENCES)
    assert f"i 2039 blir høyst {a} prosent med 70 prosents sikkerhet, høyst {b} prosent med 80 og høyst {c}" in text
    assert (
        f"en gjeldsgrad over 75 prosent i 2039 er {number(100 * (ratio[-1] > 0.75).mean(), 0, 'nb')} prosent" in text
    )
    ever = number(100 * (ratio > 1.0).any(axis=0).mean(), 0, "nb")
    assert f"i {ever} prosent av framtidene (± " in text
    assert f"er gjeldsgraden i 2039 høyst {number(100 * np.quantile(deficits[-1], 0.9), 0, 'nb')} prosent" in text
    assert f"mer enn 100 prosent er {number(100 * (deficits[-1] > 1.0).mean(), 0, 'nb')} prosent" in text
    steps = [number(answer.step, 0, "nb") for answer in findings.main.restructuring.answers]
    assert (
        "{} mill. 2020-kr mer enn året før med 70 prosents sikkerhet, {} mill. med 80 og {} mill.".format(*steps)
        in text
    )


def test_the_highest_year_is_taken_run_by_run(findings, ledger):
    ceiling = findings.main.ceilings["debt_ratio"]
    expected = [np.quantile(ledger["debt_ratio"].max(axis=0), p) for p in CONFIDENCES]
    np.testing.assert_allclose(ceiling.highest, expected)
    assert all(high >= last for high, last in zip(ceiling.highest, ceiling.last, strict=True))


@pytest.mark.slow
def test_the_sampling_error_is_that_of_another_seed(findings):
    """The error beside the debt ratio at 90 % is about what other seeds show."""
    scenario = findings.main.source.scenario
    others = [
        np.quantile(
            simulate(scenario, runs=RUNS, seed=seed, years=YEARS, lines=["debt_ratio"])["debt_ratio"][-1], 0.9
        )
        for seed in range(100, 124)
    ]
    error = findings.main.ceilings["debt_ratio"].last_error[-1]
    assert 0.5 * np.std(others, ddof=1) < error < 2.0 * np.std(others, ddof=1)


def test_tables_are_those_of_simulate(ldip, drawn):
    said = ldip("simulate", "--runs", RUNS, "--seed", SEED, "--json", "--no-pictures")
    result = json.loads(said.out)
    rows = [[plain(cell) for cell in row] for row in Tree(drawn).rows]
    last = {row["metric"]: row for row in result["summary"] if row["year"] == 2039}
    for metric_id, unit in (("debt_ratio", "share"), ("closing_buffer_fund", "mill. kr")):
        found = last[metric_id]
        names = ("p05", "p25", "p50", "p75", "p95", "mean")
        cells = [plain(shown(found[name], unit, "nb")) for name in names]
        assert any(row[0] == "2039" and row[2:8] == cells for row in rows), metric_id
        found = {row["metric"]: row for row in result["fans"]["steered"]["summary"] if row["year"] == 2039}[metric_id]
        cells = [plain(shown(found[name], unit, "nb")) for name in names]
        assert any(row[0] == "2039" and row[2:8] == cells for row in rows), f"{metric_id}, steered"
    chance = {row["event"]: row["probability"] for row in result["probabilities"] if row["year"] == 2039}
    _, by_year = [row for row in rows if row[0] == "2039" and len(row) == 11]  # steered first
    assert by_year[1] == number(100 * chance["debt_ratio_above_75"], 1, "nb")
    assert by_year[9] == number(100 * chance["any_rule_breach"], 1, "nb")


def test_steps_are_those_of_restructure(ldip, drawn):
    said = ldip("restructure", "--runs", RUNS, "--seed", SEED, "--json")
    rows = [[plain(cell) for cell in row] for row in Tree(drawn).rows]
    for step in json.loads(said.out)["steps"]:
        name = f"{100 * step['confidence']:.0f} %"
        assert [name, number(step["step_mnok"], 1, "nb")] in [row[:2] for row in rows]


def test_every_picture_has_a_table_a_name_and_a_description(drawn, findings):
    made = material(findings, "nb")
    told = pictures(pages.chapters(made))
    assert len({picture.name for picture in told}) == len(told) >= 14
    for picture in told:
        assert picture.tables
        assert all(table.rows and table.head for table in picture.tables), picture.name
        assert len(picture.description) > 40, picture.name
    figures = re.findall(r"<figure.*?</figure>", drawn, re.DOTALL)
    assert len(figures) == len(told)
    for figure in figures:
        assert figure.count('role="img"') == 2
        assert len(re.findall(r"<title id=[^>]+>[^<]+</title>\s*<desc id=[^>]+>[^<]+</desc>", figure)) == 2
        assert re.search(r"<details>.*<table", figure, re.DOTALL)


def test_a_chapter_is_a_file_that_bears_its_name(findings):
    names = [module.__name__.rpartition(".")[2] for module in pages.CHAPTERS]
    rooms = Path(pages.__file__).parent / "chapters"
    assert sorted(names) == sorted(path.stem for path in rooms.glob("*.py") if path.stem != "__init__")
    assert [section.id for section in pages.chapters(material(findings, "nb"))] == names


def test_tables_are_rectangular(findings):
    """No row is longer than its head: every cell stands under what it is."""
    for section in pages.chapters(material(findings, "nb")):
        for block in section.blocks:
            tables = [block] if isinstance(block, Table) else getattr(block, "tables", [])
            tables = [block.table] if isinstance(block, Fold) else tables
            for table in tables:
                assert max(len(row) for row in table.rows) <= len(table.head), table.caption


def test_ids_are_unique_and_what_is_referred_to_exists(drawn):
    tree = Tree(drawn)
    ids = [attributes["id"] for _, attributes, _ in tree.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    wanted = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', drawn))
    names = {first or second for first, second in wanted}
    for _, attributes, _ in tree.tags:
        names |= set((attributes.get("aria-labelledby") or "").split())
    assert names <= set(ids)


def test_the_page_needs_nothing_but_itself(drawn):
    tree = Tree(drawn)
    assert not tree.of("script")
    assert not tree.of("img")
    for _, attributes, _ in tree.tags:
        for name in ("src", "href", "xlink:href", "action", "srcset", "data"):
            value = attributes.get(name) or "#"
            assert value.startswith(("#", "data:,")), value
        assert not [name for name in attributes if name.startswith("on")]
    assert "@import" not in drawn
    assert not re.search(r"url\((?!#)", drawn)
    policy = next(a["content"] for a in tree.of("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")


def test_three_alternatives_are_less_than_a_megabyte(drawn):
    assert len(drawn.encode()) < 1_000_000


@pytest.mark.slow
def test_the_same_runs_make_the_same_bytes(drawn, findings):
    assert rendered(material(findings, "nb")) == drawn


def test_words_of_a_scenario_cannot_break_out(undrawn, findings):
    bad = '<script>alert("x")</script> & $a_1$ {year}'
    main = findings.main
    heading = main.source.scenario.scenario.model_copy(update={"municipality": bad, "source": Text(bad, bad)})
    scenario = main.source.scenario.model_copy(update={"scenario": heading})
    source = main.source._replace(scenario=scenario, files={bad: "0"})
    name = next(iter(findings.scenarios))
    found = findings._replace(scenarios={**findings.scenarios, name: main._replace(source=source)})
    made = material(findings, "nb")
    text = rendered(made._replace(findings=found, title=bad, label=dict.fromkeys(made.label, bad), command=bad))
    assert "<script" not in text
    assert text.count("&lt;script&gt;") > 5
    Tree(text)


def test_labels_in_pictures_are_not_mathematics_nor_markup(findings):
    name = "<b>5 $ & 6 $"
    made = material(findings, "nb")
    made = made._replace(label=dict.fromkeys(made.label, name))
    picture = next(p for p in pictures(pages.chapters(made)) if p.name == "restructuring")
    text = pages._svgs(picture)
    assert "&lt;b&gt;5 $ &amp; 6 $" in text
    assert "<b>" not in text


def test_both_languages_are_complete(undrawn, findings):
    """Nothing Norwegian in English but names and quotations, and nothing English in Norwegian but quotations."""
    text = rendered(material(findings, "en"))
    names = {"Bærum", "Høvik", "Bekkestua/Høvik", "rådmannens", "Rattsø"}
    scenario = findings.main.source.scenario
    names |= {word for project in scenario.projects for word in re.findall(r"\w+", project.name_en)}
    quoted = {row.item_nb for row in findings.main.source.scenario.plan}
    norwegian = {
        word
        for line in Tree(text).words
        if line not in quoted and "rådmannens" not in line
        for word in re.findall(r"\w*[æøåÆØÅ]\w*", line)
    }
    assert norwegian <= names
    common = r"\b(og|ikke|prosent|gjeldsgrad|framtider|framtider|referansebane|sikkerhet|antakelse|årene|trinn)\b"
    assert not re.search(common, " ".join(Tree(text).words), re.IGNORECASE)
    sources = {item.source for item in numbers(findings.main.source.scenario, "nb")}
    told = [word for word in Tree(rendered(material(findings, "nb"))).words if word not in sources]
    english = r"\b(per cent|futures|runs|the|debt ratio|baseline|years|probability|assumption|median of)\b"
    assert not [word for word in told if re.search(english, word)]
    assert '<html lang="en">' in text


@pytest.mark.parametrize(
    "module", ["html", "phrases", "fan_picture", *(module.__name__.split("page.")[1] for module in pages.CHAPTERS)]
)
def test_texts_have_the_same_places_in_both_languages(module):
    found = vars(importlib.import_module(f"ldip.report.page.{module}")).values()
    texts = [text for value in found for text in (value.values() if isinstance(value, dict) else [value])]
    texts += [text for value in found if isinstance(value, tuple) and not isinstance(value, Text) for text in value]
    texts = [text for text in texts if isinstance(text, Text)]
    assert texts
    for text in texts:
        nb, en = ({place for _, place, _, _ in Formatter().parse(words) if place} for words in text)
        assert nb == en, text
        assert text.nb.count("|") == text.en.count("|"), text
        assert text.nb.strip()
        assert text.en.strip()


def test_every_unit_of_the_shipped_scenarios_has_a_name():
    for found in shipped():
        for name in ((), *((change,) for change in found.changes)):
            for key, quantity in quantities(read(found.name, name).scenario).items():
                assert isinstance(quantity, Quantity | Parameter)
                assert of_any_year(quantity.unit) in UNITS, key


def test_assumptions_are_all_there(undrawn, findings):
    scenario = findings.main.source.scenario
    rows = [row for row in Tree(rendered(material(findings, "nb"))).rows if len(row) == 4]
    basis = {row[0].rpartition("(")[2].removesuffix(")"): row[2] for row in rows}
    for key, quantity in quantities(scenario).items():
        assert basis[key] == {"source": "kilde", "derived": "avledet", "assumption": "antakelse"}[quantity.basis]


def test_residents_end_with_the_last_year(undrawn, findings, ledger):
    text = plain(rendered(material(findings, "nb")))
    path = findings.main.path["closing_residents"][-1, 0]
    assert f"Referansebanen har {plain(number(float(path), 0, 'nb'))} innbyggere i 2039" in text


def test_svg_of_a_page():
    svg = (
        '<?xml version="1.0"?>\n<!DOCTYPE svg>\n<svg width="1pt" viewBox="0 0 4 3" id="a">\n<metadata>x</metadata>\n'
        '<defs><style type="text/css">*{}</style></defs>\n<g id="unused"><path id="p" d="M 1.23456 2" '
        'clip-path="url(#c)"/></g>\n<use xlink:href="#p"/><clipPath id="c"/>'
        "<text style=\"font: 700 9px 'DejaVu Sans', sans-serif\">1.23456</text>\n</svg>\n"
    )
    text = as_inline(svg, "fan", "T & U", "D", "wide")
    assert text.startswith('<svg class="wide" role="img" aria-labelledby="fan-title fan-desc" viewBox="0 0 4 3">')
    assert '<title id="fan-title">T &amp; U</title>' in text
    assert '<path id="fan-p" d="M 1.23 2" clip-path="url(#fan-c)"/>' in text
    assert 'href="#fan-p"' in text
    assert "unused" not in text
    assert "metadata" not in text
    assert '<text style="font-size:9px;font-weight:700">1.23456</text>' in text


def test_a_result_folder_gives_identical_figures(ldip, undrawn, here):
    ldip("simulate", "--runs", 300, "--years", 6, "--out", "r", "--no-pictures", "--change", "interest-plus-2")
    said = ldip("report", "r", "--out", "r.html")
    assert said.code == 0, said.err
    assert "de samme til siste siffer i 3 filer" in said.out
    text = plain((here / "r.html").read_text(encoding="utf-8"))
    assert "de samme til siste siffer i 3 filer" in text
    assert "Rentenivå to prosentpoeng høyere" in text  # the change's title comes with the result
    assert "300 framtider" in text


def test_a_comparison_is_run_again_too(ldip, undrawn, here):
    said = ldip(
        *("compare", "baerum-2020", "housing-plus-10", "interest-plus-2", "--against", "interest-plus-2"),
        *("--runs", 200, "--years", 5, "--out", "c", "--no-pictures", "--report"),
    )
    assert said.code == 0, said.err
    assert (here / "c" / "report.html").is_file()
    said = ldip("report", "c", "--lang", "en", "--out", "c.html")
    assert "the same to the last digit in 6 files" in said.out
    policy = plain((here / "c.html").read_text(encoding="utf-8"))
    assert "difference from 'Interest" in policy or "two percentage points" in policy


def test_changed_files_and_changed_figures_are_told(ldip, undrawn, here):
    ldip("simulate", "--runs", 200, "--years", 5, "--out", "r", "--no-pictures")
    shutil.copytree("r", "altered")
    with open("altered/summary.csv", "a", encoding="utf-8") as file:
        file.write("x\n")
    Path("altered/probabilities.csv").unlink()
    said = ldip("report", "altered", "--out", "a.html")
    assert "probabilities.csv, summary.csv endret eller fjernet" in plain(said.out)
    provenance = json.loads(Path("r/provenance.json").read_text(encoding="utf-8"))
    provenance["seed"] += 1
    Path("r/provenance.json").write_text(json.dumps(provenance), encoding="utf-8")
    said = ldip("report", "r", "--lang", "en", "--out", "b.html")
    assert said.code == 0
    assert "summary.csv do not come out as when the result was written" in said.out
    assert "do not come out" in plain((here / "b.html").read_text(encoding="utf-8"))


def test_a_policy_is_kept(ldip, undrawn, here):
    ldip(
        "simulate",
        "--runs",
        200,
        "--years",
        8,
        "--policy",
        "step",
        "--step",
        30,
        "--out",
        "r",
        "--report",
        "--no-pictures",
    )
    text = plain((here / "r" / "report.html").read_text(encoding="utf-8"))
    assert "Omstilling som øker med 30,0 mill. i året" in text
    assert "--policy step --step 30 --report" in text
    assert 'id="stress"' not in text  # computed without measures: it would not fit
    assert "de samme til siste siffer" in plain(ldip("report", "r", "--out", "x.html").out)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["report", "nowhere"], 1, "nowhere"),
        (["report", "r", "baerum-2020"], 1, "må stå alene"),
        (["report", "r", "--change", "interest-plus-2"], 1, "må stå alene"),
        (["report", "r", "--runs", "5"], 2, "--runs"),
        (["report", "short"], 1, "lenger enn planen"),
        (["report", "--years", "4"], 1, "lenger enn planen"),
        (["report", "r", "--out", "."], 1, "kan ikke skrives"),
        (["report", "r", "--out", "file/x.html"], 1, "kan ikke skrives"),
        (["report", "torn"], 1, "er ikke opphavet"),
        (["report", "list"], 1, "er ikke opphavet"),
        (["report", "stressed"], 1, "er ikke opphavet"),
        (["report", "other"], 1, "passer ikke med denne versjonen"),
    ],
)
def test_bad_inputs(ldip, undrawn, here, words, code, says):
    ldip("simulate", "--runs", 100, "--years", 5, "--out", "r", "--no-pictures")
    ldip("simulate", "--runs", 100, "--years", 3, "--out", "short", "--no-pictures")
    Path("file").write_text("")
    for name, content in (("torn", '{"version": "0'), ("list", "[]")):
        Path(name).mkdir()
        Path(name, "provenance.json").write_text(content)
    shutil.copytree("r", "other")
    provenance = json.loads(Path("r/provenance.json").read_text(encoding="utf-8"))
    del provenance["scenario_resolved"]["prices"]
    Path("other/provenance.json").write_text(json.dumps(provenance))
    Path("stressed").mkdir()
    provenance["results_sha256"] = {"stress.csv": "0"}
    Path("stressed/provenance.json").write_text(json.dumps(provenance))
    said = ldip(*words)
    assert (said.code, says in said.err) == (code, True), said.err
    assert not list(here.rglob("*.html"))
    assert not list(here.glob(".*"))


def test_an_interruption_leaves_the_old_page(ldip, undrawn, monkeypatch, here):
    Path("report.html").write_text("old")
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    said = ldip("report", "baerum-2020", "--runs", 50, "--years", 5)
    assert said.code == 130
    assert Path("report.html").read_text() == "old"
    assert os.listdir() == ["report.html"]


def test_pictures_on_request(ldip, here, monkeypatch, findings):
    first = pages.chapters(material(findings, "nb"))[1]
    kept = first._replace(blocks=[block for block in first.blocks if isinstance(block, Picture)][:1])
    monkeypatch.setattr(pages, "chapters", lambda material: [kept])
    monkeypatch.setattr(cli, "stressed", lambda *_: cli.NOT_TESTED)
    said = ldip("report", "baerum-2020", "--runs", 50, "--years", 5, "--pictures", "p")
    assert said.code == 0, said.err
    assert sorted(os.listdir("p")) == ["debt_ratio.png", "debt_ratio.svg"]
    assert Path("p/debt_ratio.png").read_bytes()[:4] == b"\x89PNG"
    assert "Gjeldsgrad, prosent" in Path("p/debt_ratio.svg").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(("runs", "years"), [(1, 5), (40, 60)])
def test_any_size_makes_a_page(ldip, here, runs, years):
    said = ldip("report", "--runs", runs, "--years", years, "--lang", "en")
    assert said.code == 0, said.err
    Tree(Path("report.html").read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["nb", "en"])
def test_in_a_browser(tmp_path, findings, lang):
    """No request, no error, nothing wider than the screen, no serious fault found by axe."""
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="needs axe: pip install axe-playwright-python"
    ).Axe()
    if not CHROMIUM.is_file():
        pytest.skip("needs Debian's chromium: apt-get install chromium")
    path = tmp_path / "report.html"
    write_file(path, rendered(material(findings, lang)))
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(bypass_csp=True)  # axe is a script, the page allows none
        page = context.new_page()
        requests, errors = [], []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.locator("svg.wide").first.is_visible() == (width > 600)
            assert page.locator("svg.narrow").first.is_visible() == (width < 600)
            page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            # Contrast takes most of the time, and neither width nor language has colours of its own.
            contrast = {"rules": {"color-contrast": {"enabled": (lang, width) == ("nb", 1280)}}}
            found = axe.run(page, options=contrast).response["violations"]
            assert not [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")]
        browser.close()
    assert {url for url in requests if not url.startswith("data:")} == {path.as_uri()}
    assert not errors
