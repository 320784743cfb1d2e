"""The hand-written prompts and their effects.

A line has "for" (the effect), "why", "in" («she» stands for the effect's text written for her), perhaps "edit"
(what drifted in it), and the text expected "out", or the reason it is "left" until somebody declares the person. The
files were written one after the other, each without a look at the code of its day; traps.jsonl holds what might be
decided wrongly, and is mostly to be left.
"""

import json
from dataclasses import replace
from pathlib import Path

from datasetkit.prompts.slots import Person
from datasetkit.prompts.template import Effect, Persons

RAIN = (
    "Then the s86b5p money rain effect begins, countless huge-sized US dollar bills (beige background/dark green "
    "patterns) pour down like a torrential rain, densely hitting and surrounding {him}. The bills continue to fall, "
    "{he} stretches {his} arms upward, neck slightly tilted back, expression surprised, completely immersed in this "
    "wild money rain."
)
KF = "Then {he} begins the s86b5p transformation."
JUMP = (
    "Then {he} {performs} the m01aa spin jump, turning 360 degrees clockwise in the air, and {lands} softly on "
    "{his} feet."
)
ORBIT = (
    "Then the a8z2_bbb orbit shot begins, the camera circles clockwise around the subject for one full turn and "
    "returns to its starting point."
)
MIRROR = (
    "Then the sksstyle mirror effect begins, {he} looks at {himself}, the smile in the mirror is {absolute} and it "
    "answers {him}."
)
ZH = "然后s86b5p金钱雨特效开始,无数美元钞票如暴雨般倾泻而下。"

# Written out here and not by the package, so that its renderings are judged too.
_NAMES = ("he", "him", "his", "absolute", "himself", "performs", "lands")
FORMS = {
    "she": dict(zip(_NAMES, "she her her hers herself performs lands".split(), strict=True)),
    "he": dict(zip(_NAMES, "he him his his himself performs lands".split(), strict=True)),
    "they": dict(zip(_NAMES, "they them their theirs themselves perform land".split(), strict=True)),
    "it": dict(zip(_NAMES, "it it its its itself performs lands".split(), strict=True)),
}
TWO = dict(zip(_NAMES, "she/he her/him her/his hers/his herself/himself performs lands".split(), strict=True))
FOUR = {"he": "she/he/they/it", "his": "her/his/their/its", "performs": "performs/perform", "lands": "lands/land"}
TEXTS = {"rain": RAIN, "kf": KF, "jump": JUMP, "orbit": ORBIT, "mirror": MIRROR, "zh": ZH}
EFFECTS = {
    "rain": Effect("s86b5p", RAIN.format(**TWO)),
    "kf": Effect("s86b5p", KF.format(**TWO)),
    "jump": Effect("m01aa", JUMP.format(**FOUR)),
    "orbit": Effect("a8z2_bbb", ORBIT),
    "mirror": Effect("sksstyle", MIRROR.format(**TWO)),
    "zh": Effect("s86b5p", ZH),
    "zh slots": Effect("s86b5p", "然后s86b5p金钱雨开始,她/他张开双臂。"),
    "it or they": Effect(
        "m01aa", "Then it/they performs/perform the m01aa spin jump and lands/land on its/their feet."
    ),
}


FILES = ["cases.jsonl", "held_out.jsonl", "held_out_2.jsonl", "traps.jsonl"]


def spelled_out(name, text):
    """The text with «she» and the like replaced by the effect's text for that person."""
    text = text.replace("«any»", TEXTS[name])
    for person, forms in FORMS.items():
        if f"«{person}»" in text:
            text = text.replace(f"«{person}»", TEXTS[name].format(**forms))
    return text


def read(name):
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


def prompt_of(case):
    prompt = spelled_out(case["for"], case["in"])
    for old, new in case.get("edit", []):
        assert prompt.count(old) == 1, (case["why"], old)
        prompt = prompt.replace(old, new)
    return prompt


def declaring(case):
    """The case's effect with the person that its expected text is written for declared, for the medium "clip.mp4"."""
    person = next((person for person in Person if f"«{person}»" in case["out"]), None)
    effect = EFFECTS[case["for"]]
    return replace(effect, declared=Persons({"clip.mp4": person})) if person else effect
