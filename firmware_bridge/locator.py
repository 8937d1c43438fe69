"""Listens to a truck's satellite receiver on a thread of its own, and opens it again for ever."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Final

from drivers.errors import LinkLost
from drivers.gps.driver import Receiver
from firmware_bridge.link.backoff import Backoff
from firmware_bridge.player.hand import Hand
from playlists.schedule.passes import Fix
from playlists.schedule.zones import Place

logger = logging.getLogger(__name__)

READ_S: Final = 1.0
"""Receivers speak once a second; stopping takes as long at most."""


class Locator:
    """One receiver."""

    def __init__(self, where: str, hand: Hand, open_receiver: Callable[[], Receiver]) -> None:
        """`where` is for people; `open_receiver` raises LinkLost."""
        self._where = where
        self._hand = hand
        self._open = open_receiver
        self._fault = ""

    async def receive(self, moved: Callable[[Fix], None]) -> None:
        """Hand over every fix until cancelled. That there is none is told by silence."""
        backoff = Backoff()
        while True:
            try:
                await self._listen(moved, backoff)
            except LinkLost as exc:
                level = logging.DEBUG if self._fault else logging.WARNING
                logger.log(level, "the receiver at %s is gone: %s", self._where, exc)
                self._fault = str(exc)
            await asyncio.sleep(backoff.delay_s())

    async def _listen(self, moved: Callable[[Fix], None], backoff: Backoff) -> None:
        receiver = await self._hand.do(self._open)
        try:
            while True:
                report = await self._hand.do(partial(receiver.read, READ_S))
                if report is None:
                    continue
                if self._fault:
                    logger.info("the receiver at %s is back", self._where)
                self._fault = ""
                backoff.reset()
                if report.fix is not None:
                    place = Place(report.fix.lat_deg, report.fix.lon_deg)
                    moved(Fix(place, report.fix.speed_m_s, report.fix.at))
        finally:
            await self._hand.do(receiver.close)
