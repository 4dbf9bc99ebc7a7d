"""What a municipality and its plan are: frozen, typed, checked. Units and limits stand here and nowhere else.

A number enters only as a :class:`Quantity` (one value) or a :class:`Parameter` (a value, or values dated from a
year on), each with unit, basis and source. A table row carries the same. `basis` says how sure a number is:
``source`` (printed in the source), ``derived`` (arithmetic on printed figures), ``assumption`` (ours; `source`
then gives the reason).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

Basis = Literal["source", "derived", "assumption"]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3)]


class Frozen(BaseModel):
    """No unknown keys, no change after reading, and no number that is not a finite number."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Quantity(Frozen):
    """One number with its unit and where it comes from."""

    value: float
    unit: str
    basis: Basis
    source: Reason

    def numbers(self) -> dict[str, float]:
        """The numbers that limits apply to, by their key."""
        return {"value": self.value}


class Parameter(Frozen):
    """A number that may change from a year on: either `value`, or `dated` = {year = value from then on}."""

    value: float | None = None
    dated: dict[str, float] | None = None
    unit: str
    basis: Basis
    source: Reason

    @model_validator(mode="after")
    def _one_of_two(self) -> "Parameter":
        if (self.value is None) == (self.dated is None) or self.dated == {}:
            raise PydanticCustomError("value_or_dated", "either value or dated")
        for key in self.dated or {}:
            if not (key.isdigit() and len(key) == 4):
                raise PydanticCustomError("not_a_year", "not a year", {"key": key})
        return self

    def numbers(self) -> dict[str, float]:
        """The numbers that limits apply to, by their key."""
        if self.dated is not None:
            return {f"dated.{year}": number for year, number in self.dated.items()}
        return {"value": float(self.value or 0.0)}

    def at(self, years: np.ndarray) -> np.ndarray:
        """The value in each of `years` (year,); before the first dated year, the first value."""
        if self.dated is None:
            return np.full(len(years), float(self.value or 0.0))
        starts = sorted(int(year) for year in self.dated)
        values = np.array([self.dated[str(start)] for start in starts])
        return values[np.maximum(np.searchsorted(starts, years, side="right") - 1, 0)]


@dataclass(frozen=True)
class Expect:
    """What a key demands of its number: the unit, and the smallest and largest value."""

    unit: str
    low: float
    high: float

    def __call__(self, quantity: Any) -> Any:
        """The quantity itself, or an error that the fault messages know."""
        if quantity.unit != self.unit:
            raise PydanticCustomError("wrong_unit", "unit", {"unit": self.unit, "found": quantity.unit})
        for where, number in quantity.numbers().items():
            if not self.low <= number <= self.high:
                context = {**vars(self), "where": where, "number": number}
                raise PydanticCustomError("outside_limits", "limits", context)
        return quantity


def _expect(unit: str, low: float, high: float) -> AfterValidator:
    return AfterValidator(Expect(unit, low, high))


def _whole(quantity: Quantity) -> Quantity:
    if quantity.value != int(quantity.value):
        raise PydanticCustomError("not_whole", "whole")
    return quantity


SHARE, RATE, MONEY, REAL = "share", "per year", "mill. kr", "mill. 2020-kr"
Share = Annotated[Parameter, _expect(SHARE, 0.0, 1.0)]
Rate = Annotated[Parameter, _expect(RATE, -0.05, 0.25)]
Growth = Annotated[Parameter, _expect(RATE, -0.10, 0.10)]
RealMoney = Annotated[Parameter, _expect(REAL, 0.0, 1e6)]
Money = Annotated[Parameter, _expect(MONEY, 0.0, 1e6)]
Stock = Annotated[Quantity, _expect(MONEY, 0.0, 1e6)]
Persistence = Annotated[Quantity, _expect("share per year", 0.0, 0.999)]
Volatility = Annotated[Quantity, _expect("standard deviation per year", 0.0, 1.0)]


class Heading(Frozen):
    """What the scenario is."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    municipality: str
    title_nb: str
    title_en: str
    source: str
    first_year: int = Field(ge=1990, le=2100)
    plan_years: int = Field(ge=1, le=10)


class Prices(Frozen):
    """The two price indices (M1)."""

    cpi_growth: Growth
    deflator_growth: Growth


class Interest(Frozen):
    """The rate path and the loan book (M9)."""

    money_market_rate: Rate
    reference_rate: Rate
    opening_fixed_rate: Annotated[Quantity, _expect(RATE, -0.05, 0.25)]
    floating_share: Share
    refixing_share: Share
    loan_margin: Rate
    on_lending_margin: Rate
    compensation_base: Money
    full_cost_share: Share
    imputed_share: Share


class Housing(Frozen):
    """The housing programme (M3, M7)."""

    completions: Annotated[Parameter, _expect("dwellings per year", 0.0, 1e5)]
    reference_completions: Annotated[Parameter, _expect("dwellings per year", 0.0, 1e5)]
    developer_contribution: Annotated[Parameter, _expect("mill. 2020-kr per dwelling", 0.0, 10.0)]


class Revenue(Frozen):
    """Free revenue after the plan years and the equalisation of tax (M4)."""

    tax_growth_per_working_age: Growth
    grant_growth_per_resident: Growth
    own_to_national_tax: Annotated[Parameter, _expect("ratio", 0.2, 5.0)]
    equalisation_rate: Share
    topup_rate: Share
    topup_level: Share
    equalisation_deduction: Share


class Services(Frozen):
    """Service costs after the plan years (M6)."""

    real_growth_per_user: Growth
    other_services_real_growth: Growth
    other_services_elasticity: Annotated[Parameter, _expect("ratio", 0.0, 2.0)]
    premises_share: Share


class Investment(Frozen):
    """Investment after the plan years (M7)."""

    renewal: RealMoney
    water_waste: RealMoney
    housing: RealMoney
    sales: RealMoney
    share_purchases: RealMoney
    grant_share: Share
    housing_grant_share: Share
    vat_share: Share
    capacity_lead: Annotated[Quantity, _expect("years", 0.0, 10.0), AfterValidator(_whole)]
    on_lending: Money


class Financing(Frozen):
    """Equity, instalments and bank balances (M8, M9)."""

    equity_target: Share
    instalment_share: Share
    minimum_instalment_share: Share
    on_lending_instalment_share: Share
    other_bank_balances: Money


class Endowment(Frozen):
    """The endowment fund, BKFF (M10)."""

    equity_weight: Share
    equity_return: Rate
    bond_return: Rate
    bond_duration: Annotated[Parameter, _expect("years", 0.0, 30.0)]
    cost_share: Share
    withdrawal_share: Share


class OpeningBalance(Frozen):
    """Balances at 31 December before the first year, nominal."""

    general_debt: Stock
    self_financing_debt: Stock
    on_lending_debt: Stock
    on_lent: Stock
    buffer_fund: Stock
    discretionary_funds: Stock
    investment_funds: Stock
    restricted_funds: Stock
    endowment_fund: Stock
    liquidity_reserve: Stock


class Rules(Frozen):
    """The adopted rules (M11) and how the year-end is balanced (M10)."""

    result_share_minimum: Share
    equity_minimum: Share
    buffer_minimum: RealMoney
    buffer_floor: RealMoney
    buffer_target_share: Share
    liquidity_minimum: RealMoney


class RateDriver(Frozen):
    """Money-market rate: AR(1) around the planned path, optional lower bound (M2)."""

    persistence: Persistence
    volatility: Volatility
    lower_bound: Annotated[Quantity, _expect(RATE, -1.0, 0.1)]


class Driver(Frozen):
    """An AR(1) driver (M2)."""

    persistence: Persistence
    volatility: Volatility


class CompletionDriver(Driver):
    """Housing completions react to last year's rate surprise (M2)."""

    rate_response: Annotated[Quantity, _expect("log points per unit rate", -50.0, 50.0)]


class Correlation(Frozen):
    """Correlations between the drivers' yearly shocks; pairs not named are uncorrelated."""

    rate_national_tax: Annotated[Quantity, _expect("correlation", -1.0, 1.0)]
    rate_own_tax: Annotated[Quantity, _expect("correlation", -1.0, 1.0)]
    rate_completions: Annotated[Quantity, _expect("correlation", -1.0, 1.0)]
    national_tax_own_tax: Annotated[Quantity, _expect("correlation", -1.0, 1.0)]
    national_tax_completions: Annotated[Quantity, _expect("correlation", -1.0, 1.0)]
    own_tax_completions: Annotated[Quantity, _expect("correlation", -1.0, 1.0)]

    def matrix(self) -> np.ndarray:
        """The 4 x 4 correlation matrix in the order rate, national tax, own tax, completions."""
        upper = [getattr(self, name).value for name in type(self).model_fields]
        matrix = np.eye(4)
        matrix[np.triu_indices(4, 1)] = upper
        return matrix + np.triu(matrix, 1).T

    @model_validator(mode="after")
    def _positive_definite(self) -> "Correlation":
        if np.linalg.eigvalsh(self.matrix())[0] <= 1e-10:
            raise PydanticCustomError(
                "not_positive_definite", "matrix", {"smallest": float(np.linalg.eigvalsh(self.matrix())[0])}
            )
        return self


class Drivers(Frozen):
    """The stochastic drivers (M2)."""

    rate: RateDriver
    national_tax: Driver
    own_tax: Driver
    completions: CompletionDriver
    correlation: Correlation


class PlanRow(Frozen):
    """One adopted figure of the plan years, from ``plan.csv``; rows of the same line add up."""

    line: str
    item: str
    item_nb: str
    unit: str
    values: tuple[float, ...]
    basis: Basis
    source: Reason


PLAN_LINES = {
    "tax": REAL,
    "general_grant": REAL,
    "host_grant": REAL,
    "compensation": REAL,
    "integration_grant": REAL,
    "sector_revenue": REAL,
    "kindergartens": REAL,
    "schools": REAL,
    "care": REAL,
    "other_services": REAL,
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
    "use_of_discretionary_funds": MONEY,
    "use_of_restricted_funds": MONEY,
}
"""The lines of ``plan.csv`` and the unit each must have (real lines follow the municipal deflator)."""


class AgeGroup(Frozen):
    """One age group of ``population.csv``: residents at 31 December of the two years before the plan and the plan
    years, growth per year after them, and residents per extra dwelling."""

    group: str
    age_from: float = Field(ge=0, le=120)
    age_to: float = Field(ge=0, le=120)
    residents: tuple[float, ...]
    growth_after: float = Field(ge=-0.2, le=0.2)
    per_dwelling: float = Field(ge=0, le=5)
    basis: Basis
    source: Reason


SERVICES = ("kindergartens", "schools", "care")
"""Services whose cost follows their users; also lines of ``plan.csv``."""


class Demand(Frozen):
    """What one resident of an age group costs a service, and what a place for one costs, from ``demand.csv``."""

    service: Literal["kindergartens", "schools", "care"]
    group: str
    cost: float = Field(ge=0, le=10)
    capacity_cost: float = Field(ge=0, le=100)
    basis: Basis
    source: Reason


class PublishedRow(Frozen):
    """A published figure of the plan years, from ``published.csv``: only reconciliation reads it."""

    table: str
    item: str
    unit: str
    price_basis: str
    values: tuple[float, ...]
    figure: str
    tolerance: str = Field(pattern=r"^\d+(\.\d+)?%?$")
    role: Literal["input", "computed"]
    explanation_nb: str
    explanation_en: str
    source: Reason

    def tolerance_of(self, value: float) -> float:
        """The largest difference that is still in order, in the row's unit; a per cent is of the value."""
        if self.tolerance.endswith("%"):
            return abs(value) * float(self.tolerance[:-1]) / 100.0
        return float(self.tolerance)


class Scenario(Frozen):
    """A municipality and its plan, checked. The only thing the model is built from."""

    scenario: Heading
    prices: Prices
    interest: Interest
    housing: Housing
    revenue: Revenue
    services: Services
    investment: Investment
    financing: Financing
    endowment: Endowment
    opening: OpeningBalance
    rules: Rules
    drivers: Drivers
    plan: tuple[PlanRow, ...]
    population: tuple[AgeGroup, ...]
    demand: tuple[Demand, ...]
    published: tuple[PublishedRow, ...] = ()
    changes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The scenario's name with the changes laid over it."""
        return "+".join((self.scenario.name, *self.changes))

    def plan_line(self, line: str) -> np.ndarray:
        """The sum of a line's rows in the plan years (plan year,)."""
        return np.sum([row.values for row in self.plan if row.line == line], axis=0)


def quantities(model: BaseModel, prefix: str = "") -> Mapping[str, Quantity | Parameter]:
    """Every quantity and parameter of a scenario by its key path, in reading order."""
    found: dict[str, Quantity | Parameter] = {}
    for name in type(model).model_fields:
        value: Any = getattr(model, name)
        if isinstance(value, Quantity | Parameter):
            found[prefix + name] = value
        elif isinstance(value, BaseModel):
            found |= quantities(value, f"{prefix}{name}.")
    return found


def limits(key: str) -> tuple[float, float]:
    """The smallest and largest value that the key (a path like ``interest.loan_margin``) may have."""
    model: Any = Scenario
    *sections, name = key.split(".")
    for section in sections:
        model = model.model_fields[section].annotation
    for rule in model.model_fields[name].metadata:
        if isinstance(getattr(rule, "func", None), Expect):
            return rule.func.low, rule.func.high
    raise KeyError(key)
