"""Builders of the nouns for tests of rules; by default no rule finds anything in them. Nothing here touches a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from datasetkit.config import Settings
from datasetkit.findings import Finding
from datasetkit.model import (
    Annotations,
    BrokenLine,
    Dataset,
    File,
    Image,
    Medium,
    Prompt,
    Reference,
    Sample,
    Source,
    Video,
    Where,
)
from datasetkit.verdict import judge_dataset

NAME = "data.jsonl"
I2V = ("first_frame_path", "video_path")
KF2V = ("first_frame_path", "last_frame_path", "video_path")


def image(path: str = "image_1.jpg", **changed: Any) -> Image:
    return Image(**{"path": path, "size": 9000, "format": "JPEG", "width": 640, "height": 360} | changed)


def video(path: str = "video_1.mp4", **changed: Any) -> Video:
    facts = {
        "path": path,
        "size": 90_000,
        "container": "mp4",
        "codec": "h264",
        "width": 640,
        "height": 360,
        "frames": 80,
        "seconds": Fraction(5),
        "rate": Fraction(16),
    }
    return Video(**facts | changed)


def clip(frames: int, rate: int = 16, **changed: Any) -> Video:
    """A clip of so many frames at a constant rate."""
    return video(frames=frames, seconds=Fraction(frames, rate), rate=Fraction(rate), **changed)


def sample(
    line: int = 1,
    *,
    written: Mapping[str, str] | None = None,
    extra: Mapping[str, object] | None = None,
    repeated: Sequence[str] = (),
    **media: Medium,
) -> Sample:
    """A line that names ``media`` by their fields, each as ``written`` or by its path."""
    spelt = {field: medium.path for field, medium in media.items()} | dict(written or {})
    record = {"prompt": f"a person, number {line}"} | spelt | dict(extra or {})
    references = tuple(Reference(Where(NAME, line, field), spelt[field], media[field]) for field in media)
    prompt = record.get("prompt")
    return Sample(
        where=Where(NAME, line),
        record=record,
        prompt=Prompt(Where(NAME, line, "prompt"), prompt) if isinstance(prompt, str) else None,
        references=references,
        repeated=tuple(repeated),
    )


def i2v(line: int = 1, **media: Medium) -> Sample:
    """A quiet i2v training sample, but for ``first`` and ``clip``."""
    first = media.get("first", image(f"image_{line}.jpg"))
    return sample(line, first_frame_path=first, video_path=media.get("clip", video(f"video_{line}.mp4")))


def kf2v(line: int = 1, **media: Medium) -> Sample:
    """A quiet kf2v training sample, but for ``first``, ``last`` and ``clip``."""
    return sample(
        line,
        first_frame_path=media.get("first", image(f"image_{line}_first.jpg")),
        last_frame_path=media.get("last", image(f"image_{line}_last.jpg")),
        video_path=media.get("clip", video(f"video_{line}.mp4")),
    )


def record(values: Mapping[str, object], line: int = 1) -> Sample:
    """A line with just these values and no medium."""
    return Sample(where=Where(NAME, line), record=values)


def dataset(*lines: Sample | BrokenLine, stray: Sequence[str] = (), **changed: Any) -> Dataset:
    """A folder with these lines, the files that they name, and ``stray`` ones."""
    annotations = Annotations(NAME, 1000)
    named = {r.medium.path for line in lines if isinstance(line, Sample) for r in line.references}
    files = tuple(File(path, 100) for path in sorted({NAME, *named, *stray}))
    facts = {"name": "set", "source": Source.FOLDER, "size": 1000, "annotations": annotations, "files": files}
    return Dataset(**facts | {"lines": lines} | changed)


def zipped(*lines: Sample | BrokenLine, **changed: Any) -> Dataset:
    """The same as a zip."""
    return dataset(*lines, **{"source": Source.ZIP, "name": "set.zip"} | changed)


def found(judged: Dataset, select: str = "", **wanted: Any) -> list[Finding]:
    """The findings whose code begins with ``select``; family S only where it is asked for."""
    findings = judge_dataset(judged, Settings(**wanted)).findings
    return [f for f in findings if f.code.startswith(select) and (select or not f.code.startswith("S"))]


def messages(judged: Dataset, select: str = "", **wanted: Any) -> list[str]:
    """The findings as "CODE severity: message"."""
    return [f"{f.code} {f.severity}: {f.message}" for f in found(judged, select, **wanted)]


def placed(judged: Dataset, select: str = "", **wanted: Any) -> list[tuple[str, int | None, str | None]]:
    """The findings' codes with line and field."""
    return [(f.code, f.where.line, f.where.field) for f in found(judged, select, **wanted)]


def assert_finding(judged: Dataset, expected: str, select: str = "", **wanted: Any) -> None:
    """There is one finding. ``expected`` is "CODE severity: A | B"; A and B are parts of its message."""
    heading, _, parts = expected.partition(": ")
    (finding,) = found(judged, select, **wanted)
    assert f"{finding.code} {finding.severity}" == heading
    assert [part for part in parts.split(" | ") if part not in finding.message] == [], finding.message
