"""The versions of what reads media: what the report of a bug has to name, and what cached facts depend on."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

_READER = 1  # raised whenever this package reads other facts from the same bytes


def versions() -> dict[str, str]:
    """The libraries by name. FFmpeg is the one inside av, not one that is installed beside it."""
    import av

    return {"av": av.__version__, "FFmpeg": av.ffmpeg_version_info, "Pillow": version("pillow")}


@cache
def reader_version() -> str:
    """Changes whenever the same bytes may give other facts. Loads no library."""
    return f"{_READER}, av {version('av')}, Pillow {version('pillow')}"
