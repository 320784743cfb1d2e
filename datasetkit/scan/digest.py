"""A digest of a dataset: the same as long as its lines, media and settings are, wherever it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import closing

from datasetkit import config, spec
from datasetkit.errors import DatasetkitError
from datasetkit.scan.datasets import open_tree, prefixes

_PIECE = 2**20  # bytes


def dataset_digest(path: str, media: Iterable[str]) -> str:
    """The SHA-256, in hex, of the one dataset of a folder or zip: data.jsonl, datasetkit.toml and the named ``media``.

    Files that are missing don't count. Raises DatasetkitError if one can't be read.
    """
    with closing(open_tree(path)) as whole:
        tree = whole.below(next(iter(prefixes(whole)), ""))
        wanted = {spec.limits().annotations_name, config.NAME, *media}
        total = hashlib.sha256()
        for file in tree.files:
            if file.path in wanted:
                try:
                    digest = hashlib.sha256()
                    with tree.open(file.path) as stream:
                        while piece := stream.read(_PIECE):
                            digest.update(piece)
                except OSError as error:
                    raise DatasetkitError(
                        f"can't read {path}/{file.path}: {error.strerror or error}", "Check its permissions."
                    ) from error
                total.update(f"{digest.hexdigest()} {file.path}\n".encode("utf-8", "surrogateescape"))
    return total.hexdigest()
