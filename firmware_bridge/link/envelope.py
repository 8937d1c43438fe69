"""Signed envelopes: key id, Ed25519 signature, payload.

    offset 0    8 bytes   key id: the first 8 bytes of SHA-256 of the public key
    offset 8   64 bytes   Ed25519 signature over domain || payload
    offset 72             payload

The domain string separates plans from commands: a signature for one is worthless for the other.
"""

import hashlib
from collections.abc import Mapping
from enum import Enum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from firmware_bridge.errors import RefusalReason, Refused

_KEY_ID_BYTES: Final = 8
_SIGNATURE_BYTES: Final = 64
OVERHEAD_BYTES: Final = _KEY_ID_BYTES + _SIGNATURE_BYTES


class Domain(Enum):
    """What a signature is for."""

    PLAN = b"signcast/plan/v1\0"
    COMMAND = b"signcast/command/v1\0"
    FIRMWARE = b"signcast/firmware-order/v1\0"


Keys = Mapping[bytes, Ed25519PublicKey]
"""The public keys a gateway trusts, by key id."""


def key_id(key: Ed25519PublicKey) -> bytes:
    """Return the 8 bytes that name a key."""
    return hashlib.sha256(key.public_bytes_raw()).digest()[:_KEY_ID_BYTES]


def trusted(*raw_keys: bytes) -> Keys:
    """Return the key ring of the given 32-byte public keys; ValueError for another length."""
    keys = [Ed25519PublicKey.from_public_bytes(raw) for raw in raw_keys]
    return {key_id(key): key for key in keys}


def seal(payload: bytes, domain: Domain, key: Ed25519PrivateKey) -> bytes:
    """Sign a payload and wrap it."""
    return key_id(key.public_key()) + key.sign(domain.value + payload) + payload


def open_sealed(envelope: bytes, domain: Domain, keys: Keys) -> bytes:
    """Return the payload of an envelope of any origin; Refused unless a trusted key signed it."""
    if len(envelope) <= OVERHEAD_BYTES:
        raise Refused(RefusalReason.NOT_A_PLAN, f"{len(envelope)} bytes are no envelope")
    name = envelope[:_KEY_ID_BYTES]
    key = keys.get(name)
    if key is None:
        raise Refused(RefusalReason.UNKNOWN_KEY, name.hex())
    payload = envelope[OVERHEAD_BYTES:]
    try:
        key.verify(envelope[_KEY_ID_BYTES:OVERHEAD_BYTES], domain.value + payload)
    except InvalidSignature:
        raise Refused(RefusalReason.BAD_SIGNATURE, f"key {name.hex()}") from None
    return payload
