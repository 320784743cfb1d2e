"""Samples built by hand and a folder to pack them from, for the tests of layout, pack and hold-out."""

from fractions import Fraction
from pathlib import Path

from datasetkit.findings import Assumed
from datasetkit.model import (
    Dataset,
    Expected,
    Image,
    Kind,
    Missing,
    Prompt,
    Reference,
    Role,
    Sample,
    Source,
    Video,
    Where,
)
from datasetkit.pack.building import write
from datasetkit.scan.folder import folder_tree
from datasetkit.verdict import Verdict

FIELDS = {"first": "first_frame_path", "last": "last_frame_path", "clip": "video_path"}


def image(path, size=3, form="JPEG", digest=None):
    return Image(path, size, form, 64, 64, digest=digest)


def clip(path, size=5, container="mp4", digest=None):
    return Video(path, size, container, "h264", 64, 64, 16, Fraction(1), Fraction(16), digest=digest)


def missing(path):
    return Missing(path, Expected.IMAGE)


def sample(line, prompt="p", written=None, extra=None, **media):
    """A line naming first=, last= and clip= media; ``written`` spells a path otherwise than its medium."""
    spelled = {FIELDS[key]: (written or {}).get(key, medium.path) for key, medium in media.items()}
    references = tuple(
        Reference(Where("data.jsonl", line, FIELDS[key]), spelled[FIELDS[key]], medium) for key, medium in media.items()
    )
    where = Where("data.jsonl", line)
    record = {**(extra or {}), **spelled, "prompt": prompt}
    return Sample(where, record, Prompt(where, prompt), references)


def tree_of(root):
    return folder_tree(root, str(root))


def verdict_on(tree, *findings):
    assumed = Assumed(Kind.I2V, Role.TRAINING, "from its lines", "from its lines")
    return Verdict(Dataset(tree.name, Source.FOLDER, 0), assumed, None, findings)


def write_zip(layout, tree, target, **how):
    """Write one zip and its manifest, as `build` does."""
    (output,) = write({Path(target): layout}, verdict_on(tree), tree, **how)
    return output


def write_folder(layout, tree, target, **how):
    return write_zip(layout, tree, target, folder=True, **how)
