"""A real server on loopback, in a thread, and a browser's side of it: a client that keeps the cookie and the origin."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import builders
import httpx

from datasetkit.view.access import Gate
from datasetkit.view.judging import NextCommands
from datasetkit.view.serving import opened, server_of
from datasetkit.view.session import Session

COMMANDS = NextCommands(
    fix=lambda _verdict, _findings: "",
    build=lambda _verdict: "datasetkit build set",
    cut="datasetkit fix set --cuts set/cuts.csv",
    after_raw="datasetkit init raw",
)
_TEXT = "Then the s86b5p rain begins, and it wets her/him/them from her/his/their head."
EFFECT = f'[effect]\ntrigger = "s86b5p"\ntext = "{_TEXT}"\n'


@dataclass(frozen=True)
class Tab:
    """One tab of a browser: it asks as the page does."""

    client: httpx.Client
    session: Session

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.client.get(path, headers=headers)

    def post(self, path: str, **body: Any) -> httpx.Response:
        return self.client.post(path, json=body)

    def state(self, since: int = 0) -> Any:
        return self.get(f"/state?since={since}").json()

    def clip(self, path: str) -> Any:
        return next(clip for clip in self.state()["clips"] if clip["path"] == path)

    def edit(self, path: str, do: str, *, window: int = 0, version: int | None = None, **values: Any) -> httpx.Response:
        seen, clip = self.state()["version"] if version is None else version, self.clip(path)
        named = {"window": window, "window_name": clip["windows"][window]["name"]}
        return self.post("/edit", **{"version": seen, "clip": clip["id"], "do": do, **named, **values})

    def undo(self) -> httpx.Response:
        return self.post("/undo", version=self.state()["version"])

    def save(self) -> httpx.Response:
        """Save as the page does, after a look at the diff."""
        return self.post("/save", version=0, digest=self.get("/diff").json()["digest"])

    def settled(self) -> Any:
        """The state once every clip was looked at and all is judged."""
        self.session.wait_until(lambda: self.session.state()["working"] is None, 60)
        return self.state()


@dataclass(frozen=True)
class Viewing:
    """A server that runs."""

    gate: Gate
    session: Session

    @property
    def address(self) -> str:
        """Where the page can be opened once."""
        return self.gate.address

    @property
    def base(self) -> str:
        return self.address.partition("/?")[0]

    @contextmanager
    def tab(self, **headers: str) -> Iterator[Tab]:
        with httpx.Client(base_url=self.base, headers={"Origin": self.base, **headers}, trust_env=False) as client:
            client.get(self.address)
            yield Tab(client, self.session)


@contextmanager
def viewing(folder: Path, picks: Path | None = None, **options: Any) -> Iterator[Viewing]:
    """Serve a folder, or picks of it, while the block lasts."""
    with opened(str(folder), options, COMMANDS, picks=picks) as view:  # type: ignore[arg-type]
        server = server_of(view)
        thread = Thread(target=server.run, args=([view.listener],))
        thread.start()
        try:
            yield Viewing(view.gate, view.session)
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def viewed(folder: Path, **options: Any) -> Iterator[Tab]:
    """Serve a folder to one tab."""
    with viewing(folder, **options) as view, view.tab() as tab:
        yield tab


def raw_folder(root: Path, *names: str, seconds: int = 6) -> Path:
    """Raw clips of 16 frames a second."""
    for number, name in enumerate(names or ("take_01.mp4", "take_02.mp4")):
        builders.clip(root / name, frames=16 * seconds, seed=number)
    return root


def dataset_folder(root: Path, *subjects: str, effect: str = EFFECT) -> Path:
    """A dataset with a sample for each subject."""
    lines = []
    for number, subject in enumerate(subjects or ("A woman stands by a wall.", "A person sits on a bench."), 1):
        builders.clip(root / f"video_{number}.mp4", frames=48, seed=number)
        builders.jpeg(root / f"image_{number}.jpg", seed=number)
        lines.append(_line(f"{subject} {_TEXT}", number))
    (root / "data.jsonl").write_text("".join(lines), "utf-8")
    (root / "datasetkit.toml").write_text(effect, "utf-8")
    return root


def _line(prompt: str, number: int) -> str:
    record: Mapping[str, str] = {
        "prompt": prompt,
        "first_frame_path": f"image_{number}.jpg",
        "video_path": f"video_{number}.mp4",
    }
    return json.dumps(record, ensure_ascii=False) + "\n"
