import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.audio.refusals import BadDictionary
from playlists.audio.speech import dictionary, letters
from playlists.audio.speech.dictionary import BUILT_IN
from playlists.audio.speech.normalise import read, spoken
from playlists.syllables import is_bare_syllable, is_syllable

SITE = """
# phường An Lạc
BĐD = Ban Đại diện
TDP. = tổ dân phố
loa kéo = loa kéo tay
T7 = thứ bảy

[Loại văn bản]
TBK = thông báo khẩn
[Cơ quan ban hành]
TU = Tỉnh ủy    # không còn là Thành ủy
"""


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("BĐD hội cha mẹ", "Ban Đại diện hội cha mẹ"),
        ("BĐDX", "bê đê dê ích xì"),
        ("TDP. 4", "tổ dân phố bốn"),
        ("sáng T7", "sáng thứ bảy"),
        ("T70", "tê bảy mươi"),
        ("LOA KÉO và Loa kéo", "loa kéo tay và loa kéo tay"),
        ("12/TBK-UBND", "mười hai, thông báo khẩn của Ủy ban nhân dân"),
        ("Nghị quyết 03-NQ/TU", "Nghị quyết không ba của Tỉnh ủy"),
        ("UBND", "Ủy ban nhân dân"),
    ],
)
def test_a_site_adds_and_overrides(written, said):
    assert spoken(written, BUILT_IN.extended(SITE)) == said


def test_the_built_in_list_stays_as_it_is():
    before = dict(BUILT_IN.abbreviations)
    BUILT_IN.extended("UBND = ủy ban")
    assert BUILT_IN.abbreviations == before
    assert spoken("Nghị quyết 03-NQ/TU", BUILT_IN) == "Nghị quyết không ba của Thành ủy"


def test_what_is_in_the_list_is_no_doubt():
    assert read("BĐD", BUILT_IN).doubts
    assert not read("BĐD", BUILT_IN.extended(SITE)).doubts


@pytest.mark.parametrize(
    "line",
    [
        "UBND",
        "= ủy ban",
        "UBND =",
        "UBND = 123",
        "UBND = UB nhân dân",
        "UBND = ủy ban; nhân dân",
        "UBND = brr",
        "7T = bảy tê",
        f"{'A' * (dictionary.MAX_WRITTEN_CHARS + 1)} = a",
        f"A = {'a ' * dictionary.MAX_SPOKEN_CHARS}",
        "[đơn vị]",
    ],
)
def test_a_line_that_is_no_entry_is_named(line):
    with pytest.raises(BadDictionary) as caught:
        BUILT_IN.extended(f"# đầu tệp\n\n{line}")
    assert caught.value.facts["line"] == 3


def test_a_list_without_end_is_refused():
    lines = "\n".join(f"A{number} = a" for number in range(dictionary.MAX_ENTRIES + 1))
    with pytest.raises(BadDictionary):
        BUILT_IN.extended(lines)


@given(st.text())
def test_any_text_is_a_list_or_refused(text):
    with contextlib.suppress(BadDictionary):
        BUILT_IN.extended(text)


@pytest.mark.parametrize("section", ["abbreviations", "kinds", "issuers"])
def test_every_built_in_reading_is_read_as_it_stands(section):
    for said in getattr(BUILT_IN, section).values():
        assert spoken(said, BUILT_IN) == said


def test_every_built_in_abbreviation_is_said():
    for written, said in BUILT_IN.abbreviations.items():
        before = f"{written} An" if written.endswith(".") else written
        assert said in spoken(f"nay {before}", BUILT_IN), written


@pytest.mark.parametrize("word", ["quốc", "Phường", "nghiêng", "khuỷu", "ý", "QUẬN"])
def test_syllables(word):
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["phuong", "quoc", "duong", "binh", "nghieng"])
def test_syllables_typed_without_marks(word):
    assert is_bare_syllable(word)


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("binhtan", ["binh", "tan"]),
        ("danang", ["da", "nang"]),
        ("phuonganlac", ["phuong", "an", "lac"]),
        ("tphcm", None),
        ("a" * 200, None),
    ],
)
def test_words_of_addresses(word, pieces):
    assert letters.in_syllables(word) == pieces


@pytest.mark.parametrize("word", ["ASEAN", "UNICEF", "FIFA", "VINFAST", "AN"])
def test_capitals_that_sound(word):
    assert letters.is_sounded(word)


@pytest.mark.parametrize("word", ["BIDV", "VNPT", "UBNDTP", "ATM", "EVNHCMC", "XYZK"])
def test_capitals_that_do_not(word):
    assert not letters.is_sounded(word)
