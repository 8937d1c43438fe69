from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ports import Capabilities
from firmware_bridge.player import due
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.scene import Motion, Page, Scene, scroll_duration_ms
from playlists.text.strip import Ink, Strip

SINCE = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)


def able(geometry):
    return Capabilities(
        geometry=geometry,
        depth=Depth.MONO,
        route=None,
        frame_interval_ms=40,
    )


@st.composite
def lines(draw):
    width, height, board = (
        draw(st.integers(1, 60)),
        draw(st.integers(1, 9)),
        draw(st.integers(1, 40)),
    )
    bits = draw(st.binary(min_size=width * height, max_size=width * height))
    indices = np.frombuffer(bits, np.uint8).reshape(height, width) % 2
    ink = draw(st.sampled_from([Ink(255, 255, 255), Ink(255, 0, 0), Ink(0, 0, 0)]))
    strip = Strip.from_indices(indices, [Ink(0, 0, 0), ink])
    speed = draw(st.integers(1, 1_000))
    page = Page(strip, Motion.SCROLL_LEFT, scroll_duration_ms(width, board, speed), speed)
    return Scene(Geometry(board, height), (page,))


@given(lines(), st.data())
def test_a_line_played_step_by_step_is_the_scene_at_each_instant(scene, data):
    into_ms = data.draw(st.integers(0, scene.duration_ms - 1))
    now = SINCE + timedelta(milliseconds=into_ms)
    shown, again_at = due.picture(scene, SINCE, now, able(scene.geometry), None)
    assert shown == scene.frame_at(into_ms)
    assert again_at is not None


@pytest.mark.parametrize("kept_bytes", [0, due.MAX_KEPT_BYTES])
def test_a_line_too_long_to_keep_is_cut_frame_by_frame(monkeypatch, kept_bytes):
    monkeypatch.setattr(due, "MAX_KEPT_BYTES", kept_bytes)
    strip = Strip.of(Frame.from_text("@@.@.@@@.@"))
    page = Page(strip, Motion.SCROLL_LEFT, scroll_duration_ms(10, 4, 10), 10)
    scene = Scene(Geometry(4, 1), (page,))
    for into_ms in range(0, scene.duration_ms, 50):
        now = SINCE + timedelta(milliseconds=into_ms)
        shown, _ = due.picture(scene, SINCE, now, able(scene.geometry), None)
        assert shown == scene.frame_at(into_ms)
