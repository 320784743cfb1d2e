"""Where requests go and with which key: both are checked before anything is sent."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from datasetkit import config, spec
from datasetkit.errors import DatasetkitError, did_you_mean

T = TypeVar("T")

_URL = r"(https?)://([A-Za-z0-9._-]+|\[::1\])(:[0-9]{1,5})?((/[A-Za-z0-9_~-][A-Za-z0-9_~.-]*)*)/?"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""This machine itself: what goes there by plain HTTP, no one else can read."""

_KEY_SHOWN = "[the key]"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where requests go. ``base_url`` precedes `/files`; ``region`` is an id of regions.json, None for other hosts."""

    base_url: str
    region: str | None = None

    @property
    def files(self) -> str:
        """The URL of the file list and of uploads."""
        return f"{self.base_url}/files"

    @property
    def native_url(self) -> str | None:
        """The native API's base; None if the compatible one doesn't end as the platform's does."""
        origin = self.base_url.removesuffix(fact("compatible_path"))
        return None if origin == self.base_url else origin + fact("native_path")

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return urlsplit(self.base_url).netloc

    @property
    def plain(self) -> bool:
        """Whether it is plain HTTP, which is only ever loopback."""
        return self.base_url.startswith("http:")


class Key:
    """An API key. Only `header` reveals its text. Raises DatasetkitError if it isn't valid in a header."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        if not re.fullmatch(r"[!-~]+", text):  # visible ASCII: anything else could end the header and start another
            raise DatasetkitError(
                f"the API key ({fact('environment')['key']}) contains a space, a line break or a non-ASCII character",
                "Copy it again.",
            )
        self._text = text

    def __repr__(self) -> str:
        return _KEY_SHOWN

    def __reduce__(self) -> str:
        raise TypeError("a key can't be pickled")  # a pickle would be a copy of the key on disk

    @property
    def header(self) -> str:
        """The value of the Authorization header."""
        return f"Bearer {self._text}"

    def redact(self, value: T) -> T:
        """``value`` (a text, or JSON with texts in it) without the key: a service may quote the key it refuses."""
        cleaned: object = value
        if isinstance(value, str):
            cleaned = value.replace(self._text, _KEY_SHOWN)
        elif isinstance(value, list):
            cleaned = [self.redact(each) for each in value]
        elif isinstance(value, dict):
            cleaned = {self.redact(name): self.redact(each) for name, each in value.items()}
        return cast("T", cleaned)


def redacted(value: T, key: Key | None) -> T:
    """``value`` without ``key``, where there is one."""
    return key.redact(value) if key else value


def read_key(env: Mapping[str, str]) -> Key:
    """The key from the environment, without white space around it. Raises DatasetkitError if there is none."""
    name = fact("environment")["key"]
    text = env.get(name, "").strip()
    if not text:
        raise DatasetkitError(f"{name} is not set", f"Set it to your region's API key: export {name}=…")
    return Key(text)


def fact(name: str) -> Any:
    """The value of a fact about requests, or of `environment`, from regions.json."""
    facts = spec.document("regions.json")
    return (facts["requests"] | facts)[name]["value"]


def regions() -> dict[str, tuple[str, str]]:
    """The regions that can fine-tune: what users call each, what its hosts call it, and its origin."""
    entries = spec.document("regions.json")["regions"]
    return {entry["id"]: (entry["code"]["value"], entry["origin"]["value"]) for entry in entries}


def find_region(name: str) -> str:
    """The id of a region (`singapore`), by the id or by the code in its hosts (`ap-southeast-1`)."""
    for region, (code, _) in regions().items():
        if name.strip().lower() in (region, code):
            return region
    known = ", ".join(f"{region} ({code})" for region, (code, _) in regions().items())
    near = did_you_mean(name, [name for region, (code, _) in regions().items() for name in (region, code)])
    raise DatasetkitError(f"no region is called {name!r}", f"{near} Known regions: {known}.".lstrip())


def resolve(
    *folders: Path,
    region: str | None = None,
    base_url: str | None = None,
    workspace: str | None = None,
    env: Mapping[str, str] = os.environ,
) -> Endpoint:
    """The endpoint that the options name, otherwise a datasetkit.toml in ``folders``, otherwise the environment.

    Raises DatasetkitError if nothing names one (a region is never guessed: keys belong to one), if two contradict
    each other, or if a value isn't safe in a URL.
    """
    names = fact("environment")
    space = workspace or env.get(names["workspace"])
    if workspace:
        _require_workspace_id(workspace)
    if base_url:
        if workspace:
            raise DatasetkitError("--base-url and --workspace both name a host", "Leave one of them out.")
        return _in_region(_from_url(base_url, "--base-url"), region)
    if chosen := region or next(filter(None, map(_configured, folders)), None):
        return _from_region(find_region(chosen), space)
    for name in (names["compatible"], names["native"]):
        if url := env.get(name):
            return _from_url(_filled_in(url, name, workspace, space), name, native=name == names["native"])
    if chosen := env.get(names["region"]):
        return _from_region(find_region(chosen), space)
    known = " or ".join(f"--region {each}" for each in regions())
    step = f'Say which region your key was created in: {known}, or region = "…" in {config.NAME}.'
    raise DatasetkitError("no region is chosen", step)


def _configured(folder: Path) -> str | None:
    path = folder / config.NAME
    try:
        return config.from_file(path.read_bytes(), str(path)).region
    except (FileNotFoundError, NotADirectoryError):  # a zip has no file beside its data.jsonl
        return None
    except OSError as error:
        raise DatasetkitError(f"can't read {path}: {error}", "Check its permissions.") from None


def _from_region(region: str, workspace: str | None) -> Endpoint:
    code, origin = regions()[region]
    if workspace:
        _require_workspace_id(workspace)
        origin = fact("workspace_origin").format(workspace=workspace, code=code)
    return Endpoint(origin + fact("compatible_path"), region)


def _require_workspace_id(workspace: str) -> None:
    if not re.fullmatch(fact("workspace_id"), workspace):
        raise DatasetkitError(f"{workspace!r} is not a workspace id", "Copy the id that the console shows.")


def _from_url(url: str, name: str, *, native: bool = False) -> Endpoint:
    """The endpoint of a URL that ``name`` gave. No message quotes it: it may hold a password."""
    parts = re.fullmatch(_URL, url.strip())
    if not parts or int((parts[3] or ":0")[1:]) >= 2**16 or ".." in url or parts[4].endswith("/files"):
        raise DatasetkitError(f"{name} is not a base URL", "Write https://HOST/PATH, without /files at the end.")
    scheme, host, port, path = parts.group(1, 2, 3, 4)
    if scheme == "http" and host.strip("[]") not in LOOPBACK:
        raise DatasetkitError(f"{name} is plain HTTP to {host}: others could read the key on the way", "Use https.")
    if native:
        if not path.endswith(fact("native_path")):
            wanted = f"{name} must end in {fact('native_path')}, but ends in /{path.rpartition('/')[2]}"
            raise DatasetkitError(wanted, "Use --region or --base-url instead.")
        path = path.removesuffix(fact("native_path")) + fact("compatible_path")
    return Endpoint(f"{scheme}://{host}{port or ''}{path}", _region_of(host.lower()))


def _region_of(host: str) -> str | None:
    for region, (code, origin) in regions().items():
        space = fact("workspace_origin").format(workspace="", code=code).removeprefix("https://")
        if f"https://{host}" == origin or host.endswith(space):
            return region
    return None


def _in_region(endpoint: Endpoint, region: str | None) -> Endpoint:
    wanted = find_region(region) if region else endpoint.region
    if endpoint.region not in (None, wanted):
        raise DatasetkitError(
            f"--base-url is the {endpoint.region} endpoint, but --region says {wanted}", "Leave one of them out."
        )
    return replace(endpoint, region=wanted)


def _filled_in(url: str, name: str, option: str | None, workspace: str | None) -> str:
    """``url`` with the workspace in the place of the platform's own placeholder for it."""
    if "{workspace_id}" not in url:
        if option:
            raise DatasetkitError(f"{name} and --workspace both name a host", "Add --region, or drop --workspace.")
        return url
    if not workspace or not re.fullmatch(fact("workspace_id"), workspace):
        raise DatasetkitError(f"{name} contains {{workspace_id}}, but no workspace is set", "Add --workspace ID.")
    return url.replace("{workspace_id}", workspace)
