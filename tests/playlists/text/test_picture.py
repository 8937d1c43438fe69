from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from playlists.text.frame import Frame, Geometry
from playlists.text.layout import Style, compose
from playlists.text.picture import AMBER, MAX_GIF_FRAMES, gif, glowing, png


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


def test_lit_leds_glow_amber_and_dark_ones_do_not():
    frame = Frame.from_text("@.......\n........")
    picture = np.asarray(glowing(frame, 8)).astype(int)
    assert (picture[4, 4] >= AMBER).all()
    assert picture[12, 60].sum() < 150
    assert picture[4, 9].sum() > picture[4, 57].sum()  # light falls on the neighbours


def test_motion_becomes_a_gif_of_many_frames_and_standing_text_of_one():
    moving = compose("Chữ chạy rất dài", Geometry(48, 16), Style(), max_strip_px=9_999)
    standing = compose("Yên", Geometry(48, 16), Style(), max_strip_px=9_999)
    assert Image.open(BytesIO(gif(moving, 2))).n_frames > 20
    assert Image.open(BytesIO(gif(standing, 2))).n_frames == 1


def test_a_long_scene_is_shown_whole_in_a_bounded_number_of_frames():
    scene = compose("Chữ chạy rất dài " * 20, Geometry(48, 16), Style(), max_strip_px=9_999)
    assert scene.duration_ms > 40 * MAX_GIF_FRAMES
    moving = Image.open(BytesIO(gif(scene, 1)))
    shown_ms = 0
    for frame in range(moving.n_frames):
        moving.seek(frame)
        shown_ms += moving.info["duration"]
    assert moving.n_frames <= MAX_GIF_FRAMES
    assert abs(shown_ms - scene.duration_ms) <= scene.duration_ms // 50
