import pytest
import reference
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import BadBytes, ContentRefused
from playlists.text import render
from playlists.text.document import Align, Effect
from playlists.text.fontbook import BUILT_IN
from playlists.text.frame import GREEN, RED, Depth, Geometry
from playlists.text.intake import normalise
from playlists.text.layout import SHORTEST_HOLD_S, Style, read_aloud_s
from playlists.text.refusals import GlyphMissing, TextTooLong, TextTooTall
from playlists.text.scene import MAX_PAGE_DURATION_MS, MAX_SPEED_PX_S, Entry, Motion, decode

BOARD = Geometry(192, 32)
WIDE_PX = 20_000
GAP_PX = {slot: BUILT_IN.load(slot).gap_px for slot in BUILT_IN.slots()}
PLAN = "Mỗi ngày một tin tốt, mỗi tuần một câu chuyện đẹp"


def scene_of(text, style=Style(), board=BOARD, max_strip_px=WIDE_PX, depth=Depth.MONO):  # noqa: B008
    return render.scene(text, board, style, max_strip_px=max_strip_px, depth=depth)


def shown(page, depth=Depth.MONO):
    return page.strip.to_frame(depth).to_text()


def test_what_fits_stands_in_the_largest_font():
    (page,) = scene_of("Chào").pages
    assert page.motion is Motion.HOLD
    assert shown(page) == reference.board(["Chào"], 9, 192, 32)


@pytest.mark.parametrize("slot", [3, 4, 6])
def test_words_wrap_and_stand_centred(slot):
    board = Geometry(400, 40)
    lines = reference.wrap(PLAN, slot, 400)
    (page,) = scene_of(PLAN, Style(font=slot), board).pages
    assert page.motion is Motion.HOLD
    assert shown(page) == reference.board(lines, slot, 400, 40, gap=GAP_PX[slot])


def test_letters_shrink_until_the_text_stands_but_stay_legible():
    (page,) = scene_of(PLAN, board=Geometry(192, 48)).pages
    assert page.motion is Motion.HOLD
    rows = {slot: len(reference.glyphs(slot)["A"]) for slot in BUILT_IN.slots()}
    drawn = [
        slot
        for slot in BUILT_IN.slots()
        if (lines := reference.wrap(PLAN, slot, 192))
        and len(lines) * (rows[slot] + GAP_PX[slot]) - GAP_PX[slot] <= 48
        and shown(page) == reference.board(lines, slot, 192, 48, gap=GAP_PX[slot])
    ]
    assert drawn
    assert rows[drawn[0]] >= 12
    assert scene_of(PLAN, board=Geometry(96, 16)).pages[0].motion is Motion.SCROLL_LEFT
    assert scene_of("Ngõ", board=Geometry(96, 8)).pages[0].motion is Motion.HOLD


@pytest.mark.parametrize(("align", "first_px"), [(Align.LEFT, 0), (Align.RIGHT, 192)])
def test_lines_stand_at_the_edges(align, first_px):
    (page,) = scene_of("Lề", Style(font=3, align=align)).pages
    lit = page.strip.to_frame(Depth.MONO).to_bitmap().any(axis=0).nonzero()[0]
    assert abs((lit[0] if align is Align.LEFT else lit[-1] + 1) - first_px) <= 2


def test_an_operators_line_breaks_are_kept():
    (page,) = scene_of("một\nhai", Style(font=3)).pages
    assert shown(page) == reference.board(["một", "hai"], 3, 192, 32, gap=GAP_PX[3])


def test_an_empty_line_is_as_tall_as_the_one_above():
    (page,) = scene_of("một\n\nhai", Style(font=2), Geometry(192, 48)).pages
    assert shown(page) == reference.board(["một", "", "hai"], 2, 192, 48, gap=GAP_PX[2])


@pytest.mark.parametrize(("font", "drawn_in"), [(None, 9), (3, 3), (4, 4), (7, 7)])
def test_what_does_not_fit_scrolls_as_one_line(font, drawn_in):
    text = "Nâng cao chất lượng thông tin cơ sở " * 8
    (page,) = scene_of(text, Style(font=font)).pages
    assert page.motion is Motion.SCROLL_LEFT
    assert shown(page) == reference.strip(text.strip(), drawn_in, 32)


def test_a_word_wider_than_the_board_scrolls():
    assert scene_of("Nghiêng" * 3, Style(font=7), Geometry(64, 32)).pages[0].motion is (
        Motion.SCROLL_LEFT
    )


def test_a_strip_longer_than_the_board_takes_is_cut_between_words():
    text = "Nâng cao chất lượng thông tin\ncơ sở trong tình hình mới " * 3
    scene = scene_of(text, Style(font=7), max_strip_px=512)
    lines = reference.wrap(" ".join(text.split()), 7, 512)
    assert len(lines) > 1
    assert [shown(page) for page in scene.pages] == [reference.strip(line, 7, 32) for line in lines]


def test_a_word_longer_than_a_strip_is_cut_between_letters():
    word = "Nghiêng" * 12
    scene = scene_of(word, Style(font=7), max_strip_px=256)
    strips = [shown(page).split("\n") for page in scene.pages]
    assert len(strips) > 1
    whole = ["".join(rows) for rows in zip(*strips, strict=True)]
    assert "\n".join(whole) == reference.strip(word, 7, 32)


@pytest.mark.parametrize("slot", BUILT_IN.slots())
def test_the_dot_below_a_line_never_touches_the_hook_above_the_next(slot):
    rows, gap_px = len(reference.glyphs(slot)["Ổ"]), GAP_PX[slot]
    board = Geometry(600, 2 * rows + gap_px)
    (page,) = scene_of("Ộ Ậ Ặ ự g y\nỔ Ẩ Ẳ Ẫ Ẵ Ỗ", Style(font=slot), board).pages
    lit = page.strip.to_frame(Depth.MONO).to_bitmap().any(axis=1)
    assert page.motion is Motion.HOLD
    assert not (lit[rows - 1] and lit[rows + gap_px] and not gap_px)
    assert not lit[rows : rows + gap_px].any()


def test_a_slow_scroll_is_cut_into_pages_of_ten_minutes_at_most():
    scene = scene_of("chữ " * 400, Style(font=7, speed_px_s=10))
    assert len(scene.pages) > 1
    assert max(page.duration_ms for page in scene.pages) <= MAX_PAGE_DURATION_MS


def test_a_scroll_too_slow_for_any_letter_is_refused():
    slow = Style(font=7, speed_px_s=1)
    three_lines = "M\nM\nM"  # too tall to stand
    assert len(scene_of(three_lines, slow, Geometry(580, 32)).pages) == 3
    for width_px in (598, 800):
        with pytest.raises(TextTooLong):
            scene_of(three_lines, slow, Geometry(width_px, 32))


def test_a_board_larger_than_any_scene_is_refused_before_anything_is_drawn():
    with pytest.raises(BadBytes):
        scene_of("a", board=Geometry(65_535, 65_535))


def test_fonts_taller_than_the_board_are_refused_with_those_that_fit():
    with pytest.raises(TextTooTall) as caught:
        scene_of("Cao", Style(font=7), Geometry(128, 16))
    fitting = [0, 1, 2, 3, 4, 5, 6]
    assert caught.value.facts == {"rows": 20, "height_px": 16, "font": 7, "fitting": fitting}
    with pytest.raises(TextTooTall):
        scene_of("Cao", board=Geometry(128, 7))
    for effect in ("[phông 9]", "[chạy lên][phông 9]", "[chạy trái][phông 9]"):
        with pytest.raises(TextTooTall):
            scene_of(f"{effect}Cao", board=Geometry(128, 16))


def test_a_letter_no_font_has_is_named():
    with pytest.raises(GlyphMissing) as caught:
        scene_of("ngày 漢")
    assert caught.value.facts["letter"] == "漢"


@pytest.mark.parametrize(
    "before", ["một\nhai ", "Nâng cao chất lượng thông tin cơ sở " * 4, "[đỏ]đỏ[/] và [phông 3]"]
)
@pytest.mark.parametrize("effect", ["", "[chạy lên]", "[chạy trái]", "[đứng]"])
def test_its_place_is_counted_in_the_whole_text(before, effect):
    with pytest.raises(GlyphMissing) as caught:
        scene_of(f"{effect}{before}漢 漢")
    assert caught.value.facts["position"] == len(effect + before) + 1


def test_a_scene_that_would_be_endless_is_refused():
    text = "chữ " * 500
    narrow = {"style": Style(font=7), "board": Geometry(64, 32), "max_strip_px": 64}
    with pytest.raises(TextTooLong) as caught:
        scene_of(text, **narrow)
    limit = caught.value.facts["limit"]
    assert 0 < limit < len(text)
    assert len(scene_of(text[:limit], **narrow).pages) == 64


def test_a_text_that_shall_stand_becomes_pages():
    text = "[đứng]" + "Nâng cao chất lượng thông tin cơ sở " * 6
    pages = scene_of(text, Style(font=4)).pages
    assert len(pages) > 2
    assert {page.motion for page in pages} == {Motion.HOLD}
    lines = reference.wrap(text.removeprefix("[đứng]").strip(), 4, 192)
    assert shown(pages[0]) == reference.board(lines[:2], 4, 192, 32, gap=GAP_PX[4])
    assert shown(pages[1]) == reference.board(lines[2:4], 4, 192, 32, gap=GAP_PX[4])


def test_a_page_stands_as_long_as_reading_it_aloud_takes():
    assert scene_of("Chào").pages[0].duration_ms == SHORTEST_HOLD_S * 1000
    long = scene_of(PLAN + " " + PLAN, Style(font=2), Geometry(400, 48)).pages[0]
    assert long.duration_ms == round(read_aloud_s(f"{PLAN} {PLAN}") * 1000)
    assert long.duration_ms > SHORTEST_HOLD_S * 1000
    assert scene_of("[giữ 2,5s]Chào").pages[0].duration_ms == 2_500
    assert scene_of("Chào", Style(hold_s=7)).pages[0].duration_ms == 7_000


def test_digits_are_read_one_by_one():
    assert read_aloud_s("gọi 114 ngay") == pytest.approx(read_aloud_s("gọi một một bốn ngay"))


def test_each_page_has_its_own_effect():
    text = "một[trang][chạy lên 8]hai[trang][quét]ba[trang][chạy phải]bốn[trang][hiện dần]năm"
    pages = scene_of(text, depth=Depth.RGB).pages
    assert [page.motion for page in pages] == [
        Motion.HOLD,
        Motion.SCROLL_UP,
        Motion.HOLD,
        Motion.SCROLL_RIGHT,
        Motion.HOLD,
    ]
    assert [page.entry for page in pages if page.motion is Motion.HOLD] == [
        Entry.CUT,
        Entry.WIPE,
        Entry.FADE,
    ]
    assert pages[1].speed_px_s == 8
    assert scene_of("[hiện dần]năm").pages[0].entry is Entry.CUT  # one bit cannot fade


def test_lines_that_rise_stand_below_each_other_on_one_strip():
    text = "Nâng cao chất lượng thông tin cơ sở trong tình hình mới"
    (page,) = scene_of(text, Style(font=4, effect=Effect.SCROLL_UP), Geometry(128, 32)).pages
    lines = reference.wrap(text, 4, 128)
    assert len(lines) > 2
    assert shown(page) == reference.board(lines, 4, 128, 16 * len(lines), gap=0)


def test_colours_are_those_of_the_board():
    frame = scene_of("[đỏ]Đ[/][xanh]X", Style(font=4), depth=Depth.TRICOLOUR).frame_at(0)
    letters = set(frame.to_text()) - {"\n"}
    assert letters == {".", "r", "g"}
    colours = scene_of("[đỏ]Đ[/][xanh]X", Style(font=4), depth=Depth.RGB).frame_at(0).to_colours()
    lit = {tuple(led) for row in colours.tolist() for led in row} - {(0, 0, 0)}
    assert len(lit) == 2
    assert (RED.red, RED.green, RED.blue) in lit
    assert len(lit - {(GREEN.red, GREEN.green, GREEN.blue)}) <= 2


def test_what_blinks_is_dark_half_of_the_time_and_the_rest_is_not():
    scene = scene_of("ổn [nháy]NGUY", Style(font=4))
    on, off = scene.frame_at(0), scene.frame_at(600)
    assert off.to_bitmap().any()
    assert (on.to_bitmap() & off.to_bitmap() == off.to_bitmap()).all()
    assert on != off
    assert not scene_of("[nháy trang]NGUY").frame_at(600).to_bitmap().any()


def test_letters_of_several_sizes_stand_on_one_baseline():
    (page,) = scene_of("[phông 7]H[/][phông 2]H", Style(align=Align.LEFT)).pages
    rows = shown(page).split("\n")
    large, small = reference.width("H", 7), reference.width("H", 2)
    lowest = [
        max(y for y, row in enumerate(rows) if "@" in row[left : left + width])
        for left, width in ((0, large), (large, small))
    ]
    assert lowest[0] == lowest[1]


def test_a_scrolling_line_may_have_several_looks():
    text = "[chạy trái]" + "Nâng cao [nháy]chất lượng[/] thông tin cơ sở " * 3
    (page,) = scene_of(text, Style(font=4)).pages
    said = " ".join(
        text.replace("[chạy trái]", "").replace("[nháy]", "").replace("[/]", "").split()
    )
    assert shown(page) == reference.strip(said, 4, 32)
    assert page.strip.blinks


def test_a_live_field_has_room_for_its_widest_text():
    (page,) = scene_of("Giờ [giờ] ngày [ngày]", Style(font=2)).pages
    kinds = {field.kind.value: field.width_px for field in page.fields}
    assert kinds == {
        "time": reference.width("00:00", 2),
        "date": reference.width("00/00/0000", 2),
    }
    assert scene_of("Giờ [giờ]", Style(font=2)).zone == "Asia/Ho_Chi_Minh"
    assert scene_of("Giờ", Style(font=2)).zone == ""


@given(
    text=st.text(max_size=120)
    | st.text(st.sampled_from(sorted(reference.glyphs(3))), min_size=1)
    | st.lists(
        st.sampled_from(
            [
                *(
                    "một",
                    " ",
                    "Ổ ",
                    "\n",
                    "[đỏ]",
                    "[/]",
                    "[nháy]",
                    "[phông 1]",
                    "[phông 7]",
                    "[giờ]",
                ),
                *("[trang]", "[chạy lên]", "[chạy phải 90]", "[quét]", "[đứng]", "[phải]"),
                *("[ngày]", "[đếm ngược 31/12/2026 23:59]", "[nhiệt độ]", "[hiện dần]"),
                "[nháy trang]",
            ]
        ),
        max_size=25,
    ).map("".join),
    width_px=st.integers(1, 700),
    height_px=st.integers(1, 64),
    style=st.builds(
        Style,
        font=st.sampled_from([None, *BUILT_IN.slots()]),
        align=st.sampled_from(Align),
        speed_px_s=st.integers(1, MAX_SPEED_PX_S),
    ),
    max_strip_px=st.integers(20, 2_000),
    depth=st.sampled_from(Depth),
)
def test_any_text_on_any_board_is_a_scene_that_survives_its_bytes_or_a_refusal(
    text, width_px, height_px, style, max_strip_px, depth
):
    board = Geometry(width_px, height_px)
    try:
        scene = scene_of(normalise(text).text, style, board, max_strip_px, depth)
    except ContentRefused:
        return
    assert decode(scene.data) == scene
    sideways = [
        page for page in scene.pages if page.motion in {Motion.SCROLL_LEFT, Motion.SCROLL_RIGHT}
    ]
    assert all(page.strip.width_px <= max_strip_px for page in sideways)
    for at_ms in (0, 777, scene.duration_ms - 1):
        frame = scene.frame_at(at_ms)
        assert (frame.geometry, frame.depth) == (board, depth)
