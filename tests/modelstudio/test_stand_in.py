"""The stand-in server itself: how strict it is with a form that is sent to it byte by byte."""

from __future__ import annotations

import http.client
import json

import pytest
from studio import Studio
from studio_state import KEY

FILE = b'Content-Disposition: form-data; name="file"; filename="a.zip"\r\nContent-Type: application/zip\r\n\r\nPK'
PURPOSE = b'Content-Disposition: form-data; name="purpose"\r\n\r\nfine-tune'
EXTRA = b'Content-Disposition: form-data; name="descriptions"\r\n\r\nx'
BARE = b'Content-Disposition: form-data; name="file"\r\n\r\nPK'
BATTERED = b"Content-Disposition: form-data; name=file; filename=a.zip\r\n\r\nPK"


def _form(*parts: bytes, end: bytes = b"--b--\r\n") -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + end


def _post(studio: Studio, body: bytes, content_type: str = "multipart/form-data; boundary=b") -> tuple[int, object]:
    connection = http.client.HTTPConnection("127.0.0.1", studio.server_address[1], timeout=10)
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": content_type}
    connection.request("POST", "/compatible-mode/v1/files", body, headers)
    answer = connection.getresponse()
    said = json.loads(answer.read())
    connection.close()
    return answer.status, said


@pytest.mark.parametrize("parts", [(FILE, PURPOSE), (PURPOSE, FILE)])
@pytest.mark.parametrize("end", [b"--b--\r\n", b"--b--"])
def test_a_file_and_a_purpose_in_either_order(parts: tuple[bytes, ...], end: bytes, studio: Studio) -> None:
    status, said = _post(studio, _form(*parts, end=end))
    assert status == 200
    (stored,) = studio.files.values()
    assert said == stored.record()
    assert stored.path.read_bytes() == b"PK"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b--\r\n",
        _form(FILE),
        _form(PURPOSE),
        _form(FILE, PURPOSE, EXTRA),
        _form(FILE, FILE, PURPOSE),
        _form(BARE, PURPOSE),
        _form(BATTERED, PURPOSE),
        _form(FILE, PURPOSE.replace(b"fine-tune", b"finetune")),
        _form(FILE, PURPOSE.replace(b"fine-tune", b"")),
        _form(FILE, PURPOSE, end=b""),
        _form(FILE, PURPOSE, end=b"--b--\r\nmore"),
        b"preamble\r\n" + _form(FILE, PURPOSE),
        _form(FILE, PURPOSE).replace(b"\r\n", b"\n"),
        _form(b"X-Other: 1\r\n" + FILE, PURPOSE),
        _form(FILE, PURPOSE)[:40],
    ],
)
def test_any_other_form_is_refused(body: bytes, studio: Studio) -> None:
    status, said = _post(studio, body)
    assert status == 400
    assert isinstance(said, dict)
    assert said["error"]["code"] == "invalid_request_error"
    assert studio.files == {}


@pytest.mark.parametrize(
    "content_type", ["", "application/json", "multipart/form-data", "multipart/form-data; boundary=c"]
)
def test_the_boundary_must_be_the_one_announced(content_type: str, studio: Studio) -> None:
    assert _post(studio, _form(FILE, PURPOSE), content_type)[0] == 400
    assert studio.files == {}
