from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from values import NAME, clip, dataset, found, i2v, image, kf2v, record, sample, video, zipped

from datasetkit import spec
from datasetkit.config import Settings
from datasetkit.errors import DatasetkitError
from datasetkit.findings import Assumed, Basis, Problem, Severity
from datasetkit.footage import Depth
from datasetkit.model import (
    BrokenLine,
    Dataset,
    Expected,
    Flaw,
    Foreign,
    Kind,
    Prompt,
    Role,
    Sample,
    Video,
    Where,
)
from datasetkit.rules import REGISTRY, Context, Rule
from datasetkit.rules.engine import assume
from datasetkit.rules.registry import check_codes
from datasetkit.verdict import judge_dataset

LINES = "from its lines"


def valid(line: int) -> Sample:
    return sample(line, first_frame_path=image(f"image_{line}.jpg"))


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        (dataset(i2v(1)), Assumed(Kind.I2V, Role.TRAINING, LINES, LINES)),
        (dataset(kf2v(1)), Assumed(Kind.KF2V, Role.TRAINING, LINES, LINES)),
        (dataset(valid(1)), Assumed(Kind.I2V, Role.VALIDATION, LINES, LINES)),
        (dataset(kf2v(1), kf2v(2), i2v(3)), Assumed(Kind.KF2V, Role.TRAINING, LINES, LINES, mixed=True)),
        (dataset(kf2v(1), i2v(2), i2v(3)), Assumed(Kind.I2V, Role.TRAINING, LINES, LINES, mixed=True)),
        (dataset(i2v(1), valid(2), valid(3)), Assumed(Kind.I2V, Role.VALIDATION, LINES, LINES)),
        (dataset(), Assumed(Kind.I2V, Role.TRAINING, "assumed", "assumed")),
        (dataset(annotations=None), Assumed(Kind.I2V, Role.TRAINING, "assumed", "assumed")),
    ],
)
def test_kind_and_role_are_taken_from_the_lines(judged: Dataset, expected: Assumed) -> None:
    assert assume(judged, Settings(), None) == expected


def test_what_is_asked_for_wins() -> None:
    wanted = Settings(kind=Kind.KF2V, role=Role.VALIDATION, origin={"kind": "--kind", "role": "datasetkit.toml"})
    assert assume(dataset(i2v(1)), wanted, None) == Assumed(
        Kind.KF2V, Role.VALIDATION, "--kind", "from datasetkit.toml"
    )


def test_without_lines_the_model_decides_the_kind() -> None:
    model = spec.find_model("wan2.2-kf2v-flash")
    assumed = assume(dataset(), Settings(), model)
    assert (assumed.kind, assumed.kind_from) == (Kind.KF2V, "from wan2.2-kf2v-flash")


def test_the_verdict_names_its_model() -> None:
    assert judge_dataset(dataset(), Settings(model="wan2.5-i2v-preview-ft-202511111122-ab12")).model == spec.find_model(
        "wan2.5-i2v-preview"
    )
    assert judge_dataset(dataset(), Settings()).model is None
    with pytest.raises(DatasetkitError, match=r"no model is called 'wan9'"):
        judge_dataset(dataset(), Settings(model="wan9"))


FAULTY = dataset(
    i2v(1, clip=video("a.avi", interlaced=True)),
    i2v(2, first=image("b.jpg", frames=2)),
    BrokenLine(Where(NAME, 3), Flaw.NOT_JSON, "no"),
)


@pytest.mark.parametrize(
    ("select", "codes"),
    [
        ([], ["V405", "V413", "I307", "L202", "S701"]),
        (["V"], ["V405", "V413"]),
        (["V405", "I"], ["V405", "I307"]),
        (["D"], []),
    ],
)
def test_select(select: list[str], codes: list[str]) -> None:
    assert [f.code for f in judge_dataset(FAULTY, Settings(select=select)).findings] == codes


def test_ignored_findings_are_counted_with_the_closest_reason() -> None:
    verdict = judge_dataset(
        FAULTY, Settings(ignore={"V": "not now", "V413": "on purpose", "S": "a test", "I308": "unused"})
    )
    assert [f.code for f in verdict.findings] == ["I307", "L202"]
    assert {(i.code, i.count, i.reason) for i in verdict.ignored} == {
        ("V", 1, "not now"),
        ("V413", 1, "on purpose"),
        ("S", 1, "a test"),
    }


@pytest.mark.parametrize(
    ("entry", "left"),
    [
        ("V405:a.avi", {"V413", "I307", "L202"}),
        ("V:a.avi", {"I307", "L202"}),
        ("V:*.avi", {"I307", "L202"}),
        ("V:?.mp4", {"V405", "V413", "I307", "L202"}),
        ("I307:A.jpg", {"V405", "V413", "I307", "L202"}),
        ("L202:data.jsonl", {"V405", "V413", "I307"}),
        ("I:*", {"V405", "V413", "L202"}),
    ],
)
def test_an_entry_with_a_path_holds_for_that_file(entry: str, left: set[str]) -> None:
    assert {f.code for f in found(FAULTY, ignore={entry: "so"})} == left


def test_an_entry_for_a_file_is_closer_than_one_for_all_and_none_is_for_the_set() -> None:
    ignore = {"V413": "all", "V4:a.avi": "this", "S:*": "never", "V4:*": "some"}
    verdict = judge_dataset(FAULTY, Settings(ignore=ignore))
    assert [(i.code, [f.code for f in i.findings]) for i in verdict.ignored] == [("V4:a.avi", ["V405", "V413"])]
    assert "S701" in {f.code for f in verdict.findings}


def test_a_path_with_brackets_may_be_written_as_it_is() -> None:
    judged = dataset(i2v(1, clip=video("a[1].mp4", interlaced=True)))
    assert not found(judged, "V", ignore={"V413:a[1].mp4": "so"})


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("V407X", "Did you mean V407?"),
        ("L2O9", "Did you mean L209?"),
        ("video-too-lng", "Did you mean video-too-long (V407)?"),
        ("V9", "`datasetkit rule` lists the codes."),
        ("Q", "`datasetkit rule` lists the codes."),
        ("", "`datasetkit rule` lists the codes."),
    ],
)
def test_unknown_codes_cannot_be_selected_or_ignored(code: str, hint: str) -> None:
    with pytest.raises(DatasetkitError, match="no rule code starts with") as raised:
        check_codes(["V4", code], "--select")
    assert raised.value.next_step == hint


def test_known_codes_and_prefixes_pass() -> None:
    check_codes(["D", "V4", "V407", *REGISTRY], "--select")


@pytest.mark.parametrize(
    ("judged", "build", "severity", "fixed_by_build"),
    [
        (dataset, False, Severity.ADVICE, True),
        (dataset, True, Severity.ADVICE, True),
        (zipped, False, Severity.WARNING, False),
        (zipped, True, Severity.ADVICE, True),
    ],
)
def test_what_build_mends_is_advice_until_the_zip_is_made(
    judged: Callable[[Sample], Dataset], build: bool, severity: Severity, fixed_by_build: bool
) -> None:
    (finding,) = judge_dataset(judged(i2v(1, clip=video("a.avi"))), Settings(select=["V"]), build=build).findings
    assert (finding.severity, finding.fixed_by_build) == (severity, fixed_by_build)


def test_what_build_does_not_mend_keeps_its_weight() -> None:
    (finding,) = judge_dataset(dataset(i2v(1, clip=video(missing=1))), Settings(select=["V"]), build=True).findings
    assert (finding.severity, finding.fixed_by_build) == (Severity.ERROR, False)


def test_findings_follow_the_lines_and_the_set_comes_last() -> None:
    judged = dataset(i2v(1), i2v(2, first=image("2.bmp")), record({}, 3), stray=["notes.txt"])
    order = [(f.where.line, f.code) for f in found(judged)]
    assert order == sorted(order, key=lambda at: (at[0] is None, at[0] or 0, at[1]))
    assert order[-1] == (None, "D105")
    assert len(order) == 5


def test_a_finding_carries_its_rule_and_its_medium() -> None:
    (finding,) = found(dataset(i2v(4, clip=video("a.mp4", interlaced=True))))
    rule = REGISTRY["V413"]
    assert (finding.code, finding.name, finding.basis) == (rule.code, rule.name, rule.basis)
    assert (finding.where, finding.medium) == (Where(NAME, 4, "video_path"), "a.mp4")


@pytest.mark.parametrize(
    ("judged", "code", "data"),
    [
        (
            dataset(i2v(1, clip=clip(116))),
            "V407",
            {"seconds": 7.25, "limit": 5},
        ),
        (dataset(i2v(1, clip=clip(8))), "V408", {"seconds": 0.5, "limit": 2}),
        (dataset(i2v(1, first=image(width=5000))), "I304", {"width": 5000, "height": 360, "limit": 4096}),
        (dataset(i2v(1), stray=["b.mp4"]), "D104", {"paths": ("b.mp4",)}),
        (dataset(i2v(1)), "S701", {"samples": 1, "limit": 10}),
    ],
)
def test_a_finding_holds_the_numbers_and_paths_of_its_message(
    judged: Dataset, code: str, data: dict[str, object]
) -> None:
    (finding,) = found(judged, code, model="wan2.2-i2v-flash")
    assert finding.data == data
    assert json.dumps(dict(finding.data))


def test_a_medium_is_judged_once_but_in_each_of_its_roles() -> None:
    clip = video("a.mp4", interlaced=True)
    foreign = Foreign("a.mp4", clip.size, Expected.IMAGE, "an MP4 video")
    judged = dataset(i2v(1, clip=clip), i2v(2, first=foreign, clip=clip), i2v(3, first=foreign))
    assert [(f.where.line, f.code) for f in found(judged, "I") + found(judged, "V")] == [(2, "I302"), (1, "V413")]


@pytest.fixture
def deep(monkeypatch: pytest.MonkeyPatch) -> Rule:
    """A rule that wants clips decoded whole."""

    def check(video: Video, ctx: Context) -> Iterator[Problem]:
        yield Problem("seen")

    rule = Rule("X900", "deep", Video, Severity.WARNING, Basis.HEURISTIC, "full", check)
    monkeypatch.setitem(REGISTRY, rule.code, rule)
    return rule


def test_a_rule_that_needs_more_is_skipped_and_said_so(deep: Rule) -> None:
    judged = dataset(i2v(1))
    shallow = judge_dataset(judged, Settings(select=["X"]))
    assert (shallow.findings, shallow.skipped) == ((), (deep.code,))
    thorough = judge_dataset(replace(judged, depth=Depth.FULL), Settings(select=["X"]))
    assert ([f.code for f in thorough.findings], thorough.skipped) == ([deep.code], ())


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The prompts that a rule on prompts was handed."""
    texts: list[str] = []

    def check(prompt: Prompt, ctx: Context) -> Iterator[Problem]:
        texts.append(prompt.text)
        yield from ()

    rule = Rule("X901", "prompts", Prompt, Severity.WARNING, Basis.HEURISTIC, "header", check)
    monkeypatch.setitem(REGISTRY, rule.code, rule)
    return texts


def test_every_prompt_is_handed_out(seen: list[str]) -> None:
    judge_dataset(dataset(i2v(1), record({"prompt": 3}, 2), i2v(3)), Settings())
    assert seen == ["a person, number 1", "a person, number 3"]


def test_a_verdict_counts_by_severity() -> None:
    verdict = judge_dataset(FAULTY, Settings())
    assert [verdict.count(s) for s in Severity] == [2, 1, 2]
