"""Set the baseline beside the published plan, figure by figure, and say why they differ.

What was published stands in the scenario's ``published.csv`` and is read by nothing else: the model cannot know it.
Each row says how its figure is made from the accounts: as a row of signed terms (``accounts.py``) or by the name of
one of the FIGURES below.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ldip.analysis.statement import Accounts
from ldip.errors import Fault, InputError
from ldip.model.catalogue import catalogue
from ldip.model.people.cohorts import demand_weights
from ldip.scenario.files.reader import Source
from ldip.scenario.rows import PublishedRow
from ldip.scenario.schema import Scenario
from ldip.text import Text, in_figures

PUBLISHED = "published.csv"
NOMINAL = "nominal"
STOCK_INDEX_TOLERANCE = 0.005
"""How near an implied price index must be to another year's to be taken for it."""


class Row(NamedTuple):
    """One published figure beside the model's."""

    table: str
    item: str
    label: Text
    year: int
    unit: str
    price_basis: str
    published: float
    model: float
    tolerance: float
    verdict: str  # ok, explained, off
    role: str  # input, computed
    explanation: Text

    @property
    def difference(self) -> float:
        """Model less published."""
        return self.model - self.published


class DebtRatios(NamedTuple):
    """The debt ratio of the last plan year in three readings, as fractions."""

    year: int
    published: float
    restated: float  # the plan's method on a debt that rolls forward
    nominal: float  # nominal debt over nominal revenue
    late: bool  # was the printed debt divided by the index of the year before?


# What balances the plan's own account: appropriations as printed, the endowment's in fixed prices.
BUFFER_USE = (
    "nominal:transfer_to_investment -nominal:use_of_wage_reserve -nominal:use_of_discretionary_funds "
    "nominal:provision_to_discretionary_funds -nominal:use_of_restricted_funds endowment_provision "
    "-gross_operating_result net_financial_cost"
)
RESULT = "gross_operating_result -net_financial_cost"
GAIN = "endowment_return -endowment_cost"
SELF_FINANCING = "closing_self_financing_debt closing_on_lending_debt"


def _share(row: str) -> Callable[[Accounts], np.ndarray]:
    """Per cent of operating revenue in fixed prices, as the plan divides."""
    return lambda a: 100.0 * a.sum(row) / a.sum("operating_revenue")


def _per_resident(row: str) -> Callable[[Accounts], np.ndarray]:
    """Kroner per resident at the end of the year."""
    return lambda a: 1e6 * a.sum(row) / a.sum("closing_residents")


def _of_endowment(line: str, weight: Callable[[np.ndarray], np.ndarray] = np.ones_like) -> Callable[[Accounts], Any]:
    """Per cent of the endowment fund, or of a part of it, at 1 January; 0 where there is none."""

    def figure(a: Accounts) -> np.ndarray:
        part = _endowment_opening(a) * weight(np.array(a.plan.equity_weight))
        return np.divide(100.0 * a.sum(line, fixed_prices=False), part, out=np.zeros_like(part), where=part != 0.0)

    return figure


def _endowment_opening(a: Accounts) -> np.ndarray:
    closing = a.sum("closing_endowment_fund", fixed_prices=False)
    return np.concatenate([[a.opening.endowment_fund], closing[:-1]])


def _discretionary_use(a: Accounts) -> np.ndarray:
    """Use of discretionary funds, the buffer fund included, as the plan's table counts it."""
    return a.sum(
        "nominal:use_of_wage_reserve nominal:use_of_discretionary_funds -nominal:provision_to_discretionary_funds "
        + BUFFER_USE
    )


def _rolled(a: Accounts, opening: float, use: np.ndarray, *, deflated: bool = False) -> np.ndarray:
    """A stock less what is used of it year by year (year,). The plan rolls its buffer fund and liquidity reserve
    without price conversion, but deflates its discretionary funds from the second year on."""
    index = np.asarray(a.plan.cpi_index)
    stock, path = opening, []
    for t, used in enumerate(use):
        if deflated and t > 0:
            stock *= index[t - 1] / index[t]
        stock -= used
        path.append(stock)
    return np.array(path)


def _discretionary_funds(a: Accounts) -> np.ndarray:
    """Buffer fund, wage reserve and other discretionary funds as the plan rolls them (year,)."""
    opening = a.opening.buffer_fund + a.opening.wage_reserve + a.opening.discretionary_funds
    return _rolled(a, opening, _discretionary_use(a), deflated=True)


def _all_funds(a: Accounts) -> np.ndarray:
    """Total funds as the plan adds them, which leaves the use of unrestricted investment funds out (year,)."""
    others = a.opening.investment_funds + a.opening.restricted_funds
    rolled = _rolled(a, others, a.sum("nominal:use_of_restricted_funds"))
    return _discretionary_funds(a) + a.sum("closing_endowment_fund") + rolled


def _liquidity(a: Accounts) -> np.ndarray:
    use = _discretionary_use(a) + a.sum("nominal:use_of_investment_funds")
    return _rolled(a, a.opening.liquidity_reserve, use)


def _demography(service: str) -> Callable[[Accounts], np.ndarray]:
    """Demography compensation of one service since the year before the plan, mill. 2020-kr."""

    def figure(a: Accounts) -> np.ndarray:
        demand = demand_weights(a.scenario, service, "unit_cost") @ a.baseline.population.average()
        return demand[1 : len(a.years) + 1] - demand[0]

    return figure


FIGURES: dict[str, Callable[[Accounts], np.ndarray]] = {
    "result_share": _share(RESULT),
    "result_share_without_endowment": _share(f"{RESULT} -endowment_return endowment_cost"),
    "net_financial_cost_share": _share("net_financial_cost"),
    "gross_investment_share": _share("nominal:gross_investment"),
    "equity_share": lambda a: 100.0 * a.sum("equity_share"),
    "net_debt_ratio": lambda a: 100.0 * a.sum("debt_ratio_mixed_prices"),
    "debt_share": _share("closing_debt"),
    "general_debt_share": _share("closing_general_debt"),
    "self_financing_debt_share": _share(SELF_FINANCING),
    "debt_per_resident": _per_resident("closing_debt"),
    "net_debt_per_resident": _per_resident("closing_net_debt"),
    "general_debt_per_resident": _per_resident("closing_general_debt"),
    "self_financing_debt_per_resident": _per_resident(SELF_FINANCING),
    "buffer_fund_published_method": lambda a: _rolled(a, a.opening.buffer_fund, a.sum(BUFFER_USE)),
    "buffer_fund_balancing": lambda a: a.sum(BUFFER_USE),
    "discretionary_funds_published_method": _discretionary_funds,
    "funds_published_method": _all_funds,
    "liquidity_published_method": _liquidity,
    "endowment_opening": _endowment_opening,
    "endowment_equity_rate": _of_endowment("endowment_equity_return", lambda weight: weight),
    "endowment_bond_rate": _of_endowment("endowment_bond_return", lambda weight: 1.0 - weight),
    "endowment_return_rate": _of_endowment("endowment_return"),
    "endowment_cost_rate": _of_endowment("-endowment_cost"),
    "endowment_provision_rate": _of_endowment("-endowment_provision"),
    "endowment_withdrawal_rate": _of_endowment("endowment_withdrawal"),
    "demography_kindergartens": _demography("kindergartens"),
    "demography_schools": _demography("schools"),
    "demography_care": _demography("care"),
}
"""What no row of signed terms says: shares, what is per resident, and stocks rolled in the plan's own way (year,)."""


def published_file(source: Source) -> str:
    """The table of published figures as the planner knows it: with the folder that it was read from."""
    return next((file for file in source.files if file.endswith(PUBLISHED)), PUBLISHED)


def reconcile(scenario: Scenario, file: str = PUBLISHED) -> list[Row]:
    """Every published figure of the plan years beside the model's, with a verdict; faults call the table `file`.

    Raises InputError with every figure of ``published.csv`` that is neither one of FIGURES nor a row of signed terms.
    """
    accounts = Accounts(scenario, scenario.scenario.plan_years)
    rows: list[Row] = []
    faults: list[Fault] = []
    for published in scenario.published:
        try:
            model = _figure(accounts, published)
        except KeyError as error:
            known = ", ".join(FIGURES)
            faults.append(Fault.of("unknown_figure", file, "figure", str(error.args[0]), known=known))
            continue
        for t, year in enumerate(accounts.years):
            rows.append(_row(published, int(year), published.values[t], float(model[t]), accounts))
    if faults:
        raise InputError(faults)
    return rows


def _figure(accounts: Accounts, published: PublishedRow) -> np.ndarray:
    if published.figure in FIGURES:
        return FIGURES[published.figure](accounts)
    return accounts.sum(published.figure, fixed_prices=published.price_basis != NOMINAL)


def debt_ratios(scenario: Scenario) -> DebtRatios | None:
    """The three debt ratios of the last plan year; None where the plan's own is not given."""
    accounts = Accounts(scenario, scenario.scenario.plan_years)
    for published in scenario.published:
        if published.figure == "net_debt_ratio":
            last = {row.explanation for row in reconcile(scenario) if row.year == accounts.years[-1]}
            return DebtRatios(
                year=int(accounts.years[-1]),
                published=published.values[-1] / 100.0,
                restated=float(accounts.sum("debt_ratio_mixed_prices")[-1]),
                nominal=float(accounts.sum("debt_ratio")[-1]),
                late=_late_words(accounts, int(accounts.years[-1])) in last,
            )
    return None


def _row(published: PublishedRow, year: int, value: float, model: float, accounts: Accounts) -> Row:
    tolerance = published.tolerance_of(value)
    explanation = Text("", "")
    verdict = "ok"
    if not abs(model - value) <= tolerance:
        explanation = Text(published.explanation_nb, published.explanation_en)
        if not (explanation.nb or explanation.en):
            explanation = _year_late(published, year, value, model, accounts)
        verdict = "explained" if explanation.en else "off"
    return Row(
        table=published.table,
        item=published.item,
        label=Text(published.item_nb, published.item.replace("_", " ")),
        year=year,
        unit=published.unit,
        price_basis=published.price_basis,
        published=value,
        model=model,
        tolerance=tolerance,
        verdict=verdict,
        role=published.role,
        explanation=explanation,
    )


YEAR_LATE = Text(
    nb="Den trykte beholdningen passer med prisindeksen for {before} ({there}), ikke med den for {year} ({right}): "
    "det mangler ett års prisvekst i omregningen.",
    en="The printed stock fits the price index of {before} ({there}), not that of {year} ({right}): a year of "
    "inflation is missing in its conversion.",
)


def _year_late(published: PublishedRow, year: int, value: float, model: float, accounts: Accounts) -> Text:
    """Was the printed stock, in fixed prices, deflated with the index of the year before? Nothing if not."""
    here = int(np.flatnonzero(accounts.years == year)[0])
    if here == 0 or value <= 0.0 or published.price_basis == NOMINAL or not _is_stock(published.figure):
        return Text("", "")
    right, there = (float(index) for index in accounts.ledger["cpi_index"][[here, here - 1], 0])
    implied = model * right / value
    # Rounded figures (94 %, 106 %) pin the index down less well than amounts do.
    slack = STOCK_INDEX_TOLERANCE + (0.5 / value if published.unit == "per cent" else 0.0)
    if abs(implied - there) > slack * there or abs(implied - there) >= abs(implied - right):
        return Text("", "")
    return _late_words(accounts, year)


def _late_words(accounts: Accounts, year: int) -> Text:
    here = int(np.flatnonzero(accounts.years == year)[0])
    right, there = (float(index) for index in accounts.ledger["cpi_index"][[here, max(here - 1, 0)], 0])
    values = {"year": year, "right": in_figures(right, ".2f"), "before": year - 1, "there": in_figures(there, ".2f")}
    return Text(YEAR_LATE.say("nb", **values), YEAR_LATE.say("en", **values))


def _is_stock(figure: str) -> bool:
    """Is a published figure a balance at the end of the year, or such a balance per resident or per krone?"""
    known = catalogue()
    terms = [term.lstrip("-") for term in figure.split()]
    return "debt" in figure or all(term in known and known[term].kind == "stock" for term in terms)
