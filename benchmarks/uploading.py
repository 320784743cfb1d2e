"""Uploading 1 GB over loopback: the body's throughput against curl's, and memory against a small zip's.

The server is the tests' stand-in, in a process of its own, which checks every byte of the form and keeps none.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import claim, own_peak

_ROOT = Path(__file__).parents[1]
_KEY = "sk-0123456789abcdef-the-test-key"  # the one that the stand-in takes
_ROUNDS = 3


def main() -> None:
    print("uploading, over loopback")
    with tempfile.TemporaryDirectory() as folder, _server(folder) as base_url:
        large = _archive(Path(folder) / "large.zip", 1000)
        small = _archive(Path(folder) / "small.zip", 10)
        _own(base_url, small)  # warm-up of both files' pages and of the server
        _curl(base_url, large)
        rounds = [(_own(base_url, large), _curl(base_url, large), _own(base_url, small)) for _ in range(_ROUNDS)]
    sent = statistics.median(own["sending"] for own, _, _ in rounds)
    curl = statistics.median(seconds for _, seconds, _ in rounds)
    peaks = [
        statistics.median(run["peak"] for run in runs) for runs in zip(*[(o, s) for o, _, s in rounds], strict=True)
    ]
    print(
        f"  hashing 1 GB (sha256 and md5)                {statistics.median(o['hashing'] for o, _, _ in rounds):8.3f} s"
    )
    print(f"  datasetkit sends 1 GB                        {sent:8.3f} s   peak {peaks[0]:6.1f} MB")
    print(f"  curl sends 1 GB                              {curl:8.3f} s")
    print(f"  datasetkit sends 10 MB                                    peak {peaks[1]:6.1f} MB")
    claim("of curl's throughput", curl / sent, "≥ 0.4", curl / sent >= 0.4)
    more = peaks[0] - peaks[1]
    claim("MB of memory more for 1 GB than for 10 MB", more, "≤ 16", more <= 16)


def send(base_url: str, path: str) -> None:
    """What a measured process does: hash, send, and print the seconds of each and its peak memory in MB."""
    import time

    from datasetkit.modelstudio.client import Client
    from datasetkit.modelstudio.endpoint import Key, resolve
    from datasetkit.modelstudio.files import send_file
    from datasetkit.modelstudio.zips import OpenZip

    with Client(resolve(env={}, base_url=base_url), Key(_KEY)) as client:
        started = time.perf_counter()
        with OpenZip(Path(path)) as content:
            hashed = time.perf_counter()
            send_file(client, "bench.zip", content)
        sent = time.perf_counter()
    print(json.dumps({"hashing": hashed - started, "sending": sent - hashed, "peak": own_peak()}))


@contextlib.contextmanager
def _server(folder: str) -> Iterator[str]:
    command = [sys.executable, str(_ROOT / "tests" / "studio.py"), folder, "--discard"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        yield process.stdout.readline().strip()
        process.stdin.close()  # its sign to stop


def _archive(path: Path, megabytes: int) -> Path:
    """A file of that many MB; its content is of no account to anything that is measured here."""
    block = os.urandom(10**6)
    with path.open("wb") as stream:
        for _ in range(megabytes):
            stream.write(block)
    return path


def _own(base_url: str, path: Path) -> dict[str, float]:
    code = "import sys; from benchmarks.uploading import send; send(*sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", code, base_url, str(path)], cwd=_ROOT, check=True, capture_output=True, text=True
    )
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _curl(base_url: str, path: Path) -> float:
    form = ["--form", f"file=@{path};filename=bench.zip", "--form", "purpose=fine-tune"]
    command = ["curl", "--silent", "--fail", "--output", os.devnull, "--write-out", "%{time_total}"]
    header = ["--header", f"Authorization: Bearer {_KEY}"]
    done = subprocess.run([*command, *header, *form, f"{base_url}/files"], check=True, capture_output=True, text=True)
    return float(done.stdout)
