"""The chapters of the report page on what the answer rests on: reconciliation, assumptions, method, definitions,
provenance."""

from collections.abc import Sequence

from ldip import __version__
from ldip.analysis.findings import DEBT
from ldip.model.metrics import Metric, catalogue
from ldip.report.answers import comparison, reconciliation
from ldip.report.folder.files import package_versions
from ldip.report.numbers import number, unit_label
from ldip.report.page.blocks import Block, Bullets, Fold, Material, Section, Table, Words
from ldip.report.page.chapters.findings import FANS
from ldip.report.terminal import policy_words
from ldip.report.workbook.sources import Number, numbers_of
from ldip.scenario.quantities import unit_words
from ldip.scenario.settings import BASES, assumed
from ldip.text import Text

RECONCILIATION = Text("Avstemming mot den publiserte planen", "Reconciliation with the published plan")
RECONCILED_HEAD = Text(
    nb="tabell og post|år|publisert|modell|differanse|dom",
    en="table and item|year|published|model|difference|verdict",
)
RECONCILED = Text("Beregnede tall som avviker fra planens", "Computed figures that differ from the plan's")
WHY_HEAD = Text("forklaring|gjelder", "explanation|concerns")
WHY = Text("Hvorfor tallene avviker", "Why the figures differ")

ASSUMPTIONS = Text("Forutsetningene", "The assumptions")
COUNTED = Text(
    nb="{count} av {total} tall i scenariet er våre antakelser, altså verken trykt i planen eller regnet ut av "
    "trykte tall. De er ment å bli endret av den som vet bedre. Kilder og begrunnelser er gjengitt ordrett fra "
    "scenariofilene.",
    en="{count} of the scenario's {total} numbers are our assumptions, that is neither printed in the plan nor "
    "worked out from printed figures. They are meant to be changed by those who know better. Sources and reasons "
    "are quoted from the scenario files.",
)
DRIVERS = Text("Det tilfeldige: hvor mye drivkreftene svinger", "What is random: how much the drivers swing")
OURS = Text("Våre antakelser ellers", "Our other assumptions")
PRINTED = Text("Tall fra kilder, eller regnet ut av dem", "Numbers from sources, or worked out from them")
ASSUMPTION_HEAD = Text(nb="tall|verdi|grunnlag|kilde eller begrunnelse", en="number|value|basis|source or reason")
UNITS = {
    "share": Text("andel", "share"),
    "ratio": Text("forholdstall", "ratio"),
    "per year": Text("per år", "per year"),
    "year": Text("årstall", "year"),
    "years": Text("år", "years"),
    "persons": Text("personer", "persons"),
    "correlation": Text("korrelasjon", "correlation"),
    "probability per year": Text("sannsynlighet per år", "probability per year"),
    "degrees of freedom": Text("frihetsgrader", "degrees of freedom"),
    "dwellings": Text("boliger", "dwellings"),
    "dwellings per year": Text("boliger per år", "dwellings per year"),
    "mill. 2020-kr per dwelling": Text("mill. 2020-kr per bolig", "mill. 2020-kr per dwelling"),
    "share per year": Text("andel per år", "share per year"),
    "standard deviation per year": Text("standardavvik per år", "standard deviation per year"),
    "log points per unit rate": Text("logpoeng per enhet rente", "log points per unit rate"),
    "mill. kr": Text("mill. kr", "mill. kr"),
    "mill. 2020-kr": Text("mill. 2020-kr", "mill. 2020-kr"),
}
"""Units of scenario files as readers know them; one that is not here stands as it is in the file."""

METHOD = Text("Metode og begrensninger", "Method and limits")
METHOD_WORDS = (
    Text(
        nb="Programmet fører kommunens regnskap år for år, {first}–{last}, i {runs} ulike framtider. I hver "
        "framtid trekkes renter, skattevekst, boligbygging og de andre drivkreftene tilfeldig rundt planens "
        "forutsetninger, og resten følger av regnskapets regler: frie inntekter med inntektsutjevning, tjenester "
        "etter antall brukere, investeringer, lån, renter og avdrag, fond og handlingsregler.",
        en="The program keeps the municipality's accounts year by year, {first}-{last}, in {runs} different "
        "futures. In each future interest rates, tax growth, house-building and the other drivers are drawn at "
        "random around the plan's assumptions, and the rest follows from the rules of the accounts: free revenue "
        "with income equalisation, services by number of users, investment, loans, interest and instalments, funds "
        "and fiscal rules.",
    ),
    Text(
        nb="Årene {first}–{plan_end} bygger på handlingsprogrammets egne tall; etter det videreføres planen med "
        "reglene i scenariet. Uten overraskelser gir regnskapet grunnbanen.",
        en="The years {first}-{plan_end} build on the financial plan's own figures; after them the plan goes on by "
        "the rules of the scenario. Without surprises the accounts give the baseline.",
    ),
    Text(
        nb="Beløp er i faste {first}-kroner: inntekter og tjenester etter kommunal deflator, gjeld og fond etter "
        "konsumprisindeksen, slik handlingsprogrammet gjør. Forholdstall er regnet i hver framtid for seg, i "
        "løpende kroner, og deretter oppsummert.",
        en="Amounts are in fixed {first} kroner: revenue and services by the municipal deflator, debt and funds by "
        "the consumer price index, as the financial plan does. Ratios are computed in each future apart, in "
        "current prices, and then summarised.",
    ),
)
LIMITS = (
    Text(
        nb="Sannsynlighetene er modellens. De svarer på hva forutsetningene innebærer, ikke på hva som vil skje.",
        en="The probabilities are the model's. They say what the assumptions imply, not what will happen.",
    ),
    Text(
        nb="Ingen griper inn i modellen. {policy}. Det som da mangler, er omstillingsbehovet.",
        en="Nobody intervenes in the model. {policy}. What is then missing is the restructuring need.",
    ),
    Text(
        nb="En kommune kan ikke låne til drift. Underskudd som fondene ikke dekker, hoper seg opp som udekket "
        "merforbruk, og derfor vises gjeldsgraden også medregnet det.",
        en="A municipality may not borrow for operations. Deficits that the funds do not cover pile up as "
        "uncovered deficits, and so the debt ratio is also shown with them.",
    ),
    Text(
        nb="Staten demper ikke utslagene av svak skattevekst i landet ut over inntektsutjevningen, verken med "
        "større rammetilskudd eller på annen måte.",
        en="The state does not soften poor national tax growth beyond income equalisation, neither by larger "
        "grants nor in other ways.",
    ),
    Text(
        nb="Hvor mye drivkreftene svinger og henger sammen, bygger på få år med observasjoner.",
        en="How much the drivers swing and go together rests on few years of observations.",
    ),
    Text(
        nb="Fruktbarhet, dødelighet og annen flytting er sikre i modellen; i virkeligheten bommer femårige "
        "prognoser typisk med noen prosent.",
        en="Fertility, mortality and other migration are certain in the model; in reality forecasts of five years "
        "are typically some per cent off.",
    ),
    Text(
        nb="Pensjonspremie og premieavvik er de samme i alle framtider.",
        en="Pension premium and premium deviation are the same in every future.",
    ),
    Text(
        nb="Utvalgsfeilen (±) gjelder bare at vi har regnet {runs} framtider og ikke uendelig mange. Feil i "
        "forutsetningene kan være mye større.",
        en="The sampling error (±) is only that of having computed {runs} futures and not infinitely many. Errors "
        "of the assumptions may be much larger.",
    ),
)

GLOSSARY = Text("Definisjoner", "Definitions")
GLOSSARY_HEAD = Text("størrelse|enhet|definisjon|kilde", "figure|unit|definition|source")
EITHER = Text("0 eller 1", "0 or 1")
GLOSSARY_TABLE = Text("Størrelsene i rapporten", "The figures of the report")

PROVENANCE = Text("Opphav", "Provenance")
ORIGIN = Text("Hvor tallene kommer fra", "Where the figures come from")
ORIGIN_HEAD = Text("hva|verdi", "what|value")
FACTS = Text(
    nb="program|plan|kilde|scenarier|endringer|framtider (løp)|frø|år|tiltak|samme side igjen",
    en="program|plan|source|scenarios|changes|futures (runs)|seed|years|measures|the same page again",
)
NONE = Text("ingen", "none")
SUMS = Text("Kontrollsummer (SHA-256)", "Checksums (SHA-256)")
SUMS_HEAD = Text("fil|kontrollsum", "file|checksum")
INPUTS = Text("Inndata", "Inputs")
RESULTS = Text("Resultater, som ldip simulate eller compare skriver", "Results, as ldip simulate or compare writes")
PACKAGES = Text("Programbiblioteker", "Packages")
SAME_AGAIN = Text(
    nb="Det samme frøet gir de samme tallene, på alle maskiner. Rapporten er laget med ldip, som ikke er et "
    "produkt av {municipality} kommune.",
    en="The same seed gives the same figures on every machine. The report was made with ldip, which is not a "
    "product of the municipality of {municipality}.",
)


def reconcile(m: Material) -> Section | None:
    """The published plan beside the model, in short."""
    rows, lang = m.findings.reconciliation, m.lang
    if not rows:
        return None
    computed = [row for row in rows if row.role == "computed" and row.verdict != "ok"]
    cells = [
        [
            f"{row.table} {row.label.say(lang)}",
            str(row.year),
            *[
                number(v, 0 if "resident" in row.unit else 1, lang)
                for v in (row.published, row.model, row.difference)
            ],
            reconciliation.VERDICTS[row.verdict].say(lang),
        ]
        for row in reconciliation.worst_years(computed)
    ]
    blocks: list[Block] = [Words(reconciliation.counts_words(rows, lang))]
    if m.findings.debt_ratios:
        blocks.append(Words(reconciliation.ratios_words(m.findings.debt_ratios, lang)))
    if cells:
        head = m.say(RECONCILED_HEAD).split("|")
        title = m.say(RECONCILED)
        note = reconciliation.WORST.say(lang).split(" --all")[0]
        blocks.append(Fold(title, Table(title, head, cells, note=note)))
        why = [[reason, ", ".join(names)] for reason, names in reconciliation.reasons(computed, lang).items()]
        blocks.append(Fold(m.say(WHY), Table(m.say(WHY), m.say(WHY_HEAD).split("|"), why, words=(0, 1))))
    return Section("reconciliation", m.say(RECONCILIATION), blocks)


def number_cells(item: Number, lang: str) -> list[str]:
    """One number of a scenario as a row: what it is and its key, values, basis, source."""
    name = f"{item.what} ({item.key})" if item.what else item.key
    values = [plain(v, lang) if year is None else f"{year}: {plain(v, lang)}" for year, v in item.values.items()]
    unit = unit_words(item.unit, {known: text.say(lang) for known, text in UNITS.items()})
    return [name, f"{'; '.join(values)} {unit}".strip(), BASES[item.basis].say(lang), item.source]


def plain(value: float, lang: str) -> str:
    """A number of a scenario as it stands in its file, with the language's decimal sign."""
    text = f"{value:.10g}"
    return text if lang == "en" else text.replace(".", ",")


def assumptions(m: Material) -> Section:
    """Which numbers are ours, which are printed, and where each comes from."""
    scenario = m.findings.main.source.scenario
    found = list(numbers_of(scenario, m.lang))
    count, total = assumed(scenario)
    drivers = [item for item in found if item.key.startswith("drivers.")]
    others = [item for item in found if item.basis == "assumption" and item not in drivers]
    printed = [item for item in found if item.basis != "assumption" and item not in drivers]

    def table(title: str, items: Sequence[Number]) -> Table:
        head = m.say(ASSUMPTION_HEAD).split("|")
        return Table(title, head, [number_cells(item, m.lang) for item in items], words=(1, 2, 3))

    return Section(
        "assumptions",
        m.say(ASSUMPTIONS),
        [
            Words(m.say(COUNTED, count=count, total=total)),
            table(m.say(DRIVERS), drivers),
            Fold(m.say(OURS), table(m.say(OURS), others)),
            Fold(m.say(PRINTED), table(m.say(PRINTED), printed)),
        ],
    )


def method(m: Material) -> Section:
    """How it is computed, and what it cannot say."""
    main = m.findings.main
    summary = main.summary
    words = {
        "first": summary.base_year,
        "last": int(summary.years[-1]),
        "plan_end": summary.base_year + main.source.scenario.scenario.plan_years - 1,
        "runs": number(summary.runs, 0, m.lang),
        "policy": policy_words(summary, m.lang),
    }
    paragraphs = [Words(m.say(text, **words)) for text in METHOD_WORDS]
    return Section("method", m.say(METHOD), [*paragraphs, Bullets([m.say(text, **words) for text in LIMITS])])


def glossary(m: Material) -> Section:
    """Every figure of the report as the catalogue defines it."""
    summary = m.findings.main.summary
    ids = dict.fromkeys((*FANS, *comparison.METRICS, "closing_residents"))
    ids |= dict.fromkeys(chance.event.metric for chance in summary.probabilities.values())
    rows = [_defined(catalogue()[metric_id], summary.base_year, m.lang) for metric_id in (*DEBT, *ids)]
    unique = list(dict.fromkeys(map(tuple, rows)))
    title = m.say(GLOSSARY_TABLE)
    table = Table(title, m.say(GLOSSARY_HEAD).split("|"), unique, words=(1, 2, 3))
    return Section("glossary", m.say(GLOSSARY), [table])


def _defined(metric: Metric, base_year: int, lang: str) -> list[str]:
    unit = unit_label(metric.unit, metric.price_basis(base_year), lang) or EITHER.say(lang)
    return [metric.label.say(lang), unit, metric.definition.say(lang), metric.source]


def provenance(m: Material) -> Section:
    """What made the figures, and how to get them again."""
    main = m.findings.main
    summary, heading = main.summary, main.source.scenario.scenario
    scenarios = list(m.findings.scenarios.values())
    changes = dict.fromkeys(change for found in scenarios for change in found.source.scenario.changes)
    values = [
        f"ldip {__version__}",
        m.title,
        heading.source,
        "; ".join(m.findings.scenarios),
        "; ".join(changes) or m.say(NONE),
        number(summary.runs, 0, m.lang),
        str(summary.seed),
        f"{summary.years[0]}–{summary.years[-1]}",
        policy_words(summary, m.lang),
        m.command,
    ]
    facts = [list(pair) for pair in zip(m.say(FACTS).split("|"), values, strict=True)]
    inputs = {name: digest for found in scenarios for name, digest in found.source.files.items()}
    sums: list[list[str]] = [[m.say(INPUTS)], *map(list, inputs.items())]
    sums += [[m.say(RESULTS)], *map(list, m.checksums.items())]
    sums += [[m.say(PACKAGES)], *map(list, package_versions().items())]
    municipality = heading.municipality
    return Section(
        "provenance",
        m.say(PROVENANCE),
        [
            *[Words(line) for line in m.recheck],
            Table(m.say(ORIGIN), m.say(ORIGIN_HEAD).split("|"), facts, words=(1,)),
            Fold(m.say(SUMS), Table(m.say(SUMS), m.say(SUMS_HEAD).split("|"), sums, words=(1,))),
            Words(m.say(SAME_AGAIN, municipality=municipality), "note"),
        ],
    )
