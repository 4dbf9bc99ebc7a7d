"""Where the cases of a sweep are computed: threads, processes, a dask cluster, or any other executor.

All are ``concurrent.futures.Executor``. The only module that knows dask.
"""

import contextlib
import importlib
import multiprocessing
import os
import re
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

from ldip.analysis.sweep import program
from ldip.errors import Fault, InputError

CONNECT_SECONDS = 10


@contextlib.contextmanager
def open_executor(name: str, workers: int | None = None) -> Iterator[Executor]:
    """The executor of that name, closed when the block is left.

    ``threads`` and ``processes`` (of this machine, `workers` of them, else one for each core), ``dask://HOST:PORT``
    (a scheduler that runs already; tcp:// and tls:// are dask's own), or ``package.module:function``, which is called
    without arguments and returns an executor. Raises InputError if there is none of that name.
    """
    if match := re.fullmatch(r"(dask|tcp|tls)://(.+:\d+)", name):
        scheme, place = match.groups()
        with _dask_client(f"{'tcp' if scheme == 'dask' else scheme}://{place}", name) as client:
            yield client.get_executor(pure=False)  # pure: dask would hash every case as text, 5 ms each
    else:
        with _executor(name, workers) as executor:
            yield executor


def _executor(name: str, workers: int | None) -> Executor:
    if name == "threads":
        return ThreadPoolExecutor(workers or os.cpu_count())
    if name == "processes":
        # Started anew, not forked: a fork copies locks that threads of this process may hold.
        fresh = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(workers, mp_context=fresh, initializer=_leave_interrupts_to_the_parent)
    module, _, function = name.partition(":")
    if not (module and function.isidentifier()):
        raise InputError([Fault.of("no_executor", "", "--executor", name)])
    try:
        made = getattr(importlib.import_module(module), function)()
    except Exception as error:  # whatever somebody else's function may raise
        raise InputError([_told("executor_not_loaded", name, error)]) from None
    if not isinstance(made, Executor):
        raise InputError([Fault.of("not_an_executor", "", "--executor", name)])
    return made


def _leave_interrupts_to_the_parent() -> None:
    """In a worker: Ctrl-C reaches the whole group of processes, but only the parent is to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _dask_client(address: str, name: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise InputError([Fault.of("no_distributed", "", "--executor", name)]) from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except OSError:
        raise InputError([Fault.of("no_cluster", "", "--executor", name)]) from None
    faults = _worker_faults(client)
    if faults:
        client.close()
        raise InputError(faults)
    return client


def _worker_faults(client: Any) -> list[Fault]:
    """Workers that do not run this program. Asked first: one without ldip would take cases and never answer."""

    def ask() -> str:  # a function in a function is sent whole, and needs no ldip to be understood
        import ldip.analysis.sweep

        return ldip.analysis.sweep.program()

    faults = []
    for worker, answer in client.run(ask, on_error="return").items():
        if isinstance(answer, BaseException):
            faults.append(_told("worker_without_ldip", worker, answer))
        elif answer != program():
            faults.append(Fault.of("worker_other_version", "", "--executor", worker))
    return faults


def _told(kind: str, name: str, error: BaseException) -> Fault:
    """A fault that quotes what somebody else's code said; it may be in any language."""
    return Fault.of(kind, "", "--executor", name, error=str(error) or type(error).__name__)
