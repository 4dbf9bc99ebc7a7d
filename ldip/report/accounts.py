"""The baseline accounts in the forms a Norwegian finance department knows: operations, investment, balance."""

import textwrap
from typing import NamedTuple

from ldip.errors import Text
from ldip.model.metrics import catalogue, report_values
from ldip.model.simulate import Ledger
from ldip.report.numbers import number, shown
from ldip.report.text import table


class Form(NamedTuple):
    """One form: its title and its lines; a line with a minus is shown with the opposite sign."""

    title: Text
    lines: tuple[str, ...]


TOTALS = {
    "central_revenue",
    "net_sector_expenditure",
    "gross_operating_result",
    "net_financial_cost",
    "net_operating_result",
    "gross_investment",
    "closing_debt",
    "closing_net_debt",
    "closing_funds",
}
"""Lines that sum up the ones above; they are underlined by an empty line after them."""

FORMS = (
    Form(
        Text(nb="Hovedoversikt drift", en="Operating account"),
        (
            "tax_revenue",
            "general_grant",
            "host_grant",
            "interest_compensation",
            "integration_grant",
            "imputed_capital_cost",
            "central_revenue",
            "kindergarten_cost",
            "school_cost",
            "care_cost",
            "other_service_cost",
            "premises_cost",
            "net_sector_expenditure",
            "gross_operating_result",
            "interest",
            "instalments",
            "-interest_income",
            "-endowment_return",
            "endowment_cost",
            "net_financial_cost",
            "net_operating_result",
            "transfer_to_investment",
            "endowment_provision",
            "-use_of_discretionary_funds",
            "-use_of_restricted_funds",
            "-buffer_use",
            "buffer_provision",
            "-emergency_fund_use",
            "covered_deficit",
            "-new_uncovered_deficit",
        ),
    ),
    Form(
        Text(nb="Investering og finansiering", en="Investment and financing"),
        (
            "general_investment",
            "water_waste_investment",
            "housing_investment",
            "gross_investment",
            "share_purchases",
            "investment_fund_provision",
            "-sales",
            "-grants",
            "-housing_grants",
            "-vat_compensation",
            "-use_of_investment_funds",
            "-transfer_to_investment",
            "-general_borrowing",
            "-self_financing_borrowing",
            "on_lending",
            "on_lending_instalments",
        ),
    ),
    Form(
        Text(nb="Balanse 31.12", en="Balance at 31 December"),
        (
            "closing_general_debt",
            "closing_self_financing_debt",
            "closing_on_lending_debt",
            "closing_debt",
            "-closing_on_lent",
            "closing_net_debt",
            "closing_buffer_fund",
            "closing_discretionary_funds",
            "closing_investment_funds",
            "closing_restricted_funds",
            "closing_endowment_fund",
            "closing_funds",
            "closing_uncovered_deficit",
            "closing_liquidity_reserve",
        ),
    ),
    Form(
        Text(nb="Nøkkeltall", en="Key figures"),
        (
            "operating_revenue",
            "net_operating_result_share",
            "debt_ratio",
            "debt_ratio_mixed_prices",
            "debt_ratio_with_deficits",
            "equity_share",
            "fund_share",
            "net_financial_cost_share",
            "investment_share",
            "debt_per_resident",
            "loan_rate",
            "rate_exposure_first_year",
            "rate_exposure_full",
            "closing_residents",
            "demography_compensation",
            "restructuring_need",
            "restructuring_need_share",
        ),
    ),
)

PRICES = Text(
    nb="Mill. {year}-kr. Drift og investering er regnet om med kommunal deflator, gjeld, fond og finans med KPI, "
    "slik handlingsprogrammet gjør; derfor summerer ikke alle kolonner på tvers av de to.",
    en="Mill. {year}-kr. Operations and investment use the municipal deflator, debt, funds and finance the CPI, "
    "as the published plan does; so columns that mix the two do not add up.",
)
NOMINAL = Text(nb="Mill. kr i løpende priser.", en="Mill. kr in current prices.")


def plan_text(ledger: Ledger, base_year: int, *, fixed_prices: bool, width: int, lang: str) -> str:
    """The forms year by year, in blocks of as many years as fit the width."""
    labels = max(len(metric.label.say(lang)) for metric in catalogue().values()) + 2
    per_block = max((width - labels) // 9, 4)
    price = PRICES.say(lang, year=base_year) if fixed_prices else NOMINAL.say(lang)
    parts = [textwrap.fill(price, width)]
    for start in range(0, len(ledger.years), per_block):
        picked = range(start, min(start + per_block, len(ledger.years)))
        for form in FORMS:
            rows = [[form.title.say(lang), *[str(ledger.years[t]) for t in picked]]]
            for line in form.lines:
                rows.append(_row(ledger, line, picked, fixed_prices, lang))
                if line in TOTALS:
                    rows.append([""])
            parts.append(table(rows).rstrip())
    return "\n\n".join(parts)


def plan_records(ledger: Ledger, base_year: int, *, fixed_prices: bool) -> list[dict[str, object]]:
    """The same accounts as records for JSON: every line, every year."""
    records: list[dict[str, object]] = []
    for metric in catalogue().values():
        values = report_values(ledger, metric, fixed_prices=fixed_prices)[:, 0]
        basis = metric.price_basis(base_year) if fixed_prices or not metric.price_index else "nominal"
        for year, value in zip(ledger.years, values, strict=True):
            records.append(
                {
                    "line": metric.id,
                    "year": int(year),
                    "unit": metric.unit,
                    "price_basis": basis,
                    "value": float(value),
                }
            )
    return records


def _row(ledger: Ledger, line: str, picked: range, fixed_prices: bool, lang: str) -> list[str]:
    sign = -1.0 if line.startswith("-") else 1.0
    metric = catalogue()[line.lstrip("-")]
    values = sign * report_values(ledger, metric, fixed_prices=fixed_prices)[:, 0]
    cells = [shown(float(values[t]), metric.unit, lang) for t in picked]
    if metric.unit == "mill. kr":
        cells = [number(float(values[t]), 1, lang) for t in picked]
    percent = " %" if metric.unit in ("share", "per year") else ""
    return [f"  {metric.label.say(lang)}{percent}", *cells]
