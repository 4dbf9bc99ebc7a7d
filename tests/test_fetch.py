"""Getting Statistics Norway's tables: against a server on this machine that speaks the service's protocol."""

import http.server
import json
import socket
import threading
import time
from urllib.parse import parse_qs, unquote, urlsplit

import made_statistics as made
import pytest
from test_fault_kinds import told

from ldip.errors import InputError
from ldip.scenario.files.reader import read
from ldip.scenario.official import fetch as client
from ldip.scenario.official.catalogue import catalogue
from ldip.scenario.official.fetch import ADDRESSES, fetch

TABLES = {
    "07459": made.population([2025, 2026], region=made.NEW),
    "14288": made.projection(range(2025, 2031)),
    "12137": made.finance(range(2022, 2026)),
    "12367": made.functions(2025),
    "13202": made.balance(2025),
    "05940": made.completions(range(2010, 2026)),
    "12134": made.key_figures(range(2022, 2026)),
    "14674": made.property_tax({2025: 3.0}),
    "06265": made.dwellings(range(2010, 2026)),
    "14700": made.prices(range(2020, 2026)),
}
DEMANDED = {"Tid", "ContentsCode", "KOKkommuneregion0000", "KOKkapittel0000", "KOKartkap0000", "KOKfunksjon0000"}
DEMANDED |= {"KOKart0000", "KOKregnskapsomfa0000"}


class Service(http.server.BaseHTTPRequestHandler):
    """PxWebApi v2 as far as it is used: a table's description and its figures, with its refusals."""

    asked: list[str]
    troubles: list[tuple[int, dict[str, str]]]

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.server.troubles:
            status, headers = self.server.troubles.pop(0)
            self.answer(status, b"trouble", headers)
            return
        if self.server.slow:
            time.sleep(self.server.slow)
        place = urlsplit(self.path)
        parts = place.path.strip("/").split("/")
        table = json.loads(TABLES[parts[1]]) if parts[:1] == ["tables"] and parts[1] in TABLES else None
        if table is None:
            self.answer(404, b"no such table")
        elif parts[2] == "metadata":
            for name, dimension in table["dimension"].items():
                dimension["extension"] = {"elimination": name not in DEMANDED}
            self.answer(200, json.dumps({**table, "value": None}).encode())
        else:
            self.figures(table, parse_qs(place.query))

    def figures(self, table: dict, query: dict[str, list[str]]) -> None:
        """The figures, if all that is asked for is there and all that is demanded is asked for."""
        chosen = {unquote(name)[11:-1] for name in query if name.startswith("valueCodes[")}
        unknown = [name for name in chosen if name not in table["dimension"]]
        lacking = [name for name in table["dimension"] if name in DEMANDED and name not in chosen]
        for name in chosen - set(unknown):
            there = table["dimension"][name]["category"]["index"]
            for value in query[f"valueCodes[{name}]"][0].split(","):
                plain = value.removeprefix("K-") if f"codelist[{name}]" in query else value
                if not any(sign in plain for sign in "*(") and plain not in there:
                    unknown.append(plain)
        if unknown or lacking or query["outputFormat"] != ["json-stat2"]:
            self.answer(400, f"Non-existent value {unknown}; missing selection {lacking}".encode())
            return
        self.answer(200, json.dumps(table).encode())

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.asked, server.troubles, server.slow = [], [], 0.0
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    server.address = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def get(service, here, *numbers, **how):
    slept = []
    tables = [catalogue()[number] for number in numbers]
    paths = fetch(tables, "3201", (), here / "got", service=service.address, sleep=slept.append, **how)
    return paths, slept


def test_tables_come_as_files_with_their_addresses_beside_them(service, here):
    paths, slept = get(service, here, "07459", "12137")
    assert [path.name for path in paths] == ["07459-3201.json", "12137-3201.json"]
    assert json.loads(paths[0].read_text(encoding="utf-8")) == json.loads(TABLES["07459"])
    addresses = (here / "got" / ADDRESSES).read_text(encoding="utf-8").splitlines()
    assert addresses[0].startswith(f"07459-3201.json: {service.address}/tables/07459/data?lang=no")
    assert "codelist[Region]=agg_KommSummer" in addresses[0]
    assert len(service.asked) == 4, "each table's description and its figures"
    assert sum(slept) >= 3 * client.PAUSE, "no more than thirty calls a minute"


def test_what_a_table_lacks_is_not_asked_for_and_what_it_demands_is(service, here):
    get(service, here, "13202", "12134", "14700")
    balance, figures, prices = (unquote(path) for path in service.asked if "/data" in path)
    assert "KOKregnskapsomfa0000" not in balance, "the balance here has no such dimension"
    assert "valueCodes[KOKkapittel0000]=*" in balance
    assert "valueCodes[KOKkommuneregion0000]=3201,3024&" in figures + "&", "0219 is in no cell of it"
    assert "valueCodes[Tid]=*" in prices


def test_a_whole_municipality_over_the_network(service, here, ldip, monkeypatch):
    monkeypatch.setattr(client, "PAUSE", 0.0)
    ldip("scenario", "new", "baerum", "--municipality", "Bærum", "--first-year", "2026")
    words = ["--municipality", "3201", "--into", "baerum", "--service", service.address, "--lang", "en"]
    said = ldip("scenario", "import", "--fetch", *words)
    assert said.code == 0, said.err
    assert "Fetching http://127.0.0.1" in said.err
    assert "Filled into baerum" in said.out
    assert read(str(here / "baerum")).scenario.population[0].basis == "source"
    assert (here / "baerum" / "statistikk" / ADDRESSES).is_file()
    assert ldip("scenario", "check", "baerum").code == 0


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_service_is_asked_again_as_late_as_it_wants(service, here, status):
    service.troubles = [(status, {"Retry-After": "7"}), (status, {})]
    paths, slept = get(service, here, "12134")
    assert paths
    assert slept[:2] == [7.0, client.WAIT[1]]


def test_one_that_stays_busy_is_told_with_what_it_said(service, here):
    service.troubles = [(429, {})] * 9
    with pytest.raises(InputError) as caught:
        get(service, here, "12134")
    assert caught.value.faults[0].kind == "refused"
    assert "429" in caught.value.say("en")[0]
    assert len(service.asked) == 1 + len(client.WAIT)


def test_a_refusal_is_not_repeated(service, here):
    service.troubles = [(403, {})]
    told("refused", get, service, here, "12134")
    assert len(service.asked) == 1


def test_a_slow_answer_is_given_up_and_tried_again(service, here, monkeypatch):
    monkeypatch.setattr(client, "TIMEOUT", 0.2)
    service.slow = 0.6
    told("offline", get, service, here, "12134")
    assert len(service.asked) == 1 + len(client.WAIT)


def test_no_network_is_told_at_once_with_what_to_do(here):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    slept = []
    with pytest.raises(InputError) as caught:
        fetch([catalogue()["12134"]], "3201", (), here, service=address, sleep=slept.append)
    assert caught.value.faults[0].kind == "offline"
    assert "--how" in caught.value.say("en")[0]
    assert not slept


def test_the_network_is_asked_over_https_only(here):
    told("not_https", fetch, [], "3201", (), here, service="http://example.org")
    assert not list(here.iterdir())


def test_an_answer_without_end_is_cut(service, here, monkeypatch):
    monkeypatch.setattr(client, "MOST_BYTES", 100)
    told("too_much_answered", get, service, here, "12134")


def test_nothing_is_fetched_unless_asked(ldip, here, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was called")

    monkeypatch.setattr(client, "urlopen", refuse)
    ldip("scenario", "new", "baerum", "--first-year", "2026")
    (here / "x.json").write_text(TABLES["05940"], encoding="utf-8")
    assert ldip("scenario", "import", "x.json", "--municipality", "3201", "--into", "baerum").code == 0
    assert ldip("scenario", "import", "--how", "3201").code == 0
