"""What the driver says to a sign: as little as possible, and never half a picture."""

from dataclasses import replace
from datetime import datetime
from random import Random

import pytest

from drivers.dialect import Carrier, Site
from drivers.errors import DriverError, PeerRefused, PeerSilent, Unsupported
from drivers.ntcip import driver, objects
from drivers.ntcip.activation import BLANK, Activation, MessageId
from drivers.ntcip.ber import Counted
from drivers.ntcip.manager import ObjectRefused
from drivers.ntcip.objects import ControlMode, GraphicStatus, IllumControl, MemoryType, SourceMode
from drivers.ntcip.snmp import Error
from playlists.text.frame import Depth, Geometry
from simulator.boards import ntcip_controller
from simulator.boards.board import Fault
from simulator.boards.ntcip import NtcipSign
from simulator.boards.ntcip_mib import SetRefused
from simulator.noise import Damage, Storm
from simulator.wire import Clear, DatagramWire

CURRENT = MemoryType.CURRENT, 1
NOON = datetime(2026, 11, 25, 12, 0, 7)  # noqa: DTZ001 -- a sign's wall clock


def shows(desk, seed):
    return desk.sign.frame() == desk.picture(seed)


def take_over(desk, text, priority, owner):
    """Let another system show a text."""
    message = MessageId(MemoryType.CHANGEABLE, 16, desk.define(16, text, priority, owner))
    desk.put(objects.ACTIVATE, Activation(message, 255).encode())


def without(desk, *missing):
    """Take objects away from a sign, as if it had never had them."""
    for oid in [oid for oid in desk.sign.controller.mib.cells if objects.object_of(oid) in missing]:
        del desk.sign.controller.mib.cells[oid]


def test_a_picture_it_holds_is_only_activated_again(desk):
    first_bytes = desk.asked(lambda: desk.board.show(desk.picture(1)))
    new_bytes = desk.asked(lambda: desk.board.show(desk.picture(2)))
    again_bytes = desk.asked(lambda: desk.board.show(desk.picture(1)))
    assert shows(desk, 1)
    same_bytes = desk.asked(lambda: desk.board.show(desk.picture(1)))
    assert again_bytes == same_bytes < 80
    assert new_bytes < 1_200
    assert first_bytes < 2_000


def test_the_longest_unused_picture_makes_room(desk):
    for seed in range(driver.GRAPHICS + 1):
        desk.board.show(desk.picture(seed))
    assert desk.asked(lambda: desk.board.show(desk.picture(5))) < 80
    assert desk.asked(lambda: desk.board.show(desk.picture(0))) > 500
    assert desk.asked(lambda: desk.board.show(desk.picture(2))) < 80
    assert shows(desk, 2)


def test_dark_needs_no_graphic(desk):
    desk.board.show(desk.picture(1))
    assert desk.asked(desk.board.blank) < 80
    assert desk.sign.frame() == desk.dark
    assert desk.get(objects.TABLE_SOURCE) == BLANK.encode()
    desk.board.show(desk.dark, emergency=True)
    assert desk.sign.frame() == desk.dark
    assert desk.get(objects.MESSAGE_PRIORITY, *CURRENT) == 255


def test_the_message_names_the_graphic_and_its_checksum(desk):
    desk.board.show(desk.picture(1))
    text = desk.get(objects.MESSAGE_MULTI, *CURRENT).decode()
    row, x, y, ident = text.strip("[]g").split(",")
    assert (x, y) == ("1", "1")
    assert int(ident, 16) == desk.get(objects.GRAPHIC_ID, int(row))
    assert desk.get(objects.MESSAGE_OWNER, *CURRENT) == b"signcast"


def test_it_goes_dark_when_the_host_is_gone(desk):
    desk.board.show(desk.picture(1))
    desk.wire.pause(60 * driver.COMM_LOSS_MIN - 1)
    assert shows(desk, 1)
    desk.wire.pause(2)
    assert desk.sign.frame() == desk.dark
    assert desk.get(objects.SOURCE_MODE) == SourceMode.COMM_LOSS
    desk.board.show(desk.picture(1))
    assert shows(desk, 1)
    assert desk.board.capabilities.refresh_ms * 2 < 60_000 * driver.COMM_LOSS_MIN


def test_it_is_dark_after_a_loss_of_power(desk):
    desk.board.show(desk.picture(1))
    desk.sign.fail(Fault.POWER_CUT)
    assert desk.sign.frame() == desk.dark
    desk.board.show(desk.picture(1))
    assert shows(desk, 1)


def test_another_sign_in_its_place_gets_everything_anew(desk, site):
    for seed in (1, 2):
        desk.board.show(desk.picture(seed))
    other = NtcipSign(site, desk.wire.clock)
    desk.wire._signs[:] = [other]
    desk.board.show(desk.picture(1))
    assert other.frame() == desk.picture(1)


def test_a_graphic_that_somebody_overwrote_is_loaded_anew(desk):
    for seed in (1, 2):
        desk.board.show(desk.picture(seed))
    desk.board.blank()
    for row in range(1, 13):
        desk.put(objects.GRAPHIC_STATUS, int(GraphicStatus.NOT_USED_REQ), row)
    desk.board.show(desk.picture(1))
    assert shows(desk, 1)


def test_an_emergency_refuses_others_until_it_is_released(desk):
    desk.board.show(desk.picture(1), emergency=True)
    low = MessageId(MemoryType.CHANGEABLE, 16, desk.define(16, b"SALE", 200))
    with pytest.raises(ObjectRefused):
        desk.put(objects.ACTIVATE, Activation(low, 254).encode())
    assert shows(desk, 1)
    desk.board.show(desk.picture(2))
    assert shows(desk, 2)
    assert desk.get(objects.MESSAGE_PRIORITY, *CURRENT) == driver.ORDINARY_PRIORITY


def test_a_restarted_host_ends_its_own_emergency_and_nobody_elses(desk):
    desk.board.show(desk.picture(1), emergency=True)
    desk.again().show(desk.picture(2))
    assert shows(desk, 2)
    take_over(desk, b"FLOOD", 250, b"traffic centre")
    flood = desk.sign.frame()
    for board in (desk.board, desk.again()):
        with pytest.raises(PeerRefused, match="priority"):
            board.show(desk.picture(2))
        assert desk.sign.frame() == flood
    desk.board.show(desk.picture(3), emergency=True)
    assert shows(desk, 3)


def test_a_graphic_on_show_is_not_touched_even_on_a_sign_that_would_let_us(desk):
    desk.board.show(desk.picture(1))
    cells = desk.sign.controller.mib.cells
    for row in range(1, 13):
        if cells[objects.GRAPHIC_STATUS.at(row)] == GraphicStatus.IN_USE:
            cells[objects.GRAPHIC_STATUS.at(row)] = int(GraphicStatus.READY)
            used = row
    fresh = desk.again()
    for seed in range(2, 2 + driver.GRAPHICS - 1):
        fresh.show(desk.picture(seed))
        if seed == 2:
            assert cells[objects.GRAPHIC_STATUS.at(used)] == GraphicStatus.READY
            assert shows(desk, 2)


def test_local_control_is_said_in_words(desk):
    desk.sign.controller.mib.cells[objects.CONTROL_MODE.at()] = int(ControlMode.LOCAL)
    with pytest.raises(PeerRefused, match="local control"):
        desk.board.show(desk.picture(1))
    status = desk.board.status()
    assert not status.ok
    assert status.detail == "local control"


def test_local_control_that_begins_later_is_said_in_words_too(desk):
    desk.board.show(desk.picture(1))
    desk.sign.controller.mib.cells[objects.CONTROL_MODE.at()] = int(ControlMode.LOCAL)
    for seed, words in ((2, "local control"), (1, "local control")):
        with pytest.raises(PeerRefused, match=words):
            desk.board.show(desk.picture(seed))
    assert shows(desk, 1)


def test_a_sign_that_holds_something_else_is_not_believed(desk, monkeypatch):
    honest = desk.sign.controller._graphic
    monkeypatch.setattr(
        desk.sign.controller,
        "_graphic",
        lambda row: replace(honest(row), data=bytes(len(honest(row).data))),
    )
    with pytest.raises(PeerRefused, match="it holds graphic"):
        desk.board.show(desk.picture(1))
    assert desk.sign.frame() == desk.dark


def test_a_sign_that_read_another_message_is_not_believed(desk, monkeypatch):
    monkeypatch.setattr(ntcip_controller, "message_crc", lambda *_message: 7)
    with pytest.raises(PeerRefused, match="is 0007 there"):
        desk.board.show(desk.picture(1))
    assert desk.sign.frame() == desk.dark


def test_a_sign_of_another_size_or_without_colours_is_refused(desk, rgb_desk, site):
    large = driver.Ntcip(desk.wire, replace(site, geometry=Geometry(96, 16)))
    with pytest.raises(PeerRefused, match="64x16 pixels, not 96x16"):
        large.blank()
    coloured = driver.Ntcip(desk.wire, replace(site, depth=Depth.RGB))
    with pytest.raises(PeerRefused, match="24-bit"):
        coloured.show(rgb_desk.picture(1))
    # One-bit graphics are understood by signs of any colours.
    driver.Ntcip(rgb_desk.wire, site).show(desk.picture(1))
    assert rgb_desk.sign.frame().to_bitmap().tolist() == desk.picture(1).to_bitmap().tolist()


def test_a_sign_without_room_is_refused(desk):
    desk.sign.controller.mib.cells[objects.GRAPHIC_MAX.at()] = 1
    with pytest.raises(PeerRefused, match="no room for two graphics"):
        desk.board.show(desk.picture(1))


def test_a_sign_with_a_nonsensical_block_size_gets_blocks_that_fit_a_datagram(rgb_desk):
    # A Daktronics controller names 64,449 bytes and takes 1,023.
    rgb_desk.sign.controller.mib.cells[objects.GRAPHIC_BLOCK_BYTES.at()] = 64_449
    longest = 0

    def measure(data):
        nonlocal longest
        longest = max(longest, len(data))
        return (data,)

    rgb_desk.wire.weather = Clear()
    rgb_desk.wire.weather.towards_board = measure
    with pytest.raises(PeerRefused):  # ours means its own 512
        rgb_desk.board.show(rgb_desk.picture(1))
    assert 1_023 < longest < 1_200
    assert rgb_desk.sign.frame() == rgb_desk.dark


def test_objects_that_a_sign_need_not_have_are_done_without(desk):
    without(
        desk,
        objects.SHORT_RECOVERY,
        objects.MESSAGE_BEACON,
        objects.MESSAGE_PIXEL_SERVICE,
        objects.LOCAL_TIME,
        objects.MODULE_VERSION,
        objects.CABINET_MAX_C,
        objects.ILLUM_LEVEL,
    )
    for seed in (1, 2):
        desk.board.show(desk.picture(seed))
        assert shows(desk, seed)
    desk.board.set_clock(NOON)
    assert desk.get(objects.GLOBAL_TIME).number % 86_400 == 12 * 3_600 + 7
    status = desk.board.status()
    assert status.ok
    assert status.model == "Signcast make-believe"
    assert (status.local, status.temperature_c, status.brightness) == (None, None, None)


def test_a_community_that_may_only_read_is_said_in_words(desk):
    # Ledstar signs answer noSuchName then.
    desk.board.show(desk.picture(1))
    refuse = desk.sign.controller.mib._set_one

    def read_only(binding):
        if binding[0] == objects.ACTIVATE.at():
            del desk.sign.controller.mib.cells[objects.ACTIVATE.at()]
        refuse(binding)

    desk.sign.controller.mib._set_one = read_only
    with pytest.raises(PeerRefused, match="may not change what is shown"):
        desk.board.show(desk.picture(1))


def test_brightness_is_the_nearest_level_and_dark_only_at_nought(desk):
    levels = []
    for percent in (0, 1, 40, 100):
        desk.board.set_brightness(percent)
        levels.append(desk.get(objects.ILLUM_LEVEL))
    assert levels == [0, 1, 3, 8]
    assert desk.get(objects.ILLUM_CONTROL) == IllumControl.MANUAL_DIRECT
    assert desk.board.status().brightness == 100


def test_brightness_of_a_sign_of_version_1(desk):
    def only_manual(_place, value):
        if value != IllumControl.MANUAL:
            raise SetRefused(Error.BAD_VALUE)
        desk.sign.controller.mib.cells[objects.ILLUM_CONTROL.at()] = value

    desk.sign.controller.mib.writes[objects.ILLUM_CONTROL] = only_manual
    desk.board.set_brightness(50)
    assert desk.get(objects.ILLUM_LEVEL) == 4


def test_the_clock_is_set_by_the_signs_own_zone(desk):
    desk.board.set_clock(NOON)
    assert desk.board.status().local == NOON
    at_utc = desk.get(objects.GLOBAL_TIME)
    assert isinstance(at_utc, Counted)
    # 05:00:07 UTC is 12:00:07 in Vietnam.
    assert at_utc.number % 86_400 == 5 * 3_600 + 7


def test_what_it_shows_is_asked_of_the_sign_itself(desk):
    desk.board.show(desk.picture(1))
    assert desk.again().read_back() == desk.picture(1)
    desk.board.blank()
    assert desk.again().read_back() == desk.dark
    take_over(desk, b"[jl3]HELLO", 10, b"x")
    with pytest.raises(PeerRefused, match="HELLO"):
        desk.board.read_back()


def test_a_picture_that_contradicts_its_checksum_is_not_believed(desk):
    desk.board.show(desk.picture(1))
    cells = desk.sign.controller.mib.cells
    (block,) = [oid for oid in cells if objects.object_of(oid) is objects.GRAPHIC_BLOCK]
    cells[block] = bytes(128)
    with pytest.raises(DriverError, match="checksum"):
        desk.board.read_back()


def test_status_tells_what_the_sign_says(desk):
    desk.board.show(desk.picture(1))
    status = desk.board.status()
    assert status.ok
    assert status.detail == "central"
    assert status.model == "Signcast make-believe 1"
    assert status.temperature_c == 41
    assert status.showing.startswith("[g")
    desk.sign.controller.mib.cells[objects.SHORT_ERROR.at()] = 1 << 5 | 1 << 11
    status = desk.board.status()
    assert not status.ok
    assert status.faults == ("pixel", "critical temperature")


def test_a_probe_hears_signs_only(desk, site):
    assert driver.probe(desk.wire, site).model == "Signcast make-believe 1"
    assert driver.probe(desk.wire, replace(site, community="public")) is None
    without(desk, objects.SHORT_ERROR)  # an agent of something else
    assert driver.probe(desk.wire, site) is None
    assert driver.probe(DatagramWire(), site) is None


def test_drops_on_one_line_do_not_hear_each_other(line_desk, site):
    near = replace(line_desk.site, address=1)
    other = NtcipSign(near, line_desk.wire.clock)
    line_desk.wire.plug_in(other)
    line_desk.board.show(line_desk.picture(1))
    assert other.frame() == line_desk.dark
    driver.Ntcip(line_desk.wire, near).show(line_desk.picture(2))
    assert (line_desk.sign.frame(), other.frame()) == (line_desk.picture(1), line_desk.picture(2))
    with pytest.raises(PeerSilent):
        driver.Ntcip(line_desk.wire, replace(near, address=2)).blank()


@pytest.mark.parametrize("damage", Damage)
def test_a_bad_line_never_shows_a_wrong_picture(line_desk, damage):
    desk, chance = line_desk, Random(damage)
    pictures = [desk.picture(seed) for seed in range(12)]
    old = desk.dark
    for _ in range(60):
        new = chance.choice([each for each in pictures if each != old])
        desk.wire.weather = Storm(damage, chance.randint(1, 14), chance)
        try:
            desk.board.show(new)
        except DriverError:
            assert desk.sign.frame() in {old, new, desk.dark}
            desk.sign.hang_up()
            desk.board = desk.again()
        else:
            assert desk.sign.frame() == new
        desk.wire.weather = Clear()
        old = chance.choice(pictures)
        desk.board.show(old)
        assert desk.sign.frame() == old


@pytest.mark.parametrize(
    ("site", "why"),
    [
        (Site(Geometry(64, 16), Depth.TRICOLOUR, 1, "x"), "two-colour"),
        (Site(Geometry(64, 256), Depth.MONO, 1, "x"), "255 rows"),
        (Site(Geometry(64, 16), Depth.MONO, 1), "community"),
        (Site(Geometry(64, 16), Depth.MONO, 0, "x"), "drops"),
        (Site(Geometry(64, 16), Depth.MONO, 8192, "x", Carrier.SERIAL), "drops"),
    ],
)
def test_sites_that_cannot_be_are_refused_in_words(site, why):
    with pytest.raises(Unsupported, match=why):
        driver.Ntcip(DatagramWire(), site)


def test_over_udp_nobody_needs_a_drop(site):
    assert driver.Ntcip(DatagramWire(), replace(site, address=0)).capabilities.reads_back


def test_slow_lines_are_declared_slow(desk, line_desk, rgb_desk):
    def interval_ms(one):
        return one.board.capabilities.frame_interval_ms

    assert interval_ms(desk) < interval_ms(rgb_desk) < 2_000
    for one in (line_desk,):
        one.board.show(one.picture(1))
        before_s = one.wire.now_s
        one.board.show(one.picture(2))
        took_ms = 1000 * (one.wire.now_s - before_s)
        assert took_ms / 2 < interval_ms(one) < 2 * took_ms
