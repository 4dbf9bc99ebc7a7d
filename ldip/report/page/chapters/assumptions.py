"""The chapter of the assumptions: which numbers are ours, which are printed, and where each comes from."""

from collections.abc import Sequence

from ldip.analysis.plausibility import all_doubts
from ldip.errors import Doubt
from ldip.report.page.blocks import Block, Fold, Material, Section, Table, Words
from ldip.scenario.numbers import Number, assumed, numbers
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


def plain(value: float, lang: str) -> str:
    """A number of a scenario as it stands in its file, with the language's decimal sign."""
    text = f"{value:.10g}"
    return text if lang == "en" else text.replace(".", ",")
