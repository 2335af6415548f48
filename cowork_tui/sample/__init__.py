"""Makes the sample folder: the papers of a small business, and the truth about its receipts, from a seed.

The same seed gives the same bytes on every machine and day.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from cowork_tui.sample.business import make_business
from cowork_tui.sample.filing import Filed, file_receipts
from cowork_tui.sample.layouts.written import plain_amount
from cowork_tui.sample.others import make_others


class SampleError(ValueError):
    """The sample can't be made; the message is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class ReceiptTruth:
    """What a right table says about one receipt.

    `file` is relative to the sample's folder with forward slashes, `date` is ISO 8601, `total` a decimal with two
    places, `currency` an ISO 4217 code.
    """

    file: str
    date: str
    vendor: str
    total: str
    currency: str


def make_sample(folder: Path, seed: int) -> tuple[ReceiptTruth, ...]:
    """Writes the documents into `folder` (made if missing) and gives back the truth about its receipts by file.

    Raises `SampleError` when the folder holds something, is a file or can't be written.
    """
    _refuse_unless_empty(folder)
    business = make_business(seed)
    filed = file_receipts(business, seed)
    documents = {receipt.path: receipt.content for receipt in filed} | make_others(business, seed)
    _write(folder, documents)
    return tuple(sorted((_truth(receipt) for receipt in filed), key=lambda truth: truth.file))


def truth_json(truth: tuple[ReceiptTruth, ...]) -> str:
    """The truth as a JSON list of objects with `file, date, vendor, total, currency`; the total is a number."""
    rows = [asdict(row) | {"total": float(row.total)} for row in truth]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def _truth(filed: Filed) -> ReceiptTruth:
    receipt = filed.receipt
    return ReceiptTruth(
        file=filed.path,
        date=receipt.date.isoformat(),
        vendor=receipt.vendor.name,
        total=plain_amount(receipt.total_cents),
        currency=receipt.currency,
    )


def _refuse_unless_empty(folder: Path) -> None:
    try:
        if folder.exists() and not folder.is_dir():
            raise SampleError(f"{folder} is a file; name a folder that is empty or does not exist yet.")
        if folder.exists() and any(folder.iterdir()):
            raise SampleError(f"{folder} is not empty; name a folder that is empty or does not exist yet.")
    except OSError as error:
        raise SampleError(f"{folder} can't be read ({error.strerror}); choose another folder.") from error


def _write(folder: Path, documents: dict[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in documents.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    except OSError as error:
        raise SampleError(f"{folder} can't be written ({error.strerror}); choose another folder.") from error
