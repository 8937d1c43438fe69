"""Pages as they are remembered: who spoke where and when, why it ended, what was said.

A page is a broadcast like every other: it takes the one way to a device and is refused for the same
reasons. That it begins and that it ends is each one transaction, with the plans.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from controller.admission import misfits
from controller.audit import SYSTEM, record
from controller.broadcasts import Broadcasts
from controller.clock import Clock
from controller.errors import Conflict, ControllerError, Forbidden, Invalid, NotFound
from controller.live.model import Page, PageDraft, Reason
from controller.live.tape import Recording, Tapes
from controller.model import (
    Area,
    Broadcast,
    BroadcastDraft,
    BroadcastState,
    ContentKind,
    Person,
)
from controller.names import checked_name
from controller.planning import Planner
from controller.store import broadcasts as broadcast_rows
from controller.store import live as rows
from controller.store import places, proof
from controller.store.pages import page as listed_page
from controller.store.store import Store, Tx
from playlists.schedule.draft import RuleDraft

logger = logging.getLogger(__name__)

LENGTH_RANGE_S: Final = (5, 1_800)
"""Whoever speaks for longer than half an hour has a programme, not a page."""


class MayNotPage(Forbidden):
    """Only who may approve alone may speak to a district at once. Fact: `action`."""

    code = "may-not-page"


class PageOver(ControllerError):
    """The page has ended. Facts: `name`, `reason`."""

    code = "page-over"


class Pages:
    """What was said into a microphone."""

    def __init__(
        self, store: Store, clock: Clock, broadcasts: Broadcasts, planner: Planner, tapes: Tapes
    ) -> None:
        self._planner = planner
        self._store = store
        self._clock = clock
        self._broadcasts = broadcasts
        self._tapes = tapes
        self._areas: list[Area] = []
        """As they were when the hours were last asked."""

    def begin(self, name: str, draft: PageDraft, person: Person) -> Page:
        """Let somebody speak from now on; on return the plans are on their way.

        Raises MayNotPage, Invalid, UnknownTarget, and what the hours have against it.
        """
        if not person.may_approve_alone:
            raise MayNotPage("nobody could approve it in time", action="page")
        least, most = LENGTH_RANGE_S
        if not least <= draft.max_s <= most:
            raise Invalid("no such length", field="max_s", reason=f"{least} to {most}")
        title = checked_name(draft.name)

        def keep(tx: Tx, made: Broadcast) -> None:
            ends_at = made.first_start + timedelta(seconds=draft.max_s)
            page = Page(name, made.id, title, made.created_at, person.name, ends_at)
            rows.add_page(tx, page)
            _tell(tx, page)

        self._broadcasts.begin(_as_broadcast(name, draft), person, keep)
        return self.get(name)

    def get(self, name: str) -> Page:
        """Return a page; NotFound."""
        with self._store.read() as tx:
            return _existing(tx, name)

    def list(self, cursor: str | None, limit: int) -> tuple[list[Page], str | None]:
        """Return one page of pages, newest first, and the next cursor."""
        with self._store.read() as tx:
            return listed_page(lambda at, count: rows.pages(tx, at, count), cursor, limit)

    def end(self, name: str, reason: Reason, at: datetime, person: Person = SYSTEM) -> Page:
        """Remember that a page ended; its units are told in the same transaction.

        Ending twice is ending once.
        """
        recording = self._recorded(name)
        with self._store.write() as tx:
            page = _existing(tx, name)
            if page.ended_at is not None:
                return page
            ended = _ended(page, reason, at, recording)
            self._broadcasts.end(tx, page.broadcast, ended.ended_at or at)
            rows.end_page(tx, ended)
            record(tx, at, person, "release", f"page:{name}", after=ended.recording_sha256)
            _tell(tx, ended)
        return ended

    def end_left_open(self) -> None:
        """End what was on air when the controller died."""
        with self._store.read() as tx:
            left = rows.open_pages(tx)
        for page in left:
            self.end(page.id, Reason.RESTARTED, self._clock.now())

    def revoked(self, names: Iterable[str]) -> dict[str, Reason]:
        """Return which of these pages must end, and why: cancelled, or the hours were changed."""
        found = {}
        with self._store.read() as tx:
            areas = places.areas(tx)
            changed, self._areas = areas != self._areas, areas
            for page in (_existing(tx, name) for name in names):
                broadcast = broadcast_rows.find(tx, page.broadcast)
                if broadcast is None or broadcast.state is BroadcastState.CANCELLED:
                    found[page.id] = Reason.CANCELLED
                elif changed and self._is_misfit(tx, page):
                    found[page.id] = Reason.HOURS
        return found

    def recording(self, name: str) -> Path:
        """Return where the sound of a page is that has ended; NotFound, Conflict."""
        page = self.get(name)
        if page.ended_at is None:
            raise Conflict("it is not over", reason="still on air")
        if page.recording_sha256 is None:
            raise NotFound("recording", name[:80])
        return self._tapes.path(page.id)

    def _recorded(self, name: str) -> Recording | None:
        try:
            return self._tapes.finished(name)
        except OSError as exc:  # a bad disk must not keep a page on air
            logger.exception("the recording of page %s cannot be kept: %s", name, exc.strerror)
            return None

    def _is_misfit(self, tx: Tx, page: Page) -> bool:
        devices, areas = places.devices(tx, page.devices), places.areas(tx)
        wrong = misfits(tx, devices, areas, self._planner.almanac, self._clock.now())
        return any(one.broadcast == page.broadcast for one in wrong)


def check_may_steer(page: Page, person: Person) -> None:
    """Raise Forbidden unless a person may listen to a page and end it."""
    if person.name != page.created_by and not person.may_approve_alone:
        raise Forbidden("it is somebody else's page", action="others' pages")


def _as_broadcast(name: str, draft: PageDraft) -> BroadcastDraft:
    return BroadcastDraft(
        content_kind=ContentKind.PAGE,
        content_id=name,
        targets=draft.targets,
        rule=RuleDraft(duration_s=draft.max_s),
        broadcast_class=draft.broadcast_class,
        priority=draft.priority,
    )


def _ended(page: Page, reason: Reason, at: datetime, recording: Recording | None) -> Page:
    return replace(
        page,
        ended_at=min(at, page.ends_at),
        reason=reason,
        recording_sha256=None if recording is None else recording.sha256,
        recording_bytes=None if recording is None else recording.size_bytes,
    )


def _tell(tx: Tx, page: Page) -> None:
    at = page.created_at if page.ended_at is None else page.ended_at
    reason = None if page.reason is None else page.reason.value
    facts: dict[str, object] = {"id": page.id, "broadcast": page.broadcast, "reason": reason}
    proof.add_event(tx, at, "page", None, facts)


def _existing(tx: Tx, name: str) -> Page:
    found = rows.page(tx, name)
    if found is None:
        raise NotFound("page", name[:80])
    return found
