"""The JSON of quotas and of how they stand."""

from datetime import date, timedelta
from typing import Annotated, Final, Self

from pydantic import BaseModel, Field

from api.forms import In
from api.rhythmwords import MARKS
from api.schemas import Instant, Name
from controller.model import ContentKind
from controller.quotas import Standing
from controller.rhythm import Every, Mark, Quota, QuotaDraft

MAX_NUMBER: Final = 100
"""Items of a turn."""
FOUR_HOURS_S: Final = 4 * 3_600
LONGEST_WARNING_S: Final = 31 * 86_400
TIME: Final = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"


class QuotaIn(In):
    """What an editor asks for."""

    name: Name
    area: Name
    each: bool = False
    """Asked of each area directly below, such as each ward of a district."""
    campaign: Annotated[str, Field(max_length=80)] = ""
    kind: ContentKind | None = None
    number: Annotated[int, Field(ge=1, le=MAX_NUMBER)] = 1
    every: Every
    deadline_day: int | None = None
    """Of a week 1 (Monday) to 7, of a month 1 to 31; null = its last day."""
    deadline_time: Annotated[str, Field(pattern=TIME)] = "24:00"
    """On the wall clock of the area."""
    warn_ahead_s: Annotated[int, Field(ge=0, le=LONGEST_WARNING_S)] = FOUR_HOURS_S

    def to_draft(self) -> QuotaDraft:
        """Return the same as the controller takes it."""
        hours, _, minutes = self.deadline_time.partition(":")
        return QuotaDraft(
            name=self.name,
            area=self.area,
            each=self.each,
            campaign=self.campaign.strip(),
            kind=self.kind,
            number=self.number,
            every=self.every,
            deadline_day=self.deadline_day,
            deadline_min=60 * int(hours) + int(minutes),
            warn_ahead=timedelta(seconds=self.warn_ahead_s),
        )


class QuotaOut(BaseModel):
    """A quota as remembered."""

    id: str
    name: str
    area: str
    each: bool
    campaign: str
    kind: ContentKind | None
    number: int
    every: Every
    deadline_day: int | None
    deadline_time: str
    warn_ahead_s: int
    created_at: Instant
    created_by: str
    ended_at: Instant | None

    @classmethod
    def of(cls, quota: Quota) -> Self:
        """Show a quota."""
        hours, minutes = divmod(quota.deadline_min, 60)
        return cls(
            id=quota.id,
            name=quota.name,
            area=quota.area,
            each=quota.each,
            campaign=quota.campaign,
            kind=quota.kind,
            number=quota.number,
            every=quota.every,
            deadline_day=quota.deadline_day,
            deadline_time=f"{hours:02}:{minutes:02}",
            warn_ahead_s=quota.warn_ahead // timedelta(seconds=1),
            created_at=quota.created_at,
            created_by=quota.created_by,
            ended_at=quota.ended_at,
        )


class StandingOut(BaseModel):
    """How a quota stands in an area, in one turn."""

    quota: QuotaOut
    area: str
    area_name: str
    tz: str
    start: Instant
    deadline: Instant
    deadline_on: date
    """The same day as people of the area say it."""
    end: Instant
    mark: Mark
    said: str
    done: int
    planned: int
    lacking: int
    after: int
    """Begun only after the deadline."""
    warns: bool
    """Something is missing, and there is little time."""

    @classmethod
    def of(cls, one: Standing) -> Self:
        """Show how a quota stands."""
        told = one.tally
        return cls(
            quota=QuotaOut.of(one.quota),
            area=one.area.id,
            area_name=one.area.name,
            tz=one.tz,
            start=one.turn.start,
            deadline=one.turn.deadline,
            deadline_on=one.turn.day,
            end=one.turn.end,
            mark=told.mark,
            said=MARKS[told.mark],
            done=told.done,
            planned=told.planned,
            lacking=told.lacking,
            after=told.after,
            warns=told.is_alarming,
        )
