"""The versions of what reads media: what the report of a bug has to name, and what cached facts depend on."""

from __future__ import annotations

from functools import cache

_READER = 7  # raised whenever this package reads other facts from the same bytes


def versions() -> dict[str, str]:
    """The libraries by name. FFmpeg is the one inside av, not one that is installed beside it."""
    import av
    import PIL

    return {"av": av.__version__, "FFmpeg": av.ffmpeg_version_info, "Pillow": PIL.__version__}


@cache
def reader_version() -> str:
    """Changes whenever the same bytes may give other facts. Loads none of the libraries."""
    from importlib.metadata import version

    return ", ".join([str(_READER), *(f"{name} {version(name)}" for name in ("av", "pillow", "simplejpeg"))])
