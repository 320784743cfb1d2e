from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Cli


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATASETKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def entries(cli: Cli) -> int:
    return int(json.loads(cli("cache", "info", "--format", "json").out)["entries"])


def test_info_names_the_place_the_entries_the_size_and_the_limit(cli: Cli, clean: Path, own: Path) -> None:
    assert entries(cli) == 0
    assert not own.exists()
    assert cli("lint", clean).code == 0
    rows = dict(line.split(maxsplit=1) for line in cli("cache", "info").out.splitlines())
    assert rows == {"place": str(own), "entries": "40", "size": rows["size"], "limit": "537 MB", "pools": "0 bytes"}
    assert rows["size"].endswith("kB")


def test_clear_leaves_nothing(cli: Cli, clean: Path, own: Path) -> None:
    cli("lint", clean)
    cleared = cli("cache", "clear")
    assert cleared.code == 0
    assert str(own) in cleared.out
    assert not own.exists()
    assert cli("cache", "clear").code == 0


def test_facts_of_pools_are_counted_and_cleared(cli: Cli, clean: Path, own: Path, tmp_path: Path) -> None:
    cli("select", clean, "-n", "1", "-o", tmp_path / "best")
    info = json.loads(cli("cache", "info", "--format", "json").out)
    (shard,) = own.glob("pools/*/*.jsonl")
    assert info["pools"] == shard.stat().st_size > 20 * 1000
    assert cli("cache", "clear").code == 0
    assert not own.exists()


def test_clear_says_what_it_cannot_remove(cli: Cli, own: Path) -> None:
    (own / "facts-1.sqlite3").mkdir(parents=True)
    ran = cli("cache", "clear")
    assert ran.code == 2
    assert "can't remove the cache" in ran.err


def test_commands_share_the_cache_and_no_cache_leaves_it_alone(
    cli: Cli, clean: Path, own: Path, tmp_path: Path
) -> None:
    for command in (["lint", clean], ["build", clean, "-o", tmp_path / "a.zip"], ["fix", clean, "--diff"]):
        assert cli(*command, "--no-cache").code == 0
        assert not own.exists()
        (tmp_path / "a.zip").unlink(missing_ok=True)
        (tmp_path / "a.zip.json").unlink(missing_ok=True)
        assert cli(*command).code == 0
        assert entries(cli) == 40
        cli("cache", "clear")
        (tmp_path / "a.zip").unlink(missing_ok=True)
        (tmp_path / "a.zip.json").unlink(missing_ok=True)


def test_a_cache_that_cannot_be_used_is_a_note_with_v_only(cli: Cli, clean: Path, own: Path) -> None:
    own.write_text("a file where a folder should be")
    plain = cli("lint", clean, "--no-cache", "--format", "json")
    quiet = cli("lint", clean, "--format", "json")
    verbose = cli("lint", clean, "--format", "json", "-v")
    assert plain == quiet
    assert (verbose.code, verbose.out) == (plain.code, plain.out)
    assert f"the cache {own / 'facts-1.sqlite3'} isn't used" in verbose.err
    assert "cache" not in cli("lint", clean).err  # -v ends with the command
