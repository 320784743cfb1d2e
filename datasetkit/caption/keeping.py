"""The captions journal on disk: it grows by whole lines, each safe on the disk before work goes on."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from datasetkit.caption.journal import (
    NAME,
    AnswerKey,
    KeptAnswer,
    accepted_line,
    answer_line,
    read_journal,
    written_line,
)
from datasetkit.errors import DatasetkitError
from datasetkit.files import unwritable


class JournalFile:
    """The journal beside a data.jsonl. For use by several threads of one run."""

    def __init__(self, folder: Path) -> None:
        """Read the journal of the dataset in ``folder``. Raises DatasetkitError if it can't be read."""
        self.path = folder / NAME
        self._lock = threading.Lock()
        try:
            data = self.path.read_bytes() if self.path.exists() else b""
        except OSError as error:
            raise DatasetkitError(f"can't read {self.path}: {error.strerror}", "Check its permissions.") from error
        self._answers = dict(read_journal(data).answers)
        self.unreviewed = dict(read_journal(data).unreviewed)
        self._begun = data.endswith(b"\n") or not data  # else a killed run left half a line

    def answer(self, key: AnswerKey) -> KeptAnswer | None:
        """The answer that was paid for before."""
        with self._lock:
            return self._answers.get(key)

    def keep(self, clip: str, key: AnswerKey, answer: KeptAnswer) -> None:
        """Keep an answer about a clip. Raises DatasetkitError if the journal can't be written."""
        with self._lock:
            self._append(answer_line(clip, key, answer))
            self._answers[key] = answer

    def written(self, captions: dict[str, str]) -> None:
        """Say that these captions, by their clip, are in data.jsonl as a model wrote them."""
        with self._lock:
            self._append(b"".join(written_line(clip, caption) for clip, caption in captions.items()))
            self.unreviewed |= captions

    def accept(self, captions: dict[str, str]) -> None:
        """Say that a person accepted these captions, by their clip."""
        with self._lock:
            self._append(b"".join(accepted_line(clip, caption) for clip, caption in captions.items()))

    def _append(self, lines: bytes) -> None:
        if not lines:
            return
        try:
            with self.path.open("ab") as file:
                file.write(lines if self._begun else b"\n" + lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise unwritable(self.path, error) from error
        self._begun = True
