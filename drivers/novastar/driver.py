"""Driving a NovaStar sending card: brightness, darkness and health. Pictures come over HDMI or DVI.

Orders go to every receiving card behind the sending card; what can be asked is asked of the
sending card itself and of the first receiving card on its first port.
"""

from dataclasses import dataclass
from typing import Final

from drivers.dialect import Carrier, Dialect, Site
from drivers.errors import DriverError, PeerRefused, PeerWireError, Unsupported
from drivers.exchange import ask
from drivers.novastar import codec, health
from drivers.novastar.health import Health
from drivers.novastar.packets import (
    ALL_BOARDS,
    ALL_PORTS,
    FULL_BRIGHTNESS,
    HEALTH_BYTES,
    MAX_CARDS,
    MODEL_BYTES,
    OFF,
    ON,
    Ack,
    Answer,
    Device,
    Place,
    Read,
    Register,
    Request,
    Write,
)
from drivers.ports import Board, ByteLink, Capabilities, Percent, Status
from drivers.transport.serial import LineFormat
from playlists.text.frame import Depth, Frame

REPLY_TIMEOUT_S: Final = 1.0
"""A sending card asks its receiving cards before it answers; public hosts wait 0.5 to 4 s."""
_HUNDRED: Final = 100
_NO_HEALTH: Final = Health()


class Novastar(Board):
    """One sending card with everything that hangs on it."""

    def __init__(self, link: ByteLink, site: Site) -> None:
        if site.depth is not Depth.RGB:
            raise Unsupported("a NovaStar card shows what comes over HDMI or DVI, in full colour")
        self._site = site
        self._card = _Card(link, site.address)

    @property
    def capabilities(self) -> Capabilities:
        """What this card can do; no picture travels over this link."""
        return Capabilities(
            geometry=self._site.geometry,
            depth=self._site.depth,
            route=None,
            frame_interval_ms=1_000,
            acknowledges=True,
            brightness=True,
        )

    def show(self, frame: Frame, *, emergency: bool = False) -> None:  # noqa: ARG002 -- no pictures
        """Refuse: pictures come from whatever screen the card is plugged into."""
        raise Unsupported(f"a picture of {frame.geometry}: this card gets its pictures over HDMI")

    def blank(self) -> None:
        """Darken every LED by kill mode; the card goes on receiving its picture unseen."""
        self._card.order(Register.KILL, ON)

    def set_brightness(self, level: Percent) -> None:
        """Set the brightness of every receiving card, and let the picture be seen again."""
        value = -(-level * FULL_BRIGHTNESS // _HUNDRED)
        self._card.order(Register.BRIGHTNESS, bytes([value]))
        self._card.order(Register.KILL, OFF)

    def status(self) -> Status:
        """Ask the sending card what it is and the first receiving card how it is."""
        try:
            return _status(self._card)
        except DriverError as exc:
            return Status(ok=False, detail=str(exc))

    def close(self) -> None:
        """Give the line back."""
        self._card.link.close()


class _Card:
    """The dialogue with one sending card."""

    def __init__(self, link: ByteLink, address: int) -> None:
        self.link = link
        self._address = address
        self._serial = 0

    @property
    def name(self) -> str:
        """What an operator calls it."""
        return f"sending card {self._address} on {self.link.name}"

    def order(self, register: Register, data: bytes) -> None:
        """Write to every receiving card."""
        everywhere = Place(self._address, Device.RECEIVING, ALL_PORTS, ALL_BOARDS)
        self._ask(Write(self._next(), everywhere, register, data))

    def read_sending(self, register: Register, length_bytes: int) -> bytes:
        """Read from the sending card."""
        return self._read(Place(self._address), register, length_bytes)

    def read_receiving(self, register: Register, length_bytes: int) -> bytes:
        """Read from the first receiving card."""
        return self._read(Place(self._address, Device.RECEIVING), register, length_bytes)

    def _read(self, place: Place, register: Register, length_bytes: int) -> bytes:
        data = self._ask(Read(self._next(), place, register, length_bytes)).data
        if len(data) != length_bytes:
            raise PeerWireError("novastar", f"{len(data)} bytes where {length_bytes} were asked")
        return data

    def _next(self) -> int:
        self._serial = codec.next_serial(self._serial)
        return self._serial

    def _ask(self, request: Request) -> Answer:
        answer = ask(
            self.link,
            codec.encode(request),
            lambda: _AnswersTo(request).receive,
            device=self.name,
            timeout_s=REPLY_TIMEOUT_S,
            again=lambda answer: answer.ack != Ack.OK,
        )
        if answer.ack != Ack.OK:
            raise PeerRefused(self.name, answer.reason)
        return answer


class _AnswersTo:
    """Lets only answers to one request through: a late one to another proves nothing."""

    def __init__(self, request: Request) -> None:
        self._wanted = (request.serial, request.register, isinstance(request, Write))
        self._decoder = codec.HostDecoder()

    def receive(self, data: bytes) -> list[Answer]:
        """Take bytes; return the answers to the request."""
        answers = self._decoder.receive(data)
        return [one for one in answers if (one.serial, one.register, one.wrote) == self._wanted]


def _status(card: _Card) -> Status:
    model = int.from_bytes(card.read_sending(Register.MODEL, MODEL_BYTES), "little")
    faults = []
    if card.read_sending(Register.SIGNAL, 1) == OFF:
        faults.append("no picture comes in over HDMI or DVI")
    try:
        first = _FirstBoard.ask(card)
    except DriverError as exc:
        first = _FirstBoard()
        faults.append(f"the first receiving card: {exc}")
    volts = first.health.supply_v
    return Status(
        ok=True,
        detail="" if volts is None else f"{volts} V",
        showing=first.showing,
        model=f"NovaStar {model:04X}",
        brightness=first.brightness,
        temperature_c=first.health.temperature_c,
        faults=tuple(faults),
    )


@dataclass(frozen=True, slots=True)
class _FirstBoard:
    """What the first receiving card says."""

    showing: str | None = None
    brightness: Percent | None = None
    health: Health = _NO_HEALTH

    @classmethod
    def ask(cls, card: _Card) -> "_FirstBoard":
        (level,) = card.read_receiving(Register.BRIGHTNESS, 1)
        killed = card.read_receiving(Register.KILL, 1) != OFF
        frozen = card.read_receiving(Register.LOCK, 1) != OFF
        return cls(
            showing="nothing: darkened" if killed else "a frozen picture" if frozen else None,
            brightness=Percent(round(level * _HUNDRED / FULL_BRIGHTNESS)),
            health=health.decode(card.read_receiving(Register.HEALTH, HEALTH_BYTES)),
        )


def probe(link: ByteLink, site: Site) -> Status | None:
    """Ask a sending card for its model; None when nobody answers."""
    try:
        data = _Card(link, site.address).read_sending(Register.MODEL, MODEL_BYTES)
    except DriverError:
        return None
    return Status(ok=True, model=f"NovaStar {int.from_bytes(data, 'little'):04X}")


DIALECT: Final = Dialect(
    name="novastar",
    title="NovaStar sending cards (brightness and health; pictures over HDMI)",
    carriers=(Carrier.SERIAL, Carrier.TCP),
    depths=(Depth.RGB,),
    line=LineFormat(baud=115_200),
    ip_port=5200,
    addresses=range(MAX_CARDS),
    open=Novastar,
    probe=probe,
)
