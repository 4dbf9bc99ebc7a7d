"""The chapter on who does what about a surprise: the state, the municipality, and what is left for the reader."""

from ldip.report.numbers import number
from ldip.report.page.blocks import Bullets, Material, Section, Words
from ldip.text import Text

WHO = Text(
    "Hva staten gjør, hva kommunen gjør, og hva som er igjen",
    "What the state does, the municipality, and what is left",
)
INTRO = Text(
    nb="Ingen framtid er bare tilfeldigheter: Noen svarer på dem. Slik er det regnet; alle tallene er "
    "scenariets, og de som er våre, står under antakelsene.",
    en="No future is chance alone: somebody answers it. This is how it is computed; all numbers are the "
    "scenario's, and those that are ours stand among the assumptions.",
)
STATE = (
    Text(
        nb="Staten bestemmer nivået på de frie inntektene. Kommer det inn mer eller mindre skatt i landet enn "
        "budsjettert, beholder kommunene {kept} prosent av avviket samme år og {later} prosent året etter; "
        "resten trekkes (eller gis) i rammetilskuddet, likt per innbygger i landet. Andelene er våre "
        "antakelser.",
        en="The state decides the level of free revenue. If the nation's tax comes in above or below the "
        "budget, municipalities keep {kept} per cent of the difference in the same year and {later} per "
        "cent in the next; the rest is taken (or given) in the block grant, alike for every resident of the"
        " nation. The shares are our assumptions.",
    ),
    Text(
        nb="Staten jevner ut forskjeller i skatt ({equalised} prosent) og i behov ({needs} prosent): En "
        "kommune med mange barn og eldre får det tjenestene deres koster ut over landets snitt, og mister "
        "det når de blir færre. Den dekker {ageing} prosent av det landets alderssammensetning koster mer "
        "fra år til år. Bygg er ikke med.",
        en="The state equalises differences in tax ({equalised} per cent) and in needs ({needs} per cent): a "
        "municipality with many children and elderly gets what their services cost beyond the nation's "
        "average, and loses it when they become fewer. It pays {ageing} per cent of what the nation's ages "
        "cost more from year to year. Buildings are not included.",
    ),
    Text(
        nb="Rammetilskuddet er satt i kroner etter et anslag på pris- og lønnsveksten. Blir veksten høyere, "
        "retter staten opp {mended} prosent av det, og resten er tapt for godt.",
        en="The block grant is set in kroner on a forecast of prices and wages. If they grow more, the state "
        "mends {mended} per cent of it, and the rest is lost for good.",
    ),
)
MUNICIPALITY = (
    Text(
        nb="Et regnskap som ikke går i balanse etter den bruken av fond som er budsjettert, skal etter "
        "forskriften først stryke overføringen fra drift til investering, så avsetninger og inndekning av "
        "eldre merforbruk, og deretter bruke disposisjonsfondene. Bare det som da er igjen, er merforbruk. "
        "Vi antar at det som strykes av overføringen, lånes i stedet, og holder forvaltningsfondet utenfor.",
        en="Accounts that do not balance after the budgeted use of funds must by regulation first strike the "
        "transfer from operations to investment, then provisions and the cover of earlier deficits, and "
        "then use the discretionary funds. Only what is left then is an uncovered deficit. We assume that "
        "what is struck of the transfer is borrowed instead, and keep the endowment fund out of it.",
    ),
    Text(
        nb="Under press gjør kommunen ikke mer enn det. Styrt kutter den {cut} prosent av det resultatet "
        "mangler av minstekravet, i neste års rammer, bygger ut tjenester for {growth} prosent av det som "
        "er mer enn {margin} prosentpoeng over kravet, og utsetter inntil {postponed} prosent av "
        "investeringene. Rammene endres med høyst {most} prosent av inntektene i året.",
        en="Under pressure the municipality does no more than that. Steered, it cuts {cut} per cent of what "
        "the result lacks of its minimum from the next year's frames, expands services by {growth} per cent"
        " of what is more than {margin} points above it, and postpones up to {postponed} per cent of "
        "investment. Frames change by at most {most} per cent of revenue a year.",
    ),
    Text(
        nb="Eldre merforbruk dekkes først. Overskudd fyller så bufferfondet og likviditeten, erstatter lån og "
        "betaler til slutt ned gjeld.",
        en="Earlier deficits are covered first. Surpluses then fill the buffer fund and liquidity, replace "
        "loans, and at last pay off debt.",
    ),
)
LEFT = Text(
    nb="Igjen er det ingen av dem tar: omstillingsbehovet når ingen griper inn, og den varige endringen av "
    "tjenestene når kommunen styrer. Høyere eiendomsskatt, gebyrer og salg enn scenariets er ikke regnet med.",
    en="What is left is what neither takes: the restructuring need when nobody steps in, and the lasting "
    "change of services when the municipality steers. Property tax, fees and sales above the scenario's are not "
    "counted.",
)


def chapter(m: Material) -> Section:
    """Who answers a surprise, with the scenario's own numbers in the last year."""
    scenario = m.findings.main.source.scenario
    last = m.findings.main.summary.years[-1:]
    revenue, steering, tax = scenario.revenue, scenario.restructuring, scenario.drivers.national_tax

    def share(of: float) -> str:
        return number(100.0 * of, 1, m.lang).removesuffix(",0").removesuffix(".0")

    words = {
        "kept": share(1.0 - tax.taken_back.value),
        "later": share((1.0 - tax.taken_back.value) * tax.carried_on.value),
        "equalised": share(revenue.equalisation_rate.at(last)[0]),
        "needs": share(revenue.needs_equalisation.at(last)[0]),
        "ageing": share(revenue.demography_financing.at(last)[0]),
        "mended": share(revenue.grant_price_compensation.at(last)[0]),
        "cut": share(steering.cut_speed.at(last)[0]),
        "growth": share(steering.growth_speed.at(last)[0]),
        "margin": share(steering.surplus_margin.at(last)[0]),
        "postponed": share(steering.postponement.at(last)[0]),
        "most": share(steering.most_change.at(last)[0]),
    }
    told = [m.say(text, **words) for text in (*STATE, *MUNICIPALITY, LEFT)]
    return Section("who", m.say(WHO), [Words(m.say(INTRO)), Bullets(told)])
