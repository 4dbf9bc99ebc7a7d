"""When to start which project: limits and demands in words, and why no order holds."""

import textwrap
from collections.abc import Sequence

from ldip.analysis.prioritise import Prioritised
from ldip.analysis.remedies import CONFIDENCE, LIMITS, Remedy
from ldip.model.catalogue import catalogue
from ldip.model.fiscal_rules import Limit
from ldip.report.numbers import number
from ldip.report.words import AND
from ldip.text import Text

SIDE = {"most": Text("{label} på høyst {value}", "{label} of at most {value}")}
SIDE["least"] = Text("{label} på minst {value}", "{label} of at least {value}")
OR = Text(" eller ", " or ")
EACH_YEAR = Text("{p} % sikkerhet i hvert år", "{p} % confidence in every year")
AT_ONCE = Text("{p} % sikkerhet i alle årene på en gang", "{p} % confidence in all years at once")
CLASHES = Text(
    "Ingen rekkefølge holder: {together} går ikke sammen.", "No order holds: {together} cannot go together."
)
BROKEN = Text(
    nb="Ingen rekkefølge holder: {limits} kan ikke nås slik prosjektene kan flyttes.",
    en="No order holds: {limits} cannot be reached as projects may be moved.",
)
UNMOVED = Text(
    nb="Ingen rekkefølge holder: {limits} kan ikke nås, og ingen flytting av prosjekter endrer {unmoved}.",
    en="No order holds: {limits} cannot be reached, and no move of projects changes {unmoved}.",
)
POSSIBLE = Text("Det blir mulig med {ways}.", "It becomes possible with {ways}.")
NOT_POSSIBLE = Text(
    nb="Ingen enkelt endring av det som er spurt om, ble funnet å være nok.",
    en="No single change of what is asked for was found to be enough.",
)
FEW = Text(
    nb="Bare {movable} av {projects} prosjekter har en kostnad som kan flyttes.",
    en="Only {movable} of {projects} projects have a cost that can be moved.",
)
NOT_ONE = Text(
    nb="Ingen av de {projects} prosjektene har en kostnad som kan flyttes.",
    en="None of the {projects} projects has a cost that can be moved.",
)
DEMANDS = {
    "order": Text("rekkefølgen mellom prosjekter", "the order of projects"),
    "places": Text("plasser i tide", "places in time"),
    "latest": Text("seneste start", "latest starts"),
    "most_years": Text("at ingen venter mer enn {most} år", "that none waits more than {most} years"),
    "earlier": Text("at ingenting kommer tidligere", "that nothing comes earlier"),
    "alternatives": Text("at ingen alternativer bygges", "that no alternatives are built"),
    "statutory": Text("at lovpålagte prosjekter bygges", "that statutory projects are built"),
    "drop": Text("at alle prosjekter bygges", "that every project is built"),
}
WAYS = {
    "earlier": Text("prosjekter som kan komme tidligere (--earlier)", "projects that may come earlier (--earlier)"),
    "drop": Text("prosjekter som kan falle bort (--may-drop)", "projects that may be dropped (--may-drop)"),
    "most_years": Text(
        "inntil {value} års venting (--most-years {value})", "waits of up to {value} years (--most-years {value})"
    ),
    "alternatives": Text("alternativer (uten --no-alternatives)", "alternatives (without --no-alternatives)"),
    "places": Text("plasser som kommer for sent (--no-places)", "places that come too late (--no-places)"),
    CONFIDENCE: Text("{p} % sikkerhet (--confidence {value})", "{p} % confidence (--confidence {value})"),
}


def listed(items: Sequence[str], lang: str, last: Text = AND) -> str:
    """A, B og C."""
    return last.say(lang).join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def filled(words: str) -> str:
    """Lines of a terminal."""
    return textwrap.fill(words, 100)


def limit_label(limit: Limit, lang: str) -> str:
    """What the figure of a limit is called in a sentence."""
    words = limit.name if limit.is_rule and limit.event in catalogue() else catalogue()[limit.metric].label
    said = words.say(lang)
    return said[:1].lower() + said[1:]


def limit_words(limit: Limit, lang: str, level: float | None = None) -> str:
    """A limit in a sentence, with its level or another: what is called what, and what is asked of it."""
    share = catalogue()[limit.metric].unit == "share"
    ends = [level] if level is not None else sorted({limit.values[0], min(limit.values), max(limit.values)})
    numbers = "–".join(_plain(100.0 * end if share else end, lang) for end in (ends[0], ends[-1])[: len(ends)])
    value = f"{numbers} %" if share else f"{numbers} mill. kr"
    return SIDE[limit.side].say(lang, label=limit_label(limit, lang), value=value)


def _plain(value: float, lang: str) -> str:
    """A number with as many decimals as it has, three at most."""
    decimals = next((d for d in range(3) if abs(round(value, d) - value) < 1e-9), 3)
    return number(value, decimals, lang)


def sure(result: Prioritised, lang: str) -> str:
    """With which confidence, and of what."""
    words = AT_ONCE if result.question.jointly else EACH_YEAR
    return words.say(lang, p=number(100.0 * result.question.confidence, 0, lang))


def impossible(result: Prioritised, lang: str) -> list[str]:
    """What clashes, what could be asked for instead, and that few projects can be moved: three sentences at most."""
    clash, question = result.clash, result.question
    assert clash is not None
    limits = {limit.id: limit for limit in question.limits}
    names = {name: limit_words(limit, lang) for name, limit in limits.items()}
    if clash.broken:
        unmoved = listed([limit_label(limits[name], lang) for name in clash.unmoved], lang)
        words = UNMOVED if clash.unmoved else BROKEN
        said = [words.say(lang, limits=listed([names[name] for name in clash.broken], lang), unmoved=unmoved)]
    else:
        names |= {name: words.say(lang, most=question.freedom.most_years) for name, words in DEMANDS.items()}
        implied = {"statutory"} if "drop" in clash.together else set()
        own = [name for name in clash.together if name in limits]
        rest = [name for name in clash.together if name not in limits and name not in implied]
        said = [CLASHES.say(lang, together=listed([names[name] for name in own + rest], lang))]
    ways = [_way(remedy, result, lang) for remedy in clash.remedies]
    said.append(POSSIBLE.say(lang, ways=listed(ways, lang, OR)) if ways else NOT_POSSIBLE.say(lang))
    if 2 * result.movable <= result.projects:
        words = FEW if result.movable else NOT_ONE
        said.append(words.say(lang, movable=result.movable, projects=result.projects))
    return said


def _way(remedy: Remedy, result: Prioritised, lang: str) -> str:
    """What else could be asked for, as it is typed."""
    if remedy.demand == LIMITS:
        limits = {limit.id: limit for limit in result.question.limits}
        levels = [limit_words(limits[name], lang, level) for name, level in remedy.levels]
        return f"{listed(levels, lang)} ({sure(result, lang)})"
    value = remedy.value or 0.0
    return WAYS[remedy.demand].say(lang, value=f"{value:g}", p=number(100.0 * value, 0, lang))
