"""The stochastic drivers as a scenario describes them (rule M2); their processes are in ``model/drivers.py``."""

from collections.abc import Collection
from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple

import numpy as np
from pydantic import AfterValidator, create_model, model_validator
from pydantic_core import PydanticCustomError

from ldip.scenario.correlations import holds
from ldip.scenario.quantities import RATE, SHARE, Frozen, Persistence, Quantity, Volatility, expect
from ldip.text import Text

SHOCKS = (
    *("rate", "national_tax", "own_tax", "completions", "construction", "wages", "cpi", "equities"),
    *("free_revenue", "births", "arrivals", "mortality", "companies"),
)
"""The drivers with a normal shock a year, in the order of the correlation matrix."""

PAIRS = {(SHOCKS.index(one), SHOCKS.index(other)): f"{one}_{other}" for one, other in combinations(SHOCKS, 2)}
"""What the correlation of two drivers is called: always in the order of SHOCKS."""

TURNED = {f"{other}_{one}": f"{one}_{other}" for one, other in combinations(SHOCKS, 2)}
"""The same from the other order of the two."""

Probability = Annotated[Quantity, expect("probability per year", 0.0, 1.0)]
Part = Annotated[Quantity, expect(SHARE, 0.0, 1.0)]
LogSpread = Annotated[Quantity, expect("standard deviation", 0.0, 1.0)]
Delay = Annotated[Quantity, expect("years", 0.0, 2.0)]


class Switched(Frozen):
    """A driver that can be switched off."""

    moved_by: ClassVar[tuple[str, ...]] = ("volatility",)
    """The numbers that make it move: with all of them zero, what it drives stays on its planned path."""

    def off(self) -> "Switched":
        """The driver switched off."""
        return self.model_copy(
            update={name: getattr(self, name).model_copy(update={"value": 0.0}) for name in self.moved_by}
        )

    @property
    def is_off(self) -> bool:
        """Does nothing make it move?"""
        return all(getattr(self, name).value == 0.0 for name in self.moved_by)


class Driver(Switched):
    """An AR(1) driver."""

    persistence: Persistence
    volatility: Volatility


class RateDriver(Driver):
    """Money-market rate: AR(1) around the planned path, optional lower bound; the persistence of a run may be drawn,
    evenly between persistence - spread and persistence + spread."""

    lower_bound: Annotated[Quantity, expect(RATE, -1.0, 0.1)]
    persistence_spread: Annotated[Quantity, expect("share per year", 0.0, 0.5)]

    @model_validator(mode="after")
    def _inside(self) -> "RateDriver":
        planned = [self.persistence.value]
        return check_spread(self, "persistence_spread", self.persistence_spread.value, "persistence", planned, 0.999)


def _normal_or_tails(quantity: Quantity) -> Quantity:
    if quantity.value != 0.0 and quantity.value < 3.0:
        raise PydanticCustomError("tails", "0 or at least 3")
    return quantity


class TailedDriver(Driver):
    """An AR(1) driver whose shocks are normal or have the fat tails of Student's t."""

    degrees_of_freedom: Annotated[
        Quantity, expect("degrees of freedom", 0.0, 1000.0), AfterValidator(_normal_or_tails)
    ]


class NationalTaxDriver(TailedDriver):
    """The surprise in national tax against the state's budget: AR(1) of the level. A part of it is taken back in the
    year, and of what is kept only a part is carried on to the next."""

    taken_back: Part
    carried_on: Part


class FreeRevenueDriver(Driver):
    """Free revenue per resident relative to needs, as the state decides it: the persistence is that of the yearly
    decisions, and the level falls back to the planned one by what `level_persistence` lacks to 1."""

    level_persistence: Part


class CompletionDriver(Driver):
    """Housing completions: react to last year's rate surprise; in a bust, a share of them fails; in some years
    nothing is completed; of what is missing against the programme, a share is built later."""

    moved_by: ClassVar[tuple[str, ...]] = ("volatility", "rate_response", "bust_start", "zero_year")

    rate_response: Annotated[Quantity, expect("log points per unit rate", -50.0, 50.0)]
    bust_start: Probability
    bust_end: Probability
    bust_depth: Part
    zero_year: Annotated[Quantity, expect("probability per year", 0.0, 0.9)]
    backlog: Part

    @model_validator(mode="after")
    def _something(self) -> "CompletionDriver":
        """In some runs something is built: what is built on average is the programme."""
        if self.bust_start.value == 1.0 and self.bust_depth.value == 1.0:
            raise PydanticCustomError("bust_takes_all", "nothing is built")
        return self


class WageDriver(Driver):
    """Wages: AR(1) of the growth, which catches up with consumer prices; with these they make the municipal
    deflator. A surprise moves the pension premium at once, and the year's premium deviation by the same."""

    deflator_weight: Part
    catch_up: Annotated[Quantity, expect("share per year", 0.0, 1.0)]
    premium_response: Annotated[Quantity, expect("share per unit wage growth", 0.0, 50.0)]


class EquityDriver(Switched):
    """Equities of the endowment fund: independent from year to year."""

    volatility: Volatility


class IncomeSystemDriver(Switched):
    """Changes of the income system that take a share of revenue for good: at most one a year."""

    moved_by: ClassVar[tuple[str, ...]] = ("frequency",)

    frequency: Probability
    smallest: Part
    largest: Part

    @model_validator(mode="after")
    def _ordered(self) -> "IncomeSystemDriver":
        if self.smallest.value > self.largest.value:
            raise PydanticCustomError("not_ordered", "order", {"low": "smallest", "high": "largest"})
        return self


class ArrivalsDriver(Switched):
    """Net migration besides new dwellings: AR(1) of its deviation, a share of the residents."""

    persistence: Persistence
    volatility: Annotated[Quantity, expect("share of residents per year", 0.0, 0.1)]


class MortalityDriver(Driver):
    """Mortality at all ages: AR(1) of the log, and a decline that is each run's own."""

    moved_by: ClassVar[tuple[str, ...]] = ("volatility", "decline_spread")

    decline_spread: Annotated[Quantity, expect("standard deviation per year", 0.0, 0.05)]


class PersonsDriver(Switched):
    """Persons per new dwelling: one factor a run."""

    moved_by: ClassVar[tuple[str, ...]] = ("spread",)

    spread: Annotated[Quantity, expect("standard deviation", 0.0, 1.0)]


class SpreadDriver(Switched):
    """A planned share that turns out evenly spread around its plan."""

    moved_by: ClassVar[tuple[str, ...]] = ("spread",)

    spread: Part


class ProjectCostDriver(Switched):
    """What each named project costs: one factor a run, log-normal around its P50, from its own P85 or, where it has
    none, by its phase. `of_p85` is how much of the distance from P50 to a project's own P85 there is."""

    moved_by: ClassVar[tuple[str, ...]] = ("of_p85", "idea", "planning", "approved", "building")

    of_p85: Part
    idea: LogSpread
    planning: LogSpread
    approved: LogSpread
    building: LogSpread


class ProjectDelayDriver(Switched):
    """How many years later than planned each named project comes: exponential, with an expectation by phase."""

    moved_by: ClassVar[tuple[str, ...]] = ("idea", "planning", "approved", "building")

    idea: Delay
    planning: Delay
    approved: Delay
    building: Delay


def check_spread(
    checked: Any, key: str, spread: float, of: str, planned: Collection[float], most: float = 1.0
) -> Any:
    """`checked` itself, or an error at `key` if a planned share `of` something +- spread leaves 0 to `most`."""
    if spread > 0.0 and (min(planned) - spread < 0.0 or max(planned) + spread > most):
        raise PydanticCustomError("too_wide", "spread", {"key": key, "of": of, "spread": spread, "most": most})
    return checked


class _Correlation(Frozen):
    """Correlations between the drivers' yearly shocks; pairs not named are uncorrelated."""

    def matrix(self) -> np.ndarray:
        """The correlation matrix in the order of SHOCKS."""
        pairs = [getattr(self, name) for name in type(self).model_fields]
        matrix = np.eye(len(SHOCKS))
        matrix[np.triu_indices(len(SHOCKS), 1)] = [pair.value if pair else 0.0 for pair in pairs]
        return matrix + np.triu(matrix, 1).T

    @model_validator(mode="after")
    def _positive_definite(self) -> "_Correlation":
        matrix = self.matrix()
        if not holds(matrix):
            raise PydanticCustomError("not_positive_definite", "matrix", {"matrix": matrix})
        return self


if TYPE_CHECKING:
    Correlation = _Correlation
else:
    # A field for every pair of shocks, rate_national_tax and so on: the order of SHOCKS is written once.
    _pair = Annotated[Quantity, expect("correlation", -1.0, 1.0)] | None
    Correlation = create_model(
        "Correlation",
        __base__=_Correlation,
        __doc__=_Correlation.__doc__,
        **dict.fromkeys(PAIRS.values(), (_pair, None)),
    )


def _is_driver(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Switched)


class Drivers(Frozen):
    """The stochastic drivers (M2), what they share of the first year's chance, and what binds them together."""

    rate: RateDriver
    national_tax: NationalTaxDriver
    own_tax: TailedDriver
    completions: CompletionDriver
    construction: Driver
    wages: WageDriver
    cpi: TailedDriver
    equities: EquityDriver
    free_revenue: FreeRevenueDriver
    births: Driver
    arrivals: ArrivalsDriver
    mortality: MortalityDriver
    companies: Driver
    persons: PersonsDriver
    income_system: IncomeSystemDriver
    delivery: SpreadDriver
    slippage: SpreadDriver
    project_cost: ProjectCostDriver
    project_delay: ProjectDelayDriver
    first_year: Annotated[Quantity, expect(SHARE, 0.0, 1.0)]
    correlation: Correlation

    @classmethod
    def names(cls) -> list[str]:
        """The drivers; each can be switched off."""
        return [name for name, field in cls.model_fields.items() if _is_driver(field.annotation)]

    def without(self, names: Collection[str]) -> "Drivers":
        """The drivers with the named ones switched off: what they drive stays on its planned path."""
        return self.model_copy(update={name: getattr(self, name).off() for name in names})


class About(NamedTuple):
    """What a driver is called, so that more of it is more of its figure; and where it shows in the accounts: a line
    of the ledger, folded over the years as in ``analysis/features.py``."""

    name: Text
    line: str
    fold: str


ABOUT = {
    "rate": About(Text("Rente", "Interest rate"), "money_market_rate", "mean"),
    "national_tax": About(Text("Skatt, nasjonal overraskelse", "Tax, national surprise"), "tax_revenue", "relative"),
    "own_tax": About(Text("Skatt, kommunens egen", "Tax, the municipality's own"), "tax_revenue", "relative"),
    "completions": About(Text("Boligbygging", "House-building"), "completions", "relative"),
    "construction": About(Text("Byggekostnader", "Construction costs"), "cost_overrun", "mean"),
    "wages": About(Text("Lønnsvekst", "Wage growth"), "deflator_index", "growth"),
    "cpi": About(Text("Konsumpriser", "Consumer prices"), "cpi_index", "growth"),
    "equities": About(Text("Aksjeavkastning", "Equity returns"), "endowment_equity_return", "mean"),
    "free_revenue": About(
        Text("Frie inntekter, statens nivå", "Free revenue, the state's level"), "free_revenue", "relative"
    ),
    "births": About(Text("Fødsler", "Births"), "kindergarten_cost", "relative"),
    "arrivals": About(Text("Netto flytting", "Net migration"), "closing_residents", "relative"),
    "mortality": About(Text("Levealder", "Length of life"), "care_cost", "relative"),
    "companies": About(
        Text("Utbytte og konsesjonsinntekter", "Dividends and concession revenue"), "dividends", "relative"
    ),
    "persons": About(Text("Personer per ny bolig", "Persons per new dwelling"), "closing_residents", "relative"),
    "income_system": About(
        Text("Tap i inntektssystemet", "Losses in the income system"), "income_system_loss", "mean"
    ),
    "delivery": About(Text("Tiltak som ikke virker", "Measures not delivered"), "undelivered_measures", "mean"),
    "slippage": About(Text("Forskyvning av prosjekter", "Project slippage"), "slipped_out", "mean"),
    "project_cost": About(
        Text("Navngitte prosjekters kostnad", "Cost of named projects"), "project_investment", "mean"
    ),
    "project_delay": About(
        Text("Forsinkelse av navngitte prosjekter", "Delay of named projects"), "project_running_cost", "mean"
    ),
}
"""Every driver. Those of tax show in the same line, where nobody can tell them apart; so do those who move here and
those who live in new dwellings."""
