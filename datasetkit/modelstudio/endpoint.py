"""Which host to talk to: region, base URL and workspace, checked before anything is sent there."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from datasetkit import spec
from datasetkit.errors import DatasetkitError


@dataclass(frozen=True, slots=True)
class Region:
    """A region: what users call it, what its hosts call it, and the origin all its workspaces share."""

    id: str
    code: str
    origin: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where requests go. ``base_url`` precedes `/files`; ``native_url`` is the native API's base, if known.

    ``region`` is an id of regions.json, None where the host belongs to none of them.
    """

    base_url: str
    region: str | None = None
    native_url: str | None = None

    @property
    def files(self) -> str:
        """The URL of the file list and of uploads."""
        return f"{self.base_url}/files"

    @property
    def host(self) -> str:
        """Host and port, for messages."""
        return urlsplit(self.base_url).netloc

    @property
    def plain(self) -> bool:
        """Whether it is plain HTTP, which is only ever loopback."""
        return self.base_url.startswith("http:")


def regions() -> tuple[Region, ...]:
    """The regions that can fine-tune, from regions.json."""
    entries = spec.document("regions.json")["regions"]
    return tuple(Region(e["id"], e["code"]["value"], e["origin"]["value"]) for e in entries)


def find_region(name: str) -> Region:
    """The region called ``name``, by its id (`singapore`) or the code in its hosts (`ap-southeast-1`)."""
    for region in regions():
        if name.strip().lower() in (region.id, region.code):
            return region
    known = ", ".join(f"{region.id} ({region.code})" for region in regions())
    raise DatasetkitError(f"no region is called {name!r}", f"Known regions: {known}.")


def resolve(
    env: Mapping[str, str],
    *,
    region: str | None = None,
    base_url: str | None = None,
    workspace: str | None = None,
    configured: str | None = None,
) -> Endpoint:
    """The endpoint that the options name, else datasetkit.toml (``configured``), else the environment.

    Raises DatasetkitError where nothing names one (a region is never guessed: keys belong to one), where two
    contradict, or where a value couldn't safely stand in a URL.
    """
    names = spec.document("regions.json")["environment"]["value"]
    space = workspace or env.get(names["workspace"]) or None
    if base_url:
        if workspace:
            raise DatasetkitError("--base-url and --workspace both name a host", "Give one of them.")
        return _agreeing(_from_url(base_url, "--base-url"), region)
    if region or configured:
        return _from_region(find_region(region or configured or ""), space)
    if url := env.get(names["compatible"]):
        return _from_url(_placed(url, names["compatible"], workspace, space), names["compatible"])
    if url := env.get(names["native"]):
        placed = _placed(url, names["native"], workspace, space)
        return _from_url(_compatible(placed, names["native"]), names["native"])
    if name := env.get(names["region"]):
        return _from_region(find_region(name), space)
    known = " or ".join(f"--region {r.id}" for r in regions())
    raise DatasetkitError(
        "no region is chosen", f"Add {known} (the one your key belongs to), or `region` to datasetkit.toml."
    )


def _fact(name: str) -> str:
    value: str = spec.document("regions.json")["requests"][name]["value"]
    return value


def _from_region(region: Region, workspace: str | None) -> Endpoint:
    origin = region.origin
    if workspace:
        if not re.fullmatch(_fact("workspace_id"), workspace):
            raise DatasetkitError(
                f"{workspace!r} is not a workspace id",
                "It is up to 64 letters, digits, - and _, as the console shows it.",
            )
        origin = _fact("workspace_origin").format(workspace=workspace, code=region.code)
    return Endpoint(origin + _fact("compatible_path"), region.id, origin + _fact("native_path"))


def _from_url(url: str, said: str) -> Endpoint:
    parts = _checked(url, said)
    base = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
    stem = base.removesuffix(_fact("compatible_path"))
    native = stem + _fact("native_path") if stem != base else None
    return Endpoint(base, _region_of(parts.hostname or ""), native)


def _checked(url: str, said: str) -> SplitResult:
    """``url`` in parts. The messages don't quote it whole: a password may stand in it."""
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise DatasetkitError(f"{said} is not a URL: {error}", "Write it as https://HOST/PATH.") from None
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[A-Za-z0-9_.:-]+", host):
        raise DatasetkitError(f"{said} is not a URL with a host", "Write it as https://HOST/PATH.")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise DatasetkitError(f"{said} may hold a host and a path only", "Take off what follows ? or #, or precedes @.")
    if (
        not re.fullmatch(r"[A-Za-z0-9/_.~-]*", parts.path)
        or ".." in parts.path
        or parts.path.rstrip("/").endswith("/files")
    ):
        raise DatasetkitError(f"{said} ends in {parts.path!r}", "Give what precedes /files.")
    if parts.scheme == "http" and not _loopback(host):
        raise DatasetkitError(f"{said} is plain HTTP to {host}: the key could be read on the way", "Use https.")
    return parts


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _region_of(host: str) -> str | None:
    for region in regions():
        space = urlsplit(_fact("workspace_origin").format(workspace="", code=region.code)).netloc
        if host == urlsplit(region.origin).netloc or host.endswith(space):
            return region.id
    return None


def _agreeing(endpoint: Endpoint, region: str | None) -> Endpoint:
    if region is None:
        return endpoint
    wanted = find_region(region).id
    if endpoint.region not in (None, wanted):
        raise DatasetkitError(f"--base-url is in region {endpoint.region}, --region says {wanted}", "Give one of them.")
    return Endpoint(endpoint.base_url, wanted, endpoint.native_url)


def _placed(url: str, said: str, option: str | None, workspace: str | None) -> str:
    """``url`` with the placeholder that the platform's own tools allow filled in."""
    if "{workspace_id}" not in url:
        if option:
            raise DatasetkitError(f"{said} and --workspace both name a host", "Add --region, or drop --workspace.")
        return url
    if not workspace or not re.fullmatch(_fact("workspace_id"), workspace):
        raise DatasetkitError("the base URL asks for a workspace id, and none is given", "Add --workspace ID.")
    return url.replace("{workspace_id}", workspace)


def _compatible(url: str, said: str) -> str:
    stem = url.rstrip("/").removesuffix(_fact("native_path"))
    if stem == url.rstrip("/"):
        raise DatasetkitError(f"{said} doesn't end in {_fact('native_path')}", "Use --region or --base-url instead.")
    return stem + _fact("compatible_path")
