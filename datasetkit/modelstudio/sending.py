"""Send a zip once and only once: look for it first, and after a failure that may have stored it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.files import RemoteFile, file_md5, list_files, purpose, send_file
from datasetkit.modelstudio.fingerprint import Body, Fingerprint, Watch, open_zip


@dataclass(slots=True)
class Course:
    """How far an upload has come, in bytes handed to the connection, for the message after a Ctrl-C."""

    sent: int = 0
    size: int = 0
    file_id: str = ""

    def left_behind(self, path: Path) -> str:
        """What the service may hold of ``path``, and the next step."""
        if self.file_id:
            return f"Stopped. {path} is on the service as {self.file_id}; the same command again waits for it."
        if self.sent == 0:
            return f"Stopped. Nothing of {path} was sent."
        if self.sent < self.size:
            return (
                f"Stopped. {self.sent} of {self.size} bytes of {path} had been sent: an incomplete file, which "
                "the service should drop. The same command again looks for it, then sends it whole."
            )
        return (
            f"Stopped. All of {path} had been sent and may have arrived. "
            "The same command again looks for it, and uses it if it is there."
        )


@dataclass(frozen=True, slots=True)
class Voices:
    """Whom to tell: ``watch`` of bytes done, ``note`` of what a user should know, a line each."""

    watch: Watch = lambda _stage, _done, _total: None
    note: Callable[[str], None] = lambda _line: None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A hashed zip, the name it goes under, and where it goes."""

    printed: Fingerprint
    name: str
    client: Client
    voices: Voices = field(default_factory=Voices)
    course: Course = field(default_factory=Course)


def place(parcel: Parcel, *, again: bool) -> RemoteFile:
    """The file with the zip's bytes on the service: one that is there (unless ``again``), or a newly sent one."""
    like = _like(parcel)
    if not again and (there := _same(parcel, like)):
        parcel.voices.note(
            f"{parcel.name} is on the service already as {there.id} (same name, size and MD5); nothing was sent"
        )
        return there
    parcel.voices.note(
        f"sending {parcel.name} to {parcel.client.endpoint.host}: {parcel.printed.size} bytes, "
        f"sha256 {parcel.printed.sha256}"
    )
    return _send(parcel, {file.id for file in like})


def _like(parcel: Parcel) -> list[RemoteFile]:
    """The usable files on the service of the zip's name and size, oldest first."""
    name = unicodedata.normalize("NFC", parcel.name)
    files = [
        file
        for file in list_files(parcel.client, purpose())
        if file.size == parcel.printed.size
        and unicodedata.normalize("NFC", file.filename) == name
        and file.purpose in (purpose(), None)
        and not file.failed
    ]
    return sorted(files, key=lambda file: (file.created or 0, file.id))


def _same(parcel: Parcel, like: list[RemoteFile]) -> RemoteFile | None:
    """The file of ``like`` whose MD5 is the zip's.

    Raises DatasetkitError where the service gives no MD5: name and size alone may be an older version's.
    """
    digests = {file.id: file_md5(parcel.client, file.id) for file in like}
    if found := next((file for file in like if digests[file.id] == parcel.printed.md5), None):
        return found
    if silent := next((file.id for file in like if digests[file.id] is None), None):
        raise DatasetkitError(
            f"{silent} on the service has the name and size of {parcel.printed.path}, and no MD5 to compare",
            f"Use {silent} if it is this zip; else `datasetkit files rm {silent}`, or send with --again.",
        )
    return None


def _send(parcel: Parcel, before: Collection[str]) -> RemoteFile:
    """Send the zip, as often as is safe and bounded. ``before``: the ids of its likes that were there already."""
    client, attempt = parcel.client, 0
    while True:
        attempt += 1
        try:
            return _send_once(parcel)
        except ServiceError as fault:
            if fault.arrived and (found := _arrived(parcel, fault, before)):
                parcel.voices.note(f"{fault}; but the file did arrive, as {found.id}")
                return found
            if attempt == client.pace.attempts:
                raise _given_up(fault, attempt) from None
            client.pause(fault, attempt)


def _send_once(parcel: Parcel) -> RemoteFile:
    with open_zip(parcel.printed.path) as stream:
        body = Body(stream, parcel.printed, parcel.voices.watch)
        try:
            return send_file(parcel.client, parcel.name, body)
        finally:
            parcel.course.sent = max(parcel.course.sent, body.sent)


def _arrived(parcel: Parcel, fault: ServiceError, before: Collection[str]) -> RemoteFile | None:
    """The file that an unanswered upload left on the service, if it did. Asked more than once: it may be late."""
    pace = parcel.client.pace
    for look in range(1, pace.looks + 1):
        pace.sleep(pace.delay(look))
        try:
            found = next((file for file in _like(parcel) if _ours(parcel, file, before)), None)
        except ServiceError as second:
            raise DatasetkitError(
                f"{fault}. Whether {parcel.name} arrived is not known: asking for the files failed too: {second}",
                "Run the same command again later: it looks at the file list before it sends anything.",
            ) from None
        if found:
            return found
    return None


def _ours(parcel: Parcel, file: RemoteFile, before: Collection[str]) -> bool:
    """Whether ``file``, of the zip's name and size, came from the sending that just failed."""
    return file.id not in before and file_md5(parcel.client, file.id) in (parcel.printed.md5, None)


def _given_up(fault: ServiceError, attempts: int) -> DatasetkitError:
    state = "It is not in the file list." if fault.arrived else "Nothing was stored."
    return DatasetkitError(f"{fault} (tried {attempts} times). {state}", fault.next_step)
