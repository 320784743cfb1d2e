"""The stand-in's jobs, checkpoints, deployments and videos. States advance as they are asked for.

What the documents leave open is a switch of `Runs`; what they say is checked strictly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

MODELS = ("wan2.7-i2v", "wan2.6-i2v", "wan2.5-i2v-preview", "wan2.2-i2v-flash", "wan2.2-kf2v-flash")
ROUTES = [
    ("POST", r"fine-tunes", "job-create"),
    ("GET", r"fine-tunes", "job-list"),
    ("GET", r"fine-tunes/([^/]+)", "job-show"),
    ("DELETE", r"fine-tunes/([^/]+)", "job-delete"),
    ("POST", r"fine-tunes/([^/]+)/cancel", "job-cancel"),
    ("GET", r"fine-tunes/([^/]+)/logs", "job-logs"),
    ("GET", r"fine-tunes/([^/]+)/checkpoints", "checkpoints"),
    ("GET", r"fine-tunes/([^/]+)/validation-results", "validation-results"),
    ("GET", r"fine-tunes/([^/]+)/validation-details/([^/]+)", "validation-details"),
    ("GET", r"fine-tunes/([^/]+)/export/([^/]+)", "export"),
    ("POST", r"deployments", "deploy-create"),
    ("GET", r"deployments", "deploy-list"),
    ("GET", r"deployments/([^/]+)", "deploy-show"),
    ("DELETE", r"deployments/([^/]+)", "deploy-delete"),
    ("POST", r"services/aigc/(image2video|video-generation)/video-synthesis", "task-submit"),
    ("GET", r"tasks", "task-list"),
    ("GET", r"tasks/([^/]+)", "task-show"),
]
HYPER = {"n_epochs", "batch_size", "learning_rate", "eval_epochs", "max_pixels"}
OPTIONAL = {
    *("split", "max_split_val_dataset_sample", "save_total_limit", "lora_rank", "lora_alpha"),
    "task_type",
}
JOB_STATES = ("PENDING", "QUEUING", "RUNNING", "SUCCEEDED")


class RefusalError(Exception):
    """The service refuses: an HTTP status, a code and a message."""


def route(method: str, path: str) -> tuple[str, tuple[str, ...]] | None:
    """The call that a path below the native API is, and the ids in it."""
    for verb, pattern, call in ROUTES:
        if verb == method and (found := re.fullmatch(pattern, path)):
            return call, found.groups()
    return None


@dataclass
class Runs:
    """All that was created. ``origin`` is the server's own, for links."""

    job_states: tuple[str, ...] = JOB_STATES
    job_failure: str = "InternalError"
    deploy_states: tuple[str, ...] = ("PENDING", "RUNNING")
    task_states: tuple[str, ...] = ("PENDING", "RUNNING", "SUCCEEDED")
    export_looks: int = 2
    log_lines: int = 20
    keeps_name: bool = True
    lists_files: bool = False
    early_output: bool = True
    checkpoint_api: bool = True
    last_frames: bool = False
    stop_before_delete: bool = False
    jobs_high: int = 20
    link_uses: int = 1000
    link_scheme: str = ""
    video: bytes = b""
    image: bytes = b""
    origin: str = ""
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    deployments: dict[str, dict[str, Any]] = field(default_factory=dict)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    links: dict[str, int] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(1))

    def answer(
        self, call: str, ids: tuple[str, ...], query: Mapping[str, str], body: Any, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        """The answer to a call, without its request_id. Raises RefusalError."""
        method = getattr(self, "_" + call.replace("-", "_"))
        if call in ("job-create", "deploy-create"):
            found: dict[str, Any] = {"output": method(body)}
        elif call == "task-submit":
            found = {"output": method(ids[0], body, headers)}
        elif call == "task-list":
            found = method(query)
        elif call.endswith("-list") or call in ("job-logs", "export", "validation-details"):
            found = {"output": method(*ids, query)}
        else:
            found = {"output": method(*ids)}
        return found

    # Jobs

    def _job_create(self, body: dict[str, Any]) -> dict[str, Any]:
        known = {"model", "training_file_ids", "validation_file_ids", "training_type", "hyper_parameters"}
        hyper = body.get("hyper_parameters", {})
        if not body.get("training_file_ids"):
            raise RefusalError(400, "InvalidParameter", "Missing training files")
        if unknown := set(body) - known - {"job_name", "model_name"} or set(hyper) - HYPER - OPTIONAL:
            raise RefusalError(400, "InvalidParameter", f"unknown: {sorted(unknown)}")
        if body.get("training_type") != "efficient_sft":
            message = f"The model {body['model']} does not support training_type: {body.get('training_type')}"
            raise RefusalError(400, "InvalidParameter", message)
        if not body["model"].startswith(MODELS) or HYPER - set(hyper):
            raise RefusalError(400, "InvalidParameter", f"{body['model']} with {sorted(hyper)}")
        counted = [job for job in self.jobs.values() if self._status(job) not in ("FAILED", "CANCELED")]
        if len(counted) >= self.jobs_high:
            message = f"Only {self.jobs_high} fine-tune job in running or succeeded allowed per user."
            raise RefusalError(429, "Throttling", message)
        number = next(self.numbers)
        job_id = f"ft-20251111{number:04d}-ab{number:02d}"
        job = {"id": job_id, "looks": 0, "states": self.job_states, "body": body, "exports": {}}
        self.jobs[job_id] = job
        return self._job_row(job)

    def _job_row(self, job: dict[str, Any]) -> dict[str, Any]:
        body, status = job["body"], self._status(job)
        ids = body["training_file_ids"]
        row = {
            "job_id": job["id"],
            "job_name": body.get("job_name", job["id"]) if self.keeps_name else job["id"],
            "status": status,
            "model": body["model"],
            "base_model": body["model"].partition("-ft-")[0],
            "training_file_ids": ids if self.lists_files else [],
            "training_datasets": []
            if self.lists_files
            else [{"data_source_type": "file_id", "file_id": each} for each in ids],
            "validation_file_ids": [],
            "hyper_parameters": body["hyper_parameters"],
            "training_type": body["training_type"],
            "create_time": "2025-11-11 11:22:22",
        }
        if status == "SUCCEEDED" or (self.early_output and status not in ("FAILED", "CANCELED")):
            row["finetuned_output"] = self._made(job)
        if status in ("SUCCEEDED", "FAILED", "CANCELED"):
            row["end_time"] = "2025-11-11 16:49:01"
        if status in ("SUCCEEDED", "CANCELED"):
            row["usage"] = 432000
        if status == "FAILED":
            row |= {"code": self.job_failure, "message": "validation samples must be more than batch_size"}
        return row

    def _made(self, job: dict[str, Any]) -> str:
        return f"{job['body']['model'].partition('-ft-')[0]}-{job['id']}"

    def _status(self, thing: dict[str, Any]) -> str:
        states: tuple[str, ...] = thing["states"]
        return states[min(thing["looks"], len(states) - 1)]

    def _job(self, job_id: str) -> dict[str, Any]:
        if job_id not in self.jobs:
            raise RefusalError(404, "NotFound", "Not Found!")
        return self.jobs[job_id]

    def _job_show(self, job_id: str) -> dict[str, Any]:
        job = self._job(job_id)
        row = self._job_row(job)
        job["looks"] += 1
        return row

    def _job_list(self, query: Mapping[str, str]) -> dict[str, Any]:
        return _page(query, "jobs", [self._job_row(job) for job in reversed(self.jobs.values())])

    def _job_cancel(self, job_id: str) -> dict[str, Any]:
        job = self._job(job_id)
        if self._status(job) in ("SUCCEEDED", "FAILED", "CANCELED"):
            message = "The fine-tune job can not be canceled because it is succeeded or failed"
            raise RefusalError(400, "UnsupportedOperation", message)
        job |= {"states": ("CANCELING", "CANCELED"), "looks": 0}
        return {"status": "success"}

    def _job_delete(self, job_id: str) -> dict[str, Any]:
        if self._status(self._job(job_id)) in ("PENDING", "QUEUING", "RUNNING", "CANCELING"):
            raise RefusalError(
                400, "UnsupportedOperation", "The fine-tune job can not be deleted because it is running"
            )
        del self.jobs[job_id]
        return {"status": "success"}

    def _job_logs(self, job_id: str, query: Mapping[str, str]) -> dict[str, Any]:
        job, (offset, line) = self._job(job_id), (int(query["offset"]), int(query["line"]))
        if not 0 < line <= 1000:
            raise RefusalError(400, "InvalidParameter", "line")
        lines = [f"{{'loss': {1 / (n + 1):.4f}, 'epoch': {n}}}" for n in range(self.log_lines * min(job["looks"], 4))]
        if self._status(job) == "SUCCEEDED" and job["looks"] >= len(job["states"]):
            lines += [" Fine-tune succeeded!", "2025-11-11 16:49:01,175 - INFO - ##FT_COMPLETE##"]
        return {"total": len(lines), "logs": lines[offset : offset + line]}

    # Checkpoints

    def _names(self, job_id: str) -> list[str]:
        job = self._job(job_id)
        if not self.checkpoint_api:
            raise RefusalError(404, "NotFound", "Not Found!")
        if self._status(job) != "SUCCEEDED":
            return []
        epochs, every = (int(job["body"]["hyper_parameters"][name]) for name in ("n_epochs", "eval_epochs"))
        return [f"checkpoint-{epoch}" for epoch in range(every, epochs + 1, every)]

    def _checkpoints(self, job_id: str) -> list[dict[str, Any]]:
        return [self._checkpoint_row(job_id, name) for name in reversed(self._names(job_id))]

    def _checkpoint_row(self, job_id: str, name: str) -> dict[str, Any]:
        job = self._job(job_id)
        row = {"checkpoint": name, "full_name": f"{job_id}:{name}", "job_id": job_id, "step": int(name[11:])}
        row |= {"create_time": "2026-05-27T18:07:16", "expire_time": "2026-06-11T18:07:16", "status": "PENDING"}
        export = job["exports"].get(name)
        if export:
            export["looks"] += 1
            if export["looks"] > self.export_looks:
                model = f"{self._made(job)}-c{name[11:]}"
                return row | {"status": "SUCCEEDED", "model_name": model, "model_display_name": export["name"]}
        return row

    def _validation_results(self, job_id: str) -> list[dict[str, Any]]:
        return [{"checkpoint": name} for name in sorted(self._names(job_id))]

    def _validation_details(self, job_id: str, checkpoint: str, query: Mapping[str, str]) -> dict[str, Any]:
        if checkpoint not in self._names(job_id):
            raise RefusalError(404, "NotFound", "Not Found!")
        rows = [
            {"video_path": self.link(), "prompt": f"prompt {number}", "first_frame_path": self.link("jpeg")}
            | ({"last_frame_path": self.link("jpeg")} if self.last_frames else {})
            for number in range(3)
        ]
        return _page(query, "list", rows)

    def _export(self, job_id: str, checkpoint: str, query: Mapping[str, str]) -> bool:
        if checkpoint not in self._names(job_id):
            raise RefusalError(404, "NotFound", "Not Found!")
        if not re.fullmatch(r"[\w-]+", query.get("model_name", "")):
            raise RefusalError(400, "InvalidParameter", "model_name")
        self._job(job_id)["exports"].setdefault(checkpoint, {"name": query["model_name"], "looks": 0})
        return True

    # Deployments

    def _deploy_create(self, body: dict[str, Any]) -> dict[str, Any]:
        if set(body) != {"model_name", "aigc_config", "capacity", "plan"} or body["plan"] != "lora":
            raise RefusalError(400, "InvalidParameter", f"the body has {sorted(body)}")
        if set(body["aigc_config"]) != {"use_input_prompt", "prompt", "lora_prompt_default"}:
            raise RefusalError(400, "InvalidParameter", "aigc_config")
        made = {self._made(job) for job in self.jobs.values() if self._status(job) == "SUCCEEDED"}
        name = body["model_name"]
        if re.sub(r"-c\d+$", "", name) not in made:
            raise RefusalError(400, "InvalidParameter", f"The model {name} does not exist or is not deployable")
        if name in self.deployments:
            raise RefusalError(409, "Conflict", f"Deployed model {name} already exists, please specify a suffix.")
        self.deployments[name] = {"id": name, "states": self.deploy_states, "looks": 0, "body": body}
        return self._deploy_row(self.deployments[name])

    def _deploy_row(self, one: dict[str, Any]) -> dict[str, Any]:
        name = one["body"]["model_name"]
        base = next(model for model in MODELS if name.startswith(model))
        row = {"deployed_model": one["id"], "gmt_create": "2025-11-11T17:46:53.294", "status": self._status(one)}
        return row | {"model_name": name, "base_model": base, "plan": "lora", "charge_type": "post_paid"}

    def _deployment(self, deployment_id: str) -> dict[str, Any]:
        if deployment_id not in self.deployments:
            raise RefusalError(404, "NotFound", "Not found.")
        return self.deployments[deployment_id]

    def _deploy_show(self, deployment_id: str) -> dict[str, Any]:
        one = self._deployment(deployment_id)
        row = self._deploy_row(one)
        one["looks"] += 1
        return row

    def _deploy_list(self, query: Mapping[str, str]) -> dict[str, Any]:
        return _page(query, "deployments", [self._deploy_row(one) for one in self.deployments.values()])

    def _deploy_delete(self, deployment_id: str) -> dict[str, Any]:
        one = self._deployment(deployment_id)
        if self.stop_before_delete and self._status(one) not in ("STOPPED", "FAILED"):
            raise RefusalError(400, "UnsupportedOperation", "only STOPPED or FAILED deployments can be deleted")
        del self.deployments[deployment_id]
        return self._deploy_row(one) | {"status": "DELETING"}

    # Videos

    def _task_submit(self, family: str, body: dict[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
        if headers.get("X-DashScope-Async") != "enable":
            raise RefusalError(403, "AccessDenied", "current user api does not support synchronous calls.")
        deployed = self.deployments.get(body["model"])
        if deployed is None or self._status(deployed) != "RUNNING":
            raise RefusalError(404, "ModelNotFound", f"Model: {body['model']} not found!")
        form = {name for name in body["input"] if name not in ("prompt", "negative_prompt")}
        forms = {"image2video": [{"media"}, {"first_frame_url"}, {"first_frame_url", "last_frame_url"}]}
        if form not in forms.get(family, [{"img_url"}]):
            raise RefusalError(400, "InvalidParameter", f"the input has {sorted(form)}")
        if unknown := set(body["parameters"]) - {"resolution", "duration", "prompt_extend", "seed", "watermark"}:
            raise RefusalError(400, "InvalidParameter", f"unknown: {sorted(unknown)}")
        task_id = f"0385dc79-5ff8-4d82-bcb6-{next(self.numbers):012d}"
        self.tasks[task_id] = {"states": self.task_states, "looks": 0, "body": body}
        return {"task_status": "PENDING", "task_id": task_id}

    def _task_show(self, task_id: str) -> dict[str, Any]:
        task = self.tasks.get(task_id)
        if task is None:
            return {"task_id": task_id, "task_status": "UNKNOWN"}
        status = self._status(task)
        task["looks"] += 1
        row = {"task_id": task_id, "task_status": status, "submit_time": "2025-11-12 11:03:33.672"}
        if status == "SUCCEEDED":
            row |= {"orig_prompt": "", "video_url": self.link()}
        if status == "FAILED":
            row |= {"code": "InvalidParameter", "message": "The size is not match xxxxxx"}
        return row

    def _task_list(self, query: Mapping[str, str]) -> dict[str, Any]:
        rows = [
            {"task_id": task_id, "status": self._status(task), "model_name": task["body"]["model"]}
            for task_id, task in self.tasks.items()
            if query.get("model_name") in (None, task["body"]["model"])
        ]
        return _page(query, "data", rows) | {"total_page": 1}

    # Links

    def link(self, ending: str = "mp4") -> str:
        """A new signed link."""
        token = f"{next(self.numbers)}.{ending}"
        self.links[token] = self.link_uses
        return f"{self.link_scheme or self.origin}/download/{token}?Expires=1766127125&Signature=5ecret"

    def fetch(self, token: str) -> bytes:
        """What a link leads to. Raises RefusalError once it has expired."""
        if self.links.get(token, 0) <= 0:
            raise RefusalError(403, "AccessDenied", "Request has expired.")
        self.links[token] -= 1
        return self.video if token.endswith("mp4") else self.image


def _page(query: Mapping[str, str], name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    number, size = int(query.get("page_no", 1)), int(query.get("page_size", 10))
    if not 1 <= size <= 1000:
        raise RefusalError(400, "InvalidParameter", "page_size")
    shown = rows[(number - 1) * size : number * size]
    return {"page_no": number, "page_size": size, "total": len(rows), name: shown}
