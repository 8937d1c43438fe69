"""Why a time rule cannot be used: leaves of ContentRefused with a stable code and facts."""

from typing import ClassVar

from playlists.errors import ContentRefused


class UnknownZone(ContentRefused):
    """No time zone is called so. Fact: `tz`."""

    code: ClassVar[str] = "unknown-zone"


class BadTime(ContentRefused):
    """A text is no date and time. Facts: `field` (start or end), `value`."""

    code: ClassVar[str] = "bad-time"


class NonexistentTime(ContentRefused):
    """The clock jumps over this wall time. Facts: `time`, `tz`."""

    code: ClassVar[str] = "nonexistent-time"


class EndBeforeStart(ContentRefused):
    """The end is not after the start. Facts: `start`, `end`."""

    code: ClassVar[str] = "end-before-start"


class NoDuration(ContentRefused):
    """Neither an end nor a duration was given, and the content has no length of its own."""

    code: ClassVar[str] = "no-duration"


class TwoEnds(ContentRefused):
    """Both an end and a duration were given. Facts: `end`, `duration_s`."""

    code: ClassVar[str] = "two-ends"


class BadDuration(ContentRefused):
    """The duration is not above zero, or too long. Facts: `duration_s`, `limit_s`."""

    code: ClassVar[str] = "bad-duration"


class InThePast(ContentRefused):
    """All of it, or the start of a one-off, is over. Facts: `start`, `now`."""

    code: ClassVar[str] = "in-the-past"


class TooFarAhead(ContentRefused):
    """The start is years away, which is most likely a slip. Facts: `start`, `limit_years`."""

    code: ClassVar[str] = "too-far-ahead"


class BadRrule(ContentRefused):
    """The recurrence text makes no sense. Fact: `reason`."""

    code: ClassVar[str] = "bad-rrule"


class NeverHappens(ContentRefused):
    """No day and no hour fits all that the rule says."""

    code: ClassVar[str] = "never-happens"


class PartsClash(ContentRefused):
    """Two parts of the rule contradict each other, or one is out of range. Fact: `reason`."""

    code: ClassVar[str] = "rule-parts-clash"


class UnknownPart(ContentRefused):
    """No part of the day is called so. Facts: `name`, `known`."""

    code: ClassVar[str] = "unknown-part"


class UnknownHoliday(ContentRefused):
    """No holiday is called so. Facts: `name`, `known`."""

    code: ClassVar[str] = "unknown-holiday"


class WindowTooLong(ContentRefused):
    """A rule without an end was asked for too many years at once. Fact: `limit_days`."""

    code: ClassVar[str] = "window-too-long"


class NotACalendar(ContentRefused):
    """A file is no iCalendar file, or damaged. Fact: `reason`."""

    code: ClassVar[str] = "not-a-calendar"


class CalendarTooLarge(ContentRefused):
    """An iCalendar file is larger than any schedule. Facts: `what`, `limit`."""

    code: ClassVar[str] = "calendar-too-large"


class CalendarUnsupported(ContentRefused):
    """An event says something that no rule can. Fact: `what`."""

    code: ClassVar[str] = "calendar-unsupported"


class ExplodingRrule(ContentRefused):
    """The recurrence means more occurrences than anybody wants. Facts: `reason`, `limit`."""

    code: ClassVar[str] = "exploding-rrule"


class OutOfHours(ContentRefused):
    """The area's hours forbid sound at that time of day.

    Facts: `policy`, `rule` (earliest-start, latest-end or window), `start`, `local` (the same on
    the area's clocks), `allowed` (the windows, as text).
    """

    code: ClassVar[str] = "out-of-hours"


class DayForbidden(ContentRefused):
    """The area's hours forbid sound on that day. Facts: `policy`, `rule`, `start`, `local`."""

    code: ClassVar[str] = "day-forbidden"


class TooManySessions(ContentRefused):
    """The day has its sessions already. Facts: `policy`, `rule`, `start`, `local`, `limit`,
    `gap_s` (what follows sooner is the same session)."""

    code: ClassVar[str] = "too-many-sessions"


class SessionTooLong(ContentRefused):
    """The session this sound belongs to would be too long.

    Facts: `policy`, `rule`, `start`, `local`, `session` (its start), `found_min`, `limit_min`,
    `gap_s` (what follows sooner is the same session).
    """

    code: ClassVar[str] = "session-too-long"


class PassRuleBounds(ContentRefused):
    """A rule of passes makes no sense. Facts: `field`, `value`, `least`, `limit`, `unit`."""

    code: ClassVar[str] = "pass-rule-bounds"


class UnknownPreset(ContentRefused):
    """No hours preset is called so. Facts: `name`, `known`."""

    code: ClassVar[str] = "unknown-preset"


class ZonePoints(ContentRefused):
    """A zone has too few or too many corners, or they make no area. Facts: `count`, `least`,
    `limit`."""

    code: ClassVar[str] = "zone-points"


class ZoneBadPlace(ContentRefused):
    """A corner of a zone is nowhere a truck drives. Facts: `lat`, `lon`."""

    code: ClassVar[str] = "zone-bad-place"


class ZoneSize(ContentRefused):
    """A zone is too large, most likely a slip in one corner. Fact: `limit_km`."""

    code: ClassVar[str] = "zone-size"


class ZoneCrossesItself(ContentRefused):
    """The edges of a zone cross each other."""

    code: ClassVar[str] = "zone-crosses-itself"
