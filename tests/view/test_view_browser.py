"""The page of `view` in a real browser, served by the real command, and what is then in the files."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import builders
import pytest
from browser import appear, axe_source, chromium, violations
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from shown_page import ViewPage, viewed
from viewing import dataset_folder

from datasetkit import windows

pytestmark = pytest.mark.xdist_group("browser")

TAKE, HOSTILE, UNPLAYABLE = "take 1.mp4", "<img src=x onerror=alert(1)>.mp4", "take 3.mp4"
LONG_TAKE = Path(__file__).parents[2] / "sample_data" / "raw" / "long take.mp4"
EFFECT = "Then the s86b5p rain begins and she/he looks up."
TOML = f'model = "wan2.2-i2v-flash"\n[effect]\ntrigger = "s86b5p"\ntext = "{EFFECT}"\n'
NEXT_SEEK = """
  const [video, done] = [document.getElementById("video"), arguments[0]];
  video.addEventListener("seeked", () => done(video.currentTime), {once: true});
"""
# Drops the take as another tab would, and keeps this one from hearing of it before it edits something itself.
OTHER_TAB = """
  const [done, real] = [arguments[0], window.fetch];
  window.fetch = (path, options) => {
    if (path.startsWith("/state")) return new Promise(() => 0);
    window.fetch = real;
    return real(path, options);
  };
  real("/state").then((response) => response.json()).then(async ({version, clips}) => {
    const {id, windows} = clips.find((one) => one.path === "take 1.mp4");
    const body = JSON.stringify({version, clip: id, window: 0, window_name: windows[0].name, do: "keep", keep: false});
    const headers = {"Content-Type": "application/json"};
    done((await real("/edit", {method: "POST", headers, body})).status);
  });
"""
CARDS_DRAWN = """
  window.drawn = new Set();
  const seen = (changes) => changes.forEach(({target}) => {
    const item = (target.nodeType === 1 ? target : target.parentElement).closest("#cards > li");
    if (item) window.drawn.add(item.querySelector("bdi").textContent);
  });
  const what = {subtree: true, childList: true, characterData: true, attributes: true};
  new MutationObserver(seen).observe(document.getElementById("cards"), what);
"""
# Goes to one clip and at once on to another.
PASS_BY = """
  const [passed, wanted] = arguments;
  addEventListener("hashchange", () => { location.hash = wanted; }, {once: true});
  location.hash = passed;
"""
# Moves windows about at random, always in the same way, and gives those that leave the clip or the limit.
MOVES = """
  const done = arguments[0];
  import("/static/windows.js").then((windows) => {
    let seed = 1;
    const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
    const moves = ["moveStart", "moveEnd", "startAt", "endAt"];
    const wrong = [];
    for (let turn = 0; turn < 500; turn += 1) {
      const clip = {seconds: 0.5 + 20 * random(), rate: [[30000, 1001], [24, 1], [0, 1]][turn % 3]};
      const most = windows.longest(clip, turn % 2 ? {seconds: 5} : null);
      let span = {start: 0, end: most};
      for (let step = 0; step < 20; step += 1) {
        const [move, at] = [moves[Math.floor(4 * random())], random() * clip.seconds];
        span = random() < 0.2 ? windows.moveBoth(clip, span, at) : windows[move](clip, span, at, most);
        const {start, seconds} = windows.asEdit(span);
        const fits = start >= 0 && seconds > 0 && start + seconds <= clip.seconds + 1e-5 && seconds <= most + 1e-5;
        if (!fits) wrong.push([move, clip, span]);
      }
    }
    done(wrong);
  });
"""
HOSTILE_TEXT = '</script><img src=x onerror=alert(1)> "A man", standing in 雨.'


@pytest.fixture(scope="module")
def raw_clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips") / "raw"
    folder.mkdir()
    builders.clip(folder / TAKE, frames=128, seed=1)
    builders.clip(folder / HOSTILE, frames=96, seed=2)
    builders.clip(folder / UNPLAYABLE, frames=48, seed=3, codec="libx265")
    return folder


@pytest.fixture
def raw(raw_clips: Path, tmp_path: Path) -> Path:
    """A folder of raw clips of its own."""
    return Path(shutil.copytree(raw_clips, tmp_path / "raw"))


def make_dataset(folder: Path, raw_clips: Path) -> Path:
    """A dataset of two samples: of one nobody knows who is in it, the other's prompt is hostile."""
    folder.mkdir()
    (folder / "datasetkit.toml").write_text(TOML, "utf-8")
    lines = []
    for number, subject in enumerate(["A gardener among sunflowers.", HOSTILE_TEXT], 1):
        shutil.copy(raw_clips / TAKE, folder / f"video_{number}.mp4")
        builders.jpeg(folder / f"image_{number}.jpg", seed=number)
        text = f"{subject} {EFFECT.replace('she/he', 'he')}"
        lines.append({"prompt": text, "first_frame_path": f"image_{number}.jpg", "video_path": f"video_{number}.mp4"})
    (folder / "data.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return folder


@pytest.fixture
def dataset(raw_clips: Path, tmp_path: Path) -> Path:
    return make_dataset(tmp_path / "money_rain", raw_clips)


@pytest.fixture(scope="module")
def driver() -> Iterator[Chrome]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(driver: Chrome, raw: Path) -> Iterator[ViewPage]:
    """The page of the raw clips, at the first take."""
    with viewed(raw, "--model", "wan2.2-i2v-flash") as address:
        yield opened(driver, address, TAKE)


def opened(driver: Chrome, address: str, path: str) -> ViewPage:
    """The page in a new tab. The old one goes unasked, whatever is unsaved in it."""
    driver.switch_to.new_window("tab")
    new = driver.current_window_handle
    for old in driver.window_handles:
        if old != new:
            driver.switch_to.window(old)
            driver.close()
    driver.switch_to.window(new)
    appear(driver, height=1400)
    shown = ViewPage(driver, address)
    shown.look_at(path)
    return shown


@pytest.fixture
def sample_page(driver: Chrome, dataset: Path) -> Iterator[ViewPage]:
    """The page of the dataset, at its first sample."""
    with viewed(dataset) as address:
        yield opened(driver, address, "video_1.mp4")


@pytest.fixture(scope="module")
def served(raw_clips: Path) -> Iterator[str]:
    """The page of raw clips for tests that save nothing."""
    with viewed(raw_clips, "--model", "wan2.2-i2v-flash") as address:
        yield address


@pytest.fixture(scope="module")
def served_dataset(raw_clips: Path) -> Iterator[str]:
    """The page of a dataset for tests that save nothing."""
    with viewed(make_dataset(raw_clips.parent / "money_rain", raw_clips)) as address:
        yield address


def rows(folder: Path) -> dict[str, windows.Window]:
    found, faults = windows.parse((folder / windows.NAME).read_text("utf-8"))
    assert faults == ()
    return {row.name: row for row in found}


def span(page: ViewPage) -> str:
    return page.text("range").partition(" ·")[0]


def test_the_page_loads_without_complaint_and_shows_every_clip(driver: Chrome, served: str) -> None:
    page = opened(driver, served, TAKE)
    assert page.driver.title.endswith("raw – datasetkit")
    assert "token" not in page.driver.current_url
    names = [str(one.get_property("textContent")) for one in page.driver.find_elements(By.CSS_SELECTOR, ".card bdi")]
    assert sorted(names) == sorted([TAKE, HOSTILE, UNPLAYABLE])
    pictures = "return [...document.querySelectorAll('#frames img')].every(one => one.complete && one.naturalWidth > 0)"
    page.until(lambda: page.driver.execute_script(pictures))
    assert page.driver.get_log("browser") == []


def test_the_window_plays_in_a_loop(page: ViewPage) -> None:
    page.press(" ")
    page.until(lambda: page.text("play").startswith("Pause"))
    page.until(lambda: page.driver.execute_script("return document.getElementById('video').currentTime > 0.2"))
    page.press("o")  # the window ends here
    assert page.driver.execute_async_script(NEXT_SEEK) < 0.2  # the window ends later
    page.press(" ")
    page.until(lambda: page.text("play").startswith("Play"))


def test_handles_are_dragged_within_the_clip_and_the_models_limit(page: ViewPage, raw: Path) -> None:
    assert span(page) == "0.00–5.00 s"
    page.drag("window", 0.25, Keys.ALT)
    page.until(lambda: span(page) == "2.00–7.00 s")
    page.drag("handle-end", 0.1, Keys.ALT)  # further than the model takes
    assert span(page) == "2.00–7.00 s"
    page.drag("handle-end", -0.125, Keys.ALT)
    page.until(lambda: span(page) == "2.00–6.00 s")
    page.drag("handle-start", -0.125, Keys.ALT)
    page.until(lambda: span(page) == "1.00–6.00 s")
    page.until(lambda: "unsaved" in page.text("unsaved"))
    page.save()
    row = rows(raw)["take 1"]
    assert (row.clip, row.start, row.seconds, row.keep) == (TAKE, 1, 5, True)


def test_handles_are_moved_by_keys_and_say_where_they_are(page: ViewPage) -> None:
    start, end = page.find("handle-start"), page.find("handle-end")
    start.send_keys(Keys.ARROW_RIGHT)
    assert start.get_dom_attribute("aria-valuetext") == "starts at 0.06 s"
    end.send_keys(Keys.SHIFT, Keys.ARROW_LEFT)
    page.until(lambda: span(page) == "0.06–4.00 s")
    assert page.driver.switch_to.active_element == end
    assert "3.94 s long" in str(end.get_dom_attribute("aria-valuetext"))
    start.send_keys(Keys.HOME)
    page.until(lambda: span(page) == "0.00–4.00 s")


def test_the_window_is_set_at_the_frame_that_is_shown(page: ViewPage) -> None:
    for _ in range(3):
        page.press(Keys.ARROW_RIGHT)
    page.until(lambda: "frame 4 of 128" in page.text("clock"))
    page.press("i")
    page.until(lambda: span(page) == "0.19–5.00 s")
    page.press(Keys.SHIFT + Keys.ARROW_RIGHT)
    page.until(lambda: "frame 20 of 128" in page.text("clock"))
    page.find("on-frame").click()
    page.until(lambda: "frame 21 of 128" in page.text("clock"))
    page.press(Keys.SHIFT + Keys.ARROW_RIGHT)
    page.until(lambda: "frame 37 of 128" in page.text("clock"))
    page.press("o")
    page.until(lambda: span(page) == "0.19–2.31 s")


def test_a_dragged_edge_is_drawn_to_where_motion_begins_unless_alt_is_held(driver: Chrome, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    shutil.copy(LONG_TAKE, raw)  # 7 s; its motion begins at 2 s
    with viewed(raw) as address:
        page = opened(driver, address, LONG_TAKE.name)
        page.until(lambda: "motion begins" in page.text("curve-text"))
        page.drag("handle-start", 1.96 / 7, Keys.ALT)
        page.until(lambda: span(page).startswith("1.94"))
        page.press(Keys.CONTROL + "z")
        page.until(lambda: span(page).startswith("0.00"))
        page.drag("handle-start", 1.96 / 7)
        page.until(lambda: span(page).startswith("2.00"))


def test_when_nothing_is_open_the_next_command_is_shown(driver: Chrome, raw: Path) -> None:
    names = [one.name for one in raw.iterdir()]
    with (raw / "captions.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("clip", "caption"), *((name, "A man in a hat.") for name in names)])
    with viewed(raw) as address:
        page = opened(driver, address, TAKE)
        page.until(lambda: page.find("next").is_displayed())
        assert page.text("next-command").startswith("datasetkit init raw")
        assert page.find("nothing-open").is_displayed()


def test_a_clip_has_several_windows_each_with_a_name(page: ViewPage, raw: Path) -> None:
    page.find("add-window").click()
    page.until(lambda: len(page.driver.find_elements(By.CSS_SELECTOR, "#window-tabs li")) == 2)
    assert span(page) == "3.00–8.00 s"
    page.write("name", "the end", Keys.ENTER)
    page.until(lambda: "the end" in page.text("window-tabs"))
    page.write("name", "take 1", Keys.ENTER)
    page.until(lambda: "take 1" in page.text("notices"))
    page.save()
    assert {name: row.start for name, row in rows(raw).items() if row.clip == TAKE} == {"take 1": 0, "the end": 3}
    page.find("remove-window").click()
    page.until(lambda: page.driver.find_elements(By.CSS_SELECTOR, "#window-tabs li") == [])
    page.save()
    assert [name for name, row in rows(raw).items() if row.clip == TAKE] == ["take 1"]


def test_a_caption_is_written_by_enter_and_kept_as_it_was_typed(page: ViewPage, raw: Path) -> None:
    page.look_at(HOSTILE)
    page.write("caption", f"{HOSTILE_TEXT}\u202e")
    assert "Not saved" in page.text("caption-hint")
    page.find("caption").send_keys(Keys.ENTER)
    page.until(lambda: "Caption saved" in page.text("live"))
    page.driver.switch_to.active_element.send_keys("d")  # letters are shortcuts again
    page.until(lambda: page.find("dropped-text").is_displayed())
    page.driver.switch_to.active_element.send_keys("d")
    page.until(lambda: not page.find("dropped-text").is_displayed())
    page.save()
    with (raw / "captions.csv").open(encoding="utf-8", newline="") as file:
        assert [row["caption"] for row in csv.DictReader(file)] == [f"{HOSTILE_TEXT}\u202e"]
    assert page.driver.find_elements(By.CSS_SELECTOR, "img[src='x'], #clip script") == []
    page.write("caption", "nothing")
    page.find("caption").send_keys(Keys.ESCAPE)
    assert page.find("caption").get_property("value") == f"{HOSTILE_TEXT}\u202e"


def test_a_clip_is_dropped_undone_and_done_again(page: ViewPage, raw: Path) -> None:
    page.press("d")
    page.until(lambda: page.text("live") == "Dropped.")
    assert page.find("dropped-text").is_displayed()
    assert page.find("undo").is_enabled()
    page.press(Keys.CONTROL + "z")
    page.until(lambda: not page.find("dropped-text").is_displayed())
    page.press(Keys.CONTROL + Keys.SHIFT + "z")
    page.until(lambda: page.find("dropped-text").is_displayed())
    page.save()
    assert rows(raw)["take 1"].keep is False
    assert (raw / TAKE).exists()
    page.driver.find_element(By.CSS_SELECTOR, "input[name=show][value=dropped]").click()
    shown = [one.text for one in page.driver.find_elements(By.CSS_SELECTOR, ".card bdi") if one.is_displayed()]
    assert shown == [TAKE]


def test_the_keyboard_goes_through_the_clips_and_lists_its_keys(driver: Chrome, served: str) -> None:
    page = opened(driver, served, TAKE)
    order = [one.get_property("textContent") for one in page.driver.find_elements(By.CSS_SELECTOR, ".card bdi")]
    now = order.index(TAKE)
    page.press("k")
    page.until(lambda: page.text("path") == order[max(0, now - 1)])
    page.press("?")
    page.until(lambda: page.find("keys-dialog").is_displayed())
    assert "next clip" in page.text("keys-list")
    page.find("keys-close").click()
    page.press("j")
    page.until(lambda: page.text("path") == order[max(0, now - 1) + 1])


def test_what_the_browser_cant_play_is_shown_as_a_preview(driver: Chrome, served: str) -> None:
    page = opened(driver, served, TAKE)
    page.look_at(UNPLAYABLE)  # and wait until a frame is there
    assert page.find("video").is_displayed()


def test_the_diff_is_shown_before_anything_is_written(page: ViewPage, raw: Path) -> None:
    page.press("d")
    page.until(lambda: page.find("show-diff").is_enabled())
    page.find("show-diff").click()
    page.until(lambda: page.find("diff-dialog").is_displayed())
    added = [one.text for one in page.driver.find_elements(By.CSS_SELECTOR, "#diff-files .added")]
    assert any("take 1" in line and "no" in line for line in added)
    page.find("diff-close").click()
    assert not (raw / windows.NAME).exists()


def test_the_person_is_asked_and_the_answer_is_kept(sample_page: ViewPage, dataset: Path) -> None:
    page = sample_page
    assert "s86b5p" in page.text("effect")
    assert page.find("persons").is_displayed()
    page.driver.find_element(By.CSS_SELECTOR, "#choices input[value=she]").click()
    page.until(lambda: page.driver.find_element(By.CSS_SELECTOR, "#choices input[value=she]").is_selected())
    page.until(lambda: "she looks up" in page.text("effect"))
    page.save()
    assert '"video_1.mp4" = "she"' in (dataset / "datasetkit.toml").read_text("utf-8")


def test_a_datasets_caption_keeps_its_effect_text(sample_page: ViewPage, dataset: Path) -> None:
    page = sample_page
    page.look_at("video_2.mp4")
    assert page.find("caption").get_property("value") == HOSTILE_TEXT
    page.write("caption", "A man in a hat.", Keys.ENTER)
    page.until(lambda: "Caption saved" in page.text("live"))
    page.save()
    lines = [json.loads(line) for line in (dataset / "data.jsonl").read_text("utf-8").splitlines()]
    assert lines[1]["prompt"] == "A man in a hat. Then the s86b5p rain begins and he looks up."
    assert lines[0]["prompt"].startswith("A gardener among sunflowers.")


def test_a_change_on_disk_is_noticed_and_neither_side_is_lost(sample_page: ViewPage, dataset: Path) -> None:
    page = sample_page
    page.write("caption", "A gardener in the rain.", Keys.ENTER)
    page.until(lambda: "Caption saved" in page.text("live"))
    text = (dataset / "data.jsonl").read_text("utf-8")
    (dataset / "data.jsonl").write_text(text.replace("standing", "sitting"), "utf-8")
    page.find("save").click()
    page.until(lambda: page.find("diff-dialog").is_displayed())
    page.find("diff-save").click()
    page.until(lambda: page.find("diff-reload").is_displayed())
    assert "data.jsonl" in page.text("diff-problem")
    page.find("diff-reload").click()
    page.until(lambda: not page.find("diff-reload").is_displayed())
    page.find("diff-save").click()
    page.until(lambda: not page.find("diff-dialog").is_displayed())
    saved = (dataset / "data.jsonl").read_text("utf-8")
    assert "A gardener in the rain." in saved
    assert "sitting" in saved


def test_another_tab_is_noticed_and_the_edit_can_be_done_all_the_same(page: ViewPage) -> None:
    assert page.driver.execute_async_script(OTHER_TAB) == 200
    page.write("caption", "Mine.", Keys.ENTER)
    page.until(lambda: "Apply my edit anyway" in page.text("notices"))
    assert page.find("dropped-text").is_displayed()
    assert page.find("caption").get_property("value") == "Mine."
    page.driver.find_element(By.CSS_SELECTOR, ".notice button").click()
    page.until(lambda: "Caption saved" in page.text("live"))
    assert page.driver.find_elements(By.CSS_SELECTOR, ".notice") == []
    assert page.find("caption").get_property("value") == "Mine."


def test_nothing_is_written_that_the_diff_didnt_show(page: ViewPage, raw: Path) -> None:
    page.write("caption", "Mine.", Keys.ENTER)
    page.until(lambda: "Caption saved" in page.text("live"))
    page.find("save").click()
    page.until(lambda: page.find("diff-dialog").is_displayed())
    assert page.driver.execute_async_script(OTHER_TAB) == 200
    page.find("diff-save").click()
    page.until(lambda: "changed since" in page.text("diff-problem"))
    assert not (raw / "captions.csv").exists()
    assert ",no," in page.text("diff-files")
    page.find("diff-save").click()
    page.until(lambda: not page.find("diff-dialog").is_displayed())
    assert rows(raw)["take 1"].keep is False


def test_every_window_of_a_datasets_clip_is_shown(driver: Chrome, tmp_path: Path) -> None:
    folder = dataset_folder(tmp_path / "set", "A woman stands.")
    rows = ["clip,start,seconds,name,keep", "video_1.mp4,0,1,one,yes", "video_1.mp4,1,2,two,yes"]
    (folder / "cuts.csv").write_text("\n".join(rows))
    with viewed(folder) as address:
        page = opened(driver, address, "video_1.mp4")
        tabs = page.find("window-tabs")
        page.until(lambda: "two" in str(tabs.get_property("textContent")))
        assert tabs.is_displayed()
        assert not page.find("name").is_displayed()


def test_a_server_that_has_stopped_is_said(driver: Chrome, raw: Path) -> None:
    with viewed(raw) as address:
        page = opened(driver, address, TAKE)
    page.until(lambda: "doesn't answer" in page.text("notices"))
    page.find("caption").send_keys("kept")
    assert driver.execute_script(
        "const e = new Event('beforeunload', {cancelable: true}); window.dispatchEvent(e); return e.defaultPrevented"
    )


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 800, 1280])
def test_nothing_sticks_out(driver: Chrome, served: str, width: int, dark: bool) -> None:
    page = opened(driver, served, TAKE)
    appear(driver, width=width, dark=dark)
    assert driver.execute_script("return document.documentElement.scrollWidth") == width
    page.driver.execute_script("location.hash = ''")
    assert driver.execute_script("return document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(driver: Chrome, served_dataset: str, width: int, dark: bool) -> None:
    source, page = axe_source(), opened(driver, served_dataset, "video_1.mp4")
    appear(driver, width=width, height=1400, dark=dark)
    assert violations(driver, source) == []
    page.press("d")
    page.until(lambda: page.find("show-diff").is_enabled())
    assert violations(driver, source) == []
    page.find("show-diff").click()
    page.until(lambda: page.find("diff-dialog").is_displayed())
    assert violations(driver, source) == []
    page.find("diff-close").click()
    page.press("?")
    page.until(lambda: page.find("keys-dialog").is_displayed())
    assert violations(driver, source) == []
    page.find("keys-close").click()
    page.press(Keys.CONTROL + "z")
    page.until(lambda: not page.find("dropped-text").is_displayed())


def test_an_edit_draws_no_card_but_its_own(driver: Chrome, served: str) -> None:
    page = opened(driver, served, TAKE)
    driver.execute_script(CARDS_DRAWN)
    page.press("d")
    page.until(lambda: page.find("dropped-text").is_displayed())
    page.press(Keys.CONTROL + "z")
    page.until(lambda: not page.find("dropped-text").is_displayed())
    assert driver.execute_script("return [...window.drawn]") == [TAKE]


def test_no_move_takes_a_window_out_of_its_clip_or_over_the_limit(driver: Chrome, served: str) -> None:
    opened(driver, served, TAKE)
    assert driver.execute_async_script(MOVES) == []


def test_a_clip_that_is_only_passed_by_is_not_loaded(driver: Chrome, served: str) -> None:
    page = opened(driver, served, HOSTILE)
    links = {card.text.split("\n")[0]: card.get_dom_attribute("href") for card in page.cards()}
    passed, wanted = (str(links[name]).partition("#")[2] for name in (TAKE, UNPLAYABLE))
    driver.execute_script(PASS_BY, passed, wanted)
    page.until(lambda: page.text("path") == UNPLAYABLE)
    loaded = "return performance.getEntriesByType('resource').map((one) => one.name).join(' ')"
    page.until(lambda: f"{wanted}/last" in driver.execute_script(loaded))
    assert f"{passed}/first" not in driver.execute_script(loaded)
