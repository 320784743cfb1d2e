"""What an answer says: error bodies of every form, in plain words. Pure: bytes in, values out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any

from datasetkit.errors import DatasetkitError

# Answers worth another try: the service (or a proxy before it) was busy or broken, not the request wrong.
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_REFUSED_UNREAD = frozenset({429})  # passing, but surely not carried out

_MEANING = {
    400: (
        "the service doesn't take the request as it is",
        "Read its message; `datasetkit lint ZIP` checks the zip.",
    ),
    401: (
        "the key is wrong, or belongs to another region",
        "Check DASHSCOPE_API_KEY, and that --region is the region that the key was made in.",
    ),
    403: (
        "the key may not do this in this workspace",
        "Check the key's permissions and workspace in the console, and that --region is the key's region.",
    ),
    404: ("nothing is there under this address", "Check the file id, and --base-url if it was given."),
    409: ("the name is taken", "Use another name."),
    413: (
        "the service, or a proxy on the way, doesn't take anything this large",
        "Make the zip smaller; `datasetkit lint ZIP` says what the platform takes.",
    ),
    429: (
        "too many requests in a short time, or a quota is used up",
        "Wait a minute and run the same command again.",
    ),
}
_TROUBLE = (
    "the service, or a proxy on the way, has trouble",
    "Wait a few minutes and run the same command again.",
)
_MOVED = (
    "not followed, since the key would go along to another address",
    "Check --base-url and the proxy settings (HTTPS_PROXY): something on the way redirects.",
)
_OTHER = ("the service refuses the request", "Read its message.")


class ServiceError(DatasetkitError):
    """A request that failed.

    ``status`` is None where no whole answer came. ``arrived``: the service may have carried it out nonetheless.
    ``passing``: it may go well on another try, after ``wait`` seconds if the service asked for that.
    """

    def __init__(
        self,
        message: str,
        next_step: str,
        *,
        status: int | None = None,
        arrived: bool = False,
        passing: bool = False,
        wait: float | None = None,
    ) -> None:
        super().__init__(message, next_step)
        self.status = status
        self.arrived = arrived
        self.passing = passing
        self.wait = wait
        self.tries = 1


def refusal(
    host: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    clean: Callable[[str], str],
    wait: float | None,
) -> ServiceError:
    """The fault that an answer outside 200–299 means. ``clean`` takes the key out of it."""
    meaning, next_step = _meaning(status)
    words, request_id = _words(_parsed(body), body, headers)
    said = f": {clean(words)}" if words else ""
    moved = f" to {clean(plain(headers.get('location', 'somewhere')))}" if 300 <= status < 400 else ""
    asks = f"; it asks to wait {wait:.0f} s" if wait else ""
    return ServiceError(
        f"{host} answered {status}{moved} ({meaning}){said}{asks}{_reference(clean(request_id))}",
        next_step,
        status=status,
        arrived=status >= 500 or status == 408,
        passing=status in _PASSING,
        wait=wait,
    )


def record(host: str, headers: Mapping[str, str], body: bytes, clean: Callable[[str], str]) -> dict[str, Any]:
    """The JSON object of an answer of 200–299.

    Raises ServiceError where it is no JSON object (the request may have been carried out: the answer is what got
    lost), and where it lists ``failed_uploads``, as the native API does with status 200.
    """
    parsed = _parsed(body)
    words, request_id = _words(parsed, body, headers)
    if not isinstance(parsed, dict):
        raise ServiceError(
            f"{host} answered with something that is not a record: {clean(words) or 'nothing at all'}"
            f"{_reference(clean(request_id))}",
            "A proxy or a login page may stand between: check HTTPS_PROXY and --base-url, then run it again.",
            arrived=True,
            passing=True,
        )
    if failed := _failed(parsed):
        raise ServiceError(
            f"{host} didn't keep the file: {clean(failed)}{_reference(clean(request_id))}",
            "Read its message; `datasetkit lint ZIP` checks the zip.",
            status=200,
        )
    return parsed


def plain(text: str, longest: int = 300) -> str:
    """A service's text on one line, without control characters that a terminal would obey."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _meaning(status: int) -> tuple[str, str]:
    if status >= 500 or status == 408:
        return _TROUBLE
    return _MOVED if 300 <= status < 400 else _MEANING.get(status, _OTHER)


def _reference(request_id: str) -> str:
    return f" [request_id {request_id}]" if request_id else ""


def _parsed(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # ValueError: not JSON, or not UTF-8
        return None


def _words(parsed: object, body: bytes, headers: Mapping[str, str]) -> tuple[str, str]:
    """What a body says, and the platform's id for the request."""
    request_id = headers.get("x-request-id", "")
    if isinstance(parsed, dict):
        request_id = _text(parsed.get("request_id")) or request_id
        return plain(_object_words(parsed)), plain(request_id, 100)
    return plain(_loose_words(body.decode("utf-8", "replace"))), plain(request_id, 100)


def _object_words(body: Mapping[str, Any]) -> str:
    """Native `code`/`message`, compatible `error`, problem+json `title`/`detail`, FastAPI's `detail`."""
    error = body.get("error")
    if isinstance(error, dict):
        body = error
    elif error:
        return _text(error)
    detail = body.get("detail")
    if isinstance(detail, list):
        return "; ".join(_complaint(entry) for entry in detail)
    parts = (_text(body.get(key)) for key in ("code", "title", "message", "detail"))
    return ": ".join(part for part in parts if part)


def _complaint(entry: object) -> str:
    if not isinstance(entry, dict):
        return _text(entry)
    place = entry.get("loc")
    where = ".".join(_text(step) for step in place) if isinstance(place, list) else ""
    return f"{where}: {_text(entry.get('msg'))}" if where else _text(entry.get("msg"))


def _loose_words(text: str) -> str:
    if "<html" not in text.lower() and "<!doctype" not in text.lower():
        return text
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    return f"a web page titled {unescape(title[1]).strip()!r}" if title else "a web page"


def _failed(body: Mapping[str, Any]) -> str:
    data = body.get("data")
    failed = data.get("failed_uploads") if isinstance(data, dict) else body.get("failed_uploads")
    if not isinstance(failed, list):
        return ""
    return "; ".join(plain(_object_words(entry)) or "no reason" for entry in failed if isinstance(entry, dict))


def _text(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)
