"""The shortcut for records that are right can't disagree with the schemas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasetkit.model import Kind, Role, Sample, Where
from datasetkit.rules.shape import shape_faults
from datasetkit.spec import record_schema

KINDS = [(kind, role) for kind in Kind for role in Role]
FIELDS = ["prompt", "first_frame_path", "last_frame_path", "video_path", "else"]
values = st.text() | st.sampled_from(["a", " ", "", "\ud800", "a\n", 1, None, ["a"]])
records = st.dictionaries(st.sampled_from(FIELDS), values)


@pytest.mark.parametrize(("kind", "role"), KINDS)
def test_the_schemas_have_no_keyword_that_the_shortcut_does_not_know(kind, role):
    schema = record_schema(kind, role)
    notes = {"$schema", "title", "$comment", "description"}
    assert schema.keys() - notes == {"type", "required", "additionalProperties", "properties"}
    assert (schema["type"], schema["additionalProperties"]) == ("object", False)
    for field in schema["properties"].values():
        assert field.keys() - notes == {"type", "pattern"}
        assert field["type"] == "string"


@given(st.sampled_from(KINDS), records)
def test_a_record_has_faults_exactly_where_the_schema_says_so(kind_and_role, record):
    from jsonschema import Draft202012Validator

    valid = Draft202012Validator(record_schema(*kind_and_role)).is_valid(record)
    assert valid == (not list(shape_faults(Sample(Where("data.jsonl", 1), record), *kind_and_role)))


@pytest.mark.parametrize(("kind", "role"), KINDS)
def test_a_right_record_has_none(kind, role):
    record = dict.fromkeys(record_schema(kind, role)["properties"], "a")
    assert not list(shape_faults(Sample(Where("data.jsonl", 1), record), kind, role))
