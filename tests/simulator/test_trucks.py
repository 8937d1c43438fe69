"""Trucks: routes, troubles, and receivers that our driver and the real gpsd believe."""

import asyncio
import shutil
import socket
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parts import missing
from waiting import auntil, until

from drivers.errors import LinkLost
from drivers.gps.driver import GpsdEar, NmeaEar, open_receiver
from firmware_bridge.locator import Locator
from firmware_bridge.player.hand import ThreadHand
from simulator import district
from simulator.errors import BadDistrict
from simulator.lines import PtyLine
from simulator.receivers import GpsdReceiver, NmeaReceiver
from simulator.trucks import Bout, Route, Trouble, Truck, truck_of

T0 = datetime(2026, 11, 25, 5, tzinfo=UTC)
LOOPBACK = "127.0.0.1"
ROUND = Route.of(
    [(21.0, 105.0, 36), (21.01, 105.0, 18, 30), (21.01, 105.01, 36)], is_loop=True
)  # fmt: skip
KINDS = {"nmea": NmeaEar, "gpsd": GpsdEar}


def said(truck, kind, seconds):
    """What a driver hears of a drive: (second, fix or None)."""
    ear, heard = KINDS[kind](), []
    for second in seconds:
        speak = getattr(truck, kind)
        reports = ear.receive(speak(second, T0 + timedelta(seconds=second)))
        heard += [(second, report.fix) for report in reports]
    return heard


@given(st.floats(0, 5_000))
def test_a_truck_goes_as_fast_as_it_says(second):
    place, speed_m_s = ROUND.at(second)
    later, _ = ROUND.at(second + 0.1)
    assert place.metres_to(later) <= max(speed_m_s, 10) * 0.1 * 1.01 + 1e-6


def test_a_route_stands_drives_and_ends_or_goes_round():
    leg_s = 1_107.2 / 10
    assert ROUND.at(leg_s + 15) == (ROUND.points[1].place, 0.0)
    assert ROUND.at(leg_s + 31)[1] == 5
    assert ROUND.at(7)[0].lat_deg == pytest.approx(ROUND.at(7 + ROUND.duration_s)[0].lat_deg)
    once = Route(ROUND.points)
    assert once.at(10_000) == (ROUND.points[-1].place, 0.0)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_said_is_where_it_is(kind):
    truck = Truck("xe", ROUND)
    heard = said(truck, kind, range(0, 400, 7))
    assert len(heard) == 58
    for second, fix in heard:
        place, speed_m_s = ROUND.at(second)
        assert fix.lat_deg == pytest.approx(place.lat_deg, abs=2e-7)
        assert fix.lon_deg == pytest.approx(place.lon_deg, abs=2e-7)
        assert fix.speed_m_s == pytest.approx(speed_m_s, abs=0.001)
        assert fix.at == T0 + timedelta(seconds=second)


@pytest.mark.parametrize("kind", KINDS)
def test_troubles_are_what_they_are_called(kind):
    bouts = [Bout(trouble, number * 10, number * 10 + 5) for number, trouble in enumerate(Trouble)]
    truck, good = Truck("xe", ROUND, bouts), Truck("xe", ROUND)
    heard, expected = dict(said(truck, kind, range(80))), dict(said(good, kind, range(80)))
    at = {trouble: number * 10 for number, trouble in enumerate(Trouble)}
    assert heard[at[Trouble.NO_FIX]] is None
    assert at[Trouble.SILENT] not in heard
    assert at[Trouble.CHECKSUM] not in heard
    jump = heard[at[Trouble.JUMP]].lat_deg - expected[at[Trouble.JUMP]].lat_deg
    assert jump == pytest.approx(0.03, abs=1e-6)
    frozen = [heard[at[Trouble.FROZEN] + second] for second in range(5)]
    assert len({(one.lat_deg, one.at) for one in frozen}) == 1
    stuck = [heard[at[Trouble.STUCK] + second] for second in range(5)]
    assert len({one.lat_deg for one in stuck}) == 1
    assert len({one.at for one in stuck}) == 5
    for second, fix in heard.items():
        if not truck.troubles(second):
            assert fix == expected[second], "trouble ends with its bout"


@pytest.mark.parametrize(
    "table",
    [
        {"id": "xe", "route": []},
        {"id": "xe", "route": [[21, 105, 0]]},
        {"id": "xe", "route": [[21, 105, 10, -1]]},
    ],
)
def test_a_truck_that_cannot_drive_is_refused(table):
    with pytest.raises(BadDistrict):
        truck_of(table)


def on_a_loop(test):
    def run(tmp_path):
        asyncio.run(asyncio.wait_for(test(tmp_path), 60))

    run.__name__ = test.__name__
    return run


def receivers(tmp_path):
    truck = Truck("xe", ROUND)
    return [
        NmeaReceiver(truck, PtyLine(tmp_path / "lines" / "xe"), every_s=0.02),
        GpsdReceiver(truck, LOOPBACK, 0, every_s=0.02),
    ]


async def follow(receiver):
    """Follow a receiver, unplug it, plug it in again."""
    speaking = asyncio.create_task(receiver.run())
    await asyncio.sleep(0)
    await auntil(lambda: not receiver.where.endswith(":0"), why="it listens")
    hand, fixes, where = ThreadHand("gps"), [], receiver.where
    locator = Locator(where, hand, lambda: open_receiver(where))
    following = asyncio.create_task(locator.receive(fixes.append))
    await auntil(lambda: len(fixes) >= 3, why="fixes arrive")
    speaking.cancel()
    await asyncio.wait([speaking])
    count = len(fixes)
    speaking = asyncio.create_task(receiver.run())
    await auntil(lambda: len(fixes) >= count + 3, timeout_s=20, why="it is found again")
    assert abs(fixes[-1].place.lat_deg - 21) < 0.02
    for task in (following, speaking):
        task.cancel()
    await asyncio.wait([following, speaking])
    hand.close()


@on_a_loop
async def test_a_gateway_follows_a_receiver_and_finds_it_again(tmp_path):
    for receiver in receivers(tmp_path):
        await follow(receiver)


@on_a_loop
async def test_many_clients_share_a_gpsd_and_none_of_them_breaks_it(tmp_path):
    _, receiver = receivers(tmp_path)
    speaking = asyncio.create_task(receiver.run())
    await auntil(lambda: not receiver.where.endswith(":0"), why="it listens")
    host, port = receiver.where.removeprefix("gpsd://").split(":")
    _, rude = await asyncio.open_connection(host, int(port))
    rude.write(b"x" * 100_000 + b"\n" + bytes(range(256)) * 10 + b"\n")
    clients = [await asyncio.to_thread(open_receiver, receiver.where) for _ in range(3)]
    for client in clients:
        reports = [await asyncio.to_thread(client.read, 5) for _ in range(2)]
        assert all(report.fix is not None for report in reports)
        client.close()
    rude.close()
    speaking.cancel()
    await asyncio.wait([speaking])


def test_nobody_there_is_a_lost_link(tmp_path):
    for where in (str(tmp_path / "none"), f"gpsd://{LOOPBACK}:1"):
        with pytest.raises(LinkLost):
            open_receiver(where)


DISTRICT = """
[simulator]
host = "127.0.0.1"
port = 0
[[truck]]
id = "xe-1"
gps = "lines/xe-1"
route = [[21.0, 105.0, 20], [21.01, 105.0, 20, 60]]
loop = false
trouble = [{ kind = "no_fix", from_s = 100, to_s = 130 }]
[[truck]]
id = "xe-2"
gps = "gpsd://127.0.0.1:0"
route = [[21.0, 105.0, 20], [21.01, 105.0, 20, 60]]
"""


@on_a_loop
async def test_a_district_has_trucks(tmp_path):
    (tmp_path / "district.toml").write_text(DISTRICT, "utf-8")
    place = district.read(tmp_path / "district.toml")
    living = asyncio.create_task(place.live())
    await auntil((tmp_path / "lines" / "xe-1").exists, why="the serial line is there")
    await auntil(lambda: not place.trucks["xe-2"].where.endswith(":0"), why="gpsd listens")
    for receiver in place.trucks.values():
        client = await asyncio.to_thread(open_receiver, receiver.where)
        report = await asyncio.to_thread(client.read, 10)
        assert abs(report.fix.lat_deg - 21) < 0.001
        client.close()
    assert place.trucks["xe-1"].truck.troubles(110) == {Trouble.NO_FIX}
    living.cancel()
    await asyncio.wait([living])


def test_a_truck_of_a_district_that_cannot_be_is_told(tmp_path):
    path = tmp_path / "district.toml"
    for old, new in (("gps = ", "gp = "), ("no_fix", "no_fox"), ("[[21.0, 105.0, 20]", "[[21.0]")):
        path.write_text(DISTRICT.replace(old, new), "utf-8")
        with pytest.raises(BadDistrict):
            district.read(path)


def free_port():
    with socket.create_server((LOOPBACK, 0)) as server:
        return server.getsockname()[1]


@on_a_loop
async def test_the_real_gpsd_believes_our_receiver_and_we_believe_it(tmp_path):
    """The third witness: sentences of ours go in, reports of gpsd's own making come out."""
    program = shutil.which("gpsd", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        missing("no gpsd (Debian package gpsd)")
    line = PtyLine(tmp_path / "xe")
    receiver = NmeaReceiver(Truck("xe", ROUND), line, every_s=0.1)
    speaking = asyncio.create_task(receiver.run())
    await auntil(line.path.exists, why="the line is there")
    port = free_port()
    command = [program, "-N", "-n", "-S", str(port), str(line.path.resolve())]
    daemon = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        client = await asyncio.to_thread(
            until, lambda: _opened(port), timeout_s=20, why="gpsd listens"
        )
        fix = None
        while fix is None:
            report = await asyncio.to_thread(client.read, 20)
            assert report is not None, "gpsd says something"
            fix = report.fix
        assert abs(fix.lat_deg - 21) < 0.02
        assert abs(fix.lon_deg - 105) < 0.02
        assert fix.speed_m_s == pytest.approx(10, abs=0.1)
        assert client.nonsense == 0
        client.close()
    finally:
        daemon.terminate()
        await daemon.wait()
        speaking.cancel()
        await asyncio.wait([speaking])


def _opened(port):
    try:
        return open_receiver(f"gpsd://{LOOPBACK}:{port}")
    except LinkLost:
        return None
