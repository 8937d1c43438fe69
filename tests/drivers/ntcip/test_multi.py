"""MULTI: what is read, what is refused and where, and where its pixels lie."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ntcip import multi
from drivers.ntcip.fonts import Character, Font
from drivers.ntcip.graphics import Graphic
from drivers.ntcip.multi import MultiRefused
from drivers.ntcip.objects import ColourScheme, MultiError
from playlists.text.frame import Depth, Geometry
from simulator.boards.ntcip_layout import Defaults, Face, pages

BYTES = st.integers(1, 255)
ITEMS = st.one_of(
    st.binary(min_size=1, max_size=12).map(multi.Text),
    st.builds(multi.NewLine, st.none() | st.integers(0, 99)),
    st.just(multi.NewPage()),
    st.builds(multi.JustifyLine, st.none() | st.integers(2, 5)),
    st.builds(multi.JustifyPage, st.none() | st.integers(2, 4)),
    st.builds(multi.CharSpacing, st.none() | st.integers(0, 99)),
    st.builds(multi.TextArea, *[st.integers(0, 99_999)] * 4),
    st.builds(
        multi.Picture,
        BYTES,
        st.integers(1, 99),
        st.integers(1, 99),
        st.none() | st.integers(0, 65_535),
    ),
    st.builds(multi.UseFont, st.none()),
    st.builds(multi.UseFont, BYTES, st.none() | st.integers(0, 65_535)),
    st.builds(multi.PageTime, st.none() | st.integers(0, 255), st.none() | st.integers(0, 255)),
    st.builds(
        multi.Foreground, st.just(()) | st.tuples(*[st.integers(0, 255)] * 3) | st.tuples(BYTES)
    ),
)


def joined(items):
    """Texts beside each other are one text."""
    whole = []
    for item in items:
        if whole and isinstance(item, multi.Text) and isinstance(whole[-1], multi.Text):
            whole[-1] = multi.Text(whole[-1].text + item.text)
        else:
            whole.append(item)
    return whole


@given(st.lists(ITEMS, max_size=6))
def test_what_is_written_is_read_again(items):
    assert multi.parse(multi.write(items)) == joined(items)


@given(st.binary(max_size=60))
def test_anything_is_read_or_refused_at_a_place(message):
    try:
        multi.parse(message)
    except MultiRefused as exc:
        position = exc.position
    else:
        position = 0
    assert 0 <= position <= len(message)


@pytest.mark.parametrize(
    ("message", "code", "position"),
    [
        (b"A[xyz1]", MultiError.UNSUPPORTED_TAG, 1),
        (b"[fl]A[/fl]", MultiError.UNSUPPORTED_TAG, 0),
        (b"AB[jl9]", MultiError.UNSUPPORTED_TAG_VALUE, 2),
        (b"[nl][g0]", MultiError.UNSUPPORTED_TAG_VALUE, 4),
        (b"[cf256,0,0]", MultiError.UNSUPPORTED_TAG_VALUE, 0),
        (b"A[nl", MultiError.OTHER, 1),
        (b"A]B", MultiError.OTHER, 1),
    ],
)
def test_what_is_wrong_is_named_with_its_place(message, code, position):
    with pytest.raises(MultiRefused) as caught:
        multi.parse(message)
    assert (caught.value.code, caught.value.position) == (code, position)


def test_tags_may_be_in_either_case_and_brackets_are_doubled():
    assert multi.parse(b"[JL3][[A]][G7,1,1,bff5]") == [
        multi.JustifyLine(3),
        multi.Text(b"[A]"),
        multi.Picture(7, ident=0xBFF5),
    ]
    assert multi.write([multi.Picture(7, ident=0xBFF5)]) == b"[g7,1,1,BFF5]"
    assert multi.write([multi.Picture(7)]) == b"[g7]"


def test_pictures_are_found_in_any_message():
    assert multi.pictures_in(b"[fl][G3]x[/fl][g12,1,1,AB]") == {3, 12}
    assert multi.pictures_in(b"plain") == frozenset()


# A font of our own with what the vectors measure of F08: eight rows, two columns between
# letters, two rows between lines, a space one column wide, a full stop lit in its lower left.
F08_METRICS = Font(
    8,
    8,
    2,
    2,
    (Character(ord(" "), 1, bytes(1)), Character(ord("."), 2, bytes([0, 0b00000010]))),
)
BOARD = Face(
    Geometry(60, 30),
    Depth.MONO,
    {8: F08_METRICS},
    {4: Graphic(4, 2, 2, ColourScheme.MONO_1_BIT, b"\xf0")},
    Defaults(font=8, line=multi.LEFT, page=multi.TOP),
)


def lit(message):
    (page,) = pages(message, BOARD)
    return page.frame.to_bitmap().ravel().nonzero()[0].tolist()


@pytest.mark.parametrize(
    ("message", "at"),
    [
        # mnit-rtmc/ntcip, src/dms/render.rs, test justify_dot: 60x30 LEDs, font F08
        (b".", 420),
        (b"[jl4].", 478),
        (b"[jp4].", 1740),
        (b"[sc4] .[/sc]", 425),
        (b"[nl].", 1020),
        (b"[nl3].", 1080),
        (b"[tr1,2,10,10].", 480),
    ],
)
def test_a_dot_lies_where_the_vectors_have_it(message, at):
    assert lit(message) == [at]


def test_middles_lines_and_pages():
    assert lit(b"[jp3].") == [60 * (11 + 7)]
    assert lit(b"[jl3].") == [60 * 7 + 29]
    assert lit(b".[nl].") == [60 * 7, 60 * 17]
    assert lit(b".[jl4].") == [60 * 7, 60 * 7 + 58]
    assert lit(b"..") == [420, 424]
    assert lit(b"[g4,3,2]") == [62, 63, 122, 123]
    times = [(page.on_ds, page.off_ds) for page in pages(b"[pt5o2].[np].[pt][np].", BOARD)]
    assert times == [(5, 2), (30, 0), (30, 0)]


def test_what_is_clear_in_a_graphic_hides_nothing():
    above = Graphic(5, 2, 2, ColourScheme.MONO_1_BIT, b"\x90", b"\x00")
    face = replace(BOARD, graphics={4: BOARD.graphics[4], 5: above})

    def shown(message):
        return pages(message, face)[0].frame.to_bitmap()[:2, :2].tolist()

    assert shown(b"[g5]") == [[True, False], [False, True]]
    assert shown(b"[g4][g5]") == [[True, True], [True, True]]
    opaque = Graphic(5, 2, 2, ColourScheme.MONO_1_BIT, b"\x90")
    face = replace(BOARD, graphics={4: BOARD.graphics[4], 5: opaque})
    assert shown(b"[g4][g5]") == [[True, False], [False, True]]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"A", MultiError.CHARACTER_NOT_DEFINED),
        (b"." * 16, MultiError.TEXT_TOO_BIG),
        (b".[nl].[nl].[nl].", MultiError.TEXT_TOO_BIG),
        (b"[fo3].", MultiError.FONT_NOT_DEFINED),
        (b"[fo8,0001].", MultiError.FONT_VERSION_ID),
        (b"[g5]", MultiError.GRAPHIC_NOT_DEFINED),
        (b"[g4,1,1,0001]", MultiError.GRAPHIC_ID),
        (b"[g4,60,1]", MultiError.OTHER),
        (b"[tr1,1,61,1]", MultiError.UNSUPPORTED_TAG_VALUE),
        (b"[jl5].", MultiError.UNSUPPORTED_TAG_VALUE),
    ],
)
def test_what_a_sign_cannot_show_is_refused(message, code):
    with pytest.raises(MultiRefused) as caught:
        pages(message, BOARD)
    assert caught.value.code is code
