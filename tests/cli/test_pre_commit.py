"""The hooks in the real pre-commit, by the steps of docs/ci.md; the hooks' address is a copy of this checkout.

The slowest tests here: each of pre-commit's stores makes an environment with pip. They need PyPI or a mirror of it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import builders
import pinned
import pytest
from conftest import line
from gitting import ENVIRONMENT, commit, git, repository

ROOT = Path(__file__).parents[2]
SHIPPED = (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE", "datasetkit", "schemas")
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "ab" * 32 + "\nsize 81234\n"

pytestmark = [
    pytest.mark.skipif(not importlib.util.find_spec("pre_commit"), reason="pre-commit is not installed"),
    pytest.mark.xdist_group("pre-commit"),  # one worker, so that the environment is made once
]


@dataclass(frozen=True)
class Ran:
    code: int
    out: str


@dataclass(frozen=True)
class Repository:
    """A repository whose commits pass through the hook; ``store`` is pre-commit's."""

    top: Path
    store: Path

    def run(self, *command: str) -> Ran:
        environment = ENVIRONMENT | {"PRE_COMMIT_HOME": str(self.store), "PRE_COMMIT_COLOR": "never"}
        ran = subprocess.run(
            command,
            cwd=self.top,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        return Ran(ran.returncode, ran.stdout)

    def pre_commit(self, *command: str) -> Ran:
        return self.run(sys.executable, "-m", "pre_commit", *command)

    def commit(self) -> Ran:
        git(self.top, "add", "-A")
        return self.run("git", "commit", "-m", "c")


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This checkout as it is now, committed as a repository of hooks."""
    folder = repository(tmp_path_factory.mktemp("hooks"))
    for name in SHIPPED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    (folder / "schemas" / "models.json").write_text(json.dumps(pinned.FACTS))
    commit(folder)
    return folder


@pytest.fixture(scope="module")
def repo(hooks: Path, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository with two datasets and the hook installed, all committed."""
    folder = tmp_path_factory.mktemp("work")
    made = Repository(repository(folder / "my repo 数据"), folder / "store")
    for name in ("bills", "雪 snow"):
        for number in range(11):
            builders.clip(made.top / name / f"v{number}.mp4", frames=32, seed=number)
            builders.jpeg(made.top / name / f"i{number}.jpg", seed=number)
        lines = [line(number, f"v{number}.mp4", f"i{number}.jpg") for number in range(11)]
        (made.top / name / "data.jsonl").write_text("\n".join(lines) + "\n")
    (made.top / ".pre-commit-config.yaml").write_text(documented(hooks))
    commit(made.top)
    installed = made.pre_commit("install")
    assert installed.code == 0, installed.out
    return made


def documented(hooks: Path) -> str:
    """The configuration of docs/ci.md; only the address of the hooks is the test's own."""
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    (block,) = [block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "datasetkit-lint" in block]
    assert block.count("/path/to/datasetkit") == 1
    return str(block).replace("/path/to/datasetkit", str(hooks))


@pytest.fixture(autouse=True)
def tidy(repo: Repository) -> None:
    git(repo.top, "reset", "-q", "--hard")
    git(repo.top, "clean", "-qfd")


def test_a_commit_is_refused_mended_and_accepted(repo: Repository) -> None:
    before = git(repo.top, "rev-parse", "HEAD")
    (repo.top / "雪 snow" / "v3.mp4").rename(repo.top / "雪 snow" / "v3 new.mp4")
    refused = repo.commit()
    assert refused.code == 1
    assert "there is no file v3.mp4" in refused.out
    assert "bills" not in refused.out
    assert git(repo.top, "rev-parse", "HEAD") == before
    path = repo.top / "雪 snow" / "data.jsonl"
    path.write_text(path.read_text().replace("v3.mp4", "v3 new.mp4"))
    accepted = repo.commit()
    assert accepted.code == 0, accepted.out
    assert "Passed" in accepted.out
    assert git(repo.top, "rev-parse", "HEAD") != before


def test_prompts_are_changed_and_the_commit_stops_once(repo: Repository) -> None:
    path = repo.top / "bills" / "data.jsonl"
    effect = '[effect]\ntrigger = "s86b5p"\ntext = "Then the s86b5p rain begins and she/he laughs."\n'
    (path.parent / "datasetkit.toml").write_text(effect)
    prompts = [f"A man in place {n} of {n * 3}. Then the s86b5p rain begins and she laughs." for n in range(11)]
    lines = [line(n, f"v{n}.mp4", f"i{n}.jpg", prompt=prompt) for n, prompt in enumerate(prompts)]
    path.write_text("\n".join(lines) + "\n")
    refused = repo.commit()
    assert refused.code == 1
    assert "files were modified by this hook" in refused.out
    assert path.read_text().count("and he laughs") == 11
    accepted = repo.commit()
    assert accepted.code == 0, accepted.out


def test_a_medium_deleted_without_its_line_is_caught(repo: Repository) -> None:
    (repo.top / "bills" / "i5.jpg").unlink()
    refused = repo.commit()
    assert refused.code == 1
    assert "there is no file i5.jpg" in refused.out


def test_a_pointer_is_told_as_such(repo: Repository) -> None:
    (repo.top / "bills" / "v5.mp4").write_text(LFS)
    refused = repo.commit()
    assert refused.code == 1
    assert "D110 not-fetched" in refused.out


def test_a_commit_that_touches_no_dataset_passes(repo: Repository) -> None:
    (repo.top / "README").write_text("hello")
    assert "Passed" in repo.commit().out


def test_all_files_means_every_dataset(repo: Repository) -> None:
    assert repo.pre_commit("run", "--all-files", "--verbose").out.count("training set") == 2
    ran = repo.pre_commit("run", "--verbose")
    assert "no dataset has changed" in ran.out
    assert ran.code == 0


def test_between_two_commits_as_before_a_push(repo: Repository) -> None:
    git(repo.top, "rm", "-q", "bills/i6.jpg")
    git(repo.top, "commit", "-q", "--no-verify", "-m", "c")
    ran = repo.pre_commit("run", "--from-ref", "HEAD~1", "--to-ref", "HEAD")
    git(repo.top, "reset", "-q", "--hard", "HEAD~1")
    assert ran.code == 1
    assert "there is no file i6.jpg" in ran.out
    assert "snow" not in ran.out


def test_the_hook_can_be_tried_without_being_configured(hooks: Path, repo: Repository) -> None:
    ran = repo.pre_commit("try-repo", os.fspath(hooks), "datasetkit-lint", "--all-files", "--verbose")
    assert ran.code == 0, ran.out
    assert ran.out.count("training set") == 2
