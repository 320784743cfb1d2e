"""What the commands about prompts share: a dataset's lines and its effect. No medium is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from datasetkit import spec
from datasetkit.cli.judging import Asked, settings
from datasetkit.errors import DatasetkitError
from datasetkit.model import Source
from datasetkit.prompts.effect import Effect
from datasetkit.scan.annotations import Record, parse
from datasetkit.scan.datasets import open_tree, prefixes, read_annotations


@dataclass(frozen=True, slots=True)
class Prompted:
    """A dataset's data.jsonl: how the user spelled its place, its bytes, its records and how many lines are none.

    ``effect`` is what datasetkit.toml declares. ``file`` is where it lies, None inside a zip.
    """

    name: str
    data: bytes
    records: tuple[Record, ...]
    unread: int
    effect: Effect | None
    file: Path | None

    @property
    def prompts(self) -> list[str]:
        """The prompts, in the order of the lines."""
        return [text for record in self.records if isinstance(text := record.values.get("prompt"), str)]


def prompted(path: str, config_file: Path | None, *, alone: bool = False) -> Iterator[Prompted]:
    """Every dataset of a folder or zip, or ``alone`` the one at its root.

    Raises DatasetkitError where there is none.
    """
    with closing(open_tree(path)) as tree:
        found = [prefix for prefix in prefixes(tree) if not (alone and prefix)]
        if not found:
            raise DatasetkitError(f"{path} holds no {spec.limits().annotations_name}", "Give a dataset's folder.")
        for prefix in found:
            own = tree.below(prefix)
            data = read_annotations(own)
            lines = parse(data, spec.limits().annotations_name)[1]
            records = tuple(line for line in lines if isinstance(line, Record))
            effect = settings(Asked({}, (), config_file), own)["effect"].value
            place = own.locate(spec.limits().annotations_name) if own.source is Source.FOLDER else None
            file = Path(place) if isinstance(place, str) else None
            yield Prompted(own.name, data, records, len(lines) - len(records), effect, file)
