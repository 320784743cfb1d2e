"""Samples built by hand and a folder to pack them from, for the tests of layout, pack and hold-out."""

from fractions import Fraction

from datasetkit.model import Expected, File, Image, Missing, Prompt, Reference, Sample, Source, Video, Where

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


class Folder:
    """A folder on disk as a Tree."""

    source = Source.FOLDER
    hazards = ()

    def __init__(self, root):
        self.root = root
        self.name = str(root)
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        self.files = [File(path.relative_to(root).as_posix(), path.stat().st_size) for path in paths]
        self.size = sum(file.size for file in self.files)

    def open(self, path):
        return (self.root / path).open("rb")

    def locate(self, path):
        return str((self.root / path).absolute())

    def below(self, prefix):
        return Folder(self.root / prefix)
