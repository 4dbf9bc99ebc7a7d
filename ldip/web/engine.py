"""The compiled engine, made ready while the page already answers with the NumPy engine (both give the same bits).

Compiling holds Python's lock for some ten seconds, in which the page would hardly answer: another process does it,
once per version, and leaves it in the cache from which it is loaded.
"""

import asyncio
import contextlib
import sys

from ldip.model.engine.kernel import must_compile
from ldip.model.engine.simulate import simulate
from ldip.model.metrics import lines_needed
from ldip.scenario.files.reader import read
from ldip.statistics.summary import summarise


def load() -> None:
    """Load the compiled engine into this process, or compile it."""
    engine = "compiled"
    ledger = simulate(read().scenario, runs=1, seed=0, years=1, lines=lines_needed(), engine=engine)
    summarise(ledger, scenario="", base_year=0, seed=0, engine=engine)


async def ready_to_load() -> bool:
    """Wait until it is compiled; if that fails, the page stays with the NumPy engine."""
    if not must_compile():
        return True
    # -P: or Python would execute a numba.py that lies in the folder where somebody stands.
    command = (sys.executable, "-P", "-c", "from ldip.web.engine import load; load()")
    nowhere = asyncio.subprocess.DEVNULL
    try:
        compiling = await asyncio.create_subprocess_exec(*command, stdin=nowhere, stdout=nowhere, stderr=nowhere)
    except (OSError, NotImplementedError):  # not every machine, nor every event loop, starts processes
        return False
    try:
        return await compiling.wait() == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            compiling.kill()
