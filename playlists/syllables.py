"""What could be one syllable of Vietnamese, by the rules of spelling."""

import re
from functools import cache
from itertools import product
from typing import Final

TONED: Final = {
    "a": "àáảãạ",
    "ă": "ằắẳẵặ",
    "â": "ầấẩẫậ",
    "e": "èéẻẽẹ",
    "ê": "ềếểễệ",
    "i": "ìíỉĩị",
    "o": "òóỏõọ",
    "ô": "ồốổỗộ",
    "ơ": "ờớởỡợ",
    "u": "ùúủũụ",
    "ư": "ừứửữự",
    "y": "ỳýỷỹỵ",
}
"""Vowels with the five written tones, in the order huyền, sắc, hỏi, ngã, nặng."""
_WITHOUT_TONE: Final = str.maketrans(
    {toned: plain for plain, row in TONED.items() for toned in row}
)
_TONE: Final = re.compile(f"[{''.join(TONED.values())}]")
_STOPPED: Final = re.compile("(?:ch|[ckpt])$")
_STOPPED_TONES: Final = frozenset("".join(row[1] + row[4] for row in TONED.values()))
"""A syllable that ends in a stop is high rising or low: sắc or nặng, nothing else."""

_FRONT: Final = """
    e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu i ia ich im in inh ip it iu
    iêc iêm iên iêng iêp iêt iêu
"""
_BACK: Final = """
    a ac ach ai am an ang anh ao ap at au ay ăc ăk ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi
    om on ong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uênh ui um un ung uơ up ut uy uya uych uynh uyt uyên uyêt uyu
    uôc uôi uôm uôn uông uôt ư ưa ưc ưi ưm ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
"""
_GLIDING: Final = """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng ât ây e en eo et
    ôc ê ên ênh êch êt i ich in inh it ơ ơi ơn ơt y ych yên yêt ynh yt yn
"""
_ALONE: Final = "y yêm yên yêng yêt yêu"


@cache
def _syllables() -> frozenset[str]:
    """Return all syllables without tones that the spelling rules allow."""
    front, back, gliding = _FRONT.split(), _BACK.split(), _GLIDING.split()
    families = (
        (("", "b", "ch", "d", "đ", "h", "kh", "l", "m", "n", "nh"), front + back),
        (("ph", "r", "s", "t", "th", "tr", "v", "x", "gi"), front + back),
        (("c", "g", "ng"), back),
        (("k", "gh", "ngh"), front),
        (("g",), [rhyme for rhyme in front if rhyme.startswith("i")]),
        (("qu",), gliding),
        (("h", "k", "l", "m", "s", "t", "v", "qu"), ["y"]),
        (("",), _ALONE.split()),
    )
    return frozenset(
        onset + rhyme for onsets, rhymes in families for onset, rhyme in product(onsets, rhymes)
    )


@cache
def _bare_syllables() -> frozenset[str]:
    return frozenset(word.translate(_BARE) for word in _syllables())


_BARE: Final = str.maketrans("ăâđêôơư", "aadeoou")


def is_bare_syllable(word: str) -> bool:
    """Tell whether small letters could be a syllable typed without any mark: "phuong"."""
    return word in _bare_syllables()


def is_syllable(word: str) -> bool:
    """Tell whether a word, in any case, could be one syllable of Vietnamese."""
    word = word.lower()
    tones = _TONE.findall(word)
    if len(tones) > 1 or word.translate(_WITHOUT_TONE) not in _syllables():
        return False
    return not _STOPPED.search(word) or (bool(tones) and tones[0] in _STOPPED_TONES)
