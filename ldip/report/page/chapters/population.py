"""The chapter of the people behind the figures."""

from ldip.model.people.cohorts import shown_groups, shown_weights
from ldip.report.answers.growth import AGE, GROUPS, TOTAL
from ldip.report.numbers import number
from ldip.report.page import pictures
from ldip.report.page.blocks import Material, Picture, Section, Table, Words
from ldip.report.page.fan_picture import fan_picture
from ldip.report.terminal import selected_years
from ldip.text import Text

POPULATION = Text("Innbyggerne bak tallene", "The people behind the figures")
PYRAMID = Text("Innbyggere etter alder, {before} og {last}", "Residents by age, {before} and {last}")
PYRAMID_SEEN = Text(
    nb="Aldersfordelingen i femårsgrupper: {before} som søyler, {last} som linje. Innbyggere i alt: {first_total} "
    "og {last_total}.",
    en="The age distribution in five-year groups: {before} as bars, {last} as a line. Residents in all: "
    "{first_total} and {last_total}.",
)
PEOPLE = Text(
    nb="Referansebanen har {last_total} innbyggere i {last}, {growth} prosent flere enn i {before}. Innbyggere og "
    "boliger svinger rundt den: i ni av ti framtider er det mellom {low} og {high} innbyggere.",
    en="The baseline has {last_total} residents in {last}, {growth} per cent more than in {before}. Residents and "
    "dwellings vary around it: in nine of ten futures there are between {low} and {high} residents.",
)
PEOPLE_LIMIT = Text(
    nb="Alderstallene er referansebanens. Tilfeldighetene når folketallet gjennom boligbygging, fødsler, flytting og "
    "dødelighet; ldip population viser viften for hver aldersgruppe.",
    en="The ages are the baseline's. Chance reaches the number of people through building, births, migration and "
    "mortality; ldip population shows the fan of every age group.",
)


def chapter(m: Material) -> Section:
    """Residents by age on the baseline, and the fan of their number."""
    main, lang = m.findings.main, m.lang
    baseline, years = main.baseline, main.summary.years
    groups = shown_weights(main.source.scenario) @ baseline.population.closing  # (group, year), from two years before
    groups = groups[:, : len(years) + 2]  # the cohort model looks further ahead
    totals = groups.sum(axis=0)
    before, last = int(years[0]) - 1, int(years[-1])
    fan = main.summary.distributions["closing_residents"]
    words = {
        "before": before,
        "last": last,
        "first_total": number(float(totals[1]), 0, lang),
        "last_total": number(float(totals[-1]), 0, lang),
    }
    lead = m.say(
        PEOPLE,
        growth=number(100.0 * float(totals[-1] / totals[1] - 1.0), 0, lang),
        low=number(float(fan.percentile(0.05)[-1]), 0, lang),
        high=number(float(fan.percentile(0.95)[-1]), 0, lang),
        **words,
    )
    picked = [1, *[t + 2 for t in selected_years(years)]]
    rows = [
        [m.say(AGE, group=group), *[number(float(values[place]), 0, lang) for place in picked]]
        for group, values in zip(shown_groups(main.source.scenario), groups, strict=True)
    ]
    rows.append([m.say(TOTAL), *[number(float(totals[place]), 0, lang) for place in picked]])
    head = ["", str(before), *[str(years[place - 2]) for place in picked[1:]]]
    picture = Picture(
        name="ages",
        title=m.say(PYRAMID, before=before, last=last),
        description=m.say(PYRAMID_SEEN, **words),
        draw=pictures.pyramid(main, lang),
        tables=[Table(m.say(GROUPS), head, rows, marked=[len(rows) - 1])],
    )
    return Section(
        "population",
        m.say(POPULATION),
        [Words(lead), picture, fan_picture(m, "closing_residents"), Words(m.say(PEOPLE_LIMIT), "note")],
    )
