"""Sound for IP horns: Opus in RTP over UDP, to a multicast group or to one horn (RFC 3550, 7587).

A packet carries 20 ms; nothing is ever sent twice and nobody answers. Horns that do not learn of
streams by themselves are given the SDP that `describe` writes.
"""

import contextlib
import ipaddress
import secrets
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame

from drivers.errors import LinkLost
from drivers.speaker.pace import Pace
from playlists.audio.sound import SAMPLE_RATE_HZ, Samples

PACKET_SAMPLES: Final = SAMPLE_RATE_HZ // 50
"""20 ms, what RFC 7587 recommends; its clock runs at 48 kHz whatever the sound's own rate is."""
LOOK_AHEAD: Final = 312
"""Samples that the encoder holds back, 6.5 ms."""
PAYLOAD_TYPE: Final = 96
"""The first of the dynamic ones; the SDP says that it is Opus."""
BIT_RATE_BPS: Final = 64_000
"""On a local network there is no reason to hear the codec."""
DEFAULT_TTL: Final = 1
"""Routers pass nothing on unless the configuration says so."""
LATENCY_MS: Final = 40
"""Horns buffer little: nothing is sent earlier than two packets before it should sound."""
EXPEDITED: Final = 46 << 2
"""The DSCP of speech, in its place within the type-of-service byte."""
_MAX_BYTES: Final = 1 << 32
_MAX_SEQUENCE: Final = 1 << 16
_MAX_TTL: Final = 255
_HORN_TTL: Final = 64
"""To one horn a packet may go as far as any other."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the packets go."""

    host: str
    """An IPv4 address."""
    port: int
    ttl: int = DEFAULT_TTL
    interface: str = ""
    """The address of the network card to send from; empty = what the routes say."""

    @property
    def is_group(self) -> bool:
        """Say whether many may listen."""
        return ipaddress.IPv4Address(self.host).is_multicast

    @classmethod
    def parse(cls, url: str) -> "Destination":
        """Read `rtp://239.1.2.3:5004?ttl=4&interface=10.0.0.2`; LinkLost when it is not that."""
        try:
            parts = urlsplit(url)
            options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True))
            ttl = int(options.pop("ttl", DEFAULT_TTL))
            interface = options.pop("interface", "")
            host = str(ipaddress.IPv4Address(parts.hostname or ""))
            if interface:
                interface = str(ipaddress.IPv4Address(interface))
            if parts.scheme != "rtp" or not parts.port or parts.path or options:
                raise ValueError
            if not 1 <= ttl <= _MAX_TTL or parts.port % 2:
                raise ValueError
        except ValueError as exc:
            raise LinkLost(url, "is not rtp://address:port, the port even, ?ttl=1 to 255") from exc
        return cls(host, parts.port, ttl, interface)


def describe(destination: Destination, name: str) -> str:
    """Return the SDP (RFC 8866) from which a horn or a player learns what to listen to."""
    ttl = f"/{destination.ttl}" if destination.is_group else ""
    lines = (
        "v=0",
        f"o=- 0 0 IN IP4 {destination.interface or destination.host}",
        f"s={name}",
        f"c=IN IP4 {destination.host}{ttl}",
        "t=0 0",
        f"m=audio {destination.port} RTP/AVP {PAYLOAD_TYPE}",
        f"a=rtpmap:{PAYLOAD_TYPE} opus/{SAMPLE_RATE_HZ}/2",
        f"a=fmtp:{PAYLOAD_TYPE} stereo=0;sprop-stereo=0;maxaveragebitrate={BIT_RATE_BPS}",
        "a=ptime:20",
        "a=recvonly",
    )
    return "".join(f"{line}\r\n" for line in lines)


class RtpOutput:
    """One stream. A `SoundOutput`."""

    def __init__(
        self,
        destination: Destination,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._destination = destination
        self._clock = clock
        self._pace = Pace(LATENCY_MS, clock, sleep)
        self._socket: socket.socket | None = None
        self._encoder = _encoder()
        self._waiting = np.zeros(0, np.int16)
        """What does not fill a packet yet."""
        self._ssrc = secrets.randbelow(_MAX_BYTES)
        self._sequence = secrets.randbelow(_MAX_SEQUENCE)
        self._first_stamp = secrets.randbelow(_MAX_BYTES)
        self._began_at_s = clock()
        self._stamp = 0
        self._is_first = True

    @property
    def latency_ms(self) -> int:
        """Time from a sample being written to it being sent, at most."""
        return self._pace.latency_ms

    @property
    def ahead_s(self) -> float:
        """Seconds until a sample written now is due at the horns."""
        return self._pace.ahead_s

    def open(self) -> None:
        """Take a socket; whether a horn listens nobody can know."""
        self.close()
        self._encoder = _encoder()
        self._is_first = True
        # The receiver's clock has gone on while we were silent.
        passed = round((self._clock() - self._began_at_s) * SAMPLE_RATE_HZ)
        self._stamp = self._first_stamp + passed
        try:
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._set_up(self._socket)
            self._socket.connect((self._destination.host, self._destination.port))
        except OSError as exc:
            raise self._lost(exc) from exc
        self._pace.begin()

    def write(self, block: Samples) -> None:
        """Send the packets that are full."""
        if self._socket is None:
            raise LinkLost(self._name, "not open")
        self._pace.wait()
        self._pace.wrote(len(block))
        self._waiting = np.concatenate([self._waiting, block])
        while len(self._waiting) >= PACKET_SAMPLES:
            packet, self._waiting = np.split(self._waiting, [PACKET_SAMPLES])
            self._send(packet)

    def drain(self) -> None:
        """Send what waits, and what the encoder holds back; return when it is due at the horns."""
        if self._socket is not None and not self._is_first:
            room = PACKET_SAMPLES - len(self._waiting)
            more = 0 if room >= LOOK_AHEAD else PACKET_SAMPLES
            self.write(np.zeros(room + more, np.int16))
        self._pace.drain()

    def close(self) -> None:
        """Fall silent."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
            self._socket = None
        self._waiting = np.zeros(0, np.int16)
        self._pace.end()

    def _set_up(self, line: socket.socket) -> None:
        line.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, EXPEDITED)
        if self._destination.is_group:
            line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, self._destination.ttl)
        else:
            line.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, _HORN_TTL)
        if self._destination.interface:
            card = socket.inet_aton(self._destination.interface)
            line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, card)

    def _send(self, samples: Samples) -> None:
        for packet in self._encoder.encode(_frame(samples)):
            header = struct.pack(
                "!BBHII",
                2 << 6,  # version 2, no padding, no extension, no other sources
                self._is_first << 7 | PAYLOAD_TYPE,  # the marker: a spell of sound begins
                self._sequence % _MAX_SEQUENCE,
                self._stamp % _MAX_BYTES,
                self._ssrc,
            )
            self._sequence += 1
            self._stamp += PACKET_SAMPLES
            self._is_first = False
            self._put(header + bytes(packet))

    def _put(self, packet: bytes) -> None:
        if self._socket is None:
            raise LinkLost(self._name, "not open")
        try:
            self._socket.send(packet)
        except ConnectionRefusedError:
            return  # a horn that is not listening yet is no broken line
        except OSError as exc:
            raise self._lost(exc) from exc

    @property
    def _name(self) -> str:
        return f"rtp://{self._destination.host}:{self._destination.port}"

    def _lost(self, exc: OSError) -> LinkLost:
        self.close()
        return LinkLost(self._name, str(exc))


def _encoder() -> AudioCodecContext:
    encoder = av.CodecContext.create("libopus", "w")
    if not isinstance(encoder, AudioCodecContext):
        raise LinkLost("rtp", "no Opus encoder")
    encoder.sample_rate, encoder.layout, encoder.format = SAMPLE_RATE_HZ, "mono", "s16"
    encoder.bit_rate = BIT_RATE_BPS
    encoder.time_base = Fraction(1, SAMPLE_RATE_HZ)
    encoder.options = {"frame_duration": "20"}
    encoder.open()
    return encoder


def _frame(samples: Samples) -> AudioFrame:
    frame = AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
    frame.sample_rate = SAMPLE_RATE_HZ
    frame.time_base = Fraction(1, SAMPLE_RATE_HZ)
    return frame
