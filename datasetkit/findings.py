"""What judging a dataset yields: problems, and findings once the engine has stamped them. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from datasetkit.edits import Edit
from datasetkit.model import Kind, Role, Where


class Severity(IntEnum):
    """The consequence: refused or failing, training suffers, worth a look. Higher is worse."""

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
    """What a rule saw.

    ``where`` and ``severity`` default to the subject's place and the rule's severity. ``mended`` says that
    `build` puts this one right on the way into the zip. ``fix`` holds the edits that remove the problem, none where
    that takes a human; they are ``safe`` where meaning and pixels stay as they are seen.
    """

    message: str
    where: Where | None = None
    severity: Severity | None = None
    mended: bool = False
    fix: tuple[Edit, ...] = ()
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem with its rule's identity. ``medium`` is the file it is about, if not ``where.path``.

    ``fix`` and ``safe`` are those of `Problem`.
    """

    code: str
    name: str
    severity: Severity
    basis: Basis
    where: Where
    message: str
    mended: bool = False
    medium: str | None = None
    fix: tuple[Edit, ...] = ()
    safe: bool = True


@dataclass(frozen=True, slots=True)
class Ignored:
    """Findings left out of a verdict, and the reason that was given.

    ``code`` is the entry as written: a code or prefix, with ":PATH" after it where it holds for some files only.
    """

    code: str
    reason: str
    findings: tuple[Finding, ...]

    @property
    def count(self) -> int:
        """How many findings were left out."""
        return len(self.findings)


@dataclass(frozen=True, slots=True)
class Assumed:
    """The kind and role a dataset was judged as, and where each comes from ("from its lines", "--kind", …).

    ``mixed`` says that some lines have a last frame and others don't.
    """

    kind: Kind
    role: Role
    kind_from: str
    role_from: str
    mixed: bool = False
