import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import ContentRefused
from playlists.text.intake import MAX_TEXT_CHARS, _normalise_thoroughly, normalise
from playlists.text.refusals import ControlCharacter, EmptyText, TextTooLong

SENTENCE = "Mỗi ngày một tin tốt, đường Nguyễn Thị Tú"


@pytest.mark.parametrize(
    "spelling",
    [
        SENTENCE,
        unicodedata.normalize("NFD", SENTENCE),
        # Unikey's "tổ hợp": precomposed vowel, combining tone
        (
            "M\u00f4\u0303i ng\u0061\u0300y m\u00f4\u0323t tin t\u00f4\u0301t, "
            "\u0111\u01b0\u01a1\u0300ng Nguy\u00ea\u0303n Thi\u0323 Tu\u0301"
        ),
    ],
)
def test_three_spellings_become_one(spelling):
    assert normalise(spelling).text == SENTENCE
    assert normalise(spelling).original == spelling


def test_marks_in_the_wrong_order_are_put_right():
    assert normalise("u\u0301\u031b").text == "ứ"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("a\u00a0b\tc\u2003d", "a b c d"),
        ("một\r\nhai\rba\u2028bốn", "một\nhai\nba\nbốn"),
        ("\ufeffthông\u00adtin\u200b", "thôngtin"),
        ("ðường Ðông Ɖ", "đường Đông Đ"),
        ("  giữa  ", "giữa"),
    ],
)
def test_what_pasting_leaves_behind_is_cleaned(typed, shown):
    assert normalise(typed).text == shown


@pytest.mark.parametrize("char", ["\0", "\x07", "\x1b", "\u202e", "\ud800", "\ue000"])
def test_characters_that_steer_are_refused_with_their_place(char):
    with pytest.raises(ControlCharacter) as caught:
        normalise(f"ab{char}c")
    assert caught.value.facts == {"position": 3, "code_point": f"U+{ord(char):04X}"}


def test_a_place_is_counted_in_what_was_typed():
    with pytest.raises(ControlCharacter) as caught:
        normalise("\u00ada\r\n\x07")
    assert caught.value.facts["position"] == 5


@pytest.mark.parametrize("text", ["", "   ", "\u200b\ufeff", "\n\n"])
def test_nothing_is_refused(text):
    with pytest.raises(EmptyText):
        normalise(text)


@pytest.mark.parametrize(
    "typed",
    [
        "a" * (MAX_TEXT_CHARS + 1),
        "a" * 1_000_000,
        "\u0958" * (MAX_TEXT_CHARS // 2 + 1),  # one character typed, two in NFC
    ],
)
def test_too_much_is_refused(typed):
    with pytest.raises(TextTooLong) as caught:
        normalise(typed)
    assert caught.value.facts["limit"] == MAX_TEXT_CHARS


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_text_is_as_long_in_every_spelling(form):
    longest = "ế" * MAX_TEXT_CHARS
    assert normalise(unicodedata.normalize(form, longest)).text == longest


PLAIN = st.text("abc xyzXYZ09.,?đĐảệỳÀéôũƯ“”…–½°²×±«»\n", max_size=40)


@given(PLAIN)
def test_the_short_way_leads_to_the_same_place(text):
    try:
        expected = _normalise_thoroughly(text)
    except EmptyText:
        with pytest.raises(EmptyText):
            normalise(text)
        return
    assert normalise(text) == expected


def test_control_characters_pass_only_where_they_are_letters():
    typed = "XEM T\x92 M\x05T – CH\x9c NH\x87T"  # VISCII; in cp1252 all but \x05 are visible
    assert normalise(typed).text == "XEM TỖ MẴT – CHỦ NHẬT"
    with pytest.raises(ControlCharacter) as caught:
        normalise("XEM M\x05T")
    assert caught.value.facts["position"] == 6
    with pytest.raises(ControlCharacter) as caught:
        normalise(typed + "\x07")
    assert caught.value.facts["position"] == len(typed) + 1


def test_what_cleaning_brings_to_light_is_read_as_well():
    taken = normalise("Ch\u200bµo")  # TCVN3, with a space of no width that hides it
    assert (taken.text, taken.encoding) == ("Chào", "tcvn3")


MOJIBAKE = st.text(st.characters(max_codepoint=0xFF), max_size=60)


@given(st.text(max_size=200) | MOJIBAKE)
def test_any_text_is_normalised_once_and_for_all_or_refused(text):
    try:
        taken = normalise(text)
    except ContentRefused:
        return
    assert normalise(taken.text).text == taken.text
    assert unicodedata.is_normalized("NFC", taken.text)
