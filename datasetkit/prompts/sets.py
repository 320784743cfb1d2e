"""What the prompts of a set have in common that they shouldn't: the facts behind P609, P610 and S708."""

from __future__ import annotations

import re
import string
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from datasetkit.prompts.worddiff import word_diff
from datasetkit.prompts.words import LEAD_IN, WORD, fold, for_anybody, is_content, stem

_LONGEST = 8  # words of a phrase that is looked for
_DRAWN = 60  # subjects that phrases are drawn from
_COUNTED = 500  # subjects that they're counted in: a share is as clear in these as in all
_GAPS = str.maketrans(dict.fromkeys(string.punctuation + string.whitespace, " "))
_FEWEST = 5  # prompts, below which a share says nothing


@dataclass(frozen=True, slots=True)
class SharedPhrase:
    """A phrase that ``count`` of ``total`` subjects or backgrounds hold; of a large set ``total`` were looked at."""

    phrase: str
    count: int
    total: int


def repeated_subjects(subjects: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """Groups of two or more subjects with the same words, each as indexes from 0. Empty subjects are left out.

    Punctuation and capitals don't count.
    """
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for index, subject in enumerate(subjects):
        plain = subject.lower() if subject.isascii() else " ".join(map(fold, WORD.findall(subject)))
        if words := " ".join(plain.translate(_GAPS).split()):
            groups[words].append(index)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def shared_phrases(subjects: Sequence[str], share: float = 0.8) -> tuple[SharedPhrase, ...]:
    """The longest phrases that at least ``share`` of five or more subjects hold, the most frequent first.

    A phrase has two to eight words, two of them of meaning. The platform's lead-in ("The video begins showing a") is
    left aside. Phrases are drawn from about sixty subjects, evenly spread, and counted in 500 at most.
    """
    if len(subjects) < _FEWEST:
        return ()
    counted_in = min(len(subjects), _COUNTED)
    plain = [_plain(subjects[index * len(subjects) // counted_in]) for index in range(counted_in)]
    step = max(1, len(plain) // _DRAWN)
    drawn = Counter(phrase for text in plain[::step] for phrase in set(_phrases(text)))
    least = share * len(plain)
    likely = [phrase for phrase, n in drawn.items() if n >= 0.75 * share * len(plain[::step])]
    counted = {phrase: sum(f" {phrase} " in text for text in plain) for phrase in likely}
    found = {phrase: n for phrase, n in counted.items() if n >= least}
    longest = [p for p in found if not any(p != other and f" {p} " in f" {other} " for other in found)]
    ordered = sorted(longest, key=lambda phrase: (-found[phrase], -len(phrase), phrase))
    return tuple(SharedPhrase(phrase, found[phrase], len(plain)) for phrase in ordered)


def _plain(subject: str) -> str:
    """The subject's words with a space on both sides of each; sentences stay apart."""
    bare = LEAD_IN.sub("", subject, count=1)
    marked = re.sub(r"[.!?;]+(?=\s|$)", " | ", bare)
    return " " + " ".join(fold(word) for word in re.findall(WORD.pattern + r"|\|", marked)) + " "


def _phrases(text: str) -> Iterator[str]:
    for clause in text.split("|"):
        words = clause.split()
        telling = [is_content(stem(word)) for word in words]
        for start in range(len(words)):
            for end in range(start + 2, min(start + _LONGEST, len(words)) + 1):
                if telling[start] and telling[end - 1]:
                    yield " ".join(words[start:end])


def effect_difference(training: Sequence[str], validation: Sequence[str]) -> str:
    """How the usual effect texts of two sets differ; "" where only pronouns do, or a set has none.

    Both take the effect's text of each prompt as it was found (``Normalized.found``).
    """
    trained, asked = _usual(training), _usual(validation)
    same = not (trained and asked) or for_anybody(trained) == for_anybody(asked)
    return "" if same else word_diff(trained, asked, context=2)


def _usual(texts: Sequence[str]) -> str:
    """The most frequent text, pronouns aside, as first written; "" where there is none."""
    counts = Counter(for_anybody(text) for text in texts if text)
    most = next((text for text, _ in counts.most_common(1)), None)
    return next((text for text in texts if text and for_anybody(text) == most), "")
