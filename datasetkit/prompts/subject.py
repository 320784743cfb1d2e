"""The subject of an English caption: the head noun of its first phrase, and who else is named beside it.

Without a grammar, a phrase ends where a word follows that can't belong to it: a preposition, a verb, a comma. So "king
penguin", "sister ship" and "queen bed" are a penguin, a ship and a bed, and "a woman deals cards" is a woman.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from datasetkit.prompts.nouns import BEING_STEMS, BEINGS, KNOWN, PEOPLE, PERSONS, PLURALS, SEXED, Noun
from datasetkit.prompts.sentence import Sentence, Token, Tokens, read
from datasetkit.prompts.words import LISTS, WORD, fold, stem


@dataclass(frozen=True, slots=True)
class Subject:
    """The first phrase's head ``word``: token ``at`` of sentence ``sentence``, in a phrase that begins with ``first``.

    ``also`` is a person that "and" joins to it, "?" for something else, "" for nothing.
    """

    word: str
    first: str
    noun: Noun
    plural: bool
    sentence: int
    at: int
    also: str = ""


_AGENTS = ("ist", "ian", "eer", "ster", "man", "person", "blonde", "brunette", "redhead")  # endings of a person's noun


def find_subject(sentences: Sequence[Sentence]) -> Subject | None:
    """The head of the first phrase that isn't mere scenery; None where no phrase can be told."""
    for number, sentence in enumerate(sentences):
        found = _first_phrase(sentence.tokens, number)
        if found is None or found.noun is not Noun.SCENERY:
            return found
    return None


def _first_phrase(tokens: Tokens, number: int) -> Subject | None:
    start = _phrase_start(tokens)
    if start is None or start >= len(tokens):
        return None
    word = tokens[start].word
    if word in ("she", "he", "they", "it"):
        return Subject(word, word, Noun.PRONOUN, word == "they", number, start, _joined(tokens, start))
    determiner = word if word in LISTS["determiners"] else tokens[start - 1].word if start else ""
    at = start + (word in LISTS["determiners"])
    head = _phrase_end(tokens, at, singular=determiner in LISTS["singular"])
    if head < at:
        return None
    noun = _kind(tokens, at, head)
    many = any(token.word in LISTS["numbers"] for token in tokens[max(at - 1, 0) : at + 1])
    plural = tokens[head].word in PLURALS or "twin" in {t.word for t in tokens[at:head]} or many
    if noun is Noun.UNKNOWN and determiner not in LISTS["determiners"] and tokens[at].capital and not plural:
        noun = Noun.NAME
    found = Subject(tokens[head].word, tokens[at].word, noun, plural, number, head, _joined(tokens, head))
    return _apposed(tokens, found) if noun in PEOPLE else found


def _phrase_start(tokens: Tokens) -> int | None:
    """Where the first phrase starts, behind "The video begins showing" or "In a bright kitchen,"."""
    lead_in = [token.word for token in takewhile(lambda token: token.word in LISTS["lead_in"], tokens)]
    if not LISTS["shots"].isdisjoint(lead_in):
        passed = LISTS["prepositions"] | LISTS["singular"]
        return next((k for k in range(len(lead_in), len(tokens)) if tokens[k].word not in passed), None)
    first = tokens[0].word if tokens else ""
    if first in LISTS["prepositions"] or (first.endswith(("ing", "ed")) and first not in KNOWN):
        opening = LISTS["determiners"] | {"she", "he", "there"}
        return next((k for k, token in enumerate(tokens) if "," in token.gap and token.word in opening), None)
    return 0


def _phrase_end(tokens: Tokens, at: int, *, singular: bool) -> int:
    """The head of the phrase that starts at ``at``: its last word, or a being that a verb follows."""
    for k in range(at, len(tokens)):
        token = tokens[k]
        if k > at and (token.opens or token.joins):
            return k - 1
        if _owns_part(tokens, k):
            return k
        may_end = token.word in BEINGS or (not singular and token.word in PLURALS)
        if may_end and not token.owner and _ends_phrase(tokens, k):
            return k
        if singular and k > at and (_is_verb(token.word) or token.word in PLURALS):
            return k - 1
    return len(tokens) - 1


def _owns_part(tokens: Tokens, k: int) -> bool:
    """Whether a being is seen in part: "a woman's hand"."""
    following = {token.word for token in tokens[k + 1 : k + 3]}
    return tokens[k].owner and tokens[k].word in BEINGS and not LISTS["parts"].isdisjoint(following)


def _ends_phrase(tokens: Tokens, k: int) -> bool:
    """Whether what follows a noun shows that the phrase ends with it."""
    following, behind = (*tokens[k + 1 : k + 3], None, None)[:2]
    if following is None or following.opens:
        return True
    word = following.word
    if following.gap in ("/", "-"):
        return False
    if word == "of":
        amount = behind.word if behind else ""
        return tokens[k].word in LISTS["groups"] or amount.isdigit() or amount in LISTS["amounts"]
    if tokens[k].word in PLURALS:
        return word not in KNOWN
    adverb = word.endswith("ly") and word not in LISTS["not_adverbs"]
    return following.joins or adverb or word[0].isdigit() or _is_participle(following, behind) or _is_verb(word)


def _is_participle(token: Token, following: Token | None) -> bool:
    """Whether a word behind a noun says what its being does; not "sized", nor "a man eating shark"."""
    word, behind = token.word, following.word if following else ""
    compound = KNOWN.get(behind) is Noun.ANIMAL or behind in LISTS["depictions"]
    return len(word) > 4 and word.endswith(("ing", "ed")) and word not in LISTS["not_verbal"] and not compound


def _is_verb(word: str) -> bool:
    """Whether a word behind a singular noun is its verb: "a woman deals"; no plural can stand there."""
    plural = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "as"))
    return plural and word not in KNOWN and word not in LISTS["described"]


def _kind(tokens: Tokens, at: int, head: int) -> Noun:
    """What the phrase from ``at`` to its ``head`` names."""
    token, before = tokens[head], {token.word for token in tokens[at:head] if not token.owner}
    noun = KNOWN.get(token.word, Noun.HUMAN if token.word.endswith(_AGENTS) else Noun.UNKNOWN)
    if token.owner and not _owns_part(tokens, head):
        return Noun.UNKNOWN
    if noun in PEOPLE and not token.owner and not _ends_phrase(tokens, head):
        return Noun.UNKNOWN  # "mother of pearl"
    if token.word in BEINGS and not LISTS["lifeless"].isdisjoint(before):
        return Noun.THING
    if noun is Noun.HUMAN and (sexing := LISTS["sexing"] & before):
        return next((kind for kind in SEXED if sexing <= LISTS[kind.value]), noun)
    return Noun.UNKNOWN if noun in SEXED and _is_no_person(tokens, head) else noun


def _is_no_person(tokens: Tokens, head: int) -> bool:
    """Whether a king is a chess piece, a widow a spider, a man only in a photograph, or a Brother a printer."""
    spider = head and (tokens[head - 1].word, tokens[head].word) == ("black", "widow")
    chess = any(token.word.startswith("chess") for token in tokens)
    behind = [token.word for token in takewhile(lambda t: not t.opens and not _is_verb(t.word), tokens[head + 1 :])]
    inside = list(takewhile(lambda word: word not in LISTS["prepositions"], behind[1:]))
    pictured = behind[:1] in (["in"], ["on"]) and not LISTS["depictions"].isdisjoint(inside)
    made = not LISTS["lifeless"].isdisjoint(behind[:1])  # "a woman carved in stone"
    return bool(spider) or chess or pictured or made or (tokens[head].capital and head > 0)


def _apposed(tokens: Tokens, subject: Subject) -> Subject:
    """The subject as what stands behind its comma: "Maya, an old woman"; "Mr. Whiskers, a cat"."""
    at = subject.at + 1
    if at >= len(tokens) or tokens[at].gap.strip() != "," or tokens[at].word not in ("a", "an"):
        return subject
    end = _phrase_end(tokens, at + 1, singular=True)
    noun = _kind(tokens, at + 1, end)
    return replace(subject, noun=noun, at=end, also=_joined(tokens, end)) if noun in SEXED | {Noun.ANIMAL} else subject


def _joined(tokens: Tokens, at: int) -> str:
    """What "and" joins directly to the subject: a person's word, "?" for anything else, "" for nothing."""
    if at + 1 >= len(tokens) or tokens[at + 1].word not in LISTS["and"]:
        return ""
    phrase = takewhile(
        lambda token: not token.opens and token.word not in LISTS["prepositions"], tokens[at + 2 : at + 8]
    )
    for token, following in pairwise([*phrase, Token("", "", False, "")]):
        if token.word in PERSONS and not token.owner:
            compound = following.word in LISTS["described"] or following.word in KNOWN
            return "?" if compound or tokens[at + 1].word == "or" else token.word
    return "?"


def other_being(sentences: Sequence[Sentence], subject: Subject) -> str:
    """A being beside a man or woman that the effect could be meant for, as its word; "" where there is none.

    Not counted are pictures, owners ("a man's hat"), comparisons, people far off, onlookers, and an animal of theirs.
    """
    for number, sentence in enumerate(sentences):
        tokens = sentence.tokens
        for at in sentence.beings:
            inside = number == subject.sentence and at <= subject.at
            if (not inside or (tokens[at].owner and at != subject.at)) and _counts(tokens, at, subject):
                return tokens[at].word
    return ""


def others(sentences: Sequence[Sentence], subject: Subject) -> Iterator[tuple[str, bool]]:
    """The beings beside the subject that a pronoun could mean: each word, and whether "she" and "he" can't mean it."""
    for number, sentence in enumerate(sentences):
        tokens = sentence.tokens
        for at in sentence.beings:
            if number != subject.sentence or at > subject.at:
                word, words = tokens[at].word, [token.word for token in tokens[max(0, at - 6) : at]]
                yield word, word in PLURALS or _is_aside(words) or _is_again(word, words, subject)


def _counts(tokens: Tokens, at: int, subject: Subject) -> bool:
    word, words = tokens[at].word, [token.word for token in tokens[max(0, at - 6) : at]]
    if tokens[at].owner:
        return not PERSONS.isdisjoint(token.word for token in tokens[at + 1 : at + 4])
    if (
        _is_aside(words)
        or not LISTS["far"].isdisjoint(token.word for token in tokens)
        or _is_again(word, words, subject)
    ):
        return False
    if word in PLURALS:
        return not LISTS["beside"].isdisjoint(words[-3:]) or not {"his", "her", "their"}.isdisjoint(words[-2:])
    return KNOWN[word] is not Noun.ANIMAL or not LISTS["and"].isdisjoint(words[-3:])


def _is_aside(before: Sequence[str]) -> bool:
    """Whether a being is only a thing, a name, a comparison or a picture."""
    if not LISTS["lifeless"].isdisjoint(before[-2:]) or not {"like", "as", "resembling"}.isdisjoint(before[-3:]):
        return True
    pictured = not LISTS["depictions"].isdisjoint(before) and not {"of", "showing"}.isdisjoint(before)
    return before[-1:] in (["named"], ["called"]) or (pictured and LISTS["making"].isdisjoint(before))


def _is_again(word: str, before: Sequence[str], subject: Subject) -> bool:
    """Whether "the woman" or "she is a teacher" can only be the subject again."""
    near = before[-4:]
    if word in PLURALS or not {"another", "other", "second", "different"}.isdisjoint(near):
        return False
    stated = any(a in ("she", "he", "who") and b in ("is", "was") for a, b in pairwise(near))
    same = word == subject.word or KNOWN[word] in (subject.noun, Noun.HUMAN)
    return (stated and word in PERSONS) or (same and not {"the", "this", "that"}.isdisjoint(near[-3:]))


def names_being(stems: Iterable[str]) -> bool:
    """Whether one of these stems is a being's."""
    return not BEING_STEMS.isdisjoint(stems)


def new_being(before: str, sentences: Iterable[str], known: Set[str]) -> str:
    """The first being that sentences bring in: "a dog", "two men"; "" where all are ``known`` or named ``before``."""
    for sentence in map(read, sentences):
        tokens = sentence.tokens
        for at in sentence.beings:
            word, words = tokens[at].word, [token.word for token in tokens[max(0, at - 3) : at]]
            old = word in LISTS["generic"] or stem(word) in known or tokens[at].owner or _is_aside(words)
            introduced = word in PLURALS or not LISTS["introducing"].isdisjoint(words)
            if introduced and not old and word not in map(fold, WORD.findall(before)):
                return word
    return ""
