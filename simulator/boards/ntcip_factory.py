"""An NTCIP sign as it leaves the factory: every object it has, with its value."""

from collections.abc import Mapping
from typing import Final

from drivers.dialect import Site
from drivers.ntcip import graphics, objects
from drivers.ntcip.activation import BLANK, FOR_EVER, MessageId
from drivers.ntcip.ber import COUNTER, Counted, Oid, Value
from drivers.ntcip.fonts import Font
from drivers.ntcip.objects import (
    ActivateError,
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
from simulator.boards.ntcip_layout import Defaults

GRAPHICS: Final = 12
MESSAGES: Final = 16
BLOCK_BYTES: Final = 512
MAX_MULTI_BYTES: Final = 1_500
LEVELS: Final = 8
BLANKS: Final = 255
CURRENT: Final = MemoryType.CURRENT, 1
"""The row of what is on show."""
PITCH_MM: Final = 20

EMPTY_MESSAGE: Final[Mapping[Object, Value]] = {
    objects.MESSAGE_MULTI: b"",
    objects.MESSAGE_OWNER: b"",
    objects.MESSAGE_CRC: 0,
    objects.MESSAGE_BEACON: 0,
    objects.MESSAGE_PIXEL_SERVICE: 0,
    objects.MESSAGE_PRIORITY: 1,
    objects.MESSAGE_STATUS: int(MessageStatus.NOT_USED),
}
EMPTY_GRAPHIC: Final[Mapping[Object, Value]] = {
    objects.GRAPHIC_NUMBER: 0,
    objects.GRAPHIC_NAME: b"",
    objects.GRAPHIC_HEIGHT: 0,
    objects.GRAPHIC_WIDTH: 0,
    objects.GRAPHIC_TYPE: 1,
    objects.GRAPHIC_ID: 0,
    objects.GRAPHIC_TRANSPARENT: 0,
    objects.GRAPHIC_CLEAR_COLOUR: bytes(3),
    objects.GRAPHIC_STATUS: int(GraphicStatus.NOT_USED),
}
_LOSSES: Final = (
    objects.SHORT_RECOVERY,
    objects.LONG_RECOVERY,
    objects.COMM_LOSS,
    objects.END_DURATION,
)
_RESUME: Final = MessageId(*CURRENT, 0)
"""From the factory a sign goes on with what it showed: dark is what a careful host asks for."""


def row(values: Mapping[Object, Value], *place: int) -> dict[Oid, Value]:
    """Return the instances of one row."""
    return {one.at(*place): value for one, value in values.items()}


def cells(site: Site, fonts: Mapping[int, Font], defaults: Defaults) -> dict[Oid, Value]:
    """Return all instances of a new sign."""
    made = row(_scalars(site, fonts, defaults))
    made |= row({loss: _RESUME.encode() for loss in _LOSSES})
    made |= row(_MODULE, 1)
    made |= row({clock: Counted(COUNTER, 0) for clock in (objects.GLOBAL_TIME, objects.LOCAL_TIME)})
    for number, font in enumerate(fonts.values(), start=1):
        made |= row(_font_row(font), number)
    for number in range(1, GRAPHICS + 1):
        made |= row(EMPTY_GRAPHIC, number)
    for number in range(1, MESSAGES + 1):
        made |= row(EMPTY_MESSAGE, MemoryType.CHANGEABLE, number)
    made |= row(EMPTY_MESSAGE, *CURRENT)
    for number in range(1, BLANKS + 1):
        made |= row(_blank_row(number), MemoryType.BLANK, number)
    return made


_MODULE: Final[Mapping[Object, Value]] = {
    objects.MODULE_MAKE: b"Signcast",
    objects.MODULE_MODEL: b"make-believe",
    objects.MODULE_VERSION: b"1",
}


def _scalars(site: Site, fonts: Mapping[int, Font], defaults: Defaults) -> dict[Object, Value]:
    size, scheme = site.geometry, graphics.SCHEMES[site.depth]
    return {
        objects.SIGN_ACCESS: 1,
        objects.SIGN_TYPE: objects.VMS_FULL,
        objects.SIGN_HEIGHT_MM: PITCH_MM * size.height_px,
        objects.SIGN_WIDTH_MM: PITCH_MM * size.width_px,
        objects.SIGN_HEIGHT_PX: size.height_px,
        objects.SIGN_WIDTH_PX: size.width_px,
        objects.FONT_COUNT: len(fonts),
        objects.DEFAULT_FONT: defaults.font,
        objects.DEFAULT_JUSTIFY_LINE: defaults.line,
        objects.DEFAULT_JUSTIFY_PAGE: defaults.page,
        objects.DEFAULT_PAGE_ON: defaults.on_ds,
        objects.DEFAULT_PAGE_OFF: defaults.off_ds,
        objects.COLOUR_SCHEME: int(scheme),
        objects.MAX_MULTI_BYTES: MAX_MULTI_BYTES,
        objects.CHANGEABLE_MAX: MESSAGES,
        objects.VALIDATE_ERROR: int(ValidateError.NONE),
        objects.CONTROL_MODE: int(ControlMode.CENTRAL),
        objects.ACTIVATE: bytes(12),
        objects.TIME_REMAINING_MIN: FOR_EVER,
        objects.TABLE_SOURCE: BLANK.encode(),
        objects.SOURCE_MODE: int(SourceMode.POWER_RECOVERY),
        objects.SHORT_LOSS_S: 0,
        objects.COMM_LOSS_MIN: 0,
        objects.ACTIVATE_ERROR: int(ActivateError.NONE),
        objects.MULTI_ERROR: int(MultiError.NONE),
        objects.MULTI_ERROR_AT: 0,
        objects.ILLUM_CONTROL: int(IllumControl.PHOTOCELL),
        objects.ILLUM_LEVELS: LEVELS,
        objects.ILLUM_LEVEL: LEVELS,
        objects.ILLUM_WANTED: LEVELS,
        objects.SHORT_ERROR: 0,
        objects.CABINET_MAX_C: 41,
        objects.GRAPHIC_MAX: GRAPHICS,
        objects.GRAPHIC_COUNT: 0,
        objects.GRAPHIC_MAX_BYTES: graphics.size_bytes(size.width_px, size.height_px, scheme),
        objects.GRAPHIC_BLOCK_BYTES: BLOCK_BYTES,
    }


def _font_row(font: Font) -> dict[Object, Value]:
    return {
        objects.FONT_NUMBER: font.number,
        objects.FONT_NAME: b"signcast",
        objects.FONT_HEIGHT: font.height_px,
        objects.FONT_CHAR_SPACING: font.char_spacing_px,
        objects.FONT_LINE_SPACING: font.line_spacing_px,
        objects.FONT_VERSION: font.version,
        objects.FONT_STATUS: int(GraphicStatus.READY),
    }


def _blank_row(number: int) -> dict[Object, Value]:
    """Return a dark message, valid for ever, of the run-time priority that is its number."""
    valid = int(MessageStatus.VALID)
    return {**EMPTY_MESSAGE, objects.MESSAGE_PRIORITY: number, objects.MESSAGE_STATUS: valid}
