"""`datasetkit select` on real clips of 64×64."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import builders
import pytest
from conftest import Cli
from test_killed import STRUCK


def content(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "picks.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def kept(folder: Path) -> list[str]:
    return [row["clip"] for row in rows(folder) if row["keep"] == "yes"]


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight scenes, one of them also at a lower quality, a clip that is cut off, and a recording of something else."""
    folder = tmp_path_factory.mktemp("pools") / "pool"
    for number in range(1, 9):
        place = folder / ("deep" if number > 4 else ".") / f"scene {number}.mp4"
        builders.clip(place, frames=40, seed=number * 7, size=(96, 64) if number % 2 else (64, 96))
    builders.clip(folder / "copy.mp4", frames=40, seed=7, size=(96, 64), options={"crf": "40"})
    whole = (folder / "scene 1.mp4").read_bytes()
    (folder / "cut off.mp4").write_bytes(whole[: len(whole) // 3])
    (folder / "empty.mov").write_bytes(b"")
    (folder / "scene 1.txt").write_text("A woman\nwaits.", "utf-8")
    (folder / "deep" / "captions.csv").write_text("file,caption\nscene 5.mp4,A man runs.\n", "utf-8")
    return folder


def test_the_best_clips_of_a_pool_go_to_a_folder_of_their_own(cli: Cli, pool: Path, tmp_path: Path) -> None:
    before, new = content(pool), tmp_path / "best"
    ran = cli("select", pool, "-n", "4", "-o", new)
    assert ran.code == 0, ran.err
    assert content(pool) == before
    for part in (
        "4 of 11 clips",
        "left out, can't be read: 2 (cut off.mp4, empty.mov)",
        "left out, like a better clip: 1 (copy.mp4)",
    ):
        assert part in ran.out
    assert len(kept(new)) == 4
    assert not {"cut off.mp4", "empty.mov"} & {row["clip"] for row in rows(new)}
    for row in rows(new):
        made = new / f"{row['name']}.mp4"
        assert made.exists() is (row["keep"] == "yes")
        assert not made.exists() or made.read_bytes() == (pool / row["clip"]).read_bytes()
    assert f"next: datasetkit init {new} -o {new}_dataset" in ran.err


def test_the_same_pool_gives_the_same_choice(cli: Cli, pool: Path, tmp_path: Path) -> None:
    assert cli("select", pool, "-n", "5", "-o", tmp_path / "one").code == 0
    assert cli("select", pool, "-n", "5", "-o", tmp_path / "two").code == 0
    assert content(tmp_path / "one").keys() == content(tmp_path / "two").keys()
    assert rows(tmp_path / "one") == rows(tmp_path / "two")


def test_captions_come_along_and_init_reads_them(cli: Cli, pool: Path, tmp_path: Path) -> None:
    new = tmp_path / "best"
    ran = cli("select", pool, "-n", "9", "-o", new, "--model", "wan2.2-i2v-flash", "--seconds", "2")
    assert ran.code == 2  # 64×96 are fewer pixels than the model trains on
    assert "left out, too small: 9" in ran.out
    ran = cli("select", pool, "-n", "9", "-o", new)
    assert "fewer than the 9 that you asked for" in ran.out
    names = {row["clip"]: row["name"] for row in rows(new)}
    assert (new / f"{names['deep/scene 5.mp4']}.txt").read_text("utf-8") == "A man runs.\n"
    made = cli(*re.findall(r"next: datasetkit (init .+)", ran.err)[0].split())
    assert made.code == 0
    assert f"captions found: {len(list(new.glob('*.txt')))}," in made.out
    assert "picks.csv: the list of picks that `select` wrote" in made.out


def test_the_page_shows_each_pick_and_what_was_left_out(cli: Cli, pool: Path, tmp_path: Path) -> None:
    assert cli("select", pool, "-n", "3", "-o", tmp_path / "best").code == 0
    page = (tmp_path / "best" / "report.html").read_text("utf-8")
    for row in rows(tmp_path / "best")[:3]:
        assert f"<bdi>{row['name']}.mp4</bdi>" in page
        assert f"next in line: {row['next']}" in page
    assert page.count('<article class="pick"') == 3
    assert page.count('class="strip"') == 3
    assert "<script" not in page
    assert "cut off.mp4" in page


def test_clips_that_are_too_long_are_cut_next(cli: Cli, pool: Path, tmp_path: Path) -> None:
    ran = cli("select", pool, "-n", "2", "-o", tmp_path / "best", "--seconds", "1.5")
    assert f"next: datasetkit cut {tmp_path / 'best'} --seconds 1.5" in ran.err
    for step in ("cut", "init"):
        ran = cli(*re.findall(rf"next: datasetkit ({step} .+)", ran.err)[0].split())
        assert ran.code == 0, ran.err
    assert len(list((tmp_path / "best_dataset").glob("*.mp4"))) == 2


def test_links_point_to_the_pool(cli: Cli, pool: Path, tmp_path: Path) -> None:
    assert cli("select", pool, "-n", "2", "-o", tmp_path / "best", "--symlink").code == 0
    for row in rows(tmp_path / "best")[:2]:
        assert (tmp_path / "best" / f"{row['name']}.mp4").readlink() == (pool / row["clip"]).resolve()


def test_an_example_decides_what_is_best(cli: Cli, pool: Path, tmp_path: Path) -> None:
    ran = cli("select", pool, "-n", "1", "-o", tmp_path / "best", "--like", pool / "deep" / "scene 6.mp4")
    assert ran.code == 0, ran.err
    assert kept(tmp_path / "best") == ["deep/scene 6.mp4"]
    assert "nearest to the example" in rows(tmp_path / "best")[0]["reason"]
    below = cli("select", pool, "-n", "1", "-o", tmp_path / "again", "--like", "deep/scene 6.mp4")
    assert (below.code, kept(tmp_path / "again")) == (0, ["deep/scene 6.mp4"])


def test_exactly_the_rows_that_say_yes_are_taken(cli: Cli, pool: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert cli("select", pool, "-n", "2", "-o", first).code == 0
    chosen = rows(first)
    changed = (first / "picks.csv").read_text("utf-8").replace(",yes,", ",no,", 1)
    changed = re.sub(rf"(?m)^(\d+,{chosen[2]['clip']},.*),no,", r"\1,yes,", changed)
    (first / "picks.csv").write_text(changed, "utf-8")
    ran = cli("select", pool, "--picks", first / "picks.csv", "-o", second)
    assert ran.code == 0, ran.err
    wanted = [chosen[1]["clip"], chosen[2]["clip"]]
    assert kept(second) == wanted
    assert sorted(path.name for path in second.glob("*.mp4")) == sorted(Path(clip).name for clip in wanted)
    assert [row["reason"] for row in rows(second)] == [row["reason"] for row in chosen]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-n", "0"), "0 is not in the range"),
        ((), "Say how many clips to choose with -n"),
        (("-n", "2", "--picks", "picks.csv"), "Give -n or --picks, not both"),
        (("-n", "2", "--like", "nowhere.mp4"), "there is no file nowhere.mp4"),
        (("-n", "2", "--like", "scene 1.txt"), "can't be the example"),
        (("-n", "2", "--like", "cut off.mp4"), "can't be the example: cut off"),
        (("-n", "2", "--model", "wan"), "no model is called"),
        (("-n", "2", "--seconds", "60"), "none of the 11 clips can be used"),
        (("--picks", "nowhere.csv"), "can't read nowhere.csv"),
        (("--picks", "deep/captions.csv"), "no column clip"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(
    cli: Cli, pool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(pool)
    ran = cli("select", pool, "-o", tmp_path / "best", *arguments)
    assert ran.code == 2
    assert said in ran.err
    assert not (tmp_path / "best").exists()


def test_places_that_are_taken_or_in_the_pool_are_refused(cli: Cli, pool: Path, tmp_path: Path) -> None:
    for output, said in ((pool / "best", "is inside"), (pool, "must not be changed"), (tmp_path, "already exists")):
        ran = cli("select", pool, "-n", "1", "-o", output)
        assert ran.code == 2
        assert said in ran.err


def test_a_pool_without_clips_is_refused(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "pool").mkdir()
    ran = cli("select", tmp_path / "pool", "-n", "1", "-o", tmp_path / "best")
    assert (ran.code, "contains no clips" in ran.err) == (2, True)
    assert cli("select", tmp_path / "lost", "-n", "1", "-o", tmp_path / "best").code == 2


def test_picks_that_are_gone_are_named(cli: Cli, pool: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("clip,keep\nlost.mp4,yes\nscene 1.mp4,yes\ngone.mp4,no\n", "utf-8")
    ran = cli("select", pool, "--picks", tmp_path / "mine.csv", "-o", tmp_path / "best")
    assert (ran.code, "has no clip lost.mp4" in ran.err) == (2, True)
    (tmp_path / "mine.csv").write_text("clip,keep\nscene 1.mp4,no\n", "utf-8")
    ran = cli("select", pool, "--picks", tmp_path / "mine.csv", "-o", tmp_path / "best")
    assert (ran.code, "has keep=yes" in ran.err) == (2, True)


def test_picks_that_are_no_clips_are_refused(cli: Cli, tmp_path: Path) -> None:
    pool, (secret, picks) = tmp_path / "pool", (tmp_path / "secret.txt", tmp_path / "picks.csv")
    builders.clip(pool / "good.mp4", frames=40)
    secret.write_text("a private key", "utf-8")
    (pool / "link.mp4").symlink_to(secret)
    picks.write_text("clip,keep\ngood.mp4,yes\nlink.mp4,yes\n", "utf-8")
    ran = cli("select", pool, "--picks", picks, "-o", tmp_path / "best")
    assert (ran.code, "chooses link.mp4" in ran.err) == (2, True)
    assert not (tmp_path / "best").exists()


def test_without_a_place_for_what_was_read_the_choice_is_made_all_the_same(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DATASETKIT_CACHE", str(tmp_path / "file" / "cache"))
    builders.clip(tmp_path / "pool" / "one.mp4", frames=40)
    ran = cli("select", tmp_path / "pool", "-n", "1", "-o", tmp_path / "best")
    assert ran.code == 0, ran.err
    assert "not kept" in ran.err
    named = tmp_path / "file" / "facts"
    ran = cli("select", tmp_path / "pool", "-n", "1", "-o", tmp_path / "again", "--facts", named)
    assert (ran.code, str(named) in ran.err) == (2, True)


def test_odd_names_survive(cli: Cli, tmp_path: Path) -> None:
    pool = tmp_path / "pool"
    for seed, name in enumerate((b"-n.mp4", b"a\nb.mp4", b"\xff.mp4", "第一:個.mp4".encode()), 1):
        builders.clip(tmp_path / "one.mp4", frames=40, seed=seed * 5)
        pool.mkdir(exist_ok=True)
        (tmp_path / "one.mp4").rename(pool / os.fsdecode(name))
    ran = cli("select", pool, "-n", "4", "-o", tmp_path / "best")
    assert ran.code == 0, ran.err
    assert len(list((tmp_path / "best").glob("*.mp4"))) == 4
    again = cli("select", pool, "--picks", tmp_path / "best" / "picks.csv", "-o", tmp_path / "again")
    assert again.code == 0, again.err
    assert len(list((tmp_path / "again").glob("*.mp4"))) == 4


def test_ctrl_c_leaves_nothing_behind(pool: Path, tmp_path: Path) -> None:
    def struck(at: int, new: str) -> subprocess.CompletedProcess[str]:
        words = ["select", str(pool), "-n", "4", "-o", new]
        command = [sys.executable, "-c", STRUCK, "SIGINT", str(at), *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert struck(0, "first").returncode == 0  # reads the clips, so that the others write alike
    whole = struck(0, "whole")
    assert whole.returncode == 0, whole.stderr
    writes = int(whole.stdout.split()[-1])
    for before_the_end in (3, 8):
        ran = struck(writes - before_the_end, "stopped")
        assert (ran.returncode, "interrupted" in ran.stderr) == (130, True), ran.stderr
        assert {path.name for path in tmp_path.iterdir()} == {"first", "whole"}


def test_half_a_letter_in_a_caption_is_replaced(cli: Cli, tmp_path: Path) -> None:
    builders.clip(tmp_path / "pool" / "a.mp4", frames=40, seed=3)
    (tmp_path / "pool" / "a.json").write_text('{"caption": "A \\ud83d dog."}', "utf-8")
    assert cli("select", tmp_path / "pool", "-n", "1", "-o", tmp_path / "best").code == 0
    assert (tmp_path / "best" / "a.txt").read_text("utf-8") == "A ? dog.\n"
