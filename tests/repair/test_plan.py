from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datasetkit.edits import (
    Box,
    Convert,
    DropLine,
    GrabFrame,
    LineEdit,
    Reencode,
    SetField,
    SetLine,
    StripBom,
    Which,
    merge,
)
from datasetkit.model import (
    BrokenLine,
    Dataset,
    Expected,
    File,
    Flaw,
    Image,
    Missing,
    Reference,
    Sample,
    Source,
    Video,
    Where,
)
from datasetkit.repair.plan import Step, plan
from datasetkit.repair.wording import describe_line, describe_medium


def sample(line: int, **paths: str) -> Sample:
    references = tuple(
        Reference(Where("data.jsonl", line, f"{field}_path"), path, Missing(path, Expected.VIDEO))
        for field, path in paths.items()
    )
    return Sample(Where("data.jsonl", line), {}, references=references)


def dataset(*lines: Sample | BrokenLine, files: tuple[str, ...] = ()) -> Dataset:
    return Dataset("set", Source.FOLDER, 0, lines=lines, files=tuple(File(path, 1) for path in files))


PAIR = dataset(
    sample(1, first_frame="a.gif", video="a.webm"),
    sample(2, first_frame="b.png", last_frame="c.png", video="a.webm"),
    BrokenLine(Where("data.jsonl", 3), Flaw.NOT_JSON, "?"),
    files=("a.gif", "a.webm", "b.png", "c.png", "a.png"),
)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Reencode("a", upright=True), Reencode("a", steady=True), Reencode("a", upright=True, steady=True)),
        (
            Reencode("a", seconds=Fraction(5), max_side=4096),
            Reencode("a", seconds=Fraction(4), start=Fraction(1)),
            Reencode("a", seconds=Fraction(4), start=Fraction(1), max_side=4096),
        ),
        (Convert("a", format="PNG"), Convert("a", rgb=True), Convert("a", format="PNG", rgb=True)),
        (Convert("a", format="PNG"), Convert("a", format="JPEG"), None),
        (Reencode("a", crop=Box(0, 0, 2, 2)), Reencode("a", crop=Box(0, 0, 4, 2)), None),
        (Reencode("a", rate=Fraction(24)), Reencode("a", rate=Fraction(30)), None),
        (Reencode("a", rate=Fraction(24)), Reencode("a", sdr=True), Reencode("a", rate=Fraction(24), sdr=True)),
        (Convert("a", upright=True), GrabFrame("a", "v"), GrabFrame("a", "v")),
        (GrabFrame("a", "v"), GrabFrame("a", "w"), None),
        (Reencode("a"), Convert("a"), None),
        (SetField(1, "prompt", "x"), SetField(1, "prompt", "x"), SetField(1, "prompt", "x")),
        (SetField(1, "prompt", "x"), SetField(1, "prompt", "y"), None),
        (SetLine(1, "x"), DropLine(1), None),
        (StripBom(), StripBom(), StripBom()),
    ],
)
def test_edits_on_one_target_merge_or_contradict(one, other, both) -> None:
    assert merge(one, other) == both


CLIPS = st.builds(
    Reencode,
    st.just("a"),
    *[st.booleans()] * 5,
    *[st.none() | st.fractions(0, 10)] * 2,
    st.just(None),
    *[st.none() | st.integers(2, 9999)] * 2,
)


@given(CLIPS, CLIPS, CLIPS)
def test_merging_is_a_lattice(one: Reencode, two: Reencode, three: Reencode) -> None:
    assert merge(one, one) == one
    assert merge(one, two) == merge(two, one)
    assert merge(merge(one, two), three) == merge(one, merge(two, three))


def test_a_renamed_medium_is_renamed_in_every_line() -> None:
    made = plan([Reencode("a.webm"), Convert("a.gif", first_frame=True)], PAIR)
    assert made.media == (
        Step(Reencode("a.webm"), "a.mp4"),
        Step(Convert("a.gif", first_frame=True), "a_2.png"),  # a.png is another image
    )
    assert made.lines == (
        SetField(1, "first_frame_path", "a_2.png"),
        SetField(1, "video_path", "a.mp4"),
        SetField(2, "video_path", "a.mp4"),
    )


def test_a_field_that_is_set_to_a_renamed_medium_follows() -> None:
    made = plan([Reencode("a.webm"), SetField(1, "video_path", "a.webm")], PAIR)
    assert made.lines[0] == SetField(1, "video_path", "a.mp4")
    assert not made.refused


def test_frames_follow_a_clip_that_is_cut() -> None:
    made = plan([Reencode("a.webm", seconds=Fraction(5))], PAIR)
    assert [step.edit for step in made.media] == [
        Reencode("a.webm", seconds=Fraction(5)),
        GrabFrame("c.png", "a.webm", Which.LAST),
    ]
    for changed in ({"crop": Box(0, 0, 8, 8)}, {"sdr": True}):
        paths = [step.path for step in plan([Reencode("a.webm", **changed)], PAIR).media]
        assert paths == ["a.mp4", "a.jpg", "b.png", "c.png"]
    assert [step.path for step in plan([Reencode("a.webm", rate=Fraction(24))], PAIR).media] == ["a.mp4"]


def test_what_a_frame_shows_now_is_said_whichever_rule_comes_first() -> None:
    plain, known = GrabFrame("a.jpg", "a.webm"), GrabFrame("a.jpg", "a.webm", instead_of="frame 7")
    for edits in ([plain, known], [known, plain]):
        made = plan(edits, PAIR)
        assert [step.edit.instead_of for step in made.media if isinstance(step.edit, GrabFrame)] == ["frame 7"]
        assert not made.refused


def test_an_edit_by_two_rules_is_one_step() -> None:
    made = plan([Reencode("a.webm", upright=True), Reencode("a.webm", steady=True)], PAIR)
    assert len(made.media) == 1


def prompt(line: int, text: str) -> SetField:
    return SetField(line, "prompt", text)


def test_contradictions_are_refused() -> None:
    made = plan([prompt(1, "x"), prompt(1, "y"), prompt(3, "z"), SetLine(3, "{}")], PAIR)
    assert made.lines == (prompt(1, "x"), SetLine(3, "{}"))
    assert made.refused == {prompt(1, "y"), prompt(3, "z")}


def test_a_broken_line_takes_no_field() -> None:
    made = plan([prompt(3, "z")], PAIR)
    assert (made.lines, made.refused) == ((), {prompt(3, "z")})


def test_an_empty_plan_is_false() -> None:
    assert not plan([], PAIR)
    assert plan([StripBom()], PAIR)


def test_a_step_that_failed_takes_its_lines_with_it() -> None:
    made = plan([Reencode("a.webm"), prompt(1, "x")], PAIR)
    assert made.without(made.media) == replace(made, media=(), lines=(prompt(1, "x"),))


def test_a_plan_is_one_line_a_target() -> None:
    made = plan([Reencode("a.webm", upright=True, seconds=Fraction(5), max_pixels=262144), prompt(2, "new")], PAIR)
    assert list(made.describe(PAIR)) == [
        "a.webm → a.mp4: MP4, upright, keeps 0.00–5.00 s, at most 262,144 pixels",
        "c.png: replaced by the last frame of a.webm",
        "line 1, video_path: a.mp4",
        "line 2, prompt: new",
        "line 2, video_path: a.mp4",
    ]


CLIP = Video("a.mp4", 1, "mp4", "h264", 1280, 720, 100, Fraction(139, 5), Fraction(25))
IMAGE = Image("a.png", 1, "PNG", 1280, 720, frames=12, transparent=True)


@pytest.mark.parametrize(
    ("edit", "medium", "words"),
    [
        (Reencode("a.mp4", seconds=Fraction(5)), CLIP, ["keeps 0.00–5.00 s of 27.80 s"]),
        (Reencode("a.mp4", start=Fraction(25), seconds=Fraction(5)), CLIP, ["keeps 25.00–27.80 s of 27.80 s"]),
        (Reencode("a.mp4", start=Fraction(2)), CLIP, ["keeps 2.00–27.80 s of 27.80 s"]),
        (Reencode("a.mp4", start=Fraction(2)), None, ["MP4", "keeps all from 2.00 s on"]),
        (Reencode("a.mp4", crop=Box(0, 90, 1280, 540)), CLIP, ["crops 1280×720 to 1280×540 at 0,90"]),
        (Reencode("a.mp4", rate=Fraction(16)), CLIP, ["16 in place of 25 fps (drops frames, keeps the length)"]),
        (Reencode("a.mp4", rate=Fraction(60)), CLIP, ["60 in place of 25 fps (repeats frames, keeps the length)"]),
        (Reencode("a.mp4", rate=Fraction(30000, 1001)), None, ["MP4", "29.97 fps"]),
        (Reencode("a.mp4", sdr=True), CLIP, ["HDR converted to SDR"]),
        (GrabFrame("a.png", "a.mp4"), IMAGE, ["replaced by the first frame of a.mp4"]),
        (GrabFrame("a.png", "a.mp4", instead_of="frame 7"), IMAGE, ["first frame of a.mp4, in place of frame 7"]),
        (Reencode("a.mp4", max_pixels=9999), CLIP, ["shrinks 1280×720 to at most 9,999 pixels"]),
        (Convert("a.png", "JPEG", rgb=True), IMAGE, ["JPEG", "8-bit RGB on white"]),
        (Convert("a.png", "PNG", first_frame=True), IMAGE, ["keeps the first picture of 12"]),
        (Convert("a.png", max_side=512), IMAGE, ["shrinks 1280×720 to sides of at most 512"]),
    ],
)
def test_an_edit_that_can_not_be_undone_says_what_it_keeps(edit, medium, words: list[str]) -> None:
    assert list(describe_medium(edit, medium)) == words


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (SetField(1, "video_path", "b.mp4"), "line 1, video_path: a.mp4 → b.mp4"),
        (SetField(1, "prompt", "a man " * 30 + "walks"), "line 1, prompt: … man a man [-runs-] {+walks+}"),
        (SetField(1, "first_frame_path", "a.jpg"), "line 1, first_frame_path: a.jpg"),
        (SetLine(2, '{"prompt": "x"}'), "line 2: rewritten (there is a comment)"),
        (SetLine(3, "x", 5), "line 3-5: rewritten"),
    ],
)
def test_a_line_is_described_by_what_changes(edit: LineEdit, words: str) -> None:
    record = {"prompt": "a man " * 30 + "runs", "video_path": "a.mp4"}
    broken = BrokenLine(Where("data.jsonl", 2), Flaw.NOT_JSON, "there is a comment")
    assert describe_line(edit, {1: Sample(Where("data.jsonl", 1), record), 2: broken}) == words
