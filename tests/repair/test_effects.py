"""Which fixes are blamed for what is found after them."""

from __future__ import annotations

from typing import Any

from values import dataset, i2v, image, video

from datasetkit.config import Settings
from datasetkit.footage import Bars, Box, Cut, Cuts, Depth, Seen, Signature, Still, Stills
from datasetkit.repair.effects import blamed
from datasetkit.verdict import Verdict, judge_dataset

BARRED = Bars(Box(0, 45, 640, 270), black=True)
END, MIDDLE = Still(4, 5, black=False), Still(2, 3, black=False)


def judged(*results: Any, **facts: Any) -> Verdict:
    clip = video(seen=Seen(80, complete=True, damage=None, results=results), **facts)
    frame = image("image_1.jpg", signature=Signature(b"", b""))
    return judge_dataset(dataset(i2v(1, first=frame, clip=clip), depth=Depth.FULL), Settings(select=["V"]))


def test_what_a_fix_uncovers_in_the_pictures_is_no_fault_of_it() -> None:
    before, after = judged(BARRED), judged(Cuts((Cut(1.2, faded=False),)))
    assert [finding.code for finding in after.findings] == ["V416"]
    assert blamed(before, after, before.findings, []) == {}


def test_what_a_fix_does_to_a_clip_is_its_fault() -> None:
    before, after = judged(BARRED), judged(rotation=90)
    assert [finding.code for finding in after.findings] == ["V409"]
    assert list(blamed(before, after, before.findings, [])) == list(before.findings)


def test_one_of_two_problems_of_a_clip_is_fixed() -> None:
    before = judged(Stills((MIDDLE, END), whole=False))
    end = [finding for finding in before.findings if finding.fixable]
    assert len(end) == 1
    assert blamed(before, judged(Stills((MIDDLE,), whole=False)), end, []) == {}
    assert list(blamed(before, before, end, [])) == end
