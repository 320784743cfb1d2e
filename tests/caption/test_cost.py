"""What is said and asked before anything is sent, and who gets which key."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
from chat_server import ChatServer

from datasetkit.cli import run
from datasetkit.modelstudio.pace import Pace

Drafts = Callable[..., Path]


def test_a_dry_run_says_tokens_and_price_and_sends_nothing(drafts: Drafts, capsys: pytest.CaptureFixture[str]) -> None:
    folder = drafts(3)
    assert run(["caption", str(folder), "--region", "beijing", "--dry-run"]) == 0
    err = capsys.readouterr().err
    assert "qwen3-vl-flash at dashscope.aliyuncs.com: 3 requests" in err
    assert "10,950 tokens in and 360 out" in err
    assert "CNY in beijing (prices of 2026-05-30)" in err
    assert not (folder / "captions.journal.jsonl").exists()


def test_a_region_without_a_price_says_so(drafts: Drafts, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["caption", str(drafts(1)), "--region", "singapore", "--dry-run"]) == 0
    assert "no price is known" in capsys.readouterr().err


@pytest.mark.parametrize("place", [["--region", "beijing"], ["--base-url", "https://vision.example/v1"]])
def test_other_hosts_are_asked_about_first(
    place: list[str], drafts: Drafts, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())
    assert run(["caption", str(drafts(1)), "--captioner", "eyes", *place]) == 2
    assert "nothing was sent" in capsys.readouterr().err


def test_a_server_on_this_machine_is_not_asked_about_and_gets_no_key(
    drafts: Drafts, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-platform")
    assert run(["caption", str(drafts(1)), "--base-url", server.base_url, "--captioner", "eyes", "--write"]) == 0
    assert server.authorizations == [None]


def test_a_key_is_sent_where_it_was_named(
    drafts: Drafts, server: ChatServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server.key = "sk-other"
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-platform")
    monkeypatch.setenv("OTHER_KEY", "sk-other")
    command = ["caption", str(drafts(1)), "--base-url", server.base_url, "--captioner", "eyes", "--write"]
    assert run(command) == 2
    assert "--api-key-env" in capsys.readouterr().err
    assert run([*command, "--api-key-env", "OTHER_KEY"]) == 0
    assert server.authorizations == [None, "Bearer sk-other"]
    assert run([*command, "--api-key-env", "NO_KEY", "--sample", "video_0.mp4"]) == 2
    assert "NO_KEY is not set" in capsys.readouterr().err


def test_plain_http_goes_to_this_machine_only(drafts: Drafts, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["caption", str(drafts(1)), "--base-url", "http://vision.example/v1", "--captioner", "eyes"]) == 2
    assert "plain HTTP" in capsys.readouterr().err


def test_without_a_server_it_says_how_to_start_one(
    drafts: Drafts, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datasetkit.modelstudio.client.Pace", partial(Pace, sleep=lambda _seconds: None))
    folder = drafts(1)
    with ChatServer() as gone:
        url = gone.base_url
    for place in ([], ["--base-url", url, "--captioner", "eyes"]):
        assert run(["caption", str(folder), *place]) == 2
        err = capsys.readouterr().err
        assert "Ollama:" in err
        assert "llama.cpp:" in err


def test_a_server_must_be_told_which_model(
    drafts: Drafts, server: ChatServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["caption", str(drafts(1)), "--base-url", server.base_url]) == 2
    assert "--captioner NAME" in capsys.readouterr().err
    assert server.requests == []
