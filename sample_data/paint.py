"""Colours: darker, lighter, and one into another."""

from __future__ import annotations

from PIL import Image, ImageColor, ImageDraw


def shade(colour: str, light: float) -> tuple[int, int, int]:
    """A colour made darker (``light`` below 1) or lighter (above)."""
    red, green, blue = (min(255, round(c * light)) for c in ImageColor.getrgb(colour)[:3])
    return red, green, blue


def gradient(canvas: Image.Image, above: str, below: str, start: float = 0, end: float = 1) -> None:
    """Fill a horizontal band (in parts of the height) from one colour to another."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    a, b = ImageColor.getrgb(above), ImageColor.getrgb(below)
    top, bottom = round(start * h), round(end * h)
    for y in range(top, bottom):
        part = (y - top) / max(1, bottom - top - 1)
        draw.line((0, y, w, y), fill=tuple(round(p + (q - p) * part) for p, q in zip(a, b, strict=True)))


def shade_hex(colour: str, light: float) -> str:
    """``shade`` as ``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*shade(colour, light))
