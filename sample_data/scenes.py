"""From a table of scenes/*.toml to pictures: what a sample looks like at any moment of its clip."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from effects import MoneyRain, cover_of, figures, magazine_pose, money_rain_pose, wipe
from figure import Person, Pose, draw_person
from indoors import INDOORS
from outdoors import OUTDOORS
from PIL import Image

TABLES = Path(__file__).parent / "scenes"
BACKGROUNDS = OUTDOORS | INDOORS
FINE = 2  # backgrounds and people are drawn at twice the size, then halved: Pillow draws no smooth edges

Picture = Callable[[float], Image.Image]


@dataclass(frozen=True)
class Form:
    """A sample's size in pixels, length, rate and file types; ``tone`` is in hertz, 0 without sound."""

    size: tuple[int, int]
    frames: int
    rate: int
    clip: str
    first: str
    last: str
    tone: float


@dataclass(frozen=True)
class Scene:
    """A sample: its place in the set (from 1), prompt, form, and its picture at a moment from 0 to 1."""

    number: int
    prompt: str
    form: Form
    picture: Picture

    def frames(self) -> Iterator[Image.Image]:
        """The clip's frames, as drawn."""
        return (self.picture(moment) for moment in figures(self.form.frames))


def forms() -> list[Form]:
    """The rows of clips.toml."""
    rows = tomllib.loads((TABLES / "clips.toml").read_text("utf-8"))["clips"]
    return [Form((w, h), *rest) for w, h, *rest in rows]


def read_scenes(kind: str, role: str) -> list[Scene]:
    """The samples of one set, in order. The kf2v set and the validation sets take the forms in another order."""
    tables = tomllib.loads((TABLES / f"{kind}.toml").read_text("utf-8"))
    shift = (7 if kind == "kf2v" else 0) + (3 if role == "validation" else 0)
    known, draw = forms(), magazine if kind == "kf2v" else money_rain
    scenes = []
    for number, table in enumerate(tables[role], start=1):
        form = known[(number - 1 + shift) % len(known)]
        prompt = f"{table['words']} {address(tables['effect'], table['who'])}"
        scenes.append(Scene(number, prompt, form, draw(table, form, f"{kind} {role} {number}")))
    return scenes


def address(effect: str, who: str) -> str:
    """The effect text with its pronouns resolved: ``she/he``, ``her/him`` and ``her/his`` as ``who`` says."""
    choice = 0 if who == "she" else 1
    for pair in ("she/he", "her/him", "her/his"):
        effect = effect.replace(pair, pair.split("/")[choice])
    return effect


def money_rain(table: Mapping[str, Any], form: Form, seed: str) -> Picture:
    """A person in front of a background, and bills before and behind."""
    back, person = backdrop(table, form.size, seed), Person.read(table["person"])
    rain = MoneyRain(form.size, Random(f"{seed} bills"))

    def picture(moment: float) -> Image.Image:
        canvas = back.copy()
        rain.draw(canvas, moment, front=False)
        place(canvas, person, money_rain_pose(moment), *table["at"])
        rain.draw(canvas, moment, front=True)
        return canvas

    return picture


def magazine(table: Mapping[str, Any], form: Form, seed: str) -> Picture:
    """A person in front of a background, and the same person on a cover that wipes over it."""
    back, person = backdrop(table, form.size, seed), Person.read(table["person"])
    title, colour, ink, *clothes = table["cover"]
    dice = Random(f"{seed} front")
    lines = ["NEW LOOK", f"STYLE {dice.randrange(20, 99)}"]
    cover = cover_of(form.size, title, colour, ink, lines, dice.randrange(4))
    x, height = dice.uniform(0.38, 0.64), dice.uniform(0.85, 1.3)
    model = person.restyled(*clothes)

    def picture(moment: float) -> Image.Image:
        before, after, pose = back.copy(), cover.copy(), magazine_pose(moment)
        place(before, person, pose, *table["at"])
        place(after, model, pose, x, height)
        return wipe(before, after, moment)

    return picture


def backdrop(table: Mapping[str, Any], size: tuple[int, int], seed: str) -> Image.Image:
    """The background alone."""
    name, main, other = table["background"]
    canvas = Image.new("RGB", (size[0] * FINE, size[1] * FINE))
    BACKGROUNDS[name](canvas, main, other, Random(f"{seed} background"))
    return canvas.reduce(FINE)


def place(canvas: Image.Image, person: Person, pose: Pose, x: float, height: float) -> None:
    """Draw a person: ``x`` in parts of the width, ``height`` in parts of the height. Who is too tall loses the feet."""
    w, h = canvas.size
    layer = Image.new("RGBA", (w * FINE, h * FINE))
    tall = height * h * FINE
    feet = max(0.97 * h * FINE, 0.1 * h * FINE + tall)
    draw_person(layer, person, pose, (x * w * FINE, feet), tall)
    small = layer.reduce(FINE)
    canvas.paste(small, (0, 0), small)
