"""Who the effect happens to: as declared, as the subject's own text makes evident, or undecided.

A wrong person is worse than none. What the old effect text says is no evidence: a pasted pronoun is what we look for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from datasetkit.prompts.nouns import PEOPLE, SEXED, Noun
from datasetkit.prompts.sentence import Sentence, Tokens, read
from datasetkit.prompts.slots import CASES, Person
from datasetkit.prompts.subject import Subject, find_subject, other_being, others
from datasetkit.prompts.template import Effect
from datasetkit.prompts.words import LISTS, is_chinese, split_sentences


class Reason(StrEnum):
    """Why a prompt is skipped."""

    SEVERAL = "several"
    CONTRADICTION = "contradiction"
    UNKNOWN = "unknown"
    NO_FORM = "no-form"
    NO_EFFECT = "no-effect"
    NO_SUBJECT = "no-subject"
    JOINED = "joined"
    TWICE = "twice"


ABOUT_PERSONS = frozenset({Reason.SEVERAL, Reason.CONTRADICTION, Reason.UNKNOWN, Reason.NO_FORM})
"""The reasons that a declared person settles."""


@dataclass(frozen=True, slots=True)
class Decision:
    """``person``, or the ``reason`` why there is none; ``evidence`` is what it rests on, in words."""

    person: Person | None
    reason: Reason | None
    evidence: str


_SHE, _HE, _THEY, _IT = Person
_PRONOUNS = {word: person for case in CASES.values() for word, person in case.items()}
_POSSESSIVE = frozenset(CASES["possessive"])
_QUOTED = re.compile('["“][^"”]*["”]')


@dataclass(frozen=True, slots=True)
class _Mention:
    """A pronoun. It ``leads`` where it is its clause's subject or that one's owner; ``held`` are the words it owns.

    ``apart`` says that it is an object in another sentence than the subject, or only says where something is.
    """

    person: Person
    word: str
    leads: bool
    held: frozenset[str]
    apart: bool


def decide(sentences: Sequence[str], effect: Effect, media: Sequence[str] = ()) -> Decision:
    """Whom ``effect`` is to be written for; ``sentences`` are all of the prompt but the effect."""
    if not effect.has_slots:
        return Decision(None, None, "the effect text has no slots")
    declared = effect.declared.of(media)
    if len(declared) > 1:
        return Decision(None, Reason.CONTRADICTION, f"declared as {' and as '.join(declared)}")
    found = Decision(declared[0], None, "declared") if declared else _evident(sentences)
    if found.person is None or found.person in effect.persons:
        return found
    return Decision(None, Reason.NO_FORM, f'{found.evidence}; the effect text has no "{found.person}" form')


def _evident(written: Sequence[str]) -> Decision:
    text = "".join(written)
    if is_chinese(text):
        return _chinese(text)
    quotes = '"' in text or "“" in text
    sentences = [*map(read, split_sentences(_QUOTED.sub(" ", text)) if quotes else written)]
    subject = find_subject(sentences)
    mentions = _mentions(sentences, subject)
    she, he = (next((m.word for m in mentions if m.person is person), "") for person in (_SHE, _HE))
    if she and he:
        return Decision(None, Reason.CONTRADICTION, f'both "{she}" and "{he}"')
    if subject is None:
        return Decision(None, Reason.UNKNOWN, "no subject is recognised")
    if subject.plural or subject.also:
        return _several(subject, mentions)
    if subject.noun in SEXED:
        return _by_noun(subject, sentences, mentions)
    return _by_pronoun(subject, sentences, mentions)


def _several(subject: Subject, mentions: Sequence[_Mention]) -> Decision:
    """The decision for "two men" or "a man and a woman": a pronoun must say "they"."""
    they = next((m.word for m in mentions if m.person is _THEY), "")
    if they and all(m.person is _THEY for m in mentions) and subject.also != "?":
        return Decision(_THEY, None, f'"{they}"')
    evidence = f'"{subject.word}"' + f' and "{subject.also}"' * (subject.also not in ("", "?"))
    return Decision(None, Reason.SEVERAL, f"{evidence}: more than one")


def _by_noun(subject: Subject, sentences: Sequence[Sentence], mentions: Sequence[_Mention]) -> Decision:
    """The decision for a noun that names a man or a woman."""
    if other := other_being(sentences, subject):
        return Decision(None, Reason.SEVERAL, f'"{subject.word}" and "{other}"')
    person, opposite = (_SHE, _HE) if subject.noun is Noun.FEMALE else (_HE, _SHE)
    against = next((m for m in mentions if _speaks_against(m, subject, opposite)), None)
    if against and (against.person is opposite or not any(m.person is person for m in mentions)):
        return Decision(None, Reason.CONTRADICTION, f'"{subject.word}" but "{against.word}"')
    return Decision(person, None, f'"{subject.word}"')


def _speaks_against(mention: _Mention, subject: Subject, opposite: Person) -> bool:
    """Whether a pronoun contradicts the noun: "a queen … its crown" may be a chess piece."""
    if mention.person is _THEY:
        return mention.word == "they" or not LISTS["parts"].isdisjoint(mention.held)
    return mention.person is opposite or (mention.person is _IT and subject.word in LISTS["titles"])


def _by_pronoun(subject: Subject, sentences: Sequence[Sentence], mentions: Sequence[_Mention]) -> Decision:
    """The decision for any other noun: a pronoun must say, and nobody else may be there whom it could mean."""
    quoted = f'"{subject.first if subject.noun in (Noun.NAME, Noun.UNKNOWN) else subject.word}"'
    words = {token.word for sentence in sentences for token in sentence.tokens}
    persons = {mention.person for mention in mentions}
    evident = _human if subject.noun in PEOPLE or subject.noun is Noun.PRONOUN else _other
    found = next((m for m in mentions if evident(m, subject, persons, words)), None)
    if found is None:
        return Decision(None, Reason.UNKNOWN, f"{quoted}: nothing says which")
    beside = [word for word, apart in others(sentences, subject) if found.person is _THEY or not apart]
    if beside and (found.person is not _IT or subject.noun is Noun.UNKNOWN):
        return Decision(None, Reason.SEVERAL, f'{quoted} and "{beside[0]}"')
    return Decision(found.person, None, f'"{found.word}"')


def _human(mention: _Mention, subject: Subject, persons: set[Person], words: set[str]) -> bool:
    """Whether a pronoun can only be a person's; ``persons`` are all that are meant, ``words`` all that are there."""
    person = mention.person
    if subject.noun is Noun.PRONOUN:
        return mention.word == subject.word and persons.isdisjoint({_SHE, _HE, _THEY} - {person})
    if person is _THEY:
        own = mention.word == "they" or not (LISTS["parts"] | LISTS["clothes"]).isdisjoint(mention.held)
        return own and persons.isdisjoint({_SHE, _HE})
    if person is _SHE and mention.word == "she" and not LISTS["vehicles"].isdisjoint(words):
        return False  # "a driver waits beside a limousine; she is white"
    own = (bool(mention.held) or mention.apart) and subject.word not in LISTS["serving"]
    return person is not _IT and _THEY not in persons and (mention.leads or own)


def _other(mention: _Mention, subject: Subject, persons: set[Person], words: set[str]) -> bool:
    """Whether a pronoun can only be an animal's or a thing's; a noun that we don't know may be a person's."""
    person, noun = mention.person, subject.noun
    if persons != {person} or person is _THEY:
        return False
    if person is not _IT:
        return noun is Noun.ANIMAL and mention.leads and LISTS["human_parts"].isdisjoint(mention.held)
    perhaps_human = subject.word.endswith(("er", "or")) or not LISTS["human_signs"].isdisjoint(words)
    return noun is not Noun.UNKNOWN or (mention.word != "it" and not perhaps_human)


def _mentions(sentences: Sequence[Sentence], subject: Subject | None) -> list[_Mention]:
    return [
        _mention(sentence.tokens, k, later=subject is not None and number > subject.sentence)
        for number, sentence in enumerate(sentences)
        for k in sentence.pronouns
        if not (sentence.tokens[k].word == "it" and _is_dummy(sentence.tokens, k))
    ]


def _is_dummy(tokens: Tokens, k: int) -> bool:
    """Whether "it" names nothing: "it is raining"; and "it" as an object may be anything."""
    following = tokens[k + 1].word if k + 1 < len(tokens) else ""
    opens = k == 0 or tokens[k].opens or tokens[k - 1].word in LISTS["links"]
    return not opens or following in LISTS["dummy_verbs"]


def _mention(tokens: Tokens, k: int, *, later: bool) -> _Mention:
    word, previous = tokens[k].word, tokens[k - 1].word if k else ""
    phrase = takewhile(lambda token: not token.opens and not token.joins, tokens[k + 1 : k + 4])
    held = frozenset(token.word for token in phrase) if word in _POSSESSIVE else frozenset()
    nominative = word in ("she", "he", "they", "it") or word.endswith(("self", "selves"))
    leads = nominative or (bool(held) and (k == 0 or tokens[k].opens))
    return _Mention(_PRONOUNS[word], word, leads, held, not held and (later or previous in LISTS["locative"]))


# Chinese: nouns that name one person of one sex, unless a word behind makes a thing of it ("女子学校" is a school).
_NOT_BEHIND = (
    "(?![们学校院队组团鞋包装用款香味化汉衣服裤帽表球厕洗外河节])"
    "(?!的(?:照片|画像|雕像|肖像|海报|影子|鞋|包|手表|外套|衣))"
)
_JOBS = "教师|老师|医生|护士|模特|歌手|演员|运动员|舞者|服务员|警察|司机|厨师|学生|白领|士兵|骑手|画家|作家|主播|工人"
_WOMAN = re.compile(
    f"(?:女(?:子|人|孩|士|性|生|郎|童|{_JOBS})|少女|姑娘|妈妈|母亲|奶奶|外婆|新娘|老太太|阿姨|妇女|妇人|女儿|妻子|姐姐|妹妹)"
    + _NOT_BEHIND
)
_MAN = re.compile(
    f"(?:男(?:子|人|孩|士|性|生|童|{_JOBS})|小伙子|爸爸|父亲|爷爷|外公|新郎|老头|老大爷|大叔|儿子|丈夫|哥哥|弟弟)"
    + _NOT_BEHIND
)
_CHINESE = {_SHE: "她(?!们)", _HE: "(?<![其吉])他(?!们|人|乡|国)", _IT: "它(?!们)"}
_SEVERAL = re.compile(
    "们|[两二三四五六七八九十几](?:名|位|个|人|(?:只|条|匹|头)[^,，。]{0,4}[猫狗鸟马兔熊猴鱼鸭鸡牛羊虎狮象])"
    "|一(?:群|对|队|些)|夫妻|夫妇|情侣|双胞胎|[和与跟带抱牵]着?[^,，。]{0,4}(?:孩|婴|宝宝|友|狗|猫|马)"
)
_PICTURED = re.compile("雕像|塑像|石像|画像|海报|照片|玩偶|人偶|娃娃|模型")
_NO_PERSON = re.compile("一[只匹条头辆艘座台棵尊件把]")
_PERSON = re.compile("[名位]|(?<!机器)人(?![偶形])|孩|婴|宝宝|[员师生手者家](?=[在站坐走,，。正])")


def _chinese(text: str) -> Decision:
    nouns = {
        person: found.group() for person, found in ((_SHE, _WOMAN.search(text)), (_HE, _MAN.search(text))) if found
    }
    pronouns = {person: found.group() for person, word in _CHINESE.items() if (found := re.search(word, text))}
    if several := _SEVERAL.search(text):
        return Decision(None, Reason.SEVERAL, f'"{several.group()}": more than one')
    seen = {**pronouns, **nouns}
    if len(seen.keys() - {_IT}) > 1:
        return Decision(None, Reason.CONTRADICTION, " and ".join(f'"{word}"' for word in seen.values()))
    person, word = next(iter(seen.items()), (None, ""))
    leads = re.search(f"(?:^|[,，。；、;.]){word}", text) is not None
    if person is _IT:
        evident = not _PERSON.search(text)
    else:
        evident = not _PICTURED.search(text) and (person in nouns or (leads and not _NO_PERSON.search(text)))
    if person is None or not evident:
        return Decision(None, Reason.UNKNOWN, "nothing says which")
    return Decision(person, None, f'"{word}"')
