"""Make-believe lines: pseudo-terminals with stable names, TCP and UDP ports on loopback.

Several boards may join one line; each hears everything, and what they answer is joined.
"""

import asyncio
import contextlib
import os
import tty
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

READ_BYTES: Final = 4_096
MAX_WAITING_BYTES: Final = 1 << 20
"""Answers a host does not read; a real board's buffer is smaller."""

Hear = Callable[[bytes], bytes]
"""What one board does with bytes: it returns its answer."""


class Line(ABC):
    """The boards' end of a line. Opened by the first board, closed by the last."""

    def __init__(self) -> None:
        self._boards: list[Hear] = []
        self._hang_ups: list[Callable[[], None]] = []
        self._users = 0

    @property
    @abstractmethod
    def url(self) -> str:
        """What a host opens."""

    def join(self, hear: Hear, hang_up: Callable[[], None]) -> None:
        """Put one more board on the line; `hang_up` is called when a host's connection ends."""
        self._boards.append(hear)
        self._hang_ups.append(hang_up)

    async def open(self) -> None:
        """Begin to listen in the running loop."""
        self._users += 1
        if self._users == 1:
            await self._begin()

    def close(self) -> None:
        """Take the line away once nobody is left on it."""
        self._users -= 1
        if self._users == 0:
            self._end()

    def _heard(self, data: bytes) -> bytes:
        return b"".join([hear(data) for hear in self._boards])

    def _hung_up(self) -> None:
        for hang_up in self._hang_ups:
            hang_up()

    @abstractmethod
    async def _begin(self) -> None: ...

    @abstractmethod
    def _end(self) -> None: ...


class PtyLine(Line):
    """A serial line. The host opens `path`, which stays the same for ever."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._ends: tuple[int, int] | None = None

    @property
    def url(self) -> str:
        """What a host opens."""
        return str(self.path)

    def say(self, data: bytes) -> None:
        """Send unasked, as receivers do; what nobody reads is lost once the line is full."""
        if self._ends is not None:
            with contextlib.suppress(BlockingIOError):
                os.write(self._ends[0], data)

    async def _begin(self) -> None:
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

    def _end(self) -> None:
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
        answer = self._heard(data)
        with contextlib.suppress(BlockingIOError):
            os.write(master, answer)


class TcpLine(Line):
    """A TCP port. A board has one host at a time: a new connection ends the one before."""

    def __init__(self, host: str, port: int = 0) -> None:
        super().__init__()
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None
        self._host_now: asyncio.Transport | None = None

    @property
    def url(self) -> str:
        """What a host opens; with port 0 known only once the line is open."""
        return f"tcp://{self._host}:{self._port}"

    async def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Host(self), self._host, self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        if self._host_now is not None:
            self._host_now.abort()

    def came(self, host: asyncio.Transport) -> None:
        """Talk to this host from now on."""
        if self._host_now is not None:
            self._host_now.abort()
        self._host_now = host
        self._hung_up()

    def heard(self, host: asyncio.Transport, data: bytes) -> None:
        """Let the boards answer, if this is still their host."""
        if host is self._host_now and not host.is_closing():
            host.write(self._heard(data))
            if host.get_write_buffer_size() > MAX_WAITING_BYTES:
                host.abort()

    def left(self, host: asyncio.Transport) -> None:
        """Forget a host that has gone."""
        if host is self._host_now:
            self._host_now = None
            self._hung_up()


class _Host(asyncio.Protocol):
    def __init__(self, line: TcpLine) -> None:
        self._line = line
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._line.came(self._transport)

    def data_received(self, data: bytes) -> None:
        self._line.heard(self._transport, data)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- asyncio's signature
        self._line.left(self._transport)


class UdpLine(Line):
    """A UDP port: each datagram is heard whole, and an answer goes to whoever sent it."""

    def __init__(self, host: str, port: int = 0) -> None:
        super().__init__()
        self._host = host
        self._port = port
        self._transport: asyncio.DatagramTransport | None = None

    @property
    def url(self) -> str:
        """What a host opens; with port 0 known only once the line is open."""
        return f"udp://{self._host}:{self._port}"

    async def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self._heard), (self._host, self._port)
        )
        self._port = self._transport.get_extra_info("sockname")[1]

    def _end(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, heard: Hear) -> None:
        self._heard = heard
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._heard(data)
        if answer:
            self._transport.sendto(answer, addr)
