"""Where to, and with which key: what names a place, what contradicts, and what can't stand in a URL or header."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.endpoint import Key, find_region, read_key, regions, resolve

INTL = "https://dashscope-intl.aliyuncs.com"
CN = "https://dashscope.aliyuncs.com"
SPACE = "https://ws-1.ap-southeast-1.maas.aliyuncs.com"
COMPATIBLE, NATIVE = "/compatible-mode/v1", "/api/v1"


@pytest.mark.parametrize(
    ("env", "options", "origin", "region"),
    [
        ({}, {"region": "singapore"}, INTL, "singapore"),
        ({}, {"region": "cn-beijing"}, CN, "beijing"),
        ({}, {"region": " Singapore "}, INTL, "singapore"),
        ({}, {"configured": "beijing"}, CN, "beijing"),
        ({}, {"region": "singapore", "configured": "beijing"}, INTL, "singapore"),
        ({}, {"region": "singapore", "workspace": "ws-1"}, SPACE, "singapore"),
        ({}, {"base_url": f"{INTL}{COMPATIBLE}/"}, INTL, "singapore"),
        ({}, {"base_url": f"{SPACE}{COMPATIBLE}", "region": "singapore"}, SPACE, "singapore"),
        ({}, {"base_url": f"http://127.0.0.1:8000{COMPATIBLE}"}, "http://127.0.0.1:8000", None),
        ({}, {"base_url": f"http://[::1]:8000{COMPATIBLE}"}, "http://[::1]:8000", None),
        (
            {},
            {"base_url": f"http://localhost:8000{COMPATIBLE}", "region": "beijing"},
            "http://localhost:8000",
            "beijing",
        ),
        ({"DASHSCOPE_API_REGION": "ap-southeast-1"}, {}, INTL, "singapore"),
        ({"DASHSCOPE_API_REGION": "ap-southeast-1", "DASHSCOPE_WORKSPACE_ID": "ws-1"}, {}, SPACE, "singapore"),
        ({"DASHSCOPE_WORKSPACE_ID": "ws-1"}, {"region": "singapore"}, SPACE, "singapore"),
        ({"DASHSCOPE_HTTP_BASE_URL": f"{CN}{NATIVE}"}, {}, CN, "beijing"),
        ({"DASHSCOPE_COMPATIBLE_BASE_URL": f"{INTL}{COMPATIBLE}"}, {}, INTL, "singapore"),
        (
            {"DASHSCOPE_COMPATIBLE_BASE_URL": f"{INTL}{COMPATIBLE}", "DASHSCOPE_HTTP_BASE_URL": f"{CN}{NATIVE}"},
            {},
            INTL,
            "singapore",
        ),
        ({"DASHSCOPE_HTTP_BASE_URL": f"{CN}{NATIVE}", "DASHSCOPE_API_REGION": "singapore"}, {}, CN, "beijing"),
        ({"DASHSCOPE_HTTP_BASE_URL": f"{CN}{NATIVE}"}, {"configured": "singapore"}, INTL, "singapore"),
        (
            {
                "DASHSCOPE_HTTP_BASE_URL": "https://{workspace_id}.ap-southeast-1.maas.aliyuncs.com/api/v1",
                "DASHSCOPE_WORKSPACE_ID": "ws-1",
            },
            {},
            SPACE,
            "singapore",
        ),
    ],
)
def test_a_place_is_named(
    env: dict[str, str], options: dict[str, str], origin: str, region: str | None, tmp_path: Path
) -> None:
    named = {name: value for name, value in options.items() if name != "configured"}
    if "configured" in options:
        (tmp_path / "datasetkit.toml").write_text("region = " + json.dumps(options["configured"]))
    endpoint = resolve(tmp_path / "none", tmp_path, env=env, **named)
    assert endpoint.files == f"{origin}{COMPATIBLE}/files"
    assert endpoint.native_url == f"{origin}{NATIVE}"
    assert endpoint.region == region


def test_a_base_url_of_another_form_has_no_native_side() -> None:
    assert resolve(env={}, base_url="https://files.example.com/v1").native_url is None


@pytest.mark.parametrize(
    ("env", "options", "says"),
    [
        ({}, {}, "no region is chosen"),
        ({}, {"region": "mars"}, "no region is called 'mars'"),
        ({"DASHSCOPE_API_REGION": "us-east-1"}, {}, "no region is called"),
        (
            {},
            {"base_url": f"{CN}{COMPATIBLE}", "region": "singapore"},
            "is the beijing endpoint, but --region says singapore",
        ),
        ({}, {"base_url": f"{CN}{COMPATIBLE}", "workspace": "a"}, "both name a host"),
        ({}, {"base_url": "http://dashscope.aliyuncs.com/v1"}, "plain HTTP to dashscope.aliyuncs.com"),
        ({}, {"base_url": "http://localhost.evil.example/v1"}, "plain HTTP"),
        ({}, {"base_url": "http://127.0.0.1.evil.example/v1"}, "plain HTTP"),
        ({}, {"base_url": "http://0.0.0.0/v1"}, "plain HTTP"),
        ({}, {"base_url": "http://2130706433/v1"}, "plain HTTP"),
        ({}, {"base_url": "ftp://host/v1"}, "is not a base URL"),
        ({}, {"base_url": "dashscope.aliyuncs.com"}, "is not a base URL"),
        ({}, {"base_url": "https://host:port/v1"}, "is not a base URL"),
        ({}, {"base_url": "https://host:65536/v1"}, "is not a base URL"),
        ({}, {"base_url": "https://[::1/v1"}, "is not a base URL"),
        ({}, {"base_url": "https://[1]/v1"}, "is not a base URL"),
        ({}, {"base_url": "https://host/v1?key=1"}, "is not a base URL"),
        ({}, {"base_url": "https://host/v1#x"}, "is not a base URL"),
        ({}, {"base_url": "https://ho st/v1"}, "is not a base URL"),
        ({}, {"base_url": "https://host/v1/files"}, "is not a base URL"),
        ({}, {"base_url": "https://host/../v1"}, "is not a base URL"),
        ({}, {"base_url": "https://host/v1\r\nX: y"}, "is not a base URL"),
        ({}, {"base_url": "https://dashscope-intl.aliyuncs.com@evil.example/v1"}, "is not a base URL"),
        ({"DASHSCOPE_COMPATIBLE_BASE_URL": f"{CN}{COMPATIBLE}"}, {"workspace": "a"}, "both name a host"),
        ({"DASHSCOPE_HTTP_BASE_URL": f"{CN}/v2"}, {}, "must end in /api/v1, but ends in"),
        ({"DASHSCOPE_HTTP_BASE_URL": "https://{workspace_id}.x/api/v1"}, {}, "no workspace is set"),
    ],
)
def test_no_place_without_a_clear_name(env: dict[str, str], options: dict[str, str], says: str) -> None:
    with pytest.raises(DatasetkitError) as caught:
        resolve(env=env, **options)
    assert says in str(caught.value)
    assert caught.value.next_step


def test_a_password_in_a_base_url_is_not_repeated() -> None:
    with pytest.raises(DatasetkitError) as caught:
        resolve(env={}, base_url="https://user:hunter2@host/v1")
    assert "hunter2" not in str(caught.value) + caught.value.next_step


@given(st.text(min_size=1, max_size=80))
def test_a_workspace_never_changes_the_domain(workspace: str) -> None:
    try:
        endpoint = resolve(env={}, region="singapore", workspace=workspace)
    except DatasetkitError:
        return
    parts = urlsplit(endpoint.base_url)
    assert parts.hostname == f"{workspace.lower()}.ap-southeast-1.maas.aliyuncs.com"
    assert (parts.scheme, parts.path, parts.query, parts.username) == ("https", COMPATIBLE, "", None)


@given(st.text(max_size=60))
def test_any_base_url_is_a_place_or_an_error(text: str) -> None:
    for url in (text, f"https://{text}", f"http://{text}/v1", f"https://host/{text}"):
        try:
            endpoint = resolve(env={}, base_url=url)
        except DatasetkitError:
            continue
        assert urlsplit(endpoint.base_url).scheme == "https" or urlsplit(url).hostname in ("localhost", "127.0.0.1")


def test_regions_are_found_by_id_and_code() -> None:
    for region, (code, origin) in regions().items():
        assert find_region(region) == find_region(code) == region
        assert origin.startswith("https://")


def test_a_key_shows_nowhere() -> None:
    key = read_key({"DASHSCOPE_API_KEY": " sk-secret \r\n"})
    assert key.header == "Bearer sk-secret"
    assert not [shown for shown in (repr(key), str(key), f"{key}", f"{[key]}") if "secret" in shown]
    with pytest.raises(TypeError):
        pickle.dumps(key)
    assert key.redact("Incorrect API key provided: sk-secret.") == "Incorrect API key provided: [the key]."


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "is not set"),
        ("  \n", "is not set"),
        ("sk-a\r\nX-Evil: 1", "contains a space, a line break"),
        ("sk a", "contains a space, a line break"),
        ("sk-ä", "contains a space, a line break"),
        ("sk-\0", "contains a space, a line break"),
    ],
)
def test_what_could_not_stand_in_a_header_is_no_key(value: str, says: str) -> None:
    with pytest.raises(DatasetkitError, match=says) as caught:
        read_key({"DASHSCOPE_API_KEY": value})
    assert not value.strip() or value.strip() not in str(caught.value) + caught.value.next_step


def test_only_the_environment_holds_a_key() -> None:
    with pytest.raises(DatasetkitError, match="DASHSCOPE_API_KEY is not set"):
        read_key({"OPENAI_API_KEY": "sk-other"})
    assert repr(Key("x")) == "[the key]"


def test_the_key_is_taken_out_of_json_too() -> None:
    record = {"sk-secret": ["sk-secret", {"id": "sk-secret"}, 5, None], "status": "a sk-secret b"}
    shown = {"[the key]": ["[the key]", {"id": "[the key]"}, 5, None], "status": "a [the key] b"}
    assert Key("sk-secret").redact(record) == shown
