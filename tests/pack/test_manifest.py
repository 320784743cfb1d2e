import json
from dataclasses import replace

import jsonschema
import pytest

from datasetkit import __version__, spec
from datasetkit.errors import DatasetkitError
from datasetkit.findings import Assumed, Basis, Finding, Ignored, Severity
from datasetkit.leftout import DroppedSample
from datasetkit.model import Dataset, Kind, Role, Source, Where
from datasetkit.pack.layout import Layout, PackedFile
from datasetkit.pack.manifest import Output, manifest, manifest_path, manifest_text, refuse_manifest
from datasetkit.verdict import Verdict


@pytest.fixture
def built(tmp_path):
    media = (PackedFile("clip.mp4", "clip.mp4", 7), PackedFile("图.jpg", "image/image_001.jpg", 8))
    layout = Layout(Kind.KF2V, Role.TRAINING, 20, b"{}", media, frozenset({3, 4}))
    return Output(tmp_path / "雨.zip", layout, "ab" * 32)


def finding(code, fixed_by_build=False, path="data.jsonl"):
    where = Where(path, 3, "video_path")
    return Finding(code, "a-name", Severity.WARNING, Basis.HEURISTIC, where, "too odd", fixed_by_build, "clip.mp4")


def verdict(*findings, model=None):
    dataset = Dataset("set", Source.FOLDER, 0, dropped=(DroppedSample(4, "dark.mp4", ("dark.mp4",), "too dark"),))
    assumed = Assumed(Kind.KF2V, Role.TRAINING, "from its lines", "from its lines")
    return Verdict(
        dataset, assumed, model, findings, (Ignored("V41", "as filmed", (finding("V411"), finding("V413"))),)
    )


def test_everything_is_there(built):
    value = manifest(built, verdict(finding("V408"), model=spec.find_model("wan2.2-kf2v-flash")))
    jsonschema.validate(value, spec.document("build.schema.json"))
    assert value == {
        "datasetkit": __version__,
        "file": "雨.zip",
        "kind": "kf2v",
        "role": "training",
        "model": "wan2.2-kf2v-flash",
        "samples": 20,
        "dropped": [{"line": 4, "clip": "dark.mp4", "reason": "too dark"}],
        "bytes": built.layout.size,
        "sha256": "ab" * 32,
        "renamed": {"图.jpg": "image/image_001.jpg"},
        "ignored": [{"code": "V41", "count": 2, "reason": "as filmed"}],
        "findings": [
            {
                "code": "V408",
                "name": "a-name",
                "severity": "warning",
                "basis": "heuristic",
                "path": "data.jsonl",
                "line": 3,
                "field": "video_path",
                "medium": "clip.mp4",
                "message": "too odd",
            }
        ],
    }


def test_what_was_ignored_for_some_files_goes_by_their_names_in_the_zip(built):
    images = [replace(finding(code), medium="图.jpg") for code in ("I305", "I306", "I305")]
    about = Finding("D106", "a-name", Severity.ERROR, Basis.HEURISTIC, Where("a, b"), "a pipe")
    ignored = (Ignored("I3:*.jpg", "so", tuple(images)), Ignored("V408:clip.mp4", "short", (finding("V408"),)))
    judged = replace(verdict(), ignored=(*ignored, Ignored("D106:a, b", "not packed", (about,))))
    value = manifest(built, judged)
    jsonschema.validate(value, spec.document("build.schema.json"))
    assert value["ignored"] == [
        {"code": "I305:image/image_001.jpg", "count": 2, "reason": "so"},
        {"code": "I306:image/image_001.jpg", "count": 1, "reason": "so"},
        {"code": "V408:clip.mp4", "count": 1, "reason": "short"},
    ]


def test_what_was_fixed_is_left_out(built):
    assert manifest(built, verdict(finding("D107", fixed_by_build=True)))["findings"] == []


def test_it_is_readable_text_beside_the_zip(built):
    assert json.loads(manifest_text(built, verdict())) == manifest(built, verdict())
    assert "图.jpg" in manifest_text(built, verdict()).decode()
    assert manifest_path(built.path) == built.path.with_name("雨.zip.json")


def test_a_name_that_is_not_utf8_is_escaped(built):
    text = manifest_text(built, verdict(finding("D105", path="\udcff.txt"))).decode()
    assert json.loads(text)["findings"][0]["path"] == "\udcff.txt"


def test_its_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(spec.document("build.schema.json"))


@pytest.mark.parametrize(
    ("line", "medium", "kept"),
    [
        (None, None, True),
        (3, None, True),
        (5, None, False),
        (3, "clip.mp4", True),
        (5, "clip.mp4", True),  # reported at the first line that names it
        (3, "other.mp4", False),
    ],
)
def test_what_is_in_the_other_zip_of_a_split_is_left_to_that(built, line, medium, kept):
    found = Finding(
        "V408", "a-name", Severity.WARNING, Basis.HEURISTIC, Where("data.jsonl", line), "odd", False, medium
    )
    assert bool(manifest(built, verdict(found))["findings"]) is kept


@pytest.mark.parametrize("content", [b"{}", b"[1]", b"mine", b"\xff", b"[" * 100_000, b'{"datasetkit": 1}'])
def test_a_file_that_is_no_manifest_is_not_replaced_unless_forced(tmp_path, content):
    (tmp_path / "a.zip.json").write_bytes(content)
    with pytest.raises(DatasetkitError, match=r"a\.zip\.json already exists"):
        refuse_manifest(tmp_path / "a.zip", force=False)
    refuse_manifest(tmp_path / "a.zip", force=True)


def test_an_older_manifest_is_replaced_and_a_folder_never(built, tmp_path):
    manifest_path(built.path).write_bytes(manifest_text(built, verdict()))
    refuse_manifest(built.path, force=False)
    (tmp_path / "b.json").mkdir()
    with pytest.raises(DatasetkitError, match="is a folder"):
        refuse_manifest(tmp_path / "b", force=True)
