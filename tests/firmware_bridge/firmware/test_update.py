"""One board brought to one image, whatever is cut on the way; in virtual time."""

import asyncio
from functools import partial

import pytest
from firmware import OTHER_KEY, Desk, image
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.bootloader.driver import Bootloader
from drivers.errors import LinkLost
from drivers.ports import Status
from firmware_bridge.errors import UpdateFailed, Withdrawn
from firmware_bridge.firmware.update import SELF_TEST_TRIES, Bench, Update
from firmware_bridge.link.manifest import Image
from firmware_bridge.link.messages import FirmwareStage
from simulator.boards.flash import Cut, Tear

NEW = image("1.1.0")
OPERATIONS = 2 + 1 + 5 + 3
"""Writes and erasures of the board during a whole update of five blocks."""


class Hand:
    """Runs everything at once, and counts the jobs: neighbours have their turn between two."""

    def __init__(self):
        self.jobs = 0

    async def do(self, work):
        self.jobs += 1
        await asyncio.sleep(0)
        return work()


class Dialect:
    """A board's dialect: y = it is well, n = it is not; the last letter stays."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = 0

    async def status(self):
        self.asked += 1
        ok = self.answers[0] == "y"
        self.answers = self.answers[1:] or self.answers
        return Status(ok=ok, detail="" if ok else "no picture")


class Site:
    """A desk, and all that an update tells about it."""

    def __init__(self, answers="y"):
        self.desk = Desk()
        self.dialect = Dialect(answers)
        self.hand = Hand()
        self.told = []
        self.restarts = 0
        self.begun = False
        self.withdraw_at = None
        self.opened = 0

    def bench(self):
        return Bench(self.hand, self._open)

    def _open(self):
        self.opened += 1
        return Bootloader(self.desk.wire, self.desk.address)

    async def _pause(self, duration_s):
        self.desk.wire.pause(duration_s)
        await asyncio.sleep(0)

    def _tell(self, stage, done, total, detail):
        self.told.append((stage, done, total, detail))

    def _began(self):
        self.begun = True

    def _restarted(self):
        self.restarts += 1

    def _wanted(self):
        return not self.told or self.told[-1][:2] != self.withdraw_at

    def update(self, new=NEW, **how):
        update = Update(
            new,
            self.bench(),
            tell=self._tell,
            wanted=self._wanted,
            began=self._began,
            begun=self.begun,
            restarted=self._restarted,
            pause=self._pause,
            **{"status": self.dialect.status, **how},
        )
        asyncio.run(asyncio.wait_for(update.run(), 30))

    def stages(self):
        return list(dict.fromkeys(stage for stage, *_ in self.told))


def failed(site, new=NEW):
    with pytest.raises(UpdateFailed) as caught:
        site.update(new)
    return caught.value.reason


def test_an_update_goes_through_its_stages():
    site = Site()
    site.update()
    assert site.stages() == [FirmwareStage.WRITING, FirmwareStage.TRIAL]
    writing = [(done, total) for stage, done, total, _ in site.told if stage == "writing"]
    assert writing == [(index, 5) for index in range(6)]
    assert (site.desk.runs(), site.begun, site.restarts) == ("1.1.0", True, 1)
    assert site.dialect.asked == 1
    site.desk.board.power_cut()
    assert site.desk.runs() == "1.1.0"


def test_each_block_is_a_job_of_its_own():
    site = Site()
    site.update()
    # hello, begin, five blocks, activate, hello, confirm, close
    assert site.hand.jobs == 1 + 1 + 5 + 1 + 1 + 1 + 1


def test_a_board_that_runs_it_already_is_left_alone():
    site = Site()
    site.update()
    before = site.desk.board.flash.operations
    site.update()
    assert site.desk.board.flash.operations == before


@pytest.mark.parametrize("tear", Tear)
@pytest.mark.parametrize("operation", range(OPERATIONS))
def test_the_power_of_the_board_may_go_anywhere(operation, tear):
    site = Site()
    site.desk.board.flash.cut = Cut(operation, tear)
    site.update()
    assert site.desk.board.flash.cut is None
    assert site.desk.runs() == "1.1.0"
    assert str(site.desk.host.hello().confirmed) == "1.1.0"


class Cutter:
    """Breaks the line at one exchange: before the board hears, or before the host does."""

    def __init__(self, wire, at, *, deaf):
        self._write, self._at, self._deaf, self._count = wire.write, at, deaf, 0
        self._discard = wire.discard_input

    def write(self, data):
        self._count += 1
        if self._count != self._at:
            self._write(data)
            return
        if not self._deaf:
            self._write(data)
            self._discard()
        raise LinkLost("the desk", "unplugged")


@pytest.mark.parametrize("deaf", [True, False])
@pytest.mark.parametrize("at", range(1, 12))
def test_the_line_may_break_at_any_exchange(at, deaf):
    site = Site()
    site.desk.wire.write = Cutter(site.desk.wire, at, deaf=deaf).write
    site.update()
    assert site.desk.runs() == "1.1.0"


class Died(Exception):
    """The gateway, in the middle of something."""


@pytest.mark.parametrize("after", range(1, 11))
def test_the_gateway_may_die_between_any_two_jobs(after):
    site = Site()
    hand_over = site.hand.do

    async def dying(work):
        if site.hand.jobs == after:
            raise Died
        return await hand_over(work)

    site.hand.do = dying
    with pytest.raises(Died):
        site.update()
    site.hand.do = hand_over
    written = site.desk.board.flash.operations
    site.update()
    assert site.desk.runs() == "1.1.0"
    assert site.desk.board.flash.operations <= max(OPERATIONS, written + OPERATIONS - after + 3)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(Tear)), max_size=6),
    st.sets(st.integers(1, 40), max_size=6),
)
def test_any_mixture_of_cuts_ends_in_a_whole_image(cuts, breaks):
    site = Site()
    flash, write, count = site.desk.board.flash, site.desk.wire.write, 0
    waiting = [Cut(*one) for one in sorted(cuts, key=lambda one: one[0])]

    def breaking(data):
        nonlocal count, waiting
        count += 1
        waiting = [one for one in waiting if one.operation >= flash.operations]
        if flash.cut is None and waiting:
            flash.cut = waiting.pop(0)
        if count in breaks:
            raise LinkLost("the desk", "unplugged")
        write(data)

    site.desk.wire.write = breaking
    reason = ""
    try:
        site.update()
    except UpdateFailed as exc:
        reason = exc.reason
    # Cut so often that the trial's starts ran out is an honest end, on the old image.
    assert (site.desk.runs(), reason) in {("1.1.0", ""), ("1.0.0", "trial-restarts")}


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (image("1.1.0", key=OTHER_KEY), "unknown-key"),
        (image("1.1.0", hardware="p16"), "wrong-hardware"),
        (image("1.0.0", 200), "not-newer"),
        (image("0.9.0"), "not-newer"),
        (image("1.1.0", (1 << 20) + 1), "too-large"),
        (Image(NEW.manifest, NEW.data[::-1]), "damaged"),
    ],
    ids=["wrong key", "wrong hardware", "same version", "downgrade", "too large", "damaged"],
)
def test_what_a_board_refuses_fails_with_its_reason(new, reason):
    site = Site()
    assert failed(site, new) == reason
    assert site.desk.runs() == "1.0.0"


@pytest.mark.parametrize(
    ("begins", "reason"), [(b"HANG", "trial-time"), (b"CRASH", "trial-restarts")]
)
def test_firmware_that_does_not_live_fails_and_is_not_tried_again(begins, reason):
    site, new = Site(), image("1.1.0", begins=begins)
    assert failed(site, new) == reason
    assert site.desk.runs() == "1.0.0"
    assert site.restarts > 0
    before = site.desk.board.flash.operations
    assert failed(site, new) == reason  # the same order, taken up again
    assert site.desk.board.flash.operations == before


def test_a_new_order_tries_again():
    site = Site()
    assert failed(site, image("1.1.0", begins=b"CRASH")) == "trial-restarts"
    site.begun = False
    site.update(image("1.1.0"))
    assert site.desk.runs() == "1.1.0"


def test_a_board_whose_dialect_is_dead_goes_back():
    site = Site("n")
    with pytest.raises(UpdateFailed, match="no picture") as caught:
        site.update()
    assert caught.value.reason == "trial-reverted"
    assert (site.desk.runs(), site.dialect.asked) == ("1.0.0", SELF_TEST_TRIES)


def test_a_display_may_take_its_time():
    site = Site("nny")
    site.update()
    assert site.desk.runs() == "1.1.0"


def test_only_the_bootloader_counts_where_there_is_no_dialect():
    site = Site("n")
    site.update(status=None)
    assert site.desk.runs() == "1.1.0"


@pytest.mark.parametrize("at", [("writing", 0), ("writing", 3), ("writing", 5)])
def test_a_withdrawn_update_stops_before_the_board_changes(at):
    site = Site()
    site.withdraw_at = at
    with pytest.raises(Withdrawn):
        site.update()
    assert site.desk.runs() == "1.0.0"
    site.withdraw_at = None
    site.update()
    assert site.desk.runs() == "1.1.0"


def test_a_withdrawn_update_does_not_wait_for_a_silent_board():
    site = Site()
    site.desk.wire.left_bytes = 0
    site.withdraw_at = ("staged", 0)
    with pytest.raises(Withdrawn):
        site.update(patience=50)
    assert site.opened == 2


def test_an_update_on_trial_is_finished_though_it_was_withdrawn():
    site = Site()
    site.withdraw_at = ("trial", 5)
    site.update()
    assert site.desk.runs() == "1.1.0"


def test_a_flash_that_keeps_nothing_is_given_up():
    site = Site()
    slots = site.desk.board._slots
    slots.write = lambda *_args: None
    assert failed(site) == "write-failed"


def test_a_worn_out_flash_is_given_up():
    site = Site()
    site.desk.board.worn_out = True
    assert failed(site) == "write-failed"


def test_another_trial_is_waited_for():
    site, other = Site(), image("1.0.5")
    site.desk.write(other)
    site.desk.host.activate(other.manifest.sha256)
    site.update()
    assert site.desk.runs() == "1.1.0"
    assert any("tries 1.0.5" in detail for *_, detail in site.told)


def test_a_silent_board_is_waited_for_as_long_as_one_likes():
    site = Site()
    site.desk.wire.left_bytes = 0
    with pytest.raises(UpdateFailed) as caught:
        site.update(patience=4)
    assert caught.value.reason == "silent"
    assert "did not answer" in site.told[-1][3]
    assert site.opened == 4  # the line is opened anew each time
    site.desk.wire.left_bytes = None
    site.update(patience=4)
    assert site.desk.runs() == "1.1.0"


def test_a_block_count_that_makes_no_sense_is_not_believed():
    site = Site()
    board = site.desk.board
    board._slots.blocks = partial(lambda _slots, _manifest: 4, None)
    with pytest.raises(UpdateFailed) as caught:
        site.update(patience=3)
    assert caught.value.reason == "silent"
