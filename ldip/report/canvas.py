"""Where every picture is made: the only door to matplotlib, which is loaded with this module.

Pictures come out the same whatever they are made in: their settings are matplotlib's defaults and those below, not
those of a matplotlibrc that lies about or of a notebook; they are drawn and saved by themselves, without a window;
and a text is what it says, dollars and all, never a formula.
"""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

# matplotlib refuses to be loaded where MPLBACKEND names what is not installed, as a notebook's kernel may in what it
# starts. No picture here needs one; the user's own get it below, if it is there.
_BACKEND = os.environ.pop("MPLBACKEND", None) if "matplotlib" not in sys.modules else None
try:
    import matplotlib
finally:
    if _BACKEND is not None:
        os.environ["MPLBACKEND"] = _BACKEND
if _BACKEND:
    with contextlib.suppress(ValueError):
        matplotlib.rcParams["backend"] = _BACKEND

from matplotlib.figure import Figure  # noqa: E402
from matplotlib.layout_engine import ConstrainedLayoutEngine  # noqa: E402
from matplotlib.patches import Patch  # noqa: E402

STYLE: dict[str, Any] = {
    "svg.fonttype": "none",  # text in the SVG as text
    "svg.hashsalt": "ldip",  # the same bytes every time
    "font.size": 10,
    "font.family": "DejaVu Sans",
    "text.parse_math": False,
}
"""What differs from matplotlib's defaults in all pictures."""

ABOUT = {".png": {"Software": "ldip"}, ".svg": {"Date": None, "Creator": "ldip"}}
"""What a file says about itself, by its suffix."""

_settings: ContextVar[dict[str, Any] | None] = ContextVar("settings", default=None)


@contextlib.contextmanager
def style(**more: Any) -> Iterator[None]:
    """The settings of all pictures, and `more`, while one is drawn."""
    defaults = matplotlib.rcParamsDefault
    kept: dict[Any, Any] = {key: defaults[key] for key in defaults if not key.startswith("backend")}
    before = _settings.set(more)
    try:
        with matplotlib.rc_context(kept | STYLE | more):
            yield
    finally:
        _settings.reset(before)


class Chart(Figure):
    """A figure that keeps the settings it was made with, also when it is drawn or saved later on. To be made within
    :func:`style`."""

    def __init__(self, *args: Any, **how: Any):
        self._made_with = _settings.get() or {}
        super().__init__(*args, **how)

    def draw(self, renderer: Any) -> None:
        """Draw it: what a canvas calls, wherever that is shown."""
        with self._style():
            super().draw(renderer)

    def savefig(self, fname: Any, **how: Any) -> None:
        """Save it, as any figure of matplotlib."""
        with self._style():
            super().savefig(fname, **how)

    def write(self, *paths: Path, dpi: int = 150) -> None:
        """Into each of the files, in the format of its suffix: PNG or SVG."""
        for path in paths:
            self.savefig(path, dpi=dpi, metadata=ABOUT[path.suffix])

    def _repr_png_(self) -> bytes:
        """What a notebook shows."""
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=100)
        return file.getvalue()

    def _style(self) -> contextlib.AbstractContextManager[None]:
        return style(**self._made_with) if _settings.get() is None else contextlib.nullcontext()


def chart(width: float, height: float, w_pad: float | None = None, below: float = 0.0) -> Chart:
    """An empty chart of so many inches, which lays itself out, `w_pad` inches around each part if that is given, and
    leaves a share of its height free `below`."""
    layout = ConstrainedLayoutEngine(w_pad=w_pad, rect=(0.0, below, 1.0, 1.0 - below))
    return Chart(figsize=(width, height), layout=layout)


def patch(colour: str, label: str) -> Patch:
    """A field of colour with its name, for a legend."""
    return Patch(color=colour, label=label)
