"""The page over HTTP: who may ask, what may be asked, and one simulation at a time with the latest winning.

The page and its parts are open; everything that computes wants the token of this start, which the address that the
command prints carries behind its ``#`` (a browser does not send that part). With the host check, JSON bodies only and
no leave for other origins, no other page in the browser can ask for it.
"""

import asyncio
import contextlib
import hmac
import itertools
import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from pathlib import Path
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from ldip.errors import InputError
from ldip.text import Text
from ldip.web.answers import answer_records, page_records, prioritised_records
from ldip.web.controls import State, read_ceiling, read_state
from ldip.web.engine import load, ready_to_load
from ldip.web.exports import EXPORTS
from ldip.web.refusals import refusal_records
from ldip.web.simulator import DRAGGED, Simulator

T = TypeVar("T")

STATIC = Path(__file__).parent / "static"
TOKEN = "x-ldip-token"
CLIENT = "x-ldip-client"
LARGEST_BODY = 16_384
WARM_UP = "warm-up"
CLIENTS = 64
"""So many open pages are told apart; more of them only wait for each other."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

FOREIGN_HOST = Text("Siden svarer ikke under dette navnet.", "The page does not answer to this name.")
NO_TOKEN = Text(
    "Åpne siden med adressen som ldip web skrev ut: den bærer nøkkelen til denne økten.",
    "Open the page with the address that ldip web printed: it carries the key of this session.",
)
ONLY_JSON = Text("Send JSON (Content-Type: application/json).", "Send JSON (Content-Type: application/json).")
TOO_LARGE = Text("Forespørselen er for stor.", "The request is too large.")
NOT_JSON = Text("Forespørselen er ikke et JSON-objekt.", "The request is not a JSON object.")
SUPERSEDED = Text("Et nyere spørsmål kom til.", "A newer question has come.")
BROKEN = Text(
    "Noe gikk galt i ldip. Vinduet der ldip web kjører, sier hva.",
    "Something went wrong in ldip. The window in which ldip web runs says what.",
)
NO_EXPORT = Text("Denne filen finnes ikke.", "There is no such file.")


class RefusedError(Exception):
    """A request that is not answered: status, and why."""

    def __init__(self, status: int, *lines: Text):
        self.status, self.lines = status, lines


class SupersededError(Exception):
    """Nobody waits for this simulation any more."""


class Desk:
    """Takes the questions of all open pages, one at a time; of one page only the latest is answered."""

    def __init__(self, simulator: Simulator):
        self.simulator = simulator
        self.runs = {"dragged": min(DRAGGED, simulator.runs), "released": simulator.runs}
        self._turn, self._file_turn = asyncio.Lock(), asyncio.Lock()
        self._numbers = itertools.count()
        self._latest: OrderedDict[str, int] = OrderedDict()
        self._first_answered = asyncio.Event()

    async def ask(self, client: str, question: Callable[[Callable[[], None]], Any]) -> Any:
        """Answer a question, which is handed a function that raises SupersededError once a newer one has come."""
        number = next(self._numbers)
        self._latest[client] = number
        self._latest.move_to_end(client)
        while len(self._latest) > CLIENTS:
            self._latest.popitem(last=False)

        def wanted() -> None:
            if self._latest.get(client, number) != number:
                raise SupersededError

        async with self._turn:
            wanted()
            answer = await run_in_threadpool(question, wanted)
        if client != WARM_UP:
            self._first_answered.set()
        return answer

    async def make(self, file: Callable[[], T]) -> T:
        """Make a file, or what else takes long, one at a time, while questions are answered as before."""
        async with self._file_turn:
            return await run_in_threadpool(file)

    async def warm_up(self) -> None:
        """Have the first answer ready before it is asked for, and after it the compiled engine.

        Nothing is answered while it is loaded, for about a second: both at once would take much longer.
        """
        start, runs = State(), self.runs["dragged"]
        await self.ask(WARM_UP, lambda wanted: self.simulator.result_beside(start, start, runs, wanted))
        await self._first_answered.wait()
        if await ready_to_load():
            async with self._turn:
                await run_in_threadpool(load)
                self.simulator.engine = "compiled"


def application(simulator: Simulator, token: str, hosts: Collection[str]) -> "_Guard":
    """The page's web application; it answers to the names in `hosts` and, where it computes, to the token."""
    desk = Desk(simulator)

    async def page(request: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def words(request: Request) -> Response:
        lang, _ = _lang(await _body(request, token))
        return JSONResponse(page_records(simulator, lang))

    async def simulate(request: Request) -> Response:
        lang, body = _lang(await _body(request, token))
        state, against = _state(body, "state", simulator), _state(body, "against", simulator)
        kind = body.get("runs")
        if kind not in ("dragged", "released"):
            raise RefusedError(422, Text("runs må være dragged eller released.", "runs must be dragged or released."))

        def question(wanted: Callable[[], None]) -> dict[str, Any]:
            whole = kind == "released"
            return answer_records(
                *simulator.result_beside(state, against, desk.runs[kind], wanted, whole=whole), lang
            )

        try:
            return JSONResponse(await desk.ask(_client(request), question))
        except InputError as error:
            return JSONResponse(await run_in_threadpool(refusal_records, simulator, error, state), 422)

    async def faulty(request: Request, error: Exception) -> Response:
        assert isinstance(error, InputError)
        return JSONResponse(refusal_records(simulator, error), 422)

    async def export(request: Request) -> Response:
        found = EXPORTS.get(request.path_params["name"])
        lang, body = _lang(await _body(request, token))
        if found is None:
            raise RefusedError(404, NO_EXPORT)
        state = _state(body, "state", simulator)

        content = await desk.make(lambda: found.make(simulator, simulator.alternative(state), lang))
        disposition = {"Content-Disposition": f'attachment; filename="{found.file}"'}
        return Response(content, media_type=found.media, headers=disposition)

    async def prioritise(request: Request) -> Response:
        lang, body = _lang(await _body(request, token))
        state, asked = _state(body, "state", simulator), read_ceiling(body)
        found = await desk.make(lambda: simulator.prioritised(state, *asked))
        return JSONResponse(prioritised_records(found, lang))

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        warming = asyncio.create_task(desk.warm_up())
        yield
        warming.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):  # what goes wrong is told to those who ask
            await warming

    app = Starlette(
        lifespan=lifespan,
        routes=[
            Route("/", page, methods=["GET"]),
            Route("/api/page", words, methods=["POST"]),
            Route("/api/simulate", simulate, methods=["POST"]),
            Route("/api/prioritise", prioritise, methods=["POST"]),
            Route("/api/export/{name}", export, methods=["POST"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        exception_handlers={
            RefusedError: _refused,
            InputError: faulty,
            SupersededError: _superseded,
            Exception: _broken,
        },
    )
    return _Guard(app, frozenset(hosts))


class _Guard:
    """Refuses hosts that are not ours, and puts the safety headers on every response."""

    def __init__(self, app: Any, hosts: frozenset[str]):
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_safely(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", []),
                    *[(name.lower().encode(), value.encode()) for name, value in HEADERS.items()],
                ]
            await send(message)

        request = Request(scope)
        if host_name(request.headers.get("host", "")) in self.hosts:
            await self.app(scope, receive, send_safely)
        else:
            await _refusal(421, [FOREIGN_HOST])(scope, receive, send_safely)


def host_name(header: str) -> str:
    """The name in a Host header, without the port: ``localhost:8000`` -> ``localhost``, ``[::1]:80`` -> ``::1``."""
    if header.startswith("["):
        return header[1:].partition("]")[0].lower()
    return header.partition(":")[0].lower()


async def _body(request: Request, token: str) -> dict[str, Any]:
    """The JSON object of a request that may be answered; raises RefusedError."""
    if not hmac.compare_digest(request.headers.get(TOKEN, "").encode(), token.encode()):
        raise RefusedError(401, NO_TOKEN)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RefusedError(415, ONLY_JSON)
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > LARGEST_BODY:
            raise RefusedError(413, TOO_LARGE)
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise RefusedError(400, NOT_JSON) from None
    if not isinstance(body, dict):
        raise RefusedError(400, NOT_JSON)
    return body


def _lang(body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    lang = body.get("lang", "nb")
    if lang not in ("nb", "en"):
        raise RefusedError(422, Text("lang må være nb eller en.", "lang must be nb or en."))
    return lang, body


def _state(body: dict[str, Any], key: str, simulator: Simulator) -> State:
    projects = [project.id for project in simulator.source.scenario.projects]
    return read_state(body.get(key, {}), list(simulator.changes), projects)


def _client(request: Request) -> str:
    return request.headers.get(CLIENT, "")[:64]


def _refusal(status: int, lines: Collection[Text]) -> JSONResponse:
    return JSONResponse({"errors": [line._asdict() for line in lines]}, status)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return _refusal(error.status, error.lines)


async def _broken(request: Request, error: Exception) -> Response:
    return _refusal(500, [BROKEN])  # the error itself is told where ldip web runs


async def _superseded(request: Request, error: Exception) -> Response:
    return _refusal(409, [SUPERSEDED])
