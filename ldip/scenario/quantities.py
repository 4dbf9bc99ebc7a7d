"""Numbers as a scenario holds them: with unit, basis and source, and checked against what their key demands.

A number enters only as a :class:`Quantity` (one value) or a :class:`Parameter` (a value, or values dated from a
year on). `basis` says how sure it is: ``source`` (printed in the source), ``derived`` (arithmetic on printed
figures), ``assumption`` (ours; `source` then gives the reason), ``placeholder`` (invented, until the municipality
puts its own in; `source` then says where to find that).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

from ldip.text import Text

PLACEHOLDER = "placeholder"
Basis = Literal["source", "derived", "assumption", "placeholder"]
ASSUMPTION = "assumption"
UNSOURCED = (ASSUMPTION, PLACEHOLDER)
"""Bases of numbers that come from no source."""
SHORTEST = 3
"""A source has at least as many characters."""


def in_two_languages(given: Any) -> Text:
    """What a planner has written of a number: a text is said as it stands in both languages, `{ nb, en }` in each.

    Raises PydanticCustomError, as the schema's own checks do.
    """
    if isinstance(given, str):
        words = Text(given.strip(), given.strip())
    elif isinstance(given, Text):
        words = given
    elif not isinstance(given, Mapping):
        raise PydanticCustomError("string_type", "text")
    elif set(given) == {"nb", "en"} and all(isinstance(said, str) for said in given.values()):
        words = Text(given["nb"].strip(), given["en"].strip())
    else:
        raise PydanticCustomError("two_languages", "nb and en")
    return words


def as_given(words: Text) -> str | dict[str, str]:
    """The same as a file has it."""
    return words.nb if words.nb == words.en else words._asdict()


def _long_enough(words: Text) -> Text:
    if min(map(len, words)) < SHORTEST:
        raise PydanticCustomError("string_too_short", "short")
    return words


Words = Annotated[Text, PlainValidator(in_two_languages), PlainSerializer(as_given)]
Reason = Annotated[Words, AfterValidator(_long_enough)]


class Frozen(BaseModel):
    """No unknown keys, no change after reading, and no number that is not a finite number."""

    # Built when first used: a class inside another is then built once, with it.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True)


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
        if of_any_year(quantity.unit) != self.unit:
            raise PydanticCustomError("wrong_unit", "unit", {"unit": self.unit, "found": quantity.unit})
        for where, number in quantity.numbers().items():
            if not self.low <= number <= self.high:
                context = {**vars(self), "where": where, "number": number}
                raise PydanticCustomError("outside_limits", "limits", context)
        return quantity


def expect(unit: str, low: float, high: float) -> AfterValidator:
    """The demand as an annotation of a field."""
    return AfterValidator(Expect(unit, low, high))


def within(unit: str, low: float, high: float) -> AfterValidator:
    """The demand of a cell of a table, whose unit its column has."""

    def check(number: float) -> float:
        if not low <= number <= high:
            context = {"unit": unit, "low": low, "high": high, "where": "", "number": number}
            raise PydanticCustomError("outside_limits", "limits", context)
        return number

    return AfterValidator(check)


def whole(quantity: Quantity) -> Quantity:
    """The quantity itself if its value is whole."""
    if quantity.value != int(quantity.value):
        raise PydanticCustomError("not_whole", "whole")
    return quantity


def of_any_year(unit: str) -> str:
    """The unit as the schema writes it: fixed prices of whatever year as 2020-kr. Reading the whole checks that the
    year is the scenario's first."""
    return re.sub(r"\b\d{4}-kr", "2020-kr", unit)


def in_prices_of(unit: str, year: object) -> str:
    """A unit of the schema as a scenario that begins in `year` writes it."""
    return unit.replace("2020-kr", f"{year}-kr")


SHARE, RATE, MONEY, REAL = "share", "per year", "mill. kr", "mill. 2020-kr"
PER_MILLE = "per mille"
Share = Annotated[Parameter, expect(SHARE, 0.0, 1.0)]
Rate = Annotated[Parameter, expect(RATE, -0.05, 0.25)]
Growth = Annotated[Parameter, expect(RATE, -0.10, 0.10)]
RealMoney = Annotated[Parameter, expect(REAL, 0.0, 1e6)]
Money = Annotated[Parameter, expect(MONEY, 0.0, 1e6)]
Stock = Annotated[Quantity, expect(MONEY, 0.0, 1e6)]
Persistence = Annotated[Quantity, expect("share per year", 0.0, 0.999)]
Volatility = Annotated[Quantity, expect("standard deviation per year", 0.0, 1.0)]
MOST_MONEY = 1e6
"""No amount of a municipality is so many mill. kr."""
Amount = Annotated[float, Field(ge=-MOST_MONEY, le=MOST_MONEY)]
"""A money cell of a table, mill. kr."""
