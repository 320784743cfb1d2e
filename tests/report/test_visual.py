"""What the report to look at shows, on hand-built values."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest
import visual_values as made
from values import i2v, image, kf2v, video

from datasetkit import spec
from datasetkit.config import Settings
from datasetkit.findings import Ignored, Severity
from datasetkit.footage import Depth
from datasetkit.model import Expected, Foreign, Missing, Outside, Pointer, Unreadable
from datasetkit.prompts.template import Effect
from datasetkit.report.visual import as_json
from datasetkit.report.visual.cards import card, picture_of, prompt_runs
from datasetkit.report.visual.values import SetReport, TextRun, TimeSpan

ERROR, WARNING, ADVICE = Severity.ERROR, Severity.WARNING, Severity.ADVICE
EFFECT = Effect("s86b5p", "Then the s86b5p rain begins, and bills fall on her/him.")


def only(*lines: object, findings: tuple = ()) -> SetReport:
    (one,) = made.report(made.with_findings(made.judged(*lines), *findings)).sets
    return one


def test_the_worst_sample_comes_first_then_the_order_of_lines() -> None:
    found = (
        made.finding("V408", "video-too-short", WARNING, 2),
        made.finding("V408", "video-too-short", WARNING, 3),
        made.finding("V410", "variable-rate", ADVICE, 3),
        made.too_long(5),
    )
    one = only(*map(made.shown, range(1, 6)), findings=found)
    assert [card.line for card in one.cards] == [5, 3, 2, 1, 4]
    assert [card.severity for card in one.cards] == ["error", "warning", "warning", "", ""]
    assert [remark.code for remark in one.cards[1].remarks] == ["V408", "V410"]
    assert len({card.key for card in one.cards}) == 5


def test_findings_are_grouped_by_code_with_why_remedy_command_and_places() -> None:
    found = (
        made.finding("V408", "video-too-short", WARNING, 2),
        made.finding("V408", "video-too-short", WARNING, 3),
        made.too_long(5),
    )
    one = only(*map(made.shown, range(1, 6)), findings=found)
    long, short = one.groups
    assert (long.worst.code, long.count, long.worst.severity) == ("V407", 1, "error")
    assert (short.worst.code, short.count, short.worst.severity) == ("V408", 2, "warning")
    assert "keeps 0.50–4.50 s of 5.00 s" in long.worst.remedy
    assert long.worst.place == "data.jsonl:5"
    assert (long.worst.command, short.worst.command) == ("datasetkit fix V407", "")
    assert (short.why[0].isupper(), "Why:" in short.why) == (True, False)
    assert short.worst.remedy
    keys = {card.line: card.key for card in one.cards}
    assert short.cards == (keys[2], keys[3])


def test_a_finding_on_the_set_leads_to_the_clips_that_it_names() -> None:
    found = made.finding("V408", "video-too-short", ADVICE, None, data={"clips": ("video_2.mp4", "video_4.mp4")})
    one = only(*map(made.shown, range(1, 6)), findings=(found,))
    keys = {card.line: card.key for card in one.cards}
    assert one.groups[0].cards == (keys[2], keys[4])
    assert [card.line for card in one.cards if card.remarks] == [2, 4]


def test_the_codes_to_filter_by_are_those_on_the_cards() -> None:
    of_the_set = made.finding("S704", "imbalance", ADVICE, None)
    verdict = made.with_findings(made.judged(made.shown(1)), made.too_long(), of_the_set)
    assert made.report(verdict).codes == (("V407", "video-too-long"),)


def test_the_verdict_says_whether_errors_block_the_build() -> None:
    blocked = only(made.shown(1), findings=(made.too_long(),))
    assert blocked.blocked
    assert blocked.counts == {"error": 1, "warning": 0, "advice": 0}
    assert blocked.command == "datasetkit next"
    assert not only(made.shown(1)).blocked


@pytest.mark.parametrize("depth", list(Depth))
def test_it_says_how_deep_the_clips_were_looked_at(depth: Depth) -> None:
    verdict = made.judged(made.shown(1), depth=depth)
    assert ("every frame" in made.report(verdict).sets[0].checked_as) == (depth is Depth.FULL)


def test_what_was_left_out_is_noted() -> None:
    verdict = replace(
        made.judged(made.shown(1)), ignored=(Ignored("V4", "we cut later", (made.too_long(),)),), skipped=("V414",)
    )
    notes = " ".join(made.report(verdict).sets[0].notes)
    assert all(words in notes for words in ("V4", "1 finding", "we cut later", "V414"))


def test_an_image_stands_beside_the_frame_that_it_should_be() -> None:
    (pair,) = only(made.shown(1)).cards[0].compared
    assert pair.frame
    assert pair.image.thumbnail == made.thumbnail("image image_1.jpg")
    assert pair.frame.thumbnail == made.thumbnail("first of video_1.mp4")
    assert pair.image.alt == "first-frame image image_1.jpg"
    assert pair.frame.alt == "first frame of video_1.mp4, at 0.00 s"


def test_of_kf2v_both_frames_are_compared() -> None:
    first, last = only(made.framed(1)).cards[0].compared
    assert first.frame
    assert last.frame
    assert last.image.thumbnail == made.thumbnail("image last_1.jpg")
    assert last.frame.thumbnail == made.thumbnail("last of video_1.mp4")
    assert last.frame.alt == "last frame of video_1.mp4, at 4.90 s"


@pytest.mark.parametrize(
    ("code", "match", "differing"),
    [
        ("K502", {"frame": 7, "path": None}, [True, False]),
        ("K503", {"frame": 7, "path": None}, [False, True]),
        ("K502", {"frame": 0, "path": "video_2.mp4"}, [False, False]),
        ("K502", None, [False, False]),
        ("K505", None, [True, True]),
    ],
)
def test_a_difference_is_shown_where_it_tells_something(code: str, match: object, differing: list[bool]) -> None:
    found = made.finding(code, "frame", WARNING, 1, data={"match": match})
    assert [pair.differs for pair in card("key", made.framed(1), None, [found], []).compared] == differing


def test_a_validation_sample_shows_its_image_alone() -> None:
    sample = i2v(1, first=made.pictured())
    sample = replace(sample, references=sample.references[:1])
    (card,) = only(sample).cards
    (pair,) = card.compared
    assert pair.frame is None
    assert (card.title, card.strip, card.curve) == ("image_1.jpg", None, None)


@pytest.mark.parametrize(
    ("medium", "words"),
    [
        (Missing("a.jpg", Expected.IMAGE), "not found"),
        (Outside("../a.jpg", Expected.IMAGE), "outside"),
        (Foreign("a.jpg", 9, Expected.IMAGE, "a GIF image"), "a GIF image"),
        (Pointer("a.jpg", 9, Expected.IMAGE, "Git LFS"), "Git LFS"),
        (Unreadable("a.jpg", 9, Expected.IMAGE, "cut off"), "cut off"),
        (image("a.jpg"), "no picture"),
        (video("a.mp4"), "no picture"),
    ],
)
def test_a_medium_without_a_picture_says_why(medium: object, words: str) -> None:
    shown = picture_of(medium)
    assert shown.thumbnail is None
    assert words in shown.alt


def test_a_strip_says_when_each_frame_is_shown() -> None:
    strip = only(made.shown(1)).cards[0].strip
    assert strip
    assert strip.alt == "8 frames of video_1.mp4, at 0.00, 0.70, 1.40, 2.10, 2.80, 3.50, 4.20, 4.90 s"


def test_the_curve_has_cuts_stills_and_what_a_fix_keeps() -> None:
    sample = i2v(1, first=made.pictured(), clip=made.cut_clip())
    curve = only(sample, findings=(made.too_long(),)).cards[0].curve
    assert curve
    assert (curve.values, curve.seconds, curve.cuts) == ((0.0, 0.5), 5.0, (1.25,))
    assert curve.spans == (TimeSpan(0, 0.4, "black"), TimeSpan(4, 5, "frozen"), TimeSpan(0.5, 4.5, "kept"))
    assert "cuts at 1.25 s; black 0.00–0.40 s; frozen 4.00–5.00 s; kept 0.50–4.50 s" in curve.text


def runs(text: str, effect: Effect | None) -> list[tuple[str, str]]:
    verdict = made.judged(made.prompted(i2v(1), text), settings=Settings(effect=effect))
    reviewed = next(iter(verdict.review.prompts), None)
    return [(run.text, run.kind) for run in prompt_runs(text, reviewed)]


def test_a_prompt_is_told_apart() -> None:
    text = "A woman by the sea. Then the s86b5p rain begins, and bills fall on her."
    assert runs(text, EFFECT) == [
        ("A woman by the sea. ", "subject"),
        ("Then the ", "effect"),
        ("s86b5p", "trigger"),
        (" rain begins, and bills fall on her.", "effect"),
    ]


@pytest.mark.parametrize("text", ["A woman by the sea.", "", "x" * 10_000, "  two  spaces  \n"])
def test_a_prompt_without_the_effect_is_its_own_text(text: str) -> None:
    assert "".join(words for words, _ in runs(text, EFFECT)) == text


def test_drift_is_a_word_diff() -> None:
    text = "A woman by the sea. Then the s86b5p rain starts, and bills fall on her."
    verdict = made.judged(made.prompted(made.shown(1), text), settings=Settings(effect=EFFECT, ignore={"S": ""}))
    (one,) = made.report(verdict).sets
    (drift,) = (remark for remark in one.cards[0].remarks if remark.code == "P604")
    assert drift.diff == (
        TextRun("Then the s86b5p rain", "kept"),
        TextRun("starts,", "removed"),
        TextRun("begins,", "added"),
        TextRun("and bills fall on her.", "kept"),
    )


def test_what_looks_the_same_stands_side_by_side() -> None:
    like = ("video_1.mp4", "video_3.mp4")
    found = made.finding("L211", "duplicate-sample", WARNING, None, data={"like": like})
    (alike,) = only(*map(made.shown, (1, 2, 3)), findings=(found,)).alike
    assert [picture.thumbnail for picture in alike.pictures] == [made.thumbnail(f"first of {path}") for path in like]
    assert len(alike.cards) == 2


def test_a_validation_frame_stands_beside_the_training_frame_that_it_is() -> None:
    training = made.judged(made.shown(1), made.shown(2))
    sample = replace(i2v(1, first=made.pictured("asked.jpg")))
    sample = replace(sample, references=sample.references[:1])
    found = made.finding("L211", "leak", WARNING, 1, data={"like": ("image_2.jpg",)})
    found = replace(found, where=sample.references[0].where)
    validation = made.with_findings(made.renamed(made.judged(sample), "validation"), found)
    (alike,) = made.report(training, validation).sets[1].alike
    wanted = [made.thumbnail("image asked.jpg"), made.thumbnail("image image_2.jpg")]
    assert [picture.thumbnail for picture in alike.pictures] == wanted


def test_the_overview_counts_and_draws_the_limits_in() -> None:
    clips = [
        video("a.mp4", width=1280, height=720, seconds=5),
        video("b.mp4", width=720, height=1280, rate=24),
        video("c.mp4", width=64, height=64, seconds=7),
    ]
    verdict = made.judged(
        *(i2v(n, clip=clip) for n, clip in enumerate(clips, 1)), settings=Settings(model="wan2.2-i2v-flash")
    )
    seen = made.report(verdict).sets[0].overview
    model = spec.find_model("wan2.2-i2v-flash")
    assert seen.lengths
    assert seen.pixels
    assert seen.sizes
    assert sum(seen.lengths.columns) == 3
    assert seen.lengths.limits[-1].at * seen.lengths.end == model.seconds
    assert f"the limit is {model.seconds:g} s" in seen.lengths.text
    assert [(one.label, one.count) for one in seen.orientations] == [("landscape", 1), ("portrait", 1), ("square", 1)]
    assert [(one.label, one.count) for one in seen.rates] == [("16 fps", 2), ("24 fps", 1)]
    assert "1280×720 ×1" in seen.sizes.text
    total = 2 * 1280 * 720 + 64 * 64
    assert seen.pixels.share == pytest.approx((2 * model.max_pixels + 64 * 64) / total)
    assert seen.bytes.limits[-1].at == 1


def test_an_hour_long_clip_leaves_a_chart_that_can_be_drawn() -> None:
    verdict = made.judged(i2v(1, clip=video(seconds=3600)))
    lengths = made.report(verdict).sets[0].overview.lengths
    assert lengths
    assert len(lengths.columns) <= 41
    assert sum(lengths.columns) == 1


def test_a_set_without_samples_has_an_overview_too() -> None:
    for judged in (made.judged(), made.judged(annotations=None)):
        (one,) = made.report(judged).sets
        assert (one.cards, one.overview.lengths, one.overview.sizes) == ((), None, None)


def test_the_json_obeys_its_published_schema_and_holds_no_pictures() -> None:
    sample = i2v(2, first=made.pictured("b.jpg"), clip=made.cut_clip("video_2.mp4"))
    like = made.finding("L211", "duplicate-sample", WARNING, None, data={"like": ("video_1.mp4",)})
    first = made.with_findings(made.judged(made.shown(1), sample, made.framed(3)), made.too_long(2), like)
    second = made.judged(kf2v(1, first=Missing("x", Expected.IMAGE)), settings=Settings(effect=EFFECT))
    text = as_json.render(made.report(first, second, made.judged()))
    assert "strip of" not in text
    jsonschema.validate(json.loads(text), spec.document("visual-report.schema.json"))
