"""The service's files: send, list, show, delete, by the compatible API; their MD5 by the native one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import Endpoint, fact
from datasetkit.modelstudio.native import number, text
from datasetkit.modelstudio.zips import OpenZip

_GONE = (400, 404)  # the native API answers 400 InvalidParameter for a file that isn't there


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the service describes it, or None if it doesn't say. All texts are the service's: foreign.

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


def send_file(client: Client, name: str, content: OpenZip) -> RemoteFile:
    """Send one file, once: the call is not idempotent. Exactly `file` and `purpose`, as the service asks."""
    files = {"file": (name, content, "application/zip")}
    if file := _remote(client.post(client.endpoint.files, files=files, data={"purpose": fact("purpose")})):
        return file
    message = f"{client.endpoint.host} accepted the upload but returned no file id"
    raise ServiceError(message, "Look for the file with: datasetkit files ls", uncertain=True, temporary=True)


def list_files(client: Client, purpose: str | None = None) -> Iterator[RemoteFile]:
    """All files, of one ``purpose`` or of every one, page by page in the service's order.

    Records without a usable id are skipped and counted in a note. Raises ServiceError, also for a list without end.
    """
    params: dict[str, str | int] = {"limit": fact("list_page")} | ({"purpose": purpose} if purpose else {})
    seen, skipped, more = set[str](), 0, True
    while more:
        page = client.ask("GET", client.endpoint.files, params)
        if not isinstance(page.get("data"), list):
            raise ServiceError(f"{client.endpoint.host} answered without a file list", "Check --base-url.")
        files = [_remote(entry) for entry in page["data"]]
        fresh = {file.id: file for file in files if file and file.id not in seen}
        yield from fresh.values()
        skipped += files.count(None)
        seen.update(fresh)
        more = bool(page.get("has_more"))
        if more and not fresh:
            raise ServiceError(f"{client.endpoint.host} repeats the same page of its file list", "Try again later.")
        if more and len(seen) >= fact("listed_files"):
            raise ServiceError(f"{client.endpoint.host} lists more than {len(seen):,} files", "Delete old ones.")
        params["after"] = next(reversed(fresh), "")
    if skipped:
        client.note(f"skipped {skipped} of the service's file records: they have no usable id")


def show_file(client: Client, file_id: str) -> RemoteFile | None:
    """One file; None if the service has no such file."""
    answer = _look_up(client, "GET", client.endpoint.files, file_id)
    if answer is None:
        return None
    file = _remote(answer)
    if file is None or file.id != file_id:
        message = f"{client.endpoint.host} was asked for {file_id} and answered with another record"
        raise ServiceError(message, "Check --base-url, and look at `datasetkit files ls`.")
    return file


def delete_file(client: Client, file_id: str) -> bool:
    """Delete one file; False if the service has no such file."""
    answer = _look_up(client, "DELETE", client.endpoint.files, file_id)
    if answer is not None and answer.get("deleted") is False:
        raise ServiceError(
            f"{client.endpoint.host} didn't delete {file_id}", f"See its status: datasetkit files show {file_id}"
        )
    return answer is not None


def file_md5(client: Client, file_id: str) -> str | None:
    """The MD5 of a file in hex, from its native record; None if the service doesn't give one."""
    if client.endpoint.native_url is None:
        return None
    answer = _look_up(client, "GET", f"{client.endpoint.native_url}/files", file_id, (*_GONE, 403, 405)) or {}
    record = answer["data"] if isinstance(answer.get("data"), dict) else answer
    md5 = text(record.get("md5"))
    return md5.lower() if md5 and record.get("file_id", file_id) == file_id else None


def curl_line(endpoint: Endpoint, path: Path) -> str:
    """The upload as a curl command for a POSIX shell. The key stands in it as a variable, never as text."""
    form = f'file=@"{_escaped(str(path))}";filename="{_escaped(path.name)}";type=application/zip'
    key, purpose = fact("environment")["key"], quote("purpose=" + fact("purpose"))
    command = f'curl --request POST {quote(endpoint.files)} --header "Authorization: Bearer ${key}"'
    return f"{command} --form {quote(form)} --form {purpose}"


def _look_up(
    client: Client, method: str, base: str, file_id: str, absent: tuple[int, ...] = _GONE
) -> dict[str, Any] | None:
    """The answer about one file; None for a status that means that there is none."""
    if not re.fullmatch(fact("file_id"), file_id):
        raise DatasetkitError(f"{file_id!r} is not a file id", "Ids look like file-ft-…: datasetkit files ls")
    try:
        return client.ask(method, f"{base}/{file_id}")
    except ServiceError as fault:
        if fault.status not in absent:
            raise
        # an earlier try may have deleted it, and only its answer was lost
        return {} if method == "DELETE" and fault.attempts > 1 else None


def _remote(entry: object) -> RemoteFile | None:
    """A file record of the compatible API; None if it has no usable id."""
    facts = entry if isinstance(entry, dict) else {}
    file_id = text(facts.get("id"))
    if file_id is None or not re.fullmatch(fact("file_id"), file_id):
        return None
    return RemoteFile(
        file_id,
        text(facts.get("filename")) or "",
        number(facts.get("bytes"), 2**63),
        text(facts.get("purpose")),
        text(facts.get("status")),
        _moment(facts.get("created_at")),
    )


def _moment(value: object) -> int | None:
    """Seconds since 1970 from a number of seconds, or of milliseconds, that lies before the year 5000."""
    milliseconds = number(value, 10**14)
    return milliseconds if milliseconds is None or milliseconds < 10**11 else milliseconds // 1000


def _escaped(text: str) -> str:
    """Text inside the double quotes of a curl form field."""
    return text.replace("\\", "\\\\").replace('"', '\\"')
