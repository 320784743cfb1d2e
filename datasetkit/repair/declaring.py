"""What is written into datasetkit.toml; its comments, order and layout stay. Pure: text in, text out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable

from datasetkit.errors import DatasetkitError
from datasetkit.prompts.template import Effect


def declare_effect(text: str, effect: Effect) -> str:
    """The file with an [effect] table at its end. Raises DatasetkitError if it has one."""
    return _with(text, {"trigger": effect.trigger, "text": effect.text}, "effect")


def declare_model(text: str, model: str) -> str:
    """The file with ``model``. Raises DatasetkitError if it can't be put into it."""
    return _with(text, {"model": model})


def declare_persons(text: str, persons: Mapping[str, str]) -> str:
    """The file with ``persons`` in its [effect.persons]: added, or in the place of what is there.

    Raises DatasetkitError if they can't be put into it.
    """
    return _with(text, persons, "effect", "persons")


def withdraw_persons(text: str, paths: Iterable[str]) -> str:
    """The file without the persons of those ``paths`` in its [effect.persons]."""
    document = tomlkit.parse(text.replace("\r\n", "\n"))
    effect: Any = document.get("effect", {})
    for path in paths:
        effect.get("persons", {}).pop(path, None)
    written = tomlkit.dumps(document)
    return written.replace("\n", "\r\n") if "\r\n" in text else written


def effect_table(text: str, renamed: Mapping[str, Sequence[str]]) -> str:
    """The [effect] table of a file, for another file; "" for none. In it a path becomes those that it was renamed to.

    Raises DatasetkitError for a file that is not TOML.
    """
    document = _document(text)
    effect: Any = document.get("effect", {})
    _rename(effect, renamed)
    return tomlkit.dumps({"effect": effect}) if effect else ""


def rename_in_effect(text: str, renamed: Mapping[str, Sequence[str]]) -> str:
    """The file with the paths in its [effect] table replaced by those that they were renamed to.

    Raises DatasetkitError for a file that is not TOML.
    """
    document = _document(text)
    _rename(document.get("effect", {}), renamed)
    written = tomlkit.dumps(document)
    return written.replace("\n", "\r\n") if "\r\n" in text else written


def _document(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text.replace("\r\n", "\n"))
    except TOMLKitError as error:
        raise DatasetkitError(f"datasetkit.toml isn't valid TOML: {error}", "Correct it, or move it away.") from error


def _rename(effect: Any, renamed: Mapping[str, Sequence[str]]) -> None:
    persons = effect.get("persons", {})
    declared = {path: persons.pop(path) for path in renamed if path in persons}
    for path, person in declared.items():  # in the order of `renamed`: a later one wins
        persons.update(dict.fromkeys(renamed[path], person))
    if "absent_in" in effect:
        effect["absent_in"] = [new for path in effect["absent_in"] for new in renamed.get(path, [path])]


def _with(text: str, values: Mapping[str, str], *tables: str) -> str:
    """The file with ``values`` in the table that ``tables`` lead to; made where it is missing."""
    lines = text.replace("\r\n", "\n")
    document = tomlkit.parse(lines if lines.endswith("\n") or not lines else f"{lines}\n")
    wanted = document.unwrap()
    table: Any = document
    plain: Any = wanted
    for name in tables:
        if name not in table:
            if table is document and document:
                document.add(tomlkit.nl())
            table[name] = tomlkit.inline_table() if isinstance(table, InlineTable) else tomlkit.table()
        table, plain = table[name], plain.setdefault(name, {})
    table.update(values)
    plain.update(values)
    written = tomlkit.dumps(document)
    if tomlkit.parse(written).unwrap() != wanted:  # keys such as effect.text="…", which tomlkit can't extend
        table_name = f"[{'.'.join(tables)}]"
        raise DatasetkitError(
            f"can't add {table_name} to datasetkit.toml as it is written there",
            f"Write it as a table, {table_name}, with one key per line.",
        )
    return written.replace("\n", "\r\n") if "\r\n" in text else written
