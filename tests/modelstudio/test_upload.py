"""The whole sequence where nothing goes wrong, and where the file is there already."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from threading import Event

import jsonschema
import pytest
from studio import Studio
from studio_clock import Clock
from studio_state import KEY, Misdeed

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.files import locked
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import Endpoint, Key
from datasetkit.modelstudio.pace import Pace
from datasetkit.modelstudio.upload import Interrupted, upload_zip
from datasetkit.modelstudio.zips import Receipt, read_receipt, receipt_path


def test_a_zip_arrives_whole_and_leaves_its_receipt(studio: Studio, client: Client, archive: Path) -> None:
    receipt = upload_zip(archive, client, ignored=["V411"])
    (stored,) = studio.files.values()
    assert stored.path.read_bytes() == archive.read_bytes()
    assert (stored.filename, stored.purpose, receipt.file_id) == ("money rain.zip", "fine-tune", stored.id)
    assert studio.calls() == ["list", "upload", "show"]
    assert read_receipt(archive, print) == receipt
    written = json.loads(receipt_path(archive).read_text("utf-8"))
    jsonschema.validate(written, spec.document("receipt.schema.json"))
    assert written["ignored"] == ["V411"]
    assert written["uploaded"] == "2025-12-19T06:52:07Z"
    assert [path.name for path in archive.parent.iterdir() if "receipt" in path.name] == ["money rain.zip.receipt.json"]


def test_the_body_is_announced_to_the_byte(studio: Studio, client: Client, archive: Path) -> None:
    upload_zip(archive, client)
    (seen,) = studio.seen("upload")
    assert b'name="file"; filename="money rain.zip"' in seen.head
    assert dict(seen.headers)["Content-Length"] == str(seen.body)
    assert 300_000 < seen.body < 301_000


def test_progress_is_reported_for_hashing_and_sending(client: Client, archive: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    upload_zip(archive, client, progress=lambda *step: steps.append(step))
    for stage in ("hashing", "sending"):
        done = [step[1] for step in steps if step[0] == stage]
        assert done == sorted(done)
        assert done[-1] == 300_000
    assert {step[2] for step in steps} == {300_000}


def test_a_second_upload_sends_nothing(studio: Studio, client: Client, archive: Path) -> None:
    first = upload_zip(archive, client)
    studio.requests.clear()
    assert upload_zip(archive, client) == first
    assert studio.calls() == ["show", "show"]


def test_without_the_receipt_the_file_is_found_and_the_receipt_is_the_same(
    studio: Studio, client: Client, archive: Path
) -> None:
    first = upload_zip(archive, client)
    before = receipt_path(archive).read_bytes()
    receipt_path(archive).unlink()
    assert upload_zip(archive, client) == first
    assert receipt_path(archive).read_bytes() == before
    assert studio.calls().count("upload") == 1


@pytest.mark.parametrize(
    "written",
    [b"", b"{", b"[]", b'{"file_id": "x"}', b"\xff\xfe", b"[" * 100_000, b'{"sha256": 1}'],
    ids=["empty", "cut", "array", "sparse", "encoding", "deep", "type"],
)
def test_a_receipt_that_is_none_is_said_and_replaced(
    written: bytes, studio: Studio, client: Client, archive: Path, notes: list[str]
) -> None:
    receipt_path(archive).write_bytes(written)
    receipt = upload_zip(archive, client)
    assert "ignoring " in notes[0]
    assert read_receipt(archive, print) == receipt


@pytest.mark.parametrize("file_id", ["../files", "a\nb", "a\n", "\x1b[31m", "", "file-ft-1?x"])
def test_a_receipt_with_an_odd_id_is_said_and_the_service_asked(
    file_id: str, studio: Studio, client: Client, archive: Path, notes: list[str]
) -> None:
    first = upload_zip(archive, client)
    receipt_path(archive).write_text(json.dumps(asdict(first) | {"file_id": file_id}))
    notes.clear()
    assert upload_zip(archive, client) == first
    assert "ignoring " in notes[0]
    assert notes[0].isprintable()
    assert studio.calls().count("upload") == 1


@pytest.mark.parametrize("field", ["base_url", "region", "filename"])
def test_what_a_receipt_says_cannot_steer_a_terminal(
    field: str, client: Client, archive: Path, notes: list[str]
) -> None:
    first = upload_zip(archive, client)
    receipt_path(archive).write_text(json.dumps(asdict(first) | {field: "https://x\n::error::\x1b[31m"}))
    upload_zip(archive, client)
    assert all(note.isprintable() for note in notes)


@pytest.mark.parametrize("make", ["pipe", "long"])
def test_a_receipt_that_is_no_small_file_neither_hangs_nor_fills_the_memory(
    make: str, studio: Studio, client: Client, archive: Path, notes: list[str]
) -> None:
    if make == "pipe":
        os.mkfifo(receipt_path(archive))
    else:
        receipt_path(archive).write_bytes(b" " * 5 * 2**20 + b"{}")
    upload_zip(archive, client)
    assert "ignoring " in notes[0]
    assert len(studio.files) == 1


def test_changed_bytes_are_noticed_said_and_sent(
    studio: Studio, client: Client, archive: Path, notes: list[str]
) -> None:
    first = upload_zip(archive, client)
    archive.write_bytes(archive.read_bytes()[::-1])  # same size: only the digest tells
    notes.clear()
    second = upload_zip(archive, client)
    assert second.file_id != first.file_id
    assert f"has changed since it was uploaded as {first.file_id}" in notes[0]
    assert len(studio.files) == 2


def test_a_receipt_whose_file_is_gone_is_said_and_the_zip_sent_again(
    studio: Studio, client: Client, archive: Path, notes: list[str]
) -> None:
    first = upload_zip(archive, client)
    studio.files.clear()
    notes.clear()
    second = upload_zip(archive, client)
    assert notes[0] == f"the service no longer has {first.file_id}"
    assert list(studio.files) == [second.file_id]


def test_a_receipt_of_another_place_is_no_reason_not_to_send(
    studio: Studio, client: Client, archive: Path, notes: list[str]
) -> None:
    upload_zip(archive, client)
    text = receipt_path(archive).read_text("utf-8")
    receipt_path(archive).write_text(text.replace("127.0.0.1", "127.0.0.2").replace("null", '"beijing"'), "utf-8")
    studio.files.clear()
    notes.clear()
    upload_zip(archive, client)
    assert "was uploaded to beijing as" in notes[0]
    assert len(studio.files) == 1


def test_again_sends_though_it_is_there(studio: Studio, client: Client, archive: Path) -> None:
    first = upload_zip(archive, client)
    second = upload_zip(archive, client, again=True)
    assert {first.file_id, second.file_id} == set(studio.files)


def test_the_same_name_and_size_with_other_bytes_is_another_file(
    studio: Studio, client: Client, archive: Path, tmp_path: Path
) -> None:
    older = tmp_path / "older"
    older.write_bytes(bytes(300_000))
    studio.add("money rain.zip", 300_000, "fine-tune", older)
    receipt = upload_zip(archive, client)
    assert studio.calls() == ["list", "native", "upload", "show"]
    assert studio.files[receipt.file_id].path != older


def test_where_the_service_gives_no_md5_the_user_decides(studio: Studio, client: Client, archive: Path) -> None:
    studio.md5_known = False
    there = studio.add("money rain.zip", 300_000, "fine-tune", archive)
    with pytest.raises(DatasetkitError, match="no MD5 to compare") as caught:
        upload_zip(archive, client)
    assert there.id in caught.value.next_step
    assert "--again" in caught.value.next_step
    assert "upload" not in studio.calls()


def test_two_uploads_at_the_same_time_store_one_file(
    studio: Studio, endpoint: Endpoint, client: Client, archive: Path, pace: Pace, clock: Clock, notes: list[str]
) -> None:
    under_way, go_on = Event(), Event()

    def hold(stage: str, _done: int, _total: int) -> None:
        if stage == "sending":
            under_way.set()
            assert go_on.wait(30)

    def first() -> Receipt:
        with Client(endpoint, Key(KEY), pace=pace) as own:
            return upload_zip(archive, own, progress=hold)

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(first)
        assert under_way.wait(30)
        clock.then[2] = lambda: (go_on.set(), running.result(30))
        second = upload_zip(archive, client)
    assert second == running.result()
    assert list(studio.files) == [second.file_id]
    assert [note.partition(" of ")[0] for note in notes if "another upload" in note] == ["another upload"]
    assert clock.pauses == [1.0, 1.0]
    assert sorted(path.name for path in archive.parent.glob("*money*")) == [archive.name, receipt_path(archive).name]


def test_an_upload_that_never_ends_is_not_waited_for_for_ever(
    studio: Studio, client: Client, archive: Path, clock: Clock
) -> None:
    with locked(archive) as ours:
        assert ours
        with pytest.raises(DatasetkitError, match=r"another upload of .* is still running"):
            upload_zip(archive, client)
    assert sum(clock.pauses) == client.pace.limit
    assert studio.requests == []


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_where_nothing_can_be_locked_it_is_said_sent_and_kept(
    code: int, studio: Studio, client: Client, archive: Path, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_handle: int, _operation: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", refuse)
    receipt = upload_zip(archive, client)
    assert "don't upload it twice at the same time" in notes[0]
    assert list(studio.files) == [receipt.file_id]
    assert read_receipt(archive, print) == receipt


def test_a_file_without_md5_hides_no_file_that_has_it(
    studio: Studio, client: Client, archive: Path, tmp_path: Path
) -> None:
    silent = studio.add("money rain.zip", 300_000, "fine-tune", tmp_path / "silent")
    known = studio.add("money rain.zip", 300_000, "fine-tune", archive)
    studio.misbehave("native", Misdeed("answer", after=0, status=404))
    assert upload_zip(archive, client).file_id == known.id != silent.id


def test_it_waits_until_the_file_is_processed(studio: Studio, client: Client, archive: Path) -> None:
    studio.polls = 4
    upload_zip(archive, client)
    assert studio.calls() == ["list", "upload", *["show"] * 5]


def test_a_file_that_shows_only_after_a_moment_is_waited_for(studio: Studio, client: Client, archive: Path) -> None:
    missing = Misdeed("answer", after=0, status=404)
    studio.misbehave("show", missing, missing)
    upload_zip(archive, client)
    assert studio.calls() == ["list", "upload", "show", "show", "show"]


def test_a_file_that_never_shows_is_said(studio: Studio, client: Client, archive: Path) -> None:
    studio.always["show"] = Misdeed("answer", after=0, status=404)
    with pytest.raises(DatasetkitError, match="but now says it is not there"):
        upload_zip(archive, client)
    assert studio.calls().count("show") == 3


def test_the_wait_is_bounded_and_nothing_is_lost(studio: Studio, client: Client, archive: Path) -> None:
    studio.polls = 10_000
    with pytest.raises(DatasetkitError, match="wasn't processed within") as caught:
        upload_zip(archive, client)
    assert "Nothing needs sending again" in caught.value.next_step
    studio.files[next(iter(studio.files))].polls = 0
    upload_zip(archive, client)
    assert studio.calls().count("upload") == 1


def test_a_file_that_the_service_gives_up_on_is_said(studio: Studio, client: Client, archive: Path) -> None:
    studio.misbehave("show", Misdeed("edit", changes={"status": "error"}))
    with pytest.raises(DatasetkitError, match="now says it is error"):
        upload_zip(archive, client)


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"bytes": 299_999}, "has 299999 bytes"), ({"purpose": "batch"}, "purpose 'batch'")],
)
def test_the_answer_is_held_against_what_was_sent(
    changes: dict[str, object], says: str, studio: Studio, client: Client, archive: Path
) -> None:
    studio.misbehave("upload", Misdeed("edit", changes=changes))
    with pytest.raises(DatasetkitError, match=says) as caught:
        upload_zip(archive, client)
    assert "datasetkit files rm file-ft-" in caught.value.next_step
    assert not receipt_path(archive).exists()


@pytest.mark.parametrize(
    ("stage", "says"),
    [
        ("hashing", "Nothing of"),
        ("sending", "which the service should drop"),
        ("waiting", "is on the service as file-ft-"),
    ],
)
def test_a_ctrl_c_says_what_may_have_arrived(
    stage: str, says: str, studio: Studio, client: Client, clock: Clock, tmp_path: Path
) -> None:
    def stop(now: str = "waiting", _done: int = 0, _total: int = 0) -> None:
        if now == stage:
            raise KeyboardInterrupt

    path = tmp_path / "large.zip"
    path.write_bytes(bytes(5_000_000))
    studio.polls, clock.then[1] = 3, stop
    with pytest.raises(Interrupted) as caught:
        upload_zip(path, client, progress=stop)
    assert says in str(caught.value)
    upload_zip(path, client)
    assert len(studio.files) == 1
    studio.settle()
    assert studio.calls().count("upload") == 1 + (stage == "sending")


ODD = ["雨 – “money”.zip", "a'b\"c.zip", "a;b,c.zip", "a  b.zip", "ä" * 60 + ".zip", "a\\b.zip", 'a\\\\"b.zip']


@pytest.mark.parametrize("decoded", [True, False], ids=["decoded", "as on the wire"])
@pytest.mark.parametrize("name", ODD)
def test_an_odd_name_is_found_after_a_lost_answer(
    name: str, decoded: bool, studio: Studio, client: Client, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(b"zip")
    studio.names_decoded = decoded
    studio.misbehave("upload", Misdeed("reset", store=True))
    receipt = upload_zip(path, client)
    receipt_path(path).unlink()
    assert upload_zip(path, client).file_id == receipt.file_id
    assert studio.calls().count("upload") == 1


@pytest.mark.parametrize("name", ODD)
def test_odd_names_arrive_as_they_are(name: str, studio: Studio, client: Client, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"zip")
    upload_zip(path, client)
    (stored,) = studio.files.values()
    assert stored.filename == name
    receipt_path(path).unlink()
    upload_zip(path, client)
    assert studio.calls().count("upload") == 1


@pytest.mark.parametrize("make", ["missing", "folder", "empty", "line break", "pipe", "nul"])
def test_what_is_no_zip_file_is_refused_before_anything_is_sent(
    make: str, studio: Studio, client: Client, tmp_path: Path
) -> None:
    path = tmp_path / {"line break": "a\nb.zip", "nul": "a\0b.zip"}.get(make, "x.zip")
    match make:
        case "folder":
            path.mkdir()
        case "empty":
            path.touch()
        case "line break":
            path.write_bytes(b"zip")
        case "pipe":
            os.mkfifo(path)
    with pytest.raises(DatasetkitError) as caught:
        upload_zip(path, client)
    assert caught.value.next_step
    assert studio.requests == []


@pytest.mark.parametrize(
    ("created", "uploaded"),
    [(1766127125000, "2025-12-19T06:52:05Z"), (10**17, "2026-01-02T03:04:05Z"), (10**400, "2026-01-02T03:04:05Z")],
    ids=["milliseconds", "beyond all years", "beyond all numbers"],
)
def test_an_odd_time_is_no_reason_to_fail(
    created: int, uploaded: str, studio: Studio, client: Client, archive: Path
) -> None:
    studio.misbehave("upload", Misdeed("edit", changes={"created_at": created}))
    assert upload_zip(archive, client).uploaded == uploaded
    assert receipt_path(archive).is_file()


def test_what_fails_after_the_file_is_stored_names_its_id(studio: Studio, client: Client, archive: Path) -> None:
    studio.always["show"] = Misdeed("answer", after=0, status=403)
    with pytest.raises(DatasetkitError, match=r"^file-ft-\w+ is stored, but .* answered 403") as caught:
        upload_zip(archive, client)
    assert "Nothing needs sending again" in caught.value.next_step
    assert receipt_path(archive).is_file()


def test_a_status_that_quotes_the_key_is_redacted(
    studio: Studio, client: Client, archive: Path, notes: list[str]
) -> None:
    studio.misbehave("show", Misdeed("edit", changes={"status": f"waiting for {KEY}"}))
    upload_zip(archive, client)
    studio.misbehave("show", Misdeed("edit", changes={"purpose": KEY}))
    with pytest.raises(DatasetkitError, match="purpose") as caught:
        upload_zip(archive, client)
    said = "\n".join([*notes, str(caught.value)])
    assert KEY not in said
    assert "[the key]" in said


def test_a_receipt_that_cannot_be_written_loses_no_id(
    studio: Studio, client: Client, archive: Path, notes: list[str]
) -> None:
    receipt_path(archive).mkdir()  # a folder in its place: nothing can be renamed over it
    receipt = upload_zip(archive, client)
    assert receipt.file_id in studio.files
    assert any("receipt.json" in note and "the upload succeeded" in note for note in notes)
    assert sorted(path.name for path in archive.parent.iterdir()) == [
        "money rain.zip",
        "money rain.zip.receipt.json",
        "service",
    ]


@pytest.mark.parametrize("change", ["grow", "shrink", "rewrite"])
def test_a_zip_that_changes_while_it_is_sent_is_not_passed_off_as_whole(
    change: str, studio: Studio, client: Client, tmp_path: Path
) -> None:
    path = tmp_path / "large.zip"
    path.write_bytes(bytes(5_000_000))

    def alter(stage: str, done: int, total: int) -> None:
        if stage == "sending" and done < 1_000_000:
            with path.open("r+b") as stream:
                match change:
                    case "grow":
                        stream.seek(0, os.SEEK_END)
                        stream.write(b"more")
                    case "shrink":
                        stream.truncate(2_000_000)
                    case "rewrite":
                        stream.write(b"touched")

    with pytest.raises(DatasetkitError, match="changed while it was being read"):
        upload_zip(path, client, progress=alter)
    assert not receipt_path(path).exists()
