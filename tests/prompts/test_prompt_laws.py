"""Laws of the normalizer over generated prompts."""

import string
import unicodedata
from dataclasses import replace

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from prompt_cases import EFFECTS, RAIN, read, spelled_out

from datasetkit.prompts.normalize import normalize
from datasetkit.prompts.review import flaws_of
from datasetkit.prompts.template import Effect, Persons
from datasetkit.prompts.tidy import tidy

SUBJECTS = [
    "A young woman stands by a wall.",
    "A man in a suit, smiling",
    "The video begins showing a child in a garden. He waves.",
    "Two girls and their dog run",
    "A nurse’s station, empty…",
    "“Hello,” says a sign over a door",
    "一位年轻女子站在砖墙前。",
    "It gleams.",
    "her",
    "- A boy",
    "**A girl** in a [place]",
    "Sure! A cat (asleep)",
]
WORDS = [
    "then",
    "and",
    "the",
    "she",
    "his",
    "s86b5p",
    "S86B5P",
    "money",
    "rain",
    "bills",
    "a dog",
    ".",
    ",",
    "!",
    "\u2028",
]
effects = st.sampled_from(sorted(EFFECTS))
anything = st.text(max_size=60) | st.text(string.printable, max_size=60) | st.sampled_from(SUBJECTS + WORDS)


@st.composite
def drifted(draw):
    """An effect and a prompt for it: a subject, the text with words dropped and put in, and something behind."""
    name = draw(effects)
    person = draw(st.sampled_from(EFFECTS[name].persons))
    words = EFFECTS[name].render(person).split(" ")
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(words) - 1))
        words[at : at + draw(st.integers(0, 3))] = draw(st.lists(st.sampled_from(WORDS), max_size=3)) or ["x"]
    front, behind = draw(anything), draw(anything | st.just(""))
    gap = draw(st.sampled_from([" ", "", "\n", "... ", ", "]))
    return name, front + gap + " ".join(words) + gap + behind


@given(drifted())
@example(("zh", f" x then {EFFECTS['zh'].text} 0"))
@settings(max_examples=400, deadline=None)
def test_normalizing_twice_is_normalizing_once(case):
    name, prompt = case
    once = normalize(prompt, EFFECTS[name])
    twice = normalize(once.text, EFFECTS[name])
    assert twice.text == once.text
    assert twice.reason == once.reason


@given(drifted())
@settings(max_examples=400, deadline=None)
def test_a_left_prompt_is_untouched_and_a_decided_one_ends_in_the_effect(case):
    name, prompt = case
    result = normalize(prompt, EFFECTS[name])
    if not result.decided:
        assert result.text == prompt
        return
    rendered = EFFECTS[name].render(result.person)
    tail = "" if result.effect_first else result.tail
    assert result.text.removesuffix(tail).rstrip().endswith(rendered)
    assert result.subject.strip()
    assert result.subject.strip() in result.text


@given(drifted())
@settings(max_examples=400, deadline=None)
def test_flaws_are_mended_exactly_where_the_text_changes(case):
    name, prompt = case
    result = normalize(prompt, EFFECTS[name])
    assert result.changed == any(flaw.fixed for flaw in flaws_of(result, EFFECTS[name]))


@given(effects, st.data(), anything, st.sampled_from([".", "!", "…", "?"]))
@settings(max_examples=400, deadline=None)
def test_a_prompt_that_is_right_for_its_declared_person_is_never_changed(name, data, subject, stop):
    person = data.draw(st.sampled_from(EFFECTS[name].persons))
    prompt = f"{subject.strip()}{stop} {EFFECTS[name].render(person)}"
    assume(tidy(prompt).text == prompt)
    effect = replace(EFFECTS[name], declared=Persons({}, (("*", person),)))
    assert normalize(prompt, effect, ("clip.mp4",)).text == prompt


@given(st.text() | anything)
@example("\ufeff")
@example("Sure!")
@example("â€™")
@example("e\u200b\u0301")
@example("\ud800 lone")
@settings(max_examples=400, deadline=None)
def test_tidying_twice_is_tidying_once(text):
    once = tidy(text).text
    again = tidy(once)
    assert again.text == once
    assert not again.cleanups
    assert unicodedata.is_normalized("NFC", once)


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_the_normalizer(text):
    for effect in EFFECTS.values():
        result = normalize(text, effect)
        assert result.decided or result.text == text


@given(st.sampled_from(SUBJECTS), st.sampled_from(["she", "he"]))
def test_a_subject_is_kept_to_the_byte_before_an_exact_effect(subject, person):
    prompt = f"{subject} {spelled_out('rain', f'«{person}»')}"
    result = normalize(prompt, EFFECTS["rain"])
    if result.decided:
        assert result.text.startswith(tidy(subject).text)


def test_a_template_is_its_own_normal_form():
    for case in read("cases.jsonl"):
        effect = EFFECTS[case["for"]]
        assert Effect(effect.trigger, effect.text).render(None) == effect.text
    assert "{" not in EFFECTS["rain"].text
    assert RAIN
