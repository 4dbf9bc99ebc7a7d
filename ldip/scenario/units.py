"""Units of scenario files in words: the only table of them."""

import re

from ldip.scenario.quantities import in_prices_of, of_any_year
from ldip.text import Text

UNITS = {
    "share": Text("andel", "share"),
    "ratio": Text("forholdstall", "ratio"),
    "per year": Text("per år", "per year"),
    "year": Text("årstall", "year"),
    "years": Text("år", "years"),
    "persons": Text("personer", "persons"),
    "correlation": Text("korrelasjon", "correlation"),
    "probability per year": Text("sannsynlighet per år", "probability per year"),
    "degrees of freedom": Text("frihetsgrader", "degrees of freedom"),
    "dwellings": Text("boliger", "dwellings"),
    "dwellings per year": Text("boliger per år", "dwellings per year"),
    "share per unit wage growth": Text("andel per enhet lønnsvekst", "share per unit wage growth"),
    "mill. 2020-kr per resident": Text("mill. 2020-kr per innbygger", "mill. 2020-kr per resident"),
    "mill. 2020-kr per dwelling": Text("mill. 2020-kr per bolig", "mill. 2020-kr per dwelling"),
    "mill. 2020-kr per place": Text("mill. 2020-kr per plass", "mill. 2020-kr per place"),
    "per mille": Text("promille", "per mille"),
    "share per year": Text("andel per år", "share per year"),
    "standard deviation per year": Text("standardavvik per år", "standard deviation per year"),
    "standard deviation": Text("standardavvik", "standard deviation"),
    "share of residents per year": Text("andel av innbyggerne per år", "share of residents per year"),
    "log points per unit rate": Text("logaritmisk endring per enhet rente", "log points per unit rate"),
    "mill. kr": Text("mill. kr", "mill. kr"),
    "mill. 2020-kr": Text("mill. 2020-kr", "mill. 2020-kr"),
    "1 = yes, 0 = no": Text("1 = ja, 0 = nei", "1 = yes, 0 = no"),
}
"""A unit as the schema writes it -> as people say it; one that is not here stands as it is."""

ARTICLES = {
    **dict.fromkeys(("andel", "korrelasjon", "sannsynlighet"), "en"),
    "per": "en andel",
    **dict.fromkeys(("forholdstall", "årstall", "standardavvik"), "et"),
}
"""What stands before a Norwegian unit in a sentence, by the unit's first word."""


def in_words(unit: str) -> Text:
    """A scenario's unit in words, in the prices of its own year."""
    year = re.search(r"\d{4}(?=-kr)", unit)
    known = UNITS.get(of_any_year(unit), Text(unit, unit))
    return Text(*(in_prices_of(said, year[0]) for said in known)) if year else known


def in_a_sentence(unit: str) -> Text:
    """The same after a verb: «ventet en andel», "expected a share"."""
    nb, en = in_words(unit)
    article = ARTICLES.get(nb.partition(" ")[0])
    return Text(f"{article} {nb}" if article else nb, en)
