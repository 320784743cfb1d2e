"""The people and animals that a caption names, and what each is to its subject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from datasetkit.prompts import nouns
from datasetkit.prompts.words import folded_words, is_content, sentences, stem


class Sort(Enum):
    """What a noun names."""

    FEMALE = "female"
    MALE = "male"
    NEUTRAL = "neutral"
    GROUP = "group"
    ANIMAL = "animal"


class Role(Enum):
    """What a mention is to the caption's subject."""

    SUBJECT = "subject"  # the first one
    SAME = "same"  # the subject again: "the woman"
    TOGETHER = "together"  # beside the subject, sharing its verb: "and her dog"
    OTHER = "other"  # somebody else in the scene
    ASIDE = "aside"  # far off, pictured, owned, or only a comparison: no part of the subject


@dataclass(frozen=True, slots=True)
class Mention:
    """A noun that names a living being. ``owner`` is "the boy's", ``plural`` "two men" or "people"."""

    word: str
    sort: Sort
    role: Role
    plural: bool
    owner: bool


@dataclass(frozen=True, slots=True)
class _Noun:
    at: int  # index into its sentence's words
    word: str
    sort: Sort
    plural: bool
    owner: bool


_SORTS = {
    Sort.FEMALE: nouns.FEMALE,
    Sort.MALE: nouns.MALE,
    Sort.NEUTRAL: nouns.NEUTRAL,
    Sort.ANIMAL: nouns.ANIMALS,
}
_FAR = frozenset("background distance distant blurred blurry behind far passing passersby passes past".split())
_TOGETHER = frozenset("and with beside alongside together plus & accompanied or".split())
_LIKE = frozenset("like as resembling".split())
_MANY = frozenset("two three four five six seven eight nine ten several many some both few dozen various".split())
_OWN = frozenset("his its this".split())
_POSSESSIVES = frozenset("his her their its my our your".split())
# "A lady police officer": what may stand between the two words for one being.
_TRADES = frozenset(
    "police fire flight rock pop opera jazz taxi truck bus school film street fashion ballet news yoga ice".split()
)
_TAKING = frozenset("take takes taking took snaps snapping".split())
_ARTICLES = _POSSESSIVES | frozenset("a an another the two three some".split())
_APPOSED = 4  # words from "a" to the noun that says more of the subject
_NEW = frozenset("another other second different".split())


def _plurals(noun: str) -> set[str]:
    """The plural forms that a noun may have."""
    irregular = {many for many, one in nouns.IRREGULAR_PLURALS.items() if one == noun}
    if irregular:
        return irregular
    if noun.endswith("man"):
        return {noun.removesuffix("man") + "men"}
    if noun.endswith("y"):
        return {noun.removesuffix("y") + "ies", noun + "s"}
    return {noun + "es" if noun.endswith(("s", "sh", "ch", "x")) else noun + "s"}


def _beings() -> dict[str, tuple[Sort, bool]]:
    """Every form of every noun: what it names, and whether it's a plural."""
    known = {many: (sort, True) for sort, names in _SORTS.items() for name in names for many in _plurals(name)}
    known |= {name: (sort, False) for sort, names in _SORTS.items() for name in names}
    return known | dict.fromkeys(nouns.GROUPS, (Sort.GROUP, True))


_BEINGS = _beings()
_FORMS = _BEINGS.keys() | {f"{being}'s" for being in _BEINGS}


def _nouns(words: list[str]) -> list[_Noun]:
    """The living beings among a sentence's words; neighbours that name one being ("male nurse") are one."""
    found: list[_Noun] = []
    for at, word in [(at, word) for at, word in enumerate(words) if word in _FORMS]:
        bare = word.removesuffix("'s")
        if _describes(words, at):
            continue
        noun = _Noun(at, bare, *_BEINGS[bare], bare != word)
        if found and _is_one_being(found[-1], words[found[-1].at + 1 : at]):
            found[-1] = _merged(found[-1], noun)
        else:
            found.append(noun)
    return found


def _is_one_being(before: _Noun, between: list[str]) -> bool:
    """Whether the next noun is the same being's: "lady police officer", "male ballroom dancer"."""
    adjective = before.word in ("male", "female") and len(between) <= 2 and all(map(is_content, map(stem, between)))
    return not before.owner and (adjective or _TRADES.issuperset(between))


def _describes(words: list[str], at: int) -> bool:
    """Whether the noun only describes the next word ("cowboy hat") or counts it ("a couple of boxes")."""
    following = words[at + 1] if at + 1 < len(words) else ""
    if at and words[at - 1] in nouns.LIFELESS and words[at] in nouns.ANIMALS:
        return True
    if following == "of" and words[at] == "couple":
        return _BEINGS.keys().isdisjoint(words[at + 2 : at + 6])
    return following in nouns.DESCRIBED


def _merged(first: _Noun, second: _Noun) -> _Noun:
    sexed = next((n for n in (first, second) if n.sort in (Sort.FEMALE, Sort.MALE)), second)
    plural = first.plural or second.plural
    return _Noun(second.at, second.word, sexed.sort if not plural else second.sort, plural, second.owner)


def mentions(text: str) -> list[Mention]:
    """The mentions of ``text``, in order; the first that isn't aside is the subject."""
    found: list[Mention] = []
    for sentence in sentences(text):
        words = folded_words(sentence)
        if not _FORMS.isdisjoint(words):  # most sentences name nobody
            found.extend(_in_sentence(words, found))
    return found


def _in_sentence(words: list[str], before: list[Mention]) -> Iterator[Mention]:
    previous = -1
    subject = next((m for m in before if m.role is Role.SUBJECT), None)
    for noun in _nouns(words):
        role = _role(noun, words, subject, previous)
        mention = Mention(noun.word, noun.sort, role, _is_plural(noun, words, previous), noun.owner)
        previous = noun.at
        if role is Role.SUBJECT:
            subject = mention
        yield mention
        if role is Role.SUBJECT and (unknown := _unknown_companion(words[noun.at + 1 : noun.at + 7])):
            yield Mention(unknown, Sort.NEUTRAL, Role.OTHER, plural=False, owner=False)


def _unknown_companion(following: list[str]) -> str | None:
    """The noun behind "and a" that we don't know: another being, for all we can tell."""
    if following[:1] != ["and"] or not _ARTICLES.issuperset(following[1:2]):
        return None
    known = nouns.THINGS.union(_BEINGS)
    return following[2] if len(following) > 2 and known.isdisjoint(following[2:5]) else None


def _is_plural(noun: _Noun, words: list[str], previous: int) -> bool:
    leading = words[max(previous + 1, noun.at - 4) : noun.at]
    return noun.plural or "twin" in leading or (not _MANY.isdisjoint(leading[-3:]) and noun.word.endswith("s"))


def _role(noun: _Noun, words: list[str], subject: Mention | None, previous: int) -> Role:
    between = words[previous + 1 : noun.at]
    if _is_pictured(words, noun.at, first=subject is None and previous < 0) or not _LIKE.isdisjoint(between[-3:]):
        return Role.ASIDE
    if noun.owner:
        return _role_of_owner(words[noun.at + 1 : noun.at + 4], subject)
    if subject is None:
        return Role.SUBJECT
    directly = previous >= 0 and words[previous] == subject.word
    if _is_said_of(noun, subject, between, directly=directly):
        return Role.SAME
    return _role_beside(noun, words, subject, between)


def _is_said_of(noun: _Noun, subject: Mention, between: list[str], *, directly: bool) -> bool:
    """Whether "a teacher, a slim woman" or "a jogger … he is a bald man" only says more of the subject."""
    if subject.sort is not Sort.NEUTRAL or subject.plural or noun.plural or noun.sort not in (Sort.FEMALE, Sort.MALE):
        return False
    apposed = directly and between[:1] in (["a"], ["an"]) and len(between) <= _APPOSED
    near = between[-_APPOSED - 2 :]
    stated = any(near[i] in ("he", "she") and near[i + 1] == "is" for i in range(len(near) - 2))
    return apposed or (stated and not {"a", "an"}.isdisjoint(near))


def _role_of_owner(owned: list[str], subject: Mention | None) -> Role:
    """The role of "the boy's", by the words that follow: his mother is another being, his hand is himself."""
    if not _BEINGS.keys().isdisjoint(owned):
        return Role.OTHER
    return Role.SUBJECT if subject is None and not nouns.PARTS.isdisjoint(owned) else Role.ASIDE


def _role_beside(noun: _Noun, words: list[str], subject: Mention, between: list[str]) -> Role:
    """The role of a noun that comes after the subject."""
    near = between[-5:]
    if _is_back_reference(noun, subject, near):
        return Role.SAME
    if _is_together(near) and _FAR.isdisjoint(words):
        return Role.TOGETHER
    is_far = not _FAR.isdisjoint(words)
    if noun.sort is Sort.GROUP or noun.plural:
        return Role.OTHER if not _POSSESSIVES.isdisjoint(near[-2:]) else Role.ASIDE
    if noun.sort is Sort.ANIMAL and subject.sort is not Sort.ANIMAL:
        return Role.ASIDE  # held, ridden or walked: a thing of the subject's
    return Role.ASIDE if is_far else Role.OTHER


def _is_together(near: list[str]) -> bool:
    """Whether the words before a noun put it beside the subject: "and her", but not "with a parasol feeds"."""
    last = max((i for i, word in enumerate(near) if word in _TOGETHER), default=None)
    if last is None:
        return False
    return not any(word.endswith("s") and word[-2:] != "ss" and word not in _OWN for word in near[last + 1 :])


def _is_back_reference(noun: _Noun, subject: Mention, near: list[str]) -> bool:
    """Whether "the woman" can only be the subject again."""
    definite = near[-3:] and not {"the", "this", "that"}.isdisjoint(near[-3:]) and _NEW.isdisjoint(near[-3:])
    if not definite or noun.plural != subject.plural:
        return False
    return noun.word == subject.word or noun.sort is subject.sort or noun.sort is Sort.NEUTRAL


def _is_pictured(words: list[str], at: int, first: bool) -> bool:
    """Whether the noun is only in a picture or a sculpture: "a poster of a woman"."""
    leading = words[max(0, at - 6) : at]
    picture = next((w for w in reversed(leading) if w in nouns.DEPICTIONS), None)
    if picture is None or not _TAKING.isdisjoint(leading) or ("of" not in leading and "showing" not in leading):
        return False
    return not (first and picture in nouns.FRAMINGS)
