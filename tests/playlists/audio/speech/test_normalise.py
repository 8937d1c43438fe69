"""What is written, and what is heard: the golden table, and what holds for any text."""

import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playlists.audio.speech import intake, numbers, passage
from playlists.audio.speech.dictionary import BUILT_IN
from playlists.audio.speech.normalise import MAX_DOUBTS, read, spoken
from playlists.audio.speech.passage import Why

TABLE = Path(__file__).with_name("golden-spoken.txt")


def cases():
    for line in TABLE.read_text("utf-8").splitlines():
        if line and not line.startswith("# "):
            yield tuple(part.replace("\\n", "\n") for part in line.split(" | "))


GOLDEN = list(cases())
SPOKEN = [said for _, said in GOLDEN]
PIECES = sorted({word for written, _ in GOLDEN for word in written.split()})
OFFICE = st.lists(
    st.one_of(st.sampled_from(PIECES), st.sampled_from(" \n.,-/:%()'\""), st.text(max_size=3)),
    max_size=25,
).map("".join)


@pytest.mark.parametrize(("written", "said"), GOLDEN, ids=[written for written, _ in GOLDEN])
def test_golden_table(written, said):
    assert spoken(written, BUILT_IN) == said


def test_the_table_is_as_large_as_was_asked_for_and_names_nothing_twice():
    assert len(GOLDEN) >= 650
    assert len({written for written, _ in GOLDEN}) == len(GOLDEN)


@pytest.mark.parametrize("said", SPOKEN)
def test_what_is_said_is_read_as_it_stands(said):
    assert spoken(said, BUILT_IN) == said


@given(OFFICE)
@example("A ; . b")
@example("O\n!")
@example("I\n$")
def test_reading_what_is_said_changes_nothing(text):
    said = spoken(text, BUILT_IN)
    assert spoken(said, BUILT_IN) == said


@given(st.one_of(st.text(), OFFICE))
def test_no_text_is_refused_and_no_digit_is_left(text):
    said = spoken(text, BUILT_IN)
    assert not any(char.isdigit() for char in said)
    assert "  " not in said
    assert said == said.strip()


@given(OFFICE)
def test_doubts_stand_in_order_and_inside_the_text(text):
    doubts = read(text, BUILT_IN).doubts
    places = [doubt.at for doubt in doubts]
    assert places == sorted(places)
    assert all(0 <= at < len(text) for at in places)


@pytest.mark.parametrize(
    ("text", "written", "why"),
    [
        ("Kính mời bà con dự họp của XYZK tối nay", "XYZK", Why.SPELLED),
        ("xe của hãng VINFAST", "VINFAST", Why.SOUNDED),
        ("bánh hamburger", "hamburger", Why.FOREIGN),
        ("chùa Кремль", "Кремль", Why.FOREIGN_SCRIPT),
        ("họp 2/9", "2/9", Why.DATE_OR_SHARE),
        ("ngày 10-12", "10-12", Why.DATE_OR_SHARE),
        ("nặng 1,500 tấn", "1,500 tấn", Why.NUMBER),
        ("114", "114", Why.PHONE_OR_NUMBER),
        ("mục VI", "VI", None),
        ("xem VI", "VI", Why.ROMAN),
        ("tại danang.gov.vn", "danang.gov.vn", Why.ADDRESS),
    ],
)
def test_what_it_was_unsure_of_is_named_where_it_stands(text, written, why):
    doubts = read(text, BUILT_IN).doubts
    if why is None:
        assert doubts == ()
        return
    (doubt,) = doubts
    assert (doubt.written, doubt.why) == (written, why)
    assert text[doubt.at : doubt.at + len(written)] == written
    assert doubt.said
    assert doubt.said in spoken(text, BUILT_IN)


def test_a_place_is_counted_in_what_was_typed_not_in_what_was_cleaned():
    typed = "“a\u0309 ”  \u200b–   họp XYZK"
    (doubt,) = read(typed, BUILT_IN).doubts
    assert typed[doubt.at :] == "XYZK"


def test_digits_without_end_are_dictated():
    assert spoken("1" * 40, BUILT_IN) == numbers.grouped("1" * 40)


def test_doubts_are_bounded():
    assert len(read("XYZK " * 1000, BUILT_IN).doubts) == MAX_DOUBTS


def test_what_lies_behind_the_longest_text_is_named():
    reading = read("a " * intake.MAX_TEXT_CHARS, BUILT_IN)
    assert reading.doubts[-1].why is Why.TOO_LONG
    assert reading.doubts[-1].at == intake.MAX_TEXT_CHARS


@pytest.mark.parametrize("spelling", ["NFC", "NFD", "NFKC", "NFKD"])
def test_every_unicode_spelling_is_heard_alike(spelling):
    text = "Ủy ban phường thông báo: tối 25/11, ở Đường số 7, giá 3.500đ"
    assert spoken(unicodedata.normalize(spelling, text), BUILT_IN) == spoken(text, BUILT_IN)


HOSTILE = (
    "1", "1/", "1-", "1.", "9,", "1A", "1' ", "1 000 ", "0 ", "+84 ", "A", "A ", "TNHH ", "a.",
    "a@", "www.", "(", "-", "a\u0301", "\u0301", "49/2024/A-", "gọi 114 ", "ngày một và ",
    "tài khoản A1 ", "1 km/", "\n", "  ",
)  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_with_the_length_and_no_faster(piece):
    def took_s(count_chars):
        text = (piece * count_chars)[:count_chars]
        begun = time.process_time()
        spoken(text, BUILT_IN)
        return time.process_time() - begun

    quadratic = 8 * 8
    assert took_s(16_000) < max(took_s(2_000), 0.005) * quadratic / 2


def test_the_office_prose_of_a_plan():
    """Sentences of a real plan of a district's Youth Union, as a newsreader says them."""
    assert spoken(
        "Thực hiện Kế hoạch 266-KH/QU ngày 14 tháng 3 năm 2024 của Ban Thường vụ Quận ủy:\n\n"
        "I. MỤC ĐÍCH, YÊU CẦU\n\n"
        "- Tiếp tục duy trì 100% các cơ sở Đoàn (khóa X) giai đoạn 2021 - 2025.",
        BUILT_IN,
    ) == (
        "Thực hiện Kế hoạch hai trăm sáu mươi sáu, ngày mười bốn tháng ba năm hai nghìn không trăm "
        "hai mươi tư của Ban Thường vụ Quận ủy.\n"
        "một, mục đích, yêu cầu.\n"
        "Tiếp tục duy trì một trăm phần trăm các cơ sở Đoàn, khóa mười, giai đoạn hai nghìn không "
        "trăm hai mươi mốt đến hai nghìn không trăm hai mươi lăm."
    )


def test_pauses_never_double():
    page = passage.Passage("", BUILT_IN)
    for mark in ",.,?":
        page.pause(mark)
        page.say("dạ vâng")
        page.pause(",")
        page.pause(".")
    assert page.rendered() == "dạ vâng. dạ vâng. dạ vâng? dạ vâng."
