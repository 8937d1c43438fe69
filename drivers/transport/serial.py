"""Serial lines through pyserial: ttys, pseudo-terminals, `socket://` and `rfc2217://` URLs."""

import contextlib
import termios
from typing import Final

import serial

from drivers.errors import LinkLost

DEFAULT_BAUD: Final = 9_600
WRITE_TIMEOUT_S: Final = 10.0
"""At 9600 baud ten seconds carry 9,600 bytes, more than any dialect sends at once."""

_FAILURES: Final = (serial.SerialException, OSError, termios.error, ValueError, TypeError)
"""What pyserial lets through when a port disappears under it."""


class SerialLink:
    """An open line, 8N1. A `ByteLink`."""

    def __init__(self, url: str, baud: int = DEFAULT_BAUD) -> None:
        self._url = url
        try:
            self._port = serial.serial_for_url(
                url, baudrate=baud, timeout=0, write_timeout=WRITE_TIMEOUT_S, exclusive=True
            )
        except _FAILURES as exc:
            raise LinkLost(url, str(exc)) from exc

    @property
    def name(self) -> str:
        """What an operator calls this line."""
        return self._url

    def write(self, data: bytes) -> None:
        """Send all of it."""
        try:
            self._port.write(data)
            self._port.flush()
        except _FAILURES as exc:
            raise self._lost(exc) from exc

    def read(self, timeout_s: float) -> bytes:
        """Return what has arrived, waiting at most `timeout_s`; b"" when nothing came."""
        try:
            self._port.timeout = timeout_s
            first: bytes = self._port.read(1)
            rest: bytes = self._port.read(self._port.in_waiting) if first else b""
        except _FAILURES as exc:
            raise self._lost(exc) from exc
        return first + rest

    def discard_input(self) -> None:
        """Forget what has arrived and was not read."""
        try:
            self._port.reset_input_buffer()
        except _FAILURES as exc:
            raise self._lost(exc) from exc

    def close(self) -> None:
        """Close the line."""
        with contextlib.suppress(*_FAILURES):
            self._port.close()

    def _lost(self, exc: BaseException) -> LinkLost:
        self.close()
        return LinkLost(self._url, str(exc))
