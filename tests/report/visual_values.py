"""Hand-built verdicts for tests of the report to look at."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

from values import dataset, i2v, image, kf2v, video

from datasetkit.config import Settings
from datasetkit.edits import Reencode
from datasetkit.findings import Basis, Finding, Severity
from datasetkit.footage import Cut, Cuts, Film, Motion, Seen, Still, Stills, Thumbnail
from datasetkit.model import Dataset, Image, Sample, Video, Where
from datasetkit.report.visual.gathering import gather
from datasetkit.report.visual.values import VisualReport
from datasetkit.verdict import Verdict, judge_dataset

EFFECT = "Then the s86b5p rain begins, and bills fall on her."


def thumbnail(name: str, width: int = 320, height: int = 180) -> Thumbnail:
    return Thumbnail(name.encode("utf-8", "surrogatepass"), width, height)


def filmed(name: str = "video_1.mp4", *, last: bool = False, **changed: Any) -> Video:
    """A clip of five seconds with its pictures, of which each has bytes of its own."""
    motion = Motion(0, 0, 0, 0, 0, 0.5, (0.0, 0.1, 0.3, 0.1))
    seen = Seen(80, True, None, (motion,))
    film = Film(
        thumbnail(f"strip of {name}", 1280, 90),
        (0.0, 0.7, 1.4, 2.1, 2.8, 3.5, 4.2, 4.9),
        thumbnail(f"first of {name}"),
        thumbnail(f"last of {name}") if last else None,
    )
    return video(name, **{"seen": seen, "film": film} | changed)


def pictured(name: str = "image_1.jpg") -> Image:
    return image(name, thumbnail=thumbnail(f"image {name}"))


def cut_clip(name: str = "video_1.mp4") -> Video:
    """A clip with a cut, a frozen part and a black one."""
    motion = Motion(0, 0, 0, 0, 0, 0.5, (0.0, 0.5))
    stills = Stills((Still(0, 0.4, True), Still(4, 5, False)), whole=False)
    return filmed(name, seen=Seen(80, True, None, (motion, Cuts((Cut(1.25, False),)), stills)))


def prompted(sample: Sample, text: str) -> Sample:
    assert sample.prompt
    return replace(sample, prompt=replace(sample.prompt, text=text), record={**sample.record, "prompt": text})


def shown(line: int, text: str = "") -> Sample:
    """A sample with all its pictures."""
    one = i2v(line, first=pictured(f"image_{line}.jpg"), clip=filmed(f"video_{line}.mp4"))
    return prompted(one, text or f"Person {line} stands in place {line * 7}. {EFFECT}")


def framed(line: int) -> Sample:
    """The same for kf2v."""
    clip = filmed(f"video_{line}.mp4", last=True)
    return kf2v(line, first=pictured(f"first_{line}.jpg"), last=pictured(f"last_{line}.jpg"), clip=clip)


def judged(*lines: Sample, settings: Settings | None = None, **changed: Any) -> Verdict:
    """A verdict on a set with these lines; rules of the whole set are left out."""
    return judge_dataset(
        dataset(*lines, **changed), settings or Settings(ignore={"S": "few samples", "I": "", "D": ""})
    )


def finding(code: str, name: str, severity: Severity, line: int | None = 1, **changed: Any) -> Finding:
    where = Where("data.jsonl" if line else "", line)
    return Finding(code, name, severity, Basis.HEURISTIC, where, f"{name} of {line}", **changed)


def too_long(line: int = 1) -> Finding:
    """A clip is too long; the fix keeps four of its five seconds."""
    path = f"video_{line}.mp4"
    fix = (Reencode(path, start=Fraction(1, 2), seconds=Fraction(4)),)
    return finding("V407", "video-too-long", Severity.ERROR, line, fix=fix, safe=False, medium=path)


def report(*verdicts: Verdict, following: str = "datasetkit next") -> VisualReport:
    """The report, with commands that name the codes."""

    def fix(_verdict: Verdict, findings: Any) -> str:
        fixable = sorted({one.code for one in findings if one.fixable})
        return f"datasetkit fix {' '.join(fixable)}" if fixable else ""

    return gather(verdicts, fix, [following] * len(verdicts))


def with_findings(verdict: Verdict, *findings: Finding) -> Verdict:
    return replace(verdict, findings=findings)


def renamed(verdict: Verdict, name: str) -> Verdict:
    changed: Dataset = replace(verdict.dataset, name=name)
    return replace(verdict, dataset=changed)
