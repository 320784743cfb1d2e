"""`lint --staged`: what a commit touches is judged, each dataset once, and nothing else is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import builders
import pytest
from conftest import Cli, line
from gitting import ENVIRONMENT, commit, git, repository

ROOT = Path(__file__).parents[2]
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "ab" * 32 + "\nsize 81234\n"


@pytest.fixture(autouse=True)
def no_hook_around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF", "GIT_DIR", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)


def small(folder: Path) -> Path:
    """One sample."""
    builders.clip(folder / "a.mp4", frames=32)
    builders.jpeg(folder / "a.jpg")
    (folder / "data.jsonl").write_text(line(1, "a.mp4", "a.jpg") + "\n")
    return folder


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of two datasets, one with another in it, all committed; it is the working directory."""
    top = repository(tmp_path / "repo")
    for name in ("sets/雨 rain", "sets/snow", "sets/snow/valid"):
        small(top / name)
    (top / "README").write_text("hello")
    commit(top)
    monkeypatch.chdir(top)
    return top


def judged(cli: Cli, *arguments: str) -> list[str]:
    """The datasets that were judged, by their headings."""
    out = cli("lint", "--staged", "--ignore", "S", *arguments).out
    return [row.split("  ")[0] for row in out.splitlines() if "training set" in row or "not a dataset" in row]


def test_nothing_is_judged_where_nothing_is_touched(cli: Cli, repo: Path) -> None:
    (repo / "README").write_text("bye")
    (repo / "sets/snow/a.mp4").unlink()  # not staged: not of this commit
    git(repo, "add", "README")
    ran = cli("lint", "--staged")
    assert (ran.code, ran.out, ran.err) == (0, "no dataset has changed\n", "")


@pytest.mark.parametrize("change", ["a.mp4", "a.jpg", "data.jsonl", "notes.txt", "新 \n.txt"])
def test_a_change_has_its_dataset_judged(cli: Cli, repo: Path, change: str) -> None:
    with (repo / "sets/雨 rain" / change).open("ab") as file:
        file.write(b"\n")
    git(repo, "add", "-A")
    assert judged(cli) == ["sets/雨 rain"]


def test_each_dataset_once_and_the_innermost_alone(cli: Cli, repo: Path) -> None:
    for name in ("sets/snow/b.txt", "sets/snow/c.txt", "sets/雨 rain/b.txt", "sets/e.txt"):
        (repo / name).write_text("x")
    git(repo, "add", "-A")
    assert judged(cli, "sets/snow/data.jsonl") == ["sets/snow", "sets/雨 rain"]
    commit(repo)
    (repo / "sets/snow/valid/b.txt").write_text("x")
    git(repo, "add", "-A")
    assert judged(cli) == ["sets/snow/valid"]
    assert judged(cli, "--exclude", "sets/*") == []
    assert judged(cli, "--exclude", "snow") == ["sets/snow/valid"]


def test_what_is_named_is_judged_though_untouched(cli: Cli, repo: Path) -> None:
    """So `pre-commit run --all-files` reaches every dataset."""
    names = git(repo, "-c", "core.quotePath=false", "ls-files", "*data.jsonl").splitlines()
    assert judged(cli, *names) == ["sets/snow", "sets/snow/valid", "sets/雨 rain"]


def test_a_medium_deleted_without_its_line(cli: Cli, repo: Path) -> None:
    git(repo, "rm", "-q", "sets/snow/a.mp4")
    ran = cli("lint", "--staged", "--ignore", "S")
    assert ran.code == 1
    assert "L209 file-not-found  there is no file a.mp4" in ran.out


def test_a_medium_that_was_not_added_is_missing_from_the_commit(cli: Cli, repo: Path) -> None:
    folder = repo / "sets/snow"
    (folder / "a.mp4").rename(folder / "b.mp4")
    (folder / "data.jsonl").write_text(line(1, "b.mp4", "a.jpg") + "\n")
    git(repo, "add", "-u")
    ran = cli("lint", "--staged", "--ignore", "S")
    assert ran.code == 1
    assert "L209 file-not-found  there is no file b.mp4" in ran.out
    assert "note: sets/snow/b.mp4 isn't in this commit; run `git add sets/snow/b.mp4`" in ran.err
    assert cli("lint", folder, "--ignore", "S").code == 0


def test_what_git_ignores_may_be_named(cli: Cli, repo: Path) -> None:
    """Media are often kept out of git, in DVC or on a disk of their own."""
    (repo / ".gitignore").write_text("*.mp4\n")
    git(repo, "rm", "-q", "--cached", "sets/snow/a.mp4")
    git(repo, "add", "-A")
    ran = cli("lint", "--staged", "--ignore", "S")
    assert (ran.code, ran.err) == (0, "")


def test_a_configuration_holds_before_it_is_added(cli: Cli, repo: Path) -> None:
    git(repo, "rm", "-q", "sets/snow/a.mp4")
    (repo / "sets/snow/datasetkit.toml").write_text('ignore = { L209 = "to come", S = "a start" }')
    assert "ignored: L209" in cli("lint", "--staged").out


def test_a_medium_moved_from_one_set_to_another(cli: Cli, repo: Path) -> None:
    git(repo, "mv", "sets/snow/a.mp4", "sets/雨 rain/b.mp4")
    assert judged(cli) == ["sets/snow", "sets/雨 rain"]


def test_a_pointer_is_told_as_such(cli: Cli, repo: Path) -> None:
    (repo / "sets/snow/a.mp4").write_text(LFS)
    git(repo, "add", "-A")
    ran = cli("lint", "--staged", "--ignore", "S")
    assert ran.code == 1
    assert "D110 not-fetched" in ran.out
    assert "V401" not in ran.out


def test_a_dataset_that_is_deleted_whole_is_not_missed(cli: Cli, repo: Path) -> None:
    git(repo, "rm", "-qr", "sets/雨 rain")
    assert judged(cli) == []


def test_the_first_commit_and_a_dataset_at_the_top(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    top = small(repository(tmp_path / "top"))
    git(top, "add", "-A")
    monkeypatch.chdir(top)
    assert judged(cli) == ["."]


def test_from_a_folder_below(cli: Cli, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / "sets/snow/b.txt").write_text("x")
    git(repo, "add", "-A")
    monkeypatch.chdir(repo / "sets/雨 rain")
    assert judged(cli) == ["../snow"]


def test_before_a_push_the_commits_are_compared(cli: Cli, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(repo, "rm", "-q", "sets/snow/a.mp4")
    commit(repo)
    assert judged(cli) == []
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "HEAD~1")
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "HEAD")
    assert judged(cli) == ["sets/snow"]
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "gone")
    ran = cli("lint", "--staged")
    assert ran.code == 2
    assert "error: git: fatal: " in ran.err


def test_machines_are_told_of_nothing_too(cli: Cli, repo: Path) -> None:
    assert '"datasets": []' in cli("lint", "--staged", "--format", "json").out


def test_outside_of_a_repository(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    ran = cli("lint", "--staged")
    assert ran.code == 2
    assert "--staged needs a git repository" in ran.err
    assert "Run this in a git repository" in ran.err


def test_without_git(cli: Cli, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repo))
    ran = cli("lint", "--staged")
    assert ran.code == 2
    assert "git isn't installed" in ran.err


@pytest.mark.parametrize("command", ["lint", "normalize"])
def test_a_commit_that_touches_no_dataset_loads_nothing_that_judges(repo: Path, command: str) -> None:
    program = (
        f"import sys; from datasetkit.cli import run; code = run([{command!r}, '--staged']);"
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=repo,
        env=ENVIRONMENT | {"PYTHONPATH": str(ROOT)},
    )
    assert ran.returncode == 0
    heavy = {"av", "PIL", "jsonschema", "tqdm", "zipfile", "datasetkit.rules", "datasetkit.scan", "datasetkit.verdict"}
    assert not heavy & set(ran.stderr.split())


def test_unstaged_media_stay_as_they_are(cli: Cli, repo: Path) -> None:
    files = [path for path in repo.rglob("*") if ".git" not in path.parts and path.is_file()]
    before = [path.stat().st_mtime_ns for path in files]
    shutil.copy(repo / "README", repo / "sets/snow/b.txt")
    git(repo, "add", "-A")
    cli("lint", "--staged")
    assert [path.stat().st_mtime_ns for path in files] == before
    assert len(files) == 10


EFFECT = '[effect]\ntrigger = "s86b5p"\ntext = "Then the s86b5p rain begins and she/he laughs."\n'
STRAY = "A man in a bank. Then the s86b5p rain begins and she laughs."


def test_prompts_are_normalized_where_the_commit_touches_them_and_an_effect_is_declared(cli: Cli, repo: Path) -> None:
    for name in ("sets/snow", "sets/雨 rain", "sets/snow/valid"):
        (repo / name / "data.jsonl").write_text(line(1, "a.mp4", "a.jpg", prompt=STRAY) + "\n")
        if name != "sets/snow/valid":
            (repo / name / "datasetkit.toml").write_text(EFFECT)
    assert cli("normalize", "--staged", "--write").out == "no dataset has changed\n"
    git(repo, "add", "sets/snow")
    ran = cli("normalize", "--staged", "--write")
    assert ran.code == 1  # though written: the commit is to stop
    assert [row.split("  ")[0] for row in ran.out.splitlines() if "to change" in row] == ["sets/snow"]
    assert "and he laughs" in (repo / "sets/snow/data.jsonl").read_text()
    assert "and she laughs" in (repo / "sets/snow/valid/data.jsonl").read_text()
    assert "and she laughs" in (repo / "sets/雨 rain/data.jsonl").read_text()
    assert cli("normalize", "--staged", "--write").code == 0


@pytest.mark.parametrize("command", [("-a",), ("--", "sets/snow/a.mp4")])
@pytest.mark.parametrize("linked", [False, True])
def test_as_a_hook_of_git_itself(repo: Path, tmp_path: Path, command: tuple[str, ...], linked: bool) -> None:
    """Git lends its hooks an index and, in a linked worktree, a GIT_DIR that takes any folder for the top."""
    hook = repo / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m datasetkit lint --staged --ignore S\n')
    hook.chmod(0o755)
    top = repo
    if linked:
        top = tmp_path / "linked"
        git(repo, "worktree", "add", "-q", os.fspath(top))
    (top / "sets/snow/a.mp4").write_text(LFS)
    (top / "sets/snow/odd [1].mp4").write_text("not added, and not named")
    ran = subprocess.run(
        ["git", "commit", "-m", "c", *command],
        cwd=top,
        env=ENVIRONMENT | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 1
    assert "D110 not-fetched" in ran.stderr
    assert "L209" not in ran.stderr
    assert "note:" not in ran.stderr
