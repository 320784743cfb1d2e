"""What the prompts of a set have in common that they shouldn't: the facts behind P609, P610 and S708."""

from __future__ import annotations

import string
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from datasetkit.prompts.worddiff import word_diff
from datasetkit.prompts.words import LEAD_IN, WORD, fold, for_anybody, is_content, split_sentences, stem

_LONGEST = 8  # words of a phrase that is looked for
_COUNTED = 200  # subjects looked at, evenly spread: a share is as clear in these as in all
_GAPS = str.maketrans(dict.fromkeys(string.punctuation + string.whitespace, " "))
_FEWEST = 5  # with fewer prompts than this, a share is meaningless


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
    left aside.
    """
    if len(subjects) < _FEWEST:
        return ()
    total = min(len(subjects), _COUNTED)
    chosen = (subjects[index * len(subjects) // total] for index in range(total))
    counts = Counter(phrase for subject in chosen for phrase in set(_phrases(subject)))
    found = {phrase: n for phrase, n in counts.items() if n >= share * total}
    longest = [p for p in found if not any(p != other and f" {p} " in f" {other} " for other in found)]
    ordered = sorted(longest, key=lambda phrase: (-found[phrase], -len(phrase), phrase))
    return tuple(SharedPhrase(phrase, found[phrase], total) for phrase in ordered)


def _phrases(subject: str) -> Iterator[str]:
    for sentence in split_sentences(LEAD_IN.sub("", subject, count=1)):
        words = [fold(word) for word in WORD.findall(sentence)]
        telling = [is_content(stem(word)) for word in words]
        for start in range(len(words)):
            for end in range(start + 2, min(start + _LONGEST, len(words)) + 1):
                if telling[start] and telling[end - 1]:
                    yield " ".join(words[start:end])


def effect_difference(training: Sequence[str], validation: Sequence[str]) -> str:
    """How the usual effect texts of two sets differ; "" if only pronouns do, or a set has none.

    Both take the effect's text of each prompt as it was found (``Normalized.found``).
    """
    trained, asked = _usual(training), _usual(validation)
    same = not (trained and asked) or for_anybody(trained) == for_anybody(asked)
    return "" if same else word_diff(trained, asked, context=2)


def _usual(texts: Sequence[str]) -> str:
    """The most frequent text, pronouns aside, as first written; "" if there is none."""
    counts = Counter(for_anybody(text) for text in texts if text)
    most = next((text for text, _ in counts.most_common(1)), None)
    return next((text for text in texts if text and for_anybody(text) == most), "")
