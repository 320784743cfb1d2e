"""The captions of a pool's clips, in whatever layout `init` reads: files beside the clips, or tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from datasetkit import spec
from datasetkit.intake.captions import SIDECARS, decode, is_table
from datasetkit.intake.pairing import pair
from datasetkit.intake.raw import is_hidden
from datasetkit.pool.records import is_clip
from datasetkit.scan.folder import folder_tree
from datasetkit.scan.tree import Tree


def read_captions(pool: str) -> Mapping[str, str]:
    """The captions by the paths of the clips that have one. What can't be read or paired is no caption.

    Only a pool on this machine has captions.
    """
    if not Path(pool).is_dir():
        return {}
    tree = folder_tree(Path(pool), pool)
    texts = dict(filter(None, (_text(tree, file.path, file.size) for file in tree.files)))
    if not texts:
        return {}
    clips = [file.path for file in tree.files if is_clip(file.path)]
    return {files.clip: files.caption for files in pair(clips, (), texts).clips if files.caption}


def _text(tree: Tree, path: str, size: int) -> tuple[str, str] | None:
    named = is_table(path) or PurePosixPath(path).suffix.lower() in SIDECARS
    if is_hidden(path) or not named or size > spec.limits().annotations_read_bytes:
        return None
    try:
        with tree.open(path) as stream:
            text = decode(stream.read())
    except OSError:
        return None
    return None if text is None else (path, text)
