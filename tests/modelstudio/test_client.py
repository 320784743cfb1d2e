"""Connections: TLS, proxies, redirects, answers that are too long, and the key's secrecy on the wire."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from studio import Studio
from studio_clock import Clock
from studio_proxy import Proxy
from studio_state import KEY, Misdeed

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import Endpoint, Key, resolve
from datasetkit.modelstudio.files import list_files
from datasetkit.modelstudio.pace import Pace
from datasetkit.modelstudio.upload import upload_zip

TLS = Path(__file__).parent / "tls"
CERTIFICATE = TLS / "certificate.pem"


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Studio]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, TLS / "key.pem")
    folder = tmp_path / "secure"
    folder.mkdir()
    with Studio(folder, tls=context) as server:
        yield server


def _upload(studio: Studio, archive: Path, pace: Pace) -> None:
    with Client(resolve(env={}, base_url=studio.base_url), Key(KEY), pace=pace) as client:
        upload_zip(archive, client)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_bundle_from_the_environment_is_trusted(
    name: str, secure: Studio, archive: Path, pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, str(CERTIFICATE))
    _upload(secure, archive, pace)
    assert len(secure.files) == 1


def test_an_unknown_certificate_is_refused_at_once(secure: Studio, archive: Path, pace: Pace, clock: Clock) -> None:
    with pytest.raises(
        DatasetkitError, match=r"no secure connection to localhost.*certificate verify failed"
    ) as caught:
        _upload(secure, archive, pace)
    assert "SSL_CERT_FILE" in caught.value.next_step
    assert secure.requests == []
    assert clock.pauses == []


def test_tls_towards_a_server_that_speaks_none(studio: Studio, archive: Path, pace: Pace) -> None:
    url = studio.base_url.replace("http:", "https:")
    with (
        Client(resolve(env={}, base_url=url), Key(KEY), pace=pace) as client,
        pytest.raises(DatasetkitError, match="no secure connection to"),
    ):
        upload_zip(archive, client)
    assert studio.requests == []


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_a_bundle_that_is_none_is_said(content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "bundle.pem"
    if content is not None:
        bundle.write_bytes(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    with pytest.raises(DatasetkitError, match="SSL_CERT_FILE names no usable CA bundle"):
        Client(resolve(env={}, region="singapore"), Key(KEY))


def test_a_proxy_from_the_environment_is_used_and_never_sees_the_key(
    secure: Studio, archive: Path, pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with Proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        _upload(secure, archive, pace)
    assert len(secure.files) == 1
    assert proxy.asked
    assert all(asked.startswith("CONNECT localhost:") and KEY not in asked for asked in proxy.asked)


def test_a_proxy_that_refuses_is_said(
    secure: Studio, archive: Path, pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with Proxy() as proxy:
        proxy.refuse = 407
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(
            DatasetkitError, match=r"the proxy 127\.0\.0\.1 couldn't connect to localhost.*407"
        ) as caught:
            _upload(secure, archive, pace)
    assert "HTTPS_PROXY" in caught.value.next_step
    assert secure.requests == []


@pytest.mark.parametrize(("excepted", "proxied"), [("fe80::/10", True), ("10.0.0.0/8,localhost", False)])
def test_no_proxy_may_hold_address_ranges(
    excepted: str, proxied: bool, secure: Studio, archive: Path, pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    monkeypatch.setenv("NO_PROXY", excepted)
    with Proxy() as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.url.removeprefix("http://"))
        _upload(secure, archive, pace)
    assert len(secure.files) == 1
    assert bool(proxy.asked) == proxied


def test_plain_http_to_loopback_goes_past_a_proxy(
    studio: Studio, archive: Path, pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Proxy() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        _upload(studio, archive, pace)
    assert proxy.asked == []
    assert len(studio.files) == 1


@pytest.mark.parametrize(
    "url", ["socks5://127.0.0.1:1", "gopher://127.0.0.1:1", "http://h:notaport", "http://u:pa/ss@h:1"]
)
def test_a_proxy_that_cannot_be_used_is_said(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", url)
    with pytest.raises(DatasetkitError, match="the proxy settings can't be used") as caught:
        Client(resolve(env={}, region="singapore"), Key(KEY))
    assert "pa" not in str(caught.value).removeprefix("the proxy settings can't be used").replace("package", "")


@pytest.mark.parametrize("host", ["999.999.999.999", "a" * 70, "a" * 300 + ".example", "."])
def test_a_host_that_cannot_be_is_said(host: str, archive: Path, pace: Pace) -> None:
    with (
        Client(resolve(env={}, base_url=f"https://{host}/v1"), Key(KEY), pace=pace) as client,
        pytest.raises(DatasetkitError, match="is not a valid host name") as caught,
    ):
        upload_zip(archive, client)
    assert "--base-url" in caught.value.next_step


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int, studio: Studio, client: Client, archive: Path, tmp_path: Path) -> None:
    with Studio(tmp_path) as elsewhere:
        location = {"Location": f"{elsewhere.base_url}/files"}
        for call in ("list", "upload"):
            studio.misbehave(
                call, Misdeed("answer", after=0 if call == "list" else None, status=status, headers=location)
            )
            with pytest.raises(
                DatasetkitError, match=f"{status} .redirected to {elsewhere.base_url}/files; not followed"
            ):
                upload_zip(archive, client)
        assert elsewhere.requests == []


def test_an_answer_without_end_is_not_kept_in_memory(studio: Studio, client: Client) -> None:
    studio.always["list"] = Misdeed("answer", after=0, status=200, body=bytes(5 * 2**20))
    with pytest.raises(DatasetkitError, match="response is over 4 MB"):
        list(list_files(client))


_BEGUN = {"in the headers": b"HTTP/1.1 200 OK\r\nX-Slow: ", "in the body": b"HTTP/1.1 200 OK\r\n\r\n"}


@pytest.mark.parametrize("begun", _BEGUN.values(), ids=_BEGUN)
@pytest.mark.parametrize("call", ["list", "upload", "show"])
def test_an_answer_that_drips_ends_with_the_time_limit(
    call: str, begun: bytes, studio: Studio, endpoint: Endpoint, archive: Path, pace: Pace
) -> None:
    studio.always[call] = Misdeed("drip", after=None if call == "upload" else 0, store=True, body=begun)
    brief = replace(pace, limit=0.4, bytes_per_second=10**9, clock=time.monotonic)
    with (
        Client(endpoint, Key(KEY), pace=brief) as client,
        pytest.raises(DatasetkitError, match="didn't finish within the time limit of 0 s"),
    ):
        upload_zip(archive, client)
    assert studio.calls()[-1] == call


def test_a_dripping_server_behind_tls_and_a_proxy_is_cut_off_too(
    secure: Studio, archive: Path, pace: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    secure.always["list"] = Misdeed("drip", after=0, body=_BEGUN["in the headers"])
    with Proxy() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(DatasetkitError, match="didn't finish within the time limit of 0 s") as caught:
            _upload(secure, archive, replace(pace, limit=0.4, bytes_per_second=10**9, clock=time.monotonic))
    assert "--timeout" in caught.value.next_step
    assert secure.calls() == ["list"]


def test_pauses_count_against_the_time_limit(
    studio: Studio, endpoint: Endpoint, archive: Path, pace: Pace, clock: Clock
) -> None:
    studio.always["list"] = Misdeed("answer", after=0, status=503, headers={"Retry-After": "50"})
    with (
        Client(endpoint, Key(KEY), pace=replace(pace, limit=110)) as client,
        pytest.raises(DatasetkitError, match=r"answered 503 .* another try would exceed the time limit"),
    ):
        upload_zip(archive, client)
    assert clock.pauses == [50.5, 50.5]


def test_nothing_is_asked_after_the_time_limit(studio: Studio, client: Client, clock: Clock) -> None:
    clock.seconds += client.pace.limit
    with pytest.raises(DatasetkitError, match="didn't finish within the time limit of 15 min"):
        list(list_files(client))
    assert studio.requests == []


def test_who_is_calling_is_said(studio: Studio, client: Client) -> None:
    list(list_files(client))
    headers = {name.lower(): value for name, value in studio.requests[0].headers}
    assert headers["user-agent"].startswith("datasetkit/")
    assert headers["authorization"] == f"Bearer {KEY}"


def test_an_endpoint_is_a_value(endpoint: Endpoint) -> None:
    assert resolve(env={}, base_url=endpoint.base_url) == endpoint
