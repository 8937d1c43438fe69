"""Telling systemd that we are alive: only while every player's loop comes round.

A web face or a network thread that still answers proves nothing about what stands on the street.
So each player beats whenever it looks at its plan, at least once a second, and systemd hears of
us only as long as none of them is late. Speaks sd_notify(3) over its socket; without systemd
everything here does nothing.
"""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Callable, Mapping
from typing import Final

PATIENCE_S: Final = 90.0
"""A driver may hold its player up: the longest write may take 30 s, three times in a row."""
FEED_INTERVAL_S: Final = 10.0

Beat = Callable[[], None]

logger = logging.getLogger(__name__)


def notify(state: str, environ: Mapping[str, str] = os.environ) -> None:
    """Tell systemd a state such as `READY=1`; do nothing where nobody listens."""
    path = environ.get("NOTIFY_SOCKET", "")
    if not path.startswith(("/", "@")):
        return
    address = "\0" + path[1:] if path.startswith("@") else path
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.sendto(state.encode(), address)
    except OSError as exc:
        logger.warning("systemd cannot be told %s: %s", state, exc)


class Watchdog:
    """Feeds systemd's watchdog while every player beats. `now_s` is monotonic."""

    def __init__(
        self,
        tell: Callable[[str], None] = notify,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell = tell
        self._now_s = now_s
        self._beaten_at_s: dict[str, float] = {}
        self._late: set[str] = set()

    def beat(self, player: str) -> Beat:
        """Return what a player calls each time it comes round; it owes the first beat now."""
        self._beaten_at_s[player] = self._now_s()

        def beat() -> None:
            self._beaten_at_s[player] = self._now_s()

        return beat

    def feed(self) -> None:
        """Tell systemd that all is well, or nothing: then it starts us again."""
        now_s = self._now_s()
        late = {name for name, at_s in self._beaten_at_s.items() if now_s - at_s > PATIENCE_S}
        for name in late - self._late:
            logger.error("%s has not come round for %d s", name, PATIENCE_S)
        self._late = late
        if not late:
            self._tell("WATCHDOG=1")

    async def run(self) -> None:
        """Feed until cancelled."""
        self._tell("READY=1")
        try:
            while True:
                self.feed()
                await asyncio.sleep(FEED_INTERVAL_S)
        finally:
            self._tell("STOPPING=1")
