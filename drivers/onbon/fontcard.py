"""Controlling font cards, BX-5K, BX-5MK and BX-6K: power, timers, brightness, clock, programs.

Their letters are GB2312 and GBK, and no documented way brings a picture to all of them, so none is
sent: `show` refuses. Pictures come another way, or the card plays what its maker's software left.
"""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Final

from drivers.dialect import Carrier, Dialect, Site
from drivers.errors import DriverError, PeerRefused, PeerWireError, Unsupported
from drivers.onbon.dialogue import BAUD, IP_PORT, Dialogue, nearest_level, percent_of, ping
from drivers.onbon.packets import (
    ADDRESSES,
    BLOCK_BYTES,
    MAX_TIMERS,
    AskStatus,
    BlockTaken,
    CancelTimers,
    Card,
    ClearScreen,
    Complaint,
    DeleteFiles,
    LockProgram,
    Nack,
    OpenFile,
    Power,
    PowerTimers,
    SetClock,
    StatusIs,
    TextArea,
    UpdateAreas,
    WriteBlock,
)
from drivers.ports import Board, ByteLink, Capabilities, Percent, Status
from drivers.transport.serial import LineFormat
from playlists.text.frame import Depth, Frame

REPLY_TIMEOUT_S: Final = 2.0
"""How long the vendor's own programs wait on a serial line (K 8.8)."""

_NO_HARM: Final = {Complaint.NONE, Complaint.BLOCK_NUMBER}
"""What a card may say of a block that it holds."""


class OnbonFontCard(Board):
    """One font card. What is beyond a `Board` raises PeerSilent, PeerRefused and LinkLost."""

    def __init__(self, link: ByteLink, site: Site) -> None:
        self._dialogue = Dialogue(link, site, Card.FONT)
        self._site = site

    @property
    def capabilities(self) -> Capabilities:
        """What this card can do: it takes orders, no pictures."""
        return Capabilities(
            geometry=self._site.geometry,
            depth=self._site.depth,
            route=None,
            frame_interval_ms=1_000,  # K 2.1
            acknowledges=True,
            brightness=True,
            clock=True,
        )

    def show(self, frame: Frame, *, emergency: bool = False) -> None:  # noqa: ARG002 -- a Board's
        """Refuse: a font card has no pixels to offer."""
        raise Unsupported(
            f"a picture of {frame.geometry}: an Onbon font card draws its own letters"
        )

    def blank(self) -> None:
        """Switch the LEDs off, until `set_power` or a timer switches them on."""
        self.set_power(on=False)

    def set_power(self, *, on: bool) -> None:
        """Switch the LEDs on or off until the next timer says otherwise."""
        self._dialogue.tell(Power(on), REPLY_TIMEOUT_S)

    def set_power_timers(self, pairs: Sequence[tuple[time, time]]) -> None:
        """Let the card switch itself on and off every day; no pairs = no longer.

        Up to three pairs of whole minutes, off after on on the same day; else Unsupported.
        """
        if not pairs:
            self._dialogue.tell(CancelTimers(), REPLY_TIMEOUT_S)
            return
        if len(pairs) > MAX_TIMERS:
            raise Unsupported(f"{len(pairs)} times to switch on, an Onbon card has {MAX_TIMERS}")
        for on, off in pairs:
            if on >= off or on.second or off.second:
                raise Unsupported(f"on at {on}, off at {off}: whole minutes of one day, on first")
        self._dialogue.tell(PowerTimers(tuple(pairs)), REPLY_TIMEOUT_S)

    def set_brightness(self, level: Percent) -> None:
        """Set the nearest of 16 steps."""
        self._dialogue.tell(nearest_level(level), REPLY_TIMEOUT_S)

    def set_clock(self, local: datetime) -> None:
        """Set the card's clock to a wall-clock time."""
        self._dialogue.tell(SetClock(local), REPLY_TIMEOUT_S)

    def lock_program(self, name: bytes, *, locked: bool) -> None:
        """Let a stored program alone play, or let all play again."""
        self._dialogue.tell(LockProgram(name, locked), REPLY_TIMEOUT_S)

    def set_text(self, area: TextArea) -> None:
        """Set one dynamic area to a GBK text of the card's own letters; others stay."""
        self._dialogue.tell(UpdateAreas((), (area,)), REPLY_TIMEOUT_S)

    def delete_areas(self, numbers: tuple[int, ...] | None = None) -> None:
        """Forget dynamic areas; None = all of them."""
        self._dialogue.tell(UpdateAreas(numbers), REPLY_TIMEOUT_S)

    def clear(self) -> None:
        """Clear the screen, whatever the card takes that to mean: no document says more."""
        self._dialogue.tell(ClearScreen(), REPLY_TIMEOUT_S)

    def delete_files(self, names: tuple[bytes, ...]) -> None:
        """Delete programs or fonts by their names of four letters; PeerRefused when absent."""
        if not names:
            raise Unsupported("deleting no file: to an Onbon card that means every program")
        self._dialogue.tell(DeleteFiles(names), REPLY_TIMEOUT_S)

    def store_file(self, name: bytes, data: bytes) -> None:
        """Send a file, its own CRC at its end, block by block; the card checks it whole.

        Files lie in flash memory, which wears out: not for what changes often (K 8.1).
        """
        self._dialogue.tell(OpenFile(name, len(data)), REPLY_TIMEOUT_S)
        for number, at_bytes in enumerate(range(0, len(data), BLOCK_BYTES)):
            block = data[at_bytes : at_bytes + BLOCK_BYTES]
            end_bytes = at_bytes + len(block)
            last = end_bytes == len(data)
            self._write(WriteBlock(name, last, number, at_bytes, block), end_bytes)

    def _write(self, block: WriteBlock, end_bytes: int) -> None:
        answer = self._dialogue.tell(block, REPLY_TIMEOUT_S)
        # A block whose first answer got lost is complained of, and yet it is there.
        if isinstance(answer, BlockTaken) and (
            answer.next_bytes != end_bytes or answer.complaint not in _NO_HARM
        ):
            what = f"block {block.number} of {block.name!r}: {Nack(answer.complaint).reason}"
            raise PeerRefused(self._dialogue.device, what)

    def status(self) -> Status:
        """Ask the card how it is."""
        try:
            answer = self._dialogue.tell(AskStatus(), REPLY_TIMEOUT_S)
            if not isinstance(answer, StatusIs):
                raise PeerWireError("onbon", f"{answer} is no status")
        except DriverError as exc:
            return Status(ok=False, detail=str(exc))
        return _status_of(answer)

    def close(self) -> None:
        """Give the link back."""
        self._dialogue.close()


def _status_of(answer: StatusIs) -> Status:
    areas = ", ".join(map(str, answer.areas)) or "none"
    power = "on" if answer.on else "off"
    return Status(
        ok=True,
        detail=f"power {power}, {answer.programs} programs, dynamic areas: {areas}",
        showing=_letters(answer.playing) or None,
        model=_letters(answer.barcode) or None,
        brightness=percent_of(answer.level),
        local=answer.local,
    )


def _letters(data: bytes) -> str:
    return data.decode("ascii", "replace").strip("\0 ")


def probe(link: ByteLink, site: Site) -> Status | None:
    """Ask whether a font card is there."""
    return ping(link, site, Card.FONT, REPLY_TIMEOUT_S)


DIALECT: Final = Dialect(
    name="onbon-k",
    title="Onbon BX-5K, BX-5MK and BX-6K font cards (control only)",
    carriers=(Carrier.SERIAL, Carrier.TCP),
    depths=(Depth.MONO, Depth.TRICOLOUR),
    line=LineFormat(baud=BAUD),
    ip_port=IP_PORT,
    addresses=ADDRESSES,
    open=OnbonFontCard,
    probe=probe,
)
