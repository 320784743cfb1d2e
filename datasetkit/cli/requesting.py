"""From the options of `generate` to a request for a video, checked as far as the documents go."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from datasetkit import spec
from datasetkit.cli.terminal import note
from datasetkit.errors import DatasetkitError
from datasetkit.training.prices import usual_video

if TYPE_CHECKING:
    from datasetkit.modelstudio.client import Client
    from datasetkit.modelstudio.videos import VideoRequest


@dataclass(frozen=True, slots=True)
class SentFrame:
    """A first or last frame: the URL that is sent, and what to remember it by."""

    url: str
    name: str
    sha256: str | None = None


def require_running(client: Client, deployment_id: str) -> str:
    """The base model of a deployment that must run. Raises DatasetkitError if it doesn't."""
    from datasetkit.cli.deploy import require_deployment

    deployed = require_deployment(client, deployment_id)
    if deployed.status != "RUNNING":
        raise DatasetkitError(f"{deployment_id} is {deployed.status}", f"Wait: datasetkit deploy watch {deployment_id}")
    return spec.find_model(deployed.base_model or deployment_id).id


def video_request(
    deployment_id: str, base: str, options: Mapping[str, Any]
) -> tuple[VideoRequest, dict[str, SentFrame]]:
    """What to ask a deployed model for, and the frames in it. Raises DatasetkitError for what it wouldn't take."""
    from datasetkit.modelstudio.videos import VideoRequest, generation

    facts, (resolution, seconds) = generation(base), usual_video(base)
    resolution, seconds = options["resolution"] or resolution, options["duration"] or seconds
    _check(base, facts, options, resolution, seconds)
    names = {"first_frame": options["image"], "last_frame": options["last"]}
    frames = {name: _frame(given, facts) for name, given in names.items() if given}
    urls = {name: frame.url for name, frame in frames.items()}
    request = VideoRequest(
        deployment_id,
        base,
        urls["first_frame"],
        urls.get("last_frame"),
        resolution,
        seconds,
        options["seed"],
        options["prompt"],
    )
    _ = request.body  # a last frame that the model doesn't take is refused before anyone is asked
    return request, frames


def _check(base: str, facts: Mapping[str, Any], options: Mapping[str, Any], resolution: str, seconds: int) -> None:
    for name, value, allowed in (
        ("--resolution", resolution, facts["resolutions"]),
        ("--duration", seconds, facts["seconds"]),
    ):
        if value not in allowed:
            raise DatasetkitError(f"{name} can't be {value}", f"{base} can make {', '.join(map(str, allowed))}.")
    most = _rule("seed_high")
    if (options["seed"] or 0) > most:
        raise DatasetkitError(f"--seed can't be {options['seed']}", f"The greatest is {most}.")
    if len(options["prompt"] or "") > facts["prompt_length"]:
        raise DatasetkitError("--prompt is too long", f"{base} reads {facts['prompt_length']} characters.")
    for unknown in ("undocumented", *(["undocumented_last_frame"] if options["last"] else [])):
        if unknown in facts:
            note(f"not documented: {facts[unknown]}")


def _frame(given: str, facts: Mapping[str, Any]) -> SentFrame:
    """A frame that can be sent: a URL as it is, a file as a `data:` URI. Raises DatasetkitError."""
    if "://" in given:
        parts = urlsplit(given)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise DatasetkitError(
                "the image is not an http or https URL", "Give a file, or a URL that anyone can open."
            )
        return SentFrame(given, f"{parts.scheme}://{parts.hostname}{parts.path}")  # a query may hold a signature
    from datasetkit.media.datauri import data_uri

    path, side = Path(given), _rule("image_side")
    url, sent = data_uri(
        path,
        side_low=side["low"],
        side_high=side["high"],
        aspect_high=facts.get("aspect_high", side["high"] / side["low"]),
        bytes_high=min(facts["image_bytes"], _rule("data_uri_bytes") * 3 // 4 - 100),  # base64 is a third longer
    )
    note(f"{given}: sent as {sent.format}, {sent.width}×{sent.height}")
    return SentFrame(url, path.name, hashlib.sha256(path.read_bytes()).hexdigest())


def described(request: VideoRequest, frames: Mapping[str, SentFrame]) -> dict[str, Any]:
    """What made a video, without the images' bytes and without the queries of their URLs."""
    images = {name: {"name": frame.name, "sha256": frame.sha256} for name, frame in frames.items()}
    parameters = request.body["parameters"]
    return {"base": request.base, "path": request.path, **images, "prompt": request.prompt, "parameters": parameters}


def _rule(name: str) -> Any:
    return spec.document("training.json")["generation_rules"][name]["value"]
