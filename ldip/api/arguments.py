"""What may be asked for: limits, and one error with all that is wrong.

Loads nothing heavy; the command line has its limits from here.
"""

import math
import os
from collections.abc import Iterable, Sequence
from numbers import Real
from typing import Any

from ldip.errors import Fault, InputError
from ldip.scenario.horizon import YEARS

FEW_RUNS = 100
"""With fewer, the 5 and 95 per cent that are shown rest on fewer than five runs, and have no sampling error."""

MOST_RUNS = 10**12
LARGEST_STEP = 10_000.0
"""Mill. base-year kr a year."""

MOST_NAMES = 20
"""As many as one reads in an error."""

MAX_RUN_YEARS = 40_000_000
"""Runs x years that may be held in memory at once: about 15 GB of headline figures."""


def simulation(
    runs: Any, seed: Any, years: Any, policy: str = "adopted", step: Any = 0.0, *, fewest: int = 1, ledgers: int = 0
) -> dict[str, Any]:
    """What simulations have in common, checked: keywords for the rooms below.

    Of `fewest` runs or more; `ledgers` are held in memory together. Raises InputError with every fault.
    """
    from ldip.model.engine.simulate import POLICIES

    faults: list[Fault] = []
    how: dict[str, Any] = {
        "runs": _whole("runs", runs, fewest, MOST_RUNS, faults),
        "seed": _whole("seed", seed, 0, 2**63 - 1, faults),
        "years": _whole("years", years, *YEARS, faults),
        "policy": policy,
        "step": 0.0,
    }
    if policy not in POLICIES:
        faults.append(not_among("policy", policy, POLICIES))
    if not (_is_number(step) and 0.0 <= step <= LARGEST_STEP):
        faults.append(Fault.of("not_between", "", "step", _shown(step), low=0, high=LARGEST_STEP))
    elif step and policy != "step":
        faults.append(Fault.of("step_of_what", "", "step", _shown(step)))
    else:
        how["step"] = float(step)
    if not faults and ledgers:
        faults += too_many("runs", how["runs"], how["years"], ledgers)
    if faults:
        raise InputError(faults)
    return how


def too_many(key: str, runs: int, years: int, ledgers: int = 1) -> list[Fault]:
    """A fault if so many ledgers of so many runs and years do not fit into memory together."""
    most = MAX_RUN_YEARS // (years * ledgers)
    if runs <= most:
        return []
    return [Fault.of("too_many_runs", key, str(runs), most=most, years=years)]


def shares(key: str, values: Sequence[Any] | Any) -> tuple[float, ...]:
    """Shares between 0 and 1, one or several; InputError with each that is none."""
    found = tuple(values) if isinstance(values, Iterable) else (values,)
    wrong = [value for value in found if not (_is_number(value) and 0.0 < value < 1.0)]
    if wrong or not found:
        raise InputError(Fault.of("not_a_share", "", key, _shown(value)) for value in wrong or [found])
    return tuple(map(float, found))


def known(key: str, value: str, names: Iterable[str]) -> str:
    """The value itself, or InputError with what it may be."""
    found = list(names)
    if value not in found:
        raise InputError([not_among(key, value, found)])
    return value


def not_among(key: str, value: Any, names: Sequence[str]) -> Fault:
    """The fault of a name that is not known, with the one that was probably meant."""
    from ldip.scenario.files.faults import nearest

    near = nearest(str(value), list(names))
    if near:
        return Fault.of("misspelt_name", "", key, _shown(value), near=near)
    if len(names) > MOST_NAMES:
        return Fault.of("unknown_metric", "", key, _shown(value))
    return Fault.of("unknown_name", "", key, _shown(value), known=", ".join(names))


def unequal(key: str, values: Iterable[Any]) -> Fault:
    """The fault of results that are to be set side by side but differ in how they were made."""
    return Fault.of("simulated_unlike", "", key, ", ".join(dict.fromkeys(map(str, values))))


def language(lang: str | None) -> str:
    """The language to write in: as asked, or LDIP_LANG's, or English."""
    return known("lang", lang or os.environ.get("LDIP_LANG", "en"), ("nb", "en"))


def year(key: str, value: Any, first: int, last: int) -> int:
    """A year of the horizon, or InputError."""
    faults: list[Fault] = []
    found = _whole(key, value, first, last, faults)
    if faults:
        raise InputError(faults)
    return found


def finite(key: str, value: Any) -> None:
    """A finite number, or InputError."""
    if not (_is_number(value) and math.isfinite(value)):
        raise InputError([Fault.of("not_finite", "", key, _shown(value))])


def _whole(key: str, value: Any, low: int, high: int, faults: list[Fault]) -> int:
    """A whole number, of any library, also 1e5; a fault more, and `low`, if it is none or outside the limits."""
    if _is_number(value) and math.isfinite(value) and value == int(value) and low <= value <= high:
        return int(value)
    faults.append(Fault.of("not_whole_between", "", key, _shown(value), low=low, high=high))
    return low


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    return f"{value}"[:80]
