"""The investment plan of twenty years: tables, files and JSON."""

import textwrap
from collections.abc import Iterator, Sequence

import numpy as np

from ldip.analysis.investment_plan import InvestmentPlan, Spending
from ldip.analysis.places import District, Standing
from ldip.model.catalogue import catalogue
from ldip.report.answers.explain import PARTS
from ldip.report.numbers import number
from ldip.report.terminal import selected_years, table
from ldip.report.words import DWELLINGS, NAMED_IN_ALL, NOT_NAMED, OPENS, SUM, capital
from ldip.scenario.projects import KINDS, PHASES
from ldip.scenario.schema import Scenario
from ldip.text import Text

BLOCK, COLUMNS = 4, 5
"""Years that a column of the tables holds, and columns that fit: of more years each holds more."""

DASH = Text("–", "-")

WIDTH = 100
NAME_WIDTH = 39
"""Letters of a project's name that fit into a table; the files hold all of it."""

SILENT_WIDTH = 54
"""The same where the row has fewer figures."""

NO_PROJECTS = Text(
    nb="{scenario} har ingen navngitte prosjekter (projects.csv): alt er penger uten navn. ldip plan viser dem, og "
    "ldip projects --propose FIL foreslår prosjekter for plassene som mangler.",
    en="{scenario} has no named projects (projects.csv): all of it is money without a name. ldip plan shows it, and "
    "ldip projects --propose FILE proposes projects for the places that are lacking.",
)
BY_CLASS = Text("Investeringer etter klasse, mill. {year}-kr", "Investment by class, mill. {year}-kr")
BY_AREA = Text("Navngitte prosjekter etter programområde", "Named projects by programme area")
BY_PROJECT = Text("Investeringer per prosjekt", "Investment by project")
NAMED_IN = Text("navngitt, {kind}", "named, {kind}")
GROSS = "gross_investment"
LEFT = {"water_waste_left": KINDS["water_waste"], "housing_left": KINDS["housing"]}
NO_AREA = Text("uten område", "without an area")
NO_COST = Text("Prosjekter uten kostnad", "Projects without a cost")
FROM = Text("fra", "from")
PHASE = Text("fase", "phase")
NEW_PLACES = Text("plasser, netto", "places, net")
COMMITTED = Text(
    nb="Bundet av kontrakt: {bound} av {named} mill. {year}-kr i navngitte prosjekter fra {first} til {last}. "
    "Vedtatt eller under bygging: {approved} mill.",
    en="Bound by contract: {bound} of {named} mill. {year}-kr in named projects from {first} to {last}. "
    "Approved or under construction: {approved} mill.",
)
NOT_KNOWN = Text(
    nb="Kostnaden er ikke kjent for {count} av {all} prosjekter: de ligger i planens beløp uten navn.",
    en="The cost is not known for {count} of {all} projects: they lie in the plan's amounts without a name.",
)
PLACES = Text("Plasser mot brukere ved utgangen av året", "Places against users at the end of the year")
SERVICE = {
    "kindergartens": Text("Barnehage", "Kindergarten"),
    "schools": Text("Skole", "School"),
    "care": Text("Omsorg", "Care"),
}
NEEDED = Text("trengs", "needed")
THERE = Text("i plan", "in the plan")
LACKING = Text("mangler", "lacking")
FEW = Text("for få, prosent av framtidene", "too few, per cent of runs")
SHORT = Text("{service}: for få plasser i {years}.", "{service}: too few places in {years}.")
ENOUGH = Text("{service}: nok plasser i alle år.", "{service}: enough places in all years.")
DISTRICTS = Text(
    "Boligområder, {first}–{last}: plasser som boligene trenger / som prosjekter åpner",
    "Housing areas, {first}-{last}: places that the dwellings need / that projects open",
)
NOTE = Text(
    nb="Referansebanen, faste {year}-kr. I planårene er «vedtatt program og fornyelse» alt i planen som ikke er "
    "navngitt. Plasser «i plan» er plassene ved start, det vedtatte programmet og navngitte prosjekter; det som "
    "bygges et år, er for brukerne {lead} år senere. Boligområdenes brukere er som da de flyttet inn: ingen blir "
    "eldre eller flytter.",
    en="The baseline, fixed {year}-kr. In the plan years 'adopted programme and renewal' is all of the plan that is "
    "not named. Places 'in the plan' are those at the start, the adopted programme's and named projects'; what is "
    "built in a year is for the users {lead} years later. Users of housing areas are as when they moved in: "
    "nobody grows older or moves.",
)
RUNS_NOTE = Text(
    nb="Sannsynligheter i {runs} framtider, startverdi {seed}: flere eller færre brukere, slik de var kjent da "
    "det måtte bygges, "
    "og prosjekter som blir forsinket. De er modellens.",
    en="Probabilities in {runs} runs, seed {seed}: more or fewer users, as known when it had to be built, and "
    "projects that are late. They are the model's.",
)


def blocks(years: np.ndarray, lang: str) -> list[tuple[str, slice]]:
    """The columns of a table: so many years each, with what stands over them."""
    found, size = [], max(BLOCK, -(-len(years) // COLUMNS))
    for start in range(0, len(years), size):
        last = min(start + size, len(years)) - 1
        name = str(years[start]) if last == start else f"{years[start]}{DASH.say(lang)}{str(years[last])[2:]}"
        found.append((name, slice(start, last + 1)))
    return found


def part_label(part: str) -> Text:
    """What a part of the investment without a name is called."""
    return LEFT.get(part) or PARTS.get(part) or catalogue()[part].label


def class_rows(plan: InvestmentPlan, lang: str) -> list[list[str]]:
    """Investment by class and block of years: named, not named by what it is for, and all; empty parts left out."""
    rows: list[tuple[str, np.ndarray]] = []
    named = np.zeros(len(plan.years))
    for kind, label in KINDS.items():
        of = plan.of_class(kind)
        named = named + of
        if of.any():
            rows.append((f"  {NAMED_IN.say(lang, kind=label)}", of))
    rows.append((NAMED_IN_ALL.say(lang), named))
    for part, of in plan.unnamed.items():
        if np.abs(of).max() > 1e-9:
            name = part_label(part).say(lang)
            rows.append((f"  {name[:1].lower()}{name[1:]}", of))
    rows.append((f"{NOT_NAMED.say(lang)}, {SUM.say(lang)}", plan.gross - named))
    rows.append((catalogue()[GROSS].label.say(lang), plan.gross))
    return [_amounts(label, of, plan.years, lang) for label, of in rows]


def area_rows(plan: InvestmentPlan, scenario: Scenario, lang: str) -> list[list[str]]:
    """Named projects by programme area and block of years; areas whose projects have no cost are left out."""
    rows = []
    for area in plan.areas:
        of = plan.of_area(area)
        if of.any():
            rows.append(_amounts(f"  {area_name(scenario, area, lang)}", of, plan.years, lang))
    return rows


def area_name(scenario: Scenario, area: str | None, lang: str) -> str:
    """What a programme area is called."""
    if area is None:
        return NO_AREA.say(lang)
    found = scenario.area(area)
    return Text(found.name_nb, found.name_en).say(lang)


def project_rows(plan: InvestmentPlan, lang: str) -> list[list[str]]:
    """Form 2B by project and block of years, by class, each class with its sum; none of what costs nothing."""
    rows: list[list[str]] = []
    for kind, label in KINDS.items():
        own = [it for it in plan.projects if it.project.kind == kind and it.real.any()]
        rows += [[capital(label).say(lang)]] if own else []
        rows += [_project_row(it, plan.years, lang) for it in own]
        if len(own) > 1:
            total = _amounts(f"  {capital(SUM).say(lang)}", plan.of_class(kind), plan.years, lang)
            rows.append([total[0], "", *total[1:]])
    return rows


def silent_rows(plan: InvestmentPlan, lang: str) -> list[list[str]]:
    """The projects that cost nothing from the first year on, or whose cost nobody has named."""
    return [
        [
            "  " + shortened(it.project.name.say(lang), SILENT_WIDTH),
            PHASES[it.project.phase].say(lang),
            str(it.project.start),
            str(it.project.opening),
            number(it.project.net_places, 0, lang) if it.project.service else "",
        ]
        for it in plan.projects
        if not it.real.any()
    ]


def silent_heads(lang: str) -> list[str]:
    """What stands over :func:`silent_rows`."""
    return [text.say(lang) for text in (NO_COST, PHASE, FROM, OPENS, NEW_PLACES)]


def _project_row(it: Spending, years: np.ndarray, lang: str) -> list[str]:
    name, *cells = _amounts("  " + shortened(it.project.name.say(lang)), it.real, years, lang)
    return [name, str(it.project.opening), *cells]


def shortened(name: str, most: int = NAME_WIDTH) -> str:
    """A name that fits."""
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"


def _amounts(label: str, of: np.ndarray, years: np.ndarray, lang: str) -> list[str]:
    """A row of amounts: a block of years each, and all of them."""
    return [
        label,
        *[number(float(of[where].sum()), 0, lang) for _, where in blocks(years, lang)],
        number(of.sum(), 0, lang),
    ]


def block_heads(years: np.ndarray, lang: str) -> list[str]:
    """What stands over the amounts."""
    return [*[name for name, _ in blocks(years, lang)], capital(SUM).say(lang)]


def committed_words(plan: InvestmentPlan, lang: str) -> str:
    """What is bound by contract, and what has been decided."""
    decided = [it for it in plan.projects if it.project.phase in ("approved", "building")]

    def amount(values: Iterator[float]) -> str:
        return number(sum(values), 0, lang)

    unknown = sum(it.project.p50 is None for it in plan.projects)
    rest = NOT_KNOWN.say(lang, count=unknown, all=len(plan.projects)) if unknown else ""
    told = COMMITTED.say(
        lang,
        bound=amount(it.bound for it in plan.projects),
        named=amount(float(it.real.sum()) for it in plan.projects),
        approved=amount(float(it.real.sum()) for it in decided),
        year=plan.years[0],
        first=plan.years[0],
        last=plan.years[-1],
    )
    return f"{told} {rest}".strip()


def short_words(of: Standing, lang: str) -> str:
    """The years in which places of a service run short."""
    name = SERVICE[of.service].say(lang)
    return (
        SHORT.say(lang, service=name, years=spans(of.short, lang))
        if len(of.short)
        else ENOUGH.say(lang, service=name)
    )


def spans(years: np.ndarray, lang: str) -> str:
    """Years as spans: 2031-2035, 2040."""
    gaps, dash = np.flatnonzero(np.diff(years) > 1) + 1, DASH.say(lang)
    parts = [part for part in np.split(years, gaps) if len(part)]
    return ", ".join(str(part[0]) if len(part) == 1 else f"{part[0]}{dash}{part[-1]}" for part in parts)


def place_rows(plan: InvestmentPlan, lang: str) -> list[list[str]]:
    """Places of each service for the users of some years: needed, in the plan, lacking, and how often too few."""
    rows: list[list[str]] = []
    for of in plan.places:
        picked = selected_years(of.years)
        rows.append([SERVICE[of.service].say(lang)])
        for label, values in ((NEEDED, of.needed), (THERE, of.there), (LACKING, of.lacking)):
            rows.append([f"  {label.say(lang)}", *[number(float(values[t]), 0, lang) for t in picked]])
        if plan.futures:
            few = plan.futures.few[of.service]
            rows.append([f"  {FEW.say(lang)}", *[number(100.0 * float(few[t]), 0, lang) for t in picked]])
    return rows


def place_heads(plan: InvestmentPlan) -> list[str]:
    """The years of the users that :func:`place_rows` shows."""
    years = plan.places[0].years
    return [str(years[t]) for t in selected_years(years)]


def area_title(scenario: Scenario, area: str) -> Text:
    """What a housing area is called."""
    return Text(scenario.housing.areas[area].nb, scenario.housing.areas[area].en)


def district_rows(districts: Sequence[District], scenario: Scenario, lang: str) -> list[list[str]]:
    """Housing areas: dwellings, and of each service the places that they need and that open there, in all years."""
    rows = []
    for it in districts:
        cells = [
            f"{number(float(it.needed[service][-1]), 0, lang)} / {number(float(it.places[service][-1]), 0, lang)}"
            for service in SERVICE
        ]
        rows.append(
            [f"  {area_title(scenario, it.area).say(lang)}", number(float(it.dwellings[-1]), 0, lang), *cells]
        )
    return rows


def district_heads(lang: str) -> list[str]:
    """What stands over :func:`district_rows`."""
    return [DWELLINGS.say(lang), *[label.say(lang).lower() for label in SERVICE.values()]]


def note_words(plan: InvestmentPlan, scenario: Scenario, lang: str) -> str:
    """What the figures are."""
    note = NOTE.say(lang, year=plan.years[0], lead=int(scenario.investment.capacity_lead.value))
    if not plan.futures:
        return note
    runs = RUNS_NOTE.say(lang, runs=number(plan.futures.runs, 0, lang), seed=plan.futures.seed)
    return f"{note} {runs}"


def projects_text(plan: InvestmentPlan, scenario: Scenario, title: str, lang: str) -> str:
    """All that is told of the plan in the terminal."""
    if not plan.projects:
        told = [textwrap.fill(NO_PROJECTS.say(lang, scenario=scenario.name), WIDTH), _places_text(plan, lang)]
        return "\n\n".join([title, *told])
    heads = block_heads(plan.years, lang)
    areas, silent = area_rows(plan, scenario, lang), silent_rows(plan, lang)
    first, last = plan.years[0], plan.years[-1]
    parts = [
        title,
        table([[BY_CLASS.say(lang, year=first), *heads], *class_rows(plan, lang)]),
        table([[BY_AREA.say(lang), *heads], *areas]) if areas else "",
        table([[BY_PROJECT.say(lang), OPENS.say(lang), *heads], *project_rows(plan, lang)]),
        table([silent_heads(lang), *silent]) if silent else "",
        textwrap.fill(committed_words(plan, lang), WIDTH),
        _places_text(plan, lang),
        DISTRICTS.say(lang, first=first, last=last)
        + "\n"
        + table([["", *district_heads(lang)], *district_rows(plan.districts, scenario, lang)])
        if plan.districts
        else "",
        textwrap.fill(note_words(plan, scenario, lang), WIDTH),
    ]
    return "\n\n".join(filter(None, parts))


def _places_text(plan: InvestmentPlan, lang: str) -> str:
    shown = table([[PLACES.say(lang), *place_heads(plan)], *place_rows(plan, lang)])
    return "\n".join([shown, *[textwrap.fill(short_words(of, lang), WIDTH) for of in plan.places]])
