from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import Cli, line


@pytest.fixture
def settled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dataset with a configuration, in the working directory; its clip isn't there, and needn't be."""
    monkeypatch.chdir(tmp_path)
    folder = Path("第一 set")
    folder.mkdir()
    (folder / "data.jsonl").write_text(line(1, "gone.mp4", "gone.jpg"))
    (folder / "datasetkit.toml").write_text(
        'model = "wan2.7-i2v"\nignore = { "L209:gone.*" = "on the other disk", S = "a start" }\n'
    )
    return folder


def test_every_setting_has_its_origin(cli: Cli, settled: Path) -> None:
    ran = cli("config", settled, "--kind", "i2v")
    assert (ran.code, ran.err) == (0, "")
    rows = [
        row.split("  ", 1)[0] and [part.strip() for part in row.strip().split("  ") if part]
        for row in (row.strip() for row in ran.out.splitlines())
    ]
    assert rows == [
        ["第一 set"],
        ["model", "wan2.7-i2v", "第一 set/datasetkit.toml"],
        ["kind", "i2v", "--kind"],
        ["role", "(worked out from data.jsonl)", "default"],
        ["region", "(none)", "default"],
        ["target_seconds", "(none)", "default"],
        ["effect", "(the one that the prompts share)", "default"],
        ["ignore.L209:gone.*", "on the other disk", "第一 set/datasetkit.toml"],
        ["ignore.S", "a start", "第一 set/datasetkit.toml"],
    ]


def test_json_and_the_environment(cli: Cli, settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_API_REGION", "beijing")
    (told,) = json.loads(cli("config", settled, "--format", "json").out)
    assert told["dataset"] == "第一 set"
    assert told["settings"]["region"] == {"value": "beijing", "origin": "DASHSCOPE_API_REGION"}
    assert told["settings"]["kind"] == {"value": None, "origin": "default"}


def test_lint_follows_what_config_says_and_shows_the_reasons(cli: Cli, settled: Path) -> None:
    ran = cli("lint", settled)
    assert ran.code == 0
    assert "ignored: L209:gone.* ×2 (on the other disk)" in ran.out


def test_another_file_may_be_named(cli: Cli, settled: Path) -> None:
    Path("team.toml").write_text("target_seconds = 4\nrole = 'training'\n")
    out = cli("config", settled, "--config", "team.toml").out
    assert "wan2.7-i2v" not in out
    assert "4" in out
    ran = cli("lint", settled, "--config", "team.toml")
    assert "L209" in ran.out
    assert "kind from its lines, role from team.toml" in ran.out


def test_a_zip_and_the_working_directory(cli: Cli, settled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.make_archive("packed", "zip", settled)
    assert "packed.zip/datasetkit.toml" in cli("config", "packed.zip").out
    monkeypatch.chdir(settled)
    assert "wan2.7-i2v" in cli("config").out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("config", "gone"), "there is no folder or zip called gone"),
        (("config", "--config", "gone.toml"), "can't read gone.toml: No such file"),
        (("lint", ".", "--config", "."), "can't read .: Is a directory"),
        (("config", "--model", "wan9"), "no model is called 'wan9'"),
    ],
)
def test_what_could_not_be_run_says_why(cli: Cli, settled: Path, arguments: tuple[str, ...], message: str) -> None:
    ran = cli(*arguments)
    assert ran.code == 2
    assert message in ran.err


def test_a_code_that_no_rule_has_is_named_with_its_file(cli: Cli, settled: Path) -> None:
    (settled / "datasetkit.toml").write_text('ignore = { "V999:a.mp4" = "x" }')
    ran = cli("config", settled)
    assert ran.code == 2
    assert f"{settled}/datasetkit.toml: no rule code starts with V999" in ran.err


@pytest.mark.parametrize("command", ["lint", "build"])
def test_a_model_that_does_not_exist_is_named_with_its_file(cli: Cli, settled: Path, command: str) -> None:
    (settled / "datasetkit.toml").write_text('model = "wan9"')
    ran = cli(command, settled, *(("-o", settled / "x.zip") if command == "build" else ()))
    assert ran.code == 2
    assert f"{settled}/datasetkit.toml: no model is called 'wan9'" in ran.err
