"""A pen that draws in a person's own units."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

Point = tuple[float, float]
INK = "#33261f"


class Pen:
    """Draws in the person's own units (feet at the origin, 1 tall, y upwards) onto a canvas of pixels."""

    def __init__(self, canvas: Image.Image, feet: Point, height: float, lean: float) -> None:
        self.draw, self.feet, self.height, self.lean = ImageDraw.Draw(canvas), feet, height, lean

    def at(self, point: Point) -> Point:
        """The pixel of a point; who leans is bent sideways, more so further up."""
        x, y = point[0] + self.lean * point[1] ** 2, point[1]
        return self.feet[0] + x * self.height, self.feet[1] - y * self.height

    def disc(self, centre: Point, radius: float, colour: str, tall: float = 1) -> None:
        """A filled ellipse, ``tall`` times as high as wide."""
        x, y = self.at(centre)
        a, b = radius * self.height, radius * tall * self.height
        self.draw.ellipse((x - a, y - b, x + a, y + b), fill=colour)

    def limb(self, points: Sequence[Point], width: float, colour: str) -> None:
        """A thick line with round joints and ends."""
        thick = max(1, round(width * self.height))
        self.draw.line([self.at(p) for p in points], fill=colour, width=thick, joint="curve")
        for point in points:
            self.disc(point, width / 2, colour)

    def shape(self, points: Sequence[Point], colour: str) -> None:
        """A filled polygon."""
        self.draw.polygon([self.at(p) for p in points], fill=colour)
