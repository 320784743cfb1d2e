"""One request at a time to the service, over httpx: the only module that sees httpx's exceptions."""

from __future__ import annotations

import logging
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from datasetkit import __version__
from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.answers import ServiceError, plain, record
from datasetkit.modelstudio.endpoint import Endpoint, Key, fact, redacted
from datasetkit.modelstudio.pace import Pace, duration

T = TypeVar("T")

# httpcore's debug log holds the headers of answers, in which a service may quote the key
logging.getLogger("httpcore").setLevel(logging.INFO)

_LOST = (httpx.TransportError, httpx.DecodingError)  # no answer, or a broken one
_NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_PHASES = (
    (httpx.ProxyError, "the proxy {proxy} couldn't connect to {host}"),
    (_NO_CONNECTION, "no connection to {host}"),
    ((httpx.WriteError, httpx.WriteTimeout), "the connection broke while sending to {host}"),
    (httpx.ReadTimeout, "{host} didn't answer within {seconds}"),
    (Exception, "the connection to {host} broke before the full response arrived"),
)
_CHECK = "Check the connection and the proxy settings (HTTPS_PROXY), then run the same command again."
_CHECK_TLS = "Check --base-url and the clock. If a proxy re-signs traffic here, name its CA bundle in SSL_CERT_FILE."


class Client(AbstractContextManager["Client"]):
    """Requests to one endpoint with one key, or with none, all within one time limit. A context manager.

    Redirects are refused, so that the key goes to no other host. ``note`` gets a line about every pause before another
    try. A proxy comes from HTTPS_PROXY, ALL_PROXY and NO_PROXY, a CA bundle from SSL_CERT_FILE, SSL_CERT_DIR,
    REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE. Not for use by several threads.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        key: Key | None,
        *,
        pace: Pace | None = None,
        note: Callable[[str], object] | None = None,
    ) -> None:
        self.endpoint, self.pace = endpoint, pace or Pace(**fact("pace"))
        self.note = note or (lambda _line: None)
        self._key, self._http = key, _http(endpoint, key)
        self._socket: socket.socket | None = None
        self.start(self.pace.limit)

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def start(self, seconds: float) -> None:
        """Allow ``seconds`` from now for all that follows, pauses included."""
        self.limit, self._end = seconds, self.pace.clock() + seconds

    @property
    def left(self) -> float:
        """The seconds that are left of the time limit; negative after it."""
        return self._end - self.pace.clock()

    def ask(
        self, method: str, url: str, params: Mapping[str, str | int] | None = None, *, attempts: int | None = None
    ) -> dict[str, Any]:
        """The JSON object that answers a request, which may be made ``attempts`` times. Raises ServiceError."""
        once = partial(self._once, method, url, self.pace.idle, params=params)
        return self.retry(once, attempts or self.pace.attempts)

    def post(self, url: str, **content: Any) -> dict[str, Any]:
        """The JSON object that answers a POST, sent once. Raises ServiceError.

        ``content`` is ``json``, or ``files`` and ``data`` of a form, which is streamed; and ``headers``.
        """
        return self._once("POST", url, self.pace.answer, **content)

    def get(self, url: str, read: Callable[[httpx.Response], T]) -> T:
        """What ``read`` makes of the open answer to a GET, made once. Raises ServiceError."""
        return self._exchange("GET", url, self.pace.idle, read)

    def retry(
        self, once: Callable[[], T], attempts: int, settle: Callable[[ServiceError], T | None] = lambda _fault: None
    ) -> T:
        """What ``once`` returns, after up to ``attempts`` tries with pauses between them.

        If the request may have succeeded despite the error, ``settle`` looks for the result and returns it, or None if
        there is none. Raises the last ServiceError.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return once()
            except ServiceError as fault:
                fault.attempts = attempt
                if fault.uncertain and (found := settle(fault)) is not None:
                    return found
                if attempt == attempts:
                    raise
                self._pause(fault)

    def _pause(self, fault: ServiceError) -> None:
        """Wait before the next try. Raises ``fault`` if a try wouldn't help, or the wait would be too long."""
        delay = self.pace.delay(fault.attempts, fault.retry_after)
        if not fault.temporary or (fault.retry_after or 0) > self.pace.longest:
            raise fault
        if delay > self.left:
            raise self._out_of_time(f"{fault}; another try would exceed", uncertain=fault.uncertain)
        self.note(f"{fault}; next try in {delay:.0f} s")
        self.pace.sleep(delay)

    def _once(self, method: str, url: str, answer_timeout: float, **options: Any) -> dict[str, Any]:
        status, headers, body = self._exchange(method, url, answer_timeout, _whole, **options)
        return record(self.endpoint.host, status, headers, body, self._key, self.pace.asked(headers.get("retry-after")))

    def _exchange(
        self, method: str, url: str, answer_timeout: float, read: Callable[[httpx.Response], T], **options: Any
    ) -> T:
        timeout = httpx.Timeout(self.pace.idle, connect=self.pace.connect, read=answer_timeout)
        options |= {"timeout": timeout, "extensions": {"trace": self._trace}}
        try:
            with self._limited(), self._http.stream(method, url, **options) as response:
                return read(response)
        except _LOST as error:
            raise self._fault(error, answer_timeout) from None
        except (httpx.InvalidURL, UnicodeError):  # an impossible IP address; a name that DNS can't hold
            raise DatasetkitError(
                f"{self.endpoint.host!r} is not a valid host name", "Check --base-url and HTTPS_PROXY."
            ) from None

    @contextmanager
    def _limited(self) -> Iterator[None]:
        """Break the connection when time is up: httpx limits each read alone, so a slow answer could last for ever."""
        self._broken = self.left <= 0
        if self._broken:
            raise httpx.ConnectTimeout("the time limit is over")
        timer = threading.Timer(min(self.left, threading.TIMEOUT_MAX), self._break)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
        if self._broken:  # what looks like the end of an answer is ours
            raise httpx.ReadTimeout("the time limit is over")

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember the open connection (there is one at a time) from what httpcore reports of its steps."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self._broken:
                self._break()

    def _break(self) -> None:
        self._broken = True
        if self._socket is not None:
            with suppress(OSError):  # closed already
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # wakes the thread that reads or writes

    def _out_of_time(self, happened: str, *, uncertain: bool) -> ServiceError:
        next_step = f"{_CHECK} An upload may take longer with `datasetkit upload --timeout`."
        return ServiceError(f"{happened} the time limit of {duration(self.limit)}", next_step, uncertain=uncertain)

    def _fault(self, error: Exception, answer_timeout: float) -> ServiceError:
        """What a missing or broken answer means."""
        host, happened = self.endpoint.host, plain(redacted(str(error), self._key)) or type(error).__name__
        sent = not isinstance(error, (httpx.ProxyError, *_NO_CONNECTION))
        if self._broken:
            return self._out_of_time(f"{host} didn't finish within", uncertain=sent)
        if isinstance(error, httpx.ConnectError) and "ssl" in happened.lower():
            return ServiceError(f"no secure connection to {host}: {happened}", _CHECK_TLS)
        phase = next(phase for kind, phase in _PHASES if isinstance(error, kind))
        proxy = urlsplit(_proxy(self.endpoint) or "").hostname  # without its user and password
        phase = phase.format(host=host, proxy=proxy, seconds=duration(answer_timeout))
        return ServiceError(f"{phase}: {happened}", _CHECK, uncertain=sent, temporary=True)


def _http(endpoint: Endpoint, key: Key | None) -> httpx.Client:
    headers = {"User-Agent": f"datasetkit/{__version__}"}
    try:
        return httpx.Client(
            headers=headers | ({"Authorization": key.header, "Accept": "application/json"} if key else {}),
            follow_redirects=False,
            limits=httpx.Limits(max_connections=1),
            proxy=_proxy(endpoint),
            trust_env=False,  # proxies and certificates are looked up here
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if endpoint.plain else _certificates(os.environ),
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        # InvalidURL may quote a part of a password; the others are an unknown scheme and SOCKS without its package
        reason = "not a URL" if isinstance(error, httpx.InvalidURL) else error
        raise DatasetkitError(f"the proxy settings can't be used: {reason}", "Check HTTPS_PROXY, ALL_PROXY.") from None


def _proxy(endpoint: Endpoint) -> str | None:
    """The proxy for this host. NO_PROXY is urllib's to read: httpx fails on an address range such as fe80::/10."""
    if endpoint.plain or proxy_bypass(endpoint.host):  # a proxy would see the key of a plain HTTP request
        return None
    url = getproxies().get("https") or getproxies().get("all")
    return f"http://{url}" if url and "://" not in url else url


def _certificates(env: Mapping[str, str]) -> ssl.SSLContext:
    """The certificates to trust: those that the environment names, else certifi's."""
    names = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    name, path = next(((name, env[name]) for name in names if env.get(name)), ("", ""))
    if not name:
        return httpx.create_ssl_context(trust_env=False)
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(**{"capath" if Path(path).is_dir() else "cafile": path})
        return context
    except OSError as error:  # ssl.SSLError is one: a file that holds no certificate
        raise DatasetkitError(f"{name} names no usable CA bundle: {path}: {error}", "Correct or unset it.") from None


def _whole(response: httpx.Response) -> tuple[int, httpx.Headers, bytes]:
    """Status, headers and body of an answer that isn't too long."""
    body, longest = bytearray(), fact("answer_bytes")
    for piece in response.iter_bytes():
        body += piece
        if len(body) > longest:
            message = f"{response.url.netloc.decode()}'s response is over {longest // 2**20} MB"
            raise ServiceError(message, "Check --base-url.", uncertain=True, temporary=True)
    return response.status_code, response.headers, bytes(body)
