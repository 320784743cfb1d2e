"""Whatever a scan may hand over: lint answers with findings, never with a traceback."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from values import NAME, dataset

from datasetkit import spec
from datasetkit.config import Settings
from datasetkit.findings import Finding
from datasetkit.model import (
    Annotations,
    BrokenLine,
    Dataset,
    Expected,
    Flaw,
    Foreign,
    Hazard,
    Image,
    Kind,
    Medium,
    Missing,
    Outside,
    Pointer,
    Prompt,
    Reference,
    Role,
    Sample,
    Source,
    Unreadable,
    Video,
    Where,
)
from datasetkit.rules import REGISTRY
from datasetkit.verdict import judge_dataset

# datasets are large values; half the usual examples take a few seconds
LAW = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])

FIELDS = ["first_frame_path", "last_frame_path", "video_path"]
PATHS = st.sampled_from(["a.jpg", "A.JPG", "a.mp4", "b/a.mp4", "é.png", "第1个.mov", "x", ".png", "a b.avi"]) | st.text(
    min_size=1, max_size=8
)
SIZES = st.integers(0, 2**31)
SIDES = st.integers(1, 9000)
EXPECTED = st.sampled_from(Expected)
SECONDS = st.fractions(0, 20)
IMAGES = st.builds(
    Image,
    PATHS,
    SIZES,
    st.sampled_from(spec.limits().image_formats),
    SIDES,
    SIDES,
    mode=st.sampled_from(["RGB", "CMYK", "I;16", "RGB;16", "P"]),
    orientation=st.integers(1, 8),
    frames=st.integers(1, 3),
    transparent=st.booleans(),
    digest=st.none() | st.sampled_from("ab"),
)
VIDEOS = st.builds(
    Video,
    PATHS,
    SIZES,
    st.sampled_from(spec.limits().video_containers),
    st.sampled_from(["h264", "av1", ""]),
    SIDES,
    SIDES,
    st.integers(1, 500),
    SECONDS,
    st.fractions(0, 240),
    rotation=st.sampled_from([0, 90, 180, 270]),
    mirrored=st.booleans(),
    pixel_aspect=st.just(Fraction(1)) | st.fractions(Fraction(1, 9), 9),
    jitter=st.fractions(0, 1),
    missing=st.integers(0, 3),
    digest=st.none() | st.sampled_from("ab"),
)
OTHERS = (
    st.builds(Unreadable, PATHS, SIZES, EXPECTED, st.text())
    | st.builds(Foreign, PATHS, SIZES, EXPECTED, st.text())
    | st.builds(Pointer, PATHS, SIZES, EXPECTED, st.sampled_from(["Git LFS", "git-annex"]))
    | st.builds(Missing, PATHS, EXPECTED, st.lists(PATHS, max_size=3).map(tuple))
    | st.builds(Outside, PATHS, EXPECTED)
)
VALUES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just([]) | st.just({})
RECORDS = st.dictionaries(st.sampled_from([*FIELDS, "prompt", "vidio_path", "note"]) | st.text(), VALUES, max_size=5)


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    line = draw(st.integers(1, 99))
    named: dict[str, Medium] = draw(st.dictionaries(st.sampled_from(FIELDS), IMAGES | VIDEOS | OTHERS))
    text = draw(st.none() | st.text(st.characters(exclude_categories=[])))
    references = tuple(Reference(Where(NAME, line, f), draw(PATHS), medium) for f, medium in named.items())
    return Sample(
        Where(NAME, line),
        draw(RECORDS) | {r.where.field: r.written for r in references if r.where.field},
        Prompt(Where(NAME, line, "prompt"), text) if text is not None else None,
        references,
        draw(st.just(()) | st.just(("prompt",))),
    )


BROKEN = st.builds(
    BrokenLine,
    st.builds(Where, st.just(NAME), st.integers(1, 99)),
    st.sampled_from(Flaw),
    st.just("why"),
    st.none() | SIZES,
)
DATASETS = st.builds(
    lambda lines, stray, **changed: dataset(*lines, stray=stray, **changed),
    st.lists(samples() | BROKEN, max_size=5),
    st.lists(PATHS, max_size=3),
    name=PATHS,
    source=st.sampled_from(Source),
    size=SIZES,
    annotations=st.none() | st.builds(Annotations, st.just(NAME), SIZES, st.booleans(), st.just(()) | st.just((2, 3))),
    hazards=st.lists(
        st.builds(Hazard, PATHS | st.just(""), st.text(min_size=1).filter(str.strip), st.booleans()), max_size=2
    ).map(tuple),
    near=st.lists(PATHS, max_size=2).map(tuple),
    prefix=st.sampled_from(["", "my set/"]),
)
WANTED = st.builds(
    Settings,
    model=st.none() | st.sampled_from([model.id for model in spec.models()]),
    kind=st.none() | st.sampled_from(Kind),
    role=st.none() | st.sampled_from(Role),
    target_seconds=st.none() | st.floats(0.1, 20),
)


@LAW
@given(DATASETS, WANTED, st.booleans())
def test_lint_answers_and_says_something(judged: Dataset, wanted: Settings, build: bool) -> None:
    findings = judge_dataset(judged, wanted, build=build).findings
    assert all(f.code in REGISTRY and f.message.strip() for f in findings)
    assert findings == judge_dataset(judged, wanted, build=build).findings


@LAW
@given(DATASETS, WANTED)
def test_selecting_takes_from_the_whole_what_ignoring_leaves(judged: Dataset, wanted: Settings) -> None:
    def findings(**changed: object) -> list[Finding]:
        options = {"model": wanted.model, "kind": wanted.kind, "role": wanted.role} | changed
        return list(judge_dataset(judged, Settings(**options)).findings)

    whole = findings()
    assert findings(select=["V", "L2"]) == [f for f in whole if f.code.startswith(("V", "L2"))]
    assert findings(ignore={"V": "", "L2": ""}) == [f for f in whole if not f.code.startswith(("V", "L2"))]


@LAW
@given(DATASETS)
def test_building_never_makes_a_finding_worse(judged: Dataset) -> None:
    """Only what is wrong with the name of the zip that is built from goes away: nobody will upload that."""
    source = judged if judged.source is Source.FOLDER else replace(judged, name="set.zip")
    before = judge_dataset(source, Settings()).findings
    after = judge_dataset(judged, Settings(), build=True).findings
    assert [f.code for f in before] == [f.code for f in after]
    assert all(a.severity <= b.severity for a, b in zip(after, before, strict=True))
