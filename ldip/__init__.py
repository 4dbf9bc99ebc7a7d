"""A Norwegian municipality's economy twenty years ahead, with its uncertainty.

From Python (docs/python.md): :func:`load` a scenario, simulate it, and look at tables and pictures. Nothing that
costs time is loaded until it is used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ldip.api.case import Case, load
    from ldip.api.comparison import Comparison, compare
    from ldip.api.lists import metrics, scenarios
    from ldip.api.opened import open
    from ldip.api.result import Outcome, Result
    from ldip.api.solutions import Restructuring, Sensitivity, Stress
    from ldip.errors import Fault, InputError

__version__ = "0.4.0"

__all__ = [
    "Case",
    "Comparison",
    "Fault",
    "InputError",
    "Outcome",
    "Restructuring",
    "Result",
    "Sensitivity",
    "Stress",
    "__version__",
    "compare",
    "load",
    "metrics",
    "open",
    "scenarios",
]

_MODULES = {
    "ldip.api.case": ("Case", "load"),
    "ldip.api.comparison": ("Comparison", "compare"),
    "ldip.api.lists": ("metrics", "scenarios"),
    "ldip.api.opened": ("open",),
    "ldip.api.result": ("Outcome", "Result"),
    "ldip.api.solutions": ("Restructuring", "Sensitivity", "Stress"),
    "ldip.errors": ("Fault", "InputError"),
}
"""Where the names are, to be imported when they are asked for."""


def __getattr__(name: str) -> Any:
    from importlib import import_module

    for module, names in _MODULES.items():
        if name in names:
            found = globals()[name] = getattr(import_module(module), name)
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
