"""What `fix` writes into a new datasetkit.toml."""

import tomllib

import pytest

from datasetkit.repair.declaring import declare_model


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('model = "a"  # ours\nkind = "i2v"\n', 'model = "m"  # ours\nkind = "i2v"\n'),
        ("# first\nmodel='a'\n", '# first\nmodel="m"\n'),
        ('# model = "a"\nkind = "i2v"\n', '# model = "a"\nkind = "i2v"\nmodel = "m"\n'),
        ('kind = "i2v"\r\n', 'kind = "i2v"\r\nmodel = "m"\r\n'),
        ('kind = "i2v"', 'kind = "i2v"\nmodel = "m"\n'),
        ('[effect]\nmodel = "a"\n', 'model = "m"\n\n[effect]\nmodel = "a"\n'),
        ("", 'model = "m"\n'),
    ],
)
def test_only_the_model_changes(before: str, after: str) -> None:
    made = declare_model(before, "m")
    assert made == after
    assert tomllib.loads(made)["model"] == "m"
