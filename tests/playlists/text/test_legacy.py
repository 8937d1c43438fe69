import json
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parts import missing

from playlists.syllables import is_syllable
from playlists.text import legacy
from playlists.text.intake import normalise
from playlists.text.legacy import Encoding, recognise

# glibc's TCVN5712-1 read as Latin-1, letter by letter; \xad is the soft hyphen.
TCVN3 = (
    "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ¡¢§£¤¥¦",
    "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
)
SMALL = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"
# The same letters in VNI-Windows, as the keyboard driver xvnkb writes them.
VNI_TYPED = (
    "aø aù aû aõ aï aê aè aé aú aü aë aâ aà aá aå aã aä ñ eø eù eû eõ eï eâ eà eá eå eã eä "
    "ì í æ ó ò oø où oû oõ oï oâ oà oá oå oã oä ô ôø ôù ôû ôõ ôï "
    "uø uù uû uõ uï ö öø öù öû öõ öï yø yù yû yõ î"
)
VNI = VNI_TYPED.split()
SENTENCES = (
    "Phường Bình Trị Đông thông báo: chiều nay 15 giờ tiêm chủng mở rộng tại trạm y tế.",
    "Mỗi ngày một tin tốt, mỗi tuần một câu chuyện đẹp, mỗi cơ sở là một địa chỉ tích cực.",
    "Đường Nguyễn Thị Tú cấm xe tải từ 6 giờ đến 22 giờ; người dân chú ý biển báo.",
    "Từ ngày 01/12/2026, khu phố 4 cúp nước để sửa ống; quý bà con trữ nước sử dụng.",
    "Chúc mừng năm mới! Hội chợ hoa xuân ở công viên, mở cửa đến hết mùng 5 Tết.",
    "Thanh niên quận ta quyết tâm giữ vững an ninh trật tự, an toàn xã hội",
    "Uống nước nhớ nguồn - ăn quả nhớ kẻ trồng cây",
)
FOREIGN = (
    "Où est la gare ? L’hôtel est à côté du café, près de la forêt.",
    "Thaï",
    "où va",
    "naïve café, façade, déjà vu",
    "Noël à la crèche : entrée libre dès 8 h, « bienvenue à tous »",
    "El niño está en España. ¿Dónde está la piñata? ¡Aquí! Mejor aún.",
    "Größe, Übung, schöne Straße in München",
    "São Paulo, informações à direção; não põe, mãe",
    "på så må nå",
    "så må",
    "nå må jeg si at så er det",
    "Là, là où",
    "PÅ SÅ BÄTTRE",
    "Það er ekki gott að vera þar",
    "I’m at Smith’s “bar” – it’s 5 °C, 3 × 4 ÷ 2 = 6, 50 € or £40, ½ price…",
    "Hotel «Rex», 5 M€, 20 µm, col·lecció, Mª José, ®, ©, ™, 1ª, 2º, m¹",
    "xin\u00adchao",
)
LATIN_1_WORDS = "có tôi là bò mà thì ai cho nhà sáng chúng bánh"
SYLLABLES = "nghiêng quyết giếng khuya gì ước ý Yên ngoằn xe tích"
NO_SYLLABLES = "nghang kà cêm tich tìch ngi gha bcd bàá tòán quá-n wa tế2"


@pytest.fixture(scope="module")
def sample_lines(shared_dir):
    text = (shared_dir / "samples" / "ke-hoach-trich.txt").read_text("utf-8")
    return [line.strip() for line in text.splitlines() if line.strip()]


def as_tcvn3(text):
    return text.translate(str.maketrans(TCVN3[1], TCVN3[0]))


def as_vni(text):
    def typed(letter):
        if letter.lower() not in SMALL:
            return letter
        pair = VNI[SMALL.index(letter.lower())]
        return pair.upper() if letter.isupper() else pair

    return "".join(map(typed, text))


def by_iconv(text, code_page):
    """Return the bytes, or None where the code page lacks a character."""
    if shutil.which("iconv") is None:
        missing("no iconv")
    run = subprocess.run(
        ["iconv", "-f", "UTF-8", "-t", code_page],
        input=text.encode(),
        capture_output=True,
        check=False,
    )
    return None if run.returncode else run.stdout


def pasted(data, code_page="cp1252"):
    """Return bytes as Windows programs paste them; the five bytes cp1252 lacks stay as they are."""
    return "".join(bytes([byte]).decode(code_page, "ignore") or chr(byte) for byte in data)


def test_the_golden_file_agrees(shared_dir):
    golden = json.loads((shared_dir / "golden" / "vietnamese-legacy.json").read_text("utf-8"))
    assert golden["tcvn3_bytes_as_latin1_U+00AD_is_u_horn"] == TCVN3[0]
    assert golden["unicode"] == TCVN3[1]
    for typed, shown in [*golden["samples"], golden["vni_sample"]]:
        assert normalise(typed).text == shown
    viscii, shown = golden["viscii_hex"].split(" = ")
    assert normalise(bytes.fromhex(viscii).decode("latin-1")).text == shown


@pytest.mark.parametrize(
    ("encoding", "typed"),
    [(Encoding.TCVN3, zip(*TCVN3, strict=True)), (Encoding.VNI, zip(VNI, SMALL, strict=True))],
)
def test_every_letter_is_read(encoding, typed):
    page = {page.encoding: page for page in legacy.CODE_PAGES}[encoding]
    for code, letter in typed:
        assert page.read(code) == letter


def test_every_letter_of_viscii_is_read_as_iconv_reads_it():
    page = {page.encoding: page for page in legacy.CODE_PAGES}[Encoding.VISCII]
    for letter in SMALL + SMALL.upper():
        code = by_iconv(letter, "VISCII")
        for code_page in ("latin-1", "cp1252"):
            typed = pasted(code, code_page)
            if typed not in "\xa0“”‘’–—…•":
                assert page.read(typed) == letter


def test_the_capitals_that_tcvn3_has_but_its_fonts_do_not_are_read_as_iconv_reads_them():
    page = {page.encoding: page for page in legacy.CODE_PAGES}[Encoding.TCVN3]
    for letter in SMALL.upper():
        code = by_iconv(letter, "TCVN5712-1")
        if len(code) == 1:  # the others are a letter and a combining tone
            assert page.read(pasted(code, "latin-1")) == letter


@pytest.mark.parametrize(
    ("typed", "shown", "encoding"),
    [
        ("hép møt tÕt", "hộp mứt tết", "tcvn3"),
        ("TiÕng ViÖt cã 29 ch÷ c¸i", "Tiếng Việt có 29 chữ cái", "tcvn3"),
        ("Chµo", "Chào", "tcvn3"),
        ("Tieáng Vieät coù 29 chöõ caùi", "Tiếng Việt có 29 chữ cái", "vni"),
        ("CHUÙ YÙ", "CHÚ Ý", "vni"),
        ("VIEÄT NAM", "VIỆT NAM", "vni"),
        ("Ñöôøng Traàn Höng Ñaïo", "Đường Trần Hưng Đạo", "vni"),
        ("Tiªng Vi®t", "Tiếng Việt", "viscii"),
        ("HÀ N“I, V\xa0 VÅN KIŽT", "HÀ NỘI, VÕ VĂN KIỆT", "viscii"),
        ("HÀ N\x93I, V\xa0 VÅN KI\x8eT", "HÀ NỘI, VÕ VĂN KIỆT", "viscii"),
        ("Tiªng\xa0Vi®t – “ch¤t lßþng”…", "Tiếng Việt – “chất lượng”…", "viscii"),
        ("ðäng viên", "đảng viên", "viscii"),
        ("nµi dung cø th¬ nhß sau:", "nội dung cụ thể như sau:", "viscii"),
    ],
)
def test_short_messages(typed, shown, encoding):
    taken = normalise(typed)
    assert (taken.text, taken.encoding, taken.original) == (shown, encoding, typed)


@pytest.mark.parametrize("code_page", ["TCVN5712-1", "VISCII"])
@pytest.mark.parametrize("read_as", ["latin-1", "cp1252"])
def test_real_text_written_by_iconv_comes_back(sample_lines, code_page, read_as):
    # Headings aside: .VnTime fonts never had TCVN5712-1's capitals with tones, which sit among
    # the control characters.
    small = [line for line in sample_lines if not line.isupper()]
    written = [(line, data) for line in small if (data := by_iconv(line, code_page)) is not None]
    assert len(written) > 8
    for line, data in written:
        assert normalise(pasted(data, read_as)).text == line


def test_real_text_written_in_vni_comes_back(sample_lines):
    for line in sample_lines:
        if not line.isascii():
            assert normalise(as_vni(line)).text == line


def test_real_text_written_in_tcvn3_comes_back_but_for_capitals(sample_lines):
    for line in sample_lines:
        typed = as_tcvn3(line)
        if typed != line and not line.isupper():
            assert normalise(typed).text.casefold() == line.casefold()


PHRASES = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3).map(" ".join)


@given(PHRASES, st.sampled_from([as_tcvn3, as_vni]))
def test_sentences_come_back_and_stay(text, written):
    once = normalise(written(text))
    assert once.text == text
    assert normalise(once.text).encoding is Encoding.UNICODE


@given(
    PHRASES,
    st.text("“”‘’«»–—…•×÷½°±²³§©®µ¶·¸¹º£€™\u00a0 .,;:!?()'\"/&", max_size=30),
    st.integers(0, 200),
)
def test_unicode_is_never_touched_whatever_stands_beside(text, signs, place):
    mixed = text[:place] + signs + text[place:]
    taken = normalise(mixed)
    assert taken.encoding is Encoding.UNICODE
    assert taken.text == mixed.replace("\u00a0", " ").strip()


@given(
    st.lists(
        st.sampled_from(
            ["có", "tôi", "là", "bò", "mà", "thì", "ai", "cho", "nhà", "sáng", "chúng", "bánh"]
        ),
        max_size=9,
    )
)
def test_vietnamese_that_needs_no_letter_beyond_latin_1_is_never_touched(words):
    assert recognise(" ".join(words)) is None


@pytest.mark.parametrize("text", FOREIGN)
def test_other_languages_are_never_converted(text):
    for variant in (text, text.upper(), text.title()):
        assert recognise(variant) is None


@given(
    st.lists(st.sampled_from(" ".join(FOREIGN[:8]).split()), min_size=4, max_size=12, unique=True)
)
def test_nor_are_any_of_their_words(words):
    assert recognise(" ".join(words)) is None


def test_it_is_decided_for_the_message_not_for_the_word():
    # "cã", "lµ" and "th«ng tin" alone could be anything; among others they are TCVN3,
    assert normalise("cã").text == "cã"
    assert normalise("TiÕng ViÖt cã").text == "Tiếng Việt có"
    # and words that look like TCVN3 stay as they are in a message that is Unicode.
    mixed = "Tiếng Việt: TiÕng ViÖt cã"
    assert normalise(mixed).text == mixed


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("UBND PH¦êNG BÕN NGHÐ", "UBND PHƯỜNG BẾN NGHÉ"),
        ("§¶NG ñY th«ng b¸o", "ĐẢNG ỦY thông báo"),
        ("Bµ Tó, 7 giê tèi", "Bà Tú, 7 giờ tối"),
        ("Mêi xem ë VTV tõ 7 giê tèi", "Mời xem ở VTV từ 7 giờ tối"),
        ("TIN N¦íC\nLª V¨n Tó ë nhµ", "TIN NƯỚC\nLê Văn Tú ở nhà"),
        ("THI §UA ë TR¦êNG", "THI ĐUA Ở TRƯỜNG"),
    ],
)
def test_capitals_that_tcvn3_lost_are_told_by_the_letters_beside(typed, shown):
    assert normalise(typed).text == shown


def test_a_soft_hyphen_is_a_letter_even_where_a_web_form_dropped_it():
    assert normalise("Ph\xadêng ta ®\xadîc n\xadíc s¹ch").text == "Phường ta được nước sạch"
    assert normalise("Phêng ta ®îc th\xadëng").text == "Phường ta được thưởng"
    assert normalise("thông\xadtin").text == "thôngtin"


@pytest.mark.parametrize("word", SYLLABLES.split())
def test_syllables(word):
    assert is_syllable(word)


@pytest.mark.parametrize("word", NO_SYLLABLES.split())
def test_what_no_syllable_is(word):
    assert not is_syllable(word)


@given(st.text(st.characters(max_codepoint=0xFF) | st.sampled_from("“”‘’–—…•€™ŠŽž"), max_size=80))
def test_any_mojibake_is_read_once_and_for_all(text):
    page = recognise(text)
    if page:
        once = page.read(text)
        for _ in range(4):
            again = recognise(once)
            if again is None:
                break
            once = again.read(once)
        assert recognise(once) is None
