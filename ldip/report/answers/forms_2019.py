"""The official forms from 2020 on: budget and accounting regulation FOR-2019-06-07-714, §§ 5-4 to 5-6.

Revenue is positive and expenditure negative; the forms of what is distributed show expenditure alone, positive. The
accounts know no kinds of expenditure but pensions: the others stand in one row. The endowment fund's provisions and
the gain on it stand in rows of their own.
"""

from ldip.report.answers.form import OF_SECTORS, TO_ENDOWMENT, USE_OF_LOANS, Row, Sum, by_project, form, terms, total
from ldip.text import Text

GRANT = Row("general_grant -income_system_loss", Text("Rammetilskudd", "General grant"))
TAX = Row("tax_revenue", Text("Inntekts- og formuesskatt", "Income and wealth tax"))
SHOWN_APART = "tax_revenue general_grant income_system_loss property_tax imputed_capital_cost"
NOT_OF_THE_STATE = "natural_resource_tax concession_revenue one_off_revenue"
DISTRIBUTED = "net_sector_expenditure -imputed_capital_cost endowment_cost"
GROSS = "gross_operating_result -endowment_cost -depreciation"
"""The gross operating result of the forms: after depreciation, which is taken back below."""
GROSS_RESULT = Text("Brutto driftsresultat", "Gross operating result")
INSTALMENTS, DEPRECIATION = Text("Avdrag på lån", "Instalments"), Text("Avskrivninger", "Depreciation")
APPROPRIATIONS = Text("Sum bevilgninger drift, netto", "Appropriations, net")
CARRIED_ON = Text("Fremført til inndekning i senere år (merforbruk)", "Deficit carried on to later years")

FINANCE = total(
    Text("Netto finansutgifter", "Net financial items"),
    Row("interest_income endowment_return -endowment_gain", Text("Renteinntekter", "Interest received")),
    Row("dividends", Text("Utbytter", "Dividends")),
    Row("endowment_gain", Text("Gevinster og tap på finansielle omløpsmidler", "Gains and losses on investments")),
    Row("-interest", Text("Renteutgifter", "Interest paid")),
    Row("-instalments", INSTALMENTS),
    equals="-net_financial_cost endowment_cost",
)
TAKEN_BACK = Row("depreciation", Text("Motpost avskrivninger", "Depreciation taken back"))


def _disposed(gross: Sum) -> Sum:
    """From the gross operating result to what is carried on to later years."""
    return total(
        CARRIED_ON,
        total("net_operating_result", gross, FINANCE, TAKEN_BACK),
        total(
            Text("Sum disponeringer eller dekning av netto driftsresultat", "Net result disposed of or covered"),
            Row("-transfer_to_investment", Text("Overføring til investering", "Transferred to investment")),
            Row("use_of_restricted_funds", Text("Bruk av bundne driftsfond", "Use of restricted operating funds")),
            Row(
                "-provision_to_discretionary_funds -buffer_provision",
                Text("Avsetninger til disposisjonsfond", "Provisions to discretionary funds"),
            ),
            Row(
                "use_of_discretionary_funds use_of_wage_reserve buffer_use emergency_fund_use "
                "emergency_wage_reserve_use",
                Text("Bruk av disposisjonsfond", "Use of discretionary funds"),
            ),
            Row("-endowment_provision", TO_ENDOWMENT),
            Row("-covered_deficit", Text("Dekning av tidligere års merforbruk", "Cover of earlier years' deficits")),
            equals="-new_uncovered_deficit -net_operating_result",
        ),
        equals="-new_uncovered_deficit",
    )


OPERATING_APPROPRIATIONS = form(
    "5-4",
    Text("Bevilgningsoversikt drift (§ 5-4 første ledd)", "Operating appropriations (§ 5-4, first paragraph)"),
    "deflator",
    _disposed(
        total(
            GROSS_RESULT,
            total(
                Text("Sum generelle driftsinntekter", "General operating revenue"),
                GRANT,
                TAX,
                "property_tax",
                Row(
                    terms("central_revenue", SHOWN_APART),
                    Text("Andre generelle driftsinntekter", "Other general operating revenue"),
                ),
                equals="central_revenue -imputed_capital_cost",
            ),
            total(
                Text("Sum netto driftsutgifter", "Net operating expenditure"),
                Row(
                    "-net_sector_expenditure imputed_capital_cost -endowment_cost",
                    APPROPRIATIONS,
                ),
                Row("-depreciation", DEPRECIATION),
                equals="-net_sector_expenditure imputed_capital_cost -endowment_cost -depreciation",
            ),
            equals=GROSS,
        )
    ),
)
OPERATING_SPENT = form(
    "5-4-2",
    Text("Bevilgningsoversikt drift, fordelt (§ 5-4 andre ledd)", "Operating appropriations by area (§ 5-4, second)"),
    "deflator",
    total(
        APPROPRIATIONS,
        "@areas",
        terms("net_sector_expenditure", OF_SECTORS),
        "-imputed_capital_cost endowment_cost",
        equals=DISTRIBUTED,
    ),
)
INVESTMENT_APPROPRIATIONS = form(
    "5-5",
    Text("Bevilgningsoversikt investering (§ 5-5 første ledd)", "Investment appropriations (§ 5-5, first paragraph)"),
    "deflator",
    total(
        Text("Fremført til inndekning i senere år (udekket beløp)", "Carried on to later years (not covered)"),
        total(
            Text("Sum investeringsutgifter", "Investment expenditure"),
            "@-gross_investment",
            Row("-share_purchases", Text("Investeringer i aksjer og andeler i selskaper", "Investment in shares")),
            Row("-extra_instalments", INSTALMENTS),
            equals="-gross_investment -share_purchases -extra_instalments",
        ),
        total(
            Text("Sum investeringsinntekter", "Investment revenue"),
            Row("vat_compensation", Text("Kompensasjon for merverdiavgift", "VAT compensation")),
            Row("grants housing_grants", Text("Tilskudd fra andre", "Grants from others")),
            Row("sales land_sales", Text("Salg av varige driftsmidler", "Sales of fixed assets")),
            Row("general_borrowing self_financing_borrowing", USE_OF_LOANS),
            equals="vat_compensation grants housing_grants sales land_sales general_borrowing "
            "self_financing_borrowing",
        ),
        total(
            Text("Netto utgifter videreutlån", "On-lending, net"),
            Row("-on_lending", Text("Videreutlån", "Lent on")),
            Row("on_lending", Text("Bruk av lån til videreutlån", "Use of loans for on-lending")),
            Row("-on_lending_instalments", Text("Avdrag på lån til videreutlån", "Instalments on on-lending debt")),
            Row("on_lending_instalments", Text("Mottatte avdrag på videreutlån", "Instalments received")),
        ),
        total(
            Text("Sum overføring fra drift og netto avsetninger", "Transfer from operations and net provisions"),
            Row("transfer_to_investment", Text("Overføring fra drift", "Transfer from operations")),
            Row(
                "-investment_fund_provision",
                Text("Avsetninger til ubundet investeringsfond", "Provisions to investment funds"),
            ),
            Row("use_of_investment_funds", Text("Bruk av ubundet investeringsfond", "Use of investment funds")),
            equals="transfer_to_investment -investment_fund_provision use_of_investment_funds",
        ),
    ),
)
INVESTMENT_SPENT = form(
    "5-5-2",
    Text("Bevilgningsoversikt investering, fordelt (§ 5-5 andre ledd)", "Investment by item (§ 5-5, second)"),
    "deflator",
    total(Text("Sum poster i økonomiplanen", "Items of the plan in all"), "@investment"),
    total(
        "gross_investment",
        total("general_investment", by_project("general_investment")),
        by_project("gross_investment").removeprefix("general_investment "),
    ),
)
BY_KIND = form(
    "5-6",
    Text("Økonomisk oversikt etter art, drift (§ 5-6)", "Operating account by kind (§ 5-6)"),
    "deflator",
    _disposed(
        total(
            GROSS_RESULT,
            total(
                "operating_revenue",
                GRANT,
                TAX,
                "property_tax",
                Row("natural_resource_tax", Text("Andre skatteinntekter", "Other taxes")),
                Row(
                    terms("central_revenue", f"{SHOWN_APART} {NOT_OF_THE_STATE}"),
                    Text("Andre overføringer og tilskudd fra staten", "Other transfers and grants from the state"),
                ),
                "concession_revenue one_off_revenue",
                Row(
                    "sector_revenue",
                    Text("Brukerbetalinger, salg, leie og overføringer", "User payments, sales, rents and transfers"),
                ),
            ),
            total(
                Text("Sum driftsutgifter", "Operating expenditure"),
                Row("-pension_cost", Text("Pensjon", "Pensions")),
                Row(
                    "-net_sector_expenditure -sector_revenue imputed_capital_cost -endowment_cost pension_cost",
                    Text("Lønn, kjøp, overføringer og annet", "Wages, purchases, transfers and others"),
                ),
                Row("-depreciation", DEPRECIATION),
                equals="-net_sector_expenditure -sector_revenue imputed_capital_cost -endowment_cost -depreciation",
            ),
            equals=GROSS,
        )
    ),
)
