"""What a set's prompts share, and what a deployment needs of them."""

import json

import pytest
from prompt_cases import EFFECTS, spelled_out

from datasetkit.errors import DatasetkitError
from datasetkit.prompts.normalize import deployment, normalize, tidied_only
from datasetkit.prompts.review import flaws_of
from datasetkit.prompts.sets import effect_difference, repeated_subjects, shared_phrases
from datasetkit.prompts.template import Effect

PLACES = ["by a canal", "in a hall", "on a pier", "under an oak", "near a mill", "at a desk", "on a roof"]


def test_subjects_with_the_same_words_are_repeated():
    subjects = ["A cat.", "A dog.", "a  cat!", "", "", "A DOG", "A cow."]
    assert repeated_subjects(subjects) == ((0, 2), (1, 5))


def test_a_phrase_of_most_subjects_is_shared():
    subjects = [f"The video begins showing a man {place}. He wears a bright red hat." for place in PLACES]
    subjects.append("A woman at a market.")
    (phrase,) = shared_phrases(subjects)
    assert phrase.phrase == "wears a bright red hat"
    assert (phrase.count, phrase.total) == (7, 8)


@pytest.mark.parametrize(
    "subjects",
    [
        [],
        ["A red hat."] * 4,
        [f"The video begins showing a scene of a woman {place}." for place in PLACES],
        [f"{place} with a and the of" for place in PLACES],
    ],
)
def test_lead_ins_few_prompts_and_small_words_are_no_shared_phrases(subjects):
    assert shared_phrases(subjects) == ()


def test_sets_that_teach_different_texts_differ_and_pronouns_do_not_count():
    hers, his = spelled_out("rain", "«she»"), spelled_out("rain", "«he»")
    zoomed = his.replace("to fall,", "to fall while the camera slowly zooms in,")
    assert effect_difference([hers, his], [his]) == ""
    assert effect_difference([hers, hers, zoomed], [zoomed, zoomed, his]).count("zooms") == 1
    assert effect_difference([hers], []) == ""
    assert effect_difference([""], [his]) == ""


def test_without_an_effect_only_what_holds_for_any_prompt_is_judged():
    result = tidied_only("Sure! A  man in [a scene] s86 b5p")
    types = {flaw.type.value for flaw in flaws_of(result)}
    assert types == {"untidy", "placeholder", "model-chatter"}


def test_deployment_texts_are_the_platforms():
    prompts = ["Two men run.", f"A woman by a wall. {spelled_out('kf', '«he»')}"]
    texts = deployment(EFFECTS["kf"], [normalize(prompt, EFFECTS["kf"]) for prompt in prompts])
    assert texts["lora_prompt_default"] == "Then she/he begins the s86b5p transformation."
    assert texts["prompt"] == (
        "Provide a video description based on the image content. The description must include the phrase "
        "“Then she/he begins the s86b5p transformation.“\nOutput Template:\nThe video begins with a shot of "
        "[subject description]. [Environment description]. Then she/he begins the s86b5p transformation.\nExample:\n"
        "A woman by a wall. Then she begins the s86b5p transformation."
    )


def test_deployment_texts_are_valid_json_whatever_the_text():
    effect = Effect("x1", 'Then x1 "rain" begins, \\ and “bills” fall </script> é 雨.')
    config = deployment(effect, [normalize(f"A wall. {effect.text}", effect)])
    assert json.loads(json.dumps(config)) == config
    assert config["use_input_prompt"] is False


def test_without_an_example_the_deployment_says_what_to_do():
    with pytest.raises(DatasetkitError, match="No prompt can serve") as caught:
        deployment(EFFECTS["rain"], [normalize("A cat.", EFFECTS["rain"])])
    assert "normalize" in caught.value.next_step


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("A man stands. «she»", 'the effect text says "her" and "she", but the subject is "he"'),
        ("A man stands. «he»", None),
        ("A man stands", 'the trigger word "s86b5p" is missing'),
        ("«he»", "nothing but the effect is in the prompt"),
    ],
)
def test_a_flaw_says_what_was_seen(prompt, message):
    flaws = flaws_of(normalize(spelled_out("rain", prompt), EFFECTS["rain"]), EFFECTS["rain"])
    assert [flaw.message for flaw in flaws] == ([message] if message else [])
