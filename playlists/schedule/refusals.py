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


class EndlessRrule(ContentRefused):
    """The recurrence has neither COUNT nor UNTIL."""

    code: ClassVar[str] = "endless-rrule"


class ExplodingRrule(ContentRefused):
    """The recurrence means more occurrences than anybody wants. Facts: `reason`, `limit`."""

    code: ClassVar[str] = "exploding-rrule"


class OutOfHours(ContentRefused):
    """The area's hours forbid sound at that time. Facts: `policy`, `start`."""

    code: ClassVar[str] = "out-of-hours"


class UnknownPreset(ContentRefused):
    """No hours preset is called so. Facts: `name`, `known`."""

    code: ClassVar[str] = "unknown-preset"
