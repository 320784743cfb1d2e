"""Files that the service links to: fetched without the key, whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from datasetkit.errors import DatasetkitError
from datasetkit.files import new_file
from datasetkit.model import Progress
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import LOOPBACK, Endpoint, fact

_EXPIRED = "The link may have expired. Run the same command again: it asks for a new one."


def download(
    url: str,
    target: Path,
    client: Client,
    *,
    verify: Callable[[Path], object],
    force: bool = False,
    progress: Progress | None = None,
) -> None:
    """Write what ``url`` links to to ``target``, if ``verify`` raises nothing about it. Nothing is left otherwise.

    The time and the pauses are those of ``client``, whose key isn't sent. Redirects are refused. Raises ServiceError
    with the status of a refusal (403: the link has expired), DatasetkitError for an unsafe link or one too long.
    """
    origin = _origin(url)
    with (
        Client(Endpoint(origin), None, pace=client.pace, note=client.note) as other,
        new_file(target, size=0, force=force) as part,
    ):
        other.start(client.left)
        other.retry(lambda: other.get(url, lambda answer: _save(answer, part, progress)), client.pace.attempts)
        verify(part)


def _origin(url: str) -> str:
    """Scheme and host of a link. Raises DatasetkitError, without the link, if others could read what it leads to."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise DatasetkitError("the service gave a link that is no URL", "Try again later.") from None
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    if not secure or parts.username is not None or not re.fullmatch(r"[A-Za-z0-9._:-]+", host):
        raise DatasetkitError(f"the service gave a link that isn't HTTPS: {parts.scheme}://{host}", "Try again later.")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else "")


def _save(answer: httpx.Response, part: Path, progress: Progress | None) -> None:
    if answer.status_code != 200:
        temporary = answer.status_code in (429, 500, 502, 503, 504)
        message = f"{answer.url.host} answered {answer.status_code} to the download"
        raise ServiceError(message, _EXPIRED, status=answer.status_code, temporary=temporary)
    most, total = fact("download_bytes"), int(answer.headers.get("content-length") or 0)
    done = 0
    with part.open("wb") as sink:
        for piece in answer.iter_bytes():
            done += len(piece)
            if done > most:
                raise DatasetkitError(f"the download is longer than {most // 2**20:,} MB", "Nothing of it was kept.")
            sink.write(piece)
            if progress:
                progress("downloading", done, max(total, done))
