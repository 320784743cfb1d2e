"""The report to look at as one HTML page: no script, nothing fetched, every picture in it once."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence

from jinja2 import Environment
from markupsafe import Markup

from datasetkit.footage import Thumbnail
from datasetkit.printable import Printable
from datasetkit.report.columns import plural, size
from datasetkit.report.text import NOUNS
from datasetkit.report.visual.templating import environment, inline
from datasetkit.report.visual.values import VisualReport

Address = Callable[[Thumbnail], str]
"""Where a picture is: a `data:` URL, or a path relative to the page."""

MARKS = {"error": "■", "warning": "▲", "advice": "●"}
_LONG = 1500  # characters of a prompt, above which it scrolls in its card
_BOX, _EMPTY = (300, 200), (240, 135)  # CSS pixels that one of two compared pictures may take, and one that is missing


def render(report: VisualReport, address: Address | None = None) -> str:
    """The page. ``address`` says where its pictures are; without it they are inside."""
    templates = card_templates()
    style, source = inline(templates, "style.css.jinja", codes=[code for code, _ in report.codes])
    images = "data:" if address is None else "data: file: 'self'"
    policy = f"default-src 'none'; img-src {images}; style-src {source}"
    template = templates.get_template("report.html.jinja")
    return template.render(
        report=report, style=style, policy=Markup(policy), pictures=PagePictures(address or data_url)
    )


class PagePictures:
    """The pictures of a page, each once, by their ids; filled while the page is written, as they come last in it."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._ids: dict[Thumbnail, str] = {}

    def of(self, thumbnail: Thumbnail) -> str:
        """The id of a picture's element."""
        return self._ids.setdefault(thumbnail, f"p{len(self._ids)}")

    def all(self) -> Sequence[tuple[str, Thumbnail, str]]:
        """The id, the picture and the address of each."""
        return [(name, thumbnail, self._address(thumbnail)) for thumbnail, name in self._ids.items()]


def data_url(thumbnail: Thumbnail) -> str:
    """A picture as an address that holds it."""
    return f"data:image/webp;base64,{b64encode(thumbnail.webp).decode()}"


def card_templates() -> Environment:
    """The templates, with what the macros of cards need."""
    templates = environment()
    templates.globals |= {"marks": MARKS, "long": _LONG, "box": _box, "counts": _counts}
    templates.filters |= {"bytes": size, "plural": plural, "polyline": _polyline, "code": _code}
    return templates


def _counts(counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """The severities that were found, worst first, each with its count in words."""
    words = {str(severity): nouns for severity, nouns in NOUNS.items()}
    return [(name, plural(counts[name], *nouns)) for name, nouns in words.items() if counts[name]]


def _box(thumbnail: Thumbnail | None) -> tuple[int, int]:
    """The size in CSS pixels at which a picture is compared; of none that of a usual one."""
    if thumbnail is None:
        return _EMPTY
    factor = min(_BOX[0] / thumbnail.width, _BOX[1] / thumbnail.height)
    return max(1, round(thumbnail.width * factor)), max(1, round(thumbnail.height * factor))


def _polyline(values: Sequence[float], width: int, height: int) -> str:
    """The points of a curve whose highest value reaches the top."""
    top = max(*values, 0.02)  # hardly any movement stays flat
    step = width / max(1, len(values) - 1)
    heights = [*values, values[-1]] if len(values) == 1 else values
    return " ".join(f"{number * step:.1f},{height * (1 - value / top):.1f}" for number, value in enumerate(heights))


def _code(text: str) -> Markup:
    """The text with what stands in backquotes as code."""
    parts = Printable(text).split("`")
    return Markup("").join(Markup("<code>{}</code>").format(p) if n % 2 else p for n, p in enumerate(parts))
