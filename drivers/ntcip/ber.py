"""BER, as much as SNMP version 1 needs: values to bytes and back.

Source: RFC 1157 and RFC 1155. Written definite and shortest; lengths are read in any legal form.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from drivers.errors import PeerWireError

Oid = tuple[int, ...]
"""The name of an object, from the root of the tree."""

INTEGER: Final = 0x02
OCTETS: Final = 0x04
NULL: Final = 0x05
OBJECT_ID: Final = 0x06
SEQUENCE: Final = 0x30
COUNTER: Final = 0x41
GAUGE: Final = 0x42
TICKS: Final = 0x43
_COUNTED: Final = frozenset({COUNTER, GAUGE, TICKS})

MAX_LENGTH_BYTES: Final = 4
"""No UDP datagram needs more than three to write its length."""
MAX_INTEGER_BYTES: Final = 5
"""A counter has 32 bits and no sign, so it may need a fifth byte."""
MAX_SUB_IDS: Final = 128
"""SMI's limit for a name."""
MAX_SUB_ID: Final = 0xFFFF_FFFF
_SHORT: Final = 0x80
_ROOT_ARCS: Final = 40


@dataclass(frozen=True, slots=True)
class Counted:
    """A number without sign: a counter, a gauge, time ticks."""

    tag: int
    number: int


@dataclass(frozen=True, slots=True)
class Raw:
    """A value of a type that is only passed on, such as an IpAddress."""

    tag: int
    content: bytes


Value = int | bytes | Oid | Counted | Raw | None
"""INTEGER, OCTET STRING, OBJECT IDENTIFIER, the application types, NULL."""


def wrap(tag: int, content: bytes) -> bytes:
    """Return one element."""
    size = len(content)
    if size < _SHORT:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, _SHORT | len(length)]) + length + content


def write(value: Value) -> bytes:
    """Return a value's element; PeerWireError for one that SNMP cannot carry."""
    match value:
        case None:
            return wrap(NULL, b"")
        case int():
            return wrap(INTEGER, _integer(value, value.bit_length() // 8 + 1))
        case bytes():
            return wrap(OCTETS, value)
        case Counted(tag, number) if tag in _COUNTED and number >= 0:
            return wrap(tag, _integer(number, number.bit_length() // 8 + 1))
        case Raw(tag, content):
            return wrap(tag, content)
        case tuple():
            return wrap(OBJECT_ID, _object_id(value))
        case _:
            raise PeerWireError("ntcip", f"no such value: {value!r}")


def _integer(number: int, size: int) -> bytes:
    if size > MAX_INTEGER_BYTES:
        raise PeerWireError("ntcip", f"an integer of {size} bytes")
    return number.to_bytes(size, "big", signed=True)


def _object_id(oid: Oid) -> bytes:
    root_arcs = 2
    if not root_arcs <= len(oid) <= MAX_SUB_IDS or not all(0 <= arc <= MAX_SUB_ID for arc in oid):
        raise PeerWireError("ntcip", f"no such name: {oid}")
    first, second, *rest = oid
    if first > root_arcs or (second >= _ROOT_ARCS and first < root_arcs):
        raise PeerWireError("ntcip", f"no such name: {oid}")
    return b"".join(map(_sub_id, [_ROOT_ARCS * first + second, *rest]))


def _sub_id(arc: int) -> bytes:
    written = bytes([arc & 0x7F])
    while arc := arc >> 7:
        written = bytes([_SHORT | arc & 0x7F]) + written
    return written


class Reader:
    """Elements one after the other; every method raises PeerWireError for bytes that are none."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def done(self) -> bool:
        """Say whether everything was read."""
        return self._at == len(self._data)

    def element(self) -> tuple[int, bytes]:
        """Return the next element's tag and content."""
        tag = self._take(1)[0]
        size = self._take(1)[0]
        if size & _SHORT:
            length_bytes = size & ~_SHORT
            if not 0 < length_bytes <= MAX_LENGTH_BYTES:
                raise PeerWireError("ntcip", f"a length of {length_bytes} bytes")
            size = int.from_bytes(self._take(length_bytes), "big")
        return tag, self._take(size)

    def inside(self, *tags: int) -> "Reader":
        """Return a reader of what the next element holds, which must have one of these tags."""
        tag, content = self.element()
        if tag not in tags:
            raise PeerWireError("ntcip", f"tag {tag:02X}")
        return Reader(content)

    def value(self) -> Value:
        """Return the next value."""
        return _read(*self.element())

    def integer(self) -> int:
        """Return the next value, which must be an INTEGER."""
        value = self.value()
        if not isinstance(value, int):
            raise PeerWireError("ntcip", f"{value!r} is no integer")
        return value

    def octets(self) -> bytes:
        """Return the next value, which must be an OCTET STRING."""
        value = self.value()
        if not isinstance(value, bytes):
            raise PeerWireError("ntcip", f"{value!r} is no octet string")
        return value

    def _take(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._data):
            raise PeerWireError("ntcip", f"{size} bytes wanted, the message ends")
        taken = self._data[self._at : end]
        self._at = end
        return taken


def _read(tag: int, content: bytes) -> Value:
    match tag:
        case 0x02:
            return _read_integer(content)
        case 0x04:
            return content
        case 0x05:
            return None
        case 0x06:
            return tuple(_read_object_id(content))
        case 0x41 | 0x42 | 0x43:
            return Counted(tag, _read_integer(content) & MAX_SUB_ID)
        case _:
            return Raw(tag, content)


def _read_integer(content: bytes) -> int:
    if not 0 < len(content) <= MAX_INTEGER_BYTES:
        raise PeerWireError("ntcip", f"an integer of {len(content)} bytes")
    return int.from_bytes(content, "big", signed=True)


def _read_object_id(content: bytes) -> Iterator[int]:
    if not content or content[-1] & _SHORT or len(content) > 5 * MAX_SUB_IDS:
        raise PeerWireError("ntcip", "a name that does not end")
    arc, count = 0, 0
    for byte in content:
        arc = arc << 7 | byte & 0x7F
        if arc > MAX_SUB_ID + 2 * _ROOT_ARCS:
            raise PeerWireError("ntcip", "a name out of range")
        if byte & _SHORT:
            continue
        if count == 0:
            root = min(arc // _ROOT_ARCS, 2)
            yield root
            arc -= root * _ROOT_ARCS
        yield arc
        arc, count = 0, count + 1
