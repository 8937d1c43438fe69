from datetime import UTC, datetime
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from playlists.text.document import FieldKind
from playlists.text.fields import Field, Letters, Moment
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.picture import AMBER, MAX_GIF_FRAMES, gif, glowing, png
from playlists.text.scene import Motion, Page, Scene, scroll_duration_ms, still
from playlists.text.strip import Ink, Strip

BOARD = Geometry(48, 16)
RAINBOW = Strip.from_indices(
    (np.indices((16, 48)).sum(axis=0) % 40).astype(np.uint8),
    [Ink(0, 0, 0), *(Ink(6 * hue, 255 - 6 * hue, hue % 8 * 32) for hue in range(39))],
)


def scrolling(width_px, speed_px_s=40):
    bitmap = np.random.default_rng(7).random((16, width_px)) < 0.3
    strip = Strip.of(Frame.from_bitmap(bitmap))
    duration_ms = scroll_duration_ms(width_px, BOARD.width_px, speed_px_s)
    return Scene(BOARD, (Page(strip, Motion.SCROLL_LEFT, duration_ms, speed_px_s),))


def shown(data):
    """Return a GIF's frames as (RGB array, milliseconds)."""
    image = Image.open(BytesIO(data))
    for number in range(image.n_frames):
        image.seek(number)
        yield np.asarray(image.convert("RGB")).astype(int), image.info.get("duration", 0)


# --- PNG


def test_a_png_has_one_pixel_per_led():
    frame = Frame.from_text("@.@.@.@.@\n.@.@.@.@.")
    image = Image.open(BytesIO(png(frame)))
    assert (image.mode, image.size) == ("1", (9, 2))
    assert np.array_equal(np.array(image), frame.to_bitmap())


@pytest.mark.parametrize("scale", [2, 5])
def test_a_scaled_png_repeats_every_led(scale):
    frame = Frame.from_text("@.\n.@")
    image = np.array(Image.open(BytesIO(png(frame, scale))))
    assert np.array_equal(image, np.kron(frame.to_bitmap(), np.ones((scale, scale), bool)))


@pytest.mark.parametrize("scale", [1, 3])
@pytest.mark.parametrize(
    "frame",
    [Frame.from_text("rga\n..r", Depth.TRICOLOUR), RAINBOW.to_frame(Depth.RGB)],
    ids=["tricolour", "rgb"],
)
def test_a_png_of_colours_has_them(frame, scale):
    image = Image.open(BytesIO(png(frame, scale)))
    assert image.mode == "RGB"
    expected = frame.to_colours().repeat(scale, axis=0).repeat(scale, axis=1)
    assert np.array_equal(np.array(image), expected)


# --- LEDs that glow


def test_lit_leds_glow_amber_and_dark_ones_do_not():
    frame = Frame.from_text("@.......\n........")
    picture = np.asarray(glowing(frame, 8)).astype(int)
    assert (picture[4, 4] >= AMBER).all()
    assert picture[4, 4][2] < 60
    assert picture[12, 60].sum() < 150
    assert picture[4, 9].sum() > picture[4, 57].sum()  # light falls on the neighbours


def test_leds_glow_in_their_colours():
    picture = np.asarray(glowing(Frame.from_text("r....g....a", Depth.TRICOLOUR), 8)).astype(int)
    red, green, amber = (picture[4, 8 * column + 4] for column in (0, 5, 10))
    assert red[0] == green[1] == amber[0] == amber[1] == 255
    assert red[1] < 60 > green[0]
    assert amber[2] < 60
    beside = picture[4, 12]  # the dark LED beside the red one
    assert beside[0] > beside[1] + 20


def test_a_picture_has_a_disc_for_each_led():
    frame = Frame(9, 3, bytes([255, 128] * 3))
    picture = glowing(frame, 10)
    assert picture.size == (90, 30)
    pixels = np.asarray(picture).astype(int).sum(axis=2)
    assert (pixels[5::10, 5::10] > pixels[::10, ::10]).all()  # corners are housing


def test_glow_has_few_steps_so_that_gifs_stay_small():
    picture = np.asarray(glowing(scrolling(200).frame_at(2_000), 8))
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) < 150


# --- GIF


def test_motion_becomes_a_gif_of_many_frames_and_standing_text_of_one():
    standing = Scene(BOARD, (still(Frame.blank(BOARD)), still(Frame.blank(BOARD))))
    assert len(list(shown(gif(scrolling(90), 2)))) > 20
    assert len(list(shown(gif(standing, 2)))) == 1


def test_a_long_scene_is_shown_whole_in_a_bounded_number_of_frames():
    scene = scrolling(1_500)
    assert scene.duration_ms > 40 * MAX_GIF_FRAMES * 1.5
    durations = [duration_ms for _, duration_ms in shown(gif(scene, 1))]
    assert len(durations) <= MAX_GIF_FRAMES
    assert abs(sum(durations) - scene.duration_ms) <= scene.duration_ms // 50


def test_pages_that_stand_are_one_frame_each_for_as_long_as_they_stand():
    pages = [still(Frame.from_text("@@@\n..."), 2_000), still(Frame.from_text("...\n@@@"), 800)]
    (first, first_ms), (second, second_ms) = shown(gif(Scene(Geometry(3, 2), tuple(pages)), 8))
    assert (first_ms, second_ms) == (2_000, 800)
    assert first[4].sum() > second[4].sum()


@pytest.mark.parametrize("depth", Depth)
def test_a_gif_shows_what_glows(depth):
    scene = Scene(BOARD, (Page(RAINBOW, Motion.HOLD, 1_000),), depth)
    ((picture, _),) = shown(gif(scene, 6))
    error = picture - np.asarray(glowing(scene.frame_at(0), 6)).astype(int)
    assert np.abs(error).mean() < 8


def test_a_gif_of_many_pages_has_the_colours_of_each():
    inks = [Ink(255, 0, 0), Ink(0, 255, 0), Ink(0, 0, 255), Ink(255, 255, 255)]
    lit = np.ones((16, 48), np.uint8)
    strips = [Strip.from_indices(lit, [Ink(0, 0, 0), ink]) for ink in inks]
    pages = [Page(strip, Motion.HOLD, 500) for strip in strips]
    pictures = list(shown(gif(Scene(BOARD, tuple(pages), Depth.RGB), 4)))
    for (picture, _), ink in zip(pictures, inks, strict=True):
        assert ((picture[34, 98] > 200) == np.array(ink[:3], bool)).all()


def test_a_smooth_gif_of_a_large_board_stays_moderate():
    assert len(gif(scrolling(150), 4)) < 2_000_000


def test_a_gif_tells_the_time_of_its_moment():
    glyphs = {digit: Frame.from_text("@" * (2 + int(digit))) for digit in "0123456789"}
    strip = Strip.of(Frame.blank(BOARD))
    fields = (Field(FieldKind.TIME, 0, 0, 48),)
    page = Page(strip, Motion.HOLD, 4_000, fields=fields, letters=(Letters(1, glyphs),))
    scene = Scene(BOARD, (page,))

    def lit(moment):
        return [
            int((picture[2, 2::4, 0] > 200).sum()) for picture, _ in shown(gif(scene, 4, moment))
        ]

    assert lit(Moment(datetime(2026, 11, 25, 10, 0, 58, tzinfo=UTC))) == [9, 10]
    assert lit(Moment(datetime(2026, 11, 25, 22, 33, 0, tzinfo=UTC))) == [18]
    assert lit(None) == [0]
