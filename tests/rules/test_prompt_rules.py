"""Rules on prompts: errors where the effect is declared, warnings where it was only found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from values import dataset, sample, video

from datasetkit.config import Settings
from datasetkit.findings import Finding, Severity
from datasetkit.model import Kind, Role, Sample
from datasetkit.prompts.normalize import normalize
from datasetkit.prompts.slots import Person
from datasetkit.prompts.template import Effect, Persons
from datasetkit.verdict import Verdict, compare, judge_dataset

TEXT = "Then the s86b5p rain begins, bills pour down on her/him and she/he laughs."
EFFECT = Effect("s86b5p", TEXT, absent_in=("clip_99.mp4",))
PLACES = ["by a wall", "in a park", "at a bar", "near a lake", "on a roof", "in a shop", "at sea", "in a hall"]


def told(subject: str, person: str = "she") -> str:
    pronouns = ("her", "she") if person == "she" else ("him", "he")
    return f"{subject} Then the s86b5p rain begins, bills pour down on {pronouns[0]} and {pronouns[1]} laughs."


GOOD = [told(f"A woman in {colour} {place}.") for colour, place in zip("ABCDEFGH", PLACES, strict=True)]


def line(number: int, prompt: str) -> Sample:
    return sample(number, extra={"prompt": prompt}, video_path=video(f"clip_{number}.mp4"))


def found(prompts: list[str], effect: Effect | None = EFFECT) -> list[Finding]:
    samples = [line(number, text) for number, text in enumerate(prompts, 1)]
    wanted = Settings(select=["P"], effect=effect, kind=Kind.I2V, role=Role.TRAINING)
    return list(judge_dataset(dataset(*samples), wanted).findings)


@pytest.mark.parametrize("effect", [EFFECT, None], ids=["declared", "inferred"])
def test_prompts_that_follow_the_effect_are_quiet(effect: Effect | None) -> None:
    assert found(GOOD, effect) == []


@pytest.mark.parametrize("persons", ["it", "she it", "he they it", "they it"])
def test_normalized_prompts_are_quiet_where_their_effect_is_only_inferred(persons: str) -> None:
    effect = Effect(
        "s86b5p", "Then the s86b5p rain hits her/him/them/it and she/he/they/it lifts/lift her/his/their/its head."
    )
    subjects = {
        "she": "A woman in a red coat",
        "he": "A boy with a kite",
        "they": "Two men in their best suits, their hats in hand, wait",
        "it": "A fox with its bushy tail",
    }
    prompts = [
        normalize(f"{subjects[person]} {place}. {effect.text}", effect)
        for person in persons.split()
        for place in PLACES
    ]
    assert all(result.decided and str(result.person) in persons for result in prompts)
    for known in (effect, None):
        assert {finding.code for finding in found([result.text for result in prompts], known)} <= {"P610"}


@pytest.mark.parametrize(
    ("prompt", "code", "severity"),
    [
        (GOOD[0].replace("s86b5p ", ""), "P601", Severity.ERROR),
        (GOOD[0].replace("s86b5p", "S86B5P"), "P602", Severity.ERROR),
        (GOOD[0].replace("pour down", "fall slowly down"), "P604", Severity.WARNING),
        (told("A man at a desk."), "P605", Severity.WARNING),
        (told("").strip(), "P606", Severity.ERROR),
        (GOOD[0].replace("A woman", "A  woman"), "P607", Severity.ADVICE),
        (told("A woman. [Environment description]."), "P608", Severity.ERROR),
        ("Sure! Here is a description of the video: " + GOOD[0], "P611", Severity.WARNING),
    ],
)
def test_what_goes_against_the_effect_is_found_alone(prompt: str, code: str, severity: Severity) -> None:
    (finding,) = found([*GOOD[1:], prompt])
    assert (finding.code, finding.severity, finding.where.line) == (code, severity, 8)
    assert finding.where.field == "prompt"


@pytest.mark.parametrize("change", [("s86b5p ", ""), ("s86b5p", "S86B5P")])
def test_an_inferred_effect_makes_warnings_and_says_so(change: tuple[str, str]) -> None:
    (finding,) = found([*GOOD[1:], GOOD[0].replace(*change)], effect=None)
    assert finding.severity is Severity.WARNING
    assert finding.message.endswith("(effect inferred)")


def test_a_set_without_any_trigger_gets_one_warning() -> None:
    texts = [f"A {animal} sleeps {place}." for animal, place in zip(["cat", "dog", "fox"], PLACES, strict=False)]
    (finding,) = found(texts, effect=None)
    assert (finding.code, finding.severity, finding.where.line) == ("P601", Severity.WARNING, None)
    assert "datasetkit effect" in finding.message
    assert found([f"{text} 然后s86b5p雨" for text in texts], effect=None) == []
    assert found(texts[:2], effect=None) == []


def test_words_behind_the_effect_and_other_forms_are_found() -> None:
    effect = Effect("s86b5p", TEXT.replace("her/him", "it/them").replace("she/he laughs", "it/they laughs/laugh"))
    robot = "A robot waits. Its eyes glow. "
    (finding,) = found([robot + effect.render(Person.THEY)], effect)
    assert (finding.code, finding.fix != ()) == ("P605", True)
    (finding,) = found([f"{robot}{effect.render(Person.IT)} Shot on film."], effect)
    assert (finding.code, finding.fix) == ("P604", ())
    assert "Shot on film." in finding.message


def test_a_subject_that_the_effect_has_no_form_for_is_found() -> None:
    (finding,) = found([told("Two men wait, their hats wet.")])
    assert (finding.code, finding.fix) == ("P605", ())
    assert 'no "they" form' in finding.message


def test_a_declared_person_is_no_finding() -> None:
    effect = replace(EFFECT, declared=Persons({"clip_1.mp4": Person.HE}))
    assert found([told("A woman waits.", "he")], effect) == []
    (finding,) = found([told("A woman waits.")], effect)
    assert finding.code == "P605"


def test_a_common_trigger_is_told_with_a_free_one() -> None:
    effect = Effect("fire", TEXT.replace("s86b5p", "fire"))
    (finding,) = found([prompt.replace("s86b5p", "fire") for prompt in GOOD], effect)
    assert finding.code == "P603"
    assert "per million words" in finding.message
    assert "Use a rare one, such as" in finding.message


def test_repeated_subjects_are_one_finding_with_their_lines() -> None:
    (finding,) = found([*GOOD, GOOD[2]])
    assert (finding.code, finding.where.line) == ("P609", 9)
    assert finding.message == "lines 3 and 9 have the same subject and background"


def test_a_phrase_of_most_subjects_is_told() -> None:
    names = ["woman", "girl", "lady", "queen", "nun", "mother"]
    texts = [told(f"A {who} {place} against a white picket fence.") for who, place in zip(names, PLACES, strict=False)]
    assert ("P610", '"against a white picket fence" is in 6 of 6 samples, outside the effect') in [
        (finding.code, finding.message) for finding in found(texts)
    ]


def test_a_sample_without_the_effect_on_purpose_is_quiet() -> None:
    samples = [line(number, text) for number, text in enumerate(GOOD, 1)]
    still = line(99, "A man stands still.")
    wanted = Settings(select=["P"], effect=EFFECT, kind=Kind.I2V, role=Role.TRAINING)
    assert judge_dataset(dataset(*samples, still), wanted).findings == ()


def test_sets_that_teach_different_effects_are_told_once_side_by_side() -> None:
    def judged(role: Role, prompts: list[str]) -> Verdict:
        samples = [line(number, text) for number, text in enumerate(prompts, 1)]
        return judge_dataset(dataset(*samples), Settings(select=["S708"], kind=Kind.I2V, role=role))

    training = judged(Role.TRAINING, GOOD)
    other = judged(Role.VALIDATION, [text.replace("pour down", "drift slowly down") for text in GOOD])
    assert [v.findings for v in compare([training, judged(Role.VALIDATION, GOOD)])] == [(), ()]
    _, verdict = compare([training, other])
    (finding,) = verdict.findings
    assert finding.code == "S708"
    assert "{+drift slowly+}" in finding.message


def test_a_validation_set_is_compared_with_the_training_set_beside_it_or_the_only_one() -> None:
    def judged(name: str, role: Role, prompts: list[str]) -> Verdict:
        samples = [line(number, text) for number, text in enumerate(prompts, 1)]
        verdict = judge_dataset(dataset(*samples), Settings(select=["S708"], kind=Kind.I2V, role=role))
        return replace(verdict, dataset=replace(verdict.dataset, name=name))

    def differs(*verdicts: Verdict) -> bool:
        return bool(compare(verdicts)[0].findings)

    other = [text.replace("pour down", "drift slowly down") for text in GOOD]
    near, far = judged("a/train", Role.TRAINING, GOOD), judged("b/train", Role.TRAINING, other)
    assert not differs(judged("a/valid", Role.VALIDATION, GOOD), far, near)
    assert differs(judged("a/valid", Role.VALIDATION, GOOD), far)
    assert not differs(judged("c/valid", Role.VALIDATION, GOOD), far, near)


def test_drafts_are_not_called_repeated() -> None:
    assert {finding.code for finding in found(["[describe subject and background]"] * 3, effect=None)} == {
        "P601",
        "P608",
    }
