"""The page on this machine: an address, a token, a web server that ends with Ctrl-C."""

import contextlib
import os
import secrets
import socket
import webbrowser
from collections.abc import Callable

import uvicorn

from ldip.errors import Fault, InputError, reason
from ldip.text import Text
from ldip.web.server import application
from ldip.web.simulator import Simulator

LOOPBACK = ("127.0.0.1", "localhost", "::1")
ANYWHERE = ("0.0.0.0", "::")
USUAL_PORTS = range(8765, 8775)
UNKNOWN_HOST = Text("ingen maskin heter det", "no machine has that name")


def listen(host: str, port: int | None) -> socket.socket:
    """A socket bound to `host` and `port` (0: any free one; None: the first free one of the usual ports).

    Raises InputError if there is none.
    """
    last: OSError | None = None
    for candidate in USUAL_PORTS if port is None else (port,):
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                host, candidate, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            bound = socket.socket(family, kind, protocol)
            if os.name == "posix":  # elsewhere it would let two programs have the same port
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                bound.bind(address)
                bound.listen()
            except OSError:
                bound.close()
                raise
            return bound
        except OSError as error:
            last = error
    raise InputError([_no_place(host, port, last)])


def own_names(host: str) -> set[str]:
    """The names that the page answers to when it is bound to `host`: a foreign page cannot come under one of them."""
    if host in LOOPBACK:
        return set(LOOPBACK)
    names = {*LOOPBACK, host.lower()}
    if host in ANYWHERE:
        name = socket.gethostname()
        names |= {name.lower(), socket.getfqdn().lower()}
        with contextlib.suppress(OSError):  # a machine that does not know its own name is reached by the others
            names |= {str(found[4][0]).lower() for found in socket.getaddrinfo(name, None)}
    return names


def address(host: str, port: int, token: str, lang: str) -> str:
    """What to write into a browser."""
    name = socket.gethostname() if host in ANYWHERE else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/#lang={lang}&token={token}"


def serve(
    simulator: Simulator, *, host: str, port: int | None, lang: str, browser: bool, announce: Callable[[str], None]
) -> None:
    """Serve the page until it is interrupted; `announce` is told its address when it answers."""
    token = secrets.token_urlsafe(24)
    bound = listen(host, port)
    where = address(host, bound.getsockname()[1], token, lang)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            announce(where)
            if browser:
                webbrowser.open(where)

    settings = uvicorn.Config(
        application(simulator, token, own_names(host)),
        http="h11",
        ws="none",
        loop="asyncio",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    Server(settings).run(sockets=[bound])


def _no_place(host: str, port: int | None, error: OSError | None) -> Fault:
    shown = str(port) if port is not None else f"{USUAL_PORTS[0]}-{USUAL_PORTS[-1]}"
    why = UNKNOWN_HOST if isinstance(error, socket.gaierror) else reason(error or OSError())
    return Fault.of("no_place_for_page", "--port", f"{host}:{shown}", reason=why)
