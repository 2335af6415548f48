"""Canonical JSON, content hashes, and the prefix chain that names what was sent.

A prefix hash stands for a whole request up to one block. It is chained over chunks of blocks rather than over single
blocks, so that a change deep in a long transcript costs one digest a chunk, not one a block.
"""

from __future__ import annotations

import json
from hashlib import blake2b

from cowork_tui.core.json_values import JsonValue

HASH_BYTES = 16

Hash = bytes
"""16 bytes of BLAKE2b."""


def canonical_json(value: JsonValue) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text, which is what a hash may be taken of."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(*parts: bytes) -> Hash:
    """The hash of the parts joined; callers give parts of fixed length or a single part."""
    hasher = blake2b(digest_size=HASH_BYTES)
    for part in parts:
        hasher.update(part)
    return hasher.digest()


def text_hash(kind: str, payload: str) -> Hash:
    """The hash of a block: its kind and its canonical payload."""
    return blake2b(f"{kind}\0{payload}".encode("utf-8", "surrogatepass"), digest_size=HASH_BYTES).digest()


def link(start: Hash, block_hashes: bytes) -> Hash:
    """The prefix hash after a run of blocks: `start` is the prefix before them, `block_hashes` theirs, joined."""
    return blake2b(start + block_hashes, digest_size=HASH_BYTES).digest()


def short_id(value: Hash) -> str:
    """The handle by which the model asks for a hidden block, e.g. `b3f1c2a9`."""
    return value[:4].hex()
