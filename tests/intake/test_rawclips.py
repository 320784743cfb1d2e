"""Raw clips are looked at once: what a store knows of them isn't decoded again."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import builders
import values

from datasetkit.footage import Activity, Cut, Cuts, Damage, Depth, Seen, Still, Stills
from datasetkit.intake.rawclips import read_clips, trimmed
from datasetkit.model import Present, Video
from datasetkit.scan.facts import FactKey, MemoryStore
from datasetkit.scan.folder import folder_tree
from datasetkit.windows import Window


class MarkingStore(MemoryStore):
    """Marks the facts that it gives away."""

    def get(self, key: FactKey) -> Present | None:
        known = super().get(key)
        return replace(known, codec="from the store") if isinstance(known, Video) else known


def test_clips_in_all_containers_come_from_the_store_the_second_time(tmp_path: Path) -> None:
    builders.clip(tmp_path / "a.mp4")
    builders.clip(tmp_path / "b.mkv")
    store, paths = MarkingStore(), ["a.mp4", "b.mkv"]
    with closing(folder_tree(tmp_path, str(tmp_path))) as tree:
        first, second = (read_clips(tree, paths, Depth.FULL, store=store) for _ in range(2))
    assert [one.codec for one in first.values() if isinstance(one, Video)] == ["h264", "h264"]
    assert [one.codec for one in second.values() if isinstance(one, Video)] == ["from the store"] * 2
    assert all(isinstance(one, Video) and one.seen and one.seen.of(Activity) for one in second.values())


def clip(*results: object, damage: Damage | None = None) -> Video:
    return values.video(frames=240, seconds=Fraction(10), rate=Fraction(24), seen=Seen(240, True, damage, results))


def window(start: float, seconds: float) -> Window:
    return Window("video_1.mp4", Fraction(start), Fraction(seconds), "x")


def test_a_window_has_only_what_lies_in_it() -> None:
    cuts, stills = Cuts((Cut(2.0, faded=False), Cut(6.0, faded=True))), Stills((Still(5.0, 9.0, black=False),), False)
    part = trimmed(clip(cuts, stills), window(4, 3))
    assert (part.seconds, part.frames) == (3, 72)
    assert part.seen.of(Cuts) == Cuts((Cut(2.0, faded=True),))
    assert part.seen.of(Stills) == Stills((Still(1.0, 3.0, black=False),), whole=False)
    rounded = trimmed(clip(Cuts((Cut(145 / 24, faded=False),))), window(2, float(round(145 / 24 - 2, 6)) + 1e-6))
    assert rounded.seen.of(Cuts) is None  # the new scene begins where the window ends
    quiet = trimmed(clip(cuts, stills), window(2, 3.25))
    assert quiet.seen.of(Cuts) is None
    assert quiet.seen.of(Stills) is None  # a quarter of a second of it is no freeze


def test_a_window_ends_with_its_clip_and_may_come_before_the_damage() -> None:
    assert trimmed(clip(), window(8, 5)).seconds == 2
    assert trimmed(clip(), window(12, 5)).seconds == 0
    damage = Damage(6.0, 2, ("broken",))
    assert trimmed(clip(damage=damage), window(1, 4)).seen.damage is None
    assert trimmed(clip(damage=damage), window(1, 6)).seen.damage == damage
