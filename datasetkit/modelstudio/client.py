"""One request at a time to the service, over httpx: the only place that sees httpx's exceptions."""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import IO, Any, Self

import httpx

from datasetkit import __version__
from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.answers import ServiceError, plain, record, refusal
from datasetkit.modelstudio.endpoint import Endpoint
from datasetkit.modelstudio.key import Key
from datasetkit.modelstudio.pace import Pace

# httpcore's debug log holds the headers of answers, in which a service may quote the key
logging.getLogger("httpcore").setLevel(logging.INFO)

# Seconds. An upload's answer comes only when the service has stored a gigabyte: it is given longer.
TIMEOUTS = httpx.Timeout(60.0, connect=20.0)
UPLOAD_TIMEOUTS = httpx.Timeout(60.0, connect=20.0, read=600.0)
_LONGEST_ANSWER = 16 * 2**20  # bytes; a page of the file list is about 30 kB

_UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

Form = tuple[str, IO[bytes], Mapping[str, str]]  # the file's name, its open content, the other fields


class Client:
    """Requests to one endpoint with one key. Redirects are refused, so the key goes to no other host.

    ``note`` is told of every pause before another try. Proxies come from HTTPS_PROXY, ALL_PROXY and NO_PROXY,
    a CA bundle from SSL_CERT_FILE, SSL_CERT_DIR, REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE. A context manager.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        key: Key,
        *,
        pace: Pace | None = None,
        note: Callable[[str], None] = lambda _line: None,
        timeouts: httpx.Timeout = TIMEOUTS,
        upload_timeouts: httpx.Timeout = UPLOAD_TIMEOUTS,
    ) -> None:
        self.endpoint = endpoint
        self.pace = pace or Pace()
        self.note = note
        self._key = key
        self._upload_timeouts = upload_timeouts
        self._http = _http(endpoint, key, timeouts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def ask(self, method: str, url: str, params: Mapping[str, str | int] | None = None) -> dict[str, Any]:
        """The JSON object that a request without a body is answered with; tried again where that may help.

        Only for what may be done twice. Raises ServiceError, with the number of ``tries``.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._once(method, url, params=params)
            except ServiceError as fault:
                fault.tries = attempt
                if attempt == self.pace.attempts:
                    raise
                self.pause(fault, attempt)

    def post(self, url: str, form: Form) -> dict[str, Any]:
        """Send a file once, streamed, and return the JSON object of the answer. Raises ServiceError."""
        name, content, fields = form
        return self._once(
            "POST",
            url,
            files={"file": (name, content, "application/zip")},
            data=fields,
            timeout=self._upload_timeouts,
        )

    def pause(self, fault: ServiceError, attempt: int) -> None:
        """Wait before the next try; raises ``fault`` where none would help or the wait would be too long."""
        if not fault.passing or (fault.wait or 0) > self.pace.longest:
            raise fault
        delay = self.pace.delay(attempt, fault.wait)
        self.note(f"{fault}; next try in {delay:.0f} s")
        self.pace.sleep(delay)

    def _once(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        try:
            with self._http.stream(method, url, **options) as response:
                body = _bounded(response)
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise _lost(self.endpoint.host, error, self._key.redact) from None
        if response.is_success:
            return record(self.endpoint.host, response.headers, body, self._key.redact)
        wait = self.pace.asked(response.headers.get("retry-after"))
        raise refusal(self.endpoint.host, response.status_code, response.headers, body, self._key.redact, wait)


def _http(endpoint: Endpoint, key: Key, timeouts: httpx.Timeout) -> httpx.Client:
    def sign(request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = key.header
        return request

    try:
        return httpx.Client(
            auth=sign,
            headers={"User-Agent": f"datasetkit/{__version__}", "Accept": "application/json"},
            follow_redirects=False,
            timeout=timeouts,
            verify=_trust(os.environ)
            if not endpoint.plain
            else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),  # trusts no one
            trust_env=not endpoint.plain,  # a proxy would see the key of a plain HTTP request
        )
    except (ImportError, ValueError) as error:  # a SOCKS proxy without its package; a proxy URL that is none
        raise DatasetkitError(
            f"the proxy settings can't be used: {error}", "Check HTTPS_PROXY, ALL_PROXY and NO_PROXY."
        ) from None


def _trust(env: Mapping[str, str]) -> ssl.SSLContext:
    """The certificates to trust: those that the environment names, else certifi's."""
    names = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
    name = next((name for name in names if env.get(name)), None)
    if name is None:
        return httpx.create_ssl_context(trust_env=False)
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        folder = os.path.isdir(env[name])  # noqa: PTH112 - either form is allowed in either variable
        context.load_verify_locations(**{"capath" if folder else "cafile": env[name]})
        return context
    except OSError as error:  # ssl.SSLError is one: a file that holds no certificate
        raise DatasetkitError(
            f"{name} names no usable CA bundle: {env[name]}: {error}", f"Correct {name} or unset it."
        ) from None


def _bounded(response: httpx.Response) -> bytes:
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > _LONGEST_ANSWER:
            raise httpx.DecodingError(f"the answer is longer than {_LONGEST_ANSWER // 2**20} MB")
    return bytes(body)


def _lost(host: str, error: httpx.TransportError | httpx.DecodingError, clean: Callable[[str], str]) -> ServiceError:
    """The fault that a missing or broken answer means."""
    tls = any(isinstance(cause, ssl.SSLError) for cause in _causes(error))
    happened = clean(plain(str(error))) or type(error).__name__
    if tls and isinstance(error, httpx.ConnectError):
        return ServiceError(
            f"no secure connection to {host}: {happened}",
            "If a proxy re-signs traffic here, name its CA bundle in SSL_CERT_FILE. "
            "Check the machine's clock and --base-url too.",
        )
    unsent = isinstance(error, _UNSENT)
    return ServiceError(
        f"{_phase(error)} {host}: {happened}",
        "Check the connection and the proxy settings (HTTPS_PROXY), then run the same command again.",
        arrived=not unsent,
        passing=not isinstance(error, httpx.UnsupportedProtocol),
    )


def _phase(error: httpx.TransportError | httpx.DecodingError) -> str:
    match error:
        case httpx.ProxyError():
            return "the proxy didn't connect to"
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
            return "no connection to"
        case httpx.WriteError() | httpx.WriteTimeout():
            return "the connection broke while sending to"
        case httpx.ReadTimeout():
            return "no answer in time from"
        case _:
            return "the connection broke before the whole answer came from"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
