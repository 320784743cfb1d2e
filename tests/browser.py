"""A real headless Chromium for tests, and axe-core, which finds what keeps people from using a page.

Both come from outside: Debian's `chromium` and `chromium-driver`, and the folder of npm's axe-core, which
DATASETKIT_AXE names.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

_FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage")


@contextmanager
def chromium() -> Iterator[Chrome]:
    """A browser of its own, closed at the end. Skips where there is none."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not browser or not driver:
        pytest.skip("chromium and chromedriver are not installed")
    options = Options()
    options.binary_location = browser
    for flag in _FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = Chrome(options=options, service=Service(driver))
    try:
        yield started
    finally:
        started.quit()


def appear(driver: Chrome, *, width: int = 1280, height: int = 1600, dark: bool = False, **features: str) -> None:
    """Give the window a size and a colour scheme; ``features`` are other media features."""
    wanted = {"prefers-color-scheme": "dark" if dark else "light"} | features
    pairs = [{"name": name, "value": value} for name, value in wanted.items()]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": pairs})
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def axe_source() -> str:
    """The script of axe-core. Skips where DATASETKIT_AXE names no folder that holds it."""
    folder = os.environ.get("DATASETKIT_AXE")
    if not folder:
        pytest.skip("DATASETKIT_AXE does not name the folder of npm's axe-core")
    return (Path(folder) / "axe.min.js").read_text("utf-8")


def violations(driver: Chrome, source: str) -> list[tuple[str, str, Any]]:
    """What axe finds in the page: the rule, what it says, and where."""
    driver.execute_cdp_cmd("Runtime.evaluate", {"expression": source})
    found = driver.execute_async_script("axe.run().then(arguments[0])")
    return [(one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found["violations"]]
