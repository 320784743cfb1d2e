"""`datasetkit view` as a process of its own, as a user starts it, and its page in a browser."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE = 30  # seconds until a test gives up waiting


@contextmanager
def viewed(folder: Path, *options: str) -> Iterator[str]:
    """The address of the page of a folder, as long as the block lasts; then Ctrl-C."""
    command = [sys.executable, "-m", "datasetkit", "view", folder.name, "--no-browser", "--no-cache", *options]
    with subprocess.Popen(command, cwd=folder.parent, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)


class ViewPage:
    """The page in a browser: what is in it, and what a person does."""

    def __init__(self, driver: Chrome, address: str) -> None:
        self.driver = driver
        driver.get(address)
        self.until(lambda: self.text("path"))
        self.until(lambda: self.driver.execute_script("return document.getElementById('working').hidden"))

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is true."""
        WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05).until(lambda _: condition())

    def find(self, name: str) -> WebElement:
        return self.driver.find_element(By.ID, name)

    def text(self, name: str) -> str:
        return str(self.find(name).get_property("textContent"))

    def press(self, *keys: str) -> None:
        """Press keys while nothing is focused."""
        self.driver.execute_script("document.activeElement.blur()")
        self.driver.find_element(By.TAG_NAME, "body").send_keys(*keys)

    def cards(self) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, ".card")

    def look_at(self, path: str) -> None:
        """Choose a clip in the list."""
        next(card for card in self.cards() if path in str(card.get_property("textContent"))).click()
        self.until(lambda: self.text("path") == path)
        self.until(lambda: self.driver.execute_script("return document.getElementById('video').readyState >= 2"))

    def drag(self, name: str, share: float, key: str = "") -> None:
        """Drag a part of the timeline by a share of its width, while a key is held."""
        width = self.driver.execute_script("return document.getElementById('timeline').clientWidth")
        part = self.find(name)
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", part)
        self._drag(part, round(share * width), key)

    def _drag(self, part: WebElement, pixels: int, key: str) -> None:
        chain = ActionChains(self.driver, duration=20)
        held = chain.key_down(key) if key else chain
        held.click_and_hold(part).move_by_offset(pixels // 2, 0).move_by_offset(
            pixels - pixels // 2, 0
        ).release().perform()
        if key:
            ActionChains(self.driver).key_up(key).perform()

    def write(self, name: str, text: str, *keys: str) -> None:
        """Replace what a field holds."""
        self.find(name).send_keys(Keys.CONTROL, "a")
        self.find(name).send_keys(text, *keys)

    def save(self) -> None:
        """Look at the diff and write the files."""
        self.find("save").click()
        self.until(lambda: self.find("diff-dialog").is_displayed())
        self.find("diff-save").click()
        self.until(lambda: not self.find("diff-dialog").is_displayed())
