"""A simulated AM03127: a sign behind a pseudo-terminal."""

import asyncio
import time
from pathlib import Path

from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.board import Fault
from simulator.boards.sign import Sign
from simulator.lines import PtyLine


class Am03127Board:
    """One board on a line of its own. A `SimulatedBoard`."""

    dialect = "am03127"

    def __init__(
        self,
        name: str,
        geometry: Geometry,
        address: int,
        path: Path,
        depth: Depth = Depth.MONO,
    ) -> None:
        self.id = name
        self.geometry = geometry
        self.depth = depth
        self.link = str(path)
        self.sign = Sign(geometry, address, time.monotonic, depth)
        self._line = PtyLine(path, self._receive)
        self._silent = False

    def frame(self) -> Frame:
        """Return what the LEDs show now."""
        return self.sign.frame()

    def fail(self, fault: Fault) -> None:
        """Begin or end a fault."""
        self._silent = fault is Fault.SILENT
        self.sign.nack_all = fault is Fault.NACK
        self._line.unplugged = fault is Fault.UNPLUGGED
        if fault is Fault.POWER_CUT:
            self.sign.power_cut()

    async def run(self) -> None:
        """Live until cancelled."""
        self._line.open()
        try:
            await asyncio.Event().wait()
        finally:
            self._line.close()

    def _receive(self, data: bytes) -> bytes:
        return b"" if self._silent else self.sign.receive(data)
