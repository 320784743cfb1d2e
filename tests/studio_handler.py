"""The stand-in server's answers, right and wrong. What the documents don't say is decided strictly."""

from __future__ import annotations

import json
import os
import re
import socket
import struct
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from studio_multipart import MalformedError, Part, Reader, decoded
from studio_runs import RefusalError, route
from studio_state import COMPATIBLE, KEY, NATIVE, PURPOSES, Misdeed, Seen, Stored, StrikeError

if TYPE_CHECKING:
    from studio import Studio


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Studio
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Quiet: tests look at `Studio.requests`."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        self._seen = Seen(self.command, self.path, list(self.headers.items()))
        self.server.requests.append(self._seen)
        self._left = int(self.headers.get("Content-Length") or 0)
        self._misdeed = self.server.next_misdeed(self._seen.call)
        self._count(1)
        try:
            if self._misdeed and self._misdeed.after == 0:
                raise StrikeError
            self._judge()
        except StrikeError:
            self._strike()
        finally:
            self._count(-1)

    def _count(self, step: int) -> None:
        with self.server.idle:
            self.server.busy += step
            self.server.idle.notify_all()

    def _judge(self) -> None:
        if self._seen.call == "download":
            self._download()
        elif self.headers.get_all("Authorization") != [f"Bearer {KEY}"]:
            self._refuse(401, "invalid_api_key", f"Incorrect API key provided: {self.headers.get('Authorization')}")
        elif self.server.over_limit(self._seen.call):
            self._refuse(429, "limit_requests", "You exceeded your current request limit", {"Retry-After": "1"})
        elif self._seen.call == "native":
            self._native()
        elif found := route(self.command, urlsplit(self.path).path.removeprefix(f"{NATIVE}/")):
            self._run(*found)
        else:
            getattr(self, f"_{self._seen.call}")()

    # The calls

    def _upload(self) -> None:
        if urlsplit(self.path).path != f"{COMPATIBLE}/files":
            return self._refuse(404, "not_found", "no such path")
        if self._left > self.server.largest:
            return self._refuse(413, "too_large", "the body is too large")
        path = self.server.new_path()
        try:
            with path.open("wb") as sink:
                parts = Reader(self._read, self.headers.get("Content-Type", ""), sink).parts()
        except MalformedError as error:
            return self._refuse(400, "invalid_request_error", str(error))
        if fault := _form_fault(parts):
            return self._refuse(400, "invalid_request_error", fault)
        misdeed = self._misdeed
        if misdeed and misdeed.deed != "edit" and not misdeed.store:
            raise StrikeError
        named = {part.name: part for part in parts}
        file, purpose = named["file"], named["purpose"].text.decode()
        hidden = misdeed.hidden if misdeed else 0
        filename = decoded(file.filename or "") if self.server.names_decoded else file.filename or ""
        return self._answer(self.server.add(filename, file.size, purpose, path, hidden).record())

    def _list(self) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if set(query) - {"after", "limit", "purpose"} or not re.fullmatch(r"[1-9]\d{0,4}", query.get("limit", "10000")):
            return self._refuse(400, "invalid_request_error", f"the query is {query}")
        if self.server.endless:
            page = [{"id": f"file-ft-{len(self.server.requests)}-{number}"} for number in range(int(query["limit"]))]
            return self._answer({"object": "list", "data": page, "has_more": True})
        with self.server.lock:
            stored = sorted(self.server.files.values(), key=lambda file: file.created, reverse=True)
            shown = [file for file in stored if not file.hidden]
            for file in stored:
                file.hidden -= file.hidden > 0
        files = [file for file in shown if query.get("purpose") in (None, file.purpose)]
        if after := query.get("after"):
            places = [place for place, file in enumerate(files) if file.id == after]
            if not places:
                return self._refuse(400, "invalid_request_error", f"no file {after}")
            files = files[places[0] + 1 :]
        limit = int(query.get("limit", 10000))
        page = [file.record() for file in files[:limit]]
        return self._answer({"object": "list", "data": page, "has_more": len(files) > limit})

    def _show(self) -> None:
        stored = self._named()
        if stored is None:
            return self._refuse(404, "not_found", "No such File object")
        record = stored.record()
        stored.polls -= stored.polls > 0
        return self._answer(record)

    def _delete(self) -> None:
        stored = self._named()
        if stored is None:
            return self._refuse(404, "not_found", "No such File object")
        if self._misdeed and not self._misdeed.store:
            raise StrikeError
        del self.server.files[stored.id]
        if self.server.keep:
            stored.path.unlink()
        return self._answer({"id": stored.id, "object": "file", "deleted": True})

    def _native(self) -> None:
        stored = self._named()
        if stored is None or not self.server.md5_known:
            return self._send(400, {"code": "InvalidParameter", "message": "file not found", "request_id": self._id()})
        return self._answer({"data": stored.native(), "request_id": self._id()})

    def _run(self, call: str, ids: tuple[str, ...]) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        body = json.loads(b"".join(iter(lambda: self._read(65536), b"")) or b"null")
        if self._misdeed and self._misdeed.deed != "edit" and not self._misdeed.store:
            raise StrikeError
        try:
            with self.server.lock:
                answer = self.server.runs.answer(call, ids, query, body, self.headers)
        except RefusalError as error:
            status, code, message = error.args
            return self._send(status, {"code": code, "message": message, "request_id": self._id()})
        return self._answer({"request_id": self._id()} | answer)

    def _download(self) -> None:
        """A signed link: whoever has it may fetch it, and a key has no business there."""
        if self._misdeed:
            raise StrikeError
        try:
            assert "Authorization" not in self.headers
            content = self.server.runs.fetch(urlsplit(self.path).path.rpartition("/")[2])
        except RefusalError as error:
            return self._send_bytes(error.args[0], b"<Error>expired</Error>", {"Content-Type": "application/xml"})
        return self._send_bytes(200, content, {"Content-Type": "video/mp4"})

    def _named(self) -> Stored | None:
        return self.server.files.get(urlsplit(self.path).path.rpartition("/")[2])

    # Reading and answering

    def _read(self, size: int) -> bytes:
        misdeed = self._misdeed
        if misdeed and misdeed.after is not None:
            if self._seen.body >= misdeed.after:
                raise StrikeError
            size = min(size, misdeed.after - self._seen.body)
        piece = self.rfile.read1(min(size, self._left)) if self._left else b""
        self._left -= len(piece)
        self._seen.body += len(piece)
        self._seen.head += piece[: max(0, 65536 - len(self._seen.head))]
        return piece

    def _id(self) -> str:
        return f"req-{len(self.server.requests):04d}"

    def _answer(self, record: dict[str, Any]) -> None:
        """A good answer, unless a misdeed makes something else of it."""
        misdeed = self._misdeed
        if misdeed and misdeed.deed == "edit":
            return self._send(200, record | misdeed.changes)
        if misdeed:
            self._good = record
            raise StrikeError
        return self._send(200, record)

    def _refuse(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
        self._send(status, {"error": error, "request_id": self._id()}, headers)

    def _send(self, status: int, record: object, headers: dict[str, str] | None = None) -> None:
        self._send_bytes(status, json.dumps(record).encode(), {"Content-Type": "application/json"} | (headers or {}))

    def _send_bytes(self, status: int, body: bytes, headers: dict[str, str], drain: bool = True) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        if self._left and drain:
            self._drain()
        self.close_connection = self.close_connection or bool(self._left)

    def _drain(self) -> None:
        self._misdeed = None
        with suppress(ConnectionError):
            while self._read(2**20):
                pass

    # Misdeeds

    def _strike(self) -> None:
        misdeed = self._misdeed
        assert misdeed is not None
        getattr(self, f"_do_{misdeed.deed}")(misdeed)

    def _do_answer(self, misdeed: Misdeed) -> None:
        self._send_bytes(misdeed.status, misdeed.body, misdeed.headers, misdeed.drain)
        if self._left:
            self._reset()

    def _do_truncate(self, misdeed: Misdeed) -> None:
        body = json.dumps(getattr(self, "_good", {})).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self.close_connection = True

    def _do_stall(self, misdeed: Misdeed) -> None:
        self.server.stalled.set()
        self.server.released.wait()
        self.close_connection = True

    def _do_drip(self, misdeed: Misdeed) -> None:
        """A byte of the answer now and then, until the client has had enough."""
        with suppress(OSError):
            self.wfile.write(misdeed.body)
            while not self.server.released.wait(0.02):
                self.wfile.write(b"x")
        self.close_connection = True

    def _do_kill(self, misdeed: Misdeed) -> None:
        assert misdeed.victim is not None
        victim = misdeed.victim.result(timeout=60)
        victim.kill()
        victim.wait()
        self.close_connection = True

    def _do_reset(self, misdeed: Misdeed) -> None:
        self._reset()

    def _reset(self) -> None:
        """Close with RST, as a crashed server or an impatient middlebox does."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())


def _form_fault(parts: list[Part]) -> str:
    """Why the form is refused: it must hold exactly a file and a purpose."""
    names = sorted(part.name for part in parts)
    if names != ["file", "purpose"]:
        return f"the fields are {names}"
    named = {part.name: part for part in parts}
    if not named["file"].filename or named["purpose"].filename:
        return "file must be a file, purpose a value"
    purpose = named["purpose"].text.decode("utf-8", "replace")
    return "" if purpose in PURPOSES else f"the purpose is {purpose!r}"
