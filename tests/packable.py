"""Samples built by hand and a folder to pack them from, for the tests of layout, pack and hold-out."""

from fractions import Fraction

from datasetkit.model import Expected, Image, Missing, Prompt, Reference, Sample, Video, Where
from datasetkit.scan.folder import folder_tree

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
