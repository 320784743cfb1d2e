"""What can go wrong with an upload, as a table: what the service does, and what must come of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from studio_state import Misdeed

SIZE = 300_000
HTML = b"<!DOCTYPE html><html><head><title>Log &amp; in</title></head><body>\x1b[31m</body></html>"


def reset(after: int | None, *, store: bool = False, hidden: int = 0) -> Misdeed:
    return Misdeed("reset", after=after, store=store, hidden=hidden)


def answer(status: int, body: object = b"", *, after: int | None = None, **options: Any) -> Misdeed:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Misdeed("answer", after=after, status=status, body=data, **options)


@dataclass(frozen=True)
class Case:
    """What goes wrong with the uploads in turn, and what must come of it.

    ``bytes`` lists what the server saw of each upload's body, None: all of it. ``lists`` counts the looks at the file
    list, the one before sending included. ``says`` is in the error, or in a note where the upload succeeds.
    """

    misdeeds: list[Misdeed]
    bytes: list[int | None]
    lists: int
    says: str
    succeeds: bool = True
    pauses: list[float] | None = None


NATIVE = {"code": "InternalError", "message": "try later", "request_id": "abc-123"}
SENT_AGAIN = {
    "reset before the body": Case([reset(0)], [0, None], 4, "broke before the full response"),
    "reset during the body": Case([reset(100_000)], [100_000, None], 4, "broke before the full response"),
    "reset after the body, not kept": Case([reset(None)], [None, None], 4, "broke before the full response"),
    "429 without Retry-After": Case([answer(429, NATIVE)], [None, None], 1, "answered 429", pauses=[0.75]),
    "429 with seconds": Case([answer(429, headers={"Retry-After": "7"})], [None, None], 1, "429", pauses=[7.5]),
    "429 with a date": Case(
        [answer(429, headers={"Retry-After": "Fri, 02 Jan 2026 03:04:25 GMT"})], [None, None], 1, "429", pauses=[20.5]
    ),
    "429 with nonsense": Case([answer(429, headers={"Retry-After": "soon"})], [None, None], 1, "429", pauses=[0.75]),
    "429 before the body": Case([answer(429, after=0, drain=True)], [None, None], 1, "429", pauses=[0.75]),
    "500, not kept": Case([answer(500, NATIVE)], [None, None], 4, "InternalError: try later [request_id abc-123]"),
    "502 with HTML": Case([answer(502, HTML)], [None, None], 4, "a web page titled 'Log & in'"),
    "503 twice": Case([answer(503), answer(503)], [None, None, None], 7, "answered 503"),
    "503 with Retry-After": Case([answer(503, headers={"Retry-After": "9"})], [None, None], 4, "answered 503"),
    "408": Case([answer(408)], [None, None], 4, "answered 408"),
    "not JSON, not kept": Case([answer(200, b"OK")], [None, None], 4, "a usable answer: OK"),
    "nothing at all": Case([answer(200)], [None, None], 4, "sent an empty response"),
    "a JSON array": Case([answer(200, [1])], [None, None], 4, "a usable answer: [1]"),
    "no id": Case([answer(200, {"object": "file"})], [None, None], 4, "returned no file id"),
    "an id for a path": Case([answer(200, {"id": "../x"})], [None, None], 4, "returned no file id"),
    "HTML from a proxy": Case([answer(200, HTML)], [None, None], 4, "a usable answer: a web page titled 'Log & in'"),
    "broken compression": Case(
        [answer(200, b"\x1f\x8bnonsense", headers={"Content-Encoding": "gzip"})],
        [None, None],
        4,
        "broke before the full response",
    ),
    "an endless header": Case(
        [answer(200, headers={"X": "y" * 200_000})], [None, None], 4, "broke before the full response"
    ),
}
ADOPTED = {
    "reset after the body, kept": Case([reset(None, store=True)], [None], 2, "did arrive, as file-ft-"),
    "kept, and late in the list": Case([reset(None, store=True, hidden=2)], [None], 4, "did arrive"),
    "500, kept": Case([answer(500, NATIVE, store=True)], [None], 2, "did arrive"),
    "504 with HTML, kept": Case([answer(504, HTML, store=True)], [None], 2, "did arrive"),
    "a truncated answer": Case([Misdeed("truncate", store=True)], [None], 2, "did arrive"),
    "not JSON, kept": Case([answer(200, b'{"id": "file-', store=True)], [None], 2, "did arrive"),
    "HTML, kept": Case([answer(200, HTML, store=True)], [None], 2, "did arrive"),
    "no id, kept": Case([Misdeed("edit", changes={"id": None})], [None], 2, "did arrive"),
}
REFUSED = {
    "413 while sending": Case(
        [answer(413, HTML, after=65_536)], [65_536], 1, "answered 413 (too large for the service", succeeds=False
    ),
    "413 after all": Case([answer(413, after=0, drain=True)], [None], 1, "answered 413", succeeds=False),
    "failed_uploads": Case(
        [
            answer(
                200,
                {
                    "data": {"uploaded_files": [], "failed_uploads": [{"code": "BadZip", "message": "no data.jsonl"}]},
                    "request_id": "f-1",
                },
            )
        ],
        [None],
        1,
        "didn't keep the file: BadZip: no data.jsonl [request_id f-1]",
        succeeds=False,
    ),
    "problem+json": Case(
        [answer(422, {"type": "about:blank", "title": "Wrong", "detail": "too many entries", "status": 422})],
        [None],
        1,
        "Wrong: too many entries",
        succeeds=False,
    ),
    "FastAPI's detail": Case([answer(400, {"detail": "no purpose"})], [None], 1, "no purpose", succeeds=False),
    "FastAPI's details": Case(
        [answer(422, {"detail": [{"loc": ["body", "file", 0], "msg": "field required"}, "also"]})],
        [None],
        1,
        "body.file.0: field required; also",
        succeeds=False,
    ),
    "compatible": Case(
        [answer(400, {"error": {"message": "bad file", "code": "invalid"}, "request_id": "c-1"})],
        [None],
        1,
        "invalid: bad file [request_id c-1]",
        succeeds=False,
    ),
    "an error that is text": Case([answer(400, {"error": "bad"})], [None], 1, ": bad", succeeds=False),
    "request id in a header": Case(
        [answer(400, headers={"X-Request-Id": "h-1"})], [None], 1, "[request_id h-1]", succeeds=False
    ),
    "403": Case([answer(403, NATIVE)], [None], 1, "has no permission for this", succeeds=False),
    "409": Case([answer(409, NATIVE)], [None], 1, "the name is taken", succeeds=False),
    "429 for an hour": Case(
        [answer(429, headers={"Retry-After": "3600"})],
        [None],
        1,
        "it asks us to wait 60 min",
        succeeds=False,
        pauses=[],
    ),
    "501": Case([answer(501)], [None], 4, "answered 501", succeeds=False),
    "a redirect": Case(
        [answer(307, headers={"Location": "https://elsewhere.example/files"})],
        [None],
        1,
        "answered 307 (redirected to https://elsewhere.example/files; not followed",
        succeeds=False,
    ),
    "three resets": Case(
        [reset(0)] * 3, [0] * 3, 10, "sent 3 times). money rain.zip isn't in the file list", succeeds=False
    ),
    "three times 429": Case([answer(429)] * 3, [None] * 3, 1, "(sent 3 times). Nothing was stored", succeeds=False),
}
CASES = SENT_AGAIN | ADOPTED | REFUSED
