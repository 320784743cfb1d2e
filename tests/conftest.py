"""What tests share: tiny real media, encoded once a session, and the folder of real-world media, if any."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import builders
import pinned  # noqa: F401 - before all that reads a limit
import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)  # a busy machine is no failure
settings.load_profile("unhurried")

# a shell that runs tests in the background makes them ignore Ctrl-C and its own end, and all processes they start too
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where commands keep their cache, instead of in the user's folder."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("DATASETKIT_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one small medium of each accepted format; read it, don't write to it."""
    folder = tmp_path_factory.mktemp("media")
    builders.jpeg(folder / "image.jpg")
    builders.png(folder / "image.png")
    builders.webp(folder / "image.webp")
    builders.bmp(folder / "image.bmp")
    builders.clip(folder / "clip.mp4")
    builders.clip(folder / "clip.mov")
    builders.clip(folder / "fragmented.mp4", fragmented=True, options={"g": "4"})
    return folder


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real-world media that DATASETKIT_CORPUS names; skips where it names none."""
    folder = os.environ.get("DATASETKIT_CORPUS")
    if not folder:
        pytest.skip("DATASETKIT_CORPUS does not name a folder of real-world media")
    return Path(folder)


@pytest.fixture(scope="session")
def sarif_schema() -> Path:
    """The official schema of SARIF 2.1.0, which DATASETKIT_SARIF_SCHEMA names; skips where it names none."""
    file = os.environ.get("DATASETKIT_SARIF_SCHEMA")
    if not file:
        pytest.skip("DATASETKIT_SARIF_SCHEMA does not name the official schema of SARIF 2.1.0")
    return Path(file)
