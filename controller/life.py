"""The life of a broadcast: who may take it from which state to which, and its phase. Pure.

People decide states; the phase is what became of that. Approval is of exactly one content: whatever
changes it takes the approval away, and what is not approved is in no plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from controller.errors import Conflict, ControllerError, Forbidden
from controller.model import Broadcast, BroadcastDraft, BroadcastState, ContentKind, Person, Phase

DRAFT, SUBMITTED, APPROVED, REJECTED, CANCELLED = BroadcastState

MAX_COMMENT_CHARS: Final = 1_000


class Step(StrEnum):
    """What somebody does with a broadcast."""

    CREATE = "create"
    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"


TABLE: Final[Mapping[Step, Mapping[BroadcastState, BroadcastState]]] = {
    Step.EDIT: {DRAFT: DRAFT, SUBMITTED: SUBMITTED, APPROVED: SUBMITTED, REJECTED: DRAFT},
    Step.SUBMIT: {DRAFT: SUBMITTED},
    Step.APPROVE: {SUBMITTED: APPROVED},
    Step.REJECT: {SUBMITTED: REJECTED},
    Step.WITHDRAW: {SUBMITTED: DRAFT, APPROVED: DRAFT},
    Step.CANCEL: dict.fromkeys((DRAFT, SUBMITTED, APPROVED, REJECTED), CANCELLED),
}
"""Where each step leads; what is not here cannot be done."""
_DONE: Final[Mapping[Step, BroadcastState]] = {
    Step.SUBMIT: SUBMITTED,
    Step.APPROVE: APPROVED,
    Step.REJECT: REJECTED,
    Step.WITHDRAW: DRAFT,
    Step.CANCEL: CANCELLED,
}
"""Doing these twice is doing them once."""
_FOR_AUTHORS: Final = frozenset({Step.SUBMIT, Step.WITHDRAW})
_FOR_OTHERS: Final = frozenset({Step.APPROVE, Step.REJECT})
_EXPLAINED: Final = frozenset({Step.REJECT})


class WrongState(Conflict):
    """A broadcast is in no state for that. Facts: `step`, `state`."""

    code = "wrong-state"


class BroadcastOver(Conflict):
    """The last of a broadcast would have ended by now. Fact: `ended_at`."""

    code = "broadcast-over"


class SpokenLive(Conflict):
    """What is spoken into a microphone now can be cancelled, and nothing else. Fact: `step`."""

    code = "spoken-live"


class ContentChanged(Conflict):
    """Not the content that was looked at. Fact: `content_sha256`, the present one."""

    code = "content-changed"


class EditedMeanwhile(ControllerError):
    """Somebody else's edit came first. Fact: `content_sha256`, the present one."""

    code = "edited-meanwhile"


class OwnWork(Forbidden):
    """Somebody else must judge this. Facts: `action`, `authors`."""

    code = "own-work"


class TwoPersons(Forbidden):
    """An area asks for two persons, and this is one. Facts: `action`, `areas`."""

    code = "two-persons"


class OthersWork(Forbidden):
    """Only an author may do that. Facts: `action`, `authors`."""

    code = "others-work"


class FromAbove(Forbidden):
    """A higher level sent it. Facts: `action`, `level`, `name`, `reference`."""

    code = "from-above"


class StationsRelay(Forbidden):
    """A higher level's station relays its own, with their origin, and may cancel it. Fact:
    `action`."""

    code = "stations-relay"


class CommentMissing(ControllerError):
    """It must be said why. Fact: `action`."""

    code = "comment-missing"


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody asks for a step, at an instant."""

    step: Step
    person: Person
    at: datetime
    comment: str = ""


def born(person: Person, two: frozenset[str], *, as_draft: bool) -> BroadcastState:
    """Return the state a new broadcast begins in; `two` are its areas that ask for two persons.

    Whoever may approve alone approves by asking, where one person is enough.
    """
    if as_draft:
        return DRAFT
    return APPROVED if person.may_approve_alone and not two else SUBMITTED


def led_to(broadcast: Broadcast, ask: Ask, two: frozenset[str]) -> BroadcastState:
    """Return the state that a step leads to, which may be where the broadcast is already.

    `two` are the areas of its devices that ask for two persons. Raises WrongState, BroadcastOver,
    SpokenLive, CommentMissing and the subclasses of Forbidden above.
    """
    state = broadcast.state
    if _DONE.get(ask.step) is state:
        return state
    after = TABLE[ask.step].get(state)
    if after is None:
        raise WrongState(f"it is {state}", step=ask.step.value, state=state.value)
    _check_live(broadcast, ask)
    _check_origin(broadcast, ask)
    _check_person(broadcast, ask, two)
    if ask.step in _EXPLAINED and not ask.comment.strip():
        raise CommentMissing("say why", action=ask.step.value)
    if ask.step in {Step.SUBMIT, Step.APPROVE} and broadcast.last_end <= ask.at:
        raise BroadcastOver("its time is over", ended_at=broadcast.last_end.isoformat())
    return after


def phase_of(broadcast: Broadcast, at: datetime, *, confirmed: bool, on_air: bool) -> Phase:
    """Return what has become of a broadcast: `confirmed` = some device holds a plan with it, and
    `on_air` = some device says that it shows or plays it now."""
    if broadcast.state in {REJECTED, CANCELLED}:
        return Phase(broadcast.state.value)
    if broadcast.state is not APPROVED:
        return Phase.EXPIRED if broadcast.last_end <= at else Phase(broadcast.state.value)
    if on_air:
        return Phase.ON_AIR
    if broadcast.last_end <= at:
        return Phase.DONE
    return Phase.PLANNED if confirmed else Phase.APPROVED


def stepped(broadcast: Broadcast, state: BroadcastState, person: Person) -> Broadcast:
    """Return a broadcast where a step led; who approved what is cancelled is still told."""
    if state is BroadcastState.CANCELLED:
        return replace(broadcast, state=state, cancelled_by=person.name)
    approved_by = person.name if state is BroadcastState.APPROVED else None
    return replace(broadcast, state=state, approved_by=approved_by)


def check_origin(draft: BroadcastDraft, person: Person) -> None:
    """Raise unless a station says where its broadcast comes from, and nobody else does."""
    claimed = None if draft.origin is None else draft.origin.station
    if claimed != person.station:
        raise StationsRelay("not this person's origin", action="relay")


def _check_live(broadcast: Broadcast, ask: Ask) -> None:
    if broadcast.draft.content_kind is ContentKind.PAGE and ask.step is not Step.CANCEL:
        raise SpokenLive("it is spoken now", step=ask.step.value)


def _check_origin(broadcast: Broadcast, ask: Ask) -> None:
    origin, person = broadcast.draft.origin, ask.person
    sent_it = origin is not None and person.station == origin.station
    if person.station is not None and not (sent_it and ask.step is Step.CANCEL):
        raise StationsRelay("a station only relays", action=ask.step.value)
    if origin is None or sent_it or ask.step in {Step.APPROVE, Step.REJECT}:
        return
    if ask.step is not Step.CANCEL or not person.may_approve_alone:
        facts = {"level": origin.level, "name": origin.name, "reference": origin.reference}
        raise FromAbove(f"{origin.name} sent it", action=ask.step.value, **facts)
    if not ask.comment.strip():
        raise CommentMissing("say why", action=ask.step.value)


def _check_person(broadcast: Broadcast, ask: Ask, two: frozenset[str]) -> None:
    is_author = ask.person.name in broadcast.authors
    facts = {"action": ask.step.value, "authors": list(broadcast.authors)}
    if ask.step in _FOR_AUTHORS and not is_author:
        raise OthersWork("somebody else wrote it", **facts)
    if ask.step not in _FOR_OTHERS or not is_author:
        return
    if ask.step is Step.APPROVE and two:
        raise TwoPersons("two persons are asked for", action="approve", areas=sorted(two))
    if not ask.person.may_approve_alone:
        raise OwnWork("somebody else must approve this", **facts)
