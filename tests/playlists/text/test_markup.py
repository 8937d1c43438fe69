from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import ContentRefused
from playlists.text.document import Align, Effect, FieldKind, LiveField, Look, Words
from playlists.text.frame import GREEN, RED, YELLOW, Colour
from playlists.text.markup import escape, parse
from playlists.text.refusals import (
    BadTagValue,
    TagNotOpen,
    TooManyPages,
    UnclosedTag,
    UnknownTag,
)
from playlists.text.tags import MAX_PAGES, VOCABULARY, Kind

HOME = ZoneInfo("Asia/Ho_Chi_Minh")


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
