"""The hand-written prompts: decided or left, right or wrong, with the counts printed."""

from collections import Counter
from dataclasses import replace

import pytest
from prompt_cases import EFFECTS, FILES, JUMP, declaring, prompt_of, read, spelled_out

from datasetkit.prompts.normalize import normalize
from datasetkit.prompts.person import ABOUT_PERSONS, Reason
from datasetkit.prompts.review import FlawType, flaws_of
from datasetkit.prompts.slots import Person
from datasetkit.prompts.template import Persons

MEDIA = ("clip.mp4",)


def judge(case):
    """What became of a case, without and with the person declared."""
    prompt, effect = prompt_of(case), EFFECTS[case["for"]]
    result = normalize(prompt, effect)
    if "left" in case:
        yield "left" if not result.decided and not result.changed else "wrong text"
        return
    expected = spelled_out(case["for"], case["out"])
    if result.changed and result.text != expected:
        yield "correct prompt changed" if prompt == expected else "wrong text"
    yield "decided" if result.decided else "left needlessly"
    yield "decided when declared" if normalize(prompt, declaring(case), MEDIA).text == expected else "not even declared"


def test_prompts_come_out_as_expected(capsys):
    cases = [(name, case) for name in FILES for case in read(name)]
    found = {(name, case["why"]): [*judge(case)] for name, case in cases}
    counts = Counter(verdict for verdicts in found.values() for verdict in verdicts)
    decidable = sum("out" in case for _, case in cases)
    with capsys.disabled():
        print(f"\nown cases: {len(cases)} prompts, {decidable} decidable: {counts['decided']} decided", end=" ")
        print(f"({counts['decided'] / decidable:.0%}), {counts['decided when declared']} when declared;", end=" ")
        print(f"{counts['wrong text']} wrong texts, {counts['correct prompt changed']} correct prompts changed")
    for wrong in ("wrong text", "correct prompt changed", "not even declared"):
        assert [case for case, verdicts in found.items() if wrong in verdicts] == []
    assert counts["decided"] >= 0.7 * decidable


@pytest.mark.parametrize("name", FILES)
def test_what_was_normalized_stays_and_has_no_flaw_left(name):
    for case in read(name):
        effect = EFFECTS[case["for"]]
        result = normalize(prompt_of(case), effect)
        again = normalize(result.text, effect)
        assert again.text == result.text, case["why"]
        assert again.decided == result.decided, case["why"]
        assert not any(flaw.fixed for flaw in flaws_of(again, effect)), case["why"]


@pytest.mark.parametrize("name", FILES)
def test_a_prompt_is_changed_exactly_where_a_flaw_is_mended(name):
    for case in read(name):
        effect = EFFECTS[case["for"]]
        result = normalize(prompt_of(case), effect)
        flaws = flaws_of(result, effect)
        assert result.changed == any(flaw.fixed for flaw in flaws), (case["why"], flaws)


def test_a_correct_prompt_is_never_changed_whoever_is_declared():
    """The law, by table: every subject of the cases with every person that its effect has a form for."""
    for case in (case for name in FILES for case in read(name) if "out" in case):
        effect = EFFECTS[case["for"]]
        for person in effect.persons if effect.has_slots else ():
            prompt = case["out"]
            for other in Person:
                prompt = prompt.replace(f"«{other}»", f"«{person}»")
            prompt = spelled_out(case["for"], prompt)
            result = normalize(prompt, replace(effect, declared=Persons({"clip.mp4": person})), MEDIA)
            assert result.text == prompt, case["why"]
            assert {flaw.type for flaw in flaws_of(result, effect)} <= {FlawType.EFFECT_DRIFT, FlawType.PLACEHOLDER}


IT_THEY = EFFECTS["it or they"]


@pytest.mark.parametrize(
    ("prompt", "out"),
    [
        ("A robot waits. Its eyes glow. «they»", "A robot waits. Its eyes glow. «it»"),
        ("Two robots wait, their eyes dim. «it»", "Two robots wait, their eyes dim. «they»"),
        ("Two robots wait. «it»", None),
        ("A robot waits. Its eyes glow. «it/they»", "A robot waits. Its eyes glow. «it»"),
        ("A young woman waits. «it»", None),
        ("A robot waits. «it»", None),
    ],
)
def test_a_template_without_she_and_he(prompt, out):
    def spelled(text):
        for person in (Person.IT, Person.THEY, None):
            text = text.replace(f"«{person or 'it/they'}»", IT_THEY.render(person))
        return text

    result = normalize(spelled(prompt), IT_THEY)
    assert result.text == spelled(out or prompt)
    assert result.decided == (out is not None)


def test_unresolved_slots_of_any_kind_are_placeholders():
    flaws = flaws_of(normalize(f"A robot waits. {IT_THEY.text}", IT_THEY), IT_THEY)
    assert [flaw.detail for flaw in flaws if flaw.type is FlawType.PLACEHOLDER] == [
        'placeholder "it/they" is not filled in',
        'placeholder "performs/perform" is not filled in',
        'placeholder "lands/land" is not filled in',
        'placeholder "its/their" is not filled in',
    ]


@pytest.mark.parametrize(("wrong", "seen"), [("they", '"they" and "their"'), ("she", '"she" and "her"')])
def test_a_pronoun_slip_is_reported_for_every_form(wrong, seen):
    prompt = f"A robot waits. Its eyes glow. {JUMP.format(**FORMS_OF[wrong])}"
    flaws = flaws_of(normalize(prompt, EFFECTS["jump"]), EFFECTS["jump"])
    assert [(flaw.type, flaw.detail) for flaw in flaws if flaw.type is FlawType.PRONOUN] == [
        (FlawType.PRONOUN, f'the effect text says {seen}, but the subject is "it"')
    ]


FORMS_OF = {
    "they": {"he": "they", "his": "their", "performs": "perform", "lands": "land"},
    "she": {"he": "she", "his": "her", "performs": "performs", "lands": "lands"},
}


def test_who_is_declared_rules_over_all_evidence():
    effect = replace(EFFECTS["rain"], declared=Persons({"clip.mp4": Person.HE}))
    hers, his = (spelled_out("rain", f"A young woman waits. «{person}»") for person in ("she", "he"))
    assert normalize(hers, effect, MEDIA).text == his
    assert normalize(hers, effect, ("other.mp4",)).text == hers


def test_declarations_that_disagree_leave_a_prompt():
    effect = replace(EFFECTS["rain"], declared=Persons({"clip.mp4": Person.HE, "image.jpg": Person.SHE}))
    result = normalize(spelled_out("rain", "A man waits. «she»"), effect, ("clip.mp4", "image.jpg"))
    assert (result.reason, result.changed) == (Reason.CONTRADICTION, False)


def test_the_old_pronoun_alone_is_no_evidence():
    result = normalize(spelled_out("rain", "A nurse waits in a corridor. «she»"), EFFECTS["rain"])
    assert (result.reason, result.changed) == (Reason.UNKNOWN, False)


@pytest.mark.parametrize(
    "subject",
    [
        "A woman/man stands here.",
        "A man, a woman and a dog wait.",
        "A chef, a woman and a dog wait.",
        "A bartender mixes a drink. A woman watches; she smiles.",
        "Brother printers stand on a shelf.",
        "A nurse stands beside a man. He smiles.",
        "A teacher leans over her.",
        "A sculptor carves a woman. Her hair is long.",
    ],
)
def test_who_could_be_another_is_asked(subject):
    assert normalize(subject, EFFECTS["rain"], append=True).reason in ABOUT_PERSONS


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("in this wild money rain.", "in this wild money rain, in front of a red wall in Paris."),
        ("money rain effect begins,", "money rain effect begins in a red-brick alley,"),
        ("arms upward,", "arms upward, a small brown dog beside him,"),
        ("wild money rain.", "wild money rain. It is a photorealistic shot."),
    ],
)
def test_a_background_inside_the_effect_is_not_dropped(old, new):
    """Only a human can move it to where it belongs."""
    prompt = spelled_out("rain", "A man waits. «he»").replace(old, new)
    result = normalize(prompt, EFFECTS["rain"])
    assert new.removeprefix(old) in result.text
    assert any(flaw.type is FlawType.EFFECT_DRIFT for flaw in flaws_of(result, EFFECTS["rain"]))


def test_append_adds_the_effect_once_and_only_where_there_is_none():
    effect = EFFECTS["rain"]
    appended = normalize("A young woman by a wall", effect, append=True)
    assert appended.text == spelled_out("rain", "A young woman by a wall. «she»")
    assert normalize(appended.text, effect, append=True).text == appended.text
    drifted = appended.text.replace("the s86b5p money", "a money")
    assert normalize(drifted, effect, append=True).text == appended.text
    assert normalize("A nurse by a wall.", effect, append=True).reason is Reason.UNKNOWN
    assert "--append" in normalize("A young woman by a wall", effect).note


def test_words_behind_the_effect_are_a_flaw_that_nothing_mends():
    prompt = spelled_out("rain", "A man waits. «he» Shot on film.")
    result = normalize(prompt, EFFECTS["rain"])
    assert result.text == prompt
    (flaw,) = flaws_of(result, EFFECTS["rain"])
    assert (flaw.type, flaw.fixed) == (FlawType.EFFECT_DRIFT, False)
    assert "Shot on film." in flaw.message


ZH = EFFECTS["zh slots"]


@pytest.mark.parametrize(
    ("subject", "person"),
    [
        ("一位年轻女子站在砖墙前。", "她"),
        ("一名男子弹吉他。", "他"),
        ("一位护士站在走廊里,他微笑着。", "他"),
        ("一位护士站在走廊里。", None),
        ("一男一女站在桥上,她看着他。", None),
        ("两名女子站在桥上。", None),
        ("一座女子雕像。", None),
        ("一只猫坐在她的腿上。", None),
    ],
)
def test_chinese_slots_follow_the_subject(subject, person):
    for written in "她他":
        prompt = f"{subject}然后s86b5p金钱雨开始,{written}张开双臂。"
        result = normalize(prompt, ZH)
        assert result.text == (prompt.replace(f"{written}张", f"{person}张") if person else prompt)
        assert result.decided == (person is not None)
