"""The report as one HTML page that needs no network, no script and no other file."""

import re
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

from ldip.report.fans import foot_words
from ldip.report.numbers import NO_BREAK_SPACE, number
from ldip.report.page import pictures as drawing
from ldip.report.page.blocks import Material, Picture, Section, Words, pictures
from ldip.report.page.chapters import (
    alternatives,
    answer,
    assumptions,
    breaches,
    development,
    glossary,
    investment_plan,
    method,
    population,
    provenance,
    realism,
    reconciliation,
    restructuring,
    sensitivity,
    stress,
    who,
    why,
)
from ldip.report.page.inline import inline_svg
from ldip.report.page.phrases import ONE_FAN
from ldip.report.terminal import policy_words
from ldip.scenario.placeholders import mark
from ldip.text import Text

CHAPTERS: tuple[ModuleType, ...] = (
    answer,
    development,
    breaches,
    alternatives,
    restructuring,
    who,
    stress,
    sensitivity,
    why,
    population,
    investment_plan,
    realism,
    reconciliation,
    assumptions,
    method,
    glossary,
    provenance,
)
"""The chapters of the page in order: a file each, whose ``chapter`` returns None where there is nothing to tell."""

OF_PRESSURE = (alternatives, stress, sensitivity, why)
"""The chapters in which nobody steps in."""

WORDS = {
    "kind": Text(
        "Langsiktig driftsanalyse og investeringsplan (LDIP)",
        "Long-term operations analysis and investment plan (LDIP)",
    ),
    "contents": Text("Innhold", "Contents"),
    "skip": Text("Til innholdet", "Skip to the content"),
    "figures": Text("Vis tallene", "Show the figures"),
    "made": Text(
        "{runs} framtider, {first}–{last}, startverdi {seed}", "{runs} futures, {first}-{last}, seed {seed}"
    ),
    "print": Text(
        nb="På papir kommer de tabellene med som er åpnet.", en="On paper those tables are included that are open."
    ),
}
DESCRIPTION = Text(
    "Gjeldsgrad, brudd på handlingsregler og omstillingsbehov", "Debt ratio, breaches and restructuring"
)


def chapters(material: Material) -> list[Section]:
    """The chapters that have something to tell; those of the pressure fan alone begin with saying so."""
    told = []
    for module in CHAPTERS:
        section = module.chapter(material)
        if section is None:
            continue
        if module in OF_PRESSURE and material.findings.main.steered:
            policy = policy_words(material.findings.main.summary, material.lang)
            said = Words(material.say(ONE_FAN, policy=policy), "note")
            section = section._replace(blocks=[said, *section.blocks])
        told.append(section)
    return told


def page(material: Material, told: Sequence[Section], progress: Callable[[int], None] | None = None) -> str:
    """The chapters as HTML. `progress` is told of each picture drawn."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    drawn: dict[str, Any] = {}
    for picture in pictures(told):
        drawn[picture.name] = Markup(_svgs(picture))
        if progress:
            progress(1)
    summary, lang = material.findings.main.summary, material.lang
    words = {
        name: text.say(
            lang,
            runs=number(summary.runs, 0, lang),
            first=summary.years[0],
            last=summary.years[-1],
            seed=summary.seed,
        )
        for name, text in WORDS.items()
    }
    room = files("ldip.report.page")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["breakable"] = _breakable
    template = environment.from_string((room / "page.html").read_text(encoding="utf-8"))
    text = template.render(
        lang=lang,
        title=material.title,
        mark=mark(*summary.invented).say(lang),
        description=DESCRIPTION.say(lang),
        css=Markup((room / "page.css").read_text(encoding="utf-8")),
        sections=[
            {"section": section, "blocks": [(type(block).__name__, block) for block in section.blocks]}
            for section in told
        ],
        drawn=drawn,
        words=words,
    )
    return text.replace("± ", f"±{NO_BREAK_SPACE}")


def _breakable(text: str) -> Any:
    """Text whose long names may be broken between their parts."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"([._])(?=\w)", r"\1<wbr>", str(escape(text))))


def _svgs(picture: Picture) -> str:
    """The picture twice, for wide and for narrow screens; the style sheet shows one of them."""
    with drawing.style():
        return "\n".join(
            inline_svg(picture.draw(narrow), f"{picture.name}-{css}", picture.title, picture.description, css)
            for css, narrow in (("wide", False), ("narrow", True))
        )


def write_pictures(folder: Path, material: Material, told: Sequence[Section]) -> list[str]:
    """Every picture as PNG and SVG into `folder`, each with its title and where the runs come from."""
    names = []
    fans = material.findings.main.fans.written
    foot = foot_words(fans[0], material.lang, fans=len(fans))
    with drawing.style():
        for picture in pictures(told):
            figure = picture.draw(False)
            figure.suptitle(picture.title, x=0.01, ha="left", fontsize=12, fontweight="bold")
            figure.supxlabel(foot, fontsize=7.5, color="#555555", x=0.01, ha="left")
            both = [f"{picture.name}.{kind}" for kind in ("png", "svg")]
            figure.write(*(folder / name for name in both), dpi=200)
            names += both
    return names
