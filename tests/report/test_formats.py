"""Odd names and places in the machine formats, on hand-built values."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from values import dataset, i2v, image, record, video, zipped

from datasetkit.config import Settings
from datasetkit.model import Dataset, Expected, Missing, Outside
from datasetkit.printable import Printable
from datasetkit.report import as_json, github, sarif
from datasetkit.report.places import Placed
from datasetkit.verdict import judge_dataset


def placed(judged: Dataset, path: str = "sets/rain", select: str = "", **wanted: Any) -> Placed:
    return Placed(judge_dataset(judged, Settings(select=[select] if select else [], **wanted)), path)


def results(*reports: Placed) -> list[dict[str, Any]]:
    return json.loads(sarif.report(reports))["runs"][0]["results"]


def uris(result: dict[str, Any], key: str = "locations") -> list[str]:
    return [place["physicalLocation"]["artifactLocation"]["uri"] for place in result.get(key, [])]


def parsed(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as GitHub's runner reads it (ActionCommand.cs)."""
    command, said, message = re.fullmatch(r"::(\w+) (.*?)::(.*)", line).groups()
    pairs = dict(pair.split("=", 1) for pair in said.split(","))
    unescaped = {key: unescape(value, {"%3A": ":", "%2C": ","}) for key, value in pairs.items()}
    return command, unescaped, unescape(message, {})


def unescape(text: str, more: dict[str, str]) -> str:
    for escape, letter in ({"%0D": "\r", "%0A": "\n"} | more).items():
        text = text.replace(escape, letter)
    return text.replace("%25", "%")


@given(st.text(st.characters(exclude_characters="/\0"), min_size=1), st.text(min_size=1))
def test_github_reads_back_what_was_escaped(name: str, clip: str) -> None:
    """Any name a file may have, at any place; and none can begin another command."""
    report = placed(dataset(i2v(3, clip=video(f"{clip}.mp4", interlaced=True))), f"sets/{name}", "V413")
    text = github.report([report])
    assert "\n" not in text
    command, said, message = parsed(text)
    assert (command, said["file"], said["line"]) == ("notice", Printable(f"sets/{name}/data.jsonl"), "3")
    assert said["title"] == "V413 interlaced"
    assert message.startswith("video_path: ")


def test_github_says_where_in_a_zip() -> None:
    judged = zipped(i2v(3, clip=video("a.mp4", interlaced=True)), prefix="wrapped/")
    _, said, message = parsed(github.report([placed(judged, "a, b.zip", "V413")]))
    assert said == {"file": "a, b.zip", "title": "V413 interlaced"}
    assert message.startswith("wrapped/data.jsonl:3: video_path: ")


def test_nothing_found_is_no_command() -> None:
    assert github.report([placed(dataset(i2v(1)), select="V")]) == ""
    assert results(placed(dataset(i2v(1)), select="V")) == []


CLIP = video("video/第 1.mp4", interlaced=True)


def test_sarif_points_at_the_line_and_relates_the_medium() -> None:
    (result,) = results(placed(dataset(i2v(7, clip=CLIP)), select="V413"))
    assert uris(result) == ["sets/rain/data.jsonl"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 7}
    assert uris(result, "relatedLocations") == ["sets/rain/video/%E7%AC%AC%201.mp4"]
    assert (result["level"], result["suppressions"]) == ("note", [])


@pytest.mark.parametrize(
    ("medium", "code"),
    [(Missing("gone.mp4", Expected.VIDEO), "L209"), (Outside("/etc/a.mp4", Expected.VIDEO), "L210")],
)
def test_what_is_not_there_is_not_related(medium: Missing | Outside, code: str) -> None:
    judged = dataset(i2v(1, clip=medium), files=())
    (result,) = results(placed(judged, select=code))
    assert "relatedLocations" not in result


def test_json_names_no_file_outside_the_dataset() -> None:
    judged = dataset(i2v(1, clip=Outside("../a.mp4", Expected.VIDEO)), i2v(2, clip=Missing("b.mp4", Expected.VIDEO)))
    findings = json.loads(as_json.report([placed(judged, select="L2")]))["datasets"][0]["findings"]
    assert [(f["code"], f["medium"]) for f in findings] == [("L210", None), ("L209", "sets/rain/b.mp4")]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("", "data.jsonl"),
        ("a b%", "a%20b%25/data.jsonl"),
        ("a:b", "a%3Ab/data.jsonl"),
        ("caf\udce9", "caf%E9/data.jsonl"),
        ("/home/a b", "file:///home/a%20b/data.jsonl"),
        ("C:/a", "file:///C%3A/a/data.jsonl"),
    ],
)
def test_sarif_uris(path: str, uri: str) -> None:
    (result,) = results(placed(dataset(i2v(1)), path, "S701"))
    assert uris(result) == [uri]
    based = result["locations"][0]["physicalLocation"]["artifactLocation"].get("uriBaseId")
    assert based == (None if uri.startswith("file:") else "%SRCROOT%")


def test_sarif_inside_a_zip() -> None:
    (result,) = results(placed(zipped(i2v(3, clip=CLIP)), "set.zip", "V413"))
    assert uris(result) == ["set.zip"]
    assert "region" not in result["locations"][0]["physicalLocation"]
    assert result["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "data.jsonl:3/video_path"}]
    assert "relatedLocations" not in result


def fingerprint(judged: Dataset, code: str) -> list[str]:
    return [result["partialFingerprints"]["datasetkit/v1"] for result in results(placed(judged, select=code))]


def test_a_fingerprint_stays_when_lines_are_added_above() -> None:
    assert fingerprint(dataset(i2v(1, clip=CLIP)), "V413") == fingerprint(dataset(i2v(9, clip=CLIP)), "V413")
    bare = {"prompt": "a"}
    assert fingerprint(dataset(record(bare, 1)), "L206") == fingerprint(dataset(record(bare, 5)), "L206")


def test_equal_findings_have_fingerprints_of_their_own() -> None:
    twice = fingerprint(dataset(record({"prompt": "a"}, 1), record({"prompt": "a"}, 2)), "L206")
    assert len(twice) == 2
    assert len(set(twice)) == 2


def test_ignored_findings_are_suppressed_with_their_reason() -> None:
    report = placed(dataset(i2v(1, clip=CLIP)), select="V413", ignore={"V413:video/*": "a film"})
    (result,) = results(report)
    assert result["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "a film"}]
    (told,) = json.loads(as_json.report([report]))["datasets"]
    assert told["findings"] == []
    assert [(i["code"], i["reason"], len(i["findings"])) for i in told["ignored"]] == [("V413:video/*", "a film", 1)]
    assert github.report([report]) == ""


def test_no_name_can_spoil_the_encoding() -> None:
    judged = dataset(i2v(1, first=image("caf\udce9\x1b[31m.jpg", frames=2)))
    for text in (as_json.report([placed(judged, "p\udce9")]), sarif.report([placed(judged, "p\udce9")])):
        assert text.isascii()
        json.loads(text)
    assert "\x1b" not in github.report([placed(judged)])
