"""The templates of the pages, and what they have in common.

Foreign text can do no harm: Jinja escapes markup, and `Printable` writes out control and bidi characters.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from datasetkit.printable import Printable


def environment() -> Environment:
    """The templates, which print nothing foreign as it is."""
    return Environment(
        loader=PackageLoader("datasetkit.report.visual"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printable,
    )


def inline(templates: Environment, name: str, **values: object) -> tuple[Markup, str]:
    """A stylesheet or script to put into a page, and the source that allows it in a Content-Security-Policy."""
    text = templates.get_template(name).render(values)
    return Markup(text), f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _printable(value: object) -> object:
    """What a template prints: only what is known to be markup isn't made printable."""
    return value if isinstance(value, Markup) else Printable(str(value))
