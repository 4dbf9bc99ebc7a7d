"""Rows of a scenario's tables: each a frozen record with basis and source."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from ldip.scenario.quantities import MONEY, REAL, SHARE, Amount, Basis, Frozen, Reason, within


class PlanRow(Frozen):
    """One adopted figure of the plan years, from ``plan.csv``; rows of the same line add up."""

    line: str
    sector: str
    item: str
    item_nb: str
    unit: str
    values: tuple[Amount, ...]
    basis: Basis
    source: Reason


PLAN_LINES = {
    "tax": REAL,
    "general_grant": REAL,
    "host_grant": REAL,
    "compensation": REAL,
    "integration_grant": REAL,
    "sector_revenue": REAL,
    "new_needs": REAL,
    "adopted_measures": REAL,
    "pension_premium": REAL,
    "premium_deviation": MONEY,
    "general_investment": MONEY,
    "water_waste_investment": MONEY,
    "housing_investment": MONEY,
    "share_purchases": MONEY,
    "sales": MONEY,
    "grants": MONEY,
    "housing_grants": MONEY,
    "vat_compensation": MONEY,
    "use_of_investment_funds": MONEY,
    "on_lending": MONEY,
    "transfer_to_investment": MONEY,
    "use_of_wage_reserve": MONEY,
    "use_of_discretionary_funds": MONEY,
    "provision_to_discretionary_funds": MONEY,
    "use_of_restricted_funds": MONEY,
    "use_of_buffer_fund": MONEY,
}
"""The lines of ``plan.csv`` and the unit each must have (real lines follow the municipal deflator)."""


MAY_BE_ABSENT = frozenset({"use_of_buffer_fund"})
"""Lines of ``plan.csv`` that a plan without them has nothing of."""

IN_SETTINGS = {
    "property_tax": "local_revenue.property_tax_rate",
    **{name: f"local_revenue.{name}" for name in ("natural_resource_tax", "concession_revenue", "dividends")},
    "land_sales": "investment.land_sales",
    "one_off": "one_off",
    "uncovered_deficit": "opening.uncovered_deficit",
}
"""What many look for in ``plan.csv`` and stands in ``base.toml``, for the plan years too, and its key there."""

EITHER_WAY = frozenset({"new_needs", "adopted_measures", "premium_deviation", "use_of_restricted_funds"})
"""Lines of ``plan.csv`` that may come to less than nothing in a year. All others are amounts without a sign: what
brings money and what takes it stands with plus alike."""

PAID_WITH = {"vat_compensation": "general_investment", "housing_grants": "housing_investment"}
"""Lines of ``plan.csv`` that come with investment of the same year, as a share of it, and that investment's line."""


class AgeGroup(Frozen):
    """One age group of ``population.csv``: residents at 31 December of the two years before the plan and the plan
    years."""

    group: str
    age_from: float = Field(ge=0, le=120)
    age_to: float = Field(ge=0, le=120)
    residents: tuple[Annotated[float, Field(le=1e7)], ...]
    basis: Basis
    source: Reason


AGES = re.compile(r"(\d{1,3})(?:-(\d{1,3})|(\+)|)")


def ages_named(name: str) -> tuple[float, float] | None:
    """The first and the last age that a name like 1-5, 80+ or 7 says; None of any other name."""
    found = AGES.fullmatch(name)
    if not found:
        return None
    first = float(found[1])
    return first, OPEN_END if found[3] else float(found[2] or first)


def residents_of(population: Sequence[AgeGroup], name: str) -> tuple[float, ...]:
    """Residents of a group by year, or of all groups within the ages that the name says."""
    return tuple(map(sum, zip(*(group.residents for group in groups_of(population, name)), strict=True)))


def groups_of(population: Sequence[AgeGroup], name: str) -> list[AgeGroup]:
    """The group of that name, or all groups within the ages that it says."""
    named = [group for group in population if group.group == name]
    low, high = (0.0, -1.0) if named else ages_named(name) or (0.0, -1.0)
    return named or [group for group in population if low <= group.age_from and group.age_from <= high]


OPEN_END = 130.0
"""Stands for the end of an age group that has none."""


class NationalGroup(Frozen):
    """One age group of the nation, of ``national_ages.csv``: residents at 1 January of the table's years."""

    age_from: float = Field(ge=0, le=120)
    age_to: float = Field(ge=0, le=OPEN_END)
    years: tuple[int, ...]
    residents: tuple[Annotated[float, Field(ge=0, le=1e10)], ...]
    basis: Basis
    source: Reason

    @property
    def is_open(self) -> bool:
        """Has the group no oldest age?"""
        return self.age_to == OPEN_END


WORKING_AGE = (20.0, 66.0)
"""Ages of those who pay most of the tax."""


class Age(Frozen):
    """One year of age of ``ages.csv``: what a year does to people of that age, and how many of them a new dwelling
    of each type brings."""

    age: float = Field(ge=0, le=130)
    mortality: Annotated[float, within(SHARE, 0.0, 1.0)]
    fertility: Annotated[float, within(SHARE, 0.0, 1.0)]
    flat: float = Field(ge=0, le=5)
    house: float = Field(ge=0, le=5)
    basis: Basis
    source: Reason


SERVICES = ("kindergartens", "schools", "care")
"""Programme areas whose cost follows their users."""


class Area(Frozen):
    """A programme area and its net frame in the plan years, mill. 2020-kr, from ``areas.csv``.

    After the plan years its cost follows its ``users`` (by ``demand.csv``), the ``residents`` with the elasticity
    given, or is covered by its own ``fees``.
    """

    area: str
    sector: str
    name_nb: str
    name_en: str
    follows: Literal["users", "residents", "fees"]
    elasticity: float = Field(ge=0, le=2)
    frame: tuple[Amount, ...]
    basis: Basis
    source: Reason


class Vintage(Frozen):
    """The premium deviation of one year before the plan and the years it is amortised over, from ``vintages.csv``."""

    vintage: float = Field(ge=1990, le=2100)
    deviation: float = Field(ge=-1e6, le=1e6)
    years: float = Field(ge=1, le=30)
    basis: Basis
    source: Reason


class Demand(Frozen):
    """How many of an age group use a service, what a user costs a year and a place for one, from ``demand.csv``.

    `group` is one of ``population.csv``, or several of them together by their ages: 1-5 of single years.
    """

    service: Literal["kindergartens", "schools", "care"]
    form: str
    group: str
    coverage: Annotated[float, within(SHARE, 0.0, 2.0)]
    unit_cost: Annotated[float, within(REAL, 0.0, 10.0)]
    place_cost: Annotated[float, within(REAL, 0.0, 100.0)]
    basis: Basis
    source: Reason


HISTORIES = {"net_operating_result_share": (-0.5, 0.5), "debt_ratio": (-1.0, 5.0)}
"""The figures that a history may be of, and the smallest and largest share of revenue that each can have been."""

KINDS = ("actual", "planned", "spread")
"""What a row of a history holds: what came, what the budget of the year said, or, where a publisher gives no more,
the standard deviation of a year's change, which then stands in the last year that it is of."""


class HistoryRow(Frozen):
    """One figure of the years behind, from ``history.csv``: only the realism page reads it."""

    figure: Literal[tuple(HISTORIES)]  # type: ignore[valid-type]
    kind: Literal[KINDS]  # type: ignore[valid-type]
    unit: str
    years: tuple[int, ...]
    values: tuple[float | None, ...]  # fractions of operating revenue; None where it is not known
    basis: Basis
    source: Reason

    def known(self) -> dict[int, float]:
        """The values by year, in rising order, without the years that are not known."""
        pairs = zip(self.years, self.values, strict=True)
        return dict(sorted((year, value) for year, value in pairs if value is not None))


def _tight(tolerance: Any) -> Any:
    """A tolerance as people write it, ``1 %`` or ``0,5 %``, without blanks and with a decimal point."""
    text = tolerance if isinstance(tolerance, str) else f"{tolerance}"
    return "".join(text.split()).replace(",", ".")


class PublishedRow(Frozen):
    """A published figure of the plan years, from ``published.csv``: only reconciliation reads it."""

    table: str
    item: str
    item_nb: str
    unit: str
    price_basis: str
    values: tuple[Annotated[float, Field(ge=-1e9, le=1e9)], ...]
    figure: str
    tolerance: Annotated[str, BeforeValidator(_tight), Field(pattern=r"^\d+(\.\d+)?%?$")]
    role: Literal["input", "computed"]
    explanation_nb: str
    explanation_en: str
    source: Reason

    def tolerance_of(self, value: float) -> float:
        """The largest difference that is still in order, in the row's unit; a per cent is of the value."""
        if self.tolerance.endswith("%"):
            return abs(value) * float(self.tolerance[:-1]) / 100.0
        return float(self.tolerance)
