"""One effect text out of what a model says about the motion of several clips: what they share, with slots. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from datasetkit.caption.guards import telling
from datasetkit.caption.instruction import Language, caption_fact
from datasetkit.prompts.words import LISTS, split_sentences

MOTION: Mapping[Language, str] = {
    Language.ENGLISH: """\
Describe only the motion and the visual effect that this clip shows, from beginning to end, in two or three sentences.
Call the main subject she, he, they or it, never by a noun. Leave out looks, clothes and the place.
Write plain English in the present tense. State only what can be seen; don't guess.
Write only the description: no heading, no quotation marks, no comment.""",
    Language.CHINESE: """\
请只描述片段中从头到尾发生的动作和视觉特效，用两三句话。
主体只用“她”“他”“他们”或“它”称呼，不用名词。不要描述外貌、服装和环境。
用简体中文陈述，只写看得见的内容，不要猜测。
只写描述本身：不要标题、引号或说明。""",
}
"""What is asked about the motion of a clip."""

_OPENING = {
    Language.ENGLISH: ("Then the {trigger} effect begins, ", ", ", ". ", "."),
    Language.CHINESE: ("然后{trigger}特效开始，", "，", "。", "。"),
}
_CLAUSES = re.compile(r"[,;，；、]\s*(?:and\s+|then\s+)?")
_ENDS = " .!?。！？…"
_AS_SLOT = {
    **dict.fromkeys(("she", "he"), "she/he"),
    **dict.fromkeys(("herself", "himself"), "herself/himself"),
    "him": "her/him",
    "his": "her/his",
    **dict.fromkeys(("她", "他"), "她/他"),
}
_PERSONAL = re.compile(r"\b(?:she|he|herself|himself|him|his|her)\b|(?<!其)[她他](?!们)", re.IGNORECASE)
_NO_NOUN = LISTS["small"] | LISTS["prepositions"] | LISTS["connectors"]


@dataclass(frozen=True, slots=True)
class EffectProposal:
    """An effect text with the trigger in it; "" where the clips share nothing.

    ``shares`` says for each clip which share of the text's telling words its description has, from 0 to 1.
    """

    text: str
    shares: Mapping[str, float]

    @property
    def misfits(self) -> tuple[str, ...]:
        """The clips whose motion is described in other words."""
        return tuple(clip for clip, share in self.shares.items() if share < caption_fact("effect", "fits"))


def propose_effect(descriptions: Mapping[str, str], trigger: str, language: Language) -> EffectProposal:
    """The effect text that the descriptions of clips share, in the words of the most typical one."""
    words = {clip: frozenset(telling(text)) for clip, text in descriptions.items()}
    counts = Counter(word for found in words.values() for word in found)
    typical = max(descriptions, key=lambda clip: _likeness(words[clip], [*words.values()]))
    sentences = [_shared_clauses(sentence, counts, len(words)) for sentence in split_sentences(descriptions[typical])]
    kept = [clauses for clauses in sentences if clauses]
    known = frozenset(word for clauses in kept for clause in clauses for word in telling(clause))
    shares = {clip: len(known & found) / len(known) if known else 0.0 for clip, found in words.items()}
    return EffectProposal(_sentence(kept, trigger, language) if kept else "", shares)


def _likeness(words: frozenset[str], others: Sequence[frozenset[str]]) -> float:
    """How much of its words a description shares with the others, on average."""
    return sum(len(words & other) / max(len(words | other), 1) for other in others)


def _shared_clauses(sentence: str, counts: Counter[str], total: int) -> list[str]:
    """The clauses of a sentence whose telling words are, on average, in enough of the descriptions."""
    clauses = [clause.strip(_ENDS) for clause in _CLAUSES.split(sentence)]
    return [clause for clause in clauses if _is_shared(telling(clause), counts, total)]


def _is_shared(words: Sequence[str], counts: Counter[str], total: int) -> bool:
    mean = sum(counts[word] for word in words) / max(len(words), 1) / total
    return bool(words) and mean >= caption_fact("effect", "shared")


def _sentence(kept: Sequence[Sequence[str]], trigger: str, language: Language) -> str:
    opening, comma, stop, end = _OPENING[language]
    first, *others = (comma.join(clauses) for clauses in kept)
    sentences = [first[:1].lower() + first[1:], *(other[:1].upper() + other[1:] for other in others)]
    return with_slots(opening.format(trigger=trigger) + stop.join(sentences) + end)


def with_slots(text: str) -> str:
    """The text with each pronoun for a woman or a man as a slot: ``she/he``, ``her/him``, ``her/his``."""

    def slot(found: re.Match[str]) -> str:
        word = found[0]
        made = _her(text[found.end() :]) if word.lower() == "her" else _AS_SLOT[word.lower()]
        return made[:1].upper() + made[1:] if word[:1].isupper() else made

    return _PERSONAL.sub(slot, text)


def _her(behind: str) -> str:
    """The slot of "her", which owns what stands behind it or is an object."""
    following = re.match(r"\s+([^\W\d_]+)", behind)
    owns = following is not None and following[1].lower() not in _NO_NOUN
    return "her/his" if owns else "her/him"
