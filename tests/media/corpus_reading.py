"""Reads every file that a manifest lists, as a scan does, and prints what each is and the memory it took.

Run by test_corpus_media.py in a process of its own: ``python corpus_reading.py CORPUS`` prints a JSON object
with ``values`` (path → the value's facts as text, its type as ``is``) and ``peak`` (bytes).
"""

from __future__ import annotations

import csv
import dataclasses
import json
import re
import resource
import sys
from pathlib import Path

from datasetkit.media.images import read_image
from datasetkit.media.videos import read_video
from datasetkit.scan.reading import workers


def read(corpus: Path, path: str, kind: str) -> dict[str, object]:
    place = corpus / path
    size = place.stat().st_size
    if kind == "video":
        value = read_video(str(place.absolute()), path, size)
    else:
        with place.open("rb") as stream:
            value = read_image(stream, path, size, 4096)
    return {"is": type(value).__name__, **{k: str(v) for k, v in dataclasses.asdict(value).items()}}


def main(corpus: Path) -> None:
    with (corpus / "MANIFEST.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    with workers() as pool:
        values = list(pool.map(lambda row: read(corpus, row["path"], row["kind"]), rows))
    json.dump({"values": {value["path"]: value for value in values}, "peak": peak()}, sys.stdout)


def peak() -> int:
    """The most memory in bytes that this process held; getrusage would count what its parent held before the fork."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text())[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
