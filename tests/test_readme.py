"""README is true: its session is what really prints, and its commands and tables are what there is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from datasetkit import spec
from datasetkit.report.formats import FORMATS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
SESSIONS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)


def timeless(text: str) -> str:
    return re.sub(r"\d+\.\d s", "0.0 s", text)


def played(session: str, folder: Path) -> str:
    """The session with what its commands print now, as a terminal shows it: both streams in one."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    text = ""
    for command in re.findall(r"^\$ datasetkit (.*)$", session, re.MULTILINE):
        ran = subprocess.run(
            [sys.executable, "-m", "datasetkit", *command.split()],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        text += f"$ datasetkit {command}\n{ran.stdout}"
    return text


@pytest.mark.parametrize("session", SESSIONS)
def test_a_session_is_what_really_prints(session: str, tmp_path: Path) -> None:
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    assert timeless(played(session, tmp_path)) == timeless(session)


def test_every_key_of_the_configuration_is_described() -> None:
    section = README[README.index("## Configuration") : README.index("## Exit codes")]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(
        spec.document("config.schema.json")["properties"]
    )


def test_every_format_and_hook_is_described() -> None:
    section = README[README.index("## At commit time") : README.index("## Configuration")]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(FORMATS)
    hooks = re.findall(r"^- id: (\S+)", (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"), re.MULTILINE)
    assert hooks
    assert set(re.findall(r"^  - id: (\S+)", section, re.MULTILINE)) == set(hooks)


def test_the_make_targets_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`?make (\w+)`?", README):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE) or target == "itself"


if __name__ == "__main__":  # writes what the sessions print now into README
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sample_data").symlink_to(ROOT / "sample_data")
        for session in SESSIONS:
            README = README.replace(session, played(session, Path(folder)))
    (ROOT / "README.md").write_text(README, "utf-8")
