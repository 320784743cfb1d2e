"""Sets made of filmed clips: each finding of the rules on pictures is known and defended here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from scenes import encode, filmed, natural, written_on

import datasetkit
from datasetkit.findings import Finding
from datasetkit.rules import REGISTRY

RULES = {rule.code for rule in REGISTRY.values() if rule.needs in ("frames", "full")} | {"V420", "S710"}

DAMAGED = "demo.mp4"
# its packets are damaged from 8.3 s on: libav shows one grey picture for 1.25 s without a word, then the scene again
ON_CLIPS = {("V415", DAMAGED), ("V416", DAMAGED)}


def made(folder: Path, clips: Sequence[Path], images: Sequence[Image.Image], form: str = "PNG") -> Path:
    """A set of the clips, each with one of the images as its first frame."""
    folder.mkdir()
    lines = []
    for number, (clip, image) in enumerate(zip(clips, images, strict=True), start=1):
        names = {"first_frame_path": f"image_{number:02}.{form.lower()}", "video_path": f"{number:02}_{clip.name}"}
        (folder / names["video_path"]).symlink_to(clip)
        image.save(folder / names["first_frame_path"], form, **({"quality": 30} if form == "JPEG" else {}))
        lines.append({"prompt": f"scene {number}", **names})
    (folder / "data.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def first_frame(clip: Path) -> Image.Image:
    """The first frame as players show it, at its own size."""
    import av

    from datasetkit.media.videos import read_video

    facts = read_video(str(clip), clip.name, clip.stat().st_size)
    with av.open(str(clip)) as container:
        image = next(container.decode(video=0)).to_image()
    return image.rotate(-facts.rotation, expand=True)


def found(folder: Path, depth: str = "full") -> list[Finding]:
    findings = [one for one in datasetkit.check(folder, depth=depth).findings if one.code in RULES]
    for one in findings:
        print(one.code, one.medium or one.where.line, one.message)
    return findings


def test_filmed_clips_with_their_first_frames(corpus: Path, tmp_path: Path) -> None:
    clips = natural(corpus)
    findings = found(made(tmp_path / "set", clips, [first_frame(clip) for clip in clips]))
    on_clips = {(one.code, (one.medium or "")[3:]) for one in findings if one.where.line}
    assert on_clips == ON_CLIPS
    (alike,) = [one.data["like"] for one in findings if one.code == "S706"]
    assert {name[3:] for name in alike} == {"rabbit.mp4", "rabbit320.mp4"}  # one film in two sizes
    assert {one.code for one in findings if not one.where.line} == {"S706", "S710"}  # they come from many cameras


def test_poor_copies_of_the_first_frames_are_no_other_frames(corpus: Path, tmp_path: Path) -> None:
    clips = natural(corpus)
    images = []
    for clip in clips:
        image = first_frame(clip)
        stored = BytesIO()
        half = image.resize((image.width // 2, image.height // 2)).point(lambda level: 16 + level * 219 / 255)
        half.save(stored, "JPEG", quality=30)
        images.append(Image.open(stored))
    codes = {one.code for one in found(made(tmp_path / "set", clips, images, "JPEG"), "frames")}
    assert not codes & {"K502", "K503"}
    assert "K505" in codes  # the range of video in an image


def test_shifted_frames_are_all_found_and_named(corpus: Path, tmp_path: Path) -> None:
    clips = [clip for clip in natural(corpus) if "rabbit320" not in clip.name and "emulator" not in clip.name]
    images = [first_frame(clip) for clip in clips]
    findings = found(made(tmp_path / "set", clips, [*images[1:], images[0]]))
    named = {one.where.line: one.data["match"] for one in findings if one.code == "K502"}
    right = {line for line, match in named.items() if match and match["path"]}
    print(f"{len(named)} of {len(clips)} found, {len(right)} named")
    assert len(named) == len(clips)
    assert len(right) == len(clips)


@pytest.mark.parametrize(("text", "at"), [("NEWS24", (0.88, 0.08)), ("and this is what they say", (0.5, 0.9))])
def test_a_mark_on_filmed_clips_is_found(corpus: Path, tmp_path: Path, text: str, at: tuple[float, float]) -> None:
    clips = [clip for clip in natural(corpus) if clip.name != DAMAGED]
    marked = [
        encode(tmp_path / f"{clip.stem}.mp4", written_on(filmed(clip, size=(480, 270), count=72), text, at, 0.07))
        for clip in clips
    ]
    findings = found(made(tmp_path / "set", marked, [first_frame(clip) for clip in marked]))
    (mark,) = [one for one in findings if one.code == "S712"]
    print(f"{len(mark.data['clips'])} of {len(clips)} clips")
    assert len(mark.data["clips"]) >= len(clips) // 2
