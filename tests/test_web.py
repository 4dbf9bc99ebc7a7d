"""The live page's server: the command line's figures, changes as the reader would lay them, and who is refused."""

import asyncio
import hashlib
import http.client
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
import tomllib
import urllib.request
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import uvicorn
from conftest import snapshot
from python_calamine import CalamineWorkbook

from ldip.errors import InputError
from ldip.model import drivers
from ldip.model.catalogue import catalogue
from ldip.model.engine.simulate import run_baseline
from ldip.model.people import counted
from ldip.model.plan.baseline import build
from ldip.model.shown import WEB, WEB_CHARTS
from ldip.scenario.files.overlay import lay_over, read_change
from ldip.scenario.files.reader import change_names, find, read
from ldip.scenario.files.writer import change_text, change_toml
from ldip.scenario.numbers import quantities
from ldip.scenario.quantities import Parameter
from ldip.scenario.schema import Scenario, limits
from ldip.text import Text
from ldip.web import engine, server
from ldip.web.answers import answer_records, page_records
from ldip.web.controls import CONTROLS, State, change_of, parameter, read_state
from ldip.web.memory import Memory
from ldip.web.serve import listen, own_names
from ldip.web.simulator import Simulator
from ldip.web.words import WORDS

STATIC = Path(server.__file__).parent / "static"
TOKEN = "correct-horse"
PLACE = find("baerum-2020")
CHANGES = change_names(PLACE.folder)
MOVED = {
    "values": {"rate": 0.85, "tax": 0.1, "pace": 90, "renewal": 110, "equity": 45},
    "changes": ["housing-minus-20", "construction-risk"],
    "policy": "step",
    "step": 40,
}


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator("baerum-2020", (), years=20, seed=1, runs=1500)


class Answer(NamedTuple):
    """What came over HTTP."""

    status: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


class Page:
    """A browser as far as HTTP goes: post("/api/page") with token and JSON, unless told otherwise."""

    def __init__(self, port: int):
        self.port = port

    def get(self, path: str, **headers: str | bytes) -> Answer:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, body: object = None, **headers: str | bytes) -> Answer:
        content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        return self._ask("POST", path, content, {"X_Ldip_Token": TOKEN, "Content_Type": "application/json"} | headers)

    def _ask(self, method: str, path: str, content: bytes | None, headers: dict[str, str | bytes]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, content, {name.replace("_", "-"): v for name, v in headers.items()})
        answer = connection.getresponse()
        got = Answer(answer.status, {name.lower(): v for name, v in answer.getheaders()}, answer.read())
        connection.close()
        return got


@pytest.fixture(scope="module")
def page(simulator):
    bound = listen("127.0.0.1", 0)
    app = server.application(simulator, TOKEN, own_names("127.0.0.1"))
    serving = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="warning", ws="none", http="h11"))
    thread = threading.Thread(target=serving.run, args=([bound],))
    thread.start()
    yield Page(bound.getsockname()[1])
    serving.should_exit = True
    thread.join()


# ---- the same figures as the command line


def test_page_and_command_line_agree_to_the_last_digit(page, ldip, here):
    asked = {"state": MOVED, "against": {}, "runs": "released"}
    answer = page.post("/api/simulate", asked).json()
    Path("alternative.toml").write_bytes(page.post("/api/export/scenario", {"state": MOVED}).content)
    said = ldip(
        *("simulate", "--change", "alternative.toml", "--runs", 1500, "--policy", "step", "--step", 40, "--json"),
        *("--no-pictures", "--out", "results"),
    )
    told = json.loads(said.out)
    compared = 0
    for record in told["summary"]:
        if record["metric"] not in answer["metrics"]:
            continue
        mine, t = answer["metrics"][record["metric"]], record["year"] - 2020
        for name in ("mean", "p05", "p25", "p50", "p75", "p95"):
            assert mine[name][t] == record[name], (record["metric"], record["year"], name)
            assert mine["errors"][name][t] == record["standard_errors"][name]
            compared += 1
    assert compared == len(WEB) * 20 * 6
    for record in told["probabilities"]:
        mine, t = answer["events"][record["event"].removesuffix("_so_far")], record["year"] - 2020
        kind = "so_far" if record["event"].endswith("_so_far") else "in_year"
        assert (mine[kind][t], mine[f"{kind}_error"][t]) == (record["probability"], record["standard_error"])


def test_downloaded_figures_are_the_command_lines_files(page, ldip, here):
    archive = zipfile.ZipFile(io.BytesIO(page.post("/api/export/figures", {"state": MOVED}).content))
    archive.extractall("page")
    ldip(
        *("simulate", "--change", "page/ldip-alternative.toml", "--runs", 1500, "--policy", "step", "--step", 40),
        *("--no-pictures", "--out", "results"),
    )
    for name in ("summary.csv", "sampling_errors.csv", "probabilities.csv"):
        assert Path("page", name).read_bytes() == Path("results", name).read_bytes(), name
    assert "provenance.json" in archive.namelist()


def test_the_workbook_is_the_command_lines(page, ldip, here):
    """But for where it says how it was made."""
    Path("page.xlsx").write_bytes(page.post("/api/export/workbook", {"state": MOVED}).content)
    Path("ldip-alternative.toml").write_bytes(page.post("/api/export/scenario", {"state": MOVED}).content)
    said = ldip(
        *("workbook", "--change", "ldip-alternative.toml", "--runs", 1500, "--policy", "step", "--step", 40),
        *("--out", "command.xlsx"),
    )
    assert said.code == 0
    sheets = [CalamineWorkbook.from_path(name) for name in ("page.xlsx", "command.xlsx")]
    assert sheets[0].sheet_names == sheets[1].sheet_names
    tables = [{name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names} for book in sheets]
    figures = "Alle tall"
    assert len(tables[0][figures]) > 700
    assert tables[0][figures] == tables[1][figures]


def test_the_report_is_of_the_same_figures(page, monkeypatch):
    """It names the checksums of the files that the same figures are written into; pictures are test_report.py's."""
    monkeypatch.setattr("ldip.report.page.html._svgs", lambda picture: "")
    archive = zipfile.ZipFile(io.BytesIO(page.post("/api/export/figures", {"state": MOVED}).content))
    report = page.post("/api/export/report", {"state": MOVED, "lang": "en"}).content.decode()
    for name in ("summary.csv", "probabilities.csv"):
        assert hashlib.sha256(archive.read(name)).hexdigest() in report, name
    assert "Debt ratio" in report
    assert "<script" not in report


def test_the_file_can_stand_in_the_scenarios_place(page, here):
    Path("alternative.toml").write_bytes(page.post("/api/export/scenario", {"state": MOVED}).content)
    alone, laid = read("alternative.toml"), read("baerum-2020", ("alternative.toml",))
    assert alone.scenario == laid.scenario
    assert tomllib.loads(Path("alternative.toml").read_text(encoding="utf-8"))["change"]["extends"] == "baerum-2020"


def test_only_moved_keys_are_in_the_file(page):
    tree = tomllib.loads(page.post("/api/export/scenario", {"state": {"values": {"rate": 1}}}).content.decode())
    assert set(tree) == {"change", "interest"}
    assert set(tree["interest"]) == {"money_market_rate"}
    rate = tree["interest"]["money_market_rate"]
    assert rate["dated"] == {"2020": 0.02, "2021": 0.035, "2022": 0.039, "2023": 0.04}
    assert (rate["basis"], rate["unit"]) == ("assumption", "per year")
    assert set(tomllib.loads(page.post("/api/export/scenario", {}).content.decode())) == {"change"}


def test_sliders_mean_what_the_named_changes_say(simulator):
    def figures(state: State):
        result, _ = simulator.result_beside(state, state, 1500, lambda: None)
        return answer_records(result, None, "nb")["metrics"]

    assert figures(State((("rate", 2.0),))) == figures(State(changes=("interest-plus-2",)))
    assert figures(State((("pace", 80.0),))) == figures(State(changes=("housing-minus-20",)))
    assert figures(State((("pace", 80.0),))) != figures(State())


def test_differences_are_paired(page):
    state = {"values": {"rate": 1}}
    answer = page.post("/api/simulate", {"state": state, "against": {}, "runs": "released"}).json()
    base = page.post("/api/simulate", {"state": {}, "against": {}, "runs": "released"}).json()
    assert base["apart"] is None
    assert set(answer["apart"]["metrics"]) == set(answer["metrics"])
    for name, apart in answer["apart"]["metrics"].items():
        expected = np.subtract(answer["metrics"][name]["mean"], base["metrics"][name]["mean"])
        assert np.allclose(apart["mean"], expected, rtol=1e-9, atol=1e-12), name
        if apart["mean"][-1]:  # what chance does to both falls out
            assert apart["error"][-1] < 1.5 * answer["metrics"][name]["errors"]["mean"][-1], name
    dragged = page.post("/api/simulate", {"state": state, "against": {}, "runs": "dragged"}).json()
    assert dragged["apart"]["metrics"]["debt_ratio"] == answer["apart"]["metrics"]["debt_ratio"]


def test_a_change_in_memory_is_laid_as_a_file(here):
    base = read("baerum-2020")
    for name in CHANGES:
        title, tree = read_change(PLACE, name)[:2]
        laid, filed = lay_over(base, tree, f"{name}.toml", title), read("baerum-2020", (name,))
        assert laid.scenario == filed.scenario, name
        assert laid.change_titles == filed.change_titles
        Path("copy.toml").write_text(change_text(laid.scenario, tree, title, "baerum-2020"), encoding="utf-8")
        again = read("copy.toml").scenario
        assert (again.changes, again.projects) == (("copy",), filed.scenario.projects)
        assert of_numbers(again) == of_numbers(filed.scenario), name


def of_numbers(scenario: Scenario) -> dict[str, Any]:
    """What stands under every key, year by year."""
    years = np.arange(2020, 2080)
    return {
        key: (it.at(years).tolist() if isinstance(it, Parameter) else it.value, it.unit, it.basis, it.source)
        for key, it in quantities(scenario).items()
    }


def test_faults_of_a_change_in_memory_are_those_of_a_file():
    base = read("baerum-2020")
    title = Text("x", "x")
    wrong = {"value": 7.0, "basis": "assumption", "source": "wrong"}
    tree = {"financing": {"equity_target": wrong, "typo": 1.0}, "plan": [], "scenario": {"plan_years": 5}}
    with pytest.raises(InputError) as caught:
        lay_over(base, tree, "page", title)
    said = "\n".join(caught.value.say("en"))
    for words in (
        "financing.equity_target.value = 7: expected share between 0 and 1",
        "unknown key",
        "page: plan: cannot stand in a change",
        "page: scenario: cannot stand in a change",
    ):
        assert words in said, said


def test_strings_survive_the_file(here):
    base = read("baerum-2020")
    odd = 'a "quoted" \\ reason, with\ttab, æøå {x} $a$'
    tree = {"financing": {"equity_target": {"value": 0.1 + 0.2, "basis": "assumption", "source": odd}}}
    laid = lay_over(base, tree, "odd.toml", Text("«æ»", '"q"'))
    Path("odd.toml").write_text(change_text(laid.scenario, tree, laid.change_titles[-1], "baerum-2020"), "utf-8")
    assert read("odd.toml").scenario == laid.scenario
    assert tomllib.loads(change_toml({"title_nb": "\x7f"}, {}))["change"]["title_nb"] == "\x7f"


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.id)
def test_every_position_of_a_slider_is_a_valid_scenario(simulator, control):
    for value in (control.low, control.high):
        alternative = simulator.alternative(State(((control.id, value),)))
        moved = parameter(alternative.source.scenario, control.key)
        low, high = limits(control.key)
        assert all(low <= number <= high for number in moved.numbers().values())
        assert moved.basis == "assumption"
    still = simulator.alternative(State()).unmoved[control.id]
    assert control.low <= still <= control.high
    tree = change_of({control.id: still}, simulator.source.scenario)
    unmoved = lay_over(simulator.source, tree, "same.toml", Text("", "")).scenario
    years = np.arange(2024, 2040)
    expected = parameter(simulator.source.scenario, control.key).at(years)
    assert np.allclose(parameter(unmoved, control.key).at(years), expected, rtol=1e-12)


def test_property_tax_is_moved_by_the_steps_of_the_law(simulator):
    """Where there is something to tax: up by 1 per mille a year, down at once; and only there the page has it."""
    page = Simulator("eksempelvik-2025", (), years=10, seed=1, runs=50)
    shown = {
        name: [one["id"] for one in page_records(of, "nb")["controls"]]
        for name, of in (("e", page), ("b", simulator))
    }
    assert "property_tax" in shown["e"]
    assert "property_tax" not in shown["b"]
    assert "fees" in shown["b"]
    for level, steps in ((7.0, [4.0, 5.0, 6.0, 7.0, 7.0]), (2.5, [4.0, 2.5, 2.5, 2.5, 2.5])):
        alternative = page.alternative(State((("property_tax", level),)))
        moved = alternative.source.scenario.local_revenue.property_tax_rate
        assert moved.at(np.arange(2025, 2030)).tolist() == steps
    states = (State(), State((("property_tax", 7.0),)))
    baseline, raised = (run_baseline(build(page.alternative(state).source.scenario, 10)) for state in states)
    more = raised["property_tax"] / baseline["property_tax"]
    np.testing.assert_allclose(more[:5, 0], [1.0, 1.25, 1.5, 1.75, 1.75])
    result = raised["net_operating_result"] - baseline["net_operating_result"]
    assert result[1, 0] == pytest.approx(raised["property_tax"][1, 0] - baseline["property_tax"][1, 0])


# ---- what is remembered changes nothing


def test_memory_gives_back_what_would_be_computed(scenario):
    memory = Memory()
    other = lay_over(read("baerum-2020"), read_change(PLACE, "housing-bust")[1], "x.toml", Text("", "")).scenario
    for one in (scenario, scenario, other, scenario):
        for kept, fresh in zip(memory.count(one, 20)[1:3], counted.count(one, 20)[1:3], strict=True):
            assert np.array_equal(kept.residents, fresh.residents)
            assert np.array_equal(kept.demand["schools"], fresh.demand["schools"])
    base = build(scenario, 20)
    process = drivers.prepare(scenario.drivers, base.plan)
    dearer = drivers.prepare(scenario.drivers, base.plan._replace(planned_rate=base.plan.planned_rate + 0.01))
    calls = [
        (process, 1, 0, 0.0),
        (process, 1, 0, 30.0),
        (process, 2, 0, 0.0),
        (dearer, 1, 0, 0.0),
        (process, 1, 0, 0.0),
    ]
    for of, seed, first, step in calls:
        kept = memory.weather(of, seed, first, 1500, np.full(1500, step))
        assert np.array_equal(kept, drivers.weather(of, seed, first, 1500, step))


def test_the_reference_is_simulated_once(simulator, monkeypatch):
    asked = []
    real = Simulator.alternative
    monkeypatch.setattr(Simulator, "alternative", lambda self, state: asked.append(state) or real(self, state))
    base = State(changes=("equalisation-64",))
    for rate in (0.5, 1.0):
        simulator.result_beside(State((("rate", rate),)), base, 1500, lambda: None)
    assert asked.count(base) == 1


# ---- the latest question wins


def test_a_newer_question_supersedes_those_of_the_same_page():
    """The first notices while it works, the second before it begins; another page's is answered."""

    async def scene() -> list[object]:
        desk = server.Desk(Simulator("baerum-2020", (), years=4, seed=1, runs=10))
        begun, newer = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def long_one(wanted):
            wanted()
            loop.call_soon_threadsafe(begun.set)
            asyncio.run_coroutine_threadsafe(newer.wait(), loop).result(10)
            wanted()
            return "first"

        first = asyncio.create_task(desk.ask("a", long_one))
        await begun.wait()
        rest = [asyncio.create_task(desk.ask(who, lambda _, who=who: who)) for who in ("a", "b", "a")]
        await asyncio.sleep(0)
        newer.set()
        return await asyncio.gather(first, *rest, return_exceptions=True)

    first, second, other, last = asyncio.run(scene())
    assert isinstance(first, server.SupersededError)
    assert isinstance(second, server.SupersededError)
    assert (other, last) == ("b", "a")


def test_the_first_answer_comes_before_the_engine_is_loaded(monkeypatch):
    happened = []
    monkeypatch.setattr(server, "load", lambda: happened.append("loaded"))

    async def at_once() -> bool:
        return True

    monkeypatch.setattr(server, "ready_to_load", at_once)

    async def scene() -> None:
        simulator = Simulator("baerum-2020", (), years=4, seed=1, runs=10)
        desk = server.Desk(simulator)
        warming = asyncio.create_task(desk.warm_up())
        await asyncio.sleep(0.01)
        await desk.ask("page", lambda wanted: happened.append("answered"))
        await warming
        assert simulator.engine == "compiled"
        assert simulator.result(State(), 10, lambda: None).summary.runs == 10  # from what was kept

    asyncio.run(scene())
    assert happened == ["answered", "loaded"]


@pytest.mark.parametrize("so_often", [1, 2, 3, 8])
def test_a_simulation_nobody_waits_for_stops(simulator, so_often):
    """Whenever it is told so: before the simulation, before a chunk, between figures."""
    left = [None] * so_often

    def wanted() -> None:
        if not left:
            raise server.SupersededError
        left.pop()

    with pytest.raises(server.SupersededError):
        simulator.result(State((("rate", 0.3),)), 1500, wanted)
    assert not left


# ---- who is refused


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "", "[::2]"])
def test_foreign_hosts_are_refused(page, host):
    for path in ("/", "/static/page.js"):
        assert page.get(path, Host=host).status == 421
    assert page.post("/api/page", Host=host).status == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:9", "LOCALHOST", "[::1]:8765"])
def test_own_hosts_are_answered(page, host):
    assert page.post("/api/page", Host=host).status == 200


def test_nothing_is_computed_without_the_token(page):
    for path in ("/api/page", "/api/simulate", "/api/export/scenario"):
        for token in ("", "wrong", TOKEN + "x", "æ"):
            answer = page.post(path, X_Ldip_Token=token.encode("utf-8"))
            assert answer.status == 401
            assert "ldip web" in answer.json()["errors"][0]["en"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{}", {"Content_Type": "text/plain"}, 415),
        (b"a=1", {"Content_Type": "application/x-www-form-urlencoded"}, 415),
        (b"{", {}, 400),
        (b"", {}, 400),
        (b"[]", {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"[" * 10_000, {}, 400),
        (b'{"x": "' + b"y" * server.LARGEST_BODY + b'"}', {}, 413),
        (b'{"lang": "xx"}', {}, 422),
        (b'{"runs": 1000000000}', {}, 422),
        (b'{"state": 1, "runs": "dragged"}', {}, 422),
    ],
)
def test_malformed_requests_are_told_so(page, body, headers, status):
    answer = page.post("/api/simulate", body, **headers)
    assert answer.status == status
    assert all(line["nb"] and line["en"] for line in answer.json()["errors"])


def test_only_posts_compute_and_only_parts_of_the_page_are_served(page):
    assert page.get("/api/page", X_Ldip_Token=TOKEN).status == 405
    assert page.post("/api/export/passwords").status == 404
    for path in ("/static/../server.py", "/static/%2e%2e/server.py", "/static/", "/server.py"):
        assert page.get(path).status == 404


def test_every_response_is_kept_to_itself(page):
    foreign = page.get("/", Host="evil.example")
    for answer in (page.get("/"), page.post("/api/page"), page.post("/api/page", b"{"), foreign):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not any(name.startswith("access-control") for name in answer.headers)


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        ({"values": {"rate": 99}}, "values.rate = 99: must be a number from -2 to 4"),
        ({"values": {"rate": None}}, "values.rate = None"),
        ({"values": {"rate": True}}, "values.rate = True"),
        ({"values": {"rate": float("nan")}}, "values.rate = nan"),
        ({"values": {"rate": 10**400}}, "values.rate = 1000"),
        ({"values": {"rente": 1}}, "values.rente: is not known"),
        ({"values": []}, "values = []: must be a JSON object"),
        ({"changes": ["../../etc/passwd"]}, "must be names among"),
        ({"changes": ["housing-minus-20", "housing-minus-20"]}, "must be names among"),
        ({"changes": [{}]}, "must be names among"),
        ({"changes": "housing-minus-20"}, "must be names among"),
        ({"policy": "best"}, "policy = best: must be one of none, adopted, step, react"),
        ({"policy": []}, "policy = []"),
        ({"step": -1}, "step = -1"),
        ({"colour": 1}, "colour: is not known"),
    ],
)
def test_faulty_states_name_the_fault(sent, fault):
    with pytest.raises(InputError) as caught:
        read_state(sent, CHANGES)
    assert fault in "\n".join(caught.value.say("en"))


def test_all_faults_of_a_state_are_told_at_once(page):
    body = {"state": {"values": {"rate": 99, "pace": -1}, "policy": "best"}, "runs": "dragged"}
    assert len(page.post("/api/simulate", body).json()["errors"]) == 3


def test_states_that_mean_the_same_are_the_same():
    one = read_state(
        {"values": {"tax": 1, "rate": 2}, "changes": ["housing-bust", "avtjerna-2030"], "step": 7}, CHANGES
    )
    other = read_state({"values": {"rate": 2.0, "tax": 1.0}, "changes": ["avtjerna-2030", "housing-bust"]}, CHANGES)
    assert one == other


# ---- the page itself


def test_page_is_complete_in_both_languages(simulator):
    nb, en = (page_records(simulator, lang) for lang in ("nb", "en"))
    assert len(nb["fans"]) == len(WEB_CHARTS) == 10
    assert [m["id"] for m in nb["metrics"]] == [m["id"] for m in en["metrics"]]
    for metric in nb["metrics"]:
        assert metric["label"] == catalogue()[metric["id"]].label.nb
        assert metric["unit"]
    assert {change["id"] for change in nb["growth"]} >= {
        "housing-minus-20",
        "housing-plus-10",
        "housing-adopted-pace",
    }
    assert {change["id"] for change in [*nb["growth"], *nb["others"]]} == set(CHANGES)
    for name, words in WORDS.items():
        assert words.nb, name
        assert set(re.findall(r"\{\w+\}", words.nb)) == set(re.findall(r"\{\w+\}", words.en)), name


def test_words_of_the_page_exist_and_are_used():
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js"))
    html = (STATIC / "index.html").read_text(encoding="utf-8")
    used = set(re.findall(r"\bwords\.(\w+)", scripts)) | set(re.findall(r'data-word(?:-label)?="(\w+)"', html))
    used -= {"get", "getAll", "set", "has", "append", "delete"}  # of addresses
    assert used == set(WORDS)


def test_page_needs_no_other_place_and_no_inline_code():
    for path in STATIC.iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|//cdn|@import", text), path.name
        assert not re.search(r"\beval\(|innerHTML|new Function", text), path.name
    html = (STATIC / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", html)


def test_thresholds_and_readings_follow_the_scenario(simulator):
    result, _ = simulator.result_beside(State((("rate", 1.0),)), State(), 1500, lambda: None)
    answer = answer_records(result, None, "en")
    limits_drawn = {name: [line["values"][-1] for line in lines] for name, lines in answer["thresholds"].items()}
    assert limits_drawn["debt_ratio"] == limits_drawn["debt_ratio_with_deficits"] == [0.75, 1.0]
    assert limits_drawn["net_operating_result_share"] == [0.03]
    assert limits_drawn["closing_buffer_fund"] == [100.0]
    assert answer["readings"]["rate"] == "4.00 per cent in 2039"
    places = {"rate": 0.0, "tax": 0.35, "pace": 100.0, "renewal": 100.0, "equity": 50.0}
    assert answer["unmoved"] == places | {"fees": 0.0, "property_tax": 0.0}


def test_short_horizons_are_shown_too():
    simulator = Simulator("baerum-2020", ("interest-plus-2",), years=2, seed=3, runs=20)
    assert "interest-plus-2" not in simulator.changes
    result, pair = simulator.result_beside(State((("rate", 1.0),)), State(), 20, lambda: None, whole=True)
    answer = answer_records(result, pair, "nb")
    assert len(answer["metrics"]["debt_ratio"]["p50"]) == 2
    json.dumps(answer, allow_nan=False)


# ---- the command


def test_the_command_serves_until_interrupted_and_leaves_nothing(here):
    code = "from ldip.cli import run; run()"
    command = [sys.executable, "-c", code, "web", "--no-browser", "--port", "0", "--runs", "200", "--lang", "en"]
    environment = os.environ | {"XDG_CONFIG_HOME": str(here / "config"), "PYTHONUNBUFFERED": "1"}
    serving = subprocess.Popen(
        command, cwd=here, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        address = re.search(r"http://127\.0\.0\.1:\d+/#lang=en&token=[\w-]{32}", serving.stdout.readline()).group()
        root, token = address.partition("#")[0], address.partition("token=")[2]
        with urllib.request.urlopen(root, timeout=10) as answer:
            assert b"<title>ldip</title>" in answer.read()
        body = json.dumps({"state": {}, "against": {}, "runs": "dragged"}).encode()
        headers = {"Content-Type": "application/json", "X-Ldip-Token": token}
        asked = urllib.request.Request(f"{root}api/simulate", body, headers)
        with urllib.request.urlopen(asked, timeout=30) as answer:
            assert json.load(answer)["runs"] == 200
        serving.send_signal(signal.SIGINT)
        out, err = serving.communicate(timeout=20)
    finally:
        serving.kill()
    assert serving.returncode == 0, err
    assert "The page is closed." in err
    assert "Traceback" not in out + err
    assert {name for name in snapshot(here) if not name.startswith("config")} == set()


def test_compiling_does_not_execute_what_lies_in_the_current_folder(here, monkeypatch):
    (here / "numba.py").write_text("open('executed', 'w')\n", encoding="utf-8")
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    monkeypatch.setattr(engine, "must_compile", lambda: True)
    assert asyncio.run(engine.ready_to_load())
    assert {path.name for path in here.iterdir()} == {"numba.py"}


def test_a_taken_port_and_a_missing_scenario_are_faults(ldip):
    taken = listen("127.0.0.1", 0)
    port = taken.getsockname()[1]
    said = ldip("web", "--port", port, "--no-browser")
    assert said.code == 1
    assert f"127.0.0.1:{port}" in said.err
    assert "--port" in said.err
    taken.close()
    assert ldip("web", "no-such-town").code == 1
    assert ldip("web", "--years", 1).code == 2


def test_another_host_is_an_open_door_with_known_names():
    assert own_names("127.0.0.1") == own_names("localhost") == {"127.0.0.1", "localhost", "::1"}
    assert "10.0.0.7" in own_names("10.0.0.7")
    assert "evil.example" not in own_names("0.0.0.0")
