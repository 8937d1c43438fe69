"""Sound over TCP: signed 16 bit little-endian, mono, 48 kHz, no header.

This is what PulseAudio's module-simple-protocol-tcp takes, and PipeWire's and many network
amplifiers' "raw" inputs. The far end plays what it gets, so the pace is ours: never more than
`latency_ms` ahead of what should be sounding.
"""

import contextlib
import socket
import time
from collections.abc import Callable
from typing import Final

from drivers.errors import LinkLost
from drivers.speaker.pace import Pace
from playlists.audio.sound import Samples

CONNECT_TIMEOUT_S: Final = 3.0
SEND_TIMEOUT_S: Final = 2.0
LATENCY_MS: Final = 100


class PcmOutput:
    """One network sound card. A `SoundOutput`."""

    def __init__(
        self,
        host: str,
        port: int,
        latency_ms: int = LATENCY_MS,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._place = (host, port)
        self._pace = Pace(latency_ms, clock, sleep)
        self._socket: socket.socket | None = None

    @property
    def latency_ms(self) -> int:
        """Time from a sample being written to it being heard, at most."""
        return self._pace.latency_ms

    @property
    def ahead_s(self) -> float:
        """Seconds until a sample written now is heard."""
        return self._pace.ahead_s

    def open(self) -> None:
        """Connect."""
        self.close()
        try:
            self._socket = socket.create_connection(self._place, CONNECT_TIMEOUT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.settimeout(SEND_TIMEOUT_S)
        except OSError as exc:
            raise self._lost(exc) from exc
        self._pace.begin()

    def write(self, block: Samples) -> None:
        """Send one block as soon as it is no more than the latency early."""
        if self._socket is None:
            raise LinkLost(self._name, "not open")
        self._pace.wait()
        data = block.astype("<i2").tobytes()
        try:
            self._socket.sendall(data)
        except OSError as exc:
            raise self._lost(exc) from exc
        self._pace.wrote(len(block))

    def drain(self) -> None:
        """Return when the last sample has sounded."""
        self._pace.drain()

    def close(self) -> None:
        """Hang up; what the far end holds already, `latency_ms` at most, may still sound."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
            self._socket = None
        self._pace.end()

    @property
    def _name(self) -> str:
        return f"{self._place[0]}:{self._place[1]}"

    def _lost(self, exc: OSError) -> LinkLost:
        self.close()
        return LinkLost(self._name, str(exc))
