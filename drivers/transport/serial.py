"""Serial lines through pyserial: ttys, pseudo-terminals, `socket://` and `rfc2217://` URLs."""

import contextlib
import os
import termios
import time
from dataclasses import dataclass
from typing import Final, Literal

import serial

from drivers.errors import LinkLost

WRITE_TIMEOUT_S: Final = 30.0
"""At 4800 baud thirty seconds carry 14,400 bytes, more than any dialect sends at once."""
_POLL_S: Final = 0.05
"""How long pyserial waits at a time; a read may take as much longer."""

FAILURES: Final = (
    serial.SerialException,
    OSError,
    termios.error,
    ValueError,
    TypeError,
    AttributeError,
    NotImplementedError,
)
"""What pyserial lets through when a port disappears under it."""


@dataclass(frozen=True, slots=True)
class LineFormat:
    """How a serial line is set."""

    baud: int = 9_600
    data_bits: Literal[7, 8] = 8
    parity: Literal["N", "E", "O"] = "N"
    stop_bits: Literal[1, 2] = 1
    turnaround_s: float = 0.0
    """How long a two-wire line must be quiet before we drive it: RS-485 senders let go late."""

    def __str__(self) -> str:
        return f"{self.baud} {self.data_bits}{self.parity}{self.stop_bits}"


class SerialLink:
    """An open line. A `ByteLink`."""

    def __init__(self, url: str, line: LineFormat | None = None) -> None:
        line = line or LineFormat()
        self._url = url
        self._turnaround_s = line.turnaround_s
        self._busy_at_s = 0.0
        # A pseudo-terminal has no wire: it keeps eight bits and says EINVAL when asked again.
        has_wire = not os.path.realpath(url).startswith("/dev/pts/")
        try:
            self._port = serial.serial_for_url(
                url,
                baudrate=line.baud,
                bytesize=line.data_bits if has_wire else 8,
                parity=line.parity if has_wire else "N",
                stopbits=line.stop_bits,
                timeout=_POLL_S,
                # A terminal server has its own, and pyserial refuses ours.
                write_timeout=None if url.startswith("rfc2217:") else WRITE_TIMEOUT_S,
                exclusive=True,
            )
        except FAILURES as exc:
            raise LinkLost(url, str(exc)) from exc

    @property
    def name(self) -> str:
        """What an operator calls this line."""
        return self._url

    @property
    def is_open(self) -> bool:
        """Say whether the line is still ours: an error gives it back."""
        return bool(self._port.is_open)

    def write(self, data: bytes) -> None:
        """Send all of it, once the line has been quiet for its turn-around time."""
        quiet_s = time.monotonic() - self._busy_at_s
        if quiet_s < self._turnaround_s:
            time.sleep(self._turnaround_s - quiet_s)
        try:
            self._port.write(data)
            self._port.flush()
        except FAILURES as exc:
            raise self._lost(exc) from exc
        self._busy_at_s = time.monotonic()

    def read(self, timeout_s: float) -> bytes:
        """Return what has arrived, waiting at most `timeout_s`; b"" when nothing came."""
        deadline_s = time.monotonic() + timeout_s
        try:
            data: bytes = self._port.read(self._port.in_waiting)
            while not data and time.monotonic() < deadline_s:
                # Its timeout is never changed: pyserial would set up the whole line again.
                data = self._port.read(1)
                data += self._port.read(self._port.in_waiting)
        except FAILURES as exc:
            raise self._lost(exc) from exc
        if data:
            self._busy_at_s = time.monotonic()
        return data

    def discard_input(self) -> None:
        """Forget what has arrived and was not read."""
        try:
            self._port.reset_input_buffer()
        except FAILURES as exc:
            raise self._lost(exc) from exc

    def pause(self, duration_s: float) -> None:
        """Let the line be quiet so long."""
        time.sleep(duration_s)

    def close(self) -> None:
        """Close the line."""
        with contextlib.suppress(*FAILURES):
            self._port.close()

    def _lost(self, exc: BaseException) -> LinkLost:
        self.close()
        return LinkLost(self._url, str(exc))
