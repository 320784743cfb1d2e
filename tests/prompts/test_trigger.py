"""The trigger doctor, and triggers found in a text."""

import pytest

from datasetkit.errors import DatasetkitError
from datasetkit.prompts.doctor import diagnose_trigger, per_million, suggest_triggers
from datasetkit.prompts.trigger import Misspelling, find_triggers


@pytest.mark.parametrize(
    ("word", "why"),
    [
        *((word, "per million words") for word in "running fire dance Dance beautiful fire_2 rain9 nike Tesla".split()),
        *((word, "not rare") for word in "sks ohwx TOK vfx".split()),
        ("fire_2", 'is "fire", a common English word'),
        ("a", '"a" is a common English word'),
        ("mr", '"mr" is an English word'),
        ("moneyrain", 'made of the English words "money", "rain"'),
        ("p3rs0n", 'reads as "person"'),
        ("f1re", 'reads as "fire"'),
        ("金钱雨", "a meaning of their own"),
        ("s86 b5p", "without spaces"),
        ("", "must be a single word"),
    ],
)
def test_a_bad_trigger_says_why(word, why):
    diagnosis = diagnose_trigger(word)
    assert not diagnosis.good
    assert why in diagnosis.message


@pytest.mark.parametrize("word", ["s86b5p", "m01aa", "a8z2_bbb", "zxq9"])
def test_a_good_trigger_promises_only_what_is_known(word):
    diagnosis = diagnose_trigger(word)
    assert diagnosis.good
    assert "isn't an English word" in diagnosis.message


def test_a_word_inside_a_trigger_is_named():
    diagnosis = diagnose_trigger("sksstyle")
    assert diagnosis.good
    assert "style" in diagnosis.message


def test_suggestions_are_the_same_for_the_same_seed_and_free():
    first = suggest_triggers(20, seed=7)
    assert first == suggest_triggers(20, seed=7)
    assert first != suggest_triggers(20, seed=8)
    assert len(set(first)) == 20
    assert all(diagnose_trigger(trigger).good for trigger in first)
    assert first[0] not in suggest_triggers(20, seed=7, taken={first[0]})
    assert suggest_triggers(20, seed=None) != suggest_triggers(20, seed=None)


@pytest.mark.parametrize("count", [0, -1, 1001])
def test_a_silly_number_of_suggestions_is_refused(count):
    with pytest.raises(DatasetkitError, match="can't be suggested"):
        suggest_triggers(count, seed=1)


def test_frequencies_are_of_english():
    assert per_million("the") > per_million("rain") > per_million("s86b5p") == 0


@pytest.mark.parametrize(
    ("text", "trigger", "misspelling"),
    [
        ("the s86b5p rain", "s86b5p", None),
        ("the s86b5p, rain", "s86b5p", None),
        ("然后s86b5p金钱", "s86b5p", None),
        ("the S86B5P rain", "s86b5p", Misspelling.CASE),
        ("the s86 b5p rain", "s86b5p", Misspelling.SPACING),
        ("the s86-b5p rain", "s86b5p", Misspelling.SPACING),
        ("the a8z2 bbb shot", "a8z2_bbb", Misspelling.SPACING),
        ("the a8z2bbb shot", "a8z2_bbb", Misspelling.SPACING),
        ("the \u045586b5\u0440 rain", "s86b5p", Misspelling.LOOK_ALIKE),
        ("the \uff5386b5p rain", "s86b5p", Misspelling.LOOK_ALIKE),
        ("an mO1aa jump", "m01aa", Misspelling.LOOK_ALIKE),
        ("the s86b5pmoney rain", "s86b5p", Misspelling.GLUED),
        ("the s86b5 rain", "s86b5p", Misspelling.LETTERS),
        ("the s68b5p rain", "s86b5p", Misspelling.LETTERS),
    ],
)
def test_triggers_are_found_however_they_are_spelled(text, trigger, misspelling):
    (found,) = find_triggers(text, trigger)
    assert found.misspelling is misspelling
    assert text[found.start : found.end] == found.written


@pytest.mark.parametrize(
    ("text", "trigger"),
    [("asks for style", "sks"), ("the dancer dances", "dance"), ("a stylish skyscraper", "sksstyle"), ("", "s86b5p")],
)
def test_other_words_are_no_triggers(text, trigger):
    assert find_triggers(text, trigger) == ()
