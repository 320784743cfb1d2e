"""Whatever bytes come back: a clear message on one line, or a record; never a traceback."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasetkit.modelstudio.answers import ServiceError, plain, record, refusal

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
    fault = refusal("host", status, {}, body, lambda text: text, wait)
    assert str(fault).isprintable()
    assert str(fault).startswith(f"host answered {status}")
    assert fault.next_step.endswith(".")
    assert len(str(fault)) < 700


@given(body=_bodies)
def test_every_body_is_a_record_or_a_fault(body: bytes) -> None:
    assert _reading(body).isprintable()


def _reading(body: bytes) -> str:
    try:
        return f"{len(record('host', {}, body, lambda text: text))} fields"
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
        record("host", {}, body, lambda text: text)


def test_none_failed_is_no_failure() -> None:
    assert record("host", {}, b'{"data": {"failed_uploads": []}}', lambda text: text)
