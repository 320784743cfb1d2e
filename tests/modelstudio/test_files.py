"""Listing, showing and deleting; and the official `openai` package as an outside judge of the stand-in server."""

from __future__ import annotations

from pathlib import Path

import openai
import pytest
from studio import Studio
from studio_state import CREATED, KEY, Misdeed

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import Endpoint
from datasetkit.modelstudio.files import delete_file, file_md5, list_files, show_file
from datasetkit.modelstudio.upload import upload_zip


def _fill(studio: Studio, folder: Path, count: int) -> list[str]:
    ids = []
    for number in range(count):
        path = folder / f"stored-{number}"
        path.write_bytes(bytes(number))
        ids.append(studio.add(f"{number}.zip", number, "fine-tune" if number % 2 else "batch", path).id)
    return ids


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (100, 1), (101, 2), (250, 3)])
def test_every_page_is_asked_for_and_no_file_comes_twice(
    count: int, pages: int, studio: Studio, client: Client, tmp_path: Path
) -> None:
    ids = _fill(studio, tmp_path, count)
    listed = [file.id for file in list_files(client)]
    assert listed == ids[::-1]
    assert len(studio.requests) == pages


def test_the_purpose_is_left_to_the_service(studio: Studio, client: Client, tmp_path: Path) -> None:
    ids = _fill(studio, tmp_path, 5)
    assert [file.id for file in list_files(client, "fine-tune")] == [ids[3], ids[1]]


def test_a_list_that_never_ends_is_said(studio: Studio, client: Client, tmp_path: Path) -> None:
    newest = _fill(studio, tmp_path, 3)[-1]
    studio.always["list"] = Misdeed("edit", changes={"has_more": True, "data": [{"id": newest}]})
    with pytest.raises(DatasetkitError, match="the same page of its file list"):
        list(list_files(client))
    assert len(studio.requests) == 2


@pytest.mark.parametrize("data", [None, {}, "x", 1])
def test_a_list_that_is_none_is_said(data: object, studio: Studio, client: Client) -> None:
    studio.always["list"] = Misdeed("edit", changes={"data": data})
    with pytest.raises(DatasetkitError, match="answered without a file list"):
        list(list_files(client))


def test_what_a_record_lacks_is_not_known(studio: Studio, client: Client, tmp_path: Path) -> None:
    (file_id,) = _fill(studio, tmp_path, 1)
    changes = {"bytes": None, "created_at": "yesterday", "status": 5, "purpose": None, "filename": None}
    studio.misbehave("show", Misdeed("edit", changes=changes))
    file = show_file(client, file_id)
    assert file is not None
    assert (file.size, file.created, file.status, file.purpose, file.filename) == (None, None, None, None, "")


@pytest.mark.parametrize("odd", [1, {}, {"id": "a/b"}, {"id": 1}, {"id": None}, {"id": KEY + "!"}])
def test_a_record_with_an_odd_id_is_skipped_and_counted(
    odd: object, studio: Studio, client: Client, tmp_path: Path, notes: list[str]
) -> None:
    (file_id,) = _fill(studio, tmp_path, 1)
    studio.always["list"] = Misdeed("edit", changes={"data": [odd, {"id": file_id}, odd]})
    assert [file.id for file in list_files(client)] == [file_id]
    assert notes == ["skipped 2 of the service's file records: they have no usable id"]


def test_a_list_without_end_is_said(studio: Studio, client: Client) -> None:
    studio.endless = True
    with pytest.raises(DatasetkitError, match="lists more than 10,000 files"):
        list(list_files(client))
    assert len(studio.requests) == 100


def test_the_record_of_another_file_is_refused(studio: Studio, client: Client, tmp_path: Path) -> None:
    first, second = _fill(studio, tmp_path, 2)
    studio.misbehave("show", Misdeed("edit", changes={"id": first}))
    with pytest.raises(DatasetkitError, match=f"was asked for {second} and answered with another record"):
        show_file(client, second)
    studio.misbehave("native", Misdeed("edit", changes={"data": {"file_id": first, "md5": "0" * 32}}))
    assert file_md5(client, second) is None


@pytest.mark.parametrize(
    ("created", "seconds"),
    [
        (CREATED * 1000, CREATED),
        (CREATED, CREATED),
        (10**20, None),
        (10**400, None),
        (-1, None),
        (1.5, None),
        (True, None),
    ],
)
def test_a_time_is_in_seconds_or_unknown(
    created: object, seconds: int | None, studio: Studio, client: Client, tmp_path: Path
) -> None:
    (file_id,) = _fill(studio, tmp_path, 1)
    studio.misbehave("show", Misdeed("edit", changes={"created_at": created, "bytes": 10**400}))
    file = show_file(client, file_id)
    assert file is not None
    assert (file.created, file.size) == (seconds, None)


def test_one_file_is_shown_with_its_md5(studio: Studio, client: Client, tmp_path: Path) -> None:
    ids = _fill(studio, tmp_path, 2)
    file = show_file(client, ids[1])
    assert file is not None
    assert (file.filename, file.size, file.created, file.status) == ("1.zip", 1, CREATED + 2, "processed")
    assert file_md5(client, ids[1]) == "93b885adfe0da089cdf634904fd59f71"
    assert show_file(client, "file-ft-none") is None
    assert file_md5(client, "file-ft-none") is None


@pytest.mark.parametrize("file_id", ["", "../files", "a/b", "a?b", "a b", "a\r\nb", "ä", "a" * 200, "."])
def test_what_is_no_file_id_never_gets_into_a_url(file_id: str, studio: Studio, client: Client) -> None:
    for call in (show_file, delete_file, file_md5):
        with pytest.raises(DatasetkitError, match="is not a file id"):
            call(client, file_id)
    assert studio.requests == []


def test_deleting(studio: Studio, client: Client, tmp_path: Path) -> None:
    (file_id,) = _fill(studio, tmp_path, 1)
    assert delete_file(client, file_id)
    assert studio.files == {}
    assert not delete_file(client, file_id)


def test_a_deletion_whose_answer_is_lost_is_one(studio: Studio, client: Client, tmp_path: Path) -> None:
    (file_id,) = _fill(studio, tmp_path, 1)
    studio.misbehave("delete", Misdeed("reset", store=True))
    assert delete_file(client, file_id)
    assert studio.calls() == ["delete", "delete"]


def test_a_deletion_that_the_service_denies_is_none(studio: Studio, client: Client, tmp_path: Path) -> None:
    (file_id,) = _fill(studio, tmp_path, 1)
    studio.misbehave("delete", Misdeed("edit", store=True, changes={"deleted": False}))
    with pytest.raises(DatasetkitError, match="didn't delete"):
        delete_file(client, file_id)


@pytest.fixture
def judge(studio: Studio) -> openai.OpenAI:
    return openai.OpenAI(api_key=KEY, base_url=studio.base_url, max_retries=0)


def test_the_official_client_finds_what_ours_sent(
    studio: Studio, client: Client, judge: openai.OpenAI, archive: Path
) -> None:
    receipt = upload_zip(archive, client)
    with judge:
        (listed,) = judge.files.list(purpose="fine-tune")
        shown = judge.files.retrieve(receipt.file_id)
    assert listed == shown
    assert (shown.id, shown.bytes, shown.filename) == (receipt.file_id, receipt.bytes, receipt.filename)
    assert (shown.purpose, shown.status, shown.object) == ("fine-tune", "processed", "file")


def test_ours_adopts_what_the_official_client_sent(
    studio: Studio, client: Client, judge: openai.OpenAI, archive: Path
) -> None:
    with judge:
        sent = judge.files.create(file=archive, purpose="fine-tune")
    assert upload_zip(archive, client).file_id == sent.id
    assert studio.calls().count("upload") == 1


def test_both_send_the_same_form(studio: Studio, client: Client, judge: openai.OpenAI, archive: Path) -> None:
    with judge:
        judge.files.create(file=archive, purpose="fine-tune")
    upload_zip(archive, client, again=True)
    theirs, ours = (stored for stored in studio.files.values())
    assert (theirs.filename, theirs.size, theirs.purpose) == (ours.filename, ours.size, ours.purpose)
    assert theirs.path.read_bytes() == ours.path.read_bytes()


def test_the_official_client_pages_and_deletes(studio: Studio, judge: openai.OpenAI, tmp_path: Path) -> None:
    ids = _fill(studio, tmp_path, 7)
    with judge:
        assert [file.id for file in judge.files.list(limit=3)] == ids[::-1]
        assert judge.files.delete(ids[0]).deleted
        with pytest.raises(openai.NotFoundError):
            judge.files.retrieve(ids[0])


def test_the_server_is_strict_with_the_official_client_too(
    studio: Studio, judge: openai.OpenAI, endpoint: Endpoint, archive: Path
) -> None:
    with judge:
        with pytest.raises(openai.BadRequestError, match="the fields are"):
            judge.files.create(file=archive, purpose="fine-tune", extra_body={"description": "money rain"})
        with pytest.raises(openai.BadRequestError, match="the purpose is"):
            judge.files.create(file=archive, purpose="assistants")
    with (
        openai.OpenAI(api_key="sk-wrong", base_url=endpoint.base_url, max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError),
    ):
        stranger.files.list()
    assert studio.files == {}


def test_the_rate_limits_of_the_server_hold(studio: Studio, judge: openai.OpenAI, tmp_path: Path) -> None:
    studio.limited = True
    _fill(studio, tmp_path, 1)
    with judge:
        for _ in range(10):
            judge.files.list()
        with pytest.raises(openai.RateLimitError):
            judge.files.list()
