"""The rules: a function each, values in, problems out.

No rule opens a file, hard-codes a limit or depends on another rule.
"""

from datasetkit.rules import (  # noqa: F401 - they register rules
    archive,
    balance,
    copies,
    frames,
    images,
    lines,
    outliers,
    pictures,
    prompts,
    videos,
)
from datasetkit.rules.registry import REGISTRY, Context, DatasetPair, Rule, rule

__all__ = ["REGISTRY", "Context", "DatasetPair", "Rule", "rule"]
