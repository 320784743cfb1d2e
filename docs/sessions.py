"""Reruns the example commands in the docs ("sessions").

Each ```console block is run in a shell, and shows what its commands print.

The blocks of a page share one folder, which holds `sample_data`. A line that begins with `$ ` is a command; lines that
begin with `> ` continue it. A page that says so (STAND_IN, CHAT) talks to the tests' stand-in for the service, or for
a server with a vision-language model.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
STAND_IN = "<!-- The sessions of this page talk to the tests' stand-in for the service. -->"
CHAT = "<!-- The sessions of this page talk to the tests' stand-in for a vision-language model. -->"
CHAT_ADDRESS = "127.0.0.1:11434"  # as a page writes it; the stand-in has another port
KEY = "sk-0123456789abcdef-the-test-key"
VIDEO = ROOT / "sample_data" / "i2v" / "training" / "video_01.mp4"  # what it sends as a generated video
COMMAND = re.compile(r"^\$ .*\n(?:> .*\n)*", re.MULTILINE)
# what differs between machines and runs: seconds, sizes of clips that were encoded, digests, times
VARYING = [
    (r"\b\d+\.\d s\b", "0.0 s"),
    (r"\b[\d.,]+ (?:bytes|kB|MB)", "0 MB"),
    (r"\b[0-9a-f]{64}\b", "0" * 64),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "2026-01-02T03:04:05Z"),
]


def replay(page: str) -> str:
    """The page with what its sessions print now, both streams in one, as a terminal shows them."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sample_data").symlink_to(ROOT / "sample_data")
        service = _service() if STAND_IN in page else _captioner() if CHAT in page else nullcontext({})
        with service as variables:

            def run(command: re.Match[str]) -> str:
                return _run(command[0], folder, **variables)

            return BLOCK.sub(lambda block: COMMAND.sub(run, _bare(block[0])), page)


@contextmanager
def _service() -> Iterator[dict[str, str]]:
    """The stand-in for the service, until its stdin is closed: the variables that say where it is, and its key."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(ROOT / "tests" / "studio.py"), folder, str(VIDEO)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as served:
            assert served.stdout is not None
            url = served.stdout.readline().strip()
            yield {"DASHSCOPE_COMPATIBLE_BASE_URL": url, "DASHSCOPE_API_KEY": KEY}


@contextmanager
def _captioner() -> Iterator[dict[str, str]]:
    """The stand-in for a server with a vision-language model, until its stdin is closed: where it is."""
    command = [sys.executable, str(ROOT / "tests" / "chat_server.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8") as served:
        assert served.stdout is not None
        yield {"CHAT": served.stdout.readline().strip().split("/")[2]}


def _bare(block: str) -> str:
    """The commands of a block alone."""
    return "".join(COMMAND.findall(block))


def _run(command: str, folder: str, **variables: str) -> str:
    """A command as typed, and what it prints."""
    chat = variables.get("CHAT", CHAT_ADDRESS)
    text = re.sub(r"^[$>] ", "", command, flags=re.MULTILINE).replace(CHAT_ADDRESS, chat)
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    own = {"PATH": path, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "DATASETKIT_CACHE": f"{folder}/.cache"}
    environment = {**os.environ, **own, **variables}
    ran = subprocess.run(
        ["bash", "-c", text],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=120,
    )
    shown = ran.stdout.replace(f"{folder}/", "").replace(chat, CHAT_ADDRESS)
    return command + re.sub(r"\b127\.0\.0\.1:(?!11434\b)\d+", "127.0.0.1:8000", shown)


def steady(page: str) -> str:
    """The page without what differs between machines and runs."""
    for pattern, shown in VARYING:
        page = re.sub(pattern, shown, page)
    return page


SPOILED = r"""
cp -rL sample_data/i2v/training money_rain
cp "sample_data/raw/long take.mp4" money_rain/video_03.mov
sed -i '1s/image_01.jpg/image_01.jpeg/; 7s/s86b5p/S86B5P/' money_rain/data.jsonl
"""
PICTURED = "$ datasetkit lint money_rain --model wan2.2-i2v-flash\n"


def picture() -> str:
    """README's picture: a lint of a dataset with three mistakes, in colours, as SVG."""
    from rich.console import Console
    from rich.text import Text

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sample_data").symlink_to(ROOT / "sample_data")
        _run(SPOILED, folder)
        shown = steady(_run(PICTURED, folder, FORCE_COLOR="1", COLUMNS="100"))
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=100, file=nowhere, force_terminal=True, legacy_windows=False)
        console.print(Text.from_ansi(shown.rstrip()))
        svg = console.export_svg(title="datasetkit", unique_id="lint")
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)  # they would be fetched from another host
