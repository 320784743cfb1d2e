"""The platform's own example prompts under its own templates, byte for byte."""

import pytest

from datasetkit.prompts.normalize import normalize
from datasetkit.prompts.review import FlawType, flaws_of
from datasetkit.prompts.template import Effect

RAIN = Effect(
    "s86b5p",
    "Then the s86b5p money rain effect begins, countless huge-sized US dollar bills (beige background/dark green "
    "patterns) pour down like a torrential rain, densely hitting and surrounding her/him. The bills continue to fall, "
    "she/he stretches her/his arms upward, neck slightly tilted back, expression surprised, completely immersed in "
    "this wild money rain.",
)
KF2V = Effect("s86b5p", "Then she/he begins the s86b5p transformation.")

FOR_HER = (
    "Then the s86b5p money rain effect begins, countless huge-sized US dollar bills (beige background/dark green "
    "patterns) pour down like a torrential rain, densely hitting and surrounding her. The bills continue to fall, "
    "she stretches her arms upward, neck slightly tilted back, expression surprised, completely immersed in this wild "
    "money rain."
)
FOR_HIM = (
    "Then the s86b5p money rain effect begins, countless huge-sized US dollar bills (beige background/dark green "
    "patterns) pour down like a torrential rain, densely hitting and surrounding him. The bills continue to fall, "
    "he stretches his arms upward, neck slightly tilted back, expression surprised, completely immersed in this wild "
    "money rain."
)
WOMAN = (
    "The video begins showing a young woman standing in front of a brick wall covered with ivy. She has long, smooth "
    "reddish-brown hair, wearing a white sleeveless dress, a shiny silver necklace, and a smile on her face. "
)
IVY = "The brick wall in the background is covered with green vines, appearing rustic and natural. "
BRICK = "The background is a brick wall covered with green vines, appearing rustic and natural. "
YOUNG_MAN = (
    "The video begins showing a scene of a young man standing in front of a cityscape. He is wearing a black and white "
    "checkered jacket over a black hoodie, with a smile on his face and a confident expression. The background is a "
    "city skyline at sunset, with a famous domed building and layered roofs visible in the distance, the sky filled "
    "with clouds showing warm orange-yellow hues. "
)
TABLE_WOMAN = (
    "The video begins showing a young woman standing in front of a brick wall... (environment description omitted)..."
)
TABLE_MAN = "The video begins showing a man in a suit in a high-end restaurant... (environment description omitted)..."
TABLE_CHILD = "The video begins showing a young child in front of a cityscape... (environment description omitted)..."
NO_NECK = (" neck slightly tilted back,", "")
ZOOM = ("continue to fall,", "continue to fall while the camera slowly zooms in,")
LOWER = ("Then the", "then the")
POLO = (
    "The video begins by showing a young woman in an outdoor setting. She has short, curly dark brown hair, a smile on "
    "her face, and looks very friendly. She is wearing a black polo shirt with colorful floral embroidery, with a "
    "background of green vegetation and distant mountains. "
)
POLO_EXAMPLE = (
    "The video begins with a young woman in an outdoor setting. She has short, curly dark brown hair and a friendly "
    "smile. She is wearing a black Polo shirt with colorful floral embroidery. The background features green "
    "vegetation and distant mountains. "
)
SHE_BEGINS = "Then she begins the s86b5p transformation."


def edited(text, *edits):
    for old, new in edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize(
    ("effect", "prompt", "expected"),
    [
        (RAIN, WOMAN + IVY + FOR_HER, WOMAN + IVY + FOR_HER),
        (RAIN, WOMAN + BRICK + FOR_HER, WOMAN + BRICK + FOR_HER),
        (RAIN, YOUNG_MAN + edited(FOR_HIM, ZOOM), YOUNG_MAN + FOR_HIM),
        (RAIN, TABLE_WOMAN + edited(FOR_HER, LOWER, NO_NECK), f"{TABLE_WOMAN} {FOR_HER}"),
        (RAIN, TABLE_MAN + edited(FOR_HIM, LOWER, NO_NECK), f"{TABLE_MAN} {FOR_HIM}"),
        (RAIN, YOUNG_MAN + edited(FOR_HER, ZOOM), YOUNG_MAN + FOR_HIM),
        (RAIN, TABLE_MAN + edited(FOR_HER, LOWER, NO_NECK), f"{TABLE_MAN} {FOR_HIM}"),
        (KF2V, POLO + SHE_BEGINS, POLO + SHE_BEGINS),
        (KF2V, POLO_EXAMPLE + SHE_BEGINS, POLO_EXAMPLE + SHE_BEGINS),
        (KF2V, YOUNG_MAN + SHE_BEGINS, YOUNG_MAN + "Then he begins the s86b5p transformation."),
    ],
)
def test_the_platforms_prompts_come_out_with_exactly_the_template(effect, prompt, expected):
    assert normalize(prompt, effect).text == expected


def test_the_platforms_kf2v_validation_prompt_teaches_another_effect():
    """It carries the money rain's text; under the transformation's template there is nothing to replace it by."""
    result = normalize(YOUNG_MAN + edited(FOR_HIM, ZOOM), KF2V)
    assert not result.decided
    assert not result.changed


def test_the_platforms_own_deployment_template_writes_her_for_everybody():
    half = Effect("s86b5p", edited(RAIN.text, ("surrounding her/him", "surrounding her")))
    assert half.fixed_pronouns == ("her",)
    assert RAIN.fixed_pronouns == ()


def test_the_omitted_environment_of_the_platforms_table_is_a_placeholder():
    flaws = flaws_of(normalize(TABLE_MAN + FOR_HIM, RAIN), RAIN)
    assert [(f.type, f.fixed) for f in flaws if f.type is FlawType.PLACEHOLDER] == [(FlawType.PLACEHOLDER, False)]
