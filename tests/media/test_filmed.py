"""What a full pass says of filmed clips: each finding is known and defended here."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scenes import natural, seen, video_at

from datasetkit.media.checks.bars import Bars
from datasetkit.media.checks.cuts import Cuts
from datasetkit.media.checks.marks import Mark
from datasetkit.media.checks.stills import Stills

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
