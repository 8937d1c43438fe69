import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import BadBytes
from playlists.text.frame import Frame
from playlists.text.scroll import Scroll


@st.composite
def strips(draw):
    width, height = draw(st.integers(1, 90)), draw(st.integers(1, 20))
    bits = draw(st.binary(min_size=width * height, max_size=width * height))
    return Frame.from_bitmap(np.frombuffer(bits, np.uint8).reshape(height, width) % 2 == 1)


def window(strip, step, width_px):
    """Cut LED by LED; outside the strip it is dark."""
    drawn = strip.to_bitmap()
    shown = np.zeros((strip.height_px, width_px), bool)
    for x in range(width_px):
        column = step - width_px + x
        if 0 <= column < strip.width_px:
            shown[:, x] = drawn[:, column]
    return shown


@given(strips(), st.integers(1, 70))
def test_every_step_is_the_window_over_the_strip(strip, width_px):
    scroll = Scroll(strip, width_px)
    assert scroll.steps == strip.width_px + width_px
    for step in range(scroll.steps):
        shown = window(strip, step, width_px)
        assert scroll.frames[step].tobytes() == Frame.from_bitmap(shown).data
        assert scroll.columns[step].tobytes() == np.packbits(shown.T, axis=1).tobytes()


def test_frames_stand_one_after_the_other_and_steps_copy_nothing():
    scroll = Scroll(Frame.from_text("@@.@\n.@@."), 16)
    assert scroll.frames.shape == (scroll.steps, 4)
    assert np.shares_memory(scroll.frames[3], scroll.frames)
    assert np.shares_memory(scroll.columns[3], scroll.columns[4])


def test_a_scroll_larger_than_any_memory_is_refused():
    with pytest.raises(BadBytes):
        Scroll(Frame(65_535, 64, bytes(8192 * 64)), 1024)
