"""Whatever bytes come back: a clear message on one line, or a record; never a traceback."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from datasetkit.modelstudio.answers import ServiceError, plain, record
from datasetkit.modelstudio.endpoint import Key

SECRET = Key("sk-5ecret")

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["error", "detail", "message", "code", "request_id", "data", "failed_uploads", "loc", "msg"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)
_bodies = st.binary(max_size=300) | _json.map(lambda value: json.dumps(value).encode()) | st.just(b"[" * 20_000)


@given(body=_bodies, status=st.integers(100, 999), wait=st.none() | st.floats(0, 1e9))
def test_every_refusal_has_one_line_and_a_next_step(body: bytes, status: int, wait: float | None) -> None:
    assume(not 200 <= status < 300)
    with pytest.raises(ServiceError) as caught:
        record("host", status, {}, body, SECRET, wait)
    fault = caught.value
    assert str(fault).isprintable()
    assert str(fault).startswith(f"host answered {status}")
    assert fault.next_step.endswith(".")
    assert len(str(fault)) < 700


@given(body=_bodies)
def test_every_body_is_a_record_or_a_fault(body: bytes) -> None:
    assert _reading(body).isprintable()


def _reading(body: bytes) -> str:
    try:
        return f"{len(record('host', 200, {}, body, SECRET))} fields"
    except ServiceError as fault:
        return f"{fault} {fault.next_step}"


@given(st.text())
def test_plain_text_is_one_printable_line(text: str) -> None:
    assert plain(text).isprintable()
    assert len(plain(text)) <= 300
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize("status", [200, 201, 202])
def test_failed_uploads_at_the_top_are_seen_too(status: int) -> None:
    body = json.dumps({"failed_uploads": [{"name": "a.zip", "code": "Bad", "message": "no"}]}).encode()
    with pytest.raises(ServiceError, match="didn't keep the file: Bad: no"):
        record("host", status, {}, body, SECRET)


def test_none_failed_is_no_failure() -> None:
    assert record("host", 200, {}, b'{"data": {"failed_uploads": []}}', SECRET)


@pytest.mark.parametrize(
    "body",
    [
        b'{"message": "' + b"x" * 292 + b'sk-5ecret, and more"}',  # a cut through the key would leave a part of it
        b'{"error": {"message": "sk-5ecret"}, "request_id": "sk-5ecret"}',
        b'{"detail": [{"loc": ["sk-5ecret"], "msg": "\\u0073k-5ecret"}]}',
        b"<html><title>sk-&#53;ecret</title>",
        b"sk-5ecret",
    ],
    ids=["at the cut", "compatible", "FastAPI", "in entities", "bare"],
)
@pytest.mark.parametrize("status", [200, 302, 401, 503])
def test_the_key_is_taken_out_before_anything_is_cut(body: bytes, status: int) -> None:
    headers = {"location": "https://x/?k=sk-5ecret", "x-request-id": "sk-5ecret"}
    said = str(record("host", status, headers, body, SECRET)) if status == 200 and body[:1] == b"{" else ""
    if not said:
        with pytest.raises(ServiceError) as caught:
            record("host", status, headers, body, SECRET)
        said = str(caught.value)
    assert "sk-5" not in said
    assert "[the key]" in said or "…" in said


@pytest.mark.parametrize("code", ["CommodityNotPurchased", "PrepaidBillOverdue", "PostpaidBillOverdue", "Throttling"])
def test_no_try_follows_an_unpaid_bill(code: str) -> None:
    with pytest.raises(ServiceError) as caught:
        record("host", 429, {}, json.dumps({"code": code, "message": "no"}).encode(), SECRET)
    assert caught.value.temporary == (code == "Throttling")
