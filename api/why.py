"""The JSON of explanations: why something is on, who may still show it, who lags behind."""

from typing import Annotated, Self

from pydantic import Field

from api import whywords
from api.forms import Out
from api.schemas import Instant
from api.whywords import Told
from controller.areas import DEFAULT_TZ
from controller.conflicts import Found, Kind
from controller.explain import Explained, Gap, Withheld
from controller.model import BroadcastState
from controller.reach import Hold, Lag, Laggard, Reached
from playlists.schedule.explain import Judged, Reason, Standing
from playlists.schedule.plan import BroadcastClass


class ToldOut(Out):
    """A sentence in two languages."""

    vi: str
    en: str


class JudgedOut(Out):
    """Something due, and why it is on or not."""

    broadcast: str
    occurrence: str
    title: str
    broadcast_class: Annotated[BroadcastClass, Field(serialization_alias="class")]
    priority: int
    start: Instant
    end: Instant
    reason: Reason
    against: str | None
    """The broadcast it lost to."""
    share: float
    rule: str
    zones: list[str]
    sentence: ToldOut

    @classmethod
    def of(cls, explained: Explained, judged: Judged) -> Self:
        """Show one item."""
        item = judged.item
        return cls(
            broadcast=item.broadcast,
            occurrence=item.occurrence,
            title=explained.titles.get(item.broadcast, item.broadcast),
            broadcast_class=item.broadcast_class,
            priority=item.priority,
            start=item.start,
            end=item.end,
            reason=judged.reason,
            against=None if judged.against is None else judged.against.broadcast,
            share=judged.share,
            rule=judged.rule,
            zones=list(item.zones),
            sentence=_told(whywords.why(explained, judged)),
        )


class WithheldOut(Out):
    """Something meant for this instant that is in no plan."""

    broadcast: str
    title: str
    start: Instant
    end: Instant
    reason: BroadcastState
    sentence: ToldOut

    @classmethod
    def of(cls, explained: Explained, one: Withheld) -> Self:
        """Show one broadcast."""
        return cls(
            broadcast=one.broadcast,
            title=explained.titles.get(one.broadcast, one.broadcast),
            start=one.start,
            end=one.end,
            reason=one.state,
            sentence=_told(whywords.withheld(one)),
        )


class SaidOut(Out):
    """What a device says of itself, beside its plan."""

    gap: Gap
    online: bool
    broadcast: str | None
    reported_at: Instant | None
    confirmed_version: int
    desired_version: int
    fault: str
    sentence: ToldOut


class StretchOut(Out):
    """What is planned from one instant to another."""

    start: Instant
    end: Instant
    broadcasts: list[str]


class ExplainedOut(Out):
    """Why something is on a device at an instant."""

    device: str
    at: Instant
    standing: Standing
    sentence: ToldOut
    on: list[JudgedOut]
    off: list[JudgedOut]
    withheld: list[WithheldOut]
    until: Instant | None
    leased_until: Instant | None
    said: SaidOut | None
    strip: list[StretchOut]

    @classmethod
    def of(cls, explained: Explained) -> Self:
        """Show an explanation."""
        told = explained.explanation
        return cls(
            device=explained.device.id,
            at=explained.at,
            standing=told.standing,
            sentence=_told(whywords.answer(explained)),
            on=[JudgedOut.of(explained, one) for one in told.on],
            off=[JudgedOut.of(explained, one) for one in told.off],
            withheld=[WithheldOut.of(explained, one) for one in explained.withheld],
            until=told.until,
            leased_until=explained.leased_until,
            said=_said(explained),
            strip=[StretchOut.model_validate(one) for one in explained.strip],
        )


class DeviceReachOut(Out):
    """A device that something was taken off."""

    device: str
    name: str
    hold: Hold
    until: Instant | None
    online: bool


class ReachOut(Out):
    """Who may still show a broadcast that was taken off."""

    broadcast: str
    at: Instant
    until: Instant | None
    """Then it is gone everywhere; None = it is."""
    sentence: ToldOut
    devices: list[DeviceReachOut]

    @classmethod
    def of(cls, reached: Reached) -> Self:
        """Show who may still show a broadcast."""
        return cls(
            broadcast=reached.broadcast.id,
            at=reached.at,
            until=reached.until,
            sentence=_told(whywords.reach(reached, DEFAULT_TZ)),
            devices=[
                DeviceReachOut(
                    device=one.device.id,
                    name=one.device.name,
                    hold=one.hold,
                    until=one.until,
                    online=one.online,
                )
                for one in reached.devices
            ],
        )


class LaggardOut(Out):
    """A device that has not confirmed its newest plan."""

    device: str
    name: str
    desired_version: int
    confirmed_version: int
    reason: Lag
    since: Instant | None
    sentence: ToldOut

    @classmethod
    def of(cls, one: Laggard, told: Told) -> Self:
        """Show a device that lags behind."""
        return cls(
            device=one.device.id,
            name=one.device.name,
            desired_version=one.follower.desired_version,
            confirmed_version=one.follower.confirmed_version,
            reason=one.lag,
            since=one.since,
            sentence=_told(told),
        )


class ConflictOut(Out):
    """One thing in the way on one device."""

    kind: Kind
    device: str
    other: Annotated[str | None, Field(serialization_alias="with")]
    start: Annotated[Instant | None, Field(serialization_alias="from")]
    end: Annotated[Instant | None, Field(serialization_alias="to")]
    count: int
    whole: bool
    rule: str
    sentence: ToldOut


class ConflictsOut(Out):
    """The first conflicts of a broadcast, and how many there are."""

    total: int
    items: list[ConflictOut]

    @classmethod
    def of(cls, found: Found) -> Self:
        """Show what is in the way."""
        items = [
            ConflictOut(
                kind=one.kind,
                device=one.device,
                other=one.other,
                start=one.start,
                end=one.end,
                count=one.count,
                whole=one.whole,
                rule=one.rule,
                sentence=_told(whywords.conflict(one, found, DEFAULT_TZ)),
            )
            for one in found.conflicts
        ]
        return cls(total=found.total, items=items)


def _told(told: Told) -> ToldOut:
    return ToldOut(vi=told.vi, en=told.en)


def _said(explained: Explained) -> SaidOut | None:
    said = explained.said
    if said is None:
        return None
    state, follower = said.state, said.follower
    return SaidOut(
        gap=said.gap,
        online=state is not None and state.online,
        broadcast=None if state is None else state.broadcast,
        reported_at=None if state is None else state.at,
        confirmed_version=follower.confirmed_version,
        desired_version=follower.desired_version,
        fault="" if state is None else state.fault,
        sentence=_told(whywords.gap(explained, said)),
    )
