"""The board player in virtual time: what is shown, when, and what the journal says of it."""

import asyncio
import functools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
from plans import asset, at, item, plan
from turned_clock import TurnedClock, settle

from drivers.errors import LinkLost
from drivers.ports import Capabilities, Route, Status
from firmware_bridge.player.board import BoardPlayer
from firmware_bridge.reporter import Reporter
from playlists.schedule.plan import BroadcastClass
from playlists.text.document import FieldKind
from playlists.text.fields import Field, Letters
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.scene import Entry, Motion, Page, Scene, scroll_duration_ms, still
from playlists.text.strip import DARK_INK, Ink, Strip

SIZE = Geometry(8, 2)
EMERGENCY = BroadcastClass.EMERGENCY


class InlineHand:
    """A hand that works at once."""

    async def do(self, work: Callable):
        await asyncio.sleep(0)
        return work()


class FakeBoard:
    """Keeps what it was told; breaks when told to."""

    def __init__(
        self,
        clock,
        *,
        motions=frozenset(),
        refresh_ms=None,
        strip_px=0,
        interval_ms=100,
        depth=Depth.MONO,
        emergency=False,
    ):
        self.urgent = []
        self.capabilities = Capabilities(
            geometry=SIZE,
            depth=depth,
            route=Route.FRAME,
            motions=motions,
            max_strip_px=strip_px,
            frame_interval_ms=interval_ms,
            refresh_ms=refresh_ms,
            acknowledges=True,
            emergency=emergency,
        )
        self._clock = clock
        self.seen: list[tuple[float, str]] = []
        self.broken = False
        self.opened = 0

    def open(self):
        if self.broken:
            raise LinkLost("line", "no such line")
        self.opened += 1
        return self

    def show(self, frame, *, emergency=False):
        self.urgent.append(emergency)
        self._note(frame.to_colours().tolist() if frame.depth is Depth.RGB else frame.to_text())

    def scroll(self, page):
        self._note(page.motion.name)

    def blank(self):
        self._note("")

    def status(self):
        return Status(ok=not self.broken)

    def close(self):
        pass

    def _note(self, picture):
        if self.broken:
            raise LinkLost("line", "cut")
        self.seen.append(((self._clock.now() - at(0)).total_seconds(), picture))


def scene(*drawings, ms=4_000):
    return Scene(SIZE, tuple(still(Frame.from_text(one), ms) for one in drawings))


A = scene("@....... ........")
B = scene(".@...... ........")
TWO = scene("@@...... ........", "@@@..... ........", ms=2_000)
SAFE = scene("........ @@@@@@@@")
PICTURES = {"A": A, "B": B, "TWO": TWO, "SAFE": SAFE}


def of(one):
    return asset(one.data, duration_ms=one.duration_ms)


def name(picture):
    """The name of a picture that a board has seen."""
    for known, one in PICTURES.items():
        for page, part in enumerate(one.pages):
            if part.strip.to_frame(Depth.MONO).to_text() == picture:
                return known if len(one.pages) == 1 else f"{known}{page + 1}"
    return picture


class Stage:
    """A player, its fakes, and its journal."""

    def __init__(self, tmp_path, **board):
        self.clock = TurnedClock(at(0))
        self.board = FakeBoard(self.clock, **board)
        self.reporter = Reporter(tmp_path / "asrun.log")
        self.files = {of(one).sha256: one for one in PICTURES.values()}
        self.states = []
        self.player = BoardPlayer(
            name="thử",
            open_board=self.board.open,
            hand=InlineHand(),
            clock=self.clock,
            reporter=self.reporter,
            scene=lambda wanted: self.files.get(wanted.sha256),
            report=self.states.append,
        )

    async def __aenter__(self):
        self._task = asyncio.create_task(self.player.run())
        return self

    async def __aexit__(self, *_exc):
        self.player.stop()
        await self._task

    def follow(self, *items, **more):
        self.player.follow(plan(*items, **more))

    def seen(self):
        return [(seconds, name(picture)) for seconds, picture in self.board.seen]

    def journal(self):
        return [
            (
                one.broadcast,
                None if one.started_at is None else (one.started_at - at(0)).total_seconds(),
                (one.ended_at - at(0)).total_seconds(),
                one.end_reason.value,
            )
            for one in self.reporter.pending()
        ]


def on_a_loop(test):
    @functools.wraps(test)
    def run(*args, **kwargs):
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), 60))

    return run


@on_a_loop
async def test_a_message_comes_and_goes_at_its_instants(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(item("a", of(A), 10, 20), safe=of(SAFE))
        await stage.clock.run_to(at(30))
        assert stage.seen() == [(0, "SAFE"), (10, "A"), (20, "SAFE")]
        assert stage.journal() == [("a", 10, 20, "finished")]
        assert [state.broadcast for state in stage.states] == [None, "a", None]
        assert stage.states[1].asset == of(A).sha256
        assert (stage.states[1].since, stage.states[1].until) == (at(10), at(20))


@on_a_loop
async def test_equals_take_turns_and_an_emergency_takes_all(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(
            item("a", of(A), 0, 60),
            item("b", of(B), 2, 60),
            item("c", of(TWO), 11, 15, urgency=EMERGENCY),
        )
        await stage.clock.run_to(at(20))
        assert stage.seen() == [
            (0, "A"), (2, "B"), (6, "A"), (10, "B"),
            (11, "TWO1"), (13, "TWO2"), (15, "B"), (19, "A"),
        ]  # fmt: skip
        assert stage.journal() == [
            ("a", 0, 11, "interrupted"),
            ("b", 2, 11, "interrupted"),
            ("c", 11, 15, "finished"),
        ]


@on_a_loop
async def test_a_new_plan_takes_the_cancelled_off_at_once(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(item("a", of(A), 0, 60), item("b", of(B), 0, 60))
        await stage.clock.run_to(at(5))
        stage.follow(item("b", of(B), 0, 60), version=2)
        await settle()
        assert stage.journal() == [("a", 4, 5, "cancelled")]
        await stage.clock.run_to(at(20))
        assert {what for seconds, what in stage.seen() if seconds > 5} <= {"B"}


@on_a_loop
async def test_replanning_does_not_disturb_the_turns(tmp_path):
    async with Stage(tmp_path) as stage:
        items = [item("a", of(A), 0, 60), item("b", of(B), 0, 60)]
        stage.follow(*items, item("x", of(A), -20, 1))
        for second in range(2, 9):
            await stage.clock.run_to(at(second))
            stage.follow(*items, version=second)
        await settle()
        seconds = [seconds for seconds, _ in stage.seen()]
        assert seconds == [0, 5], "turns count from 1, when x left, also for plans without x"


@on_a_loop
async def test_an_emergency_takes_the_path_a_board_has_for_it(tmp_path):
    moves = frozenset({Motion.SCROLL_LEFT})
    async with Stage(tmp_path, emergency=True, motions=moves, strip_px=99) as stage:
        stage.follow(item("a", of(A), 0, 60), item("c", of(A), 10, 20, urgency=EMERGENCY))
        await stage.clock.run_to(at(30))
        # The same picture, and yet told thrice: the board must know when it is over.
        assert stage.seen() == [(0, "A"), (10, "A"), (20, "A")]
        assert stage.board.urgent == [False, True, False]


@on_a_loop
async def test_a_board_without_such_a_path_is_not_told_twice(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(item("a", of(A), 0, 60), item("c", of(A), 10, 20, urgency=EMERGENCY))
        await stage.clock.run_to(at(30))
        assert stage.board.urgent == [False]


@on_a_loop
async def test_no_plan_no_trust_no_lease(tmp_path):
    async with Stage(tmp_path) as stage:
        await settle()
        assert stage.states[-1].why == "there is no plan yet"
        stage.clock.trusted = False
        stage.follow(item("a", of(A), 0, 60), safe=of(SAFE), not_after=30)
        await stage.clock.run_to(at(4))
        assert stage.seen() == [(0, ""), (0, "SAFE")]
        stage.clock.trusted = True
        await stage.clock.run_to(at(60))
        assert stage.seen()[2:] == [(5, "A"), (30, "SAFE")]
        assert stage.journal() == [("a", 5, 30, "lease_ended")]
        assert stage.states[-1].why == "the plan's lease has ended"


@on_a_loop
async def test_a_file_that_comes_late_is_shown_when_it_comes(tmp_path):
    async with Stage(tmp_path) as stage:
        late = stage.files.pop(of(B).sha256)
        stage.follow(item("a", of(A), 0, 60, priority=1), item("b", of(B), 0, 60, priority=9))
        await stage.clock.run_to(at(5))
        assert stage.seen() == [(0, "A")]
        stage.files[of(B).sha256] = late
        stage.player.refresh()
        await settle()
        assert stage.seen() == [(0, "A"), (5, "B")]


@on_a_loop
async def test_a_file_that_never_comes_is_missed_once(tmp_path):
    async with Stage(tmp_path) as stage:
        del stage.files[of(B).sha256]
        stage.follow(item("b", of(B), 5, 10))
        await stage.clock.run_to(at(30))
        assert stage.journal() == [("b", None, 10, "missed")]


@on_a_loop
async def test_a_broken_line_is_reported_and_tried_again(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(item("a", of(A), 0, 600), item("b", of(B), 0, 600))
        await stage.clock.run_to(at(3))
        stage.board.broken = True
        await stage.clock.run_to(at(60))
        assert stage.states[-1].fault == "line: no such line"
        assert stage.states[-1].broadcast is None
        assert [entry[3] for entry in stage.journal()] == ["fault"]
        stage.board.broken = False
        await stage.clock.run_to(at(80))
        assert stage.states[-1].fault == ""
        assert stage.states[-1].broadcast in {"a", "b"}
        assert stage.board.opened == 2


@on_a_loop
async def test_a_board_that_forgets_is_reminded(tmp_path):
    async with Stage(tmp_path, refresh_ms=2_000) as stage:
        stage.follow(item("a", of(A), 0, 60))
        await stage.clock.run_to(at(5))
        assert stage.seen() == [(0, "A"), (2, "A"), (4, "A")]


SCROLLING = Scene(
    SIZE,
    (
        Page(
            Strip.of(Frame.from_text("@@...... ........")),
            Motion.SCROLL_LEFT,
            scroll_duration_ms(8, 8, 10),
            10,
        ),
    ),
)


@on_a_loop
async def test_motion_is_played_frame_by_frame_where_the_board_cannot(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.files[of(SCROLLING).sha256] = SCROLLING
        stage.follow(item("s", of(SCROLLING), 0, 60))
        await stage.clock.run_to(at(1.55))
        shown = [picture.split("\n")[0] for _, picture in stage.board.seen]
        assert shown[:4] == ["........", ".......@", "......@@", ".....@@."]
        assert len(shown) == 11, "the same dark picture is not sent twice"


@on_a_loop
async def test_motion_the_board_knows_is_sent_once(tmp_path):
    motions = frozenset({Motion.SCROLL_LEFT})
    async with Stage(tmp_path, motions=motions, strip_px=64) as stage:
        stage.files[of(SCROLLING).sha256] = SCROLLING
        stage.follow(item("s", of(SCROLLING), 0, 60))
        await stage.clock.run_to(at(30))
        assert stage.board.seen == [(0, "SCROLL_LEFT")]


@on_a_loop
async def test_a_strip_too_long_for_the_board_is_played_frame_by_frame(tmp_path):
    motions = frozenset({Motion.SCROLL_LEFT})
    async with Stage(tmp_path, motions=motions, strip_px=7) as stage:
        stage.files[of(SCROLLING).sha256] = SCROLLING
        stage.follow(item("s", of(SCROLLING), 0, 60))
        await stage.clock.run_to(at(0.25))
        assert stage.board.seen[1][1].startswith(".......@")


def with_clock(kind, *, motion=Motion.HOLD, target_s=0):
    """A page on which a field counts in binary: each digit is as many LEDs as it says."""
    digits = {str(digit): Frame.from_text("@" * digit + ".") for digit in range(1, 10)}
    letters = Letters(1, {**digits, "-": Frame.from_text("@.")})
    page = still(Frame.from_text("........ ......@@"))
    speed = {} if motion is Motion.HOLD else {"speed_px_s": 10}
    field = Field(kind, 0, 0, 8, target_s=target_s)
    return Scene(
        SIZE, (replace(page, motion=motion, fields=(field,), letters=(letters,), **speed),)
    )


async def first_rows(tmp_path, scene, seconds, **board):
    """Play a scene; return when its first row was changed, and to what."""
    async with Stage(tmp_path, **board) as stage:
        stage.files[of(scene).sha256] = scene
        stage.follow(item("c", of(scene), 0, 600))
        await stage.clock.run_to(at(seconds))
        return [(when, seen.split("\n")[0]) for when, seen in stage.board.seen]


@on_a_loop
async def test_a_clock_costs_a_slow_board_one_picture_a_minute(tmp_path):
    scene = with_clock(FieldKind.TIME)
    seen = await first_rows(tmp_path, scene, 130, interval_ms=2_000)
    assert [when for when, _ in seen] == [0, 60, 120]
    assert at(0).strftime("%H:%M") == "05:00"
    assert [row for _, row in seen] == ["@@@@@...", "@@@@@.@.", "@@@@@.@@"]


@on_a_loop
async def test_a_countdown_changes_every_second_until_it_is_over(tmp_path):
    target_s = int(at(3).timestamp())
    seen = await first_rows(tmp_path, with_clock(FieldKind.COUNTDOWN, target_s=target_s), 9)
    assert seen == [(0, "@@@....."), (1, "@@......"), (2, "@......."), (3, "........")]


@on_a_loop
async def test_a_clock_that_is_not_trusted_is_not_shown(tmp_path):
    scene = with_clock(FieldKind.TIME)
    async with Stage(tmp_path) as stage:
        stage.files[of(scene).sha256] = scene
        stage.clock.trusted = False
        stage.follow(safe=of(scene))
        await stage.clock.run_to(at(3))
        assert [picture.split("\n")[0] for _, picture in stage.board.seen] == ["@.@.@.@."]
        stage.clock.trusted = True
        await stage.clock.run_to(at(5))
        assert stage.board.seen[-1][1].startswith("@@@@@...")


@on_a_loop
async def test_a_field_in_a_scroll_keeps_the_board_from_moving_it(tmp_path):
    motions = frozenset({Motion.SCROLL_LEFT})
    scene = with_clock(FieldKind.TIME, motion=Motion.SCROLL_LEFT)
    seen = await first_rows(tmp_path, scene, 0.25, motions=motions, strip_px=64)
    assert seen == [(0, "........"), (0.1, ".......@"), (0.2, "......@@")]


@on_a_loop
async def test_what_blinks_changes_each_half_second_from_its_pages_start(tmp_path):
    ink = Ink(255, 255, 255, blink=True)
    strip = Strip(8, 2, (b"\xff\x00",), (DARK_INK, ink))
    scene = Scene(SIZE, (Page(strip, Motion.HOLD, 1_700),))
    seen = await first_rows(tmp_path, scene, 3, interval_ms=500)
    assert [(when, row[0]) for when, row in seen] == [
        (0, "@"), (0.5, "."), (1, "@"), (1.5, "."), (1.7, "@"), (2.2, "."), (2.7, "@"),
    ]  # fmt: skip


@on_a_loop
async def test_what_blinks_stands_lit_on_a_board_that_is_too_slow_for_it(tmp_path):
    strip = Strip(8, 2, (b"\xff\x00",), (DARK_INK, Ink(255, 255, 255, blink=True)))
    scene = Scene(SIZE, (Page(strip, Motion.HOLD, 1_700),))
    seen = await first_rows(tmp_path, scene, 5, interval_ms=501)
    assert [(when, row[0]) for when, row in seen] == [(0, "@")]


@on_a_loop
async def test_being_woken_does_not_shift_the_blinking(tmp_path):
    strip = Strip(8, 2, (b"\xff\x00",), (DARK_INK, Ink(255, 255, 255, blink=True)))
    scene = Scene(SIZE, (Page(strip, Motion.HOLD, 5_000),))
    async with Stage(tmp_path) as stage:
        stage.files[of(scene).sha256] = scene
        stage.follow(item("b", of(scene), 0, 60))
        await stage.clock.run_to(at(0.3))
        stage.player.refresh()
        await stage.clock.run_to(at(1.2))
        assert [when for when, _ in stage.board.seen] == [0, 0.5, 1]


@on_a_loop
async def test_a_page_enters_as_often_as_the_line_can_carry_it(tmp_path):
    page = still(Frame.from_text("@@@@@@@@ ........"), 5_000)
    scene = Scene(SIZE, (replace(page, entry=Entry.WIPE, entry_ms=400),))
    assert await first_rows(tmp_path, scene, 5.1) == [
        (0, "........"), (0.1, "@@......"), (0.2, "@@@@...."), (0.3, "@@@@@@.."), (0.4, "@" * 8),
        (5, "........"), (5.1, "@@......"),
    ]  # fmt: skip
    (tmp_path / "slow").mkdir()
    assert await first_rows(tmp_path / "slow", scene, 9, interval_ms=2_000) == [(0, "@" * 8)]


@on_a_loop
async def test_colours_reach_a_board_that_has_them(tmp_path):
    inks = [DARK_INK, Ink(255, 128, 0), Ink(1, 2, 3)]
    strip = Strip.from_indices(np.array([[1] * 8, [0, 2] * 4], np.uint8), inks)
    scene = Scene(SIZE, (Page(strip, Motion.HOLD, 4_000),), Depth.RGB)
    async with Stage(tmp_path, depth=Depth.RGB) as stage:
        stage.files[of(scene).sha256] = scene
        stage.follow(item("c", of(scene), 0, 60))
        await stage.clock.run_to(at(30))
        assert stage.board.seen == [(0, [[[255, 128, 0]] * 8, [[0, 0, 0], [1, 2, 3]] * 4])]


@on_a_loop
async def test_stopping_darkens_the_board_and_ends_what_was_on(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(item("a", of(A), 0, 60))
        await stage.clock.run_to(at(7))
    assert stage.seen() == [(0, "A"), (7, "")]
    assert stage.journal() == [("a", 0, 7, "stopped")]


@on_a_loop
async def test_a_mistake_of_ours_does_not_end_the_player(tmp_path, caplog):
    async with Stage(tmp_path) as stage:
        stage.files[of(A).sha256] = "not a scene"
        stage.follow(item("a", of(A), 0, 60))
        await stage.clock.run_to(at(3))
        stage.files[of(A).sha256] = A
        stage.player.refresh()
        await stage.clock.run_to(at(6))
        assert stage.seen() == [(3, "A")]
    assert "made a mistake" in caplog.text


@on_a_loop
async def test_a_clock_that_is_set_back_is_noticed(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(item("a", of(A), 10, 20), safe=of(SAFE))
        await stage.clock.run_to(at(12))
        stage.clock.turn(timedelta(seconds=-10))
        stage.player.refresh()
        await settle()
        assert stage.seen()[-1] == (2, "SAFE")


@on_a_loop
async def test_a_board_that_has_started_anew_is_opened_and_shown_its_picture(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.follow(item("a", of(A), 0, 60))
        await stage.clock.run_to(at(5))
        assert (await stage.player.status()).ok
        stage.player.restarted()
        assert not (await stage.player.status()).ok  # nothing is known before it is opened
        await settle()
        assert stage.seen() == [(0, "A"), (5, "A")]
        assert stage.board.opened == 2
        assert (await stage.player.status()).ok
        assert stage.journal() == []


@on_a_loop
async def test_a_board_that_cannot_be_opened_is_not_well(tmp_path):
    async with Stage(tmp_path) as stage:
        stage.board.broken = True
        stage.follow(item("a", of(A), 0, 60))
        await settle()
        status = await stage.player.status()
        assert (status.ok, "no such line" in status.detail) == (False, True)
