"""A pool of 150 clips: filmed ones, copies of them, and bad ones of every sort."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import numpy as np
import pytest
from scenes import Picture, barred, encode, filmed, natural, written_on

from datasetkit.pool.choosing import choose
from datasetkit.pool.scanning import scan_pool
from datasetkit.pool.usable import ClipNeeds

SIZE, COUNT = (320, 180), 54


def copies(pictures: Sequence[Picture]) -> dict[str, list[Picture]]:
    """The same scene as others publish it."""
    return {
        "original": list(pictures),
        "cropped": [one[9:-9, 16:-16] for one in pictures],
        "logo": written_on(pictures, "@somebody", (0.85, 0.08), 0.08),
        "bars": barred(pictures, rows=(6, 6)),
        "graded": [np.clip(one * 0.8 + 20, 0, 255).astype(np.uint8) for one in pictures],
    }


def bad(pictures: Sequence[Picture], other: Sequence[Picture]) -> dict[str, list[Picture]]:
    """Scenes that teach nothing good."""
    return {
        "frozen": [pictures[0]] * COUNT,
        "held": [*pictures[:36], *[pictures[36]] * 18],
        "black": [np.zeros_like(one) for one in pictures],
        "cut": [*pictures[:27], *other[:27]],
        "letterbox": barred(pictures, rows=(40, 40)),
        "brief": list(pictures[:24]),
    }


@pytest.fixture(scope="module")
def pool(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files are called SORT-SCENE.mp4."""
    folder = tmp_path_factory.mktemp("pool")
    with ThreadPoolExecutor(2) as threads:
        films = list(threads.map(lambda path: filmed(path, size=SIZE, count=COUNT), natural(corpus)))
        scenes = [film for film in films if len(film) == COUNT]
        for number, scene in enumerate(scenes):
            made = copies(scene) | (bad(scene, scenes[number - 3]) if number % 2 else {})
            jobs = [(folder / f"{sort}-{number:02}.mp4", pictures) for sort, pictures in made.items()]
            list(threads.map(lambda job: encode(*job, crf=30 if job[0].name.startswith("logo") else 20), jobs))
    for number in range(8):
        whole = bytearray((folder / f"original-{number:02}.mp4").read_bytes())
        middle = len(whole) // 2
        whole[middle : middle + 400] = Random(number).randbytes(400)
        (folder / f"corrupt-{number:02}.mp4").write_bytes(whole)
    return folder


def test_good_clips_are_chosen_and_one_of_each_family(pool: Path, tmp_path: Path) -> None:
    made, again = (
        choose(scan_pool(str(pool), facts=tmp_path / name), 40, ClipNeeds(), {}) for name in ("one", "another")
    )
    assert made == again
    sorts, scenes = zip(*(Path(pick.clip).stem.split("-") for pick in made.picks), strict=True)
    print(made.seen, Counter(sorts), *((reason, group.count) for reason, group in made.left_out.items()))
    assert made.seen >= 150
    assert set(sorts) <= {"original", "cropped", "logo", "bars", "graded"}
    assert max(Counter(scenes).values()) == 1
    assert len(scenes) >= 16
    bad_ones = {reason: group.count for reason, group in made.left_out.items() if reason != "like a better clip"}
    assert sum(bad_ones.values()) == sum(
        not path.name.startswith(("original", "cropped", "logo", "bars", "graded")) for path in pool.iterdir()
    )
