"""When to start which project: words, tables, files."""

import math
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ldip.analysis.planner import Held
from ldip.analysis.prioritise import Move, Point, Prioritised
from ldip.model.catalogue import catalogue
from ldip.model.fiscal_rules import Limit
from ldip.report.folder.records import figure, write_records
from ldip.report.numbers import number, shown, unit_label
from ldip.report.terminal import POLICY, table
from ldip.report.words import AND, NONE, capital
from ldip.scenario.files.writer import change_toml, key_text
from ldip.scenario.projects import PURPOSES
from ldip.text import Text

INTRO = {
    False: Text(
        nb="Hva må vente for at {limits} skal holde med {p} % sikkerhet i hvert år {first}–{last}? Sikkerheten "
        "gjelder hvert år for seg, ikke alle årene på en gang.",
        en="What must wait for {limits} to hold with {p} % confidence in every year {first}-{last}? The confidence "
        "is of each year by itself, not of all years at once.",
    ),
    True: Text(
        nb="Hva må vente for at {limits} skal holde med {p} % sikkerhet i alle årene {first}–{last} på en gang?",
        en="What must wait for {limits} to hold with {p} % confidence in all of the years {first}-{last} at once?",
    ),
}
SIDE = {"most": Text("{label} høyst {value}", "{label} at most {value}")}
SIDE["least"] = Text("{label} minst {value}", "{label} at least {value}")
HEAD = Text("prosjekt|formål|fra|til|år senere|mill. kr", "project|purpose|from|to|years later|mill. kr")
DROPPED = Text("faller bort", "dropped")
REPLACED = Text("erstattes av {name}", "replaced by {name}")
STAYS = Text(
    "Ingenting må flyttes: programmet holder som det er.", "Nothing must move: the programme holds as it is."
)
MOVES = Text(
    nb="{count} av prosjektene flyttes; {amount} mill. kr kommer senere eller faller bort. Resten står som det er.",
    en="{count} of the projects move; {amount} mill. kr come later or fall away. The rest stays as it is.",
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
TOGETHER = Text("alt, alle år på en gang", "everything, all years at once")
SIMPLE = Text(
    nb="Utsettelsen er {delay} mill. kr × år × nytte. To enkle regler, på de samme målte virkningene: de som starter "
    "sist, utsettes først: {latest}; de største utsettes først: {largest}.",
    en="The delay is {delay} mill. kr × years × benefit. Two simple rules, on the same measured effects: those that "
    "start last are postponed first: {latest}; the largest are postponed first: {largest}.",
)
NOT_FOUND = Text("holder ikke", "do not hold")
FRESH = Text(
    nb="{runs} løp, frø {seed}: framtider som rekkefølgen ikke er funnet i. Leting med frø {own}. Spådd margin "
    "bommet med høyst {missed} prosentpoeng da den siste rekkefølgen ble simulert; det er rettet. {policy}. "
    "Sannsynlighetene er modellens.",
    en="{runs} runs, seed {seed}: futures that the order was not found in. Found with seed {own}. The predicted "
    "margin was off by at most {missed} percentage points when the last order was simulated; that is corrected. "
    "{policy}. Probabilities are the model's.",
)
ALMOST = Text(
    nb="Rekkefølgen holder litt sjeldnere i disse framtidene enn det som er bedt om; en strengere ble ikke funnet.",
    en="The order holds a little less often in these futures than was asked for; no stricter one was found.",
)
IMPOSSIBLE = Text(
    nb="Ingen rekkefølge holder. Disse kravene går ikke sammen: {together}.",
    en="No order holds. These demands cannot go together: {together}.",
)
ALONE = Text(
    nb="Ingen rekkefølge holder: {together} kan ikke holdes uansett hva som flyttes.",
    en="No order holds: {together} cannot be kept whatever is moved.",
)
ROOM = Text("Det blir mulig uten {one}.", "It becomes possible without {one}.")
NO_ROOM = Text("Ingen av dem alene eller to sammen er nok.", "None of them alone, nor two together, is enough.")
REACHED = Text(
    nb="{label} kan holdes på {value} med {p} % sikkerhet{others}.",
    en="{label} can be kept at {value} with {p} % confidence{others}.",
)
OTHERS = Text(" hvis de andre kravene til økonomien slippes", " if the other demands on the economy are let go")
DEMANDS = {
    "order": Text("rekkefølgen mellom prosjekter", "the order of projects"),
    "places": Text("plasser i tide", "places in time"),
    "latest": Text("seneste start", "latest starts"),
    "statutory": Text("kravet om at lovpålagte prosjekter bygges", "the demand that statutory projects are built"),
    "drop": Text("kravet om at alle prosjekter bygges", "the demand that every project is built"),
}
FRONTIER = Text(
    nb="Utsatt, mill. kr / mill. kr × år × nytte, etter grense og sikkerhet i hvert år for seg (spådd): {label}",
    en="Postponed, mill. kr / mill. kr × years × benefit, by limit and confidence of each year by itself "
    "(predicted): {label}",
)
LIMIT = Text("grense, prosent", "limit, per cent")
TITLE = Text("Prioritering: {scenario}", "Priorities: {scenario}")


def limit_words(limit: Limit, lang: str) -> str:
    """A limit in a sentence: what it is called and, where it is one number, which."""
    if limit.is_rule:
        return limit.name.say(lang)
    return SIDE[limit.side].say(lang, label=_small(limit.label, lang), value=_value(limit, limit.values[0], lang))


def _small(label: Text, lang: str) -> str:
    words = label.say(lang)
    return words[:1].lower() + words[1:]


def _value(limit: Limit, value: float, lang: str) -> str:
    unit = catalogue()[limit.metric].unit
    return f"{shown(value, unit, lang)} %" if unit == "share" else f"{shown(value, unit, lang)} mill. kr"


def prioritise_text(result: Prioritised, title: str, lang: str) -> str:
    """What moves, from when to when, by how much, and what it buys; or what clashes."""
    question = result.question
    p = number(100.0 * question.confidence, 0, lang)
    intro = INTRO[question.jointly].say(
        lang,
        limits=AND.say(lang).join(limit_words(limit, lang) for limit in question.limits),
        p=p,
        first=question.first_year,
        last=question.last_year,
    )
    parts = [title, _filled(intro)]
    if result.after is None:
        parts += _impossible(result, p, lang)
    else:
        moves = result.moves
        words = MOVES if moves else STAYS
        parts.append(words.say(lang, count=len(moves), amount=number(result.postponed, 0, lang)))
        if moves:
            parts.append(table(move_rows(moves, lang)))
        if result.unseen >= 0.5:
            amount = number(result.unseen, 0, lang)
            parts.append(_filled(UNSEEN.say(lang, amount=amount, last=question.last_year)))
        parts.append(table(bought_rows(result, lang)))
        if not result.after.enough(question):
            parts.append(_filled(ALMOST.say(lang)))
        if moves:
            said = {name: _delay(value, lang) for name, value in result.simple.items()}
            latest, largest = said["latest_first"], said["largest_first"]
            delay = _delay(result.delay, lang)
            parts.append(_filled(SIMPLE.say(lang, delay=delay, latest=latest, largest=largest)))
    if result.frontier:
        heading = FRONTIER.say(lang, label=_small(question.limits[0].label, lang))
        parts.append(f"{heading}\n{table(frontier_rows(result.frontier, lang), indent=2)}")
    note = FRESH.say(
        lang,
        runs=number(question.runs, 0, lang),
        seed=result.fresh_seed,
        own=question.seed,
        missed=number(100.0 * result.missed[-1], 1, lang) if result.missed else NONE.say(lang),
        policy=POLICY[question.policy].say(lang),
    )
    return "\n\n".join([*parts, _filled(note)] if result.after else parts)


def _filled(words: str) -> str:
    return textwrap.fill(words, 100)


def _delay(value: float | None, lang: str) -> str:
    return NOT_FOUND.say(lang) if value is None else number(value, 0, lang)


def move_rows(moves: Sequence[Move], lang: str) -> list[list[str]]:
    """A heading, and a row for each project that moves, the largest delay in kroner first."""
    rows = [HEAD.say(lang).split("|")]
    for move in sorted(moves, key=lambda move: -move.cost * (move.delay or 100)):
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


def became(move: Move, lang: str) -> str:
    """What becomes of a project: its new start, or that it is not built."""
    if move.replaced_by:
        return REPLACED.say(lang, name=move.replaced_by)
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


def _impossible(result: Prioritised, p: str, lang: str) -> list[str]:
    """What clashes, what would make room, and how far each limit can be kept."""
    clash = result.clash
    assert clash is not None
    names = {limit.id: limit_words(limit, lang) for limit in result.question.limits}
    names |= {name: words.say(lang) for name, words in DEMANDS.items()}
    alone = len(clash.together) == 1
    first = ALONE if alone else IMPOSSIBLE
    said = [first.say(lang, together="; ".join(names[name] for name in clash.together))]
    for some in () if alone else clash.enough:
        said.append(ROOM.say(lang, one=AND.say(lang).join(names[name] for name in some)))
    if not clash.enough:
        said.append(NO_ROOM.say(lang))
    for limit in result.question.limits:
        if limit.id in clash.reachable:
            value = _value(limit, clash.reachable[limit.id], lang)
            others = OTHERS.say(lang) if len(result.question.limits) > 1 else ""
            label = capital(limit.name if limit.is_rule else limit.label).say(lang)
            said.append(REACHED.say(lang, label=label, value=value, p=p, others=others))
    return [_filled(words) for words in said]


def frontier_rows(frontier: Sequence[Point], lang: str) -> list[list[str]]:
    """A heading with the confidences, and a row for each limit: mill. kr that are postponed, and how long."""
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
    return f"{number(point.postponed, 0, lang)} / {number(point.delay, 0, lang)}"


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
        "clash": clash._asdict() if clash else None,
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
