"""An Alpha sign from the inside: memory table, TEXT and picture files, priority, clock, LEDs.

It has the habits of signs that people measured: a table shows nothing unless the memory was
cleared before it, a priority file written with an empty message holds the board dark and only a
bare write gives it up, pictures are dropped while the priority file holds the board, and a call
to a picture that is not there draws its label. It has no letters: each is drawn as a lit block, so
that a stray one is seen.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from types import MappingProxyType
from typing import Final

import numpy as np

from drivers.alpha import codec, dots
from drivers.alpha.codec import SignDecoder
from drivers.alpha.packets import (
    CALL_PICTURE,
    DEFAULT_FILE,
    PRIORITY_BYTES,
    PRIORITY_FILE,
    Acknowledge,
    ClearErrors,
    Damaged,
    Errors,
    File,
    FileType,
    GeneralInformation,
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
    String,
    Text,
    Transmission,
    Trouble,
    Verdict,
)
from drivers.dialect import Site
from playlists.text.frame import Bitmap, Frame
from simulator.boards.board import Fault, Sign

TYPE_CODE: Final = "^"
"""A BetaBrite."""
POOL_BYTES: Final = 0xFFF0
FILE_BYTES: Final = 11
"""What each entry of the memory table takes besides its file."""
LETTER_COLUMNS: Final = 6
LAST_CENTURY: Final = 97
"""Years from 97 on are those of the century before."""
_DARK: Final = (False, False)
_RED: Final = (True, False)
_TWO_BYTE_CODES: Final = b"\x08\x0b\x0f\x10\x1a\x1c\x1e"
_THREE_BYTE_CODES: Final = b"\x1d"
_SPACE: Final = 0x20
_POWER_ON: Final = datetime(2000, 1, 1)  # noqa: DTZ001 -- wall clock of a sign without zone
_FACTORY_FILES: Final = (File(DEFAULT_FILE, FileType.TEXT, 256),)


class AlphaSign(Sign):
    """State of one sign, mono or tricolour. `clock` gives seconds."""

    faults = frozenset({Fault.SILENT, Fault.NACK, Fault.FULL, Fault.WRONG_ADDRESS, Fault.POWER_CUT})

    def __init__(self, site: Site, clock: Callable[[], float]) -> None:
        super().__init__(site)
        self.address = site.address
        self.has_verdicts = True
        """It knows ACK and NAK, as Alpha 2.0 and 3.0 do; false = a sign of Alpha 1.0."""
        self.reset_s = 0.0
        """How long it is deaf after its memory was cleared; a BetaBrite takes five."""
        self._clock = clock
        self._decoder = SignDecoder()
        self._switch_on()

    @property
    def files(self) -> Mapping[str, File]:
        """Its memory table."""
        return MappingProxyType(self._files)

    @property
    def local(self) -> datetime:
        """Its own wall clock."""
        return self._set_to + timedelta(seconds=self._clock() - self._set_at_s)

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the line and return what the sign answers."""
        if self._clock() < self._back_at_s:
            return b""
        return b"".join(self._answer(one) for one in self._decoder.receive(data))

    def hang_up(self) -> None:
        """Forget half a transmission."""
        self._decoder = SignDecoder()

    def power_cut(self) -> None:
        """Lose everything, as a sign does that was off for days."""
        self._switch_on()

    def frame(self) -> Frame:
        """Return what the LEDs show now."""
        held = self._texts.get(PRIORITY_FILE)
        if held is None and self._plays:
            playing = (self._texts[one] for one in self._sequence.labels if one in self._texts)
            held = next(playing, None)
        leds = np.zeros((self.geometry.height_px, self.geometry.width_px, 2), np.bool_)
        if held is not None:
            drawn = np.hstack([leds[:, :0], *self._draw(held.message)])[:, : leds.shape[1]]
            leds[:, : drawn.shape[1]] = drawn
        colours = np.zeros((*leds.shape[:2], 3), np.uint8)
        colours[..., :2] = leds * np.uint8(255)
        return Frame.from_colours(colours, self.depth)

    def _switch_on(self) -> None:
        self._decoder = SignDecoder()
        self._verdicts = False
        self._trouble: Trouble = Trouble.NONE
        self._back_at_s: float = self._clock()
        self._hours_24 = False
        self._set_to = _POWER_ON
        self._set_at_s = self._clock()
        self._weekday = 1
        self._texts: dict[str, Text] = {}
        self._allocate(_FACTORY_FILES)
        self._plays = self._cleared = True

    def _allocate(self, files: tuple[File, ...]) -> None:
        """Divide the memory; every file but the priority one is gone."""
        self._files = {one.label: one for one in files}
        self._sequence = RunSequence(DEFAULT_FILE)
        self._texts = {label: held for label, held in self._texts.items() if label == PRIORITY_FILE}
        self._strings: dict[str, String] = {}
        self._pictures: dict[str, Picture] = {}

    def _answer(self, said: Transmission) -> bytes:
        if self.fault is Fault.WRONG_ADDRESS or not said.reaches(TYPE_CODE, self.address):
            return b""
        trouble, answers = Trouble.NONE, b""
        for command in said.commands:
            if self.fault is Fault.NACK:
                trouble |= Trouble.CHECKSUM
            elif isinstance(command, Damaged):
                trouble |= command.trouble
            elif isinstance(command, Question):
                held = self._held(command)
                trouble |= Trouble.ILLEGAL if held is None else Trouble.NONE
                answers += b"" if held is None else codec.encode_answer(held)
            else:
                trouble |= self._obey(command)
        self._trouble |= trouble
        if answers or not self._verdicts:
            return answers
        return codec.encode_verdict(Verdict(not trouble, trouble))

    def _obey(self, packet: Packet) -> Trouble:
        """Do what a packet says; return why it cannot."""
        match packet:
            case Text() | String() | Picture():
                return self._store(packet)
            case Memory(files):
                return self._configure(files)
            case RunSequence():
                self._sequence = packet
            case Acknowledge(on) if self.has_verdicts:
                self._verdicts = on
            case ClearErrors():
                self._trouble = Trouble.NONE
            case SetTime() | SetDate() | SetWeekday() | SetTimeFormat():
                return self._set_clock(packet)
            case _:
                return Trouble.ILLEGAL
        return Trouble.NONE

    def _store(self, packet: Text | String | Picture) -> Trouble:
        file = self._files.get(packet.label)
        match packet:
            case Text(label, message, how) if label == PRIORITY_FILE:
                return self._interrupt(packet, message, how)
            case Text(label, message) if file and file.type is FileType.TEXT:
                if len(message) > file.size:
                    return Trouble.OVERFLOW
                self._texts[label] = packet
            case String(label, message) if file and file.type is FileType.STRING:
                # Measured: what is too long empties the file.
                kept = message if len(message) <= file.size else b""
                self._strings[label] = String(label, kept)
            case Picture() if file and file.type is FileType.DOTS:
                return self._draw_into(file, packet)
            case _:
                return Trouble.ILLEGAL
        return Trouble.NONE

    def _interrupt(self, text: Text, message: bytes, how: str) -> Trouble:
        if len(message) > PRIORITY_BYTES:
            return Trouble.OVERFLOW
        if message or how:
            self._texts[PRIORITY_FILE] = text
        else:
            self._texts.pop(PRIORITY_FILE, None)
        return Trouble.NONE

    def _draw_into(self, file: File, picture: Picture) -> Trouble:
        height, width = divmod(file.size, 256)
        columns = len(picture.rows[0]) // picture.kind.pixel_bytes if picture.rows else 0
        if self.fault is Fault.FULL or len(picture.rows) > height or columns > width:
            return Trouble.OVERFLOW
        if PRIORITY_FILE not in self._texts:
            self._pictures[picture.label] = picture
        return Trouble.NONE

    def _configure(self, files: tuple[File, ...]) -> Trouble:
        needed_bytes = sum(FILE_BYTES + _bytes_of(one) for one in files)
        pictures = any(one.type is FileType.DOTS for one in files)
        if needed_bytes > POOL_BYTES or (pictures and self.fault is Fault.FULL):
            return Trouble.OVERFLOW
        if files and files[0].type is FileType.TEXT:
            # Measured: what is left over goes to the first file.
            files = (replace(files[0], size=files[0].size + POOL_BYTES - needed_bytes), *files[1:])
        self._allocate(files or _FACTORY_FILES)
        if files:
            self._plays, self._cleared = self._cleared, False
        else:
            self._plays = self._cleared = True
            self._back_at_s = self._clock() + self.reset_s
        return Trouble.NONE

    def _set_clock(self, packet: SetTime | SetDate | SetWeekday | SetTimeFormat) -> Trouble:
        now = self.local
        try:
            match packet:
                case SetTime(hour, minute):
                    now = now.replace(hour=hour, minute=minute, second=0)
                case SetDate(year, month, day):
                    century = 1900 if year >= LAST_CENTURY else 2000
                    now = now.replace(year=century + year, month=month, day=day)
                case SetWeekday(number):
                    self._weekday = number
                case SetTimeFormat(hours_24):
                    self._hours_24 = hours_24
        except ValueError:
            return Trouble.ILLEGAL
        self._set_to, self._set_at_s = now, self._clock()
        return Trouble.NONE

    def _held(self, question: Question) -> Packet | None:
        """Return what it says to a question; None = it knows no such thing."""
        label = question.about
        match question.code:
            case "B":
                return self._texts.get(label, Text(label, b"", ""))
            case "H":
                return self._strings.get(label, String(label, b""))
            case "J" | "L" | "N":
                kind = Kind(codec.ANSWER_CODES[question.code])
                return self._pictures.get(label, Picture(kind, label, ()))
            case _:
                return self._special(label)

    def _special(self, function: str) -> Packet | None:
        now = self.local
        specials: dict[str, Packet] = {
            " ": SetTime(now.hour, now.minute),
            ";": SetDate(now.year % 100, now.month, now.day),
            "&": SetWeekday(self._weekday),
            "'": SetTimeFormat(self._hours_24),
            "$": Memory(tuple(self._files.values())),
            ".": self._sequence,
            "*": Errors(self._trouble),
            '"': self._information(now),
        }
        return specials.get(function)

    def _information(self, now: datetime) -> GeneralInformation:
        used_bytes = sum(FILE_BYTES + _bytes_of(one) for one in self._files.values())
        return GeneralInformation(
            firmware="1040-440A",
            released="0203",
            hour=now.hour,
            minute=now.minute,
            hours_24=self._hours_24,
            pool_bytes=POOL_BYTES,
            free_bytes=max(0, POOL_BYTES - used_bytes),
        )

    def _draw(self, message: bytes) -> list[Bitmap]:
        """Return the columns of a message, piece by piece: shape (rows, columns, 2)."""
        drawn = []
        letters = iter(message)
        for letter in letters:
            if letter == CALL_PICTURE[0]:
                called = next(letters, None)
                drawn += [] if called is None else [self._picture(called)]
            elif letter in _TWO_BYTE_CODES:
                next(letters, None)
            elif letter in _THREE_BYTE_CODES:
                list(islice(letters, 2))
            elif letter >= _SPACE:
                drawn.append(self._letter(letter))
        return drawn

    def _picture(self, label: int) -> Bitmap:
        held = self._pictures.get(chr(label))
        if held is None or not held.rows or held.kind is Kind.RGB:
            return self._letter(label)
        colours = dots.frame_of(held.rows, self.depth).to_colours()[: self.geometry.height_px]
        leds = np.zeros((self.geometry.height_px, colours.shape[1], 2), np.bool_)
        leds[: len(colours)] = colours[..., :2] > 0
        return leds

    def _letter(self, letter: int) -> Bitmap:
        leds = np.zeros((self.geometry.height_px, LETTER_COLUMNS, 2), np.bool_)
        leds[:, :-1] = _DARK if letter == _SPACE else _RED
        return leds


def _bytes_of(file: File) -> int:
    """Return what a file takes; of a picture, 1, 2, 4 or 8 bits a pixel, as its colours say."""
    if file.type is not FileType.DOTS:
        return file.size
    height, width = divmod(file.size, 256)
    return -(-height * width * int(file.extra[0], 16) // 8)
