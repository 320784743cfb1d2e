"""What a run of `datasetkit run` is about, whether it still is, and what it costs."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from datasetkit.cli.remote import confirm
from datasetkit.cli.runs import quoted_prices
from datasetkit.cli.terminal import note
from datasetkit.errors import DatasetkitError
from datasetkit.report.columns import plural, quoted, table
from datasetkit.scan.digest import dataset_digest
from datasetkit.spec import find_model, limits
from datasetkit.training.costs import in_all, run_costs
from datasetkit.training.parameters import request
from datasetkit.training.prices import generation_prices, training_prices
from datasetkit.training.record import RunRecord, RunSubject, changes
from datasetkit.training.steps import to_pay

if TYPE_CHECKING:
    from datasetkit.cli.requesting import SentFrame
    from datasetkit.cli.run_file import RunFile
    from datasetkit.cli.run_steps import RunContext
    from datasetkit.modelstudio.client import Client
    from datasetkit.modelstudio.videos import VideoRequest
    from datasetkit.training.plan import TrainingPlan
    from datasetkit.verdict import Verdict


def is_zip(path: Path) -> bool:
    """Whether a dataset is a zip, which is sent as it is; a data.jsonl stands for its folder."""
    return path.is_file() and path.name != limits().annotations_name


def subject_of(
    plan: TrainingPlan, verdicts: Sequence[Verdict], videos: Sequence[tuple[VideoRequest, Mapping[str, SentFrame]]]
) -> RunSubject:
    """What a run is about: digests of its sets and images, the job's request, how videos are made."""
    digests = [
        dataset_digest(each.dataset.name, [one.medium.path for one in each.dataset.references]) for each in verdicts
    ]
    body = request(plan.name, plan.material.kind, plan.hyper, [])
    return RunSubject(
        digests[0],
        digests[1] if len(digests) > 1 else None,
        {name: value for name, value in body.items() if name != "training_file_ids"},
        tuple({name: {"name": f.name, "sha256": f.sha256} for name, f in frames.items()} for _, frames in videos),
        videos[0][0].body["parameters"] if videos else {},
    )


def first_record(client: Client, subject: RunSubject, old: Path | None) -> Callable[[], RunRecord]:
    """Makes the record of a new run; of another attempt, it also says what has changed and what the first one cost."""
    from datasetkit.cli.run_file import read_run_file, written

    def first() -> RunRecord:
        before = read_run_file(old) if old else None
        if before:
            _compare(before, subject, old)
        place = client.endpoint
        return RunRecord(
            secrets.token_hex(4),
            written(client.pace.now()),
            place.region,
            place.base_url,
            subject,
            before.run if before else None,
        )

    return first


def _compare(before: RunRecord, subject: RunSubject, folder: Path | None) -> None:
    note(f"compared with the run in {folder}, begun {before.begun}:")
    for line in [*changes(before.subject, subject)] or ["nothing has changed"]:
        note(f"  {line}")
    note(f"  that run cost {_spent(before)}")


def _spent(record: RunRecord) -> str:
    """What a run has cost so far, as far as the service has said."""
    model = find_model(record.subject.request["model"]).id
    videos = [step for name, step in record.steps.items() if name.startswith("generate-") and step.ended]
    made, parts = record.subject.parameters, []
    if record.tokens:
        prices = quoted_prices(training_prices(model, Fraction(record.tokens), record.region))
        parts.append(f"{record.tokens:,} tokens, {prices}")
    if videos:
        prices = quoted_prices(
            generation_prices(
                model, len(videos), record.region, resolution=made["resolution"], seconds=made["duration"]
            )
        )
        parts.append(f"{plural(len(videos), 'video')}, {prices}")
    return "; ".join(parts) or "nothing that the service has reported"


def require_same(file: RunFile, folder: Path, client: Client, subject: RunSubject) -> None:
    """Raise DatasetkitError if the run is about something else. Images may change until the first video is begun."""
    record, place = file.record, client.endpoint
    if record.base_url != place.base_url and (place.region is None or record.region != place.region):
        raise DatasetkitError(
            f"the run in {folder} was begun on {record.region or record.base_url}, not here",
            "Name the same place, or another folder.",
        )
    if subject.frames and not any(name.startswith("generate-") for name in record.steps):
        kept = replace(record.subject, frames=subject.frames, parameters=subject.parameters)
        if kept != record.subject:
            agreed = tuple(name for name in record.agreed if not name.startswith("generate-"))
            record = file.record = replace(record, subject=kept, agreed=agreed)
    if different := list(changes(record.subject, subject)):
        again = f"-o NEW_DIR --from {quoted(str(folder))}"
        raise DatasetkitError(
            f"the run in {folder} is about something else: {'; '.join(different)}",
            f"Undo that, or start another attempt: the same command with {again}.",
        )


def agree(run: RunContext, until: str | None, *, yes: bool) -> None:
    """Show what the steps cost that were not agreed to yet, and ask. Raises DatasetkitError for any answer but yes."""
    paid = [] if until == "upload" else ["train"]
    paid += [f"generate-{number}" for number, _ in enumerate(run.videos, 1)] if until is None else []
    record = run.file.record
    names = to_pay(paid, record)
    if record.steps:
        note(f"going on with the run in {run.folder}, begun {record.begun}")
    if not names:
        return
    _show_costs(run, names)
    if not yes:
        confirm("Go on?", "nothing was started")
    run.file.record = replace(record, agreed=(*record.agreed, *names))


def _show_costs(run: RunContext, names: Sequence[str]) -> None:
    video = run.videos[0][0] if run.videos else None
    costs = run_costs(
        run.plan,
        run.client.endpoint.region,
        training="train" in names,
        videos=sum(name != "train" for name in names),
        resolution=video.resolution if video else "",
        seconds=video.seconds if video else 0,
    )
    rows = [(cost.part, cost.amount, quoted_prices(cost.prices)) for cost in costs]
    without = [cost.part for cost in costs if not cost.prices]
    missing = f", without {' and '.join(without)}" if without else ""
    for line in table([*rows, ("in all", "", quoted_prices(in_all(costs)) + missing)], margin="  "):
        note(line.rstrip())
