"""Alpha packets to bytes and back, for both roles; no input, no output, no clock.

A transmission is NULs (the sign finds the baud rate by them), SOH, a type code, two digits of an
address, commands, EOT. A command is STX, its code and data, and mostly ETX with the sum of
everything from STX to ETX as four upper-case hex digits. All bytes have seven bits. None of the
framing bytes occurs in data, so a new SOH always begins a new transmission.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

from drivers.alpha.packets import (
    ALL_TYPES,
    MAX_ADDRESS,
    MAX_FILE_SIZE,
    MAX_TRANSMISSION_BYTES,
    RESPONSE,
    Acknowledge,
    Answer,
    ClearErrors,
    Damaged,
    Errors,
    File,
    FileType,
    GeneralInformation,
    Kind,
    Memory,
    Other,
    Packet,
    Picture,
    Question,
    RunSequence,
    SetDate,
    SetTime,
    SetTimeFormat,
    SetWeekday,
    String,
    Text,
    Transmission,
    Trouble,
    Verdict,
)
from drivers.errors import PeerWireError

DIALECT: Final = "alpha"
WAKE_UP: Final = bytes(5)
ANSWER_WAKE_UP: Final = bytes(20)
ANSWER_CODES: Final = {"B": "A", "F": "E", "H": "G", "J": "I", "L": "K", "N": "M"}
"""A question is answered with the code that would write what was asked for."""

_SOH: Final = b"\x01"
_STX: Final = b"\x02"
_ETX: Final = b"\x03"
_EOT: Final = b"\x04"
_ACK: Final = 0x06
_NAK: Final = 0x15
_ESC: Final = b"\x1b"
_CR: Final = b"\r"
_LF: Final = b"\n"
_ALWAYS_SET: Final = 0x40
_HEADER: Final = re.compile(rb"([!-~])([0-9A-Fa-f?]{2})")
_SUM: Final = re.compile(rb"[0-9A-F]{4}")
_FRAMING: Final = re.compile(rb"[\x00-\x04\x80-\xff]")
_VERDICT_BYTES: Final = 2


def checksum(command: bytes) -> bytes:
    """Return the sum of a command, STX and ETX included, as four upper-case hex digits."""
    return b"%04X" % (sum(_STX + command + _ETX) & 0xFFFF)


def encode(
    packet: Packet, address: int, type_code: str = ALL_TYPES, *, checked: bool = True
) -> bytes:
    """Return what a host sends; PeerWireError for values the dialect cannot carry."""
    return b"".join(pieces(packet, address, type_code, checked=checked))


def pieces(
    packet: Packet, address: int, type_code: str = ALL_TYPES, *, checked: bool = True
) -> tuple[bytes, ...]:
    """Return what a host sends, in pieces between which a sign needs 100 ms to make room."""
    _check(0 <= address <= MAX_ADDRESS, f"address {address}")
    body = _write(packet)
    tail = _ETX + checksum(body) if checked else b""
    whole = WAKE_UP + _SOH + b"%s%02X" % (type_code.encode(), address) + _STX + body + tail + _EOT
    if not isinstance(packet, Picture):
        return (whole,)
    rows_at = whole.index(_STX) + len("xIL") + 2 * packet.kind.side_digits
    return whole[:rows_at], whole[rows_at:]


def encode_answer(packet: Packet) -> bytes:
    """Return what a sign sends to answer a question."""
    body = _write(packet)
    head = ANSWER_WAKE_UP + _SOH + RESPONSE.encode() + b"00"
    return head + _STX + body + _ETX + checksum(body) + _EOT


def encode_verdict(verdict: Verdict) -> bytes:
    """Return ACK or NAK with the register."""
    return bytes([_ACK if verdict.taken else _NAK, _ALWAYS_SET | verdict.trouble])


class SignDecoder:
    """The sign's ear: bytes in any pieces come in, whole transmissions come out."""

    def __init__(self) -> None:
        self._buffer = b""

    def receive(self, data: bytes) -> list[Transmission]:
        """Take bytes; return the transmissions they complete. Never raises."""
        *whole, rest = (self._buffer + data).split(_EOT)
        begun = rest.rfind(_SOH)
        begun_bytes = len(rest) - begun
        self._buffer = rest[begun:] if begun >= 0 and begun_bytes <= MAX_TRANSMISSION_BYTES else b""
        heard = (_read_transmission(one.rpartition(_SOH)[2]) for one in whole if _SOH in one)
        return [one for one in heard if one is not None]


class HostDecoder:
    """The host's ear: answers, ACK and NAK out of a stream of bytes."""

    def __init__(self) -> None:
        self._buffer = b""

    def receive(self, data: bytes) -> list[Answer | Verdict]:
        """Take bytes; return what they complete. PeerWireError for anything else.

        What a host said itself, as two-wire lines bring it back, is passed over.
        """
        self._buffer += data
        heard = []
        while (one := self._next()) is not None:
            heard += one
        if len(self._buffer) > MAX_TRANSMISSION_BYTES:
            raise PeerWireError(DIALECT, f"an answer of over {MAX_TRANSMISSION_BYTES} bytes")
        return heard

    def _next(self) -> list[Answer | Verdict] | None:
        """Take one thing off the buffer; None when it has to grow first."""
        self._buffer = self._buffer.lstrip(b"\x00")
        if not self._buffer:
            return None
        if self._buffer[0] in {_ACK, _NAK}:
            return self._verdict()
        if not self._buffer.startswith(_SOH):
            noise, self._buffer = self._buffer, b""
            raise PeerWireError(DIALECT, f"neither an answer nor ACK nor NAK: {noise[:20]!r}")
        whole, end, rest = self._buffer.partition(_EOT)
        if not end:
            return None
        self._buffer = rest
        return _read_answer(whole.rpartition(_SOH)[2])

    def _verdict(self) -> list[Answer | Verdict] | None:
        if len(self._buffer) < _VERDICT_BYTES:
            return None
        word, status = self._buffer[:_VERDICT_BYTES]
        self._buffer = self._buffer[_VERDICT_BYTES:]
        if not status & _ALWAYS_SET:
            raise PeerWireError(DIALECT, f"a status of {status:#04x}")
        return [Verdict(word == _ACK, Trouble(status & 0x3F))]


def _read_transmission(data: bytes) -> Transmission | None:
    """Read what stands between SOH and EOT; None = noise."""
    head = _HEADER.match(data)
    first, *commands = data.split(_STX)
    if head is None or head.end() != len(first) or not commands:
        return None
    return Transmission(
        head[1].decode(), head[2].decode(), tuple(_read_command(one) for one in commands)
    )


def _read_command(data: bytes) -> Packet | Damaged:
    body, _end, given = data.partition(_ETX)
    if not data.isascii():
        return Damaged(Trouble.PARITY)
    if given and (_SUM.fullmatch(given) is None or given != checksum(body)):
        return Damaged(Trouble.CHECKSUM)
    return _read(body)


def _read_answer(data: bytes) -> list[Answer | Verdict]:
    said = _read_transmission(data)
    if said is None:
        raise PeerWireError(DIALECT, "an answer without a header")
    if said.type_code != RESPONSE:
        return []
    body, end, given = data.partition(_STX)[2].partition(_ETX)
    if not end or given != checksum(body) or len(said.commands) != 1:
        raise PeerWireError(DIALECT, "an answer whose checksum is wrong")
    packet = said.commands[0]
    if isinstance(packet, Damaged):
        raise PeerWireError(DIALECT, "an answer with bytes of eight bits")
    return [Answer(body[:2].decode(), packet)]


def _check(holds: bool, what: str) -> None:  # noqa: FBT001 -- reads as a sentence where used
    if not holds:
        raise PeerWireError(DIALECT, f"no such {what}")


def _write(packet: Packet) -> bytes:
    body = _WRITERS[type(packet)](packet)
    _check(_FRAMING.search(body) is None, "byte in a command")
    _check(len(body) < MAX_TRANSMISSION_BYTES // 2, "length of a command")
    return body


def _write_text(packet: Text) -> bytes:
    how = _ESC + packet.how.encode() if packet.how else b""
    return b"A" + _label(packet.label) + how + packet.message


def _write_picture(packet: Picture) -> bytes:
    kind, rows = packet.kind, packet.rows
    head = kind.value.encode() + _label(packet.label)
    if not rows:
        return head
    width, left_over = divmod(len(rows[0]), kind.pixel_bytes)
    sides = f"{len(rows):0{kind.side_digits}X}{width:0{kind.side_digits}X}"
    _check(len(sides) == 2 * kind.side_digits and not left_over, "size of a picture")
    _check({len(row) for row in rows} == {len(rows[0])}, "picture of uneven rows")
    return head + sides.encode() + b"".join(row + _CR for row in rows)


def _write_memory(packet: Memory) -> bytes:
    return b"E$" + b"".join(_write_file(one) for one in packet.files)


def _write_file(one: File) -> bytes:
    _check(0 <= one.size <= MAX_FILE_SIZE, "size of a file")
    kind, lock = one.type.value, "L" if one.locked else "U"
    return _label(one.label) + f"{kind}{lock}{one.size:04X}{one.extra}".encode()


def _write_general(packet: GeneralInformation) -> bytes:
    style = "M" if packet.hours_24 else "S"
    speaker = "00" if packet.speaker else "FF"
    return (
        f'E"{packet.firmware:8}{packet.released}{packet.hour:02d}{packet.minute:02d}{style}'
        f"{speaker}{packet.pool_bytes:04X},{packet.free_bytes:04X}"
    ).encode()


def _label(label: str) -> bytes:
    _check(len(label) == 1 and " " <= label <= "~", f"label {label!r}")
    return label.encode()


_WRITERS: Final[dict[type, Callable[..., bytes]]] = {
    Text: _write_text,
    String: lambda packet: b"G" + _label(packet.label) + packet.message,
    Picture: _write_picture,
    Memory: _write_memory,
    RunSequence: lambda packet: (
        f"E.{packet.order}{'L' if packet.locked else 'U'}{packet.labels}".encode()
    ),
    SetTime: lambda packet: f"E {packet.hour:02d}{packet.minute:02d}".encode(),
    SetDate: lambda packet: f"E;{packet.month:02d}{packet.day:02d}{packet.year % 100:02d}".encode(),
    SetWeekday: lambda packet: f"E&{packet.number}".encode(),
    SetTimeFormat: lambda packet: b"E'M" if packet.hours_24 else b"E'S",
    Acknowledge: lambda packet: b"Es1" if packet.on else b"Es0",
    Errors: lambda packet: b"E*" + bytes([_ALWAYS_SET | packet.trouble]),
    ClearErrors: lambda _packet: b"E4",
    GeneralInformation: _write_general,
    Question: lambda packet: f"{packet.code}{packet.about}".encode(),
    Other: lambda packet: packet.body,
}


def _read(body: bytes) -> Packet:
    for pattern, read in _READERS:
        match = pattern.fullmatch(body)
        if match is not None:
            try:
                return read(match)
            except ValueError:
                break
    return Other(body)


def _read_text(match: re.Match[bytes]) -> Text:
    return Text(match[1].decode(), match[3], (match[2] or b"").decode())


def _read_picture(match: re.Match[bytes]) -> Picture:
    kind, label, data = Kind(match[1].decode()), match[2].decode(), match[3]
    if not data:
        return Picture(kind, label, ())
    digits = kind.side_digits
    height, width = int(data[:digits], 16), int(data[digits : 2 * digits], 16)
    # The last CR may be missing, and readers are told to pass over line feeds.
    rows = tuple(data[2 * digits :].replace(_LF, b"").removesuffix(_CR).split(_CR))
    if len(rows) != height or {len(row) for row in rows} != {width * kind.pixel_bytes}:
        raise ValueError
    if _PIXELS[kind].fullmatch(b"".join(rows)) is None:
        raise ValueError
    return Picture(kind, label, rows)


def _read_memory(match: re.Match[bytes]) -> Memory:
    return Memory(tuple(_read_files(match[1])))


def _read_files(data: bytes) -> Iterable[File]:
    for label, kind, lock, size, extra in _FILE.findall(data):
        yield File(
            label.decode(), FileType(kind.decode()), int(size, 16), extra.decode(), lock == b"L"
        )


def _read_general(match: re.Match[bytes]) -> GeneralInformation:
    return GeneralInformation(
        firmware=match[1].decode().rstrip(),
        released=match[2].decode(),
        hour=int(match[3]),
        minute=int(match[4]),
        hours_24=match[5] == b"M",
        speaker=match[6] == b"00",
        pool_bytes=int(match[7], 16),
        free_bytes=int(match[8], 16),
    )


_PIXELS: Final = {
    Kind.SMALL: re.compile(rb"[0-8]*"),
    Kind.LARGE: re.compile(rb"[0-8]*"),
    Kind.RGB: re.compile(rb"[0-9A-F]*"),
}
_FILE: Final = re.compile(rb"([ -~])([ABD])([UL])([0-9A-F]{4})([0-9A-F]{4})")
_READERS: Final[tuple[tuple[re.Pattern[bytes], Callable[[re.Match[bytes]], Packet]], ...]] = (
    (re.compile(rb"A([ -~])(?:\x1b(.n.|..))?(.*)", re.DOTALL), _read_text),
    (
        re.compile(rb"G([ -~])(.*)", re.DOTALL),
        lambda match: String(match[1].decode(), match[2]),
    ),
    (re.compile(rb"([IMK])([ -~])(.*)", re.DOTALL), _read_picture),
    (re.compile(rb"E\$((?:[ -~][ABD][UL][0-9A-F]{8})*)"), _read_memory),
    # Alpha 3.0: clear the memory and the flash card as well.
    (re.compile(rb"E\$\$\$\$"), lambda _match: Memory(())),
    (
        re.compile(rb"E\.([TSD])([UL])([ -~]{0,128})"),
        lambda match: RunSequence(match[3].decode(), match[1].decode(), match[2] == b"L"),
    ),
    (
        re.compile(rb"E ([01]\d|2[0-3])([0-5]\d)"),
        lambda match: SetTime(int(match[1]), int(match[2])),
    ),
    (
        re.compile(rb"E;(\d\d)(\d\d)(\d\d)"),
        lambda match: SetDate(int(match[3]), int(match[1]), int(match[2])),
    ),
    (re.compile(rb"E&([1-7])"), lambda match: SetWeekday(int(match[1]))),
    (re.compile(rb"E'([SM])"), lambda match: SetTimeFormat(match[1] == b"M")),
    (re.compile(rb"Es([01])"), lambda match: Acknowledge(match[1] == b"1")),
    (re.compile(rb"E\*([\x40-\x7f])"), lambda match: Errors(Trouble(match[1][0] & 0x3F))),
    (re.compile(rb"E4"), lambda _match: ClearErrors()),
    (
        re.compile(
            rb'E"([ -~]{8}[ -~]?)(\d{4})([01]\d|2[0-3])([0-5]\d)([SM])(00|FF)'
            rb"([0-9A-F]{4}),([0-9A-F]{4})"
        ),
        _read_general,
    ),
    (
        re.compile(rb"([BHJLNF])([ -~])"),
        lambda match: Question(match[1].decode(), match[2].decode()),
    ),
)
