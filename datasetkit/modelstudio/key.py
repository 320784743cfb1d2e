"""The API key: read from the environment, shown nowhere."""

from __future__ import annotations

import re
from collections.abc import Mapping

from datasetkit import spec
from datasetkit.errors import DatasetkitError

_SHOWN = "[the key]"


class Key:
    """An API key. Its text leaves through `header` alone, never through str, repr or format."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return _SHOWN

    def __reduce__(self) -> str:
        raise TypeError("a key can't be pickled")  # a pickle would be a copy of the key on disk

    @property
    def header(self) -> str:
        """The value of the Authorization header."""
        return f"Bearer {self._text}"

    def redact(self, text: str) -> str:
        """``text`` without the key: a service may quote the key that it refuses."""
        return text.replace(self._text, _SHOWN)


def read_key(env: Mapping[str, str]) -> Key:
    """The key from the environment, white space around it taken off.

    Raises DatasetkitError where there is none, or where it couldn't stand in a header.
    """
    name = spec.document("regions.json")["environment"]["value"]["key"]
    text = env.get(name, "").strip()
    if not text:
        raise DatasetkitError(f"{name} is not set", f"Put the API key of your region there: export {name}=…")
    if not re.fullmatch(r"[!-~]+", text):  # visible ASCII: anything else could end the header and start another
        raise DatasetkitError(
            f"{name} holds a character that no key has (a space, a line break or a letter beyond ASCII)",
            "Copy the key again from the console, without quotes or line breaks.",
        )
    return Key(text)
