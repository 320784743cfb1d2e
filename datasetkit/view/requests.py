"""What the page may send, read from JSON into values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from starlette.requests import ClientDisconnect, Request

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.view.draft import EDITS, ClipEdit, seconds_of

_AGAIN = "Reload the page."
_TOO_LONG = 10**9  # seconds, which cuts.csv can't hold


async def json_body(request: Request) -> Mapping[str, Any]:
    """The JSON object that a request brings. Raises DatasetkitError for anything else, and where it is too long."""
    body, most = b"", int(spec.thresholds("view")["body_bytes"])
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise DatasetkitError(f"the request is longer than {most:,} bytes", "Send less at once.")
        value = json.loads(body)
    except ClientDisconnect as error:
        raise DatasetkitError("the request broke off", "Send it again.") from error
    except (ValueError, RecursionError) as error:
        raise DatasetkitError("the request isn't JSON", _AGAIN) from error
    if not isinstance(value, dict):
        raise DatasetkitError("the request isn't a JSON object", _AGAIN)
    return value


def version_of(body: Mapping[str, Any]) -> int:
    """The version of the state that the page has. Raises DatasetkitError."""
    return _integer(body, "version")


def diff_of(body: Mapping[str, Any]) -> str:
    """The digest of the diff that the page has shown. Raises DatasetkitError."""
    return str(_typed(body, "digest", str))


def edit_of(body: Mapping[str, Any]) -> ClipEdit:
    """The edit that a request asks for. Raises DatasetkitError."""
    do = _typed(body, "do", str)
    if do not in EDITS:
        raise DatasetkitError(f'there is no edit "{do[:20]}"', _AGAIN)
    edit = ClipEdit(_typed(body, "clip", str), _integer(body, "window"), _typed(body, "window_name", str), do)
    values: dict[str, Any] = {}
    if do in ("window", "add"):
        values = {"start": _seconds(body, "start"), "seconds": _seconds(body, "seconds")}
    elif do == "keep":
        values = {"keep": _typed(body, "keep", bool)}
    elif do != "remove":
        values = {"text": _text(body, {"caption": "text", "name": "name", "person": "value"}[do])}
    return replace(edit, **values)


def _text(body: Mapping[str, Any], name: str) -> str:
    text, most = str(_typed(body, name, str)), int(spec.thresholds("view")["caption_letters"])
    if len(text) > most:
        raise DatasetkitError(f"the text is longer than {most:,} letters", "Write less.")
    return text.encode("utf-8", "replace").decode()  # half a surrogate pair is no letter


def _seconds(body: Mapping[str, Any], name: str) -> Fraction:
    value = body.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _TOO_LONG:
        return seconds_of(value)
    raise DatasetkitError(f"{name} isn't a number that can be used", _AGAIN)


def _integer(body: Mapping[str, Any], name: str) -> int:
    value = body.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int):
        raise DatasetkitError(f"{name} isn't a whole number", _AGAIN)
    return value


def _typed(body: Mapping[str, Any], name: str, kind: type[Any]) -> Any:
    value = body.get(name)
    if type(value) is not kind:
        raise DatasetkitError(f"{name} is missing, or of the wrong type", _AGAIN)
    return value
