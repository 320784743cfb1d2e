"""Every rule is a page: what, why, source, example and remedy."""

import re
from itertools import pairwise

import pytest

from datasetkit.rules import REGISTRY, Rule
from datasetkit.rules.registry import rule

PARAGRAPHS = ["Why:", "Source:", "Example:", "Remedy:"]


@pytest.fixture(params=sorted(REGISTRY))
def known(request: pytest.FixtureRequest) -> Rule:
    return REGISTRY[request.param]


def test_a_page_has_its_paragraphs_in_order(known: Rule) -> None:
    lines = known.doc.splitlines()
    starts = [lines.index(next(line for line in lines if line.startswith(label))) for label in PARAGRAPHS]
    assert all(first < second for first, second in pairwise(starts))
    assert lines[1] == ""
    assert len(lines) <= 14


def test_a_page_says_what_in_one_sentence_first(known: Rule) -> None:
    first = known.doc.splitlines()[0]
    assert re.fullmatch(r"[A-Z].+\.\)?", first), first


def test_codes_and_names_are_well_formed(known: Rule) -> None:
    assert re.fullmatch(r"[A-Z][1-9]\d\d", known.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", known.name)


def test_the_heuristic_is_called_our_own(known: Rule) -> None:
    source = known.doc.split("Source:")[1].split("Example:")[0]
    told = {"heuristic": "our own judgement", "documented": "documented", "guidance": "guidance"}
    assert told.get(known.basis, "client") in source


def test_names_are_unique() -> None:
    assert len({known.name for known in REGISTRY.values()}) == len(REGISTRY)


def test_a_code_is_given_once() -> None:
    known = REGISTRY["V407"]
    with pytest.raises(ValueError, match="two rules are called V407"):
        rule("V407", "again", on=known.on, severity=known.severity, basis=known.basis)(known.check)
