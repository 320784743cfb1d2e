"""Who may talk to the page's server: the browser that was given the token, from this machine's own addresses.

Every request passes here. The token of the address is exchanged at once for a cookie that scripts can't read and
other sites can't send. It can be exchanged once: other programs can see the address on a browser's command line.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from hmac import compare_digest
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}
_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_METHODS = ("GET", "HEAD", "POST")
_PRINTED = "Open the address that `datasetkit view` printed."
_NO_TOKEN = "This page opens only at the address that `datasetkit view` printed last. Each opens it once.\n"


class Gate:
    """Lets requests through to ``app`` that name this server and hold the cookie; adds headers to every response.

    ``exchanged`` gets the new address whenever one was used.
    """

    def __init__(self, app: ASGIApp, port: int, exchanged: Callable[[str], object]) -> None:
        self._app, self._port, self._on_exchange = app, port, exchanged
        self.token = secrets.token_urlsafe(32)
        self._secret = secrets.token_urlsafe(32)
        self._cookie = f"datasetkit-{port}"  # browsers don't tell the ports of a host apart
        self._hosts = {f"{host}:{port}" for host in _HOSTS}

    @property
    def address(self) -> str:
        """Where a browser finds the page, with the token; it works once."""
        return f"http://127.0.0.1:{self._port}/?token={self.token}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request (ASGI); nothing but HTTP is answered."""
        if scope["type"] == "http":
            response = self._refusal(scope, Headers(scope=scope)) or self._app
            await response(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """What to answer instead of passing a request on; None for one that may pass."""
        host = headers.get("host", "")
        if len(headers.getlist("host")) != 1 or host not in self._hosts:
            return _refused("the request is for another host", _PRINTED)
        if scope["method"] not in _METHODS:
            return _refused(f"{scope['method']} requests are not answered", "Use the page.", 405)
        if scope["path"] == "/" and (token := parse_qs(scope["query_string"].decode("latin-1")).get("token")):
            if self._holds_cookie(headers):  # the same browser again, be the token used or not
                return Response(status_code=303, headers={"Location": "/"})
            return self._exchanged(token[-1]) if scope["method"] == "GET" else _no_cookie("/")
        if not self._holds_cookie(headers):
            return _no_cookie(scope["path"])
        if scope["method"] == "POST":
            return _fault_of_post(headers, host)
        return None

    def _exchanged(self, token: str) -> Response:
        if not compare_digest(token.encode(), self.token.encode()):
            return _no_cookie("/")
        self.token = secrets.token_urlsafe(32)
        self._on_exchange(self.address)
        response = Response(status_code=303, headers={"Location": "/"})
        response.set_cookie(self._cookie, self._secret, httponly=True, samesite="strict", path="/")
        return response

    def _holds_cookie(self, headers: Headers) -> bool:
        cookies = (cookie_parser(line) for line in headers.getlist("cookie"))
        held = next((one[self._cookie] for one in cookies if self._cookie in one), "")
        return compare_digest(held.encode(), self._secret.encode())


def _fault_of_post(headers: Headers, host: str) -> Response | None:
    if headers.get("origin") != f"http://{host}":
        return _refused("the request comes from another site", "Use the page.")
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return _refused("the request isn't JSON", "Use the page.", 415)
    return None


def _no_cookie(path: str) -> Response:
    if path == "/":
        return PlainTextResponse(_NO_TOKEN, 403)
    return _refused("this page isn't signed in", _PRINTED)


def _refused(error: str, following: str, status: int = 403) -> Response:
    return JSONResponse({"error": error, "next": following}, status)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
        await send(message)

    return sending
