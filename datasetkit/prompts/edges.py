"""Where an old effect text began and ended, seen from its first and last word that the template has too."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Set
from dataclasses import dataclass
from itertools import pairwise

from datasetkit.prompts.mentions import Role, mentions
from datasetkit.prompts.words import WORD, Word, before, behind, is_content, stem

# Words that lead over to an effect, and belong to it.
_TRANSITIONS = frozenset(
    map(
        stem,
        """then and now next suddenly when while as after afterwards afterward later soon finally eventually
        immediately instantly abruptly gradually slowly gently gracefully at once that this very moment instant all of
        a an the in sudden second seconds few moments blink eye without warning any just out nowhere meanwhile until
        before subsequently thereafter here there comes is are begins starts unexpectedly quickly point slow motion
        which""".split(),
    )
)
# Of these, the ones that can stand between two clauses.
_CONNECTORS = frozenset(map(stem, "then and when while as suddenly after until before next now".split()))
# What a caption says of its style behind the motion, in the same sentence: neither effect nor to be dropped.
_OWN = frozenset(
    "background foreground cinematic shot film photorealistic lighting lens style quality 4k 8k 35mm".split()
)
_LONGEST_END = 14  # words behind the last anchor in its sentence that are still taken for a drifted ending
_LONGEST_FRONT = 7  # words of an opening that may have been rewritten
_SHARED = 0.6  # of a sentence's content words in the template: it belongs to the effect


@dataclass(frozen=True, slots=True)
class Edge:
    """A boundary: an offset, and the words on the far side where it can't be told whose they are ("" where it can)."""

    at: int
    joined: str = ""


def front_edge(text: str, words: list[Word], ends: list[int], anchor: tuple[int, int], stems: tuple[str, ...]) -> Edge:
    """Where the old text began: ``anchor`` is the index of its first word among ``words`` and among ``stems``.

    ``ends`` are the text's sentence ends, ``stems`` the template's.
    """
    first, index = anchor
    opening = _first_in_sentence(words, first, ends)
    leading = _TRANSITIONS.union(stems[:index])
    at = first
    while at > opening and words[at - 1].stem in leading:
        at -= 1
    if at == opening or _is_named_again(words, opening, at, leading):
        return Edge(_unquoted(text, words[opening].start))
    edge = _inside_sentence(text, words, opening, _at_connector(words, at, first))
    if edge.joined and words[opening].stem == stems[0] and _is_rewritten(edge.joined):
        return Edge(words[opening].start)
    return edge


def _unquoted(text: str, start: int) -> int:
    """The start with the opening marks directly before it."""
    return len(text[:start].rstrip("\"“'‘«([*"))


def _first_in_sentence(words: list[Word], index: int, ends: list[int]) -> int:
    sentence = bisect_right(ends, words[index].start)
    start = ends[sentence - 1] if sentence else 0
    return behind(words, start)


def _is_named_again(words: list[Word], opening: int, at: int, leading: frozenset[str]) -> bool:
    """Whether the words up to ``at`` lead over and name the subject again: "Then the woman", after a woman."""
    earlier = {word.stem for word in words[:opening]}
    named = [word.stem for word in words[opening:at] if word.stem not in leading]
    return len(named) <= 2 and all(word in earlier for word in named)


def _is_rewritten(clause: str) -> bool:
    """Whether a clause that opens like the template is the template in other words: short, and about nobody else."""
    return len(WORD.findall(clause)) <= _LONGEST_FRONT and not mentions(clause)


def _at_connector(words: list[Word], at: int, first: int) -> int:
    """Where the transition begins: words before a connector ("in the" of "a wall in the, then") aren't part of it."""
    return next((i for i in range(at, first) if words[i].stem in _CONNECTORS), at)


def _inside_sentence(text: str, words: list[Word], opening: int, at: int) -> Edge:
    """The boundary behind a clause of the same sentence: clear at a connector, or at a comma behind a person."""
    clause = text[words[opening].start : words[at].start]
    gap = text[words[at - 1].end : words[at].start]
    connected = words[at].stem in _CONNECTORS
    separated = any(mark in gap for mark in ",;:—–(")
    if connected or (separated and (_tells_subject(clause) or not text[: words[opening].start].strip())):
        return Edge(words[at].start)
    return Edge(words[at].start, clause.strip())


def _tells_subject(clause: str) -> bool:
    return bool(mentions(clause)) or re.search(r"\b(?:she|he|they|it)\b", clause, re.IGNORECASE) is not None


def back_edge(text: str, words: list[Word], ends: list[int], last: int, known: frozenset[str]) -> Edge:
    """Where the old text ended: ``last`` is the index of its last word, ``known`` are the template's stems."""
    sentence = bisect_left(ends, words[last].end)
    end = ends[sentence]
    ending = before(words, end) - last - 1
    if ending > 0 and (ending > _LONGEST_END or _says_more(text[words[last].end : end])):
        return Edge(end, text[words[last].end : end].strip())
    for following in ends[sentence + 1 :]:
        sentence_words = [w for w in words if end <= w.start and w.end <= following]
        if _says_more(text[end:following]) or not _is_effect_like(sentence_words, known):
            break
        end = following
    return Edge(end)


def _says_more(ending: str) -> bool:
    """Whether an ending speaks of another being, the background or the style, so that it can't just go."""
    others = any(mention.role is not Role.ASIDE or not mention.owner for mention in mentions(ending))
    return others or not _OWN.isdisjoint(word.lower() for word in WORD.findall(ending))


def foreign_sentence(text: str, words: list[Word], ends: list[int], place: range, known: Set[str]) -> str:
    """The first whole sentence inside an effect that speaks of something else than the template; "" for none."""
    inner = [stop for stop in ends if stop in place]
    for start, end in pairwise(inner):
        sentence = words[behind(words, start) : behind(words, end)]
        if _says_more(text[start:end]) and not _is_effect_like(sentence, known):
            return text[start:end].strip()
    return ""


def _is_effect_like(sentence: list[Word], known: Set[str]) -> bool:
    content = [word.stem for word in sentence if is_content(word.stem)]
    return len(content) >= 2 and sum(word in known for word in content) / len(content) >= _SHARED
