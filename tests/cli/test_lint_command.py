import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import builders
import jsonschema
import pytest
from conftest import Cli, Ran, line

from datasetkit import spec
from datasetkit.report.formats import FORMATS


def test_a_clean_set_says_so_and_what_it_was_taken_for(cli: Cli, clean: Path) -> None:
    ran = cli("lint", clean, "--model", "wan2.2-i2v-flash")
    assert ran.code == 0
    heading, summary = ran.out.splitlines()
    assert heading.startswith(f"{clean}  i2v training set (from its lines), for wan2.2-i2v-flash, 20 samples, ")
    assert summary.startswith("no problems found, ")
    assert ran.err == ""


@pytest.fixture
def faulty(clean: Path, tmp_path: Path) -> Path:
    """An error and two warnings."""
    folder = tmp_path / "faulty"
    shutil.copytree(clean, folder)
    lines = (folder / "data.jsonl").read_text().splitlines()
    lines[3] = line(3, "video_3.mp4", "image_3.jpeg")
    lines[4] = line(4, "video_5.mp4", "image_4.jpg")
    (folder / "data.jsonl").write_text("\n".join(lines))
    (folder / "image_7.jpg").rename(folder / "image_7.png")
    lines[7] = line(7, "video_7.mp4", "image_7.png")
    lines[8] = line(8, "video_8.mp4", "image_8.jpg", last_frame_path="image_9.jpg")
    (folder / "data.jsonl").write_text("\n".join(lines))
    return folder


def test_findings_name_the_line_the_field_and_the_way_out(cli: Cli, faulty: Path) -> None:
    ran = cli("lint", faulty)
    assert ran.code == 1
    assert "data.jsonl:4" in ran.out
    assert "there is no file image_3.jpeg; did you mean image_3.jpg?" in ran.out
    assert "I303 image-extension" in ran.out
    assert "(`build` fixes this)" in ran.out
    assert ran.out.splitlines()[-1].startswith("2 errors, 4 warnings, 2 pieces of advice, ")


def test_select_and_ignore_take_codes_and_prefixes(cli: Cli, faulty: Path) -> None:
    assert cli("lint", faulty, "--select", "V,I3").code == 0
    assert cli("lint", faulty, "--select", "l209").code == 1
    ran = cli("lint", faulty, "--ignore", "L209,L212")
    assert ran.code == 0
    assert "ignored: L209 ×1 (--ignore)" in ran.out


def test_strict_makes_warnings_count(cli: Cli, faulty: Path) -> None:
    assert cli("lint", faulty, "--ignore", "L209,L212").code == 0
    assert cli("lint", faulty, "--ignore", "L209,L212", "--strict").code == 1


def test_the_configuration_beside_the_lines_is_followed_and_options_rule(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    (folder / "datasetkit.toml").write_text(
        'model = "wan2.2-i2v-flash"\ntarget_seconds = 2\nignore = { V419 = "we cut later" }\n'
    )
    ran = cli("lint", folder)
    assert "for wan2.2-i2v-flash" in ran.out
    assert "ignored: V419 ×" in ran.out
    assert "(we cut later)" in ran.out
    assert "for wan2.6-i2v" in cli("lint", folder, "--model", "wan2.6-i2v").out


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("modle = 'x'", "has an unknown key, modle", "Did you mean model?"),
        ("model = ", "isn't valid TOML", "model ="),
        ("kind = 'i3v'", 'kind must be "i2v" or "kf2v", but is "i3v"', 'kind = "i2v"'),
        ("model = 'wan3'", "wan3 isn't among the models", "These can be fine-tuned"),
        ("ignore = { Z000 = 'x' }", "datasetkit.toml: no rule code starts with Z000", "lists the codes"),
        ("ignore = { V411 = '' }", "[ignore] V411", "Write the reason"),
        ("target_seconds = 0", "target_seconds", "length in seconds"),
    ],
)
def test_a_wrong_configuration_could_not_be_run(
    cli: Cli, clean: Path, tmp_path: Path, text: str, message: str, hint: str
) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    (folder / "datasetkit.toml").write_text(text)
    ran = cli("lint", folder)
    assert ran.code == 2
    assert message in ran.err
    assert hint in ran.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("lint",), "Missing argument 'PATH...'"),
        (("lint", "gone"), "there is no folder or zip called gone"),
        (("lint", ""), "the path is empty"),
        (("lint", "x" * 5000), "File name too long"),
        (("lint", "tests", "--target-seconds", "nan"), "must be a number, but is nan"),
        (("lint", "tests", "--target-seconds", "five"), "'five' is not a valid number"),
        (("lint", ".", "--model", "wan"), "no model is called 'wan'"),
        (("lint", ".", "--ignore", "Z"), "no rule code starts with Z"),
        (("lint", ".", "--exclude", "x"), "--exclude only works with --staged"),
        (("lint", ".", "--kind", "t2v"), "'t2v' is not one of"),
        (("lnt", "."), "No such command 'lnt'. Did you mean lint?"),
        (("zzz", "."), "No such command 'zzz'."),
        (("rule", "V999"), "no rule is called V999"),
        (("rule", "V4"), "V4 is a prefix: `datasetkit rule` lists V401 to V4"),
    ],
)
def test_what_could_not_be_run_says_why(cli: Cli, arguments: tuple[str, ...], message: str) -> None:
    ran = cli(*arguments)
    assert ran.code == 2
    assert message in ran.err
    assert ran.out == ""


def test_several_paths_and_several_sets_in_one(cli: Cli, clean: Path, tmp_path: Path) -> None:
    shutil.copytree(clean, tmp_path / "root" / "train")
    shutil.copytree(clean, tmp_path / "root" / "more")
    ran = cli("lint", tmp_path / "root", clean)
    assert ran.code == 0
    assert [row.split("  ")[0] for row in ran.out.splitlines()[:-1]] == [
        str(tmp_path / "root" / "more"),
        str(tmp_path / "root" / "train"),
        str(clean),
    ]
    assert ran.out.splitlines()[-1].startswith("no problems found in 3 datasets")


def test_data_jsonl_itself_may_be_named(cli: Cli, clean: Path) -> None:
    assert cli("lint", clean / "data.jsonl").code == 0


def test_repeated_codes_are_counted_and_all_are_shown_when_asked(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_text("\n".join(line(n, f"v{n}.mp4", f"i{n}.jpg") for n in range(10)))
    assert "… and 15 more L209; `lint --all` shows them" in cli("lint", tmp_path).out
    assert cli("lint", tmp_path, "--all").out.count("L209") == 20


@pytest.mark.parametrize("content", [b"", b"\n", b"not json", b"\xff\xfe{\0}\0"])
def test_an_annotation_file_without_records(cli: Cli, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "data.jsonl").write_bytes(content)
    ran = cli("lint", tmp_path)
    assert ran.code == 1
    assert "S701" in ran.out


def test_an_empty_folder(cli: Cli, tmp_path: Path) -> None:
    ran = cli("lint", tmp_path)
    assert ran.code == 1
    assert "D101 annotations-missing" in ran.out


def test_a_name_that_is_not_utf_8_is_shown(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    (folder / os.fsdecode(b"caf\xe9.txt")).write_bytes(b"")
    assert "caf\\udce9.txt" in cli("lint", folder).out


def test_a_reader_that_goes_away_is_no_error(faulty: Path) -> None:
    command = [sys.executable, "-m", "datasetkit", "lint", "--all", *[str(faulty)] * 30]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert [row for row in process.stderr if not row.startswith(b"next: ")] == []


def test_models_and_rules_are_listed(cli: Cli) -> None:
    assert "wan2.2-kf2v-flash" in cli("models").out
    assert '"checked": "2026-' in cli("models", "--format", "json").out
    assert "V407  video-too-long" in cli("rule").out
    page = cli("rule", "v407").out
    assert page.startswith("V407 video-too-long  (error, documented)")
    assert page == cli("rule", "video-too-long").out


def test_help_names_every_command_and_each_has_its_own(cli: Cli) -> None:
    from datasetkit.cli import _COMMANDS

    ran = cli("--help")
    assert ran.code == 0
    for name in _COMMANDS:
        assert f"  {name} " in ran.out
        assert "Example:" in cli(name, "--help").out


def test_a_machine_format_is_all_that_stdout_says(cli: Cli, faulty: Path) -> None:
    ran = cli("lint", faulty, "--format", "json")
    assert ran.code == 1
    report = json.loads(ran.out)
    assert report["counts"] == {"error": 2, "warning": 4, "advice": 2}
    assert report["datasets"][0]["path"] == str(faulty)


def test_a_report_goes_to_a_file_beside_the_text(
    cli: Cli, faulty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Paths are from the repository's root, wherever in it the command is run."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    ran = cli("lint", "../faulty", "--format", "sarif", "--output", "out.sarif")
    assert ran.code == 1
    assert "data.jsonl:4" in ran.out
    (run,) = json.loads(Path("out.sarif").read_text("utf-8"))["runs"]
    uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]}
    assert uris == {"faulty/data.jsonl"}
    cli("lint", "../faulty", "--output", "out.txt")
    assert "\x1b" not in Path("out.txt").read_text("utf-8")
    assert {path.name for path in Path().iterdir()} == {"out.sarif", "out.txt"}


@pytest.mark.parametrize(("output", "message"), [(".", "is a folder"), ("gone/x.json", "there is no folder gone")])
def test_a_report_that_cannot_be_written(cli: Cli, clean: Path, output: str, message: str) -> None:
    ran = cli("lint", clean, "--format", "json", "--output", output)
    assert ran.code == 2
    assert message in ran.err


@pytest.mark.parametrize("own", ["data.jsonl", "video_3.mp4", "image_3.jpg", "../set.zip"])
def test_a_report_replaces_a_report_but_no_file_of_the_dataset(
    cli: Cli, clean: Path, tmp_path: Path, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    shutil.make_archive(str(folder), "zip", folder)
    monkeypatch.chdir(folder)
    before = Path(own).read_bytes()
    ran = cli("lint", ".", "../set.zip", "--format", "json", "--output", own)
    assert ran.code == 2
    assert Path(own).name in ran.err
    assert Path(own).read_bytes() == before
    for _ in range(2):
        assert cli("lint", ".", "--format", "json", "--output", "report.json").code == 0


def test_the_formats_are_those_there_are(cli: Cli) -> None:
    assert f"[{'|'.join(FORMATS)}]" in cli("lint", "--help").out


def test_statistics_count_the_findings_of_each_code(cli: Cli, faulty: Path) -> None:
    ran = cli("lint", faulty, "--statistics")
    assert ran.code == 1
    rows = ran.out.splitlines()
    assert "1  L209  [*]  file-not-found" in rows
    assert rows[-2] == "[*] fixable with `datasetkit fix`"
    assert rows[-1].startswith("2 errors, 4 warnings, ")
    counted = json.loads(cli("lint", faulty, "--statistics", "--format", "json").out)
    schema = {"$ref": "#/$defs/statistics", "$defs": spec.document("report.schema.json")["$defs"]}
    jsonschema.validate(counted, schema)
    assert {"code": "L209", "name": "file-not-found", "count": 1, "fixable": True} in counted
    assert [row["count"] for row in counted] == sorted((row["count"] for row in counted), reverse=True)


def test_statistics_of_nothing_and_in_other_formats(cli: Cli, clean: Path) -> None:
    assert cli("lint", clean, "--statistics").out.startswith("no problems found")
    assert json.loads(cli("lint", clean, "--statistics", "--format", "json").out) == []
    assert "text or json" in cli("lint", clean, "--statistics", "--format", "sarif").err


def next_command(ran: Ran) -> list[str]:
    """The arguments of the command that the line after `next:` says."""
    (following,) = [row.removeprefix("next: ") for row in ran.err.splitlines() if row.startswith("next: ")]
    name, *arguments = shlex.split(following)
    assert name == "datasetkit"
    return arguments


def test_next_repeats_the_options_and_does_what_it_says(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "it's one"
    shutil.copytree(clean, folder)
    builders.clip(folder / "video_1.mp4", frames=90, size=(64, 96))
    options = ["--model", "wan2.2-i2v-flash", "--role", "training", "--ignore", "S", "--ignore", "V410,V411:a b/*"]
    ran = cli("lint", folder, *options, "--strict")
    assert next_command(ran) == ["fix", str(folder), *options, "--unsafe", "-o", f"{folder}_fixed", "--diff"]
    followed = cli(*next_command(ran))
    assert (followed.code, "video_1.mp4" in followed.out) == (1, True)


def test_next_selects_advice_if_there_is_nothing_else(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    text = (folder / "data.jsonl").read_text()
    (folder / "data.jsonl").write_text(text.replace("in place 0.", "in  place 0."))
    ran = cli("lint", folder, "--select", "P607")
    assert next_command(ran) == ["fix", str(folder), "--select", "P607", "--diff"]
    assert cli(*next_command(ran)).code == 1
    assert "next:" not in cli("lint", folder, "--select", "L").err


def test_next_names_a_dataset_inside_a_zip(cli: Cli, faulty: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        shutil.copytree(faulty, tmp_path / "both" / name)
    archive = shutil.make_archive(str(tmp_path / "both"), "zip", tmp_path / "both")
    following = next_command(cli("lint", archive))
    assert following == ["fix", f"{archive}/one", "-o", f"{tmp_path}/both_fixed", "--diff"]
    assert cli(*following).code == 1


def test_next_for_raw_clips_is_init(cli: Cli, clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = tmp_path / "-raw clips"
    raw.mkdir()
    shutil.copy(clean / "video_1.mp4", raw / "one.MP4")
    monkeypatch.chdir(tmp_path)
    ran = cli("lint", "--model", "wan2.2-i2v-flash", "--", raw.name)
    assert ran.code == 0
    assert next_command(ran) == ["init", "./-raw clips", "-o", "./-raw clips_dataset", "--model", "wan2.2-i2v-flash"]
    assert cli(*next_command(ran)).code == 0
    monkeypatch.chdir(raw)
    assert next_command(cli("lint", "."))[:4] == ["init", ".", "-o", "../-raw clips_dataset_2"]
    (raw / "Data.jsonl").touch()
    assert "next:" not in cli("lint", ".").err


HOSTILE = "evil\n::error file=app.js::X\x1b]0;x\x07##[error]y"


@pytest.mark.parametrize("form", ["text", "github", "json", "sarif"])
def test_a_hostile_key_or_name_steers_nothing(cli: Cli, clean: Path, tmp_path: Path, form: str) -> None:
    folder = tmp_path / "  ::error::set"
    shutil.copytree(clean, folder)
    text = (folder / "data.jsonl").read_text()
    (folder / "data.jsonl").write_text(text.replace('{"prompt"', json.dumps({HOSTILE: "x"})[:-1] + ', "prompt"', 1))
    (folder / HOSTILE.replace("/", "")).touch()
    ran = cli("lint", folder, "--format", form)
    shown = ran.out + ran.err + cli("build", folder, "-o", tmp_path / "x.zip").err
    assert "evil" in shown
    assert "\x1b" not in shown
    assert "##[" not in shown
    commands = [row for row in shown.splitlines() if row.lstrip().startswith("::")]
    assert all(re.match(r"::(error|warning|notice) file=", row) for row in commands)
    assert not commands or form == "github"


def test_a_hostile_configuration_or_argument_steers_nothing(cli: Cli, clean: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(clean, folder)
    (folder / "datasetkit.toml").write_text(json.dumps(HOSTILE) + " = 1")
    for arguments in (("lint", folder), ("lint", folder, "--kind", HOSTILE), (HOSTILE,), ("rule", HOSTILE)):
        ran = cli(*arguments)
        assert ran.code == 2
        assert "evil" in ran.err
        assert not re.search(r"\x1b|##\[|^\s*::", ran.err, re.MULTILINE)


def test_next_for_a_set_in_a_folder_of_a_zip_is_build(cli: Cli, clean: Path, tmp_path: Path) -> None:
    shutil.copytree(clean, tmp_path / "wrapped" / "mine")
    archive = shutil.make_archive(str(tmp_path / "wrapped"), "zip", tmp_path / "wrapped")
    following = next_command(cli("lint", archive))
    assert following == ["build", f"{archive}/mine", "-o", "mine.zip"]
    assert cli(*following[:-1], tmp_path / "mine.zip").code == 0
    assert cli("lint", tmp_path / "mine.zip").code == 0
