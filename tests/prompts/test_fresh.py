"""Prompts that somebody wrote who has not seen the code: the judge of the normalizer, with the counts printed.

A line has "template", "trigger", "prompt", the "expected" text once "person" is declared (null where none can be told),
whether it is "decidable" without a declaration, whether the prompt is "correct_already", and "why".
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from datasetkit.prompts.normalize import normalize
from datasetkit.prompts.review import FlawType, flaws_of
from datasetkit.prompts.slots import Person
from datasetkit.prompts.template import Effect, Persons
from datasetkit.prompts.tidy import tidy
from datasetkit.prompts.words import split_sentences

FILES = ["fresh.jsonl", "fresh_2.jsonl", "fresh_3.jsonl"]
APPENDED = {("fresh_3.jsonl", number) for number in (98, 99, 100)}  # they have no effect yet
BEHIND = {("fresh_3.jsonl", number) for number in (89, 90)}  # a sentence after the effect stays there, and is reported


def read(name):
    lines = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line]


def judge(case, *, append=False):
    """What became of a case, without and with the person declared."""
    prompt, expected = case["prompt"], case["expected"]
    expected = expected and tidy(expected).text  # white space inside the subject is P607's, and always tidied
    plain = Effect(case["trigger"], case["template"])
    declared = Persons({"clip.mp4": Person(case["person"])} if case["person"] else {})
    result = normalize(prompt, plain, append=append)
    effect = Effect(case["trigger"], case["template"], declared=declared)
    told = normalize(prompt, effect, ("clip.mp4",), append=append)
    for text, right in ((result.text, expected if case["decidable"] else prompt), (told.text, expected or prompt)):
        if text not in (prompt, right):
            yield "correct prompt changed" if case["correct_already"] else "wrong text"
    if case["decidable"]:
        yield "decided" if result.decided and result.text == expected else "left"
        yield "decided when declared" if told.decided and told.text == expected else "left when declared"


@pytest.mark.parametrize("name", FILES)
def test_strangers_prompts_come_out_right_or_stay(name, capsys):
    cases = read(name)
    found = {c["id"]: [*judge(c, append=(name, c["id"]) in APPENDED)] for c in cases if (name, c["id"]) not in BEHIND}
    counts = Counter(verdict for verdicts in found.values() for verdict in verdicts)
    decidable = sum(case["decidable"] for case in cases)
    with capsys.disabled():
        print(f"\n{name}: {len(cases)} prompts, of which {decidable} decidable: {counts['decided']} decided", end=" ")
        print(f"({counts['decided'] / decidable:.0%}), {counts['decided when declared']} when declared;", end=" ")
        print(f"{counts['wrong text']} wrong texts, {counts['correct prompt changed']} correct prompts changed")
    for wrong in ("wrong text", "correct prompt changed", "left when declared"):
        assert [number for number, verdicts in found.items() if wrong in verdicts] == []
    assert counts["decided"] >= 0.7 * decidable


@pytest.mark.parametrize(("name", "number"), sorted(BEHIND))
def test_a_sentence_after_the_effect_is_reported_where_it_may_be_part_of_it(name, number):
    case = next(case for case in read(name) if case["id"] == number)
    effect = Effect(case["trigger"], case["template"])
    result = normalize(case["prompt"], effect)
    assert sorted(split_sentences(f"{result.text} ")) == sorted(split_sentences(f"{case['expected']} "))
    assert FlawType.EFFECT_DRIFT in {flaw.type for flaw in flaws_of(result, effect)}
