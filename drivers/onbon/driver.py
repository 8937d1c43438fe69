"""Driving graphic cards, BX-5E, BX-6E and BX-6Q: each picture is one dynamic area, sent whole.

One message carries the whole screen under one CRC, so the card has the picture or has not. Smaller
areas would be quicker, but a card forgets its areas without power, no question tells which it
has, and one that stood alone on a dark screen would be half a message.
"""

from typing import Final

from drivers.checks import check_frame
from drivers.dialect import Carrier, Dialect, Site
from drivers.errors import DriverError, Unsupported
from drivers.onbon import bitmap
from drivers.onbon.dialogue import (
    BAUD,
    IP_PORT,
    Dialogue,
    nearest_level,
    percent_of,
    ping,
    transfer_ms,
)
from drivers.onbon.frames import MAX_BODY_BYTES
from drivers.onbon.packets import (
    ADDRESSES,
    AskBrightness,
    BrightnessIs,
    Card,
    Complaint,
    DeleteAreas,
    Nack,
    PictureArea,
)
from drivers.ports import Board, ByteLink, Capabilities, Percent, Route, Status
from drivers.transport.serial import LineFormat
from playlists.text.frame import Depth, Frame

REPLY_TIMEOUT_S: Final = 2.0
"""How long the vendor's own programs wait on a serial line (K 8.8)."""
MAX_PICTURE_BYTES: Final = MAX_BODY_BYTES - 128
"""What one message carries besides header and parameters; an area would hold 300 KB."""

_OURS: Final = 0
_AREAS: Final = {Card.BX5: 4, Card.BX6: 32}
"""How many dynamic areas a card has (G5 and G6, 1.3)."""
_UNKNOWN: Final = {Complaint.NO_SUCH_GROUP, Complaint.NO_SUCH_COMMAND}


class OnbonGraphic(Board):
    """One graphic card; `OnbonBx5` and `OnbonBx6` say which generation."""

    def __init__(self, link: ByteLink, site: Site, card: Card) -> None:
        size, depth = site.geometry, site.depth
        picture_bytes = bitmap.pixels_bytes(size.width_px, size.height_px, depth, card)
        if picture_bytes > MAX_PICTURE_BYTES:
            raise Unsupported(f"an Onbon card has no room for a {depth.word} picture of {size}")
        self._dialogue = Dialogue(link, site, card)
        self._card = card
        self._capabilities = Capabilities(
            geometry=size,
            depth=depth,
            route=Route.AREA,
            frame_interval_ms=transfer_ms(size, picture_bytes),
            acknowledges=True,
            brightness=True,
        )
        self._alone = False

    @property
    def capabilities(self) -> Capabilities:
        """What this card can do."""
        return self._capabilities

    def show(self, frame: Frame, *, emergency: bool = False) -> None:  # noqa: ARG002 -- no such path
        """Replace the card's one dynamic area by the whole picture.

        An unchanged picture travels as well: only so is it known to stand after a power cut.
        """
        check_frame(frame, self.capabilities)
        area = PictureArea(
            number=_OURS,
            left_px=0,
            top_px=0,
            width_px=frame.width_px,
            height_px=frame.height_px,
            pixels=bitmap.pack(frame, self._card),
        )
        try:
            self._forget_others()
            self._dialogue.tell(area, REPLY_TIMEOUT_S)
        except DriverError:
            self._alone = False
            raise

    def _forget_others(self) -> None:
        """Delete, once, what other programs may have left in areas that are not ours."""
        if not self._alone:
            others = tuple(range(_OURS + 1, _AREAS[self._card]))
            # Whether a card refuses to delete what it has not is in no document: it may.
            self._dialogue.ask(DeleteAreas(others), REPLY_TIMEOUT_S)
            self._alone = True

    def set_brightness(self, level: Percent) -> None:
        """Set the nearest of 16 steps, for the whole day."""
        self._dialogue.tell(nearest_level(level), REPLY_TIMEOUT_S)

    def status(self) -> Status:
        """Ask for the brightness; a card that does not know the question is well, too."""
        try:
            answer = self._dialogue.ask(AskBrightness(), REPLY_TIMEOUT_S)
        except DriverError as exc:
            return Status(ok=False, detail=str(exc))
        if isinstance(answer, Nack) and answer.complaint not in _UNKNOWN:
            return Status(ok=False, detail=f"{self._dialogue.device} refused: {answer.reason}")
        if isinstance(answer, BrightnessIs):
            return Status(ok=True, brightness=percent_of(answer.level))
        return Status(ok=True)

    def close(self) -> None:
        """Give the link back."""
        self._dialogue.close()


class OnbonBx5(OnbonGraphic):
    """A BX-5E, mono or tricolour."""

    def __init__(self, link: ByteLink, site: Site) -> None:
        if site.depth is Depth.RGB:
            raise Unsupported(
                "a BX-5Q shows 5 or 6 bits of a colour, a BX-5E none but red and green"
            )
        super().__init__(link, site, Card.BX5)


class OnbonBx6(OnbonGraphic):
    """A BX-6E, mono or tricolour, or a BX-6Q, which is RGB."""

    def __init__(self, link: ByteLink, site: Site) -> None:
        super().__init__(link, site, Card.BX6)


def probe_bx5(link: ByteLink, site: Site) -> Status | None:
    """Ask whether a graphic card is there; those of both generations answer."""
    return ping(link, site, Card.BX5, REPLY_TIMEOUT_S)


def probe_bx6(link: ByteLink, site: Site) -> Status | None:
    """Ask whether a graphic card is there; those of both generations answer."""
    return ping(link, site, Card.BX6, REPLY_TIMEOUT_S)


BX5: Final = Dialect(
    name="onbon-bx5",
    title="Onbon BX-5E graphic cards",
    carriers=(Carrier.SERIAL, Carrier.TCP),
    depths=(Depth.MONO, Depth.TRICOLOUR),
    line=LineFormat(baud=BAUD),
    ip_port=IP_PORT,
    addresses=ADDRESSES,
    open=OnbonBx5,
    probe=probe_bx5,
)

BX6: Final = Dialect(
    name="onbon-bx6",
    title="Onbon BX-6E and BX-6Q graphic cards",
    carriers=(Carrier.SERIAL, Carrier.TCP),
    depths=(Depth.MONO, Depth.TRICOLOUR, Depth.RGB),
    line=LineFormat(baud=BAUD),
    ip_port=IP_PORT,
    addresses=ADDRESSES,
    open=OnbonBx6,
    probe=probe_bx6,
)
