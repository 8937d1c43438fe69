"""Rules as sentences."""

import pytest
import timerules
from hypothesis import given

from playlists.schedule.almanac import BUILT_IN
from playlists.schedule.draft import OnHolidays, RuleDraft, TimesDraft
from playlists.schedule.sun import SunEvent
from playlists.schedule.wording import describe

HANOI = "Asia/Ho_Chi_Minh"
AT = "2026-11-25T17:00"
DAY = "2026-11-25"


@pytest.mark.parametrize(
    ("rule", "vi", "en"),
    [
        (RuleDraft(AT, duration_s=900), "25/11/2026, 17:00–17:15", "25/11/2026, 17:00–17:15"),
        (RuleDraft(duration_s=60), "Ngay bây giờ, dài 1 phút", "Right now, for 1 min"),
        (RuleDraft(AT), "25/11/2026, lúc 17:00", "25/11/2026, at 17:00"),
        (
            RuleDraft(AT, duration_s=5400.5),
            "25/11/2026, lúc 17:00, dài 1 giờ 30 phút 0.5 giây",
            "25/11/2026, at 17:00, for 1 h 30 min 0.5 s",
        ),
        (
            RuleDraft(AT, end="2026-11-27T08:00"),
            "Từ 17:00 25/11/2026 đến 08:00 27/11/2026",
            "From 17:00 25/11/2026 to 08:00 27/11/2026",
        ),
        (
            RuleDraft(
                AT,
                duration_s=900,
                rrule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
                holidays=OnHolidays.EXCEPT,
            ),
            "Thứ Hai đến thứ Sáu, 17:00–17:15, trừ ngày lễ, từ 25/11/2026 đến khi dừng",
            "Monday to Friday, 17:00–17:15, not on holidays, from 25/11/2026 until further notice",
        ),
        (
            RuleDraft(
                None,
                duration_s=900,
                rrule="FREQ=WEEKLY;BYDAY=SA,MO;INTERVAL=2;COUNT=10",
                exdates=("2026-12-24",),
            ),
            "Thứ Hai và thứ Bảy, 2 tuần một lần, dài 15 phút, trừ 24/12/2026, 10 lần",
            "Monday and Saturday, every 2 weeks, for 15 min, except 24/12/2026, 10 times",
        ),
        (
            RuleDraft(DAY, times=TimesDraft(part="tối"), last_day="2026-12-31"),
            "Hằng ngày, buổi tối (18:00–22:00), từ 25/11/2026 đến hết 31/12/2026",
            "Every day, evening (18:00–22:00), from 25/11/2026 until the end of 31/12/2026",
        ),
        (
            RuleDraft(
                None,
                times=TimesDraft(every_min=10, since="05:00", until="06:00"),
                duration_s=60,
                rrule="FREQ=WEEKLY;BYDAY=SU;COUNT=2",
            ),
            "Chủ nhật, 10 phút một lần từ 05:00 đến trước 06:00, dài 1 phút, 2 lần",
            "Sunday, every 10 minutes from 05:00 until before 06:00, for 1 min, 2 times",
        ),
        (
            RuleDraft(times=TimesDraft(sun=SunEvent.SET, offset_min=-15), duration_s=300),
            "Hằng ngày, 15 phút trước khi mặt trời lặn, dài 5 phút, đến khi dừng",
            "Every day, 15 minutes before sunset, for 5 min, until further notice",
        ),
        (
            RuleDraft(
                AT, duration_s=600, holidays=OnHolidays.EVE, holiday_names=("Giỗ Tổ Hùng Vương",)
            ),
            "17:00–17:10, hôm trước Giỗ Tổ Hùng Vương, từ 25/11/2026 đến khi dừng",
            "17:00–17:10, the day before Hung Kings' Day, from 25/11/2026 until further notice",
        ),
        (
            RuleDraft(AT, duration_s=600, rrule="FREQ=MONTHLY;BYDAY=-1FR;COUNT=3"),
            "Thứ Sáu cuối hằng tháng, 17:00–17:10, từ 25/11/2026, 3 lần",
            "The last Friday of every month, 17:00–17:10, from 25/11/2026, 3 times",
        ),
        (
            RuleDraft(AT, duration_s=600, rrule="FREQ=MONTHLY;BYMONTHDAY=1,15,-1;COUNT=3"),
            "Ngày 1, 15 và cuối hằng tháng, 17:00–17:10, từ 25/11/2026, 3 lần",
            "On day 1, 15 and last of every month, 17:00–17:10, from 25/11/2026, 3 times",
        ),
        (
            RuleDraft(AT, duration_s=600, rrule="FREQ=YEARLY;COUNT=3", tz="Europe/Berlin"),
            "Ngày 25/11 hằng năm, 17:00–17:10, từ 25/11/2026, 3 lần, giờ Europe/Berlin",
            "25 November, every year, 17:00–17:10, from 25/11/2026, 3 times, Europe/Berlin time",
        ),
        (
            RuleDraft(AT, duration_s=60, rrule="FREQ=HOURLY;INTERVAL=3;COUNT=5"),
            "3 giờ một lần, dài 1 phút, từ 17:00 25/11/2026, 5 lần",
            "Every 3 hours, for 1 min, from 17:00 25/11/2026, 5 times",
        ),
        (
            RuleDraft(AT, duration_s=60, rrule="FREQ=YEARLY;BYWEEKNO=20;COUNT=3"),
            "Theo quy tắc FREQ=YEARLY;BYWEEKNO=20;COUNT=3, 17:00–17:01, từ 25/11/2026, 3 lần",
            "By the rule FREQ=YEARLY;BYWEEKNO=20;COUNT=3, 17:00–17:01, from 25/11/2026, 3 times",
        ),
        (
            RuleDraft(
                AT, duration_s=60, rdates=tuple(f"2026-12-0{day}T06:00" for day in range(1, 6))
            ),
            "25/11/2026, 17:00–17:01, thêm 5 lần",
            "25/11/2026, 17:00–17:01, also 5 times",
        ),
    ],
)
def test_sentences(rule, vi, en):
    said = describe(rule, HANOI, BUILT_IN)
    assert (said.vi, said.en) == (vi, en)


@given(draft=timerules.drafts())
def test_every_rule_has_a_sentence_and_it_names_the_zone(draft):
    said = describe(draft, HANOI, BUILT_IN)
    assert said.vi[0].isupper() or said.vi[0].isdigit()
    assert (draft.tz in said.en) == (draft.tz in said.vi) == (draft.tz != HANOI)
