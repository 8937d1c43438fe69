"""The graphics a sign keeps for us: which picture lies in which row of its table.

We use the last rows: factories and other systems begin at the first. The dialogue is that of
mnit-rtmc/iris, OpSendDMSMessage.java: modifyReq, the row's values, its blocks, readyForUseReq, and
the sign's own checksum of what it now holds.
"""

from collections import OrderedDict
from typing import Final

from drivers.ntcip import graphics, objects
from drivers.ntcip.graphics import Graphic
from drivers.ntcip.manager import Manager
from drivers.ntcip.objects import GraphicStatus, word
from playlists.text.frame import Frame

POLL_S: Final = 0.2
POLLS: Final = 50
"""Ten seconds for the checksum of a graphic, as other hosts grant."""
NAME: Final = b"signcast"


class Gallery:
    """Rows that we fill, and what we know to lie in them. The number of a graphic is its row."""

    def __init__(
        self, manager: Manager, rows: range, block_bytes: int, on_show: frozenset[int]
    ) -> None:
        self._manager = manager
        self._block_bytes = block_bytes
        self._held: OrderedDict[bytes, int] = OrderedDict()
        self.rows = rows
        self.on_show = on_show
        """Graphics that must not be touched: the sign may draw from the table itself."""

    def hold(self, frame: Frame) -> Graphic:
        """Return a picture as a graphic that the sign holds; PeerRefused when it takes none."""
        row = self._held.get(frame.data)
        if row is not None:
            self._held.move_to_end(frame.data)
            return graphics.graphic_of(frame, row)
        for row in self._rows_to_fill():
            self._forget(row)
            if self._may_modify(row):
                graphic = graphics.graphic_of(frame, row)
                self._fill(graphic)
                self._held[frame.data] = row
                return graphic
        raise self._manager.refused("it has no room for another graphic")

    def _rows_to_fill(self) -> list[int]:
        """Return rows to try: the last of those we know nothing of, then the longest unused."""
        held = list(self._held.values())
        unknown = [row for row in reversed(self.rows) if row not in held]
        return [row for row in unknown + held if row not in self.on_show]

    def _forget(self, row: int) -> None:
        for data in [data for data, held in self._held.items() if held == row]:
            del self._held[data]

    def _may_modify(self, row: int) -> bool:
        self._manager.request(objects.GRAPHIC_STATUS, (row,), GraphicStatus.MODIFY_REQ)
        if self._status(row) == GraphicStatus.MODIFYING:
            return True
        # From some states some signs want to go by way of notUsed; others refuse just that.
        for wanted in (GraphicStatus.NOT_USED_REQ, GraphicStatus.MODIFY_REQ):
            self._manager.request(objects.GRAPHIC_STATUS, (row,), wanted)
        return self._status(row) == GraphicStatus.MODIFYING

    def _status(self, row: int) -> int:
        return self._manager.integers(objects.GRAPHIC_STATUS.at(row))[0]

    def _fill(self, graphic: Graphic) -> None:
        row = graphic.number
        self._manager.set(
            (objects.GRAPHIC_NUMBER.at(row), row),
            (objects.GRAPHIC_NAME.at(row), NAME),
            (objects.GRAPHIC_HEIGHT.at(row), graphic.height_px),
            (objects.GRAPHIC_WIDTH.at(row), graphic.width_px),
            (objects.GRAPHIC_TYPE.at(row), int(graphic.scheme)),
            (objects.GRAPHIC_TRANSPARENT.at(row), 0),
            (objects.GRAPHIC_CLEAR_COLOUR.at(row), bytes(3)),
        )
        for number, block in graphics.blocks(graphic.data, self._block_bytes):
            self._manager.set((objects.GRAPHIC_BLOCK.at(row, number), block))
        self._manager.request(objects.GRAPHIC_STATUS, (row,), GraphicStatus.READY_REQ)
        self._await_ready(graphic)

    def _await_ready(self, graphic: Graphic) -> None:
        row, status = graphic.number, 0
        for _ in range(POLLS):
            status, ident = self._manager.integers(
                objects.GRAPHIC_STATUS.at(row), objects.GRAPHIC_ID.at(row)
            )
            if status == GraphicStatus.READY:
                if ident != graphic.ident:
                    raise self._manager.refused(
                        f"it holds graphic {ident:04X}, not {graphic.ident:04X}"
                    )
                return
            self._manager.pause(POLL_S)
        state = word(GraphicStatus(status)) if status in set(GraphicStatus) else str(status)
        raise self._manager.refused(f"graphic {row} stays {state}")
