import re
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import PeerWireError, Unsupported
from drivers.thin.driver import ThinBoard
from drivers.thin.wire import FrameMessage, decode, encode
from playlists.text.frame import Depth, Frame, Geometry
from simulator.boards.thin import DARK_AFTER_S, Panel

PAGE = Path(__file__).resolve().parents[3] / "docs" / "protocols" / "thin.md"
GEOMETRY = Geometry(9, 2)
FRAME = Frame.from_text("@.......@\n.@.....@.")


class Seconds:
    now = 100.0

    def __call__(self):
        return self.now


@given(st.integers(0, 2**64 - 1), st.sampled_from(Depth), st.binary(min_size=54, max_size=54))
def test_messages_survive_their_bytes(sequence, depth, levels):
    colours = np.frombuffer(levels, np.uint8).reshape(2, 9, 3)
    frame = Frame.from_colours(colours, depth)
    assert decode(encode(FrameMessage(sequence, frame))) == FrameMessage(sequence, frame)


@given(st.integers(3, 255))
def test_a_depth_that_nobody_knows_is_refused(depth):
    body = bytearray(encode(FrameMessage(1, FRAME))[:-4])
    body[5] = depth
    with pytest.raises(PeerWireError, match="depth"):
        decode(bytes(body) + struct.pack("<I", zlib.crc32(body)))


def test_a_picture_too_large_for_a_message_is_refused_before_anything_is_sent():
    ThinBoard(lambda _: None, Geometry(640, 512), Depth.RGB)
    with pytest.raises(Unsupported, match="too large"):
        ThinBoard(lambda _: None, Geometry(640, 544), Depth.RGB)


def test_at_first_a_picture_is_sent_again_soon_for_a_panel_that_only_comes_up():
    sent = []
    board = ThinBoard(sent.append, GEOMETRY)
    waits_ms = []
    for _ in range(10):
        board.show(FRAME)
        waits_ms.append(board.capabilities.refresh_ms)
    assert waits_ms == [250] * 7 + [2_000] * 3
    assert len(set(sent)) == 10


@given(st.integers(0), st.integers(0, 7))
def test_any_flipped_bit_is_noticed(at, bit):
    data = bytearray(encode(FrameMessage(1, FRAME)))
    data[at % len(data)] ^= 1 << bit
    with pytest.raises(PeerWireError):
        decode(bytes(data))


@given(st.binary(max_size=100))
def test_any_bytes_are_a_message_or_a_wire_error(data):
    with pytest.raises(PeerWireError):
        decode(data)


def test_the_documented_vector_is_true():
    text = PAGE.read_text("utf-8")
    vectors = re.findall(r"```vector\n(.*?)\n\n(.*?)\n```", text, re.DOTALL)
    assert len(vectors) == len(Depth)
    for (hexed, drawn), depth in zip(vectors, Depth, strict=True):
        message = decode(bytes.fromhex(hexed))
        assert message.sequence == 7
        assert message.frame.depth is depth
        if depth is Depth.RGB:
            rows = message.frame.to_colours()
            assert "\n".join(" ".join(bytes(led).hex() for led in row) for row in rows) == drawn
        else:
            assert message.frame.to_text() == drawn


def test_a_panel_shows_whole_frames_in_order_and_goes_dark_alone():
    clock = Seconds()
    panel = Panel(GEOMETRY, clock)
    panel.receive(encode(FrameMessage(5, FRAME)))
    assert panel.frame() == FRAME
    for refused in (
        encode(FrameMessage(5, Frame.blank(GEOMETRY))),
        encode(FrameMessage(6, Frame.blank(Geometry(8, 2)))),
        encode(FrameMessage(6, Frame.blank(GEOMETRY, Depth.TRICOLOUR))),
        encode(FrameMessage(6, Frame.blank(GEOMETRY)))[:-1],
    ):
        with pytest.raises(PeerWireError):
            panel.receive(refused)
        assert panel.frame() == FRAME
    clock.now += DARK_AFTER_S
    assert panel.frame() == Frame.blank(GEOMETRY)
    panel.receive(encode(FrameMessage(1, FRAME)))
    assert panel.frame() == FRAME
