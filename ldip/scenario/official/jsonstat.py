"""json-stat2, as Statistics Norway's service answers (https://json-stat.org): the only reader of it."""

import itertools
import json
import math
from typing import Any

from ldip.errors import Fault, InputError
from ldip.scenario.official.cube import TITLE, Cell, Code, Cube


def read_jsonstat(file: str, sha256: str, text: str) -> Cube:
    """The cube of a json-stat2 dataset. Values may be a list or an object by place, categories listed or numbered.

    InputError where the text is not json, or json that is no such dataset.
    """
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError([Fault.of("not_json", file)]) from None
    try:
        return _cube(file, sha256, tree)
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
        raise InputError([Fault.of("not_jsonstat", file)]) from None


def _cube(file: str, sha256: str, tree: dict[str, Any]) -> Cube:
    sizes = [int(size) for size in tree["size"]]
    members = [_members(tree["dimension"][name]) for name in tree["id"]]
    if [len(them) for them in members] != sizes:
        raise ValueError("sizes")
    values, count = tree["value"], math.prod(sizes)
    if isinstance(values, dict):
        values = [values.get(str(place)) for place in range(count)]
    if len(values) != count:
        raise ValueError("values")
    places = itertools.product(*members)  # row-major: the last dimension varies fastest
    cells = tuple(
        Cell(dict(zip(tree["id"], place, strict=True)), figure(value))
        for place, value in zip(places, values, strict=True)
    )
    title = str(tree.get("label", ""))
    number = TITLE.match(title)
    table = number[1] if number else str(tree.get("extension", {}).get("px", {}).get("tableid", ""))
    return Cube(
        file, sha256, table, title, str(tree.get("updated", ""))[:10], cells, sum(c.value is None for c in cells)
    )


def figure(value: Any) -> float | None:
    """The value of a cell; none where it is no ordinary number. TypeError where it is no number at all."""
    if value is None:
        return None
    if not isinstance(value, int | float):
        raise TypeError(value)
    return float(value) if math.isfinite(value) else None


def _members(dimension: dict[str, Any]) -> list[Code]:
    """The members of a dimension in the order of its places."""
    category = dimension["category"]
    labels = category.get("label", {})
    index = category.get("index", list(labels))  # a single member may have a label alone
    codes = sorted(index, key=index.__getitem__) if isinstance(index, dict) else index
    return [Code(code, str(labels.get(code, code))) for code in codes]
