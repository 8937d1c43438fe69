"""The lunar calendar against the days of Tết and of the Hùng Kings as they are commonly known."""

from datetime import date

import pytest

from playlists.schedule import lunar
from playlists.schedule.almanac import BUILT_IN

TET = [
    "1968-01-29",
    "1969-02-16",
    "1984-02-02",
    "1985-01-21",
    "1986-02-09",
    "2000-02-05",
    "2006-01-29",
    "2007-02-17",
    "2008-02-07",
    "2014-01-31",
    "2015-02-19",
    "2020-01-25",
    "2021-02-12",
    "2022-02-01",
    "2023-01-22",
    "2024-02-10",
    "2025-01-29",
    "2026-02-17",
    "2027-02-06",
    "2028-01-26",
    "2029-02-13",
    "2030-02-02",
    "2031-01-23",
    "2032-02-11",
    "2033-01-31",
    "2034-02-19",
    "2035-02-08",
    "2036-01-28",
    "2037-02-15",
    "2038-02-04",
    "2039-01-24",
    "2040-02-12",
    "2041-02-01",
    "2042-01-22",
    "2043-02-10",
    "2044-01-30",
    "2045-02-17",
    "2046-02-06",
    "2047-01-26",
    "2048-02-14",
    "2049-02-02",
    "2050-01-23",
]
HUNG_KINGS = [
    "2022-04-10",
    "2023-04-29",
    "2024-04-18",
    "2025-04-07",
    "2026-04-26",
    "2027-04-16",
    "2028-04-04",
    "2029-04-23",
    "2030-04-12",
]


@pytest.mark.parametrize("day", TET)
def test_the_first_of_the_first(day):
    assert lunar.to_solar(int(day[:4]), 1, 1).isoformat() == day


@pytest.mark.parametrize("day", HUNG_KINGS)
def test_the_tenth_of_the_third(day):
    assert lunar.to_solar(int(day[:4]), 3, 10).isoformat() == day


@pytest.mark.parametrize(
    ("vietnam", "china"),
    [
        ("1968-01-29", "1968-01-30"),
        ("1969-02-16", "1969-02-17"),
        ("1985-01-21", "1985-02-20"),
        ("2007-02-17", "2007-02-18"),
        ("2030-02-02", "2030-02-03"),
    ],
)
def test_years_in_which_china_celebrates_another_day(vietnam, china):
    assert lunar.to_solar(int(vietnam[:4]), 1, 1).isoformat() == vietnam != china


def test_other_feasts_also_beside_leap_months():
    feasts = {
        (2025, 8, 15): date(2025, 10, 6),  # after the leap sixth month
        (2025, 7, 15): date(2025, 9, 6),
        (2023, 8, 15): date(2023, 9, 29),  # after the leap second month
        (2033, 12, 23): date(2034, 2, 11),  # after the leap eleventh month
        (2026, 5, 5): date(2026, 6, 19),
    }
    assert {day: lunar.to_solar(*day) for day in feasts} == feasts


def test_the_thirtieth_of_a_month_of_twenty_nine_days_is_its_last():
    assert lunar.to_solar(2024, 12, 30) == date(2025, 1, 28)  # 29 days: Tết is on the 29th
    assert lunar.to_solar(2023, 12, 30) == date(2024, 2, 9)  # 30 days


def test_tet_is_a_span_and_holidays_have_names():
    names = {
        date(2025, 1, 27): None,
        date(2025, 1, 28): "Tết Nguyên Đán",
        date(2025, 2, 1): "Tết Nguyên Đán",
        date(2025, 2, 2): None,
        date(2026, 4, 26): "Giỗ Tổ Hùng Vương",
        date(2026, 9, 2): "Quốc khánh",
    }
    for day, name in names.items():
        assert BUILT_IN.names_on(day) == ({name} if name else set()), day
