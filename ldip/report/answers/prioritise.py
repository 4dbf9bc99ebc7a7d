"""When to start which project: words, tables, files."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ldip.analysis.frontier import Point
from ldip.analysis.options import REPLACED as REPLACED_YEARS
from ldip.analysis.options import Move
from ldip.analysis.planner import Held
from ldip.analysis.prioritise import Prioritised
from ldip.model.catalogue import catalogue
from ldip.report.answers.prioritise_words import filled, impossible, limit_label, limit_words, listed, sure
from ldip.report.folder.records import figure, write_records
from ldip.report.numbers import number, shown, unit_label
from ldip.report.terminal import POLICY, table
from ldip.report.words import capital
from ldip.scenario.files.writer import change_toml, key_text
from ldip.scenario.projects import PURPOSES
from ldip.text import Text

INTRO = {
    False: Text(
        nb="Hva må vente for å holde {limits} med {sure} {first}–{last}? Sikkerheten gjelder hvert år for seg, ikke "
        "alle årene på en gang.",
        en="What must wait to keep {limits} with {sure} {first}-{last}? The confidence is of each year by itself, "
        "not of all years at once.",
    ),
    True: Text(
        nb="Hva må vente for å holde {limits} med {sure} {first}–{last}?",
        en="What must wait to keep {limits} with {sure} {first}-{last}?",
    ),
}
HEAD = Text("prosjekt|formål|fra|til|år senere|mill. kr", "project|purpose|from|to|years later|mill. kr")
DROPPED = Text("faller bort", "dropped")
REPLACED = Text("erstattes", "replaced")
STAYS = Text(
    "Ingenting må flyttes: programmet holder som det er.", "Nothing must move: the programme holds as it is."
)
MOVES = Text(
    nb="{count} av {projects} prosjekter flyttes; {amount} mill. kr kommer senere eller faller bort.",
    en="{count} of {projects} projects move; {amount} mill. kr come later or fall away.",
)
REST = Text("De andre prosjektene står som planlagt.", "The other projects stand as planned.")
LATER = Text("{name}: {before} → {after} ({amount} mill. kr)", "{name}: {before} → {after} (mill. kr {amount})")
GONE = Text("{name}: faller bort ({amount} mill. kr)", "{name}: dropped (mill. kr {amount})")
INSTEAD = Text(
    nb="{name}: erstattes av {other} (sparer {amount} mill. kr)",
    en="{name}: replaced by {other} (saves mill. kr {amount})",
)
MAY_REPLACE = Text(
    nb="Et alternativ som står i listen, kan bygges i stedet, og teller som {years} års venting; --no-alternatives "
    "forbyr det.",
    en="An alternative in the list may be built instead, and counts as a wait of {years} years; --no-alternatives "
    "forbids it.",
)
EARLIER = Text(
    nb="{amount} mill. kr kommer tidligere (--earlier): etterspørselsregelen bygger da ikke plassene ved siden av "
    "prosjektene, og innsparinger begynner før.",
    en="{amount} mill. kr come earlier (--earlier): the demand rule then does not build the places beside the "
    "projects, and savings begin sooner.",
)
BUYS = Text(
    nb="{limit} holdes med {sure}: {before} → {after} % i {year}, det verste.",
    en="{limit} is kept with {sure}: {before} → {after} % in {year}, the worst.",
)
BUYS_ALL = Text(
    "{limit} holdes med {sure}: {before} → {after} %.", "{limit} is kept with {sure}: {before} → {after} %."
)
BOUGHT = Text(
    nb="Hva det gir|år|før|etter|holder før, %|holder etter, %|feil ±",
    en="What it buys|year|before|after|holds before, %|holds after, %|error ±",
)
UNSEEN = Text(
    nb="{amount} mill. kr av det som flyttes, kommer først etter {last}: det ser ikke grensene.",
    en="{amount} mill. kr of what moves come only after {last}: the limits do not see that.",
)
WORST = Text("{label}, {unit}, {p} %-persentil", "{label}, {unit}, {p} % percentile")
TOGETHER = Text("alle grensene i alle årene på en gang", "all limits in all years at once")
SIMPLE = Text(
    nb="Utsettelsen er {delay} mill. kr × år × nytte: hva hvert prosjekt koster, ganger årene det venter, ganger "
    "nytten det er gitt. To enkle regler, på de samme målte virkningene: de som starter sist, utsettes først: "
    "{latest}; de største utsettes først: {largest}.",
    en="The delay is {delay} mill. kr × years × benefit: what each project costs, times the years that it waits, "
    "times the benefit it is given. Two simple rules, on the same measured effects: those that start last are "
    "postponed first: {latest}; the largest are postponed first: {largest}.",
)
NOT_FOUND = Text("holder ikke", "do not hold")
FRESH = Text(
    nb="{runs} framtider, startverdi {seed}: framtider som rekkefølgen ikke er funnet i. Leting med startverdi "
    "{own}. {policy}. "
    "Sannsynlighetene er modellens.",
    en="{runs} runs, seed {seed}: futures that the order was not found in. Found with seed {own}. {policy}. "
    "Probabilities are the model's.",
)
ALMOST = Text(
    nb="Rekkefølgen holder litt sjeldnere i disse framtidene enn det som er bedt om; en strengere ble ikke funnet.",
    en="The order holds a little less often in these futures than was asked for; no stricter one was found.",
)
FRONTIER = Text(
    nb="Utsettelse, mill. kr × år × nytte, og i parentes mill. kr, etter grense og sikkerhet: {label}. Hvert punkt "
    "er funnet og prøvd som svaret. Utsettelsen faller når grensen løsnes; kronene kan stige, når flere venter "
    "kortere.",
    en="Delay, mill. kr × years × benefit, and in brackets mill. kr, by limit and confidence: {label}. Each point is "
    "found and tried as the answer is. The delay falls as the limit is loosened; the kroner may rise, when more wait "
    "for less long.",
)
LIMIT = Text("grense, prosent", "limit, per cent")
TITLE = Text("Prioritering: {scenario}", "Priorities: {scenario}")


def prioritise_text(result: Prioritised, title: str, lang: str) -> str:
    """What moves, from when to when, by how much, and what it buys; or what clashes."""
    question = result.question
    intro = INTRO[question.jointly].say(
        lang,
        limits=listed([limit_words(limit, lang) for limit in question.limits], lang),
        sure=sure(result, lang),
        first=question.first_year,
        last=question.last_year,
    )
    parts = [title, filled(intro)]
    parts += [filled(" ".join(impossible(result, lang)))] if result.after is None else _answer(result, lang)
    if result.frontier:
        heading = FRONTIER.say(lang, label=limit_label(question.limits[0], lang))
        parts.append(f"{filled(heading)}\n{table(frontier_rows(result.frontier, lang), indent=2)}")
    note = FRESH.say(
        lang,
        runs=number(question.runs, 0, lang),
        seed=result.fresh_seed,
        own=question.seed,
        policy=POLICY[question.policy].say(lang),
    )
    return "\n\n".join([*parts, filled(note)] if result.after else parts)


def _answer(result: Prioritised, lang: str) -> list[str]:
    """The parts of an answer that was found."""
    moves, parts = result.moves, []
    headline = _headline(result, lang)
    parts.append(filled(f"{headline} {REST.say(lang)}" if moves else headline))
    if moves:
        parts.append(table(move_rows(moves, lang)))
    if replaced := [move_words(move, lang) for move in moves if move.replaced_by]:
        may = filled(MAY_REPLACE.say(lang, years=f"{REPLACED_YEARS:g}"))
        parts.append("\n".join([*map(filled, replaced), may]))
    if result.earlier > 0.0:
        parts.append(filled(EARLIER.say(lang, amount=number(result.earlier, 0, lang))))
    if result.unseen >= 0.5:
        amount = number(result.unseen, 0, lang)
        parts.append(filled(UNSEEN.say(lang, amount=amount, last=result.question.last_year)))
    parts.append(table(bought_rows(result, lang)))
    if result.after is not None and not result.after.enough(result.question):
        parts.append(filled(ALMOST.say(lang)))
    if moves:
        said = {name: _delay(value, lang) for name, value in result.simple.items()}
        latest, largest = said["latest_first"], said["largest_first"]
        parts.append(filled(SIMPLE.say(lang, delay=_delay(result.delay, lang), latest=latest, largest=largest)))
    return parts


def moved_sentences(result: Prioritised, lang: str) -> list[str]:
    """The answer in short sentences: how much moves, a sentence for each move, and what it buys; or why no order
    holds."""
    if result.after is None:
        return impossible(result, lang)
    moves = [move_words(move, lang) for move in _largest_first(result.moves)]
    earlier = [EARLIER.say(lang, amount=number(result.earlier, 0, lang))] if result.earlier > 0.0 else []
    almost = [] if result.after.enough(result.question) else [ALMOST.say(lang)]
    return [_headline(result, lang), *moves, *earlier, *almost, _buys(result, lang)]


def _headline(result: Prioritised, lang: str) -> str:
    amount = number(result.postponed, 0, lang)
    words = MOVES if result.moves else STAYS
    return words.say(lang, count=len(result.moves), projects=result.projects, amount=amount)


def move_words(move: Move, lang: str) -> str:
    """What becomes of a project, in a sentence."""
    words = LATER if move.after is not None else INSTEAD if move.replaced_by else GONE
    name, amount = move.name.say(lang), number(move.cost, 0, lang)
    return words.say(lang, name=name, before=move.before, after=move.after, other=move.instead, amount=amount)


def _buys(result: Prioritised, lang: str) -> str:
    """What the moves buy: in the year and of the limit that held least often before."""
    before, after, limits = result.before, result.after or result.before, result.question.limits
    if result.question.jointly:
        ends = [number(100.0 * of.together, 0, lang) for of in (before, after)]
        said = listed([limit_words(limit, lang) for limit in limits], lang)
        return BUYS_ALL.say(
            lang, limit=said[:1].upper() + said[1:], sure=sure(result, lang), before=ends[0], after=ends[1]
        )
    row = int(np.argmin([np.nanmin(chances, initial=1.0) for chances in before.probability]))
    year = worst_year(before, row)
    ends = [number(100.0 * float(of.probability[row, year]), 0, lang) for of in (before, after)]
    said = limit_words(limits[row], lang)
    return BUYS.say(
        lang,
        limit=said[:1].upper() + said[1:],
        sure=sure(result, lang),
        before=ends[0],
        after=ends[1],
        year=int(result.years[year]),
    )


def _delay(value: float | None, lang: str) -> str:
    return NOT_FOUND.say(lang) if value is None else number(value, 0, lang)


def move_rows(moves: Sequence[Move], lang: str) -> list[list[str]]:
    """A heading, and a row for each project that moves, the largest delay in kroner first."""
    rows = [HEAD.say(lang).split("|")]
    for move in _largest_first(moves):
        rows.append(
            [
                move.name.say(lang),
                PURPOSES[move.purpose].say(lang),
                str(move.before),
                became(move, lang),
                "" if move.after is None else str(move.delay),
                number(move.cost, 0, lang),
            ]
        )
    return rows


def _largest_first(moves: Sequence[Move]) -> list[Move]:
    return sorted(moves, key=lambda move: -move.cost * (move.delay or 100))


def became(move: Move, lang: str) -> str:
    """What becomes of a project: its new start, or that it is not built."""
    if move.replaced_by:
        return REPLACED.say(lang)
    return DROPPED.say(lang) if move.after is None else str(move.after)


def bought_rows(result: Prioritised, lang: str) -> list[list[str]]:
    """A heading, and for each limit its figure and how often it holds before and after, in the years that are
    worst before and after; then all of it at once."""
    before, after = result.before, result.after or result.before
    rows = [BOUGHT.say(lang).split("|")]
    for place, limit in enumerate(result.question.limits):
        metric = catalogue()[limit.metric]
        unit = unit_label(metric.unit, metric.price_basis(result.base_year), lang)
        side = result.question.confidence if limit.side == "most" else 1.0 - result.question.confidence
        label = WORST.say(lang, label=capital(metric.label).say(lang), unit=unit, p=number(100.0 * side, 0, lang))
        for year in sorted({worst_year(before, place), worst_year(after, place)}):
            levels = [shown(float(of.level[place, year]), metric.unit, lang) for of in (before, after)]
            chances = [float(of.probability[place, year]) for of in (before, after)]
            rows.append([label, str(result.years[year]), *levels, *_chances(chances, before, lang)])
    rows.append([TOGETHER.say(lang), "", "", "", *_chances([before.together, after.together], before, lang)])
    return rows


def worst_year(held: Held, limit: int) -> int:
    """The year, as a place, in which a limit holds least often."""
    chances = held.probability[limit]
    return min(range(len(chances)), key=lambda year: math.inf if math.isnan(chances[year]) else chances[year])


def _chances(chances: Sequence[float], held: Held, lang: str) -> list[str]:
    error = max(float(held.error(chance)) for chance in chances)
    return [*[number(100.0 * chance, 1, lang) for chance in chances], number(100.0 * error, 1, lang)]


def frontier_rows(frontier: Sequence[Point], lang: str) -> list[list[str]]:
    """A heading with the confidences, and a row for each limit: how much is postponed."""
    confidences = sorted({point.confidence for point in frontier})
    rows = [[LIMIT.say(lang), *[f"{number(100.0 * p, 0, lang)} %" for p in confidences]]]
    for value in sorted({point.ceiling for point in frontier}):
        of = {point.confidence: point for point in frontier if point.ceiling == value}
        cells = [_point(of[p], lang) for p in confidences]
        rows.append([number(100.0 * value, 1, lang), *cells])
    return rows


def _point(point: Point, lang: str) -> str:
    if point.postponed is None or point.delay is None:
        return NOT_FOUND.say(lang)
    return f"{number(point.delay, 0, lang)} ({number(point.postponed, 0, lang)})"


def prioritise_records(result: Prioritised) -> dict[str, Any]:
    """All of it, for ``--json`` and the tables."""
    question, after, clash = result.question, result.after, result.clash
    held = [
        {
            "limit": limit.id,
            "year": int(year),
            "probability_before": figure(result.before.probability[row, t]),
            "probability_after": figure(after.probability[row, t]) if after else None,
            "percentile_before": figure(result.before.level[row, t]),
            "percentile_after": figure(after.level[row, t]) if after else None,
        }
        for row, limit in enumerate(question.limits)
        for t, year in enumerate(result.years)
    ]
    return {
        "scenario": result.scenario,
        "limits": [limit.id for limit in question.limits],
        "confidence": question.confidence,
        "jointly": question.jointly,
        "most_years": question.freedom.most_years,
        "earlier": question.freedom.earlier,
        "alternatives": question.freedom.alternatives,
        "may_drop": question.freedom.may_drop,
        "policy": question.policy,
        "first_year": question.first_year,
        "last_year": question.last_year,
        "runs": question.runs,
        "seed": question.seed,
        "fresh_seed": result.fresh_seed,
        "feasible": after is not None,
        "moves": move_records(result.moves),
        "postponed_mnok": result.postponed,
        "after_horizon_mnok": result.unseen,
        "weighted_delay": figure(result.delay),
        "simple_rules": result.simple,
        "together_before": result.before.together,
        "together_after": after.together if after else None,
        "missed": list(result.missed),
        "held": held,
        "frontier": [point._asdict() for point in result.frontier],
        "movable": result.movable,
        "projects": result.projects,
        "clash": clash._asdict()
        | {"remedies": [remedy._asdict() for remedy in clash.remedies], "reachable": clash.reachable}
        if clash
        else None,
    }


def move_records(moves: Sequence[Move]) -> list[dict[str, Any]]:
    """The moves, for ``moves.csv``."""
    return [
        {
            "project": move.project,
            "name_nb": move.name.say("nb"),
            "name_en": move.name.say("en"),
            "purpose": move.purpose,
            "start_before": move.before,
            "start_after": move.after,
            "replaced_by": move.replaced_by,
            "mnok": move.cost,
        }
        for move in moves
    ]


def change_file(result: Prioritised) -> str:
    """The change file that moves the projects."""
    words = [TITLE.say(lang, scenario=result.scenario) for lang in ("nb", "en")]
    text = change_toml({"title_nb": words[0], "title_en": words[1]}, {})
    for name, fields in result.change.items():
        lines = ["dropped = true"] if fields.get("dropped") else [f"start = {fields['start']}"]
        text += "\n".join(["", f"[projects.{key_text(name)}]", *lines, ""])
    return text


def write_prioritised(folder: Path, result: Prioritised) -> None:
    """``moves.csv``, ``held.csv``, and ``frontier.csv`` if there is one."""
    records = prioritise_records(result)
    for name in ("moves", "held", "frontier"):
        if records[name]:
            write_records(folder / f"{name}.csv", records[name])
