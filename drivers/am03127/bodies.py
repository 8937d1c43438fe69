"""The body of each packet, to bytes and back: one table for both roles."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from drivers.am03127 import contents
from drivers.am03127.contents import BLOCK_BYTES, Block, Face, check, one_of
from drivers.am03127.packets import (
    GLYPH_BYTES,
    GLYPHS,
    LONGEST_WAIT_S,
    MAX_LINES,
    MAX_SCHEDULE_PAGES,
    PAGES,
    SCHEDULES,
    SHORTEST_WAIT_S,
    Brightness,
    DeleteAll,
    DeletePage,
    DeleteSchedule,
    Glyph,
    Graphic,
    Lag,
    Lead,
    Level,
    Method,
    Other,
    Packet,
    PageLine,
    RestoreGlyphs,
    RunPage,
    Schedule,
    SetClock,
    Speed,
    Style,
)
from drivers.errors import PeerWireError

RAW_BYTES: Final = (
    (re.compile(rb"<G[A-P][1-8]>"), BLOCK_BYTES),
    (re.compile(rb"<F[A-C][0-3][0-9A-F]>"), GLYPH_BYTES),
)
"""Bodies that end in raw bytes, which may be anything, and how many."""
LONGEST_RAW_TAG_BYTES: Final = len(b"<FA00>")

_CENTURY: Final = 2000
_LAST_YEAR: Final = _CENTURY + 99
_GLYPH_FACES: Final = (Face.NORMAL, Face.BOLD, Face.NARROW)
_EVERY_DAY: Final = b"000000"


def encode(packet: Packet) -> bytes:
    """Return the bytes of a packet; PeerWireError for values the dialect cannot carry."""
    if isinstance(packet, Other):
        return packet.body
    return _BY_KIND[type(packet)].write(packet)


def decode(body: bytes) -> Packet:
    """Read a packet; `Other` is what is not in the document."""
    for form in _FORMS:
        match = form.pattern.fullmatch(body)
        if match is not None:
            try:
                return form.read(match)
            except (ValueError, PeerWireError):
                break
    return Other(body)


def _read_clock(match: re.Match[bytes]) -> SetClock:
    year, month, day, hour, minute, second = (int(match[name]) for name in (1, 3, 4, 5, 6, 7))
    # The weekday in group 2 follows from the date; a sign believes it, we do not need it.
    return SetClock(datetime(_CENTURY + year, month, day, hour, minute, second))  # noqa: DTZ001 -- wall clock of a sign without zone


def _write_clock(packet: SetClock) -> bytes:
    at = packet.at
    check(_CENTURY <= at.year <= _LAST_YEAR, "year")
    # 4.2.1: two digits of the year, then the day of the week, 01 = Monday.
    return f"<SC>{at:%y}{at.isoweekday():02d}{at:%m%d%H%M%S}".encode()


def _read_line(match: re.Match[bytes]) -> PageLine:
    lead, method, wait, lag = (match[number].decode() for number in (3, 4, 5, 6))
    return PageLine(
        line=int(match[1]),
        page=match[2].decode(),
        lead=Lead(lead.upper()),
        contents=contents.decode(match[7]),
        method=_METHODS[method],
        wait_s=max(SHORTEST_WAIT_S, ord(wait) - ord("A")),
        lag=Lag(lag.upper()),
        lead_apart=lead.islower(),
        lag_apart=lag.islower(),
    )


def _write_line(packet: PageLine) -> bytes:
    check(1 <= packet.line <= MAX_LINES and one_of(packet.page, PAGES), "page or line")
    lead, lag = packet.lead.value, packet.lag.value
    lead = lead.lower() if packet.lead_apart else lead
    lag = lag.lower() if packet.lag_apart else lag
    method = _letter(packet.method)
    wait = _wait_letter(packet.wait_s)
    head = f"<L{packet.line}><P{packet.page}><F{lead}><M{method}><W{wait}><F{lag}>"
    return head.encode() + contents.encode(packet.contents)


def _letter(method: Method) -> str:
    return chr(ord(method.speed.value) + method.style.value)


def _wait_letter(wait_s: float) -> str:
    whole_s = 0 if wait_s == SHORTEST_WAIT_S else wait_s
    check(
        wait_s == SHORTEST_WAIT_S or (wait_s == int(wait_s) and 1 <= wait_s <= LONGEST_WAIT_S),
        "wait",
    )
    return chr(ord("A") + int(whole_s))


def _read_schedule(match: re.Match[bytes]) -> Schedule:
    packet = Schedule(
        match[1].decode(), _read_moment(match[2]), _read_moment(match[3]), match[4].decode()
    )
    check(type(packet.start) is type(packet.end), "schedule: one end dated, one not")
    return packet


def _write_schedule(packet: Schedule) -> bytes:
    check(one_of(packet.letter, SCHEDULES), "schedule")
    check(type(packet.start) is type(packet.end), "schedule: one end dated, one not")
    pages = packet.pages
    check(
        0 < len(pages) <= MAX_SCHEDULE_PAGES and all(one_of(page, PAGES) for page in pages),
        "pages of a schedule",
    )
    moments = _write_moment(packet.start) + _write_moment(packet.end)
    return f"<T{packet.letter}>".encode() + moments + pages.encode()


def _read_moment(digits: bytes) -> datetime | time:
    year, month, day, hour, minute = (int(digits[at : at + 2]) for at in range(0, 10, 2))
    if digits.startswith(_EVERY_DAY):
        return time(hour, minute)
    return datetime(_CENTURY + year, month, day, hour, minute)  # noqa: DTZ001 -- wall clock


def _write_moment(at: datetime | time) -> bytes:
    if isinstance(at, time):
        return _EVERY_DAY + f"{at:%H%M}".encode()
    check(_CENTURY <= at.year <= _LAST_YEAR, "year")
    return f"{at:%y%m%d%H%M}".encode()


def _read_graphic(match: re.Match[bytes]) -> Graphic:
    return Graphic(Block(match[1].decode(), int(match[2])), match[3])


def _write_graphic(packet: Graphic) -> bytes:
    check(len(packet.data) == BLOCK_BYTES, "block size")
    return contents.block_tag(packet.block) + packet.data


def _read_glyph(match: re.Match[bytes]) -> Glyph:
    return Glyph(Face(match[1].decode()), int(match[2], 16), match[3])


def _write_glyph(packet: Glyph) -> bytes:
    check(packet.face in _GLYPH_FACES and 0 <= packet.slot < GLYPHS, "glyph")
    check(len(packet.rows) == GLYPH_BYTES, "glyph size")
    return b"<F%c%02X>" % (ord(packet.face.value), packet.slot) + packet.rows


def _write_run(packet: RunPage) -> bytes:
    check(one_of(packet.page, PAGES), "page")
    return f"<RP{packet.page}>".encode()


def _write_delete_page(packet: DeletePage) -> bytes:
    check(1 <= packet.line <= MAX_LINES and one_of(packet.page, PAGES), "page or line")
    return f"<DL{packet.line}P{packet.page}>".encode()


def _write_delete_schedule(packet: DeleteSchedule) -> bytes:
    check(one_of(packet.letter, SCHEDULES), "schedule")
    return f"<DT{packet.letter}>".encode()


_METHODS: Final = {
    _letter(Method(speed, style)): Method(speed, style) for speed in Speed for style in Style
}


@dataclass(frozen=True, slots=True)
class _Form:
    """How one kind of packet is read and written."""

    kind: type
    pattern: re.Pattern[bytes]
    read: Callable[[re.Match[bytes]], Packet]
    write: Callable[..., bytes]


_FORMS: Final = (
    _Form(SetClock, re.compile(rb"<SC>" + rb"(\d\d)" * 7), _read_clock, _write_clock),
    _Form(
        PageLine,
        re.compile(
            rb"<L([1-8])><P([A-Z])><F([A-NP-Sa-np-s])><M([A-EQ-Ua-eq-u])><W([A-Z])><F([A-Ka-k])>"
            rb"(.*)",
            re.DOTALL,
        ),
        _read_line,
        _write_line,
    ),
    _Form(
        Schedule,
        re.compile(rb"<T([A-E])>(\d{10})(\d{10})([A-Z]{1,31})"),
        _read_schedule,
        _write_schedule,
    ),
    _Form(
        Graphic,
        re.compile(rb"<G([A-P])([1-8])>(.{64})", re.DOTALL),
        _read_graphic,
        _write_graphic,
    ),
    _Form(
        Glyph,
        re.compile(rb"<F([A-C])([0-3][0-9A-F])>(.{8})", re.DOTALL),
        _read_glyph,
        _write_glyph,
    ),
    _Form(
        RestoreGlyphs, re.compile(rb"<DU>"), lambda _match: RestoreGlyphs(), lambda _packet: b"<DU>"
    ),
    _Form(
        RunPage, re.compile(rb"<RP([A-Z])>"), lambda match: RunPage(match[1].decode()), _write_run
    ),
    _Form(
        Brightness,
        re.compile(rb"<B([A-D])>"),
        lambda match: Brightness(Level(match[1].decode())),
        lambda packet: f"<B{packet.level.value}>".encode(),
    ),
    _Form(
        DeletePage,
        re.compile(rb"<DL([1-8])P([A-Z])>"),
        lambda match: DeletePage(int(match[1]), match[2].decode()),
        _write_delete_page,
    ),
    _Form(
        DeleteSchedule,
        re.compile(rb"<DT([A-E])>"),
        lambda match: DeleteSchedule(match[1].decode()),
        _write_delete_schedule,
    ),
    _Form(DeleteAll, re.compile(rb"<D\*>"), lambda _match: DeleteAll(), lambda _packet: b"<D*>"),
)
_BY_KIND: Final = {form.kind: form for form in _FORMS}
