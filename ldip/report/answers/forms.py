"""The official forms of a Norwegian municipality's accounts (HP 11.1-11.8, 11.3, 4.6).

A form is made of rows and sums. A row is signed terms of the accounts (``analysis/statement.py``). A sum is written
with its parts inside it and printed below them, and it is nothing but the sum of them: a total cannot differ from its
rows, because there is no other way to make one. What it equals in the ledger stands beside it and is tested.

``@sectors``, ``@areas`` and ``@investment`` stand for as many rows as the scenario has. ``@`` before a line stands
for that line, divided into what named projects bear and what is left, where the scenario has projects.
"""

from typing import NamedTuple

from ldip.analysis.investment_plan import DIVIDED
from ldip.model.accounts.year import SUMS
from ldip.text import Text


class Row(NamedTuple):
    """One row: its signed terms, and its label where it is not that of a line of the ledger."""

    of: str
    label: Text | None = None


class Sum(NamedTuple):
    """The total of rows and other sums, which are printed above it.

    `equals` is the same figure elsewhere in the accounts, as signed terms, if there is one. A single line of the
    ledger gives the label as well.
    """

    equals: str
    parts: "tuple[Row | Sum, ...]"
    label: Text | None = None


class Form(NamedTuple):
    """One form: the word it is asked for by, its title and its parts.

    In fixed prices every amount of a form is divided by the one `price_index`, or its rows would not add up. Without
    one each row has the catalogue's, and nothing may be added up.
    """

    id: str
    title: Text
    price_index: str
    parts: tuple[Row | Sum, ...]


def _parts(*parts: str | Row | Sum) -> tuple[Row | Sum, ...]:
    """Rows and sums as they are; of a text each word as a row of its own."""
    found: list[Row | Sum] = []
    for part in parts:
        found += [Row(word) for word in part.split()] if isinstance(part, str) else [part]
    return tuple(found)


def _sum(name: str | Text, *parts: str | Row | Sum, equals: str = "") -> Sum:
    """A sum by the name of the ledger's line for it, or by a label."""
    if isinstance(name, str):
        return Sum(name, _parts(*parts))
    return Sum(equals, _parts(*parts), name)


def _form(word: str, title: Text, price_index: str, *parts: str | Row | Sum) -> Form:
    return Form(word, title, price_index, _parts(*parts))


def _terms(line: str, without: str = "", sign: int = 1) -> str:
    """The terms that a line of the ledger is the sum of, but for those shown in another way."""
    terms = [term for term in SUMS[line].split() if term.lstrip("-") not in without.split()]
    return " ".join(terms if sign > 0 else [term[1:] if term.startswith("-") else f"-{term}" for term in terms])


def _by_project(line: str) -> str:
    """The terms of a line, those that projects divide marked as such."""
    return " ".join(f"@{term}" if term in DIVIDED else term for term in SUMS[line].split())


GRANTS = Row("-grants -housing_grants", Text("Tilskudd og refusjoner", "Grants and refunds"))
SHOWN_APART = "tax_revenue general_grant income_system_loss imputed_capital_cost"
OTHER_STATE_GRANTS = _terms("central_revenue", SHOWN_APART, sign=-1)
OF_SECTORS = "kindergarten_cost school_cost care_cost other_service_cost"
"""What the rows of sectors and areas hold between them."""

OPERATIONS = _form(
    "operations",
    Text("Hovedoversikt drift", "Operating account"),
    "deflator",
    _sum(
        "-new_uncovered_deficit",
        _sum(
            "net_operating_result",
            _sum(
                "gross_operating_result",
                _sum("central_revenue", _terms("central_revenue")),
                _sum(
                    "-net_sector_expenditure",
                    "@sectors",
                    _terms("net_sector_expenditure", OF_SECTORS, sign=-1),
                ),
            ),
            _sum(
                "-net_financial_cost",
                "interest_income",
                Row(
                    "endowment_return -endowment_cost",
                    Text("Avkastning av forvaltningsfondet, netto", "Endowment fund, net"),
                ),
                "-interest -instalments",
            ),
        ),
        _sum(
            Text("Sum disponering av resultatet", "Result disposed of in all"),
            Row("-transfer_to_investment", Text("Overført til investering", "Transferred to investment")),
            Row(
                "-endowment_provision",
                Text("Forvaltningsfondet, til bufferkapital", "To the endowment fund's buffer"),
            ),
            "use_of_wage_reserve use_of_discretionary_funds -provision_to_discretionary_funds",
            "use_of_restricted_funds",
            Row(
                "buffer_use -buffer_provision emergency_fund_use emergency_wage_reserve_use",
                Text("Saldering med bufferfond og andre fond", "Balanced with buffer and other funds"),
            ),
            "-covered_deficit",
            equals="-new_uncovered_deficit -net_operating_result",
        ),
    ),
)
INVESTMENT = _form(
    "investment",
    Text("Hovedoversikt investering", "Investment account"),
    "deflator",
    _sum(
        Text("Finansieringsbehov", "To be financed"),
        _sum(
            Text("Netto investeringer", "Net investment"),
            _sum("gross_investment", _terms("gross_investment")),
            "-sales",
            GRANTS,
            equals="gross_investment -sales -grants -housing_grants",
        ),
        "share_purchases extra_instalments on_lending_instalments on_lending investment_fund_provision",
    ),
    _sum(
        Text("Sum finansiering", "Financing in all"),
        Row(
            "general_borrowing self_financing_borrowing",
            Text("Bruk av lån, ikke videre utlån", "Borrowing, on-lending excluded"),
        ),
        Row("on_lending", Text("Låneopptak til videreutlån", "Borrowing for on-lending")),
        Row(
            "on_lending_instalments",
            Text("Mottatte avdrag på videreutlån", "Instalments received on on-lending"),
        ),
        "use_of_investment_funds vat_compensation transfer_to_investment",
    ),
)
FORM_1A = _form(
    "1A",
    Text("Budsjettskjema 1A: drift", "Form 1A: operations"),
    "deflator",
    _sum(
        Text("Til fordeling drift", "To distribute"),
        _sum(
            Text("Sum frie disponible inntekter", "Freely disposable revenue"),
            "-tax_revenue -general_grant income_system_loss",
            Row(OTHER_STATE_GRANTS, Text("Andre generelle statstilskudd", "Other general state grants")),
            equals=f"-free_revenue {OTHER_STATE_GRANTS}",
        ),
        _sum(
            Text("Netto finansinntekter/-utgifter", "Net financial items"),
            Row(
                "-interest_income -endowment_return endowment_gain",
                Text("Renteinntekter og utbytte", "Interest and dividends received"),
            ),
            "-endowment_gain interest instalments",
            equals="net_financial_cost -endowment_cost",
        ),
        _sum(
            Text("Netto avsetninger", "Net provisions"),
            Row("endowment_withdrawal", Text("Til ubundne avsetninger", "To unrestricted provisions")),
            Row(
                "-use_of_discretionary_funds -endowment_withdrawal",
                Text("Bruk av ubundne avsetninger", "Use of unrestricted provisions"),
            ),
            equals="-use_of_discretionary_funds",
        ),
        "transfer_to_investment covered_deficit -new_uncovered_deficit",
    ),
)
FORM_1B = _form(
    "1B",
    Text("Budsjettskjema 1B: fordelt til drift", "Form 1B: distributed to operations"),
    "deflator",
    _sum(
        Text("Sum fordelt til drift", "Distributed in all"),
        "-imputed_capital_cost endowment_cost",
        Row(
            "endowment_provision provision_to_discretionary_funds -use_of_wage_reserve -use_of_restricted_funds "
            "-buffer_use buffer_provision -emergency_fund_use -emergency_wage_reserve_use",
            Text("Netto avsetninger utenom 1A", "Net provisions outside 1A"),
        ),
        "@areas",
        _terms("net_sector_expenditure", OF_SECTORS),
    ),
)
FORM_2A = _form(
    "2A",
    Text("Budsjettskjema 2A: investering", "Form 2A: investment"),
    "deflator",
    _sum(
        Text("Årets finansieringsbehov", "To be financed"),
        "@gross_investment",
        Row("on_lending", Text("Utlån", "Lent on")),
        Row("on_lending_instalments", Text("Avdrag på videreutlån", "Instalments on on-lending debt")),
        "share_purchases extra_instalments investment_fund_provision",
    ),
    _sum(
        Text("Sum finansiering", "Financing in all"),
        _sum(
            Text("Sum ekstern finansiering", "External financing"),
            "-sales",
            GRANTS,
            "-vat_compensation",
            Row("-general_borrowing -self_financing_borrowing -on_lending", Text("Bruk av lån", "Use of loans")),
            Row("-on_lending_instalments", Text("Mottatte avdrag på utlån", "Instalments received")),
        ),
        _sum(
            Text("Sum intern finansiering", "Internal financing"),
            "-use_of_investment_funds -transfer_to_investment",
        ),
    ),
)
FORM_2B = _form(
    "2B",
    Text("Budsjettskjema 2B: fordelt til investering", "Form 2B: distributed to investment"),
    "deflator",
    _sum(Text("Sum poster i planen", "Items of the plan in all"), "@investment"),
    _sum(
        "gross_investment",
        _sum("general_investment", _by_project("general_investment")),
        _by_project("gross_investment").removeprefix("general_investment "),
    ),
)
BALANCE = _form(
    "balance",
    Text("Balanse 31.12.", "Balance at 31 December"),
    "cpi",
    _sum(
        "closing_net_debt",
        _sum("closing_debt", _terms("closing_debt")),
        "-closing_on_lent",
    ),
    _sum("closing_funds", _terms("closing_funds")),
    "closing_endowment_buffer closing_uncovered_deficit closing_overdue_deficit",
    "closing_premium_deviation closing_liquidity_reserve closing_fixed_assets",
)
FRAMES = _form(
    "frames",
    Text("Rammeendringer og pensjon", "Changes of frames, and pension"),
    "deflator",
    "demography_compensation new_needs -adopted_measures price_compensation",
    _sum("pension_cost", _terms("pension_cost")),
)
FREE_REVENUE = _form(
    "free-revenue",
    Text("Frie inntekter", "Free revenue"),
    "deflator",
    _sum(
        "free_revenue",
        "tax_revenue",
        _sum("general_grant", _terms("general_grant")),
        "-income_system_loss",
    ),
)
YEAR_END = _form(
    "year-end",
    Text("Årsavslutning etter loven", "Year-end by law"),
    "deflator",
    _sum("transfer_to_investment", _terms("transfer_to_investment")),
    "struck_provision struck_cover",
    "buffer_use emergency_buffer_use emergency_fund_use emergency_wage_reserve_use new_uncovered_deficit",
    "covered_deficit buffer_provision",
)
KEY_FIGURES = _form(
    "key-figures",
    Text("Nøkkeltall", "Key figures"),
    "",
    "operating_revenue free_revenue income_system_loss net_operating_result_share underlying_result_share debt_ratio",
    "debt_ratio_mixed_prices debt_ratio_with_deficits equity_share fund_share",
    "net_financial_cost_share investment_share debt_per_resident loan_rate",
    "minimum_instalments rate_exposure_first_year rate_exposure_full closing_residents",
    "restructuring_need restructuring_need_share frames_change_share",
)
FORMS = (
    OPERATIONS,
    FREE_REVENUE,
    INVESTMENT,
    YEAR_END,
    FORM_1A,
    FORM_1B,
    FORM_2A,
    FORM_2B,
    BALANCE,
    FRAMES,
    KEY_FIGURES,
)
