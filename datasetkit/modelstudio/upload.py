"""The whole upload: hash, receipt, file list, send, check, wait until processed; each step only where needed."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path

from datasetkit.errors import DatasetkitError
from datasetkit.model import Progress
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import Key, fact, read_key, resolve
from datasetkit.modelstudio.files import RemoteFile, file_md5, list_files, send_file, show_file
from datasetkit.modelstudio.pace import Pace, duration
from datasetkit.modelstudio.zips import OpenZip, Receipt, only_upload, read_receipt, write_receipt

_LATER = "Nothing needs sending again. Run the same command later: it asks for the file's state first."
_LOOKS_FIRST = "Run the same command again later: it looks at the file list before it sends anything."


class Interrupted(KeyboardInterrupt):
    """A Ctrl-C during an upload; str() says whether anything may have arrived."""


def upload(
    zip_path: str | os.PathLike[str],
    *,
    region: str | None = None,
    base_url: str | None = None,
    workspace: str | None = None,
    key: str | None = None,
    ignored: Sequence[str] = (),
    again: bool = False,
    timeout: float | None = None,
    progress: Progress | None = None,
    note: Callable[[str], object] | None = None,
    pace: Pace | None = None,
) -> Receipt:
    """Make sure that the service holds a zip, ready for training, and return its receipt. The zip is not checked.

    Nothing is sent if the receipt beside the zip or the service's file list shows the same bytes there, unless
    ``again``. The receipt is then written beside the zip. A second upload of the same zip waits for the first.

    ``region`` is `singapore` or `beijing`, ``base_url`` what precedes `/files` on another host, ``workspace`` a
    workspace's id. By default datasetkit.toml beside the zip or in the current folder says where, else the environment.
    ``key`` is by default DASHSCOPE_API_KEY. ``ignored`` are codes of ignored findings, for the receipt. ``timeout`` is
    in seconds, by default 15 minutes and the time that the zip takes at 100 kB/s. ``progress`` is called while the zip
    is hashed and sent; ``note`` gets a line about what is worth knowing, such as a pause before another try.

    Raises DatasetkitError if it fails; Interrupted, a KeyboardInterrupt, on Ctrl-C.
    """
    path = Path(zip_path)
    endpoint = resolve(path.parent, Path(), region=region, base_url=base_url, workspace=workspace)
    with Client(endpoint, Key(key) if key else read_key(os.environ), pace=pace, note=note) as client:
        return upload_zip(path, client, ignored=ignored, again=again, timeout=timeout, progress=progress)


def upload_zip(
    path: Path,
    client: Client,
    *,
    ignored: Sequence[str] = (),
    again: bool = False,
    timeout: float | None = None,
    progress: Progress | None = None,
) -> Receipt:
    """As `upload`, with an open client."""
    content: OpenZip | None = None
    receipt: Receipt | None = None
    try:
        with OpenZip(path, progress) as content, only_upload(path, client):
            client.start(timeout or client.pace.limit + content.size / client.pace.bytes_per_second)
            receipt = None if again else _usable_receipt(content, client)
            if receipt is None:
                receipt = _store(content, client, tuple(ignored), again=again)
            _wait(receipt.file_id, client)
            return receipt
    except KeyboardInterrupt:
        raise Interrupted(_left_behind(path, content, receipt)) from None


def _usable_receipt(content: OpenZip, client: Client) -> Receipt | None:
    """The receipt beside the zip, if it is for these bytes and this place and the service still has the file."""
    receipt = read_receipt(content.path, client.note)
    if receipt is None:
        return None
    stale = _stale(receipt, content, client)
    client.note(stale or f"{content.path.name} is uploaded already; nothing was sent")
    return None if stale else receipt


def _stale(receipt: Receipt, content: OpenZip, client: Client) -> str:
    """Why the zip must be sent although there is a ``receipt``; empty if it needn't."""
    name, region = content.path.name, receipt.region
    if receipt.sha256 != content.sha256:
        return f"{name} has changed since it was uploaded as {receipt.file_id} ({receipt.uploaded})"
    if receipt.base_url != client.endpoint.base_url and (region is None or region != client.endpoint.region):
        return f"{name} was uploaded to {region or receipt.base_url} as {receipt.file_id}, not here"
    remote = show_file(client, receipt.file_id)
    if remote is None:
        return f"the service no longer has {receipt.file_id}"
    _require_same(remote, content)
    return f"the service calls {remote.id} {remote.status!r}" if remote.failed else ""


def _store(content: OpenZip, client: Client, ignored: tuple[str, ...], *, again: bool) -> Receipt:
    remote = _find_or_send(content, client, again=again)
    _require_same(remote, content)
    # the service's own time, so that a file found there has the receipt that its own upload would have had
    when = client.pace.now() if remote.created is None else datetime.fromtimestamp(remote.created, UTC)
    receipt = Receipt(
        sha256=content.sha256,
        md5=content.md5,
        bytes=content.size,
        file_id=remote.id,
        region=client.endpoint.region,
        base_url=client.endpoint.base_url,
        filename=content.path.name,
        uploaded=when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        ignored=ignored,
    )
    try:
        write_receipt(content.path, receipt)
    except DatasetkitError as error:  # the file is up and its id is known: that must not be lost over this
        client.note(f"{error}; but the upload succeeded: the file id is {remote.id}")
    return receipt


def _find_or_send(content: OpenZip, client: Client, *, again: bool) -> RemoteFile:
    """The file with the zip's bytes on the service: one that is there (unless ``again``), or a newly sent one."""
    name, candidates = content.path.name, _candidates(content, client)
    if not again and (there := _identical(content, client, candidates)):
        client.note(f"{name} is on the service already as {there.id} (same name, size and MD5); nothing was sent")
        return there
    client.note(
        f"sending {name} to {client.endpoint.host} ({content.size / 1e6:,.2f} MB, sha256 {content.sha256}); "
        f"time limit {duration(client.left)}"
    )
    before = {file.id for file in candidates}
    try:
        return client.retry(
            lambda: send_file(client, name, content),
            client.pace.sends,
            lambda fault: _arrived(content, client, fault, before),
        )
    except ServiceError as fault:
        tries = f" (sent {fault.attempts} times)" if fault.attempts > 1 else ""
        if fault.uncertain:
            raise DatasetkitError(f"{fault}{tries}. {name} isn't in the file list.", _LOOKS_FIRST) from None
        raise DatasetkitError(f"{fault}{tries}. Nothing was stored.", fault.next_step) from None


def _candidates(content: OpenZip, client: Client) -> list[RemoteFile]:
    """The usable files on the service with the zip's name and size, oldest first."""
    purpose, wanted = fact("purpose"), (content.size, _comparable(content.path.name))
    files = (file for file in list_files(client, purpose) if (file.size, _comparable(file.filename)) == wanted)
    usable = (file for file in files if file.purpose in (purpose, None) and not file.failed)
    return sorted(usable, key=lambda file: (file.created or 0, file.id))


def _comparable(name: str) -> str:
    """A file's name however accents are composed, and however a form's quotes and backslashes were read."""
    return re.sub(r'(%22|["\\])+', "_", unicodedata.normalize("NFC", name))


def _identical(content: OpenZip, client: Client, candidates: list[RemoteFile]) -> RemoteFile | None:
    """The one of the ``candidates`` that has the zip's MD5.

    Raises DatasetkitError if the service gives no MD5: with the same name and size it may be an older version.
    """
    silent = ""
    for file in candidates:
        md5 = file_md5(client, file.id)
        if md5 == content.md5:
            return file
        silent = file.id if md5 is None else silent
    if silent:
        raise DatasetkitError(
            f"{silent} on the service has the same name and size as {content.path}, but no MD5 to compare",
            f"Use {silent} if you know it is this zip. Otherwise delete it (`datasetkit files rm {silent}`), or send "
            "again with --again.",
        )
    return None


def _arrived(content: OpenZip, client: Client, fault: ServiceError, before: Collection[str]) -> RemoteFile | None:
    """The file that a failed upload left on the service, if it did. Asked more than once: it may be late.

    ``before`` are the ids of candidates that were there before.
    """
    for look in range(1, client.pace.looks + 1):
        client.pace.sleep(client.pace.delay(look))
        try:
            new = [file for file in _candidates(content, client) if file.id not in before]
            found = next((file for file in new if file_md5(client, file.id) in (content.md5, None)), None)
        except ServiceError as second:
            raise DatasetkitError(
                f"{fault}. {content.path.name} may have arrived; listing the files failed too ({second})",
                _LOOKS_FIRST,
            ) from None
        if found:
            client.note(f"{fault}; but the file did arrive, as {found.id}")
            return found
    return None


def _require_same(remote: RemoteFile, content: OpenZip) -> None:
    """Raise DatasetkitError if the service's record doesn't fit what was sent."""
    purpose = fact("purpose")
    if remote.size not in (content.size, None) or remote.purpose not in (purpose, None):
        raise DatasetkitError(
            f"{remote.id} on the service has {remote.size} bytes and purpose {remote.purpose!r}, "
            f"but {content.path} has {content.size} bytes and purpose {purpose!r}",
            f"Delete it with `datasetkit files rm {remote.id}`, then send the zip again.",
        )


def _wait(file_id: str, client: Client) -> None:
    """Until the service has processed the file. A file just sent may take a moment to show at all."""
    pace, poll = client.pace, 0
    while True:
        poll += 1
        try:
            remote = show_file(client, file_id)
        except ServiceError as fault:
            raise DatasetkitError(f"{file_id} is stored, but checking its status failed: {fault}", _LATER) from None
        state = remote.status or "processed" if remote else "not there"
        if state == "processed":
            return
        if (remote is None and poll >= pace.looks) or (remote and remote.failed):
            raise DatasetkitError(
                f"the service accepted {file_id}, but now says it is {state}", "Run the same command again."
            )
        if poll == 1:
            client.note(f"{file_id} is {state}; waiting for it")
        delay = min(pace.delay(poll), pace.poll_longest)
        if delay > client.left:
            raise DatasetkitError(f"{file_id} is stored, but wasn't processed within {duration(client.limit)}", _LATER)
        pace.sleep(delay)


def _left_behind(path: Path, content: OpenZip | None, receipt: Receipt | None) -> str:
    """What the service may hold of ``path`` after a Ctrl-C, and the next step."""
    if receipt:
        return f"Stopped. {path} is on the service as {receipt.file_id}; run the same command again to wait for it."
    if content is None or content.sent == 0:
        return f"Stopped. Nothing of {path} was sent."
    if content.sent < content.size:
        sent = f"{content.sent} of {content.size} bytes of {path} were sent, which the service should drop"
    else:
        sent = f"All of {path} was sent and may have arrived"
    step = "Run the same command again: it checks whether the zip arrived, and sends it only if it didn't."
    return f"Stopped. {sent}. {step}"
