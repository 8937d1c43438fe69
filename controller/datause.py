"""What a device takes of its SIM card: what is counted, and what it amounts to on a bill. Pure.

Bytes are those of a bill: both directions, with all that TCP, TLS, MQTT and HTTP put around what we
send. The overheads below were measured once, on a real connection; docs/decisions/0020 says how.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

HEADER_BYTES: Final = 52
"""IPv4 (RFC 791: 20), TCP (RFC 9293: 20) and its timestamps (RFC 7323: 12) in every segment."""
SEGMENT_BYTES: Final = 1_448
"""What one segment carries in a frame of 1,500 bytes; every second one is acknowledged."""
TLS_RECORD_BYTES: Final = 22
"""Header, content type and tag of a TLS 1.3 record (RFC 8446 §5.2) of 16 KiB at most."""
BULK: Final = 1 + 1.5 * HEADER_BYTES / SEGMENT_BYTES + TLS_RECORD_BYTES / (16 << 10)
"""Bytes on the wire for each byte that is carried, when there are many."""
MESSAGE_BYTES: Final = 260
"""Around one message at QoS 1: topic, confirmation, three segments, two records. Measured: 259."""
TRANSFER_BYTES: Final = 3_860
"""Around one file: request and answer without the file (measured: 830), and a connection of its own
(handshake with certificates: 2,560; nine segments). Files fetched in a row share it: less."""
CONNECT_BYTES: Final = 4_320
"""To the broker: handshake with certificates, CONNECT, three subscriptions. Measured."""
KEEPALIVE_BYTES: Final = 408
"""Between two states, which are told every minute: two PINGREQ and their answers (keep-alive 30 s),
each of them 2 and 2 bytes, two records, three segments. Measured."""
LIVE_BIT_PER_S: Final = 24_000
"""Opus speech, as sounds are encoded."""


class Cause(StrEnum):
    """Why bytes travel, as an operator asks."""

    SOUNDS = "sounds"
    SCENES = "scenes"
    LIVE = "live"
    PLANS = "plans"
    REPORTS = "reports"
    FIRMWARE = "firmware"
    CONNECTION = "connection"
    """Connecting, and keeping the connection alive."""


class Kind(StrEnum):
    """What is counted."""

    SOUND = "sound"
    SCENE = "scene"
    FIRMWARE = "firmware"
    PLAN = "plan"
    ORDER = "order"
    """Of firmware."""
    RECEIPT = "receipt"
    """For what a device aired."""
    ACK = "ack"
    STATE = "state"
    ASRUN = "asrun"
    CONNECT = "connect"


FILES: Final = frozenset({Kind.SOUND, Kind.SCENE, Kind.FIRMWARE})
STEADY: Final = frozenset(Kind) - FILES
"""What comes day by day as it did before: nobody plans it."""
_CAUSES: Final[Mapping[Kind, Cause]] = {
    Kind.SOUND: Cause.SOUNDS,
    Kind.SCENE: Cause.SCENES,
    Kind.FIRMWARE: Cause.FIRMWARE,
    Kind.ORDER: Cause.FIRMWARE,
    Kind.PLAN: Cause.PLANS,
    Kind.RECEIPT: Cause.REPORTS,
    Kind.ACK: Cause.REPORTS,
    Kind.STATE: Cause.REPORTS,
    Kind.ASRUN: Cause.REPORTS,
    Kind.CONNECT: Cause.CONNECTION,
}


@dataclass(frozen=True, slots=True)
class Traffic:
    """How many messages or transfers there were, and what they carried, overheads left out."""

    payload_bytes: float = 0
    items: float = 0

    def __add__(self, other: "Traffic") -> "Traffic":
        """Return both together."""
        return Traffic(self.payload_bytes + other.payload_bytes, self.items + other.items)

    def times(self, factor: float) -> "Traffic":
        """Return so many times as much."""
        return Traffic(self.payload_bytes * factor, self.items * factor)


Counted = Mapping[Kind, Traffic]


def live_bytes(length: timedelta) -> int:
    """Return what a stream of this length takes."""
    return _whole(length.total_seconds() * LIVE_BIT_PER_S / 8 * BULK)


def summed(many: Iterable[Counted]) -> Counted:
    """Return all of these together."""
    total: dict[Kind, Traffic] = defaultdict(Traffic)
    for counted in many:
        for kind, traffic in counted.items():
            total[kind] += traffic
    return total


def by_cause(counted: Counted) -> dict[Cause, int]:
    """Return what travelled, overheads included, for every cause."""
    bytes_by_cause: dict[Cause, float] = dict.fromkeys(Cause, 0.0)
    for kind, traffic in counted.items():
        bytes_by_cause[_CAUSES[kind]] += wire_bytes(kind, traffic)
    states = counted.get(Kind.STATE, Traffic()).items
    bytes_by_cause[Cause.CONNECTION] += states * KEEPALIVE_BYTES
    return {cause: _whole(size) for cause, size in bytes_by_cause.items()}


def wire_bytes(kind: Kind, traffic: Traffic) -> float:
    """Return what so much of a kind takes on the wire."""
    if kind is Kind.CONNECT:
        around_bytes = CONNECT_BYTES
    else:
        around_bytes = TRANSFER_BYTES if kind in FILES else MESSAGE_BYTES
    return traffic.payload_bytes * BULK + traffic.items * around_bytes


def _whole(size: float) -> int:
    return math.ceil(size)
