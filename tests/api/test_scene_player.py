"""The browser's player against the documented vectors and against the boards' own, in Chromium."""

import base64
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from chromium import chromium

from playlists.text.document import FieldKind
from playlists.text.fields import Field, Letters, Moment
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.moment import readable_ms
from playlists.text.scene import Entry, Motion, Page, Scene, decode, scroll_duration_ms, still
from playlists.text.strip import DARK_INK, Ink, Strip

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
ORIGIN = "http://player.test"
BOARD = Geometry(40, 9)


@pytest.fixture(scope="module")
def player():
    """A page that has nothing but the module."""
    source = (ROOT / "api" / "console" / "static" / "scene.js").read_text("utf-8")
    with chromium() as running:
        page = running.new_page()
        page.route(
            f"{ORIGIN}/**",
            lambda route: route.fulfill(
                body=source if route.request.url.endswith(".js") else "<!doctype html>",
                content_type="text/javascript"
                if route.request.url.endswith(".js")
                else "text/html",
            ),
        )
        page.goto(ORIGIN)
        page.evaluate("async () => { window.player = await import('/scene.js'); }")
        yield page


def load(player, data):
    player.evaluate(
        """(text) => {
          const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
          window.scene = window.player.decode(bytes.buffer);
        }""",
        base64.b64encode(data).decode(),
    )


def played(player, size, at_ms, moment):
    """Return the colours that the browser plays: shape (rows, columns, 3)."""
    now_ms = None if moment is None else moment.now.timestamp() * 1000
    colours = player.evaluate(
        """([atMs, nowMs, temperatureC]) => [...window.player.frameAt(
          window.scene, atMs, nowMs === null ? null : {nowMs, temperatureC})]""",
        [at_ms, now_ms, None if moment is None else moment.temperature_c],
    )
    return np.array(colours, np.uint8).reshape(size.height_px, size.width_px, 3)


def drawn(colours, depth):
    if depth is not Depth.RGB:
        return Frame.from_colours(colours, depth).to_text()
    return "\n".join(" ".join(bytes(led).hex() for led in row) for row in colours)


def test_the_documented_vectors_are_played(player):
    text = (ROOT / "docs" / "protocols" / "scene.md").read_text("utf-8")
    vectors = re.findall(r"```vector\n(.*?)\n\n(.*?)\n```", text, re.DOTALL)
    assert len(vectors) >= 10
    for hexed, pictures in vectors:
        data = bytes.fromhex(hexed)
        scene = decode(data)
        load(player, data)
        for one in pictures.split("\n\n"):
            head, _, picture = one.partition("\n")
            at_ms, _, *known = head.split()
            celsius = float(known[1]) if len(known) > 1 else None
            moment = Moment(datetime.fromisoformat(known[0]), celsius) if known else None
            colours = played(player, scene.geometry, int(at_ms), moment)
            assert drawn(colours, scene.depth) == picture


def rich_scene(seed):
    """A scene that has everything a depth can have."""
    chance = np.random.default_rng(seed)
    depth = Depth(seed % 3)
    inks = [DARK_INK]
    for at in range(1, 7):
        red, green, blue = (int(level) for level in chance.integers(0, 256, 3))
        inks.append(Ink(red | 1, green, blue, blink=at % 2 == 0))

    def strip(width, height):
        return Strip.from_indices(chance.integers(0, 7, (height, width), np.uint8), inks)

    letters = Letters(
        7,
        {
            letter: Frame.from_bitmap(chance.random((7, int(chance.integers(1, 7)))) < 0.5)
            for letter in "0123456789/:-°C ngày"
        },
    )
    fields = (
        Field(FieldKind.DATE, 0, 0, 30, ink=1),
        Field(FieldKind.TIME, 3, 2, 11, ink=2),
        Field(FieldKind.COUNTDOWN, 1, 1, 33, ink=3, target_s=1_800_000_000),
        Field(FieldKind.TEMPERATURE, 5, 0, 9, ink=4),
    )
    cycle = [
        Page(strip(40, 9), Motion.HOLD, 700, fields=fields, letters=(letters,)),
        Page(strip(40, 9), Motion.HOLD, 1_500, entry=Entry.WIPE, entry_ms=900),
        still(Frame.from_bitmap(chance.random((9, 40)) < 0.5), 333),
    ]
    if depth is Depth.RGB:
        cycle.append(Page(strip(40, 9), Motion.HOLD, 1_300, entry=Entry.FADE, entry_ms=777))
    for motion in (Motion.SCROLL_LEFT, Motion.SCROLL_RIGHT):
        duration_ms = scroll_duration_ms(61, 40, 33)
        cycle.append(Page(strip(61, 9), motion, duration_ms, 33, fields=fields, letters=(letters,)))
    for motion in (Motion.SCROLL_UP, Motion.SCROLL_DOWN):
        duration_ms = scroll_duration_ms(21, 9, 17)
        cycle.append(
            Page(strip(40, 21), motion, duration_ms, 17, fields=fields, letters=(letters,))
        )
    return Scene(BOARD, tuple(cycle), depth, ["", "Asia/Ho_Chi_Minh", "America/St_Johns"][seed % 3])


@pytest.mark.parametrize("seed", range(6))
def test_it_plays_what_the_boards_play(player, seed):
    scene = rich_scene(seed)
    load(player, scene.data)
    for step in range(40):
        at_ms = step * scene.duration_ms // 39
        now = datetime.fromtimestamp(1_799_000_000 + 76_543.21 * step, UTC)
        moment = None if step % 5 == 0 else Moment(now, step * 1.7 - 20)
        expected = scene.frame_at(at_ms, moment).to_colours()
        assert (played(player, BOARD, at_ms, moment) == expected).all(), (seed, at_ms)


def test_it_knows_what_moves_and_when_it_reads_best(player):
    strip = Strip.of(Frame.blank(Geometry(40, 9)))
    standing = Page(strip, Motion.HOLD, 2_000)
    blinking = Strip(40, 9, strip.planes, (DARK_INK, Ink(9, 9, 9, blink=True)))
    moving = [
        Page(blinking, Motion.HOLD, 2_000),
        Page(blinking, Motion.HOLD, 2_000, entry=Entry.WIPE, entry_ms=700),
        *(Page(strip, motion, 9_000, 30) for motion in Motion if motion is not Motion.HOLD),
    ]
    for page in [standing, *moving]:
        scene = Scene(BOARD, (page,))
        load(player, scene.data)
        assert player.evaluate("window.player.moves(window.scene)") == (page is not standing)
        assert player.evaluate("window.player.readableMs(window.scene)") == readable_ms(scene)


def test_it_draws_mono_in_amber_and_colours_as_they_are(player):
    def middles(depth, letters):
        load(player, Scene(Geometry(4, 1), (still(Frame.from_text(letters, depth)),), depth).data)
        return player.evaluate(
            """() => {
              const canvas = document.createElement("canvas");
              canvas.style.width = "80px";
              document.body.append(canvas);
              const colours = window.player.frameAt(window.scene, 0);
              window.player.draw(canvas, 4, 1, colours, window.scene.depth);
              const pitch = canvas.width / 4;
              return [0, 1, 2, 3].map((x) => [...canvas.getContext("2d").getImageData(
                Math.floor((x + 0.5) * pitch), Math.floor(pitch / 2), 1, 1).data].slice(0, 3));
            }"""
        )

    mono = middles(Depth.MONO, "@..@")
    assert mono[0] == mono[3] == [255, 176, 0]
    assert max(mono[1]) < 128
    three = middles(Depth.TRICOLOUR, "rga.")
    assert three[:3] == [[255, 0, 0], [0, 255, 0], [255, 255, 0]]
    assert max(three[3]) < 128


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-1], lambda data: data + b"\0", lambda _: b"SGNS"]
)
def test_what_is_no_scene_is_refused(player, damage):
    data = still(Frame.from_text("@..@"))
    whole = Scene(Geometry(4, 1), (data,)).data
    with pytest.raises(Exception, match="Error"):
        load(player, damage(whole))
