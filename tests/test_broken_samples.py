"""Each case in sample_data/broken yields its code and nothing else; the good sets yield nothing at all."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from datasetkit.cli import run
from datasetkit.rules import REGISTRY

SAMPLES = Path(__file__).parents[1] / "sample_data"
CASES = tomllib.loads((SAMPLES / "broken" / "expected.toml").read_text("utf-8"))
# built in tests/test_unstorable.py, as git or a hundred megabytes stand in the way
UNSTORABLE = {"D102", "D103", "I308", "V417"}
UNSTORABLE |= {"S701", "S702", "S703", "S704", "S705"}  # in tests/rules, as they need no files
UNSTORABLE |= {"V421"}  # in tests/rules, as it takes a minute


def found(out: str) -> set[str]:
    lines = [line for line in out.splitlines()[1:] if not line.startswith("  ignored:")]
    return {word for line in lines for word in line.split() if word in REGISTRY}


@pytest.mark.parametrize("case", CASES)
def test_a_case_yields_its_code_and_nothing_else(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(["lint", str(SAMPLES / "broken" / case), "--ignore", CASES[case].get("ignore", "S"), *CASES[case]["options"]])
    assert found(capsys.readouterr().out) == {CASES[case]["code"]}


def test_every_case_is_expected_and_every_rule_has_one() -> None:
    stored = {path.name for path in (SAMPLES / "broken").iterdir()} - {"README.md", "expected.toml"}
    assert stored == set(CASES)
    assert {case["code"] for case in CASES.values()} | UNSTORABLE == REGISTRY.keys()


@pytest.mark.parametrize("part", ["i2v/training", "i2v/validation", "kf2v/training", "kf2v/validation"])
def test_the_good_sets_lint_with_no_finding_at_all(part: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--strict", str(SAMPLES / part)]) == 0
    assert "no problems found" in capsys.readouterr().out


@pytest.mark.parametrize("part", ["i2v/training", "i2v/validation", "kf2v/training", "kf2v/validation"])
def test_the_good_sets_build(part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["build", str(SAMPLES / part), "-o", str(tmp_path / "out.zip"), "--verify"]) == 0
    assert run(["lint", "--strict", str(tmp_path / "out.zip"), "--model", "wan2.7-i2v"]) == 0


def test_linting_changes_nothing(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES / "i2v", tmp_path / "i2v")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    run(["lint", str(tmp_path)])
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
