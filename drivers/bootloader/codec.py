"""Bootloader packets to bytes and back, for both roles; no input, no output, no clock.

A frame is `%SC1,`, Base64 of (kind, address, sequence, fields, CRC-32), `;`. Nothing but printable
ASCII letters is ever sent, so no image, whatever is in it, can spell a packet of a dialect that
shares the line, and 7-bit lines carry it. Everything outside of frames is noise and skipped.
"""

import base64
import binascii
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from drivers.bootloader.packets import (
    HARDWARE_CHARS,
    MANIFEST_BYTES,
    MARK_BYTES,
    MAX_ADDRESS,
    MAX_BLOCK_BYTES,
    MAX_SLOT_BYTES,
    MIN_BLOCK_BYTES,
    SHA256_BYTES,
    Activate,
    Begin,
    Block,
    Condition,
    Confirm,
    Done,
    Fall,
    Hello,
    Info,
    Message,
    Packet,
    Progress,
    Refusal,
    Refused,
    Request,
    Revert,
    Version,
)
from drivers.errors import PeerWireError

_START: Final = b"%SC1,"
_END: Final = b";"
_HEAD: Final = struct.Struct(">BHH")
_CRC: Final = struct.Struct(">I")
_BLOCK: Final = struct.Struct(">H")
_PROGRESS: Final = struct.Struct(">HH")
_INFO: Final = struct.Struct(f">{HARDWARE_CHARS}s3H{MARK_BYTES}s3HBBB{MARK_BYTES}sBHI")
_LONGEST_BYTES: Final = _HEAD.size + _BLOCK.size + MAX_BLOCK_BYTES + _CRC.size
MAX_FRAME_CHARS: Final = (_LONGEST_BYTES + 2) // 3 * 4
"""Of the letters between start and end: what is longer is no frame of ours."""
MAX_BLOCKS: Final = 0xFFFF
_HARDWARE: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,30}[a-z0-9])?")

_U16: Final = range(1 << 16)
_U8: Final = range(1 << 8)


def is_hardware(name: str) -> bool:
    """Say whether boards may be called so: a-z, 0-9, inner dots and hyphens, at most 32."""
    return _HARDWARE.fullmatch(name) is not None


def pack_hardware(name: str) -> bytes:
    """Return a hardware id in its fixed length."""
    _check(is_hardware(name), f"hardware {name!r}"[:80])
    return name.encode().ljust(HARDWARE_CHARS, b"\0")


def unpack_hardware(data: bytes) -> str:
    """Read a hardware id; PeerWireError when it is none."""
    name = data.rstrip(b"\0").decode("ascii", "replace")
    _check(is_hardware(name), f"hardware {name!r}"[:80])
    return name


def encode(message: Message) -> bytes:
    """Return a message's frame; PeerWireError for values the protocol cannot carry."""
    _check(0 <= message.address <= MAX_ADDRESS, f"address {message.address}")
    _check(message.sequence in _U16, f"sequence {message.sequence}")
    form = _FORMS[type(message.packet)]
    head = _HEAD.pack(form.kind, message.address, message.sequence)
    body = head + form.write(message.packet)
    return _START + base64.b64encode(body + _CRC.pack(zlib.crc32(body))) + _END


class BoardDecoder:
    """The board's ear: bytes in any pieces come in, requests come out. Never raises."""

    def __init__(self) -> None:
        self._frames = _Frames()

    def receive(self, data: bytes) -> list[Message]:
        """Take bytes; return the requests they complete. What is damaged is not heard."""
        found = []
        for frame in self._frames.receive(data):
            try:
                message = _read(frame)
            except PeerWireError:
                continue
            if isinstance(message.packet, Request):
                found.append(message)
        return found


class HostDecoder:
    """The host's ear: answers out of a stream in which others may speak too."""

    def __init__(self) -> None:
        self._frames = _Frames()

    def receive(self, data: bytes) -> list[Message]:
        """Take bytes; return the answers they complete. PeerWireError for a damaged frame.

        Requests are skipped: on a two-wire line a host hears itself.
        """
        messages = [_read(frame) for frame in self._frames.receive(data)]
        return [one for one in messages if not isinstance(one.packet, Request)]


class _Frames:
    """Finds what stands between start and end; holds at most one frame."""

    def __init__(self) -> None:
        self._buffer = b""

    def receive(self, data: bytes) -> list[bytes]:
        self._buffer += data
        return list(self._whole())

    def _whole(self) -> Iterator[bytes]:
        while (start := self._buffer.find(_START)) >= 0:
            body = self._buffer[start + len(_START) :]
            end, again = body.find(_END), body.find(_START)
            if again >= 0 and not 0 <= end < again:
                self._buffer = body[again:]  # the frame before was broken off
            elif 0 <= end <= MAX_FRAME_CHARS:
                self._buffer = body[end + len(_END) :]
                yield body[:end]
            elif end < 0 and len(body) <= MAX_FRAME_CHARS:
                self._buffer = _START + body
                return
            else:
                self._buffer = body
        # Only the beginning of a start may still become something.
        keep = next((n for n in range(4, 0, -1) if self._buffer.endswith(_START[:n])), 0)
        self._buffer = self._buffer[len(self._buffer) - keep :]


def _read(letters: bytes) -> Message:
    try:
        frame = base64.b64decode(letters, validate=True)
    except binascii.Error as exc:
        raise PeerWireError("bootloader", "not Base64") from exc
    _check(len(frame) >= _HEAD.size + _CRC.size, f"a frame of {len(frame)} bytes")
    body, (crc,) = frame[: -_CRC.size], _CRC.unpack(frame[-_CRC.size :])
    _check(zlib.crc32(body) == crc, "wrong checksum")
    kind, address, sequence = _HEAD.unpack_from(body)
    form = _KINDS.get(kind)
    if form is None:
        raise PeerWireError("bootloader", f"unknown kind {kind:#04x}")
    return Message(address, sequence, form.read(body[_HEAD.size :]))


class _Form(NamedTuple):
    """How one packet is written and read."""

    kind: int
    packet: type[Packet]
    write: Callable[..., bytes]
    read: Callable[[bytes], Packet]


def _empty(packet: type[Hello | Done]) -> Callable[[bytes], Packet]:
    def read(fields: bytes) -> Packet:
        _check(not fields, f"{len(fields)} bytes too many")
        return packet()

    return read


def _digest(packet: type[Activate | Confirm | Revert]) -> Callable[[bytes], Packet]:
    def read(fields: bytes) -> Packet:
        _check(len(fields) == SHA256_BYTES, f"a SHA-256 of {len(fields)} bytes")
        return packet(fields)

    return read


def _write_digest(packet: Activate | Confirm | Revert) -> bytes:
    _check(len(packet.sha256) == SHA256_BYTES, f"a SHA-256 of {len(packet.sha256)} bytes")
    return packet.sha256


def _write_begin(packet: Begin) -> bytes:
    _check(len(packet.manifest) == MANIFEST_BYTES, f"a manifest of {len(packet.manifest)} bytes")
    return packet.manifest


def _read_begin(fields: bytes) -> Begin:
    _check(len(fields) == MANIFEST_BYTES, f"a manifest of {len(fields)} bytes")
    return Begin(fields)


def _write_block(packet: Block) -> bytes:
    _check(0 <= packet.index < MAX_BLOCKS, f"block {packet.index}")
    _check(0 < len(packet.data) <= MAX_BLOCK_BYTES, f"a block of {len(packet.data)} bytes")
    return _BLOCK.pack(packet.index) + packet.data


def _read_block(fields: bytes) -> Block:
    data = fields[_BLOCK.size :]
    _check(0 < len(data) <= MAX_BLOCK_BYTES, f"a block of {len(data)} bytes")
    (index,) = _BLOCK.unpack_from(fields)
    _check(index < MAX_BLOCKS, f"block {index}")
    return Block(index, data)


def _write_info(packet: Info) -> bytes:
    _check_info(packet)
    versions = (packet.running, packet.confirmed)
    running, confirmed = ((one.major, one.minor, one.patch) for one in versions)
    return _INFO.pack(
        pack_hardware(packet.hardware),
        *running,
        packet.running_mark,
        *confirmed,
        packet.slot,
        packet.condition,
        packet.starts_left,
        packet.failed,
        packet.why,
        packet.block_bytes,
        packet.slot_bytes,
    )


def _read_info(fields: bytes) -> Info:
    _check(len(fields) == _INFO.size, f"an info of {len(fields)} bytes")
    hardware, a, b, c, mark, d, e, f, slot, condition, left, failed, why, block, slots = (
        _INFO.unpack(fields)
    )
    try:
        condition, why = Condition(condition), Fall(why)
    except ValueError as exc:
        raise PeerWireError("bootloader", str(exc)) from exc
    info = Info(
        hardware=unpack_hardware(hardware),
        running=Version(a, b, c),
        running_mark=mark,
        confirmed=Version(d, e, f),
        slot=slot,
        condition=condition,
        starts_left=left,
        failed=failed,
        why=why,
        block_bytes=block,
        slot_bytes=slots,
    )
    _check_info(info)
    return info


def _check_info(info: Info) -> None:
    _check(info.slot in {0, 1} and info.starts_left in _U8, "slot or starts left")
    _check(len(info.running_mark) == MARK_BYTES == len(info.failed), "mark")
    _check(MIN_BLOCK_BYTES <= info.block_bytes <= MAX_BLOCK_BYTES, f"blocks of {info.block_bytes}")
    _check(0 < info.slot_bytes <= MAX_SLOT_BYTES, f"a slot of {info.slot_bytes} bytes")
    parts = (*_parts(info.running), *_parts(info.confirmed))
    _check(all(part in _U16 for part in parts), "version")


def _parts(version: Version) -> tuple[int, int, int]:
    return version.major, version.minor, version.patch


def _write_progress(packet: Progress) -> bytes:
    _check(0 <= packet.next_block <= packet.blocks <= MAX_BLOCKS, "progress")
    return _PROGRESS.pack(packet.next_block, packet.blocks)


def _read_progress(fields: bytes) -> Progress:
    _check(len(fields) == _PROGRESS.size, f"a progress of {len(fields)} bytes")
    progress = Progress(*_PROGRESS.unpack(fields))
    _check(progress.next_block <= progress.blocks, "progress beyond the end")
    return progress


def _read_refused(fields: bytes) -> Refused:
    _check(len(fields) == 1, f"a refusal of {len(fields)} bytes")
    try:
        return Refused(Refusal(fields[0]))
    except ValueError as exc:
        raise PeerWireError("bootloader", str(exc)) from exc


def _check(holds: bool, what: str) -> None:  # noqa: FBT001 -- reads as a sentence where used
    if not holds:
        raise PeerWireError("bootloader", what)


_ALL: Final = (
    _Form(0x01, Hello, lambda _packet: b"", _empty(Hello)),
    _Form(0x02, Begin, _write_begin, _read_begin),
    _Form(0x03, Block, _write_block, _read_block),
    _Form(0x04, Activate, _write_digest, _digest(Activate)),
    _Form(0x05, Confirm, _write_digest, _digest(Confirm)),
    _Form(0x06, Revert, _write_digest, _digest(Revert)),
    _Form(0x81, Info, _write_info, _read_info),
    _Form(0x82, Progress, _write_progress, _read_progress),
    _Form(0x83, Done, lambda _packet: b"", _empty(Done)),
    _Form(0x84, Refused, lambda packet: bytes([packet.reason]), _read_refused),
)
_FORMS: Final = {form.packet: form for form in _ALL}
_KINDS: Final = {form.kind: form for form in _ALL}
