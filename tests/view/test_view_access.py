"""Who gets an answer from the page's server, and what no answer gives away."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from viewing import Viewing, raw_folder, viewing


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Viewing]:
    with viewing(raw_folder(tmp_path_factory.mktemp("raw"))) as running:
        yield running


def ask(view: Viewing, method: str, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
    """A request without a cookie."""
    with httpx.Client(trust_env=False) as client:
        return client.request(method, view.base + path, headers=headers)


def test_the_token_is_exchanged_for_a_cookie_and_leaves_the_address(view: Viewing) -> None:
    address = view.address
    answer = ask(view, "GET", address.removeprefix(view.base))
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert address.partition("token=")[2].lower() not in cookie
    assert answer.headers["referrer-policy"] == "no-referrer"


def test_a_token_is_exchanged_once(view: Viewing) -> None:
    used = view.address.removeprefix(view.base)
    assert ask(view, "HEAD", used).status_code == 403
    assert ask(view, "GET", used).status_code == 303
    assert ask(view, "GET", used).status_code == 403
    assert ask(view, "GET", view.address.removeprefix(view.base)).status_code == 303


def test_a_browser_that_has_opened_the_page_may_open_its_address_again(view: Viewing) -> None:
    used = view.address
    with view.tab() as tab:
        assert tab.client.get(used).headers["location"] == "/"


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=wrong", "/?token=wr%C3%B6ng", "/?other=1"])
def test_without_the_token_there_is_a_page_that_says_what_to_do(view: Viewing, path: str) -> None:
    answer = ask(view, "GET", path)
    assert answer.status_code == 403
    assert "datasetkit view" in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/state", "/diff", "/static/shared.css", "/clip/0/video", "/nothing"])
def test_without_the_cookie_nothing_is_told(view: Viewing, path: str) -> None:
    answer = ask(view, "GET", path, {"Cookie": f"datasetkit-{httpx.URL(view.base).port}=guessed"})
    assert answer.status_code == 403
    assert "take_01" not in answer.text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", ""])
def test_a_request_for_another_host_is_refused(view: Viewing, host: str) -> None:
    port = httpx.URL(view.base).port
    with view.tab() as tab:
        assert tab.get("/state", Host=host.format(port=port)).status_code == 403


@pytest.mark.parametrize("host", ["localhost:{port}", "[::1]:{port}"])
def test_the_other_names_of_this_machine_are_its_own(view: Viewing, host: str) -> None:
    port = httpx.URL(view.base).port
    with view.tab() as tab:
        assert tab.get("/state", Host=host.format(port=port)).status_code == 200


def test_two_hosts_in_one_request_are_refused(view: Viewing) -> None:
    port = httpx.URL(view.base).port
    lines = f"GET /state HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(lines.encode())
        assert b" 40" in connection.recv(100)


@pytest.mark.parametrize("path", ["/edit", "/undo", "/redo", "/save", "/reload"])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1"])
def test_another_site_changes_nothing(view: Viewing, path: str, origin: str) -> None:
    with view.tab(Origin=origin) as tab:
        assert tab.post(path, version=0).status_code == 403


def test_a_request_that_names_no_origin_changes_nothing(view: Viewing) -> None:
    with view.tab() as tab:
        del tab.client.headers["Origin"]
        assert tab.post("/undo", version=0).status_code == 403


def test_a_form_of_another_site_is_no_request(view: Viewing) -> None:
    with view.tab() as tab:
        assert tab.client.post("/undo", data={"version": "0"}).status_code == 415


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_other_methods_are_refused(view: Viewing, method: str) -> None:
    with view.tab() as tab:
        answer = tab.client.request(method, "/state")
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/state", "/static/shared.css", "/nothing"])
def test_every_answer_has_the_headers_that_keep_it_here(view: Viewing, path: str) -> None:
    with view.tab() as tab:
        headers = tab.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "private" in headers["cache-control"]
    assert "server" not in headers


@pytest.mark.parametrize(
    "path",
    [
        "/static/../access.py",
        "/static/%2e%2e/access.py",
        "/static/..%2faccess.py",
        "/static//etc/passwd",
        "/static/page.html.jinja",
        "/clip/../../etc/passwd/video",
        "/clip/take_01.mp4/video",
        "/clip/%2e%2e%2ftake_01.mp4/video",
        "/clip//video",
    ],
)
def test_no_path_of_a_request_names_a_file(view: Viewing, path: str) -> None:
    port = httpx.URL(view.base).port
    with view.tab() as tab:
        cookie = "; ".join(f"{name}={value}" for name, value in tab.client.cookies.items())
        lines = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
        with socket.create_connection(("127.0.0.1", port)) as connection, connection.makefile("rb") as answer:
            connection.sendall(lines.encode())
            assert b" 404 " in answer.readline()


def test_it_listens_on_this_machine_alone(tmp_path: Path) -> None:
    with viewing(raw_folder(tmp_path)) as view:
        assert httpx.URL(view.base).host == "127.0.0.1"
