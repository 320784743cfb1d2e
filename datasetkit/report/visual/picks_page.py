"""The page of `select`: which clips of a pool were chosen and why, and why others were left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from datasetkit import __version__
from datasetkit.report.visual.html import PagePictures, card_templates, data_url
from datasetkit.report.visual.templating import inline
from datasetkit.report.visual.values import MotionCurve, ShownStrip


@dataclass(frozen=True, slots=True)
class PickCard:
    """A chosen clip: its ``name``, its ``path`` in the pool, and the one to take ``instead``, "" if none is left."""

    rank: int
    name: str
    path: str
    score: float
    reason: str
    instead: str
    facts: tuple[str, ...]
    caption: str
    strip: ShownStrip | None
    curve: MotionCurve | None


@dataclass(frozen=True, slots=True)
class LeftOutLine:
    """A reason for which ``count`` clips were left out; ``examples`` name the first few of them, with details."""

    reason: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PicksReport:
    """The page's values; ``command`` is what to run next."""

    pool: str
    seen: int
    left_out: Sequence[LeftOutLine]
    cards: Sequence[PickCard]
    command: str


def picks_page(report: PicksReport) -> str:
    """The page, as HTML that loads nothing."""
    templates = card_templates()
    style, source = inline(templates, "picks.css.jinja", codes=())
    policy = Markup(f"default-src 'none'; img-src data:; style-src {source}")
    template = templates.get_template("picks.html.jinja")
    pictures = PagePictures(data_url)
    return template.render(report=report, version=__version__, style=style, policy=policy, pictures=pictures)
