import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import ContentRefused
from playlists.text import frame, markup
from playlists.text.document import (
    Align,
    Document,
    Effect,
    FieldKind,
    Line,
    LiveField,
    Look,
    Sheet,
    Words,
)
from playlists.text.frame import Colour
from playlists.text.markup import MAX_PAGES, VOCABULARY, escape, parse
from playlists.text.refusals import BadTagValue, TagNotOpen, TooManyPages, UnclosedTag, UnknownTag

MANUAL = Path(__file__).resolve().parents[3] / "docs" / "operator" / "danh-dau.md"
RED = Look(colour=frame.RED)
BLINK = Look(blink=True)


def parts(text):
    """Return the parts of a text that is one line."""
    (sheet,) = parse(text).sheets
    (line,) = sheet.lines
    return line.parts


def words(text):
    return [(part.text, part.look) for part in parts(text)]


def sheet_of(text):
    (sheet,) = parse(text).sheets
    return sheet


def refused(text):
    with pytest.raises(ContentRefused) as caught:
        parse(text)
    return type(caught.value), dict(caught.value.facts)


def shown(document):
    """Return what can be read, page by page."""
    return [
        [
            "".join(part.text if isinstance(part, Words) else "\0" for part in line.parts)
            for line in sheet.lines
        ]
        for sheet in document.sheets
    ]


# --- plain text


def test_plain_text_is_one_page_of_its_lines():
    first, last = Line((Words("Họp tổ"),)), Line((Words("19g30", position=9),))
    assert parse("Họp tổ\n\n19g30") == Document(
        (Sheet((first, Line(), last._replace(parts=(Words("19g30", position=9),)))),)
    )
    assert parse("Họp tổ") == Document((Sheet((first,)),))
    assert parse("") == Document()


@given(st.text(st.characters(exclude_characters="[]"), max_size=80))
def test_text_without_brackets_is_unchanged(text):
    assert shown(parse(text)) == [text.split("\n")]
    assert parse(text) == parse(f"{text}[/đỏ]".replace("[/đỏ]", ""))


@given(st.text("[]a /đỏ\n", max_size=40))
def test_escaped_text_is_shown_as_it_is(text):
    assert shown(parse(escape(text))) == [text.split("\n")]


@pytest.mark.parametrize(
    ("text", "read"),
    [("[[đỏ]]", "[đỏ]"), ("a]b", "a]b"), ("a]]b", "a]b"), ("[[[đỏ]x[/]]]", "[x]")],
)
def test_brackets_typed_twice_are_brackets(text, read):
    assert shown(parse(text)) == [[read]]


# --- looks


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("[đỏ]Họp[/đỏ] tổ", [("Họp", RED), (" tổ", Look())]),
        ("[ĐỎ]Họp[/ red ]", [("Họp", RED)]),
        ("[do]Họp[/] tổ", [("Họp", RED), (" tổ", Look())]),
        ("[ Màu  Đỏ ]Họp", [("Họp", RED)]),
        ("[#1]", None),
        ("[màu #ff8800]a", [("a", Look(colour=Colour(255, 136, 0)))]),
        ("[color #F80]a[/màu]b", [("a", Look(colour=Colour(255, 136, 0))), ("b", Look())]),
        ("[trắng]a[/trang]b", [("a", Look(colour=frame.WHITE)), ("b", Look())]),
        ("[xanhdương]a", [("a", Look(colour=frame.BLUE))]),
        ("[xanh]a", [("a", Look(colour=frame.GREEN))]),
        ("[phông 5]a[font0]b[/phông]c", [("a", Look(5)), ("b", Look(0)), ("c", Look(5))]),
        ("[nháy]a[/nháy]b", [("a", BLINK), ("b", Look())]),
        ("[đỏ][nháy]a[/đỏ]b", [("a", Look(None, frame.RED, blink=True)), ("b", BLINK)]),
        ("[đỏ]a[xanh]b[/đỏ]c", [("a", RED), ("bc", Look(colour=frame.GREEN))]),
        ("[đỏ]a[xanh]b[/]c", [("a", RED), ("b", Look(colour=frame.GREEN)), ("c", RED)]),
        ("a[đỏ][/]b[[c", [("ab[c", Look())]),
        ("a[đỏ] [/]b", [("a", Look()), (" ", RED), ("b", Look())]),
    ],
)
def test_looks(text, read):
    if read is None:
        assert refused(text)[0] is UnknownTag
    else:
        assert words(text) == read


def test_a_look_goes_on_over_lines_and_pages():
    document = parse("[đỏ]a\nb[trang]c")
    looks = [line.parts[0].look for sheet in document.sheets for line in sheet.lines]
    assert looks == [RED, RED, RED]


def test_positions_are_those_in_the_text_given():
    text = "a[đỏ]b[/]c [giờ] d\n[[e"
    first, second = sheet_of(text).lines
    assert [part.position for part in first.parts] == [1, 6, 10, 12, 17]
    assert text[first.parts[3].position - 1 :].startswith("[giờ]")
    assert second.parts == (Words("[e", position=20),)


# --- pages


def test_pages_and_how_they_are_shown():
    document = parse("Một\n[trang 5s]\n[chạy trái 40]Hai\n[page]Ba[giữ 0,5 giây][quét]")
    assert shown(document) == [["Một"], ["Hai"], ["Ba"]]
    one, two, three = document.sheets
    assert (one.hold_s, one.effect, one.speed_px_s) == (None, None, None)
    assert (two.hold_s, two.effect, two.speed_px_s) == (5.0, Effect.SCROLL_LEFT, 40)
    assert (three.hold_s, three.effect, three.speed_px_s) == (0.5, Effect.WIPE, None)


def test_a_page_tag_in_front_of_everything_is_about_the_first_page():
    assert shown(parse("[trang 5s]Một[trang 6s]Hai")) == [["Một"], ["Hai"]]
    assert [sheet.hold_s for sheet in parse("[trang 5s]Một[trang 6s]Hai").sheets] == [5, 6]
    assert shown(parse("[trang][trang]Hai")) == [[""], ["Hai"]]


@pytest.mark.parametrize(
    ("tag", "effect", "hold_s", "speed_px_s"),
    [
        ("[đứng]", Effect.HOLD, None, None),
        ("[hold 8s]", Effect.HOLD, 8.0, None),
        ("[chạy]", Effect.SCROLL_LEFT, None, None),
        ("[chay trai 1000]", Effect.SCROLL_LEFT, None, 1000),
        ("[scroll-right 1]", Effect.SCROLL_RIGHT, None, 1),
        ("[chạy lên]", Effect.SCROLL_UP, None, None),
        ("[SCROLL DOWN 20]", Effect.SCROLL_DOWN, None, 20),
        ("[quét]", Effect.WIPE, None, None),
        ("[nháy trang]", Effect.BLINK, None, None),
        ("[fade]", Effect.FADE, None, None),
        ("[giữ 600]", None, 600.0, None),
        ("[time 0.5s]", None, 0.5, None),
        ("[giu 2 giay]", None, 2.0, None),
    ],
)
def test_effects(tag, effect, hold_s, speed_px_s):
    sheet = sheet_of(f"{tag}a")
    assert (sheet.effect, sheet.hold_s, sheet.speed_px_s) == (effect, hold_s, speed_px_s)


def test_alignment_holds_for_this_line_and_those_after_it_on_the_page():
    one, two = parse("a\nb[phải]\nc\n[giữa]\nd[trang]e").sheets
    assert [line.align for line in one.lines] == [None, Align.RIGHT, Align.RIGHT, Align.CENTER]
    assert [line.align for line in two.lines] == [None]


def test_a_line_of_nothing_but_tags_is_no_line():
    assert shown(parse("[chạy trái]\n [giữa] \nXin chào\n\n[đỏ]")) == [["Xin chào", ""]]


# --- live fields


def test_live_fields():
    fields = [part for part in parts("[đỏ][ngày] [giờ] [nhiệt độ]") if isinstance(part, LiveField)]
    assert [field.kind for field in fields] == [
        FieldKind.DATE,
        FieldKind.TIME,
        FieldKind.TEMPERATURE,
    ]
    assert {field.look for field in fields} == {RED}
    assert parts("[date][TIME][temperature]") == parts("[date][TIME][temperature]")
    assert sheet_of("[time 5s]a").hold_s == 5


@pytest.mark.parametrize(
    "when",
    ["31/12/2026 23:59", "2026-12-31 23:59", "31.12.2026 23h59", "31-12-2026  23:59:00"],
)
def test_countdowns_end_by_the_wall_clock_of_the_zone(when):
    (field,) = parts(f"[đếm ngược {when}]")
    assert field.target == datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
    berlin = ZoneInfo("Europe/Berlin")
    (line,) = parse(f"[countdown {when}]", berlin).sheets[0].lines
    assert line.parts[0].target == datetime(2026, 12, 31, 22, 59, tzinfo=UTC)


def test_a_countdown_to_a_date_ends_as_it_begins():
    (field,) = parts("[đếm ngược 1/1/2027]")
    assert field.target == datetime(2026, 12, 31, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "when",
    ["31/02/2026", "1/13/2026", "1/1/2026 24:00", "1/1/26", "1/1/2126", "31/12/2026 23:59 tối", ""],
)
def test_impossible_dates_are_refused(when):
    error, facts = refused(f"a[đếm ngược {when}]")
    assert error is BadTagValue
    assert facts["value"] == when
    assert facts["wanted"] == "31/12/2026 23:59"


def test_a_wall_time_that_the_clock_jumps_over_is_refused():
    with pytest.raises(BadTagValue):
        parse("[đếm ngược 28/3/2027 2:30]", ZoneInfo("Europe/Berlin"))


# --- refusals


@pytest.mark.parametrize(
    ("text", "tag", "position", "nearest"),
    [
        ("Họp [đo]", "đo", 5, "đỏ"),
        ("Họp [dỏ]", "dỏ", 5, "đỏ"),
        ("[phong]x[/phôg]", "/phôg", 9, "/phông"),
        ("[chạy trai nhanh]", "chạy trai nhanh", 1, "chạy trái"),
        ("[THÔNG BÁO]", "THÔNG BÁO", 1, ""),
        ("a[]", "", 2, ""),
        ("[/5]", "/5", 1, ""),
        (f"[{'x' * 1900}]", "x" * 60, 1, ""),
    ],
)
def test_unknown_tags(text, tag, position, nearest):
    assert refused(text) == (
        UnknownTag,
        {"tag": tag, "position": position, "nearest": nearest},
    )


@pytest.mark.parametrize(
    ("text", "tag", "value", "wanted", "position"),
    [
        ("a[phông 12]", "phông", "12", "0–9", 9),
        ("[phông]", "phông", "", "0–9", 1),
        ("[màu #ff880]", "màu", "#ff880", "#ff8800", 6),
        ("[đỏ 5]", "đỏ", "5", "[đỏ]", 5),
        ("[giữ 0.4s]", "giữ", "0.4s", "0.5–600 s", 6),
        ("[giữ -5]", "giữ", "-5", "0.5–600 s", 6),
        ("[trang 600,1]", "trang", "600,1", "0.5–600 s", 8),
        ("[chạy 0]", "chạy", "0", "1–1000", 7),
        ("[chạy lên 1001]", "chạy lên", "1001", "1–1000", 11),
        ("[giờ 5s]", "giờ", "5s", "[giờ]", 6),
        ("[fade 3]", "fade", "3", "[hiện dần]", 7),
        ("[nháy 3]", "nháy", "3", "[nháy]", 7),
        ("[giữa 3]", "giữa", "3", "[giữa]", 7),
    ],
)
def test_bad_values(text, tag, value, wanted, position):
    facts = {"tag": tag, "value": value, "wanted": wanted, "position": position}
    assert refused(text) == (BadTagValue, facts)


def test_a_bracket_without_its_partner_is_refused():
    facts = {"tag": "đỏ Họp", "position": 3, "nearest": "đỏ"}
    assert refused("a [đỏ Họp\ntổ]") == (UnclosedTag, facts)
    assert refused("[[[")[1]["position"] == 3


@pytest.mark.parametrize(
    ("text", "tag", "position", "nearest"),
    [
        ("a[/đỏ]", "đỏ", 2, ""),
        ("[xanh]a[/đỏ]", "đỏ", 8, "xanh"),
        ("[đỏ]a[/][/]", "", 9, ""),
        ("[trang]a[/trang]", "trang", 9, ""),
        ("[giờ][/giờ]", "giờ", 6, ""),
    ],
)
def test_closing_what_is_not_open_is_refused(text, tag, position, nearest):
    assert refused(text) == (TagNotOpen, {"tag": tag, "position": position, "nearest": nearest})


def test_too_many_pages_are_refused():
    most = "a" + "[trang]a" * (MAX_PAGES - 1)
    assert len(parse(most).sheets) == MAX_PAGES
    facts = {"limit": MAX_PAGES, "position": len(most) + 1}
    assert refused(most + "[trang]a") == (TooManyPages, facts)


# --- anything at all

NAMES = [name for tag in VOCABULARY for name in tag.names]
TAGS = st.builds(
    "[{}{}{}]".format,
    st.sampled_from(["", "", "/", " "]),
    st.sampled_from([*NAMES, "", "đo", "x"]),
    st.sampled_from(["", "", " 5", " 5s", " #f80", " 1/2/2027", " 9999", "\n"]),
)
ANYTHING = st.lists(TAGS | st.text("[] ađỏ\n", max_size=4) | st.text(max_size=5)).map("".join)


@given(ANYTHING)
def test_any_text_parses_or_is_refused_at_a_place_in_it(text):
    try:
        document = parse(text)
    except ContentRefused as refusal:
        assert 1 <= refusal.facts["position"] <= len(text)
        return
    typed = re.sub(r"\[\[|\]\]|\[[^\[\]\n]*\]", lambda tag: _left_of(tag[0]), text)
    read = "".join(line for page in shown(document) for line in page).replace("\0", "")
    assert "".join(read.split()) == "".join(typed.split())


def _left_of(tag):
    return tag[0] if tag in {"[[", "]]"} else ""


LOOKS = st.sampled_from(["", "đỏ", "xanh", "phông 5", "nháy", "màu #123456"])
WORDS = st.text("ab ỗ,", min_size=1, max_size=6)


@given(st.lists(st.lists(st.tuples(LOOKS, WORDS), min_size=1, max_size=4), min_size=1, max_size=4))
def test_without_its_tags_a_text_is_its_words(lines):
    text = "\n".join(
        "".join(f"[{look}]{word}[/]" if look else word for look, word in line) for line in lines
    )
    plain = ["".join(word for _, word in line) for line in lines]
    has_tags = [any(look for look, _ in line) for line in lines]
    kept = [
        line for line, tagged in zip(plain, has_tags, strict=True) if line.strip() or not tagged
    ]
    document = parse(text)
    assert shown(document) == [kept or [""]]
    for line in document.sheets[0].lines:
        looks = [part.look for part in line.parts]
        assert all(one != other for one, other in zip(looks, looks[1:], strict=False))


# --- the vocabulary and the page that teaches it


def test_every_name_is_understood_with_and_without_accents():
    bare = markup._TAGS
    for tag in VOCABULARY:
        for name in tag.names:
            assert bare[markup._key(name)] is tag
            without = bare[markup._without_accents(markup._key(name))]
            assert without is tag or name == "trắng"


def test_the_manual_teaches_every_tag_and_nothing_that_is_refused():
    manual = MANUAL.read_text("utf-8")
    taught = [code for line in manual.splitlines() for code in re.findall(r"`([^`]+)`", line)]
    examples = [code for code in taught if code.startswith("[") and not code.startswith("[/")]
    assert len(examples) > 30
    for example in examples:
        parse(example)
    heads = {match for code in examples for match in re.findall(r"\[([^\]/0-9#]*)", code)}
    known = {markup._TAGS.get(markup._key(head)) for head in heads}
    assert known >= {*VOCABULARY}
