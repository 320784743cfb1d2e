"""`datasetkit train previews`."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from datasetkit.cli.place import place_options
from datasetkit.cli.remote import job_argument, service
from datasetkit.cli.terminal import bars, echo, note
from datasetkit.errors import DatasetkitError
from datasetkit.files import replace_file
from datasetkit.printable import Printable, as_json
from datasetkit.report.columns import plural
from datasetkit.report.preview_page import PreviewCell, PreviewRow, preview_page

if TYPE_CHECKING:
    from datasetkit.media.previews import Measures
    from datasetkit.modelstudio.checkpoints import Preview
    from datasetkit.modelstudio.client import Client

_LIST = "previews.json"
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
Key = tuple[str, int]  # a prompt, and which of the previews with that prompt it is


@dataclass(frozen=True, slots=True)
class SavedPreview:
    """A preview that was downloaded: its files as paths from the folder, and its measures."""

    checkpoint: str
    prompt: str
    number: int
    video: str
    first_frame: str | None
    measures: Measures


@click.command("previews")
@job_argument
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="DIR", help="The folder.")
@place_options
def previews_command(job_id: str, *, output: Path, **options: Any) -> int:
    """Download the preview videos of a job, and a page to compare them.

    The page has a row for each prompt and a column for each checkpoint. Run again, the command goes on where it
    stopped: what is in DIR isn't fetched again.

    \b
    Example:
      datasetkit train previews ft-202511111122-ab12 -o previews
    """
    with service(options) as client:
        page = save_previews(client, job_id, output)
    if page is None:
        note(f"{job_id} has no previews yet: they come with its checkpoints, once the job has ended")
        return 1
    echo(Printable(str(page)))
    return 0


def save_previews(client: Client, job_id: str, output: Path) -> Path | None:
    """Put all previews of a job into a folder, with a page: the page's path, None if there are no previews.

    What is there isn't fetched again. Raises DatasetkitError.
    """
    from datasetkit.modelstudio.checkpoints import previewed

    names = sorted(previewed(client, job_id), key=lambda name: (len(name), name))  # checkpoint-50 before -160
    if not names:
        return None
    _open_folder(output, job_id)
    saved = [each for name in names for each in _fetch(client, job_id, name, output)]
    page = preview_page(f"Previews of {job_id}", names, _rows(names, saved))
    replace_file(output / "index.html", page.encode("utf-8", "backslashreplace"))
    values = {"job": job_id, "previews": [asdict(each) for each in saved]}
    replace_file(output / _LIST, (as_json(values) + "\n").encode())
    note(f"{plural(len(saved), 'preview')} of {plural(len(names), 'checkpoint')}; open the page in a browser")
    return output / "index.html"


def _open_folder(folder: Path, job_id: str) -> None:
    """Make the folder, or go on in one that an earlier run for this job has begun. Raises DatasetkitError."""
    listed = folder / _LIST
    try:
        folder.mkdir(exist_ok=True)
        if any(folder.iterdir()) and json.loads(listed.read_text("utf-8")).get("job") != job_id:
            raise DatasetkitError(f"{folder} holds the previews of another job", "Name another folder.")
    except FileNotFoundError:
        raise DatasetkitError(f"{folder} can't be used: it is not empty, or not in a folder", "Name another.") from None
    except (OSError, ValueError, AttributeError) as error:
        raise DatasetkitError(f"can't use {folder}: {error}", "Name another folder.") from None
    if not listed.exists():
        replace_file(listed, (as_json({"job": job_id, "previews": []}) + "\n").encode())


def _fetch(client: Client, job_id: str, checkpoint: str, folder: Path) -> list[SavedPreview]:
    """The previews of a checkpoint, each of which is in the folder afterwards."""
    from datasetkit.media.previews import measure
    from datasetkit.modelstudio.checkpoints import list_previews

    client.start(client.pace.limit)
    found = _keyed(list(list_previews(client, job_id, checkpoint)))
    (folder / checkpoint).mkdir(exist_ok=True)
    saved = []
    for number, (key, preview) in enumerate(found.items()):
        video = folder / checkpoint / f"{number}.mp4"
        if not video.exists():
            _download(client, job_id, checkpoint, key, preview, video)
        frame = _first_frame(client, preview, folder / checkpoint, number)
        measures = measure(video)
        paths = [None if path is None else path.relative_to(folder).as_posix() for path in (video, frame)]
        saved.append(SavedPreview(checkpoint, *key, str(paths[0]), paths[1], measures))
    return saved


def _keyed(previews: list[Preview]) -> dict[Key, Preview]:
    """The previews by their prompts, which tell them apart whatever order the service lists them in."""
    count = Counter[str]()
    keyed = {}
    for preview in previews:
        keyed[preview.prompt, count[preview.prompt]] = preview
        count[preview.prompt] += 1
    return keyed


def _download(client: Client, job_id: str, checkpoint: str, key: Key, preview: Preview, video: Path) -> None:
    """Download a video; once more with a fresh link if the link has expired. Raises DatasetkitError."""
    from datasetkit.media.previews import require_video
    from datasetkit.modelstudio.answers import ServiceError
    from datasetkit.modelstudio.checkpoints import list_previews
    from datasetkit.modelstudio.download import download

    client.start(client.pace.limit)
    with bars() as progress:
        try:
            download(preview.video_url, video, client, verify=require_video, progress=progress)
        except ServiceError as fault:
            fresh = _keyed(list(list_previews(client, job_id, checkpoint))).get(key)
            if fault.status != 403 or fresh is None:
                raise
            download(fresh.video_url, video, client, verify=require_video, progress=progress)


def _first_frame(client: Client, preview: Preview, folder: Path, number: int) -> Path | None:
    """The first frame beside the video, if the service gives it; without it the page is still of use."""
    from datasetkit.media.previews import require_image
    from datasetkit.modelstudio.download import download

    there = [path for suffix in _SUFFIXES if (path := folder / f"{number}{suffix}").exists()]
    if there or preview.first_frame_url is None:
        return there[0] if there else None
    ending = Path(preview.first_frame_url.partition("?")[0]).suffix.lower()
    target = folder / f"{number}{ending if ending in _SUFFIXES else '.jpg'}"
    try:
        download(preview.first_frame_url, target, client, verify=require_image)
    except DatasetkitError as error:
        note(f"no first frame for {folder.name}/{number}: {error}")
        return None
    return target


def _rows(names: list[str], saved: list[SavedPreview]) -> list[PreviewRow]:
    by_key: dict[Key, dict[str, SavedPreview]] = {}
    for each in saved:
        by_key.setdefault((each.prompt, each.number), {})[each.checkpoint] = each
    rows = []
    for (prompt, _), found in by_key.items():
        frame = next((each.first_frame for each in found.values() if each.first_frame), None)
        cells = [
            PreviewCell(found[name].video, _caption(found[name].measures)) if name in found else None for name in names
        ]
        rows.append(PreviewRow(prompt, frame, cells))
    return rows


def _caption(measures: Measures) -> str:
    lines = [
        f"{measures.width}×{measures.height}, {measures.seconds:.2f} s",
        f"sharpness {measures.sharpness:.0f}",
        f"flicker {measures.flicker:.2%}",
        f"brightness after the first frame {measures.jump:+.1%}",
    ]
    if measures.still:
        lines.append(f"frozen or black {measures.still:.1f} s")
    if measures.corrupt:
        lines.append(plural(measures.corrupt, "corrupt frame"))
    return "\n".join(lines)
