"""Bad lines, from a seed: what storms, loose screws and wrong settings do to bytes."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from random import Random
from types import MappingProxyType
from typing import Final

from drivers.errors import LinkLost
from simulator.wire import Clear

STUCK_BYTES: Final = (0x00, 0x55, 0xFF)
"""What a receiver makes of a line that is stuck low, swings, or is stuck high."""
MAX_BURST_BYTES: Final = 5


class Damage(StrEnum):
    """What can happen to one message."""

    FLIP = "bit flips"
    DROP = "bytes lost"
    INSERT = "bytes added"
    BURST = "a burst"
    ECHO = "an echo"
    STUCK = "a stuck line"
    WRONG_BAUD = "wrong baud"
    UNPLUG = "unplugged"
    ANSWER_FLIP = "answer flipped"
    ANSWER_LOST = "answer lost"


class Storm(Clear):
    """Damages one message of an exchange, the one numbered `strikes_at`, then the sky is clear."""

    def __init__(self, damage: Damage, strikes_at: int, chance: Random) -> None:
        self.damage = damage
        self.struck = False
        self._messages_left = strikes_at
        self._chance = chance
        self._stuck: int | None = None

    def towards_board(self, data: bytes) -> Iterable[bytes]:
        """Damage the message if its turn has come."""
        self._messages_left -= 1
        self._stuck = None
        if self._messages_left != 0:
            return (data,)
        self.struck = True
        return _DAMAGES.get(self.damage, _leave)(data, self._chance, self)

    def towards_host(self, data: bytes) -> Iterable[bytes]:
        """Damage the answer if that is what happens."""
        if self._messages_left != 0:
            return (data,)
        match self.damage:
            case Damage.ANSWER_LOST:
                return ()
            case Damage.ANSWER_FLIP if data:
                return _flip(data, self._chance, self)
            case _:
                return (data,)

    def echo(self, data: bytes) -> bytes:
        """Return the host's own voice if the echo's turn has come."""
        return data if self.damage is Damage.ECHO and self._messages_left == 1 else b""

    def idle(self) -> bytes:
        """Return what a stuck line seems to say."""
        return b"" if self._stuck is None else bytes([self._stuck]) * 64

    def stick(self) -> None:
        """Get stuck until the host speaks again."""
        self._stuck = self._chance.choice(STUCK_BYTES)


def _leave(data: bytes, _chance: Random, _storm: Storm) -> Iterable[bytes]:
    return (data,)


def _flip(data: bytes, chance: Random, _storm: Storm) -> Iterable[bytes]:
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return (bytes(damaged),)


def _drop(data: bytes, chance: Random, _storm: Storm) -> Iterable[bytes]:
    at, size = chance.randrange(len(data)), chance.randint(1, MAX_BURST_BYTES)
    return (data[:at] + data[at + size :],)


def _insert(data: bytes, chance: Random, _storm: Storm) -> Iterable[bytes]:
    at = chance.randrange(len(data) + 1)
    return (data[:at] + chance.randbytes(chance.randint(1, MAX_BURST_BYTES)) + data[at:],)


def _burst(data: bytes, chance: Random, _storm: Storm) -> Iterable[bytes]:
    at = chance.randrange(len(data))
    size = min(chance.randint(2, MAX_BURST_BYTES), len(data) - at)
    return (data[:at] + chance.randbytes(size) + data[at + size :],)


def _stick(data: bytes, chance: Random, storm: Storm) -> Iterable[bytes]:
    storm.stick()
    return (data[: chance.randrange(len(data))],)


def _garble(data: bytes, chance: Random, _storm: Storm) -> Iterable[bytes]:
    # At half the speed a receiver sees each bit twice, at double speed every second one.
    return (chance.randbytes(len(data) * chance.choice((1, 2)) // chance.choice((1, 2))),)


def _unplug(data: bytes, chance: Random, _storm: Storm) -> Iterable[bytes]:
    yield data[: chance.randrange(len(data))]
    raise LinkLost("the desk", "the plug was pulled")


_DAMAGES: Final[Mapping[Damage, Callable[[bytes, Random, Storm], Iterable[bytes]]]] = (
    MappingProxyType(
        {
            Damage.FLIP: _flip,
            Damage.DROP: _drop,
            Damage.INSERT: _insert,
            Damage.BURST: _burst,
            Damage.STUCK: _stick,
            Damage.WRONG_BAUD: _garble,
            Damage.UNPLUG: _unplug,
        }
    )
)


class LossyNetwork(Clear):
    """Loses, doubles and swaps datagrams; what arrives is whole, for UDP has a checksum."""

    def __init__(self, chance: Random, share: float) -> None:
        self._chance = chance
        self._share = share
        self._held: bytes | None = None
        self.struck = False

    def towards_board(self, data: bytes) -> Iterable[bytes]:
        """Damage a share of the datagrams."""
        held, self._held = self._held, None
        late = () if held is None else (held,)
        if self._chance.random() >= self._share:
            return (data, *late)
        self.struck = True
        match self._chance.randrange(3):
            case 0:
                return late
            case 1:
                return (data, data, *late)
            case _:
                self._held = data
                return late

    def towards_host(self, data: bytes) -> Iterable[bytes]:
        """Lose a share of the answers."""
        if self._chance.random() >= self._share:
            return (data,)
        self.struck = True
        return ()
