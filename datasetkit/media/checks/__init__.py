"""The checks over a clip's frames, one a module. A new one is a module and a line here."""

from __future__ import annotations

from datasetkit.media.checks.activity import ActivityMeter
from datasetkit.media.checks.bars import BarFinder
from datasetkit.media.checks.cuts import CutFinder
from datasetkit.media.checks.ends import EndKeeper
from datasetkit.media.checks.fingerprints import FingerprintTaker
from datasetkit.media.checks.light import LightMeter
from datasetkit.media.checks.marks import MarkFinder
from datasetkit.media.checks.motion import MotionMeter
from datasetkit.media.checks.stills import StillFinder
from datasetkit.media.smallframe import Check
from datasetkit.model import Video


def all_checks(video: Video) -> tuple[Check, ...]:
    """A fresh set of all checks, for one pass over that clip."""
    bars, motion = BarFinder(video), MotionMeter(video)
    return (
        bars,
        StillFinder(),
        CutFinder(),
        FingerprintTaker(bars),
        motion,
        ActivityMeter(motion),
        LightMeter(),
        MarkFinder(bars),
        EndKeeper(),
    )
