import tracemalloc
from typing import Any

import pytest

from datasetkit.scan.near import Names

IMAGES = frozenset({".jpg", ".jpeg", ".png"})
FILES = [
    "image_9.jpg",
    "image_2.jpg",
    "frames/first.png",
    "Sub/\u00c4pfel.png",
    "holiday.jpg",
    "holiday.mp4",
    "image_12.jpg",
]


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("image_9.jpeg", ("image_9.jpg",)),
        ("IMAGE_9.JPG", ("image_9.jpg",)),
        ("first.png", ("frames/first.png",)),
        ("frames/first.jpg", ("frames/first.png",)),
        ("sub/A\u0308pfel.png", ("Sub/\u00c4pfel.png",)),
        ("holliday.jpg", ("holiday.jpg",)),
        ("holidey.jpg", ("holiday.jpg",)),
        ("holiay.jpg", ("holiday.jpg",)),
        ("hoilday.jpg", ("holiday.jpg",)),
        ("image_3.jpg", ()),  # another number is another image
        ("image_1.jpg", ()),
        ("image_22.jpg", ()),
        ("nothing like it.jpg", ()),
        ("holiday.mov", ("holiday.jpg",)),
        ("", ()),
    ],
)
def test_what_a_path_may_have_meant(path: str, near: tuple[str, ...]) -> None:
    assert Names(FILES).near(path, IMAGES) == near


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("C:\\data\\frames\\first.png", ("frames/first.png",)),
        ("/home/me/set/holiday.jpg", ("holiday.jpg",)),
        ("https://example.com/holiday.jpg", ("holiday.jpg",)),
        ("../image_9.jpg", ("image_9.jpg",)),
        ("D:\\image_9.jpeg", ("image_9.jpg",)),
        ("C:\\clips\\a.jpg", ()),
        ("C:\\", ()),
    ],
)
def test_what_the_end_of_a_path_outside_may_mean(path: str, near: tuple[str, ...]) -> None:
    assert Names(FILES).at_end_of(path, IMAGES) == near


def test_the_longest_end_of_a_path_outside_is_meant() -> None:
    names = Names(["a.jpg", "x/a.jpg", "y/a.jpg", "z/a.jpg"])
    assert names.at_end_of("C:\\set\\z\\a.jpg", IMAGES) == ("z/a.jpg",)
    assert names.at_end_of("/" * 100_000 + "z/a.jpg", IMAGES) == ("z/a.jpg",)


def test_only_media_of_the_sort_are_offered() -> None:
    assert Names(FILES).near("holiday.mov", frozenset({".mp4"})) == ("holiday.mp4",)


def test_at_most_three_are_offered() -> None:
    names = Names(f"{folder}/a.jpg" for folder in "pqrstu")
    assert len(names.near("a.jpg", IMAGES)) == 3


def test_names_that_no_disk_would_take_are_not_searched_letter_by_letter() -> None:
    """A zip's directory may hold them; their keys would fill gigabytes."""
    long = "".join(chr(0x4E00 + number % 20_000) for number in range(65_000))
    names = Names([f"{long}.jpg", "holiday.jpg"])
    tracemalloc.start()
    assert names.near("holliday.jpg", IMAGES) == ("holiday.jpg",)
    assert names.near(f"{long}x.jpg", IMAGES) == ()
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_a_letter_is_not_looked_for_among_very_many_names() -> None:
    names = Names(["holiday.jpg", *(f"{number:040}.jpg" for number in range(20_000))])
    assert names.near("holliday.jpg", IMAGES) == ()
    assert names.near("holiday.png", IMAGES) == ("holiday.jpg",)


@pytest.mark.parametrize("name", ["image.jpg", "image.txt"])
def test_a_name_that_very_many_files_have_is_not_sought_in_all_of_them(name: str) -> None:
    class Counted(str):
        """A path that counts how often its extension is looked for."""

        looked = 0

        def rfind(self, *arguments: Any) -> int:
            Counted.looked += 1
            return str.rfind(self, *arguments)

    names = Names([Counted(f"{number}/{name}") for number in range(5_000)])
    names.near("image.jpg", IMAGES)  # the first time an index is made of all
    Counted.looked = 0
    names.near("image.jpg", IMAGES)
    assert Counted.looked < 1_000
