import reference
from hypothesis import given
from hypothesis import strategies as st

from playlists.text import render
from playlists.text.fontbook import BUILT_IN
from playlists.text.frame import Geometry
from playlists.text.layout import Style
from playlists.text.moment import readable_ms

WORDS = st.text(st.sampled_from(sorted(set(reference.glyphs(3)) - set(" []"))), min_size=1)


@given(
    words=st.lists(WORDS, min_size=1, max_size=60),
    slot=st.sampled_from(BUILT_IN.slots()),
    width_px=st.integers(8, 300),
    spare_px=st.integers(0, 20),
)
def test_a_glimpse_is_the_scene_where_it_reads_best(words, slot, width_px, spare_px):
    text, style = " ".join(words), Style(font=slot)
    board = Geometry(width_px, BUILT_IN.load(slot).rows + spare_px)
    scene = render.scene(text, board, style, max_strip_px=20_000)
    shown = render.glimpse(text, board, style, max_strip_px=20_000)
    assert shown == scene.frame_at(readable_ms(scene))
