"""Set the baseline beside the published plan, figure by figure, and say why they differ.

What was published stands in the scenario's ``published.csv`` and is read by nothing else: the model cannot know it.
Each row names one of the FIGURES below, which says how the plan's own table is made from the accounts.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ldip.errors import Fault, InputError, Text
from ldip.model.baseline import Baseline, build
from ldip.model.metrics import catalogue, report_values
from ldip.model.population import demand_weights
from ldip.model.simulate import Ledger, run_baseline
from ldip.scenario.schema import PublishedRow, Scenario

STOCK_INDEX_TOLERANCE = 0.005
"""How near an implied price index must be to another year's to be taken for it."""


class Row(NamedTuple):
    """One published figure beside the model's."""

    table: str
    item: str
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


class Accounts:
    """The baseline accounts of the plan years, in the plan's own price bases."""

    def __init__(self, scenario: Scenario, baseline: Baseline, ledger: Ledger):
        self.scenario, self.baseline, self.ledger = scenario, baseline, ledger

    def fixed(self, *lines: str) -> np.ndarray:
        """Sum of lines (a minus in front subtracts), each in fixed prices by its own index (year,)."""
        values = [_sign(line) * report_values(self.ledger, catalogue()[line.lstrip("-")])[:, 0] for line in lines]
        return np.sum(values, axis=0)

    def nominal(self, *lines: str) -> np.ndarray:
        """Sum of lines in current prices (year,)."""
        return np.sum([_sign(line) * self.ledger[line.lstrip("-")][:, 0] for line in lines], axis=0)

    def mixed_result(self) -> np.ndarray:
        """Net operating result as the plan adds it: operations by the deflator, finance by the CPI."""
        return self.fixed("gross_operating_result", "-net_financial_cost")

    def mixed_buffer_use(self) -> np.ndarray:
        """What balances the plan's own account: appropriations as printed, the endowment's in fixed prices."""
        appropriated = self.nominal(
            "transfer_to_investment", "-use_of_discretionary_funds", "-use_of_restricted_funds"
        )
        return appropriated + self.fixed("endowment_provision") - self.mixed_result()

    def share(self, part: np.ndarray) -> np.ndarray:
        """Per cent of operating revenue in fixed prices, as the plan divides."""
        return 100.0 * part / self.fixed("operating_revenue")

    def per_resident(self, part: np.ndarray) -> np.ndarray:
        """Kroner per resident at the end of the year."""
        return 1e6 * part / self.ledger["closing_residents"][:, 0]

    def rolled(self, opening: float, *uses: np.ndarray, deflated: bool = False) -> np.ndarray:
        """A stock less what is used of it year by year (year,). The plan rolls its buffer fund and liquidity reserve
        without price conversion, but deflates its discretionary funds from the second year on."""
        growth = np.asarray(self.baseline.plan.cpi_growth)
        stock, path = opening, []
        for t, use in enumerate(np.sum(uses, axis=0)):
            if deflated and t > 0:
                stock /= 1.0 + growth[t]
            stock -= use
            path.append(stock)
        return np.array(path)

    def discretionary_funds(self) -> np.ndarray:
        """Buffer and other discretionary funds as the plan rolls them (year,)."""
        opening = self.baseline.opening
        return self.rolled(opening.buffer_fund + opening.discretionary_funds, self.discretionary_use, deflated=True)

    def all_funds(self) -> np.ndarray:
        """Total funds as the plan adds them, which leaves the use of unrestricted investment funds out (year,)."""
        opening = self.baseline.opening
        others = opening.investment_funds + opening.restricted_funds
        rolled = self.rolled(others, self.nominal("use_of_restricted_funds"))
        return self.discretionary_funds() + self.fixed("closing_endowment_fund") + rolled

    def demography(self, service: str) -> np.ndarray:
        """Demography compensation of one service since the year before the plan, mill. 2020-kr."""
        demand = demand_weights(self.scenario, service, "cost") @ self.baseline.population.average()
        years = len(self.baseline.years)
        return demand[1 : years + 1] - demand[0]

    @property
    def discretionary_use(self) -> np.ndarray:
        """Use of discretionary funds, the buffer fund included, as the plan's table counts it."""
        return self.nominal("use_of_discretionary_funds") + self.mixed_buffer_use()


def _sign(line: str) -> float:
    return -1.0 if line.startswith("-") else 1.0


def _line(*lines: str) -> Callable[[Accounts], np.ndarray]:
    return lambda a: a.fixed(*lines)


def _nominal(*lines: str) -> Callable[[Accounts], np.ndarray]:
    return lambda a: a.nominal(*lines)


GAIN = ("endowment_return", "-endowment_cost")
ALL_SELF_FINANCING = ("closing_self_financing_debt", "closing_on_lending_debt")
FIGURES: dict[str, Callable[[Accounts], np.ndarray]] = {
    # operating account: revenue and services by the deflator, finance by the CPI
    **{
        line: _line(line)
        for line in (
            *("tax_revenue", "general_grant", "host_grant", "interest_compensation", "integration_grant"),
            *("imputed_capital_cost", "central_revenue", "net_sector_expenditure", "gross_operating_result"),
            *("interest_income", "interest", "instalments", "operating_revenue", "free_revenue"),
            *("net_financial_cost", "endowment_provision"),
        )
    },
    "endowment_gain": _line(*GAIN),
    "financial_income": _line("interest_income", *GAIN),
    "financial_expenditure": _line("interest", "instalments"),
    "net_operating_result": Accounts.mixed_result,
    "transfer_as_printed": _nominal("transfer_to_investment"),
    "discretionary_net": lambda a: a.fixed("endowment_provision") - a.discretionary_use,
    "restricted_net": _nominal("-use_of_restricted_funds"),
    "operating_expenditure": _line("operating_revenue", "-gross_operating_result"),
    "result_share": lambda a: a.share(a.mixed_result()),
    "result_share_without_endowment": lambda a: a.share(a.mixed_result() - a.fixed(*GAIN)),
    "net_financial_cost_without_endowment": _line("net_financial_cost", *GAIN),
    "net_financial_cost_share": lambda a: a.share(a.fixed("net_financial_cost")),
    # investment account: nominal
    **{
        line: _nominal(line)
        for line in (
            *("gross_investment", "sales", "share_purchases", "on_lending", "vat_compensation"),
            *("use_of_investment_funds", "transfer_to_investment", "on_lending_instalments"),
        )
    },
    "all_grants": _nominal("grants", "housing_grants"),
    "ordinary_borrowing": _nominal("general_borrowing", "self_financing_borrowing"),
    "gross_investment_as_printed": _nominal("gross_investment"),
    "gross_investment_share": lambda a: a.share(a.nominal("gross_investment")),
    "equity_share": lambda a: 100.0 * a.ledger["equity_share"][:, 0],
    # debt: by the CPI
    "debt": _line("closing_debt"),
    "general_debt": _line("closing_general_debt"),
    "self_financing_debt": _line("closing_self_financing_debt"),
    "on_lending_debt": _line("closing_on_lending_debt"),
    "self_financing_debt_with_on_lending": _line(*ALL_SELF_FINANCING),
    "debt_per_resident": lambda a: a.per_resident(a.fixed("closing_debt")),
    "net_debt_per_resident": lambda a: a.per_resident(a.fixed("closing_net_debt")),
    "general_debt_per_resident": lambda a: a.per_resident(a.fixed("closing_general_debt")),
    "self_financing_debt_per_resident": lambda a: a.per_resident(a.fixed(*ALL_SELF_FINANCING)),
    "net_debt_ratio": lambda a: 100.0 * a.ledger["debt_ratio_mixed_prices"][:, 0],
    "debt_share": lambda a: a.share(a.fixed("closing_debt")),
    "general_debt_share": lambda a: a.share(a.fixed("closing_general_debt")),
    "self_financing_debt_share": lambda a: a.share(a.fixed(*ALL_SELF_FINANCING)),
    # funds: rolled forward without price conversion, as the plan does, and as the model has them
    "buffer_use_published_method": Accounts.mixed_buffer_use,
    "buffer_fund_published_method": lambda a: a.rolled(a.baseline.opening.buffer_fund, a.mixed_buffer_use()),
    "buffer_fund": _line("closing_buffer_fund"),
    "discretionary_funds_published_method": Accounts.discretionary_funds,
    "liquidity_published_method": lambda a: a.rolled(
        a.baseline.opening.liquidity_reserve, a.discretionary_use, a.nominal("use_of_investment_funds")
    ),
    "liquidity_reserve": _line("closing_liquidity_reserve"),
    "endowment_fund": _line("closing_endowment_fund"),
    "funds_published_method": Accounts.all_funds,
    "endowment_return_nominal": _nominal("endowment_return"),
    "endowment_cost_nominal": _nominal("endowment_cost"),
    "endowment_withdrawal_nominal": _nominal("endowment_return", "-endowment_cost", "-endowment_provision"),
    # demography compensation: an output of residents and cost per resident
    "demography": _line("demography_compensation"),
    "demography_kindergartens": lambda a: a.demography("kindergartens"),
    "demography_schools": lambda a: a.demography("schools"),
    "demography_care": lambda a: a.demography("care"),
}
"""How each published figure is made from the accounts, in the plan's own method (year,)."""


def reconcile(scenario: Scenario) -> list[Row]:
    """Every published figure of the plan years beside the model's, with a verdict.

    Raises InputError if ``published.csv`` names a figure that FIGURES does not have.
    """
    unknown = sorted({row.figure for row in scenario.published} - FIGURES.keys())
    if unknown:
        raise InputError([_unknown_figure(scenario.scenario.name, figure) for figure in unknown])
    accounts = _accounts(scenario)
    years = accounts.baseline.years
    rows: list[Row] = []
    for published in scenario.published:
        model = FIGURES[published.figure](accounts)
        for t, year in enumerate(years):
            rows.append(_row(published, int(year), published.values[t], float(model[t]), accounts))
    return rows


def debt_ratios(scenario: Scenario) -> DebtRatios | None:
    """The three debt ratios of the last plan year; None where the plan's own is not given."""
    accounts = _accounts(scenario)
    for published in scenario.published:
        if published.figure == "net_debt_ratio":
            return DebtRatios(
                year=int(accounts.baseline.years[-1]),
                published=published.values[-1] / 100.0,
                restated=float(accounts.ledger["debt_ratio_mixed_prices"][-1, 0]),
                nominal=float(accounts.ledger["debt_ratio"][-1, 0]),
            )
    return None


def _accounts(scenario: Scenario) -> Accounts:
    baseline = build(scenario, scenario.scenario.plan_years)
    return Accounts(scenario, baseline, run_baseline(baseline))


def _row(published: PublishedRow, year: int, value: float, model: float, accounts: Accounts) -> Row:
    tolerance = published.tolerance_of(value)
    explanation = Text("", "")
    verdict = "ok"
    if not abs(model - value) <= tolerance:
        explanation = _wrong_index(published, year, value, model, accounts)
        if not explanation.en:
            explanation = Text(published.explanation_nb, published.explanation_en)
        verdict = "explained" if explanation.en else "off"
    return Row(
        table=published.table,
        item=published.item,
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


WRONG_INDEX = Text(
    nb="Den trykte beholdningen passer med prisindeksen for {other} ({there:.2f}), ikke med den for {year} "
    "({right:.2f}): det mangler {missing} års prisvekst i omregningen.",
    en="The printed stock fits the price index of {other} ({there:.2f}), not that of {year} ({right:.2f}): {missing} "
    "year of inflation is missing in its conversion.",
)
DEBT_FIGURES = {name for name in FIGURES if "debt" in name}


def _wrong_index(published: PublishedRow, year: int, value: float, model: float, accounts: Accounts) -> Text:
    """Was the printed stock deflated with another year's index? Found by the index that would make it right."""
    if published.figure not in DEBT_FIGURES or value <= 0.0:
        return Text("", "")
    index = accounts.ledger["cpi_index"][:, 0]
    years = accounts.baseline.years
    here = int(np.flatnonzero(years == year)[0])
    implied = model * index[here] / value
    # Rounded figures (94 %, 106 %) pin the index down less well than amounts do.
    slack = STOCK_INDEX_TOLERANCE + (0.5 / value if published.unit == "per cent" else 0.0)
    nearest = int(np.argmin(np.abs(index - implied)))
    if nearest == here or abs(index[nearest] - implied) > slack * index[nearest]:
        return Text("", "")
    values = {
        "year": year,
        "right": index[here],
        "other": int(years[nearest]),
        "there": index[nearest],
        "missing": here - nearest,
    }
    return Text(WRONG_INDEX.say("nb", **values), WRONG_INDEX.say("en", **values))


def _unknown_figure(folder: str, figure: str) -> Fault:
    return Fault(
        f"{folder}/published.csv",
        "figure",
        figure,
        Text(nb="ukjent tall", en="unknown figure"),
        Text(nb="Kjente: " + ", ".join(FIGURES), en="Known: " + ", ".join(FIGURES)),
    )
