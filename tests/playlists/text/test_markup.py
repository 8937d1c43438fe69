import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playlists.errors import ContentRefused
from playlists.text.document import Align, Effect, FieldKind, LiveField, Look, Words
from playlists.text.frame import BLUE, GREEN, RED, WHITE, YELLOW, Colour
from playlists.text.markup import escape, parse
from playlists.text.refusals import (
    BadTagValue,
    TagNotOpen,
    TooManyPages,
    UnclosedTag,
    UnknownTag,
)
from playlists.text.tags import MAX_PAGES, TAGS, VOCABULARY, Kind, key_of

HOME = ZoneInfo("Asia/Ho_Chi_Minh")
MANUAL = Path(__file__).resolve().parents[3] / "docs" / "operator" / "danh-dau.md"


def parts(text):
    (sheet,) = parse(text).sheets
    return [part for line in sheet.lines for part in line.parts]


def sheet(text):
    (only,) = parse(text).sheets
    return only


@given(st.text().filter(lambda text: not set("[]") & set(text)))
def test_text_without_brackets_stays_as_it_is(text):
    lines = sheet(text).lines
    assert "\n".join("".join(part.text for part in line.parts) for line in lines) == text


def test_a_stretch_has_the_look_of_the_tags_around_it():
    assert parts("một [đỏ]hai [nháy]ba[/nháy] bốn[/đỏ] năm") == [
        Words("một ", Look(), 1),
        Words("hai ", Look(colour=RED), 9),
        Words("ba", Look(colour=RED, blink=True), 19),
        Words(" bốn", Look(colour=RED), 28),
        Words(" năm", Look(), 37),
    ]


@pytest.mark.parametrize(
    ("typed", "look"),
    [
        ("[red]", Look(colour=RED)),
        ("[ĐỎ]", Look(colour=RED)),
        ("[do]", Look(colour=RED)),
        ("[ xanh lá ]", Look(colour=GREEN)),
        ("[vang]", Look(colour=YELLOW)),
        ("[màu #ff8800]", Look(colour=Colour(255, 136, 0))),
        ("[colour #f80]", Look(colour=Colour(255, 136, 0))),
        ("[phông 5]", Look(font=5)),
        ("[phong5]", Look(font=5)),
        ("[font 5]", Look(font=5)),
        ("[NHAY]", Look(blink=True)),
    ],
)
def test_names_are_forgiving(typed, look):
    assert parts(f"{typed}chữ") == [Words("chữ", look, len(typed) + 1)]


def test_the_innermost_tag_is_closed_by_a_slash_and_what_is_open_ends_with_the_message():
    looks = [part.look for part in parts("[đỏ]a[xanh]b[/]c")]
    assert looks == [Look(colour=RED), Look(colour=GREEN), Look(colour=RED)]


@pytest.mark.parametrize(
    ("typed", "looks"),
    [
        ("[đỏ]a[xanh]b[/đỏ]c", [Look(colour=RED), Look(colour=GREEN)]),
        ("[đỏ]a[/red]b", [Look(colour=RED), Look()]),
        ("[màu #123]a[/màu]b", [Look(colour=Colour(17, 34, 51)), Look()]),
        ("[trắng]a[/trang]b", [Look(colour=WHITE), Look()]),
        ("[xanh dương]a[/lam]b", [Look(colour=BLUE), Look()]),
        ("[phông 5]a[font 0]b[/phông]c", [Look(font=5), Look(font=0), Look(font=5)]),
        ("[nháy]a[phông 1]b[/nháy]c", [Look(blink=True), Look(1, blink=True), Look(font=1)]),
        ("a[đỏ][/]b[[c", [Look()]),
        ("a[đỏ] [/]b", [Look(), Look(colour=RED), Look()]),
    ],
)
def test_a_style_ends_where_it_is_closed_and_equal_looks_are_one_stretch(typed, looks):
    assert [part.look for part in parts(typed)] == looks


def test_styles_go_on_over_lines_and_pages():
    lines = [line for one in parse("[đỏ]a\nb[trang]c").sheets for line in one.lines]
    assert [part.look for line in lines for part in line.parts] == [Look(colour=RED)] * 3


def test_positions_go_on_over_lines():
    assert parts("ab\n\nc") == [Words("ab"), Words("c", position=5)]
    assert [part.position for part in parts("a[đỏ]b[/] [giờ]\n[[c")] == [1, 6, 10, 11, 17]


def test_alignment_is_that_of_its_line_and_those_after_it_on_the_page():
    first, second = parse("a\nb[phải]\nc\n[giữa]d[trang]e").sheets
    assert [line.align for line in first.lines] == [None, Align.RIGHT, Align.RIGHT, Align.CENTER]
    assert [line.align for line in second.lines] == [None]


@pytest.mark.parametrize(
    ("typed", "effect", "hold_s", "speed_px_s"),
    [
        ("[hold 8s]", Effect.HOLD, 8.0, None),
        ("[chay trai 1000]", Effect.SCROLL_LEFT, None, 1000),
        ("[chạy]", Effect.SCROLL_LEFT, None, None),
        ("[scroll-right 1]", Effect.SCROLL_RIGHT, None, 1),
        ("[SCROLL DOWN]", Effect.SCROLL_DOWN, None, None),
        ("[nháy trang]", Effect.BLINK, None, None),
        ("[hiện dần]", Effect.FADE, None, None),
        ("[time 0.5s]", None, 0.5, None),
        ("[giu 600 giay]", None, 600.0, None),
    ],
)
def test_how_a_page_is_shown(typed, effect, hold_s, speed_px_s):
    one = sheet(f"{typed}a")
    assert (one.effect, one.hold_s, one.speed_px_s) == (effect, hold_s, speed_px_s)


@pytest.mark.parametrize(
    ("typed", "pages"),
    [
        ("a\n[trang]\nb", [["a"], ["b"]]),
        ("[trang 5s]a[trang 6s]b", [["a"], ["b"]]),  # in front of everything: the first page
        ("[trang][trang]b", [[""], ["b"]]),
        ("[chạy trái]\n [giữa] \na\n\n[đỏ]", [["a", ""]]),  # nothing but tags is no line
        ("a\n\nb", [["a", "", "b"]]),
    ],
)
def test_what_is_a_line_and_what_is_a_page(typed, pages):
    shown = [
        ["".join(part.text for part in line.parts) for line in one.lines]
        for one in parse(typed).sheets
    ]
    assert shown == pages


def test_pages_have_their_own_time_effect_and_alignment():
    first, second, third = parse(
        "[giữ 2,5s]một[trang 7][trái][chạy lên 12]hai[page][quét]ba"
    ).sheets
    assert (first.hold_s, first.effect) == (2.5, None)
    assert (second.hold_s, second.effect, second.speed_px_s) == (7, Effect.SCROLL_UP, 12)
    assert second.lines[0].align is Align.LEFT
    assert (third.effect, third.lines[0].align) == (Effect.WIPE, None)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("[ngày]", FieldKind.DATE),
        ("[date]", FieldKind.DATE),
        ("[giờ]", FieldKind.TIME),
        ("[time]", FieldKind.TIME),
        ("[nhiệt độ]", FieldKind.TEMPERATURE),
    ],
)
def test_live_fields(typed, kind):
    assert parts(f"a {typed}") == [Words("a "), LiveField(kind, position=3)]


@pytest.mark.parametrize(
    "typed", ["31/12/2026 23:59", "31-12-2026 23h59", "2026-12-31 23:59", "31.12.2026 23:59:00"]
)
def test_a_countdown_ends_by_the_wall_clock_of_the_area(typed):
    (field,) = parts(f"[đếm ngược {typed}]")
    assert field.target == datetime(2026, 12, 31, 23, 59, tzinfo=HOME)


@pytest.mark.parametrize("typed", ["[[đỏ]]", "a[[b", "x]y", "[[1]]"])
def test_doubled_brackets_are_brackets(typed):
    shown = typed.replace("[[", "[").replace("]]", "]")
    assert "".join(part.text for part in parts(typed)) == shown


@given(st.text(max_size=60))
@example("[[đỏ]]")
def test_what_was_escaped_is_shown_as_it_was(text):
    lines = sheet(escape(text)).lines
    assert "\n".join("".join(part.text for part in line.parts) for line in lines) == text


@pytest.mark.parametrize(
    ("typed", "error", "facts"),
    [
        ("a [đõ]b", UnknownTag, {"tag": "đõ", "position": 3, "nearest": "đỏ"}),
        ("[chay len xuong]", UnknownTag, {"position": 1}),
        ("[/xanhh]", UnknownTag, {"position": 1}),
        ("ab[đỏ", UnclosedTag, {"position": 3, "nearest": "đỏ"}),
        ("a[đỏ họp tổ dân phố", UnclosedTag, {"position": 2, "nearest": "đỏ"}),
        ("a[/đỏ]", TagNotOpen, {"tag": "đỏ", "position": 2}),
        ("a[/]", TagNotOpen, {"position": 2}),
        ("[phông 12]", BadTagValue, {"value": "12", "position": 8}),
        ("[giữ 0]", BadTagValue, {"value": "0"}),
        ("[giữ 601]", BadTagValue, {}),
        ("[chạy trái 5000]", BadTagValue, {}),
        ("[màu #ggg]", BadTagValue, {}),
        ("[đỏ 3]", BadTagValue, {}),
        ("[đếm ngược 31/02/2026]", BadTagValue, {}),
        ("[trang]a" * MAX_PAGES + "[trang]b", TooManyPages, {"limit": MAX_PAGES}),
    ],
)
def test_errors_point_at_the_character(typed, error, facts):
    with pytest.raises(error) as caught:
        parse(typed)
    assert {**caught.value.facts, **facts} == caught.value.facts


def test_a_time_that_the_clock_jumps_over_is_no_time():
    berlin = ZoneInfo("Europe/Berlin")
    parse("[đếm ngược 29/03/2026 03:30]", berlin)
    with pytest.raises(BadTagValue):
        parse("[đếm ngược 29/03/2026 02:30]", berlin)


@pytest.mark.parametrize(
    "typed", ["1/13/2026", "1/1/2026 24:00", "1/1/26", "1/1/2126", "31/12/2026 23:59 tối", ""]
)
def test_what_is_no_date_is_refused_by_showing_one(typed):
    with pytest.raises(BadTagValue) as caught:
        parse(f"[đếm ngược {typed}]")
    assert caught.value.facts["value"] == typed
    assert caught.value.facts["wanted"] == "31/12/2026 23:59"


@pytest.mark.parametrize(
    ("typed", "facts"),
    [
        ("a[phông 12]", {"tag": "phông", "value": "12", "wanted": "0–9", "position": 9}),
        ("[phông]", {"tag": "phông", "value": "", "wanted": "0–9", "position": 1}),
        ("[đỏ 5]", {"tag": "đỏ", "value": "5", "wanted": "[đỏ]", "position": 5}),
        ("[giữ -5]", {"tag": "giữ", "value": "-5", "wanted": "0.5–600 s", "position": 6}),
        ("[giờ 5s]", {"tag": "giờ", "value": "5s", "wanted": "[giờ]", "position": 6}),
    ],
)
def test_a_wrong_value_is_told_with_what_is_right(typed, facts):
    with pytest.raises(BadTagValue) as caught:
        parse(typed)
    assert caught.value.facts == facts


def test_a_message_may_have_so_many_pages_and_no_more():
    most = "a" + "[trang]a" * (MAX_PAGES - 1)
    assert len(parse(most).sheets) == MAX_PAGES
    with pytest.raises(TooManyPages) as caught:
        parse(most + "[trang]a")
    assert caught.value.facts == {"limit": MAX_PAGES, "position": len(most) + 1}


def test_every_name_is_understood_with_and_without_accents():
    without_accents = str.maketrans(
        "áàảãạăằắẳẵặâầấẩẫậđéèẻẽẹêềếểễệíìỉĩịóòỏõọôồốổỗộơờớởỡợúùủũụưừứửữựýỳỷỹỵ",
        "a" * 17 + "d" + "e" * 11 + "i" * 5 + "o" * 17 + "u" * 11 + "y" * 5,
    )
    for tag in VOCABULARY:
        for name in tag.names:
            assert TAGS[key_of(name.upper())] is tag
            bare = TAGS[key_of(name.translate(without_accents))]
            assert bare is tag or name == "trắng"  # "trang" is a page


def test_the_manual_teaches_every_tag_and_only_one_that_is_refused():
    codes = re.findall(r"`([^`\n]+)`", MANUAL.read_text("utf-8"))
    heads = {head for code in codes for head in re.findall(r"\[([^\[\]/0-9#]+)", code)}
    assert {TAGS[key_of(head)] for head in heads - {"đo"}} == {*VOCABULARY}
    for code in codes:
        if code != "[đo]" and not code.startswith("[/"):
            parse(code)


PLAIN_TAGS = [
    f"[{name}]"
    for tag in VOCABULARY
    if not tag.wanted or tag.kind in {Kind.SCROLL, Kind.EFFECT}
    for name in tag.names
]


@given(st.lists(st.sampled_from([*PLAIN_TAGS, "Ổ", "chữ", " ", "\n", "[trang]", "1"]), max_size=30))
def test_words_are_what_is_left_without_the_tags(typed):
    said = "".join(piece for piece in typed if not piece.startswith("["))
    shown = "".join(
        part.text
        for one in parse("".join(typed)).sheets
        for line in one.lines
        for part in line.parts
        if isinstance(part, Words)
    )
    assert "".join(shown.split()) == "".join(said.split())


@given(st.text(max_size=60) | st.text(st.sampled_from("[]/đỏnháyphông 5#.,\n"), max_size=40))
def test_any_text_is_read_or_its_fault_is_inside_it(text):
    fault = None
    try:
        document = parse(text)
    except ContentRefused as exc:
        fault, document = exc, parse("")
    assert fault is None or 1 <= fault.facts["position"] <= len(text)
    for one in document.sheets:
        for line in one.lines:
            for part in line.parts:
                assert 1 <= part.position <= len(text)
                if isinstance(part, Words) and "[[" not in text and "]]" not in text:
                    start = part.position - 1
                    assert text[start] == part.text[0]
