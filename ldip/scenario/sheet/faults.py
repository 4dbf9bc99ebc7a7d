"""What is wrong with a cell that should hold a number: what Excel has made of it."""

import datetime

from ldip.errors import Fault
from ldip.scenario.files.faults import a_date


def not_a_number(file: str, place: str, cell: object) -> Fault:
    """A cell should hold a number: what Excel made of it, and what to write."""
    if isinstance(cell, datetime.date):  # a datetime is one too
        return a_date(file, place, cell, f"{cell:%Y-%m-%d}")
    text = str(cell).strip()
    value = _meant(text)
    if value is None:
        return Fault.of("sheet_not_a_number", file, place, text)
    point = f"{value:.12g}"
    return Fault.of("sheet_number_as_text", file, place, text, point=point, comma=point.replace(".", ","))


def _meant(text: str) -> float | None:
    """The number that a text was meant to be."""
    plain = text.replace("\u00a0", "").replace(" ", "").replace("\u2212", "-").replace(",", ".")
    try:
        return float(plain[:-1]) / 100.0 if plain.endswith("%") else float(plain)
    except ValueError:
        return None
