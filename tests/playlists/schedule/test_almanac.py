"""What a site says of its days and hours."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playlists.errors import BadBytes
from playlists.schedule import almanac

OWN = """
nơi = 16.06, 108.22      # Đà Nẵng
buổi tối = 19:00-21:30
buổi chợ đêm (night market) = 18:00-01:00
âm 16/2 - 18/2 = Lễ hội Quán Thế Âm
29/2 = Ngày nhuận
29/3/2027 = Ngày giải phóng Đà Nẵng (Liberation)
30/12/2026 - 2/1/2027 = Nghỉ bù
2/9 - 3/9 = Quốc khánh
1/5/2027 = Ngày Giải phóng miền Nam
"""


def test_a_site_adds_to_what_every_site_knows_and_its_names_win():
    own = almanac.read(OWN, almanac.BUILT_IN)
    assert (own.lat, own.lon) == (16.06, 108.22)
    assert f"{own.part('Buổi tối').end:%H:%M}" == "21:30"
    assert own.part("chợ đêm").english == "night market"
    assert own.part("sáng") == almanac.BUILT_IN.part("sáng")
    expected = {
        date(2027, 3, 24): "Lễ hội Quán Thế Âm",  # 17 of the second, by a printed calendar
        date(2027, 2, 28): "Ngày nhuận",
        date(2028, 2, 29): "Ngày nhuận",
        date(2027, 3, 29): "Ngày giải phóng Đà Nẵng",
        date(2026, 12, 31): "Nghỉ bù",
        date(2027, 9, 3): "Quốc khánh",
        date(2028, 5, 1): "Quốc tế Lao động",
    }
    assert {day: [*own.names_on(day)] for day in expected} == {
        day: [name] for day, name in expected.items()
    }
    assert not own.names_on(date(2028, 3, 29))
    assert not own.names_on(date(2027, 4, 30))


@pytest.mark.parametrize(
    "line",
    [
        "31/2 = Sai",
        "âm 31/1 = Sai",
        "âm 1/13 = Sai",
        "1/1 - 31/12 = Cả năm",
        "3/9/2027 - 2/9/2027 = Sai",
        "2/9/2027 - 3/9 = Nửa",
        "1/1/0001 = Xưa",
        "buổi tối = 25:00-26:00",
        "buổi tối = 19h-21h",
        "nơi = 108, 16",
        "xin chào",
        "1/1 =",
        "= Tết",
        "1/1 = " + "x" * 200,
    ],
)
def test_a_line_that_says_nothing_is_named(line):
    with pytest.raises(BadBytes, match="line 2"):
        almanac.read(f"# ngày lễ\n{line}\n")


@given(
    text=st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                [
                    "âm ",
                    "30/12",
                    " - ",
                    "4/1",
                    "/2027",
                    " = ",
                    "Tết",
                    "buổi ",
                    "tối",
                    "22:00",
                    "-",
                    "nơi",
                    "21.0",
                    ",",
                    "(",
                    ")",
                    "\n",
                    "99/99",
                ]
            ),
            max_size=12,
        ).map("".join),
    )
)
def test_any_text_is_an_almanac_or_refused(text):
    try:
        found = almanac.read(text)
    except BadBytes:
        return
    found.names_on(date(2027, 2, 6))
