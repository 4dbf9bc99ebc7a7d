"""One look through a scenario: the doubts found so far, and what amounts come to for each resident."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from ldip.errors import Doubt
from ldip.scenario.plausible.ranges import Range, in_prices_of, ranges
from ldip.scenario.schema import Scenario

MILLION, THOUSAND = 1e6, 1e3
ENOUGH = 1.0
"""An amount of so many mill. is never too small, however many residents there are."""

AT_MOST = 4
"""So many doubts of a kind are told of a file; a table in another unit would otherwise be one in every row."""


class Looking:
    """The scenario that is looked at, and the doubts that it raises."""

    def __init__(self, scenario: Scenario):
        self.scenario, self.doubts = scenario, list[Doubt]()
        heading = scenario.scenario
        self.years = range(heading.first_year, heading.first_year + heading.plan_years)
        columns = [group.residents for group in scenario.population]
        self.totals = [sum(column) for column in zip(*columns, strict=True)]  # from two years before the first on
        self.residents = self.totals[2:]  # at the end of each plan year
        self.prices = in_prices_of(heading.first_year)

    def at(self, name: str, file: str, key: str, value: float, size: float | None = None) -> bool:
        """Look at a figure of the range `name`, whose size is the value itself if none is given."""
        of, size = ranges()[name], value if size is None else size
        if of.holds(size):
            return False
        self.doubts.append(of.doubt(file, key, value, size))
        return True

    def amounts(self, name: str, file: str, key: str, values: Iterable[float]) -> bool:
        """Look at an amount (plan year,), mill. kr, for each resident; the first year that is not as expected is
        told."""
        for year, value, residents in zip(self.years, values, self.residents, strict=True):
            if self.amount(name, file, f"{key}.{year}", value, residents):
                return True
        return False

    def amount(self, name: str, file: str, key: str, value: float, residents: float | None = None) -> bool:
        """Look at an amount, mill. kr, for each resident of the first year if no others are given."""
        residents = residents or self.residents[0]
        of, size = ranges()[name].times(self.prices), MILLION * value / residents
        if of.holds(size) or (of.low <= size <= of.high and abs(value) >= ENOUGH):
            return False
        self.doubts.append(of.doubt(file, key, value, size, _other_unit(of, size)))
        return True

    def change(self, name: str, file: str, key: str, values: Sequence[float], first: int | None = None) -> bool:
        """Look at what a row changes by from year to year, as a share of the larger one of both."""
        start = self.years[0] if first is None else first
        for year, (before, after) in enumerate(pairwise(values), start=start + 1):
            larger = max(abs(before), abs(after))
            if larger > 0.0 and self.at(name, file, f"{key}.{year}", after, (after - before) / larger):
                return True
        return False

    def spread(self, file: str, key: str, values: Sequence[float]) -> None:
        """Look at how many times the smallest amount of a row goes into its largest."""
        sizes = [abs(value) for value in values if value]
        if sizes:
            year = self.years[[abs(value) for value in values].index(max(sizes))]
            self.at("row_spread", file, f"{key}.{year}", max(sizes), max(sizes) / min(sizes))

    def has(self, file: str, *keys: str) -> bool:
        """Is there a doubt about the amounts of a file, of one of the keys if any are named? What they are compared
        with says nothing then."""
        return any(doubt.file == file and (not keys or doubt.key.rpartition(".")[0] in keys) for doubt in self.doubts)

    def told(self) -> list[Doubt]:
        """The doubts in the order in which they came up, of each kind in a file only the first few."""
        found: list[Doubt] = []
        seen: dict[tuple[str, str], int] = {}
        for doubt in self.doubts:
            of = (doubt.kind, doubt.file)
            seen[of] = seen.get(of, 0) + 1
            if seen[of] <= AT_MOST:
                found.append(doubt)
        many = {of: count - AT_MOST for of, count in seen.items() if count > AT_MOST}
        return found + [Doubt.of("and_more", file, count=count) for (_, file), count in many.items()]


def _other_unit(of: Range, size: float) -> str | None:
    """The kind of doubt about an amount that would be as expected in thousand kroner, or in kroner."""
    if size and size > of.high:
        if of.holds(size / THOUSAND):
            return "looks_like_thousands"
        if of.holds(size / MILLION):
            return "looks_like_kroner"
    return None
