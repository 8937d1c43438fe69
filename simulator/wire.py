"""A board on the desk: host and sign in one thread, in virtual time, byte for byte.

What a driver writes the sign hears at once, what the sign answers the driver reads next. Time
goes by as bytes travel at the line's speed and as the driver waits, so rehearsals of hours take
seconds and come out the same every time.
"""

from collections import deque
from collections.abc import Iterable
from random import Random
from typing import Final, Protocol

from drivers.dialect import Carrier, Dialect
from drivers.transport.serial import LineFormat
from simulator.boards.board import Sign

NETWORK: Final = LineFormat(baud=100_000_000)
"""How fast bytes travel where there is no serial line."""


class Weather(Protocol):
    """What happens to bytes on their way."""

    def towards_board(self, data: bytes) -> Iterable[bytes]:
        """Return what arrives at the board; LinkLost when the line breaks on the way."""

    def towards_host(self, data: bytes) -> Iterable[bytes]:
        """Return what arrives at the host."""

    def echo(self, data: bytes) -> bytes:
        """Return what the host hears of its own voice."""

    def idle(self) -> bytes:
        """Return what the host hears while nobody speaks."""


class Clear:
    """Every byte arrives as it was sent. A `Weather`."""

    def towards_board(self, data: bytes) -> Iterable[bytes]:
        """Return it as it is."""
        return (data,)

    def towards_host(self, data: bytes) -> Iterable[bytes]:
        """Return it as it is."""
        return (data,)

    def echo(self, data: bytes) -> bytes:  # noqa: ARG002 -- a four-wire line has none
        """Return silence."""
        return b""

    def idle(self) -> bytes:
        """Return silence."""
        return b""


class Pieces(Clear):
    """Every byte arrives as it was sent, in pieces of any size, down to one byte."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def towards_board(self, data: bytes) -> Iterable[bytes]:
        """Return it cut up."""
        return _cut(data, self._chance)

    def towards_host(self, data: bytes) -> Iterable[bytes]:
        """Return it cut up."""
        return _cut(data, self._chance)


class Wire:
    """A `ByteLink` with signs at its other end."""

    def __init__(self, *signs: Sign, line: LineFormat | None = None) -> None:
        self._signs = list(signs)
        line = line or LineFormat()
        start_bit, parity_bit = 1, 0 if line.parity == "N" else 1
        bits = start_bit + line.data_bits + parity_bit + line.stop_bits
        self._byte_s = bits / line.baud
        self._arrived: deque[bytes] = deque()
        self.weather: Weather = Clear()
        self.now_s = 0.0
        """Seconds since the wire was made."""
        self.sent_bytes = 0
        """What the host has sent so far."""
        self.left_bytes: int | None = None
        """How many more bytes reach the boards, then the line is dead; None = any number."""

    @property
    def name(self) -> str:
        """What an operator calls this line."""
        return "the desk"

    def plug_in(self, sign: Sign) -> None:
        """Put one more board on the line."""
        self._signs.append(sign)

    def clock(self) -> float:
        """Return the seconds of this line's time, for the boards on it."""
        return self.now_s

    def write(self, data: bytes) -> None:
        """Let the boards hear it, and keep what they answer."""
        self.sent_bytes += len(data)
        self.now_s += len(data) * self._byte_s
        self._arrive(self.weather.echo(data))
        for piece in self.weather.towards_board(data):
            heard = self._let_through(piece)
            for sign in self._signs if heard else ():
                self._arrive(*self.weather.towards_host(sign.hear(heard)))

    def read(self, timeout_s: float) -> bytes:
        """Return what has arrived; else let the time go by."""
        if not self._arrived:
            noise = self.weather.idle()
            self.now_s += len(noise) * self._byte_s if noise else timeout_s
            return noise
        data = self._arrived.popleft()
        self.now_s += len(data) * self._byte_s
        return data

    def discard_input(self) -> None:
        """Forget what has arrived and was not read."""
        self._arrived.clear()

    def pause(self, duration_s: float) -> None:
        """Let the time go by."""
        self.now_s += duration_s

    def close(self) -> None:
        """Do nothing: the board stays on the desk."""

    def _arrive(self, *pieces: bytes) -> None:
        self._arrived += filter(None, pieces)

    def _let_through(self, data: bytes) -> bytes:
        if self.left_bytes is None:
            return data
        through = data[: self.left_bytes]
        self.left_bytes -= len(through)
        return through


class DatagramWire(Wire):
    """A wire for datagrams: each arrives whole or not at all."""

    def _let_through(self, data: bytes) -> bytes:
        if self.left_bytes is None:
            return data
        if len(data) > self.left_bytes:
            self.left_bytes = 0
            return b""
        self.left_bytes -= len(data)
        return data


def wire_for(dialect: Dialect, carrier: Carrier, line: LineFormat | None = None) -> Wire:
    """Return a wire of a carrier's kind and speed; `line` is another serial line than usual."""
    match carrier:
        case Carrier.SERIAL:
            return Wire(line=line or dialect.line)
        case Carrier.TCP:
            return Wire(line=NETWORK)
        case Carrier.UDP:
            return DatagramWire(line=NETWORK)


def _cut(data: bytes, chance: Random) -> Iterable[bytes]:
    at = 0
    while at < len(data):
        size = chance.choice((1, 1, 2, 3, 7, 64))
        yield data[at : at + size]
        at += size
