"""The key is in the Authorization header and nowhere else, whatever goes wrong."""

from __future__ import annotations

import json
import logging
import traceback
from pathlib import Path

import pytest
from chat_server import ChatServer
from fault_cases import CASES, Case
from studio import Studio
from studio_state import KEY, Misdeed

from datasetkit.cli import run
from datasetkit.cli.upload import send_zips
from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.chat import complete
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import Endpoint, Key, fact, resolve
from datasetkit.modelstudio.pace import Pace
from datasetkit.modelstudio.upload import upload

SECRET = "sk-5ecret-5ecret-5ecret"
IMAGE = {"image_url": {"url": "data:,"}}
ECHO = Misdeed("answer", status=400, body=f'{{"message": "bad {SECRET}", "request_id": "{SECRET}"}}'.encode())
ECHOES = {
    "echo in JSON": Case([ECHO], [None], 1, "", succeeds=False),
    "echo in HTML": Case([Misdeed("answer", status=200, body=f"<html><title>{SECRET}".encode())] * 5, [], 0, ""),
    "echo in text": Case([Misdeed("answer", status=502, body=SECRET.encode())], [], 0, ""),
    "echo in a redirect": Case(
        [Misdeed("answer", status=302, headers={"Location": f"https://x/?k={SECRET}"})], [], 0, ""
    ),
    "echo in a header": Case([Misdeed("answer", status=500, headers={"X-Request-Id": SECRET})], [], 0, ""),
}


@pytest.mark.parametrize("case", (CASES | ECHOES).values(), ids=CASES | ECHOES)
def test_the_key_is_seen_by_no_one_else(
    case: Case,
    studio: Studio,
    endpoint: Endpoint,
    archive: Path,
    pace: Pace,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("studio_handler.KEY", SECRET)
    monkeypatch.setenv("DASHSCOPE_API_KEY", SECRET)
    caplog.set_level(logging.DEBUG)
    studio.misbehave("upload", *case.misdeeds)
    trace = ""
    try:
        send_zips([(archive, ["V411"])], endpoint, form="json", pace=pace)
    except DatasetkitError as error:
        trace = "".join(traceback.format_exception(error)) + repr(error) + error.next_step
    studio.settle()
    assert studio.seen("upload"), "the case did reach the service"
    assert caplog.text, "httpx and httpcore did log"
    _assert_secret(*capsys.readouterr(), caplog.text, trace)
    _assert_secret(*(path.read_bytes().decode("latin-1") for path in archive.parent.rglob("*") if path.is_file()))
    for seen in studio.requests:
        headers = [pair for pair in seen.headers if pair[0] != "Authorization"]
        assert len(headers) == len(seen.headers) - 1
        _assert_secret(seen.method, seen.target, str(headers), seen.head.decode("latin-1"))


COMMANDS = {
    "job-list": ["train", "ls"],
    "job-show": ["train", "status", "ft-1"],
    "job-logs": ["train", "logs", "ft-1"],
    "job-cancel": ["train", "stop", "ft-1", "--yes"],
    "job-delete": ["train", "rm", "ft-1", "--yes"],
    "checkpoints": ["train", "checkpoints", "ft-1"],
    "validation-results": ["train", "previews", "ft-1", "-o", "previews"],
    "deploy-list": ["deploy", "ls"],
    "deploy-show": ["deploy", "status", "m-ft-1"],
    "deploy-delete": ["deploy", "rm", "m-ft-1", "--yes"],
}
FAULT = {"code": KEY, "message": f"bad {KEY}", "request_id": KEY}
VALUES = {"job_id": "j", "status": KEY, "code": KEY, "jobs": [], "logs": [KEY]}
QUOTED = [
    Misdeed("answer", status=status, body=json.dumps(body).encode())
    for status, body in ((403, FAULT), (200, {"output": KEY, "request_id": KEY}), (200, {"output": VALUES}))
]


@pytest.mark.parametrize("call", COMMANDS)
@pytest.mark.parametrize("misdeed", QUOTED, ids=["refused", "no output", "in values"])
def test_no_command_repeats_a_key_that_the_service_quotes(
    misdeed: Misdeed,
    call: str,
    studio: Studio,
    endpoint: Endpoint,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    monkeypatch.setitem(fact("pace"), "first", 0.0)
    monkeypatch.chdir(tmp_path)
    studio.always[call] = misdeed
    run([*COMMANDS[call], "--base-url", endpoint.base_url])
    assert studio.seen(call)
    shown = "".join(capsys.readouterr())
    assert shown
    assert KEY not in shown


@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_key_that_a_caption_server_quotes_is_not_repeated(status: int, pace: Pace) -> None:
    with ChatServer() as server, Client(resolve(env={}, base_url=server.base_url), Key(SECRET), pace=pace) as client:
        server.quoted = (status, SECRET)
        try:
            shown = repr(complete(client, {"model": "m", "messages": [{"content": [{"text": ""}, IMAGE]}]}))
        except DatasetkitError as error:
            shown = "".join(traceback.format_exception(error)) + repr(error) + error.next_step
        assert server.authorizations[0] == f"Bearer {SECRET}"
    assert shown
    _assert_secret(shown)


def _assert_secret(*texts: str) -> None:
    for text in texts:
        assert "5ecret" not in text


def test_a_wrong_key_that_the_service_quotes_is_not_repeated(
    studio: Studio, endpoint: Endpoint, archive: Path, pace: Pace
) -> None:
    with pytest.raises(DatasetkitError, match="Incorrect API key provided") as caught:
        upload(archive, base_url=endpoint.base_url, key=SECRET, pace=pace)
    assert SECRET not in str(caught.value)


def test_no_object_shows_it(endpoint: Endpoint, pace: Pace) -> None:
    with Client(endpoint, Key(SECRET), pace=pace) as client:
        for shown in (repr(client), str(vars(client)), repr(client._http), str(vars(client._http))):
            assert SECRET not in shown
