"""Boards on a network: TCP connections and UDP datagrams, `tcp://host:port` and `udp://host:port`."""

import contextlib
import socket
import time
from typing import Final

from drivers.errors import LinkLost

CONNECT_TIMEOUT_S: Final = 5.0
"""A board in the same network answers within milliseconds; one behind 4G within seconds."""
WRITE_TIMEOUT_S: Final = 10.0
DEAD_AFTER_S: Final = 10
"""Sent bytes that nobody acknowledged for so long end a TCP connection."""
_READ_BYTES: Final = 65_536


class TcpLink:
    """A connection to one board. A `ByteLink`."""

    def __init__(self, host: str, port: int) -> None:
        self._name = f"tcp://{host}:{port}"
        try:
            self._socket = socket.create_connection((host, port), CONNECT_TIMEOUT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            self._socket.setsockopt(
                socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_AFTER_S * 1000
            )
        except OSError as exc:
            raise LinkLost(self._name, str(exc)) from exc

    @property
    def name(self) -> str:
        """What an operator calls this line."""
        return self._name

    def write(self, data: bytes) -> None:
        """Send all of it."""
        try:
            self._socket.settimeout(WRITE_TIMEOUT_S)
            self._socket.sendall(data)
        except OSError as exc:
            raise self._lost(str(exc)) from exc

    def read(self, timeout_s: float) -> bytes:
        """Return what has arrived, waiting at most `timeout_s`; b"" when nothing came."""
        try:
            self._socket.settimeout(timeout_s)
            data = self._socket.recv(_READ_BYTES)
        except (TimeoutError, BlockingIOError):
            return b""
        except OSError as exc:
            raise self._lost(str(exc)) from exc
        if not data:
            raise self._lost("the board hung up")
        return data

    def discard_input(self) -> None:
        """Forget what has arrived and was not read."""
        while self.read(0):
            pass

    def pause(self, duration_s: float) -> None:
        """Let the line be quiet so long."""
        time.sleep(duration_s)

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def _lost(self, reason: str) -> LinkLost:
        self.close()
        return LinkLost(self._name, reason)


class UdpLink:
    """Datagrams to and from one board. A `ByteLink`: a write is a datagram, a read returns one."""

    def __init__(self, host: str, port: int) -> None:
        self._name = f"udp://{host}:{port}"
        try:
            family, kind, _proto, _canonical, where = socket.getaddrinfo(
                host, port, type=socket.SOCK_DGRAM
            )[0]
            self._socket = socket.socket(family, kind)
            # Connected: datagrams of strangers are dropped by the kernel.
            self._socket.connect(where)
        except OSError as exc:
            raise LinkLost(self._name, str(exc)) from exc

    @property
    def name(self) -> str:
        """What an operator calls this line."""
        return self._name

    def write(self, data: bytes) -> None:
        """Send one datagram. That nobody listens is silence, not a lost link."""
        try:
            with contextlib.suppress(ConnectionRefusedError):
                # The kernel reports here that an earlier datagram found no listener.
                self._socket.send(data)
                return
            self._socket.send(data)
        except ConnectionRefusedError:
            return
        except OSError as exc:
            raise self._lost(exc) from exc

    def read(self, timeout_s: float) -> bytes:
        """Return one datagram, waiting at most `timeout_s`; b"" when none came."""
        try:
            self._socket.settimeout(timeout_s)
            return self._socket.recv(_READ_BYTES)
        except (TimeoutError, BlockingIOError, ConnectionRefusedError):
            return b""
        except OSError as exc:
            raise self._lost(exc) from exc

    def discard_input(self) -> None:
        """Forget the datagrams that have arrived and were not read."""
        while self.read(0):
            pass

    def pause(self, duration_s: float) -> None:
        """Let the line be quiet so long."""
        time.sleep(duration_s)

    def close(self) -> None:
        """Close the socket."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def _lost(self, exc: BaseException) -> LinkLost:
        self.close()
        return LinkLost(self._name, str(exc))
