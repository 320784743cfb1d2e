"""Finding the template of a set: found where there is one, said so where there isn't."""

import random

import pytest
from prompt_cases import EFFECTS, TEXTS, spelled_out

from datasetkit.prompts.infer import infer

SUBJECTS = [
    ("she", "A young woman in a red coat stands by a canal."),
    ("he", "A man in a suit sits in a high-end restaurant. He smiles."),
    ("she", "The video begins showing a girl on a swing."),
    ("he", "An old fisherman mends a net."),
    ("she", "A ballerina rests on a stage. Her shoes are white."),
    ("he", "A boy eats an apple under a tree."),
]
THINGS = [("it", f"A {thing} stands in the rain.") for thing in "car robot lamp tower tent".split()]
GROUPS = [("they", f"Two {people} wave.") for people in "men dogs girls".split()]


def prompts_for(name, subjects=SUBJECTS):
    return [f"{subject} {spelled_out(name, f'«{person}»')}" for person, subject in subjects]


@pytest.mark.parametrize("name", ["rain", "kf", "mirror"])
def test_the_template_comes_back_with_its_slots(name):
    found = infer(prompts_for(name))
    assert found.effect == EFFECTS[name]
    assert found.support == found.judged == 6


def test_every_person_that_is_seen_goes_into_the_slots():
    found = infer(prompts_for("rain", [*SUBJECTS, *SUBJECTS, *THINGS]))
    assert "surrounding her/him/it." in found.effect.text
    assert "she/he/it stretches her/his/its arms" in found.effect.text
    assert found.support == found.judged == 17
    assert infer(prompts_for("jump", [*SUBJECTS, *GROUPS, *THINGS])).effect == EFFECTS["jump"]


def test_a_text_for_things_alone_has_no_slots():
    assert infer(prompts_for("kf", THINGS)).effect.text == TEXTS["kf"].format(he="it")


def test_a_text_without_pronouns_has_no_slots():
    prompts = [f"{subject} {TEXTS['orbit']}" for _, subject in SUBJECTS]
    assert infer(prompts).effect == EFFECTS["orbit"]


def test_one_sex_alone_still_gives_slots():
    prompts = [f"A woman by wall number {i}. {spelled_out('rain', '«she»')}" for i in range(4)]
    assert infer(prompts).effect.text == EFFECTS["rain"].text


def test_drift_does_not_hide_the_effect_and_is_not_counted():
    prompts = prompts_for("rain")
    prompts[1] = prompts[1].replace("to fall,", "to fall while the camera slowly zooms in,")
    prompts[4] = "A nun prays."
    found = infer(prompts)
    assert found.effect == EFFECTS["rain"]
    assert (found.support, found.judged) == (4, 6)


def test_clutter_and_unresolved_slots_do_not_hide_the_effect():
    prompts = prompts_for("kf")
    prompts[0] = "Sure! Here is the caption:\n" + prompts[0].replace("she begins", "she/he begins")
    prompts[3] += "\n"
    assert infer(prompts).effect == EFFECTS["kf"]


def test_a_trigger_of_letters_alone_is_found_by_its_rarity():
    assert infer(prompts_for("mirror")).effect.trigger == "sksstyle"


def test_a_shared_text_without_a_trigger_is_shown():
    prompts = [prompt.replace("s86b5p ", "") for prompt in prompts_for("rain")]
    found = infer(prompts)
    assert (found.effect, found.trigger) == (None, "")
    assert found.shared == EFFECTS["rain"].text.replace("s86b5p ", "")
    assert found.support == 6


@pytest.mark.parametrize(
    ("prompts", "reason"),
    [
        ([], "takes 3"),
        (["a", "b"], "takes 3"),
        ([subject for _, subject in SUBJECTS], "share no text"),
        ([f"{subject} Then snow falls on the scene." for _, subject in SUBJECTS], "no rare word"),
        ([f"4k video of {subject} 35mm" for _, subject in SUBJECTS], "share no text"),
        (["", "", ""], "share no text"),
        (["一只猫坐在窗台上。s86b5p"] * 4, "Chinese"),
    ],
)
def test_where_there_is_no_effect_it_says_so(prompts, reason):
    found = infer(prompts)
    assert found.effect is None
    assert reason in found.reason


def test_a_trigger_without_a_common_text_is_no_effect():
    texts = ["runs s86b5p across", "s86b5p blue sky over hills", "eats an apple, s86b5p", "old s86b5p tower falls"]
    found = infer([f"{subject} {text}" for (_, subject), text in zip(SUBJECTS, texts, strict=False)])
    assert found.effect is None
    assert "no common text" in found.reason


def test_of_a_large_set_a_part_is_judged_the_same_each_time():
    chance = random.Random(3)
    prompts = [f"{chance.random()} {prompt}" for _ in range(500) for prompt in prompts_for("rain")]
    found = infer(prompts)
    assert found.effect == EFFECTS["rain"]
    assert found.judged == 200
    assert found == infer(prompts)
