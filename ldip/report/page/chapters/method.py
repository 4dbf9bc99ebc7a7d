"""The chapter on how it is computed, and what it cannot say."""

from ldip.report.numbers import number
from ldip.report.page.blocks import Bullets, Material, Section, Words
from ldip.report.terminal import policy_words
from ldip.text import Text

METHOD = Text("Metode og begrensninger", "Method and limits")
METHOD_WORDS = (
    Text(
        nb="Programmet fører kommunens regnskap år for år, {first}–{last}, i {runs} ulike framtider. I hver "
        "framtid trekkes renter, skattevekst, boligbygging og de andre drivkreftene tilfeldig rundt planens"
        " forutsetninger, og resten følger av regnskapets regler: frie inntekter med utjevning av skatt og "
        "behov, tjenester etter antall brukere, investeringer, lån, renter og avdrag, fond og "
        "handlingsregler.",
        en="The program keeps the municipality's accounts year by year, {first}-{last}, in {runs} different "
        "futures. In each future interest rates, tax growth, house-building and the other drivers are drawn"
        " at random around the plan's assumptions, and the rest follows from the rules of the accounts: "
        "free revenue with equalisation of tax and needs, services by number of users, investment, loans, "
        "interest and instalments, funds and fiscal rules.",
    ),
    Text(
        nb="Årene {first}–{plan_end} bygger på planens egne tall; etter det videreføres planen "
        "med reglene i scenariet. Uten overraskelser gir regnskapet referansebanen.",
        en="The years {first}-{plan_end} build on the financial plan's own figures; after them the plan goes "
        "on by the rules of the scenario. Without surprises the accounts give the baseline.",
    ),
    Text(
        nb="Beløp er i faste {first}-kroner: inntekter og tjenester etter kommunal deflator, gjeld og fond "
        "etter konsumprisindeksen. Forholdstall er regnet i hver framtid for"
        " seg, i løpende kroner, og deretter oppsummert.",
        en="Amounts are in fixed {first} kroner: revenue and services by the municipal deflator, debt and "
        "funds by the consumer price index. Ratios are computed in each future "
        "apart, in current prices, and then summarised.",
    ),
)
LIMITS = (
    Text(
        nb="Sannsynlighetene er modellens. De svarer på hva forutsetningene innebærer, ikke på hva som vil skje.",
        en="The probabilities are the model's. They say what the assumptions imply, not what will happen.",
    ),
    Text(
        nb="I modellen gjøres bare det som viften sier. {policies}. Virkelige kommunestyrer gjør noe annet.",
        en="In the model only that is done which the fan says. {policies}. Real councils do other things.",
    ),
    Text(
        nb="Det som er strøket av overføringen til investering, lånes og viser seg som gjeld. Det som fortsatt"
        " mangler når alt er strøket og fondene er tomme, er udekket merforbruk; under press vises "
        "gjeldsgraden også medregnet det.",
        en="What is struck of the transfer to investment is borrowed, and shows as debt. What still lacks when"
        " all is struck and the funds are empty is an uncovered deficit; under pressure the debt ratio is "
        "also shown with it.",
    ),
    Text(
        nb="Hvor mye drivkreftene svinger og henger sammen, bygger på få år med observasjoner.",
        en="How much the drivers swing and go together rests on few years of observations.",
    ),
    Text(
        nb="Fødsler, flytting, levealder og personer per bolig er usikre, tilpasset feilene i tidligere "
        "framskrivinger. En ny innbygger betaler i alle framtider samme skatt som de andre.",
        en="Births, migration, length of life and persons per dwelling are uncertain, fitted to the errors of "
        "earlier projections. In every future a new resident pays the same tax as the others.",
    ),
    Text(
        nb="Pensjonspremien følger uventet lønnsvekst, men ikke avkastningen i pensjonskassene.",
        en="The pension premium follows unexpected wages, but not the returns of pension funds.",
    ),
    Text(
        nb="Utvalgsfeilen (±) gjelder bare at vi har regnet {runs} framtider og ikke uendelig mange. Feil i "
        "forutsetningene kan være mye større.",
        en="The sampling error (±) is only that of having computed {runs} futures and not infinitely many. "
        "Errors of the assumptions may be much larger.",
    ),
)


def chapter(m: Material) -> Section:
    """How it is computed, and what it cannot say."""
    main = m.findings.main
    summary = main.summary
    words = {
        "first": summary.base_year,
        "last": int(summary.years[-1]),
        "plan_end": summary.base_year + main.source.scenario.scenario.plan_years - 1,
        "runs": number(summary.runs, 0, m.lang),
        "policies": ". ".join(policy_words(fan, m.lang) for fan in main.fans.told),
    }
    paragraphs = [Words(m.say(text, **words)) for text in METHOD_WORDS]
    return Section("method", m.say(METHOD), [*paragraphs, Bullets([m.say(text, **words) for text in LIMITS])])
