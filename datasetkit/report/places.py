"""Where findings are, for readers outside the dataset: paths from the repository's root, lines, entries of zips."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from datasetkit import spec
from datasetkit.findings import Finding
from datasetkit.model import Source
from datasetkit.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Location:
    """A file that can be opened, and the line in it.

    Inside a zip nothing can: ``path`` is then the zip's, ``entry`` the path inside ("" for the set itself), and
    ``line`` counts in the entry.
    """

    path: str
    line: int | None = None
    entry: str | None = None


@dataclass(frozen=True)
class Placed:
    """A verdict and the ``path`` of its folder or zip from the repository's root, "" being that root itself.

    The path of a dataset outside the repository is absolute. Its parts are separated by slashes.
    """

    verdict: Verdict
    path: str

    def place(self, finding: Finding) -> Location:
        """The place of a finding. One on a whole folder is at the first line of its data.jsonl."""
        where = finding.where
        if self.verdict.dataset.source is Source.ZIP or where.path:
            return self._place(where.path, where.line)
        return self._place(spec.limits().annotations_name, 1)

    def medium(self, finding: Finding) -> Location | None:
        """The file that a finding is about, unless that is its place."""
        same = finding.medium is None or finding.medium == finding.where.path
        return None if same else self._place(finding.medium or "", None)

    def is_there(self, finding: Finding) -> bool:
        """Whether the finding's medium is among the dataset's files."""
        return finding.medium in self._files

    def _place(self, path: str, line: int | None) -> Location:
        if self.verdict.dataset.source is Source.ZIP:
            return Location(self.path, line, self.verdict.dataset.prefix + path)
        return Location(f"{self.path}/{path}" if self.path else path, line)

    @cached_property
    def _files(self) -> frozenset[str]:
        return frozenset(file.path for file in self.verdict.dataset.files)
