"""A simulated relay board on a serial line: `A0 channel state sum`, and it never answers."""

import asyncio
from typing import Final

from simulator.lines import Line
from simulator.speakers.amplifier import Amplifier

_START: Final = 0xA0
_ORDER_BYTES: Final = 4


class RelayBoard:
    """Relays by channel, each with the amplifier behind it. What makes no sense moves nothing."""

    def __init__(self, line: Line) -> None:
        self.amplifiers: dict[int, Amplifier] = {}
        self._line = line
        self._rest = b""
        line.join(self.hear, lambda: None)

    def hear(self, data: bytes) -> bytes:
        """Move what is told."""
        self._rest += data
        while len(self._rest) >= _ORDER_BYTES:
            start, channel, state, check = self._rest[:_ORDER_BYTES]
            if start != _START or state > 1 or check != (start + channel + state) & 0xFF:
                self._rest = self._rest[1:]
                continue
            self._rest = self._rest[_ORDER_BYTES:]
            if channel in self.amplifiers:
                self.amplifiers[channel].switch(on=state == 1)
        return b""

    async def run(self) -> None:
        """Live until cancelled."""
        await self._line.open()
        try:
            await asyncio.Event().wait()
        finally:
            self._line.close()
