"""The page in a real browser: nothing complained of, filters, keyboard, dark, narrow, no stylesheet, axe-core."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import builders
import pytest
import visual_values as made
from browser import appear, axe_source, chromium, violations
from scenes import texture
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from values import i2v

from datasetkit.findings import Severity
from datasetkit.footage import Cut, Cuts, Film, Motion, Seen, Still, Stills, Thumbnail
from datasetkit.media.thumbnails import thumbnail_of
from datasetkit.model import Expected, Missing, Sample, Video
from datasetkit.report.visual.html import render

pytestmark = pytest.mark.xdist_group("browser")

CODES = [("V407", "video-too-long", Severity.ERROR), ("K502", "first-frame-mismatch", Severity.WARNING)]
LONG = "x" * 10_000


def picture(seed: int, width: int = 64, height: int = 36) -> Thumbnail:
    return thumbnail_of(texture((width, height), seed), 40)


def real_clip(name: str, seed: int) -> Video:
    motion = Motion(0, 0, 0, 0, 0, 0.5, tuple(0.01 * (n % 7) for n in range(20)))
    stills = Stills((Still(4, 5, False), Still(0, 0.3, True)), whole=False)
    seen = Seen(80, True, None, (motion, stills, Cuts((Cut(1.25, False),))))
    film = Film(picture(seed, 512, 36), tuple(0.7 * n for n in range(8)), picture(seed + 1), picture(seed + 2))
    return made.filmed(name, film=film, seen=seen)


def real(line: int) -> Sample:
    first = replace(made.pictured(f"image_{line}.jpg"), thumbnail=picture(50 * line + 9))
    return made.prompted(i2v(line, first=first, clip=real_clip(f"video_{line}.mp4", 50 * line)), f"Person {line}.")


def page() -> str:
    """Two sets with errors, warnings, notes, clean samples, what is missing and what is hostile."""
    lines = [*map(real, range(1, 6)), made.prompted(i2v(6, first=Missing("<b>.jpg", Expected.IMAGE)), LONG)]
    found = [
        made.too_long(2),
        *(made.finding(code, name, severity, 3) for code, name, severity in CODES),
        made.finding("V410", "variable-rate", Severity.ADVICE, 4),
        made.finding("S706", "near-duplicate", Severity.WARNING, None, data={"like": ("video_3.mp4",)}),
    ]
    first = made.with_findings(made.judged(*lines), *found)
    second = made.renamed(made.with_findings(made.judged(real(1))), "بيانات <i>" + "n" * 200)
    return render(made.report(first, second, following=f"datasetkit fix {'a' * 300}"))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(page(), "utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def started() -> Iterator[Chrome]:
    with chromium() as driver:
        yield driver


@pytest.fixture
def driver(started: Chrome, url: str) -> Chrome:
    """The browser, with the page just opened."""
    appear(started)
    started.get(url)
    started.get_log("browser")  # of the page before
    return started


def visible(driver: Chrome) -> list[str]:
    return [one.get_dom_attribute("id") for one in driver.find_elements(By.CSS_SELECTOR, ".card") if one.is_displayed()]


def choose(driver: Chrome, name: str) -> list[str]:
    """The lines of the first set's cards that are left under a filter."""
    driver.find_element(By.ID, name).click()
    return sorted(key.removeprefix("set1-line") for key in visible(driver) if key.startswith("set1"))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 800, 1280])
def test_nothing_is_complained_of_and_nothing_sticks_out(driver: Chrome, url: str, width: int, dark: bool) -> None:
    appear(driver, width=width, dark=dark)
    driver.get(url)
    assert driver.get_log("browser") == []
    assert driver.execute_script("return document.documentElement.scrollWidth") == width


def decoded(driver: Chrome) -> bool:
    """Whether every picture of the page can be decoded."""
    script = "return Promise.all([...document.querySelectorAll('image')].map(one => one.decode().then(() => true)))"
    return all(driver.execute_script(script))


def test_every_picture_is_drawn(driver: Chrome) -> None:
    assert decoded(driver)
    uses = "return [...document.querySelectorAll('.picture > use')].map(one => one.getBBox().width)"
    assert min(driver.execute_script(uses)) > 0


def test_the_filters_work_without_script(driver: Chrome) -> None:
    assert choose(driver, "show-all") == ["1", "2", "3", "4", "5", "6"]
    assert choose(driver, "show-found") == ["2", "3", "4"]
    assert choose(driver, "show-clean") == ["1", "5", "6"]
    assert choose(driver, "show-error") == ["2", "3"]
    assert choose(driver, "show-warning") == ["3"]
    assert choose(driver, "show-advice") == ["4"]
    assert choose(driver, "show-all") == ["1", "2", "3", "4", "5", "6"]
    assert choose(driver, "rule-K502") == ["3"]
    assert choose(driver, "rule-V407") == ["2", "3"]
    assert choose(driver, "show-warning") == ["3"]
    assert choose(driver, "rule-any") == ["3"]


def test_it_counts_the_samples_that_are_shown(driver: Chrome) -> None:
    choose(driver, "show-error")
    script = "return getComputedStyle(document.querySelector('.shown'), '::after').content"
    assert "of 6 samples shown" in driver.execute_script(script)


def test_a_finding_leads_to_its_card(driver: Chrome) -> None:
    appear(driver, height=600)
    driver.find_element(By.CSS_SELECTOR, ".places a").click()
    assert driver.current_url.endswith("#set1-line2")
    assert driver.execute_script("return document.querySelector(':target').getBoundingClientRect().top") < 200


def test_the_keyboard_reaches_filters_cards_and_the_skip_link(driver: Chrome) -> None:
    body = driver.find_element(By.TAG_NAME, "body")
    body.send_keys(Keys.TAB)
    assert driver.switch_to.active_element.text == "Skip to the samples"
    driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert driver.current_url.endswith("#samples")
    driver.find_element(By.ID, "show-all").send_keys(Keys.ARROW_RIGHT)
    assert driver.find_element(By.ID, "show-found").is_selected()
    driver.find_element(By.ID, "show-all").send_keys(Keys.SPACE)
    summary = driver.find_element(By.CSS_SELECTOR, "#set1-line1 summary")
    summary.send_keys(Keys.ENTER)
    assert driver.find_element(By.CSS_SELECTOR, "#set1-line1 .prompt").is_displayed()
    focusable = "return [...document.querySelectorAll('.longer, .scroll')].every(one => one.tabIndex === 0)"
    assert driver.execute_script(focusable)


def test_cards_with_findings_are_open_and_others_closed(driver: Chrome) -> None:
    assert driver.find_element(By.CSS_SELECTOR, "#set1-line2 .prompt").is_displayed()
    assert not driver.find_element(By.CSS_SELECTOR, "#set1-line1 .prompt").is_displayed()


def played(driver: Chrome) -> str:
    strip = driver.find_element(By.CSS_SELECTOR, "#set1-line2 .scroll")
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", strip)
    ActionChains(driver).move_to_element(strip).perform()
    script = "return getComputedStyle(document.querySelector('#set1-line2 .film use')).animationName"
    return driver.execute_script(script)


def test_a_film_plays_on_hover_unless_motion_is_unwanted(driver: Chrome) -> None:
    assert played(driver) == "film"
    appear(driver, **{"prefers-reduced-motion": "reduce"})
    assert played(driver) == "none"


def test_dark_is_dark(driver: Chrome) -> None:
    colour = "return getComputedStyle(document.body).backgroundColor"
    assert driver.execute_script(colour) == "rgb(253, 253, 252)"
    appear(driver, dark=True)
    assert driver.execute_script(colour) == "rgb(20, 21, 23)"


def test_hostile_text_is_shown_and_does_nothing(driver: Chrome) -> None:
    assert "<b>.jpg: file not found" in driver.find_element(By.ID, "set1-line6").get_property("textContent")
    assert driver.find_elements(By.CSS_SELECTOR, "article b:not(.trigger), i") == []


def test_all_content_is_there_without_the_stylesheet(driver: Chrome, tmp_path: Path) -> None:
    text = page()
    start, end = text.index("<style>"), text.index("</style>")
    plain = tmp_path / "plain.html"
    plain.write_text(text[:start] + "<style>" + text[end:], "utf-8")
    driver.get(plain.as_uri())
    shown = driver.find_element(By.TAG_NAME, "body").text
    for words in (
        "Not ready: 2 errors block the build",
        "video-too-long",
        "At a glance",
        "video_5.mp4",
        "datasetkit fix",
    ):
        assert words in shown
    pictures = driver.find_elements(By.CSS_SELECTOR, "#set1-line2 svg.picture, #set1-line2 svg.strip")
    assert len(pictures) == 3
    assert all(one.size["width"] > 50 and one.size["height"] > 30 for one in pictures)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(driver: Chrome, url: str, width: int, dark: bool) -> None:
    source = axe_source()
    appear(driver, width=width, dark=dark)
    driver.get(url)
    for summary in driver.find_elements(By.CSS_SELECTOR, "details:not([open]) > summary"):
        driver.execute_script("arguments[0].parentElement.open = true", summary)
    assert violations(driver, source) == []


def test_a_folder_of_pictures_beside_the_page_is_shown(driver: Chrome, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    builders.webp(tmp_path / "pictures" / "one.webp")
    text = render(made.report(made.judged(real(1))), lambda _: "pictures/one.webp")
    (tmp_path / "page.html").write_text(text, "utf-8")
    driver.get((tmp_path / "page.html").as_uri())
    assert decoded(driver)
    assert driver.get_log("browser") == []
