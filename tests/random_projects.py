"""Random lists of named projects and random changes of them, for the comparison of the program with its naive twin.

Of eksempelvik-2025, whose plan.csv the projects that the plan holds must fit in. Every column is used.
"""

import csv
import random
from pathlib import Path
from types import SimpleNamespace

COLUMNS = (
    *("id", "name_nb", "name_en", "area", "housing_area", "kind", "purpose", "phase", "price_year", "p50", "p85"),
    *("profile", "start", "earliest", "latest", "committed", "service", "places", "places_closed", "opens"),
    *("running_cost", "savings", "grant_share", "grant_lag", "vat_share", "useful_life", "after", "alternative_to"),
    *("before_dwellings", "in_plan", "benefit", "basis", "source", "note"),
)
FIRST, LAST_PLANNED = 2025, 2028
HOUSING_AREAS = ("sentrum", "nordsida", "spredt")
LINES = {"general": (100, 148, 65, 45), "water_waste": (30, 35, 25, 25), "housing": (10, 10, 5, 5)}
"""Of plan.csv, nominal."""
DEFLATOR = (1.0, 1.032, 1.032 * 1.029, 1.032 * 1.029**2)


PROFILES = ("1", "0.5 0.5", "0.2 0.5 0.3", "10 0 60 30", "100", "0.25 0.25 0.25 0.15 0.1", "33 67")
"""Shares or per cents; some rows get their money instead."""


class Room:
    """What of the plan's lines no project has taken yet."""

    def __init__(self):
        self.left = {kind: [0.9 * v / i for v, i in zip(line, DEFLATOR, strict=True)] for kind, line in LINES.items()}

    def take(self, dice: random.Random, row: dict, money: float) -> float:
        """A `p50` whose spending fits in what is left, most of it or little."""
        years = [(row["start"] + k - FIRST, share) for k, share in enumerate(shares(row))]
        inside = [(t, share) for t, share in years if 0 <= t <= LAST_PLANNED - FIRST]
        most = min([self.left[row["kind"]][t] / share for t, share in inside if share > 0], default=50.0)
        cost = dice.uniform(0.2, 0.95) * most
        for t, share in inside:
            self.left[row["kind"]][t] -= cost * share
        return round(cost / money, 3)


def shares(row: dict) -> list[float]:
    parts = [float(part) for part in str(row.get("profile", "1")).split()]
    return [part / sum(parts) for part in parts]


def money(price_year: int | None) -> float:
    """Roughly what a krone of a year is in first-year prices; only for amounts that fit."""
    return 1.0 if price_year is None else 1.039 ** (FIRST - price_year) if price_year < FIRST else 1.0


def maybe(dice: random.Random, row: dict, key: str, value, probability: float = 0.5) -> None:
    if dice.random() < probability:
        row[key] = value


def random_row(dice: random.Random, name: str, room: Room, in_plan: bool) -> dict:
    kind = dice.choice(["general", "general", "general", "water_waste", "housing"])
    purpose = dice.choice(["renewal", "statutory", "capacity", "service"])
    row: dict = {
        "id": name,
        "name_nb": f"Prosjekt {name}",
        "name_en": f"Project {name}",
        "kind": kind,
        "purpose": purpose,
        "phase": dice.choice(["idea", "planning", "approved", "building"]),
        "basis": "assumption",
        "source": "oppdiktet",
    }
    maybe(dice, row, "profile", dice.choice(PROFILES), 0.7)
    row["start"] = dice.randint(2022, 2028) if in_plan else dice.randint(2024, 2046)
    maybe(dice, row, "price_year", dice.choice([2019, 2024, 2025, 2026, 2031, 2044, 2055]))
    if in_plan:
        row["in_plan"] = "yes"
        row["p50"] = room.take(dice, row, money(row.get("price_year")))
    else:
        maybe(dice, row, "in_plan", "no", 0.3)
        maybe(dice, row, "p50", round(dice.uniform(1, 90), 2), 0.9)
    if row.get("p50"):
        if "profile" in row and dice.random() < 0.3:
            amounts = [round(row["p50"] * share, 3) for share in shares(row)]
            row["profile"] = " ".join(str(amount) for amount in amounts)
            row["p50"] = round(sum(amounts), 3)
        maybe(dice, row, "p85", round(row["p50"] * dice.uniform(1, 1.6), 4))
    maybe(dice, row, "area", dice.choice(["schools", "care", "culture"]), 0.3)
    maybe(dice, row, "earliest", row["start"] - 3, 0.3)
    maybe(dice, row, "latest", row["start"] + 5, 0.3)
    if kind == "general" and dice.random() < 0.5:
        row["service"] = dice.choice(["kindergartens", "schools", "care"])
        row[dice.choice(["places", "places_closed"])] = dice.randint(1, 60)
        maybe(dice, row, "places", dice.randint(1, 120), 0.5)
    last = row["start"] + (len(row["profile"].split()) if "profile" in row else 1) - 1
    maybe(dice, row, "opens", last + dice.randint(0, 5))
    if kind != "water_waste":
        maybe(dice, row, "running_cost", round(dice.uniform(0, 9), 2), 0.4)
    if row.get("p50"):
        maybe(dice, row, "committed", dice.choice([0.25, 0.6, 1]), 0.4)
        if kind != "water_waste":
            maybe(dice, row, "savings", round(dice.uniform(0, 4), 2), 0.4)
        small = in_plan and kind != "housing"  # what the plan has of grants is enough for 6 % of its investment
        if kind != "water_waste":
            maybe(dice, row, "grant_share", dice.choice([0, 0.01, 0.02] if small else [0, 0.1, 0.3]), 0.4)
        if kind == "general" and ("grant_share" in row or not in_plan):
            maybe(dice, row, "grant_lag", dice.randint(0, 1 if in_plan else 3), 0.4)
    if kind == "general":
        maybe(dice, row, "vat_share", dice.choice([0, 0.1, 0.15]), 0.4)
    maybe(dice, row, "useful_life", dice.choice([1, 2, 5, 8.4, 8.6, 40]), 0.6)
    if dice.random() < 0.3:
        row["housing_area"] = dice.choice(HOUSING_AREAS)
        row["before_dwellings"] = dice.choice(["yes", "yes", "no"])
    maybe(dice, row, "benefit", dice.randint(0, 100), 0.3)
    maybe(dice, row, "note", "a note, with a comma", 0.3)
    return row


def random_list(seed: int) -> list[dict]:
    """One to twelve projects, some of them alternatives to others, or after them."""
    dice = random.Random(seed)
    room = Room()
    rows: list[dict] = []
    for number in range(dice.randint(1, 12)):
        in_plan = dice.random() < 0.35
        row = random_row(dice, f"p{number}", room, in_plan)
        originals = [other["id"] for other in rows if not other.get("alternative_to")]
        if originals and not in_plan and dice.random() < 0.3:
            row["alternative_to"] = dice.choice(originals)
        earlier = [other["id"] for other in rows if opening(other) <= row["start"] and not row.get("alternative_to")]
        earlier = [name for name in earlier if not next(o for o in rows if o["id"] == name).get("alternative_to")]
        if earlier:
            maybe(dice, row, "after", " ".join(dice.sample(earlier, min(len(earlier), dice.randint(1, 2)))), 0.3)
        rows.append(row)
    return rows


def opening(row: dict) -> int:
    return row.get("opens") or row["start"] + len(shares(row))


def write_list(path: Path, rows: list[dict]) -> None:
    """Without the columns that no row fills."""
    columns = [column for column in COLUMNS if any(column in row for row in rows)]
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def random_change(seed: int, rows: list[dict]) -> str:
    """A change that moves, scales, drops and adds projects, and gives some other fields."""
    dice = random.Random(f"change {seed}")
    sections = []
    before_others = {name for row in rows for name in row.get("after", "").split()}
    for row in rows:
        fields: dict = {}
        stays = row["id"] in before_others  # or what comes after it would begin too early
        if dice.random() < 0.4 and not stays and row["start"] >= FIRST:
            fields["start"] = max(row["start"] + dice.randint(-3 if "after" not in row else 0, 5), FIRST)
            maybe(dice, fields, "opens", fields["start"] + len(shares(row)) - 1 + dice.randint(0, 4), 0.3)
        if dice.random() < 0.3:
            fields["scale"] = dice.choice([0.5, 0.8, 1.25, 2.0])
        if dice.random() < 0.3:
            fields["dropped"] = True
        if "p50" in row and row.get("profile", "1") in PROFILES and dice.random() < 0.2:
            fields["p50"] = round(row["p50"] * 0.97, 3)
        if dice.random() < 0.15 and not stays and "opens" not in row and "opens" not in fields:
            fields["profile"] = dice.choice([[1.0], [0.5, 0.5], [30, 0, 70]])
        if dice.random() < 0.15:
            fields["phase"] = dice.choice(["idea", "building"])
        if dice.random() < 0.15:
            fields["useful_life"] = 4.0
        if fields and dice.random() < 0.9:
            sections.append(section(row["id"], fields))
    for number in range(dice.choice([0, 0, 1, 2])):
        row = random_row(dice, f"new{number}", Room(), in_plan=False)
        row.pop("id")
        row.pop("note", None)
        later = max(FIRST - row["start"], 0)
        row |= {key: row[key] + later for key in ("start", "earliest", "latest", "opens") if key in row}
        originals = [other["id"] for other in rows if not other.get("alternative_to")]
        if dice.random() < 0.4:
            row["alternative_to"] = dice.choice(originals)
        if "profile" in row:
            row["profile"] = [float(part) for part in row["profile"].split()]
        sections.append(section(f"new{number}", row))
    return "\n".join(["[change]", "format = 3", *sections, ""])


def section(name: str, fields: dict) -> str:
    fields = {**fields, "basis": "assumption", "source": "test"}
    lines = [f"[projects.{name}]"]
    for key, value in fields.items():
        shown = str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else value
        lines.append(f"{key} = {shown}")
    return "\n".join(lines)


def numbers_about_projects(seed: int) -> str:
    """A change of the scenario's numbers that named projects meet, most of them over time."""
    dice = random.Random(f"numbers {seed}")
    reason = 'basis = "assumption", source = "test"'

    def dated(low: float, high: float) -> str:
        values = ", ".join(f"{year} = {dice.uniform(low, high):.4f}" for year in (2025, 2027, 2029, 2030, 2034, 2039))
        return f"{{ dated = {{ {values} }}, {reason} }}"

    def one(*values: float) -> str:
        return f"{{ value = {dice.choice(values)}, {reason} }}"

    sections = SimpleNamespace(
        investment={
            "vat_share": dated(0.05, 0.2),
            "grant_share": f"{{ dated = {{ 2025 = 0.06, 2026 = 0.05, 2029 = 0.2, 2034 = 0.0 }}, {reason} }}",
            "housing_grant_share": dated(0, 0.4),
            "renewal": dated(0, 80),
            "water_waste": dated(0, 40),
            "housing": dated(0, 10),
            "slippage": dated(0, 0.3),
            "cost_overrun": dated(0, 0.2),
            "capacity_renewal_share": dated(0, 0.05),
            "kindergarten_place_cost": one(0.3, 0.9),
            "school_place_cost": one(0.3, 0.9),
            "care_place_cost": one(2, 6),
            "capacity_lead": one(0.0, 1.0, 2.0, 3.0),
            "replacement_value": one(0.0, 2500.0),
        },
        financing={"useful_life": dated(8, 40)},
        services={"premises_share": dated(0, 0.05)},
        prices={"deflator_growth": dated(0.01, 0.05)},
    )
    drivers = {
        "construction": {"volatility": one(0.05)},
        "slippage": {"spread": one(0.0)},
        "project_cost": {
            "of_p85": one(0.0, 1.0, 0.7),
            **{phase: one(0.0, 0.1, 0.3) for phase in ("idea", "planning", "approved", "building")},
        },
        "project_delay": {phase: one(0.0, 0.3, 1.5) for phase in ("idea", "planning", "approved", "building")},
    }
    for name, keys in drivers.items():
        setattr(sections, f"drivers.{name}", keys)
    lines = ["[change]", "format = 3"]
    for name, keys in vars(sections).items():
        lines += [f"[{name}]", *(f"{key} = {value}" for key, value in keys.items())]
    return "\n".join([*lines, ""])
