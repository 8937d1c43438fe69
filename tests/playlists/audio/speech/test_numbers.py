import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playlists.audio.speech import numbers

ONES = {
    "không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5,
    "sáu": 6, "bảy": 7, "tám": 8, "chín": 9,
}  # fmt: skip
SCALES = {"nghìn": 10**3, "triệu": 10**6, "tỷ": 10**9}


def heard(words):
    """Add up a number as a listener does: knows nothing of how it was put into words."""
    total = group = 0
    for word in words.split():
        if word in ONES:
            group += ONES[word]
        elif word == "mười":
            group += 10
        elif word == "mươi":
            group += group % 10 * 9
        elif word == "trăm":
            group += group % 10 * 99
        elif word == "tỷ":
            total, group = (total + group) * SCALES[word], 0
        elif word in SCALES:
            total, group = total + group * SCALES[word], 0
        else:
            assert word == "lẻ"
    return total + group


@given(st.integers(0, 10**numbers.MAX_CARDINAL_DIGITS - 1))
@example(0)
@example(10**17)
@example(1_000_005)
def test_a_listener_hears_the_number_that_was_said(value):
    assert heard(numbers.cardinal(value)) == value


def test_every_number_below_ten_thousand_is_heard():
    assert [heard(numbers.cardinal(value)) for value in range(10_000)] == list(range(10_000))


@given(st.integers(1, 10**9))
def test_nobody_says_what_vietnamese_does_not(value):
    words = f" {numbers.cardinal(value)} "
    for wrong in ("mươi một ", "mươi bốn ", "mươi năm ", "mười mốt", "mười tư", "mười năm "):
        assert wrong not in words
    assert "một mươi" not in words
    assert "không mươi" not in words
    assert "lẻ không" not in words


@pytest.mark.parametrize(
    ("value", "said"), [(-5, "âm năm"), (15, "mười lăm"), (1_005, "một nghìn không trăm lẻ năm")]
)
def test_cardinals(value, said):
    assert numbers.cardinal(value) == said


@pytest.mark.parametrize(
    ("value", "said"), [(1, "nhất"), (2, "hai"), (4, "tư"), (14, "mười bốn"), (21, "hai mươi mốt")]
)
def test_ordinals(value, said):
    assert numbers.ordinal(value) == said


@given(st.text("0123456789", min_size=1, max_size=60))
def test_any_run_of_digits_is_said(text):
    assert numbers.plain(text)
    assert numbers.grouped(text).replace(",", "") == numbers.digits(text)


def roman(value):
    signs = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
             (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
    written = ""
    for size, sign in signs:
        written += sign * (value // size)
        value %= size
    return written


def test_every_roman_numeral_is_read():
    assert [numbers.roman(roman(value)) for value in range(1, 4000)] == list(range(1, 4000))


@pytest.mark.parametrize("text", ["", "IIII", "VX", "IC", "iv", "XVA", "ÍV", "LL"])
def test_what_is_no_roman_numeral(text):
    assert numbers.roman(text) is None
