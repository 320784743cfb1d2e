"""Backgrounds under the open sky. Each draws on a canvas of any size with two colours and its own dice."""

from __future__ import annotations

import math
from random import Random

from paint import gradient, shade, shade_hex
from PIL import Image, ImageDraw


def brick(canvas: Image.Image, wall: str, ivy: str, dice: Random) -> None:
    """A brick wall with ivy hanging from above, on a pavement."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    draw.rectangle((0, 0, w, h), fill=shade(wall, 0.6))
    tall, wide = h / 15, w / 7
    for row in range(14):
        for column in range(-1, 8):
            x = (column + row % 2 / 2) * wide
            light = dice.uniform(0.85, 1.15)
            draw.rectangle((x + 2, row * tall + 2, x + wide - 2, (row + 1) * tall - 2), fill=shade(wall, light))
    for _ in range(90):
        x, y = dice.uniform(0, w), h * dice.betavariate(1, 3.5)
        r = dice.uniform(0.015, 0.04) * h
        draw.ellipse((x - r, y - r, x + r, y + r), fill=shade(ivy, dice.uniform(0.7, 1.3)))
    draw.rectangle((0, h * 0.93, w, h), fill="#8d8a84")


def skyline(canvas: Image.Image, sky: str, glow: str, dice: Random) -> None:
    """Towers with lit windows before an evening sky."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    gradient(canvas, sky, glow)
    x = -0.02 * w
    while x < w:
        wide, top = dice.uniform(0.08, 0.16) * w, h * dice.uniform(0.25, 0.65)
        draw.rectangle((x, top, x + wide, h), fill=shade(sky, dice.uniform(0.45, 0.65)))
        for row in range(1, 12):
            for column in (0.2, 0.5, 0.8):
                if dice.random() < 0.5:
                    cx, cy = x + column * wide, top + row * h * 0.05
                    draw.rectangle((cx - 2, cy - 3, cx + 2, cy + 3), fill="#ffd27a")
        x += wide * 1.04
    draw.rectangle((0, h * 0.94, w, h), fill=shade(sky, 0.4))


def beach(canvas: Image.Image, sea: str, sand: str, dice: Random) -> None:
    """Sea, sand, a sun and a parasol."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    gradient(canvas, "#9fd8f5", "#e8f6fb", 0, 0.45)
    gradient(canvas, sea, "#bfe8e4", 0.45, 0.7)
    gradient(canvas, sand, sand, 0.7, 1)
    x = dice.choice((0.15, 0.85)) * w
    draw.ellipse((x - 0.07 * w, 0.08 * h, x + 0.07 * w, 0.08 * h + 0.14 * w), fill="#fff2b0")
    for _ in range(14):
        y, x0 = h * dice.uniform(0.47, 0.66), dice.uniform(0, w)
        draw.line((x0, y, x0 + 0.1 * w, y), fill="#ffffff", width=2)
    px = w - x
    draw.line((px, 0.45 * h, px, 0.85 * h), fill="#6d4c41", width=5)
    draw.pieslice((px - 0.18 * w, 0.36 * h, px + 0.18 * w, 0.6 * h), 180, 360, fill="#e4572e")
    draw.pieslice((px - 0.07 * w, 0.36 * h, px + 0.07 * w, 0.6 * h), 180, 360, fill="#fff8e7")


def mountains(canvas: Image.Image, rock: str, grass: str, dice: Random) -> None:
    """Snow-capped peaks over a meadow with flowers."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    gradient(canvas, "#7db7e8", "#e3f1fa", 0, 0.75)
    for step in range(4):
        x, top, half = (step + dice.uniform(0.1, 0.6)) * w / 3.6, h * dice.uniform(0.12, 0.38), w * 0.3
        draw.polygon([(x, top), (x - half, 0.75 * h), (x + half, 0.75 * h)], fill=shade(rock, 0.8 + 0.12 * step))
        cap = 0.25
        left, right = (x - half * cap, top + (0.75 * h - top) * cap), (x + half * cap, top + (0.75 * h - top) * cap)
        draw.polygon([(x, top), left, (x, left[1] - 0.03 * h), right], fill="#ffffff")
    gradient(canvas, grass, grass, 0.72, 1)
    for _ in range(60):
        x, y = dice.uniform(0, w), h * dice.uniform(0.75, 1)
        draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill=dice.choice(("#ffffff", "#f9d71c", "#e86a92")))


def forest(canvas: Image.Image, leaves: str, ground: str, dice: Random) -> None:
    """Tree trunks one behind the other, with light between them."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    gradient(canvas, "#f3f0c4", leaves, 0, 0.85)
    for step in range(16):
        near = step / 15
        x, half = dice.uniform(0, w), w * (0.01 + 0.025 * near)
        draw.rectangle((x - half, 0, x + half, h * (0.72 + 0.12 * near)), fill=shade("#6b4a2f", 1.5 - near * 0.7))
    for _ in range(70):
        x, y, r = dice.uniform(0, w), h * dice.betavariate(1, 5), dice.uniform(0.04, 0.09) * h
        draw.ellipse((x - r, y - r, x + r, y + r), fill=shade(leaves, dice.uniform(0.6, 1.2)))
    gradient(canvas, ground, ground, 0.84, 1)


def snow(canvas: Image.Image, sky: str, firs: str, dice: Random) -> None:
    """A white field with firs and a hut."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    gradient(canvas, sky, "#f4f8fb", 0, 0.7)
    draw.ellipse((-0.3 * w, 0.62 * h, 1.3 * w, 1.5 * h), fill="#f7fbff")
    for _ in range(9):
        x, foot, tall = dice.uniform(0, w), h * dice.uniform(0.66, 0.76), h * dice.uniform(0.2, 0.4)
        for tier in (0, 1, 2):
            top, half = foot - tall * (1 - tier * 0.25), tall * (0.14 + 0.07 * tier)
            draw.polygon([(x, top), (x - half, top + tall * 0.42), (x + half, top + tall * 0.42)], fill=firs)
    x = dice.choice((0.12, 0.7)) * w
    draw.rectangle((x, 0.58 * h, x + 0.18 * w, 0.72 * h), fill="#7a4a2b")
    draw.polygon([(x - 0.03 * w, 0.59 * h), (x + 0.09 * w, 0.46 * h), (x + 0.21 * w, 0.59 * h)], fill="#ffffff")


def desert(canvas: Image.Image, sky: str, dunes: str, dice: Random) -> None:
    """Dunes and cactuses under a wide sky."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    gradient(canvas, sky, "#fbe3c0", 0, 0.8)
    for step in range(4):
        phase, level = dice.uniform(0, 6), 0.5 + 0.13 * step
        ridge = [(x, h * (level + 0.05 * math.sin(phase + 5 * x / w))) for x in range(0, w + 8, 8)]
        draw.polygon([*ridge, (w, h), (0, h)], fill=shade(dunes, 1.1 - 0.1 * step))
    for _ in range(3):
        x, foot, tall, k = dice.uniform(0.05, 0.95) * w, h * dice.uniform(0.66, 0.8), h * 0.24, max(6, round(w / 40))
        draw.line((x, foot - tall, x, foot), fill="#3f7d4e", width=k)
        draw.line(
            [(x - 2 * k, foot - 0.7 * tall), (x - 2 * k, foot - 0.4 * tall), (x, foot - 0.4 * tall)], "#3f7d4e", k
        )


def harbour(canvas: Image.Image, sea: str, sails: str, dice: Random) -> None:
    """Sailing boats behind a wooden pier."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    gradient(canvas, "#cfe7f5", "#f6efe2", 0, 0.5)
    gradient(canvas, sea, shade_hex(sea, 0.7), 0.5, 0.82)
    for step in range(4):
        x, foot, tall = (
            (step + dice.uniform(0.2, 0.8)) * w / 4,
            h * dice.uniform(0.55, 0.7),
            h * dice.uniform(0.25, 0.45),
        )
        draw.polygon([(x, foot - tall), (x, foot - 8), (x + 0.45 * tall, foot - 8)], fill=sails)
        draw.polygon([(x - 4, foot - 0.8 * tall), (x - 4, foot - 8), (x - 0.3 * tall, foot - 8)], fill="#fffdf6")
        hull = [
            (x - 0.35 * tall, foot - 6),
            (x + 0.5 * tall, foot - 6),
            (x + 0.35 * tall, foot + 10),
            (x - 0.2 * tall, foot + 10),
        ]
        draw.polygon(hull, fill="#5d3a2b")
    for plank in range(7):
        y = h * (0.82 + 0.026 * plank)
        draw.rectangle((0, y, w, y + 0.026 * h - 2), fill=shade("#a27b55", 1.1 - plank * 0.04))


def park(canvas: Image.Image, grass: str, leaves: str, dice: Random) -> None:
    """Round trees, a path and a bench."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    gradient(canvas, "#b8e0f7", "#eef8f2", 0, 0.65)
    gradient(canvas, grass, shade_hex(grass, 0.8), 0.62, 1)
    for step in range(5):
        x, r = (step + dice.uniform(0.1, 0.9)) * w / 5, h * dice.uniform(0.12, 0.2)
        draw.rectangle((x - r / 8, 0.5 * h, x + r / 8, 0.68 * h), fill="#6d4c33")
        draw.ellipse((x - r, 0.5 * h - 1.6 * r, x + r, 0.5 * h + 0.4 * r), fill=shade(leaves, dice.uniform(0.75, 1.2)))
    draw.polygon([(0.42 * w, 0.64 * h), (0.5 * w, 0.64 * h), (0.85 * w, h), (0.2 * w, h)], fill="#d9c7a3")
    x = dice.choice((0.05, 0.68)) * w
    for y in (0.66, 0.7, 0.75):
        draw.rectangle((x, y * h, x + 0.27 * w, (y + 0.025) * h), fill="#8a5a34")


def street(canvas: Image.Image, night: str, lamps: str, dice: Random) -> None:
    """A street at night between house fronts, with lamps."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    gradient(canvas, night, shade_hex(night, 1.9))
    for side in (0, 1):
        for step in range(3):
            a, b = (step * 0.13) * w, ((step + 1) * 0.13) * w
            x0, x1 = (a, b) if side == 0 else (w - b, w - a)
            top = h * (0.08 + 0.1 * step + dice.uniform(0, 0.05))
            draw.rectangle((x0, top, x1, 0.85 * h), fill=shade(night, 1.3 + 0.5 * step))
            for row in range(4):
                if dice.random() < 0.7:
                    y = top + (row + 0.5) * h * 0.14
                    draw.rectangle((x0 + 0.035 * w, y, x1 - 0.035 * w, y + 0.07 * h), fill=lamps)
    draw.polygon([(0.4 * w, 0.7 * h), (0.6 * w, 0.7 * h), (w, h), (0, h)], fill=shade(night, 2.4))
    for x in (0.3, 0.7):
        draw.line((x * w, 0.35 * h, x * w, 0.86 * h), fill="#2b2b33", width=4)
        draw.ellipse((x * w - 0.03 * w, 0.3 * h, x * w + 0.03 * w, 0.3 * h + 0.06 * w), fill="#fff4c2")


def flowers(canvas: Image.Image, petals: str, sky: str, dice: Random) -> None:
    """A field of tall flowers up to the horizon."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    gradient(canvas, sky, "#f5f9ff", 0, 0.5)
    gradient(canvas, "#7fae4f", "#3f7a34", 0.48, 1)
    for step in range(110):
        near = step / 109
        x, y, r = dice.uniform(0, w), h * (0.5 + 0.5 * near), h * (0.008 + 0.028 * near)
        draw.line((x, y, x, y + 4 * r), fill="#2f6b2a", width=3)
        draw.ellipse((x - r, y - r, x + r, y + r), fill=petals)
        draw.ellipse((x - r / 2.5, y - r / 2.5, x + r / 2.5, y + r / 2.5), fill="#4e342e")


OUTDOORS = {
    "brick": brick, "skyline": skyline, "beach": beach, "mountains": mountains, "forest": forest, "snow": snow,
    "desert": desert, "harbour": harbour, "park": park, "street": street, "flowers": flowers,
}  # fmt: skip
