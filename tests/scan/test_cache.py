"""The cache of facts: what it spares, what it doesn't keep, and that nothing wrong with it ever shows in a verdict."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import builders
import pinned
import pytest

import datasetkit
from datasetkit import spec
from datasetkit.footage import Depth
from datasetkit.model import Expected, Image, Unreadable
from datasetkit.report import text
from datasetkit.report.formats import load
from datasetkit.report.places import Placed
from datasetkit.scan.cache import FactCache, cache_file, cache_info, clear_cache
from datasetkit.scan.datasets import open_tree, scan
from datasetkit.scan.facts import FactKey, key_of
from datasetkit.scan.folder import FolderTree

IMAGE = Image("a.jpg", 900, "JPEG", 64, 64)
LIMITS = spec.limits()


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "set"
    for number in range(3):
        builders.clip(folder / f"{number}.mp4", seed=number, frames=30 + number)
        builders.jpeg(folder / f"{number}.jpg", seed=number)
    (folder / "2.jpg").write_bytes((folder / "1.jpg").read_bytes())
    (folder / "bad.jpg").write_bytes(b"\xff\xd8\xff")
    names = [("0", "0"), ("1", "1"), ("2", "2"), ("bad", "0")]
    lines = [
        json.dumps({"prompt": f"person {n}", "first_frame_path": f"{image}.jpg", "video_path": f"{clip}.mp4"})
        for n, (image, clip) in enumerate(names)
    ]
    (folder / "data.jsonl").write_text("\n".join(lines))
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return cache_file(str(tmp_path / "cache"))


@pytest.fixture
def cache(file: Path) -> Iterator[FactCache]:
    with closing(FactCache(file)) as opened:
        yield opened


def image_key(number: int = 0, **changed: object) -> FactKey:
    """The key of this file's own bytes, as if it were an image of the set."""
    tree = FolderTree(Path(__file__).parent, "tests")
    key = key_of(tree, Path(__file__).name, Expected.IMAGE, Depth.HEADER)
    assert key
    return replace(key, entry=str(number), **changed)


@dataclass(frozen=True)
class Watched(FolderTree):
    """A folder that notes which of its files are opened, and which clips are handed to the reader of clips."""

    opened: list[str] = field(default_factory=list)
    located: list[str] = field(default_factory=list)

    def open(self, path: str) -> BinaryIO:
        self.opened.append(path)
        return super().open(path)

    def locate(self, path: str) -> str | BinaryIO:
        self.located.append(path)
        return super().locate(path)


def watched(folder: Path, file: Path, depth: Depth = Depth.HEADER) -> Watched:
    """A scan with the cache in ``file``."""
    tree = Watched(folder, str(folder))
    with closing(FactCache(file)) as store:
        list(scan(tree, store=store, depth=depth))
    return tree


def report(path: Path, *, cached: bool = True, depth: str | None = None) -> str:
    """All of a check as text and JSON, but for the time it took."""
    verdict = datasetkit.check(path, cache=cached, depth=depth)
    placed = [Placed(verdict, str(path))]
    lines = repr(verdict.dataset.lines) if depth is None else ""
    return text.render(verdict, every=True, width=None) + load("json")(placed) + lines


@pytest.mark.parametrize("depth", Depth)
def test_a_second_run_opens_no_medium(dataset: Path, file: Path, depth: Depth) -> None:
    cold, warm = watched(dataset, file, depth), watched(dataset, file, depth)
    assert set(cold.opened) >= {"data.jsonl", "0.jpg", "1.jpg", "2.jpg", "bad.jpg"}
    assert set(cold.located) == {"0.mp4", "1.mp4", "2.mp4"}
    assert (warm.opened, warm.located) == (["data.jsonl"], [])


def test_a_copy_is_read_for_its_digest_alone(dataset: Path, file: Path) -> None:
    """Decoding needs a second look; from then on the copy is known by its place."""
    assert watched(dataset, file).opened.count("0.jpg") == 2
    copied = Path(shutil.copytree(dataset, dataset.with_name("copy")))
    assert watched(copied, file).opened.count("0.jpg") == 1
    assert watched(copied, file).opened == ["data.jsonl"]


@pytest.mark.parametrize("depth", [Depth.FRAMES, Depth.FULL])
def test_a_clip_that_was_renamed_or_copied_is_not_decoded(dataset: Path, file: Path, depth: Depth) -> None:
    assert watched(dataset, file, depth).located != []
    renamed = dataset.rename(dataset.with_name("renamed"))
    assert watched(renamed, file, depth).located == []
    copied = Path(shutil.copytree(renamed, dataset.with_name("copy")))
    assert watched(copied, file, depth).located == []


def test_the_report_does_not_depend_on_what_deeper_runs_left(
    dataset: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATASETKIT_CACHE", str(file.parent))
    damage(dataset / "1.mp4")
    depths = ("full", "frames", "header", "frames", "full")
    plain = [report(dataset, cached=False, depth=depth) for depth in depths]
    assert [report(dataset, depth=depth) for depth in depths] == plain


def test_facts_of_a_deeper_look_serve_unless_they_hold_damage(dataset: Path, file: Path) -> None:
    damage(dataset / "1.mp4")
    watched(dataset, file, Depth.FULL)
    assert watched(dataset, file, Depth.FRAMES).located == ["1.mp4", "1.mp4"]  # its headers, and its first frame
    assert watched(dataset, file, Depth.FRAMES).located == []
    shallow = watched(dataset, file, Depth.HEADER)
    assert shallow.located == []
    assert set(shallow.opened) == {"data.jsonl", "bad.jpg"}  # nothing that can be read is so much as hashed


def damage(clip: Path) -> None:
    data = bytearray(clip.read_bytes())
    middle = data.index(b"mdat") + 2000
    data[middle : middle + 200] = bytes(200)
    clip.write_bytes(data)


def test_a_renamed_image_is_known_under_its_new_name(dataset: Path, file: Path) -> None:
    watched(dataset, file)
    (dataset / "0.jpg").rename(dataset / "new.jpg")
    lines = (dataset / "data.jsonl").read_text()
    (dataset / "data.jsonl").write_text(lines.replace("0.jpg", "new.jpg"))
    tree = Watched(dataset, "set")
    with closing(FactCache(file)) as store:
        ((found, _),) = scan(tree, store=store)
    assert tree.opened == ["data.jsonl", "new.jpg"]
    medium = found.samples[0].medium("first_frame_path")
    assert isinstance(medium, Image)
    assert medium.path == "new.jpg"


def test_a_file_of_a_size_that_no_other_has_is_not_hashed_to_be_found(dataset: Path, file: Path) -> None:
    watched(dataset, file)
    builders.jpeg(dataset / "0.jpg", (32, 32))
    key = key_of(open_tree(str(dataset)), "0.jpg", Expected.IMAGE)
    assert key
    asked: list[str] = []
    with closing(FactCache(file)) as store:
        assert store.find(replace(key, digest=lambda: str(asked.append("digest")))) is None
    assert asked == []


def test_entries_of_a_zip_are_known_by_the_zip_and_their_name(dataset: Path, file: Path) -> None:
    with zipfile.ZipFile(dataset.with_suffix(".zip"), "w") as archive:
        for path in dataset.iterdir():
            archive.write(path, path.name)
    with closing(open_tree(str(archive.filename))) as tree, closing(FactCache(file)) as store:
        list(scan(tree, store=store))
    with closing(open_tree(str(archive.filename))) as tree, closing(FactCache(file)) as store:
        known = store.get(key_of(tree, "0.jpg", Expected.IMAGE))
    assert isinstance(known, Image)
    assert watched(dataset, file).opened.count("1.jpg") == 1  # unpacked, it is the same image


def test_names_that_are_no_text_are_kept(tmp_path: Path, file: Path) -> None:
    tree = FolderTree(tmp_path, "set")
    try:
        builders.jpeg(tmp_path / "\udcff.jpg")
    except (OSError, UnicodeError):
        pytest.skip("this file system takes no such name")
    key = key_of(tree, "\udcff.jpg", Expected.IMAGE)
    assert key
    for _ in range(2):
        with closing(FactCache(file)) as store:
            known = store.get(key)
            store.put(key, replace(IMAGE, path="\udcff.jpg"))
    assert getattr(known, "path", None) == "\udcff.jpg"


def test_one_file_has_facts_of_its_own_for_each_depth_and_field(cache: FactCache, file: Path) -> None:
    shallow, deep = image_key(), image_key(depth=Depth.FULL)
    cache.put(shallow, IMAGE)
    cache.put(deep, replace(IMAGE, frames=2))
    with closing(FactCache(file)) as again:
        assert getattr(again.get(shallow), "frames", None) == 1
        assert getattr(again.get(deep), "frames", None) == 2
        assert again.get(replace(shallow, expected=Expected.VIDEO)) is None
        assert again.get(replace(shallow, reader="a later one")) is None
        assert again.count() == 2


@pytest.mark.parametrize("change", ["size", "mtime_ns", "ctime_ns", "inode"])
def test_a_file_that_changed_is_not_known(cache: FactCache, file: Path, change: str) -> None:
    key = image_key()
    cache.put(key, IMAGE)
    with closing(FactCache(file)) as again:
        changed = replace(key, **{change: getattr(key, change) + 1}, digest=lambda: "other bytes")
        assert again.get(changed) is again.find(changed) is None
        assert again.get(key) is not None


@pytest.mark.parametrize("time", ["mtime_ns", "ctime_ns"])
def test_a_file_that_changed_just_now_is_not_kept(
    cache: FactCache, file: Path, time: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another change in the same tick of the file system's clock would not show."""
    key = image_key()
    grain = pinned.real("models.json")["heuristics"]["cache_settled_seconds"]["value"]
    assert grain >= 2
    monkeypatch.setattr(spec, "limits", lambda: replace(LIMITS, cache_settled_seconds=grain))
    fresh = replace(key, looked_at_ns=getattr(key, time) + grain * 1_000_000_000 - 1)
    cache.put(fresh, IMAGE)
    assert cache.get(fresh) == IMAGE  # for this run
    with closing(FactCache(file)) as again:
        assert again.get(fresh) is None
        again.put(replace(key, looked_at_ns=max(key.mtime_ns, key.ctime_ns) + grain * 1_000_000_000), IMAGE)
    with closing(FactCache(file)) as third:
        assert third.get(key) is not None


def test_a_file_that_changes_while_it_is_read_is_not_kept(dataset: Path, cache: FactCache, file: Path) -> None:
    key = key_of(open_tree(str(dataset)), "0.jpg", Expected.IMAGE)
    assert key
    builders.jpeg(dataset / "0.jpg", (32, 32))
    cache.put(key, IMAGE)
    assert cache.count() == 0


@pytest.mark.parametrize(
    ("reason", "kept"),
    [("cut off: the file ends before the picture does", 1), ("can't be opened: Stale file handle", 0)],
)
def test_what_another_try_may_change_is_not_kept(cache: FactCache, reason: str, kept: int) -> None:
    cache.put(image_key(), Unreadable("a.jpg", 900, Expected.IMAGE, reason))
    assert cache.count() == kept


def test_what_was_used_longest_ago_makes_room(file: Path) -> None:
    size = 64 * 4096

    def opened(day: int) -> FactCache:
        return FactCache(file, clock=lambda: day * 86_400.0, limit=size)

    with closing(opened(1)) as first:
        for number in range(100):
            first.put(image_key(number), IMAGE)
    with closing(opened(2)) as second:
        used = [number for number in range(0, 100, 10) if second.get(image_key(number))]
    with closing(opened(3)) as third:
        for number in range(100, 500):
            third.put(image_key(number), IMAGE)
        assert 100 < third.count() < 500
    assert used == list(range(0, 100, 10))
    assert file.stat().st_size <= size
    with closing(sqlite3.connect(file)) as connection:
        kept = [row[0] for row in connection.execute("SELECT used FROM facts ORDER BY used")]
    assert kept[0] > 1


def test_several_threads_share_one_cache(cache: FactCache) -> None:
    def work(number: int) -> bool:
        cache.put(image_key(number), replace(IMAGE, width=number))
        return cache.get(image_key(number)) == replace(IMAGE, width=number)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(200)))
    assert cache.count() == 200


def damaged_magic(file: Path) -> None:
    file.write_bytes(b"not a database, but long enough to have a header" * 100)


def damaged_pages(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[4096:] = bytes(len(data) - 4096)
    file.write_bytes(data)


def damaged_values(file: Path) -> None:
    """Facts that can be read, but are wrong."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("""UPDATE facts SET value = replace(value, '"width":64', '"width":65')""")


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def another_table(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE facts (colour TEXT)")


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def a_file_for_a_folder(file: Path) -> None:
    shutil.rmtree(file.parent)
    file.parent.write_text("")


SPOILERS = [damaged_magic, damaged_pages, damaged_values, cut, emptied, another_table, a_folder, a_file_for_a_folder]


@pytest.mark.parametrize("spoil", SPOILERS)
def test_the_report_never_depends_on_the_cache(
    dataset: Path, file: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Path], None]
) -> None:
    monkeypatch.setenv("DATASETKIT_CACHE", str(file.parent))
    plain = report(dataset, cached=False)
    assert not file.parent.exists()
    assert [report(dataset), report(dataset)] == [plain, plain]
    spoil(file)
    assert [report(dataset), report(dataset)] == [plain, plain]


def test_every_flipped_byte_of_the_file_leaves_the_report_as_it_is(
    dataset: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATASETKIT_CACHE", str(file.parent))
    plain = report(dataset)
    whole = file.read_bytes()
    written = [at for at in range(len(whole)) if whole[at]]
    for at in written[:: max(1, len(written) // 60)]:
        clear_cache(file)
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert report(dataset) == plain, at


@pytest.mark.parametrize("spoil", [damaged_magic, damaged_pages, another_table])
def test_a_damaged_cache_is_made_again(
    dataset: Path, file: Path, spoil: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    watched(dataset, file)
    assert caplog.messages == []
    spoil(file)
    watched(dataset, file)
    assert len(caplog.messages) == 1
    assert "is damaged" in caplog.messages[0]
    assert watched(dataset, file).opened == ["data.jsonl"]


@pytest.mark.parametrize("spoil", [a_folder, a_file_for_a_folder])
def test_a_cache_that_cannot_be_used_is_logged_once(
    dataset: Path, file: Path, spoil: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    watched(dataset, file)
    spoil(file)
    caplog.set_level(logging.INFO)
    assert len(watched(dataset, file).opened) > 1
    assert len(caplog.messages) == 1
    assert "isn't used" in caplog.messages[0]


def test_a_locked_cache_is_not_waited_for_twice(
    dataset: Path, file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(spec, "limits", lambda: replace(LIMITS, cache_busy_seconds=0))
    watched(dataset, file)
    caplog.set_level(logging.INFO)
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        assert len(watched(dataset, file).opened) > 1
        assert len(caplog.messages) == 1
        assert "locked" in caplog.messages[0]
    assert watched(dataset, file).opened == ["data.jsonl"]


LINT = "import sys, pinned; from datasetkit.cli import run; sys.exit(run(['lint', 'set', '--all', *sys.argv[1:]]))"
READ_ONLY = """
import contextlib, difflib, io, json, os, sys  # difflib: click looks for -v as a long option first
from pathlib import Path
import pinned, builders
from datasetkit.cli import run

def lint(*options):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        run(["lint", "set", "--all", *options])
    return out.getvalue().splitlines()[:-1], err.getvalue()

lint()
builders.jpeg("set/0.jpg", seed=9)  # new facts, which can't be kept
plain = lint("--no-cache")
for file in Path("cache").iterdir():
    file.chmod(int(sys.argv[2], 8))
Path("cache").chmod(int(sys.argv[1], 8))
if os.geteuid() == 0:
    os.setuid(65534)  # root may write anywhere
print(json.dumps([plain, lint("-v"), lint()]))
"""
KILLED = """
import os, signal, sys
import pinned, datasetkit
strike = lambda stage, done, total: done == 3 and os.kill(os.getpid(), signal.SIGKILL)
datasetkit.check("set", cache=True, progress=strike)
"""


def started(program: str, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    paths = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths), "DATASETKIT_CACHE": str(folder / "cache")}
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def ended(process: subprocess.Popen[str]) -> tuple[list[str], str]:
    """The lines of stdout but the last, which has the time that it took; and stderr."""
    out, err = process.communicate()
    assert "Traceback" not in err
    return out.splitlines()[:-1], err


@pytest.fixture
def public(dataset: Path) -> Iterator[Path]:
    """A folder with the set, in which every user may do everything."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(dataset, folder / "set")
        (folder / "cache").mkdir()
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o777)
        yield folder


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are a matter of Unix")
@pytest.mark.parametrize(("folder", "file"), [("555", "444"), ("555", "666"), ("777", "444")])
def test_a_read_only_cache_gives_the_same_report(public: Path, folder: str, file: str) -> None:
    out, err = started(READ_ONLY, public, folder, file).communicate()
    assert err == "", err
    plain, verbose, quiet = json.loads(out)
    assert plain[0] == verbose[0] == quiet[0]
    assert "cache" in verbose[1]
    assert quiet == plain


def test_two_runs_at_once_find_the_same_and_leave_one_whole_cache(public: Path) -> None:
    plain, _ = ended(started(LINT, public, "--no-cache"))
    for _ in range(2):
        both = [started(LINT, public, "-v"), started(LINT, public, "-v")]
        for lines, notes in map(ended, both):
            assert lines == plain
            assert "cache" not in notes
    assert watched(public / "set", cache_file(str(public / "cache")), Depth.FULL).opened == ["data.jsonl"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of Unix")
def test_a_killed_run_leaves_a_whole_cache_with_what_it_had_read(
    public: Path, caplog: pytest.LogCaptureFixture
) -> None:
    killed = started(KILLED, public)
    killed.communicate()
    assert killed.returncode == -9
    file = cache_file(str(public / "cache"))
    caplog.set_level(logging.INFO)
    with closing(FactCache(file)) as cache:
        assert cache.count() >= 3
    plain, _ = ended(started(LINT, public, "--no-cache"))
    again, _ = ended(started(LINT, public))
    assert again == plain
    assert watched(public / "set", file, Depth.FULL).opened == ["data.jsonl"]
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert caplog.messages == []


def test_the_folder_is_the_one_that_is_named_or_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATASETKIT_CACHE", str(tmp_path / "named"))
    assert cache_file().parent == tmp_path / "named"
    assert cache_file(str(tmp_path)).parent == tmp_path
    monkeypatch.setenv("DATASETKIT_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    own = cache_file().parent
    assert own.name.lower() in ("datasetkit", "cache")
    assert sys.platform != "linux" or own == tmp_path / "xdg" / "datasetkit"


def test_clearing_removes_our_files_alone(dataset: Path, file: Path) -> None:
    watched(dataset, file)
    other = file.parent / "facts of mine.txt"
    other.write_text("")
    held = cache_info(file)
    assert (held.place, held.entries) == (file.parent, 7)
    assert 0 < held.size < held.limit
    assert clear_cache(file) == held.size
    assert list(file.parent.iterdir()) == [other]
    assert cache_info(file).entries == cache_info(file).size == 0
    other.unlink()
    assert clear_cache(file) == 0
    assert not file.parent.exists()
    assert clear_cache(file) == 0
