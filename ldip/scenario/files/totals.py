"""Rows that are the sum of those beside them: tables are added up here, and a total among its parts counts twice."""

import re
from collections.abc import Iterator, Sequence

KRONE, PERSON = 0.05, 0.5
"""What rounding takes from a printed figure at most: mill. with a decimal, whole persons."""

MANY = 3
"""So many others make no sum by chance. Of two others a row may be the sum as a plan has it (10 = 5 + 5)."""

FAR = 10.0
"""A sum must be so many times what rounding may do to it: among small amounts there are sums by chance."""

NEARLY = 0.02
"""A row that is called a total is one although a part of it was changed by so much."""

_TOTAL = re.compile(r"\b(sum|total|totals|totalt|totale|i alt|samlet|altogether)\b", re.IGNORECASE)


def is_sum(values: Sequence[float], parts: Sequence[Sequence[float]], rounding: float, share: float = 0.0) -> bool:
    """Are the values (year,) those of the `parts` (part, year) added up, but for rounding or a share of them? One
    that is small is not."""
    sums = [sum(year) for year in zip(*parts, strict=True)]
    room = rounding * (len(parts) + 1)
    near = all(abs(v - s) <= max(room, share * abs(s)) for v, s in zip(values, sums, strict=True))
    return near and any(abs(value) > FAR * room for value in values)


def says_total(*names: str) -> bool:
    """Is it called a sum?"""
    return any(_TOTAL.search(name.replace("_", " ")) for name in names)


def sums_among(rows: Sequence[tuple[Sequence[float], bool]]) -> Iterator[tuple[int, bool]]:
    """The places of rows, values (year,) and whether their name says that they are a total, that are the sum of all
    others; and whether that cannot be chance."""
    for place, (values, named) in enumerate(rows):
        others = [other for at, (other, _) in enumerate(rows) if at != place]
        some = sum(any(other) for other in others)
        if some > 1 and is_sum(values, others, KRONE, NEARLY if named else 0.0):
            yield place, named or some >= MANY
