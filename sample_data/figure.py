"""A person, drawn from a few words: hair, clothes, extras; arms, mouth and head move."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pen import INK, Pen, Point
from PIL import Image
from worn import WORN


@dataclass(frozen=True)
class Person:
    """How someone looks. Colours are ``#rrggbb``; ``dress`` wears a skirt in the colour of ``top``."""

    skin: str
    hair: str
    hair_colour: str
    top: str
    legs: str
    dress: bool = False
    child: bool = False
    extras: tuple[str, ...] = ()
    accent: str = "#c62828"

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> Person:
        """From a table of scenes.toml, where ``hair`` is a style and a colour: "long #553311"."""
        style, colour = table["hair"].split()
        rest: dict[str, Any] = {key: tuple(value) if key == "extras" else value for key, value in table.items()}
        return cls(**(rest | {"hair": style, "hair_colour": colour}))

    def restyled(self, top: str, legs: str, accent: str) -> Person:
        """The same person in other clothes, with sunglasses."""
        return replace(self, top=top, legs=legs, accent=accent, extras=(*self.extras, "sunglasses"))


@dataclass(frozen=True)
class Pose:
    """``lift`` raises the arms (0 down, 1 up), ``wonder`` opens the mouth; ``sway`` and ``tilt`` are in radians."""

    lift: float = 0
    wonder: float = 0
    sway: float = 0
    tilt: float = 0
    hip: bool = False


def draw_person(canvas: Image.Image, person: Person, pose: Pose, feet: Point, height: float) -> None:
    """Draw ``person`` with feet at a pixel of an RGB(A) canvas, ``height`` pixels tall."""
    pen = Pen(canvas, feet, height, pose.sway)
    head = (pose.tilt * 0.3, 0.88 if not person.child else 0.84)
    radius = 0.085 if not person.child else 0.125
    _hair_behind(pen, person, head, radius)
    _legs(pen, person)
    _arm(pen, person, pose, -1)
    _arm(pen, person, pose, 1)
    _torso(pen, person)
    pen.limb([(0, 0.74), head], 0.05, person.skin)
    pen.disc(head, radius, person.skin, 1.1)
    _hair_front(pen, person, head, radius)
    _face(pen, person, pose, head, radius)
    _extras(pen, person, head, radius)


def _hair_behind(pen: Pen, person: Person, head: Point, r: float) -> None:
    x, y = head
    if person.hair == "long":
        pen.limb([(x, y + 0.2 * r), (x, y - 2.6 * r)], 2.5 * r, person.hair_colour)
    elif person.hair == "bob":
        pen.limb([(x, y + 0.2 * r), (x, y - 0.7 * r)], 2.5 * r, person.hair_colour)
    elif person.hair == "curly":
        for step in range(12):
            turn = math.tau * step / 12
            pen.disc((x + r * math.cos(turn), y + 0.25 * r + r * math.sin(turn)), 0.5 * r, person.hair_colour)
    elif person.hair == "bun":
        pen.disc((x, y + 1.45 * r), 0.55 * r, person.hair_colour)
    elif person.hair == "tails":
        for side in (-1, 1):
            ends = [(x + side * 0.9 * r, y + 0.3 * r), (x + side * 1.7 * r, y - 1.6 * r)]
            pen.limb(ends, 0.6 * r, person.hair_colour)


def _hair_front(pen: Pen, person: Person, head: Point, r: float) -> None:
    if person.hair == "bald":
        return
    x, y = head
    arc = [math.pi * step / 10 for step in range(11)]
    cap = [(x + 1.1 * r * math.cos(a), y + 0.3 * r + r * math.sin(a)) for a in arc]
    pen.shape([*cap, (x - 0.4 * r, y + 0.6 * r), (x + 0.5 * r, y + 0.75 * r)], person.hair_colour)


def _legs(pen: Pen, person: Person) -> None:
    for side in (-1, 1):
        bare = person.dress or "shorts" in person.extras
        pen.limb([(side * 0.045, 0.47), (side * 0.06, 0.04)], 0.065, person.skin if bare else person.legs)
        if not person.dress:
            pen.limb([(side * 0.045, 0.47), (side * 0.052, 0.28)], 0.075, person.legs)
        pen.limb([(side * 0.06, 0.02), (side * 0.09, 0.015)], 0.045, INK)


def _torso(pen: Pen, person: Person) -> None:
    if person.dress:
        pen.shape([(-0.07, 0.56), (0.07, 0.56), (0.16, 0.24), (-0.16, 0.24)], person.top)
    pen.shape([(-0.115, 0.73), (0.115, 0.73), (0.085, 0.44), (-0.085, 0.44)], person.top)
    pen.limb([(-0.09, 0.735), (0.09, 0.735)], 0.06, person.top)


def _arm(pen: Pen, person: Person, pose: Pose, side: int) -> None:
    shoulder = (side * 0.115, 0.73)
    turn = math.pi * (0.06 + 0.84 * pose.lift)  # 0 hangs, pi points up
    elbow = (shoulder[0] + side * 0.17 * math.sin(turn), shoulder[1] - 0.17 * math.cos(turn))
    bend = turn + 0.25 * (1 - pose.lift)
    hand = (elbow[0] + side * 0.16 * math.sin(bend), elbow[1] - 0.16 * math.cos(bend))
    if pose.hip and side == 1:
        elbow, hand = (0.25, 0.6), (0.1, 0.49)
    pen.limb([shoulder, elbow], 0.062, person.top)
    pen.limb([elbow, hand], 0.05, person.skin)
    pen.disc(hand, 0.032, person.skin)


def _face(pen: Pen, person: Person, pose: Pose, head: Point, r: float) -> None:
    x, y = head[0] + pose.tilt * 0.4 * r, head[1] + pose.wonder * 0.12 * r
    if "beard" in person.extras:
        pen.disc((x, y - 0.65 * r), 0.62 * r, person.hair_colour, 0.8)
    for side in (-1, 1):
        eye = (x + side * 0.38 * r, y + 0.08 * r)
        pen.disc(eye, (0.11 + 0.05 * pose.wonder) * r, INK)
        brow = eye[1] + (0.3 + 0.15 * pose.wonder) * r
        pen.limb([(eye[0] - 0.17 * r, brow), (eye[0] + 0.17 * r, brow)], 0.08 * r, INK)
    if pose.wonder > 0.3:
        pen.disc((x, y - 0.5 * r), 0.2 * r, "#7b2d26", 0.7 + 0.8 * pose.wonder)
    else:
        smile = [(x - 0.3 * r, y - 0.4 * r), (x, y - 0.55 * r), (x + 0.3 * r, y - 0.4 * r)]
        pen.limb(smile, 0.1 * r, "#9c3a34")


def _extras(pen: Pen, person: Person, head: Point, r: float) -> None:
    for extra in person.extras:
        if extra in WORN:
            WORN[extra](pen, person.accent, head, r)
