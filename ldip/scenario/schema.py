"""What a municipality and its plan are: frozen, typed, checked. Units and limits stand here and nowhere else."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args, get_origin

import numpy as np
from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from ldip.scenario.drivers import Drivers, check_spread
from ldip.scenario.local_revenue import LocalRevenue, Named, OneOff
from ldip.scenario.projects import MOVES, Project
from ldip.scenario.quantities import (
    MONEY,
    RATE,
    REAL,
    SHARE,
    Expect,
    Frozen,
    Growth,
    Money,
    Parameter,
    Quantity,
    Rate,
    RealMoney,
    Share,
    Stock,
    Words,
    expect,
    whole,
)
from ldip.scenario.rows import Age, AgeGroup, Area, Demand, HistoryRow, NationalGroup, PlanRow, PublishedRow, Vintage


class Heading(Frozen):
    """What the scenario is."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    municipality: str
    title_nb: str
    title_en: str
    source: Words
    plan: str = ""  # what it is called in short where definitions cite it
    first_year: int = Field(ge=1990, le=2100)
    plan_years: int = Field(ge=1, le=10)
    forms: Literal["2000", "2019"] | None = None

    @property
    def regulation(self) -> str:
        """Year of the regulation whose official forms the accounts are printed in: the one in force in the first
        year, if the heading does not name the one that its source follows."""
        return self.forms or ("2000" if self.first_year < 2020 else "2019")


class Name(Frozen):
    """What a sector is called."""

    nb: str
    en: str


class Prices(Frozen):
    """The two price indices (M1)."""

    cpi_growth: Growth
    deflator_growth: Growth


class Interest(Frozen):
    """The rate path and the loan book (M9)."""

    money_market_rate: Rate
    reference_rate: Rate
    opening_fixed_rate: Annotated[Quantity, expect(RATE, -0.05, 0.25)]
    floating_share: Share
    refixing_share: Share
    loan_margin: Rate
    on_lending_margin: Rate
    compensation_base: Money
    full_cost_share: Share
    imputed_share: Share


class HousingArea(Frozen):
    """Where dwellings are built, from when, how fast and until how many (M3)."""

    nb: str
    en: str
    start: Annotated[Quantity, expect("year", 1990.0, 2200.0), AfterValidator(whole)]
    per_year: Annotated[Parameter, expect("dwellings per year", 0.0, 1e5)]
    total: Annotated[Quantity, expect("dwellings", 0.0, 1e7)]
    flat_share: Share


class Housing(Frozen):
    """The housing programme, area by area, and the one behind the population table (M3, M7)."""

    pace: Annotated[Parameter, expect("ratio", 0.0, 10.0)]
    areas: Annotated[dict[str, HousingArea], Field(min_length=1)]
    reference_completions: Annotated[Parameter, expect("dwellings per year", 0.0, 1e5)]
    reference_flat_share: Share
    developer_contribution: Annotated[Parameter, expect("mill. 2020-kr per dwelling", 0.0, 10.0)]


class Residents(Frozen):
    """How the cohort model goes on after the population table (M3)."""

    migration_years: Annotated[Quantity, expect("years", 1.0, 10.0), AfterValidator(whole)]
    mortality_decline: Growth
    fertility_level: Annotated[Parameter, expect("ratio", 0.0, 3.0)]


class Revenue(Frozen):
    """Free revenue after the plan years and the equalisation of tax (M4)."""

    tax_growth_per_working_age: Growth
    grant_growth_per_resident: Growth
    own_to_national_tax: Annotated[Parameter, expect("ratio", 0.2, 5.0)]
    equalisation_rate: Share
    topup_rate: Share
    topup_level: Share
    equalisation_deduction: Share
    needs_equalisation: Share
    demography_financing: Annotated[Parameter, expect(SHARE, 0.0, 2.0)]
    growth_grant_per_resident: Annotated[Parameter, expect("mill. 2020-kr per resident", 0.0, 1.0)]
    growth_grant_limit: Rate
    growth_grant_tax_level: Annotated[Parameter, expect("ratio", 0.0, 5.0)]
    grant_price_compensation: Share
    grant_forecast_weight: Share
    shortfall: Share
    income_system_loss: Annotated[Parameter, expect(REAL, -1e6, 1e6)]  # negative: a gain


class Services(Frozen):
    """Service costs after the plan years (M6)."""

    real_growth_per_user: Growth
    other_services_real_growth: Growth
    measures_delivery: Share
    premises_share: Share
    sticky_share: Share


PlaceCost = Annotated[Quantity, expect("mill. 2020-kr per place", 0.01, 100.0)]


class Investment(Frozen):
    """Investment after the plan years (M7)."""

    renewal: RealMoney
    water_waste: RealMoney
    housing: RealMoney
    sales: RealMoney
    land_sales: RealMoney
    share_purchases: RealMoney
    grant_share: Share
    housing_grant_share: Share
    vat_share: Share
    infrastructure_per_dwelling: Annotated[Parameter, expect("mill. 2020-kr per dwelling", 0.0, 10.0)]
    capacity_renewal_share: Share
    cost_overrun: Share
    slippage: Share
    capacity_lead: Annotated[Quantity, expect("years", 0.0, 10.0), AfterValidator(whole)]
    kindergarten_place_cost: PlaceCost
    school_place_cost: PlaceCost
    care_place_cost: PlaceCost
    replacement_value: Annotated[Quantity, expect(REAL, 0.0, 1e6)]
    on_lending: Money


class Financing(Frozen):
    """Equity, instalments and bank balances (M8, M9)."""

    equity_target: Share
    instalment_share: Share
    useful_life: Annotated[Parameter, expect("years", 1.0, 200.0)]
    on_lending_instalment_share: Share
    other_bank_balances: Money


class Endowment(Frozen):
    """The endowment fund, BKFF (M10)."""

    equity_weight: Share
    equity_return: Annotated[Parameter, expect(RATE, -0.60, 0.60)]  # also a year's fall or rise, replayed
    dividend_yield: Rate
    bond_return: Rate
    bond_duration: Annotated[Parameter, expect("years", 0.0, 30.0)]
    cost_share: Share
    base_capital: Money
    withdrawal_share: Share


class Pension(Frozen):
    """Premium deviations after the plan years (M6); those before it stand in ``vintages.csv``."""

    deviation_share: Share
    amortisation_years: Annotated[Quantity, expect("years", 1.0, 30.0), AfterValidator(whole)]


class OpeningBalance(Frozen):
    """Balances at 31 December before the first year, nominal."""

    general_debt: Stock
    self_financing_debt: Stock
    on_lending_debt: Stock
    on_lent: Stock
    buffer_fund: Stock
    wage_reserve: Stock
    discretionary_funds: Stock
    investment_funds: Stock
    restricted_funds: Stock
    endowment_fund: Stock
    fixed_assets: Stock
    depreciation: Stock
    liquidity_reserve: Annotated[Quantity, expect(MONEY, -1e6, 1e6)]  # negative: drawn on the bank
    uncovered_deficit: Stock
    cover_years: Annotated[Quantity, expect("years", 1.0, 30.0), AfterValidator(whole)]
    cover_per_year: Money


RULE_UNITS = {
    **dict.fromkeys(("net_operating_result_share", "underlying_result_share", "equity_share"), SHARE),
    **dict.fromkeys(("fund_share", "investment_fund_share", "free_fund_share", "net_financial_cost_share"), SHARE),
    **dict.fromkeys(("debt_ratio", "debt_ratio_with_deficits", "debt_ratio_without_on_lending"), SHARE),
    **dict.fromkeys(("general_debt_ratio", "investment_share", "self_financing_share"), SHARE),
    **dict.fromkeys(("closing_buffer_fund", "closing_liquidity_reserve", "closing_debt", "closing_net_debt"), REAL),
}
"""The figures that a municipality may make a rule for, and the unit of its limit."""


TAKEN = ("result", "equity", "buffer", "liquidity", "deficit")
"""What the accounts' own rules are called: not for others. Nor, with ``_breach``, are the events of the accounts."""

TAKEN_BREACHES = ("result_share", "equity_share", "buffer_fund", "liquidity", "uncovered_deficit", "any_rule")


def _own_name(name: str) -> str:
    if name in (*TAKEN, *TAKEN_BREACHES):
        raise PydanticCustomError("rule_name_taken", "taken")
    return name


class OwnRule(Frozen):
    """A fiscal rule that the municipality brings: a figure, the side that is right, and from when (M11)."""

    nb: str = Field(min_length=1)
    en: str = Field(min_length=1)
    metric: Literal[tuple(RULE_UNITS)]  # type: ignore[valid-type]
    side: Literal["least", "most"]
    since: int | None = Field(None, ge=1990, le=2200)
    limit: Parameter

    @field_validator("limit")
    @classmethod
    def _in_its_unit(cls, limit: Parameter, others: ValidationInfo) -> Parameter:
        """The limit is in the unit of its figure."""
        if "metric" not in others.data:  # a fault of its own
            return limit
        unit = RULE_UNITS[others.data["metric"]]
        checked: Parameter = Expect(unit, *((-10.0, 10.0) if unit == SHARE else (0.0, 1e6)))(limit)
        return checked


class Rules(Frozen):
    """The adopted rules (M11) and how the year-end is balanced (M10)."""

    result_share_minimum: Share
    equity_minimum: Share
    buffer_minimum: RealMoney
    budgeted_buffer_use: RealMoney
    buffer_floor: RealMoney
    buffer_target_share: Share
    liquidity_minimum: RealMoney
    deficit_limit_share: Share
    own: dict[Annotated[Named, AfterValidator(_own_name)], OwnRule] = Field(default_factory=dict)


class Restructuring(Frozen):
    """How a municipality that steers answers the year's result, after the plan (M12)."""

    surplus_margin: Share
    cut_speed: Share
    growth_speed: Share
    most_change: Share
    postponement: Share


class Scenario(Frozen):
    """A municipality and its plan, checked. The only thing the model is built from."""

    scenario: Heading
    sectors: dict[str, Name]
    prices: Prices
    interest: Interest
    housing: Housing
    residents: Residents
    revenue: Revenue
    local_revenue: LocalRevenue
    services: Services
    investment: Investment
    financing: Financing
    endowment: Endowment
    pension: Pension
    opening: OpeningBalance
    rules: Rules
    restructuring: Restructuring
    drivers: Drivers
    one_off: dict[Named, OneOff] = Field(default_factory=dict)
    areas: tuple[Area, ...]
    plan: tuple[PlanRow, ...]
    population: tuple[AgeGroup, ...]
    ages: tuple[Age, ...]
    demand: tuple[Demand, ...]
    vintages: tuple[Vintage, ...] = ()
    history: tuple[HistoryRow, ...] = ()
    published: tuple[PublishedRow, ...] = ()
    national_ages: tuple[NationalGroup, ...] = ()
    projects: tuple[Project, ...] = ()
    adopted_projects: tuple[Project, ...] = ()  # as in projects.csv, before any change
    changes: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _spreads(self) -> "Scenario":
        """Shares that chance spreads stay shares."""
        for name, of in (("delivery", "services.measures_delivery"), ("slippage", "investment.slippage")):
            section, key = of.split(".")
            shares = [share for share in getattr(getattr(self, section), key).numbers().values() if share > 0.0]
            spread = getattr(self.drivers, name).spread.value
            check_spread(self, f"drivers.{name}.spread", spread, of, shares or [0.0])
        return self

    @model_validator(mode="after")
    def _in_time(self) -> "Scenario":
        """What is of one year is of none before the plan."""
        first = self.scenario.first_year
        for name, item in self.one_off.items():
            if item.year < first:
                raise PydanticCustomError("before_plan", "year", {"key": f"one_off.{name}.year", "year": item.year})
        return self

    @property
    def name(self) -> str:
        """The scenario's name with the changes laid over it."""
        return "+".join((self.scenario.name, *self.changes))

    def area(self, name: str) -> Area:
        """The programme area of that name."""
        return next(area for area in self.areas if area.area == name)

    def plan_line(self, line: str) -> np.ndarray:
        """The sum of a line's rows in the plan years (plan year,)."""
        rows = [np.array(row.values) for row in self.plan if row.line == line]
        return np.sum([np.zeros(self.scenario.plan_years), *rows], axis=0)


def section_of(field: FieldInfo) -> type[Frozen] | None:
    """The section that a field of a section is; None for numbers, texts and tables."""
    kind: Any = field.annotation
    inside = isinstance(kind, type) and issubclass(kind, Frozen) and not issubclass(kind, Quantity | Parameter)
    return kind if inside else None


def demand_of(field: FieldInfo) -> Expect | None:
    """What a field demands of its number, also of one that may be None; None for a field that is no number."""
    inside = [rule for part in get_args(field.annotation) for rule in getattr(part, "__metadata__", ())]
    found = (getattr(rule, "func", None) for rule in (*field.metadata, *inside))
    return next((rule for rule in found if isinstance(rule, Expect)), None)


def kind_at(path: Sequence[str]) -> Any:
    """What can stand at a key path of the scenario: a section, Parameter, Quantity, a plain type; None if nothing."""
    kind: Any = Scenario
    for name in path:
        if get_origin(kind) is dict:  # sections under names of their own, like housing.areas
            kind = get_args(kind)[1]
            continue
        field = getattr(kind, "model_fields", {}).get(name)
        kind = field.annotation if field else None
        if type(None) in get_args(kind):  # may be absent, like a correlation
            kind = next(part for part in get_args(kind) if part is not type(None))
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
    return kind


def limits(key: str) -> tuple[float, float]:
    """The smallest and largest value that the key (a path like ``interest.loan_margin``) may have."""
    *sections, name = key.split(".")
    if sections[:1] == ["projects"]:
        return MOVES[name][1:]
    model = kind_at(sections)
    if model is OwnRule:
        return -10.0, 1e6  # its figure decides which unit, and within which limits
    demand = demand_of(model.model_fields[name])
    if demand is None:
        raise KeyError(key)
    return demand.low, demand.high
