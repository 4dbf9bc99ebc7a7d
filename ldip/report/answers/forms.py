"""Which official forms a scenario's accounts are printed in, and those of all years."""

from ldip.report.answers.form import Form, form, terms, total
from ldip.report.answers.forms_2000 import FORM_1A, FORM_1B, FORM_2A, FORM_2B, INVESTMENT, OPERATIONS
from ldip.report.answers.forms_2019 import (
    BY_KIND,
    INVESTMENT_APPROPRIATIONS,
    INVESTMENT_SPENT,
    OPERATING_APPROPRIATIONS,
    OPERATING_SPENT,
)
from ldip.scenario.schema import Scenario
from ldip.text import Text

BALANCE = form(
    "balance",
    Text("Balanse 31.12.", "Balance at 31 December"),
    "cpi",
    total(
        "closing_net_debt",
        total("closing_debt", terms("closing_debt")),
        "-closing_on_lent",
    ),
    total("closing_funds", terms("closing_funds")),
    "closing_endowment_buffer closing_uncovered_deficit closing_overdue_deficit",
    "closing_premium_deviation closing_liquidity_reserve closing_fixed_assets",
)
FRAMES = form(
    "frames",
    Text("Rammeendringer og pensjon", "Changes of frames, and pension"),
    "deflator",
    "demography_compensation new_needs -adopted_measures price_compensation",
    total("pension_cost", terms("pension_cost")),
)
FREE_REVENUE = form(
    "free-revenue",
    Text("Frie inntekter", "Free revenue"),
    "deflator",
    total(
        "free_revenue",
        "tax_revenue natural_resource_tax",
        total("general_grant", terms("general_grant")),
        "-income_system_loss",
    ),
)
YEAR_END = form(
    "year-end",
    Text("Årsavslutning etter loven", "Year-end by law"),
    "deflator",
    total("transfer_to_investment", terms("transfer_to_investment")),
    "struck_provision",
    total("covered_deficit", terms("covered_deficit")),
    "buffer_use emergency_buffer_use emergency_fund_use emergency_wage_reserve_use new_uncovered_deficit",
    "buffer_provision",
)
KEY_FIGURES = form(
    "key-figures",
    Text("Nøkkeltall", "Key figures"),
    "",
    "operating_revenue free_revenue income_system_loss net_operating_result_share underlying_result_share debt_ratio",
    "debt_ratio_mixed_prices debt_ratio_with_deficits equity_share fund_share",
    "investment_fund_share free_fund_share self_financing_share general_debt_ratio debt_ratio_without_on_lending",
    "net_financial_cost_share investment_share debt_per_resident loan_rate",
    "minimum_instalments rate_exposure_first_year rate_exposure_full closing_residents",
    "restructuring_need restructuring_need_share frames_change_share",
)

OLD = (OPERATIONS, FREE_REVENUE, INVESTMENT, YEAR_END, FORM_1A, FORM_1B, FORM_2A, FORM_2B)
NEW = (
    *(BY_KIND, FREE_REVENUE, OPERATING_APPROPRIATIONS, OPERATING_SPENT, YEAR_END),
    *(INVESTMENT_APPROPRIATIONS, INVESTMENT_SPENT),
)
OF_ALL_YEARS = (BALANCE, FRAMES, KEY_FIGURES)
FORMS = tuple(dict.fromkeys((*OLD, *NEW, *OF_ALL_YEARS)))
"""Every form; each can be asked for of any scenario."""


def forms_of(scenario: Scenario) -> tuple[Form, ...]:
    """The forms that a plan is printed in: those of the regulation in force, or those that its source prints."""
    return (*(OLD if scenario.scenario.regulation == "2000" else NEW), *OF_ALL_YEARS)
