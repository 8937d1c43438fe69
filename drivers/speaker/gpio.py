"""A relay on a GPIO line, through the kernel's character device.

The kernel takes the line back when whoever asked for it dies, however he dies. What the pin does
then is its chip's affair: many make it an input again, others leave it (docs/protocols/relay.md).
"""

import contextlib
from typing import Any, Final

from drivers.errors import LinkLost
from drivers.speaker.relay import Pull, Wiring

CONSUMER: Final = "signcast"
"""What `gpioinfo` shows beside the line."""
_FAILURES: Final = (OSError, ValueError)
"""ValueError: the chip has no such line."""


class GpioRelay:
    """A relay that one line moves. A `Relay`.

    The line is held also while the relay is off: nobody else moves it meanwhile.
    """

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._line: Any = None

    def switch(self, *, on: bool) -> None:
        """Take the line as an output that stands right from the first moment, or tell it."""
        import gpiod  # noqa: PLC0415 -- few gateways have such a relay
        from gpiod.line import Direction, Value  # noqa: PLC0415

        value = Value.ACTIVE if on else Value.INACTIVE
        number, active_low = self._wiring.channel, self._wiring.pull is Pull.GPIO_LOW
        settings = gpiod.LineSettings(
            direction=Direction.OUTPUT, active_low=active_low, output_value=value
        )
        try:
            if self._line is None:
                self._line = gpiod.request_lines(
                    self._wiring.port, consumer=CONSUMER, config={number: settings}
                )
            else:
                self._line.set_value(number, value)
        except _FAILURES as exc:
            self._let_go()
            raise LinkLost(self._wiring.port, str(exc)) from exc

    def close(self) -> None:
        """Let the relay fall."""
        if self._line is not None:
            with contextlib.suppress(LinkLost):
                self.switch(on=False)
            self._let_go()

    def _let_go(self) -> None:
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.release()
            self._line = None
