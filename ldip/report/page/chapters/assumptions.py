"""The chapter of the assumptions: which numbers are ours, which are printed, and where each comes from."""

from collections import Counter
from collections.abc import Sequence

from ldip.analysis.plausibility import all_doubts
from ldip.errors import Doubt
from ldip.report.numbers import number, plain
from ldip.report.page.blocks import Block, Fold, Material, Section, Table, Words
from ldip.report.words import NONE
from ldip.scenario.files.tables import COLUMNS
from ldip.scenario.numbers import Number, assumed, numbers
from ldip.scenario.official.needs import counted
from ldip.scenario.placeholders import invented
from ldip.scenario.quantities import UNSOURCED
from ldip.scenario.units import in_words
from ldip.text import Text

ASSUMPTIONS = Text("Forutsetningene", "The assumptions")
COUNTED = Text(
    nb="{count} av {total} tall i scenariet er våre antakelser, altså verken trykt i planen eller regnet ut av "
    "trykte tall. De er ment å bli endret av den som vet bedre. Kilder og begrunnelser er gjengitt ordrett fra "
    "scenariofilene.",
    en="{count} of the scenario's {total} numbers are our assumptions, that is neither printed in the plan nor "
    "worked out from printed figures. They are meant to be changed by those who know better. Sources and reasons "
    "are quoted from the scenario files.",
)
DRIVERS = Text("Det tilfeldige: hvor mye drivkreftene svinger", "What is random: how much the drivers swing")
OURS = Text("Våre antakelser ellers", "Our other assumptions")
PRINTED = Text("Tall fra kilder, eller regnet ut av dem", "Numbers from sources, or worked out from them")
DOUBTS = Text("Tall å se på", "Figures to look at")
DOUBTS_ARE = Text(
    nb="Disse tallene er utenfor vide grenser for hva norske kommuner har. Det stopper ingenting: de kan være "
    "riktige.",
    en="These figures are outside wide ranges of what Norwegian municipalities have. It stops nothing: they may be "
    "right.",
)
DOUBT_HEAD = Text("hvor|verdi|hva som er uventet, og hva det kan være", "where|value|what is unexpected, and why")
ASSUMPTION_HEAD = Text(nb="tall|verdi|grunnlag|kilde eller begrunnelse", en="number|value|basis|source or reason")


KNOWN = Text("Hva som er kjent, og hva som er oppdiktet", "What is known, and what is a placeholder")
KNOWN_HEAD = Text(nb="tall|oppdiktet|vekt|finnes i", en="numbers|placeholders|weight|found in")
PLACEHOLDERS = Text(
    nb="{count} av {total} tall er oppdiktede: malens, til kommunen har satt inn sine egne. Svaret er ikke "
    "sikrere enn dem. "
    "Vekten er hvor mange prosentpoeng gjeldsgraden flytter seg på tjue år når tallene er en tidel større, målt "
    "på den "
    "oppdiktede kommunen som malen er.",
    en="{count} of {total} numbers are placeholders: the template's, until the municipality has put in its own. "
    "The answer "
    "is no surer than they are. The weight is by how many percentage points the debt ratio moves in twenty years "
    "when the "
    "numbers are a tenth larger, measured on the fictitious municipality that the template is.",
)
ALL_INVENTED = Text("alle {total}", "all {total}")
FROM_SOURCES = Text(
    nb="Kjent, altså trykt i en kilde eller regnet ut av trykte tall, er {count}: {names}.",
    en="Known, that is printed in a source or worked out from printed figures, are {count}: {names}.",
)
SOME_INVENTED = Text("{left} av {total}", "{left} of {total}")


def _known(m: Material) -> list[Words | Table]:
    """What is known and what is not, the weightiest first; nothing where no number is a placeholder."""
    scenario = m.findings.main.source.scenario
    count, total = invented(scenario)
    if not count:
        return []
    rows = []
    for it in counted(scenario):
        how = ALL_INVENTED if it.left == it.total else SOME_INVENTED if it.left else NONE
        weight = number(it.need.weight, 1, m.lang)
        shown = how.say(m.lang, left=it.left, total=it.total)
        rows.append([it.need.name.say(m.lang), shown, weight, it.need.found_in().say(m.lang)])
    table = Table(m.say(KNOWN), m.say(KNOWN_HEAD).split("|"), rows, words=(1, 3))
    known = [item for item in numbers(scenario, m.lang) if item.basis not in UNSOURCED]
    names = Counter(_named(item) for item in known)
    said = "; ".join(f"{name} ({times})" if times > 1 else name for name, times in names.items())
    lead = [Words(m.say(PLACEHOLDERS, count=count, total=total))]
    return [*lead, *([Words(m.say(FROM_SOURCES, count=len(known), names=said))] if known else []), table]


def _named(item: Number) -> str:
    """A setting by its name, a row of a table by the table's file."""
    section = item.key.partition(".")[0]
    return f"{section}.csv" if section in COLUMNS else item.what


def chapter(m: Material) -> Section:
    """Which numbers are ours, which are printed, and where each comes from."""
    scenario = m.findings.main.source.scenario
    found = list(numbers(scenario, m.lang))
    doubts = all_doubts(scenario, m.findings.main.path)
    count, total = assumed(scenario)
    drivers = [item for item in found if item.key.startswith("drivers.")]
    others = [item for item in found if item.basis in UNSOURCED and item not in drivers]
    printed = [item for item in found if item.basis not in UNSOURCED and item not in drivers]

    def table(title: str, items: Sequence[Number]) -> Table:
        head = m.say(ASSUMPTION_HEAD).split("|")
        return Table(title, head, [number_cells(item, m.lang) for item in items], words=(1, 2, 3))

    return Section(
        "assumptions",
        m.say(ASSUMPTIONS),
        [
            *_known(m),
            Words(m.say(COUNTED, count=count, total=total)),
            *_to_look_at(m, doubts),
            table(m.say(DRIVERS), drivers),
            Fold(m.say(OURS), table(m.say(OURS), others)),
            Fold(m.say(PRINTED), table(m.say(PRINTED), printed)),
        ],
    )


def _to_look_at(m: Material, doubts: Sequence[Doubt]) -> list[Block]:
    """What hardly can be in the scenario, if there is any of it."""
    if not doubts:
        return []
    rows = [[f"{of.file}: {of.key}", str(of.value), f"{m.say(of.rule)}. {m.say(of.remedy)}"] for of in doubts]
    return [Table(m.say(DOUBTS), m.say(DOUBT_HEAD).split("|"), rows, note=m.say(DOUBTS_ARE), words=(1, 2))]


def number_cells(item: Number, lang: str) -> list[str]:
    """One number of a scenario as a row: what it is and its key, values, basis, source."""
    name = f"{item.what} ({item.key})" if item.what else item.key
    values = [plain(v, lang) if year is None else f"{year}: {plain(v, lang)}" for year, v in item.values.items()]
    unit = in_words(item.unit).say(lang)
    return [name, f"{'; '.join(values)} {unit}".strip(), item.basis_words(lang), item.source]
