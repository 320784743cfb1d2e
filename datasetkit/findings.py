"""What is found in a dataset: problems as rules report them, findings as everybody else sees them. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from types import MappingProxyType

from datasetkit.edits import Edit
from datasetkit.model import Kind, Medium, Role, Where
from datasetkit.windows import Window


class Severity(IntEnum):
    """How serious a finding is. ERROR: would be refused or fail. WARNING: training suffers. ADVICE: worth a look."""

    ADVICE = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


class Basis(StrEnum):
    """Where a rule comes from."""

    DOCUMENTED = "documented"
    GUIDANCE = "guidance"
    CLIENT = "client-observed"
    HEURISTIC = "heuristic"


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule reports.

    ``where`` and ``severity`` default to the subject's place and the rule's severity. ``fixed_by_build``: `build` fixes
    this in the zip that it writes. ``fix`` holds the edits that remove the problem, none if a person has to; they are
    ``safe`` if they keep meaning and pixels. ``data`` is the message's content for programs: JSON values by name.
    """

    message: str
    where: Where | None = None
    severity: Severity | None = None
    fixed_by_build: bool = False
    fix: tuple[Edit, ...] = ()
    safe: bool = True
    data: Mapping[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem with its rule's identity, and ``medium``, the file it is about if that isn't ``where.path``.

    ``fixed_by_build``, ``fix``, ``safe`` and ``data`` are as in `Problem`.
    """

    code: str
    name: str
    severity: Severity
    basis: Basis
    where: Where
    message: str
    fixed_by_build: bool = False
    medium: str | None = None
    fix: tuple[Edit, ...] = ()
    safe: bool = True
    data: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    @property
    def fixable(self) -> bool:
        """Whether `datasetkit fix` can remove it, with `fix_options` where it needs them."""
        return bool(self.fix)

    @property
    def fix_options(self) -> tuple[str, ...]:
        """The options that `datasetkit fix` needs for it: what changes content and what is mere advice is opt-in."""
        select = ("--select", self.code) if self.severity is Severity.ADVICE else ()
        return (*select, *(() if self.safe else ("--unsafe",)))


@dataclass(frozen=True, slots=True)
class Ignored:
    """Findings left out of a verdict, and the reason that was given.

    ``code`` is the entry as written: a code or prefix, with ":PATH" after it if it holds for some files only.
    """

    code: str
    reason: str
    findings: tuple[Finding, ...]

    @property
    def count(self) -> int:
        """How many findings were left out."""
        return len(self.findings)


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file of a folder of raw clips, or a line of one ("captions.csv:3"), as it will be used.

    ``medium`` is what a clip holds, ``windows`` its rows in cuts.csv, and ``does`` what `init` does to it, in words.
    For anything but clips ``reason`` says why it isn't used.
    """

    path: str
    medium: Medium | None = None
    windows: tuple[Window, ...] = ()
    does: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Assumed:
    """The kind and role that a dataset was checked as, and where each comes from ("from its lines", "--kind", …).

    ``mixed``: some lines have a last frame and others don't.
    """

    kind: Kind
    role: Role
    kind_from: str
    role_from: str
    mixed: bool = False
