"""A page to compare preview videos by eye: a row a prompt, a column a checkpoint, all played in step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PreviewCell:
    """A video, as a path from the page, and what was measured of it."""

    video: str
    caption: str


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A prompt, its first frame as a path from the page, and its video of each checkpoint, None where there is none."""

    prompt: str
    first_frame: str | None
    cells: Sequence[PreviewCell | None]


def preview_page(title: str, checkpoints: Sequence[str], rows: Sequence[PreviewRow]) -> str:
    """The page, as HTML that loads nothing but the files that it names."""
    from datasetkit.report.visual.templating import environment, inline  # jinja2, which other commands don't need

    templates = environment()
    style, style_source = inline(templates, "previews.css.jinja")
    script, script_source = inline(templates, "previews.js")
    return templates.get_template("previews.html.jinja").render(
        title=title,
        checkpoints=checkpoints,
        rows=rows,
        style=style,
        style_source=style_source,
        script=script,
        script_source=script_source,
    )
