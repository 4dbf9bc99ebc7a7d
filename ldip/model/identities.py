"""The accounting identities, each written once: what must be zero in every run and year.

Tests check them on random scenarios, ``soundness.py`` on every baseline.
"""

from typing import TYPE_CHECKING

import numpy as np

from ldip.model.accounts.inputs import Opening
from ldip.model.accounts.year import SUMS

if TYPE_CHECKING:
    from ldip.model.engine.simulate import Ledger

ROLL_FORWARD = {
    "general debt": (
        "closing_general_debt",
        "general_debt",
        "general_borrowing",
        "-general_instalments",
        "-extra_instalments",
    ),
    "water, waste and housing debt": (
        "closing_self_financing_debt",
        "self_financing_debt",
        "self_financing_borrowing",
        "-self_financing_instalments",
    ),
    "on-lending debt": ("closing_on_lending_debt", "on_lending_debt", "on_lending", "-on_lending_instalments"),
    "on-lent money": ("closing_on_lent", "on_lent", "on_lending", "-on_lending_instalments"),
    "buffer fund": ("closing_buffer_fund", "buffer_fund", "buffer_provision", "-buffer_use"),
    "wage reserve": (
        "closing_wage_reserve",
        "wage_reserve",
        "-use_of_wage_reserve",
        "-emergency_wage_reserve_use",
    ),
    "discretionary funds": (
        "closing_discretionary_funds",
        "discretionary_funds",
        "provision_to_discretionary_funds",
        "-use_of_discretionary_funds",
        "-emergency_fund_use",
    ),
    "investment funds": (
        "closing_investment_funds",
        "investment_funds",
        "investment_fund_provision",
        "-use_of_investment_funds",
    ),
    "restricted funds": ("closing_restricted_funds", "restricted_funds", "-use_of_restricted_funds"),
    "endowment fund": (
        "closing_endowment_fund",
        "endowment_fund",
        "endowment_provision",
    ),
    "uncovered deficit": (
        "closing_uncovered_deficit",
        "uncovered_deficit",
        "new_uncovered_deficit",
        "-covered_deficit",
    ),
    "premium deviation": (
        "closing_premium_deviation",
        "premium_deviation",
        "premium_deviation",
        "-premium_amortisation",
    ),
    "fixed assets": (
        "closing_fixed_assets",
        "fixed_assets",
        "gross_investment",
        "-vat_compensation",
        "-sales",
        "-depreciation",
    ),
}
"""Stock: closing line, field of the opening balance, then the flows that alone move it."""

REAL_ROLL_FORWARD = {
    "new capacity": ("new_capacity", "new_capacity", "capacity_investment"),
    "decided measures": ("decided_measures", "decided_measures", "newly_decided"),
}
"""The same of stocks in base-year kroner, by the municipal deflator: one flow, nominal."""

ACCOUNTS = {
    "result is used": (
        "net_operating_result",
        "-transfer_to_investment",
        "-endowment_provision",
        "use_of_wage_reserve",
        "use_of_discretionary_funds",
        "-provision_to_discretionary_funds",
        "emergency_fund_use",
        "emergency_wage_reserve_use",
        "use_of_restricted_funds",
        "buffer_use",
        "-buffer_provision",
        "new_uncovered_deficit",
        "-covered_deficit",
    ),
    "investment is financed": (
        "gross_investment",
        "share_purchases",
        "investment_fund_provision",
        "extra_instalments",
        "-sales",
        "-land_sales",
        "-grants",
        "-housing_grants",
        "-vat_compensation",
        "-use_of_investment_funds",
        "-transfer_to_investment",
        "-general_borrowing",
        "-self_financing_borrowing",
    ),
}
"""The two accounts, whose lines add up to zero. The chapters' own sums come beside them."""

CASH_IN = (
    "central_revenue",
    "-net_sector_expenditure",
    "-premium_deviation",
    "premium_amortisation",
    "-net_financial_cost",
    "-gross_investment",
    "-share_purchases",
    "sales",
    "land_sales",
    "grants",
    "housing_grants",
    "vat_compensation",
    "general_borrowing",
    "self_financing_borrowing",
    "-extra_instalments",
)
"""All money that comes in less all that goes out: on-lending passes straight through, and of pension it is the
premium that is paid."""

OTHERS = {
    "cash": ("closing_liquidity_reserve",),
    "slipped investment": ("slipped_investment",),
    "depreciation": ("depreciation",),
    "overdue deficit": ("closing_overdue_deficit",),
    "cover of earlier deficits": ("budgeted_cover",),
    "cover beyond the budget": ("extra_cover",),
    "new dwellings": ("new_dwellings",),
}
"""Identities with a form of their own in :func:`residuals`: the line that each accounts for."""

UNDER_ZERO = " never negative"
"""What the names of identities about NEVER_NEGATIVE lines end with."""

NEVER_NEGATIVE = (
    "general_borrowing",
    "completions",
    "buffer_use",
    "emergency_fund_use",
    "emergency_wage_reserve_use",
    "struck_transfer",
    "struck_provision",
    "budgeted_cover",
    "extra_cover",
    "struck_cover",
    "new_uncovered_deficit",
    "covered_deficit",
    "buffer_provision",
    "extra_transfer",
    "extra_instalments",
    "postponed_investment",
    "closing_buffer_fund",
    "closing_wage_reserve",
    "closing_discretionary_funds",
    "closing_overdue_deficit",
    "endowment_withdrawal",
    "closing_investment_funds",
    "closing_restricted_funds",
    "closing_self_financing_debt",
    "closing_uncovered_deficit",
    "restructuring_need",
)
"""Lines that may not go below zero: what cannot be paid shows as uncovered deficit instead."""


def residuals(ledger: "Ledger", opening: Opening) -> dict[str, np.ndarray]:
    """What each identity lacks of holding: nominal mill. kr (year, run). All are zero but for rounding."""

    def total(lines: tuple[str, ...]) -> np.ndarray:
        return sum(-ledger[line[1:]] if line.startswith("-") else ledger[line] for line in lines)  # type: ignore

    def before(line: str, first: float) -> np.ndarray:
        start = np.full((1, ledger.values.shape[2]), first)
        return np.concatenate([start, ledger[line][:-1]])

    found: dict[str, np.ndarray] = {}
    for name, (closing, stock, *flows) in ROLL_FORWARD.items():
        found[name] = ledger[closing] - before(closing, getattr(opening, stock)) - total(tuple(flows))
    for name, (closing, stock, flow) in REAL_ROLL_FORWARD.items():
        more = ledger[closing] - before(closing, getattr(opening, stock))
        found[name] = more * ledger["deflator_index"] - ledger[flow]
    moved = ledger["slipped_out"] + ledger["postponed_investment"]
    found["slipped investment"] = ledger["slipped_investment"] * ledger["deflator_index"] - moved
    found["depreciation"] = ledger["depreciation"] - before("depreciation_ahead", opening.depreciation)
    found["overdue deficit"] = np.minimum(
        ledger["closing_uncovered_deficit"] - ledger["closing_overdue_deficit"], 0.0
    )
    standing = before("closing_uncovered_deficit", opening.uncovered_deficit)
    left = standing - ledger["budgeted_cover"]
    found["cover of earlier deficits"] = np.minimum(left, 0.0)
    found["cover beyond the budget"] = np.minimum(left - ledger["extra_cover"], 0.0)
    found["new dwellings"] = ledger["new_dwellings"] - before("new_dwellings", 0.0) - ledger["completions"]
    for name, lines in ACCOUNTS.items():
        found[name] = total(lines)
    for line, terms in SUMS.items():
        found[line] = ledger[line] - total(tuple(terms.split()))
    banked = {
        "closing_liquidity_reserve": opening.liquidity_reserve,
        "closing_restricted_funds": opening.restricted_funds,
        "closing_endowment_fund": opening.endowment_fund,
    }
    increase = sum(ledger[line] - before(line, float(first)) for line, first in banked.items())
    found["cash"] = total(CASH_IN) - increase
    for line in NEVER_NEGATIVE:
        found[f"{line}{UNDER_ZERO}"] = np.minimum(ledger[line], 0.0)
    return found


def line_of(identity: str) -> str:
    """The line of the ledger that an identity of :func:`residuals` is about: the one it accounts for."""
    named = ROLL_FORWARD | REAL_ROLL_FORWARD | ACCOUNTS | OTHERS
    return named[identity][0] if identity in named else identity.removesuffix(UNDER_ZERO)
