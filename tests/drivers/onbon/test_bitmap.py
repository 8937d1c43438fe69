"""Pixels, against the vendor's appendix read by hand."""

import numpy as np
import onbon_by_hand as by_hand
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.onbon import bitmap
from drivers.onbon.packets import Card, PictureArea
from playlists.text.frame import Depth, Frame

PLANES = {Depth.MONO: 1, Depth.TRICOLOUR: 2}


def noise(width_px, height_px, depth, seed=1):
    levels = np.random.default_rng(seed).integers(0, 2, (height_px, width_px, 3), np.uint8) * 255
    return Frame.from_colours(levels.astype(np.uint8), depth)


@pytest.mark.parametrize("width_px", [64, 80, 33, 7])
@pytest.mark.parametrize("depth", PLANES)
@pytest.mark.parametrize(
    ("card", "leds"), [(Card.BX5, by_hand.leds_bx5), (Card.BX6, by_hand.leds_bx6)]
)
def test_every_led_lies_where_the_document_says(card, leds, depth, width_px):
    frame = noise(width_px, 16, depth)
    lit = leds(bitmap.pack(frame, card), width_px, 16, PLANES[depth])
    colours = frame.to_colours() > 0
    for (x, y), channels in lit.items():
        assert channels == list(colours[y, x, : PLANES[depth]])


def test_the_documents_own_examples():
    one = Frame.from_text("@.......")
    # G5 appendix 2.1: (0, 0) is bit 7 of the first byte; 0 is lit.
    assert bitmap.pack(one, Card.BX5) == b"\x7f"
    # G6 appendix 2.2: (0, 0) is bit 31 of the first word, low byte first; 1 where there is no LED.
    assert bitmap.pack(one, Card.BX6) == b"\xff\xff\xff\x7f"
    # An area that begins at column 35: the first byte, or word, is 111*****.
    five = Frame.from_text("@@@@@")
    assert bitmap.pack(five, Card.BX5, 35) == bytes([0b11100000])
    assert bitmap.pack(five, Card.BX6, 35) == (0xE0FFFFFF).to_bytes(4, "little")
    # Red, then green: by turns on a BX-5, plane after plane on a BX-6.
    two = Frame.from_text("rg......\nr.......", Depth.TRICOLOUR)
    assert bitmap.pack(two, Card.BX5) == bytes.fromhex("7F BF 7F FF")
    ends = [word.to_bytes(4, "little") for word in (0x7FFFFFFF, 0x7FFFFFFF, 0xBFFFFFFF, 0xFFFFFFFF)]
    assert bitmap.pack(two, Card.BX6) == b"".join(ends)


def test_full_colour_is_red_green_blue_row_by_row():
    # onbonlab/bx.dual.dyn.java, BxPageBmp: three bytes a pixel, red first.
    leds = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    assert bitmap.pack(Frame.from_colours(leds, Depth.RGB), Card.BX6) == bytes(range(18))


@given(
    st.integers(1, 100),
    st.integers(1, 5),
    st.integers(0, 70),
    st.sampled_from(Depth),
    st.sampled_from([Card.BX5, Card.BX6]),
    st.integers(0, 9),
)
def test_unpack_undoes_pack(width_px, height_px, left_px, depth, card, seed):
    frame = noise(width_px, height_px, depth, seed)
    pixels = bitmap.pack(frame, card, left_px)
    area = PictureArea(0, left_px, 0, width_px, height_px, pixels)
    assert bitmap.unpack(area, card, depth) == frame
    if left_px == 0:
        assert bitmap.pixels_bytes(width_px, height_px, depth, card) == len(pixels)
    for wrong in (pixels[:-1], pixels + b"\0"):
        with pytest.raises(ValueError, match="reshape"):
            bitmap.unpack(PictureArea(0, left_px, 0, width_px, height_px, wrong), card, depth)
