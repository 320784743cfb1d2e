"""An S3-compatible server on the loopback address (moto's), every request counted."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import builders
import pytest

from datasetkit.cli import run
from datasetkit.errors import DatasetkitError
from datasetkit.footage import Depth
from datasetkit.media.versions import reader_version
from datasetkit.model import Unreadable, Video
from datasetkit.pool.executors import ProcessExecutor
from datasetkit.pool.places import FolderPlace, place_of
from datasetkit.pool.reading import read_clip, read_clips
from datasetkit.pool.remote import RemotePlace
from datasetkit.pool.scanning import scan_pool

moto_server = pytest.importorskip("moto.server", reason="moto isn't installed")
serving = pytest.importorskip("werkzeug.serving", reason="moto isn't installed")
s3fs = pytest.importorskip("s3fs", reason="the extra datasetkit[remote] isn't installed")
pytestmark = pytest.mark.xdist_group("object storage")

Environment = dict[str, Any]
SECRET = "s3cr3tkey"


class Requests:
    """A WSGI application in front of moto's that notes each request."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str]] = []
        self._moto = moto_server.DomainDispatcherApplication(moto_server.create_backend_app)

    def __call__(self, environment: Environment, start: Callable[..., Any]) -> Iterable[bytes]:
        method, path = environment["REQUEST_METHOD"], environment["PATH_INFO"]
        self.seen.append((method, path, environment.get("HTTP_RANGE", "")))
        return self._moto(environment, start)  # type: ignore[no-any-return]

    def of(self, name: str) -> list[tuple[str, str]]:
        return [(method, part) for method, path, part in self.seen if path.endswith(f"/{name}")]


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the bucket is filled from."""
    folder = tmp_path_factory.mktemp("pool")
    builders.clip(folder / "end.mp4")
    builders.clip(folder / "deep" / "front.mp4", faststart=True, seed=2)
    builders.clip(folder / "large.mp4", size=(640, 480), seed=3, options={"qp": "0", "preset": "ultrafast"})
    (folder / "text.mp4").write_text("no clip")
    (folder / "notes.txt").write_text("a caption")
    return folder


@pytest.fixture(scope="module")
def storage(pool: Path) -> Iterator[Requests]:
    """A server with a bucket `videos` that holds the pool below `raw`."""
    requests = Requests()
    server = serving.make_server("127.0.0.1", 0, requests, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "somebody")
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        system = s3fs.S3FileSystem()
        system.mkdir("videos")
        for file in pool.rglob("*.*"):
            system.put_file(str(file), f"videos/raw/{file.relative_to(pool).as_posix()}")
        yield requests
    server.shutdown()
    thread.join()
    server.server_close()
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def requests(storage: Requests) -> Requests:
    storage.seen.clear()
    return storage


def test_a_bucket_gives_what_its_folder_gives(requests: Requests, pool: Path, tmp_path: Path) -> None:
    remote = list(scan_pool("s3://videos/raw", facts=tmp_path / "remote"))
    local = list(scan_pool(str(pool), facts=tmp_path / "local"))
    assert [(record.path, record.size, record.facts) for record in remote] == [
        (record.path, record.size, record.facts) for record in local
    ]
    assert [record.path for record in remote] == ["deep/front.mp4", "end.mp4", "large.mp4", "text.mp4"]
    assert all(record.stamp.startswith('"') for record in remote)


def test_a_small_clip_takes_three_requests(requests: Requests, tmp_path: Path) -> None:
    list(scan_pool("s3://videos/raw/", facts=tmp_path))
    assert requests.of("end.mp4") == [("GET", "bytes=0-262143"), ("GET", "bytes=0-16777215"), ("HEAD", "")]
    assert requests.of("text.mp4") == [("GET", "bytes=0-262143"), ("HEAD", "")]
    assert requests.of("notes.txt") == []
    assert Counter(method for method, path, _ in requests.seen if not path.endswith("mp4")) == {"GET": 1}


def test_a_header_takes_the_ends_of_a_large_clip(requests: Requests, pool: Path) -> None:
    place = place_of("s3://videos/raw")
    clip = next(clip for clip in place.clips() if clip.path == "large.mp4")
    assert clip.size > 3 * 262144
    assert isinstance(read_clip(place, clip, Depth.HEADER).facts, Video)
    last = clip.size // 262144 * 262144
    assert requests.of("large.mp4") == [
        ("GET", "bytes=0-262143"),
        ("GET", f"bytes={last}-{last + 262143}"),
        ("HEAD", ""),
    ]


def test_what_is_kept_costs_one_listing(requests: Requests, tmp_path: Path) -> None:
    first = list(scan_pool("s3://videos/raw", facts=tmp_path))
    requests.seen.clear()
    assert list(scan_pool("s3://videos/raw", facts=tmp_path)) == first
    assert [method for method, _, _ in requests.seen] == ["GET"]


def test_processes_read_a_bucket_too(requests: Requests, tmp_path: Path) -> None:
    place = place_of("s3://videos/raw")
    executor = ProcessExecutor(1)
    records = executor.submit(read_clips, place, reader_version(), place.clips()).result()
    executor.stop()
    assert list(records) == list(scan_pool("s3://videos/raw", facts=tmp_path))


def test_select_makes_the_same_choice_from_a_bucket(requests: Requests, tmp_path: Path) -> None:
    system = s3fs.S3FileSystem()
    for number in range(6):
        clip = builders.clip(tmp_path / "scenes" / f"{number}.mp4", frames=40, seed=number)
        system.put_file(str(clip), f"videos/scenes/{number}.mp4")
    requests.seen.clear()
    for pool, name in (("s3://videos/scenes", "there"), (str(tmp_path / "scenes"), "here")):
        assert run(["select", pool, "-n", "3", "-o", str(tmp_path / name), "--facts", str(tmp_path / "facts")]) == 0
    here, there = tmp_path / "here", tmp_path / "there"
    names = {file.name for file in here.iterdir()}
    assert names == {file.name for file in there.iterdir()}
    assert all((here / one).read_bytes() == (there / one).read_bytes() for one in names - {"report.html"})
    # two listings; of each clip the header, all of it, and whether it is still the same; of those chosen, all again
    assert Counter(method for method, _, _ in requests.seen) == {"GET": 2 + 6 * 2 + 3, "HEAD": 6}


def test_a_clip_that_is_replaced_or_removed_meanwhile_is_not_kept(requests: Requests, pool: Path) -> None:
    place, system = place_of("s3://videos/later"), s3fs.S3FileSystem()
    system.pipe_file("videos/later/a.mp4", (pool / "end.mp4").read_bytes())
    (clip,) = place.clips()
    system.pipe_file("videos/later/a.mp4", (pool / "deep/front.mp4").read_bytes())
    replaced = read_clip(place, clip)
    system.rm_file("videos/later/a.mp4")
    removed = read_clip(place, clip)
    for record in (replaced, removed):
        assert isinstance(record.facts, Unreadable)
        assert record.facts.reason.startswith("can't be opened: ")
        assert not record.is_lasting


def test_a_bucket_that_is_not_there_ends_the_run(requests: Requests, tmp_path: Path) -> None:
    with pytest.raises(DatasetkitError, match=r"can't list s3://nowhere/raw: .*bucket does not exist") as raised:
        list(scan_pool("s3://nowhere/raw", facts=tmp_path))
    assert "credentials in your environment" in raised.value.next_step


def test_no_secret_is_kept(requests: Requests, tmp_path: Path) -> None:
    list(scan_pool("s3://videos/raw", facts=tmp_path))
    assert all(SECRET not in file.read_text() for file in tmp_path.iterdir())


def test_an_address_is_shown_without_its_secrets() -> None:
    place = RemotePlace(f"ftp://me:{SECRET}@127.0.0.1:1/pool?key={SECRET}")
    assert place.name == "ftp://127.0.0.1:1/pool"
    with pytest.raises(DatasetkitError, match=r"can't list ftp://127\.0\.0\.1:1/pool: ") as raised:
        place.clips()
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize(
    ("pool", "kind"),
    [
        ("s3://videos/raw", RemotePlace),
        ("simplecache::s3://videos/raw", RemotePlace),
        ("folder", FolderPlace),
        ("C://clips", FolderPlace),
        ("a:b", FolderPlace),
    ],
)
def test_what_a_user_names_is_a_folder_or_an_address(pool: str, kind: type) -> None:
    assert isinstance(place_of(pool), kind)


def test_storage_that_no_library_reaches_ends_the_run() -> None:
    with pytest.raises(DatasetkitError, match="Protocol not known: nosuch"):
        place_of("nosuch://videos").clips()


def test_without_the_extra_its_name_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(DatasetkitError, match="needs the package fsspec") as raised:
        place_of("s3://videos").clips()
    assert raised.value.next_step == "Install it: pip install 'datasetkit[remote]'"
