"""Tables of figures: as Markdown for people, as plain values for JSON."""

from typing import Any, NamedTuple

Cell = float | str | None


class Table(NamedTuple):
    """Rows of figures under a heading; a cell without a figure says why in words."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[list[Cell]]
    note: str = ""

    def row(self, first: str) -> dict[str, Cell]:
        """The row that begins with `first`, by column."""
        found = next(row for row in self.rows if row[0] == first)
        return dict(zip(self.columns, found, strict=True))

    def figure(self, first: str, column: str) -> float | None:
        """One figure, None where there is only a reason."""
        cell = self.row(first)[column]
        return cell if isinstance(cell, float) else None

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return self._asdict() | {"columns": list(self.columns)}


def markdown(table: Table) -> str:
    """Heading, table and note."""
    lines = [f"### {table.title}", "", _line(table.columns), "|---" * len(table.columns) + "|"]
    lines += [_line([say(cell) for cell in row]) for row in table.rows]
    return "\n".join(lines + (["", table.note] if table.note else []))


def say(cell: Cell) -> str:
    """Three significant figures, or the words."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if cell == 0.0 or abs(cell) >= 100.0:
        return f"{cell:,.0f}"
    return f"{cell:.1f}" if abs(cell) >= 10.0 else f"{cell:.2f}"


def _line(cells: Any) -> str:
    return "| " + " | ".join(cells) + " |"
