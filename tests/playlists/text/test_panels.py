import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import BadBytes
from playlists.text.frame import Depth, Frame, Geometry
from playlists.text.panels import Along, Corner, Wiring, pack, unpack

PAGE = Path(__file__).resolve().parents[3] / "docs" / "protocols" / "panels.md"
EXAMPLES = re.findall(
    r"```wiring\n(.*?)\n\n(.*?)\n\n(.*?)\n```", PAGE.read_text("utf-8"), re.DOTALL
)


def wiring_of(words):
    """Read the first line of an example."""
    facts = dict(word.split("=") if "=" in word else (word, True) for word in words.split())
    for name in ("columns", "rows", "rotation"):
        if name in facts:
            facts[name] = int(facts[name])
    facts["panel"] = Geometry(*map(int, facts["panel"].split("x")))
    for name, kind in (("start", Corner), ("along", Along)):
        if name in facts:
            facts[name] = kind(facts[name])
    return Wiring(**facts)


def seen_at(wiring, number):
    """Find by walking along the chain, LED by LED, where the passer-by sees LED `number`."""
    panel, inside = divmod(number, wiring.panel.width_px * wiring.panel.height_px)
    row, column = divmod(panel, wiring.columns)
    if wiring.along is Along.ROWS:
        y, x = divmod(inside, wiring.panel.width_px)
    else:
        x, y = divmod(inside, wiring.panel.height_px)
    if wiring.serpentine and row % 2:
        column = wiring.columns - 1 - column
        x, y = wiring.panel.width_px - 1 - x, wiring.panel.height_px - 1 - y
    if wiring.start.startswith("bottom"):
        row = wiring.rows - 1 - row
    if wiring.start.endswith("right"):
        column = wiring.columns - 1 - column
    x, y = column * wiring.panel.width_px + x, row * wiring.panel.height_px + y
    width, height = wiring.columns * wiring.panel.width_px, wiring.rows * wiring.panel.height_px
    for _ in range(wiring.rotation // 90):  # a quarter turn clockwise at a time
        x, y = height - 1 - y, x
        width, height = height, width
    return y, x


wirings = st.builds(
    Wiring,
    columns=st.integers(1, 4),
    rows=st.integers(1, 4),
    panel=st.builds(Geometry, st.sampled_from([8, 16, 32]), st.sampled_from([8, 16])),
    start=st.sampled_from(Corner),
    serpentine=st.booleans(),
    along=st.sampled_from(Along),
    lsb_first=st.booleans(),
    rotation=st.sampled_from([0, 90, 180, 270]),
)
depths = st.sampled_from(Depth)


def noise(geometry, depth, seed):
    size = (geometry.height_px, geometry.width_px, 3)
    levels = np.random.default_rng(seed).integers(0, 256, size, np.uint8)
    return Frame.from_colours(levels * (levels > 127), depth)


@pytest.mark.parametrize(("words", "hexed", "drawn"), EXAMPLES)
def test_the_documented_examples_are_true(words, hexed, drawn):
    wiring = wiring_of(words)
    depth = Depth.TRICOLOUR if set("rga") & set(drawn) else Depth.MONO
    frame = Frame.from_text(drawn, depth)
    assert frame.geometry == wiring.geometry
    assert pack(frame, wiring) == bytes.fromhex(hexed)
    assert unpack(bytes.fromhex(hexed), wiring, depth) == frame


def test_the_page_has_examples():
    assert len(EXAMPLES) == 5


@given(wirings, depths, st.integers(0, 1_000))
def test_what_is_packed_is_unpacked_again(wiring, depth, seed):
    frame = noise(wiring.geometry, depth, seed)
    assert unpack(pack(frame, wiring), wiring, depth) == frame


@given(wirings, st.integers(0, 1_000))
def test_every_led_is_where_a_walk_along_the_chain_finds_it(wiring, seed):
    frame = noise(wiring.geometry, Depth.RGB, seed)
    wire = np.frombuffer(pack(frame, wiring), np.uint8).reshape(-1, 3)
    colours = frame.to_colours()
    assert all((colours[seen_at(wiring, at)] == led).all() for at, led in enumerate(wire))


@given(wirings, st.integers(0, 1_000))
def test_bits_lie_in_the_order_of_the_chain_red_before_green(wiring, seed):
    frame = noise(wiring.geometry, Depth.TRICOLOUR, seed)
    colours = frame.to_colours()
    bits = [
        int(colours[seen_at(wiring, at)][channel] > 0)
        for channel in (0, 1)
        for at in range(colours.shape[0] * colours.shape[1])
    ]
    values = (1, 2, 4, 8, 16, 32, 64, 128) if wiring.lsb_first else (128, 64, 32, 16, 8, 4, 2, 1)
    eights = np.array(bits).reshape(-1, 8)
    assert pack(frame, wiring) == bytes((eights * values).sum(axis=1).tolist())


@given(wirings, depths, st.data())
def test_bytes_of_another_length_are_no_frame(wiring, depth, data):
    whole = pack(Frame.blank(wiring.geometry, depth), wiring)
    cut = data.draw(st.integers(0, len(whole) - 1))
    for wrong in (whole[:cut], whole + b"\0"):
        with pytest.raises(BadBytes):
            unpack(wrong, wiring, depth)


def test_a_frame_for_another_board_is_refused():
    with pytest.raises(BadBytes, match="32x16 LEDs for a board of 16x32"):
        pack(Frame.blank(Geometry(32, 16)), Wiring(1, 1, rotation=90))


@pytest.mark.parametrize(
    "facts",
    [
        {"columns": 0, "rows": 1},
        {"columns": 1, "rows": -1},
        {"columns": 3_000, "rows": 1},
        {"columns": 1, "rows": 1, "panel": Geometry(12, 16)},
        {"columns": 1, "rows": 1, "panel": Geometry(16, 9)},
        {"columns": 1, "rows": 1, "rotation": 45},
    ],
)
def test_wirings_that_no_board_has_are_refused(facts):
    with pytest.raises(BadBytes):
        Wiring(**facts)
