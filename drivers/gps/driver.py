"""A receiver on its line: bytes in, reports out, one after the other.

What does not follow the dialect is counted and passed over, for a serial line picks up noise;
only a lost line is an error.
"""

import time
from collections import deque
from typing import Final
from urllib.parse import urlsplit

from drivers.errors import LinkLost, PeerWireError
from drivers.gps import gpsd, nmea
from drivers.gps.lines import Lines
from drivers.gps.packets import Devices, Report, Rmc, Sentence, Tpv, Watch
from drivers.ports import ByteLink
from drivers.transport.opening import open_link
from drivers.transport.serial import LineFormat

LINE: Final = LineFormat(baud=9_600)
"""What most receivers say out of the box; NMEA 0183 itself says 4,800."""
SCHEME: Final = "gpsd://"


class NmeaEar:
    """Hears sentences. Positions come from RMC, which has a speed; from GGA where there is none."""

    request = b""
    """Receivers talk unasked."""

    def __init__(self) -> None:
        self._lines = Lines(nmea.DIALECT, nmea.MAX_SENTENCE_BYTES)
        self._has_rmc = False
        self.nonsense = 0
        """Lines that were no sentence."""

    def receive(self, data: bytes) -> list[Report]:
        """Return what these bytes complete. Never raises."""
        heard = []
        for line in self._lines.receive(data):
            try:
                sentence = nmea.decode(_good(line))
            except PeerWireError:
                self.nonsense += 1
                continue
            if sentence is not None and self._counts(sentence):
                heard.append(Report(sentence.fix))
        return heard

    def _counts(self, sentence: Sentence) -> bool:
        self._has_rmc = self._has_rmc or isinstance(sentence, Rmc)
        return isinstance(sentence, Rmc) or not self._has_rmc


class GpsdEar:
    """Hears gpsd's reports."""

    request = gpsd.encode_watch(Watch())
    """What makes gpsd talk."""

    def __init__(self) -> None:
        self._lines = Lines(gpsd.DIALECT, gpsd.MAX_REPORT_BYTES)
        self.nonsense = 0
        """Lines that were no report."""

    def receive(self, data: bytes) -> list[Report]:
        """Return what these bytes complete. Never raises."""
        heard = []
        for line in self._lines.receive(data):
            try:
                told = gpsd.decode(_good(line))
            except PeerWireError:
                self.nonsense += 1
                continue
            if isinstance(told, Tpv):
                heard.append(Report(told.fix))
            elif isinstance(told, Devices) and not told.paths:
                heard.append(Report(None))
        return heard


class Receiver:
    """One satellite receiver. Blocking, like every driver."""

    def __init__(self, link: ByteLink, ear: NmeaEar | GpsdEar) -> None:
        """Take an open link; what was said before is old and is forgotten."""
        self._link = link
        self._ear = ear
        self._heard: deque[Report] = deque()
        link.discard_input()
        if ear.request:
            link.write(ear.request)

    @property
    def nonsense(self) -> int:
        """Return how many lines made no sense so far."""
        return self._ear.nonsense

    def read(self, timeout_s: float) -> Report | None:
        """Return the next report, None when none came in time; LinkLost."""
        deadline_s = time.monotonic() + timeout_s
        while not self._heard and (left_s := deadline_s - time.monotonic()) > 0:
            self._heard += self._ear.receive(self._link.read(left_s))
        return self._heard.popleft() if self._heard else None

    def close(self) -> None:
        """Give the line back."""
        self._link.close()


def open_receiver(where: str, baud: int | None = None) -> Receiver:
    """Open a path or URL of a serial line, or `gpsd://host[:port]`; LinkLost."""
    if where.startswith(SCHEME):
        link = open_link("tcp" + where.removeprefix("gpsd"), LINE, gpsd.PORT)
        return Receiver(link, GpsdEar())
    line = LINE if baud is None else LineFormat(baud=baud)
    return Receiver(open_link(where, line), NmeaEar())


def check_place(where: str) -> None:
    """Raise LinkLost for a `gpsd://` URL that names no host."""
    if not where.startswith(SCHEME):
        return
    try:
        parts = urlsplit(where)
        named = parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError as exc:
        raise LinkLost(where, str(exc)) from exc
    if not named:
        raise LinkLost(where, "is not gpsd://host:port")


def _good(line: bytes | PeerWireError) -> bytes:
    if isinstance(line, PeerWireError):
        raise line
    return line
