"""systemd hears of the gateway as long as every player comes round, and not a moment longer."""

import asyncio
import configparser
import socket
from pathlib import Path

import pytest

from drivers.transport.serial import WRITE_TIMEOUT_S
from firmware_bridge.watchdog import FEED_INTERVAL_S, PATIENCE_S, Watchdog, notify

UNIT = Path(__file__).parents[2] / "systemd" / "signcast-gateway.service"


class Seconds:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def told():
    return []


def test_it_is_fed_while_all_beat(told):
    seconds = Seconds()
    watchdog = Watchdog(told.append, seconds)
    one, two = watchdog.beat("bang-1"), watchdog.beat("loa-1")
    for seconds.now in range(0, 300, 10):
        one()
        two()
        watchdog.feed()
    assert told == ["WATCHDOG=1"] * 30


def test_one_player_that_hangs_starves_it_and_one_that_comes_back_feeds_it(told, caplog):
    seconds = Seconds()
    watchdog = Watchdog(told.append, seconds)
    one, two = watchdog.beat("bang-1"), watchdog.beat("loa-1")
    seconds.now = PATIENCE_S + 1
    one()
    for _ in range(3):
        watchdog.feed()
    assert told == []
    assert [record.message for record in caplog.records] == ["loa-1 has not come round for 90 s"], (
        "said once"
    )
    two()
    watchdog.feed()
    assert told == ["WATCHDOG=1"]


def test_from_ready_to_stopping(told):
    async def live():
        feeding = asyncio.create_task(Watchdog(told.append).run())
        await asyncio.sleep(0)
        feeding.cancel()
        await asyncio.wait([feeding])

    asyncio.run(live())
    assert told == ["READY=1", "WATCHDOG=1", "STOPPING=1"]


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_it_speaks_to_a_real_socket(tmp_path, kind):
    name = str(tmp_path / "notify") if kind == "path" else f"@signcast-{tmp_path}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(name if kind == "path" else "\0" + name[1:])
        systemd.settimeout(5)
        notify("READY=1", {"NOTIFY_SOCKET": name})
        assert systemd.recv(100) == b"READY=1"


@pytest.mark.parametrize("name", ["", "relative", "/there/is/no/such/socket"])
def test_without_systemd_nothing_happens(name):
    notify("READY=1", {"NOTIFY_SOCKET": name})


def test_the_unit_waits_for_the_players_and_is_hardened():
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read_string(UNIT.read_text("utf-8"))
    service = unit["Service"]
    assert service["Type"] == "notify"
    assert service.getint("WatchdogSec") > PATIENCE_S + FEED_INTERVAL_S
    assert PATIENCE_S >= 3 * WRITE_TIMEOUT_S
    assert service["Environment"] == "PYTHONSAFEPATH=1"
    for wall in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "DynamicUser", "ProtectClock"):
        assert service[wall] == "yes"
    assert service["ProtectSystem"] == "strict"
