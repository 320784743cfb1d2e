"""Chat completions, as the platform and every OpenAI-compatible server offer them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from datasetkit import spec
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.native import number, unusable

_HELP = {
    401: "Name the variable that holds this host's key: --api-key-env NAME.",
    403: "The key may not use this model: check its permissions, or choose another with --captioner.",
    404: "Check --captioner and --base-url: the server knows no such model, or has another path.",
    413: "Send fewer frames: --frames 4.",
}


@dataclass(frozen=True, slots=True)
class Completion:
    """An answer: its text, why it ended ("stop", "length"), and the tokens in and out where the server counts them."""

    text: str
    finish: str
    tokens_in: int | None
    tokens_out: int | None


def complete(client: Client, body: Mapping[str, Any]) -> Completion:
    """The answer to one chat completion, which gets the client's whole time limit.

    Lost answers are asked for again, as nothing keeps them on the service. Raises ServiceError.
    """
    url = client.endpoint.base_url + spec.document("captions.json")["request"]["path"]["value"]
    client.start(client.pace.limit)
    try:
        return _read(client, client.retry(lambda: client.post(url, json=body), client.pace.attempts))
    except ServiceError as fault:
        if fault.status == 401 and client.endpoint.region:
            raise
        fault.next_step = _HELP.get(fault.status, fault.next_step)
        raise


def _read(client: Client, answer: Mapping[str, Any]) -> Completion:
    match answer:
        case {"choices": [{"message": {"content": str() | None as text}, **choice}, *_]}:
            finish, usage = choice.get("finish_reason"), answer.get("usage")
            counts = usage if isinstance(usage, dict) else {}
            return Completion(
                text or "",
                finish if isinstance(finish, str) else "",
                number(counts.get("prompt_tokens")),
                number(counts.get("completion_tokens")),
            )
    raise unusable(client, "answered without a chat completion")
