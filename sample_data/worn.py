"""What a person wears or carries beside clothes, by name. ``r`` is the radius of the head."""

from __future__ import annotations

import math
from collections.abc import Callable

from pen import INK, Pen, Point


def _glasses(pen: Pen, _: str, head: Point, r: float) -> None:
    x, y = head
    for side in (-1, 1):
        pen.disc((x + side * 0.4 * r, y + 0.08 * r), 0.32 * r, INK)
        pen.disc((x + side * 0.4 * r, y + 0.08 * r), 0.24 * r, "#dfeaf2")
        pen.disc((x + side * 0.4 * r, y + 0.08 * r), 0.1 * r, INK)
    pen.limb([(x - 0.1 * r, y + 0.12 * r), (x + 0.1 * r, y + 0.12 * r)], 0.1 * r, INK)


def _sunglasses(pen: Pen, _: str, head: Point, r: float) -> None:
    x, y = head
    for side in (-1, 1):
        pen.disc((x + side * 0.4 * r, y + 0.08 * r), 0.34 * r, "#15151c")
    pen.limb([(x - 0.5 * r, y + 0.12 * r), (x + 0.5 * r, y + 0.12 * r)], 0.1 * r, "#15151c")


def _hat(pen: Pen, colour: str, head: Point, r: float) -> None:
    x, y = head
    pen.limb([(x - 1.7 * r, y + 0.62 * r), (x + 1.7 * r, y + 0.62 * r)], 0.3 * r, colour)
    crown = ((-1, 0.6), (1, 0.6), (0.8, 1.5), (-0.8, 1.5))
    pen.shape([(x + right * r, y + up * r) for right, up in crown], colour)


def _cap(pen: Pen, colour: str, head: Point, r: float) -> None:
    x, y = head
    arc = [math.pi * step / 10 for step in range(11)]
    pen.shape([(x + 1.15 * r * math.cos(a), y + 0.45 * r + 0.9 * r * math.sin(a)) for a in arc], colour)
    pen.limb([(x, y + 0.5 * r), (x + 1.6 * r, y + 0.45 * r)], 0.2 * r, colour)


def _scarf(pen: Pen, colour: str, *_: object) -> None:
    pen.limb([(-0.07, 0.755), (0.07, 0.755)], 0.06, colour)
    pen.limb([(0.05, 0.75), (0.07, 0.58)], 0.05, colour)


def _tie(pen: Pen, colour: str, *_: object) -> None:
    pen.shape([(-0.02, 0.75), (0.02, 0.75), (0.028, 0.55), (0, 0.52), (-0.028, 0.55)], colour)


def _apron(pen: Pen, colour: str, *_: object) -> None:
    pen.shape([(-0.06, 0.69), (0.06, 0.69), (0.1, 0.34), (-0.1, 0.34)], colour)


def _stripes(pen: Pen, colour: str, *_: object) -> None:
    for level in (0.69, 0.62, 0.55, 0.48):
        pen.limb([(-0.085, level), (0.085, level)], 0.024, colour)


def _buttons(pen: Pen, colour: str, *_: object) -> None:
    for level in (0.68, 0.6, 0.52):
        pen.disc((0, level), 0.012, colour)


WORN: dict[str, Callable[[Pen, str, Point, float], None]] = {
    "glasses": _glasses, "sunglasses": _sunglasses, "hat": _hat, "cap": _cap, "scarf": _scarf,
    "tie": _tie, "apron": _apron, "stripes": _stripes, "buttons": _buttons,
}  # fmt: skip
