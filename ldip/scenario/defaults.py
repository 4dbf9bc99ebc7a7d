"""Numbers that a scenario need not state: the program's defaults, filled in as the assumptions they are.

The defaults stand in ``settings.csv``: value and reason. They are filled into a scenario's settings before these are
checked, so that from there on a default is a number like any other, with unit, basis and source, in every listing,
count and provenance. Its source says that it is the program's.
"""

from typing import Any

from ldip.scenario.quantities import Frozen, as_given, in_prices_of
from ldip.scenario.schema import Scenario, demand_of, section_of
from ldip.scenario.settings import defaults
from ldip.text import Text

MARK = Text("ldips standardverdi: ", "ldip's default: ")
"""How the source of a default begins."""


def fill(tree: dict[str, Any], first_year: object) -> None:
    """Put the defaults into the settings `tree` where it has no number, in prices of the scenario's `first_year`.

    A section that is not there is made if all its keys have defaults; one that needs a key stays missing as a whole.
    """
    _fill(tree, Scenario, "", first_year if isinstance(first_year, int) else 2020)


def _fill(tree: dict[str, Any], model: type[Frozen], above: str, year: int) -> None:
    for name, field in model.model_fields.items():
        key, section, demand = above + name, section_of(field), demand_of(field)
        if demand and key in defaults():
            default = defaults()[key]
            unit, source = in_prices_of(demand.unit, year), as_given(default_source(default.reason))
            tree.setdefault(name, {"value": default.value, "unit": unit, "basis": "assumption", "source": source})
        elif section:
            if name not in tree and may_be_absent(section, f"{key}."):
                tree[name] = {}
            if isinstance(tree.get(name), dict):
                _fill(tree[name], section, f"{key}.", year)


def default_source(reason: Text) -> Text:
    """What the source of a number is that the program puts in."""
    return Text(MARK.nb + reason.nb, MARK.en + reason.en)


def may_be_absent(model: type[Frozen], above: str) -> bool:
    """May the section whose keys begin with `above` be left out?"""
    for name, field in model.model_fields.items():
        section = section_of(field)
        inside = section is not None and may_be_absent(section, f"{above}{name}.")
        if not (inside or above + name in defaults() or not field.is_required()):
            return False
    return True
