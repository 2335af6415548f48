"""Where the business files its receipts: which format, which layout, which folder and file name."""

from __future__ import annotations

import itertools
import unicodedata
from dataclasses import dataclass
from random import Random

from cowork_tui.sample.business import Business, Receipt
from cowork_tui.sample.layouts import LAYOUTS_BY_EXTENSION, Layout
from cowork_tui.sample.layouts.written import draw_style

_AT_LEAST_OF_EACH_FORMAT = 2
_MORE_TEXT_FILES = 2
_SHARE_LEFT_IN_THE_TOP_FOLDER = 0.12


@dataclass(frozen=True, slots=True)
class Filed:
    """A receipt as a file: its path relative to the folder, with forward slashes, and its bytes."""

    path: str
    content: bytes
    receipt: Receipt


def file_receipts(business: Business, seed: int) -> tuple[Filed, ...]:
    """Writes every receipt in some format: each format at least twice, text in at least four layouts."""
    random = Random(f"filing {seed}")
    extensions = _extensions(random, len(business.receipts))
    layouts = {
        extension: itertools.cycle(random.sample(choices, len(choices)))
        for extension, choices in LAYOUTS_BY_EXTENSION.items()
    }
    taken: set[str] = set()
    filed: list[Filed] = []
    for receipt, extension in zip(business.receipts, extensions, strict=True):
        layout: Layout = next(layouts[extension])
        path = _free_path(random, receipt, extension, taken)
        taken.add(path.casefold())
        filed.append(Filed(path, layout(receipt, draw_style(random, receipt.currency)), receipt))
    return tuple(filed)


def slug(text: str) -> str:
    """Lower-case ASCII words joined by hyphens, fit for a file name."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = "".join(letter if letter.isalnum() else " " for letter in ascii_text).split()
    return "-".join(words)


def _extensions(random: Random, count: int) -> list[str]:
    formats = list(LAYOUTS_BY_EXTENSION)
    chosen = [*formats * _AT_LEAST_OF_EACH_FORMAT, *["txt"] * _MORE_TEXT_FILES]
    chosen.extend(random.choice(formats) for _ in range(count - len(chosen)))
    random.shuffle(chosen)
    return chosen


def _free_path(random: Random, receipt: Receipt, extension: str, taken: set[str]) -> str:
    """A path that no other receipt has, also where upper and lower case are the same."""
    while True:
        path = f"{_folder(random, receipt)}{_stem(random, receipt)}.{extension}"
        if path.casefold() not in taken:
            return path


def _folder(random: Random, receipt: Receipt) -> str:
    if random.random() < _SHARE_LEFT_IN_THE_TOP_FOLDER:
        return ""
    return "receipts/" if receipt.vendor.trade.counter else f"invoices/{receipt.date:%Y-%m}/"


def _stem(random: Random, receipt: Receipt) -> str:
    name = slug(receipt.vendor.name)
    return random.choice(
        (
            f"{receipt.date.isoformat()}-{name}",
            f"{name}-{receipt.date:%Y%m%d}",
            f"{name}-{receipt.number.lower()}",
            receipt.number,
            f"scan_{random.randint(1, 9999):04}",
            f"Receipt {name.split('-')[0].title()} {random.randint(1, 99):02}",
        )
    )
