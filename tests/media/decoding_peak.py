"""Encodes a clip, then decodes it with all checks in this process, and prints the most memory in bytes that took.

Run by test_decode.py in processes of their own: ``python decoding_peak.py FOLDER WIDTH HEIGHT FRAMES``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from media.corpus_reading import peak
from scenes import encode, seen, texture


def main(folder: Path, width: int, height: int, frames: int) -> None:
    path = folder / f"{width}_{frames}.mp4"
    if not path.exists():
        picture = texture((width, height), 1, grain=32)
        encode(path, (picture for _ in range(frames)), rate=10, options={"preset": "ultrafast"})
        subprocess.run([sys.executable, *sys.argv], check=True)  # encoding took memory too
        return
    assert seen(path).frames == frames
    print(peak())


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
