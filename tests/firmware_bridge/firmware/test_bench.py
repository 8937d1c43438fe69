"""Which devices take firmware from a gateway: boards whose dialect lives on serial lines."""

import pytest

from drivers.catalogue import DIALECTS
from drivers.dialect import Carrier
from firmware_bridge.config import THIN, DeviceConfig
from firmware_bridge.hardware import Hardware
from firmware_bridge.loudspeakers import PCM
from playlists.text.frame import Geometry


def device(driver, port):
    return DeviceConfig("bang-1", "bi-mat", driver, port, 1, Geometry(64, 16))


@pytest.fixture
def hardware():
    hardware = Hardware()
    yield hardware
    hardware.close()


@pytest.mark.parametrize("name", DIALECTS)
def test_a_board_takes_firmware_where_its_dialect_can_share_a_line(hardware, name):
    for carrier, port in (
        (Carrier.SERIAL, "/dev/null"),
        (Carrier.TCP, "tcp://127.0.0.1:1"),
        (Carrier.UDP, "udp://127.0.0.1:1"),
    ):
        if carrier in DIALECTS[name].carriers:
            wanted = Carrier.SERIAL in DIALECTS[name].carriers and carrier is not Carrier.UDP
            assert (hardware.bench(device(name, port)) is not None) == wanted


def test_one_thread_serves_a_line_and_its_bootloaders(hardware):
    board = device("am03127", "/dev/null")
    bench = hardware.bench(board)
    assert bench is not None
    assert bench.hand is hardware.hand(board)


@pytest.mark.parametrize("driver", [THIN, PCM])
def test_thin_boards_and_loudspeakers_take_none(hardware, driver):
    assert hardware.bench(device(driver, "")) is None
