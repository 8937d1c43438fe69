"""Driving an Alpha sign: pictures as two DOTS files, switched by one write of a TEXT file.

A picture goes into the file that is not on show and is read back; then the TEXT file, which calls
one of the two, is written and read back. An emergency is a call in the priority file instead.
Reading back is no luxury: the checksum is a plain sum, which two flipped bits can pass, and a sign
that misses the ETX does not look for one at all.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from operator import eq
from typing import Final

from drivers.alpha import codec, dots
from drivers.alpha.packets import (
    CALL_PICTURE,
    DEFAULT_FILE,
    EVERYONE,
    MAX_ADDRESS,
    MAX_SMALL_COLUMNS,
    MAX_SMALL_ROWS,
    PRIORITY_FILE,
    Acknowledge,
    Answer,
    ClearErrors,
    File,
    FileType,
    Kind,
    Memory,
    Packet,
    Picture,
    Question,
    RunSequence,
    SetDate,
    SetTime,
    SetTimeFormat,
    SetWeekday,
    Text,
    Trouble,
    Verdict,
)
from drivers.alpha.status import status_of
from drivers.checks import check_frame
from drivers.dialect import Carrier, Dialect, Site
from drivers.errors import DriverError, PeerRefused, PeerSilent, PeerWireError, Unsupported
from drivers.exchange import Listen, ask, hear
from drivers.ports import DEFAULT_RETRIES, Board, ByteLink, Capabilities, Route, Status
from drivers.transport.serial import LineFormat
from playlists.text.frame import Depth, Frame

REPLY_TIMEOUT_S: Final = 1.0
"""Until an answer is whole, over and above the time its bytes take."""
DIMENSIONS_PAUSE_S: Final = 0.1
"""The document asks for it between the size of a picture and its rows."""
DIGEST_PAUSE_S: Final = 0.25
"""A sign without ACK missed packets that came after 0.1 s, and none after 0.25 s."""
RESET_TRIES: Final = 12
"""A sign whose memory was cleared answers nothing for about 5 s: so often it is asked."""
SLOWEST_BYTES_S: Final = 480
"""What a line of 4,800 baud carries: slower ones are taken for silent in the midst of a picture."""
USUAL_BYTES_S: Final = 960
PICTURES: Final = "PQ"
TEXT_BYTES: Final = 64
DARK: Final = b" "
"""The message of a dark board. An empty one would leave it open what the sign makes of it."""

Fits = Callable[[Packet], bool]
"""Says whether what was read back is what was written."""

_SMALL_TALK_BYTES: Final = 300
"""What goes to and fro for one picture besides the picture: the memory table and the text."""


class Alpha(Board):
    """One sign, mono or tricolour, that has DOTS pictures and answers questions."""

    def __init__(self, link: ByteLink, site: Site) -> None:
        geometry, depth = site.geometry, site.depth
        if depth is Depth.RGB:
            raise Unsupported("RGB pictures of Alpha signs: no two descriptions of them agree")
        if geometry.height_px > MAX_SMALL_ROWS or geometry.width_px > MAX_SMALL_COLUMNS:
            raise Unsupported(
                f"an Alpha sign of {geometry}: its pictures have at most "
                f"{MAX_SMALL_COLUMNS} columns and {MAX_SMALL_ROWS} rows"
            )
        self._line = _Line(link, site.address)
        self._geometry = geometry
        self._depth = depth
        self._shown = PICTURES[0]
        self._forget()

    @property
    def capabilities(self) -> Capabilities:
        """What this sign can do."""
        return Capabilities(
            geometry=self._geometry,
            depth=self._depth,
            route=Route.DOTS,
            frame_interval_ms=self._frame_interval_ms,
            acknowledges=True,
            clock=True,
            reads_back=True,
            emergency=True,
        )

    def show(self, frame: Frame, *, emergency: bool = False) -> None:
        """Load the picture beside the one on show, then switch."""
        check_frame(frame, self.capabilities)
        try:
            self._meet()
            message = self._loaded(dots.rows_of(frame))
            if emergency:
                self._write_text(PRIORITY_FILE, message)
            else:
                self._write_text(DEFAULT_FILE, message)
                self._release()
        except DriverError:
            # The sign may have lost its memory, or be another one: believe nothing.
            self._forget()
            raise

    def set_clock(self, local: datetime) -> None:
        """Set date, day of the week and time, to the minute, and the 24-hour way of writing it."""
        date = SetDate(local.year % 100, local.month, local.day)
        weekday = SetWeekday(local.isoweekday() % 7 + 1)
        style = SetTimeFormat(hours_24=True)
        for packet, about in ((date, ";"), (weekday, "&"), (style, "'")):
            self._line.write_and_check(packet, Question("F", about), partial(eq, packet))
        time = SetTime(local.hour, local.minute)
        right = {time, _minute_after(time)}
        self._line.write_and_check(time, Question("F", " "), lambda held: held in right)

    def read_back(self) -> Frame:
        """Ask for the text on show and for the picture it calls."""
        message = self._ask_text(PRIORITY_FILE)
        if message is None:
            message = self._ask_text(DEFAULT_FILE)
        if not message or message == DARK:
            return Frame.blank(self._geometry, self._depth)
        if message not in {_call(label) for label in PICTURES}:
            raise PeerWireError(codec.DIALECT, f"it shows a text of another's: {message[:40]!r}")
        held = self._line.ask(_picture(message[1:].decode()), self._picture_bytes)
        rows = held.rows if isinstance(held, Picture) else ()
        if (len(rows), len(rows[0]) if rows else 0) != (
            self._geometry.height_px,
            self._geometry.width_px,
        ):
            raise PeerWireError(codec.DIALECT, "it shows a picture of another size")
        return dots.frame_of(rows, self._depth)

    def status(self) -> Status:
        """Ask for firmware, clock, free memory and serial errors, and clear the errors."""
        try:
            status = status_of(self._line.ask)
            if status.faults:
                self._line.write(ClearErrors())
        except DriverError as exc:
            return Status(ok=False, detail=str(exc))
        return status

    def close(self) -> None:
        """Give the line back."""
        self._line.close()

    @property
    def _picture_bytes(self) -> int:
        return self._geometry.height_px * (self._geometry.width_px + 1)

    @property
    def _frame_interval_ms(self) -> int:
        travels_s = (2 * self._picture_bytes + _SMALL_TALK_BYTES) / USUAL_BYTES_S
        pauses_s = DIMENSIONS_PAUSE_S + 2 * DIGEST_PAUSE_S
        return int((travels_s + pauses_s) * 10 + 1) * 100

    def _forget(self) -> None:
        self._line.acknowledges = False
        self._texts: dict[str, bytes | None] = {}
        """What the two TEXT files are known to hold; of the priority file, None = given up."""
        self._pictures: dict[str, tuple[bytes, ...]] = {}

    def _meet(self) -> None:
        """Make sure that the sign has our files, and know which are on show.

        Its memory outlives minutes without power, not days: so it is asked each time.
        """
        if not self._has_our_files():
            self._forget()
            self._enable_verdicts()
            self._write_text(PRIORITY_FILE, None)
            self._allocate()
            self._forget()
        if not self._texts:
            self._enable_verdicts()
            for label in (PRIORITY_FILE, DEFAULT_FILE):
                self._texts[label] = self._ask_text(label)

    def _has_our_files(self) -> bool:
        return self._are_ours(self._line.ask(Question("F", "$")))

    def _are_ours(self, table: Packet) -> bool:
        """Compare a memory table with ours; a sign adds what is left over to the first file."""
        if not isinstance(table, Memory) or not table.files:
            return False
        first, *rest = table.files
        text, *pictures = self._files
        return (first.label, first.type, rest) == (text.label, text.type, pictures) and (
            first.size >= text.size
        )

    @property
    def _files(self) -> tuple[File, ...]:
        size = (self._geometry.height_px << 8) + self._geometry.width_px
        colours = dots.COLOURS[self._depth]
        return (
            File(DEFAULT_FILE, FileType.TEXT, TEXT_BYTES),
            *(File(label, FileType.DOTS, size, colours) for label in PICTURES),
        )

    def _enable_verdicts(self) -> None:
        """Ask for ACK and NAK. Signs before Alpha 2.0 have none: they are waited for instead."""
        verdict = self._line.write(Acknowledge(on=True))
        self._line.acknowledges = verdict is not None and verdict.taken
        if verdict is None:
            # It has put down an error for that: not one of the line's.
            self._line.write(ClearErrors())

    def _allocate(self) -> None:
        """Divide the memory anew. A table is only shown from after the old one was cleared."""
        self._line.write(Memory(()))
        self._line.wait_for_answer(Question("F", "$"))
        self._line.write(Memory(self._files))
        self._line.wait_for_answer(Question("F", "$"))
        if not self._has_our_files():
            raise PeerRefused(self._line.device, "it has no room for two pictures")
        sequence = RunSequence(DEFAULT_FILE)
        self._line.write_and_check(
            sequence,
            Question("F", "."),
            lambda held: isinstance(held, RunSequence) and held.labels == sequence.labels,
        )

    def _loaded(self, rows: tuple[bytes, ...]) -> bytes:
        """Bring a picture into the sign, unless it is there; return the message that shows it."""
        if not any(row.strip(b"0") for row in rows):
            return DARK
        for label, held in self._pictures.items():
            if held == rows:
                self._shown = label
                return _call(label)
        if self._texts[PRIORITY_FILE] is not None:
            # While the priority file holds the board, signs were seen to drop pictures, and one
            # of ours is on show, the other perhaps waits below: go dark first.
            self._write_text(DEFAULT_FILE, DARK)
            self._release()
        called = set(self._texts.values())
        free = [label for label in PICTURES if _call(label) not in called]
        label = next((one for one in free if one != self._shown), free[0])
        self._pictures.pop(label, None)
        picture = Picture(Kind.SMALL, label, rows)
        self._line.write_and_check(
            picture, _picture(label), partial(eq, picture), self._picture_bytes
        )
        self._pictures[label] = rows
        self._shown = label
        return _call(label)

    def _release(self) -> None:
        self._write_text(PRIORITY_FILE, None)

    def _write_text(self, label: str, message: bytes | None) -> None:
        """Write a TEXT file and read it back; None gives the priority file up."""
        if label in self._texts and self._texts[label] == message:
            return
        self._texts.pop(label, None)
        text = Text(label, b"", "") if message is None else Text(label, message)
        self._line.write_and_check(
            text,
            Question("B", label),
            lambda held: isinstance(held, Text) and held.message == text.message,
        )
        self._texts[label] = message

    def _ask_text(self, label: str) -> bytes | None:
        """Return the message of a TEXT file; None = it was written bare, or never."""
        held = self._line.ask(Question("B", label))
        if not isinstance(held, Text):
            raise PeerWireError(codec.DIALECT, f"not a TEXT file: {held}")
        return held.message if held.message or held.how else None


class _Line:
    """The way to one sign: writes with the pauses it needs, questions and their answers."""

    def __init__(self, link: ByteLink, address: int) -> None:
        self._link = link
        self._address = address
        self.device = f"sign {address:02X} on {link.name}"
        self.acknowledges = False
        """It says ACK or NAK after each transmission."""

    def close(self) -> None:
        """Give the line back."""
        self._link.close()

    def write(self, packet: Packet, packet_bytes: int = 0) -> Verdict | None:
        """Send once; return ACK or NAK if there is one, after a moment if not."""
        self._link.discard_input()
        first, *rest = codec.pieces(packet, self._address)
        self._link.write(first)
        for piece in rest:
            self._link.pause(DIMENSIONS_PAUSE_S)
            self._link.write(piece)
        if not self.acknowledges and not isinstance(packet, Acknowledge):
            self._link.pause(DIGEST_PAUSE_S)
            return None
        heard = hear(self._link, _listen(None), _timeout_s(packet_bytes))
        return heard if isinstance(heard, Verdict) else None

    def ask(self, question: Question, answer_bytes: int = 0) -> Packet:
        """Ask until there is an answer; PeerRefused for NAK to the end, PeerSilent."""
        reply = ask(
            self._link,
            codec.encode(question, self._address),
            lambda: _listen(question),
            device=self.device,
            timeout_s=_timeout_s(answer_bytes),
            again=lambda one: isinstance(one, Verdict),
        )
        if isinstance(reply, Verdict):
            raise PeerRefused(self.device, _reason(reply.trouble))
        return reply.packet

    def wait_for_answer(self, question: Question) -> None:
        """Ask until a sign that resets itself is back; PeerSilent."""
        for _ in range(RESET_TRIES):
            if isinstance(self._ask_once(question, 0), Answer):
                return
        raise PeerSilent(self.device, RESET_TRIES)

    def write_and_check(
        self, packet: Packet, question: Question, fits: Fits, packet_bytes: int = 0
    ) -> None:
        """Write until reading back brings what fits; PeerRefused when it never does."""
        reason = None
        for _ in range(DEFAULT_RETRIES):
            heard: Answer | Verdict | None = self.write(packet, packet_bytes)
            if not isinstance(heard, Verdict) or heard.taken:
                heard = self._ask_once(question, packet_bytes)
            if isinstance(heard, Answer):
                if fits(heard.packet):
                    return
                reason = "what it reads back is not what was written"
            elif heard is not None:
                reason = _reason(heard.trouble)
        if reason is None:
            raise PeerSilent(self.device, DEFAULT_RETRIES)
        raise PeerRefused(self.device, reason)

    def _ask_once(self, question: Question, answer_bytes: int) -> Answer | Verdict | None:
        self._link.discard_input()
        self._link.write(codec.encode(question, self._address))
        return hear(self._link, _listen(question), _timeout_s(answer_bytes))


def _listen(question: Question | None) -> Listen[Answer | Verdict]:
    """Return an ear for the answer to a question, or NAK; for ACK and NAK if there is none."""
    decoder = codec.HostDecoder()
    about = question and codec.ANSWER_CODES[question.code] + question.about

    def wanted(heard: Answer | Verdict) -> bool:
        if isinstance(heard, Answer):
            return heard.about == about
        return about is None or not heard.taken

    return lambda data: [heard for heard in decoder.receive(data) if wanted(heard)]


def _minute_after(time: SetTime) -> SetTime:
    hours, minute = divmod(time.hour * 60 + time.minute + 1, 60)
    return SetTime(hours % 24, minute)


def _timeout_s(answer_bytes: int) -> float:
    return REPLY_TIMEOUT_S + answer_bytes / SLOWEST_BYTES_S


def _reason(trouble: Trouble) -> str:
    return ", ".join(trouble.words) or "NAK"


def _call(label: str) -> bytes:
    return CALL_PICTURE + label.encode()


def _picture(label: str) -> Question:
    return Question("J", label)


def probe(link: ByteLink, site: Site) -> Status | None:
    """Ask who is there."""
    try:
        return status_of(_Line(link, site.address).ask)
    except PeerSilent:
        return None
    except (PeerRefused, PeerWireError) as exc:
        return Status(ok=False, detail=str(exc))


DIALECT: Final = Dialect(
    name=codec.DIALECT,
    title="Alpha / M-Protocol (BetaBrite, AlphaEclipse, Adaptive Micro Systems)",
    carriers=(Carrier.SERIAL, Carrier.TCP),
    depths=(Depth.MONO, Depth.TRICOLOUR),
    line=LineFormat(9_600, 7, "E", 1),
    addresses=range(EVERYONE, MAX_ADDRESS + 1),
    open=Alpha,
    probe=probe,
)
