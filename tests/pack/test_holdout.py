import pytest
from hypothesis import given
from hypothesis import strategies as st
from packable import clip, image, sample

from datasetkit.errors import DatasetkitError
from datasetkit.pack.holdout import hold_out


def plain(count, start=1):
    return [sample(n, first=image(f"i{n}.jpg"), clip=clip(f"v{n}.mp4")) for n in range(start, start + count)]


def split(samples, wanted, least_training=0, least_validation=0):
    return hold_out(samples, wanted, least_training=least_training, least_validation=least_validation)


def held(samples, wanted):
    return split(samples, wanted)[1]


def clips(samples):
    return [item.medium("video_path").path for item in samples]


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "0%", "100%", "1000%", "5 %", "a", "0.1", "1.%", "٥", "5\n", "9" * 5000]
)
def test_what_the_option_refuses(text):
    with pytest.raises(DatasetkitError, match=r"--hold-out (can't|must) be") as caught:
        split(plain(20), text)
    assert "10%" in caught.value.next_step


@pytest.mark.parametrize(
    ("count", "wanted", "held"),
    [
        (20, 5, 5),
        (20, "010", 10),
        (20, "10%", 2),
        (24, "10%", 2),
        (25, "10%", 3),
        (24, "12.5%", 3),
        (500, "0.1%", 1),
        (3, 9, 3),
        (0, 5, 0),
    ],
)
def test_how_many_are_held_out(count, wanted, held):
    training, validation = split(plain(count), wanted)
    assert (len(training), len(validation)) == (count - held, held)


def test_the_choice_is_known():
    # by hand: `printf v7 | sha256sum` and so on; the three smallest of v1 … v10
    assert clips(held(plain(10), 3)) == ["v1.mp4", "v7.mp4", "v8.mp4"]


def test_both_sides_keep_the_order_of_the_lines():
    result = split(plain(30), 7)
    for side in result:
        assert [item.where.line for item in side] == sorted(item.where.line for item in side)


@given(st.permutations(plain(12)), st.integers(1, 11))
def test_the_order_of_the_lines_changes_nothing(samples, wanted):
    assert set(clips(held(samples, wanted))) == set(clips(held(plain(12), wanted)))


@given(st.integers(2, 30), st.integers(1, 10), st.integers(1, 3))
def test_samples_that_are_added_push_out_at_most_as_many(count, wanted, added):
    before = set(clips(held(plain(count), wanted)))
    after = set(clips(held(plain(count + added), wanted)))
    assert len(before - after) <= added


def test_a_edited_prompt_changes_nothing():
    edited = [sample(n, "edited", first=image(f"i{n}.jpg"), clip=clip(f"v{n}.mp4")) for n in range(1, 21)]
    assert clips(held(edited, 5)) == clips(held(plain(20), 5))


def test_another_folder_or_extension_changes_nothing():
    moved = [sample(n, first=image(f"i{n}.jpg"), clip=clip(f"video/v{n}.mov")) for n in range(1, 21)]
    chosen = [item.where.line for item in held(moved, 5)]
    assert chosen == [item.where.line for item in held(plain(20), 5)]


def test_a_set_without_clips_goes_by_its_first_frames():
    samples = [sample(n, first=image(f"v{n}.jpg")) for n in range(1, 21)]
    chosen = [item.where.line for item in held(samples, 5)]
    assert chosen == [item.where.line for item in held(plain(20), 5)]


# a few files to choose from, so that samples share many; the digest is that of the path's first letter
FILES = st.sampled_from(["a1", "a2", "b1", "c1", "d1", "e1", "f1", "g1", "h1"])
TIED = st.lists(st.tuples(FILES, FILES, st.integers(0, 40)), max_size=20)


@given(TIED, st.integers(1, 20))
def test_no_file_and_no_bytes_are_on_both_sides(rows, wanted):
    samples = [
        sample(n, first=image(a, digest=a[0]), last=image(b, digest=b[0]), clip=clip(f"v{c}"))
        for n, (a, b, c) in enumerate(rows, 1)
    ]
    training, validation = split(samples, wanted)
    assert identities(training).isdisjoint(identities(validation))
    assert len(training) + len(validation) == len(samples)
    assert len(validation) <= wanted


def identities(samples):
    media = [reference.medium for item in samples for reference in item.references]
    return {medium.path for medium in media} | {medium.digest for medium in media if medium.digest}


def test_a_chain_of_shared_files_stays_together():
    chain = [sample(n, first=image(f"i{n}"), last=image(f"i{n + 1}"), clip=clip(f"v{n}")) for n in range(1, 2001)]
    with pytest.raises(DatasetkitError, match=r"--hold-out 5 holds out only 0, as the others share files"):
        split(chain, 5, least_validation=1)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (15, "--hold-out 15 leaves 5 of 20 samples for training, which needs at least 10"),
        (4, "--hold-out 4 leaves 4 of 20 samples for validation, which needs at least 5"),
        (99, "--hold-out 99 leaves 0 of 20 samples for training"),
    ],
)
def test_a_side_that_is_too_small_is_refused(wanted, message):
    with pytest.raises(DatasetkitError, match=message) as caught:
        split(plain(20), wanted, least_training=10, least_validation=5)
    assert "Hold out 5 to 10" in caught.value.next_step


def test_sides_just_large_enough_pass():
    sides = split(plain(20), 10, least_training=10, least_validation=10)
    assert [len(side) for side in sides] == [10, 10]


def test_wanting_more_than_there_are_is_not_blamed_on_shared_files():
    with pytest.raises(DatasetkitError, match="--hold-out 25 leaves 0 of 20 samples for training"):
        split(plain(20), 25, least_training=10)
