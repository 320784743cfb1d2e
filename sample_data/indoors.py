"""Backgrounds under a roof. Each draws on a canvas of any size with two colours and its own dice."""

from __future__ import annotations

from random import Random

from paint import gradient, shade, shade_hex
from PIL import Image, ImageDraw


def library(canvas: Image.Image, wood: str, carpet: str, dice: Random) -> None:
    """Shelves of books to the ceiling."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    draw.rectangle((0, 0, w, h), fill=wood)
    spines = ("#8c2f39", "#2f5d8c", "#3d7a4b", "#c9a227", "#6a4c93", "#d9d2c5", "#b5651d")
    for shelf in range(5):
        bottom, x = h * (0.16 * shelf + 0.155), 0.02 * w
        draw.rectangle((0, bottom - 0.135 * h, w, bottom), fill=shade(wood, 0.5))
        while x < 0.98 * w:
            wide, tall = w * dice.uniform(0.02, 0.045), h * dice.uniform(0.08, 0.125)
            draw.rectangle((x, bottom - tall, x + wide - 2, bottom), fill=dice.choice(spines))
            x += wide
    gradient(canvas, carpet, shade_hex(carpet, 0.8), 0.85, 1)


def kitchen(canvas: Image.Image, tiles: str, cupboards: str, dice: Random) -> None:
    """Tiles, hanging pans, cupboards and a worktop."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    draw.rectangle((0, 0, w, h), fill=shade(tiles, 0.8))
    side = h / 10
    for row in range(7):
        for column in range(int(w / side) + 1):
            box = (column * side + 2, row * side + 2, (column + 1) * side - 2, (row + 1) * side - 2)
            draw.rectangle(box, fill=shade(tiles, dice.uniform(0.96, 1.04)))
    draw.line((0, 0.1 * h, w, 0.1 * h), fill="#55565a", width=5)
    for step in range(5):
        x, r = (step + 0.5) * w / 5 + dice.uniform(-8, 8), h * dice.uniform(0.04, 0.07)
        draw.line((x, 0.1 * h, x, 0.2 * h), fill="#55565a", width=5)
        draw.ellipse((x - r, 0.2 * h, x + r, 0.2 * h + 2 * r), fill=dice.choice(("#b5713b", "#6e7178", "#3d3f45")))
    draw.rectangle((0, 0.62 * h, w, 0.66 * h), fill="#e5ded2")
    for step in range(4):
        draw.rectangle((step * w / 4 + 3, 0.67 * h, (step + 1) * w / 4 - 3, 0.95 * h), fill=cupboards)
        draw.ellipse(((step + 0.8) * w / 4, 0.78 * h, (step + 0.8) * w / 4 + 10, 0.78 * h + 10), fill="#d8b863")


def classroom(canvas: Image.Image, board: str, wall: str, dice: Random) -> None:
    """A blackboard with chalk lines, and desks."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    gradient(canvas, wall, shade_hex(wall, 0.9))
    draw.rectangle((0.06 * w, 0.1 * h, 0.94 * w, 0.58 * h), fill="#8a5f3c")
    draw.rectangle((0.08 * w, 0.125 * h, 0.92 * w, 0.555 * h), fill=board)
    for row in range(5):
        x, y = 0.12 * w, h * (0.18 + 0.075 * row)
        while x < 0.85 * w:
            end = x + w * dice.uniform(0.03, 0.1)
            draw.line((x, y + dice.uniform(-3, 3), end, y + dice.uniform(-3, 3)), fill="#eef2ea", width=3)
            x = end + 0.03 * w
    gradient(canvas, "#b08d64", "#94734d", 0.82, 1)
    for x in (0.02, 0.72):
        draw.rectangle((x * w, 0.7 * h, (x + 0.26) * w, 0.74 * h), fill="#d8a867")
        draw.rectangle(((x + 0.02) * w, 0.74 * h, (x + 0.05) * w, 0.95 * h), fill="#7c7f86")


def stage(canvas: Image.Image, curtain: str, floor: str, dice: Random) -> None:
    """Theatre curtains in folds, and a spotlight on the boards."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    x = 0.0
    while x < w:
        wide = w * dice.uniform(0.025, 0.05)
        draw.rectangle((x, 0, x + wide, 0.84 * h), fill=shade(curtain, dice.uniform(0.6, 1.2)))
        x += wide
    for step in range(5):
        draw.pieslice((step * w / 5, -0.14 * h, (step + 1) * w / 5, 0.14 * h), 0, 180, fill="#caa23a")
    gradient(canvas, floor, shade_hex(floor, 0.6), 0.82, 1)
    draw.ellipse((0.2 * w, 0.86 * h, 0.8 * w, 0.99 * h), fill=shade(floor, 1.5))


def subway(canvas: Image.Image, tiles: str, train: str, dice: Random) -> None:
    """A platform: arched tiles, a line's colour band, a train waiting."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    gradient(canvas, shade_hex(tiles, 0.75), tiles, 0, 0.3)
    for column in range(0, w, max(12, w // 24)):
        draw.line((column, 0, column, 0.3 * h), fill=shade(tiles, 0.65), width=2)
    draw.rectangle((0, 0.24 * h, w, 0.8 * h), fill=train)
    draw.rectangle((0, 0.62 * h, w, 0.68 * h), fill="#f4f4f4")
    shift = dice.uniform(-0.1, 0.05)
    for step in range(5):
        x = (step * 0.27 + shift) * w
        draw.rounded_rectangle((x, 0.3 * h, x + 0.2 * w, 0.52 * h), 10, fill="#dff1f7")
        draw.line((x + 0.235 * w, 0.26 * h, x + 0.235 * w, 0.8 * h), fill=shade(train, 0.6), width=5)
    gradient(canvas, "#9a9da3", "#c3c5c9", 0.8, 1)
    draw.rectangle((0, 0.82 * h, w, 0.845 * h), fill="#f2c230")


def bedroom(canvas: Image.Image, wall: str, bedding: str, dice: Random) -> None:
    """A window with curtains, a picture, a bed."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    gradient(canvas, wall, shade_hex(wall, 0.92))
    for x in range(0, w, max(16, w // 14)):
        draw.line((x, 0, x, 0.8 * h), fill=shade(wall, 1.06), width=3)
    left = dice.choice((0.08, 0.56)) * w
    draw.rectangle((left, 0.1 * h, left + 0.36 * w, 0.5 * h), fill="#ffffff")
    draw.rectangle((left + 0.02 * w, 0.12 * h, left + 0.34 * w, 0.48 * h), fill="#a9d6f0")
    draw.line((left + 0.18 * w, 0.12 * h, left + 0.18 * w, 0.48 * h), fill="#ffffff", width=6)
    for side in (left - 0.05 * w, left + 0.3 * w):
        draw.rectangle((side, 0.06 * h, side + 0.11 * w, 0.6 * h), fill=shade(bedding, 0.8))
    other = 0.62 * w if left < 0.3 * w else 0.1 * w
    draw.rectangle((other, 0.16 * h, other + 0.24 * w, 0.4 * h), fill="#6b4a2f")
    draw.rectangle((other + 0.02 * w, 0.18 * h, other + 0.22 * w, 0.38 * h), fill=shade(bedding, 1.3))
    gradient(canvas, "#b98d62", "#94704c", 0.8, 1)
    draw.rounded_rectangle((other - 0.15 * w, 0.62 * h, other + 0.45 * w, 0.9 * h), 20, fill=bedding)
    draw.rounded_rectangle((other, 0.58 * h, other + 0.24 * w, 0.68 * h), 12, fill="#ffffff")


def museum(canvas: Image.Image, wall: str, frame: str, dice: Random) -> None:
    """Framed paintings on a gallery wall, over a polished floor."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    gradient(canvas, shade_hex(wall, 1.08), wall)
    for step in range(3):
        x, top, bottom = (0.04 + 0.33 * step) * w, h * dice.uniform(0.1, 0.2), h * dice.uniform(0.45, 0.62)
        draw.rectangle((x, top, x + 0.27 * w, bottom), fill=frame)
        inner = (x + 0.02 * w, top + 0.02 * w, x + 0.25 * w, bottom - 0.02 * w)
        draw.rectangle(inner, fill=dice.choice(("#2f5d8c", "#d98e73", "#3d7a4b", "#e6d3a3")))
        for _ in range(6):
            cx, cy, r = (
                dice.uniform(inner[0] + 12, inner[2] - 12),
                dice.uniform(inner[1] + 12, inner[3] - 12),
                dice.uniform(4, 12),
            )
            colour = dice.choice(("#f2c14e", "#f78154", "#fdfdfd", "#5fad56", "#4d194d"))
            draw.ellipse((cx - r, cy - r, cx + r, cy + r), fill=colour)
    draw.rectangle((0, 0.78 * h, w, 0.81 * h), fill="#f5f1e8")
    gradient(canvas, "#a9825a", "#7d5c3c", 0.81, 1)


def gym(canvas: Image.Image, wall: str, floor: str, dice: Random) -> None:
    """A sports hall: a basketball hoop, wall bars, court lines."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    gradient(canvas, wall, shade_hex(wall, 1.15), 0, 0.76)
    left = dice.random() < 0.5
    bars, hoop = (0.04, 0.68) if left else (0.66, 0.18)
    for step in range(11):
        y = h * (0.14 + 0.055 * step)
        draw.rectangle((bars * w, y, (bars + 0.28) * w, y + 0.015 * h), fill="#c58f55")
    for x in (bars, bars + 0.14, bars + 0.27):
        draw.rectangle((x * w, 0.1 * h, (x + 0.012) * w, 0.76 * h), fill="#8a5a34")
    draw.rectangle(((hoop - 0.14) * w, 0.08 * h, (hoop + 0.14) * w, 0.32 * h), fill="#fbfbfb")
    draw.rectangle(((hoop - 0.05) * w, 0.18 * h, (hoop + 0.05) * w, 0.28 * h), outline="#d6402b", width=5)
    draw.ellipse(((hoop - 0.06) * w, 0.28 * h, (hoop + 0.06) * w, 0.32 * h), outline="#e4572e", width=6)
    gradient(canvas, floor, shade_hex(floor, 0.85), 0.76, 1)
    draw.line((0, 0.84 * h, w, 0.84 * h), fill="#ffffff", width=5)
    draw.arc((0.25 * w, 0.78 * h, 0.75 * w, 1.1 * h), 180, 360, fill="#ffffff", width=5)


def cafe(canvas: Image.Image, wall: str, awning: str, dice: Random) -> None:
    """A coffee house: hanging lamps, a striped counter, cups on a shelf."""
    draw, (w, h) = ImageDraw.Draw(canvas), canvas.size
    gradient(canvas, shade_hex(wall, 0.75), wall)
    for x in (0.18, 0.5, 0.82):
        draw.line((x * w, 0, x * w, 0.14 * h), fill="#2d2320", width=4)
        draw.pieslice(((x - 0.08) * w, 0.1 * h, (x + 0.08) * w, 0.26 * h), 180, 360, fill=awning)
        draw.ellipse(((x - 0.03) * w, 0.16 * h, (x + 0.03) * w, 0.2 * h), fill="#fff3c4")
    for y in (0.38, 0.54):
        draw.rectangle((0.05 * w, y * h, 0.95 * w, (y + 0.02) * h), fill="#6b4429")
        for step in range(9):
            x, tall = (0.08 + 0.1 * step) * w, h * dice.uniform(0.04, 0.09)
            colour = dice.choice(("#ffffff", "#e4572e", "#2f5d8c", "#f2c14e"))
            draw.rectangle((x, y * h - tall, x + 0.05 * w, y * h), fill=colour)
    for step in range(12):
        colour = awning if step % 2 else "#faf4ea"
        draw.rectangle((step * w / 12, 0.7 * h, (step + 1) * w / 12, 0.93 * h), fill=colour)
    draw.rectangle((0, 0.67 * h, w, 0.71 * h), fill=shade(wall, 0.5))
    gradient(canvas, "#5d4a3e", "#4a3a31", 0.93, 1)


INDOORS = {
    "library": library, "kitchen": kitchen, "classroom": classroom, "stage": stage, "subway": subway,
    "bedroom": bedroom, "museum": museum, "gym": gym, "cafe": cafe,
}  # fmt: skip
