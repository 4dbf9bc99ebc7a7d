"""Statistics Norway's tables over HTTPS, when a user asks for it: the only module that calls the network.

Python's own client: it uses the certificates and the proxy that the machine is set up with, and brings no package
along.
"""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from ldip import __version__
from ldip.errors import Fault, InputError
from ldip.scenario.official.catalogue import SERVICE, Table, address_of

PAUSE = 2.0
"""Seconds between two calls: the service takes 30 to 40 a minute."""
WAIT = (2.0, 5.0, 15.0)
"""Seconds before a call is tried again that was too many, too slow, or met a server in trouble."""
MOST_WAIT = 120.0
TIMEOUT = 60.0
MOST_BYTES = 100_000_000
TRY_AGAIN = {408, 429, 500, 502, 503, 504}
LOCAL = {"localhost", "127.0.0.1", "::1"}
ADDRESSES = "adresser.txt"
"""The addresses stand beside the files: an answer does not say what was asked."""


def fetch(
    tables: Sequence[Table],
    code: str,
    given: Sequence[str],
    folder: Path,
    *,
    service: str = SERVICE,
    told: Callable[[str], None] = lambda address: None,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Path]:
    """Save the tables of a municipality as json-stat2 in `folder`; the files.

    Each table's own description is asked first: what it does not have is not asked for, what it demands is. Raises
    InputError with the reason of the first that fails; those that came are kept.
    """
    if urlsplit(service).scheme != "https" and urlsplit(service).hostname not in LOCAL:
        raise InputError([Fault.of("not_https", "", service)])
    folder.mkdir(parents=True, exist_ok=True)
    files, addresses = [], []
    for table in tables:
        description = _json(f"{service}/tables/{table.table}/metadata?lang=no", sleep)
        address = address_of(table.table, _fitting(table.selection(code, tuple(given)), description), service)
        told(address)
        sleep(PAUSE)
        path = folder / f"{table.table}-{code}.json"
        path.write_bytes(_get(address, sleep))
        files.append(path)
        addresses.append(f"{path.name}: {address}\n")
        (folder / ADDRESSES).write_text("".join(addresses), encoding="utf-8")
        sleep(PAUSE)
    return files


def _fitting(selection: dict[str, str], description: dict[str, Any]) -> dict[str, str]:
    """The selection without dimensions and members that the table lacks, and with all that it demands."""
    dimensions = description.get("dimension", {})
    found = {}
    for name, value in selection.items():
        dimension = name.partition("[")[2].rstrip("]")
        if dimension not in dimensions:
            continue
        there = dimensions[dimension].get("category", {}).get("index", [])
        if name.startswith("valueCodes") and f"codelist[{dimension}]" not in selection and "*" not in value:
            values = [part for part in value.split(",") if part in there or "(" in part]
            value = ",".join(values) or value
        found[name] = value
    for name, dimension in dimensions.items():
        if f"valueCodes[{name}]" not in found and not dimension.get("extension", {}).get("elimination", False):
            found[f"valueCodes[{name}]"] = "*"
    return found


def _json(address: str, sleep: Callable[[float], None]) -> dict[str, Any]:
    try:
        found = json.loads(_get(address, sleep))
    except ValueError:
        raise InputError([Fault.of("not_json", address)]) from None
    return found if isinstance(found, dict) else {}


def _get(address: str, sleep: Callable[[float], None]) -> bytes:
    """What the address answers. Calls that are worth it are tried again, as late as the service asks."""
    asked = Request(
        quote(address, safe=":/?&=*(),+-._%"),
        headers={"User-Agent": f"ldip/{__version__}", "Accept": "application/json"},
    )
    for pause in (*WAIT, None):
        try:
            with urlopen(asked, timeout=TIMEOUT) as answer:
                raw: bytes = answer.read(MOST_BYTES + 1)
            if len(raw) > MOST_BYTES:
                raise InputError([Fault.of("too_much_answered", "", address)])
            return raw
        except HTTPError as error:
            if error.code not in TRY_AGAIN or pause is None:
                words = error.read(500).decode("utf-8", errors="replace").strip()
                raise InputError([Fault.of("refused", "", address, status=error.code, words=words)]) from None
            pause = max(pause, _asked_for(error.headers.get("Retry-After")))
        except (URLError, TimeoutError, ConnectionError) as error:
            if pause is None or _is_offline(error):
                raise InputError([Fault.of("offline", "", address, reason=_reason(error))]) from None
        sleep(min(pause, MOST_WAIT))
    raise AssertionError("the last try returns or raises")


def _asked_for(seconds: str | None) -> float:
    return float(seconds) if seconds and seconds.isdecimal() else 0.0


def _is_offline(error: Exception) -> bool:
    """Is there no way to the service at all? Then trying again only costs time."""
    return not isinstance(getattr(error, "reason", error), TimeoutError | ConnectionResetError)


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", error) or type(error).__name__)
