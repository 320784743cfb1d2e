"""The service's files: send, list, show, delete, by the compatible API; their MD5 by the native one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from shlex import quote
from typing import IO, Any, TypeVar, cast

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import Endpoint
from datasetkit.modelstudio.fingerprint import Body

T = TypeVar("T")

_GONE = (400, 404)  # the native API answers 400 InvalidParameter for a file that isn't there


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the service describes it; None where it doesn't say.

    ``size`` is in bytes, ``created`` in seconds since 1970, UTC.
    """

    id: str
    filename: str
    size: int | None
    purpose: str | None
    status: str | None
    created: int | None

    @property
    def failed(self) -> bool:
        """Whether the service gave up on it: such a file can't be trained on."""
        return self.status in ("error", "failed", "deleted")

    def to_json(self) -> dict[str, object]:
        """As a JSON object."""
        return asdict(self)


def purpose() -> str:
    """The purpose that training files are sent with."""
    value: str = _requests()["purpose"]["value"]
    return value


def send_file(client: Client, name: str, body: Body) -> RemoteFile:
    """Send one file, once: the call is not idempotent. Exactly `file` and `purpose`, as the service asks."""
    answer = client.post(client.endpoint.files, (name, cast("IO[bytes]", body), {"purpose": purpose()}))
    return _remote(answer, client)


def list_files(client: Client, wanted: str | None = None) -> Iterator[RemoteFile]:
    """All files, of the purpose ``wanted`` or of every one, page by page in the service's order."""
    params: dict[str, str | int] = {"limit": _requests()["list_page"]["value"]}
    if wanted:
        params["purpose"] = wanted
    seen: set[str] = set()
    while True:
        page = client.ask("GET", client.endpoint.files, params)
        entries = page.get("data")
        if not isinstance(entries, list):
            raise ServiceError(
                f"{client.endpoint.host} answered with something that is no file list", "Check --base-url."
            )
        files = [_remote(entry, client) for entry in entries]
        yield from (file for file in files if file.id not in seen)
        if not page.get("has_more"):
            return
        if not files or files[-1].id in seen:
            raise ServiceError(
                f"{client.endpoint.host} gives the same page of files again and again", "Try again later."
            )
        seen.update(file.id for file in files)
        params["after"] = files[-1].id


def show_file(client: Client, file_id: str) -> RemoteFile | None:
    """One file; None where the service has no such file."""
    try:
        return _remote(client.ask("GET", _url(client.endpoint.files, file_id)), client)
    except ServiceError as fault:
        if fault.status in _GONE:
            return None
        raise


def delete_file(client: Client, file_id: str) -> bool:
    """Delete one file; False where the service has no such file."""
    try:
        answer = client.ask("DELETE", _url(client.endpoint.files, file_id))
    except ServiceError as fault:
        if fault.status in _GONE:
            return fault.tries > 1  # an earlier try may have deleted it though its answer got lost
        raise
    if answer.get("deleted") is False:
        raise ServiceError(f"{client.endpoint.host} didn't delete {file_id}", "Look at it: datasetkit files show ID")
    return True


def file_md5(client: Client, file_id: str) -> str | None:
    """The MD5 of a file in hex, from its native record; None where the service doesn't say."""
    if client.endpoint.native_url is None:
        return None
    try:
        answer = client.ask("GET", _url(f"{client.endpoint.native_url}/files", file_id))
    except ServiceError as fault:
        if fault.status in (*_GONE, 403, 405):
            return None
        raise
    data = answer.get("data")
    md5 = data.get("md5") if isinstance(data, dict) else answer.get("md5")
    return md5.lower() if isinstance(md5, str) and md5 else None


def curl_line(endpoint: Endpoint, path: Path) -> str:
    """The upload as a curl command for a POSIX shell. The key stands in it as a variable, never as text."""
    key = spec.document("regions.json")["environment"]["value"]["key"]
    form = quote(f'file=@"{_form(str(path))}";filename="{_form(path.name)}";type=application/zip')
    return (
        f'curl --request POST {quote(endpoint.files)} --header "Authorization: Bearer ${key}"'
        f" --form {form} --form {quote(f'purpose={purpose()}')}"
    )


def _requests() -> dict[str, Any]:
    facts: dict[str, Any] = spec.document("regions.json")["requests"]
    return facts


def _url(base: str, file_id: str) -> str:
    if not re.fullmatch(_requests()["file_id"]["value"], file_id):
        raise DatasetkitError(f"{file_id!r} is not a file id", "Ids look like file-ft-…: datasetkit files ls")
    return f"{base}/{file_id}"


def _remote(entry: object, client: Client) -> RemoteFile:
    """A file record of the compatible API. Raises ServiceError where it has no usable id."""
    facts = entry if isinstance(entry, dict) else {}
    file_id = _of(str, facts.get("id"))
    if file_id is None or not re.fullmatch(_requests()["file_id"]["value"], file_id):
        raise ServiceError(
            f"{client.endpoint.host} answered with a record that has no usable file id",
            "Look whether the file arrived: datasetkit files ls",
            arrived=True,
            passing=True,
        )
    return RemoteFile(
        file_id,
        _of(str, facts.get("filename")) or "",
        _of(int, facts.get("bytes")),
        _of(str, facts.get("purpose")),
        _of(str, facts.get("status")),
        _of(int, facts.get("created_at")),
    )


def _of(kind: type[T], value: object) -> T | None:
    return value if isinstance(value, kind) and not isinstance(value, bool) else None


def _form(text: str) -> str:
    """Text inside the double quotes of a curl form field."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
