"""The command itself: a process that prints where the page is, and ends at Ctrl-C."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import builders
import httpx
import pytest
from viewing import raw_folder

COMMAND = [sys.executable, "-m", "datasetkit", "view"]


@contextmanager
def running(folder: Path, scratch: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command in a process of its own, which has ``scratch`` for what is temporary; with the address it printed."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    scratch.mkdir()
    with subprocess.Popen(
        [*COMMAND, str(folder), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**environment, "TMPDIR": str(scratch)},
        start_new_session=True,
    ) as process:
        assert process.stdout
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def ended(process: subprocess.Popen[str], number: int) -> tuple[int, str]:
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    return process.returncode, said


@contextmanager
def browser(address: str) -> Iterator[httpx.Client]:
    parts = urlsplit(address)
    base = f"{parts.scheme}://{parts.netloc}"
    with httpx.Client(base_url=base, headers={"Origin": base}, trust_env=False) as client:
        assert client.get(address, follow_redirects=True).status_code == 200
        yield client


def until(client: httpx.Client, **wanted: str) -> str:
    """Ask until the first clip is as wanted; its id."""
    for _ in range(500):
        (clip,) = client.get("/state").json()["clips"]
        if all(clip[key] == value for key, value in wanted.items()):
            return str(clip["id"])
    raise AssertionError(clip)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_at_once_and_leaves_nothing(tmp_path: Path, number: int) -> None:
    folder, scratch = raw_folder(tmp_path / "raw"), tmp_path / "scratch"
    with running(folder, scratch) as (process, address), browser(address) as client:
        assert client.get("/state").status_code == 200
        code, said = ended(process, number)
    assert code == 130
    assert "ssh -L" in said
    again = said.partition("once more: ")[2].partition("\n")[0]
    assert again.startswith("http://127.0.0.1:")
    assert again != address
    assert "not saved" not in said
    assert "Traceback" not in said
    assert [*scratch.iterdir()] == []
    assert {path.name for path in folder.iterdir()} == {"take_01.mp4", "take_02.mp4"}


def test_a_browser_that_is_still_loading_a_clip_doesnt_hold_it_up(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path / "raw", "take_01.mp4", seconds=1)
    with (folder / "take_01.mp4").open("ab") as file:
        file.write(struct.pack(">I4s", 64 << 20, b"free"))
        file.truncate(file.tell() + (64 << 20) - 8)  # more than any socket holds
    with running(folder, tmp_path / "scratch") as (process, address), browser(address) as client:
        key = until(client, plays="original")
        with client.stream("GET", f"/clip/{key}/video") as answer:
            assert answer.status_code == 200
            code, said = ended(process, signal.SIGINT)
    assert code == 130
    assert "Traceback" not in said


def test_at_the_end_it_says_what_is_not_saved(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path / "raw")
    with running(folder, tmp_path / "scratch") as (process, address), browser(address) as client:
        state = client.get("/state").json()
        named = {"window_name": state["clips"][0]["windows"][0]["name"]}
        edit = {
            "version": state["version"],
            "clip": state["order"][0],
            "window": 0,
            **named,
            "do": "keep",
            "keep": False,
        }
        assert client.post("/edit", json=edit).status_code == 200
        code, said = ended(process, signal.SIGINT)
    assert code == 130
    assert "not saved" in said
    assert "cuts.csv" in said
    assert not (folder / "cuts.csv").exists()


def test_a_preview_that_is_being_made_is_given_up(tmp_path: Path) -> None:
    folder, scratch = tmp_path / "raw", tmp_path / "scratch"
    builders.clip(folder / "long.mov", codec="mpeg4", size=(640, 640), frames=600)
    with running(folder, scratch) as (process, address), browser(address) as client:
        client.get(f"/clip/{until(client, plays='preview')}/video")
        until(client, preview="making")
        code, said = ended(process, signal.SIGINT)
    assert code == 130
    assert "Traceback" not in said
    assert [*scratch.iterdir()] == []


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda _: None, "no clips"),
        (lambda folder: raw_folder(folder) and (folder / "cuts.csv").write_text("nothing\n"), "cuts.csv"),
        (lambda folder: folder.rmdir(), "folder"),
    ],
)
def test_a_folder_that_cant_be_shown(tmp_path: Path, make: object, word: str) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    make(folder)  # type: ignore[operator]
    ran = subprocess.run([*COMMAND, str(folder), "--no-browser"], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert word in ran.stderr
    assert ran.stdout == ""


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    folder = raw_folder(tmp_path / "raw")
    with running(folder, tmp_path / "scratch") as (_, address):
        port = str(urlsplit(address).port)
        ran = subprocess.run([*COMMAND, str(folder), "--port", port], capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "--port" in ran.stderr
