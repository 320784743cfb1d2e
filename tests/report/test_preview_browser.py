"""The page of previews in a real browser: it plays, its own policy lets it, and axe-core finds nothing."""

from __future__ import annotations

from collections.abc import Iterator

import builders
import pytest
from browser import appear, axe_source, chromium, violations
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from datasetkit.report.preview_page import PreviewCell, PreviewRow, preview_page

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    folder = tmp_path_factory.mktemp("previews")
    builders.clip(folder / "0.mp4", frames=160)
    builders.jpeg(folder / "0.jpg")
    rows = [PreviewRow("A cat.", "0.jpg", [PreviewCell("0.mp4", "sharpness 5\nmotion 1"), None])]
    (folder / "index.html").write_text(preview_page("Previews of ft-1", ["50", "100"], rows), "utf-8")
    with chromium() as started:
        started.get((folder / "index.html").as_uri())
        yield started


def test_the_videos_play_and_pause_together(driver: Chrome) -> None:
    button = driver.find_element(By.TAG_NAME, "button")
    button.click()
    assert button.text == "Pause"
    assert driver.execute_script("return document.querySelector('video').paused") is False
    button.click()
    assert button.text == "Play"
    assert driver.execute_script("return document.querySelector('video').paused") is True
    assert driver.get_log("browser") == []


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(driver: Chrome, dark: bool) -> None:
    appear(driver, width=360, dark=dark)
    assert violations(driver, axe_source()) == []
