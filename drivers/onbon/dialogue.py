"""Telling one card something and hearing what it says to it."""

from typing import Final

from drivers.dialect import Carrier, Site
from drivers.errors import PeerRefused, PeerSilent
from drivers.exchange import ask
from drivers.onbon.codec import HostDecoder, encode
from drivers.onbon.packets import (
    MAX_LEVEL,
    Answer,
    Answered,
    Card,
    Command,
    Complaint,
    Nack,
    Ping,
    Request,
    SetBrightness,
)
from drivers.ports import ByteLink, Percent, Status
from playlists.text.frame import Geometry

BAUD: Final = 57_600
"""Cards are set to 9600 or 57600 baud, 8N1 (G5 1.2, K 2.2); the pictures want the faster."""
IP_PORT: Final = 5005
"""G6 3.2, K 8.3.6."""

_PASSING: Final = {Complaint.BUSY, Complaint.CHECKSUM}
"""Complaints that asking again may cure."""


class Dialogue:
    """One card at the other end of a link."""

    def __init__(self, link: ByteLink, site: Site, card: Card) -> None:
        self._link = link
        self._address = site.address
        self._card = card
        # A network card has its connection for itself and may answer in a name of its own.
        self._source = None if site.over is Carrier.TCP else site.address
        self.device = f"card {site.address} on {link.name}"

    def ask(self, command: Command, timeout_s: float) -> Answer:
        """Return what the card answers, a `Nack` too; PeerSilent."""
        return ask(
            self._link,
            encode(Request(self._address, command), self._card),
            lambda: HostDecoder(self._card, self._source).receive,
            device=self.device,
            timeout_s=timeout_s,
            again=_may_pass,
        ).answer

    def tell(self, command: Command, timeout_s: float) -> Answer:
        """Return what the card answers to what it obeyed; PeerSilent, PeerRefused."""
        answer = self.ask(command, timeout_s)
        if isinstance(answer, Nack):
            raise PeerRefused(self.device, answer.reason)
        return answer

    def close(self) -> None:
        """Give the link back."""
        self._link.close()


def _may_pass(answered: Answered) -> bool:
    answer = answered.answer
    return isinstance(answer, Nack) and answer.complaint in _PASSING


def nearest_level(level: Percent) -> SetBrightness:
    """Return the order for the nearest of the 16 steps."""
    return SetBrightness(round(level * MAX_LEVEL / 100))


def percent_of(level: int) -> Percent:
    """Return what a step is of the whole."""
    return Percent(round(min(level, MAX_LEVEL) * 100 / MAX_LEVEL))


def transfer_ms(size: Geometry, picture_bytes: int) -> int:
    """Return how long a picture takes at least: on the line, and for the card to digest it.

    No document says how fast graphic cards take pictures; of font cards the vendor says that an
    area is not to be changed more often than once a second (K 2.1).
    """
    frame_bytes, bits_a_byte = 100 + picture_bytes + size.height_px, 10
    return 1_000 + frame_bytes * bits_a_byte * 1_000 // BAUD


def ping(link: ByteLink, site: Site, card: Card, timeout_s: float) -> Status | None:
    """Ask whether a card is there, changing nothing; any answer, even a refusal, is a yes."""
    try:
        Dialogue(link, site, card).ask(Ping(), timeout_s)
    except PeerSilent:
        return None
    return Status(ok=True)
