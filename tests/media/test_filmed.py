"""What a full pass says of filmed clips: each finding is known and defended here."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from scenes import Picture, barred, encode, filmed, natural, seen, video_at, written_on

from datasetkit.footage import Bars, Cuts, Mark, Stills

# its packets are damaged from 8.3 s on: libav shows one grey picture for 1.25 s without a word, then the scene again
# marks are candidates, which only their place in several clips confirms: here a press and a rock that stand still
KNOWN = {"demo.mp4": {Stills, Cuts}, "yYcK4nANZz4-Scene-034.mp4": {Mark}, "stream-of-water.mp4": {Mark}}


def test_findings_in_filmed_clips_are_known(corpus: Path) -> None:
    clips = natural(corpus)
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(clips, pool.map(seen, clips), strict=True))
    kinds = {path.name: {kind for kind in (Bars, Stills, Cuts, Mark) if one.of(kind)} for path, one in found.items()}
    for path, one in found.items():
        print(path.name, one.frames, [one.of(kind) for kind in (Bars, Stills, Cuts, Mark) if one.of(kind)])
    assert {name: kind for name, kind in kinds.items() if kind} == KNOWN
    assert {path.name for path, one in found.items() if one.damage or not one.complete} == set()
    assert all(one.frames == video_at(path).frames for path, one in found.items())


SIZE = (480, 270)
BARS = {
    "letterbox": {"rows": (33, 33)},
    "pillarbox": {"columns": (60, 60)},
    "noisy": {"rows": (33, 33), "noise": 6, "colour": (8, 8, 8)},
    "coloured": {"columns": (60, 60), "colour": (20, 40, 160)},
}


def crop_is_right(path: Path, bars: dict) -> bool:
    rows, columns = bars.get("rows", (0, 0)), bars.get("columns", (0, 0))
    found = seen(path).of(Bars)
    wanted = (columns[0], rows[0], SIZE[0] - sum(columns), SIZE[1] - sum(rows))
    got = (found.crop.left, found.crop.top, found.crop.width, found.crop.height) if found else (-9,) * 4
    return all(abs(one - other) <= 3 for one, other in zip(got, wanted, strict=True))


def froze(path: Path, start: float, end: float) -> bool:
    found = seen(path).of(Stills)
    return bool(found) and any(abs(one.start - start) < 0.15 and abs(one.end - end) < 0.15 for one in found.parts)


def faults(path: Path, pictures: list[Picture], others: list[Picture]) -> dict[str, bool]:
    """Which of the faults that are put into a filmed clip are found."""
    found = {name: crop_is_right(encode(path, barred(pictures, **bars), crf=26), bars) for name, bars in BARS.items()}
    spoken = written_on(barred(pictures, **BARS["letterbox"])[8:36], "and this is what they say", (0.5, 0.94), 0.06)
    found["subtitles"] = crop_is_right(encode(path, spoken, crf=26), BARS["letterbox"])
    held = [pictures[24]] * 18
    found["frozen tail"] = froze(encode(path, pictures[:24] + held, crf=24), 1, 1.75)
    found["frozen head"] = froze(encode(path, held + pictures[25:], crf=24), 0, 0.75)
    found["cut"] = is_cut(encode(path, pictures[:20] + others[:20], crf=26), 20 / 24, faded=False)
    down = [(one * share).astype(np.uint8) for one, share in zip(pictures[10:20], np.linspace(1, 0, 10), strict=True)]
    up = [(one * share).astype(np.uint8) for one, share in zip(others[:10], np.linspace(0, 1, 10), strict=True)]
    found["fade"] = is_cut(encode(path, pictures[:10] + down + up + others[10:20], crf=26), 21 / 24, faded=True)
    return found


def is_cut(path: Path, second: float, *, faded: bool) -> bool:
    found = seen(path).of(Cuts)
    return bool(found) and [one.faded for one in found.cuts] == [faded] and abs(found.cuts[0].seconds - second) < 0.3


def test_faults_put_into_filmed_clips_are_found(corpus: Path, tmp_path: Path) -> None:
    clips = [path for path in natural(corpus) if path.name != "demo.mp4"][::2]  # that one is damaged
    films = [filmed(path, size=SIZE, count=48) for path in clips]
    missed: dict[str, list[str]] = {}
    for number, path in enumerate(clips):
        for fault, found in faults(tmp_path / "clip.mp4", films[number], films[(number + 5) % len(films)]).items():
            missed.setdefault(fault, [])
            missed[fault] += [] if found else [path.name]
    for fault, names in missed.items():
        print(f"{fault}: {len(clips) - len(names)} of {len(clips)} found; missed {names}")
    assert sum(map(len, missed.values())) <= 2
