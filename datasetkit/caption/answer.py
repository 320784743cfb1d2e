"""A model's answer read as a caption: thoughts, fences, JSON, chatter and quotation marks taken away. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from datasetkit.prompts.slots import CASES, Person
from datasetkit.prompts.tidy import tidy

_THOUGHT = re.compile(r"\A.*</think>|<think>.*\Z", re.DOTALL | re.IGNORECASE)  # one without an end is all thought
_FENCE = re.compile(r"```[\w-]*[ \t]*\n(.*?)\n?[ \t]*```", re.DOTALL)
_PERSON = re.compile(r"[\s*_]*(?:PERSON|PRONOUN|人称|代词)[\s*_]*[:：][\s*_\"'“]*([^\W\d_]+)[^\n]*\s*\Z", re.IGNORECASE)
_OPENED = re.compile(r'\A"(?=[^"]*\Z)|\A“(?=[^”]*\Z)')  # a quotation mark that ended behind the person
_CAPTION_KEYS = ("caption", "description", "prompt", "text", "描述")
_PERSON_KEYS = ("person", "pronoun", "人称")
_PRONOUNS = {word: person for case in CASES.values() for word, person in case.items()}


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """The ``caption`` in an answer, tidied, "" if there is none; and the ``person`` that it names."""

    caption: str
    person: Person | None = None


NO_ANSWER = ReadAnswer("")
"""Nothing was answered."""


def read_answer(text: str) -> ReadAnswer:
    """What an answer says, whatever is around it."""
    bare = _THOUGHT.sub("", text).strip()
    if fenced := _FENCE.search(bare):
        bare = f"{fenced[1]}\n{bare[fenced.end() :]}".strip()
    if (found := _from_json(bare)) is not None:
        return found
    named = _PERSON.search(bare)
    caption = tidy(bare[: named.start()] if named else bare).text
    return ReadAnswer(_OPENED.sub("", caption), _person(named[1]) if named else None)


def _from_json(text: str) -> ReadAnswer | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    values = {key.lower(): value for key, value in found.items() if isinstance(value, str)}
    caption = next((values[key] for key in _CAPTION_KEYS if key in values), "")
    return ReadAnswer(tidy(caption).text, _person(next((values[key] for key in _PERSON_KEYS if key in values), "")))


def _person(word: str) -> Person | None:
    return _PRONOUNS.get(word.strip().lower())
