"""The page as text: no script, nothing fetched, each picture once, and foreign text stays text."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import pytest
import visual_values as made
from hypothesis import given
from hypothesis import strategies as st
from values import i2v, image, video

from datasetkit.config import Settings
from datasetkit.findings import Severity
from datasetkit.prompts.template import Effect
from datasetkit.report.visual.html import render
from datasetkit.report.visual.values import VisualReport
from datasetkit.verdict import Verdict

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>.mp4',
    "</style></svg><iframe src=//x>",
    "&lt;b&gt;&amp;",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "a\u202egnp.mp4",
    "line\nbreak\x00\x1b[31m",
    "\udcff.mp4",
    "x" * 10_000,
]


class Page(HTMLParser):
    """The elements of a page, the text in them, and whether they are closed in order."""

    VOID = ("meta", "input", "path", "rect", "use", "image", "polyline")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data if "style" not in self.open else ""


def blocked() -> Verdict:
    verdict = made.judged(made.shown(1), made.shown(2), made.framed(3))
    match = {"frame": 7, "path": None}
    mismatch = made.finding("K502", "first-frame-mismatch", Severity.WARNING, 2, data={"match": match})
    return made.with_findings(verdict, made.too_long(1), mismatch)


def named(name: str) -> VisualReport:
    """A report in which everything foreign is called that."""
    effect = Effect("s86b5p", "Then the s86b5p rain begins on her.")
    sample = made.prompted(i2v(1, first=image(name), clip=made.filmed(name)), f"{name} s86b5p rain falls. {name}")
    found = made.finding("V407", "video-too-long", Severity.ERROR, 1, data={"like": (name,)})
    found = replace(found, message=f"{name} is too long")
    verdict = made.with_findings(made.judged(sample, settings=Settings(effect=effect)), found)
    return made.report(made.renamed(verdict, name), following=f"datasetkit build {name}")


def test_there_is_no_script_and_nothing_is_fetched() -> None:
    page = Page(render(made.report(blocked())))
    assert {tag for tag, _ in page.elements} & {"script", "link", "iframe", "object", "embed", "base", "form"} == set()
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert attributes.get("href", "#")[:5] in ("data:", "#") or attributes["href"].startswith("#")
        assert "src" not in attributes


def test_the_policy_allows_the_stylesheet_by_its_hash_and_nothing_else() -> None:
    text = render(made.report(blocked()))
    (policy,) = (one["content"] for tag, one in Page(text).elements if "http-equiv" in one)
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)
    assert style
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert policy == f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'"


def test_each_picture_is_in_the_page_once() -> None:
    verdict = blocked()
    page = Page(render(made.report(verdict, made.renamed(verdict, "again"))))
    pictures = [b64decode(one["href"].partition(",")[2]).decode() for tag, one in page.elements if tag == "image"]
    assert max(Counter(pictures).values()) == 1
    assert {"image image_1.jpg", "first of video_1.mp4", "strip of video_2.mp4", "last of video_3.mp4"} <= set(pictures)


def test_ids_are_unique_and_every_link_leads_somewhere() -> None:
    elements = Page(render(made.report(blocked(), made.renamed(blocked(), "again")))).elements
    ids = Counter(one["id"] for _, one in elements if "id" in one)
    assert max(ids.values()) == 1
    links = {one["href"][1:] for _, one in elements if one.get("href", "").startswith("#")}
    assert links <= set(ids)


def test_every_picture_has_words_or_is_hidden() -> None:
    within: list[dict[str, str]] = [one for tag, one in Page(render(made.report(blocked()))).elements if tag == "svg"]
    for one in within:
        nested = one.get("class") in ("film", "over")
        assert nested or one.get("aria-hidden") == "true" or (one["role"] == "img" and one["aria-label"])


@pytest.mark.parametrize("name", HOSTILE)
def test_foreign_text_stays_text(name: str) -> None:
    harmless, page = Page(render(named("name"))), Page(render(named(name)))
    assert {tag for tag, _ in page.elements} == {tag for tag, _ in harmless.elements}
    assert {name for _, one in page.elements for name in one} <= {name for _, one in harmless.elements for name in one}
    assert not any(letter in page.text for letter in "\u202e\x00\x1b\udcff")
    if name.isprintable():
        assert page.text.count(name) >= 4


@given(st.text(st.characters(exclude_categories=[]), max_size=40))
def test_no_text_breaks_the_page(name: str) -> None:
    text = render(named(name))
    assert "script" not in {tag for tag, _ in Page(text).elements}
    assert text.encode()


def test_a_long_prompt_scrolls_and_can_be_reached_by_keyboard() -> None:
    elements = Page(render(named("x" * 10_000))).elements
    (prompt,) = (one for _, one in elements if one.get("class", "").startswith("prompt"))
    assert prompt["tabindex"] == "0"


def test_the_difference_is_shown_where_a_finding_needs_it() -> None:
    shown = [one.get("class") for _, one in Page(render(made.report(blocked()))).elements]
    assert shown.count("picture difference") == 1


def test_an_empty_state_is_a_sentence() -> None:
    clean = Page(render(made.report(made.with_findings(made.judged(made.shown(1))), following="datasetkit build set")))
    assert "Ready to build" in clean.text
    assert "No findings" in clean.text
    assert "datasetkit build set" in clean.text
    empty = Page(render(made.report(made.with_findings(made.judged()))))
    assert "nothing to build" in empty.text
    assert "no samples to show" in empty.text


def test_a_clip_of_no_known_motion_or_one_sample_is_drawn() -> None:
    still = made.judged(i2v(1, first=image(), clip=video()), i2v(2, clip=made.filmed(seen=None)))
    assert "video_1.mp4" in Page(render(made.report(still))).text


def test_pictures_may_lie_beside_the_page() -> None:
    page = Page(render(made.report(blocked()), lambda picture: f"pictures/{picture.webp.decode()[:5]}.webp"))
    (policy,) = (one["content"] for tag, one in page.elements if "http-equiv" in one)
    assert "img-src data: file: 'self'" in policy
    assert all(one["href"].startswith("pictures/") for tag, one in page.elements if tag == "image")
