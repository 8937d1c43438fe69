"""The controller of an NTCIP sign: its messages, its graphics, and what is on show.

Changeable messages and graphics survive a loss of power; what was being modified does not. What
is on show afterwards, after silence, and after a message's time is up, stands in the objects that
the standard has for it.
"""

from collections.abc import Callable, Mapping
from typing import Final

from drivers.dialect import Site
from drivers.errors import PeerWireError
from drivers.ntcip import graphics, multi, objects
from drivers.ntcip.activation import BLANK, FOR_EVER, Activation, MessageId, message_crc
from drivers.ntcip.ber import COUNTER, Counted, Value
from drivers.ntcip.fonts import Font
from drivers.ntcip.graphics import Graphic
from drivers.ntcip.multi import MultiRefused
from drivers.ntcip.objects import (
    ActivateError,
    ColourScheme,
    ControlMode,
    GraphicStatus,
    IllumControl,
    MemoryType,
    MessageStatus,
    MultiError,
    Object,
    SourceMode,
    ValidateError,
)
from drivers.ntcip.snmp import Error
from playlists.text.frame import Frame
from simulator.boards import ntcip_factory as factory
from simulator.boards.ntcip_factory import (
    BLOCK_BYTES,
    CURRENT,
    GRAPHICS,
    LEVELS,
    MAX_MULTI_BYTES,
    MESSAGES,
)
from simulator.boards.ntcip_layout import Defaults, Face, Page, pages
from simulator.boards.ntcip_mib import Mib, SetRefused

ID_TAKES_S: Final = 0.02
"""How long the sign calculates a graphic's checksum."""
ZONE_S: Final = 7 * 3_600
"""Its clock hangs in Vietnam."""
BORN_S: Final = 1_790_000_000
"""What its clock shows before anybody sets it."""
MESSAGE_ERROR: Final = 1 << objects.FAULTS.index("message")

_COPIED: Final = (
    objects.MESSAGE_MULTI,
    objects.MESSAGE_OWNER,
    objects.MESSAGE_CRC,
    objects.MESSAGE_BEACON,
    objects.MESSAGE_PIXEL_SERVICE,
    objects.MESSAGE_PRIORITY,
    objects.MESSAGE_STATUS,
)


class Controller:
    """State of one sign. `clock` gives seconds; whoever asks it anything calls `tick` first."""

    def __init__(
        self, site: Site, fonts: dict[int, Font], clock: Callable[[], float], defaults: Defaults
    ) -> None:
        self.mib = Mib()
        self.full = False
        """It has no memory left."""
        self._site = site
        self._fonts = fonts
        self._defaults = defaults
        self._clock = clock
        self._heard_s = self._clock_set_s = clock()
        self._utc_s = BORN_S
        self._ends_s: float | None = None
        self._ready_s: dict[int, float] = {}
        self._since_s = clock()
        self._drawn: tuple[tuple[bytes, tuple[int, ...]], list[Page]] = ((b"", ()), [])
        self.mib.cells.update(factory.cells(site, fonts, defaults))
        self._hook_up()
        self._put(BLANK, SourceMode.POWER_RECOVERY)

    def heard(self) -> None:
        """Note that a management station has spoken."""
        self._heard_s = self._clock()

    def tick(self) -> None:
        """Let happen what time brings."""
        now_s, cells = self._clock(), self.mib.cells
        for row in [row for row, ready_s in self._ready_s.items() if ready_s <= now_s]:
            del self._ready_s[row]
            cells[objects.GRAPHIC_STATUS.at(row)] = int(GraphicStatus.READY)
        seconds = int(self._utc_s + now_s - self._clock_set_s)
        for one, ahead_s in ((objects.GLOBAL_TIME, 0), (objects.LOCAL_TIME, ZONE_S)):
            if one.at() in cells:
                cells[one.at()] = Counted(COUNTER, seconds + ahead_s)
        self._run_down(now_s)
        loss_s = 60 * self.mib.number(objects.COMM_LOSS_MIN.at())
        lost = SourceMode.COMM_LOSS
        already = self.mib.number(objects.SOURCE_MODE.at()) == lost
        if loss_s and now_s - self._heard_s > loss_s and not already and not self._is_local():
            self._fall_back(objects.COMM_LOSS, lost)

    def frame(self) -> Frame:
        """Return what the LEDs show now."""
        shown = self._pages()
        if not shown:
            return Frame.blank(self._site.geometry, self._site.depth)
        if len(shown) == 1:
            return shown[0].frame
        cycle_ds = sum(page.on_ds + page.off_ds for page in shown) or 1
        at_ds = int((self._clock() - self._since_s) * 10) % cycle_ds
        for page in shown:
            if at_ds < page.on_ds:
                return page.frame
            at_ds -= page.on_ds + page.off_ds
            if at_ds < 0:
                break
        return Frame.blank(self._site.geometry, self._site.depth)

    def power_cut(self) -> None:
        """Forget what was being modified, and show what is to be shown after a loss of power."""
        cells = self.mib.cells
        self._ready_s.clear()
        for row in range(1, GRAPHICS + 1):
            if cells[objects.GRAPHIC_STATUS.at(row)] not in {
                int(GraphicStatus.READY),
                int(GraphicStatus.IN_USE),
            }:
                self._clear_graphic(row)
        for row in range(1, MESSAGES + 1):
            place = MemoryType.CHANGEABLE, row
            if cells[objects.MESSAGE_STATUS.at(*place)] != MessageStatus.VALID:
                self._fill(factory.EMPTY_MESSAGE, *place)
        self._heard_s = self._clock()
        short = self.mib.number(objects.SHORT_LOSS_S.at()) > 0
        loss = objects.SHORT_RECOVERY if short else objects.LONG_RECOVERY
        self._fall_back(loss, SourceMode.POWER_RECOVERY)

    def _hook_up(self) -> None:
        writes = self.mib.writes
        writes[objects.MESSAGE_STATUS] = self._set_message_status
        writes[objects.GRAPHIC_STATUS] = self._set_graphic_status
        writes[objects.ACTIVATE] = self._set_activation
        writes[objects.TIME_REMAINING_MIN] = self._set_time_remaining
        writes[objects.ILLUM_WANTED] = self._set_level
        writes[objects.GLOBAL_TIME] = self._set_clock
        writes[objects.CONTROL_MODE] = self._set_control_mode
        self.mib.growing.add(objects.GRAPHIC_BLOCK)
        for column in factory.EMPTY_MESSAGE:
            if column.writable and column is not objects.MESSAGE_STATUS:
                writes[column] = self._write_message(column)
        for column in (*factory.EMPTY_GRAPHIC, objects.GRAPHIC_BLOCK):
            if column.writable and column is not objects.GRAPHIC_STATUS:
                writes[column] = self._write_graphic(column)

    def _fill(self, row: Mapping[Object, Value], *place: int) -> None:
        self.mib.cells.update(factory.row(row, *place))

    def _is_local(self) -> bool:
        return self.mib.number(objects.CONTROL_MODE.at()) == ControlMode.LOCAL

    # What is set, and what the sign makes of it

    def _write_message(self, column: Object) -> Callable[[tuple[int, ...], Value], None]:
        def write(place: tuple[int, ...], value: Value) -> None:
            if place[0] != MemoryType.CHANGEABLE:
                raise SetRefused(Error.GEN_ERR)
            if self.mib.number(objects.MESSAGE_STATUS.at(*place)) != MessageStatus.MODIFYING:
                raise SetRefused(Error.GEN_ERR)
            if isinstance(value, bytes) and len(value) > MAX_MULTI_BYTES:
                raise SetRefused(Error.BAD_VALUE)
            self.mib.cells[column.at(*place)] = value

        return write

    def _set_message_status(self, place: tuple[int, ...], wanted: Value) -> None:
        status = objects.MESSAGE_STATUS.at(*place)
        if place[0] != MemoryType.CHANGEABLE or self.full or self._is_local():
            raise SetRefused(Error.GEN_ERR)
        if wanted == MessageStatus.MODIFY_REQ:
            self.mib.cells[status] = int(MessageStatus.MODIFYING)
        elif wanted == MessageStatus.NOT_USED_REQ:
            self._fill(factory.EMPTY_MESSAGE, *place)
        elif wanted == MessageStatus.VALIDATE_REQ and self.mib[status] == MessageStatus.MODIFYING:
            self._validate(place)
        else:
            raise SetRefused(Error.BAD_VALUE)

    def _validate(self, place: tuple[int, ...]) -> None:
        text = self.mib.octets(objects.MESSAGE_MULTI.at(*place))
        error = self._syntax_of(text)
        self._tell_syntax(error)
        valid = error is None
        verdict = ValidateError.NONE if valid else ValidateError.SYNTAX_MULTI
        state = MessageStatus.VALID if valid else MessageStatus.ERROR
        beacon = self.mib.number(objects.MESSAGE_BEACON.at(*place))
        service = self.mib.number(objects.MESSAGE_PIXEL_SERVICE.at(*place))
        self.mib.cells[objects.VALIDATE_ERROR.at()] = int(verdict)
        self.mib.cells[objects.MESSAGE_STATUS.at(*place)] = int(state)
        self.mib.cells[objects.MESSAGE_CRC.at(*place)] = message_crc(text, beacon, service)

    def _write_graphic(self, column: Object) -> Callable[[tuple[int, ...], Value], None]:
        def write(place: tuple[int, ...], value: Value) -> None:
            if self.mib.number(objects.GRAPHIC_STATUS.at(place[0])) != GraphicStatus.MODIFYING:
                raise SetRefused(Error.GEN_ERR)
            if column is objects.GRAPHIC_BLOCK and not self._has_block(place, value):
                raise SetRefused(Error.BAD_VALUE)
            self.mib.cells[column.at(*place)] = value

        return write

    def _has_block(self, place: tuple[int, ...], value: Value) -> bool:
        last = -(-self.mib.number(objects.GRAPHIC_MAX_BYTES.at()) // BLOCK_BYTES)
        known = len(place) == 2 and 1 <= place[1] <= last  # noqa: PLR2004 -- graphic, block
        return known and isinstance(value, bytes) and len(value) <= BLOCK_BYTES

    def _set_graphic_status(self, place: tuple[int, ...], wanted: Value) -> None:
        row, status = place[0], self.mib.number(objects.GRAPHIC_STATUS.at(*place))
        if status in {GraphicStatus.IN_USE, GraphicStatus.PERMANENT} or self.full:
            raise SetRefused(Error.GEN_ERR)
        if wanted == GraphicStatus.MODIFY_REQ:
            self.mib.cells[objects.GRAPHIC_STATUS.at(row)] = int(GraphicStatus.MODIFYING)
        elif wanted == GraphicStatus.NOT_USED_REQ:
            self._clear_graphic(row)
        elif wanted == GraphicStatus.READY_REQ and status == GraphicStatus.MODIFYING:
            self._finish_graphic(row)
        else:
            raise SetRefused(Error.BAD_VALUE)

    def _clear_graphic(self, row: int) -> None:
        start = objects.GRAPHIC_BLOCK.at(row)
        for oid in [oid for oid in self.mib.cells if oid[: len(start)] == start]:
            del self.mib.cells[oid]
        self._fill(factory.EMPTY_GRAPHIC, row)

    def _finish_graphic(self, row: int) -> None:
        number, own = self.mib.number, graphics.SCHEMES[self._site.depth]
        scheme = number(objects.GRAPHIC_TYPE.at(row))
        wanted_bytes = graphics.size_bytes(
            number(objects.GRAPHIC_WIDTH.at(row)), number(objects.GRAPHIC_HEIGHT.at(row)), scheme
        )
        fits = 0 < wanted_bytes <= number(objects.GRAPHIC_MAX_BYTES.at())
        others = [one for one in range(1, GRAPHICS + 1) if one != row]
        taken = {number(objects.GRAPHIC_NUMBER.at(one)) for one in others} | {0}
        free = number(objects.GRAPHIC_NUMBER.at(row)) not in taken
        if not (fits and free and scheme in {own, ColourScheme.MONO_1_BIT}):
            raise SetRefused(Error.GEN_ERR)
        graphic = self._graphic(row)
        if len(graphic.data) != wanted_bytes:
            raise SetRefused(Error.GEN_ERR)
        self.mib.cells[objects.GRAPHIC_ID.at(row)] = graphic.ident
        self.mib.cells[objects.GRAPHIC_STATUS.at(row)] = int(GraphicStatus.CALCULATING_ID)
        self._ready_s[row] = self._clock() + ID_TAKES_S

    def _graphic(self, row: int) -> Graphic:
        """Put a row and its blocks together."""
        number = self.mib.number
        size = number(objects.GRAPHIC_WIDTH.at(row)), number(objects.GRAPHIC_HEIGHT.at(row))
        scheme = number(objects.GRAPHIC_TYPE.at(row))
        count = -(-graphics.size_bytes(*size, scheme) // BLOCK_BYTES)
        held = [objects.GRAPHIC_BLOCK.at(row, block) for block in range(1, count + 1)]
        data = b"".join(self.mib.octets(oid) for oid in held)
        clear = self.mib.octets(objects.GRAPHIC_CLEAR_COLOUR.at(row))
        transparent = clear if number(objects.GRAPHIC_TRANSPARENT.at(row)) else None
        return Graphic(number(objects.GRAPHIC_NUMBER.at(row)), *size, scheme, data, transparent)

    def _set_activation(self, _place: tuple[int, ...], value: Value) -> None:
        try:
            code = Activation.decode(value if isinstance(value, bytes) else b"")
        except PeerWireError as exc:
            raise SetRefused(Error.BAD_VALUE) from exc
        error, syntax = self._objection(code)
        if error is not ActivateError.NONE:
            self._tell_syntax(syntax)
            faults = self.mib.number(objects.SHORT_ERROR.at()) | MESSAGE_ERROR
            told = {
                objects.ACTIVATE_ERROR.at(): int(error),
                objects.SHORT_ERROR.at(): faults,
                objects.MULTI_ERROR.at(): self.mib[objects.MULTI_ERROR.at()],
                objects.MULTI_ERROR_AT.at(): self.mib[objects.MULTI_ERROR_AT.at()],
            }
            raise SetRefused(Error.GEN_ERR, told)
        self.mib.cells[objects.ACTIVATE.at()] = value
        self._put(code.message, SourceMode.CENTRAL, code.duration_min)

    def _objection(self, code: Activation) -> tuple[ActivateError, MultiRefused | None]:
        """Return why a message is not shown, in the order of the standard."""
        wanted = code.message
        place = wanted.memory, wanted.number
        status, crc = objects.MESSAGE_STATUS.at(*place), objects.MESSAGE_CRC.at(*place)
        number = self.mib.number
        shown = {MemoryType.CHANGEABLE, MemoryType.BLANK}
        objections = {
            ActivateError.LOCAL_MODE: self._is_local(),
            ActivateError.MESSAGE_MEMORY_TYPE: wanted.memory not in shown,
            ActivateError.MESSAGE_NUMBER: status not in self.mib.cells,
            ActivateError.MESSAGE_STATUS: number(status) != MessageStatus.VALID,
            ActivateError.MESSAGE_CRC: number(crc) != wanted.crc,
            ActivateError.PRIORITY: code.priority < number(objects.MESSAGE_PRIORITY.at(*CURRENT)),
        }
        for error, holds in objections.items():
            if holds:
                return error, None
        syntax = self._syntax_of(self.mib.octets(objects.MESSAGE_MULTI.at(*place)))
        return (ActivateError.SYNTAX_MULTI if syntax else ActivateError.NONE), syntax

    def _syntax_of(self, text: bytes) -> MultiRefused | None:
        try:
            pages(text, self._face(text))
        except MultiRefused as exc:
            return exc
        return None

    def _tell_syntax(self, error: MultiRefused | None) -> None:
        code = MultiError.NONE if error is None else error.code
        self.mib.cells[objects.MULTI_ERROR.at()] = int(code)
        self.mib.cells[objects.MULTI_ERROR_AT.at()] = 0 if error is None else error.position

    def _set_time_remaining(self, _place: tuple[int, ...], minutes: Value) -> None:
        if isinstance(minutes, int):
            self._last(minutes)

    def _set_level(self, _place: tuple[int, ...], level: Value) -> None:
        if not isinstance(level, int) or level > LEVELS:
            raise SetRefused(Error.BAD_VALUE)
        if self.mib.number(objects.ILLUM_CONTROL.at()) < IllumControl.MANUAL:
            raise SetRefused(Error.GEN_ERR)
        self.mib.cells[objects.ILLUM_WANTED.at()] = level
        self.mib.cells[objects.ILLUM_LEVEL.at()] = level

    def _set_clock(self, _place: tuple[int, ...], value: Value) -> None:
        if isinstance(value, Counted):
            self._utc_s, self._clock_set_s = value.number, self._clock()

    def _set_control_mode(self, _place: tuple[int, ...], mode: Value) -> None:
        # Real signs let nobody but the switch at the cabinet say "local".
        if mode not in {int(ControlMode.CENTRAL), int(ControlMode.CENTRAL_OVERRIDE)}:
            raise SetRefused(Error.GEN_ERR)
        self.mib.cells[objects.CONTROL_MODE.at()] = mode

    # What is on show

    def _put(self, message: MessageId, mode: SourceMode, minutes: int = FOR_EVER) -> None:
        """Copy a message to the current buffer."""
        place, cells = (message.memory, message.number), self.mib.cells
        for column in _COPIED:
            if column.at(*place) in cells:
                cells[column.at(*CURRENT)] = cells[column.at(*place)]
        cells[objects.TABLE_SOURCE.at()] = message.encode()
        cells[objects.SOURCE_MODE.at()] = int(mode)
        cells[objects.ACTIVATE_ERROR.at()] = int(ActivateError.NONE)
        cells[objects.SHORT_ERROR.at()] = self.mib.number(objects.SHORT_ERROR.at()) & ~MESSAGE_ERROR
        self._since_s = self._clock()
        self._last(minutes)
        self._mark_in_use()

    def _mark_in_use(self) -> None:
        shown = multi.pictures_in(self.mib.octets(objects.MESSAGE_MULTI.at(*CURRENT)))
        for row in range(1, GRAPHICS + 1):
            status = objects.GRAPHIC_STATUS.at(row)
            if self.mib[status] in {int(GraphicStatus.READY), int(GraphicStatus.IN_USE)}:
                used = self.mib.number(objects.GRAPHIC_NUMBER.at(row)) in shown
                state = GraphicStatus.IN_USE if used else GraphicStatus.READY
                self.mib.cells[status] = int(state)

    def _last(self, minutes: int) -> None:
        self.mib.cells[objects.TIME_REMAINING_MIN.at()] = minutes
        self._ends_s = None if minutes == FOR_EVER else self._clock() + 60 * minutes

    def _run_down(self, now_s: float) -> None:
        if self._ends_s is None:
            return
        left_s = self._ends_s - now_s
        if left_s > 0:
            self.mib.cells[objects.TIME_REMAINING_MIN.at()] = int(-(-left_s // 60))
        else:
            self._fall_back(objects.END_DURATION, SourceMode.END_DURATION)

    def _fall_back(self, loss: Object, mode: SourceMode) -> None:
        """Show what an object names for this case; what cannot be shown is dark."""
        message = MessageId.decode(self.mib.octets(loss.at()))
        if (message.memory, message.number) == CURRENT:
            self.mib.cells[objects.SOURCE_MODE.at()] = int(mode)
            self._ends_s = None
            return
        status = self.mib.number(objects.MESSAGE_STATUS.at(message.memory, message.number))
        self._put(message if status == MessageStatus.VALID else BLANK, mode)

    def _face(self, text: bytes) -> Face:
        """Return the LEDs, and the graphics that a message names."""
        ready = {int(GraphicStatus.READY), int(GraphicStatus.IN_USE)}
        named = multi.pictures_in(text)
        held = [
            self._graphic(row)
            for row in range(1, GRAPHICS + 1)
            if self.mib[objects.GRAPHIC_STATUS.at(row)] in ready
            and self.mib[objects.GRAPHIC_NUMBER.at(row)] in named
        ]
        return Face(
            self._site.geometry,
            self._site.depth,
            self._fonts,
            {graphic.number: graphic for graphic in held},
            self._defaults,
        )

    def _pages(self) -> list[Page]:
        text = self.mib.octets(objects.MESSAGE_MULTI.at(*CURRENT))
        idents = tuple(
            self.mib.number(objects.GRAPHIC_ID.at(row)) for row in range(1, GRAPHICS + 1)
        )
        key = text, idents
        if self._drawn[0] != key:
            self._drawn = key, pages(text, self._face(text)) if text else []
        return self._drawn[1]
