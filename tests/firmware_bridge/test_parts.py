"""Small parts of the gateway: shared lines, scenes, back-off, the machine's clock."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest
from plans import asset

from drivers.errors import LinkLost
from firmware_bridge.bus import Bus
from firmware_bridge.clock import TOLERANCE, SystemClock
from firmware_bridge.link.backoff import CAP_S, FIRST_S, Backoff
from firmware_bridge.player.hand import ThreadHand
from firmware_bridge.scenes import SceneShelf
from playlists.schedule.plan import AssetKind
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.scene import Scene, still


class FakeLine:
    """A line that keeps what was written and breaks when told to."""

    name = "line"

    def __init__(self):
        self.written = []
        self.closed = False
        self.broken = False

    def write(self, data):
        if self.broken or self.closed:
            raise LinkLost("line", "cut")
        self.written.append(data)

    def read(self, timeout_s):
        self.write(b"")
        return b"!"

    def discard_input(self):
        self.write(b"")

    def close(self):
        self.closed = True


@pytest.fixture
def lines():
    return []


@pytest.fixture
def bus(lines):
    def open_line():
        lines.append(FakeLine())
        return lines[-1]

    return Bus(open_line)


def test_two_boards_share_one_line_and_the_last_closes_it(bus, lines):
    first, second = bus.open(), bus.open()
    first.write(b"a")
    second.write(b"b")
    assert (len(lines), lines[0].written) == (1, [b"a", b"b"])
    first.close()
    first.close()
    second.write(b"c")
    second.close()
    assert lines[0].closed
    bus.open().write(b"d")
    assert len(lines) == 2


@pytest.mark.parametrize(
    "use", [lambda one: one.write(b"x"), lambda one: one.read(0.1), lambda one: one.discard_input()]
)
def test_a_broken_line_is_opened_anew_by_whoever_comes_first(bus, lines, use):
    first, second = bus.open(), bus.open()
    lines[0].broken = True
    with pytest.raises(LinkLost):
        use(first)
    first.close()
    again = bus.open()
    again.write(b"new")
    with pytest.raises(LinkLost):
        use(second)
    second.close()
    again.write(b"still")
    bus.open().close()
    assert [line.closed for line in lines] == [True, False]
    assert lines[1].written == [b"new", b"still"]


SIZE = Geometry(8, 2)
SCENE = Scene(SIZE, (still(Frame.from_text("@....... ........")),))


def test_a_scene_is_decoded_once_and_forgotten_when_not_needed():
    reads = []

    def read(wanted):
        reads.append(wanted)
        return SCENE.data if len(reads) > 1 else None

    shelf, wanted = SceneShelf(SIZE, Depth.MONO, read), asset(SCENE.data)
    assert shelf.get(wanted) is None
    assert shelf.get(wanted) == SCENE
    assert shelf.get(wanted) == SCENE
    assert len(reads) == 2
    shelf.keep_only({wanted.sha256})
    shelf.keep_only(set())
    shelf.get(wanted)
    assert len(reads) == 3


@pytest.mark.parametrize(
    ("data", "kind", "size", "depth"),
    [
        (b"noise", AssetKind.SCENE, SIZE, Depth.MONO),
        (SCENE.data, AssetKind.SOUND, SIZE, Depth.MONO),
        (SCENE.data, AssetKind.SCENE, Geometry(16, 2), Depth.MONO),
        (SCENE.data, AssetKind.SCENE, SIZE, Depth.TRICOLOUR),
        (SCENE.data, AssetKind.SCENE, SIZE, Depth.RGB),
    ],
)
def test_what_a_board_cannot_show_is_no_scene(data, kind, size, depth):
    assert SceneShelf(size, depth, lambda _: data).get(asset(data, kind)) is None


def test_back_off_grows_stays_below_its_cap_and_begins_again():
    backoff = Backoff(random.Random(1))
    delays_s = [backoff.delay_s() for _ in range(40)]
    assert FIRST_S / 2 <= delays_s[0] <= FIRST_S
    assert CAP_S / 2 <= delays_s[-1] <= CAP_S
    assert sum(delays_s[:5]) < 3
    backoff.reset()
    assert backoff.delay_s() <= FIRST_S


def test_a_clock_before_something_past_is_not_trusted():
    clock = SystemClock()
    assert clock.trusted
    clock.learn(datetime.now(UTC) + TOLERANCE / 2)
    assert clock.trusted
    clock.learn(datetime.now(UTC) + TOLERANCE * 2)
    assert not clock.trusted
    clock.learn(datetime.now(UTC) - timedelta(days=1))
    assert not clock.trusted, "what was learned stays learned"


def test_sleeping_until_the_past_returns_at_once():
    asyncio.run(SystemClock().sleep_until(datetime(2000, 1, 1, tzinfo=UTC)))


def test_a_hand_returns_and_raises_what_the_work_does():
    async def work():
        hand, line = ThreadHand("test"), FakeLine()
        assert await hand.do(lambda: 7) == 7
        line.close()
        with pytest.raises(LinkLost):
            await hand.do(lambda: line.write(b"x"))
        hand.close()

    asyncio.run(work())
