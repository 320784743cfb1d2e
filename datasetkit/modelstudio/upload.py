"""The whole upload: hash, receipt, file list, send, check, wait until processed; each step only where needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.answers import plain
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.files import RemoteFile, purpose, show_file
from datasetkit.modelstudio.fingerprint import Fingerprint, fingerprint
from datasetkit.modelstudio.receipt import Receipt, read_receipt, write_receipt
from datasetkit.modelstudio.sending import Course, Parcel, Voices, place


class Interrupted(KeyboardInterrupt):
    """A Ctrl-C during an upload; str() says whether anything may have arrived."""


def upload_zip(
    path: Path,
    client: Client,
    *,
    ignored: Sequence[str] = (),
    again: bool = False,
    voices: Voices | None = None,
) -> Receipt:
    """Make sure that the service holds ``path``, processed; return its receipt, which then stands beside it.

    Nothing is sent where the receipt or the file list shows the same bytes there, unless ``again``.
    ``ignored`` are the codes of findings that were ignored. Raises DatasetkitError, or Interrupted on a Ctrl-C.
    """
    course = Course()
    try:
        return _upload(path, client, tuple(ignored), again, voices or Voices(), course)
    except KeyboardInterrupt:
        raise Interrupted(course.left_behind(path)) from None


def _upload(
    path: Path, client: Client, ignored: tuple[str, ...], again: bool, voices: Voices, course: Course
) -> Receipt:
    name = _sendable(path)
    printed = fingerprint(path, voices.watch)
    course.size = printed.size
    receipt = None if again else _receipt_held(printed, client, voices.note)
    if receipt is None:
        remote = place(Parcel(printed, name, client, voices, course), again=again)
        course.file_id = remote.id
        _check(remote, printed)
        receipt = _receipt(remote, printed, name, client, ignored)
        _keep(path, receipt, voices.note)
    course.file_id = receipt.file_id
    _wait(receipt.file_id, client, voices.note)
    return receipt


def _sendable(path: Path) -> str:
    if not path.name or not path.name.isprintable():
        raise DatasetkitError(
            f"the file name {path.name!r} can't be sent",
            "Rename it: English letters, digits, - and _ are best.",
        )
    return path.name


def _receipt_held(printed: Fingerprint, client: Client, note: Callable[[str], None]) -> Receipt | None:
    """The receipt beside the zip, if it is for these bytes and this place and the service still has the file."""
    try:
        receipt = read_receipt(printed.path)
    except DatasetkitError as error:  # never a reason not to upload: the file list is asked next
        note(f"{error}; looking at the service instead")
        return None
    if receipt is None:
        return None
    if stale := _stale(receipt, printed, client):
        note(stale)
        return None
    note(f"{printed.path.name} is uploaded already; nothing was sent")
    return receipt


def _stale(receipt: Receipt, printed: Fingerprint, client: Client) -> str:
    """Why ``receipt`` doesn't spare the upload; empty where it does."""
    name, region = printed.path.name, receipt.region
    if receipt.sha256 != printed.sha256:
        return f"{name} has changed since it was uploaded as {receipt.file_id} ({receipt.uploaded})"
    here = receipt.base_url == client.endpoint.base_url or (region and region == client.endpoint.region)
    if not here:
        return f"{name} was uploaded to {region or receipt.base_url} as {receipt.file_id}, not here"
    remote = show_file(client, receipt.file_id)
    if remote is None:
        return f"the service no longer has {receipt.file_id}"
    _check(remote, printed)
    return f"the service calls {remote.id} {plain(remote.status or '')!r}" if remote.failed else ""


def _check(remote: RemoteFile, printed: Fingerprint) -> None:
    """Hold the service's answer against what was sent."""
    if remote.size is not None and remote.size != printed.size:
        raise DatasetkitError(
            f"the service holds {remote.size} bytes under {remote.id}, {printed.path} has {printed.size}",
            f"Something on the way changed it: datasetkit files rm {remote.id}, then send it again.",
        )
    if remote.purpose not in (purpose(), None):
        raise DatasetkitError(
            f"the service holds {remote.id} for the purpose {plain(remote.purpose)!r}, not {purpose()!r}",
            f"A training job won't take it: datasetkit files rm {remote.id}, then send it again.",
        )


def _receipt(remote: RemoteFile, printed: Fingerprint, name: str, client: Client, ignored: tuple[str, ...]) -> Receipt:
    # the service's own time, so that an adopted file has the receipt that its own upload would have had
    when = client.pace.now() if remote.created is None else datetime.fromtimestamp(remote.created, UTC)
    return Receipt(
        sha256=printed.sha256,
        md5=printed.md5,
        bytes=printed.size,
        file_id=remote.id,
        region=client.endpoint.region,
        base_url=client.endpoint.base_url,
        filename=name,
        uploaded=when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        ignored=ignored,
    )


def _keep(path: Path, receipt: Receipt, note: Callable[[str], None]) -> None:
    try:
        write_receipt(path, receipt)
    except DatasetkitError as error:  # the file is up and its id is known: that must not be lost over this
        note(f"{error}; the upload itself is done")


def _wait(file_id: str, client: Client, note: Callable[[str], None]) -> None:
    """Until the service has processed the file; bounded. A file just sent may take a moment to show at all."""
    pace, waited = client.pace, 0.0
    for poll in range(1, pace.polls + 1):
        remote = show_file(client, file_id)
        if (remote is None and poll >= pace.looks) or (remote and remote.failed):
            raise _lost(file_id, remote)
        if remote and remote.status in ("processed", None):
            return
        if poll == 1:
            note(f"{file_id} is {plain(remote.status or '') if remote else 'not shown yet'}; waiting for it")
        delay = min(pace.delay(poll), pace.poll_longest)
        waited += delay
        pace.sleep(delay)
    raise DatasetkitError(
        f"{file_id} is still not processed after {waited:.0f} s",
        "Nothing needs sending again. Run the same command later: it asks for the file's state first.",
    )


def _lost(file_id: str, remote: RemoteFile | None) -> DatasetkitError:
    state = "is not there" if remote is None else f"is {plain(remote.status or '')!r}"
    return DatasetkitError(
        f"the service took {file_id}, but now it {state}",
        "Send it again; if that ends the same, check it with `datasetkit lint ZIP`.",
    )
