"""What the broken cases are made of: a sound little dataset, to be changed in one respect."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

from broken_media import clip, encoded, still
from scenes import TABLES, address

Files = dict[str, bytes]
BLUE, RED = "#3b6ea5", "#a5483b"
WOMAN = "A woman in a red coat stands on a windy pier."
MAN = "A man in a green hat waits at a quiet station."


@dataclass(frozen=True)
class Case:
    """A folder (its files) or a zip (its bytes); ``options`` are the ones that `lint` needs."""

    name: str
    content: Files | bytes
    options: tuple[str, ...] = ()

    @property
    def code(self) -> str:
        """The finding that the case yields."""
        return self.name[:4]


def prompt(words: str, who: str, kind: str = "i2v") -> str:
    """A prompt with the sample sets' effect text."""
    effect = tomllib.loads((TABLES / f"{kind}.toml").read_text("utf-8"))["effect"]
    return f"{words} {address(effect, who)}"


def first_line(**changes: object) -> dict[str, object]:
    """The record of sample 1; None removes a field."""
    record: dict[str, object] = {
        "prompt": prompt(WOMAN, "she"),
        "first_frame_path": "image_01.png",
        "video_path": "video_01.mp4",
    }
    return {key: value for key, value in (record | changes).items() if value is not None}


def second_line(**changes: object) -> dict[str, object]:
    """The record of sample 2."""
    other = {"prompt": prompt(MAN, "he"), "first_frame_path": "image_02.png", "video_path": "video_02.mp4"}
    return first_line(**(other | changes))


def text(*records: Mapping[str, object] | str) -> bytes:
    """data.jsonl: one line per record; a str is a line as it is."""
    lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in records]
    return "".join(line + "\n" for line in lines).encode()


def frame(data: bytes, last: bool = False) -> bytes:
    """A clip's first or last frame as PNG."""
    return encoded(still(data, last), "PNG", optimize=True)


def media(*numbers: int) -> Files:
    """The clips and first frames of samples 1 and 2."""
    files: Files = {}
    for number in numbers:
        data = clip((BLUE, RED)[number - 1])
        files |= {f"image_{number:02}.png": frame(data), f"video_{number:02}.mp4": data}
    return files


def one(image: bytes | None = None, video: bytes | None = None, **changes: object) -> Files:
    """Sample 1 alone, its record changed; ``image`` and ``video`` replace its media, under the record's names."""
    record = first_line(**changes)
    return {
        "data.jsonl": text(record),
        str(record["first_frame_path"]): frame(clip(BLUE)) if image is None else image,
        str(record["video_path"]): clip(BLUE) if video is None else video,
    }


def pair(*lines: Mapping[str, object] | str, numbers: tuple[int, ...] = (1,)) -> Files:
    """A data.jsonl of several lines beside the media of the samples named."""
    return {"data.jsonl": text(*lines), **media(*numbers)}


def kf2v(last: bytes | None = None, **changes: object) -> Files:
    """A first-and-last-frame sample in its own layout."""
    record = {
        "prompt": prompt(WOMAN, "she", "kf2v"),
        "first_frame_path": "image/image_01_first.png",
        "last_frame_path": "image/image_01_last.png",
        "video_path": "video/video_01.mp4",
    } | changes
    files = {
        "data.jsonl": text(record),
        "image/image_01_first.png": frame(clip(BLUE)),
        "video/video_01.mp4": clip(BLUE),
    }
    if record["last_frame_path"] == "image/image_01_last.png":
        files["image/image_01_last.png"] = last or frame(clip(BLUE), last=True)
    return files
