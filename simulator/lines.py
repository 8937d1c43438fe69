"""Make-believe serial lines: a pseudo-terminal with a stable name, and what can go wrong on it."""

import asyncio
import contextlib
import os
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Final

READ_BYTES: Final = 4_096


class PtyLine:
    """The sign's end of a serial line. The host opens `path`, which stays the same for ever."""

    def __init__(self, path: Path, receive: Callable[[bytes], bytes]) -> None:
        self.path = path
        self._receive = receive
        self._ends: tuple[int, int] | None = None
        self.unplugged = False
        """While true, bytes vanish in both directions."""

    def open(self) -> None:
        """Make the pseudo-terminal and begin to listen in the running loop."""
        master, slave = os.openpty()
        # Raw, and the slave kept open here: a host may come and go without hanging the line up.
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._ends = master, slave
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(os.ttyname(slave))
        fresh.replace(self.path)
        asyncio.get_running_loop().add_reader(master, self._readable, master)

    def close(self) -> None:
        """Take the line away."""
        if self._ends is None:
            return
        asyncio.get_running_loop().remove_reader(self._ends[0])
        for end in self._ends:
            os.close(end)
        self._ends = None
        self.path.unlink(missing_ok=True)

    def _readable(self, master: int) -> None:
        try:
            data = os.read(master, READ_BYTES)
        except (BlockingIOError, OSError):
            return
        if self.unplugged:
            return
        answer = self._receive(data)
        with contextlib.suppress(BlockingIOError):
            os.write(master, answer)
