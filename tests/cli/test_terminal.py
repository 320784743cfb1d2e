"""In a terminal as people use it: widths, colours, pipes, Ctrl-C, completion. The real one is tmux, if there is one."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import line

from datasetkit.report.columns import cells

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "datasetkit"]
ENVIRONMENT = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TMUX")} | {
    "PYTHONPATH": str(ROOT),
}

Screen = Callable[..., list[str]]


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    """Run a shell's line in a tmux of so many columns and give what the screen shows when it has ended."""
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed")
    tmux = ["tmux", "-S", str(tmp_path / "tmux"), "-f", os.devnull]

    def show(shell: str, columns: int, **environment: str) -> list[str]:
        # `cat` waits, so that the screen stays; wait-for is how tmux says that the line has ended
        script = f"{shell}; echo exit $?; {shlex.join([*tmux, 'wait-for', '-S', 'done'])}; cat"
        settings = [f"{key}={value}" for key, value in (ENVIRONMENT | environment | {"LC_ALL": "C.UTF-8"}).items()]
        size = ["-x", str(columns), "-y", "200"]
        command = shlex.join(["env", *settings, "sh", "-c", script])
        subprocess.run([*tmux, "-u", "new-session", "-d", *size, command], check=True, env=ENVIRONMENT)
        subprocess.run([*tmux, "wait-for", "done"], check=True, timeout=60)
        shown = subprocess.run(
            [*tmux, "capture-pane", "-p", "-J"], check=True, stdout=subprocess.PIPE, encoding="utf-8"
        )
        return shown.stdout.rstrip().splitlines()

    yield show
    subprocess.run([*tmux, "kill-server"], check=False, stderr=subprocess.DEVNULL)


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Lines that name files which aren't there, with the names that people give them."""
    folder = tmp_path / "金钱雨 💸 set"
    folder.mkdir()
    names = ["第一个很长的文件名字在这里没有空格可以断开.mp4", "💸💸💸 money rain.mp4", "a" * 90 + ".mp4"]
    lines = [line(number, name, f"{number}.jpg") for number, name in enumerate(names)]
    (folder / "data.jsonl").write_text("\n".join(lines), "utf-8")
    return folder


def lint(folder: Path, *options: str) -> str:
    return shlex.join([*COMMAND, "lint", folder.name, *options])


@pytest.mark.parametrize("columns", [30, 60, 100])
def test_no_line_is_wider_than_the_terminal(screen: Screen, odd: Path, columns: int) -> None:
    # -J joins what the terminal itself broke, which is what must not happen
    rows = screen(f"cd {shlex.quote(str(odd.parent))}; {lint(odd)}", columns)
    assert rows[-1] == "exit 1"
    assert max(cells(row) for row in rows) <= columns
    assert any("💸💸💸" in row for row in rows)
    assert all(row.startswith("  ") for row in rows[1:-2])


def test_a_wide_terminal_has_a_row_a_finding(screen: Screen, odd: Path) -> None:
    rows = screen(f"cd {shlex.quote(str(odd.parent))}; {lint(odd, '--all')}", 200)
    assert len([row for row in rows if "L209" in row]) == 6
    assert all("there is no file" in row for row in rows if "L209" in row)


def test_a_pager_that_is_left_early_is_no_error(screen: Screen, odd: Path) -> None:
    shell = f"cd {shlex.quote(str(odd.parent))}; {lint(odd)} --all | head -n 1"
    rows = screen(shell, 80)
    assert len(rows) == 2
    assert rows[1] == "exit 0"


def piped(folder: Path, *options: str, **environment: str) -> str:
    command = [*COMMAND, "lint", folder.name, *options]
    return subprocess.run(
        command, cwd=folder.parent, env=ENVIRONMENT | environment, stdout=subprocess.PIPE, check=False, encoding="utf-8"
    ).stdout


def test_a_pipe_breaks_no_lines(odd: Path) -> None:
    rows = piped(odd, "--all", COLUMNS="40").splitlines()
    assert len([row for row in rows if "L209" in row and "there is no file" in row]) == 6


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
)
def test_colours_as_asked_for(odd: Path, environment: dict[str, str], coloured: bool) -> None:
    assert ("\x1b[31merror" in piped(odd, **environment)) is coloured


def test_an_encoding_that_lacks_a_letter_is_no_error(odd: Path) -> None:
    out = piped(odd, PYTHONIOENCODING="latin-1")
    assert "\\u7b2c\\u4e00" in out
    assert out.splitlines()[-1].startswith("7 errors")


def test_a_thousand_findings_are_grouped(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    (folder / "data.jsonl").write_text("\n".join(line(n, f"{n}.mp4", f"{n}.jpg") for n in range(500)))
    rows = piped(folder).splitlines()
    assert "  … and 995 more L209; `lint --all` shows them" in rows
    assert len(rows) < 12
    assert len(piped(folder, "--all").splitlines()) > 1000


INTERRUPTING = """
import os, runpy, signal, sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[0]:
            os.kill(os.getpid(), signal.SIGINT)
module, *sys.argv[1:] = sys.argv[1:]
sys.argv[0] = module
sys.meta_path.insert(0, Interrupting())
from datasetkit.__main__ import main
main()
"""


@pytest.mark.parametrize(
    "module",
    ["click", "datasetkit.cli", "datasetkit.cli.lint", "datasetkit.verdict", "datasetkit.media.videos", "av", "PIL"],
)
def test_ctrl_c_is_quiet_while_modules_are_loaded(clean: Path, module: str) -> None:
    command = [sys.executable, "-c", INTERRUPTING, module, "lint", "--no-cache", str(clean)]
    ran = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout, ran.stderr.strip()) == (130, "", "interrupted")


def test_the_version_names_what_a_bug_report_needs() -> None:
    out = subprocess.run([*COMMAND, "--version"], env=ENVIRONMENT, stdout=subprocess.PIPE, text=True, check=True).stdout
    import av
    import PIL

    assert f"av {av.__version__}, FFmpeg {av.ffmpeg_version_info}, Pillow {PIL.__version__}" in out


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        (["li"], "lint"),
        (["lint", "--form"], "--format"),
        (["lint", "--format", "s"], "sarif"),
        (["lint", "--model", "wan2.7"], "wan2.7-i2v"),
    ],
)
def test_bash_completes(tmp_path: Path, words: list[str], reply: str) -> None:
    bash = shutil.which("bash")
    if not bash:
        pytest.skip("bash is not installed")
    script = tmp_path / "datasetkit"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n')
    script.chmod(0o755)
    typed = shlex.join(["datasetkit", *words])
    program = (
        'eval "$(_DATASETKIT_COMPLETE=bash_source datasetkit)"; '
        f"COMP_WORDS=({typed}); COMP_CWORD={len(words)}; _datasetkit_completion datasetkit; echo ${{COMPREPLY[@]}}"
    )
    environment = ENVIRONMENT | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    ran = subprocess.run([bash, "-c", program], env=environment, capture_output=True, text=True)
    assert (ran.stdout.strip(), ran.stderr) == (reply, "")
