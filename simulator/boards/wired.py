"""Boards at the end of a line: on pseudo-terminals, TCP and UDP, alone or several on one."""

import asyncio

from playlists.text.frame import Frame
from simulator.boards.board import Fault, Sign
from simulator.lines import Line


class WiredBoard:
    """One sign on a line. A `SimulatedBoard`."""

    def __init__(self, name: str, dialect: str, sign: Sign, line: Line) -> None:
        self.id = name
        self.dialect = dialect
        self.geometry = sign.geometry
        self.depth = sign.depth
        self.sign = sign
        self._line = line
        self._unplugged = False
        line.join(self._hear, sign.hang_up)

    @property
    def link(self) -> str:
        """Where a host reaches it."""
        return self._line.url

    def frame(self) -> Frame:
        """Return what the LEDs show now."""
        return self.sign.frame()

    def fail(self, fault: Fault) -> None:
        """Begin or end a fault. Its own plug is pulled, not that of its neighbours on the line."""
        self._unplugged = fault is Fault.UNPLUGGED
        self.sign.fail(Fault.NONE if self._unplugged else fault)

    async def run(self) -> None:
        """Live until cancelled."""
        await self._line.open()
        try:
            await asyncio.Event().wait()
        finally:
            self._line.close()

    def _hear(self, data: bytes) -> bytes:
        return b"" if self._unplugged else self.sign.hear(data)
