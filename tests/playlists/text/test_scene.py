import contextlib
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import BadBytes
from playlists.text.frame import Frame, Geometry
from playlists.text.scene import (
    Motion,
    Page,
    Scene,
    decode,
    encode,
    scroll_duration_ms,
    size_bytes,
    still,
)

PAGE = Path(__file__).resolve().parents[3] / "docs" / "protocols" / "scene.md"


@st.composite
def frames(draw, width_px=None, height_px=None):
    width = width_px or draw(st.integers(1, 80))
    height = height_px or draw(st.integers(1, 24))
    bits = draw(st.binary(min_size=width * height, max_size=width * height))
    return Frame.from_bitmap(np.frombuffer(bits, np.uint8).reshape(height, width) % 2 == 1)


@st.composite
def scenes(draw):
    width, height = draw(st.integers(1, 40)), draw(st.integers(1, 16))
    pages = []
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            pages.append(still(draw(frames(width, height)), draw(st.integers(1, 5_000))))
        else:
            strip = draw(frames(None, height))
            speed = draw(st.integers(1, 200))
            duration = scroll_duration_ms(strip.width_px, width, speed)
            pages.append(Page(strip, Motion.SCROLL_LEFT, duration, speed))
    return Scene(Geometry(width, height), tuple(pages))


@given(frames())
def test_frames_survive_bitmaps_and_drawings(frame):
    assert Frame.from_bitmap(frame.to_bitmap()) == frame
    assert Frame.from_text(frame.to_text()) == frame


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
    for bytes_ in (data, b"SGNS\x01" + data):
        with contextlib.suppress(BadBytes):
            decode(bytes_)


@given(scenes(), st.data())
def test_a_changed_byte_is_another_scene_or_bad(scene, data):
    whole = bytearray(encode(scene))
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(BadBytes):
        other = decode(bytes(whole))
        assert other != scene
        assert encode(other) == whole  # one picture has one spelling


@given(scenes())
def test_the_size_is_known_before_anything_is_drawn(scene):
    strips_px = [page.strip.width_px for page in scene.pages]
    assert size_bytes(scene.geometry.height_px, strips_px) == len(scene.data)


def test_a_lit_bit_beyond_the_end_of_a_row_is_bad():
    scene = encode(Scene(Geometry(3, 1), (still(Frame.from_text("@.@")),)))
    decode(scene)
    with pytest.raises(BadBytes):
        decode(scene[:-1] + bytes([scene[-1] | 1]))


@given(scenes(), st.integers(0, 200_000))
def test_a_frame_at_a_time_is_the_window_over_the_strip(scene, at_ms):
    page, into_ms = scene.page_at(at_ms)
    width = scene.geometry.width_px
    shown = scene.frame_at(at_ms).to_bitmap()
    strip = page.strip.to_bitmap()
    left = 0 if page.motion is Motion.HOLD else into_ms * page.speed_px_s // 1000 - width
    for x in range(width):
        at = left + x
        inside = 0 <= at < page.strip.width_px
        expected = strip[:, at] if inside else np.zeros(len(strip), bool)
        assert (shown[:, x] == expected).all()


def test_a_scroll_begins_and_ends_dark():
    strip = Frame.from_text("@@@\n@@@")
    page = Page(strip, Motion.SCROLL_LEFT, scroll_duration_ms(3, 4, 10), 10)
    scene = Scene(Geometry(4, 2), (page,))
    assert scene.duration_ms == 700
    assert scene.frame_at(0) == Frame.blank(Geometry(4, 2))
    assert scene.frame_at(100).to_text() == "...@\n...@"
    assert scene.frame_at(699).to_text() == "@...\n@..."


def test_the_documented_vectors_are_true():
    text = PAGE.read_text("utf-8")
    vectors = re.findall(r"```vector\n(.*?)\n\n(.*?)\n```", text, re.DOTALL)
    assert len(vectors) >= 3
    for hexed, drawn in vectors:
        scene = decode(bytes.fromhex(hexed))
        for moment in drawn.split("\n\n"):
            head, _, picture = moment.partition("\n")
            assert scene.frame_at(int(head.removesuffix(" ms"))).to_text() == picture
