import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "datasetkit"]
KF2V = ["--model", "wan2.2-kf2v-flash"]  # one finding, an error


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no /dev/full here")
def test_a_full_disk_behind_stdout_is_told_without_a_traceback(clean: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [*COMMAND, "lint", str(clean)], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ran.returncode == 2
    assert ran.stderr == "error: stdout: No space left on device\n"


def test_a_closed_stdout_changes_nothing(clean: Path) -> None:
    closing = ["sh", "-c", 'exec "$@" >&-', "sh", *COMMAND, "lint", str(clean), *KF2V]
    ran = subprocess.run(closing, stderr=subprocess.PIPE, check=False)
    assert (ran.returncode, ran.stderr) == (1, b"")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no terminals to open here")
@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colours_are_off_with_no_color_even_on_a_terminal(clean: Path, no_color: str, coloured: bool) -> None:
    ours, theirs = os.openpty()
    environment = {**os.environ, "NO_COLOR": no_color}
    subprocess.run([*COMMAND, "lint", str(clean), *KF2V], stdout=theirs, env=environment, check=False)
    os.close(theirs)
    said = os.read(ours, 1 << 16)
    os.close(ours)
    assert b"L213" in said
    assert (b"\x1b[" in said) is coloured


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="names are text here")
def test_a_name_that_is_no_text_is_printed_in_escapes(clean: Path, tmp_path: Path) -> None:
    target = os.fsencode(tmp_path) + b"/\xff.zip"
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}
    ran = subprocess.run(
        [*COMMAND, "build", str(clean), "-o", target, "--format", "json"],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0
    assert json.loads(ran.stdout)[0]["file"] == "\udcff.zip"


def test_a_package_that_is_not_installed_is_named(clean: Path, tmp_path: Path) -> None:
    script = "import sys; sys.modules['jsonschema'] = None; from datasetkit.cli import run; sys.exit(run(sys.argv[1:]))"
    (tmp_path / "x.toml").write_text("role = 'training'")
    command = [sys.executable, "-c", script, "lint", str(clean), "--config", str(tmp_path / "x.toml")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr.startswith("error: the Python package jsonschema is missing\n")
    assert "Traceback" not in ran.stderr
