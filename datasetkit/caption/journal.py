"""The captions journal: every answer that was paid for, what was written of them, and what a person accepted. Pure.

It is a file of JSON lines that only grows. A line that a killed run left half-written is skipped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NAME = "captions.journal.jsonl"
"""The journal's file name, beside data.jsonl."""


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """What makes an answer the same: the clip's bytes, who was asked, how many frames, with which words, which try."""

    sha256: str
    captioner: str
    frames: int
    instruction: str
    attempt: int


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer as it came: its text, why it ended, and the tokens in and out where the server said so."""

    text: str
    finish: str
    tokens_in: int | None = None
    tokens_out: int | None = None


@dataclass(frozen=True, slots=True)
class CaptionJournal:
    """What a journal says. ``unreviewed`` are the captions that a model wrote and nobody accepted, by their clip."""

    answers: Mapping[AnswerKey, KeptAnswer]
    unreviewed: Mapping[str, str]


def digest(*texts: str) -> str:
    """A short name for the words of an instruction."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def read_journal(data: bytes) -> CaptionJournal:
    """The journal in a file's bytes; lines that aren't a journal's are skipped."""
    answers: dict[AnswerKey, KeptAnswer] = {}
    unreviewed: dict[str, str] = {}
    for record in _records(data):
        match record:
            case {"answer": str(text), "finish": str(finish)} if (key := _key(record)) is not None:
                answers[key] = KeptAnswer(text, finish, _number(record, "tokens_in"), _number(record, "tokens_out"))
            case {"written": str(clip), "caption": str(caption)}:
                unreviewed[clip] = caption
            case {"accepted": str(clip), "caption": str(caption)} if unreviewed.get(clip) == caption:
                del unreviewed[clip]
    return CaptionJournal(answers, unreviewed)


def answer_line(clip: str, key: AnswerKey, answer: KeptAnswer) -> bytes:
    """The line that keeps an answer about a clip."""
    values = {"clip": clip, "sha256": key.sha256, "captioner": key.captioner, "frames": key.frames}
    values |= {"instruction": key.instruction, "attempt": key.attempt, "answer": answer.text, "finish": answer.finish}
    return _line(values | {"tokens_in": answer.tokens_in, "tokens_out": answer.tokens_out})


def written_line(clip: str, caption: str) -> bytes:
    """The line that says which caption was written into data.jsonl for a clip."""
    return _line({"written": clip, "caption": caption})


def accepted_line(clip: str, caption: str) -> bytes:
    """The line that says that a person accepted a clip's caption."""
    return _line({"accepted": clip, "caption": caption})


def _line(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def _records(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.split(b"\n"):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(record, dict):
            yield record


def _key(record: Mapping[str, Any]) -> AnswerKey | None:
    match record:
        case {
            "sha256": str(sha256),
            "captioner": str(captioner),
            "frames": int(frames),
            "instruction": str(instruction),
            "attempt": int(attempt),
        }:
            return AnswerKey(sha256, captioner, frames, instruction, attempt)
    return None


def _number(record: Mapping[str, Any], name: str) -> int | None:
    value = record.get(name)
    return value if isinstance(value, int) and value >= 0 else None
