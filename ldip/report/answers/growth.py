"""Population and the payback of an area: tables, files and JSON."""

import textwrap
from pathlib import Path
from typing import Any

import numpy as np

from ldip.analysis.growth import PERCENTILES, Payback
from ldip.analysis.population import GroupFans
from ldip.model.people.cohorts import shown_groups, shown_weights
from ldip.model.people.housing import TYPES, programme
from ldip.model.plan.baseline import Baseline
from ldip.report.folder.records import write_records
from ldip.report.numbers import number
from ldip.report.terminal import selected_years, table
from ldip.report.words import MEAN
from ldip.scenario.schema import Scenario
from ldip.statistics.summary import Summary
from ldip.text import Text

NAMES = [f"p{100 * p:02.0f}" for p in PERCENTILES]
FLOWS = {
    "births": Text("fødte", "births"),
    "deaths": Text("døde", "deaths"),
    "into_dwellings": Text("innflytting i nye boliger", "moving into new dwellings"),
    "arrivals": Text("annen innflytting", "other arrivals"),
    "departures": Text("utflytting", "departures"),
}
SIGNS = {"deaths": -1.0, "departures": -1.0}
GROUPS = Text("Innbyggere 31.12. etter alder", "Residents at 31 December by age")
AGE = Text("{group} år", "{group} years")
TOTAL = Text("Totalt", "Total")
CHANGES = Text("Endring i året", "Change in the year")
GROWTH = Text("vekst", "growth")
DWELLINGS = Text("Ferdigstilte boliger", "Dwellings completed")
FAN = Text("Innbyggere 31.12.: 5, 50 og 95 % av framtidene", "Residents at 31 December: 5, 50 and 95 % of runs")
GROUP_FAN = Text("Innbyggere 31.12. etter alder: 5 / 50 / 95 %", "Residents at 31 December by age: 5 / 50 / 95 %")
POPULATION_NOTE = Text(
    nb="Gruppene er referansebanen fra kohortmodellen: tabellens år er tabellens tall, deretter følger folk av "
    "fødsler, dødsfall, flytting og boligprogrammet. Sjansen virker gjennom boligbyggingen, personer per bolig, "
    "fødsler, flytting og dødelighet ({runs} framtider, startverdi {seed}).",
    en="The groups are the baseline of the cohort model: in the table's years they are the table's, then people "
    "follow from births, deaths, migration and the housing programme. Chance works through building, persons per "
    "dwelling, births, migration and mortality ({runs} runs, seed {seed}).",
)
PARTS = {
    "revenue": Text("inntekter", "revenue"),
    "operations": Text("drift", "operations"),
    "investment": Text("investering etter tilskudd", "investment after grants"),
    "net": Text("netto", "net"),
    "cumulative_present_value": Text("nåverdi så langt", "present value so far"),
}
PER_DWELLING = Text("Tusen {year}-kr per bolig", "Thousand {year}-kr per dwelling")
PAID = Text("Varig tilbakebetalt, prosent av framtidene", "Has paid for itself for good, per cent of runs")
VALUE = Text(
    nb="Nåverdien av {area} til og med {last} er {mean} tusen {year}-kr per bolig i snitt (± {error}; 9 av 10 "
    "framtider "
    "mellom {low} og {high}), med {rate} % kalkulasjonsrente fra {first}. ",
    en="The present value of {area} up to {last} is {mean} thousand {year}-kr per dwelling on average (± {error}; 9 "
    "of 10 runs between {low} and {high}), at a discount rate of {rate} % from {first}. ",
)
YEAR = Text(
    nb="I halvparten av framtidene er området varig tilbakebetalt senest i {year}.",
    en="In half of the runs the area has paid for itself by {year}.",
)
NEVER = Text(
    nb="I mer enn halvparten av framtidene er området ikke varig tilbakebetalt innen {last}.",
    en="In more than half of the runs the area has not paid for itself by {last}.",
)
PAYBACK_NOTE = Text(
    nb="Sammenlignet framtid for framtid med den samme framtiden uten boligene som området bygger etter "
    "planårene. Inntekter "
    "er skatt og rammetilskudd etter utjevning; drift er netto driftsutgifter med FDV; investering er plasser, "
    "infrastruktur og fornyelse etter mva-kompensasjon, statstilskudd og utbyggerbidrag, i det året den kommer. Nye "
    "innbyggere betaler i modellen samme skatt som de andre. Boliger som blir ferdige sent, har få år bak seg: se "
    "lenger fram med --years.",
    en="Compared run by run with the same future without the dwellings that the area builds after the plan years. "
    "Revenue is tax and block grant after equalisation; operations is net expenditure of services and premises; "
    "investment is places, infrastructure and renewal after VAT compensation, state grants and developer "
    "contributions, in the year it comes. New residents pay the same tax as the others in the model. Dwellings "
    "completed late have few years behind them: look further with --years.",
)


def population_records(scenario: Scenario, baseline: Baseline, summary: Summary) -> dict[str, list[dict[str, Any]]]:
    """Groups, flows, dwellings and the fan of residents as records: what files, JSON and text are made of."""
    people, first = baseline.population, scenario.scenario.first_year
    groups = shown_weights(scenario) @ people.closing
    count = len(baseline.years)
    calendar = np.arange(first - 2, first + count)
    built = programme(scenario, baseline.years)
    fan = summary.distributions["closing_residents"]
    return {
        "residents": [
            {"group": group, "year": int(year), "persons": float(row[place])}
            for group, row in zip(shown_groups(scenario), groups, strict=True)
            for place, year in enumerate(calendar)
        ],
        "flows": [
            {"flow": flow, "year": int(year), "persons": float(getattr(people, flow)[place])}
            for flow in FLOWS
            for place, year in enumerate(calendar[1:])
        ],
        "dwellings": [
            {"area": area, "type": kind, "year": int(year), "dwellings": float(built[a, k, t])}
            for a, area in enumerate(scenario.housing.areas)
            for k, kind in enumerate(TYPES)
            for t, year in enumerate(baseline.years)
        ],
        "fan": [
            {
                "year": int(year),
                "mean": float(fan.mean[t]),
                **{name: float(fan.percentile(p)[t]) for name, p in zip(NAMES, PERCENTILES, strict=True)},
            }
            for t, year in enumerate(summary.years)
        ],
    }


def group_records(scenario: Scenario, baseline: Baseline, fans: GroupFans) -> list[dict[str, Any]]:
    """The fan of every age group as records."""
    return [
        {
            "group": group,
            "year": int(year),
            **{name: float(of[g, t]) for name, of in zip(NAMES, fans.percentiles, strict=True)},
        }
        for g, group in enumerate(shown_groups(scenario))
        for t, year in enumerate(baseline.years)
    ]


def write_population(folder: Path, records: dict[str, list[dict[str, Any]]]) -> None:
    """``residents.csv``, ``flows.csv``, ``dwellings.csv``, ``fan.csv`` and ``group_fan.csv``."""
    for name, rows in records.items():
        write_records(folder / f"{name}.csv", rows)


def population_text(
    scenario: Scenario, baseline: Baseline, summary: Summary, fans: GroupFans, title: str, lang: str
) -> str:
    """Residents by age, what changes them, dwellings by area, and the fans of all and of each age, for some years."""
    people, first = baseline.population, scenario.scenario.first_year
    picked = selected_years(baseline.years)
    years = [str(baseline.years[t]) for t in picked]
    groups = shown_weights(scenario) @ people.closing

    def row(label: str, values: np.ndarray) -> list[str]:
        return [f"  {label}", *[number(float(value), 0, lang) for value in values]]

    places = [0, 1, *[t + 2 for t in picked]]
    rows = [[GROUPS.say(lang), str(first - 2), str(first - 1), *years]]
    for group, values in zip(shown_groups(scenario), groups, strict=True):
        rows.append(row(AGE.say(lang, group=group), values[places]))
    rows.append(row(TOTAL.say(lang), groups.sum(axis=0)[places]))
    flows = [[CHANGES.say(lang), *years]]
    for flow, label in FLOWS.items():
        values = SIGNS.get(flow, 1.0) * np.asarray(getattr(people, flow))
        flows.append(row(label.say(lang), values[[t + 1 for t in picked]]))
    growth = np.diff(people.closing.sum(axis=0))
    flows.append(row(GROWTH.say(lang), growth[[t + 1 for t in picked]]))
    built = programme(scenario, baseline.years).sum(axis=1)
    dwellings = [[DWELLINGS.say(lang), *years]]
    for area, values in zip(scenario.housing.areas.values(), built, strict=True):
        dwellings.append(row(Text(area.nb, area.en).say(lang), values[picked]))
    dwellings.append(row(TOTAL.say(lang), built.sum(axis=0)[picked]))
    fan = summary.distributions["closing_residents"]
    chances = [[FAN.say(lang), *years]]
    for p, shown in ((0.95, "95 %"), (0.50, "median"), (0.05, "5 %")):
        chances.append(row(shown, fan.percentile(p)[picked]))
    of_groups = [[GROUP_FAN.say(lang), *years]]
    for g, group in enumerate(shown_groups(scenario)):
        spread = [[number(float(value), 0, lang) for value in fans.percentiles[:, g, t]] for t in picked]
        of_groups.append([f"  {AGE.say(lang, group=group)}", *[" / ".join(values) for values in spread]])
    parts = [
        title,
        *(table(part) for part in (rows, flows, dwellings, chances, of_groups)),
        textwrap.fill(population_note(summary, lang), 100),
    ]
    return "\n\n".join(parts)


def population_note(summary: Summary, lang: str) -> str:
    """What the figures are and what chance is in them."""
    return POPULATION_NOTE.say(lang, runs=number(summary.runs, 0, lang), seed=summary.seed)


def payback_records(result: Payback) -> list[dict[str, Any]]:
    """Every part and year of the payback, thousand 2020-kr per dwelling, and the share of runs that paid back."""
    records: list[dict[str, Any]] = []
    for component, found in result.components.items():
        for t, year in enumerate(result.years):
            records.append(
                {
                    "scenario": result.scenario,
                    "area": result.area,
                    "component": component,
                    "year": int(year),
                    "unit": "thousand kr per dwelling",
                    "price_basis": f"{result.years[0]}-kr (deflator)",
                    "mean": float(found.mean[t]),
                    "standard_error": float(found.error[t]),
                    **dict(zip(NAMES, map(float, found.percentiles[:, t]), strict=True)),
                    "paid_back": float(result.paid_back[t]),
                }
            )
    return records


def write_payback(folder: Path, result: Payback) -> None:
    """``payback.csv``."""
    write_records(folder / "payback.csv", payback_records(result))


def payback_text(result: Payback, name: str, title: str, lang: str) -> str:
    """The parts of the net effect for some years, and what they come to."""
    picked = selected_years(result.years)
    rows = [
        [f"{PER_DWELLING.say(lang, year=result.years[0])}, {MEAN.say(lang)}", *[str(result.years[t]) for t in picked]]
    ]
    for component, found in result.components.items():
        rows.append([f"  {PARTS[component].say(lang)}", *[number(float(found.mean[t]), 1, lang) for t in picked]])
    cumulative = result.components["cumulative_present_value"]
    for place, label in ((2, "95 %"), (0, "5 %")):
        rows.append([f"    {label}", *[number(float(cumulative.percentiles[place, t]), 1, lang) for t in picked]])
    rows.append([f"  {DWELLINGS.say(lang).lower()}", *[number(float(result.dwellings[t]), 0, lang) for t in picked]])
    rows.append([PAID.say(lang), *[number(100.0 * float(result.paid_back[t]), 0, lang) for t in picked]])
    value = result.present_value
    last = int(result.years[-1])
    words = VALUE.say(
        lang,
        year=result.years[0],
        area=name,
        first=int(result.years[0]),
        last=last,
        mean=number(float(value.mean[0]), 0, lang),
        error=number(float(value.error[0]), 1, lang),
        low=number(float(value.percentiles[0, 0]), 0, lang),
        high=number(float(value.percentiles[2, 0]), 0, lang),
        rate=number(100.0 * result.discount_rate, 1, lang),
    )
    by_half = np.flatnonzero(result.paid_back >= 0.5)
    words += YEAR.say(lang, year=int(result.years[by_half[0]])) if len(by_half) else NEVER.say(lang, last=last)
    note = textwrap.fill(PAYBACK_NOTE.say(lang), 100)
    return "\n\n".join([title, table(rows), textwrap.fill(words, 100), note])
