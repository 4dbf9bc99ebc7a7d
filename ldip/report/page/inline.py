"""matplotlib's pictures as part of a page: SVG without ids that clash, with names for those who cannot see it."""

import html
import io
import re
from typing import Any

REFERENCE = re.compile(r'url\(#([^)]+)\)|href="#([^"]+)"')
FONT = re.compile(r"font: (?:(\d+|bold) )?([\d.]+)px [^;\"]+")
COORDINATES = re.compile(r'( (?:d|x|y|width|height|transform)=")([^"]+)')
LONG = re.compile(r"-?\d+\.\d{3,}")


def inline_svg(figure: Any, prefix: str, title: str, description: str, css: str = "") -> str:
    """The figure as an ``<svg>`` element that can stand among others in one page.

    Ids are kept only where something refers to them, and begin with `prefix`; text is text in the page's own font;
    `title` and `description` name the picture for screen readers; `css` is its class.
    """
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return as_inline(file.getvalue(), prefix, title, description, css)


def as_inline(svg: str, prefix: str, title: str, description: str, css: str = "") -> str:
    """An SVG file's text as an element of a page; see :func:`inline_svg`."""
    size = re.search(r'viewBox="([^"]+)"', svg)
    body = svg[svg.index(">", svg.index("<svg")) + 1 :]
    for unwanted in (r"<!--.*?-->", r"<metadata>.*?</metadata>", r"<style[^>]*>.*?</style>"):
        body = re.sub(unwanted, "", body, flags=re.DOTALL)
    body = body.replace("xlink:href", "href")
    wanted = {first or second for first, second in REFERENCE.findall(body)}
    body = re.sub(r' id="([^"]+)"', lambda found: f' id="{prefix}-{found[1]}"' if found[1] in wanted else "", body)
    body = REFERENCE.sub(
        lambda found: f"url(#{prefix}-{found[1]})" if found[1] else f'href="#{prefix}-{found[2]}"', body
    )
    body = FONT.sub(lambda found: f"font-size:{found[2]}px" + (f";font-weight:{found[1]}" if found[1] else ""), body)
    body = COORDINATES.sub(
        lambda found: found[1] + LONG.sub(lambda number: f"{float(number[0]):.2f}", found[2]), body
    )
    body = re.sub(r"\s*\n\s*", "\n", body).replace("<defs>\n</defs>\n", "")
    names = f'<title id="{prefix}-title">{html.escape(title)}</title>\n'
    names += f'<desc id="{prefix}-desc">{html.escape(description)}</desc>'
    return (
        f'<svg class="{css}" role="img" aria-labelledby="{prefix}-title {prefix}-desc" '
        f'viewBox="{size[1] if size else ""}">\n{names}{body.rstrip()}'
    )
