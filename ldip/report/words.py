"""Words that several tables, pictures and pages share, each written once. Definitions and labels of figures are the
catalogue's."""

from ldip.text import Text

YEAR = Text("år", "year")
SEED = Text("startverdi (seed)", "seed")
UNIT = Text("enhet", "unit")
EVENT = Text("hendelse", "event")
MEDIAN = Text("median", "median")
MEAN = Text("snitt", "mean")
ERROR = Text("feil ±", "error ±")
EVER = Text("noen gang", "ever")
DIFFERENCE = Text("forskjell", "difference")
LOWER = Text("lavere i", "lower in")
EQUAL = Text("likt i", "equal in")
NONE = Text("ingen", "none")
NINE_OF_TEN = Text("9 av 10 framtider", "9 of 10 runs")
HALF = Text("halvparten av framtidene", "half of the runs")
BASELINE_PATH = Text("referansebane uten sjokk", "baseline without shocks")
WITH_DEFICITS = Text("95 %, medregnet udekket merforbruk", "95 %, with uncovered deficits")
PROBABILITY = Text("sannsynlighet, prosent", "probability, per cent")
IN_YEAR = Text("Sannsynlighet i året", "Probability in the year")

PER_CENT = Text("prosent", "per cent")
POINTS, PERCENTAGE_POINTS = Text("pp.", "pp."), Text("prosentpoeng", "percentage points")
PERSONS = Text("personer", "persons")
DWELLINGS = Text("boliger", "dwellings")
SUM = Text("sum", "sum")
AND = Text(" og ", " and ")
IN_PER_CENT = Text("{label}, prosent", "{label}, per cent")
DOWN, UP = Text("ned", "down"), Text("opp", "up")

ANSWER = Text("Svaret", "The answer")
ASSUMPTIONS = Text("Forutsetninger", "Assumptions")
INVESTMENT_PLAN = Text("Investeringsplanen", "The investment plan")
PROJECT, OPENS = Text("prosjekt", "project"), Text("åpner", "opens")
NAMED_IN_ALL, NOT_NAMED = Text("Navngitt i alt", "Named in all"), Text("Ikke navngitt", "Not named")
RESTRUCTURING = Text("Omstilling", "Restructuring")
ORIGIN = Text("Hvor tallene kommer fra", "Where the figures come from")
FIGURE_IN_YEAR = Text("{label} i {year}, {unit}", "{label} in {year}, {unit}")


def capital(text: Text) -> Text:
    """The words with a capital first letter, as they stand over a column or begin a line."""
    return Text(*(words[:1].upper() + words[1:] for words in text))
