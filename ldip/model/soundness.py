"""What must hold before a figure is told: plans and accounts are finite numbers, and every identity adds up.

The door that everything goes through: ``build`` checks the plan that it made, ``run_baseline`` the accounts that came
of it, and every simulation its runs. What is not sound raises InputError, which names the line and the year: a number
that is none must never be shown as zero, as blank, or as something that did not happen.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ldip.errors import Fault, InputError
from ldip.model.accounts.inputs import Opening, People, Plan
from ldip.model.catalogue import catalogue
from ldip.model.identities import UNDER_ZERO, line_of, residuals

if TYPE_CHECKING:
    from ldip.model.engine.simulate import Ledger

KRONE, ROUNDING = 1e-6, 1e-12
"""An identity holds that lacks no more than a krone, or than this share of the largest figure: that is rounding."""

INHABITED = ("opening_residents", "residents", "working_age")
"""Fields of the plan that something is divided by in every year."""

WITNESSES = ("net_operating_result", "gross_investment", "deflator_index", "cpi_index")
"""Lines in which it shows if a run cannot be computed, in the same year and whatever in its weather that comes of.
Others may hide it: what is compared with a number that is none did not happen, and the ratio to it is zero."""

TINY = float(np.finfo(float).tiny)
"""A price index below this has no fixed prices."""


def check_plan(
    name: str, years: np.ndarray, plan: Plan, opening: Opening, response: np.ndarray, others: Mapping[str, np.ndarray]
) -> None:
    """Raise InputError if a number of the baseline called `name` is not finite, or a year has nobody in it.

    `response` is (field of People, year, cause, year of cause), `others` are what else hangs on years, (..., year),
    by their names. Only what fails in the first year in which something does is told: the rest comes of it.
    """
    table = dict(zip(Plan._fields, np.stack(plan), strict=True)) | dict(others)
    table |= {f"response.{field}": np.moveaxis(by, 0, -1) for field, by in zip(People._fields, response, strict=True)}
    wrong = {field: ~np.isfinite(by).reshape(-1, len(years)).all(axis=0) for field, by in table.items()}
    for field in INHABITED:
        wrong[field] |= table[field] <= 0.0
    found = [
        Fault.of("not_computed", name, f"opening.{field}", f"{value:g}")
        for field, value in opening._asdict().items()
        if not np.isfinite(value)
    ]
    first = min((int(np.argmax(at)) for at in wrong.values() if at.any()), default=None)
    if first is not None:
        for field in (field for field, at in wrong.items() if at[first]):
            kind = "divided_by" if field in INHABITED and np.isfinite(table[field][first]) else "not_computed"
            found.append(Fault.of(kind, name, f"{field}.{years[first]}"))
    if found:
        raise InputError(found)


def check_path(name: str, ledger: "Ledger", opening: Opening) -> None:
    """Raise InputError if the accounts of the baseline path called `name`, all lines (line, year, 1), are not finite,
    have no revenue or break an identity."""
    check_finite(name, ledger.years, ledger.lines, np.isfinite(ledger.values).all(axis=2), "line_not_finite")
    broken = list(_broken(name, ledger, opening))
    if broken:
        raise InputError(broken)


def check_runs(name: str, years: np.ndarray, lines: Sequence[str], values: np.ndarray) -> None:
    """Raise InputError if the WITNESSES among the lines of simulated accounts (line, year, run) are not finite, or an
    index is not above zero; by their sums, which are not finite if one number is not."""
    finite = np.ones(values.shape[:2], dtype=bool)
    with np.errstate(invalid="ignore", over="ignore"):
        for place in (place for place, line in enumerate(lines) if line in WITNESSES):
            finite[place] = np.isfinite(values[place].sum(axis=1))
            if lines[place].endswith("_index"):
                finite[place] &= values[place].min(axis=1) >= TINY
    check_finite(name, years, lines, finite)


def check_finite(
    name: str, years: np.ndarray, lines: Sequence[str], finite: np.ndarray, kind: str = "run_not_finite"
) -> None:
    """Raise InputError with the first line of the first year in which `finite` (line, year) does not hold."""
    if not finite.all():
        t = int(np.argmin(finite.all(axis=0)))
        line = lines[int(np.argmin(finite[:, t]))]
        year = int(years[t])
        raise InputError([Fault.of(kind, name, f"{line}.{year}", **_words(line, year))])


def _broken(name: str, ledger: "Ledger", opening: Opening) -> Iterator[Fault]:
    """A fault for a year without revenue and one for each identity that does not hold, with the first such year."""
    poor = (ledger["operating_revenue"] <= 0.0).any(axis=1)
    if poor.any():
        line, year = "operating_revenue", int(ledger.years[np.argmax(poor)])
        yield Fault.of("no_revenue_in", name, f"{line}.{year}", **_words(line, year))
    most = max(KRONE, ROUNDING * float(np.abs(ledger.values).max()))
    for identity, gap in residuals(ledger, opening).items():
        lacking = np.abs(gap).max(axis=1)
        if lacking.max() > most:
            t = int(np.argmax(lacking > most))
            line, year = line_of(identity), int(ledger.years[t])
            under = identity.endswith(UNDER_ZERO)
            kind, size = ("line_under_zero", -lacking[t]) if under else ("broken_identity", lacking[t])
            yield Fault.of(kind, name, f"{line}.{year}", f"{size:.3g}", **_words(line, year))


def _words(line: str, year: int) -> dict[str, Any]:
    """What fills the words of a fault about a line of the ledger in a year: the line by its label."""
    return {"label": catalogue()[line].label, "year": year}
