"""Vietnamese typed in code pages older than Unicode, read as if it were Western European.

"TiÕng ViÖt" (TCVN3, also called ABC), "Tieáng Vieät" (VNI-Windows) and "Tiªng Vi®t" (VISCII) are
all "Tiếng Việt". Which one it is, is decided for the whole message: each code page reads every
word, and what counts is how many words become Vietnamese syllables that were none before (decision
0008).

Sources: TCVN3 and VISCII as glibc's iconv has them (TCVN5712-1, VISCII; RFC 1456 for the latter);
VNI-Windows as in the tables of the keyboard drivers xvnkb and Unikey.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from playlists.syllables import TONED, is_syllable


class Encoding(StrEnum):
    """What a text was written in."""

    UNICODE = "unicode"
    TCVN3 = "tcvn3"
    VNI = "vni"
    VISCII = "viscii"


@dataclass(frozen=True, slots=True)
class CodePage:
    """One way to read mojibake. `codes` are the characters that stand for letters."""

    encoding: Encoding
    codes: frozenset[str]
    read: Callable[[str], str]
    _read_word: Callable[[str], str]
    _word: re.Pattern[str]

    def evidence(self, text: str) -> "Evidence":
        """Return what speaks for this code page and what against it."""
        pro = contra = common = 0
        is_shouted = not _SMALL.search(text)
        for word in self._word.findall(text):
            if word.isascii():
                contra += _is_foreign(word, is_shouted=is_shouted)
            elif _ASCII_LETTER.search(word):
                reading = self._read_word(word)
                weight = _weight(word, reading)
                pro += max(weight, 0)
                contra -= min(weight, 0)
                common += reading.lower() in _COMMON
        return Evidence(pro, contra, common)


class Evidence(NamedTuple):
    """Words that became syllables, words that should not be there, and everyday words."""

    pro: int
    contra: int
    common: int

    @property
    def convinces(self) -> bool:
        """Tell whether so much is no accident."""
        is_enough = self.pro >= _TWO_WORDS and self.pro + self.common >= _ENOUGH
        return is_enough and self.pro > self.contra

    @property
    def rank(self) -> int:
        """Two code pages may both convince; everyday words then tell them apart."""
        return self.pro - self.contra + self.common


def _weight(word: str, reading: str) -> int:
    if all(is_syllable(part) and not _has_mixed_case(part) for part in _WORDS.findall(reading)):
        sure = _SURE if _UNNATURAL.search(word) else _LIKELY
        return 0 if is_syllable(word) and not _has_mixed_case(word) else sure
    is_abbreviation = reading.isupper() and reading.replace("Đ", "D").isascii()
    return 0 if is_abbreviation else -_SURE


_SURE: Final = 3
"""No European language writes a sign, or a capital after a small letter, within a word."""
_LIKELY: Final = 1
"""A valid syllable, but a French "où" or "Thaï" would be one as well."""
_TWO_WORDS: Final = 2 * _LIKELY
_ENOUGH: Final = 3
_LONGEST_ABBREVIATION: Final = 5


def recognise(text: str) -> CodePage | None:
    """Return the code page that the whole text was written in; None if it is Unicode already."""
    if text.isascii() or UNICODE_ONLY.search(text) or not _has_strange_words(text):
        return None
    found, best = None, 0
    for page in CODE_PAGES:
        evidence = page.evidence(text)
        if evidence.convinces and evidence.rank > best:
            found, best = page, evidence.rank
    return found


# --- words that stand out ----------------------------------------------------------------------


def _has_mixed_case(word: str) -> bool:
    return word[1:] != word[1:].lower() and _SMALL.search(word) is not None


def _has_strange_words(text: str) -> bool:
    words = [word for word in _WORDS.findall(text) if not word.isascii()]
    return not all(is_syllable(word) and not _has_mixed_case(word) for word in words)


def _is_foreign(word: str, *, is_shouted: bool) -> bool:
    """Foreign words make Vietnamese less likely; initials and abbreviations say nothing."""
    is_abbreviation = word.isupper() and len(word) <= _LONGEST_ABBREVIATION and not is_shouted
    return len(word) > 1 and not is_abbreviation and not is_syllable(word)


_COMMON_WORDS: Final = """
    ấy ăn ảnh bà bác bài bán bạn bảng bảo báo bảy bằng bắt bậc bé bên bệnh bị biết biểu biển
    bình bò bỏ bộ bốn bước buổi cả các cách cái cảnh cáo cao cán cần cấp cầu câu cây có còn cô
    cố cộng công cờ cơ cũ của cùng cũng cụ cụm cử cứ cửa cực chánh chào cháy chí chỉ chị chiều
    chiếu chính chín chịu chỗ chống chợ chú chủ chúng chuyển chuyên chữ chữa chức chứng chưa
    chương dài dạy dẫn dân dịch diện diễn dịp dò dõi dụng dục dự dưới dưỡng đã đại đảm đang
    đảng đào đáo đạt đầu đất đấu đây đề để đến đèn đêm đều đi địa điểm điện điều định đó đoàn
    đọc đón đô đổi độ đội đông đồng động đời đợi đơn đúng đủ được đường đưa em gần gia giá giả
    giải giảm giáo giao giấy giây giờ giới giữ hà hai hạn hàng hành hãy hạng hát hàm hẻm hết
    hiện hiểu hiệu hình họ hóa học hỏa họp hòa hoạt hộ hội hỗ hồ hôm hợp hơn huyện hưởng hướng
    hữu kế kết kể khác khách khám khẩn khẩu khí khi khó khóa khoa khoảng khỏe khỏi không khu
    khuyến kiểm kiến kiện kỳ kỷ ký kỹ là làm lại lãnh lần lập lấy lẽ lễ lên liên liệu linh
    lịch lộ lời lớn lợi lũ luật lúc lực lượng lưu lý mà mạng mạnh màu máy mắt mặt mất mẹ mẫu
    miền miễn mình mọi món mỗi môi một mở mới mời mùa mục mức mười mưa mừng nào này năm nắng
    nắm nặng nâng nên nếu nền ngành ngày ngã nghề nghệ nghị nghĩa nghỉ nghiệp ngõ ngoài ngọn
    người ngừng nguồn nguy nhà nhân nhất nhận nhập nhắc nhiệm nhiệt nhiều nhỏ nhóm như nhưng
    những nhựa nóng nổi nội nông nơi nữ nước ở ổn phải phát phân phần phẩm phép phí phía phòng
    phố phối phổ phụ phục phương phường quá quả quản quận quán quân quốc quy quyền quyết quý
    rác rất rồi rộng ra ruộng rượu sách sáng sản sát sáu sạch sau sắc sẽ sinh số sống sông sở
    sớm sự sử sức tám tại tai tác tàu tạo tài tắc tắt tập tăng tâm tầng tần tất tế tết tên
    thành tháng thải thảo thay thái tháo thăm thắng thẳng thấp thấy thân thần thật thẻ theo
    thế thể thêm thì thị thi thích thiết thiếu thiện thiệu thính thí thoại thoát thông thống
    thời thôn thu thủ thuật thuế thuốc thuộc thủy thứ thử thức thực thường thưởng thương tích
    tiếp tiếng tiết tiền tiến tiêm tiêu tìm tin tình tỉnh tính tỏa tòa toán toàn tôi tối tốc
    tốt tổ tổng tới trách trạm trái tránh trang trạng trẻ trên trì trí trị triển trình trò
    trong trọng trộm trời trợ trú trung trước trường trưởng trực trừ truyền tuần tuổi tuyên
    tuyến tuyển từ từng tự tư tượng tương ủy úng ứng ưu và vào vài vành vàng văn vắc vận vật
    vẫn vẽ vé vẻ về vệ vi vì vị viên việc viện việt vòng vọng võ vốn vụ vùng vui vực vững với
    vượt xã xác xảy xây xe xem xét xin xóa xuất xuân xuống xử xứ xưa yên yếu yêu ý
"""
_COMMON: Final = frozenset(_COMMON_WORDS.split())
"""Everyday words of public notices; only used to choose between two code pages."""
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_WORDS: Final = re.compile("[^\0-@[-`{-~\xa0“”‘’–—…•]+")
"""What stands between spaces and punctuation; signs that may be letters are part of it."""
_ASCII_LETTER: Final = re.compile("[A-Za-z]")
_SMALL: Final = re.compile("[a-z]")
UNICODE_ONLY: Final = re.compile("[ĂăĐđĨĩŨũƠơƯư\u0300-\u0323\u1ea0-\u1ef9]")
"""Vietnamese letters and tones that no Western code page has: one proves that it is Unicode."""
_UNNATURAL: Final = re.compile(
    "[A-Za-zÀ-ÖØ-öø-ÿ][\x80-\x9f\xa1-\xbf×÷][A-Za-zÀ-ÖØ-öø-ÿ]|[a-zß-öø-ÿ][À-ÖØ-Þ]"
    "|^[Ðð]|[AEOaeo][ÂÁÀÅÃÄâáàåãä]|[Aa][ÊÈÜËêèüë]"
    "|[UYÔÖuyôö][ÙØÛÕÏùøûõï]|[AEOaeo][ØÕøõ]"
)


# --- the code pages ----------------------------------------------------------------------------

_UNUSED: Final = "·"
_LAST_CODE: Final = 0xFF
_TCVN3_LOW: Final = dict(
    zip("\x01\x02\x04\x05\x06\x11\x12\x13\x14\x15\x16\x17", "ÚỤỪỬỮỨỰỲỶỸÝỴ", strict=True)
)
_TCVN3_HIGH: Final = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨ"
    "ÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"
    "·ĂÂÊÔƠƯĐăâêôơưđẰ"  # AD, ư, is Unicode's soft hyphen
    "·····àảãáạẲằẳẵắẴ"  # B0 to B4 are combining tones, which no .VnTime font has
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽ"
    "éẹềểễếệìỉỄẾỒĩíịò"
    "Ổỏõóọồổỗốộờởỡớợù"
    "ỖủũúụừửữứựỳỷỹýỵỐ"
)
_VISCII_LOW: Final = dict(zip("\x02\x05\x06\x14\x19\x1e", "ẲẴẪỶỸỴ", strict=True))
_VISCII_HIGH: Final = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐ"
    "ỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"
    "·ắằặấầẩậẽẹếềểễệố"  # A0, Õ, is Unicode's fixed space: see _read_viscii
    "ồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ"
    "ĐứÒÓÔạỷừửÙÚỹỵÝỡư"
    "àáâãảăữẫèéêẻìíĩỉ"
    "đựòóôõỏọụùúũủýợỮ"
)
_VNI_MARKS: Final = {
    **dict.fromkeys("aeouyôö", "ùøûõï"),
    **{f"{base}^": "âáàåãä" for base in "aeo"},
    "a(": "êéèúüë",
}
"""The second letter of a pair: sắc, huyền, hỏi, ngã, nặng; with hat or breve, first of all bare."""


def _high(letters: str) -> dict[str, str]:
    return {
        chr(code): letter for code, letter in enumerate(letters, start=0x80) if letter != _UNUSED
    }


_PUNCTUATION: Final = "\xa0“”‘’–—…•"
"""Letters in VISCII, but what stands there may well be what it seems to be."""
_WINDOWS: Final = {
    char: chr(code)
    for code in range(0x80, 0xA0)
    if (char := bytes([code]).decode("cp1252", "ignore"))
}
"""Programs of Windows paste 0x80 to 0x9F not as control characters but as these."""


def _pasted(table: Mapping[str, str]) -> dict[str, str]:
    """Return the table with 0x80 to 0x9F as Windows pastes them beside the codes themselves."""
    windows = {char: table[code] for char, code in _WINDOWS.items() if char not in _PUNCTUATION}
    return {**table, **windows}


def _vni_pairs() -> dict[str, str]:
    """Return what each pair, and each letter that stands alone, means."""
    rows = {
        **dict(zip("aeouyôö", "aeouyơư", strict=True)),
        **dict(zip(("a^", "e^", "o^", "a("), "âêôă", strict=True)),
    }
    pairs = dict(zip("íìæóòîñôö", "íìỉĩịỵđơư", strict=True))
    for typed, plain in rows.items():
        tones = TONED[plain]
        meant = tones[1] + tones[0] + tones[2:]  # sắc first
        marks = _VNI_MARKS[typed]
        if len(marks) > len(meant):
            meant = plain + meant
        pairs |= {typed[0] + mark: letter for mark, letter in zip(marks, meant, strict=True)}
    del pairs["yï"]  # ỵ is î
    return pairs


_VNI_PAIRS: Final = _vni_pairs()
_VNI_TYPED: Final = re.compile("|".join(sorted(_VNI_PAIRS, key=len, reverse=True)), re.IGNORECASE)
_TCVN3: Final = str.maketrans(
    _TCVN3_LOW
    | {
        char: letter
        for char, letter in _pasted(_high(_TCVN3_HIGH)).items()
        if ord(char) <= _LAST_CODE or char.isalpha()  # .VnTime fonts have the other signs as well
    }
)
_VISCII: Final = str.maketrans(_VISCII_LOW | _pasted(_high(_VISCII_HIGH)))
_VISCII_PUNCTUATION: Final = str.maketrans(
    {"\xa0": "Õ"}
    | {char: _high(_VISCII_HIGH)[_WINDOWS[char]] for char in _PUNCTUATION if char in _WINDOWS}
)


def _read_vni(text: str) -> str:
    return _VNI_TYPED.sub(_vni_letter, text)


def _vni_letter(typed: re.Match[str]) -> str:
    letter = _VNI_PAIRS[typed[0].lower()]
    return letter.upper() if typed[0][0].isupper() else letter


_DOUBTFUL: Final = re.compile(
    rf"[^\W\d_]+[{_PUNCTUATION}][^\W\d_]*|[{_PUNCTUATION}][^\W\d_]+",
)


def _read_viscii(text: str) -> str:
    """Read it; punctuation is read as a letter only where that makes a syllable."""
    return _DOUBTFUL.sub(_sign_or_letter, text.translate(_VISCII))


def _sign_or_letter(found: re.Match[str]) -> str:
    word = found[0].translate(_VISCII_PUNCTUATION)
    return word if (word.isupper() or word.istitle()) and is_syllable(word) else found[0]


_LOST_HORN: Final = re.compile(r"(?<![ưừứửữự])[ơờớởỡợ](?=(?:c|ng|u)(?![^\W\d_]))", re.IGNORECASE)
"""Web forms drop soft hyphens, and TCVN3's ư with them; no syllable ends in -ơc, -ơng or -ơu."""


def _read_tcvn3_word(word: str) -> str:
    return _LOST_HORN.sub(r"ư\g<0>", word.translate(_TCVN3))


def _read_tcvn3(text: str) -> str:
    """Read it; capitals with tones are a matter of the font there, so the letters beside tell."""
    return "\n".join(_with_capitals(line) for line in _read_tcvn3_word(text).split("\n"))


_MANY_CAPITALS: Final = 3
_CAPITAL: Final = re.compile("[A-Z]")


def _with_capitals(line: str) -> str:
    shouted = not _SMALL.search(line) and len(_CAPITAL.findall(line)) >= _MANY_CAPITALS
    return _LETTERS.sub(lambda word: _capitals_as_beside(word[0], shouted=shouted), line)


def _capitals_as_beside(word: str, *, shouted: bool) -> str:
    capitals = len(_CAPITAL.findall(word))
    alone_in_front = capitals == 1 and word[0].isascii()  # the "T" of "Tú" says nothing of the ú
    all_capitals = capitals > 0 and not _SMALL.search(word) and not alone_in_front
    return word.upper() if shouted or all_capitals else word


def _code_page(
    encoding: Encoding,
    codes: frozenset[str],
    read: Callable[[str], str],
    read_word: Callable[[str], str],
) -> CodePage:
    signs = "".join(re.escape(code) for code in sorted(codes))
    return CodePage(encoding, codes, read, read_word, re.compile(f"[A-Za-zªµºÀ-ÖØ-öø-ɏ{signs}]+"))


def _keys(table: Mapping[int, str]) -> frozenset[str]:
    return frozenset(map(chr, table))


CODE_PAGES: Final = (
    _code_page(Encoding.TCVN3, _keys(_TCVN3), _read_tcvn3, _read_tcvn3_word),
    _code_page(Encoding.VNI, frozenset("".join(_VNI_PAIRS)), _read_vni, _read_vni),
    _code_page(
        Encoding.VISCII,
        _keys(_VISCII) | _keys(_VISCII_PUNCTUATION),
        _read_viscii,
        _read_viscii,
    ),
)
