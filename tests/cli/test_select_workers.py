"""Who reads the clips for `datasetkit select`, and where what was read is kept."""

from __future__ import annotations

from pathlib import Path

import builders
import pytest
from conftest import Cli

CLIPS = 17  # more than one process reads


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pools") / "pool"
    for number in range(CLIPS):
        builders.clip(folder / f"scene {number}.mp4", frames=34, seed=number % 4)
    return folder


def test_what_was_read_is_kept_where_the_user_says(cli: Cli, pool: Path, tmp_path: Path) -> None:
    facts = tmp_path / "facts"
    for name in ("one", "two"):
        assert cli("select", pool, "-n", "2", "-o", tmp_path / name, "--facts", facts, "--workers", "2").code == 0
    (shard,) = facts.iterdir()
    assert len(shard.read_text("utf-8").splitlines()) == CLIPS
    assert (tmp_path / "one" / "picks.csv").read_bytes() == (tmp_path / "two" / "picks.csv").read_bytes()


def test_facts_inside_the_pool_are_refused(cli: Cli, pool: Path, tmp_path: Path) -> None:
    ran = cli("select", pool, "-n", "2", "-o", tmp_path / "best", "--facts", pool / "facts")
    assert ran.code == 2
    assert "inside" in ran.err
    assert not (pool / "facts").exists()


def test_processes_and_a_cluster_exclude_each_other(cli: Cli, pool: Path, tmp_path: Path) -> None:
    ran = cli("select", pool, "-n", "2", "-o", tmp_path / "best", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1")
    assert ran.code == 2
    assert "--workers or --scheduler" in ran.err
