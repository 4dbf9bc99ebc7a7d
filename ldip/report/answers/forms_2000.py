"""The official forms until 2019 (regulation FOR-2000-12-15-1423), as HP 11.1-11.8 prints them."""

from ldip.report.answers.form import OF_SECTORS, TO_ENDOWMENT, USE_OF_LOANS, Row, by_project, form, terms, total
from ldip.text import Text

FINANCING = Text("Sum finansiering", "Financing in all")
GRANTS = Row("-grants -housing_grants", Text("Tilskudd og refusjoner", "Grants and refunds"))
OWN = "property_tax concession_revenue one_off_revenue"
SHOWN_APART = f"tax_revenue natural_resource_tax general_grant income_system_loss imputed_capital_cost {OWN}"
OTHER_STATE_GRANTS = terms("central_revenue", SHOWN_APART, sign=-1)
OPERATIONS = form(
    "operations",
    Text("Hovedoversikt drift", "Operating account"),
    "deflator",
    total(
        "-new_uncovered_deficit",
        total(
            "net_operating_result",
            total(
                "gross_operating_result",
                total("central_revenue", terms("central_revenue")),
                total(
                    "-net_sector_expenditure",
                    "@sectors",
                    terms("net_sector_expenditure", OF_SECTORS, sign=-1),
                ),
            ),
            total(
                "-net_financial_cost",
                "interest_income dividends",
                Row(
                    "endowment_return -endowment_cost",
                    Text("Avkastning av forvaltningsfondet, netto", "Endowment fund, net"),
                ),
                "-interest -instalments",
            ),
        ),
        total(
            Text("Sum disponering av resultatet", "Result disposed of in all"),
            Row("-transfer_to_investment", Text("Overført til investering", "Transferred to investment")),
            Row("-endowment_provision", TO_ENDOWMENT),
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
INVESTMENT = form(
    "investment",
    Text("Hovedoversikt investering", "Investment account"),
    "deflator",
    total(
        Text("Finansieringsbehov", "To be financed"),
        total(
            Text("Netto investeringer", "Net investment"),
            total("gross_investment", terms("gross_investment")),
            "-sales -land_sales",
            GRANTS,
            equals="gross_investment -sales -land_sales -grants -housing_grants",
        ),
        "share_purchases extra_instalments on_lending_instalments on_lending investment_fund_provision",
    ),
    total(
        FINANCING,
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
FORM_1A = form(
    "1A",
    Text("Budsjettskjema 1A: drift", "Form 1A: operations"),
    "deflator",
    total(
        Text("Til fordeling drift", "To distribute"),
        total(
            Text("Sum frie disponible inntekter", "Freely disposable revenue"),
            "-tax_revenue -natural_resource_tax -general_grant income_system_loss",
            "-property_tax -concession_revenue -one_off_revenue",
            Row(OTHER_STATE_GRANTS, Text("Andre generelle statstilskudd", "Other general state grants")),
            equals=f"-free_revenue -property_tax -concession_revenue -one_off_revenue {OTHER_STATE_GRANTS}",
        ),
        total(
            Text("Netto finansinntekter/-utgifter", "Net financial items"),
            Row(
                "-interest_income -dividends -endowment_return endowment_gain",
                Text("Renteinntekter og utbytte", "Interest and dividends received"),
            ),
            "-endowment_gain interest instalments",
            equals="net_financial_cost -endowment_cost",
        ),
        total(
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
FORM_1B = form(
    "1B",
    Text("Budsjettskjema 1B: fordelt til drift", "Form 1B: distributed to operations"),
    "deflator",
    total(
        Text("Sum fordelt til drift", "Distributed in all"),
        "-imputed_capital_cost endowment_cost",
        Row(
            "endowment_provision provision_to_discretionary_funds -use_of_wage_reserve -use_of_restricted_funds "
            "-buffer_use buffer_provision -emergency_fund_use -emergency_wage_reserve_use",
            Text("Netto avsetninger utenom 1A", "Net provisions outside 1A"),
        ),
        "@areas",
        terms("net_sector_expenditure", OF_SECTORS),
    ),
)
FORM_2A = form(
    "2A",
    Text("Budsjettskjema 2A: investering", "Form 2A: investment"),
    "deflator",
    total(
        Text("Årets finansieringsbehov", "To be financed"),
        "@gross_investment",
        Row("on_lending", Text("Utlån", "Lent on")),
        Row("on_lending_instalments", Text("Avdrag på videreutlån", "Instalments on on-lending debt")),
        "share_purchases extra_instalments investment_fund_provision",
    ),
    total(
        FINANCING,
        total(
            Text("Sum ekstern finansiering", "External financing"),
            "-sales -land_sales",
            GRANTS,
            "-vat_compensation",
            Row("-general_borrowing -self_financing_borrowing -on_lending", USE_OF_LOANS),
            Row("-on_lending_instalments", Text("Mottatte avdrag på utlån", "Instalments received")),
        ),
        total(
            Text("Sum intern finansiering", "Internal financing"),
            "-use_of_investment_funds -transfer_to_investment",
        ),
    ),
)
FORM_2B = form(
    "2B",
    Text("Budsjettskjema 2B: fordelt til investering", "Form 2B: distributed to investment"),
    "deflator",
    total(Text("Sum poster i planen", "Items of the plan in all"), "@investment"),
    total(
        "gross_investment",
        total("general_investment", by_project("general_investment")),
        by_project("gross_investment").removeprefix("general_investment "),
    ),
)
