"""What all calls of the native API share: addresses, pages, how answers are read, and how something is made once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from datasetkit.errors import DatasetkitError
from datasetkit.modelstudio.answers import ServiceError
from datasetkit.modelstudio.client import Client
from datasetkit.modelstudio.endpoint import fact

T = TypeVar("T")


def address(client: Client, *parts: str, ids: Sequence[str] = ()) -> str:
    """The URL of ``parts`` below the native API, where `{}` stands for each of ``ids``.

    Raises DatasetkitError for an id that isn't safe in a URL, and for a base URL without a native API beside it.
    """
    if client.endpoint.native_url is None:
        raise DatasetkitError(
            f"the base URL doesn't end in {fact('compatible_path')}, so the native API beside it isn't known",
            "Use --region, or a base URL that ends so.",
        )
    for each in ids:
        if not re.fullmatch(fact("native_id"), each):
            raise DatasetkitError(f"{each!r} is not an id", "Copy it from what the command that made it printed.")
    return "/".join((client.endpoint.native_url, *parts)).format(*ids)


def output(answer: Mapping[str, Any], client: Client) -> Mapping[str, Any]:
    """The `output` object of an answer. Raises ServiceError if there is none: what was asked may have been done."""
    found = answer.get("output")
    if not isinstance(found, dict):
        raise unusable(client, "answered without the output that its documents promise")
    return found


def rows(container: Mapping[str, Any], name: str, client: Client) -> list[Mapping[str, Any]]:
    """The objects of the list called ``name``. Raises ServiceError if there is no list."""
    found = container.get(name)
    if not isinstance(found, list):
        raise unusable(client, f"answered without a list of {name}")
    return [row for row in found if isinstance(row, dict)]


def unusable(client: Client, what: str) -> ServiceError:
    """The error for an answer that can't be used, after which the service may have done what was asked."""
    return ServiceError(f"{client.endpoint.host} {what}", "Check --base-url.", uncertain=True, temporary=True)


def pages(client: Client, url: str, name: str, size: int, **params: str | int) -> Iterator[Mapping[str, Any]]:
    """All rows of a list that comes in pages of ``size``, in the service's order.

    ``name`` is that of the list, within `output` or, for tasks, beside it. Raises ServiceError, also for a list without
    end.
    """
    count, page_no = 0, 0
    while True:
        page_no += 1
        answer = client.ask("GET", url, {"page_no": page_no, "page_size": size, **params})
        page = answer if name in answer else output(answer, client)
        found = rows(page, name, client)
        yield from found
        count += len(found)
        if len(found) == 0 or count >= (number(page.get("total")) or 0):
            return
        if count >= fact("listed_files"):
            raise ServiceError(f"{client.endpoint.host} lists more than {count:,} {name}", "Delete old ones.")


def look_up(client: Client, method: str, url: str) -> dict[str, Any] | None:
    """The answer about one thing; None if the service has no such thing.

    A DELETE that is answered so after another try has succeeded before: only its answer was lost.
    """
    try:
        return client.ask(method, url)
    except ServiceError as fault:
        if fault.status != 404:
            raise
        return {} if method == "DELETE" and fault.attempts > 1 else None


def create(client: Client, once: Callable[[], T], find: Callable[[], T | None]) -> T:
    """What ``once`` makes. After a lost answer ``find`` looks for it, more than once, before anything is made again.

    Raises DatasetkitError if it may have been made, but looking for it failed too.
    """
    return client.retry(once, client.pace.sends, lambda fault: _made(client, fault, find))


def search(client: Client, find: Callable[[], T | None]) -> T | None:
    """What ``find`` finds of what a lost request may have made. It may show late: there are several looks."""
    for look in range(1, client.pace.looks + 1):
        client.pace.sleep(client.pace.delay(look))
        if (found := find()) is not None:
            return found
    return None


def _made(client: Client, fault: ServiceError, find: Callable[[], T | None]) -> T | None:
    try:
        found = search(client, find)
    except ServiceError as second:
        raise DatasetkitError(
            f"{fault}. The service may have done it all the same: asking failed too: {second}",
            "Look at the lists (`datasetkit train ls`, `deploy ls`) before you run the same command again.",
        ) from None
    if found is not None:
        client.note(f"{fault}; but the service did it all the same")
    return found


def text(value: object) -> str | None:
    """A text of a usual length, else None."""
    return value if isinstance(value, str) and len(value) < 1000 else None


def identifier(value: object) -> str | None:
    """A text that is safe in a URL, else None."""
    return value if isinstance(value, str) and re.fullmatch(fact("native_id"), value) else None


def number(value: object, end: int = 2**63) -> int | None:
    """A whole number from 0 to below ``end``, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < end else None


def failure(row: Mapping[str, Any]) -> str:
    """Why the service says that something failed; empty if it doesn't say."""
    return ": ".join(part for name in ("code", "message") if (part := text(row.get(name))))
