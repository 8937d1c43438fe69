"""A time rule as a sentence, in Vietnamese and in English: what people approve. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from playlists.schedule import instant, recurrence
from playlists.schedule.almanac import Almanac
from playlists.schedule.daytimes import part_named
from playlists.schedule.draft import OnHolidays, RuleDraft, TimesDraft
from playlists.schedule.rules import find_zone, holiday_names, read_time
from playlists.schedule.sun import SunEvent

MAX_DATES_SAID: Final = 3
"""More than these are counted instead of named."""
_RUN: Final = 3
"""So many days in a row are said as "from … to …"."""

_CODES: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAYS_VI: Final = (
    "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật"
)  # fmt: skip
_DAYS_EN: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"
)  # fmt: skip
_MONTHS_EN: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December"
)  # fmt: skip
_NTH_VI: Final = {1: "đầu tiên", 2: "lần hai", 3: "lần ba", 4: "lần tư", 5: "lần năm", -1: "cuối"}
_NTH_EN: Final = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}
_SUN_VI: Final = {SunEvent.RISE: "mặt trời mọc", SunEvent.SET: "mặt trời lặn"}
_SUN_EN: Final = {SunEvent.RISE: "sunrise", SunEvent.SET: "sunset"}
_UNITS: Final = {
    "DAILY": ("ngày", "day"),
    "WEEKLY": ("tuần", "week"),
    "MONTHLY": ("tháng", "month"),
    "YEARLY": ("năm", "year"),
    "HOURLY": ("giờ", "hour"),
}
_PLAIN: Final[dict[str, frozenset[str]]] = {
    "DAILY": frozenset(),
    "HOURLY": frozenset(),
    "WEEKLY": frozenset({"BYDAY"}),
    "MONTHLY": frozenset({"BYDAY", "BYMONTHDAY"}),
    "YEARLY": frozenset({"BYMONTH", "BYMONTHDAY"}),
}
"""What a sentence can say of each frequency; a rule with more is quoted."""
_ENDS: Final = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """The same in both languages, without a full stop."""

    vi: str
    en: str

    def __add__(self, other: "Sentence") -> "Sentence":
        return Sentence(self.vi + other.vi, self.en + other.en)


_COMMA: Final = Sentence(", ", ", ")
_NOTHING: Final = Sentence("", "")


def describe(draft: RuleDraft, tz: str, almanac: Almanac) -> Sentence:
    """Say a rule that `rules.parse` took: days, hours, holidays, dates, until when.

    Raises as `parse` does for what it would not take.
    """
    parts = [part for part in _parts(draft, tz, almanac) if part != _NOTHING]
    said = parts[0]
    for part in parts[1:]:
        said += _COMMA + part
    return Sentence(_capital(said.vi), _capital(said.en))


def _parts(draft: RuleDraft, tz: str, almanac: Almanac) -> Iterator[Sentence]:
    zone = find_zone(draft.tz or tz)
    read: Callable[[str, str], datetime] = lambda field, text: instant.to_wall(  # noqa: E731 -- two short uses
        read_time(field, text, zone), zone
    )
    start = None if draft.start is None else read("start", draft.start)
    end = None if draft.end is None else read("end", draft.end)
    fields = recurrence.split(draft.rrule) if draft.rrule is not None else {"FREQ": "DAILY"}
    if draft.recurs:
        yield _days(fields, start, draft)
        yield _hours(draft, almanac, fields, start, end)
        yield _holidays(draft, almanac)
    else:
        yield _once(start, end, draft)
    yield _dates("thêm", "also", draft.rdates)
    yield _dates("trừ", "except", draft.exdates)
    if draft.recurs:
        until = None if "UNTIL" not in fields else recurrence.until_of(fields["UNTIL"], zone)
        yield _span(draft, fields, start, until)
    if draft.tz is not None and draft.tz != tz:
        yield Sentence(f"giờ {draft.tz}", f"{draft.tz} time")


def _once(start: datetime | None, end: datetime | None, draft: RuleDraft) -> Sentence:
    if start is None:
        said = Sentence("ngay bây giờ", "right now")
        if end is not None:
            return said + Sentence(f" đến {_moment(end)}", f" until {_moment(end)}")
        return said if draft.duration_s is None else said + _COMMA + _length(draft.duration_s)
    end = _end(start, end, draft.duration_s)
    if end is not None and end.date() != start.date():
        return Sentence(
            f"từ {_moment(start)} đến {_moment(end)}", f"from {_moment(start)} to {_moment(end)}"
        )
    return Sentence(f"{_date(start)}, ", f"{_date(start)}, ") + _clock(start, end, draft)


def _days(fields: dict[str, str], start: datetime | None, draft: RuleDraft) -> Sentence:
    """Say which days, holidays aside."""
    if draft.rrule is None and draft.holidays in {OnHolidays.ONLY, OnHolidays.EVE}:
        return _NOTHING
    frequency = fields["FREQ"]
    every = _every(frequency, int(fields.get("INTERVAL", "1")))
    said: Sentence | None = every
    if fields.keys() - _ENDS - _PLAIN[frequency]:
        said = None
    elif frequency == "WEEKLY":
        said = _weekly(fields, start, every)
    elif frequency == "MONTHLY":
        said = _monthly(fields, start, every)
    elif frequency == "YEARLY":
        said = _yearly(fields, start, every)
    return said or Sentence(f"theo quy tắc {draft.rrule}", f"by the rule {draft.rrule}")


def _every(frequency: str, interval: int) -> Sentence:
    vi, en = _UNITS[frequency]
    if interval == 1:
        return Sentence("hằng " * (frequency != "HOURLY") + "mỗi " * (frequency == "HOURLY") + vi,
                        f"every {en}")  # fmt: skip
    return Sentence(f"{interval} {vi} một lần", f"every {interval} {en}s")


def _weekly(fields: dict[str, str], start: datetime | None, every: Sentence) -> Sentence:
    codes = fields["BYDAY"].split(",") if "BYDAY" in fields else None
    today = [start.weekday()] if start is not None else []
    days = today if codes is None else sorted({_CODES.index(code[-2:]) for code in codes})
    said = Sentence(_listed(days, _DAYS_VI, " và ", "đến"), _listed(days, _DAYS_EN, " and ", "to"))
    if len(days) == len(_CODES):
        said = Sentence("hằng ngày", "every day")
    elif not days:
        return every
    return said if every.en == "every week" else said + _COMMA + every


def _monthly(fields: dict[str, str], start: datetime | None, every: Sentence) -> Sentence | None:
    if fields.keys() >= {"BYDAY", "BYMONTHDAY"}:
        return None
    if "BYDAY" in fields:
        codes = [code.lstrip("+") for code in fields["BYDAY"].split(",")]
        numbered = [(int(code[:-2] or "0"), _CODES.index(code[-2:])) for code in codes]
        if any(nth not in _NTH_VI for nth, _ in numbered):
            return None
        vi = " và ".join(f"{_DAYS_VI[day]} {_NTH_VI[nth]}" for nth, day in numbered)
        en = " and ".join(f"the {_NTH_EN[nth]} {_DAYS_EN[day]}" for nth, day in numbered)
        return Sentence(f"{vi} {every.vi}", f"{en} of {every.en}")
    days = fields["BYMONTHDAY"].split(",") if "BYMONTHDAY" in fields else []
    if not days and start is not None:
        days = [str(start.day)]
    if not days:
        return every
    named = [int(day) for day in days]
    vi = _joined([f"{day}" if day > 0 else _from_end_vi(day) for day in named], " và ")
    en = _joined([f"{day}" if day > 0 else _from_end_en(day) for day in named], " and ")
    return Sentence(f"ngày {vi} {every.vi}", f"on day {en} of {every.en}")


def _from_end_vi(day: int) -> str:
    return "cuối" if day == -1 else f"thứ {-day} từ cuối"


def _from_end_en(day: int) -> str:
    return "last" if day == -1 else f"{-day} from the end"


def _yearly(fields: dict[str, str], start: datetime | None, every: Sentence) -> Sentence | None:
    if start is None:
        return None
    months = [int(one) for one in fields.get("BYMONTH", str(start.month)).split(",")]
    days = [int(one) for one in fields.get("BYMONTHDAY", str(start.day)).split(",")]
    pairs = [(day, month) for month in months for day in days]
    vi = _joined([f"ngày {day}/{month}" for day, month in pairs], " và ")
    en = _joined([f"{day} {_MONTHS_EN[month - 1]}" for day, month in pairs], " and ")
    return Sentence(f"{vi} {every.vi}", f"{en}, {every.en}")


def _hours(
    draft: RuleDraft,
    almanac: Almanac,
    fields: dict[str, str],
    start: datetime | None,
    end: datetime | None,
) -> Sentence:
    if draft.times is not None:
        said = _times(draft.times, almanac)
        return said if draft.duration_s is None else said + _COMMA + _length(draft.duration_s)
    by_rule = fields["FREQ"] == "HOURLY" or fields.keys() & {"BYHOUR", "BYMINUTE", "BYSECOND"}
    if start is None or by_rule:
        return _NOTHING if draft.duration_s is None else _length(draft.duration_s)
    return _clock(start, _end(start, end, draft.duration_s), draft)


def _times(times: TimesDraft, almanac: Almanac) -> Sentence:
    if times.part is not None:
        part = part_named(times.part, almanac)
        hours = f" ({part.start:%H:%M}–{part.end:%H:%M})"
        return Sentence(f"buổi {part.name}{hours}", f"{part.english}{hours}")
    if times.every_min is not None:
        return Sentence(
            f"{times.every_min} phút một lần từ {times.since} đến trước {times.until}",
            f"every {times.every_min} minutes from {times.since} until before {times.until}",
        )
    event = times.sun or SunEvent.RISE
    if times.offset_min == 0:
        return Sentence(f"lúc {_SUN_VI[event]}", f"at {_SUN_EN[event]}")
    way_vi, way_en = ("trước khi", "before") if times.offset_min < 0 else ("sau khi", "after")
    minutes = abs(times.offset_min)
    return Sentence(
        f"{minutes} phút {way_vi} {_SUN_VI[event]}", f"{minutes} minutes {way_en} {_SUN_EN[event]}"
    )


def _clock(start: datetime, end: datetime | None, draft: RuleDraft) -> Sentence:
    at = _hour(start)
    if end is None:
        return Sentence(f"lúc {at}", f"at {at}")
    if end - start >= timedelta(days=1):
        return Sentence(f"lúc {at}, ", f"at {at}, ") + _length((end - start).total_seconds())
    if draft.duration_s is not None and draft.duration_s % 60:
        return Sentence(f"lúc {at}, ", f"at {at}, ") + _length(draft.duration_s)
    return Sentence(f"{at}–{_hour(end)}", f"{at}–{_hour(end)}")


def _holidays(draft: RuleDraft, almanac: Almanac) -> Sentence:
    holiday_names(draft.holiday_names, almanac)
    english = {one.name: one.english for one in almanac.holidays}
    vi = ", ".join(draft.holiday_names) or "ngày lễ"
    en = ", ".join(english.get(name, name) for name in draft.holiday_names) or "holidays"
    match draft.holidays:
        case OnHolidays.ONLY:
            return Sentence(f"chỉ {vi}", f"only on {en}")
        case OnHolidays.EXCEPT:
            return Sentence(f"trừ {vi}", f"not on {en}")
        case OnHolidays.EVE:
            return Sentence(f"hôm trước {vi}", f"the day before {en}")
    return _NOTHING


def _dates(vi: str, en: str, dates: Sequence[str]) -> Sentence:
    if not dates:
        return _NOTHING
    if len(dates) > MAX_DATES_SAID:
        return Sentence(f"{vi} {len(dates)} lần", f"{en} {len(dates)} times")
    named = "; ".join(_written(text) for text in dates)
    return Sentence(f"{vi} {named}", f"{en} {named}")


def _written(text: str) -> str:
    at = datetime.fromisoformat(text)
    offset = f" {at:%z}" if at.tzinfo is not None else ""
    return _date(at) if len(text) == len("2026-12-31") else _moment(at) + offset


def _span(
    draft: RuleDraft, fields: dict[str, str], start: datetime | None, until: datetime | None
) -> Sentence:
    day = None if start is None else _date(start)
    if fields["FREQ"] == "HOURLY" and start is not None:
        day = _moment(start)
    said = [] if day is None else [Sentence(f"từ {day}", f"from {day}")]
    ends = [one for one in (until, _last_day(draft)) if one is not None]
    if ends:
        last = _date(min(ends))
        said.append(Sentence(f"đến hết {last}", f"until the end of {last}"))
    elif "COUNT" not in fields:
        said.append(Sentence("đến khi dừng", "until further notice"))
    told = Sentence(" ".join(one.vi for one in said), " ".join(one.en for one in said))
    if "COUNT" not in fields:
        return told
    times = Sentence(f"{fields['COUNT']} lần", f"{fields['COUNT']} times")
    return times if not said else told + _COMMA + times


def _last_day(draft: RuleDraft) -> datetime | None:
    if draft.last_day is None:
        return None
    return datetime.combine(date.fromisoformat(draft.last_day), datetime.min.time())


def _end(start: datetime, end: datetime | None, duration_s: float | None) -> datetime | None:
    if end is not None or duration_s is None:
        return end
    return start + timedelta(seconds=duration_s)


def _length(duration_s: float) -> Sentence:
    minutes, seconds = divmod(round(duration_s, 3), 60)
    hours, minutes = divmod(int(minutes), 60)
    parts = [(hours, "giờ", "h"), (minutes, "phút", "min"), (f"{seconds:g}", "giây", "s")]
    said = [one for one in parts if one[0] not in {0, "0"}]
    return Sentence(
        "dài " + " ".join(f"{count} {unit}" for count, unit, _ in said),
        "for " + " ".join(f"{count} {unit}" for count, _, unit in said),
    )


def _listed(days: Sequence[int], names: Sequence[str], last: str, to: str) -> str:
    run = len(days) >= _RUN and days[-1] - days[0] == len(days) - 1
    if run:
        return f"{names[days[0]]} {to} {names[days[-1]]}"
    return _joined([names[day] for day in days], last)


def _joined(words: Sequence[str], last: str) -> str:
    return last.join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _date(at: datetime) -> str:
    return f"{at:%d/%m/%Y}"


def _hour(at: datetime) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _moment(at: datetime) -> str:
    return f"{_hour(at)} {_date(at)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
