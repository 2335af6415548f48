"""Ids in the published forms: unique within a server, and the same again for the same seed and requests."""

from __future__ import annotations

from hashlib import blake2b
from itertools import count

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_LENGTH = 22


def spelled(kind: str, content: str) -> str:
    """`kind_01…`, named by its content."""
    number = int.from_bytes(blake2b(f"{kind}:{content}".encode(), digest_size=20).digest(), "big")
    letters: list[str] = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[digit])
    return f"{kind}_01{''.join(letters)}"


class Ids:
    """Numbers the messages and the HTTP requests of one server."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._messages = count(1)
        self._requests = count(1)

    def message(self, body_digest: str) -> str:
        """The id of the next message."""
        return spelled("msg", f"{self._seed}:{next(self._messages)}:{body_digest}")

    def request(self) -> str:
        """The id of the next HTTP request."""
        return spelled("req", f"{self._seed}:{next(self._requests)}")
