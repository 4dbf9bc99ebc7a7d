"""The chapter of definitions."""

from ldip.model.catalogue import Metric, catalogue, cited
from ldip.model.shown import COMPARED, DEBT, REPORT_FANS
from ldip.report.numbers import unit_label
from ldip.report.page.blocks import Material, Section, Table
from ldip.text import Text

GLOSSARY = Text("Definisjoner", "Definitions")
GLOSSARY_HEAD = Text("størrelse|enhet|definisjon|kilde", "figure|unit|definition|source")
GLOSSARY_TABLE = Text("Størrelsene i rapporten", "The figures of the report")


def chapter(m: Material) -> Section:
    """Every figure of the report as the catalogue defines it."""
    summary = m.findings.main.summary
    ids = dict.fromkeys((*REPORT_FANS, *COMPARED, "closing_residents"))
    ids |= dict.fromkeys(chance.event.metric for chance in summary.probabilities.values())
    rows = [_defined(catalogue()[metric_id], m) for metric_id in (*DEBT, *ids)]
    unique = list(dict.fromkeys(map(tuple, rows)))
    title = m.say(GLOSSARY_TABLE)
    table = Table(title, m.say(GLOSSARY_HEAD).split("|"), unique, words=(1, 2, 3))
    return Section("glossary", m.say(GLOSSARY), [table])


def _defined(metric: Metric, m: Material) -> list[str]:
    main = m.findings.main
    unit = unit_label(metric.unit, metric.price_basis(main.summary.base_year), m.lang)
    source = cited(metric.source, main.source.scenario.scenario.plan)
    return [metric.label.say(m.lang), unit, metric.definition.say(m.lang), source.say(m.lang)]
