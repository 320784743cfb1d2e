"""What `fix` writes into a new datasetkit.toml."""

import tomllib

import pytest

from datasetkit.repair.fix import with_model


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('model = "a"  # ours\nkind = "i2v"\n', 'model = "m"  # ours\nkind = "i2v"\n'),
        ("# first\nmodel='a'\n", '# first\nmodel="m"\n'),
        ('# model = "a"\nkind = "i2v"\n', 'model = "m"\n# model = "a"\nkind = "i2v"\n'),
        ('kind = "i2v"\r\n', 'model = "m"\nkind = "i2v"\r\n'),
        ('\ufeffkind = "i2v"\n', 'model = "m"\nkind = "i2v"\n'),
        ('[effect]\nmodel = "a"\n', 'model = "m"\n[effect]\nmodel = "a"\n'),
        ("", 'model = "m"\n'),
    ],
)
def test_only_the_model_changes(before: str, after: str) -> None:
    made = with_model(before.encode(), "m")
    assert made.decode() == after
    assert tomllib.loads(made.decode())["model"] == "m"
