"""SNMP version 1 messages, for both roles; no input, no output, no clock.

Source: RFC 1157. NTCIP signs speak version 1: one error and its place for a whole message.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from drivers.errors import PeerWireError
from drivers.ntcip import ber
from drivers.ntcip.ber import Oid, Reader, Value

VERSION_1: Final = 0
MAX_BINDINGS: Final = 64
"""More objects than any question of ours has."""

Binding = tuple[Oid, Value]
"""An object and its value; in a question the value is None."""


class Kind(IntEnum):
    """What a message is: the tag of its PDU."""

    GET = 0xA0
    GET_NEXT = 0xA1
    RESPONSE = 0xA2
    SET = 0xA3


class Error(IntEnum):
    """What an agent answers when it will not."""

    NONE = 0
    TOO_BIG = 1
    NO_SUCH_NAME = 2
    BAD_VALUE = 3
    READ_ONLY = 4
    GEN_ERR = 5

    @classmethod
    def name_of(cls, code: int) -> str:
        """Return what people call a code; agents of later versions send others."""
        names = ("noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr")
        return names[code] if 0 <= code < len(names) else f"error {code}"


@dataclass(frozen=True, slots=True)
class Message:
    """A question or an answer."""

    community: bytes
    kind: Kind
    request_id: int
    bindings: tuple[Binding, ...]
    error: int = Error.NONE
    error_index: int = 0
    """Which binding is meant, from 1; 0 = none of them."""

    def answered(
        self, bindings: tuple[Binding, ...], error: int = Error.NONE, error_index: int = 0
    ) -> "Message":
        """Return the answer to this question."""
        return Message(self.community, Kind.RESPONSE, self.request_id, bindings, error, error_index)


def encode(message: Message) -> bytes:
    """Return a message's bytes; PeerWireError for values that SNMP cannot carry."""
    bindings = b"".join(
        ber.wrap(ber.SEQUENCE, ber.write(oid) + ber.write(value)) for oid, value in message.bindings
    )
    head = (message.request_id, message.error, message.error_index)
    pdu = b"".join(map(ber.write, head)) + ber.wrap(ber.SEQUENCE, bindings)
    return ber.wrap(
        ber.SEQUENCE,
        ber.write(VERSION_1) + ber.write(message.community) + ber.wrap(message.kind, pdu),
    )


def decode(data: bytes) -> Message:
    """Read a message; PeerWireError for whatever is none."""
    outer = Reader(data)
    whole = outer.inside(ber.SEQUENCE)
    version = whole.integer()
    if version != VERSION_1:
        raise PeerWireError("ntcip", f"SNMP version {version + 1}, not 1")
    community = whole.octets()
    tag, content = whole.element()
    if tag not in set(Kind):
        raise PeerWireError("ntcip", f"PDU {tag:02X}")
    pdu = Reader(content)
    request_id, error, error_index = pdu.integer(), pdu.integer(), pdu.integer()
    listed = pdu.inside(ber.SEQUENCE)
    bindings: list[Binding] = []
    while not listed.done:
        if len(bindings) == MAX_BINDINGS:
            raise PeerWireError("ntcip", f"more than {MAX_BINDINGS} objects")
        bindings.append(_binding(listed.inside(ber.SEQUENCE)))
    if not (outer.done and whole.done and pdu.done):
        raise PeerWireError("ntcip", "bytes after the end")
    return Message(community, Kind(tag), request_id, tuple(bindings), error, error_index)


def _binding(pair: Reader) -> Binding:
    oid, value = pair.value(), pair.value()
    if not isinstance(oid, tuple) or not pair.done:
        raise PeerWireError("ntcip", "a binding is a name and a value")
    return oid, value
