"""A board's bootloader: what it refuses, and that no cut leaves it without a whole image."""

import pytest
from firmware import BLOCK_BYTES, FACTORY, KEYS, OTHER_KEY, Desk, Ear, image
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.bootloader.driver import BoardRefused, Bootloader
from drivers.bootloader.packets import NO_MARK, Condition, Fall, Refusal
from drivers.errors import PeerSilent
from firmware_bridge.link.manifest import Image
from simulator.boards.bootloader import TRIAL_S, TRIAL_STARTS, BoardBootloader
from simulator.boards.flash import Cut, Tear
from simulator.wire import Wire

NEW = image("1.1.0")
SHA = NEW.manifest.sha256


@pytest.fixture
def desk():
    return Desk()


def tried(desk, new=NEW):
    desk.write(new)
    desk.host.activate(new.manifest.sha256)
    return desk.host.hello()


def refused(reason, ask, *args):
    with pytest.raises(BoardRefused) as caught:
        ask(*args)
    assert caught.value.refusal is reason


def test_a_board_says_who_it_is(desk):
    info = desk.host.hello()
    assert (info.hardware, str(info.running), str(info.confirmed)) == (
        FACTORY.manifest.hardware,
        "1.0.0",
        "1.0.0",
    )
    assert info.running_mark == FACTORY.manifest.sha256[:8]
    assert (info.slot, info.condition, info.failed) == (0, Condition.IDLE, NO_MARK)
    assert info.block_bytes == BLOCK_BYTES


def test_an_update_is_written_tried_and_kept(desk):
    desk.write(NEW)
    assert desk.host.hello().condition is Condition.READY
    assert desk.runs() == "1.0.0"
    desk.host.activate(SHA)
    info = desk.host.hello()
    assert (str(info.running), str(info.confirmed)) == ("1.1.0", "1.0.0")
    assert (info.condition, info.slot, info.starts_left) == (Condition.TRIAL, 1, TRIAL_STARTS - 1)
    desk.host.confirm(SHA)
    desk.board.power_cut()
    info = desk.host.hello()
    assert (str(info.running), str(info.confirmed)) == ("1.1.0", "1.1.0")
    assert info.failed == NO_MARK


def test_updates_alternate_between_the_slots(desk):
    for number in range(2, 7):
        new = image(f"1.{number}.0", 100 * number)
        info = tried(desk, new)
        desk.host.confirm(new.manifest.sha256)
        assert info.slot == (number + 1) % 2
        assert desk.runs() == f"1.{number}.0"


def test_every_request_may_be_asked_twice(desk):
    for _ in range(2):
        assert desk.host.begin(NEW.manifest.raw).next_block == 0
    for index in range(5):
        for _ in range(2):
            data = NEW.data[index * BLOCK_BYTES : (index + 1) * BLOCK_BYTES]
            assert desk.host.write(index, data).next_block == index + 1
    for _ in range(2):
        desk.host.activate(SHA)
        assert desk.host.hello().condition is Condition.TRIAL
    for _ in range(2):
        desk.host.confirm(SHA)
        assert desk.host.hello().condition is not Condition.TRIAL
    assert desk.runs() == "1.1.0"


def test_a_reverted_trial_stays_reverted(desk):
    tried(desk)
    for _ in range(2):
        desk.host.revert(SHA)
        info = desk.host.hello()
        assert (str(info.running), info.why) == ("1.0.0", Fall.REVERTED)
        assert info.failed == SHA[:8]
    refused(Refusal.NOT_ON_TRIAL, desk.host.confirm, SHA)
    assert desk.host.begin(NEW.manifest.raw).next_block == 5  # it is still there, whole
    assert desk.host.hello().failed == NO_MARK


def test_another_image_takes_the_place_of_a_half_received_one(desk):
    desk.host.begin(NEW.manifest.raw)
    desk.host.write(0, NEW.data[:BLOCK_BYTES])
    newer = image("1.2.0")
    assert desk.host.begin(newer.manifest.raw).next_block == 0
    refused(Refusal.NOT_BEGUN, desk.host.activate, SHA)
    tried(desk, newer)
    assert desk.runs() == "1.2.0"


def test_blocks_out_of_turn_change_nothing(desk):
    desk.host.begin(NEW.manifest.raw)
    assert desk.host.write(3, b"x" * BLOCK_BYTES).next_block == 0
    assert desk.host.write(0xFFFE, b"x" * BLOCK_BYTES).next_block == 0
    refused(Refusal.BAD_BLOCK, desk.host.write, 0, b"short")
    refused(Refusal.INCOMPLETE, desk.host.activate, SHA)


def test_nothing_is_written_before_begin(desk):
    refused(Refusal.NOT_BEGUN, desk.host.write, 0, b"x" * BLOCK_BYTES)
    refused(Refusal.NOT_BEGUN, desk.host.activate, SHA)
    refused(Refusal.NOT_ON_TRIAL, desk.host.confirm, SHA)
    assert desk.board.flash.operations == 0


def forged(**changes):
    """An image whose manifest was changed after it was signed."""
    manifest = bytearray(NEW.manifest.raw)
    for at, value in changes.values():
        manifest[at] = value
    return bytes(manifest)


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        (image("1.1.0", key=OTHER_KEY).manifest.raw, Refusal.UNKNOWN_KEY),
        (image("1.1.0", hardware="p10-32x16-r3").manifest.raw, Refusal.WRONG_HARDWARE),
        (image("1.0.0", 200).manifest.raw, Refusal.NOT_NEWER),
        (image("0.9.9").manifest.raw, Refusal.NOT_NEWER),
        (FACTORY.manifest.raw, Refusal.NOT_NEWER),
        (forged(version=(7, 9)), Refusal.BAD_SIGNATURE),
        (forged(sha256=(20, 0)), Refusal.BAD_SIGNATURE),
        (forged(signature=(151, 0)), Refusal.BAD_SIGNATURE),
        (forged(magic=(0, 0)), Refusal.BAD_MANIFEST),
        (forged(format=(5, 2)), Refusal.BAD_MANIFEST),
        (forged(hardware=(48, 0)), Refusal.BAD_MANIFEST),
        (forged(size=(12, 0xFF)), Refusal.TOO_LARGE),
        (bytes(152), Refusal.BAD_MANIFEST),
        (image("1.1.0", (1 << 20) + 1).manifest.raw, Refusal.TOO_LARGE),
    ],
)
def test_what_a_board_does_not_take(desk, manifest, reason):
    refused(reason, desk.host.begin, manifest)
    assert desk.board.flash.operations == 0
    assert desk.runs() == "1.0.0"


def test_there_is_no_way_back_to_a_version_once_left(desk):
    tried(desk)
    desk.host.confirm(SHA)
    refused(Refusal.NOT_NEWER, desk.host.begin, FACTORY.manifest.raw)
    refused(Refusal.NOT_NEWER, desk.host.begin, image("1.0.9").manifest.raw)
    refused(Refusal.NOT_NEWER, desk.host.begin, NEW.manifest.raw)


def test_bytes_that_are_not_those_of_the_manifest_never_start(desk):
    desk.write(Image(NEW.manifest, NEW.data[:-1] + b"x"))
    refused(Refusal.DAMAGED, desk.host.activate, SHA)
    assert desk.runs() == "1.0.0"
    assert tried(desk).condition is Condition.TRIAL  # received anew, it is right


def test_an_image_that_rots_on_trial_is_left(desk):
    tried(desk)
    desk.board.flash.damage("1 block 2")
    desk.board.power_cut()
    info = desk.host.hello()
    assert (desk.runs(), info.why, info.failed) == ("1.0.0", Fall.DAMAGED, SHA[:8])


def test_a_confirmed_image_that_rots_leaves_the_one_before_and_is_repaired(desk):
    tried(desk)
    desk.host.confirm(SHA)
    desk.board.flash.damage("1 block 2")
    desk.board.power_cut()
    info = desk.host.hello()
    assert (desk.runs(), str(info.confirmed)) == ("1.0.0", "1.1.0")
    refused(Refusal.NOT_NEWER, desk.host.begin, image("1.0.5").manifest.raw)
    tried(desk)
    desk.host.confirm(SHA)
    assert desk.runs() == "1.1.0"


def test_a_board_with_two_rotten_slots_says_nothing(desk):
    desk.board.flash.damage("0 block 0")
    desk.board.power_cut()
    with pytest.raises(PeerSilent):
        desk.host.hello()


def test_a_trial_ends_with_its_starts(desk):
    tried(desk)
    for left in reversed(range(TRIAL_STARTS - 1)):
        desk.board.power_cut()
        assert desk.host.hello().starts_left == left
    desk.board.power_cut()
    info = desk.host.hello()
    assert (desk.runs(), info.why, info.failed) == ("1.0.0", Fall.RESTARTS, SHA[:8])


def test_a_trial_ends_with_its_time(desk):
    tried(desk)
    desk.wire.pause(TRIAL_S - 1)
    assert desk.host.hello().condition is Condition.TRIAL
    desk.wire.pause(TRIAL_S)
    info = desk.host.hello()
    assert (desk.runs(), info.why) == ("1.0.0", Fall.TIME)


@pytest.mark.parametrize(("begins", "why"), [(b"HANG", Fall.TIME), (b"CRASH", Fall.RESTARTS)])
def test_firmware_that_does_not_live_is_left(desk, begins, why):
    bad = image("1.1.0", begins=begins)
    desk.write(bad)
    desk.host.activate(bad.manifest.sha256)
    if why is Fall.TIME:
        with pytest.raises(PeerSilent):
            desk.host.hello()
    desk.wire.pause(TRIAL_S)
    info = desk.host.hello()
    assert (desk.runs(), info.why, info.failed) == ("1.0.0", why, bad.manifest.mark)


def test_a_second_image_waits_for_the_end_of_a_trial(desk):
    tried(desk)
    refused(Refusal.ON_TRIAL, desk.host.begin, image("1.2.0").manifest.raw)
    refused(Refusal.ON_TRIAL, desk.host.write, 0, b"x" * BLOCK_BYTES)
    desk.host.revert(image("1.2.0").manifest.sha256)  # another's trial is not ended
    assert desk.host.hello().condition is Condition.TRIAL


def test_a_worn_out_flash_is_said_so(desk):
    desk.board.worn_out = True
    refused(Refusal.WRITE_FAILED, desk.host.begin, NEW.manifest.raw)
    assert desk.host.hello().condition is Condition.IDLE


def test_boards_on_one_line_hear_their_own_address_only(desk):
    other = BoardBootloader(FACTORY, KEYS, desk.wire.clock, address=8, block_bytes=BLOCK_BYTES)
    desk.wire.plug_in(Ear(other))
    tried(desk)
    assert str(other.running.manifest.version) == "1.0.0"
    assert str(Bootloader(desk.wire, 8).hello().running) == "1.0.0"
    with pytest.raises(PeerSilent):
        Bootloader(desk.wire, 9).hello()


# What a cut may hit: each write and each erasure, before it, half way through it, after it.


def persistent(desk, new=NEW, *, rounds=40):
    """Do what the gateway does: ask where the board stands and go on from there."""
    for _ in range(rounds):
        try:
            info = desk.host.hello()
            if info.running_mark == new.manifest.mark:
                desk.host.confirm(new.manifest.sha256)
                return
            desk.write(new)
            desk.host.activate(new.manifest.sha256)
        except PeerSilent:
            continue
    raise AssertionError("the update came to no end")


def operations(desk, new=NEW):
    persistent(desk, new)
    return desk.board.flash.operations


WHOLE_UPDATE = operations(Desk())


def test_an_update_writes_each_block_once_and_the_record_thrice():
    # Two erasures, the manifest, five blocks; the record for the trial, its start, its end.
    assert WHOLE_UPDATE == 2 + 1 + 5 + 3


@pytest.mark.parametrize("tear", Tear)
@pytest.mark.parametrize("operation", range(WHOLE_UPDATE))
def test_a_cut_anywhere_leaves_a_whole_image_and_an_update_that_goes_on(desk, operation, tear):
    desk.board.flash.cut = Cut(operation, tear)
    seen = set()
    starts = desk.board.flash.operations
    for _ in range(20):
        seen.add(desk.runs())
        try:
            info = desk.host.hello()
            if info.running_mark == NEW.manifest.mark:
                desk.host.confirm(SHA)
                break
            desk.write(NEW)
            desk.host.activate(SHA)
        except PeerSilent:
            continue
    assert desk.board.flash.cut is None, "the power never went"
    assert desk.board.flash.operations > starts
    assert seen <= {"1.0.0", "1.1.0"}
    desk.board.power_cut()
    info = desk.host.hello()
    assert (desk.runs(), str(info.confirmed)) == ("1.1.0", "1.1.0")
    assert info.condition is not Condition.TRIAL


@pytest.mark.parametrize("tear", Tear)
@pytest.mark.parametrize("operation", range(WHOLE_UPDATE))
def test_a_cut_followed_by_no_host_at_all_leaves_a_whole_image(desk, operation, tear):
    desk.board.flash.cut = Cut(operation, tear)
    try:
        desk.write(NEW)
        desk.host.activate(SHA)
        desk.host.confirm(SHA)
    except (PeerSilent, BoardRefused):
        pass
    for _ in range(TRIAL_STARTS + 1):
        assert desk.runs() in {"1.0.0", "1.1.0"}
        desk.board.power_cut()
    info = desk.host.hello()
    assert info.condition is not Condition.TRIAL
    assert desk.runs() == str(info.confirmed)


@pytest.mark.parametrize("tear", Tear)
@pytest.mark.parametrize("operation", range(4))
def test_a_cut_around_the_end_of_a_trial_leaves_the_old_image(desk, operation, tear):
    tried(desk)
    desk.board.flash.cut = Cut(desk.board.flash.operations + operation, tear)
    for _ in range(TRIAL_STARTS + 3):
        desk.board.power_cut()
        assert desk.runs() in {"1.0.0", "1.1.0"}
    info = desk.host.hello()
    assert (desk.runs(), info.why) == ("1.0.0", Fall.RESTARTS)


@pytest.mark.parametrize("tear", Tear)
def test_a_cut_while_reverting(desk, tear):
    tried(desk)
    desk.board.flash.cut = Cut(desk.board.flash.operations, tear)
    desk.host.revert(SHA)  # asked again, as the driver does
    assert (desk.runs(), desk.host.hello().why) == ("1.0.0", Fall.REVERTED)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 3 * WHOLE_UPDATE), st.sampled_from(Tear)), max_size=12),
    st.integers(1, 700),
)
def test_any_number_of_cuts_leaves_a_whole_image(cuts, size_bytes):
    desk, new = Desk(), image("2.0.0", size_bytes)
    waiting = [Cut(*one) for one in sorted(cuts, key=lambda one: one[0])]
    for _ in range(80):
        flash = desk.board.flash
        waiting = [one for one in waiting if one.operation >= flash.operations]
        if flash.cut is None and waiting:
            flash.cut = waiting.pop(0)
        assert desk.runs() in {"1.0.0", "2.0.0"}
        try:
            info = desk.host.hello()
            if info.running_mark == new.manifest.mark:
                desk.host.confirm(new.manifest.sha256)
                if info.condition is not Condition.TRIAL:
                    return
            else:
                desk.write(new)
                desk.host.activate(new.manifest.sha256)
        except PeerSilent:
            continue
    raise AssertionError("the update came to no end")


@given(st.lists(st.binary(max_size=80), max_size=20))
def test_garbage_is_not_answered(pieces):
    desk = Desk()
    assert b"".join(map(desk.board.receive, pieces)) == b""
    assert desk.board.flash.operations == 0


def test_the_power_may_go_while_the_line_is_half_way_through_a_block(desk):
    desk.host.begin(NEW.manifest.raw)
    for left_bytes in range(0, 106, 13):
        desk.wire.left_bytes = left_bytes
        with pytest.raises(PeerSilent):
            desk.host.write(0, NEW.data[:BLOCK_BYTES])
        desk.board.power_cut()
        desk.wire.left_bytes = None
        assert desk.host.begin(NEW.manifest.raw).next_block == 0
    persistent(desk)
    assert desk.runs() == "1.1.0"


def test_a_wire_of_another_board_is_no_help():
    wire = Wire()
    with pytest.raises(PeerSilent):
        Bootloader(wire, 1).hello()


def test_a_confirmation_of_another_image_changes_nothing(desk):
    tried(desk)
    refused(Refusal.NOT_ON_TRIAL, desk.host.confirm, bytes(32))
    assert desk.host.hello().condition is Condition.TRIAL
