"""The effect's template: slots, renderings, and what is refused."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from datasetkit.errors import DatasetkitError
from datasetkit.prompts.slots import Person, Slot, placeholders
from datasetkit.prompts.template import Effect, Persons, effect_from_table, join, media_of, require_subject

SCHEMA = json.loads(
    (Path(find_spec("datasetkit").origin).parent.parent / "schemas" / "effect.schema.json").read_text("utf-8")
)


@pytest.mark.parametrize(
    ("text", "she", "he"),
    [
        ("she/he x1 runs", "she x1 runs", "he x1 runs"),
        ("he/she x1 runs", "she x1 runs", "he x1 runs"),
        ("She/he x1 runs", "She x1 runs", "He x1 runs"),
        ("x1 hits her/him", "x1 hits her", "x1 hits him"),
        ("x1 lifts her/his arms", "x1 lifts her arms", "x1 lifts his arms"),
        ("x1, hers/his now", "x1, hers now", "x1, his now"),
        ("x1 sees herself/himself", "x1 sees herself", "x1 sees himself"),
        ("she/he/they x1 stretches/stretch", "she x1 stretches", "he x1 stretches"),
        ("x1 (beige background/dark green) her/him", "x1 (beige background/dark green) her", None),
        ("x1 bills 24/7 and/or coins, her/him", "x1 bills 24/7 and/or coins, her", None),
        ("x1 dollars/dollar and runs/run, her/him", "x1 dollars/dollar and runs/run, her", None),
        (
            "然后x1,她/他张开双臂,其他/她无关,雨落在她的/他的肩上。",
            "然后x1,她张开双臂,其他/她无关,雨落在她的肩上。",
            None,
        ),
        ("然后x1,她/他们张开双臂。", "然后x1,她张开双臂。", None),
    ],
)
def test_slots_are_filled_and_other_slashes_are_text(text, she, he):
    effect = Effect("x1", text)
    assert effect.render(Person.SHE) == she
    assert he is None or effect.render(Person.HE) == he
    assert effect.render(None) == text


def test_they_and_it_forms_with_verbs():
    effect = Effect("x1", "Then she/he/they/it is/are x1 and tries/try it, goes/go on, has/have her/his/their/its way.")
    assert effect.persons == tuple(Person)
    assert effect.render(Person.THEY) == "Then they are x1 and try it, go on, have their way."
    assert effect.render(Person.IT) == "Then it is x1 and tries it, goes on, has its way."


def test_a_verb_follows_the_subject_of_its_own_sentence():
    effect = Effect("x1", "She/he/they runs/run x1. A crowd runs/run off.")
    assert effect.render(Person.THEY) == "They run x1. A crowd runs/run off."


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("she/he and it/they on 24/7", ("she/he", "it/they")),
        ("Her/His arms, S/he waits", ("S/he", "Her/His")),
        ("S/he waits", ("S/he",)),
        ("雨落在她/他身上", ("她/他",)),
        ("http://a/his/her/b, and/or, IT/OT", ()),
        ("she runs", ()),
    ],
)
def test_slots_that_nobody_filled_in_are_found(text, slots):
    assert placeholders(text) == slots


def test_without_slots_the_text_is_for_everybody():
    effect = Effect("x1", "the camera x1 turns")
    assert not effect.has_slots
    assert effect.persons == tuple(Person)


@pytest.mark.parametrize(
    ("trigger", "text", "problem", "advice"),
    [
        ("s86b5p", "Then the money rain begins.", "does not hold its trigger", "as a word of its own"),
        ("s86b5p", "Then the s86b5pmoney rain begins.", "does not hold its trigger", "as a word of its own"),
        ("s86b5p", "Then the S86B5P rain begins.", "does not hold its trigger", "as a word of its own"),
        ("s86b5p", "s86b5p", "is only the trigger", "Write the motion"),
        ("s86b5p", "Then the s86b5p.", "is only the trigger", "Write the motion"),
        ("s86b5p", "", "does not hold its trigger", "as a word of its own"),
        ("", "Then it begins.", "is empty", "one rare word"),
        ("two words", "Then two words begin.", "is not one word", "one rare word"),
        ("a/b", "Then a/b begins.", "is not one word", "one rare word"),
        ("x1", "x1 hits her/them/us now", '"her/them/us"', "she/he"),
        ("x1", "x1 and s/he runs", '"s/he"', "she/he"),
        ("x1", "x1 hits she/him", '"she/him"', "she/he"),
        ("x1", "x1 hits she / he", '"she / he"', "she/he"),
        ("x1", "x1: she/he stretches/stretch", '"stretches/stretch"', "/they"),
        ("x1", "she/he x1 their/its arms", "don't match: she/he, their/its", "same persons"),
        ("x1", "x1  rain\nbegins", "extra spaces", "Write: x1 rain begins"),
    ],
)
def test_what_can_be_no_template_is_refused_with_what_to_write(trigger, text, problem, advice):
    with pytest.raises(DatasetkitError) as caught:
        Effect(trigger, text)
    assert problem in str(caught.value)
    assert advice in caught.value.next_step


@pytest.mark.parametrize("subject", ["", "  ", "...", "42."])
def test_an_empty_subject_is_refused(subject):
    with pytest.raises(DatasetkitError, match="subject is empty"):
        require_subject(subject)


@pytest.mark.parametrize(
    ("subject", "effect_text", "joined"),
    [
        ("A wall.", "Then x1.", "A wall. Then x1."),
        ("A wall", "Then x1.", "A wall. Then x1."),
        ("A wall,", "Then x1.", "A wall. Then x1."),
        ("A wall, ", "then x1.", "A wall, then x1."),
        ("A wall...", "Then x1.", "A wall... Then x1."),
        ("A wall (red)", "Then x1.", "A wall (red). Then x1."),
        ("砖墙。", "然后x1。", "砖墙。然后x1。"),
    ],
)
def test_the_boundary_of_subject_and_effect_is_made_right(subject, effect_text, joined):
    assert join(subject, effect_text) == joined


def test_a_table_is_read_and_its_white_space_tidied():
    table = {"trigger": "x1", "text": "\nThen x1\n  rain. ", "name": "rain", "absent_in": ["a.mp4"]}
    assert effect_from_table(table) == Effect("x1", "Then x1 rain.", "rain", ("a.mp4",))
    Draft202012Validator(SCHEMA).validate(table)


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({}, "lacks the key trigger"),
        ({"trigger": "x1"}, "lacks the key text"),
        ({"trigger": "x1", "text": 3}, "has no text for the key text"),
        ({"trigger": "x1", "text": "x1 rain", "triger": "x1"}, 'unknown key "triger"'),
        ({"trigger": "x1", "text": "x1 rain", "absent_in": "a.mp4"}, "absent_in"),
        ({"trigger": "x1", "text": "x1 rain", "absent_in": [1]}, "absent_in"),
        ({"trigger": "two words", "text": "two words x1"}, "is not one word"),
    ],
)
def test_schema_and_reader_refuse_the_same_tables(table, problem):
    with pytest.raises(DatasetkitError, match=problem):
        effect_from_table(table)
    assert not Draft202012Validator(SCHEMA).is_valid(table)


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)


def test_persons_are_found_by_any_medium_of_a_line_and_names_beat_globs():
    table = {"trigger": "x1", "text": "she/he/they x1 runs"}
    said = {"*": "she", "a*.mp4": "he", "a1.mp4": "they", "b/c.jpg": "he", "d.jpg": "she/he", "open": "she/he/they"}
    Draft202012Validator(SCHEMA).validate({**table, "persons": said})
    declared = effect_from_table({**table, "persons": said}).declared
    assert declared.of(media_of({"video_path": "a1.mp4", "first_frame_path": "x.jpg"})) == (Person.THEY,)
    assert declared.of(media_of({"video_path": "./a2.mp4"})) == (Person.HE,)
    assert declared.of(media_of({"first_frame_path": "b/../b/c.jpg"})) == (Person.HE,)
    assert declared.of(media_of({"first_frame_path": "d.jpg"})) == (Person.SHE,)  # an open choice is none
    assert declared.of(media_of({"video_path": "a1.mp4", "last_frame_path": "b/c.jpg"})) == (Person.THEY, Person.HE)
    assert Persons().of(("a1.mp4",)) == ()


@pytest.mark.parametrize("persons", [{"a.mp4": "them"}, {"a.mp4": "she/him"}, {"a.mp4": ""}, {"a.mp4": 1}, "she"])
def test_schema_and_reader_refuse_the_same_persons(persons):
    table = {"trigger": "x1", "text": "she/he x1 runs", "persons": persons}
    with pytest.raises(DatasetkitError, match="is not a person"):
        effect_from_table(table)
    assert not Draft202012Validator(SCHEMA).is_valid(table)


def test_slots_know_their_forms():
    slot = next(part for part in Effect("x1", "x1 hits her/him").parts if isinstance(part, Slot))
    assert slot.forms == {Person.SHE: "her", Person.HE: "him"}
