"""The chapter of the published plan beside the model, in short."""

from ldip.report.answers import reconciliation
from ldip.report.numbers import number
from ldip.report.page.blocks import Block, Fold, Material, Section, Table, Words
from ldip.text import Text

RECONCILIATION = Text("Avstemming mot den publiserte planen", "Reconciliation with the published plan")
RECONCILED_HEAD = Text(
    nb="tabell og post|år|publisert|modell|differanse|vurdering",
    en="table and item|year|published|model|difference|verdict",
)
RECONCILED = Text("Beregnede tall som avviker fra planens", "Computed figures that differ from the plan's")
WHY_HEAD = Text("forklaring|gjelder", "explanation|concerns")
WHY = Text("Hvorfor tallene avviker", "Why the figures differ")


def chapter(m: Material) -> Section | None:
    """The published plan beside the model, in short."""
    rows, lang = m.findings.reconciliation, m.lang
    if not rows:
        return None
    computed = [row for row in rows if row.role == "computed" and row.verdict != "ok"]
    cells = [
        [
            f"{row.table} {row.label.say(lang)}",
            str(row.year),
            *[
                number(v, 0 if "resident" in row.unit else 1, lang)
                for v in (row.published, row.model, row.difference)
            ],
            reconciliation.VERDICTS[row.verdict].say(lang),
        ]
        for row in reconciliation.worst_years(computed)
    ]
    blocks: list[Block] = [Words(reconciliation.counts_words(rows, lang))]
    if m.findings.debt_ratios:
        blocks.append(Words(reconciliation.ratios_words(m.findings.debt_ratios, lang)))
    if cells:
        head = m.say(RECONCILED_HEAD).split("|")
        title = m.say(RECONCILED)
        note = reconciliation.WORST.say(lang).split(" --all")[0]
        blocks.append(Fold(title, Table(title, head, cells, note=note)))
        why = [[reason, ", ".join(names)] for reason, names in reconciliation.reasons(computed, lang).items()]
        blocks.append(Fold(m.say(WHY), Table(m.say(WHY), m.say(WHY_HEAD).split("|"), why, words=(0, 1))))
    return Section("reconciliation", m.say(RECONCILIATION), blocks)
