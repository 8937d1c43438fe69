import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import PeerWireError
from drivers.thin.wire import FrameMessage, decode, encode
from playlists.text.frame import Frame, Geometry
from simulator.boards.thin import DARK_AFTER_S, Panel

PAGE = Path(__file__).resolve().parents[3] / "docs" / "protocols" / "thin.md"
GEOMETRY = Geometry(9, 2)
FRAME = Frame.from_text("@.......@\n.@.....@.")


class Seconds:
    now = 100.0

    def __call__(self):
        return self.now


@given(st.integers(0, 2**64 - 1), st.binary(min_size=4, max_size=4))
def test_messages_survive_their_bytes(sequence, bits):
    frame = Frame(
        9, 2, bytes(byte & mask for byte, mask in zip(bits, b"\xff\x80" * 2, strict=True))
    )
    assert decode(encode(FrameMessage(sequence, frame))) == FrameMessage(sequence, frame)


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
    hexed, drawn = re.search(
        r"```vector\n(.*?)\n\n(.*?)\n```", PAGE.read_text("utf-8"), re.DOTALL
    ).groups()
    message = decode(bytes.fromhex(hexed))
    assert message.frame.to_text() == drawn
    assert message.sequence == 7


def test_a_panel_shows_whole_frames_in_order_and_goes_dark_alone():
    clock = Seconds()
    panel = Panel(GEOMETRY, clock)
    panel.receive(encode(FrameMessage(5, FRAME)))
    assert panel.frame() == FRAME
    for refused in (
        encode(FrameMessage(5, Frame.blank(GEOMETRY))),
        encode(FrameMessage(6, Frame.blank(Geometry(8, 2)))),
        encode(FrameMessage(6, Frame.blank(GEOMETRY)))[:-1],
    ):
        with pytest.raises(PeerWireError):
            panel.receive(refused)
        assert panel.frame() == FRAME
    clock.now += DARK_AFTER_S
    assert panel.frame() == Frame.blank(GEOMETRY)
    panel.receive(encode(FrameMessage(1, FRAME)))
    assert panel.frame() == FRAME
