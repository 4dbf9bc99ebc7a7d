"""What a municipality has of its own beside income tax, grants and the sectors' revenue, and amounts of one year only
(M14)."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from ldip.scenario.quantities import (
    MONEY,
    PER_MILLE,
    RATE,
    REAL,
    SHARE,
    Frozen,
    Money,
    Parameter,
    Quantity,
    RealMoney,
    expect,
)

Named = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
"""What a scenario calls a rule or an item of its own."""

MOST_PROPERTY_TAX, MOST_RISE = 7.0, 1.0
"""Per mille: the highest rate of property tax, and the most that it may rise by from one year to the next."""


def _by_law(rate: Parameter) -> Parameter:
    """The rate itself if the law allows it (eiendomsskatteloven §§ 11, 13)."""
    by_year = dict(sorted((rate.dated or {"": rate.value or 0.0}).items()))
    before = [MOST_PROPERTY_TAX, *by_year.values()]  # what was before the first of them is not known
    broken = [
        f"{year}: {value:g}".removeprefix(": ")
        for (year, value), last in zip(by_year.items(), before, strict=False)
        if value > MOST_PROPERTY_TAX or value - last > MOST_RISE + 1e-9
    ]
    if broken:
        raise PydanticCustomError("property_tax_law", "law", {"broken": ", ".join(broken)})
    return rate


class LocalRevenue(Frozen):
    """What a municipality has of its own beside income tax, grants and the sectors' revenue (M14)."""

    property_tax_rate: Annotated[Parameter, AfterValidator(_by_law), expect(PER_MILLE, 0.0, MOST_PROPERTY_TAX)]
    property_tax_base: Annotated[Quantity, expect(REAL, 0.0, 1e7)]
    property_tax_base_growth: Annotated[Parameter, expect(RATE, -0.5, 0.5)]
    property_tax_base_per_dwelling: Annotated[Parameter, expect("mill. 2020-kr per dwelling", 0.0, 100.0)]
    natural_resource_tax: Money
    concession_revenue: RealMoney
    dividends: RealMoney
    fee_change: Annotated[Parameter, expect(SHARE, -0.9, 2.0)]


class OneOff(Frozen):
    """An amount of one year only, in operations: revenue, or if negative expenditure (M14)."""

    nb: str = Field(min_length=1)
    en: str = Field(min_length=1)
    year: int = Field(ge=1990, le=2200)
    amount: Annotated[Quantity, expect(MONEY, -1e6, 1e6)]
