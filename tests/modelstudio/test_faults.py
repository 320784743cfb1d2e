"""Every way an upload can fail: what the server saw of it, what is on it afterwards, and what the user is told."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fault_cases import CASES, HTML, SIZE, Case, answer, reset
from studio import Studio
from studio_clock import Clock
from studio_state import KEY, Misdeed

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import Endpoint, Key, resolve
from datasetkit.modelstudio.pace import Pace
from datasetkit.modelstudio.upload import upload_zip
from datasetkit.modelstudio.zips import receipt_path


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_fault_leaves_no_duplicate(
    case: Case, studio: Studio, client: Client, archive: Path, notes: list[str], clock: Clock
) -> None:
    studio.misbehave("upload", *case.misdeeds)
    assert case.says in _outcome(archive, client, notes, case)
    studio.settle()
    uploads = studio.seen("upload")
    whole = [int(dict(seen.headers)["Content-Length"]) for seen in uploads]
    assert [seen.body for seen in uploads] == [w if b is None else b for w, b in zip(whole, case.bytes, strict=True)], (
        "bytes that the server saw"
    )
    assert studio.calls().count("list") == case.lists
    assert len(studio.files) == case.succeeds
    if case.pauses is not None:
        assert clock.pauses == case.pauses


def _outcome(archive: Path, client: Client, notes: list[str], case: Case) -> str:
    if case.succeeds:
        upload_zip(archive, client)
        assert receipt_path(archive).is_file()
        return "\n".join(notes)
    with pytest.raises(DatasetkitError) as caught:
        upload_zip(archive, client)
    assert caught.value.next_step
    assert not receipt_path(archive).exists()
    assert "\x1b" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_same_command_again_ends_with_one_file(
    case: Case, studio: Studio, client: Client, archive: Path, notes: list[str]
) -> None:
    studio.misbehave("upload", *case.misdeeds)
    _outcome(archive, client, notes, case)
    first = receipt_path(archive).read_bytes() if case.succeeds else None
    receipt = upload_zip(archive, client)
    assert list(studio.files) == [receipt.file_id]
    assert first is None or receipt_path(archive).read_bytes() == first


@pytest.fixture
def impatient(endpoint: Endpoint, pace: Pace, notes: list[str]) -> Iterator[Client]:
    """A client that gives up after a fifth of a second: long enough on loopback, short enough for a test."""
    with Client(endpoint, Key(KEY), pace=replace(pace, answer=0.2), note=notes.append) as c:
        yield c


@pytest.mark.parametrize(
    ("misdeed", "uploads", "says"),
    [
        (Misdeed("stall", after=None, store=True), 1, "didn't answer within"),
        (Misdeed("stall", after=None), 2, "didn't answer within"),
        (Misdeed("stall", after=SIZE), 2, "didn't answer within"),
        (Misdeed("stall", after=0), 2, "didn't answer within"),
    ],
    ids=["after the body, kept", "after the body", "near its end", "before the body"],
)
def test_no_answer_in_time(
    misdeed: Misdeed, uploads: int, says: str, studio: Studio, impatient: Client, archive: Path, notes: list[str]
) -> None:
    studio.misbehave("upload", misdeed)
    receipt = upload_zip(archive, impatient)
    assert list(studio.files) == [receipt.file_id]
    assert studio.calls().count("upload") == uploads
    assert uploads == 1 or says in notes[1]


def test_an_upload_that_is_never_answered_is_sent_three_times(studio: Studio, impatient: Client, archive: Path) -> None:
    studio.always["upload"] = Misdeed("stall", after=None)
    with pytest.raises(DatasetkitError, match=r"didn't answer within .* \(sent 3 times\)") as caught:
        upload_zip(archive, impatient)
    assert "looks at the file list before it sends" in caught.value.next_step
    assert studio.calls().count("upload") == 3


def test_a_server_that_stops_reading(tmp_path: Path, pace: Pace, notes: list[str]) -> None:
    path = tmp_path / "large.zip"
    path.touch()
    os.truncate(path, 32 * 2**20)  # sparse; more than the buffers of both sockets hold
    with Studio(tmp_path, slow_window=True) as studio:
        studio.misbehave("upload", Misdeed("stall", after=65_536))
        brief, endpoint = replace(pace, idle=1.0), resolve(env={}, base_url=studio.base_url)
        with Client(endpoint, Key(KEY), pace=brief, note=notes.append) as c:
            receipt = upload_zip(path, c)
        assert "while sending to" in notes[1]
        assert list(studio.files) == [receipt.file_id]
        assert studio.seen("upload")[0].body == 65_536


@pytest.mark.parametrize("drain", [True, False], ids=["reads on", "closes"])
def test_413_for_a_large_body_while_it_is_sent(drain: bool, studio: Studio, client: Client, tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    path.touch()
    os.truncate(path, 32 * 2**20)
    studio.misbehave("upload", answer(413, HTML, after=65_536, drain=drain))
    with pytest.raises(DatasetkitError, match="answered 413") as caught:
        upload_zip(path, client)
    assert "Make the zip smaller" in caught.value.next_step
    studio.settle()
    assert studio.calls() == ["list", "upload"]
    assert drain or studio.seen("upload")[0].body == 65_536
    assert studio.files == {}


def test_no_connection_in_time(tmp_path: Path, archive: Path, pace: Pace) -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):  # they fill the queue that no one accepts from
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        endpoint = resolve(env={}, base_url=f"http://127.0.0.1:{full.getsockname()[1]}/v1")
        with (
            Client(endpoint, Key(KEY), pace=replace(pace, connect=0.1)) as client,
            pytest.raises(DatasetkitError, match="no connection to"),
        ):
            upload_zip(archive, client)


def test_connection_refused_before_anything(studio: Studio, pace: Pace, archive: Path, clock: Clock) -> None:
    with (
        Client(resolve(env={}, base_url=f"http://127.0.0.1:{_closed_port()}/v1"), Key(KEY), pace=pace) as client,
        pytest.raises(DatasetkitError, match=r"no connection to 127\.0\.0\.1.*refused"),
    ):
        upload_zip(archive, client)
    assert clock.pauses == [0.75, 1.5, 3.0, 6.0]
    assert studio.requests == []


def test_connection_refused_and_back_again(tmp_path: Path, pace: Pace, archive: Path, clock: Clock) -> None:
    port = _closed_port()
    started: list[Studio] = []
    clock.then[2] = lambda: started.append(Studio(tmp_path, port=port).__enter__())
    try:
        with Client(
            resolve(env={}, base_url=f"http://127.0.0.1:{port}/compatible-mode/v1"), Key(KEY), pace=pace
        ) as client:
            receipt = upload_zip(archive, client)
        assert list(started[0].files) == [receipt.file_id]
    finally:
        for each in started:
            each.__exit__()


def _closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def test_a_wrong_key_is_seen_before_a_byte_is_sent(
    studio: Studio, endpoint: Endpoint, pace: Pace, archive: Path
) -> None:
    with (
        Client(endpoint, Key("sk-wrong"), pace=pace) as client,
        pytest.raises(
            DatasetkitError, match=r"answered 401 \(the key is wrong, or belongs to another region"
        ) as caught,
    ):
        upload_zip(archive, client)
    assert "--region" in caught.value.next_step
    assert "[request_id req-0001]" in str(caught.value)
    assert [(seen.call, seen.body) for seen in studio.requests] == [("list", 0)]


def test_where_the_list_fails_too_the_error_says_that_it_may_have_arrived(
    studio: Studio, client: Client, archive: Path, clock: Clock
) -> None:
    studio.misbehave("upload", reset(None, store=True))
    clock.then[1] = lambda: studio.always.update(list=answer(500))
    with pytest.raises(DatasetkitError, match=r"money rain\.zip may have arrived") as caught:
        upload_zip(archive, client)
    assert "looks at the file list before it sends" in caught.value.next_step
    studio.always.clear()
    receipt = upload_zip(archive, client)
    assert list(studio.files) == [receipt.file_id]
    assert studio.calls().count("upload") == 1


def test_without_md5_a_file_that_appeared_since_is_adopted_and_one_from_before_is_not(
    studio: Studio, client: Client, archive: Path, tmp_path: Path
) -> None:
    older = studio.add("money rain.zip", SIZE, "fine-tune", tmp_path / "older")
    studio.md5_known = False
    studio.misbehave("upload", reset(None, store=True))
    receipt = upload_zip(archive, client, again=True)
    assert receipt.file_id != older.id
    assert len(studio.files) == 2


def test_a_likeness_with_other_bytes_that_appears_meanwhile_is_not_adopted(
    studio: Studio, client: Client, archive: Path, tmp_path: Path, clock: Clock
) -> None:
    other = tmp_path / "other"
    other.write_bytes(bytes(SIZE))
    clock.then[1] = lambda: studio.add("money rain.zip", SIZE, "fine-tune", other)
    studio.misbehave("upload", reset(None))
    receipt = upload_zip(archive, client)
    assert studio.files[receipt.file_id].path != other
    assert studio.calls().count("upload") == 2


def test_the_rate_limit_is_kept_to(studio: Studio, client: Client, tmp_path: Path) -> None:
    studio.limited = True
    for number in range(8):
        path = tmp_path / f"{number}.zip"
        path.write_bytes(bytes([number]))
        upload_zip(path, client)
    assert len(studio.files) == 8


@pytest.mark.parametrize("call", ["list", "show"])
@pytest.mark.parametrize(
    "misdeed",
    [reset(0), answer(500), answer(429), answer(200, b"<html>"), Misdeed("truncate")],
    ids=["reset", "500", "429", "HTML", "truncated"],
)
def test_reading_is_tried_again(call: str, misdeed: Misdeed, studio: Studio, client: Client, archive: Path) -> None:
    studio.misbehave(call, misdeed, misdeed)
    upload_zip(archive, client)
    assert studio.calls().count(call) == 3
    assert len(studio.files) == 1
