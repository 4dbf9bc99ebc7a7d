"""Stress tests: table, file, JSON."""

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ldip.analysis.stress import Stress
from ldip.model.shown import STRESSED, STRESSED_EVENTS
from ldip.report.answers.comparison import own_rules
from ldip.report.folder.records import figure, write_records
from ldip.report.numbers import difference_label, error_words, number, shown, signed, unit_label
from ldip.report.terminal import policy_words, table
from ldip.report.words import IN_PER_CENT
from ldip.scenario.files.overlay import Stressed
from ldip.text import Text

WIDTH, WIDEST_LABEL = 100, 46

RUNS = Text(
    nb="{runs} framtider, startverdi {seed}. Alle tall gjelder {year}. Hver framtid har samme renter, skatteår "
    "og boligår i alle prøvene.",
    en="{runs} runs, seed {seed}. All figures are of {year}. The same run meets the same rates, tax years and "
    "building years in every test.",
)
HEADS = Text(
    nb="referansebane|endring|median|5 %|95 %|snitt flyttes|feil ±",
    en="baseline|moved|median|5 %|95 %|mean moves|error ±",
)
CHANCE_HEADS = Text(nb="sannsynlighet|endring|feil ±", en="probability|moved|error ±")
BASE = Text(nb="Uten stress", en="Without stress")
ALL = Text(nb="Alt på en gang", en="All at once")
NOTE = Text(
    nb="«referansebane» er én framtid uten sjokk, som i en vanlig langtidsplan; «endring» er hva prøven gjør med "
    "den. «snitt "
    "flyttes» er hva den gjør med gjennomsnittet av alle framtider, framtid for framtid. Det som bare gjør "
    "framtiden mer usikker, "
    "lar referansebanen ligge. Sannsynlighetene er modellens.",
    en="'baseline' is one run without shocks, as in a traditional long-term plan; 'moved' is what the test does "
    "to it. 'mean "
    "moves' is what it does to the mean of all runs, run by run. What only makes the future more uncertain leaves "
    "the baseline where it is. Probabilities are the model's.",
)


def labels(stressed: Stressed, lang: str) -> dict[str, str]:
    """Scenario name -> what readers call it."""
    first, *tests = stressed.sources
    label = {first.scenario.name: BASE.say(lang)}
    label |= {source.scenario.name: source.change_titles[-1].say(lang) for source in tests}
    return label | ({tests[-1].scenario.name: ALL.say(lang)} if stressed.together else {})


def stress_text(stress: Stress, label: Mapping[str, str], title: str, lang: str) -> str:
    """The tests side by side, metric by metric, in the last year."""
    comparison = stress.comparison
    summary = comparison.summaries[comparison.against]
    runs = number(summary.runs, 0, lang)
    policy = policy_words(summary, lang)
    head = RUNS.say(lang, runs=runs, seed=summary.seed, year=summary.years[-1])
    blocks = [table(metric_rows(stress, metric, label, lang), free_headings=True) for metric in STRESSED]
    chances = [row for event in events_of(stress) for row in event_rows(stress, event, label, lang)]
    blocks.append(table(chances, free_headings=True))
    return "\n\n".join([f"{title}\n{policy}\n{head}", *blocks, textwrap.fill(NOTE.say(lang), WIDTH)])


def events_of(stress: Stress) -> list[str]:
    """The events that are shown: those of every municipality, and the breaches of its own rules."""
    return [*STRESSED_EVENTS, *own_rules(stress.comparison)]


def short(text: str) -> str:
    """A label without what explains it behind a colon or in brackets."""
    return textwrap.shorten(text.split(":")[0].split(" (")[0], WIDEST_LABEL, placeholder=" …")


def metric_rows(stress: Stress, metric_id: str, label: Mapping[str, str], lang: str) -> list[list[str]]:
    """One metric in the last year: its title, its heads, a row for each test."""
    comparison = stress.comparison
    summary = comparison.summaries[comparison.against]
    metric = summary.distributions[metric_id].metric
    unit = unit_label(metric.unit, metric.price_basis(summary.base_year), lang)
    moved_unit = difference_label(metric.unit, metric.price_basis(summary.base_year), lang)
    units = unit if unit == moved_unit else f"{unit} / {moved_unit}"
    rows = [[f"{metric.label.say(lang)}, {units}"], ["", *HEADS.say(lang).split("|")]]
    for name, other in comparison.summaries.items():
        spread = other.distributions[metric_id]
        levels = [shown(float(spread.percentile(p)[-1]), metric.unit, lang) for p in (0.50, 0.05, 0.95)]
        baseline = shown(float(stress.baselines[name][metric_id][-1]), metric.unit, lang)
        if name == comparison.against:
            rows.append([f"  {short(label[name])}", baseline, "", *levels, "", ""])
            continue
        apart = comparison.pairs[name].metrics[metric_id].difference
        rows.append(
            [
                f"  {short(label[name])}",
                baseline,
                signed(float(stress.moved(name, metric_id)[-1]), metric.unit, lang, finer=0),
                *levels,
                signed(float(apart.mean[-1]), metric.unit, lang, finer=0),
                error_words(float(apart.mean_error[-1]), metric.unit, lang, finer=0),
            ]
        )
    return rows


def event_rows(stress: Stress, event_id: str, label: Mapping[str, str], lang: str) -> list[list[str]]:
    """One event in the last year: its title, its heads, a row for each test."""
    comparison = stress.comparison
    having = {name: it for name, it in comparison.summaries.items() if event_id in it.probabilities}
    event = next(iter(having.values())).probabilities[event_id].event
    rows = [[IN_PER_CENT.say(lang, label=event.label.say(lang))], ["", *CHANCE_HEADS.say(lang).split("|")]]
    for name, summary in having.items():
        chance = number(100.0 * float(summary.probabilities[event_id].in_year[-1]), 0, lang)
        cells = ["", ""]
        if event_id in (comparison.pairs[name].events if name in comparison.pairs else ()):
            apart = comparison.pairs[name].events[event_id]
            cells = [
                signed(float(apart.in_year[-1]), "share", lang, finer=0),
                error_words(float(apart.in_year_error[-1]), "share", lang, finer=0),
            ]
        rows.append([f"  {short(label[name])}", chance, *cells])
    return rows


def stress_records(stress: Stress) -> list[dict[str, Any]]:
    """Every test, headline metric and year, for ``stress.csv`` and ``--json``."""
    comparison = stress.comparison
    base_year = comparison.summaries[comparison.against].base_year
    records = []
    for name, pair in comparison.pairs.items():
        for metric_id, paired in pair.metrics.items():
            spread = comparison.summaries[name].distributions[metric_id]
            for t, year in enumerate(comparison.summaries[name].years):
                records.append(
                    {
                        "test": name,
                        "metric": metric_id,
                        "year": int(year),
                        "unit": spread.metric.unit,
                        "price_basis": spread.metric.price_basis(base_year),
                        "baseline": figure(float(stress.baselines[name][metric_id][t])),
                        "baseline_moved": figure(float(stress.moved(name, metric_id)[t])),
                        "mean": figure(float(spread.mean[t])),
                        "p05": figure(float(spread.percentile(0.05)[t])),
                        "p50": figure(float(spread.percentile(0.50)[t])),
                        "p95": figure(float(spread.percentile(0.95)[t])),
                        "mean_moved": figure(float(paired.difference.mean[t])),
                        "mean_moved_standard_error": figure(float(paired.difference.mean_error[t])),
                    }
                )
    return records


def write_stress(folder: Path, stress: Stress) -> None:
    """``stress.csv``: every test, headline metric and year."""
    write_records(folder / "stress.csv", stress_records(stress))
