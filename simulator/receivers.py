"""Trucks' receivers in real time: NMEA on a pseudo-terminal, or a gpsd on a TCP port."""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

from drivers.errors import PeerWireError
from drivers.gps import gpsd
from drivers.gps.lines import Lines
from drivers.gps.packets import Devices, Version, Watch
from simulator.lines import PtyLine
from simulator.trucks import Truck

EVERY_S: Final = 1.0
MAX_WAITING_BYTES: Final = 64 << 10
"""Reports a client does not read; gpsd hangs up on such clients, too."""
_READ_BYTES: Final = 4_096


class SimulatedReceiver(ABC):
    """One truck's receiver. `pace` > 1 drives faster than time goes by, for impatient people."""

    def __init__(self, truck: Truck, *, pace: float = 1.0, every_s: float = EVERY_S) -> None:
        self.truck = truck
        self._pace = pace
        self._every_s = every_s
        self._second = 0.0

    @property
    def second(self) -> float:
        """Return how far into its drive the truck is."""
        return self._second

    async def run(self) -> None:
        """Speak until cancelled."""
        loop = asyncio.get_running_loop()
        async with self._opened():
            began_s = loop.time()
            while True:
                self._second = (loop.time() - began_s) * self._pace
                self._say(self._second, datetime.now(UTC))
                await asyncio.sleep(self._every_s)

    @property
    @abstractmethod
    def where(self) -> str:
        """What a gateway is told: its `gps`."""

    @abstractmethod
    def _opened(self) -> contextlib.AbstractAsyncContextManager[None]: ...

    @abstractmethod
    def _say(self, second: float, at: datetime) -> None: ...


class NmeaReceiver(SimulatedReceiver):
    """A receiver on a serial line."""

    def __init__(
        self, truck: Truck, line: PtyLine, *, pace: float = 1.0, every_s: float = EVERY_S
    ) -> None:
        super().__init__(truck, pace=pace, every_s=every_s)
        self._line = line

    @property
    def where(self) -> str:
        """Return the line's path."""
        return self._line.url

    @contextlib.asynccontextmanager
    async def _opened(self) -> AsyncIterator[None]:
        await self._line.open()
        try:
            yield
        finally:
            self._line.close()

    def _say(self, second: float, at: datetime) -> None:
        self._line.say(self.truck.nmea(second, at))


class GpsdReceiver(SimulatedReceiver):
    """A gpsd with one receiver; any number of clients."""

    def __init__(
        self, truck: Truck, host: str, port: int, *, pace: float = 1.0, every_s: float = EVERY_S
    ) -> None:
        super().__init__(truck, pace=pace, every_s=every_s)
        self._host = host
        self._port = port
        self._clients: dict[asyncio.StreamWriter, bool] = {}

    @property
    def where(self) -> str:
        """Return the URL; with port 0 known only once it listens."""
        return f"gpsd://{self._host}:{self._port}"

    @contextlib.asynccontextmanager
    async def _opened(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._serve, self._host, self._port)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for client in [*self._clients]:
                client.close()

    def _say(self, second: float, at: datetime) -> None:
        report = self.truck.gpsd(second, at)
        for client, watches in [*self._clients.items()]:
            if watches and report:
                self._tell(client, report)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients[writer] = False
        lines = Lines(gpsd.DIALECT, gpsd.MAX_REQUEST_BYTES)
        self._tell(writer, gpsd.encode(Version("3.22", 3, 14)))
        try:
            while data := await reader.read(_READ_BYTES):
                for line in lines.receive(data):
                    self._answer(writer, line)
        except ConnectionError:
            pass
        finally:
            del self._clients[writer]
            writer.close()

    def _answer(self, writer: asyncio.StreamWriter, line: bytes | PeerWireError) -> None:
        try:
            if isinstance(line, PeerWireError):
                raise line
            requests = gpsd.decode_requests(line)
        except PeerWireError:
            self._tell(writer, b'{"class":"ERROR","message":"Unrecognized request"}\r\n')
            return
        for watch in requests:
            if watch is not None:
                self._clients[writer] = watch.enable and watch.json
                self._tell(writer, gpsd.encode(Devices((f"/dev/{self.truck.id}",))))
                self._tell(writer, gpsd.encode(Watch(watch.enable, watch.json)))

    @staticmethod
    def _tell(writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(data)
        if writer.transport.get_write_buffer_size() > MAX_WAITING_BYTES:
            writer.transport.abort()
