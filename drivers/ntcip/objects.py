"""The objects of a sign that we ask, set or simulate: name, place in the tree, type, access.

Source of the tree: mnit-rtmc/iris, MIB1203.java and MIB1201.java with their tests; of types,
access and meanings: the texts of NTCIP 1203 v2 quoted in jacobleehei/gontcip; of the numbers
behind the words: the same, and the enumerations of a public agent generated from the MIB.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Final

from drivers.ntcip import ber
from drivers.ntcip.ber import Oid

DEVICES: Final[Oid] = (1, 3, 6, 1, 4, 1, 1206, 4, 2)
"""iso.org.dod.internet.private.enterprises.nema.transportation.devices"""
DMS: Final = (*DEVICES, 3)
GLOBAL: Final = (*DEVICES, 6)


class Syntax(Enum):
    """The type of an object's value."""

    INTEGER = ber.INTEGER
    OCTETS = ber.OCTETS
    COUNTER = ber.COUNTER


@dataclass(frozen=True, slots=True)
class Object:
    """A scalar, or a column of a table."""

    name: str
    place: Oid
    syntax: Syntax = Syntax.INTEGER
    writable: bool = False
    limits: range | None = None
    """The numbers it may be set to, or the lengths of its octets; None = any."""

    def at(self, *row: int) -> Oid:
        """Return the name of its instance in a row; without a row, of the scalar."""
        return (*self.place, *(row or (0,)))


def _dms(
    name: str,
    *arcs: int,
    octets: bool = False,
    write: bool = False,
    limits: range | None = None,
) -> Object:
    syntax = Syntax.OCTETS if octets else Syntax.INTEGER
    return Object(name, (*DMS, *arcs), syntax, write or limits is not None, limits)


def _global(name: str, *arcs: int, syntax: Syntax, write: bool = False) -> Object:
    return Object(name, (*GLOBAL, *arcs), syntax, write)


_BYTE: Final = range(1, 256)
_WORD: Final = range(65_536)

SIGN_ACCESS: Final = _dms("dmsSignAccess", 1, 1)
SIGN_TYPE: Final = _dms("dmsSignType", 1, 2)
SIGN_HEIGHT_MM: Final = _dms("dmsSignHeight", 1, 3)
SIGN_WIDTH_MM: Final = _dms("dmsSignWidth", 1, 4)
SIGN_HEIGHT_PX: Final = _dms("vmsSignHeightPixels", 2, 3)
SIGN_WIDTH_PX: Final = _dms("vmsSignWidthPixels", 2, 4)

FONT_COUNT: Final = _dms("numFonts", 3, 1)
FONT_NUMBER: Final = _dms("fontNumber", 3, 2, 1, 2)
FONT_NAME: Final = _dms("fontName", 3, 2, 1, 3, octets=True)
FONT_HEIGHT: Final = _dms("fontHeight", 3, 2, 1, 4)
FONT_CHAR_SPACING: Final = _dms("fontCharSpacing", 3, 2, 1, 5)
FONT_LINE_SPACING: Final = _dms("fontLineSpacing", 3, 2, 1, 6)
FONT_VERSION: Final = _dms("fontVersionID", 3, 2, 1, 7)
FONT_STATUS: Final = _dms("fontStatus", 3, 2, 1, 8)

DEFAULT_FONT: Final = _dms("defaultFont", 4, 5)
DEFAULT_JUSTIFY_LINE: Final = _dms("defaultJustificationLine", 4, 6)
DEFAULT_JUSTIFY_PAGE: Final = _dms("defaultJustificationPage", 4, 7)
DEFAULT_PAGE_ON: Final = _dms("defaultPageOnTime", 4, 8)
DEFAULT_PAGE_OFF: Final = _dms("defaultPageOffTime", 4, 9)
COLOUR_SCHEME: Final = _dms("dmsColorScheme", 4, 11)
MAX_MULTI_BYTES: Final = _dms("dmsMaxMultiStringLength", 4, 16)

CHANGEABLE_MAX: Final = _dms("dmsMaxChangeableMsg", 5, 3)
MESSAGE_MULTI: Final = _dms("dmsMessageMultiString", 5, 8, 1, 3, octets=True, write=True)
MESSAGE_OWNER: Final = _dms("dmsMessageOwner", 5, 8, 1, 4, octets=True, limits=range(128))
MESSAGE_CRC: Final = _dms("dmsMessageCRC", 5, 8, 1, 5)
MESSAGE_BEACON: Final = _dms("dmsMessageBeacon", 5, 8, 1, 6, limits=range(2))
MESSAGE_PIXEL_SERVICE: Final = _dms("dmsMessagePixelService", 5, 8, 1, 7, limits=range(2))
MESSAGE_PRIORITY: Final = _dms("dmsMessageRunTimePriority", 5, 8, 1, 8, limits=_BYTE)
MESSAGE_STATUS: Final = _dms("dmsMessageStatus", 5, 8, 1, 9, limits=range(1, 9))
VALIDATE_ERROR: Final = _dms("dmsValidateMessageError", 5, 9)

CONTROL_MODE: Final = _dms("dmsControlMode", 6, 1, limits=range(1, 7))
ACTIVATE: Final = _dms("dmsActivateMessage", 6, 3, octets=True, limits=range(12, 13))
TIME_REMAINING_MIN: Final = _dms("dmsMessageTimeRemaining", 6, 4, limits=_WORD)
TABLE_SOURCE: Final = _dms("dmsMsgTableSource", 6, 5, octets=True)
SOURCE_MODE: Final = _dms("dmsMsgSourceMode", 6, 7)
SHORT_RECOVERY: Final = _dms("dmsShortPowerRecoveryMessage", 6, 8, octets=True, limits=range(5, 6))
LONG_RECOVERY: Final = _dms("dmsLongPowerRecoveryMessage", 6, 9, octets=True, limits=range(5, 6))
SHORT_LOSS_S: Final = _dms("dmsShortPowerLossTime", 6, 10, limits=_WORD)
COMM_LOSS: Final = _dms("dmsCommunicationsLossMessage", 6, 12, octets=True, limits=range(5, 6))
COMM_LOSS_MIN: Final = _dms("dmsTimeCommLoss", 6, 13, limits=_WORD)
END_DURATION: Final = _dms("dmsEndDurationMessage", 6, 15, octets=True, limits=range(5, 6))
ACTIVATE_ERROR: Final = _dms("dmsActivateMsgError", 6, 17)
MULTI_ERROR: Final = _dms("dmsMultiSyntaxError", 6, 18)
MULTI_ERROR_AT: Final = _dms("dmsMultiSyntaxErrorPosition", 6, 19)

ILLUM_CONTROL: Final = _dms("dmsIllumControl", 7, 1, limits=range(1, 7))
ILLUM_LEVELS: Final = _dms("dmsIllumNumBrightLevels", 7, 4)
ILLUM_LEVEL: Final = _dms("dmsIllumBrightLevelStatus", 7, 5)
ILLUM_WANTED: Final = _dms("dmsIllumManLevel", 7, 6, limits=range(256))

SHORT_ERROR: Final = _dms("shortErrorStatus", 9, 7, 1)
CABINET_MAX_C: Final = _dms("tempMaxCtrlCabinet", 9, 9, 2)

GRAPHIC_MAX: Final = _dms("dmsGraphicMaxEntries", 10, 1)
GRAPHIC_COUNT: Final = _dms("dmsGraphicNumEntries", 10, 2)
GRAPHIC_MAX_BYTES: Final = _dms("dmsGraphicMaxSize", 10, 3)
GRAPHIC_BLOCK_BYTES: Final = _dms("dmsGraphicBlockSize", 10, 5)
GRAPHIC_NUMBER: Final = _dms("dmsGraphicNumber", 10, 6, 1, 2, limits=_BYTE)
GRAPHIC_NAME: Final = _dms("dmsGraphicName", 10, 6, 1, 3, octets=True, limits=range(65))
GRAPHIC_HEIGHT: Final = _dms("dmsGraphicHeight", 10, 6, 1, 4, limits=_BYTE)
GRAPHIC_WIDTH: Final = _dms("dmsGraphicWidth", 10, 6, 1, 5, limits=range(1, 65_536))
GRAPHIC_TYPE: Final = _dms("dmsGraphicType", 10, 6, 1, 6, limits=range(1, 5))
GRAPHIC_ID: Final = _dms("dmsGraphicID", 10, 6, 1, 7)
GRAPHIC_TRANSPARENT: Final = _dms("dmsGraphicTransparentEnabled", 10, 6, 1, 8, limits=range(2))
GRAPHIC_CLEAR_COLOUR: Final = _dms(
    "dmsGraphicTransparentColor", 10, 6, 1, 9, octets=True, limits=range(1, 4)
)
GRAPHIC_STATUS: Final = _dms("dmsGraphicStatus", 10, 6, 1, 10, limits=range(1, 10))
GRAPHIC_BLOCK: Final = _dms("dmsGraphicBlockBitmap", 10, 7, 1, 3, octets=True, write=True)

MODULE_MAKE: Final = _global("moduleMake", 1, 3, 1, 3, syntax=Syntax.OCTETS)
MODULE_MODEL: Final = _global("moduleModel", 1, 3, 1, 4, syntax=Syntax.OCTETS)
MODULE_VERSION: Final = _global("moduleVersion", 1, 3, 1, 5, syntax=Syntax.OCTETS)
GLOBAL_TIME: Final = _global("globalTime", 3, 1, syntax=Syntax.COUNTER, write=True)
LOCAL_TIME: Final = _global("controllerLocalTime", 3, 6, syntax=Syntax.COUNTER)

ALL: Final = tuple(one for one in tuple(vars().values()) if isinstance(one, Object))
BY_PLACE: Final = MappingProxyType({one.place: one for one in ALL})


def object_of(oid: Oid) -> Object | None:
    """Return the object that a name is an instance of; None = none that we know."""
    for size in range(len(oid) - 1, len(DEVICES), -1):
        if found := BY_PLACE.get(oid[:size]):
            return found
    return None


def name_of(oid: Oid) -> str:
    """Return what people call an instance."""
    found = object_of(oid)
    if found is None:
        return ".".join(map(str, oid))
    return ".".join([found.name, *map(str, oid[len(found.place) :])])


class MemoryType(IntEnum):
    """dmsMessageMemoryType."""

    OTHER = 1
    PERMANENT = 2
    CHANGEABLE = 3
    VOLATILE = 4
    CURRENT = 5
    SCHEDULE = 6
    BLANK = 7


class MessageStatus(IntEnum):
    """dmsMessageStatus: five states and three requests."""

    NOT_USED = 1
    MODIFYING = 2
    VALIDATING = 3
    VALID = 4
    ERROR = 5
    MODIFY_REQ = 6
    VALIDATE_REQ = 7
    NOT_USED_REQ = 8


class GraphicStatus(IntEnum):
    """dmsGraphicStatus: six states and three requests."""

    NOT_USED = 1
    MODIFYING = 2
    CALCULATING_ID = 3
    READY = 4
    IN_USE = 5
    PERMANENT = 6
    MODIFY_REQ = 7
    READY_REQ = 8
    NOT_USED_REQ = 9


class ValidateError(IntEnum):
    """dmsValidateMessageError."""

    OTHER = 1
    NONE = 2
    BEACONS = 3
    PIXEL_SERVICE = 4
    SYNTAX_MULTI = 5


class ActivateError(IntEnum):
    """dmsActivateMsgError."""

    OTHER = 1
    NONE = 2
    PRIORITY = 3
    MESSAGE_STATUS = 4
    MESSAGE_MEMORY_TYPE = 5
    MESSAGE_NUMBER = 6
    MESSAGE_CRC = 7
    SYNTAX_MULTI = 8
    LOCAL_MODE = 9


class MultiError(IntEnum):
    """dmsMultiSyntaxError."""

    OTHER = 1
    NONE = 2
    UNSUPPORTED_TAG = 3
    UNSUPPORTED_TAG_VALUE = 4
    TEXT_TOO_BIG = 5
    FONT_NOT_DEFINED = 6
    CHARACTER_NOT_DEFINED = 7
    FIELD_DEVICE_NOT_EXIST = 8
    FIELD_DEVICE_ERROR = 9
    FLASH_REGION_ERROR = 10
    TAG_CONFLICT = 11
    TOO_MANY_PAGES = 12
    FONT_VERSION_ID = 13
    GRAPHIC_ID = 14
    GRAPHIC_NOT_DEFINED = 15


class ControlMode(IntEnum):
    """dmsControlMode: who may say what is shown."""

    LOCAL = 2
    CENTRAL = 4
    CENTRAL_OVERRIDE = 5


class SourceMode(IntEnum):
    """dmsMsgSourceMode: what brought the message on show there."""

    OTHER = 1
    LOCAL = 2
    EXTERNAL = 3
    CENTRAL = 8
    SCHEDULER = 9
    POWER_RECOVERY = 10
    RESET = 11
    COMM_LOSS = 12
    POWER_LOSS = 13
    END_DURATION = 14


class IllumControl(IntEnum):
    """dmsIllumControl: what sets the brightness."""

    OTHER = 1
    PHOTOCELL = 2
    TIMER = 3
    MANUAL = 4
    """Version 1's only manual mode."""
    MANUAL_DIRECT = 5
    MANUAL_INDEXED = 6


class ColourScheme(IntEnum):
    """dmsColorScheme and dmsGraphicType."""

    MONO_1_BIT = 1
    MONO_8_BIT = 2
    CLASSIC = 3
    RGB_24_BIT = 4


VMS_FULL: Final = 6
"""dmsSignType of a sign whose every pixel can be lit."""
FAULTS: Final = (
    "other",
    "communications",
    "power",
    "attached device",
    "lamp",
    "pixel",
    "photocell",
    "message",
    "controller",
    "temperature warning",
    "climate control",
    "critical temperature",
    "drum rotor",
    "door open",
    "humidity",
)
"""The bits of shortErrorStatus, the lowest first."""


def word(value: IntEnum) -> str:
    """Return what people call a value."""
    return value.name.lower().replace("_", " ")
