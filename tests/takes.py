"""Made takes whose action's place is known: a thing moves for a while, in a scene that makes that hard to see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scenes import Picture, texture

RATE = 12
SIZE = (128, 72)


@dataclass(frozen=True)
class Take:
    """The pictures, at RATE a second, and from which second to which something happens."""

    kind: str
    pictures: list[Picture]
    start: float
    end: float


Scene = tuple[list[Picture], float, float]


def take(kind: str, seed: int) -> Take:
    """A take of that kind, another one for each seed."""
    random = np.random.default_rng([seed, *kind.encode()])
    return Take(kind, *KINDS[kind](random))


def scene(
    random: np.random.Generator,
    *,
    seconds: float | None = None,
    noise: float = 0,
    pan: float = 0,
    shake: float = 0,
    sway: float = 0,
    acts: bool = True,
) -> Scene:
    """A thing that moves across a scene for a while, and stands still before and after. Speeds in pixels a frame."""
    seconds = seconds or random.uniform(7, 14)
    count = round(seconds * RATE)
    lasting = random.uniform(0.8, min(4, seconds - 1.5))
    start = random.uniform(0.8, seconds - lasting - 0.5)
    width, height = SIZE
    wide = texture((width + 2 * 40, height + 2 * 40), int(random.integers(1 << 30)))
    side = int(random.integers(height // 5, height // 2))
    thing = texture((side, side), int(random.integers(1 << 30)), grain=6)
    shift = np.array(pan * _way(random))
    begin, way = random.uniform((0, 0), (width - side, height - side)), _way(random)
    far = random.uniform(0.25, 0.6) * width
    smooth, pictures = bool(random.integers(2)), []
    bush, at = texture((height // 3, height // 3), int(random.integers(1 << 30)), grain=5), random.uniform(20, 80, 2)
    hertz = random.uniform(0.3, 1.2)
    for number in range(count):
        gone = np.clip((number / RATE - start) / lasting, 0, 1) if acts else 0
        gone = (1 - np.cos(np.pi * gone)) / 2 if smooth else gone
        left, top = _bounced(begin + way * far * gone, (width - side, height - side))
        follows = np.clip(40 + shift * (number - count / 2), 2, 76)  # the camera follows the thing, with a shaking hand
        x, y = np.rint(follows).astype(int)
        world = wide.copy()
        if sway:  # something else that never stands still
            across, down = (at + sway * np.sin(2 * np.pi * hertz * number / RATE + np.arange(2))).astype(int)
            world[40 + down // 2 : 40 + down // 2 + len(bush), 20 + across : 20 + across + len(bush)] = bush
        world[y + top : y + top + side, x + left : x + left + side] = thing
        picture = _view(world, np.clip(follows + random.normal(0, shake, 2), 0, 79))
        pictures.append(noisy(picture, noise, random))
    return pictures, start, start + lasting


def _view(wide: Picture, at: np.ndarray) -> Picture:
    """A part of a texture at a place between pixels, as a lens shows it."""
    (x, y), (across, down) = at.astype(int), at % 1
    rows = wide[y : y + SIZE[1] + 1, x : x + SIZE[0] + 1].astype(np.float32)
    rows = rows[:-1] * (1 - down) + rows[1:] * down
    return (rows[:, :-1] * (1 - across) + rows[:, 1:] * across).astype(np.uint8)


def _way(random: np.random.Generator) -> np.ndarray:
    angle = random.uniform(0, 2 * np.pi)
    return np.array([np.cos(angle), np.sin(angle)])


def _bounced(place: np.ndarray, limit: tuple[int, int]) -> tuple[int, int]:
    """A place that bounces off the edges."""
    far = np.abs(place) % (2 * np.array(limit))
    left, top = np.rint(np.where(far > limit, 2 * np.array(limit) - far, far)).astype(int)
    return int(left), int(top)


def noisy(picture: Picture, noise: float, random: np.random.Generator) -> Picture:
    """The picture with a camera's noise, of so many levels."""
    if not noise:
        return picture
    return np.clip(picture + random.normal(0, noise, picture.shape[:2])[..., None], 0, 255).astype(np.uint8)


def _cut(random: np.random.Generator) -> Scene:
    noise = random.uniform(1, 4)
    quiet, _, _ = scene(random, seconds=random.uniform(3, 7), noise=noise, acts=False)
    lively, start, end = scene(random, noise=noise)
    if random.integers(2):
        return quiet + lively, start + len(quiet) / RATE, end + len(quiet) / RATE
    return lively + quiet, start, end


def _fades(random: np.random.Generator) -> Scene:
    pictures, start, end = scene(random, noise=random.uniform(1, 4))
    length = round(random.uniform(0.3, 0.7) * RATE)
    quiet, _, _ = scene(random, seconds=random.uniform(3, 6), noise=2, acts=False)
    before = _faded(quiet, out=length) + _faded(pictures, into=length)
    return before, start + len(quiet) / RATE, end + len(quiet) / RATE


def _faded(pictures: list[Picture], *, into: int = 0, out: int = 0) -> list[Picture]:
    shares = np.ones(len(pictures))
    shares[:into] = np.linspace(0, 1, into, endpoint=False)
    shares[len(shares) - out :] = np.linspace(1, 0, out)
    return [(picture * share).astype(np.uint8) for picture, share in zip(pictures, shares, strict=True)]


def _frozen_tail(random: np.random.Generator) -> Scene:
    pictures, start, end = scene(random, noise=random.uniform(1, 4))
    return pictures + [pictures[-1]] * round(random.uniform(1, 6) * RATE), start, end


def _black_head(random: np.random.Generator) -> Scene:
    pictures, start, end = scene(random, noise=random.uniform(1, 4))
    black = round(random.uniform(0.5, 3) * RATE)
    return [np.zeros_like(pictures[0])] * black + pictures, start + black / RATE, end + black / RATE


KINDS: dict[str, Callable[[np.random.Generator], Scene]] = {
    "still scene": scene,
    "noise": lambda random: scene(random, noise=random.uniform(1, 8)),
    "slow pan": lambda random: scene(random, noise=random.uniform(0, 4), pan=random.uniform(0.1, 0.45)),
    "shaking hand": lambda random: scene(random, noise=random.uniform(0, 4), shake=random.uniform(0.3, 1.2)),
    "swaying bush": lambda random: scene(random, noise=random.uniform(0, 4), sway=random.uniform(2, 8)),
    "cut": _cut,
    "fade": _fades,
    "frozen tail": _frozen_tail,
    "black head": _black_head,
}
