import contextlib
import re
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import BadBytes
from playlists.text.document import FieldKind
from playlists.text.fields import MAX_GLYPHS, Field, Letters, Moment, field_text, next_change, zone
from playlists.text.frame import (
    AMBER,
    BLUE,
    DARK,
    GREEN,
    MAGENTA,
    RED,
    WHITE,
    YELLOW,
    Colour,
    Depth,
    Frame,
    Geometry,
)
from playlists.text.moment import readable_ms
from playlists.text.scene import (
    MAX_FIELDS,
    Entry,
    Motion,
    Page,
    Scene,
    decode,
    encode,
    page_bytes,
    scroll_duration_ms,
    size_bytes,
    still,
)
from playlists.text.strip import DARK_INK, WHITE_INK, Ink, Strip

PAGE = Path(__file__).resolve().parents[3] / "docs" / "protocols" / "scene.md"
NOON = datetime(2026, 11, 25, 5, 0, 0, tzinfo=UTC)
HANOI = "Asia/Ho_Chi_Minh"
DEPTHS = st.sampled_from(Depth)
COLOURS = st.builds(Colour, *[st.integers(0, 255)] * 3)
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- the zone is added
MOMENTS = st.none() | st.builds(
    Moment, INSTANTS, st.none() | st.floats(allow_nan=True, allow_infinity=True)
)


def frame_of(leds, depth):
    """Pack LEDs given as rows of (red, green, blue), by the book: byte by byte."""
    height, width = len(leds), len(leds[0])
    if depth is Depth.RGB:
        return Frame(width, height, bytes(c for row in leds for led in row for c in led), depth)
    channels = [0, 1] if depth is Depth.TRICOLOUR else [0]
    packed = b""
    for channel in channels:
        for row in leds:
            bits = "".join("1" if led[channel] else "0" for led in row)
            bits += "0" * (-width % 8)
            packed += int(bits, 2).to_bytes(len(bits) // 8, "big")
    return Frame(width, height, packed, depth)


@st.composite
def frames(draw, depth=None, width_px=None, height_px=None):
    depth = draw(DEPTHS) if depth is None else depth
    width = width_px or draw(st.integers(1, 40))
    height = height_px or draw(st.integers(1, 12))
    seed = draw(st.integers(0, 1 << 32))
    levels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    if depth is not Depth.RGB:
        levels[...] = np.where(levels < 128, 0, 255)
    return Frame.from_colours(levels, depth)


@st.composite
def strips(draw, depth, width, height):
    count = draw(st.integers(1, 6 if depth is Depth.RGB else 4))
    shade = st.integers(0, 255) if depth is Depth.RGB else st.sampled_from([0, 127, 128, 255])
    inks = [DARK_INK]
    for _ in range(count):
        red, green, blue = draw(st.tuples(shade, shade, shade))
        blink = draw(st.booleans()) and bool(red or green or blue)
        inks.append(Ink(red, green, blue, blink))
    seed = draw(st.integers(0, 1 << 32))
    indices = np.random.default_rng(seed).integers(0, len(inks), (height, width), np.uint8)
    return Strip.from_indices(indices, inks)


@st.composite
def letter_sets(draw, height):
    rows = draw(st.integers(1, height))
    letters = draw(st.text("0123456789/:- ngày°C", min_size=1, max_size=12))
    return Letters(rows, {one: draw(frames(Depth.MONO, None, rows)) for one in letters})


@st.composite
def field_lists(draw, strip):
    sets = draw(st.lists(letter_sets(strip.height_px), max_size=2))
    fields = []
    for at, letters in enumerate(sets):
        x = draw(st.integers(0, strip.width_px - 1))
        kind = draw(st.sampled_from(FieldKind))
        is_countdown = kind is FieldKind.COUNTDOWN
        fields.append(
            Field(
                kind,
                x,
                draw(st.integers(0, strip.height_px - letters.rows_px)),
                draw(st.integers(1, strip.width_px - x)),
                at,
                draw(st.integers(1, len(strip.palette) - 1)),
                draw(st.integers(0, (1 << 32) - 1)) if is_countdown else 0,
            )
        )
    return tuple(fields), tuple(sets)


@st.composite
def pages(draw, depth, width, height):
    motion = draw(st.sampled_from(Motion))
    free = draw(st.integers(1, 40))
    if motion in {Motion.SCROLL_LEFT, Motion.SCROLL_RIGHT}:
        strip = draw(strips(depth, free, height))
    elif motion is Motion.HOLD:
        strip = draw(strips(depth, width, height))
    else:
        strip = draw(strips(depth, width, free))
    fields, letters = draw(field_lists(strip))
    more = {"fields": fields, "letters": letters}
    if motion is Motion.HOLD:
        duration = draw(st.integers(1, 3_000))
        entry = draw(st.sampled_from(Entry if depth is Depth.RGB else [Entry.CUT, Entry.WIPE]))
        if entry is not Entry.CUT:
            more |= {"entry": entry, "entry_ms": draw(st.integers(1, duration))}
        return Page(strip, motion, duration, **more)
    speed = draw(st.integers(5, 200))
    sides = (free, height) if motion >= Motion.SCROLL_UP else (free, width)
    return Page(strip, motion, scroll_duration_ms(*sides, speed), speed, **more)


@st.composite
def scenes(draw):
    depth, width, height = draw(DEPTHS), draw(st.integers(1, 30)), draw(st.integers(1, 12))
    count = draw(st.integers(1, 3))
    cycle = tuple(draw(pages(depth, width, height)) for _ in range(count))
    return Scene(Geometry(width, height), cycle, depth, draw(st.sampled_from(["", HANOI])))


@given(frames())
def test_frames_survive_arrays_and_drawings(frame):
    assert Frame.from_colours(frame.to_colours(), frame.depth) == frame
    assert (frame.to_bitmap() == frame.to_colours().any(axis=2)).all()
    if frame.depth is Depth.MONO:
        assert Frame.from_bitmap(frame.to_bitmap()) == frame
    if frame.depth is Depth.RGB:
        with pytest.raises(BadBytes):
            frame.to_text()
    else:
        assert Frame.from_text(frame.to_text(), frame.depth) == frame


@given(frames())
def test_a_frame_is_packed_as_the_book_says(frame):
    leds = [[tuple(led) for led in row] for row in frame.to_colours().tolist()]
    assert frame_of(leds, frame.depth) == frame


@given(frames(), st.integers(-3, 3))
def test_a_frame_has_exactly_the_bytes_it_needs(frame, more):
    data = frame.data[: len(frame.data) + min(more, 0)] + bytes(max(more, 0))
    if data != frame.data:
        with pytest.raises(BadBytes):
            replace(frame, data=data)
    assert Frame.blank(frame.geometry, frame.depth).data == bytes(len(frame.data))


def test_the_nearest_colour_a_board_has():
    assert AMBER.on(Depth.RGB) == AMBER
    for colour in (RED, BLUE, Colour(0, 0, 1)):
        assert colour.on(Depth.MONO) == WHITE
    for colour, nearest in [
        (RED, RED), (GREEN, GREEN), (AMBER, YELLOW), (YELLOW, YELLOW), (WHITE, YELLOW),
        (Colour(9, 9, 9), YELLOW), (MAGENTA, RED), (BLUE, GREEN), (Colour(0, 255, 255), GREEN),
        (Colour(255, 120, 0), RED), (Colour(255, 130, 0), YELLOW), (Colour(40, 0, 0), RED),
    ]:  # fmt: skip
        assert colour.on(Depth.TRICOLOUR) == nearest
    for depth in Depth:
        assert DARK.on(depth) == DARK
    for wrong in (-1, 256):
        with pytest.raises(BadBytes):
            Colour(0, wrong, 0)


@given(st.lists(COLOURS, min_size=1, max_size=20), DEPTHS)
def test_a_picture_becomes_the_nearest_colours(colours, depth):
    levels = np.array([[[one.red, one.green, one.blue] for one in colours]], np.uint8)
    near = [one.on(depth) for one in colours]
    shown = Frame.from_colours(levels, depth).to_colours().tolist()
    assert shown == [[[one.red, one.green, one.blue] for one in near]]


@given(scenes())
def test_scenes_survive_their_bytes(scene):
    assert decode(encode(scene)) == scene


@given(scenes(), st.data())
def test_cut_or_lengthened_bytes_are_no_scene(scene, data):
    whole = encode(scene)
    cut = data.draw(st.integers(0, len(whole) - 1))
    for damaged in (whole[:cut], whole + b"\0"):
        with pytest.raises(BadBytes):
            decode(damaged)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_scene_or_bad(data):
    for bytes_ in (data, b"SGNS\x02" + data, b"SGNS\x02\x00\x01\x00\x04\x00\x02\x00" + data):
        with contextlib.suppress(BadBytes):
            decode(bytes_)


@given(scenes(), st.data(), MOMENTS)
def test_a_changed_byte_is_another_scene_or_bad(scene, data, moment):
    whole = bytearray(encode(scene))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(BadBytes):
        other = decode(bytes(whole))
        assert other != scene
        assert encode(other) == whole  # one picture has one spelling
        if other.geometry == scene.geometry:
            other.frame_at(0, moment)


@given(scenes())
def test_the_size_is_known_before_anything_is_drawn(scene):
    sizes = [
        page_bytes(
            page.strip.width_px,
            page.strip.height_px,
            len(page.strip.planes),
            fields=len(page.fields),
            letters=page.letters,
        )
        for page in scene.pages
    ]
    assert size_bytes(sizes, scene.zone) == len(scene.data)


def test_a_lit_bit_beyond_the_end_of_a_row_is_bad():
    scene = encode(Scene(Geometry(3, 1), (still(Frame.from_text("@.@")),)))
    decode(scene)
    with pytest.raises(BadBytes):
        decode(scene[:-1] + bytes([scene[-1] | 1]))


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (4, 1),  # version
        (5, 3),  # depth
        (6, 0),  # no pages
        (6, 2),  # more pages than there are
        (7, 1),  # a zone that is none
        (8, 0),  # no width
        (12, 5),  # motion
        (13, 3),  # entry
        (13, 2),  # fade on a mono board
        (14, 1),  # speed of what stands
        (20, 1),  # length of a cut
        (24, 0),  # no strip
        (28, 0),  # no planes
        (28, 9),
        (29, 2),  # letters that nobody uses
        (34, 2),  # flags of an ink
        (37, 0),  # a letter set without rows
        (38, 1),  # fewer letters than there are
        (39, 0),  # the letter 0
        (41, 0),  # a letter without width
        (43, 0x31),  # the same letter twice
        (43, 0x30),  # letters that do not rise
        (47, 4),  # kind of a field
        (48, 1),  # letters of a field
        (49, 0),  # ink of a field
        (49, 2),
        (50, 7),  # a field beyond its strip
        (56, 1),  # a target without a countdown
    ],
)
def test_each_byte_that_makes_no_sense_is_refused(at, value):
    letters = Letters(1, {"1": Frame.from_text("@"), "2": Frame.from_text("@@")})
    clock = Field(FieldKind.TIME, 1, 0, 8)
    page = replace(still(Frame.from_text("@..@.....")), fields=(clock,), letters=(letters,))
    data = bytearray(encode(Scene(Geometry(9, 1), (page,))))
    assert (len(data), data[39], data[43]) == (60, 0x31, 0x32)
    data[at] = value
    with pytest.raises(BadBytes):
        decode(bytes(data))


def led(page, place, at_ms, moment, where):
    """Return the ink of one LED of a strip at an instant, its fields written in."""
    strip, (column, row) = page.strip, place
    if not (0 <= column < strip.width_px and 0 <= row < strip.height_px):
        return DARK_INK
    number = 0
    for k, plane in enumerate(strip.planes):
        byte = plane[row * -(-strip.width_px // 8) + column // 8]
        number |= (byte >> (7 - column % 8) & 1) << k
    for field in page.fields:
        letters = page.letters[field.letters]
        x, y = column - field.x_px, row - field.y_px
        if not (0 <= x < field.width_px and 0 <= y < letters.rows_px):
            continue
        for letter in field_text(field.kind, field.target_s, moment, where):
            glyph = letters.glyphs.get(letter)
            if glyph is None:
                continue
            if x < glyph.width_px:
                if glyph.to_text().split("\n")[y][x] == "@":
                    number = field.ink
                break
            x -= glyph.width_px
    ink = strip.palette[number]
    return DARK_INK if ink.blink and at_ms % 1000 >= 500 else ink


def drawn_by_the_book(scene, at_ms, moment):
    """Render a frame LED by LED."""
    into_ms = at_ms % sum(page.duration_ms for page in scene.pages)
    for page in scene.pages:
        if into_ms < page.duration_ms:
            break
        into_ms -= page.duration_ms
    width, height = scene.geometry.width_px, scene.geometry.height_px
    moved = into_ms * page.speed_px_s // 1000
    left, top = {
        Motion.HOLD: (0, 0),
        Motion.SCROLL_LEFT: (moved - width, 0),
        Motion.SCROLL_RIGHT: (page.strip.width_px - moved, 0),
        Motion.SCROLL_UP: (0, moved - height),
        Motion.SCROLL_DOWN: (0, page.strip.height_px - moved),
    }[page.motion]
    leds = []
    for y in range(height):
        leds.append([])
        for x in range(width):
            ink = led(page, (left + x, top + y), into_ms, moment, zone(scene.zone))
            colour = list(ink[:3])
            if page.entry is Entry.FADE and into_ms < page.entry_ms:
                colour = [channel * into_ms // page.entry_ms for channel in colour]
            if page.entry is Entry.WIPE and into_ms < page.entry_ms:
                colour = colour if x < width * into_ms // page.entry_ms else [0, 0, 0]
            if scene.depth is Depth.MONO:
                colour = [255 if any(colour) else 0] * 3
            if scene.depth is Depth.TRICOLOUR:
                colour = [255 if channel >= 128 else 0 for channel in colour]
            leds[-1].append(colour)
    return frame_of(leds, scene.depth)


@given(scenes(), st.integers(0, 20_000), MOMENTS)
def test_a_frame_at_a_time_is_what_the_book_says_of_each_led(scene, at_ms, moment):
    assert scene.frame_at(at_ms, moment) == drawn_by_the_book(scene, at_ms, moment)


@given(strips(Depth.TRICOLOUR, 20, 6), st.integers(-40, 40), st.integers(-20, 20))
def test_a_window_lies_anywhere(strip, left, top):
    indices = np.pad(strip.to_indices(), 40)
    expected = indices[40 + top : 44 + top, 40 + left : 49 + left]
    window = strip.window(left, top, Geometry(9, 4))
    assert (window.to_indices() == expected).all()
    assert window == Strip.from_indices(expected, strip.palette)


def test_a_scroll_begins_and_ends_dark():
    strip = Strip.of(Frame.from_text("@@.\n@@@"))
    page = Page(strip, Motion.SCROLL_LEFT, scroll_duration_ms(3, 4, 10), 10)
    scene = Scene(Geometry(4, 2), (page,))
    assert scene.duration_ms == 700
    assert scene.frame_at(0) == Frame.blank(Geometry(4, 2))
    assert scene.frame_at(100).to_text() == "...@\n...@"
    assert scene.frame_at(699).to_text() == "....\n@..."


def test_scrolls_to_the_right_and_upright_come_with_the_right_end_first():
    picture = Frame.from_text("@@. @.@ ...")
    right = Page(Strip.of(picture), Motion.SCROLL_RIGHT, scroll_duration_ms(3, 3, 10), 10)
    scene = Scene(Geometry(3, 3), (right,))
    assert scene.frame_at(0) == Frame.blank(Geometry(3, 3))
    assert scene.frame_at(100).to_text() == "...\n@..\n..."
    assert scene.frame_at(300) == picture
    up = replace(right, motion=Motion.SCROLL_UP)
    assert Scene(Geometry(3, 3), (up,)).frame_at(100).to_text() == "...\n...\n@@."
    down = replace(right, motion=Motion.SCROLL_DOWN)
    assert Scene(Geometry(3, 3), (down,)).frame_at(200).to_text() == "@.@\n...\n..."


@pytest.mark.parametrize("depth", Depth)
def test_the_cost_of_a_frame_does_not_grow_with_the_strip(depth):
    inks = [DARK_INK, WHITE_INK, Ink(255, 0, 0)][: 2 if depth is Depth.MONO else 3]
    letters = (Letters(7, {one: Frame.blank(Geometry(5, 7)) for one in "0123456789:"}),)

    def peak_bytes(columns):
        strip = Strip.from_indices(np.ones((16, columns), np.uint8), inks)
        clock = Field(FieldKind.TIME, columns - 30, 0, 30)
        page = Page(strip, Motion.SCROLL_LEFT, 600_000, 100, fields=(clock,), letters=letters)
        scene = Scene(Geometry(64, 16), (page,), depth)
        scene.frame_at(900, Moment(NOON))
        tracemalloc.start()
        scene.frame_at(900, Moment(NOON))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    assert peak_bytes(65_000) < peak_bytes(100) + 2_000


@pytest.mark.parametrize(
    "wrong",
    [
        {"motion": Motion.SCROLL_LEFT},
        {"speed_px_s": 5},
        {"duration_ms": 0},
        {"duration_ms": 600_001},
        {"entry": Entry.WIPE},
        {"entry": Entry.WIPE, "entry_ms": 5_001},
        {"entry_ms": 1},
        {"entry": Entry.WIPE, "entry_ms": 100, "motion": Motion.SCROLL_UP, "speed_px_s": 5},
        {"fields": (Field(FieldKind.TIME, 0, 0, 4),)},
        {"letters": (Letters(1, {"1": Frame.from_text("@")}),)},
    ],
)
def test_pages_that_make_no_sense_are_refused(wrong):
    with pytest.raises(BadBytes):
        replace(still(Frame.from_text("@...")), **wrong)


@pytest.mark.parametrize(
    "field",
    [
        Field(FieldKind.TIME, 1, 0, 4),
        Field(FieldKind.TIME, 0, 1, 4),
        Field(FieldKind.TIME, 0, 0, 4, ink=2),
        Field(FieldKind.TIME, 0, 0, 4, ink=0),
        Field(FieldKind.TIME, 0, 0, 4, letters=1),
    ],
)
def test_fields_stay_in_their_strip_and_palette(field):
    letters = (Letters(1, {"1": Frame.from_text("@")}),)
    page = still(Frame.from_text("@..."))
    with pytest.raises(BadBytes):
        replace(page, fields=(field,), letters=letters)
    good = replace(field, x_px=0, y_px=0, letters=0, ink=1)
    replace(page, fields=(good,) * MAX_FIELDS, letters=letters)
    with pytest.raises(BadBytes):
        replace(page, fields=(good,) * (MAX_FIELDS + 1), letters=letters)


def test_letters_are_single_known_and_few():
    dot = Frame.from_text("@")
    for glyphs in (
        {},
        {"ab": dot},
        {"": dot},
        {"\ud800": dot},
        {"😀": dot},
        {"a": Frame.from_text("@ @")},
        {"a": Frame.from_text("r", Depth.TRICOLOUR)},
        {chr(at): dot for at in range(1, MAX_GLYPHS + 2)},
    ):
        with pytest.raises(BadBytes):
            Letters(1, glyphs)


def test_scenes_fit_their_board():
    page = still(Frame.from_text("@..."))
    up = Page(page.strip, Motion.SCROLL_UP, 1_000, 1)
    left = Page(page.strip, Motion.SCROLL_LEFT, 1_000, 1)
    Scene(Geometry(4, 9), (up,))
    Scene(Geometry(9, 1), (left,))
    for board, one in [((4, 2), page), ((3, 1), page), ((5, 1), up), ((4, 2), left)]:
        with pytest.raises(BadBytes):
            Scene(Geometry(*board), (one,))
    for board in [(65_535, 65_535), (65_535, 200)]:
        tall = Strip.of(Frame.blank(Geometry(board[0], 1)))
        with pytest.raises(BadBytes, match="too large"):
            Scene(Geometry(*board), (Page(tall, Motion.SCROLL_UP, 1_000, 1),))
    fading = replace(page, entry=Entry.FADE, entry_ms=10)
    Scene(Geometry(4, 1), (fading,), Depth.RGB)
    for depth in (Depth.MONO, Depth.TRICOLOUR):
        with pytest.raises(BadBytes, match="fade"):
            Scene(Geometry(4, 1), (fading,), depth)
    for name in ("Asia", "Asia/Atlantis", "../../etc/passwd", "Á", "A" * 41, "\0"):
        with pytest.raises(BadBytes):
            Scene(Geometry(4, 1), (page,), zone=name)


def test_palettes_are_filled_up_and_as_long_as_their_planes():
    picture = np.array([[0, 1, 2]], np.uint8)
    red, blinking = Ink(255, 0, 0), Ink(0, 255, 0, blink=True)
    strip = Strip.from_indices(picture, [DARK_INK, red, blinking])
    assert strip.palette == (DARK_INK, red, blinking, DARK_INK)
    assert len(strip.planes) == 2
    assert (strip.to_indices() == picture).all()
    for palette in ([DARK_INK, red], [red, red, red], [DARK_INK, red, Ink(0, 0, 0, blink=True)]):
        with pytest.raises(BadBytes):
            Strip.from_indices(picture, palette)
    with pytest.raises(BadBytes):
        Strip.from_indices(picture, [DARK_INK] * 257)
    with pytest.raises(BadBytes):
        Strip.of(Frame.blank(Geometry(1, 1), Depth.RGB))


@given(frames())
def test_a_still_shows_its_frame(frame):
    if frame.depth is not Depth.RGB:
        assert still(frame).frame_at(0, frame.geometry, frame.depth) == frame
        assert still(frame).is_plain


def test_what_blinks_is_dark_in_the_second_half_of_each_second():
    strip = Strip.from_indices(np.array([[1, 0]], np.uint8), [DARK_INK, Ink(9, 9, 9, blink=True)])
    scene = Scene(Geometry(2, 1), (Page(strip, Motion.HOLD, 5_000),))
    assert not scene.pages[0].is_plain
    lit = [scene.frame_at(at_ms).to_text() for at_ms in (0, 499, 500, 999, 1_000, 4_999, 5_000)]
    assert lit == ["@.", "@.", "..", "..", "@.", "..", "@."]


@pytest.mark.parametrize(
    ("kind", "target", "at", "said"),
    [
        (FieldKind.DATE, 0, "2026-11-25T16:59:59Z", "25/11/2026"),
        (FieldKind.DATE, 0, "2026-11-25T17:00:00Z", "26/11/2026"),
        (FieldKind.TIME, 0, "2026-11-25T12:30:59Z", "19:30"),
        (FieldKind.COUNTDOWN, 100, "1970-01-01T00:00:00Z", "00:01:40"),
        (FieldKind.COUNTDOWN, 100, "1970-01-01T00:01:39.001Z", "00:00:01"),
        (FieldKind.COUNTDOWN, 100, "1970-01-01T00:01:39.999Z", "00:00:01"),
        (FieldKind.COUNTDOWN, 100, "1970-01-01T00:01:40Z", "00:00:00"),
        (FieldKind.COUNTDOWN, 100, "1970-01-09T00:00:00Z", "00:00:00"),
        (FieldKind.COUNTDOWN, 86_399, "1970-01-01T00:00:00Z", "23:59:59"),
        (FieldKind.COUNTDOWN, 86_400, "1970-01-01T00:00:00Z", "1 ngày 00:00:00"),
        (FieldKind.COUNTDOWN, 3 * 86_400 + 14_706, "1970-01-01T00:00:00Z", "3 ngày 04:05:06"),
    ],
)
def test_what_fields_say(kind, target, at, said):
    moment = Moment(datetime.fromisoformat(at))
    assert field_text(kind, target, moment, zone(HANOI)) == said


def test_what_fields_say_of_what_nobody_knows():
    unknown = [field_text(kind, 0, None, UTC) for kind in FieldKind]
    assert unknown == ["--/--/----", "--:--", "--:--:--", "--°C"]
    temperature = FieldKind.TEMPERATURE
    for celsius, said in [
        (27.4, "27°C"), (27.5, "28°C"), (-0.4, "0°C"), (-5.0, "-5°C"),
        (None, "--°C"), (float("nan"), "--°C"), (float("inf"), "--°C"),
    ]:  # fmt: skip
        assert field_text(temperature, 0, Moment(NOON, celsius), UTC) == said


@given(st.sampled_from(FieldKind), INSTANTS, st.integers(0, (1 << 32) - 1), st.floats(0, 0.999))
def test_a_field_says_the_same_until_its_next_change(kind, now, target, share):
    where = zone(HANOI)
    said = field_text(kind, target, Moment(now), where)
    change = next_change(kind, target, now)
    if change is None:
        change = now.replace(year=2101)
    assert change > now
    assert field_text(kind, target, Moment(now + (change - now) * share), where) == said
    if kind is FieldKind.COUNTDOWN and now.timestamp() < target:
        assert field_text(kind, target, Moment(change), where) != said


def test_the_moment_that_reads_best():
    words = Strip.of(Frame.from_text("@@@@.... ........"))
    slow = {"duration_ms": 5_000, "speed_px_s": 3}
    board = Geometry(8, 2)
    standing = Page(words, Motion.HOLD, 1_000)
    for page, best_ms in [
        (standing, 0),
        (replace(standing, entry=Entry.WIPE, entry_ms=700), 700),
        (replace(standing, entry=Entry.WIPE, entry_ms=1_000), 999),
        (Page(words, Motion.SCROLL_LEFT, **slow), 2_667),
        (Page(words, Motion.SCROLL_RIGHT, **slow), 2_667),
        (Page(words, Motion.SCROLL_UP, **slow), 667),
        (Page(words, Motion.SCROLL_DOWN, **slow), 667),
    ]:
        scene = Scene(board, (page,))
        assert readable_ms(scene) == best_ms
        if best_ms != 999:
            assert scene.frame_at(best_ms) == words.to_frame(Depth.MONO)
    blinking = replace(words, palette=(DARK_INK, Ink(255, 255, 255, blink=True)))
    late = Page(blinking, Motion.HOLD, 5_000, entry=Entry.WIPE, entry_ms=700)
    assert readable_ms(Scene(board, (late,))) == 1_000


def drawn(frame):
    """Draw a frame as the vectors do: letters, or six hex digits for each LED."""
    if frame.depth is not Depth.RGB:
        return frame.to_text()
    return "\n".join(" ".join(bytes(led).hex() for led in row) for row in frame.to_colours())


def test_the_documented_vectors_are_true():
    text = PAGE.read_text("utf-8")
    vectors = re.findall(r"```vector\n(.*?)\n\n(.*?)\n```", text, re.DOTALL)
    assert len(vectors) >= 10
    for hexed, pictures in vectors:
        scene = decode(bytes.fromhex(hexed))
        for one in pictures.split("\n\n"):
            head, _, picture = one.partition("\n")
            at_ms, _, *known = head.split()
            now = None if not known else datetime.fromisoformat(known[0])
            celsius = float(known[1]) if len(known) > 1 else None
            moment = None if now is None else Moment(now, celsius)
            assert drawn(scene.frame_at(int(at_ms), moment)) == picture
