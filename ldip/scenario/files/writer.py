"""A change as TOML text: exactly the keys it moves, each number complete with unit, basis and source."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ldip.scenario.files.formats import FORMAT
from ldip.scenario.files.laying import is_number
from ldip.scenario.schema import Scenario
from ldip.text import Text

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def moved_keys(change: Mapping[str, Any], at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The keys that a change moves, as paths: numbers, texts in two languages, and what is not a table."""
    for key, value in change.items():
        here = (*at, key)
        if isinstance(value, Mapping) and not (is_number(value, here) or value.keys() == {"nb", "en"}):
            yield from moved_keys(value, here)
        else:
            yield here


def change_text(scenario: Scenario, change: Mapping[str, Any], title: Text, extends: str, comment: str = "") -> str:
    """The change file that makes `scenario` out of the one it extends: what it holds under the keys of `change`; of
    projects what the change says of them."""
    resolved = scenario.model_dump(exclude_none=True)
    resolved["projects"] = {project["id"]: project for project in resolved["projects"]}
    entries: dict[tuple[str, ...], Any] = {}
    for path in moved_keys(change):
        value: Any = change if path[0] == "projects" else resolved
        for part in path:
            value = value[part]
        entries[path] = _from_the_first(value, scenario.scenario.first_year)
    heading = {"title_nb": title.nb, "title_en": title.en, "extends": extends}
    return "".join(f"# {line}\n" for line in comment.splitlines()) + change_toml(heading, entries)


def _from_the_first(value: Any, first_year: int) -> Any:
    """A number whose years begin later, as it holds from the first year on: nothing below it is to show through."""
    if not isinstance(value, Mapping) or not value.get("dated") or min(value["dated"]) <= str(first_year):
        return value
    first, *later = sorted(value["dated"].items())
    return {**value, "dated": {str(first_year): first[1], **dict(later)}}


def change_toml(heading: Mapping[str, str], entries: Mapping[tuple[str, ...], Any]) -> str:
    """A change file of the current format: its heading, then the entries by section, in the order given.

    Floats are written so that they are read back to the last bit.
    """
    head: dict[str, Any] = {"format": FORMAT, **heading}
    return toml_text({**{("change", key): value for key, value in head.items()}, **entries})


def toml_text(entries: Mapping[tuple[str, ...], Any]) -> str:
    """Entries by their key paths, section by section in the order given."""
    sections: dict[tuple[str, ...], list[str]] = {}
    for (*section, name), entry in entries.items():
        sections.setdefault(tuple(section), []).append(f"{key_text(name)} = {value_text(entry)}")
    texts = ["\n".join([f"[{'.'.join(map(key_text, path))}]", *lines, ""]) for path, lines in sections.items()]
    return "\n".join(texts)


def key_text(name: str) -> str:
    """A key in TOML."""
    return name if BARE_KEY.fullmatch(name) else value_text(name)


def value_text(value: Any) -> str:
    """A string, number, list or table in TOML; JSON's strings are TOML's but for one character."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key_text(name)} = {value_text(part)}" for name, part in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(value_text, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(float(value)) if isinstance(value, float) else repr(value)
