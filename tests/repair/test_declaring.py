"""What is written into datasetkit.toml leaves everything else in it as it was."""

import tomllib

import pytest

from datasetkit.errors import DatasetkitError
from datasetkit.prompts.template import Effect
from datasetkit.repair.declaring import declare_effect, declare_persons, effect_table

EFFECT = 'trigger = "x1"   # ours\ntext = "she/he x1 runs"\n'
MODEL = 'model  =  "wan2.6-i2v" # mine\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{MODEL}\n[effect]\n{EFFECT}", f'{MODEL}\n[effect]\n{EFFECT}\n[effect.persons]\n"a b.mp4" = "he"\n'),
        (
            f'[effect]\n{EFFECT}[effect.persons] # who\n"c.mp4" = "she"\n# end\n',
            f'[effect]\n{EFFECT}[effect.persons] # who\n"c.mp4" = "she"\n# end\n"a b.mp4" = "he"\n',
        ),
        (
            f'[effect]\n{EFFECT}[effect.persons]\n"a b.mp4" = "she/he"  # A nurse\n"z*" = "she"\n',
            f'[effect]\n{EFFECT}[effect.persons]\n"a b.mp4" = "he"  # A nurse\n"z*" = "she"\n',
        ),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_persons_are_added_or_replaced_and_the_rest_stays(before, after, end):
    written = declare_persons(before.replace("\n", end), {"a b.mp4": "he"})
    assert written == after.replace("\n", end)


def test_a_table_in_one_line_is_added_to():
    written = declare_persons('effect = {trigger = "x1", text = "she/he x1 runs"} # here\n', {"a.mp4": "he"})
    assert "# here" in written
    assert tomllib.loads(written)["effect"]["persons"] == {"a.mp4": "he"}


def test_keys_that_can_not_be_added_to_are_left_alone():
    with pytest.raises(DatasetkitError, match="can't add") as caught:
        declare_persons('effect.trigger = "x1"\nother = 1\neffect.text = "she/he x1 runs"\n', {"a.mp4": "he"})
    assert "[effect.persons]" in caught.value.next_step


@pytest.mark.parametrize("before", ["", MODEL, MODEL.rstrip("\n"), "[paths]\nraw = 'x'\n"])
def test_an_effect_is_added_at_the_end(before):
    written = declare_effect(before, Effect("x1", 'Then x1 says "hi".'))
    assert written.startswith(before)
    assert tomllib.loads(written)["effect"] == {"trigger": "x1", "text": 'Then x1 says "hi".'}


def test_an_effect_is_taken_over_with_the_paths_that_have_changed():
    text = (
        f'{MODEL}[effect]\n{EFFECT}absent_in = ["a.webm", "b.mp4"]\n[effect.persons]\n"a.webm" = "he"\n"c*" = "she"\n'
    )
    taken = tomllib.loads(effect_table(text, {"a.webm": ["a.mp4"]}))
    assert taken == {
        "effect": {
            "trigger": "x1",
            "text": "she/he x1 runs",
            "absent_in": ["a.mp4", "b.mp4"],
            "persons": {"a.mp4": "he", "c*": "she"},
        }
    }
    assert effect_table(MODEL, {}) == ""
    with pytest.raises(DatasetkitError, match="isn't valid TOML"):
        effect_table("[effect", {})


def test_persons_follow_paths_that_change_places_and_a_later_name_wins():
    text = f'[effect]\n{EFFECT}[effect.persons]\n"x.mov" = "he"\n"x.mp4" = "she"\n"two" = "they"\n'
    taken = tomllib.loads(effect_table(text, {"x.mov": ["x.mp4"], "x.mp4": ["one.mp4", "two.mp4"], "two": ["two.mp4"]}))
    assert taken["effect"]["persons"] == {"x.mp4": "he", "one.mp4": "she", "two.mp4": "they"}
