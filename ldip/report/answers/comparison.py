"""What the terminal shows of a comparison: one language at a time, no wider than 110 columns."""

import textwrap
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ldip.analysis.compare import Choice, Comparison, Criterion
from ldip.model.catalogue import Metric
from ldip.model.fiscal_rules import own_breaches
from ldip.model.shown import COMPARED, COMPARED_EVENTS
from ldip.report.numbers import difference_label, error_words, number, percent, shown, signed, unit_label
from ldip.report.terminal import policy_words, table
from ldip.report.words import EQUAL, ERROR, EVER, LOWER, MEAN, MEDIAN, PROBABILITY, capital
from ldip.scenario.files.reader import Source
from ldip.scenario.placeholders import title_of
from ldip.text import Text

WIDEST_LABEL = 36
WIDTH = 100

BASE = Text(nb="Grunnalternativet", en="Base alternative")
RUNS = Text(
    nb="{runs} framtider, {first}–{last}, startverdi {seed}. Hver framtid har samme renter, skatteår og boligår "
    "i alle alternativer.",
    en="{runs} runs, {first}-{last}, seed {seed}. The same run meets the same rates, tax years and building "
    "years in every alternative.",
)
REFERENCE = Text(nb="referanse", en="reference")
LEVELS = Text(nb="Nivå", en="Level")
APART = Text(
    nb="Forskjell fra {against} i {year}, framtid for framtid", en="Difference from {against} in {year}, run by run"
)
UNPAIRED = Text(nb="uparet ±", en="unpaired ±")
LOW, HIGH = Text("5 %", "5 %"), Text("95 %", "95 %")
CHANGE = Text(nb="forskjell {year}", en="difference {year}")
REGRET = Text(
    nb="Tap ved feil valg: avstanden til det laveste alternativet i samme framtid",
    en="Regret: the distance to the lowest alternative in the same run",
)
REGRET_MEAN = Text(nb="tap ved feil valg", en="regret")
ALONE = Text(nb="alene lavest", en="lowest alone")
SHARED = Text(nb="delt lavest", en="lowest, shared")
IN_YEAR = Text(nb="{label} i {last}", en="{label} in {last}")
A_YEAR = Text(nb="{label} per år {first}–{last}", en="{label} per year {first}-{last}")
ALL_EQUAL = Text(
    nb="{what} er {value} i gjennomsnitt, og likt i alle framtider for «{best}» og «{next}».",
    en="{what} is {value} on average, and the same in every run for '{best}' and '{next}'.",
)
ONE_RUN = Text(
    nb="{what}: lavest i denne ene framtiden er «{best}» med {value}. Én framtid sier ingenting om gjennomsnittet.",
    en="{what}: the lowest in this one run is '{best}' with {value}. One run says nothing about the average.",
)
UNSURE = Text(
    nb="{what}: «{best}» ({value} i gjennomsnitt) og «{next}» kan ikke skilles med så få framtider: forskjellen "
    "er {lead} "
    "(± {error}).",
    en="{what}: '{best}' ({value} on average) and '{next}' cannot be told apart with so few runs: the difference is "
    "{lead} (± {error}).",
)
LOWEST = Text(
    nb="{what} er lavest i «{best}»: {value} i gjennomsnitt, {lead} lavere enn i «{next}» (± {error}). "
    "Det er lavest av de to i {ahead} prosent av framtidene{ties}.",
    en="{what} is lowest in '{best}': {value} on average, {lead} lower than in '{next}' (± {error}). "
    "It is the lower of the two in {ahead} per cent of the runs{ties}.",
)
TIES = Text(nb=" og likt i {level} prosent", en=" and the same in {level} per cent")
NOTE = Text(
    nb="Sannsynlighetene er modellens, gitt antakelsene, ikke verdens. «feil ±» er utvalgsfeilen (standardfeil): så "
    "mye ville gjennomsnittet flytte seg med en annen startverdi. «uparet ±» er hva den ville vært uten samme "
    "renter, skatteår og boligår i alle "
    "alternativer. Alle framtider har de samme antakelsene om hva en ny innbygger betaler og koster: at det ene er "
    "lavest i nesten alle framtider, sier ikke at antakelsene er rette.",
    en="Probabilities are the model's, given its assumptions, not the world's. 'error ±' is the sampling error "
    "(standard error): how far the mean would move with another seed. 'unpaired ±' is what it would be without the "
    "same rates, tax years and building years in every alternative. All runs share the assumptions on what a new "
    "resident pays and costs: that "
    "one is the lowest in nearly all runs does not say that the assumptions are right.",
)


def common_title(sources: Sequence[Source], common: int, lang: str) -> str:
    """The title that the scenarios have in common, and the last `common` changes, laid over all of them."""
    titles: dict[str, str] = {}
    for source in sources:  # a municipality once, whatever its changes have put in for placeholders
        titles.setdefault(source.scenario.scenario.title_nb, title_of(source.scenario).say(lang))
    laid_over = sources[0].change_titles[len(sources[0].change_titles) - common :]
    return " + ".join((" / ".join(titles.values()), *[title.say(lang) for title in laid_over]))


def labels(sources: Sequence[Source], common: int, lang: str) -> dict[str, str]:
    """Scenario name -> what readers call it: the titles of its changes, up to the colon where that tells them apart.

    The last `common` changes are laid over all of them and left out.
    """
    several = len({source.scenario.scenario.name for source in sources}) > 1

    def label(source: Source, shorten: Callable[[str], str]) -> str:
        heading = source.scenario.scenario
        titles = [title.say(lang) for title in _own_titles(source, common)]
        if several:
            titles.insert(0, Text(heading.title_nb, heading.title_en).say(lang))
        return " + ".join(shorten(title) for title in titles) or BASE.say(lang)

    short = [label(source, lambda title: title.split(":")[0].strip()) for source in sources]
    long = [label(source, str) for source in sources]
    names = [source.scenario.name for source in sources]
    for choice in (short, long):
        if not [text for text, count in Counter(choice).items() if count > 1]:
            return dict(zip(names, choice, strict=True))
    return {name: name for name in names}


def _own_titles(source: Source, common: int) -> Sequence[Text]:
    return source.change_titles[: len(source.change_titles) - common]


def shown_places(comparison: Comparison) -> list[int]:
    """Places of the years to show: the first after the plan, the middle, the last."""
    first, last = comparison.after_plan, len(comparison.summaries[comparison.against].years) - 1
    return sorted({first, (first + last) // 2, last})


def comparison_text(comparison: Comparison, label: Mapping[str, str], title: str, lang: str) -> str:
    """The whole of what is shown: alternatives, levels, differences, probabilities, regret, conclusions."""
    summary = comparison.summaries[comparison.against]
    head = RUNS.say(
        lang,
        runs=number(summary.runs, 0, lang),
        first=summary.years[0],
        last=summary.years[-1],
        seed=summary.seed,
    )
    short = _short(label)
    listed = [
        [short[name], name, f"({REFERENCE.say(lang)})" if name == comparison.against else ""]
        for name in comparison.summaries
    ]
    parts = [
        f"{title}\n{policy_words(summary, lang)}\n{head}",
        table(listed, align=str.ljust),
        *[
            table(rows(comparison, short, lang), free_headings=True)
            for rows in (levels, differences, probabilities, regrets)
        ],
        "\n".join(textwrap.fill(line, WIDTH) for line in conclusions(comparison, label, lang)),
        textwrap.fill(NOTE.say(lang), WIDTH),
    ]
    return "\n\n".join(parts)


def _short(label: Mapping[str, str]) -> dict[str, str]:
    """Labels that fit into a column; numbered where cutting has made some of them alike."""
    cut = {name: textwrap.shorten(text, WIDEST_LABEL, placeholder=" …") for name, text in label.items()}
    if len(set(cut.values())) == len(cut):
        return cut
    numbered = {name: f"{place}: {text}" for place, (name, text) in enumerate(label.items(), start=1)}
    return {name: textwrap.shorten(text, WIDEST_LABEL, placeholder=" …") for name, text in numbered.items()}


def levels(comparison: Comparison, label: Mapping[str, str], lang: str) -> list[list[str]]:
    """Median and 90 % interval of each metric, alternative and shown year."""
    places = shown_places(comparison)
    summary = comparison.summaries[comparison.against]
    rows = [["", *[cell for t in places for cell in (str(summary.years[t]), "", "")]]]
    rows.append([LEVELS.say(lang), *[MEDIAN.say(lang), "5 %", "95 %"] * len(places)])
    for metric_id in COMPARED:
        metric = summary.distributions[metric_id].metric
        rows.append([_heading(metric, unit_label(metric.unit, metric.price_basis(summary.base_year), lang), lang)])
        for name, other in comparison.summaries.items():
            spread = other.distributions[metric_id]
            cells = [float(spread.percentile(p)[t]) for t in places for p in (0.50, 0.05, 0.95)]
            rows.append([f"  {label[name]}", *[shown(cell, metric.unit, lang) for cell in cells]])
    return rows


def differences(comparison: Comparison, label: Mapping[str, str], lang: str) -> list[list[str]]:
    """The last year's paired differences with their errors, and how often the alternative is lower."""
    summary = comparison.summaries[comparison.against]
    rows = [[APART.say(lang, against=label[comparison.against], year=summary.years[-1])]]
    heads = [MEAN, ERROR, UNPAIRED, LOW, MEDIAN, HIGH, LOWER, EQUAL]
    rows.append(["", *[head.say(lang) for head in heads]])
    for metric_id in COMPARED:
        metric = summary.distributions[metric_id].metric
        unit = difference_label(metric.unit, metric.price_basis(summary.base_year), lang)
        rows.append([_heading(metric, unit, lang)])
        for name, pair in comparison.pairs.items():
            paired = pair.metrics[metric_id]
            apart = paired.difference
            rows.append(
                [
                    f"  {label[name]}",
                    signed(float(apart.mean[-1]), metric.unit, lang),
                    *[
                        error_words(float(e[-1]), metric.unit, lang)
                        for e in (apart.mean_error, paired.unpaired_error)
                    ],
                    *[signed(float(apart.percentile(p)[-1]), metric.unit, lang) for p in (0.05, 0.50, 0.95)],
                    *[percent(share[-1], lang) for share in (paired.lower, paired.equal)],
                ]
            )
    return rows


def own_rules(comparison: Comparison) -> list[str]:
    """The breaches of the rules that an alternative brings."""
    chances = [chance for summary in comparison.summaries.values() for chance in summary.probabilities.values()]
    return own_breaches(chance.event for chance in chances)


def probabilities(comparison: Comparison, label: Mapping[str, str], lang: str) -> list[list[str]]:
    """How often the gravest events happen, and the last year's paired difference."""
    places = shown_places(comparison)
    years = [str(comparison.summaries[comparison.against].years[t]) for t in places]
    last = years[-1]
    rows = [[capital(PROBABILITY).say(lang), *years, EVER.say(lang), CHANGE.say(lang, year=last), ERROR.say(lang)]]
    for event_id in (*COMPARED_EVENTS, *own_rules(comparison)):
        having = {name: it for name, it in comparison.summaries.items() if event_id in it.probabilities}
        rows.append([next(iter(having.values())).probabilities[event_id].event.label.say(lang)])
        for name, summary in having.items():
            chance = summary.probabilities[event_id]
            cells = [number(100.0 * float(p), 0, lang) for p in (*chance.in_year[places], chance.so_far[-1])]
            if event_id in (comparison.pairs[name].events if name in comparison.pairs else ()):
                apart = comparison.pairs[name].events[event_id]
                cells.append(signed(float(apart.in_year[-1]), "share", lang, finer=0))
                cells.append(error_words(float(apart.in_year_error[-1]), "share", lang, finer=0))
            rows.append([f"  {label[name]}", *cells])
    return rows


def regrets(comparison: Comparison, label: Mapping[str, str], lang: str) -> list[list[str]]:
    """Each criterion's mean and regret, and how often each alternative is the lowest."""
    rows = [[REGRET.say(lang)]]
    heads = [MEAN, REGRET_MEAN, ERROR, HIGH, ALONE, SHARED]
    rows.append(["", *[head.say(lang) for head in heads]])
    base_year = comparison.summaries[comparison.against].base_year
    for choice in comparison.choices:
        metric = choice.criterion.metric
        unit = unit_label(metric.unit, metric.price_basis(base_year), lang)
        rows.append([f"{criterion_words(choice.criterion, lang)}, {unit}"])
        for name, regret in choice.regrets.items():
            rows.append(
                [
                    f"  {label[name]}",
                    *[shown(value, metric.unit, lang, finer=1) for value in (regret.value, regret.mean)],
                    error_words(regret.mean_error, metric.unit, lang),
                    shown(regret.p95, metric.unit, lang, finer=1),
                    *[percent(share, lang) for share in (regret.best, regret.shared)],
                ]
            )
    return rows


def conclusions(comparison: Comparison, label: Mapping[str, str], lang: str) -> list[str]:
    """What each criterion says, a sentence or two for each."""
    base_year = comparison.summaries[comparison.against].base_year
    return [_conclusion(choice, label, base_year, lang) for choice in comparison.choices]


def _conclusion(choice: Choice, label: Mapping[str, str], base_year: int, lang: str) -> str:
    metric = choice.criterion.metric
    basis = metric.price_basis(base_year)
    value = shown(choice.regrets[choice.best].value, metric.unit, lang, finer=1)
    words = {
        "what": criterion_words(choice.criterion, lang),
        "best": label[choice.best],
        "next": label[choice.runner_up],
        "value": f"{value} {unit_label(metric.unit, basis, lang)}",
        "lead": f"{shown(-choice.lead, metric.unit, lang, finer=1)} {difference_label(metric.unit, basis, lang)}",
        "error": error_words(choice.lead_error, metric.unit, lang),
        "ahead": number(100.0 * choice.ahead, 0, lang),
    }
    if choice.level == 1.0:
        return ALL_EQUAL.say(lang, **words)
    if not np.isfinite(choice.lead_error):
        return ONE_RUN.say(lang, **words)
    if choice.lead >= -2.0 * choice.lead_error:
        return UNSURE.say(lang, **words)
    ties = TIES.say(lang, level=number(100.0 * choice.level, 0, lang)) if choice.level >= 0.005 else ""
    return LOWEST.say(lang, ties=ties, **words)


def criterion_words(criterion: Criterion, lang: str) -> str:
    """The criterion in words: its metric and its year or years."""
    words = IN_YEAR if criterion.first == criterion.last else A_YEAR
    label = criterion.metric.label.say(lang)
    return words.say(lang, label=label, first=criterion.first, last=criterion.last)


def _heading(metric: Metric, unit: str, lang: str) -> str:
    return f"{metric.label.say(lang)}, {unit}"
