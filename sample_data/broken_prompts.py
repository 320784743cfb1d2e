"""The broken cases about prompts: a declared effect and prompts against it, in validation sets, which need no clip."""

from __future__ import annotations

import tomllib

from broken_media import clip, encoded, still
from broken_parts import BLUE, MAN, RED, WOMAN, Case, Files, frame, media, prompt, text
from scenes import TABLES

PLACES = ["a harbour", "a narrow lane", "a bakery", "a tram stop", "an empty stage"]
PEOPLE = ["A tall woman", "An old man", "A small girl", "A bearded man", "A young woman"]


def effect_text() -> str:
    """The effect of the i2v sample sets, its slots open."""
    text: str = tomllib.loads((TABLES / "i2v.toml").read_text("utf-8"))["effect"]
    return text


def declared(effect: str, trigger: str = "s86b5p") -> bytes:
    """A datasetkit.toml with an effect."""
    return f'[effect]\ntrigger = "{trigger}"\ntext = "{effect}"\n'.encode()


def prompted(*prompts: str, toml: bytes | None = None) -> Files:
    """A validation set of these prompts, all over one first frame."""
    lines = [{"prompt": words, "first_frame_path": "image_01.png"} for words in prompts]
    return {
        "data.jsonl": text(*lines),
        "datasetkit.toml": declared(effect_text()) if toml is None else toml,
        "image_01.png": frame(clip(BLUE)),
    }


def prompts() -> list[Case]:
    """Family P."""
    woman, man = prompt(WOMAN, "she"), prompt(MAN, "he")
    common = effect_text().replace("s86b5p", "fire")
    shared = [f"{who} leans on a white picket fence near {place}." for who, place in zip(PEOPLE, PLACES, strict=True)]
    genders = ["she", "he", "she", "he", "she"]
    journal = {"written": "image_01.png", "caption": WOMAN}
    return [
        Case("P601-trigger-missing", prompted(man, woman.replace("s86b5p ", ""))),
        Case("P601-trigger-missing-everywhere", prompted(*(f"{who} sings." for who in PEOPLE), toml=b"")),
        Case("P602-trigger-spelling", prompted(man, woman.replace("s86b5p", "S86B5P"))),
        Case("P602-trigger-spelling-cyrillic", prompted(man, woman.replace("s86b5p", "s86b5\u0440"))),
        Case("P603-trigger-common", prompted(woman.replace("s86b5p", "fire"), toml=declared(common, "fire"))),
        Case("P604-effect-drift", prompted(man, woman.replace("fall, she", "fall while the camera zooms in, she"))),
        Case("P605-pronoun", prompted(woman, prompt(MAN, "she"))),
        Case("P606-subject-missing", prompted(man, prompt("", "she").strip())),
        Case("P607-untidy", prompted(man, woman.replace("red coat", "red  \u200bcoat"))),
        Case("P608-placeholder", prompted(man, prompt("A woman in a red coat. [Environment description].", "she"))),
        Case("P609-prompt-repeated", prompted(woman, man, woman)),
        Case("P610-shared-phrase", prompted(*(prompt(words, who) for words, who in zip(shared, genders, strict=True)))),
        Case("P611-model-chatter", prompted(man, f"Sure! Here is a description of the video: {woman}")),
        Case("P612-caption-unreviewed", prompted(woman) | {"captions.journal.jsonl": text(journal)}),
    ]


def pairs() -> list[Case]:
    """S708: a training and a validation set that teach different effects."""
    other = prompt(MAN, "he").replace("fall, he", "fall while the camera slowly zooms in, he")
    record = {"prompt": prompt(WOMAN, "she"), "first_frame_path": "image_01.png", "video_path": "video_01.mp4"}
    training = media(1) | {"data.jsonl": text(record), "datasetkit.toml": declared(effect_text())}
    drifted = effect_text().replace("fall, she", "fall while the camera slowly zooms in, she")
    validation = prompted(other, toml=declared(drifted)) | {"image_01.png": frame(clip(RED))}
    files = {f"training/{name}": data for name, data in training.items()}
    seen = validation | {"image_01.png": encoded(still(clip(BLUE)), "PNG")}
    return [
        Case("S707-leak", files | {f"validation/{name}": data for name, data in seen.items()}, ("--ignore", "S708")),
        Case("S708-effect-differs", files | {f"validation/{name}": data for name, data in validation.items()}),
    ]
