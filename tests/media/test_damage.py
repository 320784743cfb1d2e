import errno
import struct
import zlib

import av
import pytest
from PIL import Image, UnidentifiedImageError

from datasetkit.errors import DatasetkitError
from datasetkit.media.damage import MediumError, plain_errors, unreadable


def reason(error: Exception) -> str:
    with pytest.raises(MediumError) as caught, plain_errors(unreadable("clip.mp4")):
        raise error
    return str(caught.value)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (EOFError(), "cut off: the file ends before the picture does"),
        (struct.error("unpack_from requires a buffer of at least 20 bytes"), "cut off: "),
        (OSError("image file is truncated (3 bytes not processed)"), "cut off: "),
        (
            UnidentifiedImageError("cannot identify image file <_io.BufferedReader name='x'>"),
            "damaged: nothing in its data",
        ),
        (
            ValueError("stream_options were provided, but the container has 0 streams"),
            "damaged: nothing in its data can be read",
        ),
        (
            av.error.InvalidDataError(1094995529, "Invalid data found when processing input"),
            "damaged: nothing in its data",
        ),
        (
            av.error.PatchWelcomeError(1163346256, "Not yet implemented in FFmpeg, patches welcome"),
            "not decodable: Not yet",
        ),
        (av.error.OSError(errno.EIO, "Input/output error"), "damaged: "),
        (OSError("Unsupported BMP compression (7)"), "not decodable: Unsupported BMP compression (7)"),
        (OSError("broken data stream when reading image file"), "damaged: broken data stream"),
        (KeyError("exif"), "damaged: nothing in its data can be read"),
        (zlib.error("Error -3 while decompressing data"), "damaged: "),
        (MemoryError(), "more memory than there is"),
        (
            Image.DecompressionBombError(
                "Image size (9 pixels) exceeds limit of 8 pixels, could be decompression bomb"
            ),
            "too large to decode",
        ),
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "can't be opened: No such file or directory"),
    ],
)
def test_what_libraries_raise_reads_like_words(error: Exception, words: str) -> None:
    found = reason(error)
    assert words in found
    assert not any(noise in found for noise in ("<", "buffer", "stream_options"))


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(errno.EACCES, "Permission denied"),
        OSError(errno.EIO, "Input/output error"),
        OSError(errno.EMFILE, "Too many open files"),
        av.error.PermissionError(errno.EACCES, "Permission denied"),
    ],
)
def test_the_machine_is_no_damage(error: Exception) -> None:
    with (
        pytest.raises(DatasetkitError, match=f"can't read clip.mp4: {error.strerror}"),
        plain_errors(unreadable("clip.mp4")),
    ):
        raise error


@pytest.mark.parametrize("error", [AttributeError("x"), RuntimeError("x"), MediumError("x"), DatasetkitError("x")])
def test_what_is_neither_goes_on_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error), match=r"^x$"), plain_errors(unreadable("clip.mp4")):
        raise error
