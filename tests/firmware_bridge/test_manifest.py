"""Firmware files: a vector put together by hand, whole or not at all, signed or not at all."""

import hashlib
import struct

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from firmware import FACTORY, HARDWARE, KEY, KEYS, OTHER_KEY, image
from hypothesis import given
from hypothesis import strategies as st

from drivers.bootloader.packets import MANIFEST_BYTES, Version
from firmware_bridge.errors import BadImage
from firmware_bridge.link import manifest
from firmware_bridge.link.envelope import Domain, key_id, trusted
from firmware_bridge.link.manifest import MAX_IMAGE_BYTES, Image, Manifest, sign

# RFC 8032, section 7.1, TEST 1.
RFC_KEY = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
)


def by_hand():
    """Put together from the table of docs/protocols/bootloader.md, without our own `sign`."""
    signed = (
        bytes.fromhex("53434657 0001 0001 0002 0003 00000007".replace(" ", ""))
        + hashlib.sha256(b"abc\0\xff%;").digest()
        + b"p10-r2".ljust(32, b"\0")
        + bytes.fromhex("21fe31dfa154a261")  # the key's id, as docs/protocols/link.md has it
    )
    signature = RFC_KEY.sign(b"signcast/firmware/v1\0" + signed)
    return signed + signature + b"abc\0\xff%;"


def test_the_vector_by_hand():
    file = by_hand()
    assert sign(b"abc\0\xff%;", Version(1, 2, 3), "p10-r2", RFC_KEY).file == file
    read = Image.read(file)
    assert (str(read.manifest.version), read.manifest.hardware) == ("1.2.3", "p10-r2")
    assert read.data == b"abc\0\xff%;"
    read.manifest.check(trusted(RFC_KEY.public_key().public_bytes_raw()))


def test_the_document_shows_this_vector(request):
    page = request.config.rootpath / "docs" / "protocols" / "bootloader.md"
    assert by_hand().hex() in "".join(page.read_text("utf-8").split())


def test_a_key_that_nobody_trusts_is_no_key():
    with pytest.raises(BadImage) as caught:
        image("1.0.0", key=OTHER_KEY).manifest.check(KEYS)
    assert caught.value.reason == "unknown-key"


def test_a_signature_for_a_plan_is_worthless_for_firmware():
    signed = FACTORY.manifest.raw[:88]
    for domain in Domain:
        forged = Manifest.read(signed + KEY.sign(domain.value + signed))
        with pytest.raises(BadImage) as caught:
            forged.check(KEYS)
        assert caught.value.reason == "bad-signature"


@given(st.integers(0, MANIFEST_BYTES - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_manifest_is_noticed(at, change):
    raw = bytearray(FACTORY.manifest.raw)
    raw[at] ^= change
    with pytest.raises(BadImage):
        Manifest.read(bytes(raw)).check(KEYS)


@given(st.integers(0, 299), st.integers(1, 255))
def test_any_changed_byte_of_an_image_is_noticed(at, change):
    file = bytearray(FACTORY.file)
    file[MANIFEST_BYTES + at] ^= change
    with pytest.raises(BadImage) as caught:
        Image.read(bytes(file))
    assert caught.value.reason == "damaged"


@given(st.integers(0, len(FACTORY.file) - 1))
def test_a_file_that_was_cut_is_none(size_bytes):
    with pytest.raises(BadImage):
        Image.read(FACTORY.file[:size_bytes])
    with pytest.raises(BadImage):
        Image.read(FACTORY.file + b"x")


@given(st.binary(max_size=400) | st.binary(max_size=200).map(lambda end: b"SCFW\0\1" + end))
def test_garbage_is_no_image(data):
    with pytest.raises(BadImage):
        Image.read(data)


@given(
    st.binary(min_size=1, max_size=600),
    st.tuples(*[st.integers(0, 0xFFFF)] * 3),
    st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,30}[a-z0-9])?", fullmatch=True),
)
def test_what_was_signed_is_read(data, version, hardware):
    made = sign(data, Version(*version), hardware, KEY)
    read = Image.read(made.file)
    read.manifest.check(KEYS)
    assert (read, read.data) == (made, data)
    assert (read.manifest.version, read.manifest.hardware) == (Version(*version), hardware)
    assert read.manifest.key == key_id(KEY.public_key())


@pytest.mark.parametrize("hardware", ["", "P10", "p10 ", "-p10", "p10-", "p" * 33, "bảng", "a\0"])
def test_hardware_has_a_plain_name(hardware):
    with pytest.raises(BadImage):
        sign(b"x", Version(1, 0, 0), hardware, KEY)


def test_sizes_have_a_limit():
    for size_bytes in (0, MAX_IMAGE_BYTES + 1):
        with pytest.raises(BadImage) as caught:
            sign(bytes(size_bytes), Version(1, 0, 0), HARDWARE, KEY)
        assert caught.value.reason == "too-large"
    raw = bytearray(FACTORY.manifest.raw)
    for size_bytes in (0, MAX_IMAGE_BYTES + 1):
        raw[12:16] = struct.pack(">I", size_bytes)
        with pytest.raises(BadImage):
            Manifest.read(bytes(raw))
    with pytest.raises(BadImage):
        Image.read(bytes(manifest.MAX_FILE_BYTES + 1))
