"""The gateway's clock, and whether it can be believed."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

BUILT: Final = datetime(2026, 11, 1, tzinfo=UTC)
"""It is later than this: a clock that says otherwise has forgotten the time."""
TOLERANCE: Final = timedelta(minutes=5)
STEP_CHECK_S: Final = 1.0
"""A sleeper looks at the wall clock this often, so that a clock step is noticed."""


class Clock(Protocol):
    """Wall-clock time as an argument."""

    @property
    def trusted(self) -> bool:
        """Say whether `now` can be believed; nothing scheduled plays while it cannot."""

    def now(self) -> datetime:
        """Return the instant, UTC."""

    async def sleep_until(self, at: datetime | None) -> None:
        """Return at that instant or soon after; MAY return early; None = sleep for ever."""

    def learn(self, past: datetime) -> None:
        """Be told of an instant that is certainly past, such as a signed plan's issue."""


class SystemClock:
    """The machine's clock. It is not trusted when it lies before something known to be past."""

    def __init__(self) -> None:
        self._past = BUILT

    @property
    def trusted(self) -> bool:
        """Say whether the clock is plausible."""
        return self.now() >= self._past - TOLERANCE

    def now(self) -> datetime:
        """Return the instant, UTC."""
        return datetime.now(UTC)

    async def sleep_until(self, at: datetime | None) -> None:
        """Sleep in short pieces, each measured against the wall clock."""
        remaining_s = STEP_CHECK_S if at is None else (at - self.now()).total_seconds()
        await asyncio.sleep(min(max(remaining_s, 0.0), STEP_CHECK_S))

    def learn(self, past: datetime) -> None:
        """Raise what is known to be past."""
        self._past = max(self._past, past)
