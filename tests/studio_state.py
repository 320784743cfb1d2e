"""What the stand-in server knows: requests seen, files stored, misdeeds to do."""

from __future__ import annotations

import hashlib
import subprocess
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from studio_runs import route

KEY = "sk-0123456789abcdef-the-test-key"
CREATED = 1766127125  # the created_at of the platform's own example
COMPATIBLE, NATIVE = "/compatible-mode/v1", "/api/v1"
PURPOSES = ("fine-tune", "file-extract", "batch")


@dataclass
class Seen:
    """A request as the server saw it: ``body`` counts its bytes, ``head`` holds the first of them."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: int = 0
    head: bytes = b""

    @property
    def call(self) -> str:
        path = urlsplit(self.target).path
        if path.startswith("/download/"):
            return "download"
        if path.startswith(NATIVE):
            found = route(self.method, path.removeprefix(f"{NATIVE}/"))
            return found[0] if found else "native"
        one = path != f"{COMPATIBLE}/files"
        return {"POST": "upload", "DELETE": "delete"}.get(self.method, "show" if one else "list")


@dataclass
class Stored:
    """A file of the service. ``hidden`` lists go by before it shows, ``polls`` looks at it before it is processed."""

    id: str
    filename: str
    size: int
    purpose: str
    created: int
    path: Path
    hidden: int = 0
    polls: int = 0
    status: str = "processed"

    def record(self) -> dict[str, object]:
        return {
            "id": self.id,
            "object": "file",
            "bytes": self.size,
            "filename": self.filename,
            "purpose": self.purpose,
            "status": "processing" if self.polls else self.status,
            "created_at": self.created,
        }

    def native(self) -> dict[str, object]:
        with self.path.open("rb") as stream:
            md5 = hashlib.file_digest(stream, "md5").hexdigest()
        made = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self.created))
        common = {"file_id": self.id, "name": self.filename, "description": "", "size": self.size, "md5": md5}
        return common | {"gmt_create": made, "url": "https://example.invalid/signed", "purpose": self.purpose}


@dataclass
class Misdeed:
    """How one request goes wrong.

    It strikes after ``after`` bytes of the body, None: after all of it. ``store``: the file is kept all the same, and
    the first ``hidden`` lists don't show it. ``deed`` is reset (RST), stall (until the server closes), answer
    (``status``, ``body``, ``headers``; with ``drain`` the rest of the request is still read), drip (``body``, then byte
    by byte without end), truncate (half an answer), kill (``victim``, a client) or edit (the true answer with
    ``changes``).
    """

    deed: str
    after: int | None = None
    store: bool = False
    hidden: int = 0
    status: int = 500
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    drain: bool = False
    changes: dict[str, Any] = field(default_factory=dict)
    victim: Future[subprocess.Popen[bytes]] | None = None


class StrikeError(Exception):
    """The moment for a misdeed has come."""
