"""A Huidu full-colour card from the inside: files, programs, a session, and what its LEDs show.

It knows the dialect and nothing of drivers. Pictures are opened by Pillow, as a card opens them by
a library of its own. Programs play in the order in which they were added; the first one stays.
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image

from drivers.dialect import Site
from drivers.errors import PeerWireError
from drivers.huidu import codec, documents
from drivers.huidu.codec import SignDecoder
from drivers.huidu.documents import NO_GUID, SUCCESS, Node, Question, node
from drivers.huidu.image import md5_of
from drivers.huidu.packets import (
    VERSION,
    Answer,
    Ask,
    Code,
    Error,
    FileContent,
    FileEnd,
    FileEndAnswer,
    FileStart,
    FileStartAnswer,
    Garbled,
    HeartbeatAnswer,
    HeartbeatAsk,
    VersionAnswer,
    VersionAsk,
    XmlAnswer,
    XmlAsk,
)
from playlists.text.frame import Colours, Frame
from simulator.boards.board import Fault, Sign

SESSION_S: Final = 60.0
"""A session that was silent for so long is over: two heartbeats of public hosts."""
MAX_SIDE_PX: Final = 8_192
"""The largest area it lays out."""
_CLOCK: Final = "%Y-%m-%d %H:%M:%S"
_BAD_PICTURE: Final = (OSError, SyntaxError, ValueError, EOFError)
"""What Pillow raises for a file that is no picture."""

_Reply = tuple[str, tuple[Node, ...]]
"""A result, and what is said with it."""
_DONE: Final[_Reply] = (SUCCESS, ())


class HuiduSign(Sign):
    """State of one card."""

    faults = frozenset({Fault.SILENT, Fault.NACK, Fault.FULL, Fault.POWER_CUT})

    def __init__(self, site: Site, clock: Callable[[], float]) -> None:
        super().__init__(site)
        self.files: dict[str, bytes] = {}
        self.programs: dict[str, Node] = {}
        self.percent = 100
        self.is_on = True
        self._clock = clock
        self._sessions = 0
        self._heard_at_s = self._set_at_s = clock()
        self._set_to = datetime(2026, 1, 1)  # noqa: DTZ001 -- a card's wall clock
        self._zone = "(UTC+07:00)Bangkok,Hanoi,Jakarta"
        self.power_cut()

    @property
    def guid(self) -> str | None:
        """The session; None = there is none."""
        return self._guid

    @property
    def local(self) -> datetime:
        """Its wall clock."""
        return self._set_to + timedelta(seconds=self._clock() - self._set_at_s)

    def receive(self, data: bytes) -> bytes:
        """Take bytes from the connection and return what the card answers."""
        if self._clock() - self._heard_at_s > SESSION_S:
            self._end_session()
        self._heard_at_s = self._clock()
        answers = [self._answer(message) for message in self._decoder.receive(data)]
        return b"".join(codec.encode(answer) for answer in answers if answer is not None)

    def frame(self) -> Frame:
        """Return what the LEDs show now."""
        size = self.geometry
        leds = np.zeros((size.height_px, size.width_px, 3), np.uint8)
        if self.is_on and self.programs:
            for area in next(iter(self.programs.values())).every("area"):
                self._draw(leds, area)
        return Frame.from_colours(leds, self.depth)

    def power_cut(self) -> None:
        """Lose the session and half a file; files, programs and the clock are kept."""
        self._partial: dict[str, bytes] = {}
        self.is_on = True
        self.hang_up()

    def hang_up(self) -> None:
        """Forget half a packet and the session; what has come of a file is kept."""
        self._decoder = SignDecoder()
        self._heard_at_s = self._clock()
        self._end_session()

    def _end_session(self) -> None:
        self._greeted = False
        self._guid: str | None = None
        self._coming: FileStart | None = None

    def _answer(self, message: Ask | Garbled) -> Answer | None:
        match message:
            case VersionAsk():
                self._end_session()
                self._greeted = True
                return VersionAnswer(VERSION)
            case HeartbeatAsk():
                return HeartbeatAnswer()
            case Garbled(code):
                return Error(code)
            case _ if self._greeted:
                return self._within(message)
            case _:
                return Error(Code.PROCESS_ERROR)

    def _within(self, message: Ask | Garbled) -> Answer | None:
        """Answer what may only be said after a greeting."""
        match message:
            case FileContent(data):
                self._take(data)
                return None
            case FileEnd():
                return self._finish()
            case FileStart() if self._coming is None:
                return self._start(message)
            case XmlAsk(data) if self._coming is None:
                return self._reply(data)
            case _:
                # Nothing else may be said while a file comes: the session is lost.
                self._end_session()
                return Error(Code.PROCESS_ERROR)

    # Files

    def _start(self, start: FileStart) -> Answer:
        if self._guid is None:
            return Error(Code.PROCESS_ERROR)
        if self.fault is Fault.NACK:
            return FileStartAnswer(Code.DEVICE_OCCUPIED)
        held = self.files.get(start.name, self._partial.get(start.name, b""))
        if self.fault is Fault.FULL and len(held) < start.size_bytes:
            return FileStartAnswer(Code.NO_SPACE)
        self._coming = start
        self._partial[start.name] = held
        return FileStartAnswer(Code.SUCCESS, len(held))

    def _take(self, data: bytes) -> None:
        if self._coming is not None:
            held = self._partial[self._coming.name] + data
            self._partial[self._coming.name] = held[: self._coming.size_bytes + 1]

    def _finish(self) -> Answer:
        if self._coming is None:
            return FileEndAnswer(Code.PROCESS_ERROR)
        start, self._coming = self._coming, None
        data = self._partial[start.name]
        if len(data) < start.size_bytes:
            return FileEndAnswer(Code.FILE_NOT_FINISHED)
        del self._partial[start.name]
        if md5_of(data) != start.md5:
            self.files.pop(start.name, None)
            return FileEndAnswer(Code.FILE_CONTENT_WRONG)
        self.files[start.name] = data
        return FileEndAnswer(Code.SUCCESS)

    # Questions and orders

    def _reply(self, data: bytes) -> Answer:
        try:
            question = documents.read_question(data)
        except PeerWireError:
            return Error(Code.PARSE_XML_FAILED)
        result, said = self._obey(question)
        guid = self._guid or NO_GUID
        return XmlAnswer(documents.answer(guid, question.method, result, *said))

    def _obey(self, question: Question) -> _Reply:
        if question.method == "GetIFVersion":
            self._sessions += 1
            self._guid = f"{{{uuid.UUID(int=self._sessions)}}}"
            return SUCCESS, (node("version", value="1000000"),)
        if question.guid != self._guid:
            return "kInvalidGUID", ()
        if self.fault is Fault.NACK:
            return "kDeviceOccupa", ()
        obey = self._methods().get(question.method)
        return ("kInvalidMethod", ()) if obey is None else obey(question.body)

    def _methods(self) -> dict[str, Callable[[Node], _Reply]]:
        return {
            "GetDeviceInfo": self._device_info,
            "GetProgram": lambda _body: (SUCCESS, (node("screen", *self.programs.values()),)),
            "GetCurrentPlayProgramGUID": self._playing,
            "AddProgram": self._add,
            "UpdateProgram": self._update,
            "DeleteProgram": self._delete,
            "GetFiles": lambda _body: (SUCCESS, (node("files", *self._listed()),)),
            "DeleteFiles": self._delete_files,
            "OpenScreen": lambda _body: self._switch(on=True),
            "CloseScreen": lambda _body: self._switch(on=False),
            "GetLuminancePloy": self._luminance,
            "SetLuminancePloy": self._set_luminance,
            "GetTimeInfo": self._time,
            "SetTimeInfo": self._set_time,
        }

    def _device_info(self, _body: Node) -> _Reply:
        size = self.geometry
        return SUCCESS, (
            node("device", cpu="RK.px30", model="C16L", id="C16L-D24-000A2", name="BoxPlayer"),
            node("version", fpga="7.0", app="7.4.61.0", kernel="4.4.189"),
            node("screen", width=size.width_px, height=size.height_px, rotation=0),
        )

    def _playing(self, _body: Node) -> _Reply:
        return SUCCESS, (node("program", guid=next(iter(self.programs), "")),)

    def _add(self, body: Node) -> _Reply:
        programs = list(body.every("program"))
        if not programs:
            return "kScreenNodeIsNull", ()
        if any(one.get("guid") in self.programs for one in programs):
            return "kNodeExist", ()
        return self._keep(programs)

    def _update(self, body: Node) -> _Reply:
        programs = list(body.every("program"))
        if not programs or any(one.get("guid") not in self.programs for one in programs):
            return "kNodeNotExist", ()
        return self._keep(programs)

    def _keep(self, programs: list[Node]) -> _Reply:
        names = [file.get("name") for one in programs for file in one.every("file")]
        if any(name not in self.files for name in names):
            return "kDownloadFileFailed", ()
        for one in programs:
            self.programs[one.get("guid")] = one
        return _DONE

    def _delete(self, body: Node) -> _Reply:
        guids = [one.get("guid") for one in body.every("program")]
        if any(guid not in self.programs for guid in guids):
            return "kNodeNotExist", ()
        for guid in guids:
            del self.programs[guid]
        return _DONE

    def _listed(self) -> list[Node]:
        return [
            node("file", existSize=len(data), name=name, md5=md5_of(data), type="image")
            for name, data in self.files.items()
        ]

    def _delete_files(self, body: Node) -> _Reply:
        names = [one.get("name") for one in body.every("file")]
        told = [
            node(
                "file", name=name, result=SUCCESS if self.files.pop(name, None) else "kFileNotFound"
            )
            for name in names
        ]
        return SUCCESS, (node("files", *told),)

    def _switch(self, *, on: bool) -> _Reply:
        self.is_on = on
        return _DONE

    def _luminance(self, _body: Node) -> _Reply:
        return SUCCESS, (
            node("mode", value="default"),
            node("default", value=self.percent),
            node("ploy"),
            node("sensor", min=1, max=100, time=5),
        )

    def _set_luminance(self, body: Node) -> _Reply:
        if {child.name for child in body.children} != {"mode", "default", "ploy", "sensor"}:
            return "kParseXmlFailed", ()
        percent = body.first("default").get("value")
        if percent not in {str(each) for each in range(1, 101)}:
            return "kInvalidParam", ()
        self.percent = int(percent)
        return _DONE

    def _time(self, _body: Node) -> _Reply:
        return SUCCESS, (
            node("timezone", value=self._zone),
            node("summer", enable="false"),
            node("sync", value="none"),
            node("time", value=self.local.strftime(_CLOCK)),
        )

    def _set_time(self, body: Node) -> _Reply:
        try:
            local = datetime.strptime(body.first("time").get("value"), _CLOCK)  # noqa: DTZ007
        except ValueError:
            return "kInvalidParam", ()
        self._zone = body.first("timezone").get("value")
        self._set_to, self._set_at_s = local, self._clock()
        return _DONE

    # Light

    def _draw(self, leds: Colours, area: Node) -> None:
        place, picture = area.first("rectangle"), area.first("image").first("file")
        sides = [place.get(side) for side in ("x", "y", "width", "height")]
        if not all(side.isascii() and side.isdigit() for side in sides):
            return
        left, top, width_px, height_px = map(int, sides)
        room = leds[top : top + height_px, left : left + width_px]
        if 0 < width_px <= MAX_SIDE_PX and 0 < height_px <= MAX_SIDE_PX:
            drawn = _opened(self.files.get(picture.get("name"), b""), width_px, height_px)
            if drawn is not None:
                room[:] = drawn[: room.shape[0], : room.shape[1]]


def _opened(data: bytes, width_px: int, height_px: int) -> Colours | None:
    """Open a picture and stretch it over its place; None for what is no picture."""
    try:
        with Image.open(BytesIO(data)) as picture:
            stretched = picture.convert("RGB").resize(
                (width_px, height_px), Image.Resampling.NEAREST
            )
            return np.asarray(stretched)
    except _BAD_PICTURE:
        return None
