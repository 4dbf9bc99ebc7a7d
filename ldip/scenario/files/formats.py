"""The format of scenario files, and how what was written in an older one is brought up to the current one.

A file says its format in its heading: ``format = 3`` in ``[scenario]`` of a base file, in ``[change]`` of a change.
One that says nothing is of format 1. The same steps bring up a file that is read, a file that is rewritten
(``upgrade.py``) and a scenario that a result folder recorded. docs/scenario-format.md says how a step is added.
"""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from ldip.errors import Fault, InputError, Notice
from ldip.text import Text

FORMAT = 3
"""The format that this program writes."""

SCENARIO, CHANGE = "scenario", "change"
"""The headings: of a base file, of a change."""


class Step(NamedTuple):
    """The way from one format to the next: what is new, and what becomes of a tree of settings, in place."""

    words: Text
    change: Callable[[dict[str, Any]], None]


def from_1_to_2(tree: dict[str, Any]) -> None:
    """Format 2 lets keys be absent that have a default; all that format 1 states means the same."""


def from_2_to_3(tree: dict[str, Any]) -> None:
    """Format 3 has national tax in two parts. What format 2 said about it, a random walk of tax alone, means neither
    of them, so that the defaults take its place; off stays off. And the pace of a policy that is no more is gone."""
    restructuring = tree.get("restructuring")
    if isinstance(restructuring, dict) and restructuring.pop("maximum_pace", None) is not None and not restructuring:
        del tree["restructuring"]
    drivers = tree.get("drivers")
    national = drivers.get("national_tax") if isinstance(drivers, dict) else None
    if not isinstance(drivers, dict) or not isinstance(national, dict):
        return
    national.pop("persistence", None)
    volatility = national.pop("volatility", None)
    if isinstance(volatility, dict) and volatility.get("value") == 0.0:
        national["volatility"] = volatility
        drivers.setdefault("free_revenue", {}).setdefault("volatility", dict(volatility))
    if not national:
        del drivers["national_tax"]


LEFT_OUT = Text(
    nb="{file} sier ikke at den er av format {newest}, og drivers.national_tax.persistence og volatility betydde noe "
    "annet før: de er utelatt, og scenariets gjelder. Skriv format = {newest} under [change] hvis de er av i dag",
    en="{file} does not say that it is of format {newest}, and drivers.national_tax.persistence and volatility meant "
    "something else before: they are left out, and the scenario's hold. Write format = {newest} under [change] if "
    "they are of today",
)


def _national_tax(tree: dict[str, Any]) -> set[str]:
    """What a tree says of national tax that a step takes out."""
    drivers = tree.get("drivers")
    said = drivers.get("national_tax") if isinstance(drivers, dict) else None
    return {"persistence", "volatility"} & said.keys() if isinstance(said, dict) else set()


STEPS = {
    1: Step(
        Text(
            nb="nøkler med en oppgitt standardverdi kan utelates (docs/scenario-format.md)",
            en="keys with a stated default may be left out (docs/scenario-format.md)",
        ),
        from_1_to_2,
    ),
    2: Step(
        Text(
            nb="skatten i landet er delt i statens nivå og overraskelsen mot budsjettet, og politikken rule er "
            "borte: drivers.national_tax.persistence, drivers.national_tax.volatility og "
            "restructuring.maximum_pace tas ut, og standardverdiene gjelder (docs/model.md)",
            en="national tax is divided into the state's level and the surprise against the budget, and the policy "
            "rule is gone: drivers.national_tax.persistence, drivers.national_tax.volatility and "
            "restructuring.maximum_pace are taken out, and the defaults hold (docs/model.md)",
        ),
        from_2_to_3,
    ),
}
"""Format -> the step to the next one."""


def format_of(tree: dict[str, Any], heading: str, file: str) -> int:
    """The format that the tree of `file` says it is of.

    Raises InputError for one that this program does not know.
    """
    section = tree.get(heading)
    told = section.get("format", 1) if isinstance(section, dict) else 1
    if type(told) is not int or told < 1:
        raise InputError([Fault.of("bad_format", file, f"{heading}.format", str(told), newest=FORMAT)])
    if told > FORMAT:
        raise InputError([Fault.of("newer_format", file, f"{heading}.format", str(told), newest=FORMAT)])
    return told


def bring_up(tree: dict[str, Any], heading: str, file: str) -> int:
    """Make a tree of the current format of it, in place and without the format's own key; its old format.

    Raises InputError as :func:`format_of`.
    """
    old = format_of(tree, heading, file)
    said = _national_tax(tree)
    for older in range(old, FORMAT):
        STEPS[older].change(tree)
    if heading == CHANGE and said - _national_tax(tree):  # of a change it may be all that it says
        warnings.warn(Notice(LEFT_OUT, file=file, newest=FORMAT), stacklevel=2)
    if isinstance(tree.get(heading), dict):
        tree[heading].pop("format", None)
    return old


def with_format(tree: dict[str, Any], heading: str) -> dict[str, Any]:
    """The tree, which is of the current format, with the key that says so, first in its heading."""
    return {**tree, heading: {"format": FORMAT, **tree.get(heading, {})}}
