"""A page to compare preview videos by eye: a row a prompt, a column a checkpoint, all played in step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; media-src 'self' file:;
 style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ font: 15px/1.4 system-ui, sans-serif; margin: 1em; }}
table {{ border-collapse: collapse; }}
th, td {{ padding: .4em; vertical-align: top; text-align: left; border-top: 1px solid #8884; }}
td:first-child, th:first-child {{ width: 16em; min-width: 12em; position: sticky; left: 0; background: Canvas; }}
img, video {{ width: 16em; height: auto; display: block; }}
small {{ color: GrayText; display: block; white-space: pre-line; }}
#controls {{ position: sticky; top: 0; background: Canvas; padding: .4em 0; z-index: 1; }}
input {{ width: 30em; max-width: 60vw; vertical-align: middle; }}
</style></head><body>
<h1>{title}</h1>
<p>The numbers rank nothing: choose by eye. Sharpness is comparable within a row only.</p>
<div id="controls"><button>Play</button> <input type="range" min="0" max="1" step="0.001" value="0"></div>
<table><tr><th>prompt</th>{columns}</tr>
"""
_TAIL = """</table>
<script>
const videos = [...document.querySelectorAll("video")];
const button = document.querySelector("button"), slider = document.querySelector("input");
const longest = () => videos.reduce((a, b) => ((b.duration || 0) > (a.duration || 0) ? b : a));
button.onclick = () => {
  const start = button.textContent === "Play";
  const time = longest().ended ? 0 : longest().currentTime;
  videos.forEach((video) => { video.currentTime = time; start ? video.play() : video.pause(); });
  button.textContent = start ? "Pause" : "Play";
};
slider.oninput = () => videos.forEach((video) => { video.currentTime = slider.value * (longest().duration || 0); });
setInterval(() => {
  if (longest().ended) button.textContent = "Play";
  slider.value = longest().currentTime / (longest().duration || 1);
}, 200);
</script></body></html>
"""


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
    columns = "".join(f"<th>{escape(name)}</th>" for name in checkpoints)
    body = "".join(f"<tr>{_prompt(row)}{''.join(map(_cell, row.cells))}</tr>\n" for row in rows)
    return _HEAD.format(title=escape(title), columns=columns) + body + _TAIL


def _prompt(row: PreviewRow) -> str:
    frame = f'<img src="{escape(row.first_frame)}" alt="first frame">' if row.first_frame else ""
    return f"<td>{frame}<small>{escape(row.prompt)}</small></td>"


def _cell(cell: PreviewCell | None) -> str:
    if cell is None:
        return "<td>no preview</td>"
    video = f'<video src="{escape(cell.video)}" muted playsinline preload="auto"></video>'
    return f"<td>{video}<small>{escape(cell.caption)}</small></td>"
