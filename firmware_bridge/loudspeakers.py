"""What a gateway is told of a loudspeaker: where its sound goes, and what wakes its amplifier."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from drivers.errors import LinkLost
from drivers.ports import SoundOutput
from drivers.speaker.card import CardOutput
from drivers.speaker.pcm import PcmOutput
from drivers.speaker.relay import Kind, Wiring
from drivers.speaker.rtp import Destination, RtpOutput
from firmware_bridge.player.outlet import Timing

PCM: Final = "pcm"
RTP: Final = "rtp"
CARD: Final = "card"
DRIVERS: Final = (PCM, RTP, CARD)
KEYS: Final = frozenset({"relay", "lead_in_ms", "delay_ms"})
"""What only a loudspeaker has."""
MAX_LEAD_IN_MS: Final = 15_000
"""Slower than any amplifier wakes, and sooner than a late sound is given up."""
MAX_DELAY_MS: Final = 5_000


class BadLoudspeaker(Exception):
    """Something in the configuration cannot be; the message says what to write."""


def check_port(driver: str, port: str) -> str:
    """Return the port if this driver can have it."""
    if driver == RTP:
        try:
            Destination.parse(port)
        except LinkLost as exc:
            raise BadLoudspeaker(f"port {exc.reason}") from exc
    if driver == PCM:
        host, _, number = port.rpartition(":")
        if not host or not number.isdecimal():
            raise BadLoudspeaker("port must be host:port of the sound output")
    return port


def relay_of(table: Mapping[str, Any]) -> Wiring | None:
    """Read `relay`."""
    if "relay" not in table:
        return None
    try:
        return Wiring.parse(str(table["relay"]))
    except LinkLost as exc:
        raise BadLoudspeaker(f"relay {exc.reason}") from exc


def timing_of(table: Mapping[str, Any]) -> Timing:
    """Read `lead_in_ms` and `delay_ms`."""
    return Timing(
        lead_in_ms=_within(table, "lead_in_ms", MAX_LEAD_IN_MS),
        delay_ms=_within(table, "delay_ms", MAX_DELAY_MS),
    )


def check_relays(relays: Iterable[Wiring], ports: Iterable[str]) -> None:
    """Refuse two relays on one wire, and a relay on the line of a device."""
    taken: dict[str, list[Wiring]] = {}
    lines = set(ports)
    for relay in relays:
        if relay.port in lines:
            raise BadLoudspeaker(f"relay: {relay.port} is the line of a device")
        others = taken.setdefault(relay.port, [])
        if any((relay.kind, relay.channel) == (one.kind, one.channel) for one in others):
            if relay.kind is Kind.PLAIN and relay not in others:
                raise BadLoudspeaker(f"relay: {relay.port} can be open for one relay only")
            raise BadLoudspeaker(f"relay: two loudspeakers have {relay}")
        if others and relay.kind is not others[0].kind:
            kinds = f"{others[0].kind} or {relay.kind}"
            raise BadLoudspeaker(f"relay: {relay.port} is {kinds}, not both")
        others.append(relay)


def output(driver: str, port: str) -> SoundOutput:
    """Return the output of a loudspeaker; nothing is opened."""
    if driver == RTP:
        return RtpOutput(Destination.parse(port))
    if driver == CARD:
        return CardOutput(port)
    host, _, number = port.rpartition(":")
    return PcmOutput(host, int(number))


def _within(table: Mapping[str, Any], name: str, most: int) -> int:
    value = table.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise BadLoudspeaker(f"{name} is a whole number from 0 to {most}")
    return value
