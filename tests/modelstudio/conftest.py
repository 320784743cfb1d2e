"""A stand-in service for each test, a client for it, and a clock that no one waits for."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from studio import Studio
from studio_clock import Clock
from studio_state import KEY

from datasetkit.cli import run
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import Endpoint, Key, fact, resolve
from datasetkit.modelstudio.pace import Pace

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _quiet_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, bundle, key or region of the machine that the tests run on."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("API_KEY", "HTTP_BASE_URL", "COMPATIBLE_BASE_URL", "API_REGION", "WORKSPACE_ID"):
        monkeypatch.delenv(f"DASHSCOPE_{name}", raising=False)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    changes = {"sleep": clock.sleep, "now": clock.now, "clock": clock.time, "chance": lambda: 0.5}
    return replace(Pace(**fact("pace")), looks=3, **changes)


@pytest.fixture
def studio(tmp_path: Path, clock: Clock) -> Iterator[Studio]:
    folder = tmp_path / "service"
    folder.mkdir()
    with Studio(folder, clock=clock.time) as server:
        yield server
    assert server.errors == []


@pytest.fixture
def endpoint(studio: Studio) -> Endpoint:
    return resolve(env={}, base_url=studio.base_url)


@pytest.fixture
def notes() -> list[str]:
    return []


@pytest.fixture
def client(endpoint: Endpoint, pace: Pace, notes: list[str]) -> Iterator[Client]:
    with Client(endpoint, Key(KEY), pace=pace, note=notes.append) as made:
        yield made


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A file of 300,000 bytes that no two places of look alike, called as a zip is."""
    path = tmp_path / "money rain.zip"
    path.write_bytes(b"".join(number.to_bytes(3, "big") for number in range(100_000)))
    return path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the zips of a training and a validation set."""
    folder = tmp_path_factory.mktemp("built")
    for role in ("training", "validation"):
        source = str(ROOT / "sample_data" / "i2v" / role)
        assert run(["build", source, "-o", str(folder / f"{role}.zip"), "--model", "wan2.6-i2v"]) == 0
    return folder


@pytest.fixture
def workplace(built: Path, studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, which holds the zips; the environment says where the service is."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    monkeypatch.setenv("DASHSCOPE_COMPATIBLE_BASE_URL", studio.base_url)
    shutil.copytree(built, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def command(workplace: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs a command there: exit code, stdout, stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = run(arguments)
        return code, *capsys.readouterr()

    return call
