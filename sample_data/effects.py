"""The two effects: dollar bills that pour down, and a wipe to a magazine cover."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from random import Random

from figure import Pose
from PIL import Image, ImageDraw, ImageFont

BEIGE, GREEN = "#efe4c6", "#1f5a3a"
TURNS, FLIPS = 12, 4


@cache
def bill(width: int, turn: int, flip: int) -> Image.Image:
    """A bill, ``width`` pixels long: one of ``TURNS`` rotations and ``FLIPS`` foreshortenings."""
    w, h = 160, 70
    note = Image.new("RGBA", (w, h), BEIGE)
    draw = ImageDraw.Draw(note)
    draw.rectangle((6, 6, w - 7, h - 7), outline=GREEN, width=5)
    draw.ellipse((56, 12, 104, 58), outline=GREEN, width=4)
    draw.text((80, 35), "$", fill=GREEN, anchor="mm", font=ImageFont.load_default(38))
    for x, y in ((24, 20), (136, 20), (24, 50), (136, 50)):
        draw.rectangle((x - 7, y - 5, x + 7, y + 5), fill=GREEN)
    tall = width * 0.44 * (1, 0.8, 0.5, 0.75)[flip]
    small = note.resize((width, max(3, round(tall))), Image.Resampling.LANCZOS)
    return small.rotate(360 * turn / TURNS, Image.Resampling.BICUBIC, expand=True)


class MoneyRain:
    """Bills with their own paths. ``part`` runs from 0 (none) to 1 (a torrent) over the clip."""

    def __init__(self, size: tuple[int, int], dice: Random) -> None:
        self.size = size
        # one path a bill: x, start, speed, sway, turns a clip, first turn, size class
        self.paths = [
            (dice.random(), dice.uniform(0.08, 1.0), dice.uniform(2.6, 4.2), dice.uniform(-0.08, 0.08),
             dice.uniform(-3, 3), dice.randrange(TURNS), dice.choice((0.16, 0.21, 0.27)))
            for _ in range(64)
        ]  # fmt: skip

    def draw(self, canvas: Image.Image, part: float, front: bool) -> None:
        """Paste the bills in front of the person, or those behind, at a moment of the clip."""
        w, h = self.size
        for index, (x, start, speed, sway, turns, first, big) in enumerate(self.paths):
            fallen = (part - start) * speed
            if (index % 2 == 0) != front or fallen < 0 or fallen > 1.4:
                continue
            turn = round(first + turns * fallen * TURNS) % TURNS
            note = bill(round(big * math.sqrt(w * h)), turn, round(first + fallen * 9) % FLIPS)
            left = round((x + sway * math.sin(6 * fallen)) * w - note.width / 2)
            canvas.paste(note, (left, round((fallen - 0.2) * h - note.height / 2)), note)


def money_rain_pose(part: float) -> Pose:
    """Arms rise and the mouth opens once the bills have come."""
    rise = _ease((part - 0.2) / 0.4)
    sway = 0.03 * math.sin(part * 14)
    return Pose(lift=rise * (1 + 0.04 * math.sin(part * 40)), wonder=rise, sway=sway, tilt=0.06 * rise + sway)


def magazine_pose(part: float) -> Pose:
    """A slow sway to the end; a hand on the hip once the wipe is halfway."""
    return Pose(sway=0.035 * math.sin(part * 12), tilt=0.05 * math.sin(part * 9), hip=part > 0.5)


def _ease(part: float) -> float:
    clamped = min(1.0, max(0.0, part))
    return clamped * clamped * (3 - 2 * clamped)


def cover_of(size: tuple[int, int], title: str, colour: str, ink: str, lines: list[str], ornament: int) -> Image.Image:
    """A magazine's cover without its model: a coloured backdrop, the title across the top, headlines, a bar code."""
    w, h = size
    canvas = Image.new("RGB", size, colour)
    draw = ImageDraw.Draw(canvas)
    _ornament(draw, w, h, ink, ornament)
    tall = min(h * 0.24, w * 1.3 / len(title))
    draw.text((w / 2, h * 0.03), title, fill=ink, anchor="ma", font=ImageFont.load_default(tall))
    for row, text in enumerate(lines):
        x, anchor = (0.05 * w, "la") if row % 2 == 0 else (0.95 * w, "ra")
        size_of_line = min(h * 0.06, w * 0.6 / len(text))
        draw.text(
            (x, h * (0.42 + 0.13 * row)), text, fill=ink, anchor=anchor, font=ImageFont.load_default(size_of_line)
        )
    draw.rectangle((0.04 * w, 0.86 * h, 0.2 * w, 0.96 * h), fill="#ffffff")
    for x in range(round(0.05 * w), round(0.19 * w), 5):
        draw.line((x, 0.875 * h, x, 0.945 * h), fill="#111111", width=1 + x % 3)
    return canvas


def _ornament(draw: ImageDraw.ImageDraw, w: int, h: int, ink: str, which: int) -> None:
    """What a cover's backdrop carries: an arc, a disc, slanted stripes, or a band."""
    if which == 0:
        draw.arc((-0.2 * w, 0.55 * h, 1.2 * w, 1.7 * h), 180, 360, fill=ink, width=max(3, h // 40))
    elif which == 1:
        draw.ellipse((0.5 * w - 0.35 * h, 0.35 * h, 0.5 * w + 0.35 * h, 1.05 * h), fill=ink)
    elif which == 2:
        for x in range(-h, w, max(20, w // 5)):
            draw.line((x, h, x + h, 0), fill=ink, width=max(3, w // 60))
    else:
        draw.rectangle((0.1 * w, 0, 0.34 * w, h), fill=ink)


def wipe(before: Image.Image, after: Image.Image, part: float) -> Image.Image:
    """``after`` grows over ``before`` from the left behind a slanted, glowing edge."""
    w, h = before.size
    reach = _ease((part - 0.2) / 0.6) * (w + 0.45 * h) - 0.02 * w
    slant = 0.4 * h
    mask = Image.new("L", before.size, 0)
    ImageDraw.Draw(mask).polygon([(-slant - w, 0), (reach, 0), (reach - slant, h), (-slant - w, h)], fill=255)
    mixed = Image.composite(after, before, mask)
    if 0 < reach - 0.01 * w < w + slant:
        ImageDraw.Draw(mixed).line((reach, 0, reach - slant, h), fill="#fffbe0", width=max(3, w // 40))
    return mixed


def figures(frames: int) -> Iterator[float]:
    """The moments of a clip of so many frames, 0 to 1."""
    yield from (index / (frames - 1) for index in range(frames))
