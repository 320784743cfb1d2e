"""Receipts: what was sent where, and under which id the service holds it. Written beside the zip."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from datasetkit import spec
from datasetkit.errors import DatasetkitError
from datasetkit.files import new_file


@dataclass(frozen=True, slots=True)
class Receipt:
    """The service holds these bytes under ``file_id``. The fields are receipt.schema.json's."""

    sha256: str
    md5: str
    bytes: int
    file_id: str
    region: str | None
    base_url: str
    filename: str
    uploaded: str
    ignored: tuple[str, ...] = ()

    def to_json(self) -> str:
        """One JSON object on one line."""
        return json.dumps(asdict(self), ensure_ascii=False)


def receipt_path(zip_path: Path) -> Path:
    """Where the receipt of ``zip_path`` stands: beside it, `ZIP.receipt.json`."""
    return zip_path.with_name(f"{zip_path.name}.receipt.json")


def read_receipt(zip_path: Path) -> Receipt | None:
    """The receipt beside ``zip_path``, None where there is none.

    Raises DatasetkitError where it can't be read or isn't a receipt.
    """
    path = receipt_path(zip_path)
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:  # ValueError: not JSON, or not UTF-8
        raise _unusable(path, str(error)) from None
    if fault := spec.misfit("receipt.schema.json", found):
        raise _unusable(path, fault[:200])
    return Receipt(**{**found, "ignored": tuple(found["ignored"])})


def write_receipt(zip_path: Path, receipt: Receipt) -> None:
    """Put the receipt beside the zip, whole or not at all. Raises DatasetkitError where it can't be written."""
    content = (json.dumps(asdict(receipt), ensure_ascii=False, indent=2) + "\n").encode()
    with new_file(receipt_path(zip_path), size=len(content), force=True) as temporary:
        temporary.write_bytes(content)


def _unusable(path: Path, reason: str) -> DatasetkitError:
    return DatasetkitError(f"{path} is not a usable receipt: {reason}", "Delete it, or send again.")
