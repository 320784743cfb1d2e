"""What an answer says: error bodies of every form, in plain words. Pure: bytes in, values out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.endpoint import Key, fact, redacted
from datasetkit.modelstudio.pace import duration

_TEMPORARY = frozenset({408, 429, 500, 502, 503, 504})  # the service or a proxy was busy or broken
# 429s that retrying won't cure: an unpaid bill, and as many jobs as an account may have
_LASTING = ("CommodityNotPurchased", "PrepaidBillOverdue", "PostpaidBillOverdue", "per user", "user is allowed")
_WORDS = ("loc", "error", "code", "title", "message", "msg", "detail")  # of a native, compatible or FastAPI error


class ServiceError(DatasetkitError):
    """A request that failed.

    ``status`` is 0 if no whole answer came. ``uncertain``: the request may have succeeded despite the error.
    ``temporary``: another try may work, after ``retry_after`` seconds if the service asked for that.
    ``attempts`` counts the tries so far.
    """

    retry_after: float | None = None
    attempts = 1

    def __init__(
        self, message: str, next_step: str, *, status: int = 0, uncertain: bool = False, temporary: bool = False
    ) -> None:
        super().__init__(message, next_step)
        self.status, self.uncertain, self.temporary = status, uncertain, temporary


def record(
    host: str, status: int, headers: Mapping[str, str], body: bytes, key: Key | None, retry_after: float | None = None
) -> dict[str, Any]:
    """The JSON object of a good answer, without ``key``, which is taken out before anything is cut or shown.

    Raises ServiceError for a status outside 200–299, for a body that isn't a JSON object (the service may have done
    what was asked: only its answer is lost), and for ``failed_uploads``, which the native API reports with status 200.
    """
    headers, parsed = redacted(dict(headers), key), _parsed(body, key)
    answer = parsed if isinstance(parsed, dict) else {}
    details = _details(answer, redacted(unescape(body.decode("utf-8", "replace")), key), headers)
    if not 200 <= status < 300:
        raise _refusal(host, status, headers, details, retry_after)
    if not isinstance(parsed, dict):
        message = f"{host} didn't send a usable answer{details}" if details else f"{host} sent an empty response"
        next_step = "It may come from a proxy or a login page: check HTTPS_PROXY and --base-url, then try again."
        raise ServiceError(message, next_step, uncertain=True, temporary=True)
    if failed := _failed(answer):
        raise ServiceError(f"{host} didn't keep the file: {failed}{details}", fact("meanings")["400"][1], status=status)
    return answer


def plain(text: str, longest: int = 300) -> str:
    """A service's text on one line, without control characters that a terminal would obey."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _refusal(host: str, status: int, headers: Mapping[str, str], details: str, wait: float | None) -> ServiceError:
    broken = status >= 500 or status == 408
    group = "500" if broken else "300" if 300 <= status < 400 else "400"
    meaning, next_step = fact("meanings").get(str(status)) or fact("meanings")[group]
    meaning = meaning.format(location=plain(headers.get("location", "somewhere")))
    asks = f"; it asks us to wait {duration(wait)}" if wait else ""
    temporary = status in _TEMPORARY and not any(words in details for words in _LASTING)
    message = f"{host} answered {status} ({meaning}){asks}{details}"
    fault = ServiceError(message, next_step, status=status, uncertain=broken, temporary=temporary)
    fault.retry_after = wait
    return fault


def _details(answer: Mapping[str, Any], text: str, headers: Mapping[str, str]) -> str:
    """What the body says, and the platform's id for the request."""
    words = plain(_error_text(answer) if answer else _body_text(text))
    request_id = plain(_error_text(answer.get("request_id")) or headers.get("x-request-id", ""), 100)
    return (f": {words}" if words else "") + (f" [request_id {request_id}]" if request_id else "")


def _parsed(body: bytes, key: Key | None) -> object:
    try:
        return redacted(json.loads(body), key)
    except (ValueError, RecursionError):  # ValueError: not JSON, or not UTF-8
        return None


def _error_text(value: object, between: str = "; ", depth: int = 5) -> str:
    """What an error says, whatever its form."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and depth:
        return between.join(filter(None, (_error_text(each, between, depth - 1) for each in value)))
    if isinstance(value, dict) and depth:
        parts = (_error_text(value.get(name), "." if name == "loc" else between, depth - 1) for name in _WORDS)
        return ": ".join(filter(None, parts))
    return json.dumps(value) if isinstance(value, int | float) else ""


def _body_text(text: str) -> str:
    if not re.search("<html|<!doctype", text, re.IGNORECASE):
        return text
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    return f"a web page titled {title[1].strip()!r}" if title else "a web page"


def _failed(answer: Mapping[str, Any]) -> str:
    data = answer.get("data")
    failed = (data if isinstance(data, dict) else answer).get("failed_uploads")
    return plain(_error_text(failed) or "it gave no reason") if isinstance(failed, list) and failed else ""
