"""Driving an NTCIP sign: pictures as stored graphics, shown by a message that names one.

A picture is loaded into a graphic that is not on show; a message of one tag, `[gN,1,1,ID]`, names
the graphic and its checksum; dmsActivateMessage names the message and its checksum. So the sign
shows the whole picture or refuses. A picture that it still holds is only activated again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from drivers.checks import check_frame
from drivers.dialect import Carrier, Dialect, Site
from drivers.errors import DriverError, PeerRefused, PeerSilent, PeerWireError, Unsupported
from drivers.ntcip import graphics, hdlc, multi, objects, telling
from drivers.ntcip.activation import BLANK, MessageId
from drivers.ntcip.gallery import Gallery
from drivers.ntcip.manager import Manager, ObjectRefused, octets
from drivers.ntcip.messages import OWNER, STALE, MessageRefused, MessageTable
from drivers.ntcip.objects import (
    ActivateError,
    ColourScheme,
    ControlMode,
    IllumControl,
    MemoryType,
)
from drivers.ntcip.snmp import Error
from drivers.ports import Board, ByteLink, Capabilities, Percent, Route, Status
from playlists.text.frame import Depth, Frame

REPLY_TIMEOUT_S: Final = 2.0
"""Signs in a local network answer within 0.1 s, behind 4G or on 9600 baud within one."""
ORDINARY_PRIORITY: Final = 127
EMERGENCY_PRIORITY: Final = 255
"""What is shown with this run-time priority gives way to nothing less."""
COMM_LOSS_MIN: Final = 10
"""A sign that hears nothing for so long goes dark by itself."""
REFRESH_MS: Final = COMM_LOSS_MIN * 60_000 * 2 // 5
"""Two tries before the sign gives us up."""
GRAPHICS: Final = 8
"""Pictures we keep in a sign: a cycle of pages is then activated, not loaded."""
EXCHANGES: Final = 12
"""Questions for a new picture, besides its blocks."""
EXCHANGE_MS: Final = 60
EXCHANGE_BYTES: Final = 240
"""A usual question, its answer, and their frames."""


@dataclass(frozen=True, slots=True)
class _Sign:
    """What we know of one sign until something goes wrong."""

    gallery: Gallery
    table: MessageTable


class Ntcip(Board):
    """One full-matrix sign, mono or RGB."""

    def __init__(self, link: ByteLink, site: Site) -> None:
        if site.depth not in graphics.SCHEMES:
            raise Unsupported("an NTCIP sign is mono or RGB; two-colour signs are not driven")
        if site.geometry.height_px > graphics.MAX_HEIGHT_PX:
            raise Unsupported(f"NTCIP graphics have 255 rows at most, not {site.geometry}")
        _check_site(site)
        self._manager = Manager(link, site, lambda: REPLY_TIMEOUT_S)
        self._site = site
        self._known: _Sign | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What this sign can do."""
        return Capabilities(
            geometry=self._site.geometry,
            depth=self._site.depth,
            route=Route.GRAPHIC,
            frame_interval_ms=_frame_interval_ms(self._site),
            refresh_ms=REFRESH_MS,
            acknowledges=True,
            brightness=True,
            clock=True,
            reads_back=True,
            emergency=True,
        )

    def show(self, frame: Frame, *, emergency: bool = False) -> None:
        """Load the picture beside the one on show, then activate it.

        An emergency is shown so that no message of less priority replaces it, of whatever system;
        our next ordinary picture does.
        """
        check_frame(frame, self.capabilities)
        believed = self._known is not None
        try:
            self._show(frame, emergency=emergency)
        except MessageRefused as exc:
            self._known = None
            if not believed or exc.code not in STALE:
                raise
            self._show_anew(frame, emergency=emergency)
        except DriverError:
            self._known = None
            raise

    def _show_anew(self, frame: Frame, *, emergency: bool) -> None:
        """Show a picture on a sign that lost what we had loaded."""
        try:
            self._show(frame, emergency=emergency)
        except DriverError:
            self._known = None
            raise

    def _show(self, frame: Frame, *, emergency: bool) -> None:
        sign = self._known = self._known or self._introduced()
        if emergency or any(frame.data):
            graphic = sign.gallery.hold(frame)
            text = multi.write([multi.Picture(graphic.number, ident=graphic.ident)])
            message, on_show = self._message(sign, graphic.number, text, emergency=emergency)
        else:
            message, on_show = BLANK, frozenset()
        self._activate(sign, message, emergency=emergency)
        sign.gallery.on_show = on_show

    @staticmethod
    def _message(
        sign: _Sign, number: int, text: bytes, *, emergency: bool
    ) -> tuple[MessageId, frozenset[int]]:
        """Each graphic has its message; one more is for emergencies, whichever the graphic."""
        rows = sign.gallery.rows
        row = len(rows) + 1 if emergency else rows.index(number) + 1
        priority = EMERGENCY_PRIORITY if emergency else ORDINARY_PRIORITY
        return sign.table.define(row, text, priority), frozenset({number})

    def _activate(self, sign: _Sign, message: MessageId, *, emergency: bool) -> None:
        try:
            sign.table.activate(message, EMERGENCY_PRIORITY if emergency else ORDINARY_PRIORITY)
        except MessageRefused as exc:
            # An emergency of ours, perhaps of an earlier process, is ours to end; others are not.
            if exc.code != ActivateError.PRIORITY or self._owner() != OWNER:
                raise
            sign.table.activate(message, EMERGENCY_PRIORITY)

    def _owner(self) -> bytes:
        """Ask whose message is on show."""
        return octets(self._manager.get(objects.MESSAGE_OWNER.at(MemoryType.CURRENT, 1))[0])

    def _introduced(self) -> _Sign:
        """Ask a sign what it is, and tell it to go dark when it loses us or its power."""
        width_px, height_px, scheme, mode, entries, block_bytes, messages = self._manager.integers(
            objects.SIGN_WIDTH_PX.at(),
            objects.SIGN_HEIGHT_PX.at(),
            objects.COLOUR_SCHEME.at(),
            objects.CONTROL_MODE.at(),
            objects.GRAPHIC_MAX.at(),
            objects.GRAPHIC_BLOCK_BYTES.at(),
            objects.CHANGEABLE_MAX.at(),
        )
        size = self._site.geometry
        if (width_px, height_px) != (size.width_px, size.height_px):
            raise self._manager.refused(f"it has {width_px}x{height_px} pixels, not {size}")
        if self._site.depth is Depth.RGB and scheme != ColourScheme.RGB_24_BIT:
            raise self._manager.refused("it has no 24-bit colours")
        if mode == ControlMode.LOCAL:
            raise self._manager.refused("somebody at the sign has switched it to local control")
        held = min(GRAPHICS, entries, messages - 1)
        if held < 2 or block_bytes < 1:  # noqa: PLR2004 -- one on show, one beside it
            raise self._manager.refused("it has no room for two graphics and three messages")
        last = min(entries, graphics.MAX_NUMBER)
        self._set_losses()
        current = self._manager.get(objects.MESSAGE_MULTI.at(MemoryType.CURRENT, 1))[0]
        gallery = Gallery(
            self._manager,
            range(last - held + 1, last + 1),
            min(block_bytes, graphics.MAX_BLOCK_BYTES),
            multi.pictures_in(octets(current)),
        )
        return _Sign(gallery, MessageTable(self._manager))

    def _set_losses(self) -> None:
        dark = BLANK.encode()
        self._manager.set(
            (objects.COMM_LOSS.at(), dark),
            (objects.COMM_LOSS_MIN.at(), COMM_LOSS_MIN),
            (objects.LONG_RECOVERY.at(), dark),
            (objects.SHORT_LOSS_S.at(), 0),  # every loss of power is a long one
            (objects.END_DURATION.at(), dark),
        )
        try:
            self._manager.set((objects.SHORT_RECOVERY.at(), dark))
        except ObjectRefused as exc:
            if exc.code != Error.NO_SUCH_NAME:
                raise

    def set_brightness(self, level: Percent) -> None:
        """Set the nearest of the sign's levels by hand; only 0 % darkens it."""
        (levels,) = self._manager.integers(objects.ILLUM_LEVELS.at())
        for mode in (IllumControl.MANUAL_DIRECT, IllumControl.MANUAL):
            try:
                self._manager.set((objects.ILLUM_CONTROL.at(), int(mode)))
                break
            except ObjectRefused:
                if mode is IllumControl.MANUAL:  # version 1 knows no other
                    raise
        wanted = max(1, round(level * levels / 100)) if level else 0
        self._manager.set((objects.ILLUM_WANTED.at(), wanted))

    def set_clock(self, local: datetime) -> None:
        """Set globalTime, which is UTC, so that the sign's own zone makes it this wall clock."""
        telling.set_clock(self._manager, local)

    def read_back(self) -> Frame:
        """Ask for the message on show, then for the graphic it names, and check both sums."""
        geometry, depth = self._site.geometry, self._site.depth
        graphic = telling.graphic_on_show(self._manager, geometry, graphics.SCHEMES[depth])
        return Frame.blank(geometry, depth) if graphic is None else graphic.frame()

    def status(self) -> Status:
        """Ask how the sign is."""
        try:
            return telling.status(self._manager)
        except DriverError as exc:
            return Status(ok=False, detail=str(exc))

    def close(self) -> None:
        """Give the link back."""
        self._manager.close()


def probe(link: ByteLink, site: Site) -> Status | None:
    """Ask whether a sign answers to this community, and how it is.

    An agent without the objects of a sign, such as a router, is none.
    """
    _check_site(site)
    try:
        return telling.status(Manager(link, site, lambda: REPLY_TIMEOUT_S))
    except (PeerSilent, PeerRefused, PeerWireError):
        return None


def _check_site(site: Site) -> None:
    if not site.community:
        raise Unsupported("an NTCIP sign wants to hear its community, which is not given")
    if site.over is Carrier.SERIAL and not 1 <= site.address <= hdlc.MAX_DROP:
        raise Unsupported(f"drops on a serial line are 1 to {hdlc.MAX_DROP}, not {site.address}")


def _frame_interval_ms(site: Site) -> int:
    scheme = graphics.SCHEMES[site.depth]
    picture_bytes = graphics.size_bytes(site.geometry.width_px, site.geometry.height_px, scheme)
    questions = EXCHANGES + -(-picture_bytes // graphics.MAX_BLOCK_BYTES)
    if site.over is Carrier.SERIAL:
        bytes_ = picture_bytes + questions * EXCHANGE_BYTES
        return bytes_ * 1000 * 10 // DIALECT.line.baud
    return questions * EXCHANGE_MS


DIALECT: Final = Dialect(
    name="ntcip",
    title="NTCIP 1203 v2 message signs (SNMP)",
    carriers=(Carrier.UDP, Carrier.SERIAL),
    depths=(Depth.MONO, Depth.RGB),
    open=Ntcip,
    ip_port=161,
    addressed_over=(Carrier.SERIAL,),
    addresses=range(1, hdlc.MAX_DROP + 1),
    needs_community=True,
    probe=probe,
)
