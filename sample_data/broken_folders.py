"""The broken cases that are folders. A name is the code, the rule's name, and what sets it apart from others."""

from __future__ import annotations

import json

from broken_media import RATE, clip, drawing, encoded, sound, still
from broken_parts import BLUE, RED, Case, Files, first_line, frame, kf2v, media, one, pair, second_line, text
from PIL import Image

I2V_FLASH = ("--model", "wan2.2-i2v-flash")
LFS = b"""version https://git-lfs.github.com/spec/v1
oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
size 48213
"""
ANNEX = b"/annex/objects/SHA256E-s48213--4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393.png\n"


def folders() -> list[Case]:
    """Every case that is a folder."""
    return [*layout(), *lines(), *kinds(), *images(), *videos(), *frames()]


def layout() -> list[Case]:
    """Family D."""
    sound_set = pair(first_line())
    renamed = {("metadata.jsonl" if name == "data.jsonl" else name): data for name, data in sound_set.items()}
    return [
        Case("D101-annotations-missing", renamed),
        Case("D104-unreferenced-file", sound_set | {"image_02.png": frame(clip(RED))}),
        Case("D105-foreign-file", sound_set | {"Thumbs.db": b"\xd0\xcf\x11\xe0", "notes.txt": b"Take 3 is best.\n"}),
        Case("D107-file-name", one(first_frame_path="first frame 01.png", video_path="第1个.mp4")),
        Case("D108-name-collision", one(first_frame_path="001.png", video_path="001.mp4")),
        Case("D110-not-fetched", one(video=LFS)),
        Case("D110-not-fetched-annex", one(image=ANNEX)),
    ]


def lines() -> list[Case]:
    """Family L, but for the kinds. Lines that can't be read name no other file than those that are there."""
    good, cut = first_line(), json.dumps(first_line())
    gbk = cut.replace("A woman", "一个女人").encode("gbk") + b"\n"
    bom, utf16 = b"\xef\xbb\xbf" + text(good), text(good).decode().encode("utf-16")
    comma, quotes = cut[:-1] + ",}", str({"prompt": "A woman.", "first_frame_path": "image_01.png"})
    others = {"text": good["prompt"], "image": good["first_frame_path"], "video_path": good["video_path"]}
    twice = '{"prompt": "An old man sits in a park.", ' + cut[1:]
    backslash = {"first_frame_path": "media\\image_01.png", "video_path": "./media/video_01.mp4"}
    nested = {f"media/{name}": data for name, data in media(1).items()}
    return [
        Case("L201-encoding", media(1) | {"data.jsonl": text(good) + gbk}),
        Case("L201-encoding-bom", media(1) | {"data.jsonl": bom}),
        Case("L201-encoding-utf16", {"data.jsonl": utf16}),
        Case("L202-not-json", pair(good, comma)),
        Case("L202-not-json-array", {"data.jsonl": (json.dumps([good, second_line()]) + "\n").encode()}),
        Case("L202-not-json-cut-off", pair(good, cut[: len(cut) // 2])),
        Case("L202-not-json-quotes", pair(good, quotes)),
        Case("L202-not-json-several-lines", pair(good, json.dumps(second_line(), indent=2))),
        Case("L203-blank-line", pair(good, "", second_line(), numbers=(1, 2))),
        Case("L204-duplicate-key", pair(twice)),
        Case("L205-not-a-record", pair(good, '"A man in a green hat waits at a quiet station."')),
        Case("L206-missing-field", pair(first_line(prompt=None))),
        Case("L206-missing-field-other-names", pair(others)),
        Case("L207-wrong-type", pair(first_line(prompt=["a woman", "a pier"]))),
        Case("L207-wrong-type-empty", pair(first_line(prompt=""))),
        Case("L208-unknown-field", pair(first_line(duration=5))),
        Case("L209-file-not-found", _without(pair(good, second_line(), numbers=(1, 2)), "video_02.mp4")),
        Case("L210-path-form", {"data.jsonl": text(first_line(**backslash))} | nested),
        Case("L210-path-form-windows", pair(first_line(video_path="C:\\clips\\video_01.mp4"))),
        Case("L210-path-form-outside", _without(one(video_path="../video_01.mp4"), "../video_01.mp4")),
        Case("L211-duplicate-sample", _without(_same_clip("video_01.mp4"), "video_02.mp4")),
        Case("L211-duplicate-sample-bytes", _same_clip("video_02.mp4")),
    ]


def kinds() -> list[Case]:
    """L212 and L213: the kind or the role isn't the one that was given."""
    mixed = media(2) | kf2v()
    mixed["data.jsonl"] += text(second_line())
    last = media(1) | {"image_02.png": frame(clip(BLUE), last=True)}
    last["data.jsonl"] = text(first_line(last_frame_path="image_02.png"))
    return [
        Case("L212-wrong-kind", mixed),
        Case("L212-wrong-kind-clip-in-validation", pair(first_line()), ("--role", "validation")),
        Case("L212-wrong-kind-last-frame", last, ("--kind", "i2v")),
        Case("L212-wrong-kind-no-last-frame", pair(first_line()), ("--kind", "kf2v")),
        Case("L213-kind-not-trained", kf2v(), I2V_FLASH),
    ]


def images() -> list[Case]:
    """Family I."""
    picture = still(clip(BLUE))
    jpeg = encoded(picture, "JPEG", quality=95)
    turned = Image.Exif()
    turned[0x0112] = 6  # orientation: to be shown a quarter turn clockwise
    lying = picture.transpose(Image.Transpose.ROTATE_90)
    clear = picture.convert("RGBA")
    clear.putpixel((0, 0), (0, 0, 0, 0))
    deep = picture.convert("L").convert("I").point(lambda value: value * 257).convert("I;16")
    second = [drawing(picture.size, RED, 0.5)]
    large = Image.new("L", (4104, 4104), 90)
    return [
        Case("I301-image-unreadable", one(image=jpeg[: len(jpeg) // 2], first_frame_path="image_01.jpg")),
        Case("I301-image-unreadable-empty", one(image=b"")),
        Case("I302-image-format", one(image=encoded(picture, "GIF"), first_frame_path="image_01.gif")),
        Case("I302-image-format-tiff", one(image=encoded(picture, "TIFF"), first_frame_path="image_01.tif")),
        Case("I303-image-extension", one(first_frame_path="image_01.jpg")),
        Case("I304-image-too-large", one(image=encoded(large, "PNG", optimize=True))),
        Case("I305-image-rotated", one(image=encoded(lying, "JPEG", exif=turned), first_frame_path="image_01.jpg")),
        Case("I306-image-mode", one(image=encoded(picture.convert("CMYK"), "JPEG"), first_frame_path="image_01.jpg")),
        Case("I306-image-mode-16-bit", one(image=encoded(deep, "PNG")), ("--ignore", "K505")),
        Case("I306-image-mode-alpha", one(image=encoded(clear, "PNG"))),
        Case("I307-image-animated", one(image=_animated(picture, second), first_frame_path="image_01.webp")),
    ]


def videos() -> list[Case]:
    """Family V, as far as headers show it. Pictures are square, and so are the clips."""
    whole, late = clip(BLUE), clip(BLUE, faststart=False)
    strip = Image.new("RGB", (514, 8), BLUE)  # of the large clip's shape
    target = one(video=clip(BLUE, frames=3 * RATE)) | {"datasetkit.toml": b"target_seconds = 2\n"}
    upright = still(clip(BLUE, rotation=90)).transpose(Image.Transpose.ROTATE_90)  # as players show it
    interlaced = (("crf", "34"), ("flags", "+ildct+ilme"), ("x264-params", "tff=1"))
    mpeg4 = (("b", "20000"),)
    return [
        Case("V401-video-unreadable", one(video=late[: late.index(b"moov") - 4])),
        Case("V401-video-unreadable-empty", one(video=b"")),
        Case("V401-video-unreadable-sound-only", one(video=sound())),
        Case("V402-video-truncated", one(video=whole[: len(whole) * 11 // 12])),
        Case("V404-video-container", one(video=_webm(), video_path="video_01.webm")),
        Case(
            "V404-video-container-matroska",
            one(video=clip(BLUE, form="matroska", faststart=False), video_path="video_01.mkv"),
        ),
        Case("V405-video-extension", one(video_path="video_01.avi")),
        Case("V406-video-too-large", one(encoded(strip, "PNG"), clip(BLUE, size=(4112, 64)))),
        Case("V407-video-too-long", one(video=clip(BLUE, frames=5 * RATE + 2)), I2V_FLASH),
        Case("V407-video-too-long-for-all", one(video=clip(BLUE, frames=11 * RATE))),
        Case("V408-video-too-short", one(video=clip(BLUE, frames=RATE))),
        Case("V409-video-rotated", one(encoded(upright, "PNG"), clip(BLUE, rotation=90))),
        Case("V410-variable-rate", one(video=clip(BLUE, frames=20, steps=(1, 3)))),
        Case("V411-unusual-codec", one(video=clip(BLUE, codec="mpeg4", options=mpeg4))),
        Case("V412-several-streams", one(video=clip(BLUE, pictures=2))),
        Case("V413-interlaced", one(video=clip(BLUE, form="mov", options=interlaced), video_path="video_01.mov")),
        Case("V418-wasted-pixels", one(video=clip(BLUE, size=(784, 784))), ("--model", "wan2.5-i2v-preview")),
        Case("V419-longer-than-target", target),
    ]


def frames() -> list[Case]:
    """Family K, as far as headers show it."""
    wide = encoded(still(clip(BLUE)).resize((80, 64)), "PNG")
    return [
        Case("K501-frame-shape", one(image=wide)),
        Case("K504-frames-equal", kf2v(last_frame_path="image/image_01_first.png")),
        Case("K504-frames-equal-bytes", kf2v(last=frame(clip(BLUE)))),
    ]


def _without(files: Files, name: str) -> Files:
    return {path: data for path, data in files.items() if path != name}


def _same_clip(name: str) -> Files:
    """Two samples with different first frames, whose clip is the same file or the same bytes."""
    files = pair(first_line(), second_line(video_path=name), numbers=(1, 2))
    return files | {"image_02.png": encoded(still(clip(BLUE)), "PNG"), "video_02.mp4": clip(BLUE)}


def _animated(first: Image.Image, more: list[Image.Image]) -> bytes:
    return encoded(first, "WEBP", save_all=True, append_images=more, duration=200)


def _webm() -> bytes:
    return clip(BLUE, form="webm", faststart=False, codec="libvpx-vp9", options=(("crf", "45"), ("b", "0")))
