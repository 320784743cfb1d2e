"""Raw takes as they come from a camera, from the clips of the sample dataset: `python sample_data/takes.py DIR`.

Each is a clip with its first picture before it and its last one behind it, held by an unsteady hand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import av
from encode import write_clip
from PIL import Image, ImageChops

CLIPS = Path(__file__).parent / "i2v" / "training"
FAST = {"crf": "30", "preset": "ultrafast"}


def main(folder: Path) -> None:
    """Write a take of each clip, and say so."""
    folder.mkdir(parents=True)
    clips = sorted(CLIPS.glob("video_*"))
    for number, clip in enumerate(clips, 1):
        with av.open(str(clip)) as container:
            pictures = [frame.to_image() for frame in container.decode(video=0)]
            rate = round(container.streams.video[0].average_rate or 16)
        write_clip(folder / f"take_{number:02}.mp4", _take(pictures, rate, Random(number)), rate, options=FAST)
    print(f"{folder}: {len(clips)} takes")


def _take(pictures: list[Image.Image], rate: int, random: Random) -> Iterator[Image.Image]:
    before, after = (round(random.uniform(2, 6) * rate) for _ in range(2))
    for picture in [pictures[0]] * before + pictures + [pictures[-1]] * after:
        yield ImageChops.offset(picture, random.randrange(2), random.randrange(2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
