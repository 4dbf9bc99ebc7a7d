"""The official forms of a Norwegian municipality's accounts, row by row (HP 11.1-11.8, 11.3, 4.6).

A row is signed terms (``analysis/statement.py``); one that is a single line of the ledger takes its label from the
catalogue. ``@areas``, ``@sectors`` and ``@investment`` stand for as many rows as the scenario has.
"""

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from ldip.analysis.statement import INVESTMENT_LINES
from ldip.model.metrics import catalogue
from ldip.scenario.rows import Area
from ldip.scenario.schema import Scenario
from ldip.text import Text


class Row(NamedTuple):
    """One row of a form: its terms, its label (none: the catalogue's), and whether it sums up the rows above."""

    of: str
    label: Text | None = None
    total: bool = False

    def name(self, lang: str) -> str:
        """The row's label."""
        return self.label.say(lang) if self.label else catalogue()[self.of.lstrip("-")].label.say(lang)


class Form(NamedTuple):
    """One form: the word it is asked for by, its title and its rows."""

    id: str
    title: Text
    rows: tuple[Row, ...]


def _rows(*lines: str) -> tuple[Row, ...]:
    return tuple(Row(line.lstrip("="), total=line.startswith("=")) for line in lines)


GRANTS = Text("Tilskudd og refusjoner", "Grants and refunds")
LOANS = Text("Bruk av lån, ikke videre utlån", "Borrowing, on-lending excluded")
BALANCING = "buffer_use -buffer_provision emergency_fund_use emergency_wage_reserve_use"
DEFICIT = "new_uncovered_deficit -covered_deficit"
OTHER_PROVISIONS = (
    "endowment_provision provision_to_discretionary_funds -use_of_wage_reserve -use_of_restricted_funds -buffer_use "
    "buffer_provision -emergency_fund_use -emergency_wage_reserve_use"
)
ORDINARY = "general_borrowing self_financing_borrowing"

OPERATIONS = Form(
    "operations",
    Text("Hovedoversikt drift", "Operating account"),
    (
        *_rows("tax_revenue", "general_grant", "host_grant", "interest_compensation", "integration_grant"),
        *_rows("imputed_capital_cost", "=central_revenue"),
        Row("@sectors"),
        *_rows("premises_cost", "undelivered_measures", "-restructuring_measures", "pension_beyond_frames"),
        *_rows("=net_sector_expenditure", "=gross_operating_result"),
        *_rows("interest_income"),
        Row(
            "endowment_return -endowment_cost", Text("Avkastning av forvaltningsfondet, netto", "Endowment fund, net")
        ),
        *_rows("interest", "instalments", "=net_financial_cost"),
        Row("gross_operating_result -net_financial_cost", Text("Netto driftsresultat", "Net operating result"), True),
        Row("-transfer_to_investment", Text("Overført til investering", "Transferred to investment")),
        Row("-endowment_provision", Text("Forvaltningsfondet, til bufferkapital", "To the endowment fund's buffer")),
        *_rows("use_of_wage_reserve", "use_of_discretionary_funds", "-provision_to_discretionary_funds"),
        *_rows("use_of_restricted_funds"),
        Row(BALANCING, Text("Saldering med bufferfond og andre fond", "Balanced with buffer and other funds")),
        Row(DEFICIT, Text("Udekket merforbruk, netto økning", "Uncovered deficit, net increase")),
    ),
)
INVESTMENT = Form(
    "investment",
    Text("Hovedoversikt investering", "Investment account"),
    (
        *_rows("general_investment", "water_waste_investment", "housing_investment", "=gross_investment"),
        *_rows("-sales"),
        Row("-grants -housing_grants", GRANTS),
        Row(
            "gross_investment -sales -grants -housing_grants",
            Text("Netto investeringer", "Net investment"),
            total=True,
        ),
        *_rows("share_purchases", "on_lending_instalments", "on_lending", "investment_fund_provision"),
        Row(
            "gross_investment -sales -grants -housing_grants share_purchases on_lending_instalments on_lending "
            "investment_fund_provision",
            Text("Finansieringsbehov", "To be financed"),
            total=True,
        ),
        Row(ORDINARY, LOANS),
        Row("on_lending", Text("Låneopptak til formidlingslån", "Borrowing for on-lending")),
        Row(
            "on_lending_instalments", Text("Mottatte avdrag på formidlingslån", "Instalments received on on-lending")
        ),
        *_rows("use_of_investment_funds", "vat_compensation", "transfer_to_investment"),
        Row(
            f"{ORDINARY} on_lending on_lending_instalments use_of_investment_funds vat_compensation "
            "transfer_to_investment",
            Text("Sum finansiering", "Financing in all"),
            total=True,
        ),
    ),
)
OTHER_STATE_GRANTS = "-host_grant -interest_compensation -integration_grant"
INTEREST_ETC = "-interest_income -endowment_return endowment_gain"
NET_FINANCIAL_1A = "interest instalments -interest_income -endowment_return"
NET_PROVISIONS_1A = "-use_of_discretionary_funds"
DISTRIBUTED = f"-free_revenue {OTHER_STATE_GRANTS} {NET_FINANCIAL_1A} {NET_PROVISIONS_1A} transfer_to_investment"
FORM_1A = Form(
    "1A",
    Text("Budsjettskjema 1A: drift", "Form 1A: operations"),
    (
        *_rows("-tax_revenue", "-general_grant"),
        Row(OTHER_STATE_GRANTS, Text("Andre generelle statstilskudd", "Other general state grants")),
        Row(
            f"-free_revenue {OTHER_STATE_GRANTS}",
            Text("Sum frie disponible inntekter", "Freely disposable revenue"),
            total=True,
        ),
        Row(INTEREST_ETC, Text("Renteinntekter og utbytte", "Interest and dividends received")),
        *_rows("-endowment_gain", "interest", "instalments"),
        Row(NET_FINANCIAL_1A, Text("Netto finansinntekter/-utgifter", "Net financial items"), total=True),
        Row("endowment_withdrawal", Text("Til ubundne avsetninger", "To unrestricted provisions")),
        Row(
            "-use_of_discretionary_funds -endowment_withdrawal",
            Text("Bruk av ubundne avsetninger", "Use of unrestricted provisions"),
        ),
        Row(NET_PROVISIONS_1A, Text("Netto avsetninger", "Net provisions"), total=True),
        *_rows("transfer_to_investment"),
        Row(
            f"-new_uncovered_deficit covered_deficit {DISTRIBUTED}",
            Text("Til fordeling drift", "To distribute"),
            True,
        ),
    ),
)
CROSS_SECTOR = f"endowment_cost {OTHER_PROVISIONS}"
FORM_1B = Form(
    "1B",
    Text("Budsjettskjema 1B: fordelt til drift", "Form 1B: distributed to operations"),
    (
        *_rows("-imputed_capital_cost", "endowment_cost"),
        Row(OTHER_PROVISIONS, Text("Netto avsetninger utenom 1A", "Net provisions outside 1A")),
        Row("@areas"),
        *_rows("premises_cost", "undelivered_measures", "-restructuring_measures", "pension_beyond_frames"),
        Row(
            f"-imputed_capital_cost {CROSS_SECTOR} net_sector_expenditure",
            Text("Sum fordelt til drift", "Distributed in all"),
            total=True,
        ),
    ),
)
EXTERNAL = f"-sales -grants -housing_grants -vat_compensation {' '.join('-' + t for t in ORDINARY.split())}"
EXTERNAL += " -on_lending -on_lending_instalments"
INTERNAL = "-use_of_investment_funds -transfer_to_investment"
FORM_2A = Form(
    "2A",
    Text("Budsjettskjema 2A: investering", "Form 2A: investment"),
    (
        *_rows("gross_investment"),
        Row("on_lending", Text("Utlån", "Lent on")),
        Row("on_lending_instalments", Text("Avdrag på formidlingslån", "Instalments on on-lending debt")),
        *_rows("share_purchases", "investment_fund_provision"),
        Row(
            "gross_investment on_lending on_lending_instalments share_purchases investment_fund_provision",
            Text("Årets finansieringsbehov", "To be financed"),
            total=True,
        ),
        *_rows("-sales"),
        Row("-grants -housing_grants", GRANTS),
        *_rows("-vat_compensation"),
        Row(" ".join(f"-{t}" for t in f"{ORDINARY} on_lending".split()), Text("Bruk av lån", "Use of loans")),
        Row("-on_lending_instalments", Text("Mottatte avdrag på utlån", "Instalments received")),
        Row(EXTERNAL, Text("Sum ekstern finansiering", "External financing"), total=True),
        *_rows("-use_of_investment_funds", "-transfer_to_investment"),
        Row(INTERNAL, Text("Sum intern finansiering", "Internal financing"), total=True),
        Row(f"{EXTERNAL} {INTERNAL}", Text("Sum finansiering", "Financing in all"), total=True),
    ),
)
FORM_2B = Form(
    "2B",
    Text("Budsjettskjema 2B: fordelt til investering", "Form 2B: distributed to investment"),
    (
        Row("@investment"),
        *_rows("renewal_investment", "capacity_investment", "infrastructure_investment", "cost_overrun"),
        *_rows("slipped_in", "-slipped_out", "=general_investment"),
        *_rows("water_waste_investment", "housing_investment", "=gross_investment"),
    ),
)
BALANCE = Form(
    "balance",
    Text("Balanse 31.12", "Balance at 31 December"),
    (
        *_rows("closing_general_debt", "closing_self_financing_debt", "closing_on_lending_debt", "=closing_debt"),
        *_rows("-closing_on_lent", "=closing_net_debt"),
        *_rows("closing_buffer_fund", "closing_wage_reserve", "closing_discretionary_funds"),
        *_rows("closing_investment_funds", "closing_restricted_funds", "closing_endowment_fund", "=closing_funds"),
        *_rows("closing_endowment_buffer", "closing_uncovered_deficit", "closing_overdue_deficit"),
        *_rows("closing_premium_deviation", "closing_liquidity_reserve", "closing_fixed_assets"),
    ),
)
CHANGES = Form(
    "frames",
    Text("Rammeendringer og pensjon", "Changes of frames, and pension"),
    (
        *_rows("demography_compensation", "new_needs", "-adopted_measures", "price_compensation"),
        *_rows("pension_premium", "-premium_deviation", "premium_amortisation", "=pension_cost"),
    ),
)
KEY_FIGURES = Form(
    "key-figures",
    Text("Nøkkeltall", "Key figures"),
    (
        *_rows("operating_revenue", "free_revenue", "net_operating_result_share", "debt_ratio"),
        *_rows("debt_ratio_mixed_prices", "debt_ratio_with_deficits", "equity_share", "fund_share"),
        *_rows("net_financial_cost_share", "investment_share", "debt_per_resident", "loan_rate"),
        *_rows("minimum_instalments", "rate_exposure_first_year", "rate_exposure_full", "closing_residents"),
        *_rows("restructuring_need", "restructuring_need_share"),
    ),
)
FORMS = (OPERATIONS, INVESTMENT, FORM_1A, FORM_1B, FORM_2A, FORM_2B, BALANCE, CHANGES, KEY_FIGURES)


def rows_of(form: Form, scenario: Scenario) -> Iterator[Row]:
    """The rows of a form, with those that depend on the scenario's areas and items."""
    for row in form.rows:
        if row.of == "@sectors":
            for sector, _ in _sectors(scenario):
                yield Row(f"sector:{sector}", _name(scenario, sector))
        elif row.of == "@areas":
            for sector, areas in _sectors(scenario):
                for area in areas:
                    yield Row(f"area:{area.area}", Text(area.name_nb, area.name_en))
                if len(areas) > 1:
                    yield Row(f"sector:{sector}", _sum_of(scenario, sector), total=True)
        elif row.of == "@investment":
            yield from _investment(scenario)
        else:
            yield row


def _investment(scenario: Scenario) -> Iterator[Row]:
    items = [row for row in scenario.plan if row.line in INVESTMENT_LINES]
    for sector, group in itertools.groupby(items, key=lambda row: row.sector):
        members = list(group)
        for row in members:
            yield Row(f"plan:{row.line}/{row.item}", Text(row.item_nb, row.item.replace("_", " ").capitalize()))
        if sector and len(members) > 1:
            yield Row(f"investment:{sector}", _sum_of(scenario, sector), total=True)


def _sectors(scenario: Scenario) -> list[tuple[str, list[Area]]]:
    names = dict.fromkeys(area.sector for area in scenario.areas)
    return [(name, [area for area in scenario.areas if area.sector == name]) for name in names]


def _name(scenario: Scenario, sector: str) -> Text:
    return Text(scenario.sectors[sector].nb, scenario.sectors[sector].en)


def _sum_of(scenario: Scenario, sector: str) -> Text:
    name = _name(scenario, sector)
    return Text(f"Sum {name.nb}", f"Sum {name.en}")
