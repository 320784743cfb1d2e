"""Every broken case in every format, as the golden files beside this one hold it.

`python tests/report/test_golden.py` writes them anew; read the difference before you commit it.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
import click
import jsonschema
import pinned  # noqa: F401 - before all that reads a limit, also where this is run as a program
import pytest

from datasetkit import __version__, spec
from datasetkit.cli.lint import command
from datasetkit.cli.options import judging
from datasetkit.report.formats import FORMATS, load
from datasetkit.report.places import Placed
from datasetkit.rules import REGISTRY
from datasetkit.verdict import Verdict, check_all

ROOT = Path(__file__).parents[2]
BROKEN = ROOT / "sample_data" / "broken"
GOLDEN = Path(__file__).parent / "golden"
CASES = tomllib.loads((BROKEN / "expected.toml").read_text("utf-8"))


def judged(case: str) -> Iterator[Verdict]:
    arguments = [str(BROKEN / case), "--ignore", CASES[case].get("ignore", "S"), *CASES[case]["options"]]
    yield from check_all(arguments[0], **judging(command.make_context("lint", arguments).params))


@cache
def placed() -> tuple[Placed, ...]:
    """Each case as if it had been named from the top of the repository."""
    return tuple(
        Placed(verdict, Path(verdict.dataset.name).relative_to(ROOT).as_posix())
        for case in CASES
        for verdict in judged(case)
    )


@cache
def reported(form: str) -> str:
    return load(form)(placed())


def golden(form: str) -> str:
    """What is kept: `told`, without this machine's folders."""
    return told(form).replace(f"{ROOT}/", "")


def told(form: str) -> str:
    """A format's report without the version and the rules' pages, which have their own tests.

    Of JSON a line a dataset or result, as white space doesn't matter and differences are then read with ease.
    """
    text = click.unstyle(reported(form)).replace(f'"{__version__}"', '"VERSION"')
    if form in ("text", "github"):
        return text + "\n"
    value = json.loads(text)
    if form == "json":
        return lines(value, value["datasets"])
    log = value["runs"][0]
    log["tool"]["driver"]["rules"] = [f"{rule['id']} {rule['name']}" for rule in log["tool"]["driver"]["rules"]]
    return lines(value, log["results"])


def lines(whole: dict[str, Any], parts: list[dict[str, Any]]) -> str:
    """A line for the whole without its parts, and one for each of them."""
    rows = [json.dumps(part, ensure_ascii=False) for part in parts]
    parts.clear()
    return "\n".join([json.dumps(whole, ensure_ascii=False), *rows]) + "\n"


@pytest.mark.parametrize("form", sorted(path.stem for path in GOLDEN.iterdir()))
def test_every_broken_case_reads_as_kept(form: str) -> None:
    assert golden(form) == (GOLDEN / f"{form}.txt").read_text("utf-8"), "is that meant? see this file's beginning"


def test_the_json_report_obeys_its_published_schema() -> None:
    jsonschema.validate(json.loads(reported("json")), spec.document("report.schema.json"))


def test_the_sarif_report_obeys_the_official_schema(sarif_schema: Path) -> None:
    schema = json.loads(sarif_schema.read_text("utf-8"))
    jsonschema.validate(json.loads(reported("sarif")), schema, cls=jsonschema.Draft4Validator)


def run() -> dict[str, Any]:
    (only,) = json.loads(reported("sarif"))["runs"]
    return only


def test_each_rule_brings_its_page_and_each_result_finds_its_rule() -> None:
    rules = run()["tool"]["driver"]["rules"]
    assert [rule["help"]["text"] for rule in rules] == [REGISTRY[rule["id"]].doc for rule in rules]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run()["results"])


def test_fingerprints_tell_results_apart() -> None:
    prints = [result["partialFingerprints"]["datasetkit/v1"] for result in run()["results"]]
    assert len(set(prints)) == len(prints)


def test_the_files_that_reports_point_at_are_there() -> None:
    absent = set()
    for dataset in json.loads(reported("json"))["datasets"]:
        absent |= {f["path"] for f in dataset["findings"] if not (ROOT / f["path"]).exists()}
    cases = ("D101-annotations-missing",)
    assert absent <= {f"sample_data/broken/{case}/data.jsonl" for case in cases}


if __name__ == "__main__":
    for name in FORMATS:
        (GOLDEN / f"{name}.txt").write_text(golden(name), "utf-8")
