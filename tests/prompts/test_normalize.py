"""The hand-written prompts: decided or left, right or wrong, with the numbers printed."""

from collections import Counter

import pytest
from prompt_cases import EFFECTS, FILES, prompt_of, read, spelled_out

from datasetkit.prompts.anchors import find_anchors
from datasetkit.prompts.locate import ENOUGH_WITH_TRIGGER, ENOUGH_WITHOUT_TRIGGER
from datasetkit.prompts.normalize import normalize
from datasetkit.prompts.tidy import tidy


def judge(case):
    """How the case comes out: right, wrong, or left though words decide it."""
    result = normalize(prompt_of(case), EFFECTS[case["for"]])
    if "left" in case:
        return "left rightly" if result.reason == case["left"] and not result.changed else "wrong"
    if not result.decided:
        return "left needlessly"
    return "right" if result.text == spelled_out(case["for"], case["out"]) else "wrong"


@pytest.mark.parametrize("name", FILES)
def test_prompts_come_out_as_expected(name, capsys):
    cases = read(name)
    verdicts = Counter(judge(case) for case in cases)
    decided = verdicts["right"] + verdicts["wrong"]
    decidable = sum("out" in case for case in cases)
    with capsys.disabled():
        print(f"\n{name}: {len(cases)} prompts, {decided} decided, {len(cases) - decided} left", end="; ")
        print(f"of {decidable} that words decide {decided / decidable:.0%} decided; {dict(verdicts)}")
    wrong = [case["why"] for case in cases if judge(case) == "wrong"]
    assert wrong == []
    assert verdicts["left needlessly"] <= 0.15 * decidable
    assert name == "traps.jsonl" or decided >= 0.85 * len(cases)


@pytest.mark.parametrize("name", FILES)
def test_what_was_normalized_stays_and_has_no_flaw_left(name):
    for case in read(name):
        result = normalize(prompt_of(case), EFFECTS[case["for"]])
        again = normalize(result.text, EFFECTS[case["for"]])
        assert again.text == result.text, case["why"]
        assert again.decided == result.decided, case["why"]
        assert not any(flaw.mended for flaw in again.flaws), case["why"]


@pytest.mark.parametrize("name", FILES)
def test_a_prompt_is_changed_exactly_where_a_flaw_is_mended(name):
    for case in read(name):
        result = normalize(prompt_of(case), EFFECTS[case["for"]])
        assert result.changed == any(flaw.mended for flaw in result.flaws), (case["why"], result.flaws)


def scores(with_trigger, is_effect):
    """The shares of the template found in the prompts of both files that hold the effect, or that don't."""
    found = []
    for case in (case for name in FILES for case in read(name)):
        if (case.get("left") != "no-effect") == is_effect and case["for"] != "zh":
            anchors = find_anchors(tidy(prompt_of(case)).text, EFFECTS[case["for"]])
            found += [anchors.score] if anchors.has_trigger == with_trigger else []
    return found


@pytest.mark.parametrize(("with_trigger", "least"), [(True, ENOUGH_WITH_TRIGGER), (False, ENOUGH_WITHOUT_TRIGGER)])
def test_thresholds_lie_between_effects_and_what_is_none(with_trigger, least, capsys):
    lowest, highest = min(scores(with_trigger, True)), max(scores(with_trigger, False))
    with capsys.disabled():
        beside = "beside a trigger" if with_trigger else "without a trigger"
        print(f"\n{beside}: an effect has {lowest:.2f} of the template or more, {least} is enough; ", end="")
        print(f"what is none has {highest:.2f} or less (what passes by words alone is judged by density too)")
    assert lowest >= least
