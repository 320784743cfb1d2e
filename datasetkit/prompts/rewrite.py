"""The prompts of a data.jsonl as they should read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from datasetkit.prompts.effect import Effect
from datasetkit.prompts.normalize import Normalized, normalize
from datasetkit.prompts.tidy import tidy
from datasetkit.prompts.worddiff import word_diff

_CONTEXT = 3  # words shown beside a change


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A line's prompt before and after.

    ``left`` says why a prompt was left as it is, "" where it wasn't; ``tail`` is what was kept behind the effect.
    """

    line: int
    before: str
    after: str
    left: str = ""
    tail: str = ""

    @property
    def changed(self) -> bool:
        """Whether the prompt would be another."""
        return self.before != self.after

    @property
    def diff(self) -> str:
        """The change as a word diff; a change of white space alone is said in words."""
        return word_diff(self.before, self.after, _CONTEXT) or "white space"


def rewrite(records: Iterable[tuple[int, Mapping[str, object]]], effect: Effect) -> Iterator[Rewrite]:
    """Each numbered record's prompt, normalized; of samples that lack the effect on purpose only tidied."""
    for line, record in records:
        prompt = record.get("prompt")
        if not isinstance(prompt, str):
            continue
        if not {record.get("video_path"), record.get("first_frame_path")}.isdisjoint(effect.absent_in):
            yield Rewrite(line, prompt, tidy(prompt).text)
        else:
            yield _rewritten(line, normalize(prompt, effect))


def _rewritten(line: int, result: Normalized) -> Rewrite:
    left = "" if result.decided else f"{result.reason}: {result.note}"
    return Rewrite(line, result.before, result.text, left, result.tail)
