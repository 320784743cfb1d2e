"""The page of previews: everything at its place, and nothing in it that a prompt could break out of."""

from __future__ import annotations

import re

from datasetkit.report.preview_page import PreviewCell, PreviewRow, preview_page


def test_a_row_a_prompt_and_a_column_a_checkpoint() -> None:
    cells = [PreviewCell("checkpoint-50/0.mp4", "sharpness 5"), None]
    page = preview_page("Previews of ft-1", ["checkpoint-50", "checkpoint-100"], [PreviewRow("A cat.", "a.jpg", cells)])
    assert re.findall(r'<th scope="col">(.*?)</th>', page) == ["prompt", "checkpoint-50", "checkpoint-100"]
    assert re.findall(r'src="(.*?)"', page) == ["a.jpg", "checkpoint-50/0.mp4"]
    assert "A cat." in page
    assert "sharpness 5" in page
    assert "no preview" in page


def test_nothing_is_loaded_from_elsewhere() -> None:
    page = preview_page("x", [], [])
    assert "://" not in page
    assert "default-src 'none'" in page


def test_foreign_text_stays_text() -> None:
    evil = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
    page = preview_page(evil, [evil], [PreviewRow(evil, None, [PreviewCell("0.mp4", evil)])])
    assert evil not in page
    assert page.count("<script>") == 1
    assert "<img" not in page
