"""GPIO relays. What a kernel with a chip does was tried by hand (docs/protocols/relay.md); here
stands a chip that behaves as that one did, and everything that is no chip.
"""

import errno

import gpiod
import pytest
from gpiod.line import Direction, Value

from drivers.errors import LinkLost
from drivers.speaker.gpio import GpioRelay
from drivers.speaker.relay import Wiring

CHIP, LINE = "/dev/gpiochip0", 17


class Chip:
    """Its pins by number: high or low, as they are left when a line is given back."""

    def __init__(self):
        self.pins = {}
        self.owned = set()
        self.is_gone = False

    def request_lines(self, path, consumer, config):
        ((number, settings),) = config.items()
        if path != CHIP or self.is_gone:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory")
        if number in self.owned:
            raise OSError(errno.EBUSY, "Device or resource busy")
        assert (settings.direction, consumer) == (Direction.OUTPUT, "signcast")
        self.owned.add(number)
        line = Line(self, number, active_low=settings.active_low)
        line.set_value(number, settings.output_value)
        return line


class Line:
    def __init__(self, chip, number, *, active_low):
        self._chip, self._number, self._active_low = chip, number, active_low

    def set_value(self, number, value):
        assert number == self._number in self._chip.owned
        if self._chip.is_gone:
            raise OSError(errno.ENODEV, "No such device")
        self._chip.pins[number] = (value is Value.ACTIVE) is not self._active_low

    def release(self):
        self._chip.owned.remove(self._number)


@pytest.fixture
def chip(monkeypatch):
    chip = Chip()
    monkeypatch.setattr(gpiod, "request_lines", chip.request_lines)
    return chip


@pytest.mark.parametrize(("form", "on"), [("gpio", True), ("gpio-low", False)])
def test_the_pin_follows_and_the_line_is_held_until_the_end(chip, form, on):
    relay = GpioRelay(Wiring.parse(f"{form}:{CHIP}:{LINE}"))
    assert not chip.owned
    chip.pins[LINE] = on  # what a process that was killed left behind
    for switched in (False, True, True, False, True):
        relay.switch(on=switched)
        assert chip.pins[LINE] is (on if switched else not on)
        assert chip.owned == {LINE}
    relay.close()
    relay.close()
    assert (chip.pins[LINE], chip.owned) == (not on, set())


def test_lines_of_one_chip_are_apart_and_each_has_one_owner(chip):
    first, second = (GpioRelay(Wiring.parse(f"gpio:{CHIP}:{number}")) for number in (1, 2))
    first.switch(on=True)
    second.switch(on=False)
    assert chip.pins == {1: True, 2: False}
    other = GpioRelay(Wiring.parse(f"gpio-low:{CHIP}:1"))
    with pytest.raises(LinkLost, match="busy"):
        other.switch(on=True)
    first.close()
    other.switch(on=True)
    assert chip.pins[1] is False


def test_a_chip_that_was_pulled_out_is_taken_again(chip):
    relay = GpioRelay(Wiring.parse(f"gpio:{CHIP}:{LINE}"))
    relay.switch(on=True)
    chip.is_gone = True
    for _ in range(2):
        with pytest.raises(LinkLost, match=CHIP):
            relay.switch(on=True)
    assert not chip.owned
    chip.is_gone = False
    relay.switch(on=True)
    assert chip.pins[LINE] is True
    chip.is_gone = True
    relay.close()
    assert not chip.owned


@pytest.mark.parametrize("form", ["gpio", "gpio-low"])
@pytest.mark.parametrize("kind", ["missing", "a device, but no chip", "a file"])
def test_what_is_no_chip_is_link_lost_each_time_and_closes_quietly(tmp_path, form, kind):
    (tmp_path / "a-file").touch()
    path = {"missing": tmp_path / "gpiochip9", "a file": tmp_path / "a-file"}.get(kind, "/dev/null")
    relay = GpioRelay(Wiring.parse(f"{form}:{path}:17"))
    for on in (True, False):
        with pytest.raises(LinkLost, match=str(path)):
            relay.switch(on=on)
    relay.close()
    relay.close()
