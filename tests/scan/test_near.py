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


def test_only_media_of_the_sort_are_offered() -> None:
    assert Names(FILES).near("holiday.mov", frozenset({".mp4"})) == ("holiday.mp4",)


def test_at_most_three_are_offered() -> None:
    names = Names(f"{folder}/a.jpg" for folder in "pqrstu")
    assert len(names.near("a.jpg", IMAGES)) == 3
