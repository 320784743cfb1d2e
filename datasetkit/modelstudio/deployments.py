"""Deployments of fine-tuned models: create, show, list, delete."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import fact
from datasetkit.modelstudio.native import address, create, failure, identifier, look_up, output, pages, text, unusable

_DEPLOYMENTS = "deployments"
_STOP_FIRST = (
    "Some deployments can only be deleted once they are stopped or have failed. Stop it in the console (Model "
    "deployment), then run the same command again."
)


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployed model as the service describes it. ``id`` is what videos are asked of; ``model`` what was deployed."""

    id: str
    status: str
    model: str | None = None
    base_model: str | None = None
    created: str | None = None
    failure: str = ""

    @property
    def failed(self) -> bool:
        """Whether it will not run without someone's doing."""
        return self.status in ("FAILED", "STOPPED", "DELETED", "DELETING", "OFFLINING", "ARREARS_DOWN")


def deployment_request(model: str, aigc_config: Mapping[str, Any]) -> dict[str, Any]:
    """The body that deploys a fine-tuned model with its effect text, in the platform's order of keys."""
    return {"model_name": model, "aigc_config": dict(aigc_config), "capacity": 1, "plan": "lora"}


def create_deployment(client: Client, body: Mapping[str, Any], known: Collection[str]) -> Deployment:
    """Deploy a model, once. ``known`` are the ids of the deployments that there were. Raises DatasetkitError."""
    url, model = address(client, _DEPLOYMENTS), body["model_name"]
    once = partial(client.post, url, json=body)
    return create(client, lambda: _deployment(once(), client), lambda: find_deployment(client, model, known))


def find_deployment(client: Client, model: str, known: Collection[str]) -> Deployment | None:
    """The deployment of ``model`` that a lost request has made."""
    fresh = (one for one in list_deployments(client) if one.id not in known)
    return next((one for one in fresh if one.model == model), None)


def live_deployment(found: Iterable[Deployment], model: str) -> Deployment | None:
    """The deployment of ``model`` that runs, or will."""
    return next((one for one in found if one.model == model and not one.failed), None)


def show_deployment(client: Client, deployment_id: str) -> Deployment | None:
    """One deployment; None if the service has no such deployment."""
    answer = look_up(client, "GET", address(client, _DEPLOYMENTS, "{}", ids=[deployment_id]))
    return None if answer is None else _deployment(answer, client)


def list_deployments(client: Client) -> Iterator[Deployment]:
    """All deployments, in the service's order. Rows without a usable id are skipped."""
    found = pages(client, address(client, _DEPLOYMENTS), "deployments", fact("native_page"))
    return (one for row in found if (one := _read(row)))


def delete_deployment(client: Client, deployment_id: str) -> bool:
    """Delete a deployment; False if there is none. Raises DatasetkitError, also if it must be stopped first."""
    try:
        return look_up(client, "DELETE", address(client, _DEPLOYMENTS, "{}", ids=[deployment_id])) is not None
    except ServiceError as fault:
        if fault.status != 400:
            raise
        raise DatasetkitError(str(fault), _STOP_FIRST) from None


def _deployment(answer: Mapping[str, Any], client: Client) -> Deployment:
    if one := _read(output(answer, client)):
        return one
    raise unusable(client, "answered with a deployment that has no usable id")


def _read(row: Mapping[str, Any]) -> Deployment | None:
    """A deployment's record; None if it has no usable id."""
    found = identifier(row.get("deployed_model"))
    if found is None:
        return None
    return Deployment(
        found,
        text(row.get("status")) or "UNKNOWN",
        identifier(row.get("model_name")),
        text(row.get("base_model")),
        text(row.get("gmt_create")),
        failure(row),
    )
