"""The versions of the libraries that read media: what a report of a bug has to name."""

from __future__ import annotations

import av
import PIL


def versions() -> dict[str, str]:
    """The libraries by name. FFmpeg is the one inside av, not one that is installed beside it."""
    return {"av": av.__version__, "FFmpeg": av.ffmpeg_version_info, "Pillow": PIL.__version__}
