"""A line between a gateway and its controller that counts what passes, and can break once."""

import socket
import threading
from contextlib import suppress

BLOCK_BYTES = 4_096


class Wiretap:
    """Listens on a free port and passes on to another, both ways, until it is closed."""

    def __init__(self, port):
        self._target = ("127.0.0.1", port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.up_bytes = 0
        self.down_bytes = 0
        self.breaks = 0
        self._break_at = None
        self._lock = threading.Lock()
        self._sockets = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def passed_bytes(self):
        return self.up_bytes + self.down_bytes

    def break_after(self, down_bytes):
        """Break the connection when so many bytes more have come down."""
        self._break_at = self.down_bytes + down_bytes

    def close(self):
        self._server.close()
        for one in self._sockets:
            _end(one)

    def _accept(self):
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(self._target)
                self._sockets += [near, far]
                for one in (near, far):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for pair, name in (((near, far), "up_bytes"), ((far, near), "down_bytes")):
                    threading.Thread(target=self._pump, args=(*pair, name), daemon=True).start()

    def _pump(self, source, sink, name):
        with suppress(OSError):
            while block := source.recv(BLOCK_BYTES):
                if name == "down_bytes" and self._is_to_break(len(block)):
                    break
                with self._lock:
                    setattr(self, name, getattr(self, name) + len(block))
                sink.sendall(block)
        _end(source)
        _end(sink)

    def _is_to_break(self, coming_bytes):
        if self._break_at is None or self.down_bytes + coming_bytes <= self._break_at:
            return False
        self._break_at = None
        self.breaks += 1
        return True


def _end(sock):
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()
