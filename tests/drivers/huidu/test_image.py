"""Pictures as files, read by Pillow; and the answer of the other Huidu family."""

import hashlib
import json
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from drivers.errors import PeerWireError
from drivers.huidu import hd2020
from drivers.huidu.hd2020 import Hd2020
from drivers.huidu.image import md5_of, name_of, png_of
from playlists.text.frame import Depth, Frame


def opened(png):
    with Image.open(BytesIO(png)) as picture:
        assert picture.format == "PNG"
        assert picture.mode == "RGB"
        return np.asarray(picture)


@given(st.integers(1, 40), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_pillow_sees_every_led_in_its_colour(width_px, height_px, seed):
    levels = np.random.default_rng(seed).integers(0, 256, (height_px, width_px, 3), np.uint8)
    assert (opened(png_of(Frame.from_colours(levels, Depth.RGB))) == levels).all()


def test_mono_is_white():
    assert opened(png_of(Frame.from_text("@.\n.@")))[..., 1].tolist() == [[255, 0], [0, 255]]


def test_a_file_is_named_by_what_it_holds():
    first, second = (png_of(Frame.from_text(text)) for text in ("@.", ".@"))
    assert png_of(Frame.from_text("@.")) == first
    assert name_of(first) == f"signcast-{hashlib.md5(first).hexdigest()}.png"
    assert name_of(first) != name_of(second)
    assert md5_of(b"") == "d41d8cd98f00b204e9800998ecf8427e"  # RFC 1321, appendix A.5


@pytest.fixture
def probe_reply(shared_dir):
    golden = json.loads((shared_dir / "golden" / "board-vectors.json").read_text("utf-8"))
    vectors = {one["name"]: one["hex"] for one in golden["huidu_sdk2"]["vectors"]}
    return bytes.fromhex(vectors["HD2020 Gen6 probe reply"])


def test_an_hd2020_card_is_recognised(probe_reply):
    assert hd2020.decode(probe_reply) == Hd2020("7f43ff0e-5c9d-d0be-e34d-3f56cdfd0b36", 0)


def test_its_sum_is_checked(probe_reply):
    for at in range(len(probe_reply)):
        damaged = bytearray(probe_reply)
        damaged[at] ^= 0x01
        with pytest.raises(PeerWireError):
            hd2020.decode(bytes(damaged))


@given(st.binary(max_size=40))
def test_anything_else_is_a_wire_error(data):
    with pytest.raises(PeerWireError):
        hd2020.decode(data)
