"""Endless rules and the site's almanac, from the store to the plan."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from district_of_five import populate
from drafts import CHIEF, draft

from controller.bootstrap import prepare
from controller.errors import BrokenAlmanac
from controller.settings import Settings
from controller.store import plans
from playlists.schedule import plan
from playlists.schedule.draft import OnHolidays, RuleDraft, TimesDraft

DAILY = RuleDraft("2026-11-25T17:00", duration_s=600, rrule="FREQ=DAILY")
MARKET = RuleDraft("2026-11-25", times=TimesDraft(part="chợ"), rrule="FREQ=DAILY")


def planned(services, device="bang-1"):
    with services.store.read() as tx:
        return plan.decode(plans.current(tx, device).payload)


def test_a_lease_is_filled_again_and_again_from_a_rule_without_an_end(services, clock):
    made = services.broadcasts.create(draft(services, "device:bang-1", rule=DAILY), CHIEF)
    assert len(planned(services).items) == 7  # it begins tomorrow
    for _ in range(3):
        clock.turn(days=700)
        with services.store.write() as tx:
            services.planner.replan(tx, ["bang-1"])
        held = planned(services)
        assert len(held.items) == 8
        assert held.items[0].start >= clock.now()
    services.broadcasts.cancel(made.id, CHIEF)
    assert planned(services).items == ()


def test_the_dates_of_holidays_follow_the_site(tmp_path, clock):
    folder = tmp_path / "dữ liệu"
    chosen = Settings(data_dir=folder, tenant="thu")
    workdays = replace(DAILY, holidays=OnHolidays.EXCEPT)
    with prepare(chosen, clock) as services:
        populate(services)
        services.broadcasts.create(draft(services, "device:bang-1", rule=workdays), CHIEF)
        assert len(planned(services).items) == 7
    chosen.almanac.write_text("26/11 - 27/11 = Hội làng\nbuổi chợ = 04:30-05:30\n", "utf-8")
    with prepare(chosen, clock) as services:
        with services.store.write() as tx:
            services.planner.replan(tx, ["bang-1"])
        assert len(planned(services).items) == 5
        made = services.broadcasts.create(draft(services, "device:bang-1", rule=MARKET), CHIEF)
        (first, *_) = planned(services).items
        assert (first.start, first.end) == (
            datetime(2026, 11, 24, 21, 30, tzinfo=UTC), datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
        )  # fmt: skip
    chosen.almanac.write_text("", "utf-8")  # nobody knows the market's hours any more
    with prepare(chosen, clock) as services:
        with services.store.write() as tx:
            services.planner.replan(tx, ["bang-1"])
        assert len(planned(services).items) == 7
        assert "không còn đọc được" in services.calendars.said(made).vi
        now = clock.now()
        calendar = services.calendars.of_device("bang-1", now, now + timedelta(days=9))
        assert calendar.count(b"BEGIN:VEVENT") == 1
    chosen.almanac.write_text("hôm nay nghỉ", "utf-8")
    with pytest.raises(BrokenAlmanac, match=r"lich\.txt.*line 1"), prepare(chosen, clock):
        pass
