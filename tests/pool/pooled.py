"""Records of clips that were never filmed, for tests of the choice."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import Any

import values

from datasetkit.footage import Ends, Fingerprints, Light, Motion, Result, Seen, Signature
from datasetkit.pool.records import ClipRecord

LIGHT = Light(0.1, 0.5, 0.9, 400.0)
MOTION = Motion(0.0, 0.0, 0.0, 0.0, 1.0, 0.0, (0.02, 0.03, 0.02))


def signature(level: int = 128) -> Signature:
    """A picture of one grey."""
    return Signature(bytes([level]) * 64 * 64, bytes([128]) * 2 * 32 * 32)


def hashes(seed: str, count: int = 20) -> tuple[int, ...]:
    """Fingerprints like those of no other seed."""
    random = Random(zlib.crc32(seed.encode()))
    return tuple(random.getrandbits(64) for _ in range(count))


def record(
    path: str,
    *more: Result,
    light: Light = LIGHT,
    motion: Motion = MOTION,
    level: int = 128,
    like: str = "",
    seen: dict[str, Any] | None = None,
    **facts: Any,
) -> ClipRecord:
    """A clip of 5 s in which nothing is wrong; ``like`` names the clip that it looks like."""
    ends = Ends(signature(level), signature(level))
    results: Sequence[Result] = (light, motion, ends, Fingerprints(hashes(like or path)), *more)
    shown = Seen(80, results=tuple(results), **{"complete": True, "damage": None} | (seen or {}))
    video = values.video(path, **{"seconds": Fraction(5), "rate": Fraction(16), "frames": 80, "seen": shown} | facts)
    return ClipRecord(path, video.size, "1", video)
