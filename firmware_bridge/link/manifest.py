"""Firmware images: a signed manifest of fixed length, then the bytes that a board runs.

    offset 0    4 bytes   `SCFW`
    offset 4    2 bytes   format, 1
    offset 6    6 bytes   version: major, minor, patch
    offset 12   4 bytes   size of the image
    offset 16  32 bytes   SHA-256 of the image
    offset 48  32 bytes   hardware id, padded with zero bytes
    offset 80   8 bytes   key id: the first 8 bytes of SHA-256 of the public key
    offset 88  64 bytes   Ed25519 signature over domain || bytes 0 to 87
    offset 152            the image

Numbers are big-endian. Firmware keys belong to whoever makes the firmware: a controller holds
none, and neither its plan key nor its database can make a board run anything.
"""

import hashlib
import struct
from dataclasses import dataclass
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.bootloader.codec import pack_hardware, unpack_hardware
from drivers.bootloader.packets import (
    MANIFEST_BYTES,
    MARK_BYTES,
    MAX_SLOT_BYTES,
    Refusal,
    Version,
)
from drivers.errors import PeerWireError
from firmware_bridge.errors import BadImage
from firmware_bridge.link.envelope import Keys, key_id

DOMAIN: Final = b"signcast/firmware/v1\0"
"""A signature for a plan is worthless for firmware, even by the same key."""
MAX_IMAGE_BYTES: Final = MAX_SLOT_BYTES
MAX_FILE_BYTES: Final = MANIFEST_BYTES + MAX_IMAGE_BYTES
_MAGIC: Final = b"SCFW"
_FORMAT: Final = 1
_SIGNED: Final = struct.Struct(">4sH3HI32s32s8s")
_SIGNATURE_BYTES: Final = MANIFEST_BYTES - _SIGNED.size


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an image says of itself. Believe it only after `check`."""

    version: Version
    hardware: str
    size_bytes: int
    sha256: bytes
    key: bytes
    """Which key signed it: its id."""
    raw: bytes
    """All of it, with the signature, as it travels."""

    @property
    def mark(self) -> bytes:
        """Return what tells this image from others."""
        return self.sha256[:MARK_BYTES]

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """Read a manifest; BadImage for bytes that are none."""
        if len(raw) != MANIFEST_BYTES:
            raise BadImage(Refusal.BAD_MANIFEST.word, f"{len(raw)} bytes are no manifest")
        magic, form, major, minor, patch, size_bytes, sha256, hardware, key = _SIGNED.unpack(
            raw[: _SIGNED.size]
        )
        if (magic, form) != (_MAGIC, _FORMAT):
            raise BadImage(Refusal.BAD_MANIFEST.word, "it does not begin as a manifest does")
        if not 0 < size_bytes <= MAX_IMAGE_BYTES:
            raise BadImage(Refusal.TOO_LARGE.word, f"an image of {size_bytes} bytes")
        try:
            name = unpack_hardware(hardware)
        except PeerWireError as exc:
            raise BadImage(Refusal.BAD_MANIFEST.word, exc.reason) from exc
        return cls(Version(major, minor, patch), name, size_bytes, sha256, key, raw)

    def check(self, keys: Keys) -> None:
        """Return when a trusted key signed this; BadImage says why it is not believed."""
        key = keys.get(self.key)
        if key is None:
            raise BadImage(Refusal.UNKNOWN_KEY.word, f"signed by key {self.key.hex()}")
        try:
            key.verify(self.raw[_SIGNED.size :], DOMAIN + self.raw[: _SIGNED.size])
        except InvalidSignature:
            raise BadImage(Refusal.BAD_SIGNATURE.word, f"key {self.key.hex()}") from None


@dataclass(frozen=True, slots=True)
class Image:
    """A firmware file, taken apart: its bytes are those that the manifest speaks of."""

    manifest: Manifest
    data: bytes

    @classmethod
    def read(cls, file: bytes) -> Self:
        """Read a whole file; BadImage unless size and SHA-256 are as its manifest says."""
        if len(file) > MAX_FILE_BYTES:
            raise BadImage(Refusal.TOO_LARGE.word, f"a file of {len(file)} bytes")
        manifest, data = Manifest.read(file[:MANIFEST_BYTES]), file[MANIFEST_BYTES:]
        if len(data) != manifest.size_bytes:
            detail = f"{len(data)} bytes, its manifest says {manifest.size_bytes}"
            raise BadImage(Refusal.DAMAGED.word, detail)
        if hashlib.sha256(data).digest() != manifest.sha256:
            raise BadImage(Refusal.DAMAGED.word, "its SHA-256 is another")
        return cls(manifest, data)

    @property
    def file(self) -> bytes:
        """Return the file as it is kept and sent."""
        return self.manifest.raw + self.data


def sign(data: bytes, version: Version, hardware: str, key: Ed25519PrivateKey) -> Image:
    """Make an image of a board's binary; BadImage for what no manifest can carry."""
    if not 0 < len(data) <= MAX_IMAGE_BYTES:
        raise BadImage(Refusal.TOO_LARGE.word, f"an image of {len(data)} bytes")
    try:
        packed = pack_hardware(hardware)
    except PeerWireError as exc:
        raise BadImage(Refusal.BAD_MANIFEST.word, exc.reason) from exc
    signed = _SIGNED.pack(
        _MAGIC,
        _FORMAT,
        version.major,
        version.minor,
        version.patch,
        len(data),
        hashlib.sha256(data).digest(),
        packed,
        key_id(key.public_key()),
    )
    return Image(Manifest.read(signed + key.sign(DOMAIN + signed)), data)
