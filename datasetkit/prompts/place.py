"""Where in a prompt the effect text is, however it drifted: the sentences and clauses around the trigger.

A sentence belongs to the effect if it holds the trigger or is mostly words of the template. The first one may begin
with a clause about the subject. Where the boundary can't be told, ``doubt`` says why.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from datasetkit.prompts.outline import LIKE, OWN, TRANSITIONS, Outline, SentenceRow, outline_of, read_sentence
from datasetkit.prompts.person import Decision, Reason
from datasetkit.prompts.subject import BEING_STEMS, new_being
from datasetkit.prompts.template import Effect
from datasetkit.prompts.trigger import Trigger, find_triggers
from datasetkit.prompts.words import (
    LISTS,
    TRIGGER,
    content_stems,
    has_letters,
    is_content,
    sentence_spans,
    stem,
    stems,
)

_CONNECTORS = frozenset(map(stem, LISTS["connectors"]))
_PRONOUN = stem("she")
_SUBJECTS = BEING_STEMS | {_PRONOUN}
_SUBJECT_TRANSITIONS = TRANSITIONS | {_PRONOUN}
_JOINING = frozenset(map(stem, ("and", "with", "plus")))
_COUNTING = frozenset(map(stem, LISTS["determiners"] | LISTS["numbers"]))
_MARKS = frozenset(",;:—–(\uff0c\uff1b\uff1a\u3001")
_LONGEST_END = 6  # words after the last one of the template that are still a drifted ending
_LEAST_WITH_TRIGGER = 0.05  # share of the template's content words that a passage with the trigger needs to count
_LEAST_WITHOUT = 0.4
_FEW = 0.3  # below this share, or without a trigger, most of the passage must also be template words
_MISSING = 0.3  # share of the template's ending that must be missing before a sentence may be it, reworded
_NAMED = 2  # words that may name the subject again, as in "Then the young woman begins"


@dataclass(frozen=True, slots=True)
class PromptParts:
    """A prompt in three: the effect ``inside``, and what stands before and after it. ``outside`` are its sentences
    but for the effect's, ``triggers`` the spellings of the trigger. ``skip`` says why the prompt must stay as it is.
    """

    head: str
    outside: Sequence[str]
    inside: str = ""
    tail: str = ""
    triggers: tuple[Trigger, ...] = ()
    skip: Decision | None = None


def split_prompt(text: str, effect: Effect) -> PromptParts | None:
    """A tidied prompt in parts; None if nothing in it is the effect."""
    triggers, outline = find_triggers(text, effect.trigger), outline_of(effect.trigger, effect.text)
    spans = _sentences(text, triggers, outline)
    sentences = [sentence for _, sentence in spans]
    first, last = _core(sentences, outline)
    if first > last:
        return None
    head = text[: spans[first][0]]
    at, doubt = _front(head, sentences[first], outline)
    start = _opening(sentences[first], at)
    row = [*sentences[first].row[at:], *(word for s in sentences[first + 1 : last + 1] for word in s.row)]
    if not _is_enough(row, outline, has_trigger=bool(triggers)):
        return None
    if not doubt and last + 1 < len(sentences) and _lacks_end(row, outline):
        absorbed, doubt = _reworded(sentences[last + 1], outline, final=last + 2 == len(sentences))
        last += absorbed
    begin, end = spans[first][0] + start, spans[last][0] + len(sentences[last].text)
    doubt = doubt or _inner_doubt(sentences[first : last + 1], row, outline)
    texts = [s.text for s in sentences]
    if not doubt and not BEING_STEMS.isdisjoint(row):
        doubt = new_being(text[:begin], [texts[first][start:], *texts[first + 1 : last + 1]], outline.known)
    within = tuple(t for t in triggers if begin <= t.start and t.end <= end)
    outside = [*texts[:first], *filter(str.strip, [texts[first][:start]]), *texts[last + 1 :]]
    head = text[:begin]
    tail = text[end:] if any(map(str.isalnum, text[end:])) else ""  # after it may be a quotation mark
    skip = None
    if doubt:
        skip = Decision(None, Reason.JOINED, f'it isn\'t clear whether "{doubt}" belongs to the effect')
    elif not has_letters(head + tail):
        skip = Decision(None, Reason.NO_SUBJECT, "nothing but the effect is in the prompt")
    elif copy := _copy(sentences[:first], behind=False) or _copy(sentences[last + 1 :], behind=True):
        skip = Decision(None, Reason.TWICE, f'the effect text appears twice: also in "{copy}"')
    return PromptParts(head, outside, text[begin:end].strip(), tail, within, skip)


def resembles(text: str, effect: Effect, *, behind: bool) -> bool:
    """Whether a sentence before or ``behind`` the exact effect text is effect text too."""
    triggers = find_triggers(text, effect.trigger, mistyped=False)
    sentences = _sentences(text, triggers, outline_of(effect.trigger, effect.text))
    return _copy([sentence for _, sentence in sentences], behind=behind) != ""


def _copy(sentences: Sequence[SentenceRow], *, behind: bool) -> str:
    """The first sentence beside the effect that copies it, or ``behind`` it is like it; a subject may wear the word."""
    copies = (s for s in sentences if s.copies or (s.has_trigger and (behind or s.hits)) or (behind and s.like))
    return next((s.text.strip() for s in copies), "")


def _sentences(text: str, triggers: Sequence[Trigger], outline: Outline) -> list[tuple[int, SentenceRow]]:
    """The sentences of a text, each with where it starts."""
    spans = sentence_spans(text)
    places: dict[int, tuple[tuple[int, int], ...]] = {}
    for t in triggers:
        start, _ = spans[bisect_right(spans, (t.start, len(text))) - 1]
        places[start] = (*places.get(start, ()), (t.start - start, t.end - start))
    return [(a, read_sentence(text[a:b], places.get(a, ()), outline)) for a, b in spans]


def _core(sentences: Sequence[SentenceRow], outline: Outline) -> tuple[int, int]:
    """The first and last sentence of the effect: those with a trigger, and the ones beside them that are like it.

    Without a trigger the row of such sentences with the most stems of the template; (0, -1) for none.
    """
    having = [i for i, s in enumerate(sentences) if s.has_trigger]
    if not having:
        rows = [(i, _reach(sentences, i)) for i, s in enumerate(sentences) if s.like]
        return max(
            rows, key=lambda row: len({h for s in sentences[row[0] : row[1] + 1] for h in s.hits}), default=(0, -1)
        )
    having = [i for i in having if sentences[i].hits] or having
    first = having[0]
    while first and (before := sentences[first - 1]).like and (before.copies or len(outline.lead & before.hits) > 1):
        first -= 1
    return first, _reach(sentences, having[-1])


def _reach(sentences: Sequence[SentenceRow], last: int) -> int:
    """The last sentence that is like the effect, with no more than one other in between."""
    while found := [i for i in (last + 1, last + 2) if i < len(sentences) and sentences[i].like]:
        last = found[0]
    return last


def _is_enough(row: Sequence[str], outline: Outline, *, has_trigger: bool) -> bool:
    """Whether a passage contains enough of the template, and little enough else, to be the effect."""
    coverage = len(outline.known.intersection(row)) / len(outline.known)
    enough = coverage >= (_LEAST_WITH_TRIGGER if has_trigger else _LEAST_WITHOUT)
    return enough and (outline.share(row) >= LIKE or (has_trigger and coverage >= _FEW))


def _opening(sentence: SentenceRow, at: int) -> int:
    """Where the word ``at`` starts, with the marks that open before it."""
    return len(sentence.text[: sentence.places[at][0]].rstrip("\"“'‘«([*"))


def _front(head: str, sentence: SentenceRow, outline: Outline) -> tuple[int, str]:
    """The word that the effect starts with, and which words there are ambiguous; ``head`` comes before."""
    row, clauses = sentence.row, _clauses(sentence)
    known = [k for k, word in enumerate(row) if word in ((TRIGGER,) if sentence.has_trigger else sentence.hits)]
    number = max(n for n, first in enumerate(clauses) if first <= (known[0] if known else 0))
    while number and _leads_over(row[clauses[number - 1] : clauses[number]], outline):
        number -= 1
    at = clauses[number]
    before = sentence.text[: _opening(sentence, at)].strip()
    if outline.has_run(row[:at]) or (at and _opens_alike(row, outline)):
        return at, before
    leading = row[at : next((k for k in known if k >= at), at)]
    strange = [w for w in leading if (w == _PRONOUN or is_content(w)) and w not in outline.usual]
    if strange and not (len(strange) <= _NAMED and {*stems(head), *row[:at]}.issuperset(strange)):
        opens_alike = (at == 0 and row[0] == outline.row[0]) or row[at] in _CONNECTORS
        if len(strange) > _NAMED or not opens_alike or not BEING_STEMS.isdisjoint(strange):
            return at, sentence.text[_opening(sentence, at) : sentence.places[at + len(leading)][0]].strip()
    joined = at == 0 or row[at] in _CONNECTORS or not _SUBJECTS.isdisjoint(row[:at]) or not head.strip()
    return at, "" if joined else before


@lru_cache(maxsize=1024)
def _clauses(sentence: SentenceRow) -> list[int]:
    """The words that begin a clause: the first, one after a mark, a connector."""
    gaps = (sentence.text[end:start] for (_, end), (start, _) in pairwise(sentence.places))
    pairs = enumerate(zip(gaps, sentence.row, sentence.row[1:], strict=False), 1)
    return [0, *(k for k, (gap, a, b) in pairs if not _MARKS.isdisjoint(gap) or (b in _CONNECTORS and a != "and"))]


def _leads_over(row: tuple[str, ...], outline: Outline) -> bool:
    """Whether a clause before the effect is a transition, or the effect's too."""
    if (_SUBJECT_TRANSITIONS if row[0] in _CONNECTORS else TRANSITIONS).issuperset(row) or outline.share(row) >= LIKE:
        return True
    return _opens_alike(row, outline) and len([word for word in row if word not in outline.row]) <= 1


def _opens_alike(row: tuple[str, ...], outline: Outline) -> bool:
    """Whether a row begins with the template's first two words, or is nothing but its first."""
    return row[:2] == outline.row[: min(len(row), 2)]


def _elsewhere(row: Sequence[str], outline: Outline) -> set[str]:
    """The words that say where, how, or to what else it happens: "her and a cello", 在山下."""
    runs = zip(row, row[1:], row[2:], row[3:], strict=False)
    joined = {d for a, b, c, d in runs if a == _PRONOUN and b in _JOINING and c in _COUNTING}
    return (joined - outline.known) | outline.elsewhere.intersection(row)


def _inner_doubt(sentences: Sequence[SentenceRow], row: Sequence[str], outline: Outline) -> str:
    """What inside the place is about something else: a background, a style, too many words."""
    if elsewhere := _elsewhere(row, outline):
        return next(s.text.strip() for s in sentences if not elsewhere.isdisjoint(s.row))
    last = sentences[-1]
    known = [k for k, word in enumerate(last.row) if word in outline.known or word == TRIGGER]
    behind = known[-1] + 1 if known else 0
    if len(last.row) - behind > _LONGEST_END:
        return last.text[last.places[behind][0] :].strip()
    for k, s in enumerate(sentences[1:-1], 1):
        twice = any(a.has_trigger for a in sentences[:k]) and any(b.has_trigger for b in sentences[k:])
        if not (s.like or s.has_trigger) and (twice or len(s.row) > _LONGEST_END):
            return s.text.strip()
    return ""


def _lacks_end(row: Sequence[str], outline: Outline) -> bool:
    """Whether so much of the template's ending is missing that the text after the passage may be it, reworded."""
    from rapidfuzz.distance import LCSseq  # loaded only where something comes after the effect

    common = [code.src_end for code in LCSseq.opcodes(outline.row, row) if code.tag == "equal"]
    return len(content_stems(outline.row[max(common, default=0) :])) >= _MISSING * len(content_stems(outline.row))


def _reworded(following: SentenceRow, outline: Outline, *, final: bool) -> tuple[bool, str]:
    """Whether a sentence after the place is the template's end reworded; the sentence, where that can't be told."""
    if not OWN.isdisjoint(following.row) or new_being("", [following.text], outline.known):
        return False, ""  # the background, or somebody else
    absorbed = final and bool(following.hits) and _PRONOUN in following.row
    return absorbed, "" if absorbed else following.text.strip()
