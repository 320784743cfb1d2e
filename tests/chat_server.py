"""A stand-in for an OpenAI-compatible server with a vision-language model: real HTTP on loopback, and it can misbehave.

As a program it serves until its stdin ends, and tells clips apart by the times of their frames.
"""

from __future__ import annotations

import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PEOPLE = ["woman", "man", "girl", "boy", "lady", "grandmother", "grandfather"]
PLACES = ["in a park", "on a pier", "in a kitchen", "by a lake", "in a library", "on a roof", "at a station"]
CLOTHES = ["red coat", "blue suit", "green dress", "grey shirt", "yellow scarf", "white gown", "black cap"]
SCENES = ["hill", "wall", "street", "garden", "hall", "river", "forest", "field"]
CHINESE_PEOPLE = [("年轻女子", "她"), ("中年男子", "他"), ("小女孩", "她"), ("小男孩", "他"), ("老奶奶", "她")]
CHINESE_PLACES = ["海边的沙滩", "爬满藤蔓的砖墙", "热闹的夜市", "安静的图书馆", "花园", "积雪的山坡", "地铁站台"]
CHINESE_CLOTHES = ["红色外套", "深蓝西装", "绿色毛衣", "灰色衬衫", "白色长裙", "黑色夹克", "黄色围巾", "条纹上衣"]
SHE = {"woman", "girl", "lady", "grandmother"}
GOOD = "The video begins showing a young woman by a wall. She wears a red coat. The background is a brick wall."
FAULTS: dict[str, Callable[[str], dict[str, Any]]] = {
    "fences": lambda good: {"text": f"```text\n{good}\n```"},
    "json": lambda good: {
        "text": "```json\n" + json.dumps({"caption": good.split("\n")[0], "person": "she"}) + "\n```"
    },
    "thoughts": lambda good: {"text": f"<think>The user wants: The video begins…\n\nOK.</think>\n\n{good}"},
    "preamble": lambda good: {"text": f'Sure! Here is the caption:\n\n"{good}"'},
    "cut": lambda good: {"text": good[:40], "finish": "length"},
    "empty": lambda _good: {"text": ""},
    "no content": lambda _good: {"text": None},
    "language": lambda _good: {"text": "视频开始时，画面中是一位年轻女子。背景是一面砖墙。\n人称：她"},
    "trigger": lambda good: {"text": good.replace(".", " before the s86b5p.", 1)},
    "effect": lambda good: {"text": good.replace(".", " while countless dollar bills pour down.", 1)},
    "same": lambda _good: {"text": f"{GOOD}\nPERSON: she"},
    "hedging": lambda good: {"text": good.replace("showing a", "showing what appears to be a")},
    "long": lambda good: {"text": good.replace("\n", " It is day. A dog sits. A cat sits. Birds sit.\n")},
}


def describe(number: int) -> str:
    """A good answer, another one for each number below 343."""
    who, where = PEOPLE[number % 7], PLACES[(number + number // 7) % 7]
    what, scene = CLOTHES[(3 * number + number // 7) % 7], SCENES[number % 8]
    pronoun = "she" if who in SHE else "he"
    text = f"The video begins showing a {who} {where}. {pronoun.title()} wears a {what}."
    return f"{text} The background is {scene} {number}.\nPERSON: {pronoun}"


def describe_in_chinese(number: int) -> str:
    """A good answer in Chinese, another one for each number below 280."""
    who, pronoun = CHINESE_PEOPLE[number % 5]
    place, worn = CHINESE_PLACES[number % 7], CHINESE_CLOTHES[number % 8]
    return f"视频开始时，画面中是一位{who}。{pronoun}穿着{worn}。背景是{place}。\n人称：{pronoun}"


class ChatServer(ThreadingHTTPServer):
    """The server. Use as a context manager. ``answered`` counts the good responses that went out."""

    daemon_threads = True

    def __init__(self, number: Callable[[ChatServer, dict[str, Any]], int] | None = None, key: str = "") -> None:
        self.number, self.key = number or ChatServer.by_sight, key
        self.requests: list[dict[str, Any]] = []
        self.authorizations: list[str | None] = []
        self.answered: list[str] = []
        self.faults: deque[str] = deque()
        self.always = ""
        self.answer: Callable[[int], str] = describe
        self.in_chinese: Callable[[int], str] | None = None
        self.quoted: tuple[int, str] | None = None
        self.victims: dict[int, Future[subprocess.Popen[bytes]]] = {}
        self.sights: dict[str, int] = {}
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def by_sight(self, body: dict[str, Any]) -> int:
        """Clips in the order in which they were first seen."""
        return self.sights.setdefault(pictures(body)[0], len(self.sights))

    def by_times(self, body: dict[str, Any]) -> int:
        """Clips by when their last frame is shown."""
        number = int(re.findall(r"([\d.]+) s", text(body).split("\n")[0])[-1].replace(".", "")) % 280
        while pictures(body)[0] not in self.sights and number in self.sights.values():
            number += 1  # another clip of the same length
        return self.sights.setdefault(pictures(body)[0], number)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no error of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def text(body: dict[str, Any]) -> str:
    found: str = body["messages"][0]["content"][0]["text"]
    return found


def pictures(body: dict[str, Any]) -> list[str]:
    return [part["image_url"]["url"] for part in body["messages"][0]["content"][1:]]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ChatServer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Quiet."""

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            body = json.loads(raw)
            self.server.requests.append(body)
            self.server.authorizations.append(self.headers.get("Authorization"))
            victim = self.server.victims.pop(len(self.server.requests), None)
            fault = self.server.faults.popleft() if self.server.faults else self.server.always
            number = self.server.number(self.server, body)
        if victim:
            process = victim.result(timeout=60)
            process.kill()
            process.wait()
            self.close_connection = True
        elif self.server.quoted:
            status, words = self.server.quoted
            choice = {"message": {"content": words}, "finish_reason": words}
            self._send(status, {"choices": [choice], "error": {"message": words}})
        elif self.path != "/v1/chat/completions":
            self._send(404, {"error": {"message": "no such path"}})
        elif set(body) - {"model", "temperature", "max_tokens", "messages"}:
            self._send(400, {"error": {"message": f"unknown fields in {sorted(body)}"}})
        elif self.server.key and self.headers.get("Authorization") != f"Bearer {self.server.key}":
            self._send(401, {"error": {"message": "no key"}})
        else:
            in_chinese = "以下是" in text(body) and self.server.in_chinese
            self._fault(fault, (in_chinese or self.server.answer)(number))

    def _fault(self, fault: str, good: str) -> None:
        match fault:
            case "lost":
                self.close_connection = True
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                os.close(self.connection.detach())
            case "busy":
                self._send(429, {"error": {"message": "too many requests"}}, {"Retry-After": "7"})
            case "refused":
                self._send(400, {"error": {"message": "Input data may contain inappropriate content."}})
            case "no model":
                self._send(404, {"error": {"message": "model not found"}})
            case "no choices":
                self._send(200, {"choices": []})
            case "":
                self._answer(good)
            case _:
                self._answer(**FAULTS[fault](good))

    def _answer(self, text: str | None, finish: str = "stop") -> None:
        self.server.answered.append(text or "")
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
        usage = {"prompt_tokens": 3650, "completion_tokens": 60, "total_tokens": 3710}
        self._send(200, {"id": "chatcmpl-1", "object": "chat.completion", "choices": [choice], "usage": usage})

    def _send(self, status: int, record: object, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(record).encode()
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | (headers or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve until stdin ends."""
    with ChatServer(ChatServer.by_times) as server:
        server.in_chinese = describe_in_chinese
        print(server.base_url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
