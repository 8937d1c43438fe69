"""What the rest of a month will take, by what is planned and by how the last days were. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from controller.datause import STEADY, Cause, Counted, Kind, Traffic, by_cause, live_bytes, summed
from controller.months import DAY, Month, day_of

STATES_PER_DAY: Final = 1_440
"""A gateway tells its state every minute, and whenever it changes."""
STATE_BYTES: Final = 466
"""Of a usual state's JSON. Measured."""
HISTORY: Final = 7 * DAY
"""How far back the usual day of a device is looked for."""
USUAL_DAY: Final[Counted] = {
    Kind.STATE: Traffic(STATES_PER_DAY * STATE_BYTES, STATES_PER_DAY),
    Kind.CONNECT: Traffic(0, 1),
}
"""What is assumed of a device that was not yet counted for a whole day."""


@dataclass(frozen=True, slots=True)
class Need:
    """An occurrence that needs a file: from `start` to `end`."""

    file: str
    """SHA-256."""
    kind: Kind
    size_bytes: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """How long a gateway holds a file that it fetched once."""

    file: str
    kind: Kind
    size_bytes: int
    needed_at: datetime
    """When the first occurrence of it starts."""
    until: datetime


def stretches(needs: Iterable[Need], lease: timedelta) -> list[Stretch]:
    """Return for how long each file is held, in order of need.

    A gateway throws away what its plan does not name. The plan names what starts within a lease: a
    file that rests for a lease or longer is fetched anew, every repeat before that is free.
    """
    found: dict[str, list[Stretch]] = defaultdict(list)
    for need in sorted(needs, key=lambda one: (one.start, one.end, one.file)):
        held = found[need.file]
        if held and need.start - held[-1].until < lease:
            last = held.pop()
            needed_at, until = last.needed_at, max(last.until, need.end)
        else:
            needed_at, until = need.start, need.end
        held.append(Stretch(need.file, need.kind, need.size_bytes, needed_at, until))
    return sorted(
        (one for held in found.values() for one in held), key=lambda one: (one.needed_at, one.file)
    )


def length_within(
    spans: Iterable[tuple[datetime, datetime]], start: datetime, end: datetime
) -> timedelta:
    """Return how long any of these spans lasts between two instants; a loudspeaker plays one."""
    total, reached = timedelta(0), start
    for begin, finish in sorted(spans):
        begin, finish = max(begin, reached), min(finish, end)  # noqa: PLW2901 -- clipped
        if finish > begin:
            total += finish - begin
            reached = finish
    return total


def usual_day(history: Mapping[date, Counted], first: date | None, today: date) -> Counted:
    """Return the average of the last whole days; `first` is the day on which counting began, days
    of silence may be missing in the history."""
    since = today if first is None else max(first + DAY, today - HISTORY)
    days = (today - since).days
    if days <= 0:
        return USUAL_DAY
    total = summed(counted for day, counted in history.items() if since <= day < today)
    return {kind: total[kind].times(1 / days) for kind in STEADY & total.keys()}


def steady(
    usual: Counted, length: timedelta, plan_bytes: int, renewal: timedelta
) -> dict[Kind, Traffic]:
    """Return what comes in so long a time without anybody planning it; a plan of this size is sent
    anew at least once every `renewal`."""
    expected = {kind: traffic.times(length / DAY) for kind, traffic in usual.items()}
    renewals = length // renewal
    plans = expected.get(Kind.PLAN, Traffic())
    expected[Kind.PLAN] = max(plans, Traffic(renewals * plan_bytes, renewals), key=_carried)
    return expected


Fetches = Mapping[tuple[str, Kind], Traffic]
"""Files by SHA-256 and kind."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known about one device when the rest of a month is estimated."""

    month: Month
    now: datetime
    lease: timedelta
    needs: Sequence[Need]
    """Of everything that ends after `look_back` and may be fetched before the month ends."""
    streams: Sequence[tuple[datetime, datetime]]
    """Planned streams, from when to when."""
    firmware: Sequence[Need]
    """Ordered, and not yet on the gateway."""
    planned_until: datetime
    """The device's plan names what starts before."""
    complete: bool
    """The device said that it has every file of that plan."""
    fetched: Mapping[str, Mapping[date, float]]
    """Bytes of each file that this device fetched, by day."""
    usual: Counted
    plan_bytes: int

    @staticmethod
    def look_back(now: datetime, lease: timedelta) -> datetime:
        """Return from when occurrences tell whether a file is still held."""
        return now - 2 * lease

    def files(self) -> Fetches:
        """Return which files will be fetched, each with what is missing of it."""
        begin, end = self.month.rest(self.now)
        found: dict[tuple[str, Kind], Traffic] = defaultdict(Traffic)
        for stretch, size_bytes in self._missing() if begin == self.now < end else ():
            if size_bytes > 0:
                found[stretch.file, stretch.kind] += Traffic(size_bytes, 1)
        for stretch in stretches(self.needs, self.lease):
            fetched_at = max(stretch.needed_at - self.lease, self.now)
            if stretch.needed_at >= self.planned_until and begin <= fetched_at < end:
                found[stretch.file, stretch.kind] += Traffic(stretch.size_bytes, 1)
        return found

    def expected(self, files: Fetches) -> dict[Cause, int]:
        """Return what the rest of the month will take with these files, overheads included, for
        every cause."""
        begin, end = self.month.rest(self.now)
        counted: dict[Kind, Traffic] = defaultdict(Traffic)
        if begin < end:
            counted |= steady(self.usual, end - begin, self.plan_bytes, self.lease / 2)
        for (_, kind), traffic in files.items():
            counted[kind] += traffic
        return by_cause(counted) | {Cause.LIVE: live_bytes(self._streaming())}

    def _streaming(self) -> timedelta:
        """Return how long streams will play; one that plays now counts whole, as it will be told
        only when it is over."""
        planned = [span for span in self.streams if span[1] > self.now]
        return length_within(planned, self.month.start, self.month.end)

    def _missing(self) -> Iterator[tuple[Stretch, float]]:
        """Yield what the device fetches now, and how much of it has not come yet."""
        for held in stretches(self.needs, self.lease):
            named = held.until > self.now and held.needed_at < self.planned_until
            if named and not self.complete:
                yield held, held.size_bytes - self._fetched(held)
        for held in stretches(self.firmware, self.lease):
            yield held, held.size_bytes - sum(self.fetched.get(held.file, {}).values())

    def _fetched(self, held: Stretch) -> float:
        """Return what came of a file since the gateway last had a reason to fetch it."""
        days = self.fetched.get(held.file, {})
        if held.needed_at < self.now - self.lease:  # and who knows since when
            return sum(days.values())
        since = day_of(held.needed_at - self.lease, self.month.tz)
        return sum(size for day, size in days.items() if day >= since)


def _carried(traffic: Traffic) -> float:
    return traffic.payload_bytes
