"""Why the debt ratio changes, in words: the terms and what they mean, a table, files and JSON."""

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ldip.analysis.explain import Bridge, Explanation, Share, parts_of
from ldip.model.catalogue import catalogue
from ldip.report.folder.records import figure, write_records
from ldip.report.numbers import number
from ldip.report.terminal import table
from ldip.report.words import DIFFERENCE, ERROR, SUM
from ldip.text import Text

GROUPS = {
    "investment": Text("Investeringer", "Investment"),
    "contributions": Text("Mva-kompensasjon, tilskudd og salg", "VAT compensation, grants and sales"),
    "operations": Text("Drift før renter og avdrag", "Operations before interest and instalments"),
    "net_interest": Text("Renter, netto", "Interest, net"),
    "net_instalments": Text("Avdrag", "Instalments"),
    "endowment": Text("Uttak av forvaltningsfondet", "Withdrawal from the endowment fund"),
    "funds": Text("Andre fond", "Other funds"),
    "deficits": Text("Udekket merforbruk", "Uncovered deficit"),
    "net_on_lending": Text("Videreutlån", "On-lending"),
    "inflation": Text("Prisvekst i inntektene", "Inflation in revenue"),
    "population": Text("Flere innbyggere", "More residents"),
    "real_revenue": Text("Realvekst i inntekt per innbygger", "Real growth of revenue per resident"),
}
"""What the groups of terms are called."""

DEFINITIONS = {
    "investment": Text(
        nb="Brutto investeringer og kjøp av aksjer: det som skal betales av leddene under, eller av lån.",
        en="Gross investment and purchases of shares: what the terms below must pay for, or loans.",
    ),
    "contributions": Text(
        nb="Det som staten, utbyggere og kjøpere betaler av investeringene.",
        en="What the state, developers and buyers pay of the investment.",
    ),
    "operations": Text(
        nb="Brutto driftsresultat: inntekter fratrukket driftsutgifter, før finans, og utbytte. Det betaler renter "
        "og avdrag, og resten betaler investeringer i stedet for lån. Gebyrer og rentekompensasjon som følger "
        "renten, ligger her.",
        en="Gross operating result: revenue less operating expenditure, before finance, and dividends. It pays "
        "interest and instalments, and the rest pays for investment instead of loans. Fees and state compensation "
        "that follow the interest rate are in here.",
    ),
    "net_interest": Text(
        nb="Renter på lån fratrukket renteinntekter. Renter betales av driften og øker gjelden bare fordi mindre er "
        "igjen til investeringer; tærer de i stedet på fond eller gir merforbruk, står det motsatte i de leddene.",
        en="Interest on loans less interest income. Interest is paid by operations and raises debt only because less "
        "is left for investment; where it drains funds or ends as deficit instead, those terms show the opposite.",
    ),
    "net_instalments": Text(
        nb="En krone i avdrag senker gjelden med en krone, men tas fra driften, så en krone mindre betaler "
        "investeringer. Til sammen null: det er driftsresultatet som betaler ned gjeld, avdragene bestemmer hvor mye "
        "av det som må gjøre det.",
        en="A krone of instalments lowers debt by a krone, but is taken from operations, so that a krone less pays "
        "for investment. Together nothing: it is the operating result that pays debt down, instalments decide how "
        "much of it must.",
    ),
    "endowment": Text(
        nb="Den delen av forvaltningsfondets avkastning som tas ut og betaler investeringer i stedet for lån.",
        en="The part of the endowment fund's return that is taken out and pays for investment instead of loans.",
    ),
    "funds": Text(
        nb="Avsetning til fond fratrukket bruk. Bruk av fond sparer lån (minus), men fondene er da mindre.",
        en="Provision to funds less use of them. Using funds saves loans (minus), but the funds are smaller then.",
    ),
    "deficits": Text(
        nb="Merforbruk som verken fond eller mindre overføring dekker, fratrukket det som dekkes inn. Loven tillater "
        "ikke lån til drift: gjelden er lavere (minus) fordi en regning ennå ikke er betalt.",
        en="Deficits that neither funds nor a smaller transfer cover, less what is covered later. The law allows no "
        "loans for operations: debt is lower (minus) because a bill has not been paid yet.",
    ),
    "net_on_lending": Text(
        nb="Lån til videreutlån fratrukket det som er lånt ut. Går rett gjennom, og netto lånegjeld er uten utlån.",
        en="Loans for on-lending less what is lent on. It passes straight through, and net debt is without it.",
    ),
    "inflation": Text(
        nb="Kommunal deflator gjør inntektene større i kroner, så den samme gjelden er en mindre del av dem. "
        "Prisvekst i utgifter og investeringer ligger i leddene over.",
        en="The municipal deflator makes revenue larger in kroner, so that the same debt is a smaller part of it. "
        "Inflation of expenditure and investment is in the terms above.",
    ),
    "population": Text(
        nb="Flere innbyggere (årets gjennomsnitt) gjør inntektene større, med samme realinntekt per innbygger.",
        en="More residents (the year's average) make revenue larger, at the same real revenue per resident.",
    ),
    "real_revenue": Text(
        nb="Det som driftsinntekten per innbygger vokser (minus) eller faller (pluss) utover prisveksten.",
        en="What operating revenue per resident grows (minus) or falls (plus) beyond inflation.",
    ),
}
"""What the groups of terms are, for someone who reads municipal accounts."""

SAME_AS_STOCK = {
    "buffer_fund": "closing_buffer_fund",
    "restricted_funds": "closing_restricted_funds",
    "investment_funds": "closing_investment_funds",
}
PARTS = {
    "overruns_and_delays": Text("Overskridelser og forsinkelser", "Overruns and delays"),
    "all_grants": Text("Tilskudd og utbyggerbidrag", "Grants and developer contributions"),
    "instalments": Text("Avdrag senker gjelden", "Instalments lower debt"),
    "instalments_from_operations": Text("Avdrag betales av driften", "Instalments are paid by operations"),
    "discretionary_funds": Text("Andre disposisjonsfond og lønnsreserven", "Other discretionary funds, wage reserve"),
    "borrowed_to_lend": Text("Lån til videreutlån", "Borrowed to lend on"),
    "lent_on": Text("Lånt ut videre", "Lent on"),
    "free_revenue_per_resident": Text("Frie inntekter per innbygger", "Free revenue per resident"),
    "other_revenue_per_resident": Text("Andre inntekter per innbygger", "Other revenue per resident"),
}
"""What parts are called that the metric catalogue has no word for."""

START = Text("{metric} 31.12.{year}", "{metric} at 31 December {year}")
AT_START, AT_END = (
    Text("{metric} ved start", "{metric} at the start"),
    Text("{metric} ved slutt", "{metric} at the end"),
)
PERIOD = Text("{first}–{last}", "{first}-{last}")
POINTS = Text("Prosentpoeng av driftsinntektene", "Percentage points of operating revenue")
TRANSFER = Text(
    "Herav gjennom overføring fra drift til investering",
    "Of which through the transfer from operations to investment",
)
WHAT = Text("Leddene", "The terms")
PATH = Text(
    nb="Referansebanen uten sjokk. {metric}: fra {start} prosent 31.12.{first} til {end} prosent 31.12.{last}, "
    "{change} "
    "poeng.",
    en="The baseline without shocks. {metric}: from {start} per cent at 31 December {first} to {end} per cent at 31 "
    "December {last}, {change} points.",
)
BESIDE = Text(
    nb="Referansebanene uten sjokk, {mine} mot {theirs}. {metric}: forskjellen 31.12.{year} er {change} "
    "prosentpoeng.",
    en="The baselines without shocks, {mine} against {theirs}. {metric}: the difference at 31 December {year} is "
    "{change} points.",
)
RUNS = Text(
    nb="{runs} framtider ordnet etter {lower_metric} i {year}, startverdi {seed}: snittet av dem fra {mine} mot "
    "dem fra {theirs} "
    "(100 % er høyest). Forskjellen 31.12.{year} er {change} prosentpoeng.",
    en="{runs} runs ordered by {lower_metric} in {year}, seed {seed}: the mean of those from {mine} against those "
    "from {theirs} (100 % is highest). The difference at 31 December {year} is {change} points.",
)
NOTE = Text(
    nb="Pluss øker gjeldsgraden, minus senker den. Hvert års penger er målt mot samme års driftsinntekter, og "
    "leddene summerer til endringen i hvert år og hver framtid. Det er regnskapets ledd, ikke årsaker: svak "
    "skattevekst "
    "viser seg som svakere drift, mindre vekst og mer renter på samme tid.",
    en="Plus raises the debt ratio, minus lowers it. Every year's money is measured against the same year's revenue, "
    "and the terms add up to the change in every year and every run. They are the terms of the accounts, not causes: "
    "poor tax growth shows up as weaker operations, less growth and more interest at once.",
)
ERRORS = Text(
    nb="«feil ±» er utvalgsfeilen (standardfeil) i forskjellen. Gruppene er modellens.",
    en="'error ±' is the sampling error (standard error) of the difference. The groups are the model's.",
)
NOTHING = 0.0005
"""What is shown as 0.0 points."""
PERIODS = 4
"""Parts of the years that the table of a path shows."""


def label_of(term: str, lang: str) -> str:
    """What a group or part is called."""
    if term in GROUPS:
        return GROUPS[term].say(lang)
    return (PARTS.get(term) or catalogue()[SAME_AS_STOCK.get(term, term)].label).say(lang)


def shown_parts(explanation: Explanation, group: str) -> list[str]:
    """The parts of a group that are worth a row: more than one, and not nothing throughout."""
    bridges = [bridge for bridge in (explanation.bridge, explanation.against) if bridge]
    parts = [part for part in parts_of(group) if any(bridge.parts[part].any() for bridge in bridges)]
    return parts if len(parts) > 1 else []


class Column(NamedTuple):
    """A column of the table: a bridge over some of its years."""

    heading: str
    bridge: Bridge
    span: slice
    is_difference: bool = False

    def cells(self, terms: Sequence[str], lang: str) -> list[str]:
        """Start, terms, end and the transfer as they are shown."""
        end = signed if self.is_difference else _percent
        course = self.bridge.course()
        sums = [self.bridge.term(term)[self.span].sum() for term in terms]
        transfer = self.bridge.transfer[self.span].sum()
        ends = [end(float(course[place]), lang) for place in (self.span.start, self.span.stop)]
        return [ends[0], *[signed(float(value), lang) for value in sums], ends[1], signed(float(transfer), lang)]


def columns(explanation: Explanation, lang: str) -> list[Column]:
    """Periods and their sum of one path; else both bridges and their difference, over all years."""
    mine, theirs, apart = explanation.bridge, explanation.against, explanation.difference
    whole = slice(0, len(explanation.years))
    if theirs is not None and apart is not None:
        return [
            Column(_name(mine, explanation.group, lang), mine, whole),
            Column(_name(theirs, explanation.against_group, lang), theirs, whole),
            Column(DIFFERENCE.say(lang), apart, whole, is_difference=True),
        ]
    spans = periods(len(explanation.years))
    years = [explanation.years[span] for span in spans]
    names = [PERIOD.say(lang, first=y[0], last=y[-1]) if len(y) > 1 else str(y[0]) for y in years]
    found = [Column(name, mine, span) for name, span in zip(names, spans, strict=True)]
    return [*found, Column(SUM.say(lang), mine, whole)] if len(found) > 1 else found


def periods(years: int) -> list[slice]:
    """At most four parts of so many years (as places), about as long as each other."""
    parts = np.array_split(np.arange(years), min(PERIODS, years))
    return [slice(int(part[0]), int(part[-1]) + 1) for part in parts]


def _name(bridge: Bridge, share: Share | None, lang: str) -> str:
    if share is None:
        return bridge.name
    low, high = (number(100.0 * bound, 0 if (100.0 * bound).is_integer() else 1, lang) for bound in share)
    return PERIOD.say(lang, first=low, last=high) + " %"


def _percent(value: float, lang: str) -> str:
    return number(100.0 * value, 1, lang)


def signed(value: float, lang: str) -> str:
    """Percentage points with their sign; none for what is shown as nothing."""
    text = number(100.0 * value, 1, lang)
    return text if text[0] == "-" or not text.strip("0,.") else f"+{text}"


def explanation_text(explanation: Explanation, title: str, lang: str) -> str:
    """The bridge as rows (start, terms, end), and what the terms mean."""
    note = NOTE.say(lang) + (" " + ERRORS.say(lang) if explanation.group else "")
    words = [f"{label_of(group, lang)}: {DEFINITIONS[group].say(lang)}" for group in explanation.groups()]
    lines = [textwrap.fill(line, 100, initial_indent="  ", subsequent_indent="      ") for line in words]
    intro, note = textwrap.fill(intro_words(explanation, lang), 100), textwrap.fill(note, 100)
    rows = table(explanation_rows(explanation, lang))
    return "\n\n".join([f"{title}\n{intro}", rows, note, "\n".join([WHAT.say(lang), *lines])])


def intro_words(explanation: Explanation, lang: str) -> str:
    """What is explained, in one or two sentences."""
    metric, last = catalogue()[explanation.metric].label.say(lang), int(explanation.years[-1])
    bridge, apart = explanation.bridge, explanation.difference
    if apart is None:
        ends = {"start": _percent(bridge.start, lang), "end": _percent(bridge.end, lang)}
        years = {"first": explanation.first, "last": last}
        return PATH.say(lang, metric=metric, change=signed(bridge.end - bridge.start, lang), **ends, **years)
    mine, theirs = (column.heading for column in columns(explanation, lang)[:2])
    words = {"metric": metric, "lower_metric": metric[0].lower() + metric[1:], "mine": mine, "theirs": theirs}
    words |= {"change": signed(apart.end, lang), "year": str(last)}
    if explanation.group is None:
        return BESIDE.say(lang, **words)
    runs = number(explanation.simulated, 0, lang)
    return RUNS.say(lang, runs=runs, seed=explanation.seed, **words)


def explanation_rows(explanation: Explanation, lang: str) -> list[list[str]]:
    """The table: heading, start, groups with their parts, end, and what of it goes through the transfer."""
    metric = catalogue()[explanation.metric].label.say(lang)
    terms = [term for group in explanation.groups() for term in (group, *shown_parts(explanation, group))]
    inset = {term: "  " if term in GROUPS else "    " for term in terms}
    shown = columns(explanation, lang)
    labels = [
        START.say(lang, metric=metric, year=explanation.first),
        *[inset[term] + label_of(term, lang) for term in terms],
        START.say(lang, metric=metric, year=explanation.years[-1]),
        TRANSFER.say(lang),
    ]
    cells = [column.cells(terms, lang) for column in shown]
    head = [POINTS.say(lang), *[column.heading for column in shown]]
    if explanation.difference is not None and explanation.difference.errors:
        errors = explanation.difference.errors
        cells.append([*[_percent(errors[term], lang) for term in ("start", *terms, "end")], ""])
        head.append(ERROR.say(lang))
    if shown[-1].span != shown[0].span:  # periods: each starts where the one before ended
        labels[0], labels[-2] = AT_START.say(lang, metric=metric), AT_END.say(lang, metric=metric)
    return [head, *[list(row) for row in zip(labels, *cells, strict=True)]]


def explanation_records(explanation: Explanation) -> dict[str, Any]:
    """Every figure for ``--json`` and files: ``terms`` summed over the years, ``by_year`` year by year."""
    bridges = {"scenario": explanation.bridge}
    if explanation.against is not None and explanation.difference is not None:
        bridges |= {"against": explanation.against, "difference": explanation.difference}
    first, last = explanation.first, int(explanation.years[-1])
    terms, by_year = [], []
    for of, bridge in bridges.items():
        key = {"of": of, "name": bridge.name, "runs": bridge.runs, "metric": explanation.metric}
        amounts = [("start", "", bridge.start)]
        for group in explanation.groups():
            parts = parts_of(group) if parts_of(group) != (group,) else ()
            for term, inside in ((group, ""), *((part, group) for part in parts)):
                values = bridge.term(term)
                amounts.append((term, inside, float(values.sum())))
                for year, value in zip(explanation.years, values, strict=True):
                    by_year.append(key | {"term": term, "part_of": inside, "year": int(year), "value": float(value)})
        for term, inside, value in [*amounts, ("end", "", bridge.end)]:
            error = bridge.errors.get(term, math.nan)
            span = {"term": term, "part_of": inside, "from": first, "to": last}
            terms.append(key | span | {"value": value, "standard_error": figure(error)})
    return {
        "unit": "share of operating revenue",
        "seed": explanation.seed,
        "simulated_runs": explanation.simulated,
        "group": explanation.group,
        "against_group": explanation.against_group,
        "residual": {of: bridge.residual() for of, bridge in bridges.items()},
        "definitions": {
            group: {"label": GROUPS[group]._asdict(), "definition": DEFINITIONS[group]._asdict()}
            for group in explanation.groups()
        },
        "terms": terms,
        "by_year": by_year,
    }


def write_explanation(folder: Path, explanation: Explanation) -> None:
    """``explanation.csv`` (terms summed over the years) and ``explanation_by_year.csv``."""
    records = explanation_records(explanation)
    for name, rows in (("explanation", records["terms"]), ("explanation_by_year", records["by_year"])):
        write_records(folder / f"{name}.csv", rows)
