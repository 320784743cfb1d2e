"""datasetkit: from a folder of clips, frames and captions to a training zip that is right.

The public API, documented in docs/api.md. Each name loads its module when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datasetkit.errors import DatasetkitError
    from datasetkit.findings import Basis, Finding, Ignored, Severity
    from datasetkit.intake.init import NewDataset, init
    from datasetkit.model import Dataset, Kind, Progress, Role, Where
    from datasetkit.modelstudio.upload import upload
    from datasetkit.modelstudio.zips import Receipt
    from datasetkit.pack.building import Build, build
    from datasetkit.pack.manifest import Output
    from datasetkit.repair.fix import Fixed, fix
    from datasetkit.repair.normalizing import Normalization, NormalizedSet, normalize
    from datasetkit.repair.questions import Question
    from datasetkit.verdict import Verdict, check, check_all

__version__ = "0.1.0"
__all__ = ["Basis", "Build", "Dataset", "DatasetkitError", "Finding", "Fixed", "Ignored"]
__all__ += ["Kind", "NewDataset", "Normalization", "NormalizedSet", "Output", "Progress", "Question"]
__all__ += ["Receipt", "Role", "Severity", "Verdict", "Where"]
__all__ += ["__version__", "build", "check", "check_all", "fix", "init", "normalize", "upload"]
_MODULES = {
    "datasetkit.errors": ("DatasetkitError",),
    "datasetkit.findings": ("Basis", "Finding", "Ignored", "Severity"),
    "datasetkit.intake.init": ("NewDataset", "init"),
    "datasetkit.model": ("Dataset", "Kind", "Progress", "Role", "Where"),
    "datasetkit.modelstudio.upload": ("upload",),
    "datasetkit.modelstudio.zips": ("Receipt",),
    "datasetkit.pack.building": ("Build", "build"),
    "datasetkit.pack.manifest": ("Output",),
    "datasetkit.repair.fix": ("Fixed", "fix"),
    "datasetkit.repair.normalizing": ("Normalization", "NormalizedSet", "normalize"),
    "datasetkit.repair.questions": ("Question",),
    "datasetkit.verdict": ("Verdict", "check", "check_all"),
}


if not TYPE_CHECKING:  # so that mypy reports names that don't exist

    def __getattr__(name: str) -> object:
        for module, names in _MODULES.items():
            if name in names:
                return getattr(import_module(module), name)
        raise AttributeError(f"module 'datasetkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
