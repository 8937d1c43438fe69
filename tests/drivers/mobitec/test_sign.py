import buses
import numpy as np
from buses import noise
from hypothesis import given
from hypothesis import strategies as st

from drivers.dialect import Site
from drivers.mobitec.codec import checksum, encode
from drivers.mobitec.driver import DIALECT, ECHO, Mobitec, probe
from drivers.mobitec.packets import Addressed, AskEcho, Field, Text
from playlists.text.frame import Frame, Geometry
from simulator.boards.mobitec import MobitecSign
from simulator.wire import Clear


class Answering(Clear):
    """So many answers turn into another."""

    def __init__(self, value, times=100):
        self._value, self._left = value, times

    def towards_host(self, data):
        self._left -= bool(data)
        return (bytes([self._value]),) if data and self._left >= 0 else (data,)


def bus(*sites, weather=None):
    return buses.bus(MobitecSign, DIALECT.line, *sites, weather=weather)


def site(address=6, width_px=112, height_px=16):
    return Site(Geometry(width_px, height_px), address=address)


def framed(body):
    return b"\xff" + body + checksum(body) + b"\xff"


def test_the_bytes_of_another_host_light_our_display():
    # duffrohde/mobitec-rs485, write_all_white: all dots of 112x16 but the first column
    body = bytes.fromhex("06 a2")
    for bottom_px in (4, 9, 14, 19):
        body += bytes([0xD2, 1, 0xD3, bottom_px, 0xD4, 0x77]) + b"\x3f" * 112
    _, (sign,) = bus(site())
    assert sign.receive(framed(body)) == b""
    lit = np.ones((16, 112), np.bool_)
    lit[:, 0] = False
    assert sign.frame() == Frame.from_bitmap(lit)


def test_a_place_above_the_display_is_its_top():
    # Nosen92/maskin-flipdot, protocol.md, "Horizontal and vertical offset"
    _, (sign,) = bus(site(6, 4, 6))
    sign.receive(encode(Addressed(6, Text(4, 6, (Field(1, 2, 0x77, b"\x23"),)))))
    assert sign.frame().to_text() == ".@..\n.@..\n....\n....\n....\n...."


def test_dots_that_no_letter_covers_stay():
    # prefixFelix/mobitec-flipdot, controller.md: single columns are sent to be quicker
    _, (sign,) = bus(site(6, 3, 5))
    for left_px in range(3):
        sign.receive(encode(Addressed(6, Text(3, 5, (Field(left_px, 4, 0x77, b"\x3f"),)))))
    sign.receive(encode(Addressed(6, Text(3, 5, (Field(1, 4, 0x77, b"\x20"),)))))
    assert sign.frame().to_text() == "\n".join(["@.@"] * 5)


def test_letters_of_other_fonts_are_not_drawn():
    _, (sign,) = bus(site())
    sign.receive(encode(Addressed(6, Text(112, 16, (Field(0, 13, 0x73, b"EXAMPLE"),)))))
    assert sign.frame() == Frame.blank(sign.geometry)


@given(
    st.builds(Geometry, st.integers(1, 253), st.integers(1, 64)),
    st.integers(1, 14),
    st.integers(0, 99),
)
def test_every_size_shows_every_dot(size, address, seed):
    wire, (sign,) = bus(Site(size, address=address))
    board = Mobitec(wire, Site(size, address=address))
    board.show(noise(size, seed))
    assert sign.frame() == noise(size, seed)


def test_another_byte_is_no_answer():
    wire, _ = bus(site(), weather=Answering(ECHO ^ 1))
    assert not Mobitec(wire, site()).status().ok
    assert probe(wire, site()) is None


def test_a_wrong_byte_is_asked_for_again():
    wire, _ = bus(site(), weather=Answering(ECHO ^ 1, times=2))
    assert Mobitec(wire, site()).status().ok


def test_only_the_one_asked_answers():
    _, (front, side) = bus(site(6), site(7))
    question = encode(Addressed(7, AskEcho(0x5A)))
    assert (front.receive(question), side.receive(question)) == (b"", b"\x5a")
