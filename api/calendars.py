"""The JSON of rules in words, and of what stands in a calendar file."""

from typing import Self

from pydantic import BaseModel

from api import problems
from api.schemas import RuleIn, SaidOut
from controller.calendars import ToldEvent, ToldRule


class RuleToldOut(BaseModel):
    """A rule, what it says, and its next starts on the area's clocks, with their offset."""

    rule: RuleIn
    said: SaidOut
    next: list[str]

    @classmethod
    def of(cls, told: ToldRule) -> Self:
        """Show a rule."""
        return cls(
            rule=RuleIn.of(told.rule),
            said=SaidOut(vi=told.said.vi, en=told.said.en),
            next=list(told.next),
        )


class EventOut(BaseModel):
    """An event of a calendar file: `rule`, `said` and `next`, or the `problem` why not."""

    uid: str
    title: str
    rule: RuleIn | None = None
    said: SaidOut | None = None
    next: list[str] = []
    problem: dict[str, object] | None = None


def told_event(event: ToldEvent) -> EventOut:
    """Show an event."""
    shown = EventOut(uid=event.uid, title=event.title)
    if event.refusal is not None:
        shown.problem = problems.document(event.refusal.code, event.refusal.facts)
    if event.told is not None:
        told = RuleToldOut.of(event.told)
        shown.rule, shown.said, shown.next = told.rule, told.said, told.next
    return shown
