"""The chapter on what made the figures, and how to get them again."""

from ldip import __version__
from ldip.report.folder.files import package_versions
from ldip.report.numbers import number
from ldip.report.page.blocks import Fold, Material, Section, Table, Words
from ldip.report.terminal import policy_words
from ldip.report.words import NONE, ORIGIN
from ldip.text import Text

PROVENANCE = Text("Opphav", "Provenance")
ORIGIN_HEAD = Text("hva|verdi", "what|value")
FACTS = Text(
    nb="program|plan|kilde|scenarier|endringer|framtider|startverdi (seed)|år|tiltak|samme side igjen",
    en="program|plan|source|scenarios|changes|futures (runs)|seed|years|measures|the same page again",
)
SUMS = Text("Kontrollsummer (SHA-256)", "Checksums (SHA-256)")
SUMS_HEAD = Text("fil|kontrollsum", "file|checksum")
INPUTS = Text("Inndata", "Inputs")
RESULTS = Text("Resultater, som ldip simulate eller compare skriver", "Results, as ldip simulate or compare writes")
PACKAGES = Text("Programbiblioteker", "Packages")
SAME_AGAIN = Text(
    nb="Den samme startverdien gir de samme tallene, på alle maskiner. Rapporten er laget med ldip, som ikke er et "
    "produkt av {municipality} kommune.",
    en="The same seed gives the same figures on every machine. The report was made with ldip, which is not a "
    "product of the municipality of {municipality}.",
)


def chapter(m: Material) -> Section:
    """What made the figures, and how to get them again."""
    main = m.findings.main
    summary, heading = main.summary, main.source.scenario.scenario
    scenarios = list(m.findings.scenarios.values())
    changes = dict.fromkeys(change for found in scenarios for change in found.source.scenario.changes)
    values = [
        f"ldip {__version__}",
        m.title,
        heading.source.say(m.lang),
        "; ".join(m.findings.scenarios),
        "; ".join(changes) or m.say(NONE),
        number(summary.runs, 0, m.lang),
        str(summary.seed),
        f"{summary.years[0]}–{summary.years[-1]}",
        "; ".join(policy_words(fan, m.lang) for fan in main.fans.told),
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
