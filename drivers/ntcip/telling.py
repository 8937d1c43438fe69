"""What a sign says of itself: its state, its clock, the picture it shows."""

import calendar
from datetime import UTC, datetime
from typing import Final

from drivers.errors import PeerWireError
from drivers.ntcip import graphics, multi, objects
from drivers.ntcip.ber import COUNTER, Counted, Oid, Value
from drivers.ntcip.graphics import Graphic
from drivers.ntcip.manager import Manager, integer, octets
from drivers.ntcip.objects import FAULTS, ColourScheme, ControlMode, MemoryType, SourceMode, word
from drivers.ports import Percent, Status
from playlists.text.frame import Geometry

_CURRENT: Final = MemoryType.CURRENT, 1
_CRITICAL: Final = frozenset(
    {"other", "communications", "power", "attached device", "controller", "critical temperature"}
)
"""Faults with which a sign may not show what it was told; a message refused is not one of them."""
_MAX_SHOWN: Final = 64
"""Characters of a foreign message that a report quotes."""


def status(manager: Manager) -> Status:
    """Ask how a sign is; whatever it need not have is asked for apart."""
    errors, mode, source = manager.integers(
        objects.SHORT_ERROR.at(), objects.CONTROL_MODE.at(), objects.SOURCE_MODE.at()
    )
    shown = octets(manager.get(objects.MESSAGE_MULTI.at(*_CURRENT))[0])
    more = manager.get_known(
        objects.ILLUM_LEVEL.at(),
        objects.ILLUM_LEVELS.at(),
        objects.CABINET_MAX_C.at(),
        objects.LOCAL_TIME.at(),
        objects.MODULE_MAKE.at(1),
        objects.MODULE_MODEL.at(1),
        objects.MODULE_VERSION.at(1),
    )
    faults = tuple(fault for bit, fault in enumerate(FAULTS) if errors >> bit & 1)
    local = mode == ControlMode.LOCAL
    return Status(
        ok=not local and not _CRITICAL.intersection(faults),
        detail="local control" if local else _brought_by(source),
        showing=shown[:_MAX_SHOWN].decode("latin-1"),
        model=_model(more),
        brightness=_brightness(more),
        local=_wall_clock(more.get(objects.LOCAL_TIME.at())),
        temperature_c=_temperature_c(more.get(objects.CABINET_MAX_C.at())),
        faults=faults,
    )


def set_clock(manager: Manager, local: datetime) -> None:
    """Set globalTime, which counts UTC seconds, so that the sign's wall clock shows this time."""
    at = objects.GLOBAL_TIME.at(), objects.LOCAL_TIME.at()
    told = {oid: integer(value) for oid, value in manager.get_known(*at).items()}
    # Its zone and summer time are its own: what it adds today it will add tomorrow.
    ahead_s = told[at[1]] - told[at[0]] if len(told) == len(at) else 0
    seconds = calendar.timegm(local.timetuple()) - ahead_s
    manager.set((at[0], Counted(COUNTER, seconds)))


def graphic_on_show(manager: Manager, size: Geometry, scheme: ColourScheme) -> Graphic | None:
    """Return the graphic that the message on show consists of; None = the sign is dark.

    PeerRefused when it shows anything else than one as large as the sign, PeerWireError when its
    checksums contradict it.
    """
    message = octets(manager.get(objects.MESSAGE_MULTI.at(*_CURRENT))[0])
    if not message:
        return None
    items = multi.parse(message)
    match items:
        case [multi.Picture(number, 1, 1, ident)]:
            graphic = _read(manager, number, size, scheme)
        case _:
            raise manager.refused(f"it shows {message[:_MAX_SHOWN]!r}, which is no picture of ours")
    if ident is not None and ident != graphic.ident:
        raise PeerWireError("ntcip", f"graphic {number} is not the one on show")
    return graphic


def _read(manager: Manager, row: int, size: Geometry, scheme: ColourScheme) -> Graphic:
    *told, ident, block_bytes = manager.integers(
        objects.GRAPHIC_NUMBER.at(row),
        objects.GRAPHIC_WIDTH.at(row),
        objects.GRAPHIC_HEIGHT.at(row),
        objects.GRAPHIC_TYPE.at(row),
        objects.GRAPHIC_ID.at(row),
        objects.GRAPHIC_BLOCK_BYTES.at(),
    )
    if told != [row, size.width_px, size.height_px, scheme] or block_bytes < 1:
        raise manager.refused(f"its graphic {row} is no picture of ours")
    block_bytes = min(block_bytes, graphics.MAX_BLOCK_BYTES)
    wanted_bytes = graphics.size_bytes(size.width_px, size.height_px, scheme)
    data = b""
    while len(data) < wanted_bytes:
        block = manager.get(objects.GRAPHIC_BLOCK.at(row, len(data) // block_bytes + 1))[0]
        data += octets(block)[:block_bytes].ljust(block_bytes, b"\0")
    graphic = Graphic(row, size.width_px, size.height_px, scheme, data[:wanted_bytes])
    if graphic.ident != ident:
        raise PeerWireError("ntcip", f"graphic {row} does not have its checksum {ident:04X}")
    return graphic


def _model(told: dict[Oid, Value]) -> str | None:
    parts = [
        octets(told[one.at(1)]).decode("utf-8", "replace").strip()
        for one in (objects.MODULE_MAKE, objects.MODULE_MODEL, objects.MODULE_VERSION)
        if one.at(1) in told
    ]
    return " ".join(filter(None, parts)) or None


def _brightness(told: dict[Oid, Value]) -> Percent | None:
    if not {objects.ILLUM_LEVEL.at(), objects.ILLUM_LEVELS.at()} <= told.keys():
        return None
    level, levels = (integer(told[one.at()]) for one in (objects.ILLUM_LEVEL, objects.ILLUM_LEVELS))
    return Percent(min(100, max(0, round(100 * level / levels)))) if levels > 0 else None


def _wall_clock(value: Value) -> datetime | None:
    if value is None:
        return None
    return datetime.fromtimestamp(integer(value), UTC).replace(tzinfo=None)


def _temperature_c(value: Value) -> float | None:
    return None if value is None else float(integer(value))


def _brought_by(source: int) -> str:
    return word(SourceMode(source)) if source in set(SourceMode) else f"source {source}"
