"""A TOML text made to say something else: only the lines that must be other, all others with their comments as they
are."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ldip.scenario.files.writer import key_text, moved_keys, value_text

KEY = re.compile(r"""\s*(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]+)\s*=\s*""")
FIRST = "format"
"""The key that stands first in its section."""


class Statement(NamedTuple):
    """The lines of a text, from `start` up to `end`, that hold one key or one section's header."""

    start: int
    end: int
    section: tuple[str, ...]
    path: tuple[str, ...]  # of a header the section itself
    after_key: str  # what stands behind the equals sign, its comment too; of a header nothing


def rewritten(text: str, wanted: Mapping[str, Any]) -> str | None:
    """The TOML `text` so changed that it reads as `wanted`; None where that takes more than whole keys.

    A key that got another name or section with the same value takes its line along; other new keys come last in
    their section, new sections last in the file.
    """
    plain = text.replace("\r\n", "\n")
    try:
        new = "\n".join(_edited(plain.split("\n"), tomllib.loads(text), wanted))
    except LookupError:
        return None
    if plain.endswith("\n") and not new.endswith("\n"):
        new += "\n"
    if _parsed([new]) != wanted:
        return None
    return new.replace("\n", "\r\n") if "\r\n" in text else new


def _edited(lines: list[str], tree: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """The lines with the keys of `tree` made those of `wanted`. LookupError for a key without lines of its own."""
    old, new = _flat(tree), _flat(wanted)
    statements = list(_statements(lines))
    keys = {it.path: it for it in statements if it.after_key}
    headers = {it.path: it for it in statements if not it.after_key}
    texts: dict[int, list[str]] = {number: [line] for number, line in enumerate(lines)}
    gone = {path: keys[path] for path in old if path not in new}
    for path in [path for path in new if path in old and new[path] != old[path]]:
        _replace(texts, keys[path], f"{key_text(path[-1])} = {value_text(new[path])}{_comment(keys[path])}")
    for path in [path for path in new if path not in old]:
        section, name = path[:-1], path[-1]
        donor = next((gone[other] for other in gone if old[other] == new[path]), None)
        entry = f"{key_text(name)} = {donor.after_key if donor else value_text(new[path])}"
        if donor and donor.section == section:
            _replace(texts, donor, entry)
            gone.pop(donor.path)
            continue
        if section not in headers:
            number = len(texts)
            texts[number] = [f"[{'.'.join(map(key_text, section))}]"]
            headers[section] = Statement(number, number + 1, section, section, "")
        inside = [it for it in statements if it.section == section]
        place = headers[section] if name == FIRST or not inside else inside[-1]
        texts[place.end - 1].append(entry)
    for statement in gone.values():
        _replace(texts, statement)
    for path, header in headers.items():
        if not _has(wanted, path):
            _replace(texts, header)
    return [line for number in texts for line in texts[number]]


def _replace(texts: dict[int, list[str]], statement: Statement, entry: str | None = None) -> None:
    """Put `entry`, or nothing, in the place of a statement; what was put behind it stays."""
    behind = texts[statement.end - 1][1:]
    for number in range(statement.start, statement.end):
        texts[number] = []
    texts[statement.start] = [] if entry is None else [entry]
    texts[statement.end - 1] = texts[statement.end - 1] + behind


def _statements(lines: list[str]) -> Iterator[Statement]:
    """The statements of a text that is TOML."""
    section: tuple[str, ...] = ()
    start = 0
    while start < len(lines):
        first = lines[start].strip()
        end = start + 1
        if first and not first.startswith("#"):
            while (tree := _parsed(lines[start:end])) is None:
                end += 1
            text = "\n".join(lines[start:end])
            if first.startswith("["):
                section = _header(tree)
                yield Statement(start, end, section, section, "")
            elif key := KEY.match(text):
                yield Statement(start, end, section, (*section, next(iter(tree))), text[key.end() :])
        start = end


def _parsed(lines: list[str]) -> dict[str, Any] | None:
    try:
        return tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError:
        return None


def _header(tree: Any) -> tuple[str, ...]:
    """The path that a header alone makes."""
    path: tuple[str, ...] = ()
    while isinstance(tree, dict) and tree:
        name = next(iter(tree))
        path, tree = (*path, name), tree[name]
    return path


def _comment(statement: Statement) -> str:
    """The comment behind the value of a statement."""
    text = statement.after_key
    value = _parsed([f"it = {text}"])
    for place in [place for place, letter in enumerate(text) if letter == "#"]:
        if _parsed([f"it = {text[:place]}"]) == value:
            return f"  {text[place:]}"
    return ""


def _flat(tree: Mapping[str, Any]) -> dict[tuple[str, ...], Any]:
    found = {}
    for path in moved_keys(tree):
        value: Any = tree
        for part in path:
            value = value[part]
        found[path] = value
    return found


def _has(tree: Any, path: tuple[str, ...]) -> bool:
    for part in path:
        if not isinstance(tree, Mapping) or part not in tree:
            return False
        tree = tree[part]
    return True
