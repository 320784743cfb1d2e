"""Which captions are refused, and why. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from datasetkit.caption.answer import ReadAnswer
from datasetkit.caption.instruction import Language, caption_fact
from datasetkit.prompts.person import decide
from datasetkit.prompts.place import split_prompt
from datasetkit.prompts.sets import repeated_subjects
from datasetkit.prompts.slots import placeholders, resolved
from datasetkit.prompts.template import Effect, Persons
from datasetkit.prompts.trigger import find_triggers
from datasetkit.prompts.words import LISTS, PRONOUNS, WORD, content_stems, is_chinese, split_sentences, stems

_CLAUSE = re.compile(r"[,;:.!?，；：。！？、…]|\b(?:while|when|as|then|and|with|before|until)\b", re.IGNORECASE)
_ASIDE = re.compile(r"\([^)]*\)|（[^）]*）")
_ENGLISH = LISTS["small"] | PRONOUNS
_SCENERY = frozenset(stems("background foreground scene video clip"))


def refusal(
    answer: ReadAnswer, finish: str, language: Language, effect: Effect | None, others: Mapping[str, str]
) -> str:
    """Why a caption is refused, as the end of "it …"; "" for a good one.

    ``finish`` is the server's reason for the end of the answer. ``others`` are the captions of other clips, each with
    the clip's name.
    """
    return motion_refusal(answer, finish, language) or next(_faults(answer, effect, others), "")


def motion_refusal(answer: ReadAnswer, finish: str, language: Language) -> str:
    """Why any description is refused, be it of a subject or of motion; "" for a good one."""
    if finish == "length":
        return f"is cut off after {caption_fact('request', 'answer_tokens')} tokens"
    if finish == "content_filter":
        return "was stopped by the server's content filter"
    if not any(map(str.isalpha, answer.caption)):
        return "is empty"
    if found := _match("refusals", answer.caption):
        return f'is no caption: "{found}"'
    if not _is_in(language, answer.caption):
        return f"isn't in {'Chinese' if language is Language.CHINESE else 'English'}"
    found = _match("hedges", answer.caption)
    return f'is unsure: "{found}"' if found else ""


def _faults(answer: ReadAnswer, effect: Effect | None, others: Mapping[str, str]) -> Iterator[str]:
    caption = answer.caption
    if blanks := placeholders(caption):
        yield f'leaves a blank: "{blanks[0]}"'
    if effect is not None:
        yield from _effect_faults(answer, effect)
    most, sentences = caption_fact("guards", "sentences_high"), len(split_sentences(caption))
    if sentences > most:
        yield f"has {sentences} sentences; the limit is {most}"
    if same := next((name for text, name in others.items() if repeated_subjects([caption, text])), None):
        yield f"has the same words as the caption of {same}"


def _match(name: str, caption: str) -> str:
    found = re.search("|".join(caption_fact("guards", name)), caption, re.IGNORECASE)
    return found[0] if found else ""


def _is_in(language: Language, caption: str) -> bool:
    if language is Language.CHINESE or is_chinese(caption):
        return language is Language.CHINESE and is_chinese(caption)
    words = [word.lower() for word in WORD.findall(caption)]
    least: float = caption_fact("guards", "english_share") * len(words)
    return sum(word in _ENGLISH for word in words) >= least


def _effect_faults(answer: ReadAnswer, effect: Effect) -> Iterator[str]:
    caption = answer.caption
    if found := find_triggers(caption, effect.trigger):
        yield f'has the trigger word: "{found[0].written}"'
    if said := described_effect(caption, effect):
        yield f'describes the effect: "{said}"'
    if answer.person and effect.has_slots:
        undeclared = Effect(effect.trigger, effect.text, declared=Persons())
        evident = decide(split_sentences(caption), undeclared)
        if evident.person not in (None, answer.person):
            yield f'says "{answer.person}", but describes {evident.person} ({evident.evidence})'


def described_effect(caption: str, effect: Effect) -> str:
    """The clause of a caption that describes the effect; "" for none."""
    motion = _ASIDE.sub(" ", effect.text).replace(effect.trigger, " ")
    known, limits = frozenset(telling(motion)) - _SCENERY, caption_fact("guards", "effect_words")
    copied = _runs(motion, limits["run"])
    for clause in _CLAUSE.split(caption):
        words = [word for word in telling(clause) if word not in _SCENERY]
        hits = known.intersection(words)
        similar = len(hits) >= limits["least"] and len(hits) >= limits["share"] * len(set(words))
        if similar or not copied.isdisjoint(_runs(clause, limits["run"])):
            return clause.strip()
    parts = split_prompt(caption, effect)
    return parts.inside if parts else ""


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    """Every ``length`` stems in a row, of which at least two carry meaning."""
    words = stems(resolved(text))
    runs = zip(*(words[start:] for start in range(length)), strict=False)
    return {run for run in runs if len(content_stems(run)) > 1}


def telling(text: str) -> list[str]:
    """The stems that carry meaning; of Chinese, where each ideograph is a word, pairs of neighbours."""
    found = content_stems(stems(text))
    return [a + b for a, b in pairwise(found)] if is_chinese(text) else found
